"""Figures of several counties are tested by what they draw: lines, dots, bars, labels, and by their size on paper."""

import io
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import R2, R4, good, judge
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from PIL import Image
from test_comparisons import FOUR, compare_once
from test_narrative_comparison import made_of
from test_standard_2012 import pair

from youzhi import figures
from youzhi.errors import UsageError
from youzhi.figures.comparison import COUNTY_LOOKS, LEVEL_MARKS, _label_ends

DRAWINGS = [
    figures.draw_county_coefficients,
    figures.draw_county_multiples,
    figures.draw_county_sizes,
    figures.draw_county_slopes,
    figures.draw_county_timelines,
]


@pytest.fixture(scope="module")
def four():
    return compare_once(2023, *FOUR)


@pytest.fixture(scope="module")
def of_2016():
    return compare_once(2016, "yiyuan", "shanting")


def of(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame


def shown(figure):
    return [axis for axis in figure.axes if axis.get_visible() and axis.axison]


def words_of(figure):
    return [
        text
        for axis in shown(figure)
        for text in (
            *(*axis.texts, *axis.get_xticklabels(), *axis.get_yticklabels()),
            *(axis.xaxis.label, axis.yaxis.label, axis._left_title),
        )
        if text.get_text() and text.get_visible()
    ]


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("name", ["four", "of_2016"])
def test_every_figure_fits_on_a4_and_every_letter_can_be_read(draw, name, request):
    figure = draw(request.getfixturevalue(name))
    width, height = figure.get_size_inches()
    assert width <= 7.2
    assert height <= 10.7
    assert min(text.get_fontsize() for text in words_of(figure)) >= 8
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert Image.open(file).size[0] > 600


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize("name", ["four", "of_2016"])
def test_no_words_of_a_panel_lie_on_each_other_or_outside_the_picture(draw, name, request):
    figure = draw(request.getfixturevalue(name))
    edge = figure.bbox
    for axis in shown(figure):
        boxes = [
            (text.get_text(), text.get_window_extent())
            for text in [*axis.texts, *axis.get_yticklabels(), axis._left_title]
            if text.get_text() and text.get_visible()
        ]
        for at, (word, box) in enumerate(boxes):
            assert edge.x0 - 1 <= box.x0, word
            assert box.x1 <= edge.x1 + 1, word
            assert not [other for other, there in boxes[at + 1 :] if box.overlaps(there)], word


@pytest.mark.parametrize("draw", DRAWINGS)
def test_titles_of_neighbouring_panels_do_not_meet(draw, four):
    titles = [axis._left_title for axis in shown(draw(four)) if axis.get_title(loc="left")]
    assert titles
    boxes = [title.get_window_extent() for title in titles]
    for at, box in enumerate(boxes):
        assert not [one for one in boxes[at + 1 :] if box.overlaps(one)], titles[at].get_text()


@pytest.mark.parametrize("draw", DRAWINGS[:-1])
def test_every_figure_says_what_kind_the_data_are(draw, four):
    [legend] = draw(four).legends
    assert legend.get_title().get_text() == "学校数据性质：模拟数据"


@pytest.mark.parametrize("draw", DRAWINGS)
def test_every_axis_that_carries_numbers_names_its_unit(draw, four):
    for axis in shown(draw(four)):
        if axis.xaxis.get_ticklabels() and axis.get_subplotspec().is_last_row():
            assert axis.get_xlabel().endswith("）")


def test_slopes_show_the_share_of_every_county_year_by_year(four):
    axis = figures.draw_county_slopes(four).axes[0]
    lines = {line.get_color(): line for line in axis.lines if line.get_linestyle() != "None"}
    for county, (color, *_) in zip(FOUR, COUNTY_LOOKS, strict=False):
        rows = of(four.stage_series, county=county, stage="primary")
        known = rows["cannot_tell"] == 0
        drawn = lines[color].get_ydata()
        assert drawn[known.to_numpy()] == pytest.approx(rows.loc[known, "share_low"] * 100)
        assert np.isnan(drawn[~known.to_numpy()]).all()


def ends_of(axis):
    """The numbers beside the lines: text -> height."""
    return {text.get_text(): text.get_position()[1] for text in axis.texts}


def test_numbers_beside_the_lines_stand_at_their_height(four):
    """Junior 2025: three counties at 100.0 share one label; 81.0 of the fourth has all the room it needs."""
    junior = ends_of(figures.draw_county_slopes(four).axes[1])
    last = of(four.stage_series, stage="junior", year=2025).set_index("county")["share_low"] * 100
    assert (last.round(1) == 100).sum() == 3
    assert sorted(junior) == ["100.0", "81.0"]
    assert junior["81.0"] == pytest.approx(last["shanting"], abs=0.05)
    assert junior["100.0"] == pytest.approx(100, abs=2)
    primary = ends_of(figures.draw_county_slopes(four).axes[0])
    assert all(abs(float(text) - height) < 3.5 for text, height in primary.items())


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_numbers_beside_lines_stay_in_order_apart_and_in_the_picture(permille):
    axis = Figure().subplots()
    axis.set_ylim(0, 105)
    names = "abcdefgh"[: len(permille)]
    comparison = SimpleNamespace(names=dict.fromkeys(names, "县"))
    ends = {name: (2025, value / 10) for name, value in zip(names, permille, strict=True)}
    _label_ends(axis, comparison, ends, 1)
    found = sorted(ends_of(axis).items(), key=lambda pair: float(pair[0]))
    assert [float(text) for text, _ in found] == sorted({value / 10 for value in permille})
    heights = [height for _, height in found]
    assert all(high - low > 6.29 for low, high in pairwise(heights))
    assert heights[0] >= 0
    assert heights[-1] <= 105


def test_the_title_of_shares_is_about_the_year_compared_and_one_unit_at_a_time(four):
    """Junior 2023: of the three that count schools one is met throughout, of the one that counts campuses none."""
    found = of(four.stages, stage="junior").set_index("county")["share_low"] == 1
    assert found.to_dict() == dict.fromkeys(FOUR, False) | {"yiyuan": True}
    title = figures.draw_county_slopes(four).axes[1].get_title(loc="left")
    assert title.splitlines()[:2] == [
        "初中：2023年校段全部达标的县",
        "按学校的3个县中1个，按独立校区的1个县中0个",
    ]


def test_a_county_that_cannot_be_told_is_counted_apart_in_the_title():
    one = judge([good("甲校"), good("乙校", rooms=None)], county="a")
    other = judge([good("丙校")], county="b")
    title = figures.draw_county_slopes(made_of(one, other)).axes[0].get_title(loc="left")
    assert "按学校的2个县中1个、1个无法判定" in title


def test_who_has_nothing_to_draw_is_said_in_the_legend(of_2016):
    [legend] = figures.draw_county_slopes(of_2016).legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["沂源县（按学校）", "山亭区（按学校；没有可画的数）"]


def test_means_beside_a_bar_of_schools_are_called_means(four):
    title = figures.draw_county_multiples(four).axes[0].get_title(loc="left")
    rows = of(four.values, county="yiyuan")
    below = int((rows["mean"] < rows["bar"]).sum())
    assert title == f"沂源县\n2023年14项县均值中\n{below}项低于标准值"
    [legend] = figures.draw_county_multiples(four).legends
    assert "标准值（与学段同色，按校执行）" in [text.get_text() for text in legend.get_texts()]
    sizes = figures.draw_county_sizes(four).axes[0].get_title(loc="left")
    assert sizes.endswith("组低于标准值\n（标准按校执行）")
    assert "组均值中" in sizes


def test_the_timeline_keeps_two_recognitions_apart(four):
    axis = figures.draw_county_timelines(four).axes[0]
    assert axis.get_title(loc="left").endswith("从2017年到2030年；山亭区为基本均衡，其余为优质均衡")
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names[0] == "沂源县\n（优质均衡）"
    assert names[3] == "山亭区\n（基本均衡）"
    alike = figures.draw_county_timelines(compare_once(2023, "yiyuan", "huantai")).axes[0]
    assert alike.get_title(loc="left").endswith("从2025年到2030年，都是优质均衡")
    two = figures.draw_county_timelines(compare_once(2016, "yiyuan", "shanting")).axes[0]
    assert "；山亭区为基本均衡，沂源县为优质均衡" in two.get_title(loc="left")


def test_the_two_lines_of_a_county_on_the_timeline_do_not_touch(four):
    figure = figures.draw_county_timelines(four)
    figure.canvas.draw()
    for label in figure.axes[0].get_yticklabels():
        one_line = label.get_fontsize() * figure.dpi / 72
        assert label.get_window_extent().height >= 3 * one_line


def test_a_year_of_another_standard_is_a_hollow_mark(four):
    axis = figures.draw_county_slopes(four).axes[0]
    hollow = [line for line in axis.lines if line.get_mfc() == "white" and len(line.get_xdata())]
    assert [(line.get_mec(), list(line.get_xdata())) for line in hollow] == [
        (COUNTY_LOOKS[3][0], [2016])
    ]


def test_slopes_of_a_coefficient_have_its_limit(four):
    figure = figures.draw_county_slopes(four, R2)
    limits = [axis.lines[-1].get_ydata()[0] for axis in shown(figure)]
    assert limits == [0.5, 0.45]
    rows = of(four.series, indicator=R2, stage="primary")
    over = int((rows["cv_verdict"] == "not_met").sum())
    assert f"40个县年中{over}个超限值" in shown(figure)[0].get_title(loc="left")


def test_counties_of_two_standards_stand_in_different_panels(of_2016):
    titles = [
        axis.get_title(loc="left") for axis in shown(figures.draw_county_coefficients(of_2016))
    ]
    assert ["2017" in title for title in titles] == [True, True, False, False]
    composite = shown(figures.draw_county_slopes(of_2016, "composite"))
    assert len(composite) == 4
    assert composite[2].lines[-1].get_ydata()[0] == 0.65


def test_dots_stand_at_the_coefficients_and_the_line_at_the_limit(four):
    for axis, stage, limit in zip(
        shown(figures.draw_county_coefficients(four)),
        ("primary", "junior"),
        (0.5, 0.45),
        strict=True,
    ):
        dots = [line for line in axis.lines if line.get_marker() != "None"]
        for county, line in zip(FOUR, dots, strict=True):
            rows = of(four.values, county=county, stage=stage)
            assert sorted(line.get_xdata()) == pytest.approx(sorted(rows["cv"]))
        assert limit in [line.get_xdata()[0] for line in axis.lines]


def test_multiples_have_a_row_per_indicator_a_column_per_county_and_the_bars(four):
    figure = figures.draw_county_multiples(four)
    assert len(shown(figure)) == 7 * 4
    rooms = figure.axes[3 * 4]
    flat = {line.get_ydata()[0] for line in rooms.lines if len(set(line.get_ydata())) == 1}
    assert {4.5, 5.8} <= flat
    assert rooms.get_ylabel() == "1.4 教学用房\n（㎡/生）"


def test_a_missing_year_breaks_the_line(four):
    rows = of(four.series, county="huantai", stage="primary", indicator=R4)
    assert rows["mean"].isna().any()
    axis = figures.draw_county_multiples(four).axes[3 * 4 + 1]
    line = next(line for line in axis.lines if len(line.get_xdata()) == len(rows))
    assert np.isnan(line.get_ydata()).tolist() == rows["mean"].isna().tolist()


def test_sizes_show_the_means_of_like_schools(four):
    axis = figures.draw_county_sizes(four, R4).axes[0]
    for county, (color, *_) in zip(FOUR, COUNTY_LOOKS, strict=False):
        rows = of(four.sizes, county=county, stage="primary", indicator=R4)
        [line] = [line for line in axis.lines if line.get_color() == color]
        assert list(line.get_xdata()) == pytest.approx(list(rows["mean"]))


def test_without_a_name_the_indicator_most_schools_miss_is_drawn():
    one = judge([good("甲校", rooms=1), good("乙校", rooms=1)], county="a")
    other = judge([good("丙校", backbone=0)], county="b")
    figure = figures.draw_county_sizes(made_of(one, other))
    assert "教学用房" in figure.axes[0].get_title(loc="left")


def test_a_timeline_has_a_mark_per_milestone_in_the_shape_of_its_level(four):
    axis = figures.draw_county_timelines(four).axes[0]
    marks = [line for line in axis.lines if line.get_marker() not in ("None", "")]
    table = four.timelines
    assert len(marks) == len(table)
    for level, (color, mark) in LEVEL_MARKS.items():
        drawn = [line for line in marks if line.get_marker() == mark]
        assert len(drawn) == int((table["level"] == level).sum())
        assert {to_rgba(line.get_color()) for line in drawn} == {to_rgba(color)}
    labels = " ".join(text.get_text() for text in axis.texts)
    assert "2028年　通过优质均衡省级评估认定" in labels
    assert "2017年3月上旬　改薄建设项目开工" in labels
    assert "2017年3月10日" not in labels


def test_what_cannot_be_drawn_is_said_in_words():
    without_bars = [
        judge(pair(30), standard="jiaodu-2012-3", year=2016, county=name) for name in ("a", "b")
    ]
    found = made_of(*without_bars)
    assert "没有取得" in figures.draw_county_slopes(found).axes[0].texts[0].get_text()
    assert "没有创建方案" in figures.draw_county_timelines(found).axes[0].texts[0].get_text()


def test_an_unknown_measure_is_refused_with_those_that_exist(four):
    with pytest.raises(UsageError, match=f"share、composite、.*{R2}"):
        figures.draw_county_slopes(four, "books")
    with pytest.raises(UsageError, match=R2):
        figures.draw_county_sizes(four, "share")


def test_more_counties_than_looks_are_drawn_all_the_same():
    results = [judge([good("甲校"), good("乙校", rooms=5000)], county=name) for name in "abcdefgh"]
    axis = figures.draw_county_coefficients(made_of(*results)).axes[0]
    assert len([line for line in axis.lines if line.get_marker() != "None"]) == 8
