"""The form for a single school: one row per item, values in one column."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from youzhi.columns import Column
from youzhi.forms.blocks import lines_needed
from youzhi.intake.values.units import convert
from youzhi.intake.vertical.form import Entry, load_form
from youzhi.sheets import CENTRED, WRAPPED, fill, font, load_look, put_text, set_page
from youzhi.template.entries import restrict_entry
from youzhi.template.faults import colour_rule, differs, find_faults
from youzhi.template.tables import BORDER, OPEN, protect, put_head
from youzhi.template.words import load_words

_LINE = 14.5  # points of one line of text


def fill_form(sheet: Worksheet) -> None:
    """Make the form for a single school of the items that its reader knows (学校填报表).

    Parameters
    ----------
    sheet
        Empty.
    """
    words = load_words()["form"]
    letters = {name: get_column_letter(at) for at, name in enumerate(words["heads"], start=1)}
    for name, letter in letters.items():
        sheet.column_dimensions[letter].width = words["widths"][name]
    _put_title(sheet, list(letters.values())[-1])
    head = len(words["lines"]) + 2
    for name, letter in letters.items():
        put_head(sheet[f"{letter}{head}"], words["heads"][name], name in ("label", "value"))
    entries = {head + at: entry for at, entry in enumerate(printed_entries(), start=1)}
    groups = _groups()
    for row, entry in entries.items():
        group = groups.get(entry.label, "")
        _put_entry(sheet, letters, row, [row - head, group, entry])
    _colour_form(sheet, letters["value"], entries)
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    set_page(sheet, landscape=False)
    protect(sheet)


def printed_entries() -> list[Entry]:
    """Return the items that the form prints, in its order (表内项目).

    Returns
    -------
    list of Entry
        Without those that only the dictionary of columns has.

    Examples
    --------
    >>> printed_entries()[0].label
    '学校名称'
    """
    return [entry for entry in load_form().entries if entry.printed]


def form_column(entry: Entry) -> Column | None:
    """Return what may stand in the cell of an item, in the unit of the form (填报项目的要求).

    Parameters
    ----------
    entry
        Of the form.

    Returns
    -------
    Column or None
        None where nothing checks it.

    Examples
    --------
    >>> entry = next(one for one in printed_entries() if one.field == "equipment_value_yuan")
    >>> form_column(entry).allowed
    '0 至 100000000 的数（万元）'
    """
    if not (entry.checked_as or entry.field or entry.part):
        return None
    column = replace(entry.column, zh=entry.label, required=entry.required)
    if column.unit == entry.unit or not column.is_number:
        return column
    limits = {}
    for name in ("min", "max"):
        limit = convert(Decimal(getattr(column, name)), column.unit, entry.unit)
        limits[name] = getattr(column, name) if limit is None else int(limit)
    return replace(column, unit=entry.unit, **limits)


def _groups() -> dict[str, str]:
    """Category of every item: each begins with a label and goes on until the next."""
    starts, group, found = load_words()["form"]["groups"], "", {}
    for entry in printed_entries():
        group = starts.get(entry.label, group)
        found[entry.label] = group
    return found


def _put_title(sheet: Worksheet, last: str) -> None:
    words = load_words()["form"]
    room = sum(words["widths"].values()) - 2
    for row, text in enumerate([words["title"], *words["lines"]], start=1):
        put_text(sheet[f"A{row}"], text)
        sheet[f"A{row}"].font = font("title" if row == 1 else "body")
        sheet[f"A{row}"].alignment = CENTRED if row == 1 else WRAPPED
        sheet.merge_cells(f"A{row}:{last}{row}")
        lines = 2 if row == 1 else lines_needed(text, room)
        sheet.row_dimensions[row].height = lines * _LINE + 4


def _put_entry(sheet: Worksheet, letters: dict[str, str], row: int, told: list) -> None:
    """The row of one item; only value and note are open."""
    number, group, entry = told
    words, column = load_words()["form"]["words"], form_column(entry)
    remark = load_words()["form"]["remarks"].get(entry.label, "")
    allowed = "；".join(filter(None, ("" if column is None else column.allowed, remark)))
    needed = words["yes" if entry.required else "no"]
    texts = [str(number), group, entry.label, entry.unit, "", needed, allowed]
    for letter, text in zip(letters.values(), texts, strict=True):
        cell = sheet[f"{letter}{row}"]
        put_text(cell, text)
        cell.font, cell.border = font("body"), BORDER
        cell.alignment = WRAPPED if letter in (letters["label"], letters["note"]) else CENTRED
    kind = "value" if column is None else column.kind
    value = sheet[f"{letters['value']}{row}"]
    value.value, value.number_format = None, load_words()["formats"][kind]
    for name in ("value", "note"):
        sheet[f"{letters[name]}{row}"].protection = OPEN
    for name in ("number", "group", "label", "unit", "needed"):
        sheet[f"{letters[name]}{row}"].fill = fill(load_look()["heads"]["plain"])
    widths = [width - 1 for width in load_words()["form"]["widths"].values()]
    sheet.row_dimensions[row].height = max(map(lines_needed, texts, widths)) * _LINE + 4
    if column is not None:
        entered = restrict_entry(column, value.coordinate, value.coordinate)
        entered.prompt = load_words()["prompts"]["hint_form"].format(allowed=allowed)
        sheet.add_data_validation(entered)


def _colour_form(sheet: Worksheet, letter: str, entries: dict[int, Entry]) -> None:
    """Rules that colour values that are wrong in themselves, and totals that their bands do not add up to."""
    cells = {row: f"{letter}{row}" for row in entries}
    filled = f"COUNTA(${letter}${min(entries)}:${letter}${max(entries)})>0"
    for row, entry in entries.items():
        column, faults = form_column(entry), []
        if column is not None:
            faults += find_faults(column, cells[row])
        if entry.required:
            faults.append((f"AND(LEN(TRIM({cells[row]}))=0,{filled})", "reject"))
        if entry.count:
            bands = [cells[at] for at, other in entries.items() if other.band == entry.count]
            faults.append((differs(bands, cells[row]), "warn"))
        for formula, outcome in faults:
            sheet.conditional_formatting.add(cells[row], colour_rule(formula, outcome))
