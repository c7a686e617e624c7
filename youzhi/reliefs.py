"""Where a transitional relief applies, and where it may for want of data: condition, year, amount."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from youzhi import conditions
from youzhi.sections import StageSections
from youzhi.standards import Relief, Standard


@dataclass(frozen=True)
class AppliedRelief:
    """One relief and the sections of one stage that may use it (过渡期规定的适用).

    Attributes
    ----------
    indicator
        Id of the indicator that it helps.
    columns
        Columns of the school table that may be counted in addition.
    holds : ndarray of bool
        One per section.
    maybe : ndarray of bool
        Sections to which it may apply: its condition, or the amount to be added, cannot be told.
    """

    indicator: str
    columns: list[str]
    holds: np.ndarray
    maybe: np.ndarray

    @property
    def widest(self) -> AppliedRelief:
        """The same as if it applied wherever it may; a missing amount then makes the value missing."""
        return replace(self, holds=self.holds | self.maybe)


def apply_reliefs(
    sections: StageSections, standard: Standard, relief: bool | None
) -> tuple[AppliedRelief, ...]:
    """Find the sections of a stage to which each transitional relief applies (适用过渡期规定).

    Parameters
    ----------
    sections
        Of one stage. Columns used: those that a relief adds and those that its conditions name.
    standard
        Its reliefs.
    relief
        True or False in every year, None in the years that the standard names.

    Returns
    -------
    tuple of AppliedRelief
        Those that hold, or may hold, for at least one section; nothing when `relief` is False. Where neither an amount
        nor any part of the condition is known, nobody claims the relief.
    """
    if relief is False:
        return ()
    applied = [_apply(sections, standard, rule, always=bool(relief)) for rule in standard.relief]
    return tuple(found for found in applied if found.widest.holds.any())


def _apply(
    sections: StageSections, standard: Standard, rule: Relief, always: bool
) -> AppliedRelief:
    columns = [name.format(stage=sections.stage) for name in rule.add]
    asked = sections.schools, standard, rule.when
    sure, unsure = (found[sections.row] for found in conditions.holds(*asked))
    amount = sum(sections.numbers(name) for name in columns)
    given, missing = amount > 0, np.isnan(amount)
    holds = sure & given
    maybe = (sure & missing) | (unsure & given)
    if (unsure & missing).any():
        maybe |= unsure & missing & conditions.may_hold(*asked)[sections.row]
    if not always:
        year = sections.numbers("year")
        on = (year >= rule.years.first) & (year <= rule.years.last)
        holds, maybe = holds & on, maybe & on
    return AppliedRelief(rule.indicator, columns, holds, maybe)
