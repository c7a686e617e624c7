"""How pupils are divided into classes when their number or the classrooms change (编班)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from youzhi.scenarios.actions import SetClassSize
from youzhi.scenarios.parts import STAGES
from youzhi.scenarios.working import (
    CLASSES_THEN,
    CLASSROOMS,
    EXTENDED,
    PUPILS_BEFORE,
    PUPILS_THEN,
    SIZE,
    Working,
    load_carrying,
)

Fault = tuple[str, str, str, str]


def ask_for_size(working: Working, action: SetClassSize, limit: int) -> list[Fault]:
    """Note a smaller class size for the schools that an action means (班额目标)."""
    if action.size > limit:
        found, allowed = f"size {action.size}", f"不大于班额上限{limit}人"
        return [("size", found, allowed, "改小 size")]
    meant = np.ones(len(working.ids), dtype=bool)
    for name, wanted in (("zone", action.zones), ("school_type", action.school_types)):
        if wanted:
            meant &= np.isin(working.texts[name], wanted)
    meant &= working.column(f"pupils_{action.stage}") > 0
    if not meant.any():
        return [
            ("zones、school_types", "没有这样的学校", "至少一所有这个学段学生的学校", "改正条件")
        ]
    size = working.places[action.stage][:, SIZE]
    size[meant] = np.where(size[meant] > 0, np.minimum(size[meant], action.size), action.size)
    working.touched.update(working.ids[at] for at in np.flatnonzero(meant))
    return []


def form_classes(working: Working, limits: Mapping[str, int], fixed: bool) -> list[Fault]:
    """Form the classes of a year anew where pupils, classrooms or the size asked for have changed (编班).

    So many classes are formed that none is larger than the limit or than the size asked for; and as long as there are
    classrooms for it, none on average than in the base year. Pupils are divided evenly, so the largest class is the
    least that is possible. Where classrooms are fixed, there are no more classes than these in any case. A school where
    nothing changed keeps its figures. What is told from the number of pupils only by rules that are not known here
    becomes missing.

    Parameters
    ----------
    working
        The schools, changed in place.
    limits
        Stage to largest class (人).
    fixed
        Whether only building and extending add classrooms.

    Returns
    -------
    list of tuple
        Faults: a size that was asked for needs more classrooms than there are.
    """
    changed, faults = {}, []
    for stage in STAGES:
        pupils, places = working.column(f"pupils_{stage}"), working.places[stage]
        before = places[:, PUPILS_BEFORE]
        changed[stage] = ~((pupils == before) | (np.isnan(pupils) & np.isnan(before)))
        needed = _needed(pupils, places, limits[stage])
        again = changed[stage] | _is_too_large(working, stage, needed)
        if fixed:
            rooms = places[:, CLASSROOMS]
            narrow = (rooms > 0) & (needed > rooms)
            faults += _too_few_rooms(working, stage, narrow & (places[:, SIZE] > 0), needed)
            needed = np.where(narrow, rooms, needed)
        told = ~np.isnan(working.column(f"classes_{stage}")) | (places[:, PUPILS_THEN] == 0)
        _write_classes(working, stage, again, np.where(told, needed, np.nan), limits[stage])
        _split_oversize(working, stage, ~again)
        places[:, CLASSROOMS] = np.fmax(places[:, CLASSROOMS], working.column(f"classes_{stage}"))
        places[:, PUPILS_BEFORE], places[:, EXTENDED] = pupils, 0
    working.forget(changed["primary"] | changed["junior"], load_carrying()["funds"])
    working.forget(changed["junior"], load_carrying()["flows"])
    return faults


def _needed(pupils: np.ndarray, places: np.ndarray, limit: int) -> np.ndarray:
    """Classes that pupils need; NaN where it cannot be told."""
    needed = np.ceil(pupils / limit)
    size, then, classes = places[:, SIZE], places[:, PUPILS_THEN], places[:, CLASSES_THEN]
    asked = size > 0
    needed[asked] = np.maximum(needed[asked], np.ceil(pupils[asked] / size[asked]))
    usual = (then > 0) & (classes > 0) & ~np.isnan(pupils)
    # whole numbers: a quotient of floats may lie just above the number of classes that it was
    people, base = (pupils[usual] * classes[usual]).astype(np.int64), then[usual].astype(np.int64)
    # nobody opens a room because one pupil more came than usual
    roomy = np.minimum(-(-people // base), places[usual, CLASSROOMS])
    needed[usual] = np.maximum(needed[usual], roomy)
    return needed


def _is_too_large(working: Working, stage: str, needed: np.ndarray) -> np.ndarray:
    """Where a size was asked for that the classes exceed on average or the largest of them does."""
    size, classes = working.places[stage][:, SIZE], working.column(f"classes_{stage}")
    return (size > 0) & ((needed > classes) | (working.column(f"largest_class_{stage}") > size))


def _too_few_rooms(
    working: Working, stage: str, rows: np.ndarray, needed: np.ndarray
) -> list[Fault]:
    """One fault for all schools that lack classrooms for the size asked for."""
    if not rows.any():
        return []
    rooms = working.places[stage][:, CLASSROOMS]
    told = "、".join(
        f"{working.ids[at]} 要{needed[at]:.0f}个班、有{rooms[at]:.0f}间"
        for at in np.flatnonzero(rows)
    )
    allowed = "rooms 为 fixed 时班数不超过教室数"
    return [("set_class_size", f"{stage} {told}", allowed, "先用 extend 增加教室，或放宽班额目标")]


def _write_classes(
    working: Working, stage: str, again: np.ndarray, classes: np.ndarray, limit: int
) -> None:
    """Number of classes, the largest and those over the limit, in the rows that are formed anew."""
    if not again.any():
        return
    pupils, formed = working.column(f"pupils_{stage}")[again], classes[again]
    with np.errstate(invalid="ignore", divide="ignore"):
        least, more = np.divmod(pupils, formed)
    least, more = np.where(pupils == 0, 0, least), np.where(pupils == 0, 0, more)
    working.column(f"classes_{stage}")[again] = formed
    working.column(f"largest_class_{stage}")[again] = least + (more > 0)
    oversize = np.where(least > limit, formed, np.where(least == limit, more, 0))
    working.column(f"oversize_classes_{stage}")[again] = np.where(
        np.isnan(formed), np.nan, oversize
    )


def _split_oversize(working: Working, stage: str, same: np.ndarray) -> None:
    """Each classroom that was added lets one oversize class be divided; when none is left, sizes are even."""
    places, classes = working.places[stage], working.column(f"classes_{stage}")
    if not places[:, EXTENDED].any():
        return
    pupils, oversize = (
        working.column(f"pupils_{stage}"),
        working.column(f"oversize_classes_{stage}"),
    )
    split = np.minimum(places[:, EXTENDED], oversize)
    rows = same & (split > 0)
    classes[rows] += split[rows]
    oversize[rows] -= split[rows]
    even = rows & (oversize == 0)
    working.column(f"largest_class_{stage}")[even] = np.ceil(pupils[even] / classes[even])
    places[rows, PUPILS_THEN], places[rows, CLASSES_THEN] = pupils[rows], classes[rows]
