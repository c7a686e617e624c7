"""Seats and bands: boundaries on both sides, missing numbers, sums by town and county, entrants against first grades."""

from __future__ import annotations

import time
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi import counties, seats
from youzhi.errors import UsageError
from youzhi.seats import judge_band, measure_seats, plan_admission, warn_admission
from youzhi.standards import load_standard
from youzhi.synthetic import make_nation
from youzhi.tables import SchoolTable, stack_tables

ROOT = Path(__file__).parents[1]
STANDARD = load_standard("jiaodu-2017-6")
SYSTEM = {"primary": 5, "junior": 4}
COUNTS = ("pupils_primary", "classes_primary", "pupils_junior", "classes_junior")


def table(*schools: dict) -> SchoolTable:
    """Schools of one county-year; what is not given of a stage is zero."""
    rows = [
        {"county": "demo", "year": 2020, "town": "甲镇", "zone": "town"}
        | dict.fromkeys(COUNTS, 0)
        | school
        for school in schools
    ]
    return SchoolTable.from_frame(pd.DataFrame(rows))


def primary(name: str, pupils, classes, **others) -> dict:
    counts = {"pupils_primary": pupils, "classes_primary": classes}
    return {"school": name, "school_type": "primary"} | counts | others


def by_school(*schools: dict) -> pd.DataFrame:
    return measure_seats(table(*schools), STANDARD).set_index(["stage", "school"])


# --- the rule of the bands


@pytest.mark.parametrize(
    ("pupils", "places", "band"),
    [
        (89_999, 100_000, "green"),  # 89.999 %
        (90_000, 100_000, "yellow"),  # 90 %
        (99_999, 100_000, "yellow"),  # 99.999 %
        (100_000, 100_000, "red"),  # 100 %
        (100_001, 100_000, "red"),
        (0, 1, "green"),
        (Fraction(9, 10), 1, "yellow"),
        (Fraction(9, 10) - Fraction(1, 10**30), 1, "green"),
        (1 - Fraction(1, 10**30), 1, "yellow"),
        (Decimal("40.5"), 45, "yellow"),
        (0.9, 1, "yellow"),  # as it is written, though the float lies above nine tenths
        (0.1 * 9, 1, "yellow"),
        (1, 0, "red"),  # a child and no place
        (0, 0, "cannot_tell"),
    ],
)
def test_a_band_begins_exactly_at_its_own_share(pupils, places, band):
    assert judge_band(pupils, places) == band


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, Decimal("NaN")])
def test_an_unknown_number_is_never_a_band(missing):
    assert judge_band(missing, 100) == "cannot_tell"
    assert judge_band(100, missing) == "cannot_tell"


@pytest.mark.parametrize("wrong", [-1, Fraction(-1, 3), np.inf, True, "90"])
def test_a_number_of_children_that_cannot_be_is_refused(wrong):
    with pytest.raises(UsageError, match="不小于0"):
        judge_band(wrong, 100)
    with pytest.raises(UsageError, match="不小于0"):
        judge_band(100, wrong)


wholes = st.integers(min_value=0, max_value=10**7)


@given(wholes, wholes.filter(bool), st.integers(min_value=1, max_value=50))
def test_a_band_depends_on_the_share_alone(pupils, places, times):
    assert judge_band(pupils * times, places * times) == judge_band(pupils, places)


@given(wholes, wholes, wholes.filter(bool))
def test_more_children_never_mean_a_better_band(one, other, places):
    order = ["green", "yellow", "red"]
    low, high = sorted([one, other])
    assert order.index(judge_band(low, places)) <= order.index(judge_band(high, places))


def test_the_rule_is_cited_dated_and_says_how_sure_it_is():
    rules = seats.load_seat_rules()
    assert (rules.rule.issuer, rules.rule.date.isoformat()) == ("温岭市教育局", "2024-04-10")
    assert rules.rule.title in rules.rule.source
    assert {band.id: band.from_percent for band in rules.band} == {
        "red": 100,
        "yellow": 90,
        "green": 0,
    }
    assert (rules.rule.confidence, rules.basis.confidence) == ("V", "S")
    assert "未见" in rules.basis.note
    assert {rules.capacity.confidence, rules.admission.confidence} == {"I"}


def test_the_limit_of_a_class_is_that_of_the_standard_and_of_no_other_place():
    """源教体字〔2021〕18号 附件1 2.5: 45 in primary, 50 in junior classes."""
    assert seats.class_limits(STANDARD) == {"primary": 45, "junior": 50}
    [item] = [item for item in STANDARD.item if item.id == "class_size"]
    ratio = item.check[-1].model_copy(update={"bar": Decimal(40)})
    smaller = STANDARD.model_copy(
        update={"item": [item.model_copy(update={"check": [item.check[0], ratio]})]}
    )
    assert seats.class_limits(smaller) == {"primary": 40, "junior": 40}


def test_a_standard_without_a_limit_of_classes_is_refused_by_name():
    with pytest.raises(UsageError, match=r"jiaodu-2012-3.*班额"):
        measure_seats(table(primary("甲校", 450, 10)), load_standard("jiaodu-2012-3"))


# --- seats of schools


def test_seats_are_classes_times_the_limit_and_free_may_be_below_zero():
    """10 × 45 = 450; 12 × 50 = 600; 450 − 460 = −10; 600 − 540 = 60 and 540 / 600 = 0.9."""
    school = primary("甲校", 460, 10, school_type="nine_year", pupils_junior=540, classes_junior=12)
    measured = by_school(school)
    told = ["pupils", "classes", "limit", "seats", "free", "ratio", "band"]
    assert measured.loc[("primary", "甲校"), told].tolist() == [
        *(460, 10, 45, 450, -10, 460 / 450, "red")
    ]
    assert measured.loc[("junior", "甲校"), told].tolist() == [540, 12, 50, 600, 60, 0.9, "yellow"]


@pytest.mark.parametrize(
    ("pupils", "band"), [(809, "green"), (810, "yellow"), (899, "yellow"), (900, "red")]
)
def test_a_school_changes_its_band_with_one_pupil(pupils, band):
    """20 classes have 900 seats; nine tenths of them are 810."""
    assert by_school(primary("甲校", pupils, 20))["band"].tolist() == [band]


@pytest.mark.parametrize(("pupils", "classes"), [(None, 10), (400, None), (None, None), (400, 0)])
def test_what_is_missing_or_contradicts_itself_cannot_be_told_and_is_not_zero(pupils, classes):
    measured = by_school(primary("甲校", pupils, classes), primary("乙校", 100, 10))
    row = measured.loc[("primary", "甲校")]
    assert row["band"] == "cannot_tell"
    assert np.isnan([row["free"], row["ratio"]]).all()
    assert np.isnan(row["pupils"]) == (pupils is None)
    assert np.isnan(row["seats"]) == (not classes)
    assert measured.loc[("primary", "乙校"), "band"] == "green"


def test_one_missing_part_makes_the_sum_of_its_town_and_county_missing_but_no_other():
    schools = table(
        primary("甲校", 400, None), primary("乙校", 400, 10), primary("丙校", 90, 2, town="乙镇")
    )
    town = measure_seats(schools, STANDARD, by="town").set_index("town")
    assert town["band"].to_dict() == {"甲镇": "cannot_tell", "乙镇": "red"}
    [county] = measure_seats(schools, STANDARD, by="county").to_dict("records")
    assert (county["pupils"], county["band"]) == (890, "cannot_tell")
    assert np.isnan(county["seats"])


def test_small_teaching_points_and_private_schools_have_seats_special_schools_have_none():
    point = primary("甲教学点", 20, 3, school_type="teaching_point")
    private = primary("乙校", 100, 5, organiser_code=10)
    special = primary("丙校", 80, 9, school_type="special", pupils_junior=30, classes_junior=3)
    vocational = primary("丁校", 0, 0, school_type="vocational", pupils_junior=40, classes_junior=1)
    measured = by_school(point, private, special, vocational)
    assert measured["seats"].to_dict() == {("primary", "乙校"): 225, ("primary", "甲教学点"): 135}


def test_an_empty_school_with_classes_has_free_seats_and_one_without_anything_has_no_stage():
    measured = by_school(
        primary("甲校", 0, 6),
        primary("乙校", 0, 0),
        primary("丙校", 0, None),
        primary("丁校", 100, 5, school_type="nine_year"),
    )
    assert measured.index.tolist() == [("primary", "丁校"), ("primary", "甲校")]
    assert measured.loc[("primary", "甲校"), ["free", "band"]].tolist() == [270, "green"]


def test_pupils_of_a_stage_that_the_type_does_not_have_are_counted_where_they_are():
    measured = by_school(primary("甲校", 400, 10, pupils_junior=45, classes_junior=1))
    assert measured.loc[("junior", "甲校"), "band"] == "yellow"


def test_campuses_stand_as_they_are():
    measured = by_school(
        primary("甲校东区", 400, 10, campus_of="甲校"),
        primary("甲校西区", 450, 10, campus_of="甲校"),
    )
    assert measured["band"].to_dict() == {
        ("primary", "甲校东区"): "green",
        ("primary", "甲校西区"): "red",
    }


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("school", ["school", "school_id", "town"]),
        ("town", ["town"]),
        ("zone", ["zone"]),
        ("county", []),
    ],
)
def test_keys_lead_rows_are_sorted_and_sums_are_those_of_the_schools(by, keys):
    read = [counties.read_county("yiyuan", year, ROOT / "data") for year in (2019, 2020)]
    schools = stack_tables([*read, counties.read_county("huantai", 2020, ROOT / "data")])
    measured = measure_seats(schools, STANDARD, by=by)
    assert list(measured) == [
        *("county", "year", "stage", *keys),
        *("pupils", "classes", "limit", "seats", "free", "ratio", "band"),
    ]
    stage = measured["stage"].map({"primary": 0, "junior": 1})
    order = measured.assign(stage=stage)[["county", "year", "stage", *keys[:1]]]
    rows = list(order.itertuples(index=False))
    assert rows == sorted(set(rows))
    whole = measured.groupby(["county", "year", "stage"])[["pupils", "classes", "seats"]].sum()
    counted = schools.frame[~schools.frame["school_type"].isin(["special", "vocational"])]
    for (county, year, name), sums in whole.iterrows():
        mine = counted[(counted["county"] == county) & (counted["year"] == year)]
        assert sums["pupils"] == mine[f"pupils_{name}"].sum()
        assert sums["seats"] == {"primary": 45, "junior": 50}[name] * mine[f"classes_{name}"].sum()


def test_a_school_without_a_town_stands_under_no_name():
    measured = measure_seats(table(primary("甲校", 90, 2, town=None)), STANDARD, by="town")
    assert measured[["town", "band"]].to_numpy().tolist() == [["", "red"]]


def test_bands_of_a_table_are_those_of_its_pairs():
    schools = counties.read_county("wenling", 2020, ROOT / "data")
    measured = measure_seats(schools, STANDARD)
    pairs = zip(measured["pupils"], measured["seats"], strict=True)
    assert measured["band"].tolist() == [judge_band(pupils, places) for pupils, places in pairs]
    assert set(measured["band"]) == {"green", "yellow"}


def test_the_table_of_schools_is_not_changed():
    schools = table(primary("甲校", 400, 0), primary("乙校", 400, 10))
    before = schools.frame.copy()
    measure_seats(schools, STANDARD)
    plan_admission(schools, STANDARD, SYSTEM)
    pd.testing.assert_frame_equal(schools.frame, before)


def test_a_table_without_places_gives_no_row():
    special = table(primary("甲校", 80, 9, school_type="special"))
    assert len(measure_seats(special, STANDARD)) == 0
    assert len(plan_admission(special, STANDARD, SYSTEM)) == 0


def test_seats_by_something_else_are_refused_with_what_is_there():
    with pytest.raises(UsageError, match=r"school、town、zone、county.*district"):
        measure_seats(table(primary("甲校", 450, 10)), STANDARD, by="district")


def test_a_national_table_takes_well_under_a_second():
    """More than 100,000 sections; it takes about a tenth of the limit on an idle machine."""
    schools = SchoolTable.from_frame(make_nation(counties=2000, schools=50, years=1, seed=1))
    start = time.perf_counter()
    measured = measure_seats(schools, STANDARD)
    assert time.perf_counter() - start < 1
    assert len(measured) > 100_000


# --- the first grade


@pytest.mark.parametrize(
    ("classes", "years", "first"),
    [
        (20, 5, 4),
        (22, 5, 4),  # 4.4
        (23, 5, 5),  # 4.6
        (15, 6, 3),  # 2.5, halves up
        (14, 6, 2),  # 2.33
        (2, 5, 1),  # a teaching point has a first grade
        (1, 6, 1),
        (5, 5, 1),
    ],
)
def test_first_grade_classes_are_rounded_to_whole_ones_and_at_least_one(classes, years, first):
    schools = table(primary("甲校", 10, classes))
    plan = plan_admission(schools, STANDARD, {"primary": years, "junior": 9 - years})
    assert plan[["classes", "seats"]].to_numpy().tolist() == [[first, first * 45]]


def test_first_grade_places_of_a_county_are_the_sum_of_its_schools_and_missing_with_one():
    """13 / 5 = 2.6 → 3 classes twice, 12 / 5 = 2.4 → 2: 8 × 45 = 360 places; 38 / 5 = 7.6 classes would be 342."""
    known = table(primary("甲校", 500, 13), primary("乙校", 500, 12), primary("丙校", 500, 13))
    assert plan_admission(known, STANDARD, SYSTEM)["seats"].tolist() == [8 * 45]
    names = plan_admission(known, STANDARD, SYSTEM, by="school").set_index("school")["classes"]
    assert names.to_dict() == {"甲校": 3, "乙校": 2, "丙校": 3}
    unknown = table(primary("甲校", 500, 13), primary("乙校", 500, None))
    assert plan_admission(unknown, STANDARD, SYSTEM)["seats"].isna().tolist() == [True]


@pytest.mark.parametrize("wrong", [None, 0, 5.0, True, "5"])
def test_years_of_a_stage_must_be_given_as_a_whole_number(wrong):
    with pytest.raises(UsageError, match="小学的学制年数"):
        plan_admission(table(primary("甲校", 450, 10)), STANDARD, {"primary": wrong, "junior": 4})


def test_all_stages_without_years_are_told_at_once():
    with pytest.raises(UsageError, match="小学、初中的学制年数"):
        plan_admission(table(primary("甲校", 450, 10)), STANDARD, {})


def test_entrants_are_held_against_the_plan_of_their_own_year_and_stage():
    entrants = pd.DataFrame(
        {
            "year": [2024, 2024, 2025, 2026],
            "stage": ["primary", "junior", "primary", "primary"],
            "pupils": [899, 900, None, 10],
        }
    )
    plan = pd.DataFrame(
        {
            "county": "demo",
            "year": [2024, 2024, 2025],
            "stage": ["primary", "junior", "primary"],
            "seats": [1000, 1000, 1000],
        }
    )
    warned = warn_admission(entrants, plan)
    assert list(warned) == ["year", "stage", "pupils", "seats", "free", "ratio", "band"]
    assert warned["band"].tolist() == ["green", "yellow", "cannot_tell", "cannot_tell"]
    assert warned["free"].tolist()[:2] == [101, 100]
    assert warned.loc[3, ["seats", "free", "ratio"]].isna().all()


def test_a_plan_without_years_holds_for_all_years():
    entrants = pd.DataFrame({"year": [2024, 2025], "stage": "primary", "pupils": [89, 100]})
    plan = pd.DataFrame({"stage": ["primary"], "seats": [100]})
    assert warn_admission(entrants, plan)["band"].tolist() == ["green", "red"]


def test_projected_entrants_are_judged_exactly_as_they_are_written():
    numbers = [89.999, 90.0, 99.999, Fraction(100), Decimal("99.9999999999999999999"), None]
    entrants = pd.DataFrame({"year": range(2024, 2030), "pupils": pd.Series(numbers, dtype=object)})
    plan = pd.DataFrame({"year": range(2024, 2030), "seats": 100})
    bands = ["green", "yellow", "yellow", "red", "yellow", "cannot_tell"]
    assert warn_admission(entrants, plan)["band"].tolist() == bands
    whole = entrants.head(3).astype({"pupils": float})
    assert warn_admission(whole, plan)["band"].tolist() == bands[:3]


@given(st.lists(st.tuples(wholes, wholes), min_size=1, max_size=20))
def test_many_pairs_at_once_are_judged_as_each_alone(pairs):
    pupils, places = zip(*pairs, strict=True)
    entrants = pd.DataFrame({"year": range(len(pairs)), "pupils": pupils})
    plan = pd.DataFrame({"year": range(len(pairs)), "seats": places})
    alone = [judge_band(*pair) for pair in pairs]
    assert warn_admission(entrants, plan)["band"].tolist() == alone


def test_wrong_tables_are_refused_with_all_faults():
    good = pd.DataFrame({"year": [2024], "pupils": [1]})
    with pytest.raises(UsageError, match=r"“pupils”列.*“seats”列.*没有共同的键列"):
        warn_admission(pd.DataFrame({"year": [2024]}), pd.DataFrame({"stage": ["primary"]}))
    with pytest.raises(UsageError, match="2024不止一行"):
        warn_admission(good, pd.DataFrame({"year": [2024, 2024], "seats": [1, 2]}))
    with pytest.raises(UsageError, match="不小于0"):
        warn_admission(good.assign(pupils=-1), pd.DataFrame({"year": [2024], "seats": [1]}))


def test_yiyuan_demonstration_runs_short_of_first_grade_places_in_2022_and_not_before():
    """The wave of the census meets places that only grow with the classes of later years."""
    card = tomllib.loads((ROOT / "data/yiyuan/county.toml").read_text("utf-8"))
    lengths = {stage: entry["years"] for stage, entry in card["stages"].items()}
    years = range(2019, 2026)
    schools = stack_tables([counties.read_county("yiyuan", y, ROOT / "data") for y in years])
    grades = pd.read_csv(ROOT / "data/yiyuan/enrolment.csv", encoding="utf-8-sig")
    entrants = grades[(grades["grade"] == 1) & grades["year"].isin(years)].assign(stage="primary")
    warned = warn_admission(entrants, plan_admission(schools, STANDARD, lengths))
    bands = dict(zip(warned["year"], warned["band"], strict=True))
    assert bands == {
        **dict.fromkeys([2019, 2020, 2021, 2025], "green"),
        2022: "red",
        2023: "yellow",
        2024: "yellow",
    }
