"""Branch and bound over the sites; every part that is left behind is recorded with the prices that rule it out."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import numpy as np

from youzhi.siting.multipliers import Prices, Relaxed
from youzhi.siting.selection import CLOSED, FREE, OPEN, Limits

_ROOT_STEPS, _ROOT_LENGTH = 800, 1.0
_NODE_STEPS, _NODE_LENGTH = 40, 0.3


class Model(Protocol):
    """What the search asks of a relaxation (模型接口)."""

    limits: Limits

    def start(self) -> Prices:
        """Prices to begin with."""

    def relax(self, status, prices: Prices, goal: float, steps: int, length: float) -> Relaxed:
        """A bound on all plans that agree with the status."""

    def settle(self, opened: np.ndarray) -> float:
        """Units of the best plan with just these sites open; infinite when there is none."""

    def polish(self, status: np.ndarray, relaxed: Relaxed) -> np.ndarray:
        """A good plan near the one of the relaxation."""

    def close(self, opened: np.ndarray) -> tuple[Prices, float]:
        """Prices and bound of a part in which just these sites are open and none is free."""


@dataclass
class Part:
    """One part of all choices of sites, as a proof needs it (证明的一部分).

    Attributes
    ----------
    prices : Prices
        They bound the part.
    closed, opened : list of int
        Sites settled by these prices: the other way would cost more than the goal.
    branch : int or None
        The site on which the part is divided; None where the bound ends it.
    parts : list of Part
        Where the site is open, and where it is closed.
    """

    prices: Prices
    closed: list[int] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    branch: int | None = None
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Found:
    """What the search found (搜索结果).

    Attributes
    ----------
    opened : ndarray of int or None
        The best plan; None when none was met.
    cost, bound : float
        Units; no plan costs less than the bound.
    proof : Part
        Shows the bound.
    nodes : int
        Parts looked at.
    """

    opened: np.ndarray | None
    cost: float
    bound: float
    proof: Part
    nodes: int


def first_status(places: int, kept: tuple[int, ...]) -> np.ndarray:
    """All sites free but the ones that have to stay open (初始状态)."""
    status = np.full(places, FREE, dtype=np.int8)
    status[list(kept)] = OPEN
    return status


class Search:
    """One run; `goal` says from which bound on a part holds nothing worth having (分支定界)."""

    def __init__(self, model: Model, goal: Callable[[float], float], ceiling: float):
        self.model, self.goal = model, goal
        self.opened: np.ndarray | None = None
        self.cost = ceiling
        # The least bound of parts that hold one plan only.
        self.lowest = np.inf
        self.waiting: list = []
        self.serial = count()

    def run(self, status: np.ndarray, nodes: int, prices: Prices | None = None) -> Found:
        """Look at no more than so many parts, from the prices on if there are any."""
        root, seen = Part(prices or self.model.start()), 1
        self._examine(root, status.copy(), root.prices, _ROOT_STEPS, _ROOT_LENGTH)
        while self.waiting and seen < nodes and self.waiting[0][0] < self.goal(self.cost):
            _, _, part, status, branch = heapq.heappop(self.waiting)
            part.branch = branch
            for state in (OPEN, CLOSED):
                child, divided = Part(part.prices), status.copy()
                divided[branch] = state
                part.parts.append(child)
                self._examine(child, divided, part.prices, _NODE_STEPS, _NODE_LENGTH)
                seen += 1
        bound = min([self.goal(self.cost), self.lowest, *(entry[0] for entry in self.waiting)])
        return Found(self.opened, self.cost, bound, root, seen)

    def offer(self, opened: np.ndarray) -> None:
        """Keep a plan if it is the best so far."""
        limits = self.model.limits
        if len(opened) > limits.sites:
            return
        if limits.has_budget and limits.spend[opened].sum() > limits.budget:
            return
        cost = self.model.settle(opened)
        if cost < self.cost:
            self.cost, self.opened = cost, np.sort(opened)

    def _examine(self, part: Part, status, prices: Prices, steps: int, length: float) -> None:
        """Bound a part, settle what the bound settles, and keep it for later if something is left."""
        limits = self.model.limits
        close_unaffordable(status, limits)
        if not within(status, limits):
            return
        if is_complete(status, limits):
            self._finish(part, status)
            return
        found = self.model.relax(status, prices, self.goal(self.cost), steps, length)
        part.prices = found.prices
        self.offer(found.selection.opened)
        if steps == _ROOT_STEPS:
            self.offer(self.model.polish(status, found))
        goal = self.goal(self.cost)
        if found.bound >= goal:
            return
        selection = found.selection
        free = status == FREE
        shut = free & (found.bound + selection.enter >= goal)
        must = free & (found.bound + selection.leave >= goal) & ~shut
        part.closed, part.opened = np.flatnonzero(shut).tolist(), np.flatnonzero(must).tolist()
        status[shut], status[must] = CLOSED, OPEN
        if is_complete(status, limits):
            child = Part(found.prices)
            part.parts.append(child)
            self._finish(child, status)
            return
        branch = _choose_branch(status, selection)
        entry = (found.bound, next(self.serial), part, status, branch)
        heapq.heappush(self.waiting, entry)

    def _finish(self, part: Part, status: np.ndarray) -> None:
        """A part in which everything is settled: take its plan, and prices that bound it."""
        if not within(status, self.model.limits):
            return
        opened = np.flatnonzero(status == OPEN)
        self.offer(opened)
        part.prices, bound = self.model.close(opened)
        self.lowest = min(self.lowest, bound)


def _choose_branch(status: np.ndarray, selection) -> int:
    """The free site that the relaxation wants most."""
    free = np.flatnonzero(status == FREE)
    wanted = selection.leave[free] - selection.enter[free]
    return int(free[int(wanted.argmax())])


def close_unaffordable(status: np.ndarray, limits: Limits) -> None:
    """Close what the rest of the budget does not pay for (买不起的场址不开)."""
    if limits.has_budget:
        left = limits.budget - limits.spend[status == OPEN].sum()
        status[(status == FREE) & (limits.spend > left)] = CLOSED


def within(status: np.ndarray, limits: Limits) -> bool:
    """Whether the open sites alone keep the limits (限制检查)."""
    must = status == OPEN
    affordable = not limits.has_budget or limits.spend[must].sum() <= limits.budget
    return bool(must.sum() <= limits.sites and affordable)


def is_complete(status: np.ndarray, limits: Limits) -> bool:
    """Whether no further site can be opened (是否已定)."""
    return bool((status == OPEN).sum() >= limits.sites or not (status == FREE).any())
