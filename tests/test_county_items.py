"""County figures: the dictionary, the checks, the files; missing is not zero, every fault is told at once."""

from decimal import Decimal
from fractions import Fraction

import openpyxl
import pandas as pd
import pytest
from conftest import MET_FIGURES, SUBJECTS, items_of
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.columns import load_figures
from youzhi.county_items import NOT_APPLICABLE, stack_items
from youzhi.errors import FAULT_COLUMNS, DataError

NUMBERS = [name for name, figure in load_figures().items() if figure.is_number]
CHOICES = [name for name, figure in load_figures().items() if figure.kind == "choice"]
PAIRS = [(name, figure.at_most) for name, figure in load_figures().items() if figure.at_most]
CHINESE = r"[\u4e00-\u9fff]"


def frame_of(*rows, **shared):
    """A frame of county figures from (item, value) pairs."""
    given_rows = [
        {"county": "demo", "year": 2020, "item": item, "value": value} for item, value in rows
    ]
    return pd.DataFrame([row | shared for row in given_rows], dtype=object)


def faults_of(frame):
    with pytest.raises(DataError) as refused:
        yz.CountyItems.from_frame(frame, "items.csv")
    return refused.value.faults


def write_csv(folder, text, name="items.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_xlsx(folder, rows, name="items.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / name
    book.save(path)
    return path


def refusals(path, county="demo", year=2020):
    with pytest.raises(DataError) as refused:
        yz.read_items(path, county, year)
    faults, findings = refused.value.faults, refused.value.findings
    refuses = (findings["outcome"] == "reject") | (findings["rule"] == "H06b")
    refusing = findings.loc[refuses, FAULT_COLUMNS]
    assert set(faults["file"]) == {path.name}
    if len(refusing):
        assert refusing.values.tolist() == faults.values.tolist()
    return faults


def rules_of(path):
    """The rules by which a file is refused."""
    with pytest.raises(DataError) as refused:
        yz.read_items(path, "demo", 2020)
    findings = refused.value.findings
    return findings.loc[findings["outcome"] == "reject", "rule"].tolist()


def told_of(items):
    """What a table that was read tells: rule, outcome, row, column, what was found and what became of it."""
    parts = ["rule", "outcome", "row", "column", "found", "became"]
    assert not items.findings[["file", "allowed", "advice"]].eq("").any(axis=None)
    return list(items.findings[parts].itertuples(index=False, name=None))


def values_of(items):
    return dict(zip(items.frame["item"], items.frame["value"], strict=True))


# --- the dictionary


def test_every_figure_of_the_six_tables_and_the_vetoes_is_in_the_dictionary():
    figures = load_figures()
    for subject in SUBJECTS:
        assert figures[f"monitoring_level_{subject}"].optional
        assert figures[f"monitoring_difference_{subject}"].optional
    assert {figure.form for figure in figures.values()} == {"Ⅰ", "Ⅳ", "Ⅴ", "Ⅵ", "否决", "2012"}
    assert len([name for name in figures if name.startswith("veto_")]) == 6
    assert set(MET_FIGURES) <= set(figures)


def test_headers_and_names_tell_the_figures_apart():
    names = [
        (name, figure.id)
        for figure in load_figures().values()
        for name in {figure.id, figure.zh, *figure.headers}
    ]
    twice = {name for name, _ in names if len({i for n, i in names if n == name}) > 1}
    assert not twice


def test_only_the_national_monitoring_may_be_said_not_to_apply():
    optional = {name for name, figure in load_figures().items() if figure.optional}
    assert optional == {
        f"monitoring_{what}_{subject}" for what in ("level", "difference") for subject in SUBJECTS
    }


@pytest.mark.parametrize("name", NUMBERS)
def test_every_number_has_a_range_and_a_unit(name):
    figure = load_figures()[name]
    assert figure.unit
    assert figure.min < figure.max


def test_a_share_never_exceeds_100_percent_but_retention_may():
    tops = {name: load_figures()[name].max for name in NUMBERS if name.endswith("_percent")}
    assert tops.pop("junior_retention_percent") > 100  # pupils may come back
    assert set(tops.values()) == {100}


# --- one value


@pytest.mark.parametrize("name", NUMBERS)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(name):
    figure = load_figures()[name]
    for end in (figure.min, figure.max):
        assert items_of(**{name: end}).number("demo", 2020, name) == end
    for beyond in (figure.min - 1, figure.max + 1):
        fault = faults_of(frame_of((name, beyond))).squeeze()
        assert fault["row"] == 1
        assert fault["found"] == str(beyond)
        assert fault["allowed"] == figure.allowed


@pytest.mark.parametrize("name", [n for n in NUMBERS if load_figures()[n].kind == "integer"])
def test_a_count_is_a_whole_number(name):
    half = Decimal(load_figures()[name].min) + Decimal("0.5")
    faults = faults_of(frame_of((name, half)))
    assert faults["found"].tolist() == [str(half)]
    assert "整数" in faults["allowed"].iloc[0]


@pytest.mark.parametrize("name", CHOICES)
def test_a_finding_or_veto_is_one_of_two_words(name):
    figure = load_figures()[name]
    assert len(figure.choices) == 2
    for word in figure.choices:
        assert items_of(**{name: word}).value("demo", 2020, name) == word
    fault = faults_of(frame_of((name, "perhaps"))).squeeze()
    assert fault["found"] == "perhaps"
    assert all(word in fault["allowed"] for word in figure.choices.values())


@pytest.mark.parametrize(
    "written",
    [
        *("abc", "12", "１２", "约300", "未监测", ""),
        *(True, float("inf"), float("-inf"), 10**400),
        *(pd.Timestamp("2020-09-01"), [1], Decimal("Infinity")),
    ],
    ids=lambda written: repr(written)[:12],
)
def test_what_is_no_number_is_refused_as_a_fault(written):
    fault = faults_of(frame_of(("survey_valid", written))).squeeze()
    assert fault["row"] == 1
    assert fault["allowed"] == load_figures()["survey_valid"].allowed


LONG = 10**4300  # 4301 digits, one more than Python prints


@pytest.mark.parametrize(
    "written",
    [LONG, -LONG, Decimal(LONG), Fraction(1, LONG), Fraction(LONG + 1, LONG)],
    ids=["count", "negative", "decimal", "tiny", "fraction"],
)
@pytest.mark.parametrize("name", ["survey_valid", "teacher_pay_yuan", "monitoring_level_pe"])
def test_a_number_of_more_digits_than_can_be_printed_is_a_fault(name, written):
    fault = faults_of(frame_of(("interviews", 1), (name, written))).squeeze()
    assert (fault["row"], fault["allowed"]) == (2, load_figures()[name].allowed)


def test_a_year_of_more_digits_than_can_be_printed_is_a_fault():
    assert faults_of(frame_of(("survey_valid", 1), year=LONG))["row"].tolist() == [1]


@pytest.mark.parametrize("name", [n for n in NUMBERS if n.endswith("_percent")])
def test_a_percentage_of_at_most_one_is_probably_a_part_of_one(name):
    for written in (Decimal("0.465"), 0.465, Fraction(1, 10**6), 1):
        fault = faults_of(frame_of((name, written))).squeeze()
        assert (fault["row"], fault["column"]) == (1, "填报值")
        assert fault["found"] == f"{written}（疑似比例）"
        assert "应填百分数，如46.5" in fault["advice"]
    for written in (0, Decimal("1.01"), Decimal("46.5"), None):
        assert len(items_of(**{name: written})) == 1


def test_a_difference_rate_is_no_percentage_and_lies_between_0_and_1():
    items = items_of(monitoring_difference_pe=Decimal("0.15"))
    assert items.number("demo", 2020, "monitoring_difference_pe") == Fraction(3, 20)


@pytest.mark.parametrize("written", [1200, 1200.0, Decimal("1200"), Fraction(1200)])
def test_numbers_may_come_in_any_exact_type(written):
    assert items_of(survey_valid=written).number("demo", 2020, "survey_valid") == 1200


def test_a_number_keeps_every_digit():
    written = Decimal("0.1499999999999999999999")
    items = items_of(monitoring_difference_pe=written)
    assert items.number("demo", 2020, "monitoring_difference_pe") == Fraction(written)


def test_a_count_that_is_whole_only_as_a_float_is_refused():
    # 2^53 + 1/2 and 12.00000000000000001 are whole as floats, not as they were written
    fault = faults_of(frame_of(("survey_valid", Decimal("12.00000000000000001")))).squeeze()
    assert fault["row"] == 1


def test_a_share_that_exceeds_100_only_beyond_the_float_is_refused():
    written = Decimal("100.00000000000000001")
    assert faults_of(frame_of(("certified_share_percent", written)))["row"].tolist() == [1]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, Decimal("NaN")], ids=repr)
def test_an_empty_value_is_missing_and_zero_is_zero(missing):
    items = items_of(survey_satisfied=missing, disabled_children=0)
    assert items.value("demo", 2020, "survey_satisfied") is None
    assert items.number("demo", 2020, "survey_satisfied") is None
    assert items.number("demo", 2020, "disabled_children") == 0
    assert items.number("demo", 2020, "exchanged_teachers") is None  # no row at all


@pytest.mark.parametrize("name", ["monitoring_level_chinese", "monitoring_difference_moral"])
def test_not_monitored_is_neither_a_number_nor_missing(name):
    items = items_of(**{name: NOT_APPLICABLE})
    assert items.value("demo", 2020, name) == NOT_APPLICABLE
    assert items.number("demo", 2020, name) is None


@pytest.mark.parametrize("name", ["survey_valid", "layout_finding", "veto_key_schools"])
def test_what_must_be_answered_cannot_be_said_not_to_apply(name):
    assert faults_of(frame_of((name, NOT_APPLICABLE)))["row"].tolist() == [1]


# --- a part and its whole


@pytest.mark.parametrize(("part", "whole"), PAIRS)
def test_a_part_is_at_most_its_whole(part, whole):
    equal = items_of(**{whole: 5, part: 5})
    assert len(equal) == 2
    fault = faults_of(frame_of((whole, 5), (part, 6))).squeeze()
    assert fault["row"] == 2
    assert fault["found"].startswith("6")
    assert "5" in fault["found"]
    assert load_figures()[whole].zh in fault["allowed"]


@pytest.mark.parametrize(("part", "whole"), PAIRS)
def test_a_part_without_its_whole_is_no_fault(part, whole):
    assert len(items_of(**{part: 6})) == 1
    assert len(items_of(**{part: 6, whole: None})) == 2


MIGRANTS = ["migrant_eligible_pupils", "migrant_public_pupils", "migrant_purchased_pupils"]


def test_parts_and_whole_that_are_all_missing_are_no_fault():
    assert values_of(items_of(**dict.fromkeys(MIGRANTS))) == dict.fromkeys(MIGRANTS)


def test_parts_that_are_missing_in_one_year_are_held_against_their_whole_in_another():
    # 90 + 20 > 100 in 2021; 2020 says nothing
    rows = list(zip(MIGRANTS, (100, 90, 20), strict=True))
    empty = frame_of(*dict.fromkeys(MIGRANTS).items())
    faults = faults_of(pd.concat([empty, frame_of(*rows, year=2021)], ignore_index=True))
    assert faults["row"].tolist() == [5]


def test_every_part_of_a_judged_share_is_held_against_its_whole():
    assert set(PAIRS) >= {
        ("exchanged_teachers", "exchange_eligible_teachers"),
        ("exchanged_backbone_teachers", "exchanged_teachers"),
        ("senior_quota_places", "senior_plan_places"),
        ("disabled_enrolled", "disabled_children"),
        ("survey_satisfied", "survey_valid"),
        ("survey_valid", "survey_sent"),
    }


def test_parts_that_together_exceed_their_whole_are_refused():
    # 80 in public schools and 80 in purchased places are 160 of 100 migrant pupils
    rows = [("migrant_eligible_pupils", 100), ("migrant_public_pupils", 80)]
    assert len(items_of(**dict(rows), migrant_purchased_pupils=20)) == 3
    faults = faults_of(frame_of(*rows, ("migrant_purchased_pupils", 80)))
    assert faults["row"].tolist()[-1] in (2, 3)


def test_parts_that_together_exceed_their_whole_are_told_once_with_every_number():
    rows = [("migrant_eligible_pupils", 100), ("migrant_public_pupils", 90)]
    fault = faults_of(frame_of(*rows, ("migrant_purchased_pupils", 11))).squeeze()  # 90 + 11 > 100
    assert fault["row"] == 2  # the largest part
    assert all(number in fault["found"] for number in ("90", "11", "100"))
    assert load_figures()["migrant_eligible_pupils"].zh in fault["allowed"]


@pytest.mark.parametrize(("public", "purchased"), [(101, None), (101, 0), (0, 101)])
def test_one_part_alone_may_exceed_the_whole_of_several(public, purchased):
    rows = [("migrant_eligible_pupils", 100), ("migrant_public_pupils", public)]
    faults = faults_of(frame_of(*rows, ("migrant_purchased_pupils", purchased)))
    assert faults["row"].tolist() == [2 if public else 3]


def test_satisfied_parents_are_among_the_satisfied():
    answers = {"survey_valid": 10, "survey_satisfied": 3, "survey_parents_valid": 5}
    assert len(items_of(**answers, survey_parents_satisfied=3)) == 4
    faults = faults_of(frame_of(*answers.items(), ("survey_parents_satisfied", 4)))
    assert faults["row"].tolist() == [4]


def test_what_is_itself_a_fault_is_not_held_against_its_whole():
    rows = [("survey_sent", -1), ("survey_valid", 5), ("interviews", 5), ("interviews", 4)]
    faults = faults_of(frame_of(*rows, ("interviews_satisfied", 6)))
    assert faults["row"].tolist() == [1, 3, 4]


# --- the table


def test_a_doubled_figure_is_held_against_its_range_in_both_rows():
    faults = faults_of(frame_of(("survey_valid", -1), ("survey_valid", 1)))
    assert sorted(zip(faults["row"], faults["column"], strict=True)) == [
        (1, "填报值"),
        (1, "填报项目"),
        (2, "填报项目"),
    ]


def test_the_fault_of_a_value_stands_under_its_column_and_its_advice_names_the_figure():
    fault = faults_of(frame_of(("interviews_satisfied", -1))).squeeze()
    assert fault["column"] == "填报值"
    assert load_figures()["interviews_satisfied"].zh in fault["advice"]


def test_what_may_stand_for_an_unmonitored_subject_is_told():
    faults = faults_of(frame_of(("monitoring_level_pe", 5), ("survey_valid", -1)))
    assert faults["allowed"].str.contains("未监测").tolist() == [True, False]


@pytest.mark.parametrize("column", ["county", "year", "item", "data_kind"])
@pytest.mark.parametrize("written", [[1], True, pd.Timestamp("2020-09-01")], ids=repr)
def test_no_cell_of_another_kind_ends_in_a_raw_exception(column, written):
    frame = frame_of(("survey_valid", 1))
    frame[column] = pd.Series([written], dtype=object)
    assert faults_of(frame)["row"].tolist() == [1]


def test_an_unknown_figure_is_a_fault():
    fault = faults_of(frame_of(("survey_valid", 1), ("满意人数", 2))).squeeze()
    assert (fault["row"], fault["found"]) == (2, "满意人数")


def test_a_figure_that_stands_twice_is_a_fault_on_both_rows():
    faults = faults_of(frame_of(("survey_valid", 1), ("survey_sent", 9), ("survey_valid", 1)))
    assert faults["row"].tolist() == [1, 3]
    assert set(faults["found"]) == {"survey_valid"}


def test_the_same_figure_of_another_county_or_year_is_no_doubled_one():
    frames = [
        frame_of(("survey_valid", 1), year=year, county=c) for c in "ba" for year in (2021, 2020)
    ]
    table = yz.CountyItems.from_frame(pd.concat(frames, ignore_index=True))
    assert table.frame[["county", "year"]].values.tolist() == [
        ["a", 2020],
        ["a", 2021],
        ["b", 2020],
        ["b", 2021],
    ]


@pytest.mark.parametrize("changes", [{"county": None}, {"year": None}])
def test_a_row_without_county_or_year_is_a_fault(changes):
    assert faults_of(frame_of(("survey_valid", 1), **changes))["row"].tolist() == [1]


@pytest.mark.parametrize("year", [2020.5, 1999, 2036, "二〇二〇", "2019-2020", float("inf")])
def test_a_year_outside_the_statistics_is_a_fault(year):
    assert faults_of(frame_of(("survey_valid", 1), year=year))["row"].tolist() == [1]


def test_an_unknown_kind_of_data_is_a_fault():
    fault = faults_of(frame_of(("survey_valid", 1), data_kind="guess")).squeeze()
    assert (fault["row"], fault["found"]) == (1, "guess")
    assert "真实数据" in fault["allowed"]


ALL_FAULTS = [
    ("survey_valid", 1000),
    ("survey_satisfied", 1001),  # more than the valid ones
    ("survey_sent", -1),
    ("interviews", Decimal("2.5")),
    ("layout_finding", "perhaps"),
    ("charter_finding", "met"),
    ("charter_finding", "not_met"),
    ("没有这一项", 5),
    ("certified_share_percent", Decimal("100.1")),
    ("monitoring_level_pe", "Ⅲ"),
]


def test_all_faults_of_a_table_are_told_at_once():
    faults = faults_of(frame_of(*ALL_FAULTS))
    assert sorted(faults["row"]) == [2, 3, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "rows",
    [
        [("survey_valid", -1)],
        [("survey_valid", 1), ("survey_satisfied", 2)],
        [("layout_finding", "perhaps")],
        [("没有这一项", 5)],
        [("survey_valid", 1), ("survey_valid", 2)],
    ],
)
def test_every_fault_says_where_what_is_allowed_and_what_to_do_in_chinese(rows):
    faults = faults_of(frame_of(*rows))
    assert list(faults.columns) == FAULT_COLUMNS
    assert faults["file"].eq("items.csv").all()
    assert faults["advice"].str.contains(CHINESE).all()
    assert faults[["row", "column", "found", "allowed"]].ne("").all(axis=None)


def test_a_good_table_is_sorted_by_county_year_and_the_dictionary():
    names = list(MET_FIGURES)
    items = items_of(**{name: MET_FIGURES[name] for name in reversed(names)})
    order = [name for name in load_figures() if name in names]
    assert items.frame["item"].tolist() == order
    assert list(items.frame.columns) == [
        *("county", "year", "item", "value", "data_kind", "source", "note")
    ]


def test_an_empty_table_has_nothing_and_says_so():
    items = items_of()
    assert len(items) == 0
    assert items.value("demo", 2020, "survey_valid") is None
    assert items.data_kinds == ()


def test_the_kinds_of_data_are_those_of_the_values_that_are_given():
    rows = frame_of(("survey_valid", 1), ("survey_sent", 2), ("interviews", None))
    rows["data_kind"] = ["real", None, "synthetic"]
    assert set(yz.CountyItems.from_frame(rows).data_kinds) == {"真实数据", "未注明"}


def test_tables_are_stacked_and_never_one_figure_twice():
    one, other = items_of("b", 2020, survey_valid=1), items_of("a", 2021, survey_valid=2)
    both = stack_items([one, other])
    assert both.number("a", 2021, "survey_valid") == 2
    assert both.number("b", 2020, "survey_valid") == 1
    with pytest.raises(DataError):
        stack_items([one, one])


@given(st.permutations(sorted(MET_FIGURES)))
def test_the_order_of_the_rows_changes_nothing(names):
    one = items_of(**MET_FIGURES)
    other = items_of(**{name: MET_FIGURES[name] for name in names})
    pd.testing.assert_frame_equal(one.frame, other.frame)


# --- files


def test_a_file_may_name_figures_by_id_by_header_or_by_label(tmp_path):
    text = "item,value\nsurvey_sent,30\n回收有效问卷数,20\n满意问卷,10\n"
    assert values_of(yz.read_items(write_csv(tmp_path, text), "demo", 2020)) == {
        "survey_sent": 30,
        "survey_valid": 20,
        "survey_satisfied": 10,
    }


def test_a_csv_and_a_workbook_of_the_same_content_give_the_same_table(tmp_path):
    rows = [
        ["填报项目", "填报值", "单位", "数据性质", "来源", "备注"],
        ["回收有效问卷数", 1000, "份", "真实数据", "问卷", None],
        ["国家监测语文校际差异率", 0.149, "—", "模拟数据", None, "草稿"],
        ["国家监测语文学业水平等级", "未监测", None, None, None, None],
        ["学校规划布局认定", "达标", None, "假设数据", None, None],
        ["存在弄虚作假行为", "不存在", None, None, None, None],
        ["发放问卷数", None, "份", None, None, None],
        ["适龄残疾儿童少年数", 0, "人", None, None, None],
    ]
    text = "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows)
    one = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    other = yz.read_items(write_xlsx(tmp_path, rows), "demo", 2020)
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert values_of(one) == {
        "survey_sent": None,
        "survey_valid": Decimal(1000),
        "monitoring_difference_chinese": Decimal("0.149"),
        "monitoring_level_chinese": NOT_APPLICABLE,
        "layout_finding": "met",
        "veto_falsification": "absent",
        "disabled_children": Decimal(0),
    }
    assert one.digest != ""
    assert one.file == "items.csv"


def test_a_file_with_a_byte_order_mark_and_blank_rows_is_read(tmp_path):
    path = tmp_path / "items.csv"
    path.write_bytes("item,value\r\nsurvey_sent,30\r\n\r\n,,\r\n".encode("utf-8-sig"))
    assert values_of(yz.read_items(path, "demo", 2020)) == {"survey_sent": 30}


@pytest.mark.parametrize("word", ["未监测", "未参加监测", "不适用"])
def test_not_monitored_is_read_where_the_dictionary_allows_it(tmp_path, word):
    text = f"item,value\nmonitoring_level_pe,{word}\nmonitoring_difference_pe,{word}\n"
    items = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    assert set(values_of(items).values()) == {NOT_APPLICABLE}
    assert told_of(items) == []


NEVER_UNMONITORED = ["survey_valid", "veto_key_schools", "layout_finding"]


@pytest.mark.parametrize("word", ["未监测", "未参加监测"])
def test_not_monitored_is_refused_where_nothing_is_monitored(tmp_path, word):
    rows = "".join(f"{name},{word}\n" for name in NEVER_UNMONITORED)
    path = write_csv(tmp_path, "item,value\n" + rows)
    faults = refusals(path)
    assert faults["row"].tolist() == [2, 3, 4]
    assert set(faults["found"]) == {word}
    assert faults["allowed"].tolist() == [load_figures()[n].allowed for n in NEVER_UNMONITORED]
    assert rules_of(path) == ["N16", "K09c", "K09c"]


def test_what_must_be_answered_and_is_said_not_to_apply_is_missing(tmp_path):
    rows = "".join(f"{name},不适用\n" for name in NEVER_UNMONITORED)
    items = yz.read_items(write_csv(tmp_path, "item,value\n" + rows), "demo", 2020)
    assert values_of(items) == dict.fromkeys(NEVER_UNMONITORED)
    assert told_of(items) == [("N09", "hold", row, "value", "不适用", "") for row in (2, 3, 4)]


def test_a_value_in_ten_thousands_is_converted_exactly_and_listed(tmp_path):
    text = "item,value,unit\nteacher_pay_yuan,8.2403,万元\ncivil_servant_pay_yuan,73200,元\n"
    items = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    assert values_of(items) == {"teacher_pay_yuan": 82403, "civil_servant_pay_yuan": 73200}
    assert told_of(items) == [("N07", "norm", 2, "value", "8.2403", "82403")]


@pytest.mark.parametrize("unit", ["人", "美元", "%", "㎡"])
def test_a_value_in_a_unit_of_another_kind_is_set_aside(tmp_path, unit):
    text = f"item,value,unit\nteacher_pay_yuan,82403,{unit}\ncivil_servant_pay_yuan,73200,元\n"
    items = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    assert values_of(items) == {"teacher_pay_yuan": None, "civil_servant_pay_yuan": 73200}
    assert [one[:4] for one in told_of(items)] == [("N05b", "hold", 2, "value")]


@pytest.mark.parametrize("unit", ["元", ""])
def test_the_unit_of_the_dictionary_or_none_is_accepted(tmp_path, unit):
    text = f"item,value,单位\nteacher_pay_yuan,82403,{unit}\n"
    items = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    assert values_of(items) == {"teacher_pay_yuan": 82403}


def write_value(tmp_path, written):
    text = f"填报项目,填报值\n发放问卷数,1000000\n回收有效问卷数,{written}\n"
    return write_csv(tmp_path, text)


@pytest.mark.parametrize(
    ("written", "rule"),
    [("１２３abc", "N16"), ("12。5", "N16"), ("nan", "N16"), ("1.2.3", "N17"), ("12.5", "N15")],
)
def test_what_is_no_number_in_a_file_is_refused_with_its_row(tmp_path, written, rule):
    path = write_value(tmp_path, written)
    fault = refusals(path).squeeze()
    assert (fault["row"], fault["column"], fault["found"]) == (3, "填报值", written)
    assert fault["allowed"] == load_figures()["survey_valid"].allowed
    assert rules_of(path) == [rule]


@pytest.mark.parametrize(
    ("written", "rule", "proposed"),
    [
        ("95%", "N06b", ""),
        ("约300", "N19b", "300"),
        ("-", "N09", ""),
        ("无", "N09", ""),
        ("300人", "N19c", ""),
        ("三百", "N20", "300"),
    ],
)
def test_what_leaves_its_number_open_in_a_file_is_set_aside(tmp_path, written, rule, proposed):
    items = yz.read_items(write_value(tmp_path, written), "demo", 2020)
    assert values_of(items) == {"survey_sent": 1000000, "survey_valid": None}
    assert told_of(items) == [(rule, "hold", 3, "填报值", written, proposed)]
    assert items.findings["allowed"].tolist() == [load_figures()["survey_valid"].allowed]


@pytest.mark.parametrize(
    ("written", "rule", "became"),
    [
        ("1.2万", "N03", 12000),
        ("1e5", "N12", 100000),
        ("１２", "N01", 12),
        ('"1,234"', "N02", 1234),
        ("300份", "N19", 300),
    ],
)
def test_a_number_written_another_way_in_a_file_is_converted_exactly(
    tmp_path, written, rule, became
):
    items = yz.read_items(write_value(tmp_path, written), "demo", 2020)
    assert values_of(items) == {"survey_sent": 1000000, "survey_valid": became}
    assert told_of(items) == [(rule, "norm", 3, "填报值", written.strip('"'), str(became))]


def test_a_converted_number_is_held_against_its_whole(tmp_path):
    text = "填报项目,填报值\n发放问卷数,11999\n回收有效问卷数,1.2万\n"
    path = write_csv(tmp_path, text)
    assert refusals(path)["found"].tolist() == ["12000（回收有效问卷；发放问卷11999）"]
    assert rules_of(path) == ["D11"]


def test_a_number_with_a_comma_is_never_cut_in_two(tmp_path):
    # a row with one cell too many: 1,234 would be read as 1
    fault = refusals(write_csv(tmp_path, "item,value\nsurvey_valid,1,234\n")).squeeze()
    assert fault["row"] == 2


def test_a_row_with_a_cell_too_few_is_never_shifted(tmp_path):
    text = "county,year,item,value\ndemo,2020,survey_valid\n"
    assert refusals(write_csv(tmp_path, text))["row"].tolist() == [2]


def test_a_formula_that_was_never_calculated_is_a_fault(tmp_path):
    path = write_xlsx(tmp_path, [["item", "value"], ["survey_valid", "=1+1"]])
    fault = refusals(path).squeeze()
    assert (fault["row"], fault["found"]) == (2, "=1+1")


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    lines = [f"{item},{value}" for item, value in ALL_FAULTS]
    path = write_csv(tmp_path, "\n".join(["item,value", *lines]) + "\n")
    assert sorted(refusals(path)["row"]) == [3, 4, 5, 6, 7, 8, 9, 10, 11]


def test_faults_stand_under_the_headers_of_the_file_in_the_order_of_its_rows(tmp_path):
    rows = [
        "县区,年度,填报项目,数值,单位,数据性质",
        "demo,2020,满意人数,abc,元,猜的",  # an unknown figure hides no other column of its row
        "demo,2021,发放问卷数,-1,万份,",
        "demo,2020,访谈人数",
        "demo,2020,回收有效问卷数,2,,",
        "demo,2020,满意问卷数,3,,",
    ]
    faults = refusals(write_csv(tmp_path, "\n".join(rows) + "\n"))
    assert faults["row"].is_monotonic_increasing
    assert sorted(zip(faults["row"], faults["column"], strict=True)) == [
        (2, "填报项目"),
        (2, "数据性质"),
        (3, "年度"),
        (3, "数值"),
        (4, ""),
        (6, "数值"),
    ]


def test_parts_and_whole_that_are_all_empty_in_a_file_are_missing(tmp_path):
    path = write_csv(tmp_path, "item,value\n" + "".join(f"{name},\n" for name in MIGRANTS))
    assert values_of(yz.read_items(path, "demo", 2020)) == dict.fromkeys(MIGRANTS)


def test_a_number_of_too_many_digits_in_a_file_is_a_fault(tmp_path):
    path = write_csv(tmp_path, f"item,value\ninterviews,1\nsurvey_valid,1{'0' * 4300}\n")
    assert refusals(path)["row"].tolist() == [3]


def test_a_part_of_one_in_a_file_is_set_aside_where_a_percentage_stands(tmp_path):
    text = "填报项目,填报值\n发放问卷数,5\n社会认可度（%）,0.465\n"
    items = yz.read_items(write_csv(tmp_path, text), "demo", 2020)
    assert values_of(items) == {"survey_sent": 5, "survey_satisfied_percent": None}
    assert told_of(items) == [("N06c", "hold", 3, "填报值", "0.465", "46.5")]


@pytest.mark.parametrize(
    ("row", "number"), [("0.46%,", "0.46"), ("1%,", "1"), ("0.46,%", "0.46"), ("1,%", "1")]
)
def test_a_percentage_of_at_most_one_that_is_said_to_be_one_is_kept(tmp_path, row, number):
    path = write_csv(tmp_path, f"填报项目,填报值,单位\n社会认可度（%）,{row}\n")
    items = yz.read_items(path, "demo", 2020)
    assert values_of(items) == {"survey_satisfied_percent": Decimal(number)}


def write_percent(tmp_path, stored, shown_as):
    path = write_xlsx(tmp_path, [["填报项目", "填报值"], ["交流轮岗教师占比（%）", stored]])
    book = openpyxl.load_workbook(path)
    book.active["B2"].number_format = shown_as
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("stored", "shown_as", "found"),
    [
        (0.465, "0.0%", "46.5%"),
        (0.07, "0%", "7%"),  # 0.07 * 100 is 7.000000000000001 in floats
        (1, "0.00%", "100%"),
        (46.5, '0.0"%"', "46.5%"),  # the sign is only text behind the number
    ],
)
def test_a_cell_that_a_workbook_shows_in_percent_is_read_as_shown(
    tmp_path, stored, shown_as, found
):
    items = yz.read_items(write_percent(tmp_path, stored, shown_as), "demo", 2020)
    number = found.removesuffix("%")
    assert values_of(items) == {"exchanged_share_percent": Decimal(number)}
    assert told_of(items) == [("N06", "norm", 2, "填报值", found, number)]
    assert items.findings["sheet"].tolist() == ["Sheet"]


def test_a_percentage_that_a_percent_format_multiplies_is_refused(tmp_path):
    fault = refusals(write_percent(tmp_path, 46.5, "0.0%")).squeeze()
    assert (fault["row"], fault["column"], fault["found"]) == (2, "填报值", "4650%")


def test_an_empty_cell_or_a_word_in_percent_format_is_what_it_is(tmp_path):
    rows = [["item", "value"], ["exchanged_share_percent", None], ["monitoring_level_pe", "未监测"]]
    path = write_xlsx(tmp_path, rows)
    book = openpyxl.load_workbook(path)
    for cell in ("B2", "B3"):
        book.active[cell].number_format = "0.0%"
    book.save(path)
    read = values_of(yz.read_items(path, "demo", 2020))
    assert read == {"exchanged_share_percent": None, "monitoring_level_pe": NOT_APPLICABLE}


@pytest.mark.parametrize("behind", ["", ",,"])
def test_a_title_above_the_headers_moves_the_rows_and_nothing_else(tmp_path, behind):
    text = f"某县2020年填报数据{behind}\n填报项目,填报值,来源\n回收有效问卷数,{{}},\n"
    items = yz.read_items(write_csv(tmp_path, text.format(5)), "demo", 2020)
    assert values_of(items) == {"survey_valid": 5}
    assert told_of(items) == []
    fault = refusals(write_csv(tmp_path, text.format("x"))).squeeze()
    assert (fault["row"], fault["column"], fault["found"]) == (3, "填报值", "x")


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [("某县\n5\n", "E14b", "某县"), ("某县,某年\n5,6\n", "H09", "某县、某年")],
)
def test_a_file_without_a_known_header_is_refused(tmp_path, text, rule, found):
    path = write_csv(tmp_path, text)
    fault = refusals(path).squeeze()
    assert (fault["row"], fault["found"]) == (1, found)
    assert rules_of(path) == [rule]


def test_all_faults_of_a_workbook_carry_their_sheet(tmp_path):
    rows = [
        ["item", "value"],
        ["survey_valid", 3],
        ["survey_satisfied", 4],
        ["layout_finding", "x"],
    ]
    faults = refusals(write_xlsx(tmp_path, rows))
    assert sorted(faults["row"]) == [3, 4]
    assert set(faults["sheet"]) == {"Sheet"}


def test_an_unknown_figure_is_the_only_fault_of_its_row(tmp_path):
    text = "县区,统计年度,填报项目,填报值,数据性质\ndemo,2020,满意人数,5,真实数据\n"
    fault = refusals(write_csv(tmp_path, text)).squeeze()
    assert (fault["row"], fault["found"]) == (2, "满意人数")


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("item,value,year\nsurvey_valid,1,2019\n", 2, "2019"),
        ("item,value,county\nsurvey_valid,1,other\n", 2, "other"),
        ("item,value,value\nsurvey_valid,1,2\n", 1, "value（B、C列）"),
        ("item,value,数据性质\nsurvey_valid,1,猜的\n", 2, "猜的"),
        ("item,value,year\nsurvey_valid,1,2020.5\n", 2, "2020.5"),
        ("item,value,year\nsurvey_valid,1,二〇一九\n", 2, "二〇一九"),
    ],
)
def test_a_file_that_contradicts_its_place_or_its_headers_is_refused(tmp_path, text, row, found):
    fault = refusals(write_csv(tmp_path, text)).squeeze()
    assert (fault["row"], fault["found"]) == (row, found)


def test_an_unknown_column_is_named_and_kept_out(tmp_path):
    path = write_csv(tmp_path, "item,value,颜色\nsurvey_valid,1,红\n")
    items = yz.read_items(path, "demo", 2020)
    assert values_of(items) == {"survey_valid": 1}
    assert told_of(items) == [("H07", "warn", 1, "", "1列未读入：颜色", "")]


def test_a_year_in_chinese_numerals_is_converted_and_listed(tmp_path):
    path = write_csv(tmp_path, "item,value,year\nsurvey_valid,1,二〇二〇\n")
    items = yz.read_items(path, "demo", 2020)
    assert items.number("demo", 2020, "survey_valid") == 1
    assert told_of(items) == [("D12", "norm", 2, "year", "二〇二〇", "2020")]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("填报项目,来源\n发放问卷数,问卷\n", "填报值"),
        ("填报值,来源\n5,问卷\n", "填报项目"),
    ],
)
def test_a_file_without_a_necessary_column_names_it(tmp_path, text, missing):
    path = write_csv(tmp_path, text)
    fault = refusals(path).squeeze()
    assert (fault["row"], fault["column"], fault["found"]) == (1, missing, "（无此列）")
    assert rules_of(path) == ["H06"]


def test_a_file_with_nothing_but_a_header_is_refused(tmp_path):
    assert refusals(write_csv(tmp_path, "item,value\n"))["found"].tolist() == ["没有数据行"]


def test_a_file_without_county_and_year_needs_them_from_its_place(tmp_path):
    path = write_csv(tmp_path, "item,value\nsurvey_valid,1\n")
    assert refusals(path, None, None)["column"].tolist() == ["县区代码", "统计年度"]
    assert yz.read_items(path, "demo", 2020).number("demo", 2020, "survey_valid") == 1
    both = refusals(write_csv(tmp_path, "item,value\nsurvey_valid,x\n"), None, None)
    assert set(both["column"]) == {"县区代码", "统计年度", "value"}


@given(st.decimals(0, 1, places=12))
def test_what_is_written_in_a_file_comes_back_digit_by_digit(tmp_path_factory, value):
    path = write_csv(
        tmp_path_factory.mktemp("items"), f"item,value\nmonitoring_difference_pe,{value:f}\n"
    )
    items = yz.read_items(path, "demo", 2020)
    assert items.number("demo", 2020, "monitoring_difference_pe") == Fraction(value)
