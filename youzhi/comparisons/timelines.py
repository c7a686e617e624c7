"""Promises of several counties -> their milestones side by side, with the level of recognition each belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import pandas as pd

from youzhi.commitments import Commitments
from youzhi.commitments.periods import first_day
from youzhi.comparisons.settings import load_settings
from youzhi.standards import list_standards, load_standard

TIMELINE_COLUMNS = [
    *(
        "county",
        "document",
        "id",
        "level",
        "aim",
        "label",
        "start",
        "start_date",
        "due",
        "due_date",
    ),
    *("contradicted_by", "note", "source", "confidence"),
]


def level_of(name: str) -> str:
    """Return the level of recognition that a milestone belongs to, "" where it prepares only (认定层级).

    Parameters
    ----------
    name
        Id of a promise.

    Returns
    -------
    str
        "provincial", "national" or "".

    Examples
    --------
    >>> level_of("national-2030"), level_of("self-check-2021")
    ('national', '')
    """
    for level in load_settings().level:
        if any(fnmatchcase(name, pattern) for pattern in level.ids):
            return level.id
    return ""


def find_plans(promises: Commitments) -> list[str]:
    """Return the documents that set out to reach a recognition (创建方案文件).

    Parameters
    ----------
    promises
        Of one county.

    Returns
    -------
    list of str
        Names of the documents with a milestone of some level, in the order of the file.
    """
    named = {
        one.document for one in promises.commitment if one.kind == "milestone" and level_of(one.id)
    }
    return [document.name for document in promises.document if document.name in named]


def find_aims(promises: Commitments) -> dict[str, str]:
    """Return what each plan wants the county to be recognised as, by its own title (创建目标).

    Parameters
    ----------
    promises
        Of one county.

    Returns
    -------
    dict
        Name of the plan to levels of the standards, such as 优质均衡; "" where the title names none.

    Examples
    --------
    >>> from youzhi.commitments import load_commitments
    >>> find_aims(load_commitments("shanting"))
    {'山政办发〔2017〕12号': '基本均衡'}
    """
    levels = dict.fromkeys(load_standard(name).level.zh for name in list_standards())
    plans = find_plans(promises)
    titles = {one.name: one.title for one in promises.document if one.name in plans}
    return {
        name: "、".join(level for level in levels if level in title)
        for name, title in titles.items()
    }


def frame_timelines(counties: Iterable[Commitments]) -> pd.DataFrame:
    """Tabulate the milestones of the plans of several counties (创建时间表).

    Parameters
    ----------
    counties
        What load_commitments gives. Milestones of other documents, a five-year plan for example, are left out.

    Returns
    -------
    DataFrame
        One row per milestone, sorted by county, last day in time and id. Columns: county, document, id, level
        ("provincial", "national" or ""), aim (of its plan; see find_aims), label, start (text), start_date, due (text),
        due_date, contradicted_by, note (other promises by their labels), source, confidence.
    """
    rows = []
    for promises in counties:
        aims = find_aims(promises)
        labels = {one.id: one.label for one in promises.commitment}
        for one in promises.commitment:
            if one.kind != "milestone" or one.document not in aims:
                continue
            start = first_day(one.start) if one.start else None
            level, aim = level_of(one.id), aims[one.document]
            told = [promises.county, one.document, one.id, level, aim, one.label]
            days = [one.start, start, one.due_text, one.due_date]
            note = _name_promises(one.note, labels)
            rows.append([*told, *days, one.contradicted_by, note, one.source, one.confidence])
    table = pd.DataFrame(rows, columns=TIMELINE_COLUMNS)
    dates = {"start_date": "datetime64[s]", "due_date": "datetime64[s]"}
    return table.astype(dates).sort_values(
        ["county", "due_date", "id"], kind="stable", ignore_index=True
    )


def _name_promises(note: str, labels: Mapping[str, str]) -> str:
    """A note in which other promises are called by their labels, for nobody reads ids."""
    return re.sub(
        r" ?([a-z0-9]+(?:-[a-z0-9]+)+)",
        lambda found: f"“{labels[found[1]]}”" if found[1] in labels else found[0],
        note,
    )
