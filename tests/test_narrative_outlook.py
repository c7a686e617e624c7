"""Words and tables of the outlook: worked numbers, boundaries, and what is said where something is missing."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi import narrative
from youzhi.enrolment import DOUBT_COLUMNS
from youzhi.narrative.outlook import people, range_text, span
from youzhi.narrative.outlook_tables import tabulate_doubts
from youzhi.outlooks import ALL_STAGES, make_outlook
from youzhi.seats import judge_band, load_seat_rules

COUNTIES = ["yiyuan", "huantai", "wenling", "shanting"]
# Year to pupils, low, high; 2019 and 2020 are known.
PRIMARY = {2019: 900, 2020: 1000, 2021: (1100, 1050, 1150), 2022: (1200, 1100, 1300)}
PRIMARY |= {2023: (800, 700, 900), 2024: (600, 500, 700)}
JUNIOR = {2019: 700, 2020: 600, 2021: (550, 540, 560), 2022: (500, 480, 520)}
JUNIOR |= {2023: (450, 430, 470), 2024: (400, 380, 420)}
OURS = ["backtests", "entrants", "outlook", "plan", "school_seats"]


def path_of(stage, numbers):
    rows = [
        (year, *(each if isinstance(each, tuple) else (each, each, each)))
        for year, each in numbers.items()
    ]
    table = pd.DataFrame(rows, columns=["year", "pupils", "low", "high"]).astype(
        {"pupils": float, "low": float, "high": float}
    )
    kind = np.where(table["year"] <= 2020, "observed", "projected")
    return table.assign(county="demo", stage=stage, kind=kind)


def hold(path, seats):
    """Pupils from 2020 on against seats that stay as they are."""
    own = path[path["year"] >= 2020]
    band = [judge_band(pupils, seats) for pupils in own["pupils"]]
    return own.assign(
        capacity=float(seats) if seats is not None else np.nan,
        free=(np.nan if seats is None else seats) - own["pupils"],
        ratio=own["pupils"] / (np.nan if seats is None else seats),
        ratio_high=own["high"] / (np.nan if seats is None else seats),
        band=band,
    )


def peak_of(stage, path):
    ahead = path[path["year"] >= 2020].set_index("year")["pupils"]
    if ahead.isna().any():
        return ["demo", stage, pd.NA, np.nan, 2024, np.nan, np.nan]
    most, end = ahead.max(), ahead[2024]
    return ["demo", stage, int(ahead.idxmax()), most, 2024, end, end / most - 1]


def demo(primary=PRIMARY, junior=JUNIOR, seats=1080, junior_seats=1000, **changes):
    """An outlook of two grades, one per stage, with numbers that a person can follow."""
    paths = {"primary": path_of("primary", primary), "junior": path_of("junior", junior)}
    both = paths["primary"].copy()
    for name in ("pupils", "low", "high"):
        both[name] += paths["junior"][name].to_numpy()
    both["stage"] = ALL_STAGES
    places = {"primary": seats, "junior": junior_seats}
    held = pd.concat([hold(path, places[stage]) for stage, path in paths.items()])
    held = held.sort_values("year", kind="stable").reset_index(drop=True)
    peaks = [peak_of(stage, path) for stage, path in [*paths.items(), (ALL_STAGES, both)]]
    columns = ["county", "stage", "peak_year", "peak_pupils", "end_year", "end_pupils", "change"]
    known = {
        grade: paths[stage].set_index("year")["pupils"].loc[:2020]
        for grade, stage in enumerate(paths, 1)
    }
    ahead = [
        path[path["year"] > 2020].assign(grade=grade)
        for grade, path in enumerate(paths.values(), 1)
    ]
    entrants = {
        "year": range(2018, 2025),
        "pupils": [950.0, 1000, 1250, 1200, 1300, 900, 700],
        "spread": [0.0, 0, 0, 0, 0, 0.08, 0.08],
        "source": ["普查"] * 5 + ["出生数"] + ["出生数；假定"],
        "kind": ["projected"] * 6 + ["assumed"],
    }
    schools = pd.DataFrame(
        [
            ["demo", 2020, "primary", "甲校", "1", "甲镇", 500, 10, 45, 450, -50, 500 / 450, "red"],
            ["demo", 2020, "primary", "乙校", "2", "", 420, 10, 45, 450, 30, 420 / 450, "yellow"],
            [
                "demo",
                2020,
                "primary",
                "丙校",
                "3",
                "甲镇",
                np.nan,
                4,
                45,
                180,
                np.nan,
                np.nan,
                "cannot_tell",
            ],
            ["demo", 2020, "junior", "丁校", "4", "甲镇", 100, 20, 50, 1000, 900, 0.1, "green"],
        ],
        columns=[
            "county",
            "year",
            "stage",
            "school",
            "school_id",
            "town",
            "pupils",
            "classes",
            "limit",
            "seats",
            "free",
            "ratio",
            "band",
        ],
    )
    backtests = pd.DataFrame(
        [
            [method, ahead, mape, 0.01, cover, 10, 1.5, 1.25, 0.81]
            for method, mape in (("progression", 0.02), ("cohort", 0.05), ("mean", 0.03))
            for ahead, cover in ((1, 0.8), (3, 0.79))
        ]
        + [
            ["last", 1, 0.001, 0.0, 1.0, 10, 1.0, 1.0, 1.0],
            ["last", 3, 0.001, 0.0, 1.0, 10, 1.0, 1.0, 1.0],
        ],
        columns=[
            *("method", "ahead", "mape", "bias", "coverage", "n"),
            *("enrolled", "coming", "coverage_widened"),
        ],
    )
    facts = {
        "county": "demo",
        "name_zh": "示范县",
        "year": 2020,
        "to": 2024,
        "method": "progression",
        "chosen": True,
        "methods": ["progression", "cohort", "mean", "last"],
        "history": pd.DataFrame(known).rename_axis("year"),
        "projection": pd.concat(ahead)[["year", "grade", "pupils", "low", "high"]],
        "entrants": pd.DataFrame(entrants),
        "stage_grades": {"primary": [1], "junior": [2]},
        "stages": pd.concat(paths.values()),
        "totals": both,
        "peaks": pd.DataFrame(peaks, columns=columns).astype({"peak_year": "Int64"}),
        "seats": held,
        "admission": held,
        "schools": schools,
        "backtests": backtests,
        "plan": plan_of(),
        "doubts": pd.DataFrame(columns=DOUBT_COLUMNS),
        "tested": True,
        "distant": False,
        "kinds": {"history": ["real"], "schools": ["real"], "entrants": ["projected"]},
    }
    return SimpleNamespace(**facts | changes)


def plan_of(*rows):
    columns = ["county", "year", "fact", "label", "published", "pupils", "low", "high", "kind"]
    return pd.DataFrame(rows, columns=[*columns, "source"])


def fact(year, name, published, pupils=np.nan, low=np.nan, high=np.nan, kind=""):
    return ["demo", year, name, name, published, pupils, low, high, kind, "规划"]


@pytest.fixture(scope="module", params=COUNTIES)
def real(request):
    return make_outlook(request.param, 2035)


def test_a_peak_to_come_is_told_with_its_band_its_rise_and_the_fall_after_it():
    text = narrative.describe_outlook(demo())
    # 1,200 ÷ 1,000 = 1.2; 600 ÷ 1,200 = 0.5
    assert (
        "**小学今后2022年最多，约1,200人**（1,100人至1,300人），比2020年多20.0%；"
        "到2024年减为约600人（500人至700人），比最多时少50.0%。" in text
    )


def test_other_years_are_named_where_the_band_lets_them_be_the_peak():
    # 2021 reaches 1,150 at most, 2022 has 1,100 at least: both may be the peak; 2023 has 900 at most
    assert "最多的一年可能是2021—2022年中的任何一年" in narrative.describe_outlook(demo())
    apart = PRIMARY | {2021: (1100, 1050, 1099)}
    assert "可能是" not in narrative.describe_outlook(demo(apart)).split("\n\n")[0]


def test_a_stage_that_shrinks_is_told_from_the_last_known_year_beside_its_highest_past():
    text = narrative.describe_outlook(demo())
    # 400 ÷ 600 − 1 = −33.3 %
    assert "初中2020年（最后一个已知年份）有600人，此后各年都不再多于此数" in text
    assert "到2024年减为约400人（380人至420人），少33.3%" in text
    assert "2019年以来已知最多的是2019年，700人" in text
    assert "已知最多" not in narrative.describe_outlook(demo(junior=JUNIOR | {2019: 600}))


def test_a_stage_that_still_grows_at_the_end_is_not_said_to_have_a_peak():
    text = narrative.describe_outlook(demo(PRIMARY | {2024: (1400, 1300, 1500)}))
    assert "小学今后2024年最多，约1,400人" in text
    assert "仍在增加，此后如何这里看不到" in text


def test_a_stage_that_stays_as_it_is_is_not_said_to_fall():
    same = dict.fromkeys(range(2019, 2025), 600)
    assert "到2024年仍约600人。" in narrative.describe_outlook(demo(junior=same))


def test_a_shortage_is_told_with_its_years_its_worst_and_when_it_ends():
    text = narrative.describe_outlook(demo())
    # 1,080 seats: 2021 lacks 20, 2022 lacks 120 (1,100 − 1,080 = 20 to 1,300 − 1,080 = 220); 1,200 ÷ 1,080 = 111.1 %
    # 2021 has 1,050 at least, fewer than there are seats; 2022 has 1,100.
    assert (
        "**小学学位2022年不够**（连区间下端也超过学位），2021年可能不够（推算超过学位，区间下端够），"
        "最紧的2022年约缺120个（20至220个）" in text
    )
    assert "在校生为学位的111.1%；2023年起又有空余" in text
    # 2024: 1,080 − 600 = 480; 480 ÷ 1,080 = 44.4 %
    assert "到2024年约空出480个，占学位的44.4%" in text
    assert "初中学位各年都够，最紧的2020年在校生为学位的60.0%" in text


def test_exactly_as_many_seats_as_pupils_are_enough_and_one_less_is_not():
    assert "小学学位各年都够" in narrative.describe_outlook(demo(seats=1200))
    assert "**小学学位2022年可能不够**" in narrative.describe_outlook(demo(seats=1199))


def test_a_year_that_is_short_only_at_the_upper_end_of_the_band_is_named_apart():
    text = narrative.describe_outlook(demo(seats=1140))
    # 2021: 1,100 is under 1,140, 1,150 is over it
    assert "**小学学位2022年可能不够**（推算超过学位，区间下端够），最紧的" in text
    assert "按区间上端，2021年也可能不够" in text
    assert "也可能不够" not in narrative.describe_outlook(demo(seats=1150))


@pytest.mark.parametrize(
    ("seats", "words"),
    [(1099, "**小学学位2022年不够**"), (1100, "**小学学位2022年可能不够**")],
)
def test_a_shortage_is_certain_only_where_the_lower_end_is_over_the_seats(seats, words):
    text = narrative.describe_outlook(demo(PRIMARY | {2021: (900, 800, 950)}, seats=seats))
    assert words in text


def test_a_shortage_without_a_band_is_not_called_certain():
    bare = {year: (each[0], np.nan, np.nan) for year, each in PRIMARY.items() if year > 2020}
    text = narrative.describe_outlook(demo(PRIMARY | bare))
    assert "**小学学位2021—2022年按推算不够**（没有区间，把握有多大不知道），最紧的2022年" in text
    assert "连区间下端" not in text


def test_a_shortage_that_does_not_end_is_said_to_stay():
    text = narrative.describe_outlook(demo(seats=499))
    assert "小学学位2020—2024年不够" in text
    assert "到2024年仍然不够" in text
    assert "又有空余" not in text


def test_missing_seats_or_pupils_are_never_called_enough():
    text = narrative.describe_outlook(demo(seats=None))
    assert "小学缺学位数或在校生数，够不够无法判定" in text
    assert "小学2020—2024年无法判定" in text
    gap = PRIMARY | {2023: (np.nan, np.nan, np.nan)}
    text = narrative.describe_outlook(demo(gap))
    assert "小学有的年份缺数据，何时最多无法判定" in text
    assert "小学学位各年都够" not in text


def test_bands_are_told_year_by_year_the_worst_first():
    text = narrative.describe_outlook(demo())
    # 1,000 ÷ 1,080 = 92.6 %, then above 100 %, then 74.1 % and 55.6 %
    assert "小学2021—2022年红色预警，2020年黄色预警，2023—2024年绿色；初中2020—2024年绿色" in text


def test_data_that_are_made_up_are_called_so_and_real_ones_are_not():
    assert "模拟数据" not in narrative.describe_outlook(demo())
    made = {"history": ["synthetic"], "schools": ["real"], "entrants": ["projected"]}
    text = narrative.describe_outlook(demo(kinds=made))
    assert "分年级在校生为模拟数据，学校班数为真实数据" in text
    assert "不能当作对示范县的发现" in text


def test_entrants_say_from_when_on_they_are_assumed():
    assert "其中2024年及以后入学的孩子还没有公布的出生数可依" in narrative.describe_outlook(demo())
    none = demo().entrants.iloc[:0]
    assert "一年级保持2020年的人数，属假设数据" in narrative.describe_outlook(demo(entrants=none))
    assert "这是假设" in narrative.describe_entrants(demo(entrants=none))


def test_entrants_are_told_by_their_sources_their_most_and_their_fewest():
    text = narrative.describe_entrants(demo())
    # from 2019 on: most 1,300 in 2022, fewest after it 700 in 2024: 700 ÷ 1,300 = 53.8 %
    assert "最多的是2022年的1,300人，此后最少的是2024年的700人，少46.2%" in text
    assert "2019—2022年为普查年龄组推算；2023年为全国出生数推算；2024年为假定" in text
    # 900 ÷ 1,000 in 2019, 1,000 ÷ 1,250 in 2020
    assert "为80.0%至90.0%" in text


def test_the_method_is_told_beside_the_plain_yardstick():
    text = narrative.describe_method_outlook(demo())
    # the baseline "last" has less error here and is no rival: three methods were tried
    assert "**升级比（近年权重大）**：3种可选方法中，它在1、3年前" in text
    assert "（2.00%" in text
    assert "（最近两年升级比的简单平均（对照））为3.00%，平均误差没有更小，所以不用" in text


def test_where_the_yardstick_is_used_the_others_stand_beside_it():
    text = narrative.describe_method_outlook(demo(method="mean"))
    assert "它就是最简单的通行做法" in text
    assert "普查年龄队列为5.00%" in text
    # the progression has less error at every number of years ahead in this made-up table
    assert "只看提前1年，升级比（近年权重大）误差更小（2.00%，采用的为3.00%）" in text
    assert "误差更小" not in narrative.describe_method_outlook(demo())
    by_hand = narrative.describe_method_outlook(demo(chosen=False))
    assert "由人工指定" in by_hand
    assert "最小" not in by_hand


def test_a_band_is_called_narrow_below_its_level_and_not_at_it():
    text = narrative.describe_method_outlook(demo())
    assert (
        "提前3年抽样的区间没有做到，**偏窄**。提前3年放宽到1.50倍（已在校）和1.25倍（尚未入学），放宽后盖住81.0%"
        in text
    )  # 79 % of 80 %; one year ahead has exactly 80 %
    wide = demo().backtests.assign(coverage=0.8)
    assert "偏窄" not in narrative.describe_method_outlook(demo(backtests=wide))
    assert "偏窄" not in narrative.describe_outlook(demo(backtests=wide))


def test_what_lies_farther_ahead_than_was_tested_is_said():
    text = narrative.describe_method_outlook(demo())
    assert "推算到2024年要提前4年，而检验只到提前3年" in text
    near = demo().backtests.replace({"ahead": {3: 4}})
    assert "没有检验过" not in narrative.describe_method_outlook(demo(backtests=near))


def test_a_history_too_short_to_be_tested_says_so():
    untested = demo().backtests.assign(mape=np.nan, bias=np.nan, coverage=np.nan, n=0)
    text = narrative.describe_method_outlook(demo(backtests=untested, method="mean"))
    assert "历史太短，不能用过去检验，缺省取最简单的通行做法；**没有检验过，只供参考**" in text
    assert "提前1、3年没有可以检验的年份，误差无法判定" in text
    assert "nan" not in text


RISE = [fact(2020, "compulsory_pupils", 1600, 1600, 1600, 1600, "observed")]
RISE += [fact(2022, "compulsory_pupils", 1900, 1700, 1600, 1800, "projected")]
YOUNG = [fact(2020, "kindergarten_pupils", 400, 500, kind="projected")]
YOUNG += [fact(2022, "kindergarten_pupils", 300, kind="")]


def test_a_plan_that_sees_only_the_rise_is_told_what_comes_after():
    text = narrative.describe_plan(demo(plan=plan_of(*RISE, *YOUNG)))
    # 1,900 ÷ 1,600 = +18.75 %; 300 ÷ 400 = −25 %; both stages: 1,700 in 2022, 1,000 in 2024: −41.2 %
    assert "compulsory\\_pupils由2020年的1,600人变为2022年的1,900人，增加18.8%" in text
    assert "由2020年的400人变为2022年的300人，减少25.0%" in text
    assert "**规划只看到上升的一段**" in text
    assert "合计2022年最多，1,700人，到2024年约1,000人（880人至1,120人），少41.2%" in text
    assert "本推算1,700人（1,600人至1,800人），规划数高于区间" in text
    # 400 ÷ 500 = −20 %
    assert "满六周岁的孩子共约500人，公开数比它少20.0%" in text


def test_a_rise_without_fewer_young_children_is_not_said_to_turn():
    grow = [fact(2020, "kindergarten_pupils", 300), fact(2022, "kindergarten_pupils", 300)]
    assert "上升的一段" not in narrative.describe_plan(demo(plan=plan_of(*RISE, *grow)))
    assert "上升的一段" not in narrative.describe_plan(demo(plan=plan_of(*RISE)))


@pytest.mark.parametrize(
    ("published", "side"),
    [(1599, "低于区间"), (1600, "在区间内"), (1800, "在区间内"), (1801, "高于区间")],
)
def test_a_published_number_is_held_against_the_band_ends_included(published, side):
    row = fact(2022, "compulsory_pupils", published, 1700, 1600, 1800, "projected")
    assert f"规划数{side}" in narrative.describe_plan(demo(plan=plan_of(row)))


def test_made_up_history_that_equals_the_plan_is_no_proof():
    made = {"history": ["synthetic"], "schools": ["real"], "entrants": ["projected"]}
    text = narrative.describe_plan(demo(plan=plan_of(*RISE), kinds=made))
    assert "2020年的在校生历史是按公开数生成的模拟数据，与公开数相同不是验证" in text
    assert "不是验证" not in narrative.describe_plan(demo(plan=plan_of(*RISE)))


def test_only_yiyuan_has_such_figures_and_the_others_are_told_so():
    assert "规划只看到上升的一段" in narrative.describe_plan(make_outlook("yiyuan", 2035))
    for county in ("huantai", "wenling", "shanting"):
        outlook = make_outlook(county, 2035)
        assert "无从对照" in narrative.describe_plan(outlook)
        assert narrative.tabulate_plan(outlook).empty


def test_schools_over_their_seats_are_counted_and_unknown_ones_stand_apart():
    text = narrative.describe_school_seats(demo())
    # 甲校 500 of 450, 乙校 420 of 450 (93.3 %), 丁校 100 of 1,000; 丙校 has no pupils
    assert "3个有学位数的校段中，红色预警1个，黄色预警1个，绿色1个" in text
    assert "在校生多于学位的1个，共缺50个学位" in text
    assert "甲校（111.1%）、乙校（93.3%）" in text
    assert "另有1个校段缺学生数或班数，无法判定" in text


def test_schools_stand_fullest_first_and_unknown_ones_last():
    table = narrative.tabulate_school_seats(demo())
    assert table["学校"].tolist() == ["甲校", "乙校", "丁校", "丙校"]
    assert table["占用率（%）"].tolist() == ["111.1", "93.3", "10.0", "无法判定"]
    assert table.loc[2, "镇街"] == "未注明"
    shown = narrative.tabulate_school_seats(demo(), open_only=True)
    assert shown["学校"].tolist() == ["甲校", "乙校", "丙校"]


def test_the_rule_is_cited_with_its_document_date_and_confidence():
    rule = load_seat_rules().rule
    text = narrative.describe_seat_rule(demo())
    for part in (rule.title, rule.issuer, rule.date.isoformat(), f"可信度{rule.confidence}"):
        assert part in text
    assert "红色预警达到100%，黄色预警90%（含）至100%，绿色低于90%" in text
    assert "颜色不是示范县的正式预警" in text
    own = narrative.describe_seat_rule(demo(county=rule.place))
    assert f"由{rule.issuer}公布" in own
    assert "不是示范县的正式预警" not in own


def test_names_from_data_stay_harmless():
    text = narrative.describe_seat_rule(demo(name_zh="<b>*县"))
    assert "\\<b\\>\\*县" in text


def test_the_table_of_both_readings_prints_what_the_outlook_holds():
    first = hold(path_of("primary", PRIMARY), 1300)
    table = narrative.tabulate_outlook(demo(admission=first))
    assert table[["口径", "年份", "学段"]].values.tolist()[:2] == [
        ["全学段", 2020, "小学"],
        ["全学段", 2020, "初中"],
    ]
    # 1,200 ÷ 1,080 and 1,200 ÷ 1,300
    row = table[(table["年份"] == 2022) & (table["学段"] == "小学")].iloc[:, 3:].values.tolist()
    assert row == [
        ["预测数据", "1,200", "1,100—1,300", "1,080", "111.1", "红色预警"],
        ["预测数据", "1,200", "1,100—1,300", "1,300", "92.3", "黄色预警"],
    ]
    assert table.loc[1, ["性质", "区间（人）"]].tolist() == ["实际", "—"]
    made = {"history": ["synthetic"], "schools": ["real"], "entrants": ["projected"]}
    assert narrative.tabulate_outlook(demo(kinds=made)).loc[1, "性质"] == "已知（模拟数据）"


def kinds_of(outlook):
    table = narrative.tabulate_outlook(outlook)
    return table.set_index(["口径", "年份", "学段"])["性质"]


def test_a_year_whose_children_are_assumed_says_so_from_that_year_on():
    kinds = kinds_of(demo())
    # grade 1 of 2024 entered in 2024, which is assumed; grade 2 of 2024 entered in 2023, from births
    assert kinds["全学段", 2024, "小学"] == "预测数据，含假设"
    assert kinds["全学段", 2024, "初中"] == "预测数据"
    kinds = kinds_of(demo(entrants=demo().entrants.iloc[:0]))
    assert kinds["全学段", 2021, "小学"] == "预测数据，含假设"
    assert kinds["全学段", 2021, "初中"] == "预测数据"
    assert kinds["全学段", 2022, "初中"] == "预测数据，含假设"


def test_the_first_grade_of_a_stage_is_assumed_by_its_own_children_only():
    longer = {"primary": [1, 2, 3], "junior": [4, 5]}
    assumed = demo().entrants.assign(kind=["projected"] * 4 + ["assumed", "projected", "projected"])
    kinds = kinds_of(demo(stage_grades=longer, entrants=assumed))
    # those assumed enter in 2022: in 2023 they are in grade 2, no longer in the first one
    assert kinds["全学段", 2023, "小学"] == "预测数据，含假设"
    assert kinds["起始年级", 2023, "小学"] == "预测数据"
    assert kinds["起始年级", 2022, "小学"] == "预测数据，含假设"


def test_errors_of_the_past_are_printed_in_percent_and_the_method_in_use_is_marked():
    table = narrative.tabulate_backtests(demo())
    assert table.loc[1].tolist() == [
        "升级比（近年权重大）",
        1,
        "2.0",
        "1.0",
        "80.0",
        "81.0",
        10,
        "采用",
    ]
    assert (table["采用"] == "采用").sum() == 2
    assert table["方法"].nunique() == 4
    for facts, word in (({"tested": False}, "缺省，未检验"), ({"chosen": False}, "指定")):
        assert narrative.tabulate_backtests(demo(**facts)).loc[1, "采用"] == word


SLIPS = [
    ["entered", 2019, "primary", 1, 7150, 715, 10.0],
    ["promoted", 2020, "junior", 2, 715, 7150, 0.1],
    ["promoted", 2020, "junior", 2, 80, 0, np.nan],
    ["table", 2020, "primary", pd.NA, 4267, 4920, 4267 / 4920],
]


def test_numbers_that_can_hardly_be_right_are_told_before_everything_else():
    slips = pd.DataFrame(SLIPS, columns=DOUBT_COLUMNS)
    first = narrative.describe_outlook(demo(doubts=slips)).split("\n\n")[0]
    assert first == (
        "**先核对数据**：2019年1年级7,150人，2018年1年级715人，是其10.00倍；"
        "2020年2年级715人，这一届2019年在1年级时7,150人，是其0.10倍；"
        "2020年2年级80人，这一届2019年在1年级时0人；"
        "2020年小学在校生，分年级数据为4,267人，学校表合计为4,920人，相差653人。"
        "多半是录入差错，或两处的统计范围不同；核对以前，下列结论不能用。"
    )
    assert "先核对" not in narrative.describe_outlook(demo())
    table = tabulate_doubts(demo(doubts=slips))
    assert table["事项"].tolist() == ["数据疑点"] * 4
    assert table.loc[1, "说明"] == "2019年1年级7,150人，2018年1年级715人，是其10.00倍"


def test_many_doubts_are_counted_after_the_first_four():
    slips = pd.DataFrame([SLIPS[0]] * 6, columns=DOUBT_COLUMNS)
    assert "；另有2处。" in narrative.describe_outlook(demo(doubts=slips))
    assert "另有" not in narrative.describe_outlook(demo(doubts=slips.iloc[:4]))
    assert len(tabulate_doubts(demo(doubts=slips))) == 6


def test_what_lies_too_far_or_was_never_tested_is_told_before_the_tables():
    assert tabulate_doubts(demo()).empty
    far = demo(distant=True, tested=False, entrants=demo().entrants.iloc[:0])
    assert tabulate_doubts(far)["事项"].tolist() == ["推算年限", "没有检验", "没有普查"]
    text = narrative.describe_outlook(far)
    assert text.startswith("**推算到2024年，提前4年，超过10年**")
    assert "**区间没有检验过，只供参考**" in text
    assert "由过去的推算误差抽样得到" not in text
    assert "假定一年级保持2020年的人数，此后各年不再多于此数；" in text
    assert "此后各年都不再多于此数**" not in text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (9624, 21_163, "9,624人至21,163人"),
        (10_000, 21_163, "1.00万人至2.12万人"),
        (500, 700, "500人至700人"),
    ],
)
def test_both_ends_of_a_band_stand_in_one_unit(low, high, words):
    assert range_text(low, high) == words


def test_entrants_stand_beside_grade_one_with_the_source_of_every_year():
    table = narrative.tabulate_entrants(demo()).set_index("入学年份")
    assert table.index.tolist() == [2019, 2020, 2021, 2022, 2023, 2024]
    # 1,000 ÷ 1,250
    assert table.loc[2020].tolist() == ["1,250", "普查", "预测数据", "1,000", "—", "80.0"]
    assert table.loc[2024, ["来历", "性质"]].tolist() == ["出生数；假定", "假设数据"]
    none = narrative.tabulate_entrants(demo(entrants=demo().entrants.iloc[:0]))
    assert set(none["来历"]) == {"没有普查数据"}
    assert set(none["满六周岁（人）"]) == {"无法判定"}


def test_published_numbers_stand_beside_ours_and_a_dash_where_we_have_none():
    table = narrative.tabulate_plan(demo(plan=plan_of(*RISE, *YOUNG)))
    # 1,900 ÷ 1,700 = +11.8 %
    assert table["公开数高出（%）"].tolist() == ["0.0", "11.8", "-20.0", "—"]
    assert table["本推算性质"].tolist() == ["真实数据", "预测数据", "预测数据", "—"]


def test_tables_of_real_counties_have_chinese_heads_and_no_gaps(real):
    for name in OURS:
        table = getattr(narrative, f"tabulate_{name}")(real)
        assert list(table.index) == list(range(1, len(table) + 1)), name
        assert not any(head.isascii() for head in table.columns), name
        assert not table.astype(str).isin(["nan", "inf", "None", "<NA>", ""]).any(axis=None), name


def test_words_of_real_counties_name_every_year_of_the_bands_once(real):
    text = narrative.describe_outlook(real)
    line = next(part for part in text.split("\n\n") if "起始年级入学人数比" in part)
    for told in line.split("：", 1)[1].rstrip("。").split("；"):
        years = []
        for first, last in re.findall(r"(\d{4})(?:—(\d{4}))?年", told):
            years += range(int(first), int(last or first) + 1)
        assert sorted(years) == list(range(2025, 2036))


def test_words_of_real_counties_say_that_they_are_made_up_and_leave_nothing_open(real):
    for name in ("outlook", "entrants", "method_outlook", "plan", "school_seats", "seat_rule"):
        text = getattr(narrative, f"describe_{name}")(real)
        assert not re.search(r"nan|None|<NA>|\{|\}", text), name
    assert "分年级在校生为模拟数据" in narrative.describe_outlook(real)


@given(st.sets(st.integers(2000, 2060), min_size=1))
def test_years_can_be_read_back_from_their_runs(years):
    found = set()
    for part in span(sorted(years)).split("、"):
        first, _, last = part.removesuffix("年").partition("—")
        found |= set(range(int(first), int(last or first) + 1))
    assert found == years


@pytest.mark.parametrize(
    ("number", "words"),
    [(9999.4, "9,999人"), (10_000, "1.00万人"), (45_049, "4.50万人"), (45_050, "4.51万人")],
)
def test_people_are_counted_in_ten_thousands_where_there_are_so_many(number, words):
    assert people(number) == words


def test_unknown_people_are_not_zero():
    assert people(float("nan")) == "无法判定"
