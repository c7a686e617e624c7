"""What is said of a scenario: the answer first, facts apart from assumptions, unknown costs never zero."""

import re
import tomllib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi import figures, narrative, trials
from youzhi.errors import UsageError
from youzhi.narrative.scenario import _count_everybody, chance
from youzhi.narrative.scenario_changes import describe_coefficient_changes
from youzhi.narrative.scenario_pupils import (
    hold_against_outlook,
    measure_classes,
    tabulate_classes,
)
from youzhi.narrative.scenario_risks import wan
from youzhi.narrative.scenario_tables import name_variations
from youzhi.narrative.text import Text
from youzhi.scenarios import parse_scenario
from youzhi.siting import SitePlan
from youzhi.standards import load_standard
from youzhi.tables import SchoolTable
from youzhi.trials.places import choose_places
from youzhi.trials.trial import IDLE

SCHOOL = "3703230001"  # 882 primary pupils in 21 classes in 2020
HEAD = """
id = "test"
county = "yiyuan"
title = { zh = "试验情景", en = "test" }
base_year = 2020
to = 2022
summary = "只为试验。"
source = "试"
"""
ROOMS = f"""
[[action]]
id = "rooms"
kind = "extend"
year = 2021
label = "加建教学用房"
school = "{SCHOOL}"
teaching_area_m2 = 4000
classes_primary = 2
cost_yuan = 1000000
cost_source = "文件甲 第1条"
evidence = "fact"
source = "文件乙 第2条"
"""
HIRE = f"""
[[action]]
id = "hire"
kind = "hire"
year = 2022
school = "{SCHOOL}"
stage = "primary"
teachers = 3
degree_teachers = 3
backbone_teachers = 3
arts_pe_teachers = 3
evidence = "assumption"
source = "试"
"""
STATED = """
[enrolment]
mode = "stated"
[[enrolment.stated]]
year = 2022
pupils = 36000
evidence = "assumption"
source = "试"
"""


def make(text, to=None):
    plan = parse_scenario(tomllib.loads(HEAD + text), "yiyuan/scenarios/test.toml")
    return trials.run_trial("yiyuan", plan, to=to)


@pytest.fixture(scope="module")
def both():
    """A fact with a cost and an assumption without one."""
    return make(ROOMS + HIRE)


@pytest.fixture(scope="module")
def plan():
    return trials.run_trial("yiyuan", "plan-2025")


@pytest.fixture(scope="module")
def odds(plan):
    return trials.measure_odds(plan, draws=300, seed=3)


def test_the_answer_names_every_promised_year_before_anything_else(plan):
    # the card: provincial recognition 2028, national 2030; the scenario ends in 2030
    paragraphs = narrative.describe_trial(plan).split("\n\n")
    assert paragraphs[1].startswith("**2028年（计划通过省级评估认定的年份）：按计划未达标")
    assert paragraphs[2].startswith("**2030年（力争通过国家评估认定的年份）：按计划未达标")


def test_a_promised_year_outside_the_scenario_is_not_answered(both):
    text = narrative.describe_trial(both)
    assert "**2022年：按计划未达标，不采取措施未达标**" in text
    assert "计划通过省级评估认定的年份是2028年，不在推演的2020—2022年之内，这里不能回答。" in text


def test_a_scenario_without_actions_says_so():
    trial = make("")
    assert "这个情景没有任何措施" in narrative.describe_trial(trial)
    assert narrative.describe_costs(trial) == "没有措施，没有造价。"
    assert narrative.tabulate_costs(trial).empty
    assert narrative.tabulate_changes(trial).empty


def test_sections_are_counted_in_all_three_situations(plan):
    counts = [
        f"{len(result.schools)}个校段中，未达标{(result.schools['verdict'] == 'not_met').sum()}个"
        for result in (plan.after, plan.without, plan.before)
    ]
    text = narrative.describe_trial(plan)
    assert all(count in text for count in counts)
    assert text.index(counts[0]) < text.index(counts[1]) < text.index(counts[2])


def test_the_verdict_table_holds_three_situations_part_by_part(plan):
    table = narrative.tabulate_trial(plan)
    assert list(table.columns[2:5]) == ["2020年", "2030年不采取措施", "2030年按计划"]
    assert table.loc[1, ["部分", "2030年按计划"]].tolist() == ["全县", "未达标"]
    assert len(table) == 1 + len(plan.after.reasons)


def test_every_year_has_a_row_that_agrees_with_the_timeline(plan):
    table = narrative.tabulate_trial_years(plan).set_index("年份")
    assert list(table.index) == list(range(2020, 2031))
    rows = plan.timeline.query("year == 2025 and case == 'idle'")
    assert table.loc[2025, "未达标校段（不采取措施）"] == str(rows["failing"].sum())


def test_facts_and_assumptions_are_counted_apart(both):
    text = narrative.describe_assumptions(both)
    assert "2项措施中，有文件依据的（事实）1项，假设1项" in text
    assert "各年保持2020年的人数（假设）" in text
    assert "一律沿用2020年的数，属假设" in text


def test_stated_pupils_are_told_with_their_evidence():
    text = narrative.describe_assumptions(make(STATED))
    assert "2022年小学和初中共36,000人（假设）" in text
    table = narrative.tabulate_assumptions(make(STATED))
    assert table["内容"].tolist() == ["2022年小学和初中在校生36,000人"]


def test_actions_are_listed_by_year_with_names_instead_of_codes(both):
    table = narrative.tabulate_actions(both)
    assert table["年份"].tolist() == [2021, 2022]
    assert table["学校"].tolist() == ["历山街道模拟小学01"] * 2
    assert table["事实或假设"].tolist() == ["事实", "假设"]
    assert table["造价（万元）"].tolist() == ["100.0", "未知"]  # 1,000,000 / 10,000


def test_an_unknown_cost_is_never_counted_as_zero(both):
    text = narrative.describe_costs(both)
    assert "2项措施中只有1项有造价，已知合计100.0万元；其余1项没有人给出造价，不当作零" in text
    table = narrative.tabulate_costs(both)
    assert table["已知造价（万元）"].tolist() == ["100.0", "未知", "100.0"]
    assert table["造价是否齐全"].tolist() == ["齐全", "不全", "不全"]
    assert set(narrative.tabulate_efficiency(both)["每万元缩小"]) == {"造价不全，无法计算"}


def test_gap_closed_per_wan_yuan_where_all_costs_are_known():
    trial = make(ROOMS.replace(SCHOOL, "3703230005"))  # a school that lacks teaching area
    row = narrative.tabulate_efficiency(trial).set_index("指标").loc["1.4 教学用房"]
    # 1,000,000 yuan are 100 wan, so what is closed is divided by 100
    closed = int(row["缩小"].replace(",", ""))
    assert closed > 0
    assert float(row["每万元缩小"]) == pytest.approx(closed / 100, abs=0.0005)
    assert "1项措施都有造价，共100.0万元" in narrative.describe_costs(trial)


def test_changes_tell_what_the_actions_did_apart_from_what_pupils_did(plan):
    table = narrative.tabulate_changes(plan)
    over = plan.comparison.schools
    assert (table["变化"] == "新设").sum() == (over["change"] == "new").sum() == 5
    new = table[table["变化"] == "新设"]
    assert set(new["2020年"]) == set(new["2030年不采取措施"]) == {"—"}
    gained = set(table.loc[table["措施的作用"] == "新增达标", "学校"])
    effect = plan.effect.schools
    assert gained == set(effect.loc[effect["change"] == "gained", "school"])


def test_fourteen_coefficients_stand_beside_their_limits(plan):
    table = narrative.tabulate_coefficient_changes(plan)
    assert len(table) == 14
    assert table["限值"].tolist() == ["0.50"] * 7 + ["0.45"] * 7
    for row in table.itertuples(index=False):
        without, with_plan, shift = row[3], row[4], row[5].replace("−", "-")
        assert float(with_plan) - float(without) == pytest.approx(float(shift), abs=0.0011)


def test_size_items_name_the_years_in_which_they_are_met(plan):
    table = narrative.tabulate_size_items(plan).set_index("评估项")
    assert list(table.index) == ["2.3", "2.4", "2.5"]
    rows = plan.size_items.query("code == '2.5' and case == 'plan'")
    met = rows.loc[rows["verdict"] == "met", "year"].tolist()
    assert met == list(range(2021, 2031))
    assert table.loc["2.5", "达标的年份（按计划）"] == "2021—2030年"
    assert "按计划达标的年份：2021—2030年" in narrative.describe_size_items(plan)


def test_still_failing_are_the_sections_of_the_last_year(plan):
    table = narrative.tabulate_still_failing(plan)
    assert list(table["学校"]) == list(plan.failing["school"])
    assert {"2020年", "2030年不采取措施"} <= set(table.columns)


def test_seats_left_over_agree_with_the_measure(plan):
    table = trials.measure_regret(plan).set_index(["year", "stage"])
    last = table.loc[(2030, "primary")]
    text = narrative.describe_regret(plan)
    assert f"**空出{last['added'] - last['used']:,.0f}个**" in text
    assert f"2030年全部学位空出{last['empty']:,.0f}个" in text
    assert f"造价{trials.cost_per_pupil_year(plan):,.0f}元" in text
    assert len(narrative.tabulate_regret(plan)) == len(table)


def test_without_a_used_seat_there_is_no_cost_per_pupil(both):
    # 882 pupils have 21 x 45 = 945 seats, so none of the 90 seats that are added is used
    assert "每生每年造价无法计算" in narrative.describe_regret(both)


def test_constant_pupils_are_not_told_as_a_peak(both):
    assert "小学在校生各年都是21,791人" in narrative.describe_regret(both)


TORNADO = pd.DataFrame(
    {
        "county": "a",
        "variation": ["pupils", "x", "y"],
        "label": ["在校生", "去掉“甲”", "去掉“乙”"],
        "low": "少",
        "base": "中",
        "high": "多",
        "failing_low": pd.array([1, 4, None], dtype="Int64"),
        "failing": pd.array([4, 4, 4], dtype="Int64"),
        "failing_high": pd.array([9, 4, 4], dtype="Int64"),
        "span": pd.array([8, 0, 0], dtype="Int64"),
        "reason": ["", "", "后面的措施要用到它"],
    }
)


def test_the_strongest_assumption_is_named_and_the_impossible_one_told_apart():
    text = narrative.describe_tornado(TORNADO, 2030)
    assert "影响最大的是：在校生（1至9个）。" in text
    assert "改变后无法推演的设定：去掉“乙”" in text
    table = narrative.tabulate_tornado(TORNADO)
    assert table["未达标校段（低／原／高）"].tolist() == ["1／4／9", "4／4／4", "—／4／4"]
    assert table["取值（低／原／高）"].iat[0] == "少／中／多"


def test_a_tornado_that_moves_nothing_says_so():
    flat = TORNADO.iloc[1:2].reset_index(drop=True)
    assert "没有一个设定单独改变它" in narrative.describe_tornado(flat, 2030)
    assert narrative.describe_tornado(TORNADO.iloc[:0], 2030) == "没有可以改变的设定。"


def test_odds_are_told_for_promised_years_with_the_other_parts(plan, odds):
    text = narrative.describe_odds(plan, odds)
    row = odds.query("year == 2030 and part == 'resources' and stage == ''").iloc[0]
    assert (
        f"**2030年（力争通过国家评估认定的年份）资源配置部分达标的可能性为{chance(row['chance'])}**"
        in text
    )
    assert "2028年（计划通过省级评估认定的年份）" in text
    assert "其余部分按情景未达标，不在抽样之内" in text
    table = narrative.tabulate_odds(plan, odds)
    assert table["年份"].tolist() == list(range(2021, 2031))


def test_odds_that_nobody_can_tell_have_a_reason_and_no_number(plan, odds):
    unknown = odds.assign(chance=np.nan, low=np.nan, high=np.nan, reason="小学有学校缺数据")
    text = narrative.describe_odds(plan, unknown)
    assert "小学有学校缺数据，资源配置部分达标的可能性无法判定" in text
    table = narrative.tabulate_odds(plan, unknown)
    assert set(table["资源配置部分达标"]) == {"无法判定"}
    assert set(table["抽样误差范围"]) == {"—"}


def test_a_trial_without_a_drift_says_nothing_of_the_drawing(plan, odds):
    assert "每年标准差" not in narrative.describe_odds(replace(plan, drift=float("nan")), odds)


@given(st.integers(0, 10_000))
def test_a_chance_is_never_printed_as_certain_where_it_is_not(hits):
    text = chance(hits / 10_000)
    assert (text == "0%") == (hits == 0)
    assert (text == "100%") == (hits == 10_000)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (1e-6, "不到1%"),
        (0.0099, "不到1%"),
        (0.01, "1%"),
        (0.1619, "16%"),
        (0.99, "99%"),
        (0.9901, "99%以上"),
        (1 - 1e-6, "99%以上"),
        (float("nan"), "无法判定"),
    ],
)
def test_chances_are_whole_percents_and_keep_their_doubt(share, text):
    assert chance(share) == text


@pytest.mark.parametrize(("yuan", "text"), [(None, "未知"), (0, "0.0"), (18_666_667, "1,866.7")])
def test_money_in_ten_thousands(yuan, text):
    assert wan(yuan) == text


def test_the_trap_is_told_with_the_best_and_the_worst_junior_school():
    # 18 classes x 50 = 900 pupils on 8,533 m² = 9.48; 36 x 50 = 1,800 on 12,154 m² = 6.75; 10.2 x 1,800 - 12,154 = 6,206
    text = narrative.describe_trap(load_standard("jiaodu-2017-6"))
    assert (
        "全部达不到生均10.2平方米**：最多的18个班也只有9.48平方米，36个班只有6.75平方米，要另补6,206平方米"
        in text
    )
    table = narrative.tabulate_trap(load_standard("jiaodu-2017-6"))
    own = table[(table["学段"] == "初中") & table["用地表"].str.startswith("某省")]
    assert set(own["结论"]) == {"未达标"}


def test_a_standard_without_bars_has_no_trap():
    standard = load_standard("jiaodu-2017-6")
    bare = standard.model_copy(
        update={"indicator": [one.model_copy(update={"bar": {}}) for one in standard.indicator]}
    )
    assert "没有体育运动场馆面积的标准值" in narrative.describe_trap(bare)
    assert narrative.tabulate_trap(bare).empty


@pytest.fixture(scope="module")
def junior(plan):
    return choose_places(plan, "junior")


def test_a_siting_plan_is_told_with_bound_gap_and_limits_of_what_it_says(plan, junior):
    text = narrative.describe_siting(plan, junior)
    towns = [
        junior.case.sites["town"].iat[site]
        for site in junior.plan.open
        if site not in junior.case.existing
    ]
    assert f"**建在{'、'.join(towns)}（{len(towns)}所）**" in text
    # the proof comes last, what a small number of schools does not say before it
    assert text.split("\n\n")[-1].startswith("计算的核对：总路程")
    assert "任何方案都不会低于" in text
    assert "复算，与求解结果一致" in text
    assert "本模型只安排学位不够的学生" in text
    assert "所数少不能说明计划多建" in text
    assert "学校位置是模拟数据，不是真实地点" in text
    table = narrative.tabulate_siting(junior)
    assert list(table["镇街"]) == towns or sorted(table["镇街"]) == sorted(towns)


def test_too_few_seats_are_told_as_the_reason(plan, junior):
    # in 2025 there are 19,857 junior pupils, 56 of them in the special school; 19,801 - 18,800 = 1,001
    text = narrative.describe_siting(plan, junior)
    assert (
        "只用现有学校时没有可行的分配：现有学校的学位合计18,800个，需要19,801个，缺1,001个学位。"
        in text
    )
    assert "不参加选址（1所，56名学生）" in text


def test_fewer_new_schools_than_planned_are_no_word_against_the_plan(plan, junior):
    more = replace(junior, new=3)
    assert "只用上1所，少于情景的3所" in narrative.describe_siting(plan, more)
    assert "少于情景" not in narrative.describe_siting(plan, junior)


def test_where_seats_suffice_everybody_stays():
    # the special school of this county has pupils and no seats; no other school is over its seats in 2021
    trial = trials.run_trial("huantai", "pass-2025")
    question = choose_places(trial, "junior")
    lines = question.case.draw_lines(question.plan)
    assert (lines["point"] == lines["site"]).all()
    text = narrative.describe_siting(trial, question)
    assert "**不必新建**：没有一所学校的初中学生多于学位" in text
    assert "0人换学校" in text
    assert narrative.tabulate_siting(question).empty


@pytest.fixture(scope="module")
def unplaced(plan):
    """The plan in a county whose schools have no coordinates."""
    tables = {
        year: SchoolTable.from_frame(table.frame.drop(columns=["lon", "lat"]))
        for year, table in plan.tables[IDLE].items()
    }
    return replace(plan, tables=dict(plan.tables) | {IDLE: tables})


def test_without_coordinates_siting_is_left_out_and_says_so(unplaced):
    question = choose_places(unplaced, "primary")
    assert question.case is None
    text = narrative.describe_siting(unplaced, question)
    assert text == "**没有经纬度，不做选址。**要做选址，请补上lon、lat两列。"
    assert narrative.tabulate_siting(question).empty
    [axis] = figures.draw_siting_map(question.case, question.plan).axes
    assert axis.texts[0].get_text() == "没有经纬度，不做选址"


def test_schools_without_coordinates_are_counted_where_others_have_them(plan):
    tables = {}
    for year, table in plan.tables[IDLE].items():
        some = table.frame["school_id"] != SCHOOL
        tables[year] = SchoolTable.from_frame(
            table.frame.assign(
                lon=table.frame["lon"].where(some), lat=table.frame["lat"].where(some)
            )
        )
    question = choose_places(replace(plan, tables=dict(plan.tables) | {IDLE: tables}), "primary")
    assert "另有1个校段缺经纬度或学生数" in narrative.describe_siting(plan, question)


def test_no_plan_is_told_with_its_reason(plan, junior):
    none = replace(junior, plan=SitePlan(reason="容量不够。", proven=True))
    assert "**没有可行的方案**：容量不够。" in narrative.describe_siting(plan, none)
    assert narrative.tabulate_siting(none).empty


def test_a_stage_that_nobody_knows_has_no_sites(plan):
    with pytest.raises(UsageError, match="没有学段“senior”"):
        choose_places(plan, "senior")


def test_without_new_schools_in_the_scenario_one_of_mean_size_is_asked_for(both):
    question = choose_places(both, "junior")
    assert not question.from_plan
    assert question.new == 1
    text = narrative.describe_siting(both, question)
    assert "情景没有新建初中，取现有学校的平均规模" in text


@pytest.fixture(scope="module")
def unjudged():
    """Under the standard of 2012, whose bars are not known."""
    return trials.run_trial("shanting", "projects-23")


def test_a_standard_without_bars_counts_sections_and_judges_none(unjudged):
    text = narrative.describe_trial(unjudged)
    assert "所用标准的标准值没有取得，不逐校判定" in text
    assert "无法判定0个" not in text
    years = narrative.tabulate_trial_years(unjudged)
    assert set(years["未达标校段（按计划）"]) == {"不单独判定"}
    assert set(narrative.tabulate_changes(unjudged)["2020年按计划"]) == {"不单独判定"}
    assert "不能计算缺口" in narrative.describe_costs(unjudged)
    told = narrative.describe_tornado(trials.vary_one_by_one(unjudged), 2020)
    assert told.startswith("2020年未达标的校段数无法判定，不能比较各设定的影响")


def test_every_text_renders_and_every_table_counts_from_one(plan, junior):
    texts = [
        narrative.describe_trial(plan),
        narrative.describe_assumptions(plan),
        narrative.describe_size_items(plan),
        narrative.describe_costs(plan),
        narrative.describe_regret(plan),
        narrative.describe_siting(plan, junior),
    ]
    assert all(isinstance(text, Text) for text in texts)
    assert not any(re.search(r"nan|None|\bNaN", text) for text in texts)
    for table in (narrative.tabulate_trial(plan), narrative.tabulate_regret(plan)):
        assert table.index[0] == 1
        assert not table.isna().to_numpy().any()


def test_the_answer_comes_with_its_chance_where_that_was_drawn(plan, odds):
    row = odds.query("year == 2030 and part == 'resources' and stage == ''").iloc[0]
    told = f"按计划未达标（按在校生抽样推算，达标的可能性为{chance(row['chance'])}，见第十节）"
    assert told in narrative.describe_trial(plan, odds)
    assert "抽样" not in narrative.describe_trial(plan)


def test_items_that_the_scenario_makes_unknown_are_told_as_its_limit(plan):
    before, after = (one.items.set_index("code")["verdict"] for one in (plan.before, plan.after))
    codes = after.index[(after == "cannot_tell") & (before != "cannot_tell")]
    text = narrative.describe_trial(plan)
    assert len(codes)
    assert f"{'、'.join(codes)}在2020年能够判定，2030年变成无法判定" in text
    assert "这是推演的限制" in text


def test_pupils_against_the_outlook_are_told_first_in_the_last_year(plan):
    # junior: 17,209 in 2020, 16,900 in 2030 by the scenario, more than 17,209 by the outlook
    table = hold_against_outlook(plan).set_index(["year", "stage"])
    junior = table.loc[(2030, "junior")]
    assert (junior["pupils"], junior["side"]) == (16_900, "opposite")
    assert junior["low"] > 17_209
    text = narrative.describe_trial(plan)
    assert "**与生源展望相反**：小学2030年情景21,400人" in text
    assert f"初中2030年情景16,900人，本县生源展望{int(junior['outlook']):,}人" in text


def test_sides_of_the_outlook_follow_its_band(plan):
    table = hold_against_outlook(plan)
    within = table["pupils"].between(table["low"], table["high"])
    assert (table["side"] == "within").equals(within)
    assert 0 < within.sum() < len(table)


def test_pupils_from_the_outlook_itself_are_not_held_against_it():
    trial = make('[enrolment]\nmode = "outlook"\n')
    assert hold_against_outlook(trial).empty
    assert "与生源展望" not in narrative.describe_trial(trial)


def test_classes_beyond_the_classrooms_are_counted_school_by_school():
    # 882 pupils in 21 classes; at most 30 in a class: 30 classes, 21 classrooms and 2 that are added, so 7 lack
    smaller = """
[[action]]
id = "smaller"
kind = "set_class_size"
year = 2022
stage = "primary"
size = 30
evidence = "assumption"
source = "试"
"""
    trial = make(ROOMS + smaller)
    table = trial.tables["plan"][2022].frame.set_index("school_id")
    assert table.at[SCHOOL, "classes_primary"] == 30
    rows = measure_classes(trial).set_index(["year", "stage"])
    assert rows.at[(2020, "primary"), "lacking"] == 0
    base, last = rows.loc[(2020, "primary")], rows.loc[(2022, "primary")]
    assert last["classrooms"] == base["classrooms"] + 2
    assert last["classes_idle"] == base["classes"]
    starts = trial.tables["plan"][2020].frame.set_index("school_id")["classes_primary"]
    rooms = starts.add(pd.Series({SCHOOL: 2}), fill_value=0)
    assert last["lacking"] == (table["classes_primary"] - rooms).clip(lower=0).sum()
    text = narrative.describe_size_items(trial)
    assert f"2022年按计划{last['classes']:,.0f}个班" in text
    assert f"按各校分别算缺{last['lacking']:,.0f}间" in text
    assert "上面空出的学位不表示小班也坐得下" in narrative.describe_regret(trial)


def test_class_size_is_told_to_rest_on_classrooms_that_nobody_limits(plan):
    text = narrative.describe_size_items(plan)
    most = trials.measure_regret(plan).groupby("stage")["short_idle"].max()
    assert "**班额的结论以教室不限为前提**" in text
    assert f"小学有{most['primary']:,.0f}人（2025年）" in text
    fixed = narrative.describe_size_items(make('[classes]\nrooms = "fixed"\n'))
    assert "教室不够时班额变大" in fixed


def test_classes_have_a_row_per_year_and_stage_in_order(plan):
    table = tabulate_classes(plan)
    assert table["学段"].tolist() == ["小学", "初中"] * 11
    assert table["年份"].tolist() == sorted(table["年份"])


def test_a_relief_that_ends_is_told_apart_from_what_the_plan_does(plan):
    bare = plan.before.without_relief.items.set_index("code").at["2.3", "value"]
    text = narrative.describe_size_items(plan)
    assert f"不适用过渡期规定时，2020年本来就是{bare}" in text
    assert "过渡期规定到2022年为止" in text
    assert "标准值不变；过渡期规定按各年适用，有的到2022年为止" in narrative.describe_assumptions(
        plan
    )
    assert "2.3由21个变为按计划38个（不采取措施39个；2020年按过渡期规定计算" in (
        narrative.describe_trial(plan)
    )


def test_before_a_relief_ends_nothing_is_told_of_its_end(both):
    assert "本来就是" not in narrative.describe_size_items(both)  # 2022 is its last year


def test_differences_are_said_to_grow_or_shrink(plan):
    rows = plan.comparison.coefficients.query("stage == 'primary'")
    shift = rows["cv_after"] - rows["cv_before"]
    told = f"**{(shift < 0).sum()}项变小，{(shift > 0).sum()}项变大**"
    first = describe_coefficient_changes(plan).split("\n\n")[0]
    assert first.startswith("小学能比较的7项差异系数，2030年按计划与2020年相比")
    assert told in first
    assert "只看措施的作用" not in describe_coefficient_changes(make(""))


def test_actions_with_one_label_are_told_apart_by_their_school(both):
    table = pd.DataFrame({"variation": ["rooms", "hire", "pupils"], "label": ["甲", "甲", "乙"]})
    told = name_variations(both, table)
    assert told["label"].tolist() == ["甲（历山街道模拟小学01）"] * 2 + ["乙"]
    assert table["label"].tolist() == ["甲", "甲", "乙"]
    same = TORNADO.assign(label=["甲", "甲", "乙"])
    names = narrative.tabulate_tornado(same)["改变的设定"].tolist()
    assert names == ["甲（pupils）", "甲（x）", "乙"]


def test_a_year_that_cannot_be_drawn_has_its_reason_in_one_sentence(unjudged):
    text = narrative.describe_odds(unjudged, trials.measure_odds(unjudged, draws=2, seed=1))
    assert "无法判定" in text
    assert "。，" not in text


def test_a_county_with_real_data_ends_its_sentence(plan, monkeypatch):
    monkeypatch.setattr("youzhi.narrative.scenario.is_synthetic", lambda trial: False)
    assert narrative.describe_trial(plan).endswith("推演从沂源县2020年的学校表出发。")


def test_seats_that_nobody_ever_used_are_told_so(both):
    text = narrative.describe_regret(both)
    assert "措施增加的90个学位，一直没有用上，2022年**空出90个**" in text
    assert "用上0个" not in text


def test_a_stage_that_schools_do_not_have_may_be_empty_in_the_number_of_all_pupils(plan):
    table = plan.tables["plan"][2030]
    lonely = (table.frame["school_type"] == "primary").to_numpy()
    frame = table.frame.copy()
    whole = float(frame[["pupils_primary", "pupils_junior"]].to_numpy(dtype=float).sum())
    frame.loc[lonely, "pupils_junior"] = np.nan
    assert _count_everybody(plan, SchoolTable(frame, table.exact)) == whole
    frame.loc[np.flatnonzero(lonely)[0], "pupils_primary"] = np.nan  # nobody knows how many
    assert np.isnan(_count_everybody(plan, SchoolTable(frame, table.exact)))
