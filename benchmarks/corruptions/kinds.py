"""Kinds of corruption as kinds.toml declares them, and one trial of a kind."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.corruptions import cells, files, sheets
from benchmarks.corruptions.book import COUNTY, NUMBERS, YEAR, make_book
from benchmarks.corruptions.trial import CRASH, Trial, judge_gathered, read
from youzhi.intake.gather import gather

_FIELDS = {
    "numbers": NUMBERS,
    "amounts": cells.AMOUNTS,
    "areas": cells.AREAS,
    "counts": cells.COUNTS,
}


@dataclass(frozen=True)
class Kind:
    """One entry of kinds.toml."""

    id: str
    where: str
    title: Mapping[str, str]
    expect: str
    do: str = ""
    fields: str = "numbers"
    medium: str = ""
    mark: str = ""

    @property
    def name(self) -> str:
        """Of the function that does it."""
        return self.do or self.id


@cache
def load_kinds() -> dict[str, Kind]:
    """In the order of kinds.toml."""
    text = (Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8")
    return {entry["id"]: Kind(**entry) for entry in tomllib.loads(text)["kind"]}


def corrupt(kind: Kind, seed: int) -> Trial:
    """Corrupt the valid workbook once; kind and seed alone decide how."""
    rng, book = Random(f"{kind.id} {seed}"), make_book()
    if kind.where == "file":
        name, content, touched = getattr(files, kind.name)(rng, book)
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            gathered = gather(
                *([path], COUNTY, YEAR), names=book.names, code_pattern=book.code_pattern
            )
        return judge_gathered(gathered, touched, kind.id, seed)
    grid = book.grid(kind.medium or rng.choice(["csv", "xlsx"]))
    if kind.where == "cell":
        change = getattr(cells, kind.name)
        touched = cells.change_cell(rng, grid, change, _FIELDS[kind.fields], kind.mark)
    else:
        touched = getattr(sheets, kind.name)(rng, grid, book)
    return judge_gathered(read(grid.source(), book), touched, kind.id, seed)


def try_kind(name: str, seeds: Iterable[int]) -> list[Trial]:
    """Some trials of one kind; what the code cannot stand is a result too."""
    return [_try(load_kinds()[name], seed) for seed in seeds]


def _try(kind: Kind, seed: int) -> Trial:
    try:
        return corrupt(kind, seed)
    except Exception as error:  # whatever it is, it is what this experiment looks for
        return Trial(kind.id, seed, f"{type(error).__name__}: {error}", frozenset({CRASH}), False)
