"""Met, not met or cannot tell, and by which rule: values, schools, spread, county.

Every bar is decided on the unrounded number. A float decides where it is clear of the bar; next to the bar
the number as it was written decides, in exact arithmetic. Missing is never zero and never met.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd

from youzhi.coefficients import StageCoefficients
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, compare_roots, round_half_up
from youzhi.indicators import StageIndicators
from youzhi.standards import SchoolRule, Standard

MET, NOT_MET, CANNOT_TELL = "met", "not_met", "cannot_tell"
VERDICT_WORDS = {MET: "达标", NOT_MET: "未达标", CANNOT_TELL: "无法判定"}
_WORDS = np.array([MET, CANNOT_TELL, NOT_MET], dtype=object)

# What stands where a standard judges nothing.
NOT_JUDGED = ""

# Levels of one value against its bar.
NO_BAR, UNKNOWN, BELOW_FLOOR, BELOW_BAR, AT_BAR = -2, -1, 0, 1, 2

# Relative distance from a bar within which a float may lie on the wrong side of it.
_NEAR = 1e-9


def reaches(
    value: np.ndarray, bar: Decimal, exact: Callable[[np.ndarray, Fraction], np.ndarray]
) -> np.ndarray:
    """Tell which numbers reach a bar, exactly (是否达到标准值).

    Parameters
    ----------
    value
        Floats; a missing one reaches nothing.
    bar
        The bar, inclusive.
    exact
        Decides for some positions and a bar; asked only next to the bar.

    Returns
    -------
    ndarray of bool
        As long as `value`.

    Examples
    --------
    >>> three_tenths = lambda places, bar: np.array([Fraction(3, 10) >= bar for _ in places])
    >>> reaches(np.array([0.1 + 0.2, 0.31]), Decimal("0.3"), three_tenths).tolist()
    [True, True]
    """
    near = abs(float(bar)) * _NEAR
    reached = value >= float(bar) + near
    places = np.flatnonzero(reached != (value >= float(bar) - near))
    if len(places):
        reached[places] = exact(places, Fraction(bar))
    return reached


def judge_values(indicators: StageIndicators) -> np.ndarray:
    """Place every indicator value against its bar and floor (指标达标判定).

    Parameters
    ----------
    indicators
        Values of one stage, k indicators x m sections.

    Returns
    -------
    ndarray of int8, k x m
        AT_BAR, BELOW_BAR (but at the floor), BELOW_FLOOR, UNKNOWN where the value is missing, or NO_BAR for the
        other values of a standard without bars. UNKNOWN too where a transitional relief may or may not lift the value
        to its bar, unless the section is met anyway.
    """
    levels = _place_values(indicators)
    if not any(relief.maybe.any() for relief in indicators.reliefs):
        return levels
    return _open_levels(indicators, levels)


def _open_levels(indicators: StageIndicators, least: np.ndarray) -> np.ndarray:
    """Levels in which UNKNOWN stands where a relief that cannot be told would decide."""
    rule = indicators.standard.school_rule
    widest = replace(indicators, reliefs=tuple(relief.widest for relief in indicators.reliefs))
    most = _place_values(widest)
    most[(most == UNKNOWN) & (least != UNKNOWN)] = AT_BAR  # nobody knows how much would be added
    lifted = (least != UNKNOWN) & (most > least)
    both = [judge_schools(levels, rule)[0] for levels in (least, most)]
    wanted = np.where(both[0] == both[1], both[0], CANNOT_TELL)
    levels, settled = least.copy(), np.zeros(least.shape[1], dtype=bool)
    # Where a relief may lift a value to the floor only, it is left open only if the section turns on it.
    for is_open in (lifted & (most == AT_BAR), lifted):
        tried = np.where(is_open, UNKNOWN, least)
        fits = ~settled & (judge_schools(tried, rule)[0] == wanted)
        levels[:, fits] = tried[:, fits]
        settled |= fits
    return levels


def _place_values(indicators: StageIndicators) -> np.ndarray:
    """Every value against its bar and floor, with the reliefs that certainly apply."""
    standard, stage = indicators.standard, indicators.stage
    levels = np.empty((len(standard.indicator), len(indicators.sections)), dtype=np.int8)
    row = np.empty(len(indicators.sections))
    for k, indicator in enumerate(standard.indicator):
        value, decide = indicators.values_of(k, row), partial(indicators.reach, k)
        if standard.school_rule is None:
            levels[k] = NO_BAR
        else:
            bar = indicator.bar[stage]
            levels[k] = reaches(value, bar, decide)
            levels[k] += reaches(value, bar * standard.school_rule.floor, decide)
        missing = np.isnan(value)
        if missing.any():
            levels[k][missing] = UNKNOWN
    return levels


def judge_schools(levels: np.ndarray, rule: SchoolRule | None) -> tuple[np.ndarray, np.ndarray]:
    """Judge every section by the school rule (学校达标判定).

    A missing value is taken both ways: the section is met only if it would be met with the value below
    the floor, not met only if it would fail with the value at the bar.

    Parameters
    ----------
    levels
        What judge_values gives, k x m.
    rule
        How many indicators must reach the bar, and the floor for the rest; None where the bars are not known, so
        that no section can be told.

    Returns
    -------
    verdict : ndarray of str, m
        "met", "not_met" or "cannot_tell".
    met : ndarray of int, m
        How many indicators reach the bar.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> six, five, gap = [2] * 6 + [1], [2] * 5 + [1, 1], [2] * 6 + [-1]
    >>> verdict, met = judge_schools(
    ...     np.array([six, five, gap]).T, load_standard("jiaodu-2017-6").school_rule
    ... )
    >>> verdict.tolist(), met.tolist()
    (['met', 'not_met', 'cannot_tell'], [6, 5, 6])
    """
    met = (levels == AT_BAR).sum(axis=0, dtype=np.int16)
    if rule is None:
        return np.full(len(met), CANNOT_TELL, dtype=object), met
    unknown = (levels == UNKNOWN).sum(axis=0, dtype=np.int16)
    fails = (levels == BELOW_FLOOR).any(axis=0) | (met + unknown < rule.met_at_least)
    return _WORDS[np.where(fails, 2, unknown > 0)], met


def judge_coefficients(coefficients: StageCoefficients) -> np.ndarray:
    """Judge every difference coefficient against the limit of its stage (差异系数判定).

    Parameters
    ----------
    coefficients
        Of one stage, k indicators x g county-years.

    Returns
    -------
    ndarray of str, k x g
        "met", "not_met" (also when the county mean is zero, so that no coefficient exists) or
        "cannot_tell" when a value is missing or a section was held: nobody knows what it would add.
        "" where the standard judges their mean only.
    """
    rule = coefficients.indicators.standard.dispersion_rule
    if rule.kind == "composite":
        return np.full(coefficients.cv.shape, NOT_JUDGED, dtype=object)
    limit = rule.limit[coefficients.indicators.stage]
    verdicts = np.empty(coefficients.cv.shape, dtype=object)
    for k, cv in enumerate(coefficients.cv):
        square = Fraction(limit) ** 2
        beyond = cv > float(limit)
        for g in np.flatnonzero(np.abs(cv - float(limit)) <= _NEAR):
            beyond[g] = coefficients.exact_square(k, g) > square
        fails = (coefficients.mean[k] == 0) | beyond
        held = coefficients.indicators.sections.held
        verdicts[k] = _WORDS[np.where(fails & ~held, 2, np.isnan(cv) | held)]
    return verdicts


def judge_composite(coefficients: StageCoefficients) -> np.ndarray:
    """Judge the mean of all difference coefficients against the limit of its stage (综合差异系数判定).

    Parameters
    ----------
    coefficients
        Of one stage, k indicators x g county-years.

    Returns
    -------
    ndarray of str, g
        "met", "not_met" or "cannot_tell". A missing coefficient adds zero or more: the mean is "not_met" when the
        others alone are too much, else nobody can tell. A county mean of zero leaves no composite, which is "not_met"
        too. "cannot_tell" when a section was held. "" where the standard judges each coefficient by itself.
    """
    rule, cv = coefficients.indicators.standard.dispersion_rule, coefficients.cv
    if rule.kind == "each":
        return np.full(cv.shape[1], NOT_JUDGED, dtype=object)
    goal = rule.limit[coefficients.indicators.stage] * len(cv)
    known = np.nansum(cv, axis=0)
    fails = (known > float(goal)) | (coefficients.mean == 0).any(axis=0)
    for g in np.flatnonzero(np.abs(known - float(goal)) <= _NEAR * len(cv)):
        beyond = compare_roots(coefficients.exact_squares(g), Fraction(goal)) > 0
        fails[g] = beyond or (coefficients.mean[:, g] == 0).any()
    held = coefficients.indicators.sections.held
    return _WORDS[np.where(fails & ~held, 2, np.isnan(cv).any(axis=0) | held)]


def judge_dispersion(coefficients: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Judge a table of coefficients that comes without its schools, such as a published one (校际差异判定).

    Parameters
    ----------
    coefficients
        Columns stage and cv (no unit) at least, or composite (no unit) where the standard judges the mean of all; the
        numbers stand for themselves as written.
    standard
        Gives the limit of each stage.

    Returns
    -------
    DataFrame
        The same rows. Columns added: limit (no unit), verdict ("met", "not_met", "cannot_tell"),
        borderline (the printed coefficient does not show on which side it lies).

    Raises
    ------
    UsageError
        The table does not have the coefficient that the standard judges.

    References
    ----------
    教督〔2017〕6号 校际差异系数; 教督〔2012〕3号 综合差异系数; the source keys in the standard's file.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> table = pd.DataFrame({"stage": "primary", "cv": [0.5, 0.5004, 0.501787]})
    >>> judge_dispersion(table, load_standard("jiaodu-2017-6"))[
    ...     ["verdict", "borderline"]
    ... ].values.tolist()
    [['met', False], ['not_met', True], ['not_met', False]]
    """
    rule = standard.dispersion_rule
    judged = "composite" if rule.kind == "composite" else "cv"
    if judged not in coefficients:
        raise UsageError(f"{standard.number}判定的是“{rule.label.zh}”，表中应有 {judged} 列。")
    limit = [rule.limit[stage] for stage in coefficients["stage"]]
    verdict = [
        CANNOT_TELL if np.isnan(cv) else MET if as_fraction(cv) <= Fraction(bar) else NOT_MET
        for cv, bar in zip(coefficients[judged], limit, strict=True)
    ]
    border = [
        not np.isnan(cv) and is_borderline(as_fraction(cv), bar, rule.decimals)
        for cv, bar in zip(coefficients[judged], limit, strict=True)
    ]
    return coefficients.assign(
        limit=[float(bar) for bar in limit], verdict=verdict, borderline=border
    )


def is_borderline(value: Fraction, bar: Decimal, decimals: int) -> bool:
    """Tell whether a number prints as its bar without being it (修约后无法分辨).

    Parameters
    ----------
    value
        The exact number.
    bar
        The bar it is held against.
    decimals
        To how many digits it is printed.

    Returns
    -------
    bool
        Rounding would hide, or change, the verdict.

    Examples
    --------
    >>> (
    ...     is_borderline(Fraction("0.5004"), Decimal("0.5"), 3),
    ...     is_borderline(Fraction("0.5"), Decimal("0.5"), 3),
    ... )
    (True, False)
    """
    printed = round_half_up(value, decimals)
    return value != Fraction(bar) and (
        printed == bar or (printed >= bar) != (value >= Fraction(bar))
    )


def combine(verdicts) -> str:
    """Join verdicts that must all be met (合并结论).

    Parameters
    ----------
    verdicts
        Any number of "met", "not_met", "cannot_tell".

    Returns
    -------
    str
        "not_met" if any is, else "cannot_tell" if any is, else "met".

    Examples
    --------
    >>> combine(["met", "cannot_tell"]), combine(["cannot_tell", "not_met"])
    ('cannot_tell', 'not_met')
    """
    found = set(verdicts)
    return NOT_MET if NOT_MET in found else CANNOT_TELL if CANNOT_TELL in found else MET
