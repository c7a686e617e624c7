"""What is one school: independent campuses as rows of their own, or added up into their schools."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pandas as pd

from youzhi.columns import Column, load_columns
from youzhi.errors import FAULT_COLUMNS, DataError, UsageError
from youzhi.standards import Standard
from youzhi.tables import SchoolTable, stack_tables


def one_row_per_unit(schools: SchoolTable, standard: Standard, unit: str) -> SchoolTable:
    """Give one row per counted unit: campuses as they stand, or added up into their schools (计数单位).

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: campus_of and, for adding up, all numbers.
    standard
        Says which stages a school type has.
    unit
        "school" or "campus" (独立校区).

    Returns
    -------
    SchoolTable
        The very same table where there is no campus. A sum is missing when a campus lacks the number; campuses of
        different stages make one school with all of them.

    Raises
    ------
    UsageError
        The unit is neither "school" nor "campus".
    DataError
        A school and its campuses both have a row: the pupils would count twice.
    """
    if unit not in ("school", "campus"):
        raise UsageError(f"计数单位只能是“school”（学校）或“campus”（独立校区），不能是“{unit}”。")
    mother = pd.Series(schools.texts("campus_of"), index=schools.frame.index)
    is_campus = mother.notna()
    if not is_campus.any():
        return schools
    keys = schools.frame[["county", "year"]]
    campuses = keys.assign(school=mother)[is_campus].drop_duplicates()
    whole = keys.assign(school=_own_names(schools))[~is_campus].reset_index().merge(campuses)
    if len(whole):
        raise DataError(_double_counts(schools, whole))
    return schools if unit == "campus" else _merge_campuses(schools, standard, mother)


def _own_names(schools: SchoolTable) -> list[str]:
    """Names without the code by which schools of one name are told apart."""
    pairs = zip(schools.frame["school"], schools.frame["school_id"], strict=True)
    return [name.removesuffix(f"（{code}）") for name, code in pairs]


def _double_counts(schools: SchoolTable, whole: pd.DataFrame) -> pd.DataFrame:
    """One fault per school that stands beside its own campuses."""
    advice = "本部也作为一个校区填写（所属学校填学校名称），删去学校总表行"
    lines = [schools.lines[at] if len(schools.lines) else "" for at in whole["index"]]
    rows = [
        [schools.file, "", line, "学校名称", name, "学校总表行与校区行只能有一种", advice]
        for line, name in zip(lines, whole["school"], strict=True)
    ]
    return pd.DataFrame(rows, columns=FAULT_COLUMNS)


def _merge_campuses(schools: SchoolTable, standard: Standard, mother: pd.Series) -> SchoolTable:
    """Put the campuses of each school together, exactly; schools without campuses stay as they are."""
    campuses = mother.notna().to_numpy()
    rows = schools.frame[campuses]
    keys = [rows["county"], rows["year"], mother[campuses]]
    records, first = [], []
    for (_, _, school), parts in rows.groupby(keys, sort=False):
        records.append(_merge_rows(schools, standard, parts, school))
        first.append(parts.index[0])
    merged = SchoolTable.from_frame(
        pd.DataFrame(records, columns=rows.columns, dtype=object), schools.file
    )
    lines = schools.lines[first] if len(schools.lines) else schools.lines
    joined = stack_tables([schools.select(~campuses), replace(merged, lines=lines)])
    origin = {"file": schools.file, "digest": schools.digest, "findings": schools.findings}
    return replace(joined, **origin)


def _merge_rows(schools: SchoolTable, standard: Standard, rows: pd.DataFrame, school: str) -> dict:
    """One school out of its campuses; a missing number makes the whole missing."""
    stages = [_stages_of(standard, kind) for kind in rows["school_type"]]
    joined = {column: _join(schools, rows, stages, column) for column in rows}
    kind = _joint_type(standard, rows["school_type"], set().union(*stages))
    return joined | {"school": school, "school_id": school, "school_type": kind, "campus_of": None}


def _join(schools: SchoolTable, rows: pd.DataFrame, stages: list[set], column: str):
    """The school's entry out of those of its campuses; a campus without the column's stage is not asked."""
    of_stage, known = column.rpartition("_")[2], set().union(*stages)
    asked = [
        at
        for at, has in zip(rows.index, stages, strict=True)
        if of_stage not in known or of_stage in has or schools.numbers(column)[at] > 0
    ]
    entry = load_columns()[column]
    if schools.frame.loc[asked, column].isna().any():
        return None
    if entry.is_number:
        values = [schools.exact_number(at, column) for at in asked]
    else:
        values = list(schools.frame.loc[asked, column])
    return _JOINS[entry.joined](values, entry)


def _same(values: list, _entry: Column):
    return values[0] if len(set(values)) == 1 else None


def _sum(values: list, entry: Column):
    return ";".join(values) if entry.kind == "areas" else sum(values, Fraction(0))


def _largest(values: list, entry: Column):
    return max(values, key=list(entry.choices).index if entry.choices else None)


_JOINS = {
    "same": _same,
    "sum": _sum,
    "largest": _largest,
    "all": lambda values, _entry: all(values),
    "first": lambda values, _entry: values[0],
}


def _stages_of(standard: Standard, school_type: str) -> set[str]:
    """The stages that a school of this type has."""
    if school_type in standard.split.stages:
        return set(standard.split.stages[school_type])
    return {stage for stage, kinds in standard.counting.stages.items() if school_type in kinds}


def _joint_type(standard: Standard, kinds: pd.Series, stages: set[str]) -> str:
    """The type of a school whose campuses have these types; a teaching point does not make one of it."""
    joint = [kind for kind, has in standard.split.stages.items() if set(has) == stages]
    order = [kind for counted in standard.counting.stages.values() for kind in counted]
    ranked = sorted(kinds, key=lambda kind: order.index(kind) if kind in order else len(order))
    return joint[0] if joint else ranked[0]
