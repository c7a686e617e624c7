"""Canonical names (K05, K06) and comparable headers (H03)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi.columns import load_columns, load_figures, load_item_columns
from youzhi.intake.values.names import clean_header, clean_name, remove_invisible

# Characters among which normal forms, widths and blanks go wrong, and any other.
WILD = st.text(
    st.one_of(
        st.sampled_from(
            "石⽯桥小学（）()[]【】 　\u00a0\u200b\u202e\u0301eE１1.、:：*㎡²①é\ufb01\u00a8\ufe0f\n\t-"
        ),
        st.characters(),
    )
)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("⽯桥小学", "石桥小学"),
        ("⻄⻓⻔小学", "西长门小学"),
        ("石桥小学(东校区)", "石桥小学（东校区）"),
        ("石桥小学【东校区】", "石桥小学（东校区）"),
        ("石 桥　小\u00a0学", "石桥小学"),
        ("　石桥小学\n", "石桥小学"),
        ("石桥\n小学", "石桥小学"),
        ("第１小学", "第1小学"),
        ("石桥\u200b小\u202e学\ufeff", "石桥小学"),
        ("Cafe\u0301小学", "Café小学"),
        ("No 1  School", "No 1 School"),
        ("甲•乙小学", "甲·乙小学"),
        ("\ufa19小学", "神小学"),
        ("", ""),
    ],
    ids=["K06"] * 13 + ["blank"],
)
def test_ways_to_write_one_school_become_one_name(written, name):
    assert clean_name(written) == name


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "TRUE", "1E5", "N-1"])
def test_names_that_look_like_values_stay_names(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "㙍小学",
        "𬭚小学",
        "䶮里小学",
        "\ue5e5小学",
        "<script>",
        "{{7*7}}",
        "=1+1",
        "`x`",
        "![]()",
        "alert(1)",
    ],
)
def test_rare_characters_and_markup_stay_as_they_are(name):
    assert clean_name(name) == name


def test_two_schools_stay_two():
    names = ["石桥小学", "石桥小学（东）", "石桥小学（西）", "石桥中学", "第1小学", "第11小学"]
    assert len({clean_name(name) for name in names}) == len(names)


@given(WILD)
def test_cleaning_a_name_twice_changes_nothing_more(text):
    assert clean_name(clean_name(text)) == clean_name(text)


@given(WILD)
def test_a_clean_name_has_no_invisible_character_and_no_blank_at_its_ends(text):
    name = clean_name(text)
    assert remove_invisible(name) == name
    assert name == name.strip()


@pytest.mark.parametrize(
    ("written", "header"),
    [
        ("学校 名称", "学校名称"),
        ("学校\n名称", "学校名称"),
        ("*学校名称", "学校名称"),
        ("学校名称＊", "学校名称"),
        ("学校名称(*必填)", "学校名称"),
        ("学校名称（必填）", "学校名称"),
        ("学校名称*必填", "学校名称"),
        ("3.学校名称", "学校名称"),
        ("3、学校名称", "学校名称"),
        ("（3）学校名称", "学校名称"),
        ("(3)学校名称", "学校名称"),
        ("①学校名称", "学校名称"),
        ("一、学校名称", "学校名称"),
        ("1.1 学校名称", "学校名称"),
        ("学校名称：", "学校名称"),
        ("教学及辅助用房面积(㎡)", "教学及辅助用房面积（㎡）"),
        ("教学及辅助用房面积（m²）", "教学及辅助用房面积（㎡）"),
        ("教学及辅助用房面积（ 平方米 ）", "教学及辅助用房面积（㎡）"),
        ("教学及辅助用房\r\n面积[m2]", "教学及辅助用房面积（㎡）"),
        ("图书（册）", "图书（册）"),
        ("5年培训满360学时教师数", "5年培训满360学时教师数"),
        ("2022年学生数", "2022年学生数"),
        ("（1）", "（1）"),
        ("", ""),
    ],
)
def test_headers_are_compared_without_blanks_width_brackets_and_numbering(written, header):
    assert clean_header(written) == header


@given(WILD)
def test_cleaning_a_header_twice_changes_nothing_more(text):
    assert clean_header(clean_header(text)) == clean_header(text)


@pytest.mark.parametrize("load", [load_columns, load_item_columns, load_figures])
def test_headers_of_the_dictionary_are_comparable_and_lead_to_one_column(load):
    owners = {}
    for column in load().values():
        for header in (column.zh, *column.headers):
            assert clean_header(header) == header
            owners.setdefault(header, set()).add(column.id)
    assert {header: ids for header, ids in owners.items() if len(ids) > 1} == {}
