"""Indicator values: one ratio, every part of it given or the value is missing."""

import numpy as np
import pytest
from conftest import INDICATORS, R1, R3, R4, R5, R6, R7, by_indicator, good, judge, table, variant

import youzhi as yz


def values_of(*rows, **where):
    frame = yz.compute_indicators(table(list(rows)), yz.load_standard("jiaodu-2017-6"))
    return by_indicator(frame, "value", **where)


# --- the seven values


def test_values_of_a_primary_school():
    school = good(
        "甲校", primary=250, degree=12, backbone=3, arts=2, rooms=1500.5, indoor=300, grounds=1700
    )
    # 12/250 x 100 = 4.8; 3/250 x 100 = 1.2; 2/250 x 100 = 0.8; (1500.5 - 300)/250 = 4.802;
    # (300 + 1700)/250 = 8; 600,000/250 = 2,400; 6/250 x 100 = 2.4
    expected = dict(zip(INDICATORS, (4.8, 1.2, 0.8, 4.802, 8.0, 2400, 2.4), strict=True))
    assert values_of(
        school | {"equipment_value_yuan": 600000, "networked_classrooms": 6}
    ) == pytest.approx(expected, rel=1e-14)


def test_values_of_a_nine_year_school_split_only_the_four_shared_resources():
    school = {
        "school": "甲校",
        "school_type": "nine_year",
        **{"pupils_primary": 450, "pupils_junior": 500, "pupils_senior": None},
        **{
            "degree_teachers_primary": 18,
            "backbone_teachers_primary": 9,
            "arts_pe_teachers_primary": 4,
        },
        **{
            "degree_teachers_junior": 30,
            "backbone_teachers_junior": 5,
            "arts_pe_teachers_junior": 6,
        },
        **{"teaching_area_m2": 5500, "indoor_sports_area_m2": 500, "sports_ground_area_m2": 7500},
        **{"equipment_value_yuan": 2_000_000, "networked_classrooms": 20},
    }
    # weighted pupils: 450 + 1.1 x 500 = 1,000. Primary: 18/4.5 = 4, 9/4.5 = 2, 4/4.5 = 0.888…,
    # 5000/1000 = 5, 8000/1000 = 8, 2,000,000/1000 = 2000, 20/1000 x 100 = 2
    primary = dict(zip(INDICATORS, (4, 2, 4 / 4.5, 5, 8, 2000, 2), strict=True))
    # Junior: 30/5 = 6, 5/5 = 1, 6/5 = 1.2, and the shared ones 1.1 times the primary ones
    junior = dict(zip(INDICATORS, (6, 1, 1.2, 5.5, 8.8, 2200, 2.2), strict=True))
    assert values_of(school, stage="primary") == pytest.approx(primary, rel=1e-14)
    assert values_of(school, stage="junior") == pytest.approx(junior, rel=1e-14)


def test_indoor_sports_rooms_move_from_teaching_rooms_to_sports():
    # 600 m² indoor for 1,000 pupils: 0.6 less teaching area, 0.6 more sports area per pupil
    without, with_rooms = values_of(good("甲校")), values_of(good("甲校", indoor=600))
    assert with_rooms[R4] == pytest.approx(without[R4] - 0.6)
    assert with_rooms[R5] == pytest.approx(without[R5] + 0.6)


def test_the_table_has_the_promised_columns_and_order():
    frame = yz.compute_indicators(
        table([good("乙校", "junior"), good("甲校", "junior"), good("甲小")]),
        yz.load_standard("jiaodu-2017-6"),
    )
    assert list(frame.columns) == [
        "county",
        "year",
        "stage",
        "school",
        "indicator",
        "value",
        "numerator",
        "pupils",
    ]
    order = [("primary", "甲小"), ("junior", "乙校"), ("junior", "甲校")]
    assert list(zip(frame["stage"], frame["school"], frame["indicator"], strict=True)) == [
        (*place, indicator) for place in order for indicator in INDICATORS
    ]


# --- missing is never zero


@pytest.mark.parametrize(
    ("missing", "unknown"),
    [
        ("degree", {R1}),
        ("arts", {R3}),
        ("rooms", {R4}),
        ("indoor", {R4, R5}),  # without it neither teaching nor sports area is known
        ("grounds", {R5}),
        ("equipment", {R6}),
        ("networked", {R7}),
        ("primary", set(INDICATORS)),
    ],
)
def test_a_missing_input_gives_a_missing_value(missing, unknown):
    found = values_of(good("甲校", **{missing: None}))
    assert {indicator for indicator, value in found.items() if np.isnan(value)} == unknown


def test_zero_of_a_resource_is_zero_and_not_missing():
    assert values_of(good("甲校", networked=0))[R7] == 0


# --- transitional relief

SMALL = good("甲校", primary=90, arts=0, zone="rural") | {"shared_arts_pe_teachers_primary": 1}
INNER = good("甲校", grounds=5000, inner_city=True) | {"other_sports_area_m2": 2500}


def relieved_value(school, indicator, **options):
    return by_indicator(judge([school], **options).indicators, "value")[indicator]


@pytest.mark.parametrize(
    ("year", "value"), [(2018, 0), (2019, 100 / 90), (2022, 100 / 90), (2023, 0)]
)
def test_shared_arts_teachers_count_in_the_years_of_the_relief(year, value):
    # 0 own and 1 shared teacher for 90 pupils: 100/90 = 1.11 with the relief
    assert relieved_value(SMALL, R3, year=year) == pytest.approx(value)


@pytest.mark.parametrize(("year", "value"), [(2018, 5.0), (2019, 7.5), (2022, 7.5), (2023, 5.0)])
def test_converted_and_rented_grounds_count_in_the_years_of_the_relief(year, value):
    # (5000 + 2500) / 1000 = 7.5
    assert relieved_value(INNER, R5, year=year) == value


@pytest.mark.parametrize(("wanted", "value"), [(True, 7.5), (False, 5.0)])
@pytest.mark.parametrize("year", [2020, 2025])
def test_the_relief_can_be_switched_by_hand_in_any_year(wanted, value, year):
    assert relieved_value(INNER, R5, year=year, transitional_relief=wanted) == value


@pytest.mark.parametrize(
    ("kind", "zone", "pupils", "applies"),
    [
        ("primary", "rural", 49, False),
        ("primary", "rural", 50, True),
        ("primary", "rural", 99, True),
        ("primary", "rural", 100, False),
        ("primary", "town", 90, False),
        ("primary", None, 90, False),
        ("teaching_point", "town", 50, True),
        ("teaching_point", "town", 99, True),
        ("teaching_point", "town", 100, False),
    ],
)
def test_shared_arts_teachers_count_only_in_small_rural_schools_and_teaching_points(
    kind, zone, pupils, applies
):
    school = SMALL | {"school_type": kind, "zone": zone, "pupils_primary": pupils}
    assert relieved_value(school, R3) == pytest.approx(100 / pupils if applies else 0)


@pytest.mark.parametrize("inner_city", [False, None])
def test_rented_grounds_count_only_in_the_inner_city(inner_city):
    assert relieved_value(INNER | {"inner_city": inner_city}, R5) == 5.0


@pytest.mark.parametrize("amount", [None, 0])
def test_a_relief_without_an_amount_changes_nothing(amount):
    result = judge([INNER | {"other_sports_area_m2": amount}], year=2020)
    assert by_indicator(result.indicators, "value")[R5] == 5.0
    assert result.without_relief is result


def test_two_reliefs_for_one_indicator_add_up_where_both_hold():
    # 5000 + 2000 rented + 500 by a second relief = 7500 m², exactly the bar
    national = yz.load_standard("jiaodu-2017-6").model_dump()["relief"]
    second = national[1] | {"id": "rural", "add": ["books"], "when": [{"zones": ["rural"]}]}
    school = INNER | {"zone": "rural", "other_sports_area_m2": 2000, "books": 500}
    result = judge([school], standard=variant(relief=[*national, second]))
    assert by_indicator(result.indicators, "verdict")[R5] == "met"


def test_verdicts_with_and_without_the_relief_are_both_at_hand():
    result = judge([INNER], year=2020)
    assert by_indicator(result.indicators, "verdict")[R5] == "met"
    assert by_indicator(result.indicators, "relieved") == {i: i == R5 for i in INDICATORS}
    assert by_indicator(result.without_relief.indicators, "verdict")[R5] == "not_met"
    # 5.0 of 7.5 is below the floor of 6.375, so the school falls too
    assert result.schools["verdict"].tolist() == ["met"]
    assert result.without_relief.schools["verdict"].tolist() == ["not_met"]


def test_without_any_relief_there_is_only_one_assessment():
    result = judge([good("甲校")], year=2020)
    assert result.without_relief is result


def test_compute_indicators_never_applies_a_relief():
    assert (
        by_indicator(
            yz.compute_indicators(table([INNER]), yz.load_standard("jiaodu-2017-6")), "value"
        )[R5]
        == 5.0
    )


def test_a_missing_own_resource_stays_missing_under_a_relief():
    result = judge([INNER | {"sports_ground_area_m2": None}], year=2020)
    assert by_indicator(result.indicators, "verdict")[R5] == "cannot_tell"


def test_of_two_reliefs_for_one_indicator_only_the_one_that_holds_counts():
    # 5000 + 2000 rented = 7000 of 7500 m²: 500 missing; the rural relief does not apply in town
    national = yz.load_standard("jiaodu-2017-6").model_dump()["relief"]
    rural = national[1] | {"id": "rural", "add": ["books"], "when": [{"zones": ["rural"]}]}
    school = INNER | {"zone": "town", "other_sports_area_m2": 2000, "books": 500}
    result = judge([school], standard=variant(relief=[*national, rural]))
    assert by_indicator(result.indicators, "value")[R5] == 7.0
    assert by_indicator(result.gaps, "to_bar")[R5] == 500
