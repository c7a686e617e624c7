"""Counties of one year, and all their years, put side by side in tables of one layout (县际比较)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path

import pandas as pd

from youzhi.assessment import Assessment, assess_county, assess_years
from youzhi.cards import County
from youzhi.commitments import Commitments, load_commitments
from youzhi.comparisons import values
from youzhi.comparisons.context import frame_context
from youzhi.comparisons.obstacles import (
    compare_school_years,
    find_unreal,
    tell_school_years,
    tell_unreal,
)
from youzhi.comparisons.rules import frame_rules
from youzhi.comparisons.timelines import frame_timelines
from youzhi.counties import data_root, find_county, load_county, require_year
from youzhi.errors import UsageError
from youzhi.rankings import find_obstacles, rank_counties
from youzhi.standards import Standard, load_standard

DEFINITION_COLUMNS = [
    *("county", "year", "name", "standard", "number", "level", "verdict", "counted", "left_out"),
    *("weighting", "rule", "sections", "excluded", "held", "relief", "data_kinds", "school_years"),
]


@dataclass(frozen=True)
class Ranking:
    """An order of counties, or the reasons why there is none (县际排序或不排序的理由).

    Attributes
    ----------
    allowed
        Whether the counties may be put in order.
    reasons
        What stands against it, in words; empty where allowed.
    table
        What rank_counties gives; None where not allowed.
    """

    allowed: bool
    reasons: tuple[str, ...]
    table: pd.DataFrame | None

    @property
    def reason(self) -> str:
        """All reasons in one line; "" where allowed."""
        return " ".join(self.reasons)


@dataclass(frozen=True)
class CountyComparison:
    """Several counties of one year, with all their years (县际比较).

    The tables are made when they are first asked for; each is the stacked table of every county, sorted by its leading
    keys. The order in which the counties were given is that of `names`. Years beside `year` are read when `histories`,
    `series` or `stage_series` is first asked for; a table of theirs that is refused is told then.

    Attributes
    ----------
    year
        Year of the statistics of 1 September.
    results
        One assessment per county, of that year.
    cards, promises
        County cards and promises of the plans, county by county.
    read_history
        What gives all years of a county: takes its id and standard.
    """

    year: int
    results: tuple[Assessment, ...]
    cards: tuple[County, ...]
    promises: tuple[Commitments, ...]
    read_history: Callable[[str, Standard], Assessment]

    @property
    def names(self) -> dict[str, str]:
        """County id to Chinese name, in the order in which they were given."""
        return {card.id: card.name_zh for card in self.cards}

    @cached_property
    def histories(self) -> tuple[Assessment, ...]:
        """One per county, of all its years, by the standard of `results`, without transitional reliefs."""
        pairs = zip(self.cards, self.results, strict=True)
        return tuple(self.read_history(card.id, result.standard) for card, result in pairs)

    @cached_property
    def unreal(self) -> dict[str, str]:
        """Counties whose school data are anything but real; see find_unreal."""
        return find_unreal(self.results)

    @cached_property
    def school_years(self) -> dict[str, str]:
        """County id to the grades of its stages in words, in the order given; see tell_school_years."""
        pairs = zip(self.cards, self.results, strict=True)
        return {card.id: tell_school_years(card, result) for card, result in pairs}

    @cached_property
    def definitions(self) -> pd.DataFrame:
        """One row per county: what was counted, how and by what, and the county verdict.

        Columns: county, year, name, standard, number, level, verdict, counted ("school" or "campus"), left_out (who does
        not count, in words), weighting, rule (of the spread), sections, excluded, held (numbers), relief (whether a
        transitional relief applied to a school), data_kinds (of schools and county figures), school_years (grades of
        the stages, in words).
        """
        return self._stack(
            lambda result: _frame_definition(result, self.school_years[result.one_year()[0]]),
            self.results,
        )

    @cached_property
    def stages(self) -> pd.DataFrame:
        """One row per county, year, standard and stage; see values.frame_stages."""
        return self._stack(values.frame_stages, self.results)

    @cached_property
    def values(self) -> pd.DataFrame:
        """One row per county, year, standard, stage and indicator; see values.frame_values."""
        return self._stack(values.frame_values, self.results)

    @cached_property
    def sizes(self) -> pd.DataFrame:
        """The same by size band of the school, column `group`; see values.frame_groups."""
        return self._stack(
            lambda result: values.frame_groups(result, values.group_by_size(result)), self.results
        )

    @cached_property
    def zones(self) -> pd.DataFrame:
        """The same by zone, column `group`; see values.frame_groups."""
        return self._stack(
            lambda result: values.frame_groups(result, values.group_by_zone(result)), self.results
        )

    @cached_property
    def series(self) -> pd.DataFrame:
        """All years: columns of values.frame_series, and in_force (id of the standard in force in that county-year)."""
        return self._mark_in_force(self._stack(values.frame_series, self.histories))

    @cached_property
    def stage_series(self) -> pd.DataFrame:
        """All years: columns of values.frame_stages, and in_force."""
        return self._mark_in_force(self._stack(values.frame_stages, self.histories))

    @cached_property
    def context(self) -> pd.DataFrame:
        """One row per county and census; see frame_context."""
        return frame_context(self.cards)

    @cached_property
    def timelines(self) -> pd.DataFrame:
        """One row per milestone of the plans; see frame_timelines."""
        return frame_timelines(self.promises)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """One row per matter, county and local rule, in the order of the matters; see frame_rules."""
        triples = zip(self.results, self.cards, self.promises, strict=True)
        table = pd.concat([frame_rules(*triple) for triple in triples], ignore_index=True)
        order = {matter: at for at, matter in enumerate(table["matter"].drop_duplicates())}
        return table.sort_values(
            ["matter", "county"],
            key=lambda column: column.map(order) if column.name == "matter" else column,
            kind="stable",
            ignore_index=True,
        )

    def rank(self, by: str = "composite") -> Ranking:
        """Put the counties in order, or say why not (县际排序).

        Beside what find_obstacles names, two things stand against it: school data that are not known to be real, for
        the order would be that of real names; and stages of other grades, or of grades that nobody wrote down.

        Parameters
        ----------
        by
            As of rank_counties.

        Returns
        -------
        Ranking
            Never raises because of the counties.

        Raises
        ------
        UsageError
            `by` is neither "composite" nor an indicator of the standard.

        Examples
        --------
        >>> compare_counties(["yiyuan", "wenling"], 2023).rank().allowed
        False
        """
        reasons = (*find_obstacles(self.results), *self._obstacles())
        if reasons:
            return Ranking(False, reasons, None)
        return Ranking(True, (), rank_counties(self.results, by))

    def _obstacles(self) -> Iterator[str]:
        """What the results alone do not tell: other grades under one name, data that are not real."""
        names = self.names
        years = {names[county]: words for county, words in self.school_years.items()}
        if told := compare_school_years(years):
            yield f"{told}。同名学段的年级不同，不能放进同一个排序。"
        if told := tell_unreal(self.unreal, names):
            yield (
                f"{told}。按这样的数排序，名次会落在真实的县名上，而它不说明任何县的实际。"
                "请用真实数据重新评估；数据性质未注明的，先在学校数据表中写明。"
            )

    def _stack(self, frame: Callable[[Assessment], pd.DataFrame], results) -> pd.DataFrame:
        """The tables of all counties, one below the other, counties by their id."""
        ids = [card.id for card in self.cards]
        ordered = [
            result for _, result in sorted(zip(ids, results, strict=True), key=lambda p: p[0])
        ]
        return pd.concat([frame(result) for result in ordered], ignore_index=True)

    def _mark_in_force(self, table: pd.DataFrame) -> pd.DataFrame:
        cards = {card.id: card for card in self.cards}
        places = table[["county", "year"]].drop_duplicates().itertuples(index=False)
        known = {tuple(place): _standard_of(cards[place.county], place.year) for place in places}
        keys = zip(table["county"], table["year"], strict=True)
        return table.assign(in_force=[known[key] for key in keys])


def compare_counties(
    counties: Iterable[str],
    year: int,
    *,
    standard: Standard | str | Path | None = None,
    data: str | Path | None = None,
) -> CountyComparison:
    """Put several counties of one year side by side (县际比较).

    Each county is judged as it is for itself: by the standard in force there, counted as its card says. The tables say
    for every row by which standard, unit and kind of data; nothing is ranked unless rank() finds no obstacle.

    Parameters
    ----------
    counties
        Ids or Chinese names, two at least.
    year
        Year of the statistics of 1 September.
    standard
        A Standard, its id or a file, for all counties; the one in force in each when not given.
    data
        The data root; else $YOUZHI_DATA; else data/ of the repository.

    Returns
    -------
    CountyComparison
        Tables .definitions .stages .values .sizes .zones .series .stage_series .context .timelines .rules and .rank().

    Raises
    ------
    UsageError
        Fewer than two counties, one twice, unknown counties or years, a year that is no whole number; all of them at
        once.
    DataError
        A table of that year is refused; all its faults are listed.

    Examples
    --------
    >>> comparison = compare_counties(["wenling", "沂源县"], 2023)
    >>> comparison.definitions[["county", "counted"]].values.tolist()
    [['wenling', 'campus'], ['yiyuan', 'school']]
    """
    ids, root = _find_all(counties, year, data), data_root(data)
    if standard is not None and not isinstance(standard, Standard):
        standard = load_standard(standard)

    def read_history(county: str, used: Standard) -> Assessment:
        return assess_years(county, used, root)

    return CountyComparison(
        int(year),
        tuple(assess_county(county, int(year), standard, root) for county in ids),
        tuple(load_county(county, root) for county in ids),
        tuple(load_commitments(county, root) for county in ids),
        read_history,
    )


def _find_all(counties: Iterable[str], year: int, data: str | Path | None) -> list[str]:
    """Ids of the counties; everything that is wrong with them and the year in one message."""
    asked = [counties] if isinstance(counties, str) else list(_require_names(counties))
    ids, faults = [], []
    dated = isinstance(year, Integral) and not isinstance(year, bool)
    if not dated:
        found = f"文字“{year:.40}”" if isinstance(year, str) else f"“{year!s:.40}”"
        faults.append(f"统计年度应为整数，例如 2023；发现{found}。请改写年度。")
    for name in asked:
        try:
            county = find_county(name, data)
            if dated:
                require_year(county, year, data)
        except UsageError as error:
            faults.append(str(error))
            continue
        if county in ids:
            faults.append(f"“{name}”与前面的县区是同一个（{county}）。每个县区只写一次。")
        ids.append(county)
    if len(asked) < 2:
        faults.append(f"比较至少要两个县区，现有{len(asked)}个。请再写一个县区。")
    if faults:
        raise UsageError("\n".join(faults))
    return ids


def _require_names(counties: Iterable[str]) -> Iterable[str]:
    """What can be gone through; a missing list is said to be missing."""
    if not isinstance(counties, Iterable):
        raise UsageError(
            f'县区应为代码或名称的列表，例如 ["yiyuan", "huantai"]；发现“{counties!s:.40}”。请写成列表。'
        )
    return counties


def _standard_of(card: County, year: int) -> str:
    """Id of the standard in force; "" before the first one."""
    try:
        return card.standard_for(year)
    except UsageError:
        return ""


def _frame_definition(result: Assessment, school_years: str) -> pd.DataFrame:
    county, year = result.one_year()
    standard, left_out = result.standard, result.sections.excluded
    row = [
        *(county, year, result.names.get(county, county)),
        *(standard.id, standard.number, standard.level.zh, result.verdict, result.sections.unit),
        "；".join(exclusion.reason.zh for exclusion in standard.exclusion),
        standard.dispersion_rule.weighting.value,
        standard.dispersion_rule.label.zh,
        len(result.schools),
        int((~left_out["held"].astype(bool)).sum()),
        int(left_out["held"].astype(bool).sum()),
        any(bool(stage.indicators.relieved.any()) for stage in result.stages),
        "、".join(result.data_kinds),
        school_years,
    ]
    return pd.DataFrame([row], columns=DEFINITION_COLUMNS)
