"""Which cells of a form are one: heads of the same text, cells that continue the one above; the same for every writer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from youzhi.forms.layout import ABOVE, Cell, Form

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True)
class Block:
    """One cell on paper, over one or more rows and columns of the form (合并格).

    Attributes
    ----------
    top, bottom, left, right
        Rows and columns, counted from 0, all included.
    value
        What stands in it.
    """

    top: int
    bottom: int
    left: int
    right: int
    value: Cell


def head_depth(form: Form) -> int:
    """How many rows the heads take (表头行数)."""
    return max(len(column.head) for column in form.columns)


def head_blocks(form: Form) -> list[Block]:
    """Join the heads of neighbouring columns (合并表头).

    Parameters
    ----------
    form
        A head that is shorter than the others reaches down to the table.

    Returns
    -------
    list of Block
        Every head cell once, row by row.

    Examples
    --------
    >>> from youzhi.forms.layout import Column
    >>> a = Column(id="a", head=("学段",))
    >>> b, c = (Column(id=word, head=("人数", word)) for word in ("小学", "初中"))
    >>> form = Form("demo", "表", (), (a, b, c), (), ())
    >>> [(block.value, block.bottom, block.right) for block in head_blocks(form)]
    [('学段', 1, 0), ('人数', 0, 2), ('小学', 1, 1), ('初中', 1, 2)]
    """
    heads, depth = [column.head for column in form.columns], head_depth(form)
    blocks = []
    for top in range(depth):
        left = 0
        while left < len(heads):
            if top >= len(heads[left]):
                left += 1
                continue
            right, last = left, top == len(heads[left]) - 1
            while right + 1 < len(heads) and heads[right + 1][: top + 1] == heads[left][: top + 1]:
                right += 1
            bottom = depth - 1 if last else top
            blocks.append(Block(top, bottom, left, right, heads[left][top]))
            left = right + 1
    return blocks


def body_blocks(form: Form) -> Iterator[Block]:
    """Join the cells that continue the one above (合并表体).

    Parameters
    ----------
    form
        Its first row continues nothing.

    Returns
    -------
    iterator of Block
        Every cell once, column by column.
    """
    for at in range(len(form.columns)):
        starts = [row for row, cells in enumerate(form.rows) if cells[at] is not ABOVE]
        for top, after in pairwise([*starts, len(form.rows)]):
            yield Block(top, after - 1, at, at, form.rows[top][at])


def as_text(value: Cell) -> str:
    r"""A cell as it is read: text without control characters, numbers with their decimals (显示文字).

    Examples
    --------
    >>> from decimal import Decimal
    >>> as_text(Decimal("4.20")), as_text("甲\x00校")
    ('4.20', '甲校')
    """
    return _CONTROL.sub("", value) if isinstance(value, str) else f"{value}"


def lines_needed(text: str, width: float) -> int:
    """How many lines a text takes in a column (所需行数).

    Parameters
    ----------
    text
        A Chinese character is as wide as two others.
    width
        In half-width characters.

    Returns
    -------
    int
        At least one.

    Examples
    --------
    >>> lines_needed("生均教学及辅助用房", 10), lines_needed("", 10)
    (2, 1)
    """
    room = max(2.0, width)
    parts = text.split("\n")
    wide = [sum(1 + (unicodedata.east_asian_width(sign) in "WFA") for sign in p) for p in parts]
    return sum(max(1, ceil(each / room)) for each in wide)
