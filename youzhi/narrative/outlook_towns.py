"""Where in the county seats run short, township by township, in words and as a table."""

from __future__ import annotations

import pandas as pd

from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.outlook import STAGE_WORDS, span
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.outlooks import Outlook
from youzhi.seats import foresee_towns, judge_band, load_seat_rules
from youzhi.verdicts import CANNOT_TELL, VERDICT_WORDS

_NOWHERE = "未注明镇街"


def describe_town_seats(outlook: Outlook) -> Text:
    """Say in which townships seats run short, and in which years (镇街学位).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        Stage by stage; the assumption on which it rests comes first.
    """
    table, bands = _towns(outlook), load_seat_rules().band
    worst, names = bands[0].id, load_seat_rules().names
    told = []
    for stage, rows in table.groupby("stage", sort=False):
        full = [(town, span(years)) for town, years in _years(rows, rows["band"] == worst)]
        told.append(
            write(
                "outlook_towns.stage",
                stage=STAGE_WORDS[stage],
                towns=rows["town"].nunique(),
                full=full,
                band=names[worst],
                perhaps=[
                    (town, span(years))
                    for town, years in _years(rows, rows["band_high"] == worst)
                    if town not in dict(full)
                ],
                unknown=rows.loc[rows["band"] == CANNOT_TELL, "town"].nunique(),
            )
        )
    return paragraphs(write("outlook_towns.assumption", year=outlook.year), *told)


def tabulate_town_seats(outlook: Outlook) -> pd.DataFrame:
    """Tabulate pupils over seats by township and year, of those that leave the lowest band (镇街学位占用率).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        One row per stage and township that is above the lowest band, or cannot be told, in any year. Columns: 学段, 镇街,
        学位（个）, then one per year: pupils over seats (%), with the band where it is not the lowest.
    """
    rules = load_seat_rules()
    words = {band: word.removesuffix("预警") for band, word in rules.names.items()}
    words |= {CANNOT_TELL: VERDICT_WORDS[CANNOT_TELL]}
    lowest = rules.band[-1].id
    rows = []
    for (stage, town), own in _towns(outlook).groupby(["stage", "town"], sort=False):
        if (own["band"] == lowest).all():
            continue
        cells = {
            str(row.year): _cell(row, "" if row.band == lowest else words[row.band])
            for row in own.itertuples()
        }
        seats = own["seats"].iat[0]
        told = VERDICT_WORDS[CANNOT_TELL] if pd.isna(seats) else f"{seats:,.0f}"
        rows.append({"学段": STAGE_WORDS[stage], "镇街": town, "学位（个）": told, **cells})
    years = [str(year) for year in outlook.seats["year"].drop_duplicates()]
    return listed(pd.DataFrame(rows, columns=["学段", "镇街", "学位（个）", *years]))


def _towns(outlook: Outlook) -> pd.DataFrame:
    totals = outlook.seats[["year", "stage", "pupils", "high"]]
    towns = foresee_towns(outlook.schools, totals)
    return towns.assign(town=towns["town"].replace("", _NOWHERE))


def _years(rows: pd.DataFrame, chosen: pd.Series) -> list[tuple[str, list[int]]]:
    """Townships with the years that were chosen, those with most years first."""
    found = rows[chosen].groupby("town", sort=False)["year"].agg(list)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[1][0]))


def _cell(row, word: str) -> str:
    """A share with its band; as many decimals as show on which side of a band it lies."""
    if pd.isna(row.ratio):
        return word
    share = as_fraction(row.ratio) * 100
    printed = (round_half_up(share, places) for places in range(1, 9))
    shown = next((text for text in printed if judge_band(text, 100) == row.band), share)
    return f"{shown}% {word}".strip()
