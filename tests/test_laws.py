"""Laws that hold for every county: the oracle agrees, order and units do not matter, closing a gap passes."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import INDICATORS, by_indicator, judge, table
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle import CODES, mean_and_square
from oracle import judge as oracle_judge
from test_gaps import COLUMN_OF, add_to

import youzhi as yz
from youzhi.exact import root
from youzhi.tables import stack_tables

ID_OF = dict(zip(CODES, INDICATORS, strict=True))
SHARED = INDICATORS[3:]
TYPES = ["primary", "junior", "nine_year", "twelve_year", "complete_secondary", "teaching_point", "special"]


# --- counties of all kinds


def around(bar, pupils, per=1):
    """Whole amounts near what so many pupils need: on the bar, on the floor, a bit beside, none, missing."""
    need = Fraction(bar) * pupils / per
    points = {int(need * share) + step for share in (Fraction(17, 20), 1) for step in (-1, 0, 1)}
    return st.one_of(st.sampled_from(sorted(max(0, p) for p in points)), st.integers(0, int(need * 2) + 2), st.none())


@st.composite
def school(draw, name):
    kind = draw(st.sampled_from(TYPES))
    stages = {"primary": ["primary"], "teaching_point": ["primary"], "junior": ["junior"], "special": ["primary"]}
    stages = stages.get(kind, ["junior", "senior"] if kind == "complete_secondary" else ["primary", "junior"])
    stages = [*stages, "senior"] if kind == "twelve_year" else stages
    size = st.sampled_from([40, 49, 50, 100, 200, 1000])
    row = {"school": name, "school_type": kind}
    row |= {f"pupils_{stage}": draw(st.one_of(size, st.integers(1, 3000))) for stage in stages}
    pupils = sum(row[f"pupils_{stage}"] for stage in stages)
    for stage in set(stages) - {"senior"}:
        for teachers, bar in (("degree_teachers", "4.2"), ("backbone_teachers", "1"), ("arts_pe_teachers", "0.9")):
            row[f"{teachers}_{stage}"] = draw(around(bar, row[f"pupils_{stage}"], 100))
    rooms = draw(around("4.5", pupils))
    row["indoor_sports_area_m2"] = draw(st.sampled_from([0, 0, 3, None]))
    row["teaching_area_m2"] = None if rooms is None else rooms + (row["indoor_sports_area_m2"] or 0)
    row["sports_ground_area_m2"] = draw(around("7.5", pupils))
    row["equipment_value_yuan"] = draw(around(2000, pupils))
    row["networked_classrooms"] = draw(around("2.3", pupils, 100))
    return row


@st.composite
def county(draw, least=1, most=4):
    return [draw(school(f"{at}校")) for at in range(draw(st.integers(least, most)))]


def filled(rows):
    """The same county without missing numbers."""
    return [{name: 0 if value is None else value for name, value in row.items()} for row in rows]


def keyed(frame, column):
    keys = [key for key in ("stage", "school", "indicator") if key in frame]
    return dict(zip(frame[keys].itertuples(index=False, name=None), frame[column], strict=True))


# --- the oracle


@settings(max_examples=80)
@given(county())
def test_the_package_and_the_oracle_agree_on_every_county(rows):
    found, told = judge(rows), oracle_judge(rows)
    assert keyed(found.schools, "pupils") == told.sections
    values = {(stage, name, ID_OF[code]): value for (stage, name, code), value in told.values.items()}
    computed = keyed(found.indicators, "value")
    assert computed.keys() == values.keys()
    assert {key for key, value in computed.items() if np.isnan(value)} == {k for k, v in values.items() if v is None}
    for key, value in values.items():
        assert value is None or computed[key] == pytest.approx(float(value), rel=1e-14)
    assert keyed(found.schools, "verdict") == told.schools
    assert keyed(found.coefficients, "verdict") == {(stage, ID_OF[code]): v for (stage, code), v in told.spread.items()}
    squares = {(stage, ID_OF[code]): square for (stage, code), square in told.squares.items()}
    for key, cv in keyed(found.coefficients, "cv").items():
        assert np.isnan(cv) if squares[key] is None else cv == pytest.approx(root(squares[key]), rel=1e-13)
    gaps = {(stage, name, ID_OF[code]): gap for (stage, name, code), gap in told.gaps.items()}
    assert {k: (bar, floor) for (k, bar), floor in zip(keyed(found.gaps, "to_bar").items(), found.gaps["to_floor"], strict=True)} == gaps
    planned = found.repairs.groupby(["stage", "school"]).size().to_dict()
    assert {place: planned.get(place, 0) for place in told.repairs} == told.repairs


# --- verdicts and amounts


@given(county())
def test_a_gap_is_there_exactly_when_an_indicator_is_not_met(rows):
    found = judge(rows)
    failing = found.indicators.query("verdict == 'not_met'")
    assert set(keyed(found.gaps, "to_bar")) == set(keyed(failing, "value"))
    assert (found.gaps["to_bar"] >= 1).all()
    assert (found.gaps["to_floor"] <= found.gaps["to_bar"]).all()


@given(county(most=3), st.data())
def test_adding_exactly_the_gap_makes_an_indicator_met_and_one_unit_less_does_not(rows, data):
    gaps = judge(rows).gaps
    assume(len(gaps))
    gap = gaps.iloc[data.draw(st.integers(0, len(gaps) - 1))]
    at = int(gap["school"].removesuffix("校"))
    key = (gap["stage"], gap["school"], gap["indicator"])
    for amount, verdict in ((gap["to_bar"], "met"), (gap["to_bar"] - 1, "not_met")):
        more = rows[:at] + [add_to(rows[at], [(gap["stage"], gap["indicator"], amount)])] + rows[at + 1 :]
        assert keyed(judge(more).indicators, "verdict")[key] == verdict
    for amount, at_floor in ((gap["to_floor"], True), (gap["to_floor"] - 1, False)):
        if amount >= 0:
            more = rows[:at] + [add_to(rows[at], [(gap["stage"], gap["indicator"], amount)])] + rows[at + 1 :]
            assert keyed(judge(more).indicators, "at_floor")[key] == at_floor


@given(county(most=3))
def test_a_school_passes_once_its_plan_is_carried_out(rows):
    plans = judge(filled(rows)).repairs
    mended = []
    for row in filled(rows):
        plan = plans[plans["school"] == row["school"]]
        shared = plan[plan["indicator"].isin(SHARED)].groupby("indicator")["amount"].max()
        own = plan[~plan["indicator"].isin(SHARED)][["stage", "indicator", "amount"]].itertuples(index=False, name=None)
        mended.append(add_to(row, [*own, *(("", indicator, amount) for indicator, amount in shared.items())]))
    assert set(judge(mended).schools["verdict"]) <= {"met"}


@given(county(most=3), st.integers(0, 2), st.sampled_from(INDICATORS), st.integers(1, 500))
def test_more_of_a_resource_never_turns_met_into_not_met(rows, at, indicator, amount):
    row = rows[at % len(rows)]
    stage = "junior" if "pupils_primary" not in row else "primary"
    column = COLUMN_OF[indicator].format(stage=stage)
    assume(row.get(column) is not None)
    more = [one if one is not row else add_to(row, [(stage, indicator, amount)]) for one in rows]
    before, after = judge(rows), judge(more)
    for frame in ("indicators", "schools"):
        worse = {
            key
            for key, verdict in keyed(getattr(before, frame), "verdict").items()
            if verdict == "met" and keyed(getattr(after, frame), "verdict")[key] != "met"
        }
        assert worse == set()


@given(county(least=2), st.sampled_from(["networked_classrooms", "teaching_area_m2", "equipment_value_yuan"]))
def test_taking_a_number_away_never_decides_anything_anew(rows, column):
    rows = filled(rows)
    blank = [rows[0] | {column: None}, *rows[1:]]
    before, after = judge(rows), judge(blank)
    for frame in ("schools", "coefficients"):
        known = keyed(getattr(before, frame), "verdict")
        for key, verdict in keyed(getattr(after, frame), "verdict").items():
            assert verdict in (known[key], "cannot_tell")


# --- the coefficient

spread = st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 10**7)), min_size=1, max_size=8).filter(
    lambda pairs: any(r for _, r in pairs)
)


@given(spread)
def test_the_coefficient_is_that_of_the_definition_and_never_negative(pairs):
    cv = yz.difference_coefficient(*zip(*pairs, strict=True))
    assert cv >= 0
    assert cv == pytest.approx(root(mean_and_square(*zip(*pairs, strict=True))[1]), rel=1e-13)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8), st.integers(1, 5000))
def test_the_coefficient_of_schools_that_are_alike_is_exactly_zero(pupils, per_pupil):
    assert yz.difference_coefficient(pupils, [n * per_pupil for n in pupils]) == 0.0


@given(spread, st.sampled_from([100, 10000, 0.01]))
def test_the_unit_of_a_resource_changes_no_coefficient(pairs, factor):
    pupils, resource = zip(*pairs, strict=True)
    other = [r * factor for r in resource]
    assert yz.difference_coefficient(pupils, other) == pytest.approx(yz.difference_coefficient(pupils, resource), rel=1e-12, abs=1e-15)


@given(spread, st.randoms(use_true_random=False))
def test_the_order_of_schools_changes_no_coefficient(pairs, shuffler):
    other = list(pairs)
    shuffler.shuffle(other)
    one, two = (yz.difference_coefficient(*zip(*p, strict=True)) for p in (pairs, other))
    assert one == pytest.approx(two, rel=1e-14)


@given(spread)
def test_doubling_the_county_changes_no_coefficient(pairs):
    one, two = (yz.difference_coefficient(*zip(*p, strict=True)) for p in (pairs, pairs + pairs))
    assert one == pytest.approx(two, rel=1e-14)


@given(spread)
def test_splitting_a_school_into_two_alike_halves_changes_no_coefficient(pairs):
    doubled = [(2 * n, 2 * r) for n, r in pairs]
    (n, r), rest = pairs[0], doubled[1:]
    one, two = (yz.difference_coefficient(*zip(*p, strict=True)) for p in (doubled, [(n, r), (n, r), *rest]))
    assert one == pytest.approx(two, rel=1e-14)


@given(spread)
def test_levelling_two_schools_never_widens_the_spread(pairs):
    assume(len(pairs) > 1)
    (n, r), (m, s), *rest = pairs
    level = [(n, Fraction((r + s) * n, n + m)), (m, Fraction((r + s) * m, n + m)), *rest]
    assert mean_and_square(*zip(*level, strict=True))[1] <= mean_and_square(*zip(*pairs, strict=True))[1]
    levelled = yz.difference_coefficient([n for n, _ in level], [float(r) for _, r in level])
    assert levelled <= yz.difference_coefficient(*zip(*pairs, strict=True)) * (1 + 1e-12) + 1e-12


# --- many schools, many counties


@settings(max_examples=15)
@given(county(least=2), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_tables(rows, shuffler):
    other = list(rows)
    shuffler.shuffle(other)
    one, two = judge(rows), judge(other)
    for name in ("indicators", "coefficients", "schools", "gaps", "reasons"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


@settings(max_examples=15)
@given(county(), county())
def test_counties_do_not_touch_each_other(one, other):
    apart = [table(one, county="a"), table(other, county="b")]
    together = yz.assess(stack_tables(apart))
    for name in ("indicators", "coefficients", "schools", "gaps", "repairs", "reasons"):
        parts = [getattr(yz.assess(part), name) for part in apart]
        parts = [part for part in parts if len(part)]
        if parts:
            wanted = pd.concat(parts, ignore_index=True)
            pd.testing.assert_frame_equal(getattr(together, name), wanted, check_dtype=False)


@settings(max_examples=15)
@given(county(least=2, most=3))
def test_doubling_every_school_doubles_nothing_but_the_number_of_schools(rows):
    twins = rows + [row | {"school": row["school"] + "二"} for row in rows]
    one, two = judge(rows), judge(twins)
    for stage in ("primary", "junior"):
        assert by_indicator(one.coefficients, "verdict", stage=stage) == by_indicator(two.coefficients, "verdict", stage=stage)
        assert by_indicator(one.coefficients, "printed", stage=stage) == by_indicator(two.coefficients, "printed", stage=stage)
    assert sorted(one.schools["verdict"].tolist() * 2) == sorted(two.schools["verdict"])
