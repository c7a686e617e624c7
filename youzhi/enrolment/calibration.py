"""How much wider bands must be than drawn, so that those of the past would have held what came."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi.enrolment.assumptions import load_assumptions

# Who was in school when it was projected, and who was not; a cohort stays what it is.
ENROLLED, COMING = "enrolled", "coming"
_ROUNDING = 1e-9  # log error of an exact hit


def measure_widening(past: pd.DataFrame, method: str) -> pd.DataFrame:
    """Measure by how much the log errors of a method were larger than its bands foretold (区间放宽倍数).

    At every number of years ahead, the share of past numbers that a band promises to hold lay within the returned
    multiple of the drawn band. Children who were in school at the last year used and those who were not are held apart:
    the one are told by who moves up, the other by censuses and births, and these go wrong by very different amounts.

    A multiple is at least 1, at most that of assumptions.toml, and not below that of fewer years ahead. Where one group
    has too few numbers, both take the multiple of all together, and where these are too few, that of fewer years ahead.
    It is fitted to the very numbers from which its coverage is then reckoned: that coverage is no independent test.

    Parameters
    ----------
    past
        What project_past gives, at the level of assumptions.toml.
    method
        One of METHODS.

    Returns
    -------
    DataFrame
        Index: numbers of years ahead, as `past` has them. Columns: enrolled, coming (multiples).

    Examples
    --------
    A hundred were projected, between 90 and 110, twenty times. Four times 121 came, in logs twice as far away as the
    end of the band, which held 16 of 20, as it should. Where it is five times, the band held 15 of 20, too few.

    >>> cells = {"method": "mean", "ahead": 1, "grade": 2, "pupils": 100, "low": 90, "high": 110}
    >>> measure_widening(pd.DataFrame(cells | {"actual": [100] * 16 + [121] * 4}), "mean")
           enrolled  coming
    ahead
    1           1.0     1.0
    >>> measure_widening(pd.DataFrame(cells | {"actual": [100] * 15 + [121] * 5}), "mean").round(6)
           enrolled  coming
    ahead
    1           2.0     2.0
    """
    known = past[(past["method"] == method) & (past["actual"] > 0)]
    known = known.dropna(subset=["pupils", "low"])
    leads = pd.Index(sorted(known["ahead"].unique()), name="ahead", dtype=int)
    needed = [_needed_by_group(known[known["ahead"] == lead]) for lead in leads]
    return pd.DataFrame(needed, leads, [ENROLLED, COMING], dtype=float).cummax()


def spread_widening(widening: pd.DataFrame, horizon: int, grades: int) -> np.ndarray:
    """Multiples of years 1 to the horizon × grades: straight between those measured, then as the last one."""
    if widening.empty:
        return np.ones((horizon, grades))
    years = np.arange(1, horizon + 1)
    enrolled, coming = (
        np.interp(years, widening.index, widening[name])[:, None] for name in (ENROLLED, COMING)
    )
    return np.where(np.arange(1, grades + 1) > years[:, None], enrolled, coming)


def widen_futures(futures: np.ndarray, pupils: np.ndarray, multiples: np.ndarray) -> np.ndarray:
    """Move futures (draws × years × grades) away from the projection: their log errors times the multiples."""
    return futures if (multiples == 1).all() else _stretch(futures, pupils, multiples)


def widen_past(past: pd.DataFrame, widening: pd.DataFrame) -> pd.DataFrame:
    """Past projections with the bands that the multiples make of theirs."""
    enrolled, coming = (past["ahead"].map(widening[name]) for name in (ENROLLED, COMING))
    multiples = enrolled.where(past["grade"] > past["ahead"], coming).to_numpy()
    middle = past["pupils"].to_numpy()
    ends = {end: _stretch(past[end].to_numpy(), middle, multiples) for end in ("low", "high")}
    return past.assign(**ends)


def _needed_by_group(cells: pd.DataFrame) -> list[float]:
    """Multiples of one number of years ahead: enrolled, coming."""
    least = load_assumptions().bands.cells
    coming = cells["grade"] <= cells["ahead"]
    groups = [cells[~coming], cells[coming]]
    if min(map(len, groups)) < least:
        groups = [cells, cells]
    return [_needed(group) if len(group) >= least else 1.0 for group in groups]


def _needed(cells: pd.DataFrame) -> float:
    """The multiple of their own bands at which the cells are held as often as promised."""
    rule = load_assumptions().bands
    middle = cells["pupils"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.log(cells["actual"].to_numpy() / middle)
        ends = np.where(error > 0, cells["high"], cells["low"])
        multiples = error / np.log(ends / middle)
    multiples = np.where(np.isnan(multiples), np.inf, multiples)  # nobody was projected
    multiples[np.abs(error) <= _ROUNDING] = 0
    reached = np.sort(multiples)[int(np.ceil(rule.level * len(cells) - _ROUNDING)) - 1]
    return float(np.clip(reached, 1, rule.most))


def _stretch(numbers: np.ndarray, middle: np.ndarray, multiples: np.ndarray) -> np.ndarray:
    """Numbers at a multiple of their log distance from the middle; where nobody was projected, as they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(middle > 0, middle * (numbers / middle) ** multiples, numbers)
