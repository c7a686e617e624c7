"""The application tables Ⅰ–Ⅵ (申报表), one function per form; nothing is written here."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.columns import load_columns
from youzhi.forms.filing import Filing
from youzhi.forms.layout import ABOVE, Form, find_layout
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET


def fill_basics(result: Assessment, card: County) -> Form:
    """Fill form Ⅰ: the county, its schools, classes, pupils and teachers (县域义务教育基本情况).

    Parameters
    ----------
    result
        Of one county and year.
    card
        The county's card.

    Returns
    -------
    Form
        One row, 24 columns.
    """
    filing = Filing(result, card)
    return filing.form("basics", [{c.id: filing.take(c) for c in find_layout("basics").column}])


def fill_met_counts(result: Assessment, card: County) -> Form:
    """Fill form Ⅱ-1: how many sections reach each bar and the school rule (学校达标情况汇总).

    Parameters
    ----------
    result, card
        As for fill_basics; the standard has bars.

    Returns
    -------
    Form
        Three rows per stage: number, share (%) and how many cannot be told.
    """
    filing, rows = Filing(result, card), []
    for stage, word in result.standard.stage_names.items():
        sections = result.schools[result.schools["stage"] == stage]
        values = result.indicators[result.indicators["stage"] == stage]
        counts = {
            name: Counter(values.loc[values["indicator"] == name, "verdict"])
            for name in result.standard.codes
        } | {"verdict": Counter(sections["verdict"])}
        rows += _count_rows(filing, word, len(sections), counts)
    return filing.form("met_counts", rows, rule=result.standard.school_rule.label.zh)


def _count_rows(filing: Filing, stage: str, total: int, counts: dict[str, Counter]) -> list[dict]:
    """Number, share and number of the untold, for each indicator and the school rule."""
    not_applicable = filing.words["not_applicable"]
    share = {
        name: filing.percent(Fraction(count[MET], total)) if total else not_applicable
        for name, count in counts.items()
    }
    met = {name: count[MET] for name, count in counts.items()}
    untold = {name: count[CANNOT_TELL] for name, count in counts.items()}
    above = {"stage": ABOVE, "sections": ABOVE}
    return [
        {"stage": stage, "sections": total, "kind": filing.words["met_count"], **met},
        {**above, "kind": filing.words["met_share"], **share},
        {**above, "kind": filing.words["untold_count"], **untold},
    ]


def fill_sections(result: Assessment, card: County) -> Form:
    """Fill form Ⅱ-2: one row per section of a school with its values (逐校段资源配置).

    Parameters
    ----------
    result, card
        As for fill_basics.

    Returns
    -------
    Form
        One row per row of `result.schools`, in its order.
    """
    filing = Filing(result, card)
    raw, values = _raw_of_sections(result), result.indicators
    by_place = {place: rows for place, rows in values.groupby(["stage", "school"], sort=False)}
    rows = []
    for number, section in enumerate(result.schools.itertuples(), start=1):
        place = (section.stage, section.school)
        years = card.stages.get(section.stage, {}).get("years")
        rows.append(
            {
                "number": number,
                "school": section.school,
                "stage": result.standard.stage_names[section.stage],
                "organiser": filing.number(raw[place]["organiser"]),
                "pupils": filing.number(section.pupils),
                "grades": filing.number(years),
                "classes": filing.number(raw[place]["classes"]),
                "verdict": filing.word(section.verdict),
                **{r.indicator: filing.printed(r.printed) for r in by_place[place].itertuples()},
                "remark": _remark(filing, by_place[place]),
            }
        )
    return filing.form("sections", rows, kinds=_kinds_of_sections(result), bars=_bars(filing))


def _raw_of_sections(result: Assessment) -> dict[tuple[str, str], dict]:
    """Stage and school to the organiser and the classes of the section, as the school table has them."""
    raw = {}
    for stage in result.stages:
        sections = stage.indicators.sections
        organisers = sections.numbers("organiser_code")
        classes = sections.numbers(f"classes_{sections.stage}")
        for at, school in enumerate(sections.frame["school"]):
            raw[sections.stage, school] = {"organiser": organisers[at], "classes": classes[at]}
    return raw


def _remark(filing: Filing, values: pd.DataFrame) -> str:
    """Which indicators of one section reach their bar, which only the floor, which not even that."""
    names = filing.result.standard.codes
    if filing.result.standard.school_rule is None:
        return filing.words["not_applicable"]
    groups = {"at_bar": [], "at_floor": [], "below": [], "unknown": [], "relieved": []}
    for row in values.itertuples():
        below = "at_floor" if row.at_floor else "below"
        level = {MET: "at_bar", NOT_MET: below, CANNOT_TELL: "unknown"}[row.verdict]
        groups[level].append(names[row.indicator].code)
        if row.relieved:
            groups["relieved"].append(names[row.indicator].code)
    if len(groups["at_bar"]) == len(values) and not groups["relieved"]:
        return filing.words["remark_all"]
    order = [indicator.code for indicator in names.values()]
    told = {
        name: filing.words[f"remark_{name}"].format(codes=_join(codes, order), floor=filing.floor)
        for name, codes in groups.items()
        if codes
    }
    return "；".join(told.values())


def _join(codes: list[str], order: list[str]) -> str:
    """Codes in a list, three or more neighbours as a span."""
    runs: list[list[str]] = []
    for code in codes:
        if runs and order.index(code) == order.index(runs[-1][-1]) + 1:
            runs[-1].append(code)
        else:
            runs.append([code])
    return "、".join(f"{r[0]}–{r[-1]}" if len(r) > 2 else "、".join(r) for r in runs)


def _bars(filing: Filing) -> str:
    """The bars of every stage in sentences; nothing where the standard has none."""
    standard = filing.result.standard
    if standard.school_rule is None:
        return ""
    told = []
    for stage, word in standard.stage_names.items():
        bars = "，".join(
            f"{i.code} {i.bar[stage].normalize():f}{i.unit}" for i in standard.indicator
        )
        told.append(filing.words["bars"].format(stage=word, bars=bars))
    return "".join(told) + filing.words["remark_note"].format(floor=filing.floor)


def _kinds_of_sections(result: Assessment) -> str:
    """How many sections of each kind of school there are, stage by stage."""
    words, told = load_columns()["school_type"].choices, []
    for stage, name in result.standard.stage_names.items():
        types = Counter(result.schools.loc[result.schools["stage"] == stage, "school_type"])
        kinds = "、".join(f"{words[kind]}{types[kind]}个" for kind in words if types[kind])
        told.append(f"{name}{types.total()}个" + (f"（{kinds}）" if kinds else ""))
    return "，".join(told)


def fill_coefficients(result: Assessment, card: County) -> Form:
    """Fill form Ⅲ: county mean and difference coefficient of each indicator (县平均值与差异系数).

    Parameters
    ----------
    result, card
        As for fill_basics.

    Returns
    -------
    Form
        Two rows per stage; the composite has no mean.
    """
    filing, rows = Filing(result, card), []
    rule, words = result.standard.dispersion_rule, result.standard.stage_names
    for stage, word in words.items():
        table = result.coefficients[result.coefficients["stage"] == stage]
        composite = result.composite.loc[result.composite["stage"] == stage, "printed"]
        means, spread = _spread_cells(filing, table)
        means["composite"] = filing.words["not_applicable"]
        if len(composite):
            spread["composite"] = filing.printed(composite.iat[0], _without(filing, table))
        rows.append({"stage": word, "kind": filing.words["mean"], **means})
        rows.append({"stage": ABOVE, "kind": filing.words["coefficient"], **spread})
    use = filing.words[f"composite_{rule.kind}"].format(limits=filing.limits)
    return filing.form("coefficients", rows, use=use)


def _spread_cells(filing: Filing, table: pd.DataFrame) -> tuple[dict, dict]:
    """The cells of means and of coefficients of one stage."""
    names = [*filing.result.standard.codes, "composite"]
    means = dict.fromkeys(names, filing.words["not_applicable"])
    spread = dict(means)
    for _, row in table.iterrows():
        instead = _without(filing, row)
        means[row["indicator"]] = filing.printed(row["printed_mean"], instead)
        spread[row["indicator"]] = filing.printed(row["printed"], instead)
    return means, spread


def _without(filing: Filing, table: pd.DataFrame | pd.Series) -> str:
    """The word where a coefficient does not exist: because values are missing, or because it cannot exist."""
    lacking = table["missing"].sum() if isinstance(table, pd.DataFrame) else table["missing"]
    return filing.missing if lacking else filing.words["undefined"]
