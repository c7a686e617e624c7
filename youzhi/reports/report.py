"""One job becomes one report: judged, run, laid out, and only then put under its name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

from youzhi import __version__
from youzhi.errors import ReportError
from youzhi.reports.engine import CELL_SECONDS, RunFailed, run_notebook
from youzhi.reports.files import write_together
from youzhi.reports.inputs import Inputs, have_changed, read_inputs
from youzhi.reports.manifest import DEFAULT_NOTEBOOK, Job, plan_jobs
from youzhi.reports.page import Heading, render_report
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

_CONCLUSIONS = {
    MET: "达到{}要求",
    NOT_MET: "未达到{}要求",
    CANNOT_TELL: "现有数据无法判定是否达到{}要求",
}


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
        Further parameters of that notebook.

    Returns
    -------
    Path
        The HTML page; the executed notebook stands beside it.

    Raises
    ------
    UsageError
        When county, year, standard, notebook or a parameter does not exist or has the wrong type.
    DataError
        When a table of the county, of whatever year, does not pass the checks; nothing has been
        run.
    ReportError
        When the notebook fails, what was executed being kept in _failed/, or when a file on which
        the report rests was changed meanwhile.
    """
    [job] = plan_jobs(
        [county], [year], standard=standard, data=data, notebook=notebook, out=out, **parameters
    )
    make_report(job, cell_seconds)
    return job.page


class Told(NamedTuple):
    """What a report says in the fewest words (报告结论).

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
        From `plan_jobs`.
    cell_seconds
        How long one cell may take.

    Returns
    -------
    Told
        The verdict, the kinds of data behind it, the standard and its level.

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
            f"{job.county} {job.year} 报告未生成：{failure}；执行记录：_failed/{job.failed.name}"
        ) from failure
    if have_changed(job, inputs):
        raise ReportError(
            f"{job.county} {job.year} 报告未生成：运行期间数据文件、县区卡或标准被改动；请重新运行"
        )
    page = render_report(notebook, _heading(job, inputs))
    write_together({job.executed: _to_bytes(notebook), job.page: page.encode("utf-8")})
    job.failed.unlink(missing_ok=True)
    result = inputs.results[job.year]
    standard = inputs.standard
    return Told(result.verdict, result.data_kinds, standard.id, standard.level.zh)


def _heading(job: Job, inputs: Inputs) -> Heading:
    """Gather what the head of the page says; a standard file is named by its title, not its path."""
    standard, result = inputs.standard, inputs.results[job.year]
    own, reasons = result.data_kinds, result.reasons
    others = [result.data_kinds for year, result in inputs.results.items() if year != job.year]
    other = tuple(sorted({kind for kinds in others for kind in kinds}))
    return Heading(
        county=inputs.card.name_zh,
        year=job.year,
        standard=f"{standard.number} {standard.title}",
        verdict=result.verdict,
        conclusion=_conclude(job, result.verdict, standard.level.zh),
        reasons=tuple(reasons.loc[reasons["verdict"] == NOT_MET, "reason"]),
        data_kinds=own,
        other_kinds=() if set(other) == set(own) else other,
        version=__version__,
        digest=inputs.digests[inputs.own][:16],
        combined=inputs.combined[:16],
    )


def _conclude(job: Job, verdict: str, level: str) -> str:
    """The verdict of the year; a report on another question says where its own answer stands."""
    conclusion = _CONCLUSIONS[verdict].format(level)
    if "as_of" in job.parameters:
        return f"{job.year}年{conclusion}；截至{job.parameters['as_of']}的进展见正文首段"
    return conclusion


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
