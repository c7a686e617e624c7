"""Many jobs at once, and the two pages that sum them up: index.html and verdicts.csv."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass

import pandas as pd
from rich.console import Console
from rich.progress import Progress

from youzhi import counties
from youzhi.errors import UsageError, YouzhiError
from youzhi.reports.engine import CELL_SECONDS, end_kernels
from youzhi.reports.files import write_together
from youzhi.reports.manifest import Job
from youzhi.reports.page import render_page
from youzhi.reports.report import Told, make_report

COUNTY_WORDS = {"met": "达到", "not_met": "未达到", "cannot_tell": "无法判定"}


@dataclass(frozen=True)
class _Outcome:
    """What became of one job."""

    county: str
    year: int
    notebook: str
    status: str
    standard: str
    level: str
    verdict: str
    data_kinds: str
    seconds: float
    message: str


def run_batch(
    jobs: Sequence[Job], *, workers: int | None = None, cell_seconds: int = CELL_SECONDS
) -> pd.DataFrame:
    """Make many reports side by side (批量报告); one that fails does not stop the others.

    Threads drive the work, because each notebook's kernel is a process of its own: when one is
    killed only its own job fails, whereas a pool of processes would lose all.

    Parameters
    ----------
    jobs
        From `plan_jobs`; all with the same folder of reports.
    workers
        How many kernels run at once; without it one per processor.
    cell_seconds
        How long one cell may take.

    Returns
    -------
    DataFrame
        One row per job. Columns: county, year, notebook (with the scenario's name), status (ok | failed), standard, level, verdict,
        data_kinds, seconds, message; sorted by county, year, notebook. The same table without seconds is written to
        verdicts.csv, and index.html shows it with links. Verdicts by different standards are no ranking.

    Raises
    ------
    UsageError
        When there is no job, one is about several counties, or two jobs would write the same report.
    ReportError
        When index.html or verdicts.csv cannot be written.
    """
    _check_distinct(jobs)
    pool = ThreadPoolExecutor(workers or os.cpu_count())
    console = Console(stderr=True)
    try:
        with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
            futures = [pool.submit(_attempt, job, cell_seconds) for job in jobs]
            done = progress.track(as_completed(futures), total=len(jobs), description="生成报告")
            outcomes = [asdict(future.result()) for future in done]
    except BaseException:  # Ctrl-C: the kernels do not hear it by themselves
        pool.shutdown(wait=False, cancel_futures=True)
        end_kernels()
        raise
    finally:
        pool.shutdown()
    table = pd.DataFrame(outcomes).sort_values(["county", "year", "notebook"], ignore_index=True)
    _write_summary(jobs, table)
    return table


def _check_distinct(jobs: Sequence[Job]) -> None:
    """Refuse an empty batch and two jobs that would write over each other."""
    if not jobs:
        raise UsageError("没有要生成的报告")
    if any(len(job.counties) > 1 for job in jobs):
        raise UsageError("比较几个县区的报告不能批量生成；请用 youzhi compare（run_comparison）")
    if len({job.page for job in jobs}) < len(jobs) or len({job.out for job in jobs}) > 1:
        raise UsageError("同一批次的报告应写入同一文件夹，每个县区、年份、笔记本只出现一次")


def _attempt(job: Job, cell_seconds: int) -> _Outcome:
    """Make one report and say what became of it, whatever happens."""
    started = time.monotonic()
    told, message = Told("", (), "", ""), ""
    try:
        told = make_report(job, cell_seconds)
    except YouzhiError as error:
        message = str(error)
    except Exception as error:  # a fault of ours in one job must not lose the other jobs
        message = f"程序错误 {type(error).__name__}: {error}"
    return _Outcome(
        county=job.place,
        year=job.year,
        notebook=job.name,
        status="failed" if message else "ok",
        standard=told.standard,
        level=told.level,
        verdict=told.verdict,
        data_kinds="、".join(told.data_kinds),
        seconds=round(time.monotonic() - started, 2),
        message=message,
    )


def _write_summary(jobs: Sequence[Job], table: pd.DataFrame) -> None:
    """Write the index page and the table of verdicts."""
    out = jobs[0].out
    planned = {(job.place, job.year, job.name): job for job in jobs}
    cells = []
    for row in table.to_dict("records"):
        job = planned[row["county"], row["year"], row["notebook"]]
        told = {"link": job.page.relative_to(out).as_posix(), "scenario": job.prospect.scenario}
        cells.append(row | told)
    listed, data = dict.fromkeys(table["county"]), jobs[0].data
    page = render_page(
        "index.html.j2",
        names={county: counties.name_county(county, data) for county in listed},
        existing={county: counties.list_years(county, data) for county in listed},
        years=sorted(set(table["year"])),
        cells=cells,
        words=COUNTY_WORDS,
        levels=sorted({cell["level"] for cell in cells if cell["level"]}),
        failures=[cell for cell in cells if cell["status"] == "failed"],
    )
    verdicts = table.drop(columns="seconds").to_csv(index=False)
    write_together(
        {
            out / "index.html": page.encode("utf-8"),
            out / "verdicts.csv": verdicts.encode("utf-8-sig"),
        }
    )
