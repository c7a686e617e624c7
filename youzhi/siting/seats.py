"""Seats needed and given as whole numbers, and how a site fills its seats under prices (学位)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from youzhi.errors import UsageError
from youzhi.siting.costs import Costs
from youzhi.siting.problem import Problem, decimal_places

# Sums of whole numbers below this are exact in a float.
_ROOM = 2**52


@dataclass(frozen=True, eq=False)
class SeatTable:
    """Seats needed by clients and given by sites, in whole units (学位表).

    Attributes
    ----------
    needed : ndarray of int
        Per client.
    given : ndarray of int
        Sites × stages.
    stage : ndarray of int
        Of every client.
    per_unit : int
        Units per seat.
    """

    needed: np.ndarray
    given: np.ndarray
    stage: np.ndarray
    per_unit: int

    @cached_property
    def groups(self) -> list[np.ndarray]:
        """Clients of every stage."""
        return [np.flatnonzero(self.stage == stage) for stage in range(self.given.shape[1])]

    @cached_property
    def total(self) -> np.ndarray:
        """Seats needed in all, per stage."""
        return np.array([self.needed[group].sum() for group in self.groups])


def make_seats(problem: Problem, costs: Costs) -> SeatTable:
    """Seats of a problem with capacities, in the unit that holds them all exactly (学位整数化)."""
    unit = 10 ** max(decimal_places(problem.demand), decimal_places(problem.capacity))
    needed = np.rint(problem.demand[costs.point, costs.stage] * unit)
    total = needed.sum()
    if total >= _ROOM:
        raise UsageError(
            f"学位需求数值太大：合计{total / unit:g}，按给出的小数位数不能精确相加。请换单位。"
        )
    given = np.minimum(np.rint(problem.capacity * unit), total + 1)
    return SeatTable(needed.astype(np.int64), given.astype(np.int64), costs.stage, unit)


def fill_seats(
    gain: np.ndarray, needed: np.ndarray, given: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fill the seats of every site with the clients that gain most per seat (按每学位收益装满).

    Parameters
    ----------
    gain
        Clients × sites: what a client pays more than it costs there; minus infinite where it may not go.
    needed, given
        Seats of clients and of sites.

    Returns
    -------
    price : ndarray of float
        Of a seat per site, whole numbers; with them the bound is as high as it gets.
    share : ndarray of float, clients × sites
        Part of every client that is taken.
    """
    worth = np.where(needed[:, None] > 0, gain / np.maximum(needed, 1)[:, None], -np.inf)
    order = np.argsort(-worth, axis=0, kind="stable")
    ranked = np.take_along_axis(worth, order, axis=0)
    wanted = np.where(ranked > 0, needed[order], 0)
    filled = np.cumsum(wanted, axis=0)
    last = np.argmax(filled >= given, axis=0)
    scarce = filled[-1] >= given
    at_last = ranked[last, np.arange(len(given))]
    price = np.where(scarce & (at_last > 0), np.rint(at_last), 0.0)
    room = np.clip(given - (filled - wanted), 0, wanted)
    part = np.divide(room, wanted, out=np.zeros(room.shape), where=wanted > 0)
    share = np.empty_like(part)
    np.put_along_axis(share, order, part, axis=0)
    share[(needed == 0)[:, None] & (gain > 0)] = 1.0
    return price, share
