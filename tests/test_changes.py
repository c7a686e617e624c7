"""Two results of one county side by side."""

import pandas as pd
import pytest
from conftest import good, judge

from youzhi.errors import UsageError
from youzhi.trials.changes import compare


def change_of(before, after, **options):
    return compare(judge(before, **options), judge(after, **options))


def test_a_result_against_itself_changes_nothing():
    change = change_of(
        [good("甲校"), good("乙校", grounds=0)], [good("甲校"), good("乙校", grounds=0)]
    )
    assert set(change.schools["change"]) == {"same"}
    assert (change.gaps["closed"] == 0).all()
    assert (change.coefficients["cv_before"] == change.coefficients["cv_after"]).all()
    assert (change.parts["verdict_before"] == change.parts["verdict_after"]).all()


def test_every_kind_of_change_is_told():
    # 乙 is mended, 丙 breaks, 丁 is closed, 戊 opens, 己 loses its value and can no longer be told
    poor = {"grounds": 0, "rooms": 0}
    before = [good("甲校"), good("乙校", **poor), good("丙校"), good("丁校"), good("己校", **poor)]
    after = [good("甲校"), good("乙校"), good("丙校", **poor), good("戊校")]
    after.append(good("己校", grounds=None, rooms=None))
    schools = change_of(before, after).schools.set_index("school")["change"].to_dict()
    assert schools == {
        "甲校": "same",
        "乙校": "gained",
        "丙校": "lost",
        "丁校": "gone",
        "戊校": "new",
        "己校": "same",
    }


def test_a_school_that_can_no_longer_be_told_is_lost():
    change = change_of([good("甲校")], [good("甲校", grounds=None, rooms=None)])
    row = change.schools.iloc[0]
    assert (row["change"], row["verdict_after"]) == ("lost", "cannot_tell")


def test_gaps_closed_are_counted_in_whole_units():
    # 7,500 - 0 = 7,500 m² short before, 7,500 - 7,000 = 500 m² after
    change = change_of([good("甲校", grounds=0)], [good("甲校", grounds=7000)])
    row = change.gaps.set_index("indicator").loc["sports_area_per_pupil"]
    assert (row["to_bar_before"], row["to_bar_after"], row["closed"]) == (7500, 500, 7000)
    assert (row["schools_before"], row["schools_after"]) == (1, 1)


def test_a_gap_that_opens_is_counted_below_zero():
    change = change_of([good("甲校")], [good("甲校", grounds=7000)])
    assert change.gaps["closed"].tolist() == [-500]
    assert change.gaps["to_bar_before"].tolist() == [0]


def test_a_gap_is_not_closed_by_losing_the_number():
    for before, after in (({"grounds": 0}, {"grounds": None}), ({"grounds": None}, {"grounds": 0})):
        change = change_of([good("甲校", **before)], [good("甲校", **after)])
        row = change.gaps.set_index("indicator").loc["sports_area_per_pupil"]
        assert pd.isna(row["closed"])
        assert {row["unknown_before"], row["unknown_after"]} == {0, 1}


def test_years_may_differ_but_county_and_standard_may_not():
    schools = [good("甲校") | {"organiser_code": 7}]
    assert compare(judge(schools, year=2020), judge(schools, year=2025)).schools[
        "change"
    ].tolist() == ["same"]
    with pytest.raises(UsageError, match="同一个县"):
        compare(judge(schools), judge(schools, county="other"))
    with pytest.raises(UsageError, match="同一计数单位"):
        compare(judge(schools, unit="school"), judge(schools, unit="campus"))
    with pytest.raises(UsageError, match="同一标准"):
        compare(judge(schools), judge(schools, standard="jiaodu-2012-3"))
