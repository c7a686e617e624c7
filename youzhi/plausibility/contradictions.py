"""Values of one school that contradict each other, and schools that do not count."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from youzhi.columns import load_columns, parse_areas
from youzhi.exact import as_fraction
from youzhi.intake.findings import Rule
from youzhi.plausibility.survey import Found, Survey
from youzhi.sections import CONTRADICTION, NO_ORGANISER
from youzhi.standards import Ratio, Standard

_SET_ASIDE = "该校段暂不计入；核实前本学段和全县不能作出达标结论"


# ------------------------------------------------------------------------------------ who counts


def _lives(survey: Survey, row: int, stage: str) -> list[str]:
    """Columns of teachers and classes in which a school has anything of the stage."""
    return [name for name in survey.alive(stage) if survey.numbers(name)[row] > 0]


def _resources(survey: Survey, row: int) -> list[str]:
    """Columns of the whole school, counted by an indicator, in which it has anything."""
    names = [name for one in survey.standard.indicator for name in one.numerator]
    whole = dict.fromkeys(name for name in names if "{stage}" not in name)
    return [name for name in whole if survey.numbers(name)[row] > 0]


def _no_pupils_but_alive(survey: Survey, rule: Rule) -> Found:
    for row, stage, told in survey.left_out:
        if told["held_for"] == CONTRADICTION and told["pupils"] == 0:
            field = f"pupils_{stage}"
            lives = _lives(survey, row, stage) or _resources(survey, row)
            found = survey.tell(row, field, *lives[:3])
            yield survey.note(rule, row, field, found, became=_SET_ASIDE)


def _foreign_stage(survey: Survey, rule: Rule) -> Found:
    words = load_columns()["school_type"].choices
    for row, stage, told in survey.left_out:
        if told["held_for"] == CONTRADICTION and told["pupils"] > 0:
            field = f"pupils_{stage}"
            found = f"{survey.tell(row, field)}，学校类型为{words[told['school_type']]}"
            yield survey.note(rule, row, field, found, became=_SET_ASIDE)


def _no_organiser(survey: Survey, rule: Rule) -> Found:
    for row, stage, told in survey.left_out:
        if told["held_for"] == NO_ORGANISER:
            found = f"{survey.tell(row, f'pupils_{stage}')}，举办者代码空缺"
            yield survey.note(rule, row, "organiser_code", found, became=_SET_ASIDE)


def _small_but_alive(survey: Survey, rule: Rule) -> Found:
    for row, stage, told in survey.left_out:
        if told["source"] and told["pupils"] == 0 and (names := _lives(survey, row, stage)):
            found = survey.tell(row, f"pupils_{stage}", *names[:3])
            yield survey.note(rule, row, f"pupils_{stage}", found, became="仍不计入")


def _closed_school(survey: Survey, rule: Rule) -> Found:
    for row, stage, told in survey.left_out:
        if told["pupils"] == 0 and not told["held"] and not told["source"]:
            asked = [name.format(stage=stage) for name in ("teachers_{stage}", "classes_{stage}")]
            given = [survey.value(row, name) or f"{load_columns()[name].zh}未填" for name in asked]
            found = f"{survey.tell(row, f'pupils_{stage}')}，{'，'.join(given)}"
            yield survey.note(rule, row, f"pupils_{stage}", found, became=told["reason"])
    for row in survey.unlisted:
        found = f"{survey.names[row]}：各学段在校生都是0人，教师、班级为0或未填"
        yield survey.note(rule, row, "school_type", found, became="不计入")


def _outside_type(survey: Survey, rule: Rule) -> Found:
    words = load_columns()["school_type"].choices
    for row, stage, told in survey.left_out:
        if not stage:
            found = f"{survey.names[row]}：{words[told['school_type']]}"
            yield survey.note(rule, row, "school_type", found, became=told["reason"])


def _one_section(survey: Survey, rule: Rule) -> Found:
    for stage in survey.sections.stages:
        if len(stage) == 1:
            row = int(stage.row[0])
            word = survey.standard.stages[stage.stage].zh
            found = f"{word}计入的只有1个校段：{survey.names[row]}"
            yield survey.note(rule, None, f"pupils_{stage.stage}", found)


def _one_stage_of_several(survey: Survey, rule: Rule) -> Found:
    types, words = survey.schools.texts("school_type"), load_columns()["school_type"].choices
    for kind, stages in survey.standard.split.stages.items():
        names = [f"pupils_{stage}" for stage in stages]
        if not set(names) & set(survey.schools.frame):
            continue
        filled = np.array([survey.numbers(name) > 0 for name in names])
        for row in np.flatnonzero(
            (types == kind) & (filled.sum(axis=0) < len(names)) & filled.any(0)
        ):
            lacking = [
                f"{load_columns()[name].zh}{'空缺' if np.isnan(survey.numbers(name)[row]) else '为0'}"
                for name, has in zip(names, filled[:, row], strict=True)
                if not has
            ]
            given = [name for name, has in zip(names, filled[:, row], strict=True) if has]
            found = f"{survey.tell(row, *given)}，{'、'.join(lacking)}；学校类型为{words[kind]}"
            yield survey.note(rule, int(row), given[0], found)


# ------------------------------------------------------------------------------------ pupils, classes, teachers


def _in_stage(survey: Survey, *names: str) -> Iterator[tuple[str, list[str], list[np.ndarray]]]:
    """Stage by stage: ids and numbers of some columns."""
    for stage in survey.standard.stages:
        filled = [name.format(stage=stage) for name in names]
        yield stage, filled, [survey.numbers(name) for name in filled]


def _tell_rows(survey: Survey, rule: Rule, hit: np.ndarray, names: list[str]) -> Found:
    """One finding per row that was hit, at the first column, with the values of all."""
    for row in np.flatnonzero(hit):
        yield survey.note(rule, int(row), names[0], survey.tell(row, *names))


def _no_teachers(survey: Survey, rule: Rule) -> Found:
    for _, names, (teachers, pupils) in _in_stage(survey, "teachers_{stage}", "pupils_{stage}"):
        yield from _tell_rows(survey, rule, (teachers == 0) & (pupils > 0), names)


def _too_many_for_classes(survey: Survey, rule: Rule) -> Found:
    asked = ("pupils_{stage}", "classes_{stage}", "largest_class_{stage}")
    for _, names, (pupils, classes, largest) in _in_stage(survey, *asked):
        hit = (pupils > classes * largest) & (classes > 0)
        yield from _tell_rows(survey, rule, hit, names)


def _more_classes_than_pupils(survey: Survey, rule: Rule) -> Found:
    for _, names, (classes, pupils) in _in_stage(survey, "classes_{stage}", "pupils_{stage}"):
        yield from _tell_rows(survey, rule, (classes > pupils) & (pupils > 0), names)


def _no_classes(survey: Survey, rule: Rule) -> Found:
    for _, names, (classes, pupils) in _in_stage(survey, "classes_{stage}", "pupils_{stage}"):
        yield from _tell_rows(survey, rule, (classes == 0) & (pupils > 0), names)


def _class_exceeds_school(survey: Survey, rule: Rule) -> Found:
    for _, names, (largest, pupils) in _in_stage(survey, "largest_class_{stage}", "pupils_{stage}"):
        yield from _tell_rows(survey, rule, (largest > pupils) & (pupils > 0), names)


def _class_bars(standard: Standard) -> dict[str, int]:
    """Stage to the most pupils that a class may have, where the standard says so."""
    for item in standard.item:
        for check in item.check:
            if isinstance(check, Ratio) and check.numerator == ["largest_class_{stage}"]:
                bar = check.bar
                return {s: int(bar[s] if isinstance(bar, dict) else bar) for s in standard.stages}
    return {}


def _oversize_disagrees(survey: Survey, rule: Rule) -> Found:
    bars = _class_bars(survey.standard)
    asked = ("oversize_classes_{stage}", "largest_class_{stage}")
    for stage, names, (oversize, largest) in _in_stage(survey, *asked):
        known = ~np.isnan(oversize) & ~np.isnan(largest)
        if stage in bars:
            hit = known & ((oversize > 0) != (largest > bars[stage]))
            for row in np.flatnonzero(hit):
                found = f"{survey.tell(row, *names)}（班额上限{bars[stage]}人）"
                yield survey.note(rule, int(row), names[0], found)


def _more_migrants(survey: Survey, rule: Rule) -> Found:
    migrants, pupils = survey.numbers("migrant_pupils"), survey.numbers("pupils")
    for row in np.flatnonzero(migrants > pupils):
        found = f"{survey.tell(row, 'migrant_pupils')}，全校在校生{pupils[row]:.15g}人"
        yield survey.note(rule, int(row), "migrant_pupils", found)


def _too_many_graduates(survey: Survey, rule: Rule) -> Found:
    names = ["graduates", "entrants_before", "transferred_in", "transferred_out", "deaths"]
    graduates, entrants, came, went, died = (survey.numbers(name) for name in names)
    most = entrants + came - went - died
    for row in np.flatnonzero(graduates > most):
        allowed = f"不超过{most[row]:.15g}人（入学时在校生＋转入－转出－死亡）"
        found = survey.tell(row, *names)
        yield survey.note(rule, int(row), "graduates", found, allowed=allowed)


def _built_later(survey: Survey, rule: Rule) -> Found:
    for row in np.flatnonzero(survey.numbers("built_year") > survey.year):
        found = f"{survey.tell(row, 'built_year')}，统计年度{survey.year}年"
        yield survey.note(rule, int(row), "built_year", found)


def _built_or_founded(survey: Survey, rule: Rule) -> Found:
    """The reliefs ask when the buildings stood; a head that asks for the foundation asks something else."""
    asked = [block.built_by for relief in survey.reliefs for block in relief.when]
    last = max((year for year in asked if year is not None), default=0)
    relieved = np.flatnonzero(survey.numbers("built_year") <= last)
    header = rule.limits["header"]
    rows = [int(row) for row in relieved if header in survey.place(row, "built_year").column]
    if rows:
        found = f"“{survey.place(rows[0], 'built_year').column}”不晚于{last}年的有{len(rows)}所学校"
        yield survey.note(rule, rows[0], "built_year", f"{found}，如{survey.names[rows[0]]}")


def _more_than_teachers(survey: Survey, rule: Rule) -> Found:
    teachers = survey.numbers("teachers")
    for name in ("certified_teachers", "trained_teachers"):
        for row in np.flatnonzero(survey.numbers(name) > teachers):
            found = f"{survey.tell(row, name)}，小学、初中专任教师共{teachers[row]:.15g}人"
            yield survey.note(rule, int(row), name, found, became="评估项不采用这两个数")


def _rooms_exceed_area(survey: Survey, rule: Rule) -> Found:
    kinds = [load_columns()[name] for name in ("music_room_areas_m2", "art_room_areas_m2")]
    texts = [survey.schools.texts(kind.id) for kind in kinds]
    for row in np.flatnonzero(~np.isnan(survey.numbers("teaching_area_m2"))):
        given = [(kind, text[row]) for kind, text in zip(kinds, texts, strict=True) if text[row]]
        total = sum(sum(parse_areas(text, kind)) for kind, text in given)
        if as_fraction(total) > survey.schools.exact_number(row, "teaching_area_m2"):
            found = f"{survey.tell(row, 'teaching_area_m2')}，音乐、美术教室合计{total}㎡"
            yield survey.note(rule, int(row), given[0][0].id, found)


CONTRADICTIONS = {
    "D01": _no_pupils_but_alive,
    "D01b": _foreign_stage,
    "D01c": _no_teachers,
    "D01d": _small_but_alive,
    "D02": _one_section,
    "D05c": _more_than_teachers,
    "D06p": _too_many_for_classes,
    "D06q": _more_classes_than_pupils,
    "D06r": _no_classes,
    "D06s": _class_exceeds_school,
    "D06t": _oversize_disagrees,
    "D06u": _more_migrants,
    "D06v": _too_many_graduates,
    "D12p": _built_later,
    "D12q": _built_or_founded,
    "D07c": _rooms_exceed_area,
    "D10b": _no_organiser,
    "K10b": _one_stage_of_several,
    "K12": _outside_type,
    "K14": _closed_school,
}
