"""Rows that number the columns of a form: 1 2 3 4, or 甲 乙 1 2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count
from unicodedata import normalize

from youzhi.intake.findings import load_rules

_NUMBERED = re.compile(r"[(\[【〔第]?([0-9]{1,4}|[A-Z]|[一-鿿])[)\]】〕列栏]?(?:=.{0,50})?")


def is_column_numbers(cells: Iterable[str]) -> bool:
    """Return whether a row only numbers the columns (是否栏次行).

    Parameters
    ----------
    cells
        Of one row.

    Returns
    -------
    bool
        True for numbers that rise from 1 in steps of 1, perhaps after letters for the columns of words.

    Examples
    --------
    >>> is_column_numbers(["甲", "乙", "1", "2"]), is_column_numbers(["甲", "小学", "1", "2"])
    (True, False)
    """
    limits, told = load_rules()["H14b"].limits, []
    filled = (normalize("NFKC", cell[:60]).strip() for cell in cells if cell.strip())
    for at, text in enumerate(filled):
        found = _NUMBERED.fullmatch(text)
        if found:
            told.append(found[1])
        elif at or text not in limits["row_names"]:
            return False
    letters = [text for text in told if not text.isdigit()]
    numbers = [int(text) for text in told[len(letters) :] if text.isdigit()]
    if (
        len(told) < limits["least_numbers"]
        or len(letters) + len(numbers) < len(told)
        or not numbers
    ):
        return False
    lettered = any(series.startswith("".join(letters)) for series in limits["letters"])
    starts = {1, len(letters) + 1}
    return lettered and numbers[0] in starts and all(map(int.__eq__, numbers, count(numbers[0])))
