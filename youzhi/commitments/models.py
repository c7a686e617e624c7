"""The shape of commitments.toml, and its loader: every promise with its document and how it can be checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from youzhi.cards import explain_fault
from youzhi.columns import load_columns, load_figures
from youzhi.commitments.periods import last_day
from youzhi.counties import commitments_path, find_county
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.standards import Confidence

_SIGNS = {"at_least": "≥", "at_most": "≤", "below": "＜", "equals": "", "happens": ""}


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Closed):
    """A plan from which promises were taken; `printed_date` is what is known of a date it does not print (文件)."""

    name: str
    title: str
    date: date
    printed_date: str = ""

    @property
    def date_text(self) -> str:
        """The date, or what is known of it."""
        return self.printed_date or f"{self.date:%Y-%m-%d}"


class Amount(_Closed):
    """Where a promise starts from (基数)."""

    value: Decimal
    year: int
    printed: str = ""


class Report(_Closed):
    """What the county says has become of a promise (县级报告的进展)."""

    date: date
    value: Decimal | None = None
    done: bool | None = None
    source: str

    @model_validator(mode="after")
    def _says_one_thing(self):
        if (self.value is None) == (self.done is None):
            raise ValueError("value 与 done 应恰好填写一个")
        return self


class FromRow(_Closed):
    """Checked by rows of the evaluation table; of a resource indicator one stage, of an item one check (逐项结论)."""

    kind: Literal["row"]
    codes: Annotated[list[str], Field(min_length=1)]
    stage: str = ""
    check: str = ""


class FromSchools(_Closed):
    """Checked by counting schools of some types, perhaps only those built from a year on (学校数)."""

    kind: Literal["schools"]
    types: Annotated[list[str], Field(min_length=1)]
    built_from: int | None = None


class FromColumns(_Closed):
    """Checked by the sum of columns of the school table (学校表合计)."""

    kind: Literal["column"]
    columns: Annotated[list[str], Field(min_length=1)]


class FromFigure(_Closed):
    """Checked by one county figure, or by the share that two of them give, in percent (县级指标项)."""

    kind: Literal["figure"]
    id: str
    part: str = ""
    whole: str = ""


class FromFact(_Closed):
    """Checked by a published figure of the county card (公布数据)."""

    kind: Literal["fact"]
    id: str


class FromReports(_Closed):
    """Only the county can tell (reported), or there is nothing to check it by (none)."""

    kind: Literal["reported", "none"]


Source = FromRow | FromSchools | FromColumns | FromFigure | FromFact | FromReports


class Commitment(_Closed):
    """One promise of a plan (规划承诺).

    Attributes
    ----------
    id, kind, label
        Name; milestone, target, project or duty; our own words.
    document, source, confidence, note
        Where it stands and how surely it was read.
    due, every, start
        Last period in which it is in time ("2028", "2025-12", "2022-06-30"); "year" for a standing duty, which may
        have no last period; the first day on which it counts, that of the document when not given.
    printed_due
        As the document writes the due period, where that is no year, month or day; the note says which day was taken.
    base, value, unit, test, within
        From where to where; within is how far off "equals" may lie, half a unit of the last printed digit.
    printed
        As the document writes the value, where that is not its plain number in this unit.
    departments
        As the plan names them.
    contradicted_by
        Id of another promise, or what another place says.
    evidence, report
        How it can be checked, and what the county reported.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    kind: Literal["milestone", "target", "project", "duty"]
    label: str
    document: str
    source: str
    confidence: Confidence
    note: str = ""
    due: str
    every: Literal["", "year"] = ""
    printed_due: str = ""
    start: str = ""
    base: Amount | None = None
    value: Decimal | None = None
    within: Decimal = Decimal(0)
    unit: str = ""
    printed: str = ""
    test: Literal["at_least", "at_most", "below", "equals", "happens"]
    departments: list[str] = []
    contradicted_by: str = ""
    evidence: Annotated[Source, Field(discriminator="kind")]
    report: list[Report] = []

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(_incoherences(self))
        if faults:
            raise ValueError("；".join(faults))
        return self

    @property
    def due_date(self) -> date | None:
        """Last day on which the promise is kept in time; None for a duty without an end (期限末日)."""
        return last_day(self.due) if self.due else None

    @property
    def due_text(self) -> str:
        """The period as the document writes it, 每年 for a duty without an end."""
        parts = zip(filter(None, self.due.split("-")), "年月日", strict=False)
        words = self.printed_due or "".join(f"{int(part)}{word}" for part, word in parts)
        return "至".join(filter(None, ["每年" if self.every else "", words]))

    @property
    def target_text(self) -> str:
        """Sign and number, 完成 where something is to happen."""
        if self.value is None:
            return "完成"
        return _SIGNS[self.test] + print_number(as_fraction(self.value))


class Commitments(_Closed):
    """All promises of a county, in the order of its file (全县承诺)."""

    county: str
    document: list[Document] = []
    commitment: list[Commitment] = []

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(_disagreements(self))
        if faults:
            raise ValueError("；".join(faults))
        return self


def load_commitments(county: str, data: str | Path | None = None) -> Commitments:
    """Load what the plans of a county promise (读取规划承诺).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See data_root.

    Returns
    -------
    Commitments
        Frozen, in the order of the file; empty where the county has none.

    Raises
    ------
    UsageError
        Unknown county, or the file is not in the shape; the message names every wrong key.

    Examples
    --------
    >>> [plan.name for plan in load_commitments("huantai").document]
    ['桓政办字〔2021〕46号']
    """
    county, path = find_county(county, data), commitments_path(county, data)
    if path is None:
        return Commitments(county=county)
    try:
        text = path.read_text(encoding="utf-8")
        return Commitments(**{**tomllib.loads(text, parse_float=Decimal), "county": county})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"承诺表 {county}/commitments.toml 不是有效的 UTF-8 TOML：{error}"
        ) from error
    except ValidationError as error:
        lines = [f"{_place(fault['loc'])}：{_explain(fault)}" for fault in error.errors()]
        raise UsageError(
            f"承诺表 {county}/commitments.toml 有{len(lines)}处不合格式，请逐处改正：\n"
            + "\n".join(lines)
        ) from error


def print_number(number: Fraction) -> str:
    """Up to four decimals, without empty ones."""
    text = f"{round_half_up(number, 4):f}"
    return text.rstrip("0").rstrip(".")


def _incoherences(commitment: Commitment) -> Iterator[str]:
    """What is wrong within one promise."""
    for name in ("due", "start"):
        if getattr(commitment, name):
            yield from _period_faults(name, getattr(commitment, name))
    if not commitment.due and not commitment.every:
        yield '没有期限（due）的承诺应写 every = "year"'
    if commitment.printed_due and not (commitment.due and commitment.note):
        yield "写 printed_due 时，要写 due，并在 note 中说明 due 怎样取定"
    if (commitment.test == "happens") != (commitment.value is None):
        yield "test 为 happens 时不写 value，其余都要写 value"
    if commitment.value is not None and not commitment.unit:
        yield "有 value 就要写 unit"
    if commitment.test == "happens" and any(r.value is not None for r in commitment.report):
        yield "test 为 happens 时，report 写 done，不写 value"
    if commitment.confidence != "V" and not commitment.note:
        yield "confidence 不是 V 时，要在 note 中说明理由"
    yield from _evidence_faults(commitment.evidence)


def _period_faults(name: str, period: str) -> Iterator[str]:
    try:
        last_day(period)
    except ValueError:
        yield f"{name} 应为 2028、2025-12 或 2022-06-30 这样的写法，发现 {period!r}"


def _evidence_faults(source: Source) -> Iterator[str]:
    """Columns and school types must be those of the dictionary."""
    columns = load_columns()
    if isinstance(source, FromColumns):
        summable = {name for name, column in columns.items() if column.is_number}
        yield from (f"没有可合计的数据列 {name}" for name in source.columns if name not in summable)
    if isinstance(source, FromRow) and source.check and (source.stage or len(source.codes) > 1):
        yield "写 check 时，codes 只能有一项，也不写 stage"
    if isinstance(source, FromSchools):
        types = columns["school_type"].choices
        yield from (f"没有学校类型 {name}" for name in source.types if name not in types)
    if isinstance(source, FromFigure):
        named = [name for name in (source.id, source.part, source.whole) if name]
        yield from (f"没有县级数据项 {name}" for name in named if name not in load_figures())
        if bool(source.part) != bool(source.whole):
            yield "part 与 whole 应同时填写"


def _disagreements(commitments: Commitments) -> Iterator[str]:
    """What is wrong between the promises of one file."""
    ids = [commitment.id for commitment in commitments.commitment]
    names = [document.name for document in commitments.document]
    yield from (f"id {name} 重复" for name in sorted({i for i in ids if ids.count(i) > 1}))
    yield from (f"文件 {name} 重复" for name in sorted({n for n in names if names.count(n) > 1}))
    for commitment in commitments.commitment:
        if commitment.document not in names:
            yield f"承诺 {commitment.id} 的文件 {commitment.document} 不在 [[document]] 中"
        other = commitment.contradicted_by
        if other.isascii() and other and (other not in ids or other == commitment.id):
            yield f"承诺 {commitment.id} 的 contradicted_by 指向不存在的承诺 {other}"


def _explain(fault: ErrorDetails) -> str:
    """One fault in Chinese; those that only promises can have, then those of every card."""
    found = f"（发现 {fault['input']!r:.40}）"
    if fault["type"] == "union_tag_invalid":
        return f"kind 只能是 {fault['ctx']['expected_tags']}{found}"
    if fault["type"] == "union_tag_not_found":
        return f"缺少 kind{found}"
    if fault["type"] == "string_pattern_mismatch":
        return f"只能用小写字母、数字和连字符{found}"
    if fault["type"].startswith("date_"):
        return f"应为日期，例如 2024-05-01{found}"
    return explain_fault(fault)


def _place(location: tuple) -> str:
    """commitment.3.due, counted from 1 as a reader counts the blocks."""
    return ".".join(str(p + 1) if isinstance(p, int) else str(p) for p in location) or "全文"
