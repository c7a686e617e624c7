"""What was read from one sheet: records of named fields, every value with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from youzhi.intake.findings import Finding, Place


class RawCell(NamedTuple):
    """One value as it was written (原始单元格).

    Attributes
    ----------
    text
        As written; empty means missing.
    place
        File, sheet, row, column.
    unit
        As stated in the head, in a 单位 line or in a column of units; empty means the dictionary's own.
    mark
        What a workbook knows of the cell beside its text: see Sheet.marks.
    """

    text: str
    place: Place
    unit: str = ""
    mark: str = ""


class Record(NamedTuple):
    """The fields of one school, or of one county figure (一条记录)."""

    place: Place
    cells: dict[str, RawCell]


@dataclass(frozen=True)
class Reading:
    """The records of one sheet (一张表的记录).

    Attributes
    ----------
    kind
        "schools" (one record per school) or "items" (one record per county figure).
    file, sheet, digest
        Where it was read and the SHA-256 of the file.
    records : list of Record
        In the order of the file; fields are ids of columns.toml or of the columns of county_figures.toml.
    findings : list of Finding
        What was found on the way; a rejecting one refuses the whole file.
    fields : dict of str to Place
        Where each field has its head; empty for a vertical form.
    years, county
        What titles say of year (as written, such as "2022-2023学年") and county; empty where nothing is said.
    unused
        Headers that the dictionary does not know.
    """

    kind: str
    file: str
    sheet: str
    digest: str
    records: list[Record]
    findings: list[Finding] = field(default_factory=list)
    fields: dict[str, Place] = field(default_factory=dict)
    years: tuple[str, ...] = ()
    county: str = ""
    unused: tuple[str, ...] = ()
