"""The whole chain in one call: sections, indicators, coefficients, verdicts, gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from youzhi import verdicts as judge
from youzhi.cards import NATIONAL_STANDARD
from youzhi.checks import Evidence
from youzhi.coefficients import measure_coefficients, share_coefficient
from youzhi.columns import load_columns
from youzhi.counties import (
    find_county,
    list_years,
    load_county,
    read_county,
    read_county_items,
)
from youzhi.county_items import CountyItems, stack_items
from youzhi.errors import UsageError
from youzhi.frames import (
    StageAssessment,
    frame_coefficients,
    frame_composites,
    frame_indicators,
    frame_schools,
)
from youzhi.gaps import measure_gaps, plan_repairs, total_gaps
from youzhi.indicators import measure_indicators, sort_by_keys
from youzhi.items import JudgedItems
from youzhi.reasons import Tables, frame_reasons
from youzhi.rows import frame_rows
from youzhi.sections import Sections, make_sections
from youzhi.standards import Standard, load_standard
from youzhi.tables import SchoolTable, stack_tables


@dataclass(frozen=True)
class Assessment:
    """What a standard says of a table of schools (评估结果).

    The tables are made when they are first asked for. All of them are sorted by their leading keys; stages and
    indicators stand in the order of the standard.

    Attributes
    ----------
    standard
        By which it was judged.
    sections
        Who counted and who did not.
    stages
        The judged arrays, stage by stage.
    relief
        Whether transitional reliefs were applied: True, False, or None for "by year".
    figures
        County figures, or None.
    names
        County id to Chinese name, as far as known.
    """

    standard: Standard
    sections: Sections
    stages: tuple[StageAssessment, ...]
    relief: bool | None
    figures: CountyItems | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """One row per section and indicator.

        Columns: those of compute_indicators, then bar, floor (unit of the indicator), verdict, at_floor,
        printed (value rounded half up to the official decimals, as text), borderline, relieved.
        """
        return self._stack(frame_indicators)

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """One row per county-year, stage and indicator.

        Columns: those of compute_coefficients, then limit, verdict, printed (cv, as text), printed_mean,
        borderline, missing (sections without a value), cv_unweighted, verdict_unweighted.
        """
        return self._stack(frame_coefficients)

    @cached_property
    def composite(self) -> pd.DataFrame:
        """One row per county-year and stage: the mean of all coefficients (综合差异系数).

        Columns: county, year, stage, composite, limit, verdict, printed (text), borderline, composite_unweighted,
        verdict_unweighted. Under a standard that judges each coefficient by itself it is for information: limit is
        missing and the verdicts are "".
        """
        return self._stack(frame_composites)

    @cached_property
    def own_values(self) -> pd.DataFrame:
        """Indicator values without any relief, as compute_indicators gives them; the coefficients rest on these."""
        return self._stack(lambda stage: stage.coefficients.indicators.frame)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Each section's share in each squared coefficient; see share_coefficient (差异贡献)."""
        return share_coefficient(self.own_values)

    @cached_property
    def schools(self) -> pd.DataFrame:
        """One row per section.

        Columns: county, year, stage, school, verdict, met (indicators at the bar), rule, below (codes of indicators
        under the bar), unknown (codes without a value), town, zone, school_type, pupils (人).
        """
        return self._stack(frame_schools)

    @cached_property
    def judged_items(self) -> JudgedItems:
        """The items of the standard against schools and county figures; the tables below come from here."""
        evidence = Evidence(self.sections.schools, self.figures, self.standard)
        return JudgedItems(evidence, self.standard.item, self.relief)

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per county, year and item that is no veto (政府保障、教育质量、社会认可度).

        Columns: county, year, code, verdict, value (text), rule (item id), source, part, label, evidence, reason
        (Chinese), confidence, verdict_without_relief, verdict_other_reading ("" where there is only one reading).
        """
        frame = self.judged_items.frame
        return frame[~frame["part"].isin(self.standard.veto_parts)].reset_index(drop=True)

    @cached_property
    def vetoes(self) -> pd.DataFrame:
        """One row per county, year and veto; "met" means that the veto does not hold (否决性指标)."""
        frame = self.judged_items.frame
        return frame[frame["part"].isin(self.standard.veto_parts)].reset_index(drop=True)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row per county, year, item and check.

        Columns: county, year, code, check, label, over, verdict, value, printed, numerator, denominator, bar, bar_text,
        unit, test, in_scope, failing, unknown (numbers of places), stated (the value is a stated share), reason.
        """
        return self.judged_items.checks

    @cached_property
    def places(self) -> pd.DataFrame:
        """Schools, sections and subjects that a check is not met by or cannot be told of.

        Columns: county, year, code, check, stage ("" for a whole school), school (or subject), school_id, town,
        verdict, value, printed, numerator, denominator, bar, bar_text, unit, amount, amount_unit.
        """
        return self.judged_items.places

    @cached_property
    def rows(self) -> pd.DataFrame:
        """One row per line of a county's self-check: every indicator, the dispersion, every item (自查表).

        An indicator is met when every section reaches its bar; that a school may miss one is another rule. Columns:
        county, year, code, part, label, verdict, value (text), reason (Chinese), source, data_kinds, figure_sources.
        """
        composite = self.standard.dispersion_rule.kind == "composite"
        tables = {
            "indicators": self.indicators,
            "spread": self.composite if composite else self.coefficients,
            "items": self.judged_items.frame,
        }
        left_out = self.sections.excluded
        held = left_out[left_out["held"].astype(bool)]
        frames = [
            frame_rows(
                self.standard,
                key,
                **{name: _of_year(table, key) for name, table in tables.items()},
                held=len(_of_year(held, key)),
                kinds=self.judged_items.evidence.kinds(at),
            )
            for at, key in enumerate(self.judged_items.evidence.keys)
        ]
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """One row per section and failing indicator; see measure_gaps (缺口)."""
        return self._stack(lambda stage: measure_gaps(stage.indicators, stage.levels))

    @cached_property
    def totals(self) -> pd.DataFrame:
        """County totals of the gaps; see total_gaps (全县缺口)."""
        return total_gaps(self.gaps, self.standard)

    @cached_property
    def repairs(self) -> pd.DataFrame:
        """The fewest indicators each failing section must repair; see plan_repairs (最少整改项)."""
        return self._stack(
            lambda stage: plan_repairs(stage.indicators, stage.levels, self.gaps_of(stage))
        )

    def gaps_of(self, stage: StageAssessment) -> pd.DataFrame:
        """The rows of `gaps` that belong to one stage."""
        return self.gaps[self.gaps["stage"] == stage.indicators.stage]

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Why the county verdict is what it is, one row per part and stage.

        Columns: county, year, part ("schools", "dispersion" or a part of the standard), stage, verdict, rule,
        reason (Chinese), source.
        """
        tables = Tables(
            self.schools,
            self.coefficients,
            self.composite,
            self.sections.excluded,
            self.judged_items.frame,
        )
        return frame_reasons(self.standard, self.judged_items.evidence.keys, tables)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row per county-year. Columns: county, year, verdict."""
        grouped = self.reasons.groupby(["county", "year"], sort=False)["verdict"]
        return grouped.agg(judge.combine).reset_index()

    @property
    def verdict(self) -> str:
        """The county verdict, "met", "not_met" or "cannot_tell"; only for one county and year (县级结论)."""
        if len(self.verdicts) != 1:
            raise UsageError(f"表中有{len(self.verdicts)}个县年，没有单一的结论。请看 .verdicts。")
        return self.verdicts["verdict"].iat[0]

    def one_year(self) -> tuple[str, int]:
        """Return county and year of a result that has only one; refuse any other (单一县年).

        Raises
        ------
        UsageError
            The result is about several county-years.
        """
        keys = self.judged_items.evidence.keys
        if len(keys) != 1:
            raise UsageError(
                f"这里一次只看一个县的一个年度，结果中有{len(keys)}个县年。请先选出一个县和年度。"
            )
        return keys[0]

    @cached_property
    def without_relief(self) -> Assessment:
        """The same without transitional reliefs; the very same object where none applied (不适用过渡期)."""
        relieved = any(stage.indicators.relieved.any() for stage in self.stages)
        if not (relieved or self.judged_items.relieved_codes):
            return self
        plain = _judge(self.sections, self.standard, relief=False)
        return replace(plain, figures=self.figures, names=self.names)

    @cached_property
    def data_kinds(self) -> tuple[str, ...]:
        """Chinese words for the kinds of data used, 未注明 where the table does not say (数据性质)."""
        words = load_columns()["data_kind"].choices
        kinds = pd.Series(self.sections.schools.texts("data_kind")).drop_duplicates()
        given = self.figures.data_kinds if self.figures else ()
        return tuple(sorted({*given, *(words.get(kind, "未注明") for kind in kinds)}))

    def _stack(self, make: Callable[[StageAssessment], pd.DataFrame]) -> pd.DataFrame:
        return sort_by_keys(
            pd.concat([make(stage) for stage in self.stages], ignore_index=True), self.standard
        )


def assess(
    schools: SchoolTable,
    items: CountyItems | None = None,
    standard: Standard | str | Path = NATIONAL_STANDARD,
    *,
    unit: str | None = None,
    transitional_relief: bool | None = None,
) -> Assessment:
    """Judge a table of schools by a standard (评估).

    Parameters
    ----------
    schools
        One row per school or campus, of one county-year or of many.
    items
        County figures of the same county-years; what they are needed for cannot be told without them.
    standard
        A Standard, its id, or a file.
    unit
        "school" or "campus"; the standard's own when not given.
    transitional_relief
        True or False in every year; None for the years that the standard names.

    Returns
    -------
    Assessment
        Tables .indicators .coefficients .schools .items .vetoes .checks .places .rows .gaps, .verdict and .reasons.

    Raises
    ------
    UsageError
        The county figures are not a CountyItems.
    DataError
        A school and its campuses both have a row.
    StandardError
        The standard's file is wrong.

    References
    ----------
    教督〔2017〕6号; the source keys in the standard's file.

    Examples
    --------
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校"],
    ...             "school_type": ["primary"],
    ...             "pupils_primary": [200],
    ...             "sports_ground_area_m2": [100],
    ...             "indoor_sports_area_m2": [0],
    ...         }
    ...     )
    ... )
    >>> result = assess(table)
    >>> result.schools[["verdict", "met", "below"]].values.tolist()
    [['not_met', 0, '1.5']]
    """
    if items is not None and not isinstance(items, CountyItems):
        raise UsageError(
            f"items 应为 CountyItems（由 read_items 或 CountyItems.from_frame 得到），收到 {type(items).__name__}。"
        )
    if not isinstance(standard, Standard):
        standard = load_standard(standard)
    judged = _judge(make_sections(schools, standard, unit), standard, transitional_relief)
    return replace(judged, figures=items)


def assess_county(
    county: str,
    year: int,
    standard: Standard | str | Path | None = None,
    data: str | Path | None = None,
) -> Assessment:
    """Read a county's school table of one year and judge it (评估一个县).

    Parameters
    ----------
    county
        Id or Chinese name.
    year
        Year of the statistics of 1 September.
    standard
        A Standard, its id or a file; the one in force in that county and year when not given.
    data
        The data root; else $YOUZHI_DATA; else data/ of the repository.

    Returns
    -------
    Assessment
        Schools or independent campuses are counted as the county card says. County figures are used where the
        folder has items.csv or items.xlsx.

    Raises
    ------
    UsageError
        Unknown county, year or standard; the message lists what exists.
    DataError
        The table is refused; all faults are listed.

    Examples
    --------
    >>> assess_county("yiyuan", 2020).verdict
    'not_met'
    """
    card = load_county(find_county(county, data), data)
    schools = read_county(card.id, year, data)
    items, unit = read_county_items(card.id, year, data), card.counting.unit
    result = assess(schools, items, standard or card.standard_for(year), unit=unit)
    return replace(result, names={card.id: card.name_zh})


def assess_years(
    county: str, standard: Standard | str | Path, data: str | Path | None = None
) -> Assessment:
    """Judge all years of a county by one and the same standard (历年评估).

    Parameters
    ----------
    county
        Id or Chinese name.
    standard
        One for all years, so that they can be compared.
    data
        The data root; else $YOUZHI_DATA; else data/ of the repository.

    Returns
    -------
    Assessment
        Over every year that has a school table; no transitional relief is applied, since it would come and go with
        the years.

    Raises
    ------
    UsageError
        Unknown county or standard; the message lists what exists.
    DataError
        A table is refused; all its faults are listed.
    """
    card = load_county(find_county(county, data), data)
    years = list_years(card.id, data)
    table = stack_tables(read_county(card.id, year, data) for year in years)
    given = [items for year in years if (items := read_county_items(card.id, year, data))]
    items, unit = stack_items(given) if given else None, card.counting.unit
    result = assess(table, items, standard, unit=unit, transitional_relief=False)
    return replace(result, names={card.id: card.name_zh})


def _judge(sections: Sections, standard: Standard, relief: bool | None) -> Assessment:
    stages = []
    relieved, plain = (
        measure_indicators(sections, standard, relief),
        measure_indicators(sections, standard, False),
    )
    for indicators, own in zip(relieved, plain, strict=True):
        levels = judge.judge_values(indicators)
        verdict, met = judge.judge_schools(levels, standard.school_rule)
        coefficients = measure_coefficients(own)
        spread = judge.judge_coefficients(coefficients)
        composite = judge.judge_composite(coefficients)
        stages.append(
            StageAssessment(indicators, levels, verdict, met, coefficients, spread, composite)
        )
    return Assessment(standard, sections, tuple(stages), relief)


def _of_year(table: pd.DataFrame, key: tuple) -> pd.DataFrame:
    return table[(table["county"] == key[0]) & (table["year"] == key[1])]
