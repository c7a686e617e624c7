"""Areas of new schools by cited construction tables, exactly, and what they mean for the indicators (建设标准)."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field, StrictBool

from youzhi.errors import UsageError
from youzhi.exact import round_half_up
from youzhi.scenarios.parts import Closed, Share, Some, Unfit
from youzhi.seats import class_limits
from youzhi.standards import Confidence, Indicator, Label, Standard

TRAP_COLUMNS = [
    "table",
    "stage",
    "classes",
    "pupils",
    "area",
    "per_pupil",
    "bar",
    "short",
    "verdict",
]

# What a table measures, by the column of a school that it fills.
_GROUNDS = "sports_ground_area_m2"
_ROOMS = "teaching_area_m2"


class Table(Closed):
    """Areas of whole schools by stage and number of classes (建设标准表, ㎡)."""

    id: str
    label: Label
    measure: Literal["building_area", "sports_land", "site_land"]
    area: dict[str, dict[int, Decimal]]
    pupils_per_class: dict[str, int] = Field(default_factory=dict)
    source: str
    confidence: Confidence
    note: str = ""


class Anchor(Closed):
    """What so much building cost in one place and year (造价参考)."""

    id: str
    label: Label
    amount_yuan: int
    quantity: int
    unit: str
    year: int
    source: str
    confidence: Confidence
    note: str = ""

    @property
    def per_unit(self) -> Fraction:
        """Yuan per unit, exactly (元)."""
        return Fraction(self.amount_yuan, self.quantity)


class ConstructionTables(Closed):
    """All construction tables and cost anchors (建设标准与造价参考)."""

    table: tuple[Table, ...]
    anchor: tuple[Anchor, ...]


class Construction(Closed):
    """By which tables a new school is built (按建设标准新建).

    Attributes
    ----------
    classes
        Number of classes (个).
    building, teaching_share
        Table of building areas, and the share of its area that is teaching and auxiliary rooms: the tables cover all
        rooms, so the share is an assumption of the scenario.
    sports
        Table of sports land.
    interpolate
        Whether a straight line between two rows is allowed.
    """

    classes: Some
    building: str = ""
    teaching_share: Share | None = None
    sports: str = ""
    interpolate: StrictBool = False


@cache
def load_construction() -> ConstructionTables:
    """Load the construction tables and cost anchors (读取建设标准).

    Returns
    -------
    ConstructionTables
        Frozen, in the order of construction.toml.

    Examples
    --------
    >>> [anchor.unit for anchor in load_construction().anchor]
    ['㎡', '个学位', '个项目']
    """
    text = (Path(__file__).parent / "construction.toml").read_text(encoding="utf-8")
    return ConstructionTables.model_validate(tomllib.loads(text, parse_float=Decimal))


def construction_area(
    table: str, classes: int, stage: str, *, interpolate: bool = False
) -> Fraction:
    """Return the area that a construction table gives for a school (建设标准面积).

    Parameters
    ----------
    table
        Id in construction.toml.
    classes
        Number of classes (个).
    stage
        "primary" or "junior".
    interpolate
        Whether a number of classes between two rows is answered by a straight line, which is an assumption.

    Returns
    -------
    Fraction
        Area as the table measures it (㎡), exactly.

    Raises
    ------
    UsageError
        No such table, no such stage in it, or no row for so many classes; the message says what there is.

    References
    ----------
    The document of each table stands in construction.toml.

    Examples
    --------
    >>> construction_area("unnamed-province-sports", 24, "junior")
    Fraction(11260, 1)
    >>> construction_area("unnamed-province-sports", 27, "junior", interpolate=True)
    Fraction(11403, 1)
    """
    try:
        return _find_area(table, classes, stage, interpolate)
    except Unfit as error:
        raise UsageError(f"{error}。") from error


def cost_anchor(name: str) -> Fraction:
    """Return what one unit of building cost where it was published (造价参考, 元).

    Parameters
    ----------
    name
        Id of an anchor in construction.toml.

    Returns
    -------
    Fraction
        Yuan per unit of the anchor, exactly.

    Raises
    ------
    UsageError
        No such anchor; the message lists those that exist.

    Examples
    --------
    >>> round(cost_anchor("shanting-2017-seat"))
    15556
    """
    anchors = {anchor.id: anchor for anchor in load_construction().anchor}
    if name not in anchors:
        raise UsageError(f"没有造价参考“{name}”。已有：{'、'.join(anchors)}。")
    return anchors[name].per_unit


def building_areas(construction: Construction, stage: str) -> dict[str, Fraction]:
    """Work out the areas of a new school (新建学校面积).

    Parameters
    ----------
    construction
        Tables and number of classes.
    stage
        "primary" or "junior".

    Returns
    -------
    dict of str to Fraction
        Column of the school table to area (㎡), exactly.

    Raises
    ------
    Unfit
        A table does not fit.

    Examples
    --------
    >>> plan = Construction(classes=24, building="urban-2002-planned", teaching_share=0.5)
    >>> building_areas(plan, "junior")
    {'teaching_area_m2': Fraction(5867, 1)}
    """
    if not construction.building and not construction.sports:
        raise Unfit("construction 没有写用哪一份表", "应写 building（校舍表）或 sports（场地表）")
    if bool(construction.building) != (construction.teaching_share is not None):
        found = "construction 的 building、teaching_share 只写了一个"
        raise Unfit(found, "building 与 teaching_share（教学及辅助用房所占比例）应同时填写")
    found, classes, line = {}, construction.classes, construction.interpolate
    if construction.building:
        _require_measure(construction.building, "building_area")
        whole = _find_area(construction.building, classes, stage, line)
        found[_ROOMS] = whole * Fraction(construction.teaching_share)
    if construction.sports:
        _require_measure(construction.sports, "sports_land")
        found[_GROUNDS] = _find_area(construction.sports, classes, stage, line)
    return found


def sports_land_trap(standard: Standard) -> pd.DataFrame:
    """Say whether schools built exactly to a sports-land table reach the bar of sports area per pupil (场地陷阱).

    Full schools are meant: each class as large as the table's document plans it or, where it does not say, as the
    standard allows. Without indoor sports rooms the sports land is all they have.

    Parameters
    ----------
    standard
        Its indicator that counts sports grounds, and its class limits.

    Returns
    -------
    DataFrame
        One row per table, stage and number of classes. Columns: table (id), stage, classes (个), pupils (人), area (㎡),
        per_pupil (㎡, two decimals, halves up), bar (㎡), short (㎡ that the school lacks, 0 where it reaches the bar),
        verdict (met, not_met; taken on the exact number). Numbers are exact: int, Decimal or Fraction.

    Raises
    ------
    UsageError
        The standard has no bar for sports grounds.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> trap = sports_land_trap(load_standard("jiaodu-2017-6")).set_index(["table", "stage"])
    >>> junior = trap.loc[("unnamed-province-sports", "junior")]
    >>> [f"{value}" for value in junior["per_pupil"]], set(junior["verdict"])
    (['9.48', '9.38', '7.70', '6.75'], {'not_met'})
    """
    indicator = _sports_indicator(standard)
    limits = class_limits(standard)
    rows = []
    for table in load_construction().table:
        if table.measure != "sports_land":
            continue
        for stage in (name for name in standard.stages if name in table.area):
            per_class = table.pupils_per_class.get(stage, limits[stage])
            bar = Fraction(indicator.bar[stage])
            for classes, area in table.area[stage].items():
                pupils = classes * per_class
                reached = Fraction(area) * Fraction(indicator.per) / pupils
                short = max(bar * pupils / Fraction(indicator.per) - Fraction(area), Fraction(0))
                verdict = "met" if reached >= bar else "not_met"
                printed = round_half_up(reached, indicator.decimals)
                told = [table.id, stage, classes, pupils, area, printed]
                rows.append([*told, indicator.bar[stage], short, verdict])
    return pd.DataFrame(rows, columns=TRAP_COLUMNS)


def _sports_indicator(standard: Standard) -> Indicator:
    """The indicator that counts sports grounds."""
    found = [i for i in standard.indicator if _GROUNDS in i.numerator and i.bar]
    if not found:
        raise UsageError(f"标准 {standard.id} 没有体育运动场馆面积的标准值，不能与场地用地表比较。")
    return found[0]


def _find_table(name: str) -> Table:
    tables = {table.id: table for table in load_construction().table}
    if name not in tables:
        raise Unfit(f"没有建设标准表“{name}”", "、".join(tables))
    return tables[name]


def _require_measure(name: str, measure: str) -> None:
    """A table of sites is no table of buildings."""
    fit = [table.id for table in load_construction().table if table.measure == measure]
    if _find_table(name).measure != measure:
        raise Unfit(f"建设标准表“{name}”不是这一类面积", "、".join(fit))


def _find_area(name: str, classes: int, stage: str, interpolate: bool) -> Fraction:
    """The row itself, or a point on the line between its neighbours."""
    table = _find_table(name)
    if stage not in table.area:
        raise Unfit(f"建设标准表“{name}”没有学段 {stage}", "、".join(table.area))
    rows = table.area[stage]
    if classes in rows:
        return Fraction(rows[classes])
    known = sorted(rows)
    listing = "、".join(str(count) for count in known)
    if not known[0] < classes < known[-1]:
        raise Unfit(f"建设标准表“{name}”没有{classes}个班的规模", f"{listing}个班")
    if not interpolate:
        allowed = f"{listing}个班；要在相邻两行间按直线推算，请写 interpolate = true"
        raise Unfit(f"建设标准表“{name}”没有{classes}个班这一行", allowed)
    at = bisect_left(known, classes)
    low, high = known[at - 1], known[at]
    start, end = Fraction(rows[low]), Fraction(rows[high])
    return start + (end - start) * Fraction(classes - low, high - low)
