"""What stands above a table: year and county."""

from __future__ import annotations

import re
from typing import NamedTuple
from unicodedata import normalize

from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import load_rules
from youzhi.intake.wide.heads import is_blank

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


class Titles(NamedTuple):
    """What the lines above a head say (表上方的文字).

    Attributes
    ----------
    years, county
        As written; the county is empty where none or more than one is named.
    texts
        Of all filled cells.
    """

    years: tuple[str, ...] = ()
    county: str = ""
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
    >>> found.years, found.county
    (('2022-2023学年',), '沂源县')
    """
    longest = load_rules()["H02"].limits["longest"]
    above_head = (cell for cells in sheet.rows[: above - 1] for cell in cells if not is_blank(cell))
    spoken = [normalize("NFKC", text[:longest]).strip() for text in (sheet.title, *above_head)]
    counties = {name for text in spoken if (name := _find_county(text))}
    return Titles(
        tuple(dict.fromkeys(year for text in spoken for year in _find_years(text))),
        counties.pop() if len(counties) == 1 else "",
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
