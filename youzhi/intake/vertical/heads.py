"""What the heads of a vertical form say of its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from youzhi.intake.files.sources import Sheet
from youzhi.intake.vertical.form import compare_label, load_form
from youzhi.intake.wide.heads import is_blank

_YEAR = re.compile(r"\d{4}(?:-(?:\d{4}|\d\d))?(?:学年|年)度?")


class Block(NamedTuple):
    """Columns that belong together: labels, values, units, categories, and other columns of values (一组列).

    Where no head says which of several columns counts, the block is unclear.
    """

    label: int
    value: int
    unit: int | None = None
    group: int | None = None
    others: tuple[int, ...] = ()
    unclear: bool = False


class Layout(NamedTuple):
    """The blocks of a sheet, side by side, the first row below the head, and the heads (版式)."""

    first: int
    blocks: tuple[Block, ...]
    heads: tuple[str, ...] = ()


def cell_text(row: list[str], position: int | None) -> str:
    """Return the text of a cell (单元格文字).

    Parameters
    ----------
    row, position
        Of the sheet; rows may be shorter than others.

    Returns
    -------
    str
        Empty where there is none.

    Examples
    --------
    >>> cell_text(["班级总数", "6"], 1), cell_text(["班级总数"], 1)
    ('6', '')
    """
    return row[position] if position is not None and position < len(row) else ""


def layout_by_heads(sheet: Sheet) -> Layout | None:
    """Find the columns as a head of one or two rows names them (按表头识别版式).

    Parameters
    ----------
    sheet
        Any.

    Returns
    -------
    Layout or None
        None where some label column has no column of values.

    Examples
    --------
    >>> layout_by_heads(Sheet("", [["项目", "填报值", "核实值"]])).blocks[0].others
    (2,)
    """
    form = load_form()
    for at in range(min(form.layout["head_rows"], len(sheet.rows))):
        labels = _having(sheet.rows[at], "label")
        if not labels:
            continue
        heads, first = _flatten(sheet, at, labels)
        blocks = list(_make_blocks(heads, labels))
        if len(blocks) == len(labels):
            return Layout(first, tuple(blocks), tuple(heads))
    return None


def _flatten(sheet: Sheet, at: int, labels: list[int]) -> tuple[list[str], int]:
    """The heads, those of a second row before those above them, and the first row below them."""
    row, below = sheet.rows[at], sheet.rows[at + 1] if at + 1 < len(sheet.rows) else []
    second = any(map(_kind, below)) and all(is_blank(cell_text(below, one)) for one in labels)
    if not second:
        return row, at + 2
    width = max(len(row), len(below))
    heads = [cell_text(below, one) or cell_text(row, one) for one in range(width)]
    return heads, at + 3


def _make_blocks(heads: list[str], labels: list[int]) -> Iterator[Block]:
    """A block for every label that has a column of values in its part of the head."""
    kinds = {at: kind for at, text in enumerate(heads) if (kind := _kind(text))}
    mirrored = len(labels) > 1 and min(kinds, default=0) < labels[0]
    starts = [0, *[label + 1 for label in labels[:-1]]] if mirrored else [0, *labels[1:]]
    units, groups = (_one_each(_having(heads, name), len(labels)) for name in ("unit", "group"))
    for number, (label, start) in enumerate(zip(labels, starts, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else len(heads)
        own = [at for at in kinds if start <= at < end]
        if own:
            named = [at for at in own if kinds[at] == "value"]
            value = (named or own)[0]
            others = tuple(at for at in own if at != value)
            unclear = bool(others) and not named
            yield Block(label, value, units[number], groups[number], others, unclear)


def _having(row: list[str], name: str) -> list[int]:
    words = load_form().heads[name]
    return [at for at, text in enumerate(row) if text and compare_label(text) in words]


def _kind(text: str) -> str:
    """What a head says of its column: "value", "other" (values too, but of what?), or nothing."""
    key, heads = compare_label(text) if text else "", load_form().heads
    if key in heads["value"]:
        return "value"
    rest = _YEAR.sub("", key, count=1)
    dated = rest != key and (not rest or rest in heads["value"] | heads["dated"])
    return "other" if dated or key in heads["other"] else ""


def _one_each(positions: list[int], blocks: int) -> list[int | None]:
    """One position per block, or none at all where their numbers differ."""
    return positions if len(positions) == blocks else [None] * blocks
