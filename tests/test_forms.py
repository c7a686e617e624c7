"""The forms say what the assessment says, in the printed precision, and can be filed, summed and printed."""

import io
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import INDICATORS, R1, R5, good, judge, table, variant
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi import forms
from youzhi.counties import County, load_county
from youzhi.forms.blocks import body_blocks, head_blocks, head_depth
from youzhi.forms.layout import ABOVE, load_layouts
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

MISSING, NOTHING = "未提供", "——"
APPLICATION = [
    forms.fill_basics,
    forms.fill_met_counts,
    forms.fill_sections,
    forms.fill_coefficients,
    forms.fill_guarantee,
    forms.fill_quality,
    forms.fill_survey,
]


def card(**parts):
    return County(id="demo", name={"zh": "示范县"}, **parts)


def county_items(year=2020, **values):
    rows = [
        {"county": "demo", "year": year, "item": item, "value": value}
        for item, value in values.items()
    ]
    return yz.CountyItems.from_frame(pd.DataFrame(rows, dtype=object))


def cells(form, **where):
    """The only row in which every `where` holds, by the keys of the columns."""
    columns = {name: form.column(name) for name in form.ids}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    [row] = [row for row in rows if all(row[key] == value for key, value in where.items())]
    return row


def entries(form, code):
    """Label to number or word of one item of form Ⅳ or Ⅴ."""
    columns = [form.column(name) for name in ("code", "entry", "value")]
    return {entry: value for item, entry, value in zip(*columns, strict=True) if item == code}


def open_book(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def texts_of(sheet):
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.fixture(scope="module")
def yiyuan():
    """Every sixth school of Yiyuan with the county's own figures, and its card."""
    whole = yz.assess_county("yiyuan", 2020)
    schools = whole.sections.schools
    some = schools.select(np.arange(len(schools)) % 6 == 0)
    return yz.assess(some, items=whole.figures), load_county("yiyuan")


@pytest.fixture(scope="module")
def files(yiyuan):
    return forms.make_forms(*yiyuan)


@pytest.fixture(scope="module")
def books(files):
    """Each workbook, opened once."""
    return {name: open_book(content) for name, content in files.items() if name.endswith("xlsx")}


# --- Ⅰ


def test_basics_count_schools_of_every_kind_and_add_up_what_they_report():
    """Primary 300 + 60 + 100 + 40 = 500, junior 200; teaching points 60 and 40, of these one has 50."""
    rows = [
        {"school": "甲", "school_type": "primary", "pupils_primary": 300, "classes_primary": 8},
        {"school": "乙点", "school_type": "teaching_point", "pupils_primary": 60},
        {"school": "丙点", "school_type": "teaching_point", "pupils_primary": 40},
        {"school": "丁", "school_type": "nine_year", "pupils_primary": 100, "pupils_junior": 200},
        {"school": "戊特", "school_type": "special", "pupils_primary": 30, "pupils_junior": 0},
    ]
    [row] = forms.fill_basics(judge(rows), card()).rows
    filled = dict(zip([f"L{n}" for n in range(1, 25)], row, strict=True))
    assert {key: filled[key] for key in ("L9", "L10", "L11", "L14", "L15", "L16")} == {
        **{"L9": 1, "L10": 1, "L11": 0},
        **{"L14": 1, "L15": 2, "L16": 1},
    }
    assert (filled["L19"], filled["L20"]) == (500, 200)
    assert filled["L17"] == MISSING  # three of the schools do not say how many classes they have


def test_a_true_zero_is_a_number_and_a_missing_figure_is_a_word():
    items = county_items(towns=0, population_10k=Decimal("12.345"), rural_population_10k=None)
    form = forms.fill_basics(judge([good("甲")], items=items), card())
    [row] = form.rows
    assert row[form.ids.index("L3")] == 0
    assert row[form.ids.index("L1")] == Decimal("12.35")  # halves up, two decimals
    assert row[form.ids.index("L2")] == MISSING
    assert all(cell not in ("", None) for cell in row)


# --- Ⅱ


def test_met_counts_give_number_share_and_the_untold():
    """Two of three sections reach 1.5, one of them without a value: 1 of 3 = 33.3 %."""
    schools = [good("甲"), good("乙", grounds=7499), good("丙", grounds=None)]
    result = judge(schools)
    form = forms.fill_met_counts(result, card())
    assert cells(form, stage="小学", kind="达标校段数（个）")[R5] == 1
    assert cells(form, stage="小学", kind="占比（%）")[R5] == Decimal("33.3")
    assert cells(form, stage="小学", kind="无法判定（个）")[R5] == 1
    assert cells(form, stage="小学", kind="达标校段数（个）")[R1] == 3
    assert cells(form, stage="小学", kind="占比（%）")[R1] == Decimal("100.0")
    # 乙 misses one indicator and reaches its floor: met by the school rule; 丙 might miss the floor.
    assert cells(form, stage="小学", kind="达标校段数（个）")["verdict"] == 2
    assert cells(form, stage="小学", kind="无法判定（个）")["verdict"] == 1


def test_a_stage_without_sections_has_no_share():
    form = forms.fill_met_counts(judge([good("甲")]), card())
    assert cells(form, stage="初中", kind="达标校段数（个）")["sections"] == 0
    assert cells(form, stage="初中", kind="占比（%）")[R1] == NOTHING


def test_sections_say_which_indicators_meet_and_which_lie_above_the_floor():
    """Sports 6375 of 7500 is 85 % exactly, 6374 is below; 42 degree teachers for 1,000 pupils are 4.20."""
    schools = [
        good("甲", classes_primary=23, organiser_code=7),
        good("乙", grounds=6375),
        good("丙", grounds=6374, backbone=None),
    ]
    form = forms.fill_sections(judge(schools), card(stages={"primary": {"years": 5}}))
    first = cells(form, school="甲")
    assert (first["pupils"], first["classes"], first["organiser"], first["grades"]) == (
        *(1000, 23),
        *(7, 5),
    )
    assert str(first[R1]) == "4.20"
    assert (first["verdict"], first["remark"]) == ("达标", "各项均达标")
    assert cells(form, school="乙")["remark"] == "达标：1.1–1.4、1.6、1.7；85%～100%：1.5"
    third = cells(form, school="丙")
    assert third["remark"] == "达标：1.1、1.3、1.4、1.6、1.7；低于85%：1.5；缺数据：1.2"
    assert third["classes"] == third["organiser"] == MISSING


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling"])
def test_every_section_stands_in_the_table_of_sections_exactly_once(county):
    result = yz.assess_county(county, 2020, "jiaodu-2017-6")
    form = forms.fill_sections(result, load_county(county))
    stages = result.schools["stage"].map(result.standard.stage_names)
    expected = list(zip(stages, result.schools["school"], strict=True))
    filled = list(zip(form.column("stage"), form.column("school"), strict=True))
    assert filled == expected
    assert len(set(filled)) == len(filled)
    assert form.column("number") == list(range(1, len(expected) + 1))


def test_the_printed_values_of_the_sections_are_those_of_the_assessment(yiyuan):
    result, county = yiyuan
    form = forms.fill_sections(result, county)
    columns = [form.column(name) for name in INDICATORS]
    filled = [str(value) for row in zip(*columns, strict=True) for value in row]
    assert filled == [text or MISSING for text in result.indicators["printed"]]
    assert all(re.fullmatch(r"\d+\.\d\d", value) for value in filled)


def test_the_footer_counts_the_sections_by_kind():
    rows = [good("甲"), good("乙"), good("丙", "junior")]
    form = forms.fill_sections(judge(rows), card())
    assert "校段合计：小学2个（小学2个），初中1个（初中1个）。" in form.footer


# --- Ⅲ


def test_coefficients_have_three_decimals_and_means_two():
    """Sports of 1,000 pupils each: 7,500 and 22,500; mean 15.00, deviation 7.5, coefficient 0.500."""
    form = forms.fill_coefficients(judge([good("甲"), good("乙", grounds=22500)]), card())
    assert str(cells(form, stage="小学", kind="县平均值")[R5]) == "15.00"
    assert str(cells(form, stage="小学", kind="差异系数")[R5]) == "0.500"
    assert str(cells(form, stage="小学", kind="差异系数")[R1]) == "0.000"  # a true zero
    # The mean of 0.5 and six zeros: 0.0714…
    assert str(cells(form, stage="小学", kind="差异系数")["composite"]) == "0.071"
    assert cells(form, stage="小学", kind="县平均值")["composite"] == NOTHING
    assert cells(form, stage="初中", kind="差异系数")[R5] == NOTHING


def test_a_coefficient_that_lacks_a_value_is_missing_and_one_about_zero_cannot_be_computed():
    lacking = forms.fill_coefficients(judge([good("甲"), good("乙", grounds=None)]), card())
    assert cells(lacking, stage="小学", kind="差异系数")[R5] == MISSING
    assert cells(lacking, stage="小学", kind="差异系数")["composite"] == MISSING
    zero = forms.fill_coefficients(judge([good("甲", backbone=0), good("乙", backbone=0)]), card())
    assert cells(zero, stage="小学", kind="差异系数")[INDICATORS[1]] == "无法计算"
    assert str(cells(zero, stage="小学", kind="县平均值")[INDICATORS[1]]) == "0.00"


# --- Ⅳ Ⅴ Ⅵ


def test_the_counts_stand_beside_their_share():
    """256 of 550 exchanged are 46.5 %, 124 of 256 backbone teachers 48.4 % (源教体字〔2021〕18号 附件2 2.11)."""
    items = county_items(
        exchange_eligible_teachers=550, exchanged_teachers=256, exchanged_backbone_teachers=124
    )
    form = forms.fill_guarantee(judge([good("甲")], items=items), card())
    assert entries(form, "2.11") == {
        "交流轮岗教师": 256,
        "符合交流条件的教师": 550,
        "交流轮岗教师占比": Decimal("46.5"),
        "交流轮岗的骨干教师": 124,
        "交流轮岗教师中骨干教师占比": Decimal("48.4"),
    }
    assert cells(form, code="2.11", entry="交流轮岗教师占比")["verdict"] == "达标"


def test_an_item_that_nobody_reported_is_missing_and_not_met():
    form = forms.fill_guarantee(judge([good("甲")]), card())
    assert set(entries(form, "2.11").values()) == {MISSING}
    assert cells(form, code="2.1", entry="规划布局认定")["verdict"] == "无法判定"


def test_retention_shows_its_flows():
    """(95 − 3 + 4) ÷ (101 − 1) = 96.0 %."""
    flows = {"graduates": 95, "entrants_before": 101, "transferred_in": 3}
    flows |= {"transferred_out": 4, "deaths": 1}
    form = forms.fill_quality(judge([good("甲", "junior", **flows)]), card())
    assert list(entries(form, "3.1").values()) == [95, 4, 3, 101, 1, Decimal("96.0")]
    assert form.column("verdict")[0] == "达标"


def test_monitoring_tells_missing_from_not_monitored():
    items = county_items(
        monitoring_level_chinese=3,
        monitoring_difference_chinese=Decimal("0.149"),
        monitoring_level_pe="not_applicable",
    )
    told = entries(forms.fill_quality(judge([good("甲")], items=items), card()), "3.9")
    assert len(told) == 12
    assert (told["语文学业水平等级"], told["语文校际差异率"]) == (3, Decimal("0.149"))
    assert (told["体育学业水平等级"], told["德育学业水平等级"]) == ("未监测", MISSING)


def test_survey_shares_are_computed_and_what_is_not_asked_is_a_dash():
    """1,700 of 2,000 are 85.0 %."""
    items = county_items(survey_sent=2100, survey_valid=2000, survey_satisfied=1700, interviews=0)
    form = forms.fill_survey(judge([good("甲")], items=items), card())
    whole, parents, talks = (list(row) for row in form.rows)
    assert whole[1:] == [2100, 2000, 1700, Decimal("85.0")]
    assert parents[1:] == [NOTHING, MISSING, MISSING, MISSING]
    assert talks[1:] == [NOTHING, 0, MISSING, MISSING]


@pytest.mark.parametrize("fill", [forms.fill_guarantee, forms.fill_quality])
def test_every_item_of_a_part_stands_in_its_form_with_its_verdict(yiyuan, fill):
    result, county = yiyuan
    form = fill(result, county)
    words = {MET: "达标", NOT_MET: "未达标", CANNOT_TELL: "无法判定"}
    part = "guarantee" if fill is forms.fill_guarantee else "quality"
    items = result.items[result.items["part"] == part]
    expected = dict(zip(items["code"], items["verdict"].map(words), strict=True))
    assert dict(zip(form.column("code"), form.column("verdict"), strict=True)) == expected


# --- annexes


def test_duties_name_the_departments_of_the_card():
    departments = [
        {"code": "1.1", "names": ["人事科", "财务科"], "source": "某文件", "confidence": "V"}
    ]
    form = forms.fill_duties(judge([good("甲")]), card(department=departments))
    row = cells(form, code="1.1")
    assert row["departments"] == "人事科、财务科"
    assert "小学4.2" in row["label"]
    assert cells(form, code="1.2")["departments"] == MISSING
    assert form.column("part")[0] == "资源配置"


def test_self_check_has_the_verdict_of_the_data_and_the_measures_of_the_card():
    entry = {"year": 2020, "code": "1.5", "printed": "1.5", "verdict": "met", "deadline": "2021-09"}
    entry |= {"departments": ["体卫科"], "measure": "挖潜", "source": "某文件", "confidence": "V"}
    result = judge([good("甲", grounds=7499)])
    form = forms.fill_self_check(result, card(self_check=[entry]))
    [at] = [at for at, label in enumerate(form.column("label")) if label.startswith("1.5 ")]
    row = dict(zip(form.ids, form.rows[at], strict=True))
    told = [row[key] for key in ("departments", "verdict", "deadline", "measure")]
    assert told == ["体卫科", "否", "2021年9月", "挖潜"]
    assert any("不同（含无法判定）的行：1.5" in line for line in form.footer)
    later = forms.fill_self_check(judge([good("甲")], year=2021), card(self_check=[entry]))
    assert set(later.column("measure")) == {MISSING}  # last year's measures are not this year's


@pytest.mark.parametrize(
    ("value", "word"), [("absent", "不存在"), ("present", "存在"), (None, MISSING)]
)
def test_a_veto_says_whether_it_exists(value, word):
    result = judge([good("甲")], items=county_items(veto_key_schools=value))
    form = forms.fill_self_check(result, card())
    row = cells(form, label="4.3 是否存在：重点学校或重点班")
    assert (row["verdict"], row["deadline"]) == (word, NOTHING)


def test_tasks_of_the_card_stand_beside_their_items_and_the_general_ones_below():
    source = {"source": "某文件", "confidence": "V"}
    departments = [
        {"code": "1.1", "task": "配足教师", "names": ["编办"], **source},
        {"task": "督导检查", "names": ["督导室"], **source},
    ]
    form = forms.fill_tasks(judge([good("甲")]), card(department=departments))
    assert form.column("task")[0] == "配足教师"
    assert form.column("task")[1] == MISSING
    assert [form.column(name)[-1] for name in ("part", "task", "departments")] == [
        "其他任务",
        "督导检查",
        "督导室",
    ]


def test_annexes_have_a_row_for_every_row_of_the_self_check(yiyuan):
    result, county = yiyuan
    duties, self_check, tasks = forms.fill_annexes(result, county)
    general = tasks.column("part").count("其他任务")
    assert len(duties.rows) == len(self_check.rows) == len(tasks.rows) - general == 43
    assert duties.column("code") == list(result.rows["code"])


# --- a school's own sheet


def test_a_school_sees_its_values_its_bars_and_what_it_lacks():
    """7,000 of 7,500 m² for 1,000 pupils: 500 m² to the bar, none to the floor of 6,375 m²."""
    sheets = forms.SchoolSheets(judge([good("甲", grounds=7000)]), card())
    values, *_, figures = sheets.fill_school("甲")
    row = cells(values, indicator="1.5 体育场馆")
    assert str(row["value"]) == "7.00"
    assert (row["bar"], row["floor"]) == (Decimal("7.5"), Decimal("6.375"))
    assert (row["to_bar"], row["to_floor"], row["gap_unit"]) == (500, 0, "㎡")
    assert cells(values, indicator="1.1 高学历教师")["to_bar"] == 0
    told = dict(zip(figures.column("label"), figures.column("value"), strict=True))
    assert (told["小学学生人数"], told["学校类型"]) == (1000, "小学")
    assert told["学校代码"] == "甲"
    assert told["小学班级数"] == MISSING
    assert told["初中学生人数"] == told["初中毕业学生人数"] == NOTHING  # a primary school has none


def test_a_school_sees_the_items_that_concern_it():
    """25 classes need three music and three art rooms: 0 of either kind, so six are missing."""
    rooms = {"classes_primary": 25, "music_room_areas_m2": "60", "art_room_areas_m2": "60"}
    sheets = forms.SchoolSheets(judge([good("甲", **rooms), good("乙")], year=2024), card())
    _, items, _ = sheets.fill_school("甲")
    assert cells(items, code="2.3")["amount"] == 6
    index = sheets.fill_index()
    assert "2.3" in cells(index, name="甲")["items"]


def test_a_school_that_does_not_count_is_told_why():
    rows = [good("甲"), {"school": "乙点", "school_type": "teaching_point", "pupils_primary": 49}]
    sheets = forms.SchoolSheets(judge(rows), card())
    values, *_ = sheets.fill_school("乙点")
    assert values.column("indicator") == ["不计入资源配置指标"]
    assert any("不足50人的教学点" in line for line in values.footer)
    assert cells(sheets.fill_index(), name="乙点")["primary"] == "不计入资源配置指标"


def test_a_value_that_cannot_be_told_has_no_gap():
    sheets = forms.SchoolSheets(judge([good("甲", grounds=None)]), card())
    row = cells(sheets.fill_school("甲")[0], indicator="1.5 体育场馆")
    assert (row["value"], row["verdict"], row["to_bar"]) == (MISSING, "无法判定", "无法判定")


def test_figures_keep_every_digit_and_codes_stay_text():
    rows = [good("甲", school_id="0370323001", rooms=Decimal("4500.123456789012345678"))]
    figures = forms.SchoolSheets(judge(rows), card()).fill_school("甲")[-1]
    told = dict(zip(figures.column("label"), figures.column("value"), strict=True))
    assert told["学校代码"] == "0370323001"
    assert str(told["教学及辅助用房面积（㎡）"]) == "4500.123456789012345678"


def test_every_school_has_a_sheet_that_the_index_links_to(yiyuan, books):
    result, _ = yiyuan
    book = books["学校自评表.xlsx"]
    names = list(result.sections.schools.texts("school"))
    assert len(book.worksheets) == 1 + len(names)
    index = book.worksheets[0]
    linked = [cell for row in index.iter_rows() for cell in row if cell.hyperlink]
    assert [cell.value for cell in linked] == names
    for cell, sheet in zip(linked, book.worksheets[1:], strict=True):
        assert cell.hyperlink.location == f"'{sheet.title}'!A1"
        assert cell.value in sheet["A1"].value


# --- every form


def test_every_form_tells_county_year_standard_kinds_files_and_method(yiyuan):
    result, county = yiyuan
    sheet = forms.SchoolSheets(result, county)
    made = forms.fill_application(result, county) + forms.fill_annexes(result, county)
    made += [sheet.fill_index(), *sheet.fill_school(sheet.names[0])]
    assert len(made) >= 11
    digest = result.sections.schools.digest[:16]
    for form in made:
        footer = "\n".join(form.footer)
        for told in ("沂源县", "2020年", "教督〔2017〕6号", "模拟数据", digest, "填报口径"):
            assert told in footer, form.title
        assert "模拟数据" in form.title


def test_real_data_are_not_called_synthetic():
    form = forms.fill_basics(judge([good("甲", data_kind="real")]), card())
    assert "模拟" not in "".join([form.title, *form.footer])


def test_no_cell_of_any_form_is_empty(yiyuan):
    for fill in APPLICATION:
        form = fill(*yiyuan)
        for row in form.rows:
            assert all(cell is ABOVE or str(cell).strip() for cell in row), form.title


def test_a_table_without_rows_says_so():
    result = judge([{"school": "乙点", "school_type": "teaching_point", "pupils_primary": 49}])
    assert set(forms.fill_sections(result, card()).rows[0]) == {"无"}
    assert len(forms.make_forms(result, card())) == 6


def test_several_county_years_are_refused():
    both = yz.SchoolTable.from_frame(
        pd.DataFrame([{"county": "demo", "year": y, **good("甲")} for y in (2020, 2021)])
    )
    with pytest.raises(yz.YouzhiError, match="2个县年"):
        forms.fill_basics(yz.assess(both), card())


def test_a_standard_without_bars_leaves_forms_out_and_says_why():
    result = yz.assess_county("shanting", 2020, "jiaodu-2012-3")
    made = forms.fill_application(result, load_county("shanting"))
    assert [form.id for form in made if form.id != "other_items"] == [
        *("basics", "sections", "coefficients"),
        "omitted",
    ]
    assert len(made[-1].rows) == 4
    assert all(reason.startswith("评估标准没有") for reason in made[-1].column("reason"))
    composite = made[[form.id for form in made].index("coefficients")]
    assert any("限值：小学0.65，初中0.55" in line for line in composite.footer)


def test_a_school_of_a_standard_without_bars_has_no_gaps():
    result = judge([good("甲", books=20000, organiser_code=7)], standard="jiaodu-2012-3")
    assert len(result.schools) == 1
    assert len(forms.make_forms(result, card())) == 6
    values = forms.SchoolSheets(result, card()).fill_school("甲")[0]
    assert set(values.column("bar")) == set(values.column("to_bar")) == {NOTHING}


def test_columns_of_every_form_are_named_once():
    for layout in load_layouts().form:
        ids = [column.id for column in layout.column]
        assert len(set(ids)) == len(ids), layout.id


# --- workbooks


def test_workbook_says_in_every_cell_what_the_form_says(yiyuan, books):
    made = forms.fill_application(*yiyuan)
    book = books["申报表.xlsx"]
    assert book.sheetnames == ["Ⅰ", "Ⅱ-1", "Ⅱ-2", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ"]
    for form, sheet in zip(made, book.worksheets, strict=True):
        top = 2 + len(form.lines) + head_depth(form)
        for block in body_blocks(form):
            cell = sheet.cell(top + block.top, 1 + block.left)
            if isinstance(block.value, str):
                assert (cell.value, cell.data_type) == (block.value, "s")
            else:
                assert cell.data_type == "n"
                assert cell.alignment.shrink_to_fit  # a wide number is never ####
                assert cell.value == pytest.approx(float(block.value))
                places = max(0, -Decimal(block.value).as_tuple().exponent)
                assert cell.number_format == ("0." + "0" * places if places else "0")


def test_numbers_of_the_workbook_can_be_summed(yiyuan, books):
    result, _ = yiyuan
    sheet = books["申报表.xlsx"]["Ⅱ-2"]
    column = forms.fill_sections(*yiyuan).ids.index("pupils") + 1
    pupils = [row[column - 1].value for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert sum(pupils) == result.schools["pupils"].sum()


HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "'=1",
    "{=1}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_looks_like_a_formula_is_text(name):
    result = judge([good(name, school_id="=9")])
    made = forms.make_forms(result, card())
    seen = 0
    for content in (made["申报表.xlsx"], made["学校自评表.xlsx"]):
        for sheet in open_book(content).worksheets:
            for row in sheet.iter_rows():
                assert all(cell.data_type in "sn" for cell in row)
                named = [cell for cell in row if str(cell.value).strip() == name.strip()]
                assert all(cell.quotePrefix or name[0] == "{" for cell in named)
                seen += len(named)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheets = [part for part in archive.namelist() if "worksheets/sheet" in part]
            assert not any(b"<f>" in archive.read(part) for part in sheets)
    assert seen >= 2


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_name_can_be_written_and_read_again(name):
    form = forms.Form("x", name, (name,), load_layouts().form[-1].column, ((name, name),), (name,))
    [sheet] = open_book(forms.write_xlsx({name: [form]})).worksheets
    assert 0 < len(sheet.title) <= 31
    docx.Document(io.BytesIO(forms.write_docx([[form]], name)))


def test_sheets_of_the_same_name_are_told_apart():
    form = forms.fill_basics(judge([good("甲")]), card())
    names = ["校" * 40, "校" * 39, "a/b", "a?b", "A b"]
    book = open_book(forms.write_xlsx({name: [form] for name in names}))
    titles = [title.lower() for title in book.sheetnames]
    assert len(set(titles)) == 5
    assert max(map(len, titles)) <= 31


def test_every_sheet_is_marked_as_synthetic(books):
    for book in books.values():
        for sheet in book.worksheets:
            assert "模拟数据" in sheet["A1"].value
            assert any("不得用于申报" in text for text in texts_of(sheet))


def test_every_sheet_prints_on_a4_as_wide_as_the_page_with_its_heads_repeated(yiyuan, books):
    wide = {form.title: form.landscape for form in forms.fill_application(*yiyuan)}
    for sheet in books["申报表.xlsx"].worksheets:
        assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
        orientation = "landscape" if wide[sheet["A1"].value] else "portrait"
        assert sheet.page_setup.orientation == orientation
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        first, last = map(int, re.findall(r"\d+", sheet.print_title_rows))
        assert sheet.cell(first, 1).value
        assert sheet.freeze_panes == f"A{last + 1}"
        assert "&P" in sheet.oddFooter.center.text


def test_text_has_room_in_its_row(yiyuan, books):
    """No row is lower than its lines need: 13.5 points a line of 10-point text."""
    book = books["申报表.xlsx"]
    sheet, form = book["Ⅱ-2"], forms.fill_sections(*yiyuan)
    column = form.ids.index("remark")
    width = form.columns[column].width - 1
    top = 2 + len(form.lines) + head_depth(form)
    for at, text in enumerate(form.column("remark")):
        lines = -(-sum(2 if ord(sign) > 0x2000 else 1 for sign in text) // width)
        assert sheet.row_dimensions[top + at].height >= lines * 10


def test_rows_that_belong_together_begin_no_page_in_their_middle(yiyuan, books):
    form, sheet = forms.fill_guarantee(*yiyuan), books["申报表.xlsx"]["Ⅳ"]
    top = 2 + len(form.lines) + head_depth(form)
    inside = {top + at for at, row in enumerate(form.rows) if row[0] is ABOVE}
    begins = [mark.id + 1 for mark in sheet.row_breaks.brk]
    assert begins  # fifty lines do not fit on one page
    assert not inside & set(begins)


def test_heads_of_the_same_text_are_one_cell(yiyuan):
    form = forms.fill_met_counts(*yiyuan)
    [block] = [block for block in head_blocks(form) if block.value == "达到标准值"]
    assert (block.top, block.bottom, block.left, block.right) == (0, 0, 3, 9)
    sheet = open_book(forms.write_xlsx({"x": [form]})).worksheets[0]
    assert "D3:J3" in {str(merged) for merged in sheet.merged_cells.ranges}


# --- documents


def test_document_says_in_every_cell_what_the_form_says(yiyuan, files):
    made = forms.fill_application(*yiyuan)
    document = docx.Document(io.BytesIO(files["申报表.docx"]))
    assert len(document.tables) == len(made)
    for form, written in zip(made, document.tables, strict=True):
        depth, rows = head_depth(form), [row.cells for row in written.rows]
        for block in body_blocks(form):
            assert rows[depth + block.top][block.left].text == str(block.value)


def test_document_has_the_paper_fonts_and_heads_of_an_official_paper(yiyuan, files):
    made = forms.fill_application(*yiyuan)
    document = docx.Document(io.BytesIO(files["申报表.docx"]))
    assert [section.orientation for section in document.sections] == [
        WD_ORIENT.LANDSCAPE if form.landscape else WD_ORIENT.PORTRAIT for form in made
    ]
    for section in document.sections:
        assert {round(section.page_width.mm), round(section.page_height.mm)} == {210, 297}
    upright = next(s for s in document.sections if s.orientation == WD_ORIENT.PORTRAIT)
    assert (round(upright.top_margin.mm), round(upright.left_margin.mm)) == (37, 28)
    fonts = {run._r.rPr.rFonts.get(qn("w:eastAsia")) for p in document.paragraphs for run in p.runs}
    assert fonts == {"方正小标宋简体", "黑体", "仿宋_GB2312"}
    for form, written in zip(made, document.tables, strict=True):
        for at, row in enumerate(written.rows):
            marks = {child.tag for child in row._tr.trPr}
            assert qn("w:cantSplit") in marks
            assert (qn("w:tblHeader") in marks) == (at < head_depth(form))


def test_fonts_that_are_not_installed_have_a_stand_in(files):
    with zipfile.ZipFile(io.BytesIO(files["申报表.docx"])) as archive:
        table_of_fonts = archive.read("word/fontTable.xml").decode("utf-8")
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in table_of_fonts


def test_every_table_of_the_documents_is_marked_as_synthetic(files):
    for name in ("申报表.docx", "计划附件.docx"):
        document = docx.Document(io.BytesIO(files[name]))
        texts = [paragraph.text for paragraph in document.paragraphs]
        assert sum("（模拟数据，仅供演示）" in text for text in texts) == len(document.tables)
        assert sum("不得用于申报" in text for text in texts) == len(document.tables)


# --- the same forms, the same bytes


def test_files_tell_no_time(files):
    for content in files.values():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert b"dcterms:" not in re.sub(
                rb"xmlns:\w+=\S+", b"", archive.read("docProps/core.xml")
            )


def test_two_runs_give_the_same_bytes():
    code = (
        "import hashlib\nfrom conftest import good, judge\nfrom youzhi.counties import County\n"
        "from youzhi.forms import make_forms\n"
        "schools = [good(name, grounds=1000 * n) for n, name in enumerate('甲乙丙丁戊', 5)]\n"
        "files = make_forms(judge(schools), County(id='demo', name={'zh': '示范县'}))\n"
        "print([(name, hashlib.sha256(content).hexdigest()) for name, content in files.items()])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_order_of_the_schools_in_the_file_changes_no_form():
    schools = [good("甲", school_id="1"), good("乙", school_id="2", grounds=7000)]
    made = [
        forms.write_xlsx({"x": [forms.fill_sections(yz.assess(table(rows)), card())]})
        for rows in (schools, schools[::-1])
    ]
    assert made[0] == made[1]


def test_a_floor_of_another_standard_stands_in_the_remarks(standard):
    rule = standard.school_rule.model_dump() | {"floor": Decimal("0.9")}
    result = judge([good("甲", grounds=7000)], standard=variant(school_rule=rule))
    form = forms.fill_sections(result, card())
    assert "90%～100%：1.5" in form.column("remark")[0]


def test_the_document_of_the_schools_has_a_title_and_a_table_for_every_school(files, yiyuan):
    """Heads of the values, of the items and of the figures follow each other, school by school."""
    result, card = yiyuan
    document = docx.Document(io.BytesIO(files["学校自评表.docx"]))
    titles = [text for paragraph in document.paragraphs if (text := paragraph.text.strip())]
    sheets = forms.SchoolSheets(result, card)
    wanted = [form.title for name in sheets.names for form in sheets.fill_school(name)]
    told = set(wanted)
    assert [title for title in titles if title in told] == wanted
    assert len(document.tables) == len(wanted) + 1
    assert titles[0] == "沂源县学校自评表"


def test_forms_of_one_group_share_a_page_and_what_their_footers_both_say(yiyuan):
    sheets = forms.SchoolSheets(*yiyuan)
    name = next(name for name in sheets.names if len(sheets.fill_school(name)) == 3)
    values, items, figures = sheets.fill_school(name)
    document = docx.Document(io.BytesIO(forms.write_docx([[values, items, figures]])))
    assert len(document.sections) == 2  # the figures ask for a page of their own
    texts = [paragraph.text for paragraph in document.paragraphs]
    shared = next(line for line in items.footer if line.startswith("评估标准"))
    assert shared in values.footer
    assert texts.count(shared) == 2  # once on each page
