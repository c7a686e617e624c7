"""What is missing: the least whole amounts that lead to the bar, and the fewest indicators to repair."""

from decimal import Decimal
from itertools import product

import pandas as pd
import pytest
from conftest import INDICATORS, R1, R2, R3, R4, R5, R6, R7, good, judge
from oracle import judge as oracle_judge

import youzhi as yz

# Where an added amount goes.
COLUMN_OF = {
    R1: "degree_teachers_{stage}",
    R2: "backbone_teachers_{stage}",
    R3: "arts_pe_teachers_{stage}",
    R4: "teaching_area_m2",
    R5: "sports_ground_area_m2",
    R6: "equipment_value_yuan",
    R7: "networked_classrooms",
}

NINE_YEAR = {
    # weighted pupils 450 + 1.1 x 500 = 1,000 primary ones, or 1000/1.1 junior ones
    **{"school": "甲校", "school_type": "nine_year", "pupils_primary": 450, "pupils_junior": 500},
    **{
        "degree_teachers_primary": 10,
        "backbone_teachers_primary": 5,
        "arts_pe_teachers_primary": 5,
    },
    **{"degree_teachers_junior": 20, "backbone_teachers_junior": 5, "arts_pe_teachers_junior": 5},
    **{"teaching_area_m2": 4000, "indoor_sports_area_m2": 0, "sports_ground_area_m2": 20000},
    **{"equipment_value_yuan": 9_000_000, "networked_classrooms": 90},
}


def add_to(row, amounts):
    """A school after adding (stage, indicator, amount); teachers of different stages apart."""
    more = dict(row)
    for stage, indicator, amount in amounts:
        column = COLUMN_OF[indicator].format(stage=stage)
        more[column] = more[column] + int(amount)
    return more


def gaps_of(*rows, **options):
    frame = judge(list(rows), **options).gaps
    return {
        (row.stage, row.indicator): (row.to_bar, row.to_floor, row.unit)
        for row in frame.itertuples(index=False)
    }


@pytest.mark.parametrize(
    ("changes", "indicator", "gap"),
    [
        # 4.5 x 1000 - 3800.4 = 699.6 -> 700 m²; 0.85 x 4500 = 3825, 3825 - 3800.4 = 24.6 -> 25 m²
        ({"rooms": Decimal("3800.4")}, R4, (700, 25, "㎡")),
        # 4500 - 4499.99 = 0.01 -> 1 m²; above the floor nothing is missing to it
        ({"rooms": Decimal("4499.99")}, R4, (1, 0, "㎡")),
        # rooms 4600 of which 700 indoor: 4500 - 3900 = 600
        ({"rooms": 4600, "indoor": 700}, R4, (600, 0, "㎡")),
        # 4.2 x 2.5 = 10.5 teachers for 250 pupils: 11 - 8 = 3; 0.85 x 10.5 = 8.925: 9 - 8 = 1
        ({"primary": 250, "degree": 8}, R1, (3, 1, "人")),
        # 0.9 x 1.11 = 0.999 teachers for 111 pupils: one
        ({"primary": 111, "arts": 0}, R3, (1, 1, "人")),
        # 2000 x 31 = 62,000; 62,000 - 52,700 = 9,300; 52,700 is exactly the floor of 1700 x 31
        ({"primary": 31, "equipment": 52700}, R6, (9300, 0, "元")),
        # 2.3 x 10 = 23 rooms exactly: 23 - 22 = 1; 0.85 x 23 = 19.55
        ({"networked": 22}, R7, (1, 0, "间")),
        ({"networked": 0}, R7, (23, 20, "间")),
    ],
)
def test_the_gap_is_the_least_whole_amount(changes, indicator, gap):
    assert gaps_of(good("甲校", **changes))["primary", indicator] == gap


def test_a_met_or_a_missing_indicator_has_no_gap():
    assert gaps_of(good("甲校", networked=None)) == {}


def test_a_school_on_all_bars_has_neither_gaps_nor_totals_nor_repairs():
    result = judge([good("甲校")])
    assert (len(result.gaps), len(result.totals), len(result.repairs)) == (0, 0, 0)


def test_the_gap_of_a_shared_resource_is_what_the_whole_school_must_add():
    gaps = gaps_of(NINE_YEAR)
    # primary: 4.5 x 1000 - 4000 = 500; junior: 5.8 x 1000/1.1 = 5272.7…, less 4000 = 1273
    assert gaps["primary", R4] == (500, 0, "㎡")
    assert gaps["junior", R4][0] == 1273
    # teachers are not shared: 4.2 x 4.5 = 18.9 -> 19 - 10 = 9, and 5.3 x 5 = 26.5 -> 27 - 20 = 7
    assert gaps["primary", R1][0] == 9
    assert gaps["junior", R1][0] == 7
    # adding the larger amount serves both stages, one less serves only the primary one
    assert ("junior", R4) not in gaps_of(add_to(NINE_YEAR, [("junior", R4, 1273)]))
    assert set(gaps_of(add_to(NINE_YEAR, [("junior", R4, 1272)]))) & {
        ("primary", R4),
        ("junior", R4),
    } == {("junior", R4)}


def test_totals_count_a_shared_resource_once_and_teachers_of_both_stages():
    totals = judge([NINE_YEAR, good("乙校", rooms=4400, degree=41)]).totals.set_index("indicator")
    # rooms: max(500, 1273) + 100; degree teachers: 9 + 7 + 1
    assert totals.at[R4, "to_bar"] == 1373
    assert totals.at[R4, "schools"] == 2
    assert totals.at[R1, "to_bar"] == 17


def test_totals_are_per_county_and_year():
    frame = pd.DataFrame(
        [
            good("甲校", networked=20) | {"county": "a", "year": 2020},
            good("甲校", networked=21) | {"county": "a", "year": 2021},
            good("甲校", networked=22) | {"county": "b", "year": 2020},
        ]
    )
    totals = yz.assess(yz.SchoolTable.from_frame(frame)).totals
    assert totals[["county", "year", "to_bar"]].values.tolist() == [
        ["a", 2020, 3],
        ["a", 2021, 2],
        ["b", 2020, 1],
    ]


def test_what_a_relief_adds_makes_the_gap_smaller():
    # 5000 own + 2000 rented of 7500 m²: 500 missing, without the relief 2500
    school = good("甲校", grounds=5000, inner_city=True) | {"other_sports_area_m2": 2000}
    assert gaps_of(school, year=2020)["primary", R5][0] == 500
    assert gaps_of(school, year=2023)["primary", R5][0] == 2500


# --- repairs


def repairs_of(*rows):
    frame = judge(list(rows)).repairs
    return [(row.indicator, row.target, row.amount) for row in frame.itertuples(index=False)]


def test_of_two_indicators_at_the_floor_the_farther_one_is_left():
    # 1.4 stands at 4400/4500 = 97.8 %, 1.5 at 6400/7500 = 85.3 %: lift 1.4 by 100 m², leave 1.5
    assert repairs_of(good("甲校", rooms=4400, grounds=6400)) == [(R4, "bar", 100)]


def test_a_single_indicator_below_its_floor_is_lifted_to_the_floor_only():
    # 0.85 x 7500 = 6375; 6375 - 6000 = 375
    assert repairs_of(good("甲校", grounds=6000)) == [(R5, "floor", 375)]


def test_one_at_the_floor_and_one_below_it_cost_one_repair():
    # leave 1.4 (4400, above its floor of 3825); lift 1.5 from 6000 to 7500
    assert repairs_of(good("甲校", rooms=4400, grounds=6000)) == [(R5, "bar", 1500)]


def test_two_below_the_floor_need_one_bar_and_one_floor():
    # 1.5 stands at 5000/7500 = 66.7 %, 1.7 at 10/23 = 43.5 %: the farther one only to its floor of 19.55 -> 20
    assert repairs_of(good("甲校", grounds=5000, networked=10)) == [
        (R5, "bar", 2500),
        (R7, "floor", 10),
    ]


def test_a_school_that_passes_needs_no_repair_though_one_indicator_is_below_the_bar():
    assert repairs_of(good("甲校", grounds=7000)) == []


def test_a_school_with_a_missing_value_gets_no_plan():
    assert repairs_of(good("甲校", grounds=1000, networked=None)) == []


def test_both_stages_of_a_nine_year_school_get_their_plan():
    result = judge([NINE_YEAR])
    plan = result.repairs[["stage", "indicator", "amount"]].itertuples(index=False, name=None)
    # shared resources once, by the larger amount
    shared = {}
    for stage, indicator, amount in plan:
        key = ("both" if indicator in (R4, R5, R6, R7) else stage, indicator)
        shared[key] = max(amount, shared.get(key, 0))
    amounts = [
        ("primary" if stage == "both" else stage, i, amount)
        for (stage, i), amount in shared.items()
    ]
    assert judge([add_to(NINE_YEAR, amounts)]).schools["verdict"].tolist() == ["met", "met"]


def test_repairs_are_the_fewest_possible_and_enough_for_every_kind_of_school():
    # every eleventh of the 3^7 ways to stand at the bar, between floor and bar, or below the floor (1,000 pupils)
    standing = dict(
        zip(
            ("degree", "backbone", "arts", "rooms", "grounds", "equipment", "networked"),
            (
                (42, 37, 30),
                (10, 9, 5),
                (9, 8, 5),
                (4500, 4400, 1),
                (7500, 7400, 1),
                (2_000_000, 1_800_000, 0),
                (23, 21, 9),
            ),
            strict=True,
        )
    )
    patterns = [*[*product(range(3), repeat=7)][::11], (2,) * 7]
    rows = [
        good(
            f"{number:03}校",
            **{name: standing[name][level] for name, level in zip(standing, pattern, strict=True)},
        )
        for number, pattern in enumerate(patterns)
    ]
    repairs = judge(rows).repairs
    plans = {school: plan for school, plan in repairs.groupby("school")}
    fewest = {school: count for (_, school), count in oracle_judge(rows).repairs.items()}
    assert {row["school"]: len(plans.get(row["school"], ())) for row in rows} == fewest
    assert len(set(fewest.values())) == 8  # from none to all seven
    mended = [
        add_to(
            row,
            plans[row["school"]][["stage", "indicator", "amount"]].itertuples(
                index=False, name=None
            ),
        )
        if row["school"] in plans
        else row
        for row in rows
    ]
    assert set(judge(mended).schools["verdict"]) == {"met"}


def test_gaps_and_repairs_stand_in_the_order_of_the_standard():
    everything = dict.fromkeys(
        ("degree", "backbone", "arts", "rooms", "grounds", "equipment", "networked"), 0
    )
    result = judge([good("甲校", **everything)])
    assert result.gaps["indicator"].tolist() == list(INDICATORS)
    assert result.repairs["indicator"].tolist() == list(INDICATORS)
