"""Workbooks to sheets of text: an .xlsx by openpyxl, an .xls by calamine and its own records."""

from __future__ import annotations

import io
import re
import struct
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from youzhi.intake.files.archives import RawSheet, inspect_archive
from youzhi.intake.files.biff import EncryptedError, OldSheet, read_records
from youzhi.intake.files.looks import Section, pick_section, show_number, show_text
from youzhi.intake.files.refusals import refuse_file
from youzhi.intake.files.sources import Sheet
from youzhi.intake.findings import Finding, Place, load_rules, make_finding

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}|(?=.{3,16}$)-?[0-9]+\.[0-9]*[1-9]")
_NUMERAL = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_INVISIBLE = re.compile("[\\s'\u200b-\u200f\u2060\ufeff]+")
_HAN_FIRST, _HAN_LAST = "\u4e00", "\u9fff"
_LONGEST_NUMBER = 400  # digits before or after the point that are still written out
_PLAIN_LOOKS = ("General", "")
_SURE_DIGITS, _FLOAT_DIGITS = 15, 17


class Shown(NamedTuple):
    """A number as its cell shows it (显示的数).

    Attributes
    ----------
    text
        Every digit without an exponent, and the words that the number format puts beside them.
    mark
        As Sheet.marks has it.
    is_odd
        Whether what is seen may be taken for another number.
    """

    text: str
    mark: str
    is_odd: bool = False


def read_xlsx(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]]:
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
    list of Finding
        Where a number format shows another number than the one that is read.

    Raises
    ------
    DataError
        The workbook is broken, encrypted, too large or declares entities.
    """
    raw = inspect_archive(content, file)
    # openpyxl is slow to import, and an .xls does not need it
    from youzhi.intake.files.opening import open_values

    try:
        book = open_values(content)
    except Exception as error:  # openpyxl raises many kinds for a broken part; all mean the same
        raise refuse_file("E09", file, f"工作簿打不开（{type(error).__name__}）") from error
    if len(raw) != len(book.worksheets):
        raise refuse_file("E09", file, "工作簿的目录与工作表不符")
    findings = []
    sheets = [_read_sheet(*pair, file, findings) for pair in zip(book.worksheets, raw, strict=True)]
    return [sheet for sheet in sheets if sheet.rows], findings


def read_xls(content: bytes, file: str) -> tuple[list[Sheet], list[Finding]]:
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
    list of Finding
        Where a number format shows another number than the one that is read.

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
    findings = []
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        if len(book.sheets_metadata) != len(records):
            raise refuse_file("E09", file, "工作簿的目录与工作表不符")
        shown = python_calamine.SheetVisibleEnum.Visible
        sheets = [
            _read_old_sheet(
                *(book.get_sheet_by_name(about.name), record, about.visible != shown),
                *(file, findings),
            )
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
    return [sheet for sheet in sheets if sheet.rows], findings


def _read_old_sheet(
    sheet, record: OldSheet, hidden: bool, file: str, findings: list[Finding]
) -> Sheet:
    texts, marks, odd = {}, {}, {}
    for row, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        for at, value in enumerate(cells):
            if isinstance(value, int | float) and not isinstance(value, bool):
                look = record.looks.get((row, at), "")
                texts[row, at], marks[row, at], is_odd = number_text(repr(value), look)
                if is_odd:
                    odd[row, at] = look
            elif value != "":
                texts[row, at], marks[row, at] = value_text(value)
    texts |= record.errors
    marks |= dict.fromkeys(record.errors, "error")
    rows = _make_rows(texts)
    findings += _tell_odd(Place(file, sheet.name), odd, texts)
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


def _read_sheet(sheet, raw: RawSheet, file: str, findings: list[Finding]) -> Sheet:
    texts, marks, odd = {}, {}, {}
    looks = {None: _PLAIN_LOOKS[0]}
    # iter_rows would make a cell for every blank place up to the last value
    for (row, number), cell in sheet._cells.items():
        value = cell.value
        if value is None:
            continue
        at = row, number - 1
        texts[at], mark, is_odd = _read_cell(cell, value, raw.numbers.get(at), looks)
        if mark:
            marks[at] = mark
        if is_odd:
            odd[at] = cell.number_format
    for at, formula in raw.formulas.items():
        texts[at], marks[at] = formula, "formula"
    sheet._cells.clear()  # they hold on to their sheet, and the collector would have to find them
    rows = _make_rows(texts, kept=raw.formulas)
    findings += _tell_odd(Place(file, sheet.title), odd, texts)
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


def _read_cell(
    cell, value: object, number: str | None, looks: dict[int | None, str]
) -> tuple[str, str, bool]:
    """What a cell of openpyxl shows, as Shown has it; the number as the file holds it where a float may lose it."""
    if cell.data_type == "e":
        return str(value), "error", False
    # asking every cell for the text of its format takes as long as reading it
    key = (
        cell._style.numFmtId if cell._style else None
    )  # a cell that only a link makes has no style
    if key not in looks:
        looks[key] = cell.number_format
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(number or repr(value), looks[key])
    if isinstance(value, str) and looks[key] not in _PLAIN_LOOKS:
        value = show_text(value, looks[key])
    return *value_text(value), False


def _tell_odd(
    place: Place, odd: dict[tuple[int, int], str], texts: dict[tuple[int, int], str]
) -> list[Finding]:
    """One finding for each number format that shows another number, at the first cell that has it."""
    cells, most = {}, load_rules()["E22"].limits["cells"]
    for at in sorted(odd):
        cells.setdefault(odd[at], []).append(at)
    findings = []
    for look, places in cells.items():
        named = {at: place._replace(row=at[0], position=at[1]).cell for at in places[:most]}
        rest = f"等{len(places)}格" if len(places) > most else ""
        findings.append(
            make_finding(
                *("E22", place._replace(row=places[0][0], position=places[0][1])),
                f"{'、'.join(named.values())}{rest}（格式 {look}）",
                became="、".join(f"{name}：{texts[at]}" for at, name in named.items()),
            )
        )
    return findings


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
    if isinstance(value, str):
        return _marked_text(value)
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "boolean"
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return (value.date().isoformat() if midnight else value.isoformat(" ")), "date"
    if isinstance(value, date | time):
        return value.isoformat(), "date"
    if isinstance(value, timedelta):
        return str(value), "date"
    return _marked_text(str(value))


def _marked_text(text: str) -> tuple[str, str]:
    if "_x" in text:
        text = _ESCAPED.sub(_unescape, text)
    if _HAN_FIRST <= text[:1] <= _HAN_LAST:  # most texts do, and no number does in any width
        return text, ""
    bare = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return text, "text" if _NUMERAL.fullmatch(bare) else ""


def _unescape(found: re.Match) -> str:
    """The sign that a workbook spells out, such as _x000D_; half signs stay spelled out."""
    code = int(found.group(1), 16)
    return found.group() if 0xD800 <= code <= 0xDFFF else chr(code)


def number_text(written: str, look: str = "") -> Shown:
    """Return what a cell with a number shows (数值文字).

    Parameters
    ----------
    written
        The number as the file holds it, or the shortest text of its float.
    look
        The cell's number format.

    Returns
    -------
    Shown
        With its percent sign and with words such as 万元, which make it another number; colours, currency signs and
        brackets are left out.

    Examples
    --------
    >>> number_text("1.2E5")[:2], number_text("0.465", "0.0%")[:2], number_text("50", '0"万元"')[:2]
    (('120000', 'number'), ('46.5%', 'percent'), ('50万元', ''))
    """
    plain = _PLAIN_NUMBER.fullmatch(written) is not None
    section = None if look in _PLAIN_LOOKS else _section_of(written, look)
    if section is None:
        return Shown(written if plain else _plain(_shortest(written), written), "number")
    number = _shortest(written)
    if "%" in section.digits:
        text = f"{_plain(_times_hundred(number), written)}%"
    else:
        text = written if plain else _plain(number, written)
    shown, is_odd = show_number(text, look, number)
    mark = "number" if shown.lstrip("0") == text.lstrip("0") else ""
    return Shown(shown, "percent" if "%" in shown else mark, is_odd)


def _section_of(written: str, look: str) -> Section | None:
    """The part of the number format that shows the number."""
    number = Decimal(written)
    return pick_section(look, number) if number.is_finite() else None


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
