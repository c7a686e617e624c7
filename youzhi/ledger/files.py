"""The ledger's file, as a spreadsheet program may have left it, to a table of text; and back to bytes."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pandas as pd

from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.intake.files import read_grid

KEY, STATE, ROW = "编号", "状态", "row"
LEDGER_COLUMNS = [
    *(KEY, "县区", "项目代码", "学段", "学校代码", "学校", "镇街", "问题", "现值", "标准值"),
    *("单位", "最少整改量", "整改目标", "责任部门", "整改时限", "整改措施", STATE),
    *("发现年度", "发现日期", "最近核查年度", "最近核查结果", "待复核日期", "复核结论"),
    *("已用结论", "销号日期", "备注"),
]
OPEN, MENDING, RECHECK, CLOSED = STATES = ("待整改", "整改中", "待复核", "已销号")
_YEARS = ("发现年度", "最近核查年度")
_SIGNS = tuple("=+-@＝＋－＠\t\r")
_HARMLESS = re.compile(r"[+\-＋－]+|[+\-]\d[\d,]*(\.\d+)?%?")
_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d) 00:00:00$")


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
    rows = _workbook_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    rows = [(line, row) for line, row in enumerate(rows[1:], start=2) if any(map(str.strip, row))]
    faults = [*_header_faults(header, rows)]
    if not faults:
        places = {name: at for at, name in enumerate(header) if name}
        records = [
            {name: _unguard(row[at]) if at < len(row) else "" for name, at in places.items()}
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
    writer.writerows([_guard(cell) for cell in row] for row in ledger.to_numpy(dtype=object))
    return text.getvalue().encode("utf-8-sig")


def _guard(cell: str) -> str:
    return f"'{cell}" if _is_formula(cell) else cell


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet program would run it, or might after apostrophes were taken away."""
    bare = cell.lstrip("' ")
    return bare.startswith(_SIGNS) and not _HARMLESS.fullmatch(bare)


def _workbook_rows(path: Path) -> list[list[str]]:
    """Rows of the only filled sheet; a day is a date without its midnight."""
    grid = read_grid(path)
    if grid.formulas:
        faults = [
            _fault(row, grid.rows[0][at], text, "数值或文字", "把公式粘贴为数值后保存")
            for (row, at), text in grid.formulas.items()
        ]
        raise DataError(
            pd.DataFrame(faults, columns=FAULT_COLUMNS[2:]).assign(file=path.name, sheet=grid.sheet)
        )
    return [[_MIDNIGHT.sub(r"\1", cell) for cell in row] for row in grid.rows]


def _csv_rows(path: Path) -> list[list[str]]:
    """Rows of a CSV in the encodings that Excel writes; UTF-8 is tried first because it cannot be mistaken."""
    try:
        content = path.read_bytes()
        text = _decode(content)
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except OSError as error:
        fault = _fault("", "", error.strerror, "可以读取的文件", "检查路径、文件名和权限")
    except UnicodeDecodeError as error:
        found = f"第{error.start}字节无法解读"
        fault = _fault("", "", found, "UTF-8 或 GB18030 编码", "在 Excel 中另存为“CSV UTF-8”")
    except csv.Error as error:
        fault = _fault("", "", f"文件不完整（{error}）", "完整的 CSV", "重新导出该文件，或用备份")
    raise DataError(
        pd.DataFrame([fault], columns=FAULT_COLUMNS[2:]).assign(file=path.name, sheet="")
    )


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


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
