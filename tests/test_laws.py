"""Laws that hold for every county: the oracle agrees, order and units do not matter, closing a gap passes."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import INDICATORS, judge
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracle import BAR, CODES, WEIGHT, mean_and_square
from oracle import judge as oracle_judge
from test_gaps import COLUMN_OF, add_to

import youzhi as yz
from youzhi.exact import root

ID_OF = dict(zip(CODES, INDICATORS, strict=True))
SHARED = INDICATORS[3:]
TYPES = [
    "primary",
    "junior",
    "nine_year",
    "twelve_year",
    "complete_secondary",
    "teaching_point",
    "special",
]


# --- counties of all kinds


def around(*needs):
    """Whole amounts near what is needed: on a bar, on its floor, a bit beside, none, plenty, missing."""
    points = {
        int(need * share) + step
        for need in needs
        for share in (Fraction(17, 20), 1)
        for step in (-1, 0, 1)
    }
    return st.one_of(
        st.sampled_from(sorted(max(0, p) for p in points)),
        st.integers(0, int(needs[0] * 2) + 2),
        st.none(),
    )


def shared_needs(row, code):
    """What the bars of both stages ask of the whole school: bar x weighted pupils / weight of the stage."""
    weighted = sum(WEIGHT[stage] * row.get(f"pupils_{stage}", 0) for stage in WEIGHT)
    per = 100 if code == "1.7" else 1
    return [
        BAR[stage][code] * weighted / WEIGHT[stage] / per
        for stage in BAR
        if f"pupils_{stage}" in row
    ]


@st.composite
def school(draw, name):
    kind = draw(st.sampled_from(TYPES))
    stages = {
        "primary": ["primary"],
        "teaching_point": ["primary"],
        "junior": ["junior"],
        "special": ["primary"],
    }
    stages = stages.get(
        kind, ["junior", "senior"] if kind == "complete_secondary" else ["primary", "junior"]
    )
    stages = [*stages, "senior"] if kind == "twelve_year" else stages
    size = st.sampled_from([40, 49, 50, 100, 200, 1000, 1100])
    row = {"school": name, "school_type": kind}
    row |= {f"pupils_{stage}": draw(st.one_of(size, st.integers(1, 3000))) for stage in stages}
    for stage in set(stages) - {"senior"}:
        for teachers, bar in (
            ("degree_teachers", "4.2"),
            ("backbone_teachers", "1"),
            ("arts_pe_teachers", "0.9"),
        ):
            row[f"{teachers}_{stage}"] = draw(around(Fraction(bar) * row[f"pupils_{stage}"] / 100))
    rooms = draw(around(*shared_needs(row, "1.4")))
    row["indoor_sports_area_m2"] = draw(st.sampled_from([0, 0, 3, None]))
    row["teaching_area_m2"] = None if rooms is None else rooms + (row["indoor_sports_area_m2"] or 0)
    row["sports_ground_area_m2"] = draw(around(*shared_needs(row, "1.5")))
    row["equipment_value_yuan"] = draw(around(*shared_needs(row, "1.6")))
    row["networked_classrooms"] = draw(around(*shared_needs(row, "1.7")))
    return row


def counties(least=1, most=5):
    """Several counties of one to four schools each; one call judges them all, so an example costs little."""
    return st.lists(st.integers(1, 4).flatmap(schools), min_size=least, max_size=most)


def schools(size):
    return st.tuples(*(school(f"{at}校") for at in range(size))).map(list)


def judge_all(many):
    """One assessment of many counties, in a year without reliefs; the county's number is its name."""
    rows = [row | {"county": f"{at:03}"} for at, county in enumerate(many) for row in county]
    return judge(rows, year=2023)


def filled(rows):
    """The same county without missing numbers."""
    full = [{name: 0 if value is None else value for name, value in row.items()} for row in rows]
    return [
        row | {"teaching_area_m2": max(row["teaching_area_m2"], row["indoor_sports_area_m2"])}
        for row in full
    ]


def keyed(frame, column):
    keys = [key for key in ("county", "stage", "school", "indicator") if key in frame]
    return dict(zip(frame[keys].itertuples(index=False, name=None), frame[column], strict=True))


def told_by_oracle(many, part):
    """One part of the oracle's findings for many counties, under the keys of `keyed`."""
    return {
        (f"{number:03}", *(ID_OF.get(word, word) for word in key)): value
        for number, rows in enumerate(many)
        for key, value in getattr(oracle_judge(rows), part).items()
    }


# --- the oracle


@settings(max_examples=16)
@given(counties(least=3))
def test_the_package_and_the_oracle_agree_on_every_county(many):
    found = judge_all(many)
    assert keyed(found.schools, "pupils") == told_by_oracle(many, "sections")
    computed, values = keyed(found.indicators, "value"), told_by_oracle(many, "values")
    assert computed.keys() == values.keys()
    for key, value in values.items():
        assert (
            np.isnan(computed[key])
            if value is None
            else computed[key] == pytest.approx(float(value), rel=1e-14)
        )
    assert keyed(found.schools, "verdict") == told_by_oracle(many, "schools")
    assert keyed(found.coefficients, "verdict") == told_by_oracle(many, "spread")
    squares, means = told_by_oracle(many, "squares"), told_by_oracle(many, "means")
    for key, cv in keyed(found.coefficients, "cv").items():
        assert (
            np.isnan(cv)
            if squares[key] is None
            else cv == pytest.approx(root(squares[key]), rel=1e-13)
        )
    for key, mean in keyed(found.coefficients, "mean").items():
        assert (
            np.isnan(mean)
            if means[key] is None
            else mean == pytest.approx(float(means[key]), rel=1e-13)
        )
    gaps = found.gaps.assign(
        both=list(zip(found.gaps["to_bar"], found.gaps["to_floor"], strict=True))
    )
    assert keyed(gaps, "both") == told_by_oracle(many, "gaps")
    planned = found.repairs.groupby(["county", "stage", "school"]).size().to_dict()
    fewest = told_by_oracle(many, "repairs")
    assert {place: planned.get(place, 0) for place in fewest} == fewest
    assert planned.keys() <= fewest.keys()


# --- verdicts and amounts


@settings(max_examples=10)
@given(counties())
def test_a_gap_is_there_exactly_when_an_indicator_is_not_met(many):
    found = judge_all(many)
    failing = found.indicators.query("verdict == 'not_met'")
    assert set(keyed(found.gaps, "to_bar")) == set(keyed(failing, "value"))
    assert (found.gaps["to_bar"] >= 1).all()
    assert (found.gaps["to_floor"] <= found.gaps["to_bar"]).all()


@settings(max_examples=8)
@given(counties())
def test_adding_exactly_the_gap_makes_an_indicator_met_and_one_unit_less_does_not(many):
    gaps = judge_all(many).gaps
    trials, wanted = [], {}
    for gap in gaps.head(12).to_dict("records"):
        rows = many[int(gap["county"])]
        at = int(gap["school"].removesuffix("校"))
        steps = [(gap["to_bar"], "verdict", "met"), (gap["to_bar"] - 1, "verdict", "not_met")]
        steps += [(gap["to_floor"], "at_floor", True), (gap["to_floor"] - 1, "at_floor", False)][
            : 2 * (gap["to_floor"] > 0)
        ]
        for amount, column, value in steps:
            key = (f"{len(trials):03}", gap["stage"], gap["school"], gap["indicator"])
            wanted[key, column] = value
            more = add_to(rows[at], [(gap["stage"], gap["indicator"], amount)])
            trials.append([*rows[:at], more, *rows[at + 1 :]])
    assume(trials)
    found = judge_all(trials).indicators
    both = {column: keyed(found, column) for column in ("verdict", "at_floor")}
    assert {(key, column): both[column][key] for key, column in wanted} == wanted


@settings(max_examples=10)
@given(counties())
def test_a_school_passes_once_its_plan_is_carried_out(many):
    full = [filled(rows) for rows in many]
    plans = judge_all(full).repairs
    mended = [
        [mend(row, plans[plans["county"] == f"{number:03}"]) for row in rows]
        for number, rows in enumerate(full)
    ]
    assert set(judge_all(mended).schools["verdict"]) <= {"met"}


def mend(row, plans):
    """Carry out a school's plan; what its stages share is added once, by the larger amount."""
    plan = plans[plans["school"] == row["school"]]
    shared = plan["indicator"].isin(SHARED)
    largest = plan[shared].groupby("indicator")["amount"].max()
    own = plan[~shared][["stage", "indicator", "amount"]].itertuples(index=False, name=None)
    return add_to(row, [*own, *(("", indicator, amount) for indicator, amount in largest.items())])


@settings(max_examples=10)
@given(counties(), st.sampled_from(INDICATORS), st.integers(1, 500))
def test_more_of_a_resource_never_turns_met_into_not_met(many, indicator, amount):
    more = []
    for first, *rest in many:
        stage = "primary" if "pupils_primary" in first else "junior"
        known = first.get(COLUMN_OF[indicator].format(stage=stage)) is not None
        more.append([add_to(first, [(stage, indicator, amount)]) if known else first, *rest])
    before, after = judge_all(many), judge_all(more)
    for frame in ("indicators", "schools"):
        was, now = (keyed(getattr(result, frame), "verdict") for result in (before, after))
        assert {key for key in was if was[key] == "met" and now[key] != "met"} == set()


@settings(max_examples=8)
@given(
    counties(),
    st.sampled_from(["networked_classrooms", "teaching_area_m2", "equipment_value_yuan"]),
)
def test_taking_a_number_away_decides_nothing_anew(many, column):
    full = [filled(rows) for rows in many]
    blank = [[first | {column: None}, *rest] for first, *rest in full]
    before, after = judge_all(full), judge_all(blank)
    for frame in ("schools", "coefficients"):
        was, now = (keyed(getattr(result, frame), "verdict") for result in (before, after))
        assert {key for key in was if now[key] not in (was[key], "cannot_tell")} == set()


# --- the coefficient

spread = st.lists(
    st.tuples(st.integers(1, 3000), st.integers(0, 10**7)), min_size=1, max_size=8
).filter(lambda pairs: any(r for _, r in pairs))


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
    assert yz.difference_coefficient(pupils, other) == pytest.approx(
        yz.difference_coefficient(pupils, resource), rel=1e-12, abs=1e-15
    )


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
    one, two = (
        yz.difference_coefficient(*zip(*p, strict=True)) for p in (doubled, [(n, r), (n, r), *rest])
    )
    assert one == pytest.approx(two, rel=1e-14)


@given(spread)
def test_levelling_two_schools_never_widens_the_spread(pairs):
    assume(len(pairs) > 1)
    (n, r), (m, s), *rest = pairs
    level = [(n, Fraction((r + s) * n, n + m)), (m, Fraction((r + s) * m, n + m)), *rest]
    assert (
        mean_and_square(*zip(*level, strict=True))[1]
        <= mean_and_square(*zip(*pairs, strict=True))[1]
    )
    levelled = yz.difference_coefficient([n for n, _ in level], [float(r) for _, r in level])
    assert levelled <= yz.difference_coefficient(*zip(*pairs, strict=True)) * (1 + 1e-12) + 1e-12


# --- many schools, many counties


@settings(max_examples=5)
@given(counties(), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_tables(many, shuffler):
    rows = [row | {"county": f"{number:03}"} for number, rows in enumerate(many) for row in rows]
    one = judge(rows)
    shuffler.shuffle(rows)
    two = judge(rows)
    for name in ("indicators", "coefficients", "schools", "gaps", "reasons"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


@settings(max_examples=5)
@given(counties(least=2, most=3))
def test_counties_do_not_touch_each_other(many):
    apart = [judge(rows, county=f"{number:03}", year=2023) for number, rows in enumerate(many)]
    together = judge_all(many)
    for name in ("indicators", "coefficients", "schools", "gaps", "repairs", "reasons"):
        parts = [part for part in (getattr(one, name) for one in apart) if len(part)]
        if parts:
            wanted = pd.concat(parts, ignore_index=True)
            pd.testing.assert_frame_equal(getattr(together, name), wanted, check_dtype=False)


@settings(max_examples=5)
@given(counties())
def test_doubling_every_school_doubles_nothing_but_the_number_of_schools(many):
    twins = [rows + [row | {"school": row["school"] + "二"} for row in rows] for rows in many]
    one, two = judge_all(many), judge_all(twins)
    for column in ("verdict", "printed", "printed_mean"):
        assert keyed(one.coefficients, column) == keyed(two.coefficients, column)
    assert sorted(one.schools["verdict"].tolist() * 2) == sorted(two.schools["verdict"])
