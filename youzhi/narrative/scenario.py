"""What a scenario answers, in words: does the county pass, on what assumptions, at what cost, how surely."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from youzhi.cards import NATIONAL_STANDARD, Fact
from youzhi.columns import load_columns
from youzhi.narrative.outlook import span
from youzhi.narrative.tabulate import PART_WORDS
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.seats import class_limits
from youzhi.standards import load_standard
from youzhi.trials import Comparison, Trial
from youzhi.trials.changes import GAINED, GONE, LOST, NEW, SAME
from youzhi.trials.trial import IDLE, PLAN
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

CHANGE_WORDS = {GAINED: "新增达标", LOST: "不再达标", NEW: "新设", GONE: "撤销", SAME: "不变"}
EVIDENCE_WORDS = {"fact": "事实", "assumption": "假设"}
_RESOURCES = ("schools", "dispersion")
# The facts of a card that say when a county wants to be recognised, in the order in which it happens.
_PROMISES = ("provincial_recognition_year", "national_recognition_year")


def describe_trial(trial: Trial) -> Text:
    """Say whether the county passes in its promised years and in the last, with the plan and without (推演结论).

    Parameters
    ----------
    trial
        What run_trial gives.

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
        *(_tell_year(trial, year) for year in asked_years(trial)),
        *outside,
        *_tell_sections(trial),
        "" if plan.action else write("trial.no_actions"),
        _tell_lacking(trial),
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


def _tell_year(trial: Trial, year: int) -> Text:
    told = {
        "plan": verdict_of(trial, PLAN, year),
        "idle": verdict_of(trial, IDLE, year),
        "resources_plan": verdict_of(trial, PLAN, year, *_RESOURCES),
        "resources_idle": verdict_of(trial, IDLE, year, *_RESOURCES),
    }
    words = {name: VERDICT_WORDS[verdict] for name, verdict in told.items()}
    return write("trial.year", year=year, labels=promise_labels(trial, year), **words)


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
        write("trial_assumptions.standard", base=base, number=trial.standard.number),
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
        One line per item.
    """
    table, (base, last) = trial.size_items, trial.span
    if table.empty:
        return write("trial_items.none")
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
            )
        )
    return paragraphs(*told)


def _verdict_and_value(row: pd.Series) -> str:
    return f"{VERDICT_WORDS[row['verdict']]}（{row['value']}）"
