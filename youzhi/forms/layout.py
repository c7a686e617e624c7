"""The shape of every form as data: forms.toml, and the filled form that the writers put on paper."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Merged(Enum):
    """A cell that is one with the cell above it (与上格合并)."""

    ABOVE = "above"


ABOVE = Merged.ABOVE

# Text stands as text; a number is written as a number, with the decimals that its Decimal shows.
Cell = str | int | Decimal | Merged


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Closed):
    """One column of a form (栏目); its number may come from a figure, a total or a count.

    Attributes
    ----------
    id
        Key of the row's cells.
    head
        Head texts from top to bottom; neighbours with the same text become one head.
    width
        In half-width characters; in Word it is the column's share.
    align
        How its text stands.
    each
        "indicator" repeats the column for every indicator of the standard, with {code}, {short}, {unit}.
    span
        How many columns of the sheet it takes, where several forms share a sheet.
    figure, total, count, pupils_from
        A county figure; or a column of the school table, added up over the schools that have the stage; or the
        school type whose schools are counted, those with at least so many pupils.
    """

    id: str
    head: tuple[str, ...]
    width: float = 8
    align: Literal["left", "center"] = "center"
    each: Literal["", "indicator"] = ""
    span: int = 1
    figure: str = ""
    total: str = ""
    count: str = ""
    pupils_from: int = 0


class Line(_Closed):
    """One fixed line of a form (填报行).

    Attributes
    ----------
    code
        Of the item that it belongs to.
    label
        What stands in front.
    figures
        County figures, by the key of their column; `figure` where there is only one.
    stated
        A county figure that gives the share where the counts are missing.
    """

    code: str
    label: str = ""
    figure: str = ""
    figures: dict[str, str] = {}
    stated: str = ""


class Layout(_Closed):
    """One form as forms.toml lays it out (表样).

    Attributes
    ----------
    id, number, title, unit
        Key, official number, our short title, line with the units.
    landscape, new_page
        Whether it lies on its side; whether it begins a page where several forms share a sheet.
    sign
        Whether there is a line for seal, person and date.
    notes
        Sentences below the table.
    column, line
        Columns from left to right; lines from top to bottom where they are fixed.
    """

    id: str
    number: str = ""
    title: str
    unit: str = ""
    landscape: bool = False
    new_page: bool = False
    sign: bool = False
    notes: tuple[str, ...] = ()
    column: tuple[Column, ...]
    line: tuple[Line, ...] = ()


class SchoolGroup(_Closed):
    """A group of the figures that a school fills in, as columns of the school table (学校填报类别).

    Attributes
    ----------
    name, columns
        Its name; ids of the columns, in order.
    stage
        The stage that a school must have for the group to be asked.
    used_only
        Whether only those columns are asked that the indicators of the standard rest on.
    """

    name: str
    columns: tuple[str, ...]
    stage: str = ""
    used_only: bool = False


class Layouts(_Closed):
    """Everything in forms.toml (全部表样)."""

    words: dict[str, str]
    decimals: dict[str, int]
    files: dict[str, str]
    sheets: dict[str, str]
    footer: dict[str, str]
    school_group: tuple[SchoolGroup, ...]
    form: tuple[Layout, ...]


@dataclass(frozen=True)
class Form:
    """A filled form, ready for any writer (填好的表).

    Attributes
    ----------
    id, title
        Key in forms.toml, and the title with its number; synthetic data are marked in it.
    lines
        Lines between title and table: place and year, seal and date, units.
    columns
        As they stand on paper, repeated ones written out.
    rows
        One cell per column; numbers are numbers, ABOVE continues the cell above.
    footer
        Notes, then place, standard, kinds of data, input files, and how the figures were made.
    landscape, new_page
        Whether it lies on its side; whether it begins a page where several forms share a sheet.
    """

    id: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footer: tuple[str, ...]
    landscape: bool = False
    new_page: bool = False

    @property
    def ids(self) -> list[str]:
        """Keys of the columns, from left to right."""
        return [column.id for column in self.columns]

    def column(self, id: str) -> list[Cell]:
        """The cells of one column from top to bottom; a continued cell repeats the one it continues."""
        at, cells = self.ids.index(id), []
        for row in self.rows:
            cells.append(cells[-1] if row[at] is ABOVE else row[at])
        return cells


@cache
def load_layouts() -> Layouts:
    """Load forms.toml (读取表样).

    Returns
    -------
    Layouts
        Frozen.

    Examples
    --------
    >>> [form.number for form in load_layouts().form][:3]
    ['Ⅰ', 'Ⅱ-1', 'Ⅱ-2']
    """
    text = (Path(__file__).parent / "forms.toml").read_text(encoding="utf-8")
    return Layouts.model_validate(tomllib.loads(text))


def find_layout(id: str) -> Layout:
    """Return the layout of one form (查找表样).

    Parameters
    ----------
    id
        Key in forms.toml.

    Returns
    -------
    Layout

    Examples
    --------
    >>> len(find_layout("basics").column)
    24
    """
    return next(form for form in load_layouts().form if form.id == id)


def footer_of_next(forms: Sequence[Form], number: int) -> tuple[str, ...]:
    """Return the footer of the next form on the same page: what both say stands once, below the last (合并表注).

    Parameters
    ----------
    forms
        Those that stand below each other.
    number
        Position of a form among them.

    Returns
    -------
    tuple of str
        Empty where no form follows on the same page.
    """
    following = forms[number + 1 : number + 2]
    return following[0].footer if following and not following[0].new_page else ()
