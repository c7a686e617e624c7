"""Maps are tested by where marks stand, what shape they have, and whether names and scale can be read."""

import io

import numpy as np
import pandas as pd
import pytest

import youzhi as yz
from youzhi import figures
from youzhi.figures.maps import MARKS, _round_length
from youzhi.siting import SitePlan, county_case
from youzhi.tables import SchoolTable


@pytest.fixture(scope="module")
def yiyuan():
    return yz.assess_county("yiyuan", 2020)


@pytest.fixture(scope="module")
def case():
    """Four schools in a row, 0.1 degrees apart; the first has more pupils than seats."""
    table = SchoolTable.from_frame(
        pd.DataFrame(
            {
                "county": "demo",
                "year": 2020,
                "school": ["甲校", "乙校", "丙校", "丁校"],
                "town": ["甲镇", "乙镇", "丙镇", "丁镇"],
                "school_type": "primary",
                "lon": [118.0, 118.1, 118.2, 118.3],
                "lat": [36.0, 36.1, 36.0, 36.1],
                "pupils_primary": [300, 100, 100, 100],
            }
        )
    )
    seats = pd.DataFrame(
        {
            "stage": "primary",
            "school": ["甲校", "乙校", "丙校", "丁校"],
            "seats": [200, 120, 120, 120],
        }
    )
    places = pd.DataFrame(
        {"site": ["新校"], "town": ["甲镇"], "lon": [118.0], "lat": [36.01], "seats_primary": [100]}
    )
    return county_case(table, stages="primary", seats=seats, new_sites=places)


def points(axis):
    return np.concatenate([marks.get_offsets() for marks in axis.collections])


def test_every_school_stands_at_its_place(yiyuan):
    axis = figures.draw_schools_map(yiyuan).axes[0]
    table = yiyuan.sections.schools
    known = np.column_stack([table.numbers("lon"), table.numbers("lat")])
    drawn = points(axis)
    assert sorted(map(tuple, drawn.round(6))) == sorted(map(tuple, known.round(6)))


def test_verdicts_differ_in_colour_and_shape():
    assert len({colour for colour, *_ in MARKS.values()}) == len(MARKS)
    assert len({mark for _, mark, _ in MARKS.values()}) == len(MARKS)


def test_the_legend_counts_schools_by_their_worse_stage(yiyuan):
    figure = figures.draw_schools_map(yiyuan)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    failing = yiyuan.schools.loc[yiyuan.schools["verdict"] == "not_met", "school"].nunique()
    assert f"未达标{failing}所" in texts
    assert f"{failing}所未达标" in figure.get_suptitle()


def test_synthetic_places_are_said_to_be_synthetic(yiyuan):
    assert "全部位置是模拟数据，不是真实地点" in figures.draw_schools_map(yiyuan).get_suptitle()


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_names_of_towns_meet_no_other_name_and_are_all_there(county):
    result = yz.assess_county(county, 2020)
    figure = figures.draw_schools_map(result)
    figure.savefig(io.BytesIO(), format="png")
    towns = {town for town in result.sections.schools.texts("town") if town}
    named = set()
    for axis in figure.axes:
        names = [text for text in axis.texts if text.get_text() in towns]
        boxes = [text.get_window_extent() for text in names]
        named |= {text.get_text() for text in names}
        pairs = [(a, b) for at, a in enumerate(boxes) for b in boxes[:at]]
        assert not any(a.overlaps(b) for a, b in pairs)
    assert named == towns


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling", "shanting"])
def test_names_of_towns_lie_on_no_mark_and_no_ring(county):
    result = yz.assess_county(county, 2020)
    few = SchoolTable.from_frame(result.sections.schools.frame.iloc[::9])
    figure = figures.draw_schools_map(result, yz.assess(few, standard=result.standard))
    figure.savefig(io.BytesIO(), format="png")
    towns = {town for town in result.sections.schools.texts("town") if town}
    point = figure.dpi / 72
    for axis in figure.axes:
        names = [text for text in axis.texts if text.get_text() in towns]
        for marks in axis.collections:
            radius = np.sqrt(marks.get_sizes()[0]) / 2 * point
            for middle in axis.transData.transform(marks.get_offsets()):
                for name in names:
                    box = name.get_window_extent()
                    nearest = np.clip(middle, box.min, box.max)
                    assert np.hypot(*(middle - nearest)) >= radius


def test_north_and_east_have_the_same_scale_and_the_bar_is_as_long_as_it_says(case):
    plan = case.choose(sites=5)
    axis = figures.draw_siting_map(case, plan, synthetic=False).axes[0]
    # a degree of longitude at 36.04 degrees north is cos(36.04°) = 0.8086 of a degree of latitude
    assert 1 / axis.get_aspect() == pytest.approx(0.8086, abs=0.0005)
    [bar] = [line for line in axis.lines if line.get_linewidth() == 2.5]
    degrees = np.ptp(bar.get_xdata())
    [label] = [text.get_text() for text in axis.texts if text.get_text().endswith("公里")]
    kilometres = degrees * 111.195 * np.cos(np.radians(axis.get_ylim()[0]))
    assert float(label.removesuffix("公里")) == pytest.approx(kilometres, rel=1e-3)


@pytest.mark.parametrize(
    ("length", "round_one"), [(1, 1), (1.99, 1), (2, 2), (7, 5), (12, 10), (0.7, 0.5)]
)
def test_scale_bars_have_round_lengths(length, round_one):
    assert _round_length(length) == pytest.approx(round_one)


def test_new_and_ended_schools_are_marked(yiyuan):
    table = yiyuan.sections.schools.frame
    fewer = yz.assess(SchoolTable.from_frame(table.iloc[1:]), standard=yiyuan.standard)
    texts = [
        text.get_text() for text in figures.draw_schools_map(yiyuan, fewer).legends[0].get_texts()
    ]
    assert "新设1所" in texts
    texts = [
        text.get_text() for text in figures.draw_schools_map(fewer, yiyuan).legends[0].get_texts()
    ]
    assert "撤销1所" in texts


def test_schools_without_a_place_are_counted_not_drawn(yiyuan):
    table = yiyuan.sections.schools.frame
    lost = table.assign(lon=table["lon"].where(table.index != 0))
    result = yz.assess(SchoolTable.from_frame(lost), standard=yiyuan.standard)
    figure = figures.draw_schools_map(result)
    assert "1所没有经纬度，没有画" in figure.get_suptitle()
    assert len(points(figure.axes[0])) == len(table) - 1


def test_a_county_without_any_place_is_said_in_words(yiyuan):
    table = yiyuan.sections.schools.frame.drop(columns=["lon", "lat"])
    result = yz.assess(SchoolTable.from_frame(table), standard=yiyuan.standard)
    [axis] = figures.draw_schools_map(result).axes
    assert axis.texts[0].get_text() == "没有一所学校有经纬度，不能画地图"


def test_lines_lead_from_points_to_the_sites_that_serve_them(case):
    plan = case.choose(sites=5)
    figure = figures.draw_siting_map(case, plan)
    axis = figure.axes[0]
    lines = [line for line in axis.lines if line.get_linewidth() != 2.5]
    ends = [(line.get_xdata()[0], line.get_xdata()[1], line.get_ydata()[1]) for line in lines]
    assert ends == [
        (118.0, 118.0, 36.01)
    ]  # 100 of 300 pupils go to the new school in the same town
    assert "新校建在甲镇：100名学生换学校" in figure.get_suptitle()


def test_without_a_case_the_first_sentence_of_the_reason_is_drawn():
    lacking = SitePlan(reason="没有经纬度，不做选址。请补上lon、lat两列。")
    [axis] = figures.draw_siting_map(None, lacking).axes
    assert axis.texts[0].get_text() == "没有经纬度，不做选址"


def test_a_plan_that_does_not_exist_has_its_reason_drawn(case):
    [axis] = figures.draw_siting_map(case, SitePlan(reason="学位不够。", proven=True)).axes
    assert axis.texts[0].get_text() == "没有可画的方案：学位不够。"
