"""A sheet with one row per school, or per county figure, to a reading: which columns are read, and in what unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Dictionary
from dataclasses import replace
from functools import cache

from youzhi.columns import (
    Column,
    load_columns,
    load_controls,
    load_item_columns,
    load_totals,
)
from youzhi.intake.examples import is_findings_list
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.readings import Reading
from youzhi.intake.values.names import clean_name
from youzhi.intake.wide.head_faults import find_head_faults, find_personal, list_unused
from youzhi.intake.wide.heads import Head, find_head, find_subheads, is_blank, is_unnamed_table
from youzhi.intake.wide.labels import Labels, Names, make_names
from youzhi.intake.wide.lines import Slot, Table, sort_lines
from youzhi.intake.wide.mappings import Mapping, Origin
from youzhi.intake.wide.personal import mask_numbers
from youzhi.intake.wide.rows import read_records
from youzhi.intake.wide.stated_units import state_units
from youzhi.intake.wide.titles import read_titles


def read_sheet(source: Source, sheet: Sheet, mapping: Mapping | None = None) -> Reading | None:
    """Read one sheet that has a head: a table of schools or of county figures (读取有表头的工作表).

    Titles and lines of units may stand above the head, which may have up to three rows; columns may come in any
    order. With a mapping file its headers go first and those of the dictionary serve for the rest.

    Parameters
    ----------
    source
        The file.
    sheet
        One of its sheets.
    mapping
        How a table of somebody else becomes ours; a sheet with none of its headers is read without it.

    Returns
    -------
    Reading or None
        None where the sheet is no table, such as a cover; cells keep their text as written.

    Examples
    --------
    >>> sheet = Sheet("", [["学校名称", "学校类型", "小学学生数"], ["甲校", "小学", "120"]])
    >>> reading = read_sheet(Source("a.csv", "", "csv", "utf-8", [sheet]), sheet)
    >>> reading.records[0].cells["pupils_primary"].text
    '120'
    """
    if is_findings_list(sheet.rows):
        return None
    wide = _refuse_width(source, sheet)
    if wide:
        return wide
    kind, columns, head = _find_best(sheet, mapping)
    if head is None:
        return _refuse(source, sheet)
    subheads = find_subheads(sheet, head, columns)
    if subheads:
        return _refuse_subheads(kind, source, sheet, head, subheads)
    head = _drop_idle(head)
    used = mapping if any(label.header for label in head.labels.values()) else None
    origins = used.origins if used else {}
    titles = read_titles(sheet, head.first)
    table = Table(source, sheet, head, titles, columns, _place_fields(sheet, head, origins))
    table = replace(table, kept=_find_kept(head, used))
    faults = [*find_head_faults(table, origins), *_find_lacking(table, used)]
    lines = sort_lines(table)
    table, stated = state_units(table, lines.notes)
    records, found = read_records(table, lines)
    return Reading(
        *(kind, source.file, sheet.title, source.digest, records),
        findings=sorted([*faults, *stated, *found], key=lambda finding: finding.row or 0),
        fields={
            slot.field: table.place(head.last, *slot.positions[:1])
            for slot in table.slots
            if slot.field not in load_controls()
        },
        years=titles.years,
        county=titles.county,
        unused=tuple(list_unused(table)),
    )


def _find_best(
    sheet: Sheet, mapping: Mapping | None
) -> tuple[str, Dictionary[str, Column], Head | None]:
    """Kind, dictionary and head under which most of the sheet is known; schools where both know as much."""
    stage = mapping.stage if mapping else ""
    names, items = _load_names("staged" if stage else "schools"), _load_names("items")
    labels = Labels(names, mapping.headers, stage) if mapping else Labels(names)
    as_schools, as_items = find_head(sheet, labels), find_head(sheet, Labels(items))
    named = {label.field for label in as_items.labels.values()} if as_items else set()
    if named & {"item", "value"} and (not as_schools or as_items.score > as_schools.score):
        return "items", items.columns, as_items
    return "schools", names.columns, as_schools


@cache
def _load_names(kind: str) -> Names:
    """Headers of a kind of table; one of a single stage has no columns that do not say their stage."""
    if kind == "items":
        return make_names(load_item_columns())
    if kind == "staged":
        return make_names(load_columns())
    return make_names(load_columns() | load_totals(), load_controls())


def _drop_idle(head: Head) -> Head:
    """Without the control columns that check nothing: one alone, and several of one meaning."""
    times = Counter(control.id for control in head.controls.values())
    idle = {at for at, one in head.controls.items() if times[one.id] > 1 or len(head.controls) == 1}
    if not idle:
        return head
    return replace(head, labels={at: one for at, one in head.labels.items() if at not in idle})


def _refuse(source: Source, sheet: Sheet) -> Reading | None:
    """A sheet without a head: a text file and a sheet of figures are refused, anything else is none of ours."""
    if source.kind != "csv" and not is_unnamed_table(sheet):
        return None
    row, cells = next((row, cells) for row, cells in enumerate(sheet.rows, 1) if any(cells))
    found = mask_numbers("、".join(cell.strip() for cell in cells if not is_blank(cell)))
    fault = make_finding("H09", Place(source.file, sheet.title, row), found)
    return Reading("schools", source.file, sheet.title, source.digest, [], [fault])


def _refuse_width(source: Source, sheet: Sheet) -> Reading | None:
    """A sheet with more columns than any table of schools has, before anything is looked for in them."""
    limits = load_rules()
    most = limits["H07d"].limits["columns"]
    for row, cells in enumerate(sheet.rows[: limits["H01"].limits["scan_rows"]], 1):
        count = len(cells) - sum(map(is_blank, cells)) if len(cells) > most else 0
        if count > most:
            fault = make_finding("H07d", Place(source.file, sheet.title, row), f"{count}列")
            return Reading("schools", source.file, sheet.title, source.digest, [], [fault])
    return None


def _refuse_subheads(
    kind: str, source: Source, sheet: Sheet, head: Head, subheads: dict[str, list[str]]
) -> Reading:
    """One finding for a head of which nobody can tell which columns are meant."""
    found = "；".join(f"“{name}”下有{'、'.join(parts)}" for name, parts in subheads.items())
    fault = make_finding("H01b", Place(source.file, sheet.title, head.last + 1), found)
    return Reading(kind, source.file, sheet.title, source.digest, [], [fault])


def _place_fields(sheet: Sheet, head: Head, origins: dict[str, Origin]) -> list[Slot]:
    """Where every field is read from: first as the mapping file says, then by the dictionary, left column first."""
    personal, slots = find_personal(head, sheet.rows), {}
    by_header: dict[str, int] = {}
    for at, label in head.labels.items():
        if label.header and at not in personal:
            by_header.setdefault(label.header, at)
    for name, origin in origins.items():
        if by_header.keys() >= set(origin.headers):
            positions = tuple(by_header[header] for header in origin.headers)
            units = [head.labels[at].unit for at in positions]
            unit = origin.unit or next(filter(None, units), "")
            slots[name] = Slot(name, positions, unit, origin)
    for at, label in head.labels.items():
        if label.field and label.field not in origins:
            slots.setdefault(label.field, Slot(label.field, (at,), label.unit))
    return sorted(slots.values(), key=lambda slot: slot.positions)


def _find_lacking(table: Table, mapping: Mapping | None) -> list[Finding]:
    """Headers that the mapping file asks for, and fields that are required, but are not there."""
    head, asked = table.head, mapping.origins if mapping else {}
    personal = find_personal(head, table.sheet.rows)
    there = {label.header for at, label in head.labels.items() if at not in personal}
    lacking = [("M01", header) for header in (mapping.headers if mapping else ())]
    lacking = [(rule, header) for rule, header in lacking if header not in there]
    placed = {slot.field for slot in table.slots} | set(asked)
    lacking += [
        ("H06", column.headers[0])
        for column in table.columns.values()
        if column.required and column.id not in placed
    ]
    place = table.place(head.last)
    return [make_finding(rule, place._replace(column=name), "（无此列）") for rule, name in lacking]


def _find_kept(head: Head, mapping: Mapping | None) -> list[tuple[int, frozenset[str], bool]]:
    """Columns by whose words the mapping file keeps and leaves out rows."""
    at = {label.header: position for position, label in head.labels.items()}
    rules = ((mapping.keep, True), (mapping.skip, False)) if mapping else ()
    return [
        (at[header], frozenset(map(clean_name, words)), wanted)
        for rows, wanted in rules
        for header, words in rows.items()
        if header in at
    ]
