"""Why each of several counties is judged as it is: one sentence per county, one table of counties and parts."""

from __future__ import annotations

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.comparisons import CountyComparison
from youzhi.narrative.tabulate import PART_WORDS, listed
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.verdicts import MET, VERDICT_WORDS, combine

_NOTHING = "—"


def describe_county_verdicts(comparison: CountyComparison) -> Text:
    """Say the verdict of each county and what stands against a better one (各县结论和原因).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    Text
        One paragraph per county, in the order given.
    """
    return paragraphs(
        *(
            write(
                "county_verdicts.county",
                name=comparison.names[result.one_year()[0]],
                number=result.standard.number,
                verdict=VERDICT_WORDS[result.verdict],
                reasons=_faults(result),
                some_met=(result.reasons["verdict"] == MET).any(),
            )
            for result in comparison.results
        )
    )


def _faults(result: Assessment) -> list[str]:
    """Reasons of every part that is not met or cannot be told."""
    return list(result.reasons.loc[result.reasons["verdict"] != MET, "reason"])


def tabulate_county_verdicts(comparison: CountyComparison) -> pd.DataFrame:
    """Tabulate the verdict of every county part by part (各县各部分结论).

    Parameters
    ----------
    comparison
        What compare_counties gives.

    Returns
    -------
    DataFrame
        Columns: 县区, one per part of the standards that are used, 县级结论; both stages of a part are taken together, a
        dash where the standard of a county has no such part. Counties in the order given.
    """
    words = dict(PART_WORDS)
    for result in comparison.results:
        words |= {part.id: part.label.zh for part in result.standard.part}
    judged = [
        result.reasons.groupby("part", sort=False)["verdict"].agg(combine)
        for result in comparison.results
    ]
    used = [part for part in words if any(part in verdicts for verdicts in judged)]
    rows = [
        [
            comparison.names[result.one_year()[0]],
            *(VERDICT_WORDS.get(verdicts.get(part), _NOTHING) for part in used),
            VERDICT_WORDS[result.verdict],
        ]
        for result, verdicts in zip(comparison.results, judged, strict=True)
    ]
    return listed(rows, columns=["县区", *(words[part] for part in used), "县级结论"])
