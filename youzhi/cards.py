"""County cards: what was published of a county, with its sources, as frozen models (县区卡).

A card is one TOML file. This module checks its shape and says in Chinese what is wrong with it; it reads no file.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from youzhi.errors import UsageError
from youzhi.standards import Confidence

# In force for a county without a card; load_standard knows what it says.
NATIONAL_STANDARD = "jiaodu-2017-6"

Text = Annotated[str, Field(min_length=1)]
# As GB/T 2260 has them; empty where nobody said.
DivisionCode = Annotated[str, Field(pattern="^([0-9]{6})?$")]


class _Card(BaseModel):
    """A part of a card; a misspelt key must not pass for one that was never written."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Published(_Card):
    """What was taken from a document: where it stands, and how sure it is."""

    source: Text
    confidence: Confidence
    note: str = ""


class Name(_Card):
    """A county's name in Chinese and, where it is known, in English."""

    zh: str
    en: str = ""


class FormerName(_Card):
    """A name that the county bore until a year, and the code that went with it if another one (曾用名)."""

    name: Text
    until: int
    code: DivisionCode = ""


class SchoolCodes(_Card):
    """How the codes of this county's schools are built, as a regular expression of the whole code (学校代码规则)."""

    pattern: Text
    source: Text

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"不是有效的正则表达式（{error}）") from error
        return pattern


class InForce(_Card):
    """Which standard a county is judged by, from which year on (现行标准)."""

    from_year: int
    id: str
    source: str = ""
    note: str = ""


class CountingUnit(_Card):
    """What counts as one school in this county (计数口径)."""

    unit: Literal["school", "campus"] | None = None
    source: str = ""
    confidence: str = ""
    note: str = ""


class Fact(_Card):
    """One published figure of the county in base units; `printed` is how the document writes it (公布数据)."""

    id: str
    year: int
    value: float | str | bool
    unit: str = ""
    printed: str = ""
    label: str
    source: str
    confidence: Confidence | Literal[""] = ""
    note: str = ""


class Target(_Published):
    """What the county's own plan asks of an item, where it differs from the standard or adds to it (地方目标).

    Attributes
    ----------
    code, check
        Item and check of the standard.
    value, bars, test, unit
        The local bar, one or one per stage, and how a value is held against it.
    counted_as, pupils_from
        Schools with fewer pupils than this, but at least so many, are funded as this many (人).
    reading
        Which reading of an ambiguous rule the plan takes.
    years
        Over how many years the rate is taken.
    """

    code: Text
    check: Text
    label: Text
    value: Decimal | None = None
    bars: dict[str, Decimal] | None = None
    test: Literal["at_least", "at_most", ""] = ""
    unit: str = ""
    counted_as: Annotated[int, Field(gt=0)] | None = None
    pupils_from: Annotated[int, Field(gt=0)] | None = None
    reading: Literal["each", "sum", ""] = ""
    years: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _asks_for_something(self):
        bar = self.value if self.bars is None else self.bars
        if bar is None and not (self.counted_as or self.reading or self.years):
            raise ValueError("应写明 value、bars、counted_as、reading、years 之一")
        if (bar is None) != (self.test == ""):
            raise ValueError("value 或 bars 应与 test 同时填写")
        if self.pupils_from and not (self.counted_as and self.pupils_from < self.counted_as):
            raise ValueError("pupils_from 应小于 counted_as")
        return self


class Department(_Published):
    """Who is responsible for an item or for a task of the plan (责任部门)."""

    code: str = ""
    task: str = ""
    names: Annotated[list[Text], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_about_something(self):
        if not (self.code or self.task):
            raise ValueError("code 与 task 应至少填写一个")
        return self


class SelfCheck(_Published):
    """One row of the county's published self-check (县自查结论).

    Attributes
    ----------
    code, printed
        Item code, and the number that the document prints.
    verdict
        Of a veto, met means that it was not triggered.
    deadline
        Year or month by which the item is to be met; empty where none is given.
    measure
        What the county says it does, in our own words.
    """

    year: int
    code: Text
    printed: Text
    verdict: Literal["met", "not_met", "not_monitored"]
    departments: list[Text] = []
    deadline: Annotated[str, Field(pattern=r"^([0-9]{4}(-[0-9]{2})?)?$")] = ""
    measure: str = ""


class Used(_Card):
    """A published figure that a claim uses, taken away where its sign is -1."""

    id: str
    year: int
    sign: Literal[1, -1] = 1


class Claim(_Published):
    """What can be recomputed from published figures (可复算的说法).

    Attributes
    ----------
    kind
        share: the first fact, a count, in per cent of the sum of the others, which may be unpublished;
        ratio and unit_cost: the first over the sum of the others, times `per`; difference: the first should
        not exceed the second; sum: the facts with their signs; growth: from the first to the second, in per cent.
    code, check
        Item and check of the standard that hang on it; empty where none does.
    printed, decimals
        What the document prints, if anything, and with how many decimals.
    """

    id: Text
    kind: Literal["share", "ratio", "difference", "sum", "growth", "unit_cost"]
    code: str = ""
    check: str = ""
    label: Text
    facts: Annotated[list[Used], Field(min_length=1)]
    printed: str = ""
    decimals: Annotated[int, Field(ge=0)] = 0
    unit: str = ""
    per: Annotated[Decimal, Field(gt=0)] = Decimal(1)

    @model_validator(mode="after")
    def _can_be_recomputed(self):
        least, most = {"share": (1, None), "difference": (2, 2), "growth": (2, 2)}.get(
            self.kind, (2, None)
        )
        if len(self.facts) < least or (most and len(self.facts) > most):
            raise ValueError(f"kind 为 {self.kind} 时 facts 的个数不对")
        if self.kind == "share" and len(self.facts) == 1 and not self.printed:
            raise ValueError("分母没有公布时应写明 printed")
        if self.kind != "sum" and any(fact.sign < 0 for fact in self.facts):
            raise ValueError("只有 kind 为 sum 时 facts 可带 sign")
        if self.check and not self.code:
            raise ValueError("写了 check 就应写 code")
        if self.printed and _decimals(self.printed) != self.decimals:
            raise ValueError("printed 应为数字，小数位数与 decimals 相同")
        return self


def _decimals(printed: str) -> int | None:
    """Digits after the point; None where it is no number."""
    try:
        return -Decimal(printed).as_tuple().exponent
    except (InvalidOperation, TypeError):
        return None


class County(_Card):
    """What is known of a county, with sources (县区卡).

    Attributes
    ----------
    id, code, name, province, city
        Folder name, administrative code and names.
    former_names, school_codes
        Names that it bore before; how the codes of its schools are built.
    standard
        Standards in force, oldest first.
    counting
        Whether schools or independent campuses are counted.
    fact
        Published figures.
    target
        Local targets that differ from the standard or add to it.
    department
        Who is responsible for what.
    self_check
        The published self-check, row by row.
    claim
        What can be recomputed from the published figures.
    stages, population, seat, town
        Further published facts, as the card writes them: years of schooling, censuses, places.
    """

    id: str
    code: DivisionCode = ""
    name: Name
    province: str = ""
    city: str = ""
    former_names: list[FormerName] = []
    school_codes: SchoolCodes | None = None
    standard: list[InForce] = []
    counting: CountingUnit = CountingUnit()
    fact: list[Fact] = []
    stages: dict[str, dict] = {}
    population: list[dict] = []
    seat: dict = {}
    town: list[dict] = []
    target: list[Target] = []
    department: list[Department] = []
    self_check: list[SelfCheck] = []
    claim: list[Claim] = []

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(_incoherences(self))
        if faults:
            raise ValueError("；".join(faults))
        return self

    @property
    def name_zh(self) -> str:
        """Chinese name."""
        return self.name.zh

    @property
    def known_names(self) -> list[str]:
        """Chinese name and former ones, each also without 县, 市 or 区 (全部名称)."""
        names = [self.name_zh, *(former.name for former in self.former_names)]
        return list(dict.fromkeys([*names, *(name[:-1] for name in names if name[:-1])]))

    @property
    def targets(self) -> list[Target]:
        """Local targets, in the order of the card (地方目标)."""
        return self.target

    @property
    def division_codes(self) -> list[str]:
        """Administrative codes of today and before, GB/T 2260, those that the card gives (行政区划代码)."""
        codes = [self.code, *(former.code for former in self.former_names)]
        return list(dict.fromkeys(filter(None, codes)))

    @property
    def primary_years(self) -> int | None:
        """Years of primary school, None where the card does not say (小学学制年数)."""
        return self.stages.get("primary", {}).get("years")

    @property
    def junior_years(self) -> int | None:
        """Years of junior school, None where the card does not say (初中学制年数)."""
        return self.stages.get("junior", {}).get("years")

    def departments_for(self, code: str) -> list[str]:
        """Departments responsible for an item by the first source of the card; empty where none is named (责任部门)."""
        return next((entry.names for entry in self.department if code and entry.code == code), [])

    def find_fact(self, name: str, year: int) -> Fact:
        """The published figure of that id and year, the first where there are several (公布数据)."""
        found = [fact for fact in self.fact if (fact.id, fact.year) == (name, year)]
        if not found:
            known = "、".join(dict.fromkeys(fact.id for fact in self.fact)) or "（没有）"
            raise UsageError(
                f"{self.name_zh}的县区卡没有{year}年的公布数据“{name}”。已有：{known}。"
            )
        return found[0]

    def standard_for(self, year: int) -> str:
        """Id of the standard in force in a year; the national one where the card says nothing (现行标准)."""
        if not self.standard:
            return NATIONAL_STANDARD
        known = [entry for entry in self.standard if entry.from_year <= year]
        if not known:
            first = min(entry.from_year for entry in self.standard)
            raise UsageError(
                f"{self.name_zh}的县区卡从{first}年起才有现行标准，没有{year}年的。请用 standard 参数指明标准。"
            )
        return max(known, key=lambda entry: entry.from_year).id


def _incoherences(card: County):
    facts = Counter((fact.id, fact.year) for fact in card.fact)
    for claim in card.claim:
        found = [facts[used.id, used.year] for used in claim.facts]
        for used, times in zip(claim.facts, found, strict=True):
            if times != 1:
                yield f"claim {claim.id} 用到的 fact {used.id}（{used.year}年）应恰有一条，现有{times}条"
        if set(found) == {1}:
            yield from _senseless(claim, [card.find_fact(u.id, u.year).value for u in claim.facts])
    for claim, times in Counter(claim.id for claim in card.claim).items():
        if times > 1:
            yield f"claim {claim} 重复"
    for (year, code), times in Counter((row.year, row.code) for row in card.self_check).items():
        if times > 1:
            yield f"self_check {year}年 {code} 重复"


def _senseless(claim: Claim, values: list):
    """Why a claim cannot be recomputed from the values of its facts."""
    if not all(type(value) is float and isfinite(value) for value in values):
        yield f"claim {claim.id} 用到的 fact 应为数"
        return
    if claim.kind == "share" and not all(value.is_integer() and value >= 0 for value in values):
        yield f"claim {claim.id} 用到的 fact 应为不小于零的整数"
    below = values[:1] if claim.kind == "growth" else values[1:]
    if claim.kind in ("share", "ratio", "unit_cost", "growth") and below and sum(below) <= 0:
        yield f"claim {claim.id} 的分母应大于零"


def parse_card(text: str, county: str) -> County:
    """Make a card of the text of its file (解析县区卡).

    Parameters
    ----------
    text
        TOML.
    county
        Folder name; the card's own id gives way to it.

    Returns
    -------
    County
        Frozen.

    Raises
    ------
    UsageError
        Not TOML, or not in the shape; the message names every wrong key.

    Examples
    --------
    >>> parse_card('name = { zh = "模拟县" }', "demo").name_zh
    '模拟县'
    """
    try:
        return County.model_validate({**tomllib.loads(text), "id": county})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"县区卡 {county}/county.toml 不是有效的 UTF-8 TOML：{error}") from error
    except ValidationError as error:
        keys = "；".join(
            f"{'.'.join(map(str, fault['loc'])) or '全文'}：{explain_fault(fault)}"
            for fault in error.errors()
        )
        raise UsageError(f"县区卡 {county}/county.toml 有误：{keys}") from error


_KIND_WORDS = {
    "int": "应为整数",
    "float": "应为数",
    "decimal": "应为数",
    "string": "应为文字",
    "bool": "应为 true 或 false",
    "list": "应为列表",
    "dict": "应为表",
    "model": "应为表",
}
_FAULT_WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这个键，请检查拼写",
    "string_too_short": "不能为空",
    "too_short": "不能为空",
    "greater_than": "数值太小",
    "greater_than_equal": "数值太小",
}


def explain_fault(fault: ErrorDetails) -> str:
    """Say one fault of a TOML file in Chinese: what is allowed, what was found.

    Parameters
    ----------
    fault
        One of pydantic's errors().

    Returns
    -------
    str
        A few words, without the place.

    Examples
    --------
    >>> explain_fault({"type": "missing", "loc": ("name",), "msg": "", "input": {}})
    '缺少这一项'
    """
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("missing", "extra_forbidden"):
        return _FAULT_WORDS[kind]
    allowed = _FAULT_WORDS.get(kind, "填法不对")
    if kind == "literal_error":
        allowed = f"只能是 {context['expected'].replace(' or ', ' 或 ')}"
    elif kind.endswith(("_type", "_parsing", "_from_float")):
        allowed = _KIND_WORDS.get(kind.partition("_")[0], allowed)
    return f"{allowed}（发现 {fault['input']!r:.40}）"
