"""Checks over the county: ratios of sums over the schools in scope, or of county figures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from youzhi.checks.evidence import Evidence, JudgedCheck, decide, passes
from youzhi.columns import load_columns
from youzhi.conditions import holds
from youzhi.standards import Item, Ratio
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET


@dataclass(frozen=True)
class _Sums:
    """Numerator and denominator of every county-year, and how to have them exactly.

    Attributes
    ----------
    top, bottom : ndarray of float
        NaN where a value that is needed is missing or contradicts itself.
    nothing : ndarray of bool
        There is nothing to be checked: no school in scope, or nobody counted on either side.
    note : ndarray of str
        What is wrong with the schools.
    yes, maybe : ndarray of bool
        Which schools are in scope, and which may be; empty for county figures.
    """

    evidence: Evidence
    check: Ratio
    top: np.ndarray
    bottom: np.ndarray
    nothing: np.ndarray
    note: np.ndarray
    yes: np.ndarray
    maybe: np.ndarray

    def exact(self, at: int) -> tuple[Fraction, Fraction]:
        """Both of one county-year exactly."""
        if not _is_of_schools(self.check):
            return _exact_figures(self.evidence, self.check, at)
        rows = np.flatnonzero(self.yes & (self.evidence.group == at))
        parts = [self.evidence.exact_sums(self.check, row) for row in rows]
        top, bottom = zip(*parts, strict=True)
        return sum(top), sum(bottom) if self.check.denominator else Fraction(1)


def judge_county(evidence: Evidence, item: Item, check: Ratio) -> JudgedCheck:
    """A ratio of sums over the schools in scope, or of county figures."""
    sums = _sum_schools(evidence, check) if _is_of_schools(check) else _sum_figures(evidence, check)
    bar = _bars(evidence, check)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sums.top / sums.bottom * float(check.per)
    value[sums.bottom == 0] = np.nan
    lacking = np.isnan(sums.top) | np.isnan(sums.bottom) | (sums.nothing & _is_of_schools(check))
    shares = evidence.figure_numbers(check.stated) if check.stated else np.full(len(bar), np.nan)
    stated = lacking & ~np.isnan(shares)
    value = np.where(stated, shares, value)

    def compare(at: int) -> bool:
        if stated[at]:
            exact = evidence.figures.number(*evidence.keys[at], check.stated)
        else:
            top, bottom = sums.exact(at)
            exact = top / bottom * Fraction(check.per)
        return passes(check, exact, _exact_bar(evidence, check, at))

    verdict = decide(check, value, bar, compare)
    verdict[np.isnan(value) & sums.nothing] = check.when_none
    note = sums.note.copy()
    for at in np.unique(evidence.group[sums.maybe]):
        if not stated[at]:
            verdict[at], note[at] = _settle(sums, at)
    numbers = [value, sums.top, sums.bottom, bar]
    return JudgedCheck(item, check, verdict, *numbers, stated, note=note)


def _is_of_schools(check: Ratio) -> bool:
    return all(name in load_columns() for name in check.asks)


def _scope(evidence: Evidence, check: Ratio) -> tuple[np.ndarray, np.ndarray]:
    """Which schools are in scope, and which may be; a closed school that says nothing is in none."""
    yes, maybe = holds(evidence.schools, evidence.standard, check.scope)
    top, bottom = evidence.sums(check)
    silent = (
        (evidence.pupils == 0) & (np.isnan(top) | (top == 0)) & (np.isnan(bottom) | (bottom == 0))
    )
    return yes & ~silent, maybe & ~silent


def _sum_schools(evidence: Evidence, check: Ratio) -> _Sums:
    yes, maybe = _scope(evidence, check)
    top, bottom = _filled(evidence, check)
    flawed = yes & np.isnan(top) & ~np.isnan(evidence.plain_top(check))
    count = len(evidence.keys)
    per_group = [np.add.reduceat(np.where(yes, n, 0.0), evidence.starts) for n in (top, bottom)]
    unsure = np.bincount(evidence.group[maybe], minlength=count) > 0
    wrong = np.bincount(evidence.group[flawed], minlength=count)
    tops, bottoms = (np.where(unsure, np.nan, sums) for sums in per_group)
    if not check.denominator:
        bottoms = np.where(np.isnan(bottoms), np.nan, 1.0)
    none = np.bincount(evidence.group[yes], minlength=count) == 0
    nothing = ~unsure & (none | ((tops == 0) & (bottoms == 0)))
    note = [f"有{n}所学校的数自相矛盾（部分大于整体，或为负数）" if n else "" for n in wrong]
    return _Sums(evidence, check, tops, bottoms, nothing, np.array(note, dtype=object), yes, maybe)


def _filled(evidence: Evidence, check: Ratio) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators of the schools; of nobody the part is nobody."""
    top, bottom = evidence.sums(check)
    empty = np.isnan(top) & (bottom == 0) & np.isnan(evidence.plain_top(check))
    return np.where(empty, 0.0, top), bottom


def _sum_figures(evidence: Evidence, check: Ratio) -> _Sums:
    def total(names: list[str]) -> np.ndarray:
        return sum((evidence.figure_numbers(n) for n in names), np.zeros(len(evidence.keys)))

    top = total(check.numerator) - total(check.subtract)
    bottom = np.ones(len(top))
    if check.denominator:
        bottom = total(check.denominator) - total(check.less)
    note = np.full(len(top), "", dtype=object)
    nobody = np.zeros(len(evidence.schools), dtype=bool)
    return _Sums(evidence, check, top, bottom, (top == 0) & (bottom == 0), note, nobody, nobody)


def _exact_figures(evidence: Evidence, check: Ratio, at: int) -> tuple[Fraction, Fraction]:
    def total(names: list[str]) -> Fraction:
        numbers = (evidence.figures.number(*evidence.keys[at], name) for name in names)
        return sum(numbers, Fraction(0))

    top = total(check.numerator) - total(check.subtract)
    if not check.denominator:
        return top, Fraction(1)
    return top, total(check.denominator) - total(check.less)


def _settle(sums: _Sums, at: int) -> tuple[str, str]:
    """Judge a county-year by counting every unsure school the worst and the best way."""
    evidence, check = sums.evidence, sums.check
    here = evidence.group == at
    yes, maybe = (np.flatnonzero(here & mask) for mask in (sums.yes, sums.maybe))
    told = f"有{len(maybe)}所学校因数据空缺，不知是否在范围内"
    bar, sign = _exact_bar(evidence, check, at), 1 if check.test == "at_least" else -1
    top, bottom = _filled(evidence, check)
    if check.test == "below" or np.isnan((top + bottom)[[*yes, *maybe]]).any():
        return CANNOT_TELL, told

    def spare(row: int) -> Fraction:
        own, whole = evidence.exact_sums(check, row)
        return sign * (own * Fraction(check.per) - bar * whole)

    sure = sum((spare(row) for row in yes), Fraction(0))
    others = [spare(row) for row in maybe]
    if sure + sum(min(0, other) for other in others) >= 0 and check.when_none == MET:
        return MET, told + "，计入与否都达到要求"
    if sure + sum(max(0, other) for other in others) < 0:
        return NOT_MET, told + "，计入与否都达不到要求"
    return CANNOT_TELL, told


def _bars(evidence: Evidence, check: Ratio) -> np.ndarray:
    if check.against:
        return sum(evidence.figure_numbers(name) for name in check.against)
    return np.full(len(evidence.keys), float(check.bar))


def _exact_bar(evidence: Evidence, check: Ratio, at: int) -> Fraction:
    if check.against:
        return sum(evidence.figures.number(*evidence.keys[at], name) for name in check.against)
    return Fraction(check.bar)
