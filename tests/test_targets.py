"""A county's own targets stand beside the national rule: three layers, and only the national one decides."""

from decimal import Decimal

import pytest
from conftest import judge, met_county, met_schools

import youzhi as yz
from youzhi.cards import Target
from youzhi.counties import load_county
from youzhi.targets import TARGET_COLUMNS, judge_targets


def card_of(*targets):
    """A card that asks for these targets and nothing else."""
    rest = {"label": "本县目标", "source": "某文件 一", "confidence": "V"}
    asked = [Target.model_validate(rest | target) for target in targets]
    return load_county("yiyuan").model_copy(update={"target": asked})


def told(result, *targets):
    """One (check, national verdict, local verdict) per row."""
    table = judge_targets(result, card_of(*targets))
    return list(
        table[["check", "national_verdict", "local_verdict"]].itertuples(index=False, name=None)
    )


def quota(value, test="at_least"):
    return {"code": "2.14", "check": "quota_share", "value": value, "test": test}


@pytest.fixture(scope="module")
def met():
    return met_county()


def test_a_local_bar_is_held_against_the_same_value_on_both_sides(met):
    # 500 of 1,000 places are 50 %
    assert told(met, quota(50), quota("50.1"), quota(50, "at_most"), quota("49.9", "at_most")) == [
        ("quota_share", "met", "met"),
        ("quota_share", "met", "not_met"),
        ("quota_share", "met", "met"),
        ("quota_share", "met", "not_met"),
    ]


def test_a_missed_local_target_changes_neither_the_item_nor_the_county():
    result = met_county()
    before = (result.verdict, result.items.copy(), result.rows.copy())
    assert told(result, quota(70)) == [("quota_share", "met", "not_met")]
    assert result.verdict == before[0] == "met"
    assert result.items.equals(before[1])
    assert result.rows.equals(before[2])


def test_a_local_target_may_be_softer_than_the_national_rule():
    # 40 of 100 places: under the national half, over the local third
    result = met_county({"senior_plan_places": 100, "senior_quota_places": 40})
    assert told(result, quota(30)) == [("quota_share", "not_met", "met")]


def test_what_nobody_reported_cannot_be_told_by_either_rule():
    result = met_county({"senior_quota_places": None})
    assert told(result, quota(1)) == [("quota_share", "cannot_tell", "cannot_tell")]
    assert judge_targets(result, card_of(quota(1)))["actual"].tolist() == [""]


def test_a_bar_per_stage_reaches_the_check_of_each_stage(met):
    """In zone: 1,000 of 1,000 primary pupils, 950 of 1,000 junior ones."""
    bars = {"code": "2.13", "check": "in_zone", "test": "at_least"}
    assert told(met, bars | {"bars": {"primary": 100, "junior": 95}}) == [
        ("in_zone_primary", "met", "met"),
        ("in_zone_junior", "met", "met"),
    ]
    assert told(met, bars | {"bars": {"primary": 100, "junior": "95.1"}}) == [
        ("in_zone_primary", "met", "met"),
        ("in_zone_junior", "met", "not_met"),
    ]
    assert told(met, bars | {"bars": {"junior": 95}}) == [("in_zone_junior", "met", "met")]


@pytest.mark.parametrize(
    ("bars", "verdict"),
    [
        ({"primary": 45, "junior": 50}, "met"),
        ({"primary": 44, "junior": 50}, "not_met"),
        ({"primary": 45, "junior": 49}, "not_met"),
        ({"primary": 45}, "met"),  # the stage that the plan leaves out keeps the national bar
        ({"primary": 44}, "not_met"),
    ],
)
def test_bars_of_a_check_over_sections_replace_the_national_ones_stage_by_stage(met, bars, verdict):
    """The largest classes have 45 and 50 pupils."""
    target = {"code": "2.5", "check": "class_size", "bars": bars, "test": "at_most"}
    assert told(met, target) == [("class_size", "met", verdict)]


def small_primary(pupils, funds):
    """A village primary school; 710 yuan are the base of one pupil."""
    return {
        "school": "村小",
        "school_type": "primary",
        "zone": "rural",
        "pupils_primary": pupils,
        "operating_funds_yuan": funds,
    }


def counted(pupils, funds, **more):
    result = met_county({}, small_primary(pupils, funds))
    target = {"code": "2.6", "check": "small_school_funding", "counted_as": 200} | more
    [(_, national, local)] = told(result, target)
    return national, local


@pytest.mark.parametrize(
    ("pupils", "funds", "verdicts"),
    [
        (100, 142_000, ("met", "met")),  # 142,000/710 = 200
        (100, 141_999, ("met", "not_met")),
        (199, 141_999, ("met", "not_met")),
        (200, 141_999, ("met", "met")),  # has 200 pupils, the step is over
        (99, 71_000, ("met", "met")),  # 71,000/710 = 100: the other step
    ],
)
def test_the_second_step_of_small_schools_reaches_from_100_to_199_pupils(pupils, funds, verdicts):
    assert counted(pupils, funds, pupils_from=100) == verdicts


def test_without_a_lower_end_every_school_under_200_is_funded_as_200():
    # the teaching point of 40 pupils has the money of 100
    assert counted(150, 142_000) == ("met", "not_met")
    rich = met_county({}, small_primary(150, 142_000), 丙点={"operating_funds_yuan": 142_000})
    target = {"code": "2.6", "check": "small_school_funding", "counted_as": 200}
    assert told(rich, target) == [("small_school_funding", "met", "met")]


def test_rooms_are_counted_as_the_plan_reads_the_rule():
    """24 classes want 2 rooms of each kind, or 2 together; the school has two rooms for music and none for art."""
    result = met_county({}, 甲校={"art_room_areas_m2": "80"})
    target = {"code": "2.3", "check": "special_rooms"}
    bar = {"value": 1, "test": "at_least"}
    assert told(result, target | {"reading": "each"}) == [("special_rooms", "not_met", "not_met")]
    assert told(result, target | {"reading": "sum"}) == [("special_rooms", "not_met", "met")]
    assert told(result, target | bar) == [("special_rooms", "not_met", "cannot_tell")]


def test_a_plan_that_leaves_the_reading_open_is_told_in_both():
    target = {"code": "2.3", "check": "special_rooms", "value": 1, "test": "at_least"}
    table = judge_targets(met_county(), card_of(target))
    assert table["local_verdict"].tolist() == ["met"]
    assert "各1间以上" in table["local"].iat[0]
    assert "合计1间以上" in table["local"].iat[0]


def test_a_local_bar_is_not_softened_by_a_national_relief():
    """A school of 2,300 pupils built in 2009 may stay until 2022; the plan that says 2,000 does not let it."""
    old = {"primary": 2300, "built_year": 2009}
    result = met_county(year=2020, 甲校=old)
    target = {"code": "2.4", "check": "school_size", "bars": {"primary": 2000}, "test": "at_most"}
    assert told(result, target) == [("school_size", "met", "not_met")]


def test_a_local_sum_replaces_the_comparison_with_another_figure(met):
    """Teachers earn 73,200 yuan, as civil servants do."""
    target = {"code": "2.8", "check": "teacher_pay", "test": "at_least"}
    assert told(met, target | {"value": 73_200}) == [("teacher_pay", "met", "met")]
    assert told(met, target | {"value": 73_201}) == [("teacher_pay", "met", "not_met")]


def test_a_target_of_an_unknown_check_is_refused_and_the_known_ones_are_listed(met):
    wrong = quota(70) | {"check": "quota"}
    with pytest.raises(yz.YouzhiError) as refused:
        judge_targets(met, card_of(wrong))
    for part in ("沂源县", "2.14", "“quota”", "quota_share", "rural_tilt"):
        assert part in str(refused.value)


def test_one_bar_for_checks_that_are_split_by_stage_is_refused(met):
    wrong = {"code": "2.13", "check": "in_zone", "value": 95, "test": "at_least"}
    with pytest.raises(yz.YouzhiError, match="in_zone_primary、in_zone_junior"):
        judge_targets(met, card_of(wrong))


def test_targets_of_items_that_the_standard_lacks_are_left_out(met):
    other = quota(70) | {"code": "9.9", "check": "anything"}
    assert [check for check, *_ in told(met, other, quota(70))] == ["quota_share"]
    basic = judge(met_schools(), standard="jiaodu-2012-3")
    empty = judge_targets(basic, load_county("yiyuan"))
    assert empty.empty
    assert list(empty.columns) == TARGET_COLUMNS


def test_several_county_years_are_refused():
    history = yz.assess_years("yiyuan", "jiaodu-2017-6")
    with pytest.raises(yz.YouzhiError, match="10个县年"):
        judge_targets(history, load_county("yiyuan"))


@pytest.fixture(scope="module")
def yiyuan():
    result = yz.assess_county("yiyuan", 2020)
    return judge_targets(result, load_county("yiyuan")).set_index(["code", "local"])


def test_yiyuan_2020_tells_every_target_of_its_plan_in_the_order_of_the_card(yiyuan):
    assert yiyuan.index.get_level_values("code").tolist() == [
        target.code for target in load_county("yiyuan").target
    ]
    assert set(yiyuan["national_verdict"]) == {"met"}


def test_yiyuan_2020_allots_seventy_percent_of_the_places_as_stated(yiyuan):
    """源教体字〔2021〕18号 二（四）12 asks for 70 %; the share was published as 70 %, no counts."""
    for bar in ("不低于70%", "不低于50%"):
        row = yiyuan.loc[("2.14", bar)]
        assert (row["actual"], row["local_verdict"]) == ("70.0%", "met")


def test_yiyuan_2020_enrols_fewer_disabled_children_than_its_plan_asks(yiyuan):
    """293/304 = 96.38 %: over the national 95 %, under the county's own 98 %."""
    assert Decimal(293) / 304 > Decimal("0.95")
    assert Decimal(293) / 304 < Decimal("0.98")
    assert yiyuan.loc[("3.2", "不低于95%"), "local_verdict"] == "met"
    row = yiyuan.loc[("3.2", "不低于98%")]
    assert (row["actual"], row["local_verdict"]) == ("96.4%", "not_met")


def test_yiyuan_2020_funds_its_schools_of_100_to_199_pupils_as_200(yiyuan):
    """Counted by hand: rural primary schools and teaching points of 100 to 199 pupils, and what 710 yuan make of their budgets."""
    schools = yz.assess_county("yiyuan", 2020).sections.schools.frame
    rural = (schools["school_type"] == "primary") & (schools["zone"] == "rural")
    pupils = schools["pupils_primary"]
    inside = (rural | (schools["school_type"] == "teaching_point")) & (pupils >= 100)
    inside &= pupils < 200
    counts = schools.loc[inside, "operating_funds_yuan"].astype(float) / 710
    row = yiyuan.loc[("2.6", "不低于200人")]
    assert row["actual"] == f"{inside.sum()}所学校全部符合"
    assert counts.min() >= 200
    assert row["local_verdict"] == "met"


@pytest.fixture(scope="module")
def wenling():
    result = yz.assess_county("wenling", 2020)
    return result, judge_targets(result, load_county("wenling")).set_index(["code", "check"])


def test_wenling_2020_meets_the_limit_of_classes_and_not_its_own_small_classes(wenling):
    """Classes of 30 and 35 are what the plan encourages; 45 and 50 are what the rule asks."""
    result, table = wenling
    frame, over = result.sections.schools.frame, 0
    for stage, most in (("primary", 30), ("junior", 35)):
        over += int((frame[f"largest_class_{stage}"].astype(float) > most).sum())
    row = table.loc[("2.5", "class_size")]
    assert row["local"] == "小学不超过30人，初中不超过35人"
    assert row["local_verdict"] == "not_met"
    assert f"{over}个不符合" in row["actual"]
    limits = {"primary": 45, "junior": 50}
    worst = [frame[f"largest_class_{s}"].astype(float).max() > most for s, most in limits.items()]
    assert row["national_verdict"] == ("not_met" if any(worst) else "met")


def test_wenling_splits_its_share_of_pupils_in_their_zone_by_stage(wenling):
    table = wenling[1].loc["2.13"]
    assert table.index.tolist() == ["in_zone_primary", "in_zone_junior"] * 2
    assert set(table["local"]) == {"不低于100%", "不低于95%"}
