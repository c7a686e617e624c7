"""Years as people write them: calendar years, school years, years in Chinese characters."""

from __future__ import annotations

import re
from decimal import Decimal

from youzhi.columns import Column
from youzhi.intake.values.aliases import is_missing
from youzhi.intake.values.numbers import BLANK, Cleaned, bare_text, clean_number

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_TERM = "(?:学年度?|年度?)?(?:第?[一二12]学期|[上下]学期)?(?:初|末)?"
_CALENDAR = re.compile(f"([0-9]{{4}}){_TERM}")
_SCHOOL_YEAR = re.compile(
    rf"([0-9]{{4}})(?:学?年度?)?(?:-|—|－|–|~|～|/|至|到)+([0-9]{{4}}|[0-9]{{2}}){_TERM}"
)
# Statistics are taken on 1 September, the first day of the school year.
_FIRST_DAY = re.compile(r"([0-9]{4})[-/.年]0?9(?:月?|[-/.月]0?1日?)(?:T?00:00:00)?|([0-9]{4})0901")
_DATE = re.compile(
    r"([0-9]{4})(?:年|[-/.])(?:1[0-2]|0?[1-9])(?:[-/.月][0-9]{0,2}日?)?(?: 00:00:00)?"
)


def parse_year(text: str) -> int | None:
    """Read the year in which a school year begins (识别年度).

    Parameters
    ----------
    text
        Such as 2022, 2022年, 2022-2023学年度, 2022/23, 二〇二二, 2022年9月1日.

    Returns
    -------
    int or None
        None when it is no year, or a span of more than one school year.

    Examples
    --------
    >>> parse_year("2022—2023学年度"), parse_year("二〇二二年"), parse_year("2022-2024")
    (2022, 2022, None)
    """
    bare = "".join(bare_text(text)[0].split()).translate(_DIGITS)
    if found := _CALENDAR.fullmatch(bare):
        return int(found[1])
    if found := _SCHOOL_YEAR.fullmatch(bare):
        first, last = int(found[1]), int(found[2])
        if (first + 1) % 10 ** len(found[2]) == last:
            return first
    if found := _FIRST_DAY.fullmatch(bare):
        return int(found[1] or found[2])
    return None


def clean_year(text: str, column: Column, unit: str = "", mark: str = "") -> Cleaned:
    """Convert the year to which figures belong, or in which a school was built (年份转换).

    Parameters
    ----------
    text
        As written.
    column
        With its range; only `year` may be a school year, only another a date of any month.
    unit
        Not used: a year has no other unit.
    mark
        What a workbook knows of the cell, see Sheet.marks.

    Returns
    -------
    Cleaned
        Refused outside the range of the column.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> clean_year("2022-2023学年", load_columns()["year"])
    Cleaned(value=Decimal('2022'), rule='D12', became='2022')
    """
    bare, rule = bare_text(text)
    if not bare:
        return BLANK
    if is_missing(bare):
        return Cleaned(None, "N09")
    found = _DATE.fullmatch(bare)
    if column.id != "year":
        year = (
            int(found[1])
            if found
            else parse_year(bare)
            if bare.isdecimal() or bare[-1] == "年"
            else None
        )
        if year is None:
            return clean_number(text, column, "", mark)
    else:
        year = parse_year(bare)
    if year is None or not column.min <= year <= column.max:
        return Cleaned(None, "D12b")
    rule = rule if bare == str(year) else "D12"
    return Cleaned(Decimal(year), rule, str(year) if rule else "")
