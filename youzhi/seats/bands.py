"""The bands of a published rule (学位预警等级): the rule as seats.toml states it, and in which band a share lies.

Bands are decided on whole numbers and fractions, never on a rounded ratio.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from youzhi.errors import UsageError
from youzhi.exact import exact_number
from youzhi.standards import Confidence, Label
from youzhi.verdicts import CANNOT_TELL

# Up to here a whole number times a percentage is still a whole float.
_SAFE = 2**40


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Source(_Strict):
    source: str
    confidence: Confidence
    note: str


class Rule(_Source):
    """The published rule: who issued it, and what it holds against what."""

    title: str
    issuer: str
    date: date
    place: str
    demand: Label
    supply: Label


class Basis(_Source):
    """The document that the rule itself names."""

    title: str
    number: str


class Band(_Strict):
    """One band, from its share of the supply (percent, inclusive) up to the next one."""

    id: str
    label: Label
    from_percent: int = Field(ge=0)


class Capacity(_Source):
    """Where the standard says how large a class may be."""

    item: str
    check: str
    label: Label


class Admission(_Source):
    """How the places of a first grade are reckoned."""

    label: Label


class SeatRules(_Strict):
    """All that seats.toml says (学位预警规则).

    Attributes
    ----------
    rule, basis
        The published rule and the document behind it, with source, confidence and note.
    band : list of Band
        From the highest share to the lowest.
    capacity, admission
        How places are counted here, and how sure that is.
    """

    rule: Rule
    basis: Basis
    band: list[Band]
    capacity: Capacity
    admission: Admission

    @property
    def names(self) -> dict[str, str]:
        """Chinese words of the bands, worst first."""
        return {band.id: band.label.zh for band in self.band}


@cache
def load_seat_rules() -> SeatRules:
    """Load the rule of the bands and how places are counted (读取学位预警规则).

    Returns
    -------
    SeatRules
        As in seats.toml.

    Examples
    --------
    >>> load_seat_rules().names
    {'red': '红色预警', 'yellow': '黄色预警', 'green': '绿色'}
    """
    text = (Path(__file__).parent / "seats.toml").read_text(encoding="utf-8")
    return SeatRules.model_validate(tomllib.loads(text))


def judge_band(pupils: Real | None, seats: Real | None) -> str:
    """Tell in which band a number of children against a number of places lies (学位预警等级).

    Parameters
    ----------
    pupils, seats
        Children and places (人); whole numbers, decimals, fractions, or floats as they were written. None or NaN is
        unknown.

    Returns
    -------
    str
        Id of a band of seats.toml, or "cannot_tell" where a number is unknown or nobody asks for no place at all.
        Children without any place are in the highest band.

    Raises
    ------
    UsageError
        A number is negative, infinite or no number.

    References
    ----------
    温岭市2024年主城区部分义务教育学校招生预警信息公布, as seats.toml cites it.

    Examples
    --------
    >>> [judge_band(pupils, 100) for pupils in (89, 90, 99, 100, None)]
    ['green', 'yellow', 'yellow', 'red', 'cannot_tell']
    """
    if pd.isna(pupils) or pd.isna(seats):
        return CANNOT_TELL
    try:
        children, places = exact_number(pupils), exact_number(seats)
    except ValueError:
        children, places = -1, -1
    if min(children, places) < 0:
        raise UsageError(
            f"学生数“{pupils}”、学位数“{seats}”都应是不小于0的数；请核对后改正，没有数据的留空，不要填0"
        )
    if children == places == 0:
        return CANNOT_TELL
    bands = load_seat_rules().band
    return next(band.id for band in bands if 100 * children >= band.from_percent * places)


def compare_seats(pupils: np.ndarray, seats: np.ndarray) -> dict[str, np.ndarray]:
    """Hold many numbers of children against as many numbers of places (学位比较).

    Parameters
    ----------
    pupils, seats
        As in judge_band, of one length; numeric arrays are fast, arrays of objects are judged pair by pair.

    Returns
    -------
    dict of ndarray
        free (seats less pupils, 人), ratio (pupils over seats, 1 is full; NaN without seats), band.

    Raises
    ------
    UsageError
        As judge_band.

    Examples
    --------
    >>> compare_seats(np.array([95, 80]), np.array([100, 100]))["band"].tolist()
    ['yellow', 'green']
    """
    band = _judge_bands(pupils, seats)
    pupils, seats = pupils.astype(float), seats.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = pupils / seats
    return {"free": seats - pupils, "ratio": np.where(seats > 0, ratio, np.nan), "band": band}


def _judge_bands(pupils: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """Bands of many pairs at once; a pair that is not of whole numbers is judged alone, exactly."""
    whole, known = _are_whole(pupils) & _are_whole(seats), ~(pd.isna(pupils) | pd.isna(seats))
    verdict = np.full(len(pupils), CANNOT_TELL, dtype=object)
    children, places = (numbers[whole].astype(float) for numbers in (pupils, seats))
    found = verdict[whole]
    for band in reversed(load_seat_rules().band):
        reached = 100 * children >= band.from_percent * places
        found[reached & ((children > 0) | (places > 0))] = band.id
    verdict[whole] = found
    for at in np.flatnonzero(known & ~whole):
        verdict[at] = judge_band(pupils[at], seats[at])
    return verdict


def _are_whole(numbers: np.ndarray) -> np.ndarray:
    """Which numbers are whole and so small that a float multiplies them without rounding."""
    if numbers.dtype.kind not in "iuf":
        return np.zeros(len(numbers), dtype=bool)
    return (numbers >= 0) & (numbers < _SAFE) & (numbers == np.floor(numbers))
