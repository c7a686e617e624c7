"""What was found when files were read, and how they were cleaned, as sentences and tables."""

from __future__ import annotations

import pandas as pd

from youzhi.intake.findings import OUTCOMES, load_rules
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, paragraphs, write

REJECT, HOLD, WARN, NORM = OUTCOMES


def describe_findings(findings: pd.DataFrame | None) -> Text:
    """Say what was found when a table was read, and how it was cleaned (读入与清洗).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS; None where there is no cleaning log.

    Returns
    -------
    Text
        Counts by outcome; what was set aside is missing and never passes.

    Examples
    --------
    >>> print(describe_findings(None))
    没有清洗记录（cleaning.csv）：数据表不是由导入命令写成的，读入时改动过什么无从说明；数值按表中所写使用。
    """
    if findings is None:
        return write("findings.no_log")
    if findings.empty:
        return write("findings.none")
    counts = {outcome: int((findings["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    files = list(dict.fromkeys(findings.loc[findings["file"].fillna("") != "", "file"]))
    return paragraphs(
        write("findings.text", files=files, total=len(findings), **counts),
        write("findings.reject", count=counts[REJECT]) if counts[REJECT] else "",
        write("findings.hold", count=counts[HOLD]) if counts[HOLD] else "",
        write("findings.warn", count=counts[WARN]) if counts[WARN] else "",
        write("findings.norm", count=counts[NORM]) if counts[NORM] else "",
    )


def tabulate_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the serious findings: what was refused, set aside or is to be asked about (须核对的发现).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    DataFrame
        The most serious first, then in the order given. Columns: 处理, 位置, 列, 发现, 问题, 怎么办, 影响.
    """
    rank = {outcome: at for at, outcome in enumerate(OUTCOMES)}
    serious = findings[findings["outcome"].isin([REJECT, HOLD, WARN])].fillna("")
    serious = serious.sort_values("outcome", key=lambda words: words.map(rank), kind="stable")
    return listed(
        {
            "处理": serious["outcome"].map(OUTCOMES),
            "位置": [_say_place(row) for row in serious.itertuples()],
            "列": _or_dash(serious["column"]),
            "发现": [_say_found(row) for row in serious.itertuples()],
            "问题": serious["rule"].map(_titles()).fillna(serious["rule"]),
            "怎么办": _or_dash(serious["advice"]),
            "影响": _or_dash(serious["effect"]),
        }
    )


def tabulate_conversions(findings: pd.DataFrame) -> pd.DataFrame:
    """Tabulate what was converted without loss, one row per rule and column (换算汇总).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    DataFrame
        Columns: 规则, 换算, 列, 处数, 例.
    """
    converted = findings[findings["outcome"] == NORM].fillna("")
    rows = [
        [rule, _titles().get(rule, rule), column or "—", len(cells), _example(cells.iloc[0])]
        for (rule, column), cells in converted.groupby(["rule", "column"], sort=False)
    ]
    return listed(rows, columns=["规则", "换算", "列", "处数", "例"])


def tabulate_reading_rules() -> pd.DataFrame:
    """Tabulate every rule by which files are read, cleaned and looked over (读入规则).

    Returns
    -------
    DataFrame
        Columns: 规则, 情形, 处理, 允许, 怎么办, 影响.

    Examples
    --------
    >>> tabulate_reading_rules().set_index("规则").loc["D08", "处理"]
    '提示'
    """
    rules = load_rules().values()
    return listed(
        {
            "规则": [rule.id for rule in rules],
            "情形": [rule.zh for rule in rules],
            "处理": [OUTCOMES[rule.outcome] for rule in rules],
            "允许": [rule.allowed or "—" for rule in rules],
            "怎么办": [rule.advice or "—" for rule in rules],
            "影响": [rule.effect or "—" for rule in rules],
        }
    )


def _titles() -> dict[str, str]:
    return {rule.id: rule.zh for rule in load_rules().values()}


def _or_dash(texts: pd.Series) -> pd.Series:
    return texts.replace("", "—")


def _say_place(row) -> str:
    """File, sheet, and the cell or at least the row, as far as they are known."""
    at = row.cell if row.cell and row.row else f"第{row.row}行" if row.row else ""
    return " ".join(filter(None, (row.file, row.sheet, at))) or "—"


def _say_found(row) -> str:
    """What stands there, and what it may mean or was held against."""
    return f"{row.found or '—'}（{row.became}）" if row.became else row.found or "—"


def _example(row: pd.Series) -> str:
    return f"“{row['found']}”读作“{row['became']}”" if row["became"] else row["found"]
