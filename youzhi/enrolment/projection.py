"""Pupils by grade in the years to come, with prediction bands drawn from past errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from youzhi.enrolment.assumptions import load_assumptions
from youzhi.enrolment.history import (
    Fault,
    find_history_faults,
    is_count,
    is_whole,
    order_history,
    raise_faults,
)
from youzhi.enrolment.methods import BELOW, ENTRANTS, METHODS, Fitted, fit_method

PROJECTION_COLUMNS = ["year", "grade", "pupils", "low", "high"]
UNKNOWN_COLUMNS = ["year", "grade", "reason"]
LONGEST = 100  # years; whoever asks for more has slipped


@dataclass(frozen=True)
class Entrants:
    """Children of school age by the year in which they enter, and how uncertain each further year is.

    Attributes
    ----------
    pupils
        Year of entry to children (人); a year that is not there is unknown.
    spread
        Year of entry to the standard deviation of what that year adds to the log error; 0 where not given. It adds up
        from the first cohort that is still in school on.
    """

    pupils: Mapping[int, float]
    spread: Mapping[int, float]


@dataclass(frozen=True, eq=False)
class Projection:
    """Pupils of every grade in the years to come (在校生推算).

    Attributes
    ----------
    method
        By which it was made.
    first
        First year projected.
    pupils
        Years × grades, unrounded (人); missing where it cannot be told.
    unknown
        Why cells are missing: year, grade, reason.
    """

    method: str
    first: int
    pupils: np.ndarray
    unknown: pd.DataFrame
    _fitted: Fitted
    _last: np.ndarray
    _entrants: Entrants | None

    @property
    def years(self) -> list[int]:
        """The years projected."""
        return list(range(self.first, self.first + len(self.pupils)))

    @property
    def has_errors(self) -> bool:
        """Whether the history is long enough for a single past error, and so for a band."""
        return bool(np.isfinite(self._fitted.errors).any())

    def draw(self, draws: int, seed: int) -> np.ndarray:
        """Draw possible futures: draws × years × grades (人), missing where the pupils are, or past errors are.

        Every step takes the errors of one past year for all grades, so that grades err together as they did, and
        with either sign, since a few years do not tell a direction. The rate itself is off by the weighted mean of as
        many further errors as it has years behind it. A share of entrants wanders: its errors add up over the years.
        Grades that lack an error borrow one.
        """
        rng = np.random.default_rng(seed)
        horizon, grades = self.pupils.shape
        if not self.has_errors:
            return np.full((draws, horizon, grades), np.nan)
        bases = np.array(self._fitted.bases)
        steps = _resample(self._fitted.errors, (draws, horizon), rng)
        steps[:, :, bases == ENTRANTS] = steps[:, :, bases == ENTRANTS].cumsum(axis=1)
        again = _resample(self._fitted.errors, (draws, len(self._fitted.weights)), rng)
        steps += np.where(bases == BELOW, np.tensordot(again, self._fitted.weights, (1, 0)), 0)[
            :, None
        ]
        factors = self._fitted.rates * np.exp(steps)
        cohorts = self._draw_entrants(draws, rng)
        return _walk(self._fitted.bases, self._last, factors, cohorts)

    def _draw_entrants(self, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Draws × entry years that matter, the first being the cohort that is in the highest grade first."""
        horizon, grades = self.pupils.shape
        years = range(self.first - grades + 1, self.first + horizon)
        if self._entrants is None:
            return np.full((draws, len(years)), np.nan)
        known = np.array([self._entrants.pupils.get(year, np.nan) for year in years])
        spread = np.array([self._entrants.spread.get(year, 0.0) for year in years])
        return known * np.exp((rng.standard_normal((draws, len(years))) * spread).cumsum(axis=1))


def project_enrolment(
    history: pd.DataFrame,
    horizon: int,
    entrants: pd.Series | Mapping | pd.DataFrame | None = None,
    method: str = "progression",
    *,
    level: float | None = None,
    draws: int | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Project the pupils of every grade (在校生推算).

    A grade is a base times a rate. "progression": the grade below a year before times the progression ratio, recent
    years weighing more; grade 1 is the entrants times the share of them that enrolled. "cohort": every grade is
    the entrants of its year of entry times the share that sits in that grade. "mean", the yardstick: as
    "progression", by the plain mean of the last two ratios. "last", the baseline: last year's pupils.

    Bands are drawn from past errors, each year projected from the years before it; see Projection.draw. They hold no
    change of rules, and no migration unlike that of the past. They stand as drawn: backtest_enrolment tells what share
    of the past such bands held; make_outlook widens its own by that.

    Parameters
    ----------
    history
        Years as index, without gaps, grades 1, 2, … as columns, pupils (人); missing is unknown. Of a county, a township or a school.
    horizon
        How many years after the last year of the history.
    entrants
        Children who reach school age (人), by the year of entry, past and future: a series, a mapping, or a table
        with columns year, pupils and perhaps spread, as census_entrants gives it. Past years say which share enrols;
        without any, all do. None: grade 1 is held at its last number, an assumption.
    method
        progression, cohort, mean or last.
    level
        Share of futures that a band is to hold; None takes that of assumptions.toml.
    draws, seed
        Number of futures drawn and their seed; None takes those of assumptions.toml.

    Returns
    -------
    DataFrame
        One row per year and grade, sorted by these. Columns: year, grade, pupils, low, high (人, not rounded; missing
        where unknown). `attrs["unknown"]` says why, one sentence per missing cell.

    Raises
    ------
    DataError
        The history or the entrants are refused; all faults are listed, those of parameters too.
    UsageError
        A parameter is out of range.

    Examples
    --------
    Nine of ten pupils of grade 1 come to grade 2, and grade 1 is held at 200.

    >>> history = pd.DataFrame({1: [100, 100, 200], 2: [90, 90, 90]}, [2018, 2019, 2020])
    >>> project_enrolment(history, 2).round().astype(int).values.tolist()
    [[2021, 1, 200, 100, 400], [2021, 2, 180, 180, 180], [2022, 1, 200, 100, 400], [2022, 2, 180, 90, 360]]
    """
    bands = load_assumptions().bands
    level = bands.level if level is None else level
    draws = bands.draws if draws is None else draws
    seed = bands.seed if seed is None else seed
    projection = make_projection(
        history, horizon, entrants, method, extra=find_band_faults(level, draws, seed)
    )
    futures = projection.draw(draws, seed)
    return frame_projection(projection, *quantile_bands(futures, projection.pupils, level))


def make_projection(
    history: pd.DataFrame,
    horizon: int,
    entrants: pd.Series | Mapping | pd.DataFrame | None = None,
    method: str = "progression",
    *,
    extra: Iterable[Fault] = (),
) -> Projection:
    """Project without drawing yet; see project_enrolment, which draws bands and makes the table (在校生推算)."""
    faults = find_request_faults(history, entrants, [method])
    if not is_positive(horizon, LONGEST):
        faults.append(parameter_fault("horizon", horizon, f"1至{LONGEST}的整数", "写要推算的年数"))
    raise_faults([*faults, *extra], "history")
    table, known = order_history(history), read_entrants(entrants)
    counts, first = table.to_numpy(), int(table.index[0])
    fitted = fit_method(method, counts, first, None if known is None else known.pupils)
    return _project(method, fitted, counts[-1], int(table.index[-1]) + 1, horizon, known)


def frame_projection(projection: Projection, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """The table of a projection and its bands; attrs["unknown"] says what is missing and why."""
    grades = projection.pupils.shape[1]
    table = pd.DataFrame(
        {
            "year": np.repeat(projection.years, grades),
            "grade": np.tile(np.arange(1, grades + 1), len(projection.years)),
            "pupils": projection.pupils.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
        },
        columns=PROJECTION_COLUMNS,
    )
    sentences = [
        f"{row.year}年{row.grade}年级：{row.reason}" for row in projection.unknown.itertuples()
    ]
    if not projection.has_errors:
        sentences.append("没有过去的推算误差可用，给不出区间：历史太短或数据缺失。")
    table.attrs |= {"method": projection.method, "unknown": sentences}
    return table


def quantile_bands(
    futures: np.ndarray, pupils: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper quantile over the draws, widened where need be to hold the projection itself."""
    low, high = np.quantile(futures, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return np.minimum(low, pupils), np.maximum(high, pupils)


def read_entrants(entrants) -> Entrants | None:
    """Entrants of any accepted form, without faults."""
    if entrants is None:
        return None
    if isinstance(entrants, pd.DataFrame):
        table = entrants.set_index("year")
        spread = table["spread"] if "spread" in table else pd.Series(0.0, table.index)
        return Entrants(_floats(table["pupils"].items()), _floats(spread.items()))
    return Entrants(_floats(entrants.items()), {})


def find_entrants_faults(entrants) -> list[Fault]:
    """Everything that is wrong with the entrants."""
    if entrants is None:
        return []
    if isinstance(entrants, pd.DataFrame):
        missing = [name for name in ("year", "pupils") if name not in entrants]
        if missing:
            return [Fault("", name, "没有这一列", "year、pupils 两列", "补上") for name in missing]
        pairs = list(zip(entrants["year"], entrants["pupils"], strict=True))
        spread = zip(entrants["year"], entrants.get("spread", []), strict=False)
    elif isinstance(entrants, pd.Series | Mapping):
        pairs, spread = list(entrants.items()), []
    else:
        found = type(entrants).__name__
        return [Fault("", "entrants", found, "按入学年份的人数序列", "给出 Series 或字典")]
    years = [year for year, _ in pairs]
    faults = [
        Fault("", "entrants", year, "整数年份", "写入学的年份，例如 2026")
        for year in years
        if not is_whole(year)
    ]
    twice = dict.fromkeys(year for year in years if years.count(year) > 1)
    faults += [
        Fault("", f"entrants {year}年", "年份重复", "每年一个数", "删去重复的") for year in twice
    ]
    faults += [
        Fault("", f"entrants {year}年", count, "不小于0的人数，不知道则留空", "核对这一年的人数")
        for year, count in pairs
        if not is_count(count)
    ]
    faults += [
        Fault("", f"entrants {year}年 spread", found, "不小于0的有限小数", "没有不确定的写0")
        for year, found in spread
        if not is_count(found) or pd.isna(found)
    ]
    return faults


def _project(
    method: str,
    fitted: Fitted,
    last: np.ndarray,
    first: int,
    horizon: int,
    entrants: Entrants | None,
) -> Projection:
    grades = len(last)
    known = {} if entrants is None else entrants.pupils
    cohorts = [known.get(year, np.nan) for year in range(first - grades + 1, first + horizon)]
    factors = np.broadcast_to(fitted.rates, (1, horizon, grades))
    pupils = _walk(fitted.bases, last, factors, np.array([cohorts], dtype=float))[0]
    unknown = pd.DataFrame(_explain(fitted, last, first, pupils), columns=UNKNOWN_COLUMNS)
    return Projection(method, first, pupils, unknown, fitted, last, entrants)


def _walk(
    bases: list[str], last: np.ndarray, factors: np.ndarray, cohorts: np.ndarray
) -> np.ndarray:
    """Year after year, base times factor: draws × years × grades."""
    draws, horizon, grades = factors.shape
    path = np.full((draws, horizon, grades), np.nan)
    before = np.broadcast_to(last, (draws, grades))
    for ahead in range(horizon):
        for at, kind in enumerate(bases):
            if kind == ENTRANTS:
                base = cohorts[:, grades - 1 + ahead - at]
            else:
                base = before[:, at - (kind == BELOW)]
            path[:, ahead, at] = base * factors[:, ahead, at]
        before = path[:, ahead]
    return path


def _explain(fitted: Fitted, last: np.ndarray, first: int, pupils: np.ndarray) -> list[list]:
    """Why cells are missing; what depends on a missing cell carries its reason on."""
    rows, before = [], {}
    for at in np.flatnonzero(np.isnan(last)):
        before[at] = f"{first - 1}年{at + 1}年级在校生未知"
    for ahead, line in enumerate(pupils):
        year, now = first + ahead, {}
        for at in np.flatnonzero(np.isnan(line)):
            kind = fitted.bases[at]
            source = at - (kind == BELOW)
            entry = f"{year - at}年达到入学年龄的人数未知"
            carried = entry if kind == ENTRANTS else before.get(source, "")
            now[at] = fitted.reasons[at] or carried
            rows.append([year, int(at) + 1, now[at]])
        before = now
    return rows


def _resample(errors: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Errors of whole past years: shape × grades; a missing one is replaced by one of its grade, else of any."""
    years = errors[np.isfinite(errors).any(axis=1)]
    drawn = years[rng.integers(len(years), size=shape)]
    drawn *= rng.choice([-1.0, 1.0], size=(*shape, 1))
    every = years[np.isfinite(years)]
    for at in range(errors.shape[1]):
        own = years[np.isfinite(years[:, at]), at]
        pool = own if len(own) else every
        lacking = np.isnan(drawn[:, :, at])
        size = int(lacking.sum())
        drawn[:, :, at][lacking] = pool[rng.integers(len(pool), size=size)] * rng.choice(
            [-1, 1], size
        )
    return drawn


def find_request_faults(history, entrants, methods: Iterable[str]) -> list[Fault]:
    """Everything that is wrong with a history, its entrants and the methods to use on them."""
    faults = [*find_history_faults(history), *find_entrants_faults(entrants)]
    for method in methods:
        if method not in METHODS:
            faults.append(parameter_fault("method", method, "、".join(METHODS), "换用其中一种方法"))
        if method == "cohort" and entrants is None:
            advice = "给出 entrants，或换用其他方法"
            faults.append(parameter_fault("entrants", None, "各年达到入学年龄的人数", advice))
    return faults


def find_band_faults(level, draws, seed) -> Iterable[Fault]:
    """What is wrong with the parameters of a band."""
    if isinstance(level, bool) or not isinstance(level, float) or not 0 < level < 1:
        yield parameter_fault("level", level, "0与1之间的小数", "例如 0.8")
    yield from find_draw_faults("draws", draws, seed)


def find_draw_faults(name: str, draws, seed) -> Iterable[Fault]:
    """What is wrong with a number of draws, by the name it has there, and its seed."""
    if not is_positive(draws, 10**6):
        yield parameter_fault(name, draws, "1至1000000的整数", "例如 2000")
    if not is_whole(seed) or seed < 0:
        yield parameter_fault("seed", seed, "不小于0的整数", "换一个整数")


def is_positive(number, most: int) -> bool:
    """Whether it is a whole number from 1 to the most."""
    return is_whole(number) and 0 < number <= most


def parameter_fault(name: str, found, allowed: str, advice: str) -> Fault:
    """A fault of a parameter, not of a table."""
    return Fault("", name, found, allowed, advice, of_table=False)


def _floats(pairs) -> dict[int, float]:
    return {int(year): float("nan") if pd.isna(count) else float(count) for year, count in pairs}
