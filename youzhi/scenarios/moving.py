"""Pupils and teachers on their way from one school to another: whoever leaves one arrives at the other."""

from __future__ import annotations

from fractions import Fraction

from youzhi.exact import round_half_up
from youzhi.scenarios.parts import STAGES, Staff
from youzhi.scenarios.working import Working, load_carrying, staff_columns

Fault = tuple[str, str, str, str]

# Kinds of teachers that are counted over the whole school.
_WHOLE = ("certified_teachers", "trained_teachers")


def pupil_faults(
    working: Working, giver: str, receiver: str, stage: str, count: int
) -> list[Fault]:
    """Why so many pupils cannot go from one school to another; empty where they can (转移学生的障碍).

    Both schools exist already, the receiver perhaps not yet: then it is "".
    """
    name, faults = f"pupils_{stage}", []
    there = working.get(giver, name)
    if there is None:
        faults.append((giver, f"缺 {name}", "已知的在校生数", "补上在校生数"))
    elif count > there:
        allowed = f"至多{there}人（这所学校当年的在校生数）"
        faults.append((giver, f"转出{count}人", allowed, "减少人数，或换一所学校"))
    if giver == receiver:
        faults.append((giver, "转给自己", "两所不同的学校", "改正学校代码"))
    if receiver:
        faults += uncounted_faults(working, giver, receiver, f" {stage} 学生")
    if receiver and working.lacks(receiver, name):
        kind = working.text(receiver, "school_type")
        faults.append(
            (receiver, f"接收 {stage} 学生，类型为 {kind}", "有这个学段的学校", "换一所学校")
        )
    if receiver and working.get(receiver, name) is None:
        faults.append((receiver, f"缺 {name}", "已知的在校生数", "补上在校生数"))
    return faults


def uncounted_faults(working: Working, giver: str, receiver: str, whom: str) -> list[Fault]:
    """Why nobody goes from a school that is judged to one that is not: they would only be out of sight (不计入的学校)."""
    if not working.counts(giver) or working.counts(receiver):
        return []
    kind = working.text(receiver, "school_type")
    found = f"接收{whom}，类型为 {kind}（不计入资源配置指标）"
    return [(receiver, found, "计入义务教育学段的学校", "换一所学校")]


def senior_faults(
    working: Working, giver: str, into: str, count: Fraction | int | None
) -> list[Fault]:
    """Why senior pupils cannot go along: where there is no senior stage they would vanish, and their rooms be judged."""
    if count == 0 or not working.lacks(into, "pupils_senior"):
        return []
    found = "高中在校生数不详" if count is None else f"转出高中学生{count}人到 {into}"
    allowed = "没有高中学生的学校，或有高中学段的接收学校"
    return [(giver, found, allowed, "换一所接收学校，或核对学校表中的高中在校生数")]


def unalike_faults(working: Working, giver: str, into: str) -> list[Fault]:
    """Why the rooms of a school cannot be joined to another's: those of one are judged, of the other not."""
    if working.counts(giver) == working.counts(into):
        return []
    kinds = [working.text(code, "school_type") for code in (giver, into)]
    found = f"{kinds[0]} 并入 {kinds[1]}"
    return [(giver, found, "两所都计入或都不计入义务教育资源指标", "换一所学校")]


def move_pupils(working: Working, giver: str, receiver: str, stage: str, count: int) -> None:
    """Move pupils; migrants and pupils of the zone go along in the shares that they have where they leave (转移学生)."""
    if not count:
        return
    here = working.get(giver, f"pupils_{stage}")
    each = [working.get(giver, f"pupils_{name}") for name in STAGES]
    both = None if None in each else sum(each)
    for name, whole in ((f"in_zone_pupils_{stage}", here), ("migrant_pupils", both)):
        part = working.get(giver, name)
        gone = _share_of(part, count, whole) if part else part
        working.add(giver, name, None if gone is None else -gone)
        working.add(receiver, name, gone)
    working.add(giver, f"pupils_{stage}", -count)
    working.add(receiver, f"pupils_{stage}", count)


def _share_of(part: Fraction, count: int, whole: Fraction | None) -> int | None:
    """How many of a part go along with some of the whole; None where the whole is not known."""
    return None if whole is None else int(round_half_up(part * count / whole, 0))


def staff_faults(working: Working, giver: str, stage: str, staff: Staff) -> list[Fault]:
    """Why these teachers cannot leave a school; empty where they can (调出教师的障碍)."""
    faults = []
    columns = staff_columns(stage) | {name: name for name in _WHOLE}
    for kind, count in _counts(staff).items():
        there = working.get(giver, columns[kind])
        if count and there is None and kind == "teachers":
            faults.append((giver, f"缺 {columns[kind]}", "已知的专任教师数", "补上教师数"))
        elif count and there is not None and count > there:
            allowed = f"至多{there}人（这所学校当年的人数）"
            faults.append(
                (giver, f"调出 {columns[kind]} {count}人", allowed, "减少人数，或换一所学校")
            )
    return faults


def add_staff(working: Working, code: str, stage: str, staff: Staff) -> None:
    """Add teachers who were in no school before; a kind that is not said makes that of the school unknown (增加教师)."""
    columns, counts = staff_columns(stage), _counts(staff)
    for kind in (*columns, *_WHOLE):
        working.add(code, columns.get(kind, kind), counts.get(kind, _unsaid(kind)))


def move_staff(working: Working, giver: str, receiver: str, stage: str, staff: Staff) -> None:
    """Move teachers; where all of a school are certified or trained, so are those who leave (调动教师)."""
    columns, counts = staff_columns(stage), _counts(staff)
    for name in _WHOLE:
        if name not in counts and _are_all(working, giver, name):
            counts[name] = staff.teachers
    for kind in (*columns, *_WHOLE):
        name, count = columns.get(kind, kind), counts.get(kind, _unsaid(kind))
        working.add(giver, name, None if count is None else -count)
        working.add(receiver, name, count)


def join_columns(working: Working, giver: str, receiver: str, groups: tuple[str, ...]) -> None:
    """Add all that a school has of some groups of columns to another; what is unknown of one is unknown of both."""
    for name in (name for group in groups for name in load_carrying()[group]):
        if name in working.names:
            working.add(receiver, name, working.get(giver, name))
        else:
            rooms = [working.text(giver, name), working.text(receiver, name)]
            working.put_text(receiver, name, None if None in rooms else ";".join(rooms[::-1]))


def _counts(staff: Staff) -> dict[str, int]:
    """Teachers by kind, as far as it is said."""
    told = {name: getattr(staff, name) for name in Staff.model_fields}
    return {name: count for name, count in told.items() if count is not None}


def _unsaid(kind: str) -> int | None:
    """Nobody said of how many teachers who move that they are shared with other schools: they are not, by moving."""
    return 0 if kind == "shared_arts_pe_teachers" else None


def _are_all(working: Working, code: str, name: str) -> bool:
    """Whether all teachers of a school are of a kind."""
    teachers = [working.get(code, f"teachers_{stage}") for stage in STAGES]
    return None not in teachers and working.get(code, name) == sum(teachers, Fraction(0))
