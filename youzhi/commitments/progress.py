"""Findings -> whether a promise is kept at a date that is given, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from youzhi.commitments.evidence import Evidence, gather_evidence
from youzhi.commitments.findings import Finding, collect_findings
from youzhi.commitments.models import (
    Commitment,
    Commitments,
    Document,
    load_commitments,
    print_number,
)
from youzhi.commitments.periods import (
    first_day,
    read_day,
    require_date,
    statistics_day,
    statistics_year,
)
from youzhi.exact import as_fraction
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

SHORT, OVERDUE, NOT_DUE, CANNOT_BE_JUDGED, CONTRADICTED = (
    "short",
    "overdue",
    "not_due",
    "cannot_be_judged",
    "contradicted",
)
STATUS_WORDS = {
    MET: "已兑现",
    SHORT: "未到期、尚未达到",
    OVERDUE: "逾期未兑现",
    NOT_DUE: "未到期",
    CANNOT_BE_JUDGED: "无法判定",
    CONTRADICTED: "说法矛盾",
}
COMMITMENT_COLUMNS = ["county", "id", "kind", "label", "due", "due_date", "base", "target", "unit"]
COMMITMENT_COLUMNS += ["actual", "actual_year", "status", "reason", "data_kind", "departments"]
COMMITMENT_COLUMNS += ["source"]


def judge_commitments(
    commitments: Commitments, as_of: date, evidence: Evidence | None = None
) -> pd.DataFrame:
    """Judge every promise at a date: met, short, overdue, not_due, cannot_be_judged, contradicted (承诺兑现情况).

    A promise of a document that is dated after the day was not made yet: it is left out and contradicts nothing.
    Contradicted goes before everything: where two places say different things, no status is right for both; what
    the evidence says is still told. A promise is in time through the last day of its period and overdue from
    the next day on, if evidence of the due day or later, or the statistics of its own year, shows that it is not
    reached; older evidence cannot show that. Before the due day the newest evidence decides, and without any the
    promise is not due; after it, what was reached in the period counts as met, and so does what the newest
    evidence shows to be reached late. A standing duty is judged in every statistics year from its start up to
    the date: failing in the newest year that can be told makes it overdue (未做到), else a year without evidence
    makes it impossible to judge; a bad year made good stays told. Before its first year it is not due. A report of the county fills in where
    the data cannot tell; where there is one, data that are not real no longer count. Of several reports in one
    statistics year the newest counts.

    Parameters
    ----------
    commitments
        What load_commitments gives.
    as_of
        The day on which one looks.
    evidence
        What gather_evidence gives; only the reports in the file when not given. Later evidence is left out.

    Returns
    -------
    DataFrame
        One row per promise made by then, in the order of the file. Columns: county, id, kind, label, due (Chinese), due_date
        (last day in time, NaT without an end), base, target, unit, actual (text), actual_year (statistics year),
        status, reason (Chinese), data_kind (Chinese), departments, source.

    Raises
    ------
    UsageError
        as_of is not a date, or outside 1900 to 2100.

    Examples
    --------
    >>> plans = load_commitments("yiyuan")
    >>> judge_commitments(plans, date(2029, 1, 1)).set_index("id").at["provincial-2028", "status"]
    'cannot_be_judged'
    """
    require_date(as_of)
    evidence = evidence or Evidence()
    documents = {document.name: document for document in commitments.document}
    made = [one for one in commitments.commitment if documents[one.document].date <= as_of]
    rows = []
    for commitment in made:
        findings = collect_findings(commitment, evidence, documents, as_of)
        status, told, reason = _judge(commitment, documents, findings, as_of)
        if other := _contradiction(commitment, commitments, as_of):
            status, reason = CONTRADICTED, f"与“{other}”矛盾；{reason}"
        rows.append(_row(commitments.county, commitment, status, told, reason))
    frame = pd.DataFrame(rows, columns=COMMITMENT_COLUMNS)
    return frame.astype({"due_date": "datetime64[s]", "actual_year": "Int64"})


def report_progress(county: str, as_of: date | str, data: str | Path | None = None) -> pd.DataFrame:
    """Read a county's promises and data and judge every promise at a date (规划承诺进展).

    The whole way in one call: load_commitments, gather_evidence, judge_commitments.

    Parameters
    ----------
    county
        Id or Chinese name.
    as_of
        The day on which one looks, a date or a text such as "2025-12-31".
    data
        See data_root.

    Returns
    -------
    DataFrame
        One row per promise, in the order of the file. Columns: those of judge_commitments.

    Raises
    ------
    UsageError
        Unknown county, as_of is not a day, or commitments.toml is not in the shape.
    DataError
        A table is refused; all its faults are listed.

    Examples
    --------
    >>> table = report_progress("沂源县", "2023-12-31").set_index("id")
    >>> table.loc["bachelor-share", ["due", "base", "target", "status"]].tolist()
    ['2025年', '95.95（2020年）', '≥97', 'short']
    """
    day = read_day(as_of)
    return judge_commitments(
        load_commitments(county, data), day, gather_evidence(county, day, data)
    )


def word_status(kind: str, status: str) -> str:
    """Say a status in Chinese; a standing duty that fails is 未做到, for it has no day to be late for.

    Parameters
    ----------
    kind
        Of the promise: milestone, target, project or duty.
    status
        As judge_commitments gives it.

    Returns
    -------
    str
        A few words.

    Examples
    --------
    >>> word_status("target", "overdue"), word_status("duty", "overdue")
    ('逾期未兑现', '未做到')
    """
    return "未做到" if (kind, status) == ("duty", OVERDUE) else STATUS_WORDS[status]


def _contradiction(commitment: Commitment, commitments: Commitments, as_of: date) -> str:
    """What another place says that stood by then; empty where it was not written yet."""
    text = commitment.contradicted_by
    other = next((one for one in commitments.commitment if one.id == text), None)
    place = other.document if other else text
    later = [one.name for one in commitments.document if one.date > as_of]
    return "" if any(place.startswith(name) for name in later) else other.label if other else text


def _judge(
    commitment: Commitment,
    documents: Mapping[str, Document],
    findings: Mapping[int, Finding],
    as_of: date,
) -> tuple[str, Finding | None, str]:
    """Status, the finding that decides, and the sentence that says why."""
    if commitment.every:
        first = first_day(commitment.start) if commitment.start else None
        first = first or documents[commitment.document].date
        status, told, reason = _judge_duty(commitment, findings, first, as_of)
    else:
        status, told, reason = _judge_once(commitment, list(findings.values()), as_of)
    if told is not None and not told.is_real:
        reason += f"（依据{told.data_kind}，不能说明本县实际）"
    return status, told, reason


def _judge_once(
    commitment: Commitment, findings: list[Finding], as_of: date
) -> tuple[str, Finding | None, str]:
    """A promise with a due day."""
    due, known = commitment.due_date, [f for f in findings if f.verdict != CANNOT_TELL]
    passed = as_of > due
    term = f"期限{commitment.due_text}" + ("已过" if passed else "尚未到")
    if not known:
        status = CANNOT_BE_JUDGED if passed else NOT_DUE
        return status, None, f"{_lack(commitment, findings)}；{term}"
    newest, opened = known[-1], statistics_day(statistics_year(due))
    told = next((f for f in known if opened <= f.day <= due and f.verdict == MET), newest)
    said = _said(commitment, told)
    if told.verdict == MET:
        late = f"，迟于期限{commitment.due_text}" if told.day > due else ""
        since = f"；但{_said(commitment, newest)}" if newest.verdict == NOT_MET else ""
        return MET, told, said + late + since
    if not passed:
        return SHORT, told, f"{said}；{term}"
    if told.day < min(due, statistics_day(due.year)):
        return CANNOT_BE_JUDGED, told, f"{said}；{term}，没有期限当年统计或期限之后的依据"
    return OVERDUE, told, f"{said}；{term}"


def _judge_duty(
    commitment: Commitment, findings: Mapping[int, Finding], first: date, as_of: date
) -> tuple[str, Finding | None, str]:
    """A standing duty: every statistics year from its first day on counts."""
    last = min(as_of, commitment.due_date or as_of)
    years = range(statistics_year(first), statistics_year(last) + 1)
    years = [year for year in years if statistics_day(year) >= first]
    if not years:
        return NOT_DUE, None, f"{first}起的第一个统计年度尚未到"
    bad, good = (
        [year for year in years if year in findings and findings[year].verdict == verdict]
        for verdict in (NOT_MET, MET)
    )
    blank = [year for year in years if year not in bad and year not in good]
    span = f"{len(years)}个统计年度"
    told = findings[max(bad + good)] if bad or good else None
    if told is not None and told.verdict == NOT_MET:
        return OVERDUE, told, f"{span}中{_list(bad)}未做到：{_said(commitment, told)}"
    once = f"曾有{_list(bad)}未做到" if bad else ""
    if blank:
        lack = _lack(commitment, [findings[year] for year in blank if year in findings])
        unknown = f"{_list(blank)}不能判断：{lack}"
        return CANNOT_BE_JUDGED, told, f"{span}中" + "，".join(filter(None, [once, unknown]))
    kept = f"{span}中{once}，最近一年已做到" if bad else f"{span}都已做到"
    return MET, told, f"{kept}；{_said(commitment, told)}"


def _said(commitment: Commitment, finding: Finding) -> str:
    reached = "达到" if finding.verdict == MET else "未达到"
    unit = commitment.unit if finding.text[-1:].isdigit() else ""
    goal = "" if commitment.value is None else f"（{commitment.target_text}{commitment.unit}）"
    if finding.text.endswith("%") and not commitment.unit.endswith("%"):
        goal = ""  # a share of those who reach it does not stand beside the amount itself
    return f"{finding.told_of}为{finding.text}{unit}，{reached}要求{goal}"


def _lack(commitment: Commitment, findings: list[Finding]) -> str:
    """Why nothing can be said."""
    if findings:
        return findings[-1].text or "学校数据或县级数据不全"
    return {
        "reported": "须由县级报告，尚无报告",
        "none": "没有可核对的数据",
        "row": "没有该项的逐项结论",
        "figure": "没有填报该县级指标项",
        "fact": "没有公布数据",
    }.get(commitment.evidence.kind, "没有学校数据")


def _list(years: list[int]) -> str:
    """2021—2025年 where no year is left out."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}—{years[-1]}年"
    return "、".join(f"{year}年" for year in years)


def _row(
    county: str, commitment: Commitment, status: str, told: Finding | None, reason: str
) -> list:
    base = commitment.base
    return [
        county,
        commitment.id,
        commitment.kind,
        commitment.label,
        commitment.due_text,
        commitment.due_date,
        f"{print_number(as_fraction(base.value))}（{base.year}年）" if base else "",
        commitment.target_text,
        commitment.unit,
        told.text if told else "",
        told.year if told else None,
        status,
        reason + "。",
        told.data_kind if told else "",
        "、".join(commitment.departments),
        commitment.source,
    ]
