"""What in the pupils by grade looks like a slip: cohorts that jump, and totals that school tables do not have."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from youzhi.enrolment.assumptions import load_assumptions
from youzhi.exact import as_fraction

DOUBT_COLUMNS = ["doubt", "year", "stage", "grade", "pupils", "against", "ratio"]
ENTERED, PROMOTED, TABLE = "entered", "promoted", "table"


def can_project(history: pd.DataFrame, year: int) -> bool:
    """Tell whether anything can be projected from a year on: it takes two years to see who moves up (能否推算).

    Parameters
    ----------
    history
        What read_history gives.
    year
        Last year to use.

    Returns
    -------
    bool
        Whether the history has the year, and enough years up to it.

    Examples
    --------
    >>> history = pd.DataFrame({1: [100, 90]}, index=[2019, 2020])
    >>> can_project(history, 2020), can_project(history, 2019), can_project(history, 2021)
    (True, False, False)
    """
    used = int((history.index <= year).sum())
    return year in history.index and used >= load_assumptions().progression.least


def find_doubts(
    history: pd.DataFrame,
    stage_grades: Mapping[str, list[int]],
    year: int,
    table_pupils: Mapping[str, float],
) -> pd.DataFrame:
    """Find numbers that can hardly be right, in the pupils by grade and beside a school table (数据疑点).

    Nothing is refused for them: a county may have merged with another. The bounds stand in assumptions.toml.

    Parameters
    ----------
    history
        What read_history gives.
    stage_grades
        Stage id to its grades.
    year
        Year of the school table.
    table_pupils
        Stage id to all pupils of that table (人); missing is unknown and held against nothing.

    Returns
    -------
    DataFrame
        One row per doubt, by year and grade, those beside the school table last. Columns: doubt ("entered": grade 1 against
        that of the year before; "promoted": a grade against the one below it the year before; "table": a stage against
        the school table), year, stage, grade (missing for a stage), pupils, against (人, what it is held against), ratio
        (missing where that is 0).

    Examples
    --------
    A nought too many in grade 1 of 2020.

    >>> history = pd.DataFrame({1: [715, 7150], 2: [700, 710]}, index=[2019, 2020])
    >>> found = find_doubts(history, {"primary": [1, 2]}, 2020, {"primary": 1425})
    >>> found[["doubt", "year", "pupils", "against"]].values.tolist()
    [['entered', 2020, 7150.0, 715.0], ['table', 2020, 7860.0, 1425.0]]
    """
    rows = _find_jumps(
        history, {grade: name for name, own in stage_grades.items() for grade in own}
    )
    share = as_fraction(load_assumptions().doubts.share)
    for stage, grades in stage_grades.items():
        own = history.reindex([year])[grades].sum(axis=1, skipna=False).iat[0]
        other = table_pupils.get(stage, float("nan"))
        if abs(own - other) > share * (0 if pd.isna(other) else as_fraction(other)):
            rows.append([TABLE, year, stage, pd.NA, own, other])
    found = pd.DataFrame(rows, columns=DOUBT_COLUMNS[:-1])
    found = found.astype({"year": int, "grade": "Int64", "pupils": float, "against": float})
    return found.assign(ratio=(found["pupils"] / found["against"]).where(found["against"] > 0))


def _find_jumps(history: pd.DataFrame, stages: Mapping[int, str]) -> list[list]:
    """Cells too far from the cohort, or from the first grade, of the year before."""
    rule, rows = load_assumptions().doubts, []
    low, high = as_fraction(rule.low), as_fraction(rule.high)
    for before, year in zip(history.index[:-1], history.index[1:], strict=True):
        for grade in history.columns:
            pupils, against = history.at[year, grade], history.at[before, max(1, grade - 1)]
            if pd.isna(pupils) or pd.isna(against) or max(pupils, against) < rule.least:
                continue
            if not low * as_fraction(against) <= as_fraction(pupils) <= high * as_fraction(against):
                kind = ENTERED if grade == 1 else PROMOTED
                rows.append([kind, int(year), stages[grade], grade, pupils, against])
    return rows
