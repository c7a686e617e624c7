"""One cell of text to one value, by the dictionary of columns; no reader guesses a type."""

from __future__ import annotations

from youzhi.columns import Column, parse_areas
from youzhi.exact import parse_number

_WORDS = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False}


def convert_cell(text: str, column: Column):
    """Convert one cell as it was written (按列定义转换单元格).

    Parameters
    ----------
    text
        The cell's text, without surrounding blanks; empty means missing.
    column
        What the dictionary says of the column.

    Returns
    -------
    Decimal, bool, str or None
        None when missing; numbers keep every digit.

    Raises
    ------
    ValueError
        The text is not of the column's kind.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> convert_cell("12.50", load_columns()["teaching_area_m2"])
    Decimal('12.50')
    """
    if text == "":
        return None
    return _CONVERTERS[column.kind](text, column)


def _choice(text: str, column: Column) -> str:
    by_word = {word: value for value, word in column.choices.items()}
    value = by_word.get(text, text)
    if value not in column.choices:
        raise ValueError(text)
    return value


def _boolean(text: str, _column: Column) -> bool:
    if text.lower() not in _WORDS:
        raise ValueError(text)
    return _WORDS[text.lower()]


def _areas(text: str, column: Column) -> str:
    parse_areas(text, column)
    return text


_CONVERTERS = {
    "text": lambda text, _column: text,
    "choice": _choice,
    "boolean": _boolean,
    "integer": lambda text, _column: parse_number(text),
    "decimal": lambda text, _column: parse_number(text),
    "areas": _areas,
}
