"""Rows under an understood head to records of raw cells."""

from __future__ import annotations

from decimal import Decimal

from youzhi.columns import load_controls
from youzhi.intake.findings import Finding, Place, is_refused, load_rules, make_finding
from youzhi.intake.readings import RawCell, Record
from youzhi.intake.values.cells import clean_cell
from youzhi.intake.values.names import clean_name
from youzhi.intake.wide.heads import is_blank
from youzhi.intake.wide.lines import Lines, Slot, Table, list_rows
from youzhi.intake.wide.personal import mask_numbers
from youzhi.intake.wide.totals import check_total, plain_number

# Header of what no column of the file says but the mapping file.
GIVEN = "（映射文件）"


def read_records(table: Table, lines: Lines) -> tuple[list[Record], list[Finding]]:
    """Read the records of a sheet (读取各行).

    Parameters
    ----------
    table
        A sheet whose head is understood.
    lines
        Its rows, told apart.

    Returns
    -------
    list of Record
        In the order of the sheet, without totals, notes and blank rows.
    list of Finding
        What was found in the rows.
    """
    filled, findings = _fill_merged(table, lines.data)
    findings = [*lines.findings, *_tell_hidden(table, lines.data), *findings]
    records = [
        Record(
            table.place(row),
            {slot.field: _read_cell(table, slot, row, filled, findings) for slot in table.slots},
        )
        for row in lines.data
    ]
    if not table.is_school():
        records = [_state_unit(record) for record in records]
    findings += _check_totals(table, lines)
    if not records and not is_refused(findings):
        findings.append(make_finding("E12", table.place(table.head.last), "没有数据行"))
    return records, findings


def _read_cell(
    table: Table, slot: Slot, row: int, filled: dict, findings: list[Finding]
) -> RawCell:
    if not slot.positions:
        return RawCell(slot.origin.value, Place(*table.place(row)[:4], GIVEN))
    if slot.held:
        return RawCell("", table.place(row, slot.positions[0]))
    if len(slot.positions) > 1:
        return _add_cells(table, slot, row, findings)
    at = slot.positions[0]
    from_row = filled.get((row, at), row)
    place, mark = table.place(row, at), table.sheet.marks.get((from_row, at), "")
    text = _cover_persons(table, slot, table.text(from_row, at), place, findings)
    if slot.origin:
        text, mark = _translate(slot, text, mark)
    return RawCell(text, place, slot.unit, mark)


def _cover_persons(
    table: Table, slot: Slot, text: str, place: Place, findings: list[Finding]
) -> str:
    """Identity numbers anywhere and mobile numbers in words refuse the file and are not kept."""
    words = table.columns[slot.field].kind in ("text", "choice") and slot.field != "school_id"
    covered = mask_numbers(text, mobile=words)
    if covered != text:
        findings.append(make_finding("S09b", place, covered))
    return covered


def _translate(slot: Slot, text: str, mark: str) -> tuple[str, str]:
    """Put our word for theirs, and count years as we do."""
    words = {clean_name(theirs): ours for theirs, ours in slot.origin.values.items()}
    if clean_name(text) in words:
        return words[clean_name(text)], ""
    number = plain_number(text) if slot.origin.offset else None
    return (text, mark) if number is None else (f"{number + slot.origin.offset:f}", "")


def _add_cells(table: Table, slot: Slot, row: int, findings: list[Finding]) -> RawCell:
    """The exact sum of several cells; missing where one of them is."""
    column, values, lacking = table.columns[slot.field], [], []
    for at in slot.positions:
        place, mark = table.place(row, at), table.sheet.marks.get((row, at), "")
        text = _cover_persons(table, slot, table.text(row, at), place, findings)
        cleaned = clean_cell(text, column, slot.unit, mark)
        if cleaned.rule:
            findings.append(
                make_finding(
                    cleaned.rule, place, text, became=cleaned.became, allowed=column.allowed
                )
            )
        if cleaned.value is None:
            lacking.append(place)
        values.append(cleaned.value)
    first, names = (
        table.place(row, slot.positions[0]),
        [table.head.names[at] for at in slot.positions],
    )
    whole = Place(*first[:4], "＋".join(names))
    if not lacking:
        return RawCell(f"{sum(values, Decimal()):f}", whole)
    if any(not is_blank(table.text(row, at)) for at in slot.positions):
        found = "、".join(f"{place.cell}（{place.column}）" for place in lacking)
        findings.append(
            make_finding("M02", lacking[0], f"缺 {found}", became=f"{column.zh}按缺失处理")
        )
    return RawCell("", whole)


def _state_unit(record: Record) -> Record:
    """The column of units is that of the value beside it."""
    unit, value = record.cells.get("unit"), record.cells.get("value")
    if unit is None or value is None or is_blank(unit.text):
        return record
    return record._replace(cells=record.cells | {"value": value._replace(unit=unit.text.strip())})


def _fill_merged(table: Table, data: list[int]) -> tuple[dict, list[Finding]]:
    """Cells that take the text of the first of their merged range, and ranges that may not be."""
    rows, filled, findings = set(data), {}, []
    kept = [slot for slot in table.slots if slot.field not in load_controls()]
    slots = {at: slot for slot in kept for at in slot.positions}
    for top, left, bottom, right in table.sheet.merged:
        inside = [row for row in range(top, bottom + 1) if row in rows]
        touched = [at for at in range(left, right + 1) if at in slots]
        if top <= table.head.last or not inside or not touched or is_blank(table.text(top, left)):
            continue
        if len(touched) == 1 and top == bottom:
            continue
        place, text = table.place(top, touched[0]), table.text(top, left).strip()
        if len(touched) == 1 and _may_fill(table, slots[touched[0]]):
            filled |= {(row, touched[0]): top for row in inside if row != top}
            became = f"{text}（{list_rows(inside)}）"
            findings.append(
                make_finding("H12", place, mask_numbers(text), became=mask_numbers(became))
            )
        else:
            shown = f"{mask_numbers(text)}（合并了{list_rows(list(range(top, bottom + 1)))}）"
            findings.append(make_finding("H12b", place, shown))
    return filled, findings


def _may_fill(table: Table, slot: Slot) -> bool:
    limits, column = load_rules()["H12"].limits, table.columns[slot.field]
    if slot.field in limits["never_filled"] or len(slot.positions) > 1:
        return False
    return column.kind in ("text", "choice") or slot.field in limits["also_filled"]


def _tell_hidden(table: Table, data: list[int]) -> list[Finding]:
    """What is hidden and was read all the same."""
    sheet, findings = table.sheet, []
    if sheet.hidden:
        findings.append(make_finding("H11", table.place(), f"隐藏的工作表“{sheet.title}”"))
    rows = [row for row in data if row in sheet.hidden_rows]
    if rows:
        findings.append(make_finding("H11", table.place(), f"隐藏的行：{list_rows(rows)}"))
    for at in table.filled_positions:
        if at in sheet.hidden_columns:
            place = table.place(table.head.last, at)
            findings.append(make_finding("H11", place, f"隐藏的列：{place.column}"))
    return findings


def _check_totals(table: Table, lines: Lines) -> list[Finding]:
    """Hold every row of totals against the rows around it and against all."""
    if not lines.totals:
        return []
    added = {
        slot.field: table.place(table.head.last, slot.positions[0])
        for slot in table.slots
        if len(slot.positions) == 1
        and table.columns[slot.field].is_number
        and table.columns[slot.field].joined == "sum"
    }
    rows = {row: _numbers(table, row, added) for row in (*lines.data, *lines.totals)}
    every = {row: rows[row] for row in lines.data}
    edges, end, findings = sorted(lines.totals), len(table.sheet.rows) + 1, []
    for before, row, behind in zip([0, *edges[:-1]], edges, [*edges[1:], end], strict=True):
        above, below = (
            {line: every[line] for line in lines.data if start < line < stop}
            for start, stop in ((before, row), (row, behind))
        )
        told = {field: number for field, number in rows[row].items() if number is not None}
        place = table.place(row)
        findings += check_total(told, lines.totals[row], place, above, below, every, added)
    return findings


def _numbers(table: Table, row: int, added: dict[str, Place]) -> dict[str, Decimal | None]:
    """Fields to their plain numbers, None where something else stands; blank ones are left out."""
    texts = {field: table.text(row, place.position) for field, place in added.items()}
    return {field: plain_number(text) for field, text in texts.items() if not is_blank(text)}
