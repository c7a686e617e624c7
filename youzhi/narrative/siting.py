"""Where to build, in words and as a table: sites, bound, proof, or why there is no plan."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import load_columns
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.siting import SitePlan
from youzhi.siting.cases import UNCOUNTED
from youzhi.trials import Trial
from youzhi.trials.places import SiteQuestion

_PROOF_WORDS = {
    "certificate": "siting.certificate",
    "HiGHS": "siting.solver",
    "": "siting.unproven",
}


def describe_siting(trial: Trial, question: SiteQuestion) -> Text:
    """Say where new schools would serve best, how good any other choice could be, and who proved it (选址结论).

    Parameters
    ----------
    trial
        What run_trial gives.
    question
        What choose_places gives of it.

    Returns
    -------
    Text
        The answer first; the reason where there is no plan, or where nothing could be asked.
    """
    if question.case is None:
        head, _, more = question.plan.reason.partition("。")
        return write("siting.unasked", head=head, more=more)
    stage = trial.standard.stage_names[question.stage]
    key = "siting.asked" if question.from_plan else "siting.asked_one"
    asked = write(key, stage=stage, year=question.year, new=question.new, seats=question.seats)
    notes = list(question.plan.notes)
    assumed = write("siting.assumed", synthetic=_has_synthetic_places(trial))
    if _nobody_moves(question):
        pupils = question.plan.routes["weight"].sum()
        answer = [write("siting.all_stay", stage=stage, pupils=pupils), _tell_scope(question)]
        return paragraphs(asked, *answer, *_tell_left_out(question), assumed)
    return paragraphs(
        asked,
        _tell_plan(question),
        _tell_idle(question),
        _tell_scope(question),
        *_tell_left_out(question),
        write("siting.notes", notes=notes) if notes else "",
        assumed,
        _tell_proof(question.plan) if question.plan.objective is not None else "",
    )


def _nobody_moves(question: SiteQuestion) -> bool:
    """Whether every school has seats for its pupils: everybody stays, and there is nothing to prove."""
    return question.plan.objective == 0


def _tell_scope(question: SiteQuestion) -> Text:
    """What a small number of new schools does not say."""
    built = len(_built(question))
    fewer = question.from_plan and 0 < built < question.new
    return write("siting.scope", built=built, new=question.new, fewer=fewer)


def _tell_left_out(question: SiteQuestion) -> list[Text]:
    """Who takes no part: schools whose seats do not count, and those of which something is not known."""
    left_out = question.case.left_out
    special = left_out[left_out["why"] == UNCOUNTED]
    told = []
    if len(special):
        facts = {"count": special["school"].nunique(), "pupils": special["pupils"].sum()}
        told.append(write("siting.uncounted", **facts))
    if len(left_out) > len(special):
        told.append(write("siting.left_out", count=len(left_out) - len(special)))
    return told


def _has_synthetic_places(trial: Trial) -> bool:
    return load_columns()["data_kind"].choices["synthetic"] in trial.before.data_kinds


def _tell_plan(question: SiteQuestion) -> Text:
    plan, case = question.plan, question.case
    if plan.objective is None:
        return write("siting.infeasible" if plan.proven else "siting.not_found", reason=plan.reason)
    built = _built(question)
    return write(
        "siting.median",
        built=len(built),
        names=[case.sites["town"].iat[site] for site in built],
        **_moves(case.draw_lines(plan)),
    )


def _built(question: SiteQuestion) -> list[int]:
    """New places that are open and that somebody goes to."""
    used = set(question.plan.routes["site"])
    return [one for one in question.plan.open if one not in question.case.existing and one in used]


def _moves(lines: pd.DataFrame) -> dict:
    """How many pupils there are, how many change their school, and how far these go."""
    moved = lines[lines["point"] != lines["site"]]
    facts = {"pupils": lines["pupils"].sum(), "moved": moved["pupils"].sum()}
    if facts["moved"]:
        facts |= {"mean": _mean_km(moved), "farthest": _km(moved["km"].max())}
    return facts


def _km(number: float) -> str:
    return round_half_up(as_fraction(float(number)), 1)


def _mean_km(lines: pd.DataFrame) -> str:
    """The mean way of a pupil."""
    return _km((lines["pupils"] * lines["km"]).sum() / lines["pupils"].sum())


def _tell_idle(question: SiteQuestion) -> Text:
    plan, case = question.idle, question.case
    if plan.objective is None:
        return write("siting.idle_infeasible", reason=plan.reason)
    return write("siting.idle", objective=_number(plan.objective), **_moves(case.draw_lines(plan)))


def _tell_proof(plan: SitePlan) -> Text:
    return write(
        "siting.proof",
        objective=_number(plan.objective),
        bound=_number(plan.bound),
        gap=_percent(plan.gap),
        proven=write(_PROOF_WORDS[plan.proven_by if plan.proven else ""]),
        checked=plan.checked,
    )


def _number(value: float | None) -> str:
    return "—" if value is None else f"{round_half_up(as_fraction(value), 1):,}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{round_half_up(as_fraction(share) * 100, 2)}%"


def tabulate_siting(question: SiteQuestion) -> pd.DataFrame:
    """Tabulate the new places that were chosen, and who goes there (选址方案).

    Parameters
    ----------
    question
        What choose_places gives.

    Returns
    -------
    DataFrame
        One row per new place that is open, the fullest first. Columns: 新校, 镇街, 经度, 纬度, 学位（个）, 分到的学生（人）,
        平均路程（公里）, 最远（公里）, 来自（所学校）. Empty where nothing is built or asked.
    """
    heads = ["新校", "镇街", "经度", "纬度", "学位（个）", "分到的学生（人）"]
    heads += ["平均路程（公里）", "最远（公里）", "来自（所学校）"]
    rows, case = [], question.case
    if case is None:
        return listed([], columns=heads)
    lines = case.draw_lines(question.plan)
    for site in _built(question):
        place = case.sites.iloc[site]
        own = lines[lines["site"] == place["site"]]
        pupils = float(own["pupils"].sum())
        told = [place["site"], place["town"], f"{place['lon']:.4f}", f"{place['lat']:.4f}"]
        told += [f"{question.seats:,}", f"{round_half_up(as_fraction(pupils), 0):,}"]
        ways = [_mean_km(own), _km(own["km"].max())]
        rows.append([*told, *ways, own["point"].nunique(), pupils])
    rows.sort(key=lambda row: -row[-1])
    return listed([row[:-1] for row in rows], columns=heads)
