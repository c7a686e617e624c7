"""Published figures recomputed: whole numbers that fit, figures that do not, and what becomes of the verdict."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.audits import (
    AGREEMENT_WORDS,
    AUDIT_COLUMNS,
    CHECK_COLUMNS,
    FINDING_WORDS,
    audit_figures,
    compare_self_check,
    find_parts,
    find_wholes,
)
from youzhi.cards import County
from youzhi.counties import list_counties, load_county
from youzhi.exact import round_half_up

PER_CENTS = st.sampled_from([0, 1, 2, 3])


def per_cent(part, whole, decimals):
    return round_half_up(Fraction(100 * part, whole), decimals)


def card(facts, **claim):
    """A county with one claim about facts a, b, c …; a value or a pair of value and print."""
    pairs = [fact if isinstance(fact, tuple) else (fact, "") for fact in facts]
    names = "abcdef"
    basis = {"source": "测试", "confidence": "V", "label": "测试"}
    return County.model_validate(
        {
            "id": "demo",
            "name": {"zh": "示范县"},
            "fact": [
                {"id": names[n], "year": 2020, "value": value, "printed": printed, **basis}
                for n, (value, printed) in enumerate(pairs)
            ],
            "claim": [
                {
                    "id": "claim",
                    "facts": [{"id": names[n], "year": 2020} for n in range(len(pairs))],
                }
                | basis
                | claim
            ],
        }
    )


def audit(facts, standard=None, **claim):
    table = audit_figures(card(facts, **claim), standard or yz.load_standard("jiaodu-2017-6"))
    assert list(table) == AUDIT_COLUMNS
    [row] = table.itertuples(index=False)
    return row


# --- whole numbers that fit a printed per cent


@pytest.mark.parametrize(
    ("part", "printed", "wholes"),
    [
        (256, "46.5", (550, 551)),  # 256/550 = 46.55, 256/551 = 46.46; 549: 46.63, 552: 46.38
        (124, "47.7", (260, 260)),  # 124/259 = 47.88, 124/260 = 47.69, 124/261 = 47.51
        (1, "100.0", (1, 1)),  # never less than the part
        (1, "33.5", None),  # 1/2 = 50.0, 1/3 = 33.3
        (1, "0.0", (2001, None)),  # 1/2000 = 0.05, which prints as 0.1
        (0, "0.0", (1, None)),
        (0, "0.1", None),
        (1, "-0.5", None),
        (1999, "100", (1999, 2009)),  # 1999/2009 = 99.502, 1999/2010 = 99.45
    ],
)
def test_the_wholes_of_a_printed_share_are_those_that_print_so(part, printed, wholes):
    assert find_wholes(part, Decimal(printed)) == wholes


@pytest.mark.parametrize(
    ("whole", "printed", "parts"),
    [
        (256, "47.7", (122, 122)),  # 121: 47.27, 122: 47.66, 123: 48.05
        (1000, "0.1", (1, 1)),  # exactly 0.1; 0 prints as 0.0 and 2 as 0.2
        (2000, "0.1", (1, 2)),  # 1/2000 = 0.05 is rounded up
        (3, "50.0", None),
        (7, "100", (7, 7)),  # never more than the whole
        (7, "0", (0, 0)),
    ],
)
def test_the_parts_of_a_printed_share_are_those_that_print_so(whole, printed, parts):
    assert find_parts(whole, Decimal(printed)) == parts


@given(st.integers(1, 5000), st.integers(0, 5000), PER_CENTS)
def test_the_true_whole_and_the_true_part_are_always_found(whole, part, decimals):
    part = min(part, whole)
    printed = per_cent(part, whole, decimals)
    least, most = find_wholes(part, printed)
    assert least <= whole
    assert most is None or whole <= most
    least, most = find_parts(whole, printed)
    assert least <= part <= most


@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from([0, 1]))
def test_all_wholes_that_are_found_print_so_and_no_other_does(part, tenths, decimals):
    printed = round_half_up(Fraction(tenths, 10), decimals)
    assume(printed >= 5)
    fitting = [n for n in range(part, 40 * part) if per_cent(part, n, decimals) == printed]
    assert find_wholes(part, printed) == ((fitting[0], fitting[-1]) if fitting else None)


@given(st.integers(1, 400), st.integers(0, 1000), st.sampled_from([0, 1]))
def test_all_parts_that_are_found_print_so_and_no_other_does(whole, tenths, decimals):
    printed = round_half_up(Fraction(tenths, 10), decimals)
    fitting = [n for n in range(whole + 1) if per_cent(n, whole, decimals) == printed]
    assert find_parts(whole, printed) == ((fitting[0], fitting[-1]) if fitting else None)


# --- shares


def test_a_share_without_its_whole_implies_the_whole():
    row = audit([256], kind="share", printed="46.5", decimals=1, unit="%")
    assert (row.finding, row.recomputed) == ("implies", "分母550或551")
    assert "549（46.6%）、552（46.4%）不合" in row.readings


def test_a_share_that_no_whole_gives_does_not_fit():
    row = audit([1], kind="share", printed="33.5", decimals=1, code="2.11", check="exchanged")
    assert (row.finding, row.recomputed) == ("does_not_fit", "")
    assert row.verdicts == "没有可用的读法，无法判定"


@pytest.mark.parametrize(("printed", "finding"), [("48.4", "fits"), ("48.5", "does_not_fit")])
def test_a_share_fits_when_it_prints_so(printed, finding):
    # 124/256 = 48.4375
    row = audit([124, 256], kind="share", printed=printed, decimals=1, unit="%")
    assert (row.finding, row.recomputed) == (finding, "48.4%")


def test_halves_are_printed_upwards():
    # 1/8 = 12.5
    assert audit([1, 8], kind="share", printed="13").finding == "fits"
    assert audit([1, 8], kind="share", printed="12").finding == "does_not_fit"


def test_the_whole_of_a_share_may_be_several_figures_together():
    # 9/(9 + 14) = 39.13
    assert audit([9, 9, 14], kind="share", printed="39.1", decimals=1).finding == "fits"


def test_a_share_that_is_not_printed_is_only_computed():
    row = audit([1, 3], kind="share", decimals=1, unit="%")
    assert (row.finding, row.recomputed) == ("computed", "33.3%")


def test_a_misfit_that_no_single_change_mends_says_so():
    # 1/3 = 33.3, 2/3 = 66.7, 3/3 = 100; 2/2 = 100, 2/3 = 66.7
    row = audit([2, 3], kind="share", printed="99.0", decimals=1, unit="%")
    assert row.readings.endswith("只改分子或只改分母都得不到印出的数")


# --- what becomes of the verdict


@pytest.mark.parametrize(
    ("facts", "printed", "verdicts"),
    [
        ([100, 1000], "10.0", "达标（≥10%）"),
        ([99, 1000], "9.9", "未达标（≥10%）"),
        # 9.5 of 100 … 10.4: 100 prints as 10 over 953 to 1052, and reaches 10 % up to 1000
        ([100], "10", "结论取决于读法（≥10%）：分母为953：达标；分母为1,052：未达标"),
        ([256], "46.5", "各种读法都达标（≥10%），结论不变"),
        ([5, 100], "4.8", "各种读法都未达标（≥10%），结论不变"),
        ([1], "0", "各种读法都未达标（≥10%），结论不变"),
    ],
)
def test_the_verdict_is_told_under_every_reading(facts, printed, verdicts):
    decimals = len(printed.partition(".")[2])
    row = audit(
        facts,
        kind="share",
        printed=printed,
        decimals=decimals,
        unit="%",
        code="2.11",
        check="exchanged",
    )
    assert row.verdicts == verdicts


@pytest.mark.parametrize(
    ("teachers", "verdicts"),
    [(73200, "达标（≥73,200元）"), (73199, "未达标（≥73,200元）"), (82403, "达标（≥73,200元）")],
)
def test_a_ratio_is_held_against_the_other_figure(teachers, verdicts):
    row = audit([teachers, 73200], kind="ratio", decimals=3, code="2.8", check="teacher_pay")
    assert row.verdicts == verdicts


@pytest.mark.parametrize(
    ("allotted", "finding", "verdicts"),
    [
        (4996, "fits", "达标（≤4,996名）"),
        (4997, "exceeds", "未达标（≤4,996名）"),
        (4774, "fits", "达标（≤4,996名）"),
    ],
)
def test_a_difference_is_held_against_the_other_figure(allotted, finding, verdicts):
    row = audit([allotted, 4996], kind="difference", code="2.10", check="establishment", unit="名")
    assert (row.finding, row.verdicts) == (finding, verdicts)


def test_a_claim_without_a_check_changes_no_verdict():
    assert audit([1, 2], kind="sum").verdicts == ""
    assert "判定不因此改变" in audit([1, 2], kind="sum", code="2.4").verdicts
    row = audit([1, 2], kind="share", code="2.11", check="nothing")
    assert row.verdicts == "所用标准没有2.11的这项检查"


# --- the other kinds


def test_a_difference_tells_the_gap_and_its_share():
    # 5401 − 4996 = 405, 405/4996 = 8.106 %
    row = audit([5401, 4996], kind="difference", decimals=1, unit="个")
    assert (row.finding, row.recomputed) == ("exceeds", "5,401－4,996＝405个")
    assert row.readings == "多405个，相当于4,996的8.1%"
    assert audit([0, 0], kind="difference").readings == "两数相等"


def test_a_sum_fits_its_printed_total_and_no_other():
    # 9 + 14 = 23
    found = {
        total: audit([9, 14], kind="sum", printed=total).finding for total in ("22", "23", "24")
    }
    assert found == {"22": "does_not_fit", "23": "fits", "24": "does_not_fit"}


def test_a_sum_can_take_figures_away():
    # 72 − 4 + 3 = 71
    county = card([72, 4, 3], kind="sum", unit="处")
    claim = county.claim[0].model_dump()
    claim["facts"][1]["sign"] = -1
    county = County.model_validate({**county.model_dump(), "claim": [claim]})
    [row] = audit_figures(county, yz.load_standard("jiaodu-2017-6")).itertuples()
    assert (row.recomputed, row.readings) == ("71处", "72－4＋3＝71")


def test_a_growth_knows_how_the_figures_were_rounded():
    # 4.5/3.9 = 1.1538; 4.45/3.95 = 1.1266, 4.55/3.85 = 1.1818
    row = audit([(39000, "3.9"), (45000, "4.5")], kind="growth", decimals=1, unit="%")
    assert (row.finding, row.recomputed) == ("computed", "+15.4%")
    assert "+12.7%至+18.2%" in row.readings


@pytest.mark.parametrize(
    ("printed", "finding"),
    [("12.6", "does_not_fit"), ("12.7", "fits"), ("18.2", "fits"), ("18.3", "does_not_fit")],
)
def test_a_printed_growth_fits_when_the_unrounded_figures_could_give_it(printed, finding):
    facts = [(39000, "3.9"), (45000, "4.5")]
    assert audit(facts, kind="growth", printed=printed, decimals=1).finding == finding


def test_a_unit_cost_is_rounded_half_up_and_knows_its_range():
    # 69,340,000/39,000 = 1777.95; 69,335,000/39,500 = 1755.3, 69,345,000/38,500 = 1801.2
    row = audit([(69340000, "6934"), (39000, "3.9")], kind="unit_cost", unit="元/㎡")
    assert row.recomputed == "1,778元/㎡"
    assert "1,755元/㎡至1,801元/㎡" in row.readings


def test_a_ratio_is_over_the_sum_of_the_others_times_per():
    # 4891/(39000 + 13700) · 100 = 9.2808
    row = audit([4891, 39000, 13700], kind="ratio", per=100, decimals=1)
    assert (row.recomputed, row.readings) == ("9.3", "4,891÷（39,000＋13,700）×100")


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 3))
def test_what_was_computed_from_the_figures_themselves_always_fits(a, b, decimals):
    share = min(a, b), max(a, b)
    for kind, facts, value in (
        ("share", share, Fraction(100 * share[0], share[1])),
        ("ratio", (a, b), Fraction(a, b)),
        ("sum", (a, b), Fraction(a + b)),
        ("growth", (a, b), 100 * (Fraction(b, a) - 1)),
    ):
        printed = str(f"{round_half_up(value, decimals):f}")
        assert audit(facts, kind=kind, printed=printed, decimals=decimals).finding == "fits"


# --- the published figures of the four counties


def test_the_figures_of_yiyuan_fit_but_for_those_that_are_known():
    table = audit_figures(load_county("yiyuan"), yz.load_standard("jiaodu-2017-6"))
    found = table.groupby("finding")["claim"].apply(list).to_dict()
    assert found["does_not_fit"] == ["exchanged_backbone_share"]
    assert found["implies"] == ["exchanged_share"]
    assert found["exceeds"] == ["posts_within_establishment", "teachers_within_allotted"]
    texts = table.set_index("claim")
    # 124/256 = 48.44, 124/260 = 47.69, 122/256 = 47.66
    assert "48.4%，不是47.7%" in texts.at["exchanged_backbone_share", "readings"]
    assert "分母应为260；或分子应为122" in texts.at["exchanged_backbone_share", "readings"]
    for claim in ("exchanged_share", "exchanged_backbone_share"):
        assert texts.at[claim, "verdicts"].endswith("结论不变")
        assert texts.at[claim, "verdicts"].startswith("各种读法都达标")


@pytest.mark.parametrize(
    ("county", "claim", "recomputed"),
    [
        ("yiyuan", "pay_ratio", "1.126倍"),  # 82403/73200
        ("yiyuan", "primary_units_2020", "71处"),  # 72 − 4 + 3
        ("yiyuan", "junior_schools_2020", "16处"),  # 17 − 1
        ("yiyuan", "compulsory_pupils_growth", "+15.4%"),  # 4.5/3.9
        ("yiyuan", "kindergarten_pupils_growth", "-35.3%"),  # 1.1/1.7
        ("yiyuan", "general_senior_pupils_2020", "10,600人"),  # 1.37 − 0.31 万
        ("yiyuan", "general_senior_pupils_2025", "9,600人"),  # 1.3 − 0.34 万
        ("yiyuan", "pupils_per_school", "506人/处"),  # 45000/(72 + 17)
        ("yiyuan", "teachers_per_100_compulsory", "12.5人/百名学生"),  # 4891/39000
        ("shanting", "class_reduction_projects_sum", "23处"),  # 9 + 14
        ("shanting", "improvement_works_sum", "44处"),  # 26 + 11 + 7
        ("shanting", "cost_per_m2", "1,778元/㎡"),  # 6934 万 / 3.9 万
        ("shanting", "cost_per_place", "15,556元/个"),  # 2.8 亿 / 1.8 万
        ("shanting", "places_per_project", "783个/处"),  # 18000/23
    ],
)
def test_published_figures_recomputed_by_hand(county, claim, recomputed):
    table = audit_figures(load_county(county), yz.load_standard("jiaodu-2017-6"))
    assert table.set_index("claim").at[claim, "recomputed"] == recomputed


@pytest.mark.parametrize("name", yz.list_standards())
@pytest.mark.parametrize("county", list_counties())
def test_every_claim_of_a_card_is_audited_once_under_any_standard(county, name):
    claims = load_county(county).claim
    table = audit_figures(load_county(county), yz.load_standard(name))
    assert table["claim"].tolist() == [claim.id for claim in claims]
    assert set(table["finding"]) <= set(FINDING_WORDS)


# --- the self-check beside the computed verdicts


def rows_of(verdicts, county="demo", year=2020):
    rows = [[county, year, code, f"第{code}项", verdict] for code, verdict in verdicts.items()]
    return pd.DataFrame(rows, columns=["county", "year", "code", "label", "verdict"])


def checked(verdicts):
    """A county whose self-check of 2020 says so."""
    basis = {"year": 2020, "source": "测试", "confidence": "V"}
    rows = [basis | {"code": c, "printed": c, "verdict": v} for c, v in verdicts.items()]
    rows[0] |= {"deadline": "2028", "departments": ["校产科", "基教科"], "measure": "新建学校。"}
    return County.model_validate({"id": "demo", "name": {"zh": "示范县"}, "self_check": rows})


@pytest.mark.parametrize(
    ("published", "computed", "agrees"),
    [
        ("met", "met", "agrees"),
        ("not_met", "not_met", "agrees"),
        ("met", "not_met", "differs"),
        ("not_met", "met", "differs"),
        ("met", "cannot_tell", "not_comparable"),
        ("not_monitored", "cannot_tell", "not_comparable"),
        ("not_monitored", "met", "not_comparable"),
    ],
)
def test_only_two_verdicts_that_decide_can_agree_or_differ(published, computed, agrees):
    table = compare_self_check(rows_of({"1.4": computed}), checked({"1.4": published}), 2020)
    assert table[["published", "computed", "agrees"]].to_numpy().tolist() == [
        [published, computed, agrees]
    ]
    assert agrees in AGREEMENT_WORDS


def test_what_one_side_does_not_have_is_empty_and_not_comparable():
    table = compare_self_check(
        rows_of({"1.4": "met", "S1": "met"}), checked({"1.4": "met", "1.5": "met"}), 2020
    )
    assert list(table) == CHECK_COLUMNS
    assert table[["code", "label", "published", "computed", "agrees"]].to_numpy().tolist() == [
        ["1.4", "第1.4项", "met", "met", "agrees"],
        ["S1", "第S1项", "", "met", "not_comparable"],
        ["1.5", "", "met", "", "not_comparable"],
    ]
    rest = table[["deadline", "departments", "measure"]].to_numpy().tolist()
    assert rest == [["2028", "校产科、基教科", "新建学校。"], ["", "", ""], ["", "", ""]]


def test_rows_of_another_county_or_year_are_not_compared():
    rows = pd.concat(
        [
            rows_of({"1.4": "met"}, "other"),
            rows_of({"1.4": "met"}, year=2021),
            rows_of({"1.4": "not_met"}),
        ]
    )
    table = compare_self_check(rows, checked({"1.4": "met"}), 2020)
    assert table["agrees"].tolist() == ["differs"]


def test_a_year_without_a_self_check_gives_an_empty_table():
    table = compare_self_check(rows_of({"1.4": "met"}, year=2021), checked({"1.4": "met"}), 2021)
    assert table.empty
    assert list(table) == CHECK_COLUMNS
