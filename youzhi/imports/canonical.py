"""Checked tables, and lists of findings, to the bytes of their files: equal tables are equal files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi.columns import load_columns, load_figures
from youzhi.county_items import NOT_APPLICABLE, CountyItems
from youzhi.exact import as_fraction
from youzhi.intake.files.csvs import guard_text
from youzhi.intake.files.sources import Source
from youzhi.intake.findings import FINDING_COLUMNS, Finding, Place, load_rules, make_finding
from youzhi.tables import SchoolTable

_WHOLE = 2**53  # up to here every whole float is its own decimal text
_ITEM_HEADS = ["county", "year", "item", "value", "unit", "data_kind", "source", "note"]
_SOURCE_COLUMNS = ["sha256", "encoding"]
_ROUNDED = "I01"


def format_schools(table: SchoolTable) -> bytes:
    r"""Return the bytes of schools.csv: ids as headers in the order of the dictionary (学校数据表文件).

    A column without any value is left out; numbers keep every digit and carry no needless zeros.

    Parameters
    ----------
    table
        Every number of it is a finite decimal, see round_endless.

    Returns
    -------
    bytes
        UTF-8 with BOM, lines end with one line feed; reading them gives the same table.

    Raises
    ------
    ValueError
        A number has endless decimals.

    Examples
    --------
    >>> row = {
    ...     "county": "demo",
    ...     "year": 2020,
    ...     "school": "=甲校",
    ...     "school_type": "primary",
    ...     "lon": 118.50,
    ... }
    >>> format_schools(SchoolTable.from_frame(pd.DataFrame([row]))).decode("utf-8-sig")
    "county,year,school_id,school,school_type,lon\ndemo,2020,'=甲校,'=甲校,primary,118.5\n"
    """
    columns = load_columns()
    cells = {name: _school_cells(table, name) for name in columns if name in table.frame}
    filled = {name: texts for name, texts in cells.items() if any(texts)}
    return _format_csv(list(filled), zip(*filled.values(), strict=True))


def format_items(items: CountyItems) -> bytes:
    r"""Return the bytes of items.csv, one row per figure, with the unit of the dictionary (县级数据表文件).

    Parameters
    ----------
    items
        Every number of it is a finite decimal, see round_endless.

    Returns
    -------
    bytes
        UTF-8 with BOM, lines end with one line feed; reading them gives the same figures.

    Raises
    ------
    ValueError
        A number has endless decimals.

    Examples
    --------
    >>> row = {"county": "demo", "year": 2020, "item": "survey_valid", "value": Decimal("1200.0")}
    >>> format_items(CountyItems.from_frame(pd.DataFrame([row]))).decode("utf-8-sig")
    'county,year,item,value,unit,data_kind,source,note\ndemo,2020,survey_valid,1200,份,,,\n'
    """
    rows = items.frame.assign(unit=[load_figures()[name].unit for name in items.frame["item"]])
    cells = rows[_ITEM_HEADS].astype(object)
    return _format_csv(
        _ITEM_HEADS, (map(_item_text, row) for row in cells.itertuples(index=False, name=None))
    )


def format_findings(findings: pd.DataFrame, sources: Iterable[Source] = ()) -> bytes:
    r"""Return the bytes of a list of findings as CSV, texts made harmless for spreadsheet programs (发现清单文件).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.
    sources
        Files that were read; each comes first with its SHA-256 and encoding, in two further columns.

    Returns
    -------
    bytes
        UTF-8 with BOM, lines end with one line feed.

    Examples
    --------
    >>> found = make_finding("N01", Place("a.csv", "", 3, 2, "班级数"), "１２")
    >>> found = pd.DataFrame([found], columns=FINDING_COLUMNS)
    >>> format_findings(found).decode("utf-8-sig").splitlines()[1].split(",")[:8]
    ['a.csv', '', '3', 'C3', '班级数', '１２', 'N01', 'norm']
    """
    sources = list(sources)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*FINDING_COLUMNS, *(_SOURCE_COLUMNS if sources else [])])
    blank = [""] * (len(FINDING_COLUMNS) - 1)
    for source in sources:
        writer.writerow([guard_text(source.file), *blank, source.digest, source.encoding])
    for row in findings[FINDING_COLUMNS].astype(object).itertuples(index=False, name=None):
        rest = [""] * len(_SOURCE_COLUMNS) if sources else []
        writer.writerow([*(guard_text(str(cell)) for cell in row), *rest])
    return text.getvalue().encode("utf-8-sig")


def round_endless(
    schools: SchoolTable | None, items: CountyItems | None
) -> tuple[SchoolTable | None, CountyItems | None, list[Finding]]:
    """Round what no finite decimal can say, such as two thirds, halves to the even digit (无限小数取近似值).

    Parameters
    ----------
    schools, items
        As they were read or computed; None where there is none.

    Returns
    -------
    schools : SchoolTable or None
    items : CountyItems or None
    findings : list of Finding
        One per rounded number.

    Examples
    --------
    >>> row = {
    ...     "county": "demo",
    ...     "year": 2020,
    ...     "item": "gdp_per_head_yuan",
    ...     "value": Fraction(2000, 3),
    ... }
    >>> _, items, found = round_endless(None, CountyItems.from_frame(pd.DataFrame([row])))
    >>> items.frame["value"].tolist(), found[0].outcome
    ([Decimal('666.6666666667')], 'warn')
    """
    findings: list[Finding] = []
    if schools is not None:
        schools = _round_schools(schools, findings)
    if items is not None:
        items = _round_items(items, findings)
    return schools, items, findings


def are_same_schools(one: SchoolTable, other: SchoolTable) -> bool:
    """Return whether two tables say the same, to the last digit (学校数据是否相同).

    Parameters
    ----------
    one, other
        A column without any value counts like one that was not given; files do not count.

    Returns
    -------
    bool
    """
    if len(one) != len(other):
        return False
    for name, column in load_columns().items():
        if not column.is_number:
            same = list(one.texts(name)) == list(other.texts(name))
        else:
            same = np.array_equal(one.numbers(name), other.numbers(name), equal_nan=True)
        if not same:
            return False
    return dict(one.exact) == dict(other.exact)


def are_same_items(one: CountyItems, other: CountyItems) -> bool:
    """Return whether two tables of county figures say the same, to the last digit (县级数据是否相同).

    Parameters
    ----------
    one, other
        Files do not count.

    Returns
    -------
    bool
    """
    left, right = (
        table.frame.astype(object).where(table.frame.notna(), None).values.tolist()
        for table in (one, other)
    )
    return left == right


def _school_cells(table: SchoolTable, name: str) -> list[str]:
    """One column as text; "" is missing."""
    if not load_columns()[name].is_number:
        return [_plain_text(value) for value in table.texts(name)]
    texts = [_float_text(number) for number in table.numbers(name)]
    for (row, column), value in table.exact.items():
        if column == name:
            texts[row] = decimal_text(value)
    return texts


def _plain_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    return guard_text(value)


def _float_text(number: float) -> str:
    """A float is its shortest decimal text, or was read from it."""
    if np.isnan(number):
        return ""
    if number.is_integer() and abs(number) < _WHOLE:
        return str(int(number))
    return decimal_text(as_fraction(number))


def _item_text(value) -> str:
    if value is None or value != value:
        return ""
    if value == NOT_APPLICABLE:
        return "未监测"
    if isinstance(value, str):
        return guard_text(value)
    return _float_text(value) if isinstance(value, float) else decimal_text(Fraction(value))


def decimal_text(number: Fraction) -> str:
    """Return all digits of a finite decimal, without exponent and needless zeros (十进制写法).

    Parameters
    ----------
    number
        Exact.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        Its decimals are endless.

    Examples
    --------
    >>> decimal_text(Fraction("1200.50")), decimal_text(Fraction(-1, 8))
    ('1200.5', '-0.125')
    """
    places = _decimal_places(number)
    if places is None:
        raise ValueError(number)
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{'-' if number < 0 else ''}{whole}{'.' if part else ''}{part}"


def _decimal_places(number: Fraction) -> int | None:
    """Digits after the point; None where they never end."""
    rest, counts = number.denominator, []
    for prime in (2, 5):
        counts.append(0)
        while rest % prime == 0:
            rest, counts[-1] = rest // prime, counts[-1] + 1
    return max(counts) if rest == 1 else None


def _round(number: Fraction) -> Fraction:
    return round(number, load_rules()[_ROUNDED].limits["decimals"])


def _round_schools(table: SchoolTable, findings: list[Finding]) -> SchoolTable:
    frame, exact = table.frame.copy(), dict(table.exact)
    for (row, name), value in table.exact.items():
        if _decimal_places(value) is None:
            near, header = _round(value), load_columns()[name].headers[0]
            line = int(table.lines[row]) if len(table.lines) else ""
            findings.append(_rounding(Place(table.file, "", line, None, header), value, near))
            frame.loc[frame.index[row], name], exact[row, name] = float(near), near
    return replace(table, frame=frame, exact=_needed(frame, exact)) if findings else table


def _needed(frame, exact: dict) -> dict:
    """Only what a float cannot hold, as a table keeps it."""
    floats = {(row, name): as_fraction(frame[name].iloc[row]) for row, name in exact}
    return {key: value for key, value in exact.items() if floats[key] != value}


def _round_items(items: CountyItems, findings: list[Finding]) -> CountyItems:
    values = list(items.frame["value"])
    for at, value in enumerate(values):
        if isinstance(value, Fraction) and _decimal_places(value) is None:
            near = _round(value)
            place = Place(items.file, "", "", None, load_figures()[items.frame["item"].iloc[at]].zh)
            findings.append(_rounding(place, value, near))
            values[at] = Decimal(decimal_text(near))
    if not findings:
        return items
    return replace(items, frame=items.frame.assign(value=np.array(values, dtype=object)))


def _rounding(place: Place, value: Fraction, near: Fraction) -> Finding:
    return make_finding(_ROUNDED, place, value, became=decimal_text(near))


def _format_csv(head: list[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
