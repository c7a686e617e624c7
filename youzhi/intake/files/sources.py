"""Files to sheets of text: cells exactly as written, nothing converted, nothing guessed."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from youzhi.intake.files.csvs import read_text
from youzhi.intake.files.refusals import refuse_file
from youzhi.intake.findings import Finding, Place, load_rules, make_finding

_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), bytes.fromhex("d0cf11e0a1b11ae1")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet as text (一张工作表).

    Attributes
    ----------
    title
        Name of the sheet; empty for a text file.
    rows : list of list of str
        Row r of the file is rows[r - 1]; cells as written, not stripped; "" is blank. Trailing blank rows are gone.
    marks : dict
        (row from 1, position from 0) to what a workbook knows of the cell: "number", "text" (a number kept as text),
        "percent", "date", "boolean", "formula" (never calculated), "error". Empty for text files, and for plain texts.
    merged : list of (first row, first position, last row, last position)
        Merged ranges, all ends included.
    hidden_rows, hidden_columns : frozenset of int
        Rows from 1 (filtered ones too), positions from 0.
    hidden
        The sheet itself is hidden.
    """

    title: str
    rows: list[list[str]]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False


@dataclass(frozen=True)
class Source:
    """One file, read whole and once (一个文件).

    Attributes
    ----------
    file, digest
        Its name and SHA-256.
    kind
        "csv", "xlsx" or "xls", by content, not by name.
    encoding
        Of a text file.
    sheets : list of Sheet
        Those with any filled cell.
    findings : list of Finding
        What was converted or noticed on the way.
    """

    file: str
    digest: str
    kind: str
    encoding: str
    sheets: list[Sheet]
    findings: list[Finding] = field(default_factory=list)


def read_source(path: str | Path) -> Source:
    r"""Read one file, whatever its name says it is, as text (读取文件).

    Parameters
    ----------
    path
        A text file in one of the encodings and with one of the separators that spreadsheet programs write, an .xlsx
        or an .xls.

    Returns
    -------
    Source
        Its findings tell what was converted.

    Raises
    ------
    DataError
        The file is refused as a whole; its findings say why and what to do.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "甲县.csv"
    ...     _ = path.write_bytes("学校,在校生数\n甲校,120\n".encode("gb18030"))
    ...     source = read_source(path)
    >>> source.encoding, source.sheets[0].rows, [finding.rule for finding in source.findings]
    ('gb18030', [['学校', '在校生数'], ['甲校', '120']], ['E03'])
    """
    path = Path(path)
    content = read_bytes(path)
    kind = _find_kind(content, path.name)
    digest = sha256(content).hexdigest()
    findings = _name_findings(path, kind)
    if kind == "csv":
        told = read_text(content, path.name)
        sheets, encoding = [Sheet("", told.rows)], told.encoding
        findings += told.findings
    else:
        # openpyxl is slow to import, and most files are text
        from youzhi.intake.files.workbooks import read_xls, read_xlsx

        read = read_xlsx if kind == "xlsx" else read_xls
        (sheets, told), encoding = read(content, path.name), ""
        findings += told
    if not any(_has_data(sheet) for sheet in sheets):
        raise refuse_file("E12", path.name, "没有数据行")
    return Source(path.name, digest, kind, encoding, sheets, findings)


def _has_data(sheet: Sheet) -> bool:
    """Whether it has a row below a head."""
    filled = {row for row, _ in sheet.marks} | {
        at for at, row in enumerate(sheet.rows, 1) if any(map(str.strip, row))
    }
    return len(filled) > 1


def _name_findings(path: Path, kind: str) -> list[Finding]:
    suffix = path.suffix.lower()
    if suffix in load_rules()["E10"].limits["suffixes"][kind]:
        return []
    found = f"扩展名是 {suffix or '（无）'}，内容是 {'文本' if kind == 'csv' else '.' + kind}"
    return [make_finding("E10", Place(path.name), found)]


def read_bytes(path: Path) -> bytes:
    """Read the bytes of a regular file that nobody changes meanwhile (读取字节).

    Parameters
    ----------
    path
        Of the file; no link, folder, pipe or device is followed or opened.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    DataError
        There is no such file, it is none, it is too large, cannot be read or changes.
    """
    try:
        before = os.lstat(path)
        _refuse_irregular(before, path.name)
        content, opened = _read_twice(path)
        after = os.lstat(path)
    except FileNotFoundError as error:
        raise refuse_file("E19b", path.name, "（没有这个文件）") from error
    except (OSError, ValueError) as error:  # ValueError: a path with NUL in it
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            raise refuse_file("E19", path.name, "符号链接") from error
        raise refuse_file("E20", path.name, f"文件无法读取（{type(error).__name__}）") from error
    same = _state(before) == _state(opened) == _state(after) and after.st_size == len(content)
    if not same:
        raise refuse_file("E16", path.name, "读取前后的大小或修改时间不同")
    return content


def _state(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _refuse_irregular(status: os.stat_result, file: str) -> None:
    kinds = {stat.S_IFLNK: "符号链接", stat.S_IFDIR: "文件夹"}
    if not stat.S_ISREG(status.st_mode):
        found = kinds.get(stat.S_IFMT(status.st_mode), "设备或管道")
        raise refuse_file("E19", file, found)
    limit = load_rules()["E15"].limits["file_bytes"]
    if status.st_size > limit:
        raise refuse_file("E15", file, f"{status.st_size / 2**20:.0f}MB")


def _read_twice(path: Path) -> tuple[bytes, os.stat_result]:
    """Content and state of the open file; a second look shows a writer that keeps size and time."""
    with open(path, "rb", opener=_open_plainly) as stream:
        opened = os.fstat(stream.fileno())
        content = stream.read()
        stream.seek(0)
        if stream.read() != content:
            raise refuse_file("E16", path.name, "两次读到的内容不同")
    return content, opened


def _open_plainly(path: str, flags: int) -> int:
    """Follows no link and waits for no pipe that came into the file's place."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _find_kind(content: bytes, file: str) -> str:
    """One of "csv", "xlsx" and "xls", by the content alone."""
    for signature, name in load_rules()["S06"].limits["signatures"].items():
        if content.startswith(bytes.fromhex(signature)):
            raise refuse_file("S06", file, name)
    if content.startswith(_ZIP):
        return _find_zip_kind(content, file)
    if content.startswith(_OLE):
        return "xls"
    if not content.startswith(_UTF16) and b"\0" in content:
        raise refuse_file("S06", file, "有空字符（NUL）的文件，不是文本")
    start = content[:1000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith(tuple(map(str.encode, load_rules()["E10b"].limits["beginnings"]))):
        raise refuse_file("E10b", file, "网页或 XML")
    return "csv"


def _find_zip_kind(content: bytes, file: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refuse_file("E09", file, "工作簿或压缩包不完整") from error
    if any(name.startswith("xl/") and name.endswith(".xml") for name in names):
        return "xlsx"
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise refuse_file(
            "E10c",
            file,
            "二进制工作簿（.xlsb）"
            if "xl/workbook.bin" in names
            else "OpenDocument 文件（.ods 等）",
        )
    raise refuse_file("S06", file, "压缩包或其他文档")
