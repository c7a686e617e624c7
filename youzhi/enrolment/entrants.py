"""Children who reach school age, by the year of entry: from censuses, then from national births, then assumed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.enrolment.assumptions import load_assumptions
from youzhi.enrolment.history import Fault, as_float, is_count, is_whole, raise_faults
from youzhi.errors import UsageError

ENTRANT_COLUMNS = ["year", "pupils", "spread", "source", "kind"]
_UNKNOWN, _CENSUS, _BIRTHS, _ASSUMED = range(4)


@cache
def load_births() -> pd.Series:
    """Return national births (全国出生人口).

    Returns
    -------
    Series
        万人 by year; the source stands in births.toml.

    Examples
    --------
    >>> int(load_births()[2023])
    902
    """
    text = (Path(__file__).parent / "births.toml").read_text(encoding="utf-8")
    births = {int(year): float(count) for year, count in tomllib.loads(text)["births"].items()}
    return pd.Series(births, name="births").rename_axis("year")


def census_entrants(
    population: Sequence[Mapping],
    first: int,
    last: int,
    *,
    as_of: int | None = None,
) -> pd.DataFrame:
    """Estimate the children who reach school age from censuses and births (入学年龄人口).

    Who is 6 by 31 August enters that year, so those born from September of one year to August of the next enter
    together. A census tells groups of ages on 1 November; the months of a group are told apart by the national
    births. Children born after the last census: national births times the county's share in them, which is its age 0
    over the national births of the same months. After the last published births comes an
    assumption: they stay as they were.

    Nobody dies, comes or leaves between census and entry; the share that enrols takes that up.

    Parameters
    ----------
    population
        Censuses as a county card has them: year, age_0, age_1_4, age_5_9, age_10_14 (人); a group may be missing
        or None.
    first, last
        Years of entry.
    as_of
        Only what was published by then is used; None for all.

    Returns
    -------
    DataFrame
        One row per year. Columns: year, pupils (人, missing before the oldest census group), spread (see Entrants),
        source (words), kind ("projected", or "assumed" where any month is).

    Raises
    ------
    UsageError
        The years are in disorder.
    DataError
        A census without year, two of one year, or ages that are no counts; all faults are listed.

    Examples
    --------
    A county with the national profile: 1/1000 of all births.

    >>> census = [{"year": 2020, "age_0": 12458, "age_1_4": 65287}]
    >>> found = census_entrants(census, 2026, 2031).round()
    >>> found[["year", "pupils", "kind"]].values.tolist()[::5]
    [[2026, 12896.0, 'projected'], [2031, 9540.0, 'assumed']]
    """
    if first > last:
        raise UsageError(f"入学年份 {first} 晚于 {last}。请先写较早的一年。")
    raise_faults(_population_faults(population), "population")
    known = [one for one in population if as_of is None or one["year"] + _lag() <= as_of]
    known = sorted(known, key=lambda one: one["year"])
    months = _lay_months(known, first, last, as_of)
    for census in known:
        months.enter(census)
    return pd.DataFrame(
        [_describe_entry(months, year) for year in range(first, last + 1)],
        columns=ENTRANT_COLUMNS,
    )


@dataclass(frozen=True)
class _Months:
    """Months of birth, counted from year 0: national births, the county's children, and where those come from."""

    start: int
    births: np.ndarray
    assumed: np.ndarray
    children: np.ndarray
    origin: np.ndarray

    def at(self, begin: int, end: int) -> slice:
        return slice(begin - self.start, end - self.start)

    def enter(self, census: Mapping) -> None:
        """Put the children of a census at their months of birth, and after them those born later."""
        rule = load_assumptions().census
        taken = census["year"] * 12 + rule.month - 1
        for youngest, oldest in rule.groups:
            name = f"age_{youngest}" if youngest == oldest else f"age_{youngest}_{oldest}"
            group = self.at(taken - 12 * (oldest + 1), taken - 12 * youngest)
            births, counted = self.births[group], as_float(census.get(name))
            if np.isnan(counted):  # what an older census says still stands
                continue
            weights = births if np.isfinite(births).all() else np.ones(len(births))
            self.children[group] = counted * weights / weights.sum()
            self.origin[group] = _CENSUS
        anchor, after = self.at(taken - 12, taken), self.at(taken, self.start + len(self.births))
        if np.isnan(as_float(census.get(f"age_{rule.groups[0][0]}"))):
            return
        share = self.children[anchor].sum() / self.births[anchor].sum()
        self.children[after] = share * self.births[after]
        self.origin[after] = np.where(self.assumed[after], _ASSUMED, _BIRTHS)


def _lay_months(censuses: list[Mapping], first: int, last: int, as_of: int | None) -> _Months:
    """National births of every month that matters, missing before the series; children still unknown."""
    births, rule = load_births(), load_assumptions()
    if as_of is not None:
        births = births[births.index + _lag() <= as_of]
    if births.empty:
        raise UsageError(f"到 {as_of} 年还没有公布可用的全国出生数。请给较晚的 as_of。")
    oldest = rule.census.groups[-1][1] + 1
    begin = min([first - rule.entry.age - 1, *(one["year"] - oldest - 1 for one in censuses)])
    years = np.arange(begin, max([last, *(one["year"] + 1 for one in censuses)]) + 1).repeat(12)
    known_to = int(births.index[-1])
    monthly = births.reindex(np.minimum(years, known_to)).to_numpy() / 12
    children, origin = np.full(len(years), np.nan), np.full(len(years), _UNKNOWN)
    return _Months(begin * 12, monthly, years > known_to, children, origin)


def _population_faults(population: Sequence[Mapping]) -> Iterable[Fault]:
    """What is wrong with the censuses."""
    years = []
    for at, census in enumerate(population, 1):
        year = census.get("year")
        if not is_whole(year):
            yield Fault("", f"第{at}次普查 year", year, "整数年份", "写普查的年份")
        elif year in years:
            found = f"{year}年已有第{years.index(year) + 1}次普查"
            advice = "合并成一次，或删去重复的"
            yield Fault("", f"第{at}次普查 year", found, "每年一次普查", advice)
        years.append(year)
        for name, counted in census.items():
            if name.startswith("age_") and not is_count(counted):
                yield Fault(
                    "", f"第{at}次普查 {name}", counted, "不小于0的人数", "核对普查表，没有就不写"
                )


def _window(entry_year: int) -> tuple[int, int]:
    """Months of birth of those who enter in a year: the first, and the one after the last."""
    rule = load_assumptions().entry
    end = (entry_year - rule.age) * 12 + rule.last_month
    return end - 12, end


def _describe_entry(months: _Months, year: int) -> list:
    """One row of the entrants."""
    window = months.at(*_window(year))
    origin, pupils = months.origin[window], months.children[window].sum()
    after = np.isin(origin, [_BIRTHS, _ASSUMED]).mean()
    words = [
        word
        for code, word in (
            (_UNKNOWN, "没有普查数据"),
            (_CENSUS, "普查年龄组，组内各月按全国出生数分摊"),
            (_BIRTHS, "全国出生数×普查时本县0岁占全国的比例"),
            (_ASSUMED, "最后一年的出生数不变（假定）"),
        )
        if (origin == code).any()
    ]
    kind = "assumed" if (origin == _ASSUMED).any() else "projected"
    spread = after * load_assumptions().beyond.spread
    return [year, pupils, spread, "；".join(words), kind]


def _lag() -> int:
    return load_assumptions().publication.lag
