"""What comes to the schools of a county: pupils by grade and stage, seats, peak and fall, beside the plan's figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.cards import NATIONAL_STANDARD, County
from youzhi.counties import find_county, list_years, load_county, read_county
from youzhi.enrolment import (
    METHODS,
    Projection,
    can_project,
    census_entrants,
    choose_method,
    find_doubts,
    frame_projection,
    make_projection,
    measure_widening,
    project_past,
    quantile_bands,
    read_history,
    spread_widening,
    summarise_past,
    widen_futures,
    widen_past,
)
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.enrolment.history import is_whole, raise_faults
from youzhi.enrolment.projection import LONGEST, find_draw_faults
from youzhi.errors import UsageError
from youzhi.exact import as_fraction
from youzhi.seats import judge_band, measure_seats, plan_admission
from youzhi.standards import Standard, load_standard
from youzhi.tables import SchoolTable

STAGE_COLUMNS = ["county", "year", "stage", "pupils", "low", "high", "kind"]
SEAT_COLUMNS = ["county", "year", "stage", "pupils", "low", "high", "capacity"]
SEAT_COLUMNS += ["free", "ratio", "ratio_high", "band", "kind"]
PEAK_COLUMNS = ["county", "stage", "peak_year", "peak_pupils", "end_year", "end_pupils", "change"]
PLAN_COLUMNS = ["county", "year", "fact", "label", "published", "pupils", "low", "high", "kind"]
PLAN_COLUMNS += ["source"]
ALL_STAGES = "all"
OBSERVED, PROJECTED = "observed", "projected"

# Facts of a card that speak of how many children come.
_COMPULSORY, _KINDERGARTEN = "compulsory_pupils", "kindergarten_pupils"


@dataclass(frozen=True, eq=False)
class Outlook:
    """How many pupils come to a county, and whether there are seats for them (生源展望).

    Attributes
    ----------
    county, name_zh
        Id and Chinese name.
    year, to
        Last year of the history that was used, and last year projected.
    history
        Pupils, years × grades (人).
    entrants
        As census_entrants gives them; empty where the card has no census, and grade 1 is held then.
    method
        By which it was projected, one of METHODS; `chosen` tells whether by its errors in the past.
    past
        Projections of the past by every method, beside what came; as project_past gives them.
    stage_grades
        Stage id to its grades, five and four or six and three.
    schools, admission_plan
        Seats of every school, as measure_seats gives them, and places of first grades, as plan_admission does, both of
        the newest school table not after `year`.
    seatless
        Stage id to its pupils in that table whose schools have no seats counted, special and vocational ones (人); they
        are in `history` and `stages`, and left out of `seats` and `admission`.
    kinds
        What the outlook rests on (history, entrants, schools) to its kinds of data.
    doubts
        Numbers of the history that can hardly be right, as find_doubts gives them; nothing is left out for them.
    """

    county: str
    name_zh: str
    year: int
    to: int
    history: pd.DataFrame
    entrants: pd.DataFrame
    method: str
    chosen: bool
    past: pd.DataFrame
    stage_grades: dict[str, list[int]]
    schools: pd.DataFrame
    admission_plan: pd.DataFrame
    seatless: dict[str, float]
    kinds: dict[str, list[str]]
    doubts: pd.DataFrame
    _card: County = field(repr=False)
    _projection: Projection = field(repr=False)

    @property
    def years(self) -> list[int]:
        """The years projected."""
        return self._projection.years

    @cached_property
    def _futures(self) -> np.ndarray:
        bands = load_assumptions().bands
        return self._draw(bands.draws, bands.seed)

    def _draw(self, draws: int, seed: int) -> np.ndarray:
        """Futures as far apart as those of the past should have been: draws × years × grades."""
        pupils = self._projection.pupils
        multiples = spread_widening(measure_widening(self.past, self.method), *pupils.shape)
        return widen_futures(self._projection.draw(draws, seed), pupils, multiples)

    def _bands(self, futures: np.ndarray, pupils: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return quantile_bands(futures, pupils, load_assumptions().bands.level)

    @cached_property
    def projection(self) -> pd.DataFrame:
        """Year, grade, pupils, low, high (人, not rounded); `attrs["unknown"]` says what is missing and why."""
        return frame_projection(
            self._projection, *self._bands(self._futures, self._projection.pupils)
        )

    @cached_property
    def stages(self) -> pd.DataFrame:
        """County, year, stage, pupils, low, high (人), kind ("observed" or "projected"), all years."""
        parts = [self._total(stage, grades) for stage, grades in self.stage_grades.items()]
        return _sort(pd.concat(parts), self.stage_grades)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """As `stages`, for all grades together, under stage "all"."""
        return self._total(ALL_STAGES, list(self.history.columns))

    @cached_property
    def backtests(self) -> pd.DataFrame:
        """Errors of every method in the past, all grades.

        Columns: method, ahead (years), mape, bias, coverage (share of actual numbers in the bands as drawn), n, enrolled
        and coming (by what multiple the bands here are wider than drawn, see measure_widening), coverage_widened (share
        that bands so widened would have held: the multiples are fitted to these numbers, it is no independent test).
        Grades are tested one by one; where they go wrong together more than drawn, bands of a stage are still too narrow.
        """
        ahead = load_assumptions().backtest.ahead
        keys = [(method, lead, 0) for method in self.methods for lead in ahead]
        multiples = {method: measure_widening(self.past, method) for method in self.methods}
        wide = [
            widen_past(self.past[self.past["method"] == method], widening)
            for method, widening in multiples.items()
        ]
        told = pd.concat(multiples, names=["method"]).reset_index()
        after = summarise_past(pd.concat(wide), keys)["coverage"]
        table = summarise_past(self.past, keys).drop(columns="grade")
        return table.merge(told, how="left").assign(coverage_widened=after)

    @property
    def tested(self) -> bool:
        """Whether its method could be held against any past year; where not, its bands rest on no such errors."""
        own = self.backtests[self.backtests["method"] == self.method]
        return bool((own["n"] > 0).any())

    @property
    def distant(self) -> bool:
        """Whether it goes on for more years than assumptions.toml takes for more than an example."""
        return self.to - self.year > load_assumptions().horizon.years

    @property
    def methods(self) -> list[str]:
        """Methods that could be tried: "cohort" needs entrants."""
        return [method for method in METHODS if method != "cohort" or len(self.entrants)]

    @cached_property
    def seats(self) -> pd.DataFrame:
        """Pupils against the seats of the newest school table, from its last observed year on.

        Special and vocational schools have no seats counted, so their pupils are left out here, at the share that they
        had of their stage in the year of that table: `stages` has all pupils. The share is taken to stay; it is missing,
        and so are the pupils, where it cannot be told.

        Columns: county, year, stage, pupils, low, high (人, in schools with seats), capacity (seats, 人), free, ratio,
        ratio_high (of high over the seats), band (decided on unrounded pupils), kind.
        """
        capacity = self.schools.groupby("stage")["seats"].sum(skipna=False)
        return self._hold(self.stages, capacity)

    @cached_property
    def admission(self) -> pd.DataFrame:
        """Children in the first grade of every stage against the places of first grades; columns as `seats`.

        This is what the published rule of the bands speaks of. Children of special schools are left out at the share of
        their whole stage.
        """
        parts = [self._total(stage, grades[:1]) for stage, grades in self.stage_grades.items()]
        table = _sort(pd.concat(parts), self.stage_grades)
        return self._hold(table, self.admission_plan.set_index("stage")["seats"])

    def _hold(self, pupils: pd.DataFrame, capacity: pd.Series) -> pd.DataFrame:
        """Pupils of schools with seats against these seats, from the last observed year on."""
        ahead = pupils[pupils["year"] >= self.year]
        whole = ahead["stage"].map(self._pupils_then)
        seated = whole - ahead["stage"].map(self.seatless)
        parts = {name: ahead[name] * seated / whole for name in ("pupils", "low", "high")}
        return _hold_seats(ahead.assign(**parts), capacity)

    @property
    def _pupils_then(self) -> dict[str, float]:
        """All pupils of every stage in the year of the school table; a stage that seats everybody needs none."""
        then = self.history.reindex([int(self.schools["year"].max())]).iloc[0]
        return {
            stage: then[grades].sum(skipna=False) if self.seatless[stage] != 0 else 1.0
            for stage, grades in self.stage_grades.items()
        }

    @cached_property
    def peaks(self) -> pd.DataFrame:
        """When most pupils come, from the last observed year on, and what is left at the end.

        Columns: county, stage ("all" for both together), peak_year, peak_pupils, end_year, end_pupils (人), change (end
        over peak less 1). Missing where a year cannot be told.
        """
        table = pd.concat([self.stages, self.totals])
        table = table[table["year"] >= self.year]
        rows = []
        for stage in [*self.stage_grades, ALL_STAGES]:
            path = table[table["stage"] == stage].set_index("year")["pupils"]
            known = path.notna().all()
            peak = int(path.idxmax()) if known else pd.NA
            most, end = (path.max(), path.iloc[-1]) if known else (np.nan, np.nan)
            rows.append([self.county, stage, peak, most, self.to, end, end / most - 1])
        return pd.DataFrame(rows, columns=PEAK_COLUMNS).astype({"peak_year": "Int64"})

    @cached_property
    def plan(self) -> pd.DataFrame:
        """What the county's documents say of pupils and of children in kindergarten, beside our own numbers.

        Columns: county, year, fact, label, published (人), pupils, low, high (ours), kind (of ours), source. Beside
        children in kindergarten stand those who reach school age in the years after: they are the evidence of what
        comes. They have no band, and are missing where `to` is too early.
        """
        rows = []
        for fact in self._card.fact:
            if fact.id in (_COMPULSORY, _KINDERGARTEN):
                own = (
                    self._own_total(fact.year) if fact.id == _COMPULSORY else self._next(fact.year)
                )
                published = float(as_fraction(fact.value))
                rows.append(
                    [self.county, fact.year, fact.id, fact.label, published, *own, fact.source]
                )
        table = pd.DataFrame(rows, columns=PLAN_COLUMNS)
        return table.sort_values(["fact", "year"], kind="stable").reset_index(drop=True)

    def _own_total(self, year: int) -> list:
        """Our own number of all pupils in a year: pupils, low, high, kind."""
        ours = self.totals.set_index("year")[["pupils", "low", "high", "kind"]]
        return ours.loc[year].tolist() if year in ours.index else [np.nan, np.nan, np.nan, ""]

    def _next(self, year: int) -> list:
        """Children who are in kindergarten in a year, by the years in which they enter school."""
        length = load_assumptions().kindergarten.years
        coming = self.entrants[self.entrants["year"].between(year + 1, year + length)]
        if len(coming) < length:
            return [np.nan, np.nan, np.nan, ""]
        kind = "assumed" if (coming["kind"] == "assumed").any() else PROJECTED
        return [coming["pupils"].sum(skipna=False), np.nan, np.nan, kind]

    def draws(self, n: int, seed: int) -> np.ndarray:
        """Draw pupils of the stages, as far apart as the bands are (抽取可能的未来).

        Parameters
        ----------
        n, seed
            How many, at least 1, and from where, at least 0; the same seed gives the same bytes.

        Returns
        -------
        ndarray
            Draws × years × stages, in the order of `years` and `stage_grades` (人).

        Raises
        ------
        UsageError
            A parameter is out of range; all faults are told.
        """
        raise_faults(find_draw_faults("n", n, seed), "draws")
        futures = self._draw(n, seed)
        return np.stack(
            [self._sum_grades(futures, grades) for grades in self.stage_grades.values()], axis=-1
        )

    def _sum_grades(self, pupils: np.ndarray, grades: list[int]) -> np.ndarray:
        return pupils[..., np.array(grades) - 1].sum(axis=-1)

    def _total(self, stage: str, grades: list[int]) -> pd.DataFrame:
        """Observed and projected pupils of some grades together."""
        seen = self.history[grades].sum(axis=1, skipna=False).to_numpy()
        ours = self._sum_grades(self._projection.pupils, grades)
        low, high = self._bands(self._sum_grades(self._futures, grades), ours)
        return pd.DataFrame(
            {
                "county": self.county,
                "year": [*self.history.index, *self.years],
                "stage": stage,
                "pupils": np.concatenate([seen, ours]),
                "low": np.concatenate([seen, low]),
                "high": np.concatenate([seen, high]),
                "kind": [OBSERVED] * len(seen) + [PROJECTED] * len(ours),
            },
            columns=STAGE_COLUMNS,
        )


def make_outlook(
    county: str,
    to: int,
    *,
    year: int | None = None,
    data: str | Path | None = None,
    method: str | None = None,
) -> Outlook:
    """Project the pupils of a county, test the methods on its past, and hold its seats against what comes (生源展望).

    Entrants come from the censuses of the card and from national births; what is published today is used, whatever
    `year` is. Each projection of the past uses only what was published then. Seats stay those of the newest school table.

    Parameters
    ----------
    county
        Id or Chinese name.
    to
        Last year to project.
    year
        Last year of the history to use; None for its last one.
    data
        See counties.data_root.
    method
        One of METHODS; None chooses the one with the least errors in the past, see choose_method.

    Returns
    -------
    Outlook
        Frozen. `projection.attrs["unknown"]` says what could not be told and why, and `doubts` what may be a slip.

    Raises
    ------
    UsageError
        Unknown county, year or method, or "cohort" without a census; `to` not after `year`, or too far; no history,
        school table or years of the stages. The message names all that is wrong with the parameters.
    DataError
        A table is refused; all faults are listed.

    Examples
    --------
    >>> outlook = make_outlook("yiyuan", 2035)
    >>> outlook.peaks["stage"].tolist()
    ['primary', 'junior', 'all']
    """
    county = find_county(county, data)
    card, history = load_county(county, data), read_history(county, data)
    kinds = {"history": history.attrs["data_kind"]}
    year = int(history.index[-1]) if year is None else year
    _check_parameters(card, history, to, year, method)
    history = history.loc[:year]
    stage_grades = _split_grades(card, history)
    entrants = _expect(card, history, to, as_of=None)
    past = project_past(
        history,
        load_assumptions().backtest.ahead,
        lambda origin: _known_entrants(card, history, to, origin),
        [name for name in METHODS if name != "cohort" or len(entrants)],
    )
    best = choose_method(past) if method is None else method
    known = entrants if len(entrants) else None
    table, kinds["schools"] = _read_schools(card, year, data)
    standard = load_standard(NATIONAL_STANDARD)
    lengths = {stage: len(grades) for stage, grades in stage_grades.items()}
    kinds["entrants"] = sorted(set(entrants["kind"])) if len(entrants) else ["assumed"]
    return Outlook(
        county=county,
        name_zh=card.name_zh,
        year=year,
        to=to,
        history=history,
        entrants=entrants,
        method=best,
        chosen=method is None,
        past=past,
        stage_grades=stage_grades,
        schools=measure_seats(table, standard),
        admission_plan=plan_admission(table, standard, lengths),
        seatless=_count_seatless(table, standard),
        kinds=kinds,
        doubts=find_doubts(
            history, stage_grades, int(table.numbers("year")[0]), _count_pupils(table, standard)
        ),
        _card=card,
        _projection=make_projection(history, to - year, known, best),
    )


def _sort(table: pd.DataFrame, stages: Iterable[str]) -> pd.DataFrame:
    """By year, then in the order of the stages."""
    order = pd.Index(list(stages)).get_indexer(table["stage"])
    table = table.assign(_order=order).sort_values(["year", "_order"], kind="stable")
    return table.drop(columns="_order").reset_index(drop=True)


def _check_parameters(card: County, history: pd.DataFrame, to, year, method) -> None:
    """Refuse parameters that cannot be, all at once."""
    first, last = int(history.index[0]), int(history.index[-1])
    faults = []
    if not is_whole(year) or not first <= year <= last:
        faults.append(
            f"year 为 {year!r}；{card.name_zh}的分年级在校生只有{first}至{last}年。请从中选一年"
        )
        year = last
    elif not can_project(history, year):
        faults.append(
            f"year 为 {year}；{card.name_zh}到{year}年只有{year - first + 1}年的分年级在校生，看不出学生怎样升级，"
            f"至少要{load_assumptions().progression.least}年。请改用较晚的 year，或在 enrolment.csv 中补上更早的年份"
        )
    if not is_whole(to) or not year < to <= year + LONGEST:
        faults.append(
            f"to 为 {to!r}；历史用到{year}年（year，不写为最后一年），to 应是其后1至{LONGEST}年之内的整数年份。"
            "请写推算到哪一年，或改用较早的 year"
        )
    if method is not None and method not in METHODS:
        faults.append(f"method 为 {method!r}；允许：{'、'.join(METHODS)}，或不写，由回测选出")
    elif method == "cohort" and not card.population:
        faults.append(
            f"method 为 'cohort'；{card.name_zh}县区卡没有人口普查，推不出队列。请补上 [[population]]，或换用其他方法"
        )
    if faults:
        raise UsageError("；".join(faults) + "。")


def _split_grades(card: County, history: pd.DataFrame) -> dict[str, list[int]]:
    """Grades of every stage, counted on from the first one."""
    years = {"primary": card.primary_years, "junior": card.junior_years}
    missing = [stage for stage, length in years.items() if not length]
    if missing or sum(years.values()) != len(history.columns):
        found = "、".join(f"{stage} {length or '未写'}" for stage, length in years.items())
        raise UsageError(
            f"{card.name_zh}县区卡 [stages] 的学制年数为 {found}，分年级在校生有{len(history.columns)}个年级，"
            "两者应相等。请补上 [stages] 的 years，或补齐年级。"
        )
    primary = years["primary"]
    grades = list(history.columns)
    return {"primary": grades[:primary], "junior": grades[primary:]}


def _expect(card: County, history: pd.DataFrame, to: int, as_of: int | None) -> pd.DataFrame:
    """Entrants of every year that matters; none where the card has no census."""
    first = int(history.index[0]) - len(history.columns) + 1
    expected = census_entrants(card.population, first, to, as_of=as_of)
    return expected if len(card.population) else expected.iloc[:0]


def _known_entrants(
    card: County, history: pd.DataFrame, to: int, origin: int
) -> pd.DataFrame | None:
    """What had been published of the entrants in the year of an origin."""
    known = _expect(card, history, to, as_of=origin)
    return known if len(known) else None


def _read_schools(
    card: County, year: int, data: str | Path | None
) -> tuple[SchoolTable, list[str]]:
    """The newest school table not after a year, and its kinds of data."""
    known = [one for one in list_years(card.id, data) if one <= year]
    if not known:
        raise UsageError(f"{card.name_zh}没有{year}年及以前的学校数据，算不出学位。请补上学校表。")
    table = read_county(card.id, known[-1], data)
    return table, sorted({kind for kind in table.texts("data_kind") if kind})


def _count_pupils(table: SchoolTable, standard: Standard) -> dict[str, float]:
    """All pupils of every stage; missing where a school with classes does not tell them."""
    found = {}
    for stage in standard.stages:
        pupils, classes = (table.numbers(f"{name}_{stage}") for name in ("pupils", "classes"))
        found[stage] = float(pupils[(pupils > 0) | (classes > 0)].sum())
    return found


def _count_seatless(table: SchoolTable, standard: Standard) -> dict[str, float]:
    """Pupils of every stage in schools of whose kind the standard counts no stage; missing where one is missing."""
    counted = {kind for kinds in standard.counting.stages.values() for kind in kinds}
    outside = ~pd.Series(table.texts("school_type")).isin(counted).to_numpy()
    found = {}
    for stage in standard.stages:
        pupils, classes = (table.numbers(f"{name}_{stage}") for name in ("pupils", "classes"))
        found[stage] = float(pupils[outside & ((pupils > 0) | (classes > 0))].sum())
    return found


def _hold_seats(pupils: pd.DataFrame, capacity: pd.Series) -> pd.DataFrame:
    """Pupils against seats that stay as they are; bands are decided on unrounded numbers."""
    seats = capacity.reindex(pupils["stage"]).to_numpy(dtype=float)
    open_seats = np.where(seats > 0, seats, np.nan)
    bands = [
        judge_band(count, places) for count, places in zip(pupils["pupils"], seats, strict=True)
    ]
    return pupils.assign(
        capacity=seats,
        free=seats - pupils["pupils"],
        ratio=pupils["pupils"] / open_seats,
        ratio_high=pupils["high"] / open_seats,
        band=bands,
    ).reset_index(drop=True)[SEAT_COLUMNS]
