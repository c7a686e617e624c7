"""The inside of an .xlsx before any reader of workbooks touches it: sizes, names, entities, numbers of cells.

A file of some kilobytes can unpack to gigabytes or make a reader build millions of cells. Every part of XML is therefore
unpacked once as a stream, with limits; on the way the sheets tell what a reader of workbooks would lose.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree
from xml.parsers import expat

from youzhi.intake.files.refusals import refuse_file
from youzhi.intake.findings import load_rules

_CHUNK = 1 << 16
_XML = (".xml", ".rels")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_FLOAT_KEEPS = 15  # characters of a number that a float cannot lose
_WIDEST_ROW = 16384
_ENCRYPTED = 1


@dataclass
class RawSheet:
    """What the XML of a sheet says beside the values (工作表的原始信息).

    Attributes
    ----------
    formulas : dict of (row, position) to str
        Formulas that were never calculated.
    numbers : dict of (row, position) to str
        Numbers that a float may lose or write with an exponent, as they stand in the file.
    """

    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: dict[tuple[int, int], str] = field(default_factory=dict)


def inspect_archive(content: bytes, file: str) -> list[RawSheet]:
    """Unpack every part of XML once, within limits (检查工作簿内部).

    Parameters
    ----------
    content
        Of an .xlsx.
    file
        Name by which findings are located.

    Returns
    -------
    list of RawSheet
        One per sheet of cells, in the order of the workbook.

    Raises
    ------
    DataError
        The archive is broken or encrypted, unpacks to too much, declares entities, or has too many cells.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, file)
            read: set[str] = set()
            sheets = _list_sheets(archive, file, read)
            read.update(part for _, part in sheets)
            for name in archive.namelist():
                if name.endswith(_XML) and name not in read:
                    _stream(archive, name, _new_parser(file), file)
            return [_SheetScan(file, title).read(archive, part) for title, part in sheets]
    except expat.ExpatError as error:
        raise refuse_file("E09", file, f"工作簿内容有误（{error}）") from error
    except _BROKEN as error:
        raise refuse_file("E09", file, f"工作簿损坏或不完整（{error}）") from error


# What the standard library raises for archives that are cut, changed or packed in unknown ways.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError),
    *(KeyError, ValueError, ElementTree.ParseError),
)


def _check_members(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse by what the directory of the archive says; a part that is longer than said there is broken."""
    limits, members = load_rules()["E15"].limits, archive.infolist()
    names = [member.filename for member in members]
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise refuse_file("E11", file, "工作簿内的文件有密码")
    strange = [name for name in names if name.startswith("/") or ".." in name.split("/")]
    if strange or len(set(names)) < len(names):
        found = strange[0] if strange else "同名的部件"
        raise refuse_file("E09", file, f"工作簿内有不正常的文件名（{found}）")
    if len(members) > limits["members"]:
        raise refuse_file("E15", file, f"工作簿内有{len(members)}个文件")
    if sum(member.file_size for member in members) > limits["unpacked_bytes"]:
        raise refuse_file("E15", file, f"解开后超过{_megabytes(limits['unpacked_bytes'])}")
    for member in members:
        size, packed = member.file_size, max(member.compress_size, 1)
        if size > limits["ratio_bytes"] and size > packed * limits["ratio"]:
            found = f"{member.filename} 解开后有{_megabytes(size)}，是压缩时的{size // packed}倍"
            raise refuse_file("E15", file, found)


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f}MB"


def _list_sheets(archive: zipfile.ZipFile, file: str, read: set[str]) -> list[tuple[str, str]]:
    """Title and part of every sheet of cells, in the order of the workbook; parts read here are added to `read`."""
    book = _find_book(archive, file, read)
    folder, name = posixpath.split(book)
    targets = {
        relation.get("Id"): posixpath.join(folder, relation.get("Target", ""))
        for relation in _tree(archive, f"{folder}/_rels/{name}.rels", file, read)
        if relation.get("Type", "").endswith("/worksheet")
    }
    entries = [
        (entry.get("name", ""), entry.get(_RELATION) or entry.get(_STRICT_RELATION))
        for entry in _tree(archive, book, file, read).iter()
        if entry.tag.endswith("}sheet")
    ]
    return [
        (title, posixpath.normpath(targets[key]).lstrip("/"))
        for title, key in entries
        if key in targets
    ]


def _find_book(archive: zipfile.ZipFile, file: str, read: set[str]) -> str:
    """The part that lists the sheets; its usual name where the archive does not tell."""
    for relation in _tree(archive, "_rels/.rels", file, read):
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "").lstrip("/")
    return "xl/workbook.xml"


def _tree(archive: zipfile.ZipFile, name: str, file: str, read: set[str]) -> ElementTree.Element:
    """A small part as a tree; what declares entities never gets that far."""
    _stream(archive, name, _new_parser(file), file)
    read.add(name)
    return ElementTree.fromstring(archive.read(name))


def _new_parser(file: str):
    """A parser that stops where a document type, and with it an entity, would be declared."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_declared) -> None:
        raise refuse_file("E15c", file, "DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _stream(archive: zipfile.ZipFile, name: str, parser, file: str) -> None:
    """Feed one part to a parser, piece by piece; sheets are stopped by their own limits."""
    limits, size = load_rules()["E15"].limits, archive.getinfo(name).file_size
    limit = limits["texts_bytes" if name.endswith("sharedStrings.xml") else "part_bytes"]
    if size > limit and "/worksheets/" not in name:
        raise refuse_file("E15", file, f"{name} 解开后有{_megabytes(size)}")
    with archive.open(name) as part:
        while piece := part.read(_CHUNK):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


class _SheetScan:
    """Counts the cells of one sheet while they stream by; a cell is judged when the next one begins."""

    def __init__(self, file: str, title: str):
        self._file, self._title = file, title
        self._limits = load_rules()["E15b"].limits
        self._longest = self._limits["cell_characters"]
        self._raw = RawSheet()
        self._row = self._rows = self._bottom = self._right = self._cells = self._blanks = (
            self._covered
        ) = 0
        self._at, self._open, self._reading = -1, False, False
        self._reference = self._kind = self._text = ""
        self._formula: str | None = None
        self._in_formula = False
        self._names: dict[str, str] = {}

    def read(self, archive: zipfile.ZipFile, part: str) -> RawSheet:
        parser = _new_parser(self._file)
        parser.StartElementHandler = self._start
        parser.CharacterDataHandler = self._characters
        _stream(archive, part, parser, self._file)
        self._end_cell()
        self._check_counts()
        return self._raw

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag)
        if name is None:
            name = self._names[tag] = tag.rpartition(":")[2]
        if name == "v" or name == "t":
            self._reading, self._in_formula = True, False
            return
        self._reading, self._in_formula = False, name == "f"
        if name == "c":
            self._end_cell()
            self._open, self._formula, self._text = True, None, ""
            self._reference, self._kind = attributes.get("r", ""), attributes.get("t", "n")
        elif name == "f":
            self._formula = ""
        elif name == "row":
            self._end_cell()
            self._row, self._at = int(attributes.get("r", self._row + 1)), -1
            self._rows += 1
            self._check_counts()
        elif name == "mergeCell" or name == "hyperlink":
            self._covered += _count_cells(attributes.get("ref", "A1"))
            self._refuse_beyond("range_cells", self._covered, "个合并或带链接的单元格")

    def _characters(self, text: str) -> None:
        if self._reading:
            self._text += text
            if len(self._text) > self._longest:
                self._refuse_beyond("cell_characters", len(self._text), "个字的单元格")
        elif self._in_formula and len(self._formula) < self._longest:
            self._formula += text

    def _end_cell(self) -> None:
        """Count the cell before this one, and keep what a reader of values would lose."""
        if not self._open:
            return
        self._open, text = False, self._text.strip()
        if (self._cells + self._blanks) % _WIDEST_ROW == 0:  # one row may hold the cells of many
            self._check_counts()
        letters = self._reference.rstrip("0123456789")
        self._at = _position(letters) if letters else self._at + 1
        if text and self._kind == "n" and (len(text) > _FLOAT_KEEPS or "E" in text or "e" in text):
            self._raw.numbers[self._row, self._at] = text
        elif (
            not text and self._formula is not None and self._kind != "str"
        ):  # a "str" came out as empty text
            self._raw.formulas[self._row, self._at] = f"={self._formula}"
        elif not text:
            self._blanks += 1
            return
        self._cells += 1
        self._bottom = self._row
        if self._at >= self._right:
            self._right = self._at + 1

    def _check_counts(self) -> None:
        """Refuse too many; looked at row by row, because looking cell by cell takes longer than reading."""
        self._refuse_beyond("rows", self._rows, "行")
        self._refuse_beyond("cells", self._cells, "个有内容的单元格")
        self._refuse_beyond("blank_cells", self._blanks, "个只有格式的空单元格")
        if self._bottom * self._right > self._limits["grid_cells"]:
            found = f"{self._bottom}行×{self._right}列的范围"
            raise refuse_file("E15b", self._file, found, sheet=self._title)

    def _refuse_beyond(self, limit: str, count: int, what: str) -> None:
        if count > self._limits[limit]:
            found = f"超过{self._limits[limit]}{what}"
            raise refuse_file("E15b", self._file, found, sheet=self._title)


@cache
def _position(letters: str) -> int:
    """Position from 0 of a column; no more than a spreadsheet has letters for."""
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise ValueError(letters[:10])
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _count_cells(reference: str) -> int:
    """How many cells a range such as A1:C3 has; whole rows or columns have very many."""
    corners = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})", reference)
    if corners is None:
        return 1 if ":" not in reference else 1 << 30
    left, top, right, bottom = corners.groups()
    return (abs(_position(right) - _position(left)) + 1) * (abs(int(bottom) - int(top)) + 1)
