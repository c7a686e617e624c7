"""Values in a wrong unit: found whole or one by one, and nothing of a real school is ever set aside."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from youzhi.columns import load_columns
from youzhi.counties import list_counties, list_years, read_county
from youzhi.intake.findings import Place, load_rules
from youzhi.intake.magnitudes import find_wrong_units, hold_wrong_units
from youzhi.intake.readings import RawCell, Record

MONEY, GROUND, ROOMS = "equipment_value_yuan", "sports_ground_area_m2", "teaching_area_m2"
INDOOR, FUNDS, TRAINING = "indoor_sports_area_m2", "operating_funds_yuan", "training_funds_yuan"


def held(values, name=MONEY, pupils=500):
    """Hold what is wrong in a column of values; gives the values left and the findings."""
    frame = pd.DataFrame({"pupils_primary": pupils, name: values}, dtype=object)
    cells = [
        {name: RawCell(str(value), Place("表.csv", "", row, 5, "本列"), "万元")}
        for row, value in enumerate(values, start=2)
    ]
    records = [Record(Place("表.csv", "", row), told) for row, told in enumerate(cells, start=2)]
    findings = hold_wrong_units(frame, records)
    return frame[name].tolist(), findings


def test_a_minority_in_a_wrong_unit_is_held_value_by_value_and_the_rest_is_kept():
    wrong, right = Decimal("4500000000"), Decimal("1250000")
    values, findings = held([right] * 7 + [wrong] * 6)
    assert values == [right] * 7 + [None] * 6
    assert [(one.rule, one.outcome, one.cell) for one in findings] == [
        ("N04b", "hold", f"F{row}") for row in range(9, 15)
    ]


def test_a_majority_in_a_wrong_unit_is_the_whole_column():
    values, findings = held([Decimal("1250000")] * 6 + [Decimal("4500000000")] * 7)
    assert values == [None] * 13
    assert [(one.rule, one.cell, one.column) for one in findings] == [("N04", "", "本列")]
    assert findings[0].found == "本列：13所学校每名学生中位数9000000元"
    assert findings[0].allowed == "每名学生中位数在60至80000元之间"


@pytest.mark.parametrize("others", [0, 1, 2, 12])
def test_one_wrong_value_is_held_alone_beside_any_number_of_right_ones(others):
    right = Decimal("1250000")
    values, (one,) = held([Decimal("4500000000")] + [right] * others)
    assert values == [None] + [right] * others
    assert one.rule == "N04b"
    assert one.found == "4500000000（万元），每名学生9000000元"
    assert one.allowed == "每名学生在20至500000元之间"
    assert (one.row, one.became) == (2, "")


def test_two_wrong_values_alone_are_too_few_for_a_column_and_held_one_by_one():
    assert [one.rule for one in held([Decimal(80), Decimal(64)])[1]] == ["N04b", "N04b"]
    assert [one.rule for one in held([Decimal(80), Decimal(64), Decimal(50)])[1]] == ["N04"]


def test_zero_and_missing_are_no_values():
    right = Decimal("1250000")
    assert held([Decimal(0), None, Decimal(0), right])[1] == []
    values, (one,) = held([Decimal(0), None, Decimal(50), Decimal(0)])
    assert (one.rule, one.row) == ("N04b", 4)
    assert values == [Decimal(0), None, None, Decimal(0)]


@pytest.mark.parametrize("pupils", [0, None])
def test_nothing_is_asked_of_a_school_without_pupils(pupils):
    assert held([Decimal(50)] * 4, pupils=pupils)[1] == []


def test_a_table_without_pupils_is_left_alone():
    frame = pd.DataFrame({MONEY: [Decimal(50)] * 4}, dtype=object)
    assert hold_wrong_units(frame, []) == []


@pytest.mark.parametrize("name", [name for name in load_rules()["N04b"].limits])
def test_a_limit_itself_is_still_allowed(name):
    for rule, count in (("N04", 3), ("N04b", 1)):
        low, high = (Fraction(str(end)) for end in load_rules()[rule].limits[name])
        step = Fraction(1, 1000)
        for end, beyond in ((low, low * (1 - step)), (high, high * (1 + step))):
            assert held([end * 500] * count, name)[1] == []
            told = [one.rule for one in held([beyond * 500] * count, name)[1]]
            assert told == ([rule] if end else [])


BARS = {MONEY: (2000, 2500), ROOMS: (4.5, 5.8), GROUND: (7.5, 10.2), FUNDS: (720, 940)}
LARGE = [10000, 1000, 2000 / 3]


def _around(name, steps=(0.5, 1, 2, 5)):
    return [bar * step for bar in BARS[name] for step in steps]


def rules_of(per_pupil, name, count):
    """Rules that hold so many equal values, at 500 pupils."""
    numbers = {"pupils_primary": np.full(count, 500.0), name: np.full(count, per_pupil * 500)}
    return ["N04" if one.whole else "N04b" for one in find_wrong_units(numbers)]


@pytest.mark.parametrize("name", BARS)
@pytest.mark.parametrize("times", LARGE, ids=lambda times: f"{times:.0f}")
def test_large_factors_on_values_around_the_bar_are_seen_in_columns_and_in_single_values(
    name, times
):
    for value in _around(name):
        for wrong in (value * times, value / times):
            assert rules_of(wrong, name, 3) == ["N04"], (value, wrong)
            assert rules_of(wrong, name, 1) == ["N04b"], (value, wrong)
        assert rules_of(value, name, 3) == rules_of(value, name, 1) == []


@pytest.mark.parametrize(
    ("value", "name", "whole"),
    [
        (5999 / 100, MONEY, True),
        (6001 / 100, MONEY, False),
        (1000 * 100, MONEY, True),
        (2.25 * 100, ROOMS, True),
        (29 / 100, ROOMS, True),
        (501 * 100, FUNDS, True),
        (5999 / 100, FUNDS, True),
        (5.1 * 100, GROUND, True),
    ],
)
def test_a_factor_of_a_hundred_is_seen_in_a_column_as_far_as_the_rules_say(value, name, whole):
    assert rules_of(value, name, 3) == (["N04"] if whole else [])


def test_indoor_space_and_training_funds_of_a_column_are_seen_too():
    for times in LARGE:
        for value in (0.2, 1, 3):
            assert rules_of(value * times, INDOOR, 3) == ["N04"]
            assert rules_of(value / times, INDOOR, 3) == ["N04"]
        for value in (36, 47, 200):
            assert rules_of(value * times, TRAINING, 3) == ["N04"]
            assert rules_of(value / times, TRAINING, 3) == ["N04"]


@pytest.mark.parametrize(
    ("pupils", "name", "value"),
    [
        (60, GROUND, 6000),  # 9 亩, a common village school
        (12, GROUND, 20000),  # 30 亩 for what is left of a larger school
        (3, ROOMS, 600),
        (1, MONEY, 300000),
        (5, FUNDS, 72000),  # counted as a hundred pupils
        (45, MONEY, 15000000),  # the first class of a new school
        (45, ROOMS, 15000),
        (2400, INDOOR, 1),
        (3000, GROUND, 480),
        (200, ROOMS, 60),
    ],
)
def test_what_odd_schools_really_have_is_kept(pupils, name, value):
    assert held([Decimal(value)], name, pupils)[1] == []


def test_three_teaching_points_by_themselves_are_no_column_in_a_wrong_unit():
    for name, value in ((ROOMS, 600), (GROUND, 9000), (MONEY, 150000), (FUNDS, 72000)):
        assert held([Decimal(value)] * 3, name, pupils=6)[1] == []


def test_pupils_of_all_stages_share_the_resources():
    numbers = {
        "pupils_primary": np.array([10.0, np.nan]),
        "pupils_junior": np.array([990.0, 1000.0]),
        ROOMS: np.array([9000.0, 9000.0]),
    }
    assert list(find_wrong_units(numbers)) == []
    numbers["pupils_junior"] = np.array([np.nan, 1000.0])
    (one,) = find_wrong_units(numbers | {ROOMS: np.array([24001.0, 9000.0])})
    assert one.rows.tolist() == [0]


def test_the_demonstration_counties_lose_nothing():
    years = 0
    for county in list_counties():
        for year in list_years(county):
            schools = read_county(county, year)
            watched = [name for name in load_rules()["N04b"].limits if name in schools.frame]
            names = [name for name in schools.frame if name.startswith("pupils_")] + watched
            assert len(watched) >= 4
            assert not list(find_wrong_units({name: schools.numbers(name) for name in names}))
            years += 1
    assert years >= 40


def test_both_rules_look_at_the_same_columns_and_single_values_have_more_room():
    medians, singles = load_rules()["N04"].limits, load_rules()["N04b"].limits
    assert set(medians) - {"schools", "pupils"} == set(singles) <= set(load_columns())
    for name, (low, high) in singles.items():
        assert low < medians[name][0] < medians[name][1] < high
