"""Figures of the self-check, its problems and the plans' promises."""

from __future__ import annotations

from datetime import date

import pandas as pd
from matplotlib import dates as mdates
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from youzhi.assessment import Assessment
from youzhi.commitments import (
    CANNOT_BE_JUDGED,
    CONTRADICTED,
    OVERDUE,
    SHORT,
    STATUS_WORDS,
)
from youzhi.figures.style import draw_style, require_one_year, say_nothing
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

# Tile colour, text colour and sign of a verdict; the sign survives in grey.
TILES = {
    MET: ("#a6cee3", "black", ""),
    NOT_MET: ("#7f2704", "white", "×"),
    CANNOT_TELL: ("#eeeeee", "black", "?"),
}
STATUS_MARKS = {
    OVERDUE: ("#B22222", "X"),
    CONTRADICTED: ("#CC79A7", "v"),
    SHORT: ("#E69F00", "s"),
    CANNOT_BE_JUDGED: ("#777777", "D"),
    MET: ("#0072B2", "o"),
}
MOST_LETTERS = 24


@draw_style
def draw_rows(result: Assessment) -> Figure:
    """Draw every line of the self-check as a tile, part by part (自查结论一览).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One row of tiles per part; × not met, ? cannot be told.
    """
    require_one_year(result)
    parts = {part.id: part.label.zh for part in result.standard.part}
    rows = result.rows.assign(
        word=result.rows["part"].map(lambda part: parts.get(part, "资源配置"))
    )
    words = list(dict.fromkeys(rows["word"]))
    figure, axis = plt.subplots(figsize=(9, 0.62 * len(words) + 0.9))
    for y, word in enumerate(words):
        for x, row in enumerate(rows[rows["word"] == word].itertuples()):
            _draw_tile(axis, x, y, row)
    axis.set(xlim=(0, rows.groupby("word").size().max()), ylim=(len(words), 0))
    axis.set_yticks([y + 0.5 for y in range(len(words))], words)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[["left", "bottom"]].set_visible(False)
    count = rows["verdict"].value_counts()
    axis.set_title(
        f"自查表{len(rows)}行中，{count.get(NOT_MET, 0)}行未达标（×），"
        f"{count.get(CANNOT_TELL, 0)}行无法判定（?）"
    )
    handles = [Patch(fc=TILES[v][0], ec="#999999", label=VERDICT_WORDS[v]) for v in TILES]
    axis.legend(handles=handles, loc="upper right", bbox_to_anchor=(1, 0), ncols=3)
    return figure


def _draw_tile(axis, x: int, y: int, row) -> None:
    colour, ink, sign = TILES[row.verdict]
    axis.add_patch(Rectangle((x + 0.03, y + 0.08), 0.94, 0.84, fc=colour, ec="#999999", lw=0.6))
    label = f"{row.code}{sign}"
    axis.text(
        x + 0.5,
        y + 0.5,
        label,
        ha="center",
        va="center",
        color=ink,
        fontsize=7 if len(label) > 5 else 8,
    )


@draw_style
def draw_problems(problems: pd.DataFrame) -> Figure:
    """Draw how many problems every line and every township has (问题的分布).

    Parameters
    ----------
    problems
        What find_problems gives.

    Returns
    -------
    Figure
        Bars by code on the left, by township on the right.
    """
    if problems.empty:
        return say_nothing("没有需要列入台账的问题")
    towns = problems["town"].replace("", "全县")
    counts = [table.value_counts(sort=False) for table in (problems["code"], towns)]
    counts = [table.sort_values(kind="stable").tail(15) for table in counts]
    height = 0.27 * max(map(len, counts)) + 1.1
    figure, axes = plt.subplots(1, 2, figsize=(9, height))
    for axis, table, head in zip(axes, counts, ("按评估项", "按镇街"), strict=True):
        axis.barh(range(len(table)), table, color="#7f2704", height=0.65)
        axis.set_yticks(range(len(table)), table.index)
        for y, count in enumerate(table):
            axis.annotate(str(count), (count, y), (3, 0), textcoords="offset points", va="center")
        axis.set(title=head, xlabel="问题数（条）")
        axis.margins(x=0.12)
    top = counts[0].index[-1]
    figure.suptitle(
        f"{len(problems)}条问题：最多的是{top}（{counts[0].iloc[-1]}条）和{counts[1].index[-1]}"
        f"（{counts[1].iloc[-1]}条）",
        x=0.01,
        ha="left",
        fontsize=11.5,
    )
    return figure


@draw_style
def draw_timeline(progress: pd.DataFrame, as_of: str) -> Figure:
    """Draw milestones and projects with a due date on one time axis (节点与项目时间表).

    Parameters
    ----------
    progress
        What judge_commitments gives.
    as_of
        The day on which one looks, year-month-day.

    Returns
    -------
    Figure
        A mark at the last day in time of each, its shape and colour the status; a line at the day.
    """
    wanted = progress[progress["kind"].isin(["milestone", "project"])]
    table = wanted.dropna(subset="due_date").sort_values("due_date", kind="stable")
    if table.empty:
        return say_nothing("没有注明期限的节点和项目")
    figure, axis = plt.subplots(figsize=(9, 0.23 * len(table) + 1.6))
    for y, row in enumerate(table.itertuples()):
        colour, mark = STATUS_MARKS[row.status]
        axis.plot(row.due_date, y, marker=mark, color=colour, ms=7)
    axis.set_yticks(range(len(table)), [_shorten(label) for label in table["label"]], fontsize=8)
    axis.set_ylim(len(table) - 0.4, -0.6)
    axis.grid(axis="y", color="#e5e5e5", lw=0.6)
    axis.grid(axis="x", which="minor", color="#cccccc", lw=0.6)
    today = date.fromisoformat(as_of)
    axis.axvline(today, color="black", lw=1, ls="--")
    axis.annotate(
        f"截至{as_of}",
        (today, 0),
        (4, 4),
        textcoords="offset points",
        xycoords=("data", "axes fraction"),
        va="bottom",
        fontsize=8,
    )
    # A line at every new year; the number of the year stands in its middle.
    axis.xaxis.set_minor_locator(mdates.YearLocator())
    axis.xaxis.set_major_locator(mdates.YearLocator(month=7))
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axis.tick_params(axis="x", which="major", length=0)
    axis.margins(x=0.05)
    axis.set_xlabel("期限（年）")
    axis.set_title(_tell_progress(table, len(wanted) - len(table)))
    handles = [
        Line2D([], [], ls="", marker=mark, color=colour, ms=7, label=STATUS_WORDS[status])
        for status, (colour, mark) in STATUS_MARKS.items()
        if (table["status"] == status).any()
    ]
    figure.legend(handles=handles, loc="outside lower right", ncols=len(handles))
    return figure


def _shorten(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1] + "…"


def _tell_progress(table: pd.DataFrame, undated: int) -> str:
    counts = table["status"].value_counts()
    told = "；".join(
        f"{STATUS_WORDS[status]}{counts[status]}个" for status in STATUS_MARKS if status in counts
    )
    aside = f"（另有{undated}个没有期限）" if undated else ""
    return f"{len(table)}个节点和项目{aside}：{told}"
