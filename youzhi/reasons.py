"""Judged tables -> why the county verdict is what it is, part by part, in one sentence each (结论依据)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from youzhi.standards import Part, Standard
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, combine

REASON_COLUMNS = ["county", "year", "part", "stage", "verdict", "rule", "reason", "source"]

_PLACE = ["county", "year", "stage"]


class Tables(NamedTuple):
    """The tables of an assessment on which its verdict rests."""

    schools: pd.DataFrame
    coefficients: pd.DataFrame
    composite: pd.DataFrame
    excluded: pd.DataFrame
    items: pd.DataFrame


def frame_reasons(standard: Standard, keys: list[tuple[str, int]], tables: Tables) -> pd.DataFrame:
    """Make one row per part and stage of every county-year (结论依据表).

    Parameters
    ----------
    standard
        Its rules and parts.
    keys
        County and year of every row of the result, in order.
    tables
        Sections, coefficients, composites, those left out, items with vetoes.

    Returns
    -------
    DataFrame
        Columns: county, year, part ("schools", "dispersion" or a part of the standard), stage ("" for a part that has
        none), verdict, rule, reason (Chinese), source. What the standard has no rule for has no row.
    """
    held = tables.excluded[tables.excluded["held"].astype(bool)]
    told = (
        held.groupby(_PLACE)["held_for"].agg(_tell_held).to_dict(),
        dict(_tell_composites(standard, tables)),
    )
    counts = {
        "schools": _count_verdicts(tables.schools),
        "dispersion": _count_verdicts(tables.coefficients),
    }
    items = dict(list(tables.items.groupby(["county", "year"], sort=False)))
    rows = [
        row
        for key in keys
        for row in _reasons(standard, key, counts, told, items.get(key, tables.items.head(0)))
    ]
    return pd.DataFrame(rows, columns=REASON_COLUMNS)


def _count_verdicts(table: pd.DataFrame) -> dict[tuple, Counter]:
    """How often each verdict stands in every county, year and stage."""
    counts = defaultdict(Counter)
    for *place, verdict in zip(*(table[name] for name in _PLACE), table["verdict"], strict=True):
        counts[tuple(place)][verdict] += 1
    return counts


def _reasons(
    standard: Standard,
    key: tuple,
    counts: Mapping[str, Mapping],
    told: tuple[Mapping, Mapping],
    items: pd.DataFrame,
):
    """One row per part and stage of one county-year; what the standard has no rule for has no row."""
    rules = {"schools": standard.school_rule, "dispersion": standard.dispersion_rule}
    held, composites = told
    for stage, word in standard.stage_names.items():
        place = (*key, stage)
        for part, rule in rules.items():
            if rule is None:
                continue
            if part == "dispersion" and place in composites:
                verdict, reason = composites[place]
                reason += held.get(place, "")
            else:
                found = counts[part].get(place, Counter())
                verdict, reason = _explain(found, held.get(place, ""), word, part)
            yield [*key, part, stage, verdict, rule.id, reason, rule.source]
    for part in standard.part:
        verdict, reason = _explain_part(part, items[items["part"] == part.id])
        yield [*key, part.id, "", verdict, part.id, reason, part.source]


def _tell_held(causes: pd.Series) -> str:
    """How many sections of one stage were set aside, and why."""
    counts = causes.value_counts(sort=False).items()
    return f"；另有{'、'.join(f'{count}个校段{cause}' for cause, count in counts)}、暂不计入"


def _tell_composites(standard: Standard, tables: Tables):
    """Places with verdict and sentence on the mean of all coefficients, where the standard judges it."""
    rule = standard.dispersion_rule
    if rule.kind != "composite":
        return
    table, count = tables.coefficients, len(standard.indicator)
    missing = table["cv"].isna().groupby([table[name] for name in _PLACE]).sum()
    undefined = (table["mean"] == 0).groupby([table[name] for name in _PLACE]).any()
    for row in tables.composite.itertuples():
        place, word = (row.county, row.year, row.stage), standard.stage_names[row.stage]
        limit = f"限值{rule.limit[row.stage]}（{standard.number}）"
        if row.printed:
            side = {MET: "不超过", NOT_MET: "超过"}.get(row.verdict, "")
            aside = "，按未修约的数判定" if row.borderline and side else ""
            text = f"{count}项差异系数平均（综合差异系数）为{row.printed}，{side}{limit}{aside}"
        elif undefined[place]:
            text = f"有指标全县平均值为零，综合差异系数没有定义，不能判为不超过{limit}"
        else:
            text = f"{count}项差异系数有{missing[place]}项缺数据，综合差异系数无法计算"
            sure = row.verdict == NOT_MET
            text += f"；其余各项之和已超过{count}倍{limit}" if sure else f"，{limit}"
        yield place, (row.verdict, word + text)


def _explain(found: Counter, held: str, stage: str, part: str) -> tuple[str, str]:
    """Verdict over sections or coefficients of one stage, and the sentence that gives the count."""
    thing, unit = {"schools": ("校段", "个"), "dispersion": ("差异系数", "项")}[part]
    if not found:
        return CANNOT_TELL, f"{stage}没有计入的学校，{'无法判定' if held else '不适用'}{held}"
    failing, unknown = found[NOT_MET], found[CANNOT_TELL]
    reason = f"{stage}{found.total()}{unit}{thing}中{failing}{unit}未达标、{unknown}{unit}无法判定"
    verdict = combine([*found, CANNOT_TELL] if held else found)
    return verdict, reason + held


def _explain_part(part: Part, items: pd.DataFrame) -> tuple[str, str]:
    """Join the items of one part; an item of several rows counts once, by the worst of them."""
    if items.empty:
        return CANNOT_TELL, f"{part.label.zh}{part.items}项没有提供县级数据"
    verdict, told, counted = combine(items["verdict"]), [], set()
    words = {NOT_MET: "存在" if part.veto else "未达标", CANNOT_TELL: "无法判定"}
    for state, word in words.items():
        numbers = items["code"].str.partition("(")[0]
        kept = (items["verdict"] == state) & ~numbers.isin(counted)
        counted |= set(numbers[kept])
        if kept.any():
            count, codes = numbers[kept].nunique(), "、".join(items.loc[kept, "code"])
            told.append(f"{count}项{word}（{codes}）")
    good = "均不存在" if part.veto else "全部达标"
    reason = f"{part.label.zh}{part.items}项{'中' + '、'.join(told) if told else good}"
    return verdict, reason + ("，一票否决" if part.veto and verdict == NOT_MET else "")
