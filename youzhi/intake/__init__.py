"""Files to validated tables, with one list of all faults."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from youzhi.columns import Column, load_columns, load_figures
from youzhi.county_items import ITEM_FIELDS, NOT_APPLICABLE, CountyItems, make_county_items
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.intake.cells import convert_cell
from youzhi.intake.files import Grid, read_grid
from youzhi.tables import SchoolTable, make_school_table

__all__ = ["read_items", "read_schools"]

# Headers of a table of county figures, beside the ids of its columns.
_ITEM_HEADERS = {
    "county": ("县区代码", "县区"),
    "year": ("统计年度", "年度"),
    "item": ("指标项代码", "填报项目", "指标项"),
    "value": ("填报值", "数值"),
    "unit": ("单位",),
    "data_kind": ("数据性质",),
    "source": ("来源", "数据来源"),
    "note": ("备注", "备注说明"),
}
_ABSENT = ("未监测", "未参加监测", "不适用", NOT_APPLICABLE)


def read_schools(
    path: str | Path, county: str | None = None, year: int | None = None
) -> SchoolTable:
    r"""Read a clean table of schools, one row per school or campus (读取学校数据表).

    The headers are the ids of columns.toml or their Chinese headers, in any order. Every cell is read as
    text and converted by the dictionary of columns; an empty cell is missing, never zero.

    Parameters
    ----------
    path
        CSV in UTF-8 (with or without BOM) or XLSX with one filled sheet.
    county, year
        Filled in when the file has no such column; when it has, they must agree.

    Returns
    -------
    SchoolTable
        Sorted by county, year, school_id; units are in the column ids (m2, yuan, persons).

    Raises
    ------
    DataError
        `.faults` has one row per fault: file, sheet, row, column, found, allowed, advice.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "schools.csv"
    >>> _ = file.write_text("学校名称,学校类型,小学学生人数\n甲校,小学,120\n", encoding="utf-8")
    >>> read_schools(file, county="demo", year=2020).frame["pupils_primary"].tolist()
    [120.0]
    """
    grid = read_grid(Path(path))
    places, faults = _place_headers(grid)
    lines, records, cell_faults = _convert_rows(grid, places)
    faults += cell_faults
    frame = pd.DataFrame(records, columns=list(places.values()), dtype=object)
    frame.index = lines
    for name, value in {"county": county, "year": year}.items():
        faults += _fill_or_compare(frame, name, value, grid, places)
    table, found = make_school_table(frame.infer_objects(), grid.file, grid.digest)
    faults = _merge_faults(faults, found, grid, places)
    if len(faults):
        raise DataError(faults)
    return table


def read_items(path: str | Path, county: str | None = None, year: int | None = None) -> CountyItems:
    r"""Read a clean table of county figures, one row per figure (读取县级数据表).

    An empty value is missing, never zero; “未监测” or “不适用” may stand where the dictionary allows it.

    Parameters
    ----------
    path
        CSV in UTF-8 or XLSX with one filled sheet. Columns: item (id or Chinese name of a figure), value, and if
        wanted county, year, unit, data_kind, source, note.
    county, year
        Filled in when the file has no such column; when it has, they must agree.

    Returns
    -------
    CountyItems
        Sorted by county, year and the order of the dictionary.

    Raises
    ------
    DataError
        `.faults` has one row per fault: file, sheet, row, column, found, allowed, advice.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "items.csv"
    >>> _ = file.write_text("填报项目,填报值\n回收有效问卷数,1200\n满意问卷数,\n", encoding="utf-8")
    >>> read_items(file, county="demo", year=2020).frame[["item", "value"]].values.tolist()
    [['survey_valid', Decimal('1200')], ['survey_satisfied', None]]
    """
    grid = read_grid(Path(path))
    places, faults = _place_item_headers(grid)
    frame, cell_faults = _item_rows(grid, places)
    faults += cell_faults
    for name, value in {"county": county, "year": year}.items():
        faults += _fill_or_compare(frame, name, value, grid, places)
    if not faults:
        items, found = make_county_items(frame, grid.file, grid.digest)
        faults = found.assign(sheet=grid.sheet).to_dict("records")
    if faults:
        raise DataError(pd.DataFrame(faults, columns=FAULT_COLUMNS))
    return items


def _place_item_headers(grid: Grid) -> tuple[dict[int, str], list[dict]]:
    """Find the column of every header of a table of county figures."""
    known = {name: key for key, names in _ITEM_HEADERS.items() for name in (key, *names)}
    places, faults = {}, []
    for at, header in enumerate(grid.rows[0]):
        column, allowed = known.get(header), "、".join(names[0] for names in _ITEM_HEADERS.values())
        if column is None or column in places.values():
            advice = "删去该列，或改用所列的表头，每个只出现一次"
            faults.append(_fault(grid, 1, header or f"第{at + 1}列", header, allowed, advice))
        else:
            places[at] = column
    for key in ("item", "value"):
        if key not in places.values():
            header = _ITEM_HEADERS[key][0]
            faults.append(_fault(grid, 1, header, "（无此列）", "必填列", "补上该列"))
    return places, faults


def _item_rows(grid: Grid, places: dict[int, str]) -> tuple[pd.DataFrame, list[dict]]:
    """Convert every row by the dictionary of county figures."""
    names = {
        name: figure.id
        for figure in load_figures().values()
        for name in (figure.id, figure.zh, *figure.headers)
    }
    headers = {column: grid.rows[0][at] for at, column in places.items()}
    lines, records, faults = [], [], []
    for line, row in enumerate(grid.rows[1:], start=2):
        cells = {column: row[at] if at < len(row) else "" for at, column in places.items()}
        if not any(cells.values()):
            continue
        record = {column: text or None for column, text in cells.items()}
        record["item"] = names.get(cells.get("item", ""), record.get("item"))
        faults += _convert_item(grid, line, cells, record, headers)
        faults += [_formula_fault(grid, line, at) for at in places if (line, at) in grid.formulas]
        lines.append(line)
        records.append(record)
    columns = [name for name in ITEM_FIELDS if name in {"item", "value", *places.values()}]
    return pd.DataFrame(records, index=lines, dtype=object).reindex(columns=columns), faults


def _convert_item(grid: Grid, line: int, cells: dict, record: dict, headers: dict) -> list[dict]:
    """Convert the value, the year and the kind of data of one row in place; return what is wrong."""
    columns, faults = load_columns(), []
    figure = load_figures().get(record["item"])
    if figure is None:
        return []  # the check of the table says so, together with all its other faults
    kinds = {"value": figure, "year": columns["year"], "data_kind": columns["data_kind"]}
    for name, column in kinds.items():
        text = cells.get(name, "")
        if name == "value" and text in _ABSENT and figure.optional:
            record[name] = NOT_APPLICABLE
            continue
        try:
            record[name] = convert_cell(text, column)
        except ValueError:
            record[name] = None
            faults.append(_cell_fault(grid, line, headers[name], text, column))
    record["year"] = None if record.get("year") is None else int(record["year"])
    unit = cells.get("unit", "")
    if unit and figure.unit and unit != figure.unit:
        advice = f"把数值换算成“{figure.unit}”，并改正单位"
        faults.append(_fault(grid, line, headers["unit"], unit, figure.unit, advice))
    return faults


def _place_headers(grid: Grid) -> tuple[dict[int, str], list[dict]]:
    """Find the column id of every header; unknown and doubled headers are faults."""
    known = {
        name: column.id
        for column in load_columns().values()
        for name in (column.id, column.zh, *column.headers)
    }
    places, faults = {}, []
    for at, header in enumerate(grid.rows[0]):
        column = known.get(header)
        if column is None:
            advice = "删去该列，或改用数据列字典中的表头"
            faults.append(
                _fault(grid, 1, header or f"第{at + 1}列", header, "数据列字典中的表头", advice)
            )
        elif column in places.values():
            faults.append(
                _fault(grid, 1, header, header, "每个字段只出现一次", "两列是同一字段，删去一列")
            )
        else:
            places[at] = column
    return places, faults


def _convert_rows(grid: Grid, places: dict[int, str]) -> tuple[list[int], list[list], list[dict]]:
    """Convert every cell by its column; a row of the wrong length is a fault, never shifted."""
    columns = load_columns()
    lines, records, faults = [], [], []
    width = len(grid.rows[0])
    for line, row in enumerate(grid.rows[1:], start=2):
        if not any(row):
            continue
        if len(row) > width or (len(row) < width and not grid.sheet):
            found, advice = f"{len(row)}个单元格", "检查该行是否多了或少了分隔符"
            faults.append(_fault(grid, line, "", found, f"{width}个单元格", advice))
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
    return lines, records, faults


def _fill_or_compare(
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
        _fault(grid, row, header, found, str(value), advice) for row, found in wrong[name].items()
    ]


def _merge_faults(
    faults: list[dict], found: pd.DataFrame, grid: Grid, places: dict[int, str]
) -> pd.DataFrame:
    """Put the table's faults behind the cells', with the headers and texts that stand in the file."""
    standing = {load_columns()[name].headers[0]: at for at, name in places.items()}
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
    return _fault(
        grid, line, header, text, column.allowed, "核对原始数据后改正；没有数据的留空，不要填0"
    )


def _formula_fault(grid: Grid, line: int, at: int) -> dict:
    advice = "在 Excel 中打开该文件，保存一次后再用，或粘贴为数值"
    return _fault(
        grid, line, grid.rows[0][at], grid.formulas[line, at], "已算出结果的公式或数值", advice
    )


def _fault(grid: Grid, row: int, column: str, found, allowed: str, advice: str) -> dict:
    values = [grid.file, grid.sheet, row, column, str(found), allowed, advice]
    return dict(zip(FAULT_COLUMNS, values, strict=True))
