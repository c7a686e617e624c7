"""Ten thousand drawn years of one county, judged: against the coefficients alone as matrix products, and a pandas loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

from benchmarks.ratios import PINNED, cpu_seconds, ratio_interval
from youzhi.assessment import Assessment, assess
from youzhi.counties import read_county
from youzhi.trials.chances import Draws, draw_pupils, judge_draws

DRAWS, LOOPED, ROUNDS = 10_000, 100, 15


def run() -> list[dict]:
    """Measure both ratios in a fresh process with one thread."""
    command = [sys.executable, "-m", "benchmarks.montecarlo"]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **PINNED}
    )
    return json.loads(done.stdout)


def _measure() -> list[dict]:
    """Both ratios on Yiyuan 2023, outputs compared first."""
    result = assess(read_county("yiyuan", 2023), transitional_relief=False)
    rng = np.random.default_rng(0)
    stages = [stage.indicators.stage for stage in result.stages]
    factors = {stage: np.exp(rng.normal(0, 0.05, DRAWS)) for stage in stages}
    pupils = draw_pupils(result, factors, spread=0.05)
    few = {stage: drawn[:LOOPED] for stage, drawn in pupils.items()}
    _compare(judge_draws(result, pupils), _by_matrix(result, pupils), _by_loop(result, few))
    turns = np.array(
        [
            (
                cpu_seconds(lambda: judge_draws(result, pupils)),
                cpu_seconds(lambda: _by_matrix(result, pupils)),
                cpu_seconds(lambda: _by_loop(result, few)) * DRAWS / LOOPED,
            )
            for _ in range(ROUNDS)
        ]
    ).T
    claims = [
        ("Monte-Carlo: 10,000 draws, verdicts and 14 CVs ÷ 14 CVs in matrix form", 2.0, turns[1]),
        ("Monte-Carlo: 10,000 draws, verdicts and 14 CVs ÷ pandas loop", 1 / 60, turns[2]),
    ]
    results = []
    for name, bar, peer in claims:
        value, low, high = ratio_interval(list(turns[0]), list(peer))
        results.append({"name": name, "bar": bar, "ratio": value, "low": low, "high": high})
    return results


def _compare(ours: Draws, matrix: dict[str, np.ndarray], loop: list[dict]) -> None:
    """The same coefficients three ways, the same schools met two ways."""
    for stage, cv in ours.cv.items():
        np.testing.assert_allclose(cv, matrix[stage], rtol=1e-9)
        for draw, found in enumerate(loop):
            np.testing.assert_allclose(cv[draw], found[stage]["cv"], rtol=1e-9)
            if stage == "primary":
                assert ours.met[stage][draw].sum() == found[stage]["met"]


def _bases(stage, pupils: dict[str, np.ndarray], result: Assessment) -> np.ndarray:
    """Pupils over which shared resources are spread, for every draw."""
    sections = stage.indicators.sections
    weights, shares = sections.weights
    base = pupils[stage.indicators.stage].copy()
    places = {
        other.indicators.stage: {row: at for at, row in enumerate(other.indicators.sections.row)}
        for other in result.stages
    }
    for at, row in enumerate(sections.row):
        total = 0
        for other in shares.get(sections.schools.texts("school_type")[row], ()):
            place = places.get(other, {}).get(row)
            own = sections.schools.numbers(f"pupils_{other}")[row]
            total = total + weights[other] * (own if place is None else pupils[other][:, place])
        if np.size(total) > 1:
            base[:, at] = total / weights[stage.indicators.stage]
    return base


def _resources(stage) -> np.ndarray:
    indicators = stage.indicators
    rows = [
        indicators.value[k] * (sections.base if rule.shared else sections.pupils) / float(rule.per)
        for k, rule in enumerate(indicators.standard.indicator)
        for sections in (indicators.sections,)
    ]
    return np.column_stack(rows)


def _outside(stage, pupils: np.ndarray) -> np.ndarray:
    """Teaching points under 50 pupils."""
    sections = stage.indicators.sections
    points = sections.schools.texts("school_type")[sections.row] == "teaching_point"
    return points & (pupils < 50)


def _by_matrix(result: Assessment, pupils: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The peer in matrix form: two products per stage, no verdict."""
    found = {}
    for stage in result.stages:
        name, resource = stage.indicators.stage, _resources(stage)
        base, counted = _bases(stage, pupils, result), ~_outside(stage, pupils[name])
        shared = np.array([rule.shared for rule in result.standard.indicator])
        n = pupils[name] * counted
        total = n.sum(axis=1, keepdims=True)
        part, once = n / base, counted.astype(float)
        squares = np.empty((len(n), len(shared)))
        for columns, share in ((shared, part), (~shared, once)):
            own = resource[:, columns]
            squares[:, columns] = (
                total * ((share**2 / pupils[name]) @ own**2) / (share @ own) ** 2 - 1
            )
        found[name] = np.sqrt(np.maximum(squares, 0))
    return found


def _by_loop(result: Assessment, pupils: dict[str, np.ndarray]) -> list[dict]:
    """The idiom: one DataFrame per draw, coefficients and schools met by column arithmetic."""
    bases = {stage.indicators.stage: _bases(stage, pupils, result) for stage in result.stages}
    rule, found = result.standard.school_rule, []
    for draw in range(len(next(iter(pupils.values())))):
        told = {}
        for stage in result.stages:
            name, codes = stage.indicators.stage, list(result.standard.codes)
            frame = pd.DataFrame(_resources(stage), columns=codes)
            frame["n"], frame["base"] = pupils[name][draw], bases[name][draw]
            inside = ~_outside(stage, pupils[name][draw])
            left_out, frame = int((~inside).sum()), frame[inside]
            at_bar = pd.Series(0, frame.index)
            at_floor = pd.Series(True, frame.index)
            cv = []
            for indicator in result.standard.indicator:
                value = frame[indicator.id] / (frame["base"] if indicator.shared else frame["n"])
                mean = (value * frame["n"]).sum() / frame["n"].sum()
                square = (frame["n"] * (value - mean) ** 2).sum() / frame["n"].sum()
                cv.append(square**0.5 / mean)
                bar = float(indicator.bar[name]) / float(indicator.per)
                at_bar += value >= bar * (1 - 1e-12)
                at_floor &= value >= bar * float(rule.floor) * (1 - 1e-12)
            met = (at_bar >= rule.met_at_least) & at_floor
            told[name] = {"cv": cv, "met": int(met.sum()) + left_out}
        found.append(told)
    return found


if __name__ == "__main__":
    print(json.dumps(_measure()))
