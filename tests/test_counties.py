"""County cards and folders: what exists, what is asked for wrongly, and what the card decides."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import good

import youzhi as yz
from youzhi import counties, standards
from youzhi.columns import load_columns
from youzhi.counties import (
    NATIONAL_STANDARD,
    find_county,
    list_counties,
    list_years,
    load_county,
    read_county,
)
from youzhi.errors import UsageError

CARD = """
name = { zh = "沂水县", en = "Yishui" }

[[standard]]
from_year = 2013
id = "old-standard"

[[standard]]
from_year = 2018
id = "jiaodu-2017-6"

[counting]
unit = "campus"
source = "测试"

[[fact]]
id = "pupils"
year = 2020
value = 39000
unit = "人"
label = "义务教育在校生"
source = "测试"
"""


def csv_of(*rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[str(row.get(name, "")) for name in names] for row in rows]
    return "\n".join(",".join(line) for line in [names, *lines]) + "\n"


@pytest.fixture
def data(tmp_path):
    """A data root: yishui with a card and two years, meng with a table only, and things that are no county."""
    files = {
        "yishui/county.toml": CARD,
        "yishui/2019/schools.csv": csv_of(good("甲校"), good("乙校")),
        "yishui/2020/schools.csv": csv_of(
            good("东校区", campus_of="甲校"), good("西校区", campus_of="甲校")
        ),
        "yishui/2021/notes.txt": "",
        "yishui/plans/schools.csv": csv_of(good("甲校")),
        "meng/2020/schools.csv": csv_of(good("丙校", networked=1)),
        ".cache/2020/schools.csv": csv_of(good("丁校")),
        "_raw/2020/schools.csv": csv_of(good("丁校")),
        "empty/readme.txt": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


# --- what exists


def test_a_county_is_a_folder_with_a_card_or_a_school_table(data):
    assert list_counties(data) == ["meng", "yishui"]


def test_a_year_is_a_folder_with_a_school_table(data):
    assert list_years("yishui", data) == [2019, 2020]


def test_the_data_root_is_the_argument_then_the_variable_then_the_repository(
    data, monkeypatch, tmp_path_factory
):
    monkeypatch.setenv("YOUZHI_DATA", str(data))
    assert list_counties() == ["meng", "yishui"]
    other = tmp_path_factory.mktemp("other")
    assert list_counties(other) == []
    monkeypatch.delenv("YOUZHI_DATA")
    assert counties.data_root() == Path(counties.__file__).resolve().parents[1] / "data"


def test_a_data_root_that_does_not_exist_is_refused(data):
    with pytest.raises(UsageError, match="没有数据目录"):
        list_counties(data / "none")


# --- finding a county and a year


@pytest.mark.parametrize("name", ["yishui", "沂水县", "沂水", " 沂水 "])
def test_a_county_is_found_by_its_id_and_by_its_chinese_name(data, name):
    assert find_county(name, data) == "yishui"


@pytest.mark.parametrize(
    "name",
    ["", "沂", "yishu", "../yishui", "/etc", "empty", ".cache", "yishui/2020", "a\nb", "甲" * 300],
)
def test_an_unknown_county_is_refused_with_the_list_of_those_that_exist(data, name):
    with pytest.raises(UsageError) as error:
        find_county(name, data)
    assert "yishui（沂水县）" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_year_without_data_is_refused_with_the_list_of_those_that_exist(data):
    with pytest.raises(UsageError, match=r"沂水县没有2021年.*2019、2020"):
        read_county("沂水", 2021, data)


# --- the card


def test_the_card_says_which_standard_is_in_force_in_a_year(data):
    card = load_county("yishui", data)
    assert [card.standard_for(year) for year in (2013, 2017, 2018, 2030)] == [
        "old-standard"
    ] * 2 + ["jiaodu-2017-6"] * 2
    with pytest.raises(UsageError, match="2013"):
        card.standard_for(2012)


def test_a_county_without_a_card_is_judged_by_the_national_standard(data):
    card = load_county("meng", data)
    assert (card.name_zh, card.standard_for(1999), card.counting.unit) == (
        "meng",
        NATIONAL_STANDARD,
        None,
    )


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('zh = "沂水县", ', "", "name.zh"),
        ("from_year = 2018", 'from_year = "soon"', "from_year"),
        ("value = 39000\n", "", "value"),
        ('name = { zh = "沂水县", en = "Yishui" }', "name = ", "TOML"),
    ],
)
def test_a_wrong_card_is_refused_and_names_the_key(data, old, new, named):
    assert old in CARD
    (data / "yishui/county.toml").write_text(CARD.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError, match=named):
        load_county("yishui", data)


# --- reading and assessing


def test_a_county_is_read_with_its_id_and_year(data):
    frame = read_county("沂水县", 2019, data).frame
    assert frame[["county", "year", "school"]].values.tolist() == [
        ["yishui", 2019, "乙校"],
        ["yishui", 2019, "甲校"],
    ]


def test_a_table_of_another_county_or_year_in_the_folder_is_refused(data):
    path = data / "meng/2020/schools.csv"
    path.write_text(csv_of(good("丙校", county="yishui", year=2019)), encoding="utf-8")
    with pytest.raises(yz.DataError) as error:
        read_county("meng", 2020, data)
    assert error.value.faults[["row", "found"]].values.tolist() == [[2, "yishui"], [2, "2019"]]


def test_a_workbook_is_read_where_there_is_no_csv(data):
    folder = data / "meng/2020"
    pd.read_csv(folder / "schools.csv").to_excel(folder / "schools.xlsx", index=False)
    as_csv = yz.read_schools(folder / "schools.csv", county="meng", year=2020).frame
    with pytest.raises(UsageError, match=r"schools\.csv 和 schools\.xlsx"):
        read_county("meng", 2020, data)
    (folder / "schools.csv").unlink()
    pd.testing.assert_frame_equal(read_county("meng", 2020, data).frame, as_csv)


def test_a_county_is_counted_by_campus_where_its_card_says_so(data):
    assert yz.assess_county("yishui", 2020, data=data).schools["school"].tolist() == [
        "东校区",
        "西校区",
    ]
    card = data / "yishui/county.toml"
    card.write_text(CARD.replace('unit = "campus"', 'unit = "school"'), encoding="utf-8")
    assert yz.assess_county("yishui", 2020, data=data).schools["school"].tolist() == ["甲校"]


def test_assessing_a_county_uses_the_standard_in_force_unless_told_otherwise(data, tmp_path):
    other = tmp_path / "other.toml"
    shutil.copy(Path(standards.__file__).parent / "jiaodu-2017-6.toml", other)
    other.write_text(
        other.read_text("utf-8").replace('"jiaodu-2017-6"', '"other"', 1), encoding="utf-8"
    )
    assert yz.assess_county("yishui", 2020, data=data).standard.id == "jiaodu-2017-6"
    assert yz.assess_county("yishui", 2020, other, data).standard.id == "other"
    # in 2013 to 2017 the card names a standard that nobody has written down
    (data / "yishui/2017").mkdir()
    shutil.copy(data / "yishui/2019/schools.csv", data / "yishui/2017/schools.csv")
    with pytest.raises(UsageError, match="old-standard"):
        yz.assess_county("yishui", 2017, data=data)


def test_assessing_a_county_is_reading_and_assessing(data):
    whole, by_hand = (
        yz.assess_county("meng", 2020, data=data),
        yz.assess(read_county("meng", 2020, data)),
    )
    assert whole.verdict == by_hand.verdict == "not_met"
    assert whole.schools.equals(by_hand.schools)


# --- the four counties of the project


@pytest.mark.parametrize("county", list_counties())
def test_every_card_names_the_county_and_the_source_of_every_fact(county):
    card = load_county(county)
    assert card.id == county
    assert card.name_zh[-1] in "县市区"
    assert [
        fact.id
        for fact in card.fact
        if not (fact.source and fact.label and 2000 < fact.year < 2036)
    ] == []
    assert [entry.id for entry in card.standard if not entry.source] == []


def test_counties_of_the_project_are_told_apart_by_code_and_name():
    cards = [load_county(county) for county in list_counties()]
    assert (
        len({card.code for card in cards})
        == len({card.name_zh for card in cards})
        == len(cards)
        >= 4
    )


def test_a_county_file_needs_no_county_and_year_columns():
    # the folder says both; every other required column must stand in the file
    required = {column.id for column in load_columns().values() if column.required}
    assert required == {"school", "school_type"}


def test_a_folder_without_a_usable_table_says_what_it_holds(data):
    with pytest.raises(UsageError, match=r"empty.*schools\.csv.*readme\.txt"):
        find_county("empty", data)


def test_a_misspelt_key_of_a_card_is_refused(data):
    card = data / "yishui/county.toml"
    card.write_text(CARD.replace("[counting]", "[countin]"), encoding="utf-8")
    with pytest.raises(UsageError, match="countin"):
        load_county("yishui", data)


def test_a_broken_card_does_not_hide_the_other_counties(data):
    (data / "meng/county.toml").write_text("name = ", encoding="utf-8")
    assert find_county("沂水", data) == "yishui"
