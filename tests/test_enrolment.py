"""Pupils to come: worked sums, laws, real series, and what is said where nothing can be told."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi import enrolment
from youzhi.counties import enrolment_path, list_counties, load_county, scenarios_folder
from youzhi.enrolment import (
    HISTORY_COLUMNS,
    METHODS,
    backtest_enrolment,
    can_project,
    census_entrants,
    choose_method,
    find_doubts,
    load_births,
    make_projection,
    measure_widening,
    project_enrolment,
    project_past,
    read_history,
    spread_widening,
    summarise_past,
    widen_futures,
    widen_past,
)
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.errors import DataError, UsageError

SHARED = Path(__file__).parents[2] / "shared" / "data"
COUNTIES = ["yiyuan", "huantai", "wenling", "shanting"]
CODES = {"yiyuan": "370323", "huantai": "370321", "wenling": "331081", "shanting": "370406"}
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")

# Public schools of the United States, thousands: fall of the year, kindergarten, grades 1 to 9.
# NCES, Digest of Education Statistics 2013, table 203.10 (nces.ed.gov/programs/digest/d13/tables/dt13_203.10.asp).
UNITED_STATES = """
1990 3306 3499 3327 3297 3248 3197 3110 3067 2979 3169
1991 3311 3556 3360 3334 3315 3268 3239 3181 3020 3313
1992 3313 3542 3431 3361 3342 3325 3303 3299 3129 3352
1993 3377 3529 3429 3437 3361 3350 3356 3355 3249 3487
1994 3444 3593 3440 3439 3426 3372 3381 3404 3302 3604
1995 3536 3671 3507 3445 3431 3438 3395 3422 3356 3704
1996 3532 3770 3600 3524 3454 3453 3494 3464 3403 3801
1997 3503 3755 3689 3597 3507 3458 3492 3520 3415 3819
1998 3443 3727 3681 3696 3592 3520 3497 3530 3480 3856
1999 3397 3684 3656 3691 3686 3604 3564 3541 3497 3935
"""


def table(rows, first=2018):
    """A history of lists of pupils by grade."""
    return pd.DataFrame(rows, range(first, first + len(rows)), range(1, len(rows[0]) + 1))


def united_states():
    """Pupils by grade, and kindergarten as the entrants of the next year."""
    rows = [[int(cell) for cell in line.split()] for line in UNITED_STATES.split("\n") if line]
    frame = pd.DataFrame(rows).set_index(0)
    kindergarten = frame.pop(1)
    frame.columns = range(1, 10)
    return frame, kindergarten.set_axis(kindergarten.index + 1)


def pupils_of(projection, year, grade):
    return projection.set_index(["year", "grade"]).loc[(year, grade), "pupils"]


def random_history(rng, years=12, grades=9, noise=0.02):
    """Cohorts of about 1,000 that lose or win a little from year to year, and their sizes by year of entry."""
    entrants = 1000 * np.exp(rng.normal(0, 0.05, years + grades))
    cells = np.zeros((years, grades))
    cells[0] = entrants[grades:0:-1]
    for at in range(years):
        cells[at, 0] = entrants[at + grades] * np.exp(rng.normal(0, noise))
        if at:
            cells[at, 1:] = cells[at - 1, :-1] * np.exp(rng.normal(0, noise, grades - 1))
    return table(cells.tolist(), 2000), pd.Series(entrants, range(2000 - grades, 2000 + years))


# --------------------------------------------------------------------------------- worked sums


def test_the_yardstick_is_the_plain_mean_of_the_last_two_ratios():
    # Ratios of grade 2 over grade 1 a year before: 0.5, 0.9, 1.1; the mean of the last two is 1.0.
    history = table([[100, 10], [100, 50], [100, 90], [200, 110]])
    assert pupils_of(project_enrolment(history, 1, method="mean"), 2022, 2) == pytest.approx(200)


def test_the_progression_ratio_is_pooled_with_half_the_weight_two_years_back():
    # Pairs (grade 1, grade 2 a year later), youngest first: (100, 110), (100, 90), (100, 50); weights 1, 0.5^0.5, 0.5.
    history = table([[100, 10], [100, 50], [100, 90], [200, 110]])
    root = 0.5**0.5
    ratio = (110 + 90 * root + 50 * 0.5) / (100 + 100 * root + 100 * 0.5)
    assert pupils_of(project_enrolment(history, 1), 2022, 2) == pytest.approx(200 * ratio)


def test_years_before_the_window_do_not_count():
    # Six ratios; the window of five leaves out the first one, 0.1.
    rows = [[100, 100], [100, 10], *[[100, 100]] * 5]
    assert pupils_of(project_enrolment(table(rows), 1), 2025, 2) == pytest.approx(100)


def test_grade_one_is_the_entrants_times_the_share_that_enrolled():
    # 90 of 100 and 180 of 200 came; 300 children: 270.
    history = table([[90], [180]], 2020)
    entrants = {2020: 100, 2021: 200, 2022: 300}
    assert project_enrolment(history, 1, entrants)["pupils"].tolist() == pytest.approx([270])


def test_entrants_without_a_past_year_are_taken_as_they_stand():
    projection = project_enrolment(table([[90], [180]]), 1, pd.Series({2020: 300}))
    assert projection["pupils"].tolist() == [300]


def test_grade_one_is_held_where_no_entrants_are_given():
    projection = project_enrolment(table([[90, 80], [180, 90]]), 3)
    assert projection.query("grade == 1")["pupils"].tolist() == [180, 180, 180]


def test_the_cohort_method_holds_every_grade_against_its_own_year_of_entry():
    # Of those who entered in 2019, 50 of 100 sit in grade 2 in 2020, of those of 2018 60 of 120. So 2021: 0.5 x 80.
    history = table([[70, 60], [72, 50]], 2019)
    entrants = {2018: 120, 2019: 100, 2020: 80, 2021: 90}
    projection = project_enrolment(history, 1, entrants, "cohort")
    assert pupils_of(projection, 2021, 2) == pytest.approx(40)


def test_the_baseline_repeats_the_last_year():
    projection = project_enrolment(table([[1, 2], [30, 40]]), 2, method="last")
    assert projection["pupils"].tolist() == [30, 40, 30, 40]


def test_a_cohort_moves_up_year_after_year():
    # Ratios 0.9 and 0.8 in every year: 100 -> 90 -> 72.
    history = table([[100, 90, 72]] * 4)
    projection = project_enrolment(history, 2, {2022: 200, 2023: 200})
    assert pupils_of(projection, 2023, 2) == pytest.approx(180)
    assert pupils_of(projection, 2023, 3) == pytest.approx(72)


def test_entrants_may_be_a_series_a_mapping_or_a_table():
    history, pairs = table([[90], [180]], 2020), {2020: 100, 2021: 200, 2022: 300}
    frame = pd.DataFrame({"year": list(pairs), "pupils": list(pairs.values())})
    results = [project_enrolment(history, 1, given) for given in (pairs, pd.Series(pairs), frame)]
    pd.testing.assert_frame_equal(results[0], results[1])
    pd.testing.assert_frame_equal(results[0], results[2])


# --------------------------------------------------------------------------------- laws

histories = st.lists(
    st.lists(st.integers(1, 5000), min_size=3, max_size=3), min_size=3, max_size=8
).map(table)


@given(st.integers(1, 9), st.integers(1, 5000), st.integers(1, 6), st.sampled_from(METHODS))
def test_what_never_changed_stays(grades, pupils, horizon, method):
    history = table([[pupils] * grades] * 6)
    entrants = dict.fromkeys(range(2018 - grades, 2030), pupils)
    projection = project_enrolment(history, horizon, entrants, method, draws=50)
    for column in ("pupils", "low", "high"):
        assert projection[column].to_numpy() == pytest.approx(pupils)


@given(histories, st.integers(2, 50), st.sampled_from(["progression", "mean", "last"]))
def test_twice_the_pupils_are_projected_to_twice_the_pupils(history, times, method):
    small, large = (
        project_enrolment(h, 3, method=method, draws=50) for h in (history, history * times)
    )
    for column in ("pupils", "low", "high"):
        assert large[column].to_numpy() == pytest.approx(small[column].to_numpy() * times, rel=1e-9)


@given(histories, st.sampled_from(["progression", "mean", "last"]), st.integers(0, 2**31))
def test_the_band_holds_the_projection_and_is_never_negative(history, method, seed):
    projection = project_enrolment(history, 4, method=method, draws=50, seed=seed)
    assert (projection["low"] >= 0).all()
    assert (projection["low"] <= projection["pupils"]).all()
    assert (projection["pupils"] <= projection["high"]).all()


@given(histories, st.integers(0, 5000))
def test_a_projection_of_the_past_uses_nothing_that_came_later(history, other):
    changed = history.astype(float)
    changed.iloc[-1] = other
    first, second = (
        project_past(h, [1], methods=["progression", "mean"]) for h in (history, changed)
    )
    columns = ["origin", "grade", "pupils", "low", "high"]
    pd.testing.assert_frame_equal(first[columns], second[columns])


def test_the_order_of_rows_and_columns_does_not_matter():
    history, _ = random_history(np.random.default_rng(1), years=6)
    shuffled = history.iloc[::-1, ::-1]
    pd.testing.assert_frame_equal(project_enrolment(history, 3), project_enrolment(shuffled, 3))


def test_a_history_is_not_changed():
    history, entrants = random_history(np.random.default_rng(1), years=6)
    before, sizes = history.copy(deep=True), entrants.copy(deep=True)
    project_enrolment(history, 3, entrants, "cohort")
    pd.testing.assert_frame_equal(history, before)
    pd.testing.assert_series_equal(entrants, sizes)


def test_one_seed_gives_the_same_bytes_and_another_gives_others():
    history, entrants = random_history(np.random.default_rng(1))
    projection = make_projection(history, 5, entrants)
    assert projection.draw(200, 7).tobytes() == projection.draw(200, 7).tobytes()
    assert projection.draw(200, 7).tobytes() != projection.draw(200, 8).tobytes()


def test_bands_do_not_shrink_with_the_years_on_stationary_noise():
    widths = []
    for seed in range(20):
        history, entrants = random_history(np.random.default_rng(seed), years=18)
        projection = project_enrolment(history.iloc[:12], 5, entrants, draws=500)
        width = (projection["high"] - projection["low"]) / projection["pupils"]
        widths.append(width.groupby(projection["year"]).median())
    median = np.median(widths, axis=0)
    assert (np.diff(median) > -0.002).all()
    assert median[-1] > median[0]


@pytest.mark.parametrize("ahead", [1, 3, 5])
def test_a_band_of_eight_in_ten_holds_about_eight_in_ten_of_what_comes(ahead):
    # 40 worlds x 9 grades; drawn with either sign the bands are rather too wide than too narrow.
    inside = []
    for seed in range(40):
        history, entrants = random_history(np.random.default_rng(seed), years=17)
        projection = project_enrolment(history.iloc[:12], ahead, entrants, draws=400)
        last = projection[projection["year"] == projection["year"].max()]
        actual = history.iloc[11 + ahead].to_numpy()
        inside.append((last["low"] <= actual) & (actual <= last["high"]))
    assert 0.75 <= np.mean(inside) <= 0.95


def test_a_higher_level_gives_wider_bands():
    history, _ = random_history(np.random.default_rng(3))
    narrow, wide = (project_enrolment(history, 3, level=level) for level in (0.5, 0.95))
    assert (wide["low"] <= narrow["low"]).all()
    assert (narrow["high"] <= wide["high"]).all()
    assert wide["high"].sum() > narrow["high"].sum()


def two_sided(share=0.1, years=9):
    """One grade that took a tenth more than its entrants, then a tenth less, in turns; entrants of 1,000 each year."""
    signs = [(-1) ** at * share for at in range(years)]
    history = table([[1000 * np.exp(sign)] for sign in signs], 2010)
    return history, dict.fromkeys(range(2000, 2040), 1000)


def log_widths(projection, draws=20_000):
    return np.log(projection.draw(draws, 3)).std(axis=0)


def test_the_share_of_entrants_that_enrol_wanders_with_the_root_of_the_years():
    history, entrants = two_sided()
    width = log_widths(make_projection(history, 9, entrants, "mean"))[:, 0]
    assert width / width[0] == pytest.approx(np.sqrt(range(1, 10)), rel=0.03)
    # What is held at its last number takes one error each year upon the last.
    held = log_widths(make_projection(history, 9, None, "mean"))[:, 0]
    assert held / held[0] == pytest.approx(np.sqrt(range(1, 10)), rel=0.03)


def test_the_rate_itself_is_as_unsure_as_the_mean_of_the_years_behind_it():
    # Grade 2 over grade 1: e^0.1 and e^-0.1 in turns. One step adds the square of one error; the mean of two years
    # half of one more, pooled years the sum of their squared weights.
    signs = [0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1]
    history = table([[1000, 1000 * np.exp(sign)] for sign in signs])
    projection = make_projection(history, 1, None, "mean")
    errors = projection._fitted.errors[:, 1]
    one = np.sqrt(np.mean(errors[np.isfinite(errors)] ** 2))
    assert log_widths(projection)[0, 1] == pytest.approx(one * np.sqrt(1 + 1 / 2), rel=0.02)
    weights = 0.5 ** (np.arange(5) / 2)
    pooled = make_projection(history, 1, None, "progression")
    errors = pooled._fitted.errors[:, 1]
    one = np.sqrt(np.mean(errors[np.isfinite(errors)] ** 2))
    squares = np.sum((weights / weights.sum()) ** 2)
    assert log_widths(pooled)[0, 1] == pytest.approx(one * np.sqrt(1 + squares), rel=0.02)


def test_a_stated_spread_of_the_entrants_widens_the_band_of_grade_one_only_from_then_on():
    history, entrants = random_history(np.random.default_rng(4), years=15)
    known = pd.DataFrame({"year": entrants.index, "pupils": entrants.to_numpy()})
    unsure = known.assign(spread=np.where(known["year"] >= 2013, 0.2, 0.0))
    plain, wide = (
        project_enrolment(history.iloc[:12], 3, given).query("grade == 1")
        for given in (known.assign(spread=0.0), unsure)
    )
    more = ((wide["high"] - wide["low"]) / (plain["high"] - plain["low"])).tolist()
    # 2012 is sure; 2013 adds 0.2, and 2014 again: 0.2 times the root of 2.
    assert more[0] == pytest.approx(1, rel=0.1)
    assert more[1] > 1.5
    width = ((wide["high"] - wide["low"]) / wide["pupils"]).tolist()
    assert 1.2 < width[2] / width[1] < 1.6


# --------------------------------------------------------------------------------- what cannot be told


def test_an_unknown_cell_makes_all_that_hangs_on_it_unknown_and_says_so():
    history = table([[100.0, 90.0, 80.0]] * 4)
    history.loc[2021, 1] = np.nan
    projection = project_enrolment(history, 2, {2022: 100, 2023: 100})
    missing = projection[projection["pupils"].isna()]
    assert missing[["year", "grade"]].values.tolist() == [[2022, 2], [2023, 3]]
    assert missing[["low", "high"]].isna().all(axis=None)
    assert projection.attrs["unknown"] == [
        "2022年2年级：2021年1年级在校生未知",
        "2023年3年级：2021年1年级在校生未知",
    ]


def test_a_year_without_entrants_makes_its_cohort_unknown_in_all_grades():
    projection = project_enrolment(table([[100, 100]] * 4), 2, {2023: 100})
    missing = projection[projection["pupils"].isna()]
    assert missing[["year", "grade"]].values.tolist() == [[2022, 1], [2023, 2]]
    assert projection.attrs["unknown"][0] == "2022年1年级：2022年达到入学年龄的人数未知"


def test_a_base_of_zero_gives_no_ratio():
    projection = project_enrolment(table([[0, 5], [0, 5], [0, 5]]), 1)
    assert projection["pupils"].isna().tolist() == [False, True]
    assert "基数为0" in projection.attrs["unknown"][0]


def test_a_zero_stays_zero_and_is_not_unknown():
    history = table([[10, 10], [10, 10], [0, 10]])
    assert pupils_of(project_enrolment(history, 1), 2021, 2) == 0


def test_one_year_alone_has_a_baseline_but_no_ratio_and_no_band():
    history = table([[100, 90]])
    last = project_enrolment(history, 1, method="last")
    assert last["pupils"].tolist() == [100, 90]
    assert last["low"].isna().all()
    assert "给不出区间" in last.attrs["unknown"][-1]
    lost = project_enrolment(history, 1).attrs["unknown"]
    assert lost[0] == "2019年2年级：2年级：只有一年的在校生，算不出升级的比值"
    assert project_enrolment(history, 1)["pupils"].isna().tolist() == [False, True]


def test_a_grade_without_past_errors_borrows_those_of_the_others():
    history = table(
        [[100.0, 90.0, np.nan], [100.0, 95.0, np.nan], [100.0, 85.0, 80.0], [99.0, 90.0, 81.0]]
    )
    projection = project_enrolment(history, 1).set_index("grade")
    assert projection.loc[3, "low"] < projection.loc[3, "pupils"] < projection.loc[3, "high"]


# --------------------------------------------------------------------------------- bad input


def test_all_faults_of_a_history_and_its_parameters_are_told_at_once():
    history = pd.DataFrame(
        {1: [100, -5, 3], "二": [1, 2, 3], 4: [1, "x", float("inf")]}, [2018, 2018, 2021]
    )
    with pytest.raises(DataError) as caught:
        project_enrolment(history, 0, method="magic")
    found = caught.value.faults.astype(str)
    assert set(found["found"]) >= {
        "-5",
        "x",
        "inf",
        "出现2次",
        "缺2019、2020",
        "二",
        "1、4",
        "0",
        "magic",
    }
    assert set(found["file"]) == {"history"}
    assert "2018年1年级" in set(found["column"])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 1.5}, "horizon"),
        ({"horizon": True}, "horizon"),
        ({"method": "cohort"}, "entrants"),
        ({"level": 1.0}, "level"),
        ({"draws": 0}, "draws"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_parameter_out_of_range_is_refused(options, word):
    with pytest.raises(UsageError, match=word):
        project_enrolment(table([[1, 1]] * 3), **{"horizon": 1} | options)


@pytest.mark.parametrize("history", [None, [], pd.DataFrame(), pd.Series([1, 2])])
def test_what_is_no_table_is_refused(history):
    with pytest.raises(DataError, match="年度"):
        project_enrolment(history, 1)


@pytest.mark.parametrize(
    ("entrants", "word"),
    [
        (5, "int"),
        ({2020: -1}, "不小于0"),
        ({"2020": 1}, "整数年份"),
        (pd.Series([1, 2], [2020, 2020]), "年份重复"),
        (pd.DataFrame({"year": [2020]}), "没有这一列"),
    ],
)
def test_entrants_that_cannot_be_are_refused(entrants, word):
    with pytest.raises(DataError, match=word):
        project_enrolment(table([[1, 1]] * 3), 1, entrants)


@pytest.mark.parametrize("spread", [float("nan"), float("inf"), None, -0.01, "0.1", True])
def test_a_spread_of_the_entrants_that_cannot_be_is_refused_with_its_year(spread):
    entrants = pd.DataFrame({"year": [2021, 2022], "pupils": [1, 1]})
    entrants["spread"] = pd.Series([0.0, spread], dtype=object)
    with pytest.raises(DataError, match="entrants 2022年 spread") as caught:
        project_enrolment(table([[1, 1]] * 3), 1, entrants)
    assert len(caught.value.faults) == 1


def test_a_spread_of_nought_is_allowed():
    entrants = pd.DataFrame({"year": [2021], "pupils": [7], "spread": [0]})
    assert project_enrolment(table([[1, 1]] * 3), 1, entrants)["pupils"].tolist()[0] == 7


def test_a_backtest_refuses_what_a_projection_refuses_and_a_wrong_lead():
    with pytest.raises(UsageError, match=r"ahead[\s\S]*level") as caught:
        backtest_enrolment(table([[1, 1]] * 4), 0, level=2.0)
    assert "1至100" in str(caught.value)


# --------------------------------------------------------------------------------- backtest


def test_a_backtest_measures_error_bias_and_coverage_of_each_grade():
    # "last" on 100, 100, 100, 110, 99: from 2020, 2021: 100 for 110, 110 for 99; errors -1/11 and +1/9.
    history = table([[100], [100], [100], [110], [99]])
    found = backtest_enrolment(history, method="last").set_index("grade")
    assert found.loc[1, "mape"] == pytest.approx((1 / 11 + 1 / 9) / 2)
    assert found.loc[1, "bias"] == pytest.approx((-1 / 11 + 1 / 9) / 2)
    # The first band is drawn from years without a change: 100 to 100 misses 110. The second holds a tenth each way: 100 to 121.
    assert found.loc[1, "coverage"] == 0
    assert found["n"].tolist() == [2, 2]
    assert found.index.tolist() == [0, 1]


def test_a_history_too_short_for_a_backtest_gives_no_error_instead_of_none_at_all():
    found = backtest_enrolment(table([[100, 90]] * 3))
    assert found["n"].tolist() == [0, 0, 0]
    assert found[["mape", "bias", "coverage"]].isna().all(axis=None)
    assert choose_method(project_past(table([[100, 90]] * 3), [1], methods=["mean"])) == "mean"


def test_unknown_and_empty_cells_are_not_held_against_a_projection():
    history = table([[100.0, 90.0]] * 3 + [[np.nan, 0.0], [100.0, 90.0]])
    # 2021 cannot be held against anything, 2022 only grade 2, which the baseline says is empty.
    assert backtest_enrolment(history, method="last").set_index("grade")["n"].tolist() == [1, 0, 1]


def test_a_function_of_entrants_is_asked_for_what_was_known_in_each_year():
    asked = []

    def known(origin):
        asked.append(origin)
        return {year: 100 for year in range(2010, origin + 2)}

    backtest_enrolment(table([[100, 100]] * 6), 1, known)
    assert asked == [2020, 2021, 2022]


def test_the_method_with_the_least_error_is_chosen_and_the_baseline_never():
    rows = [
        [method, 1, 2020, 2021, 1, 100.0, pupils, 90.0, 120.0]
        for method, pupils in (("progression", 110), ("mean", 105), ("last", 100))
    ]
    past = pd.DataFrame(rows, columns=enrolment.PAST_COLUMNS)
    assert choose_method(past) == "mean"
    even = past.assign(pupils=past["pupils"].replace(110, 95))
    assert choose_method(even) == "progression"  # a tie goes to ours


def past_of(rows):
    """Past projections of a hundred pupils each: method, ahead, origin, pupils."""
    cells = [
        [name, ahead, at, at + ahead, 1, 100.0, pupils, 90, 120] for name, ahead, at, pupils in rows
    ]
    return pd.DataFrame(cells, columns=enrolment.PAST_COLUMNS)


def test_methods_are_compared_only_where_both_projected():
    # In 2020 the one misses by 2, the other by 3. In 2021 only the other could project, and missed by nothing.
    rows = [("progression", 1, 2020, 102), ("progression", 1, 2021, np.nan)]
    rows += [("mean", 1, 2020, 103), ("mean", 1, 2021, 100)]
    assert choose_method(past_of(rows)) == "progression"


def test_one_number_far_ahead_weighs_as_much_as_many_near_ones():
    # Ten near ones: 1 and 3 per cent; a single far one: 10 and 5. Lead by lead 5.5 and 4; all alike 1.8 and 3.2.
    rows = [("progression", 1, 2000 + at, 101) for at in range(10)] + [
        ("progression", 5, 2000, 110)
    ]
    rows += [("mean", 1, 2000 + at, 103) for at in range(10)] + [("mean", 5, 2000, 105)]
    assert choose_method(past_of(rows)) == "mean"


# --------------------------------------------------------------------------------- widening


def cells_of(actual, ahead=1, grade=2, **changes):
    cells = {"method": "mean", "ahead": ahead, "origin": range(len(actual)), "grade": grade}
    return pd.DataFrame(
        cells | {"actual": actual, "pupils": 100.0, "low": 90.0, "high": 110.0} | changes
    )


def covered(past, widening):
    return summarise_past(widen_past(past, widening), [("mean", 1, 0)])["coverage"].item()


def test_bands_that_held_what_they_promised_are_left_and_one_miss_more_widens_them():
    past = cells_of([100] * 8 + [121] * 2)
    assert measure_widening(past, "mean").values.tolist() == [[1, 1]]
    # Three misses of ten; e^(2 log 1.1) is 1.21: twice as wide. Below, 81 is as far from 90 as 90 from 100.
    for far in (121, 81):
        past = cells_of([100] * 7 + [far] * 3)
        widening = measure_widening(past, "mean")
        assert widening.values.tolist() == [[pytest.approx(2)] * 2]
        assert covered(past, widening) == 1
        wide = widen_past(past, widening).iloc[0]
        assert [wide["low"], wide["high"]] == pytest.approx([81, 121])


def test_bands_are_never_made_narrower():
    assert measure_widening(cells_of([100] * 50), "mean").values.tolist() == [[1, 1]]


def test_too_few_numbers_widen_nothing():
    assert measure_widening(cells_of([121] * 9), "mean").values.tolist() == [[1, 1]]
    assert measure_widening(cells_of([121] * 10), "mean").values.tolist() == [
        [pytest.approx(2)] * 2
    ]


def test_children_in_school_and_children_to_come_are_widened_apart_where_both_can_be():
    near, far = cells_of([121] * 10, grade=2), cells_of([110] * 10, grade=1)
    found = measure_widening(pd.concat([near, far]), "mean")
    assert found.to_dict("list") == {"enrolled": [pytest.approx(2)], "coming": [1]}
    # Of 19 together, 16 must be held: 10 need twice the width, 9 none.
    found = measure_widening(pd.concat([near, far.iloc[:9]]), "mean")
    assert found.to_dict("list") == {"enrolled": [pytest.approx(2)], "coming": [pytest.approx(2)]}


def test_a_multiple_does_not_fall_with_the_years_and_is_carried_on():
    past = pd.concat(
        [cells_of([121] * 10, 1), cells_of([100] * 10, 3, 4), cells_of([121] * 3, 5, 6)]
    )
    assert measure_widening(past, "mean")["enrolled"].tolist() == [pytest.approx(2)] * 3


def test_multiples_between_the_tested_years_lie_on_a_line_and_after_them_stay():
    widening = pd.DataFrame({"enrolled": [1.0, 3.0], "coming": [1.0, 2.0]}, [1, 3])
    # Grade 3 is in school until two years ahead, and to come from three on.
    found = spread_widening(widening, 4, 3)
    assert found.tolist() == [[1, 1, 1], [1.5, 1.5, 2], [2, 2, 2], [2, 2, 2]]
    assert spread_widening(widening, 4, 5)[:, 4].tolist() == [1, 2, 3, 3]
    assert (spread_widening(widening.iloc[:0], 2, 2) == 1).all()


def test_a_band_that_no_multiple_mends_is_widened_to_the_limit_and_its_coverage_stays_short():
    past = cells_of([121] * 10, low=100.0, high=100.0)
    widening = measure_widening(past, "mean")
    assert widening.values.tolist() == [[load_assumptions().bands.most] * 2]
    assert covered(past, widening) == 0
    nobody = cells_of([121] * 10, pupils=0.0, low=0.0, high=0.0)
    assert measure_widening(nobody, "mean").values.tolist() == [[load_assumptions().bands.most] * 2]
    assert widen_past(nobody, measure_widening(nobody, "mean"))["high"].tolist() == [0] * 10


def test_futures_move_away_from_the_projection_by_their_multiple_in_logs():
    futures = np.array([[[110.0, 0.0]], [[90.0, 0.0]]])
    found = widen_futures(futures, np.array([[100.0, 0.0]]), np.array([[2.0, 2.0]]))
    assert found[:, 0, 0] == pytest.approx([121, 81])
    assert found[:, 0, 1].tolist() == [0, 0]
    assert np.isnan(
        widen_futures(np.full((2, 1, 1), np.nan), np.ones((1, 1)), np.full((1, 1), 2))
    ).all()


def test_widened_bands_hold_what_comes_after_the_years_that_they_were_fitted_to():
    # 40 worlds: multiples from the first twelve years, held against the five after them.
    inside = {1: [], 3: [], 5: []}
    for seed in range(40):
        history, entrants = random_history(np.random.default_rng(seed), years=17)
        before = history.iloc[:12]
        past = project_past(before, [1, 3, 5], entrants, ["progression"], draws=200)
        projection = make_projection(before, 5, entrants)
        multiples = spread_widening(measure_widening(past, "progression"), *projection.pupils.shape)
        assert (multiples >= 1).all()
        futures = widen_futures(projection.draw(400, 1), projection.pupils, multiples)
        low, high = enrolment.quantile_bands(futures, projection.pupils, 0.8)
        for ahead in inside:
            came = history.iloc[11 + ahead].to_numpy()
            inside[ahead].append((low[ahead - 1] <= came) & (came <= high[ahead - 1]))
    shares = [np.mean(inside[ahead]) for ahead in inside]
    assert min(shares) >= 0.8
    assert max(shares) <= 0.97


# --------------------------------------------------------------------------------- real series


def test_on_ten_real_years_the_progression_beats_the_yardstick_three_and_five_years_ahead():
    # Only the kindergarten of the last year is known: grade 1 cannot be told further ahead, nor its cohort.
    history, kindergarten = united_states()
    past = project_past(
        history, [1, 3, 5], lambda year: kindergarten[kindergarten.index <= year + 1]
    )
    mape = summarise_past(past, [(m, a, 0) for m in METHODS for a in (1, 3, 5)])
    mape = mape.set_index(["method", "ahead"])["mape"]
    assert choose_method(past) == "progression"
    for ahead in (3, 5):
        assert mape["progression", ahead] < mape["mean", ahead] < mape["last", ahead]
    assert mape["progression", 1] == pytest.approx(mape["mean", 1], abs=0.0002)  # 0.33 % and 0.32 %
    assert mape["progression"].tolist() == pytest.approx([0.0033, 0.0054, 0.0076], abs=0.0001)
    assert mape["mean"].tolist() == pytest.approx([0.0032, 0.0062, 0.0080], abs=0.0001)


def test_on_ten_real_years_the_bands_hold_about_what_they_promise():
    history, kindergarten = united_states()
    for ahead in (1, 3, 5):
        found = backtest_enrolment(history, ahead, kindergarten).set_index("grade")
        assert 0.7 <= found.loc[0, "coverage"] <= 0.95


def test_national_births_foretell_national_entrants_by_a_steady_ratio():
    # Entrants of primary schools, 万人: 1808.09 in 2020 (2020年全国教育事业发展统计公报), 1877.9 in 2023
    # (2023年国民经济和社会发展统计公报). Of births 2013/14: 1640 x 4/12 + 1687 x 8/12; 2016/17: 1786 x 4/12 + 1723 x 8/12.
    births = load_births()
    expected = {
        year: births[year - 7] * 4 / 12 + births[year - 6] * 8 / 12 for year in (2020, 2023)
    }
    ratios = [1808.09 / expected[2020], 1877.9 / expected[2023]]
    assert ratios == pytest.approx([1.082, 1.077], abs=0.001)  # the births are not the revised ones
    # With the ratio of 2020 the year 2023 is hit within one per cent.
    history = table([[1808.09], [np.nan], [np.nan]], 2020)
    found = project_enrolment(history, 1, expected)["pupils"].tolist()
    assert found == pytest.approx([1877.9], rel=0.01)


@needs_shared
def test_births_in_the_package_are_those_of_the_series():
    path = SHARED / "series" / "china_births_1949_2023.csv"
    series = pd.read_csv(path, index_col="year")["births_10k"]
    births = load_births()
    shared = births.index.intersection(series.index)
    assert len(shared) == 24
    assert births[shared].tolist() == series[shared].tolist()


@needs_shared
def test_the_cards_have_the_ages_of_the_census_tables():
    path = SHARED / "population" / "census2020_4counties.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = {row["区划代码"]: row for row in csv.DictReader(lines)}
    words = {"age_0": "0岁", "age_1_4": "1到4岁", "age_5_9": "5到9岁", "age_10_14": "10到14岁"}
    for county in COUNTIES:
        census = next(one for one in load_county(county).population if one["year"] == 2020)
        for name, word in words.items():
            both = [float(rows[CODES[county]][f"{sex}_{word}"]) for sex in "男女"]
            assert census[name] == sum(both), (county, name)


def test_the_spread_of_a_countys_share_in_births_is_the_one_measured_between_the_censuses():
    # The age 0 of 2010 is carried on by the national births to the ages 5-9, 1-4 and 0 of 2020; log errors over the
    # root of the years between the middles of the groups, 3, 7.5 and 10.
    steps = []
    for county in COUNTIES:
        before, after = load_county(county).population
        at_2010 = _births_before_november(2009, 2010)
        for name, first, last, years in (
            ("age_5_9", 2010, 2015, 3),
            ("age_1_4", 2015, 2019, 7.5),
            ("age_0", 2019, 2020, 10),
        ):
            expected = before["age_0"] / at_2010 * _births_before_november(first, last)
            steps.append(np.log(after[name] / expected) / years**0.5)
    measured = float(np.sqrt(np.mean(np.square(steps))))
    assert load_assumptions().beyond.spread == pytest.approx(measured, abs=0.005)


def _births_before_november(first, last):
    """National births from November of one year to October of another, twelfths of a year alike."""
    births = load_births()
    whole = sum(births[year] for year in range(first + 1, last))
    return births[first] * 2 / 12 + whole + births[last] * 10 / 12


@needs_shared
def test_a_real_table_of_one_year_has_only_a_baseline():
    # Taiwan: the graduates of the last school year are its sixth grade; grades 1 to 5 of that year are unknown.
    path = SHARED / "schools" / "tw_primary_2024_11counties.csv"
    schools = pd.read_csv(path)
    grades = [
        sum(schools[f"{grade}年級{sex}學生數"].sum() for sex in "男女") for grade in range(1, 7)
    ]
    graduates = schools[["上學年男畢業生", "上學年女畢業生"]].sum().sum()
    history = table([[np.nan] * 5 + [float(graduates)], [float(pupils) for pupils in grades]], 2023)
    assert project_enrolment(history, 1)["pupils"].notna().tolist() == [True] + [False] * 5
    baseline = project_enrolment(history.iloc[:1], 1, method="last")["pupils"]
    assert baseline.iloc[5] / grades[5] - 1 == pytest.approx(
        0.0097, abs=0.0001
    )  # 116,714 for 115,596
    assert baseline.iloc[:5].isna().all()


# --------------------------------------------------------------------------------- entrants


def test_a_census_alone_is_spread_over_the_years_of_entry_without_losing_a_child():
    # Born November 2010 to October 2020: they enter from 2017 (two months in) to 2027 (two months of it).
    census = [{"year": 2020, "age_0": 1000, "age_1_4": 4000, "age_5_9": 5000}]
    found = census_entrants(census, 2018, 2026).set_index("year")["pupils"]
    edge = census_entrants(census, 2017, 2027, as_of=2021).set_index("year")
    assert np.isnan(edge.loc[2017, "pupils"])
    births = load_births()
    # Inside 2017: November 2010 to August 2011; inside 2027: September and October 2020.
    group = _births_before_november(2010, 2015)
    first = 5000 * (births[2010] * 2 + births[2011] * 8) / 12 / group
    last = 1000 * births[2020] * 2 / 12 / _births_before_november(2019, 2020)
    assert found.sum() == pytest.approx(10000 - first - last)


def test_the_months_of_an_age_group_follow_the_national_births():
    # 2022: born September 2015 to August 2016, of which two months are in the group 5-9, ten in 1-4.
    census = [{"year": 2020, "age_0": 0, "age_1_4": 4000, "age_5_9": 5000}]
    births = load_births()
    older = 5000 * births[2015] * 2 / 12 / _births_before_november(2010, 2015)
    younger = (
        4000 * (births[2015] * 2 + births[2016] * 8) / 12 / _births_before_november(2015, 2019)
    )
    found = census_entrants(census, 2022, 2022)["pupils"].item()
    assert found == pytest.approx(older + younger)


def test_after_the_census_come_births_and_then_an_assumption_that_is_named():
    population = load_county("yiyuan").population
    found = census_entrants(population, 2026, 2032).set_index("year")
    assert found["kind"].tolist() == ["projected"] * 5 + ["assumed"] * 2
    assert found.loc[2026, "spread"] == 0 < found.loc[2027, "spread"] < found.loc[2028, "spread"]
    assert "普查" in found.loc[2026, "source"]
    assert "假定" in found.loc[2032, "source"]
    # 2030: born September 2023 to August 2024, the share of 4,196 in the births of November 2019 to October 2020.
    share = 4196 / _births_before_november(2019, 2020)
    assert found.loc[2030, "pupils"] == pytest.approx(share * (902 * 4 + 954 * 8) / 12)


def test_after_the_last_published_births_they_stay_as_they_were():
    found = census_entrants(load_county("yiyuan").population, 2032, 2040)["pupils"]
    share = 4196 / _births_before_november(2019, 2020)
    assert found.tolist() == pytest.approx([share * 954] * 9)


def test_only_what_was_published_by_then_is_used():
    population = load_county("yiyuan").population
    early, late = (census_entrants(population, 2024, 2024, as_of=year) for year in (2020, 2021))
    assert early["kind"].item() == "projected"
    assert "全国出生数" in early["source"].item()
    assert late["source"].item() == "普查年龄组，组内各月按全国出生数分摊"
    without = [census for census in population if census["year"] == 2010]
    pd.testing.assert_frame_equal(early, census_entrants(without, 2024, 2024, as_of=2020))


def test_without_any_census_entrants_are_unknown_and_years_in_disorder_are_refused():
    found = census_entrants([], 2024, 2025)
    assert found["pupils"].isna().all()
    assert found["source"].tolist() == ["没有普查数据"] * 2
    with pytest.raises(UsageError, match="2026 晚于 2025"):
        census_entrants([], 2026, 2025)


def test_a_missing_age_group_leaves_its_years_unknown():
    census = [{"year": 2020, "age_0": 1000, "age_5_9": 5000}]
    found = census_entrants(census, 2019, 2030).set_index("year")["pupils"]
    assert found[found.isna()].index.tolist() == [2022, 2023, 2024, 2025, 2026]


def test_an_older_census_stands_where_a_newer_one_lacks_a_group():
    older, newer = {"year": 2010, "age_0": 700, "age_1_4": 2800}, {"year": 2020, "age_1_4": 4000}
    both = census_entrants([older, newer], 2013, 2028).set_index("year")["pupils"]
    alone = census_entrants([older], 2013, 2028).set_index("year")["pupils"]
    same = [2013, 2016, 2020, 2028]
    assert both[same].tolist() == pytest.approx(alone[same].tolist())
    assert both[2024] > 1.2 * alone[2024]


def test_all_faults_of_the_censuses_are_told():
    with pytest.raises(DataError) as caught:
        census_entrants([{"age_0": -1}, {"year": 2020, "age_0": "many"}], 2024, 2025)
    assert caught.value.faults["column"].tolist() == [
        "第1次普查 year",
        "第1次普查 age_0",
        "第2次普查 age_0",
    ]


def test_an_age_group_of_none_is_a_missing_one():
    known = {"year": 2020, "age_0": 1000, "age_5_9": 5000}
    for nothing in (None, float("nan"), pd.NA):
        found = census_entrants([known | {"age_1_4": nothing}], 2019, 2030)
        pd.testing.assert_frame_equal(found, census_entrants([known], 2019, 2030))
    without = census_entrants([{"year": 2020, "age_0": None, "age_5_9": 5000}], 2026, 2028)
    assert without["pupils"].isna().all()


def test_two_censuses_of_one_year_are_refused():
    twice = [{"year": 2020, "age_0": 1}, {"year": 2010, "age_0": 1}, {"year": 2020, "age_0": 2}]
    with pytest.raises(DataError, match=r"第3次普查 year[\s\S]*2020年已有第1次普查") as caught:
        census_entrants(twice, 2024, 2025)
    assert len(caught.value.faults) == 1


def test_a_method_that_projected_nothing_does_not_stop_the_others_from_being_compared():
    past = project_past(table([[100, 90], [100, 50], [100, 90], [100, 90], [100, 70]]), [1], {})
    assert past.loc[past["method"] == "cohort", "pupils"].isna().all()
    rivals = past[past["method"].isin(["progression", "mean"])]
    assert choose_method(past) == choose_method(rivals)


# --------------------------------------------------------------------------------- files


def write(tmp_path, text, county="demo"):
    folder = tmp_path / county
    folder.mkdir()
    (folder / "county.toml").write_text('name = { zh = "模拟县" }', encoding="utf-8")
    (folder / "enrolment.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_file_is_read_into_years_and_grades(tmp_path):
    lines = [
        "county,year,grade,pupils,data_kind",
        "demo,2021,1,90,synthetic",
        "demo,2020,2,80,real",
    ]
    lines += ["demo,2020,1,100,real", "demo,2021,2,,synthetic"]
    history = read_history("模拟县", write(tmp_path, "\n".join(lines)))
    assert history.index.tolist() == [2020, 2021]
    assert history.columns.tolist() == [1, 2]
    assert history.loc[2020].tolist() == [100, 80]
    assert np.isnan(history.loc[2021, 2])
    assert history.attrs["data_kind"] == ["real", "synthetic"]


def test_all_faults_of_a_file_are_told_with_their_rows(tmp_path):
    lines = ["county,year,grade,pupils,data_kind", "other,2020,1,100,real", "demo,20,0,-3,guess"]
    lines += ["demo,2021,1,many,real", "demo,2021,1,5,real"]
    with pytest.raises(DataError) as caught:
        read_history("demo", write(tmp_path, "\n".join(lines)))
    places = caught.value.faults[["row", "column"]].values.tolist()
    assert places == [
        [2, "county"],
        [3, "year"],
        [3, "grade"],
        [3, "pupils"],
        [3, "data_kind"],
        [4, "pupils"],
        [5, "grade"],
    ]


@pytest.mark.parametrize(
    "text", ["1_000", "１００", "1e3", "+12", "-0", " 12 ", "12.5", "inf", "nan", "1" * 60]
)
def test_pupils_that_are_no_plain_whole_number_are_refused_in_their_row(tmp_path, text):
    lines = [
        "county,year,grade,pupils,data_kind",
        "demo,2020,1,100,real",
        f"demo,2021,1,{text},real",
    ]
    with pytest.raises(DataError, match="半角数字") as caught:
        read_history("demo", write(tmp_path, "\n".join(lines)))
    assert caught.value.faults[["row", "column", "found"]].values.tolist() == [[3, "pupils", text]]


def test_a_whole_number_that_a_program_wrote_with_a_point_is_read(tmp_path):
    lines = ["county,year,grade,pupils,data_kind", "demo,2020,1,100.0,real", "demo,2020,2,0,real"]
    assert read_history("demo", write(tmp_path, "\n".join(lines))).loc[2020].tolist() == [100, 0]


def test_a_grade_written_in_two_ways_is_the_same_grade_twice(tmp_path):
    lines = ["county,year,grade,pupils,data_kind", "demo,2020,1,100,real", "demo,2020,01,5,real"]
    lines += ["demo,2020,2,1_0,real", "demo,2020,02,5,real"]
    with pytest.raises(DataError) as caught:
        read_history("demo", write(tmp_path, "\n".join(lines)))
    faults = caught.value.faults[["row", "column", "found"]].values.tolist()
    assert faults == [
        [3, "grade", "2020年1年级"],
        [4, "pupils", "1_0"],
        [5, "grade", "2020年2年级"],
    ]


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("county,year\ndemo,2020\n", DataError, "没有这一列"),
        ("county,year,grade,pupils,data_kind\n", DataError, "没有数据行"),
        ("", UsageError, "demo/enrolment.csv 是空文件"),
        ("county,year\ndemo,2020\ndemo,2021,1\n", UsageError, "第3行的列数或引号与表头不符"),
    ],
)
def test_a_file_without_what_it_needs_is_refused(tmp_path, text, kind, word):
    with pytest.raises(kind, match=word):
        read_history("demo", write(tmp_path, text))


def test_what_is_wrong_with_a_file_is_told_in_chinese_only(tmp_path):
    root = write(tmp_path, "")
    path = root / "demo" / "enrolment.csv"
    chinese = "县区,年度,年级,人数,数据性质\n"
    for content, word in (
        (b"", "空文件"),
        (chinese.encode("gb18030"), "不是 UTF-8 编码"),
        (b'"county,year\n', "不是完整的 CSV 表"),
    ):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=word) as caught:
            read_history("demo", root)
        left = str(caught.value)
        for known in (*HISTORY_COLUMNS, "demo/enrolment.csv", "UTF-8", "CSV"):
            left = left.replace(known, "")
        assert not re.search("[A-Za-z]", left)


def test_chinese_heads_kinds_and_names_of_counties_are_read_as_the_ids(tmp_path):
    lines = [
        "年度,县区,在校生数,年级,数据性质",
        "2020,模拟县,100,1,真实数据",
        "2021,demo,90,1,模拟数据",
    ]
    history = read_history("demo", write(tmp_path, "\n".join(lines)))
    assert history[1].tolist() == [100, 90]
    assert history.attrs["data_kind"] == ["real", "synthetic"]


def test_faults_of_a_file_with_chinese_heads_are_told_by_these(tmp_path):
    lines = ["县区,年度,年级,人数,数据性质", "别县,二〇,一,多,真的", "模拟县,2020,1,5,真实数据"]
    lines += ["模拟县,2020,1,5,真实数据"]
    with pytest.raises(DataError) as caught:
        read_history("demo", write(tmp_path, "\n".join(lines)))
    assert caught.value.faults[["row", "column"]].values.tolist() == [
        *([2, head] for head in ("县区", "年度", "年级", "人数", "数据性质")),
        [4, "年级"],
    ]


def test_two_heads_of_one_meaning_are_refused(tmp_path):
    text = "county,year,年度,grade,pupils,data_kind\ndemo,2020,2020,1,5,real\n"
    with pytest.raises(DataError) as caught:
        read_history("demo", write(tmp_path, text))
    assert caught.value.faults[["column", "found"]].values.tolist() == [["year", "year、年度"]]


# --------------------------------------------------------------------------------- doubts


def doubts_of(rows, year=2020, stages=None, **table_pupils):
    history = pd.DataFrame(rows, range(2019, 2019 + len(rows)), [1, 2])
    return find_doubts(history, stages or {"primary": [1, 2]}, year, table_pupils)


@pytest.mark.parametrize(
    ("pupils", "kinds"),
    [(50, []), (49, ["promoted"]), (200, []), (201, ["promoted"]), (0, ["promoted"])],
)
def test_a_cohort_that_halves_or_doubles_is_no_doubt_and_one_child_more_is(pupils, kinds):
    assert doubts_of([[100, 100], [100, pupils]])["doubt"].tolist() == kinds


def test_a_first_grade_is_held_against_that_of_the_year_before():
    [row] = doubts_of([[715, 700], [7150, 710]]).itertuples()
    assert (row.doubt, row.year, row.grade, row.against, row.ratio) == ("entered", 2020, 1, 715, 10)


@pytest.mark.parametrize(("pupils", "count"), [(49, 0), (50, 1)])
def test_grades_of_few_children_may_jump(pupils, count):
    assert len(doubts_of([[10, 60], [10, pupils]])) == count


def test_a_cohort_that_came_from_none_has_no_ratio_and_an_unknown_one_no_doubt():
    [row] = doubts_of([[0, 100], [0, 80]]).itertuples()
    assert (row.against, np.isnan(row.ratio)) == (0, True)
    assert doubts_of([[np.nan, 100], [100, 80]]).empty


@pytest.mark.parametrize(
    ("table_pupils", "count"),
    [(10_000, 0), (9_803, 1), (9_804, 0), (10_204, 0), (10_205, 1), (float("nan"), 0)],
)
def test_a_stage_may_be_two_in_a_hundred_off_its_school_table(table_pupils, count):
    # 9,804 and 2 %: 10,000.08; 10,204 less 2 %: 9,999.92
    found = doubts_of([[5000, 5000], [5000, 5000]], primary=table_pupils)
    assert found["doubt"].tolist() == ["table"] * count


def test_a_school_table_of_a_year_without_history_is_held_against_nothing():
    assert doubts_of([[500, 500]], year=2020, primary=1).empty


def test_two_years_are_enough_to_project_and_one_is_not():
    history = read_history("yiyuan")
    assert [can_project(history, year) for year in (2015, 2016, 2017, 2025, 2026)] == [
        *(False, False),
        *(True, True),
        False,
    ]


def test_a_county_without_a_file_is_told_what_to_bring(tmp_path):
    (write(tmp_path, "") / "demo" / "enrolment.csv").unlink()
    with pytest.raises(UsageError, match=r"demo/enrolment\.csv"):
        read_history("demo", tmp_path)


def test_a_gap_between_the_years_of_a_file_is_told(tmp_path):
    lines = ["county,year,grade,pupils,data_kind", "demo,2018,1,90,real", "demo,2020,1,100,real"]
    with pytest.raises(DataError, match="缺2019"):
        read_history("demo", write(tmp_path, "\n".join(lines)))


def test_the_paths_of_a_county_lie_in_its_folder(tmp_path):
    root = write(tmp_path, "")
    assert enrolment_path("模拟县", root) == root / "demo" / "enrolment.csv"
    assert scenarios_folder("demo", root) == root / "demo" / "scenarios"
    with pytest.raises(UsageError):
        enrolment_path("nowhere", root)


def test_every_county_of_the_repository_can_be_projected():
    for county in list_counties():
        history = read_history(county)
        assert history.shape == (10, 9)
        entrants = census_entrants(load_county(county).population, 2008, 2035)
        assert project_enrolment(history, 10, entrants, draws=50).notna().all(axis=None)
