"""The one dictionary of raw columns, columns.toml, as frozen dataclasses."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_JOINED = {"integer": "sum", "decimal": "sum", "areas": "sum", "boolean": "all"}


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
    joined
        How the entries of campuses make that of their school: "sum", "largest", "first", "all" (true where all are) or
        "same" (missing where they differ).
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
    joined: str = "same"

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
        return {
            "text": "文字",
            "choice": "、".join(self.choices.values()),
            "boolean": "是 或 否",
            "integer": f"{span} 的整数{unit}",
            "decimal": f"{span} 的数{unit}",
            "areas": f"用分号隔开的面积，每个为 {span} 的数{unit}",
        }[self.kind]


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


def _make_column(entry: dict, stage: str, name: dict) -> Column:
    """Fill one entry of the dictionary in for one stage."""
    rest = {
        k: v for k, v in entry.items() if k not in ("id", "headers", "label", "meaning", "at_most")
    }
    rest.setdefault("joined", _JOINED.get(entry["kind"], "same"))
    return Column(
        id=entry["id"].format(stage=stage),
        headers=tuple(header.format(stage=name["zh"]) for header in entry["headers"]),
        zh=entry["label"]["zh"].format(stage=name["zh"]),
        en=entry["label"]["en"].format(stage=name["en"]),
        meaning=entry["meaning"].format(stage=name["zh"]),
        at_most=entry.get("at_most", "").format(stage=stage),
        **rest,
    )
