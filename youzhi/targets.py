"""A county's own targets beside the national rule and the actual value: three layers, never mixed (三层口径)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County, Target
from youzhi.errors import UsageError
from youzhi.items import JudgedItems
from youzhi.standards import Check, Item, Ratio, Rooms
from youzhi.verdicts import CANNOT_TELL

TARGET_COLUMNS = [
    *("county", "year", "code", "check", "label", "actual", "national", "national_verdict"),
    *("local", "local_verdict", "source", "confidence", "note"),
]


def judge_targets(result: Assessment, card: County) -> pd.DataFrame:
    """Hold what is known of one county-year against the county's own targets (地方目标).

    The national rule decides the verdict of the county; a local target is told beside it and decides nothing.

    Parameters
    ----------
    result
        Of one county and year.
    card
        Its targets are used; those of items that the standard does not have are left out.

    Returns
    -------
    DataFrame
        One row per target and check, in the order of the card. Columns: county, year, code, check, label (the target
        in words), actual (text), national (text of the bar), national_verdict, local (text), local_verdict, source,
        confidence, note.

    Raises
    ------
    UsageError
        The result is of several county-years, or a target names a check that its item does not have.
    """
    result.one_year()
    items = {item.code: item for item in result.standard.item}
    rows = []
    for target in card.target:
        if target.code in items:
            for check, local in _localise(items[target.code], target, card.name_zh):
                rows.append(_compare(result, items[target.code], check, local, target))
    return pd.DataFrame(rows, columns=TARGET_COLUMNS)


def _localise(item: Item, target: Target, county: str) -> Iterator[tuple[Check, list[Check]]]:
    """The national checks that a target speaks of, each with its local form, one per reading left open."""
    found = False
    for check in item.check:
        stage = check.id.removeprefix(f"{target.check}_")
        if check.id == target.check:
            found = True
            yield check, _readings(check, target)
        elif target.bars and stage in target.bars:
            found = True
            yield check, [_override(check, target, target.bars[stage])]
    if not found:
        known = "、".join(check.id for check in item.check)
        raise UsageError(
            f"{county}的县区卡中 {target.code} 的目标指向不存在的检查“{target.check}”；可用：{known}"
        )


def _readings(check: Check, target: Target) -> list[Check]:
    """The local forms of a check; where the plan leaves open how rooms are counted, one for each reading."""
    if isinstance(check, Rooms):
        readings = [target.reading] if target.reading else check.readings or [check.reading]
        return [check.model_copy(update={"reading": reading}) for reading in readings]
    return [_override(check, target, target.bars or target.value)]


def _override(check: Check, target: Target, bar) -> Check:
    """A check with the bar or the scope of the county's own target; a bar of its own knows no relief."""
    if not isinstance(check, Ratio):
        return check
    changes: dict = {}
    if bar is not None:
        merged = check.bar | bar if isinstance(check.bar, dict) and isinstance(bar, dict) else bar
        changes = {"bar": merged, "against": [], "relief": []}
    if target.test:
        changes["test"] = target.test
    if target.counted_as:
        limits = {"pupils_from": target.pupils_from, "pupils_below": target.counted_as}
        scope = [one.model_copy(update=limits) for one in check.scope]
        changes |= {"bar": Decimal(target.counted_as), "scope": scope}
    return check.model_copy(update=changes)


def _compare(
    result: Assessment, item: Item, check: Check, local: list[Check], target: Target
) -> list[str]:
    """One row; readings that disagree leave the local verdict open."""
    national = _judge(result, item, check)
    own = [_judge(result, item, one) for one in local]
    verdicts = {one.verdict for one in own}
    verdict = own[0].verdict if len(verdicts) == 1 else CANNOT_TELL
    key = [national.county, national.year, target.code, check.id, target.label]
    actual, bars = ("；或".join(dict.fromkeys(texts)) for texts in _texts(own))
    both = [national.bar_text, national.verdict, bars, verdict]
    return [*key, actual, *both, target.source, target.confidence, target.note]


def _texts(own: list) -> tuple[list[str], list[str]]:
    return [one.printed for one in own if one.printed], [one.bar_text for one in own]


def _judge(result: Assessment, item: Item, check: Check):
    """One check of one item, judged on its own against the evidence of the result."""
    alone = item.model_copy(update={"check": [check], "join": "all"})
    judged = JudgedItems(result.judged_items.evidence, [alone], result.relief)
    return next(judged.checks.itertuples())
