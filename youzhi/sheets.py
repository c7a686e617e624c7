"""Sheets that people fill in or mend: text that stays text, colours by outcome, A4; no file is written here."""

from __future__ import annotations

import io
import tomllib
from functools import cache
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.forms.archives import without_clock
from youzhi.forms.blocks import as_text

WRAPPED = Alignment(vertical="center", wrap_text=True)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_FORMULA_SIGNS = ("=", "'", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@cache
def load_look() -> dict:
    """Load fonts, colours and margins (工作簿外观).

    Returns
    -------
    dict
        As in sheets.toml.

    Examples
    --------
    >>> sorted(load_look()["outcomes"])
    ['hold', 'norm', 'reject', 'warn']
    """
    return tomllib.loads((Path(__file__).parent / "sheets.toml").read_text(encoding="utf-8"))


@cache
def font(role: str, colour: str = "", *, bold: bool = False) -> Font:
    """Return the font for a part of a sheet (字体).

    Parameters
    ----------
    role
        "head", "body" or "title".
    colour, bold
        RRGGBB; black where empty.

    Returns
    -------
    Font
        By name only: a program that does not have it takes another.
    """
    return Font(**load_look()["fonts"][role], bold=bold, color=colour or None)


@cache
def fill(colour: str) -> PatternFill:
    """Return a plain background (底色).

    Parameters
    ----------
    colour
        RRGGBB.

    Returns
    -------
    PatternFill
        For a cell.
    """
    return PatternFill("solid", start_color=colour, end_color=colour)


def put_text(cell: Cell, text: str) -> None:
    """Put a text into a cell so that no program takes it for a formula or a number (写入文本).

    Parameters
    ----------
    cell
        Its value and number format are replaced.
    text
        Anything.
    """
    cell.value = as_text(text)
    cell.data_type = "s"
    cell.number_format = "@"
    if cell.value.startswith(_FORMULA_SIGNS):
        cell.quotePrefix = True


def set_page(sheet: Worksheet, *, landscape: bool = True, fit_width: bool = True) -> None:
    """Lay a sheet out for printing: A4 with page numbers (打印设置).

    Parameters
    ----------
    sheet
        Any.
    landscape
        The paper lies on its side.
    fit_width
        All columns go on one page.
    """
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    if fit_width:
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for side, inches in load_look()["page"].items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter.center.text = "&A　第 &P 页，共 &N 页"


def to_bytes(book: Workbook) -> bytes:
    """Return the file of a workbook (生成文件).

    Parameters
    ----------
    book
        It cannot be saved a second time.

    Returns
    -------
    bytes
        Without any time in it: the same workbook gives the same bytes.
    """
    stream = io.BytesIO()
    book.save(stream)
    return without_clock(stream.getvalue())
