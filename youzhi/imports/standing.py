"""What is known of a table that stands in its county's folder: how it was cleaned, and what is odd in it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from youzhi.counties import find_county, load_county, read_county
from youzhi.imports.checking import sort_findings, year_before
from youzhi.intake.findings import tabulate_findings
from youzhi.plausibility import RULES, check_table
from youzhi.standards import load_standard


def check_county(
    county: str, year: int, standard: str | Path | None = None, data: str | Path | None = None
) -> pd.DataFrame:
    """List how the table of a county and year was cleaned, and what is odd in it (清洗与核对).

    Parameters
    ----------
    county
        Id or Chinese name.
    year
        Year of the statistics of 1 September.
    standard
        Id or file; else the one in force.
    data
        See counties.data_root.

    Returns
    -------
    DataFrame
        Columns FINDING_COLUMNS, the most serious first: what the import converted and set aside, what reading the
        table converts now, and what is odd in it now, also against the year before.

    Raises
    ------
    UsageError
        Unknown county or year.
    DataError
        The table is refused.

    Examples
    --------
    >>> sorted(set(check_county("yiyuan", 2020)["outcome"]))
    ['warn']
    """
    card = load_county(find_county(county, data), data)
    schools = read_county(card.id, year, data)
    by = load_standard(standard or card.standard_for(year))
    before, found = year_before(card, year, data)
    cleaned = schools.findings[~schools.findings["rule"].isin(list(RULES))]
    odd = tabulate_findings([*found, *check_table(schools, before, by)])
    return sort_findings(pd.concat([cleaned, odd], ignore_index=True))
