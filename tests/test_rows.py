"""The lines of a self-check, and the sentence that each part adds to the verdict."""

import pandas as pd
import pytest
from conftest import (
    MET_FIGURES,
    MET_SCHOOLS,
    good,
    items_of,
    judge,
    met_county,
    met_schools,
    table,
)

import youzhi as yz
from youzhi.tables import stack_tables

TOP = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"]
VETOES = ["4.1", "4.2", "4.3", "4.4", "4.5", "4.6"]
# Contradicts itself: a primary school with teachers and nobody to teach.
ODD = {"school": "戊校", "school_type": "primary", "pupils_primary": 0, "teachers_primary": 3}


@pytest.fixture(scope="module")
def met():
    return met_county()


def line(result, code):
    rows = result.rows[result.rows["code"] == code]
    assert len(rows) == 1
    return rows.iloc[0]


def reason(result, part, stage=""):
    rows = result.reasons[(result.reasons["part"] == part) & (result.reasons["stage"] == stage)]
    assert len(rows) == 1
    return rows["reason"].iat[0]


# --------------------------------------------------------------------------------- lines


def test_lines_stand_in_the_order_of_the_document(met):
    codes = met.rows["code"].tolist()
    assert codes == [*TOP, *(item.code for item in met.standard.item)]
    assert codes[8:13] == ["2.1", "2.2(1)", "2.2(2)", "2.2(3)", "2.2(4)"]
    assert codes.index("2.9") < codes.index("2.10")
    assert codes[-7:] == ["S1", *VETOES]
    assert met.rows.columns.tolist() == [
        *("county", "year", "code", "part", "label", "verdict", "value", "reason", "source"),
        "data_kinds",
        "figure_sources",
    ]


def test_every_line_has_a_label_a_reason_and_a_source(met):
    assert set(met.rows["verdict"]) == {"met"}
    for name in ("label", "reason", "source", "part"):
        assert met.rows[name].str.len().min() > 0, name


def test_an_indicator_is_met_only_when_every_section_reaches_the_bar():
    """4,499 m² for 1,000 pupils are 4.499 of 4.5: the school rule forgives one indicator, the line does not."""
    result = met_county({}, good("己校", rooms=4499, organiser_code=7, boarding=False))
    forgiven = result.schools.set_index("school").loc["己校"]
    assert (forgiven["verdict"], forgiven["met"]) == ("met", 6)
    row = line(result, "1.4")
    assert row["verdict"] == "not_met"
    assert row["reason"].startswith("小学2个校段中1个低于标准值；初中1个校段中0个低于标准值")
    assert [line(result, code)["verdict"] for code in TOP if code != "1.4"] == ["met"] * 7


def test_the_bar_of_both_stages_is_told_as_the_document_writes_it(met):
    assert line(met, "1.4")["value"] == "标准值小学4.5、初中5.8（㎡/生）"
    assert line(met, "1.6")["value"] == "标准值小学2000、初中2500（元/生）"


def test_a_missing_value_leaves_the_line_open_and_a_failing_one_beside_it_decides():
    unknown = judge([good("甲校"), good("乙校", rooms=None)])
    assert line(unknown, "1.4")["verdict"] == "cannot_tell"
    assert line(unknown, "1.4")["reason"] == "小学2个校段中0个低于标准值、1个缺数据"
    both = judge([good("甲校", rooms=1), good("乙校", rooms=None)])
    assert line(both, "1.4")["verdict"] == "not_met"
    assert line(both, "1.4")["reason"] == "小学2个校段中1个低于标准值、1个缺数据"


def test_sections_set_aside_leave_every_line_of_the_resources_open_and_are_told():
    result = judge([good("甲校"), ODD])
    for code in TOP:
        row = line(result, code)
        assert row["verdict"] == "cannot_tell"
        assert row["reason"].endswith("；另有1个校段暂时搁置、不计入")
    failing = judge([good("甲校", rooms=1), ODD])
    assert line(failing, "1.4")["verdict"] == "not_met"


def test_a_county_without_counted_schools_has_open_lines_not_met_ones():
    result = judge([{"school": "丁特", "school_type": "special", "pupils_primary": 30}])
    for code in TOP:
        assert line(result, code)["verdict"] == "cannot_tell"
        assert line(result, code)["reason"] == "没有计入的学校"
    assert line(result, "1.8")["value"] == ""


def test_the_largest_coefficient_of_each_stage_is_told_beside_its_own_limit():
    """Two schools with rooms 4,500 and 13,500: mean 9, deviations 4.5, cv 0.5, which is not over 0.50.

    Junior: 5,800 and 15,000: mean 10.4, deviations 4.6, cv 0.442 of 0.45; with 15,600: 4.9/10.7 = 0.458.
    """
    primary = [good("甲校"), good("乙校", rooms=13_500)]
    result = judge([*primary, good("丙中", "junior"), good("丁中", "junior", rooms=15_000)])
    assert line(result, "1.8")["verdict"] == "met"
    assert line(result, "1.8")["value"] == "小学最大0.500、初中最大0.442"
    result = judge([*primary, good("丙中", "junior"), good("丁中", "junior", rooms=15_600)])
    row = line(result, "1.8")
    assert (row["verdict"], row["value"]) == ("not_met", "小学最大0.500、初中最大0.458")
    assert row["reason"] == "小学7项中0项超过0.5；初中7项中1项超过0.45"


def test_an_unknown_coefficient_leaves_the_dispersion_open():
    row = line(judge([good("甲校"), good("乙校", equipment=None)]), "1.8")
    assert row["verdict"] == "cannot_tell"
    assert row["reason"] == "小学7项中0项超过0.5、1项无法判定"


def test_a_standard_that_judges_the_mean_has_one_line_for_the_resources():
    result = judge(met_schools(), standard="jiaodu-2012-3")
    rows = result.rows
    assert rows["part"].tolist().count("dispersion") == 1
    assert "resources" not in set(rows["part"])
    assert rows["code"].tolist()[1:] == [item.code for item in result.standard.item]
    assert "1项中0项超过" in rows["reason"].iat[0]


def test_several_years_keep_their_lines_apart_and_sums_to_their_own():
    years = [
        table([good("甲校", rooms=rooms)], year=year) for rooms, year in ((1, 2020), (4500, 2021))
    ]
    result = yz.assess(stack_tables(years))
    rows = result.rows[result.rows["code"] == "1.4"]
    assert rows[["year", "verdict"]].values.tolist() == [[2020, "not_met"], [2021, "met"]]


# ------------------------------------------------------------------------------- reasons


def test_parts_that_are_met_say_so_in_one_sentence(met):
    assert met.verdict == "met"
    assert reason(met, "guarantee") == "政府保障程度15项全部达标"
    assert reason(met, "quality") == "教育质量9项全部达标"
    assert reason(met, "recognition") == "社会认可度1项全部达标"
    assert reason(met, "veto") == "否决性指标6项均不存在"


def test_failing_and_unknown_items_are_counted_apart():
    result = met_county({"layout_finding": "not_met", "civil_servant_pay_yuan": None})
    assert reason(result, "guarantee") == "政府保障程度15项中1项未达标（2.1）、1项无法判定（2.8）"


def two(*states):
    names = ("construction_standard", "staffing_standard", "funding_standard", "equipment_standard")
    return {f"{name}_finding": state for name, state in zip(names, states, strict=False)}


def test_an_item_of_several_lines_counts_once():
    result = met_county(two("not_met", "not_met"))
    assert reason(result, "guarantee") == "政府保障程度15项中1项未达标（2.2(1)、2.2(2)）"
    result = met_county(two("not_met", "not_met", "not_met", "not_met"))
    assert "15项中1项未达标（2.2(1)、2.2(2)、2.2(3)、2.2(4)）" in reason(result, "guarantee")


def test_an_item_with_a_failing_and_an_unknown_line_is_not_met_and_counts_once():
    result = met_county(two("not_met", None))
    assert reason(result, "guarantee") == "政府保障程度15项中1项未达标（2.2(1)）"
    assert line(result, "2.2(2)")["verdict"] == "cannot_tell"


def test_the_items_told_never_exceed_the_items_of_the_part():
    """2.2(1) fails, every other finding is missing; six items of the part rest on findings, 2.2 among them."""
    silent = dict.fromkeys(name for name in MET_FIGURES if name.endswith("_finding"))
    result = met_county(silent | {"construction_standard_finding": "not_met"})
    told = "政府保障程度15项中1项未达标（2.2(1)）、5项无法判定（2.1、2.8、2.10、2.14、2.15）"
    assert reason(result, "guarantee") == told
    assert result.verdict == "not_met"


def test_a_veto_decides_alone():
    result = met_county({"veto_major_incident": "present"})
    assert result.verdict == "not_met"
    assert reason(result, "veto") == "否决性指标6项中1项存在（4.5），一票否决"
    failing = result.reasons.loc[result.reasons["verdict"] == "not_met", "part"]
    assert failing.tolist() == ["veto"]


def test_a_veto_that_nobody_ruled_out_leaves_the_county_open():
    result = met_county({"veto_major_incident": None})
    assert result.verdict == "cannot_tell"
    assert reason(result, "veto") == "否决性指标6项中1项无法判定（4.5）"
    assert "一票否决" not in reason(result, "veto")


def test_without_county_figures_every_veto_is_open():
    result = judge(met_schools(), year=2023)
    assert reason(result, "veto") == f"否决性指标6项中6项无法判定（{'、'.join(VETOES)}）"
    assert result.verdict == "cannot_tell"


def test_the_year_that_has_county_figures_lends_none_to_the_other():
    tables = [table(list(MET_SCHOOLS.values()), year=year) for year in (2022, 2023)]
    result = yz.assess(stack_tables(tables), items=items_of(year=2023, **MET_FIGURES))
    verdicts = dict(zip(result.verdicts["year"], result.verdicts["verdict"], strict=True))
    assert verdicts == {2022: "cannot_tell", 2023: "met"}


@pytest.mark.parametrize("standard", ["jiaodu-2017-6", "jiaodu-2012-3"])
def test_the_county_verdict_is_the_worst_of_its_reasons(standard):
    result = yz.assess_county("shanting", 2018, standard)
    order = ["not_met", "cannot_tell", "met"]
    worst = min(result.reasons["verdict"], key=order.index)
    assert result.verdict == worst
    parts = pd.unique(result.reasons["part"]).tolist()
    assert parts[-len(result.standard.part) :] == [part.id for part in result.standard.part]
