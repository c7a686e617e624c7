"""How many pupils there are in each stage and year, and how the schools share a change of it, in whole pupils (入学变化)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from numbers import Integral, Real

import numpy as np

from youzhi.exact import round_half_up
from youzhi.scenarios.models import Scenario
from youzhi.scenarios.parts import STAGES
from youzhi.scenarios.working import Working

Fault = tuple[str, str, str, str]


def spread_pupils(total: int, weights: np.ndarray) -> np.ndarray:
    """Divide whole pupils in proportion to weights by largest remainder (最大余数法).

    Parameters
    ----------
    total
        Pupils to divide (人).
    weights
        Whole numbers, zero or more, not all zero; equal remainders are served in their order.

    Returns
    -------
    ndarray of int
        Adds up to the total.

    Examples
    --------
    >>> spread_pupils(10, np.array([1, 1, 1])).tolist()
    [4, 3, 3]
    """
    whole = weights.astype(np.int64)
    shares, remainders = np.divmod(whole * int(total), whole.sum())
    left = int(total) - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:left]] += 1
    return shares


def plan_totals(
    working: Working,
    scenario: Scenario,
    until: int,
    given: Mapping[tuple[int, str], int] | None,
) -> tuple[dict[tuple[int, str], int], list[Fault]]:
    """Say how many pupils each stage has in each year after the base year, as far as it changes.

    Parameters
    ----------
    working
        The schools in the base year.
    scenario
        Its enrolment.
    until
        Last year that is asked for.
    given
        (year, stage) to whole pupils; goes before what the scenario says.

    Returns
    -------
    dict
        (year, stage) to pupils; a stage and year that is not in it stays as it is.
    list of tuple
        Faults: key, found, allowed, advice.
    """
    years, plan = range(scenario.base_year + 1, until + 1), scenario.enrolment
    totals, faults = {}, []
    if plan.mode == "stated":
        totals, faults = _stated_totals(working, scenario, years)
    for key, pupils in (given or {}).items():
        if not _is_total(key, pupils):
            allowed = f"（整数年份，学段 {'、'.join(STAGES)}）与不小于0的整数人数"
            faults.append(("stage_totals", f"{key!r}：{pupils}", allowed, "核对入学预测"))
        elif key[0] in years:
            totals[key] = int(pupils)
    if plan.mode == "outlook":
        lacking = [
            f"{year} {stage}" for year in years for stage in STAGES if (year, stage) not in totals
        ]
        if lacking:
            found, advice = (
                f"缺 {'、'.join(lacking)}",
                "先做入学预测，把各年各学段总数作为 stage_totals 传入",
            )
            faults.append(("enrolment", found, "mode 为 outlook 时各年各学段都有总数", advice))
    return totals, faults


def _is_total(key, pupils) -> bool:
    """Whether it is a year with a stage, and a whole number of pupils."""
    if not isinstance(key, tuple) or len(key) != 2 or not isinstance(key[0], Integral):
        return False
    return key[1] in STAGES and isinstance(pupils, Real) and pupils >= 0 and pupils % 1 == 0


def _stated_totals(working: Working, scenario: Scenario, years: range):
    """Straight lines from the table's own totals through the stated ones; constant after the last."""
    totals, faults, plan = {}, [], scenario.enrolment.stated
    start = {}
    for stage in STAGES:
        start[stage], lacking = count_pupils(working, stage)
        if lacking and any(entry.stage in ("", stage) for entry in plan):
            faults.append(_lacking(stage, lacking))
    if faults:
        return totals, faults
    if not plan[0].stage:
        points = {scenario.base_year: sum(start.values())} | {e.year: e.pupils for e in plan}
        weights = np.array([start[stage] for stage in STAGES])
        if not weights.sum():
            found, allowed = "基准年没有在校生", "有在校生的基准年"
            return totals, [("enrolment", found, allowed, "换一个基准年")]
        for year in years:
            shares = spread_pupils(_on_line(points, year), weights)
            totals |= {(year, stage): int(n) for stage, n in zip(STAGES, shares, strict=True)}
        return totals, faults
    for stage in {entry.stage for entry in plan}:
        own = {entry.year: entry.pupils for entry in plan if entry.stage == stage}
        points = {scenario.base_year: start[stage]} | own
        totals |= {(year, stage): _on_line(points, year) for year in years}
    return totals, faults


def _on_line(points: dict[int, int], year: int) -> int:
    """Whole pupils on the straight line between the neighbours of a year, halves up."""
    before = max(known for known in points if known <= year)
    after = min((known for known in points if known >= year), default=before)
    if after == before:
        return points[before]
    part = Fraction(year - before, after - before)
    return int(round_half_up(points[before] + part * (points[after] - points[before]), 0))


def count_pupils(working: Working, stage: str) -> tuple[int, list[str]]:
    """Count the pupils of a stage, and list the schools that have the stage and do not say how many (学段总数)."""
    pupils = working.column(f"pupils_{stage}")
    unknown = [code for code, n in zip(working.ids, pupils, strict=True) if np.isnan(n)]
    lacking = [code for code in unknown if not working.lacks(code, f"pupils_{stage}")]
    return int(np.nansum(pupils)), lacking


def enter_pupils(working: Working, totals: Mapping[str, int]) -> list[Fault]:
    """Bring the pupils of each stage to a total; every school keeps its share, and so do migrants and zones.

    Parameters
    ----------
    working
        The schools, changed in place.
    totals
        Stage to pupils (人).

    Returns
    -------
    list of tuple
        Faults: key, found, allowed, advice.
    """
    faults, before = [], _compulsory(working)
    migrants = working.column("migrant_pupils")
    for stage, total in totals.items():
        now, lacking = count_pupils(working, stage)
        if lacking:
            faults.append(_lacking(stage, lacking))
        elif now == 0 and total:
            allowed = "没有学校有在校生的学段只能是0人"
            faults.append(("enrolment", f"{stage} {total}人", allowed, "先新建学校，或改正总数"))
        elif now != total:
            _scale_stage(working, stage, total)
    if faults:
        return faults
    after = _compulsory(working)
    changed = ((before != after) & ~np.isnan(after)).any(axis=0)
    old, new = before.sum(axis=0), after.sum(axis=0)
    known = ~np.isnan(new)
    _scale(working, "migrant_pupils", *(np.where(known, n, 0).astype(np.int64) for n in (old, new)))
    working.forget(changed & ~known & (migrants > 0), ["migrant_pupils"])
    return faults


def _scale_stage(working: Working, stage: str, total: int) -> None:
    pupils = working.column(f"pupils_{stage}")
    known = ~np.isnan(pupils)
    before = np.where(known, pupils, 0).astype(np.int64)
    after = spread_pupils(total, before)
    pupils[known] = after[known]
    _scale(working, f"in_zone_pupils_{stage}", before, after)


def _scale(working: Working, name: str, before: np.ndarray, after: np.ndarray) -> None:
    """Keep a part in proportion to its whole, in whole pupils, halves up."""
    part = working.column(name)
    moved = ~np.isnan(part) & (before > 0) & (before != after)
    whole, old, new = part[moved].astype(np.int64), before[moved], after[moved]
    part[moved] = (2 * whole * new + old) // (2 * old)


def _compulsory(working: Working) -> np.ndarray:
    """Pupils of every school, one row per stage: zero in a stage that its type lacks, NaN where they are not known."""
    pupils = np.array([working.column(f"pupils_{stage}") for stage in STAGES])
    for row, at in np.argwhere(np.isnan(pupils)):
        if working.lacks(working.ids[at], f"pupils_{STAGES[row]}"):
            pupils[row, at] = 0
    return pupils


def _lacking(stage: str, schools: list[str]) -> Fault:
    found = f"{'、'.join(schools)} 缺 pupils_{stage}"
    return "enrolment", found, "每所有这个学段的学校都有在校生数", "补上在校生数，或不改变入学人数"
