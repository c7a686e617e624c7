"""The command line: a thin skin over the functions; heavy modules load only when a command runs."""

from __future__ import annotations

import logging
import re
import sys
import tempfile
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from youzhi.errors import DataError, ReportError, UsageError, YouzhiError

app = typer.Typer(
    add_completion=False,
    help="县域义务教育优质均衡自评 · self-evaluation of counties for high-quality balance",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Standard = Annotated[
    str, typer.Option(help="标准代码或标准文件；缺省为该县现行标准 · id or TOML file of a standard")
]
Data = Annotated[str, typer.Option(help="数据目录；缺省为 $YOUZHI_DATA 或仓库的 data/ · data root")]
Notebook = Annotated[str, typer.Option(help="笔记本名称 · name of the notebook")]
Out = Annotated[str, typer.Option(help="输出目录；缺省为 reports/ · folder of the reports")]


def main() -> None:
    """Run the command line.

    Exit codes: 0 all went well, 1 a report failed, 2 usage or data are wrong and nothing was
    written, 130 Ctrl-C.
    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # Ctrl-C is no fault to complain of
    try:
        app()
    except YouzhiError as error:
        typer.echo(_printable(str(error)), err=True)
        sys.exit(1 if isinstance(error, ReportError) else 2)
    except PermissionError as error:
        from youzhi.counties import explain_unreadable

        typer.echo(_printable(str(explain_unreadable(f"“{error.filename}”", error))), err=True)
        sys.exit(2)


@app.command()
def report(
    county: Annotated[str, typer.Argument(help="县区代码或名称 · id or Chinese name")],
    year: Annotated[str, typer.Argument(help="统计年度，如 2020 · year of the statistics")],
    standard: Standard = "",
    data: Data = "",
    notebook: Notebook = "02_county_report",
    out: Out = "",
    as_of: Annotated[
        str, typer.Option(help="规划进展的截至日期；缺省为该年末 · day for 07_plan_progress")
    ] = "",
) -> None:
    """生成一个县一年的报告 · make the report of one county and year."""
    checked = _parse_year(year)
    day = {"as_of": _parse_day(as_of).isoformat()} if as_of else {}
    from youzhi.reports import run_report

    places = {"standard": standard, "data": data, "notebook": notebook, "out": out}
    page = run_report(county, checked, **places, **day)
    typer.echo(f"报告已生成：{page}")


@app.command()
def batch(
    counties: Annotated[
        str, typer.Option(help="县区，逗号分隔；缺省为全部 · a,b; all if absent")
    ] = "",
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
    names = [name for name in re.split("[,，、]", counties) if name.strip()] if counties else None
    wanted = _parse_years(years) if years else None
    from youzhi.reports import plan_jobs, run_batch

    jobs = plan_jobs(names, wanted, standard=standard, data=data, notebook=notebook, out=out)
    table = run_batch(jobs, workers=workers)
    failed = table[table["status"] == "failed"]
    for row in failed.itertuples():
        typer.echo(_printable(f"失败：{row.message}"), err=True)
    typer.echo(
        f"共{len(table)}份，成功{len(table) - len(failed)}份；目录：{jobs[0].out / 'index.html'}"
    )
    if len(failed):
        raise ReportError(f"{len(failed)}份报告失败")


@app.command()
def ledger(
    county: Annotated[str, typer.Argument(help="县区代码或名称 · id or Chinese name")],
    year: Annotated[str, typer.Argument(help="统计年度，如 2020 · year of the statistics")],
    file: Annotated[
        str, typer.Option(help="台账文件；缺省为该县的 ledger.csv · the ledger's file")
    ] = "",
    as_of: Annotated[
        str, typer.Option(help="核查日期；缺省为统计年度9月1日 · day of the check, YYYY-MM-DD")
    ] = "",
    towns: Annotated[str, typer.Option(help="回头看的镇街，逗号分隔 · townships to look at")] = "",
    data: Data = "",
) -> None:
    """更新问题台账，列出回头看的学校 · update the ledger of problems."""
    checked = _parse_year(year)
    day = _parse_day(as_of or f"{checked}-09-01")
    from youzhi import assess_county, counties
    from youzhi import ledger as ledgers

    path = Path(file) if file else counties.ledger_path(county, data)
    source, table = _ledger_files(path)
    old = ledgers.read_ledger(source) if source else ledgers.new_ledger()
    content = source.read_bytes() if source else b""
    result = assess_county(county, checked, data=data)
    card = counties.load_county(counties.find_county(county, data), data)
    unknown = ledgers.find_unknown(result)
    problems, scope = ledgers.find_problems(result, card), ledgers.find_scope(result)
    new, summary = ledgers.update_ledger(old, problems, unknown, checked, day, scope)
    names = re.split("[,，、]", towns)
    visited = ledgers.look_back(result, new, names) if towns else None
    _replace_ledger(source, content, table, ledgers.format_ledger(new))
    typer.echo(_printable(ledgers.describe_update(summary, unknown)))
    for row in [] if visited is None else visited.itertuples():
        typer.echo(_printable(ledgers.describe_visit(row)))
    typer.echo(f"台账：{table}")


@app.command()
def forms(
    county: Annotated[str, typer.Argument(help="县区代码或名称 · id or Chinese name")],
    year: Annotated[str, typer.Argument(help="统计年度，如 2020 · year of the statistics")],
    standard: Standard = "",
    data: Data = "",
    out: Annotated[
        str, typer.Option(help="输出目录；缺省为 reports/<县>/<年>/forms · folder of the forms")
    ] = "",
) -> None:
    """编制申报表、计划附件和学校自评表 · fill the official forms and annexes."""
    checked = _parse_year(year)
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
        typer.echo(_printable(f"已写入：{path}"))


@app.command("list")
def list_existing(data: Data = "") -> None:
    """列出现有县区、年度和标准 · list counties, years and standards."""
    from youzhi import counties, list_standards, load_standard

    faults = []
    typer.echo("县区与年度：")
    for county in counties.list_counties(data):
        try:
            years = "、".join(map(str, counties.list_years(county, data))) or "（没有学校数据）"
            typer.echo(f"  {county}\t{counties.load_county(county, data).name_zh}\t{years}")
        except UsageError as error:
            typer.echo(f"  {county}\t（有误，见末尾）")
            faults.append(str(error))
    typer.echo("标准：")
    for name in list_standards():
        standard = load_standard(name)
        typer.echo(f"  {name}\t{standard.number}\t{standard.title}")
    if faults:
        raise UsageError("\n".join(faults))


@app.command("demo-data")
def write_demo_data(
    out: Annotated[str, typer.Option(help="输出目录；缺省为数据目录 · data root by default")] = "",
) -> None:
    """重写模拟数据 · write the synthetic demonstration tables again."""
    from youzhi import counties, synthetic_items
    from youzhi.reports.files import write_together

    root = counties.data_root()
    folder = Path(out).resolve() if out else root
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(root.glob("*/county.toml"))}
    files = {folder / path.relative_to(root): text for path, text in texts.items()}
    for name, text in synthetic_items.demo_tables(map(tomllib.loads, texts.values())):
        files[folder / name] = text
        county, year, kind = Path(name).parts
        if kind == "items.csv":
            _refuse_other_figures(folder / name, text)
        else:
            _refuse_real_data(folder, county, int(year))
    write_together({path: text.encode("utf-8") for path, text in files.items()})
    typer.echo(f"已写入{len(files) - len(texts)}个模拟数据文件：{folder}")


def _refuse_real_data(folder: Path, county: str, year: int) -> None:
    """Never write demonstration data over a table that is not marked as synthetic in every row."""
    from youzhi import counties

    place = folder / county / str(year)
    if not any((place / name).exists() for name in ("schools.csv", "schools.xlsx")):
        return
    try:
        kinds = set(counties.read_county(county, year, folder).texts("data_kind"))
    except (DataError, UsageError):  # what cannot be read may be real
        kinds = set()
    if kinds != {"synthetic"}:
        raise UsageError(
            f"“{place}”中的学校数据不是模拟数据，没有改动任何文件；请用 --out 另选目录"
        )


def _ledger_files(path: Path) -> tuple[Path | None, Path]:
    """The ledger as it stands, if there is one, and the CSV that it becomes."""
    kind = path.suffix.lower()
    table, book = (path if kind == end else path.with_suffix(end) for end in (".csv", ".xlsx"))
    if kind not in (".csv", ".xlsx"):
        raise UsageError(f"台账应为 .csv 或 .xlsx 文件；收到“{path.name}”")
    if table.exists() and book.exists():
        raise UsageError(
            f"同时有 {table.name} 和 {book.name}，不知道以哪个为准。请只保留一个：{path.parent}"
        )
    return next((known for known in (table, book) if known.exists()), None), table


def _replace_ledger(source: Path | None, content: bytes, table: Path, new: bytes) -> None:
    """Write a changed ledger; the previous one stays beside it as .bak, a workbook under that name only."""
    from youzhi.reports.files import write_together

    if source is None:
        return write_together({table: new})
    if source.read_bytes() != content:
        raise UsageError(f"“{source}”在核查过程中被改动，没有写入。请保存并关闭该文件后重做。")
    if source != table or content != new:
        backup = source.with_suffix(f".bak{source.suffix}")
        write_together({backup: content, table: new})
    if source != table:
        _remove_workbook(source, table)
    return None


def _remove_workbook(book: Path, table: Path) -> None:
    try:
        book.unlink()
    except OSError as error:
        raise ReportError(
            f"台账已写成“{table}”，但旧工作簿无法移走：{error.strerror}；请关闭并删除“{book}”，否则下次不知道以哪个为准"
        ) from error


def _parse_day(text: str) -> date:
    """One day."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"日期应写成 2020-09-01；收到“{text[:40]}”") from None


def _refuse_other_figures(path: Path, text: str) -> None:
    """Never write demonstration figures over figures that are not synthetic, unless they are the same."""
    standing = [place for place in (path, path.with_suffix(".xlsx")) if place.exists()]
    if not standing or (standing == [path] and path.read_bytes() == text.encode("utf-8")):
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            made.write_bytes(text.encode("utf-8"))
            kept = _given_figures(made, path.parent)
        lost = set().union(*(_given_figures(place, path.parent) for place in standing)) - kept
    except DataError:  # what cannot be read may be real
        lost = {path}
    if lost or standing != [path]:
        raise UsageError(
            f"“{path.parent}”中的县级数据不全是模拟数据，没有改动任何文件；"
            "请用 --out 另选目录，或核对后自行移走该文件"
        )


def _given_figures(path: Path, folder: Path) -> set[tuple]:
    """Figures that somebody gave for the county and year of a folder and that are not marked as synthetic."""
    from youzhi.intake import read_items

    frame = read_items(path, folder.parent.name, int(folder.name)).frame
    frame = frame[frame["value"].notna() & (frame["data_kind"] != "synthetic")]
    return set(frame[["item", "value"]].itertuples(index=False, name=None))


def _parse_year(text: str) -> int:
    """One year."""
    if not re.fullmatch("[0-9]{4}", text):
        raise UsageError(f"年份应为四位数字，如 2020；收到“{text[:40]}”")
    return int(text)


def _parse_years(text: str) -> list[int]:
    """Years from 2020, 2020-2023 or 2016,2020."""
    years = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        years += range(_parse_year(first), _parse_year(last if dash else first) + 1)
    if not years:
        raise UsageError(f"年份应写成 2020、2020-2023 或 2016,2020；收到“{text[:40]}”")
    return years


def _printable(text: str) -> str:
    """Text that cannot steer the terminal, whatever name was typed."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else f"\\x{ord(sign):02x}" for sign in text
    )
