"""What is said of several counties: numbers come from the comparison, nobody is set above anybody."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from conftest import R4, good, judge
from test_comparisons import FOUR, compare_once, write_root
from test_standard_2012 import pair

from youzhi import narrative
from youzhi.commitments import Commitments
from youzhi.comparisons import CountyComparison, Ranking, compare_counties
from youzhi.counties import load_county
from youzhi.narrative.comparison_layout import describe_alike, drop_alike, split_wide
from youzhi.narrative.comparison_plans import UNWRITTEN
from youzhi.narrative.comparison_verdicts import (
    describe_county_verdicts,
    tabulate_county_verdicts,
)

DESCRIBE = [
    narrative.describe_comparison,
    narrative.describe_comparison_method,
    narrative.describe_context,
    narrative.describe_county_values,
    describe_county_verdicts,
    narrative.describe_plan_rules,
    narrative.describe_timelines,
]
TABULATE = [
    narrative.tabulate_comparison,
    narrative.tabulate_context,
    narrative.tabulate_county_sizes,
    narrative.tabulate_county_values,
    tabulate_county_verdicts,
    narrative.tabulate_county_zones,
    narrative.tabulate_definitions,
    narrative.tabulate_layers,
    narrative.tabulate_plan_rules,
    narrative.tabulate_timelines,
]


@pytest.fixture(scope="module")
def four():
    return compare_once(2023, *FOUR)


@pytest.fixture(scope="module")
def of_2016():
    return compare_once(2016, "yiyuan", "shanting")


def made_of(*results, census=()):
    """A comparison of results that lie in no folder; cards know only names and censuses."""
    cards = []
    for result in results:
        county, _ = result.one_year()
        card = load_county("yiyuan").model_copy(
            update={"id": county, "population": list(census), "target": [], "fact": []}
        )
        cards.append(card.model_copy(update={"name": card.name.model_copy(update={"zh": county})}))
    promises = tuple(Commitments(county=card.id) for card in cards)
    year = results[0].one_year()[1]
    histories = {card.id: result for card, result in zip(cards, results, strict=True)}
    return CountyComparison(
        year, results, tuple(cards), promises, lambda county, _standard: histories[county]
    )


@pytest.mark.parametrize("describe", DESCRIBE)
@pytest.mark.parametrize("name", ["four", "of_2016"])
def test_no_sentence_is_empty_or_shows_a_missing_number(describe, name, request):
    text = describe(request.getfixturevalue(name))
    assert text
    assert not re.search(r"nan|None|<NA>|NaT", text)


@pytest.mark.parametrize("tabulate", TABULATE)
@pytest.mark.parametrize("name", ["four", "of_2016"])
def test_no_cell_is_empty_or_shows_a_missing_number(tabulate, name, request):
    table = tabulate(request.getfixturevalue(name))
    assert len(table)
    cells = table.astype(str).to_numpy().ravel()
    assert not [cell for cell in cells if not cell or re.search(r"nan|None|<NA>|NaT", cell)]


@pytest.mark.parametrize("describe", DESCRIBE)
def test_no_word_puts_one_county_above_another(four, describe):
    assert not re.search(
        r"第[一二三四]名|领先|落后|优于|好于|差于|最好|最差|高于.{0,4}[县市区]", describe(four)
    )


def test_scope_says_standard_unit_and_that_the_data_are_made_up(four):
    text = narrative.describe_comparison(four)
    for words in ("温岭市依据教督〔2017〕6号，按独立校区计数", "模拟数据", "不能当作发现"):
        assert words in text
    assert "计数单位不同：" in text
    assert "评估标准不同" not in text


def test_scope_says_whose_data_are_not_known_to_be_real(tmp_path):
    row = good("甲校") | {"organiser_code": 7}
    root = write_root(tmp_path, a=(2020, [row]), b=(2020, [row | {"data_kind": "real"}]))
    text = narrative.describe_comparison(compare_counties(["a", "b"], 2020, data=root))
    assert "a县的学校数据不全是真实数据（未注明），表中高低不能当作发现。" in text
    assert "程序生成" not in text


def test_only_counties_with_made_up_data_are_said_to_have_them(tmp_path):
    row = good("甲校") | {"organiser_code": 7}
    kinds = {"a": "real", "b": "synthetic"}
    root = write_root(
        tmp_path, **{name: (2020, [row | {"data_kind": kind}]) for name, kind in kinds.items()}
    )
    text = narrative.describe_comparison(compare_counties(["a", "b"], 2020, data=root))
    assert "b县的学校数据不全是真实数据（模拟数据），" in text
    assert "不反映b县的实际" in text


def test_scope_says_that_stages_of_one_name_have_other_grades(four, tmp_path):
    text = narrative.describe_comparison(four)
    assert "学制不同：沂源县、桓台县小学5年、初中4年；温岭市、山亭区小学6年、初中3年。同名" in text
    assert "学制" not in narrative.describe_comparison(compare_once(2023, "yiyuan", "huantai"))
    rows = [good("甲校") | {"organiser_code": 7}]
    bare = write_root(tmp_path, "", a=(2020, rows), b=(2020, rows))
    text = narrative.describe_comparison(compare_counties(["a", "b"], 2020, data=bare))
    assert "同名学段的年级是否相同不能确定" in text


def test_scope_says_that_a_plan_aims_at_another_recognition(four, of_2016):
    text = narrative.describe_comparison(four)
    assert (
        "山亭区的方案只针对基本均衡，这里按教督〔2017〕6号（优质均衡）计算："
        "基本均衡之后改按优质均衡监测，系本项目约定。" in text
    )
    assert text.count("只针对") == 1
    assert "只针对" not in narrative.describe_comparison(of_2016)


def test_units_are_told_in_the_order_of_the_counties(four):
    assert "计数单位不同：沂源县、桓台县、山亭区按学校；温岭市按独立校区。" in (
        narrative.describe_comparison(four)
    )


def test_the_short_table_begins_with_county_and_stage_in_the_order_given(four):
    table = narrative.tabulate_comparison(four)
    assert table.columns[:3].tolist() == ["县区", "学段", "年度"]
    assert table["县区"].tolist()[::2] == ["沂源县", "桓台县", "温岭市", "山亭区"]
    assert table["学段"].tolist()[:2] == ["小学", "初中"]


def test_definitions_hold_the_grades_of_the_stages(four):
    table = narrative.tabulate_definitions(four)
    assert table["学制"].tolist() == ["小学5年、初中4年"] * 2 + ["小学6年、初中3年"] * 2


def test_two_standards_are_said_to_be_not_comparable(of_2016):
    text = narrative.describe_comparison(of_2016)
    assert "各县依据的评估标准不同" in text
    assert "计数单位不同" not in text


def test_real_data_are_not_called_made_up(tmp_path):
    rows = [good("甲校") | {"data_kind": "real", "organiser_code": 7}]
    root = write_root(tmp_path, a=(2020, rows), b=(2020, rows))
    text = narrative.describe_comparison(compare_counties(["a", "b"], 2020, data=root))
    assert "数据性质：真实数据" in text
    assert "模拟" not in text


def test_stage_sentence_counts_limits_bars_and_unknowns():
    """Rooms of 乙: 3,900 m² for 1,000 pupils, under 4.5; of the other county's school nobody knows."""
    first = judge([good("甲校"), good("乙校", rooms=3900)], county="a")
    other = judge([good("丙校", rooms=None)], county="b")
    text = narrative.describe_county_values(made_of(first, other)).split("\n\n")[0]
    assert text.startswith("小学：14项差异系数（各县合计）中，超过限值0项，无法判定1项")
    assert "“1.4 教学用房”（1个县）" in text
    assert "有1个指标值缺数据" in text


def test_a_standard_without_bars_is_said_to_be_not_judged(of_2016):
    text = narrative.describe_county_values(of_2016)
    assert "山亭区所依标准的标准值没有取得" in text


def test_values_stand_side_by_side_with_what_they_rest_on(four):
    table = narrative.tabulate_county_values(four)
    first = table.iloc[: len(FOUR)]
    assert first["县区"].tolist() == ["沂源县", "桓台县", "温岭市", "山亭区"]
    assert set(first["指标"]) == {"1.1 高学历教师"}
    assert first["计数单位"].tolist() == ["学校", "学校", "独立校区", "学校"]
    assert set(table["数据性质"]) == {"模拟数据"}


def test_large_means_and_bars_have_their_thousands_marked():
    """Equipment worth 3,141.97 yuan per pupil beside the bar of 2,000."""
    rich, other = (
        judge([good("甲校", primary=100, equipment=314197)], county=name) for name in "ab"
    )
    table = narrative.tabulate_county_values(made_of(rich, other))
    row = table[table["指标"] == "1.6 仪器设备"].iloc[0]
    assert (row["县平均值"], row["标准值"]) == ("3,141.97", "2,000")


def test_the_verdict_of_each_county_is_told_with_its_reasons(four):
    first, second, *_ = describe_county_verdicts(four).split("\n\n")
    assert first.startswith("沂源县（教督〔2017〕6号）：**未达标**。小学67个校段中")
    assert "教育质量9项中1项无法判定（3.9）；其余部分达标。" in first
    assert "教育质量" not in second
    for result, text in zip(
        four.results, describe_county_verdicts(four).split("\n\n"), strict=True
    ):
        told = result.reasons.set_index("reason")["verdict"]
        assert all((reason in text) == (verdict != "met") for reason, verdict in told.items())


def test_a_county_without_a_fault_has_no_reasons(of_2016):
    text = describe_county_verdicts(of_2016)
    assert text.endswith("山亭区（教督〔2012〕3号）：**达标**，各部分都达标。")


def test_parts_of_the_verdict_stand_side_by_side_with_a_dash_for_parts_of_other_standards(
    four, of_2016
):
    table = tabulate_county_verdicts(four).set_index("县区")
    assert table["教育质量"].tolist() == ["无法判定", "达标", "达标", "未达标"]
    assert table["县级结论"].tolist() == ["未达标"] * 4
    mixed = tabulate_county_verdicts(of_2016).set_index("县区")
    assert mixed.at["沂源县", "公众满意度"] == "—"
    assert mixed.at["山亭区", "公众满意度"] == "达标"
    assert mixed.at["山亭区", "资源配置：学校达标"] == "—"


def test_what_is_the_same_in_every_row_is_said_above_and_left_out(four):
    table = narrative.tabulate_definitions(four)
    left, text = drop_alike(table), describe_alike(table)
    assert left.columns.tolist() == ["县区", "计数单位", "学制", "校段数", "不计入"]
    assert "**标准** 教督〔2017〕6号；" in text
    for head in table:
        assert (head in left) != (f"**{head}**" in text)


def test_keys_and_tables_of_one_row_stay_whole():
    one = pd.DataFrame({"县区": ["甲县"], "年度": [2023]})
    assert drop_alike(one).equals(one)
    assert describe_alike(one) == ""
    assert drop_alike(pd.concat([one, one])).columns.tolist() == ["县区"]


@pytest.mark.parametrize(
    "tabulate",
    [narrative.tabulate_layers, narrative.tabulate_timelines],
)
def test_a_wide_table_is_split_without_losing_a_column_or_a_number(tabulate, four):
    table = tabulate(four)
    first, second = split_wide(table)
    assert {*first, *second} == {*drop_alike(table)}
    assert first.index.equals(table.index)
    assert second.equals(table.loc[second.index, second.columns])
    silent = table.loc[table.index.difference(second.index), [*{*second} - {*first}]]
    assert (silent == "—").all(axis=None)
    assert max(first.shape[1], second.shape[1]) <= 7


def test_the_values_of_one_stage_fit_on_a_page_below_their_limit(four):
    table = narrative.tabulate_county_values(four)
    part = table[table["学段"] == "初中"]
    assert "**学段** 初中；**限值** 0.45；" in describe_alike(part)
    assert drop_alike(part).shape == (28, 9)
    nobody = table[table["学段"] == "高中"]
    assert describe_alike(nobody) == ""
    assert drop_alike(nobody).equals(nobody)


def test_gap_per_1000_is_printed_with_unit_bound_and_smallness():
    """1 m² over 20,000 pupils is 0.05 per 1,000; one known metre beside an unknown school is at least that."""
    small = judge([good("甲校", primary=20000, degree=84000, rooms=89999)], county="a")
    bound = judge([good("乙校", rooms=4499), good("丙校", rooms=None)], county="b")
    whole = judge([good("丁校", rooms=4250)], county="c")
    unknown = judge([good("戊校", rooms=None)], county="d")
    table = narrative.tabulate_county_values(made_of(small, bound, whole, unknown))
    rows = table[table["指标"] == "1.4 教学用房"].set_index("县区")
    told = rows["每千名学生缺口"].to_dict()
    assert told == {"a": "<0.1㎡", "b": "≥0.5㎡", "c": "250.0㎡", "d": "无法判定"}
    assert rows.at["b", "达标校段占比"] == "0.0%—50.0%"
    assert rows.at["b", "标准值"] == "4.5"


def test_what_a_standard_does_not_judge_is_printed_as_such():
    result = judge(pair(30), standard="jiaodu-2012-3", year=2016, county="a")
    other = judge(pair(20), standard="jiaodu-2012-3", year=2016, county="b")
    found = narrative.tabulate_county_values(made_of(result, other)).iloc[0]
    assert (found["标准值"], found["限值"], found["差异系数结论"]) == ("—", "—", "不单独判定")
    assert (found["达标校段占比"], found["每千名学生缺口"]) == ("不单独判定", "—")


def test_groups_name_in_the_head_of_each_county_what_differs(four, of_2016):
    table = narrative.tabulate_county_sizes(four)
    assert table.columns[4:].tolist() == [
        "沂源县（按学校）",
        "桓台县（按学校）",
        "温岭市（按独立校区）",
        "山亭区（按学校）",
    ]
    assert narrative.tabulate_county_zones(of_2016).columns[4:].tolist() == [
        "沂源县（教督〔2017〕6号）",
        "山亭区（教督〔2012〕3号）",
    ]
    one = four.sizes[
        (four.sizes["county"] == "yiyuan")
        & (four.sizes["stage"] == "primary")
        & (four.sizes["indicator"] == R4)
        & (four.sizes["group"] == "under_100")
    ].iloc[0]
    cell = table[
        (table["学段"] == "小学")
        & (table["指标"] == "1.4 教学用房")
        & (table["学校规模"] == "不足100人")
    ]["沂源县（按学校）"].iat[0]
    assert cell.startswith(f"{one['mean']:.2f}（{one['sections']}个校段")


def test_a_group_without_schools_is_a_dash():
    small = judge([good("甲校", primary=90)], county="a")
    large = judge([good("乙校", primary=900)], county="b")
    table = narrative.tabulate_county_sizes(made_of(small, large))
    assert (table["b"] == "—").sum() == 7


def test_censuses_are_told_with_change_and_source(four):
    text = narrative.describe_context(four)
    # 515,058 people against 549,491 before: down by 34,433, 6.3 %
    assert "沂源县：2020年人口515,058人" in text
    assert "与2010年相比，人口减少6.3%" in text
    assert "第七次全国人口普查" in text


def test_counties_without_a_census_are_named():
    result, other = judge([good("甲校")], county="a"), judge([good("乙校")], county="b")
    assert "a、b的县区卡没有人口普查数" in narrative.describe_context(made_of(result, other))
    half = made_of(result, other, census=[{"year": 2020, "total": 5, "source": "七普"}])
    assert "a的县区卡没有完整的人口普查数" in narrative.describe_context(half)


def test_dates_and_contradictions_of_the_plans_are_told(four):
    text = narrative.describe_timelines(four)
    assert "沂源县（源教体字〔2021〕18号，优质均衡）：省级评估2028年，国家级认定2030年" in text
    assert "山亭区（山政办发〔2017〕12号，基本均衡）：" in text
    assert "所创建的目标也不同（优质均衡、基本均衡）" in text
    assert "温岭市“通过优质均衡省级评估验收”（2022年）与“向省里申请省级评估认定”说法不一" in text
    assert "没有公开数据" in text


def test_counties_of_one_aim_are_not_said_to_have_several():
    text = narrative.describe_timelines(compare_once(2023, "yiyuan", "huantai"))
    assert "各方案印发的年份不同，早晚" in text


def test_timelines_hold_aim_and_period_as_written(four):
    table = narrative.tabulate_timelines(four).set_index("节点")
    assert table.at["改薄建设项目开工", "期限"] == "2017年3月上旬"
    assert table.at["改薄建设项目开工", "目标"] == "基本均衡"
    assert table.at["印发县级创建实施方案", "期限"] == "2021年5月中旬"


def test_notes_of_milestones_call_other_promises_by_their_words(four):
    notes = narrative.tabulate_timelines(four).set_index("节点")["说明"]
    assert notes["向省里申请省级评估认定"].endswith("见“通过优质均衡省级评估验收”")
    assert not notes.str.contains(r"[a-z]+-\d").any()


def test_counties_without_a_plan_are_told():
    found = made_of(judge([good("甲校")], county="a"), judge([good("乙校")], county="b"))
    assert "a没有创建方案的节点。" in narrative.describe_timelines(found)


def test_matters_with_other_numbers_are_told_apart_from_those_with_the_same(four):
    differing, same, twice, *_ = narrative.describe_plan_rules(four).split("\n\n")
    for matter in ("优质高中招生名额分配比例", "残疾儿童少年入学率", "小规模学校公用经费"):
        assert matter in differing
    for matter in ("教师交流轮岗", "教师持证上岗率", "随迁子女就读比例"):
        assert matter in same
    assert twice.startswith("同一个县的文件前后**数值**不一的：沂源县“优质高中招生名额分配比例”")
    assert "只是用词不一的，见下表“说明”列" in twice
    assert "特殊教育学校生均公用经费" in same


def test_an_unwritten_rule_is_called_so_and_not_left_blank(four):
    table = narrative.tabulate_plan_rules(four).set_index("事项")
    assert table.at["优质高中招生名额分配比例", "山亭区（方案或县区卡）"] == UNWRITTEN
    found = table.at["优质高中招生名额分配比例", "桓台县（方案或县区卡）"]
    assert "≥70%" in found.replace("不低于", "≥")


def test_what_no_plan_says_is_not_attributed_to_the_plans(four):
    table = narrative.tabulate_plan_rules(four).set_index("事项")
    assert not [head for head in table.columns if head.endswith("方案")]
    own = {county: f"{name}（方案或县区卡）" for county, name in four.names.items()}
    assert "示范数据按2017年办法回算）" in table.at["评估标准", own["yiyuan"]]
    assert table.at["评估标准", own["shanting"]].endswith("系本项目约定）")
    assert table.at["学制", own["shanting"]] == "小学6年、初中3年（推断）"
    assert table.at["学制", own["yiyuan"]] == "小学5年、初中4年"
    assert table.at["方案文件", own["huantai"]].endswith("（文号2021年，印发日期未见）")
    assert table.at["方案文件", own["shanting"]].endswith("（2017-02-23）")


def test_a_document_is_named_once_with_all_its_items(four):
    table = narrative.tabulate_layers(four)
    [told] = table.loc[
        (table["事项"] == "班额") & (table["县区"] == "温岭市"),
        "来源（可信度）",
    ]
    assert told.count("实施方案") == 1
    assert "附件2 政府保障程度5（V）" in told


def test_the_method_says_what_the_codes_of_confidence_mean(four):
    text = narrative.describe_comparison_method(four)
    assert "V 见到原文的抄录，S 转述，I 推断" in text
    codes = {code for code in four.rules["confidence"] if code}
    assert all(f"{code} " in text for code in codes)


def test_layers_keep_national_local_and_actual_apart(four):
    table = narrative.tabulate_layers(four)
    rows = table[table["事项"] == "优质高中招生名额分配比例"]
    assert rows[["县区", "年度", "标准"]].values.tolist()[1] == ["桓台县", 2023, "教督〔2017〕6号"]
    assert rows["全国要求"].tolist() == ["不低于50%"] * 4
    assert rows["国家口径"].tolist() == ["达标"] * 4
    assert rows["本县口径"].tolist()[1] == "未达标"
    assert set(rows["实际值的数据性质"]) == {"模拟数据"}


def test_a_refused_ranking_gives_its_reasons_and_no_names_in_order(four):
    ranking = four.rank()
    text = narrative.describe_ranking(ranking)
    assert text.startswith("**不排序**")
    assert len(re.findall(r"^\d\. ", text, re.M)) == len(ranking.reasons)
    assert narrative.tabulate_ranking(four, ranking).columns.tolist() == ["不排序的理由"]


def test_an_allowed_ranking_is_tabulated_with_what_cannot_be_told(four):
    table = pd.DataFrame(
        {"county": ["yiyuan", "huantai"], "year": 2023, "stage": "primary"}
        | {"value": [0.25, float("nan")], "rank": pd.array([1, pd.NA], "Int64")}
    )
    ranking = Ranking(True, (), table)
    assert narrative.describe_ranking(ranking).startswith("**可以排序**")
    found = narrative.tabulate_ranking(four, ranking)
    assert found.values.tolist() == [
        ["沂源县", "小学", "0.250", "1"],
        ["桓台县", "小学", "无法判定", "无法判定"],
    ]
    turned = Ranking(True, (), table.iloc[::-1])
    assert narrative.tabulate_ranking(four, turned)["县区"].tolist() == ["沂源县", "桓台县"]


def test_names_from_data_stay_harmless(four):
    cards = list(four.cards)
    cards[0] = cards[0].model_copy(
        update={"name": cards[0].name.model_copy(update={"zh": "<b>*县*"})}
    )
    text = narrative.describe_context(replace(four, cards=tuple(cards)))
    assert r"\<b\>\*县\*" in text
