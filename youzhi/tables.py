"""The validated table types and their checks.

Only a SchoolTable may be computed on; it is made here, from a frame that passed the pandera schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from youzhi.columns import Column, load_columns, parse_areas
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.exact import as_fraction

if TYPE_CHECKING:
    import pandera.pandas as pa

KEYS = ["county", "year", "school_id"]

_MEND = "核对原始数据后改正；没有数据的留空，不要填0"

# A decimal of at most so many digits comes back unchanged from a float.
_SAFE_DIGITS = 15


@dataclass(frozen=True)
class SchoolTable:
    """A checked table with one row per school or campus (学校数据表).

    Attributes
    ----------
    frame : DataFrame
        Columns: ids of columns.toml as far as they were given, always county, year, school_id,
        school, school_type; numbers are float64 (missing is NaN). Sorted by county, year, school_id.
    exact : Mapping
        (row position, column id) to the exact value, for the few numbers that a float cannot hold.
    file, digest : str
        Name of the file it was read from and its SHA-256; empty when it was not read from one file.
    lines : ndarray of int
        Row of the file in which each school stands; the header is row 1.
    findings : DataFrame or None
        What was converted, noticed or set aside when it was read (FINDING_COLUMNS of intake.findings); None where
        it was not read from a file.
    """

    frame: pd.DataFrame
    exact: Mapping[tuple[int, str], Fraction] = field(default_factory=dict)
    file: str = ""
    digest: str = ""
    lines: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    findings: pd.DataFrame | None = None

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, file: str = "") -> SchoolTable:
        """Check a frame whose columns are ids of columns.toml (由数据框建表).

        Parameters
        ----------
        frame
            One row per school or campus; needs county, year, school and school_type. Numbers may be
            int, float, Decimal or Fraction.
        file
            Where it comes from, as faults shall name it.

        Returns
        -------
        SchoolTable
            Sorted by county, year, school_id.

        Raises
        ------
        DataError
            With all faults at once; row is the position in the frame, counted from 1.
        """
        numbered = frame.set_axis(range(1, len(frame) + 1), axis=0)
        table, faults = make_school_table(numbered, file)
        if len(faults):
            raise DataError(faults)
        return table

    def _repr_html_(self) -> str:
        return self.frame._repr_html_()

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def _arrays(self) -> dict[str, np.ndarray]:
        """Columns that were asked for, so that each is taken out of the frame once."""
        return {}

    def numbers(self, column: str) -> np.ndarray:
        """Return one numeric column as float64; a column that was not given is all missing."""
        if column not in self._arrays:
            given = column in self.frame
            missing = np.full(len(self.frame), np.nan)
            self._arrays[column] = self.frame[column].to_numpy(dtype=float) if given else missing
        return self._arrays[column]

    def texts(self, column: str) -> np.ndarray:
        """Return one text, choice or boolean column; a column that was not given is all None."""
        if column not in self._arrays:
            given = self.frame.get(column, pd.Series(None, self.frame.index, dtype=object))
            self._arrays[column] = given.astype(object).where(given.notna(), None).to_numpy()
        return self._arrays[column]

    def select(self, rows: np.ndarray) -> SchoolTable:
        """Return the table of some rows only (选取若干行).

        Parameters
        ----------
        rows
            One bool per row.

        Returns
        -------
        SchoolTable
            In the same order, with every digit.
        """
        kept = np.flatnonzero(rows)
        position = {row: at for at, row in enumerate(kept)}
        exact = {
            (position[row], name): value for (row, name), value in self.exact.items() if rows[row]
        }
        lines = self.lines[kept] if len(self.lines) else self.lines
        frame = self.frame[rows].reset_index(drop=True)
        return SchoolTable(frame, exact, self.file, self.digest, lines, self.findings)

    def exact_number(self, row: int, column: str) -> Fraction:
        """Return one number exactly as it was written (按所写数值取值)."""
        found = self.exact.get((row, column)) if self.exact else None
        return as_fraction(self.numbers(column)[row]) if found is None else found


def stack_tables(tables: Iterable[SchoolTable]) -> SchoolTable:
    """Put the tables of several counties or years together (合并数据表).

    Parameters
    ----------
    tables
        At least one; no county-year stands in two of them.

    Returns
    -------
    SchoolTable
        Sorted by county, year, school_id.

    Raises
    ------
    DataError
        A school stands in two of the tables for the same year.
    """
    tables = list(tables)
    offsets = np.cumsum([0, *(len(table) for table in tables)])
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    exact = {
        (row + offset, column): value
        for table, offset in zip(tables, offsets, strict=False)
        for (row, column), value in table.exact.items()
    }
    twice = _duplicate_faults(frame, "")
    if twice:
        raise DataError(pd.DataFrame(twice))
    ordered = frame.sort_values(KEYS, kind="stable")
    files = dict.fromkeys(table.file for table in tables)
    lines = np.concatenate([table.lines for table in tables])
    lines = lines[ordered.index] if len(lines) == len(frame) else np.empty(0, dtype=int)
    named, moved = _name_apart(ordered.reset_index(drop=True)), _moved(exact, ordered.index)
    told = [table.findings for table in tables if table.findings is not None]
    findings = pd.concat(told, ignore_index=True) if told else None
    return SchoolTable(named, moved, "；".join(files), lines=lines, findings=findings)


def _moved(exact: Mapping, order: pd.Index) -> dict:
    """Exact values under their row positions after sorting."""
    position = {row: at for at, row in enumerate(order)}
    return {(position[row], column): value for (row, column), value in exact.items()}


def make_school_table(
    frame: pd.DataFrame, file: str = "", digest: str = ""
) -> tuple[SchoolTable | None, pd.DataFrame]:
    """Check a frame of canonical columns and make the table, or list every fault (校验).

    Parameters
    ----------
    frame
        Index: row numbers by which faults are located. Columns: ids of columns.toml.
    file, digest
        Name of the file and its SHA-256.

    Returns
    -------
    SchoolTable or None
        None when there is a fault.
    DataFrame
        Columns of DataError.faults, one row per cell or column; empty when the table is good.
    """
    faults = [
        _fault(
            file,
            "",
            column.headers[0],
            "（无此列）",
            "必填列",
            "补上该列；表头可用列名或其中文表头",
        )
        for column in load_columns().values()
        if column.needed and column.id not in frame
    ]
    floats, exact, unreadable = _split_exact(_with_codes(frame), file)
    faults += [*unreadable, *_schema_faults(floats, file), *_exact_faults(floats, exact, file)]
    faults += _duplicate_faults(floats, file)
    if faults:
        told = pd.DataFrame(faults, columns=FAULT_COLUMNS)
        return None, told.drop_duplicates(["row", "column"], ignore_index=True)
    ordered = floats.assign(year=floats["year"].astype(int)).sort_values(KEYS, kind="stable")
    lines = ordered.index.to_numpy(dtype=int)
    named = _name_apart(ordered.reset_index(drop=True))
    table = SchoolTable(named, _moved(exact, ordered.index), file, digest, lines)
    return table, pd.DataFrame(columns=FAULT_COLUMNS)


def _with_codes(frame: pd.DataFrame) -> pd.DataFrame:
    """A school without a code is known by its name."""
    if "school" not in frame:
        return frame
    codes = frame["school_id"] if "school_id" in frame else frame["school"]
    return frame.assign(school_id=codes.where(codes.notna(), frame["school"]))


def _name_apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Schools of one name in one county-year are told apart by their code."""
    while (twins := frame.duplicated(["county", "year", "school"], keep=False)).any():
        coded = frame["school"] + "（" + frame["school_id"] + "）"
        frame = frame.assign(school=frame["school"].where(~twins, coded))
    return frame


def _split_exact(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, dict, list[dict]]:
    """Turn numbers into float64, remember those that a float cannot hold, tell those that are none."""
    floats, exact, faults = {}, {}, []
    for name in frame.columns:
        values, column = frame[name], load_columns().get(name)
        if column is None or not column.is_number:
            # column by column: what becomes of texts must not depend on the columns beside them
            floats[name] = values.infer_objects()
            continue
        if values.dtype.kind in "iuf":
            floats[name] = values.astype(float)
            continue
        numbers = {}
        for row, written in values.dropna().items():
            try:
                numbers[row] = _to_float(written)
            except ValueError:
                advice = mend_advice(written, column)
                faults.append(_fault(file, row, column.headers[0], written, column.allowed, advice))
                continue
            short = len(str(written)) <= _SAFE_DIGITS and not isinstance(written, Fraction)
            if not short and as_fraction(numbers[row]) != as_fraction(written):
                exact[row, name] = as_fraction(written)
        floats[name] = pd.Series(numbers, dtype=float).reindex(frame.index)
    return pd.DataFrame(floats, index=frame.index), exact, faults


def _to_float(written) -> float:
    """A finite number, or ValueError."""
    if isinstance(written, bool | np.bool_):
        raise ValueError(written)
    try:
        number = float(written)
    except (TypeError, OverflowError) as error:
        raise ValueError(written) from error
    if not np.isfinite(number):
        raise ValueError(written)
    return number


@cache
def school_schema() -> pa.DataFrameSchema:
    """Build the pandera schema of a school table from columns.toml (校验规则).

    Returns
    -------
    pandera.DataFrameSchema
        Ranges, closed lists, whole numbers, at-most pairs; unknown columns are refused.

    Examples
    --------
    >>> "pupils_primary" in school_schema().columns
    True
    """
    import pandera.pandas as pa

    columns = load_columns()
    pairs = [(c.id, c.at_most) for c in columns.values() if c.at_most]
    return pa.DataFrameSchema(
        {name: schema_column(column) for name, column in columns.items()},
        checks=[sum_check((part,), whole) for part, whole in pairs],
        strict=True,
    )


def schema_column(column: Column, exact: bool = False) -> pa.Column:
    """Build the pandera column of one entry of a dictionary (一列的校验规则).

    Parameters
    ----------
    column
        Of columns.toml or county_figures.toml.
    exact
        Numbers are fractions and are checked on all their digits, not floats.

    Returns
    -------
    pandera.Column
        Range, whole numbers, closed list, kind.
    """
    import pandera.pandas as pa

    checks = []
    if column.is_number:
        checks.append(pa.Check.in_range(column.min, column.max, name="range"))
    if column.kind == "integer":
        checks.append(pa.Check(lambda s: s % 1 == 0, name="whole"))
    if column.kind == "choice":
        checks.append(pa.Check.isin(list(column.choices), name="choice"))
    if column.kind == "boolean":
        checks.append(pa.Check.isin([True, False], name="boolean"))
    if column.kind == "text":
        checks.append(
            pa.Check(lambda value: isinstance(value, str), element_wise=True, name="text")
        )
    if column.kind == "areas":
        checks.append(
            pa.Check(lambda value: _are_areas(value, column), element_wise=True, name="areas")
        )
    dtype = float if column.is_number and not exact else None
    return pa.Column(dtype, checks=checks, nullable=not column.needed, required=False)


def _are_areas(value, column: Column) -> bool:
    try:
        return isinstance(value, str) and bool(parse_areas(value, column))
    except ValueError:
        return False


def sum_check(parts: tuple[str, ...], whole: str) -> pa.Check:
    """Build the pandera check that one or several columns together do not exceed another (部分之和不大于整体).

    Parameters
    ----------
    parts, whole
        Ids of columns; what is missing is not counted, and without the whole nothing is checked.

    Returns
    -------
    pandera.Check
        Named "part<=whole", or "part+part<=whole".
    """
    import pandera.pandas as pa

    def holds(frame: pd.DataFrame) -> pd.Series:
        given = [part for part in parts if part in frame]
        if not given or whole not in frame:
            return pd.Series(True, index=frame.index)
        # two None can be neither added nor compared, two NaN can
        numbers = frame[[*given, whole]]
        numbers = numbers.where(numbers.notna(), np.nan)
        total = reduce(lambda one, other: one.add(other, fill_value=0), map(numbers.get, given))
        return ~(total > numbers[whole])

    return pa.Check(holds, name=f"{'+'.join(parts)}<={whole}", ignore_na=False)


def _schema_faults(frame: pd.DataFrame, file: str) -> list[dict]:
    """Run the schema and translate every failure into a located fault; a cell's own fault comes first."""
    import pandera.errors

    try:
        school_schema().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases.to_dict("records")
        pairs = [case for case in cases if "<=" in str(case["check"])]
        cells = [_cell_fault(frame, file, case) for case in cases if case not in pairs]
        keys = sorted({(case["index"], case["check"]) for case in pairs})
        return cells + [_pair_fault(frame, file, *key) for key in keys]
    return []


def _exact_faults(frame: pd.DataFrame, exact: dict, file: str) -> list[dict]:
    """Check the numbers that a float cannot hold once more, on all their digits."""
    faults = []
    for (row, name), value in exact.items():
        column = load_columns()[name]
        whole = column.kind != "integer" or value.denominator == 1
        if not (whole and as_fraction(column.min) <= value <= as_fraction(column.max)):
            found = f"{value.numerator / value.denominator:.17g}"
            faults.append(_fault(file, row, column.headers[0], found, column.allowed, _MEND))
    pairs = [(c.id, c.at_most) for c in load_columns().values() if c.at_most]
    for part, top in pairs:
        for row in {row for row, name in exact if name in (part, top)}:
            values = [
                exact.get((row, name), as_fraction(frame.at[row, name]))
                for name in (part, top)
                if name in frame and pd.notna(frame.at[row, name])
            ]
            if len(values) == 2 and values[0] > values[1]:
                faults.append(_pair_fault(frame, file, row, f"{part}<={top}"))
    return faults


def _pair_fault(frame: pd.DataFrame, file: str, row: int, check: str) -> dict:
    part, whole = (load_columns()[name] for name in check.split("<="))
    found = f"{frame.at[row, part.id]:.15g}（{whole.zh} {frame.at[row, whole.id]:.15g}）"
    return _fault(
        file, row, part.headers[0], found, f"不大于{whole.zh}", "核对两列，改正填错的一列"
    )


def _cell_fault(frame: pd.DataFrame, file: str, case: dict) -> dict:
    if case["check"] == "column_in_schema":
        advice = "删去该列，或改用数据列字典中的列名"
        return _fault(file, "", case["failure_case"], "（未知列）", "数据列字典中的列", advice)
    column, found = load_columns()[case["column"]], case["failure_case"]
    if case["check"] == "not_nullable":
        advice = "这一列必须填写；合计、平均等不是学校的行请删去"
        return _fault(file, case["index"], column.headers[0], "（空）", column.allowed, advice)
    found = f"{found:.15g}" if isinstance(found, float) else found
    return _fault(file, case["index"], column.headers[0], found, column.allowed, _MEND)


def _duplicate_faults(frame: pd.DataFrame, file: str) -> list[dict]:
    """The same school twice in one county and year."""
    if not set(KEYS) <= set(frame):
        return []
    coded = frame.dropna(subset=KEYS)
    twice = coded[coded.duplicated(KEYS, keep=False)]
    header, advice = (
        load_columns()["school_id"].headers[0],
        "删去重复行；同名学校请填不同的学校代码",
    )
    return [
        _fault(file, row, header, code, "每个县每年每校一行", advice)
        for row, code in twice["school_id"].items()
    ]


def mend_advice(found, column: Column, otherwise: str = _MEND) -> str:
    """Say what to do about a cell that its column does not allow (改正建议).

    Parameters
    ----------
    found
        What stands in the cell.
    column
        Of columns.toml or county_figures.toml.
    otherwise
        What is said of any cell that is no number with a percent sign.

    Returns
    -------
    str
        Chinese.

    Examples
    --------
    >>> from youzhi.columns import load_figures
    >>> mend_advice("46.5%", load_figures()["exchanged_share_percent"])
    '改为常规格式，填46.5'
    """
    if not (column.is_number and isinstance(found, str) and found.endswith("%")):
        return otherwise
    if column.unit == "%":
        return f"改为常规格式，填{found.removesuffix('%')}"
    return "改为常规格式，再核对数值；这一列不填百分数"


def written_text(found) -> str:
    """Return the text of what was found; Python prints no integer of more than some thousand digits (所见文本).

    Parameters
    ----------
    found
        Anything that may stand in a frame.

    Returns
    -------
    str
        Its text, or that its digits are too many.

    Examples
    --------
    >>> written_text(120), written_text(10**5000)
    ('120', '（位数过多的数）')
    """
    try:
        return str(found)
    except ValueError:
        return "（位数过多的数）"


def _fault(file: str, row, column: str, found, allowed: str, advice: str) -> dict:
    values = [file, "", row, column, written_text(found), allowed, advice]
    return dict(zip(FAULT_COLUMNS, values, strict=True))
