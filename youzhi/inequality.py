"""Further inequality measures for researchers, beside the official coefficient; none of them decides anything.

Every pupil carries the value of the own school, so all measures are weighted by pupils.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi.errors import UsageError

MEASURES = ["gini", "theil", "theil_between", "theil_within", "mcloone", "range_ratio"]
# Within this, a float cannot tell a mean from its bar, or a school from the mean of its county.
_NOISE = 1e-9


def measure_inequality(indicators: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Measure inequality among pupils for every stage and indicator (其他不平等指标).

    Gini and Theil come from pysal's `inequality`. Theil is divided into a part between urban, town and rural schools
    and a part within them. McLoone is what the pupils below the median have, over what they would have at the
    median. The range ratio is the 95th over the 5th percentile.

    Parameters
    ----------
    indicators
        What compute_indicators gives. Columns used: county, year, stage, school, indicator, value, pupils.
    zones
        Columns county, year, stage, school, zone; Assessment.schools for example.

    Returns
    -------
    DataFrame
        One row per county, year, stage, indicator. Columns without unit: gini (0 to 1), theil, theil_between,
        theil_within (0 or more), mcloone (0 to 1), range_ratio (1 or more). A measure is missing where a value is
        missing, where all are zero, and the two parts of theil also where a zone is missing.

    Examples
    --------
    >>> long = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2020,
    ...         "stage": "primary",
    ...         "school": list("ab"),
    ...         "indicator": "books",
    ...         "value": [1.0, 3.0],
    ...         "pupils": [100, 100],
    ...     }
    ... )
    >>> zones = long[["county", "year", "stage", "school"]].assign(zone=["urban", "rural"])
    >>> measure_inequality(long, zones)[["gini", "mcloone"]].round(3).values.tolist()
    [[0.25, 0.5]]
    """
    keys = ["county", "year", "stage", "indicator"]
    places = [*keys[:3], "school"]
    table = indicators.merge(
        zones[[*places, "zone"]], on=places, how="left", validate="many_to_one"
    )
    rows = [[*key, *_measures(group)] for key, group in table.groupby(keys, sort=False)]
    return pd.DataFrame(rows, columns=[*keys, *MEASURES])


def _measures(group: pd.DataFrame) -> list[float]:
    """The measures of one county-year, stage and indicator, in the order of MEASURES."""
    from inequality.gini import Gini
    from inequality.theil import Theil, TheilD

    if group[["value", "pupils"]].isna().any(axis=None) or not group["value"].any():
        return [np.nan] * len(MEASURES)
    pupils = group["pupils"].to_numpy(dtype=int)
    each = np.repeat(group["value"].to_numpy(dtype=float), pupils)
    between, within = np.nan, np.nan
    if group["zone"].notna().all():
        parts = TheilD(each, np.repeat(pd.factorize(group["zone"])[0], pupils))
        between, within = float(np.sum(parts.bg)), float(np.sum(parts.wg))
    low, high = np.percentile(each, [5, 95], method="inverted_cdf")
    middle = np.median(each)
    mcloone = each[each <= middle].mean() / middle if middle > 0 else np.nan
    ratio = high / low if low > 0 else np.nan
    return [Gini(each).g, float(Theil(each).T), between, within, mcloone, ratio]


def compare_zones(indicators: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Compute pupil-weighted means of urban, town and rural sections (城乡比较).

    Parameters
    ----------
    indicators
        Of one county and year. Columns used: the keys, value, pupils, bar.
    zones
        Columns county, year, stage, school, zone; Assessment.schools for example.

    Returns
    -------
    DataFrame
        One row per stage, zone and indicator; sections without a zone are left out. Columns: sections (number), mean
        (unit of the indicator), ratio (mean over bar), below (the mean is known and under the bar). A mean is missing
        when a section's value is.

    Raises
    ------
    UsageError
        The table covers several county-years.

    Examples
    --------
    >>> long = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2020,
    ...         "stage": "primary",
    ...         "school": list("ab"),
    ...         "indicator": "books",
    ...         "value": [1.0, 3.0],
    ...         "pupils": [100, 300],
    ...         "bar": 2.0,
    ...     }
    ... )
    >>> zones = long[["county", "year", "stage", "school"]].assign(zone="rural")
    >>> compare_zones(long, zones)[["mean", "ratio"]].values.tolist()
    [[2.5, 1.25]]
    """
    if len(indicators[["county", "year"]].drop_duplicates()) > 1:
        raise UsageError("城乡比较只能对一个县一个年度，数据中有几个县年。")
    places = ["county", "year", "stage", "school"]
    table = indicators.merge(zones[[*places, "zone"]], on=places, validate="many_to_one").dropna(
        subset="zone"
    )
    grouped = table.assign(weighted=table["value"] * table["pupils"]).groupby(
        ["stage", "zone", "indicator"], sort=False
    )
    sums = grouped[["weighted", "pupils"]].agg(lambda column: column.sum(skipna=False))
    means = grouped.agg(sections=("school", "size"), bar=("bar", "first")).assign(
        mean=sums["weighted"] / sums["pupils"]
    )
    means = means.assign(ratio=means["mean"] / means["bar"]).reset_index()
    means["below"] = means["ratio"] < 1 - _NOISE
    return means[["stage", "zone", "indicator", "sections", "mean", "ratio", "below"]]


def largest_coefficients(coefficients: pd.DataFrame) -> pd.DataFrame:
    """Pick the largest known coefficient of every county-year and stage (各学段最大的差异系数).

    Parameters
    ----------
    coefficients
        What compute_coefficients gives, or Assessment.coefficients. Columns used: county, year, stage, mean, cv.

    Returns
    -------
    DataFrame
        The picked rows, one per county, year and stage that has a known coefficient; of equal ones the first. Column
        added: is_largest (no coefficient of the stage lacks data, so that none can be larger).

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"indicator": ["books", "rooms"], "mean": [9.0, np.nan], "cv": [0.2, np.nan]}
    ... )
    >>> table = table.assign(county="demo", year=2020, stage="primary")
    >>> largest_coefficients(table)[["indicator", "cv", "is_largest"]].values.tolist()
    [['books', 0.2, False]]
    """
    keys = ["county", "year", "stage"]
    known = coefficients["mean"].notna().groupby([coefficients[key] for key in keys], sort=False)
    table = coefficients.assign(is_largest=known.transform("all")).dropna(subset="cv")
    table = table.sort_values("cv", ascending=False, kind="stable").drop_duplicates(keys)
    return table.sort_index().reset_index(drop=True)


def main_contributors(shares: pd.DataFrame, coefficient, most: int) -> pd.DataFrame:
    """Pick the sections that make most of one coefficient (差异的主要来源).

    Parameters
    ----------
    shares
        What share_coefficient gives for one county and year.
    coefficient
        Has the stage and indicator that are asked for; a row of largest_coefficients for example.
    most
        How many sections at most.

    Returns
    -------
    DataFrame
        Rows of `shares`, largest share first; a section that lies at the mean contributes nothing and is left out.

    Examples
    --------
    >>> table = pd.DataFrame({"school": list("abc"), "share": [0.25, 0.0, 0.75]})
    >>> table = table.assign(stage="primary", indicator="books")
    >>> main_contributors(table, {"stage": "primary", "indicator": "books"}, 3)["school"].tolist()
    ['c', 'a']
    """
    here = (shares["stage"] == coefficient["stage"]) & (
        shares["indicator"] == coefficient["indicator"]
    )
    rows = shares[here & (shares["share"] > _NOISE)]
    return rows.sort_values("share", ascending=False, kind="stable").head(most)


def trace_lorenz(pupils, resource) -> pd.DataFrame:
    """Trace the Lorenz curve of one resource over the pupils of a county (洛伦兹曲线).

    Parameters
    ----------
    pupils
        One per section, greater than zero (人).
    resource
        The sections' totals, not all zero (人, ㎡, 元, 间).

    Returns
    -------
    DataFrame
        Poorest school first, from (0, 0) to (1, 1). Columns: pupil_share, resource_share.

    Examples
    --------
    >>> trace_lorenz([100, 100], [300, 100])["resource_share"].tolist()
    [0.0, 0.25, 1.0]
    """
    n, r = np.asarray(pupils, dtype=float), np.asarray(resource, dtype=float)
    order = np.argsort(r / n, kind="stable")
    shares = [np.concatenate([[0.0], np.cumsum(x[order]) / x.sum()]) for x in (n, r)]
    return pd.DataFrame({"pupil_share": shares[0], "resource_share": shares[1]})
