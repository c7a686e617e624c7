"""Commands that look ahead: how many pupils come, and what a scenario changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from youzhi.cli.listing import show_kinds, show_table
from youzhi.cli.options import CountyName, Data, Out, TableOnly, parse_year, printable
from youzhi.errors import UsageError, YouzhiError

if TYPE_CHECKING:
    from youzhi.outlooks import Outlook
    from youzhi.reports.manifest import Job


def outlook(
    county: CountyName,
    to: Annotated[str, typer.Option(help="推算到哪一年，如 2035 · last year")],
    year: Annotated[
        str, typer.Option(help="历史数据用到哪一年；缺省为最后一年 · last year of the history")
    ] = "",
    data: Data = "",
    out: Out = "",
    table_only: TableOnly = False,
) -> None:
    """推算学生数和学位 · how many pupils come, and whether there are seats."""
    last, known = parse_year(to), parse_year(year) if year else None
    from youzhi import narrative
    from youzhi.outlooks import make_outlook

    found = make_outlook(county, last, year=known, data=data)
    given = {"notebook": "05_enrolment_outlook", "to": last, "data": data, "out": out}
    job = None if table_only else _plan(found.county, found.year, given)
    show_kinds(_list_kinds(found))
    if len(doubts := narrative.tabulate_doubts(found)):
        show_table("注意", doubts)
    show_table("学生数与学位", narrative.tabulate_outlook(found))
    show_table("推算方法的历史误差", narrative.tabulate_backtests(found))
    _make(job)


def scenario(
    county: CountyName,
    name: Annotated[
        str,
        typer.Argument(help="情景代码或情景文件；不写则列出现有情景 · id or file of a scenario"),
    ] = "",
    start: Annotated[
        str, typer.Option("--from", help="起算年；缺省为情景的基准年 · base year")
    ] = "",
    to: Annotated[str, typer.Option(help="终止年；缺省为情景的最后一年 · last year")] = "",
    data: Data = "",
    out: Out = "",
    table_only: TableOnly = False,
) -> None:
    """试算建设情景，列出前后对比、费用和仍未达标的学校 · try out a scenario of school construction."""
    if not name:
        _list_scenarios(county, data)
        return
    years = {key: parse_year(text) if text else None for key, text in (("year", start), ("to", to))}
    from youzhi import narrative
    from youzhi.trials import run_trial

    trial = run_trial(county, name, **years, data=data)
    base, last = trial.span
    given = {"notebook": "06_school_construction", "scenario": name, "to": last}
    places = {"data": data, "out": out}
    job = None if table_only else _plan(trial.card.id, base, given | places)
    ahead = _list_kinds(trial.outlook) if trial.scenario.enrolment.mode == "outlook" else []
    show_kinds([*trial.before.data_kinds, *trial.after.data_kinds, *ahead])
    show_table(f"情景 {trial.scenario.id}：{base}年与{last}年", narrative.tabulate_trial(trial))
    show_table("费用", narrative.tabulate_costs(trial))
    show_table(f"{last}年仍未达标和无法判定的校段", narrative.tabulate_still_failing(trial))
    _make(job)


def _list_kinds(found: Outlook) -> list[str]:
    """Kinds of data of all that an outlook rests on; a table that does not say is of none."""
    return [kind for kinds in found.kinds.values() for kind in kinds or [""]]


def _plan(county: str, year: int, given: dict) -> Job:
    """Check the report before the tables are printed."""
    from youzhi.reports import plan_jobs

    [job] = plan_jobs([county], [year], **given)
    return job


def _make(job: Job | None) -> None:
    from youzhi.reports.report import make_report

    if job:
        make_report(job)
        typer.echo(f"报告已生成：{job.page}")


def _list_scenarios(county: str, data: str) -> None:
    """Name the scenarios of a county; the faulty ones last, with what is wrong."""
    from youzhi import counties
    from youzhi.scenarios import list_scenarios, load_scenario

    place, faults = counties.find_county(county, data), []
    names = list_scenarios(place, data)
    typer.echo(printable(f"{counties.name_county(place, data)}的情景：{'' if names else '（无）'}"))
    for name in names:
        try:
            one = load_scenario(name, place, data)
            told = [one.title.zh, f"{one.base_year}—{one.to}年"]
        except YouzhiError as error:
            told = ["（有误，见末尾）"]
            faults.append(str(error))
        typer.echo("\t".join(map(printable, (f"  {name}", *told))))
    if faults:
        raise UsageError("\n".join(faults))
