"""What several commands share: options, the parsing of years and days, and text that is safe to print."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

import typer

from youzhi.errors import UsageError

Standard = Annotated[
    str, typer.Option(help="标准代码或标准文件；缺省为该县现行标准 · id or TOML file of a standard")
]
Data = Annotated[str, typer.Option(help="数据目录；缺省为 $YOUZHI_DATA 或仓库的 data/ · data root")]
Notebook = Annotated[str, typer.Option(help="笔记本名称 · name of the notebook")]
Year = Annotated[str, typer.Argument(help="统计年度，如 2020 · year of the statistics")]
CountyName = Annotated[str, typer.Argument(help="县区代码或名称 · id or Chinese name")]
Counties = Annotated[str, typer.Option(help="县区，逗号分隔；缺省为全部 · a,b; all if absent")]
TableOnly = Annotated[
    bool, typer.Option("--table-only", help="只列表，不生成报告 · print tables, make no report")
]
Out = Annotated[str, typer.Option(help="输出目录；缺省为 reports/ · folder of the reports")]


def parse_names(text: str) -> list[str] | None:
    """Names of counties; None where nothing was written."""
    return [name for name in re.split("[,，、]", text) if name.strip()] if text else None


def parse_day(text: str) -> date:
    """One day."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"日期应写成 2020-09-01；收到“{text[:40]}”") from None


def parse_year(text: str) -> int:
    """One year."""
    if not re.fullmatch("[0-9]{4}", text):
        raise UsageError(f"年份应为四位数字，如 2020；收到“{text[:40]}”")
    return int(text)


def parse_years(text: str) -> list[int]:
    """Years from 2020, 2020-2023 or 2016,2020."""
    years = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        years += range(parse_year(first), parse_year(last if dash else first) + 1)
    if not years:
        raise UsageError(f"年份应写成 2020、2020-2023 或 2016,2020；收到“{text[:40]}”")
    return years


def printable(text: str) -> str:
    """Text that cannot steer the terminal, whatever name was typed."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else f"\\x{ord(sign):02x}" for sign in text
    )
