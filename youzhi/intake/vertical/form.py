"""The form that a school fills, as data: which label means what, and where its value goes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path

from youzhi.columns import Column, load_columns
from youzhi.intake.values.names import clean_header
from youzhi.intake.values.units import find_unit

_STAGES = {"primary": "小学", "junior": "初中"}
_BRACKETED = re.compile(r"（(?:单位:)?([^（）]*)）")
_DASHES = re.compile(r"[—–‐‑‒−~～至]+")
_NOISE = re.compile(r"[（）\[\]“”\"'、,/·.:]|㎡|m2|平方米")
_SAME_SIGNS = str.maketrans({"≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤"})


@dataclass(frozen=True)
class Entry:
    """One item of the form (填报项目).

    Attributes
    ----------
    label
        As the form prints it; it names the item.
    also, short, group
        Other wordings, and those that say enough only under the item's group.
    unit
        As the form prints it.
    field, part
        The column that it fills, or of which it is one summand.
    band, limits
        What it counts by size, and the first and last size; None where there is no last one.
    count
        The bands of which it is the total.
    question, bounds
        A question that fills no column, and its numbers by name.
    rural_unless
        A yes to the question says that the school is rural, unless it is of one of these types; None where it does not.
    checked_as
        The column by whose rules its cell is checked, where it fills none.
    stage
        Only schools of this stage have it; empty for all.
    unused, required, printed
        It is not needed; the form is refused without it; it stands in the form itself, not only in the dictionary of
        columns.
    """

    label: str
    bounds: Mapping[str, int] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    group: str = ""
    unit: str = ""
    field: str = ""
    part: str = ""
    band: str = ""
    limits: tuple[int, int | None] = (0, None)
    count: str = ""
    question: str = ""
    rural_unless: tuple[str, ...] | None = None
    checked_as: str = ""
    stage: str = ""
    unused: bool = False
    required: bool = False
    printed: bool = True

    @property
    def column(self) -> Column:
        """The column by whose rules its cell is checked; a total is checked as that of a stage."""
        name = self.checked_as or self.field or self.part
        return load_columns()[name.format(stage="primary")]


@dataclass(frozen=True)
class Form:
    """The whole form (学校填报表).

    Attributes
    ----------
    entries : tuple of Entry
        In the order of the form; behind them the other columns of the dictionary.
    heads, layout, groups, types, shared, class_bands, room_bands
        See form.toml.
    notes : tuple of str
        How rows begin that are no items.
    """

    entries: tuple[Entry, ...]
    heads: Mapping[str, frozenset[str]]
    layout: Mapping
    notes: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    types: Mapping[str, tuple[str, ...]]
    shared: Mapping
    class_bands: Mapping
    room_bands: Mapping


@cache
def load_form() -> Form:
    """Load the form (学校填报表字典).

    Returns
    -------
    Form

    Examples
    --------
    >>> [entry.label for entry in load_form().entries[:2]]
    ['学校名称', '学校类型']
    """
    text = (Path(__file__).parent / "form.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    printed = list(chain.from_iterable(_expand(entry) for entry in document["entry"]))
    return Form(
        _with_columns(printed),
        {name: frozenset(map(compare_label, words)) for name, words in document["heads"].items()},
        document["layout"],
        tuple(map(compare_label, document["notes"]["starts"])),
        {name: tuple(map(compare_label, words)) for name, words in document["groups"].items()},
        {name: tuple(stages) for name, stages in document["types"].items()},
        document["shared"],
        document["class_bands"],
        document["room_bands"],
    )


@lru_cache(maxsize=4096)
def compare_label(text: str) -> str:
    """Return the form in which labels are compared (标签规范化).

    Parameters
    ----------
    text
        As written: with numbering, brackets, a unit, stars and colons.

    Returns
    -------
    str
        Without any of them; a dash stands for every sign of a range.

    Examples
    --------
    >>> compare_label("*12. 教学仪器设备资产值 (账面原值)（万元）："), compare_label("26—30人")
    ('教学仪器设备资产值账面原值', '26-30人')
    """
    header = _BRACKETED.sub(
        lambda found: "" if find_unit(found[1]) else found[0], clean_header(text)
    )
    return _NOISE.sub("", _DASHES.sub("-", header.translate(_SAME_SIGNS)))


@lru_cache(maxsize=4096)
def stated_unit(text: str) -> str:
    """Return the unit that a label states in brackets (标签所写单位).

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    str
        Empty where there is none.

    Examples
    --------
    >>> stated_unit("教学仪器设备资产值（账面原值）（万元）"), stated_unit("班级总数")
    ('万元', '')
    """
    return next((one for one in _BRACKETED.findall(clean_header(text)) if find_unit(one)), "")


@lru_cache(maxsize=4096)
def find_entry(text: str, group: str = "") -> Entry | None:
    """Find the item that a label means (查找填报项目).

    Parameters
    ----------
    text
        As written.
    group
        The group that it stands under, or "".

    Returns
    -------
    Entry or None
        None where the form and the dictionary of columns have no such item.

    Examples
    --------
    >>> find_entry("2）本科学历教师人数（初中）").part, find_entry("转入", "flows").field
    ('degree_teachers_junior', 'transferred_in')
    """
    full, short = _index()
    key = compare_label(text)
    return full.get(key) or short.get((group, key))


@lru_cache(maxsize=4096)
def find_group(text: str) -> str:
    """Return the group that a category or a heading opens (查找类别).

    Parameters
    ----------
    text
        As written.

    Returns
    -------
    str
        Empty where it opens none.

    Examples
    --------
    >>> find_group("四、体育艺术教师（交流、走教）"), find_group("基本信息")
    ('shared', '')
    """
    key = compare_label(text)
    found = (
        name for name, words in load_form().groups.items() if any(word in key for word in words)
    )
    return next(found, "")


@cache
def _index() -> tuple[dict[str, Entry], dict[tuple[str, str], Entry]]:
    """Wordings that say enough alone, and those that need their group."""
    full, short = {}, {}
    for entry in load_form().entries:
        for word in (entry.label, *entry.also):
            full.setdefault(compare_label(word), entry)
        for word in entry.short:
            short[entry.group, compare_label(word)] = entry
    return full, short


def _expand(raw: dict) -> Iterator[Entry]:
    """The items of one entry of the file: one per stage, subject or range."""
    raw = dict(raw)
    if "ranges" in raw:
        fills = [
            {"from": low, "to": high, "limits": (low, high or None)}
            for low, high in raw.pop("ranges")
        ]
    elif "subjects" in raw:
        fills = [{"subject": subject} for subject in raw.pop("subjects")]
    else:
        fills = [{"id": stage, "zh": _STAGES[stage]} for stage in raw.pop("stages", ())] or [{}]
    for fill in fills:
        yield _make_entry(raw, fill)


def _make_entry(raw: dict, fill: dict) -> Entry:
    marks = {f"{{{name}}}": str(value) for name, value in fill.items()}
    words = {
        name: tuple(_fill(word, marks) for word in raw.get(name, ())) for name in ("also", "short")
    }
    texts = {
        name: _fill(raw[name], marks) for name in ("label", "field", "part", "stage") if name in raw
    }
    kept = {
        name: raw[name]
        for name in ("unit", "band", "count", "question", "group", "unused", "required", "printed")
        if name in raw
    }
    if "rural_unless" in raw:
        kept["rural_unless"] = tuple(raw["rural_unless"])
    bounds = {name: raw[name] for name in ("year", "pupils_from", "pupils_below") if name in raw}
    limits = fill.get("limits") or (raw.get("from", 0), raw.get("to"))
    checked_as = raw.get("as", "classes_{stage}" if raw.get("band") == "classes" else "")
    if "question" in raw and not checked_as:
        checked_as = "inner_city"
    group = kept.pop("group", "classes" if raw.get("band") == "classes" else "degrees")
    return Entry(
        **texts, **words, **kept, group=group, limits=limits, bounds=bounds, checked_as=checked_as
    )


def _fill(text: str, marks: dict[str, str]) -> str:
    for mark, value in marks.items():
        text = text.replace(mark, value)
    return text


def _with_columns(printed: list[Entry]) -> tuple[Entry, ...]:
    """The items of the form know the headers of the dictionary too; its other columns are further items."""
    taken = {compare_label(word) for entry in printed for word in (entry.label, *entry.also)}
    at = {entry.field: number for number, entry in enumerate(printed) if entry.field}
    entries = list(printed)
    for column in load_columns().values():
        words = [word for word in (*column.headers, column.zh) if compare_label(word) not in taken]
        if column.id in at:
            entry = entries[at[column.id]]
            entries[at[column.id]] = replace(entry, also=(*entry.also, *words))
        elif words:
            further = Entry(words[0], also=tuple(words[1:]), field=column.id, unit=column.unit)
            entries.append(replace(further, printed=False))
    return tuple(entries)
