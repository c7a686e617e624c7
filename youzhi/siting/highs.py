"""The whole problem with capacities as a mixed integer program for HiGHS, with far sites joined into one (整数规划)."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from youzhi.siting.capacitated import SeatModel
from youzhi.siting.evaluation import Route
from youzhi.siting.multipliers import Prices
from youzhi.siting.problem import Problem
from youzhi.siting.result import SitingError
from youzhi.siting.selection import CLOSED, OPEN

# Sites that a client may choose from at first; all the others count as one site without limit, at the least cost
# among them. That only makes plans cheaper, so the bound holds; where a plan uses it, the number is doubled.
_NEAREST = 20
_NEAR_AT_FIRST = 8
_NODE_SHARE = 10


class Answer(NamedTuple):
    """What HiGHS says (求解器的回答).

    Attributes
    ----------
    routes : list of Route or None
        A plan; None when there is none.
    cost, bound : float
        Units.
    infeasible : bool
        Whether it says that there is no plan.
    nodes : int
        Parts it looked at.
    """

    routes: list[Route] | None
    cost: float
    bound: float
    infeasible: bool
    nodes: int


class _Program(NamedTuple):
    """Rows and columns: pairs of client and site, what is left out, sites."""

    client: np.ndarray
    site: np.ndarray
    price: np.ndarray
    pairs: int


def solve_with_highs(
    problem: Problem, model: SeatModel, status, prices: Prices, accept_gap, nodes
) -> Answer:
    """Let HiGHS solve a problem with capacities (整数规划求解).

    Parameters
    ----------
    problem, model, status
        The problem in whole numbers, and which sites have to be open.
    prices
        Good prices; they show which pairs no good plan uses.
    accept_gap, nodes
        When it may stop.

    Returns
    -------
    Answer
        A plan and a bound, as HiGHS claims them.
    """
    if problem.single_source and not problem.cover:
        return _solve_whole(problem, model, status, prices, accept_gap, nodes)
    return _solve(problem, model, status, model.costs.matrix, accept_gap, nodes)


def _solve_whole(problem, model, status, prices, accept_gap, nodes) -> Answer:
    """Whole clients: first among near sites only, then without the pairs that cost more than that plan."""
    matrix = model.costs.matrix
    rank = np.argsort(np.argsort(matrix, axis=1, kind="stable"), axis=1)
    near = np.where(rank < _NEAR_AT_FIRST, matrix, np.inf)
    first = _solve(problem, model, status, near, accept_gap, nodes)
    if first.routes is None:
        return _solve(problem, model, status, matrix, accept_gap, nodes)
    useless = model.lowest_with_pair(status, prices) > first.cost
    second = _solve(problem, model, status, np.where(useless, np.inf, matrix), accept_gap, nodes)
    if second.infeasible:
        raise SitingError("HiGHS说无解，而已有可行方案。本次结果不予采用，请报告。")
    best = second if second.routes is not None and second.cost <= first.cost else first
    bound, seen = min(second.bound, first.cost), first.nodes + second.nodes
    return Answer(best.routes, best.cost, bound, False, seen)


def _solve(problem, model, status, matrix, accept_gap, nodes) -> Answer:
    """Solve, with more sites to choose from until no client wants a far one."""
    sites = problem.shape[1]
    nearest = sites if problem.single_source or problem.cover else min(_NEAREST, sites)
    seen = 0
    while True:
        program = _make_program(problem, model, matrix, nearest)
        result = _run(problem, model, status, program, accept_gap, nodes)
        seen += int(result.mip_node_count or 0)
        if result.status == 2:
            return Answer(None, np.inf, np.inf, True, seen)
        bound = -np.inf if result.mip_dual_bound is None else result.mip_dual_bound
        bound *= model.costs.scale
        if result.x is None:
            return Answer(None, np.inf, bound, False, seen)
        routes, cost = _plan(problem, model, program, result.x, sites)
        served = np.isfinite(cost)
        away = result.x[program.pairs : len(program.client)].max(initial=0.0) > 1e-6
        close_enough = served and cost - bound <= max(accept_gap, 1e-9) * abs(cost)
        if nearest >= sites or problem.cover or not away or close_enough:
            return Answer(routes if served else None, cost, bound, False, seen)
        nearest = min(2 * nearest, sites)


def _make_program(problem: Problem, model: SeatModel, matrix, nearest: int) -> _Program:
    """Pairs of every client with its cheapest sites, and one column for all the others."""
    clients, sites = matrix.shape
    order = np.argsort(matrix, axis=1, kind="stable")[:, :nearest]
    client, site = np.repeat(np.arange(clients), order.shape[1]), order.ravel()
    allowed = np.isfinite(matrix[client, site])
    client, site = client[allowed], site[allowed]
    price, pairs = matrix[client, site], int(allowed.sum())
    rest, extra = np.empty(0, dtype=int), np.empty(0)
    if problem.cover:
        rest, extra = np.arange(clients), model.costs.unserved
    elif nearest < sites:
        far = np.sort(matrix, axis=1)[:, nearest]
        rest = np.flatnonzero(np.isfinite(far))
        extra = far[rest]
    return _Program(
        np.r_[client, rest], np.r_[site, np.full(len(rest), -1)], np.r_[price, extra], pairs
    )


def _run(problem: Problem, model: SeatModel, status, program: _Program, accept_gap, nodes):
    """Build the program and let HiGHS solve it within so many nodes."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    costs, seats, limits = model.costs, model.seats, model.limits
    clients, sites = costs.matrix.shape
    width, pairs = len(program.client), program.pairs
    total = width + sites
    column, at = np.arange(width), np.arange(pairs)
    ones = np.ones(width)
    served = csr_array((ones, (program.client, column)), shape=(clients, total))
    linked = csr_array(
        (
            np.r_[ones[:pairs], -ones[:pairs]],
            (np.r_[at, at], np.r_[at, width + program.site[:pairs]]),
        ),
        shape=(pairs, total),
    )
    stages = seats.given.shape[1]
    row = seats.stage[program.client[:pairs]] * sites + program.site[:pairs]
    filled = csr_array(
        (
            np.r_[seats.needed[program.client[:pairs]], -seats.given.T.ravel()] / seats.per_unit,
            (
                np.r_[row, np.arange(stages * sites)],
                np.r_[at, width + np.tile(np.arange(sites), stages)],
            ),
        ),
        shape=(stages * sites, total),
    )
    place = width + np.arange(sites)
    given = csr_array(
        (
            seats.given.T.ravel() / seats.per_unit,
            (np.repeat(np.arange(stages), sites), np.tile(place, stages)),
        ),
        shape=(stages, total),
    )
    least = np.zeros(stages) if problem.cover else seats.total / seats.per_unit
    count = csr_array((np.ones(sites), (np.zeros(sites, dtype=int), place)), shape=(1, total))
    rules = [
        LinearConstraint(served, 1, 1),
        LinearConstraint(linked, -np.inf, 0),
        LinearConstraint(filled, -np.inf, 0),
        LinearConstraint(given, least, np.inf),
        LinearConstraint(count, 0, limits.sites),
    ]
    if limits.has_budget:
        money = csr_array((limits.spend, (np.zeros(sites, dtype=int), place)), shape=(1, total))
        rules.append(LinearConstraint(money, 0, limits.budget))
    low, high = np.zeros(total), np.ones(total)
    low[width:], high[width:] = status == OPEN, status != CLOSED
    whole = np.r_[np.full(width, float(problem.single_source)), np.ones(sites)]
    result = milp(
        np.r_[program.price, costs.fixed] / costs.scale,
        integrality=whole,
        bounds=Bounds(low, high),
        constraints=rules,
        options={"mip_rel_gap": accept_gap, "node_limit": nodes * _NODE_SHARE},
    )
    if result.status not in (0, 1, 2):
        raise SitingError(f"HiGHS没有给出结果：{result.message}。请核对数据的量级。")
    return result


def _plan(problem: Problem, model: SeatModel, program: _Program, x, sites: int):
    """Routes and units of the plan that HiGHS found, computed again from its open sites."""
    opened = np.flatnonzero(x[-sites:] > 0.5)
    if not problem.single_source:
        return model.split_routes(opened), model.settle(opened)
    chosen = np.flatnonzero(x[: program.pairs] > 0.5)
    client, site = program.client[chosen], program.site[chosen]
    routes = sorted(
        Route(int(model.costs.point[c]), int(model.costs.stage[c]), int(s), Fraction(1))
        for c, s in zip(client, site, strict=True)
    )
    lost = np.setdiff1d(np.arange(len(model.costs.matrix)), client)
    used = np.union1d(np.unique(site), np.array(problem.kept, dtype=int)).astype(int)
    cost = program.price[chosen].sum() + model.costs.unserved[lost].sum()
    return routes, float(cost + model.costs.fixed[used].sum())
