"""Checks over the county: ratios of sums over the schools in scope, or of county figures."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from youzhi.checks.evidence import Evidence, JudgedCheck, decide, passes
from youzhi.columns import load_columns, load_figures
from youzhi.conditions import holds
from youzhi.standards import Item, Ratio


def judge_county(evidence: Evidence, item: Item, check: Ratio) -> JudgedCheck:
    """A ratio of sums over the schools in scope, or of county figures."""
    total = _Totals(evidence, check)
    numerator = total.floats(check.numerator, check.subtract)
    ones = np.ones(len(evidence.keys))
    denominator = total.floats(check.denominator, check.less) if check.denominator else ones
    bar = _county_bars(evidence, check)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = numerator / denominator * float(check.per)
    value[denominator == 0] = np.nan
    shares = evidence.figure_numbers(check.stated) if check.stated else np.full(len(ones), np.nan)
    stated = np.isnan(value) & ~np.isnan(shares)
    value = np.where(stated, shares, value)

    def compare(at: int) -> bool:
        own = evidence.figures.number(*evidence.keys[at], check.stated) if stated[at] else None
        exact = total.exact_value(at) if own is None else own
        return passes(check, exact, _exact_county_bar(evidence, check, at))

    verdict = decide(check, value, bar, compare)
    nothing = (total.in_scope == 0) if total.has_columns else (numerator == 0) & (denominator == 0)
    verdict[np.isnan(value) & nothing & ~total.unknown] = check.when_none
    return JudgedCheck(item, check, verdict, value, numerator, denominator, bar, stated)


class _Totals:
    """Sums over the schools in scope of every county-year; a missing value leaves its sum missing."""

    def __init__(self, evidence: Evidence, check: Ratio):
        self.evidence, self.check = evidence, check
        self.yes, maybe = holds(evidence.schools, evidence.standard, check.scope)
        self.in_scope = np.bincount(evidence.group[self.yes], minlength=len(evidence.keys))
        self.has_columns = any(name in load_columns() for name in check.asks)
        self.unknown = np.bincount(evidence.group[maybe], minlength=len(evidence.keys)) > 0
        self.unknown &= self.has_columns

    def floats(self, names: list[str], less: list[str]) -> np.ndarray:
        total = sum(self._one(name) for name in names) - sum(self._one(name) for name in less)
        return np.where(self.unknown, np.nan, total)

    def _one(self, name: str) -> np.ndarray:
        if name in load_figures():
            return self.evidence.figure_numbers(name)
        numbers = self._counted(name)
        return np.add.reduceat(numbers, self.evidence.starts) if len(numbers) else numbers

    def _counted(self, name: str) -> np.ndarray:
        """Numbers of the schools in scope; a school without pupils that says nothing adds nothing."""
        numbers = self.evidence.numbers(name)
        silent = np.isnan(numbers) & (self.evidence.pupils == 0)
        return np.where(self.yes & ~silent, numbers, 0.0)

    def exact_value(self, at: int) -> Fraction:
        check = self.check
        numerator = self._exact(at, check.numerator) - self._exact(at, check.subtract)
        if not check.denominator:
            return numerator * Fraction(check.per)
        denominator = self._exact(at, check.denominator) - self._exact(at, check.less)
        return numerator / denominator * Fraction(check.per)

    def _exact(self, at: int, names: list[str]) -> Fraction:
        total, rows = Fraction(0), np.flatnonzero((self.evidence.group == at) & self.yes)
        for name in names:
            if name in load_figures():
                total += self.evidence.figures.number(*self.evidence.keys[at], name)
            else:
                counted = self._counted(name)
                total += sum(self.evidence.exact(row, name) for row in rows if counted[row])
        return total


def _county_bars(evidence: Evidence, check: Ratio) -> np.ndarray:
    if check.against:
        return sum(evidence.figure_numbers(name) for name in check.against)
    return np.full(len(evidence.keys), float(check.bar))


def _exact_county_bar(evidence: Evidence, check: Ratio, at: int) -> Fraction:
    if check.against:
        return sum(evidence.figures.number(*evidence.keys[at], name) for name in check.against)
    return Fraction(check.bar)
