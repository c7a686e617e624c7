"""Counties side by side: worked values per county, groups alike, plans and rules, and rankings that are refused."""

from decimal import Decimal
from fnmatch import filter as matching
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import R1, R4, good, judge, rows_of, table
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from test_standard_2012 import pair

import youzhi as yz
from youzhi.cards import parse_card
from youzhi.commitments import load_commitments
from youzhi.comparisons import compare_counties, values
from youzhi.comparisons.context import frame_context
from youzhi.comparisons.rules import frame_rules
from youzhi.comparisons.settings import Settings, load_settings
from youzhi.comparisons.timelines import find_aims, find_plans, frame_timelines, level_of
from youzhi.counties import load_county
from youzhi.errors import DataError, UsageError

FOUR = ["yiyuan", "huantai", "wenling", "shanting"]


@cache
def compare_once(year, *counties):
    """The demonstration data are read once for all tests."""
    return compare_counties(counties, year)


@pytest.fixture(scope="module")
def four():
    return compare_once(2023, *FOUR)


@pytest.fixture(scope="module")
def of_2016():
    return compare_once(2016, "yiyuan", "shanting")


def row(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def stages_of(primary=None, junior=None):
    """The part of a card that says how many grades each stage has."""
    years = {"primary": primary, "junior": junior}
    return "".join(f"[stages.{name}]\nyears = {n}\n" for name, n in years.items() if n)


SIX_THREE = stages_of(6, 3)


def write_root(folder: Path, card: str | dict = SIX_THREE, **counties):
    """A data root with one school table per county and year: name=(year, rows)."""
    for county, (year, rows) in counties.items():
        place = folder / county / str(year)
        place.mkdir(parents=True)
        (folder / county / "county.toml").write_text(
            f'name = {{ zh = "{county}县" }}\n{card if isinstance(card, str) else card[county]}'
        )
        frame = pd.DataFrame([{"county": county, "year": year, **one} for one in rows])
        frame.to_csv(place / "schools.csv", index=False)
    return folder


# ------------------------------------------------------------------------------------ values


def test_share_gap_and_gap_per_1000_are_the_worked_ones():
    """Two schools of 1,000 and 500 pupils; the second has 1,700 of 2,250 m² that the bar of 4.5 asks for: 550 m² lack.

    550 / 1500 x 1000 = 366.67 m² per 1,000 pupils; one of two sections is at the bar.
    """
    result = judge([good("甲校"), good("乙校", primary=500, rooms=1700)])
    found = row(values.frame_values(result), indicator=R4)
    assert (found["met"], found["not_met"], found["cannot_tell"]) == (1, 1, 0)
    assert (found["share_low"], found["share_high"]) == (0.5, 0.5)
    assert (found["gap"], found["gap_unit"], found["pupils"]) == (550, "㎡", 1500)
    assert found["gap_per_1000"] == pytest.approx(366.6667, abs=1e-4)
    assert found["mean"] == pytest.approx((4500 + 1700) / 1500)
    assert (found["bar"], found["limit"], found["counted"]) == (4.5, 0.5, "school")
    assert found["data_kinds"] == "未注明"


def test_a_missing_value_is_neither_zero_nor_met():
    """One of three sections has no rooms stated: between one and two thirds are at the bar, and the mean is missing."""
    result = judge([good("甲校"), good("乙校", rooms=4499), good("丙校", rooms=None)])
    found = row(values.frame_values(result), indicator=R4)
    assert (found["met"], found["not_met"], found["cannot_tell"]) == (1, 1, 1)
    assert [found["share_low"], found["share_high"]] == pytest.approx([1 / 3, 2 / 3])
    assert np.isnan(found["mean"])
    assert found["cv_verdict"] == "cannot_tell"
    assert found["gap"] == 1  # 4,500 - 4,499; what the third lacks nobody knows


def test_without_any_known_value_there_is_no_gap_to_tell():
    result = judge([good("甲校", rooms=None)])
    found = row(values.frame_values(result), indicator=R4)
    assert pd.isna(found["gap"])
    assert np.isnan(found["gap_per_1000"])
    assert (found["share_low"], found["share_high"]) == (0, 1)


def test_a_county_without_gaps_has_zero_not_missing():
    found = row(values.frame_values(judge([good("甲校")])), indicator=R4)
    assert (found["gap"], found["gap_per_1000"]) == (0, 0)


def test_a_standard_without_bars_gives_no_shares_and_no_gaps():
    result = judge(pair(30), standard="jiaodu-2012-3", year=2016)
    table_of = values.frame_values(result)
    for name in ("bar", "met", "share_low", "share_high", "gap", "gap_per_1000"):
        assert table_of[name].isna().all(), name
    stage = values.frame_stages(result).iloc[0]
    assert pd.isna(stage["met"])
    assert stage["composite_limit"] == 0.65
    assert stage["composite_verdict"] == "met"


def test_stages_count_sections_pupils_and_what_is_beyond_a_limit():
    """Rooms 1 and 9,000 m² over 1,000 pupils each: mean 4.5005, distance 4.4995 on both sides, coefficient near 1."""
    result = judge([good("甲校", rooms=1), good("乙校", rooms=9000)])
    found = values.frame_stages(result).iloc[0]
    assert (found["sections"], found["pupils"], found["pupils_per_section"]) == (2, 2000, 1000)
    assert (found["met"], found["not_met"], found["over_limit"], found["held"]) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("pupils", "band"),
    [
        (99, "under_100"),
        (100, "100_to_499"),
        (499, "100_to_499"),
        (500, "500_to_999"),
        (2000, "1000_to_2000"),
        (2001, "over_2000"),
    ],
)
def test_bands_begin_and_end_where_the_settings_say(pupils, band):
    result = judge([good("甲校", primary=pupils)])
    assert values.group_by_size(result).tolist() == [band]


def test_both_stages_of_a_school_stand_in_the_band_of_the_whole_school():
    nine = rows_of("school type primary junior\n甲校 nine_year 60 60")
    result = judge(nine)
    assert values.group_by_size(result).tolist() == ["100_to_499"] * 2


def test_group_means_are_resources_over_pupils_of_the_group():
    """甲 4,500 m² and 乙 900 m² over 1,000 + 600 pupils, both in towns; 丙 has no zone."""
    result = judge(
        [
            good("甲校", zone="town"),
            good("乙校", primary=600, rooms=900, zone="town"),
            good("丙校", zone=None),
        ]
    )
    found = values.frame_groups(result, values.group_by_zone(result))
    town = row(found, group="town", indicator=R4)
    assert town["mean"] == pytest.approx(5400 / 1600)
    assert (town["sections"], town["met"], town["not_met"]) == (2, 1, 1)
    assert row(found, group="unknown", indicator=R4)["mean"] == pytest.approx(4.5)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=6))
def test_every_section_stands_in_exactly_one_band(pupils):
    result = judge([good(f"{at}校", primary=number) for at, number in enumerate(pupils)])
    found = values.frame_groups(result, values.group_by_size(result))
    here = found[found["indicator"] == R1]
    assert here["sections"].sum() == len(pupils)
    assert here["pupils"].sum() == sum(pupils)
    county = row(values.frame_values(result), indicator=R1)
    whole = (here["mean"] * here["pupils"]).sum() / here["pupils"].sum()
    assert whole == pytest.approx(county["mean"])


# ------------------------------------------------------------------------------------ the whole comparison


def test_tables_are_the_stacked_tables_of_each_county_sorted_by_their_keys(four):
    alone = values.frame_values(yz.assess_county("wenling", 2023))
    here = four.values[four.values["county"] == "wenling"].reset_index(drop=True)
    pd.testing.assert_frame_equal(here, alone)
    assert list(dict.fromkeys(four.values["county"])) == sorted(FOUR)
    assert four.values.columns[:5].tolist() == ["county", "year", "standard", "stage", "indicator"]
    assert list(four.names) == FOUR


def test_every_row_says_standard_unit_and_kind_of_data(four):
    for frame in (four.values, four.stages, four.sizes, four.zones, four.series, four.stage_series):
        assert set(frame["data_kinds"]) == {"模拟数据"}
        assert set(frame["standard"]) == {"jiaodu-2017-6"}
        units = frame.drop_duplicates("county").set_index("county")["counted"].to_dict()
        assert units == dict.fromkeys(FOUR, "school") | {"wenling": "campus"}


def test_series_say_in_which_years_another_standard_was_in_force(four):
    other = four.series[four.series["in_force"] != four.series["standard"]]
    assert set(zip(other["county"], other["year"], strict=True)) == {("shanting", 2016)}
    assert sorted(set(four.series["year"])) == list(range(2016, 2026))


def test_each_county_is_judged_by_the_standard_in_force_there(of_2016):
    found = of_2016.definitions.set_index("county")["standard"].to_dict()
    assert found == {"yiyuan": "jiaodu-2017-6", "shanting": "jiaodu-2012-3"}


def test_one_standard_for_all_can_be_asked_for():
    found = compare_counties(["yiyuan", "shanting"], 2016, standard="jiaodu-2017-6")
    assert set(found.definitions["standard"]) == {"jiaodu-2017-6"}


def test_all_faults_of_the_question_are_told_at_once():
    with pytest.raises(UsageError) as refused:
        compare_counties(["yiyuan", "沂源县", "nowhere", "huantai"], 1990)
    for words in ("沂源县没有1990年", "没有县区“nowhere”", "桓台县没有1990年"):
        assert words in str(refused.value)
    with pytest.raises(UsageError, match="只写一次"):
        compare_counties(["yiyuan", "沂源县", "huantai"], 2023)
    with pytest.raises(UsageError, match="至少要两个"):
        compare_counties(["yiyuan"], 2023)


@pytest.mark.parametrize(
    ("year", "found"),
    [(2023.0, "“2023.0”"), ("2023", "文字“2023”"), (None, "“None”"), (True, "“True”")],
)
def test_a_year_that_is_no_whole_number_is_refused_with_what_else_is_wrong(year, found):
    with pytest.raises(UsageError) as refused:
        compare_counties(["yiyuan", "nowhere"], year)
    assert f"统计年度应为整数，例如 2023；发现{found}" in str(refused.value)
    assert "没有县区“nowhere”" in str(refused.value)


def test_counties_that_are_no_list_are_refused():
    with pytest.raises(UsageError, match="发现“None”"):
        compare_counties(None, 2023)


def test_a_whole_number_of_another_type_is_a_year():
    assert compare_counties(["yiyuan", "huantai"], np.int64(2023)).year == 2023


def test_other_years_are_read_only_when_they_are_asked_for(tmp_path):
    """2019 of county a is no table at all: 2020 can be compared, and the series is refused."""
    rows = [good("甲校") | {"organiser_code": 7}]
    root = write_root(tmp_path, a=(2020, rows), b=(2020, rows))
    (root / "a" / "2019").mkdir()
    (root / "a" / "2019" / "schools.csv").write_text("没有\n这样的列\n", encoding="utf-8")
    found = compare_counties(["a", "b"], 2020, data=root)
    assert len(found.values) == 14
    with pytest.raises(DataError):
        _ = found.series


def test_series_are_those_of_the_data_root_of_the_question(tmp_path, monkeypatch):
    rows = [good("甲校") | {"organiser_code": 7}]
    monkeypatch.setenv("YOUZHI_DATA", str(write_root(tmp_path, a=(2020, rows), b=(2020, rows))))
    found = compare_counties(["a", "b"], 2020)
    monkeypatch.delenv("YOUZHI_DATA")
    assert set(found.series["county"]) == {"a", "b"}


# ------------------------------------------------------------------------------------ rankings


def test_the_four_counties_are_not_ranked_and_the_reasons_are_told(four):
    found = four.rank()
    assert not found.allowed
    assert found.table is None
    assert "温岭市按独立校区计数" in found.reason
    assert "不全是真实数据" in found.reason


def test_counties_of_two_standards_are_not_ranked(of_2016):
    found = of_2016.rank()
    assert any("教督〔2012〕3号" in reason for reason in found.reasons)


def test_made_up_data_alone_forbid_a_ranking():
    found = compare_counties(["yiyuan", "huantai"], 2023).rank()
    assert len(found.reasons) == 1
    assert "沂源县、桓台县的学校数据不全是真实数据（模拟数据）" in found.reason


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({}, {}, "a县、b县的学校数据不全是真实数据（未注明）"),
        ({"data_kind": "real"}, {}, "b县的学校数据不全是真实数据（未注明）"),
        (
            {"data_kind": "synthetic"},
            {},
            "a县、b县的学校数据不全是真实数据（a县模拟数据；b县未注明）",
        ),
    ],
)
def test_data_that_nobody_called_real_are_not_ranked(tmp_path, first, second, told):
    row = good("甲校") | {"organiser_code": 7}
    root = write_root(tmp_path, a=(2020, [row | first]), b=(2020, [row | second]))
    found = compare_counties(["a", "b"], 2020, data=root).rank()
    assert not found.allowed
    assert told in found.reasons[-1]


def test_one_school_of_unknown_kind_among_real_ones_is_enough(tmp_path):
    row = good("甲校") | {"organiser_code": 7, "data_kind": "real"}
    mixed = [row, row | {"school": "乙校", "data_kind": None}]
    root = write_root(tmp_path, a=(2020, [row]), b=(2020, mixed))
    assert compare_counties(["a", "b"], 2020, data=root).unreal == {"b": "未注明、真实数据"}


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        (
            {"a": stages_of(5, 4), "b": stages_of(6, 3)},
            "学制不同：a县小学5年、初中4年；b县小学6年、初中3年。",
        ),
        (
            {"a": stages_of(6, 3), "b": stages_of(6, 4)},
            "学制不同：a县小学6年、初中3年；b县小学6年、初中4年。",
        ),
        (
            {"a": stages_of(6, 3), "b": stages_of(6)},
            "学制不同或未注明：a县小学6年、初中3年；b县小学6年、初中未注明。",
        ),
        ({"a": "", "b": ""}, "学制不同或未注明：a县、b县小学未注明、初中未注明。"),
    ],
)
def test_stages_of_other_grades_or_of_unknown_ones_are_not_ranked(tmp_path, cards, told):
    rows = [good("甲校") | {"organiser_code": 7, "data_kind": "real"}]
    root = write_root(tmp_path, cards, a=(2020, rows), b=(2020, rows))
    found = compare_counties(["a", "b"], 2020, data=root).rank()
    assert found.reasons == (f"{told}同名学段的年级不同，不能放进同一个排序。",)


def test_the_systems_of_the_four_counties_are_told_in_the_order_given(four):
    assert (
        "学制不同：沂源县、桓台县小学5年、初中4年；温岭市、山亭区小学6年、初中3年。"
        in four.rank().reason
    )


def test_real_data_of_one_standard_and_unit_are_ranked(tmp_path):
    """Rooms 4,500 ± 500 against 4,500 ± 900: the coefficients are 1/9 and 1/5 in one of seven indicators."""
    near = [good("甲校", rooms=4000), good("乙校", rooms=5000)]
    far = [good("甲校", rooms=3600), good("乙校", rooms=5400)]
    real = {"data_kind": "real", "organiser_code": 7}
    root = write_root(
        tmp_path, a=(2020, [one | real for one in far]), b=(2020, [one | real for one in near])
    )
    found = compare_counties(["a", "b"], 2020, data=root).rank(R4)
    assert found.allowed
    assert found.reason == ""
    assert found.table["county"].tolist() == ["a", "b"]
    assert found.table["rank"].tolist() == [2, 1]
    assert found.table["value"].tolist() == pytest.approx([1 / 5, 1 / 9])


def test_real_beside_made_up_data_are_not_ranked(tmp_path):
    rows = [good("甲校") | {"organiser_code": 7}]
    root = write_root(
        tmp_path,
        a=(2020, [one | {"data_kind": "real"} for one in rows]),
        b=(2020, [one | {"data_kind": "projected"} for one in rows]),
    )
    reasons = compare_counties(["a", "b"], 2020, data=root).rank().reasons
    assert "2020年的数据性质不同：a县是真实数据；b县是预测数据" in reasons[0]
    assert "b县的学校数据不全是真实数据" in reasons[1]


# ------------------------------------------------------------------------------------ censuses


def test_shares_and_changes_of_a_census_are_the_worked_ones():
    """1,000 people, 200 of them children; ten years on 900 and 153: 17 %, down by 3 points, people down by 10 %."""
    card = parse_card(
        'name = { zh = "甲县" }\n'
        "[[population]]\nyear = 2010\ntotal = 1000\nurban = 300\nage_0 = 20\nage_1_4 = 60\n"
        'age_5_9 = 60\nage_10_14 = 60\nsource = "六普"\nconfidence = "V"\n'
        "[[population]]\nyear = 2020\ntotal = 900\nurban = 450\nage_0 = 3\nage_1_4 = 50\n"
        'age_5_9 = 50\nage_10_14 = 50\nsource = "七普"\nconfidence = "V"\n',
        "a",
    )
    first, last = frame_context([card]).itertuples()
    assert first.children_share == pytest.approx(0.2)
    assert pd.isna(first.population_change)
    assert (last.population, last.children) == (900, 153)
    assert last.children_share == pytest.approx(0.17)
    assert last.population_change == pytest.approx(-0.1)
    assert last.children_change == pytest.approx(-0.235)
    assert last.children_share_change == pytest.approx(-0.03)
    assert last.urban_share_change == pytest.approx(0.2)
    assert (last.source, last.data_kinds) == ("七普", "真实数据")


def test_a_missing_age_group_makes_the_children_missing_not_fewer():
    card = parse_card(
        'name = { zh = "甲县" }\n[[population]]\nyear = 2020\ntotal = 900\nage_0 = 3\nsource = "七普"\n',
        "a",
    )
    found = frame_context([card]).iloc[0]
    assert pd.isna(found["children"])
    assert pd.isna(found["urban_share"])
    assert found["population"] == 900


# ------------------------------------------------------------------------------------ plans


def test_milestones_belong_to_the_level_that_the_settings_name():
    names = ("provincial-2028", "national-accepted-2025", "pass-2023-12", "apply-2022-12")
    assert [level_of(name) for name in names] == ["provincial", "national", "national", ""]


def test_only_documents_that_aim_at_a_recognition_are_plans():
    promises = load_commitments("yiyuan")
    assert len(promises.document) == 2
    assert find_plans(promises) == ["源教体字〔2021〕18号"]
    found = frame_timelines([promises])
    assert set(found["document"]) == {"源教体字〔2021〕18号"}


def test_a_plan_aims_at_the_level_that_its_title_names(four):
    aims = four.timelines.groupby("county")["aim"].unique()
    assert {county: list(part) for county, part in aims.items()} == {
        **{county: ["优质均衡"] for county in FOUR[:3]},
        "shanting": ["基本均衡"],
    }
    promises = load_commitments("shanting")
    untitled = promises.document[0].model_copy(update={"title": "工作方案"})
    assert find_aims(promises.model_copy(update={"document": [untitled]})) == {
        "山政办发〔2017〕12号": ""
    }


def test_a_period_is_told_as_its_document_writes_it(four):
    due = four.timelines.set_index("id")["due"]
    assert (due["county-plan-2021"], due["weak-schools-start"]) == (
        "2021年5月中旬",
        "2017年3月上旬",
    )


def test_timelines_hold_the_dates_of_the_four_plans(four):
    table_of = four.timelines
    national = table_of[table_of["level"] == "national"].groupby("county")["due_date"].max()
    years = {county: day.year for county, day in national.items()}
    assert years == {"yiyuan": 2030, "huantai": 2025, "wenling": 2023, "shanting": 2017}
    provincial = table_of[table_of["level"] == "provincial"].set_index("county")["due"].to_dict()
    assert provincial["shanting"] == "2017年3月"
    assert provincial["yiyuan"] == "2028年"


# Local numbers of rules.md 6.1, county by county; "" where the county's files say nothing.
@pytest.mark.parametrize(
    ("matter", "numbers"),
    [
        ("senior_quota", {"yiyuan": {70, 50}, "huantai": {70}, "wenling": {50}, "shanting": set()}),
        ("disabled", {"yiyuan": {98, 95}, "huantai": {98}, "wenling": {95}, "shanting": set()}),
        (
            "small_schools",
            {"yiyuan": {100, 200}, "huantai": {200}, "wenling": {100}, "shanting": set()},
        ),
        (
            "special_funding",
            {"yiyuan": {6000}, "huantai": set(), "wenling": {6000}, "shanting": set()},
        ),
        (
            "retention",
            {"yiyuan": {95, 4}, "huantai": {95, 4}, "wenling": {95, 3}, "shanting": set()},
        ),
        (
            "class_size",
            {"yiyuan": {0}, "huantai": set(), "wenling": {0, 30, 35}, "shanting": set()},
        ),
        ("exchange", {key: {10, 20} for key in FOUR[:3]} | {"shanting": set()}),
        (
            "school_years",
            {"yiyuan": {5, 4}, "huantai": {5, 4}, "wenling": {6, 3}, "shanting": {6, 3}},
        ),
    ],
)
def test_local_numbers_of_the_plans_come_from_cards_and_promises(four, matter, numbers):
    rows = four.rules[four.rules["matter"] == matter]
    found = {
        county: {
            Decimal(number) for text in part["numbers"] for number in text.split("、") if number
        }
        for county, part in rows.groupby("county")
    }
    assert found == numbers


def test_three_layers_of_one_matter_stand_side_by_side(four):
    rows = four.rules[
        (four.rules["matter"] == "senior_quota") & (four.rules["county"] == "huantai")
    ]
    found = rows.iloc[0]
    assert (found["national"], found["local"]) == (
        "不低于50%",
        "优质高中招生名额分配比例：不低于70%",
    )
    assert (found["national_verdict"], found["local_verdict"]) == ("met", "not_met")
    assert found["actual"].endswith("%")
    assert found["data_kinds"] == "模拟数据"
    assert found["source"].startswith("桓政办字〔2021〕46号")


def test_a_county_that_wrote_nothing_has_one_row_with_an_empty_local_layer(four):
    rows = four.rules[
        (four.rules["matter"] == "senior_quota") & (four.rules["county"] == "shanting")
    ]
    assert rows["local"].tolist() == [""]
    assert rows["actual"].iat[0] != ""


def test_label_and_text_of_each_check_of_an_item_are_kept_apart(four):
    rows = four.rules[(four.rules["matter"] == "class_size") & (four.rules["county"] == "yiyuan")]
    assert set(rows["actual"]) == {"超班额班级数：92个校段全部符合"}
    assert rows["national"].iat[0].startswith("超班额班级数：不超过0个；最大班额：小学不超过45人")


def test_a_strict_bar_is_promised_strictly(four):
    rows = four.rules[four.rules["matter"] == "monitoring"]
    told = rows.loc[rows["local"].str.contains("差异率"), ["county", "local"]]
    assert told.set_index("county")["local"].to_dict() == dict.fromkeys(
        ["huantai", "wenling", "yiyuan"], "国家质量监测校际差异率：＜0.15（差异率）"
    )


def test_areas_of_rooms_are_told_by_the_promise_that_names_them_only(four):
    rows = four.rules[
        (four.rules["matter"] == "special_rooms") & (four.rules["county"] == "wenling")
    ]
    assert rows["local"].tolist() == [
        "每12个班配备音乐、美术专用教室各1间",
        "每12个班配备音乐、美术专用教室1间",
        "每12个班的音乐专用教室：≥96㎡/间",
        "每12个班的美术专用教室：≥90㎡/间",
    ]


def test_what_a_county_reports_as_paid_is_no_rule_of_its_plan(four):
    rows = four.rules[
        (four.rules["matter"] == "special_funding") & (four.rules["county"] == "yiyuan")
    ]
    assert rows["local"].tolist() == ["特教学校生均公用经费（下限）：≥6000元/生"]


def test_an_item_that_the_standard_lacks_is_said_to_be_lacking(of_2016):
    rows = of_2016.rules[of_2016.rules["matter"] == "senior_quota"].set_index("county")
    assert rows.loc["shanting", "national"] == "教督〔2012〕3号没有这一项"
    assert rows.loc["shanting", "national_verdict"] == ""


def test_vetoes_name_the_rows_that_a_plan_has(four):
    rows = four.rules[four.rules["matter"] == "vetoes"]
    told = "；".join(rows.loc[rows["county"] == "huantai", "local"])
    assert "（4.1、4.2、4.3）" in told
    assert "（4.4）" in told
    assert "4.6" not in "；".join(rows.loc[rows["county"] == "yiyuan", "local"])
    assert "4.6" in "；".join(rows.loc[rows["county"] == "wenling", "local"])


def test_plans_without_bars_are_told_apart_from_plans_with_bars(four):
    rows = four.rules[four.rules["matter"] == "resource_bars"].set_index("county")["local"]
    assert rows["wenling"] == "14条写明数值"
    assert rows["huantai"] == "7条只要求达到标准，没有写数值"
    assert rows["shanting"] == ""


def test_every_local_rule_has_its_source(four):
    told = four.rules[four.rules["local"] != ""]
    assert (told["source"] != "").all()


def test_rules_of_a_county_without_card_and_promises_are_all_unwritten():
    result = yz.assess(table([good("甲校")], county="demo", year=2020))
    card = load_county("yiyuan").model_copy(
        update={"id": "demo", "target": [], "department": [], "standard": [], "stages": {}}
        | {"fact": []}
    )
    card = card.model_copy(update={"counting": type(card.counting)()})
    nothing = load_commitments("yiyuan").model_copy(update={"document": [], "commitment": []})
    found = frame_rules(result, card, nothing)
    assert set(found["local"]) == {""}
    assert len(found) == len(load_settings().matter)


# ------------------------------------------------------------------------------------ settings


def test_the_size_bands_are_marked_as_a_choice_of_our_own():
    size = load_settings().size
    assert "自定" in size.source
    assert size.confidence == "I"


@pytest.mark.parametrize(
    "bands",
    [
        [{"id": "a", "label": "a", "below": 10}, {"id": "b", "label": "b", "from": 11}],
        [{"id": "a", "label": "a", "below": 10}, {"id": "b", "label": "b", "from": 9}],
        [{"id": "a", "label": "a", "below": 10}],
    ],
)
def test_bands_with_holes_or_overlaps_or_an_end_are_refused(bands):
    size = {"source": "本项目", "confidence": "I", "band": bands}
    with pytest.raises(ValidationError, match="must join"):
        Settings.model_validate({"size": size, "level": [], "matter": []})


def test_every_item_of_a_matter_is_an_item_of_the_standard():
    standard = yz.load_standard("jiaodu-2017-6")
    codes = {item.code for item in standard.item} | {rule.code for rule in standard.indicator}
    codes.add(standard.dispersion_rule.code)
    checks = {check.id for item in standard.item for check in item.check}
    for matter in load_settings().matter:
        assert set(matter.codes) <= codes, matter.id
        assert set(matter.checks) <= checks, matter.id


def test_every_named_promise_exists_in_some_county():
    ids = [one.id for county in FOUR for one in load_commitments(county).commitment]
    for matter in load_settings().matter:
        for pattern in matter.promises:
            assert matching(ids, pattern), pattern
