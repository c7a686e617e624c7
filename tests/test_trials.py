"""A scenario tried out over its years: with its actions and without them."""

import csv
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import youzhi as yz
from youzhi import trials
from youzhi.counties import read_county
from youzhi.errors import UsageError
from youzhi.outlooks import make_outlook
from youzhi.scenarios import parse_scenario
from youzhi.verdicts import combine

ROOT = Path(__file__).parents[1]

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
    assert set(table["variation"]) == {"pupils", "amounts", "hire", "grounds"}
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
    with pytest.raises(UsageError, match="2020年以后、2023年以前"):
        trials.draw_year(trials.run_trial("yiyuan", plan), 2020)


def test_an_earlier_end_is_the_beginning_of_the_same_road(trial):
    short = trials.run_trial("yiyuan", scenario(HIRE + GROUNDS), to=2021)
    pd.testing.assert_frame_equal(short.after.schools, trial.years[2021].schools)


def of_county(county, year, text="", to=None):
    head = HEAD.replace('"yiyuan"', f'"{county}"').replace("2020", str(year), 1)
    head = head.replace("2023", str(to or year), 1)
    return parse_scenario(tomllib.loads(head + text), f"{county}/scenarios/test.toml")


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_the_base_year_is_judged_as_the_county_is(county):
    """Wenling counts campuses; a trial of one year needs no outlook."""
    trial = trials.run_trial(county, of_county(county, 2020))
    plain = yz.assess_county(county, 2020)
    for name in ("schools", "coefficients", "items"):
        pd.testing.assert_frame_equal(getattr(trial.before, name), getattr(plain, name))
    assert trial.outlook is None
    assert trials.measure_odds(trial).empty


def foresee(trial, drawn, **more):
    """The trial with an outlook whose draws are written by hand: draws x years x stages."""
    outlook = SimpleNamespace(
        draws=lambda n, seed: np.array(drawn, dtype=float),
        years=[2021, 2022, 2023],
        stages=trial.outlook.stages,
        stage_grades={"primary": [1], "junior": [6]},
        method="mean",
        backtests=pd.DataFrame(
            {"method": "mean", "ahead": [1, 3], "coverage": 0.1, "coverage_widened": [0.75, 0.5]}
        ),
    )
    return replace(trial, outlook=outlook, drift=0.0, **more)


def test_factors_of_a_year_are_its_own_draws_over_their_middle(trial):
    # primary 80, 100, 120 % of its middle in 2022, junior as it is; other years would give other factors
    drawn = [
        [[500, 1], [80, 7], [1, 1]],
        [[900, 1], [100, 7], [1, 1]],
        [[100, 1], [120, 7], [1, 1]],
    ]
    draws = trials.draw_year(foresee(trial, drawn), 2022, draws=3, seed=1)
    middle = {
        stage.indicators.stage: stage.indicators.sections.pupils
        for stage in trial.years[2022].stages
    }
    for draw, share in enumerate((0.8, 1.0, 1.2)):
        np.testing.assert_array_equal(
            draws.pupils["primary"][draw], np.rint(middle["primary"] * share)
        )
        np.testing.assert_array_equal(draws.pupils["junior"][draw], middle["junior"])


def test_schools_drift_with_the_root_of_the_years(trial):
    even = np.ones((4000, 3, 2))
    drifting = replace(foresee(trial, even), drift=0.05)
    spread = {}
    for year in (2021, 2023):
        drawn = trials.draw_year(drifting, year, draws=4000, seed=1).pupils["primary"]
        largest = np.argmax(drawn[0])
        spread[year] = np.log(drawn[:, largest]).std()
    # 0.05 and 0.05 x root 3 = 0.0866, a little less because the stage total is kept
    assert spread[2021] == pytest.approx(0.05, rel=0.08)
    assert spread[2023] == pytest.approx(0.0866, rel=0.08)


def test_odds_say_how_the_other_parts_stand_and_how_far_the_outlook_was_right(trial):
    table = trials.measure_odds(foresee(trial, np.ones((5, 3, 2))), draws=5, seed=1)
    reasons = trial.years[2022].reasons
    drawn = reasons["part"].isin(["schools", "dispersion"])
    assert set(table.loc[table["year"] == 2022, "others"]) == {
        combine(reasons.loc[~drawn, "verdict"])
    }
    covered = table.drop_duplicates("year").set_index("year")["coverage"].to_dict()
    assert covered == {2021: 0.75, 2022: 0.5, 2023: 0.5}
    # five times the same pupils: a part holds always or never, as in the year itself
    found = table[(table["year"] == 2022) & (table["stage"] == "primary")].set_index("part")
    primary = trial.years[2022].stages[0]
    assert found.loc["schools", "chance"] == float((primary.verdict == "met").all())
    assert found.loc["dispersion", "chance"] == float((primary.spread == "met").all())


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (-1, 1), (10, -1), (1.5, 1)])
def test_senseless_draws_are_refused(trial, draws, seed):
    with pytest.raises(UsageError, match="抽样次数应为正整数"):
        trials.draw_year(trial, 2021, draws=draws, seed=seed)


def test_the_tornado_takes_its_pupils_from_the_outlook(trial):
    row = trials.vary_one_by_one(trial).set_index("variation").loc["pupils"]
    stages = trial.outlook.stages.query("year == 2023").set_index("stage")
    pupils = trial.tables["plan"][2023].frame[["pupils_primary", "pupils_junior"]].sum()
    for side in ("low", "high"):
        shares = stages[side] / stages["pupils"]
        expected = sum(round(pupils[f"pupils_{stage}"] * shares[stage]) for stage in shares.index)
        assert row[side] == f"{expected:,}人"


def test_amounts_of_the_tornado_scale_what_the_actions_state(trial):
    # the grounds of one school, 4,000 m²: a fifth less is 3,200, more 4,800
    table = trials.vary_one_by_one(trial).set_index("variation")
    assert table.loc["amounts", ["low", "base", "high"]].tolist() == ["0.8倍", "1倍", "1.2倍"]
    hired = trials.run_trial("yiyuan", scenario(HIRE))
    assert "amounts" not in set(trials.vary_one_by_one(hired)["variation"])


def test_an_impossible_variation_says_which_action_it_breaks():
    crowd = (
        HIRE
        + """
[[action]]
id = "move"
kind = "rezone"
year = 2021
from = "3703230002"
to = "3703230001"
stage = "primary"
pupils = 696
evidence = "assumption"
source = "试"
"""
    )
    trial = trials.run_trial("yiyuan", scenario(crowd))
    row = trials.vary_one_by_one(trial).set_index("variation").loc["pupils"]
    assert pd.isna(row["failing_low"])
    assert "move" in row["reason"]
    assert "转出696人" in row["reason"]


def test_cost_of_a_pupil_year_counts_the_seats_that_are_sat_on():
    # 63 pupils sit on added seats in 2022 and 2023: 1,000,000 / 126
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
    assert trials.cost_per_pupil_year(trial) == pytest.approx(1_000_000 / 126)
    table = trials.measure_regret(trial)
    np.testing.assert_array_equal(table["empty"] - table["short"], table["seats"] - table["pupils"])
    later = table[(table["year"] == 2022) & (table["stage"] == "primary")].iloc[0]
    assert (later["short_idle"], later["short"], later["eased"]) == (0, 0, 0)


def test_seats_eased_are_those_that_nobody_has_without_the_actions():
    # pupils stated 10 % more: without classrooms some lack a seat; whoever gets one by the two new rooms is eased
    more = """
[enrolment]
mode = "stated"
[[enrolment.stated]]
year = 2021
pupils = 44000
evidence = "assumption"
source = "试"
"""
    table = trials.measure_regret(trials.run_trial("yiyuan", scenario(more + GROUNDS)))
    primary = table[table["stage"] == "primary"].set_index("year")
    assert primary.loc[2021, "short_idle"] == primary.loc[2021, "short"] > 0
    assert primary.loc[2022, "eased"] == (
        primary.loc[2022, "short_idle"] - primary.loc[2022, "short"]
    )
    assert 0 < primary.loc[2022, "eased"] <= 90


def test_smaller_classes_add_no_seat():
    table = trials.measure_regret(trials.run_trial("wenling", "small-classes"))
    assert (table["added"] == 0).all()


def test_a_standard_without_bars_counts_no_failing_school():
    hire = HIRE.replace(SCHOOL, "3704060001").replace("2021", "2017")
    trial = trials.run_trial("shanting", of_county("shanting", 2016, hire, to=2018))
    table = trials.vary_one_by_one(trial)
    assert table["failing"].isna().all()
    assert set(table["reason"]) == {"教督〔2012〕3号没有逐校标准值，不能逐校判定"}
    odds = trials.measure_odds(trial)
    assert odds["chance"].isna().all()
    assert odds["reason"].str.contains("教督〔2012〕3号").all()


def test_an_outlook_of_another_county_or_year_is_refused():
    plan = scenario(HIRE)
    for outlook in (
        make_outlook("huantai", 2023, year=2020),
        make_outlook("yiyuan", 2024, year=2021),
    ):
        with pytest.raises(UsageError, match="入学展望应属于沂源县"):
            trials.run_trial("yiyuan", plan, outlook=outlook)


def write_root(folder, years, blank=False):
    """A data root with the Yiyuan tables of some years; primary schools may leave junior pupils empty."""
    for year in years:
        place = folder / "yiyuan" / str(year)
        place.mkdir(parents=True)
        source = ROOT / "data/yiyuan" / str(year) / "schools.csv"
        with source.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            if blank and row["school_type"] == "primary":
                row["pupils_junior"] = ""
        with (place / "schools.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    shutil.copy(ROOT / "data/yiyuan/county.toml", folder / "yiyuan")
    return folder


def test_primary_schools_may_leave_junior_pupils_empty(tmp_path):
    root = write_root(tmp_path, [2020], blank=True)
    trial = trials.run_trial("yiyuan", scenario(HIRE), data=root)
    assert trial.items is None
    assert np.isnan(trial.drift)
    table = trials.vary_one_by_one(trial).set_index("variation")
    assert table.loc["pupils", "failing_low"] <= table.loc["pupils", "failing_high"]
    odds = trials.measure_odds(trial)
    assert odds["chance"].isna().all()
    assert odds["reason"].str.contains("没有入学展望").all()
    with pytest.raises(UsageError, match="没有入学展望"):
        trials.draw_year(trial, 2021)


def test_drift_is_taken_from_years_that_follow_each_other(tmp_path):
    root = write_root(tmp_path, [2016, 2018, 2019, 2020])
    trial = trials.run_trial("yiyuan", scenario(HIRE), data=root)
    frames = [read_county("yiyuan", year).frame for year in (2018, 2019, 2020)]
    assert trial.drift == trials.measure_drift(frames)


def test_a_year_that_the_outlook_cannot_tell_is_refused_with_the_reason(tmp_path):
    root = write_root(tmp_path, [2020])
    rows = ["county,year,grade,pupils,data_kind"]
    for year in range(2016, 2021):
        for grade in range(1, 10):
            pupils = "" if (year, grade) == (2020, 3) else "4000"
            rows.append(f"yiyuan,{year},{grade},{pupils},synthetic")
    (root / "yiyuan/enrolment.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    plan = scenario('[enrolment]\nmode = "outlook"\n' + HIRE)
    with pytest.raises(UsageError, match="入学展望算不出2021年 primary"):
        trials.run_trial("yiyuan", plan, data=root)
