"""Further measures for researchers: every pupil carries the value of the own school."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.inequality import (
    MEASURES,
    compare_zones,
    largest_coefficients,
    main_contributors,
    measure_inequality,
    trace_lorenz,
)

KEYS = {"county": "demo", "year": 2020, "stage": "primary", "indicator": "books"}


def long(values, pupils, zones=None):
    names = [f"校{at}" for at in range(len(values))]
    table = pd.DataFrame({**KEYS, "school": names, "value": values, "pupils": pupils})
    told = table[["county", "year", "stage", "school"]].assign(
        zone=zones or ["rural"] * len(values)
    )
    return table, told


def measure(values, pupils, zones=None):
    return measure_inequality(*long(values, pupils, zones)).iloc[0]


def test_gini_counts_pupils_not_schools():
    # pupils 1, 1, 1 and 5: Σ|xi − xj| / (2 n² mean) = 2·3·4 / (2·16·2) = 0.375; schools alone would give 1/3
    assert measure([1.0, 5.0], [3, 1])["gini"] == pytest.approx(0.375)


def test_theil_falls_apart_into_between_and_within_zones():
    found = measure([1.0, 3.0, 2.0, 6.0], [10, 10, 20, 20], ["urban", "urban", "rural", "rural"])
    # by hand: shares of pupils 1/6 1/6 1/3 1/3, mean 3.333…, T = Σ p·(x/μ)·ln(x/μ)
    p, x = np.array([1, 1, 2, 2]) / 6, np.array([1.0, 3.0, 2.0, 6.0])
    mean = (p * x).sum()
    total = (p * x / mean * np.log(x / mean)).sum()
    urban, rural = 2.0, 4.0
    between = 1 / 3 * urban / mean * np.log(urban / mean) + 2 / 3 * rural / mean * np.log(
        rural / mean
    )
    assert found["theil"] == pytest.approx(total)
    assert found["theil_between"] == pytest.approx(between)
    assert found["theil_within"] == pytest.approx(total - between)


def test_mcloone_is_what_the_lower_half_has_of_the_median():
    # pupils at 1, 2, 3: median 2; those at or below it have (1 + 2) / 2 = 1.5 on average
    assert measure([1.0, 2.0, 3.0], [10, 10, 10])["mcloone"] == pytest.approx(0.75)


def test_range_ratio_is_the_95th_over_the_5th_percentile_of_pupils():
    assert measure([2.0, 4.0, 10.0], [10, 80, 10])["range_ratio"] == pytest.approx(5.0)


def test_a_missing_value_or_a_county_without_the_resource_gives_no_measure():
    for values in ([1.0, np.nan], [0.0, 0.0]):
        assert measure(values, [10, 10])[MEASURES].isna().all()


def test_an_unknown_zone_leaves_only_the_division_unknown():
    found = measure([1.0, 3.0], [10, 10], ["urban", None])
    assert found[["theil_between", "theil_within"]].isna().all()
    assert found["theil"] > 0


@given(st.lists(st.integers(1, 200), min_size=1, max_size=12))
def test_equal_schools_are_equal_by_every_measure(pupils):
    found = measure([7.0] * len(pupils), pupils)
    assert found[["gini", "theil"]].abs().max() < 1e-9
    assert found[["mcloone", "range_ratio"]].tolist() == [1.0, 1.0]


def test_lorenz_curve_starts_with_the_poorest_school_and_ends_with_everything():
    # 1 per pupil for 300 pupils, 3 per pupil for 100: three quarters of the pupils have half
    curve = trace_lorenz([100, 300], [300, 300])
    assert curve.to_numpy().tolist() == [[0, 0], [0.75, 0.5], [1, 1]]


def test_zone_means_are_weighted_by_pupils_and_held_against_the_bar():
    table, zones = long([1.0, 3.0, 8.0], [100, 300, 50], ["rural", "rural", "urban"])
    found = compare_zones(table.assign(bar=2.0), zones).set_index("zone")
    # (1·100 + 3·300) / 400 = 2.5
    assert found.loc["rural", ["sections", "mean", "ratio"]].tolist() == [2, 2.5, 1.25]
    assert found.loc["urban", ["sections", "mean", "ratio"]].tolist() == [1, 8.0, 4.0]


def test_zone_means_of_several_years_are_refused():
    table, zones = long([1.0, 3.0], [100, 300])
    both = [pd.concat([frame, frame.assign(year=2021)]) for frame in (table.assign(bar=2.0), zones)]
    with pytest.raises(yz.YouzhiError, match="一个县一个年度"):
        compare_zones(*both)


def test_a_mean_on_its_bar_is_not_below_and_an_unknown_one_neither():
    pupils = [370, 510, 1000, 77]
    table, zones = long([4.2] * 4, pupils)
    assert not compare_zones(table.assign(bar=4.2), zones)["below"].any()
    assert compare_zones(table.assign(bar=4.3), zones)["below"].all()
    table, zones = long([4.2, np.nan], [100, 100])
    found = compare_zones(table.assign(bar=4.3), zones)
    assert found["mean"].isna().all()
    assert not found["below"].any()


def spread(cv, mean):
    names = [f"r{at}" for at in range(len(cv))]
    return pd.DataFrame({**KEYS, "indicator": names, "cv": cv, "mean": mean})


def test_the_largest_coefficient_is_the_first_of_equals_and_doubted_where_one_lacks_data():
    found = largest_coefficients(spread([0.1, 0.3, 0.3], [1.0] * 3))
    assert found[["indicator", "is_largest"]].values.tolist() == [["r1", True]]
    found = largest_coefficients(spread([0.1, np.nan], [1.0, np.nan]))
    assert found[["indicator", "is_largest"]].values.tolist() == [["r0", False]]
    # a county mean of zero has no coefficient, but nothing is missing
    assert largest_coefficients(spread([0.1, np.nan], [1.0, 0.0]))["is_largest"].all()
    assert largest_coefficients(spread([np.nan], [np.nan])).empty


def test_schools_at_the_mean_contribute_nothing():
    shares = pd.DataFrame({**KEYS, "school": list("abcd"), "share": [0.2, 1e-30, 0.8, 0.0]})
    assert main_contributors(shares, KEYS, 4)["school"].tolist() == ["c", "a"]
    assert main_contributors(shares, KEYS, 1)["school"].tolist() == ["c"]
