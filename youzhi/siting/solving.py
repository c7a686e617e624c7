"""From a checked problem to the best sites and a bound: own search with a certificate first, HiGHS for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from youzhi.siting.capacitated import SeatModel
from youzhi.siting.certificate import confirm_bound
from youzhi.siting.costs import Costs, make_costs
from youzhi.siting.evaluation import Route
from youzhi.siting.highs import solve_with_highs
from youzhi.siting.median import improve, start_greedily
from youzhi.siting.multipliers import MedianModel
from youzhi.siting.problem import Problem
from youzhi.siting.result import SitingError
from youzhi.siting.search import Found, Search, first_status
from youzhi.siting.seats import make_seats
from youzhi.siting.selection import OPEN, make_limits, money_noise
from youzhi.siting.ties import settle_ties

# Own search with capacities looks at so many pairs of client and site in all, before HiGHS takes over.
_OWN_EFFORT = 400_000
# Transport problems are solved by HiGHS in floats; costs closer than this share are not told apart.
_NOISE = 1e-13
_TIE_NODES = 60


class Solution(NamedTuple):
    """Sites, routes and bounds, as costs to be kept low (求解结果).

    Attributes
    ----------
    opened : ndarray of int or None
        None when no plan was found.
    routes : list of Route
        Who goes where.
    cost : float
        Units.
    bound, certified : Fraction
        Of the cost, per one of the objective; the second was computed again in whole numbers.
    proven_by : str
        Who says that nothing better is possible within the bound.
    unique_rule : bool
        Whether ties were settled with proof.
    nodes : int
        Parts looked at.
    costs : Costs
        The units.
    """

    opened: np.ndarray | None
    routes: list[Route]
    cost: float
    bound: Fraction
    certified: Fraction
    proven_by: str
    unique_rule: bool
    nodes: int
    costs: Costs


def solve_median(problem: Problem, accept_gap: float, nodes: int) -> Solution:
    """Solve a problem without capacities; the whole proof is a certificate (无容量求解)."""
    costs, limits = make_costs(problem), make_limits(problem)
    status = first_status(problem.shape[1], problem.kept)
    model = MedianModel(costs, limits)
    below = costs.step - 1 if costs.step else costs.slack
    search = Search(
        model,
        _goal(problem, costs, below, accept_gap),
        float(costs.unserved.sum() + costs.fixed.sum()) + 1,
    )
    search.offer(improve(costs, limits, status, start_greedily(costs, limits, status)))
    found = search.run(status, nodes)
    bound = _confirmed(found, status, costs, limits, None, True, True)
    if found.opened is None or (not problem.cover and found.cost >= _above(costs)):
        return _no_plan(costs, found, bound)
    opened, unique = found.opened, False
    if costs.step and found.bound > found.cost - costs.step:
        equal, above = lambda plan: model.settle(plan) == found.cost, found.cost + 1
        opened, unique = settle_ties(
            model, status, opened, found.proof.prices, found.cost, equal, above, _TIE_NODES
        )
    opened = _without_idle(opened, costs, problem.kept)
    routes = _nearest_routes(problem, costs, opened)
    by = "certificate"
    return Solution(opened, routes, found.cost, bound, bound, by, unique, found.nodes, costs)


def _goal(problem: Problem, costs: Costs, below: float, accept_gap: float):
    """From which bound on nothing is left that is worth having."""
    total = float(costs.unserved.sum()) if problem.cover else 0.0

    def goal(cost: float) -> float:
        # As long as somebody is left out there is no plan yet that could be good enough.
        if not problem.cover and cost >= _above(costs):
            return cost - below
        objective = total - cost if problem.cover else cost
        return cost - max(below, np.floor(accept_gap * objective))

    return goal


def _confirmed(found: Found, status, costs: Costs, limits, seats, capped, whole) -> Fraction:
    """The bound of the search, once every step was computed again; whole assignments cost multiples of the step."""
    bound = int(np.floor(found.bound))
    if seats is not None:
        # Prices times money are rounded in the search, and exact when they are gone over again.
        bound -= money_noise(found.bound, found.proof.prices.money, limits)
    if not confirm_bound(found.proof, status, costs, limits, seats, bound, capped):
        raise SitingError(
            "下界复核不一致：搜索给出的界不能由乘子重新算出。本次结果不予采用，请报告。"
        )
    if whole and costs.step:
        bound = -(-bound // costs.step) * costs.step
    return Fraction(bound, costs.scale)


def _above(costs: Costs) -> float:
    """What no plan can cost that leaves nobody out."""
    return float(costs.unserved.max()) if len(costs.unserved) else np.inf


def _no_plan(costs: Costs, found: Found, bound: Fraction) -> Solution:
    """Nothing found: proven when even the bound is above every plan."""
    by = "certificate" if bound * costs.scale >= _above(costs) - costs.slack else ""
    return Solution(None, [], np.inf, bound, bound, by, False, found.nodes, costs)


def _without_idle(opened: np.ndarray, costs: Costs, kept: Sequence[int]) -> np.ndarray:
    """Close what nobody goes to and need not stay."""
    if not len(opened):
        return opened
    used = np.unique(opened[costs.capped[:, opened].argmin(axis=1)])
    return np.union1d(used, np.array(kept, dtype=int)).astype(int)


def _nearest_routes(problem: Problem, costs: Costs, opened: np.ndarray) -> list[Route]:
    """Every client as a whole to the cheapest open site, the first of equals."""
    if not len(opened):
        return []
    near = costs.matrix[:, opened]
    at = near.argmin(axis=1)
    routes = []
    for client, point in enumerate(costs.point):
        if not np.isfinite(near[client, at[client]]):
            continue
        stage = int(costs.stage[client])
        stages = np.flatnonzero(problem.needed[point]) if stage < 0 else [stage]
        site = int(opened[at[client]])
        routes += [Route(int(point), int(one), site, Fraction(1)) for one in stages]
    return routes


def solve_seats(problem: Problem, accept_gap: float, nodes: int) -> Solution:
    """Solve a problem with capacities: certificate where the own search closes, else HiGHS (有容量求解)."""
    costs, limits = make_costs(problem), make_limits(problem)
    seats = make_seats(problem, costs)
    status = first_status(problem.shape[1], problem.kept)
    model = SeatModel(costs, limits, seats, problem.cover)
    found = _own_search(problem, model, status, accept_gap, nodes)
    certified = _confirmed(
        found, status, costs, limits, seats, problem.cover, problem.single_source
    )
    goal = _goal(problem, costs, _loose(model), accept_gap)
    if found.opened is not None and not problem.single_source and found.bound >= goal(found.cost):
        routes = model.split_routes(found.opened)
        opened, by = _used(routes, problem.kept), "certificate"
        cost = _paid(found.cost, found.opened, opened, costs)
        return Solution(opened, routes, cost, certified, certified, by, False, found.nodes, costs)
    return _by_highs(problem, model, found, certified, accept_gap, nodes)


def _own_search(problem: Problem, model: SeatModel, status, accept_gap, nodes) -> Found:
    """As many parts as the effort allows; only the root when points may not be split."""
    costs = model.costs
    left_out = costs.unserved.sum() if problem.cover else costs.unserved.max(initial=0)
    ceiling = float(left_out + costs.fixed.sum()) + 1
    search = Search(model, _goal(problem, costs, _loose(model), accept_gap), ceiling)
    allowed = 1 if problem.single_source else max(1, _OWN_EFFORT // max(costs.matrix.size, 1))
    search.offer(np.flatnonzero(status == OPEN))
    search.offer(np.arange(problem.shape[1]))
    return search.run(status, min(nodes, allowed))


def _loose(model: SeatModel) -> float:
    """Units that floats and whole prices cannot tell."""
    costs = model.costs
    return costs.slack + len(costs.matrix) + 2 + _NOISE * costs.unserved.max(initial=0)


def _paid(cost: float, opened: np.ndarray, used: np.ndarray, costs: Costs) -> float:
    """The cost without the sites that are open but used by nobody."""
    return cost - float(costs.fixed[np.setdiff1d(opened, used)].sum())


def _used(routes: list[Route], kept: Sequence[int]) -> np.ndarray:
    """Sites that somebody goes to, and those that stay."""
    return np.array(sorted({route.site for route in routes} | set(kept)), dtype=int)


def _by_highs(problem, model: SeatModel, found: Found, certified, accept_gap, nodes) -> Solution:
    """What HiGHS says, taken only where it agrees with the own plan and the own bound."""
    costs = model.costs
    status = first_status(problem.shape[1], problem.kept)
    answer = solve_with_highs(problem, model, status, found.proof.prices, accept_gap, nodes)
    if answer.infeasible and found.opened is not None and not problem.single_source:
        raise SitingError("HiGHS说无解，而已有可行方案。本次结果不予采用，请报告。")
    choices = []
    if found.opened is not None and not problem.single_source:
        routes = model.split_routes(found.opened)
        used = _used(routes, problem.kept)
        choices.append((_paid(found.cost, found.opened, used, costs), routes))
    if answer.routes is not None:
        choices.append((answer.cost, answer.routes))
    if not choices:
        by = "HiGHS" if answer.infeasible else ""
        none = None
        return Solution(none, [], np.inf, certified, certified, by, False, found.nodes, costs)
    cost, routes = min(choices, key=lambda choice: choice[0])
    claimed = Fraction(answer.bound) / costs.scale
    if answer.bound > cost + max(1e-6 * abs(cost), 1.0):
        raise SitingError("HiGHS给出的界高于已算出的方案，互相矛盾。本次结果不予采用，请报告。")
    if certified * costs.scale > cost + _loose(model):
        raise SitingError("自算的下界高于方案成本，互相矛盾。本次结果不予采用，请报告。")
    if problem.single_source and costs.step and claimed * costs.scale > cost - costs.step + 1:
        claimed = Fraction(round(cost), costs.scale)
    stronger = claimed > certified and certified * costs.scale < cost
    bound, by = (claimed, "HiGHS") if stronger else (certified, "certificate")
    opened, nodes = _used(routes, problem.kept), found.nodes + answer.nodes
    return Solution(opened, routes, cost, bound, certified, by, False, nodes, costs)
