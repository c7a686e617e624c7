"""The schools of one county on their way through the years: changed in place here, never outside the package.

Numbers stand in one array, so that a year's table is made quickly; a number that a float cannot hold stands beside it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.columns import Column, load_columns
from youzhi.exact import as_fraction
from youzhi.scenarios.parts import STAGES
from youzhi.standards import Standard
from youzhi.tables import SchoolTable

# What is known of the classes of a stage beside the table: see Working.places.
PUPILS_THEN, CLASSES_THEN, CLASSROOMS, SIZE, PUPILS_BEFORE, EXTENDED = range(6)

_NOBODY = -1.0

SYNTHETIC = "synthetic"


@cache
def load_carrying() -> dict[str, list[str]]:
    """Load which columns behave alike when pupils or teachers come and go (各列随动规则).

    Returns
    -------
    dict of str to list of str
        Group to columns, as carrying.toml says.

    Examples
    --------
    >>> load_carrying()["movable"]
    ['equipment_value_yuan', 'computers', 'books']
    """
    text = (Path(__file__).parent / "carrying.toml").read_text(encoding="utf-8")
    return {group["id"]: group["columns"] for group in tomllib.loads(text)["group"]}


def staff_columns(stage: str) -> dict[str, str]:
    """Columns of the teachers of one stage by kind, such as degree_teachers (某学段教师各列)."""
    suffix = f"_{stage}"
    named = (name for name in load_carrying()["staff"] if name.endswith(suffix))
    return {name.removesuffix(suffix): name for name in named}


class Working:
    """The schools of one county in one year, still to be changed.

    Attributes
    ----------
    ids : list of str
        School codes, sorted; every array has one row per school in this order.
    names : list of str
        Numeric columns, one per column of `numbers`.
    numbers : ndarray
        NaN where missing.
    exact : dict
        (school code, column) to the value that a float cannot hold.
    texts : dict of str to ndarray
        The other columns, None where missing.
    places : dict of str to ndarray
        By stage: pupils and classes when classes were last formed freely, classrooms, largest class that was asked for
        (0 where none was), pupils of the year before, classrooms added this year.
    touched : set of str
        Codes of the schools on which an action was done.
    """

    def __init__(self, schools: SchoolTable, standard: Standard):
        self.base, frame = schools, schools.frame
        self._dtypes = frame.dtypes
        columns = {name: column for name, column in load_columns().items() if name != "year"}
        self.names = [name for name, column in columns.items() if column.is_number]
        self.ids = list(frame["school_id"])
        self.numbers = np.column_stack([schools.numbers(name) for name in self.names])
        self.texts = {
            name: schools.texts(name).copy() for name in columns if name not in self.names
        }
        self.exact = {(self.ids[row], name): value for (row, name), value in schools.exact.items()}
        self.has = _stages_of(standard)
        self.touched: set[str] = set()
        self._row = {code: at for at, code in enumerate(self.ids)}
        self._text_frame = None
        self._at = {name: at for at, name in enumerate(self.names)}
        self.places = {stage: self._first_places(stage) for stage in STAGES}

    def _first_places(self, stage: str) -> np.ndarray:
        pupils, classes = self.column(f"pupils_{stage}"), self.column(f"classes_{stage}")
        lacking = np.array([self.lacks(code, f"pupils_{stage}") for code in self.ids])
        pupils, classes = (np.where(lacking & np.isnan(n), 0, n) for n in (pupils, classes))
        places = np.zeros((len(self.ids), 6))
        places[:, PUPILS_THEN], places[:, PUPILS_BEFORE] = pupils, self.column(f"pupils_{stage}")
        places[:, CLASSES_THEN], places[:, CLASSROOMS] = classes, classes
        return places

    # ------------------------------------------------------------------------ looking

    def knows(self, code: str) -> bool:
        """Whether there is such a school now."""
        return code in self._row

    def row(self, code: str) -> int:
        """Row of a school."""
        return self._row[code]

    def column(self, name: str) -> np.ndarray:
        """One numeric column, to be changed in place; all missing where the table did not give it."""
        return self.numbers[:, self._at[name]]

    def get(self, code: str, name: str) -> Fraction | None:
        """One number exactly, None where it is missing; of a stage that the school's type lacks it is zero."""
        found = self.exact.get((code, name))
        if found is not None:
            return found
        value = self.column(name)[self._row[code]]
        if np.isnan(value):
            return Fraction(0) if self.lacks(code, name) else None
        return as_fraction(value)

    def lacks(self, code: str, name: str) -> bool:
        """Whether a column is of a stage that a school of this type does not have."""
        stage = name.rpartition("_")[2]
        kind = self.texts["school_type"][self._row[code]]
        return stage in (*STAGES, "senior") and kind in self.has and stage not in self.has[kind]

    def counts(self, code: str) -> bool:
        """Whether a school is of a type that the resource indicators count."""
        return self.texts["school_type"][self._row[code]] in self.has

    def text(self, code: str, name: str):
        """One text, choice or truth value; None where it is missing."""
        return self.texts[name][self._row[code]]

    # ------------------------------------------------------------------------ changing

    def put(self, code: str, name: str, value: Fraction | None) -> None:
        """Write one number, or make it missing."""
        self.exact.pop((code, name), None)
        column, row = self.column(name), self._row[code]
        column[row] = np.nan if value is None else float(value)
        if value is not None and as_fraction(column[row]) != value:
            self.exact[code, name] = Fraction(value)

    def add(self, code: str, name: str, more: Fraction | int | None) -> None:
        """Add to one number; it becomes missing where either is unknown, and stays as it was where nothing is added."""
        if more == 0:
            return
        now = self.get(code, name)
        self.put(code, name, None if now is None or more is None else now + more)

    def put_text(self, code: str, name: str, value) -> None:
        """Write one text, choice or truth value."""
        self.texts[name][self._row[code]] = value
        self._text_frame = None

    def forget(self, rows: np.ndarray, names: Iterable[str]) -> None:
        """Make some columns missing in some rows."""
        if not rows.any():
            return
        for name in names:
            self.column(name)[rows] = np.nan
            for at in np.flatnonzero(rows) if self.exact else ():
                self.exact.pop((self.ids[at], name), None)

    def open_school(self, code: str, texts: Mapping, numbers: Mapping) -> None:
        """Add a school; what is not given of it is missing."""
        rank = [*self.ids, code]
        order = sorted(range(len(rank)), key=rank.__getitem__)
        self.ids = [rank[at] for at in order]
        self._row = {name: at for at, name in enumerate(self.ids)}
        blank = np.full((1, len(self.names)), np.nan)
        self.numbers = np.vstack([self.numbers, blank])[order]
        county = self.texts["county"][0]
        for name, column in self.texts.items():
            self.texts[name] = np.append(column, np.array([None], dtype=object))[order]
        for stage, places in self.places.items():
            fresh = np.zeros((1, 6))
            fresh[0, PUPILS_BEFORE] = _NOBODY
            self.places[stage] = np.vstack([places, fresh])[order]
        for name, value in {"county": county, "school_id": code, **texts}.items():
            self.put_text(code, name, value)
        for name, value in numbers.items():
            self.put(code, name, value)

    def end_school(self, code: str) -> None:
        """Take a school away."""
        row = self._row[code]
        self.ids = [name for name in self.ids if name != code]
        self._row = {name: at for at, name in enumerate(self.ids)}
        self.numbers = np.delete(self.numbers, row, axis=0)
        self.texts = {name: np.delete(column, row) for name, column in self.texts.items()}
        self.places = {stage: np.delete(found, row, axis=0) for stage, found in self.places.items()}
        self.exact = {key: value for key, value in self.exact.items() if key[0] != code}
        self._text_frame = None

    # ------------------------------------------------------------------------ checking

    def outside(self, codes: Iterable[str]) -> list[tuple[str, Column, float, str]]:
        """Numbers of some schools that no school table may hold: code, column, what was found, what is allowed."""
        rows = [self._row[code] for code in codes if code in self._row]
        low, high, integer, parts, wholes = self._bounds
        found = self.numbers[rows]
        wrong = (found < low) | (found > high) | (integer & (found % 1 > 0))
        more = found[:, parts] > found[:, wholes]
        if not (wrong.any() or more.any()):
            return []
        columns = load_columns()
        entries = [columns[name] for name in self.names]
        faults = [
            (self.ids[rows[i]], entries[at], found[i, at], entries[at].allowed)
            for i, at in zip(*np.nonzero(wrong), strict=True)
        ]
        for i, pair in zip(*np.nonzero(more), strict=True):
            part, whole = entries[parts[pair]], entries[wholes[pair]]
            allowed = f"不大于{whole.zh} {found[i, wholes[pair]]:.15g}"
            faults.append((self.ids[rows[i]], part, found[i, parts[pair]], allowed))
        return faults

    @cached_property
    def _bounds(self) -> tuple[np.ndarray, ...]:
        """Least and largest value of every numeric column, whether it is whole, and pairs of part and whole."""
        entries = [load_columns()[name] for name in self.names]
        low, high = (np.array([getattr(entry, end) for entry in entries]) for end in ("min", "max"))
        integer = np.array([entry.kind == "integer" for entry in entries])
        pairs = [(at, self._at[entry.at_most]) for at, entry in enumerate(entries) if entry.at_most]
        return low, high, integer, *np.array(pairs).T

    # ------------------------------------------------------------------------ making a table

    def freeze(self, year: int) -> SchoolTable:
        """The table of a year; nothing that is done later changes it."""
        kinds = self._kinds(year)
        if self._text_frame is None:
            self._text_frame = {
                name: self._typed(name, found) for name, found in self.texts.items()
            }
        columns = dict(self._text_frame) | dict(zip(self.names, self.numbers.T.copy(), strict=True))
        columns["year"] = np.full(len(self.ids), year, dtype=self._dtypes["year"])
        columns["data_kind"] = self._typed("data_kind", kinds)
        more = [
            name for name in columns if name not in self._dtypes and pd.notna(columns[name]).any()
        ]
        frame = pd.DataFrame({name: columns[name] for name in [*self._dtypes.index, *more]})
        exact = {(self._row[code], name): value for (code, name), value in self.exact.items()}
        return SchoolTable(frame, exact, self.base.file, findings=self.base.findings)

    def _typed(self, name: str, values: np.ndarray) -> pd.Series:
        """A column in the type that it had, as far as it still fits."""
        known = self._dtypes.get(name)
        series = pd.Series(values.copy())
        if known is None or (known.kind == "b" and pd.isna(values).any()):
            return series
        return series.astype(known)

    def _kinds(self, year: int) -> np.ndarray:
        """What the rows are: carried forward they are projected, after an action assumed, and synthetic stays synthetic."""
        order = list(load_columns()["data_kind"].choices)
        first = self.base.frame["year"].iloc[0]
        kinds = self.texts["data_kind"].copy()
        for at, code in enumerate(self.ids):
            if kinds[at] == SYNTHETIC or (year == first and code not in self.touched):
                continue
            derived = "assumed" if code in self.touched else "projected"
            kinds[at] = derived if kinds[at] is None else max(kinds[at], derived, key=order.index)
        return kinds


def _stages_of(standard: Standard) -> dict[str, set[str]]:
    """Stages of every school type that the standard counts."""
    kinds = {
        kind: {stage for stage, counted in standard.counting.stages.items() if kind in counted}
        for counted in standard.counting.stages.values()
        for kind in counted
    }
    return kinds | {kind: set(stages) for kind, stages in standard.split.stages.items()}
