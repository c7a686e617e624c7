"""School sections x standard -> indicator values: one generic ratio, the indicators are entries of a list."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from youzhi.reliefs import AppliedRelief, apply_reliefs
from youzhi.sections import Sections, StageSections, make_sections
from youzhi.standards import Indicator, Standard
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
    reliefs : tuple of AppliedRelief
        Transitional reliefs that are counted in.
    """

    sections: StageSections
    standard: Standard
    reliefs: tuple[AppliedRelief, ...]

    @property
    def stage(self) -> str:
        """Stage id."""
        return self.sections.stage

    @cached_property
    def relieved(self) -> np.ndarray:
        """Where a transitional relief was counted in, k x m."""
        marks = np.zeros((len(self.standard.indicator), len(self.sections)), dtype=bool)
        for relief in self.reliefs:
            marks[list(self.standard.codes).index(relief.indicator)] |= relief.holds
        return marks

    @cached_property
    def value(self) -> np.ndarray:
        """Indicator values in the unit of each indicator, k x m; NaN when they cannot be computed."""
        rows = np.empty((len(self.standard.indicator), len(self.sections)))
        for k, row in enumerate(rows):
            self.values_of(k, row)
        return rows

    def values_of(self, k: int, row: np.ndarray) -> np.ndarray:
        """Put the values of indicator k into `row` and return it.

        At national size the whole matrix costs more time to write than to compute; whoever needs one row after the
        other takes it from here.
        """
        indicator = self.standard.indicator[k]
        _add_up(self.sections, indicator, self.reliefs, row)
        row /= self.sections.base if indicator.shared else self.sections.pupils
        if indicator.per != 1:
            row *= float(indicator.per)
        return row

    @property
    def numerator(self) -> np.ndarray:
        """The part of each resource that belongs to the section, k x m (人, ㎡, 元, 间)."""
        share = self.sections.pupils / self.sections.base
        parts = np.empty((len(self.standard.indicator), len(self.sections)))
        for part, indicator in zip(parts, self.standard.indicator, strict=True):
            _add_up(self.sections, indicator, self.reliefs, part)
            if indicator.shared:
                part *= share
        return parts

    def exact_resource(self, k: int, at: int) -> Fraction:
        """The school's own total of indicator k for one section, exactly."""
        schools, row = self.sections.schools, self.sections.row[at]
        add, subtract = _column_names(self.standard.indicator[k], self.stage)
        for relief in self.reliefs:
            if relief.indicator == self.standard.indicator[k].id and relief.holds[at]:
                add = add + relief.columns
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
        whole = ~self.relieved[k, places] & (not self.sections.schools.exact)
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
    return tuple(
        StageIndicators(stage, standard, apply_reliefs(stage, standard, relief))
        for stage in sections.stages
    )


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


def _add_up(
    sections: StageSections,
    indicator: Indicator,
    reliefs: tuple[AppliedRelief, ...],
    total: np.ndarray,
) -> None:
    """Put the school's own total of one indicator into `total`; any missing part makes it missing."""
    add, subtract = _column_names(indicator, sections.stage)
    total[:] = sections.numbers(add[0])
    for name in add[1:]:
        total += sections.numbers(name)
    for name in subtract:
        total -= sections.numbers(name)
    for relief in reliefs:
        if relief.indicator == indicator.id:
            for name in relief.columns:
                total[relief.holds] += sections.numbers(name)[relief.holds]


def _column_names(indicator: Indicator, stage: str) -> tuple[list[str], list[str]]:
    def fill(names):
        return [name.format(stage=stage) for name in names]

    return fill(indicator.numerator), fill(indicator.subtract)
