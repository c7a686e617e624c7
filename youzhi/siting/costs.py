"""Costs as whole numbers: what lets a bound be computed without any rounding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from youzhi.errors import UsageError
from youzhi.siting.problem import Problem, decimal_places

# Sums of whole numbers below this are exact in a float, whatever the order they are added in.
_ROOM = 2**51
_FINEST = 2**10
# Shares of clients cost fractions of a unit, so that units are made smaller where there are seats.
_FINEST_ROUNDED = 2**40
# Products of two floats are low by less than this share after being lowered by it.
_LOWER = 1 - 2.0**-50
# So many times the rounding has to be the dearest plan, for the proof of an optimum to be possible at all.
_TOLD = 10**8


@dataclass(frozen=True, eq=False)
class Costs:
    """Costs of serving clients at sites, in whole units (整数化的成本).

    A client is a point and stage that somebody has to be served in. Costs that are decimals are kept exactly. Others
    are rounded down, so that what is a lower bound here is one of the true costs, too.

    Attributes
    ----------
    point, stage : ndarray of int
        Of every client. The stage is -1 where all stages of a point travel together.
    matrix : ndarray of float, clients × sites
        Whole numbers, for the client as a whole; infinite where it may not go.
    fixed : ndarray of float
        Whole numbers, of opening a site; all zero when fixed costs are not part of the objective.
    unserved : ndarray of float
        What it costs not to serve a client: its weight for a cover, more than any plan otherwise.
    scale : int
        Units per one of the objective.
    step : int
        Costs of whole assignments are multiples of this; 0 when costs were rounded.
    slack : int
        By how many units a plan may cost more than its rounded costs say; 0 when costs are exact.
    """

    point: np.ndarray
    stage: np.ndarray
    matrix: np.ndarray
    fixed: np.ndarray
    unserved: np.ndarray
    scale: int
    step: int
    slack: int

    @cached_property
    def capped(self) -> np.ndarray:
        """The matrix with the cost of not being served where a client may not go."""
        return np.minimum(self.matrix, self.unserved[:, None])


def make_costs(problem: Problem) -> Costs:
    """Turn weights and distances into whole costs per client and site (成本整数化)."""
    weight, stage, point = _clients(problem)
    reach = problem.reach[point, :, np.maximum(stage, 0)]
    finest = _FINEST if problem.capacity is None else _FINEST_ROUNDED
    if problem.cover:
        return _covering(point, stage, reach, weight, finest)
    distance = np.where(reach, problem.distance[point], 0.0)
    fixed = problem.fixed_cost if problem.spends_in_objective else np.zeros(problem.shape[1])
    places = [decimal_places(part) for part in (weight, distance, fixed)]
    with np.errstate(over="ignore"):
        total = float((weight * distance.max(axis=1)).sum() + fixed.sum())
    largest = total + 1
    # One client left out has to cost more than the whole of any plan.
    most = largest * (1 if reach.all() else len(weight) + 1)
    _refuse_large(most, "权重×距离（加造价）")
    if None not in places:
        ten = 10 ** max(places[0] + places[1], places[2])
        if most * ten < _ROOM:
            fine = _power_of_two(min(finest, _ROOM / (most * ten)))
            whole = np.rint(weight * 10.0 ** places[0])[:, None]
            rest = ten // 10 ** (places[0] + places[1])
            matrix = whole * np.rint(distance * 10.0 ** places[1]) * (rest * fine)
            units = np.rint(fixed * 10.0 ** places[2]) * (ten // 10 ** places[2] * fine)
            return _made(point, stage, reach, matrix, units, ten * fine, fine, 0)
    fine = _power_of_two(min(_FINEST_ROUNDED, _ROOM / most))
    matrix = np.floor(weight[:, None] * distance * _LOWER * fine)
    units = np.floor(fixed * _LOWER * fine)
    slack = sum(matrix.shape) + 16
    if (distance[weight > 0] > 0).any() or fixed.any():
        _refuse_small(total * fine, slack, "权重×距离（加造价）")
    return _made(point, stage, reach, matrix, units, fine, 0, slack)


def _clients(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weight, stage and point of every client."""
    weight, needed = problem.weight, problem.needed
    together = problem.capacity is None and (problem.reach == problem.reach[:, :, :1]).all()
    if together and decimal_places(weight) == 0:
        point = np.flatnonzero(needed.any(axis=1))
        return weight[point].sum(axis=1), np.full(len(point), -1), point
    stage, point = np.nonzero(needed.T)
    return weight[point, stage], stage, point


def _covering(point, stage, reach, weight, finest) -> Costs:
    """For a cover: nothing for whom a site reaches, the weight for whom none does."""
    places = decimal_places(weight)
    with np.errstate(over="ignore"):
        largest = float(weight.sum()) + 1
    _refuse_large(largest, "权重")
    if places is not None and largest * 10**places < _ROOM:
        fine = _power_of_two(min(finest, _ROOM / (largest * 10**places)))
        lost, scale, step, slack = np.rint(weight * 10.0**places) * fine, 10**places * fine, fine, 0
    else:
        scale, step, slack = _power_of_two(min(_FINEST_ROUNDED, _ROOM / largest)), 0, len(weight)
        lost = np.floor(weight * scale)
        if weight.any():
            _refuse_small(float(weight.sum()) * scale, slack, "权重")
    matrix = np.where(reach, 0.0, np.inf)
    return Costs(point, stage, matrix, np.zeros(reach.shape[1]), lost, scale, step, slack)


def _refuse_large(most: float, what: str) -> None:
    """Sums that do not fit into the whole numbers of a float."""
    if most > _ROOM:
        raise UsageError(
            f"数值太大：{what}合计可达{most:.2g}，超过{_ROOM:.2g}就不能精确相加。"
            "请换单位，例如米改公里、人改千人、元改万元。"
        )


def _refuse_small(units: float, slack: int, what: str) -> None:
    """Numbers that are so small that rounding them to units leaves nothing to be compared."""
    if units < slack * _TOLD:
        raise UsageError(
            f"数值太小：{what}合计太接近0，取整后分不出方案的优劣。请换单位，例如公里改米、万元改元。"
        )


def _made(point, stage, reach, matrix, fixed, scale, step, slack) -> Costs:
    """Costs with a price of not being served that no plan can reach."""
    highest = float(matrix.max(axis=1, initial=0).sum() + fixed.sum()) + max(step, 1)
    unserved = np.full(len(matrix), highest)
    matrix = np.where(reach, matrix, np.inf)
    return Costs(point, stage, matrix, fixed, unserved, scale, step, slack)


def _power_of_two(number: float) -> int:
    """The largest power of two that is not larger; 1 at least."""
    return 1 << max(0, int(np.floor(np.log2(number))))
