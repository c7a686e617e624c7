"""Where a transitional relief applies: its condition holds, its year is on, and something was given."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    indicator: str
    columns: list[str]
    holds: np.ndarray


def apply_reliefs(
    sections: StageSections, standard: Standard, relief: bool | None
) -> tuple[AppliedRelief, ...]:
    """Find the sections of a stage to which each transitional relief applies (适用过渡期规定).

    Parameters
    ----------
    sections
        Of one stage. Columns used: zone, school_type, inner_city, pupils (人) and those that a relief adds.
    standard
        Its reliefs.
    relief
        True or False in every year, None in the years that the standard names.

    Returns
    -------
    tuple of AppliedRelief
        Those that hold for at least one section; nothing when `relief` is False.
    """
    if relief is False:
        return ()
    applied = [_apply(sections, standard, rule, always=bool(relief)) for rule in standard.relief]
    return tuple(found for found in applied if found.holds.any())


def _apply(
    sections: StageSections, standard: Standard, rule: Relief, always: bool
) -> AppliedRelief:
    columns = [name.format(stage=sections.stage) for name in rule.add]
    found, _ = conditions.holds(sections.schools, standard, rule.when)
    holds = found[sections.row]
    holds &= sum(sections.numbers(name) for name in columns) > 0
    if not always:
        year = sections.numbers("year")
        holds &= (year >= rule.years.first) & (year <= rule.years.last)
    return AppliedRelief(rule.indicator, columns, holds)
