"""How far a method would have missed: projections of the past, each from what was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from youzhi.enrolment.assumptions import load_assumptions
from youzhi.enrolment.history import order_history, raise_faults
from youzhi.enrolment.methods import METHODS
from youzhi.enrolment.projection import (
    LONGEST,
    Projection,
    find_band_faults,
    find_request_faults,
    is_positive,
    make_projection,
    parameter_fault,
    quantile_bands,
)

PAST_COLUMNS = ["method", "ahead", "origin", "year", "grade", "actual", "pupils", "low", "high"]
BACKTEST_COLUMNS = ["method", "ahead", "grade", "mape", "bias", "coverage", "n"]
ALL_GRADES = 0
_ROUNDING = 1e-9  # relative; floats of an exact hit differ by less

Known = pd.Series | Mapping | pd.DataFrame | None


def backtest_enrolment(
    history: pd.DataFrame,
    ahead: int = 1,
    entrants: Known | Callable[[int], Known] = None,
    method: str = "progression",
    *,
    level: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Project every past year from the years before it, and measure the errors (推算回测).

    Parameters
    ----------
    history, method, level, draws, seed
        See project_enrolment.
    ahead
        How many years ahead is projected.
    entrants
        See project_enrolment. A function is given the last year of each shortened history and returns what was known
        then; anything else counts as known all along, which it was only if it was published in time.

    Returns
    -------
    DataFrame
        One row per grade, and before them grade 0 for all grades. Columns: method, ahead (years), grade, mape (mean
        absolute error as a share of the actual number), bias (mean error, above 0 where too many were projected),
        coverage (share of actual numbers in the band as drawn), n (how many numbers were held against each other; all shares
        are missing where it is 0, and coverage where no band could be drawn). Unknown and empty grades do not count.

    Raises
    ------
    DataError
        The history is refused; all faults are listed, those of parameters too.
    UsageError
        A parameter is out of range.

    Examples
    --------
    Every year a tenth is lost on the way to grade 2, and that is found at once.

    >>> history = pd.DataFrame({1: [100, 200, 150, 100], 2: [90, 90, 180, 135]}, range(2018, 2022))
    >>> errors = backtest_enrolment(history).query("grade == 2")
    >>> errors[["mape", "bias", "n"]].round(6).values.tolist()
    [[0.0, 0.0, 1.0]]
    """
    past = project_past(history, [ahead], entrants, [method], level=level, draws=draws, seed=seed)
    grades = [ALL_GRADES, *order_history(history).columns]
    return summarise_past(past, [(method, ahead, grade) for grade in grades])


def project_past(
    history: pd.DataFrame,
    ahead: Sequence[int],
    entrants: Known | Callable[[int], Known] = None,
    methods: Sequence[str] = METHODS,
    *,
    level: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Project past years from what was known before them, beside what came (历史推算与实际).

    Parameters
    ----------
    history, entrants, level, draws, seed
        See backtest_enrolment.
    ahead
        Numbers of years ahead.
    methods
        By which methods.

    Returns
    -------
    DataFrame
        One row per method, number of years ahead, last year used (origin) and grade. Columns: method, ahead, origin,
        year, grade, actual, pupils, low, high (人).

    Raises
    ------
    DataError, UsageError
        As backtest_enrolment.
    """
    rule = load_assumptions().bands
    level = rule.level if level is None else level
    draws = rule.draws if draws is None else draws
    seed = rule.seed if seed is None else seed
    recall = entrants if callable(entrants) else lambda _: entrants
    faults = find_request_faults(history, {} if callable(entrants) else entrants, methods)
    faults += [
        parameter_fault("ahead", lead, f"1至{LONGEST}的整数", "写提前的年数")
        for lead in ahead
        if not is_positive(lead, LONGEST)
    ]
    raise_faults([*faults, *find_band_faults(level, draws, seed)], "history")
    table, parts = order_history(history), []
    for at in range(load_assumptions().backtest.least - 1, len(table) - min(ahead)):
        before, after = table.iloc[: at + 1], table.iloc[at + 1 :].iloc[: max(ahead)]
        known = recall(int(before.index[-1]))
        for method in methods:
            projection = make_projection(before, len(after), known, method)
            bands = quantile_bands(projection.draw(draws, seed), projection.pupils, level)
            parts.append(_put_beside(after, projection, *bands))
    past = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PAST_COLUMNS)
    past = past[past["ahead"].isin(ahead)]
    order = past["method"].map({name: place for place, name in enumerate(METHODS)})
    past = past.assign(_order=order).sort_values(["_order", "ahead", "origin", "grade"])
    return past.drop(columns="_order").reset_index(drop=True)


def _put_beside(
    actual: pd.DataFrame, projection: Projection, low: np.ndarray, high: np.ndarray
) -> pd.DataFrame:
    """One projection beside what came."""
    ahead = np.repeat(np.arange(1, len(actual) + 1), actual.shape[1])
    return pd.DataFrame(
        {
            "method": projection.method,
            "ahead": ahead,
            "origin": projection.first - 1,
            "year": projection.first - 1 + ahead,
            "grade": np.tile(actual.columns, len(actual)),
            "actual": actual.to_numpy().ravel(),
            "pupils": projection.pupils.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        },
        columns=PAST_COLUMNS,
    )


def summarise_past(past: pd.DataFrame, keys: Iterable[tuple[str, int, int]]) -> pd.DataFrame:
    """Measure the errors of past projections (回测误差).

    Parameters
    ----------
    past
        What project_past gives.
    keys
        Which rows: method, years ahead, grade; grade 0 is all grades.

    Returns
    -------
    DataFrame
        As backtest_enrolment gives it, in the order of the keys.
    """
    known = past[(past["actual"] > 0) & past["pupils"].notna()]
    rows = []
    for method, ahead, grade in keys:
        cells = known[(known["method"] == method) & (known["ahead"] == ahead)]
        if grade != ALL_GRADES:
            cells = cells[cells["grade"] == grade]
        rows.append([method, ahead, int(grade), *_measure(cells)])
    return pd.DataFrame(rows, columns=BACKTEST_COLUMNS)


def choose_method(past: pd.DataFrame) -> str:
    """Choose the method with the least errors in the past; a tie goes to the first of METHODS (选择方法).

    Only numbers that every method with any projected are compared. The mean absolute errors of every number of years
    ahead weigh the same, though there are fewer of the far ones. One method serves all years, so that no cohort jumps
    between two of them; at one number of years ahead another may have been better, and the backtests show it. The
    baseline "last" is never chosen: it knows nothing of the children already born. Without any past to compare, it is
    the yardstick, the plainest that looks at who moves up.

    Parameters
    ----------
    past
        What project_past gives.

    Returns
    -------
    str
        One of METHODS.
    """
    rivals = past[(past["method"] != "last") & (past["actual"] > 0)]
    error = (rivals["pupils"] / rivals["actual"] - 1).abs()
    cells = rivals.assign(error=error).pivot_table(
        index=["ahead", "origin", "grade"], columns="method", values="error", dropna=False
    )
    common = cells.dropna(axis=1, how="all").dropna()
    if common.empty:
        return "mean"
    mape = common.groupby(level="ahead").mean().mean()
    order = [name for name in METHODS if name in mape.index]
    return min(order, key=lambda name: round(mape[name], 9))


def _measure(cells: pd.DataFrame) -> list:
    if cells.empty:
        return [np.nan, np.nan, np.nan, 0]
    error = cells["pupils"] / cells["actual"] - 1
    slack = _ROUNDING * cells["actual"]
    inside = cells["actual"].between(cells["low"] - slack, cells["high"] + slack)
    covered = inside[cells["low"].notna()].mean()
    return [error.abs().mean(), error.mean(), covered, len(cells)]
