"""A scenario: where it starts, how many pupils come, what is done, as one frozen model (情景)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, model_validator

from youzhi.columns import load_columns
from youzhi.scenarios.actions import Action, AnyAction
from youzhi.scenarios.parts import (
    Closed,
    Count,
    Slug,
    Some,
    Sourced,
    Stage,
    Text,
    Unfit,
    Whole,
)
from youzhi.standards import Label


class Assumption(Sourced):
    """What the scenario rests on beside its actions (前提)."""

    id: Slug
    text: Text


class Stated(Sourced):
    """Pupils of one stage, or of both together, in one year (在校生总数, 人)."""

    year: Whole
    stage: Stage | Literal[""] = ""
    pupils: Count


class Enrolment(Closed):
    """How many pupils come (入学变化).

    Attributes
    ----------
    mode
        constant: as in the base year; outlook: totals of an enrolment outlook, handed in when the scenario is
        applied; stated: the figures below, joined by straight lines from the base year on, constant after the last.
    stated
        Years after the base year. Without a stage, of both stages, divided as in the base year.
    """

    mode: Literal["constant", "outlook", "stated"] = "constant"
    stated: tuple[Stated, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self):
        if (self.mode == "stated") != bool(self.stated):
            found = f"mode 为 {self.mode}，{'有' if self.stated else '没有'} [[enrolment.stated]]"
            raise Unfit(found, "mode 为 stated 时应写 [[enrolment.stated]]，其余 mode 不写")
        if len({bool(entry.stage) for entry in self.stated}) > 1:
            raise Unfit("stated 有的写了 stage，有的没有写", "要么都写 stage，要么都不写")
        counts = Counter((entry.year, entry.stage) for entry in self.stated)
        twice = [f"{year} {stage}".strip() for (year, stage), n in counts.items() if n > 1]
        if twice:
            raise Unfit(f"stated 中 {'、'.join(twice)} 写了两次", "同一年同一学段只写一次")
        return self


class Classes(Closed):
    """How classes follow pupils (编班).

    Attributes
    ----------
    limit
        Largest class of each stage (人); what is not given is the limit of the national standard.
    rooms
        open: beyond the classrooms there are, one is opened where the limit or a size asked for demands it; fixed: no
        more classes than classrooms, which only building and extending add, so that classes become too large instead.
    """

    limit: dict[Stage, Some] = Field(default_factory=dict)
    rooms: Literal["open", "fixed"] = "open"


class Head(Closed):
    """What a scenario says beside its actions."""

    id: Slug
    county: Text
    title: Label
    base_year: Whole
    to: Whole
    summary: Text
    source: Text
    assumption: tuple[Assumption, ...] = ()
    enrolment: Enrolment = Enrolment()
    classes: Classes = Classes()


class Scenario(Head):
    """Dated actions on the schools of one county (情景).

    Attributes
    ----------
    id, county, title, summary, source
        Name, county, words and documents.
    base_year, to
        Statistics year of the table that it starts from, and its last year.
    assumption
        What it rests on beside its actions.
    enrolment, classes
        How many pupils come, and how classes follow them.
    action
        In the order in which they are done within a year.
    """

    action: tuple[AnyAction, ...] = ()

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(disagreements(self, enumerate(self.action)))
        if faults:
            _, keys, found, allowed = zip(*faults, strict=True)
            pairs = zip(keys, found, strict=True)
            raise Unfit("；".join(f"{k} {f}" for k, f in pairs), "；".join(allowed))
        return self

    @property
    def file(self) -> str:
        """How messages name it."""
        return f"{self.county}/scenarios/{self.id}.toml"


def disagreements(
    head: Head, actions: Iterable[tuple[int, Action]]
) -> Iterator[tuple[int | None, str, str, str]]:
    """Tell what does not fit together in a scenario whose parts are in the shape (前后不一).

    Parameters
    ----------
    head
        In the shape.
    actions
        Those that are in the shape, each with its position in the file, counted from 0.

    Yields
    ------
    tuple
        Position of the action (None for the head), key, what was found, what is allowed; words are Chinese.
    """
    actions, fresh = list(actions), "没有用过的 id"
    for at, name in _repeated(enumerate(entry.id for entry in head.assumption)):
        yield None, f"assumption.{at + 1}.id", name, fresh
    for at, name in _repeated((at, action.id) for at, action in actions):
        yield at, "id", name, fresh
    year, first, last = load_columns()["year"], head.base_year, head.to
    if not year.min <= first <= last <= year.max:
        allowed = f"{year.min} ≤ base_year ≤ to ≤ {year.max}"
        yield None, "base_year、to", f"base_year = {first}，to = {last}", allowed
        return
    for at, entry in enumerate(head.enrolment.stated):
        if not first < entry.year <= last:
            allowed = f"{first + 1}—{last}的年份；基准年以学校表为准"
            yield None, f"enrolment.stated.{at + 1}.year", str(entry.year), allowed
    for at, action in actions:
        if not first <= action.year <= last:
            yield at, "year", str(action.year), f"{first}—{last}的年份"


def _repeated(names: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Positions and names that came up before."""
    seen: set[str] = set()
    for at, name in names:
        if name in seen:
            yield at, name
        seen.add(name)
