"""Seats of townships in years to come: each keeps its share of the pupils and the classes that it has (分镇街预警)."""

from __future__ import annotations

import pandas as pd

from youzhi.errors import UsageError
from youzhi.seats.bands import compare_seats

FORESIGHT_COLUMNS = ["county", "year", "stage", "town", "pupils", "high", "seats"]
FORESIGHT_COLUMNS += ["free", "ratio", "band", "band_high"]


def foresee_towns(schools: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Hold the pupils of every township in years to come against its seats (分镇街学位预警).

    Nobody has published where children will live. Every township keeps the share of the pupils of its stage that it has
    in the table of schools, and its seats; that is an assumption, and pupils who move to town are not in it.

    Parameters
    ----------
    schools
        What measure_seats gives by school, of one county and year.
    totals
        Pupils of the county by year and stage, in schools with seats; columns year, stage, pupils, high (人).

    Returns
    -------
    DataFrame
        One row per county, year, stage and town, sorted by stage as in `schools`, town and year. Columns: pupils, high
        (at the upper side of the projection), seats (人), free (seats less pupils), ratio (pupils over seats), band and
        band_high (of seats.toml, of pupils and of high). Missing where a school of the town or a total is.

    Raises
    ------
    UsageError
        The table of schools is about several counties or years.

    Examples
    --------
    >>> schools = pd.DataFrame(
    ...     {"county": "demo", "year": 2025, "stage": "primary", "town": ["甲镇", "乙镇"]}
    ...     | {"pupils": [90, 60], "seats": [90, 90]}
    ... )
    >>> totals = pd.DataFrame({"year": [2026], "stage": "primary", "pupils": [100], "high": [160]})
    >>> foresee_towns(schools, totals)[["town", "pupils", "band", "band_high"]].values.tolist()
    [['乙镇', 40.0, 'green', 'green'], ['甲镇', 60.0, 'green', 'red']]
    """
    if len(schools[["county", "year"]].drop_duplicates()) != 1:
        raise UsageError("分镇街推算一次只看一个县一年的学校学位；请先选出一个县和年度。")
    keys = ["county", "stage", "town"]
    own = schools.groupby(keys, sort=False)[["pupils", "seats"]].agg(_whole_sum).reset_index()
    whole = schools.groupby("stage", sort=False)["pupils"].agg(_whole_sum).rename("whole")
    share = own["pupils"] / own["stage"].map(whole)
    table = own[[*keys, "seats"]].assign(share=share).merge(totals, on="stage")
    table = table.assign(
        pupils=table["pupils"] * table["share"], high=table["high"] * table["share"]
    )
    high = compare_seats(table["high"].to_numpy(), table["seats"].to_numpy())["band"]
    held = compare_seats(table["pupils"].to_numpy(), table["seats"].to_numpy())
    order = {stage: at for at, stage in enumerate(schools["stage"].drop_duplicates())}
    table = table.assign(**held, band_high=high, place=table["stage"].map(order))
    return table.sort_values(["place", "town", "year"], ignore_index=True)[FORESIGHT_COLUMNS]


def _whole_sum(numbers: pd.Series) -> float:
    """Sum that is missing where a part is."""
    return float(numbers.sum(skipna=False))
