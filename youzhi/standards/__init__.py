"""The law as data: one TOML file per document, loaded into frozen models.

This module only loads and checks the shape of a file; no bar, limit, weight or year stands in Python.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from youzhi.errors import StandardError, UsageError

_FOLDER = Path(__file__).parent
Confidence = Literal["V", "S", "I", "M"]
Positive = Annotated[Decimal, Field(gt=0)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Rule):
    """A name in Chinese and in English."""

    zh: str
    en: str


class Level(Label):
    """What a county can be recognised as, 优质均衡 for example."""

    id: str


class _Sourced(_Rule):
    source: str
    confidence: Confidence
    note: str = ""


class Counting(_Sourced):
    """Which schools have a section of which stage, and what is one school (计数口径)."""

    unit: Literal["school", "campus"]
    unit_note: str = ""
    stages: dict[str, list[str]]


class Exclusion(_Sourced):
    """Who is left out of the resource indicators, and why (不计入的学校)."""

    id: str
    school_types: list[str] = []
    organiser_codes: list[int] = []
    pupils_below: int | None = None
    reason: Label


class Split(_Sourced):
    """How the shared resources of a school with several stages are divided (拆分办法)."""

    weights: dict[str, Positive]
    stages: dict[str, list[str]]
    label: Label


class Indicator(_Sourced):
    """One resource indicator: numerator over pupils, and its bar for each stage (指标)."""

    id: str
    code: str
    label: Label
    short: str
    unit: str
    gap_unit: str
    decimals: Annotated[int, Field(ge=0)]
    numerator: Annotated[list[str], Field(min_length=1)]
    subtract: list[str] = []
    shared: bool = False
    per: Positive
    bar: dict[str, Positive]


class SchoolRule(_Sourced):
    """When one school is good enough (学校达标规则)."""

    id: str
    label: Label
    met_at_least: int
    floor: Annotated[Decimal, Field(gt=0, le=1)]


class DispersionRule(_Sourced):
    """How far schools may lie apart (校际差异系数规则)."""

    id: str
    label: Label
    code: str
    limit: dict[str, Positive]
    decimals: Annotated[int, Field(ge=0)]
    weighting: Weighting


class Weighting(_Sourced):
    """By what each school counts in the coefficient; only pupils can decide (加权方式)."""

    value: Literal["pupils"]


class Years(_Rule):
    """First and last year in which something is on by default, both included."""

    first: int
    last: int
    confidence: Confidence
    note: str = ""


class Condition(_Rule):
    """What must hold for one school section; every key that is given must hold."""

    zone: str | None = None
    school_type: str | None = None
    inner_city: bool | None = None
    pupils_from: int | None = None
    pupils_below: int | None = None


class Relief(_Sourced):
    """A transitional relief: further columns that may be counted under a condition (过渡期规定)."""

    id: str
    indicator: str
    label: Label
    add: list[str]
    years: Years
    when: list[Condition]


class Part(_Sourced):
    """A part of the county verdict that needs county items, not the school table (其他评估内容)."""

    id: str
    label: Label
    items: int


class Standard(_Rule):
    """One evaluation standard (评估标准), as its file says it.

    Attributes
    ----------
    id, number, title, issuer, procedure, level
        Which document.
    stages
        Stage id to its name; the order is the order of every table.
    counting, exclusion, split
        Who counts, who is left out, how shared resources are divided.
    indicator
        The resource indicators in the order of the document.
    school_rule, dispersion_rule
        How one school and how the spread between schools is judged.
    relief
        Transitional reliefs.
    part
        Parts of the county verdict that the school table cannot answer.
    """

    id: str
    number: str
    title: str
    issuer: str
    procedure: str = ""
    level: Level
    stages: dict[str, Label]
    counting: Counting
    exclusion: list[Exclusion] = []
    split: Split
    indicator: list[Indicator]
    school_rule: SchoolRule
    dispersion_rule: DispersionRule
    relief: list[Relief] = []
    part: list[Part] = []

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(_incoherences(self))
        if faults:
            raise ValueError("；".join(faults))
        return self

    @property
    def codes(self) -> dict[str, Indicator]:
        """The indicators by id, in the order of the document."""
        return {indicator.id: indicator for indicator in self.indicator}

    @property
    def stage_names(self) -> dict[str, str]:
        """Stage ids and their Chinese names, in order (学段名称)."""
        return {stage: label.zh for stage, label in self.stages.items()}

    @property
    def indicator_names(self) -> dict[str, str]:
        """Indicator ids and code with short name, in order (指标简称)."""
        return {indicator.id: f"{indicator.code} {indicator.short}" for indicator in self.indicator}

    def relief_is_on(self, year: int) -> bool:
        """Whether any transitional relief is on by default in that year (过渡期默认是否适用)."""
        return any(relief.years.first <= year <= relief.years.last for relief in self.relief)


def _incoherences(standard: Standard):
    stages = set(standard.stages)
    ids = [indicator.id for indicator in standard.indicator]
    codes = [indicator.code for indicator in standard.indicator]
    if len(set(ids)) < len(ids) or len(set(codes)) < len(codes):
        yield "指标的 id 或 code 重复"
    for indicator in standard.indicator:
        if set(indicator.bar) != stages:
            yield f"指标 {indicator.id} 的 bar 应恰好包含学段 {sorted(stages)}"
    if set(standard.dispersion_rule.limit) != stages:
        yield f"dispersion_rule.limit 应恰好包含学段 {sorted(stages)}"
    if set(standard.counting.stages) != stages:
        yield f"counting.stages 应恰好包含学段 {sorted(stages)}"
    sharing = {stage for names in standard.split.stages.values() for stage in names}
    if not stages | sharing <= set(standard.split.weights):
        yield f"split.weights 应包含学段 {sorted(stages | sharing)}"
    for rule in standard.exclusion:
        if not (rule.school_types or rule.organiser_codes or rule.pupils_below is not None):
            yield f"exclusion {rule.id} 没有任何条件，会排除所有学校"
    if not 0 < standard.school_rule.met_at_least <= len(ids):
        yield f"school_rule.met_at_least 应在 1 与 {len(ids)} 之间"
    for relief in standard.relief:
        if relief.indicator not in ids:
            yield f"relief {relief.id} 指向不存在的指标 {relief.indicator}"


def list_standards() -> list[str]:
    """Return the ids of the standards that come with youzhi (已收录的标准).

    Returns
    -------
    list of str
        Sorted.

    Examples
    --------
    >>> "jiaodu-2017-6" in list_standards()
    True
    """
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def load_standard(name: str | Path) -> Standard:
    """Load a standard by its id, or any file in the same shape (读取评估标准).

    Parameters
    ----------
    name
        Id of a standard that comes with youzhi, or path of a TOML file in the same shape.

    Returns
    -------
    Standard
        Frozen.

    Raises
    ------
    UsageError
        No such id and no such file; the message lists the ids that exist.
    StandardError
        The file is not in the shape; the message names every wrong key.

    Examples
    --------
    >>> standard = load_standard("jiaodu-2017-6")
    >>> len(standard.indicator), standard.school_rule.met_at_least
    (7, 6)
    """
    path = _FOLDER / f"{name}.toml" if str(name) in list_standards() else Path(name)
    if path.suffix != ".toml" or not path.is_file():
        known = "、".join(list_standards())
        raise UsageError(
            f"没有评估标准“{name}”。已收录：{known}；也可以给出同样格式的 .toml 文件路径。"
        )
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _load(path: Path, _changed: int) -> Standard:
    """Parse one file; its time of change is part of the key so that an edit is seen."""
    try:
        text = path.read_text(encoding="utf-8")
        return Standard.model_validate(tomllib.loads(text, parse_float=Decimal))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StandardError(f"标准文件 {path.name} 不是有效的 UTF-8 TOML：{error}") from error
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in fault['loc']) or '全文'}：{fault['msg']}（发现 {fault['input']!r:.60}）"
            for fault in error.errors()
        ]
        raise StandardError(
            f"标准文件 {path.name} 有 {len(lines)} 处不合格式：\n" + "\n".join(lines)
        ) from error
