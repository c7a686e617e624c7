"""Several counties side by side, in words; no word puts them in order."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.comparisons import CountyComparison, Ranking
from youzhi.comparisons.obstacles import UNWRITTEN_YEARS, compare_school_years, tell_unreal
from youzhi.comparisons.settings import load_settings
from youzhi.comparisons.timelines import find_aims
from youzhi.narrative.comparison_plans import (
    UNWRITTEN,
    by_matter,
    numbers_of_counties,
    tell_change,
)
from youzhi.narrative.comparison_tables import in_order, indicator_words, stage_words
from youzhi.narrative.tabulate import UNIT_WORDS
from youzhi.narrative.text import Text, paragraphs, write


def describe_comparison(comparison: CountyComparison) -> Text:
    """Say which counties stand side by side, by what each was judged and what kind the data are (比较范围).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        Names what must not be compared: other standards, units of counting and grades of a stage, data that are not
        known to be real, and a plan that aims at another recognition than the one by which its county is judged.
    """
    table, names = in_order(comparison, comparison.definitions), comparison.names
    counties = [
        (row.name, row.number, UNIT_WORDS[row.counted], row.sections)
        for row in table.itertuples(index=False)
    ]
    kinds = sorted({kind for text in table["data_kinds"] for kind in text.split("、")})
    synthetic = load_columns()["data_kind"].choices["synthetic"]
    made_up = [
        name
        for name, text in zip(table["name"], table["data_kinds"], strict=True)
        if synthetic in text
    ]
    units = table.groupby("counted", sort=False)["name"]
    groups = [f"{'、'.join(who)}按{UNIT_WORDS[unit]}" for unit, who in units]
    years = compare_school_years(
        {names[key]: words for key, words in comparison.school_years.items()}
    )
    unknown = "_unknown" if UNWRITTEN_YEARS in years else ""
    return paragraphs(
        write(
            "comparison.text",
            names=list(names.values()),
            year=comparison.year,
            counties=counties,
            kinds=kinds,
            unreal=tell_unreal(comparison.unreal, names),
            made_up=made_up,
        ),
        write("comparison.standards") if len(set(table["standard"])) > 1 else "",
        write("comparison.units", groups=groups) if len(units) > 1 else "",
        write(f"comparison.school_years{unknown}", told=years) if years else "",
        *_other_aims(comparison),
    )


def _other_aims(comparison: CountyComparison) -> Iterator[Text]:
    """Counties that are judged here by another level of recognition than their plan is about."""
    triples = zip(comparison.results, comparison.cards, comparison.promises, strict=True)
    for result, card, promises in triples:
        standard, year = result.standard, comparison.year
        aims = list(dict.fromkeys(filter(None, find_aims(promises).values())))
        if aims and all(standard.level.zh not in aim for aim in aims):
            told = [one for one in card.standard if one.id == standard.id and one.from_year <= year]
            yield write(
                "comparison.aim",
                name=card.name_zh,
                aims=aims,
                number=standard.number,
                level=standard.level.zh,
                note=told[-1].note if told else "",
            )


def describe_county_values(comparison: CountyComparison) -> Text:
    """Count, stage by stage, what is beyond a limit or below a bar anywhere (各县指标概况).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        One paragraph per stage; no county is set above another.
    """
    names = comparison.names
    pieces = []
    for stage, word in stage_words(comparison).items():
        table = comparison.values[comparison.values["stage"] == stage]
        spread = comparison.stages[comparison.stages["stage"] == stage]
        labels = indicator_words(comparison)
        below = table[table["not_met"].fillna(0) > 0]
        counts = below.groupby("indicator", sort=False)["county"].nunique()
        unjudged = in_order(comparison, table[table["met"].isna()])["county"].unique()
        judged = sum(_judged_spreads(result, stage) for result in comparison.results)
        pieces.append(
            write(
                "comparison.stage",
                stage=word,
                total=judged,
                over=int(spread["over_limit"].sum()),
                unknown=int(spread["limit_unknown"].sum()),
                below=[
                    (word, int(counts[name])) for name, word in labels.items() if name in counts
                ],
                lacking=int(table["cannot_tell"].fillna(0).sum()),
                unjudged=[names[county] for county in unjudged],
            )
        )
    return paragraphs(*pieces)


def _judged_spreads(result: Assessment, stage: str) -> int:
    """How many coefficients of a stage have a verdict of their own."""
    by_mean = result.standard.dispersion_rule.kind == "composite"
    table = result.composite if by_mean else result.coefficients
    return int((table["stage"] == stage).sum())


def describe_comparison_method(comparison: CountyComparison) -> Text:
    """Say how gaps, shares, groups, years and censuses are to be read (比较口径).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        A list.
    """
    size = load_settings().size
    return write(
        "comparison.method",
        year=comparison.year,
        size_source=f"系{size.source}",
        size_confidence=size.confidence,
    )


def describe_ranking(ranking: Ranking, by: str = "综合差异系数") -> Text:
    """Say that the counties can be ranked, or why not (能否排序).

    Parameters
    ----------
    ranking
        What CountyComparison.rank gives.
    by
        What the order looks at, in words.

    Returns
    -------
    Text
        All reasons, numbered.
    """
    if ranking.allowed:
        return write("ranking.allowed", by=by)
    return write("ranking.refused", reasons=list(ranking.reasons))


def describe_context(comparison: CountyComparison) -> Text:
    """Say how large, how young and how urban each county is, and how that changed (人口背景).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        One paragraph per county that has a census.
    """
    table, pieces, silent = comparison.context, [], []
    for county, name in comparison.names.items():
        rows = table[table["county"] == county]
        if rows.empty:
            silent.append(name)
            continue
        last = rows.iloc[-1]
        if last[["population", "children"]].isna().any():
            pieces.append(write("context.partial", name=name))
            continue
        before = rows["year"].iloc[-2] if len(rows) > 1 else None
        pieces.append(
            write(
                "context.county",
                name=name,
                year=last["year"],
                population=last["population"],
                children=last["children"],
                children_share=last["children_share"],
                urban_share=None if pd.isna(last["urban_share"]) else last["urban_share"],
                before=before,
                change=tell_change(last["population_change"]),
                children_change=tell_change(last["children_change"]),
                source=last["source"],
            )
        )
    if silent:
        pieces.append(write("context.none", names=silent))
    return paragraphs(*pieces, write("context.why"))


def describe_timelines(comparison: CountyComparison) -> Text:
    """Say when each plan wants to be recognised (各县创建时间).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        One paragraph per county, with the recognition its plan aims at; contradictions apart.
    """
    words = {level.id: level.label for level in load_settings().level}
    pieces, doubts = [], []
    aims = list(dict.fromkeys(filter(None, in_order(comparison, comparison.timelines)["aim"])))
    for promises in comparison.promises:
        name, table = comparison.names[promises.county], comparison.timelines
        rows = table[table["county"] == promises.county]
        plans = ["，".join(filter(None, plan)) for plan in find_aims(promises).items()]
        if rows.empty:
            pieces.append(write("timelines.none", name=name))
            continue
        dates = [
            (words[level], "、".join(dict.fromkeys(part["due"])))
            for level in words
            if len(part := rows[rows["level"] == level])
        ]
        pieces.append(
            write(
                "timelines.county" if dates else "timelines.no_level",
                name=name,
                plans=plans,
                dates=dates,
            )
        )
        labels = dict(zip(rows["id"], rows["label"], strict=True))
        for row in rows[rows["contradicted_by"] != ""].itertuples():
            other = labels.get(row.contradicted_by, row.contradicted_by)
            told = {"name": name, "label": row.label, "due": row.due, "other": other}
            doubts.append(write("timelines.contradicted", **told))
    return paragraphs(*pieces, *doubts, write("timelines.note", aims=aims))


def describe_plan_rules(comparison: CountyComparison) -> Text:
    """Say in which numbers the plans differ, in which they agree, and where one contradicts itself (规则异同).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        Counties that wrote nothing are not counted.
    """
    differing, same, several = [], [], []
    for label, rows in by_matter(comparison):
        numbers = numbers_of_counties(rows)
        if len(numbers) < 2:
            continue
        (differing if len(set(numbers.values())) > 1 else same).append(label)
    for label, rows in by_matter(comparison):
        for county, part in in_order(comparison, rows).groupby("county", sort=False):
            written = part[part["numbers"] != ""]
            if _is_ambiguous(written):
                several.append(f"{comparison.names[county]}“{label}”")
    return paragraphs(
        write("plan_rules.differing", matters=differing) if differing else "",
        write("plan_rules.same", matters=same) if same else "",
        write("plan_rules.several", cases=several) if several else "",
        write("plan_rules.silent", unwritten=UNWRITTEN),
        write("plan_rules.layers"),
    )


def _is_ambiguous(written: pd.DataFrame) -> bool:
    """Whether a county states one rule twice with other numbers: the same words before the number."""
    names = written["local"].str.split("：").str[0]
    return any(len(set(part)) > 1 for _, part in written.groupby(names)["numbers"])
