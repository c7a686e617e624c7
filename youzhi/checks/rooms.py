"""Checks of special rooms: enough of each kind, or of all kinds together, each large enough."""

from __future__ import annotations

import numpy as np

from youzhi.checks.evidence import (
    Evidence,
    JudgedCheck,
    Places,
    from_places,
    is_taught,
    relief_holds,
    unsure_words,
)
from youzhi.columns import load_columns, parse_areas
from youzhi.conditions import holds
from youzhi.standards import Item, Rooms
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

READING_WORDS = {"each": "各", "sum": "合计"}


def judge_rooms(evidence: Evidence, item: Item, check: Rooms, relief) -> JudgedCheck:
    """Rooms of every school in scope: enough of each kind, or enough of all kinds together."""
    yes, maybe = holds(evidence.schools, evidence.standard, check.scope)
    row = np.flatnonzero((yes | maybe) & is_taught(evidence, ""))
    names = [f"classes_{stage}" for stage in evidence.standard.stages]
    classes = sum(evidence.numbers(name) for name in names)[row]
    classes = np.where(classes > 0, classes, np.nan)  # a school with pupils has classes
    need = np.ceil(classes / check.per_classes)
    bars, softest = _room_bars(evidence, check, relief, row)
    have = _counts_of_all(evidence, row, bars)
    lacking = _lacking_rooms(have, need, check.reading)
    hard, _ = _room_bars(evidence, check, False, row)
    unhelped = _lacking_rooms(_counts_of_all(evidence, row, hard), need, check.reading)
    least = _lacking_rooms(_counts_of_all(evidence, row, softest), need, check.reading)
    relieved = (np.nan_to_num(unhelped) > np.nan_to_num(lacking)).any(axis=0)
    unknown, short = np.isnan(lacking).any(axis=0), (lacking > 0).any(axis=0)
    unsure = short & ~(least > 0).any(axis=0)
    verdict = np.where(short, NOT_MET, np.where(unknown, CANNOT_TELL, MET)).astype(object)
    verdict[unsure] = CANNOT_TELL
    verdict[maybe[row] & (verdict == NOT_MET)] = CANNOT_TELL
    total, amount = have.sum(axis=0), lacking.sum(axis=0)
    words = np.array(
        [
            _room_words(check, have[:, at], need[at], check.reading)
            + _relief_words(check, {kind: areas[at] for kind, areas in bars.items()})
            + (unsure_words(evidence, check, relief, row[at]) if unsure[at] else "")
            for at in range(len(row))
        ],
        dtype=object,
    )
    part, goal = np.full(len(row), "", dtype=object), np.zeros(len(row))
    places = Places(
        evidence.group[row], row, part, verdict, amount, total, need, goal, amount, words
    )
    used = np.zeros(len(evidence.keys), dtype=bool)
    used[evidence.group[row[relieved]]] = True
    kept = places.select(~(maybe[row] & (verdict == MET)))
    return from_places(evidence, item, check, kept, used)


def _lacking_rooms(have: np.ndarray, need: np.ndarray, reading: str) -> np.ndarray:
    """How many rooms are missing, kind by kind, or of all kinds together; NaN where nobody can tell."""
    if reading == "each":
        return np.maximum(0, need - have)
    least = np.maximum(0, need - np.nansum(have, axis=0))
    known = ~np.isnan(have).any(axis=0) | (least == 0)
    return np.where(known, least, np.nan)[None, :]


def _room_bars(evidence: Evidence, check: Rooms, relief, row: np.ndarray) -> tuple[dict, dict]:
    """Least area of each kind of room in every school: with the reliefs that hold, and with all that may."""
    bars, softest = (
        {kind: np.full(len(row), area, dtype=object) for kind, area in check.bar.items()}
        for _ in range(2)
    )
    for rule in check.relief:
        yes, maybe = (found[row] for found in relief_holds(evidence, rule, relief))
        for at in np.flatnonzero(yes | maybe):
            for kind, area in rule.bar.items():
                softest[kind][at] = min(softest[kind][at], area)
                if yes[at]:
                    bars[kind][at] = min(bars[kind][at], area)
    return bars, softest


def _counts_of_all(evidence: Evidence, row: np.ndarray, bars: dict) -> np.ndarray:
    """Rooms of every kind (rows) that are large enough, school by school."""
    return np.array([_room_counts(evidence, kind, row, areas) for kind, areas in bars.items()])


def _relief_words(check: Rooms, areas: dict) -> str:
    """The areas that a relief puts in the place of the rule's, for readers."""
    if areas == check.bar:
        return ""
    told = "、".join(f"{load_columns()[kind].zh[:2]}{area}㎡" for kind, area in areas.items())
    return f"（按过渡期面积{told}）"


def _room_counts(evidence: Evidence, kind: str, row: np.ndarray, bars: np.ndarray) -> np.ndarray:
    """How many rooms of each school are large enough; NaN where their areas are missing."""
    texts, column = evidence.schools.texts(kind)[row], load_columns()[kind]
    return np.array(
        [
            np.nan if text is None else sum(area >= bar for area in parse_areas(text, column))
            for text, bar in zip(texts, bars, strict=True)
        ],
        dtype=float,
    )


def _room_words(check: Rooms, have: np.ndarray, need: float, reading: str) -> str:
    """What a school has and needs, for readers."""
    kinds = [load_columns()[kind].zh.removesuffix("单间面积") for kind in check.bar]
    told = "、".join(
        f"{kind}{'未提供' if np.isnan(count) else f'{count:.0f}{check.unit}'}"
        for kind, count in zip(kinds, have, strict=True)
    )
    wanted = (
        "需要数无法计算" if np.isnan(need) else f"需{READING_WORDS[reading]}{need:.0f}{check.unit}"
    )
    return f"面积合格的{told}，{wanted}"
