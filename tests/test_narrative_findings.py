"""What a reader is told about the reading and cleaning of a table."""

import pandas as pd
import pytest

from youzhi.intake.findings import (
    FINDING_COLUMNS,
    OUTCOMES,
    Place,
    load_rules,
    make_finding,
)
from youzhi.intake.findings import tabulate_findings as frame_of
from youzhi.narrative.findings import (
    describe_findings,
    tabulate_conversions,
    tabulate_findings,
    tabulate_reading_rules,
)
from youzhi.narrative.text import Text, write

BY_OUTCOME = {}
for _rule in load_rules().values():
    BY_OUTCOME.setdefault(_rule.outcome, _rule.id)


def one(outcome, row=3, found="１２", became="", column="班级数", position=2, sheet="学校"):
    place = Place("县表.xlsx", sheet, row, position, column)
    return make_finding(BY_OUTCOME[outcome], place, found, became=became)


def frame(*outcomes):
    return frame_of([one(outcome, row) for row, outcome in enumerate(outcomes, start=2)])


def test_counts_by_outcome_are_said_in_the_order_of_seriousness():
    told = describe_findings(frame("norm", "hold", "norm", "warn", "reject", "norm"))
    assert isinstance(told, Text)
    assert "读入县表.xlsx时共发现6处：拒收1处，搁置1处，提示1处，已换算3处。" in told
    marks = ["有1处拒收", "搁置的1处", "提示的1处", "已换算的3处"]
    assert [told.index(mark) for mark in marks] == sorted(told.index(mark) for mark in marks)


def test_what_was_set_aside_is_missing_never_zero_and_never_passes():
    told = describe_findings(frame("hold", "hold"))
    assert "搁置的2处不采用，按缺数据处理：不当作零，也不算达标" in told
    assert "无法判定" in told


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("reject", "不能使用"),
        ("hold", "按缺数据处理"),
        ("warn", "请填报单位核对"),
        ("norm", "数值没有增减"),
    ],
)
def test_a_sentence_stands_only_where_there_is_such_a_finding(outcome, sentence):
    others = [other for other in OUTCOMES if other != outcome]
    assert sentence in describe_findings(frame(outcome))
    assert sentence not in describe_findings(frame(*others))


def test_a_table_without_findings_and_one_without_a_log_are_told_apart():
    empty = pd.DataFrame(columns=FINDING_COLUMNS)
    assert describe_findings(empty) == write("findings.none")
    assert "没有发现问题" in describe_findings(empty)
    assert describe_findings(None) == write("findings.no_log")
    assert "没有清洗记录" in describe_findings(None)
    assert "没有发现问题" not in describe_findings(None)


def test_names_of_files_are_shown_literally():
    findings = frame("norm").assign(file="<img src=x>*.xlsx")
    assert r"\<img src=x\>\*.xlsx" in describe_findings(findings)


def test_the_table_of_serious_findings_begins_with_the_worst_and_leaves_conversions_out():
    shown = tabulate_findings(frame("warn", "norm", "hold", "reject", "warn"))
    assert shown["处理"].tolist() == ["拒收", "搁置", "提示", "提示"]
    assert shown["位置"].tolist() == [
        "县表.xlsx 学校 C5",
        "县表.xlsx 学校 C4",
        "县表.xlsx 学校 C2",
        "县表.xlsx 学校 C6",
    ]
    assert shown.index.tolist() == [1, 2, 3, 4]
    rule = load_rules()[BY_OUTCOME["reject"]]
    assert shown["问题"].iloc[0] == rule.zh


def test_a_place_is_said_as_far_as_it_is_known():
    rows = [
        one("warn", position=None, sheet=""),
        one("warn", row="", position=None, sheet=""),
        one("warn", row=""),
    ]
    shown = tabulate_findings(frame_of(rows))
    assert shown["位置"].tolist() == ["县表.xlsx 第3行", "县表.xlsx", "县表.xlsx 学校"]


def test_what_is_empty_is_a_dash_also_where_it_is_missing_in_the_log():
    findings = frame("warn").astype(object)
    findings.loc[0, ["allowed", "became", "effect"]] = None
    shown = tabulate_findings(findings)
    assert shown.loc[1, "影响"] == "—"
    assert "nan" not in shown.to_string()


def test_a_rule_that_is_not_known_any_more_is_shown_by_its_id():
    assert tabulate_findings(frame("warn").assign(rule="Z99"))["问题"].tolist() == ["Z99"]


def test_conversions_are_counted_by_rule_and_column_with_an_example():
    findings = frame_of(
        [
            one("norm", 2, "１２", "12"),
            one("norm", 3, "１３", "13"),
            one("norm", 4, "５", "5", column="教师数"),
            one("hold", 5),
        ]
    )
    shown = tabulate_conversions(findings)
    assert shown[["列", "处数", "例"]].values.tolist() == [
        ["班级数", 2, "“１２”读作“12”"],
        ["教师数", 1, "“５”读作“5”"],
    ]
    assert set(shown["规则"]) == {BY_OUTCOME["norm"]}


def test_tables_of_nothing_keep_their_heads():
    empty = pd.DataFrame(columns=FINDING_COLUMNS)
    assert tabulate_findings(empty).columns[0] == "处理"
    assert tabulate_conversions(empty).columns.tolist() == ["规则", "换算", "列", "处数", "例"]
    assert len(tabulate_findings(empty)) == len(tabulate_conversions(empty)) == 0


def test_every_rule_of_reading_is_listed_with_what_happens():
    shown = tabulate_reading_rules()
    assert shown["规则"].tolist() == list(load_rules())
    assert set(shown["处理"]) <= set(OUTCOMES.values())
    assert (shown["情形"] != "").all()
