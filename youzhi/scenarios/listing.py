"""The actions of a scenario as one table (措施表)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi.scenarios.actions import Action
from youzhi.scenarios.models import Scenario
from youzhi.scenarios.parts import STAGES, Estate, Staff

_NUMBERS = ["pupils", "classes", *Staff.model_fields, *Estate.model_fields, "size", "cost_yuan"]
_ROOMS = ("music_room_areas_m2", "art_room_areas_m2")
ACTION_COLUMNS = ["year", "id", "kind", "school", "other", "stage"]
ACTION_COLUMNS += [name.replace("room_areas_m2", "rooms") for name in _NUMBERS]
ACTION_COLUMNS += ["evidence", "label", "source", "cost_source", "note"]


def list_actions(scenario: Scenario) -> pd.DataFrame:
    """List the actions of a scenario with their numbers (措施表).

    Parameters
    ----------
    scenario
        As loaded.

    Returns
    -------
    DataFrame
        One row per action, by year, then in the order of the file. Columns: year, id, kind; school (code of the one
        that it is about: the new one, or who receives), other (codes of givers or receivers, semicolon-separated),
        stage ("primary", "junior" or "" for both or none); pupils (moved, 人; missing for shares and whole schools),
        classes (planned or added, 个), teachers and their kinds (hired, trained or moved, 人), areas (㎡), music_rooms
        and art_rooms (间), equipment_value_yuan (元), networked_classrooms (间), computers (台), books (册), size (人),
        cost_yuan (元); evidence ("fact" or "assumption"), label, source, cost_source, note. Numbers are floats; what an
        action does not say is missing, never zero.

    Examples
    --------
    >>> from youzhi.scenarios import load_scenario
    >>> actions = list_actions(load_scenario("plan-2025", "yiyuan"))
    >>> actions["kind"].value_counts()[["build", "close"]].to_dict()
    {'build': 5, 'close': 3}
    """
    ordered = sorted(scenario.action, key=lambda action: action.year)
    frame = pd.DataFrame([_row(action) for action in ordered], columns=ACTION_COLUMNS)
    numbers = [name.replace("room_areas_m2", "rooms") for name in _NUMBERS]
    return frame.assign(**{name: frame[name].astype(float) for name in numbers})


def _row(action: Action) -> dict:
    given = {name: getattr(action, name, None) for name in _NUMBERS if name not in _ROOMS}
    given |= getattr(action, "estate", {})
    row = {name: float(Fraction(value)) for name, value in given.items() if _is_number(value)}
    row |= {name.replace("_room_areas_m2", "_rooms"): _rooms(action, name) for name in _ROOMS}
    row |= {"classes": _sum(getattr(action, "classes", {}).values())}
    row |= _sums_of_new_school(action) if action.kind == "build" else {}
    school, other = _schools(action)
    told = {
        name: getattr(action, name)
        for name in ("evidence", "label", "source", "cost_source", "note")
    }
    keys = {"year": action.year, "id": action.id, "kind": action.kind, "stage": _stage(action)}
    return row | told | keys | {"school": school, "other": ";".join(other)}


def _is_number(value) -> bool:
    return value is not None and not isinstance(value, tuple | dict)


def _rooms(action: Action, name: str) -> float:
    return len(getattr(action, name, ())) or np.nan


def _sum(values) -> float:
    """Sum, missing where there is nothing or something is not said."""
    values = list(values)
    return float(sum(values)) if values and None not in values else np.nan


def _sums_of_new_school(build) -> dict:
    """Pupils who come, and teachers new or from elsewhere."""
    staff = [*build.staff.values(), *build.staff_from]
    sums = {kind: _sum(getattr(one, kind) for one in staff) for kind in Staff.model_fields}
    return sums | {"pupils": _sum(take.primary + take.junior for take in build.takes)}


def _schools(action: Action) -> tuple[str, list[str]]:
    """The school that an action is about, and the others."""
    if action.kind == "build":
        others = [entry.school for entry in (*action.takes, *action.staff_from)]
        return action.school_id, list(dict.fromkeys(others))
    if action.kind == "close":
        return action.school, [receiver.school for receiver in action.to]
    school = next(
        filter(None, (getattr(action, n, "") for n in ("school", "into", "receiver"))), ""
    )
    return school, list(filter(None, (getattr(action, n, "") for n in ("partner", "giver"))))


def _stage(action: Action) -> str:
    """The one stage that an action is about."""
    if hasattr(action, "stage"):
        return action.stage
    if action.kind == "build":
        named = {stage for take in action.takes for stage in STAGES if getattr(take, stage)}
    else:
        named = set(getattr(action, "classes", {}))
    return named.pop() if len(named) == 1 else ""
