"""The difference coefficient: total resources over total pupils, distances weighted by pupils."""

import random
import tomllib
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from conftest import GOLDEN, INDICATORS, R2, R7, by_indicator, good, judge, table, variant
from oracle import mean_and_square

import youzhi as yz
from youzhi.coefficients import composite_coefficient, share_coefficient
from youzhi.errors import UndefinedError, UsageError
from youzhi.exact import root

BOOKS = GOLDEN / "published_cv" / "standard.toml"
PUBLISHED = tomllib.loads((GOLDEN / "published.toml").read_text(encoding="utf-8"))
EXAMPLE = PUBLISHED["worked_cv"]
JIUJIANG = PUBLISHED["jiujiang_2023_primary"]
ROWS_2012 = [row for block in PUBLISHED["basic_balance"] for row in block["rows"]]


def book_schools(pupils, books):
    names = [f"{at:02}校" for at in range(len(pupils))]
    return [
        {"school": school, "school_type": "primary", "pupils_primary": n, "books": r}
        for school, n, r in zip(names, pupils, books, strict=True)
    ]


def indicators_of(pupils, books):
    return yz.compute_indicators(table(book_schools(pupils, books)), yz.load_standard(BOOKS))


# --- the worked example of 县域义务教育校际均衡指标计算方法: 45/37/89/76/55 pupils, 279/137/935/160/402 books
# Mean 1913/302 = 6.334437; n(x - mean)²/N: 0.0027 + 0.8486 + 5.1274 + 4.5011 + 0.1730 = 10.6528;
# S = 3.263861; CV = 3.263861 / 6.334437 = 0.515257. Printed: 0.52.


def test_the_published_example_gives_0_515257():
    found = yz.compute_coefficients(indicators_of(EXAMPLE["pupils"], EXAMPLE["books"])).iloc[0]
    assert found["mean"] == pytest.approx(6.334437, abs=5e-7)
    assert found["sd"] == pytest.approx(3.263861, abs=5e-7)
    assert found["cv"] == pytest.approx(0.515257, abs=5e-7)
    assert f"{found['cv']:.2f}" == EXAMPLE["printed"]
    assert found["schools"] == 5
    assert yz.difference_coefficient(EXAMPLE["pupils"], EXAMPLE["books"]) == found["cv"]


def test_the_published_example_without_weights_gives_0_488771():
    # school values 6.20 3.70 10.51 2.11 7.31, their mean 5.964, population deviation 2.915
    found = yz.compute_coefficients(
        indicators_of(EXAMPLE["pupils"], EXAMPLE["books"]), weighting="none"
    )
    assert found["cv"].tolist() == pytest.approx([0.488771], abs=5e-7)


def test_the_weighted_coefficient_decides_and_the_unweighted_one_is_told_beside_it():
    result = judge(book_schools(EXAMPLE["pupils"], EXAMPLE["books"]), standard=BOOKS)
    row = result.coefficients.iloc[0]
    assert (row["printed"], row["verdict"]) == ("0.515", "not_met")
    assert row["cv_unweighted"] == pytest.approx(0.488771, abs=5e-7)
    assert row["verdict_unweighted"] == "met"
    dispersion = result.reasons.query("part == 'dispersion' and stage == 'primary'")
    assert dispersion["verdict"].tolist() == ["not_met"]
    assert result.verdict == "not_met"


def test_an_unknown_weighting_is_refused():
    with pytest.raises(UsageError, match="students"):
        yz.compute_coefficients(indicators_of([1, 2], [3, 4]), weighting="students")


# --- published results of real counties (鸠江区2023年监测; 合肥, 长春, 重庆: golden/published.toml)


def test_published_deviations_over_published_means_are_the_published_coefficients():
    # 鸠江区: 1.643162 / 5.515273 = 0.297929 and so on
    found = np.array(JIUJIANG["sd"]) / np.array(JIUJIANG["mean"])
    assert found.tolist() == pytest.approx(JIUJIANG["cv"], abs=1e-6)


def test_the_composite_of_seven_is_their_mean():
    # (0.297929 + 0.501787 + 0.401952 + 0.288419 + 0.375450 + 0.312782 + 0.394205) / 7 = 0.367503
    long = pd.DataFrame({"county": "鸠江", "year": 2023, "stage": "primary", "cv": JIUJIANG["cv"]})
    assert composite_coefficient(long)["composite"].tolist() == pytest.approx(
        [JIUJIANG["composite"]], abs=1e-6
    )


@pytest.mark.parametrize("row", ROWS_2012, ids=lambda row: row["place"])
def test_the_composite_of_eight_is_their_mean(row):
    long = pd.DataFrame({"county": row["place"], "year": 2013, "stage": "primary", "cv": row["cv"]})
    assert composite_coefficient(long)["composite"].tolist() == pytest.approx(
        [row["composite"]], abs=0.001
    )


def test_all_23_published_composites_are_tried():
    assert len(ROWS_2012) == 23
    assert all(len(row["cv"]) == 8 for row in ROWS_2012)


def test_the_composite_is_missing_when_a_coefficient_is():
    long = pd.DataFrame({"county": "a", "year": 2013, "stage": "primary", "cv": [0.2, np.nan]})
    assert composite_coefficient(long)["composite"].isna().all()


def test_the_composite_of_seven_decides_nothing():
    # one school of two has no networked classroom: that coefficient is 1, the composite 1/7 = 0.143
    result = judge([good("甲校"), good("乙校", networked=0)])
    assert result.composite["composite"].tolist() == pytest.approx([1 / 7])
    assert result.reasons.query("part == 'dispersion'")["verdict"].tolist() == [
        "not_met",
        "cannot_tell",
    ]


# --- eleven real counties (reference material beside the repository)

TEACHERS, CLASSES = "teachers_per_100", "classes_per_100"


def per_100(code, name):
    """One indicator of a two-indicator standard: a column over pupils, times 100."""
    label = {"zh": name, "en": name}
    told = {
        "label": label,
        "short": name,
        "unit": "个/百名学生",
        "gap_unit": "个",
        "source": "测试",
        "confidence": "I",
    }
    bar = {"primary": 1, "junior": 1}
    return told | {
        "id": f"{name}_per_100",
        "code": code,
        "decimals": 2,
        "numerator": [name + "_{stage}"],
        "per": 100,
        "bar": bar,
    }


@pytest.fixture(scope="module")
def real_schools(shared, tmp_path_factory):
    """The real table under our headers, written as CSV and read again like any county's file."""
    raw = pd.read_csv(shared / "data/schools/tw_primary_2024_11counties.csv", dtype=str)

    def total(ending):
        return raw[[name for name in raw if name.endswith(ending)]].astype(int).sum(axis=1)

    ours = pd.DataFrame(
        {
            "县区": raw["縣市名稱"],
            "年度": 2024,
            "学校代码": raw["學校代碼"],
            "学校": raw["學校名稱"],
            "学校类型": "小学",
            "小学在校生数": total("學生數"),
            "小学专任教师数": total("專任教師"),
            "小学班级数": total("班級數"),
        }
    )
    path = tmp_path_factory.mktemp("real") / "schools.csv"
    ours.to_csv(path, index=False, encoding="utf-8-sig")
    return yz.read_schools(path)


@pytest.fixture(scope="module")
def reference(shared):
    return pd.read_csv(shared / "data/schools/tw_county_cv_reference.csv")


def test_coefficients_of_eleven_real_counties(real_schools, reference):
    two = variant(BOOKS, indicator=[per_100("1", "teachers"), per_100("2", "classes")])
    result = yz.assess(real_schools, standard=two)
    names = {"每百名学生专任教师数": TEACHERS, "每百名学生班级数": CLASSES}
    wanted = reference.replace({"indicator": names}).set_index(["county", "indicator"]).sort_index()
    found = result.coefficients.set_index(["county", "indicator"]).sort_index()
    assert len(wanted) == 22
    assert found.index.equals(wanted.index)
    np.testing.assert_allclose(found["mean"], wanted["mean_w"], rtol=1e-9, atol=0)
    np.testing.assert_allclose(found["cv"], wanted["cv_weighted"], rtol=1e-9, atol=0)
    np.testing.assert_allclose(found["cv_unweighted"], wanted["cv_unweighted"], rtol=1e-9, atol=0)
    assert found["schools"].tolist() == wanted["n"].tolist()
    # 11 of the 1,379 schools have no pupils: left out or held, never divided by
    left_out = result.sections.excluded
    per_county = (
        left_out.groupby("county").size().reindex(wanted.index.get_level_values(0), fill_value=0)
    )
    assert per_county.tolist() == wanted["excluded_zero"].tolist()
    assert len(left_out) == 11


def test_real_schools_without_the_columns_of_the_standard_cannot_be_told(real_schools):
    result = yz.assess(real_schools)
    assert set(result.indicators["verdict"]) == {"cannot_tell"}
    assert result.indicators["value"].isna().all()
    assert set(result.coefficients["verdict"]) == {"cannot_tell"}
    assert set(result.schools["verdict"]) == {"cannot_tell"}
    # all that pupils alone can tell: a school of more than 2,000 fails the item on size
    largest = result.schools.groupby("county")["pupils"].max()
    assert result.verdicts.set_index("county")["verdict"].to_dict() == {
        county: "not_met" if pupils > 2000 else "cannot_tell" for county, pupils in largest.items()
    }


# --- degenerate counties


def test_a_single_school_has_a_coefficient_of_exactly_zero():
    result = judge([good("甲校", primary=973)])
    assert result.coefficients["cv"].tolist() == [0.0] * 7
    assert set(result.coefficients["printed"]) == {"0.000"}
    assert set(result.coefficients["verdict"]) == {"met"}
    assert set(result.coefficients["schools"]) == {1}


def test_equal_schools_have_a_coefficient_of_exactly_zero():
    # 7/30, 14/60 and 21/90 rooms per pupil are all 0.2333…, which no float holds
    rows = [good(f"{k}校", primary=30 * k, networked=7 * k) for k in (1, 2, 3)]
    assert by_indicator(judge(rows).coefficients, "cv")[R7] == 0.0
    assert yz.difference_coefficient([30, 60, 90], [7, 14, 21]) == 0.0


def test_equal_nine_year_schools_have_a_coefficient_of_exactly_zero():
    rows = [
        {
            "school": f"{k}校",
            "school_type": "nine_year",
            "pupils_primary": 166 * k,
            "pupils_junior": 210 * k,
            "books": 23226 * k,
        }
        for k in (1, 2, 7)
    ]
    assert judge(rows, standard=BOOKS).coefficients["cv"].tolist() == [0.0, 0.0]


def test_a_county_mean_of_zero_is_not_met_and_prints_no_number():
    result = judge([good("甲校", backbone=0), good("乙校", backbone=0)])
    row = result.coefficients.set_index("indicator").loc[R2]
    assert row["verdict"] == "not_met"
    assert row["mean"] == 0
    assert np.isnan(row["cv"])
    assert row["printed"] == ""
    assert not row["borderline"]
    text = result.reasons.to_string().lower()
    assert "nan" not in text
    assert "inf" not in text


def test_one_missing_value_leaves_the_coefficient_unknown():
    result = judge([good("甲校"), good("乙校"), good("丙校", networked=None)])
    row = result.coefficients.set_index("indicator").loc[R7]
    assert (row["verdict"], row["printed"], row["printed_mean"], row["missing"]) == (
        "cannot_tell",
        "",
        "",
        1,
    )
    assert np.isnan(row["cv"])
    others = result.coefficients.query("indicator != @R7")
    assert set(others["verdict"]) == {"met"}
    assert set(others["missing"]) == {0}


def test_one_school_without_a_resource_among_sixty_is_counted_as_zero():
    # 59 schools with 23 rooms and one with none, 1,000 pupils each: mean 23 x 59/60; CV² = 1/59
    rows = [good(f"{at:02}校", networked=23 * (at > 0)) for at in range(60)]
    assert by_indicator(judge(rows).coefficients, "cv")[R7] == pytest.approx(
        (1 / 59) ** 0.5, rel=1e-14
    )


def test_printed_means_and_coefficients_are_rounded_half_up():
    # (1.0 + 1.67)/2 rooms per 100 = 1.335, halves go up: 1.34; CV = 0.335/1.335 = 0.250936
    rows = [good("甲校", primary=10000, networked=100), good("乙校", primary=10000, networked=167)]
    result = judge(rows).coefficients
    assert by_indicator(result, "printed_mean")[R7] == "1.34"
    assert by_indicator(result, "printed")[R7] == "0.251"


# --- digits


def exact_cv(pupils, resource):
    return root(mean_and_square(pupils, resource)[1])


def test_a_tiny_spread_about_a_huge_mean_keeps_14_digits():
    # four schools of one pupil, 1e9 ± 0.001 and ± 0.002: the two-pass float sum keeps about 4 digits here
    resource = ["1000000000.001", "999999999.999", "1000000000.002", "999999999.998"]
    wanted = exact_cv([1] * 4, map(Fraction, resource))
    assert yz.difference_coefficient([1] * 4, [float(r) for r in resource]) == pytest.approx(
        wanted, rel=1e-14
    )


def test_weights_a_million_times_apart_keep_14_digits():
    pupils, resource = [1, 1_000_000, 3, 999_983], [2, 1_500_000, 1, 700_001]
    assert yz.difference_coefficient(pupils, resource) == pytest.approx(
        exact_cv(pupils, resource), rel=1e-14
    )


def test_a_county_of_100_000_schools_has_the_same_digits_as_fractions():
    draw = random.Random(20170426)
    pupils = [10 * draw.randint(1, 20) for _ in range(100_000)]
    resource = [draw.randint(0, 40) for _ in pupils]
    n, r = sum(pupils), sum(resource)
    spread = sum(
        Fraction(sum(x * x for m, x in zip(pupils, resource, strict=True) if m == size), size)
        for size in set(pupils)
    )
    wanted = root(n * spread / Fraction(r) ** 2 - 1)
    assert yz.difference_coefficient(pupils, resource) == pytest.approx(wanted, rel=1e-13)


@pytest.mark.parametrize(
    ("pupils", "resource"),
    [
        ([], []),
        ([10, 20], [1]),
        ([[10, 20]], [[1, 2]]),
        ([10, 0], [1, 2]),
        ([10, -5], [1, 2]),
        ([10, 20], [1, -2]),
        ([10, 20], [1, float("nan")]),
        ([10, float("nan")], [1, 2]),
        ([10, float("inf")], [1, 2]),
        ([10, 20], [0, 0]),
    ],
)
def test_a_coefficient_that_does_not_exist_is_refused(pupils, resource):
    with pytest.raises(UndefinedError):
        yz.difference_coefficient(pupils, resource)


# --- who makes the coefficient


def test_shares_of_the_schools_add_up_to_one():
    rows = [good("甲校", networked=10), good("乙校", networked=30, primary=500), good("丙校")]
    sums = judge(rows).shares.groupby("indicator")["share"].sum()
    assert sums[R7] == pytest.approx(1)
    # all three have 42 degree teachers per school, 乙校 for half the pupils: not alike
    assert set(sums.index) == set(INDICATORS)


def test_a_school_on_the_mean_has_no_share():
    # 10, 20 and 30 rooms for 1,000 pupils each: mean 2 per 100; shares 1/2, 0, 1/2
    rows = [good("甲校", networked=10), good("乙校", networked=20), good("丙校", networked=30)]
    shares = judge(rows).shares.query("indicator == @R7").set_index("school")["share"]
    assert shares.to_dict() == pytest.approx({"甲校": 0.5, "乙校": 0.0, "丙校": 0.5})


def test_nobody_has_a_share_when_all_are_alike_and_nobody_knows_when_one_is_missing():
    alike = share_coefficient(
        yz.compute_indicators(
            table([good("甲校"), good("乙校")]), yz.load_standard("jiaodu-2017-6")
        )
    )
    assert alike["share"].tolist() == [0.0] * 14
    rows = [good("甲校"), good("乙校", networked=None)]
    assert judge(rows).shares.query("indicator == @R7")["share"].isna().all()


def test_equal_shared_values_are_exactly_alike_through_the_public_functions_too():
    # per weighted pupil 1000/(100 + 1.1·110) = 3000/(300 + 1.1·330): alike, though floats say 4e-17
    rows = [
        {"school": name, "school_type": "nine_year", "pupils_primary": a, "pupils_junior": b}
        | {"equipment_value_yuan": value}
        for name, a, b, value in (
            ("甲校", 100, 110, 1000),
            ("乙校", 300, 330, 3000),
            ("丙校", 700, 770, 7000),
        )
    ]
    values = yz.compute_indicators(table(rows), yz.load_standard("jiaodu-2017-6"))
    found = yz.compute_coefficients(values).dropna(subset="cv")
    assert found["cv"].tolist() == [0.0, 0.0]
