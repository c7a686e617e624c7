"""The record of one school while it is made from its form."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from youzhi.columns import load_columns
from youzhi.intake.cleaning import clean_field
from youzhi.intake.findings import Finding, make_finding
from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import load_form
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
            if line.entry.field and not line.held and (line.cell.text or line.entry.required)
        }
        self.stages = load_form().types.get(self.peek("school_type"), ())
        self._drop_foreign()

    @property
    def stage(self) -> str:
        """The only stage of the school; empty where it has several or its type is unknown."""
        return self.stages[0] if len(self.stages) == 1 else ""

    @property
    def compulsory(self) -> tuple[str, ...]:
        """The stages that are judged."""
        return tuple(stage for stage in self.stages if stage != "senior")

    def peek(self, field: str):
        """Value of a cell of the record; its faults are told later."""
        cell = self.cells.get(field)
        if cell is None:
            return None
        return _exactly(clean_field(cell, load_columns()[field.format(stage="primary")], []))

    def check(self, line: Line):
        """Value of a cell that does not go into the record; its fault is told now."""
        if line.held:
            return None
        label = line.entry.label
        if label not in self._checked:
            value = clean_field(line.cell, line.entry.column, self.findings)
            self._checked[label] = _exactly(value)
        return self._checked[label]

    def answer(self, question: str):
        """Value of the only line with this question; None without."""
        lines = self.having("question", question)
        return self.check(lines[0]) if lines else None

    def pupils(self) -> Fraction | None:
        """Pupils of the judged stages together; None where one is missing."""
        numbers = [self.peek(f"pupils_{stage}") for stage in self.compulsory]
        return None if not numbers or None in numbers else sum(numbers, Fraction(0))

    def tell(self, rule: str, cell: RawCell, found: object, became: str = "") -> None:
        """Append a finding."""
        self.findings.append(make_finding(rule, cell.place, found, became=became))

    def having(self, name: str, value: str) -> list[Line]:
        """Lines whose entry has this value."""
        return [line for line in self.lines if getattr(line.entry, name) == value]

    def _drop_foreign(self) -> None:
        """Leave out what belongs to a stage that the school does not have; a zero is no fault."""
        for entry, cell, _ in self.lines:
            if not entry.stage or not self.stages or entry.stage in self.stages:
                continue
            if entry.field in self.cells and self.peek(entry.field) != 0:
                self.tell("K10g", cell, f"{cell.place.column}：{cell.text.strip()}")
                del self.cells[entry.field]


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
