"""A file to a table of schools."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from youzhi.intake.bulk import read_clean_csv
from youzhi.intake.findings import tabulate_findings
from youzhi.intake.gather import gather
from youzhi.tables import SchoolTable


def read_schools(
    path: str | Path,
    county: str | None = None,
    year: int | None = None,
    *,
    mapping: str | Path | None = None,
    sheet: str | None = None,
    names: Collection[str] = (),
) -> SchoolTable:
    r"""Read a file or folder of schools, one row or one form per school or campus (读取学校数据表).

    The headers are the ids of columns.toml or their Chinese headers, in any order. Every cell is read as
    text and converted by the dictionary of columns; an empty cell is missing, never zero. What was converted,
    noticed or set aside is listed in the findings of the table.

    Parameters
    ----------
    path
        CSV (UTF-8, GB18030, UTF-16), XLSX or XLS; a workbook per school in the vertical form; or a folder of these.
    county, year
        Filled in when the file has no such column; when it has, they must agree.
    mapping
        TOML file that names the columns of a table whose headers are not ours.
    sheet
        The sheet to read where several hold a table.
    names
        Further names of the county that the file may use.

    Returns
    -------
    SchoolTable
        Sorted by county, year, school_id; units are in the column ids (m2, yuan, persons).

    Raises
    ------
    DataError
        `.faults` has one row per fault: file, sheet, row, column, found, allowed, advice; `.findings` says more.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "schools.csv"
    >>> _ = file.write_text("学校名称,学校类型,小学学生人数\n甲校,小学,120\n", encoding="utf-8")
    >>> read_schools(file, county="demo", year=2020).frame["pupils_primary"].tolist()
    [120.0]
    """
    if mapping is None and sheet is None:
        clean = read_clean_csv(path, county, year)
        if clean is not None:
            return replace(clean, findings=tabulate_findings([]))
    if mapping is not None:
        from youzhi.intake.wide.mappings import load_mapping

        mapping = load_mapping(mapping)
    read = gather([path], county, year, mapping=mapping, sheet=sheet, names=names)
    if read.schools is None:
        raise read.refusal()
    return replace(read.schools, findings=tabulate_findings(read.findings))
