"""Whole columns in a wrong unit: the median per pupil tells what no single cell can."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import load_columns
from youzhi.intake.cleaning import place_of
from youzhi.intake.findings import Finding, load_rules, make_finding
from youzhi.intake.readings import Record

_PUPILS = ("pupils_primary", "pupils_junior", "pupils_senior")


def hold_wrong_units(frame: pd.DataFrame, records: list[Record]) -> list[Finding]:
    """Set a whole column aside, in place, where its median per pupil cannot be in the column's unit (疑似单位).

    Parameters
    ----------
    frame, records
        One row and one record per school.

    Returns
    -------
    list of Finding
        One per column, at its first cell.
    """
    given = [name for name in _PUPILS if name in frame]
    if not given:
        return []
    pupils = frame[given].apply(lambda column: column.map(_float)).sum(axis=1)
    limits = dict(load_rules()["N04"].limits)
    fewest, findings = limits.pop("schools"), []
    for name, (low, high) in limits.items():
        if name not in frame:
            continue
        ratios = (frame[name].map(_float) / pupils)[(pupils > 0)].dropna()
        ratios = ratios[ratios > 0]
        if len(ratios) >= fewest and not low <= ratios.median() <= high:
            findings.append(_suspect(frame, records, name, ratios, (low, high)))
            frame[name] = None
    return findings


def _float(value) -> float:
    return float("nan") if value is None else float(value)


def _suspect(frame, records: list[Record], name: str, ratios: pd.Series, limits) -> Finding:
    column = load_columns()[name]
    place = place_of(records[frame[name].first_valid_index()], name, column.headers[0])
    found = f"{place.column}：{len(ratios)}所学校每名学生中位数{ratios.median():.6g}{column.unit}"
    allowed = f"每名学生中位数在{limits[0]:g}至{limits[1]:g}{column.unit}之间"
    return make_finding("N04", place._replace(row="", position=None), found, allowed=allowed)
