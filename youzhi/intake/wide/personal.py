"""Personal data: columns that are never read, and numbers of persons inside other texts."""

from __future__ import annotations

import re
from unicodedata import normalize

from youzhi.intake.findings import load_rules

# Eighteen digits with a date of birth in the middle; the last may be X.
_IDENTITY = re.compile(
    r"(?<![\d.])[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_MOBILE = re.compile(r"(?<![\d.])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\d.])")


def is_personal(header: str) -> bool:
    """Return whether a column of this name holds data of persons (个人信息列).

    Parameters
    ----------
    header
        As written.

    Returns
    -------
    bool
        False for a count of persons.

    Examples
    --------
    >>> is_personal("教师身份证号"), is_personal("家庭住址在片内的人数")
    (True, False)
    """
    limits = load_rules()["S09"].limits
    name = re.sub(r"\s|[(（].*", "", normalize("NFKC", header))
    if name in limits["exact"]:
        return True
    return any(word in name for word in limits["words"]) and not name.endswith(
        tuple(limits["count_endings"])
    )


def mask_numbers(text: str, mobile: bool = True) -> str:
    """Return the text with numbers of persons covered but for three digits (遮盖号码).

    Parameters
    ----------
    text
        Any text.
    mobile
        Whether mobile numbers are looked for too, not only identity numbers.

    Returns
    -------
    str
        The text itself where there is none.

    Examples
    --------
    >>> mask_numbers("甲校 13812345678")
    '甲校 138********'
    """
    if len(text) < 11:
        return text
    plain = normalize("NFKC", text)
    covered = _IDENTITY.sub(_cover, plain)
    if mobile:
        covered = _MOBILE.sub(_cover, covered)
    return text if covered == plain else covered


def _cover(found: re.Match) -> str:
    return found[0][:3] + "*" * (len(found[0]) - 3)
