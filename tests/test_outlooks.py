"""What comes to a county's schools: stages, seats, peak and fall, and the plan's figures beside ours."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from youzhi.counties import load_county, read_county
from youzhi.enrolment import census_entrants, choose_method, project_enrolment, read_history
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.errors import UsageError
from youzhi.outlooks import PEAK_COLUMNS, PLAN_COLUMNS, SEAT_COLUMNS, STAGE_COLUMNS, make_outlook
from youzhi.seats import judge_band

DATA = Path(__file__).parents[1] / "data"
YEARS = range(2016, 2026)


@pytest.fixture(scope="module")
def yiyuan():
    return make_outlook("沂源县", 2035)


@pytest.fixture(scope="module")
def from_2020():
    return make_outlook("yiyuan", 2030, year=2020)


def copy_county(tmp_path, county="yiyuan", changes=lambda text: text, years=(2025,)):
    """A county of the repository with another card, and only some years."""
    folder = tmp_path / county
    folder.mkdir(parents=True)
    for year in years:
        shutil.copytree(DATA / county / str(year), folder / str(year))
    shutil.copy(DATA / county / "enrolment.csv", folder)
    card = changes((DATA / county / "county.toml").read_text(encoding="utf-8"))
    (folder / "county.toml").write_text(card, encoding="utf-8")
    return tmp_path


def test_stages_are_observed_until_the_last_year_and_projected_after(yiyuan):
    assert yiyuan.stages.columns.tolist() == STAGE_COLUMNS
    kinds = yiyuan.stages.groupby("year")["kind"].unique().explode()
    assert kinds[kinds == "observed"].index.tolist() == list(YEARS)
    assert kinds[kinds == "projected"].index.tolist() == yiyuan.years == list(range(2026, 2036))
    assert yiyuan.stages["stage"].tolist() == ["primary", "junior"] * 20
    seen = yiyuan.stages[yiyuan.stages["kind"] == "observed"]
    assert (seen["low"] == seen["pupils"]).all()
    assert (seen["high"] == seen["pupils"]).all()


def test_stages_are_the_sums_of_their_grades_in_five_and_four_years(yiyuan):
    assert yiyuan.stage_grades == {"primary": [1, 2, 3, 4, 5], "junior": [6, 7, 8, 9]}
    cells = yiyuan.projection.pivot(index="year", columns="grade", values="pupils")
    stages = yiyuan.stages.pivot(index="year", columns="stage", values="pupils")
    for stage, grades in yiyuan.stage_grades.items():
        assert stages.loc[2026:, stage].tolist() == pytest.approx(
            cells[grades].sum(axis=1).tolist()
        )
        seen = yiyuan.history[grades].sum(axis=1).tolist()
        assert stages.loc[:2025, stage].tolist() == seen
    whole = yiyuan.totals.set_index("year")["pupils"]
    assert whole.tolist() == pytest.approx(stages.sum(axis=1).tolist())


def test_six_and_three_years_are_told_by_the_card():
    outlook = make_outlook("wenling", 2027)
    assert outlook.stage_grades == {"primary": [1, 2, 3, 4, 5, 6], "junior": [7, 8, 9]}


def test_bands_of_stages_are_narrower_than_the_sums_of_those_of_their_grades(yiyuan):
    band = yiyuan.stages[yiyuan.stages["kind"] == "projected"]
    assert (band["low"] <= band["pupils"]).all()
    assert (band["pupils"] <= band["high"]).all()
    cells = yiyuan.projection.query("grade <= 5").groupby("year")[["low", "high"]].sum()
    primary = band[band["stage"] == "primary"].set_index("year")
    assert (primary["high"] - primary["low"] < cells["high"] - cells["low"]).all()


def test_the_projection_is_that_of_the_enrolment_module_in_bands_as_wide_as_the_past_asks(yiyuan):
    ours = project_enrolment(yiyuan.history, 10, yiyuan.entrants, yiyuan.method)
    keys = ["year", "grade", "pupils"]
    pd.testing.assert_frame_equal(yiyuan.projection[keys], ours[keys])
    assert yiyuan.projection.attrs == ours.attrs
    multiples = yiyuan.backtests[yiyuan.backtests["method"] == yiyuan.method].set_index("ahead")
    for year, grade, name in ((2026, 9, "enrolled"), (2028, 9, "enrolled"), (2030, 1, "coming")):
        row, plain = (
            table.set_index(["year", "grade"]).loc[(year, grade)]
            for table in (yiyuan.projection, ours)
        )
        wide, drawn = (np.log(one["high"] / one["pupils"]) for one in (row, plain))
        assert wide / drawn == pytest.approx(multiples.loc[year - 2025, name], rel=0.01)


def test_widened_bands_would_have_held_what_they_promise_and_the_drawn_ones_stand_beside(yiyuan):
    own = yiyuan.backtests[yiyuan.backtests["method"] == yiyuan.method].set_index("ahead")
    # 49, 23 and 6 of 63, 45 and 27 numbers; then 51, 36 and 22.
    assert (own["coverage"] * own["n"]).tolist() == pytest.approx([49, 23, 6])
    assert (own["coverage_widened"] * own["n"]).tolist() == pytest.approx([51, 36, 22])
    assert own["enrolled"].tolist() == pytest.approx([1.13, 2.26, 3.28], abs=0.01)
    assert own["coming"].tolist() == pytest.approx([1.13, 1.27, 1.27], abs=0.01)


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_in_every_county_and_method_the_widened_bands_reach_the_level(county):
    table = make_outlook(county, 2027).backtests
    assert (table.loc[table["method"] != "last", "coverage_widened"] >= 0.8).all()
    # The baseline, which knows of no child to come, needs more than the limit in one county.
    short = table[table["coverage_widened"] < 0.8]
    most = load_assumptions().bands.most
    assert (short[["enrolled", "coming"]] == most).any(axis=1).all()
    assert (table["coverage_widened"] >= table["coverage"]).all()
    assert (table[["enrolled", "coming"]] >= 1).all(axis=None)


def test_multiples_are_taken_from_years_up_to_the_last_one_used(tmp_path):
    early = make_outlook("yiyuan", 2030, year=2021)
    untested = early.backtests[early.backtests["n"] == 0]
    assert untested["ahead"].unique().tolist() == [5]
    assert untested[["enrolled", "coming", "coverage_widened"]].isna().all(axis=None)
    root = copy_county(tmp_path, years=(2021,))
    path = root / "yiyuan" / "enrolment.csv"
    later = pd.read_csv(path)
    later.loc[later["year"] > 2021, "pupils"] *= 3
    later.to_csv(path, index=False)
    other = make_outlook("yiyuan", 2030, year=2021, data=root)
    pd.testing.assert_frame_equal(other.backtests, early.backtests)
    assert other.draws(5, 1).tobytes() == early.draws(5, 1).tobytes()


def test_the_method_with_the_least_error_is_used_and_all_are_reported(yiyuan):
    assert yiyuan.chosen
    assert yiyuan.method == choose_method(yiyuan.past)
    table = yiyuan.backtests.pivot(index="method", columns="ahead", values="mape")
    assert table.columns.tolist() == [1, 3, 5]
    assert sorted(table.index) == ["cohort", "last", "mean", "progression"]
    rivals = table.drop(index="last").mean(axis=1)
    assert rivals[yiyuan.method] == rivals.min()
    # Last years used: 2018 to 2024, to 2022, to 2020; nine grades each.
    assert yiyuan.backtests["n"].tolist() == [63, 45, 27] * 4


def test_a_method_that_is_asked_for_is_used():
    outlook = make_outlook("yiyuan", 2027, method="last")
    assert (outlook.method, outlook.chosen) == ("last", False)
    last = outlook.totals.set_index("year")["pupils"]
    assert last[2026] == last[2027] == last[2025]


def test_seats_are_those_of_the_newest_table_and_bands_are_judged_on_unrounded_pupils(yiyuan):
    seats = yiyuan.seats
    assert seats.columns.tolist() == SEAT_COLUMNS
    assert seats["year"].min() == 2025
    assert (seats["ratio_high"] == seats["high"] / seats["capacity"]).all()
    assert (
        seats.loc[seats["year"] > 2025, "ratio_high"] > seats.loc[seats["year"] > 2025, "ratio"]
    ).all()
    primary = seats[seats["stage"] == "primary"]
    capacity = yiyuan.schools.loc[yiyuan.schools["stage"] == "primary", "seats"].sum()
    assert primary["capacity"].unique().tolist() == [capacity]
    assert primary["free"].tolist() == (capacity - primary["pupils"]).tolist()
    for row in seats.itertuples():
        assert row.band == judge_band(row.pupils, row.capacity)
        assert row.ratio_high >= row.ratio


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_in_the_last_observed_year_the_stage_has_the_pupils_of_its_schools_with_seats(county):
    outlook = make_outlook(county, 2026)
    stages = outlook.stages.set_index(["year", "stage"])["pupils"]
    seats = outlook.seats.set_index(["year", "stage"])
    frame = read_county(county, 2025).frame
    for stage, own in outlook.schools.groupby("stage"):
        row = seats.loc[(2025, stage)]
        assert row["pupils"] == own["pupils"].sum()
        assert row["ratio"] == own["pupils"].sum() / own["seats"].sum()
        special = frame.loc[frame["school_type"] == "special", f"pupils_{stage}"].sum()
        assert outlook.seatless[stage] == special > 0
        assert row["pupils"] == stages[2025, stage] - special
        # After it, the same share of all pupils, with both ends of their band.
        share = row["pupils"] / stages[2025, stage]
        assert seats.loc[(2026, stage), "pupils"] == pytest.approx(share * stages[2026, stage])
        ends = outlook.stages.set_index(["year", "stage"]).loc[(2026, stage), ["low", "high"]]
        assert seats.loc[(2026, stage), ["low", "high"]].tolist() == pytest.approx(
            (share * ends).tolist()
        )


def test_a_band_is_that_of_the_children_who_take_a_seat(tmp_path):
    # 16,020 pupils, of whom 42 are in the special school. 17,750 seats: all pupils fill 90.3 %, the 15,978 fill 90.02 %;
    # one class more and only all pupils would be yellow.
    for classes, band in ((5, "yellow"), (6, "green")):
        root = copy_county(tmp_path / str(classes))
        path = root / "yiyuan" / "2025" / "schools.csv"
        schools = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
        at = schools.index[schools["school_type"] == "junior"][0]
        schools.loc[at, "classes_junior"] = str(int(schools.loc[at, "classes_junior"]) + classes)
        schools.to_csv(path, index=False, encoding="utf-8-sig")
        seats = make_outlook("yiyuan", 2026, data=root).seats.set_index(["year", "stage"])
        row = seats.loc[(2025, "junior")]
        assert (row["pupils"], row["capacity"]) == (15978, 17500 + 50 * classes)
        assert row["band"] == band


def test_an_unknown_number_of_children_in_special_schools_leaves_the_seats_of_the_stage_unknown(
    tmp_path,
):
    root = copy_county(tmp_path)
    path = root / "yiyuan" / "2025" / "schools.csv"
    schools = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    schools.loc[schools["school_type"] == "special", "pupils_primary"] = None
    schools.to_csv(path, index=False, encoding="utf-8-sig")
    outlook = make_outlook("yiyuan", 2026, data=root)
    seats = outlook.seats.set_index(["year", "stage"])
    assert np.isnan(outlook.seatless["primary"])
    assert seats.loc[(2026, "primary"), ["pupils", "free", "ratio"]].isna().all()
    assert seats.loc[(2026, "primary"), "band"] == "cannot_tell"
    assert seats.loc[(2025, "junior"), "pupils"] == 15978
    assert outlook.stages["pupils"].notna().all()


def test_without_special_schools_every_pupil_takes_a_seat(tmp_path):
    root = copy_county(tmp_path)
    path = root / "yiyuan" / "2025" / "schools.csv"
    schools = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    schools = schools[schools["school_type"] != "special"]
    schools.to_csv(path, index=False, encoding="utf-8-sig")
    outlook = make_outlook("yiyuan", 2026, data=root)
    seats, stages = (
        table.set_index(["year", "stage"])["pupils"] for table in (outlook.seats, outlook.stages)
    )
    assert outlook.seatless == {"primary": 0, "junior": 0}
    assert seats.tolist() == stages.loc[2025:].tolist()


def test_junior_seats_of_yiyuan_run_short_when_the_large_cohorts_arrive_and_empty_again(yiyuan):
    junior = yiyuan.seats[yiyuan.seats["stage"] == "junior"].set_index("year")["band"]
    assert junior[2025] == "yellow"
    assert set(junior.loc[2027:2032]) == {"red"}
    assert junior[2035] == "green"


def test_admission_is_the_first_grade_of_each_stage(yiyuan):
    table = yiyuan.admission.set_index(["year", "stage"])
    cells = yiyuan.projection.set_index(["year", "grade"])["pupils"]
    # Less 102 of 28,980 and 42 of 16,020, who are in a special school.
    assert table.loc[(2030, "primary"), "pupils"] == pytest.approx(cells[2030, 1] * 28878 / 28980)
    assert table.loc[(2030, "junior"), "pupils"] == pytest.approx(cells[2030, 6] * 15978 / 16020)
    places = yiyuan.admission_plan.set_index("stage")["seats"]
    assert table.loc[(2030, "junior"), "capacity"] == places["junior"]


def test_the_peak_is_the_largest_year_from_the_last_observed_one_on(yiyuan):
    peaks = yiyuan.peaks.set_index("stage")
    assert yiyuan.peaks.columns.tolist() == PEAK_COLUMNS
    assert peaks.index.tolist() == ["primary", "junior", "all"]
    for stage in ("primary", "junior"):
        path = yiyuan.stages[yiyuan.stages["stage"] == stage].set_index("year")["pupils"].loc[2025:]
        assert peaks.loc[stage, "peak_pupils"] == path.max()
        assert path[peaks.loc[stage, "peak_year"]] == path.max()
        assert peaks.loc[stage, "change"] == pytest.approx(path[2035] / path.max() - 1)
    # The primary schools are past their peak before the large cohorts reach the last grade of the junior ones.
    assert peaks.loc["primary", "peak_year"] < peaks.loc["junior", "peak_year"]


def test_yiyuan_of_2020_sees_the_rise_of_its_plan_and_the_fall_that_its_kindergartens_announce(
    from_2020,
):
    plan = from_2020.plan
    assert plan.columns.tolist() == PLAN_COLUMNS
    rows = plan.set_index(["fact", "year"])
    # 源政字〔2023〕36号 表1: 3.9万 in 2020, 4.5万 planned for 2025; in kindergarten 1.7万 and 1.1万.
    assert rows["published"].tolist() == [39000, 45000, 17000, 11000]
    assert rows.loc[("compulsory_pupils", 2020), "kind"] == "observed"
    ours = rows.loc[("compulsory_pupils", 2025)]
    assert ours["kind"] == "projected"
    assert 39000 < ours["low"] <= ours["pupils"] <= ours["high"]
    peak = from_2020.peaks.set_index("stage").loc["all"]
    assert 2025 <= peak["peak_year"] <= 2027
    assert peak["end_pupils"] < peak["peak_pupils"]


def test_children_of_kindergarten_age_stand_beside_those_in_kindergarten(yiyuan):
    rows = yiyuan.plan.set_index(["fact", "year"]).loc["kindergarten_pupils"]
    coming = yiyuan.entrants.set_index("year")["pupils"]
    assert rows.loc[2025, "pupils"] == coming.loc[2026:2028].sum()
    # The plan's 11,000 for 2025 is six per cent below the 11,688 that censuses and births let expect.
    assert rows.loc[2025, "pupils"] == pytest.approx(11688, abs=1)
    assert rows["kind"].tolist() == ["projected"] * 2
    early = make_outlook("yiyuan", 2027).plan.set_index(["fact", "year"])
    assert np.isnan(early.loc[("kindergarten_pupils", 2025), "pupils"])


def test_only_the_history_until_the_year_is_used(from_2020):
    assert from_2020.year == 2020
    assert from_2020.history.index.tolist() == list(range(2016, 2021))
    assert from_2020.years == list(range(2021, 2031))
    assert from_2020.past["year"].max() == 2020
    assert set(from_2020.schools["year"]) == {2020}


def test_draws_are_repeatable_and_lie_around_the_projection(yiyuan):
    futures = yiyuan.draws(2000, 5)
    assert futures.shape == (2000, 10, 2)
    assert futures.tobytes() == yiyuan.draws(2000, 5).tobytes()
    middle = np.median(futures, axis=0)
    own = yiyuan.stages[yiyuan.stages["kind"] == "projected"]["pupils"].to_numpy().reshape(10, 2)
    assert middle == pytest.approx(own, rel=0.03)
    assert (futures >= 0).all()
    # As far apart as the bands are: those of the outlook are quantiles of draws of the same spread.
    low, high = np.quantile(futures, [0.1, 0.9], axis=0)
    ends = yiyuan.stages[yiyuan.stages["kind"] == "projected"][["low", "high"]].to_numpy()
    assert np.log(high / low).ravel() == pytest.approx(np.log(ends[:, 1] / ends[:, 0]), rel=0.1)


@pytest.mark.parametrize(
    ("n", "seed", "words"),
    [
        (0, 1, "参数 n 为 0"),
        (2.5, 1, "参数 n"),
        (True, 1, "参数 n"),
        (10**6 + 1, 1, "参数 n"),
        (1, -1, "参数 seed 为 -1"),
        (1, None, "参数 seed"),
        (0, -1, r"参数 n[\s\S]*参数 seed"),
    ],
)
def test_draws_that_cannot_be_are_refused(yiyuan, n, seed, words):
    with pytest.raises(UsageError, match=words):
        yiyuan.draws(n, seed)


def test_a_single_draw_from_the_seed_nought_is_one(yiyuan):
    assert yiyuan.draws(1, 0).shape == (1, 10, 2)


def test_a_single_year_of_history_is_refused():
    with pytest.raises(UsageError, match="至少要2年"):
        make_outlook("yiyuan", 2018, year=2016)
    assert make_outlook("yiyuan", 2018, year=2017).year == 2017


def test_every_part_says_what_kind_of_data_it_rests_on(yiyuan):
    assert yiyuan.kinds == {
        "history": ["synthetic"],
        "schools": ["synthetic"],
        "entrants": ["assumed", "projected"],
    }


@pytest.mark.parametrize("county", ["huantai", "wenling", "shanting"])
def test_all_counties_have_an_outlook_in_which_every_number_is_known(county):
    outlook = make_outlook(county, 2035)
    assert outlook.stages[["pupils", "low", "high"]].notna().all(axis=None)
    assert outlook.projection.attrs["unknown"] == []
    assert (outlook.seats["band"] != "cannot_tell").all()
    assert outlook.plan.empty


def test_a_county_without_a_census_holds_its_first_grade_and_says_so(tmp_path):
    root = copy_county(tmp_path, changes=lambda text: text.replace("[[population]]", "[[town]]"))
    outlook = make_outlook("yiyuan", 2027, data=root)
    assert outlook.entrants.empty
    assert outlook.kinds["entrants"] == ["assumed"]
    assert "cohort" not in outlook.methods
    first = outlook.projection.query("grade == 1")["pupils"].tolist()
    assert first == [read_history("yiyuan").loc[2025, 1]] * 2


def test_a_nought_too_many_and_a_school_table_of_another_size_are_doubted(tmp_path):
    root = copy_county(tmp_path)
    path = root / "yiyuan" / "enrolment.csv"
    history = pd.read_csv(path)
    at = (history["year"] == 2024) & (history["grade"] == 1)
    history.loc[at, "pupils"] *= 10
    history.loc[(history["year"] == 2025) & (history["grade"] == 9), "pupils"] -= 400
    history.to_csv(path, index=False)
    found = make_outlook("yiyuan", 2027, data=root).doubts
    assert found[["doubt", "year", "grade"]].fillna(0).values.tolist() == [
        ["entered", 2024, 1],
        ["entered", 2025, 1],
        ["promoted", 2025, 2],
        ["table", 2025, 0],
    ]
    # The school table has 16,020 junior pupils.
    assert found.iloc[3][["pupils", "against"]].tolist() == [15620, 16020]


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_no_number_of_the_repository_is_doubted(county):
    assert make_outlook(county, 2026).doubts.empty


def test_more_than_ten_years_are_distant_and_a_history_of_three_years_is_untested():
    assert [make_outlook("yiyuan", to).distant for to in (2035, 2036)] == [False, True]
    # Three years at the first origin, and one more to hold it against.
    assert [make_outlook("yiyuan", 2025, year=year).tested for year in (2018, 2019)] == [
        False,
        True,
    ]


def test_an_unknown_cell_makes_its_stage_and_its_peak_unknown(tmp_path):
    root = copy_county(tmp_path)
    path = root / "yiyuan" / "enrolment.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    lines = [
        line if not line.startswith("yiyuan,2025,3,") else "yiyuan,2025,3,,synthetic"
        for line in lines
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    outlook = make_outlook("yiyuan", 2027, data=root)
    stages = outlook.stages.set_index(["year", "stage"])["pupils"]
    assert np.isnan(stages[2025, "primary"])
    assert np.isnan(stages[2026, "primary"])
    assert np.isnan(stages[2027, "primary"])  # grade 5 then
    assert stages[2026, "junior"] > 0
    seats = outlook.seats.set_index(["year", "stage"])["band"]
    assert seats[2026, "primary"] == "cannot_tell"
    peaks = outlook.peaks.set_index("stage")
    assert peaks.loc["primary"].isna()["peak_year"]
    assert peaks.loc["junior", "peak_year"] > 2025
    assert any("2025年3年级在校生未知" in reason for reason in outlook.projection.attrs["unknown"])


def test_a_projection_of_the_past_knows_only_what_was_published_by_then(yiyuan):
    # In 2020 the census of that year was not out: the one of 2010 and the births until 2019.
    known = census_entrants(load_county("yiyuan").population, 2008, 2035, as_of=2020)
    ours = project_enrolment(yiyuan.history.loc[:2020], 5, known).query("year == 2025")
    past = yiyuan.past.query("method == 'progression' and origin == 2020 and ahead == 5")
    assert past["pupils"].tolist() == pytest.approx(ours["pupils"].tolist())
    later = project_enrolment(yiyuan.history.loc[:2020], 5, yiyuan.entrants).query("year == 2025")
    assert later["pupils"].sum() > 1.1 * ours["pupils"].sum()


def test_one_school_without_classes_leaves_the_seats_of_its_stage_unknown(tmp_path):
    root = copy_county(tmp_path)
    path = root / "yiyuan" / "2025" / "schools.csv"
    schools = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    at = schools.index[schools["school_type"] == "primary"][0]
    schools.loc[at, "classes_primary"] = None
    schools.to_csv(path, index=False, encoding="utf-8-sig")
    seats = make_outlook("yiyuan", 2026, data=root).seats.set_index(["year", "stage"])
    assert seats.loc[(2026, "primary"), ["capacity", "free", "ratio"]].isna().all()
    assert seats.loc[(2026, "primary"), "band"] == "cannot_tell"
    assert seats.loc[(2026, "junior"), "band"] == "yellow"


def test_all_wrong_parameters_are_told_at_once():
    with pytest.raises(UsageError, match=r"to 为 2025[\s\S]*method 为 'magic'"):
        make_outlook("yiyuan", 2025, method="magic")
    with pytest.raises(UsageError, match=r"year 为 2030[\s\S]*2016至2025"):
        make_outlook("yiyuan", 2035, year=2030)
    with pytest.raises(UsageError, match="to 为 True"):
        make_outlook("yiyuan", True)
    with pytest.raises(UsageError, match=r"year 为 2030[\s\S]*to 为 'soon'"):
        make_outlook("yiyuan", "soon", year=2030)


def test_the_last_year_is_told_beside_the_year_from_which_it_counts():
    for to, year in ((2020, 2020), (2019, 2020), (2121, 2020)):
        with pytest.raises(UsageError, match=f"to 为 {to}；历史用到2020年（year，") as caught:
            make_outlook("yiyuan", to, year=year)
        assert "1至100年之内" in str(caught.value)
        assert "horizon" not in str(caught.value)
    assert make_outlook("yiyuan", 2021, year=2020).to == 2021
    assert make_outlook("yiyuan", 2120, year=2020).to == 2120


def test_the_cohort_method_is_refused_by_its_name_where_the_card_has_no_census(tmp_path):
    root = copy_county(tmp_path, changes=lambda text: text.replace("[[population]]", "[[town]]"))
    with pytest.raises(UsageError, match="method 为 'cohort'；沂源县县区卡没有人口普查"):
        make_outlook("yiyuan", 2030, data=root, method="cohort")


def test_an_unknown_county_is_refused():
    with pytest.raises(UsageError):
        make_outlook("nowhere", 2030)


def test_years_of_schooling_that_do_not_fit_the_grades_are_refused(tmp_path):
    root = copy_county(tmp_path, changes=lambda text: text.replace("years = 5", "years = 6", 1))
    with pytest.raises(UsageError, match="学制年数"):
        make_outlook("yiyuan", 2030, data=root)


def test_a_county_without_school_tables_is_told_so(tmp_path):
    root = copy_county(tmp_path, years=())
    with pytest.raises(UsageError, match="算不出学位"):
        make_outlook("yiyuan", 2030, data=root)
