"""National size: indicators, seven coefficients and exact verdicts, against bincount code for the coefficients alone."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

from benchmarks.ratios import PINNED, cpu_seconds, ratio_interval
from youzhi import verdicts
from youzhi.coefficients import measure_coefficients
from youzhi.indicators import measure_indicators
from youzhi.sections import Sections, make_sections
from youzhi.standards import Standard, load_standard
from youzhi.synthetic import make_nation
from youzhi.tables import SchoolTable

COUNTIES, SCHOOLS, YEARS = 2895, 69, 10
ROUNDS, REPEATS = 7, 5


def run() -> list[dict]:
    """Measure the ratio at two million rows and the growth from 100 thousand rows on."""
    rounds = [_fresh_round(COUNTIES) for _ in range(ROUNDS)]
    value, low, high = ratio_interval([r["ours"] for r in rounds], [r["peer"] for r in rounds])
    claim = {"name": "engine: indicators + 7 CVs + exact verdicts ÷ bincount CVs alone", "bar": 2.0}
    results = [{**claim, "ratio": value, "low": low, "high": high, "rows": rounds[0]["rows"]}]
    small = [_fresh_round(COUNTIES // 20) for _ in range(ROUNDS)]
    sizes = np.log(rounds[0]["rows"] / small[0]["rows"])
    exponents = [
        np.log(big["ours"] / little["ours"]) / sizes
        for big, little in zip(rounds, small, strict=True)
    ]
    spread = np.percentile(exponents, [50, 2.5, 97.5])
    names = dict(zip(("ratio", "low", "high"), map(float, spread), strict=True))
    growth = {"name": "engine: growth exponent, 100 thousand to 2 million rows", "bar": 1.05}
    return [*results, {**growth, **names, "rows": rounds[0]["rows"]}]


def _fresh_round(counties: int) -> dict:
    import os

    command = [sys.executable, "-m", "benchmarks.engine", str(counties)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **PINNED}
    )
    return json.loads(done.stdout)


def _measure(counties: int) -> dict:
    """One round in this process: outputs compared first, then both competitors in turn."""
    standard = load_standard("jiaodu-2017-6")
    schools = SchoolTable(
        make_nation(counties, SCHOOLS, YEARS, seed=1).sort_values(
            ["county", "year", "school_id"], ignore_index=True
        )
    )
    sections = make_sections(schools, standard)
    peer_input = _aligned(sections, standard)
    ours, theirs = _judge(sections, standard), _bincount(peer_input)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)
    repeats = REPEATS * max(1, COUNTIES // counties)
    turns = [
        (
            cpu_seconds(lambda: _judge(sections, standard)),
            cpu_seconds(lambda: _bincount(peer_input)),
        )
        for _ in range(repeats)
    ]
    mean = np.mean(turns, axis=0)
    return {"rows": len(schools), "ours": float(mean[0]), "peer": float(mean[1])}


def _judge(sections: Sections, standard: Standard) -> list[np.ndarray]:
    """The suite: values, levels, school verdicts, coefficients and their verdicts, all exact."""
    found = []
    for indicators in measure_indicators(sections, standard, relief=False):
        levels = verdicts.judge_values(indicators)
        verdicts.judge_schools(levels, standard.school_rule)
        coefficients = measure_coefficients(indicators)
        verdicts.judge_coefficients(coefficients)
        found.append(coefficients.cv)
    return found


def _aligned(
    sections: Sections, standard: Standard
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """What the peer gets for free: group numbers, pupils and resources, already in line."""
    return [
        (
            np.repeat(np.arange(len(i.sections.starts)), i.sections.sizes),
            i.sections.pupils,
            i.numerator,
        )
        for i in measure_indicators(sections, standard, relief=False)
    ]


def _bincount(stages: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> list[np.ndarray]:
    """The peer: plain numpy, two passes, coefficients only, no verdict."""
    found = []
    for group, pupils, resources in stages:
        total = np.bincount(group, pupils)
        rows = []
        for resource in resources:
            mean = np.bincount(group, resource) / total
            away = resource / pupils - mean[group]
            rows.append(np.sqrt(np.bincount(group, pupils * away * away) / total) / mean)
        found.append(np.array(rows))
    return found


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
