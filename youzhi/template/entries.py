"""What a spreadsheet program lets one type into a cell, by the dictionary of columns."""

from __future__ import annotations

from openpyxl.worksheet.datavalidation import DataValidation

from youzhi.columns import Column
from youzhi.template.words import choice_words, is_share, load_words

ABSENT = ("未监测", "不适用")
_LONGEST_TITLE = 32
_LONGEST_FORMULA = 255


def restrict_entry(column: Column, first: str, cells: str) -> DataValidation:
    """Return what may be typed into the cells of a column, with a prompt and an error in Chinese (数据有效性).

    Parameters
    ----------
    column
        Of either dictionary.
    first
        Address of the first cell, which a formula speaks of.
    cells
        Range of all cells.

    Returns
    -------
    DataValidation
        A closed list, a range of numbers, or a formula; texts get a prompt only.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> rule = restrict_entry(load_columns()["zone"], "F3", "F3:F9")
    >>> rule.type, rule.formula1
    ('list', '"城区,镇区,乡村"')
    """
    words = load_words()["prompts"]
    entry = DataValidation(**_condition(column, first), allow_blank=True, sqref=cells)
    hint = words["hint_required"] if column.required else words["hint"]
    entry.promptTitle = column.zh[:_LONGEST_TITLE]
    entry.prompt = hint.format(meaning=column.meaning, allowed=column.allowed)
    if is_share(column):
        entry.prompt = f"{entry.prompt}{words['share']}"
    entry.errorTitle = words["error_title"]
    entry.error = words["error"].format(allowed=column.allowed)
    if column.kind == "areas":
        entry.error = words["areas_error"]
    if column.id == "school_id":
        entry.prompt, entry.error = words["code"], words["code_error"]
    entry.showInputMessage = entry.showErrorMessage = True
    return entry


def _condition(column: Column, first: str) -> dict:
    """The test itself, as a spreadsheet program knows it."""
    words = choice_words(column)
    if words:
        listed = '"' + ",".join(words) + '"'
        if len(listed) > _LONGEST_FORMULA:
            raise ValueError(f"下拉列表过长：{column.id}")
        return {"type": "list", "formula1": listed}
    if column.is_number and column.optional:
        return {"type": "custom", "formula1": _number_or_absent(column, first)}
    if column.is_number:
        kind = "whole" if column.kind == "integer" else "decimal"
        span = {"formula1": f"{column.min}", "formula2": f"{column.max}"}
        return {"type": kind, "operator": "between", **span}
    if column.kind == "areas":
        return {"type": "custom", "formula1": are_areas(first)}
    if column.id == "school_id":
        return {"type": "custom", "formula1": f"ISTEXT({first})"}
    return {"type": None}


def are_areas(cell: str) -> str:
    """Return a formula: nothing but digits, points, blanks and semicolons stand in a cell (面积写法公式).

    Examples
    --------
    >>> are_areas("A1")
    'ISNUMBER(--SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(A1,";",""),"；",""),".","")," ",""))'
    """
    bare = cell
    for sign in (";", "；", ".", " "):
        bare = f'SUBSTITUTE({bare},"{sign}","")'
    return f"ISNUMBER(--{bare})"


def _number_or_absent(column: Column, cell: str) -> str:
    """A number of the column's range, or a word that says there is none."""
    tests = [f"{cell}>={column.min}", f"{cell}<={column.max}"]
    tests += [f"{cell}=INT({cell})"] if column.kind == "integer" else []
    number = f"IF(ISNUMBER({cell}),AND({','.join(tests)}),FALSE)"
    absent = [f'{cell}="{word}"' for word in ABSENT]
    return f"OR({','.join([number, *absent])})"
