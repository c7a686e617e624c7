"""Figures of several counties side by side: slopes over years, small multiples, dots, plans on one time axis.

A county keeps its colour, mark and place in every figure; no figure sorts counties by a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from youzhi.comparisons import CountyComparison
from youzhi.comparisons.settings import load_settings
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.figures.style import draw_style, say_nothing
from youzhi.standards import Standard
from youzhi.verdicts import CANNOT_TELL, NOT_MET

COUNTY_LOOKS = [
    ("#0072B2", "o", "-"),
    ("#D55E00", "s", "--"),
    ("#009E73", "^", "-."),
    ("#CC79A7", "D", ":"),
    ("#E69F00", "v", (0, (5, 1))),
    ("#000000", "P", (0, (1, 1))),
]
STAGE_LOOKS = [("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^")]
LEVEL_MARKS = {"provincial": ("#E69F00", "s"), "national": ("#B22222", "D"), "": ("#777777", "o")}
SHARE, COMPOSITE = "share", "composite"
NO_SECTIONS = "没有计入的学校，没有可画的内容"
_UNIT_WORDS = {"school": "学校", "campus": "独立校区"}
_GRID = "#e5e5e5"
_WIDTH = 7.2  # inches: the text width of an A4 page
_TALL = 9.2  # inches that the panels of one page may take
_SMALL = 8
_MOST_LETTERS = 22
_AIRY = 1.6  # line spacing at which two lines of Chinese do not touch
_LABEL = 0.06  # height of a number beside a line, as a share of the axis
_DASHED = {"color": "black", "ls": (0, (4, 2)), "lw": 0.9}
_LIMIT = Line2D([], [], **_DASHED, label="限值")
_HOLLOW = Line2D(
    [], [], ls="", marker="o", mfc="white", mec="black", ms=5, label="空心：当年执行另一标准"
)


@draw_style
def draw_county_slopes(comparison: CountyComparison, measure: str = SHARE) -> Figure:
    """Draw one line per county over the years: the share of schools that are met, or a coefficient (历年斜率图).

    Parameters
    ----------
    comparison
        What compare_counties gives.
    measure
        "share" for the share of sections that meet the school rule, "composite" for the mean of all coefficients, or the id
        of an indicator for its coefficient.

    Returns
    -------
    Figure
        One row of panels per standard, one column per stage; counties judged by another standard stand in another row. A
        hollow mark is a year in which another standard was in force; a year that cannot be told has no mark.

    Raises
    ------
    UsageError
        `measure` is neither of these words nor an indicator of a standard that is used.
    """
    _require_measure(comparison, measure, (SHARE, COMPOSITE))
    panels = list(_panels_of(comparison, measure))
    if not panels:
        return say_nothing(
            "标准值没有取得，没有可画的达标占比" if measure == SHARE else NO_SECTIONS
        )
    standards = list(dict.fromkeys(standard.id for standard, *_ in panels))
    stages = list(dict.fromkeys(stage for _, stage, *_ in panels))
    size = (_WIDTH, 0.8 + 2.9 * len(standards))
    figure, axes = plt.subplots(len(standards), len(stages), figsize=size, squeeze=False)
    for axis in axes.ravel():
        axis.set_visible(False)
    for standard, stage, rows in panels:
        axis = axes[standards.index(standard.id)][stages.index(stage)]
        axis.set_visible(True)
        _draw_slopes(axis, comparison, rows, measure)
        _finish_slopes(axis, comparison.year, standard, stage, rows, measure)
    extra = [_LIMIT] if any(rows["limit"].notna().any() for *_, rows in panels) else []
    if any(_is_other(rows).any() for *_, rows in panels):
        extra.append(_HOLLOW)
    drawn = {county for *_, rows in panels for county in rows.dropna(subset="value")["county"]}
    return _explain(figure, comparison, _county_handles(comparison, drawn, lines=True) + extra)


def _require_measure(comparison: CountyComparison, measure: str, words: tuple[str, ...]) -> None:
    known = {name for result in comparison.results for name in result.standard.codes}
    if measure not in {*words, *known}:
        allowed = "、".join([*words, *sorted(known)])
        raise UsageError(f"不能画“{measure}”。可以用：{allowed}。请改用其中一个。")


def _panels_of(
    comparison: CountyComparison, measure: str
) -> Iterator[tuple[Standard, str, pd.DataFrame]]:
    """Standard, stage and rows (columns value, limit, told) of every panel that has something to show."""
    if measure == SHARE:
        table = comparison.stage_series
        known = table["cannot_tell"].fillna(0).astype(int) == 0
        table = table.assign(value=(table["share_low"] * 100).where(known), limit=np.nan, told="")
    elif measure == COMPOSITE:
        names = {"composite": "value", "composite_limit": "limit", "composite_verdict": "told"}
        table = comparison.stage_series.rename(columns=names)
    else:
        table = comparison.series[comparison.series["indicator"] == measure]
        table = table.rename(columns={"cv": "value", "cv_verdict": "told"})
    for standard in {result.standard.id: result.standard for result in comparison.results}.values():
        for stage in standard.stages:
            rows = table[(table["standard"] == standard.id) & (table["stage"] == stage)]
            if rows["value"].notna().any():
                yield standard, stage, rows


def _is_other(rows: pd.DataFrame) -> pd.Series:
    """Years in which another standard was in force than the one that is used."""
    return rows["in_force"] != rows["standard"]


def _draw_slopes(axis, comparison: CountyComparison, rows: pd.DataFrame, measure: str) -> None:
    """The lines of one panel; the last value of each county beside its line."""
    ends = {}
    for county, (color, marker, line) in _looks(comparison).items():
        own = rows[rows["county"] == county].sort_values("year")
        if own.empty:
            continue
        axis.plot(own["year"], own["value"], color=color, ls=line, lw=1.4)
        for other, face in ((False, color), (True, "white")):
            part = own[_is_other(own) == other]
            look = {"mfc": face, "mec": color, "ms": 4.5, "ls": "", "marker": marker}
            axis.plot(part["year"], part["value"], **look)
        told = own.dropna(subset="value")
        if len(told):
            ends[county] = (told["year"].iat[-1], told["value"].iat[-1])
    axis.set_ylim(0, 105 if measure == SHARE else _top(rows))
    _label_ends(axis, comparison, ends, 1 if measure == SHARE else 3)


def _top(rows: pd.DataFrame) -> float:
    """The upper end of an axis of coefficients: above values and limit."""
    highest = max(rows["value"].fillna(0).max(), rows["limit"].fillna(0).max())
    return float(highest) * 1.2 or 1.0


def _label_ends(axis, comparison: CountyComparison, ends: dict, decimals: int) -> None:
    """Numbers at the right end, one for equal ones, moved no further than that none lies on another."""
    values = {
        county: round_half_up(as_fraction(float(value)), decimals)
        for county, (_, value) in ends.items()
    }
    owners: dict = {}
    for county, value in values.items():
        owners.setdefault(value, []).append(county)
    low, high = axis.get_ylim()
    least, last, places = (high - low) * _LABEL, -np.inf, {}
    for value in sorted(owners):
        places[value] = last = max(float(value), last + least)
    top = high - least / 2
    for value in sorted(owners, reverse=True):
        places[value] = top = min(places[value], top)
        top -= least
    right = max((year for year, _ in ends.values()), default=0)
    for value, who in owners.items():
        color = _looks(comparison)[who[0]][0] if len(who) == 1 else "black"
        look = {"color": color, "fontsize": _SMALL, "va": "center"}
        axis.text(right + 0.35, places[value], str(value), **look)


def _finish_slopes(
    axis, year: int, standard: Standard, stage: str, rows: pd.DataFrame, measure: str
) -> None:
    years = sorted(set(rows["year"]))
    axis.set_xlim(years[0] - 0.4, years[-1] + 0.16 * max(len(years), 6))
    axis.set_xticks(years[:: -1 - len(years) // 5])
    axis.grid(color=_GRID)
    axis.tick_params(labelsize=_SMALL)
    axis.set_xlabel("统计年度（年）", fontsize=9)
    word = standard.stage_names[stage]
    if measure == SHARE:
        axis.set_ylabel("达标校段占比（%）", fontsize=9)
        title = f"{word}：{_tell_met(rows[rows['year'] == year], year)}"
    else:
        axis.set_ylabel("差异系数（无量纲）", fontsize=9)
        if rows["limit"].notna().any():
            axis.axhline(rows["limit"].max(), **_DASHED)
        name = "综合差异系数" if measure == COMPOSITE else f"“{standard.codes[measure].short}”"
        title = f"{word}{name}：{_tell_over(rows['told'], '县年')}"
    axis.set_title(f"{title}\n（{standard.number}）", fontsize=9.5)


def _tell_met(rows: pd.DataFrame, year: int) -> str:
    """In how many counties every section is met in the year that is compared, each unit of counting by itself."""
    told = []
    for unit, part in rows.groupby("counted", sort=False):
        full = int((part["share_low"] == 1).sum())
        unknown = int((part["share_high"] == 1).sum()) - full
        more = f"、{unknown}个无法判定" if unknown else ""
        told.append(f"按{_UNIT_WORDS[unit]}的{len(part)}个县中{full}个{more}")
    return f"{year}年校段全部达标的县\n{'，'.join(told) or '没有数据'}"


def _tell_over(verdicts: pd.Series, thing: str) -> str:
    """How many are beyond a limit, and apart from them how many cannot be told."""
    if (verdicts == "").all():
        return "不单独判定"
    over, unknown = (int((verdicts == verdict).sum()) for verdict in (NOT_MET, CANNOT_TELL))
    told = f"{len(verdicts)}个{thing}中{over}个超限值"
    return f"{told}、{unknown}个无法判定" if unknown else told


@draw_style
def draw_county_multiples(comparison: CountyComparison) -> Figure:
    """Draw county means over the years as small multiples, a row per indicator, a column per county (各县历年小多图).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Figure
        One line per stage with its bar, if it has one, as a thin dashed line of the same colour. A row has one scale. Where
        counties are judged by different standards, the rows of all are shown, empty where a county has no such indicator.
    """
    table = comparison.series
    if table["mean"].isna().all():
        return say_nothing(NO_SECTIONS)
    rules = {rule.id: rule for result in comparison.results for rule in result.standard.indicator}
    names = comparison.names
    size = (_WIDTH, 1.2 + min(1.22, _TALL / len(rules)) * len(rules))
    figure, axes = plt.subplots(
        len(rules), len(names), figsize=size, sharex=True, sharey="row", squeeze=False
    )
    for row, (name, rule) in enumerate(rules.items()):
        for column, county in enumerate(names):
            axis = axes[row][column]
            part = table[(table["indicator"] == name) & (table["county"] == county)]
            _draw_means(axis, comparison, part)
            if row == 0:
                axis.set_title(f"{names[county]}\n{_tell_below(comparison, county)}", fontsize=9)
        look = {"fontsize": _SMALL, "rotation": 0, "ha": "right", "va": "center"}
        axes[row][0].set_ylabel(f"{rule.code} {rule.short}\n（{rule.unit}）", **look)
        axes[row][0].set_ylim(0, _row_top(table[table["indicator"] == name]))
    for axis in axes[-1]:
        axis.set_xlabel("年度（年）", fontsize=_SMALL)
    extra = [_HOLLOW] if _is_other(table).any() else []
    return _explain(figure, comparison, _stage_handles(comparison) + extra)


def _row_top(rows: pd.DataFrame) -> float:
    highest = max(rows["mean"].max(), rows["bar"].fillna(0).max()) if len(rows) else 1
    return float(highest) * 1.12 or 1.0


def _draw_means(axis, comparison: CountyComparison, part: pd.DataFrame) -> None:
    """Lines and bars of one county and indicator; equal bars show the colours of both stages in turn."""
    for at, (stage, (color, marker)) in enumerate(
        zip(_stage_words(comparison), STAGE_LOOKS, strict=False)
    ):
        own = part[part["stage"] == stage].sort_values("year")
        axis.plot(own["year"], own["mean"], color=color, lw=1.1)
        for other, face in ((False, color), (True, "white")):
            marks = own[_is_other(own) == other]
            look = {"mfc": face, "mec": color, "ms": 3, "ls": "", "marker": marker}
            axis.plot(marks["year"], marks["mean"], **look)
        if own["bar"].notna().any():
            axis.axhline(own["bar"].max(), color=color, ls=(4 * at, (4, 4)), lw=0.9)
    axis.grid(color=_GRID)
    axis.tick_params(labelsize=_SMALL)
    axis.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axis.yaxis.set_major_locator(MaxNLocator(3))


def _tell_below(comparison: CountyComparison, county: str) -> str:
    """How many county means lie under their bar in the year that is compared; the bar is one for schools."""
    rows = comparison.values[comparison.values["county"] == county]
    rows = rows.dropna(subset=["mean", "bar"])
    if rows.empty:
        return "没有标准值"
    return f"{comparison.year}年{len(rows)}项县均值中\n{int((rows['mean'] < rows['bar']).sum())}项低于标准值"


@draw_style
def draw_county_coefficients(comparison: CountyComparison) -> Figure:
    """Draw every coefficient of every county as a dot beside the limit of its stage (各县差异系数点图).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Figure
        One panel per standard and stage; a coefficient that cannot be told has no dot, and the title counts it.
    """
    panels = []
    for standard in {result.standard.id: result.standard for result in comparison.results}.values():
        for stage in standard.stages:
            rows = comparison.values
            rows = rows[(rows["standard"] == standard.id) & (rows["stage"] == stage)]
            if len(rows):
                panels.append((standard, stage, rows))
    if not panels:
        return say_nothing(NO_SECTIONS)
    columns = min(2, len(panels))
    lines = -(-len(panels) // columns)
    most = max(len(standard.codes) for standard, *_ in panels)
    figure, axes = plt.subplots(
        lines, columns, figsize=(_WIDTH, lines * (0.9 + 0.4 * most) + 0.4), squeeze=False
    )
    for axis in axes.ravel()[len(panels) :]:
        axis.set_axis_off()
    for at, (axis, panel) in enumerate(zip(axes.ravel(), panels, strict=False)):
        _draw_dots(axis, comparison, *panel)
        if at % columns:
            axis.set_yticklabels([])
    drawn = {county for *_, rows in panels for county in rows.dropna(subset="cv")["county"]}
    return _explain(figure, comparison, [*_county_handles(comparison, drawn), _LIMIT])


def _draw_dots(
    axis, comparison: CountyComparison, standard: Standard, stage: str, rows: pd.DataFrame
) -> None:
    """One dot per county and indicator; counties stand a little below each other in the order given."""
    order = {name: at for at, name in enumerate(standard.codes)}
    looks = _looks(comparison)
    offsets = np.linspace(-0.27, 0.27, len(looks)) if len(looks) > 1 else [0.0]
    for offset, (county, (color, marker, _)) in zip(offsets, looks.items(), strict=True):
        own = rows[rows["county"] == county].dropna(subset="cv")
        y = own["indicator"].map(order) + offset
        axis.plot(own["cv"], y, ls="", marker=marker, color=color, ms=5.5)
    for at in range(len(order) - 1):
        axis.axhline(at + 0.5, color=_GRID, lw=0.8)
    limit = float(standard.dispersion_rule.limit[stage])
    each = standard.dispersion_rule.kind == "each"
    if each:
        axis.axvline(limit, **_DASHED)
    axis.set_yticks(range(len(order)), list(standard.indicator_names.values()), fontsize=_SMALL)
    axis.set_ylim(len(order) - 0.4, -0.6)
    axis.set_xlim(0, max(rows["cv"].fillna(0).max(), limit if each else 0) * 1.12 or 1)
    axis.grid(axis="x", color=_GRID)
    axis.tick_params(axis="x", labelsize=_SMALL)
    axis.set_xlabel("差异系数（无量纲）", fontsize=9)
    told = _tell_over(rows["cv_verdict"], "系数")
    axis.set_title(f"{standard.stage_names[stage]}：{told}\n（{standard.number}）", fontsize=9.5)


@draw_style
def draw_county_sizes(comparison: CountyComparison, indicator: str = "") -> Figure:
    """Draw the mean of one indicator by size band of the school, a dot per county: like with like (同规模学校比较).

    Parameters
    ----------
    comparison
        What compare_counties gives.
    indicator
        Id of an indicator; the one that most sections of all counties lie below when not given, else the first.

    Returns
    -------
    Figure
        One panel per stage, with the bar where there is one; a band without schools has no dot.

    Raises
    ------
    UsageError
        No standard that is used has such an indicator.
    """
    indicator = indicator or _weakest(comparison.values)
    _require_measure(comparison, indicator, ())
    table = comparison.sizes[comparison.sizes["indicator"] == indicator].dropna(subset="mean")
    words = _stage_words(comparison)
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return say_nothing(NO_SECTIONS)
    rule = next(
        result.standard.codes[indicator]
        for result in comparison.results
        if indicator in result.standard.codes
    )
    bands = [b for b in load_settings().size.band if (table["group"] == b.id).any()]
    size = (_WIDTH, 1.7 + 0.5 * len(bands))
    figure, axes = plt.subplots(1, len(stages), figsize=size, sharey=True, squeeze=False)
    for axis, stage in zip(axes[0], stages, strict=True):
        rows = table[table["stage"] == stage]
        _draw_bands(axis, comparison, rows, {band.id: at for at, band in enumerate(bands)})
        axis.set_yticks(range(len(bands)), [band.label for band in bands], fontsize=_SMALL)
        axis.set_ylim(len(bands) - 0.4, -0.6)
        axis.set_xlabel(f"组内平均值（{rule.unit}）", fontsize=9)
        below = int((rows["mean"] < rows["bar"]).sum())
        told = (
            f"{len(rows)}组均值中{below}组低于标准值\n（标准按校执行）"
            if rows["bar"].notna().any()
            else "没有标准值"
        )
        axis.set_title(f"{words[stage]}“{rule.short}”：{told}", fontsize=9.5)
    bar = Line2D([], [], **_DASHED, label="标准值")
    extra = [bar] if table["bar"].notna().any() else []
    return _explain(figure, comparison, _county_handles(comparison, set(table["county"])) + extra)


def _weakest(values: pd.DataFrame) -> str:
    """The indicator that most sections lie below; of equal ones the first."""
    below = values["not_met"].fillna(0).astype(int)
    return below.groupby(values["indicator"], sort=False).sum().idxmax()


def _draw_bands(axis, comparison: CountyComparison, rows: pd.DataFrame, order: dict) -> None:
    looks = _looks(comparison)
    offsets = np.linspace(-0.27, 0.27, len(looks)) if len(looks) > 1 else [0.0]
    for offset, (county, (color, marker, _)) in zip(offsets, looks.items(), strict=True):
        own = rows[(rows["county"] == county) & rows["group"].isin(order)]
        axis.plot(own["mean"], own["group"].map(order) + offset, ls="", marker=marker, color=color)
    if rows["bar"].notna().any():
        axis.axvline(rows["bar"].max(), **_DASHED)
    for at in range(len(order) - 1):
        axis.axhline(at + 0.5, color=_GRID, lw=0.8)
    axis.set_xlim(0, max(rows["mean"].max(), rows["bar"].fillna(0).max()) * 1.1)
    axis.grid(axis="x", color=_GRID)
    axis.tick_params(axis="x", labelsize=_SMALL)


@draw_style
def draw_county_timelines(comparison: CountyComparison) -> Figure:
    """Draw the milestones of the plans on one time axis, a band per county (各县创建时间表).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Figure
        A mark at the last day in time, its shape the level of recognition; a line from the first day where one is named.
        Milestones of one day stand below each other; the two levels carry their period in words.
    """
    table = comparison.timelines
    if table.empty:
        return say_nothing("没有创建方案的节点")
    places = _place_milestones(comparison, table)
    first = pd.concat([places["start_date"], places["due_date"]]).min().year
    last = places["due_date"].max().year
    middle = pd.Timestamp((first + last + 1) // 2, 7, 1)
    figure, axis = plt.subplots(figsize=(_WIDTH, 1.5 + 0.24 * (max(places["y"]) + 1)))
    for row in places.itertuples():
        color, mark = LEVEL_MARKS[row.level]
        if pd.notna(row.start_date):
            axis.plot([row.start_date, row.due_date], [row.y] * 2, color="#999999", lw=1.4)
        axis.plot(row.due_date, row.y, marker=mark, color=color, ms=6, ls="")
        side = "right" if row.due_date > middle else "left"
        place = {"xytext": (6 if side == "left" else -6, 0), "textcoords": "offset points"}
        text = f"{row.due}　{_shorten(row.label)}"
        look = {"fontsize": _SMALL, "ha": side, "va": "center"}
        axis.annotate(text, (row.due_date, row.y), **place, **look)
    _name_bands(axis, comparison, places)
    axis.set_xlim(date(first, 1, 1), date(last + 1, 3, 1))
    years = range(first, last + 2, 1 + (last - first) // 10)
    axis.set_xticks([date(year, 1, 1) for year in years], [str(year) for year in years])
    axis.grid(axis="x", color=_GRID)
    axis.tick_params(axis="x", labelsize=_SMALL)
    axis.set_xlabel("期限（年；刻度为1月1日）", fontsize=9)
    axis.set_title(_tell_timelines(comparison, table), fontsize=9.5)
    words = {level.id: level.label for level in load_settings().level} | {"": "其他节点"}
    handles = [
        Line2D([], [], ls="", marker=mark, color=color, ms=6, label=words[level])
        for level, (color, mark) in LEVEL_MARKS.items()
        if (table["level"] == level).any()
    ]
    if table["start_date"].notna().any():
        handles.append(Line2D([], [], color="#999999", lw=1.4, label="从起始日到期限"))
    return _legend(figure, handles, "节点取自公开文件；是否如期，没有公开数据")


def _shorten(label: str) -> str:
    return label if len(label) <= _MOST_LETTERS else label[: _MOST_LETTERS - 1] + "…"


def _place_milestones(comparison: CountyComparison, table: pd.DataFrame) -> pd.DataFrame:
    """Every milestone one line lower than the one before, a line free between counties."""
    order = {county: at for at, county in enumerate(comparison.names)}
    rows = table.assign(at=table["county"].map(order))
    rows = rows.sort_values(["at", "due_date", "id"], kind="stable", ignore_index=True)
    return rows.assign(y=rows.index + rows["at"])


def _name_bands(axis, comparison: CountyComparison, places: pd.DataFrame) -> None:
    spans = places.groupby("county")["y"].agg(["min", "max"])
    names = {
        county: f"{comparison.names[county]}\n（{aim}）"
        for county, aim in _aims_of(comparison, places).items()
    }
    middles = [spans.loc[county].mean() for county in names]
    axis.set_yticks(middles, list(names.values()), linespacing=_AIRY)
    axis.tick_params(axis="y", length=0)
    for county in list(names)[1:]:
        axis.axhline(spans.at[county, "min"] - 1, color="#bbbbbb", lw=0.8)
    axis.set_ylim(places["y"].max() + 0.8, -0.8)


def _tell_timelines(comparison: CountyComparison, table: pd.DataFrame) -> str:
    """From when to when the counties want the national recognition, and as what."""
    national = table[table["level"] == "national"]
    if national.empty:
        return f"{table['county'].nunique()}个县的方案都没有写国家级认定的时间"
    last = national.groupby("county")["due_date"].max().dt.year
    span = f"从{last.min()}年到{last.max()}年" if last.min() < last.max() else f"是{last.min()}年"
    told = f"{len(last)}个县方案的国家级认定期限{span}"
    aims = _aims_of(comparison, table)
    counts = pd.Series(aims).value_counts(sort=False)
    most = counts.idxmax()
    if len(counts) == 1:
        return f"{told}，都是{most}"
    names = comparison.names
    others = [f"{names[key]}为{aim}" for key, aim in aims.items() if aim != most]
    rest = "其余" if counts[most] > 1 else next(names[key] for key in aims if aims[key] == most)
    return f"{told}；{'、'.join(others)}，{rest}为{most}"


def _aims_of(comparison: CountyComparison, table: pd.DataFrame) -> dict[str, str]:
    """As what the plans of each county want it to be recognised, counties in the order given."""
    aims = table.groupby("county")["aim"].agg(lambda part: "、".join(filter(None, part.unique())))
    return {county: aims[county] or "未写明" for county in comparison.names if county in aims}


def _looks(comparison: CountyComparison) -> dict[str, tuple]:
    """County id to colour, mark and line; they begin again where there are more counties than looks."""
    return {
        county: COUNTY_LOOKS[at % len(COUNTY_LOOKS)] for at, county in enumerate(comparison.names)
    }


def _stage_words(comparison: CountyComparison) -> dict[str, str]:
    return {
        stage: word
        for result in comparison.results
        for stage, word in result.standard.stage_names.items()
    }


def _county_handles(
    comparison: CountyComparison, drawn: set[str], lines: bool = False
) -> list[Line2D]:
    """Names, with the unit of counting; who is not among those drawn is said to have nothing to draw."""
    lacks = {name: "" if name in drawn else "；没有可画的数" for name in comparison.names}
    units = {
        card.id: _UNIT_WORDS[result.sections.unit]
        for card, result in zip(comparison.cards, comparison.results, strict=True)
    }
    return [
        Line2D(
            *([], []),
            color=color,
            marker=marker,
            ls=line if lines else "",
            ms=5,
            label=f"{comparison.names[county]}（按{units[county]}{lacks[county]}）",
        )
        for county, (color, marker, line) in _looks(comparison).items()
    ]


def _stage_handles(comparison: CountyComparison) -> list[Line2D]:
    words = _stage_words(comparison).values()
    handles = [
        Line2D([], [], color=color, marker=marker, ms=4, label=word)
        for word, (color, marker) in zip(words, STAGE_LOOKS, strict=False)
    ]
    return [*handles, Line2D([], [], **_DASHED, label="标准值（与学段同色，按校执行）")]


def _explain(figure: Figure, comparison: CountyComparison, handles: list[Line2D]) -> Figure:
    """A legend below the picture, and what kind the data are."""
    kinds = sorted({kind for text in comparison.stages["data_kinds"] for kind in text.split("、")})
    return _legend(figure, handles, f"学校数据性质：{'、'.join(kinds)}")


def _legend(figure: Figure, handles: list[Line2D], title: str) -> Figure:
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
