"""What follows when one new school of a scenario is set otherwise: no widgets, one year judged (重新推演)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import pandas as pd
from pandas.api.typing import NAType
from pydantic import ValidationError

from youzhi.assessment import Assessment
from youzhi.cards import explain_fault
from youzhi.errors import UsageError, YouzhiError
from youzhi.scenarios import Scenario, load_construction, run_years
from youzhi.scenarios.actions import Build
from youzhi.scenarios.parts import STAGES
from youzhi.trials import Comparison, Trial, compare
from youzhi.trials.costs import count_failing
from youzhi.trials.trial import IDLE, PLAN
from youzhi.verdicts import combine

# Kinds of teachers that go with pupils who change their school.
_STAFF = ("teachers", "degree_teachers", "backbone_teachers", "arts_pe_teachers")
_MOST_TAKEN = Fraction(1, 2)
# How far the classes of a new school may be moved where no construction table sets the ends.
_LEAST_CLASSES, _MOST_TIMES = 6, 2


@dataclass(frozen=True)
class Setting:
    """What a user has chosen in a panel (面板设定).

    Attributes
    ----------
    year
        Which is looked at.
    school
        Id of the action that builds the new school; "" where the scenario stays as it is.
    classes, opens, town
        Classes in all, first year, and town of that school; None or "" for those of the scenario.
    """

    year: int
    school: str = ""
    classes: int | None = None
    opens: int | None = None
    town: str = ""


@dataclass(frozen=True)
class Answer:
    """What follows from a setting (面板结果).

    Attributes
    ----------
    trial, setting
        What was asked.
    plan
        The scenario with the new school as it was set, or None where that is impossible.
    result
        The year that is looked at, judged; None where that is impossible.
    reason
        Chinese words: why it is impossible; empty otherwise.
    """

    trial: Trial
    setting: Setting
    plan: Scenario | None
    result: Assessment | None
    reason: str = ""

    @cached_property
    def change(self) -> Comparison:
        """The year that is looked at against the base year."""
        return compare(self.trial.before, self.result)

    @property
    def resources(self) -> str:
        """Verdict of schools and dispersion together."""
        rows = self.result.reasons
        return combine(rows.loc[rows["part"].isin(["schools", "dispersion"]), "verdict"])

    @property
    def failing(self) -> int | NAType:
        """Sections that are not met or cannot be told; missing where the standard judges none."""
        return count_failing(self.result)

    @property
    def school(self) -> Build | None:
        """The new school that was set."""
        return find_build(self.plan, self.setting.school) if self.plan else None


def list_builds(plan: Scenario) -> dict[str, str]:
    """Return the new schools of a scenario: name to id of the action (新建学校).

    Parameters
    ----------
    plan
        As loaded.

    Returns
    -------
    dict of str to str
        In the order of the file.

    Examples
    --------
    >>> from youzhi.scenarios import load_scenario
    >>> list_builds(load_scenario("plan-2025", "yiyuan"))["荆山学校"]
    'build-jingshan'
    """
    return {action.school: action.id for action in plan.action if action.kind == "build"}


def recompute(trial: Trial, setting: Setting) -> Answer:
    """Run a trial's scenario again with one new school set otherwise, and judge one year (重新推演).

    All that the scenario gives the school goes with its number of classes: pupils, teachers, areas, equipment, cost; areas
    by a construction table are those of the table. In another town the pupils come from its schools of the same stage, in
    proportion to their pupils, at most half of them, and teachers go with them in the same proportion.

    Parameters
    ----------
    trial
        What run_trial gives.
    setting
        The year, and how the school is set.

    Returns
    -------
    Answer
        With a reason instead of a result where the setting is impossible.
    """
    try:
        plan = _alter(trial, setting)
        table = run_years(trial.tables[IDLE][trial.span[0]], plan, [setting.year], trial.totals)
    except YouzhiError as error:
        return Answer(trial, setting, None, None, str(error))
    except ValidationError as error:
        words = "；".join(dict.fromkeys(explain_fault(fault) for fault in error.errors()))
        return Answer(trial, setting, None, None, f"新建学校的设定不成立：{words}")
    return Answer(trial, setting, plan, trial.judge(table[setting.year]))


def find_build(plan: Scenario, name: str) -> Build | None:
    """Find the action of that id that builds a school (新建措施)."""
    return next((action for action in plan.action if action.id == name), None)


def _alter(trial: Trial, setting: Setting) -> Scenario:
    """The scenario with the school as it is set; itself where nothing is."""
    build = find_build(trial.scenario, setting.school)
    if build is None:
        return trial.scenario
    opens = setting.opens or build.year
    fields = build.model_dump() | {"year": opens}
    planned = sum(build.classes.values())
    if setting.classes and planned and setting.classes != planned:
        fields |= _resize(build, fields, setting.classes)
    if setting.town and setting.town != build.town:
        fields |= _relocate(trial, fields, setting.town)
    other = Build.model_validate(fields)
    actions = tuple(other if action is build else action for action in trial.scenario.action)
    return trial.scenario.model_copy(update={"action": actions})


def _resize(build: Build, fields: dict, classes: int) -> dict:
    """The fields of a school of the same kind with another number of classes."""
    share = Fraction(classes, sum(build.classes.values()))
    changed = {f"classes_{stage}": None for stage in build.classes}
    if build.construction:
        changed["construction"] = fields["construction"] | {"classes": classes, "interpolate": True}
    else:
        parts = _divide(classes, build.classes)
        changed = {f"classes_{stage}": number for stage, number in parts.items()}
    areas = ("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2")
    for name in (*areas, "other_sports_area_m2", "equipment_value_yuan", "cost_yuan"):
        if fields[name] is not None:
            changed[name] = _times(fields[name], share)
    for name in ("networked_classrooms", "computers", "books"):
        if fields[name] is not None:
            changed[name] = round(fields[name] * share)
    takes = [
        take | {stage: int(take[stage] * share) for stage in STAGES} for take in fields["takes"]
    ]
    changed["takes"] = [take for take in takes if any(take[stage] for stage in STAGES)]
    hired = {stage: _scale(staff, share) for stage, staff in fields["staff"].items()}
    changed["staff"] = {stage: staff for stage, staff in hired.items() if staff["teachers"]}
    moved = [_scale(staff, share) for staff in fields["staff_from"]]
    return changed | {"staff_from": [staff for staff in moved if staff["teachers"]]}


def _divide(classes: int, planned: dict[str, int]) -> dict[str, int]:
    """Classes by stage in the proportion of the plan; the last stage takes the rest."""
    whole, parts = sum(planned.values()), {}
    for stage, number in list(planned.items())[:-1]:
        parts[stage] = max(round(Fraction(classes * number, whole)), 1)
    return parts | {list(planned)[-1]: max(classes - sum(parts.values()), 1)}


def _times(amount: Decimal, share: Fraction) -> Decimal:
    return (amount * share.numerator / share.denominator).quantize(Decimal("0.01"))


def _scale(staff: dict, share: Fraction) -> dict:
    """Whole teachers of every kind, rounded down; what is unknown stays unknown."""
    return {
        name: int(number * share) if isinstance(number, int) else number
        for name, number in staff.items()
    }


def _relocate(trial: Trial, fields: dict, town: str) -> dict:
    """Place, givers and their teachers in another town."""
    year = _within(trial, fields["year"])
    schools, planned = trial.tables[IDLE][year], trial.tables[PLAN][year].frame["school_id"]
    in_town = (schools.frame["town"] == town).to_numpy()
    stands = schools.frame["school_id"].isin(planned)  # the scenario may have closed others
    here = schools.frame[in_town & stands.to_numpy()].sort_values("school_id")
    places = {
        name: round(pd.Series(schools.numbers(name)[in_town]).mean(), 4) for name in ("lon", "lat")
    }
    takes: dict[str, dict] = {}
    staff_from = []
    for stage in STAGES:
        wanted = sum(take[stage] for take in fields["takes"])
        for row, taken in _share_out(here, stage, wanted):
            takes.setdefault(row["school_id"], {"school": row["school_id"]})[stage] = taken
            share = Fraction(taken, int(row[f"pupils_{stage}"]))
            staff = {kind: row[f"{kind}_{stage}"] for kind in _STAFF}
            if all(pd.notna(number) for number in staff.values()):
                moved = {kind: int(int(number) * share) for kind, number in staff.items()}
                staff_from += (
                    [moved | {"school": row["school_id"], "stage": stage}]
                    if moved["teachers"]
                    else []
                )
    if not takes:
        raise UsageError(f"{town}没有同学段的学生可以转入新校；请换一个镇街。")
    zones = here["zone"].dropna().mode()
    return {
        "town": town,
        "zone": zones.iat[0] if len(zones) else fields["zone"],
        "lon": None if pd.isna(places["lon"]) else Decimal(str(places["lon"])),
        "lat": None if pd.isna(places["lat"]) else Decimal(str(places["lat"])),
        "takes": list(takes.values()),
        "staff_from": staff_from,
    }


def _within(trial: Trial, year: int) -> int:
    first, last = trial.span
    return min(max(year, first), last)


def _share_out(schools: pd.DataFrame, stage: str, wanted: int) -> list[tuple[pd.Series, int]]:
    """Pupils that each school gives: in proportion, rounded down, at most half of them."""
    pupils = schools[f"pupils_{stage}"].fillna(0).astype(float).astype(int)
    whole = int(pupils.sum())
    if not wanted or not whole:
        return []
    share = min(Fraction(wanted, whole), _MOST_TAKEN)
    taken = [int(number * share) for number in pupils]
    return [
        (row, number) for (_, row), number in zip(schools.iterrows(), taken, strict=True) if number
    ]


def class_range(build: Build) -> tuple[int, int]:
    """Return how few and how many classes a new school may be set to (班数范围).

    Parameters
    ----------
    build
        An action.

    Returns
    -------
    tuple of int
        Ends of the construction tables that it is built by; without one, from six classes to twice as many as planned.
    """
    planned = sum(build.classes.values())
    ends = []
    if build.construction:
        tables = {table.id: table for table in load_construction().table}
        for name in filter(None, (build.construction.building, build.construction.sports)):
            rows = tables[name].area[next(iter(build.classes))]
            ends.append((min(rows), max(rows)))
    if not ends:
        return min(_LEAST_CLASSES, planned), max(_MOST_TIMES * planned, _LEAST_CLASSES)
    return max(low for low, _ in ends), min(high for _, high in ends)
