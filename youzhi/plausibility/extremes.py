"""Values that are possible, yet far from what ordinary schools report."""

from __future__ import annotations

import numpy as np

from youzhi.intake.findings import Rule
from youzhi.plausibility.survey import Found, Survey


def _out_of_range(survey: Survey, rule: Rule) -> Found:
    for entry in rule.limits["range"]:
        for stage, field in survey.per_stage(entry["add"][0]):
            yield from _check_range(survey, rule, entry, stage, field)


def _check_range(survey: Survey, rule: Rule, entry: dict, stage: str, field: str) -> Found:
    """One range of the rule in one stage; compared without a division, so that whole numbers stay exact."""

    def total(key: str) -> np.ndarray:
        names = [name.replace("{stage}", stage) for name in entry.get(key, [])]
        return sum((survey.numbers(name) for name in names), np.zeros(len(survey.schools)))

    top = (total("add") - total("subtract")) * entry.get("per", 1)
    below = total("over") - total("less") if "over" in entry else np.ones(len(top))
    asked = (below > 0) & (below >= entry.get("least", 0)) & (top > 0)
    low, high = entry.get("low", 0), entry.get("high", np.inf)
    label = entry["label"].replace("{stage}", survey.standard.stages[stage].zh if stage else "")
    allowed = _say_range(entry, label)
    with np.errstate(invalid="ignore"):
        hit = asked & ((top < low * below) | (top > high * below))
    for row in np.flatnonzero(hit):
        found = f"{survey.names[row]}：{label}{_short(top[row] / below[row])}{entry['unit']}"
        parts = _parts(survey, row, entry, stage) if "over" in entry else ""
        yield survey.note(rule, int(row), field, found + parts, allowed=allowed)


def _short(number: float) -> str:
    """Two decimals at most, never an exponent."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _parts(survey: Survey, row: int, entry: dict, stage: str) -> str:
    """The numbers that a ratio was made of, in brackets."""
    keys = ("add", "subtract", "over", "less")
    names = [name.replace("{stage}", stage) for key in keys for name in entry.get(key, [])]
    told = [
        f"全校在校生{survey.numbers(name)[row]:.15g}人"
        if name == "pupils"
        else survey.value(row, name)
        for name in names
    ]
    return f"（{'，'.join(told)}）"


def _say_range(entry: dict, label: str) -> str:
    """What is usual, in words."""
    words = {"low": "不低于", "high": "不高于"}
    ends = [f"{word}{entry[key]:g}{entry['unit']}" for key, word in words.items() if key in entry]
    return f"{label}一般{'、'.join(ends)}"


def _zero_beside_many(survey: Survey, rule: Rule) -> Found:
    for entry in rule.limits["zero"]:
        for stage, field in survey.per_stage(entry["column"]):
            beside = entry["beside"].replace("{stage}", stage)
            many = survey.numbers(beside)
            for row in np.flatnonzero((survey.numbers(field) == 0) & (many >= entry["from"])):
                found = f"{survey.tell(row, field)}，{_say_many(survey, row, beside)}"
                yield survey.note(rule, int(row), field, found)


def _say_many(survey: Survey, row: int, name: str) -> str:
    words = {"pupils": "全校在校生", "teachers": "小学、初中专任教师共"}
    if name in words:
        return f"{words[name]}{survey.numbers(name)[row]:.15g}人"
    return survey.value(row, name)


EXTREMES = {"N22": _out_of_range, "N22b": _zero_beside_many}
