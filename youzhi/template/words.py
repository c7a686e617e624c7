"""Words and numbers of the workbooks to fill, and the heads made of the dictionary."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from youzhi.columns import Column


@cache
def load_words() -> dict:
    """Load the words of the workbooks to fill (模板文字).

    Returns
    -------
    dict
        As in template.toml.

    Examples
    --------
    >>> load_words()["sheets"]["schools"]
    '学校'
    """
    return tomllib.loads((Path(__file__).parent / "template.toml").read_text(encoding="utf-8"))


def head_of(column: Column) -> str:
    """Return the head of a column, with its unit in it (带单位的表头).

    Parameters
    ----------
    column
        Of columns.toml.

    Returns
    -------
    str
        The column's own Chinese header; a unit that stands in it already is not said twice.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> [head_of(load_columns()[name]) for name in ("equipment_value_yuan", "pupils_primary")]
    ['教学仪器设备资产值（元）', '小学学生人数（人）']
    """
    header, unit = column.headers[0], column.unit
    if not unit or unit in load_words()["heads"]["silent_units"] or f"（{unit}）" in header:
        return header
    return f"{header}（{unit}）"


def choice_words(column: Column) -> list[str]:
    """Return the closed list of a column, empty where it has none (下拉列表).

    Parameters
    ----------
    column
        Of either dictionary.

    Returns
    -------
    list of str
        Chinese words.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> choice_words(load_columns()["zone"]), choice_words(load_columns()["boarding"])
    (['城区', '镇区', '乡村'], ['是', '否'])
    """
    return ["是", "否"] if column.kind == "boolean" else list(column.choices.values())


def is_share(column: Column) -> bool:
    """Return whether a column is a percentage, which may be given as a part of one by mistake (是否百分数).

    Parameters
    ----------
    column
        Of either dictionary.

    Returns
    -------
    bool

    Examples
    --------
    >>> from youzhi.columns import load_figures
    >>> is_share(load_figures()["junior_retention_percent"])
    True
    """
    return column.unit == "%"
