"""Sentences and tables: numbers come from the result, text from data stays harmless."""

from decimal import Decimal
from inspect import signature

import pandas as pd
import pytest
from conftest import ON_THE_BAR, R5, good, judge, long_names, table, variant

import youzhi as yz
from youzhi import narrative
from youzhi.inequality import measure_inequality
from youzhi.narrative.tabulate import limit_text
from youzhi.narrative.text import Text, harmless, write
from youzhi.tables import stack_tables

# What tells an assessment, and nothing else.
STORIES = [
    name
    for name in narrative.__all__
    if name != "Text"
    and list(signature(getattr(narrative, name)).parameters)[:1] in (["result"], ["history"])
]
ANY_YEARS = {"describe_method", "describe_trend"} | {
    f"tabulate_{name}" for name in ("excluded", "item_rules", "missing", "raw", "rules", "trend")
}


def years(**schools):
    """One county over several years, y2020=[...] each."""
    tables = [table(rows, year=int(name[1:])) for name, rows in schools.items()]
    return yz.assess(stack_tables(tables))


def limits(**changes):
    rule = yz.load_standard("jiaodu-2017-6").dispersion_rule
    return variant(dispersion_rule=rule.model_copy(update={"limit": changes}).model_dump())


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
    assert "社会认可度1项中1项无法判定（S1）：无法判定" in text
    assert "否决性指标6项中6项无法判定" in text


def test_a_county_whose_schools_all_pass_still_cannot_be_told_without_its_items():
    result = judge([good("甲校"), good("乙校", "junior")])
    assert result.verdict == "cannot_tell"
    assert "现有数据无法判定" in narrative.describe_verdict(result)


def test_a_standard_that_asks_for_schools_only_can_be_met():
    result = judge([good("甲校"), good("乙校", "junior")], standard=variant(part=[], item=[]))
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
    result = judge([good("甲校"), odd], standard=variant(part=[], item=[]))
    assert "有1个校段的数据自相矛盾" in narrative.describe_verdict(result)
    assert result.verdict != "met"


def test_every_table_has_chinese_heads_and_counts_rows_from_one():
    result = yz.assess_county("wenling", 2016)
    for name in STORIES:
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
    facts = {"unknown_before": 0, "unknown_after": 0}
    text = write("trend", stage="小学", first=1, last=2, before=1 / 16, after=1, **facts)
    assert "6.3%" in text


def test_narrative_is_text_that_renders_as_markdown():
    text = narrative.describe_excluded(judge([good("甲校")]))
    assert isinstance(text, Text)
    assert text._repr_markdown_() == str(text)


def test_a_result_of_several_years_has_no_single_story():
    history = yz.assess_years("yiyuan", "jiaodu-2017-6")
    with pytest.raises(yz.YouzhiError, match="10个县年"):
        narrative.describe_scope(history)


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("stage", [None, "primary", "junior"])
def test_a_county_without_counted_sections_is_still_told(name, stage):
    special = {"school": "特校", "school_type": "special", "pupils_primary": 30}
    result = judge([special] if stage is None else [special, good("甲校", stage)])
    told = getattr(narrative, name)(result)
    assert isinstance(told, str if name.startswith("describe_") else pd.DataFrame)
    if stage is None and name.startswith("tabulate_"):
        assert len(told.columns) >= 3


def test_a_history_without_counted_sections_is_still_told():
    special = long_names({"school": "特校", "type": "special", "primary": 30})
    history = years(y2020=[special], y2021=[special])
    assert "没有差异系数" in narrative.describe_trend(history)
    assert narrative.tabulate_trend(history).empty


@pytest.mark.parametrize("name", sorted(set(STORIES) - ANY_YEARS))
def test_stories_of_one_year_refuse_several(name):
    history = years(y2020=[good("甲校")], y2021=[good("甲校", rooms=1)])
    with pytest.raises(yz.YouzhiError, match="2个县年"):
        getattr(narrative, name)(history)


def test_the_trend_never_tells_unknown_coefficients_as_within_the_limit():
    known, lacking = [good("甲校"), good("乙校")], [good("甲校"), good("乙校", equipment=None)]
    text = narrative.describe_trend(years(y2020=known, y2021=lacking))
    assert "各项差异系数都没有超过限值" not in text
    assert "能够判定的差异系数都没有超过限值" in text
    assert "有差异系数无法判定的年度：2021年" in text
    assert "由2020年的100.0%（无法判定0个）变为2021年的50.0%（无法判定1个）" in text
    blank = [long_names({"school": "甲校", "type": "primary", "primary": 10})]
    text = narrative.describe_trend(years(y2020=blank, y2021=blank))
    assert "差异系数都无法判定" in text
    assert "没有超过" not in text
    assert "各项差异系数都没有超过限值" in narrative.describe_trend(years(y2020=known, y2021=known))


def test_the_largest_coefficient_of_a_year_is_unknown_where_one_is():
    schools = [good("甲校"), good("乙校", rooms=9000)]
    told = narrative.tabulate_trend(
        years(y2020=schools, y2021=[*schools, good("丙校", grounds=None)])
    )
    assert told[["最大差异系数", "超限项数", "无法判定项数"]].values.tolist() == [
        ["0.333", 0, 0],
        ["无法判定", 0, 1],
    ]


def test_zones_count_the_sections_that_cannot_be_told_apart():
    schools = [good("甲校", zone="rural"), good("乙校", zone="rural", rooms=None), good("丙校")]
    text = narrative.describe_zones(judge(schools))
    assert "乡村2个校段，达标1个（50.0%），未达标0个，无法判定1个" in text
    assert "平均值因缺数据无法判定的有：乡村“1.4 教学用房”" in text
    assert "另有1个校段没有注明城乡类型" in text


@pytest.mark.parametrize(
    ("school", "found"),
    [
        ({"type": "primary", "primary": None}, {"pupils_primary": 1}),
        ({"type": "nine_year", "primary": 500, "junior": None}, {"pupils_junior": 1}),
        ({"type": "complete_secondary", "junior": 500, "senior": None}, {"pupils_senior": 1}),
    ],
)
def test_missing_pupils_are_empty_cells_too(school, found):
    result = judge([good("甲校"), {**good("乙校"), **good("乙校", "junior"), **long_names(school)}])
    cells = narrative.tabulate.count_missing(result)
    assert dict(zip(cells["column"], cells["cells"], strict=True)) == found
    assert "没有空缺" not in narrative.describe_table(result)


def test_empty_cells_are_counted_by_school_and_year_not_by_name():
    lacking = [good("甲校", rooms=None)]
    assert narrative.tabulate_missing(years(y2020=lacking, y2021=lacking)).iloc[0, 1] == 2


def test_rows_without_pupils_are_told_and_not_added_as_zero():
    text = narrative.describe_table(judge([good("甲校"), good("乙校", primary=None)]))
    assert "小学在校生1,000人（另有1行缺学生数，没有计入），初中在校生0人" in text
    text = narrative.describe_table(judge([good("乙校", primary=None)]))
    assert "小学在校生数全部空缺（1行）" in text


def relieved_county():
    """Relief fills the sports ground of 乙校 up to the bar; the coefficient rests on its own 100 m²."""
    small = {"inner_city": True, "other_sports_area_m2": 7400, "grounds": 100, "zone": "urban"}
    result = judge([good("甲校", zone="urban"), good("乙校", **small)])
    assert result.indicators["relieved"].sum() == 1
    return result


def test_measures_beside_the_coefficient_rest_on_values_without_relief():
    result = relieved_county()
    own = measure_inequality(result.own_values, result.schools).set_index("indicator")
    assert own.at[R5, "gini"] > 0.4
    told = row(narrative.tabulate_inequality(result), 学段="小学", 指标="1.5 体育场馆")
    assert told["基尼系数"] == f"{own.at[R5, 'gini']:.3f}"
    assert f"“1.5 体育场馆”（{told['基尼系数']}）" in narrative.describe_inequality(result)
    # (7500 + 100) / 2000
    assert row(narrative.tabulate_zones(result), 指标="1.5 体育场馆")["城区"] == "3.80"
    assert "城区“1.5 体育场馆”" in narrative.describe_zones(result)
    assert "乙校（0.10，低于平均）" in narrative.describe_contributions(result)


def test_a_failing_section_without_a_plan_is_not_told_as_nothing_to_repair():
    text = narrative.describe_repairs(judge([good("甲校", rooms=1, equipment=None)]))
    assert "没有" not in text
    assert "1个未达标校段缺少数据，要整改哪几项无法判定" in text
    text = narrative.describe_repairs(judge([good("甲校"), good("乙校", equipment=None)]))
    assert "没有未达标的校段需要整改" in text
    assert "1个校段能否达标无法判定" in text


@pytest.mark.parametrize(
    ("year", "relief", "told"),
    [
        (2020, None, "在过渡期规定的默认适用年度内"),
        (2020, True, "在过渡期规定的默认适用年度内"),
        (2020, False, "2020年默认适用，本报告按人工设定不予适用"),
        (2025, None, "2025年默认不适用；本报告没有使用"),
        (2025, False, "2025年默认不适用；本报告没有使用"),
        (2025, True, "2025年默认不适用，本报告按人工设定予以适用"),
    ],
)
def test_relief_tells_what_is_default_and_what_was_set_by_hand(year, relief, told):
    result = judge([good("甲校")], year=year, transitional_relief=relief)
    assert told in narrative.describe_relief(result)


def test_relief_that_was_used_by_hand_is_told_so():
    small = good("甲校", primary=60, zone="rural", arts=0, shared_arts_pe_teachers_primary=1)
    text = narrative.describe_relief(judge([small], year=2025, transitional_relief=True))
    assert "默认不适用，本报告按人工设定予以适用" in text
    assert "适用时达标、不适用时未达标" in text
    none = variant(relief=[], part=[], item=[])
    assert "没有过渡期规定" in narrative.describe_relief(judge([small], none))


def test_values_in_sentences_are_rounded_half_up(monkeypatch):
    # 107 rooms over 4,000 pupils: 2.675 per 100
    four = {name: 4 * value for name, value in ON_THE_BAR["primary"].items()}
    schools = [
        good("甲校", **four | {"primary": 4000, "networked": 107}),
        good("乙校", networked=90),
    ]
    assert "甲校（2.68，" in narrative.describe_contributions(judge(schools))
    result = judge([good("甲校")])
    differ = result.coefficients.assign(cv_unweighted=0.0625, verdict_unweighted="not_met")
    monkeypatch.setitem(result.__dict__, "coefficients", differ)
    assert "等权0.063（未达标）" in narrative.describe_dispersion(result)


def test_limits_are_printed_with_all_their_digits():
    standard = limits(primary=Decimal("0.455"), junior=Decimal("0.5"))
    assert [limit_text(standard, stage) for stage in standard.stages] == ["0.455", "0.50"]
    result = judge([good("甲校"), good("乙校", rooms=9000)], standard)
    assert "限值0.455的" in narrative.describe_dispersion(result)
    assert "超过限值0.455的" in narrative.describe_verdict(result)
    assert set(narrative.tabulate_coefficients(result)["限值"]) == {"0.455"}


def test_the_sections_that_block_coefficients_are_counted_once_each():
    schools = [good("甲校", rooms=None), good("乙校", equipment=None), good("丙校")]
    text = narrative.describe_dispersion(judge(schools))
    assert "小学有2项差异系数因2个校段缺数据而无法计算" in text
    assert "能够计算的差异系数中，最大的是" in text


def test_a_school_at_the_mean_makes_no_difference():
    schools = [good("甲校", rooms=6000), good("乙校", rooms=9000), good("丙校", rooms=12000)]
    text = narrative.describe_contributions(judge(schools))
    assert "来自2所学校" in text
    assert "乙校" not in text


def test_doubtful_rules_are_those_that_were_not_read_and_each_is_told_once():
    standard = yz.load_standard("jiaodu-2017-6")
    rule = standard.school_rule.model_copy(update={"note": "没有推断"})
    text = narrative.describe_method(judge([good("甲校")], variant(school_rule=rule.model_dump())))
    assert "没有推断" not in text
    for note in {relief.years.note for relief in standard.relief}:
        assert text.count(note) == 1
    assert "教师" not in text
    assert "百名" not in text


def test_held_sections_leave_the_coefficients_undecided_in_words():
    odd = {"school": "丙校", "school_type": "primary", "pupils_primary": 0, "teachers_primary": 3}
    text = narrative.describe_dispersion(judge([good("甲校"), good("乙校", rooms=9000), odd]))
    assert "小学有1个校段因数据自相矛盾暂时搁置" in text
    assert "仍无法判定" in text
    assert "其中7项两种算法都无法判定" in text


def test_a_long_table_shows_every_row():
    result = judge([good(f"校{at:03d}", rooms=1) for at in range(120)])
    table = narrative.tabulate_failing(result)
    assert len(table) == 120
    for shown in (table._repr_html_(), repr(table)):
        assert all(f"校{at:03d}" in shown for at in range(120))
        assert "..." not in shown
        assert "rows ×" not in shown


def test_the_part_that_the_school_table_can_answer_has_its_own_verdict():
    fine = judge([good("甲校"), good("乙校", "junior")])
    assert "资源配置部分（学校达标和校际差异）：达标" in narrative.describe_verdict(fine)
    failing = judge([good("甲校", rooms=1), good("乙校", "junior")])
    assert "资源配置部分（学校达标和校际差异）：未达标" in narrative.describe_verdict(failing)


def test_a_stage_without_schools_is_not_applicable_in_the_table_of_verdicts():
    table = narrative.tabulate_verdict(judge([good("甲校")]))
    assert set(table.loc[table["学段"] == "初中", "结论"]) == {"不适用"}
    assert "不适用" not in set(table.loc[table["学段"] == "小学", "结论"])
