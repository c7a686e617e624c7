"""Classes by size and rooms by area: what bands prove, and what they cannot tell."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import load_form
from youzhi.intake.vertical.layout import Line
from youzhi.intake.vertical.record import FormRecord, decimal_text
from youzhi.intake.vertical.sums import tell_blank


class _Band(NamedTuple):
    low: int
    high: int | None
    number: Fraction
    cell: RawCell


def fill_class_bands(form: FormRecord) -> None:
    """Fill oversize classes and the largest class of every stage as far as the bands prove them (班额分档).

    The bands must add up to the number of classes. Those of a school with several stages prove something only where no
    class is above the lowest limit of its stages. The upper limit of the highest band stands for the largest class only
    where it is within the limit and the band lies on one side of the limit for small classes; otherwise the largest
    class is set aside.

    Parameters
    ----------
    form
        What it says of classes itself stays.
    """
    lines = form.having("band", "classes")
    shared = form.peek("school_type") in load_form().shared["types"]
    if not any(line.cell.text for line in lines) or not (form.stage or shared):
        for line in lines:
            form.check(line)
        return
    total = form.peek("classes_{stage}")
    if form.stage:
        stated = form.peek(f"classes_{form.stage}")
        total = total if stated is None else stated
    bands = _read_bands(form, lines, total)
    if bands is None:
        return
    if total is not None and sum(band.number for band in bands) != total:
        found = f"分档合计{_sum_of(bands)}，班级总数{decimal_text(total)}"
        form.tell("D06f", lines[0].cell, found)
        return
    if not form.stage and not _within_all_limits(bands):
        _tell_unsplit(form, bands)
        return
    for stage in form.compulsory:
        _fill_oversize(form, bands, stage)
    _fill_largest(form, bands)


def fill_room_bands(form: FormRecord) -> None:
    """Fill the areas of music and art rooms with the lower limits of their bands (音乐、美术教室面积分档).

    Rooms below the lowest band are listed with 0 ㎡, which no bar counts; where a lower bar may hold, the areas are
    set aside.

    Parameters
    ----------
    form
        Areas that it gives room by room stay.
    """
    for field in ("music_room_areas_m2", "art_room_areas_m2"):
        lines, totals = form.having("band", field), form.having("count", field)
        given = any(line.cell.text for line in (*lines, *totals))
        if given and field not in form.cells:
            _fill_rooms(form, field, lines, totals)


def _within_all_limits(bands: list[_Band]) -> bool:
    """Whether no class is above the limit of any stage."""
    least = min(load_form().class_bands["limit"].values())
    return all(band.high is not None and band.high <= least for band in bands if band.number)


def _tell_unsplit(form: FormRecord, bands: list[_Band]) -> None:
    """Bands of a whole school do not say in which stage its large classes are."""
    given = [name for name in form.cells if name.startswith(("largest_class_", "oversize_"))]
    if not given:
        found = "、".join(
            f"{band.cell.place.column}{decimal_text(band.number)}" for band in bands if band.number
        )
        form.tell("K10f", bands[0].cell, found)


def _read_bands(form: FormRecord, lines: list[Line], total: Fraction | None) -> list[_Band] | None:
    """The bands; blank ones are zero where the others make up the total. None where one cannot be told."""
    filled = [line for line in lines if line.cell.text]
    values = [form.check(line) for line in filled]
    if None in values:
        return None  # its own finding tells why
    given = {line.entry.label for line in filled}
    field = lines[0].entry.band
    blank = [
        entry.label
        for entry in load_form().entries
        if entry.band == field and entry.label not in given
    ]
    if blank:
        if total is None or sum(values) != total:
            tell_blank(form, lines, blank)
            return None
        first = next((line for line in lines if not line.cell.text), lines[0])
        form.tell("N11g", first.cell, f"没有填：{'、'.join(blank)}", became="0")
    return [
        _Band(*line.entry.limits, value, line.cell)
        for line, value in zip(filled, values, strict=True)
    ]


def _sum_of(bands: list[_Band]) -> str:
    return decimal_text(sum((band.number for band in bands), Fraction(0)))


def _fill_oversize(form: FormRecord, bands: list[_Band], stage: str) -> None:
    limit = load_form().class_bands["limit"][stage]
    over = [band for band in bands if band.low > limit]
    place = (over or bands)[0].cell.place
    form.cells.setdefault(f"oversize_classes_{stage}", RawCell(_sum_of(over), place))


def _fill_largest(form: FormRecord, bands: list[_Band]) -> None:
    """The upper limit of the highest band, where no rule can tell it from the true number."""
    known = load_form().class_bands
    fields = [f"largest_class_{stage}" for stage in form.compulsory]
    full = [band for band in bands if band.number]
    if not full or all(field in form.cells for field in fields):
        return
    top = max(full, key=lambda band: band.low)
    high, pupils = top.high, form.pupils()
    if high is not None and pupils is not None and pupils >= top.low:
        high = min(high, int(pupils))  # no class is larger than its school
    if high is not None and top.low < known["small"] <= high:
        small = False if _is_not_small(form) else form.answer("small_classes")
        high = {True: known["small"] - 1, False: high}.get(small)
    if high is None or high > min(known["limit"][stage] for stage in form.compulsory):
        form.tell("D06g", top.cell, f"{top.cell.place.column}：{decimal_text(top.number)}")
        return
    form.tell("D06h", top.cell, f"最大的班在“{top.cell.place.column}”一档", became=str(high))
    for field in fields:
        form.cells.setdefault(field, RawCell(str(high), top.cell.place))


def _is_not_small(form: FormRecord) -> bool:
    """Whether zone or pupils prove that the school is no small rural one, whatever its classes."""
    small, zone, pupils = load_form().room_bands["small"], form.peek("zone"), form.pupils()
    elsewhere = zone is not None and zone not in small["zones"]
    return elsewhere or (pupils is not None and pupils >= small["pupils_below"])


def _fill_rooms(form: FormRecord, field: str, lines: list[Line], totals: list[Line]) -> None:
    values = [form.check(line) for line in totals if line.cell.text]
    if None in values:
        return  # its own finding tells why
    if not lines or not values:
        parts = [*totals, *lines]
        given = {line.entry.label for line in parts if line.cell.text}
        wanted = [e.label for e in load_form().entries if field in (e.count, e.band)]
        tell_blank(form, parts, [label for label in wanted if label not in given])
        return
    total, cell = values[0], totals[0].cell
    bands = _read_bands(form, lines, total)
    if bands is None:
        return
    rest = total - sum(band.number for band in bands)
    if rest < 0:
        form.tell("D06j", cell, f"总间数{decimal_text(total)}，分档合计{_sum_of(bands)}")
        return
    if rest and not _below_is_short(form):
        form.tell("D06l", cell, f"{decimal_text(rest)}间低于最低一档")
        return
    ordered = sorted(bands, key=lambda band: -band.low)
    areas = [str(band.low) for band in ordered for _ in range(int(band.number))]
    text = ";".join([*areas, *["0"] * int(rest)]) or "0"
    found = f"{cell.place.column}{decimal_text(total)}"
    form.tell("D06m" if rest else "D06k", cell, found, became=text)
    form.cells[field] = RawCell(text, cell.place)


def _below_is_short(form: FormRecord) -> bool:
    """Whether a room below the lowest band is too small by every rule that may hold for the school."""
    known, kind = load_form().room_bands, form.peek("school_type")
    if (kind is not None and kind not in known["below_bands"]) or _is_not_small(form):
        return True
    largest = [form.peek(f"largest_class_{stage}") for stage in form.compulsory]
    if None not in largest and max(largest) >= load_form().class_bands["small"]:
        return True
    looks_small = None not in largest and form.pupils() is not None
    return form.answer("small_classes") is False and not looks_small
