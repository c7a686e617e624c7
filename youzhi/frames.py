"""Judged arrays of one stage -> labelled tables, with numbers printed the official way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi import verdicts as judge
from youzhi.coefficients import StageCoefficients, composite_coefficient, measure_coefficients
from youzhi.exact import compare_roots, round_half_up, round_root
from youzhi.indicators import StageIndicators
from youzhi.standards import DispersionRule, Indicator, Standard

# In units of the last printed digit; a float is off by far less.
_NEAR_HALF = 1e-6


@dataclass(frozen=True)
class StageAssessment:
    """Everything that was judged of one stage (一个学段的评估).

    Attributes
    ----------
    indicators, levels
        Values, and how each stands to its bar and floor.
    verdict, met : ndarray
        Verdict of every section, and how many indicators reach the bar.
    coefficients, spread : k x g
        Coefficients and their verdicts; a relief helps a school over its bar but does not enter them.
    composite : ndarray, g
        Verdict of the mean of all coefficients, where the standard judges it.
    """

    indicators: StageIndicators
    levels: np.ndarray
    verdict: np.ndarray
    met: np.ndarray
    coefficients: StageCoefficients
    spread: np.ndarray
    composite: np.ndarray


_LEVEL_VERDICTS = {
    judge.AT_BAR: judge.MET,
    judge.BELOW_BAR: judge.NOT_MET,
    judge.BELOW_FLOOR: judge.NOT_MET,
    judge.UNKNOWN: judge.CANNOT_TELL,
}


def frame_indicators(stage: StageAssessment) -> pd.DataFrame:
    """Make the table of indicator values with their verdicts (指标表).

    Parameters
    ----------
    stage
        Judged arrays of one stage.

    Returns
    -------
    DataFrame
        Columns: those of compute_indicators, then bar, floor (unit of the indicator), verdict, at_floor, printed (text,
        rounded half up to the official decimals), borderline, relieved. Without bars nothing is judged: bar and floor
        are missing, the verdict is "".
    """
    measured, standard = stage.indicators, stage.indicators.standard
    m, levels = len(measured.sections), stage.levels.T.ravel()
    bars = [_bars_of(standard, indicator, measured.stage) for indicator in standard.indicator]
    places = [(k, at) for at in range(m) for k in range(len(bars))]
    printed = [_print_value(measured, k, at, bars[k]) for k, at in places]
    shown = np.array([bar or (np.nan, np.nan) for bar in bars], dtype=float)
    judged = standard.school_rule is not None
    return measured.frame.assign(
        bar=np.tile(shown[:, 0], m),
        floor=np.tile(shown[:, 1], m),
        verdict=[_LEVEL_VERDICTS[level] if judged else judge.NOT_JUDGED for level in levels],
        at_floor=levels >= judge.BELOW_BAR,
        printed=[text for text, _ in printed],
        borderline=np.array([close for _, close in printed], dtype=bool),
        relieved=measured.relieved.T.ravel(),
    )


def _bars_of(standard: Standard, indicator: Indicator, stage: str) -> tuple[Decimal, ...]:
    """Bar and floor of one indicator; nothing where the standard has none."""
    if standard.school_rule is None:
        return ()
    return indicator.bar[stage], indicator.bar[stage] * standard.school_rule.floor


def _print_value(
    measured: StageIndicators, k: int, at: int, bars: tuple[Decimal, ...]
) -> tuple[str, bool]:
    """The printed value, and whether it hides its side of a bar; exact arithmetic only where it matters."""
    value, decimals = measured.value[k, at], measured.standard.indicator[k].decimals
    if np.isnan(value):
        return "", False
    near_bar = any(abs(value - float(bar)) <= 10.0**-decimals for bar in bars)
    if not (near_bar or _is_near_half(value, decimals)):
        return f"{value:.{decimals}f}", False
    number = measured.exact_value(k, at)
    border = any(judge.is_borderline(number, bar, decimals) for bar in bars)
    return str(round_half_up(number, decimals)), border


def frame_coefficients(stage: StageAssessment) -> pd.DataFrame:
    """Make the table of difference coefficients with their verdicts (差异系数表).

    Parameters
    ----------
    stage
        Judged arrays of one stage.

    Returns
    -------
    DataFrame
        Columns: those of compute_coefficients, then limit, verdict, printed (cv, text), printed_mean, borderline, missing
        (sections without a value), cv_unweighted, verdict_unweighted. Where the standard judges their mean only, limit
        is missing and the verdicts are "".
    """
    coefficients, rule = stage.coefficients, stage.indicators.standard.dispersion_rule
    plain = measure_coefficients(coefficients.indicators, "none")
    limit = rule.limit[stage.indicators.stage] if rule.kind == "each" else np.nan
    decimals = [indicator.decimals for indicator in stage.indicators.standard.indicator]
    starts = stage.indicators.sections.starts
    k_count, groups = coefficients.cv.shape
    places = [(k, g) for g in range(groups) for k in range(k_count)]
    printed = [_print_coefficient(coefficients, k, g, rule.decimals) for k, g in places]
    unknown = np.isnan(coefficients.indicators.value)
    missing = (
        np.add.reduceat(unknown, starts, axis=1, dtype=int) if groups else np.empty((k_count, 0))
    )
    return coefficients.frame.assign(
        limit=float(limit),
        verdict=stage.spread.T.ravel(),
        printed=printed,
        printed_mean=[_print_mean(coefficients, k, g, decimals[k]) for k, g in places],
        borderline=np.array(
            [_is_spread_borderline(coefficients, k, g, rule) for k, g in places], dtype=bool
        ),
        missing=missing.T.ravel(),
        cv_unweighted=plain.cv.T.ravel(),
        verdict_unweighted=judge.judge_coefficients(plain).T.ravel(),
    )


def _print_coefficient(coefficients: StageCoefficients, k: int, g: int, decimals: int) -> str:
    cv = coefficients.cv[k, g]
    if np.isnan(cv):
        return ""
    if not _is_near_half(cv, decimals):
        return f"{cv:.{decimals}f}"
    return str(round_root(coefficients.exact_square(k, g), decimals))


def _print_mean(coefficients: StageCoefficients, k: int, g: int, decimals: int) -> str:
    mean = coefficients.mean[k, g]
    if np.isnan(mean):
        return ""
    if not _is_near_half(mean, decimals):
        return f"{mean:.{decimals}f}"
    return str(round_half_up(coefficients.exact_mean(k, g), decimals))


def _is_near_half(value: float, decimals: int) -> bool:
    """Whether a float is too close to half a unit of the last digit to know which way to round."""
    units = abs(value) * 10**decimals
    return abs(units % 1 - 0.5) < _NEAR_HALF * max(1.0, units * _NEAR_HALF)


def _is_spread_borderline(
    coefficients: StageCoefficients, k: int, g: int, rule: DispersionRule
) -> bool:
    if rule.kind != "each":
        return False
    limit = rule.limit[coefficients.indicators.stage]
    if not abs(coefficients.cv[k, g] - float(limit)) <= 10.0**-rule.decimals:
        return False
    square = coefficients.exact_square(k, g)
    printed, within = round_root(square, rule.decimals), square <= Fraction(limit) ** 2
    return square != Fraction(limit) ** 2 and (printed == limit or (printed <= limit) != within)


def frame_composites(stage: StageAssessment) -> pd.DataFrame:
    """Make the table of composite coefficients with their verdicts (综合差异系数表).

    Parameters
    ----------
    stage
        Judged arrays of one stage.

    Returns
    -------
    DataFrame
        One row per county-year. Columns: county, year, stage, composite (no unit; missing when a coefficient is), limit,
        verdict, printed (text), borderline, composite_unweighted, verdict_unweighted. Where the standard judges each
        coefficient by itself, limit is missing and the verdicts are "".
    """
    coefficients, rule = stage.coefficients, stage.indicators.standard.dispersion_rule
    judged = rule.kind == "composite"
    limit = rule.limit[stage.indicators.stage] if judged else None
    plain = measure_coefficients(coefficients.indicators, "none")
    table = composite_coefficient(coefficients.frame)
    told = [
        _print_composite(coefficients, g, value, rule.decimals, limit)
        for g, value in enumerate(table["composite"])
    ]
    return table.assign(
        limit=float(limit) if judged else np.nan,
        verdict=stage.composite,
        printed=[text for text, _ in told],
        borderline=np.array([close for _, close in told], dtype=bool),
        composite_unweighted=plain.cv.mean(axis=0),
        verdict_unweighted=judge.judge_composite(plain),
    )


def _print_composite(
    coefficients: StageCoefficients, g: int, value: float, decimals: int, limit: Decimal | None
) -> tuple[str, bool]:
    """The printed mean, and whether it hides its side of the limit; exact arithmetic only where it matters."""
    if np.isnan(value):
        return "", False
    near = limit is not None and abs(value - float(limit)) <= 10.0**-decimals
    if not (near or _is_near_half(value, decimals)):
        return f"{value:.{decimals}f}", False
    squares, units = coefficients.exact_squares(g), int(value * 10**decimals)
    half = Fraction(2 * units + 1, 2 * 10**decimals)
    units += compare_roots(squares, half * len(squares)) >= 0
    printed = Decimal(units).scaleb(-decimals)
    if limit is None:
        return str(printed), False
    side = compare_roots(squares, Fraction(limit) * len(squares))
    return str(printed), side != 0 and (printed == limit or (printed <= limit) != (side < 0))


def frame_schools(stage: StageAssessment) -> pd.DataFrame:
    """Make the table of sections with their verdicts (学校达标表).

    Parameters
    ----------
    stage
        Judged arrays of one stage.

    Returns
    -------
    DataFrame
        Columns: county, year, stage, school, verdict, met (indicators at the bar), rule, below (codes of indicators
        under the bar), unknown (codes without a value), town, zone, school_type, pupils (人). Where the standard has no
        school rule, rule is "" and nobody can be told.
    """
    rule = stage.indicators.standard.school_rule
    codes = np.array([indicator.code for indicator in stage.indicators.standard.indicator])
    below = (stage.levels == judge.BELOW_BAR) | (stage.levels == judge.BELOW_FLOOR)
    unknown = stage.levels == judge.UNKNOWN
    frame = stage.indicators.sections.frame
    judged = frame[["county", "year", "stage", "school"]].assign(
        verdict=stage.verdict,
        met=stage.met,
        rule=rule.id if rule else "",
        below=["、".join(codes[column]) for column in below.T],
        unknown=["、".join(codes[column]) for column in unknown.T],
    )
    return pd.concat([judged, frame[["town", "zone", "school_type", "pupils"]]], axis=1)
