"""The schools of two years laid side by side, and the values that jumped between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from youzhi.exact import as_fraction
from youzhi.intake.findings import load_rules
from youzhi.standards import Standard
from youzhi.tables import SchoolTable

_NEAR = 1e-9


@dataclass(frozen=True)
class Jump:
    """One value that changed by more than the share (突变).

    Attributes
    ----------
    row, old
        Its row in the table and in that of the earlier year.
    name
        Column.
    times, up
        The factor of units by which it differs, 0 where by none, and whether it grew.
    """

    row: int
    old: int
    name: str
    times: float
    up: bool


@dataclass(frozen=True)
class Years:
    """Two years of one county side by side (两年对照).

    Attributes
    ----------
    schools, before
        The table and that of the earlier year.
    standard
        Its stages.
    """

    schools: SchoolTable
    before: SchoolTable
    standard: Standard

    @property
    def earlier(self) -> int:
        """The earlier year."""
        return int(self.before.frame["year"].iat[0])

    @cached_property
    def names(self) -> tuple[list[str], list[str]]:
        """Own names of the schools of this and of the earlier year."""
        return own_names(self.schools), own_names(self.before)

    @cached_property
    def by_code(self) -> dict[int, int]:
        """Row to row of the earlier year, of schools with the same code."""
        codes = {code: at for at, code in enumerate(self.before.frame["school_id"])}
        now = enumerate(self.schools.frame["school_id"])
        return {row: codes[code] for row, code in now if code in codes}

    @cached_property
    def by_name(self) -> dict[int, int]:
        """The same of schools with other codes, whose name only one school has in either year."""
        now, then = self.names
        known, often_now, often_then = set(self.by_code.values()), Counter(now), Counter(then)
        rest = {
            name: old for old, name in enumerate(then) if old not in known and often_then[name] == 1
        }
        return {
            row: rest[name]
            for row, name in enumerate(now)
            if row not in self.by_code and often_now[name] == 1 and name in rest
        }

    @cached_property
    def pairs(self) -> dict[int, int]:
        """Row to row of the earlier year, of all schools that are in both."""
        return dict(sorted((self.by_code | self.by_name).items()))

    @property
    def gone(self) -> list[int]:
        """Rows of the earlier year that are not there any more."""
        kept = set(self.pairs.values())
        return [row for row in range(len(self.before)) if row not in kept]

    @property
    def come(self) -> list[int]:
        """Rows that are new."""
        return [row for row in range(len(self.schools)) if row not in self.pairs]

    @property
    def mostly_match(self) -> bool:
        """Whether enough schools are in both years to compare them one by one."""
        most = max(len(self.before), len(self.schools))
        return len(self.pairs) >= load_rules()["K15c"].limits["share"] * most

    # ---------------------------------------------------------------- values

    @cached_property
    def jumps(self) -> list[Jump]:
        """Values that changed by more than the share of D08; none where the years hardly match."""
        if not (self.pairs and self.mostly_match):
            return []
        rows, old = (np.array(part) for part in zip(*self.pairs.items(), strict=True))
        watched = {name: least for name, least in self._watched() if name in self.before.frame}
        return [
            jump for name, least in watched.items() for jump in self._of(name, least, rows, old)
        ]

    def _watched(self) -> Iterator[tuple[str, float]]:
        """Columns to compare, and the least change that is told; a few persons or rooms are none."""
        least, units = load_rules()["D08"].limits["least"], load_rules()["N04y"].limits["columns"]
        for key, few in ({name: 0 for name in units} | least).items():
            for name in dict.fromkeys(key.format(stage=stage) for stage in self.standard.stages):
                if name in self.schools.frame:
                    yield name, few

    def _of(self, name: str, least: float, rows: np.ndarray, old: np.ndarray) -> Iterator[Jump]:
        """Jumps of one column, decided exactly."""
        now, then = self.schools.numbers(name)[rows], self.before.numbers(name)[old]
        share, change = load_rules()["D08"].limits["share"], np.abs(now - then)
        for at in np.flatnonzero(change >= share * then * (1 - _NEAR)):
            times = _factor(now[at], then[at], name)
            if change[at] < least and not times:
                continue
            row, past = int(rows[at]), int(old[at])
            exact = self.schools.exact_number(row, name), self.before.exact_number(past, name)
            if abs(exact[0] - exact[1]) > as_fraction(share) * exact[1]:
                yield Jump(row, past, name, times, now[at] > then[at])

    @cached_property
    def shifted(self) -> dict[tuple[str, float, bool], int]:
        """Column, factor and direction of whole columns in another unit, with the number of schools."""
        limits = load_rules()["N04y"].limits
        counts = Counter((j.name, j.times, j.up) for j in self.jumps if j.times)
        return {
            key: count
            for key, count in counts.items()
            if count >= limits["schools"] and count >= limits["share"] * self.both_positive(key[0])
        }

    def both_positive(self, name: str) -> int:
        """Number of schools that have more than nothing in both years."""
        now, then = self.schools.numbers(name), self.before.numbers(name)
        return sum(bool(now[row] > 0 and then[old] > 0) for row, old in self.pairs.items())


def own_names(schools: SchoolTable) -> list[str]:
    """Names without the code by which schools of one name are told apart (不带代码的校名)."""
    pairs = zip(schools.frame["school"], schools.frame["school_id"], strict=True)
    return [name.removesuffix(f"（{code}）") for name, code in pairs]


def _factor(now: float, then: float, name: str) -> float:
    """The factor of units by which two values differ; 0 where by none."""
    limits = load_rules()["N04y"].limits
    if name not in limits["columns"] or now <= 0 or then <= 0:
        return 0.0
    times = max(now, then) / min(now, then)
    near = [f for f in limits["times"] if abs(times / f - 1) <= limits["tolerance"]]
    return float(near[0]) if near else 0.0
