"""Several counties side by side in tables with Chinese heads; rows or heads say what their numbers rest on."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from youzhi.columns import load_columns
from youzhi.comparisons import CountyComparison, Ranking
from youzhi.comparisons.settings import load_settings
from youzhi.comparisons.values import UNKNOWN_GROUP
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.tabulate import NOT_JUDGED_WORDS, UNIT_WORDS, limit_text, listed
from youzhi.standards import Indicator, Standard
from youzhi.verdicts import CANNOT_TELL, NOT_JUDGED, VERDICT_WORDS

_NOTHING = "—"
_UNKNOWN_WORD = "未注明"
_LEAST_GAP = 0.1  # less than this per 1,000 pupils would be printed as nothing


def tabulate_comparison(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate the counties in short, one row per county and stage (县际比较概要).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        Columns: 县区, 学段, 年度, 标准, 计数单位, 校段数, 学生数, 校均学生数, 达标校段占比, 超限差异系数, 无法判定的差异系数,
        县级结论, 数据性质; counties in the order given.
    """
    table = in_order(comparison, comparison.stages)
    verdicts = comparison.definitions.set_index("county")["verdict"]
    return listed(
        {
            "县区": table["county"].map(comparison.names),
            "学段": table["stage"].map(stage_words(comparison)),
            "年度": table["year"],
            "标准": table["standard"].map(standard_numbers(comparison)),
            "计数单位": table["counted"].map(UNIT_WORDS),
            "校段数": table["sections"],
            "学生数": [print_whole(value) for value in table["pupils"]],
            "校均学生数": [_print(value, 0) for value in table["pupils_per_section"]],
            "达标校段占比": _shares(table),
            "超限差异系数": table["over_limit"],
            "无法判定的差异系数": table["limit_unknown"],
            "县级结论": table["county"].map(verdicts).map(VERDICT_WORDS),
            "数据性质": table["data_kinds"],
        }
    )


def tabulate_definitions(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate what was counted in each county, how and by what (各县口径).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        Columns: 县区, 年度, 标准, 评估等级, 计数单位, 学制, 校段数, 不计入, 搁置, 不计入的规定, 差异系数规则, 加权, 过渡期规定,
        县级结论, 数据性质; counties in the order given.
    """
    table = in_order(comparison, comparison.definitions)
    return listed(
        {
            "县区": table["name"],
            "年度": table["year"],
            "标准": table["number"],
            "评估等级": table["level"],
            "计数单位": table["counted"].map(UNIT_WORDS),
            "学制": table["school_years"],
            "校段数": table["sections"],
            "不计入": table["excluded"],
            "搁置": table["held"],
            "不计入的规定": table["left_out"],
            "差异系数规则": table["rule"],
            "加权": table["weighting"].map({"pupils": "按学生数"}),
            "过渡期规定": [
                "有校段适用" if applied else "没有校段适用" for applied in table["relief"]
            ],
            "县级结论": table["verdict"].map(VERDICT_WORDS),
            "数据性质": table["data_kinds"],
        }
    )


def tabulate_county_values(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate every indicator of every county side by side (各县指标对照).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        One row per stage, indicator and county. Columns: 学段, 指标, 县区, 县平均值, 标准值, 单位, 差异系数, 限值, 差异系数结论,
        达标校段占比, 无法判定, 每千名学生缺口, 标准, 计数单位, 数据性质.
    """
    table = comparison.values
    order = {county: at for at, county in enumerate(comparison.names)}
    stages, labels = stage_words(comparison), indicator_words(comparison)
    ranks = [list(stages), list(labels)]
    table = table.assign(
        stage_at=table["stage"].map(ranks[0].index),
        indicator_at=table["indicator"].map(ranks[1].index),
        county_at=table["county"].map(order),
    ).sort_values(["stage_at", "indicator_at", "county_at"], kind="stable")
    standards = {standard.id: standard for standard in _standards(comparison)}
    unknown = VERDICT_WORDS[CANNOT_TELL]
    return listed(
        {
            "学段": table["stage"].map(stages),
            "指标": table["indicator"].map(labels),
            "县区": table["county"].map(comparison.names),
            "县平均值": [_in_thousands(text) or unknown for text in table["printed_mean"]],
            "标准值": [_bar(row, standards[row.standard]) for row in table.itertuples()],
            "单位": table["unit"],
            "差异系数": table["printed_cv"].replace("", unknown),
            "限值": [_limit(row, standards[row.standard]) for row in table.itertuples()],
            "差异系数结论": table["cv_verdict"].map(VERDICT_WORDS | {NOT_JUDGED: NOT_JUDGED_WORDS}),
            "达标校段占比": _shares(table),
            "无法判定": [print_whole(count) for count in table["cannot_tell"]],
            "每千名学生缺口": [_gap(row) for row in table.itertuples()],
            "标准": table["standard"].map(standard_numbers(comparison)),
            "计数单位": table["counted"].map(UNIT_WORDS),
            "数据性质": table["data_kinds"],
        }
    )


def _bar(row, standard: Standard) -> str:
    """The bar with the digits of its document."""
    bar = standard.codes[row.indicator].bar.get(row.stage)
    return _NOTHING if bar is None else _in_thousands(f"{bar.normalize():f}")


def _in_thousands(text: str) -> str:
    """A printed number with its thousands marked; its digits stay as they are."""
    return f"{Decimal(text):,f}" if text else ""


def _limit(row, standard: Standard) -> str:
    return _NOTHING if row.cv_verdict == NOT_JUDGED else limit_text(standard, row.stage)


def _gap(row) -> str:
    """The gap per 1,000 pupils with its unit; a lower bound where a section cannot be told."""
    if pd.isna(row.gap_per_1000):
        return _NOTHING if pd.isna(row.cannot_tell) else VERDICT_WORDS[CANNOT_TELL]
    printed = _print(row.gap_per_1000, 1)
    if row.cannot_tell:
        return f"≥{printed}{row.gap_unit}"
    small = 0 < row.gap_per_1000 < _LEAST_GAP
    return f"{f'<{_LEAST_GAP}' if small else printed}{row.gap_unit}"


def tabulate_county_sizes(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate per-pupil means by size band of the school, a column per county (按学校规模比较).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        One row per stage, indicator and band. Columns: 学段, 指标, 单位, 学校规模, then one per county, its head naming
        of standard, unit of counting and kind of data what differs between counties; a cell is the mean, how many sections, and the share at the bar.
    """
    words = {band.id: band.label for band in load_settings().size.band}
    return _tabulate_groups(comparison, comparison.sizes, "学校规模", words)


def tabulate_county_zones(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate per-pupil means by zone, a column per county (按城乡比较).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        As tabulate_county_sizes, with 城乡 for the band.
    """
    words = dict(load_columns()["zone"].choices)
    return _tabulate_groups(comparison, comparison.zones, "城乡", words)


def _tabulate_groups(
    comparison: CountyComparison, table: pd.DataFrame, head: str, words: dict[str, str]
) -> pd.DataFrame:
    words = words | {UNKNOWN_GROUP: _UNKNOWN_WORD}
    cells = {(row.stage, row.indicator, row.group, row.county): row for row in table.itertuples()}
    places = list(dict.fromkeys(place[:3] for place in cells))
    stages, labels = stage_words(comparison), indicator_words(comparison)
    ranks = [list(stages), list(labels), list(words)]
    places.sort(key=lambda place: [rank.index(key) for rank, key in zip(ranks, place, strict=True)])
    decimals = {rule.id: rule.decimals for rule in _indicators(comparison)}
    units = dict(zip(table["indicator"], table["unit"], strict=True))
    heads = _heads(comparison, table)
    rows = [
        [
            stages[stage],
            labels[name],
            units[name],
            words[group],
            *(
                _group_cell(cells.get((stage, name, group, county)), decimals[name])
                for county in comparison.names
            ),
        ]
        for stage, name, group in places
    ]
    return listed(rows, columns=["学段", "指标", "单位", head, *heads])


def _heads(comparison: CountyComparison, table: pd.DataFrame) -> list[str]:
    """County, and of standard, unit of counting and kind of data what differs between the columns."""
    first = table.drop_duplicates("county").set_index("county")
    told = pd.DataFrame(
        {
            "standard": first["standard"].map(standard_numbers(comparison)),
            "counted": "按" + first["counted"].map(UNIT_WORDS),
            "kinds": first["data_kinds"],
        }
    )
    told = told.loc[:, told.ne(told.shift()).iloc[1:].any()]
    notes = {county: "，".join(row) for county, *row in told.itertuples()}
    return [
        f"{name}（{notes[county]}）" if notes.get(county) else name
        for county, name in comparison.names.items()
    ]


def _group_cell(row, decimals: int) -> str:
    """Mean, number of sections and share at the bar of one group; a dash where nobody is in it."""
    if row is None:
        return _NOTHING
    share = "" if pd.isna(row.share_low) else f"，达标{_share(row.share_low, row.share_high)}"
    return f"{_print(row.mean, decimals)}（{row.sections}个校段{share}）"


def tabulate_ranking(comparison: CountyComparison, ranking: Ranking) -> pd.DataFrame:
    """Tabulate the order, or the reasons why there is none (县际排序表).

    Parameters
    ----------
    comparison
        What compare_counties gives.
    ranking
        What its rank gives.

    Returns
    -------
    DataFrame
        Columns: 县区, 学段, 差异系数, 名次, counties in the order given; or 不排序的理由.
    """
    if not ranking.allowed:
        return listed({"不排序的理由": list(ranking.reasons)})
    table = in_order(comparison, ranking.table)
    decimals = comparison.results[0].standard.dispersion_rule.decimals
    unknown = VERDICT_WORDS[CANNOT_TELL]
    return listed(
        {
            "县区": table["county"].map(comparison.names),
            "学段": table["stage"].map(stage_words(comparison)),
            "差异系数": [_print(value, decimals) for value in table["value"]],
            "名次": [unknown if pd.isna(rank) else str(rank) for rank in table["rank"]],
        }
    )


def in_order(comparison: CountyComparison, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table in the order in which the counties were given (按给出的次序).

    Parameters
    ----------
    comparison
        What compare_counties gives.
    table
        Has the column county.

    Returns
    -------
    DataFrame
        Rows of one county stay in their order.
    """
    order = {county: at for at, county in enumerate(comparison.names)}
    return table.sort_values("county", key=lambda column: column.map(order), kind="stable")


def _standards(comparison: CountyComparison) -> list[Standard]:
    """Every standard by which a county was judged, once."""
    return list({result.standard.id: result.standard for result in comparison.results}.values())


def standard_numbers(comparison: CountyComparison) -> dict[str, str]:
    """Return standard id to its number, such as 教督〔2017〕6号 (标准文号).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    dict
    """
    return {standard.id: standard.number for standard in _standards(comparison)}


def _indicators(comparison: CountyComparison) -> list[Indicator]:
    return [rule for standard in _standards(comparison) for rule in standard.indicator]


def indicator_words(comparison: CountyComparison) -> dict[str, str]:
    """Return indicator id to its name, in the order of the standards (指标名称).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    dict
    """
    return {
        name: word
        for standard in _standards(comparison)
        for name, word in standard.indicator_names.items()
    }


def stage_words(comparison: CountyComparison) -> dict[str, str]:
    """Return stage id to its name, in the order of the standards (学段名称).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    dict
    """
    return {
        name: word
        for standard in _standards(comparison)
        for name, word in standard.stage_names.items()
    }


def _shares(table: pd.DataFrame) -> list[str]:
    return [
        _share(low, high) for low, high in zip(table["share_low"], table["share_high"], strict=True)
    ]


def _share(low: float, high: float) -> str:
    """A share in percent; both ends where some cannot be told."""
    if pd.isna(low):
        return NOT_JUDGED_WORDS
    return print_share(low) if low == high else f"{print_share(low)}—{print_share(high)}"


def print_share(share) -> str:
    """Print a share in percent with one decimal, rounded half up (百分比).

    Parameters
    ----------
    share
        Between 0 and 1.

    Returns
    -------
    str

    Examples
    --------
    >>> print_share(0.0625)
    '6.3%'
    """
    return f"{round_half_up(as_fraction(float(share)) * 100, 1)}%"


def print_whole(value) -> str:
    """Print a whole number, 缺 where it is missing (整数).

    Parameters
    ----------
    value
        May be missing.

    Returns
    -------
    str

    Examples
    --------
    >>> print_whole(25073), print_whole(None)
    ('25,073', '缺')
    """
    return "缺" if pd.isna(value) else f"{int(value):,}"


def _print(value, places: int) -> str:
    if pd.isna(value):
        return VERDICT_WORDS[CANNOT_TELL]
    return f"{round_half_up(as_fraction(float(value)), places):,}"
