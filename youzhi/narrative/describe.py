"""Results -> Chinese sentences; every number in a sentence comes from the result that is handed in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi import __version__
from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.exact import as_fraction, round_half_up
from youzhi.inequality import (
    compare_zones,
    largest_coefficients,
    main_contributors,
    measure_inequality,
)
from youzhi.narrative.tabulate import PART_WORDS, UNIT_WORDS, count_missing, limit_text
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.sections import CONTRADICTION, NO_ORGANISER
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

MOST_NAMES = 8
_SET_ASIDE = {CONTRADICTION: "的数据自相矛盾", NO_ORGANISER: "缺举办者代码"}


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
    county, year = result.one_year()
    findings = result.sections.schools.findings
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
        held=0 if findings is None else int((findings["outcome"] == "hold").sum()),
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
    county, year = result.one_year()
    facts = {
        "county": result.names.get(county, county),
        "year": year,
        "level": result.standard.level.zh,
    }
    lines = [write(f"verdict.{result.verdict}", **facts)]
    if result.standard.part:
        own = result.reasons["part"].isin(PART_WORDS)
        resources = VERDICT_WORDS[combine(result.reasons.loc[own, "verdict"])]
        answers = "resources" if result.standard.school_rule else "resources_spread"
        lines.append(write(f"verdict.{answers}", verdict=resources))
    for stage, word in result.standard.stage_names.items():
        lines += _stage_verdict(result, stage, word)
    held = _count_held(result.sections.excluded)
    others = result.reasons[result.reasons["part"].isin([part.id for part in result.standard.part])]
    return paragraphs(
        *lines,
        *(write("verdict.held", count=count, cause=_SET_ASIDE[why]) for why, count in held),
        *(
            write("verdict.part", reason=row.reason, verdict=VERDICT_WORDS[row.verdict])
            for row in others.itertuples()
        ),
        _unverified(result),
        write("verdict.eligibility") if result.verdict == MET else "",
    )


def _unverified(result: Assessment) -> Text:
    """Which items are met by a rule that nobody here has read."""
    items = result.items
    doubtful = items[(items["verdict"] == MET) & items["confidence"].isin(["S", "M"])]
    return write("verdict.unverified", codes=list(doubtful["code"])) if len(doubtful) else Text("")


def _stage_verdict(result: Assessment, stage: str, word: str) -> list[Text]:
    schools = result.schools[result.schools["stage"] == stage]
    if schools.empty:
        held = _count_held(result.sections.excluded, stage)
        return [write("verdict.all_held" if held else "verdict.absent", stage=word)]
    return [_school_verdict(result, schools, word), _spread_verdict(result, stage, word)]


def _school_verdict(result: Assessment, schools: pd.DataFrame, word: str) -> Text:
    """How many sections of one stage are met, and what they lack most."""
    if result.standard.school_rule is None:
        return write("verdict.unjudged", stage=word, total=len(schools))
    stage = schools["stage"].iat[0]
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
    return write(
        "verdict.school",
        stage=word,
        total=len(schools),
        main=[(names[name], count) for name, count in most.items()],
        **_count_verdicts(schools),
    )


def _spread_verdict(result: Assessment, stage: str, word: str) -> Text:
    """How the coefficients of one stage lie to their limit, or their mean where that is judged."""
    if result.standard.dispersion_rule.kind == "composite":
        return _composite_verdict(result, stage)
    spread = result.coefficients[result.coefficients["stage"] == stage]
    return write(
        "verdict.dispersion",
        stage=word,
        total=len(spread),
        limit=limit_text(result.standard, stage),
        **_count_verdicts(spread),
    )


def _composite_verdict(result: Assessment, stage: str) -> Text:
    """The mean of the coefficients of one stage beside its limit, with the verdict."""
    table = result.reasons
    row = table[(table["part"] == "dispersion") & (table["stage"] == stage)].iloc[0]
    return write("verdict.composite", reason=row["reason"], verdict=VERDICT_WORDS[row["verdict"]])


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
    result.one_year()
    if result.schools.empty:
        return write("schools.absent")
    rule = result.standard.school_rule
    if rule is None:
        return write("schools.unjudged")
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
        The largest coefficient of each stage, those that cannot be told, the composite (with its verdict where the
        standard judges it), the unweighted reading.
    """
    result.one_year()
    rule = result.standard.dispersion_rule
    lines = [write("dispersion.rule", label=rule.label.zh, source=rule.source)]
    if result.coefficients.empty:
        return paragraphs(*lines, write("dispersion.absent"))
    for stage, word in result.standard.stage_names.items():
        table = result.coefficients[result.coefficients["stage"] == stage]
        if len(table):
            if rule.kind == "composite":
                lines.append(_composite_verdict(result, stage))
            lines += _describe_largest(result, stage, word)
            lines += _describe_undecided(result, table, stage, word)
            lines += _describe_special(result, table, word)
    return paragraphs(*lines, _describe_composite(result), *_describe_readings(result))


def _describe_largest(result: Assessment, stage: str, word: str) -> list[Text]:
    """The largest coefficient of one stage, beside its limit where it has one of its own."""
    largest, lines = largest_coefficients(result.coefficients), []
    for row in largest[largest["stage"] == stage].itertuples():
        name = result.standard.indicator_names[row.indicator]
        facts = {"stage": word, "name": name, "is_largest": row.is_largest, "cv": row.printed}
        if result.standard.dispersion_rule.kind == "each":
            limits = {"limit": limit_text(result.standard, stage), "share": row.cv / row.limit}
            lines.append(write("dispersion.worst", **facts, **limits))
        else:
            lines.append(write("dispersion.worst_unjudged", **facts))
    return lines


def _describe_undecided(
    result: Assessment, table: pd.DataFrame, stage: str, word: str
) -> list[Text]:
    """Why coefficients of one stage cannot be told: values are missing, or sections are held."""
    lacking = table[table["mean"].isna()]
    values = result.own_values
    gaps = values["value"].isna() & (values["stage"] == stage)
    gaps &= values["indicator"].isin(lacking["indicator"])
    facts = {"count": len(lacking), "missing": values.loc[gaps, "school"].nunique()}
    return [
        write("dispersion.unknown", stage=word, **facts) if len(lacking) else Text(""),
        *(
            write("dispersion.held", stage=word, count=count, cause=_SET_ASIDE[why].lstrip("的"))
            for why, count in _count_held(result.sections.excluded, stage)
        ),
    ]


def _count_held(left_out: pd.DataFrame, stage: str | None = None) -> list[tuple[str, int]]:
    """Why sections were set aside, and how many, of one stage or of all."""
    here = True if stage is None else left_out["stage"] == stage
    causes = left_out.loc[left_out["held"].astype(bool) & here, "held_for"]
    return list(causes.value_counts(sort=False).items())


def _describe_special(result: Assessment, table: pd.DataFrame, word: str) -> list[Text]:
    """A stage with a single section, and county means of zero."""
    names = result.standard.indicator_names
    single = (table["schools"] == 1).all() and table["cv"].notna().all()
    composite = result.standard.dispersion_rule.kind == "composite"
    zero_mean = "dispersion.zero_mean_composite" if composite else "dispersion.zero_mean"
    return [write("dispersion.single", stage=word) if single else Text("")] + [
        write(zero_mean, stage=word, name=names[name])
        for name in table.loc[table["mean"] == 0, "indicator"]
    ]


def _describe_composite(result: Assessment) -> Text:
    """The mean of all coefficients for information; where it is judged, what it may not be compared with."""
    if result.standard.dispersion_rule.kind == "composite":
        return write("dispersion.other_standards")
    words = result.standard.stage_names
    known = result.composite.dropna(subset="composite")
    values = [f"{words[row.stage]}{row.printed}" for row in known.itertuples()]
    return write("dispersion.composite", values=values) if values else Text("")


def _rounded(value: float, decimals: int) -> str:
    return str(round_half_up(as_fraction(value), decimals))


def _describe_readings(result: Assessment) -> list[Text]:
    """Whether counting every school alike would change a verdict, and what rounding would hide."""
    table, words = _judged_coefficients(result), result.standard.stage_names
    thing = "综合差异系数" if result.standard.dispersion_rule.kind == "composite" else "差异系数"
    unknown = table["verdict"] == CANNOT_TELL
    differ = table[(table["verdict"] != table["verdict_unweighted"]) & ~unknown]
    cases = [_describe_case(result, row) for row in differ.itertuples()]
    border = table[table["borderline"]]
    hidden = [f"{words[row.stage]}“{row.name}”{row.printed}" for row in border.itertuples()]
    return [
        write("dispersion.other_reading", cases=cases)
        if cases
        else write(
            "dispersion.same_reading", count=len(table), unknown=int(unknown.sum()), thing=thing
        ),
        write("dispersion.borderline", cases=hidden) if hidden else Text(""),
    ]


def _judged_coefficients(result: Assessment) -> pd.DataFrame:
    """What is held against a limit: every coefficient, or the composite of every stage."""
    if result.standard.dispersion_rule.kind == "composite":
        plain = {"composite_unweighted": "cv_unweighted"}
        return result.composite.rename(columns=plain).assign(name="综合差异系数")
    table = result.coefficients
    return table.assign(name=table["indicator"].map(result.standard.indicator_names))


def _describe_case(result: Assessment, row) -> Text:
    """One coefficient whose verdict the unweighted reading would change."""
    plain, decimals = row.cv_unweighted, result.standard.dispersion_rule.decimals
    return write(
        "dispersion.case",
        stage=result.standard.stage_names[row.stage],
        name=row.name,
        cv=row.printed or "无法计算",
        verdict=VERDICT_WORDS[row.verdict],
        plain="无法计算" if np.isnan(plain) else _rounded(plain, decimals),
        plain_verdict=VERDICT_WORDS[row.verdict_unweighted],
    )


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
    result.one_year()
    keys = ["county", "year", "stage", "school", "indicator"]
    printed = result.without_relief.indicators[[*keys, "printed"]]
    lines = []
    for _, worst in largest_coefficients(result.coefficients).iterrows():
        top = main_contributors(result.shares, worst, most).merge(printed, on=keys, how="left")
        if len(top):
            lines.append(_describe_contributors(result, worst, top))
    return paragraphs(*lines)


def _describe_contributors(result: Assessment, worst: pd.Series, top: pd.DataFrame) -> Text:
    """Who makes one coefficient, and on which side of the mean each school lies."""
    sides = np.where(top["value"] > top["mean"], "高于平均", "低于平均").tolist()
    return write(
        "contributions",
        stage=result.standard.stage_names[worst["stage"]],
        name=result.standard.indicator_names[worst["indicator"]],
        is_largest=worst["is_largest"],
        share=top["share"].sum(),
        count=len(top),
        schools=list(zip(top["school"], top["printed"], sides, strict=True)),
        cv=worst["printed"],
        mean=worst["printed_mean"],
        unit=result.standard.codes[worst["indicator"]].unit,
    )


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
    result.one_year()
    if result.indicators.empty:
        return write("gaps.absent")
    if result.standard.school_rule is None:
        return write("gaps.no_bars")
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
    result.one_year()
    if result.schools.empty:
        return write("repairs.absent")
    if result.standard.school_rule is None:
        return write("repairs.no_bars")
    counts, repairs = _count_verdicts(result.schools), result.repairs
    planned = len(repairs[["county", "year", "stage", "school"]].drop_duplicates())
    unplanned, unknown = counts["failing"] - planned, counts["unknown"]
    label = result.standard.school_rule.label.zh
    return paragraphs(
        "" if counts["failing"] else write("repairs.none"),
        write("repairs", label=label, schools=planned, count=len(repairs)) if planned else "",
        write("repairs.choice") if planned else "",
        write("repairs.unplanned", count=unplanned) if unplanned else "",
        write("repairs.rest", count=unknown) if unknown else "",
    )


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
    result.one_year()
    if result.schools.empty:
        return write("zones.none")
    schools = result.schools.dropna(subset="zone")
    if schools.empty:
        return write("zones.absent")
    values = result.own_values.assign(bar=result.indicators["bar"])
    means, lines = compare_zones(values, result.schools), []
    for stage, word in result.standard.stage_names.items():
        lines += _describe_zones(result, schools, means, (stage, word))
    unzoned = len(result.schools) - len(schools)
    return paragraphs(*lines, write("zones.unzoned", count=unzoned) if unzoned else "")


def _describe_zones(
    result: Assessment, schools: pd.DataFrame, means: pd.DataFrame, place: tuple[str, str]
) -> list[Text]:
    """One stage: verdicts by zone, means under the bar, means that cannot be told."""
    zones, names = load_columns()["zone"].choices, result.standard.indicator_names
    stage, word = place
    here, means = schools[schools["stage"] == stage], means[means["stage"] == stage]
    judged = result.standard.school_rule is not None
    counted = [
        (label, len(rows), (rows["verdict"] == MET).mean(), *_count_verdicts(rows).values())
        for zone, label in zones.items()
        if len(rows := here[here["zone"] == zone])
    ]
    low, unknown = (
        [f"{zones[row.zone]}“{names[row.indicator]}”" for row in means[chosen].itertuples()]
        for chosen in (means["below"], means["mean"].isna())
    )
    facts = {"zones": counted if judged else [row[:2] for row in counted]}
    return [
        write("zones" if judged else "zones.counted", stage=word, **facts) if counted else Text(""),
        write("zones.low", stage=word, cases=low) if low else Text(""),
        write("zones.unknown", stage=word, cases=unknown) if unknown else Text(""),
    ]


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
    years = sorted(set(history.verdicts["year"]))
    if len(years) < 2:
        return write("trend.one", year=years[0])
    ends, composite = (years[0], years[-1]), history.standard.dispersion_rule.kind == "composite"
    stages, judged = history.standard.stage_names.items(), history.standard.school_rule is not None
    return paragraphs(
        *(_describe_shares(history, *stage, ends) for stage in stages if judged),
        *(_describe_composites(history, *stage, ends) for stage in stages if composite),
        *_describe_limits(history, ends),
        write("trend.one_standard", number=history.standard.number),
    )


def _describe_shares(history: Assessment, stage: str, word: str, ends: tuple[int, int]) -> Text:
    """How many sections of one stage are met in the first and in the last year."""
    schools = history.schools[history.schools["stage"] == stage]
    first, last = (schools.loc[schools["year"] == year, "verdict"] for year in ends)
    if first.empty or last.empty:
        return write("trend.absent", stage=word, first=ends[0], last=ends[1])
    return write(
        "trend",
        stage=word,
        first=ends[0],
        last=ends[1],
        before=(first == MET).mean(),
        after=(last == MET).mean(),
        unknown_before=int((first == CANNOT_TELL).sum()),
        unknown_after=int((last == CANNOT_TELL).sum()),
    )


def _describe_composites(history: Assessment, stage: str, word: str, ends: tuple[int, int]) -> Text:
    """The mean of the coefficients of one stage in the first and in the last year."""
    table = history.composite[history.composite["stage"] == stage].set_index("year")["printed"]
    before, after = (table.get(year) for year in ends)
    if before is None or after is None:
        return write("trend.absent", stage=word, first=ends[0], last=ends[1])
    unknown = VERDICT_WORDS[CANNOT_TELL]
    return write(
        "trend.composite",
        stage=word,
        first=ends[0],
        last=ends[1],
        before=before or unknown,
        after=after or unknown,
        limit=limit_text(history.standard, stage),
    )


def _describe_limits(history: Assessment, ends: tuple[int, int]) -> list[Text]:
    """In which years what is judged is beyond its limit, and in which it cannot be told."""
    composite = history.standard.dispersion_rule.kind == "composite"
    coefficients = history.composite if composite else history.coefficients
    facts = {"first": ends[0], "last": ends[1], "composite": "综合" if composite else ""}
    if coefficients.empty:
        return [write("trend.no_coefficients", first=ends[0], last=ends[1])]
    over, unknown = (
        [f"{year}年" for year in sorted(set(coefficients.loc[chosen, "year"]))]
        for chosen in (coefficients["verdict"] == NOT_MET, coefficients["verdict"] == CANNOT_TELL)
    )
    if over:
        told = write("trend.over", years=over, composite=facts["composite"])
    elif not unknown:
        told = write("trend.none_over", **facts)
    else:
        known = (coefficients["verdict"] != CANNOT_TELL).any()
        told = write("trend.none_known_over" if known else "trend.none_known", **facts)
    if not unknown:
        return [told]
    return [told, write("trend.unknown", years=unknown, composite=facts["composite"])]


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
    _, year = result.one_year()
    plain = result.without_relief
    if plain is result:
        return write(f"relief.{_unused_relief(result, year)}", year=year)
    by_hand = not result.standard.relief_is_on(year)
    lead = write("relief.by_hand", year=year) if by_hand else ""
    return paragraphs(lead, _compare_relief(result, plain, year))


def _unused_relief(result: Assessment, year: int) -> str:
    """Name of the sentence that says why no relief was used."""
    if not result.standard.reliefs:
        return "absent"
    default = result.standard.relief_is_on(year)
    if result.relief is False:
        return "off_by_hand" if default else "off"
    if result.relief is None:
        return "unused" if default else "off"
    return "unused" if default else "unused_by_hand"


def _compare_relief(result: Assessment, plain: Assessment, year: int) -> Text:
    """What the reliefs change; both verdicts where they differ."""
    keys = ["county", "year", "stage", "school"]
    both = result.schools.merge(plain.schools[[*keys, "verdict"]], on=keys, suffixes=("", "_plain"))
    differ = both[both["verdict"] != both["verdict_plain"]]
    items = result.items[result.items["verdict"] != result.items["verdict_without_relief"]]
    if differ.empty and items.empty and plain.verdict == result.verdict:
        relieved = result.indicators.loc[result.indicators["relieved"], keys]
        codes = result.judged_items.relieved_codes
        return write("relief.same", year=year, count=len(relieved.drop_duplicates()), codes=codes)
    words = result.standard.stage_names
    named = [(f"{row.school}（{words[row.stage]}）", row) for row in differ.itertuples()]
    pairs = [(name, row.verdict, row.verdict_plain) for name, row in named]
    pairs += [(row.code, row.verdict, row.verdict_without_relief) for row in items.itertuples()]
    cases = [
        f"{name}适用时{VERDICT_WORDS[now]}、不适用时{VERDICT_WORDS[other]}"
        for name, now, other in pairs
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
    result.one_year()
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
    rules = [standard.counting, *standard.exclusion, standard.split, *standard.indicator]
    rules += [standard.school_rule] if standard.school_rule else []
    rules += [standard.dispersion_rule, standard.dispersion_rule.weighting, *standard.part]
    rules += standard.item
    notes = [rule.note or rule.source for rule in rules if rule.confidence != "V"]
    for relief in standard.reliefs:
        notes += [relief.note or relief.source] if relief.confidence != "V" else []
        notes += [relief.years.note or relief.label.zh] if relief.years.confidence != "V" else []
    notes += [standard.counting.unit_note] if standard.counting.unit_note else []
    notes = list(dict.fromkeys(notes))
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
    county, year = result.one_year()
    table = result.sections.schools
    types = table.frame["school_type"].value_counts()
    words, names = load_columns()["school_type"].choices, result.standard.stage_names
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
            stages=[(word, *_add_pupils(result, stage)) for stage, word in names.items()],
        ),
        write("table.missing", cells=empty, columns=len(missing))
        if empty
        else write("table.complete"),
    )


def _add_pupils(result: Assessment, stage: str) -> tuple[float | None, int]:
    """The known pupils of one stage, None where not one is known, and how many rows of the stage lack theirs."""
    schools = result.sections.schools
    pupils, types = schools.numbers(f"pupils_{stage}"), schools.frame["school_type"]
    known = ~np.isnan(pupils)
    lacking = int((types.isin(result.standard.counting.stages[stage]).to_numpy() & ~known).sum())
    return (pupils[known].sum() if known.any() or not lacking else None), lacking


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
    result.one_year()
    table = measure_inequality(result.own_values, result.schools)
    names, lines = result.standard.indicator_names, [write("inequality")]
    for stage, word in result.standard.stage_names.items():
        rows = table[table["stage"] == stage]
        known = rows.dropna(subset="gini")
        if known.empty:
            lines.append(write("inequality.absent", stage=word))
            continue
        worst = known.loc[known["gini"].idxmax()]
        facts = {"gini": worst["gini"], "unknown": len(rows) - len(known)}
        lines.append(
            write("inequality.largest", stage=word, name=names[worst["indicator"]], **facts)
        )
    return paragraphs(*lines)
