"""The fields of a school that its form gives directly, as a sum, or under a condition."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from youzhi.intake.cleaning import clean_field
from youzhi.intake.findings import Finding, make_finding
from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import Entry, load_form
from youzhi.intake.vertical.layout import Line


class FormRecord:
    """The record of one school while it is made from its form (填报表记录).

    Parameters
    ----------
    lines
        Every item once.
    findings
        Grows as cells are checked; cells that go into the record as they stand are checked later, with it.

    Attributes
    ----------
    cells : dict of str to RawCell
        What the record will have.
    stages : tuple of str
        Those of the school's type; empty where the type is unknown.
    """

    def __init__(self, lines: list[Line], findings: list[Finding]):
        self.lines = lines
        self.findings = findings
        self._checked: dict[str, object] = {}
        self.cells = {
            line.entry.field: line.cell
            for line in lines
            if line.entry.field and (line.cell.text or line.entry.required)
        }
        self.stages = load_form().types.get(self.peek("school_type"), ())
        self._drop_foreign()

    @property
    def stage(self) -> str:
        """The only stage of the school; empty where it has several or its type is unknown."""
        return self.stages[0] if len(self.stages) == 1 else ""

    def peek(self, field: str):
        """Value of a cell of the record; its faults are told later."""
        line = next((one for one in self.lines if one.entry.field == field), None)
        return _exactly(clean_field(line.cell, line.entry.column, [])) if line else None

    def check(self, line: Line):
        """Value of a cell that does not go into the record; its fault is told now."""
        label = line.entry.label
        if label not in self._checked:
            value = clean_field(line.cell, line.entry.column, self.findings)
            self._checked[label] = _exactly(value)
        return self._checked[label]

    def tell(self, rule: str, cell: RawCell, found: object, became: str = "") -> None:
        """Append a finding."""
        self.findings.append(make_finding(rule, cell.place, found, became=became))

    def having(self, name: str, value: str) -> list[Line]:
        """Lines whose entry has this value."""
        return [line for line in self.lines if getattr(line.entry, name) == value]

    def _drop_foreign(self) -> None:
        """Leave out what belongs to a stage that the school does not have; a zero is no fault."""
        for entry, cell in self.lines:
            if not entry.stage or not self.stages or entry.stage in self.stages:
                continue
            if cell.text and self.peek(entry.field) != 0:
                self.tell("K10g", cell, f"{cell.place.column}：{cell.text.strip()}")
                del self.cells[entry.field]


def check_questions(form: FormRecord) -> None:
    """Hold the yes-or-no questions against the year of building and the numbers of pupils (核对是否题).

    Parameters
    ----------
    form
        Its year of building is set aside where an answer contradicts it.
    """
    for line in form.having("question", "small_classes"):
        form.check(line)
    built = form.peek("built_year")
    answers = [(line, form.check(line)) for line in form.having("question", "built_by")]
    contradicting = [
        f"{line.entry.label}：{'是' if answer else '否'}"
        for line, answer in answers
        if None not in (answer, built) and answer != (built <= line.entry.bounds["year"])
    ]
    if contradicting:
        cell = form.cells.pop("built_year")
        form.tell("D08f", cell, "；".join([cell.text.strip(), *contradicting]))
    for line in form.having("question", "small_school"):
        pupils = [form.peek(f"pupils_{stage}") for stage in form.stages if stage != "senior"]
        if form.check(line) and pupils and None not in pupils:
            bounds = line.entry.bounds
            if not bounds["pupils_from"] <= sum(pupils) < bounds["pupils_below"]:
                form.tell("D08g", line.cell, f"学生{decimal_text(sum(pupils, Fraction(0)))}人")


def join_sports_rooms(form: FormRecord) -> None:
    """Bring sports rooms and the sports hall, which one of them may contain, into one area (体育馆与室内体育用房).

    Parameters
    ----------
    form
        Its indoor area is set aside where nobody can tell.
    """
    for line in form.having("question", "gym"):
        field = line.entry.checked_as
        hall, rooms, cell = form.check(line), form.peek(field), form.cells.get(field)
        if not hall:
            continue
        if cell is None:
            form.tell("N11f", line.cell, "室内体育用房面积（空）")
        elif rooms == 0:
            form.cells[field] = line.cell
        elif rooms == hall:
            form.tell("D07g", line.cell, f"两处都是{line.cell.text.strip()}")
        elif rooms is not None:
            del form.cells[field]
            found = f"室内体育用房{cell.text.strip()}，体育馆{line.cell.text.strip()}"
            form.tell("D07f", cell, found)


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
            form.tell("D08h", filled[0].cell, found)
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


def decimal_text(value: Fraction) -> str:
    """Return a number in decimal digits, exactly (精确小数).

    Parameters
    ----------
    value
        Exact.

    Returns
    -------
    str
        Empty where no decimal fraction equals the number.

    Examples
    --------
    >>> decimal_text(Fraction(25, 2)), decimal_text(Fraction(1000)), decimal_text(Fraction(2000, 3))
    ('12.5', '1000', '')
    """
    places, rest = 0, value.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1:
        return ""
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    digits = f"{whole}.{part:0{places}d}" if places else str(whole)
    return f"-{digits}" if value < 0 else digits


def _exactly(value):
    """Numbers as fractions, so that those in other units compare and add up; anything else as it is."""
    return Fraction(value) if isinstance(value, Decimal) else value
