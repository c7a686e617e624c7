"""A scenario tried out over its years: with its actions and without them."""

import tomllib

import numpy as np
import pandas as pd
import pytest

import youzhi as yz
from youzhi import trials
from youzhi.errors import UsageError
from youzhi.scenarios import parse_scenario

HEAD = """
id = "test"
county = "yiyuan"
title = { zh = "试", en = "test" }
base_year = 2020
to = 2023
summary = "试"
source = "试"
"""
SCHOOL = "3703230001"  # 882 primary pupils in 21 classes in 2020
HIRE = f"""
[[action]]
id = "hire"
kind = "hire"
year = 2021
school = "{SCHOOL}"
stage = "primary"
teachers = 3
degree_teachers = 3
backbone_teachers = 3
arts_pe_teachers = 3
evidence = "assumption"
source = "试"
"""
GROUNDS = f"""
[[action]]
id = "grounds"
kind = "extend"
year = 2022
school = "{SCHOOL}"
sports_ground_area_m2 = 4000
classes_primary = 2
cost_yuan = 1000000
cost_source = "试"
evidence = "assumption"
source = "试"
"""


def scenario(text):
    return parse_scenario(tomllib.loads(HEAD + text), "yiyuan/scenarios/test.toml")


@pytest.fixture(scope="module")
def trial():
    return trials.run_trial("yiyuan", scenario(HIRE + GROUNDS))


def test_the_first_year_without_actions_is_the_base_year(trial):
    plain = yz.assess_county("yiyuan", 2020)
    pd.testing.assert_frame_equal(trial.before.schools, plain.schools)
    assert trial.before.verdict == plain.verdict
    assert trial.span == (2020, 2023)


def test_constant_pupils_and_no_action_change_nothing_but_the_year():
    empty = trials.run_trial("yiyuan", scenario(""))
    assert set(empty.comparison.schools["change"]) == {"same"}
    assert (empty.comparison.gaps["closed"] == 0).all()
    assert empty.effect.verdict[0] == empty.effect.verdict[1]


def test_an_action_counts_from_its_year_on(trial):
    indicator = "arts_pe_teachers_per_100"
    for year, teachers in {2020: 9, 2021: 12, 2023: 12}.items():
        table = trial.years[year].own_values
        row = table[(table["school"] == "历山街道模拟小学01") & (table["indicator"] == indicator)]
        assert row["numerator"].tolist() == [teachers]
    assert trial.idle[2023].own_values["numerator"].equals(trial.idle[2020].own_values["numerator"])


def test_timeline_has_both_roads_and_counts_sections(trial):
    table = trial.timeline
    assert table.groupby(["year", "case"]).size().eq(2).all()
    assert len(table) == 4 * 2 * 2
    first = table[(table["year"] == 2020) & (table["case"] == "plan")].set_index("stage")
    schools = trial.before.schools
    for stage in ("primary", "junior"):
        own = schools[schools["stage"] == stage]
        assert first.loc[stage, "sections"] == len(own)
        assert first.loc[stage, "failing"] == (own["verdict"] == "not_met").sum()
        cv = trial.before.coefficients.query("stage == @stage")["cv"]
        assert first.loc[stage, "worst_cv"] == cv.max()


def test_county_figures_of_later_years_are_told_as_assumed(trial):
    assert "假设数据" not in trial.before.data_kinds
    assert "假设数据" in trial.after.data_kinds
    notes = set(trial.after.figures.frame.dropna(subset="value")["note"])
    assert notes == {"沿用2020年的数，属假设"}


def test_costs_that_nobody_named_are_not_zero(trial):
    table = trials.tally_costs(trial).set_index("year")
    assert np.isnan(table.loc[2021, "known_yuan"])
    assert table.loc[2022, "known_yuan"] == 1_000_000
    assert table["complete"].tolist() == [False, True]
    assert trials.total_cost(trial) is None
    assert trials.measure_efficiency(trial)["per_wan_yuan"].isna().all()
    assert np.isnan(trials.cost_per_pupil_year(trial))


def test_gap_closed_per_wan_yuan():
    # 882 pupils x 7.5 = 6,615 m²; the school has 1,865.44 + 6,446.08, so grounds are no gap; classrooms are:
    # 10 rooms for 1,000,000 yuan = 100 wan: what is closed is divided by 100
    rooms = GROUNDS.replace("sports_ground_area_m2 = 4000", "teaching_area_m2 = 4000")
    trial = trials.run_trial("yiyuan", scenario(rooms))
    table = trials.measure_efficiency(trial)
    assert trials.total_cost(trial) == 1_000_000
    assert (table["per_wan_yuan"] == table["closed"] / 100).all()
    assert (table["closed"] == table["without"] - table["with_plan"]).all()


def test_added_seats_are_used_only_where_a_pupil_needs_them(trial):
    # two classrooms x 45 = 90 seats are added; 882 pupils have 21 x 45 = 945 seats, so nobody needs them
    table = trials.measure_regret(trial).set_index(["year", "stage"])
    assert table.loc[(2021, "primary"), "added"] == 0
    assert table.loc[(2022, "primary"), ["added", "used"]].tolist() == [90, 0]
    idle = table.loc[(2021, "primary"), "empty"]
    assert table.loc[(2022, "primary"), "empty"] == idle + 90


def test_seats_of_one_school_do_not_help_another():
    # 63 pupils more than 945 seats go to the school: 63 lack a seat, then two classrooms give 90 of which 63 are used
    move = f"""
[[action]]
id = "move"
kind = "rezone"
year = 2020
from = "3703230003"
to = "{SCHOOL}"
stage = "primary"
pupils = 126
evidence = "assumption"
source = "试"
"""
    trial = trials.run_trial("yiyuan", scenario(move + GROUNDS))
    table = trials.measure_regret(trial).set_index(["year", "stage"])
    assert table.loc[(2021, "primary"), "short"] == 882 + 126 - 945
    assert table.loc[(2022, "primary"), ["short", "added", "used"]].tolist() == [0, 90, 63]


def test_leaving_out_an_action_counts_what_it_was_worth(trial):
    table = trials.leave_out(trial).set_index("action")
    assert (table["failing"] == table["failing"].iat[0]).all()
    assert (table["worth"] == table["failing_without"] - table["failing"]).all()
    assert table.loc["hire", "worth"] >= 0


def test_an_action_that_others_need_cannot_be_left_out():
    build = """
[[action]]
id = "build"
kind = "build"
year = 2021
school_id = "3703239001"
school = "新建模拟小学"
zone = "urban"
school_type = "primary"
organiser_code = 7
classes_primary = 4
takes = [{ school = "3703230001", primary = 100 }]
evidence = "assumption"
source = "试"
[[action]]
id = "furnish"
kind = "buy"
year = 2022
school = "3703239001"
networked_classrooms = 4
evidence = "assumption"
source = "试"
"""
    table = trials.leave_out(trials.run_trial("yiyuan", scenario(build))).set_index("action")
    assert table.loc["build", "reason"] == "后面的措施要用到它"
    assert pd.isna(table.loc["build", "worth"])
    assert table.loc["furnish", "reason"] == ""


def test_tornado_stands_in_the_order_of_its_spans(trial):
    table = trials.vary_one_by_one(trial)
    assert table["span"].is_monotonic_decreasing
    assert set(table["variation"]) == {"pupils", "class_limit", "hire", "grounds"}
    pupils = table.set_index("variation").loc["pupils"]
    assert pupils["failing_low"] <= pupils["failing"] <= pupils["failing_high"]


def test_odds_are_repeatable_and_told_for_every_year(trial):
    table = trials.measure_odds(trial, draws=200, seed=1)
    pd.testing.assert_frame_equal(table, trials.measure_odds(trial, draws=200, seed=1))
    assert sorted(set(table["year"])) == [2021, 2022, 2023]
    assert set(table["part"]) == {"schools", "dispersion", "resources"}
    assert table["chance"].between(0, 1).all()
    assert set(table["others"]) == {"not_met"}


def test_years_outside_the_scenario_are_refused():
    plan = scenario(HIRE)
    with pytest.raises(UsageError, match="从2020年起算"):
        trials.run_trial("yiyuan", plan, year=2021)
    with pytest.raises(UsageError, match="2020—2023"):
        trials.run_trial("yiyuan", plan, to=2030)
    with pytest.raises(UsageError, match="属于 yiyuan"):
        trials.run_trial("huantai", plan)
    with pytest.raises(UsageError, match="2021—2023"):
        trials.draw_year(trials.run_trial("yiyuan", plan), 2020)


def test_an_earlier_end_is_the_beginning_of_the_same_road(trial):
    short = trials.run_trial("yiyuan", scenario(HIRE + GROUNDS), to=2021)
    pd.testing.assert_frame_equal(short.after.schools, trial.years[2021].schools)
