"""Where to build: every plan against all plans there are, limits on both sides, and what is refused."""

import itertools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import youzhi as yz
from youzhi.errors import UsageError
from youzhi.siting import (
    SitingError,
    choose,
    choose_sites,
    county_case,
    great_circle_km,
    read_distances,
    solving,
)
from youzhi.siting.certificate import confirm_bound
from youzhi.siting.costs import make_costs
from youzhi.siting.evaluation import Question, Route, evaluate_plan
from youzhi.siting.multipliers import MedianModel
from youzhi.siting.problem import make_problem
from youzhi.siting.search import Search, first_status
from youzhi.siting.selection import make_limits

PLAIN = dict(
    sites=None,
    capacity=None,
    demand=None,
    fixed_cost=None,
    existing=(),
    closable=False,
    max_distance=None,
    budget=None,
    single_source=False,
    objective="median",
)


def all_choices(places, limits):
    """Every choice of sites that keeps the number, the budget and the schools that stay, last site first."""
    kept = set() if limits.get("closable") else set(limits.get("existing", ()))
    for bits in itertools.product((0, 1), repeat=places):
        chosen = [site for site in range(places) if bits[places - 1 - site]]
        if len(chosen) > limits.get("sites", places) or not kept <= set(chosen):
            continue
        spent = sum(limits["fixed_cost"][site] for site in chosen) if "fixed_cost" in limits else 0
        if "budget" in limits and spent > limits["budget"]:
            continue
        yield chosen, (0 if "budget" in limits else spent)


def best_median(weight, distance, **limits):
    """The least cost by trying everything, and the first choice that has it in the order of the rule for ties."""
    far = limits.get("max_distance", np.inf)
    best, plan = None, None
    for chosen, spent in all_choices(len(distance[0]), limits):
        cost = spent
        for pupils, row in zip(weight, distance, strict=True):
            near = [row[site] for site in chosen if row[site] <= far and np.isfinite(row[site])]
            if pupils and not near:
                cost = None
                break
            cost += pupils * min(near) if pupils else 0
        if cost is not None and (best is None or cost < best):
            best, plan = cost, chosen
    return best, plan


def best_cover(weight, distance, max_distance, **limits):
    return max(
        sum(
            pupils
            for pupils, row in zip(weight, distance, strict=True)
            if any(row[site] <= max_distance for site in chosen)
        )
        for chosen, _ in all_choices(len(distance[0]), limits)
    )


def best_split(weight, distance, capacity, **limits):
    """The least cost with seats, by a linear program for every choice of sites."""
    best = None
    for chosen, spent in all_choices(len(capacity), limits):
        if not chosen:
            continue
        price = [p * row[site] for p, row in zip(weight, distance, strict=True) for site in chosen]
        served = np.kron(np.eye(len(weight)), np.ones(len(chosen)))
        used = np.kron(np.array(weight), np.eye(len(chosen)))
        result = linprog(
            price, used, [capacity[site] for site in chosen], served, np.ones(len(weight))
        )
        if result.status == 0 and (best is None or result.fun + spent < best):
            best = result.fun + spent
    return best


def best_whole(weight, distance, capacity, sites):
    """The least cost with seats and whole points, by trying every assignment."""
    best = None
    for goes in itertools.product(range(len(capacity)), repeat=len(weight)):
        if len(set(goes)) > sites:
            continue
        used = np.bincount(goes, weight, len(capacity))
        if (used > capacity).any():
            continue
        cost = sum(w * distance[i][j] for i, (w, j) in enumerate(zip(weight, goes, strict=True)))
        best = cost if best is None else min(best, cost)
    return best


def places(points=(1, 6), sites=(1, 5), least_weight=0):
    """Weights and distances, small whole numbers, so that ties are frequent."""
    sizes = st.tuples(st.integers(*points), st.integers(*sites))
    return sizes.flatmap(
        lambda size: st.tuples(
            st.lists(st.integers(least_weight, 9), min_size=size[0], max_size=size[0]),
            st.lists(
                st.lists(st.integers(0, 9), min_size=size[1], max_size=size[1]),
                min_size=size[0],
                max_size=size[0],
            ),
        )
    )


# --- against all plans there are


@given(places(), st.integers(1, 5))
def test_a_median_is_the_best_of_all_plans_and_ties_follow_the_rule(question, sites):
    weight, distance = question
    cost, chosen = best_median(weight, distance, sites=sites)
    plan = choose_sites(weight, distance, sites=sites)
    assert (plan.objective, plan.bound, plan.gap, plan.proven) == (cost, cost, 0, True)
    assert (plan.proven_by, plan.checked, plan.unique_rule) == ("certificate", True, True)
    assert list(plan.open) == chosen


@given(places(), st.lists(st.integers(0, 30), min_size=5, max_size=5), st.data())
def test_fixed_costs_are_weighed_against_distance(question, costs, data):
    weight, distance = question
    fixed = costs[: len(distance[0])]
    existing = data.draw(st.sets(st.integers(0, len(fixed) - 1)))
    limits = dict(fixed_cost=fixed, existing=tuple(existing), closable=data.draw(st.booleans()))
    cost, chosen = best_median(weight, distance, **limits)
    plan = choose_sites(weight, distance, **limits)
    assert plan.objective == plan.bound == cost
    assert list(plan.open) == chosen


@given(places(), st.lists(st.integers(1, 30), min_size=5, max_size=5), st.integers(0, 90))
def test_a_budget_is_a_limit_and_no_part_of_the_objective(question, costs, budget):
    weight, distance = question
    limits = dict(fixed_cost=costs[: len(distance[0])], budget=budget)
    cost, chosen = best_median(weight, distance, **limits)
    plan = choose_sites(weight, distance, **limits)
    if cost is None:
        assert plan.open == ()
        assert "预算" in plan.reason
        return
    assert plan.objective == plan.bound == cost
    assert list(plan.open) == chosen


@given(places(), st.integers(1, 5), st.integers(0, 9))
def test_a_limit_of_distance_gives_the_best_plan_or_a_reason(question, sites, far):
    weight, distance = question
    cost, _ = best_median(weight, distance, sites=sites, max_distance=far)
    plan = choose_sites(weight, distance, sites=sites, max_distance=far)
    if cost is None:
        assert plan.open == ()
        assert plan.reason
        assert plan.proven
        assert plan.objective is None
    else:
        assert plan.objective == plan.bound == cost
        assert plan.reason == ""


@given(places(), st.integers(0, 4), st.integers(0, 9))
def test_a_cover_is_the_largest_there_is(question, sites, far):
    weight, distance = question
    plan = choose_sites(weight, distance, sites=sites, max_distance=far, objective="cover")
    assert plan.objective == plan.bound == best_cover(weight, distance, far, sites=sites)
    assert plan.proven_by == "certificate"


@given(
    places(points=(1, 5), sites=(1, 4), least_weight=1),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
)
def test_split_points_get_the_cheapest_seats_of_all_plans(question, seats, costs):
    weight, distance = question
    capacity, fixed = seats[: len(distance[0])], costs[: len(distance[0])]
    cost = best_split(weight, distance, capacity, fixed_cost=fixed)
    plan = choose_sites(weight, distance, capacity=capacity, fixed_cost=fixed)
    if cost is None:
        assert plan.reason
        assert plan.open == ()
        return
    assert plan.objective == pytest.approx(cost, abs=1e-6)
    assert plan.proven
    assert plan.certified_bound == pytest.approx(cost, rel=1e-6, abs=1e-6)
    assert plan.assignment.sum(axis=1) == pytest.approx(np.ones(len(weight)))


@given(
    places(points=(1, 4), sites=(1, 3), least_weight=1),
    st.lists(st.integers(0, 20), min_size=3, max_size=3),
    st.integers(1, 3),
)
def test_whole_points_get_the_cheapest_seats_of_all_plans(question, seats, sites):
    weight, distance = question
    capacity = seats[: len(distance[0])]
    cost = best_whole(weight, distance, capacity, sites)
    plan = choose_sites(weight, distance, capacity=capacity, sites=sites, single_source=True)
    if cost is None:
        assert plan.reason
        assert plan.open == ()
    else:
        assert plan.objective == cost
        assert plan.proven
        used = np.bincount(plan.assignment, weight, len(capacity))
        assert (used <= capacity).all()


# --- laws


@given(places(least_weight=1), st.integers(1, 4))
def test_another_site_never_makes_a_plan_dearer(question, sites):
    weight, distance = question
    few, more = (choose_sites(weight, distance, sites=number) for number in (sites, sites + 1))
    assert more.objective <= few.objective


@given(places(), st.integers(1, 5), st.integers(2, 50))
def test_ten_times_the_pupils_is_ten_times_the_way_to_the_same_schools(question, sites, factor):
    weight, distance = question
    one = choose_sites(weight, distance, sites=sites)
    more = choose_sites([w * factor for w in weight], distance, sites=sites)
    assert more.objective == factor * one.objective
    assert more.open == one.open


def test_decimals_are_computed_as_they_are_written():
    # 0.1 x 0.3 + 0.2 x 0.6 = 0.15 exactly; in floats the sum is 0.15000000000000002 or less
    plan = choose_sites([0.1, 0.2], [[0.3], [0.6]])
    assert plan.objective == plan.bound == 0.15
    assert plan.gap == 0


def test_distances_that_are_no_short_decimals_are_proven_to_within_rounding():
    rng = np.random.default_rng(3)
    places = rng.random((40, 2))
    plan = choose_sites(rng.integers(1, 9, 40), great_circle_km(places, places), sites=4)
    assert plan.proven
    assert 0 <= plan.gap < 1e-9
    assert plan.proven_by == "certificate"


# --- two stages


def test_two_stages_share_sites_but_not_seats():
    # point 0 has 30 + 10 pupils, point 1 has 20 + 20; site 0 has 30 primary and 30 junior seats,
    # site 1 has 20 primary and none for juniors. All juniors go to site 0, 10 x 1 + 20 x 2 = 50.
    # Primary: 30 at site 0 and 20 at site 1: everybody at home, 30 x 1 + 20 x 1 = 50.
    weight = [[30, 10], [20, 20]]
    distance = [[1, 3], [2, 1]]
    plan = choose_sites(weight, distance, capacity=[[30, 30], [20, 0]])
    assert plan.objective == 100
    assert plan.open == (0, 1)
    assert plan.assignment[:, :, 1].tolist() == [[1, 0], [1, 0]]
    assert plan.routes[["point", "stage", "site"]].values.tolist() == [
        [0, 0, 0],
        [0, 1, 0],
        [1, 0, 1],
        [1, 1, 0],
    ]


def test_each_stage_has_its_own_limit_of_distance():
    # juniors may ride 5, primary pupils walk 2 at most: one site is enough for juniors only
    weight = [[0, 10], [10, 10]]
    distance = [[4, 1], [1, 4]]
    plan = choose_sites(weight, distance, max_distance=[2, 5], sites=1)
    assert plan.open == (0,)
    assert plan.assignment.tolist() == [[-1, 0], [0, 0]]
    assert plan.objective == 10 * 4 + 10 * 1 + 10 * 1


def test_without_seats_stages_of_a_point_travel_together():
    plan = choose_sites([[1, 2], [3, 0]], [[1, 5], [5, 1]], sites=2)
    assert plan.assignment.tolist() == [[0, 0], [1, 1]]
    assert plan.objective == 3 * 1 + 3 * 1


# --- O01: no plan, and the reason in words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (dict(capacity=[60, 30]), ["全部场址的学位合计90个，需要100个，缺10个学位"]),
        (dict(capacity=[60, 60], sites=1), ["最多开1所，学位至多60个，需要100个，缺40个学位"]),
        (dict(fixed_cost=[50, 40], budget=30), ["预算30", "场址1", "差10"]),
        (dict(fixed_cost=[50, 40], budget=0), ["预算0"]),
        (dict(fixed_cost=[50, 40], budget=80, existing=[0, 1]), ["现有学校造价合计90"]),
        (dict(existing=[0, 1], sites=1), ["现有学校有2所", "最多只能开1所"]),
        (dict(sites=0), ["最多开0所"]),
        # 60 yuan buy 60 seats for 30 and half of the other 60 for 30: 90 of 100
        (
            dict(capacity=[60, 60], fixed_cost=[30, 60], budget=60),
            ["只够90个", "需要100个", "缺10个学位"],
        ),
        (dict(max_distance=1), ["2个需求点", "0、2"]),
        (dict(max_distance=4, sites=1), ["至少要开2所", "最多只能开1所"]),
        (dict(max_distance=4, fixed_cost=[50, 40], budget=60), ["至少要花90", "预算只有60"]),
        (dict(capacity=[25, 200], single_source=True, max_distance=4), ["需求点1", "共1个点"]),
        (dict(capacity=[25, 200], max_distance=4), ["仍缺5个", "需求点1", "学位合计25个"]),
        (dict(capacity=[60, 30], existing=[0], sites=1), ["现有学校的学位合计60个，需要100个"]),
    ],
)
def test_without_a_plan_the_binding_limit_is_named(question, words):
    weight, distance = [40, 30, 30], [[9, 2], [1, 9], [5, 4]]
    plan = choose_sites(weight, distance, **question)
    assert plan.open == ()
    assert plan.objective is plan.bound is plan.gap is None
    assert plan.proven
    assert not plan.checked
    assert [word for word in words if word not in plan.reason] == []


@pytest.mark.parametrize(
    "enough",
    [
        dict(capacity=[60, 40]),
        dict(capacity=[60, 100], sites=1),
        dict(fixed_cost=[50, 40], budget=40),
        dict(existing=[0, 1], sites=2),
        dict(max_distance=4, sites=2),
        dict(max_distance=4, fixed_cost=[50, 40], budget=90),
        dict(capacity=[30, 70], max_distance=4),
        dict(capacity=[30, 70], max_distance=4, single_source=True),
    ],
)
def test_with_just_enough_there_is_a_plan(enough):
    plan = choose_sites([40, 30, 30], [[9, 2], [1, 9], [5, 4]], **enough)
    assert plan.reason == ""
    assert plan.open
    assert plan.checked


def test_nobody_to_serve_opens_nothing_and_costs_nothing():
    plan = choose_sites([0, 0], [[1, 2], [3, 4]])
    assert (plan.open, plan.objective, plan.gap, plan.proven) == ((), 0, 0, True)


def test_a_point_without_pupils_forces_nothing_and_goes_with_the_nearest_site():
    # the point without pupils is 9 away from everything
    plan = choose_sites([5, 0], [[1, 2], [9, 8]], max_distance=3, sites=1)
    assert plan.objective == 5
    assert plan.assignment.tolist() == [0, -1]
    assert choose_sites([5, 0], [[1, 2], [9, 8]], sites=1).assignment.tolist() == [0, 0]


# --- O02: a search cut short


def hard(points=60, sites=60):
    rng = np.random.default_rng(5)
    return rng.integers(1, 40, points), rng.integers(1, 1000, (points, sites))


def same(one, other):
    assert one.routes.equals(other.routes)
    assert one.assignment.tobytes() == other.assignment.tobytes()
    fields = ["open", "objective", "bound", "gap", "proven", "proven_by", "notes", "nodes"]
    assert [getattr(one, f) for f in fields] == [getattr(other, f) for f in fields]


def test_a_search_cut_short_keeps_its_plan_tells_the_gap_and_repeats_itself():
    weight, distance = hard()
    plan = choose_sites(weight, distance, sites=8, nodes=3)
    assert plan.open
    assert plan.checked
    assert plan.gap > 0
    assert plan.bound < plan.objective
    assert (plan.proven, plan.proven_by) == (False, "")
    assert "未证明最优" in plan.notes[-1]
    same(plan, choose_sites(weight, distance, sites=8, nodes=3))


def test_a_gap_that_is_accepted_counts_as_proven():
    weight, distance = hard()
    plan = choose_sites(weight, distance, sites=8, nodes=3)
    again = choose_sites(weight, distance, sites=8, accept_gap=plan.gap * 1.01)
    assert again.proven
    assert 0 < again.gap <= plan.gap * 1.01


def test_plans_with_seats_repeat_themselves():
    weight, distance = hard(30, 12)
    limits = dict(capacity=np.full(12, weight.sum() // 4), sites=5)
    same(choose_sites(weight, distance, **limits), choose_sites(weight, distance, **limits))
    limits |= dict(single_source=True)
    same(choose_sites(weight, distance, **limits), choose_sites(weight, distance, **limits))


# --- O03: what is refused, what is noted


def test_all_faults_are_told_at_once_and_by_position():
    distance = [[1, float("nan")], [-2, 3], [4, 5]]
    with pytest.raises(yz.DataError) as refused:
        choose_sites([1, float("nan"), -3], distance, existing=[7], max_distance=-1)
    faults = refused.value.faults
    assert faults[["file", "row", "column", "found"]].values.tolist() == [
        ["distance", 0, "1", "nan"],
        ["distance", 1, "0", "-2.0"],
        ["weight", 1, "0", "nan"],
        ["weight", 2, "0", "-3.0"],
        ["existing", "", "", "7"],
        ["max_distance", "", "", "-1"],
    ]


def test_a_point_that_no_road_reaches_is_named():
    inf = float("inf")
    plan = choose_sites([1, 2], [[1, 2], [inf, inf]])
    assert plan.open == ()
    assert "1个需求点没有路可到任何候选场址：1" in plan.reason
    assert any("没有路的需求点：1处，1" in note for note in plan.notes)
    covered = choose_sites([1, 2], [[1, 2], [inf, inf]], max_distance=5, objective="cover")
    assert covered.objective == 1
    assert covered.assignment.tolist() == [0, -1]


def test_one_way_roads_and_points_at_one_place_are_noted_and_allowed():
    one_way = choose_sites([1, 1, 1], [[0, 1, 5], [2, 0, 5], [5, 5, 0]], sites=1)
    assert any("往返距离不等" in note and "0–1" in note for note in one_way.notes)
    doubled = choose_sites([1, 1, 1], [[0, 0, 5], [0, 0, 5], [5, 5, 0]], sites=2)
    assert any("距离为0的不同点" in note and "0–1" in note for note in doubled.notes)
    assert doubled.objective == 0
    rows = choose_sites([1, 1, 1], [[1, 2], [3, 4], [1, 2]], sites=1)
    assert any("全同的需求点" in note and "0–2" in note for note in rows.notes)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (dict(objective="centre"), "centre"),
        (dict(objective="cover"), "max_distance"),
        (dict(objective="cover", max_distance=1, fixed_cost=[1, 1]), "budget"),
        (dict(budget=3), "fixed_cost"),
        (dict(demand=[1, 1]), "capacity"),
        (dict(capacity=[1, 2, 3]), "capacity"),
        (dict(accept_gap=1), "accept_gap"),
        (dict(nodes=0), "nodes"),
    ],
)
def test_questions_that_make_no_sense_are_refused(question, words):
    with pytest.raises(UsageError, match=words):
        choose_sites([1, 1], [[1, 2], [3, 4]], **question)


def test_seats_in_tiny_fractions_are_refused():
    with pytest.raises(yz.DataError, match="最多六位小数"):
        choose_sites([1], [[1]], capacity=[1 / 3])


# --- O04: plan and bound are computed again


def test_a_plan_that_breaks_limits_is_told_from_the_raw_input():
    question = Question([10, 10], [[1, 9], [9, 1]], *PLAIN.values())._replace(
        sites=1, capacity=[15, 15], max_distance=5, existing=(1,), single_source=True
    )
    half = Fraction(1, 2)
    routes = [Route(0, 0, 0, half), Route(0, 0, 1, half), Route(1, 0, 0, Fraction(1))]
    objective, broken = evaluate_plan(question, [0], routes)
    # 10 x 1/2 x 1 + 10 x 1/2 x 9 + 10 x 9
    assert objective == 140
    assert [
        word
        for word in ("现有学校1被关闭", "没有开设的场址1", "距离9", "被拆分")
        if word not in "；".join(broken)
    ] == []
    fine = evaluate_plan(
        question._replace(existing=(), capacity=[20, 0], max_distance=9),
        [0],
        [Route(0, 0, 0, Fraction(1)), Route(1, 0, 0, Fraction(1))],
    )
    assert fine == (100, [])
    full = evaluate_plan(
        question._replace(existing=(), capacity=[19, 0], max_distance=9),
        [0],
        [Route(0, 0, 0, Fraction(1)), Route(1, 0, 0, Fraction(1))],
    )
    assert full[1] == ["场址0（学段0）分到20，容量19"]


def searched():
    weight, distance = hard(30, 30)
    problem = make_problem(weight, distance, **(PLAIN | dict(sites=5)))
    costs, limits = make_costs(problem), make_limits(problem)
    status = first_status(30, ())
    search = Search(
        MedianModel(costs, limits), lambda cost: cost - costs.step + 1, costs.unserved.sum()
    )
    return search.run(status, 5000), status, costs, limits


def test_a_proof_confirms_its_bound_and_no_higher_one():
    found, status, costs, limits = searched()
    bound = int(found.bound)
    assert confirm_bound(found.proof, status, costs, limits, None, bound, True)
    assert not confirm_bound(found.proof, status, costs, limits, None, int(found.cost) + 1, True)


def test_a_proof_with_a_part_cut_out_or_other_costs_confirms_nothing():
    found, status, costs, limits = searched()
    assert found.proof.parts
    kept, found.proof.parts = found.proof.parts, found.proof.parts[:1]
    assert not confirm_bound(found.proof, status, costs, limits, None, int(found.bound), True)
    found.proof.parts = kept
    costs.matrix[:] *= 0.99
    costs.matrix[:] = np.floor(costs.matrix)
    assert not confirm_bound(found.proof, status, costs, limits, None, int(found.bound), True)


def test_a_solver_that_claims_too_much_is_refused(monkeypatch):
    weight, distance = hard(12, 6)
    limits = dict(capacity=np.full(6, weight.sum() // 2), sites=3, single_source=True)
    honest = choose_sites(weight, distance, **limits)
    answer = solving.solve_with_highs

    def boasting(*arguments):
        found = answer(*arguments)
        return found._replace(bound=found.cost * 1.01)

    def cheating(*arguments):
        found = answer(*arguments)
        return found._replace(cost=found.cost * 0.99, bound=found.cost * 0.9)

    assert honest.proven
    for liar, words in ((boasting, "界高于"), (cheating, "不一致|矛盾")):
        monkeypatch.setattr(solving, "solve_with_highs", liar)
        with pytest.raises(SitingError, match=words):
            choose_sites(weight, distance, **limits)


# --- O05: equal plans


def test_of_equal_plans_the_sites_named_first_win():
    distance = [[1, 1, 1, 9], [2, 2, 2, 9]]
    plan = choose_sites([1, 1], distance, sites=2)
    assert plan.open == (0,)
    assert plan.assignment.tolist() == [0, 0]
    assert plan.unique_rule


def test_the_order_of_points_changes_no_plan():
    weight, distance = hard(40, 20)
    order = np.random.default_rng(1).permutation(40)
    plan = choose_sites(weight, distance, sites=5)
    other = choose_sites(weight[order], distance[order], sites=5)
    assert other.open == plan.open
    assert other.objective == plan.objective
    assert other.assignment.tolist() == plan.assignment[order].tolist()


# --- distances


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (180, 0), 20015.114),  # half the circle: pi x 6371.0087714
        ((10, 90), (-160, -90), 20015.114),
        ((116, 40), (116, 41), 111.195),  # one degree of a meridian: pi x R / 180
        ((116, 60), (117, 60), 55.597),  # 2 R asin(cos 60 x sin 0.5)
        (
            (-86.67, 36.12),
            (-118.40, 33.94),
            2886.448,
        ),  # Nashville to Los Angeles, scaled from R = 6372.8: 2887.26
    ],
)
def test_great_circles_have_the_known_length(one, other, km):
    assert great_circle_km([one], [other])[0, 0] == pytest.approx(km, abs=2e-3)
    assert great_circle_km([other], [one])[0, 0] == pytest.approx(km, abs=2e-3)


def test_coordinates_out_of_range_or_missing_are_all_named():
    with pytest.raises(yz.DataError) as refused:
        great_circle_km([[181, 0], [0, np.nan]], [[0, -91]])
    assert refused.value.faults[["file", "row", "column"]].values.tolist() == [
        ["points_a", 0, "经度"],
        ["points_a", 1, "纬度"],
        ["points_b", 0, "纬度"],
    ]


def test_a_table_of_distances_is_refused_with_every_missing_pair(tmp_path):
    file = tmp_path / "roads.csv"
    file.write_text("from,to,km\n甲,一,1\n甲,一,2\n乙,一,-1\n丙,二,x\n", encoding="utf-8")
    with pytest.raises(yz.DataError) as refused:
        read_distances(file, ["甲", "乙"], ["一", "二"])
    assert refused.value.faults[["row", "found"]].values.tolist() == [
        [3, "甲→一又写成2，前面是1"],
        [4, "-1"],
        [5, "x"],
        ["", "缺少甲→二"],
        ["", "缺少乙→二"],
    ]


def test_a_table_of_distances_needs_its_columns_and_names_of_its_own(tmp_path):
    file = tmp_path / "roads.csv"
    file.write_text("from,to\n甲,一\n", encoding="utf-8")
    with pytest.raises(UsageError, match="km"):
        read_distances(file, ["甲"], ["一"])
    with pytest.raises(UsageError, match="重名：甲"):
        read_distances(file, ["甲", "甲"], ["一"])
    with pytest.raises(UsageError, match="读不出来"):
        read_distances(tmp_path / "none.csv", ["甲"], ["一"])


# --- a county


def county(**columns):
    return yz.SchoolTable.from_frame(
        pd.DataFrame(
            {
                "county": "demo",
                "year": 2020,
                "school": ["甲校", "乙校", "丙校"],
                "school_type": "primary",
                "town": ["东镇", "东镇", "西镇"],
                "lon": [118.0, 118.1, 118.4],
                "lat": [36.0, 36.0, 36.0],
                "pupils_primary": [300, 100, 50],
            }
            | columns
        )
    )


def test_a_county_becomes_points_sites_and_lines():
    seats = pd.DataFrame(
        {"stage": "primary", "school": ["甲校", "乙校", "丙校"], "seats": [450, 90, 45]}
    )
    new = pd.DataFrame({"site": ["新校"], "lon": [118.4], "lat": [36.01], "seats_primary": [45]})
    case = county_case(county(), stages="primary", seats=seats, new_sites=new)
    assert case.sites["site"].tolist() == ["丙校", "乙校", "甲校", "新校"]
    assert case.existing == (0, 1, 2)
    assert case.capacity[:, 0].tolist() == [45, 90, 450, 45]
    plan = case.choose()
    lines = case.draw_lines(plan)
    # 乙校 has 10 pupils more than seats, 丙校 5; the new school is 1.1 km away from 丙校
    assert lines[["point", "site", "pupils"]].values.tolist() == [
        ["丙校", "丙校", 45.0],
        ["丙校", "新校", 5.0],
        ["乙校", "乙校", 90.0],
        ["乙校", "甲校", 10.0],
        ["甲校", "甲校", 300.0],
    ]
    assert lines["km"].round(2).tolist() == [0, 1.11, 0, 9.0, 0]


def test_the_point_of_a_town_is_the_middle_of_its_pupils():
    case = county_case(county(), stages="primary", by="town")
    # (118.0 x 300 + 118.1 x 100) / 400 = 118.025
    assert case.points["point"].tolist() == ["东镇", "西镇"]
    assert case.points["lon"].tolist() == pytest.approx([118.025, 118.4])
    assert case.weight.tolist() == [[400], [50]]


def test_pupils_without_a_place_are_listed_and_not_forgotten():
    case = county_case(
        county(lon=[118.0, None, 118.4], pupils_primary=[300, 100, None]), stages="primary"
    )
    assert case.left_out[["school", "why"]].values.tolist() == [
        ["丙校", "在校生数缺失"],
        ["乙校", "没有经纬度"],
    ]
    assert case.points["point"].tolist() == ["甲校"]
    assert case.sites["site"].tolist() == ["丙校", "甲校"]


def test_seats_in_a_reason_are_written_with_thousands():
    # 18,000 + 800 seats for 19,857 pupils
    plan = choose_sites([19857], [[1, 1]], capacity=[18000, 800])
    assert plan.reason == "全部场址的学位合计18,800个，需要19,857个，缺1,057个学位。"


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.integers(0, 40), st.integers(0, 2), st.integers(0, 2)),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 90),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_where_no_school_is_over_its_seats_nobody_changes_school(schools, special, place):
    """Schools and a new place may even coincide; pupils of a special school, which has no seats, do not count."""
    names = [f"第{at}校" for at in range(len(schools))]
    table = pd.DataFrame(
        {
            "county": "demo",
            "year": 2020,
            "school": [*names, "特教学校"],
            "school_type": ["primary"] * len(names) + ["special"],
            "lon": [118 + one[2] / 10 for one in schools] + [118.0],
            "lat": [36 + one[3] / 10 for one in schools] + [36.0],
            "pupils_primary": [one[0] for one in schools] + [special],
        }
    )
    given_seats = [pupils + spare for pupils, spare, _, _ in schools]
    seats = pd.DataFrame({"stage": "primary", "school": names, "seats": given_seats})
    new = {"site": ["新校"], "lon": [118 + place[0] / 10], "lat": [36 + place[1] / 10]}
    case = county_case(
        yz.SchoolTable.from_frame(table),
        stages="primary",
        seats=seats,
        new_sites=pd.DataFrame(new | {"seats_primary": [500]}),
    )
    lines = case.draw_lines(case.choose(accept_gap=0.001))
    assert lines["pupils"].sum() == sum(one[0] for one in schools)
    assert (lines["point"] == lines["site"]).all()


def test_a_school_without_seats_that_count_is_neither_point_nor_site():
    seats = pd.DataFrame({"stage": "primary", "school": ["甲校", "乙校"], "seats": [300, 150]})
    case = county_case(
        county(school_type=["primary", "primary", "special"]), seats=seats, stages="primary"
    )
    assert case.points["point"].tolist() == ["乙校", "甲校"]
    assert case.sites["site"].tolist() == ["乙校", "甲校"]
    assert case.left_out.values.tolist() == [["丙校", "西镇", "primary", 50.0, "不计入学位"]]
    towns = county_case(county(), seats=seats, stages="primary", by="town")
    assert towns.points["point"].tolist() == ["东镇"]


def test_going_to_another_school_at_the_same_place_is_one_metre():
    case = county_case(county(lon=[118.0, 118.0, 118.4]), stages="primary")
    rows = case.points["point"].tolist(), case.sites["site"].tolist()
    way = pd.DataFrame(case.distance, *rows)
    assert way.loc["甲校", "甲校"] == 0
    assert way.loc["甲校", "乙校"] == way.loc["乙校", "甲校"] == 0.001
    # 0.4 degrees of longitude at 36 degrees north: 0.4 x 111.195 x cos 36° = 35.98 km
    assert way.loc["甲校", "丙校"] == pytest.approx(35.98, abs=0.01)


def test_a_county_without_places_or_with_unknown_seats_is_refused():
    with pytest.raises(UsageError, match="没有经纬度，不做选址"):
        county_case(county(lon=None), stages="primary")
    seats = pd.DataFrame({"stage": "primary", "school": ["甲校"], "seats": [np.nan]})
    with pytest.raises(UsageError, match=r"1所学校的学位数未知，不做选址.*：甲校。"):
        county_case(county(), stages="primary", seats=seats)
    with pytest.raises(UsageError, match="没有计入学位的学校"):
        county_case(county(), stages="primary", seats=seats.assign(stage="junior"))
    # the only school with seats has no coordinates, the others have
    with pytest.raises(UsageError, match="没有经纬度"):
        county_case(
            county(lon=[None, 118.1, 118.4]), stages="primary", seats=seats.assign(seats=9.0)
        )
    with pytest.raises(UsageError, match="senior"):
        county_case(county(), stages="senior")


# --- limits that meet, bounds to the last bit, and input of every kind


@pytest.mark.parametrize(
    ("question", "objective"),
    [
        # 13.14 + 26.4 + 13.07 = 52.61 pays for all sites; the second is at no distance
        (
            (
                [3],
                [[6.9, 0, 8.14]],
                dict(fixed_cost=[13.14, 26.4, 13.07], budget=56.64, capacity=[26, 12, 25]),
            ),
            0,
        ),
        # both sites are needed, and cost just the budget: 6.69 x 0.14 = 0.9366 is left to go
        (
            (
                [5.16, 6.69],
                [[3.16, 0], [0.14, 1.19]],
                dict(fixed_cost=[14, 16], budget=30, capacity=[9, 23]),
            ),
            0.9366,
        ),
        # a hundredth less, and all go to the second site: 6.69 x 1.19
        (
            (
                [5.16, 6.69],
                [[3.16, 0], [0.14, 1.19]],
                dict(fixed_cost=[14, 16], budget=29.99, capacity=[9, 23]),
            ),
            7.9611,
        ),
    ],
)
def test_a_budget_and_seats_go_together_with_whole_points(question, objective):
    weight, distance, limits = question
    plan = choose_sites(weight, distance, **limits, single_source=True)
    assert (plan.objective, plan.proven, plan.checked) == (objective, True, True)


@given(
    places(points=(1, 4), sites=(1, 4), least_weight=1),
    st.lists(st.integers(1, 20), min_size=4, max_size=4),
    st.lists(st.integers(0, 3000), min_size=4, max_size=4),
    st.integers(0, 9000),
)
def test_with_seats_and_a_budget_in_cents_split_points_get_the_best_plan(
    question, seats, cents, budget
):
    weight, distance = question
    fixed = [one / 100 for one in cents[: len(distance[0])]]
    limits = dict(fixed_cost=[Fraction(one, 100) for one in cents[: len(fixed)]])
    capacity, money = seats[: len(fixed)], Fraction(budget, 100)
    cost = best_split(weight, distance, capacity, budget=money, **limits)
    plan = choose_sites(weight, distance, capacity=capacity, fixed_cost=fixed, budget=float(money))
    assert plan.proven
    assert plan.objective == (None if cost is None else pytest.approx(cost, abs=1e-6))


def test_a_cover_with_seats_is_proven_also_where_points_are_split():
    # 8 seats for 7 + 5 pupils; and with no site at all nobody is covered
    plan = choose_sites([7, 5], [[0], [0]], capacity=[8], objective="cover", max_distance=1)
    assert (plan.objective, plan.proven, plan.proven_by) == (8, True, "certificate")
    assert plan.bound == pytest.approx(8, rel=1e-9)
    none = choose_sites([7], [[0]], capacity=[27], objective="cover", max_distance=1, sites=0)
    assert (none.open, none.objective, none.proven) == ((), 0, True)
    assert 0 <= none.gap < 1e-9


@pytest.mark.parametrize("more", [{}, dict(budget=1), dict(sites=0), dict(single_source=True)])
def test_nobody_to_serve_opens_nothing_with_seats_too(more):
    plan = choose_sites([0, 0], [[1, 2], [2, 1]], fixed_cost=[3, 4], capacity=[5, 5], **more)
    assert (plan.open, plan.objective, plan.proven, plan.reason) == ((), 0, True, "")


def test_large_sums_of_money_are_held_against_the_budget_to_the_last_unit():
    # 10 x 2 + 30 x 1 = 50 with the second site, which costs just the budget
    costs = dict(fixed_cost=[1e12, 2e12])
    plan = choose_sites([10, 30], [[1, 2], [2, 1]], **costs, budget=2e12)
    assert (plan.open, plan.objective, plan.proven) == ((1,), 50, True)
    less = choose_sites([10, 30], [[1, 2], [2, 1]], **costs, budget=2e12 - 1)
    # 10 x 1 + 30 x 2
    assert (less.open, less.objective, less.proven) == ((0,), 70, True)
    far = dict(max_distance=2, budget=2.5e12)
    none = choose_sites([10, 20, 30], [[1, 9], [9, 1], [1, 9]], **costs, **far)
    assert (none.proven, none.proven_by) == (True, "certificate")
    assert "至少要花3e+12" in none.reason


def test_more_money_than_all_sites_cost_is_no_limit():
    question = [10, 30], [[1, 2], [2, 1]]
    for budget in (3.5, 1e308, 10**400):
        plan = choose_sites(*question, fixed_cost=[1.5, 2], budget=budget)
        assert (plan.open, plan.objective) == ((0, 1), 40)


def test_a_gap_just_at_what_is_accepted_is_proven(monkeypatch):
    """The bound is 99 of 100, lowered by rounding: a gap of 0.01 and a little."""
    solve = choose.solve_median

    def rounded(*arguments):
        found = solve(*arguments)
        bound = 99 - Fraction(1, 10**7)
        return found._replace(bound=bound, certified=bound)

    monkeypatch.setattr(choose, "solve_median", rounded)
    assert choose_sites([100], [[1]], accept_gap=0.01).proven
    assert not choose_sites([100], [[1]], accept_gap=0.0099).proven


@pytest.mark.parametrize(
    ("weight", "distance", "limits", "opened"),
    [
        # only the first site can be reached by all; only the third and fourth lie within 5
        (
            [6, 0, 1, 0, 6],
            [[7, np.inf], [7, np.inf], [6, 3], [4, 0], [9, 8]],
            dict(sites=1),
            (0,),
        ),
        ([1], [[0, 8, 4, 8, np.inf]], dict(sites=2, max_distance=5, existing=(3,)), (0, 3)),
    ],
)
def test_a_large_gap_is_accepted_of_plans_only(weight, distance, limits, opened):
    plan = choose_sites(weight, distance, **limits, accept_gap=0.9)
    assert plan.open == opened
    assert plan.proven


def test_without_a_plan_a_large_gap_is_no_excuse():
    # the school that stays is 8 away, and no second one may be open
    distance = [[0, 8, 4, 8, np.inf]]
    plan = choose_sites([1], distance, sites=1, max_distance=5, existing=(3,), accept_gap=0.9)
    assert (plan.proven, plan.open) == (True, ())
    assert "至少要开2所" in plan.reason


def test_the_reason_names_not_splitting_where_splitting_helps_and_only_limits_there_are():
    # 18 pupils, 20 seats; of three points of 6 each site takes one as a whole
    limits = dict(capacity=[10, 10], single_source=True)
    plan = choose_sites([6, 6, 6], [[1, 1]] * 3, **limits)
    assert plan.proven
    assert "卡在不拆分" in plan.reason
    assert "容量" in plan.reason
    assert [word for word in ("校数", "预算", "距离", "保留") if word in plan.reason] == []
    assert choose_sites([6, 6, 6], [[1, 1]] * 3, capacity=[10, 10]).proven
    # two of three sites have 20 seats, too, and the budget pays for two
    more = dict(fixed_cost=[1, 1, 1], budget=2)
    plan = choose_sites([6, 6, 6], [[1, 1, 1]] * 3, capacity=[10] * 3, single_source=True, **more)
    assert "装不进预算、容量限制" in plan.reason


def test_a_point_with_pupils_but_no_need_of_seats_still_has_to_be_reached():
    # the site in reach costs 20
    limits = dict(capacity=[4, 10], demand=[0], max_distance=5, fixed_cost=[20, 0])
    plan = choose_sites([6], [[1, 9]], **limits, budget=18)
    assert plan.proven
    assert "至少要花20" in plan.reason
    paid = choose_sites([6], [[1, 9]], **limits, budget=20)
    assert (paid.open, paid.objective) == ((0,), 6)


def test_no_road_and_too_far_are_two_reasons():
    inf = float("inf")
    distance = [[1, 2], [inf, inf], [8, 9]]
    plan = choose_sites([1, 2, 3], distance)
    assert plan.reason == "有1个需求点没有路可到任何候选场址：1。"
    plan = choose_sites([1, 2, 3], distance, max_distance=5)
    assert "没有路可到任何候选场址：1。" in plan.reason
    assert "在距离上限内没有任何候选场址：2。" in plan.reason


@pytest.mark.parametrize(
    ("existing", "found"),
    [
        ([False, True], ["False", "True"]),
        (np.array([True, True]), ["True"]),
        ([1.0], ["1.0"]),
        ("1", ["文本1"]),
        ([-1, 2], ["-1", "2"]),
        ([float("nan")], ["nan"]),
    ],
)
def test_standing_schools_are_given_by_position_only(existing, found):
    with pytest.raises(yz.DataError) as refused:
        choose_sites([1, 1], [[1, 2], [2, 1]], existing=existing)
    faults = refused.value.faults
    assert faults["file"].unique().tolist() == ["existing"]
    assert faults["found"].tolist() == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (dict(weight=["10", 30]), ["weight", 0, "0", "文本10"]),
        (dict(weight=[10, None]), ["weight", 1, "0", "None"]),
        (dict(weight=np.ma.array([10, 30], mask=[0, 1])), ["weight", 1, "0", "nan"]),
        (dict(distance=[[1, 2], [3, "远"]]), ["distance", 1, "1", "文本远"]),
        (dict(distance=[[1, 2], [3, 1j]]), ["distance", 1, "1", "1j"]),
        (dict(capacity=[50, 1e18]), ["capacity", "", "", "1e+18"]),
        (dict(max_distance="3"), ["max_distance", "", "", "文本3"]),
        (dict(max_distance=[None]), ["max_distance", "", "", "[None]"]),
        (dict(fixed_cost=[1, 2], budget="3"), ["budget", "", "", "文本3"]),
        (dict(fixed_cost=[1, 2], budget=True), ["budget", "", "", "True"]),
        (dict(fixed_cost=[1, 2], budget=[3]), ["budget", "", "", "[3]"]),
        (dict(fixed_cost=[1, 2], budget=float("nan")), ["budget", "", "", "nan"]),
        (dict(sites=1.0), ["sites", "", "", "1.0"]),
    ],
)
def test_what_is_no_number_is_told_with_its_place(question, found):
    with pytest.raises(yz.DataError) as refused:
        choose_sites(**(dict(weight=[10, 30], distance=[[1, 2], [2, 1]]) | question))
    faults = refused.value.faults[["file", "row", "column", "found"]]
    assert faults.values.tolist() == [found]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (dict(accept_gap="0.1"), "accept_gap"),
        (dict(accept_gap=None), "accept_gap"),
        (dict(accept_gap=float("nan")), "accept_gap"),
        (dict(nodes=True), "nodes"),
        (dict(existing=1), "existing"),
        (dict(existing=None), "existing"),
        (dict(weight=[[1, 2], [3]]), "weight各行的长短不一"),
        (dict(distance=[[1], [2, 3]]), "distance各行的长短不一"),
        (dict(distance=[1, 2]), "distance有1维"),
        (dict(weight=3), "weight有0维"),
        (dict(weight=[1, 2, 3]), "weight有3行，distance有2行"),
        (dict(weight=[1e20, 1]), "数值太大.*请换单位"),
        (dict(weight=[1e308, 1], distance=[[1e10, 1], [1, 2]]), "数值太大.*请换单位"),
        (dict(weight=[1e-30, 1e-30]), "数值太小.*请换单位"),
        (dict(weight=[1e-200, 0], distance=[[1e-200], [1]]), "数值太小.*请换单位"),
        (dict(weight=[1e20, 1], objective="cover", max_distance=1), "数值太大.*请换单位"),
        (dict(weight=[1e-30, 0], objective="cover", max_distance=1), "数值太小.*请换单位"),
        (dict(demand=[8e15, 8e15], capacity=[9e15, 9e15]), "学位需求数值太大.*请换单位"),
        (dict(fixed_cost=[6e15, 6e15], budget=7e15), "造价数值太大.*请换单位"),
    ],
)
def test_input_of_the_wrong_kind_or_size_is_refused_in_words(question, words):
    with pytest.raises(UsageError, match=words):
        choose_sites(**(dict(weight=[10, 30], distance=[[1, 2], [2, 1]]) | question))


def test_large_and_small_numbers_within_the_room_are_proven():
    rng = np.random.default_rng(3)
    weight, distance = rng.integers(20, 400, 20), rng.integers(100, 30000, (20, 8))
    plain = choose_sites(weight, distance, sites=3)
    for factor in (10**6, 1e-7):
        plan = choose_sites(weight * factor, distance, sites=3)
        assert plan.open == plain.open
        assert plan.proven


def test_whole_numbers_of_any_kind_are_taken():
    plan = choose_sites(
        np.array([10, 30], dtype=np.int32),
        pd.DataFrame([[1, 2], [2, 1]]),
        sites=np.int64(1),
        nodes=np.int64(10),
        existing=np.array([1]),
    )
    assert (plan.open, plan.objective) == ((1,), 50)


def test_coordinates_that_are_texts_or_missing_are_told_with_their_place():
    with pytest.raises(yz.DataError) as refused:
        great_circle_km([["118", 36], [118, None]], [[118, 36]])
    assert refused.value.faults[["row", "column", "found"]].values.tolist() == [
        [0, "经度", "文本118"],
        [1, "纬度", "None"],
    ]
    with pytest.raises(UsageError, match="长短不一"):
        great_circle_km([[1, 2], [3]], [[1, 2]])
    with pytest.raises(UsageError, match="两列"):
        great_circle_km([1, 2], [[1, 2]])


@pytest.mark.parametrize(
    "written", ["1_000", '"1,000"', "1e2", "nan", "-inf", "１２", "3km", "", "9" * 400, "-0.1"]
)
def test_a_distance_is_a_plain_number_and_one_bad_cell_is_one_finding(tmp_path, written):
    file = tmp_path / "roads.csv"
    file.write_text(f"from,to,km\n甲,一,{written}\n乙,一,2.50\n", encoding="utf-8")
    with pytest.raises(yz.DataError) as refused:
        read_distances(file, ["甲", "乙"], ["一"])
    assert refused.value.faults[["row", "column", "found"]].values.tolist() == [
        [2, "km", written.strip('"') or "（空）"]
    ]


def test_lines_of_a_table_are_counted_as_an_editor_counts_them(tmp_path):
    file = tmp_path / "roads.csv"
    file.write_text('from,to,km,note\n\n甲,一,1,"two\nlines"\n乙,一,x,\n', encoding="utf-8")
    with pytest.raises(yz.DataError) as refused:
        read_distances(file, ["甲", "乙"], ["一"])
    assert refused.value.faults["row"].tolist() == [5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from,to,km,km\n甲,一,1,2\n", "两个以上“km”列"),
        ('from,to,km\n"甲,一,1\n', "读不出来"),
        ("from,to,km\n甲,一," + "1" * 200_000 + "\n", "读不出来"),
        ("from,to,km\n", "没有数据"),
    ],
)
def test_a_table_of_distances_in_disorder_is_refused(tmp_path, text, words):
    file = tmp_path / "roads.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_distances(file, ["甲"], ["一"])
    with pytest.raises(UsageError, match="路径"):
        read_distances(None, ["甲"], ["一"])


def test_names_may_be_numbers(tmp_path):
    file = tmp_path / "roads.csv"
    file.write_text("from,to,km\n1,7,-0\n2,7,inf\n", encoding="utf-8")
    assert read_distances(file, [1, 2], [7]).tolist() == [[0.0], [np.inf]]
    with pytest.raises(UsageError, match="重名：1"):
        read_distances(file, [1, 1], [7])
