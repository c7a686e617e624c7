"""Small builders: a county as a little text table, a school that stands exactly on every bar."""

from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

import youzhi as yz

settings.register_profile("youzhi", derandomize=True, deadline=None, max_examples=40)
settings.load_profile("youzhi")

GOLDEN = Path(__file__).parent / "golden"

# Short column names for the text tables; without `_j` a teacher column means the primary stage.
SHORT = {
    "type": "school_type",
    "primary": "pupils_primary",
    "junior": "pupils_junior",
    "senior": "pupils_senior",
    "rooms": "teaching_area_m2",
    "indoor": "indoor_sports_area_m2",
    "grounds": "sports_ground_area_m2",
    "equipment": "equipment_value_yuan",
    "networked": "networked_classrooms",
}
for _word in ("teachers", "degree", "backbone", "arts"):
    _id = {"teachers": "teachers", "arts": "arts_pe_teachers"}.get(_word, f"{_word}_teachers")
    SHORT |= {_word: f"{_id}_primary", f"{_word}_j": f"{_id}_junior"}

# What 1,000 pupils need to stand exactly on each bar of 源教体字〔2021〕18号 附件1: bar x 1000, or bar x 10 where per 100.
ON_THE_BAR = {
    "primary": {"degree": 42, "backbone": 10, "arts": 9, "rooms": 4500, "grounds": 7500}
    | {"equipment": 2_000_000, "networked": 23},
    "junior": {"degree_j": 53, "backbone_j": 10, "arts_j": 9, "rooms": 5800, "grounds": 10200}
    | {"equipment": 2_500_000, "networked": 24},
}

R1, R2, R3, R4, R5, R6, R7 = INDICATORS = (
    "degree_teachers_per_100",
    "backbone_teachers_per_100",
    "arts_pe_teachers_per_100",
    "teaching_area_per_pupil",
    "sports_area_per_pupil",
    "equipment_value_per_pupil",
    "networked_classrooms_per_100",
)


def good(school, stage="primary", **changes):
    """A school of 1,000 pupils that stands exactly on all seven bars; `changes` in short names."""
    start = {"school": school, "type": stage, stage: 1000, "indoor": 0} | ON_THE_BAR[stage]
    return long_names(start | changes)


def long_names(row):
    return {SHORT.get(name, name): value for name, value in row.items()}


def rows_of(text):
    """One dictionary per line of a text table; `?` is missing, numbers keep every digit."""
    header, *lines = (line.split() for line in text.strip().splitlines())
    return [
        long_names(dict(zip(header, map(_cell, line), strict=True)))
        for line in lines
        if "---" not in line[0]
    ]


def _cell(word):
    if word in ("?", "是", "否"):
        return {"?": None, "是": True, "否": False}[word]
    try:
        return Decimal(word)
    except InvalidOperation:
        return word


def table(schools, county="demo", year=2020):
    """A checked SchoolTable from a text table or from dictionaries."""
    rows = rows_of(schools) if isinstance(schools, str) else schools
    frame = pd.DataFrame([{"county": county, "year": year, **row} for row in rows], dtype=object)
    return yz.SchoolTable.from_frame(frame)


def judge(schools, standard="jiaodu-2017-6", county="demo", year=2020, **options):
    return yz.assess(table(schools, county, year), standard=standard, **options)


def items_of(county="demo", year=2020, **values):
    """Checked county figures out of figure=value; None stands for a value that was left empty."""
    rows = [[county, year, item, value] for item, value in values.items()]
    frame = pd.DataFrame(rows, columns=["county", "year", "item", "value"], dtype=object)
    return yz.CountyItems.from_frame(frame)


_FINDINGS = (
    "layout construction_standard staffing_standard funding_standard equipment_standard performance_pay"
    " allotment rural_tilt left_behind_care charter informatised_management it_teaching moral_culture"
    " curriculum workload"
)
_VETOES = "exam_admission school_choice key_schools unfilled_posts major_incident falsification"
SUBJECTS = ("chinese", "mathematics", "science", "pe", "arts", "moral")

# County figures by which every item is met, each ratio exactly on its bar: 30/300 = 10 %, 6/30 = 20 %, 500/1000 = 50 %,
# (80+5)/100 = 85 %, 95/100 = 95 %, 850/1000 = 85 %; pay equal to pay, all of the establishment allotted.
MET_FIGURES = (
    {f"{name}_finding": "met" for name in _FINDINGS.split()}
    | {f"veto_{name}": "absent" for name in _VETOES.split()}
    | {f"monitoring_level_{subject}": 3 for subject in SUBJECTS}
    | {f"monitoring_difference_{subject}": Decimal("0.149") for subject in SUBJECTS}
    | {
        "operating_base_primary_yuan": 710,
        "teacher_pay_yuan": 73200,
        "civil_servant_pay_yuan": 73200,
    }
    | {"establishment_approved": 170, "establishment_allotted": 170}
    | {"posts_approved": 180, "posts_allotted": 180, "exchange_eligible_teachers": 300}
    | {"exchanged_teachers": 30, "exchanged_backbone_teachers": 6}
    | {"senior_plan_places": 1000, "senior_quota_places": 500}
    | {"migrant_eligible_pupils": 100, "migrant_public_pupils": 80, "migrant_purchased_pupils": 5}
    | {
        "disabled_children": 100,
        "disabled_enrolled": 95,
        "survey_valid": 1000,
        "survey_satisfied": 850,
    }
)

# Four schools on every bar: 5 % of the budget for training, 24 classes with two rooms of each kind, 950 of 1,000 in the
# junior zone, 71,000 yuan = 710 x 100 for the teaching point, 180,000/30 = 6,000 yuan per special pupil; retention
# (313 - 6 + 25) / (350 - 1) = 332/349 = 95.1 %.
_TAUGHT = {"organiser_code": 7, "boarding": False}
MET_SCHOOLS = {
    "甲校": good("甲校", teachers=60, **_TAUGHT, zone="town", in_zone_pupils_primary=1000)
    | {"classes_primary": 24, "largest_class_primary": 45, "oversize_classes_primary": 0}
    | {"certified_teachers": 60, "trained_teachers": 60}
    | {"operating_funds_yuan": 710_000, "training_funds_yuan": 35_500}
    | {"music_room_areas_m2": "96;96", "art_room_areas_m2": "90;90"},
    "乙中": good(
        "乙中", "junior", teachers_j=80, **_TAUGHT, zone="urban", in_zone_pupils_junior=950
    )
    | {"classes_junior": 24, "largest_class_junior": 50, "oversize_classes_junior": 0}
    | {"certified_teachers": 80, "trained_teachers": 80}
    | {"operating_funds_yuan": 910_000, "training_funds_yuan": 45_500}
    | {"music_room_areas_m2": "96;96", "art_room_areas_m2": "90;90"}
    | {
        "graduates": 313,
        "entrants_before": 350,
        "transferred_in": 6,
        "transferred_out": 25,
        "deaths": 1,
    },
    "丙点": {"school": "丙点", "school_type": "teaching_point", **_TAUGHT, "zone": "rural"}
    | {"pupils_primary": 40, "teachers_primary": 5, "certified_teachers": 5, "trained_teachers": 5}
    | {"classes_primary": 5, "largest_class_primary": 12, "oversize_classes_primary": 0}
    | {"operating_funds_yuan": 71_000, "training_funds_yuan": 3_550}
    | {"music_room_areas_m2": "96", "art_room_areas_m2": "90"},
    "丁特": {
        "school": "丁特",
        "school_type": "special",
        "pupils_senior": 0,
        **_TAUGHT,
        "zone": "town",
    }
    | {"pupils_primary": 20, "pupils_junior": 10, "teachers_primary": 10, "teachers_junior": 5}
    | {"certified_teachers": 15, "trained_teachers": 15}
    | {"operating_funds_yuan": 180_000, "training_funds_yuan": 9_000},
}


def met_schools(*more, **changes):
    """The schools of a county in which everything is met; changes by school, None leaves the school out."""
    kept = [name for name in MET_SCHOOLS if changes.get(name, True) is not None]
    return [MET_SCHOOLS[name] | long_names(changes.get(name, {})) for name in kept] + [*more]


def met_county(figures=None, *more, county="demo", year=2023, options=None, **changes):
    """Judge that county with some figures changed, further schools, and changes by school."""
    items = items_of(county, year, **MET_FIGURES | (figures or {}))
    schools = met_schools(*more, **changes)
    return judge(schools, county=county, year=year, items=items, **options or {})


def item_verdicts(assessment):
    """Code to verdict, for the items and the vetoes of one county-year."""
    frame = pd.concat([assessment.items, assessment.vetoes])
    assert frame["code"].is_unique
    return dict(zip(frame["code"], frame["verdict"], strict=True))


def verdicts_of(assessment):
    """School name to verdict; with the stage where a school has two sections."""
    frame = assessment.schools
    twice = frame["school"].duplicated(keep=False)
    names = frame["school"].where(~twice, frame["school"] + " " + frame["stage"])
    return dict(zip(names, frame["verdict"], strict=True))


def by_indicator(frame, column, **where):
    """Indicator id to one column, for the rows in which every `where` holds."""
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    assert frame["indicator"].is_unique
    return dict(zip(frame["indicator"], frame[column], strict=True))


def variant(standard="jiaodu-2017-6", **changes):
    """A standard with some of its parts replaced, checked like any other."""
    loaded = yz.load_standard(standard)
    return type(loaded).model_validate({**loaded.model_dump(), **changes})


@pytest.fixture(scope="session")
def standard():
    return yz.load_standard("jiaodu-2017-6")


@pytest.fixture(scope="session")
def shared():
    """Reference material beside the repository; tests that need it are skipped where it is absent."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with the reference material is not here")
    return folder
