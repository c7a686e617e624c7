"""Good plans without capacities: a greedy start, then the best of all openings, closings and exchanges in turn."""

from __future__ import annotations

import numpy as np

from youzhi.siting.costs import Costs
from youzhi.siting.selection import FREE, OPEN, Limits

_MOST_MOVES = 10_000


def plan_cost(costs: Costs, opened: np.ndarray) -> float:
    """Units of a plan in which everybody goes to the cheapest open site (方案成本)."""
    nearest = costs.unserved if len(opened) == 0 else costs.capped[:, opened].min(axis=1)
    return float(nearest.sum() + costs.fixed[opened].sum())


def start_greedily(costs: Costs, limits: Limits, status: np.ndarray) -> np.ndarray:
    """Open the site that saves most, again and again, while it saves anything (贪心起步)."""
    opened = list(np.flatnonzero(status == OPEN))
    nearest = costs.capped[:, opened].min(axis=1) if opened else costs.unserved.copy()
    while len(opened) < limits.sites:
        change = np.minimum(costs.capped, nearest[:, None]).sum(axis=0) - nearest.sum()
        change += costs.fixed
        change[(status != FREE) | ~_affordable(limits, opened)] = np.inf
        change[opened] = np.inf
        best = int(change.argmin())
        if not change[best] < 0:
            break
        opened.append(best)
        np.minimum(nearest, costs.capped[:, best], out=nearest)
    return np.array(sorted(opened), dtype=int)


def _affordable(limits: Limits, opened: list[int]) -> np.ndarray | bool:
    """Which sites the rest of the budget pays for."""
    if not limits.has_budget:
        return np.True_
    return limits.spend <= limits.budget - limits.spend[opened].sum()


def improve(costs: Costs, limits: Limits, status: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """Make the best single move (open, close or exchange) until none helps (逐步改进).

    Ties go to the move that comes first, so that the result is the same on every run.
    """
    opened = list(opened)
    for _ in range(_MOST_MOVES):
        move = _best_move(costs, limits, status, opened)
        if move is None:
            break
        closed, added = move
        opened = [one for one in opened if one != closed]
        opened += [] if added is None else [added]
    return np.array(sorted(opened), dtype=int)


def _best_move(costs, limits, status, opened) -> tuple[int | None, int | None] | None:
    """The move that saves most: which site to close, which to open; None when none saves."""
    opened = sorted(opened)
    if not opened:
        return None
    first, second, at = _two_nearest(costs, opened)
    with_new = np.minimum(costs.capped, first[:, None])
    without_old = np.minimum(costs.capped, second[:, None])
    without_old -= with_new
    serves = np.zeros((len(opened), len(first)))
    serves[at, np.arange(len(first))] = 1
    gain = with_new.sum(axis=0) - first.sum() + costs.fixed
    loss = serves @ (second - first) - costs.fixed[opened]
    swap = gain + serves @ without_old - costs.fixed[opened][:, None]
    allowed = status == FREE
    allowed[opened] = False
    fixed_open = status[opened] == OPEN
    swap[:, ~allowed] = np.inf
    swap[fixed_open] = np.inf
    gain[~allowed] = np.inf
    loss[fixed_open] = np.inf
    if len(opened) >= limits.sites:
        gain[:] = np.inf
    if limits.has_budget:
        left = limits.budget - limits.spend[opened].sum()
        gain[limits.spend > left] = np.inf
        swap[limits.spend - limits.spend[opened][:, None] > left] = np.inf
    out, into = np.unravel_index(int(swap.argmin()), swap.shape)
    choices = [
        (swap[out, into], (opened[out], int(into))),
        (gain.min(), (None, int(gain.argmin()))),
        (loss.min(), (opened[int(loss.argmin())], None)),
    ]
    saved, move = min(choices, key=lambda choice: choice[0])
    return move if saved < 0 else None


def _two_nearest(costs: Costs, opened: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cost of the cheapest and the next open site of every client, and which is the cheapest."""
    near = costs.capped[:, opened]
    at = near.argmin(axis=1)
    rows = np.arange(len(near))
    first = near[rows, at].copy()
    near[rows, at] = np.inf
    second = np.minimum(near.min(axis=1), costs.unserved)
    return first, second, at
