"""Deterministic pupils by grade of the demonstration counties, always marked as synthetic (模拟分年级在校生).

Place in the chain: above the synthetic school tables, to whose pupils the grades of a stage add up. Every
assumption stands in synthetic.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from zlib import crc32

import numpy as np
import pandas as pd

from youzhi.synthetic import (
    STAGES,
    apportion,
    count_births,
    load_settings,
    make_county,
    to_csv_text,
)


def make_enrolment(card: dict) -> pd.DataFrame:
    """Make the pupils by grade of one demonstration county in all years (模拟分年级在校生).

    Children of one year of birth go up one grade a year. How many they are comes from the census; years of birth
    of one age group differ by a little noise, and so does a cohort from year to year, because some pupils come,
    leave or repeat. Then the grades of a stage are brought to the pupils of that stage in all rows of the school
    table, special schools and teaching points among them, by largest remainders.

    Parameters
    ----------
    card
        A parsed county.toml. Used: what make_county uses.

    Returns
    -------
    DataFrame
        One row per year of synthetic.toml and grade, sorted. Columns: county, year, grade (1 is the first grade of
        primary school, counted on through the junior stage), pupils (人), data_kind ("synthetic").

    Raises
    ------
    UsageError
        When synthetic.toml knows no such county.

    References
    ----------
    第六次、第七次全国人口普查, as the card cites them.

    Examples
    --------
    >>> census = {"age_0": 400, "age_1_4": 2900, "age_5_9": 2300, "age_10_14": 2300}
    >>> card = {
    ...     "id": "yiyuan",
    ...     "code": "370323",
    ...     "seat": {"lon": 118.15, "lat": 36.18},
    ...     "town": [
    ...         {"name": "南麻街道", "kind": "subdistrict"},
    ...         {"name": "东里镇", "kind": "town"},
    ...     ],
    ...     "stages": {"primary": {"years": 5}, "junior": {"years": 4}},
    ...     "population": [census | {"year": 2010}, census | {"year": 2020}],
    ... }
    >>> grades = make_enrolment(card).query("year == 2020").set_index("grade")["pupils"]
    >>> schools = make_county(card, 2020)
    >>> bool(grades.loc[1:5].sum() == schools["pupils_primary"].sum())
    True
    >>> bool(grades.loc[6:9].sum() == schools["pupils_junior"].sum())
    True
    """
    plan, own = load_settings(card)
    years = range(plan["years"]["first"], plan["years"]["last"] + 1)
    ends = [0, *accumulate(card["stages"][stage]["years"] for stage in STAGES)]
    weights = _cohorts(card, plan, own["seed"], years, ends[-1])
    rows = []
    for year, weight in zip(years, weights, strict=True):
        schools = make_county(card, year)
        for stage, (start, end) in zip(STAGES, pairwise(ends), strict=True):
            parts = apportion(int(schools[f"pupils_{stage}"].sum()), weight[start:end])
            rows += [[year, start + at, count] for at, count in enumerate(parts.tolist(), 1)]
    frame = pd.DataFrame(rows, columns=["year", "grade", "pupils"])
    frame.insert(0, "county", card["id"])
    return frame.assign(data_kind="synthetic")


def demo_enrolment(cards: Iterable[dict]) -> Iterator[tuple[str, str]]:
    """Yield the pupils by grade of every demonstration county as path and text (示范分年级在校生文件).

    Parameters
    ----------
    cards
        Parsed county.toml files.

    Yields
    ------
    tuple of str
        Path below the data root, and the text as `to_csv_text` gives it: encode it as UTF-8 and
        write the bytes unchanged.

    Examples
    --------
    >>> list(demo_enrolment([]))
    []
    """
    for card in cards:
        yield f"{card['id']}/enrolment.csv", to_csv_text(make_enrolment(card))


def _cohorts(card: dict, plan: dict, seed: int, years: range, grades: int) -> np.ndarray:
    """How many children are in each grade (columns) in each year (rows), before they fit the stages."""
    settings, births = plan["enrolment"], count_births(card)
    started = np.array(years)[:, None] - np.arange(
        grades
    )  # in which year the children came to school
    first = started.min()
    count = started.max() - first + 1
    born = np.arange(count) + first - plan["cohort"]["entry_age"]
    apart = settings["birth_years"] * _stream(seed, "birth years").standard_normal(count)
    moves = settings["moves"] * _stream(seed, "moves").standard_normal((count, grades))
    sizes = np.array([births[year] for year in born]) * np.exp(apart)
    return (sizes[:, None] * np.exp(moves.cumsum(axis=1)))[started - first, np.arange(grades)]


def _stream(seed: int, name: str) -> np.random.Generator:
    """One stream per county and purpose, none that the other demonstration tables use."""
    return np.random.default_rng([seed, crc32(f"enrolment {name}".encode())])
