"""Pictures of the self-check, its problems and the promises: what is drawn equals the tables, and can be read.

Drawing warns of every glyph that the font lacks, and warnings are errors here.
"""

import re
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import good, judge, met_county, met_schools, table
from matplotlib import dates as mdates
from matplotlib.colors import to_hex

import youzhi as yz
from youzhi import figures
from youzhi.commitments import STATUS_WORDS, judge_commitments, load_commitments
from youzhi.counties import load_county
from youzhi.figures.plans import STATUS_MARKS, TILES
from youzhi.ledger import find_problems
from youzhi.tables import stack_tables


def titles_of(figure):
    return [axis.get_title(loc="left") for axis in figure.axes]


def texts_of(figure):
    return [text.get_text() for axis in figure.axes for text in axis.texts]


COUNTIES = ["yiyuan", "wenling", "shanting", "huantai"]


def overlaps(figure, texts):
    """Pairs of texts whose boxes cover a part of each other, when drawn."""
    renderer = figure.canvas.get_renderer()
    boxes = [
        (text.get_text(), text.get_window_extent(renderer)) for text in texts if text.get_text()
    ]
    return [
        (one, other)
        for at, (one, box) in enumerate(boxes)
        for other, second in boxes[at + 1 :]
        if min(box.x1, second.x1) - max(box.x0, second.x0) > 1
        and min(box.y1, second.y1) - max(box.y0, second.y0) > 1
    ]


def inside(figure, texts):
    """All texts lie within the picture."""
    renderer = figure.canvas.get_renderer()
    width, height = figure.canvas.get_width_height()
    boxes = [text.get_window_extent(renderer) for text in texts if text.get_text()]
    return all(
        box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        for box in boxes
    )


def all_texts(figure):
    """Every text that is visible: titles, labels of axes and ticks, legends, notes."""
    texts = [figure._suptitle] if figure._suptitle else []
    legends = [axis.get_legend() for axis in figure.axes] + figure.legends
    texts += [text for legend in legends if legend for text in legend.get_texts()]
    for axis in figure.axes:
        texts += [*axis.texts, axis._left_title, axis.xaxis.label, axis.yaxis.label]
        for side in (axis.xaxis, axis.yaxis):
            low, high = sorted(side.get_view_interval())
            texts += [
                label
                for tick, label in zip(
                    side.get_majorticklocs(), side.get_majorticklabels(), strict=True
                )
                if low <= tick <= high
            ]
    return texts


def check_layout(figure):
    """Nothing is cut off, and no two words lie over each other."""
    figure.canvas.draw()
    texts = all_texts(figure)
    assert inside(figure, texts)
    assert overlaps(figure, texts) == []


@pytest.fixture(
    scope="module",
    params=[
        ("yiyuan", 2020, "jiaodu-2017-6"),
        ("wenling", 2022, "jiaodu-2017-6"),
        ("shanting", 2018, "jiaodu-2017-6"),
        ("shanting", 2018, "jiaodu-2012-3"),
    ],
    ids=lambda case: "-".join(map(str, case)),
)
def judged(request):
    """A county-year with its picture of the lines and of the problems, each drawn once."""
    result = yz.assess_county(*request.param)
    problems = find_problems(result, load_county(request.param[0]))
    return SimpleNamespace(
        result=result,
        problems=problems,
        rows=figures.draw_rows(result),
        bars=figures.draw_problems(problems),
    )


def tiles_of(figure):
    """Label without its sign -> (colour, sign) of every tile."""
    [axis] = figure.axes
    told = {}
    for patch, text in zip(axis.patches, axis.texts, strict=True):
        label = text.get_text()
        sign = label[-1] if label[-1] in "×?" else ""
        told[label.removesuffix(sign) if sign else label] = (to_hex(patch.get_fc()), sign)
    return told


def test_every_line_of_the_self_check_is_one_tile_coloured_and_signed_by_its_verdict(judged):
    figure = judged.rows
    wanted = {
        row.code: (to_hex(TILES[row.verdict][0]), TILES[row.verdict][2])
        for row in judged.result.rows.itertuples()
    }
    assert tiles_of(figure) == wanted
    assert list(tiles_of(figure)) == judged.result.rows["code"].tolist()
    check_layout(figure)


def test_tiles_keep_their_size_however_few_a_standard_has(judged):
    figure = judged.rows
    tile = figure.axes[0].patches[0].get_window_extent(figure.canvas.get_renderer())
    assert 25 < tile.width < 75
    assert 35 < tile.height < 75


def test_the_title_counts_what_is_not_met_and_names_the_veto(judged):
    [title] = titles_of(judged.rows)
    count = judged.result.rows["verdict"].value_counts()
    assert title.startswith(f"自查表{len(judged.result.rows)}行中，")
    for verdict, word in (("not_met", "行未达标（×）"), ("cannot_tell", "行无法判定（?）")):
        assert (f"{count.get(verdict, 0)}{word}" in title) == (verdict in count)
    held = judged.result.vetoes.loc[judged.result.vetoes["verdict"] == "not_met", "code"]
    assert ("触发一票否决" in title) == bool(len(held))
    assert all(code in title for code in held)


def test_a_self_check_without_a_failing_line_says_so():
    assert titles_of(figures.draw_rows(met_county())) == ["自查表43行全部达标"]
    open_only = titles_of(figures.draw_rows(met_county({"layout_finding": None})))
    assert open_only == ["自查表43行中，1行无法判定（?）"]


def test_lines_of_one_year_refuse_several():
    history = yz.assess(stack_tables([table([good("甲校")], year=y) for y in (2020, 2021)]))
    with pytest.raises(yz.YouzhiError, match="2个县年"):
        figures.draw_rows(history)


def bars_of(axis):
    names = [label.get_text() for label in axis.get_yticklabels()]
    return {name: int(bar.get_width()) for name, bar in zip(names, axis.containers[0], strict=True)}


def test_problems_are_counted_by_line_and_by_township_and_every_one_is_drawn(judged):
    problems, figure = judged.problems, judged.bars
    if problems.empty:
        assert texts_of(figure)[0] == "没有需要列入台账的问题"
        return
    codes, towns = (bars_of(axis) for axis in figure.axes)
    assert codes == problems["code"].value_counts().to_dict()
    assert sum(codes.values()) == sum(towns.values()) == len(problems)
    named = problems.loc[problems["town"] != "", "town"].value_counts()
    assert {name: n for name, n in towns.items() if name in named.index} == named.to_dict()
    assert towns.get("全县", 0) == (problems["school_id"] == "").sum()
    assert list(codes.values()) == sorted(codes.values(), reverse=True)
    for axis, counts in zip(figure.axes, (codes, towns), strict=True):
        assert [text.get_text() for text in axis.texts] == [str(n) for n in counts.values()]
        low, high = axis.get_ylim()
        assert low > high  # most first
    check_layout(figure)


def problem_table(*rows):
    return pd.DataFrame(rows, columns=["code", "town", "school_id", "school"])


def test_the_title_names_all_that_have_the_most_problems_and_never_the_county_as_a_township():
    rows = [["1.4", "甲镇", "甲", "甲"], ["1.5", "乙镇", "乙", "乙"]]
    rows += [["2.1", "", "", ""]] * 3
    title = figures.draw_problems(problem_table(*rows))._suptitle.get_text()
    assert title == "5条问题：问题最多的评估项是2.1（3条），镇街是甲镇、乙镇（各1条）"
    title = figures.draw_problems(problem_table(*rows[2:]))._suptitle.get_text()
    assert title == "3条问题：问题最多的评估项是2.1（3条）"
    many = [[f"1.{n}", f"{n}镇", str(n), str(n)] for n in range(1, 6)]
    title = figures.draw_problems(problem_table(*many))._suptitle.get_text()
    assert "1.1、1.2、1.3等5个（各1条）" in title


def test_a_school_without_a_township_is_not_counted_to_the_county():
    figure = figures.draw_problems(problem_table(["1.4", "", "甲", "甲校"], ["2.1", "", "", ""]))
    assert bars_of(figure.axes[1]) == {"未注明镇街": 1, "全县": 1}


@pytest.mark.parametrize("name", ["$x_1$镇", "<b>镇", "甲\\n镇 {0} %s"])
def test_a_hostile_township_is_drawn_as_it_is_written(name):
    figure = figures.draw_problems(problem_table(["1.4", name, "甲", "甲"]))
    assert list(bars_of(figure.axes[1])) == [name]
    assert name in figure._suptitle.get_text()


@pytest.fixture(scope="module", params=COUNTIES)
def plans(request):
    """The promises of a county, those with a mark, and their picture, drawn once."""
    progress = judge_commitments(load_commitments(request.param), date(2023, 9, 1))
    dated = progress[progress["kind"].isin(["milestone", "project"])].dropna(subset="due_date")
    figure = figures.draw_timeline(progress, "2023-09-01")
    return SimpleNamespace(dated=dated, figure=figure)


def marks_of(axis):
    """(day, marker, colour) of every mark, from the top."""
    return [
        (mdates.num2date(line.get_xdata(orig=False)[0]).date(), line.get_marker(), line.get_color())
        for line in axis.lines
        if len(line.get_xdata()) == 1
    ]


def test_every_dated_milestone_and_project_is_one_mark_at_its_last_day(plans):
    [axis] = plans.figure.axes
    wanted = sorted(
        (row.due_date.date(), STATUS_MARKS[row.status][1], STATUS_MARKS[row.status][0])
        for row in plans.dated.itertuples()
    )
    assert sorted(marks_of(axis)) == wanted
    days = [day for day, *_ in marks_of(axis)]
    assert days == sorted(days)
    assert len(axis.get_yticks()) == len(plans.dated)
    check_layout(plans.figure)


def test_the_day_of_the_look_is_a_line_that_the_legend_names(plans):
    [line] = [line for line in plans.figure.axes[0].lines if line.get_linestyle() == "--"]
    assert line.get_xdata()[0] == date(2023, 9, 1)
    words = [text.get_text() for text in plans.figure.legends[0].get_texts()]
    assert words[-1] == "截至2023-09-01"
    assert set(words[:-1]) == set(plans.dated["status"].map(STATUS_WORDS))


def test_the_title_of_the_timeline_counts_its_marks_by_status(plans):
    [title] = titles_of(plans.figure)
    assert title.startswith(f"{len(plans.dated)}个节点和项目")
    told = dict(re.findall(r"([^；]+?)(\d+)个", title.split("：")[1]))
    count = plans.dated["status"].map(STATUS_WORDS).value_counts()
    assert {word.strip("；"): int(n) for word, n in told.items()} == count.to_dict()


def promises(*rows):
    table = pd.DataFrame(rows, columns=["kind", "label", "due_date", "status"])
    return table.astype({"due_date": "datetime64[s]"})


def test_the_worst_stands_first_among_those_of_one_day():
    rows = [
        ["project", name, "2025-12-31", name]
        for name in ("met", "not_due", "cannot_be_judged", "short", "contradicted", "overdue")
    ]
    [axis] = figures.draw_timeline(promises(*rows), "2023-09-01").axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["overdue", "contradicted", "short", "cannot_be_judged", "not_due", "met"]
    assert len({(mark, colour) for _, mark, colour in marks_of(axis)}) == 6


@pytest.mark.parametrize("day", ["2010-01-01", "2023-12-31", "2060-06-30"])
def test_any_day_of_looking_stays_readable(day):
    rows = [["milestone", f"节点{n}" * 12, f"202{n}-12-31", "short"] for n in range(3)]
    figure = figures.draw_timeline(promises(*rows), day)
    low, high = figure.axes[0].get_xlim()
    assert low < mdates.date2num(date.fromisoformat(day)) < high
    check_layout(figure)


def test_promises_without_a_date_are_counted_aside_and_nothing_dated_is_said_in_words():
    undated = ["project", "甲", None, "short"]
    [title] = titles_of(
        figures.draw_timeline(
            promises(undated, ["project", "乙", "2025-12-31", "met"]), "2023-09-01"
        )
    )
    assert title == "1个节点和项目（另有1个没有期限）：已兑现1个"
    for rows in ([undated], [["duty", "丙", "2025-12-31", "met"]]):
        words = texts_of(figures.draw_timeline(promises(*rows), "2023-09-01"))
        assert words[0] == "没有注明期限的节点和项目"


def test_the_2012_standard_is_drawn_with_what_the_county_gave():
    figure = figures.draw_rows(judge(met_schools(), standard="jiaodu-2012-3"))
    assert len(tiles_of(figure)) == 4
