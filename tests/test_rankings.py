"""Counties in order: of one standard only, ties share a rank, who cannot be told has none."""

import pandas as pd
import pytest
from test_standard_2012 import judge_by, pair, school

import youzhi as yz
from youzhi.errors import UsageError
from youzhi.rankings import RANK_COLUMNS, find_obstacles


def result(county, distance, standard="jiaodu-2012-3", year=2016, extra=()):
    return judge_by([*pair(distance), *extra], standard=standard, county=county, year=year)


def ranks(results, **options):
    table = yz.rank_counties(results, **options)
    return dict(zip(table["county"], table["rank"].astype(object), strict=True))


def test_the_county_with_the_smallest_differences_stands_first():
    table = yz.rank_counties([result("b", 30), result("a", 40), result("c", 20)])
    assert table.columns.tolist() == RANK_COLUMNS
    assert table["county"].tolist() == ["a", "b", "c"]
    assert table["rank"].tolist() == [3, 2, 1]
    assert table["value"].tolist() == pytest.approx([0.4, 0.3, 0.2])


def test_equal_counties_share_a_rank_and_the_next_one_is_counted_on():
    found = ranks([result("a", 30), result("b", 30), result("c", 40)])
    assert found == {"a": 1, "b": 1, "c": 3}


def test_a_county_that_cannot_be_told_has_no_rank_and_takes_no_place():
    lacking = judge_by(
        [pair(10)[0], pair(10)[1] | {"books": None}],
        standard="jiaodu-2012-3",
        county="a",
        year=2016,
    )
    found = ranks([lacking, result("b", 30)])
    assert found["b"] == 1
    assert pd.isna(found["a"])


def test_a_county_with_a_held_school_has_no_rank():
    held = result("a", 10, extra=[school("丙校", 100, organiser_code=None)])
    found = ranks([held, result("b", 30)])
    assert found["b"] == 1
    assert pd.isna(found["a"])


def test_years_are_ranked_apart():
    found = yz.rank_counties([result("a", 30, year=2015), result("a", 40), result("b", 20)])
    assert found[["year", "rank"]].values.tolist() == [[2015, 1], [2016, 2], [2016, 1]]


def test_one_indicator_can_be_ranked():
    near = judge_by(
        pair(10, 10, 10, 10, 50, 10, 10, 10), standard="jiaodu-2012-3", county="a", year=2016
    )
    found = [near, result("b", 30)]
    assert ranks(found) == {"a": 1, "b": 2}
    assert ranks(found, by="books_per_pupil") == {"a": 2, "b": 1}


def test_results_of_two_standards_are_refused_with_the_reason():
    with pytest.raises(UsageError) as refused:
        yz.rank_counties([result("a", 10), result("b", 10, standard="jiaodu-2017-6")])
    for words in ("教督〔2012〕3号", "教督〔2017〕6号", "民办学校", "教学点", "指标也不同"):
        assert words in str(refused.value)


def test_an_unknown_key_no_result_and_one_county_twice_are_refused():
    with pytest.raises(UsageError, match="books_per_pupil"):
        yz.rank_counties([result("a", 10)], by="books")
    with pytest.raises(UsageError, match="没有可以排序"):
        yz.rank_counties([])
    with pytest.raises(UsageError, match="a 2016"):
        yz.rank_counties([result("a", 10), result("a", 20)])


# --- what stands against a ranking


def of_kind(county, kind, year=2016, **options):
    rows = [one | {"data_kind": kind} for one in pair(30)]
    return judge_by(rows, standard="jiaodu-2012-3", county=county, year=year, **options)


def test_schools_are_not_ranked_beside_campuses():
    by_campus = of_kind("b", "real", unit="campus")
    with pytest.raises(UsageError, match="a按学校计数；b按独立校区计数"):
        yz.rank_counties([of_kind("a", "real"), by_campus])
    with pytest.raises(UsageError, match=r"county\.toml 中 \[counting\] 的 unit"):
        yz.rank_counties([of_kind("a", "real"), by_campus])
    assert ranks([by_campus, of_kind("c", "real", unit="campus")]) == {"b": 1, "c": 1}


def test_data_of_two_kinds_are_not_ranked_in_one_year():
    with pytest.raises(UsageError, match="2016年的数据性质不同：a是模拟数据；b是真实数据"):
        yz.rank_counties([of_kind("b", "real"), of_kind("a", "synthetic")])


def test_data_of_unknown_kind_are_not_ranked_beside_real_ones():
    with pytest.raises(UsageError, match="未注明"):
        yz.rank_counties([of_kind("b", "real"), result("a", 10)])


def test_kinds_may_differ_between_years_for_each_year_has_its_own_order():
    found = yz.rank_counties([of_kind("a", "real"), of_kind("a", "synthetic", year=2017)])
    assert found["rank"].tolist() == [1, 1]


def test_all_obstacles_are_told_at_once():
    other = judge_by(
        [one | {"data_kind": "synthetic"} for one in pair(10)],
        standard="jiaodu-2017-6",
        county="b",
        year=2016,
        unit="campus",
    )
    obstacles = find_obstacles([of_kind("a", "real"), other])
    assert len(obstacles) == 3
    with pytest.raises(UsageError) as refused:
        yz.rank_counties([of_kind("a", "real"), other])
    assert str(refused.value) == "\n".join(obstacles)
