"""The whole chain in one call: tables, county verdict, reasons."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from conftest import (
    INDICATORS,
    R7,
    good,
    judge,
    met_county,
    met_schools,
    table,
    verdicts_of,
)

import youzhi as yz
from youzhi import standards
from youzhi.errors import UsageError
from youzhi.tables import stack_tables

TABLES = [
    "indicators",
    "coefficients",
    "composite",
    "shares",
    "schools",
    "gaps",
    "totals",
    "repairs",
    "reasons",
    "verdicts",
]
COUNTY_A = [
    good("甲校", networked=20),
    good("乙校", primary=500),
    good("丙中", "junior", grounds=9000),
]
COUNTY_B = [
    good("丁校", rooms=4000, degree=41),
    good("戊校", networked=None),
    good("己校", grounds=1),
]


def reasons_of(result, **where):
    frame = result.reasons
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    return frame


# --- the tables


@pytest.mark.parametrize(
    ("name", "leading"),
    [
        (
            "indicators",
            ["county", "year", "stage", "school", "indicator", "value", "numerator", "pupils"],
        ),
        ("coefficients", ["county", "year", "stage", "indicator", "mean", "sd", "cv", "schools"]),
        ("schools", ["county", "year", "stage", "school", "verdict", "met", "rule"]),
        ("items", ["county", "year", "code", "verdict", "value", "rule", "source"]),
        ("vetoes", ["county", "year", "code", "verdict", "value", "rule", "source"]),
        ("gaps", ["county", "year", "stage", "school", "indicator", "unit", "to_bar", "to_floor"]),
        ("reasons", ["county", "year", "part", "stage", "verdict", "rule", "reason", "source"]),
        ("verdicts", ["county", "year", "verdict"]),
    ],
)
def test_every_table_leads_with_the_promised_columns(name, leading):
    assert list(getattr(judge(COUNTY_A), name).columns)[: len(leading)] == leading


def test_tables_are_sorted_by_stage_school_and_indicator():
    frame = judge(COUNTY_A).indicators
    places = list(frame[["stage", "school"]].drop_duplicates().itertuples(index=False, name=None))
    assert places == [("primary", "乙校"), ("primary", "甲校"), ("junior", "丙中")]
    assert frame["indicator"].tolist() == [*INDICATORS] * 3


def test_the_standard_may_be_given_by_id_by_file_or_as_itself(standard, tmp_path):
    path = tmp_path / "copy.toml"
    shutil.copyfile(Path(standards.__file__).parent / "jiaodu-2017-6.toml", path)
    results = [judge(COUNTY_A, standard=given) for given in ("jiaodu-2017-6", standard, path)]
    for other in results[1:]:
        pd.testing.assert_frame_equal(other.reasons, results[0].reasons)


def test_assessing_changes_nothing_in_the_table_given():
    schools = table(COUNTY_A)
    before = schools.frame.copy(deep=True)
    result = yz.assess(schools)
    for name in TABLES:
        getattr(result, name)
    pd.testing.assert_frame_equal(schools.frame, before)


# --- the county verdict


def test_a_county_whose_schools_all_pass_still_needs_the_county_items():
    result = judge([good("甲校"), good("乙中", "junior")])
    parts = dict(
        zip(
            result.reasons["part"] + result.reasons["stage"], result.reasons["verdict"], strict=True
        )
    )
    assert parts == {
        "schoolsprimary": "met",
        "dispersionprimary": "met",
        "schoolsjunior": "met",
        "dispersionjunior": "met",
        "guarantee": "cannot_tell",
        "quality": "cannot_tell",
        "recognition": "cannot_tell",
        "veto": "cannot_tell",
    }
    assert result.verdict == "cannot_tell"


def test_one_failing_school_fails_the_county():
    result = judge([good("甲校"), good("乙校", grounds=1), good("丙中", "junior")])
    assert result.verdict == "not_met"
    assert verdicts_of(result) == {"甲校": "met", "乙校": "not_met", "丙中": "met"}


def test_one_coefficient_over_its_limit_fails_the_county_though_every_school_passes():
    # 1.7: 23 and 115 rooms for 1,000 pupils each: mean 69, distance 46, CV 46/69 = 0.667
    result = judge([good("甲校"), good("乙校", networked=115)])
    assert set(result.schools["verdict"]) == {"met"}
    assert reasons_of(result, part="schools", stage="primary")["verdict"].tolist() == ["met"]
    assert reasons_of(result, part="dispersion", stage="primary")["verdict"].tolist() == ["not_met"]
    assert result.verdict == "not_met"
    failing = result.coefficients.query("verdict == 'not_met'")
    assert failing[["indicator", "printed"]].values.tolist() == [[R7, "0.667"]]


def test_a_missing_value_never_passes_and_is_counted():
    result = judge([good("甲校"), good("乙校", networked=None)])
    reasons = reasons_of(result, stage="primary")
    assert reasons["verdict"].tolist() == ["cannot_tell", "cannot_tell"]
    assert "1个无法判定" in reasons["reason"].iloc[0]
    assert "1项无法判定" in reasons["reason"].iloc[1]


def test_a_stage_without_a_school_does_not_apply_and_is_never_met():
    reasons = reasons_of(judge([good("甲校")]), stage="junior")
    assert reasons["verdict"].tolist() == ["cannot_tell", "cannot_tell"]
    assert reasons["reason"].str.contains("不适用").all()


def test_a_county_in_which_no_school_counts_is_never_met():
    result = judge([{"school": "甲点", "school_type": "teaching_point", "pupils_primary": 20}])
    assert "met" not in set(result.reasons["verdict"])
    assert result.verdict == "cannot_tell"
    for name in ("indicators", "coefficients", "schools", "gaps", "totals", "repairs"):
        assert len(getattr(result, name)) == 0


def test_a_stage_in_which_the_only_school_is_held_says_so():
    reasons = reasons_of(judge([good("甲校", primary=0, teachers=60)]), stage="primary")
    assert reasons["verdict"].tolist() == ["cannot_tell", "cannot_tell"]
    assert reasons["reason"].str.contains("数据矛盾").all()


def test_every_reason_names_its_rule_and_its_source():
    reasons = judge(COUNTY_A).reasons
    assert reasons[["rule", "reason", "source"]].ne("").all(axis=None)


def test_county_figures_that_are_given_decide_their_parts():
    # without them nobody can tell; with them the county in which everything is met is met; a veto changes that
    assert judge(met_schools(), year=2023).verdict == "cannot_tell"
    assert met_county().verdict == "met"
    result = met_county({"veto_school_choice": "present"})
    assert result.verdict == "not_met"
    failing = result.reasons[result.reasons["verdict"] != "met"]
    assert failing[["part", "verdict"]].values.tolist() == [["veto", "not_met"]]


def test_the_kinds_of_data_are_named():
    rows = [
        good("甲校", data_kind="synthetic"),
        good("乙校", data_kind="real"),
        good("丙校", data_kind=None),
    ]
    assert set(judge(rows).data_kinds) == {"模拟数据", "真实数据", "未注明"}


# --- many counties at once


def test_several_counties_have_a_verdict_each_and_no_single_one():
    both = stack_tables([table(COUNTY_B, county="a"), table([good("甲校")], county="b")])
    result = yz.assess(both)
    assert result.verdicts.values.tolist() == [["a", 2020, "not_met"], ["b", 2020, "cannot_tell"]]
    with pytest.raises(UsageError, match="2个县年"):
        _ = result.verdict


@pytest.mark.parametrize("name", TABLES)
def test_assessing_two_counties_together_is_assessing_each(name):
    parts = [
        table(COUNTY_A, county="a"),
        table(COUNTY_B, county="b"),
        table(COUNTY_A, county="b", year=2021),
    ]
    together = getattr(yz.assess(stack_tables(parts)), name)
    apart = pd.concat([getattr(yz.assess(part), name) for part in parts], ignore_index=True)
    pd.testing.assert_frame_equal(together, apart, check_dtype=False)  # text may be object or str


def test_the_order_of_the_rows_changes_no_table():
    one, other = judge(COUNTY_A + COUNTY_B), judge((COUNTY_A + COUNTY_B)[::-1])
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


def test_the_order_of_the_columns_changes_no_table():
    frame = table(COUNTY_A).frame
    other = yz.SchoolTable.from_frame(frame[frame.columns[::-1]])
    pd.testing.assert_frame_equal(yz.assess(other).coefficients, judge(COUNTY_A).coefficients)
