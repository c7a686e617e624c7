"""One assumption changed at a time: which of them decides how many schools pass (敏感性)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd

from youzhi.cards import NATIONAL_STANDARD
from youzhi.errors import ScenarioError
from youzhi.scenarios import Scenario
from youzhi.seats import class_limits
from youzhi.standards import load_standard
from youzhi.trials.costs import count_failing, leave_out
from youzhi.trials.trial import PLAN, Trial

PUPILS, CLASS_LIMIT = "pupils", "class_limit"
TORNADO_COLUMNS = ["county", "variation", "label", "low", "base", "high", "failing_low"]
TORNADO_COLUMNS += ["failing", "failing_high", "span", "reason"]


def vary_one_by_one(trial: Trial) -> pd.DataFrame:
    """Change one assumption at a time and count the sections that fail in the last year (单因素敏感性).

    Varied are the pupils that come (to the low and the high side of the outlook, else by the shares of trials.toml), the
    class limit, and every action, which is left out.

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per assumption, the one that matters most first. Columns: county, variation (id), label (Chinese), low,
        base, high (text: what was put in), failing_low, failing, failing_high (sections not met or not to be told in the
        last year; missing where the variation is impossible), span (largest less smallest), reason (why impossible).
    """
    failing = count_failing(trial.after)
    rows = [*_vary_pupils(trial, failing), *_vary_limits(trial, failing), *_leave_out(trial)]
    table = pd.DataFrame(rows, columns=[name for name in TORNADO_COLUMNS if name != "span"])
    numbers = ["failing_low", "failing", "failing_high"]
    table = table.astype(dict.fromkeys(numbers, "Int64"))
    span = table[numbers].max(axis=1) - table[numbers].min(axis=1)
    table = table.assign(span=span)[TORNADO_COLUMNS]
    return table.sort_values("span", ascending=False, kind="stable", ignore_index=True)


@cache
def load_variations() -> dict[str, dict]:
    """Load what is varied and by how much (敏感性设定).

    Returns
    -------
    dict
        Id to its table of trials.toml.

    Examples
    --------
    >>> load_variations()["pupils"]["low"]
    0.9
    """
    text = (Path(__file__).parent / "trials.toml").read_text(encoding="utf-8")
    return {entry["id"]: entry for entry in tomllib.loads(text)["variation"]}


def _vary_pupils(trial: Trial, failing: int) -> Iterator[list]:
    """More and fewer pupils in every year after the base year."""
    settings, last = load_variations()[PUPILS], trial.span[1]
    sides = {"low": settings["low"], "high": settings["high"]}
    totals = {side: {} for side in sides}
    for year, table in trial.tables[PLAN].items():
        if year == trial.span[0]:
            continue
        for stage in trial.standard.stages:
            pupils = float(table.numbers(f"pupils_{stage}").sum())
            for side, factor in sides.items():
                share = _share_of_outlook(trial, year, stage, side) or factor
                totals[side][year, stage] = round(pupils * share)
    found = [_count(trial, trial.scenario, totals[side]) for side in sides]
    said = [
        f"{sum(totals[side].get((last, stage), 0) for stage in trial.standard.stages):,}人"
        for side in sides
    ]
    middle = sum(
        trial.tables[PLAN][last].numbers(f"pupils_{stage}").sum() for stage in trial.standard.stages
    )
    words = [PUPILS, settings["label"]["zh"], said[0], f"{int(middle):,}人", said[1]]
    yield [trial.card.id, *words, found[0][0], failing, found[1][0], _why(found)]


def _share_of_outlook(trial: Trial, year: int, stage: str, side: str) -> float | None:
    """Low or high side of the outlook over its middle; None where there is no outlook of that year."""
    if trial.outlook is None:
        return None
    stages = trial.outlook.stages
    row = stages[(stages["year"] == year) & (stages["stage"] == stage)]
    if len(row) != 1 or not row["pupils"].iat[0] > 0:
        return None
    return row[side].iat[0] / row["pupils"].iat[0]


def _vary_limits(trial: Trial, failing: int) -> Iterator[list]:
    """Smaller and larger classes, both stages at once."""
    settings = load_variations()[CLASS_LIMIT]
    limits = class_limits(load_standard(NATIONAL_STANDARD)) | dict(trial.scenario.classes.limit)
    found, said = [], [_say_limits(trial, limits)]
    for side in ("low", "high"):
        other = {stage: limit + settings[side] for stage, limit in limits.items()}
        classes = trial.scenario.classes.model_copy(update={"limit": other})
        found.append(_count(trial, trial.scenario.model_copy(update={"classes": classes}), None))
        said.append(_say_limits(trial, other))
    words = [CLASS_LIMIT, settings["label"]["zh"], said[1], said[0], said[2]]
    yield [trial.card.id, *words, found[0][0], failing, found[1][0], _why(found)]


def _say_limits(trial: Trial, limits: dict[str, int]) -> str:
    names = trial.standard.stages
    return "、".join(f"{names[stage].zh}{limit}人" for stage, limit in limits.items())


def _leave_out(trial: Trial) -> Iterator[list]:
    """Every action, there and not there."""
    labels = {action.id: action.label or action.id for action in trial.scenario.action}
    for row in leave_out(trial).itertuples():
        words = [row.action, f"去掉“{labels[row.action]}”", "不实施", "实施", "实施"]
        yield [row.county, *words, row.failing_without, row.failing, row.failing, row.reason]


def _count(trial: Trial, plan: Scenario, totals: dict | None) -> tuple[object, str]:
    """Failing sections in the last year, or why nobody can tell."""
    try:
        tables = trial.walk(plan, totals)
    except ScenarioError as error:
        return pd.NA, str(error).splitlines()[0]
    return count_failing(trial.judge(tables[trial.span[1]])), ""


def _why(found: list[tuple[object, str]]) -> str:
    return "；".join(dict.fromkeys(reason for _, reason in found if reason))
