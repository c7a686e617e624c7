"""Figures are tested by what they draw: dots, bars, lines, labels; and every character must have a glyph."""

import io

import numpy as np
import pytest
from conftest import R4, R5, good, judge, table
from PIL import Image

import youzhi as yz
from youzhi import figures

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


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("county", ["yiyuan", "huantai"])
def test_every_figure_of_a_county_has_all_its_glyphs_and_a_title(draw, county):
    figure = draw(yz.assess_county(county, 2017))
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


def test_without_the_font_package_the_message_says_what_to_do(monkeypatch):
    import sys

    figures._style.cache_clear()
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    with pytest.raises(yz.YouzhiError, match=r"pylopdf-fonts-zh-cn.*make env"):
        figures.draw_gaps(yz.assess(table([good("甲校")])))
    figures._style.cache_clear()
