"""Records of county figures to a checked table of county figures."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from youzhi.columns import Column, load_figures, load_item_columns
from youzhi.county_items import NOT_APPLICABLE, CountyItems, make_county_items
from youzhi.intake.cleaning import clean_field, clean_records, known_places, place_of
from youzhi.intake.findings import Finding, Place, is_refused, load_rules, make_finding
from youzhi.intake.identity import settle_county, settle_year
from youzhi.intake.readings import Reading, Record
from youzhi.intake.values.names import clean_header

_PERCENT = re.compile("[%％‰]")
_ABSENT = ("未监测", "未参加监测", "不适用", NOT_APPLICABLE)


@dataclass(frozen=True)
class ItemRecords:
    """A table of county figures, and what was found in it (县级数据记录).

    Attributes
    ----------
    table
        None where a finding refuses it, or where nobody said which county and year.
    findings : list of Finding
        In the order in which they were made.
    """

    table: CountyItems | None
    findings: list[Finding] = field(default_factory=list)


def make_items(
    readings: list[Reading],
    county: str | None = None,
    year: int | None = None,
    names: Collection[str] = (),
) -> ItemRecords:
    """Clean the records of all sheets and check them as one table (汇成县级数据表).

    Parameters
    ----------
    readings
        Of the kind "items".
    county, year
        What was asked for; None where the files must say it.
    names
        Further names of the county.

    Returns
    -------
    ItemRecords
    """
    columns = load_item_columns()
    records = [one for reading in readings for one in reading.records]
    texts = {name: column for name, column in columns.items() if name != "value"}
    frame, findings = clean_records([_without_value(record) for record in records], texts)
    findings += settle_county(frame, records, readings, county, names)
    findings += settle_year(frame, records, readings, year)
    frame = frame.reindex(columns=[*columns]).astype(object)
    frame = frame.where(frame.notna(), None)
    frame["item"] = frame["item"].map(_figure_id)
    frame["value"] = [
        _clean_value(record, name, findings)
        for record, name in zip(records, frame["item"], strict=True)
    ]
    frame, found = _settle_twins(frame, records)
    findings += found
    file = "；".join(dict.fromkeys(reading.file for reading in readings))
    digest = readings[0].digest if len(readings) == 1 else ""
    table, faults = make_county_items(frame, file, digest, shares_told=True)
    findings += _table_findings(faults, readings, records, findings)
    unsaid = any(one.rule == "H06b" for one in findings)
    refused = table is None or unsaid or is_refused(findings)
    return ItemRecords(None if refused else table, findings)


def _settle_twins(frame: pd.DataFrame, records: list[Record]) -> tuple[pd.DataFrame, list[Finding]]:
    """Keep one of several equal rows of a figure; rows that differ are refused and left out."""
    known = frame[frame["item"].isin(list(load_figures()))]
    twins = known[known.duplicated(["county", "year", "item"], keep=False)]
    findings, dropped = [], []
    for name, rows in twins.groupby("item", sort=False):
        alike = len({tuple(row) for row in rows.itertuples(index=False)}) == 1
        dropped += list(rows.index[1:] if alike else rows.index)
        told = rows.index[1:] if alike else rows.index
        shown = load_figures()[name].zh
        findings += [
            make_finding("K03" if alike else "K03c", records[at].cells["item"].place, shown)
            for at in told
        ]
    return frame.drop(index=dropped), findings


def _without_value(record: Record) -> Record:
    return record._replace(cells={k: cell for k, cell in record.cells.items() if k != "value"})


def _figure_id(name: str | None) -> str | None:
    """Id of a figure given by id or by one of its names; what is unknown is told by the check of the table."""
    return None if name is None else _known_names().get(clean_header(name), name)


@cache
def _known_names() -> dict[str, str]:
    return {
        clean_header(name): figure.id
        for figure in load_figures().values()
        for name in (figure.id, figure.zh, *figure.headers)
    }


def _clean_value(record: Record, name: str | None, findings: list[Finding]):
    """The value by the dictionary of figures, in the unit of its row."""
    figure, cell = load_figures().get(name), record.cells.get("value")
    if cell is None or figure is None:
        return cell.text.strip() or None if cell else None
    if figure.optional and cell.text.strip() in _ABSENT:
        return NOT_APPLICABLE
    stated = record.cells.get("unit")
    unit = stated.text.strip() if stated else ""
    value = clean_field(cell._replace(unit=unit if figure.is_number else ""), figure, findings)
    if figure.unit == "%" and unit and value and 0 < value <= 1 and not _PERCENT.search(cell.text):
        findings.append(make_finding("N06d", cell.place, cell.text.strip(), became=f"{value:f}%"))
    return value


def _table_findings(
    faults: pd.DataFrame, readings: list[Reading], records: list[Record], told: list[Finding]
) -> list[Finding]:
    """Faults of the finished table as findings at the cells, without what was told before."""
    known, columns = known_places(told), load_item_columns()
    by_header = {column.headers[0]: column for column in columns.values()}
    lacking = {one.column for reading in readings for one in reading.findings if one.rule == "H06"}
    findings, unknown = [], []
    for fault in faults.to_dict("records"):
        if fault["column"] in lacking:
            continue
        if fault["row"] == "":
            place = Place(readings[0].file, readings[0].sheet, column=fault["column"])
        else:
            place = _place(records[fault["row"]], fault["column"], by_header)
        if (place.file, place.sheet, place.row, place.column) in known:
            continue
        rule = _rule_of(fault, by_header)
        if rule == "H07c":
            unknown.append((place, fault["found"]))
            continue
        advice = "" if rule == "H06c" else fault["advice"]
        found, allowed = fault["found"], fault["allowed"]
        findings.append(make_finding(rule, place, found, allowed=allowed, advice=advice))
    return findings + _tell_unknown(unknown)


def _tell_unknown(unknown: list[tuple[Place, str]]) -> list[Finding]:
    """Unknown figures one by one; where there are many, the table is none of county figures."""
    if len(unknown) > load_rules()["H07c"].limits["each"]:
        place, name = unknown[0]
        return [make_finding("H07c", place, f"{name}等{len(unknown)}项，从这一行起")]
    return [make_finding("H07c", place, name) for place, name in unknown]


def _rule_of(fault: dict, by_header: dict[str, Column]) -> str:
    if fault["found"] == "（空）":
        return "H06c"
    is_figure = by_header[fault["column"]].id == "item"
    return "H07c" if is_figure and fault["found"] not in load_figures() else "D11"


def _place(record: Record, header: str, by_header: dict[str, Column]) -> Place:
    first = by_header[header.split("、")[0]]
    return place_of(record, first.id, header)
