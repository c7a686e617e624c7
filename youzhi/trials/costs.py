"""What a scenario costs, what it buys, and what is left over after the peak (造价、成效、峰后富余)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from pandas.api.typing import NAType

from youzhi.assessment import Assessment
from youzhi.errors import ScenarioError
from youzhi.scenarios import list_places
from youzhi.trials.trial import IDLE, PLAN, Trial, without_actions
from youzhi.verdicts import MET

_YUAN_PER_WAN = 10_000


def tally_costs(trial: Trial) -> pd.DataFrame:
    """List what the actions of a scenario cost, as far as anybody says so (造价).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year with actions, "actions" of them. Columns: county, year, actions, priced (actions with a cost),
        known_yuan (sum of the costs that are known; missing where none is), complete (whether every action has one).
    """
    last = trial.span[1]
    actions = [action for action in trial.scenario.action if action.year <= last]
    rows = []
    for year in sorted({action.year for action in actions}):
        costs = [action.cost_yuan for action in actions if action.year == year]
        known = [cost for cost in costs if cost is not None]
        total = float(sum(known)) if known else np.nan
        rows.append([trial.card.id, year, len(costs), len(known), total, len(known) == len(costs)])
    columns = ["county", "year", "actions", "priced", "known_yuan", "complete"]
    return pd.DataFrame(rows, columns=columns)


def total_cost(trial: Trial) -> Decimal | None:
    """Return the cost of all actions (元), None when any is unknown or there is none (总造价)."""
    costs = [action.cost_yuan for action in trial.scenario.action if action.year <= trial.span[1]]
    return sum(costs, Decimal()) if costs and None not in costs else None


def seat_cost(trial: Trial) -> Decimal | None:
    """Return the cost of the actions that add classrooms (元), None when any is unknown or there is none (增加学位的造价)."""
    costs = [
        action.cost_yuan
        for action in trial.scenario.action
        if action.year <= trial.span[1] and getattr(action, "classes", None)
    ]
    return sum(costs, Decimal()) if costs and None not in costs else None


def measure_efficiency(trial: Trial) -> pd.DataFrame:
    """Hold the gaps that the actions close in the last year against their cost (每万元缩小的缺口).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per indicator that lacks something with or without the actions. Columns: county, indicator, unit,
        without, with_plan (to the bar, whole units, of the sections that have a value), unknown (sections without a
        value with the actions), closed (missing where a section has no value), per_wan_yuan (closed per 10,000 yuan;
        missing where that is, or where any action has no cost).
    """
    cost = total_cost(trial)
    table = trial.effect.gaps
    names = {"to_bar_before": "without", "to_bar_after": "with_plan", "unknown_after": "unknown"}
    table = table.rename(columns=names)
    per = table["closed"].astype(float) * _YUAN_PER_WAN / float(cost) if cost else np.nan
    columns = ["county", "indicator", "unit", *names.values(), "closed", "per_wan_yuan"]
    return table.assign(per_wan_yuan=per)[columns]


def leave_out(trial: Trial) -> pd.DataFrame:
    """Leave out one action after the other, and see what is then worse in the last year (逐项去掉).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per action up to the last year, in their order. Columns: county, action, year, kind, cost_yuan, failing
        (sections not met or not to be told with all actions), failing_without, worth (the difference), verdict_without
        (county), reason (Chinese: why the scenario is impossible without it, or why no school can be judged; then the
        numbers are missing).
    """
    rows, failing = [], count_failing(trial.after)
    for action in trial.scenario.action:
        if action.year > trial.span[1]:
            continue
        rest = [other for other in trial.scenario.action if other is not action]
        plan = trial.scenario.model_copy(update={"action": rest})
        cost = np.nan if action.cost_yuan is None else float(action.cost_yuan)
        try:
            result = trial.judge(trial.last_table(plan))
        except ScenarioError:
            told = [pd.NA, pd.NA, "", "后面的措施要用到它"]
        else:
            without = count_failing(result)
            told = [without, without - failing, result.verdict, why_uncounted(trial)]
        rows.append([trial.card.id, action.id, action.year, action.kind, cost, failing, *told])
    columns = ["county", "action", "year", "kind", "cost_yuan", "failing", "failing_without"]
    columns += ["worth", "verdict_without", "reason"]
    whole = dict.fromkeys(["failing", "failing_without", "worth"], "Int64")
    return pd.DataFrame(rows, columns=columns).astype(whole)


def count_failing(result: Assessment) -> int | NAType:
    """Count the sections that are not met or cannot be told (未达标和无法判定的校段数).

    Parameters
    ----------
    result
        Of one county-year.

    Returns
    -------
    int
        Missing where the standard has no bars for single schools: it judges none.
    """
    if result.standard.school_rule is None:
        return pd.NA
    return int((result.schools["verdict"] != MET).sum())


def why_uncounted(trial: Trial) -> str:
    """Say why failing sections cannot be counted; "" where they can (不能逐校计数的理由)."""
    if trial.standard.school_rule is not None:
        return ""
    return f"{trial.standard.number}没有逐校标准值，不能逐校判定"


def measure_regret(trial: Trial) -> pd.DataFrame:
    """Tell year by year how many pupils lack a seat if nothing is done, and how many built seats stand empty (学位余缺).

    Seats are classrooms times the class limit: those of the base year, and what building and extending add; a classroom
    stays until its school is closed. A seat of one school is no seat of another, so nothing is set off between schools.

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year and stage. Columns: county, year, stage, pupils (人), short_idle and short (pupils without a seat
        in their school, without and with the actions), eased (short_idle less short, not below 0), seats (with the
        actions), added (seats that the actions add to schools), used (of these, those on which a pupil sits, who may have
        left a free seat elsewhere), empty (seats without a pupil). Missing where pupils or classes of a school are.
    """
    plan, idle = (_places(trial, case) for case in (PLAN, IDLE))
    keys = ["year", "stage", "school_id"]
    table = plan.merge(idle[[*keys, "seats"]], on=keys, how="left", suffixes=("", "_idle"))
    own = table["seats_idle"].where(table["seats_idle"].notna() | _stands(table, idle, keys), 0.0)
    added = (table["seats"] - own).clip(lower=0)
    found = table.assign(
        short=(table["pupils"] - table["seats"]).clip(lower=0),
        added=added,
        used=np.minimum(added, (table["pupils"] - own).clip(lower=0)),
        empty=table["free"].clip(lower=0),
    )
    short_idle = idle.assign(short_idle=(-idle["free"]).clip(lower=0))
    amounts = ["pupils", "short", "seats", "added", "used", "empty"]
    sums = _sum_up(found, amounts).join(_sum_up(short_idle, ["short_idle"]))
    eased = (sums["short_idle"] - sums["short"]).clip(lower=0)
    columns = [
        "county",
        "year",
        "stage",
        "pupils",
        "short_idle",
        "short",
        "eased",
        "seats",
        "added",
    ]
    return sums.assign(eased=eased, county=trial.card.id).reset_index()[[*columns, "used", "empty"]]


def cost_per_pupil_year(trial: Trial) -> float:
    """Divide the cost of the added classrooms by the years for which their seats were used (每生每年造价).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    float
        元 per pupil and year up to the last year; NaN where the cost of an action that adds classrooms or a seat is
        unknown, or no added seat was used.
    """
    cost, used = seat_cost(trial), measure_regret(trial)["used"].sum(skipna=False)
    return float(cost) / used if cost is not None and used > 0 else float("nan")


def _places(trial: Trial, case: str) -> pd.DataFrame:
    """Seats of every school and year where no classroom is there that was not there before or built."""
    first, last = trial.span
    plan = trial.scenario if case == PLAN else without_actions(trial.scenario)
    fixed = plan.classes.model_copy(update={"rooms": "fixed"})
    # smaller classes ask for classrooms and add none
    kept = [action for action in plan.action if action.kind != "set_class_size"]
    plan = plan.model_copy(update={"action": kept, "classes": fixed})
    return list_places(trial.tables[IDLE][first], plan, range(first, last + 1), trial.totals)


def _stands(table: pd.DataFrame, idle: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Which rows have their school and stage without the actions too."""
    known = pd.MultiIndex.from_frame(idle[keys])
    return pd.Series(pd.MultiIndex.from_frame(table[keys]).isin(known), table.index)


def _sum_up(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Sums by year and stage; a missing number stays missing."""
    return table.groupby(["year", "stage"], sort=False)[names].agg(
        lambda numbers: numbers.sum(skipna=False)
    )
