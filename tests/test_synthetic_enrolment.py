"""The demonstration pupils by grade add up to the committed school tables, and cohorts move up plausibly."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path

import pytest

from youzhi import cli, synthetic_enrolment
from youzhi.errors import UsageError

ROOT = Path(__file__).parents[1]
COUNTIES = ("yiyuan", "huantai", "wenling", "shanting")
YEARS = range(2016, 2026)
COUNTY_YEARS = [(county, year) for county in COUNTIES for year in YEARS]


@cache
def load_card(county: str) -> dict:
    return tomllib.loads((ROOT / "data" / county / "county.toml").read_text("utf-8"))


def read_rows(*parts: str) -> list[dict[str, str]]:
    text = ROOT.joinpath("data", *parts).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@cache
def read_grades(county: str) -> dict[tuple[int, int], int]:
    """Pupils of the committed file by year and grade."""
    rows = read_rows(county, "enrolment.csv")
    return {(int(row["year"]), int(row["grade"])): int(row["pupils"]) for row in rows}


def grades_of(county: str, stage: str) -> range:
    first = load_card(county)["stages"]["primary"]["years"]
    last = first + load_card(county)["stages"]["junior"]["years"]
    return range(1, first + 1) if stage == "primary" else range(first + 1, last + 1)


@pytest.mark.parametrize("stage", ["primary", "junior"])
@pytest.mark.parametrize(("county", "year"), COUNTY_YEARS)
def test_the_grades_of_a_stage_add_up_to_the_committed_school_table(county, year, stage):
    schools = read_rows(county, str(year), "schools.csv")
    pupils = sum(int(row[f"pupils_{stage}"]) for row in schools)
    grades = read_grades(county)
    assert sum(grades[year, grade] for grade in grades_of(county, stage)) == pupils > 0


@pytest.mark.parametrize("county", COUNTIES)
def test_every_year_has_nine_grades_each_once_in_order_and_marked(county):
    rows = read_rows(county, "enrolment.csv")
    keys = [(int(row["year"]), int(row["grade"])) for row in rows]
    assert keys == [(year, grade) for year in YEARS for grade in range(1, 10)]
    assert list(rows[0]) == ["county", "year", "grade", "pupils", "data_kind"]
    assert {(row["county"], row["data_kind"]) for row in rows} == {(county, "synthetic")}


def test_yiyuan_and_huantai_have_five_years_of_primary_school_the_others_six():
    lengths = {county: len(grades_of(county, "primary")) for county in COUNTIES}
    assert lengths == {"yiyuan": 5, "huantai": 5, "wenling": 6, "shanting": 6}


@pytest.mark.parametrize("county", COUNTIES)
def test_a_cohort_moves_up_with_few_pupils_lost_or_gained(county):
    """The largest steps are common to a stage: the county's share of children in school changes."""
    grades = read_grades(county)
    ratios = [
        grades[year + 1, grade + 1] / grades[year, grade]
        for year in YEARS[:-1]
        for grade in range(1, 9)
    ]
    assert min(ratios) >= 0.96
    assert max(ratios) <= 1.05
    assert 0.975 <= sum(ratios) / len(ratios) <= 1.025
    assert len(set(ratios)) > 60  # not one cohort that only repeats itself


@pytest.mark.parametrize("county", COUNTIES)
def test_new_first_grades_follow_the_census_ages(county):
    """Children of six in 2020 stand in the group 5-9, of which one fifth is one year of birth."""
    census = next(c for c in load_card(county)["population"] if c["year"] == 2020)
    assert 0.85 <= read_grades(county)[2020, 1] / (census["age_5_9"] / 5) <= 1.05


def test_yiyuan_has_a_wave_of_entrants_from_2022_on():
    """The census of 2020 has 29,253 children of 1 to 4: 7,313 a year against 4,691 of 5 to 9."""
    grades = read_grades("yiyuan")
    before = [grades[year, 1] for year in range(2017, 2022)]
    wave = [grades[year, 1] for year in range(2022, 2026)]
    assert min(wave) > 1.3 * max(before)


@pytest.mark.parametrize("county", COUNTIES)
def test_the_committed_file_is_byte_for_byte_what_the_generator_makes(county):
    for _ in range(2):
        [(path, text)] = synthetic_enrolment.demo_enrolment([load_card(county)])
        assert path == f"{county}/enrolment.csv"
        content = (ROOT / "data" / path).read_bytes()
        assert content == text.encode()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content


def test_another_seed_or_county_gives_other_noise(monkeypatch):
    def ratio(card):
        made = synthetic_enrolment.make_enrolment(card).set_index(["year", "grade"])["pupils"]
        return made[2020, 1] / made[2020, 2]

    plan, own = synthetic_enrolment.load_settings(load_card("yiyuan"))
    before = ratio(load_card("yiyuan"))
    other = (plan, own | {"seed": own["seed"] + 1})
    monkeypatch.setattr(synthetic_enrolment, "load_settings", lambda card: other)
    assert ratio(load_card("yiyuan")) != before


def test_an_unknown_county_is_refused_by_name():
    with pytest.raises(UsageError, match="nowhere"):
        synthetic_enrolment.make_enrolment(load_card("yiyuan") | {"id": "nowhere"})


# --- the command never replaces what may be real


@pytest.fixture
def grades_file(tmp_path, monkeypatch):
    """A data root with one card, and where its pupils by grade stand."""
    root = tmp_path / "data"
    (root / "huantai").mkdir(parents=True)
    (root / "huantai/county.toml").write_bytes((ROOT / "data/huantai/county.toml").read_bytes())
    monkeypatch.setenv("YOUZHI_DATA", str(root))
    return root / "huantai/enrolment.csv"


HEAD = "county,year,grade,pupils,data_kind\n"


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + "huantai,2020,1,4000,real\n").encode(),
        (HEAD + "huantai,2020,1,4000,synthetic\nhuantai,2020,2,4000,real\n").encode(),
        b"county,year,grade,pupils\nhuantai,2020,1,4000\n",  # not marked at all
        HEAD.encode(),  # no row says that it is synthetic
        (HEAD + "桓台,2020,1,4000,synthetic\n").encode(
            "gb18030"
        ),  # what cannot be read may be real
    ],
)
def test_pupils_by_grade_that_may_be_real_are_not_replaced(grades_file, content):
    grades_file.write_bytes(content)
    with pytest.raises(UsageError, match="分年级学生数不是模拟数据"):
        cli.write_demo_data()
    assert grades_file.read_bytes() == content
    assert {path.name for path in grades_file.parent.iterdir()} == {"county.toml", grades_file.name}


def test_synthetic_pupils_by_grade_are_written_again(grades_file):
    committed = (ROOT / "data/huantai/enrolment.csv").read_bytes()
    grades_file.write_text(HEAD + "huantai,2020,1,1,synthetic\n", encoding="utf-8")
    for _ in range(2):
        cli.write_demo_data()
        assert grades_file.read_bytes() == committed
