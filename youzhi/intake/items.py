"""A file to a table of county figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from youzhi.columns import Column, load_figures, load_item_columns
from youzhi.county_items import NOT_APPLICABLE, CountyItems, make_county_items
from youzhi.errors import FAULT_COLUMNS, DataError
from youzhi.intake.cells import convert_cell
from youzhi.intake.files import Grid, read_grid
from youzhi.intake.records import (
    convert_rows,
    fill_or_compare,
    grid_fault,
    merge_faults,
    place_headers,
)

_ABSENT = ("未监测", "未参加监测", "不适用", NOT_APPLICABLE)


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
    columns = load_item_columns()
    grid = read_grid(Path(path))
    places, faults = place_headers(grid, columns)
    lacking = [columns[name] for name in ("item", "value") if name not in places.values()]
    faults += [
        grid_fault(grid, 1, column.headers[0], "（无此列）", "必填列", "补上该列")
        for column in lacking
    ]
    frame, cell_faults = convert_rows(grid, places, columns)
    faults += cell_faults
    for name, value in {"county": county, "year": year}.items():
        faults += fill_or_compare(frame, name, value, grid, places)
    if lacking:
        raise DataError(pd.DataFrame(faults, columns=FAULT_COLUMNS))
    faults += _convert_values(frame, grid, places)
    items, found = make_county_items(frame, grid.file, grid.digest)
    faults = merge_faults(faults, found, grid, places, columns)
    if len(faults):
        raise DataError(faults.sort_values("row", kind="stable"))
    return items


def _convert_values(frame: pd.DataFrame, grid: Grid, places: dict[int, str]) -> list[dict]:
    """Replace names of figures by their ids and texts by values, in place, and hold the units against the dictionary."""
    names = {
        name: figure.id
        for figure in load_figures().values()
        for name in (figure.id, figure.zh, *figure.headers)
    }
    headers = {column: grid.rows[0][at] for at, column in places.items()}
    frame["item"] = frame["item"].map(lambda name: names.get(name, name))
    faults = []
    for line, row in frame.iterrows():
        figure, text, unit = load_figures().get(row["item"]), row["value"], row.get("unit")
        if figure is None:
            continue  # the check of the table says so
        frame.at[line, "value"] = _convert_value(text or "", figure)
        if unit and figure.unit and unit != figure.unit:
            advice = f"把数值换算成“{figure.unit}”，并改正单位"
            faults.append(grid_fault(grid, line, headers["unit"], unit, figure.unit, advice))
    return faults


def _convert_value(text: str, figure: Column):
    """The value, or the text itself where it is none: then the check of the table says so."""
    if figure.optional and text in _ABSENT:
        return NOT_APPLICABLE
    try:
        return convert_cell(text, figure)
    except ValueError:
        return text
