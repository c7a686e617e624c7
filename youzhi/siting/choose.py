"""Where to build: the question is checked, answered, and the answer computed again before it is given."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from numbers import Real

import numpy as np

from youzhi.errors import UsageError
from youzhi.exact import as_fraction
from youzhi.siting.evaluation import Question, Route, evaluate_plan
from youzhi.siting.problem import Problem, find_oddities, make_problem
from youzhi.siting.reasons import explain_failure, find_obstacles
from youzhi.siting.result import SitePlan, SitingError, make_routes
from youzhi.siting.solving import Solution, solve_median, solve_seats

# A gap that is only the rounding of costs to whole numbers.
_ROUNDING = 1e-8
# HiGHS keeps its limits to within about this share.
_SOLVER_ROUNDING = 1e-6


def choose_sites(
    weight,
    distance,
    *,
    sites: int | None = None,
    capacity=None,
    demand=None,
    fixed_cost=None,
    existing: Iterable[int] = (),
    closable: bool = False,
    max_distance=None,
    budget=None,
    single_source: bool = False,
    objective: str = "median",
    accept_gap: float = 0.0,
    nodes: int = 2000,
) -> SitePlan:
    """Choose where to build schools, with a bound on how much better any other choice could be (学校选址).

    The objective is weight times distance over all demand points, or the weight within `max_distance` for
    "cover". Whole points go to the cheapest open site, the first of equals; with capacities they may be split.

    Parameters
    ----------
    weight
        Per demand point, such as pupils (人); zero or more. Points × stages where stages have capacities of their
        own at the same sites; the stages are independent but for the sites.
    distance
        Points × sites, in any unit (km): zero or more, infinite where there is no way. Missing is refused.
    sites
        How many may be open, existing ones included; all if not given.
    capacity
        Seats (学位) per site, or sites × stages; none if not given.
    demand
        Seats that a point needs, in the shape of the weight; the weight if not given. Zero needs no seat.
    fixed_cost
        Per site, for every open site; zero for a school that stands. Without a budget it is added to the objective.
    existing
        Positions of sites where a school stands.
    closable
        Whether existing schools may be closed; else they stay open.
    max_distance
        The farthest anybody may be sent; one number, or one per stage.
    budget
        What the fixed costs of open sites may add up to; they are then no part of the objective.
    single_source
        Whether the pupils of a point and stage go to one site together, where there are capacities.
    objective
        "median": everybody is served, at the least weight times distance (plus fixed costs). "cover": as much
        weight as possible is served within `max_distance`.
    accept_gap
        A plan is good enough when no other can be better by more than this share, such as 0.001.
    nodes
        How many parts of the search may be looked at. No limit is a time, so that every run gives the same bytes.

    Returns
    -------
    SitePlan
        Open sites, assignment, objective, bound and gap; or no plan, and the reason in words. Always computed
        again from the raw input in exact fractions.

    Raises
    ------
    UsageError
        Shapes that do not fit together, an unknown objective, limits without what they limit, numbers so large or so
        small that their sums cannot be held exactly.
    DataError
        Numbers that are missing, negative, infinite where they may not be, or no numbers; all at once, by position.
    SitingError
        A plan or a bound did not stand up to being computed again.

    Notes
    -----
    Ties: of two plans without capacities that cost the same, the one wins that does not open the last site in which
    they differ; so sites are preferred in the order given. `unique_rule` says whether this was carried through
    with proof (decimal input, within the limit of the search). With capacities, and otherwise, the same input gives
    the same plan on every run, but among equals it may be any.

    Without capacities every bound is a certificate: a tree of prices, each step of which is summed up again in whole
    numbers. With capacities the tree is tried first; where it does not close, HiGHS solves the rest, and
    `proven_by` says so.

    References
    ----------
    Beasley, J. E. (1993), Lagrangean heuristics for location problems, European Journal of Operational Research 65.

    Examples
    --------
    >>> plan = choose_sites([10, 30, 20], [[0, 4], [4, 0], [2, 3]], sites=1)
    >>> plan.open, plan.objective, plan.gap, plan.proven_by
    ((1,), 100.0, 0.0, 'certificate')
    >>> choose_sites([10, 30], [[1], [2]], capacity=[35]).reason
    '全部场址的学位合计35个，需要40个，缺5个学位。'
    """
    _check_effort(accept_gap, nodes)
    existing = _listed_sites(existing)
    arguments = dict(
        sites=sites,
        capacity=capacity,
        demand=demand,
        fixed_cost=fixed_cost,
        existing=existing,
        closable=closable,
        max_distance=max_distance,
        budget=budget,
        single_source=single_source,
        objective=objective,
    )
    problem = make_problem(weight, distance, **arguments)
    notes = find_oddities(problem.distance)
    obstacles = find_obstacles(problem)
    if obstacles:
        by = "certificate"
        return SitePlan(reason="".join(obstacles), proven=True, proven_by=by, notes=tuple(notes))
    solve = solve_median if problem.capacity is None else solve_seats
    solution = solve(problem, float(accept_gap), int(nodes))
    if solution.opened is None:
        return _explained(problem, solution, notes)
    question = Question(weight, distance, **arguments)
    return _checked(problem, question, solution, float(accept_gap), notes)


def _check_effort(accept_gap: float, nodes: int) -> None:
    """Both within sense."""
    known = isinstance(accept_gap, Real) and not isinstance(accept_gap, bool)
    if not known or not 0 <= accept_gap < 1:
        raise UsageError(f"accept_gap是{accept_gap!r}，应为0到1之间的数（不含1），例如0.001。")
    if isinstance(nodes, bool) or not isinstance(nodes, int | np.integer) or nodes < 1:
        raise UsageError(f"nodes是{nodes!r}，应为不小于1的整数。")


def _listed_sites(existing) -> tuple:
    """Positions, from any list of them."""
    try:
        return tuple(existing)
    except TypeError as error:
        raise UsageError(f"existing是{existing!r}，应为场址序号的列表，例如[0, 2]。") from error


def _explained(problem: Problem, solution: Solution, notes: list[str]) -> SitePlan:
    """No plan, and why."""
    if not solution.proven_by:
        reason = (
            f"在{solution.nodes}步搜索内没有找到可行方案，也没有证明无解；可调大nodes或放宽限制。"
        )
    else:
        reason = "无可行方案。" + "".join(explain_failure(problem))
    return SitePlan(
        reason=reason,
        proven=bool(solution.proven_by),
        proven_by=solution.proven_by,
        notes=tuple(notes),
        nodes=solution.nodes,
    )


def _checked(problem, question: Question, solution: Solution, accept_gap, notes) -> SitePlan:
    """The plan, after it was computed again and agreed with what the search says."""
    opened = tuple(int(site) for site in solution.opened)
    objective, broken = evaluate_plan(question, opened, solution.routes)
    if broken:
        raise SitingError(
            f"方案复核不通过，共{len(broken)}处：{'；'.join(broken[:5])}。本次结果不予采用，请报告。"
        )
    total = _whole_weight(problem) if problem.cover else Fraction(0)
    # Nothing costs less than nothing; rounding may have said so.
    solution = solution._replace(
        bound=max(solution.bound, Fraction(0)), certified=max(solution.certified, Fraction(0))
    )
    cost = total - objective if problem.cover else objective
    _compare(cost, solution)
    bound, certified = (
        total - value if problem.cover else value for value in (solution.bound, solution.certified)
    )
    # The solver's bound is a float; one beyond the plan by rounding only is the plan.
    if solution.bound > cost:
        bound = objective
    distance_to = abs(objective - bound)
    size = abs(objective) or total
    gap = float(distance_to / size) if size else float(bool(distance_to))
    rounding = _SOLVER_ROUNDING if solution.proven_by == "HiGHS" else _ROUNDING
    proven = gap <= accept_gap + rounding
    if not proven:
        notes = [*notes, f"未证明最优：搜索{solution.nodes}步后，与最优最多相差{gap:.2%}。"]
    return SitePlan(
        open=opened,
        assignment=_assignment(problem, opened, solution.routes),
        routes=_route_table(problem, solution.routes),
        objective=float(objective),
        bound=float(bound),
        gap=gap,
        proven=proven,
        proven_by=solution.proven_by if proven else "",
        certified_bound=float(certified),
        unique_rule=solution.unique_rule,
        notes=tuple(notes),
        checked=True,
        nodes=solution.nodes,
    )


def _whole_weight(problem: Problem) -> Fraction:
    """All the weight there is, exactly."""
    return sum((as_fraction(float(one)) for one in problem.weight.ravel()), Fraction(0))


def _compare(cost: Fraction, solution: Solution) -> None:
    """The search has to have meant the same plan, and no bound may lie above it."""
    costs = solution.costs
    units, loose = cost * costs.scale, costs.slack + Fraction(1, 10**9) * abs(cost) * costs.scale
    if abs(units - Fraction(solution.cost)) > loose + 1:
        raise SitingError("方案成本与独立复算不一致。本次结果不予采用，请报告。")
    if solution.certified * costs.scale > units:
        raise SitingError("复核过的下界高于方案成本，互相矛盾。本次结果不予采用，请报告。")


def _assignment(problem: Problem, opened: tuple[int, ...], routes: list[Route]) -> np.ndarray:
    """Sites of whole points, or shares of split ones; points without pupils go with the nearest site."""
    points, sites, stages = problem.shape
    shares = np.zeros((points, sites, stages))
    for route in routes:
        shares[route.point, route.site, route.stage] = float(route.share)
    for point, stage in np.argwhere(~problem.needed):
        near = [site for site in opened if problem.reach[point, site, stage]]
        if near:
            shares[point, min(near, key=lambda s: (problem.distance[point, s], s)), stage] = 1.0
    if problem.capacity is not None and not problem.single_source:
        return shares if problem.staged else shares[:, :, 0]
    whole = np.where(shares.any(axis=1), shares.argmax(axis=1), -1)
    return whole if problem.staged else whole[:, 0]


def _route_table(problem: Problem, routes: list[Route]):
    """Routes with their share of the weight and their distance."""
    return make_routes(
        [
            (
                *route[:3],
                float(route.share),
                float(problem.weight[route.point, route.stage] * float(route.share)),
                float(problem.distance[route.point, route.site]),
            )
            for route in routes
        ]
    )
