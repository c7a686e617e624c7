"""The sheet that says how to fill, what the colours mean, and what every column is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.columns import Column, load_columns, load_figures
from youzhi.forms.blocks import lines_needed
from youzhi.plausibility import explain_effect
from youzhi.sheets import CENTRED, WRAPPED, fill, font, load_look, put_text, set_page
from youzhi.standards import Standard
from youzhi.template.tables import BORDER, protect
from youzhi.template.words import head_of, load_words

_LINE = 14.5  # points of one line of text
_WHITE = "FFFFFF"


def fill_guide(sheet: Worksheet, standard: Standard | None = None) -> None:
    """Make the sheet of instructions (填表说明).

    Parameters
    ----------
    sheet
        Empty.
    standard
        Where given, the list of columns says what each of them decides by it.
    """
    words = load_words()["guide"]
    writer = _Writer(sheet, wide=standard is not None)
    writer.title(words["title"], "title")
    writer.title(words["headings"]["how"])
    for number, text in enumerate(words["how"], start=1):
        writer.paragraph(f"{number}. {text}")
    writer.title(words["headings"]["colours"])
    for role, text in words["colours"].items():
        writer.paragraph(text, role)
    writer.title(words["headings"]["outcomes"])
    for role, text in words["outcomes"].items():
        writer.paragraph(text, role)
    writer.title(words["headings"]["columns"])
    names = ["name", "unit", "needed", "meaning", "allowed"] + ["effect"] * writer.wide
    writer.table(names, _list_columns(load_columns().values(), standard))
    writer.title(words["headings"]["figures"])
    names = ["name", "unit", "part", "meaning", "allowed"]
    writer.table(names, _list_figures(load_figures().values()))
    set_page(sheet)
    protect(sheet)


def _list_columns(columns: Iterable[Column], standard: Standard | None) -> Iterator[list[str]]:
    words = load_words()["guide"]["words"]
    for column in columns:
        needed = words["yes"] if column.required else words["no"]
        effect = [explain_effect(column.id, standard)] if standard else []
        yield [head_of(column), column.unit, needed, column.meaning, column.allowed, *effect]


def _list_figures(figures: Iterable[Column]) -> Iterator[list[str]]:
    parts = load_words()["guide"]["parts"]
    for figure in figures:
        part = parts.get(figure.form, figure.form)
        yield [figure.headers[0], figure.unit, part, figure.meaning, figure.allowed]


class _Writer:
    """Puts lines below each other."""

    def __init__(self, sheet: Worksheet, wide: bool):
        self.sheet, self.row, self.wide = sheet, 1, wide
        widths = load_words()["guide"]["widths"]
        self.widths = [width for name, width in widths.items() if wide or name != "effect"]
        for at, width in enumerate(self.widths, start=1):
            sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.sheet_view.showGridLines = False

    def title(self, text: str, role: str = "head") -> None:
        """A line on its own, with a blank one before it unless it is the first."""
        self.row += self.row > 1
        cell = self.sheet.cell(self.row, 1)
        put_text(cell, text)
        cell.font = font(role)
        self._end(2 if role == "title" else 1.2)

    def paragraph(self, text: str, role: str = "") -> None:
        """A text over the whole width, or behind a patch of the colour it speaks of."""
        look, start = load_look(), 2 if role else 1
        if role:
            patch = self.sheet.cell(self.row, 1)
            put_text(patch, load_words()["guide"]["words"]["colour"])
            patch.fill = fill((look["outcomes"] | look["heads"])[role])
            patch.font = font("head", _WHITE) if role == "required" else font("head")
            patch.alignment, patch.border = CENTRED, BORDER
        cell = self.sheet.cell(self.row, start)
        put_text(cell, text)
        cell.font, cell.alignment = font("body"), WRAPPED
        self.sheet.merge_cells(
            start_row=self.row, end_row=self.row, start_column=start, end_column=len(self.widths)
        )
        self._end(lines_needed(text, sum(self.widths[start - 1 :]) - 2))

    def table(self, names: list[str], rows: Iterable[list[str]]) -> None:
        """A head and rows."""
        heads = load_words()["guide"]["heads"]
        self._row([heads[name] for name in names], head=True)
        for row in rows:
            self._row(row)

    def _row(self, texts: list[str], head: bool = False) -> None:
        for at, text in enumerate(texts, start=1):
            cell = self.sheet.cell(self.row, at)
            put_text(cell, text)
            cell.font, cell.border = font("head" if head else "body"), BORDER
            cell.alignment = CENTRED if head or at in (2, 3) else WRAPPED
            if head:
                cell.fill = fill(load_look()["heads"]["plain"])
        self._end(max(map(lines_needed, texts, (width - 1 for width in self.widths))))

    def _end(self, lines: float) -> None:
        self.sheet.row_dimensions[self.row].height = round(lines * _LINE + 4, 1)
        self.row += 1
