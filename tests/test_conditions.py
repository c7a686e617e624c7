"""Which schools a rule is about: yes, no, or not to be told for want of data."""

import numpy as np
import pytest
from conftest import table
from hypothesis import given
from hypothesis import strategies as st

from youzhi.conditions import (
    compulsory_pupils,
    holds,
    lacking_words,
    lacks_stage,
    may_hold,
    stage_numbers,
)
from youzhi.standards import Condition, load_standard

YES, NO, UNKNOWN = (True, False), (False, False), (False, True)


def school(kind="primary", **values):
    return {"school": "甲校", "school_type": kind} | values


def state_of(standard, row, *conditions):
    yes, unknown = holds(table([row], year=2023), standard, conditions)
    return bool(yes[0]), bool(unknown[0])


# --- one key at a time, both sides of its boundary, and without the value


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ({"school_types": ["primary"]}, {}, YES),
        ({"school_types": ["junior", "special"]}, {}, NO),
        ({"zones": ["urban", "town"]}, {"zone": "town"}, YES),
        ({"zones": ["urban", "town"]}, {"zone": "rural"}, NO),
        ({"zones": ["urban", "town"]}, {"zone": None}, UNKNOWN),
        ({"zones": ["urban", "town"]}, {}, UNKNOWN),
        ({"public": True}, {"organiser_code": 9}, YES),
        ({"public": True}, {"organiser_code": 10}, NO),
        ({"public": True}, {"organiser_code": None}, UNKNOWN),
        ({"public": False}, {"organiser_code": 10}, YES),
        ({"public": False}, {"organiser_code": 7}, NO),
        ({"boarding": False}, {"boarding": False}, YES),
        ({"boarding": False}, {"boarding": True}, NO),
        ({"boarding": False}, {"boarding": None}, UNKNOWN),
        ({"boarding": False}, {}, UNKNOWN),
        ({"inner_city": True}, {"inner_city": True}, YES),
        ({"inner_city": True}, {"inner_city": False}, NO),
        ({"inner_city": True}, {}, UNKNOWN),
        ({"pupils_from": 50}, {"pupils_primary": 50}, YES),
        ({"pupils_from": 50}, {"pupils_primary": 49}, NO),
        ({"pupils_below": 100}, {"pupils_primary": 99}, YES),
        ({"pupils_below": 100}, {"pupils_primary": 100}, NO),
        ({"pupils_below": 100}, {"pupils_primary": 0}, YES),
        ({"pupils_below": 100}, {"pupils_primary": None}, UNKNOWN),
        ({"built_by": 2016}, {"built_year": 2016}, YES),
        ({"built_by": 2016}, {"built_year": 2017}, NO),
        ({"built_by": 2016}, {}, UNKNOWN),
        ({"largest_class_below": 30}, {"largest_class_primary": 29}, YES),
        ({"largest_class_below": 30}, {"largest_class_primary": 30}, NO),
        ({"largest_class_below": 30}, {}, UNKNOWN),
    ],
)
def test_one_key_holds_does_not_hold_or_cannot_be_told(standard, condition, values, expected):
    assert state_of(standard, school(**values), Condition(**condition)) == expected


@pytest.mark.parametrize(
    ("migrants", "expected"), [(501, YES), (500, NO), (0, NO), (None, UNKNOWN)]
)
def test_more_than_half_migrant_pupils_is_strictly_more(standard, migrants, expected):
    # 随迁子女超过50%: 500 of 1,000 is not more than half
    row = school(pupils_primary=1000, migrant_pupils=migrants)
    assert state_of(standard, row, Condition(migrant_share_above="0.5")) == expected


def test_the_migrant_share_is_of_both_compulsory_stages(standard):
    # 600 of 600 + 600 is exactly half, though it is all of the primary pupils
    row = school("nine_year", pupils_primary=600, pupils_junior=600, migrant_pupils=600)
    assert state_of(standard, row, Condition(migrant_share_above="0.5")) == NO
    assert state_of(standard, row | {"migrant_pupils": 601}, Condition(migrant_share_above="0.5"))[
        0
    ]


def test_the_largest_class_of_a_nine_year_school_is_that_of_both_stages(standard):
    small = Condition(largest_class_below=30)
    row = school("nine_year", largest_class_primary=20, largest_class_junior=30)
    assert state_of(standard, row, small) == NO
    assert state_of(standard, row | {"largest_class_junior": 29}, small) == YES
    assert state_of(standard, row | {"largest_class_junior": None}, small) == UNKNOWN


# --- several keys, several conditions


@pytest.mark.parametrize(
    ("zone", "pupils", "expected"),
    [
        ("rural", 99, YES),
        ("rural", 100, NO),
        ("town", None, NO),  # one key that fails settles it, whatever is missing
        (None, 100, NO),
        (None, 99, UNKNOWN),
        ("rural", None, UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_inside_a_condition_every_key_must_hold(standard, zone, pupils, expected):
    row = school(zone=zone, pupils_primary=pupils)
    assert state_of(standard, row, Condition(zones=["rural"], pupils_below=100)) == expected


@pytest.mark.parametrize(
    ("built", "migrants", "expected"),
    [
        (2010, None, YES),  # one condition that holds settles it, whatever is missing
        (None, 600, YES),
        (2011, 500, NO),
        (None, 500, UNKNOWN),
        (2011, None, UNKNOWN),
    ],
)
def test_among_several_conditions_one_is_enough(standard, built, migrants, expected):
    row = school(pupils_primary=1000, built_year=built, migrant_pupils=migrants)
    either = Condition(built_by=2010), Condition(migrant_share_above="0.5")
    assert state_of(standard, row, *either) == expected


SMALL_RURAL = {"zones": ["rural"], "pupils_below": 100}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"zone": None, "pupils_primary": 99}, "城乡类型"),
        ({"zone": "rural", "pupils_primary": None}, "小学学生人数"),
        ({"zone": None, "pupils_primary": None}, "城乡类型、小学学生人数"),
        ({"zone": "rural", "pupils_primary": 99}, ""),  # it holds
        ({"zone": None, "pupils_primary": 100}, ""),  # it does not, wherever the school lies
    ],
)
def test_the_blanks_that_leave_a_condition_open_are_named(standard, values, words):
    schools = table([school(**values)])
    assert lacking_words(schools, standard, [Condition(**SMALL_RURAL)]).tolist() == [words]


def test_blanks_of_all_open_conditions_are_named_once(standard):
    row = school("nine_year", pupils_primary=600, pupils_junior=None, built_year=2011)
    rules = [
        Condition(built_by=2010),
        Condition(migrant_share_above="0.5"),
        Condition(pupils_below=9),
    ]
    told = lacking_words(table([row]), standard, rules).tolist()
    assert told == ["进城务工人员随迁子女在校生人数、初中学生人数"]


@pytest.mark.parametrize(
    ("values", "borne_out"),
    [
        ({"pupils_primary": 99}, True),
        ({"zone": "rural"}, True),
        ({}, False),  # nothing speaks for it
        ({"pupils_primary": 100}, False),
        ({"zone": "rural", "pupils_primary": 99}, False),  # it is not open
    ],
)
def test_an_open_condition_is_borne_out_in_part_where_a_key_holds(standard, values, borne_out):
    schools = table([school(**values)])
    assert may_hold(schools, standard, [Condition(**SMALL_RURAL)]).tolist() == [borne_out]


def test_no_condition_at_all_is_about_every_school(standard):
    yes, unknown = holds(table([school(), school("special") | {"school": "乙校"}]), standard, [])
    assert yes.tolist() == [True, True]
    assert unknown.tolist() == [False, False]


def test_every_school_is_told_for_itself(standard):
    rows = [school(zone="rural"), school(zone="urban"), school(zone=None)]
    schools = table([row | {"school": name} for row, name in zip(rows, "甲乙丙", strict=True)])
    yes, unknown = holds(schools, standard, [Condition(zones=["rural"])])
    names = schools.texts("school")
    assert names[yes].tolist() == ["甲"]
    assert names[unknown].tolist() == ["丙"]


KEYS = st.fixed_dictionaries(
    {},
    optional={
        "zones": st.just(["rural"]),
        "public": st.booleans(),
        "boarding": st.booleans(),
        "pupils_from": st.just(50),
        "pupils_below": st.just(100),
        "built_by": st.just(2016),
        "largest_class_below": st.just(30),
        "migrant_share_above": st.just("0.5"),
    },
)
VALUES = {
    "zone": st.sampled_from(["rural", "town"]),
    "organiser_code": st.sampled_from([7, 10]),
    "boarding": st.booleans(),
    "pupils_primary": st.sampled_from([0, 49, 50, 99, 100]),
    "built_year": st.sampled_from([2016, 2017]),
    "largest_class_primary": st.sampled_from([29, 30]),
    "migrant_pupils": st.sampled_from([0, 25, 51]),
}


@given(
    st.lists(KEYS, min_size=1, max_size=3),
    st.fixed_dictionaries(VALUES),
    st.sets(st.sampled_from(list(VALUES))),
)
def test_a_value_that_comes_in_later_never_changes_what_was_told(conditions, whole, missing):
    standard = load_standard("jiaodu-2017-6")
    rules = [Condition(**keys) for keys in conditions]
    before = state_of(standard, school(**whole | dict.fromkeys(missing)), *rules)
    after = state_of(standard, school(**whole), *rules)
    assert after != UNKNOWN
    assert before in (UNKNOWN, after)


# --- numbers of a stage


@pytest.mark.parametrize(
    ("kind", "primary", "junior", "expected"),
    [
        ("primary", 300, None, 300),
        ("teaching_point", 40, None, 40),
        ("junior", None, 200, 200),
        ("complete_secondary", None, 200, 200),
        ("nine_year", 300, 200, 500),
        ("twelve_year", 300, 200, 500),
        ("nine_year", 0, 200, 200),
        ("nine_year", None, 200, np.nan),  # missing, not zero
        ("twelve_year", 300, None, np.nan),
        ("primary", None, None, np.nan),
        ("primary", None, 200, np.nan),
        ("special", 20, 10, 30),
        ("special", 20, None, np.nan),  # a special school may have both stages
        ("vocational", 0, 30, 30),
        ("vocational", None, None, np.nan),
    ],
)
def test_compulsory_pupils_are_those_of_the_stages_that_a_school_has(
    standard, kind, primary, junior, expected
):
    row = school(kind, pupils_primary=primary, pupils_junior=junior, pupils_senior=999)
    np.testing.assert_equal(compulsory_pupils(table([row]), standard)[0], float(expected))


def test_what_belongs_to_a_stage_that_the_type_lacks_is_zero_only_when_empty(standard):
    rows = [
        school("primary", teachers_primary=60, teachers_junior=None),
        school("junior", teachers_primary=3, teachers_junior=None) | {"school": "乙中"},
    ]
    schools = table(rows)
    junior = dict(
        zip(
            schools.texts("school"),
            stage_numbers(schools, standard, "teachers_junior"),
            strict=True,
        )
    )
    primary = dict(
        zip(
            schools.texts("school"),
            stage_numbers(schools, standard, "teachers_primary"),
            strict=True,
        )
    )
    assert junior["甲校"] == 0  # a primary school has no junior teachers
    assert np.isnan(junior["乙中"])  # a junior school has some, nobody said how many
    assert primary == {"甲校": 60, "乙中": 3}  # what was given stands


def test_a_true_zero_of_a_stage_stays_zero(standard):
    row = school("nine_year", teachers_primary=0, teachers_junior=40, pupils_senior=5)
    schools = table([row])
    assert stage_numbers(schools, standard, "teachers_primary").tolist() == [0]
    assert stage_numbers(schools, standard, "teachers_junior").tolist() == [40]


def test_a_number_of_the_whole_school_is_never_made_zero(standard):
    schools = table([school("primary", certified_teachers=None)])
    assert np.isnan(stage_numbers(schools, standard, "certified_teachers")[0])


@pytest.mark.parametrize(
    ("stage", "lacking"),
    [
        ("primary", {"junior", "complete_secondary"}),
        ("junior", {"primary", "teaching_point"}),
        ("senior", {"primary", "teaching_point", "junior", "nine_year"}),
        ("m2", set()),  # the end of a column name that is no stage
    ],
)
def test_which_types_lack_a_stage(standard, stage, lacking):
    kinds = (
        "primary teaching_point junior nine_year twelve_year complete_secondary special vocational"
    )
    schools = table([school(kind) | {"school": kind} for kind in kinds.split()])
    found = schools.texts("school")[lacks_stage(schools, standard, stage)]
    assert set(found) == lacking
