"""The two sheets to fill: one row per school, one row per county figure."""

from __future__ import annotations

from collections import defaultdict

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.columns import Column, load_columns, load_figures, load_item_columns
from youzhi.intake.examples import example_marker
from youzhi.sheets import CENTRED, WRAPPED, fill, font, load_look, put_text, set_page
from youzhi.template.entries import restrict_entry
from youzhi.template.faults import colour_rule, exceeds, find_faults, is_doubled
from youzhi.template.words import head_of, is_share, load_words

ITEM_COLUMNS = ("item", "value", "unit", "data_kind", "source", "note")
_HEAD, _EXAMPLE, _FIRST = 1, 2, 3
OPEN = Protection(locked=False)
_NUMBER = Alignment(horizontal="right", vertical="center", shrink_to_fit=True)  # never ####
_TEXT = Alignment(vertical="center", wrap_text=True, indent=1)
_THIN = Side(style="thin", color="A6A6A6")
BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WHITE, _GREY = "FFFFFF", "7F7F7F"


def fill_schools(sheet: Worksheet) -> None:
    """Make the sheet of schools: locked heads and example, open cells below (学校表).

    Parameters
    ----------
    sheet
        Empty.
    """
    words, columns = load_words(), load_columns()
    last = _EXAMPLE + words["rows"]
    letters = {name: get_column_letter(at) for at, name in enumerate(columns, start=1)}
    for name, column in columns.items():
        _open_column(sheet, letters[name], column)
        put_head(sheet[f"{letters[name]}{_HEAD}"], head_of(column), column.required)
        _put_example(sheet[f"{letters[name]}{_EXAMPLE}"], column)
        first = f"{letters[name]}{_FIRST}"
        entry = restrict_entry(column, first, f"{first}:{letters[name]}{last}")
        sheet.add_data_validation(entry)
    sheet.row_dimensions[_HEAD].height = words["heads"]["height"]
    sheet.row_dimensions[_EXAMPLE].height = words["heads"]["example_height"]
    _colour_schools(sheet, letters, last)
    behind = get_column_letter(list(columns).index("school") + 2)
    sheet.freeze_panes = f"{behind}{_FIRST}"
    # The buttons stand in the example row: a locked row inside the filtered ones would forbid sorting.
    sheet.auto_filter.ref = f"A{_EXAMPLE}:{letters[name]}{last}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.print_title_cols = f"{letters['school']}:{letters['school']}"
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.print_options.gridLines = True
    sheet.page_setup.scale = words["heads"]["print_scale"]
    set_page(sheet, fit_width=False)
    protect(sheet)


def protect(sheet: Worksheet) -> None:
    """Lock the cells that are not open, without a password; sorting, filtering and widths stay free (保护表头).

    Parameters
    ----------
    sheet
        Any.
    """
    sheet.protection.sheet = True
    for freed in ("sort", "autoFilter", "formatColumns", "formatRows", "insertRows", "deleteRows"):
        setattr(sheet.protection, freed, False)


def _open_column(sheet: Worksheet, letter: str, column: Column) -> None:
    """Width, format and freedom of all cells of a column that have no style of their own."""
    words, style = load_words(), sheet.column_dimensions[letter]
    style.width = words["widths"].get(column.id, words["widths"][column.kind])
    style.number_format = words["formats"][column.kind]
    style.font, style.protection = font("body"), OPEN
    style.alignment = _NUMBER if column.is_number else _TEXT


def put_head(cell: Cell, text: str, required: bool) -> None:
    """Put the head of a column into a cell; one that must be filled is dark (表头).

    Parameters
    ----------
    cell, text
        Where and what.
    required
        Whether the column must be filled.
    """
    put_text(cell, text)
    colours = load_look()["heads"]
    cell.font = font("head", _WHITE) if required else font("head")
    cell.fill = fill(colours["required" if required else "plain"])
    cell.alignment, cell.border = CENTRED, BORDER


def _put_example(cell: Cell, column: Column) -> None:
    """A grey value of the example row, marked as such in every cell: no column reads it, whatever its row is called."""
    text = load_words()["example"].get(column.id, "")
    if text:
        marker = example_marker() if column.id == "school" else load_words()["example_mark"]
        put_text(cell, marker + text)
    cell.font, cell.border = font("body", _GREY), BORDER
    cell.alignment = _NUMBER if column.is_number else _TEXT


def _colour_schools(sheet: Worksheet, letters: dict[str, str], last: int) -> None:
    """Rules that colour what is wrong in the row of a school."""
    columns = load_columns()
    row = f"$A{_FIRST}:${letters[list(columns)[-1]]}{_FIRST}"
    for name, column in columns.items():
        first = f"{letters[name]}{_FIRST}"
        cells = f"{first}:{letters[name]}{last}"
        faults = list(find_faults(column, first))
        if column.at_most:
            faults.append((exceeds([first], f"{letters[column.at_most]}{_FIRST}"), "reject"))
        if column.required:
            faults.append((f"AND(LEN(TRIM({first}))=0,COUNTA({row})>0)", "reject"))
        if name == "school_id":
            whole = f"${letters[name]}${_FIRST}:${letters[name]}${last}"
            faults += [(is_doubled(first, whole), "reject"), (f"ISNUMBER({first})", "reject")]
        for formula, outcome in faults:
            sheet.conditional_formatting.add(cells, colour_rule(formula, outcome))


def fill_items(sheet: Worksheet) -> None:
    """Make the sheet of county figures: names and units stand there, values are open (县级数据表).

    Parameters
    ----------
    sheet
        Empty.
    """
    words, columns = load_words(), load_item_columns()
    letters = {name: get_column_letter(at) for at, name in enumerate(ITEM_COLUMNS, start=1)}
    for name, letter in letters.items():
        sheet.column_dimensions[letter].width = words["items"]["widths"][name]
        required = name in ("item", "value")
        put_head(sheet[f"{letter}{_HEAD}"], columns[name].headers[0], required)
    rows = {name: row for row, name in enumerate(load_figures(), start=_HEAD + 1)}
    for name, row in rows.items():
        _put_figure(sheet, letters, row, load_figures()[name])
    end = max(rows.values())
    kind = columns["data_kind"]
    first = f"{letters['data_kind']}{_HEAD + 1}"
    kinds = restrict_entry(kind, first, f"{first}:{letters['data_kind']}{end}")
    sheet.add_data_validation(kinds)
    _colour_items(sheet, {name: f"{letters['value']}{row}" for name, row in rows.items()})
    sheet.freeze_panes = f"B{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    set_page(sheet)
    protect(sheet)


def _put_figure(sheet: Worksheet, letters: dict[str, str], row: int, figure: Column) -> None:
    """The row of one figure."""
    for name, letter in letters.items():
        cell = sheet[f"{letter}{row}"]
        cell.font, cell.border, cell.alignment = font("body"), BORDER, WRAPPED
        if name in ("item", "unit"):
            put_text(cell, figure.headers[0] if name == "item" else _unit_of(figure))
            cell.fill = fill(load_look()["heads"]["plain"])
            continue
        cell.protection = OPEN
        cell.number_format = load_words()["formats"]["value" if name == "value" else "text"]
    value = f"{letters['value']}{row}"
    sheet[value].alignment = CENTRED
    sheet.add_data_validation(restrict_entry(figure, value, value))


def _unit_of(figure: Column) -> str:
    """The unit beside a figure; a percent sign would vouch for 0.95 as less than one percent, and stands in the name."""
    return "" if is_share(figure) else figure.unit


def _colour_items(sheet: Worksheet, cells: dict[str, str]) -> None:
    """Rules that colour values that are wrong in themselves or beside each other."""
    figures, together = load_figures(), defaultdict(list)
    for name, cell in cells.items():
        faults, figure = list(find_faults(figures[name], cell)), figures[name]
        if figure.at_most:
            faults.append((exceeds([cell], cells[figure.at_most]), "reject"))
        for formula, outcome in faults:
            sheet.conditional_formatting.add(cell, colour_rule(formula, outcome))
        if figure.together_at_most:
            together[figure.together_at_most].append(cell)
    for whole, parts in together.items():
        for cell in parts:
            rule = colour_rule(exceeds(parts, cells[whole]), "reject")
            sheet.conditional_formatting.add(cell, rule)
