"""Text files to rows of cells: which encoding, which separator, and texts that must not run as formulas."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from youzhi.errors import DataError
from youzhi.intake.files.refusals import refuse_file
from youzhi.intake.findings import Finding, Place, load_rules, make_finding

_SIGNS = tuple("=+-@＝＋－＠\t\r")
_BEFORE_SIGNS = "' ;\n\u00a0\u3000\ufeff\u200b"
_HARMLESS = re.compile(r"[+\-＋－]+|[+\-]\d[\d,]*(\.\d+)?%?")

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CONVERTED = {"utf-8-sig": "E01", "gb18030": "E03", "utf-16-le": "E05", "utf-16-be": "E05"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE_END_BYTES = re.compile(rb"\r\n|\r|\n")

# No byte of a GB18030 character looks like one of these; so the parts between them hold whole characters.
_BETWEEN_CELLS = re.compile(rb'[^,;\t\r\n"]+')
_SEVERAL_CHINESE = re.compile("[\u3000-\u9fff\uf900-\uffef\U00020000-\U0003ffff].*" * 2, re.DOTALL)
_FOREIGN_LETTER = re.compile("[\u0080-\u07ff]")

_SEPARATORS = {",": "逗号", "\t": "制表符", ";": "分号", "，": "中文逗号"}
_STATED_SEPARATOR = re.compile(r"sep=([,;\t])(?=\r|\n|$)", re.IGNORECASE)


class TextFile(NamedTuple):
    """The rows of a text file (文本文件)."""

    rows: list[list[str]]
    encoding: str
    findings: list[Finding]


def guard_text(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet program would run as a formula (公式防护).

    Parameters
    ----------
    text
        Content of one cell.

    Returns
    -------
    str
        The same where nothing would run; mere signs and signed numbers run nothing.

    Examples
    --------
    >>> guard_text("=HYPERLINK(1)"), guard_text("-3.5%"), guard_text("实验小学")
    ("'=HYPERLINK(1)", '-3.5%', '实验小学')
    """
    return f"'{text}" if _is_formula(text) else text


def unguard_text(text: str) -> str:
    """Take away the apostrophe that guard_text put there (去除公式防护).

    Parameters
    ----------
    text
        Content of one cell of a text file.

    Returns
    -------
    str
        What guard_text was given.

    Examples
    --------
    >>> unguard_text("'=HYPERLINK(1)"), unguard_text("'甲校")
    ('=HYPERLINK(1)', "'甲校")
    """
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet program would run it, or might after apostrophes were taken away."""
    bare = text.lstrip(_BEFORE_SIGNS)
    return bare.startswith(_SIGNS) and not _HARMLESS.fullmatch(bare)


def read_text(content: bytes, file: str) -> TextFile:
    r"""Read the bytes of a text file into rows of cells (读取文本表格).

    Parameters
    ----------
    content
        UTF-8 with or without mark, UTF-16 with mark, or GB18030, tried in this order; separated by commas, tabs,
        semicolons or Chinese commas.
    file
        Name by which findings are located.

    Returns
    -------
    TextFile
        Rows as a spreadsheet program counts them and as long as they were written; blank rows at the end are gone,
        and so are columns at the right that every row has and that are blank in all.

    Raises
    ------
    DataError
        Two encodings in one file or an unknown one, a text that breaks off, no separator, too many cells.

    Examples
    --------
    >>> read_text("学校;在校生数\n㙍头小学;120\n".encode("gb18030"), "甲县.csv").rows
    [['学校', '在校生数'], ['㙍头小学', '120']]
    """
    text, encoding = _decode(content, file)
    separator = _find_separator(text)
    rows = _parse(text, separator, file)
    rows, blanks = _trim(rows)
    if len(rows) > 1 and max(map(_filled_width, rows)) < 2:
        raise refuse_file("E14b", file, rows[0][0] if rows[0] else rows[-1][0], row=1)
    findings = []
    if encoding in _CONVERTED:
        findings.append(make_finding(_CONVERTED[encoding], Place(file), encoding, became="UTF-8"))
    ends = _mixed_ends(text)
    if ends or blanks:
        findings.append(make_finding("E13", Place(file), "；".join(filter(None, [ends, blanks]))))
    if separator != "," and rows:
        found, became = f"{_SEPARATORS[separator]}分隔", f"{max(map(len, rows))}列"
        findings.append(make_finding("E14", Place(file), found, became=became))
    return TextFile(rows, encoding, findings)


def _decode(content: bytes, file: str) -> tuple[str, str]:
    """The text and its encoding; UTF-8 goes first because no other encoding looks like it."""
    marked = _UTF16_MARKS.get(content[:2])
    if marked:
        return _decode_utf16(content, marked, file), marked
    if content.startswith(_UTF8_MARK):
        encoding, content = "utf-8-sig", content.removeprefix(_UTF8_MARK)
    else:
        encoding = "utf-8"
    try:
        return content.decode("utf-8").lstrip("\ufeff"), encoding
    except UnicodeDecodeError as error:
        start = error.start
        if error.reason == "unexpected end of data" and not content[:start].isascii():
            raise _broken_off(content, file, "文件在一个汉字中间断开") from error
        if encoding == "utf-8-sig":
            raise _unreadable(content, start, file, "不是 UTF-8") from error
    return _decode_gb(content, start, file), "gb18030"


def _decode_utf16(content: bytes, encoding: str, file: str) -> str:
    try:
        text = content[2:].decode(encoding)
    except UnicodeDecodeError as error:
        if error.reason in ("truncated data", "unexpected end of data"):
            raise _broken_off(content, file, "文件在一个汉字中间断开") from error
        raise _unreadable(content, error.start + 2, file, "不是 UTF-16") from error
    if "\0" in text:
        raise refuse_file("S06", file, "有空字符（NUL）的文件")
    return text


def _decode_gb(content: bytes, wrong: int, file: str) -> str:
    """The text of a file that is not UTF-8; UTF-8 cells among its cells would come out as other characters."""
    mixed = _find_mixture(content)
    if mixed is not None:
        raise _unreadable(content, mixed, file, "与文件其余部分的编码不同")
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        at = max(error.start, wrong)
        raise _unreadable(content, at, file, "既不是 UTF-8 也不是 GB18030") from error


def _find_mixture(content: bytes) -> int | None:
    """Where the rarer of two encodings first stands; None where all cells have the same.

    Chinese in GB18030 hardly ever looks like UTF-8; where it does, it looks like letters of the Middle East.
    """
    first, count = {}, Counter()
    for cell in _BETWEEN_CELLS.finditer(content):
        if cell.group().isascii():
            continue
        try:
            text = cell.group().decode("utf-8")
            kind, at = "utf-8", cell.start()
            if _FOREIGN_LETTER.search(text) or not _SEVERAL_CHINESE.search(text):
                continue
        except UnicodeDecodeError as error:
            kind, at = "other", cell.start() + error.start
        first.setdefault(kind, at)
        count[kind] += 1
    if len(count) < 2:
        return None
    return first["utf-8" if count["utf-8"] < count["other"] else "other"]


def _unreadable(content: bytes, at: int, file: str, why: str) -> DataError:
    line = len(_LINE_END_BYTES.findall(content[:at])) + 1
    return refuse_file("E06", file, f"第{line}行、第{at}字节起{why}", row=line)


def _broken_off(content: bytes, file: str, why: str) -> DataError:
    line = len(_LINE_END_BYTES.findall(content)) + 1
    return refuse_file("E08", file, f"文件不完整：{why}", row=line)


def _find_separator(text: str) -> str:
    """The sign by which most of the first rows have the same number of columns, and the most columns."""
    stated = _STATED_SEPARATOR.match(text)
    if stated:
        return stated.group(1)
    limits = load_rules()["E14"].limits
    sample, best = text[: limits["sample_characters"]], ((0, 0), ",")
    for separator in _SEPARATORS:
        if separator not in sample:
            continue
        widths = Counter()
        try:
            for row in islice(
                csv.reader(io.StringIO(sample, newline=""), delimiter=separator),
                limits["sample_rows"],
            ):
                widths[len(row)] += any(row) and len(row) > 1
        except csv.Error:  # one cell of the whole sample: told when the file is read in earnest
            continue
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        best = max(best, ((times, width), separator), key=lambda candidate: candidate[0])
    return best[1]


def _parse(text: str, separator: str, file: str) -> list[list[str]]:
    """All rows; the apostrophes of guarded texts are taken away."""
    limits, rows, cells = load_rules()["E15"].limits, [], 0
    try:
        for row in csv.reader(_lines(text, file), delimiter=separator, strict=True):
            cells += len(row)
            rows.append([unguard_text(cell) if cell[:1] == "'" else cell for cell in row])
            if cells > limits["text_cells"] or len(rows) > limits["text_rows"]:
                raise refuse_file("E15", file, f"超过{len(rows) - 1}行、{cells}个单元格")
    except csv.Error as error:
        raise refuse_file("E08", file, _explain(error, len(rows) + 1), row=len(rows) + 1) from error
    if _STATED_SEPARATOR.match(text):
        rows[0] = []
    return rows


def _lines(text: str, file: str) -> Iterator[str]:
    limit = load_rules()["E15"].limits["text_line"]
    for line in io.StringIO(text, newline=""):
        if len(line) > limit:
            raise refuse_file("E15", file, f"有{len(line)}个字符的一行")
        yield line


def _explain(error: csv.Error, row: int) -> str:
    """What the parser's message means; it has one text per fault."""
    if "unexpected end" in str(error):
        return f"文件不完整：第{row}行起的引号到文件末尾没有合上"
    if "field limit" in str(error):
        return f"文件不完整：第{row}行有一个特别长的单元格，多半是引号没有合上"
    return f"第{row}行的引号后面还有文字"


def _trim(rows: list[list[str]]) -> tuple[list[list[str]], str]:
    """Without blank rows at the end and blank columns that all rows have; and what was taken away.

    A blank cell that only some rows have may be the last of a row that is shifted: it stays.
    """
    last, width, lengths = 0, 0, set()
    for at, row in enumerate(rows, 1):
        filled = _filled_width(row)
        if filled:
            last, width = at, max(width, filled)
            lengths.add(len(row))
    longest = max(lengths, default=0)
    cut = width < longest and len(lengths) == 1
    told = [f"末尾空行{len(rows) - last}行"] * (last < len(rows))
    told += [f"末尾空列{longest - width}列"] * cut
    end = width if cut else longest
    return [row[:end] for row in rows[:last]], "，".join(told)


def _filled_width(row: list[str]) -> int:
    at = len(row)
    while at and not row[at - 1].strip():
        at -= 1
    return at


def _mixed_ends(text: str) -> str:
    """Which line ends stand beside each other outside of quoted cells; empty where there is one kind."""
    if "\r" not in text:
        return ""
    unquoted = re.sub('"[^"]*"', "", text) if '"' in text else text
    kinds = set(_LINE_END.findall(unquoted))
    return "几种换行混用" if len(kinds) > 1 else ""
