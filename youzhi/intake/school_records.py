"""Records of schools to a checked table of schools."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from youzhi.columns import load_columns
from youzhi.intake.cleaning import clean_records, known_places, place_of
from youzhi.intake.findings import Finding, Place, is_refused, load_rules, make_finding
from youzhi.intake.grades import check_grades, split_controls
from youzhi.intake.identity import (
    check_campuses,
    check_codes,
    settle_county,
    settle_twins,
    settle_year,
)
from youzhi.intake.magnitudes import hold_wrong_units
from youzhi.intake.readings import RawCell, Reading, Record
from youzhi.intake.values.cells import clean_cell
from youzhi.tables import SchoolTable, make_school_table

_NO_COLUMN, _EMPTY = "（无此列）", "（空）"
_PUPILS = "pupils_"  # of a special school they count somewhere, its other totals nowhere


@dataclass(frozen=True)
class SchoolRecords:
    """A table of schools, and where each of its rows was read (学校记录).

    Attributes
    ----------
    table
        None where a finding refuses it, or where nobody said which county and year.
    findings : list of Finding
        In the order in which they were made.
    records : list of Record
        One per row of the table, in its order.
    """

    table: SchoolTable | None
    findings: list[Finding] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


def make_schools(
    readings: list[Reading],
    county: str | None = None,
    year: int | None = None,
    names: Collection[str] = (),
    code_pattern: str = "",
    division_codes: Collection[str] = (),
    primary_years: int | None = None,
) -> SchoolRecords:
    """Clean the records of all sheets and check them as one table (汇成学校数据表).

    Parameters
    ----------
    readings
        Of the kind "schools".
    county, year
        What was asked for; None where the files must say it.
    names
        Further names of the county.
    code_pattern
        Regular expression for its school codes.
    division_codes
        Codes of the county, that of today and former ones.
    primary_years
        Years of primary school there; None where nobody said.

    Returns
    -------
    SchoolRecords
    """
    records, findings = _split_stages([one for reading in readings for one in reading.records])
    records, controls = split_controls(records)
    frame, found = clean_records(records, load_columns())
    findings += found
    findings += settle_county(frame, records, readings, county, names)
    findings += settle_year(frame, records, readings, year)
    frame, found = settle_twins(frame, records)
    findings += [*found, *check_codes(frame, records, code_pattern, division_codes)]
    findings += [*check_campuses(frame, records), *hold_wrong_units(frame, records)]
    findings += check_grades(frame, records, controls, primary_years)
    file = "；".join(dict.fromkeys(reading.file for reading in readings))
    digest = readings[0].digest if len(readings) == 1 else ""
    table, faults = make_school_table(frame.infer_objects(), file, digest)
    findings += _schema_findings(faults, readings, records, findings)
    unsaid = any(one.rule == "H06b" for one in findings)
    if table is None or unsaid or is_refused(findings):
        return SchoolRecords(None, findings)
    ordered = [records[at] for at in table.lines]
    lines = np.array([record.place.row or 0 for record in ordered], dtype=int)
    return SchoolRecords(replace(table, lines=lines), findings, ordered)


def _split_stages(records: list[Record]) -> tuple[list[Record], list[Finding]]:
    """Give a total without a stage to the only stage of its school; of several stages it is set aside."""
    findings, told = [], []
    for record in records:
        totals = {name: cell for name, cell in record.cells.items() if "{stage}" in name}
        if not totals:
            told.append(record)
            continue
        cells = {name: cell for name, cell in record.cells.items() if name not in totals}
        kind = cells.get("school_type", RawCell("", record.place))
        school_type = clean_cell(kind.text, load_columns()["school_type"]).value
        stage = load_rules()["K10"].limits.get(school_type)
        for name, cell in totals.items():
            given = _stages_given(name, cells)
            if not cell.text.strip():
                continue
            if given:
                findings += _compare(cell, given)
            elif stage:
                cells[name.format(stage=stage)] = cell
            elif cell.text.strip() == "0":
                cells.update(dict.fromkeys(_stages_of(name), cell))
            elif stage is None or name.startswith(_PUPILS):
                findings.append(make_finding("K10", cell.place, cell.text.strip()))
        told.append(Record(record.place, cells))
    return told, findings


def _stages_of(name: str) -> list[str]:
    """The columns of a total, stage by stage."""
    return [one for one in load_columns() if one.startswith(name.format(stage=""))]


def _stages_given(name: str, cells: dict[str, RawCell]) -> dict[str, RawCell]:
    """What stands beside a total for its stages."""
    stages = {one: cells[one] for one in _stages_of(name) if one in cells}
    return {one: cell for one, cell in stages.items() if cell.text.strip()}


def _compare(total: RawCell, given: dict[str, RawCell]) -> list[Finding]:
    """Tell where a total is not what its stages add up to; a largest class adds up to nothing."""
    columns = load_columns()
    values = [clean_cell(c.text, columns[n], c.unit, c.mark).value for n, c in given.items()]
    whole = clean_cell(total.text, columns[next(iter(given))], total.unit, total.mark).value
    join = max if next(iter(given)).startswith("largest_") else sum
    if whole is None or None in values or join(values) == whole:
        return []
    found = f"{total.text.strip()}（{'、'.join(c.place.column + c.text.strip() for c in given.values())}）"
    return [make_finding("K10i", total.place, found)]


def _schema_findings(
    faults: pd.DataFrame, readings: list[Reading], records: list[Record], told: list[Finding]
) -> list[Finding]:
    """Faults of the finished table as findings at the cells, without what was told before."""
    known, by_header = known_places(told), {c.headers[0]: c for c in load_columns().values()}
    missing_told = any(one.rule.startswith("H06") for one in told) or any(
        one.rule.startswith("H06") for reading in readings for one in reading.findings
    )
    findings = []
    for fault in faults.to_dict("records"):
        column = by_header[fault["column"]]
        if fault["found"] == _NO_COLUMN:
            if not missing_told:
                place = Place(readings[0].file, readings[0].sheet, column=fault["column"])
                findings.append(make_finding("H06d", place, _NO_COLUMN))
            continue
        record = records[fault["row"]]
        place = place_of(record, column.id, fault["column"])
        if (place.file, place.sheet, place.row, place.column) in known or (
            column.id == "school_id" and _is_told(record, told)
        ):
            continue
        rule = _rule_of(fault, column.id)
        advice = "" if load_rules()[rule].advice else fault["advice"]
        found, allowed = fault["found"], fault["allowed"]
        findings.append(make_finding(rule, place, found, allowed=allowed, advice=advice))
    return findings


def _is_told(record: Record, told: list[Finding]) -> bool:
    """Whether a doubled school was refused already, in its row or with its whole file."""
    return any(
        (one.rule == "K03b" and (one.file, one.sheet, one.row) == record.place[:3])
        or (one.rule == "E17" and one.file == record.place.file)
        for one in told
    )


def _rule_of(fault: dict, field_id: str) -> str:
    if fault["found"] == _EMPTY:
        return "H06c"
    if not fault["allowed"].startswith("不大于"):
        return "K03b" if field_id == "school_id" else "D11"
    if "teachers" in field_id:
        return "D05"
    return "D07" if field_id.endswith("_m2") else "D07b"
