"""The ledger of problems: found once, kept by hand for years, closed by people and never by numbers."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from conftest import good, judge
from hypothesis import given, reject
from hypothesis import strategies as st

import youzhi as yz
from youzhi import ledger as ledgers
from youzhi.cards import County, Name
from youzhi.counties import load_county
from youzhi.errors import DataError, UsageError
from youzhi.ledger.files import LEDGER_COLUMNS, STATES
from youzhi.ledger.problems import PROBLEM_COLUMNS, UNKNOWN_COLUMNS, make_key, spell_key
from youzhi.ledger.updates import last_day

STANDARD = yz.load_standard("jiaodu-2017-6")
CARD = County(id="demo", name=Name(zh="模拟县"))
DAY = date(2020, 9, 1)
HAND = ["责任部门", "整改时限", "整改措施", "复核结论", "备注"]


def scope(*schools, county="demo", standard=STANDARD):
    sections = frozenset((stage, school) for school in schools for stage in ("小学", "初中"))
    return ledgers.Scope(county, county, frozenset(schools), sections, standard)


def key_of(school="1", code="2.5", check="class_size", stage="primary"):
    return make_key(STANDARD, code, stage, school, check)


def problems(*keys, **changes):
    """Findings as find_problems gives them, as far as an update looks at them."""
    rows = [
        dict.fromkeys(PROBLEM_COLUMNS, "")
        | {"key": key, "county": "demo", "year": 2020, "code": key.split("/")[0][4:]}
        | {"school_id": key.split("/")[2], "value": "3个", "problem": "超班额班级3个"}
        | changes
        for key in keys
    ]
    return pd.DataFrame(rows, columns=PROBLEM_COLUMNS)


def unknown(*keys, whole=False):
    rows = []
    for key in keys:
        code, stage, place, check = key[4:].split("/")
        here = ["", "", ""] if whole else [stage, place, place]
        key = make_key(STANDARD, code, "", "", check) if whole else key
        rows.append([key, "demo", 2020, code, *here, check, "数据空缺"])
    return pd.DataFrame(rows, columns=UNKNOWN_COLUMNS)


def update(old, found=(), untold=(), year=2020, as_of=None, schools=("1", "2", "3"), **options):
    found = found if isinstance(found, pd.DataFrame) else problems(*found)
    untold = untold if isinstance(untold, pd.DataFrame) else unknown(*untold)
    day = as_of or date(year, 9, 1)
    return ledgers.update_ledger(old, found, untold, year, day, scope(*schools, **options))


def entry(**cells):
    """A ledger of one entry."""
    frame = ledgers.new_ledger()
    cells = {"编号": key_of(), "状态": "待整改", "发现年度": "2019"} | cells
    frame.loc[0] = dict.fromkeys(LEDGER_COLUMNS, "") | cells
    return frame


def assert_same(one, other):
    """Two ledgers with the same columns and cells in the same order."""
    pd.testing.assert_frame_equal(one.astype(object), other.astype(object))


def after(old, **options):
    """The only entry after an update, and what is said of it."""
    new, summary = update(old, **options)
    return new.iloc[0].to_dict(), summary["change"].iat[0]


# --- what is a problem


def find(*rows, **options):
    result = judge(list(rows), **options)
    return ledgers.find_problems(result, CARD), ledgers.find_unknown(result)


def indicator_rows(frame):
    return frame[frame["code"].str.startswith("1.") & (frame["code"] != "1.8")]


def test_every_indicator_below_the_bar_of_a_failing_section_is_a_problem_with_its_least_repair():
    # 4.5 x 1000 - 4400 = 100 m² to the bar; 6400/7500 is the farther one and may stay above its floor of 6375
    found, _ = find(good("甲校", rooms=4400, grounds=6400) | {"town": "东镇"}, good("乙校"))
    rows = indicator_rows(found)
    told = ["code", "stage", "school", "town", "value", "bar", "unit", "amount", "target"]
    assert rows[told].values.tolist() == [
        ["1.4", "primary", "甲校", "东镇", "4.40㎡/生", "4.5㎡/生", "㎡", "100", "bar"],
        ["1.5", "primary", "甲校", "东镇", "6.40㎡/生", "7.5㎡/生", "", "", ""],
    ]
    assert rows["problem"].iat[0] == "生均教学及辅助用房面积4.40㎡/生，低于标准值4.5㎡/生"


def test_section_that_passes_with_one_indicator_at_the_floor_is_no_problem():
    # 0.85 x 7500 = 6375 is the floor itself, one m² less is below it
    assert indicator_rows(find(good("甲校", grounds=6375))[0]).empty
    below = indicator_rows(find(good("甲校", grounds=6374))[0])
    assert below[["code", "amount", "target"]].values.tolist() == [["1.5", "1", "floor"]]


def test_school_without_a_township_has_an_empty_one():
    found, _ = find(good("甲校", rooms=1, grounds=1), good("乙校", rooms=1) | {"town": "东镇"})
    assert set(found.loc[found["school"] == "甲校", "town"]) == {""}


def test_value_that_prints_as_its_bar_is_said_to_be_judged_unrounded():
    found, _ = find(good("甲校", rooms=Decimal("4499.99"), grounds=6000))
    assert "按未修约的数值判定" in found["problem"].iat[0]


def test_section_with_a_missing_value_is_unknown_with_all_that_is_below_the_bar():
    found, untold = find(good("甲校", grounds=7000, networked=None))
    assert indicator_rows(found).empty
    assert indicator_rows(untold)["code"].tolist() == ["1.5", "1.7"]


def test_section_that_fails_anyway_keeps_its_missing_value_apart_from_its_problems():
    found, untold = find(good("甲校", rooms=1, grounds=1, networked=None))
    assert indicator_rows(found)["code"].tolist() == ["1.4", "1.5"]
    assert indicator_rows(found)["amount"].tolist() == ["", ""]  # nobody can plan the repair
    assert indicator_rows(untold)["code"].tolist() == ["1.7"]


def test_section_set_aside_for_contradicting_data_is_unknown_in_every_indicator():
    # no pupils, but 42 teachers with a degree: nobody knows what this school has
    result = judge([good("甲校", primary=0), good("乙校")])
    assert result.sections.excluded["held"].tolist() == [True]
    untold = indicator_rows(ledgers.find_unknown(result))
    assert untold["school"].tolist() == ["甲校"] * 7


def test_coefficient_over_its_limit_is_one_problem_of_the_county_and_one_at_it_is_none():
    # two schools of 1,000 pupils: 23 and 69 rooms lie 23 from their mean of 46, CV = 0.5; 23 and 70: 0.505
    for rooms, count in ((69, 0), (70, 1)):
        found, _ = find(good("甲校"), good("乙校", networked=rooms))
        rows = found[found["code"] == "1.8"]
        assert len(rows) == count
    assert rows[["stage", "school", "value", "bar"]].values.tolist() == [
        ["primary", "", "0.505", "不超过0.50"]
    ]
    assert rows["key"].tolist() == ["优质均衡1.8/小学/全县/networked_classrooms_per_100"]


def test_check_over_sections_names_every_place_and_the_county_row_is_left_out():
    rows = [good("甲校") | {"oversize_classes_primary": 2}, good("乙校")]
    rows[1]["oversize_classes_primary"] = 0
    found, _ = find(*rows)
    assert found[found["code"] == "2.5"][["school", "stage", "amount"]].values.tolist() == [
        ["甲校", "primary", "2"]
    ]


class Stub:
    """An assessment of which only the items matter."""

    def __init__(self, checks, places=()):
        real = judge([good("甲校")])
        for name in (
            "standard",
            "sections",
            "schools",
            "indicators",
            "repairs",
            "coefficients",
            "one_year",
        ):
            setattr(self, name, getattr(real, name))
        self.checks = pd.DataFrame(checks, columns=real.checks.columns, dtype=object).fillna("")
        self.places = pd.DataFrame(places, columns=real.places.columns)


def test_failing_county_check_and_finding_give_one_county_row_and_unknown_ones_none():
    result = Stub(
        [
            {
                "code": "2.1",
                "check": "layout",
                "verdict": "not_met",
                "reason": "规划布局认定：未达标",
            },
            {
                "code": "4.2",
                "check": "school_choice",
                "verdict": "not_met",
                "reason": "存在违规择校",
            },
            {"code": "S1", "check": "recognition", "verdict": "cannot_tell", "reason": "没有填报"},
            {"code": "2.9", "check": "training", "verdict": "met", "reason": "100.0%"},
        ]
    )
    found, untold = ledgers.find_problems(result, CARD), ledgers.find_unknown(result)
    assert found[["key", "problem"]].values.tolist() == [
        ["优质均衡2.1/全县/全县/layout", "规划布局认定：未达标"],
        ["优质均衡4.2/全县/全县/school_choice", "存在违规择校"],
    ]
    assert untold["key"].tolist() == ["优质均衡S1/全县/全县/recognition"]


def test_two_signs_of_one_fact_share_one_key_so_that_another_sign_next_year_opens_nothing_new():
    checks = [("oversize_classes", "primary"), ("class_size", "primary")]
    keys = []
    for check, stage in checks:
        place = {"code": "2.5", "check": check, "stage": stage, "school": "甲校"}
        place |= {"school_id": "1", "town": "", "verdict": "not_met", "printed": "3个"}
        row = {"code": "2.5", "check": check, "verdict": "not_met", "label": "班额"}
        keys += ledgers.find_problems(Stub([row], [place]), CARD)["key"].tolist()
    assert keys == ["优质均衡2.5/小学/1/class_size"] * 2


def test_departments_deadline_and_measure_come_from_the_card_up_to_that_year():
    card = load_county("yiyuan")
    found = ledgers.find_problems(yz.assess_county("yiyuan", 2020), card)
    classes = found[found["code"] == "2.5"]
    [told] = classes[["departments", "deadline"]].drop_duplicates().values.tolist()
    assert told == ["、".join(card.departments_for("2.5")), "2021-09"]
    assert classes["measure"].ne("").all()
    before = ledgers.find_problems(yz.assess_county("yiyuan", 2019), card)
    assert before[before["code"] == "2.5"]["deadline"].eq("").all()


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling"])
def test_keys_are_unique_and_no_problem_is_at_once_unknown(county):
    result = yz.assess_county(county, 2020)
    found, untold = ledgers.find_problems(result, load_county(county)), ledgers.find_unknown(result)
    assert found["key"].is_unique
    assert untold["key"].is_unique
    assert set(found["key"]).isdisjoint(untold["key"])
    assert found["key"].str.match("优质均衡").all()


def test_standard_of_another_level_gives_other_keys():
    level = STANDARD.level.model_copy(update={"zh": "基本均衡"})
    other = STANDARD.model_copy(update={"level": level})
    assert make_key(other, "1.4", "primary", "1", "x") != make_key(
        STANDARD, "1.4", "primary", "1", "x"
    )


def test_several_years_at_once_are_refused():
    with pytest.raises(UsageError, match="一次只看一个县的一个年度"):
        ledgers.find_problems(yz.assess_years("yiyuan", "jiaodu-2017-6"), CARD)


# --- transitions, each on both sides


def test_new_finding_is_registered_as_to_be_mended():
    row, change = after(ledgers.new_ledger(), found=[key_of()])
    assert change == "opened"
    told = ["状态", "发现年度", "发现日期", "最近核查年度", "最近核查结果", "项目代码", "学校代码"]
    assert [row[name] for name in told] == [
        *("待整改", "2020", "2020-09-01", "2020", "未达标", "2.5 班额", "1")
    ]


@pytest.mark.parametrize("state", ["待整改", "整改中"])
def test_entry_that_still_fails_keeps_state_and_hand_entries_and_gets_new_values(state):
    old = entry(状态=state, 备注="校长已知", 责任部门="财务科", 现值="5个")
    found = problems(key_of(), departments="基础教育科", deadline="2021-09")
    row, change = after(old, found=found)
    assert change == "still_open"
    assert [row[name] for name in ("状态", "备注", "责任部门", "现值", "整改时限")] == [
        *(state, "校长已知", "财务科", "3个", "2021-09")
    ]


@pytest.mark.parametrize("state", ["待整改", "整改中"])
def test_entry_that_passes_waits_for_a_recheck_and_is_never_closed_at_once(state):
    row, change = after(entry(状态=state, 复核结论="通过"))
    assert (row["状态"], row["待复核日期"], row["销号日期"]) == ("待复核", "2020-09-01", "")
    assert change == "to_recheck"


@pytest.mark.parametrize(
    ("conclusion", "failing", "state", "change"),
    [
        ("", False, "待复核", "waiting"),
        ("通过 2020", False, "已销号", "closed"),
        ("通过：２０１９年", False, "已销号", "closed"),
        ("通过 2018", False, "待复核", "waiting"),  # before it waited, since 2019
        ("通过", False, "待复核", "waiting"),
        ("通过现场查看，问题仍未解决 2021", False, "待复核", "waiting"),
        ("通过 2020，但仍缺一间", False, "待复核", "waiting"),
        ("通过？2020", False, "待复核", "waiting"),
        ("通过 20201", False, "待复核", "waiting"),
        ("不通过", False, "整改中", "returned"),
        ("未通过 2020", False, "整改中", "returned"),
        ("不通过 2018", False, "待复核", "waiting"),
        ("未通过，仍有大班额", False, "待复核", "waiting"),
        ("基本可以", False, "待复核", "waiting"),
        ("", True, "整改中", "returned"),
        ("通过 2020", True, "整改中", "returned"),
    ],
)
def test_only_a_recheck_that_passed_closes_and_only_what_still_passes(
    conclusion, failing, state, change
):
    old = entry(状态="待复核", 待复核日期="2019-09-01", 复核结论=conclusion)
    new, summary = update(old, found=[key_of()] if failing else ())
    row, told = new.iloc[0].to_dict(), summary["change"].iat[0]
    assert (row["状态"], told) == (state, change)
    strange = f"复核结论“{conclusion}”（只能写“通过 年度”或“不通过 年度”，年度不早于2019；"
    said = ledgers.describe_update(summary, unknown())
    assert (strange in said) == ("无法识别" in said) == (change == "waiting" and conclusion != "")
    assert row["销号日期"] == ("2020-09-01" if state == "已销号" else "")
    assert row["复核结论"] == conclusion
    assert ("退回整改中" in row["最近核查结果"]) == (state == "整改中")


@pytest.mark.parametrize(("since", "closed"), [("", True), ("去年", True), ("2021/9/1", False)])
def test_conclusion_is_no_older_than_the_wait_or_this_year_where_its_day_cannot_be_read(
    since, closed
):
    row, _ = after(entry(状态="待复核", 待复核日期=since, 复核结论="通过 2020"))
    assert (row["状态"] == "已销号") == closed
    row, _ = after(entry(状态="待复核", 待复核日期=since, 复核结论="通过 2019"))
    assert row["状态"] == "待复核"


def test_conclusion_written_too_early_can_be_written_again_in_the_same_year():
    waiting, summary = update(entry(复核结论="通过 2020"))
    assert "如“通过 2020年”" in summary["unreadable"].iat[0]  # other text than the used one
    closed, _ = update(waiting.assign(复核结论="通过 2020年"))
    assert closed["状态"].tolist() == ["已销号"]


@pytest.mark.parametrize(("failing", "state"), [(True, "待整改"), (False, "已销号")])
def test_closed_entry_is_reopened_only_when_it_fails_again_and_says_so(failing, state):
    old = entry(状态="已销号", 销号日期="2019-09-01", 复核结论="通过")
    row, change = after(old, found=[key_of()] if failing else ())
    assert row["状态"] == state
    assert change == ("reopened" if failing else "still_closed")
    assert ("曾于2019-09-01销号" in row["最近核查结果"]) == failing
    assert row["销号日期"] == "2019-09-01"


def test_refused_recheck_stays_refused_in_its_year_and_is_asked_again_in_the_next():
    old = entry(状态="待复核", 待复核日期="2019-09-01", 复核结论="不通过")
    once, _ = update(old)
    twice, _ = update(once)
    assert (once["状态"].tolist(), twice["状态"].tolist()) == (["整改中"], ["整改中"])
    later, _ = update(twice, year=2021)
    assert later[["状态", "待复核日期"]].values.tolist() == [["待复核", "2021-09-01"]]


def test_entry_that_waits_keeps_the_day_since_when_and_one_set_by_hand_gets_it():
    row, _ = after(entry(状态="待复核", 待复核日期="2019-09-01"))
    assert row["待复核日期"] == "2019-09-01"
    row, _ = after(entry(状态="待复核"))
    assert row["待复核日期"] == "2020-09-01"


def test_school_code_with_a_stroke_does_not_lose_its_school():
    old, _ = update(ledgers.new_ledger(), found=[key_of("甲/乙校")])
    new, _ = update(old, schools=("甲／乙校",), year=2021)
    assert new["最近核查结果"].tolist() == ["已达标"]


def test_conclusion_of_an_earlier_round_never_closes_a_later_one():
    old = entry(状态="已销号", 销号日期="2019-09-01", 复核结论="通过")
    failing, _ = update(old, found=[key_of()], year=2020)
    waiting, summary = update(failing, year=2021)
    assert waiting["状态"].tolist() == ["待复核"]
    assert "通过" in summary["unreadable"].iat[0]  # the county is told to write a new one
    again, _ = update(waiting, year=2021)
    assert again["状态"].tolist() == ["待复核"]
    closed, _ = update(again.assign(复核结论="通过 2021"), year=2021)
    assert closed["状态"].tolist() == ["已销号"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("whole", [True, False])
def test_what_cannot_be_told_leaves_the_entry_as_it_is(state, whole):
    old = entry(状态=state, 复核结论="通过", 现值="5个")
    row, change = after(old, untold=unknown(key_of(), whole=whole))
    assert change == "unknown"
    assert row | {
        "最近核查年度": "",
        "最近核查结果": "",
        "项目代码": "",
        "学段": "",
        "学校代码": "",
    } == (old.iloc[0].to_dict())
    assert row["最近核查结果"] == "本年无法判定"


def test_what_cannot_be_told_at_one_school_says_nothing_of_another():
    row, _ = after(entry(), untold=unknown(key_of("2")))
    assert row["状态"] == "待复核"


def test_entry_of_a_school_that_is_gone_waits_for_a_recheck_with_the_reason():
    old = pd.concat([entry(), entry(编号=key_of("2"))], ignore_index=True)
    row, _ = after(old, schools=("2",))
    assert row["状态"] == "待复核"
    assert "已没有这所学校" in row["最近核查结果"]
    row, _ = after(entry(编号=make_key(STANDARD, "2.1", "", "", "layout")), schools=())
    assert row["最近核查结果"] == "已达标"  # a county entry has no school to lose


def held_by(*schools, **cells):
    """A ledger of one entry per school."""
    rows = [entry(编号=key_of(school), **cells) for school in schools]
    return pd.concat(rows, ignore_index=True)


def test_table_with_fewer_than_half_of_the_open_schools_is_refused_with_advice():
    old = held_by("1", "2", "3", "4")
    _, summary = update(old, schools=("1", "2", "9"))  # 2 of 4 is half
    assert summary["change"].tolist() == ["to_recheck"] * 2 + ["school_gone"] * 2
    assert "转待复核2条，学校不在表中2条。" in ledgers.describe_update(summary, unknown())
    for schools, lost in ((("1",), "其中3所"), (("9",), "其中4所"), ((), "其中4所")):
        with pytest.raises(UsageError, match="涉及4所学校，" + lost) as refused:
            update(old, schools=schools)
        assert "请检查学校表的“学校代码”列" in str(refused.value)


def test_closed_entries_and_schools_already_told_as_gone_are_not_counted_as_lost():
    update(held_by("1", "2", 状态="已销号"), schools=("9",))
    told, _ = update(held_by("1", "2"), schools=("1",))
    rechecked = told.assign(复核结论=["通过 2020", ""])
    closed, summary = update(rechecked, schools=("1",))
    assert summary["change"].tolist() == ["closed", "school_gone"]
    for year in (2020, 2021):  # what is left is one school that is gone, as was told before
        _, summary = update(closed, schools=("1",), year=year)
        assert summary["change"].tolist() == ["still_closed", "school_gone"]
    _, summary = update(told.assign(复核结论=["", "通过 2020"]), schools=("1",))
    assert summary["change"].tolist() == ["waiting", "closed"]


def test_school_that_stands_in_the_table_as_its_campuses_is_not_gone():
    result = yz.assess_county("wenling", 2020)
    assert set(result.places["school_id"]) - {""} <= ledgers.find_scope(result).schools
    assert set(result.places["school_id"]) - set(result.sections.schools.texts("school_id")) - {""}


def test_two_schools_whose_codes_give_one_key_are_refused_by_name():
    one, other = good("甲校", rooms=1), good("乙校", rooms=1) | {"school_id": "A／B"}
    assert find(one | {"school_id": "A/ B"}, other)[0]["key"].is_unique  # a blank inside stays
    with pytest.raises(UsageError, match=r"编号相同：优质均衡1\.4/小学/A／B/") as refused:
        find(one | {"school_id": "A/B"}, other)
    assert "甲校（学校代码“A/B”）" in str(refused.value)
    assert "乙校（学校代码“A／B”）" in str(refused.value)


@pytest.mark.parametrize(
    ("school", "changed"),
    [
        ("1", "优质均衡2.5/小学/1 /class_size"),
        ("1", "优质均衡2.5/小学/１/class_size"),
        ("1", "优质均衡２.５／小学／1／class_size"),
        ("1", "优质均衡2.5/小学/1/class_ size"),
        ("甲／乙校", "优质均衡2.5/小学/甲/乙校/class_size"),
    ],
)
def test_key_with_other_blanks_or_widths_is_a_fault_with_its_row_and_never_an_orphan(
    tmp_path, school, changed
):
    right = key_of(school)
    text = f"编号,状态\n自查-1,待整改\n,\n{changed},待整改\n"
    old = ledgers.read_ledger(write(tmp_path / "l.csv", text))
    for found in ((), (right,)):
        with pytest.raises(DataError) as refused:
            update(old, found=found, schools=(school,))
        told = refused.value.faults[["row", "column", "found", "allowed"]].values.tolist()
        assert told == [[4, "编号", changed, right]]
        assert "允许的写法" in refused.value.faults["advice"].iat[0]
    with pytest.raises(DataError, match="第2行 “编号”列"):
        update(entry(编号=changed), schools=(school,))


def test_keys_of_this_table_are_written_as_they_are_even_when_two_differ_in_width_only():
    both = scope("A1", "Ａ1")
    assert [spell_key(both, key_of(school)) for school in ("A1", "Ａ1")] == [
        key_of("A1"),
        key_of("Ａ1"),
    ]
    for county in ("yiyuan", "huantai", "wenling"):
        result = yz.assess_county(county, 2020)
        here = ledgers.find_scope(result)
        frames = [ledgers.find_problems(result, load_county(county)), ledgers.find_unknown(result)]
        for key in pd.concat(frames)["key"]:
            assert spell_key(here, key) == key
            assert spell_key(here, f" {key.replace('/', ' ／')}") == key


def test_section_that_no_longer_counts_is_not_said_to_pass():
    old = entry(编号=key_of(code="1.4", check="teaching_area_per_pupil"))
    small = replace(scope("1"), sections=frozenset())
    new, _ = ledgers.update_ledger(old, problems(), unknown(), 2020, DAY, small)
    assert new["最近核查结果"].tolist() == ["该校段本年不计入资源配置指标"]


@pytest.mark.parametrize("key", ["自查-1", "基本均衡2.5/小学/1/class_size", "优质均衡9.9/小学/1/x"])
def test_entries_of_the_county_itself_and_of_another_standard_are_left_alone(key):
    old = entry(编号=key, 状态="整改中", 学校代码="3.70323E+09")
    new, summary = update(old)
    assert_same(new, old)
    assert summary["change"].tolist() == ["not_examined"]


def test_earlier_year_and_another_county_are_refused():
    with pytest.raises(UsageError, match="台账已核查到2021年"):
        update(entry(最近核查年度="2021"), year=2020)
    update(entry(最近核查年度="2020"), year=2020)
    with pytest.raises(UsageError, match="“县区”列有“温岭市”"):
        update(entry(县区="温岭市"))


# --- deadlines and the summary


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2028", "2028-12-31"),
        ("2028年底", "2028-12-31"),
        ("2021-09", "2021-09-30"),
        ("2021年9月", "2021-09-30"),
        ("２０２１．９", "2021-09-30"),
        ("2020/2", "2020-02-29"),
        ("2021/9/3", "2021-09-03"),
        ("2021年9月3日", "2021-09-03"),
        # Excel counts 1 for 1900-01-01 and a 1900-02-29 that never was: 44197 is 2021-01-01
        ("44197", "2021-01-01"),
    ],
)
def test_deadline_is_read_as_people_and_spreadsheets_write_it(text, day):
    assert str(last_day(text)) == day


@pytest.mark.parametrize(
    "text", ["尽快", "2021-13", "2021/9/31", "21-9", "9月", "202109", "2025年前"]
)
def test_deadline_that_cannot_be_read_is_told_and_not_guessed(text):
    assert last_day(text) is None
    _, summary = update(entry(整改时限=text), found=[key_of()])
    assert (summary["overdue"].tolist(), summary["unreadable"].tolist()) == (
        [False],
        [f"整改时限“{text}”"],
    )
    assert f"{key_of()}：整改时限“{text}”" in ledgers.describe_update(summary, unknown())


@pytest.mark.parametrize(
    ("day", "overdue"), [(date(2020, 9, 30), False), (date(2020, 10, 1), True)]
)
def test_entry_is_overdue_from_the_day_after_its_deadline_until_it_is_closed(day, overdue):
    _, summary = update(entry(整改时限="2020-09"), found=[key_of()], as_of=day)
    assert summary["overdue"].tolist() == [overdue]
    _, summary = update(entry(整改时限="2020-09", 状态="已销号"), as_of=day)
    assert summary["overdue"].tolist() == [False]


def test_paragraph_counts_every_kind_of_change():
    old = pd.concat([entry(), entry(编号=key_of("2"), 整改时限="2019")], ignore_index=True)
    _, summary = update(old, found=[key_of("2"), key_of("3")])
    assert ledgers.describe_update(summary, unknown("优质均衡2.1/全县/全县/layout")) == (
        "台账共3条，原有2条全部保留：新登记1条，仍未整改到位1条，转待复核1条。"
        "尚未销号3条，其中超过整改时限1条。"
        "另有1处因数据空缺或没有填报，本年无法判定，不作为问题，也不作为已解决。"
    )


# --- laws

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "状态": st.sampled_from(STATES),
            "复核结论": st.sampled_from(["", "通过 2019", "不通过", "通过 2020", "再看"]),
            "已用结论": st.sampled_from(["", "通过 2020", "不通过"]),
            "整改时限": st.sampled_from(["", "2019", "尽快"]),
            "最近核查年度": st.sampled_from(["", "2019", "2020"]),
            "最近核查结果": st.sampled_from(["", "未达标", "已达标", "复核不通过：退回整改中"]),
            "待复核日期": st.sampled_from(["", "2019-09-01"]),
            "备注": CELL,
            "镇里的意见": CELL,
        }
    ),
    max_size=6,
)
FATES = st.lists(st.sampled_from(["fails", "passes", "unknown", "gone"]), min_size=8, max_size=8)


def make_case(cells, fates):
    """A ledger of entries of schools 0, 1, … and what this year finds of each; two more are new."""
    keys = [key_of(str(at)) for at in range(8)]
    rows = [
        dict.fromkeys([*LEDGER_COLUMNS, "镇里的意见"], "") | {"编号": key, "学段": "小学"} | cell
        for key, cell in zip(keys, cells, strict=False)
    ]
    old = pd.DataFrame(rows, columns=["镇里的意见", *LEDGER_COLUMNS], dtype=object)
    fate = dict(zip(keys, fates, strict=True))
    options = {
        "found": problems(*(key for key in keys if fate[key] == "fails")),
        "untold": unknown(*(key for key in keys if fate[key] == "unknown")),
        "schools": [str(at) for at, key in enumerate(keys) if fate[key] != "gone"],
    }
    return old, options


def update_or_reject(old, options):
    """An update, unless too many schools are gone, which is refused."""
    try:
        return update(old, **options)
    except UsageError:
        reject()


@given(ENTRIES, FATES)
def test_the_same_year_twice_changes_nothing(cells, fates):
    old, options = make_case(cells, fates)
    once, _ = update_or_reject(old, options)
    twice, _ = update(once, **options)
    assert_same(twice, once)


@given(ENTRIES, FATES)
def test_no_row_is_lost_and_nothing_that_people_wrote_changes(cells, fates):
    old, options = make_case(cells, fates)
    new, summary = update_or_reject(old, options)
    assert new["编号"].tolist()[: len(old)] == old["编号"].tolist()
    assert new.columns.tolist() == old.columns.tolist()
    kept = new.head(len(old)).reset_index(drop=True)
    for name in ["镇里的意见", *HAND]:
        written = old[name].str.strip() != ""
        assert kept.loc[written, name].tolist() == old.loc[written, name].tolist()
    assert summary["key"].tolist() == new["编号"].tolist()


@given(st.lists(CELL, min_size=3, max_size=3))
def test_file_gives_back_every_cell_as_it_was(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    old = entry(学校=cells[0], 备注=cells[1]).assign(镇里的意见=cells[2])
    path.write_bytes(ledgers.format_ledger(old))
    assert_same(ledgers.read_ledger(path).reset_index(drop=True), old)


# --- the file, as a spreadsheet program leaves it


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


TWO = (
    f"编号,状态,镇里的意见,备注\r\n{key_of('1')},待整改,先改厕所,“㙍”\r\n{key_of('2')},整改中,,\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_ledger_survives_the_encodings_and_line_ends_of_excel(tmp_path, encoding, ends):
    old = ledgers.read_ledger(write(tmp_path / "l.csv", TWO.replace("\r\n", ends), encoding))
    assert old["镇里的意见"].tolist() == ["先改厕所", ""]
    assert old["备注"].tolist() == ["“㙍”", ""]  # 㙍 is in GB18030 but not in GBK
    assert old.columns.tolist()[:4] == ["编号", "状态", "镇里的意见", "备注"]
    assert set(old.columns) == {*LEDGER_COLUMNS, "镇里的意见"}


def test_blank_rows_and_columns_behind_are_dropped_and_short_rows_filled(tmp_path):
    text = TWO.replace("\r\n", ",,\r\n").replace("整改中,,,,", "整改中") + ",,,,,\r\n\r\n"
    old = ledgers.read_ledger(write(tmp_path / "l.csv", text))
    assert old["编号"].tolist() == [key_of("1"), key_of("2")]


def test_unicode_text_of_excel_is_read_with_its_tabs(tmp_path):
    text = TWO.replace(",", "\t")
    old = ledgers.read_ledger(write(tmp_path / "l.csv", text, "utf-16"))
    assert old["状态"].tolist() == ["待整改", "整改中"]


def test_columns_moved_rows_sorted_and_codes_broken_by_excel_do_no_harm(tmp_path):
    first, _ = update(ledgers.new_ledger(), found=[key_of("1"), key_of("2")])
    moved = first[first.columns[::-1]].iloc[::-1]
    moved = moved.assign(学校代码="3.70323E+09", 项目代码="2.1", 发现日期="2020/9/1", 备注="手记")
    path = tmp_path / "l.csv"
    path.write_bytes(ledgers.format_ledger(moved))
    again, _ = update(ledgers.read_ledger(path), found=[key_of("1")])
    assert again.columns.tolist() == moved.columns.tolist()
    told = ["编号", "学校代码", "项目代码", "状态", "备注"]
    assert again[told].values.tolist() == [
        [key_of("2"), "2", "2.5 班额", "待复核", "手记"],
        [key_of("1"), "1", "2.5 班额", "待整改", "手记"],
    ]


def test_item_code_is_written_as_text_so_that_2_10_never_becomes_2_1():
    key = make_key(STANDARD, "2.10", "", "", "posts")
    new, _ = update(ledgers.new_ledger(), found=[key])
    assert new["项目代码"].iat[0].startswith("2.10 ")
    with pytest.raises(ValueError, match="could not convert"):
        float(new["项目代码"].iat[0])


def test_workbook_is_read_with_its_days_and_numbers_as_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["编号", "状态", "整改时限", "发现年度", "备注"])
    book.active.append([key_of(), "整改中", pd.Timestamp(2021, 9, 30), 2020, "第一行\n第二行"])
    book.save(tmp_path / "l.xlsx")
    [row] = ledgers.read_ledger(tmp_path / "l.xlsx").to_dict("records")
    assert (row["整改时限"], row["发现年度"]) == ("2021-09-30", "2020")
    assert row["备注"] == "第一行\n第二行"


def test_formula_without_a_result_in_a_workbook_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["编号", "状态", "备注"])
    book.active.append([key_of(), "整改中", "=A1"])
    book.save(tmp_path / "l.xlsx")
    with pytest.raises(DataError, match="粘贴为数值"):
        ledgers.read_ledger(tmp_path / "l.xlsx")


def test_all_faults_are_told_at_once_with_row_and_advice(tmp_path):
    rows = [
        "编号,状态,最近核查年度",
        ",待整改,",
        "a,待整改,2020",
        "a,整改中,",
        "b,做完了,",
        "c,,去年",
    ]
    with pytest.raises(DataError) as refused:
        ledgers.read_ledger(write(tmp_path / "l.csv", "\n".join(rows)))
    faults = refused.value.faults
    assert faults[["row", "column", "found"]].values.tolist() == [
        [2, "编号", "（空）"],
        [4, "编号", "a（与第3行重复）"],
        [5, "状态", "做完了"],
        [6, "状态", "（空）"],
        [6, "最近核查年度", "去年"],
    ]
    assert faults["allowed"].iat[2] == "待整改、整改中、待复核、已销号"
    assert faults["advice"].ne("").all()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("县区,状态\n沂源县,待整改\n".encode(), "有“编号”列"),
        ("编号,状态,备注,备注\na,待整改,1,2\n".encode(), "2列同名"),
        ("编号,状态,\na,待整改,无主\n".encode(), "第3列的“无主”"),
        ('编号,状态\na,"待整'.encode(), "文件不完整"),
        ("编号,状态\na,待整改\n".encode() + b"\xff\xff", "编码"),
        (b"", "有“编号”列"),
    ],
)
def test_file_that_is_no_ledger_is_refused(tmp_path, content, found):
    (tmp_path / "l.csv").write_bytes(content)
    with pytest.raises(DataError, match=found):
        ledgers.read_ledger(tmp_path / "l.csv")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+甲校", "'+甲校"),
        ("-甲校", "'-甲校"),
        ("@甲校", "'@甲校"),
        ("＝甲校", "'＝甲校"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("'=1", "''=1"),
        ("-", "-"),
        ("-3.5%", "-3.5%"),
        ("甲=校", "甲=校"),
    ],
)
def test_no_cell_becomes_a_formula_and_a_mere_sign_or_number_stays_as_it_is(name, written):
    text = ledgers.format_ledger(entry(学校=name)).decode("utf-8-sig")
    assert pd.read_csv(io.StringIO(text), dtype=str)["学校"].tolist() == [written]


def test_empty_ledger_is_a_file_that_can_be_read_again(tmp_path):
    (tmp_path / "l.csv").write_bytes(ledgers.format_ledger(ledgers.new_ledger()))
    assert ledgers.read_ledger(tmp_path / "l.csv").empty


# --- looking back at townships


def test_look_back_lists_every_school_of_the_townships_with_its_entries():
    rows = [
        good("甲校", rooms=4400, grounds=6400) | {"town": "东镇", "school_id": "1"},
        good("乙校") | {"town": "东镇", "school_id": "2"},
        good("丙校") | {"town": "西镇", "school_id": "3"},
        {"school": "丁校", "school_type": "special", "town": "东镇", "school_id": "4"},
    ]
    result = judge(rows)
    found, untold = ledgers.find_problems(result, CARD), ledgers.find_unknown(result)
    held, _ = ledgers.update_ledger(
        ledgers.new_ledger(), found, untold, 2020, DAY, ledgers.find_scope(result)
    )
    visited = ledgers.look_back(result, held, ["东镇"])
    told = visited[["school", "verdict", "below", "entries"]].values.tolist()
    assert told == [
        ["丁校", "", "", ""],
        ["乙校", "met", "", ""],
        ["甲校", "not_met", "1.4、1.5", "1.4（小学）待整改；1.5（小学）待整改"],
    ]
    assert "特殊教育" in visited["note"].iat[0]


def test_look_back_puts_a_failing_stage_to_its_own_section_only():
    school = good("甲校") | good("甲校", "junior") | {"school_type": "nine_year", "town": "东镇"}
    school |= {"oversize_classes_primary": 0, "oversize_classes_junior": 1}
    visited = ledgers.look_back(judge([school]), ledgers.new_ledger(), ["东镇"])
    found = dict(zip(visited["stage"], visited["items"], strict=True))
    assert ("2.5" in found["primary"], "2.5" in found["junior"]) == (False, True)


@pytest.mark.parametrize("towns", [["东镇", "南镇"], ["南镇"], [""]])
def test_look_back_at_an_unknown_township_is_refused_with_those_that_exist(towns):
    result = judge([good("甲校") | {"town": "东镇"}, good("乙校") | {"town": "西镇"}])
    with pytest.raises(UsageError, match="学校表中有：东镇、西镇"):
        ledgers.look_back(result, ledgers.new_ledger(), towns)


# --- the county that edits its ledger in Excel


def run_year(old, year, **changes):
    result, card = yz.assess_county("yiyuan", year), load_county("yiyuan")
    found, untold = ledgers.find_problems(result, card), ledgers.find_unknown(result)
    day = date(year, 9, 1)
    return ledgers.update_ledger(old, found, untold, year, day, ledgers.find_scope(result))


def test_yiyuan_keeps_what_was_written_by_hand_and_rechecks_its_20_oversize_classes(tmp_path):
    first, _ = run_year(ledgers.new_ledger(), 2020)
    classes = first["项目代码"].str.startswith("2.5")
    assert first.loc[classes, "最少整改量"].astype(int).sum() == 20
    # the county sorts, adds a column, writes into every row and saves as an old Chinese CSV
    edited = first.sort_values("学校", ignore_index=True)
    edited.insert(3, "分管领导意见", [f"意见{at}" for at in range(len(edited))])
    edited = edited.assign(备注="已现场查看，\n限期整改", 责任部门="镇中心校", 学校代码="3.70E+09")
    path = tmp_path / "ledger.csv"
    path.write_bytes(edited.to_csv(index=False, lineterminator="\r\n").encode("gb18030"))
    second, summary = run_year(ledgers.read_ledger(path), 2021)
    kept = second.head(len(edited))
    written = ["编号", "分管领导意见", "备注", "责任部门", "整改时限", "整改措施"]
    assert_same(kept[written], edited[written])
    assert second.columns.tolist() == edited.columns.tolist()
    done = second[second["项目代码"].str.startswith("2.5")]
    assert set(done["状态"]) == {"待复核"}
    assert set(done["待复核日期"]) == {"2021-09-01"}
    assert len(done) == classes.sum() > 1
    assert set(summary.loc[summary["key"].isin(done["编号"]), "change"]) == {"to_recheck"}
