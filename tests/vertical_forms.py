"""Workbooks as schools fill them: one form per school of a table, always the same for the same school."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import openpyxl

from youzhi.columns import load_columns
from youzhi.intake.vertical.form import Entry, load_form

HEADS = ["序号", "类别", "填报项目", "单位", "填报值", "是否必填", "备注说明"]
LAYOUTS = ("form", "pairs", "double")

_SUBJECTS = ("体育", "音乐", "美术", "艺术")


class Row(NamedTuple):
    """One row of a form."""

    group: str
    label: str
    unit: str
    value: str


def form_rows(school: Mapping, extra: Iterable[str] = ()) -> list[Row]:
    """Rows of the form of one school, in the order of the form; `extra` are further columns of the dictionary."""
    known = {name: _text(value) for name, value in school.items()}
    printed = [entry for entry in load_form().entries if entry.printed]
    rows = [
        Row(_category(entry), entry.label, entry.unit, _answer(entry, known)) for entry in printed
    ]
    columns = load_columns()
    rows += [
        Row("其他", columns[name].headers[0], columns[name].unit, _shown(name, known))
        for name in extra
    ]
    return rows


def sheet_rows(
    rows: Sequence[Row],
    *,
    layout: str = "form",
    heads: Sequence[str] = HEADS,
    titles: Sequence[str] = (),
    headless: bool = False,
) -> list[list[str]]:
    """Cells of a sheet: "form" with all columns, "pairs" label and value only, "double" two blocks side by side."""
    if layout == "form":
        body = [[_column(row, head, at) for head in heads] for at, row in enumerate(rows, start=1)]
        head = list(heads)
    elif layout == "pairs":
        body, head = [[row.label, row.value] for row in rows], ["填报项目", "填报值"]
    else:
        half = (len(rows) + 1) // 2
        left, right = list(rows[:half]), list(rows[half:])
        right += [Row("", "", "", "")] * (half - len(right))
        body = [
            [a.label, a.unit, a.value, b.label, b.unit, b.value]
            for a, b in zip(left, right, strict=True)
        ]
        head = ["项目", "单位", "值"] * 2
    return [[title] for title in titles] + ([] if headless else [head]) + body


def write_form(
    school: Mapping,
    *,
    seed: int | None = None,
    layout: str = "form",
    heads: Sequence[str] = HEADS,
    titles: Sequence[str] | None = None,
    headless: bool = False,
    extra: Iterable[str] = (),
    changes: Mapping[str, str] = {},
    title: str = "学校填报数据",
) -> bytes:
    """Workbook with the form of one school; a seed shuffles its rows, `changes` are labels and their values."""
    rows = [
        row._replace(value=changes.get(row.label, row.value)) for row in form_rows(school, extra)
    ]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    if titles is None:
        titles = [f"{_text(school['year'])}年义务教育优质均衡学校填报表"]
    book = _make_book(
        sheet_rows(rows, layout=layout, heads=heads, titles=titles, headless=headless), title
    )
    if layout == "form" and seed is None and "类别" in heads:
        _merge_groups(book.active, rows, heads.index("类别") + 1, len(titles) + 2 - headless)
    return _saved(book)


def write_cells(cells: Iterable[Sequence[str]]) -> bytes:
    """Workbook with these cells on its only sheet; digits become numbers."""
    return _saved(_make_book(cells, "学校填报数据"))


def _make_book(cells: Iterable[Sequence[str]], title: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = title
    for line in cells:
        book.active.append([_as_cell(text) for text in line])
    return book


def _saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_forms(folder, schools: Iterable[Mapping], **options) -> list:
    """Write one workbook per school into a folder; returns their paths."""
    paths = []
    for school in schools:
        path = folder / f"{_text(school['school'])}.xlsx"
        path.write_bytes(write_form(school, **options))
        paths.append(path)
    return paths


def _column(row: Row, head: str, at: int) -> str:
    cells = {
        "序号": str(at),
        "类别": row.group,
        "填报项目": row.label,
        "单位": row.unit,
        "填报值": row.value,
    }
    return cells.get(head, "是" if head == "是否必填" else "")


def _merge_groups(sheet, rows: Sequence[Row], column: int, first: int) -> None:
    """Equal categories below each other are one merged cell."""
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or rows[at].group != rows[start].group:
            if at - start > 1:
                sheet.merge_cells(None, first + start, column, first + at - 1, column)
            start = at


def _as_cell(text: str):
    """Numbers as numbers, as people type them."""
    plain = text.replace(".", "", 1)
    if plain.isdecimal() and not (text.startswith("0") and len(text) > 1 and text[1] != "."):
        return float(text) if "." in text else int(text) if len(text) < 10 else text
    return text or None


def _text(value) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | Decimal):
        text = format(Decimal(str(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _shown(name: str, known: Mapping[str, str]) -> str:
    """A value in the words of the dictionary."""
    column, text = load_columns()[name], known.get(name, "")
    if column.kind == "boolean":
        return {"true": "是", "false": "否"}.get(text.lower(), text)
    return column.choices.get(text, text)


def _number(known: Mapping[str, str], name: str) -> int:
    return int(known.get(name) or 0)


def _stages(known: Mapping[str, str]) -> tuple[str, ...]:
    return load_form().types[known["school_type"]]


def _category(entry: Entry) -> str:
    names = {
        "arts": "体育艺术教师",
        "shared": "体育艺术教师",
        "classes": "班级信息",
        "flows": "巩固率数据",
    }
    names |= {"music": "音乐美术教室", "art": "音乐美术教室"}
    return names.get(entry.group, "基本信息" if not entry.unit else "学校数据")


def _answer(entry: Entry, known: Mapping[str, str]) -> str:
    """What the school fills in; blank where the table has nothing."""
    if entry.field.endswith("{stage}"):
        return _total(entry.field, known)
    if entry.field:
        return _direct(entry, known)
    if entry.part:
        return _part(entry, known)
    if entry.band == "classes":
        return _classes_in(entry, known)
    if entry.band or entry.count:
        return _rooms_in(entry, known)
    return _reply(entry, known)


def _direct(entry: Entry, known: Mapping[str, str]) -> str:
    if entry.unit == "万元" and known.get(entry.field):
        return _text(Decimal(known[entry.field]) / 10000)
    return _shown(entry.field, known)


def _total(field: str, known: Mapping[str, str]) -> str:
    parts = [
        known.get(field.format(stage=stage), "") for stage in _stages(known) if stage != "senior"
    ]
    return "" if "" in parts else str(sum(map(int, parts)))


def _part(entry: Entry, known: Mapping[str, str]) -> str:
    total = known.get(entry.part) if "{" not in entry.part else _total(entry.part, known)
    if not total:
        return ""
    number = int(total)
    if entry.part.startswith("degree"):
        college = number // 5 if entry.part.endswith("primary") else 0
        shares = {"专科": college, "硕士": number // 10, "博士": 0}
        shares["本科"] = number - sum(shares.values())
        return str(shares[entry.label[:2]])
    each = number // 4
    subject = next(name for name in _SUBJECTS if entry.label.startswith(name))
    return str(number - 3 * each if subject == "体育" else each)


def _classes_in(entry: Entry, known: Mapping[str, str]) -> str:
    """Oversize classes in the band of the largest one, the others in the highest band below it that is allowed."""
    counted = 0
    for stage in _stages(known):
        classes, largest = (
            _number(known, f"classes_{stage}"),
            _number(known, f"largest_class_{stage}"),
        )
        if not classes or stage == "senior":
            continue
        limit = load_form().class_bands["limit"][stage]
        over = _number(known, f"oversize_classes_{stage}")
        counted += over * _lies_in(entry, largest)
        counted += (classes - over) * _lies_in(entry, min(largest, limit))
    return str(counted)


def _lies_in(entry: Entry, size: int) -> bool:
    low, high = entry.limits
    return low <= size and (high is None or size <= high)


def _rooms_in(entry: Entry, known: Mapping[str, str]) -> str:
    text = known.get(entry.band or entry.count, "")
    if not text:
        return ""
    areas = [Decimal(area) for area in text.split(";")]
    if entry.count:
        return str(sum(area > 0 for area in areas))
    low, high = entry.limits
    return str(sum(low <= area and (high is None or area < high) for area in areas))


def _reply(entry: Entry, known: Mapping[str, str]) -> str:
    pupils = _number(known, "pupils_primary") + _number(known, "pupils_junior")
    rural = known.get("zone") == "rural"
    if entry.question == "founded":
        return known.get("built_year", "")
    if entry.question == "built_by":
        year = known.get("built_year")
        return "" if not year else _text(int(year) <= entry.bounds["year"])
    if entry.question == "small_school":
        return _text(50 <= pupils < 100 and (rural or known["school_type"] == "teaching_point"))
    if entry.question == "small_classes":
        largest = max(
            _number(known, "largest_class_primary"), _number(known, "largest_class_junior")
        )
        return _text(rural and pupils < 100 and largest < 30)
    return "0" if entry.question == "gym" else ""
