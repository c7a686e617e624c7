"""One assessment -> tables in the layout that can be stacked over counties: indicators, stages, groups of schools."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi.assessment import Assessment
from youzhi.columns import load_columns
from youzhi.comparisons.settings import load_settings
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

KEYS = ["county", "year", "stage"]
SERIES_COLUMNS = [
    *("county", "year", "standard", "stage", "indicator", "unit", "mean", "printed_mean", "bar"),
    *("cv", "printed_cv", "limit", "cv_verdict", "sections", "met", "not_met", "cannot_tell"),
    *("share_low", "share_high", "pupils", "counted", "data_kinds"),
]
VALUE_COLUMNS = [*SERIES_COLUMNS[:-2], "gap", "gap_unit", "gap_per_1000", *SERIES_COLUMNS[-2:]]
STAGE_COLUMNS = [
    *("county", "year", "standard", "stage", "sections", "pupils", "pupils_per_section"),
    *("met", "not_met", "cannot_tell", "held", "share_low", "share_high"),
    *("composite", "printed_composite", "composite_limit", "composite_verdict"),
    *("over_limit", "limit_unknown", "counted", "data_kinds"),
]
GROUP_COLUMNS = [
    *("county", "year", "standard", "stage", "group", "indicator", "unit", "bar", "sections"),
    *("pupils", "mean", "met", "not_met", "cannot_tell", "share_low", "share_high"),
    *("counted", "data_kinds"),
]
UNKNOWN_GROUP = "unknown"
_PER = 1000  # pupils to whom a gap is related


def frame_series(result: Assessment) -> pd.DataFrame:
    """Tabulate what can be compared of every indicator, without gaps (可比指标表).

    Parameters
    ----------
    result
        Of any number of county-years.

    Returns
    -------
    DataFrame
        One row per county, year, standard, stage and indicator. Columns: unit, mean (in the unit), printed_mean, bar, cv,
        printed_cv, limit, cv_verdict ("" where the standard judges the mean of all only), sections, met, not_met,
        cannot_tell (numbers of sections; missing without bars), share_low and share_high (share of sections at the bar,
        those that cannot be told counted as below and as at the bar), pupils (人), counted ("school" or "campus"),
        data_kinds (Chinese words).
    """
    standard, keys = result.standard, [*KEYS, "indicator"]
    table = result.coefficients.rename(columns={"verdict": "cv_verdict", "printed": "printed_cv"})
    table = table.merge(count_verdicts(result.indicators, keys), on=keys, how="left")
    table = table.merge(_sum_pupils(result.schools, KEYS), on=KEYS, how="left")
    codes = standard.codes
    bars = [codes[row.indicator].bar.get(row.stage) for row in table.itertuples()]
    table = table.assign(
        unit=[codes[name].unit for name in table["indicator"]],
        bar=np.array([np.nan if bar is None else float(bar) for bar in bars], dtype=float),
    )
    if standard.school_rule is None:
        table = _unjudge(table)
    return _mark(table, result)[SERIES_COLUMNS]


def frame_values(result: Assessment) -> pd.DataFrame:
    """Tabulate what can be compared of every indicator, with gaps per pupil (可比指标与缺口表).

    Parameters
    ----------
    result
        Of any number of county-years.

    Returns
    -------
    DataFrame
        As frame_series, and: gap (whole amount that lifts every known section to the bar; more where a section cannot be
        told; missing without bars or where no section can be told), gap_unit, gap_per_1000 (gap per 1,000 pupils of the
        stage, in gap_unit). A school of several stages is counted in each of them with what the whole school must add.
    """
    table, keys = frame_series(result), [*KEYS, "indicator"]
    sums = result.gaps.groupby(keys, sort=False)["to_bar"].sum().rename("gap").reset_index()
    table = table.merge(sums, on=keys, how="left")
    told = (table["met"] + table["not_met"]).fillna(0) > 0
    gap = table["gap"].fillna(0).where(told)
    units = {name: rule.gap_unit for name, rule in result.standard.codes.items()}
    per_1000 = (gap * _PER / table["pupils"]).astype(float)
    table = table.assign(
        gap=gap.astype("Int64"), gap_unit=table["indicator"].map(units), gap_per_1000=per_1000
    )
    return table[VALUE_COLUMNS]


def frame_stages(result: Assessment) -> pd.DataFrame:
    """Tabulate sections, pupils and verdicts of every stage (学段概况表).

    Parameters
    ----------
    result
        Of any number of county-years.

    Returns
    -------
    DataFrame
        One row per county, year, standard and stage. Columns: sections, pupils (人), pupils_per_section, met, not_met,
        cannot_tell (sections by the school rule; missing without one), held (sections set aside), share_low, share_high,
        composite, printed_composite, composite_limit, composite_verdict (missing and "" where it is not judged), over_limit, limit_unknown (numbers of coefficients, or of the one composite), counted,
        data_kinds.
    """
    counts = count_verdicts(result.schools, KEYS)
    table = counts.merge(_sum_pupils(result.schools, KEYS), on=KEYS)
    table = table.assign(pupils_per_section=table["pupils"] / table["sections"])
    names = {"printed": "printed_composite", "limit": "composite_limit"}
    names |= {"verdict": "composite_verdict"}
    composite = result.composite[[*KEYS, "composite", *names]].rename(columns=names)
    table = table.merge(composite, on=KEYS, how="left")
    by_mean = result.standard.dispersion_rule.kind == "composite"
    spread = count_verdicts(result.composite if by_mean else result.coefficients, KEYS)
    names = {"not_met": "over_limit", "cannot_tell": "limit_unknown"}
    table = table.merge(spread.rename(columns=names)[[*KEYS, *names.values()]], on=KEYS)
    left_out = result.sections.excluded
    held = left_out[left_out["held"].astype(bool)].groupby(KEYS).size().rename("held")
    table = table.merge(held.reset_index(), on=KEYS, how="left")
    table["held"] = table["held"].fillna(0).astype(int)
    if result.standard.school_rule is None:
        table = _unjudge(table)
    return _mark(table, result)[STAGE_COLUMNS]


def group_by_size(result: Assessment) -> pd.Series:
    """Tell the size band of every section: pupils of all counted stages of its school (按规模分档).

    Parameters
    ----------
    result
        Of any number of county-years.

    Returns
    -------
    Series
        As long as `result.schools`; ids of comparisons.toml, "unknown" where a number of pupils is missing.
    """
    keys = ["county", "year", "school"]
    by_school = result.schools.groupby(keys, sort=False)["pupils"]
    pupils = by_school.transform(lambda part: part.sum(skipna=False))
    groups = pd.Series(UNKNOWN_GROUP, index=pupils.index, dtype=object)
    for band in load_settings().size.band:
        within = (pupils >= band.start) & (True if band.below is None else pupils < band.below)
        groups = groups.mask(within, band.id)
    return groups


def group_by_zone(result: Assessment) -> pd.Series:
    """Tell the zone of every section (按城乡分类).

    Parameters
    ----------
    result
        Of any number of county-years.

    Returns
    -------
    Series
        As long as `result.schools`; ids of the column zone, "unknown" where it is missing.
    """
    return result.schools["zone"].fillna(UNKNOWN_GROUP).astype(object)


def frame_groups(result: Assessment, groups: pd.Series) -> pd.DataFrame:
    """Tabulate per-pupil means and shares at the bar by groups of schools (同类学校比较表).

    Parameters
    ----------
    result
        Of any number of county-years.
    groups
        What group_by_size or group_by_zone gives for it.

    Returns
    -------
    DataFrame
        One row per county, year, standard, stage, group and indicator; only groups that have a section. Columns: unit, bar,
        sections, pupils (人), mean (resources over pupils of the group, in the unit; missing when a value is), met,
        not_met, cannot_tell, share_low, share_high, counted, data_kinds.
    """
    places = [*KEYS, "school"]
    of = result.schools[places].assign(group=groups)
    verdicts = result.indicators[[*places, "indicator", "verdict"]]
    values = result.own_values.merge(verdicts, on=[*places, "indicator"]).merge(of, on=places)
    keys = [*KEYS, "group", "indicator"]
    weighted = values.assign(weighted=values["value"] * values["pupils"]).groupby(keys, sort=False)
    sums = weighted[["weighted", "pupils"]].agg(lambda part: part.sum(skipna=False)).reset_index()
    table = sums.assign(mean=sums["weighted"] / sums["pupils"])
    table = table.merge(count_verdicts(values, keys), on=keys)
    codes = result.standard.codes
    bars = [codes[row.indicator].bar.get(row.stage) for row in table.itertuples()]
    table = table.assign(
        unit=[codes[name].unit for name in table["indicator"]],
        bar=np.array([np.nan if bar is None else float(bar) for bar in bars], dtype=float),
    )
    if result.standard.school_rule is None:
        table = _unjudge(table)
    return _mark(table, result)[GROUP_COLUMNS]


def count_verdicts(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count the rows of every group by verdict, and bound the share that is met (分类计数).

    Parameters
    ----------
    table
        Has the keys and the column verdict.
    keys
        By which the rows are counted.

    Returns
    -------
    DataFrame
        One row per group. Columns: sections (all rows), met, not_met, cannot_tell, share_low (met over all), share_high
        (met and cannot_tell over all).

    Examples
    --------
    >>> told = pd.DataFrame(
    ...     {"stage": "primary", "verdict": ["met", "met", "cannot_tell", "not_met"]}
    ... )
    >>> count_verdicts(told, ["stage"])[["met", "share_low", "share_high"]].values.tolist()
    [[2, 0.5, 0.75]]
    """
    marks = {word: table["verdict"] == word for word in (MET, NOT_MET, CANNOT_TELL)}
    grouped = table[keys].assign(sections=1, **marks).groupby(keys, sort=False)
    counts = grouped[["sections", *marks]].sum().astype("Int64").reset_index()
    total = counts["sections"].astype(float)
    return counts.assign(
        share_low=counts[MET].astype(float) / total,
        share_high=(counts[MET] + counts[CANNOT_TELL]).astype(float) / total,
    )


def _sum_pupils(sections: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Pupils of every group; missing when a section's are."""
    sums = sections.groupby(keys, sort=False)["pupils"].agg(lambda part: part.sum(skipna=False))
    return sums.reset_index()


def _unjudge(table: pd.DataFrame) -> pd.DataFrame:
    """Without bars nobody is met and nobody fails."""
    counts = {name: pd.array([pd.NA] * len(table), "Int64") for name in (MET, NOT_MET, CANNOT_TELL)}
    return table.assign(**counts, share_low=np.nan, share_high=np.nan)


def _mark(table: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """By which standard, what was counted as one school, and what kind of data the schools are; sorted by the keys."""
    evidence, standard = result.judged_items.evidence, result.standard
    kinds = {key: evidence.kinds(at) for at, key in enumerate(evidence.keys)}
    places = zip(table["county"], table["year"], strict=True)
    table = table.assign(
        standard=standard.id,
        counted=result.sections.unit,
        data_kinds=[kinds[place] for place in places],
    )
    groups = [*load_columns()["zone"].choices, *(band.id for band in load_settings().size.band)]
    orders = {
        "stage": list(standard.stages),
        "indicator": list(standard.codes),
        "group": [*groups, UNKNOWN_GROUP],
    }
    keys = [
        key for key in ("county", "year", "standard", "stage", "group", "indicator") if key in table
    ]

    def rank(values: pd.Series) -> pd.Series:
        order = orders.get(values.name)
        return values if order is None else values.map({name: at for at, name in enumerate(order)})

    return table.sort_values(keys, key=rank, kind="stable", ignore_index=True)
