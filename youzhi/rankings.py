"""Several results -> one order of counties; only results of one and the same standard are put side by side."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.errors import UsageError
from youzhi.indicators import sort_by_keys
from youzhi.standards import Standard

RANK_COLUMNS = ["county", "year", "stage", "value", "rank"]
_KEYS = ["county", "year", "stage"]
_PLACES = 9  # digits to which two values are told apart


def rank_counties(results: Iterable[Assessment], by: str = "composite") -> pd.DataFrame:
    """Put counties in order, the smallest differences between schools first (县际排序).

    Only results of one standard are compared: another standard counts other schools by other indicators, so that its
    coefficients are other numbers. Whether a county counts schools or campuses is its own affair and is not looked at.

    Parameters
    ----------
    results
        Of any number of counties and years, each county-year once.
    by
        "composite" for the mean of all coefficients, or the id of an indicator for its coefficient.

    Returns
    -------
    DataFrame
        One row per county, year and stage, sorted by these. Columns: county, year, stage, value (the coefficient, no
        unit), rank (1 is the smallest of the same year and stage; ties share a rank; missing where the value cannot be
        told, or where a school was set aside).

    Raises
    ------
    UsageError
        No result, several standards, one county-year twice, or neither "composite" nor an indicator of the standard.

    References
    ----------
    教督〔2012〕3号 and 教督〔2017〕6号: who counts under each.

    Examples
    --------
    >>> from youzhi.tables import SchoolTable
    >>> from youzhi.assessment import assess
    >>> schools = {"school": ["甲校", "乙校"], "school_type": "primary", "pupils_primary": 100}
    >>> books = {"even": [300, 300], "uneven": [100, 500]}
    >>> results = [
    ...     assess(
    ...         SchoolTable.from_frame(
    ...             pd.DataFrame(
    ...                 {"county": name, "year": 2016, "organiser_code": 7, "books": counts}
    ...                 | schools
    ...             )
    ...         ),
    ...         standard="jiaodu-2012-3",
    ...     )
    ...     for name, counts in books.items()
    ... ]
    >>> rank_counties(results, by="books_per_pupil")[["county", "rank"]].values.tolist()
    [['even', 1], ['uneven', 2]]
    """
    results = list(results)
    standard = _one_standard(results)
    if by != "composite" and by not in standard.codes:
        known = "、".join(standard.codes)
        raise UsageError(f"不能按“{by}”排序。可以用 composite，或指标：{known}。")
    table = pd.concat([_values_of(result, by) for result in results], ignore_index=True)
    twice = table[table[_KEYS].duplicated()]
    if len(twice):
        places = "、".join(f"{row.county} {row.year}" for row in twice.itertuples())
        raise UsageError(f"同一县同一年度给了不止一个结果：{places}。每个县年只给一个。")
    known = table["value"].where(~table["held"]).round(_PLACES)
    rank = known.groupby([table["year"], table["stage"]]).rank(method="min")
    return sort_by_keys(table.assign(rank=rank.astype("Int64")), standard)[RANK_COLUMNS]


def _one_standard(results: list[Assessment]) -> Standard:
    """The standard by which all results were judged."""
    if not results:
        raise UsageError("没有可以排序的评估结果。请至少给出一个。")
    standards = [result.standard for result in results]
    first = standards[0]
    if any(standard != first for standard in standards):
        numbers = "、".join(dict.fromkeys(f"{one.number}（{one.id}）" for one in standards))
        raise UsageError(
            f"评估结果依据的标准不同：{numbers}。各标准计入的学校不同（是否含民办学校、教学点），指标也不同，"
            "差异系数不能放进同一个排序。请用同一标准重新评估。"
        )
    return first


def _values_of(result: Assessment, by: str) -> pd.DataFrame:
    """The coefficient of every county-year and stage of one result, and whether a school was set aside."""
    if by == "composite":
        table = result.composite.rename(columns={"composite": "value"})
    else:
        table = result.coefficients.rename(columns={"cv": "value"})
        table = table[table["indicator"] == by]
    left_out = result.sections.excluded
    held = left_out.loc[left_out["held"].astype(bool), _KEYS].drop_duplicates().assign(held=True)
    table = table[[*_KEYS, "value"]].merge(held, on=_KEYS, how="left")
    return table.assign(held=table["held"].notna())
