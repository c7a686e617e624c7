"""The command that keeps the ledger of problems."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from youzhi.cli.options import CountyName, Data, Year, parse_day, parse_year, printable
from youzhi.errors import ReportError, UsageError


def ledger(
    county: CountyName,
    year: Year,
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
    checked = parse_year(year)
    day = parse_day(as_of or f"{checked}-09-01")
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
    typer.echo(printable(ledgers.describe_update(summary, unknown)))
    for row in [] if visited is None else visited.itertuples():
        typer.echo(printable(ledgers.describe_visit(row)))
    typer.echo(f"台账：{table}")


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
