"""The demonstration data keep every published fact, and say that they are simulated.

Values, shares and coefficients are worked out here from the CSV rows with fractions, without the engine.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from youzhi import synthetic
from youzhi.errors import UsageError

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT.parent / "shared" / "seeds"
CENSUS = ROOT.parent / "shared" / "data" / "population"
COUNTIES = ("yiyuan", "huantai", "wenling", "shanting")
YEARS = range(2016, 2026)
STANDARD = tomllib.loads((ROOT / "youzhi/standards/jiaodu-2017-6.toml").read_text("utf-8"))
COLUMNS = tomllib.loads((ROOT / "youzhi/columns.toml").read_text("utf-8"))
INDICATORS = {entry["code"]: entry for entry in STANDARD["indicator"]}


@cache
def load_card(county: str) -> dict:
    return tomllib.loads((ROOT / "data" / county / "county.toml").read_text("utf-8"))


@cache
def read_rows(county: str, year: int) -> list[dict[str, str]]:
    text = (ROOT / "data" / county / str(year) / "schools.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def fact(name: str, year: int, county: str = "yiyuan") -> int:
    found = [f["value"] for f in load_card(county)["fact"] if (f["id"], f["year"]) == (name, year)]
    assert len(found) == 1
    return found[0]


def total(rows: list[dict], *columns: str) -> int:
    return sum(int(row[column]) for row in rows for column in columns)


def compulsory_pupils(rows: list[dict]) -> int:
    return total(rows, "pupils_primary", "pupils_junior")


def counted_sections(county: str, year: int) -> list[dict]:
    """Sections that the resource indicators count, each with its exact value per indicator code."""
    return [
        {"row": row, "stage": stage, "pupils": int(row[f"pupils_{stage}"])}
        | {code: section_value(row, stage, entry) for code, entry in INDICATORS.items()}
        for row in read_rows(county, year)
        for stage, types in STANDARD["counting"]["stages"].items()
        if row["school_type"] in types and not is_excluded(row)
    ]


def is_excluded(row: dict) -> bool:
    return row["school_type"] == "teaching_point" and int(row["pupils_primary"]) < 50


def section_value(row: dict, stage: str, entry: dict) -> Fraction:
    """Resource over pupils; shared resources are first divided by pupils weighted 1 : 1.1 : 1.32."""
    have = sum(Fraction(row[name.format(stage=stage)]) for name in entry["numerator"])
    have -= sum(Fraction(row[name]) for name in entry.get("subtract", []))
    pupils = {name: int(row[f"pupils_{name}"]) for name in ("primary", "junior", "senior")}
    if entry.get("shared"):
        weights = {k: Fraction(str(w)) for k, w in STANDARD["split"]["weights"].items()}
        have *= weights[stage] * pupils[stage] / sum(weights[k] * pupils[k] for k in pupils)
    return have / pupils[stage] * entry["per"]


def bar(code: str, stage: str) -> Fraction:
    return Fraction(str(INDICATORS[code]["bar"][stage]))


def failing(sections: list[dict], code: str) -> list[dict]:
    return [s for s in sections if s[code] < bar(code, s["stage"])]


def failed_codes(section: dict) -> set[str]:
    return {code for code in INDICATORS if section[code] < bar(code, section["stage"])}


def coefficients(county: str, year: int) -> dict[tuple[str, str], float]:
    """Standard deviation over mean, both weighted by pupils, for each stage and indicator."""
    found = {}
    for stage in ("primary", "junior"):
        sections = [s for s in counted_sections(county, year) if s["stage"] == stage]
        everyone = sum(s["pupils"] for s in sections)
        for code in INDICATORS:
            mean = sum(s["pupils"] * s[code] for s in sections) / everyone
            variance = sum(s["pupils"] * (s[code] - mean) ** 2 for s in sections) / everyone
            found[stage, code] = float(variance / mean**2) ** 0.5
    return found


def limit(stage: str) -> float:
    return STANDARD["dispersion_rule"]["limit"][stage]


# ---------------------------------------------------------------- the files and their generator


@pytest.mark.parametrize("county", COUNTIES)
def test_committed_files_are_byte_for_byte_what_the_generator_makes(county):
    made = dict(synthetic.demo_tables([load_card(county)]))
    assert set(made) == {f"{county}/{year}/schools.csv" for year in YEARS}
    for path, text in made.items():
        assert (ROOT / "data" / path).read_bytes() == text.encode(), path


@pytest.mark.parametrize("county", COUNTIES)
def test_every_row_is_marked_synthetic_and_named_as_simulated(county):
    for year in YEARS:
        for row in read_rows(county, year):
            assert row["data_kind"] == "synthetic"
            assert "模拟" in row["school"]


def test_files_are_small_and_open_in_spreadsheet_programs():
    files = sorted((ROOT / "data").glob("*/20*/schools.csv"))
    assert len(files) == 40
    assert all(file.stat().st_size < 60_000 for file in files)
    assert sum(file.stat().st_size for file in files) < 2_000_000
    for file in files:
        content = file.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content


@pytest.mark.parametrize("county", COUNTIES)
def test_headers_are_canonical_ids_in_the_order_of_the_dictionary(county):
    order = []
    for column in COLUMNS["column"]:
        ids = [column["id"].format(stage=stage) for stage in COLUMNS["stages"]]
        order += dict.fromkeys(ids)
    for year in YEARS:
        header = list(read_rows(county, year)[0])
        assert header == [name for name in order if name in header]
        ids = [row["school_id"] for row in read_rows(county, year)]
        assert ids == sorted(set(ids))


@pytest.mark.parametrize("county", COUNTIES)
def test_cells_keep_their_kind_and_no_part_exceeds_its_whole(county):
    for column in COLUMNS["column"]:
        for stage in COLUMNS["stages"]:
            name, whole = (column.get(key, "").format(stage=stage) for key in ("id", "at_most"))
            for year in YEARS:
                for row in read_rows(county, year):
                    if not row.get(name):
                        continue
                    assert is_written_as(row[name], column["kind"]), (name, row[name])
                    assert not whole or Fraction(row[name]) <= Fraction(row[whole])


def is_written_as(cell: str, kind: str) -> bool:
    if kind == "integer":
        return cell.isdecimal()
    if kind == "boolean":
        return cell in ("true", "false")
    if kind == "areas":
        return all(Fraction(area) > 0 for area in cell.split(";"))
    return kind != "decimal" or Fraction(cell) >= 0


@pytest.mark.parametrize("county", COUNTIES)
def test_areas_have_at_most_two_decimals(county):
    for row in read_rows(county, 2020):
        for name in row:
            if name.endswith("area_m2") and row[name]:
                assert len(row[name].partition(".")[2]) <= 2


@pytest.mark.parametrize("county", COUNTIES)
def test_a_school_keeps_its_id_name_type_and_place(county):
    kept = ("school", "town", "zone", "school_type", "organiser_code", "built_year", "lon", "lat")
    seen = {}
    for year in YEARS:
        for row in read_rows(county, year):
            same = seen.setdefault(row["school_id"], [row[name] for name in kept])
            assert same == [row[name] for name in kept]
    assert all(code.startswith(load_card(county)["code"]) and len(code) == 10 for code in seen)
    assert len({values[0] for values in seen.values()}) == len(seen)


@pytest.mark.parametrize("county", COUNTIES)
def test_class_sizes_agree_with_pupils_and_classes(county):
    limits = {"primary": 45, "junior": 50}  # 源教体字〔2021〕18号 附件1 2.5
    for year in YEARS:
        for row in read_rows(county, year):
            for stage, most in limits.items():
                pupils, classes, largest, over = (
                    int(row[f"{name}_{stage}"])
                    for name in ("pupils", "classes", "largest_class", "oversize_classes")
                )
                assert (largest > most) == (over > 0)
                assert largest * classes >= pupils
                assert over * largest + (classes - over) * min(most, largest) >= pupils
                assert over * (most + 1) + (classes - over) <= max(pupils, 0)


@pytest.mark.parametrize("county", COUNTIES)
def test_only_named_cells_are_empty(county):
    expected = {
        ("huantai", 2017): ["indoor_sports_area_m2"] * 2,
        ("wenling", 2016): ["networked_classrooms"],
    }
    for year in YEARS:
        rows = read_rows(county, year)
        empty = [k for row in rows for k, cell in row.items() if not cell and k != "campus_of"]
        assert empty == expected.get((county, year), [])


@pytest.mark.parametrize("county", COUNTIES)
def test_pupils_are_a_plausible_share_of_the_census_ages(county):
    """Ages 6 to 14 on 1 September 2020: four fifths of the group 5–9, and the group 10–14."""
    census = next(c for c in load_card(county)["population"] if c["year"] == 2020)
    ages = Fraction(4, 5) * census["age_5_9"] + census["age_10_14"]
    assert Fraction(85, 100) <= compulsory_pupils(read_rows(county, 2020)) / ages <= 1


@pytest.mark.parametrize("county", COUNTIES)
def test_the_mix_has_every_common_kind_of_school(county):
    rows = read_rows(county, 2020)
    kinds = {row["school_type"] for row in rows}
    assert {"primary", "teaching_point", "junior", "nine_year", "special", "vocational"} <= kinds
    assert {row["zone"] for row in rows} == {"urban", "town", "rural"}
    assert any(row["organiser_code"] == "10" for row in rows)
    points = [int(r["pupils_primary"]) for r in rows if r["school_type"] == "teaching_point"]
    assert min(points) < 50 <= max(points)


# ---------------------------------------------------------------- Yiyuan, fact by fact


@pytest.mark.parametrize("year", [2020, 2025])
def test_yiyuan_has_the_published_number_of_compulsory_pupils(year):
    published = fact("compulsory_pupils", year)
    assert abs(compulsory_pupils(read_rows("yiyuan", year)) - published) <= published * 0.005


@pytest.mark.parametrize("year", [2020, 2025])
def test_yiyuan_has_the_published_number_of_vocational_pupils(year):
    rows = [r for r in read_rows("yiyuan", year) if r["school_type"] == "vocational"]
    assert total(rows, "pupils_senior") == fact("vocational_pupils", year)


def test_yiyuan_teachers_add_up_to_the_published_number_and_all_are_certified():
    rows = read_rows("yiyuan", 2020)
    assert total(rows, "teachers_primary", "teachers_junior") == fact("full_time_teachers", 2020)
    assert total(rows, "certified_teachers") == fact("certified_teachers", 2020)


def test_yiyuan_has_the_planned_number_of_schools_in_2025_and_as_many_fewer_as_are_built():
    """72 − 4 + 3 = 71 primary units and 17 − 1 = 16 junior schools stood before."""
    counts = {year: Counter(r["school_type"] for r in read_rows("yiyuan", year)) for year in YEARS}
    primary = {year: c["primary"] + c["teaching_point"] for year, c in counts.items()}
    junior = {year: c["junior"] + c["nine_year"] for year, c in counts.items()}
    added, closed = (fact(f"primary_schools_{change}", 2025) for change in ("added", "closed"))
    assert primary[2025] == fact("primary_units", 2025)
    assert primary[2020] == primary[2025] - added + closed
    assert junior[2025] == fact("junior_schools", 2025)
    assert junior[2020] == junior[2025] - fact("junior_schools_added", 2025)


def test_yiyuan_builds_in_the_urban_zone_and_closes_as_many_schools_as_planned():
    before, after = (
        {r["school_id"]: r for r in read_rows("yiyuan", year)} for year in (2020, 2025)
    )
    opened = [row for code, row in after.items() if code not in before]
    kinds = Counter(row["school_type"] for row in opened)
    assert {row["zone"] for row in opened} == {"urban"}
    assert kinds["primary"] == fact("primary_schools_added", 2025)
    assert kinds["junior"] == fact("junior_schools_added", 2025)
    assert len(before.keys() - after.keys()) == fact("primary_schools_closed", 2025)


def test_yiyuan_has_twenty_oversize_classes_in_2020_and_they_fit_into_the_final_grade():
    rows = read_rows("yiyuan", 2020)
    final_grades = load_card("yiyuan")["stages"]["primary"]["years"]
    assert total(rows, "oversize_classes_primary") == fact("oversize_classes_primary", 2020)
    assert total(rows, "oversize_classes_junior") == fact("oversize_classes_junior", 2020)
    for row in rows:
        if int(row["oversize_classes_primary"]):
            assert row["school_type"] in ("primary", "nine_year")
            assert int(row["oversize_classes_primary"]) * final_grades <= int(
                row["classes_primary"]
            )


@pytest.mark.parametrize("year", range(2021, 2026))
def test_yiyuan_has_no_oversize_class_from_2021_on(year):
    rows = read_rows("yiyuan", year)
    assert total(rows, "oversize_classes_primary", "oversize_classes_junior") == 0


@pytest.mark.parametrize("code", INDICATORS)
def test_yiyuan_meets_in_2020_exactly_the_indicators_that_its_self_check_says(code):
    checks = {check["item"]: check["verdict"] for check in load_card("yiyuan")["self_check"]}
    lacking = failing(counted_sections("yiyuan", 2020), code)
    assert checks[code] == ("not_met" if lacking else "met")


def test_yiyuan_meets_all_fourteen_coefficients_in_2020_with_a_realistic_spread():
    found = coefficients("yiyuan", 2020)
    assert len(found) == 14
    assert all(cv <= limit(stage) for (stage, _), cv in found.items())
    assert min(found.values()) > 0.1
    assert max(found.values()) < 0.42


def test_yiyuan_lacks_rooms_and_grounds_in_some_sections_mostly_urban_and_town():
    sections = counted_sections("yiyuan", 2020)
    short = [s for s in sections if failed_codes(s)]
    zones = Counter(s["row"]["zone"] for s in short)
    assert 0.15 <= len(short) / len(sections) <= 0.25
    assert zones["urban"] + zones["town"] > zones["rural"] > 0
    assert {s["stage"] for s in short} == {"primary", "junior"}


def test_yiyuan_has_sections_that_fail_by_two_items_and_sections_below_the_floor():
    sections = counted_sections("yiyuan", 2020)
    floor = Fraction(str(STANDARD["school_rule"]["floor"]))
    low = [s for s in sections if any(s[c] < floor * bar(c, s["stage"]) for c in INDICATORS)]
    assert sum(failed_codes(s) == {"1.4", "1.5"} for s in sections) >= 2
    assert 2 <= len(low) <= 10


@pytest.mark.parametrize("code", ["1.2", "1.6", "1.7"])
def test_yiyuan_was_worse_in_teachers_and_equipment_before_2020(code):
    counts = [len(failing(counted_sections("yiyuan", year), code)) for year in range(2016, 2021)]
    assert counts[0] > 0 == counts[-1]
    assert counts == sorted(counts, reverse=True)


def test_yiyuan_improves_but_has_not_solved_rooms_and_grounds_by_2025():
    for code in ("1.4", "1.5"):
        then, now = (len(failing(counted_sections("yiyuan", year), code)) for year in (2020, 2025))
        assert 0 < now < then


def test_yiyuan_has_schools_over_2000_pupils_in_2020_and_none_at_the_deadline_2025():
    largest = {y: max(compulsory_pupils([r]) for r in read_rows("yiyuan", y)) for y in (2020, 2025)}
    assert largest[2020] > 2000 >= largest[2025]


def test_yiyuan_special_school_gets_the_published_funds_per_pupil():
    rows = [r for r in read_rows("yiyuan", 2020) if r["school_type"] == "special"]
    published = fact("operating_funds_per_special_pupil", 2020)
    assert total(rows, "operating_funds_yuan") == published * compulsory_pupils(rows)


# ---------------------------------------------------------------- the other counties' stories


@pytest.mark.parametrize("year", YEARS)
def test_wenling_counts_campuses_and_the_mother_schools_have_no_row(year):
    assert load_card("wenling")["counting"]["unit"] == "campus"
    rows = read_rows("wenling", year)
    mothers = {row["campus_of"] for row in rows} - {""}
    assert mothers
    assert not mothers & {row["school"] for row in rows}
    for mother in mothers:
        campuses = [row["school"] for row in rows if row["campus_of"] == mother]
        assert len(campuses) >= 2
        assert f"{mother}（本部）" in campuses


def test_wenling_migrant_schools_stay_far_below_and_one_coefficient_is_near_its_limit():
    low = [s for s in counted_sections("wenling", 2023) if len(failed_codes(s)) >= 5]
    assert 1 <= len(low) <= 5
    assert all(s["row"]["organiser_code"] == "10" for s in low)
    assert all(int(s["row"]["migrant_pupils"]) * 2 > s["pupils"] for s in low)
    distance = [limit(stage) - cv for (stage, _), cv in coefficients("wenling", 2023).items()]
    assert 0 < min(distance) < 0.03


def test_huantai_comes_close_to_passing_by_2023():
    sections = counted_sections("huantai", 2023)
    assert 0 < sum(bool(failed_codes(s)) for s in sections) <= 0.1 * len(sections)
    assert all(cv < limit(stage) for (stage, _), cv in coefficients("huantai", 2023).items())


def test_shanting_starts_with_coefficients_above_the_limits_and_recovers():
    over = {
        year: sum(cv > limit(stage) for (stage, _), cv in coefficients("shanting", year).items())
        for year in (2016, 2025)
    }
    assert over[2016] > 0 == over[2025]


def test_shanting_opens_the_nine_new_schools_of_its_plan():
    codes = [{r["school_id"] for r in read_rows("shanting", year)} for year in (2016, 2025)]
    assert len(codes[1] - codes[0]) == fact("new_schools", 2016, "shanting")


# ---------------------------------------------------------------- the county cards


@pytest.mark.parametrize("county", COUNTIES)
def test_every_entry_of_a_card_names_its_source(county):
    card = load_card(county)
    stages = list(card["stages"].values())
    entries = card["fact"] + card["population"] + card["standard"] + stages + [card["counting"]]
    assert all(entry["source"] for entry in entries)
    assert min(entry["from_year"] for entry in card["standard"]) <= YEARS[0]


def test_every_fact_of_the_yiyuan_card_stands_in_the_document_that_it_names():
    documents = {"源教体字〔2021〕18号": "000_*", "源政字〔2023〕36号": "002_*"}
    if not DOCUMENTS.is_dir():
        pytest.skip("仓库旁没有文件原文，无法核对县卡数字")
    for entry in load_card("yiyuan")["fact"]:
        pattern = next(p for number, p in documents.items() if entry["source"].startswith(number))
        text = next(DOCUMENTS.glob(pattern)).read_text("utf-8")
        assert entry.get("printed", str(entry["value"])) in text, entry["id"]


def test_deadlines_of_the_yiyuan_self_check_stand_in_the_document():
    if not DOCUMENTS.is_dir():
        pytest.skip("仓库旁没有文件原文，无法核对达标时限")
    text = next(DOCUMENTS.glob("000_*")).read_text("utf-8")
    checks = load_card("yiyuan")["self_check"]
    assert [c["item"] for c in checks if c["verdict"] == "not_met"] == ["1.4", "1.5"]
    assert all(f"{c['deadline']} 年" in text for c in checks if "deadline" in c)


@pytest.mark.parametrize("county", COUNTIES)
def test_population_of_a_card_is_the_census(county):
    if not CENSUS.is_dir():
        pytest.skip("仓库旁没有人口普查表，无法核对县卡人口")
    card = load_card(county)
    text = (CENSUS / "census2020_4counties.csv").read_text("utf-8")
    row = next(r for r in csv.DictReader(text.splitlines()) if r["区划代码"] == card["code"])
    ages = {"age_0": "0岁", "age_1_4": "1到4岁", "age_5_9": "5到9岁", "age_10_14": "10到14岁"}
    census = next(c for c in card["population"] if c["year"] == 2020)
    assert census["total"] == float(row["人口数_合计"])
    assert census["urban"] == float(row["城镇人口"])
    for name, group in ages.items():
        assert census[name] == float(row[f"男_{group}"]) + float(row[f"女_{group}"])


# ---------------------------------------------------------------- the settings and the nation


def test_every_table_of_assumptions_says_what_and_why():
    plan = tomllib.loads((ROOT / "youzhi/synthetic.toml").read_text("utf-8"))
    resources = plan["default"].pop("resource")
    county_free = [table for key, table in plan.items() if isinstance(table, dict)]
    inner = [table for key, table in plan["default"].items() if isinstance(table, dict)]
    for table in [*county_free, *inner, *resources.values()]:
        assert table["label"], table
        assert table["why"], table


def test_unknown_county_or_year_says_what_is_there():
    with pytest.raises(UsageError, match="yiyuan"):
        synthetic.make_county(load_card("yiyuan") | {"id": "nowhere"}, 2020)
    with pytest.raises(UsageError, match="2016—2025"):
        synthetic.make_county(load_card("yiyuan"), 2015)


def test_the_national_table_is_deterministic_whole_and_marked():
    nation = synthetic.make_nation(counties=20, schools=40, years=3, seed=7)
    assert nation.equals(synthetic.make_nation(counties=20, schools=40, years=3, seed=7))
    assert not nation.equals(synthetic.make_nation(counties=20, schools=40, years=3, seed=8))
    assert len(nation) == 20 * 40 * 3
    assert not nation.duplicated(["county", "year", "school_id"]).any()
    assert set(nation["data_kind"]) == {"synthetic"}
    assert {"primary", "teaching_point", "junior", "nine_year"} <= set(nation["school_type"])
    for name in ("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2"):
        assert (nation[name] == nation[name].round(2)).all()
    assert (nation["indoor_sports_area_m2"] <= nation["teaching_area_m2"]).all()


def test_the_national_table_refuses_an_empty_nation():
    with pytest.raises(UsageError):
        synthetic.make_nation(counties=0, schools=1, years=1, seed=1)
