"""Every bar is decided on the exact number: on it is met, a hair below is not, rounding decides nothing."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from conftest import (
    GOLDEN,
    INDICATORS,
    R1,
    R4,
    R5,
    R6,
    R7,
    by_indicator,
    good,
    judge,
    table,
    variant,
)
from oracle import mean_and_square
from test_coefficients import JIUJIANG, PUBLISHED

import youzhi as yz
from youzhi.tables import stack_tables
from youzhi.verdicts import AT_BAR, combine, is_borderline, judge_dispersion, judge_schools

BOOKS = GOLDEN / "published_cv" / "standard.toml"
LIMITS = ["0.50", "0.45", "0.65", "0.55"]


# --- one value against its bar and floor


def place(indicator, stage="primary", **changes):
    """Verdict and at_floor of one indicator of one school."""
    row = judge([good("甲校", stage, **changes)]).indicators.set_index("indicator").loc[indicator]
    return row["verdict"], bool(row["at_floor"])


@pytest.mark.parametrize(
    ("stage", "short", "at_bar"),
    [
        # bar x 1,000 pupils (x 10 where per 100), one unit less is below
        *[
            ("primary", *pair)
            for pair in (("degree", 42), ("backbone", 10), ("arts", 9), ("networked", 23))
        ],
        *[
            ("primary", *pair)
            for pair in (("rooms", 4500), ("grounds", 7500), ("equipment", 2_000_000))
        ],
        *[
            ("junior", *pair)
            for pair in (("degree_j", 53), ("backbone_j", 10), ("arts_j", 9), ("networked", 24))
        ],
        *[
            ("junior", *pair)
            for pair in (("rooms", 5800), ("grounds", 10200), ("equipment", 2_500_000))
        ],
    ],
)
def test_a_value_on_its_bar_is_met_and_one_unit_less_is_not(stage, short, at_bar):
    shorts = ["degree", "backbone", "arts", "rooms", "grounds", "equipment", "networked"]
    indicator = INDICATORS[shorts.index(short.removesuffix("_j"))]
    assert place(indicator, stage, **{short: at_bar})[0] == "met"
    assert place(indicator, stage, **{short: at_bar - 1})[0] == "not_met"


@pytest.mark.parametrize(
    ("indicator", "stage", "changes", "less"),
    [
        # 901 / 20,000 x 100 = 4.505 = 0.85 x 5.3
        (R1, "junior", {"junior": 20000, "degree_j": 901}, {"degree_j": 900}),
        # 3825 / 1000 = 3.825 = 0.85 x 4.5
        (R4, "primary", {"rooms": 3825}, {"rooms": Decimal("3824.99")}),
        # 391 / 20,000 x 100 = 1.955 = 0.85 x 2.3
        (R7, "primary", {"primary": 20000, "networked": 391}, {"networked": 390}),
        # 6375 / 1000 = 6.375 = 0.85 x 7.5
        (R5, "primary", {"grounds": 6375}, {"grounds": Decimal("6374.99")}),
        # 5.27 万元 = 52,700 元; 52,700 / 31 = 1700 = 0.85 x 2000
        (R6, "primary", {"primary": 31, "equipment": 52700}, {"equipment": Decimal("52699.99")}),
    ],
    ids=["4.505", "3.825", "1.955", "6.375", "1700"],
)
def test_a_value_on_its_floor_is_at_the_floor_and_a_little_less_is_not(
    indicator, stage, changes, less
):
    assert place(indicator, stage, **changes) == ("not_met", True)
    assert place(indicator, stage, **changes | less) == ("not_met", False)


@pytest.mark.parametrize(
    ("kind", "pupils", "stage", "share", "need"),
    [
        # 4950 + 1.1 x 5500 = 11,000 primary pupils, or 10,000 junior ones; bars 4.5 and 5.8, floors 3.825 and 4.93
        ("nine_year", (4950, 5500, None), "primary", "bar", 49500),
        ("nine_year", (4950, 5500, None), "primary", "floor", 42075),
        ("nine_year", (4950, 5500, None), "junior", "bar", 58000),
        ("nine_year", (4950, 5500, None), "junior", "floor", 49300),
        # 4950 + 1.1 x 2500 + 1.32 x 2500 = 11,000
        ("twelve_year", (4950, 2500, 2500), "primary", "bar", 49500),
        ("twelve_year", (4950, 2500, 2500), "junior", "bar", 58000),
        # 400 + 1.2 x 500 = 1,000 junior pupils
        ("complete_secondary", (None, 400, 500), "junior", "bar", 5800),
        ("complete_secondary", (None, 400, 500), "junior", "floor", 4930),
    ],
)
def test_a_split_resource_exactly_on_its_bar_or_floor_is_enough_and_less_is_not(
    kind, pupils, stage, share, need
):
    school = {"school": "甲校", "school_type": kind, "indoor_sports_area_m2": 0}
    school |= dict(zip(("pupils_primary", "pupils_junior", "pupils_senior"), pupils, strict=True))
    told = []
    for rooms in (need, need - 1, Decimal(need) - Decimal("0.01")):
        row = judge([school | {"teaching_area_m2": rooms}]).indicators.query(
            "indicator == @R4 and stage == @stage"
        )
        told.append(
            (row["verdict"].item() == "met") if share == "bar" else bool(row["at_floor"].item())
        )
    assert told == [True, False, False]


def test_2000_yuan_for_every_pupil_is_met_whatever_the_number_of_pupils():
    # 0.2 n 万元 = 2000 n 元 for n pupils
    for start in range(20, 3001, 200):
        rows = [
            good(f"{n:04}校", primary=n, equipment=2000 * n)
            for n in range(start, min(start + 200, 3001))
        ]
        assert (judge(rows).stages[0].levels[INDICATORS.index(R6)] == AT_BAR).all()


def test_a_value_that_only_prints_as_its_bar_is_not_met_and_borderline():
    # 4499.5 / 1000 = 4.4995 prints 4.50; 4494.9 / 1000 = 4.4949 prints 4.49; 4500.4 / 1000 = 4.5004 prints 4.50
    for rooms, told in (
        ("4499.5", ("not_met", "4.50", True)),
        ("4494.9", ("not_met", "4.49", False)),
        ("4500", ("met", "4.50", False)),
        ("4500.4", ("met", "4.50", True)),
        ("4505", ("met", "4.51", False)),
    ):
        row = judge([good("甲校", rooms=Decimal(rooms))]).indicators.set_index("indicator").loc[R4]
        assert (row["verdict"], row["printed"], row["borderline"]) == told


def test_a_value_that_only_prints_as_its_floor_is_borderline():
    # 17 / 2001 x 100 = 0.849575 prints 0.85, the floor, but lies below it: rounding would pass the school
    school = good("甲校", primary=2001, backbone=17, degree=90, arts=20, rooms=9100, grounds=15100)
    school |= {"equipment_value_yuan": 4_010_000, "networked_classrooms": 47}
    result = judge([school])
    assert result.schools["verdict"].tolist() == ["not_met"]
    row = result.indicators.set_index("indicator").loc[INDICATORS[1]]
    assert (row["printed"], row["at_floor"], row["borderline"]) == ("0.85", False, True)


def test_printed_values_round_halves_up():
    # 2.675 m² per pupil prints 2.68, 0.125 prints 0.13
    for rooms, printed in ((2675, "2.68"), (125, "0.13"), (0, "0.00")):
        assert by_indicator(judge([good("甲校", rooms=rooms)]).indicators, "printed")[R4] == printed


# --- one school


def school_verdict(**changes):
    frame = judge([good("甲校", **changes)]).schools
    return frame["verdict"][0], frame["met"][0], frame["below"][0], frame["unknown"][0]


def test_a_school_on_all_seven_bars_is_met():
    assert school_verdict() == ("met", 7, "", "")


def test_a_school_with_six_of_seven_and_the_rest_at_85_percent_is_met():
    # 0.85 x 7.5 x 1,000 pupils = 6375 m²
    assert school_verdict(grounds=6375) == ("met", 6, "1.5", "")


def test_a_school_with_six_of_seven_and_the_rest_just_under_85_percent_is_not_met():
    # 84.999 % of 7500 m² = 6374.925 m²
    assert school_verdict(grounds=Decimal("6374.925")) == ("not_met", 6, "1.5", "")


def test_a_school_with_five_of_seven_is_not_met_however_little_is_lacking():
    assert school_verdict(grounds=7499, rooms=4499) == ("not_met", 5, "1.4、1.5", "")


def test_a_missing_value_leaves_a_school_unknown_even_when_six_are_met():
    assert school_verdict(networked=None) == ("cannot_tell", 6, "", "1.7")


def test_a_school_that_fails_whatever_the_missing_value_is_is_not_met():
    # at most 4 + 1 reach the bar; one lies under its floor
    assert school_verdict(networked=None, grounds=7499, rooms=4499) == (
        "not_met",
        4,
        "1.4、1.5",
        "1.7",
    )
    assert school_verdict(networked=None, grounds=6374) == ("not_met", 5, "1.5", "1.7")


def test_a_school_that_may_still_pass_with_the_missing_value_is_unknown():
    assert school_verdict(networked=None, grounds=6375) == ("cannot_tell", 5, "1.5", "1.7")


def test_a_school_of_which_nothing_is_known_is_unknown():
    everything = dict.fromkeys(
        ("degree", "backbone", "arts", "rooms", "grounds", "equipment", "networked")
    )
    assert school_verdict(**everything)[:2] == ("cannot_tell", 0)


def test_the_school_rule_over_all_patterns_of_levels(standard):
    # all 4^7 patterns against the rule said in words
    patterns = np.array(list(product((-1, 0, 1, 2), repeat=7)), dtype=np.int8).T
    verdict, met = judge_schools(patterns, standard.school_rule)
    at_bar, unknown = (patterns == 2).sum(axis=0), (patterns == -1).sum(axis=0)
    fails = (patterns == 0).any(axis=0) | (at_bar + unknown < 6)
    assert (met == at_bar).all()
    assert ((verdict == "not_met") == fails).all()
    assert ((verdict == "met") == (~fails & (unknown == 0))).all()
    assert len(verdict) == 4**7


# --- a transitional relief that cannot be told

SMALL = good("甲校", primary=90, arts=0)


def told(school, **options):
    """Verdict of the school and the codes of the indicators that cannot be told."""
    row = judge([school], **{"year": 2021} | options).schools.squeeze()
    return row["verdict"], row["unknown"]


def shared(zone, amount, **changes):
    return SMALL | {"zone": zone, "shared_arts_pe_teachers_primary": amount} | changes


def rented(inner_city, amount, **changes):
    given = {"inner_city": inner_city, "other_sports_area_m2": amount}
    return good("甲校", **{"grounds": 5000} | changes) | given


@pytest.mark.parametrize(
    ("zone", "amount", "expected"),
    [
        # 1 shared teacher for 90 pupils is 1.11 per 100, the bar is 0.9
        ("rural", 1, ("met", "")),
        ("rural", 0, ("not_met", "")),
        ("town", 1, ("not_met", "")),
        ("town", None, ("not_met", "")),
        (None, 1, ("cannot_tell", "1.3")),
        (None, 0, ("not_met", "")),  # nothing would be added
        ("rural", None, ("cannot_tell", "1.3")),
        (None, None, ("cannot_tell", "1.3")),  # a small school, wherever it lies
    ],
)
def test_a_relief_of_which_a_datum_is_missing_leaves_a_school_open(zone, amount, expected):
    assert told(shared(zone, amount)) == expected


def test_a_school_that_is_too_large_for_the_relief_fails_wherever_it_lies():
    assert told(shared(None, 1, pupils_primary=100)) == ("not_met", "")


@pytest.mark.parametrize("kind", ["primary", "teaching_point"])
def test_columns_that_a_whole_table_lacks_are_missing_too(kind):
    assert told(SMALL | {"school_type": kind}) == ("cannot_tell", "1.3")


@pytest.mark.parametrize(
    ("year", "options", "expected"),
    [
        (2018, {}, "not_met"),
        (2019, {}, "cannot_tell"),
        (2022, {}, "cannot_tell"),
        (2023, {}, "not_met"),
        (2023, {"transitional_relief": True}, "cannot_tell"),
        (2021, {"transitional_relief": False}, "not_met"),
    ],
)
def test_only_in_the_years_of_a_relief_its_missing_data_matter(year, options, expected):
    assert told(shared(None, 1), year=year, **options)[0] == expected


@pytest.mark.parametrize(
    ("changes", "amount", "expected"),
    [
        # the bar is 7.5 of 1,000 pupils, the floor 6.375
        ({}, 2500, ("cannot_tell", "1.5")),
        ({}, 1375, ("cannot_tell", "1.5")),  # to the floor, and the other six are at the bar
        ({}, 1374, ("not_met", "")),  # not even to the floor
        ({"networked": 22}, 2500, ("cannot_tell", "1.5")),
        ({"networked": 22}, 2499, ("not_met", "")),  # five of seven at the bar at best
        ({"networked": 22, "degree": 41}, 2500, ("not_met", "1.5")),  # the school fails anyway
        ({"networked": None}, 2500, ("cannot_tell", "1.5、1.7")),
        ({"grounds": 6375}, 1125, ("met", "")),  # met without any relief
        ({"grounds": 6375, "networked": 22}, 1125, ("cannot_tell", "1.5")),
        ({"grounds": None}, 2500, ("cannot_tell", "1.5")),
    ],
)
def test_a_relief_that_cannot_be_told_leaves_open_only_what_it_would_decide(
    changes, amount, expected
):
    assert told(rented(None, amount, **changes)) == expected


@pytest.mark.parametrize(
    ("inner_city", "expected"), [(True, "cannot_tell"), (False, "not_met"), (None, "not_met")]
)
def test_a_relief_on_which_nothing_at_all_is_said_is_not_claimed(inner_city, expected):
    assert told(rented(inner_city, None))[0] == expected


@pytest.mark.parametrize("grounds", [5000, 6375, 7499, 7500])
@pytest.mark.parametrize("networked", [19, 22, 23])
@pytest.mark.parametrize("amount", [0, 1, 1125, 1375, 2500])
def test_the_missing_condition_of_a_relief_turns_no_verdict_round(grounds, networked, amount):
    schools = [
        rented(inner, amount, grounds=grounds, networked=networked) for inner in (True, False, None)
    ]
    best, worst, open_ = (told(school)[0] for school in schools)
    assert open_ == (best if best == worst else "cannot_tell")


def test_an_open_relief_gives_neither_gap_nor_repair_and_leaves_the_coefficients_alone():
    result, plain = (
        judge([rented(None, 2500), good("乙校")], year=2021, transitional_relief=relief)
        for relief in (None, False)
    )
    assert result.gaps.empty
    assert result.repairs.empty
    assert not result.indicators["relieved"].any()
    pd.testing.assert_frame_equal(result.coefficients, plain.coefficients)
    assert result.reasons.loc[0, "verdict"] == "cannot_tell"


def test_a_standard_may_ask_for_fewer_indicators():
    rule = yz.load_standard("jiaodu-2017-6").school_rule.model_dump() | {"met_at_least": 5}
    result = judge([good("甲校", grounds=7499, rooms=4499)], standard=variant(school_rule=rule))
    assert result.schools["verdict"].tolist() == ["met"]


# --- coefficients exactly on the bar


def with_limit(limit):
    """A standard of one indicator, equipment per pupil, with that limit for its coefficient."""
    books = yz.load_standard(BOOKS).model_dump()
    indicator = books["indicator"][0] | {
        "numerator": ["equipment_value_yuan"],
        "gap_unit": "元",
        "unit": "元/生",
    }
    limits = {"limit": dict.fromkeys(books["stages"], Decimal(limit))}
    return variant(BOOKS, indicator=[indicator], dispersion_rule=books["dispersion_rule"] | limits)


def on_the_bar(limit):
    """Twenty counties of two schools whose coefficient is exactly p/q, the limit.

    With pupils a²t and b²t and values X(1 + cv·b/a) and X(1 - cv·a/b) the mean is X and the deviation cv·X. The
    totals are tXa(a + cv·b) and tXb(b - cv·a); with tX a multiple of q they are whole. a = b gives the plain
    cases 3:1 (0.50) and 29:11 (0.45).
    """
    cv = Fraction(limit)
    pairs = [(a, b) for a in range(1, 12) for b in range(1, 12) if b >= cv * a][:20]
    for number, (a, b) in enumerate(pairs, 1):
        scale = cv.denominator * (7 * number)
        yield [a * a * 10, b * b * 10], [scale * a * (a + cv * b), scale * b * (b - cv * a)]


def beside_the_bar(limit):
    """Four equal schools on the bar, two rich and two poor, and then one unit from one to its twin.

    The mean stays; the sum of squared distances grows by 2j², so CV² by j²/2 over the squared mean: 1e-20.
    """
    cv = Fraction(limit)
    mean = cv.denominator * 200_000_000
    rich, poor = mean * (1 + cv), mean * (1 - cv)
    for j in range(1, 6):
        yield [1000] * 4, [rich + j, rich - j, poor, poor]
        yield [1000] * 4, [rich, rich, poor + j, poor - j]


def judge_counties(cases, limit):
    """One county per case, all in one table; the coefficients of the cases in their order."""
    frame = pd.DataFrame(
        [
            {"county": f"{number:03}", "year": 2020, "school": f"{at}校", "school_type": "primary"}
            | {"pupils_primary": int(n), "equipment_value_yuan": int(r)}
            for number, (pupils, yuan) in enumerate(cases)
            for at, (n, r) in enumerate(zip(pupils, yuan, strict=True))
        ]
    )
    return yz.assess(yz.SchoolTable.from_frame(frame), standard=with_limit(limit)).coefficients


@pytest.mark.parametrize("limit", LIMITS)
def test_a_coefficient_exactly_on_the_bar_is_met(limit):
    cases = list(on_the_bar(limit))
    assert {mean_and_square(*case)[1] for case in cases} == {Fraction(limit) ** 2}
    found = judge_counties(cases, limit)
    assert found["verdict"].tolist() == ["met"] * 20
    assert set(found["printed"]) == {f"{Decimal(limit):.3f}"}
    assert not found["borderline"].any()


def test_three_to_one_and_29_to_11_are_the_plain_cases():
    # 3:1 about 2: distance 1, 1/2 = 0.50; 29:11 about 20: distance 9, 9/20 = 0.45
    assert mean_and_square([10, 10], [3, 1])[1] == Fraction("0.50") ** 2
    assert mean_and_square([10, 10], [29, 11])[1] == Fraction("0.45") ** 2
    assert judge_counties([([10, 10], [3, 1])], "0.50")["verdict"].tolist() == ["met"]
    assert judge_counties([([10, 10], [29, 11])], "0.45")["verdict"].tolist() == ["met"]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_coefficient_above_the_bar_by_less_than_a_float_shows_is_not_met_and_borderline(limit):
    cases = list(beside_the_bar(limit))
    if limit == "0.50":
        cases.append(([1000] * 3, [8890145, 5642605, 2101399]))  # above by 6.3e-15
    beyond = [mean_and_square(*case)[1] - Fraction(limit) ** 2 for case in cases]
    assert all(0 < float(miss) < 1e-14 for miss in beyond)
    found = judge_counties(cases, limit)
    assert found["verdict"].tolist() == ["not_met"] * len(cases)
    assert found["borderline"].all()


@pytest.mark.parametrize("limit", LIMITS)
def test_the_smallest_step_over_the_bar_with_whole_numbers_is_seen(limit):
    # two schools of equal size: totals half + c and half - c have CV c / half
    half = 4_000_000
    edge = int(Fraction(limit) * half)
    totals = [[half + c, half - c] for c in (edge - 1, edge, edge + 1)]
    found = judge_counties([([500, 500], yuan) for yuan in totals], limit)
    assert found["verdict"].tolist() == ["met", "met", "not_met"]
    assert found["borderline"].tolist() == [True, False, True]


def test_0_4999999_is_met_and_0_5000001_is_not_and_both_print_0_500():
    # values 1 ± c about 1, times 10,000,000 yuan for 1,000 pupils each
    told = []
    for c in (4999999, 5000001):
        rows = [good("甲校", equipment=10_000_000 + c), good("乙校", equipment=10_000_000 - c)]
        row = judge(rows).coefficients.set_index("indicator").loc[R6]
        told.append((row["printed"], row["verdict"], row["borderline"]))
    assert told == [("0.500", "met", True), ("0.500", "not_met", True)]


@pytest.mark.parametrize(
    ("c", "printed", "borderline"),
    [(501, "0.501", False), (5004, "0.500", True), (4995, "0.500", True), (4994, "0.499", False)],
)
def test_borderline_is_what_prints_as_the_bar_without_being_it(c, printed, borderline):
    scale = 10 ** len(str(c))
    rows = [good("甲校", equipment=1000 * (scale + c)), good("乙校", equipment=1000 * (scale - c))]
    row = judge(rows).coefficients.set_index("indicator").loc[R6]
    assert (row["printed"], row["borderline"]) == (printed, borderline)


@pytest.mark.parametrize(("stage", "limit"), [("primary", "0.50"), ("junior", "0.45")])
def test_each_stage_has_its_own_limit(stage, limit):
    # a coefficient of 0.47 is within 0.50 but not within 0.45
    rows = [good("甲校", stage, equipment=14_700_000), good("乙校", stage, equipment=5_300_000)]
    row = judge(rows).coefficients.set_index("indicator").loc[R6]
    assert row["cv"] == pytest.approx(0.47, rel=1e-14)
    assert row["limit"] == float(limit)
    assert row["verdict"] == {"0.50": "met", "0.45": "not_met"}[limit]


def test_with_equal_pupils_the_comparison_without_weights_says_the_same():
    # totals k·3 and k·1: CV exactly 0.5 in both readings, whatever the number of pupils
    cases = [([n, n], [3 * k, k]) for n in range(7, 60, 4) for k in range(11, 90, 7)]
    found = judge_counties(cases, "0.50")
    assert found["verdict_unweighted"].tolist() == found["verdict"].tolist()


def test_the_comparison_without_weights_is_exact_too():
    # n and 2n pupils, values 3k and k per pupil: without weights mean 2k, distance k, CV exactly 0.5
    cases = [
        ([n, 2 * n], [3 * k * n, 2 * k * n]) for n in range(7, 60, 4) for k in range(11, 90, 7)
    ]
    found = judge_counties(cases, "0.50")
    assert set(found["verdict_unweighted"]) == {"met"}


# --- published tables of coefficients


def test_jiujiang_fails_by_backbone_teachers_alone(standard):
    table = pd.DataFrame({"stage": "primary", "indicator": INDICATORS, "cv": JIUJIANG["cv"]})
    judged = judge_dispersion(table, standard)
    assert judged.loc[judged["verdict"] == "not_met", "indicator"].tolist() == [INDICATORS[1]]
    # 0.501787 prints 0.502: nothing is borderline
    assert not judged["borderline"].any()


def test_six_of_seven_coefficients_of_ningguo_are_over_the_limit_in_both_stages(standard):
    for stage in ("primary", "junior"):
        table = pd.DataFrame({"stage": stage, "cv": PUBLISHED["ningguo_2022"][stage]})
        judged = judge_dispersion(table, standard)["verdict"]
        # primary: all but 0.167; junior: all but 0.254 (0.496 is over 0.45)
        assert judged.value_counts().to_dict() == {"not_met": 6, "met": 1}


def test_a_published_table_with_a_gap_cannot_be_told(standard):
    table = pd.DataFrame({"stage": ["primary", "junior"], "cv": [np.nan, 0.45]})
    assert judge_dispersion(table, standard)["verdict"].tolist() == ["cannot_tell", "met"]


# --- joining verdicts


@pytest.mark.parametrize(
    ("verdicts", "joined"),
    [
        (["met", "met"], "met"),
        (["met", "cannot_tell"], "cannot_tell"),
        (["not_met", "cannot_tell", "met"], "not_met"),
    ],
)
def test_one_failure_fails_all_and_one_unknown_passes_none(verdicts, joined):
    assert combine(verdicts) == joined
    assert combine(reversed(verdicts)) == joined


def test_borderline_looks_at_the_exact_number():
    assert not is_borderline(Fraction("0.5"), Decimal("0.5"), 3)
    assert is_borderline(Fraction("0.5") + Fraction(1, 10**20), Decimal("0.5"), 3)
    assert is_borderline(Fraction("0.4995"), Decimal("0.5"), 3)
    assert not is_borderline(Fraction("0.5005"), Decimal("0.5"), 3)


def test_while_a_school_is_held_no_coefficient_of_its_stage_is_decided():
    # without 丙校 the networked classrooms lie far apart; with its true pupils they may not
    rows = [good("甲校", networked=23), good("乙校", networked=200)]
    held = good("丙校", primary=0, networked=500, teachers=60)
    assert by_indicator(judge(rows).coefficients, "verdict")[R7] == "not_met"
    found = judge([*rows, held]).coefficients
    assert set(found["verdict"]) == {"cannot_tell"}
    assert (
        by_indicator(found, "printed")[R7] == by_indicator(judge(rows).coefficients, "printed")[R7]
    )


def test_a_held_school_of_one_year_leaves_the_other_years_alone():
    held = good("丙校", primary=0, teachers=60)
    tables = [table([good("甲校")], year=2019), table([good("甲校"), held], year=2020)]
    found = yz.assess(stack_tables(tables)).coefficients.groupby("year")["verdict"].agg(set)
    assert found.to_dict() == {2019: {"met"}, 2020: {"cannot_tell"}}


def test_a_bar_finer_than_the_printed_digits_is_borderline_where_rounding_would_turn_it():
    # 66.56 prints 66.6, which reaches 66.57; 66.58 prints 66.6 too, and reaches it anyway
    bar = Decimal("66.57")
    assert [is_borderline(Fraction(n), bar, 1) for n in ("66.56", "66.58", "66.54")] == [
        True,
        False,
        False,
    ]
