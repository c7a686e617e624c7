"""The conventions of the projections, from assumptions.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    label: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]


class Entry(_Part):
    """Who enters grade 1 in a year: those who reach the age by the end of the month (入学年龄)."""

    source: str
    confidence: str
    age: Count
    last_month: Annotated[int, Field(ge=1, le=12)]


class Kindergarten(_Part):
    """How many years before school are spent in kindergarten (在园年数)."""

    source: str
    confidence: str
    years: Count


class Census(_Part):
    """First day of which month a census is of, and its groups of ages, first and last (普查)."""

    source: str
    confidence: str
    month: Annotated[int, Field(ge=1, le=12)]
    groups: list[Annotated[list[int], Field(min_length=2, max_length=2)]]


class Beyond(_Part):
    """Children born after the last census: yearly spread of the county's share (普查之后出生)."""

    spread: Annotated[float, Field(ge=0)]


class Progression(_Part):
    """How recent years weigh: a year counts half of the one that is `halve` years younger (升级比权重)."""

    window: Count
    least: Count
    halve: Annotated[int | float, Field(gt=0)]


class Yardstick(_Part):
    """Over how many years the plain mean is taken (对照)."""

    years: Count


class Bands(_Part):
    """Level, draws and seed of the prediction bands; from how many cells, and how far, they are widened (预测区间)."""

    level: Share
    draws: Count
    seed: int
    cells: Count
    most: Annotated[int | float, Field(ge=1)]


class Backtest(_Part):
    """How many years ahead is tested, and how long a history must be at the first origin (回测)."""

    ahead: list[Count]
    least: Count


class Doubts(_Part):
    """Within which range a cohort of how many changes in a year, and how far a stage may be off the school table (疑点)."""

    low: Annotated[float, Field(gt=0, lt=1)]
    high: Annotated[int | float, Field(gt=1)]
    least: Count
    share: Share


class Horizon(_Part):
    """After how many years a projection is a mere example (推算年限)."""

    years: Count


class Publication(_Part):
    """How many years after it was taken a figure is known (公布时滞)."""

    lag: Annotated[int, Field(ge=0)]


class Assumptions(BaseModel):
    """All conventions of the projections (推算约定)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    entry: Entry
    kindergarten: Kindergarten
    census: Census
    beyond: Beyond
    progression: Progression
    yardstick: Yardstick
    bands: Bands
    backtest: Backtest
    publication: Publication
    doubts: Doubts
    horizon: Horizon


@cache
def load_assumptions() -> Assumptions:
    """Return the conventions of the projections (读取推算约定).

    Returns
    -------
    Assumptions
        Frozen.

    Examples
    --------
    >>> load_assumptions().entry.age
    6
    """
    text = (Path(__file__).parent / "assumptions.toml").read_text(encoding="utf-8")
    return Assumptions.model_validate(tomllib.loads(text))
