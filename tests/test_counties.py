"""County cards and folders: what exists, what is asked for wrongly, and what the card decides."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import good

import youzhi as yz
from youzhi import cards, counties, standards
from youzhi.cards import NATIONAL_STANDARD
from youzhi.columns import load_columns
from youzhi.counties import (
    commitments_path,
    find_county,
    items_path,
    ledger_path,
    list_counties,
    list_years,
    load_county,
    read_county,
)
from youzhi.errors import DataError, UsageError

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


# --- targets, departments, self-check and claims

FULL = (
    CARD
    + """
[stages.junior]
years = 4

[[fact]]
id = "teachers"
year = 2020
value = 3000
label = "教师"
source = "测试"

[[target]]
code = "2.14"
check = "quota_share"
value = 70
test = "at_least"
unit = "%"
label = "名额"
source = "测试 正文"
confidence = "V"

[[department]]
code = "2.14"
names = ["基础教育科"]
source = "测试 附件1"
confidence = "V"

[[department]]
code = "2.14"
names = ["基教科"]
source = "测试 附件2"
confidence = "V"

[[department]]
task = "家校社协同"
names = ["办公室"]
source = "测试 正文"
confidence = "V"

[[self_check]]
year = 2020
code = "2.14"
printed = "2.14"
verdict = "met"
deadline = "2021-09"
source = "测试 附件2"
confidence = "V"

[[claim]]
id = "teachers_per_100"
kind = "ratio"
label = "每百名学生的教师"
facts = [{ id = "teachers", year = 2020 }, { id = "pupils", year = 2020 }]
printed = "7.7"
decimals = 1
per = 100
source = "测试"
confidence = "V"
"""
)


@pytest.fixture
def full(data):
    """The card with one entry of every kind; gives a function that writes it with something replaced."""

    def write(old="", new=""):
        assert old in FULL
        text = FULL.replace(old, new, 1) if old else FULL
        (data / "yishui/county.toml").write_text(text, encoding="utf-8")
        return load_county("yishui", data)

    return write


def test_the_entries_of_a_card_are_read_as_they_stand(full):
    card = full()
    assert [(t.code, t.check, str(t.value), t.test) for t in card.targets] == [
        ("2.14", "quota_share", "70", "at_least")
    ]
    assert [(row.code, row.verdict, row.deadline) for row in card.self_check] == [
        ("2.14", "met", "2021-09")
    ]
    assert [used.id for used in card.claim[0].facts] == ["teachers", "pupils"]
    assert card.find_fact("pupils", 2020).value == 39000
    with pytest.raises(UsageError, match=r"没有2021年的公布数据“pupils”。已有：pupils、teachers"):
        card.find_fact("pupils", 2021)
    assert card.junior_years == 4


def test_the_first_source_of_a_card_says_who_is_responsible(full):
    card = full()
    assert card.departments_for("2.14") == ["基础教育科"]
    assert card.departments_for("2.13") == []
    # a task that belongs to no item is not the department of an empty code
    assert card.departments_for("") == []


def test_a_card_that_does_not_tell_the_years_of_junior_school_does_not_invent_them(full):
    assert full("[stages.junior]\nyears = 4\n").junior_years is None


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        # a misspelt key, in every kind of entry
        ("from_year = 2013", "from_yaer = 2013", r"from_yaer：没有这个键，请检查拼写"),
        ('label = "教师"', 'lable = "教师"', "lable：没有这个键"),
        ('unit = "%"', 'units = "%"', "units：没有这个键"),
        ('names = ["基教科"]', 'name = ["基教科"]', "names：缺少这一项"),
        ("deadline = ", "dead_line = ", "dead_line：没有这个键"),
        ("per = 100", "par = 100", "par：没有这个键"),
        ('id = "teachers", year', 'id = "teachers", yaer', "yaer：没有这个键"),
        # values that are not allowed
        ('test = "at_least"', 'test = "least"', "test：只能是 'at_least'"),
        ('verdict = "met"', 'verdict = "yes"', "verdict：只能是 'met'"),
        ('deadline = "2021-09"', 'deadline = "2021年9月"', "deadline：填法不对（发现 '2021年9月'"),
        ('kind = "ratio"', 'kind = "quotient"', "kind：只能是"),
        ('names = ["基教科"]', "names = []", "names：不能为空"),
        ('names = ["基教科"]', 'names = "基教科"', "names：应为列表"),
        (
            'confidence = "V"\n\n[[department]]',
            'confidence = "X"\n\n[[department]]',
            "confidence：只能是",
        ),
        ("years = 4", "years = 4\n[[self_check]]\nyear = 2020.5", "year：应为整数"),
        ('source = "测试 附件2"', 'source = ""', "source：不能为空"),
        ("per = 100", "per = 0", "per：数值太小"),
        # entries that say nothing, or too little
        ("value = 70\n", "", "value 或 bars 应与 test 同时填写|应写明 value"),
        (
            'value = 70\ntest = "at_least"\n',
            "",
            "应写明 value、bars、counted_as、reading、years 之一",
        ),
        ('test = "at_least"\n', "", "value 或 bars 应与 test 同时填写"),
        ('task = "家校社协同"\n', "", "code 与 task 应至少填写一个"),
        ('unit = "%"', "counted_as = 100\npupils_from = 100", "pupils_from 应小于 counted_as"),
        ('unit = "%"', "pupils_from = 100", "pupils_from 应小于 counted_as"),
        # claims that cannot be recomputed
        ('printed = "7.7"', 'printed = "7.69"', "小数位数与 decimals 相同"),
        ('printed = "7.7"', 'printed = "约7.7"', "printed 应为数字"),
        (
            'id = "teachers", year = 2020',
            'id = "teachers", year = 2019',
            "（2019年）应恰有一条，现有0条",
        ),
        (', { id = "pupils", year = 2020 }', "", "facts 的个数不对"),
        ('kind = "ratio"', 'kind = "growth"\nunit = "%"\ncheck = "pay"', "写了 check 就应写 code"),
        (
            'id = "teachers", year = 2020',
            'id = "teachers", year = 2020, sign = -1',
            "只有 kind 为 sum",
        ),
        ("value = 39000", "value = 0", "分母应大于零"),
        ("value = 39000", 'value = "三万九"', "应为数"),
    ],
)
def test_a_wrong_entry_is_refused_in_chinese_and_names_the_key(full, old, new, named):
    full()
    with pytest.raises(UsageError, match=named):
        full(old, new)


@pytest.mark.parametrize(
    ("copied", "named"),
    [
        ("[[self_check]]", "self_check 2020年 2.14 重复"),
        ("[[claim]]", "claim teachers_per_100 重复"),
        ("[[fact]]", "fact teachers（2020年）应恰有一条，现有2条"),
    ],
)
def test_an_entry_that_stands_twice_is_refused(data, copied, named):
    end = FULL.rindex(copied)
    block = FULL[end:].partition("\n\n")[0]
    (data / "yishui/county.toml").write_text(f"{FULL}\n{block}\n", encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_county("yishui", data)
    assert named in str(error.value)


@pytest.mark.parametrize(
    ("kind", "values", "accepted"),
    [
        ("share", (1, 2), True),
        ("share", (1.5, 2), False),  # a share is of whole numbers
        ("share", (1, 0), False),
        ("growth", (1, 0), True),  # what is left after a growth may be nothing
        ("growth", (0, 1), False),
        ("sum", (1, float("nan")), False),
        ("ratio", (float("inf"), 1), False),
        ("difference", (0, 0), True),
        ("sum", (0, 0), True),
    ],
)
def test_a_claim_needs_figures_from_which_it_can_be_computed(kind, values, accepted):
    basis = {"label": "测试", "source": "测试", "confidence": "V"}
    facts = [
        {"id": f"f{n}", "year": 2020, "value": value, **basis} for n, value in enumerate(values)
    ]
    used = [{"id": fact["id"], "year": 2020} for fact in facts]
    claim = {"id": "c", "kind": kind, "facts": used, **basis}
    card = {"id": "demo", "name": {"zh": "示范县"}, "fact": facts, "claim": [claim]}
    if accepted:
        assert cards.County.model_validate(card).claim[0].kind == kind
    else:
        with pytest.raises(ValueError, match="claim c"):
            cards.County.model_validate(card)


def test_all_wrong_keys_of_a_card_are_named_at_once(full):
    with pytest.raises(UsageError) as error:
        full('unit = "%"\nlabel = "名额"', 'units = "%"\nlabels = "名额"')
    assert all(f"{name}：" in str(error.value) for name in ("units", "labels", "target.0.label"))


# --- further files of a county


def test_county_figures_lie_beside_the_school_table(data):
    assert items_path("沂水", 2020, data) is None
    (data / "yishui/2020/items.xlsx").touch()
    assert items_path("沂水", 2020, data) == data / "yishui/2020/items.xlsx"
    (data / "yishui/2020/items.csv").touch()
    with pytest.raises(UsageError, match=r"yishui/2020 中同时有 items\.csv 和 items\.xlsx"):
        items_path("沂水", 2020, data)
    (data / "yishui/2020/items.xlsx").unlink()
    assert items_path("沂水", 2020, data) == data / "yishui/2020/items.csv"
    assert items_path("沂水", 2019, data) is None
    assert list_years("yishui", data) == [2019, 2020]


def test_county_figures_alone_make_no_year(data):
    (data / "yishui/2021/items.csv").touch()
    assert list_years("yishui", data) == [2019, 2020]


def test_commitments_are_found_where_they_are_and_the_ledger_where_it_would_be(data):
    assert commitments_path("沂水", data) is None
    (data / "yishui/commitments.toml").touch()
    assert commitments_path("沂水", data) == data / "yishui/commitments.toml"
    assert ledger_path("沂水", data) == data / "yishui/ledger.csv"
    assert not ledger_path("沂水", data).exists()


@pytest.mark.parametrize("path", [commitments_path, ledger_path])
def test_files_of_an_unknown_county_are_refused(data, path):
    with pytest.raises(UsageError, match="没有县区"):
        path("蒙阴", data)


# --- what is there but cannot be read


@pytest.fixture
def locked(monkeypatch):
    """Lock a path as another program would; root may read everything, so that file modes would tell nothing."""

    def lock(place, *methods):
        for method in methods:
            original = getattr(Path, method)

            def refuse(path, *args, _original=original, **options):
                if path == place or place in path.parents:
                    raise PermissionError(13, "Permission denied", str(path))
                return _original(path, *args, **options)

            monkeypatch.setattr(Path, method, refuse)

    return lock


@pytest.mark.parametrize("name", ["schools.csv", "items.csv"])
def test_a_table_that_cannot_be_read_is_refused_with_what_to_do(data, locked, monkeypatch, name):
    path, opened = data / "yishui/2020" / name, os.open
    path.touch()
    locked(path, "open")

    def refuse(file, *arguments, **options):
        if Path(file) == path:
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    read = read_county if name == "schools.csv" else counties.read_county_items
    with pytest.raises(DataError, match=f"{name}.*无法读取.*权限"):
        read("yishui", 2020, data)


def test_a_card_that_cannot_be_read_is_refused_and_does_not_hide_the_other_counties(data, locked):
    (data / "meng/county.toml").write_text(CARD, encoding="utf-8")
    locked(data / "meng/county.toml", "read_text")
    with pytest.raises(UsageError, match=r"meng/county\.toml 无法读取.*被其他程序打开或没有权限"):
        load_county("meng", data)
    assert find_county("沂水", data) == "yishui"


def test_a_year_folder_that_cannot_be_read_is_a_year_and_says_why(data, locked):
    locked(data / "yishui/2020", "is_file")
    assert list_years("yishui", data) == [2019, 2020]
    for read in (read_county, items_path):
        with pytest.raises(UsageError, match=r"年度文件夹 yishui/2020 无法读取.*没有权限"):
            read("yishui", 2020, data)
    assert len(read_county("yishui", 2019, data).frame) == 2


def test_a_county_folder_that_cannot_be_read_is_told_and_does_not_hide_the_others(data, locked):
    locked(data / "meng", "iterdir", "is_file")
    assert list_counties(data) == ["meng", "yishui"]
    with pytest.raises(UsageError, match=r"县区文件夹 meng 无法读取.*没有权限"):
        list_years("meng", data)


# --- names of before, and what an import left


FORMER = '\nformer_names = [{ name = "沂水市", until = 2010 }, { name = "东莞县", until = 1930 }]\n'


def renamed(data, county, text):
    (data / county / "county.toml").write_text(
        text + CARD if county == "yishui" else text + 'name = { zh = "蒙阴县" }', encoding="utf-8"
    )


@pytest.mark.parametrize("name", ["沂水市", "东莞县", "东莞", "沂水县", "yishui"])
def test_a_county_is_found_by_a_former_name(data, name):
    renamed(data, "yishui", FORMER)
    assert find_county(name, data) == "yishui"


def test_a_former_name_of_two_counties_is_refused_with_both(data):
    renamed(data, "yishui", FORMER)
    renamed(data, "meng", FORMER)
    with pytest.raises(UsageError, match="“东莞”可以指meng（蒙阴县）、yishui（沂水县）"):
        find_county("东莞", data)


def test_a_name_of_today_comes_before_a_former_one(data):
    renamed(data, "meng", 'former_names = [{ name = "沂水县", until = 1950 }]\n')
    assert find_county("沂水县", data) == "yishui"


def test_a_pattern_of_school_codes_that_is_none_is_refused(data):
    text = 'school_codes = { pattern = "[0-9", source = "测试" }\n'
    renamed(data, "yishui", text)
    with pytest.raises(UsageError, match=r"school_codes\.pattern：不是有效的正则表达式"):
        load_county("yishui", data)


def test_a_county_that_was_never_imported_has_an_empty_log(data):
    assert counties.read_cleaning("yishui", 2020, data).empty


def test_the_log_of_an_import_is_read_as_it_was_written(data):
    text = "file,row,found,rule,sha256\n学校.csv,,,,abc\n学校.csv,3,'=1,N01,\n"
    (data / "yishui/2020/cleaning.csv").write_text(text, encoding="utf-8-sig")
    log = counties.read_cleaning("沂水", 2020, data)
    assert log[["file", "row", "found", "rule", "advice"]].values.tolist() == [
        ["学校.csv", 3, "=1", "N01", ""]
    ]
