"""The dictionaries of raw data as frozen dataclasses: columns.toml and county_figures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from youzhi.exact import parse_number

_JOINED = {"integer": "sum", "decimal": "sum", "areas": "sum", "boolean": "all"}

# Two kinds of choice that many county figures share: what somebody found, and whether a veto holds.
_CHOICES = {
    "finding": {"met": "达标", "not_met": "未达标"},
    "veto": {"absent": "不存在", "present": "存在"},
}


@dataclass(frozen=True)
class Column:
    """One raw column of a school table, as columns.toml describes it (原始列).

    Attributes
    ----------
    id, headers, zh, en, unit, kind, meaning
        Name, accepted Chinese headers, labels, unit, kind of value and meaning.
    required
        The table is refused without it.
    min, max
        Allowed range, both included.
    choices
        Canonical value to its Chinese word, for kind "choice".
    at_most
        Id of the column that this one may not exceed.
    together_at_most
        Id of the column that this one may not exceed, added to all others that name the same column here.
    joined
        How the entries of campuses make that of their school: "sum", "largest", "first", "all" (true where all are) or
        "same" (missing where they differ).
    form, optional
        Of a county figure: its table of the application form; whether it may be said not to apply.
    """

    id: str
    headers: tuple[str, ...]
    zh: str
    en: str
    kind: str
    meaning: str
    unit: str = ""
    required: bool = False
    min: float | None = None
    max: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    at_most: str = ""
    together_at_most: str = ""
    joined: str = "same"
    form: str = ""
    optional: bool = False

    @property
    def needed(self) -> bool:
        """Whether a table must have the column; county and year may come from where the file lies."""
        return self.required or self.id in ("county", "year")

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers."""
        return self.kind in ("integer", "decimal")

    @property
    def allowed(self) -> str:
        """What may stand in a cell of this column, in Chinese (允许的填法)."""
        span = f"{self.min} 至 {self.max}" if self.min is not None else ""
        unit = f"（{self.unit}）" if self.unit else ""
        absent = "，或未监测、不适用" if self.optional else ""
        words = {
            "text": "文字",
            "choice": "、".join(self.choices.values()),
            "boolean": "是 或 否",
            "integer": f"{span} 的整数{unit}",
            "decimal": f"{span} 的数{unit}",
            "areas": f"用分号隔开的面积，每个为 {span} 的数{unit}",
        }
        return words[self.kind] + absent


@dataclass(frozen=True, kw_only=True)
class Control(Column):
    """A column that is only held against others and not kept (核对列).

    Attributes
    ----------
    measure
        What is counted: "pupils", "classes" or "entrants".
    stage
        Whose; empty where the system of schooling or the type of the school says it.
    grade, year
        Counted from the first grade of primary or of junior school; 0 where the other one is given, or neither.
    grade_zh
        Name of the grade, such as 一年级; empty for entrants.
    """

    measure: str
    stage: str = ""
    grade: int = 0
    year: int = 0
    grade_zh: str = ""


@cache
def load_columns() -> dict[str, Column]:
    """Load the dictionary of raw columns, stage by stage where a column has stages (数据列字典).

    Returns
    -------
    dict of str to Column
        In the order of columns.toml.

    Examples
    --------
    >>> load_columns()["pupils_primary"].headers[0]
    '小学学生人数'
    """
    text = (Path(__file__).parent / "columns.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    columns = {}
    for entry in document["column"]:
        stages = document["stages"] if "{stage}" in entry["id"] else {"": {"zh": "", "en": ""}}
        for stage, name in stages.items():
            column = _make_column(entry, stage, name)
            columns[column.id] = column
    return columns


@cache
def load_totals() -> dict[str, Column]:
    """Load the columns that have stages as a table names them that does not say the stage (不分学段的列).

    Returns
    -------
    dict of str to Column
        The ids keep their "{stage}".

    Examples
    --------
    >>> load_totals()["pupils_{stage}"].headers[0]
    '学生人数'
    """
    text = (Path(__file__).parent / "columns.toml").read_text(encoding="utf-8")
    entries = [entry for entry in tomllib.loads(text)["column"] if "{stage}" in entry["id"]]
    columns = [_make_column(entry, "{stage}", {"zh": "", "en": ""}) for entry in entries]
    return {column.id: column for column in columns}


@cache
def load_controls() -> dict[str, Control]:
    """Load the columns by which a table of schools is checked and which it does not keep (核对列).

    Returns
    -------
    dict of str to Control
        Pupils and classes by grade, then entrants. The headers are in the form of clean_header; one that is put
        together of the stage, the grade and what is counted has all orders in which people write them.

    Examples
    --------
    >>> sixth = load_controls()["pupils_junior_grade_6"]
    >>> sixth.zh, sixth.stage, "初中六年级学生数" in sixth.headers, "六年级" in sixth.headers
    ('初中六年级学生数', 'junior', True, False)
    """
    text = (Path(__file__).parent / "columns.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    control, stages = document["control"], document["stages"]
    controls = [
        _make_grade(name, measure, entry, stages)
        for name, measure in control["measure"].items()
        for entry in control["grade"]
    ]
    controls += [
        _make_entrants(control["measure"]["pupils"], entry) for entry in control["entrants"]
    ]
    return {one.id: one for one in controls}


@cache
def load_figures() -> dict[str, Column]:
    """Load the dictionary of county figures, subject by subject where a figure has subjects (县级数据项字典).

    Returns
    -------
    dict of str to Column
        In the order of county_figures.toml.

    Examples
    --------
    >>> load_figures()["monitoring_level_pe"].zh, load_figures()["veto_key_schools"].allowed
    ('体育学业水平等级', '不存在、存在')
    """
    text = (Path(__file__).parent / "county_figures.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    figures = {}
    for entry in document["figure"]:
        subjects = (
            document["subjects"] if "{subject}" in entry["id"] else {"": {"zh": "", "en": ""}}
        )
        for subject, name in subjects.items():
            figure = _make_column(_as_choice(entry), subject, name, "subject")
            figures[figure.id] = figure
    return figures


@cache
def load_item_columns() -> dict[str, Column]:
    """Load the columns of a table of county figures, one row per figure (县级数据表的列).

    Returns
    -------
    dict of str to Column
        In the order of county_figures.toml; those that a school table has too are the same.

    Examples
    --------
    >>> load_item_columns()["value"].headers[0]
    '填报值'
    """
    text = (Path(__file__).parent / "county_figures.toml").read_text(encoding="utf-8")
    document, shared = tomllib.loads(text), load_columns()
    own = {
        entry["id"]: _make_column(entry, "", {"zh": "", "en": ""}) for entry in document["column"]
    }
    return {name: own.get(name) or shared[name] for name in document["columns"]}


@cache
def load_subjects() -> dict[str, str]:
    """Load the subjects of the national monitoring and their Chinese names (监测学科).

    Returns
    -------
    dict of str to str
        In the order of the application form.
    """
    text = (Path(__file__).parent / "county_figures.toml").read_text(encoding="utf-8")
    return {subject: name["zh"] for subject, name in tomllib.loads(text)["subjects"].items()}


def parse_areas(text: str, column: Column) -> list[Decimal]:
    """Split the areas of single rooms at their semicolons (拆分单间面积).

    Parameters
    ----------
    text
        Plain numbers with a semicolon between two of them.
    column
        Of the kind "areas".

    Returns
    -------
    list of Decimal
        In the order of the text (㎡).

    Raises
    ------
    ValueError
        One of them is no plain number or lies outside the range of the column.

    Examples
    --------
    >>> parse_areas("96; 90.5", load_columns()["music_room_areas_m2"])
    [Decimal('96'), Decimal('90.5')]
    """
    areas = [parse_number(part.strip()) for part in text.replace("；", ";").split(";")]
    if not all(column.min <= area <= column.max for area in areas):
        raise ValueError(text)
    return areas


def _make_grade(name: str, measure: dict, entry: dict, stages: dict) -> Control:
    """Pupils or classes of one grade, with all headers that say so."""
    stage, places = (
        entry.get("stage", ""),
        {k: v for k, v in entry.items() if k in ("grade", "year")},
    )
    word = stages[stage]["zh"] if stage else ""
    named = [
        (before, grade) for before in dict.fromkeys(("", word)) for grade in entry.get("names", ())
    ]
    named += [(word, grade) for grade in entry.get("staged", ())]
    headers = dict.fromkeys(
        header
        for counted in measure["words"]
        for before, grade in named
        for header in (before + grade + counted, before + counted + grade)
    )
    [(kind, at)] = places.items()
    return Control(
        id="_".join(filter(None, (name, stage, kind, str(at)))),
        headers=tuple(headers),
        zh=f"{''.join(named[0])}{measure['zh']}",
        en=f"{name} of {stage} {kind} {at}",
        kind="integer",
        meaning="只用于核对，不保存",
        unit=measure["unit"],
        min=0,
        max=measure["max"],
        joined="sum",
        measure=name,
        stage=stage,
        grade_zh="".join(named[0]),
        **places,
    )


def _make_entrants(pupils: dict, entry: dict) -> Control:
    """New pupils of a stage, or of a school that has only one."""
    stage = entry.get("stage", "")
    return Control(
        id="_".join(filter(None, ("entrants", stage))),
        headers=tuple(entry["headers"]),
        zh=entry["headers"][0],
        en=f"entrants {stage}".strip(),
        kind="integer",
        meaning="只用于核对，不保存",
        unit=pupils["unit"],
        min=0,
        max=pupils["max"],
        joined="sum",
        measure="entrants",
        stage=stage,
    )


def _as_choice(entry: dict) -> dict:
    """A finding or a veto is a choice between two words."""
    if entry["kind"] not in _CHOICES:
        return entry
    return entry | {"kind": "choice", "choices": _CHOICES[entry["kind"]]}


def _make_column(entry: dict, place: str, name: dict, mark: str = "stage") -> Column:
    """Fill one entry of a dictionary in for one stage or subject."""
    rest = {
        k: v for k, v in entry.items() if k not in ("id", "headers", "label", "meaning", "at_most")
    }
    rest.setdefault("joined", _JOINED.get(entry["kind"], "same"))
    zh, en = {mark: name["zh"]}, {mark: name["en"]}
    return Column(
        id=entry["id"].format(**{mark: place}),
        headers=tuple(header.format(**zh) for header in entry["headers"]),
        zh=entry["label"]["zh"].format(**zh),
        en=entry["label"]["en"].format(**en),
        meaning=entry["meaning"].format(**zh),
        at_most=entry.get("at_most", "").format(**{mark: place}),
        **rest,
    )
