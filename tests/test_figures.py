"""Figures are tested by what they draw: dots, bars, lines, labels; and every character must have a glyph."""

import io
from decimal import Decimal

import numpy as np
import pytest
from conftest import R4, R5, good, judge, table, variant
from PIL import Image

import youzhi as yz
from youzhi import figures
from youzhi.tables import stack_tables

DRAWINGS = [
    figures.draw_bar_distance,
    figures.draw_coefficients,
    figures.draw_contributions,
    figures.draw_gaps,
    figures.draw_zones,
    figures.draw_trend,
    figures.draw_distributions,
    figures.draw_lorenz,
]


@pytest.fixture(scope="module")
def yiyuan():
    return yz.assess_county("yiyuan", 2020)


def texts_of(figure):
    return [text.get_text() for axis in figure.axes for text in [*axis.texts, axis.title]]


@pytest.fixture(scope="module", params=["yiyuan", "huantai"])
def county_of_2017(request):
    return yz.assess_county(request.param, 2017)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_figure_of_a_county_has_all_its_glyphs_and_a_title(draw, county_of_2017):
    figure = draw(county_of_2017)
    assert any(axis.get_title(loc="left") for axis in figure.axes)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert Image.open(file).size[0] > 300


def test_every_axis_that_carries_numbers_names_its_unit(yiyuan):
    for draw in (
        figures.draw_coefficients,
        figures.draw_gaps,
        figures.draw_zones,
        figures.draw_trend,
    ):
        for axis in draw(yiyuan).axes:
            assert axis.get_xlabel().endswith("）"), draw.__name__


def test_coefficients_are_drawn_where_they_are_and_the_limit_line_stands_at_the_limit(yiyuan):
    for axis, stage in zip(
        figures.draw_coefficients(yiyuan).axes, ("primary", "junior"), strict=True
    ):
        rows = yiyuan.coefficients[yiyuan.coefficients["stage"] == stage]
        dots = np.concatenate([dots.get_offsets() for dots in axis.collections])
        assert sorted(dots[:, 0]) == pytest.approx(sorted(rows["cv"]))
        assert axis.lines[0].get_xdata()[0] == rows["limit"].iat[0]
        assert set(rows["printed"]) <= {text.get_text() for text in axis.texts}


def test_gap_bars_are_as_long_as_the_gaps(yiyuan):
    for axis, name in zip(figures.draw_gaps(yiyuan).axes, (R4, R5), strict=True):
        rows = yiyuan.gaps[yiyuan.gaps["indicator"] == name].nlargest(10, "to_bar")
        widths = [bar.get_width() for bar in axis.containers[0]]
        assert widths == rows["to_bar"].tolist()
        total = yiyuan.totals.set_index("indicator").at[name, "to_bar"]
        assert f"{total:,}" in axis.get_title(loc="left")


def test_heat_map_marks_every_failing_value_by_its_exact_verdict():
    # exactly on the bar: no mark; 3.9 m² against 4.5: between floor 3.825 and bar; 3.8: below the floor
    schools = [
        good("甲校"),
        good("乙校", rooms=3900),
        good("丙校", rooms=3800),
        good("丁校", rooms=None),
    ]
    axis = figures.draw_bar_distance(judge(schools)).axes[0]
    rows = [label.get_text() for label in axis.get_yticklabels()]
    marked = {line.get_marker(): [rows[int(y)] for y in line.get_ydata()] for line in axis.lines}
    assert marked == {"o": ["乙校"], "X": ["丙校"], "D": ["丁校"]}
    assert "4个校段中2个" in axis.get_title(loc="left")


def test_shares_of_the_largest_coefficient_are_drawn_in_percent(yiyuan):
    axis = figures.draw_contributions(yiyuan).axes[0]
    rows = yiyuan.coefficients[yiyuan.coefficients["stage"] == "primary"]
    worst = rows.loc[rows["cv"].idxmax(), "indicator"]
    shares = yiyuan.shares[
        (yiyuan.shares["stage"] == "primary") & (yiyuan.shares["indicator"] == worst)
    ]
    assert [bar.get_width() for bar in axis.patches] == pytest.approx(
        list(shares["share"].nlargest(8) * 100)
    )


def test_trend_shows_one_point_a_year_for_every_stage():
    history = yz.assess_years("yiyuan", "jiaodu-2017-6")
    left, right = figures.draw_trend(history).axes
    for axis in (left, right):
        assert [len(line.get_xdata()) for line in axis.lines[:2]] == [10, 10]
    share = (
        history.schools.query("stage == 'primary' and year == 2020")["verdict"] == "met"
    ).mean()
    assert left.lines[0].get_ydata()[4] == pytest.approx(share * 100)


@pytest.mark.parametrize(
    "name", ["$x_1$校", "<script>alert(1)</script>", "甲\\n校 {0} %s", "=SUM(A1)"]
)
def test_a_hostile_school_name_is_drawn_as_it_is_written(name):
    axis = figures.draw_bar_distance(judge([good(name, rooms=1), good("乙校")])).axes[0]
    label = next(label for label in axis.get_yticklabels() if label.get_text() == name)
    assert not label.get_parse_math()


def test_nothing_to_draw_is_said_in_words():
    result = judge([good("甲校"), good("乙校")])
    assert "没有缺口" in "".join(texts_of(figures.draw_gaps(result)))
    assert "没有城乡类型" in "".join(texts_of(figures.draw_zones(result)))


def test_an_unknown_coefficient_is_named_and_never_drawn_as_a_met_zero():
    axis = figures.draw_coefficients(judge([good("甲校"), good("乙校", equipment=None)])).axes[0]
    assert [text.get_text() for text in axis.texts].count("无法判定") == 1
    assert sum(len(dots.get_offsets()) for dots in axis.collections) == 6
    assert "0项超过限值、1项无法判定" in axis.get_title(loc="left")
    axis = figures.draw_coefficients(judge([good("甲校", primary=None)])).axes[0]
    assert "7项差异系数都无法判定" in axis.get_title(loc="left")


def test_without_the_font_package_the_message_says_what_to_do(monkeypatch):
    import sys

    figures.style._style.cache_clear()
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    with pytest.raises(yz.YouzhiError, match=r"pylopdf-fonts-zh-cn.*make env"):
        figures.draw_gaps(yz.assess(table([good("甲校")])))
    figures.style._style.cache_clear()


def titles_of(figure):
    return [axis.get_title(loc="left") for axis in figure.axes]


def years(**schools):
    tables = [table(rows, year=int(name[1:])) for name, rows in schools.items()]
    return yz.assess(stack_tables(tables))


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("stage", [None, "primary", "junior"])
def test_a_county_without_counted_sections_is_still_drawn(draw, stage):
    special = {"school": "特校", "school_type": "special", "pupils_primary": 30}
    if stage:
        draw(judge([special, good("甲校", stage, zone="rural")]))
    else:
        assert "没有计入的学校" in "".join(texts_of(draw(judge([special]))))


@pytest.mark.parametrize("draw", DRAWINGS)
def test_figures_of_one_year_refuse_several(draw):
    history = years(y2020=[good("甲校")], y2021=[good("甲校")])
    if draw is not figures.draw_trend:
        with pytest.raises(yz.YouzhiError, match="2个县年"):
            draw(history)


def test_the_trend_tells_unknown_years_and_draws_them_hollow_beside_the_line():
    history = years(
        y2020=[good("甲校"), good("乙校")],
        y2021=[good("甲校"), good("乙校", rooms=9000, equipment=None)],
    )
    left, right = figures.draw_trend(history).axes
    assert right.get_title(loc="left") == "1个年度有差异系数无法判定"
    assert left.get_title(loc="left") == "2021年达标校段占比：小学50.0%（另1个无法判定）"
    assert np.isnan(right.lines[0].get_ydata()).tolist() == [False, True]
    hollow = [line for line in right.lines if line.get_markerfacecolor() == "white"]
    # the largest known coefficient is 1/3, its limit 1/2
    assert [line.get_ydata().tolist() for line in hollow] == [[pytest.approx(2 / 3)]]
    assert [label.get_text() for label in right.get_xticklabels()] == ["2020", "2021"]


def test_the_trend_draws_a_stage_with_held_sections_hollow():
    odd = {"school": "丙校", "school_type": "primary", "pupils_primary": 0, "teachers_primary": 3}
    history = years(y2020=[good("甲校")], y2021=[good("甲校"), good("乙校", rooms=9000), odd])
    line, hollow, _ = figures.draw_trend(history).axes[1].lines
    assert np.isnan(line.get_ydata()).tolist() == [False, True]
    assert hollow.get_xdata().tolist() == [2021]
    assert hollow.get_markerfacecolor() == "white"


def test_the_trend_judges_by_the_verdict_not_by_a_float(monkeypatch):
    history = years(y2020=[good("甲校")], y2021=[good("甲校"), good("乙校")])
    told = history.coefficients.assign(cv=0.45000000000000007, limit=0.45, verdict="met")
    monkeypatch.setitem(history.__dict__, "coefficients", told)
    assert "都没有超过限值" in titles_of(figures.draw_trend(history))[1]
    monkeypatch.setitem(history.__dict__, "coefficients", told.assign(verdict="not_met", cv=0.45))
    assert "2个年度有差异系数超过限值" in titles_of(figures.draw_trend(history))[1]


def test_zone_means_that_cannot_be_told_are_counted_apart():
    urban, rural = good("甲校", zone="urban"), good("乙校", zone="rural", rooms=None)
    assert titles_of(figures.draw_zones(judge([urban, rural]))) == [
        "小学：能算出的平均都达到标准值，1项无法判定"
    ]
    low = good("丙校", zone="urban", grounds=1)
    assert titles_of(figures.draw_zones(judge([low, rural]))) == [
        "小学：城区有指标平均低于标准值，1项无法判定"
    ]
    blank = good("甲校", primary=None, zone="urban")
    assert titles_of(figures.draw_zones(judge([blank]))) == ["小学：各类地区平均都无法判定"]
    assert titles_of(figures.draw_zones(judge([urban]))) == ["小学：各类地区平均都达到标准值"]


def test_titles_count_the_values_that_cannot_be_told():
    result = judge([good("甲校", rooms=1), good("乙校", rooms=None)])
    assert (
        "1个有指标低于标准值、1个有指标无法判定" in titles_of(figures.draw_bar_distance(result))[0]
    )
    assert "1个低于标准值，1个无法判定" in "".join(titles_of(figures.draw_distributions(result)))
    assert "1个校段无法判定" in titles_of(figures.draw_gaps(result))[0]
    assert "1项缺数据或全为零" in titles_of(figures.draw_lorenz(result))[0]


def test_zones_and_curves_rest_on_values_without_relief():
    small = {"inner_city": True, "other_sports_area_m2": 7400, "grounds": 100, "zone": "urban"}
    result = judge([good("甲校", zone="urban"), good("乙校", **small)])
    assert result.indicators["relieved"].any()
    assert "体育场馆离对角线最远" in titles_of(figures.draw_lorenz(result))[0]
    assert "城区有指标平均低于标准值" in titles_of(figures.draw_zones(result))[0]


def test_a_limit_is_drawn_with_all_its_digits():
    rule = yz.load_standard("jiaodu-2017-6").dispersion_rule
    limit = {"primary": Decimal("0.455"), "junior": Decimal("0.5")}
    standard = variant(dispersion_rule=rule.model_copy(update={"limit": limit}).model_dump())
    figure = figures.draw_coefficients(judge([good("甲校"), good("乙校", "junior")], standard))
    assert {"限值 0.455", "限值 0.50"} <= set(texts_of(figure))


def test_held_sections_leave_the_coefficients_undecided_in_the_figure():
    odd = {"school": "丙校", "school_type": "primary", "pupils_primary": 0, "teachers_primary": 3}
    axis = figures.draw_coefficients(judge([good("甲校"), good("乙校", rooms=9000), odd])).axes[0]
    assert "0.333（无法判定）" in {text.get_text() for text in axis.texts}
    assert "都无法判定" in axis.get_title(loc="left")


def test_a_school_at_the_mean_is_not_drawn_as_a_contributor():
    schools = [good("甲校", rooms=6000), good("乙校", rooms=9000), good("丙校", rooms=12000)]
    axis = figures.draw_contributions(judge(schools)).axes[0]
    assert {label.get_text() for label in axis.get_yticklabels()} == {"甲校", "丙校"}


def test_percentages_in_titles_are_rounded_half_up():
    assert (figures.schools._percent(1 / 16), figures.schools._percent(0.625, 0)) == ("6.3%", "63%")
