"""Why there is no plan, in words: which limit is short, by how much, and where (无可行方案的原因)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from youzhi.exact import as_fraction
from youzhi.siting.capacitated import SeatModel
from youzhi.siting.costs import Costs, make_costs
from youzhi.siting.multipliers import MedianModel
from youzhi.siting.problem import Problem
from youzhi.siting.search import Search, first_status
from youzhi.siting.seats import make_seats
from youzhi.siting.selection import Limits
from youzhi.siting.solving import solve_seats
from youzhi.siting.transport import distribute

_NAMED = 10
_NODES = 400
# A gap that every plan keeps.
_ANY_PLAN = 0.99


def find_obstacles(problem: Problem) -> list[str]:
    """What makes a plan impossible at first sight (一望即知的矛盾).

    Returns
    -------
    list of str
        One sentence per obstacle; empty where none is seen, which does not yet mean that there is a plan.
    """
    return [
        *_too_many_kept(problem),
        *_too_little_money(problem),
        *_out_of_reach(problem),
        *_too_few_seats(problem),
    ]


def _too_many_kept(problem: Problem) -> list[str]:
    """More schools have to stay than may be open; or none may be open at all."""
    if len(problem.kept) > problem.sites:
        return [f"须保留的现有学校有{len(problem.kept)}所，最多只能开{problem.sites}所。"]
    if problem.sites == 0 and problem.needed.any() and not problem.cover:
        return ["最多开0所，而有需求点需要分配。"]
    return []


def _too_little_money(problem: Problem) -> list[str]:
    """The budget does not pay for what has to be open, or not for a single site."""
    if problem.budget is None:
        return []
    costs = [as_fraction(float(one)) for one in problem.fixed_cost]
    must = sum(costs[site] for site in problem.kept)
    if must > problem.budget:
        return [f"须保留的现有学校造价合计{float(must):g}，超出预算{float(problem.budget):g}。"]
    if not problem.kept and problem.needed.any() and not problem.cover:
        cheapest = min(range(len(costs)), key=lambda site: (costs[site], site))
        if costs[cheapest] > problem.budget:
            least = float(costs[cheapest])
            return [
                f"预算{float(problem.budget):g}连最便宜的场址{cheapest}（{least:g}）也不够，"
                f"差{float(costs[cheapest] - problem.budget):g}。"
            ]
    return []


def _out_of_reach(problem: Problem) -> list[str]:
    """Points that no site reaches, for want of a way or within the limit; a cover leaves them out."""
    if problem.cover:
        return []
    found, cut_off = [], ~np.isfinite(problem.distance).any(axis=1)
    for stage in range(problem.shape[2]):
        lost = problem.needed[:, stage] & ~problem.reach[:, :, stage].any(axis=1)
        for why, these in (
            ("没有路可到任何候选场址", lost & cut_off),
            ("在距离上限内没有任何候选场址", lost & ~cut_off),
        ):
            points = np.flatnonzero(these)
            if len(points):
                named = "、".join(map(str, points[:_NAMED])) + "等" * (len(points) > _NAMED)
                where = _of_stage(problem, stage)
                found.append(f"{where}有{len(points)}个需求点{why}：{named}。")
    return found


def _of_stage(problem: Problem, stage: int) -> str:
    """Names the stage where there are several."""
    return f"学段{stage}：" if problem.shape[2] > 1 else ""


def _too_few_seats(problem: Problem) -> list[str]:
    """Seats of the largest sites that may be open, seats within reach, and points larger than any site."""
    if problem.capacity is None or problem.cover:
        return []
    found = []
    for stage in range(problem.shape[2]):
        where = _of_stage(problem, stage)
        capacity, demand = problem.capacity[:, stage], problem.demand[:, stage]
        given, needed = _largest(problem, capacity), demand.sum()
        if given < needed:
            found.append(
                f"{where}{_of_which(problem)}{_count(given)}个，需要{_count(needed)}个，"
                f"缺{_count(needed - given)}个学位。"
            )
        else:
            found += _unpaid_seats(problem, stage, where) or _stuck(problem, stage, where)
        if problem.single_source:
            most = np.where(problem.reach[:, :, stage], capacity, 0).max(axis=1)
            big = np.flatnonzero((demand > most) & problem.reach[:, :, stage].any(axis=1))
            if len(big):
                named = "、".join(map(str, big[:_NAMED]))
                found.append(
                    f"{where}不拆分时，需求点{named}的人数超过可达场址的最多学位，共{len(big)}个点。"
                )
    return found


def _of_which(problem: Problem) -> str:
    """Whose seats are too few: of all sites, of the schools that stand, or of as many as may be open."""
    more = problem.sites - len(problem.kept)
    if problem.sites >= problem.shape[1]:
        return "全部场址的学位合计"
    if not problem.kept:
        return f"最多开{problem.sites}所，学位至多"
    if not more:
        return "现有学校的学位合计"
    return f"现有学校加最多{more}所新校，学位至多"


def _count(number: float) -> str:
    return f"{number:,.12g}"


def _largest(problem: Problem, capacity: np.ndarray) -> float:
    """Seats of what has to stay and of the largest others that may be open."""
    others = np.setdiff1d(np.arange(len(capacity)), problem.kept)
    room = problem.sites - len(problem.kept)
    return float(capacity[list(problem.kept)].sum() + np.sort(capacity[others])[::-1][:room].sum())


def _unpaid_seats(problem: Problem, stage: int, where: str) -> list[str]:
    """The budget pays for too few seats even at the lowest price per seat, parts of sites allowed."""
    if problem.budget is None:
        return []
    fixed = [as_fraction(float(one)) for one in problem.fixed_cost]
    given = [as_fraction(float(one)) for one in problem.capacity[:, stage]]
    needed = sum(as_fraction(float(one)) for one in problem.demand[:, stage])
    left = problem.budget - sum(fixed[site] for site in problem.kept)
    seats = sum(given[site] for site in problem.kept)
    others = [site for site in range(len(given)) if given[site] and site not in problem.kept]
    for site in sorted(others, key=lambda site: fixed[site] / given[site]):
        part = min(Fraction(1), left / fixed[site]) if fixed[site] else Fraction(1)
        seats, left = seats + part * given[site], left - part * fixed[site]
    if seats >= needed:
        return []
    return [
        f"{where}预算{float(problem.budget):g}按最便宜的学位算也只够{_count(float(seats))}个，"
        f"需要{_count(float(needed))}个，缺{_count(float(needed - seats))}个学位。"
    ]


def _stuck(problem: Problem, stage: int, where: str) -> list[str]:
    """Points whose sites within reach have too few seats together, even if all sites are open."""
    costs = make_costs(problem)
    seats = make_seats(problem, costs)
    group = seats.groups[stage]
    group = group[seats.needed[group] > 0]
    reach = problem.reach[costs.point[group], :, stage]
    group, reach = group[reach.any(axis=1)], reach[reach.any(axis=1)]
    needed, given = seats.needed[group], seats.given[:, stage]
    plan = distribute(np.where(reach, 0.0, np.inf), needed.astype(float), needed, given)
    short = (needed.sum() - plan.flow.sum()) / seats.per_unit
    if not short:
        return []
    scarce = plan.seats > 0.5
    tied = costs.point[group[(reach <= scarce).all(axis=1)]]
    named = "、".join(map(str, tied[:_NAMED])) + ("等" if len(tied) > _NAMED else "")
    return [
        f"{where}即使场址全开，距离上限内的学位仍缺{_count(short)}个：需求点{named}"
        f"只能到{int(scarce.sum())}个场址，这些场址的学位合计{_count(given[scarce].sum() / seats.per_unit)}个。"
    ]


def explain_failure(problem: Problem) -> list[str]:
    """Say how many sites, or how much money, would be needed at least (至少需要多少).

    Called when a search has shown that there is no plan, and nothing is to be seen at first sight.

    Returns
    -------
    list of str
        One sentence per limit that is too tight alone; if none is, a sentence that they are so together.
    """
    found = []
    if problem.sites < problem.shape[1]:
        least = _least(problem, np.ones(problem.shape[1]))
        if least > problem.sites:
            found.append(f"至少要开{least:g}所才能满足其余限制，最多只能开{problem.sites}所。")
    if problem.budget is not None:
        least = _least(problem, problem.fixed_cost)
        if least > problem.budget:
            found.append(f"至少要花{least:g}才能满足其余限制，预算只有{float(problem.budget):g}。")
    return found or [_together(problem)]


def _together(problem: Problem) -> str:
    """No limit is too tight alone: whether splitting points would help, and which limits there are."""
    limits = {
        "保留现有学校": bool(problem.kept),
        "校数": problem.sites < problem.shape[1],
        "预算": problem.budget is not None,
        "距离": not problem.reach.all(),
        "容量": problem.capacity is not None,
    }
    named = "、".join(name for name, given in limits.items() if given)
    if problem.single_source and problem.capacity is not None:
        split = solve_seats(replace(problem, single_source=False), _ANY_PLAN, _NODES)
        if split.opened is not None:
            return f"卡在不拆分：每个需求点整体只去一所学校时，装不进{named}限制之内；允许拆分就有可行方案。"
        named += "、不拆分"
    return f"{named}限制合在一起无法同时满足；可逐项放宽后再试。"


def _least(problem: Problem, price: np.ndarray) -> float:
    """A lower bound on what the open sites cost when nothing but serving everybody matters."""
    free = replace(problem, budget=None, sites=problem.shape[1])
    costs = make_costs(
        replace(free, weight=problem.needed * 1.0, distance=np.zeros_like(problem.distance))
    )
    whole = 10.0**3
    fixed = np.floor(price * whole)
    highest = float(fixed.sum()) + whole
    costs = Costs(
        costs.point,
        costs.stage,
        np.where(np.isfinite(costs.matrix), 0.0, np.inf),
        fixed,
        np.full(len(costs.matrix), highest),
        int(whole),
        int(whole),
        0,
    )
    limits = Limits(free.sites, None, 0.0)
    model = (
        MedianModel(costs, limits)
        if problem.capacity is None
        else SeatModel(costs, limits, make_seats(free, costs), False)
    )
    unit = whole if np.array_equal(price, np.rint(price)) else 1.0
    search = Search(model, lambda cost: cost - unit + 1, highest)
    bound = search.run(first_status(problem.shape[1], problem.kept), _NODES).bound
    return float(np.ceil(bound / unit) * unit / whole)
