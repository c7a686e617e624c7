"""The promises of the plans: what the files say, and what has become of each promise at a date."""

import re
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import good, judge
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.cards import Fact
from youzhi.commitments import (
    COMMITMENT_COLUMNS,
    STATUS_WORDS,
    Commitments,
    Evidence,
    gather_evidence,
    judge_commitments,
    load_commitments,
    report_progress,
    word_status,
)
from youzhi.counties import list_counties
from youzhi.county_items import CountyItems
from youzhi.errors import UsageError

COUNTIES = list_counties()
PLAN = {"name": "某政字〔2020〕1号", "title": "某县规划", "date": date(2020, 3, 1)}
SEEDS = {
    "源教体字〔2021〕18号": "000",
    "桓政办字〔2021〕46号": "001",
    "源政字〔2023〕36号": "002",
    "温岭市创建全国义务教育优质均衡发展市实施方案（2020年4月27日）": "003",
    "山政办发〔2017〕12号": "004",
}


def promise(**changes):
    """A promise of 100 pupils by 2025, checked against the school table, unless told otherwise."""
    start = {
        "id": "pupils",
        "kind": "target",
        "label": "在校生",
        "document": PLAN["name"],
        "source": f"{PLAN['name']} 一",
        "confidence": "V",
        "due": "2025",
        "value": 100,
        "unit": "人",
        "test": "at_least",
        "evidence": {"kind": "column", "columns": ["pupils_primary"]},
    }
    row = start | changes
    if row["test"] == "happens":
        row |= {"value": None, "unit": ""}
    return {name: value for name, value in row.items() if value is not None}


def event(**changes):
    return promise(test="happens", evidence={"kind": "reported"}, **changes)


def duty(**changes):
    return promise(kind="duty", due="", every="year", **changes)


def plan(*rows):
    return Commitments(county="demo", document=[PLAN], commitment=list(rows))


def pupils(kind="real", **years):
    """Evidence: how many primary pupils there were in which year, `y2024=100`."""
    return Evidence(
        {
            int(year[1:]): judge(
                [good("甲校") | {"pupils_primary": count, "data_kind": kind}], year=int(year[1:])
            )
            for year, count in years.items()
        }
    )


def rows_of_years(code="2.4", kinds=("真实数据",), **verdicts):
    """Evidence: the verdict of one row of the evaluation table by year, from a stub."""
    return Evidence(
        {
            int(year[1:]): SimpleNamespace(
                rows=pd.DataFrame(
                    [{"code": code, "verdict": verdict, "value": "0.3", "reason": "没有填报"}]
                ),
                standard=yz.load_standard("jiaodu-2017-6"),
                data_kinds=kinds,
            )
            for year, verdict in verdicts.items()
        }
    )


def one(row, as_of, evidence=None):
    [found] = judge_commitments(plan(row), as_of, evidence).to_dict("records")
    return found


def status(row, as_of, evidence=None):
    return one(row, as_of, evidence)["status"]


def report(day, source="县报告", **said):
    return {"date": day, "source": source, **said}


# --- the due day


@pytest.mark.parametrize(
    ("due", "last", "after"),
    [
        ("2028", date(2028, 12, 31), date(2029, 1, 1)),
        ("2024-02", date(2024, 2, 29), date(2024, 3, 1)),
        ("2022-06-30", date(2022, 6, 30), date(2022, 7, 1)),
    ],
)
def test_a_promise_is_overdue_the_day_after_the_last_day_of_its_period(due, last, after):
    row = event(due=due, report=[report(date(last.year, 1, 1), done=False)])
    early = one(row, date(last.year, 1, 1))
    assert (early["status"], early["due_date"].date()) == ("short", last)
    assert status(row, last) == "short"
    # reported before the due day: the day after, nobody can tell until a report of the due day or later
    assert status(row, after) == "cannot_be_judged"
    told = event(due=due, report=[report(last, done=False)])
    assert (status(told, last), status(told, after)) == ("short", "overdue")


def test_evidence_of_the_due_years_statistics_shows_that_a_promise_is_overdue():
    evidence = pupils(y2024=99, y2025=99)
    assert status(promise(), date(2025, 12, 30), evidence) == "short"
    assert status(promise(), date(2025, 12, 31), evidence) == "short"
    found = one(promise(), date(2026, 1, 1), evidence)
    assert (found["status"], found["actual"], found["actual_year"]) == ("overdue", "99", 2025)
    assert "期限2025年已过" in found["reason"]


def test_what_was_so_before_the_plan_or_its_base_year_shows_nothing():
    made = int(str(PLAN["date"])[:4])
    before, after = pupils(**{f"y{made - 2}": 100}), pupils(**{f"y{made}": 100})
    assert status(promise(), date(2026, 1, 1), before) == "cannot_be_judged"
    assert status(promise(), date(2026, 1, 1), after) == "met"
    based = promise(base={"value": 90, "year": made - 2})
    assert status(based, date(2026, 1, 1), before) == "met"


def test_evidence_older_than_the_due_year_cannot_show_that_a_promise_is_overdue():
    evidence = pupils(y2024=99)
    assert status(promise(), date(2025, 12, 31), evidence) == "short"
    assert status(promise(), date(2026, 1, 1), evidence) == "cannot_be_judged"


def test_statistics_before_a_due_day_in_spring_cannot_show_that_a_promise_is_overdue():
    # due on 30 April 2023: the statistics of September 2022 are too old, those of September 2023 are not
    row = promise(due="2023-04-30")
    found = one(row, date(2023, 5, 1), pupils(y2022=99))
    assert found["status"] == "cannot_be_judged"
    assert "2022年9月1日统计为99人" in found["reason"]
    found = one(row, date(2023, 9, 1), pupils(y2022=99, y2023=99))
    assert (found["status"], found["actual_year"]) == ("overdue", 2023)
    assert "2023年9月1日统计为99人" in found["reason"]
    # reached before the due day counts, whatever came later
    assert status(row, date(2023, 9, 1), pupils(y2022=100, y2023=99)) == "met"


def test_statistics_count_from_1_september_on():
    evidence = pupils(y2024=99, y2025=100)
    assert status(promise(), date(2025, 8, 31), evidence) == "short"
    assert status(promise(), date(2025, 9, 1), evidence) == "met"


# --- statuses


@pytest.mark.parametrize(
    ("test", "actual", "expected"),
    [
        ("at_least", 99, "short"),
        ("at_least", 100, "met"),
        ("at_least", 101, "met"),
        ("at_most", 99, "met"),
        ("at_most", 100, "met"),
        ("at_most", 101, "short"),
        ("below", 99, "met"),
        ("below", 100, "short"),
        ("below", 101, "short"),
        ("equals", 99, "short"),
        ("equals", 100, "met"),
        ("equals", 101, "short"),
    ],
)
def test_the_promised_number_itself_is_enough_unless_less_is_promised(test, actual, expected):
    row = promise(test=test)
    assert status(row, date(2024, 12, 31), pupils(y2024=actual)) == expected


def test_equals_allows_half_a_unit_of_the_last_printed_digit():
    # 4.5万 stands for 44500 to 45500
    row = promise(test="equals", value=45000, within=500)
    found = {n: status(row, date(2024, 12, 31), pupils(y2024=n)) for n in (44499, 44500, 45500)}
    assert found == {44499: "short", 44500: "met", 45500: "met"}


def test_missing_is_neither_zero_nor_met():
    for test in ("at_least", "at_most"):
        found = one(promise(test=test), date(2026, 1, 1), pupils(y2025=None))
        assert found["status"] == "cannot_be_judged"
        assert pd.isna(found["actual_year"])


def test_a_school_without_the_stage_need_not_fill_its_column_in():
    junior = good("乙校", "junior")
    table = judge([good("甲校"), junior], year=2025)
    assert pd.isna(table.sections.schools.frame["pupils_primary"]).any()
    assert status(promise(), date(2025, 12, 31), Evidence({2025: table})) == "met"


def test_without_evidence_a_promise_is_not_due_through_its_last_day_and_then_cannot_be_judged():
    days = {date(2025, 12, 31): "not_due", date(2026, 1, 1): "cannot_be_judged"}
    for as_of, expected in days.items():
        assert status(promise(), as_of) == expected
        assert status(event(), as_of) == expected
        assert status(promise(), as_of, pupils(y2025=None)) == expected


def test_a_promise_whose_document_is_dated_after_the_day_is_left_out():
    rows = plan(promise())
    table = judge_commitments(rows, date(2020, 2, 29))
    assert (len(table), list(table)) == (0, COMMITMENT_COLUMNS)
    assert len(judge_commitments(rows, PLAN["date"])) == 1


@pytest.mark.parametrize("said", ["later", "某政字〔2022〕9号 表2写200人"])
def test_what_a_later_document_says_contradicts_nothing_before_its_day(said):
    other = {"name": "某政字〔2022〕9号", "title": "某县新规划", "date": date(2022, 5, 1)}
    rows = [
        event(id="sooner", contradicted_by=said),
        event(id="later", label="改为200人", document=other["name"]),
    ]
    both = Commitments(county="demo", document=[PLAN, other], commitment=rows)
    before, after = (
        judge_commitments(both, day).set_index("id")["status"].to_dict()
        for day in (date(2022, 4, 30), date(2022, 5, 1))
    )
    assert before == {"sooner": "not_due"}
    assert after == {"sooner": "contradicted", "later": "not_due"}


def test_what_was_reached_in_time_stays_met_and_a_later_fall_is_told():
    found = one(promise(), date(2027, 1, 1), pupils(y2025=100, y2026=90))
    assert (found["status"], found["actual_year"]) == ("met", 2025)
    assert "2026年9月1日统计为90人" in found["reason"]


def test_what_is_reached_late_is_met_and_said_to_be_late():
    found = one(promise(), date(2027, 1, 1), pupils(y2025=99, y2026=100))
    assert (found["status"], found["actual_year"]) == ("met", 2026)
    assert "迟于期限2025年" in found["reason"]


def test_what_was_reached_once_before_the_due_year_and_lost_again_is_overdue():
    assert status(promise(), date(2026, 1, 1), pupils(y2023=100, y2025=99)) == "overdue"


def test_a_promise_kept_by_synthetic_data_says_so():
    real, synthetic = (
        one(promise(), date(2025, 12, 31), pupils(kind, y2025=100))
        for kind in ("real", "synthetic")
    )
    assert (real["status"], synthetic["status"]) == ("met", "met")
    assert (real["data_kind"], synthetic["data_kind"]) == ("真实数据", "模拟数据")
    assert "不能说明本县实际" in synthetic["reason"]
    assert "不能说明本县实际" not in real["reason"]


def test_a_contradicted_promise_is_contradicted_whatever_the_evidence_says():
    row = promise(contradicted_by="另一文件写200人")
    for as_of, evidence in [
        (date(2020, 3, 1), None),
        (date(2025, 12, 31), pupils(y2025=100)),
        (date(2026, 1, 1), pupils(y2025=99)),
    ]:
        assert status(row, as_of, evidence) == "contradicted"
    found = one(row, date(2026, 1, 1), pupils(y2025=99))
    assert found["actual"] == "99"
    assert "另一文件写200人" in found["reason"]


def test_a_promise_contradicted_by_another_names_it():
    rows = [event(id="pass", contradicted_by="apply"), event(id="apply", label="只是申请")]
    found = judge_commitments(plan(*rows), date(2026, 1, 1)).set_index("id")
    assert found["status"].to_dict() == {"pass": "contradicted", "apply": "cannot_be_judged"}
    assert "只是申请" in found.at["pass", "reason"]


# --- standing duties


def test_a_duty_is_met_only_when_every_year_since_the_document_is():
    # the plan is of March 2020, so 2019 does not count and 2020 to 2022 do
    evidence = pupils(y2019=1, y2020=100, y2021=100, y2022=100)
    found = one(duty(), date(2022, 12, 31), evidence)
    assert (found["status"], found["due"]) == ("met", "每年")
    assert "3个统计年度都已做到" in found["reason"]
    assert pd.isna(found["due_date"])


def test_a_duty_met_in_the_newest_year_is_met_and_its_bad_year_stays_told():
    found = one(duty(), date(2022, 12, 31), pupils(y2020=100, y2021=99, y2022=100))
    assert (found["status"], found["actual_year"], found["actual"]) == ("met", 2022, "100")
    assert "曾有2021年未做到" in found["reason"]
    assert "逾期" not in found["reason"]


def test_a_duty_that_fails_in_the_newest_judged_year_was_not_done_and_is_never_called_late():
    for last in ({}, {"y2022": None}):
        found = one(duty(), date(2022, 12, 31), pupils(y2020=100, y2021=99, **last))
        assert (found["status"], found["actual_year"], found["actual"]) == ("overdue", 2021, "99")
        assert "2021年未做到" in found["reason"]
        assert "逾期" not in found["reason"]
    assert word_status("duty", "overdue") == "未做到"
    for kind in ("milestone", "target", "project"):
        assert word_status(kind, "overdue") == "逾期未兑现"
    others = set(STATUS_WORDS) - {"overdue"}
    assert all(word_status("duty", one) == STATUS_WORDS[one] for one in others)


def test_a_bad_year_made_good_does_not_hide_a_year_without_evidence():
    found = one(duty(), date(2022, 12, 31), pupils(y2020=99, y2021=100))
    assert found["status"] == "cannot_be_judged"
    assert "曾有2020年未做到，2022年不能判断" in found["reason"]


def test_a_year_without_evidence_makes_a_duty_impossible_to_judge():
    found = one(duty(), date(2022, 12, 31), pupils(y2020=100, y2022=100))
    assert found["status"] == "cannot_be_judged"
    assert "2021年" in found["reason"]


def test_years_in_a_row_are_told_as_a_span_and_the_last_of_them_in_full():
    found = one(duty(), date(2022, 12, 31), pupils(y2020=7, y2021=8, y2022=9))
    assert "中2020—2022年未做到" in found["reason"]
    assert (found["actual"], found["actual_year"]) == ("9", 2022)
    found = one(duty(), date(2022, 12, 31), pupils(y2020=7, y2021=100, y2022=9))
    assert "中2020年、2022年未做到" in found["reason"]


def test_a_duty_before_its_first_statistics_is_not_due():
    evidence = pupils(y2020=99)
    assert status(duty(), date(2020, 8, 31), evidence) == "not_due"
    assert status(duty(), date(2020, 9, 1), evidence) == "overdue"
    assert status(duty(start="2021"), date(2020, 9, 1), evidence) == "not_due"
    assert status(duty(start="2020-09-01"), date(2020, 9, 1), evidence) == "overdue"


def test_a_duty_with_a_due_day_is_not_judged_beyond_it():
    row = promise(every="year", due="2021")
    evidence = pupils(y2020=100, y2021=100, y2022=1)
    found = one(row, date(2023, 1, 1), evidence)
    assert (found["status"], found["due"]) == ("met", "每年至2021年")


# --- evidence


def test_rows_of_the_evaluation_table_decide_with_all_their_codes():
    row = promise(evidence={"kind": "row", "codes": ["2.4"]})
    found = {
        verdict: status(row, date(2026, 1, 1), rows_of_years(y2025=verdict))
        for verdict in ("met", "not_met", "cannot_tell")
    }
    assert found == {"met": "met", "not_met": "overdue", "cannot_tell": "cannot_be_judged"}
    unknown = one(row, date(2026, 1, 1), rows_of_years(y2025="cannot_tell"))
    assert "没有填报" in unknown["reason"]
    both = promise(evidence={"kind": "row", "codes": ["2.4", "2.5"]})
    assert status(both, date(2026, 1, 1), rows_of_years(y2025="met")) == "cannot_be_judged"


def checks_of_2025(*rows):
    """Evidence: checks of item 2.13, (check, verdict, printed), whose row as a whole is not met."""
    columns = ["check", "verdict", "printed"]
    checks = pd.DataFrame(rows, columns=columns).assign(code="2.13", reason="没有填报")
    row = {"code": "2.13", "verdict": "not_met", "value": "100.0%；90.0%", "reason": "不够"}
    return Evidence(
        {
            2025: SimpleNamespace(
                rows=pd.DataFrame([row]),
                checks=checks.assign(value=1.0),
                standard=yz.load_standard("jiaodu-2017-6"),
                data_kinds=("真实数据",),
            )
        }
    )


def test_one_check_of_a_row_decides_a_promise_that_is_about_it_alone():
    evidence = checks_of_2025(
        ("in_zone_primary", "met", "100.0%"), ("in_zone_junior", "not_met", "90.0%")
    )
    found = {
        check: one(
            promise(
                unit="%", evidence={"kind": "row", "codes": ["2.13"], "check": f"in_zone_{check}"}
            ),
            date(2026, 1, 1),
            evidence,
        )
        for check in ("primary", "junior", "lost")
    }
    assert {check: (f["status"], f["actual"]) for check, f in found.items()} == {
        "primary": ("met", "100.0%"),
        "junior": ("overdue", "90.0%"),
        "lost": ("cannot_be_judged", ""),
    }
    whole = promise(unit="%", evidence={"kind": "row", "codes": ["2.13"]})
    assert status(whole, date(2026, 1, 1), evidence) == "overdue"
    unknown = checks_of_2025(("in_zone_primary", "cannot_tell", ""))
    row = promise(evidence={"kind": "row", "codes": ["2.13"], "check": "in_zone_primary"})
    assert status(row, date(2026, 1, 1), unknown) == "cannot_be_judged"
    assert "没有填报" in one(row, date(2026, 1, 1), unknown)["reason"]


def test_a_share_is_not_printed_beside_an_amount_in_another_unit():
    evidence = checks_of_2025(("in_zone_primary", "met", "100.0%"))
    source = {"kind": "row", "codes": ["2.13"], "check": "in_zone_primary"}
    hours = one(promise(value=360, unit="学时", evidence=source), date(2026, 1, 1), evidence)
    assert hours["reason"] == "2025年9月1日统计为100.0%，达到要求。"
    share = one(promise(value=95, unit="%", evidence=source), date(2026, 1, 1), evidence)
    assert share["reason"] == "2025年9月1日统计为100.0%，达到要求（≥95%）。"


def test_a_row_of_synthetic_data_is_marked():
    row = promise(evidence={"kind": "row", "codes": ["2.4"]})
    found = one(row, date(2026, 1, 1), rows_of_years(kinds=("模拟数据",), y2025="met"))
    assert (found["data_kind"], found["actual"]) == ("模拟数据", "0.3")
    assert "模拟数据" in found["reason"]


def test_several_rows_are_counted():
    table = pd.DataFrame(
        {"code": ["2.4", "2.5"], "verdict": ["met", "not_met"], "value": ["a", "b"]}
    )
    stub = SimpleNamespace(
        rows=table.assign(reason="因为"), standard=yz.load_standard("jiaodu-2017-6"), data_kinds=()
    )
    row = promise(evidence={"kind": "row", "codes": ["2.4", "2.5"]})
    assert one(row, date(2026, 1, 1), Evidence({2025: stub}))["actual"] == "2项中1项达标"


def test_a_resource_row_without_a_stage_counts_the_sections_of_both():
    # 22 classrooms in the primary school where 23 are wanted; the junior school is on the bar
    evidence = Evidence({2025: judge([good("甲校", networked=22), good("乙校", "junior")])})
    row = promise(test="happens", evidence={"kind": "row", "codes": ["1.7"]})
    found = one(row, date(2026, 1, 1), evidence)
    assert (found["actual"], found["status"]) == ("2个校段中1个达标", "overdue")


def test_a_row_can_be_judged_stage_by_stage():
    # the primary school has 22 classrooms where 23 are wanted
    table = judge([good("甲校", networked=22), good("乙校", "junior")], year=2025)
    found = {
        stage: status(
            promise(evidence={"kind": "row", "codes": [code], "stage": stage}),
            date(2026, 1, 1),
            Evidence({2025: table}),
        )
        for stage, code in [("primary", "1.7"), ("junior", "1.7")]
    }
    assert found == {"primary": "overdue", "junior": "met"}


def test_the_coefficients_of_one_stage_are_a_row_too():
    # equal schools: every coefficient is 0; rooms 4500 and 45000 m²: far over 0.50
    alike = [good("甲校"), good("乙校")]
    apart = [good("甲校"), good("乙校", rooms=45000)]
    row = promise(evidence={"kind": "row", "codes": ["1.8"], "stage": "primary"})
    found = [
        status(row, date(2026, 1, 1), Evidence({2025: judge(schools, year=2025)}))
        for schools in (alike, apart)
    ]
    assert found == ["met", "overdue"]


def test_schools_of_a_type_are_counted_and_new_ones_by_their_year():
    schools = [
        good("甲校", built_year=1990),
        good("乙校", built_year=2021),
        good("丙校", "junior", built_year=2022),
        good("丁校", built_year=2020),
    ]
    evidence = Evidence({2025: judge(schools, year=2025)})
    counted = {"kind": "schools", "types": ["primary", "teaching_point"]}
    found = one(promise(evidence=counted), date(2025, 12, 31), evidence)
    assert found["actual"] == "3"
    new = one(promise(evidence=counted | {"built_from": 2021}), date(2025, 12, 31), evidence)
    assert new["actual"] == "1"


def test_a_school_of_unknown_age_leaves_the_number_of_new_ones_unknown():
    evidence = Evidence({2025: judge([good("甲校", built_year=None)], year=2025)})
    counted = {"kind": "schools", "types": ["primary"], "built_from": 2021}
    found = status(promise(value=0, evidence=counted), date(2026, 1, 1), evidence)
    assert found == "cannot_be_judged"


def items(**values):
    frame = pd.DataFrame(
        [
            {"county": "demo", "year": 2025, "item": item, "value": value, "data_kind": "real"}
            for item, value in values.items()
        ],
        dtype=object,
    )
    return Evidence(figures={2025: CountyItems.from_frame(frame)})


QUOTA = {
    "kind": "figure",
    "id": "senior_quota_share_percent",
    "part": "senior_quota_places",
    "whole": "senior_plan_places",
}


def test_a_county_figure_is_a_share_of_two_counts_or_the_figure_itself():
    row = promise(value=70, unit="%", evidence=QUOTA)
    # 1399 of 2000 is 69.95 %, 1400 is 70 %
    found = {
        part: one(
            row,
            date(2026, 1, 1),
            items(senior_quota_places=part, senior_plan_places=2000),
        )
        for part in (1399, 1400)
    }
    assert {n: (f["actual"], f["status"]) for n, f in found.items()} == {
        1399: ("69.95", "overdue"),
        1400: ("70", "met"),
    }
    assert status(row, date(2026, 1, 1), items(senior_quota_share_percent=70)) == "met"
    assert status(row, date(2026, 1, 1), items(senior_quota_places=1)) == "cannot_be_judged"
    assert status(row, date(2026, 1, 1), items(survey_valid=1)) == "cannot_be_judged"


def test_a_finding_of_the_county_is_a_verdict():
    row = promise(test="happens", evidence={"kind": "figure", "id": "layout_finding"})
    found = {
        value: status(row, date(2026, 1, 1), items(layout_finding=value))
        for value in ("met", "not_met")
    }
    assert found == {"met": "met", "not_met": "overdue"}


def fact(year, value, source=f"{PLAN['name']} 表1"):
    return Fact(id="pupils", year=year, value=value, label="在校生", source=source)


def test_a_published_figure_counts_but_not_what_a_plan_foresees():
    row = promise(due="2019", evidence={"kind": "fact", "id": "pupils"})
    seen = Evidence(facts=(fact(2019, 100),))
    found = one(row, date(2020, 3, 1), seen)
    assert (found["data_kind"], found["status"]) == ("公布数据", "met")
    assert "2019年公布数据为100人" in found["reason"]
    # the plan is of March 2020: its figure for September 2020 is its own target
    row = promise(due="2020", evidence={"kind": "fact", "id": "pupils"})
    assert status(row, date(2021, 1, 1), Evidence(facts=(fact(2020, 100),))) == "cannot_be_judged"
    other = Evidence(facts=(fact(2020, 100, "统计公报"),))
    assert status(row, date(2021, 1, 1), other) == "met"


SCHOOLS = "school,school_type,pupils_primary\n甲校,primary,100\n"


def test_only_statistics_up_to_the_day_and_of_known_standards_are_gathered(tmp_path):
    folder = write(tmp_path, GOOD_FILE) / "jia"
    card = '[[standard]]\nfrom_year = 2019\nid = "unknown"\n'
    card += '[[standard]]\nfrom_year = 2020\nid = "jiaodu-2017-6"\n'
    (folder / "county.toml").write_text(f'name = {{ zh = "甲县" }}\n{card}', encoding="utf-8")
    for year in (2019, 2020, 2021):
        (folder / str(year)).mkdir()
        (folder / str(year) / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    figures = "item,value\nsurvey_valid,1200\n"
    (folder / "2020" / "items.csv").write_text(figures, encoding="utf-8")
    found = gather_evidence("甲县", date(2021, 8, 31), tmp_path)
    assert (list(found.assessments), list(found.figures)) == ([2020], [2020])
    assert found.figures[2020].number("jia", 2020, "survey_valid") == 1200
    assert gather_evidence("甲县", date(2021, 9, 1), tmp_path).years == [2020, 2021]
    later = judge_commitments(load_commitments("jia", tmp_path), date(2021, 9, 1), found)
    assert later["actual_year"].tolist() == [2020]


# --- reports of the county


def test_a_report_counts_from_its_day_on_and_may_come_on_the_due_day():
    row = event(due="2025-12-30", report=[report(date(2025, 12, 30), done=True)])
    assert status(row, date(2025, 12, 29)) == "not_due"
    found = one(row, date(2025, 12, 31))
    assert (found["status"], found["data_kind"]) == ("met", "县级报告")
    assert "迟于" not in found["reason"]
    late = event(due="2025-12-30", report=[report(date(2025, 12, 31), done=True)])
    assert "迟于期限" in one(late, date(2026, 1, 1))["reason"]


def test_the_newest_report_decides():
    reports = [report(date(2025, 10, 1), value=100), report(date(2025, 11, 1), value=99)]
    row = promise(evidence={"kind": "reported"}, report=reports)
    assert status(row, date(2025, 12, 31)) == "short"
    row = promise(evidence={"kind": "reported"}, report=reports[::-1])
    assert status(row, date(2026, 1, 1)) == "overdue"


def test_a_report_beats_synthetic_data_but_not_real_ones():
    row = promise(report=[report(date(2025, 10, 1), value=100)])
    as_of = date(2026, 1, 1)
    assert status(row, as_of, pupils("synthetic", y2025=99)) == "met"
    assert status(row, as_of, pupils("real", y2025=99)) == "overdue"
    assert status(row, as_of, pupils("real", y2025=None)) == "met"


# --- refused


@pytest.mark.parametrize(
    "bad", ["2025-01-01", 2025, None, datetime(2025, 1, 1), pd.Timestamp("2025-01-01")]
)
def test_a_day_that_is_no_date_is_refused(bad):
    with pytest.raises(UsageError, match="as_of"):
        judge_commitments(plan(), bad)
    with pytest.raises(UsageError, match="as_of"):
        gather_evidence("yiyuan", bad)


@pytest.mark.parametrize("bad", [date.min, date(1899, 12, 31), date(2101, 1, 1), date.max])
def test_a_day_at_the_ends_of_the_calendar_is_refused(bad):
    for ask in (
        lambda: judge_commitments(plan(), bad),
        lambda: gather_evidence("yiyuan", bad),
        lambda: report_progress("yiyuan", bad),
        lambda: report_progress("yiyuan", bad.isoformat()),
    ):
        with pytest.raises(UsageError, match="1900至2100") as told:
            ask()
        assert bad.isoformat() in str(told.value)


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2100, 12, 31)])
def test_the_first_and_last_day_that_may_be_asked_for_are_answered(day):
    assert len(judge_commitments(plan(promise()), day)) == (day > PLAN["date"])


def write(tmp_path, text):
    (tmp_path / "jia").mkdir()
    (tmp_path / "jia" / "county.toml").write_text('name = { zh = "甲县" }\n', encoding="utf-8")
    (tmp_path / "jia" / "commitments.toml").write_text(text, encoding="utf-8")
    return tmp_path


GOOD_FILE = """
[[document]]
name = "甲政字〔2020〕1号"
title = "规划"
date = 2020-03-01

[[commitment]]
id = "a"
kind = "target"
label = "甲"
document = "甲政字〔2020〕1号"
source = "甲政字〔2020〕1号 一"
confidence = "V"
due = "2025"
value = 1
unit = "所"
test = "at_least"
evidence = { kind = "schools", types = ["primary"] }

[[commitment.report]]
date = 2024-05-01
value = 1
source = "甲县报告"
"""


def test_a_good_file_is_read_as_it_stands(tmp_path):
    found = load_commitments("甲县", write(tmp_path, GOOD_FILE))
    [row] = found.commitment
    assert (found.county, row.due_date, row.report[0].value) == ("jia", date(2025, 12, 31), 1)
    [told] = judge_commitments(found, date(2024, 6, 1)).to_dict("records")
    assert (told["status"], told["actual_year"]) == ("met", 2023)


def test_every_misspelt_key_is_told_at_once(tmp_path):
    text = GOOD_FILE.replace("label =", "lable =").replace("unit =", "units =")
    text = text.replace("title =", "titel =").replace("types =", "type =")
    with pytest.raises(UsageError) as told:
        load_commitments("jia", write(tmp_path, text))
    for key in ("lable", "units", "titel", "type", "label", "title", "types", "commitment.1"):
        assert key in str(told.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('due = "2025"', 'due = "2025-13"', "due 应为"),
        ('due = "2025"', 'due = "25"', "due 应为"),
        ('due = "2025"', 'due = ""', "every"),
        ("value = 1\nunit", "unit", "value"),
        ('unit = "所"\n', "", "unit"),
        ('test = "at_least"', 'test = "happens"', "value"),
        ('confidence = "V"', 'confidence = "I"', "note"),
        ('due = "2025"', 'due = "2025"\nprinted_due = "2025年中旬"', "note 中说明 due"),
        ('types = ["primary"]', 'types = ["university"]', "university"),
        ('kind = "schools", types = ["primary"]', 'kind = "column", columns = ["town"]', "town"),
        ('kind = "schools", types = ["primary"]', 'kind = "figure", id = "gdp"', "gdp"),
        ('label = "甲"', 'label = "甲"\ncontradicted_by = "b"', "不存在的承诺 b"),
        ('document = "甲政字〔2020〕1号"', 'document = "乙"', "乙"),
        ("value = 1\nsource", "value = 1\ndone = true\nsource", "恰好填写一个"),
        ("value = 1\nsource", "source", "恰好填写一个"),
        (
            'kind = "schools", types = ["primary"]',
            'kind = "row", codes = ["1.1"], stage = "primary", check = "x"',
            "codes 只能有一项",
        ),
        (
            'kind = "schools", types = ["primary"]',
            'kind = "row", codes = ["2.4", "2.5"], check = "x"',
            "codes 只能有一项",
        ),
        ('kind = "target"', 'kind = "hope"', "commitment.1.kind：只能是 'milestone'"),
        ('kind = "schools"', 'kind = "guess"', "kind 只能是 'row'"),
        ('kind = "schools", ', "", "缺少 kind"),
        ('id = "a"', 'id = "A B"', "只能用小写字母"),
        ("date = 2020-03-01", 'date = "soon"', "document.1.date：应为日期"),
        ("value = 1\nunit", 'value = "many"\nunit', "应为数（发现 'many'）"),
        ('types = ["primary"]', "types = []", "不能为空"),
        ('label = "甲"\n', "", "commitment.1.label：缺少这一项"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path, old, new, said):
    assert old in GOOD_FILE
    with pytest.raises(UsageError, match=re.escape(said)) as told:
        load_commitments("jia", write(tmp_path, GOOD_FILE.replace(old, new)))
    for english in ("Input", "should", "Value error", "required"):
        assert english not in str(told.value)


def test_the_same_id_twice_is_refused(tmp_path):
    twice = GOOD_FILE + GOOD_FILE[GOOD_FILE.index("[[commitment]]") :]
    with pytest.raises(UsageError, match="id a 重复"):
        load_commitments("jia", write(tmp_path, twice))


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    with pytest.raises(UsageError, match="TOML"):
        load_commitments("jia", write(tmp_path, "[[commitment"))


def test_a_county_without_a_file_has_promised_nothing(tmp_path):
    folder = write(tmp_path, GOOD_FILE)
    (folder / "jia" / "commitments.toml").unlink()
    found = load_commitments("jia", folder)
    table = judge_commitments(found, date(2025, 1, 1))
    assert (len(table), list(table)) == (0, COMMITMENT_COLUMNS)


# --- the whole way in one call


@pytest.fixture
def folder(tmp_path):
    """One county that promised one primary school by 2025, and has had one since the statistics of 2020."""
    text = GOOD_FILE[: GOOD_FILE.index("[[commitment.report]]")]
    root = write(tmp_path, text)
    (root / "jia" / "2020").mkdir()
    (root / "jia" / "2020" / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2020-08-31", ["not_due", ""]), ("2020-09-01", ["met", "1"])],
)
def test_progress_needs_only_a_county_and_a_day(folder, as_of, expected):
    table = report_progress("jia", as_of, folder)
    assert table[["status", "actual"]].to_numpy().tolist() == [expected]


def test_a_day_as_text_and_as_a_date_and_both_names_of_a_county_give_the_same(folder):
    text, day, chinese = (
        report_progress("jia", "2020-09-01", folder),
        report_progress("jia", date(2020, 9, 1), folder),
        report_progress("甲县", "2020-09-01", folder),
    )
    pd.testing.assert_frame_equal(text, day)
    pd.testing.assert_frame_equal(text, chinese)


def test_progress_is_the_three_steps_one_after_the_other():
    steps = by_id("yiyuan")
    found = report_progress("沂源县", "2025-12-31").set_index("id")
    pd.testing.assert_frame_equal(found, steps)
    assert set(found["county"]) == {"yiyuan"}


def test_29_february_is_a_day_only_in_a_leap_year(folder):
    assert len(report_progress("jia", "2024-02-29", folder)) == 1
    with pytest.raises(UsageError, match="2025-02-29"):
        report_progress("jia", "2025-02-29", folder)


@pytest.mark.parametrize(
    "bad",
    [
        *("2025-13-01", "2025/12/31", "", " 2025-12-31", "2025-12-31\n", "2025-12", "2025-1-1"),
        *("20251231", "2025-W52-3", "２０２５-12-31", "2025-12-31T00:00"),
        *(2025, None, datetime(2025, 12, 31), pd.Timestamp("2025-12-31")),
    ],
)
def test_progress_on_what_is_no_day_is_refused_with_what_was_found_and_what_is_allowed(folder, bad):
    with pytest.raises(UsageError) as told:
        report_progress("jia", bad, folder)
    for words in ("as_of", repr(bad), "2025-12-31”这样写", "datetime.date"):
        assert words in str(told.value)


def test_progress_of_an_unknown_county_is_refused_with_those_that_exist(folder):
    with pytest.raises(UsageError, match=r"乙县.*已有：jia（甲县）"):
        report_progress("乙县", "2020-09-01", folder)


# --- the law of time

ROW = {"kind": "row", "codes": ["2.4"]}
ROWS = [
    promise(id="target", evidence=ROW),
    promise(id="early", due="2023-03", evidence=ROW),
    duty(id="duty", evidence=ROW),
    promise(id="limited", every="year", due="2023", evidence=ROW),
    event(id="event", due="2024-06-30"),
]


@given(
    verdicts=st.dictionaries(
        st.integers(2019, 2027), st.sampled_from(["met", "not_met", "cannot_tell"])
    ),
    synthetic=st.booleans(),
    told=st.lists(st.tuples(st.dates(date(2019, 1, 1), date(2028, 12, 31)), st.booleans())),
    days=st.lists(
        st.dates(date(2019, 1, 1), date(2029, 1, 1)), min_size=2, max_size=2, unique=True
    ),
)
def test_a_later_day_never_turns_overdue_into_short(verdicts, synthetic, told, days):
    kinds = ("模拟数据",) if synthetic else ("真实数据",)
    by_year = {f"y{year}": verdict for year, verdict in verdicts.items()}
    evidence = rows_of_years(kinds=kinds, **by_year)
    reports = [report(day, done=done) for day, done in told]
    rows = plan(*(row | {"report": reports} for row in ROWS))
    sooner, later = (judge_commitments(rows, day, evidence)["status"] for day in sorted(days))
    assert not ((sooner == "overdue") & (later == "short")).any()


# --- the files of the four counties


@pytest.fixture(params=COUNTIES)
def county(request):
    return load_commitments(request.param)


@pytest.fixture(scope="module")
def seeds(shared):
    """Document -> its text."""
    paths = {name: next((shared / "seeds").glob(f"{at}_*.txt")) for name, at in SEEDS.items()}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


def stands_in(text, written):
    """A number by itself, or words; line breaks and blanks between words do not count."""
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return re.search(rf"(?<![\d.]){re.escape(written)}(?!\.?\d)", text) is not None
    return re.sub(r"\s", "", written) in re.sub(r"\s", "", text)


def test_every_county_has_promises_and_ids_are_unique(county):
    ids = [row.id for row in county.commitment]
    assert len(ids) > 20
    assert len(set(ids)) == len(ids)


def test_every_promise_names_a_document_and_an_item_in_it(county):
    for row in county.commitment:
        document, _, item = row.source.partition(" ")
        assert document == row.document
        assert re.match(r"(附件|表)?[一二三四五六七\d]", item), row.source


def test_no_report_has_been_made_up(county):
    assert [row.id for row in county.commitment if row.report] == []


def test_every_row_that_a_promise_is_checked_by_is_a_row_of_the_standard(county):
    known = yz.assess_county("yiyuan", 2025)
    named = {code for row in county.commitment for code in getattr(row.evidence, "codes", [])}
    assert named <= set(known.rows["code"])
    checks = set(zip(known.checks["code"], known.checks["check"], strict=True))
    sources = [row.evidence for row in county.commitment if getattr(row.evidence, "check", "")]
    assert {(source.codes[0], source.check) for source in sources} <= checks


def test_only_standing_duties_are_asked_for_every_year(county):
    assert [row.id for row in county.commitment if (row.kind == "duty") != bool(row.every)] == []


def test_every_published_number_stands_in_its_document(county, seeds):
    lost = []
    for row in county.commitment:
        numbers = [row.printed or str(row.value)] if row.value is not None else []
        numbers += [row.base.printed or str(row.base.value)] if row.base else []
        lost += [(row.id, n) for n in numbers if not stands_in(seeds[row.document], n)]
    assert lost == []


def test_a_printed_number_is_the_value_in_another_unit(county):
    # 4.5万 is 45000, 2.8亿 is 280000000: only the power of ten differs
    for row in county.commitment:
        amounts = [(row.value, row.printed)] if row.printed else []
        amounts += [(row.base.value, row.base.printed)] if row.base and row.base.printed else []
        for value, printed in amounts:
            if re.fullmatch(r"\d+(\.\d+)?", printed) and value != 0:
                assert (value / Decimal(printed)).log10() % 1 == 0, row.id


def test_every_stated_date_stands_in_its_document(county, seeds):
    for row in county.commitment:
        year, *rest = row.due.split("-") if row.due and row.confidence == "V" else ("",)
        assert not year or stands_in(seeds[row.document], year + "年"), row.id
        for month in rest[:1]:
            assert f"{int(month)}月" in re.sub(r"\s", "", seeds[row.document]), row.id


def test_every_due_period_that_is_printed_otherwise_stands_in_its_document(seeds):
    found = {}
    for name in COUNTIES:
        for row in load_commitments(name).commitment:
            if row.printed_due:
                year, rest = row.printed_due.split("年")
                assert stands_in(seeds[row.document], f"{year}年"), row.id
                assert stands_in(seeds[row.document], rest), row.id
                found[name, row.id] = row.due_text
    assert found == {
        ("yiyuan", "county-plan-2021"): "2021年5月中旬",
        ("shanting", "function-rooms"): "2017年3月初",
        ("shanting", "weak-schools-start"): "2017年3月上旬",
    }


def test_a_printed_period_changes_words_only():
    row = event(due="2021-05-20", printed_due="2021年5月中旬", note="按中旬末日计")
    found = one(row, date(2021, 5, 20))
    assert (found["due"], found["due_date"].date()) == ("2021年5月中旬", date(2021, 5, 20))
    assert (found["status"], status(row, date(2021, 5, 21))) == ("not_due", "cannot_be_judged")


def test_a_date_that_no_text_prints_is_not_shown_as_a_day(seeds):
    [document] = load_commitments("huantai").document
    assert (document.date, document.date_text) == (
        date(2021, 12, 31),
        "文号2021年，印发日期未见",
    )
    shown = {
        one.name: one.date_text for name in COUNTIES for one in load_commitments(name).document
    }
    days = {name: text.split("-") for name, text in shown.items() if name != document.name}
    for name, (year, month, day) in days.items():
        assert stands_in(seeds[name], f"{year}年{int(month)}月{int(day)}日"), name


def test_what_a_document_calls_less_is_printed_and_judged_as_less():
    signs = {
        name: row.target_text
        for name in COUNTIES
        for row in load_commitments(name).commitment
        if row.id == "monitoring-difference"
    }
    assert signs == dict.fromkeys(["huantai", "wenling", "yiyuan"], "＜0.15")


def test_every_department_stands_in_the_document(county, seeds):
    # 区人社、编制、教育等部门 are three: the words before and after the list belong to each
    unnamed = {
        (row.id, name)
        for row in county.commitment
        for name in row.departments
        if not stands_in(
            seeds[row.document].replace("(", "（").replace(")", "）"),
            re.sub(r"^区|部门$", "", name),
        )
    }
    assert unnamed == set()


def test_no_private_person_is_named(county, seeds):
    wenling = next(text for name, text in seeds.items() if name.startswith("温岭"))
    group = re.search(r"组\s+长:.*?领导小组下设", wenling, re.S)[0]
    persons = {re.sub(r"\s", "", name) for name in re.findall(r"([一-龥]\s*[一-龥]{1,2})\(", group)}
    assert len(persons) > 30
    written = county.model_dump_json()
    assert [name for name in persons if name in written] == []


def test_labels_are_our_own_words(county, seeds):
    # terms of the field are short; a run of 14 characters would be a copied phrase
    def copied(text, document):
        plain = re.sub(r"\s", "", seeds[document])
        return [text[at : at + 14] for at in range(len(text) - 13) if text[at : at + 14] in plain]

    assert [row.id for row in county.commitment if copied(row.label, row.document)] == []


def by_id(name, as_of=date(2025, 12, 31)):
    evidence = gather_evidence(name, as_of)
    return judge_commitments(load_commitments(name), as_of, evidence).set_index("id")


def test_the_demonstration_data_keep_yiyuans_school_numbers_and_say_that_they_are_synthetic():
    found = by_id("yiyuan")
    numbers = {
        "primary-units-2025": "72",
        "junior-schools-2025": "17",
        "compulsory-pupils": "45000",
    }
    assert found.loc[list(numbers), "actual"].to_dict() == numbers
    assert set(found.loc[list(numbers), "status"]) == {"met"}
    assert set(found.loc[list(numbers), "data_kind"]) == {"模拟数据"}
    assert found.loc[list(numbers), "reason"].str.contains("不能说明本县实际").all()


def test_yiyuans_published_share_of_graduates_is_below_its_own_target():
    # 源政字〔2023〕36号 表1: 95.95 in 2020, 97 by 2025; nothing was published since
    found = by_id("yiyuan")
    assert found.at["bachelor-share", "status"] == "short"
    assert (found.at["bachelor-share", "actual"], found.at["bachelor-share", "base"]) == (
        "95.95",
        "95.95（2020年）",
    )
    assert by_id("yiyuan", date(2026, 1, 1)).at["bachelor-share", "status"] == "cannot_be_judged"


@pytest.mark.parametrize(
    ("name", "year", "contradicted"),
    [
        ("yiyuan", 2022, {"complete-goal-2030"}),  # the other document is of March 2023
        (
            "yiyuan",
            2023,
            {"complete-goal-2030", "new-primary-2025", "merged-primary-2025", "four-schools"},
        ),
        ("huantai", 2022, set()),
        ("wenling", 2022, {"provincial-2022"}),
        ("shanting", 2022, set()),
    ],
)
def test_what_the_documents_contradict_is_contradicted(name, year, contradicted):
    table = judge_commitments(load_commitments(name), date(year, 12, 31))
    assert set(table.loc[table["status"] == "contradicted", "id"]) == contradicted


def test_the_table_has_its_columns_and_only_known_statuses(county):
    table = judge_commitments(county, date(2026, 1, 1))
    assert list(table) == COMMITMENT_COLUMNS
    assert list(table["id"]) == [row.id for row in county.commitment]
    assert set(table["status"]) <= set(STATUS_WORDS)
    assert table["reason"].str.endswith("。").all()


def test_shantings_23_projects_are_9_new_and_14_rebuilt_schools():
    value = {row.id: row.value for row in load_commitments("shanting").commitment}
    parts = value["large-classes-new"] + value["large-classes-rebuilt"]
    assert value["large-classes-projects"] == parts == 23


def test_the_tables_of_the_second_yiyuan_plan_are_complete():
    rows = [row for row in load_commitments("yiyuan").commitment if "表" in row.source]
    figures = [row for row in rows if row.source == "源政字〔2023〕36号 表1"]
    # 2 + 2 + 3 + 5 + 1 rows, each with a base of 2020
    assert len(figures) == 13
    assert all(row.base.year == 2020 and row.due == "2025" for row in figures)
    projects = {n for row in rows for n in re.findall(r"表2 第(\d+)项", row.source)}
    assert projects == {str(n) for n in range(1, 19)}
