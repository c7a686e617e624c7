"""Children who come to school against the places of first grades, which is what the rule is about (招生预警)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from youzhi.errors import UsageError
from youzhi.seats.bands import compare_seats
from youzhi.seats.places import add_up_places, class_limits
from youzhi.standards import Standard
from youzhi.tables import SchoolTable

_KEYS = ("county", "year", "stage", "school", "town", "zone")


def plan_admission(
    schools: SchoolTable, standard: Standard, lengths: Mapping[str, int], *, by: str = "county"
) -> pd.DataFrame:
    """Reckon the places of the first grade of every stage, which stand for the admission plan (起始年级学位).

    A school opens as many first-grade classes as its classes of the stage divided by the years of the stage, rounded
    to whole classes (halves up), and at least one where it has a class: always up would promise more than the schools
    can repeat each year, always down would hide places that are there. That is about how many children can come every
    year with the classes that are open now.

    Parameters
    ----------
    schools, standard, by
        See measure_seats; by default added up for the county.
    lengths
        Stage id to its years, five and four or six and three; one system for all schools of the table.

    Returns
    -------
    DataFrame
        One row per county, year, stage and place, sorted by them. Columns: keys as in measure_seats, classes (of the
        first grade, 个), limit (pupils of a class), seats (of the first grade, 人). Missing as in measure_seats.

    Raises
    ------
    UsageError
        As measure_seats; or the years of a stage are not given, or not a whole number of at least one.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> frame = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2020,
    ...         "school": ["甲小学", "乙教学点"],
    ...         "school_type": ["primary", "teaching_point"],
    ...         "pupils_primary": [560, 30],
    ...         "classes_primary": [13, 2],
    ...     }
    ... )
    >>> standard, schools = load_standard("jiaodu-2017-6"), SchoolTable.from_frame(frame)
    >>> plan_admission(schools, standard, {"primary": 5, "junior": 4})[["classes", "seats"]]
       classes  seats
    0      4.0  180.0
    """
    wrong = [
        stage
        for stage in standard.stages
        if isinstance(lengths.get(stage), bool)
        or not isinstance(lengths.get(stage), int | np.integer)
        or lengths[stage] < 1
    ]
    if wrong:
        names = "、".join(standard.stage_names[stage] for stage in wrong)
        raise UsageError(f"{names}的学制年数没有给出或不是正整数；请按县卡 [stages] 给出各学段年数")
    limits = class_limits(standard)
    frame = add_up_places(schools, standard, by, lengths).drop(columns="pupils")
    limit = frame["stage"].map(limits).to_numpy(dtype=int)
    return frame.assign(limit=limit, seats=frame["classes"] * limit)


def warn_admission(entrants: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Hold children who come to school against the places of first grades, year by year (招生预警).

    This is what the published rule is about, with places instead of a published plan where there is none.

    Parameters
    ----------
    entrants
        Columns: pupils (人; may be fractions of a projection) and any of county, year, stage, school, town, zone.
    plan
        Columns: seats (人) and any of the same keys, each combination once; of plan_admission, or a published plan.
        Rows belong together by the keys that both have; a plan without year holds for all years.

    Returns
    -------
    DataFrame
        One row per row of `entrants`, in its order. Columns: its keys, pupils, seats, free, ratio, band as in
        measure_seats; NaN and "cannot_tell" where the plan has no such row.

    Raises
    ------
    UsageError
        A column is missing, no key stands in both tables, the plan has a key twice, or a number is negative.

    Examples
    --------
    >>> entrants = pd.DataFrame({"year": [2024, 2025, 2026], "pupils": [95, 100, 80]})
    >>> plan = pd.DataFrame({"year": [2024, 2025], "seats": [100, 100]})
    >>> warn_admission(entrants, plan)["band"].tolist()
    ['yellow', 'red', 'cannot_tell']
    """
    keys = [name for name in _KEYS if name in entrants]
    shared = [name for name in keys if name in plan]
    faults = [
        f"{which}没有“{name}”列"
        for which, table, name in (
            ("入学人数表", entrants, "pupils"),
            ("招生计划表", plan, "seats"),
        )
        if name not in table
    ]
    if not shared:
        faults.append(f"两个表没有共同的键列（{'、'.join(_KEYS)}）")
    elif plan.duplicated(shared).any():
        twice = plan.loc[plan.duplicated(shared), shared].iloc[0].tolist()
        faults.append(f"招生计划表中{'、'.join(map(str, twice))}不止一行")
    if faults:
        raise UsageError(f"{'；'.join(faults)}；请补齐列、每个键只留一行后重试")
    asked = entrants[[*keys, "pupils"]]
    frame = asked.merge(plan[[*shared, "seats"]], on=shared, how="left", validate="many_to_one")
    return frame.assign(**compare_seats(_plain(frame["pupils"]), _plain(frame["seats"])))


def _plain(numbers: pd.Series) -> np.ndarray:
    """Numbers as an array: floats and integers as they are, others one by one, None where missing."""
    if isinstance(numbers.dtype, np.dtype) and numbers.dtype.kind in "iuf":
        return numbers.to_numpy()
    return numbers.astype(object).where(numbers.notna(), None).to_numpy()
