"""The parts of which a scenario file is made: kinds of numbers and names, and what every part has."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from youzhi.columns import load_columns

STAGES = ("primary", "junior")


class Unfit(ValueError):
    """What was found in a part of a scenario, and what is allowed instead (不合写法)."""

    def __init__(self, found: str, allowed: str):
        self.found, self.allowed = found, allowed
        super().__init__(f"{found}；允许：{allowed}")


def show_value(value) -> str:
    """Show what stands in a file, without the forms of Python (所填的值).

    Parameters
    ----------
    value
        As tomllib reads it.

    Returns
    -------
    str
        At most 60 characters.

    Examples
    --------
    >>> show_value(True), show_value({"school": "甲"}), show_value([1, 2])
    ('true', '一个表（school）', '2项的列表')
    """
    if isinstance(value, dict):
        return f"一个表（{'、'.join(value)}）"[:60]
    if isinstance(value, list | tuple):
        return f"{len(value)}项的列表"
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]


# More than any column may hold is a slip of the pen.
_MOST = max(int(column.max) for column in load_columns().values() if column.is_number)


def _as_decimal(written):
    """A number as it was written; a float stands for its shortest decimal text."""
    if isinstance(written, float):
        return Decimal(repr(written))
    if isinstance(written, bool) or not isinstance(written, int | Decimal):
        raise Unfit(show_value(written), "应为数，不加引号")
    return Decimal(written)


Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Whole = Annotated[int, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=_MOST)]
Some = Annotated[int, Strict(), Field(gt=0, le=_MOST)]
Amount = Annotated[Decimal, BeforeValidator(_as_decimal), Field(ge=0, le=_MOST)]
Area = Annotated[Decimal, BeforeValidator(_as_decimal), Field(gt=0, le=_MOST)]
Share = Annotated[Decimal, BeforeValidator(_as_decimal), Field(gt=0, le=1)]
Degrees = Annotated[Decimal, BeforeValidator(_as_decimal)]
Stage = Literal["primary", "junior"]


class Closed(BaseModel):
    """A part of a scenario; a misspelt key must not pass for one that was never written."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sourced(Closed):
    """A published fact with its document and item, or an assumption with its reason."""

    evidence: Literal["fact", "assumption"]
    source: Text
    note: str = ""


class Staff(Closed):
    """Teachers who come or go (人); a kind that is not given is unknown of them, not zero (教师)."""

    teachers: Some
    degree_teachers: Count
    backbone_teachers: Count
    arts_pe_teachers: Count
    senior_title_teachers: Count | None = None
    certified_teachers: Count | None = None
    trained_teachers: Count | None = None

    @model_validator(mode="after")
    def _are_teachers(self):
        kinds = {name: getattr(self, name) for name in Staff.model_fields if name != "teachers"}
        more = [name for name, count in kinds.items() if count and count > self.teachers]
        if more:
            found = "、".join(f"{name} = {getattr(self, name)}" for name in more)
            raise Unfit(found, f"不大于 teachers（{self.teachers}）")
        return self


class StaffFrom(Staff):
    """Teachers who come from another school (调入)."""

    school: Text
    stage: Stage


class Transfer(Closed):
    """Pupils who come from another school (转入学生, 人)."""

    school: Text
    primary: Count = 0
    junior: Count = 0

    @model_validator(mode="after")
    def _moves_somebody(self):
        if not self.primary + self.junior:
            raise Unfit("primary、junior 都是零", "至少有一个大于零")
        return self


class Receiver(Closed):
    """Which share of its pupils another school receives (接收学校)."""

    school: Text
    share: Share = Decimal(1)


class Estate(Closed):
    """Rooms, grounds and equipment. To a new school: what is not given is unknown; to another: nothing is added."""

    teaching_area_m2: Amount | None = None
    indoor_sports_area_m2: Amount | None = None
    sports_ground_area_m2: Amount | None = None
    other_sports_area_m2: Amount | None = None
    networked_classrooms: Count | None = None
    music_room_areas_m2: tuple[Area, ...] = ()
    art_room_areas_m2: tuple[Area, ...] = ()
    equipment_value_yuan: Amount | None = None
    computers: Count | None = None
    books: Count | None = None

    @model_validator(mode="after")
    def _indoor_sports_are_rooms(self):
        by_table = getattr(self, "construction", None) is not None
        if not by_table and (self.indoor_sports_area_m2 or 0) > (self.teaching_area_m2 or 0):
            found = f"indoor_sports_area_m2 = {self.indoor_sports_area_m2}"
            rooms = self.teaching_area_m2 if self.teaching_area_m2 is not None else "没有写"
            allowed = (
                f"不大于 teaching_area_m2（{rooms}）：室内体育用房已含在其中，与事业统计同口径"
            )
            raise Unfit(found, allowed)
        return self

    def given(self) -> dict:
        """What was given, by column; areas of rooms as a tuple."""
        values = {name: getattr(self, name) for name in Estate.model_fields}
        return {name: value for name, value in values.items() if value not in (None, ())}
