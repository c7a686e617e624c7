"""The valid workbook that is corrupted: some schools of a demonstration county, and the same a year earlier."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.counties import load_county, read_county
from youzhi.intake.files.sources import Sheet, Source
from youzhi.plausibility import check_table
from youzhi.standards import Standard, load_standard
from youzhi.tables import SchoolTable

COUNTY, YEAR = "yiyuan", 2020
SCHOOLS = {"primary": 6, "teaching_point": 1, "junior": 4, "nine_year": 2}
FIELDS = [
    *("county", "year", "school_id", "school", "town", "school_type"),
    *("pupils_primary", "pupils_junior", "classes_primary", "classes_junior"),
    *("teachers_primary", "teachers_junior", "degree_teachers_primary", "degree_teachers_junior"),
    *("backbone_teachers_primary", "backbone_teachers_junior"),
    *("arts_pe_teachers_primary", "arts_pe_teachers_junior"),
    *("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2"),
    *("equipment_value_yuan", "networked_classrooms"),
]
# Numbers that may be corrupted: the year says whose table it is and has kinds of its own.
NUMBERS = [name for name in FIELDS if load_columns()[name].is_number and name != "year"]
_NUMERAL, _NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?"), re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
HEAD = [load_columns()[name].headers[0] for name in FIELDS]


@dataclass
class Grid:
    """One sheet that may still be changed; row 0 is the head. Marks are those that a text does not tell by itself."""

    kind: str
    rows: list[list[str]]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def source(self) -> Source:
        """The same as read_source gives of a file."""
        text = self.kind == "csv"
        sheet = Sheet(
            *("" if text else "学校", self.rows, {} if text else self._marks(), self.merged),
            *(frozenset(self.hidden_rows), frozenset(self.hidden_columns)),
        )
        encoding = "utf-8" if text else ""
        return Source(f"学校.{self.kind}", "", self.kind, encoding, [sheet])

    def _marks(self) -> dict[tuple[int, int], str]:
        """A workbook marks its numbers, and numbers that are kept as text such as codes."""
        numerals = {
            (row, at): "number" if _NUMBER.fullmatch(text) else "text"
            for row, cells in enumerate(self.rows, 1)
            for at, text in enumerate(cells)
            if _NUMERAL.fullmatch(text)
        }
        return numerals | self.marks


@dataclass(frozen=True)
class Book:
    """The table as it is, last year's, and by which standard both are judged."""

    schools: SchoolTable
    before: SchoolTable
    standard: Standard
    names: list[str]
    code_pattern: str

    def grid(self, kind: str = "csv") -> Grid:
        """The table of this year as a sheet."""
        return _write(self.schools, kind)

    def grid_before(self, kind: str = "csv") -> Grid:
        """The table of last year as a sheet."""
        return _write(self.before, kind)


@cache
def make_book() -> Book:
    """Schools with a value near a bar go first, so that verdicts can move."""
    card, standard = load_county(COUNTY), load_standard("jiaodu-2017-6")
    now, before = read_county(COUNTY, YEAR), read_county(COUNTY, YEAR - 1)
    indicators = yz.assess(now, None, standard).indicators
    near = (indicators["value"] / indicators["bar"] - 1).abs().groupby(indicators["school"]).min()
    wondered = {one.row for one in check_table(now, before, standard)}
    usual = now.frame["school_id"].isin(before.frame["school_id"])
    frame = now.frame[usual & ~pd.Series(now.lines).isin(wondered)]
    frame = frame.assign(near=frame["school"].map(near)).sort_values("near", kind="stable")
    codes = [
        code
        for kind, count in SCHOOLS.items()
        for code in frame.loc[frame["school_type"] == kind, "school_id"].head(count)
    ]
    tables = [_take(table.frame, codes) for table in (now, before)]
    pattern = card.school_codes.pattern if card.school_codes else ""
    return Book(*tables, standard, card.known_names, pattern)


def _take(frame: pd.DataFrame, codes: list[str]) -> SchoolTable:
    """Some schools, their codes with a zero in front as many real codes have."""
    taken = frame.loc[frame["school_id"].isin(codes), FIELDS]
    return SchoolTable.from_frame(taken.assign(school_id="0" + taken["school_id"]))


def _write(schools: SchoolTable, kind: str) -> Grid:
    """Numbers in plain digits, choices in their Chinese words."""
    columns, rows = load_columns(), [list(HEAD)]
    for values in schools.frame[FIELDS].itertuples(index=False):
        pairs = zip(FIELDS, values, strict=True)
        rows.append(
            [
                f"{value:.15g}"
                if columns[name].is_number
                else columns[name].choices.get(value, value)
                for name, value in pairs
            ]
        )
    return Grid(kind, rows)
