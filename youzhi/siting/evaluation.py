"""A plan looked at as if nobody had computed it: cost and feasibility from the raw input, in exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from youzhi.exact import as_fraction


class Route(NamedTuple):
    """Part of a point's pupils that goes to one site (分配).

    Attributes
    ----------
    point, stage, site : int
        Positions in the input, from 0.
    share : Fraction
        Of the pupils of this point and stage, greater than 0, at most 1.
    """

    point: int
    stage: int
    site: int
    share: Fraction


class Question(NamedTuple):
    """The arguments of choose_sites, as they were given (原始输入)."""

    weight: object
    distance: object
    sites: int | None
    capacity: object
    demand: object
    fixed_cost: object
    existing: Sequence[int]
    closable: bool
    max_distance: object
    budget: object
    single_source: bool
    objective: str


def evaluate_plan(
    question: Question, opened: Sequence[int], routes: Sequence[Route]
) -> tuple[Fraction, list[str]]:
    """Compute what a plan costs and which limits it breaks (方案独立复算).

    Parameters
    ----------
    question
        The raw input.
    opened
        Sites that are open.
    routes
        Who goes where.

    Returns
    -------
    objective : Fraction
        Exact: weight times distance, with fixed costs where they belong to it; the weight covered for a cover.
    broken : list of str
        One sentence per limit that is broken; empty for a plan that can be carried out.
    """
    weight, distance = _columns(question.weight), np.asarray(question.distance, dtype=object)
    opened = set(opened)
    broken = _broken_choice(question, opened) + _broken_routes(question, weight, opened, routes)
    if question.capacity is not None:
        broken += _broken_seats(question, weight, routes)
    total = Fraction(0)
    for route in routes:
        pupils = as_fraction(weight[route.point][route.stage]) * route.share
        if question.objective == "cover":
            total += pupils
        elif pupils:
            total += pupils * as_fraction(distance[route.point][route.site])
    if question.fixed_cost is not None and question.budget is None:
        total += _spent(question, opened)
    return total, broken


def _columns(values) -> np.ndarray:
    """Rows × stages, with every number as it was given."""
    array = np.asarray(values, dtype=object)
    return array[:, None] if array.ndim == 1 else array


def _spent(question: Question, opened: set[int]) -> Fraction:
    """Fixed costs of the open sites."""
    fixed = _columns(question.fixed_cost)
    return sum((as_fraction(fixed[site][0]) for site in opened), Fraction(0))


def _broken_choice(question: Question, opened: set[int]) -> list[str]:
    """Number of sites, budget, schools that have to stay."""
    broken = []
    if question.sites is not None and len(opened) > question.sites:
        broken.append(f"开了{len(opened)}所，最多{question.sites}所")
    if question.budget is not None and _spent(question, opened) > as_fraction(question.budget):
        broken.append("造价超出预算")
    lost = set() if question.closable else set(map(int, question.existing)) - opened
    return broken + [f"现有学校{site}被关闭" for site in sorted(lost)]


def _broken_routes(question: Question, weight, opened: set[int], routes) -> list[str]:
    """Open sites only, nobody too far, everybody served once and as a whole where that is asked for."""
    broken, served, ways = [], {}, {}
    distance = np.asarray(question.distance, dtype=object)
    demand = weight if question.demand is None else _columns(question.demand)
    for route in routes:
        if route.site not in opened:
            broken.append(f"需求点{route.point}被分到没有开设的场址{route.site}")
        far = distance[route.point][route.site]
        if not far <= _limit(question.max_distance, route.stage):
            broken.append(f"需求点{route.point}到场址{route.site}的距离{far}超限")
        key = route.point, route.stage
        served[key] = served.get(key, Fraction(0)) + route.share
        ways[key] = ways.get(key, 0) + 1
        if route.share <= 0:
            broken.append(f"需求点{route.point}的份额不是正数")
    for point in range(len(weight)):
        for stage in range(weight.shape[1]):
            share = served.get((point, stage), Fraction(0))
            needed = weight[point][stage] > 0 or (
                question.capacity is not None and demand[point][stage] > 0
            )
            if share > 1 or (needed and share < 1 and question.objective != "cover"):
                broken.append(f"需求点{point}（学段{stage}）只分配了{share}")
            if question.single_source and ways.get((point, stage), 0) > 1:
                broken.append(f"需求点{point}（学段{stage}）被拆分")
    return broken


def _limit(max_distance, stage: int):
    """The farthest way of a stage, less than infinite."""
    if max_distance is None:
        return np.finfo(float).max
    limits = np.atleast_1d(np.asarray(max_distance, dtype=object))
    return min(limits[stage if len(limits) > 1 else 0], np.finfo(float).max)


def _broken_seats(question: Question, weight, routes) -> list[str]:
    """Seats of every site and stage."""
    demand = weight if question.demand is None else _columns(question.demand)
    capacity, used = _columns(question.capacity), {}
    for route in routes:
        taken = as_fraction(demand[route.point][route.stage]) * route.share
        key = route.site, route.stage
        used[key] = used.get(key, Fraction(0)) + taken
    return [
        f"场址{site}（学段{stage}）分到{float(taken):g}，容量{capacity[site][stage]}"
        for (site, stage), taken in sorted(used.items())
        if taken > as_fraction(capacity[site][stage])
    ]
