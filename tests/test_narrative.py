"""Sentences and tables: numbers come from the result, text from data stays harmless."""

import pandas as pd
import pytest
from conftest import good, judge, variant

import youzhi as yz
from youzhi import narrative
from youzhi.narrative.text import Text, harmless, write


def row(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_scope_names_county_year_document_and_marks_synthetic_data():
    text = narrative.describe_scope(yz.assess_county("yiyuan", 2020))
    for part in ("沂源县", "2020年", "教督〔2017〕6号", "模拟数据", "不反映任何真实学校"):
        assert part in text


def test_data_of_unknown_kind_are_called_so():
    assert "数据性质：未注明" in narrative.describe_scope(judge([good("甲校")]))


def test_verdict_counts_met_failing_and_unknown_apart():
    # one school below one floor, one without a value, one on every bar
    result = judge([good("甲校"), good("乙校", rooms=1), good("丙校", rooms=None)])
    text = narrative.describe_verdict(result)
    assert "未达到优质均衡要求" in text
    assert "小学3个校段中，达标1个，未达标1个，无法判定1个" in text
    assert "“1.4 教学用房”（1个校段）" in text
    assert "初中没有计入的学校，不适用" in text
    assert "政府保障程度、教育质量、社会认可度、否决性指标没有提供县级数据" in text


def test_a_county_whose_schools_all_pass_still_cannot_be_told_without_its_items():
    result = judge([good("甲校"), good("乙校", "junior")])
    assert result.verdict == "cannot_tell"
    assert "现有数据无法判定" in narrative.describe_verdict(result)


def test_a_standard_that_asks_for_schools_only_can_be_met():
    result = judge([good("甲校"), good("乙校", "junior")], standard=variant(part=[]))
    assert "达到优质均衡的全部要求" in narrative.describe_verdict(result)


def test_the_other_reading_of_the_formula_is_told_only_where_it_changes_a_verdict():
    same = narrative.describe_dispersion(judge([good("甲校"), good("乙校")]))
    assert "判定都不改变" in same
    # the worked example of 县域义务教育校际均衡指标计算方法, pupils x 100 so that the other indicators can stand on their bars
    pupils, rooms = [45, 37, 89, 76, 55], [279, 137, 935, 160, 402]
    schools = [
        good(f"校{n}", primary=n * 100, rooms=r * 100) for n, r in zip(pupils, rooms, strict=True)
    ]
    text = narrative.describe_dispersion(judge(schools))
    assert "小学“1.4 教学用房”加权0.515（未达标），等权0.489（达标）" in text


def test_a_value_that_prints_as_its_bar_without_reaching_it_is_named():
    # 4,196 m² over 1,000 pupils prints 4.20 for the bar 4.2 of degree teachers only as people: 4.196 per pupil rooms
    text = narrative.describe_schools(judge([good("甲校", rooms="4496.0")]))
    assert "甲校“1.4 教学用房”4.50" in text


def test_gaps_are_told_in_natural_units_and_missing_values_apart():
    result = judge([good("甲校", rooms=4000), good("乙校", equipment=None)])
    text = narrative.describe_gaps(result)
    # 4.5 x 1,000 − 4,000 = 500
    assert "1.4 教学用房500㎡（1所学校）" in text
    assert "另有1个指标值缺数据" in text


def test_relief_tells_both_verdicts_where_they_differ():
    # 60 pupils: 0.9 per 100 needs 0.54 teachers; 0 of its own, 1 shared; 2020 is a year of relief
    small = good("甲校", primary=60, zone="rural", arts=0, shared_arts_pe_teachers_primary=1)
    text = narrative.describe_relief(judge([small]))
    assert "甲校（小学）适用时达标、不适用时未达标" in text
    assert "默认不适用" in narrative.describe_relief(judge([small], year=2023))


def test_held_schools_are_told_and_forbid_a_met_verdict():
    odd = {"school": "乙校", "school_type": "primary", "pupils_primary": 0, "teachers_primary": 3}
    result = judge([good("甲校"), odd], standard=variant(part=[]))
    assert "有1个校段的数据自相矛盾" in narrative.describe_verdict(result)
    assert result.verdict != "met"


def test_every_table_has_chinese_heads_and_counts_rows_from_one():
    result = yz.assess_county("wenling", 2016)
    for name in narrative.__all__:
        if name.startswith("tabulate_"):
            table = getattr(narrative, name)(result)
            assert isinstance(table, pd.DataFrame)
            assert not any(head.isascii() and head.islower() for head in table.columns), name
            assert list(table.index) == list(range(1, len(table) + 1)), name
            assert not table.astype(str).isin(["nan", "inf", "None", "<NA>"]).any(axis=None), name


def test_coefficients_are_printed_with_three_digits_and_means_with_two():
    table = narrative.tabulate_coefficients(yz.assess_county("yiyuan", 2020))
    assert table["差异系数"].str.fullmatch(r"\d\.\d{3}").all()
    assert table["县平均值"].str.fullmatch(r"\d+\.\d{2}").all()


def test_missing_cells_are_counted_by_column_with_the_schools():
    table = narrative.tabulate_missing(judge([good("甲校"), good("乙校", rooms=None)]))
    assert table.iloc[0].tolist() == ["教学及辅助用房面积", 1, "乙校"]


def test_lowest_and_highest_schools_are_named():
    table = narrative.tabulate_extremes(judge([good("甲校", rooms=4600), good("乙校", rooms=9000)]))
    found = row(table, 指标="1.4 教学用房")
    assert found[["最低值", "最低校段", "最高值", "最高校段"]].tolist() == [
        "4.60",
        "甲校",
        "9.00",
        "乙校",
    ]


@pytest.mark.parametrize(
    "name", ["<script>", "**甲**", "[x](javascript:1)", "`a`", "{{ 1 + 1 }}", "甲|乙", "a\u202eb"]
)
def test_text_from_data_is_shown_literally(name):
    text = write("gaps", totals=[(name, 1, 1, "㎡")])
    assert harmless(name) in text
    assert "\u202e" not in text
    for sign in "<*[`{":
        assert sign not in text.replace("\\" + sign, "")


def test_a_template_that_lacks_a_fact_is_an_error():
    with pytest.raises(Exception, match="county"):
        write("verdict.met", year=2020, level="优质均衡")


def test_percentages_are_rounded_half_up():
    # 1/16 = 6.25 %: 四舍五入 gives 6.3, Python's round and format give 6.2
    assert "6.3%" in write("trend", stage="小学", first=1, last=2, before=1 / 16, after=1)


def test_narrative_is_text_that_renders_as_markdown():
    text = narrative.describe_excluded(judge([good("甲校")]))
    assert isinstance(text, Text)
    assert text._repr_markdown_() == str(text)


def test_a_result_of_several_years_has_no_single_story():
    history = yz.assess_years("yiyuan", "jiaodu-2017-6")
    with pytest.raises(yz.YouzhiError, match="10个县年"):
        narrative.describe_scope(history)
