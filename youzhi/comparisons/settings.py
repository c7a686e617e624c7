"""How counties are put side by side, as data: size bands, levels of recognition, matters of the plans."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from youzhi.standards import Confidence


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Band(_Closed):
    """Schools from so many pupils (included) to fewer than so many (学校规模档)."""

    id: str
    label: str
    start: Annotated[int, Field(alias="from")] = 0
    below: int | None = None


class Size(_Closed):
    """All bands, the smallest first, and who chose them."""

    source: str
    confidence: Confidence
    band: list[Band]

    @model_validator(mode="after")
    def _has_neither_holes_nor_overlaps(self):
        ends = [0, *(band.below for band in self.band)]
        if [band.start for band in self.band] != ends[:-1] or ends[-1] is not None:
            raise ValueError("size bands must join: from 0 on, each from the end of the last")
        return self


class Level(_Closed):
    """A level of recognition, and which milestones belong to it (评估认定层级)."""

    id: str
    label: str
    ids: list[str]


class Matter(_Closed):
    """What a plan may settle, and where its three layers come from (规则事项)."""

    id: str
    label: str
    of: Literal[
        "standard",
        "documents",
        "facts",
        "milestones",
        "departments",
        "counting",
        "stages",
        "rules",
    ]
    level: str = ""
    facts: list[str] = []
    codes: list[str] = []
    checks: list[str] = []
    promises: list[str] = []
    tell: Literal["list", "count", "words"] = "list"
    wording: bool = False


class Settings(_Closed):
    """Everything that comparisons.toml says."""

    size: Size
    level: list[Level]
    matter: list[Matter]


@cache
def load_settings() -> Settings:
    """Load comparisons.toml (读取比较设置).

    Returns
    -------
    Settings
        Frozen.

    Examples
    --------
    >>> [band.label for band in load_settings().size.band][:2]
    ['不足100人', '100—499人']
    """
    text = Path(__file__).with_name("comparisons.toml").read_text(encoding="utf-8")
    return Settings.model_validate(tomllib.loads(text))
