"""What a scenario changes in the differences between schools, and what changes because a softer bar ends, in words."""

from __future__ import annotations

import pandas as pd

from youzhi.narrative.text import Text, paragraphs, write
from youzhi.trials import Trial


def describe_coefficient_changes(trial: Trial) -> Text:
    """Say whether the differences between schools grow or shrink, and what the actions do to them (差异系数变化).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Text
        Stage by stage: how many coefficients fall and rise against the base year, and against no action.
    """
    (base, last), told = trial.span, []
    for stage, word in trial.standard.stage_names.items():
        over, caused = (
            change.coefficients[change.coefficients["stage"] == stage]
            for change in (trial.comparison, trial.effect)
        )
        shifts = {
            f"{name}{end}": int(found.sum())
            for end, table in (("", over), ("_caused", caused))
            for name, found in _shifts(table).items()
        }
        known = int(over[["cv_before", "cv_after"]].notna().all(axis=1).sum())
        if not known:
            told.append(write("trial_coefficients.unknown", stage=word))
            continue
        facts = {"stage": word, "base": base, "last": last, "known": known, **shifts}
        told.append(write("trial_coefficients.text", actions=bool(trial.scenario.action), **facts))
    return paragraphs(*told)


def _shifts(table: pd.DataFrame) -> dict[str, pd.Series]:
    """Which coefficients fall and which rise; one that is not known does neither."""
    shift = table["cv_after"] - table["cv_before"]
    return {"fall": shift < 0, "rise": shift > 0}


def ended_reliefs(trial: Trial, code: str) -> tuple[str, int] | None:
    """Tell what a softer bar of the base year hid, and its last year; None where none ended (过渡期规定到期).

    Parameters
    ----------
    trial
        What run_trial gives.
    code
        Of an item.

    Returns
    -------
    tuple of str and int
        The value of the base year without any relief, such as 87所学校中39所不符合, and the last year of the reliefs.
    """
    base, last = trial.span
    checks = [check for item in trial.standard.item if item.code == code for check in item.check]
    until = [rule.years.last for check in checks for rule in check.reliefs]
    if not until or not base <= max(until) < last:
        return None
    values = [
        result.items.set_index("code").at[code, "value"]
        for result in (trial.before, trial.before.without_relief)
    ]
    return None if values[0] == values[1] else (values[1], max(until))
