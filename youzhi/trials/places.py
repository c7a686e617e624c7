"""Where a trial's new schools would serve best: one site per town, in the year with most pupils (选址)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from youzhi.cards import NATIONAL_STANDARD
from youzhi.errors import UsageError
from youzhi.seats import class_limits, measure_seats
from youzhi.siting import CountyCase, SitePlan, county_case
from youzhi.standards import load_standard
from youzhi.trials.settings import load_settings
from youzhi.trials.trial import IDLE, Trial


@dataclass(frozen=True)
class SiteQuestion:
    """Where to build, for one stage of a trial, with its answers (选址).

    Attributes
    ----------
    stage, year
        Whose pupils, and in which year, without the actions.
    new, seats
        How many new schools may be built at most, and seats of each; None where nothing can be asked.
    from_plan
        Whether these are those of the scenario; else one school as large as the mean of those that stand.
    case
        Points (schools where pupils are now), sites (these schools and one new place per town), distances; only of
        schools whose seats count. None where nothing can be asked; the reason stands in both plans.
    plan
        The best choice of new places.
    idle
        The best that the schools that stand can do alone.
    """

    stage: str
    year: int
    new: int | None
    seats: int | None
    from_plan: bool
    case: CountyCase | None
    plan: SitePlan
    idle: SitePlan


def choose_places(trial: Trial, stage: str) -> SiteQuestion:
    """Ask in which towns the new schools of a scenario would serve best (在哪些镇街新建).

    Pupils are where they are without the actions, in the year with most of them; schools keep the seats of the base
    year, and schools whose seats do not count take no part, nor do their pupils. A new place lies in the
    pupil-weighted middle of the schools of a town. The way is the great circle.

    Parameters
    ----------
    trial
        What run_trial gives.
    stage
        "primary" or "junior".

    Returns
    -------
    SiteQuestion
        Whose plans come with bound and gap; a plan that cannot be has a reason. Without coordinates, seats or towns
        there is no case, and the reason says what is lacking.

    Raises
    ------
    UsageError
        The standard has no such stage.
    """
    if stage not in trial.standard.stages:
        raise UsageError(f"没有学段“{stage}”。可以用：{'、'.join(trial.standard.stages)}。")
    year = _fullest_year(trial, stage)
    table, start = trial.tables[IDLE][year], trial.tables[IDLE][trial.span[0]]
    known = measure_seats(start, load_standard(NATIONAL_STANDARD))
    try:
        towns = county_case(table, stages=stage, by="town", seats=known).points
        new, seats, from_plan = _new_schools(trial, stage, known)
        case = county_case(table, stages=stage, seats=known, new_sites=_places(towns, stage, seats))
    except UsageError as lacking:
        none = SitePlan(reason=str(lacking))
        return SiteQuestion(stage, year, None, None, False, None, none, none)
    standing = len(case.existing)
    gap = load_settings()["siting"]["gap"]
    plan, idle = (case.choose(sites=standing + more, accept_gap=gap) for more in (new, 0))
    return SiteQuestion(stage, year, new, seats, from_plan, case, plan, idle)


def _places(towns: pd.DataFrame, stage: str, seats: int) -> pd.DataFrame:
    """One place for a new school per town, in the middle of its pupils."""
    if towns.empty:
        raise UsageError("计入学位、有经纬度的学校没有在校生，不做选址。")
    towns = towns[towns["town"] != ""]
    if towns.empty:
        raise UsageError("没有一所学校写明镇街，不知道新校可以放在哪里，不做选址。请补上town列。")
    places = towns[["town", "lon", "lat"]].assign(site="新校（" + towns["town"] + "）")
    return places.assign(**{f"seats_{stage}": seats})


def _fullest_year(trial: Trial, stage: str) -> int:
    """The first of the years with most pupils when nothing is done."""
    rows = trial.timeline[(trial.timeline["stage"] == stage) & (trial.timeline["case"] == IDLE)]
    pupils = rows.set_index("year")["pupils"].dropna()
    return int(pupils.idxmax()) if len(pupils) else trial.span[0]


def _new_schools(trial: Trial, stage: str, known: pd.DataFrame) -> tuple[int, int, bool]:
    """How many new schools of how many seats each: those of the scenario, else one like those that stand."""
    planned = [
        action.classes[stage]
        for action in trial.scenario.action
        if action.kind == "build" and stage in action.classes
    ]
    limits = class_limits(load_standard(NATIONAL_STANDARD)) | dict(trial.scenario.classes.limit)
    if planned:
        return len(planned), round(limits[stage] * sum(planned) / len(planned)), True
    here = known.loc[known["stage"] == stage, "seats"].astype(float)
    if not (here > 0).any():
        raise UsageError("现有学校没有学位，不知道新校取多大规模，不做选址。")
    return 1, round(here[here > 0].mean()), False
