"""What changed against an earlier year: schools that came, went or were renamed, and values that jumped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from youzhi.columns import load_columns
from youzhi.intake.findings import Rule
from youzhi.plausibility.pairing import Jump, Years
from youzhi.plausibility.survey import Found, Survey, say_value
from youzhi.tables import SchoolTable


def _renamed(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    for row, old in years.by_code.items() if years else ():
        now, then = years.names[0][row], years.names[1][old]
        code = survey.schools.frame["school_id"].iat[row]
        if now != then:
            found = f"{code}：{years.earlier}年“{then}”，{survey.year}年“{now}”"
            yield survey.note(rule, row, "school", found)


def _recoded(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    for row, old in years.by_name.items() if years else ():
        now, then = (
            t.frame["school_id"].iat[at] for t, at in ((years.schools, row), (years.before, old))
        )
        name = years.names[0][row]
        if name not in (now, then):  # a school without a code is known by its name
            found = f"{name}：{years.earlier}年代码{then}，{survey.year}年代码{now}"
            yield survey.note(rule, row, "school_id", found)


def _say_pupils(schools: SchoolTable, row: int) -> str:
    """Pupils of the stages that a school has."""
    stages = (name for name in schools.frame if name.startswith("pupils_"))
    names = (name for name in stages if schools.numbers(name)[row] > 0)
    return "，".join(say_value(schools, row, name) for name in names)


def _absent(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    for old in years.gone if years and years.mostly_match else ():
        name, code = years.before.frame[["school", "school_id"]].iloc[old]
        told = "；".join(filter(None, (code, _say_pupils(years.before, old))))
        found = f"{years.earlier}年有“{name}”（{told}），{survey.year}年没有"
        yield survey.note(rule, None, "", found)


def _new(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    for row in years.come if years and years.mostly_match else ():
        code = survey.schools.frame["school_id"].iat[row]
        told = "；".join(filter(None, (code, _say_pupils(survey.schools, row))))
        found = f"{years.earlier}年没有，{survey.year}年有“{survey.names[row]}”（{told}）"
        yield survey.note(rule, row, "school", found)


def _no_match(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    if years and not years.mostly_match:
        found = f"{years.earlier}年{len(years.before)}所、{survey.year}年{len(survey.schools)}所学校中，"
        found += f"代码或名称对得上的只有{len(years.pairs)}所"
        yield survey.note(rule, None, "school_id", found)


def _same_as_before(survey: Survey, rule: Rule) -> Found:
    years, known = survey.years, load_columns()
    if not (years and years.mostly_match):
        return
    names = [
        name
        for name in survey.schools.frame
        if known[name].is_number
        and name not in rule.limits["lasting"]
        and name in years.before.frame
    ]
    if not names:
        return
    now, then = (
        np.array([table.numbers(name) for name in names]) for table in (years.schools, years.before)
    )
    same = [
        row
        for row, old in years.pairs.items()
        if np.array_equal(now[:, row], then[:, old], equal_nan=True)
        and (now[:, row] > 0).sum() >= rule.limits["columns"]
    ]
    if len(same) >= max(rule.limits["schools"], rule.limits["share"] * len(years.pairs)):
        found = f"两年都有的{len(years.pairs)}所学校中，{len(same)}所的各列数据"
        yield survey.note(rule, None, "", f"{found}与{years.earlier}年完全相同")


# ------------------------------------------------------------------------------------ values


def _single_jumps(years: Years | None) -> Iterator[Jump]:
    """Jumps that do not belong to a whole column in another unit."""
    for jump in years.jumps if years else ():
        if (jump.name, jump.times, jump.up) not in years.shifted:
            yield jump


def _tell_jump(survey: Survey, jump: Jump) -> str:
    column, years = load_columns()[jump.name], survey.years
    now, then = survey.numbers(jump.name)[jump.row], years.before.numbers(jump.name)[jump.old]
    values = f"{years.earlier}年{then:.15g}{column.unit}，{survey.year}年{now:.15g}{column.unit}"
    return f"{survey.names[jump.row]}：{column.zh}{values}"


def _jumped(survey: Survey, rule: Rule) -> Found:
    stocks = {name for key in rule.limits["least"] for _, name in survey.per_stage(key)}
    for jump in _single_jumps(survey.years):
        if jump.name in stocks and not jump.times:
            yield survey.note(rule, jump.row, jump.name, _tell_jump(survey, jump))


def _in_other_unit(survey: Survey, rule: Rule) -> Found:
    for jump in _single_jumps(survey.years):
        if jump.times:
            found = f"{_tell_jump(survey, jump)}，{_say_factor(jump.times, jump.up)}"
            yield survey.note(rule, jump.row, jump.name, found)


def _column_in_other_unit(survey: Survey, rule: Rule) -> Found:
    years = survey.years
    for (name, times, up), count in years.shifted.items() if years else ():
        found = f"{years.both_positive(name)}所学校中{count}所的{load_columns()[name].zh}"
        example = next(j for j in years.jumps if (j.name, j.times, j.up) == (name, times, up))
        found += f"{_say_factor(times, up)}，如{_tell_jump(survey, example)}"
        yield survey.note(rule, None, name, found)


def _say_factor(times: float, up: bool) -> str:
    return f"约为上年的{times:g}倍" if up else f"约为上年的{times:g}分之一"


CHANGES = {
    "D08": _jumped,
    "K04b": _renamed,
    "K04c": _recoded,
    "K15": _absent,
    "K15b": _new,
    "K15c": _no_match,
    "K15d": _same_as_before,
    "N04y": _column_in_other_unit,
    "N04z": _in_other_unit,
}
