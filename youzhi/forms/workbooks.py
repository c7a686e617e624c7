"""Filled forms -> workbooks (xlsx) that can be summed, printed on A4 and filed; no file is written here."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.forms.archives import without_clock
from youzhi.forms.blocks import Block, as_text, body_blocks, head_blocks, head_depth, lines_needed
from youzhi.forms.layout import Cell, Form, footer_of_next

_TITLE = Font(name="黑体", size=16, bold=True)
_PART = Font(name="黑体", size=12, bold=True)
_HEAD = Font(name="黑体", size=10)
_BODY = Font(name="宋体", size=10)
_SMALL = Font(name="宋体", size=9)
_LINK = Font(name="宋体", size=10, underline="single", color="0563C1")
_ALIGNMENTS = {
    align: Alignment(horizontal=align, vertical="center", wrap_text=True)
    for align in ("left", "center")
}
_NUMBER = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)  # never ####
_THIN = Side(style="thin")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_LINE = 1.35  # height of a line of text in its font's size
_PADDING = 1.0  # of a cell, in half-width characters
_HIGHEST = 409  # points; no row of a workbook can be higher
_MARGIN = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.6, "header": 0.3, "footer": 0.3}
_FORMULA_SIGNS = ("=", "'", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_PAPER = (842, 595)  # A4, in points
_POINTS_PER_CHARACTER = 5.25  # of a column's width
_SURE = 0.97  # of a page's height: no two programs measure alike
_NAME_LENGTH = 31  # of a sheet, at most


def write_xlsx(sheets: Mapping[str, Sequence[Form]], index: str = "") -> bytes:
    """Put filled forms into a workbook, some forms on each sheet (生成工作簿).

    Numbers stand in number cells with the decimals of the form; everything else, codes and names that look like
    formulas too, stands in text cells. There is no formula.

    Parameters
    ----------
    sheets
        Name of each sheet to its forms. Forms on one sheet take the same number of columns, spans counted, and
        have the widths of the one with the most.
    index
        Name of a sheet whose form has one row for every other sheet, in order, and a column "name" that shall
        link to them.

    Returns
    -------
    bytes
        The file; the same forms give the same bytes.
    """
    book = Workbook()
    book.remove(book.active)
    made = {}
    for number, (name, forms) in enumerate(sheets.items()):
        title = _sheet_title(name, {sheet.title.lower() for sheet in made.values()}, number)
        made[name] = book.create_sheet(title)
        _fill_sheet(made[name], forms)
    if index:
        others = [sheet for name, sheet in made.items() if name != index]
        _link(made[index], sheets[index][0], others)
    book.properties.creator = "youzhi"
    stream = io.BytesIO()
    book.save(stream)
    return without_clock(stream.getvalue())


def _sheet_title(name: str, taken: set[str], number: int) -> str:
    """A name that a sheet may have and no other sheet has."""
    title = re.sub(r"[\[\]:*?/\\']", " ", as_text(name))[:_NAME_LENGTH].strip() or str(number)
    if title.lower() in taken:
        title = f"{title[: _NAME_LENGTH - 6]} {number}"
    return title


def _fill_sheet(sheet: Worksheet, forms: Sequence[Form]) -> None:
    """All forms of one sheet below each other; each but the first begins on a new page."""
    widest = max(forms, key=lambda form: len(form.columns))
    widths = [column.width for column in widest.columns]
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    row = 1
    for number, form in enumerate(forms):
        if form.new_page:
            sheet.row_breaks.append(Break(id=row - 1))
        shared = footer_of_next(forms, number)
        footer = [line for line in form.footer if line not in shared]
        writer = _Writer(sheet, form, widths)
        row = writer.fill(row, footer, first=not number, alone=len(forms) == 1)
    _set_page(sheet, forms[0].landscape)


class _Writer:
    """Puts one form on a sheet."""

    def __init__(self, sheet: Worksheet, form: Form, widths: list[float]):
        self.sheet, self.form, self.widths = sheet, form, widths
        spans = [column.span for column in form.columns]
        if sum(spans) != len(widths):
            spans[-1] += len(widths) - sum(spans)
        self.starts = [1, *(1 + end for end in accumulate(spans))]

    def fill(self, row: int, footer: list[str], *, first: bool, alone: bool) -> int:
        """The form from `row` on; gives the row after its last."""
        row = self._line(row, self.form.title, _TITLE if first else _PART, centred=first)
        for line in self.form.lines if first else ():
            row = self._line(row, line, _BODY)
        top, depth = row, head_depth(self.form)
        self._blocks(top, depth, head_blocks(self.form), _HEAD)
        row = top + depth
        if alone:
            self.sheet.print_title_rows = f"{top}:{row - 1}"
            self.sheet.freeze_panes = self.sheet.cell(row, 1)
        body = list(body_blocks(self.form))
        self._blocks(row, len(self.form.rows), body, _BODY)
        if alone:
            self._break_pages(row, body)
        row += len(self.form.rows)
        for line in footer:
            row = self._line(row, line, _SMALL)
        return row

    def _line(self, row: int, text: str, font: Font, *, centred: bool = False) -> int:
        """One text over the whole width; gives the row after it."""
        cell = self.sheet.cell(row, 1)
        _put(cell, text, font, "center" if centred else "left")
        room = (sum(self.widths) - _PADDING) * _BODY.size / font.size
        self._set_height(row, lines_needed(text, room), font)
        self._merge(row, row, 1, len(self.widths))
        return row + 1

    def _blocks(self, top: int, depth: int, blocks: list[Block], font: Font) -> None:
        """Cells with borders, and rows high enough for them."""
        needed = [1.0] * depth
        for block in blocks:
            first, end = self.starts[block.left], self.starts[block.right + 1] - 1
            align = "center" if font is _HEAD else self.form.columns[block.left].align
            _put(self.sheet.cell(top + block.top, first), block.value, font, align)
            self._frame(top + block.top, top + block.bottom, first, end)
            room = sum(self.widths[first - 1 : end]) - _PADDING
            rows = range(block.top, block.bottom + 1)
            lines = lines_needed(as_text(block.value), room) / len(rows)
            for at in rows:
                needed[at] = max(needed[at], lines)
        for at, lines in enumerate(needed):
            self._set_height(top + at, lines, font)

    def _break_pages(self, top: int, body: list[Block]) -> None:
        """Begin a page where the next rows that belong together would not fit on this one."""
        page = _page_height(self.form.landscape, self.widths)
        height = {
            row: self.sheet.row_dimensions[row].height for row in range(1, self.sheet.max_row + 1)
        }
        inside = set()
        for block in body:
            rows = range(top + block.top, top + block.bottom + 1)
            if sum(height[row] for row in rows) <= page / 2:  # what is longer may be divided
                inside |= set(rows[1:])
        if not inside:
            return
        heads = sum(height[row] for row in range(top - head_depth(self.form), top))
        used, last = sum(height[row] for row in range(1, top)), top
        for row in range(top, top + len(self.form.rows)):
            if row not in inside:
                last = row
            used += height[row]
            if used > page and last > top:
                self.sheet.row_breaks.append(Break(id=last - 1))
                used = heads + sum(height[at] for at in range(last, row + 1))
                last = top

    def _frame(self, top: int, bottom: int, left: int, right: int) -> None:
        """Borders round a cell, made one over its rows and columns."""
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.sheet.cell(row, column).border = _BORDER
        if (top, left) != (bottom, right):
            self._merge(top, bottom, left, right)

    def _merge(self, top: int, bottom: int, left: int, right: int) -> None:
        """Make cells one; merge_cells would set all their borders again, which takes most of the time."""
        self.sheet.merged_cells.ranges.add(CellRange(None, left, top, right, bottom))

    def _set_height(self, row: int, lines: float, font: Font) -> None:
        height = lines * font.size * _LINE + font.size * 0.5
        self.sheet.row_dimensions[row].height = min(_HIGHEST, round(height, 1))


def _page_height(landscape: bool, widths: list[float]) -> float:
    """How many points of rows go on an A4 page when its columns are as wide as the page."""
    long, short = _PAPER
    wide, high = (long, short) if landscape else (short, long)
    across = wide - 72 * (_MARGIN["left"] + _MARGIN["right"])
    down = high - 72 * (_MARGIN["top"] + _MARGIN["bottom"])
    return _SURE * down * max(1.0, sum(widths) * _POINTS_PER_CHARACTER / across)


def _put(cell: SheetCell, value: Cell, font: Font, align: str) -> None:
    """A number as a number, everything else as text that no program takes for a formula."""
    cell.font = font
    cell.alignment = _ALIGNMENTS[align]
    if isinstance(value, int | Decimal):
        places = max(0, -value.as_tuple().exponent) if isinstance(value, Decimal) else 0
        cell.value, cell.alignment = value, _NUMBER
        cell.number_format = "0." + "0" * places if places else "0"
        return
    cell.value = as_text(value)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = cell.value.startswith(_FORMULA_SIGNS)


def _set_page(sheet: Worksheet, landscape: bool) -> None:
    """A4, as wide as the page, with page numbers."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    for side, inches in _MARGIN.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _link(sheet: Worksheet, form: Form, others: Sequence[Worksheet]) -> None:
    """Let each row of an index lead to its sheet."""
    at = [column.id for column in form.columns].index("name") + 1
    top = 1 + 1 + len(form.lines) + head_depth(form)
    for row, other in enumerate(others, start=top):
        cell = sheet.cell(row, at)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{other.title}'!A1")
        cell.font = _LINK
