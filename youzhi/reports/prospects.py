"""What a report that looks ahead rests on besides: pupils by grade, and a scenario; found before anything starts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from youzhi import counties
from youzhi.columns import load_columns
from youzhi.enrolment import can_project, read_history
from youzhi.errors import UsageError, YouzhiError
from youzhi.narrative.scenario import verdict_of
from youzhi.outlooks import make_outlook
from youzhi.scenarios import list_scenarios, load_scenario
from youzhi.trials import run_trial
from youzhi.trials.trial import PLAN

_log = logging.getLogger("youzhi")
CountyYear = tuple[str, int]


@dataclass(frozen=True)
class Prospect:
    """What a report reads besides tables and card where it looks ahead (前瞻报告的依据); empty for all others.

    Attributes
    ----------
    files
        Paths by the name that they have among the digests.
    parameters
        What the notebook is given besides county and year.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def scenario(self) -> str:
        """Id of the scenario that is tried; "" where none is."""
        return Path(str(self.parameters.get("scenario", ""))).stem


class Foreseen(NamedTuple):
    """What is known of a look ahead before its notebook runs (前瞻概要).

    Attributes
    ----------
    kinds
        Chinese words for the kinds of data of pupils by grade and of entrants, where they are read.
    verdict
        Of the county in the last year of a scenario, as planned; "" where none is tried.
    """

    kinds: tuple[str, ...] = ()
    verdict: str = ""


def find_prospects(
    declared: Mapping[str, Mapping[str, str]],
    found: list[CountyYear],
    wishes: Mapping[str, object],
    root: Path,
    *,
    counties_named: bool,
    years_named: bool,
) -> list[tuple[CountyYear, Prospect]]:
    """Find from which county-years a notebook can look ahead, and by what (查找前瞻依据).

    Parameters
    ----------
    declared
        The notebook's parameters by name, with their defaults: with `scenario` it tries scenarios, with `to` alone it
        looks at pupils; with neither, every county-year has one empty prospect.
    found
        County-years with a school table.
    wishes
        Parameters that were named.
    root
        The data root.
    counties_named, years_named
        Whether somebody asked for these counties and years, or for all that exist.

    Returns
    -------
    list
        County-year and prospect, one per scenario. All scenarios of a county where none is named; only from its base year
        where no year is. What is left out is told by a warning of the logger "youzhi".

    Raises
    ------
    UsageError
        A scenario is faulty; or nothing can be looked ahead from, or not from a county, or a county and year, that were
        named. The message lists what exists.
    """
    if "to" not in declared:
        return [(key, Prospect()) for key in found]
    tries = "scenario" in declared
    if tries:
        ahead = _find_trials(found, wishes, root)
    else:
        ahead = _find_outlooks(found, wishes.get("to", int(declared["to"]["default"])), root)
    kept, some = {key for key, _ in ahead}, {county for (county, _), _ in ahead}
    others = some if tries and not years_named else set()  # their other years are no base years
    missing = [key for key in found if key not in kept and key[0] not in others]
    if not missing:
        return ahead
    reason = f"{_name_all(missing, root)}{(_tell_scenarios if tries else _tell_history)(root)}"
    if not ahead or (counties_named and (years_named or {key[0] for key in missing} - some)):
        raise UsageError(reason)
    _log.warning("未列入：%s", reason)
    return ahead


def check_prospect(prospect: Prospect, county: str, year: int, root: Path) -> Foreseen:
    """Make sure that one can look ahead, so that nothing faulty reaches the notebook (检查前瞻依据).

    Parameters
    ----------
    prospect
        One of `find_prospects`.
    county, year
        Of the job.
    root
        The data root.

    Returns
    -------
    Foreseen
        Empty for a report that does not look ahead.

    Raises
    ------
    UsageError, DataError
        A year cannot be reached, the pupils by grade are faulty, or the scenario does not fit the schools.
    """
    to, verdict = prospect.parameters.get("to"), ""
    if prospect.scenario:
        scenario = prospect.parameters["scenario"]
        trial = run_trial(county, scenario, year=year, to=to, data=root)
        outlook, verdict = trial.outlook, verdict_of(trial, PLAN, trial.span[1])
    else:
        outlook = make_outlook(county, to, year=year, data=root) if prospect.files else None
    kinds = outlook.kinds.values() if outlook else []
    words = load_columns()["data_kind"].choices
    return Foreseen(tuple(sorted({words[kind] for each in kinds for kind in each})), verdict)


def _find_outlooks(
    found: list[CountyYear], to: object, root: Path
) -> list[tuple[CountyYear, Prospect]]:
    """County-years whose pupils by grade are known; a faulty file counts, so that its own report is told why."""
    ahead = []
    for county, year in found:
        path = counties.enrolment_path(county, root)
        try:
            known = path.is_file() and can_project(read_history(county, root), year)
        except YouzhiError:
            known = True
        if known:
            ahead.append(((county, year), Prospect({path.name: path}, {"to": to})))
    return ahead


def _find_trials(
    found: list[CountyYear], wishes: Mapping[str, object], root: Path
) -> list[tuple[CountyYear, Prospect]]:
    """Every wanted scenario at its base year; a faulty one refuses all, because its years are not known."""
    ahead, faults = [], []
    for county, path in _list_files(found, wishes.get("scenario"), root):
        try:
            scenario = load_scenario(path, county, root)
        except YouzhiError as error:
            faults.append(str(error))
            continue
        key = scenario.county, scenario.base_year
        if key in found:
            enrolment = counties.enrolment_path(scenario.county, root)
            files = {enrolment.name: enrolment, f"scenarios/{path.name}": path}
            name = path.stem if county else str(path)
            given = {"scenario": name, "to": wishes.get("to", scenario.to)}
            ahead.append((key, Prospect(files, given)))
    if faults:
        raise UsageError("\n".join(faults))
    return sorted(ahead, key=lambda one: one[0])


def _list_files(found: list[CountyYear], wish: object, root: Path) -> list[tuple[str | None, Path]]:
    """Files of scenarios: the one that was named, which may be anybody's, else those of the counties."""
    if isinstance(wish, str | Path) and Path(wish).suffix == ".toml":
        return [(None, Path(wish).resolve())]
    return [
        (county, counties.scenarios_folder(county, root) / f"{name}.toml")
        for county in dict.fromkeys(county for county, _ in found)
        for name in list_scenarios(county, root)
        if wish in (None, name)
    ]


def _name_all(keys: list[CountyYear], root: Path) -> str:
    """County-years in words, the years of a county together."""
    by_county: dict[str, list[str]] = {}
    for county, year in keys:
        by_county.setdefault(county, []).append(str(year))
    names = (
        f"{counties.name_county(county, root)}{'、'.join(years)}年"
        for county, years in by_county.items()
    )
    return "；".join(names)


def _tell_history(root: Path) -> str:
    """What pupils by grade there are."""
    there = {}
    for county in counties.list_counties(root):
        try:
            years = read_history(county, root).index
            there[county] = f"{years[0]}—{years[-1]}年"
        except YouzhiError:
            continue
    return f"没有分年级在校生（enrolment.csv），不能推算；已有：{_list_there(there, root)}；请另选县区或年份，或补充该县的 enrolment.csv"


def _tell_scenarios(root: Path) -> str:
    """What scenarios there are, each with its base year."""
    there = {}
    for county in counties.list_counties(root):
        found = [load_scenario(name, county, root) for name in list_scenarios(county, root)]
        there[county] = "、".join(f"{one.id}（{one.base_year}年起）" for one in found)
    return (
        f"没有所选情景；已有：{_list_there(there, root)}；情景只从它的起算年开始，请另选情景或年份"
    )


def _list_there(there: Mapping[str, str], root: Path) -> str:
    told = (
        f"{counties.name_county(county, root)} {text}" for county, text in there.items() if text
    )
    return "；".join(told) or "（无）"
