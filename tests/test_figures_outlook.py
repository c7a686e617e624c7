"""Pictures of the outlook: what is drawn equals the tables, its title tells the point, and all of it can be read.

Drawing warns of every glyph that the font lacks, and warnings are errors here.
"""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from test_figures_plans import check_layout
from test_narrative_outlook import PRIMARY, demo, fact, plan_of

from youzhi import figures
from youzhi.figures.outlook import BAND_LOOKS, SOURCE_LOOKS
from youzhi.outlooks import make_outlook

COUNTIES = ["yiyuan", "huantai", "wenling", "shanting"]
DRAWN = ["outlook", "entrants", "admission", "seats", "grades"]
A4_TEXT = 7.2  # inches between the margins


def draw(name, outlook):
    return getattr(figures, f"draw_{name}")(outlook)


def title_of(axis):
    return axis.get_title(loc="left")


def marks_of(axis, marker):
    """Points of all lines with a marker."""
    return [
        (int(x), float(y))
        for line in axis.lines
        if line.get_marker() == marker
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


@pytest.fixture(scope="module", params=COUNTIES)
def real(request):
    return make_outlook(request.param, 2035)


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_of_every_county_fits_a_page_and_no_words_overlap(real, name):
    figure = draw(name, real)
    assert figure.get_size_inches()[0] <= A4_TEXT
    check_layout(figure)


@pytest.fixture(scope="module", params=[(2025, 2026), (2018, 2050)])
def other(request):
    year, to = request.param
    return make_outlook("yiyuan", to, year=year)


@pytest.mark.parametrize("name", DRAWN)
def test_other_years_stay_readable(other, name):
    check_layout(draw(name, other))


def test_the_known_years_are_a_line_and_the_projection_begins_where_they_end():
    primary = draw("outlook", demo()).axes[0]
    assert marks_of(primary, "o") == [(2019, 900), (2020, 1000)]
    [ahead] = [line for line in primary.lines if line.get_linestyle() == "--"]
    assert list(ahead.get_xdata()) == [2020, 2021, 2022, 2023, 2024]
    assert list(ahead.get_ydata()) == [1000, 1100, 1200, 800, 600]
    [band] = primary.collections
    corners = band.get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == (500, 1300)


def test_the_peak_is_a_star_and_seats_are_a_dotted_line():
    primary, junior, both = draw("outlook", demo()).axes
    assert marks_of(primary, "*") == [(2022, 1200)]
    assert marks_of(junior, "*") == [(2020, 600)]
    [seats] = [line for line in primary.lines if line.get_linestyle() == ":"]
    assert set(seats.get_ydata()) == {1080}
    assert not [line for line in both.lines if line.get_linestyle() == ":"]


def test_titles_tell_the_peak_the_fall_and_the_shortage():
    figure = draw("outlook", demo())
    primary, junior, both = figure.axes
    # 600 ÷ 1,200; 400 ÷ 600; 1,000 ÷ 1,700
    assert title_of(primary) == "小学：今后2022年最多，2024年比它少50%"
    assert title_of(junior) == "初中：今后不再多于2020年，2024年比它少33%"
    assert title_of(both) == "小学和初中合计：今后2022年最多，2024年比它少41%"
    assert figure.get_suptitle() == (
        "示范县按全学段：小学2021—2022年中有2年学位不够\n只看起始年级：小学2021—2022年中有2年红色预警"
    )


def test_titles_say_so_where_nothing_is_short_or_nothing_can_be_told():
    enough = demo(seats=1201)
    assert draw("outlook", enough).get_suptitle() == "示范县按全学段：到2024年现有学位都够"
    full = demo(seats=1201, admission=demo(seats=1199).admission)
    assert draw("outlook", full).get_suptitle() == (
        "示范县按全学段：到2024年现有学位都够\n只看起始年级：小学2022年红色预警"
    )
    assert "小学学位够不够无法判定" in draw("outlook", demo(seats=None)).get_suptitle()
    growing = draw("outlook", demo(PRIMARY | {2024: (1400, 1300, 1500)})).axes[0]
    assert title_of(growing) == "小学：到2024年仍在增加"


def test_published_figures_are_points_among_all_pupils_and_named_in_the_legend():
    rows = [fact(2020, "compulsory_pupils", 1600), fact(2022, "kindergarten_pupils", 300)]
    figure = draw("outlook", demo(plan=plan_of(*rows)))
    both = figure.axes[2]
    assert marks_of(both, "D") == [(2020, 1600)]
    assert marks_of(both, "s") == [(2022, 300)]
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[-2:] == ["公开数：义务教育在校生", "公开数：在园幼儿"]
    plain = draw("outlook", demo()).legends[0]
    assert not any("公开数" in text.get_text() for text in plain.get_texts())


def test_children_are_bars_by_source_told_apart_by_hatch_too():
    figure = draw("entrants", demo())
    [axis] = figure.axes
    told = {
        round(bar.get_x() + bar.get_width() / 2): (bar.get_height(), to_hex(bar.get_fc()))
        for bar in axis.patches
    }
    assert sorted(told) == [2019, 2020, 2021, 2022, 2023, 2024]
    assert told[2022] == (1300, SOURCE_LOOKS["census"][1])
    assert told[2023] == (900, SOURCE_LOOKS["births"][1])
    assert told[2024] == (700, SOURCE_LOOKS["assumed"][1])
    assert len({hatch for _, _, hatch in SOURCE_LOOKS.values()}) == len(SOURCE_LOOKS)
    assert marks_of(axis, "o") == [(2019, 900), (2020, 1000)]
    # 700 ÷ 1,300
    assert title_of(axis) == "满六周岁的孩子2022年最多（1,300人），2024年比它少46%"


def test_a_county_without_a_census_is_told_in_words():
    [axis] = draw("entrants", demo(entrants=demo().entrants.iloc[:0])).axes
    assert "没有人口普查" in axis.texts[0].get_text()


@pytest.mark.parametrize("name", ["admission", "seats"])
def test_every_year_has_the_mark_of_its_band(name):
    primary, junior = draw(name, demo()).axes
    red, yellow, green = (marker for _, _, marker in BAND_LOOKS)
    assert [year for year, _ in marks_of(primary, red)] == [2021, 2022]
    assert marks_of(primary, yellow) == [(2020, pytest.approx(92.59, abs=0.01))]  # 1,000 ÷ 1,080
    assert [year for year, _ in marks_of(primary, green)] == [2023, 2024]
    assert len(marks_of(junior, green)) == 5
    assert len({marker for _, _, marker in BAND_LOOKS}) == 3


def test_titles_of_bands_count_the_years_in_the_worst_one():
    primary, junior = draw("seats", demo()).axes
    assert title_of(primary) == "小学：2年红色预警，2022年最满（111%）"
    assert title_of(junior) == "初中：各年绿色，2020年最满（60%）"
    unknown = draw("seats", demo(seats=None)).axes[0]
    assert title_of(unknown) == "小学：缺数据，无法判定"
    assert not any(marks_of(unknown, marker) for _, _, marker in BAND_LOOKS)


def test_the_highest_number_and_the_worst_band_are_always_on_the_scale():
    for seats in (700, 5000):
        axis = draw("seats", demo(seats=seats)).axes[0]
        assert axis.get_ylim()[1] > 100 * max(1, 1300 / seats)


def test_both_stages_without_any_number_can_still_be_drawn():
    for name in ("seats", "admission", "outlook"):
        check_layout(draw(name, demo(seats=None, junior_seats=None)))


def test_tiles_hold_the_pupils_of_every_year_and_grade():
    axis = draw("grades", demo()).axes[0]
    told = {text.get_position(): text.get_text() for text in axis.texts}
    assert told[2022, 1] == "1200"
    assert told[2024, 2] == "400"
    assert len(told) == 12
    # the first grade of 2022 is the largest; two grades: it is in grade 2 a year later; 600 ÷ 1,200 in 2024
    assert title_of(axis) == "2022年入学的一届最大（1,200人），2023年到2年级；2024年入学的比它少50%"


@pytest.mark.parametrize(("most", "word"), [(9999, "9999"), (10_000, "10.0")])
def test_tiles_are_in_thousands_only_where_a_number_has_five_signs(most, word):
    axis, bar = draw("grades", demo(PRIMARY | {2022: (most, most, most)})).axes
    assert word in [text.get_text() for text in axis.texts]
    assert bar.get_ylabel() == ("人数（人）" if most < 10_000 else "人数（千人）")


def test_a_band_that_was_never_tested_is_called_so_in_the_legend():
    for tested, count in ((True, 0), (False, 1)):
        words = [
            text.get_text() for text in draw("outlook", demo(tested=tested)).legends[0].get_texts()
        ]
        assert len([word for word in words if "没有检验过" in word]) == count


def test_an_unknown_tile_is_a_question_mark_and_many_years_have_no_numbers():
    gap = PRIMARY | {2023: (np.nan, np.nan, np.nan)}
    texts = {
        text.get_position(): text.get_text() for text in draw("grades", demo(gap)).axes[0].texts
    }
    assert texts[2023, 1] == "?"
    assert not draw("grades", make_outlook("yiyuan", 2050)).axes[0].texts
