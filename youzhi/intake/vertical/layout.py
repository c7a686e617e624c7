"""Where the labels, values and units of a vertical form stand on its sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import Place
from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import (
    Entry,
    compare_label,
    find_entry,
    find_group,
    load_form,
    stated_unit,
)
from youzhi.intake.vertical.heads import Block, Layout, cell_text, layout_by_heads
from youzhi.intake.wide.heads import is_blank, is_number

_COLONS = "：:"


class Item(NamedTuple):
    """One label below the head: its row from 0, what stands there, and what that means (一个标签)."""

    at: int
    block: Block
    label: str
    entry: Entry | None


class Line(NamedTuple):
    """One item of the form with what was filled in; its value is not used where it is held (一个填报项目)."""

    entry: Entry
    cell: RawCell
    held: bool = False


class Lines(NamedTuple):
    """What stands on a sheet (填报内容).

    Attributes
    ----------
    known : list of Line
        In the order of the rows.
    unknown : list of Place
        Filled rows whose label the form does not know; the column of the place is the label.
    """

    known: list[Line]
    unknown: list[Place]


def find_layout(sheet: Sheet) -> Layout | None:
    """Find the columns of a form by their heads, or where there are none by what stands in them (识别版式).

    Parameters
    ----------
    sheet
        Any.

    Returns
    -------
    Layout or None
        None where the sheet is no form.
    """
    headed = layout_by_heads(sheet)
    layout = headed or _by_content(sheet)
    if layout is None:
        return None
    known = (item for item in find_items(sheet, layout) if item.entry is not None)
    enough = islice(known, load_form().layout["least_known"] - 1, None)
    return layout if next(enough, None) else None


def read_lines(file: str, sheet: Sheet, layout: Layout, items: Iterable[Item]) -> Lines:
    """Read all items, also those above the head (读取填报项目).

    Parameters
    ----------
    file
        Its name.
    sheet, layout, items
        As found.

    Returns
    -------
    Lines
    """
    make_cell = _cell_maker(file, sheet)
    known = list(_lines_above(sheet, layout, make_cell))
    unknown = []
    for at, block, label, entry in items:
        value = cell_text(sheet.rows[at], block.value)
        if entry is not None:
            unit = cell_text(sheet.rows[at], block.unit)
            known.append(Line(entry, make_cell(at, block.value, label, value, unit)))
        elif not is_blank(value) and not compare_label(label).startswith(load_form().notes):
            unknown.append(Place(file, sheet.title, at + 1, block.value, label.strip()))
    return Lines(known, unknown)


def find_items(sheet: Sheet, layout: Layout) -> Iterator[Item]:
    """Find all labels below the head (查找标签).

    A category counts until the next one, and so does a heading without a value.

    Parameters
    ----------
    sheet, layout
        As found.

    Yields
    ------
    Item
        Row by row; those that mean nothing to the form too.
    """
    groups = [""] * len(layout.blocks)
    for at in range(layout.first - 1, len(sheet.rows)):
        row = sheet.rows[at]
        for number, block in enumerate(layout.blocks):
            label = cell_text(row, block.label)
            groups[number] = find_group(cell_text(row, block.group)) or groups[number]
            if is_blank(label):
                continue
            entry = find_entry(label, groups[number])
            if entry is None and is_blank(cell_text(row, block.value)):
                groups[number] = find_group(label) or groups[number]
            yield Item(at, block, label, entry)


def _cell_maker(file: str, sheet: Sheet) -> Callable[..., RawCell]:
    no_unit = load_form().layout["no_unit"]

    def make(at: int, position: int, label: str, value: str, unit: str = "") -> RawCell:
        stated = "" if unit.strip() in no_unit else unit.strip()
        place = Place(file, sheet.title, at + 1, position, " ".join(label.split()))
        text = "" if is_blank(value) else value
        mark = sheet.marks.get((at + 1, position), "")
        return RawCell(text, place, stated or stated_unit(label), mark)

    return make


def _lines_above(sheet: Sheet, layout: Layout, make_cell) -> Iterator[Line]:
    """Items in the title rows: "学校名称：甲校" in one cell, or the label and its value in two."""
    for at, row in enumerate(sheet.rows[: layout.first - 1]):
        for position, text in enumerate(row):
            if is_blank(text) or _is_head(text):
                continue
            for label, value in _spoken_pairs(text):
                entry = find_entry(label)
                if entry is None:
                    continue
                beside = position
                if not value:
                    beside = _next_filled(row, position)
                    value = cell_text(row, beside)
                if value and find_entry(value) is None:
                    yield Line(entry, make_cell(at, beside, label, value))


def _spoken_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Label and value of every "label：value" in a text; a text without colon is a label alone."""
    parts = [text] if sum(text.count(sign) for sign in _COLONS) < 2 else text.split()
    for part in parts:
        at = min((part.find(sign) for sign in _COLONS if sign in part), default=len(part))
        yield part[:at].strip(), part[at + 1 :].strip()


def _next_filled(row: list[str], position: int) -> int | None:
    return next((at for at in range(position + 1, len(row)) if not is_blank(row[at])), None)


def _entry_at(row: list[str], position: int) -> Entry | None:
    text = cell_text(row, position)
    return find_entry(text) if text else None


def _is_head(text: str) -> bool:
    heads, key = load_form().heads, compare_label(text)
    return key in heads["label"] or key in heads["value"]


def _by_content(sheet: Sheet) -> Layout | None:
    """The columns as their cells tell: where labels of the form stand, and numbers beside them."""
    form = load_form()
    width = max(map(len, sheet.rows), default=0)
    rows_of = {
        position: [at for at, row in enumerate(sheet.rows) if _entry_at(row, position) is not None]
        for position in range(width)
    }
    labels = [
        position for position, rows in rows_of.items() if len(rows) >= form.layout["least_known"]
    ]
    if not labels:
        return None
    first = min(rows_of[position][0] for position in labels)
    if _has_guide_words(sheet, first):
        return None
    ends = [*labels[1:], width]
    blocks = []
    for label, end in zip(labels, ends, strict=True):
        block = _block_by_content(sheet, rows_of[label], label, end)
        if block is None:
            return None
        blocks.append(block)
    return Layout(first + 1, tuple(blocks), tuple(sheet.rows[first - 1]) if first else ())


def _has_guide_words(sheet: Sheet, first: int) -> bool:
    """Whether the rows above the first label are the head of a guide to the columns, not of a form."""
    words = {compare_label(word) for word in load_form().layout["guide_words"]}
    return any(compare_label(text) in words for row in sheet.rows[:first] for text in row if text)


def _block_by_content(sheet: Sheet, rows: list[int], label: int, end: int) -> Block | None:
    """The columns of one block: values right of the labels, or left of them where none are right."""
    layout = load_form().layout
    right, left = range(label + 1, end), range(label)
    numbers = {
        position: sum(is_number(cell_text(sheet.rows[at], position)) for at in rows)
        for position in (*right, *left)
        if not is_counter(sheet, rows, position)
    }
    enough = [
        [position for position in side if numbers.get(position, 0) >= layout["least_values"]]
        for side in (right, left)
    ]
    candidates = enough[0] or enough[1]
    if len(candidates) != 1:
        return None  # two columns of numbers may be two schools or two years
    value = candidates[0]
    others = [position for position in (*right, *left) if position != value]
    units = [position for position in others if _is_units(sheet, rows, position)]
    groups = [
        position
        for position in left
        if position != value and any(find_group(cell_text(row, position)) for row in sheet.rows)
    ]
    return Block(label, value, units[0] if units else None, groups[-1] if groups else None)


def is_counter(sheet: Sheet, rows: list[int], position: int) -> bool:
    """Return whether a column counts the rows (是否序号列).

    Parameters
    ----------
    sheet
        Any.
    rows
        Those to look at, from 0.
    position
        Of the column.

    Returns
    -------
    bool
        True where whole numbers grow from row to row.

    Examples
    --------
    >>> is_counter(Sheet("", [["1"], ["2"], ["3"]]), [0, 1, 2], 0)
    True
    """
    numbers: list[int] = []
    for at in rows:
        text = cell_text(sheet.rows[at], position).strip()
        if not text.isdecimal() or (numbers and int(text) <= numbers[-1]):
            return False
        numbers.append(int(text))
    return len(numbers) > 2


def _is_units(sheet: Sheet, rows: list[int], position: int) -> bool:
    layout = load_form().layout
    texts = [cell_text(sheet.rows[at], position).strip() for at in rows]
    return sum(text in layout["units"] for text in texts) >= layout["least_values"]
