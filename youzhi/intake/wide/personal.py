"""Personal data: columns that are never read, and numbers of persons inside other texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from unicodedata import normalize

from youzhi.intake.findings import load_rules
from youzhi.intake.values.names import clean_header, remove_invisible

# What people put between the digits of a number; the last ones are blanks that no rule takes for one.
_BETWEEN = r"[\s()._·\-‐–—−\u034f\u1160\u2800]"
_GAP = f"{_BETWEEN}{{0,2}}"
_START, _END = r"(?<!\d)(?<!\d\.)", r"(?!\d)(?!\.\d*[1-9])"
_MONTH_DAY = rf"(?:0[1-9]|1[0-2]){_GAP}(?:0[1-9]|[12]\d|3[01])"

# A region, a date of birth and a running number; eighteen digits, of which the last may be X, or fifteen of the old ones.
_IDENTITY = re.compile(
    rf"{_START}[1-9]\d{{5}}{_GAP}(?:19|20)\d\d{_GAP}{_MONTH_DAY}{_GAP}\d{{3}}{_GAP}[\dXx]{_END}"
)
_OLD_IDENTITY = rf"[1-9]\d{{5}}{_GAP}\d\d{_MONTH_DAY}{_GAP}\d{{3}}"
_MOBILE = (
    rf"(?:\+?0{{0,2}}86{_GAP})?1[3-9]"
    rf"(?:\d{_GAP}\d{{4}}{_GAP}\d{{4}}|\d\d{_BETWEEN}\d{{3}}{_BETWEEN}\d{{4}}|\d{_BETWEEN}\d{{3}}{_BETWEEN}\d{{5}})"
)
_AMOUNT = "(?!\\s*(?:[元万亿人册]|m2|平方))"
_WRITTEN = re.compile(f"{_START}(?:{_OLD_IDENTITY}|{_MOBILE}){_END}{_AMOUNT}")

# The same with something between all digits: eleven or eighteen of them, and no more.
_SPACED = re.compile(
    rf"(?<!\d)(?<!\d{_BETWEEN})[1-9](?:{_BETWEEN}\d){{10}}(?:(?:{_BETWEEN}\d){{6}}{_BETWEEN}[\dXx])?"
    rf"(?!\d)(?!{_BETWEEN}\d)"
)
_MAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)

_COUNT = re.compile(r"[约近]?\s*\d{1,6}(?:\.\d+)?\s*[多余]?[人名个位]?")


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
    return _holds_data(header) or _names_persons(header)


def is_personal_column(parts: Sequence[str], cells: Iterable[str] = ()) -> bool:
    """Return whether a column holds data of persons, by its head and what stands below (个人信息列判断).

    Parameters
    ----------
    parts
        Texts of its head from the top down.
    cells
        What stands below.

    Returns
    -------
    bool
        A word such as 学生 or 校长 alone is a column of names, unless numbers stand below, or a stage before 学生 says
        that they are counted.

    Examples
    --------
    >>> is_personal_column(["教师"], ["王五"]), is_personal_column(["教师"], ["20"])
    (True, False)
    """
    if any(map(_holds_data, parts)):
        return True
    named = [part for part in parts if _names_persons(part)]
    staged = any(clean_header(part).startswith(_stages()) for part in parts)
    if staged and all(_plain(part) in _limits()["counted"] for part in named):
        return False
    return bool(named) and not _are_counts(cells)


def mask_numbers(text: str, mobile: bool = True) -> str:
    """Return the text with numbers of persons covered but for three digits (遮盖号码).

    Parameters
    ----------
    text
        Any text.
    mobile
        Whether mobile numbers, identity numbers of fifteen digits and addresses of electronic mail are looked for
        too, not only identity numbers of eighteen digits.

    Returns
    -------
    str
        The text itself where there is none.

    Examples
    --------
    >>> mask_numbers("甲校 138-1234-5678")
    '甲校 138**********'
    """
    if len(text) < 6 or not ("@" in text or "＠" in text or sum(map(str.isnumeric, text)) > 5):
        return text
    plain = normalize("NFKC", remove_invisible(text))
    covered = _IDENTITY.sub(_cover, plain)
    if mobile:
        covered = _MAIL.sub(_cover, _SPACED.sub(_cover, _WRITTEN.sub(_cover, covered)))
    return text if covered == plain else covered


def cover_signature(text: str) -> str:
    """Return the text without what follows a word such as 填表人 or 联系电话 and a colon (遮盖签名).

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text itself where nobody signed.

    Examples
    --------
    >>> cover_signature("填报单位：甲校  填表人：王五 0533-3241234")
    '填报单位：甲校  填表人：…'
    """
    found = _signatures().search(text)
    return f"{text[: found.end()]}…" if found and text[found.end() :].strip() else text


def is_signature(text: str) -> bool:
    """Return whether a text ends with a word such as 填表人 and a colon: somebody's name stands beside (签名栏).

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_signature("校长（签字）："), is_signature("填表人：王五")
    (True, False)
    """
    found = _signatures().search(text)
    return bool(found) and not text[found.end() :].strip()


def _holds_data(header: str) -> bool:
    """Whether it names something of a person: a number, an address; 手机数 is a number too, 手机人数 a count."""
    name, limits = _plain(header), _limits()
    if name.startswith(tuple(limits["asked"])):
        return False
    words = [word for word in limits["words"] if word in name] + _latin().findall(
        normalize("NFKC", header).casefold()
    )
    if any(name.endswith(f"{word}数") for word in words):
        return True
    return bool(words) and not name.endswith(tuple(limits["count_endings"]))


def _names_persons(header: str) -> bool:
    """Whether it is, or ends with, a word for persons."""
    name, limits = _plain(header), _limits()
    if name.startswith(tuple(limits["asked"])):
        return False
    return name in limits["exact"] or name.rstrip("0123456789").endswith(tuple(limits["persons"]))


def _are_counts(cells: Iterable[str]) -> bool:
    """Whether more than half of the cells that are filled are short numbers."""
    filled = [normalize("NFKC", cell).strip() for cell in cells if cell.strip()]
    return 2 * sum(bool(_COUNT.fullmatch(cell)) for cell in filled) > len(filled)


def _plain(header: str) -> str:
    """Without brackets behind it, numbering, blanks and width."""
    name = clean_header(header).casefold()
    return name.partition("（")[0] or name


def _limits() -> dict:
    return load_rules()["S09"].limits


def _stages() -> tuple[str, ...]:
    return tuple(load_rules()["H01"].limits["stages"].values())


@cache
def _latin() -> re.Pattern:
    words = "|".join(map(re.escape, _limits()["latin"]))
    return re.compile(f"(?<![a-z])(?:{words})(?![a-z])")


@cache
def _signatures() -> re.Pattern:
    limits = _limits()
    words = sorted((*limits["persons"], *limits["words"], *limits["signed"]), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, words))})[^:：]{{0,8}}[:：]")


def _cover(found: re.Match) -> str:
    shown = 1 if "@" in found[0] else 3
    return found[0][:shown] + "*" * (len(found[0]) - shown)
