"""What the plans promised and whether it was kept, in words and tables."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import load_columns
from youzhi.commitments import (
    CANNOT_BE_JUDGED,
    CONTRADICTED,
    NOT_DUE,
    OVERDUE,
    SHORT,
    Commitments,
    word_status,
)
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.verdicts import MET

KIND_WORDS = {"milestone": "节点", "target": "目标", "project": "项目", "duty": "常年职责"}
STATUS_ORDER = (OVERDUE, CONTRADICTED, SHORT, CANNOT_BE_JUDGED, NOT_DUE, MET)
# A duty that fails has a word of its own, so that it stands apart from what is past its day.
_WORDS = list(
    dict.fromkeys(word_status(kind, one) for one in STATUS_ORDER for kind in ("target", "duty"))
)
_UNREAL = [word for kind, word in load_columns()["data_kind"].choices.items() if kind != "real"]


def describe_progress(progress: pd.DataFrame, county: str, as_of: str) -> Text:
    """Say how the promises of a county's plans stand at a date, the worst first (规划承诺进展).

    Parameters
    ----------
    progress
        What report_progress gives.
    county
        Chinese name.
    as_of
        The day on which one looks, year-month-day.

    Returns
    -------
    Text
        Says how many rest on data that are not real.
    """
    if progress.empty:
        return write("progress.none", county=county, as_of=as_of)
    words, labels = _word(progress), progress["label"]
    late, failed = (
        list(labels[words == word_status(kind, OVERDUE)]) for kind in ("target", "duty")
    )
    unknown = int((progress["status"] == CANNOT_BE_JUDGED).sum())
    kinds = [word for word in _UNREAL if progress["data_kind"].str.contains(word).any()]
    unreal = progress["data_kind"].str.contains("|".join(_UNREAL))
    counts = [(word, int((words == word).sum())) for word in _WORDS]
    return paragraphs(
        write("progress.text", county=county, as_of=as_of, total=len(progress), counts=counts),
        write("progress.overdue", labels=late) if late else write("progress.on_time"),
        write("progress.failed", labels=failed) if failed else "",
        write("progress.unreal", total=len(progress), count=int(unreal.sum()), kinds=kinds)
        if kinds
        else "",
        write("progress.unknown", count=unknown) if unknown else "",
    )


def _word(progress: pd.DataFrame) -> pd.Series:
    pairs = zip(progress["kind"], progress["status"], strict=True)
    return pd.Series([word_status(*pair) for pair in pairs], index=progress.index, dtype=object)


def tabulate_progress(progress: pd.DataFrame) -> pd.DataFrame:
    """Count the promises by kind and status (承诺兑现统计).

    Parameters
    ----------
    progress
        What report_progress gives.

    Returns
    -------
    DataFrame
        One row per kind, one column per word for a status, and 合计.
    """
    rows, words = [], _word(progress)
    for kind, word in KIND_WORDS.items():
        told = words[progress["kind"] == kind]
        rows.append([word, *(int((told == one).sum()) for one in _WORDS), len(told)])
    return listed(rows, columns=["类别", *_WORDS, "合计"])


def tabulate_commitments(progress: pd.DataFrame, *kinds: str) -> pd.DataFrame:
    """Tabulate the promises of some kinds, in the order of the plans (承诺清单).

    Parameters
    ----------
    progress
        What report_progress gives.
    *kinds
        Of milestone, target, project, duty; all when none is given.

    Returns
    -------
    DataFrame
        Columns: 类别 (where several kinds are shown), 承诺, 期限, 基数, 目标, 实际, 状态, 说明, 数据性质, 责任单位, 来源.
    """
    table = progress[progress["kind"].isin(kinds or KIND_WORDS)]
    kind = {} if len(kinds) == 1 else {"类别": table["kind"].map(KIND_WORDS)}
    return listed(
        kind
        | {
            "承诺": table["label"],
            "期限": table["due"],
            "基数": table["base"].replace("", "—"),
            "目标": table["target"].replace("", "—"),
            "实际": table["actual"].replace("", "—"),
            "状态": _word(table),
            "说明": table["reason"],
            "数据性质": table["data_kind"].replace("", "—"),
            "责任单位": table["departments"].replace("", "—"),
            "来源": table["source"],
        }
    )


def describe_contradictions(progress: pd.DataFrame) -> Text:
    """Say which promises contradict another document, or another place of their own (相互矛盾的承诺).

    Parameters
    ----------
    progress
        What report_progress gives.

    Returns
    -------
    Text
        One line each.
    """
    table = progress[progress["status"] == CONTRADICTED]
    if table.empty:
        return write("progress.no_contradiction")
    return paragraphs(
        *(
            write("progress.contradiction", label=row.label, reason=row.reason, source=row.source)
            for row in table.itertuples()
        )
    )


def describe_documents(commitments: Commitments) -> Text:
    """Say which documents the promises come from (承诺的来源文件).

    Parameters
    ----------
    commitments
        What load_commitments gives.

    Returns
    -------
    Text
        One line per document.
    """
    counts = [
        (
            document.name,
            document.title,
            sum(one.document == document.name for one in commitments.commitment),
        )
        for document in commitments.document
    ]
    return write("progress.documents", documents=counts)
