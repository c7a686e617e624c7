"""What a scenario answers, in words: does the county pass, on what assumptions, at what cost, how surely."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from youzhi.cards import NATIONAL_STANDARD, Fact
from youzhi.columns import load_columns
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.outlook import span
from youzhi.narrative.scenario_changes import ended_reliefs
from youzhi.narrative.scenario_pupils import tell_classes, tell_outlook
from youzhi.narrative.tabulate import PART_WORDS
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.seats import class_limits
from youzhi.standards import load_standard
from youzhi.tables import SchoolTable
from youzhi.trials import Comparison, Trial
from youzhi.trials.changes import GAINED, GONE, LOST, NEW, SAME
from youzhi.trials.trial import IDLE, PLAN
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

CHANGE_WORDS = {GAINED: "新增达标", LOST: "不再达标", NEW: "新设", GONE: "撤销", SAME: "不变"}
EVIDENCE_WORDS = {"fact": "事实", "assumption": "假设"}
_RESOURCES = ("schools", "dispersion")
_HUNDREDTH = as_fraction("0.01")
# The facts of a card that say when a county wants to be recognised, in the order in which it happens.
_PROMISES = ("provincial_recognition_year", "national_recognition_year")


def describe_trial(trial: Trial, odds: pd.DataFrame | None = None) -> Text:
    """Say whether the county passes in its promised years and in the last, with the plan and without (推演结论).

    Parameters
    ----------
    trial
        What run_trial gives.
    odds
        What measure_odds gives of it; then every verdict comes with how likely its resource part is met.

    Returns
    -------
    Text
        The answer first, year by year; then schools gained and lost, and what still lacks. A promised year outside the
        scenario is told as not answered.
    """
    base, last = trial.span
    plan = trial.scenario
    facts = {"base": base, "last": last, "county": trial.card.name_zh}
    head = write("trial.head", title=plan.title.zh, summary=plan.summary, **facts)
    outside = [
        write("trial.outside", label=fact.label, year=int(fact.value), base=base, last=last)
        for fact in _promises(trial)
        if not base <= fact.value <= last
    ]
    return paragraphs(
        head,
        *(_tell_year(trial, year, odds) for year in asked_years(trial)),
        *outside,
        tell_outlook(trial),
        *_tell_sections(trial),
        "" if plan.action else write("trial.no_actions"),
        _tell_worse(trial),
        _tell_lacking(trial),
        _tell_unknown(trial),
        _tell_scope(trial),
        _tell_kinds(trial),
    )


def asked_years(trial: Trial) -> list[int]:
    """Return the years that a reader asks about: those promised, as far as they are tried out, and the last (所问年份)."""
    base, last = trial.span
    promised = {int(fact.value) for fact in _promises(trial) if base <= fact.value <= last}
    return sorted({*promised, last})


def _promises(trial: Trial) -> list[Fact]:
    """The years that the county's plan names for its recognition."""
    facts = {fact.id: fact for fact in trial.card.fact if fact.id in _PROMISES}
    return [facts[name] for name in _PROMISES if name in facts]


def promise_labels(trial: Trial, year: int) -> list[str]:
    """Return what was promised for a year (承诺)."""
    return [fact.label for fact in _promises(trial) if fact.value == year]


def verdict_of(trial: Trial, case: str, year: int, *parts: str) -> str:
    """Return the verdict of a year of a trial: of the county, or of some parts together (结论).

    Parameters
    ----------
    trial
        What run_trial gives.
    case
        "plan" or "idle".
    year
        One of its years.
    *parts
        Parts of the verdict; the whole county when none is given.

    Returns
    -------
    str
        "met", "not_met" or "cannot_tell".
    """
    rows = trial.verdicts[(trial.verdicts["case"] == case) & (trial.verdicts["year"] == year)]
    return combine(rows.loc[rows["part"].isin(parts or ("county",)), "verdict"])


def chance(share: float) -> str:
    """Write a probability in whole percent; never 0 or 100 for one that is neither (可能性)."""
    if pd.isna(share):
        return VERDICT_WORDS[CANNOT_TELL]
    if 0 < share < _HUNDREDTH:
        return "不到1%"
    if 1 - _HUNDREDTH < share < 1:
        return "99%以上"
    return f"{round_half_up(as_fraction(share) * 100, 0)}%"


def _chance_of(odds: pd.DataFrame | None, year: int) -> str:
    """How likely the resource part is met in a year; nothing where that was not drawn."""
    if odds is None:
        return ""
    found = odds[(odds["year"] == year) & (odds["part"] == "resources") & (odds["stage"] == "")]
    found = found["chance"].dropna()
    return chance(found.iat[0]) if len(found) else ""


def _tell_year(trial: Trial, year: int, odds: pd.DataFrame | None) -> Text:
    told = {
        "plan": verdict_of(trial, PLAN, year),
        "idle": verdict_of(trial, IDLE, year),
        "resources_plan": verdict_of(trial, PLAN, year, *_RESOURCES),
        "resources_idle": verdict_of(trial, IDLE, year, *_RESOURCES),
    }
    words = {name: VERDICT_WORDS[verdict] for name, verdict in told.items()}
    return write(
        "trial.year",
        year=year,
        labels=promise_labels(trial, year),
        chance=_chance_of(odds, year),
        **words,
    )


def _tell_sections(trial: Trial) -> Iterator[Text]:
    """How many sections fail, and what changes; only how many there are where nobody judges them one by one."""
    base, last = trial.span
    if trial.standard.school_rule is None:
        total, idle = len(trial.after.schools), len(trial.without.schools)
        yield write("trial.unjudged", last=last, total=total, idle=idle)
        return
    facts = {"base": base, "last": last}
    for name, result in (("", trial.after), ("idle_", trial.without), ("base_", trial.before)):
        verdicts = result.schools["verdict"]
        facts[f"{name}total"] = len(verdicts)
        facts[f"{name}failing"] = int((verdicts == NOT_MET).sum())
        facts[f"{name}unknown"] = int((verdicts == CANNOT_TELL).sum())
    yield write("trial.sections", **facts)
    yield _tell_changes(trial.comparison, f"{base}年")
    if trial.scenario.action:
        yield _tell_changes(trial.effect, f"{last}年不采取措施")


def _tell_changes(change: Comparison, against: str) -> Text:
    counts = change.schools["change"].value_counts()
    told = [
        (word, int(counts[name])) for name, word in CHANGE_WORDS.items() if name in counts.index
    ]
    told = [(word, count) for word, count in told if word != CHANGE_WORDS[SAME]]
    if not told:
        return write("trial.no_change", against=against)
    return write("trial.change", against=against, counts=told)


def _tell_lacking(trial: Trial) -> Text:
    rows = trial.after.reasons
    words = PART_WORDS | {part.id: part.label.zh for part in trial.standard.part}
    parts = [
        (words[row.part], row.reason, VERDICT_WORDS[row.verdict])
        for row in rows[rows["verdict"] != MET].itertuples()
    ]
    if not parts:
        return write("trial.nothing_lacking", last=trial.span[1])
    return write("trial.lacking", last=trial.span[1], parts=parts)


def _tell_worse(trial: Trial) -> Text | str:
    """The items of rooms and sizes that more schools or sections miss than in the base year."""
    rows = []
    for code in dict.fromkeys(trial.size_items["code"]):
        before, idle, plan = (
            result.judged_items.count_failing(code)
            for result in (trial.before, trial.without, trial.after)
        )
        if plan > before:
            rows.append((code, before, idle, plan, ended_reliefs(trial, code) is not None))
    if not rows:
        return ""
    return write("trial.worse", base=trial.span[0], last=trial.span[1], rows=rows)


def _tell_unknown(trial: Trial) -> Text | str:
    """Items that could be told in the base year and cannot any more: what a scenario does not say is unknown."""
    before, after = (
        result.items.set_index("code")["verdict"] for result in (trial.before, trial.after)
    )
    codes = [c for c in after.index[after == CANNOT_TELL] if before.get(c) in (MET, NOT_MET)]
    if not codes:
        return ""
    return write("trial.unknown", base=trial.span[0], last=trial.span[1], codes=codes)


def _tell_scope(trial: Trial) -> Text | str:
    """Pupils of all schools and of those that count, in the last year."""
    table, schools = trial.tables[PLAN][trial.span[1]], trial.after.schools["pupils"]
    everybody, counted = _count_everybody(trial, table), schools.sum(skipna=False)
    if pd.isna(everybody) or pd.isna(counted):
        return ""
    return write("trial.scope", last=trial.span[1], everybody=everybody, counted=counted)


def _count_everybody(trial: Trial, table: SchoolTable) -> float:
    """Pupils of all schools; a stage that a school does not have may be empty, any other makes the sum missing."""
    types, counting = table.texts("school_type"), trial.standard.counting.stages
    pupils = {stage: table.numbers(f"pupils_{stage}") for stage in trial.standard.stages}
    nowhere = np.isnan(np.array(list(pupils.values()))).all(axis=0)
    total = 0.0
    for stage, numbers in pupils.items():
        asked = np.isin(types, counting[stage]) | nowhere
        total += np.where(asked | ~np.isnan(numbers), numbers, 0).sum()
    return float(total)


def _tell_kinds(trial: Trial) -> Text:
    kinds = trial.after.data_kinds
    return write(
        "trial.kinds",
        kinds=kinds,
        county=trial.card.name_zh,
        base=trial.span[0],
        synthetic=is_synthetic(trial),
    )


def is_synthetic(trial: Trial) -> bool:
    """Tell whether the county's table of the base year holds synthetic rows (是否模拟)."""
    return load_columns()["data_kind"].choices["synthetic"] in trial.before.data_kinds


def describe_assumptions(trial: Trial) -> Text:
    """Say what of a scenario is fact and what is assumed (前提与假设).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Text
        Actions, premises, pupils, classes, county figures that are carried on, and the standard.
    """
    plan, base = trial.scenario, trial.span[0]
    actions, premises = (
        [entry.evidence for entry in entries] for entries in (plan.action, plan.assumption)
    )
    return paragraphs(
        write(
            "trial_assumptions.counts" if actions else "trial_assumptions.no_actions",
            actions=len(actions),
            facts=actions.count("fact"),
            assumed=actions.count("assumption"),
            premises=len(premises),
            premise_facts=premises.count("fact"),
            premise_assumed=premises.count("assumption"),
        ),
        _tell_enrolment(trial),
        _tell_classes(trial),
        write("trial_assumptions.unchanged", base=base),
        _tell_carried(trial),
        _tell_standard(trial),
    )


def _tell_standard(trial: Trial) -> Text:
    """Which standard holds, and until when its transitional reliefs do."""
    base, last = trial.span
    until = {rule.years.last for rule in trial.standard.reliefs if base <= rule.years.last < last}
    return write(
        "trial_assumptions.standard",
        base=base,
        number=trial.standard.number,
        reliefs=bool(trial.standard.reliefs),
        until=span(sorted(until)),
    )


def _tell_enrolment(trial: Trial) -> Text:
    names = trial.standard.stage_names
    stated = [
        (
            entry.year,
            names.get(entry.stage, "小学和初中共"),
            entry.pupils,
            EVIDENCE_WORDS[entry.evidence],
        )
        for entry in trial.scenario.enrolment.stated
    ]
    key = f"trial_assumptions.{trial.scenario.enrolment.mode}"
    return write(key, base=trial.span[0], stated=stated)


def _tell_classes(trial: Trial) -> Text:
    classes, names = trial.scenario.classes, trial.standard.stage_names
    limits = class_limits(load_standard(NATIONAL_STANDARD)) | dict(classes.limit)
    told = [f"{names[stage]}{limit}人" for stage, limit in limits.items() if stage in names]
    return write("trial_assumptions.classes", limits=told, fixed=classes.rooms == "fixed")


def _tell_carried(trial: Trial) -> Text:
    base = trial.span[0]
    if trial.items is None:
        return write("trial_assumptions.no_items", county=trial.card.name_zh, base=base)
    count = int(trial.items.frame["value"].notna().sum())
    return write("trial_assumptions.carried", count=count, base=base)


def describe_size_items(trial: Trial) -> Text:
    """Say how the items of special rooms, school size and class size stand, and in which years they are met (教室、规模和班额).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Text
        One line per item; where a softer bar of the base year has ended, what it hid; then the classes and classrooms
        that are needed.
    """
    table, (base, last) = trial.size_items, trial.span
    if table.empty:
        return paragraphs(write("trial_items.none"), *tell_classes(trial))
    told = []
    for code, rows in table.groupby("code", sort=False):
        plan, idle = (rows[rows["case"] == case].set_index("year") for case in (PLAN, IDLE))
        met = [int(year) for year in plan.index[plan["verdict"] == MET]]
        told.append(
            write(
                "trial_items.text",
                code=code,
                label=rows["label"].iat[0],
                base=base,
                last=last,
                before=_verdict_and_value(idle.loc[base]),
                plan=_verdict_and_value(plan.loc[last]),
                idle=_verdict_and_value(idle.loc[last]),
                years=span(met),
                ended=ended_reliefs(trial, code),
            )
        )
    return paragraphs(*told, *tell_classes(trial))


def _verdict_and_value(row: pd.Series) -> str:
    return f"{VERDICT_WORDS[row['verdict']]}（{row['value']}）"
