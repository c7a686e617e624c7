"""A file to a table of schools."""

from __future__ import annotations

from pathlib import Path

from youzhi.columns import load_columns
from youzhi.errors import DataError
from youzhi.intake.files import read_grid
from youzhi.intake.records import convert_rows, fill_or_compare, merge_faults, place_headers
from youzhi.tables import SchoolTable, make_school_table


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
    places, faults = place_headers(grid, load_columns())
    frame, cell_faults = convert_rows(grid, places, load_columns())
    faults += cell_faults
    for name, value in {"county": county, "year": year}.items():
        faults += fill_or_compare(frame, name, value, grid, places)
    table, found = make_school_table(frame.infer_objects(), grid.file, grid.digest)
    faults = merge_faults(faults, found, grid, places, load_columns())
    if len(faults):
        raise DataError(faults)
    return table
