"""The rows under a head, told apart: schools, totals, notes, repeated heads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from unicodedata import normalize

from youzhi.columns import Column
from youzhi.intake.examples import EXAMPLE_RULE, is_example
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.values.cells import clean_cell
from youzhi.intake.values.names import clean_name
from youzhi.intake.wide.heads import Head, is_blank
from youzhi.intake.wide.mappings import Origin
from youzhi.intake.wide.notes import ends_as_school, find_note, is_continued
from youzhi.intake.wide.numbering import is_column_numbers
from youzhi.intake.wide.personal import mask_numbers
from youzhi.intake.wide.titles import Titles
from youzhi.intake.wide.totals import find_total, is_count, plain_number


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
    held
        Its values are set aside, because nobody can tell their unit.
    """

    field: str
    positions: tuple[int, ...]
    unit: str = ""
    origin: Origin | None = None
    held: bool = False


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
    def width(self) -> int:
        """How many cells the head has."""
        return max(map(len, self.sheet.rows[self.head.first - 1 : self.head.last]))

    @cached_property
    def name_positions(self) -> list[int]:
        """Positions of what a row is named by."""
        named = [slot for slot in self.slots if slot.field in ("school", "item")]
        return [at for slot in named for at in slot.positions]

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
    notes : list of int
        Rows of notes and signatures.
    findings : list of Finding
        About the rows that are neither.
    """

    data: list[int]
    totals: dict[int, str]
    notes: list[int]
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
    lines, opened, left_out = Lines([], {}, [], []), True, []
    for row in range(table.head.last + 1, len(table.sheet.rows) + 1):
        filled = [cell for cell in table.sheet.rows[row - 1] if not is_blank(cell)]
        if not filled:
            continue
        if _is_repeated(table, row, filled) or (opened and is_column_numbers(filled)):
            opened = True
            lines.findings.append(
                make_finding("H14b", table.place(row), mask_numbers(filled[0].strip()))
            )
        elif example := _find_example(table, row):
            lines.findings.append(make_finding(EXAMPLE_RULE, table.place(row), example))
        elif fault := _find_named_note(table, row):
            lines.findings.append(fault)
        elif note := _find_note(table, row, filled, lines.notes[-1:] > lines.data[-1:]):
            lines.notes.append(row)
            lines.findings.append(make_finding("H14", table.place(row), note))
        elif word := _find_total(table, row):
            lines.totals[row] = mask_numbers(word)
        elif odd := _odd_width(table, row):
            lines.findings.append(odd)
        elif not _is_wanted(table, row):
            left_out.append(row)
        elif any(not is_blank(table.text(row, at)) for at in table.filled_positions):
            opened = False
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


def _find_note(table: Table, row: int, filled: list[str], noted: bool) -> str:
    """What is shown of a row that is a note; empty for one that holds a school."""
    note = find_note(filled[0])
    if not note and noted and len(filled) == 1:
        unread = all(is_blank(table.text(row, at)) for at in table.filled_positions)
        note = "（注释的续行）" if unread or is_continued(filled[0]) else ""
    if not note or _is_filled_in(table, row):
        return ""
    beside = [at for at in table.name_positions if table.text(row, at) != filled[0]]
    return "" if any(ends_as_school(table.text(row, at)) for at in beside) else note


def _find_named_note(table: Table, row: int) -> Finding | None:
    """A row with data whose name begins as a note does: a school or a note, nobody can tell."""
    for at in table.name_positions:
        note = find_note(table.text(row, at))
        if note and _is_filled_in(table, row):
            return make_finding("H14c", table.place(row, at), note)
    return None


def _is_filled_in(table: Table, row: int) -> bool:
    """Whether a column that is read holds a type of school or a number; a telephone number is none."""
    for slot in table.slots:
        column = table.columns[slot.field]
        for text in (table.text(row, at) for at in slot.positions):
            if is_blank(text):
                continue
            if slot.field == "school_type" and clean_cell(text, column).value is not None:
                return True
            figure = column.is_number or slot.field == "value"
            if figure and plain_number(text) is not None and mask_numbers(text) == text:
                return True
    return False


def _find_total(table: Table, row: int) -> str:
    """The word of a row of totals; in a row with name and type or code only what stands beside the columns read."""
    if not table.is_school():
        return ""
    told = {
        slot.field: table.text(row, slot.positions[0])
        for slot in table.slots
        if slot.field in ("school", "school_id", "school_type") and slot.positions
    }
    name, kind = told.get("school", ""), told.get("school_type", "")
    code = told.get("school_id", "")
    named = not is_blank(name) and not find_total([name]) and not is_count(name)
    coded = not is_blank(code) and not find_total([code])
    positions = table.speaking_positions
    word = find_total((table.text(row, at) for at in positions), named or coded)
    if not (word and named):
        return word
    typed = clean_cell(kind, table.columns["school_type"]).value is not None
    if ends_as_school(name) and (typed or coded):
        return ""
    if typed or coded:
        positions = [at for at in positions if at not in table.filled_positions]
    return find_total((table.text(row, at) for at in positions), coded=True)


def _odd_width(table: Table, row: int) -> Finding | None:
    """A row of a text file with more or fewer cells than the head, and so perhaps shifted, blank or not."""
    if table.source.kind != "csv":
        return None
    count = len(table.sheet.rows[row - 1])
    if count == table.width:
        return None
    allowed = f"{table.width}个单元格，与表头相同"
    return make_finding("H15", table.place(row), f"{count}个单元格", allowed=allowed)


def _is_wanted(table: Table, row: int) -> bool:
    """Whether the mapping file wants the row."""
    return all(
        (clean_name(table.text(row, at)) in words) == wanted for at, words, wanted in table.kept
    )
