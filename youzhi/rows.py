"""Judged tables of one county-year -> the lines of a self-check, in the order of the document (自查表)."""

from __future__ import annotations

import pandas as pd

from youzhi.standards import Indicator, Standard
from youzhi.verdicts import CANNOT_TELL, NOT_MET, combine

ROW_COLUMNS = ["county", "year", "code", "part", "label", "verdict", "value", "reason", "source"]
ROW_COLUMNS += ["data_kinds", "figure_sources"]
RESOURCES, DISPERSION = "resources", "dispersion"


def frame_rows(
    standard: Standard,
    key: tuple[str, int],
    indicators: pd.DataFrame,
    spread: pd.DataFrame,
    items: pd.DataFrame,
    held: int,
    kinds: str,
) -> pd.DataFrame:
    """Make the lines of a self-check from the tables of one county-year (自查表各行).

    Parameters
    ----------
    standard
        Gives the order, the codes and the labels.
    key
        County and year.
    indicators
        Columns used: stage, indicator, verdict.
    spread
        Coefficients, or the composites where those decide. Columns used: stage, verdict, printed.
    items
        Columns: those of Assessment.items, vetoes too.
    held
        How many sections were set aside because their data contradict themselves.
    kinds
        Kinds of data of the school table, on which indicators and dispersion rest.

    Returns
    -------
    DataFrame
        One row per line. Columns: county, year, code, part ("resources", "dispersion" or a part of the standard),
        label, verdict, value (text), reason (Chinese), source, data_kinds, figure_sources (of county figures).
    """
    lines = [
        _indicator_line(standard, rule, indicators[indicators["indicator"] == rule.id], held)
        for rule in standard.indicator
        if rule.bar
    ]
    lines.append(_dispersion_line(standard, spread, held))
    lines = [[*line, kinds, ""] for line in lines]
    for item in items.itertuples():
        told = [item.code, item.part, item.label, item.verdict, item.value, item.reason]
        lines.append([*told, item.source, item.data_kinds, item.figure_sources])
    return pd.DataFrame([[*key, *line] for line in lines], columns=ROW_COLUMNS)


def _indicator_line(
    standard: Standard, rule: Indicator, values: pd.DataFrame, held: int
) -> list[str]:
    """Met when every section reaches the bar."""
    told, counts = [], []
    for stage, word in standard.stage_names.items():
        verdicts = values.loc[values["stage"] == stage, "verdict"]
        failing, unknown = (verdicts == NOT_MET).sum(), (verdicts == CANNOT_TELL).sum()
        counts += list(verdicts)
        if len(verdicts):
            lacking = f"、{unknown}个缺数据" if unknown else ""
            told.append(f"{word}{len(verdicts)}个校段中{failing}个低于标准值{lacking}")
    reason = ("；".join(told) or "没有计入的学校") + _tell_held(held)
    verdict = combine([*counts, CANNOT_TELL] if held or not counts else counts)
    bars = "、".join(
        f"{word}{format(rule.bar[stage].normalize(), 'f')}"
        for stage, word in standard.stage_names.items()
    )
    value = f"标准值{bars}（{rule.unit}）"
    return [rule.code, RESOURCES, rule.label.zh, verdict, value, reason, rule.source]


def _tell_held(held: int) -> str:
    return f"；另有{held}个校段暂时搁置、不计入" if held else ""


def _dispersion_line(standard: Standard, spread: pd.DataFrame, held: int) -> list[str]:
    """Met when every coefficient, or every composite, is within its limit."""
    rule, told = standard.dispersion_rule, []
    for stage, word in standard.stage_names.items():
        rows = spread[spread["stage"] == stage]
        failing, unknown = (
            (rows["verdict"] == NOT_MET).sum(),
            (rows["verdict"] == CANNOT_TELL).sum(),
        )
        if len(rows):
            lacking = f"、{unknown}项无法判定" if unknown else ""
            limit = format(rule.limit[stage].normalize(), "f")
            told.append(f"{word}{len(rows)}项中{failing}项超过{limit}{lacking}")
    known = list(spread["verdict"])
    verdict = combine([*known, CANNOT_TELL] if held or not known else known)
    largest = []
    for stage, word in standard.stage_names.items():
        printed = [text for text in spread.loc[spread["stage"] == stage, "printed"] if text]
        largest += [f"{word}最大{max(printed, key=float)}"] if printed else []
    value = "、".join(largest)
    reason = ("；".join(told) or "没有计入的学校") + _tell_held(held)
    return [rule.code, DISPERSION, rule.label.zh, verdict, value, reason, rule.source]
