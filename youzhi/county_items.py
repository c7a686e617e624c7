"""The county figures of one or many county-years, checked: what a county reports beside its school table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pandas as pd

from youzhi.columns import Column, load_columns, load_figures, load_item_columns
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.exact import as_fraction, exact_number
from youzhi.tables import mend_advice, schema_column, sum_check, written_text

if TYPE_CHECKING:
    from fractions import Fraction

    import pandera.pandas as pa

ITEM_FIELDS = ["county", "year", "item", "value", "data_kind", "source", "note"]
NOT_APPLICABLE = "not_applicable"

# No figure has so many digits, and pandera cannot print a number of more than 4300.
_TOO_LONG = 10**1000


@dataclass(frozen=True)
class CountyItems:
    """Checked county figures, one row per county, year and figure (县级数据项).

    Attributes
    ----------
    frame : DataFrame
        Columns: county, year, item (id of county_figures.toml), value (a number as it was given, id
        of a choice, "not_applicable", or None when missing), data_kind, source, note. Sorted by county, year and the
        order of the dictionary.
    file, digest : str
        Name of the file and its SHA-256; empty when it was not read from one file.
    findings : DataFrame or None
        What was converted, noticed or set aside when it was read (FINDING_COLUMNS of intake.findings); None where
        it was not read from a file.
    """

    frame: pd.DataFrame
    file: str = ""
    digest: str = ""
    findings: pd.DataFrame | None = None

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
        """Return one value: a number as it was given, id of a choice, "not_applicable", or None when missing (取值)."""
        return self._values.get((county, year, item))

    @cached_property
    def _asides(self) -> dict[tuple, tuple[str, str, str]]:
        keys = zip(self.frame["county"], self.frame["year"], self.frame["item"], strict=True)
        asides = self.frame[["data_kind", "source", "note"]].fillna("")
        return dict(zip(keys, asides.itertuples(index=False, name=None), strict=True))

    def aside(self, county: str, year: int, item: str) -> tuple[str, str, str]:
        """Return kind of data, source and note of one figure, "" where not said (数据性质、来源、备注)."""
        return self._asides.get((county, year, item), ("", "", ""))

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
    numbered = frame.set_axis(range(1, len(frame) + 1), axis=0)
    items, faults = make_county_items(numbered, "；".join(files), shares_told=True)
    if items is None:
        raise DataError(faults)
    return items


def make_county_items(
    frame: pd.DataFrame, file: str = "", digest: str = "", *, shares_told: bool = False
) -> tuple[CountyItems | None, pd.DataFrame]:
    """Check a frame of county figures and make the table, or list every fault (校验).

    Parameters
    ----------
    frame
        Index: row numbers by which faults are located. Columns: county, year, item, value at least.
    file, digest
        Name of the file and its SHA-256.
    shares_told
        Whether percentages of at most one are meant as such; else they are refused as parts of one.

    Returns
    -------
    CountyItems or None
        None when there is a fault.
    DataFrame
        Columns of DataError.faults, in the order of rows; empty when the table is good.
    """
    frame = frame.reindex(columns=ITEM_FIELDS).astype(object)
    frame = frame.where(frame.notna(), None)
    exact, faults = _exact_cells(frame, file)
    faults += [*_place_faults(frame, exact, file), *_double_faults(exact, file)]
    faults += _value_faults(frame, exact, file)
    faults += [] if shares_told else _share_faults(frame, exact, file)
    if faults:
        told = pd.DataFrame(faults, columns=FAULT_COLUMNS)
        return None, told.sort_values("row", kind="stable", ignore_index=True)
    rank = {name: at for at, name in enumerate(load_figures())}
    ordered = frame.assign(rank=frame["item"].map(rank), year=exact["year"].astype(int))
    ordered = ordered.sort_values(["county", "year", "rank"], kind="stable", ignore_index=True)
    return CountyItems(ordered[ITEM_FIELDS], file, digest), pd.DataFrame(columns=FAULT_COLUMNS)


@cache
def place_schema() -> pa.DataFrameSchema:
    """Build the pandera schema of what stands beside the values: whose, which year, which figure (校验规则).

    Returns
    -------
    pandera.DataFrameSchema
        County and year are necessary; the year has its range, the kind of data its closed list.
    """
    import pandera.pandas as pa

    columns = load_item_columns()
    places = {
        name: schema_column(columns[name], exact=True) for name in ("county", "year", "data_kind")
    }
    figure = pa.Column(checks=pa.Check.isin(list(load_figures()), name="figure"))
    return pa.DataFrameSchema(places | {"item": figure})


@cache
def figure_schema() -> pa.DataFrameSchema:
    """Build the pandera schema of the figures, one row per county-year, from county_figures.toml (校验规则).

    Returns
    -------
    pandera.DataFrameSchema
        Ranges, closed lists, whole numbers, wholes that parts may not exceed; one column per figure. Numbers are
        fractions, so that every digit counts.
    """
    import pandera.pandas as pa

    figures = load_figures()
    return pa.DataFrameSchema(
        {name: schema_column(figure, exact=True) for name, figure in figures.items()},
        checks=[sum_check(parts, whole) for parts, whole in _wholes()],
    )


def _wholes() -> list[tuple[tuple[str, ...], str]]:
    """Figures that may not exceed another one, alone or together."""
    figures = load_figures().values()
    alone = [((figure.id,), figure.at_most) for figure in figures if figure.at_most]
    shared = dict.fromkeys(figure.together_at_most for figure in figures)
    together = [
        (tuple(figure.id for figure in figures if figure.together_at_most == whole), whole)
        for whole in shared
        if whole
    ]
    return alone + together


def _exact_cells(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[dict]]:
    """Cells as the schemas compare them, numbers as fractions; what is of another kind is told and left out."""
    columns, figures, faults = load_item_columns(), load_figures(), []
    places = {name: columns[name] for name in ("county", "year", "item", "data_kind")}
    exact = {name: {} for name in [*places, "value"]}
    for row in frame.itertuples():
        figure = figures.get(row.item) if isinstance(row.item, str) else None
        for name, kind in (places | ({"value": figure} if figure else {})).items():
            written = getattr(row, name)
            try:
                exact[name][row.Index] = _exact_cell(written, kind)
            except ValueError:
                faults.append(_cell_fault(file, row.Index, columns[name], kind, written))
    return pd.DataFrame(exact, index=frame.index, dtype=object), faults


def _exact_cell(written, kind: Column):
    if written is None:
        return None
    if kind.is_number and not (kind.optional and isinstance(written, str)):
        number = exact_number(written)
        if max(abs(number.numerator), number.denominator) >= _TOO_LONG:
            raise ValueError(written)
        return number
    if not isinstance(written, str) or (kind.is_number and written != NOT_APPLICABLE):
        raise ValueError(written)
    return None if kind.is_number else written


def _failures(schema: pa.DataFrameSchema, table: pd.DataFrame) -> tuple[list, list]:
    """Where a schema fails: (row, column, check) of every cell, each cell once; (row, check) of parts and wholes."""
    import pandera.errors

    try:
        schema.validate(table, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases[["index", "column", "check"]].astype(object)
        of_sums = cases["check"].str.contains("<=")
        cells = cases[~of_sums].drop_duplicates(["index", "column"])
        sums = cases.loc[of_sums, ["index", "check"]].drop_duplicates()
        return list(cells.itertuples(index=False)), list(sums.itertuples(index=False))
    return [], []


def _place_faults(frame: pd.DataFrame, exact: pd.DataFrame, file: str) -> list[dict]:
    """Unknown figures and kinds of data, impossible years, rows without county, year or figure."""
    columns, faults, empty = load_item_columns(), [], {}
    cells, _ = _failures(place_schema(), exact.drop(columns="value"))
    for row, name, check in cells:
        found = frame.at[row, name]
        if check != "not_nullable":
            faults.append(_cell_fault(file, row, columns[name], columns[name], found))
        elif found is None:  # what is not empty was told when it could not be read
            empty.setdefault(row, []).append(columns[name].headers[0])
    advice = "补上；县区和年度也可由文件所在的文件夹给出"
    return faults + [
        _fault(file, row, "、".join(headers), "（空）", "必填", advice)
        for row, headers in empty.items()
    ]


def _double_faults(exact: pd.DataFrame, file: str) -> list[dict]:
    header = load_item_columns()["item"].headers[0]
    return [
        _fault(
            file,
            row,
            header,
            exact.at[row, "item"],
            "每个县每年每项一行",
            "删去重复的行，只留一个数",
        )
        for row in _doubled(exact)
    ]


def _doubled(exact: pd.DataFrame) -> list[int]:
    """Rows of a figure that stands twice in one county and year."""
    keys = exact[["county", "year", "item"]].dropna()
    keys = keys[keys["item"].isin(list(load_figures())) & keys.duplicated(keep=False)]
    return keys.index.tolist()


def _value_faults(frame: pd.DataFrame, exact: pd.DataFrame, file: str) -> list[dict]:
    """Values that their figures do not allow, and parts that exceed their whole."""
    figures, value = load_figures(), load_item_columns()["value"]
    wide, rows = _widen(exact[exact["item"].isin(list(figures))])
    cells, sums = _failures(figure_schema(), wide) if rows else ([], [])
    wrong = {rows[line, name]: figures[name] for line, name, _ in cells}
    faults = [
        _cell_fault(file, row, value, figure, frame.at[row, "value"])
        for row, figure in wrong.items()
    ]
    unsure = {*wrong, *_doubled(exact), *exact.index[exact[["county", "year"]].isna().any(axis=1)]}
    for line, check in sums:
        names = [name for name in re.split(r"\+|<=", check) if (line, name) in rows]
        given = {name: rows[line, name] for name in names if pd.notna(wide.at[line, name])}
        if unsure.isdisjoint(given.values()):
            faults.append(_sum_fault(frame, exact, given, file))
    return faults


def _share_faults(frame: pd.DataFrame, exact: pd.DataFrame, file: str) -> list[dict]:
    """Percentages of at most one, which were probably given as parts of one; zero is zero either way."""
    header = load_item_columns()["value"].headers[0]
    percent = {name for name, figure in load_figures().items() if figure.unit == "%"}
    numbers = exact.loc[exact["item"].isin(percent), "value"].dropna()
    advice = "应填百分数，如46.5；确实不足1%的，改填人数"
    return [
        _fault(
            file, row, header, f"{frame.at[row, 'value']}（疑似比例）", "0，或大于1的百分数", advice
        )
        for row, number in numbers.items()
        if 0 < number <= 1
    ]


def _widen(known: pd.DataFrame) -> tuple[pd.DataFrame, dict[tuple[int, str], int]]:
    """One line per county-year, a further one for what stands twice; and the row of every value."""
    place = known.groupby(["county", "year"], dropna=False, sort=False).ngroup()
    nth = known.groupby([place, known["item"]]).cumcount()
    known = known.assign(line=known.groupby([place, nth]).ngroup())
    rows = dict(zip(zip(known["line"], known["item"], strict=True), known.index, strict=True))
    return known.pivot(index="line", columns="item", values="value"), rows


def _sum_fault(frame: pd.DataFrame, exact: pd.DataFrame, given: dict[str, int], file: str) -> dict:
    """Parts that exceed the whole, which stands last; told where the largest part stands."""
    *parts, whole = given
    words = {name: load_figures()[name].zh for name in given}
    told = max(parts, key=lambda name: exact.at[given[name], "value"])
    named = [
        f"{words[name]}{frame.at[row, 'value']}" for name, row in given.items() if name != told
    ]
    found = f"{frame.at[given[told], 'value']}（{words[told]}；{'、'.join(named)}）"
    allowed = f"{'合计' if len(parts) > 1 else ''}不大于{words[whole]}"
    header = load_item_columns()["value"].headers[0]
    return _fault(file, given[told], header, found, allowed, "核对这几个数，改正填错的一个")


def _cell_fault(file: str, row, column: Column, kind: Column, found) -> dict:
    """A cell that its column, or the figure of its row, does not allow."""
    allowed, advice = kind.allowed, "核对后改正"
    if column.id == "item":
        allowed, advice = "县级数据项字典中的代码或名称", "改用字典中的代码或名称，或删去该行"
    elif column.id == "value":
        checked = f"核对“{kind.zh}”后改正；没有数据的留空，不要填0"
        advice = mend_advice(found, kind, checked)
    return _fault(file, row, column.headers[0], found, allowed, advice)


def _fault(file: str, row, column: str, found, allowed: str, advice: str) -> dict:
    values = [file, "", row, column, written_text(found), allowed, advice]
    return dict(zip(FAULT_COLUMNS, values, strict=True))
