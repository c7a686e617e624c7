"""The county figures of one or many county-years, checked: what a county reports beside its school table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from youzhi.columns import load_columns, load_figures
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.exact import as_fraction
from youzhi.tables import pair_check, schema_column

if TYPE_CHECKING:
    from fractions import Fraction

    import pandera.pandas as pa

ITEM_FIELDS = ["county", "year", "item", "value", "data_kind", "source", "note"]
NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class CountyItems:
    """Checked county figures, one row per county, year and figure (县级数据项).

    Attributes
    ----------
    frame : DataFrame
        Columns: county, year, item (id of county_figures.toml), value (Decimal, id of a choice,
        "not_applicable", or None when missing), data_kind, source, note. Sorted by county, year and the
        order of the dictionary.
    file, digest : str
        Name of the file and its SHA-256; empty when it was not read from one file.
    """

    frame: pd.DataFrame
    file: str = ""
    digest: str = ""

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, file: str = "") -> CountyItems:
        """Check a frame with the columns item and value at least (由数据框建表).

        Parameters
        ----------
        frame
            Columns: county, year, item, value; data_kind, source and note may be absent. Numbers may be
            int, float, Decimal or Fraction; missing is None or NaN, never zero.
        file
            Where it comes from, as faults shall name it.

        Returns
        -------
        CountyItems
            Sorted.

        Raises
        ------
        DataError
            With all faults at once; row is the position in the frame, counted from 1.
        """
        numbered = frame.set_axis(range(1, len(frame) + 1), axis=0)
        items, faults = make_county_items(numbered, file)
        if len(faults):
            raise DataError(faults)
        return items

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def _values(self) -> dict[tuple, object]:
        keys = zip(self.frame["county"], self.frame["year"], self.frame["item"], strict=True)
        return dict(zip(keys, self.frame["value"], strict=True))

    def value(self, county: str, year: int, item: str):
        """Return one value: Decimal, id of a choice, "not_applicable", or None when missing (取值)."""
        return self._values.get((county, year, item))

    def number(self, county: str, year: int, item: str) -> Fraction | None:
        """Return one number exactly; None when missing or not applicable (按所写数值取值)."""
        value = self.value(county, year, item)
        return None if value is None or isinstance(value, str) else as_fraction(value)

    @property
    def data_kinds(self) -> tuple[str, ...]:
        """Chinese words for the kinds of data of the values that are given, 未注明 where not said (数据性质)."""
        words = load_columns()["data_kind"].choices
        given = self.frame[self.frame["value"].notna()]
        return tuple(sorted({words.get(kind, "未注明") for kind in given["data_kind"]}))


def stack_items(tables: Iterable[CountyItems]) -> CountyItems:
    """Put the county figures of several counties or years together (合并县级数据).

    Parameters
    ----------
    tables
        No county-year stands in two of them.

    Returns
    -------
    CountyItems
        Sorted.

    Raises
    ------
    DataError
        A figure stands twice for one county and year.
    """
    tables = list(tables)
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    files = dict.fromkeys(table.file for table in tables if table.file)
    return CountyItems.from_frame(frame, "；".join(files))


def make_county_items(
    frame: pd.DataFrame, file: str = "", digest: str = ""
) -> tuple[CountyItems | None, pd.DataFrame]:
    """Check a frame of county figures and make the table, or list every fault (校验).

    Parameters
    ----------
    frame
        Index: row numbers by which faults are located. Columns: county, year, item, value at least.
    file, digest
        Name of the file and its SHA-256.

    Returns
    -------
    CountyItems or None
        None when there is a fault.
    DataFrame
        Columns of DataError.faults; empty when the table is good.
    """
    frame = frame.reindex(columns=ITEM_FIELDS).astype(object)
    frame = frame.where(frame.notna(), None)
    faults = [*_unknown_faults(frame, file), *_double_faults(frame, file)]
    if not faults:
        faults = _value_faults(frame, file)
    if faults:
        return None, pd.DataFrame(faults, columns=FAULT_COLUMNS)
    rank = {name: at for at, name in enumerate(load_figures())}
    ordered = frame.assign(rank=frame["item"].map(rank), year=frame["year"].astype(int))
    ordered = ordered.sort_values(["county", "year", "rank"], kind="stable", ignore_index=True)
    return CountyItems(ordered[ITEM_FIELDS], file, digest), pd.DataFrame(columns=FAULT_COLUMNS)


@cache
def figure_schema() -> pa.DataFrameSchema:
    """Build the pandera schema of the figures of one county-year from county_figures.toml (校验规则).

    Returns
    -------
    pandera.DataFrameSchema
        Ranges, closed lists, whole numbers, at-most pairs; one column per figure.
    """
    import pandera.pandas as pa

    figures = load_figures()
    pairs = [(figure.id, figure.at_most) for figure in figures.values() if figure.at_most]
    return pa.DataFrameSchema(
        {name: schema_column(figure) for name, figure in figures.items()},
        checks=[pair_check(part, whole) for part, whole in pairs],
    )


def _unknown_faults(frame: pd.DataFrame, file: str) -> list[dict]:
    """Figures and kinds of data that the dictionaries do not have, and rows without county or year."""
    figures, kinds = load_figures(), load_columns()["data_kind"]
    faults = []
    for row in frame.itertuples():
        if row.item not in figures:
            advice = "改用县级数据项字典中的代码或名称，或删去该行"
            faults.append(_fault(file, row.Index, "指标项", row.item, "字典中的指标项", advice))
        if row.data_kind is not None and row.data_kind not in kinds.choices:
            advice = "改为所列的词，或留空"
            faults.append(
                _fault(file, row.Index, kinds.headers[0], row.data_kind, kinds.allowed, advice)
            )
        if row.county is None or row.year is None:
            advice = "补上县区和统计年度，或把文件放进该县该年的文件夹"
            faults.append(_fault(file, row.Index, "县区、统计年度", "（空）", "必填", advice))
    return faults


def _double_faults(frame: pd.DataFrame, file: str) -> list[dict]:
    twice = frame[frame.duplicated(["county", "year", "item"], keep=False)]
    return [
        _fault(file, row, "指标项", item, "每个县每年每项一行", "删去重复的行，只留一个数")
        for row, item in twice["item"].items()
    ]


def _value_faults(frame: pd.DataFrame, file: str) -> list[dict]:
    """Run the schema over the figures, one row per county-year, and locate every failure in the long table."""
    import pandera.errors

    figures, faults = load_figures(), []
    for _, part in frame.groupby(["county", "year"], sort=False):
        lines = dict(zip(part["item"], part.index, strict=True))
        given = dict(zip(part["item"], part["value"], strict=True))
        wide, wrong = {}, set()
        for name, value in given.items():
            absent = value == NOT_APPLICABLE and figures[name].optional
            wide[name] = np.nan if value is None or absent else value
            if figures[name].is_number and isinstance(wide[name], str):
                wide[name] = np.nan
                wrong.add(name)
            elif figures[name].is_number:
                wide[name] = float(wide[name])
        faults += [_cell_fault(file, lines[name], figures[name], given[name]) for name in wrong]
        table = pd.DataFrame([wide]).astype(
            {name: object for name in wide if not figures[name].is_number}
        )
        try:
            _schema_of(tuple(wide)).validate(table, lazy=True)
        except pandera.errors.SchemaErrors as error:
            faults += _located(error.failure_cases, file, lines, given)
    return faults


@cache
def _schema_of(names: tuple[str, ...]) -> pa.DataFrameSchema:
    """The schema of those figures that are given."""
    whole = figure_schema()
    absent = [name for name in whole.columns if name not in names]
    return whole.remove_columns(absent)


def _located(cases: pd.DataFrame, file: str, lines: dict, given: dict) -> list[dict]:
    figures, faults = load_figures(), []
    for check in sorted({str(check) for check in cases["check"] if "<=" in str(check)}):
        part, whole = (figures[name] for name in check.split("<="))
        found = f"{given[part.id]}（{whole.zh}为{given[whole.id]}）"
        advice = "核对两个数，改正填错的一个"
        faults.append(_fault(file, lines[part.id], part.zh, found, f"不大于{whole.zh}", advice))
    for case in cases.to_dict("records"):
        if "<=" not in str(case["check"]):
            name = case["column"]
            faults.append(_cell_fault(file, lines[name], figures[name], given[name]))
    return faults


def _cell_fault(file: str, row, figure, found) -> dict:
    advice = "核对后改正；没有数据的留空，不要填0"
    return _fault(file, row, figure.zh, found, figure.allowed, advice)


def _fault(file: str, row, column: str, found, allowed: str, advice: str) -> dict:
    values = [file, "", row, column, str(found), allowed, advice]
    return dict(zip(FAULT_COLUMNS, values, strict=True))
