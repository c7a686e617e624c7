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
