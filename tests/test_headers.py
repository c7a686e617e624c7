"""Heads as counties write them: titles, units, groups of columns, totals and notes; nothing is shifted, nothing is guessed."""

import tomllib
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi.columns import load_columns
from youzhi.intake import findings
from youzhi.intake.files.csvs import read_text
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.wide.head_faults import find_personal
from youzhi.intake.wide.headers import read_sheet
from youzhi.intake.wide.heads import find_head
from youzhi.intake.wide.labels import Labels, make_names, split_unit
from youzhi.intake.wide.personal import is_personal, mask_numbers
from youzhi.intake.wide.titles import read_titles
from youzhi.intake.wide.totals import find_total

HEAD = ["学校代码", "学校名称", "学校类型", "小学学生人数", "教学及辅助用房面积（㎡）"]
ROWS = [
    ["0370323001", "甲校", "小学", "120", "600.50"],
    ["0370323002", "乙校", "教学点", "49", ""],
    ["0370323003", "丙校", "小学", "31", "1200"],
]
NAMES = make_names(load_columns())
IDENTITY = "370323199001011234"
MOBILE = "13812345678"


def read(rows, kind="xlsx", mapping=None, title="学校表", **known):
    sheet = Sheet(title, rows, **known)
    return read_sheet(Source(f"a.{kind}", "0" * 64, kind, "", [sheet]), sheet, mapping)


def rules(reading, outcome=None):
    return [found.rule for found in reading.findings if outcome is None or found.outcome == outcome]


def found(reading, rule):
    return [finding for finding in reading.findings if finding.rule == rule]


def texts(reading, field):
    return [record.cells[field].text for record in reading.records]


def units(reading):
    return {field: cell.unit for field, cell in reading.records[0].cells.items()}


# ------------------------------------------------------------------ one header at a time


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("学校名称", "school", ""),
        ("学 校\n名 称", "school", ""),
        ("学校名称（必填）", "school", ""),
        ("小学学生人数", "pupils_primary", ""),
        ("小学学生数", "pupils_primary", ""),
        ("小学在校学生", "pupils_primary", ""),
        ("小学在校生数（人）", "pupils_primary", "人"),
        ("学生人数（初中）", "pupils_junior", ""),
        ("教学及辅助用房面积", "teaching_area_m2", ""),
        ("教学及辅助用房面积（㎡）", "teaching_area_m2", "㎡"),
        ("教学及辅助用房面积(m²)", "teaching_area_m2", "㎡"),
        ("教学及辅助用房面积［平方米］", "teaching_area_m2", "㎡"),
        ("教学及辅助用房面积（亩）", "teaching_area_m2", "亩"),
        ("教学及辅助用房面积，单位：亩", "teaching_area_m2", "亩"),
        ("教学及辅助用房面积（单位：公顷）", "teaching_area_m2", "公顷"),
        ("教学及辅助用房面积/亩", "teaching_area_m2", "亩"),
        ("教学仪器设备值（万元）", "equipment_value_yuan", "万元"),
        ("教学仪器设备资产值（账面原值）（万元）", "equipment_value_yuan", "万元"),
        ("教学仪器设备值（千元）", "equipment_value_yuan", "千元"),
        ("教学仪器设备值", "equipment_value_yuan", ""),
        ("equipment_value_yuan", "equipment_value_yuan", "元"),
        ("图书（万册）", "books", "万册"),
        ("家庭住址在划片范围内的在校学生人数（小学）", "in_zone_pupils_primary", ""),
        ("家庭住址在划片范围内的在校学生人数（初中）", "in_zone_pupils_junior", ""),
        ("近5年培训满360学时专任教师人数", "trained_teachers", ""),
    ],
)
def test_header_is_found_with_the_unit_it_states(header, field, unit):
    label = Labels(NAMES).find((header,))
    assert (label.field, label.unit) == (field, unit)


@pytest.mark.parametrize(
    "header",
    [
        "学生人数",
        "小学",
        "小学学生人数占比",
        "学校名称拼音",
        "面积（亩）",
        "1234",
        "上年小学学生人数",
    ],
)
def test_header_that_is_not_in_the_dictionary_is_not_guessed(header):
    assert Labels(NAMES).find((header,)) is None


def test_every_header_of_the_dictionary_is_found_with_and_without_its_unit():
    labels = Labels(NAMES)
    for column in load_columns().values():
        for header in (column.id, column.zh, *column.headers):
            assert labels.find((header,)).field == column.id
            assert labels.find((split_unit(header)[0],)).field == column.id


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        (("小学", "学生人数"), "pupils_primary"),
        (("学生人数", "小学"), "pupils_primary"),
        (("初中阶段", "班级数"), "classes_junior"),
        (("初中部", "在校生数（人）"), "pupils_junior"),
        (("基本情况", "学校名称"), "school"),
        (("一、基本情况", "学校名称"), "school"),
        (("办学条件", "教学及辅助用房面积（㎡）"), "teaching_area_m2"),
        (("指标", "小学", "学生人数"), "pupils_primary"),
        (("家庭住址在划片范围内的在校学生人数", "小学"), "in_zone_pupils_primary"),
        (("小学", "在校生数", "合计"), "pupils_primary"),
        (("小学学生人数", "计"), "pupils_primary"),
        (("小学", "在校生数", "其中：女"), None),
        (("小学", "合计"), None),
        (("学校", "名称"), "school"),
        (("学校", "所在镇街"), "town"),
        (("教学及辅助用房面积", "㎡"), "teaching_area_m2"),
        (("其中：寄宿生", "小学学生人数"), None),
        (("上年", "小学学生人数"), None),
        (("高中", "班级数"), None),
        (("学校名称", "甲校"), None),
        (("单位", "份"), None),
    ],
)
def test_groups_are_flattened_but_a_group_that_changes_the_meaning_is_not_dropped(parts, field):
    label = Labels(NAMES).find(parts)
    assert (label and label.field) == field


# ------------------------------------------------------------------ the catalogue, case by case

TWO_ROWS = [
    ["学校名称", "学校类型", "小学", "", "初中", ""],
    ["", "", "学生人数", "班级数", "学生人数", "班级数"],
    ["甲校", "九年一贯制学校", "120", "6", "90", "3"],
]
SPREAD = {"pupils_primary": "120", "classes_primary": "6", "pupils_junior": "90"}


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({}, id="H01-group-stands-once"),
        pytest.param(
            {"merged": [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5)]}, id="H01-merged"
        ),
    ],
)
def test_h01_head_of_two_rows_is_flattened(known):
    reading = read(TWO_ROWS, **known)
    cells = reading.records[0].cells
    assert {field: cells[field].text for field in SPREAD} == SPREAD
    assert cells["classes_junior"].text == "3"
    assert rules(reading) == ["H01"]
    assert reading.fields["pupils_junior"].column == "初中/学生人数"
    assert reading.fields["pupils_junior"].cell == "E2"


def test_h01_repeated_group_and_title_and_row_of_units():
    rows = [
        ["沂源县学校情况表", "", "", "", ""],
        ["学校名称", "学校类型", "小学", "小学", "办学条件"],
        ["", "", "学生人数", "班级数", "教学仪器设备值"],
        ["", "", "人", "个", "万元"],
        ["甲校", "小学", "120", "6", "5.27"],
    ]
    reading = read(rows)
    assert units(reading)["equipment_value_yuan"] == "万元"
    assert texts(reading, "classes_primary") == ["6"]
    assert not rules(reading, "reject")


def test_h01_group_of_merged_extent_does_not_reach_beyond_it():
    rows = [
        ["学校名称", "学校类型", "小学", "", ""],
        ["", "", "学生人数", "班级数", "网络多媒体教室数"],
        ["甲校", "小学", "120", "6", "8"],
    ]
    assert texts(read(rows, merged=[(1, 2, 1, 3)]), "networked_classrooms") == ["8"]


@pytest.mark.parametrize(
    "above",
    [
        [["沂源县2022-2023学年义务教育学校基本情况表"], ["单位：万元"]],
        [["淄博市沂源县2022-2023学年基本情况表（单位：万元、人）"]],
        [["2022-2023学年"], ["填报单位：沂源县教育和体育局", "", "单位：", "万元"]],
    ],
    ids=["H02-own-line", "H02-in-the-title", "H02-own-cell"],
)
def test_h02_title_and_line_of_units_above_the_head(above):
    head = ["学校名称", "学校类型", "小学学生人数", "教学仪器设备值", "公用经费预算（元）"]
    reading = read([*above, head, ["甲校", "小学", "120", "5.27", "900"]])
    assert reading.years == ("2022-2023学年",)
    assert reading.county == "沂源县"
    stated = units(reading)
    assert stated["equipment_value_yuan"] == "万元"
    assert stated["operating_funds_yuan"] == "元"
    assert stated["pupils_primary"] in ("", "人")
    (line,) = found(reading, "H02")
    assert line.became == "教学仪器设备值按万元读入"


def test_h02_unit_of_whoever_fills_the_form_is_no_unit():
    reading = read([["填报单位：元谋县教育局", ""], HEAD, *ROWS])
    assert set(units(reading).values()) == {"", "㎡"}
    assert reading.county == "元谋县"


def test_h02_two_units_of_one_kind_are_refused_where_a_column_needs_one():
    head = ["学校名称", "学校类型", "教学仪器设备值"]
    assert "H02b" in rules(read([["单位：元、万元"], head, ["甲校", "小学", "5"]]), "reject")
    stated = [*head[:2], "教学仪器设备值（元）"]
    assert rules(read([["单位：元、万元"], stated, ["甲校", "小学", "5"]])) == []


@pytest.mark.parametrize(
    ("title", "years", "county"),
    [
        ("2022年沂源县学校情况", ("2022年",), "沂源县"),
        ("山东省淄博市沂源县２０２２—２０２３学年度", ("2022—2023学年度",), "沂源县"),
        ("2022/23学年 温岭市小学", ("2022/23学年",), "温岭市"),
        ("二〇二二年度统计表", ("二〇二二年度",), ""),
        ("枣庄市山亭区学校名册", (), "山亭区"),
        ("全县学校名册", (), ""),
        ("县域义务教育优质均衡发展学校情况", (), ""),
        ("教督〔2017〕6号，2012年标准", (), ""),
        ("城区学校一览表", (), ""),
        ("2023年秋季学期沂源县小学", ("2023年",), "沂源县"),
        ("积石山保安族东乡族撒拉族自治县学校", (), "积石山保安族东乡族撒拉族自治县"),
        ("义务教育学校沂源县", (), ""),
        ("填表日期：2023年1月5日", (), ""),
    ],
)
def test_titles_tell_year_and_county_as_written(title, years, county):
    told = read_titles(Sheet("", [[title], HEAD]), 2)
    assert (told.years, told.county) == (years, county)


def test_two_counties_in_the_titles_name_none():
    rows = [["沂源县学校情况"], ["填报单位：桓台县教育局"], HEAD]
    assert read_titles(Sheet("", rows), 3).county == ""


def test_h03_spaces_line_breaks_and_brackets_do_not_matter():
    head = [
        "学校\n代码",
        "学 校 名 称",
        "学校类型 ",
        "　小学学生人数",
        "教学及辅助用房\n面积（ ㎡ ）",
    ]
    plain, wild = read([HEAD, *ROWS]), read([head, *ROWS])
    for field in plain.fields:
        assert texts(plain, field) == texts(wild, field)
    assert rules(wild) == []


def test_h04_synonyms_are_read_without_a_word():
    reading = read([["学校名称", "学校类型", "小学在校学生"], ["甲校", "小学", "120"]])
    assert texts(reading, "pupils_primary") == ["120"]
    assert rules(reading) == []


def test_h04_two_columns_of_one_field_are_refused_and_both_named():
    reading = read([[*HEAD, "小学在校生数"], *([*row, "1"] for row in ROWS)])
    (fault,) = found(reading, "H04")
    assert fault.outcome == "reject"
    assert "小学学生人数（D列）" in fault.found
    assert "小学在校生数（F列）" in fault.found


@pytest.mark.parametrize(
    "twice",
    ["小学学生人数", "小学 学生人数", "备注"],
    ids=["H05-known", "H05-blank", "H05-unknown"],
)
def test_h05_duplicate_headers_are_refused(twice):
    head = [*HEAD, "备注", twice]
    reading = read([head, *([*row, "", "1"] for row in ROWS)])
    assert rules(reading, "reject") == ["H05"]


def test_h06_all_missing_columns_are_told_at_once():
    reading = read([["小学学生人数", "小学班级数"], ["120", "6"]])
    assert [fault.column for fault in found(reading, "H06")] == ["学校名称", "学校类型"]
    items = read([["填报项目", "单位", "来源"], ["回收有效问卷数", "份", "教体局"]])
    assert items.kind == "items"
    assert [fault.column for fault in found(items, "H06")] == ["填报值"]


def test_h07_unknown_columns_are_one_finding_and_kept_out():
    extra = [f"其中：第{at}项" for at in range(80)]
    reading = read([[*HEAD, *extra], *([*row, *["7"] * 80] for row in ROWS)])
    assert rules(reading) == ["H07"]
    assert reading.unused == tuple(extra)
    assert set(reading.records[0].cells) == set(reading.fields)
    assert found(reading, "H07")[0].found.startswith("80列")


def test_h07_running_numbers_are_passed_over():
    reading = read([["序号", *HEAD], *([str(at), *row] for at, row in enumerate(ROWS, 1))])
    assert rules(reading) == []
    assert reading.unused == ()


def test_h07_data_without_a_header_is_told():
    reading = read([HEAD, [*ROWS[0], "", "8"], *ROWS[1:]])
    (fault,) = found(reading, "H07b")
    assert fault.cell == "G1"


@given(order=st.permutations(range(len(HEAD))), total=st.booleans())
def test_h08_columns_in_any_order_give_the_same_records(order, total):
    rows = [*ROWS, ["", "合计", "", "200", "1800.50"]] if total else ROWS
    straight = read([HEAD, *rows])
    mixed = read([[row[at] for at in order] for row in [HEAD, *rows]])
    assert rules(straight) == rules(mixed)
    for field in straight.fields:
        assert texts(straight, field) == texts(mixed, field)
        assert units(straight)[field] == units(mixed)[field]


def test_h09_a_table_without_a_head_is_refused():
    for kind in ("csv", "xlsx"):
        reading = read(ROWS, kind)
        assert rules(reading) == ["H09"]
        assert found(reading, "H09")[0].outcome == "reject"
        assert reading.records == []


def test_h09_no_number_of_a_person_is_told_with_the_first_row():
    reading = read([["甲校", "小学", MOBILE], ["乙校", "小学", "1"]], "csv")
    assert MOBILE not in str(reading)


def test_instructions_and_covers_are_no_tables():
    assert read([["填报说明"], ["一、学校名称写全称。"], ["二、没有数据的留空。"]]) is None
    assert read([["县（市、区）", "沂源县"], ["年度", "2023"]]) is None


@pytest.mark.parametrize(("above", "there"), [(14, True), (15, False)], ids=["row15", "row16"])
def test_head_is_looked_for_in_the_first_fifteen_rows(above, there):
    head = find_head(Sheet("", [["标题"]] * above + [HEAD, *ROWS]), Labels(NAMES))
    assert (head is not None) == there


def test_e12_head_without_rows_is_refused():
    assert rules(read([HEAD, ["", "", "", "", ""]])) == ["E12"]


def test_h11_hidden_rows_columns_and_sheets_are_read_and_named():
    reading = read([HEAD, *ROWS], hidden_rows={2, 4, 9}, hidden_columns={3, 8}, hidden=True)
    assert len(reading.records) == 3
    told = " ".join(finding.found for finding in found(reading, "H11"))
    assert "第2、4行" in told
    assert "小学学生人数" in told
    assert "学校表" in told
    assert {finding.outcome for finding in found(reading, "H11")} == {"warn"}
    assert rules(read([HEAD, *ROWS], hidden_rows={9}, hidden_columns={8})) == []


def test_h12_merged_words_are_filled_down():
    head = ["所在镇街", "学校名称", "学校类型", "小学学生人数"]
    rows = [
        ["悦庄镇", "甲校", "小学", "1"],
        ["", "乙校", "", "2"],
        ["", "丙校", "", "3"],
        ["南麻街道", "丁校", "小学", "4"],
    ]
    reading = read([head, *rows], merged=[(2, 0, 4, 0), (2, 2, 4, 2)])
    assert texts(reading, "town") == ["悦庄镇"] * 3 + ["南麻街道"]
    assert texts(reading, "school_type") == ["小学"] * 4
    assert rules(reading) == ["H12", "H12"]
    assert found(reading, "H12")[0].became == "悦庄镇（第2—4行）"


def test_h12_blank_cells_that_are_not_merged_stay_blank():
    head = ["所在镇街", "学校名称", "学校类型"]
    reading = read([head, ["悦庄镇", "甲校", "小学"], ["", "乙校", "小学"]])
    assert texts(reading, "town") == ["悦庄镇", ""]


@pytest.mark.parametrize(
    ("merged", "cell"),
    [((2, 3, 3, 3), "D2"), ((2, 1, 3, 1), "B2"), ((2, 0, 3, 0), "A2"), ((3, 2, 3, 3), "C3")],
    ids=["H12-number", "H12-name", "H12-code", "H12-across"],
)
def test_h12_merged_numbers_names_and_codes_are_refused_with_their_address(merged, cell):
    reading = read([HEAD, *ROWS], merged=[merged])
    (fault,) = found(reading, "H12b")
    assert (fault.cell, fault.outcome) == (cell, "reject")


@pytest.mark.parametrize(
    "total",
    [
        ["", "合计", "", "200", "1800.50"],
        ["合　计", "", "", "200", "1800.5"],
        ["", "总计（3所）", "", "200", "1,800.5"],
        ["", "悦庄镇小计", "", "２００", "1800.5"],
    ],
)
@pytest.mark.parametrize("at", [0, 3], ids=["above", "below"])
def test_h13_total_that_fits_is_left_out_and_logged(total, at):
    reading = read([HEAD, *ROWS[:at], total, *ROWS[at:]])
    assert len(reading.records) == 3
    assert rules(reading) == ["H13"]
    assert "2列与明细之和一致" in found(reading, "H13")[0].became


def test_h13_total_that_does_not_fit_is_told_with_both_values():
    reading = read([HEAD, *ROWS, ["", "合计", "", "201", "1800.5"]])
    (fault,) = found(reading, "H13b")
    assert (fault.cell, fault.outcome) == ("D5", "warn")
    assert "201" in fault.found
    assert fault.became == "明细之和 200"


def test_h13_subtotals_are_held_against_their_own_rows_and_the_total_against_all():
    rows = [
        ROWS[0],
        ROWS[1],
        ["", "悦庄镇小计", "", "169", "600.5"],
        ROWS[2],
        ["", "南麻小计", "", "31", "1200"],
        ["", "合计", "", "200", "1800.5"],
    ]
    assert rules(read([HEAD, *rows])) == ["H13"] * 3
    rows[4] = ["", "南麻小计", "", "32", "1200"]
    (fault,) = found(read([HEAD, *rows]), "H13b")
    assert (fault.cell, fault.became) == ("D6", "明细之和 31")


def test_h13_row_of_means_is_left_out_and_not_added_up():
    reading = read([HEAD, *ROWS, ["", "平均", "", "66.7", "900.25"]])
    assert rules(reading) == ["H13"]
    assert len(reading.records) == 3


def test_h13_value_that_is_no_plain_number_makes_no_sum():
    reading = read(
        [HEAD, *ROWS[:2], ["3", "丙校", "小学", "约31", "1"], ["", "合计", "", "9", "7"]]
    )
    assert [fault.cell for fault in found(reading, "H13b")] == ["E5"]


@pytest.mark.parametrize(
    "name",
    [
        "合计小学",
        "小计村小学",
        "总计希望学校",
        "平均镇小学",
        "和平均衡小学",
        "共计中学",
        "太平均安小学",
    ],
)
def test_h13_school_whose_name_holds_such_a_word_is_a_school(name):
    assert find_total([name]) == ""
    assert texts(read([HEAD, ["1", name, "小学", "7", "9"]]), "school") == [name]


@given(
    name=st.text("合总小共计平均镇学校县村", min_size=1, max_size=6).map(lambda text: text + "学校")
)
def test_h13_no_name_that_ends_as_a_school_does_is_a_total(name):
    assert find_total([name]) == ""


def test_h13_remark_beside_the_name_of_a_school_does_not_drop_it():
    rows = [
        ["办学情况", "学校名称", "学校类型", "小学学生人数"],
        ["与乙校小计", "甲校", "小学", "7"],
    ]
    assert texts(read(rows), "school") == ["甲校"]


def test_h13_school_with_a_code_is_only_left_out_for_a_bare_word():
    named = read([HEAD, ["0370323009", "三合计", "小学", "7", "9"]])
    assert texts(named, "school") == ["三合计"]


def test_h14_notes_and_signatures_below_are_dropped_without_the_name_of_a_person():
    rows = [
        *ROWS,
        [],
        ["注：1.数据截至9月1日"],
        ["2.不含幼儿园"],
        ["填表人：张三", "", "审核人：李四", "2023年9月5日"],
        ["单位负责人（签字）：王五", "", MOBILE],
    ]
    reading = read([HEAD, *rows])
    assert len(reading.records) == 3
    assert rules(reading) == ["H14"] * 4
    assert [finding.row for finding in reading.findings] == [6, 7, 8, 9]
    for secret in ("张三", "李四", "王五", MOBILE):
        assert secret not in str(reading)


def test_h14_school_whose_name_begins_as_a_note_is_a_school():
    reading = read([HEAD[1:], ["注溪小学", "小学", "7", ""], ["说明山小学", "小学", "8", ""]])
    assert texts(reading, "school") == ["注溪小学", "说明山小学"]


def test_head_and_title_repeated_at_a_page_break_are_dropped():
    title = ["沂源县学校表"]
    reading = read([title, HEAD, *ROWS[:2], title, HEAD, ROWS[2]])
    assert texts(reading, "school") == ["甲校", "乙校", "丙校"]
    assert rules(reading) == ["H14b", "H14b"]


@pytest.mark.parametrize(
    ("row", "count"),
    [(["1", "丁校", "小学", "7"], 4), (["1", "丁校", "小学", "7", "9", "8"], 6), (["丁校"], 1)],
    ids=["H15-short", "H15-long", "H15-one"],
)
def test_h15_row_of_another_width_is_refused_in_a_text_file(row, count):
    reading = read([HEAD, *ROWS, row], "csv")
    (fault,) = found(reading, "H15")
    assert (fault.row, fault.outcome, fault.found) == (5, "reject", f"{count}个单元格")
    assert len(reading.records) == 3


def test_h15_blank_cells_at_the_end_are_no_fault_where_head_and_rows_have_as_many():
    rows = [[*row, "", ""] for row in (HEAD, *ROWS)]
    assert rules(read([["标题"], *rows, [""] * 9, ["注：无"]], "csv")) == ["H14"]
    assert rules(read([HEAD, ROWS[0][:4]])) == []


@pytest.mark.parametrize(
    ("last", "odd"),
    [
        ("乙小学,小学,98,5,9,4000,", []),
        ("乙小学,小学,98,5,9,4000,,", [3]),
        ("乙小学,小学,98,5,9,4,000,", [3]),
        ("乙小学,小学,98,5,9,4000", [3]),
        (",,,,,,,,,", []),
        ("注：不含民办,,", []),
    ],
)
def test_h15_row_of_a_text_file_that_may_be_shifted_is_refused_blank_at_its_end_or_not(last, odd):
    head = "学校名称,学校类型,小学学生人数,小学班级数,小学专任教师数,教学仪器设备值,备注"
    text = f"{head}\n甲小学,小学,234,6,14,1234,\n{last}\n"
    reading = read(read_text(text.encode(), "a.csv").rows, "csv")
    assert [fault.row for fault in found(reading, "H15")] == odd
    if odd:
        assert found(reading, "H15")[0].allowed == "7个单元格，与表头相同"


def test_h15_all_rows_with_one_cell_more_than_the_head_are_refused():
    text = "学校名称,学校类型,小学学生人数\n甲校,小学,234,\n乙校,小学,1,234\n"
    reading = read(read_text(text.encode(), "a.csv").rows, "csv")
    assert [fault.row for fault in found(reading, "H15")] == [2, 3]


def test_e13_columns_that_are_blank_in_every_row_are_cut_only_where_every_row_has_them():
    cut = read_text("校,数,,\n甲,1,,\n,,,,,\n".encode(), "a.csv")
    assert cut.rows == [["校", "数"], ["甲", "1"]]
    assert [finding.rule for finding in cut.findings] == ["E13"]
    left = read_text("校,数\n甲,1,\n".encode(), "a.csv")
    assert left.rows == [["校", "数"], ["甲", "1", ""]]


# ------------------------------------------------------------------ units around the table

MONEY = ["学校名称", "学校类型", "小学学生人数", "教学仪器设备值", "图书册数", "体育运动场地面积"]
PLAIN = ["甲校", "小学", "120", "5.27", "9", "3"]


@pytest.mark.parametrize(
    ("text", "field", "unit"),
    [
        ("金额单位：百元", "equipment_value_yuan", "百元"),
        ("货币单位：万元", "equipment_value_yuan", "万元"),
        ("面积单位：亩", "sports_ground_area_m2", "亩"),
        ("图书单位：千册", "books", "千册"),
        ("金额：万元", "equipment_value_yuan", "万元"),
        ("单位（万元）", "equipment_value_yuan", "万元"),
        ("单位 万元", "equipment_value_yuan", "万元"),
        ("（万元）", "equipment_value_yuan", "万元"),
        ("万元", "equipment_value_yuan", "万元"),
        ("沂源县学校情况表单位：万元", "equipment_value_yuan", "万元"),
        ("单位：人、百元，公顷", "sports_ground_area_m2", "公顷"),
    ],
)
def test_h02_unit_stated_above_the_head_is_that_of_the_columns_of_its_kind(text, field, unit):
    reading = read([[text], MONEY, PLAIN])
    stated = units(reading)
    assert stated.pop(field) == unit
    assert {told for told in stated.values() if told not in ("", "人", "百元")} == set()
    assert rules(reading) == ["H02"]


@pytest.mark.parametrize(
    "note", ["注：金额单位为百元", "注：1.数据截至9月1日。2.本表金额单位：百元"]
)
def test_h02_unit_stated_in_a_note_below_is_that_of_the_columns_too(note):
    reading = read([MONEY, PLAIN, [note]])
    assert units(reading)["equipment_value_yuan"] == "百元"
    assert rules(reading) == ["H02", "H14"]
    assert found(reading, "H02")[0].row == 3


def test_h02b_note_and_title_with_two_units_of_one_kind_are_refused():
    reading = read([["单位：万元"], MONEY, PLAIN, ["注：金额单位为百元"]])
    assert rules(reading, "reject") == ["H02b"]


@pytest.mark.parametrize(
    ("text", "title", "held"),
    [
        ("公用经费单位：万元", "", True),
        ("单位：万元/生", "", True),
        ("设备值以万元计", "", True),
        ("", "学校表（万元）", True),
        ("含2022年投入的200万元", "", False),
        ("单价一千元以上的设备", "", False),
        ("千元以上的设备", "", False),
        ("万亩镇学校", "", False),
        ("填报单位：元谋县教育局", "", False),
    ],
)
@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
def test_h02d_columns_without_a_unit_are_held_where_a_text_names_one_of_scale(
    text, title, held, below
):
    rows = [MONEY, PLAIN, [f"注：{text}"]] if below else [[text], MONEY, PLAIN]
    reading = read(rows, title=title)
    assert ("H02d" in rules(reading, "hold")) == held
    assert texts(reading, "equipment_value_yuan") == ["" if held else "5.27"]
    assert texts(reading, "books") == ["9"]
    if held:
        assert "教学仪器设备值没有写明单位" in found(reading, "H02d")[0].found


def test_h02d_columns_that_state_their_unit_are_read():
    head = [*MONEY[:3], "教学仪器设备值（元）"]
    reading = read([["投入以万元计"], head, PLAIN[:4]])
    assert texts(reading, "equipment_value_yuan") == ["5.27"]
    assert rules(reading) == []


@pytest.mark.parametrize("dash", ["—", "-", "/", "——", ""])
def test_row_of_units_may_have_dashes_under_words(dash):
    reading = read([MONEY, [dash, dash, "人", "百元", "册", "㎡"], PLAIN])
    assert units(reading)["equipment_value_yuan"] == "百元"
    assert texts(reading, "school") == ["甲校"]
    assert rules(reading) == ["H01"]


def test_row_of_dashes_alone_is_no_row_of_units():
    reading = read([MONEY, ["—"] * 6, PLAIN])
    assert texts(reading, "school") == ["—", "甲校"]


# ------------------------------------------------------------------ heads of two rows


@pytest.mark.parametrize("merged", [[], [(1, 2, 1, 4)]], ids=["blank", "merged"])
@pytest.mark.parametrize(
    ("parts", "value"),
    [
        (["合计", "男", "女"], "1"),
        (["男", "女", "合计"], "3"),
        (["其中女", "一年级", "小计"], "3"),
        (["应有", "实有", "生均"], "2"),
    ],
)
def test_h01_of_a_divided_column_the_whole_is_read(parts, value, merged):
    rows = [
        ["学校名称", "学校类型", "小学学生人数", "", "", "小学班级数"],
        ["", "", *parts, ""],
        ["甲校", "小学", "1", "2", "3", "4"],
    ]
    reading = read(rows, merged=merged)
    assert texts(reading, "pupils_primary") == [value]
    assert texts(reading, "classes_primary") == ["4"]
    assert rules(reading) == ["H01", "H07"]
    assert found(reading, "H07")[0].found.startswith("2列未读入：小学学生人数/")


@pytest.mark.parametrize("merged", [[], [(1, 2, 1, 3), (1, 4, 1, 5)]], ids=["blank", "merged"])
@pytest.mark.parametrize(
    "pair", [("2024", "2025"), ("2024年", "2025学年"), ("上年", "本年"), ("男", "女")]
)
def test_h01b_divided_columns_of_which_none_is_the_whole_are_one_finding(pair, merged):
    rows = [
        ["学校名称", "学校类型", "小学学生人数", "", "小学班级数", ""],
        ["", "", *pair, *pair],
        ["甲校", "小学", "300", "310", "8", "9"],
    ]
    reading = read(rows, merged=merged)
    told = "、".join(pair)
    assert [fault.found for fault in reading.findings] == [
        f"“小学学生人数”下有{told}；“小学班级数”下有{told}"
    ]
    assert rules(reading, "reject") == ["H01b"]
    assert reading.records == []


@pytest.mark.parametrize(
    "row",
    [["", "", "", "200", "9"], ["", "甲校", "", "上年", ""], ["注：下年补", "", "", "待补", ""]],
    ids=["numbers", "named", "note"],
)
def test_row_with_figures_or_a_name_under_the_head_divides_nothing(row):
    assert "H01b" not in rules(read([HEAD, row, *ROWS]))


def test_unit_of_a_group_is_that_of_its_columns():
    rows = [
        ["学校名称", "学校类型", "经费（万元）", "", "设备（千元）", "学生（人）"],
        ["", "", "公用经费预算", "教师培训经费预算（元）", "教学仪器设备值", "小学学生人数"],
        ["甲校", "小学", "5", "6", "7", "8"],
    ]
    stated = units(read(rows))
    assert stated["operating_funds_yuan"] == "万元"
    assert stated["training_funds_yuan"] == "元"
    assert stated["equipment_value_yuan"] == "千元"


@pytest.mark.parametrize(
    ("parts", "field", "unit"),
    [
        (("校舍建筑面积（㎡）", "教学及辅助用房"), "teaching_area_m2", "㎡"),
        (("校舍建筑面积", "教学及教学辅助用房"), "teaching_area_m2", ""),
        (("占地面积（亩）", "运动场地面积"), "sports_ground_area_m2", "亩"),
        (("小学", "教职工数", "专任教师"), "teachers_primary", ""),
        (("固定资产总值（万元）", "教学仪器设备资产值"), "equipment_value_yuan", "万元"),
        (("占地面积", "教学及辅助用房"), None, None),
        (("校舍建筑面积", "其他"), None, None),
    ],
)
def test_part_under_its_whole_is_read_and_nothing_else(parts, field, unit):
    label = Labels(NAMES).find(parts)
    assert (label and label.field, label and label.unit) == (field, unit)


# ------------------------------------------------------------------ rows that are no schools, and schools that look so


@pytest.mark.parametrize(
    "row",
    [
        ["1", "2", "3", "4", "5"],
        ["甲", "乙", "丙", "1", "2"],
        ["A", "B", "C", "1", "2"],
        ["(1)", "（2）", "③", "4=2+3", "[5]"],
        ["栏次", "1", "2", "3", "4"],
        ["", "", "1", "2", "3"],
        ["甲", "乙", "丙", "4", "5"],
    ],
)
def test_h14b_row_that_numbers_the_columns_is_dropped(row):
    reading = read([HEAD, row, *ROWS])
    assert texts(reading, "school") == ["甲校", "乙校", "丙校"]
    assert rules(reading) == ["H14b"]


@pytest.mark.parametrize(
    "row",
    [
        ["1", "2", "3", "5", "4"],
        ["甲", "乙", "小学", "1", "2"],
        ["", "", "", "1", "2"],
        ["9", "", "", "1", "2"],
    ],
)
def test_h14b_row_that_does_not_number_the_columns_is_kept(row):
    reading = read([HEAD, row, *ROWS])
    assert len(reading.records) == 4


def test_h14b_numbers_of_columns_between_head_and_units_do_not_hide_the_units():
    rows = [MONEY, ["1", "2", "3", "4", "5", "6"], ["", "", "人", "万元", "册", "㎡"], PLAIN]
    assert units(read(rows))["equipment_value_yuan"] == "万元"


def test_h14b_numbers_further_down_are_a_row_like_any_other():
    assert len(read([HEAD, ROWS[0], ["", "", "1", "2", "3"]]).records) == 2


@pytest.mark.parametrize("remark", ["注：新建", "说明：并校", "填报单位：甲镇中心校", "来源"])
def test_h14_school_with_a_remark_before_its_name_is_a_school(remark):
    head = ["备注", "学校名称", "学校类型", "小学学生人数"]
    rows = [[remark, "甲校", "小学", "7"], [remark, "乙小学", "", ""], [remark, "丙", "", "9"]]
    assert texts(read([head, *rows]), "school") == ["甲校", "乙小学", "丙"]


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        (["注：甲小学", "小学", "", ""], True),
        (["说明：丙", "", "7", ""], True),
        (["填报人：张三", "", MOBILE, ""], False),
        (["注：甲小学不计", "", "", ""], False),
    ],
)
def test_h14c_note_in_the_column_of_names_with_data_beside_it_is_refused(row, refused):
    reading = read([HEAD[1:], *(line[1:] for line in ROWS), row])
    assert (rules(reading, "reject") == ["H14c"]) == refused
    assert ("H14" in rules(reading)) != refused
    assert len(reading.records) == 3
    assert "张三" not in str(reading)


@pytest.mark.parametrize(
    ("line", "school"),
    [("丙学校", True), ("2.不含民办学校", False), ("数据截至9月1日，以年报为准", False)],
)
def test_h14_name_alone_below_a_note_is_not_the_rest_of_the_note(line, school):
    reading = read([HEAD[1:], ROWS[0][1:], ["注：1.不含幼儿园"], [line]])
    assert (line in texts(reading, "school")) == school


@pytest.mark.parametrize("word", ["平均", "合计"])
@pytest.mark.parametrize(
    ("name", "kind", "total"),
    [
        ("甲校", "小学", False),
        ("甲小学", "小学", False),
        ("3所", "", True),
        ("", "", True),
        ("3所", "小学", True),
    ],
)
def test_h13_school_in_a_town_of_such_a_name_is_a_school(word, name, kind, total):
    head = ["所在镇街", "学校名称", "学校类型", "小学学生人数"]
    reading = read([head, ["甲镇", "乙校", "小学", "7"], [word, name, kind, "7"]])
    assert ("H13" in rules(reading)) == total
    assert len(reading.records) == (1 if total else 2)


def test_h07_only_the_first_of_many_unknown_columns_are_named():
    extra = [f"第{at}项" for at in range(11)]
    told = [found(read([[*HEAD, *extra[:many]], *ROWS]), "H07")[0].found for many in (10, 11)]
    assert [text.endswith("等") for text in told] == [False, True]
    assert "第9项" in told[1]
    assert "第10项" not in told[1]


@pytest.mark.parametrize(("many", "refused"), [(1995, False), (1996, True)])
def test_h07d_more_columns_than_any_table_has_are_refused_before_they_are_read(many, refused):
    reading = read([[*HEAD, *map(str, range(many))], *ROWS])
    assert (rules(reading) == ["H07d"]) == refused


LONG = ["_单位:", "合计(", "（a", "，", "2022-", "〇", "、"]


@pytest.mark.parametrize("sign", LONG)
@pytest.mark.parametrize("place", ["title", "head", "name", "town"])
def test_very_long_cell_takes_no_longer_than_its_length(sign, place):
    long, head = sign * 30_000, ["学校名称", "学校类型", "小学学生人数", "所在镇街"]
    rows = {
        "title": [[long], head, ["甲校", "小学", "1", ""]],
        "head": [[*head, long], ["甲校", "小学", "1", ""]],
        "name": [head, [long, "小学", "1", ""]],
        "town": [head, ["甲校", "小学", "1", long]],
    }
    start = process_time()
    assert len(read(rows[place]).records) == 1
    assert process_time() - start < 5  # seconds; a quadratic pattern takes minutes


@pytest.mark.parametrize(("blanks", "known"), [(0, True), (190, True), (200, False)])
def test_header_of_more_than_two_hundred_characters_is_none(blanks, known):
    assert (Labels(NAMES).find(("学校名称" + " " * blanks,)) is not None) == known


def test_rows_with_nothing_in_any_column_that_is_read_are_skipped():
    reading = read([["序号", *HEAD, "备用"], ["1", *ROWS[0], ""], ["2", "", " ", "", "", "", "x"]])
    assert len(reading.records) == 1
    assert rules(reading) == ["H07"]


# ------------------------------------------------------------------ persons


@pytest.mark.parametrize(
    "header",
    [
        "身份证号",
        "校长手机号",
        "联系电话",
        "教师姓名",
        "家长姓名",
        "家庭住址",
        "姓名",
        "電話",
        "校长",
        "住址（详细）",
    ],
)
def test_s09_column_of_personal_data_is_dropped_and_only_its_header_told(header):
    rows = [[*HEAD, header], *([*row, f"密{at}"] for at, row in enumerate(ROWS))]
    reading = read(rows)
    assert [(finding.rule, finding.found) for finding in reading.findings] == [("S09", header)]
    assert "密" not in str(reading)
    assert reading.unused == ()


@pytest.mark.parametrize(
    "header",
    [
        "家庭住址在划片范围内的在校学生人数（小学）",
        "有手机的学生人数",
        "学生",
        "学校名称",
        "家长满意度",
    ],
)
def test_s09_counts_of_persons_are_no_personal_data(header):
    head = find_head(Sheet("", [[*HEAD, header]]), Labels(NAMES))
    assert (5 in find_personal(head)) == (header == "学生")
    assert is_personal(header) == (header == "学生")


@pytest.mark.parametrize(
    ("at", "text", "told"),
    [
        (1, f"甲校{MOBILE}", True),
        (1, "甲校 138-1234-5678", True),
        (1, f"甲校（{IDENTITY}）", True),
        (1, "甲校（37032319900101123Ｘ）", True),
        (0, IDENTITY, True),
        (3, IDENTITY, True),
        (0, "13812345678", False),
        (3, "13812345678", False),
        (1, "甲校3703231990130112345", False),
        (1, "第13812345号学校", False),
        (4, "121.43583052138123456789", False),
    ],
)
def test_s09_numbers_of_persons_inside_a_cell_refuse_the_file_and_are_covered(at, text, told):
    row = [*ROWS[0][:at], text, *ROWS[0][at + 1 :]]
    reading = read([HEAD, row])
    assert (rules(reading, "reject") == ["S09b"]) == told
    if told:
        assert IDENTITY not in str(reading)
        assert MOBILE not in str(reading)
        assert "***" in found(reading, "S09b")[0].found


def test_masking_leaves_other_texts_alone():
    assert mask_numbers("第1234567890123号文件") == "第1234567890123号文件"


# ------------------------------------------------------------------ what becomes of the cells


def test_cells_keep_their_text_place_and_mark():
    rows = [HEAD, ["0370323001", " NA ", "小学", "１２０", "#DIV/0!"]]
    reading = read(rows, marks={(2, 3): "text", (2, 4): "error"})
    cells = reading.records[0].cells
    assert cells["school"].text == " NA "
    assert cells["school_id"].text == "0370323001"
    assert (cells["pupils_primary"].text, cells["pupils_primary"].mark) == ("１２０", "text")
    assert cells["teaching_area_m2"].mark == "error"
    assert cells["teaching_area_m2"].place.cell == "E2"
    assert cells["teaching_area_m2"].place.column == "教学及辅助用房面积（㎡）"
    assert cells["teaching_area_m2"].unit == "㎡"
    assert reading.digest == "0" * 64


def test_header_that_is_a_date_or_an_error_is_only_an_unknown_column():
    rows = [[*HEAD, "2023-09-01", "#REF!"], *([*row, "1", "2"] for row in ROWS)]
    reading = read(rows, marks={(1, 5): "date", (1, 6): "error"})
    assert rules(reading) == ["H07"]
    assert len(reading.records) == 3


def test_long_table_of_county_figures_takes_the_unit_of_its_row():
    rows = [
        ["沂源县2023年县级数据"],
        ["序号", "类别", "填报项目", "单位", "填报值", "备注说明"],
        ["1", "社会认可", "回收有效问卷数", "份", "1200", ""],
        ["2", "经费", "公用经费合计", "万元", "5.2", "合计"],
    ]
    reading = read(rows)
    assert reading.kind == "items"
    assert (reading.years, reading.county) == (("2023年",), "沂源县")
    assert texts(reading, "item") == ["回收有效问卷数", "公用经费合计"]
    assert [record.cells["value"].unit for record in reading.records] == ["份", "万元"]
    assert rules(reading) == []


def test_every_rule_of_heads_says_what_is_allowed_and_what_to_do():
    folder = Path(findings.__file__).parent / "rules"
    for entry in tomllib.loads((folder / "heads.toml").read_text(encoding="utf-8"))["rule"]:
        rule = findings.load_rules()[entry["id"]]
        assert rule.allowed
        assert rule.advice


def test_column_that_does_not_say_its_stage_is_read_as_such():
    reading = read([["学校名称", "学校类型", "学生人数"], ["甲校", "小学", "120"]])
    assert texts(reading, "pupils_{stage}") == ["120"]


ODD = """小学 学生人数 合计 悦庄镇小计 注：说明 填表人：张三 单位：万元 １２ 3.5 甲校 #REF! 2022年 沂源县
填报项目 填报值 单位 ( ["""
PIECES = st.sampled_from([*HEAD, *ODD.split(), MOBILE, "", "", "", "　", "\u202e"])
GRIDS = st.lists(st.lists(PIECES, max_size=6), min_size=1, max_size=9)
SPANS = st.lists(st.tuples(*[st.integers(1, 9), st.integers(0, 5)] * 2), max_size=3)


@given(rows=GRIDS, spans=SPANS, kind=st.sampled_from(["csv", "xlsx"]), headed=st.booleans())
def test_whatever_stands_in_a_sheet_every_row_becomes_a_record_or_is_told(
    rows, spans, kind, headed
):
    rows = [HEAD, *rows] if headed else [*rows, ["末"]]
    merged = [(*map(min, span[:2], span[2:]), *map(max, span[:2], span[2:])) for span in spans]
    reading = read(rows, kind, merged=merged)
    assert MOBILE not in str([] if reading is None else reading.findings)
    if not headed or rules(reading, "reject"):
        return
    told = {finding.row for finding in reading.findings}
    kept = {record.place.row for record in reading.records}
    last = next(iter(reading.fields.values())).row
    for at, row in enumerate(rows[last:], last + 1):
        unread = [cell for place, cell in enumerate(row) if place < len(HEAD) and cell.strip()]
        assert at in told | kept or not unread or set(row) <= {"", "　", "\u202e"}


def test_sums_of_totals_are_exact():
    rows = [["1", "甲校", "小学", "1", "0.1"], ["2", "乙校", "小学", "2", "0.2"]]
    reading = read([HEAD, *rows, ["", "合计", "", "3", "0.3"]])
    assert rules(reading) == ["H13"]
    assert Decimal("0.1") + Decimal("0.2") == Decimal("0.3")
