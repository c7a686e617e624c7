"""Commands that make reports and the official forms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from youzhi.cli.options import (
    Counties,
    CountyName,
    Data,
    Notebook,
    Out,
    Standard,
    Year,
    parse_day,
    parse_names,
    parse_year,
    parse_years,
    printable,
)
from youzhi.errors import ReportError


def report(
    county: CountyName,
    year: Year,
    standard: Standard = "",
    data: Data = "",
    notebook: Notebook = "02_county_report",
    out: Out = "",
    as_of: Annotated[
        str, typer.Option(help="规划进展的截至日期；缺省为该年末 · day for 07_plan_progress")
    ] = "",
) -> None:
    """生成一个县一年的报告 · make the report of one county and year."""
    checked = parse_year(year)
    day = {"as_of": parse_day(as_of).isoformat()} if as_of else {}
    from youzhi.reports import run_report

    places = {"standard": standard, "data": data, "notebook": notebook, "out": out}
    page = run_report(county, checked, **places, **day)
    typer.echo(f"报告已生成：{page}")


def batch(
    counties: Counties = "",
    years: Annotated[
        str, typer.Option(help="2020、2020-2023 或 2016,2020；缺省为全部 · all if absent")
    ] = "",
    standard: Standard = "",
    data: Data = "",
    notebook: Notebook = "02_county_report",
    workers: Annotated[int | None, typer.Option(min=1, help="并行数 · kernels at once")] = None,
    out: Out = "",
) -> None:
    """批量生成报告和目录页 · make many reports and an index of them."""
    names, wanted = parse_names(counties), parse_years(years) if years else None
    from youzhi.reports import plan_jobs, run_batch

    jobs = plan_jobs(names, wanted, standard=standard, data=data, notebook=notebook, out=out)
    table = run_batch(jobs, workers=workers)
    failed = table[table["status"] == "failed"]
    for row in failed.itertuples():
        typer.echo(printable(f"失败：{row.message}"), err=True)
    typer.echo(
        f"共{len(table)}份，成功{len(table) - len(failed)}份；目录：{jobs[0].out / 'index.html'}"
    )
    if len(failed):
        raise ReportError(f"{len(failed)}份报告失败")


def forms(
    county: CountyName,
    year: Year,
    standard: Standard = "",
    data: Data = "",
    out: Annotated[
        str, typer.Option(help="输出目录；缺省为 reports/<县>/<年>/forms · folder of the forms")
    ] = "",
) -> None:
    """编制申报表、计划附件和学校自评表 · fill the official forms and annexes."""
    checked = parse_year(year)
    from youzhi import assess_county, counties
    from youzhi.forms import make_forms
    from youzhi.reports.files import write_together
    from youzhi.reports.manifest import default_out

    name = counties.find_county(county, data)
    card = counties.load_county(name, data)
    result = assess_county(name, checked, standard or None, data)
    folder = Path(out).resolve() if out else default_out() / name / str(checked) / "forms"
    files = {folder / file: content for file, content in make_forms(result, card).items()}
    write_together(files)
    for path in files:
        typer.echo(printable(f"已写入：{path}"))
