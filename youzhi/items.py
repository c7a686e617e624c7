"""Judged checks -> items with a verdict, a printed value and the reason, as labelled tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from youzhi.checks import Evidence, JudgedCheck, combine_arrays, judge_checks
from youzhi.checks.rooms import READING_WORDS
from youzhi.columns import load_columns, load_figures, load_subjects
from youzhi.conditions import holds
from youzhi.exact import as_fraction, round_half_up
from youzhi.standards import Finding, Item, Ratio, Rooms
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

ITEM_COLUMNS = [
    *("county", "year", "code", "verdict", "value", "rule", "source"),
    *("part", "label", "evidence", "reason", "confidence"),
    *("verdict_without_relief", "verdict_other_reading", "data_kinds", "figure_sources"),
]
CHECK_COLUMNS = [
    *("county", "year", "code", "check", "label", "over", "verdict", "value", "printed"),
    *("numerator", "denominator", "bar", "bar_text", "unit", "test", "in_scope", "failing"),
    *("unknown", "stated", "reason"),
]
PLACE_COLUMNS = [
    *("county", "year", "code", "check", "stage", "school", "school_id", "town", "verdict"),
    *("value", "printed", "numerator", "denominator", "bar", "bar_text", "unit", "amount"),
    "amount_unit",
]
TEST_WORDS = {"at_least": "不低于", "at_most": "不超过", "below": "低于"}
_MOST_MORE = 10
_OVER_WORDS = {"school": ("所", "学校"), "section": ("个", "校段"), "subject": ("个", "学科")}


@dataclass(frozen=True)
class JudgedItems:
    """The items of a standard judged for many county-years, as tables that are made when asked for (评估项).

    Attributes
    ----------
    evidence
        Schools and county figures that they rest on.
    items
        In the order of the standard.
    relief
        True or False in every year; None for the years that each relief names.
    """

    evidence: Evidence
    items: list[Item]
    relief: bool | None

    @cached_property
    def judged(self) -> list[JudgedCheck]:
        """Every check, judged."""
        return judge_checks(self.evidence, self.items, self.relief)

    @property
    def relieved_codes(self) -> list[str]:
        """Codes of the items for which a transitional relief was used anywhere."""
        used = [one for one in self.judged if one.relieved is not None and one.relieved.any()]
        return list(dict.fromkeys(one.item.code for one in used))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per county, year and item; see Assessment.items."""
        verdicts = _item_verdicts(self.judged, self.items)
        others = self._other_verdicts(verdicts)
        checks = self.checks
        grouped = checks.groupby(["county", "year", "code"], sort=False)
        values = grouped["printed"].agg(lambda texts: "；".join(text for text in texts if text))
        reasons = grouped["reason"].agg(lambda texts: "；".join(text for text in texts if text))
        rows = []
        for at, (county, year) in enumerate(self.evidence.keys):
            for item in self.items:
                key = (county, year, item.code)
                told = [item.part, item.label.zh, item.evidence, reasons[key], item.confidence]
                other = [both[item.code][at] for both in others]
                lead = [county, year, item.code, verdicts[item.code][at], values[key]]
                basis = _basis(self.evidence, item, at)
                rows.append([*lead, item.id, item.source, *told, *other, *basis])
        return pd.DataFrame(rows, columns=ITEM_COLUMNS)

    @cached_property
    def plain(self) -> JudgedItems:
        """The same without any relief."""
        return JudgedItems(self.evidence, self.items, False)

    @cached_property
    def other_readings(self) -> dict[str, JudgedItems]:
        """Items that allow another reading, by code, judged by that one."""
        return {
            item.code: JudgedItems(self.evidence, [_read_otherwise(item)], self.relief)
            for item in self.items
            if any(isinstance(check, Rooms) and len(check.readings) > 1 for check in item.check)
        }

    def count_failing(self, code: str) -> int:
        """How many schools, sections or subjects an item is not met by, in all county-years."""
        places = [one.places for one in self.judged if one.item.code == code and one.places]
        return sum(int((place.verdict == NOT_MET).sum()) for place in places)

    def _other_verdicts(self, verdicts: Mapping) -> tuple[Mapping, Mapping]:
        """Verdicts without relief, and by the other reading where an item allows one ("" where not)."""
        plain = verdicts
        if self.relieved_codes:
            plain = _item_verdicts(self.plain.judged, self.items)
        empty = np.full(len(self.evidence.keys), "", dtype=object)
        readings = dict.fromkeys(verdicts, empty)
        for other in self.other_readings.values():
            readings |= _item_verdicts(other.judged, other.items)
        return plain, readings

    @cached_property
    def checks(self) -> pd.DataFrame:
        """One row per county, year and check; see Assessment.checks."""
        rows = [
            _check_row(self.evidence, one, at)
            for at in range(len(self.evidence.keys))
            for one in self.judged
        ]
        return pd.DataFrame(rows, columns=CHECK_COLUMNS)

    @cached_property
    def all_places(self) -> pd.DataFrame:
        """Every school, section or subject that a check looked at, those that are met too."""
        blocks = [_place_rows(self.evidence, one) for one in self.judged if one.places is not None]
        frame = pd.DataFrame([row for block in blocks for row in block], columns=PLACE_COLUMNS)
        rank = {item.code: at for at, item in enumerate(self.items)}
        frame = frame.assign(rank=frame["code"].map(rank))
        frame = frame.sort_values(["county", "year", "rank"], kind="stable", ignore_index=True)
        return frame[PLACE_COLUMNS]

    @cached_property
    def places(self) -> pd.DataFrame:
        """Those of `all_places` that are not met or cannot be told."""
        return self.all_places[self.all_places["verdict"] != MET].reset_index(drop=True)


def _basis(evidence: Evidence, item: Item, at: int) -> tuple[str, str]:
    """Kinds of the data that an item rests on, and the sources of its figures, joined by 、 and ；."""
    words = load_columns()["data_kind"].choices
    names = [name for check in item.check for name in (*check.asks, getattr(check, "stated", ""))]
    kinds, sources = set(), {}
    stages = evidence.standard.stages
    if any(name.replace("{stage}", s) in load_columns() for name in names for s in stages):
        kinds |= set(evidence.kinds(at).split("、"))
    figures = [n.replace("{subject}", s) for n in names for s in load_subjects()]
    for name in dict.fromkeys(figures) if evidence.figures else ():
        if evidence.figure(at, name) is not None:
            kind, source, _ = evidence.figures.aside(*evidence.keys[at], name)
            kinds.add(words.get(kind, "未注明"))
            sources |= {source: None} if source else {}
    return "、".join(sorted(kinds)), "；".join(sources)


def _read_otherwise(item: Item) -> Item:
    """An item with the other reading of its rooms."""
    checks = [
        check.model_copy(update={"reading": next(r for r in check.readings if r != check.reading)})
        if isinstance(check, Rooms)
        else check
        for check in item.check
    ]
    return item.model_copy(update={"check": checks})


def _item_verdicts(judged: list[JudgedCheck], items: list[Item]) -> dict[str, np.ndarray]:
    """Item code to its verdict in every county-year."""
    return {
        item.code: combine_arrays([one.verdict for one in judged if one.item is item])
        for item in items
    }


# ------------------------------------------------------------------------------------ one check


def _check_row(evidence: Evidence, one: JudgedCheck, at: int) -> list:
    county, year = evidence.keys[at]
    check, verdict = one.check, one.verdict[at]
    lead = [county, year, one.item.code, check.id, check.label.zh]
    if isinstance(check, Finding):
        printed, reason = _finding_words(evidence, check, at)
        numbers = [np.nan, printed, np.nan, np.nan, np.nan, "", "", "", 0, 0, 0, False]
        return [*lead, "finding", verdict, *numbers, reason]
    bar = _bar_text(check, one.bar[at])
    counts = [0, 0, 0]
    if one.places is not None:
        here = one.places.verdict[one.places.group == at]
        counts = [len(here), int((here == NOT_MET).sum()), int((here == CANNOT_TELL).sum())]
        printed = _places_words(check, counts)
        reason = _places_reason(one, at, counts, bar)
    else:
        printed = _beside_bar(one.value[at], one.bar[at], check, verdict)
        reason = _county_reason(evidence, one, at, printed, bar)
    test = check.test if isinstance(check, Ratio) else "at_least"
    numbers = [one.value[at], printed, one.numerator[at], one.denominator[at], one.bar[at], bar]
    rest = [check.unit, test, *counts, bool(one.stated[at]), reason]
    return [*lead, check.over, verdict, *numbers, *rest]


def _finding_words(evidence: Evidence, check: Finding, at: int) -> tuple[str, str]:
    figure, found = load_figures()[check.figure], evidence.figure(at, check.figure)
    if found is None:
        return "", f"没有填报“{figure.headers[0]}”"
    word = figure.choices[found]
    return word, f"{check.label.zh}：{word}{_notes(evidence, [check.figure], at)}"


def _bar_text(check: Ratio | Rooms, bar: float) -> str:
    """What is asked, for readers: 不低于10% for example."""
    if isinstance(check, Rooms):
        names = {
            kind: load_columns()[kind].zh.removesuffix("专用教室单间面积") for kind in check.bar
        }
        areas = "、".join(f"{names[kind]}不小于{area}㎡" for kind, area in check.bar.items())
        kinds = "、".join(names.values()) if check.reading == "each" else ""
        return f"每{check.per_classes}个班{kinds}{READING_WORDS[check.reading]}1间以上，{areas}"
    word, unit = TEST_WORDS[check.test], "" if check.unit == "—" else check.unit
    if check.against:
        names = "、".join(load_figures()[name].zh for name in check.against)
        return f"{word}{names}{_number(bar, check.decimals, unit)}"
    if not isinstance(check.bar, dict):
        return f"{word}{_plain(check.bar)}{unit}"
    groups: dict = {}
    for name, value in check.bar.items():
        groups.setdefault(value, []).append(_kind_word(name))
    return "，".join(
        f"{'、'.join(names)}{word}{_plain(value)}{unit}" for value, names in groups.items()
    )


def _kind_word(name: str) -> str:
    """Chinese word of a stage or school type."""
    return load_columns()["school_type"].choices[name]


def _plain(number) -> str:
    return format(number.normalize(), "f")


def _number(value: float, decimals: int, unit: str) -> str:
    """A number for readers; empty when missing. Whole numbers of a percentage keep their decimals."""
    if np.isnan(value):
        return ""
    return f"{round_half_up(as_fraction(value), decimals)}{'' if unit == '—' else unit}"


def _beside_bar(value: float, bar: float, check: Ratio, verdict: str) -> str:
    """A value for readers, with as many more decimals as it takes not to look like the bar it misses."""
    decimals, texts = check.decimals, range(check.decimals, check.decimals + _MOST_MORE)
    if verdict == NOT_MET and value != bar:
        same = (d for d in texts if _number(value, d, "") != _number(bar, d, ""))
        decimals = next(same, texts[-1])
    return _number(value, decimals, check.unit)


def _places_words(check: Ratio | Rooms, counts: list[int]) -> str:
    total, failing, unknown = counts
    if not total:
        return ""
    unit, word = _OVER_WORDS[check.over]
    if not failing + unknown:
        return f"{total}{unit}{word}全部符合"
    parts = [f"{failing}{unit}不符合"] * bool(failing) + [f"{unknown}{unit}无法判定"] * bool(
        unknown
    )
    return f"{total}{unit}{word}中{'、'.join(parts)}"


def _places_reason(one: JudgedCheck, at: int, counts: list[int], bar: str) -> str:
    check = one.check
    if not counts[0] and one.item.join == "evidence":
        return ""  # its sister check says it all
    if not counts[0]:
        if one.verdict[at] == MET:
            return f"{check.label.zh}：没有需要检查的{_OVER_WORDS[check.over][1]}"
        absent = "未参加监测，没有可判定的学科" if check.over == "subject" else "没有可判定的学校"
        return f"{check.label.zh}：{absent}"
    relieved = "；已适用过渡期规定" if one.relieved is not None and one.relieved[at] else ""
    return f"{check.label.zh}（要求{bar}）：{_places_words(check, counts)}{relieved}"


def _county_reason(evidence: Evidence, one: JudgedCheck, at: int, printed: str, bar: str) -> str:
    check, name = one.check, one.check.label.zh
    if one.note is not None and one.note[at] and not printed:
        return f"{name}：{one.note[at]}"
    if not printed:
        if one.verdict[at] == MET:
            return f"{name}：没有需要检查的对象"
        return f"{name}无法计算：{_lacking(evidence, one, at)}"
    if one.stated[at]:
        lacking = _lacking(evidence, one, at)
        notes = _notes(evidence, [check.stated], at)
        return f"{name}{printed}（按填报的比例；{lacking}），要求{bar}{notes}"
    notes = _notes(evidence, check.asks, at)
    if not check.denominator:
        return f"{name}{printed}，要求{bar}{notes}"
    pair = f"{_whole(one.numerator[at])}÷{_whole(one.denominator[at])}"
    return f"{name}{printed}（{pair}），要求{bar}{notes}"


def _notes(evidence: Evidence, names: list[str], at: int) -> str:
    """What the county noted beside the figures."""
    if evidence.figures is None:
        return ""
    notes = (evidence.figures.aside(*evidence.keys[at], name)[2] for name in names)
    told = "；".join(dict.fromkeys(note for note in notes if note))
    return f"（注：{told}）" if told else ""


def _whole(value: float) -> str:
    return f"{value:,.15g}"


def _lacking(evidence: Evidence, one: JudgedCheck, at: int) -> str:
    """Which figures or columns are missing."""
    check, words = one.check, []
    yes, maybe = holds(evidence.schools, evidence.standard, check.scope)
    here = (evidence.group == at) & (yes | maybe)
    for name in check.asks:
        if name in load_figures():
            if evidence.figure(at, name) is None:
                words.append(f"没有填报“{load_figures()[name].headers[0]}”")
        else:
            rows = here & np.isnan(evidence.numbers(name))
            if rows.any():
                words.append(f"“{load_columns()[name].headers[0]}”有{rows.sum()}所学校空缺")
    if not words and not here.any():
        return "学校表中没有需要检查的学校"
    return "、".join(words) or "分母为零"


# ------------------------------------------------------------------------------------ places


def _place_rows(evidence: Evidence, one: JudgedCheck) -> list[list]:
    evidence = one.evidence or evidence
    check, places, schools = one.check, one.places, evidence.schools
    names, ids, towns = (schools.texts(name) for name in ("school", "school_id", "town"))
    subjects = load_subjects()
    rows = []
    for at in range(len(places)):
        county, year = evidence.keys[places.group[at]]
        row, part = places.row[at], places.part[at]
        who = [subjects[part], "", ""] if row < 0 else [names[row], ids[row], towns[row] or ""]
        lead = [county, year, one.item.code, check.id, "" if row < 0 else part, *who]
        printed = places.printed[at]
        if not printed and isinstance(check, Ratio):
            beside = places.value[at], places.bar[at]
            printed = _beside_bar(*beside, check, places.verdict[at])
        numbers = [places.value[at], printed, places.numerator[at], places.denominator[at]]
        bar = _place_bar(check, places.bar[at])
        unit = [check.unit, places.amount[at], check.gap_unit]
        rows.append([*lead, places.verdict[at], *numbers, places.bar[at], bar, *unit])
    return rows


def _place_bar(check: Ratio | Rooms, bar: float) -> str:
    if isinstance(check, Rooms):
        return _bar_text(check, bar)
    return f"{TEST_WORDS[check.test]}{_whole(bar)}{'' if check.unit == '—' else check.unit}"
