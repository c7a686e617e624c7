"""Who counts, who is left out and why, and how the shared resources of a school are split."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import GOLDEN, good, judge, rows_of, table, variant

import youzhi as yz
from youzhi.errors import UsageError
from youzhi.sections import make_sections

BOOKS = GOLDEN / "published_cv" / "standard.toml"


def sections_of(schools, standard="jiaodu-2017-6", **options):
    rows = rows_of(schools) if isinstance(schools, str) else schools
    return make_sections(table(rows), yz.load_standard(standard), **options)


def counted(sections):
    return list(sections.frame[["stage", "school"]].itertuples(index=False, name=None))


def left_out(sections):
    frame = sections.excluded
    return {(row.stage, row.school): bool(row.held) for row in frame.itertuples()}


# --- who counts


def test_every_stage_of_every_kind_of_school_is_a_section_of_its_own():
    sections = sections_of(
        """
        school    type                 primary  junior  senior
        小学      primary              10       ?       ?
        教学点    teaching_point       60       ?       ?
        初中      junior               ?        10      ?
        九年      nine_year            10       10      ?
        十二年    twelve_year          10       10      10
        完中      complete_secondary   ?        10      10
        """
    )
    assert counted(sections) == [
        ("primary", "九年"),
        ("primary", "十二年"),
        ("primary", "小学"),
        ("primary", "教学点"),
        ("junior", "九年"),
        ("junior", "初中"),
        ("junior", "十二年"),
        ("junior", "完中"),
    ]
    assert sections.excluded.empty


def test_a_teaching_point_counts_from_50_pupils_on():
    sections = sections_of(
        """
        school  type            primary
        甲点    teaching_point  49
        乙点    teaching_point  50
        丙点    teaching_point  51
        丁校    primary         49
        """
    )
    # 丁校 has 49 pupils too, but the rule names teaching points only
    assert {school for _, school in counted(sections)} == {"乙点", "丙点", "丁校"}
    assert left_out(sections) == {("primary", "甲点"): False}
    assert "不足50人" in sections.excluded["reason"][0]
    assert sections.excluded["source"][0] != ""


@pytest.mark.parametrize("kind", ["special", "vocational"])
@pytest.mark.parametrize("pupils", [None, 0, 80])
def test_special_and_vocational_schools_are_left_out_and_listed_once(kind, pupils):
    sections = sections_of(
        [good("甲校"), {"school": "乙校", "school_type": kind, "pupils_primary": pupils}]
    )
    assert counted(sections) == [("primary", "甲校")]
    assert sections.excluded[["school", "held"]].values.tolist() == [["乙校", False]]


@pytest.mark.parametrize("organiser", [1, 7, 9, 10, None])
def test_private_schools_count_like_all_others(organiser):
    assert len(counted(sections_of([good("甲校", organiser_code=organiser)]))) == 1


def test_a_standard_may_leave_private_schools_out_and_holds_whoever_might_be_one():
    without = variant(
        exclusion=[
            {
                "id": "private",
                "organiser_codes": [10],
                "reason": {"zh": "民办学校不计入", "en": "private"},
                "source": "测试",
                "confidence": "I",
            }
        ]
    )
    schools = [
        good("甲校", organiser_code=9),
        good("乙校", organiser_code=10),
        good("丙校", organiser_code=None),
    ]
    sections = make_sections(table(schools), without)
    assert [school for _, school in counted(sections)] == ["甲校"]
    assert left_out(sections) == {("primary", "乙校"): False, ("primary", "丙校"): True}
    assert sections.stages[0].held.tolist() == [True]


def test_a_school_whose_pupils_are_missing_counts_and_cannot_be_told():
    sections = sections_of([good("甲校", primary=None)])
    assert counted(sections) == [("primary", "甲校")]
    assert np.isnan(sections.stages[0].pupils).all()


@pytest.mark.parametrize(
    "alive",
    [
        {"teachers": 60},
        {"classes_primary": 3},
        {"degree": 42},
    ],
)
def test_a_school_without_pupils_but_with_teachers_or_classes_is_held(alive):
    sections = sections_of([good("甲校"), good("乙校", primary=0, **alive)])
    assert counted(sections) == [("primary", "甲校")]
    assert left_out(sections) == {("primary", "乙校"): True}


def test_a_closed_school_is_left_out_but_not_held():
    rows = """
        school  type     primary  teachers  classes_primary
        甲校    primary  100      9         3
        乙校    primary  0        0         0
        """
    assert left_out(sections_of(rows)) == {("primary", "乙校"): False}


@pytest.mark.parametrize(
    ("left", "held"),
    [
        ({}, False),
        ({"teachers_primary": 0}, False),
        ({"teaching_area_m2": 0, "equipment_value_yuan": 0}, False),
        ({"teaching_area_m2": 1200}, True),
        ({"sports_ground_area_m2": Decimal("0.01")}, True),
        ({"equipment_value_yuan": 1}, True),
        ({"teachers_primary": 0, "networked_classrooms": 1}, True),
        ({"pupils_junior": 0, "teaching_area_m2": 1200}, True),
    ],
)
def test_a_school_without_pupils_is_closed_only_where_nothing_is_left_in_it(left, held):
    closed = {"school": "乙校", "school_type": "primary", "pupils_primary": 0}
    assert left_out(sections_of([good("甲校"), closed | left])) == {("primary", "乙校"): held}


@pytest.mark.parametrize(
    ("kind", "pupils", "held"),
    [
        # another stage uses what the school has: the empty stage is simply not there
        ("nine_year", {"primary": 300, "junior": 0}, set()),
        ("nine_year", {"primary": 0, "junior": 300}, set()),
        ("twelve_year", {"primary": 0, "junior": 0, "senior": 300}, set()),
        ("complete_secondary", {"junior": 0, "senior": 300}, set()),
        ("nine_year", {"primary": 0, "junior": None}, set()),  # it may have junior pupils
        ("nine_year", {"primary": 0, "junior": 0}, {"primary", "junior"}),
        ("complete_secondary", {"junior": 0, "senior": 0}, {"junior"}),
    ],
)
def test_what_stages_share_contradicts_an_empty_stage_only_where_all_are_empty(kind, pupils, held):
    row = {"school": "甲校", "school_type": kind, "teaching_area_m2": 3000}
    row |= {f"pupils_{stage}": count for stage, count in pupils.items()}
    assert left_out(sections_of([row])) == {(stage, "甲校"): True for stage in held}


def test_a_school_with_pupils_in_a_stage_that_its_type_does_not_have_is_held():
    sections = sections_of([good("甲校", junior=30), good("乙校", "junior", primary=0)])
    assert counted(sections) == [("primary", "甲校"), ("junior", "乙校")]
    assert left_out(sections) == {("junior", "甲校"): True}


def test_a_nine_year_school_with_one_stage_only_is_one_section():
    rows = """
        school  type       primary  junior  teachers  teachers_j
        甲校    nine_year  0        300     0         30
        """
    sections = sections_of(rows)
    assert counted(sections) == [("junior", "甲校")]
    # nobody in the primary stage: the junior stage has everything to itself
    assert sections.stages[1].base.tolist() == [300]


def test_a_nine_year_school_with_teachers_but_no_pupils_in_a_stage_is_held():
    rows = """
        school  type       primary  junior  teachers  teachers_j
        甲校    nine_year  0        300     25        30
        """
    assert left_out(sections_of(rows)) == {("primary", "甲校"): True}


def test_a_held_school_keeps_the_county_from_passing():
    reasons = judge([good("甲校"), good("乙校", primary=0, teachers=60)]).reasons
    rows = reasons[reasons["stage"] == "primary"]
    assert rows["verdict"].tolist() == ["cannot_tell", "cannot_tell"]
    assert rows["reason"].str.contains("1个校段数据矛盾").all()


# --- the split


def test_the_published_split_example():
    # 166 + 1.1 x 210 = 397; 23,226 / 397 = 58.503778 books per primary pupil;
    # primary 58.503778 x 166 = 9,711.627; junior 23,226 - 9,711.627 = 13,514.373
    school = {
        "school": "甲校",
        "school_type": "nine_year",
        "pupils_primary": 166,
        "pupils_junior": 210,
        "books": 23226,
    }
    values = yz.compute_indicators(table([school]), yz.load_standard(BOOKS)).set_index("stage")
    assert values["numerator"].to_dict() == pytest.approx(
        {"primary": 9711.627204, "junior": 13514.372796}, abs=5e-7
    )
    assert values.at["primary", "value"] == pytest.approx(58.503778, abs=5e-7)
    # the junior value per pupil is always 1.1 times the primary one: 64.354156
    assert values.at["junior", "value"] == pytest.approx(
        1.1 * values.at["primary", "value"], rel=1e-14
    )


@pytest.mark.parametrize(
    ("kind", "pupils", "bases"),
    [
        # 100 + 1.1 x 200 = 320 primary pupils, or 320 / 1.1 = 3200/11 junior ones
        ("nine_year", (100, 200, None), (Fraction(320), Fraction(3200, 11))),
        # 100 + 1.1 x 200 + 1.32 x 50 = 386; 386 / 1.1 = 3860/11
        ("twelve_year", (100, 200, 50), (Fraction(386), Fraction(3860, 11))),
        # 200 + 1.2 x 50 = 260 junior pupils
        ("complete_secondary", (None, 200, 50), (None, Fraction(260))),
        # nothing is split in a school of one stage
        ("primary", (100, None, None), (Fraction(100), None)),
    ],
)
def test_shared_resources_are_spread_over_weighted_pupils(kind, pupils, bases):
    row = {"school": "甲校", "school_type": kind}
    row |= dict(zip(("pupils_primary", "pupils_junior", "pupils_senior"), pupils, strict=True))
    sections = sections_of([row])
    for stage, base in zip(sections.stages, bases, strict=True):
        assert [stage.exact_base(at) for at in range(len(stage))] == (
            [] if base is None else [base]
        )
        assert stage.base.tolist() == pytest.approx(
            [] if base is None else [float(base)], rel=1e-15
        )


def test_parts_of_a_split_resource_add_up_to_the_whole():
    school = {
        "school": "甲校",
        "school_type": "nine_year",
        "pupils_primary": 173,
        "pupils_junior": 219,
        "books": 9973,
    }
    result = yz.assess(table([school]), standard=BOOKS)
    parts = [stage.indicators.exact_numerator(0, 0) for stage in result.stages]
    assert sum(parts) == 9973
    assert parts[1] / 219 == Fraction("1.1") * parts[0] / 173


@pytest.mark.parametrize("missing", ["pupils_junior", "pupils_senior"])
def test_a_resource_cannot_be_split_when_pupils_of_one_stage_are_missing(missing):
    school = {"school": "甲校", "school_type": "twelve_year", "books": 1000}
    school |= {"pupils_primary": 100, "pupils_junior": 100, "pupils_senior": 100, missing: None}
    values = yz.compute_indicators(table([school]), yz.load_standard(BOOKS))
    assert values["value"].isna().all()


# --- campuses

CAMPUSES = """
    school    type      campus_of  primary  rooms     networked  teachers
    东校区    primary   甲校       300      1000.1    7          20
    西校区    primary   甲校       200      1000.2    5          15
    乙校      primary   ?          100      500       3          8
    """


def test_campuses_of_a_school_are_added_up_exactly():
    sections = sections_of(CAMPUSES, unit="school")
    assert counted(sections) == [("primary", "乙校"), ("primary", "甲校")]
    assert sections.stages[0].pupils.tolist() == [100, 500]
    at = sections.schools.frame["school"].tolist().index("甲校")
    # 1000.1 + 1000.2 = 2000.3; with floats it is 2000.3000000000002
    assert sections.schools.exact_number(at, "teaching_area_m2") == Fraction("2000.3")
    assert sections.schools.frame["teachers_primary"].tolist()[at] == 35


def test_a_school_without_campuses_keeps_its_digits_beside_one_that_has_them():
    rows = rows_of(CAMPUSES)
    rows[2]["teaching_area_m2"] = Fraction(1000, 3)
    sections = sections_of(rows, unit="school")
    at = sections.schools.frame["school"].tolist().index("乙校")
    assert sections.schools.exact_number(at, "teaching_area_m2") == Fraction(1000, 3)


def test_the_largest_class_of_a_school_is_that_of_its_fullest_campus():
    rows = [
        row | {"largest_class_primary": size}
        for row, size in zip(rows_of(CAMPUSES), (40, 52, 30), strict=True)
    ]
    sections = sections_of(rows, unit="school")
    found = dict(
        zip(
            *(sections.schools.frame[name] for name in ("school", "largest_class_primary")),
            strict=True,
        )
    )
    assert found == {"甲校": 52, "乙校": 30}


def test_a_school_is_not_a_teaching_point_because_one_of_its_campuses_is():
    # 20 + 20 pupils: an ordinary school under 50 counts, a teaching point would not
    for point, main in (("01", "02"), ("02", "01")):
        rows = [
            good("下村点", school_id=point, primary=20, type="teaching_point", campus_of="甲校"),
            good("本部", school_id=main, primary=20, campus_of="甲校"),
        ]
        assert counted(sections_of(rows, unit="school")) == [("primary", "甲校")]


def test_a_school_beside_its_campus_is_refused_though_another_school_has_the_same_name():
    rows = [
        good("中心小学", school_id="1"),
        good("中心小学", school_id="2"),
        good("东校区", campus_of="中心小学"),
    ]
    with pytest.raises(yz.DataError, match="中心小学"):
        sections_of(rows)


def test_independent_campuses_count_on_their_own_where_the_county_says_so():
    sections = sections_of(CAMPUSES, unit="campus")
    assert counted(sections) == [("primary", "东校区"), ("primary", "乙校"), ("primary", "西校区")]


def test_the_standard_says_what_is_counted_where_nobody_else_does():
    national = sections_of(CAMPUSES)
    local = yz.load_standard("jiaodu-2017-6").model_dump()["counting"] | {"unit": "campus"}
    other = make_sections(table(rows_of(CAMPUSES)), variant(counting=local))
    assert (len(counted(national)), len(counted(other))) == (2, 3)


def test_a_number_missing_in_one_campus_is_missing_in_the_school():
    rows = rows_of(CAMPUSES)
    rows[0]["networked_classrooms"] = None
    sections = sections_of(rows, unit="school")
    found = dict(
        zip(
            sections.schools.frame["school"],
            sections.schools.numbers("networked_classrooms"),
            strict=True,
        )
    )
    assert np.isnan(found["甲校"])
    assert found["乙校"] == 3


@pytest.mark.parametrize("unit", ["school", "campus"])
def test_a_school_that_stands_beside_its_own_campuses_is_refused(unit):
    rows = [*rows_of(CAMPUSES), {"school": "甲校", "school_type": "primary", "pupils_primary": 500}]
    with pytest.raises(yz.DataError) as error:
        sections_of(rows, unit=unit)
    assert error.value.faults["found"].tolist() == ["甲校"]
    assert error.value.faults["advice"].tolist() != [""]


def test_the_campus_verdict_may_differ_from_the_school_verdict():
    # the school: 46 rooms for 2,000 pupils = 2.30 per 100; its east campus: 22 for 1,000 = 2.20, its west 24 = 2.40
    rows = [
        good("东校区", campus_of="甲校", networked=22),
        good("西校区", campus_of="甲校", networked=24),
    ]
    assert judge(rows).indicators.query("indicator == 'networked_classrooms_per_100'")[
        "verdict"
    ].tolist() == ["met"]
    by_campus = judge(rows, unit="campus").indicators.query(
        "indicator == 'networked_classrooms_per_100'"
    )
    assert by_campus["verdict"].tolist() == ["not_met", "met"]


def test_campuses_of_other_years_are_not_mixed():
    frame = table(rows_of(CAMPUSES)).frame.drop(columns="year")
    both = [frame.assign(year=year) for year in (2020, 2021)]
    sections = make_sections(
        yz.SchoolTable.from_frame(pd.concat(both, ignore_index=True)),
        yz.load_standard("jiaodu-2017-6"),
    )
    assert sections.frame[["year", "school", "pupils"]].values.tolist() == [
        [2020, "乙校", 100],
        [2020, "甲校", 500],
        [2021, "乙校", 100],
        [2021, "甲校", 500],
    ]


def test_exact_pupils_are_those_of_the_table():
    assert sections_of([good("甲校", primary=Decimal(137))]).stages[0].exact_pupils(0) == 137


def test_an_unknown_counting_unit_is_refused():
    with pytest.raises(UsageError, match="kampus"):
        judge([good("甲校")], unit="kampus")


def test_a_primary_and_a_junior_campus_of_one_school_keep_both_stages():
    rows = [good("小学部", campus_of="甲校"), good("初中部", "junior", campus_of="甲校")]
    sections = sections_of(rows, unit="school")
    assert counted(sections) == [("primary", "甲校"), ("junior", "甲校")]


def test_the_main_campus_may_bear_the_name_of_its_school():
    rows = [good("甲校", campus_of="甲校"), good("东校区", campus_of="甲校")]
    assert counted(sections_of(rows, unit="school")) == [("primary", "甲校")]


def test_a_school_beside_its_campuses_is_told_with_file_and_row(tmp_path):
    path = tmp_path / "schools.csv"
    path.write_text("学校,学校类型,所属学校\n甲校,小学,\n东校区,小学,甲校\n", encoding="utf-8")
    with pytest.raises(yz.DataError) as error:
        yz.assess(yz.read_schools(path, county="demo", year=2020))
    assert error.value.faults[["file", "row"]].values.tolist() == [["schools.csv", 2]]


def test_pupils_of_a_stage_that_a_campus_should_not_have_are_not_lost_in_the_sum():
    east = good("东校区", junior=30, campus_of="甲校")
    west = good("西校区", "junior", junior=200, campus_of="甲校")
    assert left_out(sections_of([east, west], unit="campus")) == {("junior", "东校区"): True}
    merged = sections_of([east, west], unit="school")
    assert merged.stages[1].pupils.tolist() == [230]
    # two primary campuses: the school has no junior stage, so its 30 junior pupils are held
    both = sections_of([east, good("北校区", junior=0, campus_of="甲校")], unit="school")
    assert left_out(both) == {("junior", "甲校"): True}


def test_a_table_with_campuses_keeps_its_file_its_digest_and_its_lines(tmp_path):
    path = tmp_path / "schools.csv"
    header = "学校,学校代码,学校类型,所属学校,小学在校生数"
    path.write_text(
        f"{header}\n东区,3,小学,甲校,9\n西区,2,小学,甲校,9\n乙校,1,小学,,9\n", encoding="utf-8"
    )
    read = yz.read_schools(path, county="demo", year=2020)
    merged = make_sections(read, yz.load_standard("jiaodu-2017-6"), "school").schools
    assert (merged.file, merged.digest) == ("schools.csv", read.digest)
    assert dict(zip(merged.frame["school"], merged.lines, strict=True)) == {"乙校": 4, "甲校": 3}


def test_a_relief_for_small_schools_looks_at_the_whole_school():
    # 60 primary and 900 junior pupils: no small school, though the primary section is small
    school = {"school": "甲校", "school_type": "nine_year", "zone": "rural"}
    school |= {"pupils_primary": 60, "pupils_junior": 900, "arts_pe_teachers_primary": 0}
    school |= {"shared_arts_pe_teachers_primary": 3}
    assert not judge([school]).indicators["relieved"].any()
    assert judge([school | {"pupils_junior": 0}]).indicators["relieved"].any()


def test_those_left_out_are_listed_in_the_order_of_the_keys():
    rows = [
        good("甲点", type="teaching_point", primary=9),
        good("乙点", type="teaching_point", primary=9),
    ]
    rows += [good("丙校", "junior", junior=0), good("丁校", type="special")]
    listing = sections_of(rows).excluded
    assert listing["school"].tolist() == ["乙点", "甲点", "丙校", "丁校"]


def test_school_types_that_the_standard_does_not_name_are_listed_and_not_lost():
    result = judge(
        [good("甲校"), good("乙校", type="special", primary=0)], standard=variant(exclusion=[])
    )
    excluded = result.sections.excluded
    assert excluded["school"].tolist() == ["乙校"]
    assert "不包括这类学校" in excluded["reason"].iat[0]
