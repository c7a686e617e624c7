"""Figures of an assessment: sections against bars, coefficients against limits, zones, years."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.exact import as_fraction, round_half_up
from youzhi.figures.style import draw_style, say_nothing
from youzhi.inequality import compare_zones, largest_coefficients, main_contributors, trace_lorenz
from youzhi.standards import Indicator
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

STAGE_STYLES = [("#0072B2", "o"), ("#D55E00", "s"), ("#009E73", "^")]
LINE_STYLES = [
    {"color": "#0072B2", "ls": "-"},
    {"color": "#D55E00", "ls": "--"},
    {"color": "#009E73", "ls": ":"},
    {"color": "#CC79A7", "ls": "-."},
    {"color": "#E69F00", "ls": (0, (5, 1))},
    {"color": "#56B4E9", "ls": (0, (1, 1))},
    {"color": "#000000", "ls": (0, (3, 1, 1, 1, 1, 1))},
]
MARKS = {MET: ("#56B4E9", "o"), NOT_MET: ("#B22222", "X"), CANNOT_TELL: ("#777777", "D")}
# Dark where far below the bar, white at the bar, light blue above it: the order survives in grey.
DISTANCE = LinearSegmentedColormap.from_list(
    "distance",
    [(0, "#7f2704"), (0.35, "#e6741d"), (0.48, "#fde0c5"), (0.5, "#ffffff"), (1, "#a6cee3")],
).with_extremes(bad="#dddddd")
UNDECIDED = {"marker": "D", "mfc": "white", "ms": 7, "mew": 1.4}
NO_SECTIONS = "没有计入的学校，没有可画的内容"
NO_BARS = "标准值没有取得，没有可画的内容"
PLAIN = ("#555555", "o")
MOST_ROWS = 40
STATE_MARKS = {
    "below_bar": (
        "低于标准值、达到底线",
        {"marker": "o", "mfc": "none", "mec": "black", "ms": 5, "mew": 0.8},
    ),
    "below_floor": ("低于底线", {"marker": "X", "color": "black", "ms": 5}),
    "unknown": ("无法判定", {"marker": "D", "mfc": "white", "mec": "black", "ms": 5, "mew": 0.8}),
}


def _percent(share: float, decimals: int = 1) -> str:
    """A share in percent, rounded half up."""
    return f"{round_half_up(as_fraction(share) * 100, decimals)}%"


def _plus_unknown(text: str, table: pd.DataFrame, words: str) -> str:
    """A title, and how much cannot be told, where anything cannot."""
    unknown = int((table["verdict"] == CANNOT_TELL).sum())
    return f"{text}，{unknown}{words}" if unknown else text


@draw_style
def draw_bar_distance(result: Assessment) -> Figure:
    """Draw a heat map of sections x indicators: value over bar (各校段指标与标准值之比).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage that has sections; at most 40 rows each, the sections farthest below a bar first. Words only
        where the standard has no bars.
    """
    result.one_year()
    if result.standard.school_rule is None:
        return say_nothing(NO_BARS)
    if result.indicators.empty:
        return say_nothing(NO_SECTIONS)
    table = result.indicators.assign(ratio=result.indicators["value"] / result.indicators["bar"])
    words = result.standard.stage_names
    parts = [(word, table[table["stage"] == stage]) for stage, word in words.items()]
    parts = [(word, part) for word, part in parts if len(part)]
    rows = min(MOST_ROWS, max(part["school"].nunique() for _, part in parts))
    size = (5.3 * len(parts), 1.9 + 0.21 * rows)
    figure, axes = plt.subplots(1, len(parts), figsize=size, squeeze=False)
    for axis, (word, part) in zip(axes[0], parts, strict=True):
        image = _draw_ratios(axis, part, result, word)
        axis.set_ylim(rows - 0.5, -0.5)
    look = {"location": "bottom", "shrink": 0.5, "aspect": 40, "pad": 0.02, "extend": "both"}
    figure.colorbar(image, ax=axes, label="指标值 ÷ 标准值（倍）", **look)
    handles = [Line2D([], [], ls="", **mark, label=label) for label, mark in STATE_MARKS.values()]
    figure.legend(handles=handles, loc="outside lower right", ncols=3)
    return figure


def _draw_ratios(axis, part: pd.DataFrame, result: Assessment, word: str):
    """One stage of the heat map: the rows farthest below a bar, each failing cell marked by its verdict."""
    columns = list(result.standard.codes)
    ratios = part.pivot(index="school", columns="indicator", values="ratio")[columns]
    order = ratios.min(axis=1).sort_values(kind="stable", na_position="first").index[:MOST_ROWS]
    image = axis.imshow(ratios.loc[order], cmap=DISTANCE, vmin=0.5, vmax=1.5, aspect="auto")
    short = [indicator.short for indicator in result.standard.indicator]
    axis.set_xticks(range(len(columns)), short, rotation=40, ha="left")
    axis.set_yticks(range(len(order)), order, fontsize=8)
    axis.xaxis.tick_top()
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    states = part.assign(state=_states(part)).pivot(
        index="school", columns="indicator", values="state"
    )
    for state, (_, mark) in STATE_MARKS.items():
        y, x = np.nonzero((states.loc[order, columns] == state).to_numpy())
        axis.plot(x, y, ls="", **mark)
    failing, unknown = (
        part.loc[part["verdict"] == verdict, "school"].nunique()
        for verdict in (NOT_MET, CANNOT_TELL)
    )
    title = f"{word}：{len(ratios)}个校段中{failing}个有指标低于标准值"
    title += f"、{unknown}个有指标无法判定" if unknown else ""
    title += f"，列出离标准值最远的{len(order)}个" if len(ratios) > len(order) else ""
    axis.set_title(title, fontsize=10)
    return image


def _states(part: pd.DataFrame) -> np.ndarray:
    """How every value stands, by its exact verdict: a key of STATE_MARKS, or "met"."""
    failing = part["verdict"] == NOT_MET
    unknown = part["verdict"] == CANNOT_TELL
    return np.select(
        [failing & part["at_floor"], failing, unknown], ["below_bar", "below_floor", "unknown"], MET
    )


@draw_style
def draw_coefficients(result: Assessment) -> Figure:
    """Draw every difference coefficient, or their mean, as a dot beside the limit of its stage (校际差异系数).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage; where the standard judges the mean of all, only that has a limit and a verdict.
    """
    result.one_year()
    table, words = result.coefficients, result.standard.stage_names
    composite = result.standard.dispersion_rule.kind == "composite"
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return say_nothing(NO_SECTIONS)
    size = (5 * len(stages), 1.5 + 0.36 * (len(result.standard.codes) + composite))
    figure, axes = plt.subplots(
        1, len(stages), figsize=size, sharex=True, sharey=True, squeeze=False
    )
    limits = result.standard.dispersion_rule.limit
    room = [float(limits[stage]) * 1.2 for stage in stages if composite]
    for axis, stage in zip(axes[0], stages, strict=True):
        rows = table[table["stage"] == stage].reset_index(drop=True)
        if composite:
            rows = pd.concat([rows, _as_coefficient(result, stage)], ignore_index=True)
        _draw_spread(axis, rows, result, stage)
        axis.set_xlim(0, max(0.6, table["cv"].fillna(0).max() * 1.2, *room))
        told = _tell_composite(rows.iloc[-1]) if composite else _tell_spread(rows["verdict"])
        axis.set_title(f"{words[stage]}：{told}")
    return figure


def _as_coefficient(result: Assessment, stage: str) -> pd.DataFrame:
    """The mean of all coefficients of one stage, as one more row; it belongs to no indicator."""
    rows = result.composite[result.composite["stage"] == stage]
    return rows.rename(columns={"composite": "cv"}).assign(indicator="")


def _tell_composite(row: pd.Series) -> str:
    """On which side of its limit the mean of all coefficients lies."""
    side = {MET: "没有超过限值", NOT_MET: "超过限值", CANNOT_TELL: "无法判定"}[row["verdict"]]
    return f"综合差异系数{row['printed'] + '，' if row['printed'] else ''}{side}"


def _draw_spread(axis, rows: pd.DataFrame, result: Assessment, stage: str) -> None:
    """The coefficients of one stage beside their limit; one that has no number is a word without a point."""
    names, limit = result.standard.indicator_names, result.standard.dispersion_rule.limit[stage]
    names, top, look = (
        names | {"": "综合（各项平均）"},
        -1.1,
        {"color": "black", "ls": "--", "lw": 1},
    )
    if result.standard.dispersion_rule.kind == "each":
        axis.axvline(float(limit), **look)
    else:
        top = len(rows) - 2
        axis.plot([float(limit)] * 2, [top, top + 1.6], **look)
    told = f"{limit:.{max(2, -limit.as_tuple().exponent)}f}"
    axis.text(float(limit) + 0.008, top + 0.35, f"限值 {told}", fontsize=9)
    for verdict, part in rows.dropna(subset="cv").groupby("verdict"):
        color, marker = MARKS.get(verdict, PLAIN)
        look = {"color": color, "marker": marker, "s": 60, "zorder": 3, "clip_on": False}
        axis.scatter(part["cv"], part.index, **look)
    for row in rows.itertuples():
        place = {"xytext": (7, -3), "textcoords": "offset points", "fontsize": 9}
        at = (0 if np.isnan(row.cv) else row.cv, row.Index)
        label = axis.annotate(_coefficient_label(row), at, **place)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    axis.set_yticks(range(len(rows)), [names[name] for name in rows["indicator"]])
    axis.set_ylim(len(rows) - 0.4, -1.1)
    axis.grid(axis="x", color="#e5e5e5")
    axis.set_xlabel("差异系数（无量纲）")


def _coefficient_label(row) -> str:
    """The number, and the verdict in words where it is not plain from number and limit."""
    word = VERDICT_WORDS.get(row.verdict, "无法计算")
    if not row.verdict:
        return row.printed or word
    if not row.printed:
        return word if row.verdict == CANNOT_TELL else f"无定义，{word}"
    return f"{row.printed}（{word}）" if row.verdict == CANNOT_TELL else row.printed


def _tell_spread(verdicts: pd.Series) -> str:
    """How many coefficients are beyond the limit, and apart from them how many cannot be told."""
    total, over = len(verdicts), int((verdicts == NOT_MET).sum())
    unknown = int((verdicts == CANNOT_TELL).sum())
    if not unknown:
        return f"{total}项差异系数中{f'{over}项超过限值' if over else '没有一项超过限值'}"
    if unknown == total:
        return f"{total}项差异系数都无法判定"
    return f"{total}项差异系数中{over}项超过限值、{unknown}项无法判定"


@draw_style
def draw_contributions(result: Assessment, most: int = 8) -> Figure:
    """Draw which schools make the largest coefficient of each stage (差异主要来自哪些学校).

    Parameters
    ----------
    result
        Of one county and year.
    most
        How many schools to show per stage.

    Returns
    -------
    Figure
        One panel per stage: each school's share in the squared coefficient.
    """
    result.one_year()
    parts = [
        (worst, top)
        for _, worst in largest_coefficients(result.coefficients).iterrows()
        if len(top := main_contributors(result.shares, worst, most))
    ]
    if not parts:
        return say_nothing(_why_no_contributions(result.coefficients))
    size = (5 * len(parts), 1.4 + 0.32 * most)
    figure, axes = plt.subplots(1, len(parts), figsize=size, squeeze=False)
    for axis, (worst, top) in zip(axes[0], parts, strict=True):
        _draw_contributors(axis, top)
        axis.set_title(_contributions_title(result, worst, top), fontsize=10.5)
    looks = [("#56B4E9", "black", "", "高于全县平均"), ("#7f2704", "white", "///", "低于全县平均")]
    handles = [
        plt.Rectangle((0, 0), 1, 1, fc=face, ec=edge, hatch=hatch, label=label)
        for face, edge, hatch, label in looks
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _why_no_contributions(coefficients: pd.DataFrame) -> str:
    """Why there is no difference to divide among the schools."""
    if coefficients.empty:
        return NO_SECTIONS
    if (coefficients["cv"] == 0).any():
        return "能够计算的差异系数都是零，没有可画的内容"
    return "差异系数无法计算，没有可画的内容"


def _draw_contributors(axis, top: pd.DataFrame) -> None:
    """One bar per school, as long as its share; hatched where the school lies under the mean."""
    above = top["value"] > top["mean"]
    colors = np.where(above, "#56B4E9", "#7f2704")
    bars = axis.barh(top["school"], top["share"] * 100, color=colors, edgecolor="black", lw=0.6)
    for bar, is_above in zip(bars, above, strict=True):
        bar.set_hatch("" if is_above else "///")
    axis.invert_yaxis()
    axis.set_xlabel("占差异系数平方的份额（%）")
    axis.tick_params(axis="y", labelsize=9)


def _contributions_title(result: Assessment, worst: pd.Series, top: pd.DataFrame) -> str:
    """Which coefficient of which stage, and how much of it the schools that are shown make."""
    stage = result.standard.stage_names[worst["stage"]]
    name = result.standard.indicator_names[worst["indicator"]]
    aside = "" if worst["is_largest"] else "（有指标无法计算）"
    return f"{stage}“{name}”{aside}：前{len(top)}所占差异的{_percent(top['share'].sum(), 0)}"


@draw_style
def draw_gaps(result: Assessment, most: int = 10) -> Figure:
    """Draw what is missing in natural units, school by school (缺口).

    Parameters
    ----------
    result
        Of one county and year.
    most
        How many schools to show per indicator.

    Returns
    -------
    Figure
        One panel per indicator that lacks something, largest county gap first; at most four panels. Words only where the
        standard has no bars.
    """
    result.one_year()
    if result.standard.school_rule is None:
        return say_nothing(NO_BARS)
    codes, words = result.standard.codes, result.standard.stage_names
    totals = result.totals.assign(order=range(len(result.totals)))
    if result.indicators.empty:
        return say_nothing(NO_SECTIONS)
    if totals.empty:
        text = "没有缺口：能判定的指标都达到标准值"
        return say_nothing(_plus_unknown(text, result.indicators, "个指标值无法判定"))
    many = totals.sort_values(["schools", "order"], ascending=[False, True]).head(4)
    rows, columns = -(-len(many) // 2), min(2, len(many))
    size = (5.2 * columns, rows * (1.1 + 0.27 * most))
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for axis in axes.ravel()[len(many) :]:
        axis.set_axis_off()
    for axis, total in zip(axes.ravel(), many.itertuples(), strict=False):
        rows = result.gaps[result.gaps["indicator"] == total.indicator]
        top = rows.sort_values("to_bar", ascending=False, kind="stable").head(most)
        labels = [f"{row.school}（{words[row.stage][0]}）" for row in top.itertuples()]
        axis.barh(
            labels, top["to_bar"], color="#E69F00", edgecolor="black", lw=0.6, label="补到标准值"
        )
        look = {"color": "#7f2704", "hatch": "///", "edgecolor": "white", "lw": 0, "height": 0.45}
        axis.barh(labels, top["to_floor"], label="补到底线", **look)
        axis.invert_yaxis()
        axis.set_xlabel(f"缺口（{total.unit}）")
        axis.tick_params(axis="y", labelsize=8)
        axis.ticklabel_format(axis="x", style="plain")
        axis.locator_params(axis="x", nbins=5)
        title = (
            f"{codes[total.indicator].short}：{total.schools}所学校共缺{total.to_bar:,}{total.unit}"
        )
        values = result.indicators[result.indicators["indicator"] == total.indicator]
        axis.set_title(_plus_unknown(title, values, "个校段无法判定"), fontsize=10.5)
    handles, texts = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=2)
    return figure


@draw_style
def draw_zones(result: Assessment) -> Figure:
    """Compare urban, town and rural schools: pupil-weighted mean over bar, or over county mean (城区、镇区、乡村比较).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage. Where the standard has no bars, the means are held against those of the county.
    """
    result.one_year()
    if result.indicators.empty:
        return say_nothing(NO_SECTIONS)
    judged = result.standard.school_rule is not None
    values = result.own_values.assign(bar=_bars_of(result))
    table = compare_zones(values, result.schools)
    words, names = result.standard.stage_names, result.standard.indicator_names
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return say_nothing("数据没有城乡类型，不能比较")
    zones = load_columns()["zone"].choices
    height = 1.9 + 0.36 * len(names)
    figure, axes = plt.subplots(
        1, len(stages), figsize=(5 * len(stages), height), sharex=True, sharey=True, squeeze=False
    )
    for axis, stage in zip(axes[0], stages, strict=True):
        axis.axvline(1, color="black", ls="--", lw=1)
        for (zone, word), (color, marker) in zip(zones.items(), STAGE_STYLES, strict=True):
            rows = table[(table["stage"] == stage) & (table["zone"] == zone)]
            at = [list(names).index(name) for name in rows["indicator"]]
            axis.scatter(rows["ratio"], at, color=color, marker=marker, s=55, label=word, zorder=3)
        axis.set_yticks(range(len(names)), list(names.values()))
        axis.set_ylim(len(names) - 0.4, -0.6)
        axis.grid(color="#e5e5e5")
        axis.set_xlim(left=min(0.8, table["ratio"].min() - 0.1))
        axis.set_xlabel(f"平均值 ÷ {'标准值' if judged else '全县平均值'}（倍）")
        told = (_tell_zones if judged else _tell_lowest)(table[table["stage"] == stage], zones)
        axis.set_title(f"{words[stage]}：{told}", fontsize=10.5)
    handles, texts = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=3)
    return figure


def _bars_of(result: Assessment) -> np.ndarray:
    """What every value is held against: its bar, or the county mean where the standard has no bars."""
    if result.standard.school_rule is not None:
        return result.indicators["bar"].to_numpy()
    means = result.coefficients.set_index(["stage", "indicator"])["mean"]
    places = pd.MultiIndex.from_frame(result.own_values[["stage", "indicator"]])
    return means.reindex(places).to_numpy()


def _tell_lowest(means: pd.DataFrame, zones: dict[str, str]) -> str:
    """Which zone has the lowest mean most often, and how many means cannot be told."""
    unknown = int(means["mean"].isna().sum())
    aside = f"，{unknown}项平均无法判定" if unknown else ""
    compared = means.dropna(subset="ratio").groupby("indicator").filter(lambda rows: len(rows) > 1)
    if compared.empty:
        return f"只有一类地区可以比较{aside}"
    lowest = compared.loc[compared.groupby("indicator")["ratio"].idxmin(), "zone"].value_counts()
    total, zone = compared["indicator"].nunique(), zones[lowest.index[0]]
    return f"{total}项指标中{zone}平均最低的有{lowest.iloc[0]}项{aside}"


def _tell_zones(means: pd.DataFrame, zones: dict[str, str]) -> str:
    """Which zones have a mean under its bar, and how many means cannot be told."""
    unknown = int(means["mean"].isna().sum())
    low = "、".join(dict.fromkeys(zones[zone] for zone in means.loc[means["below"], "zone"]))
    if unknown == len(means):
        return "各类地区平均都无法判定"
    if not unknown:
        return f"{low}有指标平均低于标准值" if low else "各类地区平均都达到标准值"
    known = f"{low}有指标平均低于标准值" if low else "能算出的平均都达到标准值"
    return f"{known}，{unknown}项无法判定"


@draw_style
def draw_trend(history: Assessment) -> Figure:
    """Draw the share of schools that meet the rule, and the coefficient that is judged, year by year (历年变化).

    Parameters
    ----------
    history
        Of one county and several years, all by one standard; see assess_years.

    Returns
    -------
    Figure
        Two panels; no shares of schools where the standard has no bars. The coefficient is the largest one, or the mean
        of all where that is judged.
    """
    if history.schools.empty:
        return say_nothing(NO_SECTIONS)
    panels = 2 if history.standard.school_rule else 1
    figure, axes = plt.subplots(1, panels, figsize=(5 * panels, 3.7), squeeze=False)
    years = sorted(set(history.verdicts["year"]))
    for axis in axes[0]:
        axis.grid(color="#e5e5e5")
        axis.set_xlabel("统计年度（年）")
        axis.set_xticks(years, years)
        axis.tick_params(axis="x", labelsize=8.5)
    if panels == 2:
        _draw_shares(axes[0][0], history)
    decided = _draw_strains(axes[0][-1], history)
    handles, _ = axes[0][0].get_legend_handles_labels()
    if not decided:
        label = "有差异系数无法判定的年度（已知的最大值）"
        handles.append(Line2D([], [], ls="", **UNDECIDED, mec="black", label=label))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _stage_looks(history: Assessment):
    """Every stage that has sections, with its name and look."""
    words = history.standard.stage_names.items()
    for (stage, word), (color, marker) in zip(words, cycle(STAGE_STYLES), strict=False):
        if (history.schools["stage"] == stage).any():
            yield stage, {"label": word, "color": color, "marker": marker}


def _draw_shares(axis, history: Assessment) -> None:
    """The share of sections that are met, one line per stage."""
    for stage, look in _stage_looks(history):
        here = history.schools[history.schools["stage"] == stage]
        share = (here["verdict"] == MET).groupby(here["year"]).mean() * 100
        axis.plot(share.index, share, **look)
    axis.set_ylim(0, 105)
    axis.set_ylabel("达标校段占比（%）")
    axis.set_title(_tell_last_year(history), fontsize=10.5)


def _draw_strains(axis, history: Assessment) -> bool:
    """What is judged over its limit, one line per stage; tell whether every year is decided."""
    strain, composite = _strain_of(history), history.standard.dispersion_rule.kind == "composite"
    for stage, look in _stage_looks(history):
        _draw_strain(axis, strain.loc[stage], look)
    axis.set_ylabel(f"{'综合' if composite else '最大'}差异系数 ÷ 限值（倍）")
    axis.axhline(1, color="black", ls="--", lw=1)
    axis.set_ylim(0, max(1.1, strain["ratio"].fillna(0).max() * 1.1))
    judged = history.composite if composite else history.coefficients
    axis.set_title(_tell_years(judged, "综合差异系数" if composite else "差异系数"), fontsize=10.5)
    return bool(strain["decided"].all())


def _strain_of(history: Assessment) -> pd.DataFrame:
    """By stage and year: what is judged over its limit, as far as known, and whether all of it is decided."""
    keys = ["stage", "year"]
    if history.standard.dispersion_rule.kind == "composite":
        judged = history.composite.rename(columns={"composite": "cv"})
        largest = judged.set_index(keys)
    else:
        judged = history.coefficients
        largest = largest_coefficients(judged).set_index(keys)
    known = judged["verdict"] != CANNOT_TELL
    decided = known.groupby([judged[key] for key in keys]).all()
    ratio = (largest["cv"] / largest["limit"]).reindex(decided.index)
    return pd.DataFrame({"ratio": ratio, "decided": decided})


def _draw_strain(axis, strain: pd.DataFrame, look: dict) -> None:
    """One stage: a line through the decided years; hollow marks where a coefficient cannot be told."""
    axis.plot(strain.index, strain["ratio"].where(strain["decided"]), **look)
    undecided = strain[~strain["decided"]].dropna()
    if len(undecided):
        axis.plot(undecided.index, undecided["ratio"], ls="", **UNDECIDED, mec=look["color"])


def _tell_last_year(history: Assessment) -> str:
    """The share of good sections in the last year, and how many sections cannot be told."""
    year, parts = max(history.verdicts["year"]), []
    schools = history.schools[history.schools["year"] == year]
    for stage, word in history.standard.stage_names.items():
        verdicts = schools.loc[schools["stage"] == stage, "verdict"]
        if len(verdicts):
            unknown = int((verdicts == CANNOT_TELL).sum())
            aside = f"（另{unknown}个无法判定）" if unknown else ""
            parts.append(f"{word}{_percent((verdicts == MET).mean())}{aside}")
    return f"{year}年达标校段占比：{'、'.join(parts) or '没有计入的学校'}"


def _tell_years(coefficients: pd.DataFrame, thing: str) -> str:
    """In how many years a coefficient is beyond its limit, and in how many one cannot be told."""
    over, unknown = (
        coefficients.loc[coefficients["verdict"] == verdict, "year"].nunique()
        for verdict in (NOT_MET, CANNOT_TELL)
    )
    if not over and not unknown:
        return f"各年{thing}都没有超过限值"
    told = [f"{over}个年度有{thing}超过限值"] if over else []
    return "，".join(told + ([f"{unknown}个年度有{thing}无法判定"] if unknown else []))


@draw_style
def draw_distributions(result: Assessment) -> Figure:
    """Draw how the sections' values lie, around the bar where there is one, indicator by indicator (指标值分布).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per indicator; every dot is a section.
    """
    result.one_year()
    if result.indicators.empty:
        return say_nothing(NO_SECTIONS)
    words = result.standard.stage_names
    indicators = result.standard.indicator
    columns = min(4, len(indicators))
    rows = -(-len(indicators) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(2.7 * columns, 2.9 * rows), squeeze=False)
    for axis in axes.ravel()[len(indicators) :]:
        axis.set_axis_off()
    for axis, indicator in zip(axes.ravel(), indicators, strict=False):
        table = result.indicators[result.indicators["indicator"] == indicator.id]
        for at, (stage, (color, marker)) in enumerate(zip(words, STAGE_STYLES, strict=False)):
            values = np.sort(table.loc[table["stage"] == stage, "value"].dropna().to_numpy())
            spread = at + 0.28 * np.sin(2.4 * np.arange(len(values)))
            axis.scatter(spread, values, s=9, alpha=0.6, color=color, marker=marker, linewidths=0)
            if indicator.bar:
                axis.hlines(float(indicator.bar[stage]), at - 0.4, at + 0.4, color="black", lw=1.6)
        axis.set_xticks(range(len(words)), list(words.values()))
        axis.set_xlim(-0.5, len(words) - 0.5)
        axis.set_ylim(bottom=0)
        axis.set_ylabel(indicator.unit, fontsize=9)
        axis.set_title(_distribution_title(indicator, table), fontsize=9.5)
    handle = Line2D([], [], color="black", lw=1.6, label="标准值；每个点是一个校段")
    if result.standard.school_rule is None:
        handle = Line2D([], [], ls="", marker="o", ms=3, color="black", label="每个点是一个校段")
    figure.legend(handles=[handle], loc="outside lower center")
    return figure


def _distribution_title(indicator: Indicator, table: pd.DataFrame) -> str:
    """How many sections lie under the bar, where there is one, and how many have no value."""
    if not indicator.bar:
        missing = int(table["value"].isna().sum())
        return f"{indicator.short}：{missing}个缺数据" if missing else indicator.short
    below = int((table["verdict"] == NOT_MET).sum())
    return _plus_unknown(f"{indicator.short}：{below}个低于标准值", table, "个无法判定")


@draw_style
def draw_lorenz(result: Assessment) -> Figure:
    """Draw the Lorenz curves of all resources over the pupils (洛伦兹曲线).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage; the nearer to the diagonal, the more evenly spread.
    """
    result.one_year()
    if result.own_values.empty:
        return say_nothing(NO_SECTIONS)
    words, codes = result.standard.stage_names, result.standard.codes
    complete = result.own_values.groupby(["stage", "indicator"], sort=False)["value"].transform(
        lambda v: v.notna().all() & v.any()
    )
    table = result.own_values[complete]
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return say_nothing("指标值不完整，没有可画的曲线")
    looks = dict(zip(codes, cycle(LINE_STYLES), strict=False))
    size = (4.6 * len(stages), 4.8)
    figure, axes = plt.subplots(1, len(stages), figsize=size, sharey=True, squeeze=False)
    for axis, stage in zip(axes[0], stages, strict=True):
        axis.plot([0, 100], [0, 100], color="#bbbbbb", lw=1)
        areas = {}
        for name, rows in table[table["stage"] == stage].groupby("indicator", sort=False):
            curve = trace_lorenz(rows["pupils"], rows["numerator"]) * 100
            areas[name] = np.trapezoid(curve["resource_share"], curve["pupil_share"])
            axis.plot(curve["pupil_share"], curve["resource_share"], **looks[name])
        farthest = min(areas, key=areas.get)
        axis.set_xlabel("学生累计占比（%，从资源最少的学校起）")
        title = f"{words[stage]}：{codes[farthest].short}离对角线最远、最不均衡"
        absent = len(codes) - len(areas)
        title += f"（{absent}项缺数据或全为零，没有画）" if absent else ""
        axis.set_title(title, fontsize=9.5 if absent else 11.5)
        axis.set_aspect("equal")
    axes[0][0].set_ylabel("资源累计占比（%）")
    drawn = [name for name in codes if (table["indicator"] == name).any()]
    handles = [Line2D([], [], **looks[name], label=codes[name].short) for name in drawn]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure
