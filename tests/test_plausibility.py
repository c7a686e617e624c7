"""Every rule on both sides of its boundary, in a county that gives no finding by itself."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.counties import list_counties, list_years, read_county
from youzhi.errors import UsageError
from youzhi.intake import findings
from youzhi.intake.findings import FINDING_COLUMNS, Place, load_rules
from youzhi.plausibility import RULES, check_table, explain_effect
from youzhi.standards import load_standard
from youzhi.tables import SchoolTable, stack_tables

NEW, OLD = load_standard("jiaodu-2017-6"), load_standard("jiaodu-2012-3")

PRIMARY = [f"甲{n}小学" for n in range(1, 7)]
JUNIOR = [f"乙{n}中学" for n in range(1, 5)]
NINE = "丙学校"


def _stage(stage, n, pupils):
    """Columns of one stage: classes of 40 at most, one teacher per 14 pupils."""
    classes, teachers = -(-pupils // 40), pupils // 14
    return {
        f"pupils_{stage}": pupils,
        f"classes_{stage}": classes,
        f"largest_class_{stage}": 40,
        f"oversize_classes_{stage}": 0,
        f"in_zone_pupils_{stage}": pupils,
        f"teachers_{stage}": teachers,
        f"degree_teachers_{stage}": teachers - 2 - n % 3,
        f"backbone_teachers_{stage}": 4 + n,
        f"arts_pe_teachers_{stage}": 5 + n,
    }


def _whole(n, pupils, teachers):
    """Columns of a whole school; each differs from school to school."""
    return {
        "organiser_code": 7,
        "built_year": 1990 + n,
        "lon": 118 + n / 100,
        "lat": 36 + n / 90,
        "migrant_pupils": 10 + n,
        "certified_teachers": teachers,
        "trained_teachers": teachers - 1,
        "teaching_area_m2": Decimal(pupils * 6 + 7 * n) + Decimal("0.37"),
        "indoor_sports_area_m2": Decimal(301 + 3 * n),
        "sports_ground_area_m2": Decimal(pupils * 8 + 11 * n) + Decimal("0.13"),
        "equipment_value_yuan": Decimal(pupils * 2600 + 1237 * n),
        "networked_classrooms": pupils // 30 + n,
        "music_room_areas_m2": "97;98",
        "art_room_areas_m2": "91",
        "computers": pupils // 8 + n,
        "books": pupils * 30 + 17 * n,
        "operating_funds_yuan": Decimal(pupils * 715 + 31 * n),
        "training_funds_yuan": Decimal(pupils * 41 + 31 * n),
    }


def _flows(pupils):
    return {
        "graduates": pupils // 3 - 5,
        "entrants_before": pupils // 3,
        "transferred_in": 2,
        "transferred_out": 3,
        "deaths": 0,
    }


def rows():
    """School name to its row: six primary schools, four junior ones, one with both stages."""
    county = {}
    for n, name in enumerate(PRIMARY):
        pupils = 403 + 97 * n
        county[name] = _stage("primary", n, pupils) | _whole(n, pupils, pupils // 14)
        county[name]["school_type"] = "primary"
    for n, name in enumerate(JUNIOR, start=6):
        pupils = 611 + 53 * n
        county[name] = _stage("junior", n, pupils) | _whole(n, pupils, pupils // 14)
        county[name] |= _flows(pupils) | {"school_type": "junior"}
    both = _stage("primary", 1, 517) | _stage("junior", 2, 389)
    county[NINE] = both | _whole(11, 906, 517 // 14 + 389 // 14) | _flows(389)
    county[NINE]["school_type"] = "nine_year"
    return county


def table(changes=None, *, year=2022, without=(), more=None):
    """The county with some cells changed: school name, or "*" for all, to column to value (or a function of the old)."""
    county = rows() | (more or {})
    for cells in county.values() if year != 2022 else ():  # no two years have all figures in common
        cells["books"] = cells.get("books", 1) + year - 2022
    for school, cells in (changes or {}).items():
        for name in county if school == "*" else [school]:
            for column, value in cells.items():
                old = county[name].get(column)
                county[name][column] = value(old) if callable(value) else value
    order = list(county)
    listed = [
        {"county": "demo", "year": year, "school": name, "school_id": f"37{order.index(name):04}"}
        | cells
        for name, cells in county.items()
        if name not in without
    ]
    frame = pd.DataFrame(listed, dtype=object)
    return SchoolTable.from_frame(frame.where(frame.notna(), None), "schools.csv")


def found(schools, before=None, standard=NEW):
    return check_table(schools, before, standard)


def rules_of(schools, before=None, standard=NEW):
    return {one.rule for one in found(schools, before, standard)}


A, B, C, D = *PRIMARY[:2], *JUNIOR[:2]

# Rule to (what makes it fire, what stands just on the other side).
CASES = {
    "D01": (
        {A: {"pupils_primary": 0, "in_zone_pupils_primary": 0}},
        {A: {"pupils_primary": 1, "in_zone_pupils_primary": 0}},
    ),
    "D01b": ({A: {"pupils_junior": 1}}, {A: {"pupils_junior": 0}}),
    "D01c": (
        {
            A: {
                "teachers_primary": 0,
                "degree_teachers_primary": 0,
                "backbone_teachers_primary": 0,
                "arts_pe_teachers_primary": 0,
            }
        },
        {A: {"teachers_primary": None}},
    ),
    "D05c": ({A: {"certified_teachers": 403 // 14 + 1}}, {A: {"certified_teachers": 403 // 14}}),
    # 11 classes of 37 at most hold 407 pupils, 11 of 36 only 396
    "D06p": ({A: {"largest_class_primary": 36}}, {A: {"largest_class_primary": 37}}),
    "D06q": ({A: {"classes_primary": 404}}, {A: {"classes_primary": 403}}),
    "D06r": ({A: {"classes_primary": 0}}, {A: {"classes_primary": None}}),
    "D06s": ({A: {"largest_class_primary": 404}}, {A: {"largest_class_primary": 403}}),
    "D06t": ({A: {"largest_class_primary": 46}}, {A: {"largest_class_primary": 45}}),
    "D06u": ({A: {"migrant_pupils": 404}}, {A: {"migrant_pupils": 403}}),
    # 乙1中学: 929 pupils, 309 entrants; 309 + 2 - 3 - 0 = 308 can graduate
    "D06v": ({C: {"graduates": 309}}, {C: {"graduates": 308}}),
    "D12p": ({A: {"built_year": 2023}}, {A: {"built_year": 2022}}),
    # 97 + 98 + 91 = 286
    "D07c": (
        {A: {"teaching_area_m2": Decimal("285.9"), "indoor_sports_area_m2": 0}},
        {A: {"teaching_area_m2": 286, "indoor_sports_area_m2": 0}},
    ),
    "D09": ({A: {"lon": 118.01, "lat": 36 + 1 / 90}}, {A: {"lon": 118.01, "lat": 36}}),
    "D09b": ({A: {"lon": 36, "lat": 73}}, {A: {"lon": 73, "lat": 36}}),
    "D09c": ({A: {"lon": 118, "lat": 55}}, {A: {"lon": 118, "lat": 54}}),
    "D09d": ({A: {"lon": 118, "lat": 37}}, {A: {"lon": 118, "lat": 36.3}}),
    "D09e": ({A: {"lon": None}}, {A: {"lon": None, "lat": None}}),
    "K10b": ({NINE: {"pupils_junior": None}}, {NINE: {"pupils_junior": 389}}),
    "N22b": ({A: {"degree_teachers_primary": 0}}, {A: {"degree_teachers_primary": None}}),
}


DISAGREE = {
    "D06p": (
        {C: {"largest_class_junior": 38}},
        "乙1中学：初中在校生数929人，初中班级数24个，初中最大班额38人",
    ),
    "D06q": (
        {C: {"classes_junior": 930}},
        "乙1中学：初中班级数930个，初中在校生数929人",
    ),
    "D06r": ({C: {"classes_junior": 0}}, "乙1中学：初中班级数0个，初中在校生数929人"),
    "D06s": (
        {C: {"largest_class_junior": 930}},
        "乙1中学：初中最大班额930人，初中在校生数929人",
    ),
    "D06t": (
        {C: {"oversize_classes_junior": 1, "largest_class_junior": 50}},
        "乙1中学：初中超班额班级数1个，初中最大班额50人（班额上限50人）",
    ),
    "D06u": (
        {C: {"migrant_pupils": 930}},
        "乙1中学：随迁子女在校生数930人，全校在校生929人",
    ),
    "D06v": (
        {C: {"graduates": 309}},
        "乙1中学：初中毕业生数309人，毕业年级入学时在校生数309人，转入学生数2人，转出学生数3人，"
        "死亡学生数0人",
    ),
}


def test_the_county_of_these_tests_gives_no_finding():
    assert found(table()) == []
    assert found(table(), table(year=2021)) == []
    assert found(table(), None, OLD) == []


@pytest.mark.parametrize("rule", CASES, ids=list(CASES))
def test_rule_fires_on_one_side_of_its_boundary_and_not_on_the_other(rule):
    beyond, within = CASES[rule]
    assert rule in rules_of(table(beyond))
    assert rule not in rules_of(table(within))


@pytest.mark.parametrize("rule", DISAGREE, ids=list(DISAGREE))
def test_numbers_that_contradict_each_other_are_told_at_the_junior_stage_with_all_of_them(rule):
    cells, words = DISAGREE[rule]
    (one,) = [f for f in found(table(cells)) if f.rule == rule]
    assert one.found == words
    assert (one.row, one.outcome) == (7, "warn")
    assert not [f for f in found(table({C: dict.fromkeys(cells[C])})) if f.rule == rule]


def test_no_rule_of_this_list_is_written_down_twice():
    folder = Path(findings.__file__).parent / "rules"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.toml")}
    for rule in RULES:
        places = [name for name, text in texts.items() if f'id = "{rule}"' in text]
        assert places == ["domain.toml"], rule


def test_every_rule_of_the_registry_is_a_rule_of_the_file_with_its_effect():
    for rule in RULES:
        assert load_rules()[rule].outcome in ("hold", "warn")
        assert load_rules()[rule].effect, rule
        assert load_rules()[rule].advice, rule


RANGES = {
    "largest class 65 | 66": (
        {A: {"largest_class_primary": 66}},
        {A: {"largest_class_primary": 65}},
    ),
    # 403 pupils in 6 classes are 67 each, 390 in 6 are 65
    "mean class": (
        {A: {"classes_primary": 6}},
        {A: {"classes_primary": 6, "pupils_primary": 390, "in_zone_pupils_primary": 390}},
    ),
    # 10 teachers for 403 pupils are one for 40.3
    "pupils per teacher": (
        {A: {"teachers_primary": 10, "degree_teachers_primary": 9}},
        {
            A: {
                "teachers_primary": 10,
                "degree_teachers_primary": 9,
                "pupils_primary": 400,
                "in_zone_pupils_primary": 400,
            }
        },
    ),
    "rooms per pupil 60": (
        {A: {"teaching_area_m2": 403 * 60 + 1}},
        {A: {"teaching_area_m2": 403 * 60}},
    ),
    "grounds per pupil 0.5": (
        {A: {"sports_ground_area_m2": 201}},
        {A: {"sports_ground_area_m2": Decimal("201.5")}},
    ),
    "equipment per pupil 100": (
        {A: {"equipment_value_yuan": 40299}},
        {A: {"equipment_value_yuan": 40300}},
    ),
    "networked per 100 30": (
        {A: {"networked_classrooms": 121, "teaching_area_m2": 9000}},
        {A: {"networked_classrooms": 120, "teaching_area_m2": 9000}},
    ),
    "rooms per networked 40": (
        {A: {"teaching_area_m2": 519, "networked_classrooms": 13}},
        {A: {"teaching_area_m2": 520, "networked_classrooms": 13}},
    ),
    "books 200": ({A: {"books": 80601}}, {A: {"books": 80600}}),
    "computers 100": ({A: {"computers": 404}}, {A: {"computers": 403}}),
    "funds 30000": (
        {A: {"operating_funds_yuan": 403 * 30000 + 1}},
        {A: {"operating_funds_yuan": 403 * 30000}},
    ),
    # (g + 3 - 2) / 309 x 100: 216 is 70.2 per cent, 215 is 69.9
    "retention 70": ({C: {"graduates": 215}}, {C: {"graduates": 216}}),
}


@pytest.mark.parametrize("case", RANGES, ids=list(RANGES))
def test_a_range_is_left_only_beyond_its_end(case):
    beyond, within = RANGES[case]
    assert "N22" in rules_of(table(beyond))
    assert "N22" not in rules_of(table(within))


def test_a_school_under_thirty_pupils_is_not_asked_for_its_values_per_pupil():
    def small(pupils):
        cells = {"pupils_primary": pupils, "in_zone_pupils_primary": 1, "classes_primary": 2}
        cells |= {"largest_class_primary": 20, "migrant_pupils": 0, "networked_classrooms": 0}
        few = {"teachers_primary": 12, "degree_teachers_primary": 9, "computers": 0, "books": 1000}
        return {A: cells | few | {"certified_teachers": 12, "trained_teachers": 12}}

    assert "N22" not in rules_of(table(small(29)))
    assert "N22" in rules_of(table(small(30)))


def test_an_extreme_value_is_told_with_both_parts_and_the_usual_range():
    (one,) = [f for f in found(table({A: {"teaching_area_m2": 403 * 300}})) if f.rule == "N22"]
    assert one.found == (
        "甲1小学：生均教学及辅助用房面积300㎡（教学及辅助用房面积120900㎡，全校在校生403人）"
    )
    assert one.allowed == "生均教学及辅助用房面积一般不低于1㎡、不高于60㎡"
    assert (one.row, one.column) == (1, "教学及辅助用房面积（㎡）")
    assert "影响指标：生均教学及辅助用房面积（小学、初中）" in one.effect


def test_a_class_of_ninety_is_asked_about_and_counts_as_it_was_reported():
    schools = table({A: {"largest_class_primary": 90, "oversize_classes_primary": 1}})
    (one,) = [f for f in found(schools) if f.rule == "N22"]
    assert (one.outcome, one.row, one.found) == ("warn", 1, "甲1小学：小学最大班额90人")
    assert one.allowed == "小学最大班额一般不高于65人"
    assert schools.numbers("largest_class_primary")[0] == 90

    def verdict(of):
        items = yz.assess(of).items
        return items[items["code"] == "2.5"]["verdict"].tolist()

    assert verdict(table()) == ["met"]
    assert verdict(schools) == ["not_met"]


# ------------------------------------------------------------------------------------ who counts


def test_a_school_without_pupils_but_with_teachers_is_held_and_told_with_its_numbers():
    schools = table({A: {"pupils_primary": 0, "in_zone_pupils_primary": 0}})
    (one,) = [f for f in found(schools) if f.rule == "D01"]
    assert one.outcome == "hold"
    assert (
        one.found
        == "甲1小学：小学在校生数0人，小学班级数11个，小学最大班额40人，小学专任教师数28人"
    )
    assert "暂不计入" in one.became
    assert yz.assess(schools).verdict != "met"


def test_a_school_without_pupils_but_with_rooms_is_held_and_told_with_them():
    rooms = {"pupils_primary": 0, "teaching_area_m2": 900, "school_type": "primary"}
    (one,) = [f for f in found(table(more={"丁小学": rooms})) if f.row == 12]
    assert (one.rule, one.outcome) == ("D01", "hold")
    assert one.found == "丁小学：小学在校生数0人，教学及辅助用房面积900㎡"


EMPTY = {name: 0 for name in _stage("primary", 0, 14)} | {"school_type": "primary"}


def test_a_school_with_nothing_is_told_as_closed_and_one_with_a_class_is_held():
    assert "K14" in rules_of(table(more={"丁小学": EMPTY}))
    told = rules_of(table(more={"丁小学": EMPTY | {"classes_primary": 1}}))
    assert "D01" in told
    assert "K14" not in told


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({}, "小学专任教师数0人，小学班级数0个"),
        ({"teachers_primary": None}, "小学专任教师数未填，小学班级数0个"),
        (
            {name: None for name in EMPTY if name not in ("school_type", "pupils_primary")},
            "小学专任教师数未填，小学班级数未填",
        ),
    ],
    ids=["all zero", "teachers blank", "all blank"],
)
def test_a_closed_school_is_told_with_what_is_zero_and_what_was_not_filled_in(cells, words):
    schools = table(more={"丁小学": EMPTY | cells})
    (one,) = [f for f in found(schools) if f.rule == "K14"]
    assert one.found == f"丁小学：小学在校生数0人，{words}"
    assert (one.outcome, one.row, one.column) == ("warn", 12, "小学学生人数")
    assert "不计入" in one.became
    assert "丁小学" not in set(yz.assess(schools).schools["school"])
    assert yz.assess(schools).verdict == yz.assess(table()).verdict


def test_a_school_of_several_stages_with_nothing_in_any_is_told_as_closed():
    empty = {f"{name}": 0 for stage in ("primary", "junior") for name in _stage(stage, 0, 14)}
    (one,) = found(table(more={"丁学校": empty | {"school_type": "nine_year"}}))
    assert (one.rule, one.became) == ("K14", "不计入")
    alive = empty | {"school_type": "nine_year", "teachers_junior": 2}
    assert {f.rule for f in found(table(more={"丁学校": alive}))} == {"D01"}


def test_a_teaching_point_without_pupils_but_with_teachers_is_asked_about():
    point = EMPTY | {"school_type": "teaching_point"}
    assert "D01d" not in rules_of(table(more={"丁教学点": point}))
    one = next(
        f
        for f in found(table(more={"丁教学点": point | {"teachers_primary": 3}}))
        if f.rule == "D01d"
    )
    assert "小学专任教师数3人" in one.found


@pytest.mark.parametrize(
    ("kind", "word"), [("special", "特殊教育学校"), ("vocational", "职业学校")]
)
def test_special_and_vocational_schools_are_listed_as_left_out(kind, word):
    (one,) = found(table(more={"丁校": {"school_type": kind, "organiser_code": 7}}))
    assert (one.rule, one.found) == ("K12", f"丁校：{word}")
    assert word in one.became


def test_a_missing_organiser_matters_only_where_the_standard_leaves_schools_out_by_it():
    schools = table({A: {"organiser_code": None}})
    assert "D10b" not in rules_of(schools)
    (one,) = [f for f in found(schools, None, OLD) if f.rule == "D10b"]
    assert (one.outcome, one.column) == ("hold", "举办者代码")


def test_one_section_in_a_stage_is_told_and_two_are_not():
    one = found(table(without=[*JUNIOR, *PRIMARY[1:]]))
    assert [f.found for f in one if f.rule == "D02"] == ["初中计入的只有1个校段：丙学校"]
    assert [f.row for f in one if f.rule == "D02"] == [""]
    assert "D02" not in rules_of(table(without=[*JUNIOR[1:], *PRIMARY[1:]]))


def test_one_section_has_no_difference_and_a_stage_without_any_has_no_result():
    one = yz.assess(table(without=[*JUNIOR, *PRIMARY[1:]])).coefficients.set_index("stage")
    assert set(one.loc["junior", "cv"]) == {0.0}
    assert "D02" not in rules_of(table(without=[*JUNIOR, NINE]))  # no junior section at all
    none = yz.assess(table(without=[*JUNIOR, NINE])).coefficients
    junior = none[none["stage"] == "junior"]
    assert junior["cv"].isna().all()
    assert "met" not in set(junior["verdict"])


def test_a_nine_year_school_with_one_stage_is_told_with_what_it_lacks():
    empty = {name: 0 for name in _stage("junior", 0, 14)}
    cells = {
        NINE: empty
        | dict.fromkeys(_flows(0), 0)
        | {"certified_teachers": 30, "trained_teachers": 30}
    }
    (one,) = [f for f in found(table(cells)) if f.rule == "K10b"]
    assert one.found == "丙学校：小学在校生数517人，初中在校生数为0；学校类型为九年一贯制学校"


def test_migrants_are_held_against_all_stages_of_a_school():
    assert "D06u" not in rules_of(table({NINE: {"migrant_pupils": 906}}))
    assert "D06u" in rules_of(table({NINE: {"migrant_pupils": 907}}))
    assert "D06u" not in rules_of(table({NINE: {"migrant_pupils": 907, "pupils_junior": None}}))


# ------------------------------------------------------------------------------------ parts of one school


def _halves(first, second, **junior):
    """A school of nine years in two rows, each with the rooms and the equipment of the whole."""
    whole = {name: rows()[NINE][name] for name in ("teaching_area_m2", "equipment_value_yuan")}
    point = {"lon": 117.9, "lat": 35.9, "organiser_code": 7}
    primary = _stage("primary", 1, 517) | point | whole | {"school_type": "primary"}
    return {
        first: primary,
        second: _stage("junior", 2, 389) | whole | {"school_type": "junior"} | junior,
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("丁学校（小学部）", "丁学校（初中部）"),
        ("丁学校小学部", "丁学校初中部"),
        ("丁镇小学", "丁镇初中"),
        ("丁学校", "丁学校东校区"),
    ],
)
def test_two_rows_of_one_stem_with_the_same_resources_are_told(first, second):
    told = found(table(more=_halves(first, second)))
    (one,) = [f for f in told if f.rule == "K10c"]
    assert one.found == (
        f"{first}与{second}：2列相同（教学及辅助用房面积5513.37㎡，教学仪器设备资产值2369207元）"
    )
    assert (one.outcome, one.row) == ("warn", 13)
    assert "K13p" not in {f.rule for f in told}


@pytest.mark.parametrize(
    ("names", "junior"),
    [
        (("丁学校小学部", "丁学校初中部"), {"teaching_area_m2": 3000}),
        (("丁学校小学部", "丁学校初中部"), {"teaching_area_m2": None}),
        (("丁镇小学", "戊镇初中"), {}),
    ],
    ids=["one column", "one blank", "other stem"],
)
def test_one_equal_column_or_another_stem_is_no_doubled_school(names, junior):
    assert "K10c" not in rules_of(table(more=_halves(*names, **junior)))


def test_equal_zeros_are_no_shared_resources():
    zeros = {"computers": 0, "books": 0, "teaching_area_m2": 0}
    more = _halves("丁学校小学部", "丁学校初中部", **zeros)
    more["丁学校小学部"] |= zeros
    assert "K10c" not in rules_of(table(more=more))


def _campuses(*names, **cells):
    """Copies of a school under other names, none of which belongs to a school."""
    return {
        name: _stage("primary", at, 420 + 31 * at)
        | _whole(20 + at, 420 + 31 * at, 30 + at)
        | {"school_type": "primary"}
        | cells
        for at, name in enumerate(names)
    }


@pytest.mark.parametrize(
    "names",
    [
        ("丁小学", "丁小学（东校区）"),
        ("丁小学", "丁小学东校区"),
        ("丁小学本部", "丁小学分校"),
        ("丁小学（小学部）", "丁小学（初中部）"),
        ("丁小学教学部",),
    ],
    ids="、".join,
)
def test_campuses_that_belong_to_no_school_are_told_together(names):
    (one,) = [f for f in found(table(more=_campuses(*names))) if f.rule == "K13p"]
    assert one.found == f"{'、'.join(names)}：所属学校空缺"
    assert one.outcome == "warn"


@pytest.mark.parametrize("names", [("丁小学", "丁中学"), ("丁小学部",)], ids="、".join)
def test_schools_of_one_place_and_a_lone_department_are_not_asked(names):
    assert "K13p" not in rules_of(table(more=_campuses(*names)))


def test_campuses_that_say_where_they_belong_are_not_asked():
    more = _campuses("丁小学（东校区）", "丁小学（本部）", campus_of="丁小学")
    assert "K13p" not in rules_of(table(more=more))


# ------------------------------------------------------------------------------------ the year built


def _built(header, year=2022, standard=NEW, changes=None):
    def places(row, field):
        name = header if field == "built_year" else load_columns()[field].headers[0]
        return Place("县表.xlsx", "学校", row + 2, 3, name)

    told = check_table(table(changes, year=year), None, standard, places)
    return [f for f in told if f.rule == "D12q"]


def test_a_year_of_foundation_is_told_once_for_the_table_where_a_relief_asks_for_the_year_built():
    (one,) = _built("建校时间")
    assert one.found == "“建校时间”不晚于2016年的有11所学校，如甲1小学"
    assert (one.row, one.outcome) == (2, "warn")
    (fewer,) = _built("建校时间", changes={A: {"built_year": 2017}, B: {"built_year": 2016}})
    assert fewer.found == "“建校时间”不晚于2016年的有10所学校，如甲2小学"


def test_the_year_of_foundation_does_not_matter_without_a_relief_or_under_another_head():
    assert _built("规划建成年份") == []
    assert _built("建校时间", year=2018) == _built("建校时间", year=2023) == []
    assert _built("建校时间", year=2019) != []
    assert _built("建校时间", standard=OLD) == []
    assert _built("建校时间", changes={"*": {"built_year": 2017}}) == []


# ------------------------------------------------------------------------------------ where


def _at(points):
    """So many schools alone, at these points."""
    cells = {name: {"lon": lon, "lat": lat} for name, (lon, lat) in points.items()}
    return table(cells, without=[name for name in rows() if name not in points])


def test_one_of_few_schools_far_away_is_told_with_its_distance():
    near = {A: (118.0, 36.0), B: (118.05, 36.0), C: (118.0, 36.05)}
    (one,) = [f for f in found(_at(near | {D: (110.5, 33.0)})) if f.rule == "D09d"]
    assert one.found.startswith("乙2中学：经度110.5，纬度33，距各校中位点7")
    assert one.row == 4
    assert "D09d" not in rules_of(_at(near))
    three = {A: (118.0, 36.0), B: (118.05, 36.0), C: (110.5, 33.0)}
    assert [f.row for f in found(_at(three)) if f.rule == "D09d"] == [3]
    assert "D09d" not in rules_of(_at({A: (118.0, 36.0), C: (110.5, 33.0)}))


def test_schools_of_one_point_are_told_each_with_the_first_of_them():
    same = [f for f in found(_at(dict.fromkeys([A, B, C], (118.0, 36.0)))) if f.rule == "D09"]
    assert [f.row for f in same] == [2, 3]
    assert same[0].found == "甲2小学：经度118，纬度36，与甲1小学相同"
    assert {f.outcome for f in same} == {"warn"}


def test_a_swapped_pair_is_told_with_what_it_should_be_and_is_not_far_away():
    (one,) = [f for f in found(table({A: {"lon": 36, "lat": 89}})) if f.rule.startswith("D09")]
    assert (one.rule, one.became) == ("D09b", "建议改为经度89，纬度36")


# ------------------------------------------------------------------------------------ values that agree too well


def _on_bar(count):
    """So many primary schools with exactly 4.5 m² of rooms for each pupil: a part of them alone."""
    return {
        name: {
            "teaching_area_m2": Decimal(rows()[name]["pupils_primary"]) * Decimal("4.5"),
            "indoor_sports_area_m2": 0,
        }
        for name in PRIMARY[:count]
    }


def test_sections_exactly_on_the_bar_are_told_from_three_on_and_by_name():
    assert "D04d" not in rules_of(table(_on_bar(2)))
    (one,) = [f for f in found(table(_on_bar(3))) if f.rule == "D04d"]
    assert one.found == (
        "小学7个校段中3个的“生均教学及辅助用房面积”恰好为标准值4.5㎡/生：甲1小学、甲2小学、甲3小学"
    )


def test_a_section_a_hair_beside_the_bar_does_not_stand_on_it():
    cells = _on_bar(3)
    cells[A]["teaching_area_m2"] += Decimal("0.00000001")
    assert "D04d" not in rules_of(table(cells))


def test_an_indicator_that_is_the_same_everywhere_is_told():
    # a junior pupil counts 1.1 times where a school has both stages, so 2,000 and 2,200 yuan are equal shares
    same = {
        name: {
            "equipment_value_yuan": 2000 * row.get("pupils_primary", 0)
            + 2200 * row.get("pupils_junior", 0)
        }
        for name, row in rows().items()
    }
    assert [f.found for f in found(table(same)) if f.rule == "D04"] == [
        "初中5个校段“生均教学仪器设备值”都是2200.00元/生",
        "小学7个校段“生均教学仪器设备值”都是2000.00元/生",
    ]
    same[A]["equipment_value_yuan"] += 1
    assert [f.rule for f in found(table(same))].count("D04") == 1


def test_one_number_in_five_schools_is_told_and_in_four_is_not():
    assert "D04b" not in rules_of(table({name: {"books": 20017} for name in PRIMARY[:4]}))
    (one,) = [
        f for f in found(table({n: {"books": 20017} for n in PRIMARY[:5]})) if f.rule == "D04b"
    ]
    assert one.found.startswith("11所学校中5所的图书册数都是20017册：甲1小学")
    assert one.row == ""


def test_round_numbers_are_told_from_eight_schools_on():
    names = [*PRIMARY, *JUNIOR]
    rounded = {name: {"books": 21000 + 1000 * at} for at, name in enumerate(names)}
    seven = dict(list(rounded.items())[:7])
    eight = dict(list(rounded.items())[:8])
    assert "D04c" not in rules_of(table(seven))
    assert "D04c" in rules_of(table(eight))


def test_a_copied_row_is_told_and_one_changed_cell_is_enough_to_differ():
    skip = ("lon", "lat")
    copied = {B: {name: value for name, value in rows()[A].items() if name not in skip}}
    one, other = [f for f in found(table(copied)) if f.rule == "D04e"]
    assert one.found == other.found
    assert "甲2小学与甲1小学的" in one.found
    assert one.row != other.row
    copied[B]["books"] += 1
    assert "D04e" not in rules_of(table(copied))


# ------------------------------------------------------------------------------------ against last year


def test_a_jump_of_exactly_one_half_is_none_and_one_unit_more_is_told_with_both_values():
    last = table({A: {"equipment_value_yuan": Decimal("1000000.2")}}, year=2021)
    half = table({A: {"equipment_value_yuan": Decimal("1500000.3")}})
    more = table({A: {"equipment_value_yuan": Decimal("1500000.31")}})
    assert "D08" not in rules_of(half, last)
    (one,) = found(more, last)
    assert one.rule == "D08"
    assert one.found == "甲1小学：教学仪器设备资产值2021年1000000.2元，2022年1500000.31元"


@pytest.mark.parametrize(
    ("column", "then", "half", "more"),
    [
        ("pupils_primary", 400, 600, 601),
        ("teachers_primary", 20, 30, 31),
        ("degree_teachers_primary", 10, 15, 16),
        ("classes_primary", 8, 12, 13),
        ("teaching_area_m2", 2000, 3000, Decimal("3000.01")),
        ("sports_ground_area_m2", 3000, 4500, Decimal("4500.01")),
        ("indoor_sports_area_m2", 300, 150, Decimal("149.99")),
        ("networked_classrooms", 12, 18, 19),
        ("books", 9000, 4500, 4499),
        ("certified_teachers", 20, 10, 9),
    ],
)
def test_every_stock_may_grow_or_shrink_by_one_half_and_no_more(column, then, half, more):
    parts = ("in_zone_pupils", "degree_teachers", "backbone_teachers", "arts_pe_teachers")
    free = {f"{part}_primary": None for part in parts}  # a part may not exceed its whole
    last = table({A: free | {column: then}}, year=2021)

    def jumps(value):
        told = found(table({A: free | {column: value}}), last)
        return [f for f in told if f.rule == "D08"]

    assert jumps(half) == []
    (one,) = jumps(more)
    zh, unit = load_columns()[column].zh, load_columns()[column].unit
    assert one.found == f"甲1小学：{zh}2021年{then}{unit}，2022年{more}{unit}"
    assert (one.row, one.outcome) == (1, "warn")


def test_figures_of_last_year_handed_in_again_are_told_once():
    last, again = table(year=2021), {"*": {"books": lambda old: old - 1}}
    (one,) = found(table(again), last)
    assert (one.rule, one.row) == ("K15d", "")
    assert one.found == "两年都有的11所学校中，11所的各列数据与2021年完全相同"
    new = {name: {"books": 30000 + 17 * at} for at, name in enumerate(PRIMARY[:2])}
    assert "K15d" in rules_of(table(again | new), last)  # 9 of 11
    new[PRIMARY[2]] = {"books": 31111}
    assert "K15d" not in rules_of(table(again | new), last)  # 8 of 11


def test_a_fall_of_more_than_one_half_is_a_jump_too():
    last = table({A: {"computers": 100}}, year=2021)
    assert "D08" not in rules_of(table({A: {"computers": 50}}), last)
    assert "D08" in rules_of(table({A: {"computers": 49}}), last)


def test_a_few_teachers_more_or_less_are_no_jump():
    last = table({A: {"backbone_teachers_primary": 4}}, year=2021)
    assert "D08" not in rules_of(table({A: {"backbone_teachers_primary": 8}}), last)
    assert "D08" in rules_of(table({A: {"backbone_teachers_primary": 9}}), last)


def test_a_missing_value_in_either_year_is_no_jump():
    assert "D08" not in rules_of(table({A: {"computers": None}}), table(year=2021))
    assert "D08" not in rules_of(table(), table({A: {"computers": None}}, year=2021))


def test_one_value_that_differs_by_a_factor_of_units_is_told_as_such():
    last = table(year=2021)
    wrong = {A: {"operating_funds_yuan": lambda old: old / 10000, "training_funds_yuan": 0}}
    told = [f for f in found(table(wrong), last) if f.rule.startswith("N04")]
    assert [f.rule for f in told] == ["N04z"]
    assert told[0].found.endswith("约为上年的10000分之一")


def test_a_factor_beyond_the_tolerance_is_an_ordinary_jump():
    last = table({A: {"sports_ground_area_m2": 1000}}, year=2021)
    assert "N04z" in rules_of(table({A: {"sports_ground_area_m2": 12000}}), last)
    told = rules_of(table({A: {"sports_ground_area_m2": 12001}}), last)
    assert "N04z" not in told
    assert "D08" in told


def test_a_whole_column_in_another_unit_is_one_finding_and_not_one_per_school():
    last = table(year=2021)
    mu = {
        "*": {
            "sports_ground_area_m2": lambda old: (old / Decimal("666.67")).quantize(Decimal("0.01"))
        }
    }
    told = [f for f in found(table(mu), last) if f.rule in ("N04y", "N04z", "D08")]
    assert [f.rule for f in told] == ["N04y"]
    assert "11所学校中11所的体育运动场地面积约为上年的666.67分之一" in told[0].found


def test_a_renamed_school_is_told_with_both_names():
    last = table(year=2021)
    frame = table().frame.replace({"school": {A: "新名小学"}})
    (one,) = found(SchoolTable.from_frame(frame), last)
    assert (one.rule, one.found) == ("K04b", "370000：2021年“甲1小学”，2022年“新名小学”")


def test_a_school_with_another_code_is_the_same_school_and_told():
    last = table(year=2021)
    frame = table().frame.replace({"school_id": {"370000": "379999"}})
    (one,) = found(SchoolTable.from_frame(frame), last)
    assert (one.rule, one.found) == ("K04c", "甲1小学：2021年代码370000，2022年代码379999")


def test_schools_without_codes_are_known_by_their_names():
    now, last = table().frame.drop(columns="school_id"), table(year=2021)
    assert found(SchoolTable.from_frame(now), last) == []


def test_schools_that_went_and_came_are_told_once_each():
    last = table(year=2021)
    (one,) = found(table(without=[A]), last)
    assert one.rule == "K15"
    assert one.found == "2021年有“甲1小学”（370000；小学在校生数403人），2022年没有"
    assert (one.row, one.column, one.file) == ("", "", "schools.csv")
    (other,) = found(table(), table(year=2021, without=[A]))
    assert (other.rule, other.row) == ("K15b", 1)


def test_two_years_that_hardly_match_are_one_finding():
    last = table(year=2021)
    names = [*PRIMARY, *JUNIOR]
    assert "K15c" not in rules_of(table(without=names[:5]), last)  # 6 of 11 are left
    told = found(table(without=names[:6]), last)  # 5 of 11
    assert "K15c" in {f.rule for f in told}
    assert not {"K15", "K15b", "D08"} & {f.rule for f in told}


# ------------------------------------------------------------------------------------ the list as a whole


def test_findings_are_located_by_the_lines_of_the_file():
    frame = table({B: {"lon": None}}).frame
    one = found(SchoolTable.from_frame(frame.iloc[::-1]))[0]
    assert (one.file, one.row, one.column) == ("", len(frame) - 1, "纬度")


def test_a_caller_may_say_where_a_value_stands():
    def places(row, field):
        return Place("县表.xlsx", "学校", row + 5, list(load_columns()).index(field), "表头")

    cells = {n: {"books": 20017} for n in PRIMARY[:5]} | {A: {"books": 20017, "lon": None}}
    told = check_table(table(cells), None, NEW, places)
    by_rule = {f.rule: f for f in told}
    assert by_rule["D09e"].row == 5
    assert by_rule["D09e"].cell.endswith("5")
    assert by_rule["D04b"].row == ""
    assert {f.sheet for f in told} == {"学校"}


def test_a_missing_school_is_located_in_the_file_of_the_caller():
    told = check_table(
        table(without=[A]),
        table(year=2021),
        NEW,
        lambda *_: Place("县表.xlsx", "学校", 9, 3, "表头"),
    )
    assert [tuple(f[:5]) for f in told] == [("县表.xlsx", "学校", "", "", "")]


def test_several_county_years_are_refused():
    both = stack_tables([table(year=2021), table()])
    with pytest.raises(UsageError, match="2个县年"):
        check_table(both, None, NEW)


def test_findings_have_the_columns_of_the_list_and_are_sorted():
    cells = {n: {"books": 20017} for n in PRIMARY[:5]}
    cells[B] = {"books": 20017, "lon": None, "computers": 5000}
    cells[A] = {"books": 20017, "built_year": 2030, "migrant_pupils": 500}
    told = found(table(cells))
    assert told[0]._fields == tuple(FINDING_COLUMNS)
    keys = [(f.row or 0, f.rule) for f in told]
    assert keys == sorted(keys)
    assert [f.rule for f in told] == ["D04b", "D06u", "D12p", "D09e", "N22"]


CHAOS = {
    A: {"pupils_primary": 0, "in_zone_pupils_primary": 0, "lon": None},
    B: {"computers": 5000, "built_year": 2030, "largest_class_primary": 70},
    C: {"graduates": 400, "migrant_pupils": 5000},
    NINE: {"pupils_junior": None, "teaching_area_m2": 900000},
}


@settings(max_examples=12)
@given(st.permutations(range(11)))
def test_the_order_of_rows_does_not_change_the_findings(order):
    frame = table(CHAOS).frame
    last = table(year=2021, without=[D])

    def told(rows):
        shuffled = SchoolTable.from_frame(frame.iloc[rows])
        return sorted(f._replace(row="") for f in check_table(shuffled, last, NEW))

    assert told(list(order)) == told(list(range(11)))
    assert len(told(list(order))) > 8


def test_a_table_with_only_the_required_columns_gives_no_finding():
    frame = pd.DataFrame(
        {"county": "demo", "year": 2022, "school": ["甲", "乙"], "school_type": "primary"}
    )
    assert (
        found(SchoolTable.from_frame(frame), SchoolTable.from_frame(frame.assign(year=2021))) == []
    )


@settings(max_examples=20, phases=[Phase.explicit, Phase.generate])
@given(
    st.sets(st.sampled_from([c.id for c in load_columns().values() if not c.needed])),
    st.sets(st.sampled_from(PRIMARY)),
    st.booleans(),
)
def test_no_gap_in_the_data_makes_the_check_fail(missing, zero, absent):
    gone = {name: None for name in missing if name not in ("school_type", "school_id")}
    nothing = {c.id: 0 for c in load_columns().values() if c.is_number and c.min == 0}
    changes = {school: nothing for school in zero}
    frame = table(changes).frame
    frame = frame.drop(columns=[n for n in gone if n in frame]) if absent else frame.assign(**gone)
    for standard in (NEW, OLD):
        told = found(SchoolTable.from_frame(frame), table(year=2021), standard)
        assert all(f.found and f.rule in RULES for f in told)


def test_huge_numbers_are_written_without_an_exponent():
    cells = {A: {"equipment_value_yuan": 10**12, "teaching_area_m2": 10**8}}
    told = [f.found for f in found(table(cells)) if f.rule == "N22"]
    assert len(told) == 2
    assert not any("e+" in text for text in told)


def test_no_value_is_changed():
    schools = table(CHAOS)
    frame = schools.frame.copy()
    found(schools, table(year=2021))
    pd.testing.assert_frame_equal(schools.frame, frame)


def test_the_demonstration_data_give_a_short_list():
    counts = []
    for county in list_counties():
        before = None
        for year in list_years(county):
            schools = read_county(county, year)
            told = check_table(schools, before, NEW)
            counts.append(len(told) / len(schools))
            before = schools
    assert max(counts) < 0.25
    assert np.median(counts) < 0.12


# ------------------------------------------------------------------------------------ what rests on a column


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (
            "networked_classrooms",
            "影响指标：每百名学生拥有网络多媒体教室数（小学、初中）及其差异系数",
        ),
        ("certified_teachers", "影响评估项：2.12 持证上岗"),
        ("deaths", "影响评估项：3.1 初中巩固率"),
        ("school", ""),
        ("lon", ""),
        ("computers", ""),
    ],
    ids=lambda value: value[:12],
)
def test_what_rests_on_a_column_is_read_from_the_standard(field, told):
    assert explain_effect(field, NEW) == told


def test_pupils_are_below_every_indicator_and_decide_who_counts():
    told = explain_effect("pupils_primary", NEW)
    assert "小学全部7项指标（分母）和差异系数（权数）" in told
    assert "计不计入" in told
    assert "2.4 学校规模" in told


def test_another_standard_rests_on_other_columns():
    assert explain_effect("computers", OLD).startswith("影响指标：")
    assert explain_effect("certified_teachers", OLD) == ""
    assert "学校计不计入" in explain_effect("organiser_code", OLD)


def test_a_column_that_only_a_relief_asks_for_is_told_as_such():
    assert explain_effect("other_sports_area_m2", NEW).startswith("影响过渡期规定：")
    assert "影响过渡期规定：" in explain_effect("built_year", NEW)


def test_rooms_rest_on_the_number_of_classes():
    assert "2.3 音美专用教室" in explain_effect("classes_junior", NEW)


def test_no_column_makes_the_explanation_fail():
    for field in load_columns():
        for standard in (NEW, OLD):
            assert "{" not in explain_effect(field, standard)
