"""Figures of a scenario are tested by what they draw: lines, marks, bars, titles."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from youzhi import figures, trials


@pytest.fixture(scope="module")
def trial():
    return trials.run_trial("yiyuan", "plan-2025")


@pytest.fixture(scope="module")
def odds(trial):
    return trials.measure_odds(trial, draws=200, seed=2)


def tornado(**changes):
    table = {
        "county": "a",
        "variation": ["pupils", "hire", "hire-2", "same"],
        "label": ["在校生", "去掉“教师”", "去掉“教师”", "去掉“乙”"],
        "failing_low": pd.array([1, None, 6, 4], dtype="Int64"),
        "failing": pd.array([4, 4, 4, 4], dtype="Int64"),
        "failing_high": pd.array([9, 4, 4, 4], dtype="Int64"),
        "span": pd.array([8, 0, 2, 0], dtype="Int64"),
        "reason": ["", "后面的措施要用到它", "", ""],
    }
    return pd.DataFrame(table | changes)


def titles(figure):
    return [axis.get_title(loc="left") for axis in figure.axes]


def sizes(figure):
    texts = [
        text
        for axis in figure.axes
        for text in [*axis.texts, *axis.get_xticklabels(), *axis.get_yticklabels()]
    ]
    return [text.get_fontsize() for text in texts]


def test_every_figure_fits_an_a4_page_and_is_legible(trial, odds):
    drawn = [
        figures.draw_trial(trial),
        figures.draw_coefficient_changes(trial.comparison),
        figures.draw_tornado(tornado(), 2030),
        figures.draw_odds(odds),
        figures.draw_regret(trial),
    ]
    for figure in drawn:
        assert figure.get_figwidth() <= 7.2
        assert min(sizes(figure)) >= 8
        assert any(titles(figure))
        for axis in figure.axes:
            assert axis.get_xlabel() == "" or axis.get_xlabel().endswith("）")
        file = io.BytesIO()
        figure.savefig(file, format="png")
        assert Image.open(file).size[0] > 600


def test_both_roads_are_drawn_year_by_year(trial):
    figure = figures.draw_trial(trial)
    plan = trial.timeline.query("case == 'plan' and stage == 'primary'")
    idle, drawn = figure.axes[0].lines
    assert drawn.get_ydata().tolist() == (plan["failing"] + plan["unknown"]).tolist()
    assert idle.get_linestyle() != drawn.get_linestyle()
    last = trial.timeline.query("year == 2030 and stage == 'primary'").set_index("case")["failing"]
    assert f"按计划{last['plan']}个" in titles(figure)[0]
    assert f"不采取措施{last['idle']}个" in titles(figure)[0]


def test_dumbbells_stand_at_the_coefficients_and_the_line_at_the_limit(trial):
    figure = figures.draw_coefficient_changes(trial.comparison)
    rows = trial.comparison.coefficients.query("stage == 'junior'")
    before, after, over, limit = figure.axes[1].lines
    np.testing.assert_allclose(before.get_xdata(), rows["cv_before"])
    np.testing.assert_allclose(after.get_xdata(), rows["cv_after"])
    assert np.isnan(over.get_xdata()).all()
    assert set(limit.get_xdata()) == {0.45}
    assert "没有超过限值的" in titles(figure)[1]


def test_tornado_bars_reach_from_low_to_high_and_unmoved_rows_are_left_out():
    figure = figures.draw_tornado(tornado(), 2030)
    axis = figure.axes[0]
    spans = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in axis.patches)
    assert spans == [(4, 1), (4, 6), (4, 9)]
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["在校生", "去掉“教师”\n（hire）", "去掉“教师”\n（hire-2）"]
    assert "改变后无法推演" in [text.get_text() for text in axis.texts]
    assert "1—9个" in titles(figure)[0]
    assert "另有1项" in titles(figure)[0]


def test_a_tornado_without_any_movement_is_said_in_words():
    still = tornado().iloc[3:].reset_index(drop=True)
    texts = [text.get_text() for text in figures.draw_tornado(still, 2030).axes[0].texts]
    assert texts == ["任何一项单独改变，2030年未达标或无法判定的校段都是4个"]


def test_odds_are_drawn_in_percent_with_the_error_of_the_drawing(odds):
    figure = figures.draw_odds(odds)
    axis = figure.axes[0]
    whole = odds.query("part == 'resources' and stage == ''")
    np.testing.assert_allclose(axis.lines[-1].get_ydata(), whole["chance"] * 100)
    band = axis.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(whole["high"].max() * 100)
    assert "2030年资源配置部分达标的可能性" in titles(figure)[0]


def test_odds_that_nobody_can_tell_are_said_in_words(odds):
    unknown = odds.assign(chance=np.nan, reason="小学有学校缺数据")
    texts = [text.get_text() for text in figures.draw_odds(unknown).axes[0].texts]
    assert texts == ["小学有学校缺数据"]


def test_added_seats_are_stacked_used_and_empty(trial):
    figure = figures.draw_regret(trial)
    rows = trials.measure_regret(trial).query("stage == 'primary'")
    bars = figure.axes[2].patches
    used, empty = bars[: len(rows)], bars[len(rows) :]
    assert [bar.get_height() for bar in used] == rows["used"].tolist()
    np.testing.assert_allclose([bar.get_height() for bar in empty], rows["added"] - rows["used"])
    last = rows.iloc[-1]
    assert f"增加的{last['added']:,.0f}个中用上{last['used']:,.0f}个" in titles(figure)[2]


def test_every_figure_says_of_what_kind_its_data_are(trial, odds):
    kinds = trial.after.data_kinds
    for figure in (
        figures.draw_trial(trial),
        figures.draw_coefficient_changes(trial.comparison),
        figures.draw_tornado(tornado(), 2030, kinds),
        figures.draw_odds(odds, kinds),
        figures.draw_regret(trial),
    ):
        [legend] = figure.legends
        assert legend.get_title().get_text() == "数据性质：假设数据、模拟数据"


def test_a_chance_in_a_title_is_a_whole_percent_that_keeps_its_doubt(odds):
    whole = (odds["part"] == "resources") & (odds["stage"] == "")
    for share, text in (
        (0.004, "不到1%"),
        (0.162, "为16%"),
        (0.996, "为99%以上"),
        (0.0, "为0%"),
    ):
        told = odds.assign(chance=odds["chance"].mask(whole, share))
        assert f"可能性{text}" in titles(figures.draw_odds(told))[0]
