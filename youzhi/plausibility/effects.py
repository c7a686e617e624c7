"""What rests on one raw column: indicators, coefficients, items and reliefs, read out of the standard."""

from __future__ import annotations

from collections.abc import Iterable

from youzhi.standards import Condition, Indicator, Item, Rooms, Standard

_NAMED = 4

# Column to the key of a condition that looks at it.
_ASKED = {
    "school_type": "school_types",
    "zone": "zones",
    "organiser_code": "public",
    "boarding": "boarding",
    "inner_city": "inner_city",
    "built_year": "built_by",
    "migrant_pupils": "migrant_share_above",
    "pupils_{stage}": "pupils_from pupils_below migrant_share_above",
    "largest_class_{stage}": "largest_class_below",
}


def explain_effect(field: str, standard: Standard) -> str:
    """Say which indicators, items and rules of a standard rest on a column (影响范围).

    Parameters
    ----------
    field
        Id of a column of the school table.
    standard
        Any.

    Returns
    -------
    str
        Chinese; empty when nothing of the standard rests on it.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> explain_effect("degree_teachers_primary", load_standard("jiaodu-2017-6"))
    '影响指标：每百名学生拥有高于规定学历教师数（小学）及其差异系数'
    """
    clauses = {
        "影响计数：": _counts(field, standard),
        "影响指标：": _indicators(field, standard),
        "影响评估项：": _items(field, standard),
        "影响过渡期规定：": _reliefs(field, standard),
    }
    return "；".join(lead + _list(words) for lead, words in clauses.items() if words)


def _list(words: list[str]) -> str:
    """The first few, and how many there are."""
    more = f"等{len(words)}项" if len(words) > _NAMED else ""
    return "、".join(words[:_NAMED]) + more


def _fill(names: Iterable[str], standard: Standard) -> set[str]:
    """Names with every stage filled in."""
    return {name.replace("{stage}", stage) for name in names for stage in standard.stages}


def _counts(field: str, standard: Standard) -> list[str]:
    """Whether and as what a school counts."""
    sections = _fill(["pupils_{stage}"], standard) | {"school_type"}
    by_organiser = any(rule.organiser_codes for rule in standard.exclusion)
    words = [
        ("学校有没有这个学段、计不计入", field in sections),
        ("学校计不计入", field == "organiser_code" and by_organiser),
        ("哪些校区合为一所学校", field == "campus_of"),
    ]
    return [word for word, holds in words if holds]


def _indicators(field: str, standard: Standard) -> list[str]:
    """Indicators with the stages in which the column is used; pupils are below all of them."""
    by_pupils = [stage for stage in standard.stages if field == f"pupils_{stage}"]
    if by_pupils:
        stage = standard.stages[by_pupils[0]].zh
        return [f"{stage}全部{len(standard.indicator)}项指标（分母）和差异系数（权数）"]
    if field.removeprefix("pupils_") in standard.split.weights:
        return ["一贯制学校和完全中学共用资源的拆分，涉及各项共用指标及其差异系数"]
    told = []
    for indicator in standard.indicator:
        stages = [stage for stage in standard.stages if field in _columns(indicator, stage)]
        if stages:
            words = "、".join(standard.stages[stage].zh for stage in stages)
            told.append(f"{indicator.label.zh}（{words}）")
    return [*told[:-1], f"{told[-1]}及其差异系数"] if told else []


def _columns(indicator: Indicator, stage: str) -> set[str]:
    return {name.format(stage=stage) for name in (*indicator.numerator, *indicator.subtract)}


def _items(field: str, standard: Standard) -> list[str]:
    return [
        f"{item.code} {item.short}" for item in standard.item if _rests_on(item, field, standard)
    ]


def _rests_on(item: Item, field: str, standard: Standard) -> bool:
    """Whether a check of the item counts the column, or asks for it to know whom it is about."""
    for check in item.check:
        asked = _fill(check.asks, standard)
        if isinstance(check, Rooms):
            asked |= _fill(["classes_{stage}"], standard)
        scope = getattr(check, "scope", [])
        if field in asked or _asks(scope, field, standard):
            return True
    return False


def _asks(conditions: Iterable[Condition], field: str, standard: Standard) -> bool:
    """Whether any of the conditions looks at the column."""
    keys = [
        key
        for name, known in _ASKED.items()
        if field in _fill([name], standard)
        for key in known.split()
    ]
    return any(
        getattr(condition, key) not in ([], None) for condition in conditions for key in keys
    )


def _reliefs(field: str, standard: Standard) -> list[str]:
    return [
        relief.label.zh
        for relief in standard.reliefs
        if field in _fill(getattr(relief, "add", []), standard)
        or _asks(relief.when, field, standard)
    ]
