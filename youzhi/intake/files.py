"""Files to grids of text: rows of cells exactly as written, nothing converted, nothing guessed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pandas as pd

from youzhi.errors import FAULT_COLUMNS, DataError


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet as text (文本表格).

    Attributes
    ----------
    file, sheet
        Where it was read; sheet is empty for a CSV.
    rows : list of list of str
        The first one is the header.
    digest : str
        SHA-256 of the file.
    formulas : dict
        (row, position in the row) to the formula, where a workbook holds no calculated result.
    """

    file: str
    sheet: str
    rows: list[list[str]]
    digest: str
    formulas: dict[tuple[int, int], str]


def read_grid(path: Path) -> Grid:
    """Read a CSV (UTF-8) or the only filled sheet of an XLSX as text (读取文件).

    Parameters
    ----------
    path
        File ending in .csv or .xlsx.

    Returns
    -------
    Grid
        Trailing blank rows and cells are dropped, blanks around a cell too.

    Raises
    ------
    DataError
        The file is missing, cannot be read, is empty, not UTF-8, not a workbook, or has several filled sheets.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise _refusal(path, "（没有这个文件）", "存在的文件", "检查路径和文件名")
        content = path.read_bytes()
    except OSError as error:
        found = f"文件无法读取（{type(error).__name__}）"
        advice = "文件被其他程序打开或没有权限：关闭打开它的程序，或检查权限后重试"
        raise _refusal(path, found, "能够读取的文件", advice) from error
    if path.suffix.lower() == ".csv":
        sheet, rows, formulas = "", _csv_rows(path, content), {}
    elif path.suffix.lower() == ".xlsx":
        sheet, rows, formulas = _xlsx_rows(path, content)
    else:
        raise _refusal(
            path, path.suffix or "（无扩展名）", ".csv 或 .xlsx", "另存为 UTF-8 CSV 或 .xlsx"
        )
    rows = _trim(rows)
    if len(rows) < 2:
        raise _refusal(path, "无数据行", "一行表头和至少一行数据", "检查是否选错了文件或工作表")
    return Grid(path.name, sheet, rows, sha256(content).hexdigest(), formulas)


def _csv_rows(path: Path, content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        found = f"第{line}行第{error.start}字节不是 UTF-8"
        raise _refusal(path, found, "UTF-8 编码", "在 Excel 中另存为“CSV UTF-8”") from error
    except csv.Error as error:
        raise _refusal(path, f"文件不完整（{error}）", "完整的 CSV", "重新导出该文件") from error


def _xlsx_rows(path: Path, content: bytes) -> tuple[str, list[list[str]], dict]:
    """The only filled sheet as text, and the formulas that were never calculated."""
    try:
        results, written = (_sheets(content, data_only=only) for only in (True, False))
    except Exception as error:  # openpyxl raises many kinds for a broken archive; all mean the same
        found = f"不是有效的工作簿（{type(error).__name__}）"
        raise _refusal(path, found, ".xlsx 工作簿", "用 Excel 重新另存") from error
    filled = [title for title, rows in written.items() if _trim(rows)]
    if len(filled) > 1:
        raise _refusal(
            path, "、".join(filled), "只有一个工作表有数据", "把学校数据单独存成一个文件"
        )
    if not filled:
        return "", [], {}
    title = filled[0]
    formulas = {
        (line, at): cell
        for line, row in enumerate(written[title], start=1)
        for at, cell in enumerate(row)
        if cell.startswith("=") and not results[title][line - 1][at]
    }
    return title, results[title], formulas


def _sheets(content: bytes, data_only: bool) -> dict[str, list[list[str]]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    return {
        sheet.title: [[_as_shown(cell) for cell in row] for row in sheet.iter_rows()]
        for sheet in book.worksheets
    }


def _as_shown(cell) -> str:
    """The text of a workbook cell, with the percent sign that its format shows: 0.465 as 46.5%."""
    value = cell.value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or "%" not in (cell.number_format or ""):
        return _as_written(value)
    literal = "%" not in re.sub(r'"[^"]*"|\\.', "", cell.number_format)  # a sign that is only text
    return _as_written(value if literal else float(Decimal(repr(value)) * 100)) + "%"


def _as_written(value) -> str:
    """The text of a workbook cell; a float is its shortest decimal text, without an exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        text = format(Decimal(repr(value)), "f")
        return text.removesuffix(".0")
    return str(value)


def _trim(rows: list[list[str]]) -> list[list[str]]:
    """Strip blanks, blank trailing rows and cells behind the last header."""
    rows = [[cell.strip() for cell in row] for row in rows]
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        return []
    width = max((at for at, cell in enumerate(rows[0], 1) if cell), default=0)
    return [row[:width] + row[width:] * any(row[width:]) for row in rows]


def _refusal(path: Path, found: str, allowed: str, advice: str) -> DataError:
    values = [path.name, "", "", "", found, allowed, advice]
    return DataError(pd.DataFrame([values], columns=FAULT_COLUMNS))
