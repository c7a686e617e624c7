"""The 35 items: met, not met, cannot tell, on both sides of every boundary; vetoes; many county-years at once.

Everything starts from `met_county` of conftest: four schools and the county figures by which every item is met, each
ratio on its bar. A test changes one thing and says what it must do.
"""

from decimal import Decimal
from math import ceil

import pandas as pd
import pytest
from conftest import (
    MET_FIGURES,
    MET_SCHOOLS,
    SUBJECTS,
    good,
    item_verdicts,
    items_of,
    judge,
    met_county,
    met_schools,
    table,
    variant,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import youzhi as yz
from youzhi.county_items import NOT_APPLICABLE, stack_items
from youzhi.tables import stack_tables

MET, NOT_MET, CANNOT_TELL = "met", "not_met", "cannot_tell"
CODES = [
    *("2.1", "2.2(1)", "2.2(2)", "2.2(3)", "2.2(4)", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8"),
    *("2.9", "2.10", "2.11", "2.12", "2.13", "2.14", "2.15"),
    *("3.1", "3.2", "3.3(1)", "3.3(2)", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9"),
    *("S1", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6"),
]
FINDINGS = {
    "2.1": "layout_finding",
    "2.2(1)": "construction_standard_finding",
    "2.2(2)": "staffing_standard_finding",
    "2.2(3)": "funding_standard_finding",
    "2.2(4)": "equipment_standard_finding",
    "2.8": "performance_pay_finding",
    "2.10": "allotment_finding",
    "2.14": "rural_tilt_finding",
    "2.15": "left_behind_care_finding",
    "3.3(1)": "charter_finding",
    "3.3(2)": "informatised_management_finding",
    "3.5": "it_teaching_finding",
    "3.6": "moral_culture_finding",
    "3.7": "curriculum_finding",
    "3.8": "workload_finding",
}
VETOES = {
    "4.1": "veto_exam_admission",
    "4.2": "veto_school_choice",
    "4.3": "veto_key_schools",
    "4.4": "veto_unfilled_posts",
    "4.5": "veto_major_incident",
    "4.6": "veto_falsification",
}
COUNTED = ("primary", "teaching_point", "junior", "nine_year", "twelve_year", "complete_secondary")


def verdict_of(code, figures=None, *more, **changes):
    return item_verdicts(met_county(figures, *more, **changes))[code]


def places_of(result, code):
    return result.places[result.places["code"] == code]


def others_met(result, *codes):
    """Whether everything else is still met, so that a test changed what it meant to change."""
    return all(v == MET for code, v in item_verdicts(result).items() if code not in codes)


def school(name, kind="primary", **values):
    """A public day school in the country that is small, complete and good in every item."""
    stage = "junior" if kind in ("junior", "complete_secondary") else "primary"
    row = {"school": name, "school_type": kind, "organiser_code": 7, "boarding": False}
    row |= {"zone": "rural", f"pupils_{stage}": 200, f"teachers_{stage}": 20}
    row |= {f"classes_{stage}": 6, f"largest_class_{stage}": 40, f"oversize_classes_{stage}": 0}
    row |= {"certified_teachers": 20, "trained_teachers": 20, "training_funds_yuan": 10_000}
    row |= {"operating_funds_yuan": 200_000, "music_room_areas_m2": "96", "art_room_areas_m2": "90"}
    if stage == "junior":
        row |= {"graduates": 60, "entrants_before": 60, "transferred_in": 0}
        row |= {"transferred_out": 0, "deaths": 0}
    return row | values


# --- the whole


def test_a_county_in_which_everything_is_met_is_met():
    result = met_county()
    assert item_verdicts(result) == dict.fromkeys(CODES, MET)
    assert set(result.reasons["verdict"]) == {MET}
    assert result.verdict == MET
    assert len(result.places) == 0


def test_the_items_are_the_35_of_the_documents_in_their_order():
    result = met_county()
    assert [*result.items["code"], *result.vetoes["code"]] == CODES
    parts = result.items["part"].value_counts().to_dict()
    assert parts == {"guarantee": 18, "quality": 10, "recognition": 1}


def test_without_county_figures_nothing_of_them_is_met():
    result = judge(met_schools(), year=2023)
    told = item_verdicts(result)
    from_schools = {"2.3", "2.4", "2.5", "2.7", "2.9", "2.12", "2.13", "3.1", "3.4"}
    assert {code for code, verdict in told.items() if verdict == MET} == from_schools
    assert {told[code] for code in CODES if code not in from_schools} == {CANNOT_TELL}
    assert result.verdict == CANNOT_TELL


def test_figures_of_another_year_or_county_are_nobodys():
    items = stack_items([items_of("demo", 2022, **MET_FIGURES), items_of("other", **MET_FIGURES)])
    result = judge(met_schools(), year=2023, items=items)
    assert item_verdicts(result)["2.1"] == CANNOT_TELL
    assert result.verdict == CANNOT_TELL


def test_what_is_only_described_decides_nothing():
    described = {"population_10k": 60, "towns": 12, "survey_sent": 1000, "interviews": 50}
    described |= {"interviews_satisfied": 1, "senior_quota_rural_places": 0}
    described |= {"survey_parents_valid": 500, "survey_parents_satisfied": 0}
    assert met_county(described).verdict == MET


@pytest.mark.parametrize("name", MET_FIGURES)
def test_without_any_single_figure_the_county_is_never_met(name):
    result = met_county({name: None})
    told = item_verdicts(result)
    assert sorted(told.values()) == [CANNOT_TELL] + [MET] * 34
    assert result.verdict == CANNOT_TELL


@pytest.mark.parametrize("name", MET_FIGURES)
def test_a_figure_left_out_is_a_figure_left_empty(name):
    left_out = {key: value for key, value in MET_FIGURES.items() if key != name}
    items = items_of("demo", 2023, **left_out)
    empty = met_county({name: None})
    other = judge(met_schools(), year=2023, items=items)
    assert item_verdicts(other) == item_verdicts(empty)


WORSE = {
    "operating_base_primary_yuan": Decimal("710.01"),
    "teacher_pay_yuan": Decimal("73199.99"),
    "civil_servant_pay_yuan": Decimal("73200.01"),
    "establishment_approved": 169,
    "establishment_allotted": 171,
    "posts_approved": 179,
    "posts_allotted": 181,
    "exchange_eligible_teachers": 301,
    "exchanged_teachers": 29,
    "exchanged_backbone_teachers": 5,
    "senior_plan_places": 1001,
    "senior_quota_places": 499,
    "migrant_eligible_pupils": 101,
    "migrant_public_pupils": 79,
    "migrant_purchased_pupils": 4,
    "disabled_children": 101,
    "disabled_enrolled": 94,
    "survey_valid": 1001,
    "survey_satisfied": 849,
}
WORSE |= {f"monitoring_level_{subject}": 2 for subject in SUBJECTS}
WORSE |= {f"monitoring_difference_{subject}": Decimal("0.15") for subject in SUBJECTS}
WORSE |= dict.fromkeys(FINDINGS.values(), "not_met") | dict.fromkeys(VETOES.values(), "present")


@pytest.mark.parametrize("name", MET_FIGURES)
def test_any_single_figure_one_step_worse_fails_one_item_and_the_county(name):
    result = met_county({name: WORSE[name]})
    assert sorted(item_verdicts(result).values()) == [MET] * 34 + [NOT_MET]
    assert result.verdict == NOT_MET


NEEDED = {
    "甲校": [
        *("boarding", "zone", "organiser_code", "in_zone_pupils_primary", "classes_primary"),
        *("certified_teachers", "trained_teachers", "teachers_primary", "operating_funds_yuan"),
        *("training_funds_yuan", "music_room_areas_m2", "art_room_areas_m2", "pupils_primary"),
    ],
    "乙中": [
        *("boarding", "zone", "organiser_code", "in_zone_pupils_junior", "classes_junior"),
        *("certified_teachers", "trained_teachers", "teachers_junior", "operating_funds_yuan"),
        *("training_funds_yuan", "music_room_areas_m2", "art_room_areas_m2", "graduates"),
        *("entrants_before", "transferred_in", "transferred_out", "deaths", "pupils_junior"),
    ],
    "丙点": [
        *("certified_teachers", "trained_teachers", "teachers_primary", "operating_funds_yuan"),
        *("training_funds_yuan", "music_room_areas_m2", "art_room_areas_m2", "classes_primary"),
    ],
    "丁特": [
        *("certified_teachers", "trained_teachers", "teachers_primary", "teachers_junior"),
        *("operating_funds_yuan", "training_funds_yuan", "pupils_primary", "pupils_junior"),
    ],
}
# A day school in town that takes all of its pupils from its zone passes 2.13 whether it is in scope or not.
PASSES_ANYWAY = {("甲校", name) for name in ("boarding", "zone", "organiser_code")}
PASSES_ANYWAY |= {("乙中", name) for name in ("boarding", "zone", "organiser_code")}
CELLS = [(name, column) for name, columns in NEEDED.items() for column in columns]


@pytest.mark.parametrize(("name", "column"), [c for c in CELLS if c not in PASSES_ANYWAY])
def test_without_any_single_number_of_a_school_the_county_is_never_met(name, column):
    result = met_county(**{name: {column: None}})
    assert CANNOT_TELL in item_verdicts(result).values()
    assert NOT_MET not in item_verdicts(result).values()
    assert result.verdict == CANNOT_TELL


@pytest.mark.parametrize("name", ["甲校", "乙中", "丙点"])
@pytest.mark.parametrize("known", ["largest_class", "oversize_classes", ""])
def test_one_of_the_two_signs_of_class_size_is_enough_and_none_is_too_little(name, known):
    stage = "junior" if name == "乙中" else "primary"
    gone = [f"{sign}_{stage}" for sign in ("largest_class", "oversize_classes") if sign != known]
    result = met_county(**{name: dict.fromkeys(gone)})
    assert item_verdicts(result)["2.5"] == (MET if known else CANNOT_TELL)
    assert others_met(result, "2.5")


# --- vetoes


@pytest.mark.parametrize("code", VETOES)
def test_a_veto_alone_makes_the_county_not_met_though_all_else_is_met(code):
    result = met_county({VETOES[code]: "present"})
    assert item_verdicts(result)[code] == NOT_MET
    assert others_met(result, code)
    reasons = result.reasons.set_index(result.reasons["part"] + result.reasons["stage"])
    assert reasons["verdict"].to_dict() == {
        **dict.fromkeys(reasons.index, MET),
        "veto": NOT_MET,
    }
    assert "一票否决" in reasons.at["veto", "reason"]
    assert result.verdict == NOT_MET


@pytest.mark.parametrize("code", VETOES)
def test_an_unknown_veto_never_ends_in_met(code):
    result = met_county({VETOES[code]: None})
    assert result.vetoes.set_index("code")["verdict"].to_dict() == {
        **dict.fromkeys(VETOES, MET),
        code: CANNOT_TELL,
    }
    assert result.verdict == CANNOT_TELL


def test_a_veto_that_holds_decides_whatever_is_missing():
    result = judge(
        met_schools(), year=2023, items=items_of("demo", 2023, veto_key_schools="present")
    )
    assert result.verdict == NOT_MET


# --- findings


@pytest.mark.parametrize("code", FINDINGS)
def test_a_finding_decides_its_item(code):
    name = FINDINGS[code]
    for value, expected in (("not_met", NOT_MET), (None, CANNOT_TELL), ("met", MET)):
        result = met_county({name: value})
        assert item_verdicts(result)[code] == expected
        assert others_met(result, code)


# --- 2.3 music and art rooms


ROOMS = {"classes_primary": 12, "music_room_areas_m2": "96", "art_room_areas_m2": "90"}


def rooms_verdict(year=2023, options=None, **values):
    result = met_county(None, school("戊校", **ROOMS | values), year=year, options=options)
    assert others_met(result, "2.3")
    return item_verdicts(result)["2.3"]


@pytest.mark.parametrize(
    ("classes", "music", "art", "expected"),
    [
        (12, "96", "90", MET),
        (12, "95.99", "90", NOT_MET),
        (12, "96", "89.99", NOT_MET),
        (12, "95.99999999999999999", "90", NOT_MET),
        (12, "96.00", "90.0", MET),
        (1, "96", "90", MET),
        (13, "96", "90", NOT_MET),  # ceil(13/12) = 2 of each kind
        (13, "96;96", "90;90", MET),
        (13, "96;96", "90", NOT_MET),
        (24, "96;96", "90;90", MET),
        (25, "96;96", "90;90", NOT_MET),  # ceil(25/12) = 3
        (25, "96;96;96", "90；90；90", MET),
        (24, "96;95", "90;90", NOT_MET),
        (12, "50;96", "90", MET),  # one that is large enough is enough
        (12, "0", "90", NOT_MET),  # no room, written as 0
        (12, None, "90", CANNOT_TELL),
        (12, "96", None, CANNOT_TELL),
        (12, None, "0", NOT_MET),  # the art room is lacking whatever the music room is
        (None, "96", "90", CANNOT_TELL),
        (None, "0", "0", CANNOT_TELL),
    ],
)
def test_every_12_classes_need_a_room_of_each_kind(classes, music, art, expected):
    values = {"classes_primary": classes, "music_room_areas_m2": music, "art_room_areas_m2": art}
    assert rooms_verdict(**values) == expected


def test_the_classes_of_both_stages_need_rooms_together():
    # 6 + 7 = 13 classes need two of each kind, though neither stage does
    both = {"pupils_junior": 0} | school("戊校", "nine_year", classes_junior=7, **ROOMS)
    both |= {"classes_primary": 6, "pupils_primary": 200, "pupils_junior": 60}
    result = met_county(None, both)
    assert item_verdicts(result)["2.3"] == NOT_MET
    place = places_of(result, "2.3").squeeze()
    assert (place["school"], place["amount"], place["amount_unit"]) == ("戊校", 2, "间")


@pytest.mark.parametrize(
    ("classes", "music", "art", "expected"),
    [
        (12, "96", "0", MET),
        (12, "0", "90", MET),
        (12, "95.99", "89.99", NOT_MET),
        (24, "96", "90", MET),
        (25, "96", "90", NOT_MET),
        (25, "96;96", "90", MET),
        (12, None, "0", CANNOT_TELL),
        (25, None, None, CANNOT_TELL),
        (12, None, "90", MET),  # one room is there, whatever the music rooms are
    ],
)
def test_read_as_a_sum_the_rooms_of_both_kinds_count_together(classes, music, art, expected):
    values = {"classes_primary": classes, "music_room_areas_m2": music, "art_room_areas_m2": art}
    result = met_county(None, school("戊校", **values))
    row = result.items.set_index("code").loc["2.3"]
    assert row["verdict_other_reading"] == expected


def test_both_readings_of_the_rooms_stand_side_by_side():
    row = met_county(None, school("戊校", art_room_areas_m2="0")).items.set_index("code").loc["2.3"]
    assert (row["verdict"], row["verdict_other_reading"]) == (NOT_MET, MET)
    assert met_county().items.set_index("code").loc["2.4", "verdict_other_reading"] == ""


@pytest.mark.parametrize("kind", ["special", "vocational"])
def test_special_and_vocational_schools_need_no_such_rooms(kind):
    row = school("戊校", kind, pupils_primary=0, pupils_junior=0, teachers_junior=0)
    row |= {"music_room_areas_m2": "0", "art_room_areas_m2": "0", "classes_junior": 0}
    assert verdict_of("2.3", None, row) == MET


@pytest.mark.parametrize("areas", ["大约96", "96;", "96、90", "-5", "NaN", "2001"])
def test_areas_that_are_no_areas_are_refused_before_they_are_judged(areas):
    with pytest.raises(yz.DataError) as refused:
        table([school("戊校", music_room_areas_m2=areas)])
    assert refused.value.faults["column"].str.contains("音乐").all()


@pytest.mark.parametrize(
    ("year", "built", "music", "art", "expected"),
    [
        (2020, 2016, "73", "67", MET),
        (2020, 2016, "72.99", "67", NOT_MET),
        (2020, 2016, "73", "66.99", NOT_MET),
        (2020, 2017, "73", "67", NOT_MET),
        (2020, None, "73", "67", CANNOT_TELL),  # nobody knows when it was built
        (2020, None, "72.99", "67", NOT_MET),  # the relief would not help
        (2020, None, "96", "90", MET),  # nor is it needed
        (2018, None, "73", "67", NOT_MET),
        (2023, None, "73", "67", NOT_MET),
        (2019, 2016, "73", "67", MET),
        (2022, 2016, "73", "67", MET),
        (2018, 2016, "73", "67", NOT_MET),
        (2023, 2016, "73", "67", NOT_MET),
    ],
)
def test_rooms_of_schools_built_by_2016_may_be_smaller_in_the_years_of_relief(
    year, built, music, art, expected
):
    values = {"built_year": built, "music_room_areas_m2": music, "art_room_areas_m2": art}
    assert rooms_verdict(year, **values) == expected


SMALL = {"pupils_primary": 99, "classes_primary": 6, "largest_class_primary": 29}


@pytest.mark.parametrize(
    ("values", "area", "expected"),
    [
        ({}, "54", MET),
        ({}, "53.99", NOT_MET),
        ({"pupils_primary": 100}, "54", NOT_MET),
        ({"largest_class_primary": 30}, "54", NOT_MET),
        ({"zone": "town"}, "54", NOT_MET),
        ({"zone": None}, "54", CANNOT_TELL),
        ({"zone": None}, "53.99", NOT_MET),
        ({"zone": None, "pupils_primary": 100}, "54", NOT_MET),  # not small, wherever it lies
        ({"largest_class_primary": None}, "54", CANNOT_TELL),
        ({"school_type": "teaching_point"}, "54", MET),
    ],
)
def test_rooms_of_small_rural_primary_schools_may_have_54_square_metres(values, area, expected):
    row = school("戊校", music_room_areas_m2=area, art_room_areas_m2=area, **SMALL) | values
    assert verdict_of("2.3", None, row, year=2020) == expected


@pytest.mark.parametrize(("area", "expected"), [("61", MET), ("60.99", NOT_MET)])
def test_rooms_of_small_rural_junior_schools_may_have_61_square_metres(area, expected):
    small = {"pupils_junior": 99, "largest_class_junior": 29}
    rooms = {"music_room_areas_m2": area, "art_room_areas_m2": area}
    assert (
        verdict_of("2.3", None, school("戊中", "junior", **small, **rooms), year=2020) == expected
    )


def test_relief_may_be_put_on_and_off_in_any_year():
    small = {"built_year": 2010, "music_room_areas_m2": "73", "art_room_areas_m2": "67"}
    for year, option, expected in ((2023, True, MET), (2020, False, NOT_MET)):
        assert rooms_verdict(year, {"transitional_relief": option}, **small) == expected


def test_both_verdicts_stand_where_a_relief_makes_the_difference():
    small = {"built_year": 2010, "music_room_areas_m2": "73", "art_room_areas_m2": "67"}
    result = met_county(None, school("戊校", **small), year=2020)
    row = result.items.set_index("code").loc["2.3"]
    assert (row["verdict"], row["verdict_without_relief"]) == (MET, NOT_MET)
    assert "过渡期" in row["reason"]
    assert item_verdicts(result.without_relief)["2.3"] == NOT_MET
    assert result.without_relief.verdict == NOT_MET


# --- 2.4 size of schools


def big(kind, **pupils):
    """A school of that size with rooms and classes enough; all else as in `school`."""
    classes = sum(pupils.values()) // 40 + 1
    needed = ceil(classes / 12)
    rooms = {"music_room_areas_m2": ";".join(["96"] * needed)}
    rooms |= {"art_room_areas_m2": ";".join(["90"] * needed)}
    row = school("戊校", kind, **rooms) | pupils
    return {name: row[name] for name in row if "classes" not in name} | {
        f"classes_{stage}": classes // 2 for stage in ("primary", "junior")
    }


@pytest.mark.parametrize(
    ("kind", "pupils", "expected"),
    [
        ("primary", {"pupils_primary": 2000}, MET),
        ("primary", {"pupils_primary": 2001}, NOT_MET),
        ("junior", {"pupils_junior": 2000}, MET),
        ("junior", {"pupils_junior": 2001}, NOT_MET),
        ("teaching_point", {"pupils_primary": 2001}, NOT_MET),
        ("complete_secondary", {"pupils_junior": 2000, "pupils_senior": 3000}, MET),
        ("complete_secondary", {"pupils_junior": 2001, "pupils_senior": 0}, NOT_MET),
        ("nine_year", {"pupils_primary": 1300, "pupils_junior": 1200}, MET),
        ("nine_year", {"pupils_primary": 1301, "pupils_junior": 1200}, NOT_MET),
        ("nine_year", {"pupils_primary": 2400, "pupils_junior": 100}, MET),  # not part by part
        ("twelve_year", {"pupils_primary": 1500, "pupils_junior": 1000, "pupils_senior": 900}, MET),
        (
            "twelve_year",
            {"pupils_primary": 1500, "pupils_junior": 1001, "pupils_senior": 0},
            NOT_MET,
        ),
        ("nine_year", {"pupils_primary": 1300, "pupils_junior": None}, CANNOT_TELL),
        ("primary", {"pupils_primary": None}, CANNOT_TELL),
        ("special", {"pupils_primary": 2001, "pupils_junior": 900}, MET),  # not named in the item
    ],
)
def test_no_school_is_larger_than_its_kind_allows(kind, pupils, expected):
    row = school("戊校", kind, pupils_primary=None, pupils_junior=None) | pupils
    result = met_county(None, row)
    assert item_verdicts(result)["2.4"] == expected
    bad = [] if expected == MET else ["戊校"]
    assert places_of(result, "2.4")["school"].tolist() == bad


@pytest.mark.parametrize(
    ("kind", "pupils", "values", "expected"),
    [
        ("primary", {"pupils_primary": 2400}, {"built_year": 2010}, MET),
        ("primary", {"pupils_primary": 2401}, {"built_year": 2010}, NOT_MET),
        ("primary", {"pupils_primary": 2400}, {"built_year": 2011}, CANNOT_TELL),
        ("primary", {"pupils_primary": 2400}, {}, CANNOT_TELL),
        ("primary", {"pupils_primary": 2401}, {}, NOT_MET),
        ("junior", {"pupils_junior": 2400}, {"built_year": 1990}, MET),
        ("primary", {"pupils_primary": 2400}, {"migrant_pupils": 1200}, CANNOT_TELL),
        (
            "primary",
            {"pupils_primary": 2400},
            {"built_year": 2011, "migrant_pupils": 1200},  # just half
            NOT_MET,
        ),
        ("primary", {"pupils_primary": 2400}, {"migrant_pupils": 1201}, MET),
        ("nine_year", {"pupils_primary": 2000, "pupils_junior": 1000}, {"built_year": 2010}, MET),
        (
            "nine_year",
            {"pupils_primary": 2000, "pupils_junior": 1001},
            {"built_year": 2010},
            NOT_MET,
        ),
        (
            "twelve_year",
            {"pupils_primary": 2000, "pupils_junior": 501},
            {"built_year": 2010},
            NOT_MET,
        ),
        ("complete_secondary", {"pupils_junior": 2001}, {"built_year": 2010}, NOT_MET),
    ],
)
def test_older_schools_and_those_of_migrants_may_be_larger_in_the_years_of_relief(
    kind, pupils, values, expected
):
    row = school("戊校", kind) | pupils | values
    assert verdict_of("2.4", None, row, year=2021) == expected
    assert verdict_of("2.4", None, row, year=2023) == NOT_MET


def test_what_must_be_known_before_a_larger_school_can_be_told_is_named():
    result = met_county(None, school("戊校", pupils_primary=2400, migrant_pupils=5), year=2021)
    place = places_of(result, "2.4").squeeze()
    assert (place["verdict"], place["value"]) == (CANNOT_TELL, 2400)
    assert place["printed"] == "2400人（缺规划建成年份，过渡期放宽是否适用无法判定）"
    for option, expected in ((True, CANNOT_TELL), (False, NOT_MET)):
        again = met_county(
            None,
            school("戊校", pupils_primary=2400, migrant_pupils=5),
            options={"transitional_relief": option},
        )
        assert item_verdicts(again)["2.4"] == expected


def test_what_must_be_known_before_smaller_rooms_can_be_told_is_named():
    rooms = {"music_room_areas_m2": "54", "art_room_areas_m2": "54"}
    row = school("戊校", built_year=2017, **SMALL, **rooms) | {"zone": None}
    place = places_of(met_county(None, row, year=2021), "2.3").squeeze()
    assert place["verdict"] == CANNOT_TELL
    assert place["printed"].endswith("（缺城乡类型，过渡期放宽是否适用无法判定）")


def test_the_amount_of_a_school_that_is_too_large_is_its_pupils_over_the_bar():
    place = places_of(met_county(None, school("戊校", pupils_primary=2137)), "2.4").squeeze()
    assert (place["amount"], place["amount_unit"], place["bar"]) == (137, "人", 2000)


@pytest.mark.parametrize(
    ("primary", "junior", "expected"),
    [(0, 0, MET), (1, 0, NOT_MET), (0, 1, NOT_MET), (None, None, CANNOT_TELL)],
)
def test_a_vocational_school_has_no_compulsory_classes(primary, junior, expected):
    row = {"school": "戊职", "school_type": "vocational", "pupils_primary": primary}
    result = met_county(None, row | {"pupils_junior": junior})
    assert item_verdicts(result)["2.4"] == expected
    assert others_met(result, "2.4")


# --- 2.5 size of classes


@pytest.mark.parametrize(
    ("kind", "stage", "largest", "oversize", "expected"),
    [
        ("primary", "primary", 45, 0, MET),
        ("primary", "primary", 46, 1, NOT_MET),
        ("primary", "primary", 46, None, NOT_MET),
        ("primary", "primary", 45, None, MET),
        ("primary", "primary", None, 0, MET),
        ("primary", "primary", None, 1, NOT_MET),
        ("primary", "primary", None, None, CANNOT_TELL),
        ("primary", "primary", 46, 0, NOT_MET),  # the two contradict each other: never met
        ("primary", "primary", 45, 1, NOT_MET),
        ("junior", "junior", 50, 0, MET),
        ("junior", "junior", 51, None, NOT_MET),
        ("junior", "junior", 46, 0, MET),
        ("complete_secondary", "junior", 51, None, NOT_MET),
        ("teaching_point", "primary", 46, None, NOT_MET),
        ("twelve_year", "primary", 46, None, NOT_MET),
    ],
)
def test_no_class_is_larger_than_its_stage_allows(kind, stage, largest, oversize, expected):
    values = {f"largest_class_{stage}": largest, f"oversize_classes_{stage}": oversize}
    assert verdict_of("2.5", None, school("戊校", kind, **values)) == expected


def test_the_two_parts_of_a_nine_year_school_have_a_limit_each():
    both = {"pupils_junior": 100, "classes_junior": 2, "oversize_classes_junior": None}
    row = school("戊校", "nine_year", **both, largest_class_junior=50)
    assert verdict_of("2.5", None, row) == MET
    assert verdict_of("2.5", None, row | {"largest_class_junior": 51}) == NOT_MET
    assert verdict_of("2.5", None, row | {"largest_class_primary": 46}) == NOT_MET
    assert verdict_of("2.5", None, row | {"largest_class_junior": None}) == CANNOT_TELL


def test_a_part_without_pupils_has_no_classes_to_be_asked_for():
    row = school("戊校", "nine_year", pupils_junior=0, classes_junior=0)
    assert verdict_of("2.5", None, row) == MET


def test_a_teaching_point_under_50_counts_for_classes_though_not_for_resources():
    result = met_county(丙点={"largest_class_primary": 46, "oversize_classes_primary": None})
    assert item_verdicts(result)["2.5"] == NOT_MET
    assert places_of(result, "2.5")["school"].tolist() == ["丙点"]
    assert "丙点" not in set(result.schools["school"])


@pytest.mark.parametrize(
    ("largest", "oversize", "expected"),
    [
        (None, 0, MET),  # no class is over the limit, so the largest is not
        (None, 1, NOT_MET),
        (46, None, NOT_MET),
        (45, None, MET),
        (None, None, CANNOT_TELL),
    ],
)
def test_neither_sign_of_class_size_is_met_where_nobody_can_tell(largest, oversize, expected):
    signs = {"largest_class_primary": largest, "oversize_classes_primary": oversize}
    nobody_else = dict.fromkeys(("甲校", "乙中", "丙点"))
    result = met_county(None, school("戊校", **signs), **nobody_else)
    assert result.items.set_index("code").at["2.5", "verdict"] == expected
    told = set(result.checks.loc[result.checks["code"] == "2.5", "verdict"])
    assert told <= {expected, MET}  # the other sign tells the place that this one does not
    assert expected in told
    assert expected != CANNOT_TELL or MET not in told


def test_a_sign_of_class_size_that_others_give_is_not_met_where_one_school_gives_none():
    row = school("戊校", largest_class_primary=None, oversize_classes_primary=None)
    result = met_county(None, row, 甲校={"oversize_classes_primary": None})
    checks = result.checks[result.checks["code"] == "2.5"]
    assert checks["verdict"].tolist() == [CANNOT_TELL, CANNOT_TELL]
    assert len(places_of(result, "2.5")) == 1  # told once


def test_a_school_that_fails_by_both_signs_is_told_once():
    row = school("戊校", largest_class_primary=46, oversize_classes_primary=1)
    assert len(places_of(met_county(None, row), "2.5")) == 1


# --- 2.6 funds of small schools


@pytest.mark.parametrize(
    ("pupils", "funds", "expected"),
    [
        (99, 71_000, MET),  # exactly 710 x 100
        (99, Decimal("70999.99"), NOT_MET),
        (99, Decimal("70999.9999999999999999"), NOT_MET),
        (100, 70_999, MET),  # no small school
        (1, 71_000, MET),
        (99, None, CANNOT_TELL),
        (99, 0, NOT_MET),
        (None, 70_999, CANNOT_TELL),
        (None, 71_000, MET),  # enough, whether it is small or not
        (0, 0, MET),  # closed
    ],
)
def test_a_village_school_under_100_pupils_is_funded_as_100(pupils, funds, expected):
    row = school(
        "戊校", pupils_primary=pupils, operating_funds_yuan=funds, training_funds_yuan=None
    )
    assert verdict_of("2.6", None, row) == expected


@pytest.mark.parametrize(
    ("kind", "zone", "expected"),
    [
        ("primary", "rural", NOT_MET),
        ("primary", "town", MET),
        ("primary", "urban", MET),
        ("primary", None, CANNOT_TELL),
        ("teaching_point", "town", NOT_MET),  # every teaching point
        ("teaching_point", None, NOT_MET),
        ("junior", "rural", MET),  # the item names primary schools and teaching points
        ("special", "rural", MET),
    ],
)
def test_only_village_schools_and_teaching_points_are_small_schools(kind, zone, expected):
    row = school("戊校", kind, zone=zone, operating_funds_yuan=50_000, training_funds_yuan=2_500)
    row |= {"pupils_primary": 60 if kind != "junior" else None}
    row |= {"pupils_junior": 60} if kind == "junior" else {}
    assert verdict_of("2.6", None, row) == expected


def test_the_base_of_the_county_is_asked_for_only_where_there_is_a_small_school():
    assert verdict_of("2.6", {"operating_base_primary_yuan": None}) == CANNOT_TELL
    assert verdict_of("2.6", {"operating_base_primary_yuan": None}, 丙点=None) == MET


def test_the_amount_of_a_small_school_is_the_money_that_is_lacking():
    # 710 x 100 - 50,000.50 = 20,999.50, so 21,000 yuan
    place = places_of(
        met_county(丙点={"operating_funds_yuan": Decimal("50000.5")}), "2.6"
    ).squeeze()
    assert (place["amount"], place["amount_unit"]) == (21_000, "元")


# --- 2.7 special schools


@pytest.mark.parametrize(
    ("funds", "expected"),
    [(180_000, MET), (Decimal("179999.99"), NOT_MET), (0, NOT_MET), (None, CANNOT_TELL)],
)
def test_a_special_school_has_6000_yuan_per_pupil(funds, expected):
    # 6,000 x (20 + 10)
    spare = {"operating_funds_yuan": funds, "training_funds_yuan": None}
    assert verdict_of("2.7", None, 丁特=spare) == expected


def test_the_stated_funds_of_special_schools_stand_only_where_those_of_the_schools_are_missing():
    stated = {"special_funds_per_pupil_yuan": 8000}
    assert verdict_of("2.7", stated, 丁特={"operating_funds_yuan": 90_000}) == NOT_MET
    assert verdict_of("2.7", stated, 丁特={"operating_funds_yuan": None}) == MET
    assert verdict_of("2.7", {"special_funds_per_pupil_yuan": 5999}) == MET
    assert verdict_of("2.7", {"special_funds_per_pupil_yuan": 6000}, 丁特=None) == MET
    assert (
        verdict_of("2.7", {"special_funds_per_pupil_yuan": Decimal("5999.99")}, 丁特=None)
        == NOT_MET
    )


def test_without_a_special_school_nobody_can_tell():
    assert verdict_of("2.7", None, 丁特=None) == CANNOT_TELL


# --- 2.8, 2.10 money and posts of teachers


@pytest.mark.parametrize(
    ("teachers", "servants", "expected"),
    [
        (73_200, 73_200, MET),
        (Decimal("73199.99"), 73_200, NOT_MET),
        (82_403, 73_200, MET),
        (None, 73_200, CANNOT_TELL),
        (73_200, None, CANNOT_TELL),
        (1_000, 73_200, NOT_MET),
    ],
)
def test_teachers_are_paid_no_less_than_civil_servants(teachers, servants, expected):
    figures = {"teacher_pay_yuan": teachers, "civil_servant_pay_yuan": servants}
    assert verdict_of("2.8", figures) == expected


def test_low_pay_is_not_met_whatever_is_unknown_of_performance_pay():
    figures = {"teacher_pay_yuan": 73_199, "performance_pay_finding": None}
    assert verdict_of("2.8", figures) == NOT_MET


@pytest.mark.parametrize("what", ["establishment", "posts"])
@pytest.mark.parametrize(
    ("approved", "allotted", "expected"),
    [(4996, 4996, MET), (4996, 4997, NOT_MET), (4996, None, CANNOT_TELL), (None, 1, CANNOT_TELL)],
)
def test_no_more_is_allotted_than_was_approved(what, approved, allotted, expected):
    figures = {f"{what}_approved": approved, f"{what}_allotted": allotted}
    assert verdict_of("2.10", figures) == expected


# --- 2.9, 2.12 every teacher


@pytest.mark.parametrize(("code", "column"), [("2.9", "trained"), ("2.12", "certified")])
def test_one_teacher_of_5000_is_one_too_few(code, column):
    rest = {"teachers_primary": 5000 - 60 - 80 - 5 - 15, f"{column}_teachers": 4840}
    others = {name: 4840 for name in ("trained_teachers", "certified_teachers")}
    row = school("戊校") | others | rest
    assert row["teachers_primary"] == 4840
    assert verdict_of(code, None, row) == MET
    result = met_county(None, row | {f"{column}_teachers": 4839})
    assert item_verdicts(result)[code] == NOT_MET
    assert others_met(result, code)
    check = result.checks[result.checks["code"] == code].squeeze()
    assert (check["numerator"], check["denominator"]) == (4999, 5000)


@pytest.mark.parametrize(("code", "column"), [("2.9", "trained"), ("2.12", "certified")])
def test_the_stated_share_of_teachers_stands_only_where_the_counts_are_missing(code, column):
    name, gone = f"{column}_share_percent", {f"{column}_teachers": None}
    for stated, expected in (
        (100, MET),
        (Decimal("99.99999999999999999"), NOT_MET),
        (None, CANNOT_TELL),
    ):
        assert verdict_of(code, {name: stated}, 甲校=gone) == expected
    assert verdict_of(code, {name: 0}) == MET
    assert verdict_of(code, {name: 100}, 甲校={f"{column}_teachers": 59}) == NOT_MET
    check = met_county({name: 100}, 甲校=gone).checks
    assert check[check["code"] == code]["stated"].tolist() == [True]


@pytest.mark.parametrize(("code", "column"), [("2.9", "trained"), ("2.12", "certified")])
def test_a_surplus_in_one_school_never_hides_a_gap_in_another(code, column):
    # 61 certified of 60 teachers is wrong data, and must not make up for 79 of 80
    try:
        result = met_county(
            甲校={f"{column}_teachers": 61},
            乙中={f"{column}_teachers": 79},
        )
    except yz.DataError:
        return
    assert item_verdicts(result)[code] != MET


@pytest.mark.parametrize(("code", "column"), [("2.9", "trained"), ("2.12", "certified")])
def test_a_closed_school_that_says_nothing_adds_nothing(code, column):
    closed = {"school": "戊校", "school_type": "primary", "pupils_primary": 0}
    assert verdict_of(code, None, closed) == MET


def test_teachers_of_vocational_schools_are_not_asked_for_certificates():
    row = {"school": "戊职", "school_type": "vocational", "pupils_primary": 0, "pupils_junior": 0}
    assert verdict_of("2.12", None, row | {"teachers_junior": 9, "certified_teachers": 0}) == MET


def test_teachers_of_private_and_special_schools_are():
    private = school("戊校", organiser_code=10, certified_teachers=19)
    assert verdict_of("2.12", None, private) == NOT_MET
    assert verdict_of("2.12", 丁特={"certified_teachers": 14}) == NOT_MET


# --- 2.11 exchange


@pytest.mark.parametrize(
    ("eligible", "exchanged", "backbone", "expected"),
    [
        (300, 30, 6, MET),
        (301, 30, 6, NOT_MET),  # 9.97 % prints as 10.0
        (300, 30, 5, NOT_MET),
        (300, 31, 6, NOT_MET),  # 6/31 = 19.4 %
        (550, 256, 124, MET),
        (30, 3, 1, MET),  # thirds: 1/3 of them are backbone teachers
        (29, 3, 1, MET),
        (7, 1, 1, MET),
        (11, 1, 1, NOT_MET),
        (300, 0, 0, NOT_MET),  # a true 0
        (0, 0, 0, CANNOT_TELL),  # 0/0: nothing to judge by
        (None, 30, 6, CANNOT_TELL),
        (300, None, 6, CANNOT_TELL),
        (300, 30, None, CANNOT_TELL),
        (300, 29, None, NOT_MET),
    ],
)
def test_a_tenth_of_the_eligible_teachers_is_exchanged_a_fifth_of_them_backbone(
    eligible, exchanged, backbone, expected
):
    figures = {"exchange_eligible_teachers": eligible, "exchanged_teachers": exchanged}
    figures |= {"exchanged_backbone_teachers": backbone}
    assert verdict_of("2.11", figures) == expected


@pytest.mark.parametrize(
    ("share", "backbone_share", "expected"),
    [
        (Decimal("46.5"), Decimal("47.7"), MET),
        (10, 20, MET),
        (Decimal("9.999999999999999999"), 20, NOT_MET),
        (10, Decimal("19.999999999999999999"), NOT_MET),
        (10, None, CANNOT_TELL),
    ],
)
def test_stated_shares_of_exchange_stand_where_there_are_no_counts(share, backbone_share, expected):
    counts = ("exchange_eligible_teachers", "exchanged_teachers", "exchanged_backbone_teachers")
    figures = dict.fromkeys(counts) | {"exchanged_share_percent": share}
    figures |= {"exchanged_backbone_share_percent": backbone_share}
    assert verdict_of("2.11", figures) == expected


# --- 2.13 own zone


@pytest.mark.parametrize(
    ("name", "column", "inside", "expected"),
    [
        ("甲校", "in_zone_pupils_primary", 1000, MET),
        ("甲校", "in_zone_pupils_primary", 999, NOT_MET),
        ("甲校", "in_zone_pupils_primary", None, CANNOT_TELL),
        ("乙中", "in_zone_pupils_junior", 950, MET),
        ("乙中", "in_zone_pupils_junior", 949, NOT_MET),
        ("乙中", "in_zone_pupils_junior", 0, NOT_MET),
        ("乙中", "in_zone_pupils_junior", None, CANNOT_TELL),
    ],
)
def test_all_primary_and_19_of_20_junior_pupils_are_from_the_zone(name, column, inside, expected):
    assert verdict_of("2.13", None, **{name: {column: inside}}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, NOT_MET),
        ({"organiser_code": 10}, MET),
        ({"boarding": True}, MET),
        ({"zone": "rural"}, MET),
        ({"zone": "urban"}, NOT_MET),
        ({"school_type": "special", "pupils_junior": 0, "teachers_junior": 0}, MET),
        ({"organiser_code": None}, CANNOT_TELL),
        ({"boarding": None}, CANNOT_TELL),
        ({"zone": None}, CANNOT_TELL),
        ({"zone": None, "boarding": True}, MET),  # out by its boarders, wherever it lies
        ({"organiser_code": None, "zone": "rural"}, MET),
    ],
)
def test_private_boarding_and_rural_schools_are_out_of_the_zones(values, expected):
    row = school("戊校", zone="town", in_zone_pupils_primary=199) | values
    assert verdict_of("2.13", None, row) == expected


@pytest.mark.parametrize("lacking", ["zone", "boarding", "organiser_code"])
def test_a_school_of_which_nobody_knows_changes_nothing_where_it_passes_anyway(lacking):
    row = school("戊校", zone="town", in_zone_pupils_primary=200) | {lacking: None}
    assert verdict_of("2.13", None, row) == MET  # 1000/1000 and 1200/1200


@pytest.mark.parametrize("lacking", ["zone", "boarding", "organiser_code"])
def test_a_school_of_which_nobody_knows_saves_no_county_that_fails_anyway(lacking):
    row = school("戊校", zone="town", in_zone_pupils_primary=200) | {lacking: None}
    # 999/1000 and 1199/1200
    assert verdict_of("2.13", None, row, 甲校={"in_zone_pupils_primary": 999}) != MET


def test_a_closed_school_of_which_nobody_knows_changes_nothing():
    closed = {"school": "戊校", "school_type": "primary", "pupils_primary": 0}
    assert verdict_of("2.13", None, closed) == MET


def test_a_stage_without_pupils_in_the_zones_has_nothing_to_be_checked():
    # the only public day school in town that may have primary pupils has none
    row = school("戊校", "nine_year", zone="town", pupils_primary=0, in_zone_pupils_primary=0)
    row |= {"pupils_junior": 200, "in_zone_pupils_junior": 200, "teachers_junior": 20}
    row |= {"teachers_primary": 0, "classes_primary": 0, "largest_class_primary": 0}
    assert verdict_of("2.13", None, row, 甲校={"zone": "rural"}) == MET
    empty = row | {"in_zone_pupils_primary": None}
    assert verdict_of("2.13", None, empty, 甲校={"zone": "rural"}) == MET


def test_a_county_without_such_schools_has_nothing_to_be_checked():
    result = met_county(甲校={"zone": "rural"}, 乙中={"organiser_code": 10})
    assert item_verdicts(result)["2.13"] == MET
    assert "没有需要检查" in result.items.set_index("code").at["2.13", "reason"]


def test_the_schools_are_taken_together_not_one_by_one():
    # 乙中 940 of 1,000 and 戊中 200 of 200: 1,140 of 1,200 is 95 %
    row = school("戊中", "junior", zone="town", in_zone_pupils_junior=200)
    assert verdict_of("2.13", None, row, 乙中={"in_zone_pupils_junior": 940}) == MET
    assert verdict_of("2.13", None, row, 乙中={"in_zone_pupils_junior": 939}) == NOT_MET


# --- 2.14, 2.15, 3.2, S1 shares of counts


SHARES = {
    "2.14": ("senior_quota_places", "senior_plan_places", "senior_quota_share_percent", 50),
    "3.2": ("disabled_enrolled", "disabled_children", "disabled_enrolment_percent", 95),
    "S1": ("survey_satisfied", "survey_valid", "survey_satisfied_percent", 85),
    "2.15": ("migrant_public_pupils", "migrant_eligible_pupils", "migrant_share_percent", 85),
}


@pytest.mark.parametrize("code", SHARES)
@pytest.mark.parametrize("scale", [1, 3, 7, 5_000])
def test_a_share_exactly_on_its_bar_is_met_and_one_less_is_not(code, scale):
    part, whole, _, bar = SHARES[code]
    figures = {"migrant_purchased_pupils": 0, whole: 20 * scale}
    on = 20 * scale * bar // 100
    assert verdict_of(code, figures | {part: on}) == MET
    assert verdict_of(code, figures | {part: on - 1}) == NOT_MET


@pytest.mark.parametrize("code", SHARES)
def test_thirds_are_decided_exactly(code):
    # 1/3 of anything is below 50 %, 85 % and 95 %; all three thirds are not
    part, whole, _, _ = SHARES[code]
    for count, expected in ((1, NOT_MET), (3, MET)):
        figures = {whole: 3, part: count, "migrant_purchased_pupils": 0}
        assert verdict_of(code, figures) == expected


@pytest.mark.parametrize("code", SHARES)
def test_a_stated_share_stands_only_where_a_count_is_missing(code):
    part, whole, share, bar = SHARES[code]
    below = Decimal(bar) - Decimal("0.0000000000000000001")
    for gone in ({part: None}, {whole: None}, {part: None, whole: None}):
        assert verdict_of(code, gone) == CANNOT_TELL
        assert verdict_of(code, gone | {share: bar}) == MET
        assert verdict_of(code, gone | {share: below}) == NOT_MET
    assert verdict_of(code, {share: 0}) == MET  # the counts stand
    assert verdict_of(code, {part: 1, "migrant_purchased_pupils": 0, share: 100}) == NOT_MET


@pytest.mark.parametrize(
    ("code", "expected"), [("2.14", CANNOT_TELL), ("3.2", MET), ("S1", CANNOT_TELL), ("2.15", MET)]
)
@pytest.mark.parametrize("stated", [None, 0, 100])
def test_nothing_of_nothing_is_no_share(code, expected, stated):
    # no disabled child and no migrant pupil: nobody is left out; no questionnaire: nobody was asked
    part, whole, share, _ = SHARES[code]
    figures = {part: 0, whole: 0, "migrant_purchased_pupils": 0, share: stated}
    assert verdict_of(code, figures) == expected


def test_places_that_were_purchased_count_and_an_empty_number_of_them_is_not_zero():
    full = {"migrant_public_pupils": 85, "migrant_eligible_pupils": 100}
    assert verdict_of("2.15", full | {"migrant_purchased_pupils": 0}) == MET
    assert verdict_of("2.15", full | {"migrant_purchased_pupils": None}) == CANNOT_TELL
    assert verdict_of("2.15", {"migrant_public_pupils": 0, "migrant_purchased_pupils": 85}) == MET


# --- 3.1 retention


@pytest.mark.parametrize(
    ("graduates", "entrants", "into", "out", "deaths", "expected"),
    [
        (95, 100, 0, 0, 0, MET),
        (94, 100, 0, 0, 0, NOT_MET),
        (100, 100, 6, 0, 0, NOT_MET),  # who came later was no entrant: 94
        (100, 100, 5, 0, 0, MET),
        (90, 100, 0, 5, 0, MET),  # who moved away has not left school: 95
        (90, 100, 0, 4, 0, NOT_MET),
        (94, 100, 0, 0, 1, NOT_MET),  # 94/99 = 94.95 %, which prints as 94.9
        (95, 101, 0, 0, 1, MET),  # 95/100
        (94, 100, 0, 0, 2, MET),  # 94/98 = 95.9 %
        (331, 348, 6, 25, 1, MET),  # 350/347
        (0, 100, 0, 0, 0, NOT_MET),  # a true 0
        (0, 0, 0, 0, 0, CANNOT_TELL),
        (None, 100, 0, 0, 0, CANNOT_TELL),
        (95, None, 0, 0, 0, CANNOT_TELL),
        (95, 100, None, 0, 0, CANNOT_TELL),
        (95, 100, 0, None, 0, CANNOT_TELL),
        (95, 100, 0, 0, None, CANNOT_TELL),
    ],
)
def test_retention_counts_transfers_and_deaths(graduates, entrants, into, out, deaths, expected):
    flows = {"graduates": graduates, "entrants_before": entrants, "transferred_in": into}
    flows |= {"transferred_out": out, "deaths": deaths}
    assert verdict_of("3.1", None, 乙中=flows) == expected


def test_retention_is_of_the_county_not_of_each_school():
    # 90 of 100 and 100 of 100 are 190 of 200 = 95 %
    flows = {"graduates": 90, "entrants_before": 100, "transferred_in": 0, "transferred_out": 0}
    row = school("戊中", "junior", graduates=100, entrants_before=100)
    assert verdict_of("3.1", None, row, 乙中=flows | {"deaths": 0}) == MET
    flows["graduates"] = 89
    assert verdict_of("3.1", None, row, 乙中=flows | {"deaths": 0}) == NOT_MET


def test_more_deaths_than_entrants_are_never_a_good_retention():
    flows = {"graduates": 0, "entrants_before": 5, "transferred_in": 6, "transferred_out": 0}
    try:
        verdict = verdict_of("3.1", None, 乙中=flows | {"deaths": 10})  # (0-6)/(5-10) = 120 %
    except yz.DataError:
        return
    assert verdict != MET


def test_stated_retention_stands_only_where_the_flows_are_missing():
    for stated, expected in ((95, MET), (Decimal("94.99999999999999999"), NOT_MET)):
        figures = {"junior_retention_percent": stated}
        assert verdict_of("3.1", figures, 乙中={"deaths": None}) == expected
        assert verdict_of("3.1", figures) == MET


# --- 3.4 money for training


@pytest.mark.parametrize(
    ("training", "operating", "expected"),
    [
        (10_000, 200_000, MET),
        (Decimal("9999.99"), 200_000, NOT_MET),  # 4.999995 % prints as 5.0
        (Decimal("4.9999999999999999"), 100, NOT_MET),
        (5, 100, MET),
        (Decimal("0.05"), 1, MET),
        (Decimal("5.27"), Decimal("105.4"), MET),  # exactly on the bar, no float is
        (Decimal("5.26"), Decimal("105.4"), NOT_MET),
        (0, 200_000, NOT_MET),
        (0, 0, CANNOT_TELL),
        (None, 200_000, CANNOT_TELL),
        (10_000, None, CANNOT_TELL),
    ],
)
def test_every_school_spends_a_twentieth_on_training(training, operating, expected):
    row = school("戊校", training_funds_yuan=training, operating_funds_yuan=operating)
    result = met_county(None, row)
    assert item_verdicts(result)["3.4"] == expected
    assert others_met(result, "3.4")


@pytest.mark.parametrize("kind", [*COUNTED, "special"])
def test_one_school_of_any_kind_that_spends_too_little_fails_the_county(kind):
    row = school("戊校", kind, training_funds_yuan=9_999)
    result = met_county(None, row)
    assert item_verdicts(result)["3.4"] == NOT_MET
    place = places_of(result, "3.4").squeeze()
    assert (place["school"], place["amount"], place["amount_unit"]) == ("戊校", 1, "元")


# --- 3.9 monitoring


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    ("level", "difference", "expected"),
    [
        (3, Decimal("0.149"), MET),
        (4, 0, MET),
        (2, Decimal("0.149"), NOT_MET),
        (3, Decimal("0.15"), NOT_MET),  # 低于0.15: strictly below
        (3, Decimal("0.1500"), NOT_MET),
        (3, Decimal("0.14999999999999999999"), MET),
        (3, Decimal("0.15000000000000000001"), NOT_MET),
        (None, Decimal("0.149"), CANNOT_TELL),
        (3, None, CANNOT_TELL),
        (2, None, NOT_MET),
        (NOT_APPLICABLE, NOT_APPLICABLE, MET),  # the other five were monitored
    ],
)
def test_every_monitored_subject_reaches_level_3_and_a_small_difference(
    subject, level, difference, expected
):
    figures = {f"monitoring_level_{subject}": level}
    assert verdict_of("3.9", figures | {f"monitoring_difference_{subject}": difference}) == expected


def test_a_county_that_was_not_monitored_cannot_be_told():
    names = [f"monitoring_{what}_{s}" for what in ("level", "difference") for s in SUBJECTS]
    result = met_county(dict.fromkeys(names, NOT_APPLICABLE))
    row = result.items.set_index("code").loc["3.9"]
    assert row["verdict"] == CANNOT_TELL
    assert "未参加监测" in row["reason"]
    assert result.verdict == CANNOT_TELL


def test_a_subject_that_fails_is_named_in_its_place():
    place = places_of(met_county({"monitoring_level_pe": 2}), "3.9").squeeze()
    assert (place["school"], place["value"], place["verdict"]) == ("体育", 2, NOT_MET)


# --- no school


def test_a_county_of_one_closed_school_has_nothing_that_is_met_by_schools():
    closed = {"school": "甲校", "school_type": "primary", "pupils_primary": 0}
    items = items_of("demo", 2023, **MET_FIGURES)
    result = judge([closed], year=2023, items=items)
    told = item_verdicts(result)
    for code in ("2.7", "2.9", "2.12", "3.1", "3.4"):
        assert told[code] == CANNOT_TELL
    assert result.verdict == CANNOT_TELL


# --- what peers got wrong


def test_a_junior_school_with_8_666_square_metres_of_sports_is_below_the_floor_of_8_67():
    # 85 % of 10.2 is 8.67; 8.666 prints as 8.67
    for grounds, expected in ((8666, NOT_MET), (8670, MET)):
        result = met_county(乙中={"sports_ground_area_m2": grounds})
        assert result.verdict == expected
        assert others_met(result)


def test_an_unfilled_number_is_not_zero():
    unfilled = met_county({"migrant_purchased_pupils": None})
    zero = met_county({"migrant_purchased_pupils": 0})
    assert item_verdicts(unfilled)["2.15"] == CANNOT_TELL
    assert item_verdicts(zero)["2.15"] == NOT_MET  # 80 of 100


def test_a_true_zero_of_a_stage_is_not_replaced_by_the_total_of_the_school():
    # 300 primary and 0 junior pupils; 20 primary and 0 junior teachers, 20 certified
    row = school("戊校", "nine_year", pupils_primary=300, pupils_junior=0, teachers_junior=0)
    result = met_county(None, row)
    check = result.checks[result.checks["code"] == "2.12"].squeeze()
    assert (check["numerator"], check["denominator"]) == (180, 180)
    assert set(result.schools.query("school == '戊校'")["stage"]) == {"primary"}


# --- many county-years at once


def many():
    """County-years that differ: met, a veto, a failing school, missing figures, relief on and off, no figures."""
    small = school("戊校", built_year=2010, music_room_areas_m2="73", art_room_areas_m2="67")
    parts = [
        ("a", 2020, met_schools(small), MET_FIGURES),
        ("a", 2023, met_schools(small), MET_FIGURES),
        ("b", 2023, met_schools(), MET_FIGURES | {"veto_key_schools": "present"}),
        ("c", 2023, met_schools(甲校={"boarding": None}, 丁特=None), MET_FIGURES),
        ("d", 2021, met_schools(丙点={"operating_funds_yuan": 3550}), {"layout_finding": "met"}),
        ("e", 2023, met_schools(), {}),
        ("f", 2023, met_schools(乙中=None), MET_FIGURES | {"monitoring_level_pe": NOT_APPLICABLE}),
    ]
    return [(table(rows, c, y), items_of(c, y, **figures)) for c, y, rows, figures in parts]


@pytest.mark.parametrize(
    "name", ["items", "vetoes", "checks", "places", "rows", "reasons", "verdicts"]
)
def test_many_county_years_at_once_are_each_of_them(name):
    pairs = many()
    together = yz.assess(
        stack_tables([schools for schools, _ in pairs]), stack_items([items for _, items in pairs])
    )
    apart = pd.concat([getattr(yz.assess(*pair), name) for pair in pairs], ignore_index=True)
    pd.testing.assert_frame_equal(getattr(together, name), apart, check_dtype=False)


@pytest.mark.parametrize("name", ["items", "vetoes", "checks"])
def test_the_tables_lead_with_county_year_and_code(name):
    frame = getattr(met_county(), name)
    assert list(frame.columns)[:3] == ["county", "year", "code"]
    assert frame[["county", "year"]].drop_duplicates().values.tolist() == [["demo", 2023]]


def test_the_lines_of_the_self_check_are_the_indicators_the_spread_and_every_item():
    rows = met_county().rows
    assert rows["code"].tolist() == [f"1.{n}" for n in range(1, 9)] + CODES
    assert set(rows["verdict"]) == {MET}
    assert rows[["label", "reason", "source"]].ne("").all(axis=None)


def test_every_item_that_is_not_met_says_why_in_chinese():
    result = met_county({name: value for name, value in WORSE.items() if name != "survey_valid"})
    frame = pd.concat([result.items, result.vetoes])
    failing = frame[frame["verdict"] == NOT_MET]
    assert len(failing) > 20
    assert failing["reason"].str.contains(r"[\u4e00-\u9fff]").all()
    assert failing["source"].ne("").all()


# --- laws (no shrinking: one example is four schools judged twice)


SCHOOLS = st.builds(
    lambda kind, changes: (kind, changes),
    st.sampled_from([*COUNTED, "special", "vocational"]),
    st.fixed_dictionaries(
        {},
        optional={
            "zone": st.sampled_from(["rural", "town", None]),
            "boarding": st.sampled_from([True, False, None]),
            "organiser_code": st.sampled_from([7, 10, None]),
            "pupils_primary": st.sampled_from([0, 40, 99, 100, 2001, None]),
            "pupils_junior": st.sampled_from([0, 40, 99, 100, 2001, None]),
            "in_zone_pupils_primary": st.sampled_from([0, 40, None]),
            "largest_class_primary": st.sampled_from([45, 46, None]),
            "oversize_classes_primary": st.sampled_from([0, None]),
            "certified_teachers": st.sampled_from([19, 20, None]),
            "operating_funds_yuan": st.sampled_from([0, 70_999, 200_000, None]),
            "training_funds_yuan": st.sampled_from([0, None]),
            "music_room_areas_m2": st.sampled_from(["0", "95;96", "96", None]),
            "classes_primary": st.sampled_from([0, 12, 13, None]),
            "graduates": st.sampled_from([0, 60, None]),
        },
    ),
)
COUNTIES = st.lists(SCHOOLS, min_size=1, max_size=4)


def build(county):
    """The rows of a county out of kinds and changes; a part never exceeds its whole."""
    rows = []
    for at, (kind, changes) in enumerate(county):
        row = school(f"{'甲乙丙丁'[at]}校", kind) | changes
        for part, whole in (
            ("in_zone_pupils_primary", "pupils_primary"),
            ("training_funds_yuan", "operating_funds_yuan"),
        ):
            if row.get(part) is not None and row.get(whole) is not None:
                row[part] = min(row[part], row[whole])
        rows.append(row)
    return rows


def told(rows, figures=MET_FIGURES, year=2023):
    return item_verdicts(judge(rows, year=year, items=items_of("demo", year, **figures)))


@settings(max_examples=20, phases=[Phase.generate])
@given(COUNTIES, st.randoms(use_true_random=False))
def test_the_order_of_the_schools_changes_no_item(county, random):
    rows = build(county)
    shuffled = random.sample(rows, len(rows))
    assert told(rows) == told(shuffled)


# The most that there can be of it: 20 teachers, and 1 yuan more than the budget is refused.
GOOD_THINGS = {
    "certified_teachers": 20,
    "trained_teachers": 20,
    "training_funds_yuan": 70_999,
    "graduates": 10_000,
    "transferred_out": 10_000,
}


@settings(max_examples=20, phases=[Phase.generate])
@given(COUNTIES, st.integers(0, 3), st.sampled_from(sorted(GOOD_THINGS)))
def test_more_of_a_good_thing_in_a_school_never_takes_met_away(county, at, name):
    rows = build(county)
    row = rows[at % len(rows)]
    budget = row["operating_funds_yuan"] if name == "training_funds_yuan" else None
    top = GOOD_THINGS[name] if budget is None else min(GOOD_THINGS[name], budget)
    more = (
        row | {name: max(row[name], min(row[name] + 1, top))} if row.get(name) is not None else row
    )
    before, after = told(rows), told([more if other is row else other for other in rows])
    assert {code for code, v in before.items() if v == MET} <= {
        code for code, v in after.items() if v == MET
    }


@settings(max_examples=20, phases=[Phase.generate])
@given(COUNTIES, st.integers(0, 3), st.sampled_from(["music_room_areas_m2", "art_room_areas_m2"]))
def test_one_more_large_room_never_takes_met_away(county, at, name):
    rows = build(county)
    row = rows[at % len(rows)]
    more = row if row.get(name) is None else row | {name: row[name] + ";100"}
    before, after = told(rows), told([more if other is row else other for other in rows])
    assert {code for code, v in before.items() if v == MET} <= {
        code for code, v in after.items() if v == MET
    }


BETTER = {
    "exchanged_backbone_teachers": 1,
    "senior_quota_places": 1,
    "migrant_public_pupils": 1,
    "disabled_enrolled": 1,
    "survey_satisfied": 1,
    "teacher_pay_yuan": 1,
    "establishment_approved": 1,
}


@settings(max_examples=20, phases=[Phase.generate])
@given(
    st.fixed_dictionaries({name: st.integers(-3, 3) for name in BETTER}),
    st.sampled_from(sorted(BETTER)),
)
def test_more_of_a_good_figure_never_takes_met_away(shifts, name):
    figures = MET_FIGURES | {key: MET_FIGURES[key] + shift for key, shift in shifts.items()}
    before = told(met_schools(), figures)
    after = told(met_schools(), figures | {name: figures[name] + 1})
    assert {code for code, v in before.items() if v == MET} <= {
        code for code, v in after.items() if v == MET
    }


@settings(max_examples=20, phases=[Phase.generate])
@given(
    st.fixed_dictionaries({name: st.booleans() for name in sorted(WORSE)}),
    st.sampled_from(sorted(MET_FIGURES)),
)
def test_a_figure_taken_away_never_turns_one_verdict_into_the_other(worse, name):
    # a stated share may say otherwise than the counts that it stands for; there is none here
    figures = MET_FIGURES | {key: WORSE[key] for key in WORSE if worse[key]}
    figures |= {"senior_plan_places": 1000, "survey_valid": 1000, "disabled_children": 100}
    before, after = told(met_schools(), figures), told(met_schools(), figures | {name: None})
    for code, verdict in before.items():
        assert after[code] in (verdict, CANNOT_TELL)


# A relief is lost with the value that gives it, so no year of relief here; of two signs of class size that contradict
# each other one may be taken away, so only one is given.
REMOVABLE = [
    *("zone", "boarding", "organiser_code", "pupils_primary", "pupils_junior", "classes_primary"),
    *("in_zone_pupils_primary", "certified_teachers", "operating_funds_yuan", "graduates"),
    *("training_funds_yuan", "music_room_areas_m2", "largest_class_primary", "teachers_primary"),
]


@settings(max_examples=20, phases=[Phase.generate])
@given(COUNTIES, st.integers(0, 3), st.sampled_from(REMOVABLE))
def test_a_value_taken_from_a_school_never_turns_one_verdict_into_the_other(county, at, name):
    rows = [row | {"oversize_classes_primary": None} for row in build(county)]
    row = rows[at % len(rows)]
    before = told(rows)
    after = told([other | {name: None} if other is row else other for other in rows])
    for code, verdict in before.items():
        assert after[code] in (verdict, CANNOT_TELL)


# What may be added or taken away so that a place is met, by check.
MENDED = {
    "school_size": ("pupils_primary", -1),
    "small_school_funding": ("operating_funds_yuan", 1),
    "training_funds": ("training_funds_yuan", 1),
}


@settings(max_examples=20, phases=[Phase.generate])
@given(
    st.sampled_from(["school_size", "small_school_funding", "training_funds"]),
    st.decimals(0, 70_999, places=2),
    st.integers(2001, 9000),
)
def test_exactly_the_amount_makes_a_place_met_and_one_less_does_not(check, money, pupils):
    size = check == "school_size"
    row = school("戊校", pupils_primary=pupils if size else 60)
    row |= {"operating_funds_yuan": money, "training_funds_yuan": min(money, Decimal("0.01"))}
    if check == "training_funds":
        row |= {"operating_funds_yuan": money + 1, "training_funds_yuan": 0}
    column, sign = MENDED[check]
    places = met_county(None, row).places
    place = places[places["check"] == check].squeeze()
    amount = Decimal(int(place["amount"]))
    for step, expected in ((amount, 0), (amount - 1, 1)):
        mended = met_county(None, row | {column: row[column] + sign * step}).places
        assert (mended["check"] == check).sum() == expected


@settings(max_examples=20, phases=[Phase.generate])
@given(st.integers(1, 60), st.integers(0, 4), st.integers(0, 4))
def test_exactly_the_rooms_of_the_amount_make_a_school_met(classes, music, art):
    rooms = {
        "music_room_areas_m2": ";".join(["96"] * music or ["0"]),
        "art_room_areas_m2": ";".join(["90"] * art or ["0"]),
    }
    row = school("戊校", classes_primary=classes, **rooms)
    need = ceil(classes / 12)
    lacking = max(0, need - music) + max(0, need - art)
    places = places_of(met_county(None, row), "2.3")
    assert places["amount"].sum() == lacking
    full = {"music_room_areas_m2": ";".join(["96"] * max(need, music))}
    full |= {"art_room_areas_m2": ";".join(["90"] * max(need, art))}
    assert places_of(met_county(None, row | full), "2.3").empty


def test_a_school_that_is_good_in_everything_may_join_a_county_that_is_met():
    result = met_county(None, good("己校", teachers=60), 甲校={"zone": "rural"})
    assert result.verdict == CANNOT_TELL  # nobody said anything of its items
    whole = MET_SCHOOLS["甲校"] | {"school": "己校"}
    assert met_county(None, whole).verdict == MET


def test_an_item_that_names_an_unknown_column_is_refused():
    items = [item.model_dump() for item in yz.load_standard("jiaodu-2017-6").item]
    items[0]["check"][0]["figure"] = "no_such_figure"
    with pytest.raises(yz.YouzhiError, match="no_such_figure"):
        _ = judge(met_schools(), standard=variant(item=items)).items
