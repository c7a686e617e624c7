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

import pandas as pd
import pytest

from youzhi import cli, synthetic, synthetic_items
from youzhi.columns import load_figures, load_subjects
from youzhi.errors import UsageError
from youzhi.intake import read_items

ROOT = Path(__file__).parents[1]
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
    made = dict(synthetic_items.demo_tables([load_card(county)]))
    assert set(made) == {f"{county}/{y}/{kind}.csv" for y in YEARS for kind in ("schools", "items")}
    for path, text in made.items():
        assert (ROOT / "data" / path).read_bytes() == text.encode(), path


@pytest.mark.parametrize("county", COUNTIES)
def test_every_row_is_marked_synthetic_and_named_as_simulated(county):
    for year in YEARS:
        for row in read_rows(county, year):
            assert row["data_kind"] == "synthetic"
            assert "模拟" in row["school"]


def test_files_are_small_and_open_in_spreadsheet_programs():
    files = sorted((ROOT / "data").glob("*/20*/*.csv"))
    assert Counter(file.name for file in files) == {"schools.csv": 40, "items.csv": 40}
    assert all(file.stat().st_size < 60_000 for file in files)
    assert sum(file.stat().st_size for file in files) < 2_500_000
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
    checks = {check["code"]: check["verdict"] for check in load_card("yiyuan")["self_check"]}
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


# ---------------------------------------------------------------- county figures


@cache
def read_figures(county: str, year: int) -> dict[str, dict[str, str]]:
    """Lines of items.csv by figure."""
    text = (ROOT / "data" / county / str(year) / "items.csv").read_text("utf-8-sig")
    return {line["item"]: line for line in csv.DictReader(text.splitlines())}


def amount(county: str, year: int, name: str) -> Fraction | None:
    """One figure as a number; None where it is empty."""
    value = read_figures(county, year)[name]["value"]
    return Fraction(value) if value else None


COUNTY_YEARS = [(county, year) for county in COUNTIES for year in YEARS]


@pytest.mark.parametrize("county", COUNTIES)
def test_every_figure_of_the_dictionary_stands_once_in_its_order_and_is_accepted(county):
    for year in YEARS:
        lines = read_figures(county, year)
        assert list(lines) == list(load_figures())
        items = read_items(ROOT / "data" / county / str(year) / "items.csv", county, year)
        assert len(items) == len(lines)
        empty = [name for name, line in lines.items() if not line["value"]]
        assert empty == items.frame.loc[items.frame["value"].isna(), "item"].tolist()


@pytest.mark.parametrize("county", COUNTIES)
def test_every_value_says_whether_it_is_real_and_an_empty_one_says_nothing(county):
    for year in YEARS:
        for line in read_figures(county, year).values():
            if not line["value"]:
                assert (line["data_kind"], line["source"]) == ("", "")
            elif line["data_kind"] == "synthetic":
                assert line["source"] == "模拟数据"
            else:
                assert line["data_kind"] == "real"
                assert line["source"] not in ("", "模拟数据")


def published_figures(county: str, year: int) -> set[tuple[str, str]]:
    """Figure and source of everything that the card publishes for a county-year."""
    plan = tomllib.loads((ROOT / "youzhi/synthetic.toml").read_text("utf-8"))
    own = plan[county].get("published", {}).get("facts", {})
    renamed = plan["default"]["published"]["facts"] | own
    names = {fact: name for name, fact in renamed.items()}
    card, found = load_card(county), set()
    for entry in card["fact"]:
        name = names.get(entry["id"], entry["id"])
        if entry["year"] == year and name in load_figures():
            found.add((name, entry["source"]))
    for census in card["population"]:
        if census["year"] == year:
            found |= {(f"{kind}population_10k", census["source"]) for kind in ("", "rural_")}
    rows = {row["code"]: row for row in card.get("self_check", []) if row["year"] == year}
    for item in STANDARD["item"]:
        row = rows.get(item["code"])
        for check in item["check"] if row else []:
            figure = check.get("figure", check.get("numerator", [""])[0])
            if check["kind"] == "finding" or row["verdict"] == "not_monitored":
                found |= {(figure.format(subject=s), row["source"]) for s in load_subjects()}
    return found


@pytest.mark.parametrize("county", COUNTIES)
def test_real_are_exactly_the_figures_that_the_card_publishes_for_that_year(county):
    aims = {
        "wenling": {"special_funds_per_pupil_yuan"}
    }  # a lower limit of its plan, nothing reported
    for year in YEARS:
        lines = read_figures(county, year).items()
        real = {(name, line["source"]) for name, line in lines if line["data_kind"] == "real"}
        wanted = published_figures(county, year)
        assert real == {(n, source) for n, source in wanted if n not in aims.get(county, ())}


def test_yiyuan_2020_figures_are_the_published_ones_and_the_unpublished_stay_empty():
    lines = read_figures("yiyuan", 2020)
    published = {"establishment_approved": 4996, "establishment_allotted": 4774}
    published |= {"posts_approved": 5401, "posts_allotted": 5401}
    published |= {"exchanged_teachers": 256, "exchanged_backbone_teachers": 124}
    published |= {"teacher_pay_yuan": 82403, "civil_servant_pay_yuan": 73200}
    published |= {"operating_base_primary_yuan": 710, "operating_base_junior_yuan": 910}
    published |= {"boarder_supplement_yuan": 200, "special_funds_per_pupil_yuan": 8000}
    assert {name: int(lines[name]["value"]) for name in published} == published
    assert {lines[name]["data_kind"] for name in published} == {"real"}
    assert lines["exchanged_share_percent"]["value"] == "46.5"
    assert lines["exchanged_backbone_share_percent"]["value"] == "47.7"
    assert lines["exchange_eligible_teachers"]["value"] == ""
    assert lines["veto_falsification"]["value"] == ""
    assert lines["senior_quota_places"]["value"] == ""  # 70 % are of two schools only
    assert lines["senior_quota_share_percent"]["value"] == "70"
    assert {n for n, line in lines.items() if line["value"] == "未监测"} == {
        f"monitoring_{kind}_{subject}"
        for kind in ("level", "difference")
        for subject in load_subjects()
    }


@pytest.mark.parametrize("county", COUNTIES)
def test_county_figures_agree_with_the_school_table_of_their_year(county):
    for year in YEARS:
        rows = read_rows(county, year)
        teachers = {stage: total(rows, f"teachers_{stage}") for stage in ("primary", "junior")}
        eligible = amount(county, year, "exchange_eligible_teachers")
        backbone = amount(county, year, "exchanged_backbone_teachers")
        for stage, count in teachers.items():
            assert amount(county, year, f"staff_{stage}") >= count
        assert eligible is None or eligible <= sum(teachers.values())
        names = ("backbone_teachers_primary", "backbone_teachers_junior")
        assert backbone is None or backbone <= total(rows, *names)
        private = [row for row in rows if row["organiser_code"] == "10"]
        migrants, bought = total(rows, "migrant_pupils"), total(private, "migrant_pupils")
        assert amount(county, year, "migrant_eligible_pupils") == migrants
        assert amount(county, year, "migrant_public_pupils") == migrants - bought
        assert amount(county, year, "migrant_purchased_pupils") <= bought
        places = amount(county, year, "senior_plan_places")
        assert places is None or places <= total(rows, "graduates")
        special = [row for row in rows if row["school_type"] == "special"]
        enrolled = amount(county, year, "disabled_enrolled")
        assert enrolled is None or enrolled >= compulsory_pupils(special)
        assert amount(county, year, "survey_sent") <= compulsory_pupils(rows)


@pytest.mark.parametrize("county", COUNTIES)
def test_small_rural_schools_get_the_base_for_as_many_pupils_as_the_rule_counts(county):
    """The reported base is the rate with which the school table reckons: under 100 pupils as 100, Huantai as 200."""
    entries = load_card(county)["fact"]
    steps = [entry["value"] for entry in entries if entry["id"] == "small_school_counted_as"]
    for year in YEARS:
        base = amount(county, year, "operating_base_primary_yuan")
        points = [r for r in read_rows(county, year) if r["school_type"] == "teaching_point"]
        small = [int(r["operating_funds_yuan"]) for r in points if int(r["pupils_primary"]) < 100]
        assert small
        assert min(small) == min(steps, default=100) * base


@pytest.mark.parametrize("county", COUNTIES)
def test_population_lies_on_the_line_through_the_censuses(county):
    first, last = load_card(county)["population"]
    for year in YEARS:
        step = Fraction(year - 2010, 10)
        persons = first["total"] + step * Fraction(last["total"] - first["total"])
        assert abs(amount(county, year, "population_10k") * 10_000 - persons) <= 50
        towns = [t for t in load_card(county)["town"] if t["kind"] != "zone"]
        assert amount(county, year, "towns") == len(towns)


def test_figures_of_the_2012_standard_stand_only_where_a_county_was_judged_by_it():
    names = [name for name, figure in load_figures().items() if figure.form == "2012"]
    for county, year in COUNTY_YEARS:
        given = [name for name in names if read_figures(county, year)[name]["value"]]
        assert given == (names if (county, year) == ("shanting", 2016) else [])


def test_shares_are_stated_only_where_counts_were_not_published():
    """Counts say more than a share; only Yiyuan 2020 published shares."""
    for county, year in COUNTY_YEARS:
        lines = read_figures(county, year)
        stated = [n for n in lines if n.endswith("_percent") and lines[n]["value"]]
        shares = ["exchanged_share_percent", "exchanged_backbone_share_percent"]
        published = [*shares, "certified_share_percent", "senior_quota_share_percent"]
        assert stated == (published if (county, year) == ("yiyuan", 2020) else [])


def failing_years(part: str, whole: str, bar: Fraction) -> set[tuple[str, int]]:
    """County-years in which one figure over another is below a bar; what is empty fails nowhere."""
    pairs = {
        (county, year): (amount(county, year, part), amount(county, year, whole))
        for county, year in COUNTY_YEARS
    }
    return {key for key, (top, bottom) in pairs.items() if top and bottom and top / bottom < bar}


@pytest.mark.parametrize(
    ("part", "whole", "bar"),
    [
        ("teacher_pay_yuan", "civil_servant_pay_yuan", Fraction(1)),
        ("exchanged_teachers", "exchange_eligible_teachers", Fraction(10, 100)),
        ("exchanged_backbone_teachers", "exchanged_teachers", Fraction(20, 100)),
        ("senior_quota_places", "senior_plan_places", Fraction(50, 100)),
        ("disabled_enrolled", "disabled_children", Fraction(95, 100)),
        ("survey_satisfied", "survey_valid", Fraction(85, 100)),
    ],
)
def test_some_county_years_fall_short_of_every_bar_and_most_reach_it(part, whole, bar):
    failing = failing_years(part, whole, bar)
    assert 0 < len(failing) < len(COUNTY_YEARS) / 2
    assert not any(year == 2025 for _, year in failing)


def test_satisfaction_lies_between_eighty_and_ninety_three_per_cent():
    assert not failing_years("survey_satisfied", "survey_valid", Fraction(79, 100))
    low = failing_years("survey_satisfied", "survey_valid", Fraction(93, 100))
    assert len(low) >= len(COUNTY_YEARS) - 2


def test_some_monitored_differences_are_too_large_and_later_ones_are_not():
    found = {
        (county, year): Fraction(line["value"])
        for county, year in COUNTY_YEARS
        for name, line in read_figures(county, year).items()
        if name.startswith("monitoring_difference") and line["value"] != "未监测"
    }
    bar = Fraction(15, 100)
    assert {year for (_, year), value in found.items() if value >= bar} >= {2016, 2017, 2019}
    assert all(value < bar for (_, year), value in found.items() if year >= 2022)


def test_one_veto_is_present_and_says_that_it_is_only_a_demonstration():
    present = [
        (county, year, name, line["note"])
        for county, year in COUNTY_YEARS
        for name, line in read_figures(county, year).items()
        if line["value"] == "present"
    ]
    [(*where, note)] = present
    assert where == ["shanting", 2018, "veto_unfilled_posts"]
    assert "不是对山亭区的评价" in note


def test_only_named_figures_are_left_out():
    """Beside the shares, for which there are counts, and the 2012 figures."""
    expected = {
        ("yiyuan", 2017): ["survey_satisfied"],
        ("yiyuan", 2020): [
            "exchange_eligible_teachers",
            "senior_plan_places",
            "senior_quota_places",
            "senior_quota_rural_places",
            "veto_falsification",
        ],
        ("huantai", 2018): ["disabled_children", "disabled_enrolled"],
        ("huantai", 2025): ["it_teaching_finding"],
        ("wenling", 2019): ["civil_servant_pay_yuan"],
        ("shanting", 2020): ["exchanged_backbone_teachers", "veto_falsification"],
    }
    for county, year in COUNTY_YEARS:
        empty = [
            name
            for name, line in read_figures(county, year).items()
            if not line["value"] and not name.endswith("_percent")
            if load_figures()[name].form != "2012"
        ]
        assert empty == expected.get((county, year), []), (county, year)
        for name in empty:
            assert read_figures(county, year)[name]["note"]


# ---------------------------------------------------------------- figures of others are never replaced


@pytest.fixture
def one_county(tmp_path, monkeypatch):
    """A data root with one card, and the file in which its figures of 2020 stand; writes the demonstration data."""
    root = tmp_path / "data"
    (root / "yiyuan/2020").mkdir(parents=True)
    card = (ROOT / "data/yiyuan/county.toml").read_bytes()
    (root / "yiyuan/county.toml").write_bytes(card)
    monkeypatch.setenv("YOUZHI_DATA", str(root))
    return root / "yiyuan/2020/items.csv"


GENERATED = (ROOT / "data/yiyuan/2020/items.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(
    "text",
    [
        "item,value,data_kind\nvillages,633,real\n",
        "填报项目,填报值,数据性质\n行政村数,633,真实数据\n",
        "item,value\nvillages,633\n",  # not marked at all
        "item,value,data_kind\nteacher_pay_yuan,82404,real\n",  # one yuan more than was published
        "item,value,data_kind\nno_such_figure,1,synthetic\n",  # what cannot be read may be real
    ],
)
def test_real_figures_that_the_generator_would_not_write_are_not_replaced(one_county, text):
    one_county.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="不全是模拟数据"):
        cli.write_demo_data()
    assert one_county.read_text(encoding="utf-8") == text
    assert [path.name for path in one_county.parent.iterdir()] == ["items.csv"]


def test_real_figures_in_a_workbook_are_not_hidden(one_county):
    rows = {"item": ["villages"], "value": ["633"], "data_kind": ["real"]}
    pd.DataFrame(rows).to_excel(one_county.with_suffix(".xlsx"), index=False)
    with pytest.raises(UsageError, match="不全是模拟数据"):
        cli.write_demo_data()
    assert not one_county.exists()


@pytest.mark.parametrize(
    "text",
    [
        GENERATED,
        GENERATED.replace("villages,576,", "villages,577,"),  # a synthetic line that was changed
        "item,value,data_kind\nteacher_pay_yuan,82403,real\nvillages,,\n",  # published, and an empty line
    ],
)
def test_figures_that_stay_the_same_or_are_synthetic_are_written_again(one_county, text):
    one_county.write_text(text, encoding="utf-8")
    cli.write_demo_data()
    assert one_county.read_text(encoding="utf-8-sig") == GENERATED


# ---------------------------------------------------------------- the county cards


@pytest.mark.parametrize("county", COUNTIES)
def test_every_entry_of_a_card_names_its_source(county):
    card = load_card(county)
    stages = list(card["stages"].values())
    entries = card["fact"] + card["population"] + card["standard"] + stages + [card["counting"]]
    assert all(entry["source"] for entry in entries)
    assert min(entry["from_year"] for entry in card["standard"]) <= YEARS[0]


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
