"""Personal data out of a marked copy: what the reader does not keep must not travel on in what it hands out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.intake.findings import load_rules
from youzhi.intake.wide.personal import cover_signature, is_personal, is_signature, mask_numbers
from youzhi.sheets import put_text

_PARTS = ("left", "center", "right")


def hide_personal(sheet: Worksheet, findings: list[dict], is_form: bool = False) -> str:
    """Empty the columns of personal data of a sheet and cover names in signatures and numbers, in place (隐去个人信息).

    Parameters
    ----------
    sheet
        Of a copy; its heads stay.
    findings
        Of this sheet, with a row each; those of columns that are not read say which are emptied.
    is_form
        Values stand at the right of their labels.

    Returns
    -------
    str
        What was hidden, as “D列、B5”; empty where nothing was.
    """
    columns = {at: row for row, at in _cells_of("S09", findings)}
    signed = {one["row"]: one["found"] for one in findings if _is_signed(one)}
    told = {place for rule in ("S09b", "") for place in _cells_of(rule, findings)}
    emptied, covered = set(), []
    cells = sorted((place, cell) for place, cell in sheet._cells.items() if cell.value is not None)
    coded = {at for (row, at), cell in cells if _is_code_head(row, str(cell.value))}
    for row, line in groupby(cells, key=lambda one: one[0][0]):
        before, shown = "", signed.get(row, "")
        for (_, at), cell in line:
            text = _written(cell.value)
            wanted = _cover(text, (row, at) in told or at not in coded)
            if at in columns and row > columns[at]:
                emptied.add(at)
                wanted = ""
            elif row in signed:
                wanted, shown = shown, ""
            elif is_signature(before) or (is_form and is_personal(before) and not _is_label(text)):
                wanted = ""
            if wanted != text:
                _replace(cell, wanted)
                covered += [cell.coordinate] * (at not in emptied)
            before = text
    covered += _hide_notes(cell for _, cell in cells)
    _hide_margins(sheet)
    sheet._pivots = []  # a pivot table carries all rows of its source along
    return "、".join([*(f"{get_column_letter(at)}列" for at in sorted(emptied)), *covered])


def _cells_of(rule: str, findings: list[dict]) -> list[tuple[int, int]]:
    """Row and column of the findings of a rule; of no rule, of those that show a number covered."""
    chosen = [one for one in findings if one["cell"] and _is_chosen(rule, one)]
    places = (coordinate_from_string(one["cell"]) for one in chosen)
    return [(row, column_index_from_string(letters)) for letters, row in places]


def _is_chosen(rule: str, finding: dict) -> bool:
    return finding["rule"] == rule if rule else "***" in finding["found"]


def _is_signed(finding: dict) -> bool:
    """Whether a line was read as a signature: its name is cut off in the finding."""
    return finding["rule"] == "H14" and finding["found"].endswith("：…")


def _is_code_head(row: int, text: str) -> bool:
    """Whether a column is one of codes, whose digits may look like those of a telephone."""
    words = load_rules()["S09c"].limits["codes"]
    return row <= load_rules()["H01"].limits["scan_rows"] and any(word in text for word in words)


def _is_label(text: str) -> bool:
    return is_personal(text) or is_signature(text)


def _written(value: object) -> str:
    """A cell as text; a whole number that is kept as a float has no point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _cover(text: str, mobile: bool) -> str:
    return mask_numbers(cover_signature(text), mobile=mobile or not text.strip().isdecimal())


def _replace(cell: Cell, text: str) -> None:
    cell.hyperlink = None
    if text:
        put_text(cell, text)
    else:
        cell.value = None


def _hide_notes(cells: Iterable[Cell]) -> list[str]:
    """Numbers and signatures in notes that stood at cells before; returns where."""
    hidden = []
    for cell in cells:
        text = cell.comment.text if cell.comment else ""
        if text and _cover(text, True) != text:
            cell.comment = Comment(_cover(text, True), cell.comment.author)
            hidden.append(cell.coordinate)
    return hidden


def _hide_margins(sheet: Worksheet) -> None:
    """Signatures at the head and foot of printed pages."""
    margins = (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter)
    for margin in (*margins, sheet.firstHeader, sheet.firstFooter):
        for part in (getattr(margin, name) for name in _PARTS):
            if part.text:
                part.text = _cover(part.text, True)
