"""Checks of items against schools and county figures: values, bars and verdicts as arrays.

One check gives one verdict per county-year; a check over schools, sections or subjects also gives its places.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from youzhi.checks.county import judge_county
from youzhi.checks.evidence import Evidence, JudgedCheck, Places, from_places
from youzhi.checks.places import judge_places, judge_subjects
from youzhi.checks.rooms import judge_rooms
from youzhi.columns import load_columns, load_figures, load_subjects
from youzhi.errors import StandardError
from youzhi.standards import Check, Finding, Item, Rooms, Standard
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

__all__ = ["Evidence", "JudgedCheck", "Places", "combine_arrays", "judge_checks"]


def judge_checks(
    evidence: Evidence, items: list[Item], relief: bool | None = None
) -> list[JudgedCheck]:
    """Judge every check of some items for every county-year (逐项检查).

    Parameters
    ----------
    evidence
        Schools and county figures.
    items
        Of the standard.
    relief
        True or False in every year; None for the years that each relief names.

    Returns
    -------
    list of JudgedCheck
        In the order of the items.

    Raises
    ------
    StandardError
        An item names a column or figure that the dictionaries do not have.
    """
    _require_known(items, evidence.standard)
    judged = []
    for item in items:
        checks = [_judge(evidence, item, check, relief) for check in item.check]
        judged += _share_evidence(checks, evidence) if item.join == "evidence" else checks
    return judged


def combine_arrays(verdicts: list[np.ndarray]) -> np.ndarray:
    """Join verdicts that must all be met, position by position (合并结论)."""
    table = np.array(verdicts, dtype=object)
    failing, unknown = (table == NOT_MET).any(axis=0), (table == CANNOT_TELL).any(axis=0)
    return np.where(failing, NOT_MET, np.where(unknown, CANNOT_TELL, MET)).astype(object)


def _judge(evidence: Evidence, item: Item, check: Check, relief) -> JudgedCheck:
    if check.unit_counted == "school" and evidence.whole is not evidence:
        alone = check.model_copy(update={"unit_counted": ""})
        judged = _judge(evidence.whole, item, alone, relief)
        return replace(judged, check=check, evidence=evidence.whole)
    if isinstance(check, Finding):
        return _judge_finding(evidence, item, check)
    if isinstance(check, Rooms):
        return judge_rooms(evidence, item, check, relief)
    if check.over == "county":
        return judge_county(evidence, item, check)
    if check.over == "subject":
        return judge_subjects(evidence, item, check)
    return judge_places(evidence, item, check, relief)


def _judge_finding(evidence: Evidence, item: Item, check: Finding) -> JudgedCheck:
    found = [evidence.figure(at, check.figure) for at in range(len(evidence.keys))]
    verdict = [CANNOT_TELL if v is None else MET if v == check.good else NOT_MET for v in found]
    none = np.full(len(found), np.nan)
    stated = np.zeros(len(found), dtype=bool)
    return JudgedCheck(item, check, np.array(verdict, dtype=object), none, none, none, none, stated)


def _share_evidence(judged: list[JudgedCheck], evidence: Evidence) -> list[JudgedCheck]:
    """Keep of every place what its first telling check says; another check is heard where it says otherwise."""
    heard: dict[tuple, str] = {}
    for one in judged:
        for row, part, verdict in _place_verdicts(one):
            if verdict != CANNOT_TELL:
                heard.setdefault((row, part), verdict)
    told, groups, said = [], len(evidence.keys), set()
    for one in judged:
        kept = [
            (row, part) not in said
            if (row, part) not in heard
            else verdict != CANNOT_TELL and ((row, part) not in said or verdict != heard[row, part])
            for row, part, verdict in _place_verdicts(one)
        ]
        said |= {
            (row, part)
            for row, part, verdict in _place_verdicts(one)
            if verdict != CANNOT_TELL or (row, part) not in heard
        }
        places = one.places.select(np.array(kept, dtype=bool))
        again = from_places(evidence, one.item, one.check, places, one.relieved)
        elsewhere = (one.places.count(groups) > 0) & (places.count(groups) == 0)
        own = np.where(elsewhere, MET, again.verdict).astype(object)
        moved = one.places.select(~np.array(kept, dtype=bool))
        told.append(replace(again, verdict=combine_arrays([own, _untold(moved, heard, len(own))])))
    return told


def _untold(moved: Places, heard: dict[tuple, str], groups: int) -> np.ndarray:
    """Of places that stand with a sister check: one that nobody can tell keeps this check from being met too."""
    verdict = np.full(groups, MET, dtype=object)
    for group, row, part in zip(moved.group, moved.row, moved.part, strict=True):
        if heard.get((row, part), CANNOT_TELL) == CANNOT_TELL:
            verdict[group] = CANNOT_TELL
    return verdict


def _place_verdicts(one: JudgedCheck):
    return zip(one.places.row, one.places.part, one.places.verdict, strict=True)


def _require_known(items: list[Item], standard: Standard) -> None:
    """Every name in a check must be a column or a county figure; over the county, not both kinds."""
    figures, columns = load_figures(), load_columns()
    mixed = [
        item.code
        for item in items
        for check in item.check
        if getattr(check, "over", "") == "county"
        and len({name in columns for name in (*check.asks,)}) > 1
    ]
    if mixed:
        raise StandardError(
            f"标准 {standard.id} 的评估项 {'、'.join(mixed)} 在全县范围内混用了学校数据列和县级数据项，请只用一种。"
        )
    marks = [{"stage": s, "subject": t} for s in standard.stages for t in load_subjects()]
    unknown = {
        f"{item.code} {name}"
        for item in items
        for check in item.check
        for name in (*check.asks, *filter(None, [getattr(check, "stated", "")]))
        for mark in marks
        if name.format(**mark) not in columns and name.format(**mark) not in figures
    }
    if unknown:
        raise StandardError(
            f"标准 {standard.id} 的评估项用到字典中没有的列或县级数据项：{'、'.join(sorted(unknown))}。"
            "请改用 columns.toml 或 county_figures.toml 中的代码。"
        )
