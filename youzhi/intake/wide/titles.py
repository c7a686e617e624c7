"""What stands above a table: year, county, units."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import load_rules
from youzhi.intake.values.units import find_unit
from youzhi.intake.wide.heads import is_blank
from youzhi.intake.wide.personal import mask_numbers

_YEARS = re.compile(
    r"(?<!\d)(?:19|20)\d\d\s*[-—–~至/]+\s*(?:19|20)?\d\d\s*(?:学年度?|年度?)?(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d\s*(?:学年度?|年度?)"
    r"|[〇零○一二三四五六七八九]{4}\s*(?:学年度?|年度?)"
)
# The name ends the chain of province, city and county with which a text begins.
_COUNTY = re.compile(
    r"(?:^|[^一-鿿])(?:[一-鿿]{2,8}?(?:省|自治区))?(?:[一-鿿]{1,10}?(?:市|州|盟))?"
    r"([一-鿿]{2,14}?(?:自治县|自治旗)|[一-鿿]{1,4}?[县区市旗])(?![域级属直乡外内情长])"
)
_SEASON = r"\s*(?:[春秋]季?(?:学期)?|[末初])?"
_UNITS = re.compile(r"(?<![一-鿿])(?:计量)?单位\s*:\s*([^()]*)")


class Titles(NamedTuple):
    """What the lines above a head say (表上方的文字).

    Attributes
    ----------
    years, county
        As written; the county is empty where none or more than one is named.
    units
        Stated for the whole table, as find_unit names them.
    row
        The row of the units; 0 without.
    written
        The text of that cell.
    texts
        Of all filled cells.
    """

    years: tuple[str, ...] = ()
    county: str = ""
    units: tuple[str, ...] = ()
    row: int = 0
    written: str = ""
    texts: frozenset[str] = frozenset()


def read_titles(sheet: Sheet, above: int) -> Titles:
    """Read what stands above the head of a sheet (读标题行).

    Parameters
    ----------
    sheet
        Its name is a title too.
    above
        First row of the head.

    Returns
    -------
    Titles
        Empty where nothing is said.

    Examples
    --------
    >>> rows = [["沂源县2022-2023学年学校情况表"], ["单位：万元"], ["学校名称"]]
    >>> found = read_titles(Sheet("", rows), 3)
    >>> found.years, found.county, found.units
    (('2022-2023学年',), '沂源县', ('万元',))
    """
    lines = [
        (row, [normalize("NFKC", cell).strip() for cell in cells if not is_blank(cell)])
        for row, cells in enumerate(sheet.rows[: above - 1], start=1)
    ]
    spoken = [normalize("NFKC", sheet.title), *(text for _, cells in lines for text in cells)]
    units, row, written = _find_units(lines)
    counties = {name for text in spoken if (name := _find_county(text))}
    return Titles(
        tuple(dict.fromkeys(year for text in spoken for year in _find_years(text))),
        counties.pop() if len(counties) == 1 else "",
        *(units, row, written),
        frozenset(spoken[1:]),
    )


def _find_years(text: str) -> list[str]:
    """Years, but not those in the name of a document or in a signature."""
    if text.startswith(tuple(load_rules()["H14"].limits["signatures"])):
        return []
    named = tuple(load_rules()["H02"].limits["not_years"])
    return [
        found[0].strip()
        for found in _YEARS.finditer(text)
        if not text[found.end() :].lstrip().startswith(named)
    ]


def _find_county(text: str) -> str:
    """The county that a title begins with, alone or after its province and city."""
    undated = re.sub(f"(?:{_YEARS.pattern}){_SEASON}", " ", text)
    for found in _COUNTY.finditer(undated):
        name = found[1]
        if len(name) > 1 and not name.endswith(tuple(load_rules()["H02"].limits["not_counties"])):
            return name
    return ""


def _find_units(lines: list[tuple[int, list[str]]]) -> tuple[tuple[str, ...], int, str]:
    """The units of a 单位 line; 单位 may be that of whoever fills the form, then it is none."""
    for row, cells in lines:
        for text, following in pairwise([*cells, ""]):
            found = _UNITS.search(text)
            if not found:
                continue
            stated = found[1].strip() or following
            units = [find_unit(word) for word in re.split(r"[、,，;；/\s和]+", stated) if word]
            if units and all(units):
                return (
                    tuple(dict.fromkeys(units)),
                    row,
                    mask_numbers(text if found[1].strip() else stated),
                )
    return (), 0, ""
