"""Values of many schools that agree too well: equal, round, copied, or exactly on the bar."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from youzhi.columns import load_columns
from youzhi.indicators import StageIndicators
from youzhi.intake.findings import Rule
from youzhi.plausibility.survey import Found, Survey

_NEAR = 1e-9
_NAMED = 5

# What two schools may well share.
_NOT_COPIED = {"year", "organiser_code", "built_year", "lon", "lat"}


def _all_equal(survey: Survey, rule: Rule) -> Found:
    for stage in survey.indicators:
        for indicator, values in zip(survey.standard.indicator, stage.value, strict=True):
            enough = len(values) >= rule.limits["sections"]
            if enough and values[0] > 0 and np.ptp(values) <= _NEAR * values[0]:
                word = survey.standard.stages[stage.stage].zh
                printed = f"{values[0]:.{indicator.decimals}f}{indicator.unit}"
                found = f"{word}{len(values)}个校段“{indicator.label.zh}”都是{printed}"
                yield survey.note(rule, None, _field(stage, indicator), found)


def _on_the_bar(survey: Survey, rule: Rule) -> Found:
    for stage in survey.indicators:
        for k, indicator in enumerate(survey.standard.indicator):
            if not indicator.bar or not len(stage.sections):
                continue
            bar = indicator.bar[stage.stage]
            at = _exactly(stage, k, Fraction(bar))
            few = len(at) < rule.limits["sections"]
            if few or len(at) < rule.limits["share"] * len(stage.sections):
                continue
            word = survey.standard.stages[stage.stage].zh
            schools = _name_some(survey, stage.sections.row[at])
            found = f"{word}{len(stage.sections)}个校段中{len(at)}个的“{indicator.label.zh}”恰好为"
            found += f"标准值{bar}{indicator.unit}：{schools}"
            yield survey.note(rule, None, _field(stage, indicator), found)


def _exactly(stage: StageIndicators, k: int, bar: Fraction) -> list[int]:
    """Sections whose value is the bar, decided exactly."""
    near = np.abs(stage.value[k] - float(bar)) <= _NEAR * float(bar)
    return [int(at) for at in np.flatnonzero(near) if stage.exact_value(k, at) == bar]


def _field(stage: StageIndicators, indicator) -> str:
    return indicator.numerator[0].format(stage=stage.stage)


def _name_some(survey: Survey, rows) -> str:
    """Names of some schools, the first few only."""
    names = "、".join(survey.names[row] for row in rows[:_NAMED])
    return f"{names}等{len(rows)}所" if len(rows) > _NAMED else names


def _same_number(survey: Survey, rule: Rule) -> Found:
    for name in rule.limits["columns"]:
        numbers = survey.numbers(name)
        given = numbers[numbers > 0]
        if len(given) < rule.limits["schools"]:
            continue
        values, counts = np.unique(given, return_counts=True)
        most = int(counts.argmax())
        few = counts[most] < rule.limits["schools"]
        if few or counts[most] < rule.limits["share"] * len(given):
            continue
        column, rows = load_columns()[name], np.flatnonzero(numbers == values[most])
        found = (
            f"{len(given)}所学校中{counts[most]}所的{column.zh}都是{values[most]:.15g}{column.unit}"
        )
        yield survey.note(rule, None, name, f"{found}：{_name_some(survey, rows)}")


def _round_numbers(survey: Survey, rule: Rule) -> Found:
    for name, unit in rule.limits["units"].items():
        numbers = survey.numbers(name)
        given = numbers[numbers > 0]
        rounded = int((given % unit == 0).sum())
        if rounded < rule.limits["schools"] or rounded < rule.limits["share"] * len(given):
            continue
        column = load_columns()[name]
        found = f"{len(given)}所学校中{rounded}所的{column.zh}是{unit}{column.unit}的整数倍"
        yield survey.note(rule, None, name, found)


def _copied_row(survey: Survey, rule: Rule) -> Found:
    columns = load_columns()
    names = [n for n in survey.schools.frame if columns[n].is_number and n not in _NOT_COPIED]
    table = np.full((len(survey.schools), len(names)), -1.0)
    for at, name in enumerate(names):
        table[:, at] = np.nan_to_num(survey.numbers(name), nan=-1.0)
    first: dict[bytes, int] = {}
    for row, values in enumerate(table):
        earlier = first.setdefault(values.tobytes(), row)
        told = int((values > 0).sum())
        if earlier != row and told >= rule.limits["columns"]:
            found = (
                f"{survey.names[row]}与{survey.names[earlier]}的{told}列数据（0和空缺除外）完全相同"
            )
            for alike in (earlier, row):  # nobody knows which of the two is the copy
                yield survey.note(rule, alike, "school", found)


PATTERNS = {
    "D04": _all_equal,
    "D04b": _same_number,
    "D04c": _round_numbers,
    "D04d": _on_the_bar,
    "D04e": _copied_row,
}
