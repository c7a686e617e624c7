"""Bounds and plans with capacities: prices per client, and every site fills its seats with whom it gains most by."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from youzhi.siting.costs import Costs
from youzhi.siting.evaluation import Route
from youzhi.siting.multipliers import Prices, Relaxed
from youzhi.siting.seats import SeatTable, fill_seats
from youzhi.siting.selection import CLOSED, FREE, OPEN, Limits, money_noise, select_sites
from youzhi.siting.transport import Transport, distribute

_PATIENCE = 12
_SMALLEST_STEP = 0.002
_OVERSHOOT = 1.02
_INERTIA = 0.3
_LEAP = 0.05
# Exchanges that are tried around the plan of the root: so many sites to close times so many to open.
_TRIED = 8
_REMEMBERED = 4096


class SeatModel:
    """The relaxation of a problem with capacities in which clients may be split (有容量模型)."""

    def __init__(self, costs: Costs, limits: Limits, seats: SeatTable, cover: bool):
        self.costs, self.limits, self.seats, self.cover = costs, limits, seats, cover
        self._known: dict[tuple[int, ...], list[Transport]] = {}

    def start(self) -> Prices:
        """Prices to begin with: what the second cheapest site costs."""
        capped = self.costs.capped
        second = np.partition(capped, min(1, capped.shape[1] - 1), axis=1)
        prices = second[:, min(1, capped.shape[1] - 1)].copy()
        return Prices(prices, np.zeros(self.seats.given.shape), 0.0)

    def relax(self, status, prices: Prices, goal: float, steps: int, length: float) -> Relaxed:
        """Raise the bound over the sites that are not closed until it reaches the goal or stops rising."""
        columns = np.flatnonzero(status != CLOSED)
        matrix = self.costs.matrix[:, columns]
        here, best, stalled = prices.clients, None, 0
        drift = np.zeros(len(here))
        for _ in range(steps):
            found, crowd = self._bound(matrix, columns, status, here)
            if best is None or found.bound > best.bound:
                best, stalled = found, 0
            else:
                stalled += 1
                if stalled >= _PATIENCE:
                    length, stalled, here = length / 2, 0, best.prices.clients
            drift = _INERTIA * drift + 1 - crowd
            steepness = float((drift * drift).sum())
            if best.bound >= goal or length < _SMALLEST_STEP or not steepness:
                break
            aim = min(_OVERSHOOT * goal, max(best.bound * 1.1, float(here.sum())))
            if aim <= found.bound:
                aim = found.bound + _LEAP * abs(goal)
            stride = length * (aim - found.bound) / steepness
            here = np.clip(np.rint(here + stride * drift), 0.0, self.costs.unserved)
        return best

    def _bound(self, matrix, columns, status, prices) -> tuple[Relaxed, np.ndarray]:
        """The bound at these prices, and how often each client is served in the open sites."""
        values = np.full(len(status), np.inf)
        values[columns] = self.costs.fixed[columns]
        seat_prices = np.zeros(self.seats.given.shape)
        shares = np.zeros(matrix.shape)
        for stage, group in enumerate(self.seats.groups):
            if not len(group):
                continue
            given, needed = self.seats.given[columns, stage], self.seats.needed[group]
            gain = prices[group, None] - matrix[group]
            price, shares[group] = fill_seats(gain, needed, given)
            seat_prices[columns, stage] = price
            taken = np.minimum(price * needed[:, None] - gain, 0.0).sum(axis=0)
            values[columns] += taken - price * given
        selection = select_sites(values, status, self.limits)
        opened = np.searchsorted(columns, selection.opened)
        bound = float(prices.sum()) + selection.total
        found = Relaxed(bound, Prices(prices, seat_prices, selection.price), selection)
        return found, shares[:, opened].sum(axis=1)

    def lowest_with_pair(self, status: np.ndarray, prices: Prices) -> np.ndarray:
        """What a plan costs at least that sends all of a client to a site, clients × sites."""
        columns = np.arange(len(status))
        found, _ = self._bound(self.costs.matrix, columns, status, prices.clients)
        seat = found.prices.seats.T[self.seats.stage] * self.seats.needed[:, None]
        over = np.maximum(self.costs.matrix - prices.clients[:, None] + seat, 0.0)
        noise = money_noise(found.bound, found.prices.money, self.limits)
        return found.bound - noise + found.selection.enter + over

    def transports(self, opened: np.ndarray) -> list[Transport]:
        """The cheapest distribution of every stage over these sites; clients without need come last and free."""
        key = tuple(opened.tolist())
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = [
                distribute(
                    self.costs.matrix[np.ix_(group[self.seats.needed[group] > 0], opened)],
                    self.costs.unserved[group[self.seats.needed[group] > 0]]
                    if self.cover
                    else None,
                    self.seats.needed[group][self.seats.needed[group] > 0],
                    self.seats.given[opened, stage],
                )
                for stage, group in enumerate(self.seats.groups)
            ]
        return self._known[key]

    def settle(self, opened: np.ndarray) -> float:
        """Units of the best plan with just these sites; infinite when the seats do not suffice."""
        if not len(self.costs.matrix):
            return float(self.costs.fixed[opened].sum())
        if self._is_short(opened) or not len(opened):
            return np.inf if not self.cover else float(self.costs.unserved.sum())
        paid = sum(transport.cost for transport in self.transports(opened))
        idle = self.seats.needed == 0
        near = self.costs.matrix[np.ix_(idle, opened)].min(axis=1)
        if not self.cover and not np.isfinite(near).all():
            return np.inf
        free = np.minimum(near, self.costs.unserved[idle]).sum()
        return float(paid + free + self.costs.fixed[opened].sum())

    def _is_short(self, opened: np.ndarray) -> bool:
        """Whether the seats of these sites are too few in all, so that nothing need be solved."""
        given = self.seats.given[opened].sum(axis=0)
        return bool((given < self.seats.total).any()) and not self.cover

    def close(self, opened: np.ndarray) -> tuple[Prices, float]:
        """Prices and bound of the plans with just these sites, from the prices of seats that HiGHS gives."""
        seats = np.zeros(self.seats.given.shape)
        prices = self.costs.unserved.copy()
        if not len(opened):
            return Prices(prices, seats, 0.0), float(prices.sum())
        enough = True
        for stage, (group, found) in enumerate(
            zip(self.seats.groups, self.transports(opened), strict=True)
        ):
            served = np.isfinite(found.cost)
            enough &= bool(served)
            # Where seats are too few, any multiple of the prices is a bound; this one is above every plan.
            factor = 1.0 if served else 2 * float(self.costs.unserved.max()) + 2
            seats[opened, stage] = np.rint(found.seats * factor)
            pay = self.costs.matrix[np.ix_(group, opened)]
            pay = pay + self.seats.needed[group][:, None] * seats[opened, stage]
            most = self.costs.unserved[group] + (not served) * self.seats.needed[group] * factor
            prices[group] = np.minimum(pay.min(axis=1), most)
        rent = (seats[opened] * self.seats.given[opened]).sum()
        bound = float(prices.sum() - rent + self.costs.fixed[opened].sum())
        return Prices(prices, seats, 0.0), bound if enough else np.inf

    def split_routes(self, opened: np.ndarray) -> list[Route]:
        """Who goes where in the best plan with just these sites, from the seats that everybody takes."""
        routes = []
        for group, plan in zip(self.seats.groups, self.transports(opened), strict=True):
            clients = group[self.seats.needed[group] > 0]
            for row, column in np.argwhere(plan.flow > 0):
                client = clients[row]
                share = Fraction(int(plan.flow[row, column]), int(self.seats.needed[client]))
                routes.append(self._route(client, opened[column], share))
        for client in np.flatnonzero(self.seats.needed == 0):
            near = self.costs.matrix[client, opened]
            if len(opened) and np.isfinite(near.min()):
                routes.append(self._route(client, opened[int(near.argmin())], Fraction(1)))
        return sorted(routes)

    def _route(self, client: int, site: int, share: Fraction) -> Route:
        """One route in the positions of the input."""
        costs = self.costs
        return Route(int(costs.point[client]), int(costs.stage[client]), int(site), share)

    def polish(self, status: np.ndarray, relaxed: Relaxed) -> np.ndarray:
        """A plan near the one of the relaxation that has seats enough, after the exchanges that help."""
        opened = self._repair(status, relaxed)
        cost = self.settle(opened)
        selection = relaxed.selection
        improved = True
        while improved:
            improved = False
            leaving = [one for one in opened if status[one] != OPEN]
            leaving = sorted(leaving, key=lambda one: (selection.leave[one], one))[:_TRIED]
            entering = [one for one in np.flatnonzero(status == FREE) if one not in opened]
            entering = sorted(entering, key=lambda one: (selection.enter[one], one))[:_TRIED]
            for out in [None, *leaving]:
                for into in [None, *entering]:
                    trial = np.array(sorted({*opened.tolist(), into} - {out, None}), dtype=int)
                    if not self._keeps_limits(trial) or self._is_short(trial):
                        continue
                    found = self.settle(trial)
                    if found < cost:
                        opened, cost, improved = trial, found, True
                        break
                if improved:
                    break
        return opened

    def _keeps_limits(self, opened: np.ndarray) -> bool:
        """Number of sites and budget."""
        limits = self.limits
        spent = limits.has_budget and limits.spend[opened].sum() > limits.budget
        return len(opened) <= limits.sites and not spent

    def _repair(self, status: np.ndarray, relaxed: Relaxed) -> np.ndarray:
        """Open or exchange sites, cheapest per seat first, until the seats suffice in all or nothing helps."""
        opened, selection = relaxed.selection.opened, relaxed.selection
        while True:
            short = np.maximum(self.seats.total - self.seats.given[opened].sum(axis=0), 0)
            if not short.any():
                return opened
            best = None
            outs = [None, *(one for one in opened if status[one] != OPEN)]
            for into in np.flatnonzero(status == FREE):
                if into in opened:
                    continue
                for out in outs:
                    trial = np.array(sorted({*opened.tolist(), int(into)} - {out}), dtype=int)
                    if not self._keeps_limits(trial):
                        continue
                    left = np.maximum(self.seats.total - self.seats.given[trial].sum(axis=0), 0)
                    saved = short.sum() - left.sum()
                    if saved <= 0:
                        continue
                    price = selection.enter[into] + (0 if out is None else selection.leave[out])
                    rank = (max(price, 1.0) / saved, int(into), -1 if out is None else int(out))
                    if best is None or rank < best[0]:
                        best = rank, trial
            if best is None:
                return opened
            opened = best[1]
