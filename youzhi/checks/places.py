"""Checks over schools, sections and subjects: one value and one bar for every place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd

from youzhi.checks.evidence import (
    Evidence,
    JudgedCheck,
    Places,
    decide,
    from_places,
    is_taught,
    passes,
    relief_holds,
    unsure_words,
)
from youzhi.columns import load_subjects
from youzhi.conditions import holds
from youzhi.county_items import NOT_APPLICABLE
from youzhi.exact import round_half_up
from youzhi.standards import Item, Ratio
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET


def judge_places(evidence: Evidence, item: Item, check: Ratio, relief) -> JudgedCheck:
    """A ratio of every school, or of every section, in scope."""
    stages = list(evidence.standard.stages) if check.over == "section" else [""]
    parts, used = [], np.zeros(len(evidence.keys), dtype=bool)
    for stage in stages:
        places, relieved = _stage_places(evidence, check, stage, relief)
        parts.append(places)
        used[relieved] = True
    return from_places(evidence, item, check, _join(parts), used)


def _stage_places(evidence: Evidence, check: Ratio, stage: str, relief):
    """The places of one stage, or whole schools; and the county-years in which a relief was used."""
    yes, maybe = holds(evidence.schools, evidence.standard, check.scope)
    bars, reached = _row_bars(evidence, check, stage)
    inside = (yes | maybe) & reached & is_taught(evidence, stage)
    soft, softest = _relieve(evidence, check, bars, relief, inside)
    top, bottom = evidence.sums(check, stage)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = top / bottom * float(check.per)
    value[bottom == 0] = np.nan
    row = np.flatnonzero(inside)

    def against(bars: np.ndarray) -> np.ndarray:
        def compare(at: int) -> bool:
            exact = _exact_value(evidence, check, stage, row[at])
            return passes(check, exact, Fraction(bars[row[at]]))

        return decide(check, value[row], np.array([float(bars[at]) for at in row]), compare)

    bar, verdict = np.array([float(soft[at]) for at in row]), against(soft)
    unsure = (verdict == NOT_MET) & (against(softest) == MET)
    verdict = np.where(unsure, CANNOT_TELL, verdict)
    verdict = np.where(maybe[row] & (verdict == NOT_MET), CANNOT_TELL, verdict)
    kept = ~(maybe[row] & (verdict == MET))  # it passes, whether it is in scope or not
    amount = [_amount(evidence, check, stage, at, soft[at]) for at in row[verdict == NOT_MET]]
    amounts = np.full(len(row), np.nan)
    amounts[verdict == NOT_MET] = amount
    part, words = np.full(len(row), stage, dtype=object), np.full(len(row), "", dtype=object)
    for at in np.flatnonzero(unsure):
        found = round_half_up(_exact_value(evidence, check, stage, row[at]), check.decimals)
        words[at] = f"{found}{check.unit}{unsure_words(evidence, check, relief, row[at])}"
    columns = [value[row], top[row], bottom[row], bar]
    places = Places(evidence.group[row], row, part, verdict, *columns, amounts, words)
    helped = [
        at
        for at in row[(soft != bars)[row] & (verdict == MET)]
        if not passes(check, _exact_value(evidence, check, stage, at), Fraction(bars[at]))
    ]
    return places.select(kept), np.unique(evidence.group[helped])


def _row_bars(evidence: Evidence, check: Ratio, stage: str) -> tuple[np.ndarray, np.ndarray]:
    """The bar of every school, by stage or by type, and whether it has one."""
    count = len(evidence.schools)
    if not isinstance(check.bar, dict):
        return np.full(count, check.bar, dtype=object), np.ones(count, dtype=bool)
    if stage:
        return np.full(count, check.bar[stage], dtype=object), np.ones(count, dtype=bool)
    bars = pd.Series(evidence.schools.texts("school_type")).map(check.bar).astype(object)
    return bars.where(bars.notna(), Decimal(0)).to_numpy(), bars.notna().to_numpy()


def _relieve(evidence: Evidence, check: Ratio, bars, relief, inside) -> tuple:
    """Bars with the transitional reliefs that hold, and with those that may hold too; the softest wins."""
    soft, softest = bars.copy(), bars.copy()
    softer = max if check.test == "at_most" else min
    for rule in check.relief:
        own, has = _row_bars(evidence, check.model_copy(update={"bar": rule.bar}), "")
        yes, maybe = relief_holds(evidence, rule, relief)
        for row in np.flatnonzero((yes | maybe) & has & inside):
            softest[row] = softer(softest[row], own[row])
            if yes[row]:
                soft[row] = softer(soft[row], own[row])
    return soft, softest


def _exact_value(evidence: Evidence, check: Ratio, stage: str, row: int) -> Fraction:
    top, bottom = evidence.exact_sums(check, row, stage)
    return top / bottom * Fraction(check.per)


def _amount(evidence: Evidence, check: Ratio, stage: str, row: int, bar: Decimal) -> float:
    """Least whole amount by which the numerator must change; NaN where the check names no unit for it."""
    if not check.gap_unit:
        return np.nan
    top, bottom = evidence.exact_sums(check, row, stage)
    wanted = Fraction(bar) * bottom / Fraction(check.per)
    return float(ceil(top - wanted if check.test == "at_most" else wanted - top))


def _join(parts: list[Places]) -> Places:
    names = Places.__dataclass_fields__
    return Places(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def judge_subjects(evidence: Evidence, item: Item, check: Ratio) -> JudgedCheck:
    """A county figure of every subject that was monitored; one that is monitored must say everything."""
    rows = []
    for at in range(len(evidence.keys)):
        for subject in load_subjects():
            given = evidence.figure(at, check.numerator[0].format(subject=subject))
            if given != NOT_APPLICABLE:
                rows.append((at, subject, given))
            elif _is_monitored(evidence, item, at, subject):
                rows.append((at, subject, None))
    value = np.array([np.nan if given is None else float(given) for *_, given in rows])
    bar = np.full(len(rows), float(check.bar))
    verdict = decide(
        check, value, bar, lambda at: passes(check, Fraction(rows[at][2]), Fraction(check.bar))
    )
    group = np.array([at for at, *_ in rows], dtype=int)
    part = np.array([subject for _, subject, _ in rows], dtype=object)
    none, words = np.full(len(rows), np.nan), np.full(len(rows), "", dtype=object)
    row = np.full(len(rows), -1)
    places = Places(group, row, part, verdict, value, value, none, bar, none, words)
    return from_places(evidence, item, check, places, np.zeros(len(evidence.keys), dtype=bool))


def _is_monitored(evidence: Evidence, item: Item, at: int, subject: str) -> bool:
    """Whether any figure of a subject was given, though another is said not to apply."""
    names = [check.numerator[0].format(subject=subject) for check in item.check]
    return any(evidence.figure(at, name) not in (None, NOT_APPLICABLE) for name in names)
