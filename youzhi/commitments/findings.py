"""Evidence and reports -> what they say of one promise, statistics year by statistics year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.commitments.evidence import Evidence
from youzhi.commitments.models import (
    Commitment,
    Document,
    FromColumns,
    FromFact,
    FromFigure,
    FromReports,
    FromRow,
    FromSchools,
    Report,
    print_number,
)
from youzhi.commitments.periods import statistics_day, statistics_year
from youzhi.exact import as_fraction
from youzhi.tables import SchoolTable
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

PUBLISHED, REPORTED = "公布数据", "县级报告"


@dataclass(frozen=True)
class Finding:
    """What one piece of evidence says of a promise, and of which day.

    Attributes
    ----------
    day
        Of the statistics or of the report.
    verdict, text
        Three-valued; what was found, as text.
    data_kind
        Chinese words for the kinds of data it rests on, joined by 、.
    """

    day: date
    verdict: str
    text: str = ""
    data_kind: str = ""

    @property
    def year(self) -> int:
        """Year of the statistics it belongs to."""
        return statistics_year(self.day)

    @property
    def is_real(self) -> bool:
        """Whether all of the data describe the county."""
        return not _unreal_kinds() & set(self.data_kind.split("、"))

    @property
    def told_of(self) -> str:
        """The day of the statistics or the report, or the year of a published figure, in Chinese."""
        if self.data_kind == PUBLISHED:
            return f"{self.year}年公布数据"
        day = f"{self.day.year}年{self.day.month}月{self.day.day}日"
        return day + ("报告" if self.data_kind == REPORTED else "统计")


def collect_findings(
    commitment: Commitment, evidence: Evidence, documents: Mapping[str, Document], as_of: date
) -> dict[int, Finding]:
    """Statistics year to what is known of a promise on a day, oldest first; reports fill in.

    What was so before the plan was made, or before the year it starts from, says nothing of whether it was kept.
    """
    first = statistics_year(documents[commitment.document].date)
    if commitment.base:
        first = min(first, commitment.base.year)
    findings = [f for f in _look_up(commitment, evidence, documents) if f.year >= first]
    reports = [report for report in commitment.report if report.date <= as_of]
    known = {f.year: f for f in findings if f.day <= as_of and (f.is_real or not reports)}
    for report in sorted(reports, key=lambda report: report.date):
        told = _reported(commitment, report)
        standing = known.get(told.year, told)
        if standing.verdict == CANNOT_TELL or standing.data_kind == told.data_kind:
            known[told.year] = told
    return dict(sorted(known.items()))


def _look_up(
    commitment: Commitment, evidence: Evidence, documents: Mapping[str, Document]
) -> list[Finding]:
    """What the data say of one promise, oldest first."""
    source = commitment.evidence
    if isinstance(source, FromReports):
        return []
    if isinstance(source, FromFact):
        return _find_facts(commitment, evidence, documents)
    finders: dict[type, Callable] = {
        FromRow: _find_rows,
        FromSchools: _find_schools,
        FromColumns: _find_sum,
        FromFigure: _find_figure,
    }
    find = finders[type(source)]
    found = [find(commitment, evidence, year) for year in evidence.years]
    return [finding for finding in found if finding is not None]


def _find_rows(commitment: Commitment, evidence: Evidence, year: int) -> Finding | None:
    if year not in evidence.assessments:
        return None
    assessment, source = evidence.assessments[year], commitment.evidence
    rows = _check_rows(assessment, source) if source.check else _resource_rows(assessment, source)
    if rows is None:
        rows = assessment.rows[assessment.rows["code"].isin(source.codes)]
        rows = rows[:0] if set(rows["code"]) != set(source.codes) else rows
    if rows.empty:
        return None
    verdict, kinds = combine(rows["verdict"]), "、".join(assessment.data_kinds)
    return Finding(statistics_day(year), verdict, _row_text(rows, verdict), kinds)


def _check_rows(assessment: Assessment, source: FromRow) -> pd.DataFrame:
    """The one check of an item that the promise is about, with what it shows as text."""
    table = assessment.checks
    rows = table[table["code"].isin(source.codes) & (table["check"] == source.check)]
    return rows.assign(value=rows["printed"])


def _resource_rows(assessment: Assessment, source: FromRow) -> pd.DataFrame | None:
    """Sections under one indicator, or all coefficients; None where the row is about something else."""
    if len(source.codes) > 1:
        return None
    [code], standard = source.codes, assessment.standard
    ids = [indicator.id for indicator in standard.indicator if indicator.code == code]
    if not ids and code != standard.dispersion_rule.code:
        return None
    table = assessment.indicators if ids else assessment.coefficients
    chosen = table["stage"].isin([source.stage] if source.stage else list(standard.stages))
    return table[chosen & (table["indicator"].isin(ids) | (not ids))]


def _row_text(rows: pd.DataFrame, verdict: str) -> str:
    """What was found or why it cannot be told; of several sections, coefficients or rows, how many are met."""
    if verdict == CANNOT_TELL and "reason" in rows:
        reasons = rows.loc[rows["verdict"] == CANNOT_TELL, "reason"].tolist()
        return reasons[0] + (f"等{len(reasons)}项" if len(reasons) > 1 else "")
    if "code" in rows and len(rows) == 1:
        return str(rows["value"].iat[0] or VERDICT_WORDS[verdict])
    unit = "项" if "code" in rows else "个校段" if "school" in rows else "项系数"
    counted = rows["verdict"].value_counts()
    unknown = f"、{counted[CANNOT_TELL]}{unit[0]}无法判定" if CANNOT_TELL in counted else ""
    return f"{len(rows)}{unit}中{counted.get(MET, 0)}{unit[0]}达标{unknown}"


def _find_schools(commitment: Commitment, evidence: Evidence, year: int) -> Finding | None:
    if year not in evidence.assessments:
        return None
    assessment, source = evidence.assessments[year], commitment.evidence
    schools = assessment.sections.schools
    wanted = np.isin(schools.texts("school_type").astype(str), source.types)
    count = wanted.sum()
    if source.built_from is not None:
        built = schools.numbers("built_year")[wanted]
        count = None if np.isnan(built).any() else (built >= source.built_from).sum()
    number = None if count is None else Fraction(int(count))
    return _measured(commitment, year, number, "、".join(assessment.data_kinds))


def _find_sum(commitment: Commitment, evidence: Evidence, year: int) -> Finding | None:
    if year not in evidence.assessments:
        return None
    assessment = evidence.assessments[year]
    offered = assessment.standard.counting.stages
    sums = [
        _sum_column(assessment.sections.schools, name, offered)
        for name in commitment.evidence.columns
    ]
    number = None if None in sums else sum(sums)
    return _measured(commitment, year, number, "、".join(assessment.data_kinds))


def _sum_column(
    schools: SchoolTable, name: str, offered: Mapping[str, list[str]]
) -> Fraction | None:
    """Exact sum; None where a school that has the stage left it empty."""
    missing = np.isnan(schools.numbers(name))
    types = offered.get(name.rpartition("_")[2])
    asked = np.isin(schools.texts("school_type").astype(str), types) if types else ~missing | True
    if (missing & asked).any():
        return None
    return sum((schools.exact_number(row, name) for row in np.flatnonzero(~missing)), Fraction(0))


def _find_figure(commitment: Commitment, evidence: Evidence, year: int) -> Finding | None:
    if year not in evidence.figures:
        return None
    frame, source = evidence.figures[year].frame, commitment.evidence
    rows = frame[
        frame["item"].isin([source.id, source.part, source.whole]) & frame["value"].notna()
    ]
    if rows.empty:
        return None
    values = dict(zip(rows["item"], rows["value"], strict=True))
    words = load_columns()["data_kind"].choices
    kinds = "、".join(sorted({words.get(kind, "未注明") for kind in rows["data_kind"]}))
    if commitment.value is not None:
        return _measured(commitment, year, _number_of(source, values), kinds)
    verdict = values.get(source.id)
    verdict = verdict if verdict in (MET, NOT_MET) else CANNOT_TELL
    return Finding(statistics_day(year), verdict, VERDICT_WORDS[verdict], kinds)


def _number_of(source: FromFigure, values: Mapping[str, object]) -> Fraction | None:
    """The share of two counts where both are given, else the figure itself."""
    numbers = {name: as_fraction(v) for name, v in values.items() if not isinstance(v, str)}
    if source.part in numbers and numbers.get(source.whole):
        return 100 * numbers[source.part] / numbers[source.whole]
    return numbers.get(source.id)


def _find_facts(
    commitment: Commitment, evidence: Evidence, documents: Mapping[str, Document]
) -> list[Finding]:
    """Published figures; what a plan says of a day after its own date is a plan, not a finding."""
    findings = []
    for fact in sorted(evidence.facts, key=lambda fact: fact.year):
        plans = [plan for name, plan in documents.items() if fact.source.startswith(name)]
        foreseen = any(statistics_day(fact.year) > plan.date for plan in plans)
        number = isinstance(fact.value, float) and commitment.value is not None
        if fact.id == commitment.evidence.id and number and not foreseen:
            findings.append(_measured(commitment, fact.year, as_fraction(fact.value), PUBLISHED))
    return findings


def _measured(
    commitment: Commitment, year: int, number: Fraction | None, data_kind: str
) -> Finding:
    """A number of a statistics year beside the promised one."""
    day = statistics_day(year)
    if number is None:
        return Finding(day, CANNOT_TELL, "", data_kind)
    verdict = MET if _reaches(commitment, number) else NOT_MET
    return Finding(day, verdict, print_number(number), data_kind)


def _reaches(commitment: Commitment, number: Fraction) -> bool:
    target = as_fraction(commitment.value)
    return {
        "at_least": number >= target,
        "at_most": number <= target,
        "below": number < target,
        "equals": abs(number - target) <= as_fraction(commitment.within),
    }[commitment.test]


def _reported(commitment: Commitment, report: Report) -> Finding:
    if report.done is not None:
        verdict, text = (MET, "已完成") if report.done else (NOT_MET, "未完成")
    else:
        number = as_fraction(report.value)
        verdict, text = (MET if _reaches(commitment, number) else NOT_MET), print_number(number)
    return Finding(report.date, verdict, text, REPORTED)


def _unreal_kinds() -> set[str]:
    """Chinese words for data that do not describe the county."""
    return {word for kind, word in load_columns()["data_kind"].choices.items() if kind != "real"}
