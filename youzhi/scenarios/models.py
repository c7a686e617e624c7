"""A scenario: where it starts, how many pupils come, what is done, as one frozen model (情景)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from pydantic import Field, model_validator

from youzhi.columns import load_columns
from youzhi.scenarios.actions import Action, AnyAction
from youzhi.scenarios.parts import Closed, Count, Slug, Some, Sourced, Stage, Text, Whole
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
            raise ValueError("mode 为 stated 时应写 [[enrolment.stated]]，其余 mode 不写")
        if len({bool(entry.stage) for entry in self.stated}) > 1:
            raise ValueError("stated 要么都写 stage，要么都不写")
        twice = Counter((entry.year, entry.stage) for entry in self.stated)
        if max(twice.values(), default=0) > 1:
            raise ValueError("stated 中同一年同一学段写了两次")
        return self


class Classes(Closed):
    """How classes follow pupils (编班).

    Attributes
    ----------
    limit
        Largest class of each stage (人); what is not given is the limit of the national standard.
    rooms
        open: classes are opened as pupils need them; fixed: no more classes than classrooms there are, which only
        building and extending add, so that classes become too large instead.
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
        faults = [f"{place}：{words}" for place, words in disagreements(self, self.action)]
        if faults:
            raise ValueError("；".join(faults))
        return self

    @property
    def file(self) -> str:
        """How messages name it."""
        return f"{self.county}/scenarios/{self.id}.toml"


def disagreements(head: Head, actions: Iterable[Action]) -> Iterator[tuple[str, str]]:
    """Tell what does not fit together in a scenario whose parts are in the shape (前后不一).

    Parameters
    ----------
    head, actions
        Those parts that are in the shape.

    Yields
    ------
    tuple of str
        Key or id of an action, and what is wrong, in Chinese.
    """
    year = load_columns()["year"]
    if not year.min <= head.base_year <= head.to <= year.max:
        yield "to", f"年份应满足 {year.min} ≤ base_year ≤ to ≤ {year.max}"
    for entry in head.enrolment.stated:
        if not head.base_year < entry.year <= head.to:
            span = f"{head.base_year + 1}—{head.to}"
            yield (
                "enrolment.stated",
                f"year 应在{span}之间（发现 {entry.year}）；基准年以学校表为准",
            )
    for name, count in Counter(entry.id for entry in head.assumption).items():
        if count > 1:
            yield "assumption", f"id {name} 重复"
    for name, count in Counter(action.id for action in actions).items():
        if count > 1:
            yield name, "措施的 id 重复"
    for action in actions:
        if not head.base_year <= action.year <= head.to:
            yield action.id, f"year 应在{head.base_year}—{head.to}之间（发现 {action.year}）"
