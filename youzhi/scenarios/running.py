"""A scenario, year after year: pupils come, actions are done in the order of the file, classes are formed (推演)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral

import numpy as np
import pandas as pd

from youzhi.cards import NATIONAL_STANDARD
from youzhi.errors import ScenarioError, UsageError
from youzhi.scenarios.acting import do_action
from youzhi.scenarios.entering import enter_pupils, plan_totals
from youzhi.scenarios.files import SCENARIO_FAULT_COLUMNS, place_action
from youzhi.scenarios.forming import form_classes
from youzhi.scenarios.models import Scenario
from youzhi.scenarios.parts import STAGES
from youzhi.scenarios.working import CLASSROOMS, Working
from youzhi.seats import class_limits
from youzhi.standards import load_standard
from youzhi.tables import SchoolTable

PLACE_COLUMNS = ["county", "year", "stage", "school", "school_id", "pupils", "classes"]
PLACE_COLUMNS += ["classrooms", "limit", "seats", "free"]


def apply_scenario(
    schools: SchoolTable, scenario: Scenario, year: int | None = None
) -> SchoolTable:
    """Return the school table that a scenario leads to (情景推演).

    Parameters
    ----------
    schools
        The county in the base year of the scenario; it is not changed.
    scenario
        Its enrolment must not be "outlook"; see run_years for that.
    year
        Statistics year, from the base year to the last of the scenario; the last where it is not given.

    Returns
    -------
    SchoolTable
        One row per school of that year, with year and data_kind as derived: a row that was carried forward is
        "projected", one that an action touched "assumed", and what was synthetic stays "synthetic". Numbers are exact.

    Raises
    ------
    ScenarioError
        Something cannot be done; all faults up to that year are listed.
    UsageError
        The table or the year is not one of the scenario.

    Examples
    --------
    >>> from youzhi.counties import read_county
    >>> from youzhi.scenarios import load_scenario
    >>> plan, before = load_scenario("plan-2025", "yiyuan"), read_county("yiyuan", 2020)
    >>> after = apply_scenario(before, plan, 2025)
    >>> int(after.frame[["pupils_primary", "pupils_junior"]].to_numpy().sum())
    45000
    """
    year = scenario.to if year is None else year
    return run_years(schools, scenario, [year])[year]


def run_years(
    schools: SchoolTable,
    scenario: Scenario,
    years: Iterable[int] | None = None,
    stage_totals: Mapping[tuple[int, str], int] | None = None,
) -> dict[int, SchoolTable]:
    """Return the school tables of several years in one pass (逐年推演).

    Within a year pupils change first, then the actions are done in the order of the file, then classes are formed
    where pupils, classrooms or class sizes have changed. A year's table is the same whichever other years are asked for.

    Parameters
    ----------
    schools
        The county in the base year of the scenario; it is not changed.
    scenario
        What is done, and how many pupils come.
    years
        From the base year to the last of the scenario; all of them where it is not given.
    stage_totals
        (year, stage) to whole pupils of all schools (人), before what the scenario says of enrolment; every year and
        stage for a scenario whose enrolment is "outlook". Years outside the scenario are not looked at.

    Returns
    -------
    dict of int to SchoolTable
        By year, ascending. The base year without any action gives the very table that was handed in.

    Raises
    ------
    ScenarioError
        Something cannot be done; all faults up to the last year asked for are listed.
    UsageError
        The table or a year is not one of the scenario.
    """
    wanted = _check_years(scenario, years)
    tables = {}
    for year, working in _walk(schools, scenario, max(wanted), stage_totals):
        if year in wanted:
            untouched = year == scenario.base_year and not _acts_in(scenario, year)
            tables[year] = schools if untouched else working.freeze(year)
    return tables


def list_places(
    schools: SchoolTable,
    scenario: Scenario,
    years: Iterable[int] | None = None,
    stage_totals: Mapping[tuple[int, str], int] | None = None,
) -> pd.DataFrame:
    """List classrooms and seats of every school and year, also those that stand empty (教室与学位).

    A school keeps the classrooms of its largest number of classes, and those that were planned or added; the table
    of a year only tells the classes that are formed.

    Parameters
    ----------
    schools, scenario, years, stage_totals
        As of run_years.

    Returns
    -------
    DataFrame
        Columns: county, year, stage, school, school_id, pupils (人), classes (个), classrooms (间), limit (人),
        seats (classrooms times limit), free (seats less pupils; below zero where they do not suffice). One row per
        school and stage that has pupils or classrooms.

    Raises
    ------
    ScenarioError, UsageError
        As of run_years.
    """
    wanted, limits, blocks = _check_years(scenario, years), _limits(scenario), []
    for year, working in _walk(schools, scenario, max(wanted), stage_totals):
        for stage in STAGES if year in wanted else ():
            pupils = working.column(f"pupils_{stage}").copy()
            rooms = working.places[stage][:, CLASSROOMS].copy()
            columns = [
                np.full(len(pupils), scenario.county),
                year,
                stage,
                working.texts["school"].copy(),
            ]
            columns += [working.ids, pupils, working.column(f"classes_{stage}").copy(), rooms]
            columns += [limits[stage], rooms * limits[stage], rooms * limits[stage] - pupils]
            block = pd.DataFrame(dict(zip(PLACE_COLUMNS, columns, strict=True)))
            blocks.append(block[(pupils > 0) | (rooms > 0)])
    rank = {stage: at for at, stage in enumerate(STAGES)}
    return pd.concat(blocks, ignore_index=True).sort_values(
        ["county", "year", "stage", "school_id"],
        key=lambda keys: keys.map(rank) if keys.name == "stage" else keys,
        ignore_index=True,
    )


def _walk(
    schools: SchoolTable,
    scenario: Scenario,
    until: int,
    stage_totals: Mapping[tuple[int, str], int] | None,
) -> Iterator[tuple[int, Working]]:
    """The schools at the end of each year; faults are gathered over all years and raised at the end."""
    _check_table(schools, scenario)
    limits, fixed = _limits(scenario), scenario.classes.rooms == "fixed"
    working = Working(schools, load_standard(NATIONAL_STANDARD))
    totals, found = plan_totals(working, scenario, until, stage_totals)
    faults = [(scenario.enrolment.mode, *fault) for fault in found]
    failed: set[str] = set()
    for year in range(scenario.base_year, until + 1):
        coming = {stage: totals[year, stage] for stage in STAGES if (year, stage) in totals}
        found = enter_pupils(working, coming) if coming else []
        faults += [(f"{year}年", *fault) for fault in found]
        for at, action in enumerate(scenario.action):
            if action.year == year:
                found = do_action(working, action, limits)
                faults += [(place_action(at, action), *f) for f in found if f[0] not in failed]
                failed |= _unmade(action, found)
        faults += [(f"{year}年", *fault) for fault in form_classes(working, limits, fixed)]
        if not faults:
            yield year, working
    if faults:
        rows = [[scenario.file, *fault] for fault in dict.fromkeys(faults)]
        raise ScenarioError(pd.DataFrame(rows, columns=SCENARIO_FAULT_COLUMNS))


def _unmade(action, faults: list) -> set[str]:
    """A school that could not be built; what is missing only for that is not told again."""
    return {action.school_id} if faults and action.kind == "build" else set()


def _acts_in(scenario: Scenario, year: int) -> bool:
    return any(action.year == year for action in scenario.action)


def _limits(scenario: Scenario) -> dict[str, int]:
    """Largest class by stage: of the scenario, else of the national standard."""
    return {**class_limits(load_standard(NATIONAL_STANDARD)), **scenario.classes.limit}


def _check_years(scenario: Scenario, years: Iterable[int] | None) -> set[int]:
    """The years that are asked for, all within the scenario."""
    span = range(scenario.base_year, scenario.to + 1)
    wanted = set(span) if years is None else _whole_years(scenario, years)
    outside = sorted(wanted - set(span))
    if outside or not wanted:
        found = "、".join(map(str, outside)) or "（没有年份）"
        raise UsageError(f"情景 {scenario.id} 没有{found}年；可用：{span.start}—{scenario.to}年。")
    return wanted


def _whole_years(scenario: Scenario, years: Iterable[int]) -> set[int]:
    """Years as numbers; a text or a fraction is no year."""
    found = [years] if isinstance(years, str) or not isinstance(years, Iterable) else list(years)
    single = len(found) == 1 and found[0] is years
    wrong = [one for one in found if isinstance(one, bool) or not isinstance(one, Integral)]
    if single or wrong:
        told = "、".join(map(repr, wrong or found))
        raise UsageError(
            f"情景 {scenario.id} 的年份应是整数，如 2021；多个年份放在列表里，如 [2021, 2022]。现在是：{told}。"
        )
    return {int(year) for year in found}


def _check_table(schools: SchoolTable, scenario: Scenario) -> None:
    """The table must be that of the scenario's county and base year, and of nothing else."""
    found = schools.frame[["county", "year"]].drop_duplicates().to_numpy().tolist()
    if found != [[scenario.county, scenario.base_year]]:
        listing = "、".join(f"{county} {year}年" for county, year in found) or "（空表）"
        raise UsageError(
            f"情景 {scenario.id} 从 {scenario.county} {scenario.base_year}年的学校表出发，"
            f"现有的表是：{listing}。请用 read_county 读取那一年的表。"
        )
