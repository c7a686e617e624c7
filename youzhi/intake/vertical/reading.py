"""A form that a school filled, one item per row, to the record of that school."""

from __future__ import annotations

from collections.abc import Iterable

from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import Finding, Place, make_finding
from youzhi.intake.readings import RawCell, Reading, Record
from youzhi.intake.values.names import clean_header
from youzhi.intake.values.units import find_unit
from youzhi.intake.vertical.astray import find_astray, find_rivals, find_unclear
from youzhi.intake.vertical.bands import fill_class_bands, fill_room_bands
from youzhi.intake.vertical.form import load_form, stated_unit
from youzhi.intake.vertical.heads import Layout
from youzhi.intake.vertical.layout import Line, find_items, find_layout, read_lines
from youzhi.intake.vertical.questions import check_questions
from youzhi.intake.vertical.record import FormRecord
from youzhi.intake.vertical.sums import check_senior, fill_sums, join_sports_rooms
from youzhi.intake.wide.heads import is_number
from youzhi.intake.wide.titles import read_titles

_NO_ITEM = "（无此项）"


def is_form(sheet: Sheet) -> bool:
    """Return whether a sheet is the form of one school, one item per row (是否学校填报表).

    Parameters
    ----------
    sheet
        Any.

    Returns
    -------
    bool
        True where labels of the form stand below each other with their values beside them.

    Examples
    --------
    >>> is_form(Sheet("", [["学校名称", "学校类型", "班级总数"], ["甲校", "小学", "6"]]))
    False
    """
    return find_layout(sheet) is not None


def read_form(source: Source, sheet: Sheet) -> Reading | None:
    """Read the form of one school (读取学校填报表).

    Columns and rows may stand in any order, blocks side by side. Totals of a whole school get the field of a stage
    with `{stage}` left open. A sum with a missing part is missing; what is known only as a band is filled in where
    every rule says the same of the whole band, and set aside otherwise.

    Parameters
    ----------
    source
        The file.
    sheet
        One of its sheets.

    Returns
    -------
    Reading or None
        Of the kind "schools", with one record; None where the sheet is no form.

    Examples
    --------
    >>> rows = [
    ...     ["填报项目", "单位", "填报值"],
    ...     ["学校名称", "", "甲校"],
    ...     ["学校类型", "", "小学"],
    ...     ["小学学生人数", "人", "31"],
    ...     ["班级总数", "个", "6"],
    ...     ["教学仪器设备资产值（账面原值）", "万元", "5.27"],
    ... ]
    >>> sheet = Sheet("甲校", rows)
    >>> cells = read_form(Source("甲校.xlsx", "", "xlsx", "", [sheet]), sheet).records[0].cells
    >>> cells["equipment_value_yuan"].text, cells["equipment_value_yuan"].unit
    ('5.27', '万元')
    """
    layout = find_layout(sheet)
    if layout is None:
        return None
    unclear = find_unclear(source.file, sheet, layout)
    if unclear is not None:
        return _read_unclear(source, sheet, layout, unclear)
    items = list(find_items(sheet, layout))
    read = read_lines(source.file, sheet, layout, items)
    findings = find_astray(source.file, sheet, layout, items)
    rivals = find_rivals(source.file, sheet, layout, items)
    findings += [] if rivals is None else [rivals]
    lines = _settle_units(_settle_twice(read.known, layout.first, findings), findings)
    findings += [*_merged_values(sheet, lines), *_hidden_values(sheet, lines)]
    findings += _unknown_labels(read.unknown)
    place = _place_of_school(source, sheet, layout, lines)
    findings += _missing_items(lines, place)
    form = FormRecord(lines, findings)
    check_questions(form)
    check_senior(form, place)
    join_sports_rooms(form)
    fill_sums(form)
    fill_class_bands(form)
    fill_room_bands(form)
    titles = read_titles(sheet, layout.first)
    return Reading(
        *("schools", source.file, sheet.title, source.digest),
        records=[Record(place, form.cells)],
        findings=sorted(findings, key=lambda one: one.row or 0),
        years=titles.years,
        county=titles.county,
        unused=tuple(dict.fromkeys(unknown.column for unknown in read.unknown)),
    )


def _read_unclear(source: Source, sheet: Sheet, layout: Layout, unclear: Finding) -> Reading:
    """What the school is, so that the sheet counts as filled in; its numbers are anybody's guess."""
    columns = {at for block in layout.blocks for at in (block.value, *block.others)}
    cells: dict[str, RawCell] = {}
    for at in sorted(columns):
        moved = layout._replace(blocks=tuple(one._replace(value=at) for one in layout.blocks))
        read = read_lines(source.file, sheet, moved, find_items(sheet, moved))
        for entry, cell, _ in read.known:
            if entry.required and cell.text:
                cells.setdefault(entry.field, cell)
    place = Place(source.file, sheet.title, layout.first)
    return Reading(
        *("schools", source.file, sheet.title, source.digest),
        records=[Record(place, cells)],
        findings=[unclear],
    )


def _settle_twice(lines: list[Line], first: int, findings: list[Finding]) -> list[Line]:
    """Every item once: the same value twice is told (but in a title), other values are refused."""
    settled: dict[str, Line] = {}
    for line in lines:
        key = line.entry.field or line.entry.label
        before = settled.setdefault(key, line)
        if before is line or not line.cell.text:
            continue
        if not before.cell.text:
            settled[key] = line
            continue
        texts = [before.cell.text.strip(), line.cell.text.strip()]
        same = clean_header(texts[0]) == clean_header(texts[1])
        if same and before.cell.place.row < first:
            continue
        found = f"第{before.cell.place.row}行{texts[0]}；第{line.cell.place.row}行{texts[1]}"
        findings.append(make_finding("H05g" if same else "H05f", line.cell.place, found))
    return list(settled.values())


def _settle_units(lines: list[Line], findings: list[Finding]) -> list[Line]:
    """The unit of the form where none is stated, no value where two are; what is no number has none."""
    settled = []
    for entry, cell, held in lines:
        stated = stated_unit(cell.place.column)
        if entry.unused or not entry.column.is_number:
            cell = cell._replace(unit="")
        elif not cell.unit and entry.unit != entry.column.unit and cell.text:
            cell = cell._replace(unit=entry.unit)
            if is_number(cell.text):
                found, became = cell.text.strip(), f"{cell.text.strip()}{entry.unit}"
                findings.append(make_finding("N07f", cell.place, found, became=became))
        elif cell.text and stated and not _same_unit(stated, cell.unit):
            found = f"{cell.text.strip()}：项目名称中是{stated}，单位栏是{cell.unit}"
            findings.append(make_finding("N07g", cell.place, found))
            held = True
        settled.append(Line(entry, cell, held))
    return settled


def _same_unit(stated: str, unit: str) -> bool:
    return (find_unit(stated) or stated) == (find_unit(unit) or unit)


def _merged_values(sheet: Sheet, lines: list[Line]) -> Iterable[Finding]:
    """Values that are merged over the rows of several items."""
    for first, left, last, right in sheet.merged:
        if first == last:
            continue
        inside = [
            line.cell
            for line in lines
            if first <= line.cell.place.row <= last and left <= line.cell.place.position <= right
        ]
        if len(inside) > 1 and any(cell.text for cell in inside):
            yield make_finding("H12f", inside[0].place, f"{inside[0].text}（合并{len(inside)}行）")


def _hidden_values(sheet: Sheet, lines: list[Line]) -> Iterable[Finding]:
    places = [line.cell.place for line in lines if line.cell.text]
    hidden = [
        place
        for place in places
        if sheet.hidden or place.row in sheet.hidden_rows or place.position in sheet.hidden_columns
    ]
    if hidden:
        found = "、".join(place.column for place in hidden)
        yield make_finding("H11", hidden[0], found)


def _unknown_labels(unknown: list[Place]) -> Iterable[Finding]:
    """All unknown labels of a sheet in one finding; their values are not repeated, they may be anything."""
    if unknown:
        labels = "、".join(dict.fromkeys(place.column for place in unknown))
        yield make_finding("H07f", unknown[0], labels)


def _place_of_school(source: Source, sheet: Sheet, layout: Layout, lines: list[Line]) -> Place:
    rows = [line.cell.place.row for line in lines if line.entry.field == "school"]
    return Place(source.file, sheet.title, rows[0] if rows else layout.first)


def _missing_items(lines: list[Line], place: Place) -> Iterable[Finding]:
    """Required items that the form does not have; an empty one is told with the record."""
    given = {line.entry.label for line in lines}
    for entry in load_form().entries:
        if entry.required and entry.label not in given:
            yield make_finding("H06f", place._replace(column=entry.label), _NO_ITEM)
