"""All workbooks to fill, by file name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from openpyxl import Workbook

from youzhi.sheets import to_bytes
from youzhi.standards import Standard, load_standard
from youzhi.template.form import fill_form
from youzhi.template.guide import fill_guide
from youzhi.template.tables import fill_items, fill_schools
from youzhi.template.words import load_words


def make_template(standard: Standard | str | None = None) -> dict[str, bytes]:
    """Make the workbooks that counties and schools fill (生成填报模板).

    What is filled into them reads back exactly. Heads are locked without a password, choices have drop-down lists,
    and what is wrong is coloured while one types.

    Parameters
    ----------
    standard
        Or its id; where given, the instructions say what each column decides by it.

    Returns
    -------
    dict of str to bytes
        File name to content; the same bytes every time.

    Raises
    ------
    UsageError
        Unknown standard.

    Examples
    --------
    >>> list(make_template())
    ['学校数据填报模板.xlsx', '学校填报表（竖表）.xlsx']
    """
    words = load_words()
    if isinstance(standard, str):
        standard = load_standard(standard)
    table = {
        "guide": partial(fill_guide, standard=standard),
        "schools": fill_schools,
        "items": fill_items,
    }
    made = {"table": _make_book(table, "schools"), "form": _make_book({"form": fill_form}, "form")}
    return {words["files"][name]: to_bytes(book) for name, book in made.items()}


def _make_book(makers: dict[str, Callable], shown: str) -> Workbook:
    """A workbook of some sheets, one of which is shown first."""
    book, titles = Workbook(), load_words()["sheets"]
    book.remove(book.active)
    for name, make in makers.items():
        make(book.create_sheet(titles[name]))
    book.active = list(makers).index(shown)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.active
    book.properties.creator = "youzhi"
    return book
