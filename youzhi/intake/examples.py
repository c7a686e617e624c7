"""How the example row of the template, and the list of findings in a marked copy, are told from data."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from youzhi.intake.findings import load_rules

EXAMPLE_RULE, LIST_RULE = "H16", "H16b"


def example_marker() -> str:
    """Return how the name of an example school begins (示例标记).

    Returns
    -------
    str
        Chinese.

    Examples
    --------
    >>> example_marker()
    '示例：'
    """
    return load_rules()[EXAMPLE_RULE].limits["marker"]


def is_example(name: str) -> bool:
    """Return whether a name of a school is that of an example row (是否示例行).

    Parameters
    ----------
    name
        As written; blanks around it and the width of its signs do not matter.

    Returns
    -------
    bool
        A school called 示例小学 is none: the colon belongs to the mark.

    Examples
    --------
    >>> is_example(" 示例: 第一小学"), is_example("示例小学")
    (True, False)
    """
    return _comparable(name).startswith(_comparable(example_marker()))


def findings_heads() -> dict[str, str]:
    """Return the heads of a list of findings (发现清单表头).

    Returns
    -------
    dict of str to str
        Column of the findings to Chinese head.

    Examples
    --------
    >>> list(findings_heads().values())[:4]
    ['文件', '工作表', '行', '单元格']
    """
    return dict(load_rules()[LIST_RULE].limits["heads"])


def is_findings_list(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a sheet is a list of findings, as a marked copy has it in front (是否发现清单).

    Parameters
    ----------
    rows
        Of the sheet.

    Returns
    -------
    bool
        The first row decides.

    Examples
    --------
    >>> is_findings_list([list(findings_heads().values())]), is_findings_list([["学校名称"]])
    (True, False)
    """
    head = [cell.strip() for cell in rows[0]] if rows else []
    while head and not head[-1]:
        head.pop()
    return head == list(findings_heads().values())


def _comparable(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
