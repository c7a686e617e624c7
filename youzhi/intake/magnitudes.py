"""Values in a wrong unit: what no cell can tell by itself, the value per pupil tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from youzhi.columns import load_columns
from youzhi.intake.cleaning import place_of
from youzhi.intake.findings import Finding, load_rules, make_finding
from youzhi.intake.readings import Record

_PUPILS = ("pupils_primary", "pupils_junior", "pupils_senior")


class Suspect(NamedTuple):
    """Values of one column that cannot be in its unit (疑似单位不对).

    Attributes
    ----------
    column
        Id.
    rows : ndarray of int
        Positions of the values; of a whole column all that are more than nothing.
    per_pupil : ndarray
        The values per pupil, row by row.
    whole
        Whether the whole column is meant.
    """

    column: str
    rows: np.ndarray
    per_pupil: np.ndarray
    whole: bool


def find_wrong_units(numbers: Mapping[str, np.ndarray]) -> Iterator[Suspect]:
    """Find values whose size per pupil is far beyond any school (疑似单位).

    A whole column where its median is beyond the limits of N04, otherwise every value beyond those of N04b. Zero is
    no value, and nothing is asked of a school without pupils.

    Parameters
    ----------
    numbers
        Column id to its numbers, one per school; missing is NaN.

    Yields
    ------
    Suspect
        One per column at most.

    Examples
    --------
    >>> area = np.array([2400.0, 3.6, 1800.0, 2000.0])  # the second in 亩
    >>> pupils = np.full(4, 400.0)
    >>> for one in find_wrong_units({"pupils_primary": pupils, "teaching_area_m2": area}):
    ...     print(one.column, one.rows, one.per_pupil, one.whole)
    teaching_area_m2 [1] [0.009] False
    """
    given = [np.nan_to_num(numbers[name]) for name in _PUPILS if name in numbers]
    if not given:
        return
    pupils, medians = sum(given), dict(load_rules()["N04"].limits)
    fewest, least = medians.pop("schools"), medians.pop("pupils")
    singles = load_rules()["N04b"].limits
    for name in (name for name in medians if name in numbers):
        rows = np.flatnonzero((pupils > 0) & (numbers[name] > 0))
        # a handful of pupils in a school built for more has much of everything
        most = numbers[name][rows] / np.maximum(pupils[rows], least)
        exact = numbers[name][rows] / pupils[rows]
        if len(rows) >= fewest and _is_beyond(np.median(exact), np.median(most), medians[name]):
            yield Suspect(name, rows, exact, True)
        elif (odd := _is_beyond(exact, most, singles[name])).any():
            yield Suspect(name, rows[odd], exact[odd], False)


def _is_beyond(exact, most, limits: tuple[float, float]):
    low, high = limits
    return (exact < low) | (most > high)


def hold_wrong_units(frame: pd.DataFrame, records: list[Record]) -> list[Finding]:
    """Set aside, in place, the columns and the single values that cannot be in the column's unit (疑似单位).

    Parameters
    ----------
    frame, records
        One row and one record per school.

    Returns
    -------
    list of Finding
        One per whole column, at its head, and one per single value, at its cell.
    """
    asked = [name for name in (*_PUPILS, *load_rules()["N04b"].limits) if name in frame]
    findings = []
    for one in find_wrong_units({name: _floats(frame[name]) for name in asked}):
        labels = frame.index[one.rows]
        if one.whole:
            findings.append(_suspect_column(records[labels[0]], one))
            frame[one.column] = None
            continue
        for at, ratio in zip(labels, one.per_pupil, strict=True):
            findings.append(_suspect_value(records[at], one.column, ratio))
            frame.at[at, one.column] = None
    return findings


def _floats(column: pd.Series) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in column])


def _suspect_column(record: Record, suspect: Suspect) -> Finding:
    column = load_columns()[suspect.column]
    place = place_of(record, column.id, column.headers[0])
    median = _short(np.median(suspect.per_pupil))
    found = f"{place.column}：{len(suspect.rows)}所学校每名学生中位数{median}{column.unit}"
    allowed = "每名学生中位数" + _say_limits("N04", column)
    return make_finding("N04", place._replace(row="", position=None), found, allowed=allowed)


def _suspect_value(record: Record, name: str, ratio: float) -> Finding:
    column, cell = load_columns()[name], record.cells[name]
    written = f"{cell.text.strip()}（{cell.unit or column.unit}）"
    found = f"{written}，每名学生{_short(ratio)}{column.unit}"
    allowed = "每名学生" + _say_limits("N04b", column)
    return make_finding("N04b", cell.place, found, allowed=allowed)


def _say_limits(rule: str, column) -> str:
    low, high = load_rules()[rule].limits[column.id]
    return f"在{low:g}至{high:.15g}{column.unit}之间"


def _short(number: float) -> str:
    """Four digits, never an exponent."""
    return f"{Decimal(f'{number:.4g}'):f}"
