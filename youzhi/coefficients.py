"""Indicator values -> county mean, standard deviation and difference coefficient (差异系数)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi.errors import UndefinedError, UsageError
from youzhi.exact import as_fraction, root, squared_coefficient
from youzhi.indicators import StageIndicators

COEFFICIENT_COLUMNS = ["county", "year", "stage", "indicator", "mean", "sd", "cv", "schools"]

# Below this coefficient the floating sum of squares has lost digits, so the exact one is taken.
_CANCELLING = 0.05

# A split resource arrives here as a float; below this coefficient equal schools differ by round-off alone.
_ROUND_OFF = 1e-15


@dataclass(frozen=True)
class StageCoefficients:
    """Means, deviations and coefficients of one stage (一个学段的差异系数).

    Attributes
    ----------
    indicators
        What they were computed from: k indicators, g county-years.
    weighting
        "pupils" or "none".
    mean, sd, cv : ndarray, k x g
        NaN when a section's value is missing, or when the mean is zero (cv only).
    """

    indicators: StageIndicators
    weighting: str
    mean: np.ndarray
    sd: np.ndarray
    cv: np.ndarray

    def exact_square(self, k: int, g: int) -> Fraction:
        """Square of the coefficient of indicator k in county-year g, exactly."""
        span = self._span(g)
        sections = self.indicators.sections
        if self.weighting == "none":
            return squared_coefficient(
                [Fraction(1)] * len(span), [self.indicators.exact_value(k, at) for at in span]
            )
        return squared_coefficient(
            [sections.exact_pupils(at) for at in span],
            [self.indicators.exact_numerator(k, at) for at in span],
        )

    def exact_squares(self, g: int) -> list[Fraction]:
        """Squares of all coefficients of county-year g that exist, exactly."""
        return [self.exact_square(k, g) for k in np.flatnonzero(~np.isnan(self.cv[:, g]))]

    def exact_mean(self, k: int, g: int) -> Fraction:
        """County mean of indicator k in county-year g, exactly."""
        span = self._span(g)
        total = sum(self.indicators.exact_numerator(k, at) for at in span)
        per = Fraction(self.indicators.standard.indicator[k].per)
        return total * per / sum(self.indicators.sections.exact_pupils(at) for at in span)

    def _span(self, g: int) -> range:
        sections = self.indicators.sections
        return range(sections.starts[g], sections.starts[g] + sections.sizes[g])

    @property
    def frame(self) -> pd.DataFrame:
        """Long table, one row per county-year and indicator; columns COEFFICIENT_COLUMNS."""
        sections = self.indicators.sections
        ids = [indicator.id for indicator in self.indicators.standard.indicator]
        first = sections.frame[["county", "year", "stage"]].iloc[sections.starts]
        long = first.loc[first.index.repeat(len(ids))].reset_index(drop=True)
        long["indicator"] = np.tile(ids, len(first))
        for name in ("mean", "sd", "cv"):
            long[name] = getattr(self, name).T.ravel()
        long["schools"] = np.repeat(sections.sizes, len(ids))
        return long[COEFFICIENT_COLUMNS]


def measure_coefficients(
    indicators: StageIndicators, weighting: str = "pupils"
) -> StageCoefficients:
    """Compute the difference coefficients of one stage (一个学段的差异系数).

    Parameters
    ----------
    indicators
        Values of the stage's sections.
    weighting
        "pupils" is the official reading; "none" counts every school alike, for comparison only.

    Returns
    -------
    StageCoefficients
        k indicators x g county-years.
    """
    sections = indicators.sections
    k, g = len(indicators.standard.indicator), len(sections.starts)
    mean, sd, cv = np.empty((k, g)), np.empty((k, g)), np.empty((k, g))
    measured = StageCoefficients(indicators, weighting, mean, sd, cv)
    weight = _weights(sections.pupils, weighting)
    total = np.add.reduceat(weight, sections.starts) if g else None
    row = np.empty(len(sections))
    for at in range(k):
        value = indicators.values_of(at, row)
        mean[at], sd[at], cv[at] = _weighted_spread(value, weight, sections.starts, total)
        for group in np.flatnonzero(cv[at] < _CANCELLING):
            cv[at, group] = root(measured.exact_square(at, group))
            sd[at, group] = cv[at, group] * mean[at, group]
    return measured


def _weights(pupils: np.ndarray, weighting: str) -> np.ndarray:
    return pupils if weighting == "pupils" else np.where(np.isnan(pupils), np.nan, 1.0)


def _weighted_spread(value: np.ndarray, weight: np.ndarray, starts: np.ndarray, total=None):
    """Mean, standard deviation and coefficient of each group of neighbours, two passes."""
    if not len(starts):
        return np.empty(0), np.empty(0), np.empty(0)
    total = np.add.reduceat(weight, starts) if total is None else total
    weighted = value * weight
    mean = np.add.reduceat(weighted, starts) / total
    sizes = np.diff(starts, append=len(value))
    away = np.subtract(value, np.repeat(mean, sizes), out=weighted)
    np.multiply(away, away, out=away)
    np.multiply(away, weight, out=away)
    sd = np.sqrt(np.add.reduceat(away, starts) / total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return mean, sd, np.where(mean == 0, np.nan, sd / mean)


def compute_coefficients(indicators: pd.DataFrame, weighting: str = "pupils") -> pd.DataFrame:
    """Compute county mean, standard deviation and difference coefficient (全县平均值、标准差、差异系数).

    X̄ = Σrᵢ/N; S = √(Σ(nᵢ/N)(xᵢ − X̄)²); CV = S/X̄, with nᵢ pupils, rᵢ resources, xᵢ = rᵢ/nᵢ. The mean is
    total resources over total pupils, not the average of the schools. A section without a value makes mean,
    sd and cv missing: the county's figure cannot be told.

    Parameters
    ----------
    indicators
        What compute_indicators gives: county, year, stage, school, indicator, value, numerator, pupils.
    weighting
        "pupils" is the official reading. "none" counts every school alike and is for comparison only.

    Returns
    -------
    DataFrame
        One row per county, year, stage, indicator in the order in which they first stand in `indicators`.
        Columns: mean and sd (unit of the indicator), cv (no unit, 0 or more; missing when the mean is zero),
        schools (number of sections).

    References
    ----------
    县域义务教育校际均衡指标计算方法; docs/decisions/0002.

    Examples
    --------
    The published example: 45, 37, 89, 76, 55 pupils, 279, 137, 935, 160, 402 books.

    >>> pupils, books = np.array([45, 37, 89, 76, 55]), np.array([279, 137, 935, 160, 402])
    >>> long = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2012,
    ...         "stage": "primary",
    ...         "school": list("abcde"),
    ...         "indicator": "books",
    ...         "value": books / pupils,
    ...         "numerator": books,
    ...         "pupils": pupils,
    ...     }
    ... )
    >>> compute_coefficients(long)["cv"].round(6).tolist()
    [0.515257]
    >>> compute_coefficients(long, weighting="none")["cv"].round(6).tolist()
    [0.488771]
    """
    if weighting not in ("pupils", "none"):
        raise UsageError(f"weighting 只能是“pupils”或“none”，不能是“{weighting}”。")
    keys = ["county", "year", "stage", "indicator"]
    number = indicators.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    ordered = indicators.iloc[np.argsort(number, kind="stable")]
    starts = np.flatnonzero(np.diff(np.sort(number), prepend=-1))
    value = ordered["value"].to_numpy(float)
    pupils = ordered["pupils"].to_numpy(float)
    mean, sd, cv = _weighted_spread(value, _weights(pupils, weighting), starts)
    sizes = np.diff(starts, append=len(value))
    for group in np.flatnonzero(cv < _CANCELLING):
        rows = ordered.iloc[starts[group] : starts[group] + sizes[group]]
        careful = _careful_coefficient(rows, weighting)
        cv[group] = careful if careful > _ROUND_OFF else 0.0
        sd[group] = cv[group] * mean[group]
    table = ordered[keys].iloc[starts].reset_index(drop=True)
    return table.assign(mean=mean, sd=sd, cv=cv, schools=sizes)[COEFFICIENT_COLUMNS]


def _careful_coefficient(rows: pd.DataFrame, weighting: str) -> float:
    """The coefficient of one small-spread group by exact arithmetic."""
    pupils = [as_fraction(n) for n in rows["pupils"]]
    resources = [as_fraction(r) for r in rows["numerator"]]
    if weighting == "none":
        resources = [r / n for r, n in zip(resources, pupils, strict=True)]
        pupils = [1] * len(resources)
    return root(squared_coefficient(pupils, resources))


def difference_coefficient(pupils: Sequence[float], resource: Sequence[float]) -> float:
    """Compute the difference coefficient of one indicator in one county and stage (差异系数).

    CV = √(Σ(nᵢ/N)(xᵢ − X̄)²) / X̄ with xᵢ = rᵢ/nᵢ and X̄ = Σrᵢ/N.

    Parameters
    ----------
    pupils
        One per school section, greater than zero (人).
    resource
        The sections' totals, none missing, not negative (人, ㎡, 元, 间).

    Returns
    -------
    float
        0 or more; 0 for a single section.

    Raises
    ------
    UndefinedError
        No section, a section without pupils, a missing or negative number, or a mean of zero.

    References
    ----------
    县域义务教育校际均衡指标计算方法; docs/decisions/0002.

    Examples
    --------
    >>> round(difference_coefficient([45, 37, 89, 76, 55], [279, 137, 935, 160, 402]), 6)
    0.515257
    """
    n, r = np.asarray(pupils, dtype=float), np.asarray(resource, dtype=float)
    if n.ndim != 1 or n.shape != r.shape or not n.size:
        raise UndefinedError("学生数与资源数应各有一列、长度相同且不为空。")
    if not (np.isfinite(n).all() and np.isfinite(r).all()):
        raise UndefinedError("有学校缺学生数或资源数：缺数据不等于零，差异系数无法计算。")
    if (n <= 0).any() or (r < 0).any():
        raise UndefinedError("学生数应大于零，资源数不应小于零。")
    if not r.any():
        raise UndefinedError("全县平均值为零，差异系数没有定义。")
    cv = float(_weighted_spread(r / n, n, np.array([0]))[2][0])
    if cv >= _CANCELLING:
        return cv
    return root(squared_coefficient([as_fraction(x) for x in n], [as_fraction(x) for x in r]))


def composite_coefficient(coefficients: pd.DataFrame) -> pd.DataFrame:
    """Average the coefficients of all indicators of a stage (综合差异系数).

    Under the 2012 standard this decides; under the 2017 standard it is for information only.

    Parameters
    ----------
    coefficients
        Columns county, year, stage, cv; one row per indicator.

    Returns
    -------
    DataFrame
        One row per county, year, stage. Column: composite (no unit); missing when any cv is.

    References
    ----------
    县域义务教育校际均衡指标计算方法; 教督〔2017〕6号申报表Ⅲ L8.

    Examples
    --------
    >>> composite_coefficient(
    ...     pd.DataFrame({"county": "a", "year": 2012, "stage": "primary", "cv": [0.2, 0.4]})
    ... )["composite"].tolist()
    [0.30000000000000004]
    """
    keys = ["county", "year", "stage"]
    mean = coefficients.groupby(keys, sort=False)["cv"].agg(lambda cv: cv.mean(skipna=False))
    return mean.rename("composite").reset_index()


def share_coefficient(indicators: pd.DataFrame) -> pd.DataFrame:
    """Divide each squared coefficient among the schools that make it (差异贡献).

    A school's share is nᵢ(xᵢ − X̄)² over the sum of these; the shares of a stage and indicator add up to 1.

    Parameters
    ----------
    indicators
        What compute_indicators gives.

    Returns
    -------
    DataFrame
        The rows of `indicators`. Columns: county, year, stage, school, indicator, value, mean, share
        (no unit, 0 to 1; 0 when all schools are alike, missing when the coefficient cannot be told).

    Examples
    --------
    >>> long = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2020,
    ...         "stage": "primary",
    ...         "school": list("ab"),
    ...         "indicator": "books",
    ...         "value": [1.0, 3.0],
    ...         "numerator": [100, 300],
    ...         "pupils": [100, 100],
    ...     }
    ... )
    >>> share_coefficient(long)["share"].tolist()
    [0.5, 0.5]
    """
    keys = ["county", "year", "stage", "indicator"]
    mean = compute_coefficients(indicators)[[*keys, "mean"]]
    table = indicators.merge(mean, on=keys, how="left", validate="many_to_one")
    square = table["pupils"] * (table["value"] - table["mean"]) ** 2
    total = square.groupby([table[key] for key in keys], sort=False).transform(
        lambda s: s.sum(skipna=False)
    )
    share = (square / total).where(total != 0, 0.0)
    return table.assign(share=share)[
        ["county", "year", "stage", "school", "indicator", "value", "mean", "share"]
    ]
