"""One job becomes one report: judged, run, laid out, and only then put under its name."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from youzhi import __version__, counties
from youzhi.assessment import assess_county
from youzhi.errors import ReportError
from youzhi.reports.engine import CELL_SECONDS, RunFailed, run_notebook
from youzhi.reports.files import write_together
from youzhi.reports.manifest import DEFAULT_NOTEBOOK, Job, plan_jobs
from youzhi.reports.page import Heading, render_report
from youzhi.standards import load_standard


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
        When county, year, notebook or a parameter does not exist or has the wrong type.
    DataError
        When the county's data do not pass the checks; nothing has been run.
    ReportError
        When the notebook fails; what was executed is kept in _failed/.
    """
    [job] = plan_jobs(
        [county], [year], standard=standard, data=data, notebook=notebook, out=out, **parameters
    )
    make_report(job, cell_seconds)
    return job.page


def make_report(job: Job, cell_seconds: int = CELL_SECONDS) -> tuple[str, tuple[str, ...]]:
    """Make the report of a checked job.

    Parameters
    ----------
    job
        From `plan_jobs`.
    cell_seconds
        How long one cell may take.

    Returns
    -------
    tuple
        The verdict and the kinds of data behind it.

    Raises
    ------
    DataError, ReportError
        As `run_report`.
    """
    digest = _digest(job)
    assessment = assess_county(job.county, job.year, job.standard or None, data=job.data)
    try:
        notebook = run_notebook(
            job.notebook, job.parameters, {"YOUZHI_DATA": str(job.data)}, cell_seconds
        )
    except RunFailed as failure:
        write_together({job.failed: _without_machine_paths(failure.notebook)})
        raise ReportError(
            f"{job.county} {job.year} 报告未生成：{failure}；执行记录：_failed/{job.failed.name}"
        ) from failure
    if _digest(job) != digest:
        raise ReportError(f"{job.county} {job.year} 报告未生成：运行期间数据文件被改动；请重新运行")
    page = render_report(notebook, _heading(job, assessment.data_kinds, digest))
    write_together({job.executed: _to_bytes(notebook), job.page: page.encode("utf-8")})
    job.failed.unlink(missing_ok=True)
    return assessment.verdict, tuple(assessment.data_kinds)


def _heading(job: Job, data_kinds: tuple[str, ...], digest: str) -> Heading:
    """Gather what the head of the page says; a standard file is named by its title, not its path."""
    card = counties.load_county(job.county, job.data)
    standard = load_standard(job.standard or card.standard_for(job.year))
    return Heading(
        county=card.name_zh,
        year=job.year,
        standard=f"{standard.number} {standard.title}",
        data_kinds=tuple(data_kinds),
        version=__version__,
        digest=digest[:16],
    )


def _digest(job: Job) -> str:
    """SHA-256 of the county's table of schools."""
    with counties.schools_path(job.county, job.year, job.data).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
