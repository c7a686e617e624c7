"""Figures of a scenario: failing sections and pupils by year, coefficients before and after, sensitivity, chances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from youzhi import trials
from youzhi.exact import as_fraction, round_half_up
from youzhi.figures.style import draw_style, say_nothing
from youzhi.trials import Comparison, Trial
from youzhi.verdicts import NOT_MET

CASE_LOOKS = {
    "plan": ("按计划", {"color": "#0072B2", "marker": "o", "ls": "-"}),
    "idle": ("不采取措施", {"color": "#D55E00", "marker": "s", "ls": "--"}),
}
STAGE_LOOKS = [("#0072B2", "o", "--"), ("#D55E00", "s", "-."), ("#009E73", "^", ":")]
USED, UNUSED = {"fc": "#0072B2", "ec": "black"}, {"fc": "white", "ec": "black", "hatch": "////"}
NO_SECTIONS = "没有计入的学校，没有可画的内容"
NO_BARS = "所用标准的标准值没有取得，不逐校判定，没有可画的内容"
_WIDTH = 7.2  # inches: the text width of an A4 page
_SMALL, _TITLE = 8, 9.5
_GRID = {"color": "#e5e5e5", "lw": 0.6}
_LIMIT = {"color": "black", "lw": 1.4}
_MOST_ROWS = 16
_MOST_LETTERS = 16


@draw_style
def draw_trial(trial: Trial) -> Figure:
    """Draw the failing sections of every year, with the actions and without them (逐年未达标校段).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Figure
        One panel per stage; sections that cannot be told count as failing and are named in the title.
    """
    if trial.standard.school_rule is None:
        return say_nothing(NO_BARS)
    table = trial.timeline
    words = {s: w for s, w in trial.standard.stage_names.items() if _stands(table, s)}
    if not words:
        return say_nothing(NO_SECTIONS)
    figure, axes = plt.subplots(1, len(words), figsize=(_WIDTH, 3.2), squeeze=False)
    most = (table["failing"] + table["unknown"]).max()
    for axis, (stage, word) in zip(axes[0], words.items(), strict=True):
        own = table[table["stage"] == stage]
        for case, (label, look) in reversed(CASE_LOOKS.items()):
            rows = own[own["case"] == case]
            axis.plot(rows["year"], rows["failing"] + rows["unknown"], label=label, ms=5, **look)
        _scale_years(axis, own["year"])
        axis.set_ylim(-0.04 * max(most, 1), 1.12 * max(most, 1))
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylabel("未达标或无法判定的校段（个）", fontsize=_SMALL)
        axis.set_title(_tell_failing(word, own), fontsize=_TITLE)
    handles, _ = axes[0][0].get_legend_handles_labels()
    return _explain(figure, handles[::-1], trial.after.data_kinds, 2)


def _explain(figure: Figure, handles: list, kinds: Sequence[str], columns: int) -> Figure:
    """A legend below the picture, and of what kind the data are."""
    title = f"数据性质：{'、'.join(kinds)}" if kinds else None
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        fontsize=_SMALL,
        title=title,
        title_fontsize=_SMALL,
    )
    return figure


def _stands(table: pd.DataFrame, stage: str) -> bool:
    return bool((table.loc[table["stage"] == stage, "sections"] > 0).any())


def _scale_years(axis, years: pd.Series) -> None:
    axis.grid(axis="y", **_GRID)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axis.set_xlim(years.min() - 0.4, years.max() + 0.4)
    axis.tick_params(labelsize=_SMALL)
    axis.set_xlabel("统计年度（年）", fontsize=_SMALL)


def _tell_failing(word: str, rows: pd.DataFrame) -> str:
    last = rows["year"].max()
    end = rows[rows["year"] == last].set_index("case")
    counts = end["failing"] + end["unknown"]
    unknown = int(end.at["plan", "unknown"])
    aside = f"（其中{unknown}个无法判定）" if unknown else ""
    if counts["plan"] == counts["idle"]:
        return f"{word}：{last}年两种情况都是{counts['plan']}个{aside}"
    return f"{word}：{last}年按计划{counts['plan']}个{aside}，\n不采取措施{counts['idle']}个"


@draw_style
def draw_coefficient_changes(change: Comparison) -> Figure:
    """Draw every difference coefficient before and after, with the limit (差异系数变化).

    Parameters
    ----------
    change
        What compare gives, such as the comparison of a trial.

    Returns
    -------
    Figure
        One panel per stage, one row per indicator: a hollow mark before, a full one after, a line at the limit.
    """
    table, standard = change.coefficients, change.after.standard
    known = table.dropna(subset=["cv_before", "cv_after"], how="all")
    words = {s: w for s, w in standard.stage_names.items() if (known["stage"] == s).any()}
    if not words:
        return say_nothing(NO_SECTIONS)
    names = standard.indicator_names
    size = (_WIDTH, 1.5 + 0.27 * len(names))
    figure, axes = plt.subplots(
        1, len(words), figsize=size, sharex=True, sharey=True, squeeze=False
    )
    for axis, (stage, word) in zip(axes[0], words.items(), strict=True):
        rows = table[table["stage"] == stage].set_index("indicator").reindex(list(names))
        _draw_dumbbells(axis, rows)
        axis.set_title(_tell_coefficients(word, rows), fontsize=_TITLE)
        axis.set_xlabel("差异系数（无单位）", fontsize=_SMALL)
    axes[0][0].set_yticks(range(len(names)), list(names.values()), fontsize=_SMALL)
    axes[0][0].set_ylim(len(names) - 0.5, -0.5)
    axes[0][0].set_xlim(left=0)
    return _explain(figure, _explain_dumbbells(change), change.after.data_kinds, 4)


_BEFORE = {"marker": "o", "mfc": "white", "mec": "#555555", "ms": 6, "ls": "", "mew": 1.2}
_AFTER = {"marker": "o", "mfc": "#0072B2", "mec": "#0072B2", "ms": 6, "ls": ""}
_OVER = {"marker": "X", "mfc": "#B22222", "mec": "#B22222", "ms": 7, "ls": ""}


def _draw_dumbbells(axis, rows: pd.DataFrame) -> None:
    """One stage; a coefficient over its limit has a mark of its own."""
    places = np.arange(len(rows))
    axis.grid(axis="x", **_GRID)
    axis.hlines(places, rows["cv_before"], rows["cv_after"], color="#999999", lw=1.6, zorder=1)
    axis.plot(rows["cv_before"], places, **_BEFORE, zorder=2)
    over = (rows["verdict_after"] == NOT_MET).to_numpy()
    axis.plot(rows["cv_after"].where(~over), places, **_AFTER, zorder=3)
    axis.plot(rows["cv_after"].where(over), places, **_OVER, zorder=3)
    if rows["limit"].notna().any():
        axis.axvline(float(rows["limit"].dropna().iloc[0]), **_LIMIT)
    axis.tick_params(labelsize=_SMALL)


def _tell_coefficients(word: str, rows: pd.DataFrame) -> str:
    shift = (rows["cv_after"] - rows["cv_before"]).dropna()
    moved = f"{int((shift < 0).sum())}项变小、{int((shift > 0).sum())}项变大"
    unknown = int(rows["cv_after"].isna().sum())
    aside = f"，{unknown}项无法判定" if unknown else ""
    if rows["limit"].isna().all():
        return f"{word}：{moved}{aside}"
    over = int((rows["verdict_after"] == NOT_MET).sum())
    return f"{word}：{moved}{aside}，\n{f'{over}项超过限值' if over else '没有超过限值的'}"


def _explain_dumbbells(change: Comparison) -> list[Line2D]:
    years = [result.one_year()[1] for result in (change.before, change.after)]
    labels = [f"{year}年" for year in years] if years[0] != years[1] else ["之前", "之后"]
    handles = [
        Line2D([], [], **_BEFORE, label=labels[0]),
        Line2D([], [], **_AFTER, label=labels[1]),
    ]
    if (change.coefficients["verdict_after"] == NOT_MET).any():
        handles.append(Line2D([], [], **_OVER, label=f"{labels[1]}超过限值"))
    if change.coefficients["limit"].notna().any():
        handles.append(Line2D([], [], **_LIMIT, label="限值"))
    return handles


@draw_style
def draw_tornado(tornado: pd.DataFrame, year: int, kinds: Sequence[str] = ()) -> Figure:
    """Draw how many sections fail when one assumption is changed at a time (敏感性龙卷风图).

    Parameters
    ----------
    tornado
        What vary_one_by_one gives.
    year
        The last year of its trial.
    kinds
        Of what kind its data are, in Chinese, such as Assessment.data_kinds; told below the picture.

    Returns
    -------
    Figure
        One bar per assumption from its low to its high side, the longest first, at most 16; what cannot be tried out is
        said in words.
    """
    if tornado.empty:
        return say_nothing("没有可以改变的设定")
    if pd.isna(tornado["failing"].iat[0]):
        return say_nothing(f"{year}年未达标的校段数无法判定，没有可画的内容")
    base = int(tornado["failing"].iat[0])
    rows = tornado[(tornado["span"] > 0).fillna(False) | (tornado["reason"] != "")].head(_MOST_ROWS)
    if rows.empty:
        return say_nothing(f"任何一项单独改变，{year}年未达标或无法判定的校段都是{base}个")
    figure, axis = plt.subplots(figsize=(_WIDTH, 1.4 + 0.3 * len(rows)))
    numbers = rows[["failing_low", "failing_high"]].astype(float).to_numpy()
    for y, (low, high) in enumerate(numbers):
        _draw_span(axis, y, low, high, base)
    known = np.append(numbers[~np.isnan(numbers)], base)
    reach = max(known.max() - known.min(), 1)
    axis.set_xlim(known.min() - 0.12 * reach, known.max() + 0.12 * reach)
    axis.axvline(base, color="black", lw=1)
    axis.set_yticks(range(len(rows)), _name_rows(rows), fontsize=_SMALL)
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.tick_params(labelsize=_SMALL)
    axis.set_xlabel(f"{year}年未达标或无法判定的校段（个）", fontsize=_SMALL)
    axis.set_title(_tell_tornado(tornado, rows, base), fontsize=_TITLE)
    handles = [
        Patch(fc="#56B4E9", ec="black", lw=0.6, label="取低值或不实施"),
        Patch(fc="#E69F00", ec="black", lw=0.6, hatch="///", label="取高值"),
        Line2D([], [], color="black", lw=1, label=f"按设定{base}个"),
    ]
    return _explain(figure, handles, kinds, 3)


def _draw_span(axis, y: int, low: float, high: float, base: int) -> None:
    """One bar in two halves, with the count at each end that differs; words where nothing is known."""
    look = {"height": 0.6, "ec": "black", "lw": 0.6}
    small = {"fontsize": _SMALL, "va": "center"}
    for value, colour, hatch in ((low, "#56B4E9", None), (high, "#E69F00", "///")):
        if np.isnan(value) or value == base:
            continue
        axis.barh(y, value - base, left=base, color=colour, hatch=hatch, **look)
        side = 1 if value > base else -1
        axis.annotate(
            f"{value:.0f}",
            (value, y),
            (3 * side, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            **small,
        )
    if np.isnan(low) or np.isnan(high):
        axis.annotate(
            "改变后无法推演",
            (base, y),
            (4, 0),
            textcoords="offset points",
            color="#555555",
            **small,
        )


def _name_rows(rows: pd.DataFrame) -> list[str]:
    """Labels, cut to a length; those that several rows share are followed by the id."""
    short = [
        label if len(label) <= _MOST_LETTERS else label[: _MOST_LETTERS - 1] + "…"
        for label in rows["label"]
    ]
    names = zip(short, rows["variation"], strict=True)
    return [f"{label}\n（{name}）" if short.count(label) > 1 else label for label, name in names]


def _tell_tornado(tornado: pd.DataFrame, rows: pd.DataFrame, base: int) -> str:
    hidden = len(tornado) - len(rows)
    aside = f"，\n另有{hidden}项单独改变影响更小或没有影响，没有画" if hidden else ""
    first = tornado.iloc[0]
    if pd.isna(first["span"]) or not first["span"]:
        return f"能推演的各项单独改变，未达标校段都是{base}个{aside}"
    numbers = first[["failing_low", "failing", "failing_high"]].dropna()
    return f"影响最大的是“{first['label']}”：未达标校段{numbers.min()}—{numbers.max()}个{aside}"


@draw_style
def draw_odds(odds: pd.DataFrame, kinds: Sequence[str] = ()) -> Figure:
    """Draw year by year how likely sections, coefficients and the whole resource part pass (逐年达标概率).

    Parameters
    ----------
    odds
        What measure_odds gives.
    kinds
        Of what kind its data are, in Chinese, such as Assessment.data_kinds; told below the picture.

    Returns
    -------
    Figure
        One line per stage for its sections, one for the coefficients, a broad one for all together with the error of the
        drawing as a band.
    """
    known = odds.dropna(subset="chance")
    if known.empty:
        return say_nothing("；".join(dict.fromkeys(odds["reason"])) or "没有抽样结果")
    figure, axis = plt.subplots(figsize=(_WIDTH, 3.3))
    whole = _line(known, "resources", "")
    stages = [s for s in dict.fromkeys(known["stage"]) if s]
    for stage, (colour, mark, line) in zip(stages, STAGE_LOOKS, strict=False):
        rows = _line(known, "schools", stage)
        label = f"{_STAGE_WORDS[stage]}校段全部达标"
        axis.plot(
            rows["year"],
            rows["chance"] * 100,
            color=colour,
            marker=mark,
            ls=line,
            ms=5,
            label=label,
        )
    rows = _line(known, "dispersion", "")
    look = {"color": "#777777", "marker": "D", "ls": ":", "ms": 4.5}
    axis.plot(rows["year"], rows["chance"] * 100, **look, label="差异系数全部不超限")
    look = {"color": "black", "marker": "o", "lw": 2.2, "ms": 6}
    axis.plot(whole["year"], whole["chance"] * 100, **look, label="资源配置部分达标")
    axis.fill_between(whole["year"], whole["low"] * 100, whole["high"] * 100, color="#bbbbbb", lw=0)
    _scale_years(axis, odds["year"])
    axis.set_ylim(-4, 104)
    axis.set_ylabel("可能性（%）", fontsize=_SMALL)
    axis.set_title(_tell_odds(whole), fontsize=_TITLE)
    handles, _ = axis.get_legend_handles_labels()
    return _explain(figure, handles, kinds, 2)


_STAGE_WORDS = {"primary": "小学", "junior": "初中"}


def _line(odds: pd.DataFrame, part: str, stage: str) -> pd.DataFrame:
    return odds[(odds["part"] == part) & (odds["stage"] == stage)]


def _tell_odds(whole: pd.DataFrame) -> str:
    if whole.empty:
        return "资源配置部分达标的可能性无法判定"
    last = whole.iloc[-1]
    told = _percent(last["chance"])
    link = "" if told.startswith("不到") else "为"
    first = f"{last['year']}年资源配置部分达标的可能性{link}{told}"
    best = whole.loc[whole["chance"].idxmax()]
    if best["chance"] > last["chance"]:
        return f"{first}，最高是{best['year']}年的{_percent(best['chance'])}"
    return f"{first}，为各年最高" if len(whole) > 1 and last["chance"] > 0 else first


def _percent(share: float) -> str:
    """Whole percent; never 0 or 100 for what is neither."""
    if 0 < share < 0.01:
        return "不到1%"
    if 0.99 < share < 1:
        return "99%以上"
    return f"{round_half_up(as_fraction(share) * 100, 0)}%"


@draw_style
def draw_regret(trial: Trial) -> Figure:
    """Draw pupils against seats, and how many of the added seats are used, year by year (学位余缺).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Figure
        One column per stage: above pupils and seats, below the seats that the actions add, used and empty.
    """
    table = trials.measure_regret(trial)
    words = {s: w for s, w in trial.standard.stage_names.items() if (table["stage"] == s).any()}
    if not words:
        return say_nothing(NO_SECTIONS)
    added = bool((table["added"] > 0).any())
    size, ratios = ((_WIDTH, 4.9), [1.2, 1]) if added else ((_WIDTH, 3), [1])
    figure, axes = plt.subplots(
        len(ratios), len(words), figsize=size, squeeze=False, height_ratios=ratios
    )
    for column, (stage, word) in enumerate(words.items()):
        rows = table[table["stage"] == stage]
        _draw_seats(axes[0][column], rows)
        axes[0][column].set_title(_tell_seats(word, rows), fontsize=_TITLE)
        if added:
            axes[0][column].set_xlabel("")
            _draw_added(axes[1][column], rows)
            axes[1][column].set_title(_tell_added(rows), fontsize=_TITLE)
    handles = [
        Line2D([], [], **_PUPILS, label="在校生"),
        Line2D([], [], **_SEATS, label="学位（按计划）"),
    ]
    if added:
        handles.append(Patch(**USED, lw=0.6, label="增加的学位：用上"))
        handles.append(Patch(**UNUSED, lw=0.6, label="增加的学位：空置"))
    return _explain(figure, handles, trial.after.data_kinds, 4)


_PUPILS = {"color": "#0072B2", "marker": "o", "ms": 4.5}
_SEATS = {"color": "#D55E00", "ls": "--", "drawstyle": "steps-mid", "lw": 1.6}


def _draw_seats(axis, rows: pd.DataFrame) -> None:
    axis.plot(rows["year"], rows["seats"], **_SEATS)
    axis.plot(rows["year"], rows["pupils"], **_PUPILS)
    _scale_years(axis, rows["year"])
    top = np.nanmax(rows[["seats", "pupils"]].to_numpy(), initial=1)
    axis.set_ylim(0, 1.08 * top)
    axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.set_ylabel("在校生、学位（人、个）", fontsize=_SMALL)


def _draw_added(axis, rows: pd.DataFrame) -> None:
    look = {"lw": 0.6, "width": 0.7}
    axis.bar(rows["year"], rows["used"], **USED, **look)
    axis.bar(rows["year"], rows["added"] - rows["used"], bottom=rows["used"], **UNUSED, **look)
    _scale_years(axis, rows["year"])
    axis.set_ylim(0, 1.1 * max(rows["added"].max(), 1))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.set_ylabel("措施增加的学位（个）", fontsize=_SMALL)


def _tell_seats(word: str, rows: pd.DataFrame) -> str:
    last = rows.iloc[-1]
    if rows[["pupils", "seats"]].isna().to_numpy().any():
        return f"{word}：缺数据，学位余缺无法判定"
    if (rows["pupils"] == last["pupils"]).all():
        return f"{word}：在校生不变，\n{last['year']}年空余{last['empty']:,.0f}个学位"
    peak = rows.loc[rows["pupils"].idxmax()]
    if peak["year"] == last["year"]:
        return f"{word}：{last['year']}年在校生最多，\n空余{last['empty']:,.0f}个学位"
    return f"{word}：在校生{peak['year']}年最多，\n{last['year']}年空余{last['empty']:,.0f}个学位"


def _tell_added(rows: pd.DataFrame) -> str:
    last = rows.iloc[-1]
    if pd.isna(last["added"]):
        return "增加的学位无法判定"
    if not last["added"]:
        return "措施没有增加学位"
    return f"{last['year']}年增加的{last['added']:,.0f}个中用上{last['used']:,.0f}个"
