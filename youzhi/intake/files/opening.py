"""An .xlsx opened by openpyxl as far as values need it; what only the look of a workbook needs is left out."""

from __future__ import annotations

import gc
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from types import FunctionType
from typing import IO
from xml.etree.ElementTree import Element

from openpyxl import Workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.cell.text import Text
from openpyxl.reader import excel
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import INLINE_STRING, WorkSheetParser, WorksheetReader
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.merge import MergedCellRange
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

_STRING, _PLAIN = f"{{{SHEET_MAIN_NS}}}si", f"{{{SHEET_MAIN_NS}}}t"


def open_values(content: bytes) -> Workbook:
    """Open a workbook for its calculated values (打开工作簿).

    Parameters
    ----------
    content
        Of an .xlsx that was inspected.

    Returns
    -------
    Workbook
        As load_workbook of openpyxl has it, but without the borders of merged cells.

    Raises
    ------
    Exception
        Of many kinds; all mean that a part of the workbook is broken.
    """
    reader = _Reader(io.BytesIO(content), data_only=True, keep_links=False)
    with warnings.catch_warnings(), _uncollected():
        warnings.simplefilter("ignore")  # of formats and extensions that no cell's value needs
        reader.read()
    return reader.wb


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing that is read becomes garbage before it is whole; looking for it takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _SheetParser(WorkSheetParser):
    """Reads inline texts without formats directly."""

    def parse_cell(self, element: Element) -> dict:
        inside = element.find(INLINE_STRING) if element.get("t") == "inlineStr" else None
        text = None if inside is None else _plain_text(inside)
        if text is None:
            return super().parse_cell(element)
        element.remove(inside)
        return super().parse_cell(element) | {"value": text, "data_type": "s"}


class _SheetReader(WorksheetReader):
    """Leaves merged cells without borders; those cost more than all that is merged."""

    def bind_cells(self) -> None:
        self.parser.__class__ = _SheetParser  # openpyxl makes the parser itself
        super().bind_cells()

    def bind_merged_cells(self) -> None:
        merged = self.parser.merged_cells
        areas = [MergedCellRange(self.ws, one.ref) for one in merged.mergeCell] if merged else []
        for area in areas:
            for row, column in islice(area.cells, 1, None):
                self.ws._cells[row, column] = MergedCell(self.ws, row, column)
        self.ws.merged_cells = MultiCellRange(areas)


class _Reader(ExcelReader):
    """Reads strings without formats directly, and sheets by the reader above."""

    # openpyxl has no place to name another reader of sheets
    read_worksheets = FunctionType(
        ExcelReader.read_worksheets.__code__, {**vars(excel), "WorksheetReader": _SheetReader}
    )

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as stream:
                self.shared_strings = list(_read_strings(stream))


def _read_strings(stream: IO[bytes]) -> Iterator[str]:
    """The shared strings, as read_string_table of openpyxl has them."""
    for _, node in iterparse(stream):
        if node.tag == _STRING:
            plain = _plain_text(node)
            text = Text.from_tree(node).content if plain is None else plain
            node.clear()
            yield text.replace("x005F_", "")


def _plain_text(node: Element) -> str | None:
    """A text that has no formats; None where only openpyxl knows what it is."""
    plain = len(node) == 1 and not node.attrib and node[0].tag == _PLAIN
    return node[0].text or "" if plain else None
