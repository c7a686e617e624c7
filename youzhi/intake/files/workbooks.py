"""Workbooks to sheets of text: an .xlsx by openpyxl, an .xls by calamine and its own records."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
import warnings
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from youzhi.intake.files.archives import RawSheet, inspect_archive
from youzhi.intake.files.biff import EncryptedError, OldSheet, read_records
from youzhi.intake.files.refusals import refuse_file
from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import load_rules

_QUOTED = re.compile(r'"[^"]*"|\\.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}|(?=.{3,16}$)-?[0-9]+\.[0-9]*[1-9]")
_NUMERAL = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_INVISIBLE = re.compile("[\\s'\u200b-\u200f\u2060\ufeff]+")
_LONGEST_NUMBER = 400  # digits before or after the point that are still written out
_SURE_DIGITS, _FLOAT_DIGITS = 15, 17


def read_xlsx(content: bytes, file: str) -> list[Sheet]:
    """Read all sheets of an .xlsx or .xlsm; macros, links and pictures are left alone (读取 .xlsx).

    openpyxl opens the workbook whole: hidden rows and columns and merged ranges are not told to readers of single
    rows. It opens it once, for the calculated values; formulas that were never calculated are known from the XML.

    Parameters
    ----------
    content
        Bytes of the file.
    file
        Name by which findings are located.

    Returns
    -------
    list of Sheet
        Those with any filled cell.

    Raises
    ------
    DataError
        The workbook is broken, encrypted, too large or declares entities.
    """
    raw = inspect_archive(content, file)
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of formats and extensions that no cell's value needs
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises many kinds for a broken part; all mean the same
        raise refuse_file("E09", file, f"工作簿打不开（{type(error).__name__}）") from error
    if len(raw) != len(book.worksheets):
        raise refuse_file("E09", file, "工作簿的目录与工作表不符")
    sheets = [_read_sheet(*pair) for pair in zip(book.worksheets, raw, strict=True)]
    return [sheet for sheet in sheets if sheet.rows]


def read_xls(content: bytes, file: str) -> list[Sheet]:
    """Read all sheets of an .xls (读取 .xls).

    calamine gives the values, but errors come out of it as blanks and percents as bare numbers, and it makes room
    for every place up to the last value; so the records of the file are looked at before.

    Parameters
    ----------
    content
        Bytes of the file.
    file
        Name by which findings are located.

    Returns
    -------
    list of Sheet
        Those with any filled cell.

    Raises
    ------
    DataError
        The file is broken, has a password, reaches too far, or is another document of its time.
    """
    import python_calamine

    try:
        records = read_records(content)
    except EncryptedError as error:
        raise refuse_file("E11", file, "工作簿有打开密码") from error
    except (ValueError, IndexError, KeyError, struct.error) as error:
        raise refuse_file("E09", file, "不是完整的 .xls 工作簿") from error
    limit = load_rules()["E15b"].limits["grid_cells"]
    for record in records:
        if record.bottom * record.right > limit:
            raise refuse_file("E15b", file, f"{record.bottom}行×{record.right}列的范围")
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        if len(book.sheets_metadata) != len(records):
            raise refuse_file("E09", file, "工作簿的目录与工作表不符")
        shown = python_calamine.SheetVisibleEnum.Visible
        sheets = [
            _read_old_sheet(book.get_sheet_by_name(about.name), record, about.visible != shown)
            for about, record in zip(book.sheets_metadata, records, strict=True)
        ]
    except python_calamine.PasswordError as error:
        raise refuse_file("E11", file, "工作簿有打开密码") from error
    except python_calamine.CalamineError as error:
        raise refuse_file("E09", file, f"工作簿打不开（{error}）") from error
    except BaseException as error:
        # calamine stops on some broken files with a panic, which Python does not count among the exceptions
        if type(error).__name__ != "PanicException":
            raise
        raise refuse_file("E09", file, "工作簿打不开") from None
    return [sheet for sheet in sheets if sheet.rows]


def _read_old_sheet(sheet, record: OldSheet, hidden: bool) -> Sheet:
    texts, marks = {}, {}
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        for at, value in enumerate(cells):
            if isinstance(value, int | float) and not isinstance(value, bool):
                look = "%" if (row, at) in record.percents else ""
                texts[row, at], marks[row, at] = number_text(repr(value), look)
            elif value != "":
                texts[row, at], marks[row, at] = value_text(value)
    texts |= record.errors
    marks |= dict.fromkeys(record.errors, "error")
    rows = _make_rows(texts)
    return Sheet(
        sheet.name,
        rows,
        {at: mark for at, mark in marks.items() if mark},
        [
            (top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ],
        frozenset(record.hidden_rows),
        frozenset(at for at in record.hidden_columns if rows and at < len(rows[0])),
        hidden,
    )


def _read_sheet(sheet, raw: RawSheet) -> Sheet:
    texts, marks, looks = {}, {}, {}
    # iter_rows would make a cell for every blank place up to the last value
    for (row, number), cell in sheet._cells.items():
        if cell.value is not None:
            at = row, number - 1
            texts[at], mark = _read_cell(cell, raw.numbers.get(at), looks)
            if mark:
                marks[at] = mark
    for at, formula in raw.formulas.items():
        texts[at], marks[at] = formula, "formula"
    rows = _make_rows(texts, kept=raw.formulas)
    return Sheet(
        sheet.title,
        rows,
        marks,
        [
            (area.min_row, area.min_col - 1, area.max_row, area.max_col - 1)
            for area in sheet.merged_cells.ranges
        ],
        frozenset(row for row, look in sheet.row_dimensions.items() if look.hidden or look.ht == 0),
        _hidden_columns(sheet, width=len(rows[0]) if rows else 0),
        sheet.sheet_state != "visible",
    )


def _hidden_columns(sheet, width: int) -> frozenset[int]:
    """Positions of hidden columns; one entry of the file may stand for many of them."""
    return frozenset(
        at
        for look in sheet.column_dimensions.values()
        if (look.hidden or look.width == 0) and look.min
        for at in range(look.min - 1, min(look.max, width))
    )


def _make_rows(
    texts: dict[tuple[int, int], str], kept: Iterable[tuple[int, int]] = ()
) -> list[list[str]]:
    """Rows of one length, up to the last cell with a text or among those to keep."""
    filled = [*(at for at, text in texts.items() if text.strip()), *kept]
    height = max((row for row, _ in filled), default=0)
    width = max((at for _, at in filled), default=-1) + 1
    rows = [[""] * width for _ in range(height)]
    for (row, at), text in texts.items():
        if row <= height and at < width:
            rows[row - 1][at] = text
    return rows


def _read_cell(cell, number: str | None, looks: dict[int, str]) -> tuple[str, str]:
    """Text and mark of a cell of openpyxl; the number as the file holds it where a float may lose it."""
    value = cell.value
    if cell.data_type == "e":
        return str(value), "error"
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value_text(value)
    # asking every cell for the text of its format takes as long as reading it
    key = cell._style.numFmtId
    if key not in looks:
        looks[key] = cell.number_format
    return number_text(number or repr(value), looks[key])


def value_text(value: object) -> tuple[str, str]:
    """Return text and mark of a value of a workbook that is no number (单元格文字).

    Parameters
    ----------
    value
        Text, boolean, or what a program of tables calls a date or time.

    Returns
    -------
    tuple of str
        The text, and its mark as Sheet.marks has it.

    Examples
    --------
    >>> value_text(True), value_text("１２"), value_text(date(2023, 9, 1))
    (('TRUE', 'boolean'), ('１２', 'text'), ('2023-09-01', 'date'))
    """
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "boolean"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return (value.date().isoformat() if midnight else value.isoformat(" ")), "date"
    if isinstance(value, date | time):
        return value.isoformat(), "date"
    if isinstance(value, timedelta):
        return str(value), "date"
    text = _ESCAPED.sub(_unescape, str(value))
    bare = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return text, "text" if _NUMERAL.fullmatch(bare) else ""


def _unescape(found: re.Match) -> str:
    """The sign that a workbook spells out, such as _x000D_; half signs stay spelled out."""
    code = int(found.group(1), 16)
    return found.group() if 0xD800 <= code <= 0xDFFF else chr(code)


def number_text(written: str, look: str = "") -> tuple[str, str]:
    """Return text and mark of a number of a workbook (数值文字).

    Parameters
    ----------
    written
        The number as the file holds it, or the shortest text of its float.
    look
        The cell's number format; with a percent sign the text is what the cell shows.

    Returns
    -------
    tuple of str
        Every digit without an exponent, and "number" or "percent".

    Examples
    --------
    >>> number_text("1.2E5"), number_text("0.465", "0.0%"), number_text("9007199254740993")
    (('120000', 'number'), ('46.5%', 'percent'), ('9007199254740993', 'number'))
    """
    if "%" not in look:
        plain = _PLAIN_NUMBER.fullmatch(written) is not None
        return (written if plain else _plain(_shortest(written), written)), "number"
    number = _shortest(written)
    scaled = "%" in _QUOTED.sub("", look)  # a quoted sign is only text beside the number
    return f"{_plain(_times_hundred(number) if scaled else number, written)}%", "percent"


def _shortest(written: str) -> Decimal:
    """The number without the tail that writing out a float in 17 digits leaves: 1.2345600000000001."""
    number = Decimal(written)
    digits = len(number.as_tuple().digits)
    if _SURE_DIGITS < digits <= _FLOAT_DIGITS and number.as_tuple().exponent < 0:
        whole = number == number.to_integral_value()
        return number if whole else Decimal(repr(float(written)))
    return number


def _times_hundred(number: Decimal) -> Decimal:
    sign, digits, exponent = number.as_tuple()
    return Decimal((sign, digits, exponent + 2))


def _plain(number: Decimal, written: str) -> str:
    """Without an exponent, unless that would take hundreds of digits."""
    if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
        return written
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
