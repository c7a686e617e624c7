"""What the plans of several counties settle, matter by matter, in three layers: national, local, actual (三层口径).

Nothing is typed here: the national layer comes from the standard, the local one from the county card and its promises, the
actual one from the assessment. Where a county wrote nothing, the local layer says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cached_property

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County, Target
from youzhi.commitments import Commitments
from youzhi.commitments.models import Commitment
from youzhi.comparisons.settings import Matter, load_settings
from youzhi.comparisons.timelines import find_plans, level_of
from youzhi.rankings import UNIT_WORDS
from youzhi.standards import Rooms, Standard, list_standards, load_standard
from youzhi.targets import judge_targets
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

RULE_COLUMNS = [
    *("county", "year", "standard", "matter", "label", "codes", "national", "local", "actual"),
    *("national_verdict", "local_verdict", "numbers", "data_kinds", "source", "confidence", "note"),
]
_MOST_NAMED = 6
_VETO_WORDS = {MET: "不存在", NOT_MET: "存在", CANNOT_TELL: "无法判定"}


def frame_rules(result: Assessment, card: County, promises: Commitments) -> pd.DataFrame:
    """Tabulate what one county's plan settles, matter by matter (规则对照表).

    Parameters
    ----------
    result
        Of the county and one year.
    card
        Of the county: standard, counting, stages, departments and targets are used.
    promises
        Of the county: its plans are the documents that set out to reach a recognition.

    Returns
    -------
    DataFrame
        One row per matter and local rule, in the order of comparisons.toml; one row with local "" where the county wrote
        nothing. Columns: county, year, standard, matter, label, codes, national, local, actual (text), national_verdict,
        local_verdict ("" where nothing is judged), numbers (the numbers that the local rule names, as text), data_kinds (of
        the actual value), source, confidence, note.

    Raises
    ------
    UsageError
        The result is of several county-years.
    """
    county, year = result.one_year()
    layers = _Layers(result, card, promises)
    rows = [
        [county, year, result.standard.id, matter.id, matter.label, "、".join(matter.codes), *layer]
        for matter in load_settings().matter
        for layer in layers.tell(matter)
    ]
    return pd.DataFrame(rows, columns=RULE_COLUMNS)


@dataclass(frozen=True)
class _Local:
    """One local rule: its words, what it says of the actual value, and where it stands."""

    text: str
    verdict: str = ""
    numbers: tuple[Decimal, ...] = ()
    source: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Layers:
    """The three layers of one county."""

    result: Assessment
    card: County
    promises: Commitments

    def tell(self, matter: Matter) -> Iterator[list]:
        """National, local, actual, verdicts, numbers, kinds and source of every local rule of one matter."""
        found = list(getattr(self, f"_{matter.of}")(matter)) or [_Local("")]
        national, actual, verdict, kinds = self._judge(matter)
        for local in found:
            numbers = "、".join(f"{number.normalize():f}" for number in local.numbers)
            told = [national, local.text, actual, verdict, local.verdict, numbers, kinds]
            yield [*told, local.source, local.confidence, local.note]

    @cached_property
    def _plans(self) -> list[Commitment]:
        """Promises of the plans."""
        plans = find_plans(self.promises)
        return [one for one in self.promises.commitment if one.document in plans]

    @cached_property
    def _targets(self) -> list[tuple[Target, pd.DataFrame]]:
        """Every target of the card, with what it says of the actual value."""
        cards = [self.card.model_copy(update={"target": [target]}) for target in self.card.target]
        judged = [judge_targets(self.result, card) for card in cards]
        return list(zip(self.card.target, judged, strict=True))

    def _standard(self, _matter: Matter) -> Iterator[_Local]:
        for entry in self.card.standard:
            number = load_standard(entry.id).number if entry.id in list_standards() else entry.id
            yield _Local(f"{entry.from_year}年起 {number}", source=entry.source, note=entry.note)

    def _documents(self, _matter: Matter) -> Iterator[_Local]:
        plans = find_plans(self.promises)
        for document in self.promises.document:
            if document.name in plans:
                yield _Local(f"{document.title}（{document.date_text}）", source=document.name)

    def _facts(self, matter: Matter) -> Iterator[_Local]:
        for fact in self.card.fact:
            if fact.id in matter.facts:
                text = fact.printed or f"{fact.value}{fact.unit}"
                yield _Local(text, source=fact.source, confidence=fact.confidence, note=fact.note)

    def _milestones(self, matter: Matter) -> Iterator[_Local]:
        for one in self._plans:
            if one.kind == "milestone" and level_of(one.id) == matter.level:
                yield _Local(
                    f"{one.due_text}：{one.label}",
                    source=one.source,
                    confidence=one.confidence,
                    note=one.note,
                )

    def _departments(self, _matter: Matter) -> Iterator[_Local]:
        names = list(dict.fromkeys(name for entry in self.card.department for name in entry.names))
        if names:
            more = f"等{len(names)}个" if len(names) > _MOST_NAMED else ""
            sources = "、".join(dict.fromkeys(_document_of(e.source) for e in self.card.department))
            yield _Local(f"{'、'.join(names[:_MOST_NAMED])}{more}", source=sources)

    def _counting(self, _matter: Matter) -> Iterator[_Local]:
        own = self.card.counting
        if own.unit:
            words = f"按{UNIT_WORDS[own.unit]}"
            yield _Local(words, source=own.source, confidence=own.confidence, note=own.note)

    def _stages(self, _matter: Matter) -> Iterator[_Local]:
        known = {
            name: self.card.stages[name]
            for name in self.result.standard.stages
            if self.card.stages.get(name, {}).get("years")
        }
        if known:
            words = self.result.standard.stage_names
            first = next(iter(known.values()))
            yield _Local(
                "、".join(f"{words[name]}{stage['years']}年" for name, stage in known.items()),
                numbers=tuple(Decimal(stage["years"]) for stage in known.values()),
                source=first.get("source", ""),
                confidence=first.get("confidence", ""),
            )

    def _rules(self, matter: Matter) -> Iterator[_Local]:
        """Targets of the card, then promises of the plan that name other numbers."""
        items = self.result.standard.item
        rooms = {one.id for item in items for one in item.check if isinstance(one, Rooms)}
        targets = [
            _tell_target(target, judged, target.check in rooms)
            for target, judged in self._targets
            if _is_meant(target, matter)
        ]
        yield from targets
        named = {number for target in targets for number in target.numbers}
        promises = [one for one in self._plans if _speaks_of(one, matter)]
        if targets:
            promises = [one for one in promises if one.value not in {None, *named}]
        if matter.tell != "count" or not promises:
            yield from (_tell_promise(one, matter) for one in promises)
            return
        named = [one for one in promises if one.value is not None]
        bare = len(promises) - len(named)
        told = [f"{len(named)}条写明数值"] if named else []
        told += [f"{bare}条只要求达到标准，没有写数值"] if bare else []
        sources = "、".join(dict.fromkeys(one.document for one in promises))
        numbers = tuple(one.value for one in named)
        yield _Local("；".join(told), numbers=numbers, source=sources, confidence="V")

    def _judge(self, matter: Matter) -> tuple[str, str, str, str]:
        """National rule, actual value, verdict and kinds of data, as far as the standard has the items."""
        standard, result = self.result.standard, self.result
        if matter.of == "counting":
            unit = UNIT_WORDS[result.sections.unit]
            return f"按{UNIT_WORDS[standard.counting.unit]}", f"按{unit}", "", ""
        if matter.of == "standard":
            return "", standard.number, "", ""
        if not matter.codes:
            return "", "", "", ""
        rows = result.rows[result.rows["code"].isin(matter.codes)]
        if rows.empty:
            return f"{standard.number}没有这一项", "", "", ""
        checks = result.checks[
            result.checks["code"].isin(matter.codes) & result.checks["check"].isin(matter.checks)
        ]
        kinds = "、".join(
            sorted({kind for text in rows["data_kinds"] for kind in text.split("、")})
        )
        if len(checks):
            heads = checks["label"] + "：" if len(checks) > 1 else [""] * len(checks)
            national, actual = (
                "；".join(
                    f"{head}{text}" for head, text in zip(heads, checks[name], strict=True) if text
                )
                for name in ("bar_text", "printed")
            )
            return national, actual, combine(list(checks["verdict"])), kinds
        verdict = combine(list(rows["verdict"]))
        if rows["part"].isin(standard.veto_parts).all():
            told = _count_rows(rows["verdict"], _VETO_WORDS)
            return f"{len(rows)}种情形都不得存在", told, verdict, kinds
        if len(rows) > 1:
            told = _count_rows(rows["verdict"], VERDICT_WORDS)
            return f"{len(rows)}项都要达到", told, verdict, kinds
        row = rows.iloc[0]
        return _national(standard, row), row["value"], verdict, kinds


def _national(standard: Standard, row: pd.Series) -> str:
    """The rule of one row in the words of the standard; limits stand beside the dispersion rule."""
    rule = standard.dispersion_rule
    if row["code"] != rule.code:
        return row["label"]
    words = standard.stage_names
    limits = "、".join(f"{words[stage]}{limit}" for stage, limit in rule.limit.items())
    return f"{row['label']}（{limits}）"


def _count_rows(verdicts: pd.Series, words: dict[str, str]) -> str:
    counts = {word: int((verdicts == verdict).sum()) for verdict, word in words.items()}
    return "、".join(f"{count}项{word}" for word, count in counts.items() if count)


def _is_meant(target: Target, matter: Matter) -> bool:
    """Whether a target speaks of the matter; "in_zone" means the check of each stage."""
    checks = {check for check in matter.checks if check.startswith(target.check)}
    return target.code in matter.codes and bool(checks or not matter.checks)


def _tell_target(target: Target, judged: pd.DataFrame, of_rooms: bool) -> _Local:
    """A target in its own words, with the bars that it sets; of rooms it sets the reading only, which its words tell."""
    numbers = [*(target.bars or {}).values(), target.value, target.counted_as, target.years]
    verdicts = list(judged["local_verdict"])
    bars = "；".join(dict.fromkeys(judged["local"])) or _bars(target)
    return _Local(
        target.label if of_rooms else f"{target.label}：{bars}",
        combine(verdicts) if verdicts else "",
        tuple(Decimal(number) for number in numbers if number is not None),
        target.source,
        target.confidence,
        target.note,
    )


def _bars(target: Target) -> str:
    """The numbers of a target whose item the standard lacks."""
    if target.counted_as:
        return f"按{target.counted_as}人"
    bars = [target.value] if target.bars is None else target.bars.values()
    return "、".join(f"{bar.normalize():f}{target.unit}" for bar in bars if bar is not None)


def _speaks_of(promise: Commitment, matter: Matter) -> bool:
    """Whether a promise is named, or is checked by items of the matter only."""
    if any(fnmatchcase(promise.id, pattern) for pattern in matter.promises):
        return True
    codes = set(getattr(promise.evidence, "codes", ()))
    return bool(codes) and codes <= set(matter.codes)


def _tell_promise(promise: Commitment, matter: Matter) -> _Local:
    """A promise in its own words, with the items that it covers where the matter has several."""
    numbers = () if promise.value is None or matter.tell == "words" else (promise.value,)
    goal = f"：{promise.target_text}{promise.unit}" if numbers else ""
    codes = getattr(promise.evidence, "codes", [])
    covered = f"（{'、'.join(codes)}）" if len(matter.codes) > 1 and codes else ""
    return _Local(
        f"{promise.label}{covered}{goal}",
        numbers=numbers,
        source=promise.source,
        confidence=promise.confidence,
        note=promise.note,
    )


def _document_of(source: str) -> str:
    """The document of a source, without the item."""
    return source.split()[0]
