"""Tables on the terminal, one of findings and any other: drawn for people, plain lines for a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import typer

from youzhi.cli.options import printable

if TYPE_CHECKING:
    import pandas as pd

_WIDEST = (
    24  # cells that a long text claims, twelve Chinese characters a line; it gets what is left
)
_PADDING = 3  # of a column, with the gap to the next
_KEYS = 2


class _Entry(NamedTuple):
    """One line of the list: how grave, where, what was found, what to do, what it would change."""

    outcome: str
    place: str
    found: str
    remedy: str
    effect: str


def show_findings(findings: pd.DataFrame) -> None:
    """Print what was found, the most serious first; what was merely converted only in sums.

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.
    """
    entries = [*_serious(findings), *_converted(findings)]
    if entries and sys.stdout.isatty():
        _draw_findings(entries)
        return
    said = {""}
    for entry in entries:
        told = entry._replace(effect="") if entry.effect in said else entry
        said.add(entry.effect)
        typer.echo(printable("｜".join(filter(None, told)).replace("\n", "；")))


def show_table(title: str, table: pd.DataFrame) -> None:
    """Print a table for readers; where the terminal is too narrow, in several tables one below the other.

    Parameters
    ----------
    title
        A line above it.
    table
        Any heads and cells; a missing cell is a dash.
    """
    heads = [str(head) for head in table.columns]
    cells = table.astype(object).where(table.notna(), "—")
    rows = [[str(cell) for cell in row] for row in cells.itertuples(index=False)]
    typer.echo(printable(f"{title}：" if rows else f"{title}：（无）"))
    if not rows:
        return
    if sys.stdout.isatty():
        for block in _split_columns(heads, rows):
            shapes = {heads[at]: {"overflow": "fold"} for at in block}
            _draw(shapes, ([row[at] for at in block] for row in rows))
        return
    for row in (heads, *rows):
        typer.echo(printable("｜".join(row).replace("\n", "；")))


def show_kinds(kinds: Iterable[str]) -> None:
    """Print of what kind the data behind the tables are, before the first of them.

    Parameters
    ----------
    kinds
        Identifiers or Chinese words, as columns.toml has them, any number of times; anything else is told as 未注明.
    """
    from youzhi.columns import load_columns

    words = load_columns()["data_kind"].choices
    given = {words.get(kind, kind) for kind in kinds}
    told = [word for word in words.values() if word in given]
    if not told or given.difference(told):
        told.append("未注明")
    typer.echo(f"数据性质：{'、'.join(told)}")


def sum_up(findings: pd.DataFrame) -> str:
    """Return the number of findings of each kind in words.

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    str
        One clause.
    """
    from youzhi.intake.findings import OUTCOMES

    counts = findings["outcome"].value_counts()
    told = [f"{word}{counts[name]}处" for name, word in OUTCOMES.items() if name in counts]
    return "、".join(told) or "没有发现问题"


def _draw_findings(entries: list[_Entry]) -> None:
    """A table as wide as the terminal; what depends on a column is said once."""
    heads = {"位置": 3, "发现": 4, "怎么办": 6}
    columns = {head: {"ratio": share, "overflow": "fold"} for head, share in heads.items()}
    rows, said = [], {""}
    for entry in entries:
        remedy = entry.remedy if entry.effect in said else f"{entry.remedy}\n{entry.effect}"
        said.add(entry.effect)
        rows.append((entry.outcome, entry.place, entry.found, remedy))
    _draw({"结果": {"width": 6}} | columns, rows, show_lines=True, expand=True)


def _draw(columns: Mapping[str, dict], rows: Iterable[Iterable[str]], **look: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, **look)
    for head, shape in columns.items():
        table.add_column(Text(printable(head)), **shape)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    Console(highlight=False).print(table)


def _split_columns(heads: list[str], rows: list[list[str]]) -> list[list[int]]:
    """The columns in as many tables as it takes; each begins with the first two, which say what a row is about."""
    from rich.cells import cell_len
    from rich.console import Console

    columns = zip(heads, *rows, strict=True)
    widths = [min(max(map(cell_len, column)), _WIDEST) + _PADDING for column in columns]
    keys, room = [*range(len(heads))][:_KEYS], Console().width - _PADDING - sum(widths[:_KEYS])
    blocks, used = [keys], 0
    for at in range(_KEYS, len(heads)):
        used += widths[at]
        if used > room and len(blocks[-1]) > _KEYS:
            blocks.append(keys)
            used = widths[at]
        blocks[-1] = [*blocks[-1], at]
    return blocks


def _serious(findings: pd.DataFrame) -> Iterator[_Entry]:
    """Everything but what was converted without loss, one by one."""
    from youzhi.intake.findings import OUTCOMES, load_rules

    for row in findings[findings["outcome"] != "norm"].itertuples():
        told = {"允许：": row.allowed, "处理：": row.advice}
        remedy = "\n".join(f"{word}{text}" for word, text in told.items() if text)
        label = "影响：" if row.effect and not row.effect.startswith("影响") else ""
        sheet = f"工作表“{row.sheet}”" if row.sheet else ""
        column = f"“{row.column}”列" if row.column else ""
        place = " ".join(filter(None, (row.file, sheet, _cell(row), column)))
        found = _found(row, load_rules()[row.rule].zh)
        yield _Entry(OUTCOMES[row.outcome], place, found, remedy, f"{label}{row.effect}")


def _converted(findings: pd.DataFrame) -> Iterator[_Entry]:
    """What was converted, by rule with its first example."""
    from youzhi.intake.findings import OUTCOMES, load_rules

    converted = findings[findings["outcome"] == "norm"]
    for rule, rows in converted.groupby("rule", sort=False):
        first, files = next(rows.itertuples()), rows["file"].nunique()
        file = first.file if files == 1 else f"{first.file}等{files}个文件"
        example = f"{_cell(first)}{_found(first, load_rules()[rule].zh)}"
        found = f"共{len(rows)}处，如 {example}"
        yield _Entry(OUTCOMES["norm"], file, found, f"处理：{first.advice}", "")


def _cell(row) -> str:
    return row.cell or (f"第{row.row}行" if row.row != "" else "")


def _found(row, title: str) -> str:
    became = f" → “{row.became}”" if row.became else ""
    return f"{title}（{row.rule}）：“{row.found}”{became}"
