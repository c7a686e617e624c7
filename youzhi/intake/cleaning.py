"""Records of raw cells to a frame of values, every finding at its cell."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from youzhi.columns import Column
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.readings import RawCell, Record
from youzhi.intake.values.cells import clean_cell
from youzhi.intake.wide.personal import mask_numbers
from youzhi.tables import mend_advice


def clean_records(
    records: list[Record], columns: dict[str, Column]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert every cell by its column; what is refused or set aside is missing (逐格转换).

    Parameters
    ----------
    records
        Cells whose fields are in the dictionary.
    columns
        The dictionary.

    Returns
    -------
    DataFrame
        One row per record, index 0, 1, …; one object column per field that any record has.
    list of Finding
        Row by row.
    """
    fields = [name for name in columns if any(name in record.cells for record in records)]
    rows, findings = [], []
    for record in records:
        row = dict.fromkeys(fields)
        for name, cell in record.cells.items():
            if cell.text or cell.mark:
                row[name] = clean_field(cell, columns[name], findings)
        rows.append(list(row.values()))
    return pd.DataFrame(rows, columns=fields, dtype=object), findings


def clean_field(cell: RawCell, column: Column, findings: list[Finding]):
    """Convert one cell and append what was found (转换一格).

    Parameters
    ----------
    cell
        As written.
    column
        What it should be.
    findings
        Grows by one where there is something to tell.

    Returns
    -------
    Decimal, Fraction, str, bool or None
        None where it is missing, refused or set aside.
    """
    cleaned = clean_cell(cell.text, column, cell.unit, cell.mark)
    if cleaned.rule:
        rule = load_rules()[cleaned.rule]
        allowed = rule.allowed or column.allowed
        advice = rule.advice or mend_advice(cell.text, column)
        found, became = cell.text.strip(), cleaned.became
        if cleaned.value is None and column.id != "school_id":
            found, became = mask_numbers(found), mask_numbers(became)
        findings.append(
            make_finding(
                *(cleaned.rule, cell.place, found),
                became=became,
                allowed=allowed,
                advice=advice,
            )
        )
    return cleaned.value


def place_of(record: Record, field: str, header: str) -> Place:
    """Return where a field of a record stands, or would stand (字段位置).

    Parameters
    ----------
    record
        Any.
    field, header
        Id of the column, and the header by which it is named where the record has no such cell.

    Returns
    -------
    Place
        The cell's own, or the record's.
    """
    cell = record.cells.get(field)
    return cell.place if cell else record.place._replace(column=header)


def known_places(findings: Iterable[Finding]) -> set[tuple]:
    """Return the cells that were refused or set aside already (已指出的单元格).

    Parameters
    ----------
    findings
        Any.

    Returns
    -------
    set of tuple
        File, sheet, row and header.
    """
    return {
        (one.file, one.sheet, one.row, one.column)
        for one in findings
        if one.outcome in ("reject", "hold")
    }
