"""The records of an .xls that calamine does not tell: errors, number formats, what is hidden, how far the cells reach.

An .xls is a small file system (OLE2) with one stream of records (BIFF). Only the records named here are looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_FREE = 0xFFFFFFFA  # sector numbers from here on have other meanings
_ENTRY = 128
_STREAMS = ("Workbook", "Book")
_ENCRYPTED_PACKAGE = "EncryptedPackage"

_BOF, _EOF, _SHEET, _PASSWORD, _STRINGS = 0x0809, 0x000A, 0x0085, 0x002F, 0x00FC
_FORMAT, _LOOK, _ROW, _COLUMNS = 0x041E, 0x00E0, 0x0208, 0x007D
_NUMBER, _SHORT_NUMBER, _SHORT_NUMBERS, _FORMULA, _ERROR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
_TEXTS = (0x00FD, 0x0204, 0x00D6)
_BUILT_IN_PERCENTS = {9: "0%", 10: "0.00%"}
_BIFF8 = 0x0600
_ERRORS = {
    **{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?"},
    **{0x24: "#NUM!", 0x2A: "#N/A"},
}


class EncryptedError(ValueError):
    """The workbook has a password."""


@dataclass
class OldSheet:
    """What the records of a sheet say beside its values (旧格式工作表的原始信息).

    Attributes
    ----------
    errors : dict of (row, position) to str
        Error values, rows from 1 and positions from 0.
    looks : dict of (row, position) to str
        Number formats of numbers, where the file lays them down itself.
    hidden_rows, hidden_columns : set of int
        As Sheet has them.
    bottom, right
        Number of rows and columns up to the last value.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    looks: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    bottom: int = 0
    right: int = 0


def read_records(content: bytes) -> list[OldSheet]:
    """Read what calamine leaves out (读取旧格式记录).

    Parameters
    ----------
    content
        Of an .xls.

    Returns
    -------
    list of OldSheet
        One per entry in the list of sheets, in the order of the workbook.

    Raises
    ------
    EncryptedError
        The workbook, or the .xlsx in the file, has a password.
    ValueError, struct.error
        The file is broken or no workbook.
    """
    stream = _find_stream(content)
    version = struct.unpack_from("<H", stream, 4)[0]
    starts, looks = [], []
    formats = dict(_BUILT_IN_PERCENTS)
    for kind, data in _records(stream, 0):
        if kind == _PASSWORD:
            raise EncryptedError
        if kind == _STRINGS and struct.unpack_from("<I", data, 4)[0] > len(stream):
            raise ValueError("more texts than bytes")
        if kind == _FORMAT:
            formats[struct.unpack_from("<H", data)[0]] = _format_text(data, version)
        if kind == _LOOK:
            looks.append(formats.get(struct.unpack_from("<H", data, 2)[0], ""))
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
    return [_read_sheet(stream, start, looks) for start in starts]


def _find_stream(content: bytes) -> bytes:
    """The stream of records of the file system."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if shift not in (9, 12) or small_shift != 6:
        raise ValueError("sector size")
    count, first_folder, _, cutoff, first_small = struct.unpack_from("<IIIII", content, 44)
    size = 1 << shift
    sectors = [content[at : at + size] for at in range(size, len(content), size)]
    table = _table(content, sectors, count)
    folder = b"".join(_chain(sectors, table, first_folder))
    entries = {}
    for at in range(0, len(folder) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", folder, at + 64)[0]
        name = folder[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
        entries[name] = struct.unpack_from("<II", folder, at + 116)
    if _ENCRYPTED_PACKAGE in entries:
        raise EncryptedError
    found = next((entries[name] for name in _STREAMS if name in entries), None)
    if found is None:
        raise ValueError("no stream of a workbook")
    start, length = found
    if length >= cutoff:
        return b"".join(_chain(sectors, table, start))[:length]
    root = b"".join(_chain(sectors, table, entries["Root Entry"][0]))
    smalls = [root[at : at + 64] for at in range(0, len(root), 64)]
    small_table = _numbers(_chain(sectors, table, first_small))
    return b"".join(_chain(smalls, small_table, start))[:length]


def _table(content: bytes, sectors: list[bytes], count: int) -> list[int]:
    """Which sector follows which; its own sectors are listed in the head and in a chain behind it."""
    listed = list(struct.unpack_from("<109I", content, 76))
    following = struct.unpack_from("<I", content, 68)[0]
    for _ in sectors:
        if following >= _FREE:
            break
        *more, following = struct.unpack(f"<{len(sectors[following]) // 4}I", sectors[following])
        listed += more
    return _numbers(sectors[number] for number in listed[:count] if number < _FREE)


def _numbers(sectors) -> list[int]:
    joined = b"".join(sectors)
    return list(struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4]))


def _chain(sectors: list[bytes], table: list[int], number: int) -> Iterator[bytes]:
    """The sectors of one stream; a chain longer than the file runs in a circle."""
    for _ in range(len(sectors) + 1):
        if number >= _FREE:
            return
        yield sectors[number]
        number = table[number]
    raise ValueError("circle")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records up to the end of the part that begins here; charts inside it are passed over."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, stream[at + 4 : at + 4 + length]
        if depth < 1:
            return
        at += 4 + length
    raise ValueError("no end")


def _format_text(data: bytes, version: int) -> str:
    if version != _BIFF8:
        return data[3:].decode("gb18030", "replace")
    wide = data[4] & 1
    return data[5:].decode("utf-16-le" if wide else "latin-1", "replace")


def _read_sheet(stream: bytes, start: int, looks: list[str]) -> OldSheet:
    sheet = OldSheet()
    for kind, data in _records(stream, start):
        if kind == _ROW:
            if struct.unpack_from("<H", data, 12)[0] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)
        elif kind == _COLUMNS:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", data)
            sheet.hidden_columns |= set(range(first, last + 1)) if flags & 1 else set()
        elif kind == _SHORT_NUMBERS:
            row, first = struct.unpack_from("<HH", data)
            for step in range((len(data) - 6) // 6):
                look = struct.unpack_from("<H", data, 4 + 6 * step)[0]
                _note_number(sheet, row + 1, first + step, looks[look])
        elif kind in (_NUMBER, _SHORT_NUMBER, _FORMULA, _ERROR, *_TEXTS):
            row, at, look = struct.unpack_from("<HHH", data)
            _note_number(sheet, row + 1, at, "" if kind in _TEXTS else looks[look])
            if error := _error_text(kind, data):
                sheet.errors[row + 1, at] = error
    return sheet


def _note_number(sheet: OldSheet, row: int, at: int, look: str) -> None:
    sheet.bottom, sheet.right = max(sheet.bottom, row), max(sheet.right, at + 1)
    if look:
        sheet.looks[row, at] = look


def _error_text(kind: int, data: bytes) -> str:
    """The error that the record holds; empty where it holds something else."""
    if kind == _ERROR and data[7]:
        return _ERRORS.get(data[6], "#VALUE!")
    if kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
        return _ERRORS.get(data[8], "#VALUE!")
    return ""
