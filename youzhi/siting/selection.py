"""Which sites a relaxation opens: the cheapest by their values, under the number of sites and the budget."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from youzhi.errors import UsageError
from youzhi.siting.problem import Problem, decimal_places

OPEN, FREE, CLOSED = 1, -1, 0
# A price of money is a multiple of this, so that certificates hold it exactly.
PRICE = 2.0**-16
_HALVINGS = 60
# Sums of whole numbers below this are exact in a float.
_ROOM = 2**53


@dataclass(frozen=True, eq=False)
class Limits:
    """How many sites may be open, and what they may cost (开设限制).

    Attributes
    ----------
    sites : int
        At most.
    spend : ndarray of float or None
        Whole numbers, what each site costs of the budget; None without a budget, or with one that pays for all sites.
    budget : float
        Whole number in the same unit.
    """

    sites: int
    spend: np.ndarray | None
    budget: float

    @cached_property
    def has_budget(self) -> bool:
        """Whether money is a limit."""
        return self.spend is not None


def make_limits(problem: Problem) -> Limits:
    """The limits of a problem in whole numbers (限制整数化)."""
    if problem.budget is None:
        return Limits(problem.sites, None, 0.0)
    ten = 10 ** decimal_places(problem.fixed_cost)
    spend = np.rint(problem.fixed_cost * ten)
    if spend.sum() > _ROOM:
        raise UsageError(
            f"造价数值太大：合计{problem.fixed_cost.sum():g}，按给出的小数位数不能精确相加。"
            "请换单位，例如元改万元。"
        )
    budget = (problem.budget * ten).__floor__()
    if budget >= int(spend.sum()):
        return Limits(problem.sites, None, 0.0)
    return Limits(problem.sites, spend, float(budget))


def money_noise(bound: float, price: float, limits: Limits) -> int:
    """Units by which a bound with a price of money may be off, as sums of floats are rounded (预算项的舍入)."""
    if not limits.has_budget:
        return 0
    return 2 + int((abs(bound) + price * limits.budget) * 2.0**-48)


@dataclass(frozen=True, eq=False)
class Selection:
    """The cheapest choice of sites under given values (松弛问题的选址).

    Attributes
    ----------
    total : float
        Sum of the values, with the price of money.
    opened : ndarray of int
        Sites chosen, ascending.
    enter, leave : ndarray of float
        By how much the total rises at least when a site must, or must not, be open.
    price : float
        Price of one unit of money.
    """

    total: float
    opened: np.ndarray
    enter: np.ndarray
    leave: np.ndarray
    price: float


def select_sites(values: np.ndarray, status: np.ndarray, limits: Limits, price=None) -> Selection:
    """Open what must be open and the cheapest free sites that lower the total (松弛选址)."""
    if limits.has_budget:
        if price is None:
            price = _best_price(values, status, limits)
        values = values + price * limits.spend
        base = -price * limits.budget
    else:
        price, base = 0.0, 0.0
    must = np.flatnonzero(status == OPEN)
    free = np.flatnonzero(status == FREE)
    room = limits.sites - len(must)
    order = free[np.argsort(values[free], kind="stable")]
    ranked = np.minimum(values[order], 0.0)
    count = min(room, int(np.searchsorted(ranked, 0.0)))
    chosen = order[:count]
    total = base + values[must].sum() + values[chosen].sum()
    # Who enters pushes out the last one in; who leaves lets in the first one out.
    last = ranked[room - 1] if 0 < room <= len(ranked) else 0.0
    first = ranked[room] if room < len(ranked) else 0.0
    enter = np.where(status == CLOSED, np.inf, 0.0)
    enter[free] = values[free] - last if room > 0 else np.inf
    enter[chosen] = 0.0
    leave = np.where(status == OPEN, np.inf, 0.0)
    leave[chosen] = first - values[chosen]
    return Selection(float(total), np.sort(np.r_[must, chosen]), enter, leave, float(price))


def _best_price(values: np.ndarray, status: np.ndarray, limits: Limits) -> float:
    """The price of money with the highest total; the total is concave in it."""
    must, free = status == OPEN, np.flatnonzero(status == FREE)
    room = limits.sites - int(must.sum())
    left = limits.budget - limits.spend[must].sum()
    spend = limits.spend[free]

    def total(price: float) -> float:
        low = np.minimum(values[free] + price * spend, 0.0)
        if room < len(low):
            low = np.partition(low, room)[:room]
        return low.sum() - price * left

    dear = spend > 0
    high = float(np.max(-values[free][dear] / spend[dear], initial=0.0))
    low = 0.0
    for _ in range(_HALVINGS):
        if high - low <= PRICE:
            break
        third = (high - low) / 3
        if total(low + third) < total(high - third):
            low += third
        else:
            high -= third
    return round((low + high) / 2 / PRICE) * PRICE
