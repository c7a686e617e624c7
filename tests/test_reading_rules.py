"""The rules of reading police themselves: each once, each used, each a page of the manual."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from youzhi.intake import findings
from youzhi.intake.findings import OUTCOMES, Place, load_rules, make_finding, plain

HOME = Path(findings.__file__).parents[1]
FILES = sorted((Path(findings.__file__).parent / "rules").glob("*.toml"))


def test_no_id_stands_twice():
    ids = Counter(
        rule["id"] for path in FILES for rule in tomllib.loads(path.read_text("utf-8"))["rule"]
    )
    assert [name for name, times in ids.items() if times > 1] == []
    assert set(ids) == set(load_rules())


@pytest.mark.parametrize("rule", load_rules().values(), ids=load_rules())
def test_a_rule_says_what_is_wrong_and_what_to_do(rule):
    assert re.fullmatch("[A-Z][0-9]{2}[a-z]?", rule.id)
    assert rule.outcome in OUTCOMES
    assert re.search("[一-鿿]", rule.zh)
    assert re.search("[a-z]", rule.en)
    assert not rule.zh.endswith(("。", "；"))
    # of a cell, allowed and advice may be those of its column
    assert rule.advice or rule.outcome == "norm" or rule.id[0] in "NKD"


def test_every_rule_is_used():
    code = "\n".join(path.read_text("utf-8") for path in HOME.rglob("*.py"))
    named = set(re.findall(r"\b[A-Z][0-9]{2}[a-z]?\b", code))
    listed = re.findall(r'(?:rule|RULE)\w* = "([A-Z][0-9]{2}[a-z]?)"', code)
    assert set(load_rules()) - named - set(listed) == set()


@pytest.mark.parametrize(
    ("position", "row", "cell"),
    [(0, 1, "A1"), (25, 7, "Z7"), (26, 7, "AA7"), (701, 2, "ZZ2"), (702, 2, "AAA2"), (None, 3, "")],
)
def test_a_place_is_addressed_as_a_spreadsheet_does(position, row, cell):
    assert Place("a.csv", "", row, position).cell == cell


def test_what_was_found_cannot_steer_a_terminal_and_has_an_end():
    told = make_finding("H05", Place("a\x1b.csv", "表\u202e", 1, 0, "头\n"), "\x07" + "长" * 500)
    assert all(str(part).isprintable() for part in told)
    assert len(told.found) < 200
    assert plain("𬭚㙍 <b>") == "𬭚㙍 <b>"
