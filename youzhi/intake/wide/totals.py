"""Rows of totals, subtotals and means: recognised, and held against the rows they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from unicodedata import normalize

from youzhi.exact import parse_number
from youzhi.intake.findings import Finding, Place, load_rules, make_finding

Rows = dict[int, dict[str, Decimal | None]]

# A longer text is a remark.
_LONGEST = 200

_COUNT = re.compile(r"[(]?(?:共|计|合计)?\d+(?:所(?:学校)?|校)?[)]?")


def find_total(texts: Iterable[str], coded: bool = False) -> str:
    """Return the word that makes a row one of totals or means (识别合计行).

    Parameters
    ----------
    texts
        Of the cells that are no figures.
    coded
        Whether the row has a code of its own: then only a bare word makes it a row of totals.

    Returns
    -------
    str
        As written; empty where the row is a school, even one called 合计小学.

    Examples
    --------
    >>> find_total(["", "悦庄镇小计"]), find_total(["合计小学"]), find_total(["合 计（3所）"])
    ('悦庄镇小计', '', '合 计（3所）')
    """
    bare, led = _patterns()
    for text in texts:
        if len(text) > _LONGEST:
            continue
        word = "".join(normalize("NFKC", text).split())
        if bare.fullmatch(word) or (not coded and led.fullmatch(word)):
            return text.strip()
    return ""


def is_count(name: str) -> bool:
    """Return whether what stands for a name only counts schools, such as 3所 (是否学校数).

    Parameters
    ----------
    name
        As written.

    Returns
    -------
    bool
        True for a bare number too.

    Examples
    --------
    >>> is_count("共3所"), is_count("第3小学")
    (True, False)
    """
    return bool(_COUNT.fullmatch("".join(normalize("NFKC", name[:_LONGEST]).split())))


def is_mean(word: str) -> bool:
    """Return whether a word of find_total is that of a row of means (是否平均行)."""
    limits = load_rules()["H13"].limits
    return any(mean in "".join(normalize("NFKC", word).split()) for mean in limits["means"])


@cache
def _patterns() -> tuple[re.Pattern, re.Pattern]:
    """The words alone, and with something before them; a number of schools or a colon may follow."""
    limits = load_rules()["H13"].limits
    words, means, places = ("|".join(limits[name]) for name in ("words", "means", "mean_of"))
    end = r"(?:\(.*\)|\d+所(?:学校)?)?:?"
    return (
        re.compile(rf"[\[(【]?(?:{words}|{means})[\])】]?{end}"),
        re.compile(rf".+(?:{words}){end}|.*(?:{places})(?:{means}){end}"),
    )


def plain_number(text: str) -> Decimal | None:
    """Return the number of a cell that is nothing but one; None for anything else (普通数字).

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    Decimal or None
        Full-width digits and thousands are read.

    Examples
    --------
    >>> plain_number("１,234"), plain_number("约300")
    (Decimal('1234'), None)
    """
    try:
        return parse_number(normalize("NFKC", text).strip().replace(",", ""))
    except ValueError:
        return None  # not a plain number: nothing can be said of the sum


def check_total(
    total: dict[str, Decimal],
    word: str,
    place: Place,
    above: Rows,
    below: Rows,
    rows: Rows,
    heads: dict[str, Place],
) -> list[Finding]:
    """Hold a row of totals against the rows that it may stand for (核对合计行).

    Parameters
    ----------
    total
        Field to the number in the row of totals.
    word
        That of find_total.
    place
        Of the row of totals.
    above, below
        Rows since the row of totals before, and up to the one behind.
    rows
        All rows.
    heads
        Field to the place of its head.

    Returns
    -------
    list of Finding
        The row itself, and one finding for every field whose number is the sum of none of them.
    """
    nearest, wrong, agreed = above or below, [], 0
    for field, told in total.items() if not is_mean(word) else ():
        expected = _add(nearest if "小计" in word else rows, field)
        if told in (_add(part, field) for part in (above, below, rows)):
            agreed += 1
        elif expected is not None:
            at = Place(*place[:3], heads[field].position, heads[field].column)
            found, became = f"{word} {told}", f"明细之和 {expected}"
            wrong.append(make_finding("H13b", at, found, became=became))
    became = f"未读入；{agreed}列与明细之和一致" if agreed else "未读入"
    return [make_finding("H13", place, word, became=became), *wrong]


def _add(rows: Rows, field: str) -> Decimal | None:
    """The sum of what is given; None where a row has something that is no number, or nothing is given."""
    values = [row[field] for row in rows.values() if field in row]
    return None if not values or None in values else sum(values, Decimal())
