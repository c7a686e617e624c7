"""Results -> Chinese sentences; every number in a sentence comes from the result that is handed in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi import __version__
from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.inequality import compare_zones, measure_inequality
from youzhi.narrative.tabulate import UNIT_WORDS, count_missing, one_year
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

MOST_NAMES = 8


def describe_scope(result: Assessment) -> Text:
    """Say what is analysed: county, year, standard, how many count, what kind of data (分析范围).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Begins with the document; marks synthetic data.
    """
    county, year = one_year(result)
    stages = [
        f"{word}{(result.schools['stage'] == stage).sum()}个"
        for stage, word in result.standard.stage_names.items()
    ]
    return write(
        "scope",
        number=result.standard.number,
        title=result.standard.title,
        county=result.names.get(county, county),
        year=year,
        rows=len(result.sections.schools),
        sections=len(result.schools),
        stages=stages,
        unit=UNIT_WORDS[result.sections.unit],
        excluded=len(result.sections.excluded),
        kinds=result.data_kinds,
        synthetic=load_columns()["data_kind"].choices["synthetic"] in result.data_kinds,
    )


def describe_verdict(result: Assessment) -> Text:
    """Say the county verdict and what it rests on, stage by stage (县级结论).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        The verdict first.
    """
    county, year = one_year(result)
    facts = {
        "county": result.names.get(county, county),
        "year": year,
        "level": result.standard.level.zh,
    }
    lines = [write(f"verdict.{result.verdict}", **facts)]
    for stage, word in result.standard.stage_names.items():
        lines += _stage_verdict(result, stage, word)
    held = int(result.sections.excluded["held"].astype(bool).sum())
    parts = [part.label.zh for part in result.standard.part]
    return paragraphs(
        *lines,
        write("verdict.held", count=held) if held else "",
        write("verdict.parts", parts=parts) if parts else "",
    )


def _stage_verdict(result: Assessment, stage: str, word: str) -> list[Text]:
    schools = result.schools[result.schools["stage"] == stage]
    if schools.empty:
        return [write("verdict.absent", stage=word)]
    values = result.indicators[
        (result.indicators["stage"] == stage) & (result.indicators["verdict"] == NOT_MET)
    ]
    most = (
        values["indicator"]
        .value_counts(sort=False)
        .sort_values(ascending=False, kind="stable")
        .head(2)
    )
    names = result.standard.indicator_names
    spread = result.coefficients[result.coefficients["stage"] == stage]
    return [
        write(
            "verdict.school",
            stage=word,
            total=len(schools),
            main=[(names[name], count) for name, count in most.items()],
            **_count_verdicts(schools),
        ),
        write(
            "verdict.dispersion",
            stage=word,
            total=len(spread),
            limit=str(result.standard.dispersion_rule.limit[stage]),
            **_count_verdicts(spread),
        ),
    ]


def _count_verdicts(table: pd.DataFrame) -> dict[str, int]:
    return {
        "met": int((table["verdict"] == MET).sum()),
        "failing": int((table["verdict"] == NOT_MET).sum()),
        "unknown": int((table["verdict"] == CANNOT_TELL).sum()),
    }


def describe_schools(result: Assessment) -> Text:
    """Say which rule schools are judged by, how many fail, who cannot be told (学校达标情况).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Names schools that cannot be told and values whose printing hides the verdict.
    """
    rule = result.standard.school_rule
    failing = result.schools[result.schools["verdict"] == NOT_MET]
    unknown = result.schools[result.schools["verdict"] == CANNOT_TELL]
    keys = ["county", "year", "stage", "school"]
    under = result.indicators[
        (result.indicators["verdict"] == NOT_MET) & ~result.indicators["at_floor"]
    ]
    floor = len(failing.merge(under[keys].drop_duplicates(), on=keys))
    border = result.indicators[result.indicators["borderline"]]
    names = result.standard.indicator_names
    cases = [f"{row.school}“{names[row.indicator]}”{row.printed}" for row in border.itertuples()]
    return paragraphs(
        write("schools.rule", label=rule.label.zh, source=rule.source),
        write("schools.failing", count=len(failing), floor=floor, floor_share=_floor_words(result))
        if len(failing)
        else write("schools.none_failing"),
        write(
            "schools.unknown",
            count=len(unknown),
            names=list(unknown["school"].head(MOST_NAMES)),
            more=len(unknown) > MOST_NAMES,
        )
        if len(unknown)
        else "",
        write("schools.borderline", cases=cases) if cases else "",
    )


def _floor_words(result: Assessment) -> str:
    return f"{float(result.standard.school_rule.floor):.0%}"


def describe_dispersion(result: Assessment) -> Text:
    """Say how far schools lie apart, and whether the reading of the formula matters (校际差异).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        The largest coefficient of each stage, those that cannot be told, the composite, the unweighted reading.
    """
    rule = result.standard.dispersion_rule
    lines = [write("dispersion.rule", label=rule.label.zh, source=rule.source)]
    for stage, word in result.standard.stage_names.items():
        table = result.coefficients[result.coefficients["stage"] == stage]
        if len(table):
            lines += _describe_spread(result, table, word)
    return paragraphs(*lines, _describe_composite(result), *_describe_readings(result))


def _describe_spread(result: Assessment, table: pd.DataFrame, word: str) -> list[Text]:
    names, lines = result.standard.indicator_names, []
    known = table.dropna(subset="cv")
    if len(known):
        worst = known.loc[known["cv"].idxmax()]
        facts = {
            "cv": worst["printed"],
            "limit": f"{worst['limit']:.2f}",
            "share": worst["cv"] / worst["limit"],
        }
        lines.append(write("dispersion.worst", stage=word, name=names[worst["indicator"]], **facts))
    unknown = table[table["verdict"] == CANNOT_TELL]
    if len(unknown):
        lines.append(
            write(
                "dispersion.unknown",
                stage=word,
                count=len(unknown),
                missing=unknown["missing"].max(),
            )
        )
    if (table["schools"] == 1).all():
        lines.append(write("dispersion.single", stage=word))
    lines += [
        write("dispersion.zero_mean", stage=word, name=names[name])
        for name in table.loc[table["mean"] == 0, "indicator"]
    ]
    return lines


def _describe_composite(result: Assessment) -> Text:
    words = result.standard.stage_names
    decimals = result.standard.dispersion_rule.decimals
    known = result.composite.dropna(subset="composite")
    values = [f"{words[row.stage]}{row.composite:.{decimals}f}" for row in known.itertuples()]
    return write("dispersion.composite", values=values) if values else Text("")


def _describe_readings(result: Assessment) -> list[Text]:
    """Whether counting every school alike would change a verdict, and what rounding would hide."""
    table, words, names = (
        result.coefficients,
        result.standard.stage_names,
        result.standard.indicator_names,
    )
    differ = table[table["verdict"] != table["verdict_unweighted"]]
    decimals = result.standard.dispersion_rule.decimals
    cases = [
        write(
            "dispersion.case",
            stage=words[row.stage],
            name=names[row.indicator],
            cv=row.printed or "无法计算",
            verdict=VERDICT_WORDS[row.verdict],
            plain="无法计算"
            if np.isnan(row.cv_unweighted)
            else f"{row.cv_unweighted:.{decimals}f}",
            plain_verdict=VERDICT_WORDS[row.verdict_unweighted],
        )
        for row in differ.itertuples()
    ]
    border = table[table["borderline"]]
    hidden = [
        f"{words[row.stage]}“{names[row.indicator]}”{row.printed}" for row in border.itertuples()
    ]
    return [
        write("dispersion.other_reading", cases=cases)
        if cases
        else write("dispersion.same_reading", count=len(table)),
        write("dispersion.borderline", cases=hidden) if hidden else Text(""),
    ]


def describe_contributions(result: Assessment, most: int = 3) -> Text:
    """Say which schools make the coefficient that is largest (差异主要来自哪些学校).

    Parameters
    ----------
    result
        Of one county and year.
    most
        How many schools to name per stage.

    Returns
    -------
    Text
        Empty where no coefficient is known.
    """
    table = result.coefficients.dropna(subset="cv")
    names, codes, lines = result.standard.indicator_names, result.standard.codes, []
    for stage, word in result.standard.stage_names.items():
        rows = table[table["stage"] == stage]
        if rows.empty or not (rows["cv"] > 0).any():
            continue
        worst = rows.loc[rows["cv"].idxmax()]
        here = (result.shares["stage"] == stage) & (
            result.shares["indicator"] == worst["indicator"]
        )
        top = result.shares[here].sort_values("share", ascending=False, kind="stable").head(most)
        decimals = codes[worst["indicator"]].decimals
        schools = [
            (
                row.school,
                f"{row.value:.{decimals}f}",
                "高于平均" if row.value > row.mean else "低于平均",
            )
            for row in top.itertuples()
        ]
        facts = {
            "cv": worst["printed"],
            "mean": worst["printed_mean"],
            "unit": codes[worst["indicator"]].unit,
        }
        share, count = top["share"].sum(), len(top)
        lines.append(
            write(
                "contributions",
                stage=word,
                name=names[worst["indicator"]],
                share=share,
                count=count,
                schools=schools,
                **facts,
            )
        )
    return paragraphs(*lines)


def describe_gaps(result: Assessment) -> Text:
    """Say what the county lacks, in posts, m², yuan and rooms (缺口).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Up to the bar, up to the floor, and how many values are unknown.
    """
    names = result.standard.indicator_names
    unknown = int((result.indicators["verdict"] == CANNOT_TELL).sum())
    missing = write("gaps.unknown", count=unknown) if unknown else Text("")
    totals = result.totals
    if totals.empty:
        return paragraphs(write("gaps.none"), missing)
    to_bar = [
        (names[row.indicator], row.schools, row.to_bar, row.unit) for row in totals.itertuples()
    ]
    to_floor = [
        (names[row.indicator], row.to_floor, row.unit)
        for row in totals.itertuples()
        if row.to_floor
    ]
    shared = any(result.standard.codes[name].shared for name in totals["indicator"])
    return paragraphs(
        write("gaps", totals=to_bar),
        write("gaps.floor", floor_share=_floor_words(result), totals=to_floor) if to_floor else "",
        write("gaps.shared") if shared else "",
        missing,
    )


def describe_repairs(result: Assessment) -> Text:
    """Say how few indicators must be repaired so that every failing school passes (最少整改项).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        One or two sentences.
    """
    unknown = int((result.schools["unknown"] != "").sum())
    rest = write("repairs.rest", count=unknown) if unknown else Text("")
    repairs = result.repairs
    if repairs.empty:
        return paragraphs(write("repairs.none"), rest)
    schools = len(repairs[["county", "year", "stage", "school"]].drop_duplicates())
    label = result.standard.school_rule.label.zh
    return paragraphs(write("repairs", label=label, schools=schools, count=len(repairs)), rest)


def describe_zones(result: Assessment) -> Text:
    """Compare urban, town and rural schools in words (城区、镇区、乡村比较).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Share of schools that meet the rule, and means below the bar.
    """
    schools = result.schools.dropna(subset="zone")
    if schools.empty:
        return write("zones.absent")
    zones, names, lines = load_columns()["zone"].choices, result.standard.indicator_names, []
    means = compare_zones(result.indicators, result.schools)
    for stage, word in result.standard.stage_names.items():
        here = schools[schools["stage"] == stage]
        counted = [
            (label, int(rows.sum()), (here.loc[rows, "verdict"] == MET).mean())
            for zone, label in zones.items()
            if (rows := here["zone"] == zone).any()
        ]
        low = means[(means["stage"] == stage) & (means["ratio"] < 1)]
        cases = [f"{zones[row.zone]}“{names[row.indicator]}”" for row in low.itertuples()]
        lines += [
            write("zones", stage=word, zones=counted) if counted else Text(""),
            write("zones.low", stage=word, cases=cases) if cases else Text(""),
        ]
    return paragraphs(*lines)


def describe_trend(history: Assessment) -> Text:
    """Say how the share of good schools and the coefficients moved over the years (历年变化).

    Parameters
    ----------
    history
        Of one county and all its years, by one standard.

    Returns
    -------
    Text
        First and last year, and the years with a coefficient beyond its limit.
    """
    years = sorted(set(history.schools["year"]))
    if len(years) < 2:
        return write("trend.one", year=years[0])
    shares = (
        history.schools.assign(met=history.schools["verdict"] == MET)
        .groupby(["stage", "year"])["met"]
        .mean()
    )
    lines = [
        write(
            "trend",
            stage=word,
            first=years[0],
            last=years[-1],
            before=shares[stage, years[0]],
            after=shares[stage, years[-1]],
        )
        for stage, word in history.standard.stage_names.items()
        if (stage, years[0]) in shares and (stage, years[-1]) in shares
    ]
    over = sorted(set(history.coefficients.loc[history.coefficients["verdict"] == NOT_MET, "year"]))
    lines.append(
        write("trend.over", years=[f"{year}年" for year in over])
        if over
        else write("trend.none_over", first=years[0], last=years[-1])
    )
    return paragraphs(*lines, write("trend.one_standard", number=history.standard.number))


def describe_relief(result: Assessment) -> Text:
    """Say whether transitional reliefs were used and what they change (过渡期规定).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Both verdicts where they differ.
    """
    _, year = one_year(result)
    plain = result.without_relief
    if plain is result:
        on = result.relief or (result.relief is None and result.standard.relief_is_on(year))
        return write("relief.unused" if on else "relief.off", year=year)
    keys = ["county", "year", "stage", "school"]
    both = result.schools.merge(plain.schools[[*keys, "verdict"]], on=keys, suffixes=("", "_plain"))
    differ = both[both["verdict"] != both["verdict_plain"]]
    if differ.empty and plain.verdict == result.verdict:
        count = int(
            result.indicators.loc[result.indicators["relieved"], keys].drop_duplicates().shape[0]
        )
        return write("relief.same", year=year, count=count)
    words = result.standard.stage_names
    cases = [
        f"{row.school}（{words[row.stage]}）适用时{VERDICT_WORDS[row.verdict]}、不适用时{VERDICT_WORDS[row.verdict_plain]}"
        for row in differ.itertuples()
    ]
    verdicts = {
        "with_relief": VERDICT_WORDS[result.verdict],
        "without": VERDICT_WORDS[plain.verdict],
    }
    return write("relief.differs", year=year, cases=cases or ["无"], **verdicts)


def describe_excluded(result: Assessment) -> Text:
    """Say how many schools do not count (不计入的学校).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        One sentence; the reasons stand in tabulate_excluded.
    """
    count = len(result.sections.excluded)
    return write("excluded", count=count) if count else write("excluded.none")


def describe_method(result: Assessment) -> Text:
    """Say how the numbers were made, and which rules are second-hand or inferred (口径与来源).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    Text
        Ends with the data file, its SHA-256 and the version of youzhi.
    """
    standard = result.standard
    entries = [
        standard.counting,
        *standard.exclusion,
        standard.split,
        *standard.indicator,
        standard.school_rule,
    ]
    entries += [standard.dispersion_rule, standard.dispersion_rule.weighting, *standard.relief]
    notes = [
        entry.note or entry.source
        for entry in entries
        if entry.confidence != "V" or "推断" in entry.note
    ]
    notes += [standard.counting.unit_note] if standard.counting.unit_note else []
    schools = result.sections.schools
    digest = f"（SHA-256 {schools.digest[:16]}）" if schools.digest else ""
    file = (schools.file or "未注明") + digest
    facts = {"split": standard.split.label.zh, "split_source": standard.split.source}
    method = write("method", file=file, version=__version__, **facts)
    return paragraphs(method, write("method.doubt", notes=notes) if notes else "")


def describe_table(result: Assessment) -> Text:
    """Say what the raw table holds and what is missing in it (数据表概况).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Rows by school type, pupils, and the number of empty cells that indicators need.
    """
    county, year = one_year(result)
    table = result.sections.schools
    types = table.frame["school_type"].value_counts()
    words = load_columns()["school_type"].choices
    missing = count_missing(result)
    empty = int(missing["cells"].sum())
    return paragraphs(
        write(
            "table",
            county=result.names.get(county, county),
            year=year,
            rows=len(table),
            columns=table.frame.shape[1],
            types=[(words[kind], types[kind]) for kind in words if kind in types],
            primary=np.nansum(table.numbers("pupils_primary")),
            junior=np.nansum(table.numbers("pupils_junior")),
        ),
        write("table.missing", cells=empty, columns=len(missing))
        if empty
        else write("table.complete"),
    )


def describe_extremes() -> Text:
    """Say what the table of extremes is for (最低与最高)."""
    return write("extremes")


def describe_inequality(result: Assessment) -> Text:
    """Say what the further measures are, and where the Gini coefficient is largest (其他不平等指标).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        What they are, then one sentence per stage.
    """
    table = measure_inequality(result.indicators, result.schools).dropna(subset="gini")
    names, lines = result.standard.indicator_names, [write("inequality")]
    for stage, word in result.standard.stage_names.items():
        rows = table[table["stage"] == stage]
        if len(rows):
            worst = rows.loc[rows["gini"].idxmax()]
            lines.append(
                write(
                    "inequality.largest",
                    stage=word,
                    name=names[worst["indicator"]],
                    gini=worst["gini"],
                )
            )
    return paragraphs(*lines)
