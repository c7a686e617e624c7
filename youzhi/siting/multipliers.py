"""Lower bounds without capacities: one price per client, moved along subgradients (拉格朗日松弛)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from youzhi.siting.costs import Costs
from youzhi.siting.median import improve, plan_cost
from youzhi.siting.selection import CLOSED, Limits, Selection, select_sites

_PATIENCE = 15
_SMALLEST_STEP = 0.002
_OVERSHOOT = 1.02


class Prices(NamedTuple):
    """Multipliers of a bound: what each client pays to be served, seats, and money (乘子).

    Attributes
    ----------
    clients : ndarray of float
        Units per client.
    seats : ndarray of float or None
        Units per seat, sites × stages; None without capacities.
    money : float
        Units per unit of the budget.
    """

    clients: np.ndarray
    seats: np.ndarray | None
    money: float


class Relaxed(NamedTuple):
    """A bound and where it comes from (松弛结果)."""

    bound: float
    prices: Prices
    selection: Selection


class MedianModel:
    """The relaxation of a problem without capacities (无容量模型)."""

    def __init__(self, costs: Costs, limits: Limits):
        self.costs, self.limits = costs, limits

    def start(self) -> Prices:
        """Prices to begin with: what the second cheapest site costs."""
        capped = self.costs.capped
        second = np.partition(capped, min(1, capped.shape[1] - 1), axis=1)
        return Prices(second[:, min(1, capped.shape[1] - 1)].copy(), None, 0.0)

    def relax(self, status, prices: Prices, goal: float, steps: int, length: float) -> Relaxed:
        """Raise the bound over the sites that are not closed until it reaches the goal or stops rising."""
        columns = np.flatnonzero(status != CLOSED)
        matrix = np.ascontiguousarray(self.costs.capped[:, columns])
        space = np.empty_like(matrix)
        here = prices.clients
        best, stalled = None, 0
        for _ in range(steps):
            found, crowd = self._bound(matrix, columns, status, here, space)
            if best is None or found.bound > best.bound:
                best, stalled = found, 0
            else:
                stalled += 1
                if stalled >= _PATIENCE:
                    length, stalled, here = length / 2, 0, best.prices.clients
            slope = 1 - crowd
            steepness = float((slope * slope).sum())
            if best.bound >= goal or length < _SMALLEST_STEP or not steepness:
                break
            step = length * (_OVERSHOOT * goal - found.bound) / steepness
            here = np.clip(np.rint(here + step * slope), 0.0, self.costs.unserved)
        return best

    def _bound(self, matrix, columns, status, prices, space) -> tuple[Relaxed, np.ndarray]:
        """The bound at these prices, and in how many open sites each client would be served."""
        np.subtract(matrix, prices[:, None], out=space)
        np.minimum(space, 0.0, out=space)
        values = np.full(len(status), np.inf)
        values[columns] = space.sum(axis=0) + self.costs.fixed[columns]
        selection = select_sites(values, status, self.limits)
        opened = np.searchsorted(columns, selection.opened)
        crowd = (space[:, opened] < 0).sum(axis=1)
        bound = float(prices.sum()) + selection.total
        return Relaxed(bound, Prices(prices, None, selection.price), selection), crowd

    def settle(self, opened: np.ndarray) -> float:
        """What the best plan with just these sites costs, in units."""
        return plan_cost(self.costs, opened)

    def close(self, opened: np.ndarray) -> tuple[Prices, float]:
        """Prices that show what a plan costs at least when no site is free any more, and that cost."""
        nearest = self.costs.capped[:, opened].min(axis=1) if len(opened) else self.costs.unserved
        return Prices(nearest, None, 0.0), self.settle(opened)

    def polish(self, status: np.ndarray, relaxed: Relaxed) -> np.ndarray:
        """A plan that no single move improves, from the one of the relaxation on."""
        return improve(self.costs, self.limits, status, relaxed.selection.opened)
