"""The ledger's file, as a spreadsheet program may have left it, to a table of text; and back to bytes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pandas as pd

from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.intake.files.csvs import guard_text, read_text, unguard_text
from youzhi.intake.files.sources import read_bytes, read_source

KEY, STATE, ROW = "编号", "状态", "row"
LEDGER_COLUMNS = [
    *(KEY, "县区", "项目代码", "学段", "学校代码", "学校", "镇街", "问题", "现值", "标准值"),
    *("单位", "最少整改量", "整改目标", "责任部门", "整改时限", "整改措施", STATE),
    *("发现年度", "发现日期", "最近核查年度", "最近核查结果", "待复核日期", "复核结论"),
    *("已用结论", "销号日期", "备注"),
]
OPEN, MENDING, RECHECK, CLOSED = STATES = ("待整改", "整改中", "待复核", "已销号")
_YEARS = ("发现年度", "最近核查年度")


def new_ledger() -> pd.DataFrame:
    """Return a ledger without entries (空台账).

    Returns
    -------
    DataFrame
        Text columns with Chinese headers.
    """
    return pd.DataFrame(columns=LEDGER_COLUMNS, dtype=object)


def read_ledger(path: str | Path) -> pd.DataFrame:
    """Read a ledger that was kept in a spreadsheet program (读取问题台账).

    Rows may be sorted, columns moved, added or emptied; only the key and the state of every row must be
    whole.

    Parameters
    ----------
    path
        CSV in UTF-8, with or without BOM, GB18030 or UTF-16; or XLSX with one filled sheet.

    Returns
    -------
    DataFrame
        One row per entry, in the order of the file. All columns of the file, as text; a column of the ledger that
        was taken out stands empty at the end. The index `row` counts the rows of the file, the header is row 1.

    Raises
    ------
    DataError
        Keys are missing or doubled, a state is unknown, a header is missing or doubled; all faults are listed.
    """
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        rows = _workbook_rows(path)
    else:
        rows = read_text(read_bytes(path), path.name).rows
    header = [cell.strip() for cell in rows[0]] if rows else []
    rows = [(line, row) for line, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    faults = [*_header_faults(header, rows)]
    if not faults:
        places = {name: at for at, name in enumerate(header) if name}
        records = [
            {name: row[at] if at < len(row) else "" for name, at in places.items()}
            for _, row in rows
        ]
        for record in records:
            record |= {name: record.get(name, "").strip() for name in (KEY, STATE, *_YEARS)}
        faults = [*_row_faults([line for line, _ in rows], records)]
    if faults:
        told = pd.DataFrame(faults, columns=FAULT_COLUMNS[2:]).assign(file=path.name, sheet="")
        raise DataError(told)
    columns = [*places, *(name for name in LEDGER_COLUMNS if name not in places)]
    index = pd.Index([line for line, _ in rows], name=ROW)
    ledger = pd.DataFrame(records, columns=columns, dtype=object).fillna("")
    return ledger.set_axis(index, axis=0)


def format_ledger(ledger: pd.DataFrame) -> bytes:
    """Return the bytes of a ledger's file: CSV that Excel opens as Chinese text (生成台账文件).

    A text that Excel would run as a formula gets an apostrophe in front, which read_ledger takes away.

    Parameters
    ----------
    ledger
        What update_ledger gives.

    Returns
    -------
    bytes
        UTF-8 with BOM, CRLF.

    Examples
    --------
    >>> entry = new_ledger()[["编号", "学校"]]
    >>> entry.loc[0] = ["优质均衡1.4", "=甲校"]
    >>> print(format_ledger(entry).decode("utf-8-sig").splitlines())
    ['编号,学校', "优质均衡1.4,'=甲校"]
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(ledger.columns)
    writer.writerows([guard_text(cell) for cell in row] for row in ledger.to_numpy(dtype=object))
    return text.getvalue().encode("utf-8-sig")


def _workbook_rows(path: Path) -> list[list[str]]:
    """Rows of the only filled sheet."""
    sheets = read_source(path).sheets
    titles = "、".join(sheet.title for sheet in sheets)
    advice = "把台账单独存成一个文件"
    faults = [_fault("", "", titles, "只有一个工作表有数据", advice)] if len(sheets) > 1 else []
    faults += [
        _fault(row, sheets[0].rows[0][at], "公式", "数值或文字", "把公式粘贴为数值后保存")
        for (row, at), mark in sheets[0].marks.items()
        if mark == "formula"
    ]
    if faults:
        told = pd.DataFrame(faults, columns=FAULT_COLUMNS[2:])
        raise DataError(told.assign(file=path.name, sheet=sheets[0].title))
    return [[unguard_text(cell) for cell in row] for row in sheets[0].rows]


def _header_faults(header: list[str], rows: list[tuple[int, list[str]]]):
    for name in (KEY, STATE):
        if name not in header:
            found = "、".join(filter(None, header))[:60] or "（没有表头）"
            yield _fault(1, "", found, f"有“{name}”列", "恢复这一列的表头和内容，或用备份文件")
    for name, times in Counter(filter(None, header)).items():
        if times > 1:
            yield _fault(1, name, f"{times}列同名", "每个表头只出现一次", "给其中一列改名")
    named = {at for at, name in enumerate(header) if name}
    for line, row in rows:
        strays = [at for at, cell in enumerate(row) if cell.strip() and at not in named]
        if strays:
            found = f"第{strays[0] + 1}列的“{row[strays[0]][:20]}”"
            yield _fault(line, "", found, "有表头的列", "给这一列写上表头，或清空它")


def _row_faults(lines: list[int], records: list[dict]):
    first: dict[str, int] = {}
    for line, record in zip(lines, records, strict=True):
        key, state = record[KEY], record[STATE]
        if not key:
            advice = "从备份文件找回该行的编号；自行登记的行请自编一个不重复的编号"
            yield _fault(line, KEY, "（空）", "每行都有编号", advice)
        elif key in first:
            advice = "两行合成一行，只保留一个编号"
            yield _fault(line, KEY, f"{key}（与第{first[key]}行重复）", "不重复的编号", advice)
        first.setdefault(key, line)
        if state not in STATES:
            yield _fault(line, STATE, state or "（空）", "、".join(STATES), "改为其中之一")
        for name in _YEARS:
            if record[name] and not re.fullmatch("[0-9]{4}", record[name]):
                yield _fault(line, name, record[name], "四位年份或空", "改回年份")


def _fault(row, column: str, found: str, allowed: str, advice: str) -> list:
    return [row, column, found, allowed, advice]
