"""Seats of townships in years to come: shares stay, missing stays missing, words and table agree."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from youzhi import narrative, seats
from youzhi.errors import UsageError


def schools_of(*rows):
    table = pd.DataFrame(rows, columns=["stage", "town", "pupils", "seats"])
    return table.assign(county="demo", year=2025)


def totals_of(**stages):
    rows = [
        (year, stage, *numbers)
        for stage, years in stages.items()
        for year, numbers in years.items()
    ]
    return pd.DataFrame(rows, columns=["year", "stage", "pupils", "high"])


# 甲镇 has 60 of 100 pupils, 乙镇 40; 90 and 50 seats
TWO = schools_of(
    ("primary", "甲镇", 40, 60), ("primary", "甲镇", 20, 30), ("primary", "乙镇", 40, 50)
)


def test_every_town_keeps_its_share_and_its_seats():
    table = seats.foresee_towns(TWO, totals_of(primary={2026: (150, 160), 2027: (120, 125)}))
    found = table.set_index(["town", "year"])[["pupils", "high", "seats", "band", "band_high"]]
    # 150: 90 of 90 seats is red, 60 of 50 red; 120: 72/90 = 80 % green, 48/50 yellow, at 125 50/50 red
    assert found.loc[("甲镇", 2026)].tolist() == [90, 96, 90, "red", "red"]
    assert found.loc[("乙镇", 2026)].tolist() == [60, 64, 50, "red", "red"]
    assert found.loc[("甲镇", 2027)].tolist() == [72, 75, 90, "green", "green"]
    assert found.loc[("乙镇", 2027)].tolist() == [48, 50, 50, "yellow", "red"]


def test_towns_add_up_to_the_county():
    table = seats.foresee_towns(TWO, totals_of(primary={2026: (137, 140)}))
    assert table["pupils"].sum() == pytest.approx(137)
    assert table["seats"].sum() == 140


def test_a_school_without_a_number_leaves_its_town_and_the_shares_unknown():
    lacking = schools_of(("primary", "甲镇", 60, np.nan), ("primary", "乙镇", 40, 50))
    bands = seats.foresee_towns(lacking, totals_of(primary={2026: (100, 100)}))
    assert bands.set_index("town")["band"].to_dict() == {"甲镇": "cannot_tell", "乙镇": "green"}
    nobody = schools_of(("primary", "甲镇", np.nan, 60), ("primary", "乙镇", 40, 50))
    table = seats.foresee_towns(nobody, totals_of(primary={2026: (100, 100)}))
    assert set(table["band"]) == {"cannot_tell"}


def test_several_years_of_schools_are_refused():
    twice = pd.concat([TWO, TWO.assign(year=2026)])
    with pytest.raises(UsageError, match="一个县一年"):
        seats.foresee_towns(twice, totals_of(primary={2027: (1, 1)}))


def outlook_of(schools, totals):
    return SimpleNamespace(schools=schools, seats=totals, year=2025)


def test_words_name_the_towns_and_years_that_are_full():
    outlook = outlook_of(TWO, totals_of(primary={2026: (150, 160), 2027: (120, 125)}))
    text = narrative.describe_town_seats(outlook)
    assert "份额和学位都保持2025年的样子（假设）" in text
    assert "**小学有2个镇街在部分年份达到红色预警**（共2个）：" in text
    assert "甲镇（2026年）" in text
    assert "可能达到" not in text


def test_a_town_that_only_the_upper_side_fills_is_told_apart():
    outlook = outlook_of(TWO, totals_of(primary={2027: (120, 125)}))
    text = narrative.describe_town_seats(outlook)
    assert (
        "小学2个镇街各年都没有达到红色预警。按区间上限，另有1个镇街可能达到：乙镇（2027年）。"
        in text
    )


def test_table_leaves_out_towns_that_stay_green_and_shows_the_side_of_a_band():
    outlook = outlook_of(TWO, totals_of(primary={2026: (100, 100), 2027: (124.99, 125)}))
    table = narrative.tabulate_town_seats(outlook)
    # 乙镇: 40/50 = 80.0 %, then 49.996/50 = 99.992 %, which is not yet red
    assert table.drop(columns="学位（个）").values.tolist() == [
        ["小学", "乙镇", "80.0%", "99.99% 黄色"]
    ]


def test_a_town_without_data_stands_in_the_table_without_a_number():
    lacking = schools_of(("primary", "", 60, np.nan), ("primary", "乙镇", 40, 50))
    outlook = outlook_of(lacking, totals_of(primary={2026: (100, 100)}))
    table = narrative.tabulate_town_seats(outlook)
    assert table.values.tolist() == [["小学", "未注明镇街", "无法判定", "无法判定"]]
    assert "1个镇街缺数据，无法判定。" in narrative.describe_town_seats(outlook)
