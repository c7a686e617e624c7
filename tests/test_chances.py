"""Draws of pupils: judged all at once exactly as the whole chain judges each of them."""

import numpy as np
import pandas as pd
import pytest
from conftest import good, judge, table
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.counties import read_county
from youzhi.errors import UsageError
from youzhi.tables import SchoolTable
from youzhi.trials.chances import Draws, draw_pupils, judge_draws, measure_drift


def pupils_of(**stages):
    return {stage: np.array(rows, dtype=float) for stage, rows in stages.items()}


def only_primary(rows, schools):
    return judge_draws(judge(schools), pupils_of(primary=rows, junior=np.empty((len(rows), 0))))


def replay(table_, result, pupils, draw):
    """The same draw by the long way: a new table, judged by the whole chain."""
    frame = table_.frame.copy()
    for stage in result.stages:
        rows, name = stage.indicators.sections.row, stage.indicators.stage
        frame.loc[rows, f"pupils_{name}"] = pupils[name][draw]
    return yz.assess(SchoolTable(frame, table_.exact), unit="campus", transitional_relief=False)


def compare_with_chain(table_, draws, factors, spread, seed):
    result = yz.assess(table_, unit="campus", transitional_relief=False)
    pupils = draw_pupils(result, factors, spread, seed)
    found = judge_draws(result, pupils)
    compared = 0
    for draw in range(draws):
        again = replay(table_, result, pupils, draw)
        for before, after in zip(result.stages, again.stages, strict=True):
            name = before.indicators.stage
            place = {row: at for at, row in enumerate(before.indicators.sections.row)}
            counted = [place[row] for row in after.indicators.sections.row]
            assert (found.met[name][draw][counted] == (after.verdict == "met")).all()
            np.testing.assert_allclose(found.cv[name][draw], after.coefficients.cv[:, 0], rtol=1e-9)
            assert (found.within[name][draw] == (after.spread[:, 0] == "met")).all()
            compared += len(counted)
    return compared


@pytest.mark.parametrize("county", ["yiyuan", "wenling"])
def test_every_draw_is_judged_as_the_whole_chain_judges_it(county):
    """Nine-year schools, teaching points that fall under 50 pupils, and factors far apart."""
    rng = np.random.default_rng(3)
    factors = {stage: np.exp(rng.normal(0, 0.2, 12)) for stage in ("primary", "junior")}
    compared = compare_with_chain(read_county(county, 2023), 12, factors, 0.1, 5)
    assert compared > 12 * 60


def test_a_bar_is_exact_on_both_sides():
    # 1,000 pupils stand on every bar; 1,001 miss all seven by a hair, 999 pass
    found = only_primary([[1000], [1001], [999]], [good("甲校")])
    assert found.met["primary"].ravel().tolist() == [True, False, True]


def test_one_indicator_between_floor_and_bar_is_allowed_a_second_is_not():
    # sports grounds 7,000 m² serve 933 pupils at 7.5 (933.3) and 1,098 at the floor 6.375 (1,098.04); all else 1,100
    more = {name: value * 2 for name, value in good("x").items() if isinstance(value, int)}
    school = good("甲校") | more | {"sports_ground_area_m2": 7000, "pupils_primary": 1000}
    found = only_primary([[933], [934], [1098], [1099]], [school])
    assert found.met["primary"].ravel().tolist() == [True, True, True, False]
    # art teachers 9 serve 1,000 at 0.9: from 1,001 pupils on two indicators are below their bars
    school |= {"arts_pe_teachers_primary": 9}
    found = only_primary([[1000], [1001]], [school])
    assert found.met["primary"].ravel().tolist() == [True, False]


def test_coefficient_of_the_worked_example_comes_out():
    # 45/37/89/76/55 pupils; 279/137/935/160/402 of a resource: 0.515257 (县域义务教育校际均衡指标计算方法)
    counts = [(45, 279), (37, 137), (89, 935), (76, 160), (55, 402)]
    schools = [
        good(f"{at}校", primary=pupils, grounds=books) for at, (pupils, books) in enumerate(counts)
    ]
    found = only_primary([[pupils for pupils, _ in counts]], schools)
    assert found.cv["primary"][0][4] == pytest.approx(0.515257, abs=5e-7)
    assert not found.within["primary"][0][4]


def test_a_teaching_point_under_fifty_leaves_the_draw():
    # 49 pupils: the point does not count, so the coefficient is that of one school, zero
    schools = [good("甲校"), good("丁点", type="teaching_point", primary=50, grounds=50)]
    found = only_primary([[50, 1000], [49, 1000]], schools)
    assert found.labels["primary"]["school"].tolist() == ["丁点", "甲校"]
    assert found.met["primary"].tolist() == [[False, True], [True, True]]
    assert found.cv["primary"][0][4] > 0.1
    assert found.cv["primary"][1][4] == pytest.approx(0, abs=1e-7)


def test_a_stage_with_missing_data_cannot_be_told_and_neither_can_the_whole():
    draws = only_primary([[1000, 1000]], [good("甲校"), good("乙校", grounds=None)])
    chances = draws.chances.set_index(["part", "stage"])
    assert len(chances) == 6
    assert chances["chance"].isna().all()
    assert chances.loc[("resources", ""), "reason"] == "小学有学校缺数据"


def told(**parts):
    """Draws whose verdicts are written by hand, one list of sections and one of coefficients per draw and stage."""
    met = {stage: np.array(rows[0], dtype=bool) for stage, rows in parts.items()}
    within = {stage: np.array(rows[1], dtype=bool) for stage, rows in parts.items()}
    return Draws("demo", 2025, {}, {}, met, {}, within, ("a", "b"), {})


def test_resources_hold_only_where_schools_and_coefficients_of_every_stage_do():
    # draw 1 all; draw 2 a junior school fails; draw 3 a primary coefficient; draw 4 both stages fail somewhere
    draws = told(
        primary=([[1, 1], [1, 1], [1, 1], [0, 1]], [[1, 1], [1, 1], [1, 0], [1, 1]]),
        junior=([[1], [0], [1], [1]], [[1, 1], [1, 1], [1, 1], [0, 1]]),
    )
    chance = draws.chances.set_index(["part", "stage"])["chance"].to_dict()
    assert chance == {
        ("schools", "primary"): 0.75,
        ("schools", "junior"): 0.75,
        ("schools", ""): 0.5,
        ("dispersion", "primary"): 0.75,
        ("dispersion", "junior"): 0.75,
        ("dispersion", ""): 0.5,
        ("resources", "primary"): 0.5,
        ("resources", "junior"): 0.5,
        ("resources", ""): 0.25,
    }


def test_interval_of_the_drawing_is_that_of_wilson():
    # 3 of 4, 95 %: centre (3 + 1.9207)/(4 + 3.8415) = 0.6275, half 0.3269 (z = 1.95996)
    draws = told(primary=([[1], [1], [1], [0]], [[1, 1]] * 4))
    row = draws.chances.set_index(["part", "stage"]).loc[("schools", "primary")]
    assert row["low"] == pytest.approx(0.3006, abs=1e-4)
    assert row["high"] == pytest.approx(0.9544, abs=1e-4)


def test_percentiles_of_pupils_are_those_of_the_settings():
    # 1..101: the 5 % and 95 % percentiles are 6 and 96
    found = only_primary([[n] for n in range(1, 102)], [good("甲校")])
    assert found.schools[["pupils_low", "pupils_high"]].values.tolist() == [[6, 96]]


def test_reliefs_are_left_out_of_the_draws():
    """A rural school under 100 pupils may count shared teachers (2019–2022); in a draw it may have more pupils."""
    school = good("甲校", primary=99, arts=0) | {"zone": "rural", "boarding": False}
    school |= {"shared_arts_pe_teachers_primary": 9, "backbone_teachers_primary": 0}
    relieved = judge([school], year=2021)
    plain = judge([school], year=2021, transitional_relief=False)
    assert relieved.schools["below"].tolist() != plain.schools["below"].tolist()
    pupils = pupils_of(primary=[[99]], junior=[[]])
    for result in (relieved, plain):
        assert judge_draws(result, pupils).met["primary"].tolist() == [[False]]


def test_a_held_school_leaves_its_stage_unknown():
    deserted = good("乙校", primary=0, teachers=50) | {"classes_primary": 3}
    draws = only_primary([[1000]], [good("甲校"), deserted])
    assert draws.unknown == {"primary": "小学有学校因数据矛盾暂不计入"}


def test_nobody_left_to_count_breaks_no_limit():
    found = only_primary([[49], [50]], [good("丁点", type="teaching_point", primary=50)])
    assert found.within["primary"].all()
    assert np.isnan(found.cv["primary"][0]).all()


def test_no_school_at_all_is_told_as_such():
    result = judge([good("甲校", type="special")])
    chances = judge_draws(result, pupils_of(primary=[[]], junior=[[]])).chances
    assert set(chances["reason"]) == {"没有计入的学校"}
    assert chances["chance"].isna().all()


def test_chances_count_the_draws_that_hold():
    found = only_primary([[1000]] * 3 + [[1001]], [good("甲校")])
    chance = found.chances.set_index(["part", "stage"]).loc[("schools", "primary")]
    assert chance["chance"] == 0.75
    assert chance["low"] < 0.75 < chance["high"]
    assert found.schools["chance"].tolist() == [0.75]
    assert found.chances["draws"].eq(4).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    result = judge([good("甲校"), good("乙校")])
    factors = {"primary": np.linspace(0.9, 1.1, 5), "junior": np.ones(5)}
    first, again, other = (
        draw_pupils(result, factors, 0.1, seed)["primary"].tobytes() for seed in (1, 1, 2)
    )
    assert first == again != other


@given(
    st.floats(0.5, 2.0),
    st.integers(1, 3000),
    st.floats(0, 0.3),
)
def test_drawn_pupils_are_whole_and_keep_the_stage_total(factor, size, spread):
    result = judge([good(f"{at}校", primary=size + at) for at in range(6)])
    drawn = draw_pupils(result, {"primary": np.array([factor]), "junior": np.ones(1)}, spread, 4)
    row = drawn["primary"][0]
    total = sum(size + at for at in range(6)) * factor
    assert (row == np.rint(row)).all()
    assert (row >= 1).all()
    assert (
        abs(row.sum() - total) <= 6
    )  # half a person per school by rounding, or a person who is kept


@pytest.mark.parametrize(
    ("factors", "spread"),
    [
        ({"primary": [1.0]}, 0),
        ({"primary": [1.0], "junior": [1.0, 1.0]}, 0),
        ({"primary": [0.0], "junior": [1.0]}, 0),
        ({"primary": [float("nan")], "junior": [1.0]}, 0),
        ({"primary": [1.0], "junior": [1.0]}, -0.1),
        ({"primary": [1.0], "junior": [1.0]}, float("nan")),
    ],
)
def test_senseless_factors_are_refused(factors, spread):
    with pytest.raises(UsageError, match="每个学段"):
        draw_pupils(
            judge([good("甲校")]), {name: np.array(row) for name, row in factors.items()}, spread
        )


def test_a_standard_without_bars_cannot_be_drawn():
    result = judge([good("甲校") | {"organiser_code": 7}], standard="jiaodu-2012-3")
    with pytest.raises(UsageError, match="教督〔2012〕3号"):
        judge_draws(result, pupils_of(primary=[[1000]], junior=[[]]))


def test_drift_is_that_of_schools_against_their_county():
    # +10 % and -10 % of equal schools leave the stage as it is: logarithms 0.0953 and -0.1054, root mean square 0.1005
    first = table([good("甲校"), good("乙校")]).frame
    second = first.assign(pupils_primary=[1100, 900])
    assert measure_drift([first, second]) == pytest.approx(0.10046, abs=1e-5)
    assert measure_drift([first, first.assign(pupils_primary=[1100, 1100])]) == pytest.approx(0)
    # twice the pupils in all: a school that grows by 50 % fell behind by log(1.5 / 2)
    third = first.assign(pupils_primary=[1500, 2500])
    assert measure_drift([first, third]) == pytest.approx(
        ((np.log(0.75) ** 2 + np.log(1.25) ** 2) / 2) ** 0.5
    )
    assert np.isnan(measure_drift([first]))
    assert pd.isna(measure_drift([first.head(1), second.head(1)]))
