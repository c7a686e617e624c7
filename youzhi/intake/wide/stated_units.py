"""Units that are stated around a table, above its head or in its notes, and the columns that they hold for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise, takewhile
from typing import NamedTuple
from unicodedata import normalize

from youzhi.intake.findings import Finding, load_rules, make_finding
from youzhi.intake.values.units import find_unit
from youzhi.intake.wide.labels import same_kind
from youzhi.intake.wide.lines import Slot, Table
from youzhi.intake.wide.personal import mask_numbers

_BETWEEN = re.compile(r"[、,;\s和及]+")
_END = re.compile(r"[()。]|单位")


class _Statement(NamedTuple):
    """The units that one row states, and what is written there."""

    row: int | str
    units: tuple[str, ...]
    written: str


def find_units(cells: list[str]) -> tuple[str, ...]:
    """Find the units that a row of titles or notes states (识别单位说明).

    Parameters
    ----------
    cells
        The filled ones; 单位 may be that of whoever fills the form, then it is none.

    Returns
    -------
    tuple of str
        As find_unit names them.

    Examples
    --------
    >>> (
    ...     find_units(["金额单位：百元"]),
    ...     find_units(["学校表", "（万元）"]),
    ...     find_units(["填报单位：甲县"]),
    ... )
    (('百元',), ('万元',), ())
    """
    longest, found = load_rules()["H02"].limits["longest"], []
    texts = [normalize("NFKC", cell[:longest]).strip() for cell in cells]
    for text, following in pairwise([*texts, ""]):
        for statement in _patterns()[0].finditer(text):
            rest = text[statement.end() :].lstrip(" (")
            stated = _END.split(rest, maxsplit=1)[0].strip() or (following if not rest else "")
            found += takewhile(bool, map(find_unit, _split(stated)))
    alone = [text for text in texts if _is_unit_alone(text)]
    if len(alone) == 1:
        found.append(find_unit(alone[0]))
    return tuple(dict.fromkeys(found))


def _split(stated: str) -> Iterator[str]:
    """The words of a list of units; a stroke stands between two of them, or inside of one such as 元/生."""
    for word in filter(None, _BETWEEN.split(stated)):
        yield from [word] if find_unit(word) else word.split("/")


def _is_unit_alone(text: str) -> bool:
    """A cell that is nothing but a unit in brackets or one of scale."""
    bracketed = text.startswith("(") and text.endswith(")")
    return bool((bracketed or _patterns()[1].fullmatch(text)) and find_unit(text))


def state_units(table: Table, notes: list[int]) -> tuple[Table, list[Finding]]:
    """Give the columns that state no unit the one stated around the table, where it is of their kind (套用单位说明).

    Parameters
    ----------
    table
        A sheet whose head is understood.
    notes
        Rows of notes.

    Returns
    -------
    Table
        Its slots with their units; those whose unit cannot be told are held.
    list of Finding
        What was taken over, and what contradicts itself.
    """
    around = [*range(1, table.head.first), *notes]
    rows = {row: [cell for cell in table.sheet.rows[row - 1] if cell.strip()] for row in around}
    told = [
        _Statement(row, units, mask_numbers("；".join(_find_written(cells))))
        for row, cells in rows.items()
        if (units := find_units(cells))
    ]
    table, findings = _apply(table, told)
    stated = {unit for statement in told for unit in statement.units}
    texts = [("", table.sheet.title), *((row, text) for row in rows for text in rows[row])]
    return _hold(table, texts, stated, findings)


def _find_written(cells: list[str]) -> list[str]:
    """The cells of a row that speak of units."""
    speaking = [cell.strip() for cell in cells if "单位" in cell or find_units([cell])]
    return speaking or [cell.strip() for cell in cells]


def _apply(table: Table, told: list[_Statement]) -> tuple[Table, list[Finding]]:
    units = tuple(dict.fromkeys(unit for statement in told for unit in statement.units))
    written = "；".join(normalize("NFKC", statement.written) for statement in told)
    place, slots, findings, taken = table.place(told[0].row if told else ""), [], [], []
    for slot in table.slots:
        column = table.columns[slot.field]
        fitting = [unit for unit in units if same_kind(unit, column.unit)]
        if slot.unit and slot.positions and fitting and slot.unit not in fitting:
            head = table.head.names[slot.positions[0]]
            findings.append(make_finding("H02c", place, f"{written}：{head}"))
        if slot.unit or not slot.positions or not fitting:
            slots.append(slot)
            continue
        if len(fitting) > 1:
            found = f"{written}：{column.zh}不知按{'还是'.join(fitting)}"
            findings.append(make_finding("H02b", place, found))
        elif fitting[0] != column.unit:
            taken.append(f"{table.head.names[slot.positions[0]]}按{fitting[0]}读入")
        slots.append(slot._replace(unit=fitting[0]))
    if taken:
        findings.append(make_finding("H02", place, written, became="、".join(taken)))
    return replace(table, slots=slots), findings


def _hold(
    table: Table, texts: list[tuple[int | str, str]], stated: set[str], findings: list[Finding]
) -> tuple[Table, list[Finding]]:
    """Set the columns without a unit aside where a text speaks of one of their kind that nobody stated."""
    findings = list(findings)
    for row, text in texts:
        units = [unit for unit in _find_scales(text) if unit not in stated]
        held = [slot for slot in table.slots if _is_open(table, slot, units)]
        if not held:
            continue
        names = "、".join(table.head.names[slot.positions[0]] for slot in held)
        found = f"{mask_numbers(text.strip()[:60])}：{names}没有写明单位"
        findings.append(make_finding("H02d", table.place(row), found, became="该列按缺失处理"))
        slots = [slot._replace(held=slot.held or slot in held) for slot in table.slots]
        table = replace(table, slots=slots)
    return table, findings


def _is_open(table: Table, slot: Slot, units: list[str]) -> bool:
    wanted = table.columns[slot.field].unit
    told = slot.unit or slot.held or not slot.positions
    return not told and any(unit != wanted and same_kind(unit, wanted) for unit in units)


def _find_scales(text: str) -> list[str]:
    """Units of scale that a text names, but not as part of an amount or of a name."""
    plain = normalize("NFKC", text[: load_rules()["H02"].limits["longest"]])
    return [unit for word in _patterns()[2].findall(plain) if (unit := find_unit(word))]


@cache
def _patterns() -> tuple[re.Pattern, re.Pattern, re.Pattern]:
    """What states a unit, a unit of scale, and one that is named in a text."""
    stating, naming = load_rules()["H02"].limits, load_rules()["H02d"].limits
    kinds, before = "|".join(stating["quantities"]), "|".join(stating["whole_table"])
    start = rf"(?:(?<![一-鿿])(?:{before})?|(?<=表))"
    scales = "|".join(sorted(naming["scales"], key=len, reverse=True))
    follows = "|".join(naming["not_before"])
    return (
        re.compile(
            rf"{start}(?:(?:计量|{kinds})?单位\s*(?:[:为是(]|均为|\s|$)|(?:{kinds})(?:[:为是]|均为))"
        ),
        re.compile(scales),
        re.compile(
            rf"(?<![\d.十百千万亿零〇一二三四五六七八九两几数多每单])(?:{scales})(?!{follows})"
        ),
    )
