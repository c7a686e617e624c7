"""Files and folders as they were handed in to one table of schools and one of county figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from youzhi.columns import load_columns
from youzhi.county_items import CountyItems
from youzhi.errors import DataError, UsageError
from youzhi.intake.cleaning import place_of
from youzhi.intake.files.sources import Sheet, Source, read_source
from youzhi.intake.findings import (
    Finding,
    Place,
    is_refused,
    load_rules,
    make_finding,
    tabulate_findings,
)
from youzhi.intake.item_records import ItemRecords, make_items
from youzhi.intake.readings import Reading, Record
from youzhi.intake.school_records import SchoolRecords, make_schools
from youzhi.intake.vertical.reading import read_form
from youzhi.intake.wide.headers import read_sheet
from youzhi.tables import SchoolTable

if TYPE_CHECKING:
    from youzhi.intake.wide.mappings import Mapping

_TABLES = (".csv", ".txt", ".tsv", ".xls", ".xlsm", ".xlsx")


@dataclass(frozen=True)
class Gathered:
    """What was read from all files together (汇总读入).

    Attributes
    ----------
    schools, items
        The checked tables; None where nothing of the kind was handed in, where it is refused, or where nobody said
        which county and year.
    findings : list of Finding
        Of all files, sheet by sheet and row by row.
    sources, readings
        What they were read from; the sheets are not kept.
    records : list of Record
        One per row of `schools`.
    """

    schools: SchoolTable | None
    items: CountyItems | None
    findings: list[Finding] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a finding forbids to use any of it."""
        return is_refused(self.findings)

    def refusal(self) -> DataError:
        """Return the error that says why there is no table (拒收原因)."""
        faults = [one for one in self.findings if one.outcome == "reject" or one.rule == "H06b"]
        if not faults:
            file = self.sources[0].file if self.sources else ""
            faults = [make_finding("H09", Place(file), "没有认得的表头")]
        listed = self.findings if faults[0] in self.findings else [*self.findings, *faults]
        return DataError(tabulate_findings(faults), tabulate_findings(listed))

    def place(self, row: int, column: str) -> Place:
        """Return the cell in which a value of `schools` was read (单元格位置)."""
        return place_of(self.records[row], column, load_columns()[column].headers[0])


def gather(
    paths: Iterable[str | Path],
    county: str | None = None,
    year: int | None = None,
    *,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    names: Collection[str] = (),
    code_pattern: str = "",
    division_codes: Collection[str] = (),
    primary_years: int | None = None,
) -> Gathered:
    r"""Read files and folders, and put all that they say of schools and county into two tables (汇总读入).

    Parameters
    ----------
    paths
        Files; folders stand for all tables in them, in the order of their names.
    county, year
        What was asked for; the files may not say otherwise.
    mapping
        For tables with headers that are not ours.
    sheet
        The only sheet to read of every workbook that has it.
    names
        Further names of the county that files may use.
    code_pattern
        Regular expression that the school codes of the county match.
    division_codes, primary_years
        Its administrative codes, and years of its primary schools; None where nobody said.

    Returns
    -------
    Gathered
        Faults of the data are findings, never errors.

    Raises
    ------
    UsageError
        No file is named, or no workbook has the sheet.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "学校.csv"
    >>> _ = file.write_text(
    ...     "学校名称,学校类型,小学学生人数\n甲校,小学,１２０\n", encoding="gb18030"
    ... )
    >>> read = gather([file], "demo", 2020)
    >>> read.schools.frame["pupils_primary"].tolist(), [one.rule for one in read.findings]
    ([120.0], ['E03', 'N01'])
    """
    files, findings = _list_files(paths)
    return gather_sources(
        *(_read_files(files, findings), county, year),
        mapping=mapping,
        sheet=sheet,
        names=names,
        code_pattern=code_pattern,
        division_codes=division_codes,
        primary_years=primary_years,
        findings=findings,
    )


def gather_sources(
    sources: Iterable[Source],
    county: str | None = None,
    year: int | None = None,
    *,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    names: Collection[str] = (),
    code_pattern: str = "",
    division_codes: Collection[str] = (),
    primary_years: int | None = None,
    findings: list[Finding] | None = None,
) -> Gathered:
    """Put all that some files say into two tables, once their cells are read (由已读文件汇总).

    Parameters
    ----------
    sources
        Files read by read_source; they are asked for one at a time, because sheets are large.
    county, year, mapping, sheet, names, code_pattern, division_codes, primary_years
        See gather.
    findings
        What was found before; grows by what is found.

    Returns
    -------
    Gathered
        Faults of the data are findings, never errors.

    Raises
    ------
    UsageError
        No workbook has the sheet.

    Examples
    --------
    >>> sheet = Sheet("", [["学校名称", "学校类型", "小学学生人数"], ["甲校", "小学", "120"]])
    >>> read = gather_sources([Source("a.csv", "", "csv", "utf-8", [sheet])], "demo", 2020)
    >>> read.schools.frame["pupils_primary"].tolist()
    [120.0]
    """
    findings = [] if findings is None else findings
    readings, read, titles = [], [], {}
    for source in sources:
        told, found = _read_sheets(source, mapping, sheet)
        readings += told
        findings += [*source.findings, *found, *(one for r in told for one in r.findings)]
        titles |= dict.fromkeys(one.title for one in source.sheets)
        read.append(replace(source, sheets=[]))
    if sheet is not None and sheet not in titles:
        listing = "、".join(title for title in titles if title) or "（没有工作表）"
        raise UsageError(f"没有工作表“{sheet}”。现有：{listing}。")
    wide = [reading for reading in readings if reading.kind == "schools" and reading.records]
    figures = [reading for reading in readings if reading.kind == "items" and reading.records]
    asked = (county, year, names, code_pattern, division_codes, primary_years)
    schools = make_schools(wide, *asked) if wide else SchoolRecords(None)
    items = make_items(figures, county, year, names) if figures else ItemRecords(None)
    findings += [*schools.findings, *items.findings]
    findings = _in_order(findings)
    if is_refused(findings):
        return Gathered(None, None, findings, read, readings)
    return Gathered(schools.table, items.table, findings, read, readings, schools.records)


def _list_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Finding]]:
    """Every file once, in the order given, and what is no table."""
    findings, files = [], {}
    for path in paths:
        if not str(path).strip():
            raise UsageError("文件名是空的：请写出文件或文件夹的路径。")
        path = Path(path)
        inside, others = _walk(path)
        files |= dict.fromkeys(inside)
        findings += _tell_unread(path, others)
    if not files and not findings:
        raise UsageError(
            "没有可读的文件：请给出至少一个 .xlsx、.xls 或 .csv 文件，或含有它们的文件夹。"
        )
    return list(files), findings


def _tell_unread(folder: Path, others: list[Path]) -> list[Finding]:
    """What else is in a folder, the first few by name."""
    if not others:
        return []
    names = "、".join(one.name for one in others[: load_rules()["E21"].limits["named"]])
    return [make_finding("E21", Place(folder.name), f"{len(others)}个文件：{names}等")]


def _read_files(files: list[Path], findings: list[Finding]) -> Iterator[Source]:
    """Read one file after the other; what cannot be read is added to the findings."""
    for path in files:
        try:
            yield read_source(path)
        except DataError as error:
            findings += [Finding(*row) for row in error.findings.itertuples(index=False)]


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Each once, sheet by sheet as they were read, in a sheet row by row."""
    sheets = {(one.file, one.sheet): None for one in findings}
    rank = {place: at for at, place in enumerate(sheets)}
    once = dict.fromkeys(findings)
    return sorted(once, key=lambda one: (rank[one.file, one.sheet], one.row or 0))


def _walk(path: Path) -> tuple[list[Path], list[Path]]:
    """The tables of a folder and what else is in it; hidden files and locks of spreadsheet programs are skipped."""
    if not path.is_dir() or path.suffix.lower() in _TABLES:
        return [path], []
    seen = [
        one
        for one in sorted(path.rglob("*"))
        if not one.is_dir()
        and not any(part.startswith((".", "~$")) for part in one.relative_to(path).parts)
    ]
    own = load_rules()["E21"].limits["own"]
    tables = [
        one
        for one in seen
        if one.suffix.lower() in _TABLES and not any(fnmatch(one.name, like) for like in own)
    ]
    return tables, [one for one in seen if one not in tables]


def _read_sheets(
    source: Source, mapping: Mapping | None, wanted: str | None
) -> tuple[list[Reading], list[Finding]]:
    """The readings of one file; several tables of schools are refused unless one is named."""
    named = wanted is not None and any(sheet.title == wanted for sheet in source.sheets)
    sheets = [sheet for sheet in source.sheets if not named or sheet.title == wanted]
    pairs = [(sheet, _read_one(source, sheet, mapping)) for sheet in sheets]
    readings = [reading for _, reading in pairs if reading is not None]
    whole = [reading for reading in readings if reading.records]
    unfilled = len(whole) < len(readings) and not any(map(_says_something, whole))
    if unfilled or not whole:
        return readings, _nothing_read(source, readings)
    rest = [sheet.title for sheet, reading in pairs if reading is not None and reading not in whole]
    findings = [make_finding("H10b", Place(source.file, title), title) for title in rest]
    tables = [one for one in whole if one.kind == "schools" and one.fields]
    if len(tables) > 1:
        titles = "、".join(one.sheet for one in tables)
        findings.append(make_finding("H10", Place(source.file), titles))
    return whole, findings


def _says_something(reading: Reading) -> bool:
    """Whether there are schools, or any figure that was filled in."""
    if reading.kind == "schools":
        return bool(reading.records)
    cells = (record.cells.get("value") for record in reading.records)
    return any(cell is not None and (cell.text.strip() or cell.mark) for cell in cells)


def _read_one(source: Source, sheet: Sheet, mapping: Mapping | None) -> Reading | None:
    form = read_form(source, sheet) if mapping is None else None
    return form or read_sheet(source, sheet, mapping)


def _nothing_read(source: Source, readings: list[Reading]) -> list[Finding]:
    """A file without any record is refused, unless its sheets said why."""
    if any(is_refused(reading.findings) for reading in readings):
        return []
    rule = "E12" if readings else "H09"
    return [make_finding(rule, Place(source.file), "无数据行" if readings else "没有认得的表头")]
