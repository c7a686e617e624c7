"""Tables of others become ours as a mapping file says, and in no other way."""

from pathlib import Path

import pytest

from youzhi.errors import UsageError
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.wide.headers import read_sheet
from youzhi.intake.wide.mappings import load_mapping

EXAMPLE = Path(__file__).parent.parent / "docs" / "mappings" / "taiwan-primary.toml"

HEAD = ["學年度", "縣市名稱", "鄉鎮市區", "學校代碼", "學校名稱"]
HEAD += [f"{grade}年級班級數" for grade in range(1, 7)]
HEAD += ["男專任教師", "女專任教師", "學校級別", "電話", "經度", "緯度", "學生人數"]


def school(code="011301", grades="233332", men="9", women="16", level="國民小學", name="甲國小"):
    return [
        *("113", "新北市", "淡水區", code, name, *grades),
        *(men, women, level, "(02)26203850", "121.435", "25.175", "500"),
    ]


def written(tmp_path, text):
    path = tmp_path / "theirs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path, text):
    return load_mapping(written(tmp_path, text))


def read(rows, mapping, kind="csv", **known):
    sheet = Sheet("", rows, **known)
    return read_sheet(Source("theirs.csv", "", kind, "utf-8", [sheet]), sheet, mapping)


def texts(reading, field):
    return [record.cells[field].text for record in reading.records]


def rules(reading, outcome=None):
    return [f.rule for f in reading.findings if outcome in (None, f.outcome)]


def test_the_example_reads_the_open_file_of_schools():
    reading = read([HEAD, school(), school("183601", name="NA")], load_mapping(EXAMPLE))
    assert rules(reading) == ["S09"]
    assert "26203850" not in str(reading)
    expected = {
        "year": "2024",
        "county": "新北市",
        "town": "淡水區",
        "school_id": "011301",
        "school": "甲國小",
        "school_type": "primary",
        "pupils_primary": "500",
        "classes_primary": "16",
        "teachers_primary": "25",
        "lon": "121.435",
        "lat": "25.175",
        "data_kind": "real",
    }
    cells = reading.records[0].cells
    assert {field: cell.text for field, cell in cells.items()} == expected
    assert texts(reading, "school") == ["甲國小", "NA"]
    assert cells["teachers_primary"].place.cell == "L2"
    assert cells["teachers_primary"].place.column == "男專任教師＋女專任教師"
    assert cells["data_kind"].place.cell == ""


def test_order_of_columns_does_not_matter():
    rows = [HEAD, school(), school("2", "111111", "0", "7")]
    turned = [row[::-1] for row in rows]
    one, other = (read(each, load_mapping(EXAMPLE)) for each in (rows, turned))
    for field in one.fields:
        assert texts(one, field) == texts(other, field)


def test_sum_with_a_missing_part_is_missing_and_held():
    reading = read([HEAD, school(women="")], load_mapping(EXAMPLE))
    assert texts(reading, "teachers_primary") == [""]
    (held,) = [finding for finding in reading.findings if finding.rule == "M02"]
    assert (held.outcome, held.cell, held.row) == ("hold", "M2", 2)
    assert "女專任教師" in held.found


def test_sum_of_nothing_is_missing_without_a_word_and_zero_is_a_number():
    reading = read(
        [HEAD, school(men="", women=""), school("2", men="0", women="0")], load_mapping(EXAMPLE)
    )
    assert texts(reading, "teachers_primary") == ["", "0"]
    assert "M02" not in rules(reading)


@pytest.mark.parametrize("part", ["-3", "2.5", "3人左右", "abc"])
def test_sum_with_a_part_that_is_no_count_is_not_made(part):
    reading = read([HEAD, school(women=part)], load_mapping(EXAMPLE))
    assert texts(reading, "teachers_primary") == [""]
    told = [f for f in reading.findings if f.cell == "M2" and f.rule != "M02"]
    assert told


def test_sums_are_exact_and_converted_from_their_unit(tmp_path):
    mapping = load(
        tmp_path,
        '[columns]\nschool = "校"\nschool_type = { value = "primary" }\n'
        'equipment_value_yuan = { sum = ["甲", "乙"], unit = "万元" }\n'
        'teaching_area_m2 = { sum = ["丙", "丁"] }\n',
    )
    reading = read([["校", "甲", "乙", "丙", "丁"], ["甲校", "0.1", "0.2", "1.1", "2.2"]], mapping)
    assert texts(reading, "equipment_value_yuan") == ["3000"]
    assert texts(reading, "teaching_area_m2") == ["3.3"]
    assert reading.records[0].cells["equipment_value_yuan"].unit == ""
    assert texts(reading, "school_type") == ["primary"]


def test_unit_of_the_mapping_file_is_stated_for_the_column(tmp_path):
    text = '[columns]\nschool = "校"\nschool_type = "类"\nteaching_area_m2 = { column = "校舍", unit = "亩" }\n'
    rows = [["校", "类", "校舍"], ["甲校", "小学", "3"]]
    assert read(rows, load(tmp_path, text)).records[0].cells["teaching_area_m2"].unit == "亩"


def test_unit_that_their_header_states_is_kept(tmp_path):
    text = '[columns]\nschool = "校"\nschool_type = "类"\nequipment_value_yuan = "设备（万元）"\n'
    rows = [["校", "类", "设备(万元)"], ["甲校", "小学", "3"]]
    assert read(rows, load(tmp_path, text)).records[0].cells["equipment_value_yuan"].unit == "万元"


def test_headers_of_the_dictionary_serve_for_what_the_mapping_does_not_say(tmp_path):
    mapping = load(tmp_path, '[columns]\nschool = "校"\npupils_primary = "人数"\n')
    rows = [["校", "学校类型", "人数", "小学学生人数", "说明"], ["甲校", "小学", "9", "8", ""]]
    reading = read(rows, mapping)
    assert texts(reading, "school_type") == ["小学"]
    assert texts(reading, "pupils_primary") == ["9"]
    assert reading.unused == ("小学学生人数", "说明")


def test_unstaged_headers_are_those_of_the_one_stage(tmp_path):
    mapping = load(tmp_path, '[file]\nstage = "junior"\n[columns]\nschool = "校"\nclasses = "班"\n')
    reading = read([["校", "学校类型", "班", "学生人数"], ["甲校", "初中", "3", "120"]], mapping)
    assert texts(reading, "classes_junior") == ["3"]
    assert texts(reading, "pupils_junior") == ["120"]


def test_missing_headers_are_all_told_and_refuse_the_file():
    rows = [[row[at] for at in range(len(HEAD)) if at not in (2, 12)] for row in (HEAD, school())]
    reading = read(rows, load_mapping(EXAMPLE))
    told = [f for f in reading.findings if f.rule == "M01"]
    assert {f.column for f in told} == {"鄉鎮市區", "女專任教師"}
    assert {(f.outcome, f.row) for f in told} == {("reject", 1)}
    assert "teachers_primary" not in reading.fields


def test_school_type_may_be_given_for_all_rows_but_not_left_out(tmp_path):
    text = '[columns]\nschool = "校"\npupils_primary = "人数"\n'
    rows = [["校", "人数"], ["甲校", "9"]]
    assert rules(read(rows, load(tmp_path, text))) == ["H06"]
    given = text + 'school_type = { value = "primary" }\n'
    assert rules(read(rows, load(tmp_path, given))) == []


def test_rows_are_kept_and_left_out_by_the_words_of_a_column(tmp_path):
    text = '[columns]\nschool = "校"\nschool_type = { value = "primary" }\n'
    rows = [["校", "体系", "区"], ["甲校", "公", "东"], ["乙校", "私", "东"], ["丙校", "公", "西"]]
    both = load(tmp_path, text + '[keep]\n"体系" = ["公"]\n[skip]\n"区" = ["西"]\n')
    reading = read(rows, both)
    assert texts(reading, "school") == ["甲校"]
    (left,) = [f for f in reading.findings if f.rule == "M03"]
    assert left.found == "2行（第3—4行）"
    assert reading.unused == ()


def test_word_that_the_mapping_does_not_translate_stays_as_written():
    reading = read(
        [HEAD, school(level="國民小學"), school("2", level="實驗學校")], load_mapping(EXAMPLE)
    )
    assert texts(reading, "school_type") == ["primary"]
    assert "M03" in rules(reading)


def test_year_that_is_no_number_stays_as_written(tmp_path):
    text = (
        '[file]\nyear = { column = "年", offset = 1911 }\n'
        '[columns]\nschool = "校"\nschool_type = { value = "primary" }\n'
    )
    rows = [["年", "校"], ["１１３", "甲校"], ["民國113", "乙校"], ["", "丙校"]]
    assert texts(read(rows, load(tmp_path, text)), "year") == ["2024", "民國113", ""]


def test_county_and_year_may_be_given_for_the_whole_file(tmp_path):
    text = (
        '[file]\ncounty = "沂源县"\nyear = 2024\n'
        '[columns]\nschool = "校"\nschool_type = { value = "primary" }\n'
    )
    reading = read([["校"], ["甲校"]], load(tmp_path, text))
    assert reading is not None
    assert rules(reading) == ["H09"]  # one header is no head
    reading = read([["校", "年级"], ["甲校", ""]], load(tmp_path, text + 'boarding = "年级"\n'))
    assert (texts(reading, "county"), texts(reading, "year")) == (["沂源县"], ["2024"])


def test_sheet_without_any_of_the_headers_is_read_without_the_mapping():
    reading = read([["学校名称", "学校类型"], ["甲校", "小学"]], load_mapping(EXAMPLE))
    assert rules(reading) == []
    assert set(reading.fields) == {"school", "school_type"}
    items = read([["填报项目", "填报值"], ["回收有效问卷数", "9"]], load_mapping(EXAMPLE))
    assert items.kind == "items"


def test_column_of_personal_data_is_not_read_even_when_asked_for(tmp_path):
    text = '[columns]\nschool = "校"\nschool_type = "类"\ntown = "家庭住址"\n'
    rows = [["校", "类", "家庭住址"], ["甲校", "小学", "某村某号"]]
    reading = read(rows, load(tmp_path, text))
    assert "某村某号" not in str(reading)
    assert set(rules(reading)) == {"S09", "M01"}


def test_head_of_two_rows_is_named_with_a_stroke(tmp_path):
    text = '[columns]\nschool = "校"\nschool_type = "类"\npupils_primary = "小/人"\npupils_junior = "中/人"\n'
    rows = [["校", "类", "小", "中"], ["", "", "人", "人"], ["甲校", "九年一贯制学校", "3", "4"]]
    reading = read(rows, load(tmp_path, text))
    assert (texts(reading, "pupils_primary"), texts(reading, "pupils_junior")) == (["3"], ["4"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[columns\n", "不是有效的 TOML"),
        ('[columns]\nschool = "a"\nschool = "b"\n', "不是有效的 TOML"),
        ("", "columns：缺少这一项"),
        ('[column]\nschool = "a"\n', "column：没有这个键；允许 file、columns、keep、skip"),
        ('[file]\nstages = "primary"\n[columns]\nschool = "a"\n', "file.stages：没有这个键"),
        (
            '[file]\nstage = "senior"\n[columns]\nschool = "a"\n',
            "允许 primary（小学）、junior（初中）",
        ),
        ('[columns]\nschol = "a"\n', "columns.schol：字典中没有这个字段"),
        ('[columns]\npupils = "a"\n', "columns.pupils：字典中没有这个字段"),
        ("[columns]\nschool = 7\n", "columns.school"),
        ('[columns]\nschool = ""\n', "不能为空"),
        ("[columns]\nschool = {}\n", "恰好填写一个"),
        ('[columns]\nschool = { column = "a", value = "b" }\n', "恰好填写一个"),
        ('[columns]\nbooks = { sum = ["a"] }\n', "至少两个表头"),
        ('[columns]\nbooks = { sum = ["a", "a"] }\n', "重复的表头"),
        ('[columns]\nbooks = { sums = ["a", "b"] }\n', "没有这个键；允许 column、sum"),
        ('[columns]\nschool = { sum = ["a", "b"] }\n', "只有数值才能用 sum"),
        ('[columns]\nbooks = { column = "a", unit = "亩" }\n', "与册同类的单位"),
        ('[columns]\nschool = { column = "a", unit = "元" }\n', "不写 unit"),
        ('[columns]\nschool = { column = "a", offset = 1 }\n', "只有整数才能用 offset"),
        ('[columns]\nbooks = { value = "1", unit = "册" }\n', "unit 不能与 value 同用"),
        ('[columns]\nschool_type = { value = "国小" }\n', "允许 primary、teaching_point"),
        (
            '[columns]\nschool_type = { column = "a", values = { x = "国小" } }\n',
            "“国小”不是可选的值",
        ),
        ('[columns]\nyear = "a"\n[file]\nyear = 2024\n', "同一字段写了两次"),
        (
            '[file]\nstage = "primary"\n[columns]\npupils = "a"\npupils_primary = "b"\n',
            "同一字段写了两次",
        ),
        ('[columns]\nschool = "a"\n[keep]\nx = []\n', "至少一个词"),
        ('[columns]\nschool = "a"\n[keep]\nx = ["1"]\n[skip]\nx = ["2"]\n', "已写在 keep 中"),
    ],
)
def test_fault_of_a_mapping_file_is_told_with_its_key_and_what_is_allowed(tmp_path, text, told):
    with pytest.raises(UsageError, match=r"theirs\.toml") as caught:
        load(tmp_path, text)
    assert told in str(caught.value)


def test_all_faults_of_a_mapping_file_are_told_at_once(tmp_path):
    with pytest.raises(UsageError) as caught:
        load(tmp_path, '[columns]\nschol = "a"\nboks = "b"\n')
    assert "schol" in str(caught.value)
    assert "boks" in str(caught.value)


def test_file_that_is_not_there_or_not_utf8_is_told(tmp_path):
    with pytest.raises(UsageError, match="无法读取"):
        load_mapping(tmp_path / "none.toml")
    path = tmp_path / "theirs.toml"
    path.write_bytes('[columns]\nschool = "学校名称"\n'.encode("gb18030"))
    with pytest.raises(UsageError, match="UTF-8"):
        load_mapping(path)
