"""A file to a table of county figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from youzhi.county_items import CountyItems
from youzhi.intake.findings import tabulate_findings
from youzhi.intake.gather import gather


def read_items(
    path: str | Path,
    county: str | None = None,
    year: int | None = None,
    *,
    sheet: str | None = None,
    names: Collection[str] = (),
) -> CountyItems:
    r"""Read a table of county figures, one row per figure (读取县级数据表).

    An empty value is missing, never zero; “未监测” or “不适用” may stand where the dictionary allows it.

    Parameters
    ----------
    path
        CSV (UTF-8, GB18030, UTF-16), XLSX or XLS. Columns: item (id or Chinese name of a figure), value, and if
        wanted county, year, unit, data_kind, source, note.
    county, year
        Filled in when the file has no such column; when it has, they must agree.
    sheet
        The sheet to read where several hold a table.
    names
        Further names of the county that the file may use.

    Returns
    -------
    CountyItems
        Sorted by county, year and the order of the dictionary.

    Raises
    ------
    DataError
        `.faults` has one row per fault: file, sheet, row, column, found, allowed, advice; `.findings` says more.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "items.csv"
    >>> _ = file.write_text("填报项目,填报值\n回收有效问卷数,1200\n满意问卷数,\n", encoding="utf-8")
    >>> read_items(file, county="demo", year=2020).frame[["item", "value"]].values.tolist()
    [['survey_valid', Decimal('1200')], ['survey_satisfied', None]]
    """
    read = gather([path], county, year, sheet=sheet, names=names)
    if read.items is None:
        raise read.refusal()
    return replace(read.items, findings=tabulate_findings(read.findings))
