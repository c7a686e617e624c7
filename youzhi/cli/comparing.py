"""The command that puts several counties side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from youzhi.cli.listing import show_kinds, show_table
from youzhi.cli.options import (
    Counties,
    Data,
    Out,
    Standard,
    TableOnly,
    parse_names,
    parse_year,
    printable,
)


def compare(
    year: Annotated[str, typer.Option(help="统计年度，如 2023 · year of the statistics")],
    counties: Counties = "",
    standard: Standard = "",
    data: Data = "",
    out: Out = "",
    table_only: TableOnly = False,
) -> None:
    """比较几个县区同一年的情况 · put several counties of one year side by side."""
    checked, names = parse_year(year), parse_names(counties)
    from youzhi import narrative
    from youzhi.comparisons import compare_counties
    from youzhi.reports.manifest import plan_comparison
    from youzhi.reports.report import make_report

    job = plan_comparison(checked, names, standard=standard, data=data, out=out)
    comparison = compare_counties(
        job.counties, checked, standard=job.standard or None, data=job.data
    )
    show_kinds(kind for result in comparison.results for kind in result.data_kinds)
    show_table("各县概要", narrative.tabulate_comparison(comparison))
    show_table("各县口径", narrative.tabulate_definitions(comparison))
    ranking = comparison.rank()
    if not ranking.allowed:
        typer.echo(printable(f"不排名：{ranking.reason}"))
    if not table_only:
        make_report(job)
        typer.echo(f"报告已生成：{job.page}")
