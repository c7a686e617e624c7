"""A grid of text to a frame of values, and its faults under the headers of the file."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import Column
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.intake.cells import convert_cell
from youzhi.intake.files import Grid
from youzhi.tables import mend_advice


def place_headers(grid: Grid, columns: dict[str, Column]) -> tuple[dict[int, str], list[dict]]:
    """Find the column id of every header; unknown and doubled headers are faults, a title above them is the only one."""
    known = {
        name: column.id
        for column in columns.values()
        for name in (column.id, column.zh, *column.headers)
    }
    _refuse_title(grid, known)
    places, faults = {}, []
    for at, header in enumerate(grid.rows[0]):
        column = known.get(header)
        if column is None:
            advice = "删去该列，或改用数据列字典中的表头"
            faults.append(
                grid_fault(grid, 1, header or f"第{at + 1}列", header, "数据列字典中的表头", advice)
            )
        elif column in places.values():
            faults.append(
                grid_fault(
                    grid, 1, header, header, "每个字段只出现一次", "两列是同一字段，删去一列"
                )
            )
        else:
            places[at] = column
    return places, faults


def _refuse_title(grid: Grid, known: dict[str, str]) -> None:
    """A title above the headers would make a fault of every column; it is told alone."""
    filled = [cell for cell in grid.rows[0] if cell]
    if len(filled) == 1 and filled[0] not in known and not known.keys().isdisjoint(grid.rows[1]):
        found = f"第1行是标题（{filled[0]}）"
        fault = grid_fault(grid, 1, "", found, "第1行是表头", "删去标题行")
        raise DataError(pd.DataFrame([fault], columns=FAULT_COLUMNS))


def convert_rows(
    grid: Grid, places: dict[int, str], columns: dict[str, Column]
) -> tuple[pd.DataFrame, list[dict]]:
    """Convert every cell by its column; a row of the wrong length is a fault, never shifted."""
    lines, records, faults = [], [], []
    width = len(grid.rows[0])
    for line, row in enumerate(grid.rows[1:], start=2):
        if not any(row):
            continue
        if len(row) > width or (len(row) < width and not grid.sheet):
            found, advice = f"{len(row)}个单元格", "检查该行是否多了或少了分隔符"
            faults.append(grid_fault(grid, line, "", found, f"{width}个单元格", advice))
            continue
        record = []
        for at, name in places.items():
            text = row[at] if at < len(row) else ""
            if (line, at) in grid.formulas:
                record.append(None)
                faults.append(_formula_fault(grid, line, at))
                continue
            try:
                record.append(convert_cell(text, columns[name]))
            except ValueError:
                record.append(None)
                faults.append(_cell_fault(grid, line, grid.rows[0][at], text, columns[name]))
        lines.append(line)
        records.append(record)
    frame = pd.DataFrame(records, columns=list(places.values()), dtype=object)
    return frame.set_axis(lines, axis=0), faults


def fill_or_compare(
    frame: pd.DataFrame, name: str, value, grid: Grid, places: dict[int, str]
) -> list[dict]:
    """Fill county or year in where the file lacks it; a different value in the file is a fault."""
    if value is None:
        return []
    if name not in frame:
        frame[name] = value
        return []
    frame[name] = frame[name].where(frame[name].notna(), value)
    wrong = frame[frame[name] != value]
    header = next(grid.rows[0][at] for at, column in places.items() if column == name)
    advice = "文件与所要的县或年度不符，检查是否放错了位置"
    return [
        grid_fault(grid, row, header, found, str(value), advice)
        for row, found in wrong[name].items()
    ]


def merge_faults(
    faults: list[dict],
    found: pd.DataFrame,
    grid: Grid,
    places: dict[int, str],
    columns: dict[str, Column],
) -> pd.DataFrame:
    """Put the table's faults behind the cells', with the headers and texts that stand in the file."""
    standing = {columns[name].headers[0]: at for at, name in places.items()}
    told = {(fault["row"], fault["column"]) for fault in faults}
    rows = list(faults)
    for fault in found.assign(sheet=grid.sheet).to_dict("records"):
        at = standing.get(fault["column"])
        if at is not None:
            fault["column"] = grid.rows[0][at]
            if fault["row"] and "（" not in fault["found"]:
                fault["found"] = grid.rows[fault["row"] - 1][at]
        if (fault["row"], fault["column"]) not in told:
            rows.append(fault)
    return pd.DataFrame(rows, columns=FAULT_COLUMNS)


def _cell_fault(grid: Grid, line: int, header: str, text: str, column: Column) -> dict:
    return grid_fault(grid, line, header, text, column.allowed, mend_advice(text, column))


def _formula_fault(grid: Grid, line: int, at: int) -> dict:
    advice = "在 Excel 中打开该文件，保存一次后再用，或粘贴为数值"
    return grid_fault(
        grid, line, grid.rows[0][at], grid.formulas[line, at], "已算出结果的公式或数值", advice
    )


def grid_fault(grid: Grid, row: int, column: str, found, allowed: str, advice: str) -> dict:
    """One fault, located in the file."""
    values = [grid.file, grid.sheet, row, column, str(found), allowed, advice]
    return dict(zip(FAULT_COLUMNS, values, strict=True))
