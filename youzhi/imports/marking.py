"""Findings as a list, and a copy of what was handed in with every fault coloured in its cell."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.forms.blocks import lines_needed
from youzhi.imports.hiding import hide_personal
from youzhi.intake.examples import findings_heads
from youzhi.intake.files.csvs import guard_text
from youzhi.intake.findings import (
    FINDING_COLUMNS,
    OUTCOMES,
    Place,
    load_rules,
    make_finding,
    plain,
    tabulate_findings,
)
from youzhi.intake.vertical.reading import is_form
from youzhi.sheets import CENTRED, WRAPPED, fill, font, load_look, put_text, set_page, to_bytes

if TYPE_CHECKING:
    from youzhi.intake.files.sources import Sheet, Source

_GRAVITY = {outcome: place for place, outcome in enumerate(OUTCOMES)}
_LONGEST_TITLE, _LAST_ROW, _LAST_COLUMN = 31, 1_048_576, 16_384  # of a workbook
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_LINK = "0563C1"


@cache
def _load_words() -> dict:
    return tomllib.loads((Path(__file__).parent / "marking.toml").read_text(encoding="utf-8"))


def findings_text(findings: pd.DataFrame) -> bytes:
    """Return a list of findings as CSV that Excel opens as Chinese text (发现清单CSV).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    bytes
        UTF-8 with BOM, CRLF; a text that a spreadsheet program would run as a formula has an apostrophe in front.

    Examples
    --------
    >>> from youzhi.intake.findings import Place, make_finding, tabulate_findings
    >>> found = make_finding("N01", Place("a.csv", "", 3, 2, "班级数"), "１２", became="12")
    >>> print(findings_text(tabulate_findings([found])).decode("utf-8-sig").splitlines()[1])
    a.csv,,3,C3,班级数,１２,N01 全角数字,已换算,12,...
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(findings_heads().values())
    writer.writerows([guard_text(str(cell)) for cell in row] for row in _told(findings))
    return text.getvalue().encode("utf-8-sig")


def findings_workbook(findings: pd.DataFrame) -> bytes:
    """Return a list of findings as a workbook, coloured by outcome (发现清单工作簿).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    bytes
        No formula in it, whatever the texts begin with; the same findings give the same bytes.
    """
    book = Workbook()
    book.active.title = _load_words()["sheet"]
    _fill_list(book.active, findings)
    book.properties.creator = _load_words()["comment"]["author"]
    return to_bytes(book)


def mark_workbook(content: bytes, findings: pd.DataFrame, source: Source | None = None) -> bytes:
    """Return a copy of a workbook in which every fault is coloured and explained (标注原表).

    Values, formulas, formats and widths stay, but for personal data, which is hidden; charts, drawn shapes, pivot
    tables and macros are not kept, and a formula shows its result only after the copy was opened in a spreadsheet
    program. A first sheet lists all findings, and where something was hidden.

    Parameters
    ----------
    content
        A file that was not refused as a whole; links to other workbooks are not followed.
    findings
        Of this file; columns FINDING_COLUMNS.
    source
        What was read from it. It is shown as text where the content is a text file, an old workbook, or one that
        cannot be kept; without it only the findings are listed then.

    Returns
    -------
    bytes
        A workbook (xlsx); the same file and findings give the same bytes.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
        book.template = False
        sheets = {plain(sheet.title): sheet for sheet in book.worksheets}
        _mark(book, sheets, _hide(sheets, findings, source))
        return to_bytes(book)
    except (
        Exception
    ):  # openpyxl raises many kinds for what it cannot keep, and for what is no workbook
        return findings_workbook(findings) if source is None else mark_source(source, findings)


def mark_source(source: Source, findings: pd.DataFrame) -> bytes:
    """Return the cells of a file as text in a new workbook, with every fault coloured and explained (标注文本).

    Parameters
    ----------
    source
        As it was read. Of a very large file only the first rows and those of the findings are shown, where they were.
    findings
        Of this file; columns FINDING_COLUMNS.

    Returns
    -------
    bytes
        No formula in it; the same source and findings give the same bytes.
    """
    book, sheets = Workbook(), {}
    book.remove(book.active)
    for sheet in source.sheets:
        title = _NO_TITLE.sub(" ", sheet.title or Path(source.file).stem)[:_LONGEST_TITLE].strip()
        made = sheets[plain(sheet.title)] = book.create_sheet(title or None)
        rows = {row for row in findings[findings["sheet"] == plain(sheet.title)]["row"] if row}
        _copy_cells(sheet, made, rows)
    if not sheets:
        return findings_workbook(findings)
    _mark(book, sheets, _hide(sheets, findings, source))
    return to_bytes(book)


def _hide(
    sheets: dict[str, Worksheet], findings: pd.DataFrame, source: Source | None
) -> pd.DataFrame:
    """Take personal data out of all sheets; returns the findings, and one for each sheet in which there was some."""
    forms = {plain(sheet.title) for sheet in source.sheets if is_form(sheet)} if source else set()
    file, told = source.file if source else next(iter(findings["file"]), ""), []
    for name, sheet in sheets.items():
        own = findings[findings["sheet"] == name]
        located = own[own["cell"].map(_is_address) | (own["cell"] == "")]
        hidden = hide_personal(sheet, located.to_dict("records"), name in forms)
        told += [make_finding("S09c", Place(file, name), hidden)] if hidden else []
    return pd.concat([tabulate_findings(told), findings], ignore_index=True) if told else findings


def _copy_cells(sheet: Sheet, made: Worksheet, told: set[int]) -> None:
    """All cells as text; of very many only those of the first rows and of the rows that are told of."""
    limits = _load_words()["copy"]
    small = sum(map(len, sheet.rows)) <= limits["most_cells"]
    for row, cells in enumerate(sheet.rows[:_LAST_ROW], start=1):
        if small or row <= limits["first_rows"] or row in told:
            for at, text in enumerate(cells[:_LAST_COLUMN], start=1):
                if text:
                    put_text(made.cell(row, at), text)


def _told(findings: pd.DataFrame) -> Iterator[list]:
    """The findings in words: rule with its title, outcome in Chinese."""
    rules = load_rules()
    for finding in findings[FINDING_COLUMNS].fillna("").to_dict("records"):
        rule = rules.get(finding["rule"])
        finding["rule"] = f"{rule.id} {rule.zh}" if rule else finding["rule"]
        finding["outcome"] = OUTCOMES.get(finding["outcome"], finding["outcome"])
        yield list(finding.values())


def _fill_list(sheet: Worksheet, findings: pd.DataFrame) -> None:
    """Heads, one row per finding, a filter."""
    heads, colours = findings_heads(), load_look()
    widths = [_load_words()["widths"][name] for name in FINDING_COLUMNS]
    for at, (name, width) in enumerate(zip(FINDING_COLUMNS, widths, strict=True), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
        cell = sheet.cell(1, at)
        put_text(cell, heads[name])
        cell.font, cell.alignment = font("head"), CENTRED
        cell.fill = fill(colours["heads"]["plain"])
    outcomes = findings["outcome"].tolist()
    for row, (values, outcome) in enumerate(zip(_told(findings), outcomes, strict=True), start=2):
        for at, value in enumerate(values, start=1):
            _put_value(sheet, row, at, value)
        if outcome in colours["outcomes"]:
            sheet.cell(row, FINDING_COLUMNS.index("outcome") + 1).fill = _colour(outcome)
        lines = max(map(lines_needed, map(str, values), [width - 1 for width in widths]))
        sheet.row_dimensions[row].height = lines * _load_words()["line_height"] + 4
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(outcomes) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True
    set_page(sheet)


def _put_value(sheet: Worksheet, row: int, at: int, value: str | int) -> None:
    """A row number as a number, everything else as text; the look is that of the first row, which is made once."""
    cell = sheet.cell(row, at)
    if row > 2:
        cell._style = copy(sheet.cell(2, at)._style)
        cell.quotePrefix = False
    else:
        narrow = FINDING_COLUMNS[at - 1] in ("row", "cell", "outcome")
        cell.font, cell.alignment = font("body"), CENTRED if narrow else WRAPPED
    if isinstance(value, int):
        cell.value, cell.number_format = value, "0"
    else:
        put_text(cell, value)


def _colour(outcome: str):
    return fill(load_look()["outcomes"][outcome])


def _mark(book: Workbook, sheets: dict[str, Worksheet], findings: pd.DataFrame) -> None:
    """Colour the cells of the findings and put the list of all in front."""
    if findings.empty:
        return
    title, groups = _free_title(book), defaultdict(list)
    for finding in findings.to_dict("records"):
        if finding["sheet"] in sheets and _is_address(finding["cell"]):
            groups[_anchor(sheets[finding["sheet"]], finding["cell"])].append(finding)
    for cell, group in groups.items():
        _mark_cell(cell, group, title)
    listed = book.create_sheet(title, 0)
    ordered = findings.sort_values("cell", key=lambda cells: cells != "", kind="stable")
    _fill_list(listed, ordered)
    places = zip(ordered["sheet"], ordered["cell"], strict=True)
    for row, (name, address) in enumerate(places, start=2):
        if name in sheets and _is_address(address):
            _link(listed.cell(row, FINDING_COLUMNS.index("cell") + 1), sheets[name])
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is listed


def _is_address(text: str) -> bool:
    """Whether a sheet has such a cell; a text file may have more rows and columns than a workbook."""
    found = _ADDRESS.fullmatch(text)
    if not found or int(found[2]) > _LAST_ROW:
        return False
    return column_index_from_string(found[1]) <= _LAST_COLUMN


def _free_title(book: Workbook) -> str:
    """A name for the list that no sheet has."""
    wanted, taken = _load_words()["sheet"], {name.lower() for name in book.sheetnames}
    numbers = iter(range(2, len(taken) + 3))
    title = wanted
    while title.lower() in taken:
        title = f"{wanted} {next(numbers)}"
    return title


def _anchor(sheet: Worksheet, address: str) -> Cell:
    """The cell, or the first one of those that were made one with it."""
    cell = sheet[address]
    if not isinstance(cell, MergedCell):
        return cell
    ranges = (merged for merged in sheet.merged_cells.ranges if address in merged)
    return sheet.cell(*next(ranges).top[0])


def _mark_cell(cell: Cell, findings: list[dict], listed: str) -> None:
    """The colour of the most serious finding, and all of them in a comment, behind what was noted there before."""
    words = _load_words()["comment"]
    cell.fill = _colour(min((one["outcome"] for one in findings), key=_GRAVITY.__getitem__))
    texts = [_explain(finding) for finding in findings[: words["most"]]]
    if len(findings) > words["most"]:
        texts.append(words["more"].format(len(findings) - words["most"], sheet=listed))
    before = [cell.comment.text] if cell.comment else []
    text = "\n".join([*before, *texts])
    height = (lines_needed(text, words["width"] / 7) + 1) * words["line"]
    cell.comment = Comment(text, words["author"], width=words["width"], height=height)


def _explain(finding: dict) -> str:
    """One finding, line by line."""
    rule = load_rules().get(finding["rule"])
    title = f"{finding['rule']} {rule.zh}" if rule else finding["rule"]
    lines: Iterable[tuple[str, str]] = _load_words()["comment"]["lines"].items()
    told = [form.format(finding[name]) for name, form in lines if finding[name]]
    return "\n".join([f"【{OUTCOMES[finding['outcome']]}】{title}", *told])


def _link(cell: Cell, sheet: Worksheet) -> None:
    """Let the address in the list lead to its cell."""
    location = f"{quote_sheetname(sheet.title)}!{cell.value}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
    cell.font = font("body", _LINK)
