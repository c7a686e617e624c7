"""Tables too wide for a page: what is the same in every row is said above, the rest is laid out in two tables."""

from __future__ import annotations

import pandas as pd

from youzhi.narrative.text import Text, write

_NOTHING = "—"
_KEYS = ("指标", "事项", "县区", "节点")
_SECOND = ("说明", "来源", "来源（可信度）", "可信度")


def describe_alike(table: pd.DataFrame) -> Text:
    """Say what is the same in every row of a table (各行相同的内容).

    Parameters
    ----------
    table
        With Chinese heads.

    Returns
    -------
    Text
        One line; "" where every column differs.

    Examples
    --------
    >>> print(describe_alike(pd.DataFrame({"县区": ["甲县", "乙县"], "年度": 2023})))
    下表各行都相同、不再逐行列出的：**年度** 2023。
    """
    alike = [(head, str(table[head].iat[0])) for head in _alike(table)]
    return write("layout.alike", alike=alike) if alike else Text()


def drop_alike(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what describe_alike says (去掉各行相同的列).

    Parameters
    ----------
    table
        With Chinese heads.

    Returns
    -------
    DataFrame
        Keys always stay, and so does everything in a table of one row.

    Examples
    --------
    >>> drop_alike(pd.DataFrame({"县区": ["甲县", "乙县"], "年度": 2023})).columns.tolist()
    ['县区']
    """
    return table.drop(columns=_alike(table))


def split_wide(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay a wide table out as two, a row with one number in both (宽表分成两张).

    Parameters
    ----------
    table
        With Chinese heads, such as tabulate_timelines and tabulate_layers give.

    Returns
    -------
    tuple of DataFrame
        What is settled; and, beside the keys, sources and notes, without the rows that have none. Columns that are the
        same in every row are in neither.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"县区": ["甲县", "乙县"], "期限": ["2024年", "2025年"], "来源": ["一", "二"]}
    ... )
    >>> [part.columns.tolist() for part in split_wide(table)]
    [['县区', '期限'], ['县区', '来源']]
    """
    left = drop_alike(table)
    second = [head for head in left if head in _SECOND]
    keys = [head for head in left if head in _KEYS]
    told = (left[second] != _NOTHING).any(axis=1)
    return left.drop(columns=second), left.loc[told, [*keys, *second]]


def _alike(table: pd.DataFrame) -> list[str]:
    """Heads of the columns that are no keys and say one thing in several rows."""
    if len(table) < 2:
        return []
    others = [head for head in table if head not in _KEYS]
    return [head for head in others if (table[head] == table[head].iat[0]).all()]
