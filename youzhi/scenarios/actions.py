"""The kinds of actions that a scenario may hold, as frozen models (措施)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import Field, StrictBool, field_validator, model_validator

from youzhi.columns import load_columns
from youzhi.scenarios.construction import Construction, building_areas
from youzhi.scenarios.parts import (
    Amount,
    Area,
    Count,
    Degrees,
    Estate,
    Receiver,
    Slug,
    Some,
    Sourced,
    Staff,
    StaffFrom,
    Stage,
    Text,
    Transfer,
    Unfit,
    Whole,
)


class Action(Sourced):
    """What every action has (措施).

    Attributes
    ----------
    id, label
        Name, and Chinese words for a reader.
    year
        First statistics year in which it counts.
    cost_yuan, cost_source
        What it costs (元) and who says so; a cost that is not given is unknown, not zero.
    """

    id: Slug
    year: Whole
    label: str = ""
    cost_yuan: Amount | None = None
    cost_source: str = ""

    @model_validator(mode="after")
    def _cost_has_a_source(self):
        if (self.cost_yuan is None) != (not self.cost_source):
            told = "cost_source" if self.cost_yuan is None else "cost_yuan"
            raise Unfit(f"只写了 {told}", "cost_yuan 与 cost_source 应同时填写")
        return self


class Build(Estate, Action):
    """A new school, with pupils and perhaps teachers of other schools (新建)."""

    kind: Literal["build"]
    school_id: Text
    school: Text
    town: str = ""
    zone: Text
    school_type: Text
    organiser_code: Some
    boarding: StrictBool | None = None
    lon: Degrees | None = None
    lat: Degrees | None = None
    classes_primary: Some | None = None
    classes_junior: Some | None = None
    construction: Construction | None = None
    takes: Annotated[tuple[Transfer, ...], Field(min_length=1)]
    staff: dict[Stage, Staff] = Field(default_factory=dict)
    staff_from: tuple[StaffFrom, ...] = ()

    @field_validator("zone", "school_type")
    @classmethod
    def _is_in_the_dictionary(cls, value: str, info) -> str:
        _check_choices(info.field_name, [value])
        return value

    @model_validator(mode="after")
    def _is_coherent(self):
        faults = list(_build_faults(self))
        if faults:
            found, allowed = zip(*faults, strict=True)
            raise Unfit("；".join(found), "；".join(allowed))
        return self

    @property
    def classes(self) -> dict[str, int]:
        """Classes for which it is planned, by stage (个)."""
        planned = {"primary": self.classes_primary, "junior": self.classes_junior}
        if self.construction:
            planned[_single_stage(self.school_type)] = self.construction.classes
        return {stage: count for stage, count in planned.items() if count}

    @property
    def estate(self) -> dict:
        """Rooms, grounds and equipment, with the areas by the construction table worked out exactly."""
        found = self.given()
        if self.construction:
            found |= building_areas(self.construction, _single_stage(self.school_type))
        return found


class Extend(Estate, Action):
    """More classes, rooms or grounds for a school (改扩建)."""

    kind: Literal["extend"]
    school: Text
    classes_primary: Some | None = None
    classes_junior: Some | None = None

    @property
    def classes(self) -> dict[str, int]:
        """Classrooms added, by stage (个)."""
        added = {"primary": self.classes_primary, "junior": self.classes_junior}
        return {stage: count for stage, count in added.items() if count}

    @model_validator(mode="after")
    def _adds_something(self):
        if not self.given() and not self.classes:
            raise Unfit("没有写增加什么", "班、面积、教室、设备至少写一项")
        return self


class AddRooms(Action):
    """Special rooms, perhaps with new teaching area; usable area of each room (增设专用教室, ㎡)."""

    kind: Literal["add_rooms"]
    school: Text
    music_room_areas_m2: tuple[Area, ...] = ()
    art_room_areas_m2: tuple[Area, ...] = ()
    teaching_area_m2: Amount | None = None

    @model_validator(mode="after")
    def _adds_a_room(self):
        if not self.music_room_areas_m2 and not self.art_room_areas_m2:
            raise Unfit(
                "没有写增加哪种教室", "music_room_areas_m2 与 art_room_areas_m2 应至少填写一个"
            )
        return self


class Buy(Action):
    """Equipment for a school (添置设备)."""

    kind: Literal["buy"]
    school: Text
    equipment_value_yuan: Amount | None = None
    networked_classrooms: Count | None = None
    computers: Count | None = None
    books: Count | None = None

    @model_validator(mode="after")
    def _buys_something(self):
        bought = (self.equipment_value_yuan, self.networked_classrooms, self.computers, self.books)
        if not any(bought):
            raise Unfit("没有写添置什么", "设备值、多媒体教室、计算机、图书至少写一项，大于零")
        return self


class Merge(Action):
    """A school goes into another with all it has (合并).

    Attributes
    ----------
    site
        kept: its rooms and grounds go on being used; given_up: they do not count any more.
    """

    kind: Literal["merge"]
    giver: Annotated[str, Field(alias="from", min_length=1)]
    into: Text
    site: Literal["kept", "given_up"]


class Close(Action):
    """A school ends; its pupils go to others by shares, its teachers and equipment to one of them (撤并).

    Attributes
    ----------
    to
        Shares of the pupils of each stage, adding up to one; whole pupils by largest remainder.
    staff_to
        Who receives teachers and equipment; needed where there are several receivers.
    """

    kind: Literal["close"]
    school: Text
    to: Annotated[tuple[Receiver, ...], Field(min_length=1)]
    staff_to: str = ""

    @model_validator(mode="after")
    def _goes_somewhere(self):
        names = [receiver.school for receiver in self.to]
        whole = sum(receiver.share for receiver in self.to)
        if whole != 1:
            raise Unfit(f"to 中 share 合计 {whole}", "to 中各校的 share 之和应为1")
        if len(set(names)) < len(names):
            raise Unfit("to 中同一所学校写了两次", "每所接收学校只写一次")
        if not self.staff_to and len(names) > 1:
            allowed = "接收学校不止一所时应写 staff_to（教师和设备转到哪所学校）"
            raise Unfit("没有写 staff_to", allowed)
        if self.staff_to and self.staff_to not in names:
            raise Unfit(f"staff_to = {self.staff_to}", "to 中的一所学校")
        return self


class Convert(Action):
    """A school and its partner become one nine-year school on both sites (改制为九年一贯制)."""

    kind: Literal["convert"]
    school: Text
    partner: Text
    to: Literal["nine_year"]


class Rezone(Action):
    """Pupils of one stage go to another school (调整学区)."""

    kind: Literal["rezone"]
    giver: Annotated[str, Field(alias="from", min_length=1)]
    receiver: Annotated[str, Field(alias="to", min_length=1)]
    stage: Stage
    pupils: Some


class Hire(Staff, Action):
    """New teachers for a school (招聘)."""

    kind: Literal["hire"]
    school: Text
    stage: Stage


class Train(Action):
    """Teachers of a school who become of another kind too, such as backbone teachers (培养, 人)."""

    kind: Literal["train"]
    school: Text
    stage: Stage
    degree_teachers: Count = 0
    backbone_teachers: Count = 0
    arts_pe_teachers: Count = 0
    senior_title_teachers: Count = 0
    certified_teachers: Count = 0
    trained_teachers: Count = 0

    @property
    def counts(self) -> dict[str, int]:
        """Teachers more of each kind."""
        kinds = (name for name in Staff.model_fields if name != "teachers")
        return {name: getattr(self, name) for name in kinds if getattr(self, name)}

    @model_validator(mode="after")
    def _trains_somebody(self):
        if not self.counts:
            raise Unfit("没有写培养多少人", "至少一类教师的人数大于零")
        return self


class Rotate(Staff, Action):
    """Teachers of one stage go to another school (交流轮岗)."""

    kind: Literal["rotate"]
    giver: Annotated[str, Field(alias="from", min_length=1)]
    receiver: Annotated[str, Field(alias="to", min_length=1)]
    stage: Stage


class SetClassSize(Action):
    """Smaller classes from a year on: schools above the size form new ones (班额目标, 人).

    Attributes
    ----------
    zones, school_types
        Only these; all where nothing is given.
    """

    kind: Literal["set_class_size"]
    stage: Stage
    size: Some
    zones: tuple[str, ...] = ()
    school_types: tuple[str, ...] = ()

    @field_validator("zones", "school_types")
    @classmethod
    def _are_in_the_dictionary(cls, values: tuple[str, ...], info) -> tuple[str, ...]:
        _check_choices(info.field_name.removesuffix("s"), values)
        return values


AnyAction = Annotated[
    Build
    | Extend
    | AddRooms
    | Buy
    | Merge
    | Close
    | Convert
    | Rezone
    | Hire
    | Train
    | Rotate
    | SetClassSize,
    Field(discriminator="kind"),
]


def _check_choices(column: str, values: Iterable[str]) -> None:
    """Refuse what the dictionary of columns does not hold, such as a Chinese word for a choice."""
    choices = load_columns()[column].choices
    unknown = [value for value in values if value not in choices]
    if unknown:
        allowed = "、".join(f"{choice}（{label}）" for choice, label in choices.items())
        raise Unfit("、".join(unknown)[:60], f"只能是 {allowed}")


def _single_stage(school_type: str) -> str:
    """The stage of a type for which there are construction tables; "" where there is none."""
    return {"primary": "primary", "junior": "junior"}.get(school_type, "")


def _build_faults(build: Build) -> Iterator[tuple[str, str]]:
    """What is wrong within one new school, and what is allowed."""
    twice = [name for name, n in Counter(take.school for take in build.takes).items() if n > 1]
    if twice:
        yield f"takes 中 {'、'.join(twice)} 写了两次", "每所学校只写一次"
    for name in ("lon", "lat"):
        column, value = load_columns()[name], getattr(build, name)
        if value is not None and not column.min <= value <= column.max:
            yield f"{name} = {value}", f"{name} 应为{column.allowed}"
    if build.construction is None:
        return
    stage = _single_stage(build.school_type)
    if not stage:
        allowed = "construction 只用于小学和初中：其他类型没有收录建设标准，请直接写面积"
        yield f"construction，学校类型 {build.school_type}", allowed
        return
    named, classes = getattr(build, f"classes_{stage}"), build.construction.classes
    if named not in (None, classes):
        found = f"classes_{stage} 与 construction.classes 不同（{named}、{classes}）"
        yield found, "两个中只写一个"
    try:
        areas = building_areas(build.construction, stage)
    except Unfit as error:
        yield error.found, error.allowed
        return
    both = [name for name in areas if name in build.given()]
    if both:
        yield f"{'、'.join(both)} 已由 construction 给出", "同一面积只写一次"
