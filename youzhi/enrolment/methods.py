"""A method in one shape: the pupils of a grade are a base times a rate, and past errors say how far that goes wrong.

The bases are the grade below a year before ("below"), the same grade a year before ("own"), or the children who
reached school age with them ("entrants").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from youzhi.enrolment.assumptions import load_assumptions

METHODS = ("progression", "cohort", "mean", "last")
METHOD_WORDS = {
    "progression": "升级比（近年权重大）",
    "cohort": "普查年龄队列",
    "mean": "最近两年升级比的简单平均（对照）",
    "last": "保持上一年（基线）",
}
BELOW, OWN, ENTRANTS = "below", "own", "entrants"


@dataclass(frozen=True)
class Fitted:
    """What a method makes of a history.

    Attributes
    ----------
    bases
        Per grade: below, own or entrants.
    rates
        Per grade; missing where it cannot be told.
    reasons
        Per grade, why its rate is missing; "" where it is known.
    errors
        Log of actual over projected one year ahead: years × grades, missing where it cannot be told.
    weights
        Of the years behind a rate, summing to 1; how the uncertainty of the rate itself is drawn.
    """

    bases: list[str]
    rates: np.ndarray
    reasons: list[str]
    errors: np.ndarray
    weights: np.ndarray


def fit_method(
    method: str, counts: np.ndarray, first: int, entrants: Mapping[int, float] | None
) -> Fitted:
    """Fit a method to pupils (years × grades, the first row of year `first`)."""
    bases = _choose_bases(method, counts.shape[1], first + np.arange(len(counts)), entrants)
    base = _find_bases(bases, counts, first, entrants)
    held = _held_grades(bases, counts, base)
    below_zero = base == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(below_zero, np.nan, counts / base)
    rates = np.array([_rates_until(method, ratios, base, until) for until in range(len(counts))])
    rates[:, held] = 1.0
    errors = _past_errors(counts, base, rates)
    reasons = _explain_rates(rates[-1], below_zero)
    return Fitted(bases, rates[-1], reasons, errors, _year_weights(method))


def _choose_bases(method: str, grades: int, years: np.ndarray, entrants) -> list[str]:
    if method == "last":
        return [OWN] * grades
    if method == "cohort":
        return [ENTRANTS] * grades
    return [OWN if entrants is None else ENTRANTS] + [BELOW] * (grades - 1)


def _find_bases(bases: list[str], counts: np.ndarray, first: int, entrants) -> np.ndarray:
    """The base of every known cell: years × grades."""
    base = np.full(counts.shape, np.nan)
    for at, kind in enumerate(bases):
        if kind == ENTRANTS:
            years = first + np.arange(len(counts)) - at
            base[:, at] = [entrants.get(int(year), np.nan) for year in years]
        else:
            base[1:, at] = counts[:-1, at - (kind == BELOW)]
    return base


def _held_grades(bases: list[str], counts: np.ndarray, base: np.ndarray) -> list[int]:
    """Grades that take their base as it stands: held ones, and entrants that no past year could be held against."""
    known = np.isfinite(counts) & np.isfinite(base)
    return [
        at
        for at, kind in enumerate(bases)
        if kind == OWN or (kind == ENTRANTS and not known[:, at].any())
    ]


def _year_weights(method: str) -> np.ndarray:
    """Weights of the last years behind a rate, the youngest first."""
    if method == "mean":
        return np.full(load_assumptions().yardstick.years, 1 / load_assumptions().yardstick.years)
    rule = load_assumptions().progression
    weights = 0.5 ** (np.arange(rule.window) / rule.halve)
    return weights / weights.sum()


def _rates_until(method: str, ratios: np.ndarray, base: np.ndarray, until: int) -> np.ndarray:
    """Rates per grade from the years up to row `until`."""
    weights = _year_weights(method)
    if method == "mean":
        return np.array([_plain_mean(column, len(weights)) for column in ratios[: until + 1].T])
    rows = np.arange(until, max(-1, until - len(weights)), -1)
    known = np.isfinite(ratios[rows])
    pooled = np.where(known, weights[: len(rows), None] * base[rows], 0)
    total = pooled.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(
            total > 0, (pooled * np.where(known, ratios[rows], 0)).sum(axis=0) / total, np.nan
        )


def _plain_mean(ratios: np.ndarray, years: int) -> float:
    known = ratios[np.isfinite(ratios)][-years:]
    return float(known.mean()) if len(known) else float("nan")


def _past_errors(counts: np.ndarray, base: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Log errors of every year, projected with the rates of the years before it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.log(counts[1:] / (base[1:] * rates[:-1]))
    return np.where(np.isfinite(errors), errors, np.nan)


def _explain_rates(rates: np.ndarray, base_is_zero: np.ndarray) -> list[str]:
    reasons = []
    none = "近年没有可用的比值" if len(base_is_zero) > 1 else "只有一年的在校生，算不出升级的比值"
    for grade, (rate, zero) in enumerate(zip(rates, base_is_zero.T, strict=True), 1):
        why = "近年的基数为0，比值无定义" if zero.any() else none
        reasons.append("" if np.isfinite(rate) else f"{grade}年级：{why}")
    return reasons
