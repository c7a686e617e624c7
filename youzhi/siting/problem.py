"""What is given and asked for, checked: demand points, sites, limits; every fault in the input at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from youzhi.errors import UsageError
from youzhi.exact import exact_number
from youzhi.siting.given import Faults, read_numbers, show

OBJECTIVES = ("median", "cover")
# Pupils, seats and money with at most so many decimals are whole numbers of a small unit, and stay exact.
_DECIMALS = 6
_WHOLE = 2**53
_NAMED = 10


@dataclass(frozen=True, eq=False)
class Problem:
    """A checked question where to build (选址问题).

    Attributes
    ----------
    weight : ndarray of float, points × stages
        What a unit of distance costs at a point; zero or more.
    distance : ndarray of float, points × sites
        Zero or more; infinite where there is no way.
    reach : ndarray of bool, points × sites × stages
        Whether the pupils of a stage may be sent from the point to the site.
    demand, capacity : ndarray of float or None
        Seats needed, points × stages, and seats there are, sites × stages; None without capacities.
    fixed_cost : ndarray of float or None
        Of every open site.
    budget : Fraction or None
        What the fixed costs of the open sites may add up to.
    sites : int
        How many sites may be open.
    existing : tuple of int
        Schools that stand already, ascending.
    kept : tuple of int
        Those of them that may not be closed.
    single_source, cover : bool
        Whether a point goes to one site as a whole; whether weight is covered instead of distance saved.
    staged : bool
        Whether stages were given.
    """

    weight: np.ndarray
    distance: np.ndarray
    reach: np.ndarray
    demand: np.ndarray | None
    capacity: np.ndarray | None
    fixed_cost: np.ndarray | None
    budget: Fraction | None
    sites: int
    existing: tuple[int, ...]
    kept: tuple[int, ...]
    single_source: bool
    cover: bool
    staged: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of points, sites and stages."""
        return self.reach.shape

    @property
    def needed(self) -> np.ndarray:
        """Points × stages: whether anybody has to be served there."""
        return self.weight > 0 if self.demand is None else (self.weight > 0) | (self.demand > 0)

    @property
    def spends_in_objective(self) -> bool:
        """Whether fixed costs are part of the objective; with a budget they are a limit instead."""
        return self.fixed_cost is not None and self.budget is None


def decimal_places(values: np.ndarray) -> int | None:
    """How many decimals hold all values exactly; None when more than six are needed."""
    for places in range(_DECIMALS + 1):
        with np.errstate(over="ignore"):
            scaled = values * 10.0**places
        if np.all(np.abs(scaled) < _WHOLE) and np.array_equal(
            np.rint(scaled) / 10.0**places, values
        ):
            return places
    return None


def make_problem(
    weight,
    distance,
    *,
    sites,
    capacity,
    demand,
    fixed_cost,
    existing,
    closable,
    max_distance,
    budget,
    single_source,
    objective,
) -> Problem:
    """Check the input of choose_sites and put it into one shape (选址输入检查)."""
    if objective not in OBJECTIVES:
        raise UsageError(f"没有“{objective}”这种目标。可以用：{'、'.join(OBJECTIVES)}。")
    faults = Faults()
    distance, weight = faults.read(distance, "distance"), faults.read(weight, "weight")
    if distance.ndim != 2:
        raise UsageError(f"distance有{distance.ndim}维，应为二维：每个需求点一行，每个场址一列。")
    staged, weight = weight.ndim != 1, _table(weight, "weight")
    points, places = distance.shape
    if not points or not places:
        raise UsageError(
            f"距离表是{points}×{places}，至少要有一个需求点和一个候选场址。请补全数据。"
        )
    stages = weight.shape[1]
    if capacity is not None:
        capacity = _fit(faults, capacity, (places, stages), "capacity")
        demand = weight if demand is None else _fit(faults, demand, (points, stages), "demand")
    elif demand is not None:
        raise UsageError(
            "给了demand却没有给capacity。没有容量限制时不需要demand，请去掉或补上容量。"
        )
    if fixed_cost is not None:
        fixed_cost = _fit(faults, fixed_cost, (places, 1), "fixed_cost")[:, 0]
    if len(weight) != points:
        raise UsageError(f"weight有{len(weight)}行，distance有{points}行。每个需求点各一行。")
    _check_numbers(faults, weight, distance, demand, capacity, fixed_cost)
    existing = _check_existing(faults, existing, places)
    limits = _check_limits(faults, max_distance, stages)
    sites = _check_sites(faults, sites, places)
    budget = _check_budget(faults, budget, fixed_cost)
    faults.tell()
    if objective == "cover":
        if max_distance is None:
            raise UsageError("目标cover要有max_distance：多远以内才算覆盖。请给出距离上限。")
        if fixed_cost is not None and budget is None:
            raise UsageError("目标cover不把造价与覆盖人数相加。给了fixed_cost，就请给出budget。")
    reach = np.isfinite(distance)[:, :, None] & (distance[:, :, None] <= limits)
    return Problem(
        weight=weight,
        distance=distance,
        reach=reach,
        demand=demand,
        capacity=capacity,
        fixed_cost=fixed_cost,
        budget=budget,
        sites=sites,
        existing=existing,
        kept=() if closable else existing,
        single_source=bool(single_source),
        cover=objective == "cover",
        staged=staged,
    )


def _table(array: np.ndarray, name: str) -> np.ndarray:
    """A table; a flat one as one column."""
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2:
        raise UsageError(f"{name}有{array.ndim}维，应为二维：每个需求点一行。")
    return array


def _fit(faults: Faults, values, shape: tuple[int, int], name: str) -> np.ndarray:
    """A table of just this shape; one column may be given flat."""
    array = _table(faults.read(values, name), name)
    if array.shape != shape:
        raise UsageError(
            f"{name}的形状是{array.shape}，应为{shape}：需求点、场址和学段的个数要与distance、weight一致。"
        )
    return array


def _check_numbers(faults: Faults, weight, distance, demand, capacity, fixed_cost) -> None:
    """Every number: known, not negative, and finite where it has to be."""
    bad = np.isnan(distance) | (distance < 0)
    allowed = "不小于0的数；走不到的写无穷大（inf）"
    faults.by_row("distance", bad, distance, allowed, "补查这一段的路程；不要用0代替未知")
    tables = {"weight": weight, "demand": demand, "capacity": capacity}
    if fixed_cost is not None:
        tables["fixed_cost"] = fixed_cost[:, None]
    for name, table in tables.items():
        if table is None or (name == "demand" and demand is weight):
            continue
        wrong = ~np.isfinite(table) | (table < 0)
        faults.by_row(
            name, wrong, table, "不小于0的有限数", "补上实际的数；没有就写0，未知的先查清"
        )
        if not wrong.any() and name != "weight" and (table >= _WHOLE).any():
            faults.add(name, f"{table.max():g}", "小于9e15的数", "数值太大，请换单位")
        elif not wrong.any() and name != "weight" and decimal_places(table) is None:
            faults.add(name, "小数位数过多", "最多六位小数", "按实际单位取整后再给")
    if demand is weight and np.isfinite(weight).all() and decimal_places(weight) is None:
        faults.add("weight", "小数位数过多", "作为学位需求时最多六位小数", "取整，或另给demand")


def _check_existing(faults: Faults, existing, places: int) -> tuple[int, ...]:
    """The standing schools, each once, ascending."""
    allowed = f"0到{places - 1}的场址序号"
    whole = {one for one in existing if _is_whole(one)}
    for found in dict.fromkeys(show(one) for one in existing if not _is_whole(one)):
        faults.add("existing", found, allowed, "改成序号；是否已有学校的真假表，请先换成序号")
    for one in sorted(whole):
        if not 0 <= one < places:
            faults.add("existing", str(one), allowed, "改成候选场址的序号")
    return tuple(sorted(map(int, whole)))


def _is_whole(one) -> bool:
    """Whether it is a whole number and not a truth value."""
    return isinstance(one, int | np.integer) and not isinstance(one, bool)


def _check_limits(faults: Faults, max_distance, stages: int) -> np.ndarray:
    """The farthest way of every stage; infinite without a limit."""
    if max_distance is None:
        return np.full(stages, np.inf)
    flat = np.atleast_1d(read_numbers(max_distance, "max_distance")[0])
    if flat.shape not in ((1,), (stages,)) or np.isnan(flat).any() or (flat < 0).any():
        allowed = "一个不小于0的数，或每学段一个"
        faults.add("max_distance", show(max_distance), allowed, "改正距离上限")
        return np.full(stages, np.inf)
    return np.broadcast_to(flat, (stages,))


def _check_sites(faults: Faults, sites, places: int) -> int:
    """How many sites may be open; all of them when nothing is said."""
    if sites is None:
        return places
    if not _is_whole(sites) or sites < 0:
        faults.add("sites", show(sites), "不小于0的整数", "写明最多开几所")
        return places
    return min(int(sites), places)


def _check_budget(faults: Faults, budget, fixed_cost) -> Fraction | None:
    """The budget exactly; it needs costs to be held against."""
    if budget is None:
        return None
    if fixed_cost is None:
        raise UsageError("给了budget却没有给fixed_cost。请给出每个场址的造价。")
    try:
        exact = exact_number(budget)
    except ValueError:
        exact = Fraction(-1)
    if exact < 0:
        faults.add("budget", show(budget), "不小于0的有限数", "改正预算")
        return None
    return exact


def find_oddities(distance: np.ndarray) -> list[str]:
    """What is allowed but worth a look: one-way distances, points at no distance, pairs of equal rows (可疑之处)."""
    notes = []
    points, places = distance.shape
    if points == places and not np.diagonal(distance).any():
        one_way = np.argwhere(np.triu(distance != distance.T))
        notes += _listed("往返距离不等的点对", one_way)
        notes += _listed("距离为0的不同点（重复的点？）", np.argwhere(np.triu(distance == 0, 1)))
    elif points > 1:
        order = np.lexsort(distance.T[::-1])
        same = (distance[order[1:]] == distance[order[:-1]]).all(axis=1)
        pairs = np.sort(np.column_stack([order[:-1], order[1:]])[same], axis=1)
        notes += _listed("到各场址距离全同的需求点（重复的点？）", pairs[np.lexsort(pairs.T[::-1])])
    lost = np.flatnonzero(~np.isfinite(distance).any(axis=1))
    notes += _listed("到任何场址都没有路的需求点", lost[:, None])
    return notes


def _listed(what: str, found: Sequence) -> list[str]:
    """One sentence naming the first of what was found; none when nothing was."""
    if not len(found):
        return []
    named = "、".join("–".join(map(str, one)) for one in found[:_NAMED])
    more = "等" if len(found) > _NAMED else ""
    return [f"{what}：{len(found)}处，{named}{more}。"]
