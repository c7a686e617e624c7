"""Only a checked table may be computed on: what is refused, and that nothing is lost on the way in."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import good, table

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.tables import stack_tables

PLAIN = {"county": "demo", "year": 2020, "school": "甲校", "school_type": "primary"}


def refused(rows):
    """The faults of a table that must be refused."""
    with pytest.raises(yz.DataError) as error:
        yz.SchoolTable.from_frame(pd.DataFrame([PLAIN | row for row in rows], dtype=object))
    assert not error.value.faults["advice"].eq("").any()
    return error.value.faults


def places(faults):
    return list(zip(faults["row"], faults["column"], faults["found"], strict=True))


# --- what is kept


def test_rows_stand_in_the_order_of_county_year_and_code():
    rows = [("b", 2020, "01"), ("a", 2021, "02"), ("a", 2020, "03"), ("a", 2020, "02")]
    frame = pd.DataFrame(
        [PLAIN | {"county": c, "year": y, "school_id": i, "school": f"校{i}"} for c, y, i in rows]
    )
    made = yz.SchoolTable.from_frame(frame).frame
    keys = list(zip(made["county"], made["year"], made["school_id"], strict=True))
    assert keys == [("a", 2020, "02"), ("a", 2020, "03"), ("a", 2021, "02"), ("b", 2020, "01")]


def test_the_given_frame_is_not_changed():
    frame = pd.DataFrame([PLAIN | {"school": name} for name in ("乙校", "甲校")])
    before = frame.copy(deep=True)
    yz.SchoolTable.from_frame(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    "written",
    [
        Decimal("9007199254740993") / 10**10,
        Fraction(1, 3),
        Decimal("0.12345678901234567890123"),
        Decimal("0.1"),
    ],
)
def test_a_number_is_kept_exactly_as_it_was_written(written):
    # 丙校 sorts before 乙校: the exact value must follow its school
    made = table([good("乙校", rooms=written), good("丙校")])
    at = made.frame["school"].tolist().index("乙校")
    assert made.exact_number(at, "teaching_area_m2") == Fraction(written)


def test_exact_numbers_follow_their_schools_when_rows_are_sorted_and_tables_stacked():
    third = Fraction(1, 3)
    one = table([good("乙校", rooms=5000 + third), good("甲校")], county="b")
    two = table([good("丁校"), good("丙校", rooms=6000 + third)], county="a")
    made = stack_tables([one, two])
    found = {
        school: made.exact_number(at, "teaching_area_m2")
        for at, school in enumerate(made.frame["school"])
    }
    assert found == {"甲校": 4500, "乙校": 5000 + third, "丙校": 6000 + third, "丁校": 4500}
    assert made.frame["county"].tolist() == ["a", "a", "b", "b"]


def test_a_missing_number_is_missing_and_zero_is_zero():
    made = table([good("甲校", networked=0), good("乙校", networked=None)])
    found = dict(zip(made.frame["school"], made.numbers("networked_classrooms"), strict=True))
    assert found["甲校"] == 0
    assert np.isnan(found["乙校"])


def test_a_column_that_was_not_given_is_missing_in_every_row():
    made = table([good("甲校"), good("乙校")])
    assert np.isnan(made.numbers("books")).tolist() == [True, True]
    assert made.texts("zone").tolist() == [None, None]


def test_schools_without_a_code_are_known_by_their_names():
    made = table([good("甲校", school_id="0370"), good("乙校", school_id=None)])
    assert dict(zip(made.frame["school"], made.frame["school_id"], strict=True)) == {
        "甲校": "0370",
        "乙校": "乙校",
    }


def test_two_schools_of_one_name_are_told_apart_by_their_codes():
    made = table([good("中心小学", school_id="01"), good("中心小学", school_id="02"), good("甲校")])
    assert sorted(made.frame["school"]) == ["中心小学（01）", "中心小学（02）", "甲校"]


def test_names_that_were_told_apart_are_all_different():
    made = table(
        [good("甲校", school_id="1"), good("甲校", school_id="2"), good("甲校（1）", school_id="3")]
    )
    assert made.frame["school"].is_unique


def test_the_same_name_in_another_county_or_year_is_left_alone():
    frame = pd.DataFrame([PLAIN, PLAIN | {"year": 2021}, PLAIN | {"county": "other"}])
    assert set(yz.SchoolTable.from_frame(frame).frame["school"]) == {"甲校"}


# --- what is refused


@pytest.mark.parametrize("areas", ["大约96", "96;", "96、90", "-5", "NaN", "2000.01", 96, [96]])
def test_what_is_no_list_of_areas_is_refused(areas):
    header = load_columns()["music_room_areas_m2"].headers[0]
    assert places(refused([{"music_room_areas_m2": areas}])) == [(1, header, str(areas))]


@pytest.mark.parametrize("areas", ["96", "96;90.5", "96；90", "0; 2000"])
def test_areas_are_kept_as_they_were_written(areas):
    made = table([good("甲校", music_room_areas_m2=areas)])
    assert made.texts("music_room_areas_m2").tolist() == [areas]


def test_a_truth_value_is_no_number():
    header = load_columns()["pupils_primary"].headers[0]
    assert places(refused([{"pupils_primary": True}])) == [(1, header, "True")]


@pytest.mark.parametrize("column", ["county", "year", "school", "school_type"])
def test_a_table_without_a_required_column_is_refused(column):
    frame = pd.DataFrame([PLAIN]).drop(columns=column)
    with pytest.raises(yz.DataError) as error:
        yz.SchoolTable.from_frame(frame)
    assert error.value.faults["column"].tolist() == [load_columns()[column].headers[0]]
    assert error.value.faults["found"].tolist() == ["（无此列）"]


@pytest.mark.parametrize(
    "column",
    [
        "county",
        "year",
        "school_type",
        "school",
    ],
)
def test_a_row_without_a_required_value_is_refused(column):
    faults = refused([{}, {"school": "乙校", column: None}])
    assert places(faults) == [(2, load_columns()[column].headers[0], "（空）")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pupils_primary", -1),
        ("pupils_primary", 1_000_001),
        ("pupils_primary", 12.5),
        ("teachers_primary", Decimal("0.5")),
        ("teaching_area_m2", -0.01),
        ("equipment_value_yuan", float("inf")),
        ("equipment_value_yuan", "many"),
        ("year", 2011),
        ("year", 2036),
        ("organiser_code", 0),
        ("organiser_code", 11),
        ("lat", 90.5),
        ("school_type", "小学校"),
        ("zone", "郊区"),
    ],
)
def test_a_value_out_of_its_range_or_list_is_refused(column, value):
    faults = refused([{}, {"school": "乙校", column: value}])
    assert [(row, name) for row, name, _ in places(faults)] == [
        (2, load_columns()[column].headers[0])
    ]
    assert faults["allowed"].tolist() == [load_columns()[column].allowed]


@pytest.mark.parametrize(
    "row",
    [
        {"pupils_primary": Decimal("12.0000000000000000001")},
        {"pupils_primary": Decimal("1000000.0000000000000001")},
        {"teaching_area_m2": 100, "indoor_sports_area_m2": Decimal("100.00000000000000000001")},
    ],
)
def test_a_value_is_checked_as_exactly_as_it_is_kept(row):
    assert len(refused([row])) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("pupils_primary", 0), ("pupils_primary", 1_000_000), ("year", 2012), ("year", 2035)],
)
def test_both_ends_of_a_range_are_allowed(column, value):
    made = yz.SchoolTable.from_frame(pd.DataFrame([PLAIN | {column: value}]))
    assert made.frame[column].tolist() == [value]


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("degree_teachers_primary", "teachers_primary"),
        ("backbone_teachers_junior", "teachers_junior"),
        ("arts_pe_teachers_primary", "teachers_primary"),
        ("oversize_classes_primary", "classes_primary"),
        ("indoor_sports_area_m2", "teaching_area_m2"),
        ("in_zone_pupils_junior", "pupils_junior"),
    ],
)
def test_a_part_larger_than_its_whole_is_refused_and_an_equal_one_is_not(part, whole):
    faults = refused([{part: 12, whole: 12}, {"school": "乙校", part: 13, whole: 12}])
    columns = load_columns()
    assert places(faults) == [(2, columns[part].headers[0], f"13（{columns[whole].zh} 12）")]


def test_a_part_whose_whole_is_missing_is_kept():
    made = yz.SchoolTable.from_frame(
        pd.DataFrame([PLAIN | {"degree_teachers_primary": 9, "teachers_primary": None}])
    )
    assert made.frame["degree_teachers_primary"].tolist() == [9]


def test_an_unknown_column_is_refused():
    assert places(refused([{"swimming_pools": 1}])) == [("", "swimming_pools", "（未知列）")]


def test_a_school_that_stands_twice_is_refused_with_both_rows():
    faults = refused(
        [
            {"school_id": "01"},
            {"school": "乙校", "school_id": "02"},
            {"school": "丙校", "school_id": "01"},
        ]
    )
    assert places(faults) == [(1, "学校代码", "01"), (3, "学校代码", "01")]


def test_all_faults_are_told_at_once():
    faults = refused(
        [
            {"pupils_primary": -5},
            {
                "school": "乙校",
                "school_type": "学院",
                "teaching_area_m2": 10,
                "indoor_sports_area_m2": 11,
            },
            {"school": "丙校", "networked_classrooms": 1.5},
        ]
    )
    told = {(row, column) for row, column, _ in places(faults)}
    assert told == {
        (1, "小学学生人数"),
        (2, "学校类型"),
        (2, "室内体育用房面积（㎡）"),
        (3, "网络多媒体教室数"),
    }


def test_tables_with_the_same_school_and_year_cannot_be_stacked():
    with pytest.raises(yz.DataError):
        stack_tables([table([good("甲校")]), table([good("甲校", networked=30)])])


@pytest.mark.parametrize(
    ("column", "value"), [("inner_city", "是"), ("boarding", 2), ("town", 5), ("school_id", 7)]
)
def test_a_value_of_another_kind_is_refused(column, value):
    faults = refused([{}, {"school": "乙校", column: value}])
    assert [(row, name) for row, name, _ in places(faults)] == [
        (2, load_columns()[column].headers[0])
    ]


def test_stacked_tables_tell_schools_of_one_name_apart():
    tables = [
        yz.SchoolTable.from_frame(pd.DataFrame([PLAIN | {"school_id": code}]))
        for code in ("1", "2")
    ]
    assert stack_tables(tables).frame["school"].tolist() == ["甲校（1）", "甲校（2）"]


def test_a_number_of_more_digits_than_can_be_printed_is_a_fault():
    faults = refused([{"pupils_primary": 10**4300}])  # 4301 digits
    assert places(faults) == [(1, "小学学生人数", "（位数过多的数）")]
