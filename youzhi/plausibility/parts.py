"""Rows that may be parts of one school: campuses and departments that stand as schools of their own."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from youzhi.columns import load_columns
from youzhi.intake.findings import Rule, load_rules
from youzhi.intake.values.names import clean_name
from youzhi.plausibility.pairing import own_names
from youzhi.plausibility.survey import Found, Survey

_BRACKETS = ("（", "）")


def _stem(name: str, parts: list[str]) -> str:
    """A name without the bracket and the words by which parts of a school are told apart."""
    start, end = (name.rfind(sign) for sign in _BRACKETS)
    if 0 < start < end == len(name) - 1 and name[start + 1 : end].endswith(tuple(parts)):
        return _stem(name[:start], parts)
    for part in parts:
        if name.endswith(part) and len(name) > len(part) + 1:
            return _stem(name.removesuffix(part), parts)
    return name


def _stems(survey: Survey, rows: list[int], parts: list[str]) -> dict[str, list[int]]:
    """Stem to the rows that have it, in the order of the table."""
    names = {row: clean_name(name) for row, name in enumerate(own_names(survey.schools))}
    stems = {row: _stem(names[row], parts) for row in rows}
    whole = {stem for row, stem in stems.items() if stem == names[row]}
    groups = defaultdict(list)
    for row, stem in stems.items():
        # without a bracket the name of the campus itself is left over: 实验小学东(校区)
        starts = [stem[:at] for at in range(len(stem), 1, -1) if stem[:at] in whole]
        groups[starts[0] if starts and stem != names[row] else stem].append(row)
    return groups


def _whole_resources_twice(survey: Survey, rule: Rule) -> Found:
    for one, other, equal in _doubled(survey):
        told = "，".join(survey.value(one, name) for name in equal[:3])
        found = f"{survey.names[one]}与{survey.names[other]}：{len(equal)}列相同（{told}）"
        yield survey.note(rule, other, "school", found)


def _doubled(survey: Survey) -> list[tuple[int, int, list[str]]]:
    """Pairs of rows with one stem that share resources, and the columns that are equal."""
    limits = load_rules()["K10c"].limits
    names = [name for name in limits["columns"] if name in survey.schools.frame]
    groups = _stems(survey, list(range(len(survey.schools))), limits["parts"])
    pairs = []
    for rows in groups.values():
        for one, other in combinations(rows, 2):
            values = {n: survey.numbers(n)[[one, other]] for n in names}
            equal = [name for name, (a, b) in values.items() if a == b > 0]
            if len(equal) >= limits["equal"]:
                pairs.append((one, other, equal))
    return pairs


def _campus_without_school(survey: Survey, rule: Rule) -> Found:
    belongs = survey.schools.texts("campus_of")
    free = [row for row in range(len(survey.schools)) if not belongs[row]]
    told = [{one, other} for one, other, _ in _doubled(survey)]
    for rows in _stems(survey, free, rule.limits["parts"]).values():
        named = [row for row in rows if _has(survey.names[row], rule.limits["alone"])]
        if (not named and len(rows) < 2) or set(rows) in told:
            continue
        school = load_columns()["campus_of"].zh
        found = f"{'、'.join(survey.names[row] for row in rows)}：{school}空缺"
        yield survey.note(rule, (named or rows)[0], "school", found)


def _has(name: str, words: list[str]) -> bool:
    return any(word in name for word in words)


PARTS = {"K10c": _whole_resources_twice, "K13p": _campus_without_school}
