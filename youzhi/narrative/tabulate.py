"""Results -> tables with Chinese heads and printed numbers, ready to be read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi.assessment import Assessment
from youzhi.columns import Column, load_columns
from youzhi.exact import as_fraction, round_half_up
from youzhi.inequality import MEASURES, compare_zones, largest_coefficients, measure_inequality
from youzhi.sections import StageSections
from youzhi.standards import Indicator, Standard
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

UNIT_WORDS = {"school": "学校", "campus": "独立校区"}
PART_WORDS = {"schools": "资源配置：学校达标", "dispersion": "资源配置：校际差异"}
TARGET_WORDS = {"bar": "标准值", "floor": "底线"}
NOT_JUDGED_WORDS = "不单独判定"


def limit_text(standard: Standard, stage: str) -> str:
    """Write the limit of a stage with all its digits, two at least (限值).

    Parameters
    ----------
    standard
        Its dispersion rule gives the limit.
    stage
        Stage id.

    Returns
    -------
    str
        Such as 0.50 or 0.455.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> limit_text(load_standard("jiaodu-2017-6"), "primary")
    '0.50'
    """
    limit = standard.dispersion_rule.limit[stage]
    return f"{limit:.{max(2, -limit.as_tuple().exponent)}f}"


def tabulate_verdict(result: Assessment) -> pd.DataFrame:
    """Tabulate the county verdict part by part (各部分结论).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 部分, 学段, 结论, 依据, 来源; 不适用 where a stage has nobody to judge.
    """
    result.one_year()
    parts = PART_WORDS | {part.id: part.label.zh for part in result.standard.part}
    table = result.reasons
    left_out = result.sections.excluded
    held = left_out.loc[left_out["held"].astype(bool), "stage"]
    asked = pd.concat([result.schools["stage"], held])
    empty = (table["stage"] != "") & ~table["stage"].isin(asked)
    return listed(
        {
            "部分": table["part"].map(parts),
            "学段": table["stage"].map(result.standard.stage_names).fillna("—"),
            "结论": table["verdict"].map(VERDICT_WORDS).where(~empty, "不适用"),
            "依据": table["reason"],
            "来源": table["source"],
        }
    )


def tabulate_failing(result: Assessment) -> pd.DataFrame:
    """Tabulate the sections that are not met or cannot be told (未达标和无法判定的校段).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 学段, 学校, 城乡, 学生数, 达标项数, 低于标准值, 缺数据, 结论; not met first. Where the standard has no bars,
        only the sections that lack data.
    """
    result.one_year()
    zones, schools = load_columns()["zone"].choices, result.schools
    judged = result.standard.school_rule is not None
    table = schools[schools["verdict"] != MET if judged else schools["unknown"] != ""]
    table = table.sort_values("verdict", key=lambda v: v != NOT_MET, kind="stable")
    return listed(
        {
            "学段": table["stage"].map(result.standard.stage_names),
            "学校": table["school"],
            "城乡": table["zone"].map(zones).fillna("未注明"),
            "学生数": [_whole(value) for value in table["pupils"]],
            "达标项数": table["met"] if judged else "—",
            "低于标准值": table["below"],
            "缺数据": table["unknown"],
            "结论": table["verdict"].map(VERDICT_WORDS) if judged else NOT_JUDGED_WORDS,
        }
    )


def tabulate_indicators(result: Assessment) -> pd.DataFrame:
    """Tabulate how many sections reach each bar (各指标达标情况).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        One row per stage and indicator. Columns: 学段, 指标, 单位, 标准值, 县平均值, 校段数, 达到标准值, 低于标准值,
        无法判定; 学段, 指标, 单位, 县平均值, 校段数, 有数据, 缺数据 where the standard has no bars.
    """
    result.one_year()
    if result.standard.school_rule is None:
        return _tabulate_values(result)
    counts = _count_verdicts(result.indicators, ["stage", "indicator"])
    means = result.coefficients.set_index(["stage", "indicator"])["printed_mean"]
    names, codes, words = (
        result.standard.indicator_names,
        result.standard.codes,
        result.standard.stage_names,
    )
    rows = [
        [
            words[stage],
            names[name],
            codes[name].unit,
            _text(codes[name].bar[stage]),
            means[stage, name] or VERDICT_WORDS[CANNOT_TELL],
            sum(count),
            *count,
        ]
        for (stage, name), count in counts.items()
    ]
    heads = ["学段", "指标", "单位", "标准值", "县平均值", "校段数", "达到标准值", "低于标准值"]
    return listed(rows, columns=[*heads, "无法判定"])


def _tabulate_values(result: Assessment) -> pd.DataFrame:
    """County means of a standard without bars, and how many sections they rest on."""
    table, standard = result.coefficients, result.standard
    return listed(
        {
            "学段": table["stage"].map(standard.stage_names),
            "指标": table["indicator"].map(standard.indicator_names),
            "单位": table["indicator"].map({name: i.unit for name, i in standard.codes.items()}),
            "县平均值": table["printed_mean"].replace("", VERDICT_WORDS[CANNOT_TELL]),
            "校段数": table["schools"],
            "有数据": table["schools"] - table["missing"],
            "缺数据": table["missing"],
        }
    )


def _count_verdicts(table: pd.DataFrame, keys: list[str]) -> dict[tuple, list[int]]:
    """How many rows of each group are met, not met, and cannot be told."""
    return {
        key: [int((verdicts == word).sum()) for word in (MET, NOT_MET, CANNOT_TELL)]
        for key, verdicts in table.groupby(keys, sort=False)["verdict"]
    }


def tabulate_coefficients(result: Assessment) -> pd.DataFrame:
    """Tabulate county means and difference coefficients with their limits (县平均值和差异系数).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 学段, 指标, 县平均值, 差异系数, 限值, 结论, 等权差异系数（仅供比较）; the last row of a stage is the mean
        of all coefficients where the standard judges it.
    """
    result.one_year()
    standard, table = result.standard, result.coefficients
    names, unknown = standard.indicator_names, VERDICT_WORDS[CANNOT_TELL]
    if standard.dispersion_rule.kind == "composite":
        table, names = _add_composites(result), names | {"": "综合差异系数（各项平均）"}
    limits = [limit_text(standard, row.stage) if row.verdict else "—" for row in table.itertuples()]
    return listed(
        {
            "学段": table["stage"].map(standard.stage_names),
            "指标": table["indicator"].map(names),
            "县平均值": table["printed_mean"].replace("", unknown),
            "差异系数": table["printed"].replace("", unknown),
            "限值": limits,
            "结论": table["verdict"].map(VERDICT_WORDS | {"": NOT_JUDGED_WORDS}),
            "等权差异系数（仅供比较）": [
                _decimals(value, standard.dispersion_rule.decimals)
                for value in table["cv_unweighted"]
            ],
        }
    )


def _add_composites(result: Assessment) -> pd.DataFrame:
    """The coefficients, after those of each stage the mean that is judged; it belongs to no indicator."""
    composites = result.composite.rename(columns={"composite_unweighted": "cv_unweighted"})
    composites = composites.assign(indicator="", printed_mean="—")
    table = pd.concat([result.coefficients, composites], ignore_index=True)
    order = {stage: at for at, stage in enumerate(result.standard.stages)}
    return table.sort_values("stage", key=lambda stages: stages.map(order), kind="stable")


def tabulate_totals(result: Assessment) -> pd.DataFrame:
    """Tabulate the county's gaps (全县缺口).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 指标, 涉及学校数, 补到标准值, 补到底线, 单位.
    """
    result.one_year()
    table = result.totals
    return listed(
        {
            "指标": table["indicator"].map(result.standard.indicator_names),
            "涉及学校数": table["schools"],
            "补到标准值": [f"{value:,}" for value in table["to_bar"]],
            "补到底线": [f"{value:,}" for value in table["to_floor"]],
            "单位": table["unit"],
        }
    )


def tabulate_gaps(result: Assessment) -> pd.DataFrame:
    """Tabulate the gaps school by school (逐校缺口).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 学段, 学校, 指标, 现值, 标准值, 补到标准值, 补到底线, 单位.
    """
    result.one_year()
    keys = ["county", "year", "stage", "school", "indicator"]
    table = result.gaps.merge(result.indicators[[*keys, "printed"]], on=keys, how="left")
    codes = result.standard.codes
    bars = [_text(codes[row.indicator].bar[row.stage]) for row in table.itertuples()]
    return listed(
        {
            "学段": table["stage"].map(result.standard.stage_names),
            "学校": table["school"],
            "指标": table["indicator"].map(result.standard.indicator_names),
            "现值": table["printed"],
            "标准值": bars,
            "补到标准值": [f"{value:,}" for value in table["to_bar"]],
            "补到底线": [f"{value:,}" for value in table["to_floor"]],
            "单位": table["unit"],
        }
    )


def tabulate_repairs(result: Assessment) -> pd.DataFrame:
    """Tabulate the fewest repairs that let every failing school pass (最少整改项).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 学段, 学校, 整改指标, 补到, 数量, 单位.
    """
    result.one_year()
    table = result.repairs
    return listed(
        {
            "学段": table["stage"].map(result.standard.stage_names),
            "学校": table["school"],
            "整改指标": table["indicator"].map(result.standard.indicator_names),
            "补到": table["target"].map(TARGET_WORDS),
            "数量": [f"{value:,}" for value in table["amount"]],
            "单位": table["unit"],
        }
    )


def tabulate_zones(result: Assessment) -> pd.DataFrame:
    """Tabulate urban, town and rural means (城区、镇区、乡村平均值).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        One row per stage and indicator. Columns: 学段, 指标, 标准值, then one per zone; a dash where a zone has no
        section of the stage, or the standard no bar.
    """
    result.one_year()
    zones, standard = load_columns()["zone"].choices, result.standard
    keys = ["stage", "indicator", "zone"]
    values = result.own_values.assign(bar=result.indicators["bar"])
    means = compare_zones(values, result.schools).set_index(keys)["mean"]
    present = [zone for zone in zones if zone in means.index.get_level_values("zone")]
    rows = [
        [
            word,
            standard.indicator_names[name],
            _bar_text(indicator, stage),
            *(_mean_or_dash(means, (stage, name, zone), indicator.decimals) for zone in present),
        ]
        for stage, word in standard.stage_names.items()
        for name, indicator in standard.codes.items()
        if stage in means.index
    ]
    return listed(rows, columns=["学段", "指标", "标准值", *(zones[zone] for zone in present)])


def _mean_or_dash(means: pd.Series, place: tuple, decimals: int) -> str:
    return _decimals(means[place], decimals) if place in means.index else "—"


def tabulate_trend(history: Assessment) -> pd.DataFrame:
    """Tabulate, year by year, how many sections are met and the largest coefficient (历年情况).

    Parameters
    ----------
    history
        Of one county and all its years, by one standard.

    Returns
    -------
    DataFrame
        One row per year and stage. Columns: 年度, 学段, 校段数, 达标, 未达标, 无法判定, 最大差异系数 (无法判定 where one of
        them lacks data), 超限项数, 无法判定项数; 年度, 学段, 校段数, 最大差异系数, 综合差异系数, 限值, 结论 where the mean of
        all is judged.
    """
    if history.standard.dispersion_rule.kind == "composite":
        return _tabulate_composites(history)
    keys = ["year", "stage"]
    counts = _count_verdicts(history.schools, keys)
    spread = _count_verdicts(history.coefficients, keys)
    largest = largest_coefficients(history.coefficients).set_index(keys)
    words = history.standard.stage_names
    rows = [
        [
            year,
            words[stage],
            sum(count),
            *count,
            _print_largest(history, largest, (year, stage)),
            *spread[year, stage][1:],
        ]
        for (year, stage), count in counts.items()
    ]
    heads = ["年度", "学段", "校段数", "达标", "未达标", "无法判定", "最大差异系数"]
    return listed(rows, columns=[*heads, "超限项数", "无法判定项数"])


def _tabulate_composites(history: Assessment) -> pd.DataFrame:
    """The mean of all coefficients year by year, with its verdict."""
    keys, words = ["year", "stage"], history.standard.stage_names
    largest = largest_coefficients(history.coefficients).set_index(keys)
    sections = history.schools.groupby(keys).size()
    rows = [
        [
            row.year,
            words[row.stage],
            sections[row.year, row.stage],
            _print_largest(history, largest, (row.year, row.stage)),
            row.printed or VERDICT_WORDS[CANNOT_TELL],
            limit_text(history.standard, row.stage),
            VERDICT_WORDS[row.verdict],
        ]
        for row in history.composite.itertuples()
    ]
    heads = ["年度", "学段", "校段数", "最大差异系数", "综合差异系数", "限值", "结论"]
    return listed(rows, columns=heads)


def _print_largest(history: Assessment, largest: pd.DataFrame, place: tuple[int, str]) -> str:
    """The largest coefficient of one year and stage, if none can be larger."""
    if place in largest.index and largest.at[place, "is_largest"]:
        return largest.at[place, "printed"]
    table = history.coefficients
    here = table[(table["year"] == place[0]) & (table["stage"] == place[1])]
    return VERDICT_WORDS[CANNOT_TELL] if here["mean"].isna().any() else "无法计算"


def tabulate_excluded(result: Assessment) -> pd.DataFrame:
    """Tabulate who does not count, and why (不计入的学校).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    DataFrame
        Columns: 学校, 类型, 学段, 学生数, 理由, 来源.
    """
    table = result.sections.excluded
    return listed(
        {
            "学校": table["school"],
            "类型": table["school_type"].map(load_columns()["school_type"].choices),
            "学段": table["stage"].map(result.standard.stage_names).fillna("—"),
            "学生数": [
                _whole(value) if stage else "—"
                for value, stage in zip(table["pupils"], table["stage"], strict=True)
            ],
            "理由": table["reason"],
            "来源": table["source"].replace("", "数据检查"),
        }
    )


def tabulate_rules(result: Assessment) -> pd.DataFrame:
    """Tabulate bars, limits and their sources (标准值与来源).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    DataFrame
        Columns: 编号, 规则, one per stage, 单位, 来源, 可信度.
    """
    standard, words = result.standard, result.standard.stage_names
    rows = [
        [
            i.code,
            i.label.zh,
            *(_bar_text(i, stage) for stage in words),
            i.unit,
            i.source,
            i.confidence,
        ]
        for i in standard.indicator
    ]
    rule, spread = standard.school_rule, standard.dispersion_rule
    if rule:
        rows.append(["", rule.label.zh, *([""] * len(words)), "", rule.source, rule.confidence])
    limits = [_text(spread.limit[stage]) for stage in words]
    rows.append([spread.code, spread.label.zh, *limits, "无量纲", spread.source, spread.confidence])
    return listed(rows, columns=["编号", "规则", *words.values(), "单位", "来源", "可信度"])


def count_missing(result: Assessment) -> pd.DataFrame:
    """Count the empty cells that the standard's indicators would need (空缺统计).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    DataFrame
        One row per column with an empty cell. Columns: column, cells (number; one per county, year and school),
        schools (the first five names).
    """
    rows = {}
    for stage in result.stages:
        sections = stage.indicators.sections
        for column, needed in _needed_columns(sections, result.standard):
            at = sections.row[needed & pd.isna(sections.numbers(column))]
            rows.setdefault(column, set()).update(at.tolist())
    names = result.sections.schools.texts("school")
    found = [
        [column, len(at), "、".join(names[sorted(at)][:5])] for column, at in rows.items() if at
    ]
    return pd.DataFrame(found, columns=["column", "cells", "schools"])


def _needed_columns(sections: StageSections, standard: Standard):
    """Every column that the indicators of a stage need, with the sections that need it."""
    stage, everyone = sections.stage, np.ones(len(sections), dtype=bool)
    yield f"pupils_{stage}", everyone
    types = pd.Series(sections.schools.texts("school_type")[sections.row])
    if any(indicator.shared for indicator in standard.indicator):
        for school_type, stages in standard.split.stages.items():
            for other in stages if stage in stages else []:
                yield f"pupils_{other}", (types == school_type).to_numpy()
    for indicator in standard.indicator:
        for name in (*indicator.numerator, *indicator.subtract):
            yield name.format(stage=stage), everyone


def tabulate_raw(result: Assessment, most: int = 5) -> pd.DataFrame:
    """Tabulate the first schools as they were counted, with the columns that indicators use (原始数据).

    Parameters
    ----------
    result
        Any.
    most
        How many schools.

    Returns
    -------
    DataFrame
        One row per data column with its unit, one column per school.
    """
    columns, standard = load_columns(), result.standard
    names = ["school_id", "school_type", *(f"pupils_{stage}" for stage in standard.stages)]
    for indicator in standard.indicator:
        for name in (*indicator.numerator, *indicator.subtract):
            names += [name.format(stage=stage) for stage in standard.stages]
    frame = result.sections.schools.frame.head(most)
    given = [columns[name] for name in dict.fromkeys(names) if name in frame]
    rows = [
        [column.zh, column.unit or "—", *(_raw(value, column) for value in frame[column.id])]
        for column in given
    ]
    return listed(rows, columns=["数据列", "单位", *frame["school"]])


def _raw(value, column: Column) -> str:
    """One cell of the school table, for readers."""
    if pd.isna(value):
        return "缺"
    return f"{value:,.15g}" if column.is_number else column.choices.get(value, str(value))


def tabulate_missing(result: Assessment) -> pd.DataFrame:
    """Tabulate the columns with empty cells that indicators need (空缺的数据).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    DataFrame
        Columns: 数据列, 空缺数, 学校（前5所）.
    """
    table = count_missing(result)
    labels = {name: column.zh for name, column in load_columns().items()}
    return listed(
        {
            "数据列": table["column"].map(labels),
            "空缺数": table["cells"],
            "学校（前5所）": table["schools"],
        }
    )


def tabulate_extremes(result: Assessment) -> pd.DataFrame:
    """Tabulate the lowest and the highest section of every indicator (最低与最高校段).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 学段, 指标, 最低值, 最低校段, 最高值, 最高校段.
    """
    result.one_year()
    known = result.indicators.dropna(subset="value")
    words, names = result.standard.stage_names, result.standard.indicator_names
    rows = []
    for (stage, name), table in known.groupby(["stage", "indicator"], sort=False):
        low, high = table.loc[table["value"].idxmin()], table.loc[table["value"].idxmax()]
        rows.append(
            [
                words[stage],
                names[name],
                low["printed"],
                low["school"],
                high["printed"],
                high["school"],
            ]
        )
    return listed(rows, columns=["学段", "指标", "最低值", "最低校段", "最高值", "最高校段"])


def tabulate_inequality(result: Assessment) -> pd.DataFrame:
    """Tabulate the further inequality measures beside the official coefficient (其他不平等指标).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        One row per stage and indicator; the heads name the measures.
    """
    result.one_year()
    keys = ["county", "year", "stage", "indicator"]
    table = measure_inequality(result.own_values, result.schools)
    table = result.coefficients[[*keys, "printed"]].merge(table, on=keys, how="left")
    heads = ["基尼系数", "泰尔指数", "城乡之间", "城乡内部", "麦克伦指数", "P95÷P5"]
    measures = {
        head: [_decimals(value, 3) for value in table[name]]
        for head, name in zip(heads, MEASURES, strict=True)
    }
    return listed(
        {
            "学段": table["stage"].map(result.standard.stage_names),
            "指标": table["indicator"].map(result.standard.indicator_names),
            "差异系数": table["printed"].replace("", VERDICT_WORDS[CANNOT_TELL]),
            **measures,
        }
    )


class Listing(pd.DataFrame):
    """A table for readers: it shows every row, column and word, however many (完整列表)."""

    @property
    def _constructor(self) -> type[Listing]:
        return Listing

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_html(notebook=True, show_dimensions=False)

    def __repr__(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return self.to_string()


def listed(data, columns: list[str] | None = None) -> Listing:
    """Make a table for readers, its rows counted from 1 (读者表格).

    Parameters
    ----------
    data
        What a DataFrame is made of.
    columns
        Heads, where the data have none.

    Returns
    -------
    Listing
        Shows every row.
    """
    table = Listing(data, columns=columns)
    return table.set_axis(range(1, len(table) + 1), axis=0)


def _bar_text(indicator: Indicator, stage: str) -> str:
    """The bar of a stage; a dash where the standard has none."""
    return _text(indicator.bar[stage]) if indicator.bar else "—"


def _text(number) -> str:
    """A bar or limit as its document writes it."""
    return format(number.normalize(), "f")


def _whole(value: float) -> str:
    return "缺" if pd.isna(value) else f"{int(value):,}"


def _decimals(value: float, places: int) -> str:
    return (
        VERDICT_WORDS[CANNOT_TELL]
        if pd.isna(value)
        else str(round_half_up(as_fraction(value), places))
    )
