"""Formulas that colour a fault while the sheet is being filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from openpyxl.formatting.rule import FormulaRule

from youzhi.columns import Column
from youzhi.sheets import fill, load_look
from youzhi.template.entries import ABSENT, are_areas
from youzhi.template.words import choice_words, is_share


def colour_rule(formula: str, outcome: str) -> FormulaRule:
    """Return a rule that colours a cell where a formula holds (条件格式).

    Parameters
    ----------
    formula
        About the first cell of the range.
    outcome
        "reject", "hold" or "warn".

    Returns
    -------
    FormulaRule
        The first rule that holds decides.
    """
    return FormulaRule(
        formula=[formula], fill=fill(load_look()["outcomes"][outcome]), stopIfTrue=True
    )


def find_faults(column: Column, cell: str) -> Iterator[tuple[str, str]]:
    """Tell by which formulas a value of a column is wrong in itself (单元格错误公式).

    Parameters
    ----------
    column
        Of either dictionary.
    cell
        Address of the first cell.

    Yields
    ------
    tuple of str
        Formula and outcome.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> for formula, outcome in find_faults(load_columns()["classes_primary"], "S3"):
    ...     print(outcome, formula)
    reject AND(ISNUMBER(S3),OR(S3<0,S3>50000))
    reject AND(ISNUMBER(S3),S3<>INT(S3))
    hold AND(NOT(ISNUMBER(S3)),LEN(TRIM(S3))>0)
    """
    words = choice_words(column)
    if words:
        known = ",".join(f'{cell}="{word}"' for word in words)
        yield f"AND(LEN({cell})>0,NOT(OR({known})))", "reject"
    if column.is_number:
        yield f"AND(ISNUMBER({cell}),OR({cell}<{column.min},{cell}>{column.max}))", "reject"
        if column.kind == "integer":
            yield f"AND(ISNUMBER({cell}),{cell}<>INT({cell}))", "reject"
        absent = "".join(f',{cell}<>"{word}"' for word in ABSENT if column.optional)
        yield f"AND(NOT(ISNUMBER({cell})),LEN(TRIM({cell}))>0{absent})", "hold"
    if is_share(column):
        shown = f'LEFT(CELL("format",{cell}),1)<>"P"'  # 95% is kept as 0.95 too
        yield f"AND(ISNUMBER({cell}),{cell}>0,{cell}<=1,{shown})", "hold"
    if column.kind == "areas":
        yield f"AND(LEN(TRIM({cell}))>0,NOT({are_areas(cell)}))", "hold"


def exceeds(parts: Iterable[str], whole: str) -> str:
    """Return a formula: the sum of some cells is more than another; what is empty is not counted (部分大于整体).

    Examples
    --------
    >>> exceeds(["A1", "A2"], "A3")
    'AND(ISNUMBER(A3),SUM(A1,A2)>A3)'
    """
    return f"AND(ISNUMBER({whole}),SUM({','.join(parts)})>{whole})"


def differs(parts: Iterable[str], whole: str) -> str:
    """Return a formula: some cells are filled and do not add up to another (分项之和不等于总数).

    Examples
    --------
    >>> differs(["A1", "A2"], "A3")
    'AND(ISNUMBER(A3),COUNT(A1,A2)>0,SUM(A1,A2)<>A3)'
    """
    listed = ",".join(parts)
    return f"AND(ISNUMBER({whole}),COUNT({listed})>0,SUM({listed})<>{whole})"


def is_doubled(cell: str, cells: str) -> str:
    """Return a formula: the text of a cell stands in a range more than once, letter by letter (重复).

    Long codes of digits are compared as texts; COUNTIF would compare their first 15 digits only.

    Examples
    --------
    >>> is_doubled("C3", "$C$3:$C$9")
    'AND(LEN(C3)>0,SUMPRODUCT(--EXACT($C$3:$C$9,C3))>1)'
    """
    return f"AND(LEN({cell})>0,SUMPRODUCT(--EXACT({cells},{cell}))>1)"
