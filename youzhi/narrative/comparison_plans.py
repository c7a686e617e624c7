"""The plans of several counties, and the censuses behind them, in tables with Chinese heads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from youzhi.columns import load_columns
from youzhi.comparisons import CountyComparison
from youzhi.comparisons.settings import load_settings
from youzhi.narrative.comparison_tables import (
    in_order,
    print_share,
    print_whole,
    standard_numbers,
)
from youzhi.narrative.tabulate import listed
from youzhi.verdicts import VERDICT_WORDS

UNWRITTEN = "未见记录"
_NOTHING = "—"
_NOTED = {matter.id for matter in load_settings().matter if matter.of == "standard"}


def tabulate_context(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate the censuses of the counties (人口背景表).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        One row per county and census. Columns: 县区, 普查年份, 人口, 0—14岁人口, 0—14岁占比, 城镇人口占比, 人口变化,
        0—14岁人口变化, 数据性质, 来源, 可信度.
    """
    table = in_order(comparison, comparison.context)
    return listed(
        {
            "县区": table["county"].map(comparison.names),
            "普查年份": table["year"],
            "人口": [print_whole(value) for value in table["population"]],
            "0—14岁人口": [print_whole(value) for value in table["children"]],
            "0—14岁占比": [_percent_or_lack(value) for value in table["children_share"]],
            "城镇人口占比": [_percent_or_lack(value) for value in table["urban_share"]],
            "人口变化": _changes(table, "population_change"),
            "0—14岁人口变化": _changes(table, "children_change"),
            "数据性质": table["data_kinds"],
            "来源": table["source"],
            "可信度": table["confidence"],
        }
    )


def _changes(table: pd.DataFrame, column: str) -> list[str]:
    """Changes since the census before; a dash at the first census of a county."""
    first = ~table.duplicated("county")
    return [
        _NOTHING if is_first else tell_change(change)
        for is_first, change in zip(first, table[column], strict=True)
    ]


def tabulate_timelines(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate the milestones of the plans side by side (创建时间表).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        Columns: 县区, 起始, 期限, 目标, 层级, 节点, 说明, 数据性质, 来源, 可信度.
    """
    table = in_order(comparison, comparison.timelines)
    words = {level.id: level.label for level in load_settings().level}
    real = load_columns()["data_kind"].choices["real"]
    return listed(
        {
            "县区": table["county"].map(comparison.names),
            "起始": table["start"].replace("", _NOTHING),
            "期限": table["due"],
            "目标": table["aim"].replace("", _NOTHING),
            "层级": table["level"].map(words).fillna("其他节点"),
            "节点": table["label"],
            "说明": table["note"].replace("", _NOTHING),
            "数据性质": real,
            "来源": table["source"],
            "可信度": table["confidence"],
        }
    )


def tabulate_plan_rules(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate what the plans settle, a row per matter and a column per county (各县规则对照).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        Columns: 事项, 评估项, 全国要求, then one per county. What is inferred is marked; what rests on the county card and
        not on a plan is told with its note.
    """
    rows = []
    for _, part in comparison.rules.groupby("matter", sort=False):
        national = _join(in_order(comparison, part)["national"])
        local = {
            county: _join(_tell_local(row) for row in own.itertuples())
            for county, own in part.groupby("county")
        }
        codes = _NOTHING if part["codes"].iat[0] == "" else part["codes"].iat[0]
        told = [local[county] or UNWRITTEN for county in comparison.names]
        rows.append([part["label"].iat[0], codes, national or _NOTHING, *told])
    heads = [f"{name}（方案或县区卡）" for name in comparison.names.values()]
    return listed(rows, columns=["事项", "评估项", "全国要求", *heads])


def _tell_local(row) -> str:
    """A local rule, with the mark of what is inferred; the standard in force with its note, for no plan says it."""
    if not row.local:
        return ""
    note = f"（{row.note}）" if row.matter in _NOTED and row.note else ""
    return f"{row.local}{note}{'（推断）' if row.confidence == 'I' else ''}"


def tabulate_layers(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate national rule, local rule and actual value where the plans differ (三层口径对照).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        One row per matter in which the plans name other numbers or use other words, and county. Columns: 事项,
        县区, 年度, 标准, 全国要求, 方案写法, 实际, 国家口径, 本县口径, 实际值的数据性质, 来源（可信度）, 说明.
    """
    worded = {matter.label for matter in load_settings().matter if matter.wording}
    wanted = [
        label
        for label, rows in by_matter(comparison)
        if label in worded or len(set(numbers_of_counties(rows).values())) > 1
    ]
    table = comparison.rules[comparison.rules["label"].isin(wanted)]
    numbers = standard_numbers(comparison)
    rows = []
    for label in wanted:
        for county, name in comparison.names.items():
            part = table[(table["label"] == label) & (table["county"] == county)]
            first = part.iloc[0]
            rows.append(
                [
                    label,
                    name,
                    first["year"],
                    numbers[first["standard"]],
                    first["national"] or _NOTHING,
                    _join(part["local"]) or UNWRITTEN,
                    first["actual"] or "未提供",
                    VERDICT_WORDS.get(first["national_verdict"], _NOTHING),
                    _local_verdicts(part["local_verdict"]),
                    first["data_kinds"] or _NOTHING,
                    _tell_sources(part) or _NOTHING,
                    _join(part["note"]) or _NOTHING,
                ]
            )
    heads = ["事项", "县区", "年度", "标准", "全国要求", "方案写法", "实际", "国家口径", "本县口径"]
    return listed(rows, columns=[*heads, "实际值的数据性质", "来源（可信度）", "说明"])


def _join(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def _local_verdicts(verdicts: Iterable[str]) -> str:
    """The verdicts of all local rules in their order, one where they agree; a dash where none is judged."""
    return "；".join(dict.fromkeys(VERDICT_WORDS[one] for one in verdicts if one)) or _NOTHING


def _tell_sources(rows: pd.DataFrame) -> str:
    """Every document once, then its items with the confidence of each."""
    items: dict[str, list[str]] = {}
    for row in rows[rows["source"] != ""].itertuples():
        document, _, item = row.source.partition(" ")
        items.setdefault(document, []).append(
            f"{item}（{row.confidence}）" if row.confidence else item
        )
    return _join(f"{name} {_join(told)}".strip() for name, told in items.items())


def by_matter(comparison: CountyComparison) -> Iterator[tuple[str, pd.DataFrame]]:
    """Go through the matters that rules may settle (逐项规则).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Yields
    ------
    tuple
        Label, and the rows of CountyComparison.rules.
    """
    wanted = {matter.id for matter in load_settings().matter if matter.of == "rules"}
    table = comparison.rules
    for _, rows in table[table["matter"].isin(wanted)].groupby("matter", sort=False):
        yield rows["label"].iat[0], rows


def numbers_of_counties(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return the counties that name numbers, with all of them (各县写明的数值).

    Parameters
    ----------
    rows
        Of one matter of CountyComparison.rules.

    Returns
    -------
    dict
        County id to its numbers as text.
    """
    named = rows[rows["numbers"] != ""]
    return {
        county: frozenset(number for text in part["numbers"] for number in text.split("、"))
        for county, part in named.groupby("county", sort=False)
    }


def tell_change(change) -> str:
    """Say a relative change in words (增减).

    Parameters
    ----------
    change
        Such as -0.05; may be missing.

    Returns
    -------
    str
        A few words.

    Examples
    --------
    >>> tell_change(-0.05), tell_change(0.0)
    ('减少5.0%', '不变')
    """
    if pd.isna(change):
        return "变化无法计算"
    return f"{'增加' if change > 0 else '减少'}{print_share(abs(change))}" if change else "不变"


def _percent_or_lack(share) -> str:
    return "缺" if pd.isna(share) else print_share(share)
