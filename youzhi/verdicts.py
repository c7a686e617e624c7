"""Met, not met or cannot tell, and by which rule: values, schools, spread, county.

Every bar is decided on the unrounded number. A float decides where it is clear of the bar; next to the bar
the number as it was written decides, in exact arithmetic. Missing is never zero and never met.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd

from youzhi.coefficients import StageCoefficients
from youzhi.exact import as_fraction, round_half_up
from youzhi.indicators import StageIndicators
from youzhi.standards import SchoolRule, Standard

MET, NOT_MET, CANNOT_TELL = "met", "not_met", "cannot_tell"
VERDICT_WORDS = {MET: "达标", NOT_MET: "未达标", CANNOT_TELL: "无法判定"}
_WORDS = np.array([MET, CANNOT_TELL, NOT_MET], dtype=object)

# Levels of one value against its bar.
UNKNOWN, BELOW_FLOOR, BELOW_BAR, AT_BAR = -1, 0, 1, 2

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
        AT_BAR, BELOW_BAR (but at the floor), BELOW_FLOOR, or UNKNOWN where the value is missing.
    """
    standard, stage = indicators.standard, indicators.stage
    levels = np.empty((len(standard.indicator), len(indicators.sections)), dtype=np.int8)
    row = np.empty(len(indicators.sections))
    for k, indicator in enumerate(standard.indicator):
        value, bar = indicators.values_of(k, row), indicator.bar[stage]
        decide = partial(indicators.reach, k)
        levels[k] = reaches(value, bar, decide)
        levels[k] += reaches(value, bar * standard.school_rule.floor, decide)
        missing = np.isnan(value)
        if missing.any():
            levels[k][missing] = UNKNOWN
    return levels


def judge_schools(levels: np.ndarray, rule: SchoolRule) -> tuple[np.ndarray, np.ndarray]:
    """Judge every section by the school rule (学校达标判定).

    A missing value is taken both ways: the section is met only if it would be met with the value below
    the floor, not met only if it would fail with the value at the bar.

    Parameters
    ----------
    levels
        What judge_values gives, k x m.
    rule
        How many indicators must reach the bar, and the floor for the rest.

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
    """
    limit = coefficients.indicators.standard.dispersion_rule.limit[coefficients.indicators.stage]
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


def judge_dispersion(coefficients: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Judge a table of coefficients that comes without its schools, such as a published one (校际差异判定).

    Parameters
    ----------
    coefficients
        Columns stage and cv (no unit) at least; the numbers stand for themselves as written.
    standard
        Gives the limit of each stage.

    Returns
    -------
    DataFrame
        The same rows. Columns added: limit (no unit), verdict ("met", "not_met", "cannot_tell"),
        borderline (the printed coefficient does not show on which side it lies).

    References
    ----------
    教督〔2017〕6号 校际差异系数; the source keys in the standard's file.

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
    limit = [rule.limit[stage] for stage in coefficients["stage"]]
    verdict = [
        CANNOT_TELL if np.isnan(cv) else MET if as_fraction(cv) <= Fraction(bar) else NOT_MET
        for cv, bar in zip(coefficients["cv"], limit, strict=True)
    ]
    border = [
        not np.isnan(cv) and is_borderline(as_fraction(cv), bar, rule.decimals)
        for cv, bar in zip(coefficients["cv"], limit, strict=True)
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
