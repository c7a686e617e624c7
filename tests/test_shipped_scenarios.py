"""The scenarios of the four counties: what is published stands in the documents, what is assumed can be done."""

import re
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

import youzhi as yz
from youzhi.cards import NATIONAL_STANDARD
from youzhi.counties import list_years, load_county, read_county
from youzhi.scenarios import (
    cost_anchor,
    list_actions,
    list_places,
    list_scenarios,
    load_construction,
    load_scenario,
    run_years,
)
from youzhi.tables import make_school_table

SHIPPED = [
    ("huantai", "pass-2025"),
    ("shanting", "projects-23"),
    ("wenling", "small-classes"),
    ("yiyuan", "build-to-table"),
    ("yiyuan", "plan-2025"),
    ("yiyuan", "remedy-mix"),
]
SEEDS = {
    "源教体字〔2021〕18号": "000",
    "桓政办字〔2021〕46号": "001",
    "源政字〔2023〕36号": "002",
    "温岭市创建全国义务教育优质均衡发展市实施方案（2020年4月27日）": "003",
    "山政办发〔2017〕12号": "004",
}
R4, R5 = "teaching_area_per_pupil", "sports_area_per_pupil"


@pytest.fixture(scope="module", params=SHIPPED, ids="/".join)
def run(request):
    """A scenario, its base table and the tables of all its years."""
    county, name = request.param
    scenario = load_scenario(name, county)
    schools = read_county(county, scenario.base_year)
    return scenario, schools, run_years(schools, scenario)


def run_of(county, name, *years):
    scenario = load_scenario(name, county)
    return scenario, run_years(read_county(county, scenario.base_year), scenario, years)


def judge(schools):
    return yz.assess(schools, standard=NATIONAL_STANDARD)


def parts(result):
    """Part of the county verdict and stage -> verdict."""
    told = result.reasons
    return dict(zip(zip(told["part"], told["stage"], strict=True), told["verdict"], strict=True))


RESOURCES = [(part, stage) for part in ("schools", "dispersion") for stage in ("primary", "junior")]


def test_these_are_all_that_are_shipped():
    counties = sorted({county for county, _ in SHIPPED})
    assert [(county, name) for county in counties for name in list_scenarios(county)] == SHIPPED


def test_every_year_can_be_done_and_gives_a_table_that_passes_all_checks(run):
    scenario, _, tables = run
    assert list(tables) == list(range(scenario.base_year, scenario.to + 1))
    for schools in tables.values():
        checked, faults = make_school_table(schools.frame)
        assert faults.empty
        pd.testing.assert_frame_equal(checked.frame, schools.frame, check_dtype=False)


def test_pupils_are_those_of_the_base_year_where_no_other_number_is_stated(run):
    scenario, schools, tables = run
    for stage in ("primary", "junior"):
        totals = {int(one.frame[f"pupils_{stage}"].sum()) for one in tables.values()}
        constant = scenario.enrolment.mode == "constant"
        assert (totals == {int(schools.frame[f"pupils_{stage}"].sum())}) == constant


def test_teachers_of_every_kind_change_only_by_hiring_and_training(run):
    scenario, schools, tables = run
    for kind in ("teachers", "degree_teachers", "backbone_teachers", "arts_pe_teachers"):
        new = 0
        for action in scenario.action:
            new += getattr(action, kind, 0) if action.kind in ("hire", "train") else 0
            new += sum(getattr(one, kind) for one in getattr(action, "staff", {}).values())
        names = [f"{kind}_{stage}" for stage in ("primary", "junior")]
        before, after = (one.frame[names].sum().sum() for one in (schools, tables[scenario.to]))
        assert after - before == new, kind


def test_new_schools_are_marked_as_synthetic_and_do_not_double_those_of_the_demonstration_tables(
    run,
):
    scenario, schools, tables = run
    years = [year for year in list_years(scenario.county) if year > scenario.base_year]
    later = {
        code for year in years for code in read_county(scenario.county, year).frame["school_id"]
    }
    last = tables[scenario.to].frame
    new = last[~last["school_id"].isin(schools.frame["school_id"])]
    assert len(new) == sum(action.kind == "build" for action in scenario.action)
    assert not later & set(new["school_id"])
    assert new["school"].str.endswith("（模拟数据）").all()
    assert set(last["data_kind"]) == {"synthetic"}


def test_every_new_school_reaches_every_bar_in_its_first_year_but_those_that_show_the_trap(run):
    scenario, _, tables = run
    for action in (one for one in scenario.action if one.kind == "build"):
        result = judge(tables[action.year])
        own = result.indicators[result.indicators["school"].str.startswith(action.school)]
        below = set(own.loc[own["verdict"] != "met", "indicator"])
        assert below == ({R5} if scenario.id == "build-to-table" else set()), action.id


def test_every_cost_by_an_anchor_is_the_anchor_times_the_quantity(run):
    scenario, _, _ = run
    for action in scenario.action:
        seats = re.match(r"(\d+)个学位，按山亭区", action.cost_source)
        area = re.match(r"(\d+)平方米(校舍)?，按山亭区", action.cost_source)
        if seats:
            assert action.cost_yuan == round(cost_anchor("shanting-2017-seat") * int(seats[1]))
        if area:
            assert action.cost_yuan == round(cost_anchor("shanting-2017-area") * int(area[1]))
            assert int(area[1]) == action.teaching_area_m2


def test_no_action_passes_for_a_published_fact_that_the_document_does_not_tell(run):
    """No document names schools, sizes and years together: every action is an assumption, and says why."""
    scenario, _, _ = run
    assert {action.evidence for action in scenario.action} <= {"assumption"}
    assert all(action.label for action in scenario.action)


@pytest.fixture(scope="module")
def seeds(shared):
    """Document -> its text."""
    paths = {name: next((shared / "seeds").glob(f"{at}_*.txt")) for name, at in SEEDS.items()}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()}


def without_blanks(text):
    return re.sub(r"\s", "", text)


def facts_of(scenario):
    told = [(entry.text, entry.source) for entry in scenario.assumption if entry.evidence == "fact"]
    stated = [entry for entry in scenario.enrolment.stated if entry.evidence == "fact"]
    return told + [(entry.source.partition("：")[2], entry.source) for entry in stated]


def test_numbers_and_names_of_published_facts_stand_in_their_document(run, seeds):
    scenario, _, _ = run
    tables = {table.source: table for table in load_construction().table}
    for text, source in facts_of(scenario):
        if source in tables:
            found = {str(area) for rows in tables[source].area.values() for area in rows.values()}
            assert set(re.findall(r"\d{5}", text)) <= found
            continue
        document = next(name for name in seeds if source.startswith(name))
        for number in re.findall(r"\d+(?:\.\d+)?", text.replace("“十四五”", "")):
            assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", seeds[document]), (
                text,
                number,
            )
        for name in re.findall(r"(?:第三实验|人民路|康源路)小学|荆山学校", text):
            assert name in without_blanks(seeds[document])


def test_words_are_our_own(run, seeds):
    scenario, _, _ = run
    words = [scenario.summary, *(entry.text for entry in scenario.assumption)]
    words += [action.label for action in scenario.action]
    runs = {text[at : at + 14] for text in words for at in range(len(text) - 13)}
    plain = [without_blanks(seed) for seed in seeds.values()]
    assert [words for words in runs if any(words in seed for seed in plain)] == []


def test_a_table_whose_document_was_not_seen_names_no_document():
    sources = {table.id: table.source for table in load_construction().table}
    unseen = {name for name, source in sources.items() if "文件名未见" in source}
    assert unseen == {name for name in sources if not name.startswith("urban-2002")}
    assert not any("标准" in sources[name] for name in unseen)


# ------------------------------------------------------------------------------------ Yiyuan


def test_yiyuans_plan_adds_up_to_the_published_numbers_of_schools_and_pupils():
    """71 + 4 - 3 = 72 primary schools and teaching points; 16 + 1 = 17 junior and nine-year schools; 45,000 pupils."""
    card = load_county("yiyuan")
    scenario, tables = run_of("yiyuan", "plan-2025", 2025)
    frame = tables[2025].frame
    kinds = frame["school_type"]
    assert (
        kinds.isin(["primary", "teaching_point"]).sum()
        == card.find_fact("primary_units", 2025).value
    )
    assert kinds.isin(["junior", "nine_year"]).sum() == card.find_fact("junior_schools", 2025).value
    pupils = frame[["pupils_primary", "pupils_junior"]].sum().sum()
    assert pupils == card.find_fact("compulsory_pupils", 2025).value
    counts = list_actions(scenario)["kind"].value_counts()
    assert counts["close"] == card.find_fact("primary_schools_closed", 2025).value
    added = [card.find_fact(f"{kind}_schools_added", 2025).value for kind in ("primary", "junior")]
    assert counts["build"] == sum(added)


def test_yiyuans_assumed_fall_is_the_sum_of_its_cohorts():
    """11,000 in three years of kindergarten: 3,667 a year, five entering years; four years of 45,000/9 before them."""
    [stated] = [
        entry
        for entry in load_scenario("plan-2025", "yiyuan").enrolment.stated
        if entry.year == 2030
    ]
    cohorts = 5 * Fraction(11_000, 3) + 4 * Fraction(45_000, 9)
    assert round(cohorts, -2) == stated.pupils


def test_yiyuans_projects_leave_more_schools_short_at_the_peak_than_before_and_after():
    _, tables = run_of("yiyuan", "plan-2025", 2020, 2025, 2030)
    failing = [int((judge(one).schools["verdict"] != "met").sum()) for one in tables.values()]
    assert failing[1] > failing[0] > failing[2] > 0


def test_seats_stand_empty_after_yiyuans_peak():
    scenario = load_scenario("plan-2025", "yiyuan")
    places = list_places(read_county("yiyuan", 2020), scenario, [2025, 2030])
    free = places.groupby("year")["free"].sum()
    assert free[2030] > free[2025] > 0


def test_pupils_who_come_to_yiyuan_fill_seats_before_they_make_new_ones():
    """In 2021 primary pupils grow by 3 % and a teaching point with three rooms closes: three rooms less, fewer seats free."""
    scenario = load_scenario("plan-2025", "yiyuan")
    places = list_places(read_county("yiyuan", 2020), scenario, [2020, 2021])
    sums = places[places["stage"] == "primary"].groupby("year")[["pupils", "classrooms", "free"]]
    before, after = sums.sum().to_numpy()
    assert after[1] == before[1] - 3
    assert before[2] - after[2] == after[0] - before[0] + 3 * 45


def test_yiyuans_stated_pupils_say_what_the_document_rounds_and_leaves_out():
    stated = load_scenario("plan-2025", "yiyuan").enrolment.stated
    words = {entry.year: entry.source + entry.note for entry in stated}
    assert all(word in words[2025] for word in ("取整数", "预期性"))
    assert "后两届的人数文件没有" in words[2030]


def test_schools_built_to_the_sports_land_table_fall_short_and_a_hall_repairs_them():
    """11260/1200 = 9.383 and 11546/1500 = 7.697; a hall of 10.2 x pupils - land brings both to exactly 10.2."""
    _, tables = run_of("yiyuan", "build-to-table", 2021, 2022)
    for year, values, verdicts in (
        (2021, ["9.38", "7.70"], ["met", "not_met"]),
        (2022, ["10.20", "10.20"], ["met", "met"]),
    ):
        result = judge(tables[year])
        new = result.indicators[result.indicators["school"].str.startswith("照标准新建")]
        sports = new[new["indicator"] == R5].sort_values("school")
        assert sports["printed"].tolist() == values
        assert set(new.loc[new["indicator"] != R5, "verdict"]) == {"met"}
        own = result.schools[result.schools["school"].str.startswith("照标准新建")]
        assert own.sort_values("school")["verdict"].tolist() == verdicts


def test_yiyuans_remedies_make_the_resource_part_pass():
    _, tables = run_of("yiyuan", "remedy-mix", 2020, 2022, 2023)
    told = {year: parts(judge(schools)) for year, schools in tables.items()}
    assert told[2020]["schools", "primary"] == "not_met"
    for year in (2022, 2023):
        assert {told[year][key] for key in RESOURCES} == {"met"}


# ------------------------------------------------------------------------------------ the others


def test_huantai_passes_resources_rooms_size_and_classes_from_the_promised_year_on():
    scenario, tables = run_of("huantai", "pass-2025", 2021, 2024, 2025)
    assert parts(judge(tables[2021]))["schools", "primary"] == "not_met"
    card = load_county("huantai")
    years = [fact.value for fact in card.fact if "recognition_year" in fact.id]
    assert scenario.to == max(years)
    for year in (2024, 2025):
        result = judge(tables[year])
        assert {parts(result)[key] for key in RESOURCES} == {"met"}
        items = result.items.set_index("code")["verdict"]
        assert set(items[["2.3", "2.4", "2.5"]]) == {"met"}


def test_huantais_years_that_no_document_tells_are_an_assumption():
    scenario = load_scenario("pass-2025", "huantai")
    [years] = [entry for entry in scenario.assumption if entry.id == "years"]
    assert years.evidence == "assumption"
    told = {int(year) for year in re.findall(r"(20\d\d)年", years.text)}
    assert told == {action.year for action in scenario.action}
    assert "月" not in scenario.summary
    assert not any("体育馆" in action.label for action in scenario.action)


def test_huantais_rooms_go_to_schools_that_lack_them_after_pupils_moved():
    scenario, tables = run_of("huantai", "pass-2025", 2023)
    rooms = [action for action in scenario.action if action.kind == "add_rooms"]
    frame = tables[2023].frame.set_index("school_id")
    for action in rooms:
        row = frame.loc[action.school]
        needed = -(-(row["classes_primary"] + row["classes_junior"]) // 12)
        counts = [len(row[f"{art}_room_areas_m2"].split(";")) for art in ("music", "art")]
        small = min(
            float(area)
            for art in ("music", "art")
            for area in row[f"{art}_room_areas_m2"].split(";")
        )
        assert min(counts) < needed or small < 90, action.id


def test_wenlings_summary_says_that_the_document_only_means_schools_that_can():
    scenario = load_scenario("small-classes", "wenling")
    assert "有条件的学校" in scenario.summary
    assert "假设全部学校" in scenario.summary


def test_wenlings_classes_reach_the_published_aim_and_need_many_more_rooms():
    card = load_county("wenling")
    aims = {"primary": card.find_fact("primary_class_aim", 2020).value}
    aims["junior"] = card.find_fact("junior_class_aim", 2020).value
    scenario, tables = run_of("wenling", "small-classes", 2020, 2024)
    sizes = {(action.stage, action.size) for action in scenario.action}
    assert sizes == {("primary", 30), ("primary", 35), ("junior", 35)}
    last = tables[2024].frame
    one_stage = last[last["school_type"].isin(["primary", "teaching_point"])]
    assert one_stage["largest_class_primary"].max() <= aims["primary"]
    taught = last[~last["school_type"].isin(["special", "vocational"])]
    assert taught["largest_class_junior"].max() <= aims["junior"]
    both = last[last["school_type"].isin(["nine_year", "twelve_year"])]
    assert both["largest_class_primary"].max() <= aims["junior"]
    classes = [
        one.frame[["classes_primary", "classes_junior"]].sum().sum() for one in tables.values()
    ]
    assert classes[1] > 1.3 * classes[0]


def test_shantings_projects_add_up_to_the_published_numbers():
    """6 x 24 x 45 + 3 x 24 x 50 + 8 x 12 x 45 + 6 x 12 x 50 = 18,000 seats for 280 million; 26 works for 69.34 million."""
    card = load_county("shanting")

    def fact(name):
        return next(entry.value for entry in card.fact if entry.id == name)

    actions = list_actions(load_scenario("projects-23", "shanting"))
    works = actions["id"].str.startswith("works-")
    projects = actions["kind"].isin(["build", "extend"]) & ~works
    counts = actions[projects]["kind"].value_counts()
    assert counts.to_dict() == {"extend": fact("extended_schools"), "build": fact("new_schools")}
    seats = actions["classes"] * actions["stage"].map({"primary": 45, "junior": 50})
    assert seats[projects].sum() == fact("new_places")
    assert actions.loc[projects, "cost_yuan"].sum() == fact("class_reduction_funds")
    assert works.sum() == fact("rebuilt_rural_schools")
    assert actions.loc[works, "cost_yuan"].sum() == fact("improvement_funds")
    # 1,300 m² each, eight tenths of it counted, and 5,200 m² of canteens and toilets beside them
    assert set(actions.loc[works, "teaching_area_m2"]) == {1300 * 0.8}
    assert fact("rebuilt_area") == 26 * 1300 + 5200


def test_shantings_extended_schools_are_what_their_source_says():
    scenario = load_scenario("projects-23", "shanting")
    frame = read_county("shanting", scenario.base_year).frame.set_index("school_id")
    oversize = frame["oversize_classes_primary"] + frame["oversize_classes_junior"]
    urban = frame["zone"] == "urban"
    projects = [one for one in scenario.action if one.id.startswith("extend-")]
    fit = {one.id: bool(oversize[one.school] > 0 and urban[one.school]) for one in projects}
    assert sum(fit.values()) == 5
    assert fit == {one.id: "与文件“城区”不合" not in one.source for one in projects}
    relieved = {take.school for one in scenario.action for take in getattr(one, "takes", ())}
    crowded = set(oversize[urban & (oversize > 0)].index)
    assert len(crowded) == 11
    assert len((crowded & relieved) - {one.school for one in projects}) == 4
    places = next(entry.text for entry in scenario.assumption if entry.id == "places")
    assert "其余9所在镇区和乡村" in places
    assert any("25处功能用房" in entry.text for entry in scenario.assumption)


def test_shantings_oversize_classes_end_where_it_builds():
    _, tables = run_of("shanting", "projects-23", 2016, 2020)
    names = ["oversize_classes_primary", "oversize_classes_junior"]
    before, after = (one.frame[names].sum().sum() for one in tables.values())
    assert after < before / 2


def test_amounts_in_the_files_keep_their_digits():
    extension = next(
        action
        for action in load_scenario("projects-23", "shanting").action
        if action.id == "extend-primary-1"
    )
    assert extension.teaching_area_m2 == Decimal("3229.2")
