"""教督〔2012〕3号: eight indicators without bars, their mean decides, private schools and teaching points are out."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from conftest import judge as judge_by
from conftest import table, variant
from test_coefficients import EXAMPLE, ROWS_2012

import youzhi as yz
from youzhi import figures, narrative
from youzhi.errors import UsageError
from youzhi.sections import NO_ORGANISER, make_sections
from youzhi.tables import stack_tables

STANDARD = yz.load_standard("jiaodu-2012-3")
EIGHT = list(STANDARD.codes)
# The column that makes each indicator, in the order of the codes 1 to 8.
COLUMNS = [
    "teaching_area_m2",
    "sports_ground_area_m2",
    "equipment_value_yuan",
    "computers",
    "books",
    "teachers_{}",
    "degree_teachers_{}",
    "senior_title_teachers_{}",
]


def school(name, amounts, stage="primary", **changes):
    """A county school of 100 pupils with these eight amounts, or one amount for all eight."""
    amounts = [amounts] * 8 if isinstance(amounts, int | Decimal) else amounts
    columns = [column.format(stage) for column in COLUMNS]
    row = {"school": name, "school_type": stage, "organiser_code": 7, f"pupils_{stage}": 100}
    row["indoor_sports_area_m2"] = 0
    return row | dict(zip(columns, amounts, strict=True)) | changes


def pair(*distances, stage="primary", **changes):
    """Two schools of 100 pupils; the coefficients are these distances in percent, one for all or eight."""
    far = list(distances) * (8 if len(distances) == 1 else 1)
    low, high = ([100 + sign * at for at in far] for sign in (-1, 1))
    return [school("甲校", low, stage, **changes), school("乙校", high, stage, **changes)]


def judge(schools, **options):
    return judge_by(schools, standard="jiaodu-2012-3", year=2016, **options)


def composite(schools):
    return judge(schools).composite.iloc[0]


# --- what the file says


def test_the_2012_standard_has_eight_indicators_in_the_order_of_the_published_tables():
    labels = [indicator.label.zh for indicator in STANDARD.indicator]
    assert [indicator.code for indicator in STANDARD.indicator] == list("12345678")
    assert labels == [
        "生均教学及辅助用房面积",
        "生均体育运动场馆面积",
        "生均教学仪器设备值",
        "每百名学生拥有计算机台数",
        "生均图书册数",
        "师生比",
        "生均高于规定学历教师数",
        "生均中级及以上职称教师数",
    ]


def test_the_2012_standard_judges_the_mean_at_065_and_055():
    rule = STANDARD.dispersion_rule
    assert rule.kind == "composite"
    assert rule.limit == {"primary": Decimal("0.65"), "junior": Decimal("0.55")}
    assert (rule.decimals, rule.weighting.value) == (3, "pupils")


def test_the_2012_standard_has_neither_bars_nor_a_school_rule():
    assert STANDARD.school_rule is None
    assert all(indicator.bar == {} for indicator in STANDARD.indicator)


def test_teachers_are_counted_per_one_pupil_and_printed_with_three_decimals():
    # 5 teachers of 100 pupils: 0.050, as published tables print 0.049
    values = judge([school("甲校", 5)]).indicators.set_index("indicator")["printed"]
    assert values[EIGHT[5:]].tolist() == ["0.050"] * 3
    assert values["computers_per_100"] == "5.00"


def test_five_resources_are_shared_and_teachers_are_not():
    assert [i.code for i in STANDARD.indicator if i.shared] == list("12345")


def test_books_of_a_nine_year_school_are_split_one_to_one_point_one():
    # 县域内…拆分问题: 166 + 1.1 x 210 = 397; 23226 / 397 = 58.503778; x 166 = 9711.63; the rest 13514.37
    nine = {"school": "甲校", "school_type": "nine_year", "organiser_code": 7, "books": 23226}
    values = judge([nine | {"pupils_primary": 166, "pupils_junior": 210}]).indicators
    books = values[values["indicator"] == "books_per_pupil"].set_index("stage")
    assert books.loc["primary", "value"] == pytest.approx(58.503778, abs=5e-7)
    assert books["numerator"].tolist() == pytest.approx([9711.63, 13514.37], abs=0.005)


def test_indoor_sports_rooms_are_not_taken_from_the_rooms_in_2012():
    # 500 m² of rooms and 200 m² of halls, 100 pupils: rooms 5, sports 1 + 2 = 3
    schools = [school("甲校", 100, teaching_area_m2=500, indoor_sports_area_m2=200)]
    values = judge(schools).indicators.set_index("indicator")["value"]
    assert values[["rooms_per_pupil", "sports_grounds_per_pupil"]].tolist() == [5, 3]


# --- who counts


@pytest.mark.parametrize("code", range(1, 11))
def test_only_schools_of_the_county_government_count(code):
    sections = make_sections(table([school("甲校", 1, organiser_code=code)]), STANDARD)
    assert len(sections.stages[0]) == (code in (7, 8))
    assert sections.excluded["held"].tolist() == ([] if code in (7, 8) else [False])


def test_private_schools_are_left_out_with_their_own_reason():
    private = school("甲校", 1, organiser_code=10)
    both = private | {"school_type": "nine_year", "pupils_junior": 50}
    excluded = make_sections(table([both]), STANDARD).excluded
    assert excluded[["stage", "reason"]].values.tolist() == [
        ["primary", "民办学校不计入校际均衡指标"],
        ["junior", "民办学校不计入校际均衡指标"],
    ]


@pytest.mark.parametrize("pupils", [10, 50, 500])
@pytest.mark.parametrize("code", [7, None])
def test_every_teaching_point_is_left_out_whatever_its_size_and_organiser(pupils, code):
    point = school("甲点", 1, pupils_primary=pupils, organiser_code=code)
    sections = make_sections(table([point | {"school_type": "teaching_point"}]), STANDARD)
    assert len(sections.stages[0]) == 0
    assert sections.excluded["reason"].tolist() == ["教学点不计入校际均衡指标"]
    assert not sections.excluded["held"].any()


@pytest.mark.parametrize("kind", ["special", "vocational"])
def test_special_and_vocational_schools_are_left_out(kind):
    other = {"school": "乙校", "school_type": kind, "organiser_code": 7}
    sections = make_sections(table([school("甲校", 1), other]), STANDARD)
    assert len(sections.frame) == 1
    assert sections.excluded["school"].tolist() == ["乙校"]


def test_a_school_without_an_organiser_is_held_and_not_silently_counted():
    sections = make_sections(
        table([school("甲校", 1), school("乙校", 1, organiser_code=None)]), STANDARD
    )
    assert sections.frame["school"].tolist() == ["甲校"]
    row = sections.excluded.iloc[0]
    assert (row["school"], row["held"], row["held_for"]) == ("乙校", True, NO_ORGANISER)
    assert "缺举办者代码" in row["reason"]


def test_an_empty_school_without_an_organiser_is_closed_and_not_held():
    closed = {"school": "乙校", "school_type": "primary", "pupils_primary": 0}
    sections = make_sections(table([school("甲校", 1), closed]), STANDARD)
    assert sections.excluded["held"].tolist() == [False]


@pytest.mark.parametrize("distance", [10, 90])
def test_a_held_school_leaves_the_composite_undecided_on_either_side(distance):
    schools = [*pair(distance), school("丙校", 1, organiser_code=None)]
    result = judge(schools)
    assert result.composite[["verdict", "printed"]].values.tolist() == [
        ["cannot_tell", f"0.{distance}0"]
    ]
    reason = result.reasons.iloc[0]["reason"]
    assert reason.endswith("；另有1个校段缺举办者代码、暂不计入")
    assert "超过" not in reason
    text = narrative.describe_verdict(result)
    assert "有1个校段缺举办者代码，已暂时搁置" in text
    assert "1个校段因缺举办者代码暂时搁置" in narrative.describe_dispersion(result)


def test_a_table_without_organisers_is_undecided_and_not_inapplicable():
    schools = [row | {"organiser_code": None} for row in pair(10)]
    result = judge(schools)
    assert result.reasons.iloc[0]["reason"].startswith("小学没有计入的学校，无法判定；另有2个校段")
    assert narrative.tabulate_verdict(result)["结论"].iloc[0] == "无法判定"
    assert "小学没有能够计入的学校，无法判定" in narrative.describe_verdict(result)


def test_both_causes_of_holding_are_told_apart():
    ghost = school("丁校", 1, pupils_primary=0)
    result = judge([*pair(10), school("丙校", 1, organiser_code=None), ghost])
    reason = result.reasons.iloc[0]["reason"]
    assert "1个校段数据矛盾" in reason
    assert "1个校段缺举办者代码" in reason


# --- the mean of eight coefficients


def test_the_published_example_goes_through_the_2012_standard():
    # books of CALC-2012: CV 0.515257; everything else as the pupils are, CV 0; 0.515257 / 8 = 0.064407
    schools = [
        school(f"{at}校", int(pupils), pupils_primary=int(pupils), books=int(books))
        for at, (pupils, books) in enumerate(zip(EXAMPLE["pupils"], EXAMPLE["books"], strict=True))
    ]
    result = judge(schools)
    books = result.coefficients.set_index("indicator").loc["books_per_pupil"]
    assert (books["printed"], books["verdict"], books["verdict_unweighted"]) == ("0.515", "", "")
    assert np.isnan(books["limit"])
    row = result.composite.iloc[0]
    assert row["composite"] == pytest.approx(0.515257 / 8, abs=1e-7)
    assert (row["printed"], row["verdict"], row["limit"]) == ("0.064", "met", 0.65)


@pytest.mark.parametrize(
    ("distances", "verdict"),
    [
        # the mean of the distances is the composite: 0.65 at most
        ((65,), "met"),
        ((30, 30, 30, 30, 100, 100, 100, 100), "met"),  # 4 x 0.3 + 4 x 1 = 5.2 = 8 x 0.65
        ((64, 66, 65, 65, 65, 65, 65, 65), "met"),
        ((66, 65, 65, 65, 65, 65, 65, 65), "not_met"),
        ((64,), "met"),
        ((66,), "not_met"),
    ],
)
def test_a_composite_of_exactly_065_is_met_in_primary_schools(distances, verdict):
    assert composite(pair(*distances))["verdict"] == verdict


@pytest.mark.parametrize(("distance", "verdict"), [(54, "met"), (55, "met"), (56, "not_met")])
def test_a_composite_of_exactly_055_is_met_in_junior_schools(distance, verdict):
    row = composite(pair(distance, stage="junior"))
    assert (row["stage"], row["verdict"], row["limit"]) == ("junior", verdict, 0.55)


@pytest.mark.parametrize(
    ("hair", "verdict"), [("0.00000000001", "not_met"), ("-0.00000000001", "met")]
)
def test_a_hair_beyond_the_limit_is_beyond_it_though_it_prints_alike(hair, verdict):
    # rooms 35 - h and 165 + h of 100 pupils each: that coefficient is 0.65 + h/100, the mean 0.65 + h/800
    low, high = pair(65)
    low["teaching_area_m2"] = Decimal(35) - Decimal(hair)
    high["teaching_area_m2"] = Decimal(165) + Decimal(hair)
    row = composite([low, high])
    assert (row["verdict"], row["printed"], row["borderline"]) == (verdict, "0.650", True)


def test_a_composite_on_its_limit_is_not_borderline():
    assert not composite(pair(65))["borderline"]


def test_a_composite_between_two_printed_numbers_is_rounded_half_up():
    # 7 x 0.2 + 0.204 = 1.604; 1.604 / 8 = 0.2005, printed 0.201
    low, high = pair(20)
    low["teaching_area_m2"], high["teaching_area_m2"] = Decimal("79.6"), Decimal("120.4")
    assert composite([low, high])["printed"] == "0.201"


def test_one_large_coefficient_may_hide_in_the_mean():
    # published: 合肥庐阳 小学, 1.299 among eight whose mean is 0.592; here one of 1 among seven of 0.5
    result = judge(pair(100, 50, 50, 50, 50, 50, 50, 50))
    assert result.coefficients["cv"].max() == pytest.approx(1)
    assert result.composite["verdict"].tolist() == ["met"]


def test_a_missing_coefficient_leaves_the_composite_undecided():
    schools = [pair(10)[0], pair(10)[1] | {"computers": None}]
    result = judge(schools)
    row = result.composite.iloc[0]
    assert (row["verdict"], row["printed"]) == ("cannot_tell", "")
    assert "有1项缺数据，综合差异系数无法计算" in result.reasons.iloc[0]["reason"]


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        # seven known coefficients against 8 x 0.65 = 5.2; the eighth adds zero or more
        ((80, 80, 80, 80, 80, 80, 40), "cannot_tell"),  # 6 x 0.8 + 0.4 = 5.2
        ((80, 80, 80, 80, 80, 80, 41), "not_met"),  # 5.21
    ],
)
def test_the_known_coefficients_alone_can_be_too_much(known, verdict):
    low, high = pair(known[-1], *known[:2], 0, *known[2:-1])
    result = judge([low, high | {"computers": None}])
    assert result.composite["verdict"].tolist() == [verdict]
    assert ("已超过8倍限值0.65" in result.reasons.iloc[0]["reason"]) == (verdict == "not_met")


def test_a_county_without_a_single_computer_has_no_composite_and_does_not_reach_the_limit():
    result = judge([row | {"computers": 0} for row in pair(10)])
    assert result.composite["verdict"].tolist() == ["not_met"]
    assert "全县平均值为零" in result.reasons.iloc[0]["reason"]
    assert "综合差异系数也没有定义" in narrative.describe_dispersion(result)


def test_one_school_alone_has_a_composite_of_zero():
    row = composite([school("甲校", 10)])
    assert (row["composite"], row["verdict"]) == (0, "met")


@pytest.mark.parametrize("row", ROWS_2012, ids=lambda row: row["place"])
def test_published_composites_are_judged_as_they_were_published(row):
    # all 23 of these districts were recognised; 0.592 is the largest of them
    stage = "primary" if row["place"].endswith("小学") else "junior"
    published = pd.DataFrame({"stage": [stage], "composite": [row["composite"]]})
    assert yz.judge_dispersion(published, STANDARD)["verdict"].tolist() == ["met"]


def test_a_published_composite_beyond_the_limit_fails():
    rows = [("primary", 0.65), ("primary", 0.651), ("junior", 0.55), ("junior", 0.5501)]
    published = pd.DataFrame(rows, columns=["stage", "composite"])
    judged = yz.judge_dispersion(published, STANDARD)
    assert judged["verdict"].tolist() == ["met", "not_met", "met", "not_met"]
    assert judged["borderline"].tolist() == [False, False, False, True]


def test_single_coefficients_are_not_judged_by_the_2012_standard():
    with pytest.raises(UsageError, match="composite"):
        yz.judge_dispersion(pd.DataFrame({"stage": ["primary"], "cv": [0.9]}), STANDARD)


def test_the_2017_standard_computes_the_composite_without_judging_it():
    result = judge_by(pair(65))
    row = result.composite.iloc[0]
    assert np.isnan(row["limit"])
    assert (row["verdict"], row["verdict_unweighted"], row["borderline"]) == ("", "", False)


def test_all_columns_of_the_composite_are_there_under_both_standards():
    first = ["county", "year", "stage", "composite", "limit", "verdict", "printed", "borderline"]
    for result in (judge(pair(10)), judge_by(pair(10))):
        assert result.composite.columns[:8].tolist() == first


def test_the_unweighted_composite_is_told_where_it_turns_the_verdict():
    # 900 pupils at value 1, 100 at value 4: mean 1.3, deviation 0.9, CV 0.692; each school alike: 1.5 / 2.5 = 0.6
    large = school("甲校", 900, pupils_primary=900)
    small = school("乙校", 400)
    result = judge([large, small])
    row = result.composite.iloc[0]
    assert (row["printed"], row["verdict"]) == ("0.692", "not_met")
    assert (round(row["composite_unweighted"], 3), row["verdict_unweighted"]) == (0.6, "met")
    text = narrative.describe_dispersion(result)
    assert "小学“综合差异系数”加权0.692（未达标），等权0.600（达标）" in text


# --- nothing is judged against a bar


def test_no_value_is_judged_and_no_school_can_be_told():
    result = judge(pair(10))
    assert set(result.indicators["verdict"]) == {""}
    assert result.indicators[["bar", "floor"]].isna().all(axis=None)
    assert set(result.schools["verdict"]) == {"cannot_tell"}
    assert set(result.schools["rule"]) == {""}
    assert result.gaps.empty
    assert result.repairs.empty
    assert result.totals.empty


def test_a_missing_value_is_listed_though_nothing_is_judged():
    result = judge([school("甲校", 10, computers=None)])
    assert result.schools["unknown"].tolist() == ["4"]
    assert narrative.tabulate_failing(result)["结论"].tolist() == ["不单独判定"]


def test_schools_have_no_row_among_the_reasons_and_the_county_is_not_met_without_its_items():
    result = judge(pair(10))
    assert "schools" not in set(result.reasons["part"])
    parts = ["dispersion", "dispersion", *(part.id for part in STANDARD.part)]
    assert result.reasons["part"].tolist() == parts
    assert result.verdict == "cannot_tell"


def test_the_reason_names_value_limit_and_document():
    reasons = judge(pair(66)).reasons.set_index("stage")
    assert reasons.loc["primary", "reason"] == (
        "小学8项差异系数平均（综合差异系数）为0.660，超过限值0.65（教督〔2012〕3号）"
    )
    assert reasons.loc["primary", "verdict"] == "not_met"
    assert reasons.loc["junior", "reason"] == "初中没有计入的学校，不适用"


def test_bars_and_a_school_rule_come_together_or_not_at_all():
    bar = {"primary": 1, "junior": 1}
    with_bar = [i.model_dump() | {"bar": bar} for i in STANDARD.indicator]
    with pytest.raises(ValueError, match="school_rule"):
        variant("jiaodu-2012-3", indicator=with_bar)
    without = [i.model_dump() | {"bar": {}} for i in yz.load_standard("jiaodu-2017-6").indicator]
    with pytest.raises(ValueError, match="bar 应恰好包含学段"):
        variant(indicator=without)


# --- words, tables and figures tell the same


STORIES = ["scope", "verdict", "schools", "dispersion", "contributions", "gaps", "repairs", "zones"]
STORIES += ["relief", "excluded", "method", "table", "inequality"]
TABLES = ["coefficients", "excluded", "extremes", "failing", "gaps", "indicators", "inequality"]
TABLES += ["missing", "raw", "repairs", "rules", "totals", "verdict", "zones"]


def a_county():
    """Schools of all zones and both stages, one value missing."""
    schools = pair(20, zone="urban") + pair(30, stage="junior", zone="town")
    names = ["甲校", "乙校", "丙校", "丁校"]
    schools = [row | {"school": name} for row, name in zip(schools, names, strict=True)]
    schools[3]["books"] = None
    return [*schools, school("戊校", 100, zone="rural")]


@pytest.fixture(scope="module")
def county():
    return judge(a_county())


@pytest.fixture(scope="module")
def history():
    tables = [table(a_county(), year=year) for year in (2015, 2016)]
    return yz.assess(stack_tables(tables), standard="jiaodu-2012-3", transitional_relief=False)


def test_no_story_counts_what_was_not_judged(county):
    text = "\n".join(getattr(narrative, f"describe_{name}")(county) for name in STORIES)
    for claim in ("个未达标", "未达标0个", "达标0个", "全部达标", "没有未达标", "低于标准值"):
        assert claim not in text
    assert "仅供参考" not in text
    assert "小学计入3个校段；标准值没有取得，不逐校判定。" in text
    assert "单项差异系数不单独判定" in text


def test_the_composite_stands_below_the_coefficients_with_limit_and_verdict(county):
    rows = narrative.tabulate_coefficients(county).set_index("学段")
    assert rows.loc["小学", "结论"].tolist() == ["不单独判定"] * 8 + ["达标"]
    assert rows.loc["小学", "限值"].tolist() == ["—"] * 8 + ["0.65"]
    assert rows.loc["初中", "差异系数"].iloc[-1] == "无法判定"


def test_every_table_is_made_without_bars(county):
    for name in TABLES:
        getattr(narrative, f"tabulate_{name}")(county)
    assert narrative.tabulate_indicators(county)["缺数据"].sum() == 1
    assert set(narrative.tabulate_zones(county)["标准值"]) == {"—"}
    assert narrative.tabulate_rules(county)["小学"].tolist() == ["—"] * 8 + ["0.65"]


def test_the_trend_is_that_of_the_composite(history):
    text = narrative.describe_trend(history)
    # primary: 0.2 (two schools of distance 20) and one at the mean: sqrt(2/3) x 0.2 = 0.163
    assert "小学综合差异系数由2015年的0.163变为2016年的0.163（限值0.65）" in text
    assert "初中综合差异系数由2015年的无法判定变为2016年的无法判定" in text
    assert "有综合差异系数无法判定的年度：2015年、2016年" in text
    assert "达标校段占比" not in text
    table = narrative.tabulate_trend(history)
    assert table["综合差异系数"].tolist() == ["0.163", "无法判定"] * 2
    assert table["结论"].tolist() == ["达标", "无法判定"] * 2


def texts_of(figure):
    return "\n".join(
        text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text"))
    )


@pytest.mark.parametrize("draw", [figures.draw_bar_distance, figures.draw_gaps])
def test_figures_about_bars_say_that_there_are_none(county, draw):
    assert "标准值没有取得" in texts_of(draw(county))


def test_only_the_composite_has_a_limit_in_the_figure(county):
    figure = figures.draw_coefficients(county)
    assert figure.axes[0].get_title(loc="left") == "小学：综合差异系数0.163，没有超过限值"
    assert figure.axes[1].get_title(loc="left") == "初中：综合差异系数无法判定"
    [limit] = figure.axes[0].lines
    assert set(limit.get_xdata()) == {0.65}
    assert min(limit.get_ydata()) > 6  # beside the ninth row only
    assert "超过限值" not in figure.axes[1].get_title(loc="left")


def test_zones_are_held_against_the_county_without_bars(county):
    assert figures.draw_zones(county).axes[0].get_xlabel() == "平均值 ÷ 全县平均值（倍）"


def test_the_distribution_has_no_line_without_bars(county):
    figure = figures.draw_distributions(county)
    assert "标准值" not in texts_of(figure)
    assert "图书：1个缺数据" in texts_of(figure)


def test_the_trend_figure_shows_the_composite_only(history):
    figure = figures.draw_trend(history)
    [axis] = figure.axes
    assert axis.get_ylabel() == "综合差异系数 ÷ 限值（倍）"
    assert axis.get_title(loc="left") == "2个年度有综合差异系数无法判定"


# --- 山亭区


def test_shanting_is_judged_by_the_2012_standard_in_2016_and_by_the_other_from_2017_on():
    first, second = (yz.assess_county("shanting", year) for year in (2016, 2017))
    assert (first.standard.id, second.standard.id) == ("jiaodu-2012-3", "jiaodu-2017-6")
    assert not first.sections.frame["school_type"].eq("teaching_point").any()
    assert first.composite["verdict"].tolist() == ["met", "met"]
