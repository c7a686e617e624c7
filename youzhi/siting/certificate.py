"""The proof, gone over again: every part of all choices is bounded anew, in whole numbers, from the recorded prices."""

from __future__ import annotations

import numpy as np

from youzhi.siting.costs import Costs
from youzhi.siting.multipliers import Prices
from youzhi.siting.search import Part
from youzhi.siting.seats import SeatTable
from youzhi.siting.selection import CLOSED, FREE, OPEN, PRICE, Limits

# Prices of money are multiples of PRICE, so everything is counted in units this much smaller.
_FINER = round(1 / PRICE)
_FITS = 2.0**62


def confirm_bound(
    proof: Part,
    status: np.ndarray,
    costs: Costs,
    limits: Limits,
    seats: SeatTable | None,
    bound: int,
    capped: bool,
) -> bool:
    """Go through the whole proof and say whether no plan can cost less than the bound (界的复核).

    Shares no code with the search: the bound of every part is summed up again in whole numbers. The parts together
    have to be all choices of sites: a part ends by its bound, by a limit that it breaks, or it is divided in two by
    one site.

    Parameters
    ----------
    proof
        The part that holds everything.
    status
        Which sites have to be open.
    costs, limits, seats
        The problem in whole numbers.
    bound
        What is claimed, in units.
    capped
        Whether a client may be left out at the cost of not being served.

    Returns
    -------
    bool
        True when every part was shown to cost at least the bound.
    """
    whole = _WholeProblem(costs, limits, seats, capped)
    waiting = [(proof, status.copy())]
    while waiting:
        part, state = waiting.pop()
        if whole.is_empty(state):
            continue
        whole.close_unaffordable(state)
        values, base = whole.values(part.prices, state)
        settled = _settle(part, state, values, base, limits, bound * _FINER)
        if settled is None:
            return False
        if part.branch is not None:
            if len(part.parts) != 2 or settled[part.branch] != FREE:
                return False
            for child, choice in zip(part.parts, (OPEN, CLOSED), strict=True):
                divided = settled.copy()
                divided[part.branch] = choice
                waiting.append((child, divided))
        elif part.parts:
            waiting += [(child, settled) for child in part.parts]
        elif _least(values, base, settled, limits) < bound * _FINER:
            return False
    return True


def _settle(part: Part, state, values, base, limits, goal) -> np.ndarray | None:
    """The state after the settled sites, if the other way is shown to reach the goal for each of them."""
    state = state.copy()
    for sites, other, choice in ((part.closed, OPEN, CLOSED), (part.opened, CLOSED, OPEN)):
        for site in sites:
            state[site] = other
            if _least(values, base, state, limits) < goal:
                return None
            state[site] = choice
    return state


def _least(values: list[int], base: int, state: np.ndarray, limits: Limits) -> int:
    """The cheapest choice of sites that agrees with the state."""
    must = np.flatnonzero(state == OPEN)
    low = sorted(values[site] for site in np.flatnonzero(state == FREE) if values[site] < 0)
    return base + sum(values[site] for site in must) + sum(low[: max(limits.sites - len(must), 0)])


class _WholeProblem:
    """Costs and seats as whole numbers of 64 bits."""

    def __init__(self, costs: Costs, limits: Limits, seats: SeatTable | None, capped: bool):
        self.limits, self.seats, self.capped = limits, seats, capped
        self.allowed = np.isfinite(costs.matrix)
        self.matrix = np.where(self.allowed, costs.matrix, 0).astype(np.int64)
        self.fixed = costs.fixed.astype(np.int64)
        self.unserved = costs.unserved.astype(np.int64)
        self.stage = np.maximum(costs.stage, 0)

    def is_empty(self, state: np.ndarray) -> bool:
        """Whether the open sites break a limit, so that no plan lies in this part."""
        must = np.flatnonzero(state == OPEN)
        if len(must) > self.limits.sites:
            return True
        spend = self.limits.spend
        return spend is not None and sum(int(spend[one]) for one in must) > self.limits.budget

    def close_unaffordable(self, state: np.ndarray) -> None:
        """Close every free site that the rest of the budget does not pay for."""
        if self.limits.spend is not None:
            spend = self.limits.spend.astype(np.int64)
            left = int(self.limits.budget) - int(spend[state == OPEN].sum())
            state[(state == FREE) & (spend > left)] = CLOSED

    def values(self, prices: Prices, state: np.ndarray) -> tuple[list[int], int]:
        """Value of every site at these prices and the sum that does not depend on sites, in finer units."""
        whole = self._whole_type(prices)
        pay = _as_whole(prices.clients, whole)
        if self.capped:
            pay = np.minimum(pay, self.unserved)
        gain = self.matrix - pay[:, None]
        rent = np.zeros(len(state), dtype=whole)
        if self.seats is not None:
            seat = _as_whole(prices.seats, whole)
            gain = gain + seat.T[self.stage] * self.seats.needed[:, None]
            rent = (seat * self.seats.given).sum(axis=1)
        gain = np.where(self.allowed, np.minimum(gain, 0), 0).sum(axis=0) + self.fixed - rent
        money = round(prices.money * _FINER)
        if money < 0:
            raise ValueError(prices)
        spend = self.limits.spend
        costs = [0] * len(state) if spend is None else [int(one) for one in spend]
        values = [int(g) * _FINER + money * c for g, c in zip(gain, costs, strict=True)]
        return values, int(pay.sum()) * _FINER - money * int(self.limits.budget)

    def _whole_type(self, prices: Prices) -> type:
        """Whole numbers of 64 bits where all sums fit, else those without limit."""
        largest = self.matrix.sum() + float(prices.clients.sum())
        if self.seats is not None:
            largest += prices.seats.sum() * float(self.seats.needed.sum() + self.seats.given.max())
        return np.int64 if largest < _FITS else object


def _as_whole(prices: np.ndarray, whole: type) -> np.ndarray:
    """Prices as whole numbers; they are none or negative only if something is wrong."""
    if not np.array_equal(prices, np.rint(prices)) or (prices < 0).any():
        raise ValueError(prices)
    if whole is np.int64:
        return prices.astype(np.int64)
    return np.array([int(one) for one in prices.ravel()], dtype=object).reshape(prices.shape)
