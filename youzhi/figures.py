"""Results -> matplotlib figures in one style, with the open Chinese font that is installed with youzhi.

Every figure is closed and returned, so that none is kept open; its title says what it shows. The settings hold
only while a figure is drawn; the font stays registered with matplotlib. pyplot is used, so draw in one thread at a
time. Colours are told apart in grey and by colour-blind readers; what matters is also marked by shape.
"""

from __future__ import annotations

from functools import cache
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.errors import UsageError, YouzhiError
from youzhi.exact import as_fraction, round_half_up
from youzhi.inequality import compare_zones, largest_coefficients, main_contributors, trace_lorenz
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
MOST_ROWS = 40
STATE_MARKS = {
    "below_bar": (
        "低于标准值、达到底线",
        {"marker": "o", "mfc": "none", "mec": "black", "ms": 5, "mew": 0.8},
    ),
    "below_floor": ("低于底线", {"marker": "X", "color": "black", "ms": 5}),
    "unknown": ("无法判定", {"marker": "D", "mfc": "white", "mec": "black", "ms": 5, "mew": 0.8}),
}


@cache
def _style() -> dict:
    """Register the Chinese font once and return the settings of every figure."""
    from matplotlib import font_manager

    try:
        import pylopdf_fonts_zh_cn as fonts
    except ImportError as error:
        raise YouzhiError(
            "缺少中文字体包 pylopdf-fonts-zh-cn，图中汉字无法显示。请运行 make env 重新建立环境。"
        ) from error
    path = str(fonts.sans_path())
    font_manager.fontManager.addfont(path)
    family = font_manager.FontProperties(fname=path).get_name()
    return {
        "font.family": [family, "DejaVu Sans"],
        "font.size": 10,
        "axes.titlesize": 11.5,
        "axes.titlelocation": "left",
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "figure.dpi": 96,
        "savefig.dpi": 96,
        "legend.frameon": False,
        "text.parse_math": False,
        "svg.hashsalt": "youzhi",
    }


class _PaletteCanvas(FigureCanvasAgg):
    """Writes PNG with a palette: a report of many figures stays small, and nothing visible is lost."""

    def print_png(self, filename_or_obj, **_settings):
        self.draw()
        image = Image.fromarray(np.asarray(self.buffer_rgba())).convert("RGB")
        small = image.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        dpi = (self.figure.dpi, self.figure.dpi)
        small.save(filename_or_obj, format="png", optimize=True, dpi=dpi)


def _drawn(draw):
    """Let a drawing function run in the one style and close what it made."""

    def drawing(*args, **kwargs) -> Figure:
        with plt.rc_context(_style()):
            figure = draw(*args, **kwargs)
            figure.set_layout_engine("constrained")
            figure.canvas.draw()
        plt.close(figure)
        _PaletteCanvas(figure)
        return figure

    drawing.__doc__, drawing.__name__, drawing.__qualname__ = (
        draw.__doc__,
        draw.__name__,
        draw.__name__,
    )
    drawing.__wrapped__ = draw
    return drawing


def _require_one_year(result: Assessment) -> None:
    """Refuse a result that would be pooled over several county-years."""
    if len(result.verdicts) != 1:
        raise UsageError(f"这里只能画一个县一个年度，结果中有{len(result.verdicts)}个县年。")


def _percent(share: float, decimals: int = 1) -> str:
    """A share in percent, rounded half up."""
    return f"{round_half_up(as_fraction(share) * 100, decimals)}%"


def _plus_unknown(text: str, table: pd.DataFrame, words: str) -> str:
    """A title, and how much cannot be told, where anything cannot."""
    unknown = int((table["verdict"] == CANNOT_TELL).sum())
    return f"{text}，{unknown}{words}" if unknown else text


@_drawn
def draw_bar_distance(result: Assessment) -> Figure:
    """Draw a heat map of sections x indicators: value over bar (各校段指标与标准值之比).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage that has sections; at most 40 rows each, the sections farthest below a bar first.
    """
    _require_one_year(result)
    if result.indicators.empty:
        return _say_nothing(NO_SECTIONS)
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


@_drawn
def draw_coefficients(result: Assessment) -> Figure:
    """Draw every difference coefficient as a dot beside the limit of its stage (校际差异系数).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage.
    """
    _require_one_year(result)
    table, words = result.coefficients, result.standard.stage_names
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return _say_nothing(NO_SECTIONS)
    size = (5 * len(stages), 1.5 + 0.36 * len(result.standard.codes))
    figure, axes = plt.subplots(
        1, len(stages), figsize=size, sharex=True, sharey=True, squeeze=False
    )
    for axis, stage in zip(axes[0], stages, strict=True):
        rows = table[table["stage"] == stage].reset_index(drop=True)
        _draw_spread(axis, rows, result, stage)
        axis.set_xlim(0, max(0.6, table["cv"].fillna(0).max() * 1.2))
        axis.set_title(f"{words[stage]}：{_tell_spread(rows['verdict'])}")
    return figure


def _draw_spread(axis, rows: pd.DataFrame, result: Assessment, stage: str) -> None:
    """The coefficients of one stage beside their limit; one that has no number is a word without a point."""
    names, limit = result.standard.indicator_names, result.standard.dispersion_rule.limit[stage]
    axis.axvline(float(limit), color="black", ls="--", lw=1)
    told = f"{limit:.{max(2, -limit.as_tuple().exponent)}f}"
    axis.text(float(limit) + 0.008, -0.75, f"限值 {told}", fontsize=9)
    for verdict, part in rows.dropna(subset="cv").groupby("verdict"):
        color, marker = MARKS[verdict]
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
    word = VERDICT_WORDS[row.verdict]
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


@_drawn
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
    _require_one_year(result)
    parts = [
        (worst, top)
        for _, worst in largest_coefficients(result.coefficients).iterrows()
        if len(top := main_contributors(result.shares, worst, most))
    ]
    if not parts:
        return _say_nothing(_why_no_contributions(result.coefficients))
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


@_drawn
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
        One panel per indicator that lacks something, largest county gap first; at most four panels.
    """
    _require_one_year(result)
    codes, words = result.standard.codes, result.standard.stage_names
    totals = result.totals.assign(order=range(len(result.totals)))
    if result.indicators.empty:
        return _say_nothing(NO_SECTIONS)
    if totals.empty:
        text = "没有缺口：能判定的指标都达到标准值"
        return _say_nothing(_plus_unknown(text, result.indicators, "个指标值无法判定"))
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


@_drawn
def draw_zones(result: Assessment) -> Figure:
    """Compare urban, town and rural schools: pupil-weighted mean over bar (城区、镇区、乡村比较).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per stage.
    """
    _require_one_year(result)
    if result.indicators.empty:
        return _say_nothing(NO_SECTIONS)
    values = result.own_values.assign(bar=result.indicators["bar"])
    table = compare_zones(values, result.schools)
    words, names = result.standard.stage_names, result.standard.indicator_names
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return _say_nothing("数据没有城乡类型，不能比较")
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
        axis.set_xlabel("平均值 ÷ 标准值（倍）")
        told = _tell_zones(table[table["stage"] == stage], zones)
        axis.set_title(f"{words[stage]}：{told}", fontsize=10.5)
    handles, texts = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=3)
    return figure


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


@_drawn
def draw_trend(history: Assessment) -> Figure:
    """Draw the share of schools that meet the rule, and the largest coefficient, year by year (历年变化).

    Parameters
    ----------
    history
        Of one county and several years, all by one standard; see assess_years.

    Returns
    -------
    Figure
        Two panels.
    """
    if history.schools.empty:
        return _say_nothing(NO_SECTIONS)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.7))
    words, strain = history.standard.stage_names, _strain_of(history.coefficients)
    years = sorted(set(history.verdicts["year"]))
    for (stage, word), (color, marker) in zip(words.items(), cycle(STAGE_STYLES), strict=False):
        here = history.schools[history.schools["stage"] == stage]
        share = (here["verdict"] == MET).groupby(here["year"]).mean() * 100
        look = {"color": color, "marker": marker}
        if len(share):
            left.plot(share.index, share, label=word, **look)
            _draw_strain(right, strain.loc[stage], look)
    for axis in (left, right):
        axis.grid(color="#e5e5e5")
        axis.set_xlabel("统计年度（年）")
        axis.set_xticks(years, years)
        axis.tick_params(axis="x", labelsize=8.5)
    left.set_ylim(0, 105)
    left.set_ylabel("达标校段占比（%）")
    right.set_ylabel("最大差异系数 ÷ 限值（倍）")
    right.axhline(1, color="black", ls="--", lw=1)
    right.set_ylim(0, max(1.1, strain["ratio"].fillna(0).max() * 1.1))
    left.set_title(_tell_last_year(history), fontsize=10.5)
    right.set_title(_tell_years(history.coefficients), fontsize=10.5)
    handles, _ = left.get_legend_handles_labels()
    if not strain["decided"].all():
        label = "有差异系数无法判定的年度（已知的最大值）"
        handles.append(Line2D([], [], ls="", **UNDECIDED, mec="black", label=label))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _strain_of(coefficients: pd.DataFrame) -> pd.DataFrame:
    """By stage and year: the largest known coefficient over its limit, and whether every coefficient is decided."""
    keys = ["stage", "year"]
    largest = largest_coefficients(coefficients).set_index(keys)
    known = coefficients["verdict"] != CANNOT_TELL
    decided = known.groupby([coefficients[key] for key in keys]).all()
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


def _tell_years(coefficients: pd.DataFrame) -> str:
    """In how many years a coefficient is beyond its limit, and in how many one cannot be told."""
    over, unknown = (
        coefficients.loc[coefficients["verdict"] == verdict, "year"].nunique()
        for verdict in (NOT_MET, CANNOT_TELL)
    )
    if not over and not unknown:
        return "各年差异系数都没有超过限值"
    told = [f"{over}个年度有差异系数超过限值"] if over else []
    return "，".join(told + ([f"{unknown}个年度有差异系数无法判定"] if unknown else []))


@_drawn
def draw_distributions(result: Assessment) -> Figure:
    """Draw how the sections' values lie around the bar, indicator by indicator (指标值分布).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Figure
        One panel per indicator; every dot is a section.
    """
    _require_one_year(result)
    if result.indicators.empty:
        return _say_nothing(NO_SECTIONS)
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
            axis.hlines(float(indicator.bar[stage]), at - 0.4, at + 0.4, color="black", lw=1.6)
        axis.set_xticks(range(len(words)), list(words.values()))
        axis.set_xlim(-0.5, len(words) - 0.5)
        axis.set_ylim(bottom=0)
        axis.set_ylabel(indicator.unit, fontsize=9)
        below = int((table["verdict"] == NOT_MET).sum())
        title = f"{indicator.short}：{below}个低于标准值"
        axis.set_title(_plus_unknown(title, table, "个无法判定"), fontsize=9.5)
    figure.legend(
        handles=[Line2D([], [], color="black", lw=1.6, label="标准值；每个点是一个校段")],
        loc="outside lower center",
    )
    return figure


@_drawn
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
    _require_one_year(result)
    if result.own_values.empty:
        return _say_nothing(NO_SECTIONS)
    words, codes = result.standard.stage_names, result.standard.codes
    complete = result.own_values.groupby(["stage", "indicator"], sort=False)["value"].transform(
        lambda v: v.notna().all() & v.any()
    )
    table = result.own_values[complete]
    stages = [stage for stage in words if (table["stage"] == stage).any()]
    if not stages:
        return _say_nothing("指标值不完整，没有可画的曲线")
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


def _say_nothing(text: str) -> Figure:
    """A figure that says in words why there is nothing to draw."""
    figure, axis = plt.subplots(figsize=(6, 1.2))
    axis.set_axis_off()
    axis.text(0.5, 0.5, text, ha="center", va="center")
    return figure
