"""School sections x standard -> indicator values: one generic ratio, the indicators are entries of a list."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi.sections import Sections, StageSections, make_sections
from youzhi.standards import Indicator, Relief, Standard
from youzhi.tables import SchoolTable

INDICATOR_COLUMNS = [
    "county",
    "year",
    "stage",
    "school",
    "indicator",
    "value",
    "numerator",
    "pupils",
]

# Whole numbers below this are exact in a float, and so are their sums and products.
_WHOLE = 2.0**53


@dataclass(frozen=True)
class StageIndicators:
    """Indicator values of all sections of one stage (一个学段的指标值).

    Attributes
    ----------
    sections
        The sections, m of them.
    standard
        Its k indicators give the rows.
    value : ndarray, k x m
        Indicator values in the unit of each indicator; NaN when they cannot be computed.
    relieved : ndarray of bool, k x m
        Where a transitional relief added something.
    """

    sections: StageSections
    standard: Standard
    value: np.ndarray
    relieved: np.ndarray

    @property
    def stage(self) -> str:
        """Stage id."""
        return self.sections.stage

    @property
    def numerator(self) -> np.ndarray:
        """The part of each resource that belongs to the section, k x m (人, ㎡, 元, 间)."""
        share = self.sections.pupils / self.sections.base
        parts = np.empty(self.value.shape)
        for part, indicator, relieved in zip(
            parts, self.standard.indicator, self.relieved, strict=True
        ):
            _add_up(self.sections, indicator, part)
            if relieved.any():
                part[relieved] += _gather(
                    self.sections, _relief_names(self.standard, indicator, self.stage)
                )[relieved]
            if indicator.shared:
                part *= share
        return parts

    def exact_resource(self, k: int, at: int) -> Fraction:
        """The school's own total of indicator k for one section, exactly."""
        schools, row = self.sections.schools, self.sections.row[at]
        add, subtract = _column_names(self.standard.indicator[k], self.stage)
        if self.relieved[k, at]:
            add = add + _relief_names(self.standard, self.standard.indicator[k], self.stage)
        total = sum(schools.exact_number(row, name) for name in add)
        return total - sum(schools.exact_number(row, name) for name in subtract)

    def exact_value(self, k: int, at: int) -> Fraction:
        """The value of indicator k for one section, exactly."""
        indicator = self.standard.indicator[k]
        base = self.sections.exact_base(at) if indicator.shared else self.sections.exact_pupils(at)
        return self.exact_resource(k, at) * Fraction(indicator.per) / base

    def reach(self, k: int, places: np.ndarray, bar: Fraction) -> np.ndarray:
        """Which of some sections reach a bar with indicator k, decided exactly (精确判定)."""
        indicator = self.standard.indicator[k]
        goal = bar / Fraction(indicator.per)
        weight = self.sections.weights[0][self.stage] if indicator.shared else 1
        base = self.sections.base if indicator.shared else self.sections.pupils
        have = self._whole_resource(k, places) * float(goal.denominator * weight)
        need = np.rint(base[places] * weight) * float(goal.numerator)
        reached = have >= need
        for at in np.flatnonzero(~((np.abs(have) < _WHOLE) & (np.abs(need) < _WHOLE))):
            reached[at] = self.exact_value(k, places[at]) >= bar
        return reached

    def _whole_resource(self, k: int, places: np.ndarray) -> np.ndarray:
        """The school's own total where every part is a whole number that a float holds; else missing."""
        add, subtract = _column_names(self.standard.indicator[k], self.stage)
        parts = [self.sections.numbers(name)[places] for name in add] + [
            -self.sections.numbers(name)[places] for name in subtract
        ]
        whole = ~self.relieved[k][places] & (not self.sections.schools.exact)
        for part in parts:
            whole &= part == np.rint(part)
        return np.where(whole, sum(parts), np.nan)

    def exact_numerator(self, k: int, at: int) -> Fraction:
        """The section's part of the resource of indicator k, exactly."""
        if not self.standard.indicator[k].shared:
            return self.exact_resource(k, at)
        share = self.sections.exact_pupils(at) / self.sections.exact_base(at)
        return self.exact_resource(k, at) * share

    @property
    def frame(self) -> pd.DataFrame:
        """Long table, one row per section and indicator; columns INDICATOR_COLUMNS."""
        ids = [indicator.id for indicator in self.standard.indicator]
        m, k = len(self.sections), len(ids)
        keys = self.sections.frame[["county", "year", "stage", "school", "pupils"]]
        long = keys.loc[keys.index.repeat(k)].reset_index(drop=True)
        long["indicator"] = np.tile(ids, m)
        long["value"] = self.value.T.ravel()
        long["numerator"] = self.numerator.T.ravel()
        return long[INDICATOR_COLUMNS]


def measure_indicators(
    sections: Sections, standard: Standard, relief: bool | None = None
) -> tuple[StageIndicators, ...]:
    """Compute the indicator values of every counted section, stage by stage (计算指标值).

    Parameters
    ----------
    sections
        What make_sections gave for the same standard.
    standard
        Its indicators and, when `relief` is on, its transitional reliefs.
    relief
        Whether transitional reliefs apply (过渡期): True or False in every year, None in the years for which the
        standard says so.

    Returns
    -------
    tuple of StageIndicators
        In the order of the standard's stages.
    """
    return tuple(_measure_stage(stage, standard, relief) for stage in sections.stages)


def compute_indicators(schools: SchoolTable, standard: Standard) -> pd.DataFrame:
    """Compute every indicator of every school section (指标值).

    value = per x resource / pupils. A shared resource of a school with several stages is first split by
    weighted pupils. A missing input gives a missing value, never zero. Transitional reliefs are not applied
    here; assess() does.

    Parameters
    ----------
    schools
        One row per school. Columns used: school_type, pupils_* (人), those of the standard's indicators.
    standard
        Its indicators, stages, exclusions and split weights.

    Returns
    -------
    DataFrame
        One row per county, year, stage, school, indicator, sorted by these (stages and indicators in
        the order of the standard). Columns: value (unit of the indicator), numerator (the section's part
        of the resource: 人, ㎡, 元 or 间), pupils (人).

    Raises
    ------
    StandardError
        The standard names a column that the dictionary of columns does not have.

    References
    ----------
    教督〔2017〕6号 资源配置; the source keys in the standard's file.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校"],
    ...             "school_type": ["primary"],
    ...             "pupils_primary": [200],
    ...             "networked_classrooms": [5],
    ...         }
    ...     )
    ... )
    >>> values = compute_indicators(table, load_standard("jiaodu-2017-6"))
    >>> values.set_index("indicator").loc["networked_classrooms_per_100", "value"]
    np.float64(2.5)
    """
    stages = measure_indicators(make_sections(schools, standard), standard, relief=False)
    return sort_by_keys(pd.concat([stage.frame for stage in stages], ignore_index=True), standard)


def sort_by_keys(frame: pd.DataFrame, standard: Standard) -> pd.DataFrame:
    """Sort a derived table by its keys, stages and indicators in the order of the standard (排序).

    Parameters
    ----------
    frame
        Has some of the columns county, year, stage, school, indicator.
    standard
        Gives the order of stages and indicators.

    Returns
    -------
    DataFrame
        Fresh index.
    """
    orders = {"stage": list(standard.stages), "indicator": list(standard.codes)}
    keys = [key for key in ("county", "year", "stage", "school", "indicator") if key in frame]

    def rank(values: pd.Series) -> pd.Series:
        order = orders.get(values.name)
        return values if order is None else values.map({name: at for at, name in enumerate(order)})

    return frame.sort_values(keys, key=rank, kind="stable", ignore_index=True)


def _measure_stage(
    sections: StageSections, standard: Standard, relief: bool | None
) -> StageIndicators:
    """Values are worked out in place: at national size new memory costs more than the arithmetic."""
    shape = (len(standard.indicator), len(sections))
    value, relieved, rates = np.empty(shape), np.zeros(shape, dtype=bool), {}
    for at, indicator in enumerate(standard.indicator):
        _add_up(sections, indicator, value[at])
        if relief is not False and _reliefs_for(standard, indicator):
            extra, relieved[at] = _relief_of(sections, standard, indicator, always=bool(relief))
            value[at][relieved[at]] += extra[relieved[at]]
        value[at] *= _rate(sections, indicator, rates)
    return StageIndicators(sections, standard, value, relieved)


def _add_up(sections: StageSections, indicator: Indicator, total: np.ndarray) -> None:
    """Put the school's own total of one indicator into `total`; any missing part makes it missing."""
    add, subtract = _column_names(indicator, sections.stage)
    total[:] = sections.numbers(add[0])
    for name in add[1:]:
        total += sections.numbers(name)
    for name in subtract:
        total -= sections.numbers(name)


def _rate(sections: StageSections, indicator: Indicator, known: dict) -> np.ndarray:
    """Per / pupils of every section, computed once for indicators that share it."""
    key = (indicator.per, indicator.shared)
    if key not in known:
        known[key] = float(indicator.per) / (sections.base if indicator.shared else sections.pupils)
    return known[key]


def _column_names(indicator: Indicator, stage: str) -> tuple[list[str], list[str]]:
    def fill(names):
        return [name.format(stage=stage) for name in names]

    return fill(indicator.numerator), fill(indicator.subtract)


def _gather(sections: StageSections, names: list[str]) -> np.ndarray:
    """Add up columns of the school table for the sections; any missing part makes the sum missing."""
    return sum(sections.numbers(name) for name in names)


def _reliefs_for(standard: Standard, indicator: Indicator) -> list[Relief]:
    return [relief for relief in standard.relief if relief.indicator == indicator.id]


def _relief_names(standard: Standard, indicator: Indicator, stage: str) -> list[str]:
    return [
        name.format(stage=stage)
        for relief in _reliefs_for(standard, indicator)
        for name in relief.add
    ]


def _relief_of(sections: StageSections, standard: Standard, indicator: Indicator, always: bool):
    """What a relief adds, and where it applies: condition holds, year is on, and a value was given."""
    extra, applies = np.zeros(len(sections)), np.zeros(len(sections), dtype=bool)
    year = sections.schools.frame["year"].to_numpy()[sections.row]
    for relief in _reliefs_for(standard, indicator):
        names = [name.format(stage=sections.stage) for name in relief.add]
        amount = _gather(sections, names)
        holds = np.zeros(len(sections), dtype=bool)
        for condition in relief.when:
            holds |= _condition_holds(sections, condition)
        holds &= ~np.isnan(amount)
        if not always:
            holds &= (year >= relief.years.first) & (year <= relief.years.last)
        extra, applies = np.where(holds, extra + amount, extra), applies | holds
    return extra, applies


def _condition_holds(sections: StageSections, condition) -> np.ndarray:
    schools, row = sections.schools, sections.row
    holds = np.ones(len(sections), dtype=bool)
    for name in ("zone", "school_type", "inner_city"):
        wanted = getattr(condition, name)
        if wanted is not None:
            holds &= schools.texts(name)[row] == wanted
    if condition.pupils_from is not None:
        holds &= sections.pupils >= condition.pupils_from
    if condition.pupils_below is not None:
        holds &= sections.pupils < condition.pupils_below
    return holds
