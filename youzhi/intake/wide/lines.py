"""The rows under a head, told apart: schools, totals, notes, repeated heads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple
from unicodedata import normalize

from youzhi.columns import Column
from youzhi.intake.examples import EXAMPLE_RULE, is_example
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.values.names import clean_name
from youzhi.intake.wide.heads import Head, is_blank
from youzhi.intake.wide.mappings import Origin
from youzhi.intake.wide.personal import mask_numbers
from youzhi.intake.wide.titles import Titles
from youzhi.intake.wide.totals import find_total


class Slot(NamedTuple):
    """Where one field stands in the rows of a sheet (字段所在列).

    Attributes
    ----------
    field
        Id of a column of the dictionary.
    positions
        Of the columns it is read from: one, several that are added, or none where the value is given.
    unit
        As stated; empty means the dictionary's own.
    origin
        What the mapping file says of it; None without.
    """

    field: str
    positions: tuple[int, ...]
    unit: str = ""
    origin: Origin | None = None


@dataclass(frozen=True)
class Table:
    """A sheet whose head is understood (已识别表头的表).

    Attributes
    ----------
    source, sheet, head, titles
        Where it stands and what is written above the rows.
    columns : Mapping of str to Column
        The dictionary.
    slots : list of Slot
        In the order of the sheet.
    kept : list of (position, words, wanted)
        Of the mapping file: the rows with one of these words are those that are wanted, or those that are not.
    """

    source: Source
    sheet: Sheet
    head: Head
    titles: Titles
    columns: Mapping[str, Column]
    slots: list[Slot]
    kept: list[tuple[int, frozenset[str], bool]] = field(default_factory=list)

    def place(self, row: int | str = "", position: int | None = None) -> Place:
        """Place of a cell, or of a row without a position."""
        name = "" if position is None else self.head.names.get(position, "")
        return Place(self.source.file, self.sheet.title, row, position, name)

    def text(self, row: int, position: int) -> str:
        """Text of a cell; a row of a workbook may end before it."""
        cells = self.sheet.rows[row - 1]
        return cells[position] if position < len(cells) else ""

    def is_school(self) -> bool:
        """Whether a row is a school, not a figure of a county."""
        return "school" in self.columns

    @cached_property
    def head_lines(self) -> list[list[str]]:
        """Rows of the head without blanks and width."""
        rows = self.sheet.rows[self.head.first - 1 : self.head.last]
        return [[_compact(cell) for cell in row] for row in rows]

    @cached_property
    def filled_positions(self) -> list[int]:
        """Positions from which something is read."""
        return sorted({at for slot in self.slots for at in slot.positions})

    @cached_property
    def speaking_positions(self) -> list[int]:
        """Positions where a row may say that it is one of totals: words, and what stands left of the figures."""
        passed = load_rules()["H07"].limits["passed_over"]
        numbers = [
            at
            for slot in self.slots
            for at in slot.positions
            if self.columns[slot.field].kind not in ("text", "choice")
        ]
        start = min(numbers, default=0)
        known = set(self.filled_positions)
        left = {at for at, name in self.head.names.items() if at < start or name in passed}
        return sorted((known | left) - set(numbers))


@dataclass(frozen=True)
class Lines:
    """Which row is what (行的分类).

    Attributes
    ----------
    data : list of int
        Rows that are records.
    totals : dict of int to str
        Rows of totals and means to the word that says so.
    findings : list of Finding
        About the rows that are neither.
    """

    data: list[int]
    totals: dict[int, str]
    findings: list[Finding]


def sort_lines(table: Table) -> Lines:
    """Tell the rows under the head apart (区分各行).

    Parameters
    ----------
    table
        A sheet whose head is understood.

    Returns
    -------
    Lines
        Every row with anything in it is data, a total, or the subject of a finding, but for rows that hold nothing
        in any column that is read.
    """
    lines, noted, left_out = Lines([], {}, []), False, []
    for row in range(table.head.last + 1, len(table.sheet.rows) + 1):
        filled = [cell for cell in table.sheet.rows[row - 1] if not is_blank(cell)]
        if not filled:
            continue
        note = "（注释的续行）" if noted and len(filled) == 1 else _find_note(filled[0])
        if _is_repeated(table, row, filled):
            lines.findings.append(
                make_finding("H14b", table.place(row), mask_numbers(filled[0].strip()))
            )
        elif example := _find_example(table, row):
            lines.findings.append(make_finding(EXAMPLE_RULE, table.place(row), example))
        elif note:
            noted = True
            lines.findings.append(make_finding("H14", table.place(row), note))
        elif word := _find_total(table, row):
            lines.totals[row] = mask_numbers(word)
        elif odd := _odd_width(table, row):
            lines.findings.append(odd)
        elif not _is_wanted(table, row):
            left_out.append(row)
        elif any(not is_blank(table.text(row, at)) for at in table.filled_positions):
            noted = False
            lines.data.append(row)
    if left_out:
        found = f"{len(left_out)}行（{list_rows(left_out)}）"
        lines.findings.append(make_finding("M03", table.place(), found))
    return lines


def _find_example(table: Table, row: int) -> str:
    """The name of a school that only shows how to fill the template; empty for a real one."""
    places = [
        slot.positions[0] for slot in table.slots if slot.field == "school" and slot.positions
    ]
    return next((text for at in places if is_example(text := table.text(row, at))), "")


def list_rows(rows: list[int]) -> str:
    """Write row numbers shortly (行号).

    Parameters
    ----------
    rows
        In rising order.

    Returns
    -------
    str
        Neighbours are drawn together.

    Examples
    --------
    >>> list_rows([3, 4, 5, 9])
    '第3—5、9行'
    """
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    shown = (f"{run[0]}—{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"第{'、'.join(shown)}行"


def _is_repeated(table: Table, row: int, filled: list[str]) -> bool:
    """Whether the row says again what the head or the titles say."""
    if all(normalize("NFKC", cell).strip() in table.titles.texts for cell in filled):
        return True
    cells = table.sheet.rows[row - 1]
    return any(
        all(at < len(head) and _compact(cell) == head[at] for at, cell in enumerate(cells) if cell)
        for head in table.head_lines
    )


def _compact(text: str) -> str:
    return "".join(normalize("NFKC", text).split()) if text else ""


def _find_note(text: str) -> str:
    """What is shown of a footnote: all of a note, of a signature only what is signed."""
    note, signature = _note_patterns()
    plain = normalize("NFKC", text).strip()
    compact = "".join(plain.split())
    if found := signature.match(compact) or signature.match(plain):
        return f"{found[1]}：…"
    return mask_numbers(text.strip()) if note.match(compact) else ""


@cache
def _note_patterns() -> tuple[re.Pattern, re.Pattern]:
    limits = load_rules()["H14"].limits
    notes, signatures = (
        "|".join(re.escape(word) for word in sorted(limits[name], key=len, reverse=True))
        for name in ("notes", "signatures")
    )
    return (
        re.compile(rf"(?:{notes})(?:[\d一二三四五六七八九十]*[:.、]|$)"),
        re.compile(rf"[(]?({signatures})[)]?(?:\([^)]*\))?(?:[:\s]|$)"),
    )


def _find_total(table: Table, row: int) -> str:
    if not table.is_school():
        return ""
    told = {
        slot.field: table.text(row, slot.positions[0])
        for slot in table.slots
        if slot.field in ("school", "school_id") and slot.positions
    }
    name = told.pop("school", "")
    named = not is_blank(name) and not find_total([name])
    coded = any(not is_blank(code) for code in told.values())
    return find_total((table.text(row, at) for at in table.speaking_positions), named or coded)


def _odd_width(table: Table, row: int) -> Finding | None:
    """A row of a text file with more or fewer cells than the head, and so perhaps shifted."""
    if table.source.kind != "csv":
        return None
    cells = table.sheet.rows[row - 1]
    used = max(at for at, cell in enumerate(cells, 1) if not is_blank(cell))
    most = max(
        len(table.sheet.rows[line - 1]) for line in range(table.head.first, table.head.last + 1)
    )
    least = max(table.head.parts) + 1
    if least <= len(cells) and used <= most:
        return None
    found = f"{max(used, len(cells)) if used > most else len(cells)}个单元格"
    return make_finding("H15", table.place(row), found, allowed=f"{least}个单元格，与表头相同")


def _is_wanted(table: Table, row: int) -> bool:
    """Whether the mapping file wants the row."""
    return all(
        (clean_name(table.text(row, at)) in words) == wanted for at, words, wanted in table.kept
    )
