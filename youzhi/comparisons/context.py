"""County cards -> what the censuses say of each county: size, children, towns."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from youzhi.cards import County
from youzhi.columns import load_columns

CONTEXT_COLUMNS = [
    *("county", "year", "population", "children", "children_share", "urban", "urban_share"),
    *("population_change", "children_change", "children_share_change", "urban_share_change"),
    *("source", "confidence", "data_kinds"),
]
_CHILDREN = ["age_0", "age_1_4", "age_5_9", "age_10_14"]


def frame_context(cards: Iterable[County]) -> pd.DataFrame:
    """Tabulate the censuses of the county cards (人口背景).

    Parameters
    ----------
    cards
        Their `population` is used.

    Returns
    -------
    DataFrame
        One row per county and census, sorted by both. Columns: population, children (0 to 14 years), urban (人),
        children_share, urban_share (of the population), population_change, children_change (relative, since the census
        before), children_share_change, urban_share_change (differences of the shares), source, confidence, data_kinds.
        What a card does not say is missing.

    Examples
    --------
    >>> from youzhi.counties import load_county
    >>> table = frame_context([load_county("yiyuan")])
    >>> table["year"].tolist()
    [2010, 2020]
    """
    rows = [[card.id, census] for card in cards for census in card.population]
    table = pd.DataFrame(
        [
            [
                county,
                census.get("year"),
                census.get("total"),
                _add(census, _CHILDREN),
                census.get("urban"),
                census.get("source", ""),
                census.get("confidence", ""),
            ]
            for county, census in rows
        ],
        columns=["county", "year", "population", "children", "urban", "source", "confidence"],
    )
    numbers = ["population", "children", "urban"]
    table = table.sort_values(["county", "year"], ignore_index=True).astype(
        dict.fromkeys(numbers, "Float64")
    )
    for part in ("children", "urban"):
        table[f"{part}_share"] = table[part] / table["population"]
    before = table.groupby("county", sort=False)[
        [*numbers, "children_share", "urban_share"]
    ].shift()
    for name in ("population", "children"):
        table[f"{name}_change"] = table[name] / before[name] - 1
    for name in ("children_share", "urban_share"):
        table[f"{name}_change"] = table[name] - before[name]
    counts = dict.fromkeys(numbers, "Int64")
    real = load_columns()["data_kind"].choices["real"]
    return table.assign(data_kinds=real).astype(counts)[CONTEXT_COLUMNS]


def _add(census: dict, names: list[str]) -> int | None:
    """The sum, missing when a part is."""
    parts = [census.get(name) for name in names]
    return None if None in parts else sum(parts)
