"""Drawn pupils -> how likely schools and coefficients stand (蒙特卡洛): all draws at once, no table per draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import floor

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from youzhi.assessment import Assessment
from youzhi.errors import UsageError
from youzhi.frames import StageAssessment
from youzhi.indicators import StageIndicators
from youzhi.trials.settings import load_settings


@dataclass(frozen=True)
class Draws:
    """What a standard says of every drawn year (各次抽样的判定).

    Attributes
    ----------
    county, year
        Of the result that was drawn from.
    labels
        Stage to the keys of its sections: school.
    pupils
        Stage to drawn pupils, draws x sections (whole 人).
    met
        Stage to which sections are met, or have too few pupils to count, draws x sections.
    cv
        Stage to difference coefficients, draws x indicators.
    within
        Stage to which coefficients keep their limit, draws x indicators.
    indicators
        Ids of the indicators.
    unknown
        Stages that nobody can tell, with the reason in Chinese; they have no entry above.
    """

    county: str
    year: int
    labels: Mapping[str, pd.DataFrame]
    pupils: Mapping[str, np.ndarray]
    met: Mapping[str, np.ndarray]
    cv: Mapping[str, np.ndarray]
    within: Mapping[str, np.ndarray]
    indicators: tuple[str, ...]
    unknown: Mapping[str, str]

    @cached_property
    def chances(self) -> pd.DataFrame:
        """How often each part holds (达标概率).

        One row per part ("schools": every section is met, "dispersion": every coefficient keeps its limit, "resources":
        both) and stage, "" being all stages together. Columns: county, year, part, stage, chance, low, high (0 to 1; the
        interval is that of the drawing, Wilson), draws, reason (why nobody can tell; then chance is missing).
        """
        schools = {stage: met.all(axis=1) for stage, met in self.met.items()}
        spread = {stage: within.all(axis=1) for stage, within in self.within.items()}
        both = {stage: schools[stage] & spread[stage] for stage in schools}
        rows = []
        for part, found in (("schools", schools), ("dispersion", spread), ("resources", both)):
            rows += [[part, stage, *_share(hits), ""] for stage, hits in found.items()]
            rows += [[part, stage, *_NO_SHARE, why] for stage, why in self.unknown.items()]
            why = "；".join(self.unknown.values()) or ("" if found else "没有计入的学校")
            all_stages = _NO_SHARE if why else _share(np.logical_and.reduce(list(found.values())))
            rows.append([part, "", *all_stages, why])
        columns = ["part", "stage", "chance", "low", "high", "draws", "reason"]
        table = pd.DataFrame(rows, columns=columns)
        return table.assign(county=self.county, year=self.year)[["county", "year", *columns]]

    @cached_property
    def schools(self) -> pd.DataFrame:
        """One row per section, with the percentiles of trials.toml (各校段达标概率).

        Columns: county, year, stage, school, chance (0 to 1), pupils_low, pupils_high (人).
        """
        frames = []
        for stage, met in self.met.items():
            low, high = np.percentile(self.pupils[stage], _percentiles(), axis=0)
            frame = self.labels[stage].assign(chance=met.mean(axis=0))
            frames.append(frame.assign(pupils_low=low, pupils_high=high))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """One row per stage and indicator, with the percentiles of trials.toml (差异系数的抽样分布).

        Columns: county, year, stage, indicator, low, median, high (no unit; missing where a draw has no coefficient),
        chance (0 to 1).
        """
        frames = []
        for stage, cv in self.cv.items():
            (low, high), median = np.percentile(cv, _percentiles(), axis=0), np.median(cv, axis=0)
            keys = {"county": self.county, "year": self.year, "stage": stage}
            found = {"low": low, "median": median, "high": high}
            frame = pd.DataFrame({"indicator": self.indicators, **found})
            frames.append(frame.assign(chance=self.within[stage].mean(axis=0), **keys))
        order = ["county", "year", "stage", "indicator", "low", "median", "high", "chance"]
        return pd.concat(frames, ignore_index=True)[order] if frames else pd.DataFrame()


def draw_pupils(
    result: Assessment,
    factors: Mapping[str, np.ndarray],
    spread: float = 0.0,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Draw the pupils of every counted section around one result (抽样在校生数).

    Each draw multiplies the pupils of a stage by one factor, common to the county, and lets every school drift from the
    county by a factor of its own; the own factors leave the stage total alone. The sum is rounded to whole persons, at
    least one per school.

    Parameters
    ----------
    result
        Of one county-year; its pupils are the middle of the draws.
    factors
        Stage to one factor per draw: drawn stage total over the total in the middle (no unit).
    spread
        Standard deviation of the logarithm of a school's own factor (no unit); see `measure_drift`.
    seed
        The same seed gives the same draws.

    Returns
    -------
    dict of ndarray
        Stage to draws x sections, in the order of `result.stages`; whole numbers as float64.

    Raises
    ------
    UsageError
        The factors are not one list per stage, all of one length, finite and above zero.
    """
    stages = [stage.indicators.stage for stage in result.stages]
    lengths = {len(factor) for factor in factors.values()}
    usable = all(np.isfinite(factor).all() and (factor > 0).all() for factor in factors.values())
    if set(factors) != set(stages) or len(lengths) != 1 or not usable or not spread >= 0:
        raise UsageError(
            f"抽样需要每个学段（{'、'.join(stages)}）各一列等长的正数倍数，散布不小于零。"
        )
    drawn = {}
    for at, stage in enumerate(result.stages):
        middle, factor = stage.indicators.sections.pupils, factors[stage.indicators.stage]
        rng = np.random.default_rng([seed, at])
        own = np.exp(spread * rng.standard_normal((len(factor), len(middle)))) * middle
        if len(middle):
            own *= (factor * middle.sum() / own.sum(axis=1))[:, None]
        drawn[stage.indicators.stage] = np.maximum(np.rint(own, out=own), 1, out=own)
    return drawn


def judge_draws(result: Assessment, pupils: Mapping[str, np.ndarray]) -> Draws:
    """Judge every draw by the school rule and the limits of the coefficients (逐次判定).

    Resources stay as they are in the result; pupils are those of each draw. Transitional reliefs are left out: they may
    begin or end with the pupils of a draw. A section that has too few pupils to count
    in a draw is left out of it; one that did not count in the result stays out of all draws. Verdicts
    of sections are exact: a bar is turned once into the largest whole number of pupils that still reaches it. A
    coefficient is a float and is compared with its limit as such.

    Parameters
    ----------
    result
        Of one county-year, judged by a standard with bars and a limit for each coefficient.
    pupils
        What `draw_pupils` gives.

    Returns
    -------
    Draws
        A stage with a missing value or a section that was set aside is told as unknown, with the reason; a stage without
        sections has no entry.

    Raises
    ------
    UsageError
        The standard has no bars or judges the mean of the coefficients; the result is of several county-years.
    """
    county, year = result.one_year()
    standard = result.standard
    if standard.school_rule is None or standard.dispersion_rule.kind != "each":
        raise UsageError(
            f"{standard.number}没有逐校标准值或不逐项判定差异系数，无法抽样判定达标概率。"
        )
    found: dict[str, dict] = {"labels": {}, "pupils": {}, "met": {}, "cv": {}, "within": {}}
    unknown = {}
    places = {
        stage.indicators.stage: {
            row: at for at, row in enumerate(stage.indicators.sections.row.tolist())
        }
        for stage in result.stages
    }
    for relieved in result.stages:
        stage = replace(relieved, indicators=relieved.coefficients.indicators)
        name = stage.indicators.stage
        if why := _why_unknown(result, stage):
            unknown[name] = why
        if why or not len(stage.indicators.sections):
            continue
        load = _load_of(stage, pupils, places)
        found["labels"][name] = stage.indicators.sections.frame[
            ["county", "year", "stage", "school"]
        ]
        found["pupils"][name] = pupils[name]
        outside = _outside(stage, pupils[name])
        found["met"][name] = _judge_sections(stage, pupils[name], load) | outside
        found["cv"][name] = _spread_of(stage, pupils[name], outside, load)
        limit = float(standard.dispersion_rule.limit[name])
        nobody = outside.all(axis=1, keepdims=True)
        found["within"][name] = (found["cv"][name] <= limit) | nobody
    return Draws(county, year, indicators=tuple(standard.codes), unknown=unknown, **found)


def measure_drift(tables: list[pd.DataFrame]) -> float:
    """Measure how far schools drift from their county from one year to the next (校际漂移).

    Parameters
    ----------
    tables
        Frames of school tables of consecutive years; columns county, school_id and pupils_* are used. Schools without a
        code are left out.

    Returns
    -------
    float
        Root mean square of the logarithm of a school's growth over that of its stage, over all pairs of years, schools
        that stand in both; NaN where no two such schools exist.

    Examples
    --------
    >>> first = pd.DataFrame({"county": "a", "school_id": ["1", "2"], "pupils_primary": [100, 100]})
    >>> measure_drift([first, first.assign(pupils_primary=[110, 110])])
    0.0
    """
    apart = []
    for before, after in pairwise(tables):
        keys = ["county", "school_id"]
        both = before.dropna(subset=keys).merge(after, on=keys, suffixes=("_before", "_after"))
        for name in [name for name in before if name.startswith("pupils_")]:
            if name not in after:
                continue
            old, new = both[f"{name}_before"].astype(float), both[f"{name}_after"].astype(float)
            alive = (old > 0) & (new > 0)
            stage = new[alive].sum() / old[alive].sum() if alive.any() else np.nan
            apart.append(np.log(new[alive] / old[alive] / stage))
    every = np.concatenate(apart) if apart else np.empty(0)
    return float(np.sqrt((every**2).mean())) if len(every) > 1 else float("nan")


_NEAR = 1e-9
_NO_SHARE = (np.nan, np.nan, np.nan, 0)


def _share(hits: np.ndarray) -> tuple[float, float, float, int]:
    """Share of the draws that hold, with the interval of the drawing."""
    count, draws = int(hits.sum()), len(hits)
    certainty = load_settings()["draws"]["certainty"]
    interval = binomtest(count, draws).proportion_ci(certainty, method="wilson")
    return count / draws, interval.low, interval.high, draws


def _percentiles() -> list[float]:
    """Which percentiles of the draws are shown."""
    settings = load_settings()["draws"]
    return [settings["low"], settings["high"]]


def _why_unknown(result: Assessment, stage: StageAssessment) -> str:
    """Why the draws of a stage could not be judged; empty when they can."""
    left_out, label = result.sections.excluded, result.standard.stages[stage.indicators.stage].zh
    if left_out.loc[left_out["stage"] == stage.indicators.stage, "held"].astype(bool).any():
        return f"{label}有学校因数据矛盾暂不计入"
    if np.isnan(stage.indicators.value).any():
        return f"{label}有学校缺数据"
    return ""


@dataclass(frozen=True)
class _Load:
    """Weighted pupils of the sections that share resources with other stages of their school."""

    weight: int
    sharing: np.ndarray
    weighted: np.ndarray


def _load_of(
    stage: StageAssessment,
    pupils: Mapping[str, np.ndarray],
    places: Mapping[str, Mapping[int, int]],
) -> _Load:
    """The weighted pupils over which shared resources are spread, in whole numbers, for sharing sections only."""
    sections = stage.indicators.sections
    weights, shares = sections.weights
    types = sections.schools.texts("school_type")[sections.row]
    sharing = np.flatnonzero([kind in shares for kind in types])
    weighted = np.zeros((len(pupils[stage.indicators.stage]), len(sharing)))
    for column, at in enumerate(sharing):
        row = sections.row[at]
        for other in shares[types[at]]:
            if (place := places.get(other, {}).get(row)) is None:
                number = sections.schools.numbers(f"pupils_{other}")[row]
            else:
                number = pupils[other][:, place]
            weighted[:, column] += weights[other] * number
    return _Load(weights[stage.indicators.stage], sharing, weighted)


def _judge_sections(stage: StageAssessment, pupils: np.ndarray, load: _Load) -> np.ndarray:
    """Which sections are met in each draw: few enough below the bar, none below the floor."""
    standard, name = stage.indicators.standard, stage.indicators.stage
    rule = standard.school_rule
    bars = [indicator.bar[name] for indicator in standard.indicator]
    spare = len(bars) - rule.met_at_least
    at_bar = _most_pupils(stage, [Fraction(bar) for bar in bars], load.weight)
    at_floor = _most_pupils(stage, [Fraction(bar * rule.floor) for bar in bars], load.weight)
    most = np.minimum(np.sort(at_bar, axis=0)[spare], at_floor.min(axis=0))
    met = pupils <= most // load.weight
    shared = np.array([indicator.shared for indicator in standard.indicator])
    for column, at in enumerate(load.sharing):
        own, whole = pupils[:, at, None] * load.weight, load.weighted[:, column, None]
        borne = np.where(shared, whole, own)
        below = (borne > at_bar[:, at]).sum(axis=1)
        met[:, at] = (below <= spare) & (borne <= at_floor[:, at]).all(axis=1)
    return met


def _most_pupils(stage: StageAssessment, bars: list[Fraction], weight: int) -> np.ndarray:
    """The largest whole number of weighted pupils with which each value still reaches its bar, k x m."""
    indicators = stage.indicators
    most = np.empty((len(bars), len(indicators.sections)))
    for k, bar in enumerate(bars):
        per = weight * Fraction(indicators.standard.indicator[k].per) / bar
        number = _own_total(indicators, k) * float(per)
        most[k] = np.floor(number)
        # a float next to a whole number may lie on its wrong side
        for at in np.flatnonzero(np.abs(number - np.rint(number)) <= _NEAR * np.maximum(1, number)):
            most[k, at] = floor(indicators.exact_resource(k, at) * per)
    return most


def _outside(stage: StageAssessment, pupils: np.ndarray) -> np.ndarray:
    """Which sections have too few pupils to count in a draw, draws x sections."""
    sections = stage.indicators.sections
    types = sections.schools.texts("school_type")[sections.row]
    organisers = sections.schools.numbers("organiser_code")[sections.row]
    outside = np.zeros(pupils.shape, dtype=bool)
    for rule in stage.indicators.standard.exclusion:
        if rule.pupils_below is None:
            continue
        hit = np.isin(types, rule.school_types or types)
        if rule.organiser_codes:
            hit &= np.isin(organisers, rule.organiser_codes)
        outside[:, hit] |= pupils[:, hit] < rule.pupils_below
    return outside


def _spread_of(
    stage: StageAssessment, pupils: np.ndarray, outside: np.ndarray, load: _Load
) -> np.ndarray:
    """The difference coefficients of each draw: CV² = N · Σ(rᵢ²/nᵢ) / (Σrᵢ)² − 1, as sums of products."""
    indicators, at = stage.indicators, load.sharing
    resource = np.column_stack([_own_total(indicators, k) for k in range(len(indicators.value))])
    per_pupil, own = (
        1 / pupils,
        np.broadcast_to(resource.sum(axis=0), (len(pupils), resource.shape[1])),
    )
    total = pupils.sum(axis=1, keepdims=True)
    if outside.any():
        per_pupil[outside] = 0
        own = (~outside).astype(float) @ resource
        total = total - (pupils * outside).sum(axis=1, keepdims=True)
    squares = per_pupil @ resource**2
    if len(at):
        shared = [k for k, rule in enumerate(indicators.standard.indicator) if rule.shared]
        part = pupils[:, at] / (load.weighted / load.weight)
        mine, own = resource[np.ix_(at, shared)], own.copy()
        # what a school shares counts by the part of its pupils who are in this stage
        squares[:, shared] += (per_pupil[:, at] * (part**2 - 1)) @ mine**2
        own[:, shared] += (part - 1) @ mine
    with np.errstate(divide="ignore", invalid="ignore"):  # nobody counts, or nobody has anything
        squares = total * squares / own**2
    return np.sqrt(np.maximum(squares - 1, 0))


def _own_total(indicators: StageIndicators, k: int) -> np.ndarray:
    """The school's own total of indicator k for every section."""
    rule, sections = indicators.standard.indicator[k], indicators.sections
    base = sections.base if rule.shared else sections.pupils
    return indicators.value[k] * base / float(rule.per)
