"""What is wrong with a head: names twice, fields twice, columns that nobody knows or that hold personal data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from youzhi.intake.findings import Finding, load_rules, make_finding
from youzhi.intake.values.names import clean_header
from youzhi.intake.wide.heads import Head, is_blank
from youzhi.intake.wide.lines import Table
from youzhi.intake.wide.personal import is_personal_column


def find_head_faults(table: Table, mapped: Collection[str] = ()) -> list[Finding]:
    """List what is to be said of a head (检查表头).

    Parameters
    ----------
    table
        Its slots are what is read.
    mapped
        Fields for which a mapping file says where they come from.

    Returns
    -------
    list of Finding
        Columns of personal data, flattened groups, duplicates, columns that are not read; nothing of a column of
        personal data but its header.
    """
    return [
        *_tell_personal(table),
        *_tell_flattened(table),
        *_tell_duplicates(table),
        *_tell_twofold(table, mapped),
        *_tell_unused(table),
        *_tell_unnamed(table),
    ]


def find_personal(head: Head, rows: Sequence[Sequence[str]] = ()) -> frozenset[int]:
    """Find the columns of personal data; a header of the dictionary is none (个人信息列).

    Parameters
    ----------
    head
        Of any table.
    rows
        All rows of its sheet: numbers below a word such as 教师 count persons and are no personal data.

    Returns
    -------
    frozenset of int
        Their positions.
    """
    return frozenset(
        at
        for at, parts in head.parts.items()
        if not (at in head.labels and head.labels[at].field)
        and is_personal_column(parts, (row[at] for row in rows[head.last :] if at < len(row)))
    )


def list_unused(table: Table) -> list[str]:
    """List the headers of the columns that are not read (未读入的列).

    Parameters
    ----------
    table
        Its slots are what is read.

    Returns
    -------
    list of str
        Without running numbers and columns of personal data.
    """
    read = {at for slot in table.slots for at in slot.positions} | {at for at, _, _ in table.kept}
    read |= find_personal(table.head, table.sheet.rows)
    fields = {slot.field for slot in table.slots if slot.origin is None}
    doubled = {at for at, label in table.head.labels.items() if label.field in fields}
    return [
        name
        for at, name in table.head.names.items()
        if at not in read | doubled and not _is_passed_over(name)
    ]


def _tell_personal(table: Table) -> Iterator[Finding]:
    for at in sorted(find_personal(table.head, table.sheet.rows)):
        yield make_finding("S09", table.place(table.head.last, at), table.head.names[at])


def _tell_flattened(table: Table) -> Iterator[Finding]:
    head = table.head
    shown = [
        f"{head.names[at]}→{table.columns[label.field].zh}"
        for at, label in head.labels.items()
        if label.field and len(head.parts[at]) > 1
    ]
    if shown:
        yield make_finding("H01", table.place(head.last), "、".join(shown))


def _tell_duplicates(table: Table) -> Iterator[Finding]:
    for name, places in _group_names(table.head).items():
        if len(places) > 1 and not _is_passed_over(name):
            found = f"{table.head.names[places[0]]}（{_letters(table, places)}列）"
            yield make_finding("H05", table.place(table.head.last, places[-1]), found)


def _group_names(head: Head) -> dict[str, list[int]]:
    """Headers in their comparable form to the columns that have them."""
    groups: dict[str, list[int]] = {}
    for at, name in head.names.items():
        groups.setdefault(clean_header(name), []).append(at)
    return groups


def _tell_twofold(table: Table, mapped: Collection[str]) -> Iterator[Finding]:
    """Two columns of one field, if they are not of one name: that is told already."""
    head, by_field = table.head, {}
    for places in _group_names(head).values():
        label = head.labels.get(places[0])
        if label and label.field and label.field not in mapped:
            by_field.setdefault(label.field, []).append(places[0])
    for field, places in by_field.items():
        if len(places) > 1:
            shown = "、".join(f"{head.names[at]}（{_letters(table, [at])}列）" for at in places)
            found = f"{shown}都是“{table.columns[field].zh}”"
            yield make_finding("H04", table.place(head.last, max(places)), found)


def _tell_unused(table: Table) -> Iterator[Finding]:
    unused = list_unused(table)
    if unused:
        shown = load_rules()["H07"].limits["shown"]
        more = "等" if len(unused) > shown else ""
        found = f"{len(unused)}列未读入：{'、'.join(unused[:shown])}{more}"
        yield make_finding("H07", table.place(table.head.last), found)


def _tell_unnamed(table: Table) -> Iterator[Finding]:
    """Columns with data and without a header; in a text file a cell behind the head is a fault of its row."""
    head, rows = table.head, table.sheet.rows
    spoken = rows[head.first - 1 : head.last] if table.source.kind == "csv" else rows[head.last :]
    for at in range(max(map(len, spoken), default=0)):
        lines = range(head.last + 1, len(rows) + 1)
        if at not in head.parts and any(not is_blank(table.text(row, at)) for row in lines):
            found = f"{_letters(table, [at])}列没有表头"
            yield make_finding("H07b", table.place(head.last, at), found)


def _is_passed_over(name: str) -> bool:
    return clean_header(name) in load_rules()["H07"].limits["passed_over"]


def _letters(table: Table, positions: list[int]) -> str:
    return "、".join(table.place("", at).cell for at in positions)
