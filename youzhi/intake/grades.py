"""Pupils and classes by grade, and entrants, against the totals of their stage: read, held against, not kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from youzhi.columns import Control, load_columns, load_controls
from youzhi.intake.cleaning import place_of
from youzhi.intake.findings import Finding, load_rules, make_finding
from youzhi.intake.readings import RawCell, Record
from youzhi.intake.values.cells import clean_cell
from youzhi.intake.values.numbers import show_number
from youzhi.intake.wide.lines import list_rows

# Ids of control columns to their numbers, None where a cell is blank or none; stages to their columns, grade by grade.
Numbers = dict[str, Decimal | None]
Columns = list[Control | None]
Parts = dict[str, Columns]

# What is added up over the grades, and the rule that a sum breaks which is not the total.
_SUMS = {"pupils": "D06", "classes": "D06c"}
_STAGES = ("primary", "junior")


def split_controls(
    records: list[Record],
) -> tuple[list[Record], list[dict[str, RawCell]]]:
    """Part what is only held against other columns from what is kept (分出核对列).

    Parameters
    ----------
    records
        One per school.

    Returns
    -------
    list of Record
        The same without the columns of load_controls.
    list of dict of str to RawCell
        These, record by record.
    """
    known = load_controls()
    if not any(known.keys() & record.cells for record in records):
        return records, [{} for _ in records]
    kept = [
        record._replace(cells={k: v for k, v in record.cells.items() if k not in known})
        for record in records
    ]
    return kept, [{k: v for k, v in one.cells.items() if k in known} for one in records]


def check_grades(
    frame: pd.DataFrame,
    records: list[Record],
    controls: list[dict[str, RawCell]],
    primary_years: int | None = None,
) -> list[Finding]:
    """Hold grades and entrants against pupils and classes; pupils that contradict them are set aside, in place (年级核对).

    Nothing is a contradiction that one of the possible systems of schooling explains, nor where a cell that is needed
    is blank or no whole number: such rows are told once. What is given cannot be more than the whole all the same.

    Parameters
    ----------
    frame, records
        One row and one record per school; the index counts the records.
    controls
        What split_controls parted, record by record.
    primary_years
        Years of primary school in the county; None where nobody said, then five and six are possible.

    Returns
    -------
    list of Finding

    Examples
    --------
    >>> from youzhi.intake.findings import Place
    >>> at = Place("a.csv", "", 2)
    >>> frame = pd.DataFrame({"pupils_primary": [Decimal(100)]}, dtype=object)
    >>> grades = {f"pupils_primary_grade_{n}": RawCell("19", at) for n in range(1, 6)}
    >>> for one in check_grades(frame, [Record(at, {})], [grades]):
    ...     print(one.rule, one.found)
    D06 小学在校生数100人，一年级至五年级之和95人
    >>> frame["pupils_primary"].tolist()
    [None]
    """
    findings, unchecked = [], defaultdict(list)
    for at in (at for at in frame.index if controls[at]):
        cells, record = controls[at], records[at]
        numbers = {name: _read_number(name, cell) for name, cell in cells.items()}
        for measure in _SUMS:
            grades = _arrange(measure, tuple(cells), primary_years)
            told, untold = _check_sums(frame, record, at, grades, numbers)
            findings += told
            for field in untold:
                unchecked[record.place.file, record.place.sheet, field].append(record)
        grades = _arrange("pupils", tuple(cells), primary_years)
        findings += _check_entrants(frame.loc[at], cells, grades, numbers)
    return findings + [_tell_unchecked(key[-1], rows) for key, rows in unchecked.items()]


def _read_number(name: str, cell: RawCell) -> Decimal | None:
    """A whole number as it was written; None where nothing of the kind is there."""
    return clean_cell(cell.text, load_controls()[name], cell.unit, cell.mark).value


# ------------------------------------------------------------------------------------ which column is which grade


class Grades(NamedTuple):
    """The columns by grade of one head (年级列).

    Attributes
    ----------
    measure
        "pupils" or "classes".
    count
        How many columns by grade there are.
    systems : dict of int to dict
        Possible years of primary school to the columns of each stage, grade by grade; None where one is lacking. Those
        that lack a grade only where every system does.
    """

    measure: str
    count: int
    systems: dict[int, Parts]

    @property
    def stages(self) -> list[str]:
        """Those of which there is a grade; where the columns fit no system, all of which something is said."""
        if not self.systems:
            return list(_STAGES)
        return [s for s in _STAGES if any(any(parts[s]) for parts in self.systems.values())]


@lru_cache(256)
def _arrange(measure: str, names: tuple[str, ...], primary_years: int | None) -> Grades:
    """Find the systems of schooling that the columns of a head may have; the county's where they fit it."""
    known = [load_controls()[name] for name in names]
    columns = [one for one in known if one.measure == measure]
    both = load_rules()["D06"].limits["primary_years"]
    placed = {years: _place_columns(columns, years) for years in both}
    fitting = {years: parts for years, parts in placed.items() if _all_placed(columns, parts)}
    if primary_years in fitting:
        fitting = {primary_years: fitting[primary_years]}
    whole = {years: parts for years, parts in fitting.items() if _has_all_grades(parts)}
    return Grades(measure, len(columns), whole or fitting)


def _place_columns(columns: list[Control], years: int) -> Parts:
    """The grades of each stage with their columns, if primary school has so many years."""
    last = load_rules()["D06"].limits["last_grade"]
    grades = {"primary": range(1, years + 1), "junior": range(years + 1, last + 1)}
    parts = {stage: dict.fromkeys(some) for stage, some in grades.items()}
    for column in sorted(columns, key=lambda one: one.stage != ""):  # one that says its stage wins
        at = column.grade or years + column.year
        for stage, some in parts.items():
            if at in some and column.stage in ("", stage):
                some[at] = column
    return {stage: list(some.values()) for stage, some in parts.items()}


def _all_placed(columns: list[Control], parts: Parts) -> bool:
    """Whether every column that says its stage is a grade of it."""
    placed = {one.id for some in parts.values() for one in some if one}
    return all(one.id in placed for one in columns if one.stage)


def _has_all_grades(parts: Parts) -> bool:
    """Whether each stage has all its grades or none."""
    return all(all(some) or not any(some) for some in parts.values())


# ------------------------------------------------------------------------------------ the checks


def _check_sums(
    frame: pd.DataFrame, record: Record, at: int, grades: Grades, numbers: Numbers
) -> tuple[list[Finding], list[str]]:
    """What is wrong in one row, and the totals of which nobody can tell."""
    if grades.count < 2:
        return [], []
    fields = {stage: f"{grades.measure}_{stage}" for stage in grades.stages}
    totals = {
        stage: frame.at[at, field]
        for stage, field in fields.items()
        if field in frame and not pd.isna(frame.at[at, field])
    }
    agreed = {
        years: {s: _compare(total, parts[s], numbers) for s, total in totals.items()}
        for years, parts in grades.systems.items()
    }
    wrong = _find_contradicted(agreed)
    findings = [
        _contradict(
            frame, record, at, fields[stage], [grades.systems[y][stage] for y in systems], numbers
        )
        for stage, systems in wrong.items()
    ]
    settled = {s for told in agreed.values() for s, agrees in told.items() if agrees} | wrong.keys()
    return findings, [fields[stage] for stage in totals if stage not in settled]


def _compare(total: Decimal, parts: Columns, numbers: Numbers) -> bool | None:
    """Whether the grades add up to the total; None where nobody can tell, because some are missing."""
    given, whole = _add(parts, numbers)
    if given == total:
        return True
    return False if whole or given > total else None


def _add(parts: Columns, numbers: Numbers) -> tuple[Decimal, bool]:
    """The sum of what is given, and whether that is all."""
    values = [numbers[one.id] if one else None for one in parts]
    return sum((value for value in values if value is not None), Decimal()), None not in values


def _find_contradicted(agreed: dict[int, dict[str, bool | None]]) -> dict[str, list[int]]:
    """The stages that are wrong whatever the system is, as few as explain the numbers, and the systems by which."""
    wrong = {
        years: [stage for stage, told in stages.items() if told is False]
        for years, stages in agreed.items()
    }
    least, found = min(map(len, wrong.values()), default=0), defaultdict(list)
    for years, stages in wrong.items():
        for stage in stages if len(stages) == least else ():
            found[stage].append(years)
    return found


def _contradict(
    frame: pd.DataFrame, record: Record, at: int, field: str, sums: list[Columns], numbers: Numbers
) -> Finding:
    column, place = load_columns()[field], place_of(record, field, load_columns()[field].headers[0])
    rule = _SUMS[field.partition("_")[0]]
    told = dict.fromkeys(_say_sum(parts, numbers, column.unit) for parts in sums)
    total = f"{column.zh}{show_number(frame.at[at, field])}{column.unit}"
    found = f"{total}，{'，或'.join(told)}"
    if load_rules()[rule].outcome != "hold":
        return make_finding(rule, place, found)
    frame.at[at, field] = None
    return make_finding(rule, place, found, became=f"{column.zh}按缺失处理")


def _say_sum(parts: Columns, numbers: Numbers, unit: str) -> str:
    names = [one.grade_zh for one in parts if one]
    span = "至".join(dict.fromkeys((names[0], names[-1]))) if names else "各年级"
    given, whole = _add(parts, numbers)
    return f"{span}{'' if whole else '已填的'}之和{show_number(given)}{unit}"


def _check_entrants(
    row: pd.Series, cells: dict[str, RawCell], grades: Grades, numbers: Numbers
) -> Iterator[Finding]:
    """Entrants beside the first grade of their stage."""
    for name, told in numbers.items():
        control = load_controls()[name]
        if control.measure != "entrants" or told is None:
            continue
        stage = control.stage or load_rules()["K10"].limits.get(row.get("school_type"), "")
        columns = [parts[stage][0] for parts in grades.systems.values()] if stage else []
        first = [numbers[one.id] if one else None for one in columns]
        if not first or None in first or told in first:
            continue
        shown = "，或".join(f"{one}人" for one in dict.fromkeys(map(show_number, first)))
        found = f"{control.zh}{show_number(told)}人，起始年级{shown}"
        yield make_finding("D06b", cells[name].place, found)


def _tell_unchecked(field: str, rows: list[Record]) -> Finding:
    """One finding for all rows of a sheet."""
    column = load_columns()[field]
    place = place_of(rows[0], field, column.headers[0])._replace(row="", position=None)
    found = f"{len(rows)}所学校的{column.zh}没有核对：{list_rows([one.place.row for one in rows])}"
    return make_finding("D06d", place, found)
