"""Notes and signatures around a table."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from youzhi.intake.findings import load_rules
from youzhi.intake.wide.personal import mask_numbers

_NUMBERED = re.compile(r"[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、):]")
_SENTENCE = re.compile(r"[,;:。、]")


def find_note(text: str) -> str:
    """Return what is shown of a note; of a signature only what is signed (识别注释和签名).

    Parameters
    ----------
    text
        Of one cell.

    Returns
    -------
    str
        Empty where the text is neither.

    Examples
    --------
    >>> find_note("注：不含民办"), find_note("填表人：张三"), find_note("注溪小学")
    ('注：不含民办', '填表人：…', '')
    """
    firsts, note, signature = _patterns()
    plain = normalize("NFKC", text[: _limits()["longest_start"]]).strip()
    if plain[:1] not in firsts:
        return ""
    compact = "".join(plain.split())
    if found := signature.match(compact) or signature.match(plain):
        return f"{found[1]}：…"
    return mask_numbers(text.strip()) if note.match(compact) else ""


def is_continued(text: str) -> bool:
    """Return whether a text alone in its row goes on with the note above it (是否注释的续行).

    Parameters
    ----------
    text
        Of the one filled cell.

    Returns
    -------
    bool
        False for what may be the name of a school.

    Examples
    --------
    >>> is_continued("2.不含民办"), is_continued("丙学校")
    (True, False)
    """
    if len(text) > _limits()["longest_name"]:
        return True
    plain = "".join(normalize("NFKC", text).split())
    return bool(_NUMBERED.match(plain) or _SENTENCE.search(plain))


def ends_as_school(name: str) -> bool:
    """Return whether a name ends as that of a school does (是否校名).

    Parameters
    ----------
    name
        As written.

    Returns
    -------
    bool
        False for notes and signatures that end so.

    Examples
    --------
    >>> ends_as_school("丙学校"), ends_as_school("填报单位：丙学校")
    (True, False)
    """
    endings = tuple(_limits()["school_endings"])
    return name.strip().endswith(endings) and not find_note(name)


@cache
def _patterns() -> tuple[frozenset[str], re.Pattern, re.Pattern]:
    """First characters of all words, and the two kinds of words."""
    limits = _limits()
    notes, signatures = (
        "|".join(re.escape(word) for word in sorted(limits[name], key=len, reverse=True))
        for name in ("notes", "signatures")
    )
    return (
        frozenset(word[0] for word in (*limits["notes"], *limits["signatures"])) | {"("},
        re.compile(rf"(?:{notes})(?:[\d一二三四五六七八九十]{{0,3}}[:.、]|$)"),
        re.compile(rf"[(]?({signatures})[)]?(?:\([^)]*\))?(?:[:\s]|$)"),
    )


def _limits() -> dict:
    return load_rules()["H14"].limits
