"""One job becomes one report: judged, run, laid out, and only then put under its name."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from youzhi import __version__
from youzhi.errors import ReportError, UsageError
from youzhi.reports.answers import find_answers
from youzhi.reports.engine import CELL_SECONDS, RunFailed, run_notebook
from youzhi.reports.files import write_together
from youzhi.reports.inputs import Inputs, combine_digests, have_changed, read_inputs
from youzhi.reports.manifest import (
    COMPARISON_NOTEBOOK,
    DEFAULT_NOTEBOOK,
    Job,
    plan_comparison,
    plan_jobs,
)
from youzhi.reports.page import Heading, render_report
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

_CONCLUSIONS = {
    MET: "达到{}要求",
    NOT_MET: "未达到{}要求",
    CANNOT_TELL: "现有数据无法判定是否达到{}要求",
}
_FURTHER = ("分年级在校生", "情景")  # files of a look ahead, in this order
_Answer = tuple[str, str, tuple[str, ...]]  # verdict, conclusion, reasons of a heading


def run_report(
    county: str,
    year: int,
    *,
    standard: str | Path | None = None,
    data: str | Path | None = None,
    notebook: str = DEFAULT_NOTEBOOK,
    out: str | Path | None = None,
    cell_seconds: int = CELL_SECONDS,
    **parameters: object,
) -> Path:
    """Make the report of one county and year (县区年度报告).

    The executed notebook and its page appear together and whole, or not at all; an older report
    survives every failure.

    Parameters
    ----------
    county
        Id or Chinese name.
    year
        Year of the statistics.
    standard
        Id of a standard or path of a standard file; without it the county's own.
    data
        Data root; without it $YOUZHI_DATA, else the repository's data/.
    notebook
        Name of the notebook, without folder and ending.
    out
        Folder of all reports; without it reports/ of the repository, else of the working directory.
    cell_seconds
        How long one cell of the notebook may take.
    **parameters
        Further parameters of that notebook, such as `to` and `scenario`.

    Returns
    -------
    Path
        The HTML page; the executed notebook stands beside it. The name of a scenario is part of both names.

    Raises
    ------
    UsageError
        When county, year, standard, notebook, scenario or a parameter does not exist or has the wrong type, or when the
        county has several scenarios and none is named.
    DataError
        When a table of the county, of whatever year, does not pass the checks; nothing has been
        run.
    ReportError
        When the notebook fails, what was executed being kept in _failed/, or when a file on which
        the report rests was changed meanwhile.
    """
    job, *more = plan_jobs(
        [county], [year], standard=standard, data=data, notebook=notebook, out=out, **parameters
    )
    if more:
        known = "、".join(one.prospect.scenario for one in (job, *more))
        raise UsageError(f"{county}有几个情景：{known}；请写明其中一个（scenario=）")
    make_report(job, cell_seconds)
    return job.page


def run_comparison(
    year: int,
    counties: Iterable[str] | None = None,
    *,
    standard: str | Path | None = None,
    data: str | Path | None = None,
    notebook: str = COMPARISON_NOTEBOOK,
    out: str | Path | None = None,
    cell_seconds: int = CELL_SECONDS,
    **parameters: object,
) -> Path:
    """Make the report that puts several counties side by side (县际比较报告).

    Parameters
    ----------
    year
        Year of the statistics.
    counties
        Ids or Chinese names, two at least; without it all that have data for the year.
    standard, data, notebook, out, cell_seconds, **parameters
        As `run_report`.

    Returns
    -------
    Path
        The HTML page, compare/<year>/<notebook>.html; the executed notebook stands beside it.

    Raises
    ------
    UsageError, DataError, ReportError
        As `run_report`; faulty data of one county refuse the whole.
    """
    places = {"standard": standard, "data": data, "notebook": notebook, "out": out}
    job = plan_comparison(year, counties, **places, **parameters)
    make_report(job, cell_seconds)
    return job.page


class Told(NamedTuple):
    """What a report on one county says in the fewest words (报告结论).

    Attributes
    ----------
    verdict, data_kinds
        Of the job's own year.
    standard, level
        Id of the standard, and what a county can be recognised as by it, in Chinese.
    """

    verdict: str
    data_kinds: tuple[str, ...]
    standard: str
    level: str


def make_report(job: Job, cell_seconds: int = CELL_SECONDS) -> Told:
    """Make the report of a checked job.

    Parameters
    ----------
    job
        From `plan_jobs` or `plan_comparison`.
    cell_seconds
        How long one cell may take.

    Returns
    -------
    Told
        The verdict, the kinds of data behind it, the standard and its level, of the job's first county.

    Raises
    ------
    DataError, ReportError
        As `run_report`.
    """
    inputs = read_inputs(job)
    try:
        notebook = run_notebook(
            job.notebook, job.parameters, {"YOUZHI_DATA": str(job.data)}, cell_seconds
        )
    except RunFailed as failure:
        write_together({job.failed: _without_machine_paths(failure.notebook)})
        raise ReportError(
            f"{job.place} {job.year} 报告未生成：{failure}；执行记录：_failed/{job.failed.name}"
        ) from failure
    if have_changed(job, inputs):
        raise ReportError(
            f"{job.place} {job.year} 报告未生成：运行期间数据文件、县区卡或标准被改动；请重新运行"
        )
    page = render_report(notebook, _heading(job, inputs, notebook))
    write_together({job.executed: _to_bytes(notebook), job.page: page.encode("utf-8")})
    job.failed.unlink(missing_ok=True)
    first = inputs[job.counties[0]]
    result, standard = first.results[job.year], first.standard
    return Told(result.verdict, result.data_kinds, standard.id, standard.level.zh)


def _heading(job: Job, inputs: Mapping[str, Inputs], notebook: NotebookNode) -> Heading:
    """Gather what the head of the page says; a standard file is named by its title, not its path."""
    each, alone = list(inputs.values()), len(inputs) == 1
    results = [one.results[job.year] for one in each]
    kinds = {kind for result in results for kind in result.data_kinds}
    further = {kind for one in each for kind in one.foreseen.kinds}
    for one in each:
        others = (result for year, result in one.results.items() if year != job.year)
        further |= {kind for result in others for kind in result.data_kinds}
    tell = _answer_ahead if job.prospect.files else _answer_alone if alone else _answer_together
    verdict, conclusion, reasons = tell(job, each, notebook)
    standards = dict.fromkeys(f"{one.standard.number} {one.standard.title}" for one in each)
    return Heading(
        county="、".join(one.card.name_zh for one in each),
        year=job.year,
        standards=tuple(standards),
        verdict=verdict,
        conclusion=conclusion,
        reasons=reasons,
        standing=f"起算年{job.year}年：{_judge(job, each[0])}" if job.prospect.files else "",
        data_kinds=tuple(sorted(kinds)),
        other_kinds=() if further == kinds else tuple(sorted(further)),
        version=__version__,
        digests=tuple((_name_table(one, alone), one.digests[one.own][:16]) for one in each),
        combined=combine_digests(inputs)[:16],
        further=_FURTHER[: len(job.prospect.files)],
    )


def _answer_ahead(job: Job, each: list[Inputs], notebook: NotebookNode) -> _Answer:
    """What the notebook answers; a number of pupils is neither good nor bad, so an outlook has no verdict."""
    last, scenario = job.parameters["to"], job.prospect.scenario
    main, others = find_answers(notebook, last, by_year=bool(scenario))
    if not main and scenario:
        main = f"情景“{scenario}”到{last}年的结果见正文首段"
    return each[0].foreseen.verdict, main or f"到{last}年的学生数和学位见正文首段", others


def _answer_alone(job: Job, each: list[Inputs], _: NotebookNode) -> _Answer:
    """The verdict of the year, and why a county is not met; a report on progress says where its own answer stands."""
    [one] = each
    result, conclusion = one.results[job.year], _judge(job, one)
    if "as_of" in job.parameters:
        conclusion = f"{job.year}年{conclusion}；截至{job.parameters['as_of']}的进展见正文首段"
    reasons = result.reasons.loc[result.reasons["verdict"] == NOT_MET, "reason"]
    return result.verdict, conclusion, tuple(reasons)


def _answer_together(job: Job, each: list[Inputs], _: NotebookNode) -> _Answer:
    """The verdict that all counties share, else none; how many are met, and a line for each."""
    verdicts = {one.results[job.year].verdict for one in each}
    shared = verdicts.pop() if len(verdicts) == 1 else ""
    return shared, _count_verdicts(job, each), _tell_each(job, each)


def _judge(job: Job, inputs: Inputs) -> str:
    verdict = inputs.results[job.year].verdict
    return _CONCLUSIONS[verdict].format(inputs.standard.level.zh)


def _count_verdicts(job: Job, each: list[Inputs]) -> str:
    """How many counties are met; nothing that could be read as an order."""
    verdicts = [one.results[job.year].verdict for one in each]
    counts = "、".join(
        f"{word}{verdicts.count(verdict)}个"
        for verdict, word in VERDICT_WORDS.items()
        if verdict in verdicts
    )
    apart = len({one.standard.id for one in each}) > 1
    return f"{len(each)}个县区中{counts}" + ("；依据的标准不同，不能放在一起排名" if apart else "")


def _tell_each(job: Job, each: list[Inputs]) -> tuple[str, ...]:
    """One line per county: verdict, standard, kinds of data."""
    return tuple(
        f"{one.card.name_zh}：{_judge(job, one)}（{one.standard.number}；"
        f"{'、'.join(one.results[job.year].data_kinds)}）"
        for one in each
    )


def _name_table(inputs: Inputs, alone: bool) -> str:
    return "学校数据文件" if alone else f"{inputs.card.name_zh}学校数据文件"


def _to_bytes(notebook: NotebookNode) -> bytes:
    """A notebook as its file."""
    return (nbformat.writes(notebook) + "\n").encode("utf-8")


def _without_machine_paths(notebook: NotebookNode) -> bytes:
    """The file of a failed notebook; its traceback must not tell where on which machine it ran."""
    text = _to_bytes(notebook).decode("utf-8")
    folders = {Path(__file__).parents[2], Path(sys.prefix), Path(sys.base_prefix), Path.home()}
    for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
        if folder != Path(folder.anchor):
            text = text.replace(json.dumps(str(folder), ensure_ascii=False)[1:-1], "~")
    return text.encode("utf-8")
