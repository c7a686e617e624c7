"""What the data of a county say up to a date: assessments, county figures and published figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from youzhi.assessment import Assessment, assess_county
from youzhi.cards import Fact
from youzhi.commitments.periods import require_date, statistics_year
from youzhi.counties import find_county, list_years, load_county
from youzhi.county_items import CountyItems
from youzhi.standards import list_standards


@dataclass(frozen=True)
class Evidence:
    """What is known of a county up to a date (核对依据).

    Attributes
    ----------
    assessments
        Statistics year to its assessment.
    figures
        Statistics year to its county figures.
    facts
        Published figures of the county card.
    """

    assessments: Mapping[int, Assessment] = field(default_factory=dict)
    figures: Mapping[int, CountyItems] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()

    @property
    def years(self) -> list[int]:
        """Statistics years of which anything is known, sorted."""
        return sorted({*self.assessments, *self.figures})


def gather_evidence(county: str, as_of: date, data: str | Path | None = None) -> Evidence:
    """Collect what the data of a county say up to a date (收集核对依据).

    A year whose standard does not come with youzhi gives no evidence.

    Parameters
    ----------
    county
        Id or Chinese name.
    as_of
        Only statistics of 1 September up to this day are read.
    data
        See data_root.

    Returns
    -------
    Evidence
        Assessments and county figures by year, facts of the county card.

    Raises
    ------
    UsageError
        Unknown county, or as_of is not a date.
    DataError
        A table is refused; all its faults are listed.
    """
    last = statistics_year(require_date(as_of))
    card = load_county(find_county(county, data), data)
    years = [year for year in list_years(card.id, data) if year <= last]
    known = [year for year in years if card.standard_for(year) in list_standards()]
    assessments = {year: assess_county(card.id, year, data=data) for year in known}
    figures = {year: one.figures for year, one in assessments.items() if one.figures is not None}
    return Evidence(assessments, figures, tuple(card.fact))
