"""Numbers of a form that stand where nobody would read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from youzhi.intake.cleaning import clean_field
from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.readings import RawCell
from youzhi.intake.values.names import clean_header
from youzhi.intake.vertical.form import compare_label, load_form
from youzhi.intake.vertical.heads import Block, Layout, cell_text
from youzhi.intake.vertical.layout import Item, is_counter
from youzhi.intake.wide.heads import is_blank, is_number

_NUMBER = re.compile(r"[-+]?[\d,，]{1,10}(?:[.．]\d+)?[%％]?")


def find_unclear(file: str, sheet: Sheet, layout: Layout) -> Finding | None:
    """Find out whether no head says which of several columns of values counts (哪一列是填报值).

    Parameters
    ----------
    file
        Its name.
    sheet, layout
        As found.

    Returns
    -------
    Finding or None
        At the head of the first of these columns.
    """
    block = next((one for one in layout.blocks if one.unclear), None)
    if block is None:
        return None
    places = [_head(file, sheet, layout, at) for at in (block.value, *block.others)]
    return make_finding("H05j", places[0], "、".join(map(_named, places)))


def find_rivals(file: str, sheet: Sheet, layout: Layout, items: Iterable[Item]) -> Finding | None:
    """Compare the values with those in other columns of values (另一列的数).

    Parameters
    ----------
    file
        Its name.
    sheet, layout, items
        As found.

    Returns
    -------
    Finding or None
        One for the whole sheet, at the head of the other column; None where that is blank.
    """
    pairs = [
        (item, other)
        for item in _no_notes(items)
        for other in item.block.others
        if not is_blank(cell_text(sheet.rows[item.at], other))
    ]
    differing = [pair for pair in pairs if not _is_same(sheet, *pair)]
    if not pairs:
        return None
    item, other = (differing or pairs)[0]
    place = _head(file, sheet, layout, other)
    found = f"{_named(_head(file, sheet, layout, item.block.value))}、{_named(place)}"
    if not differing:
        return make_finding("H05i", place, found)
    first, second = (_value(sheet, item, at) or "（空）" for at in (item.block.value, other))
    label = " ".join(item.label.split())
    found = f"{found}：{len(differing)}项不同，如第{item.at + 1}行“{label}”{first}、{second}"
    return make_finding("H05h", place, found)


def find_astray(file: str, sheet: Sheet, layout: Layout, items: Sequence[Item]) -> list[Finding]:
    """Find numbers beside a blank value, and numbers that stand in no column of the form (填在别处的数).

    Parameters
    ----------
    file
        Its name.
    sheet, layout, items
        As found.

    Returns
    -------
    list of Finding
        One for each number beside a blank value, one for all others.
    """
    columns = {
        block: list(_further_columns(sheet, layout, block, items)) for block in layout.blocks
    }
    findings, strays = [], []
    for item in _no_notes(items):
        row = sheet.rows[item.at]
        for at in columns[item.block]:
            text = cell_text(row, at).strip()
            if not text or not _is_one_number(text, item):
                continue
            place = Place(file, sheet.title, item.at + 1, at, " ".join(item.label.split()))
            if _lacks_value(sheet, item):
                found = f"{text}（填在{_column_name(layout, at)}）"
                findings.append(make_finding("H12g", place, found))
            else:
                strays.append(place)
    return [*findings, *_tell_strays(layout, strays)]


def _tell_strays(layout: Layout, places: list[Place]) -> Iterator[Finding]:
    """Numbers without a head, and whole columns of them under a head that is not for notes."""
    limits, per_column = load_rules()["H12h"].limits, Counter(one.position for one in places)
    notes = tuple(limits["notes"])
    strays = []
    for place in places:
        head = cell_text(layout.heads, place.position)
        many = per_column[place.position] >= limits["least"]
        if is_blank(head) or (many and not any(word in head for word in notes)):
            strays.append(place)
    if strays:
        cells = "、".join(place.cell for place in strays[: limits["named"]])
        more = f"等{len(strays)}格" if len(strays) > limits["named"] else ""
        yield make_finding("H12h", strays[0]._replace(column=""), f"{cells}{more}")


def _lacks_value(sheet: Sheet, item: Item) -> bool:
    """Whether the form needs a value that is not filled in."""
    place = (item.at + 1, item.block.value)
    wanted = item.entry is not None and not item.entry.unused
    return wanted and place not in sheet.marks and is_blank(_value(sheet, item, item.block.value))


def _is_one_number(text: str, item: Item) -> bool:
    """Whether a text is one number, with or without the unit of the item; no range, date or telephone number."""
    unit = item.entry.unit if item.entry is not None else ""
    return bool(_NUMBER.fullmatch(text.removesuffix(unit).strip()))


def _no_notes(items: Iterable[Item]) -> Iterator[Item]:
    notes = load_form().notes
    for item in items:
        if item.entry is not None or not compare_label(item.label).startswith(notes):
            yield item


def _further_columns(
    sheet: Sheet, layout: Layout, block: Block, items: Iterable[Item]
) -> Iterator[int]:
    """Columns of a block that should hold no numbers: not those of its values, numbering or standards."""
    used = {at for one in layout.blocks for at in (one.label, one.value, one.group, *one.others)}
    width = max(map(len, sheet.rows))
    labels = [one.label for one in layout.blocks]
    start = block.label if len(labels) > 1 else -1
    end = min((label for label in labels if label > block.label), default=width)
    rows = [item.at for item in items if item.block == block]
    for at in range(start + 1, end):
        head = cell_text(layout.heads, at)
        if at in used or (at < block.label and is_blank(head)):
            continue
        if not _has_own_numbers(head) and not is_counter(sheet, rows, at):
            yield at


def _has_own_numbers(head: str) -> bool:
    key = compare_label(head) if head else ""
    return any(word in key for word in load_form().layout["own_numbers"])


def _is_same(sheet: Sheet, item: Item, other: int) -> bool:
    texts = [_value(sheet, item, at) for at in (item.block.value, other)]
    if clean_header(texts[0]) == clean_header(texts[1]):
        return True
    if item.entry is None or item.entry.unused or not all(map(is_number, texts)):
        return False
    cells = [RawCell(text, Place("")) for text in texts]
    first, second = (clean_field(cell, item.entry.column, []) for cell in cells)
    return first is not None and first == second


def _value(sheet: Sheet, item: Item, position: int) -> str:
    return cell_text(sheet.rows[item.at], position).strip()


def _head(file: str, sheet: Sheet, layout: Layout, position: int) -> Place:
    head = " ".join(cell_text(layout.heads, position).split())
    return Place(file, sheet.title, layout.first - 1, position, head)


def _named(place: Place) -> str:
    return f"{place.cell}“{place.column}”"


def _column_name(layout: Layout, position: int) -> str:
    head = " ".join(cell_text(layout.heads, position).split())
    return f"“{head}”列" if head else "没有表头的列"
