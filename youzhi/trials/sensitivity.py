"""One assumption changed at a time: which of them decides how many schools pass (敏感性)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pandas as pd

from youzhi.errors import ScenarioError
from youzhi.scenarios import Scenario
from youzhi.scenarios.models import Action
from youzhi.tables import SchoolTable
from youzhi.trials.costs import count_failing, leave_out, why_uncounted
from youzhi.trials.settings import load_settings
from youzhi.trials.trial import PLAN, Trial

PUPILS, AMOUNTS = "pupils", "amounts"
TORNADO_COLUMNS = ["county", "variation", "label", "low", "base", "high", "failing_low"]
TORNADO_COLUMNS += ["failing", "failing_high", "span", "reason"]
_AMOUNTS = ["teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2"]
_AMOUNTS += ["other_sports_area_m2", "equipment_value_yuan"]


def vary_one_by_one(trial: Trial) -> pd.DataFrame:
    """Change one assumption at a time and count the sections that fail in the last year (单因素敏感性).

    Varied are the pupils that come (to the low and the high side of the outlook, else by the shares of trials.toml), the
    areas and equipment that the actions state (by the shares of trials.toml), and every action, which is left out.

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per assumption, the one that matters most first. Columns: county, variation (id), label (Chinese), low,
        base, high (text: what was put in), failing_low, failing, failing_high (sections not met or not to be told in the
        last year; missing where the variation is impossible, or the standard judges no single school), span (largest
        less smallest), reason (why missing).
    """
    failing = count_failing(trial.after)
    rows = [*_vary_pupils(trial, failing), *_vary_amounts(trial, failing), *_leave_out(trial)]
    table = pd.DataFrame(rows, columns=[name for name in TORNADO_COLUMNS if name != "span"])
    numbers = ["failing_low", "failing", "failing_high"]
    table = table.astype(dict.fromkeys(numbers, "Int64"))
    span = table[numbers].max(axis=1) - table[numbers].min(axis=1)
    table = table.assign(span=span)[TORNADO_COLUMNS]
    return table.sort_values("span", ascending=False, kind="stable", ignore_index=True)


def _vary_pupils(trial: Trial, failing: int) -> Iterator[list]:
    """More and fewer pupils in every year after the base year."""
    settings, last = load_settings()["variation"][PUPILS], trial.span[1]
    sides = ("low", "high")
    totals = {side: {} for side in sides}
    for year, table in trial.tables[PLAN].items():
        if year == trial.span[0]:
            continue
        for stage in trial.standard.stages:
            pupils = _pupils_of(table, stage)
            for side in sides:
                share = _share_of_outlook(trial, year, stage, side) or settings[side]
                totals[side][year, stage] = round(pupils * share)
    found = [_count(trial, trial.scenario, totals[side]) for side in sides]
    low, high = (
        sum(totals[side].get((last, stage), 0) for stage in trial.standard.stages) for side in sides
    )
    middle = sum(_pupils_of(trial.tables[PLAN][last], stage) for stage in trial.standard.stages)
    said = [f"{count:,.0f}人" for count in (low, middle, high)]
    yield [trial.card.id, PUPILS, settings["label"]["zh"], *said, *_told(found, failing, trial)]


def _pupils_of(table: SchoolTable, stage: str) -> float:
    """Pupils of a stage; a school that does not have the stage may leave them empty."""
    return float(np.nansum(table.numbers(f"pupils_{stage}")))


def _share_of_outlook(trial: Trial, year: int, stage: str, side: str) -> float | None:
    """Low or high side of the outlook over its middle; None where there is no outlook of that year."""
    if trial.outlook is None:
        return None
    stages = trial.outlook.stages
    row = stages[(stages["year"] == year) & (stages["stage"] == stage)]
    if len(row) != 1 or not row["pupils"].iat[0] > 0:
        return None
    return row[side].iat[0] / row["pupils"].iat[0]


def _vary_amounts(trial: Trial, failing: int) -> Iterator[list]:
    """Less and more area and equipment than the actions state, all of them at once."""
    settings, plan = load_settings()["variation"][AMOUNTS], trial.scenario
    if not any(_stated_amounts(action) for action in plan.action):
        return
    sides = [Decimal(str(settings[side])) for side in ("low", "high")]
    found = []
    for share in sides:
        scaled = [
            action.model_copy(
                update={name: value * share for name, value in _stated_amounts(action).items()}
            )
            for action in plan.action
        ]
        found.append(_count(trial, plan.model_copy(update={"action": scaled}), None))
    said = [f"{share}倍" for share in (sides[0], 1, sides[1])]
    yield [trial.card.id, AMOUNTS, settings["label"]["zh"], *said, *_told(found, failing, trial)]


def _stated_amounts(action: Action) -> dict[str, Decimal]:
    """Areas and equipment that an action states itself."""
    given = {name: getattr(action, name, None) for name in _AMOUNTS}
    return {name: value for name, value in given.items() if value is not None}


def _leave_out(trial: Trial) -> Iterator[list]:
    """Every action, there and not there."""
    labels = {action.id: action.label or action.id for action in trial.scenario.action}
    for row in leave_out(trial).itertuples():
        words = [row.action, f"去掉“{labels[row.action]}”", "不实施", "实施", "实施"]
        yield [row.county, *words, row.failing_without, row.failing, row.failing, row.reason]


def _count(trial: Trial, plan: Scenario, totals: dict | None) -> tuple[object, str]:
    """Failing sections in the last year, or why nobody can tell."""
    try:
        table = trial.last_table(plan, totals)
    except ScenarioError as error:
        fault = error.faults.iloc[0]
        return pd.NA, f"{fault['action']}：{fault['found']}（允许：{fault['allowed']}）"
    return count_failing(trial.judge(table)), ""


def _told(found: list[tuple[object, str]], failing: int, trial: Trial) -> list:
    """Failing sections on the low side, as it is and on the high side, and why any is missing."""
    reasons = dict.fromkeys(reason for _, reason in found if reason)
    return [found[0][0], failing, found[1][0], "；".join(reasons) or why_uncounted(trial)]
