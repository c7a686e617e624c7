"""What checks are held against, what they give, and the steps that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from youzhi.campuses import one_row_per_unit
from youzhi.columns import load_columns, load_figures
from youzhi.conditions import compulsory_pupils, holds, lacking_words, stage_numbers
from youzhi.county_items import CountyItems
from youzhi.standards import BarRelief, Check, Item, Ratio, Rooms, Standard
from youzhi.tables import SchoolTable
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

_NEAR = 1e-9


@dataclass(frozen=True)
class Evidence:
    """What checks are held against: schools, and county figures where there are any (评估依据).

    Attributes
    ----------
    schools
        As they are counted, sorted by county and year.
    figures
        County figures, or None.
    standard
        Which stages a school of a type has.
    """

    schools: SchoolTable
    figures: CountyItems | None
    standard: Standard

    @cached_property
    def keys(self) -> list[tuple[str, int]]:
        """County and year of every group of schools, in order."""
        frame = self.schools.frame[["county", "year"]].drop_duplicates()
        return [(county, int(year)) for county, year in frame.itertuples(index=False)]

    @cached_property
    def group(self) -> np.ndarray:
        """Number of the county-year of every school."""
        frame = self.schools.frame
        return frame.groupby(["county", "year"], sort=False).ngroup().to_numpy()

    @cached_property
    def starts(self) -> np.ndarray:
        """First school of every county-year."""
        return np.flatnonzero(np.diff(self.group, prepend=-1))

    @cached_property
    def whole(self) -> Evidence:
        """The same with campuses added up into their schools; the very same where there are none."""
        merged = one_row_per_unit(self.schools, self.standard, "school")
        return self if merged is self.schools else Evidence(merged, self.figures, self.standard)

    @cached_property
    def pupils(self) -> np.ndarray:
        """Pupils of every school in the compulsory stages (人)."""
        return compulsory_pupils(self.schools, self.standard)

    def kinds(self, at: int) -> str:
        """Chinese words for the kinds of data of the schools of one county-year, joined by 、."""
        words = load_columns()["data_kind"].choices
        found = self.schools.texts("data_kind")[self.group == at]
        return "、".join(sorted({words.get(kind, "未注明") for kind in found}))

    def figure(self, at: int, name: str):
        """One county figure of one county-year as it was given; None when missing."""
        return self.figures.value(*self.keys[at], name) if self.figures else None

    def figure_numbers(self, name: str) -> np.ndarray:
        """One county figure as float, one per county-year; missing is NaN."""
        values = [self.figure(at, name) for at in range(len(self.keys))]
        return np.array([np.nan if v is None or isinstance(v, str) else float(v) for v in values])

    @cached_property
    def _asked(self) -> dict[str, np.ndarray]:
        """Columns that were asked for, so that each is brought together once."""
        return {}

    def numbers(self, name: str) -> np.ndarray:
        """One column, or one county figure of its county, as float, one per school; missing is NaN."""
        if name not in self._asked:
            if name in load_figures():
                self._asked[name] = self.figure_numbers(name)[self.group]
            else:
                self._asked[name] = stage_numbers(self.schools, self.standard, name)
        return self._asked[name]

    def exact(self, row: int, name: str) -> Fraction:
        """The same number exactly."""
        if name in load_figures():
            return self.figures.number(*self.keys[self.group[row]], name)
        if np.isnan(self.schools.numbers(name)[row]):
            return Fraction(0)  # a stage that the school does not have
        return self.schools.exact_number(row, name)

    def sums(self, check: Ratio, stage: str = "") -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator of every school; missing, or contradicting itself, is NaN."""
        top = self.plain_top(check, stage)
        bottom = np.ones(len(top))
        if check.denominator:
            bottom = self._total(check.denominator, stage) - self._total(check.less, stage)
        flawed = (top < 0) | (bottom < 0) | (check.is_part & (top > bottom))
        return np.where(flawed, np.nan, top), bottom

    def plain_top(self, check: Ratio, stage: str = "") -> np.ndarray:
        """Numerator of every school as it was reported, contradictions too."""
        return self._total(check.numerator, stage) - self._total(check.subtract, stage)

    def exact_sums(self, check: Ratio, row: int, stage: str = "") -> tuple[Fraction, Fraction]:
        """The same of one school exactly."""

        def total(names: list[str]) -> Fraction:
            return sum((self.exact(row, name.format(stage=stage)) for name in names), Fraction(0))

        top = total(check.numerator) - total(check.subtract)
        if not check.denominator:
            return top, Fraction(1)
        return top, total(check.denominator) - total(check.less)

    def _total(self, names: list[str], stage: str) -> np.ndarray:
        columns = [self.numbers(name.format(stage=stage)) for name in names]
        return sum(columns, np.zeros(len(self.schools)))


@dataclass(frozen=True)
class Places:
    """The schools, sections or subjects that one check looked at (检查到的学校、校段或学科).

    Attributes
    ----------
    group, row : ndarray of int
        County-year and school of every place; row is -1 for a subject.
    part : ndarray of str
        Stage or subject; empty for a whole school.
    verdict : ndarray of str
        "met", "not_met" or "cannot_tell".
    value, numerator, denominator, bar : ndarray of float
        In the units of the check; NaN when missing.
    amount : ndarray of float
        Least whole repair in the check's gap unit; NaN where it is not defined.
    printed : ndarray of str
        What was found, for readers, where it is more than a number.
    """

    group: np.ndarray
    row: np.ndarray
    part: np.ndarray
    verdict: np.ndarray
    value: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    bar: np.ndarray
    amount: np.ndarray
    printed: np.ndarray

    def __len__(self) -> int:
        return len(self.group)

    def select(self, kept: np.ndarray) -> Places:
        """Return some of the places only, one bool each."""
        return Places(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    def count(self, groups: int, verdict: str | None = None) -> np.ndarray:
        """How many places of each county-year have that verdict, or are there at all."""
        kept = self.group if verdict is None else self.group[self.verdict == verdict]
        return np.bincount(kept, minlength=groups)


@dataclass(frozen=True)
class JudgedCheck:
    """One check of one item, judged for every county-year (检查结果).

    Attributes
    ----------
    item, check
        What was checked.
    verdict : ndarray of str
        One per county-year.
    value, numerator, denominator, bar : ndarray of float
        One per county-year, where the check is over the county; else NaN.
    stated : ndarray of bool
        Whether the value is a stated share, because the counts are missing.
    places
        Schools, sections or subjects; None for a check over the county or a finding.
    relieved : ndarray of bool
        Whether a transitional relief was used for any place.
    note : ndarray of str
        Why the verdict is what it is, where the numbers alone do not say it.
    evidence
        What it was held against, where that is not what all checks are held against.
    """

    item: Item
    check: Check
    verdict: np.ndarray
    value: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    bar: np.ndarray
    stated: np.ndarray
    places: Places | None = None
    relieved: np.ndarray | None = None
    note: np.ndarray | None = None
    evidence: Evidence | None = None


def passes(check: Ratio, value: Fraction, bar: Fraction) -> bool:
    """Tell whether an exact value holds against an exact bar."""
    if check.test == "at_least":
        return value >= bar
    return value <= bar if check.test == "at_most" else value < bar


def decide(
    check: Ratio, value: np.ndarray, bar: np.ndarray, compare: Callable[[int], bool]
) -> np.ndarray:
    """Verdicts of values against bars; next to a bar the exact numbers decide."""
    tests = {"at_least": np.greater_equal, "at_most": np.less_equal, "below": np.less}
    passed = tests[check.test](value, bar)
    near = np.abs(value - bar) <= _NEAR * np.maximum(np.abs(bar), 1)
    for at in np.flatnonzero(near):
        passed[at] = compare(at)
    missing = np.isnan(value) | np.isnan(bar)
    return np.where(missing, CANNOT_TELL, np.where(passed, MET, NOT_MET)).astype(object)


def from_places(
    evidence: Evidence, item: Item, check: Ratio | Rooms, places: Places, relieved: np.ndarray
) -> JudgedCheck:
    """One verdict per county-year from its places."""
    groups = len(evidence.keys)
    failing, unknown = places.count(groups, NOT_MET), places.count(groups, CANNOT_TELL)
    verdict = np.where(failing > 0, NOT_MET, np.where(unknown > 0, CANNOT_TELL, MET)).astype(object)
    verdict[places.count(groups) == 0] = check.when_none
    none, stated = np.full(groups, np.nan), np.zeros(groups, dtype=bool)
    return JudgedCheck(item, check, verdict, none, none, none, none, stated, places, relieved)


def is_taught(evidence: Evidence, stage: str) -> np.ndarray:
    """Which schools may have pupils of a stage, or any at all; a closed school is nobody's concern."""
    if not stage:
        return evidence.pupils != 0
    kinds = evidence.standard.counting.stages[stage]
    has_stage = pd.Series(evidence.schools.texts("school_type")).isin(kinds).to_numpy()
    return has_stage & (evidence.schools.numbers(f"pupils_{stage}") != 0)


def relief_holds(
    evidence: Evidence, rule: BarRelief, relief: bool | None
) -> tuple[np.ndarray, np.ndarray]:
    """Where a relief certainly applies, and where it may for want of data."""
    yes, maybe = holds(evidence.schools, evidence.standard, rule.when)
    if relief is None:
        year = evidence.schools.frame["year"].to_numpy()
        on = (year >= rule.years.first) & (year <= rule.years.last)
        return yes & on, maybe & on
    return yes & relief, maybe & relief


def unsure_words(evidence: Evidence, check: Ratio | Rooms, relief, row: int) -> str:
    """Which data are missing to tell whether a relief applies to one school, for readers."""
    words: dict[str, None] = {}
    for rule in check.relief:
        if relief_holds(evidence, rule, relief)[1][row]:
            told = lacking_words(evidence.schools, evidence.standard, rule.when)[row]
            words |= dict.fromkeys(told.split("、"))
    return f"（缺{'、'.join(words)}，过渡期放宽是否适用无法判定）"
