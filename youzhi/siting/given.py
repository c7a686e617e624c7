"""What is given, read as numbers: what is none is kept as it was written and told with its place."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from youzhi.errors import DataError, UsageError

_NAMED = 10


def read_numbers(values, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read an array of numbers (读数).

    Parameters
    ----------
    values
        A number, a list of them, a list of lists, or an array or frame.
    name : str
        What the user calls it.

    Returns
    -------
    numbers : ndarray of float
        NaN where something is missing, or is no number: texts and truth values are none.
    written : ndarray
        The same places as they were given.

    Raises
    ------
    UsageError
        The lines are not of one length.

    Examples
    --------
    >>> numbers, written = read_numbers([3, "4"], "weight")
    >>> numbers.tolist(), written.tolist()
    ([3.0, nan], [3, '4'])
    """
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(object).filled(np.nan)
    try:
        array = np.array(values)
        if array.dtype.kind in "iuf":
            return array.astype(float), array
    except ValueError:
        pass
    try:
        written = np.array(values, dtype=object)
    except ValueError:
        written = np.empty(1, dtype=object)
        written[0] = values
    if any(isinstance(one, list | tuple | np.ndarray) for one in written.ravel()):
        raise UsageError(f"{name}各行的长短不一，排不成表。请补齐后再给。")
    numbers = [_read_number(one) for one in written.ravel()]
    return np.array(numbers, dtype=float).reshape(written.shape), written


def _read_number(one) -> float:
    """A number as a float, infinite where it is too large for one; anything else is NaN."""
    if isinstance(one, bool) or not isinstance(one, Real | Decimal):
        return np.nan
    try:
        return float(one)
    except OverflowError:
        return np.inf
    except ValueError:
        return np.nan


def show(written) -> str:
    """Show what was given, so that a text is not taken for the number it looks like (所给内容).

    Examples
    --------
    >>> show(3), show("3")
    ('3', '文本3')
    """
    return f"文本{written}" if isinstance(written, str) else str(written)


class Faults:
    """Collects what is wrong, to tell it all at once (问题清单)."""

    def __init__(self) -> None:
        self._rows: list[dict] = []
        self._written: dict[str, np.ndarray] = {}

    def read(self, values, name: str) -> np.ndarray:
        """Read an array of numbers, and remember what was written (读表)."""
        numbers, self._written[name] = read_numbers(values, name)
        return numbers

    def add(self, table: str, found: str, allowed: str, advice: str, row="", column="") -> None:
        """One more fault (记一处)."""
        names = ["file", "row", "column", "found", "allowed", "advice"]
        self._rows.append(
            dict(zip(names, (table, row, column, found, allowed, advice), strict=True))
        )

    def by_row(self, table: str, wrong: np.ndarray, values: np.ndarray, allowed, advice) -> None:
        """One fault per row that holds something wrong, naming the first columns (按行记)."""
        for row in np.flatnonzero(wrong.any(axis=1)):
            columns = np.flatnonzero(wrong[row])
            named = "、".join(map(str, columns[:_NAMED]))
            more = f"等{len(columns)}处" if len(columns) > _NAMED else ""
            first = row, columns[0]
            written = self._written[table].reshape(values.shape)[first]
            found = show(written if np.isnan(values[first]) else values[first])
            self.add(table, found, allowed, advice, int(row), f"{named}{more}")

    def tell(self) -> None:
        """Raise if there is anything to tell (报出)."""
        if self._rows:
            raise DataError(pd.DataFrame(self._rows).assign(sheet=""))
