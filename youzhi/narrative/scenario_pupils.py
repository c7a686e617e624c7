"""The pupils of a scenario beside the outlook, and the classes and classrooms that they need."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from youzhi import trials
from youzhi.narrative.outlook import span
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, write
from youzhi.scenarios import list_places
from youzhi.trials import Trial
from youzhi.trials.trial import IDLE, PLAN, without_actions
from youzhi.verdicts import CANNOT_TELL, VERDICT_WORDS

# How the pupils of a scenario lie to the outlook: in its band, beside it, or moving the other way.
WITHIN, BESIDE, OPPOSITE = "within", "beside", "opposite"
SIDE_WORDS = {WITHIN: "在区间内", BESIDE: "与展望不同", OPPOSITE: "与展望相反"}
_UNKNOWN = VERDICT_WORDS[CANNOT_TELL]


def hold_against_outlook(trial: Trial) -> pd.DataFrame:
    """Hold the pupils that a scenario assumes against those of the county's outlook (与生源展望比较).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year after the base year and stage. Columns: county, year, stage, pupils (人, of all schools, as the
        scenario has them), outlook, low, high (人), side ("within" the band, "beside" it, or "opposite": beside it, and
        more than in the base year where the outlook has fewer, or the reverse). Empty without an outlook, or where the
        scenario takes its pupils from it.
    """
    columns = ["county", "year", "stage", "pupils", "outlook", "low", "high", "side"]
    if trial.outlook is None or trial.scenario.enrolment.mode == "outlook":
        return pd.DataFrame(columns=columns)
    base, known, rows = trial.span[0], trial.outlook.stages.set_index(["year", "stage"]), []
    for year in range(base + 1, trial.span[1] + 1):
        for stage in trial.standard.stages:
            if (year, stage) not in known.index or pd.isna(known.at[(year, stage), "pupils"]):
                continue
            seen = known.loc[(year, stage)]
            start, pupils = (_pupils(trial, at, stage) for at in (base, year))
            side = _side(start, pupils, seen)
            told = [pupils, seen["pupils"], seen["low"], seen["high"], side]
            rows.append([trial.card.id, year, stage, *told])
    return pd.DataFrame(rows, columns=columns)


def _pupils(trial: Trial, year: int, stage: str) -> float:
    return float(np.nansum(trial.tables[PLAN][year].numbers(f"pupils_{stage}")))


def _side(start: float, pupils: float, seen: pd.Series) -> str:
    """A year that has no band is held against the middle alone."""
    low, high = (seen["pupils"] if pd.isna(seen[name]) else seen[name] for name in ("low", "high"))
    if low <= pupils <= high:
        return WITHIN
    return OPPOSITE if (pupils - start) * (seen["pupils"] - start) < 0 else BESIDE


def tell_outlook(trial: Trial) -> Text | str:
    """Say where the pupils of the scenario leave the outlook, in its last year; nothing without one (与展望不一致)."""
    table = hold_against_outlook(trial)
    if table.empty:
        return ""
    last = table[table["year"] == table["year"].max()]
    words = trial.standard.stage_names
    away = table[table["side"] != WITHIN]
    years = {s: span([int(year) for year in own["year"]]) for s, own in away.groupby("stage")}
    rows = [
        (words[row.stage], row.pupils, row.outlook, _band(row.low, row.high), SIDE_WORDS[row.side])
        for row in last.itertuples()
    ]
    outside = [(words[stage], years[stage]) for stage in words if stage in years]
    sides = set(last["side"])
    worst = next(side for side in (OPPOSITE, BESIDE, WITHIN) if side in sides)
    year, head = int(last["year"].iat[0]), write(f"trial_outlook.{worst}")
    return write("trial_outlook.text", head=head, year=year, rows=rows, outside=outside)


def _band(low: float, high: float) -> str:
    return "没有区间" if pd.isna(low) else f"{_whole(low)}至{_whole(high)}人"


def _whole(number: float) -> str:
    return f"{number:,.0f}"


def measure_classes(trial: Trial) -> pd.DataFrame:
    """Count the classes that are formed and the classrooms that there are, with the actions and without (班与教室).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year and stage, of all schools. Columns: county, year, stage, then with the actions and without them
        (..._idle): classes (个), classrooms (间, of the base year and those that building and extending add), lacking (间,
        classes beyond the classrooms of their own school). Missing where a school has no number.
    """
    both = [_count_classes(trial, case).add_suffix(end) for case, end in _CASES]
    table = both[0].join(both[1]).reset_index()
    return table.assign(county=trial.card.id)[["county", *table.columns]]


_CASES = ((PLAN, ""), (IDLE, "_idle"))


def _count_classes(trial: Trial, case: str) -> pd.DataFrame:
    """Sums by year and stage of one road."""
    first, last = trial.span
    plan = trial.scenario if case == PLAN else without_actions(trial.scenario)
    # smaller classes ask for classrooms and add none
    kept = [action for action in plan.action if action.kind != "set_class_size"]
    fixed = plan.classes.model_copy(update={"rooms": "fixed"})
    bare = plan.model_copy(update={"action": kept, "classes": fixed})
    keys, years, start = (
        ["year", "stage", "school_id"],
        range(first, last + 1),
        trial.tables[IDLE][first],
    )
    formed = list_places(start, plan, years, trial.totals)[[*keys, "classes"]]
    rooms = list_places(start, bare, years, trial.totals)[[*keys, "classrooms"]]
    table = formed.merge(rooms, on=keys, how="outer")
    table = table.assign(lacking=(table["classes"] - table["classrooms"]).clip(lower=0))
    sums = table.groupby(["year", "stage"])[["classes", "classrooms", "lacking"]].agg(
        lambda numbers: numbers.sum(skipna=False)
    )
    return sums.reindex(list(trial.standard.stages), level="stage")


def tell_classes(trial: Trial) -> Iterator[Text]:
    """Say how many classes are formed and how many classrooms lack for them, stage by stage (要开的班和缺的教室)."""
    table, (base, last) = measure_classes(trial), trial.span
    for stage, word in trial.standard.stage_names.items():
        rows = table[table["stage"] == stage].set_index("year")
        if rows.empty:
            continue
        if rows.drop(columns=["county", "stage"]).isna().to_numpy().any():
            yield write("trial_classes.unknown", stage=word)
            continue
        most = rows[["lacking", "lacking_idle"]].max(axis=1)
        worst = last if most[last] == most.max() else int(most.idxmax())
        yield write(
            "trial_classes.text",
            stage=word,
            base=base,
            last=last,
            before=rows.at[base, "classes_idle"],
            worst=worst,
            most=dict(rows.loc[worst, ["lacking", "lacking_idle"]]),
            **dict(rows.loc[last].drop(["county", "stage"])),
        )
    yield _tell_assumption(trial)


def _tell_assumption(trial: Trial) -> Text:
    """Whether classrooms are taken to be there, and how many pupils have no seat where they are not."""
    if trial.scenario.classes.rooms == "fixed":
        return write("trial_classes.fixed")
    table, words = trials.measure_regret(trial), trial.standard.stage_names
    rows = []
    for stage, own in table.dropna(subset=["short_idle"]).groupby("stage", sort=False):
        worst = own.loc[own["short_idle"].idxmax()]
        if worst["short_idle"] > 0:
            rows.append((int(worst["year"]), words[stage], worst["short_idle"]))
    return write("trial_classes.open", rows=rows)


def tabulate_classes(trial: Trial) -> pd.DataFrame:
    """Tabulate classes, classrooms and the classrooms that lack, year by year (班与教室).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year and stage. Columns: 年份, 学段, then 班数（个）, 教室（间）, 缺教室（间） without the actions and with them.
    """
    table = measure_classes(trial)
    heads = {"classes": "班数（个）", "classrooms": "教室（间）", "lacking": "缺教室（间）"}
    numbers = {
        f"{word}{head}": [_UNKNOWN if pd.isna(n) else _whole(n) for n in table[f"{name}{end}"]]
        for word, end in (("不采取措施：", "_idle"), ("按计划：", ""))
        for name, head in heads.items()
    }
    stages = table["stage"].map(trial.standard.stage_names)
    return listed({"年份": table["year"], "学段": stages, **numbers})
