"""One corrupted workbook through the reader, the checks and the verdicts, against the valid one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import youzhi as yz
from benchmarks.corruptions.book import COUNTY, YEAR, Book, make_book
from youzhi.intake.findings import Finding
from youzhi.intake.gather import Gathered, gather_sources
from youzhi.plausibility import check_table
from youzhi.tables import SchoolTable

OPEN = "cannot_tell"
CRASH = "crash"
_COUNTY = ("county",)


@dataclass(frozen=True)
class Touched:
    """Where something was changed: rows of the corrupted file, and headers as they stand in it or stood before."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[str] = frozenset()
    what: str = ""

    def meets(self, finding: Finding) -> bool:
        """Whether a finding points here: at the row, or without a row at the column or at the whole file."""
        if finding.row != "":
            return finding.row in self.rows
        return not finding.column or finding.column in self.columns


@dataclass(frozen=True)
class Trial:
    """What became of one corruption."""

    kind: str
    seed: int
    what: str
    outcomes: frozenset[str]
    same_table: bool
    changed: tuple[tuple, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """Nothing is used of it."""
        return "reject" in self.outcomes

    @property
    def noticed(self) -> bool:
        """Some finding points to the place."""
        return bool(self.outcomes)

    @property
    def moved(self) -> bool:
        """A verdict is another one."""
        return bool(self.changed)

    @property
    def silent(self) -> bool:
        """A verdict is another one, nothing is said of the place, and the verdict does not say itself what is missing."""
        return not self.noticed and any(now != OPEN for _, _, now in self.changed)

    @property
    def end(self) -> str:
        """The column of the table in which it is counted."""
        if CRASH in self.outcomes:
            return "crashed"
        if self.refused:
            return "refused"
        if self.same_table:
            return "restored" if self.noticed else "harmless"
        if self.silent:
            return "silent"
        if self.noticed:
            return "told_moved" if self.moved else "told_still"
        return "withheld" if self.moved else "still"


def judge_gathered(
    gathered: Gathered, touched: Touched, kind: str, seed: int, book: Book | None = None
) -> Trial:
    """Compare what was read with the valid workbook."""
    book = book or make_book()
    findings, schools = list(gathered.findings), gathered.schools
    if schools is None:
        return _trial(kind, seed, touched, findings, False)
    if is_same(schools, book.schools):
        return _trial(kind, seed, touched, findings, True)
    findings += check_table(schools, book.before, book.standard, gathered.place)
    changed = find_changes(schools, book)
    return _trial(kind, seed, touched, findings, False, changed)


def read(source, book: Book) -> Gathered:
    """What the reader makes of a file that is in memory already."""
    return gather_sources([source], COUNTY, YEAR, names=book.names, code_pattern=book.code_pattern)


def _trial(kind, seed, touched, findings: Iterable[Finding], same, changed=()) -> Trial:
    met = [one for one in findings if one.outcome == "reject" or touched.meets(one)]
    return Trial(
        *(kind, seed, touched.what, frozenset(one.outcome for one in met), same),
        *(tuple(changed), tuple(sorted({one.rule for one in met}))),
    )


def is_same(one: SchoolTable, other: SchoolTable) -> bool:
    """Whether two tables say the same, digit by digit."""
    columns = sorted(one.frame)
    return (
        columns == sorted(other.frame)
        and one.frame[columns].equals(other.frame[columns])
        and dict(one.exact) == dict(other.exact)
    )


def find_changes(schools: SchoolTable, book: Book) -> list[tuple[tuple, str, str]]:
    """Verdicts that are others; that of the county, which costs most, only where those below leave the question open."""
    result, before = yz.assess(schools, None, book.standard), _valid_verdicts()
    changed = compare(before, {_COUNTY: before[_COUNTY], **list_verdicts(result, book)})
    if any(now != OPEN for _, _, now in changed):
        return changed
    return changed + compare({_COUNTY: before[_COUNTY]}, {_COUNTY: result.verdict})


def list_verdicts(result: yz.Assessment, book: Book) -> dict[tuple, str]:
    """Verdict of every section and of every coefficient; a school is known by its code, else by its name."""
    codes, verdicts = _know_schools(result.sections.schools, book), {}
    for row in result.schools[["stage", "school", "verdict"]].itertuples(index=False):
        verdicts["school", row.stage, codes.get(row.school, row.school)] = row.verdict
    for row in result.coefficients[["stage", "indicator", "verdict"]].itertuples(index=False):
        verdicts["coefficient", row.stage, row.indicator] = row.verdict
    return verdicts


def _know_schools(schools: SchoolTable, book: Book) -> dict[str, str]:
    """Name to the code that the school has in the valid workbook; its own code where it is none of those."""
    valid = dict(zip(book.schools.frame["school"], book.schools.frame["school_id"], strict=True))
    codes = dict(zip(schools.frame["school"], schools.frame["school_id"], strict=True))
    known = set(valid.values())
    return {name: code if code in known else valid.get(name, code) for name, code in codes.items()}


def compare(before: dict[tuple, str], now: dict[tuple, str]) -> list[tuple[tuple, str, str]]:
    """Verdicts that differ; one that is not there is empty."""
    keys = dict.fromkeys([*before, *now])
    pairs = [(key, before.get(key, ""), now.get(key, "")) for key in keys]
    return [(key, then, word) for key, then, word in pairs if then != word]


@cache
def _valid_verdicts() -> dict[tuple, str]:
    book = make_book()
    result = yz.assess(book.schools, None, book.standard)
    return {_COUNTY: result.verdict, **list_verdicts(result, book)}
