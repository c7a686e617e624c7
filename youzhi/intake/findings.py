"""What was found in a file, where, by which rule, and what became of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

FINDING_COLUMNS = [
    *("file", "sheet", "row", "cell", "column", "found", "rule", "outcome", "became"),
    *("allowed", "advice", "effect"),
]

# From the most serious to the lightest: nothing is read; the value is set aside; kept and listed; converted.
OUTCOMES = {"reject": "拒收", "hold": "搁置", "warn": "提示", "norm": "已换算"}

_LONGEST = 120


class Place(NamedTuple):
    """Where something stands: row as the file counts it, position of the column from 0, header as written (位置)."""

    file: str
    sheet: str = ""
    row: int | str = ""
    position: int | None = None
    column: str = ""

    @property
    def cell(self) -> str:
        """Address as a spreadsheet program names it, such as C7; empty without row or column."""
        if self.position is None:
            return ""
        letters, at = "", self.position + 1
        while at:
            at, rest = divmod(at - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True)
class Rule:
    """One rule of reading, as intake/rules/*.toml states it (读入规则).

    Attributes
    ----------
    id, outcome
        Name and what happens: "reject", "hold", "warn" or "norm".
    zh, en
        What is wrong, in a few words.
    allowed, advice
        What may stand there and what to do; empty where the place says it itself.
    effect
        What a wrong value would change in the verdict; empty where the column tells it.
    limits
        Thresholds of the rule, by name.
    """

    id: str
    outcome: str
    zh: str
    en: str
    allowed: str = ""
    advice: str = ""
    effect: str = ""
    limits: Mapping = field(default_factory=dict)


class Finding(NamedTuple):
    """One row of a list of findings; the fields are FINDING_COLUMNS (一条发现)."""

    file: str
    sheet: str
    row: int | str
    cell: str
    column: str
    found: str
    rule: str
    outcome: str
    became: str
    allowed: str
    advice: str
    effect: str


@cache
def load_rules() -> dict[str, Rule]:
    """Load the rules of reading (读入规则表).

    Returns
    -------
    dict of str to Rule
        File by file in the order of their names, inside a file as written.

    Examples
    --------
    >>> load_rules()["N01"].outcome
    'norm'
    """
    rules = {}
    for path in sorted((Path(__file__).parent / "rules").glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
            title = entry.pop("title")
            rule = Rule(**entry, zh=title["zh"], en=title["en"])
            rules[rule.id] = rule
    return rules


def make_finding(
    rule: str, place: Place, found: object, *, became: str = "", allowed: str = "", advice: str = ""
) -> Finding:
    """Make one finding; what is not said here is said by the rule (生成一条发现).

    Parameters
    ----------
    rule
        Id of a rule.
    place
        Where.
    found
        What stands there, as written.
    became
        The value that was read in its place, or that is proposed.
    allowed, advice
        In place of the rule's.

    Returns
    -------
    Finding
        No control character and no text of unbounded length in it.

    Examples
    --------
    >>> found = make_finding("N01", Place("a.csv", "", 3, 2, "班级数"), "１２", became="12")
    >>> found.cell, found.outcome, found.became
    ('C3', 'norm', '12')
    """
    known = load_rules()[rule]
    return Finding(
        *(plain(place.file), plain(place.sheet), place.row, place.cell, plain(place.column)),
        *(plain(found), rule, known.outcome, plain(became)),
        *(allowed or known.allowed, advice or known.advice, known.effect),
    )


def plain(text: object) -> str:
    r"""Return a text that can be printed on one line: control and direction marks are spelled out, long ones cut (转义).

    Parameters
    ----------
    text
        Anything.

    Returns
    -------
    str
        At most some hundred characters.

    Examples
    --------
    >>> plain("甲" + chr(0x202E) + "校")
    '甲\\u202e校'
    """
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(text)
    )
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def tabulate_findings(findings: Iterable[Finding]) -> pd.DataFrame:
    """Put findings into a table (发现清单).

    Parameters
    ----------
    findings
        In any number, also none.

    Returns
    -------
    DataFrame
        Columns FINDING_COLUMNS, in the order given.
    """
    return pd.DataFrame(list(findings), columns=FINDING_COLUMNS)


def is_refused(findings: Iterable[Finding]) -> bool:
    """Return whether one of the findings forbids to read on (是否拒收)."""
    return any(finding.outcome == "reject" for finding in findings)
