"""Personal data: which columns hold it, which numbers belong to persons, and that nothing of it is kept or shown."""

import time

import pytest

from youzhi.columns import load_columns, load_item_columns
from youzhi.imports.checking import check_files
from youzhi.intake.cleaning import clean_field
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import Place
from youzhi.intake.readings import RawCell
from youzhi.intake.wide.headers import read_sheet
from youzhi.intake.wide.mappings import load_mapping
from youzhi.intake.wide.personal import (
    cover_signature,
    is_personal,
    is_personal_column,
    is_signature,
    mask_numbers,
)

IDENTITY = "370323198001011234"
MOBILE = "13812345678"


def read(rows, merged=(), mapping=None):
    sheet = Sheet("", [list(row) for row in rows], merged=list(merged))
    return read_sheet(Source("a.xlsx", "", "xlsx", "", [sheet]), sheet, mapping)


def told(reading, rule):
    return [finding.found for finding in reading.findings if finding.rule == rule]


# --- names of columns

PERSONAL = [
    *("填报人", "填表人", "经办人", "法人", "法定代表人", "法人代表", "班主任", "校长", "校长签名"),
    *(
        "校长（签字）",
        "分管副校长",
        "教师名单",
        "负责人名单",
        "残疾学生名册",
        "户主",
        "父亲",
        "母亲",
    ),
    *("家长", "监护人", "联系人", "联系人1", "学生", "教师", "学生姓名", "*校长", "3. 联系电话"),
    *("学号", "学籍号", "工号", "教师资格证工号", "籍贯", "护照", "护照号码", "身份证件号码"),
    *(
        "手机数",
        "联系电话数",
        "学生手机数",
        "教师姓名数",
        "微信数",
        "QQ数",
        "手机",
        "电 话",
        "手\n机",
    ),
    *(
        "Tel",
        "TEL.",
        "E-mail",
        "email",
        "Phone",
        "Mobile No.",
        "微信",
        "微信号",
        "QQ",
        "QQ号",
        "ＱＱ",
    ),
    *("银行卡", "银行卡号", "邮箱", "出生年月", "家庭住址", "姓 名", "曾用名"),
]
COUNTS = [
    *("教师数", "学生数", "校长数", "班主任人数", "班主任数", "电话机台数", "电话机数", "电话数量"),
    *(
        "有手机的学生人数",
        "家长满意度",
        "家长数",
        "家长人数",
        "监护人数",
        "联系人数",
        "户数",
        "工号数量",
    ),
    *(
        "学生总人数",
        "教师总数",
        "小学学生",
        "专任教师",
        "骨干教师",
        "QQ群人数",
        "户主数",
        "班主任津贴",
    ),
    *(
        "父亲外出务工学生数",
        "是否班主任",
        "有无电话",
        "是否独立法人",
        "法人证书",
        "家长学校",
        "学校名称",
    ),
    *("hotel", "教师工资", "学生食堂面积", "师生比", "手机持有率", "家校联系人次"),
]


@pytest.mark.parametrize("header", PERSONAL)
def test_column_of_persons_is_known_by_its_name(header):
    assert is_personal(header)


@pytest.mark.parametrize("header", COUNTS)
def test_column_that_counts_persons_is_none_of_persons(header):
    assert not is_personal(header)


def test_no_header_of_the_dictionaries_is_taken_for_persons():
    columns = [*load_columns().values(), *load_item_columns().values()]
    names = {name for one in columns for name in (one.id, one.zh, *one.headers)}
    assert {name for name in names if is_personal(name)} == set()


@pytest.mark.parametrize(
    ("parts", "cells", "personal"),
    [
        (["学生"], ["张三", "李四"], True),
        (["学生"], [], True),
        (["学生"], ["300", "200", ""], False),
        (["学生"], ["约300人", "２００"], False),
        (["学生"], ["300", "李四"], True),
        (["学生"], ["300", "李四", "120"], False),
        (["校长"], ["1", "2"], False),
        (["校长"], ["张三"], True),
        (["校长"], [MOBILE], True),
        (["小学", "学生"], [], False),
        (["小学阶段", "教师"], ["约三百"], False),
        (["小学", "校长"], ["张三"], True),
        (["小学", "姓名"], ["1", "2"], True),
        (["基本情况", "学生"], ["张三"], True),
        (["学生", "男"], ["120"], False),
        (["学生", "男"], ["张三"], True),
        (["联系电话"], ["5", "6"], True),
        (["班级数"], ["张三"], False),
    ],
)
def test_word_for_persons_names_them_unless_they_are_counted(parts, cells, personal):
    assert is_personal_column(parts, cells) == personal


GROUPED = [["学校名称", "学校类型", "小学", "", ""], ["", "", "学生", "班级", "教师"]]


def test_pupils_and_teachers_under_a_stage_are_no_personal_data():
    rows = [*GROUPED, ["甲校", "小学", "100", "3", "10"]]
    assert told(read(rows, [(1, 2, 1, 4)]), "S09") == []


@pytest.mark.parametrize(("cell", "personal"), [("20", []), ("王五", ["教师"])])
def test_column_of_teachers_is_personal_where_names_stand_below(cell, personal):
    rows = [["学校名称", "学校类型", "小学学生人数", "教师"], ["甲校", "小学", "100", cell]]
    reading = read(rows)
    assert told(reading, "S09") == personal
    assert ("未读入：教师" in "".join(told(reading, "H07"))) == (not personal)


@pytest.mark.parametrize(("cell", "rules"), [("20", set()), ("王五", {"S09", "M01"})])
def test_mapping_file_reads_a_column_of_counts_but_never_one_of_names(tmp_path, cell, rules):
    path = tmp_path / "m.toml"
    path.write_text('[columns]\nteachers_primary = "教师"\n', encoding="utf-8")
    rows = [["学校名称", "学校类型", "小学学生人数", "教师"], ["甲校", "小学", "100", cell]]
    reading = read(rows, mapping=load_mapping(path))
    assert {finding.rule for finding in reading.findings} == rules
    assert ("teachers_primary" in reading.records[0].cells) == (not rules)


# --- numbers of persons

NUMBERS = {
    "country": f"张三+86{MOBILE}",
    "country and dash": f"张三 86-{MOBILE}",
    "country 0086": "0086 138 1234 5678",
    "country in brackets": "（+86）138 1234 5678",
    "dashes": "138-1234-5678",
    "full-width dashes": "138－1234－5678",
    "long dashes": "138—1234—5678",
    "dots": "138.1234.5678",
    "three-three-five": "138 123 45678",
    "bracketed": "（138）12345678",
    "every digit apart": "1 3 8 1 2 3 4 5 6 7 8",
    "zero width": "138\u200b12345678",
    "soft hyphen": "1381234\u00ad5678",
    "unseen letter": "138\u316412345678",
    "numbered": f"No.{MOBILE}",
    "behind a name": f"张三{MOBILE}转1",
    "end of a sentence": f"电话{MOBILE}。",
    "point": f"{MOBILE}.",
    "float": f"{MOBILE}.0",
    "full width": "１３８１２３４５６７８",
    "identity": f"ID{IDENTITY}",
    "identity with blanks": "370323 19800101 1234",
    "identity in parts": "3703231980-0101-1234",
    "identity with X": "37032319800101123Ｘ",
    "identity, every digit apart": " ".join(IDENTITY),
    "fifteen digits": "370323800101123",
    "mail": "联系zs@qq.com",
    "mail of a school": "zhang.san@edu.yiyuan.gov.cn",
    "full-width mail": "zs＠qq.com",
}
OTHERS = [
    *("第1234567890123号文件", "121.43583052138123456789", "东经118.13812345678", "0533-3241234"),
    *("甲校3703231990130112345", "投入13812345678元", "建筑面积13812345678㎡", "1380 1200 350"),
    *("2020-09-01至2021-07-15", "鲁教基发〔2019〕138号，2020年12月31日", "3137000123", "1998-2003"),
    *(
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "1 3 8 1 2 3 4 5 6 7 8 9",
        "138、1234、5678人",
        "37032380010112",
    ),
    *("60;62.5;58;58;72;61;59", "12370323493981234X", "370323801301123", "20190101-20211231"),
    *("370323001138", "统计年鉴2023，第138-142页", "甲@乙", "3 @ 5", "12812345678", "1381234567"),
    *("381234567890123456789012", "邮编256100，区号0533"),
]


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_number_of_a_person_is_covered_but_for_its_beginning(text):
    covered = mask_numbers(text)
    assert "***" in covered
    for part in ("5678", "5 6", "0101", "0 1 0 1", "qq", "edu"):
        assert part not in covered
    assert mask_numbers(covered) == covered


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_stay_as_they_are(text):
    assert mask_numbers(text) == text


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        (MOBILE, False),
        ("370323800101123", False),
        ("zs@qq.com", False),
        (IDENTITY, True),
        ("370323 19800101 1234", True),
        ("60;62;58;58;72;61;59;60;60", False),
    ],
)
def test_in_columns_of_numbers_and_codes_only_identity_numbers_are_looked_for(text, covered):
    assert (mask_numbers(text, mobile=False) != text) == covered


@pytest.mark.parametrize(
    "text",
    [
        *("1 3 8 " * 20_000, "1" * 100_000, "1 " * 50_000, "138 1234 " * 12_000, "( " * 50_000),
        *("a" * 100_000 + "@", "a@" * 50_000, "a." * 50_000 + "@a", "a@b" + ".c" * 50_000 + "."),
        *("3703" * 25_000, "填表人" * 30_000, ":" * 100_000, "\u200b" * 100_000 + "@"),
    ],
    ids=range(13),
)
def test_text_of_any_length_is_looked_through_at_once(text):
    start = time.process_time()
    mask_numbers(text)
    cover_signature(text)
    is_signature(text)
    assert time.process_time() - start < 2


# --- what becomes of them


@pytest.mark.parametrize("at", [3, 4], ids=["source", "note"])
@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_number_of_a_person_beside_a_county_figure_refuses_the_file(tmp_path, at, text):
    rows = [["填报项目", "填报值", "单位", "来源", "备注"], ["行政村数", "300", "个", "", ""]]
    rows[1][at] = text
    reading = read(rows)
    assert len(told(reading, "S09b")) == 1
    assert text not in str(reading)


@pytest.mark.parametrize("field", ["pupils_primary", "teaching_area_m2", "zone", "boarding"])
@pytest.mark.parametrize("text", [MOBILE, f"张三 {MOBILE}", "zs@qq.com"])
def test_number_in_a_column_that_refuses_it_is_shown_covered(field, text):
    findings = []
    cell = RawCell(text, Place("a.csv", "", 2, 0, "x"))
    assert clean_field(cell, load_columns()[field], findings) is None
    assert "***" in findings[0].found
    assert "5678" not in str(findings)
    assert "qq" not in str(findings)


def test_number_that_is_read_and_a_code_are_shown_as_they_are():
    findings = []
    money = RawCell(f"{MOBILE}元", Place("a.csv", "", 2, 0, "x"))
    assert clean_field(money, load_columns()["equipment_value_yuan"], findings) == int(MOBILE)
    code = RawCell(f"'{MOBILE}", Place("a.csv", "", 2, 0, "x"))
    assert clean_field(code, load_columns()["school_id"], findings) == MOBILE
    assert [finding.found for finding in findings] == [f"{MOBILE}元", f"'{MOBILE}"]


@pytest.mark.parametrize(
    "content", [f"<html><td>张三丰</td><td>{MOBILE}</td>", f"MIME-Version: {MOBILE}"]
)
def test_nothing_of_a_web_page_is_shown(tmp_path, content):
    path = tmp_path / "a.xls"
    path.write_text(content, encoding="utf-8")
    findings = check_files([path]).findings
    assert list(findings["rule"]) == ["E10b"]
    assert list(findings["found"]) == ["网页或 XML"]


# --- signatures


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("填表人：王五 13812345678", "填表人：…"),
        ("填报单位：甲校  填表人:王五", "填报单位：甲校  填表人:…"),
        ("校长（签字）：张三", "校长（签字）：…"),
        ("联系电话：0533-3241234", "联系电话：…"),
        ("审核：李四", "审核：…"),
        ("填表人：", "填表人："),
        ("填报单位：甲校", "填报单位：甲校"),
        ("注：不含民办学校", "注：不含民办学校"),
        ("校长培训", "校长培训"),
    ],
)
def test_name_behind_a_signature_is_covered(text, covered):
    assert cover_signature(text) == covered
    assert cover_signature(covered) == covered or covered.endswith("…")
