"""The fields of a school that its form gives directly, as a sum, or under a condition."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from youzhi.columns import load_columns
from youzhi.intake.findings import Place, make_finding
from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import Entry, find_entry, load_form
from youzhi.intake.vertical.layout import Line
from youzhi.intake.vertical.record import FormRecord, decimal_text


def check_senior(form: FormRecord, place: Place) -> None:
    """Tell where a school with a senior stage does not say how many pupils that has (高中学生人数未填).

    Parameters
    ----------
    form
        Its findings grow by one.
    place
        That of the school.
    """
    if form.peek("school_type") not in load_form().shared["types"] or "senior" not in form.stages:
        return
    line = next(iter(form.having("field", "pupils_senior")), None)
    if "pupils_senior" in form.cells or (line is not None and line.held):
        return  # a faulty one has its own finding
    label = find_entry(load_columns()["pupils_senior"].zh).label
    at = line.cell.place if line else place._replace(column=label)
    form.findings.append(make_finding("K10h", at, "（空）" if line else "（无此项）"))


def join_sports_rooms(form: FormRecord) -> None:
    """Bring sports rooms and the sports hall, which one of them may contain, into one area (体育馆与室内体育用房).

    Parameters
    ----------
    form
        Its indoor area is set aside where nobody can tell; a form without a row for the hall has none.
    """
    for line in form.having("question", "gym"):
        field = line.entry.checked_as
        hall, rooms, cell = form.check(line), form.peek(field), form.cells.get(field)
        if hall == 0:
            continue
        if hall is None:
            _drop_unknown_hall(form, line, field)
        elif cell is None:
            form.tell("N11f", line.cell, "室内体育用房面积（空）")
        elif rooms == 0:
            form.cells[field] = line.cell
        elif rooms == hall:
            form.tell("D07g", line.cell, f"两处都是{line.cell.text.strip()}")
        elif rooms is not None:
            del form.cells[field]
            found = f"室内体育用房{cell.text.strip()}，体育馆{line.cell.text.strip()}"
            form.tell("D07f", cell, found)


def _drop_unknown_hall(form: FormRecord, line: Line, field: str) -> None:
    """Without the hall nobody knows the whole; a faulty area stays, so that its own fault is told."""
    if form.peek(field) is not None:
        del form.cells[field]
        said = line.cell.text.strip()
        why = f"“{said}”不能用" if said else "没有填"
        form.tell("N11h", line.cell, f"{line.entry.label}{why}")


def fill_sums(form: FormRecord) -> None:
    """Add up what the form asks for in parts (合计).

    Parameters
    ----------
    form
        A sum with a missing part is missing; one that is given itself is not made.
    """
    for field in dict.fromkeys(entry.part for entry in load_form().entries if entry.part):
        total = _add_up(form, field)
        if total is not None and field not in form.cells:
            form.cells[field] = total
    _compare_degrees(form)


def _add_up(form: FormRecord, field: str) -> RawCell | None:
    filled = [line for line in form.having("part", field) if line.cell.text]
    values = [form.check(line) for line in filled]
    if not filled or None in values:
        return None  # its own finding tells why
    total = sum(values, Fraction(0))
    if field == "other_sports_area_m2" and not form.peek("inner_city"):
        if total:
            found = "、".join(f"{one.entry.label}{one.cell.text.strip()}" for one in filled)
            rule = "D08n" if form.peek("inner_city") is None else "D08h"
            form.tell(rule, filled[0].cell, found)
        return None
    given = {line.entry.label for line in filled}
    blank = [one.label for one in _parts(field) if one.label not in given]
    if blank:
        if total or not _is_foreign(form, field):
            tell_blank(form, form.having("part", field), blank)
        return None
    text = decimal_text(total)
    if not text:
        form.tell("N05f", filled[0].cell, "＋".join(line.cell.text.strip() for line in filled))
        return None
    return RawCell(text, filled[0].cell.place)


def _parts(field: str) -> list[Entry]:
    return [entry for entry in load_form().entries if entry.part == field]


def _is_foreign(form: FormRecord, field: str) -> bool:
    """Whether a field is that of a stage that the school does not have."""
    stage = field.rpartition("_")[2]
    named = {stage for stages in load_form().types.values() for stage in stages}
    return stage in named and bool(form.stages) and stage not in form.stages


def _compare_degrees(form: FormRecord) -> None:
    """Hold the degrees of both stages against all teachers; those of one stage are checked with the table."""
    total = form.peek("teachers_{stage}")
    names = [name for name in form.cells if name.startswith("degree_teachers_")]
    if form.stage or total is None:
        return
    degrees = sum(
        Decimal(form.cells[name].text) for name in names if not form.having("field", name)
    )
    if degrees > total:
        cell = form.cells["teachers_{stage}"]
        form.tell("D05f", cell, f"专任教师{decimal_text(total)}人，高于规定学历{degrees}人")


def tell_blank(form: FormRecord, lines: list[Line], blank: list[str]) -> None:
    """Tell once which parts of a sum are blank, at the first of them (部分未填).

    Parameters
    ----------
    form
        Its findings grow by one.
    lines
        All parts that the form has.
    blank
        Labels of those without a value.
    """
    first = next((line for line in lines if line.entry.label in blank), lines[0])
    form.tell("N11f", first.cell, f"没有填：{'、'.join(blank)}")
