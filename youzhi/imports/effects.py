"""What a wrong value would change in the verdict, for every finding that is about one field."""

from __future__ import annotations

from functools import cache

from youzhi.columns import load_columns
from youzhi.intake.findings import Finding, plain
from youzhi.intake.gather import Gathered
from youzhi.plausibility import explain_effect
from youzhi.standards import Standard


def fill_effects(findings: list[Finding], gathered: Gathered, standard: Standard) -> list[Finding]:
    """Say of every finding what depends on it, where its rule does not (对结论的影响).

    Parameters
    ----------
    findings
        In any order.
    gathered
        What they were found in; it tells which header is which field.
    standard
        By which the verdict is made.

    Returns
    -------
    list of Finding
        The same, in the same order.
    """
    fields = _fields(gathered)

    @cache
    def effect(place: tuple[str, str, str]) -> str:
        field = fields.get(place) or fields.get(place[-1:])
        return explain_effect(field, standard) if field else ""

    return [
        one
        if one.effect or not one.column
        else one._replace(effect=effect((one.file, one.sheet, one.column)))
        for one in findings
    ]


def _fields(gathered: Gathered) -> dict[tuple, str]:
    """(file, sheet, header) to the field that was read there, and (header,) for those of the dictionary itself."""
    fields = {
        (name,): column.id
        for column in load_columns().values()
        for name in (column.id, *column.headers)
    }
    for reading in gathered.readings:
        if reading.kind != "schools":
            continue
        heads = reading.fields or {
            name: cell.place for record in reading.records for name, cell in record.cells.items()
        }
        for name, place in heads.items():
            fields[plain(place.file), plain(place.sheet), plain(place.column)] = name
    return fields
