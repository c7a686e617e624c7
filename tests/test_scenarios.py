"""What if: actions on a table of schools, with every pupil and teacher accounted for."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import good, table
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.errors import ScenarioError, UsageError
from youzhi.scenarios import (
    apply_scenario,
    construction_area,
    cost_anchor,
    list_actions,
    list_places,
    list_scenarios,
    load_construction,
    load_scenario,
    parse_scenario,
    run_years,
    sports_land_trap,
)
from youzhi.scenarios.acting import do_action
from youzhi.scenarios.entering import spread_pupils
from youzhi.scenarios.working import Working, load_carrying
from youzhi.standards import load_standard
from youzhi.tables import SchoolTable, make_school_table

STAFF = {"teachers": 0, "degree_teachers": 0, "backbone_teachers": 0, "arts_pe_teachers": 0}


def school(code, stage="primary", pupils=400, classes=10, **more):
    """A school with everything that a table may say of one stage: classes of 40, 20 teachers, all certified."""
    row = good(code, stage) | {"school_id": code, "zone": "urban", "organiser_code": 7}
    row |= {f"pupils_{stage}": pupils, f"classes_{stage}": classes}
    row |= {f"largest_class_{stage}": 44, f"oversize_classes_{stage}": 0}
    row |= {f"in_zone_pupils_{stage}": pupils, "migrant_pupils": pupils // 10}
    kinds = {"teachers": 20, "degree_teachers": 18, "backbone_teachers": 4, "arts_pe_teachers": 3}
    row |= {f"{kind}_{stage}": count for kind, count in kinds.items()}
    row |= {"certified_teachers": 20, "trained_teachers": 18, "operating_funds_yuan": 284_000}
    row |= {"music_room_areas_m2": "96", "art_room_areas_m2": "90", "graduates": 0, "computers": 50}
    return row | more


def county(*rows, **options):
    return table(list(rows), **options)


def two():
    return county(school("甲"), school("乙", pupils=300, classes=8))


def act(kind, year=2021, **more):
    told = {"id": f"{kind.replace('_', '-')}-1", "kind": kind, "year": year}
    return told | {"evidence": "assumption", "source": "试算"} | more


def plan(*actions, to=2022, **head):
    start = {"id": "trial", "county": "demo", "title": {"zh": "试", "en": "trial"}}
    start |= {"base_year": 2020, "to": to, "summary": "试算", "source": "试算"}
    return parse_scenario(start | head | {"action": list(actions)}, "trial.toml")


def stated(*points):
    told = [
        {"year": y, "stage": s, "pupils": n, "evidence": "assumption", "source": "试算"}
        for y, s, n in points
    ]
    return {"mode": "stated", "stated": told}


def cell(schools, code, column):
    frame = schools.frame.set_index("school_id")
    return frame.loc[code, column]


def faults_of(call, *args, **options):
    with pytest.raises(ScenarioError) as caught:
        call(*args, **options)
    return caught.value.faults


# ------------------------------------------------------------------------------------ nothing done


def test_a_scenario_without_actions_gives_the_very_table_in_its_base_year():
    schools = two()
    assert apply_scenario(schools, plan(), 2020) is schools


def test_a_scenario_without_actions_changes_only_year_and_kind_of_data_in_later_years():
    schools = county(school("甲", teaching_area_m2=Decimal("12345.6789012345678")), school("乙"))
    after = apply_scenario(schools, plan(), 2022)
    kept = after.frame.drop(columns=["year", "data_kind"])
    pd.testing.assert_frame_equal(kept, schools.frame.drop(columns="year"))
    assert after.exact == schools.exact
    assert len(after.exact) == 1
    assert set(after.frame["year"]) == {2022}
    assert set(after.frame["data_kind"]) == {"projected"}


def test_a_table_handed_in_is_never_changed():
    schools = two()
    before = schools.frame.copy(deep=True)
    apply_scenario(
        schools, plan(act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=9))
    )
    pd.testing.assert_frame_equal(schools.frame, before)


def test_synthetic_rows_stay_synthetic_real_ones_become_projected_or_assumed():
    schools = county(
        school("甲", data_kind="synthetic"),
        school("乙", data_kind="real"),
        school("丙", data_kind="real"),
    )
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=9)
    after = apply_scenario(schools, plan(move))
    assert [cell(after, code, "data_kind") for code in "甲乙丙"] == [
        "synthetic",
        "assumed",
        "projected",
    ]


# ------------------------------------------------------------------------------------ enrolment


@given(st.integers(0, 5000), st.lists(st.integers(0, 900), min_size=1, max_size=12).filter(any))
def test_whole_pupils_are_divided_without_losing_one(total, weights):
    shares = spread_pupils(total, np.array(weights))
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    assert shares.sum() == total
    assert all(abs(share - wanted) < 1 for share, wanted in zip(shares, exact, strict=True))


def test_equal_remainders_are_served_in_the_order_of_the_codes():
    """700 -> 701 over 400, 300 stays below one; 3 x 100 -> 301: all remainders are 1/3, the first code gets it."""
    schools = county(*(school(code, pupils=100, classes=3) for code in "丙甲乙"))
    after = apply_scenario(schools, plan(enrolment=stated((2021, "primary", 301))), 2021)
    first = sorted("丙甲乙")[0]
    assert {code: cell(after, code, "pupils_primary") for code in "丙甲乙"} == {
        code: 101 if code == first else 100 for code in "丙甲乙"
    }


def test_stated_pupils_lie_on_a_straight_line_from_the_table_and_stay_after_the_last_year():
    """700 in 2020 to 800 in 2024: 725, 750, 775, 800; then 800."""
    tables = run_years(two(), plan(to=2026, enrolment=stated((2024, "primary", 800))))
    totals = [int(one.frame["pupils_primary"].sum()) for one in tables.values()]
    assert totals == [700, 725, 750, 775, 800, 800, 800]


def test_a_whole_total_is_split_as_in_the_base_year():
    """400 and 100 of 500; 600 -> 480 and 120."""
    schools = county(school("甲"), school("乙", "junior", pupils=100, classes=2))
    after = apply_scenario(schools, plan(enrolment=stated((2021, "", 600))), 2021)
    assert cell(after, "甲", "pupils_primary"), cell(after, "乙", "pupils_junior") == (480, 120)
    assert after.frame[["pupils_primary", "pupils_junior"]].sum().sum() == 600


def test_totals_of_an_outlook_are_asked_for_and_go_before_what_is_stated():
    outlook = plan(to=2021, enrolment={"mode": "outlook"})
    assert "2021 junior" in faults_of(run_years, two(), outlook)["found"][0]
    totals = {(2021, "primary"): 770, (2021, "junior"): 0, (1999, "primary"): 1}
    assert run_years(two(), outlook, stage_totals=totals)[2021].frame["pupils_primary"].sum() == 770
    other = plan(to=2021, enrolment=stated((2021, "primary", 800)))
    after = run_years(two(), other, stage_totals={(2021, "primary"): 770})[2021]
    assert after.frame["pupils_primary"].sum() == 770


@pytest.mark.parametrize(
    ("key", "total"),
    [
        ((2021, "primary"), -1),
        ((2021, "primary"), 770.5),
        ((2021, "primary"), float("nan")),
        ((2021, "primary"), float("inf")),
        ((2021, "primary"), None),
        ((2021, "primary"), "770"),
        (("2021", "primary"), 770),
        ((2021, "senior"), 770),
        (2021, 770),
    ],
)
def test_totals_are_of_a_year_and_a_stage_and_whole_and_not_negative(key, total):
    faults = faults_of(run_years, two(), plan(), stage_totals={key: total})
    assert faults["key"].tolist() == ["stage_totals"]


def test_totals_that_are_numbers_of_other_libraries_are_taken():
    totals = {(np.int64(2021), "primary"): np.float64(770)}
    assert run_years(two(), plan(), [2021], totals)[2021].frame["pupils_primary"].sum() == 770


def test_pupils_cannot_come_to_a_stage_that_nobody_teaches_or_whose_number_is_not_known():
    nobody = faults_of(run_years, two(), plan(), stage_totals={(2021, "junior"): 5})
    assert "junior 5人" in nobody["found"][0]
    unknown = county(school("甲", pupils_primary=None), school("乙"))
    faults = faults_of(apply_scenario, unknown, plan(enrolment=stated((2021, "primary", 9))))
    assert "甲 缺 pupils_primary" in faults["found"][0]


def test_a_base_year_without_pupils_cannot_be_split():
    schools = county(school("甲", pupils=0, classes=0), school("乙", "junior", pupils=0, classes=0))
    faults = faults_of(apply_scenario, schools, plan(enrolment=stated((2021, "", 5))))
    assert "基准年没有在校生" in faults["found"][0]


def test_unknown_pupils_are_no_obstacle_where_nobody_asks_for_them():
    """The total of primary school is not touched, and 乙 does not say how many it has."""
    schools = county(school("甲"), school("乙", pupils_primary=None), school("丙", "junior"))
    totals = {(2021, "junior"): 440}
    after = run_years(schools, plan(), [2021], totals)[2021]
    assert cell(after, "丙", "pupils_junior") == 440
    faults = faults_of(run_years, schools, plan(), [2021], {(2021, "primary"): 500})
    assert "乙 缺 pupils_primary" in faults["found"][0]
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=1)
    assert "缺 pupils_primary" in faults_of(apply_scenario, schools, plan(move))["found"][0]


def test_migrants_and_pupils_of_the_zone_keep_their_share():
    """390 of 400 in the zone, 40 migrants; 440 pupils: 429 and 44. 30 of 300 migrants, 330 pupils: 33."""
    schools = county(school("甲", in_zone_pupils_primary=390), school("乙", pupils=300, classes=8))
    after = apply_scenario(schools, plan(enrolment=stated((2021, "primary", 770))), 2021)
    assert cell(after, "甲", "in_zone_pupils_primary") == 429
    assert [cell(after, code, "migrant_pupils") for code in "甲乙"] == [44, 33]


def test_money_becomes_unknown_only_where_pupils_changed():
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=9)
    after = apply_scenario(county(school("甲"), school("乙"), school("丙")), plan(move))
    assert [pd.isna(cell(after, code, "operating_funds_yuan")) for code in "甲乙丙"] == [
        True,
        True,
        False,
    ]
    assert cell(after, "甲", "graduates") == 0  # the pupils who moved are of primary school


# ------------------------------------------------------------------------------------ classes


def test_classes_follow_pupils_at_the_size_of_the_base_year_as_long_as_there_are_classrooms():
    """400 in 10 classes: 40 each. With two rooms more, 430 need 11 (430/40 = 10.75), the largest 40 (430/11 = 39.1)."""
    rooms = act("extend", school="甲", classes_primary=2)
    after = apply_scenario(
        county(school("甲")), plan(rooms, enrolment=stated((2021, "primary", 430))), 2021
    )
    told = [
        cell(after, "甲", f"{name}_primary")
        for name in ("classes", "largest_class", "oversize_classes")
    ]
    assert told == [11, 40, 0]


@pytest.mark.parametrize(
    ("pupils", "classes"),
    [(400, 10), (401, 10), (450, 10), (451, 11), (361, 10), (360, 9), (495, 11), (496, 12)],
)
def test_a_class_is_opened_only_where_the_limit_demands_it_and_closed_at_the_usual_size(
    pupils, classes
):
    """Ten classes of 40 hold 450 by the limit of 45; 360 pupils fill nine."""
    after = apply_scenario(
        county(school("甲")), plan(enrolment=stated((2021, "primary", pupils))), 2021
    )
    assert cell(after, "甲", "classes_primary") == classes


def test_pupils_who_come_open_no_classrooms_and_so_no_seats():
    """400 in 10 rooms with 450 seats: 430 pupils leave 20 of them free; 451 need an eleventh room."""
    for pupils, rooms, free in ((430, 10, 20), (451, 11, 44)):
        places = list_places(
            county(school("甲")), plan(enrolment=stated((2021, "primary", pupils))), [2021]
        )
        assert places.loc[0, ["classrooms", "free"]].tolist() == [rooms, free]


def test_a_site_that_is_given_up_takes_its_classrooms_with_it():
    """甲 with 10 rooms takes in the 300 pupils of 乙: 700 at 45 are 16 classes, not the 18 of both."""
    for site, classes in (("given_up", 16), ("kept", 18)):
        after = apply_scenario(two(), plan(act("merge", **{"from": "乙"}, into="甲", site=site)))
        assert cell(after, "甲", "classes_primary") == classes


def test_classes_that_were_too_large_are_formed_by_the_limit():
    """500 in 10 classes are 50 each; the limit is 45: 501 need 12 (501/45 = 11.1)."""
    crowded = school("甲", pupils=500, oversize_classes_primary=10)
    after = apply_scenario(county(crowded), plan(enrolment=stated((2021, "primary", 501))), 2021)
    assert cell(after, "甲", "classes_primary") == 12


def test_a_school_whose_pupils_stay_keeps_its_own_figures():
    odd = school("甲", largest_class_primary=61, oversize_classes_primary=3)
    after = apply_scenario(county(odd, school("乙")), plan(act("buy", school="乙", computers=3)))
    assert cell(after, "甲", "largest_class_primary") == 61
    assert cell(after, "甲", "oversize_classes_primary") == 3


def test_fixed_classrooms_make_classes_too_large_instead():
    """470 in 10 rooms are 47 each, all ten over 45; 455: five of 46; 450: none."""
    for pupils, largest, oversize in ((470, 47, 10), (455, 46, 5), (450, 45, 0)):
        head = {"enrolment": stated((2021, "primary", pupils)), "classes": {"rooms": "fixed"}}
        after = apply_scenario(county(school("甲")), plan(**head), 2021)
        assert cell(after, "甲", "classes_primary") == 10
        assert cell(after, "甲", "largest_class_primary") == largest
        assert cell(after, "甲", "oversize_classes_primary") == oversize


def test_an_extension_gives_the_fixed_classrooms_more():
    head = {"enrolment": stated((2021, "primary", 470)), "classes": {"rooms": "fixed"}}
    after = apply_scenario(
        county(school("甲")), plan(act("extend", school="甲", classes_primary=1), **head), 2021
    )
    assert cell(after, "甲", "classes_primary") == 11
    assert cell(after, "甲", "oversize_classes_primary") == 0


def test_each_added_classroom_divides_one_oversize_class():
    """Three oversize classes: two rooms more leave one and the largest as it was; three leave none, 400/13 = 30.8."""
    crowded = school("甲", largest_class_primary=61, oversize_classes_primary=3)
    for rooms, left, largest in ((2, 1, 61), (3, 0, 31)):
        after = apply_scenario(
            county(crowded), plan(act("extend", school="甲", classes_primary=rooms))
        )
        assert cell(after, "甲", "classes_primary") == 10 + rooms
        assert cell(after, "甲", "oversize_classes_primary") == left
        assert cell(after, "甲", "largest_class_primary") == largest


def test_a_class_size_is_only_for_the_schools_that_are_meant():
    """400 pupils at 30: 14 classes of at most 29; the rural school and the one with classes of 25 stay as they are."""
    schools = county(
        school("甲"), school("乙", zone="rural"), school("丙", classes=16, largest_class_primary=28)
    )
    size = act("set_class_size", stage="primary", size=30, zones=["urban"])
    after = apply_scenario(schools, plan(size))
    assert [cell(after, code, "classes_primary") for code in "甲乙丙"] == [14, 10, 16]
    assert cell(after, "甲", "largest_class_primary") == 29


def test_a_class_size_over_the_limit_or_for_nobody_or_without_rooms_is_refused():
    over = act("set_class_size", stage="primary", size=46)
    assert "45" in faults_of(apply_scenario, two(), plan(over))["allowed"][0]
    nobody = act("set_class_size", stage="junior", size=35)
    assert "没有这样的学校" in faults_of(apply_scenario, two(), plan(nobody))["found"][0]
    narrow = act("set_class_size", stage="primary", size=30)
    faults = faults_of(apply_scenario, two(), plan(narrow, classes={"rooms": "fixed"}))
    assert "甲 要14个班、有10间" in faults["found"][0]


def test_unknown_classes_stay_unknown():
    schools = county(school("甲", classes_primary=None))
    after = apply_scenario(schools, plan(enrolment=stated((2021, "primary", 430))), 2021)
    assert np.isnan(cell(after, "甲", "classes_primary"))
    assert np.isnan(cell(after, "甲", "oversize_classes_primary"))


# ------------------------------------------------------------------------------------ building


def build(**more):
    told = {"school_id": "丁", "school": "丁校", "zone": "urban", "school_type": "primary"}
    told |= {"organiser_code": 7, "classes_primary": 6, "takes": [{"school": "甲", "primary": 200}]}
    return act("build", **(told | more))


def test_a_new_school_takes_pupils_and_what_is_not_said_of_it_is_unknown():
    after = apply_scenario(two(), plan(build()))
    assert [cell(after, code, "pupils_primary") for code in "甲乙丁"] == [200, 300, 200]
    assert cell(after, "丁", "classes_primary") == 5  # 200 / 45 = 4.4
    assert cell(after, "丁", "built_year") == 2021
    assert cell(after, "丁", "migrant_pupils") == 20
    for name in (
        "teaching_area_m2",
        "teachers_primary",
        "equipment_value_yuan",
        "certified_teachers",
    ):
        assert np.isnan(cell(after, "丁", name)), name


def test_a_new_school_on_synthetic_data_says_so_in_its_name():
    schools = county(school("甲", data_kind="synthetic"))
    after = apply_scenario(schools, plan(build()))
    assert cell(after, "丁", "school") == "丁校（模拟数据）"
    assert cell(after, "丁", "data_kind") == "synthetic"


def test_areas_by_a_cited_table_are_exact_and_only_a_share_counts_as_teaching_rooms():
    """建标〔2002〕102号 12 classes, planned: 5382 m², of which 55 % are 2960.1; sports land 6288 m²."""
    by = {"classes": 12, "building": "urban-2002-planned", "teaching_share": Decimal("0.55")}
    by |= {"sports": "unnamed-province-sports"}
    after = apply_scenario(two(), plan(build(classes_primary=12, construction=by)))
    row = after.frame["school_id"].tolist().index("丁")
    assert after.exact_number(row, "teaching_area_m2") == Fraction("2960.1")
    assert after.exact_number(row, "sports_ground_area_m2") == 6288


def test_a_building_area_is_never_taken_for_teaching_rooms_without_a_share():
    by = {"classes": 12, "building": "urban-2002-planned"}
    faults = faults_of(plan, build(classes_primary=12, construction=by))
    assert "teaching_share" in faults["allowed"][0]


def test_more_pupils_than_the_planned_classes_hold_are_refused():
    """Six classes of 45 are 270 places."""
    assert len(apply_scenario(two(), plan(build(takes=[{"school": "甲", "primary": 270}])))) == 3
    faults = faults_of(apply_scenario, two(), plan(build(takes=[{"school": "甲", "primary": 271}])))
    assert "至多270人" in faults["allowed"][0]


def test_new_teachers_and_teachers_of_other_schools_are_added_up():
    """甲 has 20 teachers, all certified, 18 trained: of the five who leave it is not known how many are trained."""
    moved = {"school": "甲", "stage": "primary", "teachers": 5, "degree_teachers": 5}
    moved |= {"backbone_teachers": 2, "arts_pe_teachers": 1}
    hired = {"teachers": 6, "degree_teachers": 6, "backbone_teachers": 0, "arts_pe_teachers": 2}
    hired |= {"certified_teachers": 6, "trained_teachers": 0}
    after = apply_scenario(two(), plan(build(staff={"primary": hired}, staff_from=[moved])))
    assert [cell(after, code, "teachers_primary") for code in "甲丁"] == [15, 11]
    assert [cell(after, code, "backbone_teachers_primary") for code in "甲丁"] == [2, 2]
    assert [cell(after, code, "certified_teachers") for code in "甲丁"] == [15, 11]
    assert np.isnan(cell(after, "甲", "trained_teachers"))
    assert np.isnan(cell(after, "丁", "trained_teachers"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"school_id": "甲"}, "学校代码已有"),
        ({"school": "乙"}, "学校名称已有"),
        ({"school": "总校"}, "学校名称已有"),
        ({"takes": [{"school": "甲", "junior": 5}]}, "学段 junior"),
        ({"takes": [{"school": "戊", "primary": 5}]}, "没有这所学校"),
        ({"takes": [{"school": "甲", "primary": 401}], "classes_primary": 20}, "转出401人"),
    ],
)
def test_a_school_that_cannot_be_built_is_refused_with_the_action(change, words):
    schools = county(school("甲"), school("乙", pupils=300, classes=8, campus_of="总校"))
    faults = faults_of(apply_scenario, schools, plan(build(**change)))
    assert set(faults["action"]) == {"第1项措施 build-1（build，2021）"}
    assert words in faults["found"][0]


# ------------------------------------------------------------------------------------ the other actions


def test_an_extension_adds_exactly_what_it_says():
    schools = county(school("甲", teaching_area_m2=Decimal("1800.1")))
    more = {
        "teaching_area_m2": Decimal("0.2"),
        "sports_ground_area_m2": 300,
        "networked_classrooms": 2,
    }
    after = apply_scenario(
        schools, plan(act("extend", school="甲", **more, music_room_areas_m2=[100]))
    )
    assert after.exact_number(0, "teaching_area_m2") == Fraction("1800.3")
    assert after.exact_number(0, "sports_ground_area_m2") == 7800
    assert cell(after, "甲", "networked_classrooms") == 25
    assert cell(after, "甲", "music_room_areas_m2") == "96;100"
    assert cell(after, "甲", "operating_funds_yuan") == 284_000  # no pupil came or went


def test_what_a_float_cannot_hold_keeps_its_digits():
    schools = county(school("甲", equipment_value_yuan=Decimal("100000000000.01")))
    more = Decimal("0.000000000000001")
    after = apply_scenario(schools, plan(act("buy", school="甲", equipment_value_yuan=more)))
    assert after.exact_number(0, "equipment_value_yuan") == Fraction("100000000000.010000000000001")


def test_indoor_sports_are_part_of_the_rooms_that_are_built():
    faults = faults_of(plan, act("extend", school="甲", indoor_sports_area_m2=500))
    assert "teaching_area_m2" in faults["allowed"][0]
    both = act("extend", school="甲", indoor_sports_area_m2=500, teaching_area_m2=500)
    after = apply_scenario(two(), plan(both))
    assert (
        cell(after, "甲", "teaching_area_m2") - cell(after, "甲", "indoor_sports_area_m2") == 4500
    )


def test_rooms_added_to_unknown_rooms_stay_unknown():
    schools = county(school("甲", music_room_areas_m2=None), school("乙"))
    rooms = act(
        "add_rooms", school="甲", music_room_areas_m2=[100], art_room_areas_m2=[Decimal("92.5")]
    )
    after = apply_scenario(schools, plan(rooms))
    assert pd.isna(cell(after, "甲", "music_room_areas_m2"))
    assert cell(after, "甲", "art_room_areas_m2") == "90;92.5"


def test_merging_joins_everything_and_a_site_given_up_does_not_count():
    kept = apply_scenario(two(), plan(act("merge", **{"from": "乙"}, into="甲", site="kept")))
    assert len(kept) == 1
    told = {"pupils_primary": 700, "teachers_primary": 40, "teaching_area_m2": 9000}
    told |= {"migrant_pupils": 70, "equipment_value_yuan": 4_000_000, "certified_teachers": 40}
    assert {name: cell(kept, "甲", name) for name in told} == told
    assert cell(kept, "甲", "music_room_areas_m2") == "96;96"
    left = apply_scenario(two(), plan(act("merge", **{"from": "乙"}, into="甲", site="given_up")))
    assert cell(left, "甲", "teaching_area_m2") == 4500
    assert cell(left, "甲", "equipment_value_yuan") == 4_000_000


def test_closing_divides_pupils_by_shares_and_sends_teachers_to_one():
    """301 pupils, three quarters and one: 225.75 and 75.25 are 226 and 75."""
    schools = county(school("甲"), school("乙", pupils=301, classes=8), school("丙"))
    shares = [
        {"school": "甲", "share": Decimal("0.75")},
        {"school": "丙", "share": Decimal("0.25")},
    ]
    after = apply_scenario(schools, plan(act("close", school="乙", to=shares, staff_to="丙")))
    assert [cell(after, code, "pupils_primary") for code in "甲丙"] == [626, 475]
    assert [cell(after, code, "teachers_primary") for code in "甲丙"] == [20, 40]
    assert len(after) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": []}, "不能为空"),
        ({"to": [{"school": "甲", "share": Decimal("0.5")}]}, "之和应为1"),
        ({"to": [{"school": "甲", "share": Decimal("0.5")}] * 2}, "写了两次"),
        ({"to": [{"school": "甲"}], "staff_to": "丙"}, "staff_to"),
        (
            {
                "to": [
                    {"school": "甲", "share": Decimal("0.5")},
                    {"school": "丙", "share": Decimal("0.5")},
                ]
            },
            "staff_to",
        ),
    ],
)
def test_a_school_is_not_closed_without_saying_where_all_go(change, words):
    faults = faults_of(plan, act("close", school="乙", **change))
    assert (faults["found"] + faults["allowed"]).str.contains(words).any()


def test_a_junior_school_and_its_partner_become_one_nine_year_school():
    schools = county(school("甲"), school("乙", "junior", pupils=300, classes=6))
    after = apply_scenario(schools, plan(act("convert", school="乙", partner="甲", to="nine_year")))
    assert after.frame["school_type"].tolist() == ["nine_year"]
    told = {
        "pupils_primary": 400,
        "pupils_junior": 300,
        "teachers_primary": 20,
        "teachers_junior": 20,
    }
    assert {name: cell(after, "乙", name) for name in told} == told
    assert cell(after, "乙", "teaching_area_m2") == 4500 + 5800
    assert [cell(after, "乙", f"classes_{stage}") for stage in ("primary", "junior")] == [10, 6]
    faults = faults_of(
        apply_scenario, two(), plan(act("convert", school="乙", partner="甲", to="nine_year"))
    )
    assert "primary 与 primary" in faults["found"][0]


def test_teachers_are_hired_trained_and_moved():
    hire = act(
        "hire", school="甲", stage="primary", **(STAFF | {"teachers": 2, "degree_teachers": 1})
    )
    train = act("train", school="甲", stage="primary", backbone_teachers=3)
    count = STAFF | {"teachers": 4, "degree_teachers": 4, "backbone_teachers": 1}
    rotate = act("rotate", **{"from": "甲"}, to="乙", stage="primary", **count)
    after = apply_scenario(two(), plan(hire, train, rotate))
    assert [cell(after, code, "teachers_primary") for code in "甲乙"] == [18, 24]
    assert [cell(after, code, "degree_teachers_primary") for code in "甲乙"] == [15, 22]
    assert [cell(after, code, "backbone_teachers_primary") for code in "甲乙"] == [6, 5]
    assert np.isnan(cell(after, "甲", "certified_teachers"))  # nobody said it of the two who came


def test_nobody_can_be_trained_who_is_not_there():
    """20 teachers, 4 of them backbone teachers: 16 more are possible."""
    assert apply_scenario(
        two(), plan(act("train", school="甲", stage="primary", backbone_teachers=16))
    )
    over = act("train", school="甲", stage="primary", backbone_teachers=17)
    assert "至多16人" in faults_of(apply_scenario, two(), plan(over))["allowed"][0]
    # 18 of 20 are trained
    assert apply_scenario(
        two(), plan(act("train", school="甲", stage="primary", trained_teachers=2))
    )
    third = act("train", school="甲", stage="primary", trained_teachers=3)
    assert "至多2人" in faults_of(apply_scenario, two(), plan(third))["allowed"][0]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=401), "至多400人"),
        (act("rezone", **{"from": "甲"}, to="甲", stage="primary", pupils=1), "两所不同的学校"),
        (act("rezone", **{"from": "丙"}, to="甲", stage="junior", pupils=1), "有这个学段的学校"),
        (act("rezone", **{"from": "甲"}, to="戊", stage="primary", pupils=1), "当年有的学校代码"),
        (act("hire", school="甲", stage="junior", **(STAFF | {"teachers": 1})), "学校类型有的学段"),
        (
            act(
                "rotate",
                **{"from": "甲"},
                to="乙",
                stage="primary",
                **(STAFF | {"teachers": 5, "backbone_teachers": 5}),
            ),
            "至多4人",
        ),
        (act("extend", school="甲", classes_junior=3), "学校类型有的学段"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_is_allowed(action, words):
    schools = county(school("甲"), school("乙"), school("丙", "junior", pupils=200, classes=5))
    faults = faults_of(apply_scenario, schools, plan(action))
    assert len(faults) == 1
    assert words in faults["allowed"][0]


def uncounted():
    """A school that is judged, one that is not, and a nine-year one with as much."""
    special = school("特", school_type="special", pupils=50, classes=5)
    return county(school("甲"), special, school("丙", "junior", pupils=300, classes=6))


@pytest.mark.parametrize(
    "action",
    [
        act("close", school="甲", to=[{"school": "特"}]),
        act("rezone", **{"from": "甲"}, to="特", stage="primary", pupils=1),
        act("rotate", **{"from": "甲"}, to="特", stage="primary", **(STAFF | {"teachers": 1})),
        act("merge", **{"from": "甲"}, into="特", site="kept"),
        act("merge", **{"from": "特"}, into="甲", site="kept"),
        act("convert", school="丙", partner="特", to="nine_year"),
    ],
    ids=lambda action: action["kind"],
)
def test_nothing_goes_out_of_sight_into_a_school_that_is_not_judged(action):
    """A special school is not counted: whoever went there would be judged nowhere, and its rooms are no school's."""
    faults = faults_of(apply_scenario, uncounted(), plan(action))
    told = faults["found"] + faults["allowed"]
    assert told.str.contains("计入|合起来恰有小学、初中").all()


def test_a_nine_year_school_does_not_take_in_the_rooms_of_a_special_school():
    nine = school("九", school_type="nine_year", pupils_junior=200, classes_junior=5)
    for pair in ({"school": "九", "partner": "特"}, {"school": "特", "partner": "九"}):
        schools = county(nine, school("特", school_type="special", pupils=50, classes=5))
        faults = faults_of(apply_scenario, schools, plan(act("convert", **pair, to="nine_year")))
        assert faults["allowed"].tolist() == ["两所都计入或都不计入义务教育资源指标"]


def test_pupils_of_a_special_school_may_come_to_one_that_is_judged():
    move = act("rezone", **{"from": "特"}, to="甲", stage="primary", pupils=5)
    assert cell(apply_scenario(uncounted(), plan(move)), "甲", "pupils_primary") == 405


def with_seniors(**more):
    """A complete secondary school with 500 senior pupils, two of the stages of 丙, and 丁 with senior pupils too."""
    first = school("完", "junior", school_type="complete_secondary", pupils_senior=500)
    last = school("丁", "junior", school_type="twelve_year", pupils_primary=400, pupils_senior=200)
    return county(first | more, school("丙", "junior"), last | {"classes_primary": 10})


@pytest.mark.parametrize("seniors", [500, None])
@pytest.mark.parametrize(
    "action",
    [
        act("close", school="完", to=[{"school": "丙"}]),
        act("merge", **{"from": "完"}, into="丙", site="kept"),
    ],
    ids=lambda action: action["kind"],
)
def test_senior_pupils_do_not_vanish_into_a_school_without_a_senior_stage(action, seniors):
    faults = faults_of(apply_scenario, with_seniors(pupils_senior=seniors), plan(action))
    assert faults["allowed"].tolist() == ["没有高中学生的学校，或有高中学段的接收学校"]
    assert ("500人" if seniors else "不详") in faults["found"][0]


def test_senior_pupils_go_with_their_school_and_an_unknown_number_stays_unknown():
    for action in (
        act("close", school="完", to=[{"school": "丁"}]),
        act("merge", **{"from": "完"}, into="丁", site="kept"),
    ):
        assert cell(apply_scenario(with_seniors(), plan(action)), "丁", "pupils_senior") == 700
        after = apply_scenario(with_seniors(pupils_senior=None), plan(action))
        assert np.isnan(cell(after, "丁", "pupils_senior"))
    assert apply_scenario(
        with_seniors(pupils_senior=0), plan(act("close", school="完", to=[{"school": "丙"}]))
    )


def test_migrants_are_unknown_where_the_pupils_of_one_stage_are():
    """甲 teaches both stages and does not say how many in junior school: nobody can tell the share of its migrants."""
    nine = school("甲", school_type="nine_year", pupils_junior=None, migrant_pupils=32)
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=400)
    grow = {"enrolment": stated((2021, "primary", 900))}
    for scenario in (plan(move), plan(**grow)):
        after = apply_scenario(county(nine, school("乙")), scenario)
        assert np.isnan(cell(after, "甲", "migrant_pupils"))
    nobody = county(nine | {"migrant_pupils": 0}, school("乙"))
    for scenario in (plan(move), plan(**grow)):
        assert cell(apply_scenario(nobody, scenario), "甲", "migrant_pupils") == 0


def test_migrants_of_a_school_where_nothing_changed_stay_though_one_stage_is_unknown():
    nine = school("甲", school_type="nine_year", pupils_junior=None, migrant_pupils=32)
    totals = {(2021, "primary"): 800}
    after = run_years(county(nine, school("乙")), plan(), [2021], totals)[2021]
    assert cell(after, "甲", "migrant_pupils") == 32


def test_nobody_is_trained_where_the_number_of_teachers_is_unknown():
    schools = county(school("甲", teachers_primary=None), school("乙"))
    for kind in ("backbone_teachers", "trained_teachers"):
        train = act("train", school="甲", stage="primary", **{kind: 500})
        assert faults_of(apply_scenario, schools, plan(train))["found"].tolist() == [
            "缺 teachers_primary"
        ]


def test_a_name_in_place_of_a_code_is_answered_with_the_code():
    schools = county(school("甲", school="实验小学"), school("乙"))
    move = act("rezone", **{"from": "实验小学"}, to="乙", stage="primary", pupils=1)
    faults = faults_of(apply_scenario, schools, plan(move))
    assert faults["advice"].tolist() == ["这是学校名称，代码是 甲"]


def test_two_new_schools_of_one_name_are_refused_also_among_synthetic_ones():
    """In a synthetic table both would be called 丁校（模拟数据）."""
    schools = county(school("甲", data_kind="synthetic"), school("乙", data_kind="synthetic"))
    for name in ("丁校", "丁校（模拟数据）"):
        again = build(school_id="戊", school=name, takes=[{"school": "乙", "primary": 9}])
        faults = faults_of(apply_scenario, schools, plan(build(), again | {"id": "again"}))
        assert faults["found"].tolist() == ["学校名称已有"]
        assert faults["action"].tolist() == ["第2项措施 again（build，2021）"]


def test_a_school_that_cannot_be_converted_keeps_its_type():
    working = Working(
        county(school("甲", pupils_primary=None), school("乙", "junior")),
        load_standard("jiaodu-2017-6"),
    )
    convert = act("convert", school="乙", partner="甲", to="nine_year")
    assert do_action(working, plan(convert).action[0], {"primary": 45, "junior": 50})
    assert working.text("乙", "school_type") == "junior"


def test_teachers_who_leave_may_not_leave_more_of_a_kind_than_teachers():
    """甲 has 20 teachers, 18 with the degree; if three without it went, 18 of 17 would be left."""
    rotate = act("rotate", **{"from": "甲"}, to="乙", stage="primary", **(STAFF | {"teachers": 3}))
    faults = faults_of(apply_scenario, two(), plan(rotate))
    assert "高于规定学历" in faults["found"][0]


def test_all_faults_of_all_years_are_told_at_once_and_a_missing_new_school_once():
    bad_build = build(takes=[{"school": "甲", "primary": 999}], classes_primary=30)
    follow = act("rezone", 2022, **{"from": "丁"}, to="乙", stage="primary", pupils=1) | {
        "id": "follow"
    }
    other = act("buy", 2022, school="己", computers=1)
    faults = faults_of(apply_scenario, two(), plan(bad_build, follow, other))
    assert faults["action"].tolist() == [
        "第1项措施 build-1（build，2021）",
        "第3项措施 buy-1（buy，2022）",
    ]
    assert set(faults["file"]) == {"demo/scenarios/trial.toml"}


def test_actions_are_done_in_the_order_of_the_file_after_the_pupils_came():
    """甲 grows from 400 to 440 in 2021 and can give 440."""
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=440)
    after = apply_scenario(two(), plan(move, enrolment=stated((2021, "primary", 770))), 2021)
    assert cell(after, "甲", "pupils_primary") == 0
    assert cell(after, "甲", "classes_primary") == 0


def test_a_year_is_the_same_whichever_years_are_asked_for():
    scenario = plan(build(), to=2025, enrolment=stated((2025, "primary", 811)))
    alone = apply_scenario(two(), scenario, 2024)
    pd.testing.assert_frame_equal(alone.frame, run_years(two(), scenario)[2024].frame)


def test_a_table_of_another_county_or_year_and_a_year_outside_are_refused():
    with pytest.raises(UsageError, match="demo 2019年"):
        apply_scenario(county(school("甲"), year=2019), plan())
    with pytest.raises(UsageError, match="other 2020年"):
        apply_scenario(county(school("甲"), county="other"), plan())
    for year in (2019, 2023):
        with pytest.raises(UsageError, match="2020—2022年"):
            apply_scenario(two(), plan(), year)


@pytest.mark.parametrize("year", ["2021", 2021.7, 2021.0, True])
def test_a_year_is_a_whole_number(year):
    with pytest.raises(UsageError, match="年份应是整数"):
        apply_scenario(two(), plan(), year)
    assert apply_scenario(two(), plan(), np.int64(2021)).frame["year"].tolist() == [2021, 2021]


@pytest.mark.parametrize("years", [2021, "2021"])
def test_years_are_a_list(years):
    with pytest.raises(UsageError, match=r"\[2021, 2022\]"):
        run_years(two(), plan(), years)


# ------------------------------------------------------------------------------------ laws

CODES = "甲乙丙"
MOVES = st.one_of(
    st.tuples(
        st.just("rezone"), st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 150)
    ),
    st.tuples(st.just("rotate"), st.sampled_from(CODES), st.sampled_from(CODES), st.integers(1, 6)),
    st.tuples(st.just("build"), st.sampled_from(CODES), st.just("丁"), st.integers(1, 200)),
    st.tuples(st.just("close"), st.sampled_from(CODES), st.sampled_from(CODES), st.just(0)),
    st.tuples(st.just("merge"), st.sampled_from(CODES), st.sampled_from(CODES), st.just(0)),
)


# What makes a primary school one of twelve years that nobody attends in the junior stage.
TWELVE_YEARS = {"school_type": "twelve_year", "pupils_senior": 70}
TWELVE_YEARS |= {f"{name}_junior": 0 for name in ("pupils", "classes", "largest_class")}
TWELVE_YEARS |= {f"{name}_junior": 0 for name in ("oversize_classes", "in_zone_pupils", *STAFF)}


def make_move(at, kind, giver, taker, count):
    name = {"id": f"move-{at}"}
    if kind == "rezone":
        return act(kind, **{"from": giver}, to=taker, stage="primary", pupils=count) | name
    if kind == "rotate":
        kinds = {
            "teachers": count,
            "degree_teachers": count,
            "backbone_teachers": 0,
            "arts_pe_teachers": 0,
        }
        return act(kind, **{"from": giver}, to=taker, stage="primary", **kinds) | name
    if kind == "build":
        moved = (
            {"school": giver, "stage": "primary"} | STAFF | {"teachers": 1, "degree_teachers": 1}
        )
        more = {"takes": [{"school": giver, "primary": count}], "staff_from": [moved]}
        return build(school_id=f"{taker}{at}", school=f"{taker}校{at}", **more) | name
    if kind == "close":
        return act(kind, school=giver, to=[{"school": taker}]) | name
    return act(kind, **{"from": giver}, into=taker, site="kept") | name


@given(st.lists(MOVES, max_size=4), st.integers(600, 1500))
def test_no_pupil_and_no_teacher_is_lost_or_made(moves, total):
    """Whatever is done, all pupils are the stated total, and all teachers of every kind are still there."""
    first, *others = (school(code, pupils=300 + 7 * at) for at, code in enumerate(CODES))
    schools = county(first, *(one | TWELVE_YEARS for one in others))
    actions = [make_move(at, *move) for at, move in enumerate(moves)]
    try:
        after = apply_scenario(
            schools, plan(*actions, enrolment=stated((2021, "primary", total))), 2021
        )
    except ScenarioError:
        return
    frame = after.frame
    assert frame["pupils_primary"].sum() == total
    assert frame["pupils_senior"].sum() == 140
    for kind in ("teachers", "degree_teachers", "backbone_teachers", "arts_pe_teachers"):
        assert frame[f"{kind}_primary"].sum() == schools.frame[f"{kind}_primary"].sum()
    assert (frame["in_zone_pupils_primary"] <= frame["pupils_primary"]).all()
    assert (frame["largest_class_primary"] <= 45).all()
    checked, faults = make_school_table(frame)
    assert faults.empty
    pd.testing.assert_frame_equal(checked.frame, frame, check_dtype=False)


@given(st.integers(1, 400), st.integers(1, 400))
def test_moving_there_and_back_gives_all_pupils_back(there, first):
    schools = county(school("甲"), school("乙", pupils=first, classes=9))
    moves = [
        act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=there) | {"id": "there"},
        act("rezone", **{"from": "乙"}, to="甲", stage="primary", pupils=there) | {"id": "back"},
    ]
    after = apply_scenario(schools, plan(*moves))
    assert [cell(after, code, "pupils_primary") for code in "甲乙"] == [400, first]
    assert after.frame["migrant_pupils"].sum() == schools.frame["migrant_pupils"].sum()
    # pupils are where they were, so nothing that hangs on their number changes
    pd.testing.assert_series_equal(after.frame["classes_primary"], schools.frame["classes_primary"])


def test_every_column_of_a_school_has_one_rule():
    placed = [name for names in load_carrying().values() for name in names]
    assert sorted(placed) == sorted(load_columns())
    assert len(set(placed)) == len(placed)


# ------------------------------------------------------------------------------------ files


HEAD = """
id = "trial"
county = "yiyuan"
title = { zh = "试", en = "trial" }
base_year = 2020
to = 2025
summary = "试算"
source = "试算"
"""


def write(folder, text, name="trial"):
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_keeps_every_digit(tmp_path):
    action = '[[action]]\nid = "b"\nkind = "buy"\nyear = 2021\nevidence = "fact"\nsource = "试"\nschool = "甲"\n'
    path = write(tmp_path, HEAD + action + "equipment_value_yuan = 0.1000000000000000000001\n")
    assert load_scenario(path).action[0].equipment_value_yuan == Decimal("0.1000000000000000000001")


def test_all_faults_of_a_file_are_told_with_action_and_key(tmp_path):
    text = (
        HEAD.replace('summary = "试算"', "sumary = 1")
        + """
[enrolment]
mode = "stated"
[[action]]
id = "A"
kind = "buy"
year = 2021
evidence = "guess"
source = "试"
school = "甲"
computers = 2.5
[[action]]
id = "b"
kind = "demolish"
year = 2021
[[action]]
kind = "hire"
year = "2021"
evidence = "fact"
source = "试"
school = "甲"
stage = "primary"
teachers = 1
degree_teachers = 2
backbone_teachers = 0
arts_pe_teachers = 0
cost_yuan = 1
"""
    )
    faults = faults_of(load_scenario, write(tmp_path, text))
    told = set(zip(faults["action"], faults["key"], strict=True))
    first, second, third = (
        "第1项措施 A（buy，2021）",
        "第2项措施 b（demolish，2021）",
        "第3项措施 （缺 id）（hire，2021）",
    )
    assert {("全文", "sumary"), ("全文", "summary"), ("全文", "enrolment")} <= told
    assert {(first, "id"), (first, "evidence"), (first, "computers"), (second, "kind")} <= told
    assert {(third, "id"), (third, "year")} <= told
    assert "demolish" in faults.loc[faults["action"] == second, "found"].iloc[0]
    assert set(faults["file"]) == {"trial.toml"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[assumption]]\nid = "a"\ntext = "x"\nevidence = "fact"\nsource = "x"\n' * 2,
            ["全文", "assumption.2.id", "a", "没有用过的 id"],
        ),
        (
            '[[action]]\nid = "a"\nkind = "buy"\nyear = 2026\nevidence = "fact"\nsource = "x"\nschool = "x"\ncomputers = 1\n',
            ["第1项措施 a（buy，2026）", "year", "2026", "2020—2025的年份"],
        ),
        (
            '[enrolment]\nmode = "stated"\n[[enrolment.stated]]\nyear = 2020\npupils = 5\nevidence = "fact"\nsource = "x"\n',
            ["全文", "enrolment.stated.1.year", "2020", "2021—2025的年份；基准年以学校表为准"],
        ),
    ],
)
def test_parts_that_do_not_fit_together_are_told_with_place_key_and_value(tmp_path, text, words):
    faults = faults_of(load_scenario, write(tmp_path, HEAD + text))
    assert faults[["action", "key", "found", "allowed"]].to_numpy().tolist() == [words]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (act("buy", school="甲"), "没有写添置什么"),
        (act("buy", school="甲", computers=0), "没有写添置什么"),
        (act("extend", school="甲"), "没有写增加什么"),
        (act("add_rooms", school="甲"), "至少填写一个"),
        (act("train", school="甲", stage="primary"), "没有写培养多少人"),
        (
            act("set_class_size", stage="primary", size=30, zones=["suburb"]),
            "zones：suburb；只能是 urban（城区）、town（镇区）、rural（乡村）",
        ),
        (
            act(
                "hire",
                school="甲",
                stage="primary",
                **(STAFF | {"teachers": 1, "degree_teachers": 2}),
            ),
            "degree_teachers",
        ),
        (act("hire", school="甲", stage="senior", **(STAFF | {"teachers": 1})), "只能是"),
        (act("hire", school="甲", stage="primary", teachers=1), "必须填写"),
        (act("merge", **{"from": "甲"}, into="乙"), "必须填写"),
        (act("convert", school="甲", partner="乙", to="primary"), "只能是"),
        ({"id": "x", "year": 2021}, "kind：（没有）；必须填写"),
    ],
)
def test_an_action_that_says_too_little_or_something_senseless_is_refused(action, words):
    faults = faults_of(plan, action)
    told = faults["key"] + "：" + faults["found"] + "；" + faults["allowed"]
    assert any(words in one for one in told)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"zone": "suburb"}, "只能是 urban"),
        ({"school_type": "academy"}, "只能是 primary"),
        ({"takes": []}, "不能为空"),
        ({"takes": [{"school": "甲"}]}, "至少有一个大于零"),
        ({"takes": [{"school": "甲", "primary": 1}] * 2}, "写了两次"),
        ({"lon": 181}, "经度|lon"),
        ({"construction": {"classes": 12}}, "应写 building"),
        (
            {"construction": {"classes": 12, "sports": "unnamed-province-sports"}},
            "classes_primary 与",
        ),
        (
            {"classes_primary": None, "sports_ground_area_m2": 5}
            | {"construction": {"classes": 12, "sports": "unnamed-province-sports"}},
            "已由 construction 给出",
        ),
        ({"school_type": "nine_year", "construction": {"classes": 12}}, "只用于小学和初中"),
    ],
)
def test_a_new_school_that_is_described_badly_is_refused(change, words):
    faults = faults_of(plan, build(**change))
    assert (faults["found"] + "；" + faults["allowed"]).str.contains(words).any()


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ({"to": 2019}, "base_year ≤ to"),
        ({"to": 2099}, "base_year ≤ to"),
        ({"enrolment": stated((2021, "", 5), (2022, "primary", 5))}, "要么都写 stage"),
        ({"enrolment": stated((2021, "", 5), (2021, "", 6))}, "写了两次"),
        ({"enrolment": {"mode": "stated"}}, "应写"),
        ({"classes": {"rooms": "elastic"}}, "只能是"),
        ({"classes": {"limit": {"primary": 0}}}, "大于 0"),
        ({"base_year": True}, "应为整数"),
    ],
)
def test_a_head_that_does_not_fit_together_is_refused(head, words):
    faults = faults_of(plan, **head)
    assert (faults["allowed"] + faults["found"]).str.contains(words).any()


def test_two_actions_of_one_id_and_actions_that_are_no_list_are_refused():
    buy = act("buy", school="甲", computers=1)
    faults = faults_of(plan, buy, buy)
    assert faults[["action", "key"]].to_numpy().tolist() == [["第2项措施 buy-1（buy，2021）", "id"]]
    document = {"id": "trial", "action": "buy"}
    assert faults_of(parse_scenario, document, "trial.toml")["key"].tolist() == ["action"]


def test_floats_of_a_dictionary_stand_for_their_shortest_text():
    scenario = plan(act("extend", school="甲", teaching_area_m2=0.1))
    assert scenario.action[0].teaching_area_m2 == Decimal("0.1")


def test_a_file_names_itself_and_its_county(tmp_path):
    assert faults_of(load_scenario, write(tmp_path, HEAD, "other"))["key"].tolist() == ["id"]
    faults = faults_of(load_scenario, write(tmp_path, HEAD), county="huantai")
    assert faults["key"].tolist() == ["county"]
    faults = faults_of(load_scenario, write(tmp_path, HEAD, "other"), county="huantai")
    assert faults["key"].tolist() == ["id", "county"]


def test_a_scenario_that_is_not_there_is_answered_with_those_that_are(tmp_path):
    with pytest.raises(UsageError, match="plan-2025"):
        load_scenario("plan-2052", "沂源县")
    with pytest.raises(UsageError, match="county"):
        load_scenario("plan-2025")
    with pytest.raises(UsageError, match=r"no\.toml"):
        load_scenario(tmp_path / "no.toml")
    with pytest.raises(UsageError, match="不是有效的 TOML：文件末尾写法有误"):
        load_scenario(write(tmp_path, "id = "))
    (tmp_path / "jia" / "2020").mkdir(parents=True)
    (tmp_path / "jia" / "county.toml").write_text('name = { zh = "甲县" }', encoding="utf-8")
    assert list_scenarios("jia", tmp_path) == []
    with pytest.raises(UsageError, match="没有任何情景"):
        load_scenario("x", "jia", tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEAD.encode("gb18030"), "不是 UTF-8 编码（可能是 GB18030），请另存为 UTF-8"),
        (HEAD.encode("utf-16"), "不是 UTF-8 编码"),
        (HEAD.replace('zh = "试"', "zh = “试”").encode(), "第4行第16列写法有误。引号要用英文"),
        ((HEAD + 'id = "x"').encode(), "同一个键只写一次"),
        ((HEAD + "x = " + "[" * 3000).encode(), "不是有效的 TOML"),
        ((HEAD + "x = 1e9999999999999999999").encode(), "不是有效的 TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_in_chinese(tmp_path, content, words):
    path = tmp_path / "trial.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_scenario(path)
    assert words in str(caught.value)
    assert "at line" not in str(caught.value)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "trial.toml"
    path.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load_scenario(path).id == "trial"


@pytest.mark.parametrize(
    ("change", "key", "found", "allowed"),
    [
        ({"computers": -3}, "computers", "-3", "不小于 0"),
        ({"computers": Decimal("1.5")}, "computers", "1.5", "应为整数"),
        ({"computers": 10**13}, "computers", str(10**13), "不大于 1000000000000"),
        ({"computers": True}, "computers", "true", "应为整数"),
        ({"year": date(2021, 9, 1)}, "year", "2021-09-01", "应为整数"),
        ({"equipment_value_yuan": Decimal("NaN")}, "equipment_value_yuan", "NaN", "有限的数"),
        ({"equipment_value_yuan": "5"}, "equipment_value_yuan", "5", "应为数，不加引号"),
        ({"equipment_value_yuan": True}, "equipment_value_yuan", "true", "应为数，不加引号"),
        ({"year": "2021"}, "year", "2021", "应为整数，不加引号"),
        ({"school": 5}, "school", "5", "应为文字，加英文引号"),
        ({"evidence": "guess"}, "evidence", "guess", "只能是 fact 或 assumption"),
        ({"school": ["甲"]}, "school", "1项的列表", "应为文字"),
        ({"school": {"a": 1}}, "school", "一个表（a）", "应为文字"),
        ({"book": 1}, "book", "1", "没有这个键；检查拼写"),
        ({"kind": ["buy"]}, "kind", "1项的列表", "只能是 build、extend"),
        ({"cost_yuan": 5}, "", "只写了 cost_yuan", "cost_yuan 与 cost_source 应同时填写"),
    ],
)
def test_a_fault_says_what_was_found_and_what_is_allowed(change, key, found, allowed):
    faults = faults_of(plan, act("buy", school="甲", computers=1) | change)
    told = faults[["key", "found"]].to_numpy().tolist()
    assert told == [[key, found]]
    assert faults["allowed"][0].startswith(allowed)
    assert "docs/scenarios.zh-CN.md" in faults["advice"][0]


def test_an_entry_at_fault_does_not_make_its_list_empty():
    shares = [{"school": "甲", "share": Decimal(2)}]
    faults = faults_of(plan, act("close", school="乙", to=shares))
    assert faults["key"].tolist() == ["to.1.share"]


def test_years_that_are_the_wrong_way_round_are_told_once_and_not_for_every_action():
    buys = [act("buy", school="甲", computers=1, id=f"buy-{at}") for at in range(3)]
    assert faults_of(plan, *buys, to=2019)["key"].tolist() == ["base_year、to"]


def test_a_cost_needs_a_source_and_a_source_a_cost():
    for half in ({"cost_yuan": 5}, {"cost_source": "某文件"}):
        faults = faults_of(plan, act("buy", school="甲", computers=1, **half))
        assert "同时填写" in faults["allowed"][0]


@pytest.mark.parametrize("number", [True, "5", -1, 10**13, Decimal("NaN"), Decimal("1E+400")])
def test_an_amount_is_a_number_that_can_be(number):
    assert len(faults_of(plan, act("buy", school="甲", equipment_value_yuan=number))) == 1


# ------------------------------------------------------------------------------------ lists


def test_actions_are_listed_with_their_numbers_and_what_is_not_said_is_missing():
    actions = list_actions(
        plan(
            act("rezone", 2022, **{"from": "甲"}, to="乙", stage="primary", pupils=9),
            build(cost_yuan=1000, cost_source="某文件"),
            act("close", school="乙", to=[{"school": "甲"}]),
        )
    ).set_index("id")
    assert actions.index.tolist() == ["build-1", "close-1", "rezone-1"]
    assert actions.loc["build-1", ["school", "other", "stage", "pupils", "classes"]].tolist() == [
        "丁", "甲", "primary", 200, 6
    ]  # fmt: skip
    assert actions["cost_yuan"].fillna(-1).tolist() == [1000, -1, -1]
    assert actions.loc["rezone-1", ["school", "other", "pupils"]].tolist() == ["乙", "甲", 9]
    assert actions.loc["close-1", ["school", "other"]].tolist() == ["乙", "甲"]
    assert np.isnan(actions.loc["close-1", "pupils"])


def test_classrooms_stay_when_pupils_go():
    """丁 was planned for 6 classes and forms 5; 甲 had 10 and forms 5: places 270 and 450, free 70 and 250."""
    places = list_places(two(), plan(build()), [2022]).set_index("school_id")
    assert places.loc["丁", ["classes", "classrooms", "seats", "free"]].tolist() == [5, 6, 270, 70]
    assert places.loc["甲", ["classes", "classrooms", "seats", "free"]].tolist() == [
        5,
        10,
        450,
        250,
    ]


def test_no_actions_make_an_empty_list():
    assert list_actions(plan()).empty


# ------------------------------------------------------------------------------------ construction


def test_rows_of_a_table_are_exact_and_lines_between_them_are_asked_for():
    """Between 12 (4772) and 18 (6379) classes: at 15 half way, 5575.5."""
    assert construction_area("urban-2002-basic", 12, "junior") == 4772
    assert construction_area("urban-2002-basic", 15, "junior", interpolate=True) == Fraction(
        "5575.5"
    )
    with pytest.raises(UsageError, match="interpolate"):
        construction_area("urban-2002-basic", 15, "junior")


@pytest.mark.parametrize("classes", [11, 31])
def test_outside_a_table_nothing_is_known(classes):
    with pytest.raises(UsageError, match="12、18、24、30个班"):
        construction_area("urban-2002-basic", classes, "primary", interpolate=True)


def test_a_table_that_is_not_there_or_of_another_stage_is_refused():
    with pytest.raises(UsageError, match="urban-2002-basic"):
        construction_area("x", 12, "primary")
    with pytest.raises(UsageError, match="没有学段 primary"):
        construction_area("jiangxi-sports", 12, "primary")
    faults = faults_of(
        plan,
        build(classes_primary=None, construction={"classes": 12, "sports": "urban-2002-basic"}),
    )
    assert "不是这一类面积" in faults["found"][0]
    assert faults["allowed"][0] == "unnamed-province-sports、jiangxi-sports"


def test_every_table_is_near_the_area_per_pupil_that_the_document_prints():
    """建标〔2002〕102号 prints m² per pupil with one decimal; 30 classes primary, basic: 5.2 printed, 6912/1350 = 5.12."""
    printed = {
        ("urban-2002-basic", "primary"): [6.6, 5.8, 5.4, 5.1],
        ("urban-2002-planned", "primary"): [10.0, 8.3, 7.9, 7.2],
        ("urban-2002-basic", "junior"): [7.9, 7.1, 6.7, 6.4],
        ("urban-2002-planned", "junior"): [11.4, 10.1, 9.8, 9.0],
    }
    tables = {one.id: one for one in load_construction().table}
    for (name, stage), values in printed.items():
        for (classes, area), value in zip(tables[name].area[stage].items(), values, strict=True):
            assert abs(float(area) / (classes * tables[name].pupils_per_class[stage]) - value) < 0.1


def test_a_junior_school_built_exactly_to_the_sports_land_table_never_reaches_the_bar():
    """10.2 x 900 = 9180 m², the table gives 8533: 647 short. 36-class primary: 12109/1620 = 7.4747, 41 m² short."""
    trap = (
        sports_land_trap(load_standard("jiaodu-2017-6"))
        .set_index(["table", "stage", "classes"])
        .sort_index()
    )
    junior = trap.loc[("unnamed-province-sports", "junior")]
    assert set(junior["verdict"]) == {"not_met"}
    assert max(junior["per_pupil"]) == Decimal("9.48")
    assert junior.loc[18, "short"] == 647
    primary = trap.loc[("unnamed-province-sports", "primary")]
    assert primary["verdict"].tolist() == ["met", "met", "met", "met", "not_met"]
    assert primary.loc[36, "bar"] - primary.loc[36, "per_pupil"] == Decimal("0.03")
    assert primary.loc[36, "short"] == 41


def test_the_trap_needs_a_bar():
    with pytest.raises(UsageError, match="jiaodu-2012-3"):
        sports_land_trap(load_standard("jiaodu-2012-3"))


def test_cost_anchors_are_divided_exactly():
    """69,340,000 / 39,000 = 1778 yuan per m²; 280,000,000 / 18,000 = 15,556 yuan per seat."""
    assert cost_anchor("shanting-2017-area") == Fraction(69_340_000, 39_000)
    assert round(cost_anchor("shanting-2017-area")) == 1778
    assert round(cost_anchor("shanting-2017-seat")) == 15_556
    with pytest.raises(UsageError, match="shanting-2017-project"):
        cost_anchor("x")


# ------------------------------------------------------------------------------------ judged


def test_a_rezoned_school_is_judged_like_any_other():
    """On every bar with 1,000 pupils; one pupil more and rooms are 4500/1001 < 4.5: two and more indicators fail."""
    first = good("甲") | {"school_id": "甲"}
    second = good("乙") | {"school_id": "乙"}
    schools = county(first, second)
    move = act("rezone", **{"from": "甲"}, to="乙", stage="primary", pupils=1)
    after = yz.assess(apply_scenario(schools, plan(move)))
    assert dict(zip(after.schools["school"], after.schools["verdict"], strict=True)) == {
        "甲": "met",
        "乙": "not_met",
    }


def test_a_table_after_a_scenario_is_a_school_table_like_any_other():
    after = apply_scenario(two(), plan(build()))
    again = SchoolTable.from_frame(after.frame)
    pd.testing.assert_frame_equal(again.frame, after.frame, check_dtype=False)
