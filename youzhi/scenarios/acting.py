"""What each kind of action does to the schools, and why it cannot be done (措施).

Every function looks first: where it finds faults it changes nothing and returns them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from youzhi.columns import load_columns
from youzhi.scenarios import actions
from youzhi.scenarios.entering import spread_pupils
from youzhi.scenarios.forming import ask_for_size
from youzhi.scenarios.moving import (
    add_staff,
    join_columns,
    move_pupils,
    move_staff,
    pupil_faults,
    senior_faults,
    staff_faults,
    unalike_faults,
    uncounted_faults,
)
from youzhi.scenarios.parts import STAGES
from youzhi.scenarios.working import (
    CLASSES_THEN,
    CLASSROOMS,
    EXTENDED,
    PUPILS_THEN,
    SYNTHETIC,
    Working,
    load_carrying,
    staff_columns,
)

Fault = tuple[str, str, str, str]


def do_action(working: Working, action: actions.Action, limits: Mapping[str, int]) -> list[Fault]:
    """Do one action (执行一项措施).

    Parameters
    ----------
    working
        The schools, changed in place where there is no fault.
    action
        Of any kind.
    limits
        Stage to largest class (人).

    Returns
    -------
    list of tuple
        Faults: school or key, found, allowed, advice.
    """
    named = _named_schools(action)
    unknown = [code for code in dict.fromkeys(named) if not working.knows(code)]
    if unknown:
        return [_unknown_school(working, code) for code in unknown]
    faults = _KINDS[action.kind](working, action, limits)
    if faults:
        return faults
    touched = [*named, *([action.school_id] if action.kind == "build" else [])]
    if action.kind != "set_class_size":
        working.touched.update(code for code in touched if working.knows(code))
    return [
        (code, f"{column.zh} {found:.15g}", allowed, "改正措施中的数")
        for code, column, found, allowed in working.outside(touched)
    ]


def _unknown_school(working: Working, code: str) -> Fault:
    """No such code; perhaps it is the name of a school."""
    advice = "核对学校代码；新建的学校要先建，撤并的学校不能再用"
    for known, name in zip(working.ids, working.texts["school"], strict=True):
        if code == name:
            advice = f"这是学校名称，代码是 {known}"
    return code, "没有这所学校", "当年有的学校代码", advice


def _named_schools(action: actions.Action) -> list[str]:
    """Schools that have to be there before the action."""
    single = ("school", "giver", "receiver", "into", "partner")
    found = [getattr(action, name, None) for name in single if action.kind != "build"]
    lists = (*getattr(action, "takes", ()), *getattr(action, "staff_from", ()))
    found += [entry.school for entry in lists]
    found += [entry.school for entry in action.to] if action.kind == "close" else []
    return [code for code in found if code]


def _build(working: Working, build: actions.Build, limits: Mapping[str, int]) -> list[Fault]:
    faults = _name_faults(working, build) + _stage_faults(working, build)
    for take in build.takes:
        for stage in STAGES:
            faults += pupil_faults(working, take.school, "", stage, getattr(take, stage))
    for staff in build.staff_from:
        faults += staff_faults(working, staff.school, staff.stage, staff)
    for stage, classes in build.classes.items():
        come, places = sum(getattr(take, stage) for take in build.takes), classes * limits[stage]
        if come > places:
            allowed = f"至多{places}人（{classes}个班，每班至多{limits[stage]}人）"
            faults.append((build.school_id, f"接收 {stage} {come}人", allowed, "加班，或少接收"))
    if faults:
        return faults
    working.open_school(build.school_id, *_first_figures(working, build))
    for stage, classes in build.classes.items():
        working.places[stage][working.row(build.school_id), CLASSROOMS] = classes
    for take in build.takes:
        for stage in STAGES:
            move_pupils(working, take.school, build.school_id, stage, getattr(take, stage))
    for stage, staff in build.staff.items():
        add_staff(working, build.school_id, stage, staff)
    for staff in build.staff_from:
        move_staff(working, staff.school, build.school_id, staff.stage, staff)
    return []


def _name_faults(working: Working, build: actions.Build) -> list[Fault]:
    faults = []
    if working.knows(build.school_id):
        allowed = "学校表中没有的学校代码"
        faults.append((build.school_id, "学校代码已有", allowed, "换一个学校代码"))
    taken = {*working.texts["school"], *working.texts["campus_of"]}
    if {build.school, _shown_name(working, build)} & taken:
        faults.append((build.school, "学校名称已有", "学校表中没有的名称", "换一个名称"))
    return faults


def _shown_name(working: Working, build: actions.Build) -> str:
    """The name of a new school in the table: among synthetic schools it says that it is one."""
    if SYNTHETIC not in working.texts["data_kind"]:
        return build.school
    mark = f"（{load_columns()['data_kind'].choices[SYNTHETIC]}）"
    return build.school.removesuffix(mark) + mark


def _stage_faults(working: Working, build: actions.Build) -> list[Fault]:
    """Stages that the type of a new school does not have."""
    has = working.has.get(build.school_type, set())
    named = {stage for take in build.takes for stage in STAGES if getattr(take, stage)}
    named |= {*build.classes, *build.staff, *(staff.stage for staff in build.staff_from)}
    allowed = f"{build.school_type} 有的学段：{'、'.join(sorted(has)) or '（不计入义务教育学段）'}"
    return [
        (build.school_id, f"学段 {stage}", allowed, "改正类型或学段")
        for stage in sorted(named - has)
    ]


def _first_figures(working: Working, build: actions.Build) -> tuple[dict, dict]:
    """Texts and numbers of a new school before anybody comes; teachers are unknown unless the scenario says whose they are."""
    kind = SYNTHETIC if SYNTHETIC in working.texts["data_kind"] else None
    texts = {"school": _shown_name(working, build), "town": build.town or None}
    texts |= {
        "zone": build.zone,
        "data_kind": kind,
        "school_type": build.school_type,
        "boarding": build.boarding,
    }
    estate, has = build.estate, working.has[build.school_type]
    texts |= {name: _areas(value) for name, value in estate.items() if isinstance(value, tuple)}
    numbers = {"organiser_code": build.organiser_code, "built_year": build.year}
    numbers |= {"lon": build.lon, "lat": build.lat}
    numbers |= {name: value for name, value in estate.items() if not isinstance(value, tuple)}
    numbers |= dict.fromkeys(load_carrying()["pupils"], 0) | dict.fromkeys(
        load_carrying()["share"], 0
    )
    said = {*build.staff, *(staff.stage for staff in build.staff_from)}
    for stage in STAGES:
        if stage not in has or stage in said:
            numbers |= dict.fromkeys(staff_columns(stage).values(), 0)
        if stage not in has:
            numbers |= {name: 0 for name in load_carrying()["classes"] if name.endswith(stage)}
    if said >= has & set(STAGES):
        numbers |= {"certified_teachers": 0, "trained_teachers": 0}
    if "senior" not in has:
        numbers["pupils_senior"] = 0
    exact = {name: Fraction(value) for name, value in numbers.items() if value is not None}
    return texts, exact


def _areas(areas: tuple) -> str:
    return ";".join(f"{area:f}" for area in areas)


def _extend(working: Working, action: actions.Extend, _limits) -> list[Fault]:
    faults = [
        (action.school, f"增加 {stage} 班", "学校类型有的学段", "改正学段")
        for stage in action.classes
        if working.lacks(action.school, f"pupils_{stage}")
    ]
    if faults:
        return faults
    for stage, classes in action.classes.items():
        row = working.row(action.school)
        working.places[stage][row, [CLASSROOMS, EXTENDED]] += classes
    _add_estate(working, action.school, action.given())
    return []


def _add_rooms(working: Working, action: actions.AddRooms, _limits) -> list[Fault]:
    rooms = {name: getattr(action, name) for name in ("music_room_areas_m2", "art_room_areas_m2")}
    given = {name: areas for name, areas in rooms.items() if areas}
    _add_estate(working, action.school, given | {"teaching_area_m2": action.teaching_area_m2 or 0})
    return []


def _buy(working: Working, action: actions.Buy, _limits) -> list[Fault]:
    bought = ("equipment_value_yuan", "networked_classrooms", "computers", "books")
    _add_estate(working, action.school, {name: getattr(action, name) or 0 for name in bought})
    return []


def _add_estate(working: Working, code: str, more: Mapping) -> None:
    """Add areas, rooms and equipment; an unknown figure stays unknown."""
    for name, value in more.items():
        if not isinstance(value, tuple):
            working.add(code, name, Fraction(value))
            continue
        known = working.text(code, name)
        working.put_text(code, name, None if known is None else f"{known};{_areas(value)}")


def _merge(working: Working, action: actions.Merge, _limits) -> list[Fault]:
    faults = _joining_faults(working, action.giver, action.into)
    if not faults:
        _absorb(working, action.giver, action.into, action.site == "kept")
    return faults


def _convert(working: Working, action: actions.Convert, _limits) -> list[Fault]:
    kinds = [working.text(code, "school_type") for code in (action.school, action.partner)]
    stages = set().union(*(working.has.get(kind, set()) for kind in kinds))
    if action.school == action.partner or stages != set(STAGES):
        found, allowed = f"{kinds[0]} 与 {kinds[1]}", "合起来恰有小学、初中两个学段的两所学校"
        return [(f"{action.school}、{action.partner}", found, allowed, "换一所合作学校")]
    school, partner, faults = action.school, action.partner, []
    for stage in STAGES:
        into = "" if working.lacks(school, f"pupils_{stage}") else school
        faults += _whole_stage_faults(working, partner, into, stage)
    faults += senior_faults(working, partner, school, working.get(partner, "pupils_senior"))
    faults = unalike_faults(working, partner, school) or faults
    if faults:
        return faults
    for name in working.names:  # what a school of its old type did not have is zero, not unknown
        if working.lacks(action.school, name):
            working.put(action.school, name, working.get(action.school, name))
    working.put_text(action.school, "school_type", action.to)
    _absorb(working, action.partner, action.school, site_kept=True)
    return []


def _joining_faults(working: Working, giver: str, into: str) -> list[Fault]:
    """Why a school cannot go into another with all its pupils and teachers."""
    if giver == into:
        return [(giver, "并入自己", "两所不同的学校", "改正学校代码")]
    faults = unalike_faults(working, giver, into)
    if faults:
        return faults
    for stage in STAGES:
        faults += _whole_stage_faults(working, giver, into, stage)
    return faults + senior_faults(working, giver, into, working.get(giver, "pupils_senior"))


def _whole_stage_faults(working: Working, giver: str, into: str, stage: str) -> list[Fault]:
    """Why all pupils of a stage cannot go; a receiver "" has not got the stage yet."""
    pupils = working.get(giver, f"pupils_{stage}")
    if pupils == 0:
        return []
    return pupil_faults(working, giver, into, stage, int(pupils or 0))


def _absorb(working: Working, giver: str, into: str, site_kept: bool) -> None:
    joined = [PUPILS_THEN, CLASSES_THEN, *([CLASSROOMS] if site_kept else [])]
    for stage in STAGES:
        move_pupils(working, giver, into, stage, int(working.get(giver, f"pupils_{stage}")))
        places = working.places[stage]
        places[working.row(into), joined] += places[working.row(giver), joined]
    join_columns(
        working, giver, into, ("staff", "movable", "kept", *(["site"] if site_kept else []))
    )
    working.end_school(giver)


def _close(working: Working, action: actions.Close, _limits) -> list[Fault]:
    names = [receiver.school for receiver in action.to]
    scale = np.lcm.reduce([Fraction(receiver.share).denominator for receiver in action.to])
    weights = np.array([int(Fraction(receiver.share) * int(scale)) for receiver in action.to])
    moves, faults = [], []
    for stage in STAGES:
        pupils = working.get(action.school, f"pupils_{stage}")
        for name, count in zip(names, spread_pupils(int(pupils or 0), weights), strict=True):
            if count or pupils is None:
                faults += pupil_faults(working, action.school, name, stage, int(count))
                moves.append((name, stage, int(count)))
    seniors = working.get(action.school, "pupils_senior")
    shares = spread_pupils(int(seniors or 0), weights).tolist()
    leaving = dict(zip(names, shares if seniors is not None else [None] * len(names), strict=True))
    for name, count in leaving.items():
        faults += senior_faults(working, action.school, name, count)
    staff_to = action.staff_to or names[0]
    faults += _staff_to_faults(working, action.school, staff_to)
    if faults:
        return list(dict.fromkeys(faults))
    for name, stage, count in moves:
        move_pupils(working, action.school, name, stage, count)
    for name, count in leaving.items():
        working.add(name, "pupils_senior", count)
    join_columns(working, action.school, staff_to, ("staff", "movable"))
    working.end_school(action.school)
    return []


def _staff_to_faults(working: Working, giver: str, receiver: str) -> list[Fault]:
    """Why the teachers of a school that ends cannot go to another."""
    advice = "staff_to 换一所学校，或先调走教师"
    named = [stage for stage in STAGES if working.get(giver, f"teachers_{stage}") != 0]
    return uncounted_faults(working, giver, receiver, "教师") + [
        (receiver, f"接收 {stage} 教师", "有这个学段的学校", advice)
        for stage in named
        if working.lacks(receiver, f"teachers_{stage}")
    ]


def _rezone(working: Working, action: actions.Rezone, _limits) -> list[Fault]:
    places = action.giver, action.receiver, action.stage, action.pupils
    faults = pupil_faults(working, *places)
    if not faults:
        move_pupils(working, *places)
    return faults


def _rotate(working: Working, action: actions.Rotate, _limits) -> list[Fault]:
    faults = staff_faults(working, action.giver, action.stage, action)
    if action.giver == action.receiver:
        faults.append((action.giver, "调给自己", "两所不同的学校", "改正学校代码"))
    faults += uncounted_faults(working, action.giver, action.receiver, "教师")
    faults += _no_such_teachers(working, action.receiver, action.stage)
    if not faults:
        move_staff(working, action.giver, action.receiver, action.stage, action)
    return faults


def _hire(working: Working, action: actions.Hire, _limits) -> list[Fault]:
    faults = _no_such_teachers(working, action.school, action.stage)
    if not faults:
        add_staff(working, action.school, action.stage, action)
    return faults


def _no_such_teachers(working: Working, code: str, stage: str) -> list[Fault]:
    if not working.lacks(code, f"teachers_{stage}"):
        return []
    return [(code, f"增加 {stage} 教师", "学校类型有的学段", "改正学校或学段")]


def _train(working: Working, action: actions.Train, _limits) -> list[Fault]:
    faults = _no_such_teachers(working, action.school, action.stage)
    columns = staff_columns(action.stage)
    every = [f"teachers_{stage}" for stage in STAGES]
    for kind, count in action.counts.items():
        name, asked = columns.get(kind, kind), [columns["teachers"]] if kind in columns else every
        there = {column: working.get(action.school, column) for column in asked}
        unknown = [column for column, teachers in there.items() if teachers is None]
        if unknown:
            found = f"缺 {'、'.join(unknown)}"
            faults.append((action.school, found, "已知的专任教师数", "补上教师数"))
            continue
        now, teachers = working.get(action.school, name), sum(there.values())
        if now is not None and now + count > teachers:
            allowed = f"至多{teachers - now}人（专任教师{teachers}人中已有{now}人）"
            faults.append((action.school, f"{name} 增加{count}人", allowed, "减少人数"))
    if not faults:
        for kind, count in action.counts.items():
            working.add(action.school, columns.get(kind, kind), count)
    return faults


def _set_class_size(working: Working, action: actions.SetClassSize, limits: Mapping) -> list[Fault]:
    return ask_for_size(working, action, limits[action.stage])


_KINDS: dict[str, Callable[[Working, actions.Action, Mapping[str, int]], list[Fault]]] = {
    "build": _build,
    "extend": _extend,
    "add_rooms": _add_rooms,
    "buy": _buy,
    "merge": _merge,
    "close": _close,
    "convert": _convert,
    "rezone": _rezone,
    "hire": _hire,
    "train": _train,
    "rotate": _rotate,
    "set_class_size": _set_class_size,
}
