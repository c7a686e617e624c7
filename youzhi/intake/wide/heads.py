"""Where the head of a table is, and what its columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from unicodedata import normalize

from youzhi.columns import Column, Control, load_controls
from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import load_rules
from youzhi.intake.values.names import remove_invisible
from youzhi.intake.wide.labels import WORDS, Label, Labels, is_number, longest_header
from youzhi.intake.wide.notes import find_note
from youzhi.intake.wide.numbering import is_column_numbers
from youzhi.intake.wide.personal import mask_numbers

_YEAR = re.compile(r"(?:19|20)\d\d(?:学?年度?)?")


@dataclass(frozen=True)
class Head:
    """The head of a table (表头).

    Attributes
    ----------
    first, last
        Its rows, counted from 1.
    parts : dict of int to tuple of str
        Position of a column to the texts of its head from the top down.
    labels : dict of int to Label
        Position to what it means, where that is known.
    """

    first: int
    last: int
    parts: dict[int, tuple[str, ...]]
    labels: dict[int, Label]

    @cached_property
    def names(self) -> dict[int, str]:
        """Headers on one line, as findings show them; numbers of persons are covered."""
        return {
            at: mask_numbers("/".join(" ".join(part[: longest_header()].split()) for part in parts))
            for at, parts in self.parts.items()
        }

    @cached_property
    def controls(self) -> dict[int, Control]:
        """Columns that are only held against others."""
        known = load_controls()
        labels = self.labels.items()
        return {at: known[label.field] for at, label in labels if label.field in known}

    @property
    def score(self) -> tuple[int, int]:
        """How many fields that are kept are known, and how many of their units."""
        kept = [label for at, label in self.labels.items() if at not in self.controls]
        known = {(label.field, label.header) for label in kept}
        return len(known), sum(bool(label.unit) for label in kept)


def find_head(sheet: Sheet, labels: Labels) -> Head | None:
    """Find the head of a table: the rows near the top that hold most of the known headers (定位表头).

    A head of several rows is flattened: the text of a group (merged, or standing once at the left) is put before
    the texts under it, so that 小学 above 学生人数 is 小学学生人数. A row of numbers of columns is no part of it. Of two
    equally good ones the one with more units, without a row of subheads left under it, with more columns that are only
    held against others, with fewer rows and at the higher place counts.

    Parameters
    ----------
    sheet
        Of any kind.
    labels
        What the headers may be.

    Returns
    -------
    Head or None
        None where fewer than two known headers stand in a row.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> from youzhi.intake.wide.labels import make_names
    >>> rows = [["学校名称", "小学", ""], ["", "学生人数", "班级数"], ["甲校", "90", "3"]]
    >>> find_head(Sheet("", rows), Labels(make_names(load_columns()))).names
    {0: '学校名称', 1: '小学/学生人数', 2: '小学/班级数'}
    """
    limits, best = load_rules()["H01"].limits, None
    end = min(limits["scan_rows"], len(sheet.rows)) + 1
    for first in range(1, end):
        for last in range(first, min(first + limits["deepest"], end)):
            head = _make_head(sheet, labels, first, last)
            whole = not find_subheads(sheet, head, labels.columns)
            rank = (*head.score, whole, len(head.controls), first - last, -first)
            if best is None or rank > best[0]:
                best = rank, head
    return best[1] if best and best[0][0] >= limits["least_matches"] else None


def find_subheads(sheet: Sheet, head: Head, columns: Mapping[str, Column]) -> dict[str, list[str]]:
    """Find what divides the columns of a head in the row under it, where that is no row of data (表头下的分列).

    Parameters
    ----------
    sheet, head
        Where to look.
    columns
        The dictionary.

    Returns
    -------
    dict of str to list of str
        Header to the words or years under it; empty where the row names a school, is a note or holds figures.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> from youzhi.intake.wide.labels import make_names
    >>> rows = [["学校名称", "小学学生人数", ""], ["", "上年", "本年"], ["甲校", "90", "93"]]
    >>> sheet, labels = Sheet("", rows), Labels(make_names(load_columns()))
    >>> find_subheads(sheet, find_head(sheet, labels), labels.columns)
    {'小学学生人数': ['上年', '本年']}
    """
    under = sheet.rows[head.last] if head.last < len(sheet.rows) else []
    filled = {at: text.strip() for at, text in enumerate(under) if any(map(str.isalnum, text))}
    fields = {at: label.field for at, label in head.labels.items() if label.field}
    named = {at for at, field in fields.items() if field in ("school", "school_type", "item")}
    figures = {at for at, field in fields.items() if columns[field].kind not in WORDS}
    if not named or named & filled.keys() or not figures & filled.keys():
        return {}
    if not all(map(_is_subhead, filled.values())) or find_note(next(iter(filled.values()))):
        return {}
    groups, name = {}, ""
    for at in range(max(filled) + 1):
        name = head.names.get(at, name)
        if at in filled:
            groups.setdefault(name, []).append(mask_numbers(filled[at]))
    return groups


def _is_subhead(text: str) -> bool:
    return not is_number(text) or bool(_YEAR.fullmatch(normalize("NFKC", text).removesuffix(".0")))


def _make_head(sheet: Sheet, labels: Labels, first: int, last: int) -> Head:
    parts = {at: texts for at, texts in _flatten(sheet, first, last) if texts}
    found = {at: labels.find(texts) for at, texts in parts.items()}
    return Head(first, last, parts, {at: label for at, label in found.items() if label})


def _flatten(sheet: Sheet, first: int, last: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The texts above each column, groups spread over the columns they stand for, each text once."""
    rows = [list(sheet.rows[row - 1]) for row in range(first, last + 1)]
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    rows = [
        [""] * width if depth and is_column_numbers(row) else row for depth, row in enumerate(rows)
    ]
    held = _spread_merged(sheet, rows, first)
    for depth, row in enumerate(rows[:-1]):
        _spread_groups(row, rows[depth + 1 :], {at for level, at in held if level == depth})
    for at in range(width):
        texts = [row[at].strip() for row in rows if not is_blank(row[at])]
        yield at, tuple(dict.fromkeys(texts))


def _spread_merged(sheet: Sheet, rows: list[list[str]], first: int) -> set[tuple[int, int]]:
    """Fill merged cells of the head with their text; returns the cells whose extent is thereby settled."""
    held = set()
    for top, left, bottom, right in sheet.merged:
        if top < first or bottom >= first + len(rows):
            continue
        text = rows[top - first][left] if left < len(rows[0]) else ""
        for row in range(top - first, bottom - first + 1):
            for at in range(left, min(right + 1, len(rows[row]))):
                rows[row][at] = rows[row][at] or text
                held.add((row, at))
    return held


def _spread_groups(row: list[str], below: list[list[str]], held: set[int]) -> None:
    """Carry a group to the right over blank cells that have a text below, in place."""
    group = ""
    for at, text in enumerate(row):
        under = any(not is_blank(line[at]) and line[at] != text for line in below)
        if at in held or not is_blank(text):
            group = text if under and at not in held else ""
        elif under:
            row[at] = group


def is_unnamed_table(sheet: Sheet) -> bool:
    """Return whether a sheet without a head looks like a table of figures all the same (是否无表头的数据表).

    Parameters
    ----------
    sheet
        Of any kind.

    Returns
    -------
    bool
        False for sheets of instructions and covers.

    Examples
    --------
    >>> is_unnamed_table(Sheet("", [["甲校", "小学", "120"], ["乙校", "小学", "98"]]))
    True
    """
    limits = load_rules()["H09"].limits
    like = [row for row in sheet.rows if _is_figures(row, limits["least_cells"])]
    return len(like) >= limits["least_rows"]


def _is_figures(row: list[str], least: int) -> bool:
    filled = [cell.strip() for cell in row if not is_blank(cell)]
    return len(filled) >= least and any(is_number(cell) for cell in filled)


def is_blank(text: str) -> bool:
    """Return whether nothing can be seen in a cell (是否空白)."""
    return not text or not (text[0].isalnum() or remove_invisible(text).strip())
