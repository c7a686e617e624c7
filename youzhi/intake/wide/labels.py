"""Headers as people write them to fields of the dictionaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import permutations
from types import MappingProxyType
from typing import NamedTuple

from youzhi.columns import Column, Control
from youzhi.intake.findings import load_rules
from youzhi.intake.values.names import clean_header
from youzhi.intake.values.units import convert, find_unit

_BRACKET = re.compile(r"(.+?)（([^（）]*)）")
_STATED = re.compile(r"(.+?)(?:计量)?单位:(.+)")
_SLASH = re.compile(r"(.+)/([^/]+)")


class Label(NamedTuple):
    """What a header means (表头含义).

    Attributes
    ----------
    field
        Id of a column; empty where only the mapping file knows the header.
    unit
        As the header states it; empty where it states none.
    header
        As the mapping file writes it; empty where the dictionary knows the header.
    """

    field: str
    unit: str = ""
    header: str = ""


@dataclass(frozen=True)
class Names:
    """The headers of a dictionary in their comparable form (表头字典).

    Attributes
    ----------
    columns : Mapping of str to Column
        The dictionary, and the columns that are only held against it.
    known : dict of str to str
        Header to field.
    loose : dict of str to str
        The same without the units that some headers end with, and their synonyms.
    """

    columns: Mapping[str, Column]
    known: Mapping[str, str]
    loose: Mapping[str, str]


def make_names(
    columns: Mapping[str, Column], controls: Mapping[str, Control] = MappingProxyType({})
) -> Names:
    """Make the headers of a dictionary comparable (整理表头字典).

    Parameters
    ----------
    columns
        The dictionary.
    controls
        Columns that are only held against it.

    Returns
    -------
    Names
        With the synonyms of the rule H04.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> make_names(load_columns()).loose["教学仪器设备值"]
    'equipment_value_yuan'
    """
    known, bare = {}, {}
    for column in columns.values():
        for name in (column.zh, *column.headers):
            known[clean_header(name)] = column.id
            bare[clean_header(split_unit(name)[0])] = column.id
        known[clean_header(column.id)] = column.id
    synonyms = {
        clean_header(stage + word): bare[clean_header(stage + name)]
        for name, words in load_rules()["H04"].limits["synonyms"].items()
        for stage in ("", *_stages())
        if clean_header(stage + name) in bare
        for word in words
    }
    graded = {header: one.id for one in controls.values() for header in one.headers}
    return Names({**columns, **controls}, graded | known, graded | synonyms | bare)


class Labels:
    """What the headers of one sheet may be: those of a dictionary, and of a mapping file where there is one (表头识别).

    Parameters
    ----------
    names
        Of the dictionary.
    headers
        Those that a mapping file names; they go before the dictionary.
    stage
        Id of the stage that all columns of the file belong to, such as "primary"; empty for none.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> Labels(make_names(load_columns())).find(("小学", "学生数（人）"))
    Label(field='pupils_primary', unit='人', header='')
    """

    def __init__(self, names: Names, headers: Iterable[str] = (), stage: str = ""):
        self.columns, self._names = names.columns, names
        self._given = {clean_header(header): header for header in headers}
        self._stage = _limits()["stages"][stage] if stage else ""
        self._found: dict[tuple[str, ...], Label | None] = {}

    def find(self, parts: tuple[str, ...]) -> Label | None:
        """Return what the cells of one column of the head mean, from the top down; None when nobody knows."""
        if max(map(len, parts)) > longest_header():
            return None
        if parts not in self._found:
            known = None if is_number(parts[-1]) else self._from_parts(parts)
            self._found[parts] = self._from_mapping(parts) or known
        return self._found[parts]

    def _from_mapping(self, parts: tuple[str, ...]) -> Label | None:
        if not self._given:
            return None
        for name in ("/".join(parts), "".join(parts)):
            header = self._given.get(clean_header(name))
            if header is not None:
                return Label("", split_unit(parts[-1])[1], header)
        return None

    def _from_parts(self, parts: tuple[str, ...]) -> Label | None:
        """Flatten: put together in any order, without groups that say nothing and with a last 合计 left off."""
        if len(parts) > 1 and (find_unit(parts[-1]) or parts[-1] in _limits()["unitless"]):
            return self._from_unit(parts)
        if len(parts) == 1:
            return self._from_text(parts[0]) or self._from_stage(parts[0])
        if any(map(find_unit, parts[:-1])):
            return None  # a line of units above the head, not a group of columns
        label = self._joined(parts)
        if label:
            return label
        if clean_header(parts[-1]) in _limits()["whole"]:
            return self._from_parts(parts[:-1])
        kept = tuple(part for part in parts[:-1] if not _says_nothing(part, parts[-1]))
        if len(kept) < len(parts) - 1:
            return self._from_group(parts, kept)
        alone = self._from_text(parts[-1])
        return alone if alone and self.columns[alone.field].kind in WORDS else None

    def _from_unit(self, parts: tuple[str, ...]) -> Label | None:
        """The last row states the units; a dash in it stands under words and shares."""
        label = self._from_parts(parts[:-1])
        if label is None or not label.field or parts[-1] in _limits()["unitless"]:
            return label
        counted = self.columns[label.field].kind not in WORDS
        return label._replace(unit=find_unit(parts[-1])) if counted else None

    def _from_group(self, parts: tuple[str, ...], kept: tuple[str, ...]) -> Label | None:
        """Without the groups that say nothing but, perhaps, the unit of the columns under them."""
        label = self._from_parts((*kept, parts[-1]))
        if label is None or label.unit or not label.field:
            return label
        if isinstance(self.columns[label.field], Control):
            return None  # 一年级 under 教师 counts no pupils
        stated = [split_unit(part)[1] for part in parts[:-1] if part not in kept]
        wanted = self.columns[label.field].unit
        return label._replace(unit=next((u for u in stated if same_kind(u, wanted)), ""))

    def _joined(self, parts: tuple[str, ...]) -> Label | None:
        split = [split_unit(clean_header(part)) for part in parts]
        unit = next((unit for _, unit in reversed(split) if unit), "")
        bases = [_plain_stage(base) for base, _ in split]
        for order in permutations(bases):
            *before, last = order
            label = self._from_text("".join(order)) or self._from_text(
                f"{last}（{''.join(before)}）"
            )
            if label:
                return label._replace(unit=unit or label.unit)
        return None

    def _from_text(self, text: str) -> Label | None:
        cleaned = clean_header(text)
        if cleaned in self._names.known:
            field = self._names.known[cleaned]
            by_id = text.strip() == field
            return Label(field, self.columns[field].unit if by_id else split_unit(text)[1])
        base, unit = split_unit(text)
        field = self._names.loose.get(base)
        return Label(field, unit) if field else None

    def _from_stage(self, text: str) -> Label | None:
        """A stage in brackets behind the name, or the one stage of the file before it."""
        base, unit = split_unit(text)
        found = _BRACKET.fullmatch(clean_header(base))
        stage = _plain_stage(found[2]) if found else ""
        if stage in _stages():
            base = found[1]
        else:
            stage = self._stage
        label = self._from_text(stage + base) if stage else None
        return label and label._replace(unit=unit or label.unit)


# Kinds of columns that hold no number.
WORDS = ("text", "choice", "boolean")


def longest_header() -> int:
    """Return how many characters a header has at most (表头最长字数).

    Returns
    -------
    int
        A longer text is a remark, or a cell that swallowed others.

    Examples
    --------
    >>> longest_header()
    200
    """
    return _limits()["longest"]


@cache
def split_unit(header: str) -> tuple[str, str]:
    """Take the unit off the end of a header (拆出单位).

    Parameters
    ----------
    header
        As written.

    Returns
    -------
    tuple of str
        The rest, and the unit as find_unit names it; the header and "" where it ends with none.

    Examples
    --------
    >>> split_unit("教学仪器设备值（万元）"), split_unit("片内学生（小学）")
    (('教学仪器设备值', '万元'), ('片内学生（小学）', ''))
    """
    if len(header) > longest_header():
        return header, ""
    text = clean_header(header)
    for shape in (_BRACKET, _STATED, _SLASH):
        found = shape.fullmatch(text)
        unit = find_unit(found[2].removeprefix("单位:")) if found else None
        if unit:
            return found[1].rstrip(",、;_-") or found[1], unit
    return text, ""


def is_number(text: str) -> bool:
    """Return whether a text is digits with at most signs, points and commas (是否数字)."""
    digits = text.strip("0123456789０１２３４５６７８９.,，． +-%％")
    return not digits and any(sign.isdigit() for sign in text)


def same_kind(unit: str, wanted: str) -> bool:
    """Return whether a number in one unit can be told in the other (单位是否同类)."""
    return bool(unit and wanted) and convert(Decimal(1), unit, wanted) is not None


def _says_nothing(group: str, last: str) -> bool:
    """Whether a group adds nothing to the column under it: a mere title, or the whole of which that is a part."""
    if "单位" in group:  # a line of units above the head
        return False
    name, part = split_unit(group)[0], split_unit(last)[0]
    return name in _limits()["neutral_groups"] or part in _limits()["wholes"].get(name, ())


def _plain_stage(text: str) -> str:
    """小学 for 小学阶段 or 小学部."""
    for ending in _limits()["stage_endings"]:
        if text.removesuffix(ending) in _stages():
            return text.removesuffix(ending)
    return text


def _limits() -> Mapping:
    return load_rules()["H01"].limits


def _stages() -> tuple[str, ...]:
    return tuple(_limits()["stages"].values())
