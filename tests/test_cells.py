"""One cell to one value: every case of numbers, names, codes, choices and years, with its outcome."""

import time
import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi.columns import load_columns, load_figures
from youzhi.intake.findings import OUTCOMES, load_rules
from youzhi.intake.values import cells
from youzhi.intake.values.aliases import load_aliases
from youzhi.intake.values.cells import clean_cell, parse_year
from youzhi.intake.values.names import clean_header, clean_name, remove_invisible
from youzhi.intake.values.numbers import show_number
from youzhi.intake.values.numerals import parse_numeral
from youzhi.intake.values.units import find_unit

PUPILS = "pupils_primary"  # 人, whole, 0 to 1,000,000
MONEY = "equipment_value_yuan"  # 元
AREA = "teaching_area_m2"  # ㎡
ROOMS = "music_room_areas_m2"  # ㎡ of each room, 0 to 2000
SHARE = "exchanged_share_percent"  # %, 0 to 100


def column(name):
    return load_columns().get(name) or load_figures()[name]


def clean(name, text, unit="", mark=""):
    return clean_cell(text, column(name), unit, mark)


def outcome(cleaned):
    return load_rules()[cleaned.rule].outcome if cleaned.rule else ""


# --- what is read: (column, text, unit, value, rule)

READ = [
    # as it should stand
    *[(PUPILS, text, "", text, "") for text in ("0", "1", "300", "1000000", "007")],
    *[(AREA, text, "", text, "") for text in ("0", "0.5", "1234.56", "12.50", "100000000")],
    ("lon", "-180", "", "-180", ""),
    ("lon", "+121.5", "", "121.5", ""),
    (PUPILS, "-0", "", "0", ""),
    (PUPILS, "300", "人", "300", ""),
    (PUPILS, "300", "名", "300", ""),
    (AREA, "300", "平方米", "300", ""),
    (AREA, "300", "m²", "300", ""),
    # N01
    (AREA, "１２３．５", "", "123.5", "N01"),
    (PUPILS, "１２３", "", "123", "N01"),
    (PUPILS, "12３", "", "123", "N01"),
    # N02
    (PUPILS, "1,234", "", "1234", "N02"),
    (PUPILS, "１，２３４", "", "1234", "N02"),
    (MONEY, "1,234,567.89", "", "1234567.89", "N02"),
    (MONEY, " 12,345 ", "", "12345", "N02"),
    # N03
    (MONEY, "1.2万", "", "12000", "N03"),
    (MONEY, "5.27万元", "", "52700", "N03"),
    (MONEY, "5.27 万元", "", "52700", "N03"),
    (MONEY, "５．２７万元", "", "52700", "N03"),
    (MONEY, "0.1亿", "", "10000000", "N03"),
    (MONEY, "3千元", "", "3000", "N03"),
    (PUPILS, "1.2万", "", "12000", "N03"),
    (PUPILS, "1.2万人", "", "12000", "N03"),
    (AREA, "1.5万㎡", "", "15000", "N03"),
    (MONEY, "5.27万元", "万元", "52700", "N03"),
    (MONEY, "5.27万", "万元", "52700", "N03"),
    (MONEY, "1.2万", "千元", "12000", "N03"),
    ("population_10k", "52.3万", "", "52.3", "N03"),
    # N05
    (AREA, "15", "亩", "10000", "N05"),
    (AREA, "1.5", "公顷", "15000", "N05"),
    (AREA, "15亩", "", "10000", "N05"),
    (AREA, "15亩", "亩", "10000", "N05"),
    # N06
    (SHARE, "95%", "", "95", "N06"),
    (SHARE, "９５％", "", "95", "N06"),
    (SHARE, "0.5%", "", "0.5", "N06"),
    (SHARE, "95", "", "95", ""),
    (SHARE, "0.95", "%", "0.95", ""),
    (SHARE, "0", "", "0", ""),
    (SHARE, "1.01", "", "1.01", ""),
    # N07
    (MONEY, "5.27", "万元", "52700", "N07"),
    (MONEY, "3", "百元", "300", "N07"),
    (MONEY, "3", "千元", "3000", "N07"),
    (MONEY, "3", "（单位：千元）", "3000", "N07"),
    (AREA, "0.5", "万平方米", "5000", "N07"),
    (AREA, "3", "千", "3000", "N07"),
    (MONEY, "52700元", "万元", "52700", "N19"),
    # N08
    *[
        (PUPILS, text, "", "300", "N08")
        for text in (
            "'300",
            "’300",
            "300\u00a0",
            " 300",
            "300 ",
            "\u200b300",
            "30\u200b0",
            "\ufeff300",
            "300\t",
            "\u202d300\u202c",
        )
    ],
    # N12
    (PUPILS, "1.2E+05", "", "120000", "N12"),
    (PUPILS, "1e5", "", "100000", "N12"),
    (AREA, "1.5E-02", "", "0.015", "N12"),
    # N18: every digit stays
    (MONEY, "9007199254.740993", "", "9007199254.740993", ""),
    (AREA, "0.30000000000000004", "", "0.30000000000000004", ""),
    (
        AREA,
        "0.1234567890123456789012345678901234567",
        "",
        "0.1234567890123456789012345678901234567",
        "",
    ),
    # N19
    (PUPILS, "300人", "", "300", "N19"),
    (PUPILS, "３００ 人", "", "300", "N19"),
    (PUPILS, "１，２３４人", "", "1234", "N19"),
    (PUPILS, "300名", "", "300", "N19"),
    (PUPILS, "300个", "", "300", "N19"),
    ("classes_primary", "6个班", "", "6", "N19"),
    ("networked_classrooms", "12间", "", "12", "N19"),
    ("books", "12册", "", "12", "N19"),
    ("computers", "12台", "", "12", "N19"),
    (MONEY, "￥1,200", "", "1200", "N19"),
    (AREA, "300平方米", "", "300", "N19"),
    (AREA, "300㎡", "", "300", "N19"),
    (AREA, "300㎡", "m²", "300", "N19"),
    ("lon", "121.5°", "", "121.5", "N19"),
    # K09: organisers in words
    ("organiser_code", "县级教育部门", "", "7", "K09b"),
    ("organiser_code", "民办", "", "10", "K09b"),
    ("organiser_code", "7", "人", "7", ""),
    # D12
    *[
        ("year", text, "", "2022", "D12")
        for text in (
            *(
                "2022年",
                "2022-2023",
                "2022/23",
                "2022—2023学年度",
                "2022－2023学年",
                "2022～2023学年",
                "2022至2023学年",
            ),
            *(
                "2022学年",
                "2022年度",
                "二〇二二",
                "二○二二年",
                "二零二二年",
                "2022年9月1日",
                "2022-09-01 00:00:00",
                "2022 年",
            ),
            *("2022年—2023年", "2022-2023学年第一学期", "2022-23学年"),
        )
    ],
    ("year", "2022", "", "2022", ""),
    ("year", "2012", "", "2012", ""),
    ("year", "2035", "", "2035", ""),
    ("year", "２０２２", "", "2022", "N01"),
    ("year", "2012-13", "", "2012", "D12"),
    ("built_year", "1998年", "", "1998", "D12"),
    ("built_year", "1998年9月", "", "1998", "D12"),
    ("built_year", "1998-03-01", "", "1998", "D12"),
    ("built_year", "1998.9", "", "1998", "D12"),
    ("built_year", "1850", "", "1850", ""),
]


@pytest.mark.parametrize(
    ("name", "text", "unit", "value", "rule"), READ, ids=lambda part: part or "_"
)
def test_number_is_read_exactly_and_its_conversion_is_told(name, text, unit, value, rule):
    cleaned = clean(name, text, unit)
    assert (str(cleaned.value), cleaned.rule) == (str(Decimal(value)), rule)
    assert outcome(cleaned) == ("norm" if rule else "")
    assert cleaned.became == (value if rule else "")


# --- what is not read: (column, text, unit, rule, proposal)

NOT_READ = [
    # N05
    (AREA, "15", "斤", "N05b", ""),
    (AREA, "15", "元", "N05b", ""),
    (MONEY, "3", "亩", "N05b", ""),
    (PUPILS, "95", "%", "N05b", ""),
    # N06
    (PUPILS, "95%", "", "N06b", ""),
    (AREA, "46.5%", "", "N06b", ""),
    (SHARE, "0.95", "", "N06c", "95"),
    (SHARE, "1", "", "N06c", "100"),
    (SHARE, "０．９", "", "N06c", "90"),
    # N09
    *[
        (PUPILS, text, "", "N09", "")
        for text in (
            "-",
            "—",
            "——",
            "－",
            "/",
            "／",
            "无",
            "空",
            "N/A",
            "n/a",
            "#N/A",
            "null",
            "NULL",
            "None",
            "NA",
            " - ",
            "暂无",
            "不适用",
            "?",
            "…",
        )
    ],
    # N10
    *[
        (PUPILS, text, "", "N10", "")
        for text in ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#div/0!", "######")
    ],
    *[(PUPILS, text, "", "N10b", "") for text in ("=SUM(A1:A3)", "=5", "＝A1")],
    # N14
    *[
        (PUPILS, text, "", "N14", "")
        for text in ("-1", "－５", "−5", "–5", "-0.5", "-1,234", "-5人", "约-5")
    ],
    (AREA, "-0.01", "", "N14", ""),
    ("lon", "-180.01", "", "N14b", ""),
    ("lon", "180.0000000000000000000001", "", "N14b", ""),
    (PUPILS, "1000001", "", "N14b", ""),
    (PUPILS, "101万", "", "N14b", ""),
    (MONEY, "1000000000000.01", "", "N14b", ""),
    (SHARE, "100.1", "", "N14b", ""),
    (SHARE, "101%", "", "N14b", ""),
    ("organiser_code", "0", "", "N14b", ""),
    ("organiser_code", "11", "", "N14b", ""),
    ("organiser_code", "教育部门", "", "K09c", ""),
    # N15
    *[
        (PUPILS, text, "", "N15", "")
        for text in ("12.5", "１２．５", "12.5人", "0.1", "1.23456万", "1.25E+01", "约12.5")
    ],
    # N16
    *[
        (PUPILS, text, "", "N16", "")
        for text in (
            *(
                "inf",
                "-inf",
                "nan",
                "NaN",
                "Infinity",
                "1e308",
                "9" * 400,
                "9" * 41,
                "0x1F",
                "１e５",
                "１．２Ｅ＋０５",
                "１２３abc",
            ),
            *(
                "123abc",
                "abc",
                "甲校",
                "千山小学",
                "100①",
                "300²",
                "٣٠٠",
                "1/2",
                "½",
                "1+2",
                "^",
                "12人3",
                "1e+",
                "$5",
                "_",
                "1_000",
            ),
        )
        if text != "1/2"
    ],
    # N17
    *[
        (PUPILS, text, "", "N17", "")
        for text in (
            "12,5",
            "12,34",
            "1,23",
            "1,2345",
            "1234,567",
            ",123",
            "1.2.3",
            "1..2",
            "5.",
            ".5",
            "1O0",
            "l20",
            "2I",
            "1|0",
            "1 234",
            "1,234,56",
            "O1",
        )
    ],
    # N19
    *[
        (PUPILS, text, "", "N19b", "300")
        for text in (
            "约300",
            "300左右",
            "３００左右",
            "约300人",
            "300多",
            "300多人",
            "300余人",
            "300人左右",
            "大约 300",
            "近300",
            "300人以上",
            "≥300",
            ">300",
            "300+",
            "300?",
            "300（含幼儿园）",
            "300人（含幼儿园）",
        )
        if text != "300人（含幼儿园）"
    ],
    *[
        (PUPILS, text, "", "N19b", "")
        for text in (
            "300-350",
            "300~350",
            "300～350",
            "300至350",
            "300—350人",
            "300人-350人",
            "3-1",
        )
    ],
    (MONEY, "约5.27万元", "", "N19b", "52700"),
    (MONEY, "约5.27", "万元", "N19b", "52700"),
    (PUPILS, "300元", "", "N19c", ""),
    (PUPILS, "300㎡", "", "N19c", ""),
    ("classes_primary", "300人", "", "N19c", ""),
    (AREA, "300元", "", "N19c", ""),
    (PUPILS, "120实有", "", "N19c", ""),
    # N20
    (PUPILS, "三百二十", "", "N20", "320"),
    (PUPILS, "三百二十人", "", "N20", "320"),
    (PUPILS, "叁佰贰拾", "", "N20", "320"),
    (PUPILS, "十二", "", "N20", "12"),
    (MONEY, "五万零三", "", "N20", "50003"),
    (MONEY, "五", "万元", "N20", "50000"),
    (SHARE, "百分之九十五", "", "N20", "95"),
    (PUPILS, "三百二", "", "N20", ""),
    (PUPILS, "三百多人", "", "N20", ""),
    (PUPILS, "几十", "", "N20", ""),
    (PUPILS, "三点五", "", "N15", ""),
    # a unit alone, a letter, a number in a circle
    *[
        (PUPILS, text, "", "N16", "")
        for text in ("百元", "千元", "百", "y", "N", "T", "Ｙ", "①", "⑴", "㈠")
    ],
    # N21
    *[
        (PUPILS, text, "", "N21", "")
        for text in (
            "TRUE",
            "false",
            "是",
            "否",
            "√",
            "有",
            "2023-09-01",
            "2023/9/1",
            "2023年9月1日",
            "2023年9月",
            "3月1日",
            "1-Mar",
            "Mar-01",
            "3/1",
            "1/2",
            "2023-09-01 00:00:00",
            "12:30",
        )
    ],
    # D12
    *[
        ("year", text, "", "D12b", "")
        for text in (
            "2011",
            "2036",
            "2022-2024",
            "2023-2022",
            "2022年6月",
            "22",
            "本年",
            "２０１１",
            "2011-2012",
            "202",
            "20222",
            "2022.5",
        )
    ],
    ("year", "-", "", "N09", ""),
    ("built_year", "1849", "", "D12b", ""),
    ("built_year", "二〇一〇", "", "N20", "2010"),
    ("built_year", "约1998", "", "N19b", "1998"),
]


@pytest.mark.parametrize(
    ("name", "text", "unit", "rule", "proposal"), NOT_READ, ids=lambda part: part[:20] or "_"
)
def test_number_that_is_refused_or_set_aside_is_missing_and_never_zero(
    name, text, unit, rule, proposal
):
    cleaned = clean(name, text, unit)
    assert cleaned == (None, rule, proposal)
    assert outcome(cleaned) in ("reject", "hold")


@pytest.mark.parametrize(
    ("text", "mark", "value", "rule"),
    [
        ("300", "number", Decimal(300), ""),
        ("300", "text", Decimal(300), "N08"),
        ("２００", "text", Decimal(200), "N01"),
        ("45.6%", "percent", None, "N06b"),
        ("0.456", "percent", None, "N06b"),
        ("45352", "date", None, "N21"),
        ("2024-03-01", "date", None, "N21"),
        ("1", "boolean", None, "N21"),
        ("#N/A", "error", None, "N09"),
        ("#DIV/0!", "error", None, "N10"),
        ("=B2+C2", "formula", None, "N10b"),
        ("", "formula", None, "N10b"),
    ],
)
def test_mark_of_a_workbook_is_heeded(text, mark, value, rule):
    assert clean(PUPILS, text, mark=mark)[:2] == (value, rule)


def test_percent_of_a_workbook_is_read_in_a_column_of_percentages():
    assert clean(SHARE, "46.5%", mark="percent").value == Decimal("46.5")
    assert clean(SHARE, "0.465", mark="percent")[:2] == (None, "N06c")


@pytest.mark.parametrize(
    "name", [PUPILS, MONEY, ROOMS, "school", "school_id", "zone", "boarding", "year", "town"]
)
@pytest.mark.parametrize("text", ["", " ", "　", "\u00a0", "\u200b", "\t\n"])
def test_blank_is_missing_without_a_finding(name, text):
    assert clean(name, text) == (None, "", "")


def test_zero_is_a_number_and_blank_is_missing():
    assert clean(PUPILS, "0").value == 0
    assert clean(PUPILS, "").value is None


def test_area_in_mu_stays_exact_where_no_decimal_is():
    cleaned = clean(AREA, "10", "亩")
    assert (cleaned.value, cleaned.rule) == (Fraction(20000, 3), "N05")
    assert cleaned.became == "20000/3（约6666.6667）"


# --- names and codes


@pytest.mark.parametrize(
    "name",
    [
        "NA",
        "null",
        "None",
        "nan",
        "TRUE",
        "1E5",
        "<script>",
        "=1+1",
        "@甲",
        "{{7*7}}",
        "不忘小学",
        "空山小学",
    ],
)
def test_school_may_be_called_like_a_value(name):
    assert clean("school", name) == (name, "", "")


@pytest.mark.parametrize(
    ("written", "name", "rule"),
    [
        (" 石桥小学 ", "石桥小学", ""),
        ("⽯桥小学", "石桥小学", "K06"),
        ("石桥 小学(东)", "石桥小学（东）", "K06"),
        ("石桥\u202e小学", "石桥小学", "K06b"),
        ("石桥\x07小学", "石桥小学", "K06b"),
    ],
)
def test_name_becomes_canonical_and_more_than_blanks_is_told(written, name, rule):
    assert clean("school", written) == (name, rule, name if rule else "")


@pytest.mark.parametrize(
    ("name", "rule"),
    [("school", "N09"), ("town", "N09b"), ("campus_of", "N09b"), ("school_id", "N09")],
)
@pytest.mark.parametrize("text", ["-", "—", "/", "无", "#N/A"])
def test_sign_for_nothing_is_no_name(name, rule, text):
    assert clean(name, text) == (None, "N09" if text == "#N/A" else rule, "")


@pytest.mark.parametrize(
    ("text", "mark", "code", "rule"),
    [
        ("0370323001", "", "0370323001", ""),
        ("0370323001", "text", "0370323001", ""),
        ("3703230001", "number", "3703230001", ""),
        ("1E5", "", "1E5", ""),
        ("NA", "", "NA", ""),
        ("源小-01", "", "源小-01", ""),
        ("45352", "", "45352", ""),
        ("45352", "text", "45352", ""),
        ("40178", "number", "40178", ""),
        ("49675", "number", "49675", ""),
        ("9137032370000123456", "text", "9137032370000123456", ""),
        ("913703237000012", "number", "913703237000012", ""),
        ("０３７０", "", "0370", "N01"),
        ("'0370323001", "", "0370323001", "K06"),
        ("\u200b0370", "", "0370", "K06b"),
        ("0370 323 001", "", "0370323001", "K06"),
        ("3703230001.0", "", "3703230001", "K02"),
        ("3.70323E+09", "", None, "N12b"),
        ("3.70323e9", "", None, "N12b"),
        ("3E+09", "", None, "N12b"),
        ("３．７Ｅ＋０９", "", None, "N12b"),
        ("9137032370000123", "number", None, "N12b"),
        ("9137032370000123456.0", "", None, "N12b"),
        ("40179", "number", None, "N13"),
        ("45352", "number", None, "N13"),
        ("49674", "number", None, "N13"),
        ("45352", "date", None, "N13"),
        ("3月1日", "", None, "N13"),
        ("1-Mar", "", None, "N13"),
        ("2024-03-01", "", None, "N13"),
        ("2024-03-01 00:00:00", "date", None, "N13"),
        ("#REF!", "error", None, "N10"),
    ],
)
def test_code_is_kept_as_text_and_a_damaged_one_is_refused(text, mark, code, rule):
    cleaned = clean("school_id", text, mark=mark)
    assert (cleaned.value, cleaned.rule) == (code, rule)
    assert outcome(cleaned) == ("" if not rule else "norm" if code else "reject")


def test_date_in_the_place_of_a_name_is_refused():
    assert clean("school", "2024-05-01", mark="date")[:2] == (None, "N13")


def test_invisible_characters_leave_a_free_text():
    columns = load_columns()["town"].__class__(**{**load_columns()["town"].__dict__, "id": "note"})
    assert clean_cell(" 甲\u202e，乙 (丙) ", columns) == ("甲，乙 (丙)", "K06b", "甲，乙 (丙)")
    assert clean_cell("无", columns) == ("无", "", "")


# --- choices, truth values, rooms


@pytest.mark.parametrize(
    ("name", "text", "value", "rule"),
    [
        ("school_type", "小学", "primary", ""),
        ("school_type", "primary", "primary", ""),
        ("school_type", " 小学 ", "primary", ""),
        ("school_type", "普通小学", "primary", "K09"),
        ("school_type", "初级中学", "junior", "K09"),
        ("school_type", "九年一贯制", "nine_year", "K09"),
        ("school_type", "完中", "complete_secondary", "K09"),
        ("school_type", "小学教学点", "teaching_point", "K09"),
        ("school_type", "教学点(小学)", "teaching_point", "K09"),
        ("school_type", "特教学校", "special", "K09"),
        ("school_type", "职高", "vocational", "K09"),
        ("school_type", "十二年一贯制", "twelve_year", "K09"),
        ("school_type", "高级中学", None, "K09c"),
        ("school_type", "幼儿园", None, "K09c"),
        ("school_type", "中学", None, "K09c"),
        ("school_type", "—", None, "N09"),
        ("zone", "城区", "urban", ""),
        ("zone", "农村", "rural", "K09"),
        ("zone", "镇中心区", "town", "K09"),
        ("zone", "城镇", None, "K09c"),
        ("data_kind", "真实", "real", "K09"),
        ("veto_key_schools", "不存在", "absent", ""),
        ("veto_key_schools", "没有", "absent", "K09"),
        ("veto_key_schools", "无", None, "N09"),
        ("boarding", "是", True, ""),
        ("boarding", "0", False, ""),
        ("boarding", "TRUE", True, ""),
        ("boarding", "√", True, "K09e"),
        ("boarding", "×", False, "K09e"),
        ("boarding", "有", True, "K09e"),
        ("boarding", "Y", True, "K09e"),
        ("boarding", "no", False, "K09e"),
        ("boarding", "无", None, "N09"),
        ("boarding", "也许", None, "K09d"),
        ("boarding", "2", None, "K09d"),
    ],
)
def test_choice_is_found_by_its_words_or_refused(name, text, value, rule):
    cleaned = clean(name, text)
    assert (cleaned.value, cleaned.rule) == (value, rule)
    assert outcome(cleaned) == {"": "", "K09": "norm", "K09e": "norm", "N09": "hold"}.get(
        rule, "reject"
    )


@pytest.mark.parametrize(
    ("text", "value", "rule", "became"),
    [
        ("96", "96", "", ""),
        ("96;90.5", "96;90.5", "", ""),
        ("96； 90.5", "96;90.5", "", ""),
        ("0", "0", "", ""),
        ("2000", "2000", "", ""),
        ("96、90", "96;90", "N19e", "96;90"),
        ("96,90", "96;90", "N19e", "96;90"),
        ("96，90", "96;90", "N19e", "96;90"),
        ("96\n90", "96;90", "N19e", "96;90"),
        ("96;90;", "96;90", "N19e", "96;90"),
        ("96㎡；90㎡", "96;90", "N19", "96;90"),
        ("９６；９０", "96;90", "N01", "96;90"),
        ("96㎡×2", None, "N19d", "96;96"),
        ("96 * 2", None, "N19d", "96;96"),
        ("1,234", None, "N19d", "1;234"),
        ("约96;90", None, "N19b", ""),
        ("无", None, "N09", ""),
        ("-", None, "N09", ""),
        ("2000.1", None, "N14b", ""),
        ("96;-1", None, "N14", ""),
        ("96;甲", None, "N16", ""),
        ("96 90", None, "N17", ""),
        (";", None, "N16", ""),
        ("0.1亩", None, "N05b", ""),
    ],
)
def test_areas_of_rooms_are_numbers_between_semicolons(text, value, rule, became):
    assert clean(ROOMS, text) == (value, rule, became)


# --- years and numerals on their own


@pytest.mark.parametrize(
    "text", ["", "年", "2022-2024", "2023年6月", "abc", "2022-2023-2024", "12345"]
)
def test_what_is_no_school_year_is_none(text):
    assert parse_year(text) is None


def test_year_outside_the_range_is_still_a_year():
    assert parse_year("1998年") == 1998


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            ("零", 0),
            ("五", 5),
            ("十", 10),
            ("十二", 12),
            ("二十", 20),
            ("九十九", 99),
            ("一百", 100),
            ("一百零五", 105),
        ],
        *[
            ("一百一十五", 115),
            ("三百二十", 320),
            ("一千零五", 1005),
            ("一千零五十", 1050),
            ("两千三百", 2300),
        ],
        *[
            ("一万", 10000),
            ("一万零五", 10005),
            ("一万二千", 12000),
            ("十二万", 120000),
            ("一亿零五万", 100050000),
        ],
        *[
            ("二〇二二", 2022),
            ("一二三", 123),
            ("叁佰贰拾", 320),
            ("三百二", None),
            ("一万二", None),
            ("一千五", None),
        ],
        *[
            ("", None),
            ("百", None),
            ("十十", None),
            ("一百百", None),
            ("万", None),
            ("三五百", None),
            ("点五", None),
        ],
    ],
)
def test_chinese_numeral_is_read_strictly(text, value):
    assert parse_numeral(text) == value


# --- lists of words


def test_no_word_stands_for_two_values_of_one_column():
    lists = load_aliases()["choice"]
    for one in [*load_columns().values(), *load_figures().values()]:
        words = [
            word
            for value in one.choices
            for word in (value, one.choices[value], *lists.get(value, ()))
        ]
        assert len(words) == len(set(words)), one.id


def test_every_value_with_other_words_is_a_value_of_some_choice():
    columns = [*load_columns().values(), *load_figures().values()]
    assert set(load_aliases()["choice"]) == {value for one in columns for value in one.choices}


def test_every_word_of_the_lists_is_read_as_its_value():
    for kind in ("school_type", "zone", "data_kind", "veto_key_schools"):
        for value in column(kind).choices:
            for word in load_aliases()["choice"][value]:
                assert clean(kind, word)[:2] == (value, "K09"), word
    for truth, name in ((True, "true"), (False, "false")):
        for word in load_aliases()["boolean"][name]:
            assert clean("boarding", word)[:2] == (truth, "K09e"), word


@pytest.mark.parametrize(
    "word",
    [word for side in ("signs", "words", "codes") for word in load_aliases()["missing"][side]],
)
def test_every_word_for_no_data_is_missing_in_a_column_of_numbers(word):
    assert clean(PUPILS, word) == (None, "N09", "")
    assert clean(ROOMS, word).value is None


# --- laws


@given(st.decimals(min_value=0, max_value=10**8, places=5))
def test_canonical_number_is_read_back_without_a_finding(value):
    assert clean(AREA, show_number(value)) == (value, "", "")


@given(st.integers(0, 10**6), st.sampled_from(["{:,}", "{}人", " {}", "{:,}人", "'{}", "{}.0名"]))
def test_whole_number_survives_every_way_to_write_it(value, form):
    cleaned = clean(PUPILS, form.format(value))
    assert cleaned.value == value
    assert clean(PUPILS, show_number(cleaned.value)) == (cleaned.value, "", "")


@given(st.integers(0, 10**6))
def test_full_width_changes_no_digit(value):
    wide = str(value).translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    assert clean(PUPILS, wide) == (value, "N01", str(value))


@pytest.mark.parametrize(
    "name",
    [
        PUPILS,
        MONEY,
        ROOMS,
        SHARE,
        "lon",
        "year",
        "built_year",
        "school",
        "school_id",
        "zone",
        "organiser_code",
    ],
)
@given(
    text=st.text(
        st.one_of(
            st.sampled_from("0123456789.,-+eE%万亿元人约左右/;；　 一二三百十"), st.characters()
        ),
        max_size=12,
    )
)
def test_any_text_is_read_or_told_and_what_was_read_is_read_again_alike(name, text):
    cleaned = clean(name, text)
    if cleaned.value is None or isinstance(cleaned.value, bool | Fraction):
        assert cleaned.value is not None or cleaned.rule or not remove_invisible(text).strip()
        return
    assert outcome(cleaned) in ("", "norm")
    again = show_number(cleaned.value) if isinstance(cleaned.value, Decimal) else cleaned.value
    assert clean(name, again, column(name).unit) == (cleaned.value, "", "")


def test_every_rule_of_cells_says_what_to_do():
    text = (Path(cells.__file__).parents[1] / "rules/cells.toml").read_text(encoding="utf-8")
    rules = tomllib.loads(text)["rule"]
    assert len(rules) > 30
    assert [rule["id"] for rule in rules if not rule["advice"]] == []
    assert {rule["outcome"] for rule in rules} == set(OUTCOMES)


# --- cells of any length

LONG = {
    "numbering": "1." * 50_000,
    "digits": "9" * 100_000,
    "numerals": "一" * 100_000,
    "scales": "百" * 100_000,
    "groups": "1,234" * 20_000,
    "dots": "1.1" * 33_000,
    "dashes": "1-" * 50_000,
    "inner blanks": "1" + " " * 100_000 + "2",
    "brackets": "1（" + "）" * 100_000 + "x",
    "times": "1×" * 50_000,
    "invisible": "1" + "\u200b" * 100_000 + "2" * 6000,
    "year": "2020" + "至" * 100_000,
    "words": "约" * 100_000,
}
KINDS = [PUPILS, AREA, ROOMS, SHARE, "year", "built_year", "organiser_code", "boarding", "zone"]
KINDS += ["school_type", "school", "school_id", "town", "county"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_cell_of_any_length_is_refused_at_once(name, text):
    start = time.process_time()
    cleaned = clean(name, text)
    assert time.process_time() - start < 1.5
    assert (cleaned.value, outcome(cleaned)) == (None, "reject")


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_header_name_and_unit_of_any_length_are_looked_at_at_once(text):
    start = time.process_time()
    for look in (clean_header, clean_name, find_unit, parse_year, parse_numeral):
        look(text)
    assert time.process_time() - start < 3


LIMITS = {
    "school": ("校", 500, "N28"),
    "town": ("镇", 500, "N28"),
    PUPILS: ("0", 100, "N16"),
    "zone": ("城", 100, "K09c"),
    "boarding": ("是", 100, "K09d"),
}


@pytest.mark.parametrize(
    ("name", "sign", "longest", "rule"),
    [(name, *limit) for name, limit in LIMITS.items()],
    ids=LIMITS,
)
def test_text_is_too_long_beyond_its_limit_and_surrounding_blanks_do_not_count(
    name, sign, longest, rule
):
    assert clean(name, sign * (longest + 1)) == (None, rule, "")
    if name in ("school", "town"):
        assert clean(name, sign * longest).value == sign * longest
    assert clean(name, " " * 1000).value is None
    assert clean(name, " " * 1000).rule == ""
    assert clean(PUPILS, "300" + " " * 1000).value == 300


@pytest.mark.parametrize("text", ["96", "96;58.5"])
def test_areas_kept_as_text_are_nothing_to_tell(text):
    assert clean(ROOMS, text, mark="text") == (text, "", "")
    assert clean(PUPILS, "96", mark="text").rule == "N08"


def test_header_of_numbering_alone_stays_what_it_is_after_cleaning_twice():
    once = clean_header("1." * 16_000)
    assert clean_header(once) == once
    assert clean_header("1.1 学校名称") == "学校名称"
    assert clean_header("1." * 16_000 + "学校名称") != "学校名称"
