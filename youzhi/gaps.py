"""What is missing, in whole posts, m², yuan and rooms, and the least that must be repaired."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd

from youzhi.indicators import StageIndicators, sort_by_keys
from youzhi.standards import Standard
from youzhi.verdicts import AT_BAR, BELOW_BAR, BELOW_FLOOR, UNKNOWN

GAP_COLUMNS = ["county", "year", "stage", "school", "indicator", "unit", "to_bar", "to_floor"]
REPAIR_COLUMNS = ["county", "year", "stage", "school", "indicator", "target", "unit", "amount"]


def measure_gaps(indicators: StageIndicators, levels: np.ndarray) -> pd.DataFrame:
    """Compute the least whole amounts that lift every failing indicator to its bar and floor (缺口).

    For a shared resource of a school with several stages the amount is what the whole school must add, because
    its other stage takes part of it.

    Parameters
    ----------
    indicators
        Values of one stage.
    levels
        What judge_values gives for them.

    Returns
    -------
    DataFrame
        One row per section and failing indicator; none where the standard has no bars. Columns: county, year, stage, school, indicator, unit,
        to_bar and to_floor (whole 人, ㎡, 元 or 间; to_floor is 0 at or above the floor).
    """
    keys = indicators.sections.frame[["county", "year", "stage", "school"]].to_numpy(dtype=object)
    rows = []
    for k, at in np.argwhere((levels == BELOW_FLOOR) | (levels == BELOW_BAR)):
        rule = indicators.standard.indicator[k]
        bar = Fraction(rule.bar[indicators.stage])
        floor = bar * Fraction(indicators.standard.school_rule.floor)
        missing = [_least_amount(indicators, k, at, goal) for goal in (bar, floor)]
        rows.append([*keys[at], rule.id, rule.gap_unit, *missing])
    return pd.DataFrame(rows, columns=GAP_COLUMNS).astype({"to_bar": "int64", "to_floor": "int64"})


def _least_amount(indicators: StageIndicators, k: int, at: int, goal: Fraction) -> int:
    """Least whole amount x with per · (r + x) / base ≥ goal."""
    rule = indicators.standard.indicator[k]
    sections = indicators.sections
    base = sections.exact_base(at) if rule.shared else sections.exact_pupils(at)
    return max(0, ceil(goal * base / Fraction(rule.per) - indicators.exact_resource(k, at)))


def total_gaps(gaps: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Add the gaps of a county up, without counting a shared resource twice (全县缺口合计).

    What a school adds to a shared resource serves all its stages, so a school with several stages counts
    once, with the larger of its amounts.

    Parameters
    ----------
    gaps
        What measure_gaps or Assessment.gaps gives.
    standard
        Says which indicators are shared.

    Returns
    -------
    DataFrame
        One row per county, year, indicator. Columns: unit, schools (how many lack something), to_bar, to_floor
        (whole 人, ㎡, 元 or 间).

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> gaps = pd.DataFrame(
    ...     [
    ...         ["a", 2020, stage, "甲校", "sports_area_per_pupil", "㎡", more, 0]
    ...         for stage, more in (("primary", 100), ("junior", 250))
    ...     ],
    ...     columns=GAP_COLUMNS,
    ... )
    >>> total_gaps(gaps, load_standard("jiaodu-2017-6"))["to_bar"].tolist()
    [250]
    """
    shared = gaps["indicator"].map({i.id: i.shared for i in standard.indicator})
    place = gaps["school"].where(shared.astype(bool), gaps["school"] + "\0" + gaps["stage"])
    keys = ["county", "year", "indicator", "unit"]
    amounts = gaps.assign(place=place).groupby([*keys, "school", "place"], sort=False)
    per_place = amounts[["to_bar", "to_floor"]].max().reset_index()
    totals = per_place.groupby(keys, sort=False).agg(
        schools=("school", "nunique"), to_bar=("to_bar", "sum"), to_floor=("to_floor", "sum")
    )
    return sort_by_keys(totals.reset_index(), standard)


def plan_repairs(
    indicators: StageIndicators, levels: np.ndarray, gaps: pd.DataFrame
) -> pd.DataFrame:
    """Find the fewest indicators that each failing school must repair in order to pass (最少整改项).

    The rule leaves some indicators below the bar if they reach the floor. Those left are, of the ones at the
    floor, the ones farthest from their bar; where too few are at the floor, others are lifted to the floor only.
    A section with a missing value gets no plan: nobody can tell what it needs.

    Parameters
    ----------
    indicators
        Values of one stage.
    levels
        What judge_values gives for them.
    gaps
        What measure_gaps gives for them.

    Returns
    -------
    DataFrame
        One row per section and indicator to repair; none where the standard has no bars. Columns: county, year, stage,
        school, indicator, target ("bar" or "floor"), unit, amount (whole 人, ㎡, 元 or 间).
    """
    standard = indicators.standard
    if standard.school_rule is None:
        return pd.DataFrame(columns=REPAIR_COLUMNS)
    spare = len(standard.indicator) - standard.school_rule.met_at_least
    keys = indicators.sections.frame[["county", "year", "stage", "school"]].to_numpy(dtype=object)
    places = zip(*(gaps[name] for name in GAP_COLUMNS[:5]), strict=True)
    both = zip(gaps["to_bar"], gaps["to_floor"], strict=True)
    amounts = {
        place: {"bar": bar, "floor": floor}
        for place, (bar, floor) in zip(places, both, strict=True)
    }
    rows = []
    for at in np.flatnonzero((levels != AT_BAR).any(axis=0) & (levels != UNKNOWN).all(axis=0)):
        for k, target in _repairs(indicators, levels[:, at], at, spare):
            rule = standard.indicator[k]
            amount = amounts[(*keys[at], rule.id)][target]
            rows.append([*keys[at], rule.id, target, rule.gap_unit, amount])
    return pd.DataFrame(rows, columns=REPAIR_COLUMNS)


def _repairs(
    indicators: StageIndicators, levels: np.ndarray, at: int, spare: int
) -> list[tuple[int, str]]:
    """Which indicators of one section to lift, and how far."""
    bars = [float(rule.bar[indicators.stage]) for rule in indicators.standard.indicator]
    failing = [k for k in range(len(levels)) if levels[k] != AT_BAR]
    by_shortfall = sorted(
        failing, key=lambda k: (levels[k] == BELOW_FLOOR, indicators.value[k, at] / bars[k], k)
    )
    left = by_shortfall[:spare]
    floor_only = [k for k in left if levels[k] == BELOW_FLOOR]
    return sorted(
        [(k, "bar") for k in failing if k not in left] + [(k, "floor") for k in floor_only]
    )
