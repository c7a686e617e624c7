"""Figures of the outlook: pupils with their bands, entrants by source, seats by band, cohorts on their way up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from youzhi.columns import load_columns
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.figures.style import draw_style, say_nothing
from youzhi.outlooks import ALL_STAGES, OBSERVED, Outlook
from youzhi.seats import load_seat_rules
from youzhi.verdicts import CANNOT_TELL

STAGE_WORDS = {"primary": "小学", "junior": "初中", ALL_STAGES: "小学和初中合计"}
STAGE_COLORS = {"primary": "#0072B2", "junior": "#D55E00", ALL_STAGES: "#333333"}
# Background, mark colour and mark of a band, from the worst to the best; the mark survives in grey.
BAND_LOOKS = [("#f4cccc", "#B22222", "X"), ("#fff2cc", "#9c6500", "^"), ("#dcefe0", "#00634a", "o")]
FACT_LOOKS = {
    "compulsory_pupils": ("公开数：义务教育在校生", "D", "#CC79A7"),
    "kindergarten_pupils": ("公开数：在园幼儿", "s", "#009E73"),
}
# Colour and hatch of a bar by what its number rests on.
SOURCE_LOOKS = {
    "census": ("普查年龄组推算", "#7fb3d9", ""),
    "births": ("全国出生数推算", "#f0c98a", "///"),
    "assumed": ("假定（没有公布的出生数）", "#ffffff", "..."),
}
_WIDTH = 7.2  # inches: the text width of an A4 page
_SMALL = 8
_TITLE = 9.5
_GRID = "#e5e5e5"
_MOST_NUMBERS = 24
_MYRIAD, _THOUSAND = 10_000, 1_000
_FIVE_SIGNS = 10_000  # a number that is too long for a tile


@draw_style
def draw_outlook(outlook: Outlook) -> Figure:
    """Draw pupils of every stage and of all: known years, projection with its band, seats, peak (生源展望).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Figure
        One panel per stage and one for all; figures of the county's documents are points in the latter.
    """
    stages = list(outlook.stage_grades)
    figure, axes = plt.subplot_mosaic([stages, [ALL_STAGES] * len(stages)], figsize=(_WIDTH, 5.6))
    table = pd.concat([outlook.stages, outlook.totals])
    for stage, axis in axes.items():
        path = table[table["stage"] == stage].set_index("year")
        _draw_path(axis, path, STAGE_COLORS[stage])
        _draw_peak(axis, outlook, stage, path)
        if stage != ALL_STAGES:
            _draw_capacity(axis, outlook, stage)
        else:
            _draw_facts(axis, outlook.plan)
        _finish_people(axis, path)
        axis.set_title(_tell_peak(outlook, stage), fontsize=_TITLE)
    figure.suptitle(_tell_outlook(outlook), x=0.01, ha="left", fontsize=11.5)
    return _explain(figure, _outlook_handles(outlook), _tell_kinds(outlook))


def _draw_path(axis, path: pd.DataFrame, color: str) -> None:
    """Known years as a line with dots, the years to come broken, in their band."""
    known = path[path["kind"] == OBSERVED]
    ahead = path.loc[known.index[-1] :]
    axis.fill_between(ahead.index, ahead["low"], ahead["high"], color=color, alpha=0.2, lw=0)
    axis.plot(ahead.index, ahead["pupils"], color=color, ls="--", lw=1.4)
    axis.plot(known.index, known["pupils"], color=color, marker="o", ms=3, lw=1.6)


def _draw_peak(axis, outlook: Outlook, stage: str, path: pd.DataFrame) -> None:
    year = outlook.peaks.set_index("stage").at[stage, "peak_year"]
    if pd.notna(year):
        look = {"marker": "*", "ms": 12, "mfc": "white", "mec": "black", "ls": ""}
        axis.plot(int(year), path.at[year, "pupils"], **look, zorder=4)


def _draw_capacity(axis, outlook: Outlook, stage: str) -> None:
    seats = outlook.seats.loc[outlook.seats["stage"] == stage, ["year", "capacity"]]
    axis.plot(seats["year"], seats["capacity"], color="black", ls=":", lw=1.6)


def _draw_facts(axis, plan: pd.DataFrame) -> None:
    for fact, (_, marker, color) in FACT_LOOKS.items():
        rows = plan[plan["fact"] == fact]
        if rows.empty:
            continue
        look = {"marker": marker, "ms": 7, "mec": color, "mfc": "none", "mew": 1.6, "ls": ":"}
        axis.plot(rows["year"], rows["published"], color=color, **look, lw=1, zorder=5)


def _finish_people(axis, path: pd.DataFrame) -> None:
    """Years and people; in ten thousands where there are so many."""
    many = path["high"].max() >= _MYRIAD
    if many:
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / _MYRIAD:g}"))
    axis.set_ylabel("人数（万人）" if many else "人数（人）", fontsize=_SMALL)
    axis.margins(y=0.12)
    axis.set_ylim(bottom=0)
    _scale_years(axis, path.index)


def _scale_years(axis, years: pd.Index) -> None:
    axis.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axis.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axis.set_xlabel("年份（9月1日）", fontsize=_SMALL)
    axis.tick_params(labelsize=_SMALL)
    axis.grid(color=_GRID, lw=0.6)


def _tell_peak(outlook: Outlook, stage: str) -> str:
    peak = outlook.peaks.set_index("stage").loc[stage]
    word = STAGE_WORDS[stage]
    if pd.isna(peak["peak_year"]):
        return f"{word}：缺数据，无法判定"
    if peak["peak_year"] == outlook.to:
        return f"{word}：到{outlook.to}年仍在增加"
    fall = f"{outlook.to}年比它少{-peak['change']:.0%}"
    if peak["peak_year"] == outlook.year:
        return f"{word}：今后不再多于{outlook.year}年，{fall}"
    return f"{word}：今后{peak['peak_year']}年最多，{fall}"


def _tell_outlook(outlook: Outlook) -> str:
    """In which stages and when seats run short, all grades first; then when first grades are in the worst band."""
    told = []
    for stage, own in outlook.seats.groupby("stage", sort=False):
        if own["free"].isna().any():
            told.append(f"{STAGE_WORDS[stage]}学位够不够无法判定")
        elif len(years := own.loc[own["free"] < 0, "year"]):
            told.append(f"{STAGE_WORDS[stage]}{_count_years(years)}学位不够")
    whole = "；".join(told) or f"到{outlook.to}年现有学位都够"
    worst, name = next(iter(load_seat_rules().names.items()))
    first = outlook.admission[outlook.admission["band"] == worst]
    full = [
        f"{STAGE_WORDS[stage]}{_count_years(own['year'])}{name}"
        for stage, own in first.groupby("stage", sort=False)
    ]
    below = f"\n只看起始年级：{'；'.join(full)}" if full else ""
    return f"{outlook.name_zh}按全学段：{whole}{below}"


def _count_years(years: pd.Series) -> str:
    """From when to when, and how many years of these."""
    if len(years) == 1:
        return f"{years.iat[0]}年"
    return f"{years.min()}—{years.max()}年中有{len(years)}年"


def _outlook_handles(outlook: Outlook) -> list:
    level = f"{100 * load_assumptions().bands.level:g}"
    grey = "#555555"
    handles = [
        Line2D([], [], color=grey, marker="o", ms=3, lw=1.6, label="已知年份"),
        Line2D([], [], color=grey, ls="--", lw=1.4, label="推算"),
        Patch(
            color=grey,
            alpha=0.2,
            lw=0,
            label=f"{level}%预测区间{'' if outlook.tested else '（没有检验过）'}",
        ),
        Line2D([], [], color="black", ls=":", lw=1.6, label="现有学位（不含特殊教育学校）"),
        Line2D(
            [],
            [],
            ls="",
            marker="*",
            ms=10,
            mfc="white",
            mec="black",
            label=f"{outlook.year}年起最多的一年",
        ),
    ]
    there = set(outlook.plan["fact"])
    return handles + [
        Line2D([], [], ls="", marker=marker, ms=6, mfc="none", mec=color, mew=1.6, label=label)
        for fact, (label, marker, color) in FACT_LOOKS.items()
        if fact in there
    ]


def _tell_kinds(outlook: Outlook) -> str:
    words = load_columns()["data_kind"].choices
    history = "、".join(words[kind] for kind in outlook.kinds["history"])
    schools = "、".join(words[kind] for kind in outlook.kinds["schools"])
    return f"数据性质：分年级在校生{history}；学位{schools or '未注明'}"


def _explain(figure: Figure, handles: list, title: str) -> Figure:
    """A legend below the picture, and what kind the data are."""
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles) if len(handles) < 5 else -(-len(handles) // 2),
        fontsize=_SMALL,
        columnspacing=1.2,
        title=title,
        title_fontsize=_SMALL,
    )
    return figure


@draw_style
def draw_entrants(outlook: Outlook) -> Figure:
    """Draw the children who reach school age by what their number rests on, beside grade 1 (入学人数的来历).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Figure
        Bars for the children, colour and hatch for the source; dots and a line for grade 1.
    """
    start = int(outlook.history.index[0])
    table = outlook.entrants[outlook.entrants["year"] >= start].dropna(subset="pupils")
    if table.empty:
        return say_nothing("县区卡没有人口普查，不知道今后有多少孩子到入学年龄")
    figure, axis = plt.subplots(figsize=(_WIDTH, 3.4))
    sources = _find_sources(table)
    for source, (_, color, hatch) in SOURCE_LOOKS.items():
        own = table[sources == source]
        axis.bar(own["year"], own["pupils"], color=color, hatch=hatch, ec="#666666", lw=0.6)
    _draw_path(axis, _first_grade(outlook), "black")
    _scale_years(axis, pd.RangeIndex(start, outlook.to + 1))
    axis.set_ylabel("人数（人）", fontsize=_SMALL)
    axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.grid(visible=False, axis="x")
    axis.set_title(_tell_entrants(table), fontsize=_TITLE)
    handles = [
        Patch(fc=color, hatch=hatch, ec="#666666", lw=0.6, label=f"满六周岁：{word}")
        for source, (word, color, hatch) in SOURCE_LOOKS.items()
        if (sources == source).any()
    ]
    handles += [
        Line2D([], [], color="black", marker="o", ms=3, lw=1.6, label="一年级：已知年份"),
        Line2D([], [], color="black", ls="--", lw=1.4, label="一年级：推算（带区间）"),
    ]
    words = load_columns()["data_kind"].choices
    seen = "、".join(words[kind] for kind in outlook.kinds["history"])
    return _explain(
        figure, handles, f"数据性质：一年级已知年份{seen}；满六周岁人数由真实普查和出生数推算"
    )


def _find_sources(entrants: pd.DataFrame) -> pd.Series:
    """The weakest of what each number rests on; numbers straight from a census have no spread."""
    born = np.where(entrants["spread"] > 0, "births", "census")
    assumed = entrants["kind"] == "assumed"
    return pd.Series(np.where(assumed, "assumed", born), index=entrants.index)


def _first_grade(outlook: Outlook) -> pd.DataFrame:
    """Pupils of grade 1, known and projected."""
    seen = pd.DataFrame({name: outlook.history[1] for name in ("pupils", "low", "high")})
    ahead = outlook.projection[outlook.projection["grade"] == 1].set_index("year")
    parts = [seen.assign(kind=OBSERVED), ahead.assign(kind="projected")]
    return pd.concat(parts)[["pupils", "low", "high", "kind"]]


def _tell_entrants(table: pd.DataFrame) -> str:
    children = table.set_index("year")["pupils"]
    most = children.idxmax()
    after = children.loc[most:]
    fall = 1 - after.min() / children.max()
    head = f"满六周岁的孩子{most}年最多（{children.max():,.0f}人）"
    return f"{head}，{after.idxmin()}年比它少{fall:.0%}" if fall > 0 else head


@draw_style
def draw_admission(outlook: Outlook) -> Figure:
    """Draw first grades against their places, the bands of the rule behind (招生预警).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Figure
        One panel per stage; shape and colour of a mark tell its band, a line its prediction band.
    """
    return _draw_bands(outlook, outlook.admission, "入学", "起始年级人数÷起始年级学位（%）")


@draw_style
def draw_seats(outlook: Outlook) -> Figure:
    """Draw all pupils of a stage against all its seats, the bands of the rule behind (学位占用).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Figure
        As draw_admission.
    """
    return _draw_bands(outlook, outlook.seats, "", "在校生÷学位（%）")


def _draw_bands(outlook: Outlook, table: pd.DataFrame, what: str, label: str) -> Figure:
    stages = list(outlook.stage_grades)
    figure, axes = plt.subplots(1, len(stages), figsize=(_WIDTH, 3.5), squeeze=False)
    highest = _top(table)
    for axis, stage in zip(axes[0], stages, strict=True):
        own = table[table["stage"] == stage].set_index("year")
        _colour_bands(axis, highest)
        _draw_ratios(axis, own)
        axis.set_ylim(0, highest)
        _scale_years(axis, own.index)
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.grid(visible=False)
        axis.set_title(_tell_band(STAGE_WORDS[stage] + what, own), fontsize=_TITLE)
    axes[0][0].set_ylabel(label, fontsize=_SMALL)
    return _explain(figure, _band_handles(table), _tell_kinds(outlook))


def _top(table: pd.DataFrame) -> float:
    """Where the scale ends: above the highest number, and above the worst band's start."""
    most = 100 * table["ratio_high"].fillna(table["ratio"]).max()
    start = load_seat_rules().band[0].from_percent
    return 1.15 * max(start, 0 if pd.isna(most) else most)


def _colour_bands(axis, highest: float) -> None:
    top = highest
    for band, (background, *_) in zip(load_seat_rules().band, BAND_LOOKS, strict=True):
        axis.axhspan(band.from_percent, top, color=background, lw=0, zorder=0)
        axis.axhline(top, color="#999999", lw=0.6, zorder=0)
        top = band.from_percent


def _draw_ratios(axis, own: pd.DataFrame) -> None:
    """A line through all years; a mark per year, and its prediction band as an upright line."""
    axis.plot(own.index, 100 * own["ratio"], color="#555555", lw=1)
    ends = [100 * own[end] / own["capacity"] for end in ("low", "high")]
    axis.vlines(own.index, *ends, color="#555555", lw=1.2)
    for band, (_, color, marker) in _looks().items():
        marks = own[own["band"] == band]
        axis.plot(marks.index, 100 * marks["ratio"], ls="", marker=marker, color=color, ms=6.5)


def _looks() -> Mapping[str, tuple[str, str, str]]:
    names = [band.id for band in load_seat_rules().band]
    return dict(zip(names, BAND_LOOKS, strict=True))


def _tell_band(word: str, own: pd.DataFrame) -> str:
    """How many years are in the worst band that is reached, and the fullest year."""
    if (own["band"] == CANNOT_TELL).any():
        return f"{word}：缺数据，无法判定"
    fullest = own["ratio"].idxmax()
    full = f"{fullest}年最满（{own['ratio'].max():.0%}）"
    for band, name in load_seat_rules().names.items():
        years = int((own["band"] == band).sum())
        if years:
            told = f"各年{name}" if years == len(own) else f"{years}年{name}"
            return f"{word}：{told}，{full}"
    return f"{word}：{full}"


def _band_handles(table: pd.DataFrame) -> list:
    handles = [
        Line2D(
            *([], []),
            ls="",
            marker=marker,
            color=color,
            ms=6.5,
            label=f"{name}{_tell_share(at)}",
        )
        for at, (name, (_, color, marker)) in enumerate(
            zip(load_seat_rules().names.values(), BAND_LOOKS, strict=True)
        )
    ]
    level = f"{100 * load_assumptions().bands.level:g}"
    return [*handles, Line2D([], [], color="#555555", lw=1.2, label=f"竖线：{level}%预测区间")]


def _tell_share(at: int) -> str:
    """From which share to which a band goes."""
    bands = load_seat_rules().band
    low = bands[at].from_percent
    if at == 0:
        return f"（≥{low}%）"
    return (
        f"（{low}%—{bands[at - 1].from_percent}%）"
        if low
        else f"（<{bands[at - 1].from_percent}%）"
    )


@draw_style
def draw_grades(outlook: Outlook) -> Figure:
    """Draw pupils by grade and year as a map: a large cohort goes up one grade a year (各年级在校生).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Figure
        One tile per year and grade, numbers in it where they fit; a line before the first projected year.
    """
    ahead = outlook.projection.pivot(index="year", columns="grade", values="pupils")
    table = pd.concat([outlook.history, ahead]).T
    grades, years = list(table.index), list(table.columns)
    size = (_WIDTH, 0.8 + 0.27 * len(grades))
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    many = table.max(axis=None) >= _FIVE_SIGNS
    shown = table / _THOUSAND if many else table
    image = axis.pcolormesh(
        np.arange(years[0], years[-1] + 2) - 0.5,
        np.arange(grades[0], grades[-1] + 2) - 0.5,
        np.ma.masked_invalid(shown.to_numpy(dtype=float)),
        cmap="Blues",
        edgecolors="white",
        lw=0.4,
    )
    if len(years) <= _MOST_NUMBERS:
        _write_tiles(axis, shown, many, image)
    axis.axvline(outlook.year + 0.5, color="black", lw=1.4, ls="--")
    first = [grades_of[0] for grades_of in outlook.stage_grades.values()]
    for grade in first[1:]:
        axis.axhline(grade - 0.5, color="black", lw=1)
    axis.set_yticks(grades, [f"{grade}年级" for grade in grades], fontsize=_SMALL)
    axis.set_ylim(grades[-1] + 0.5, grades[0] - 0.5)
    axis.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    axis.tick_params(axis="x", labelsize=_SMALL)
    axis.set_xlabel(_explain_map(outlook), fontsize=_SMALL)
    bar = figure.colorbar(image, ax=axis, pad=0.01)
    bar.set_label("人数（千人）" if many else "人数（人）", fontsize=_SMALL)
    bar.ax.tick_params(labelsize=_SMALL)
    axis.set_title(_tell_cohort(table), fontsize=_TITLE)
    return figure


def _explain_map(outlook: Outlook) -> str:
    """What the lines mean, and what kind the known years are."""
    stages = "、下为".join(STAGE_WORDS[stage] for stage in outlook.stage_grades)
    words = load_columns()["data_kind"].choices
    seen = "、".join(words[kind] for kind in outlook.kinds["history"])
    return f"年份（9月1日）；虚线右侧为推算，左侧为{seen}；横线上为{stages}"


def _write_tiles(axis, shown: pd.DataFrame, many: bool, image) -> None:
    low, high = image.get_clim()
    for grade, row in shown.iterrows():
        for year, number in row.items():
            if pd.isna(number):
                axis.text(year, grade, "?", ha="center", va="center", fontsize=6)
                continue
            ink = "white" if number > low + 0.6 * (high - low) else "black"
            text = f"{number:.1f}" if many else f"{number:.0f}"
            axis.text(year, grade, text, ha="center", va="center", color=ink, fontsize=6)


def _tell_cohort(table: pd.DataFrame) -> str:
    """The largest first grade of all years, and when it is in the last grade."""
    first, last = table.iloc[0], int(table.index[-1])
    if first.isna().all():
        return "各年级在校生：一年级缺数据"
    year = int(first.idxmax())
    left = f"{year}年入学的一届最大（{first.max():,.0f}人），{year + last - 1}年到{last}年级"
    after = first.loc[year:]
    fall = 1 - after.min() / first.max()
    return f"{left}；{after.idxmin()}年入学的比它少{fall:.0%}" if fall > 0 else left
