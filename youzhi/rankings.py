"""Several results -> one order of counties; only results of one standard, one way of counting and one kind of data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.errors import UsageError
from youzhi.indicators import sort_by_keys

RANK_COLUMNS = ["county", "year", "stage", "value", "rank"]
_KEYS = ["county", "year", "stage"]
UNIT_WORDS = {"school": "学校", "campus": "独立校区"}
_PLACES = 9  # digits to which two values are told apart


def rank_counties(results: Iterable[Assessment], by: str = "composite") -> pd.DataFrame:
    """Put counties in order, the smallest differences between schools first (县际排序).

    Only what was counted in one way is compared; find_obstacles says what stands against it.

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
        No result, one county-year twice, neither "composite" nor an indicator of the standard, or what find_obstacles
        names; all obstacles at once.

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
    if not results:
        raise UsageError("没有可以排序的评估结果。请至少给出一个。")
    obstacles = find_obstacles(results)
    if obstacles:
        raise UsageError("\n".join(obstacles))
    standard = results[0].standard
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


def find_obstacles(results: Iterable[Assessment]) -> list[str]:
    """Say why results cannot be put into one order (不能排序的理由).

    Another standard counts other schools by other indicators; a county that counts independent campuses has other
    "schools" than one that adds them up; data of several kinds are not equally true. Each makes other numbers of the
    same name.

    Parameters
    ----------
    results
        Of any number of counties and years.

    Returns
    -------
    list of str
        Chinese sentences, one per difference: standard (indicators, who counts, weighting), unit of counting, kinds of
        data of one year. Empty where nothing stands against a ranking.
    """
    results = list(results)
    return [*_standards_differ(results), *_units_differ(results), *_kinds_differ(results)]


def _standards_differ(results: list[Assessment]) -> Iterator[str]:
    standards = [result.standard for result in results]
    if any(standard != standards[0] for standard in standards):
        numbers = "、".join(dict.fromkeys(f"{one.number}（{one.id}）" for one in standards))
        yield (
            f"评估结果依据的标准不同：{numbers}。各标准计入的学校不同（是否含民办学校、教学点），指标也不同，"
            "差异系数不能放进同一个排序。请用同一标准重新评估。"
        )


def _units_differ(results: list[Assessment]) -> Iterator[str]:
    units: dict[str, list[str]] = {}
    for result in results:
        counties = {result.names.get(county, county): None for county, _ in _keys_of(result)}
        units.setdefault(result.sections.unit, []).extend(counties)
    if len(units) > 1:
        told = "；".join(
            f"{'、'.join(dict.fromkeys(counties))}按{UNIT_WORDS[unit]}计数"
            for unit, counties in sorted(units.items(), reverse=True)
        )
        yield (
            f"计数口径不同：{told}。一所多校区的学校在前后两种口径中是一个数和几个数，"
            "差异系数不能放进同一个排序。请把各县区卡 county.toml 中 [counting] 的 unit 写成同一个（school 或 campus），"
            "再重新评估。"
        )


def _kinds_differ(results: list[Assessment]) -> Iterator[str]:
    by_year: dict[int, dict[str, list[str]]] = {}
    for result in results:
        evidence = result.judged_items.evidence
        for at, (county, year) in enumerate(evidence.keys):
            kinds = by_year.setdefault(year, {}).setdefault(evidence.kinds(at), [])
            kinds.append(result.names.get(county, county))
    for year, kinds in sorted(by_year.items()):
        if len(kinds) > 1:
            told = "；".join(f"{'、'.join(names)}是{kind}" for kind, names in sorted(kinds.items()))
            yield f"{year}年的数据性质不同：{told}。性质不同的数不能放进同一个排序。请换用同一性质的数据。"


def _keys_of(result: Assessment) -> list[tuple[str, int]]:
    return result.judged_items.evidence.keys


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
