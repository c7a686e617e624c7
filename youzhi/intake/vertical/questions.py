"""The yes-or-no questions of a form: what they prove of year and zone, and what they contradict."""

from __future__ import annotations

from youzhi.intake.readings import RawCell
from youzhi.intake.vertical.form import load_form
from youzhi.intake.vertical.layout import Line
from youzhi.intake.vertical.record import FormRecord, decimal_text


def check_questions(form: FormRecord) -> None:
    """Hold the yes-or-no questions against other items, and take from them what the form does not ask for (核对是否题).

    Parameters
    ----------
    form
        Its year of building and its zone follow from the answers, or are set aside where they contradict.
    """
    _settle_year(form)
    _settle_zone(form)


def _settle_year(form: FormRecord) -> None:
    """The year planned and built: as stated, or as far as the founding year and the answers prove it."""
    lines = [line for line in form.having("question", "built_by") if form.check(line) is not None]
    answers = {line.entry.bounds["year"]: form.check(line) for line in lines}
    if "built_year" in form.cells:
        year = form.peek("built_year")
        if any(answer != (year <= bound) for bound, answer in answers.items() if year is not None):
            _tell_contradiction(form, form.cells.pop("built_year"), lines)
        return
    cell = _founding_cell(form)
    if cell is not None:
        form.cells["built_year"] = cell
    year = form.peek("built_year")
    if cell is not None and year is None:
        return  # its own finding tells why
    form.cells.pop("built_year", None)
    if _contradicts(answers, year):
        _tell_contradiction(form, cell, lines)
        return
    proven = _prove_year(answers, year)
    said = [f"{cell.place.column}{cell.text.strip()}"] if cell else []
    if proven is None and (year is not None or any(answers.values())):
        form.tell("D08k", cell or lines[0].cell, "；".join([*said, *_spoken(lines)]))
    elif proven is not None and proven != year:
        at = next(line.cell for line in lines if line.entry.bounds["year"] == proven)
        form.tell("D08m", at, "；".join([*said, *_spoken(lines)]), became=str(proven))
        form.cells["built_year"] = RawCell(str(proven), at.place)
    elif cell is not None:
        form.cells["built_year"] = cell


def _founding_cell(form: FormRecord) -> RawCell | None:
    lines = form.having("question", "founded")
    return next((line.cell for line in lines if line.cell.text and not line.held), None)


def _contradicts(answers: dict[int, bool], year) -> bool:
    """Whether the answers contradict each other or the founding year; a later year of building is no contradiction."""
    claimed = min((bound for bound, answer in answers.items() if answer), default=None)
    denied = max((bound for bound, answer in answers.items() if not answer), default=None)
    if claimed is None:
        return None not in (denied, year) and year <= denied
    return (denied is not None and denied >= claimed) or (year is not None and year > claimed)


def _prove_year(answers: dict[int, bool], year) -> int | None:
    """A year on the same side of every bound as the true one; None where an answer that this needs is missing."""
    bounds = [one.bounds["year"] for one in load_form().entries if one.question == "built_by"]
    claimed = min((bound for bound, answer in answers.items() if answer), default=None)
    below = [bound for bound in bounds if claimed is None or bound < claimed]
    open_ = [bound for bound in below if year is None or year <= bound]
    if any(bound not in answers for bound in open_):
        return None
    return claimed if open_ or year is None else year


def _tell_contradiction(form: FormRecord, cell: RawCell | None, lines: list[Line]) -> None:
    said = [cell.text.strip()] if cell else []
    form.tell("D08f", cell or lines[0].cell, "；".join([*said, *_spoken(lines)]))


def _spoken(lines: list[Line]) -> list[str]:
    return [f"{line.entry.label}：{line.cell.text.strip()}" for line in lines]


def _settle_zone(form: FormRecord) -> None:
    """A rural school says so by a yes; where anything contradicts, nobody fills it in."""
    claims = [
        line
        for line in form.lines
        if line.entry.rural_unless is not None
        and form.check(line)
        and form.peek("school_type") not in line.entry.rural_unless
    ]
    contradicted = [_contradicts_pupils(form), _contradicts_bands(form)]
    if not claims:
        return
    cell, found = claims[0].cell, "；".join(_spoken(claims))
    if "zone" in form.cells:
        zone = form.peek("zone")
        if zone is not None and zone != "rural":
            said = f"{found}；城乡类型：{form.cells['zone'].text.strip()}"
            form.tell("D08j", cell, said)
    elif form.peek("inner_city"):
        form.tell("D08j", cell, f"{found}；是否大城市中心城区学校：是")
    elif not any(contradicted):
        form.tell("D08i", cell, found, became="乡村")
        form.cells["zone"] = RawCell("乡村", cell.place)


def _contradicts_pupils(form: FormRecord) -> bool:
    """Whether a yes names numbers of pupils that the school does not have; told at the yes."""
    pupils = form.pupils()
    for line in form.having("question", "small_school"):
        bounds = line.entry.bounds
        if not form.check(line) or pupils is None:
            continue
        if not bounds["pupils_from"] <= pupils < bounds["pupils_below"]:
            form.tell("D08g", line.cell, f"学生{decimal_text(pupils)}人")
            return True
    return False


def _contradicts_bands(form: FormRecord) -> bool:
    """Whether there is a class too large for the claim of small classes; told at the band."""
    small = load_form().class_bands["small"]
    if not form.answer("small_classes"):
        return False
    for line in form.having("band", "classes"):
        if line.entry.limits[0] >= small and form.check(line):
            form.tell("D06i", line.cell, line.cell.place.column)
            return True
    return False
