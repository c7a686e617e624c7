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
    private_codes: list[int] = []
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
    """One resource indicator: numerator over pupils, and its bar for each stage, where there are bars (指标)."""

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
    bar: dict[str, Positive] = {}


class SchoolRule(_Sourced):
    """When one school is good enough (学校达标规则)."""

    id: str
    label: Label
    met_at_least: int
    floor: Annotated[Decimal, Field(gt=0, le=1)]


class DispersionRule(_Sourced):
    """How far schools may lie apart: each coefficient, or the mean of all of them (校际差异系数规则)."""

    id: str
    kind: Literal["each", "composite"]
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
    """What must hold for a school; every key that is given must hold (条件)."""

    school_types: list[str] = []
    zones: list[str] = []
    public: bool | None = None
    boarding: bool | None = None
    inner_city: bool | None = None
    pupils_from: int | None = None
    pupils_below: int | None = None
    built_by: int | None = None
    largest_class_below: int | None = None
    migrant_share_above: Positive | None = None


class Relief(_Sourced):
    """A transitional relief: further columns that may be counted under a condition (过渡期规定)."""

    id: str
    indicator: str
    label: Label
    add: list[str]
    years: Years
    when: list[Condition]


Bar = Annotated[Decimal, Field(ge=0)] | dict[str, Annotated[Decimal, Field(ge=0)]]


class BarRelief(_Sourced):
    """A transitional relief of an item: a softer bar under a condition, and the duty it carries (过渡期放宽)."""

    id: str
    label: Label
    years: Years
    when: Annotated[list[Condition], Field(min_length=1)]
    bar: Bar
    duty: str = ""


class _Check(_Rule):
    """What every check of an item has.

    `scope` names the schools it is about, any one condition is enough; `unit_counted` "school" adds campuses up into
    their schools although the county counts campuses.
    """

    id: str
    label: Label
    note: str = ""
    unit_counted: Literal["", "school"] = ""


class Finding(_Check):
    """A check that somebody made by hand, from documents or on the spot (认定)."""

    kind: Literal["finding"]
    figure: str
    good: str

    @property
    def asks(self) -> list[str]:
        """Columns and county figures that it rests on."""
        return [self.figure]

    @property
    def reliefs(self) -> list[BarRelief]:
        """None: nobody can find a softer fact."""
        return []


class Ratio(_Check):
    """A check that compares a number or a ratio with a bar (计算).

    Attributes
    ----------
    over
        "county" (sums over the schools in scope, or county figures), "school", "section" (a stage of a
        school, `{stage}` in the names) or "subject" (`{subject}` in the names).
    numerator, subtract, denominator, less
        Columns or county figures: (numerator - subtract) / (denominator - less) · per.
    test, bar, against
        How the value is held against the bar, or against the sum of county figures.
    stated
        A county figure that stands for the value where the counts are missing.
    is_part
        The numerator is a part of the denominator in every school; where it is larger, the data contradict themselves.
    scope, when_none
        Which schools; the verdict when there is none, or when all counts are zero.
    gap_unit
        Unit of what is missing, where the least repair is a whole number of something.
    """

    kind: Literal["ratio"]
    over: Literal["county", "school", "section", "subject"]
    numerator: Annotated[list[str], Field(min_length=1)]
    subtract: list[str] = []
    denominator: list[str] = []
    less: list[str] = []
    per: Positive = Decimal(1)
    unit: str
    gap_unit: str = ""
    decimals: Annotated[int, Field(ge=0)]
    test: Literal["at_least", "at_most", "below"]
    bar: Bar | None = None
    against: list[str] = []
    stated: str = ""
    is_part: bool = False
    scope: list[Condition] = []
    when_none: Literal["met", "cannot_tell"] = "cannot_tell"
    relief: list[BarRelief] = []

    @model_validator(mode="after")
    def _has_one_bar(self):
        if (self.bar is None) == (not self.against):
            raise ValueError("bar 与 against 应恰有一个")
        return self

    @property
    def asks(self) -> list[str]:
        """Columns and county figures that it rests on, as they are named in the file."""
        return [*self.numerator, *self.subtract, *self.denominator, *self.less, *self.against]

    @property
    def reliefs(self) -> list[BarRelief]:
        """Its transitional reliefs."""
        return self.relief


class Rooms(_Check):
    """Special rooms: so many per so many classes, each of at least some area (专用教室).

    Attributes
    ----------
    per_classes
        One room of each kind for every so many classes, or part of them.
    bar
        Column with the areas of the single rooms to the least area (㎡).
    reading, readings
        "each" kind of room for itself, or the "sum" of all kinds; the readings a text allows.
    """

    kind: Literal["rooms"]
    over: Literal["school"] = "school"
    per_classes: Annotated[int, Field(gt=0)]
    bar: dict[str, Positive]
    unit: str
    gap_unit: str
    reading: Literal["each", "sum"]
    readings: list[Literal["each", "sum"]] = []
    scope: list[Condition] = []
    when_none: Literal["met", "cannot_tell"] = "met"
    relief: list[BarRelief] = []

    @property
    def asks(self) -> list[str]:
        """Columns and county figures that it rests on."""
        return list(self.bar)

    @property
    def reliefs(self) -> list[BarRelief]:
        """Its transitional reliefs."""
        return self.relief


Check = Annotated[Finding | Ratio | Rooms, Field(discriminator="kind")]


class Item(_Sourced):
    """One item of the parts that are not resource indicators: a guarantee, a quality, a veto (评估项).

    Attributes
    ----------
    code
        As the document numbers it, with the row in brackets where one number has several rows.
    evidence
        What it is known from: the schools' table, county figures, documents, or somebody's judgement.
    check
        All must be met; with `join` "evidence" each is another sign of the same fact, and one that is
        known is enough.
    """

    id: str
    code: str
    part: str
    label: Label
    short: str
    evidence: Literal["schools", "figures", "document", "judgement"]
    join: Literal["all", "evidence"] = "all"
    check: Annotated[list[Check], Field(min_length=1)]


class Part(_Sourced):
    """A part of the county verdict that needs county items, not the school table (其他评估内容)."""

    id: str
    label: Label
    items: int
    veto: bool = False


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
        How one school and how the spread between schools is judged; a standard whose bars are not known has no
        school rule.
    relief
        Transitional reliefs.
    part
        Parts of the county verdict beside schools and dispersion.
    item
        The items of those parts, in the order of the document.
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
    school_rule: SchoolRule | None = None
    dispersion_rule: DispersionRule
    relief: list[Relief] = []
    part: list[Part] = []
    item: list[Item] = []

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

    @property
    def veto_parts(self) -> list[str]:
        """Ids of the parts whose items are vetoes (否决性指标)."""
        return [part.id for part in self.part if part.veto]

    def items_of(self, part: str) -> list[Item]:
        """The items of one part, in the order of the document."""
        return [item for item in self.item if item.part == part]

    def relief_is_on(self, year: int) -> bool:
        """Whether any transitional relief is on by default in that year (过渡期默认是否适用)."""
        return any(rule.years.first <= year <= rule.years.last for rule in self.reliefs)

    @property
    def reliefs(self) -> list[Relief | BarRelief]:
        """All transitional reliefs, of indicators and of items (过渡期规定)."""
        checks = [check for item in self.item for check in item.check]
        return [*self.relief, *(rule for check in checks for rule in check.reliefs)]


def _incoherences(standard: Standard):
    stages = set(standard.stages)
    ids = [indicator.id for indicator in standard.indicator]
    codes = [indicator.code for indicator in standard.indicator]
    if len(set(ids)) < len(ids) or len(set(codes)) < len(codes):
        yield "指标的 id 或 code 重复"
    for indicator in standard.indicator:
        if standard.school_rule and set(indicator.bar) != stages:
            yield f"指标 {indicator.id} 的 bar 应恰好包含学段 {sorted(stages)}"
        if indicator.bar and not standard.school_rule:
            yield f"指标 {indicator.id} 有 bar，却没有 school_rule 说明如何判定"
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
    if standard.school_rule and not 0 < standard.school_rule.met_at_least <= len(ids):
        yield f"school_rule.met_at_least 应在 1 与 {len(ids)} 之间"
    yield from _item_incoherences(standard)
    for relief in standard.relief:
        if relief.indicator not in ids:
            yield f"relief {relief.id} 指向不存在的指标 {relief.indicator}"


def _item_incoherences(standard: Standard):
    parts = {part.id: part for part in standard.part}
    codes = [item.code for item in standard.item] + [item.code for item in standard.indicator]
    if len(set(codes)) < len(codes):
        yield "指标与评估项的 code 重复"
    for item in standard.item:
        if item.part not in parts:
            yield f"评估项 {item.code} 属于不存在的部分 {item.part}"
    for part in standard.part:
        numbers = {item.code.partition("(")[0] for item in standard.items_of(part.id)}
        if standard.item and len(numbers) != part.items:
            yield f"部分 {part.id} 应有{part.items}项，实有{len(numbers)}项"


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
