"""The fast way for a CSV that is plainly clean: same table as the careful way, or nothing at all.

Whatever is not plain (a quote, a blank, an exponent, a doubled school, a value out of range) is left to the careful
way, which finds and tells it. So this module never says what is wrong.
"""

from __future__ import annotations

import os
import re
import signal
import stat
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np
import pandas as pd

from youzhi.columns import Column, load_columns
from youzhi.exact import as_fraction
from youzhi.intake.findings import load_rules
from youzhi.intake.identity import count_lengths
from youzhi.intake.magnitudes import find_wrong_units
from youzhi.intake.values.aliases import load_aliases
from youzhi.tables import SchoolTable

if TYPE_CHECKING:
    import polars as pl

_COMMA, _LINE, _POINT, _BLANK, _ZERO, _E = (ord(sign) for sign in ",\n. 0e")
_LOWER = 0x20

# Bytes read at a time, and looked at together: what is made of them stays in the cache of the processor.
_BATCH, _BLOCK = 1 << 22, 1 << 18

# A decimal text of at most so many characters comes back unchanged from a float.
_SAFE_LENGTH = 15
_YEAR_LENGTH = 4

_WORDS = {"是": True, "否": False, "1": True, "0": False}
_WORDS |= {word: True for word in ("true", "True", "TRUE")}
_WORDS |= {word: False for word in ("false", "False", "FALSE")}

# Texts that no step of cleaning changes or wonders about. A code of 18 digits could be that of a person, and eleven
# digits a telephone number.
_PLAIN_NAME = r"^[A-Za-z0-9（）·]{0,50}[\u4E00-\u9FA5][\u4E00-\u9FA5A-Za-z0-9（）·]{0,50}$"
_PLAIN_CODE = r"^[A-Za-z0-9]{1,17}$|^[0-9]{19}$"
_PLAIN_COUNTY = r"^[A-Za-z][A-Za-z0-9-]*$"
_AREA = r"(0|[1-9][0-9]{0,4})(\.[0-9]{1,4})?"
_PATTERNS = {
    "county": f"{_PLAIN_COUNTY}|{_PLAIN_NAME}",
    "school_id": f"{_PLAIN_CODE}|{_PLAIN_NAME}",
    "text": _PLAIN_NAME,
    "areas": f"^{_AREA}(;{_AREA})*$",
}
_TELEPHONE, _DATE = r"[0-9]{11}", r"[0-9][年月]"

# What a file shows when nobody wrote to it meanwhile.
_UNCHANGED = ("st_ino", "st_size", "st_mtime_ns")

# A text with one of these may be a total, a footnote, a note that something is missing, or a number in words.
_DOUBTFUL = (
    r"计|总|平均|均值|注|填|审核|负责|单位|日期|制表|无|空|缺|未|不|没|约|名称|年.*月|月.*日"
)

_YEAR_IN_NAME = re.compile(r"20[0-9]{2}")
_PUPILS = ("pupils_primary", "pupils_junior", "pupils_senior")


def read_clean_csv(
    path: str | Path, county: str | None = None, year: int | None = None
) -> SchoolTable | None:
    r"""Read a CSV of schools that is plainly clean, of one county or of the whole country (快速读取).

    Parameters
    ----------
    path
        UTF-8, with ids or Chinese headers of the dictionary, without quotes.
    county, year
        As in read_schools: filled in when the file has no such column.

    Returns
    -------
    SchoolTable or None
        What the careful way makes of the file, to the last digit; None when something in it is not plain, so that
        the careful way must read it.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "schools.csv"
    >>> _ = file.write_text("学校名称,学校类型,小学学生人数\n甲校,小学,120\n", encoding="utf-8")
    >>> read_clean_csv(file, county="demo", year=2020).frame["pupils_primary"].tolist()
    [120.0]
    >>> _ = file.write_text("学校名称,学校类型,小学学生人数\n甲校,小学,约120\n", encoding="utf-8")
    >>> read_clean_csv(file, county="demo", year=2020) is None
    True
    """
    path = Path(path)
    raw = _read_file(path)
    if hasattr(signal, "siginterrupt"):  # polars leaves Ctrl-C unable to wake a waiting main thread
        signal.siginterrupt(signal.SIGINT, True)
    table = None if raw is None else _complete(raw.cells, county, year)
    if table is None or not _are_years_alike(path.stem, table["year"]):
        return None
    columns = {name: _convert(cells, load_columns()[name]) for name, cells in table.items()}
    if any(column is None for column in columns.values()):
        return None
    order = _find_order(columns)
    if order is None or not _are_apart(columns) or not _are_codes_alike(columns):
        return None
    frame = pd.DataFrame(
        {name: _lay_out(column, order) for name, column in columns.items()}, copy=False
    )
    lines = np.arange(2, len(frame) + 2)[order]
    exact = _find_exact(raw.long, frame, lines)
    if exact is None or not _are_parts_smaller(frame, exact) or not _are_units_likely(frame):
        return None
    return SchoolTable(frame, exact, path.name, raw.digest, lines)


class _Long(NamedTuple):
    """A number of more digits than a float surely holds; row counted from 0."""

    row: int
    field: str
    text: str


class _Raw(NamedTuple):
    """The cells of a file, and what is not to be seen in them."""

    cells: dict[str, pl.Series]
    long: list[_Long]
    digest: str


class _Coded(NamedTuple):
    """A column of few different values: which of them stands in each row, -1 for none; texts ascend."""

    values: list
    codes: np.ndarray


def _read_file(path: Path) -> _Raw | None:
    """Read an ordinary CSV file that nobody wrote to meanwhile."""
    if path.suffix.lower() != ".csv":
        return None
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            raw = _read_batches(file)
            after = os.stat(path)
    except OSError:  # the careful way says what is the matter with it
        return None
    same = all(getattr(before, part) == getattr(after, part) for part in _UNCHANGED)
    return raw if same else None


def _read_batches(file: BinaryIO) -> _Raw | None:
    """Read, scan and parse some megabytes at a time, so that the text of a whole nation is never held."""
    import polars as pl

    header = file.readline()
    fields, digest = _find_fields(header), sha256(header)
    if fields is None:
        return None
    schema = {name: _dtype(load_columns()[name]) for name in fields}
    texts = [name for name, dtype in schema.items() if dtype == pl.String]
    code = pl.Categorical(pl.Categories.random())
    parts, long, rows = [], [], 0
    while batch := file.read(_BATCH) + file.readline():
        digest.update(batch)
        content = _end_lines(batch)
        found = _scan(content, fields, rows)
        part = None if found is None else _parse(content, schema)
        if part is None:
            return None
        parts.append(part.with_columns(pl.col(texts).cast(code)))
        long += found
        rows += len(part)
    if not rows:
        return None
    return _Raw(dict(pl.concat(parts).to_dict()), long, digest.hexdigest())


def _find_fields(header: bytes) -> list[str] | None:
    """The id of every header; None unless each is written as the dictionary has it, and none twice."""
    known = {
        name: column.id
        for column in load_columns().values()
        for name in (column.id, *column.headers)
    }
    try:
        headers = header.decode("utf-8-sig").rstrip("\r\n").split(",")
    except UnicodeDecodeError:
        return None
    fields = [known.get(header) for header in headers]
    needed = {column.id for column in load_columns().values() if column.required}
    whole = None not in fields and len(set(fields)) == len(fields) and needed <= set(fields)
    return fields if whole else None


def _end_lines(batch: bytes) -> bytes:
    """Every line ends in one line feed, the last one too."""
    if b"\r" in batch:
        batch = batch.replace(b"\r\n", b"\n")
    return batch if batch.endswith(b"\n") else batch + b"\n"


def _scan(content: bytes, fields: list[str], rows: int) -> list[_Long] | None:
    """Look at every byte: rows of one length, no blank, no exponent; returns the numbers too long for a float."""
    signs = np.frombuffer(content, np.uint8)
    columns = [load_columns()[name] for name in fields]
    numbers = [at for at, column in enumerate(columns) if column.is_number and column.unit != "年"]
    years = [at for at, column in enumerate(columns) if column.unit == "年"]
    decimals = any(column.kind == "decimal" for column in columns)
    width, count, last, long = len(fields), 0, -1, []
    for start in range(0, len(signs), _BLOCK):
        block = signs[start : start + _BLOCK]
        ends = np.flatnonzero((block == _COMMA) | (block == _LINE))
        is_line = block[ends] == _LINE
        due = is_line[(width - 1 - count) % width :: width]
        lines = np.count_nonzero(is_line)
        if lines != len(due) or not due.all() or np.count_nonzero(block <= _BLANK) != lines:
            return None
        if decimals and not _are_decimals_plain(signs, start):
            return None
        ends += start
        lengths = np.diff(ends, prepend=last) - 1
        for at in years:
            written = lengths[(at - count) % width :: width]
            if ((written != 0) & (written != _YEAR_LENGTH)).any():
                return None
        for at in numbers:
            first = (at - count) % width
            for found in first + width * np.flatnonzero(lengths[first::width] > _SAFE_LENGTH):
                text = content[ends[found] - lengths[found] : ends[found]].decode(
                    "ascii", "replace"
                )
                long.append(_Long(rows + int(count + found) // width, fields[at], text))
        count, last = count + len(ends), ends[-1] if len(ends) else last
    return long


def _are_decimals_plain(signs: np.ndarray, start: int) -> bool:
    """No point without a digit on each side, no letter E behind a digit; the bytes around a block count too."""
    block = signs[max(start - 1, 0) : start + _BLOCK + 1]
    digits = block - _ZERO < 10
    points, letters = block == _POINT, (block | _LOWER) == _E
    lonely = points[1:-1] > (digits[:-2] & digits[2:])
    return not (points[:1].any() and not start) and not (
        lonely.any() or (letters[1:] & digits[:-1]).any()
    )


def _parse(content: bytes, schema: dict[str, pl.DataType]) -> pl.DataFrame | None:
    """The cells of some rows as what their columns say; None when one is not."""
    import polars as pl

    try:
        return pl.read_csv(content, has_header=False, schema=schema, quote_char=None)
    except pl.exceptions.PolarsError:  # the careful way says which cell it is
        return None


def _dtype(column: Column) -> pl.DataType:
    import polars as pl

    if column.kind in ("choice", "boolean"):
        return pl.Enum(list(_words(column)))
    return {"integer": pl.Int64(), "decimal": pl.Float64()}.get(column.kind, pl.String())


def _words(column: Column) -> dict[str, object]:
    """What may be written for a choice or a boolean, and the value that it means."""
    if column.kind == "boolean":
        return _WORDS
    return {value: value for value in column.choices} | {
        word: value for value, word in column.choices.items()
    }


def _complete(
    cells: dict[str, pl.Series], county: str | None, year: int | None
) -> dict[str, pl.Series] | None:
    """Fill in county, year and the code of a school; None when the file says another, or lacks one."""
    import polars as pl

    names = cells["school"]
    cells = {name: cells[name] for name in load_columns() if name in cells}
    for name, value, dtype in (("county", county, names.dtype), ("year", year, pl.Int64())):
        if name not in cells:
            given = pl.Series([value], dtype=pl.String() if name == "county" else dtype)
            cells[name] = given.cast(dtype).new_from_index(0, len(names))
        elif value is not None and cells[name].unique().to_list() != [value]:
            return None
    cells["school_id"] = cells["school_id"].fill_null(names) if "school_id" in cells else names
    lacking = [name for name in cells if load_columns()[name].needed and cells[name].null_count()]
    return None if lacking else cells


def _are_years_alike(stem: str, years: pl.Series) -> bool:
    """No year in the name of the file but those of the table."""
    return set(map(int, _YEAR_IN_NAME.findall(stem))) <= set(years.unique())


def _convert(cells: pl.Series, column: Column) -> np.ndarray | _Coded | None:
    """The values of one column; None when one is not plain or out of range."""
    import polars as pl

    if column.is_number:
        return _convert_numbers(cells, column)
    if column.kind in ("text", "areas"):
        return _convert_texts(cells, column)
    codes = cells.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return _Coded(list(_words(column).values()), codes)


def _convert_numbers(cells: pl.Series, column: Column) -> np.ndarray | None:
    import polars as pl

    numbers = cells.cast(pl.Float64).to_numpy()
    if np.signbit(numbers).any():  # minus zero is zero
        numbers = numbers + 0.0
    inside = np.count_nonzero((numbers >= column.min) & (numbers <= column.max))
    if inside != len(cells) - cells.null_count():
        return None
    return numbers.astype(int) if column.id == "year" else numbers


def _convert_texts(cells: pl.Series, column: Column) -> _Coded | None:
    import polars as pl

    known = cells.unique().drop_nulls()
    texts = known.cast(pl.String)
    plain = _PATTERNS.get(column.id) or _PATTERNS.get(column.kind)
    if not texts.str.contains(plain).all():
        return None
    if column.kind == "areas" and not _are_areas_in_range(texts, column):
        return None
    if column.kind == "text" and not _are_names(texts, column):
        return None
    order, numbers = texts.arg_sort(), known.to_physical().to_numpy()
    ranks = np.full(numbers.max(initial=0) + 2, -1)
    ranks[numbers[order]] = np.arange(len(known))
    codes = cells.to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    return _Coded(texts[order].to_list(), ranks[codes])


def _are_names(texts: pl.Series, column: Column) -> bool:
    """None of them is a word for a total, a footnote, a date, a number of a person, or that nothing is known."""
    totals, notes = load_rules()["H13"].limits, load_rules()["H14"].limits
    words = "|".join(map(re.escape, (*notes["notes"], *notes["signatures"])))
    doubts = [*totals["words"], *totals["means"], f"^（?({words})）?(（.*）)?$", _DATE]
    doubts += [] if column.id == "school_id" else [_TELEPHONE]
    missing = load_aliases()["missing"]["words"]
    return not (texts.str.contains("|".join(doubts)).any() or texts.is_in(missing).any())


def _are_areas_in_range(texts: pl.Series, column: Column) -> bool:
    import polars as pl

    areas = texts.str.split(";").explode().cast(pl.Float64)
    return areas.is_between(column.min, column.max).all()


def _find_order(columns: dict) -> np.ndarray | slice | None:
    """Rows by county, year and code; None when a school is doubled."""
    groups, codes = _number_groups(columns), columns["school_id"]
    keys = groups * len(codes.values) + codes.codes
    if (keys[1:] > keys[:-1]).all():
        return slice(None)
    order = np.argsort(keys, kind="stable")
    return None if (np.diff(keys[order]) == 0).any() else order


def _number_groups(columns: dict) -> np.ndarray:
    """A number for each county and year, ascending with them."""
    years = columns["year"] - columns["year"].min()
    return columns["county"].codes * (years.max() + 1) + years


def _are_apart(columns: dict) -> bool:
    """No two schools of one name in one county and year, no school beside its own campuses, no lone campus."""
    names, campuses = columns["school"], columns.get("campus_of")
    keys = np.sort(_number_groups(columns) * len(names.values) + names.codes)
    if (keys[1:] == keys[:-1]).any():
        return False
    if campuses is None:
        return True
    own = campuses.codes[campuses.codes >= 0]
    if (np.unique(own, return_counts=True)[1] < 2).any():
        return False
    columns = (names, columns.get("school_id", names))
    whole = {
        column.values[at]
        for column in columns
        for at in np.unique(column.codes[campuses.codes < 0])
        if at >= 0
    }
    return set(campuses.values).isdisjoint(whole)


def _are_codes_alike(columns: dict) -> bool:
    """No county and year whose codes are of several lengths."""
    codes, groups = columns["school_id"], _number_groups(columns)
    if len(count_lengths(codes.values)) < 2:
        return True
    known = pd.Series(codes.values).take(codes.codes)
    lengths = known.groupby(groups).agg(lambda told: len(count_lengths(told)))
    return bool((lengths < 2).all())


def _lay_out(column: np.ndarray | _Coded, order: np.ndarray | slice):
    """One column as the table holds it; where nothing stands in a column of texts, it holds None."""
    if isinstance(column, np.ndarray):
        return column[order]
    codes = column.codes[order]
    if (codes < 0).all():
        return np.full(len(codes), None, dtype=object)
    if isinstance(column.values[0], str):
        return pd.array(column.values, dtype="str").take(codes, allow_fill=True)
    found = np.array([*column.values, None], dtype=object)[codes]
    return found if (codes < 0).any() else found.astype(bool)


def _find_exact(
    long: list[_Long], frame: pd.DataFrame, lines: np.ndarray
) -> dict[tuple[int, str], Fraction] | None:
    """The numbers that a float does not hold; None when a float cannot even tell that they are in range."""
    exact = {}
    position = dict(zip((lines - 2).tolist(), range(len(lines)), strict=True)) if long else {}
    longest = load_rules()["N16"].limits["digits"]
    for row, name, text in long:
        if len(text) > longest:
            return None
        at, column, value = position[row], load_columns()[name], Fraction(Decimal(text))
        number = frame[name].iat[at]
        if as_fraction(number) == value:
            continue
        if number in (column.min, column.max):
            return None
        exact[at, name] = value
    return exact


def _are_parts_smaller(frame: pd.DataFrame, exact: dict[tuple[int, str], Fraction]) -> bool:
    """No part exceeds its whole; where an exact number makes the difference, nobody can tell here."""
    for column in load_columns().values():
        if not {column.id, column.at_most} <= set(frame):
            continue
        part, whole = frame[column.id].to_numpy(), frame[column.at_most].to_numpy()
        if (part > whole).any():
            return False
        rows = [row for row, name in exact if name in (column.id, column.at_most)]
        if (part[rows] == whole[rows]).any():
            return False
    return True


def _are_units_likely(frame: pd.DataFrame) -> bool:
    """No value and no column is of another size per pupil than any school's."""
    watched = [name for name in (*_PUPILS, *load_rules()["N04b"].limits) if name in frame]
    found = find_wrong_units({name: frame[name].to_numpy() for name in watched})
    return next(found, None) is None
