"""Figures of the self-check, its problems and the plans' promises."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from matplotlib import dates as mdates
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from youzhi.assessment import Assessment
from youzhi.commitments import (
    CANNOT_BE_JUDGED,
    CONTRADICTED,
    NOT_DUE,
    OVERDUE,
    SHORT,
    STATUS_WORDS,
)
from youzhi.figures.style import draw_style, say_nothing
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

# Tile colour, text colour and sign of a verdict; the sign survives in grey.
TILES = {
    MET: ("#a6cee3", "black", ""),
    NOT_MET: ("#7f2704", "white", "×"),
    CANNOT_TELL: ("#eeeeee", "black", "?"),
}
NO_TOWN, WHOLE_COUNTY = "未注明镇街", "全县"
MOST_NAMED = 3
STATUS_MARKS = {
    OVERDUE: ("#B22222", "X"),
    CONTRADICTED: ("#CC79A7", "v"),
    SHORT: ("#E69F00", "s"),
    CANNOT_BE_JUDGED: ("#777777", "D"),
    NOT_DUE: ("#56B4E9", "^"),
    MET: ("#0072B2", "o"),
}
MOST_LETTERS = 24
# So many tiles fit side by side at least; where there are fewer, they keep their size.
LEAST_TILES = 12
MOST_YEARS = 14


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
    result.one_year()
    parts = {part.id: part.label.zh for part in result.standard.part}
    rows = result.rows.assign(
        word=result.rows["part"].map(lambda part: parts.get(part, "资源配置"))
    )
    words = list(dict.fromkeys(rows["word"]))
    figure, axis = plt.subplots(figsize=(9, 0.62 * len(words) + 0.9))
    for y, word in enumerate(words):
        for x, row in enumerate(rows[rows["word"] == word].itertuples()):
            _draw_tile(axis, x, y, row)
    longest = int(rows.groupby("word").size().max())
    axis.set(xlim=(0, max(longest, LEAST_TILES)), ylim=(len(words), 0))
    axis.set_yticks([y + 0.5 for y in range(len(words))], words)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.set_title(
        _tell_rows(rows, list(result.vetoes.loc[result.vetoes["verdict"] == NOT_MET, "code"]))
    )
    handles = [Patch(fc=TILES[v][0], ec="#999999", label=VERDICT_WORDS[v]) for v in TILES]
    axis.legend(handles=handles, loc="upper right", bbox_to_anchor=(1, 0), ncols=3)
    return figure


def _tell_rows(rows: pd.DataFrame, vetoes: list[str]) -> str:
    count = rows["verdict"].value_counts()
    told = [
        f"{count[verdict]}行{word}（{TILES[verdict][2]}）"
        for verdict, word in ((NOT_MET, "未达标"), (CANNOT_TELL, "无法判定"))
        if verdict in count
    ]
    veto = f"；触发一票否决（{'、'.join(vetoes)}）" if vetoes else ""
    return f"自查表{len(rows)}行{'中，' + '，'.join(told) if told else '全部达标'}{veto}"


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
    towns = problems["town"].mask(problems["town"] == "", NO_TOWN)
    towns = towns.mask(problems["school_id"] == "", WHOLE_COUNTY)
    counts = [_count(problems["code"]), _count(towns)]
    figure, axes = plt.subplots(1, 2, figsize=(9, 0.27 * max(map(len, counts)) + 1.3))
    for axis, table, head in zip(axes, counts, ("按评估项", "按镇街"), strict=True):
        axis.barh(range(len(table)), table, color="#7f2704", height=0.65)
        axis.set_yticks(range(len(table)), table.index)
        axis.set_ylim(max(map(len, counts)) - 0.4, -0.6)  # bars of one thickness on both sides
        for y, count in enumerate(table):
            axis.annotate(str(count), (count, y), (3, 0), textcoords="offset points", va="center")
        axis.set(title=head, xlabel="问题数（条）")
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.margins(x=0.12)
    figure.suptitle(_tell_problems(len(problems), *counts), x=0.01, ha="left", fontsize=11.5)
    return figure


def _count(places: pd.Series) -> pd.Series:
    """How often each stands, most first; those that stand equally often in their order."""
    counts = places.value_counts(sort=False)
    return counts.sort_values(ascending=False, kind="stable")


def _tell_problems(total: int, codes: pd.Series, towns: pd.Series) -> str:
    towns = towns.drop([NO_TOWN, WHOLE_COUNTY], errors="ignore")
    most = f"问题最多的评估项是{_tell_most(codes)}"
    return f"{total}条问题：{most}" + (f"，镇街是{_tell_most(towns)}" if len(towns) else "")


def _tell_most(counts: pd.Series) -> str:
    """Those with the largest count, all of them as long as they are few."""
    names = counts.index[counts == counts.iloc[0]]
    if len(names) > MOST_NAMED:
        return f"{'、'.join(names[:MOST_NAMED])}等{len(names)}个（各{counts.iloc[0]}条）"
    return f"{'、'.join(names)}（{'各' if len(names) > 1 else ''}{counts.iloc[0]}条）"


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
    rank = {status: at for at, status in enumerate(STATUS_MARKS)}
    table = wanted.dropna(subset="due_date")
    table = table.assign(rank=table["status"].map(rank))
    table = table.sort_values(["due_date", "rank"], kind="stable")
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
    axis.axvline(date.fromisoformat(as_of), color="black", lw=1, ls="--", label=f"截至{as_of}")
    _scale_years(axis, [*table["due_date"].dt.year, int(as_of[:4])])
    axis.set_title(_tell_progress(table, len(wanted) - len(table)))
    _explain_marks(figure, set(table["status"]))
    return figure


def _explain_marks(figure: Figure, statuses: set[str]) -> None:
    """A legend below the picture: the marks that are there, and the line of the day."""
    marks = [
        Line2D([], [], ls="", marker=mark, color=colour, ms=7, label=STATUS_WORDS[status])
        for status, (colour, mark) in STATUS_MARKS.items()
        if status in statuses
    ]
    day = figure.axes[0].lines[-1]
    figure.legend(handles=[*marks, day], loc="outside lower right", ncols=len(marks) + 1)


def _scale_years(axis, years: list[int]) -> None:
    """Whole years; a line at every new year, and the number of the year in its middle."""
    first, last = min(years), max(years)
    step = 1 + (last - first) // MOST_YEARS
    margin = timedelta(days=20 * (last - first + 1))
    axis.set_xlim(date(first, 1, 1) - margin / 5, date(last, 12, 31) + margin / 2)
    axis.xaxis.set_minor_locator(mdates.YearLocator(step))
    axis.xaxis.set_major_locator(mdates.YearLocator(step, month=7))
    axis.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axis.tick_params(axis="x", which="major", length=0)
    axis.set_xlabel("期限（年）")


def _shorten(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1] + "…"


def _tell_progress(table: pd.DataFrame, undated: int) -> str:
    counts = table["status"].value_counts()
    told = "；".join(
        f"{STATUS_WORDS[status]}{counts[status]}个" for status in STATUS_MARKS if status in counts
    )
    aside = f"（另有{undated}个没有期限）" if undated else ""
    return f"{len(table)}个节点和项目{aside}：{told}"
