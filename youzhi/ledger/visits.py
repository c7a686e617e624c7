"""Looking back at a few townships (回头看): every school there, what fails, and how far the ledger is."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.errors import UsageError
from youzhi.ledger.files import KEY, STATE
from youzhi.ledger.problems import WHOLE_COUNTY, key_place
from youzhi.verdicts import NOT_MET, VERDICT_WORDS

VISIT_COLUMNS = [
    *("county", "year", "town", "school", "stage", "school_id", "verdict"),
    *("below", "items", "entries", "note", "stage_name"),
]


def look_back(result: Assessment, ledger: pd.DataFrame, towns: Sequence[str]) -> pd.DataFrame:
    """List the schools of some townships with what fails there and what the ledger says (回头看).

    Parameters
    ----------
    result
        Of one county and year.
    ledger
        What read_ledger or update_ledger gives.
    towns
        Names of townships as the school table writes them.

    Returns
    -------
    DataFrame
        One row per section, those that do not count too. Columns: county, year, town, school, stage, school_id, verdict
        ("" where the section does not count), below (codes of indicators under the bar), items (codes of other items
        that fail there), entries (code and state of each ledger entry of this school), note (why it does not count), stage_name (Chinese).

    Raises
    ------
    UsageError
        There is no such township; the message lists those that exist.
    """
    county, year = result.one_year()
    sections = _all_sections(result)
    wanted = list(dict.fromkeys(town.strip() for town in towns if town.strip()))
    known = list(dict.fromkeys(sections["town"].sort_values()))
    strange = [town for town in wanted if town not in known]
    if strange or not wanted:
        listing = "、".join(filter(None, known)) or "（学校表没有填所在镇街）"
        raise UsageError(f"没有镇街“{'、'.join(strange)}”。{year}年学校表中有：{listing}。")
    failing = result.places[result.places["verdict"] == NOT_MET]
    entries = _entries(ledger, result)
    rows, names = [], result.standard.stage_names
    for row in sections[sections["town"].isin(wanted)].itertuples():
        here = (failing["school_id"] == row.school_id) & failing["stage"].isin(["", row.stage])
        items = "、".join(dict.fromkeys(failing.loc[here, "code"]))
        held = "；".join(entries.get(key_place(row.school_id), ()))
        lead = [county, year, row.town, row.school, row.stage, row.school_id]
        rows.append(
            [*lead, row.verdict, row.below, items, held, row.reason, names.get(row.stage, "")]
        )
    frame = pd.DataFrame(rows, columns=VISIT_COLUMNS)
    return frame.sort_values(["town", "school"], kind="stable", ignore_index=True)


def describe_visit(row) -> str:
    """Say in one line what was found at one school (回头看情况).

    Parameters
    ----------
    row
        A row of look_back, as itertuples gives it.

    Returns
    -------
    str
        Chinese.
    """
    verdict = VERDICT_WORDS.get(row.verdict, row.note)
    parts = [f"未达标准值的指标{row.below}" if row.below else ""]
    parts += [f"其他未达标项目{row.items}" if row.items else ""]
    parts += [f"台账{row.entries}" if row.entries else "台账没有问题"]
    stage = f"（{row.stage_name}）" if row.stage_name else ""
    return f"{row.town} {row.school}{stage}：{'；'.join([verdict, *filter(None, parts)])}"


def _all_sections(result: Assessment) -> pd.DataFrame:
    """Counted sections with verdict, then those that do not count with the reason."""
    counted = result.sections.frame[["stage", "school", "school_id"]]
    judged = result.schools[["stage", "school", "town", "verdict", "below"]]
    left_out = result.sections.excluded[["stage", "school", "school_id", "town", "reason"]]
    both = [counted.merge(judged, on=["stage", "school"]), left_out]
    return pd.concat(both, ignore_index=True).fillna("")


def _entries(ledger: pd.DataFrame, result: Assessment) -> dict[str, list[str]]:
    """School, as keys write it, to code, stage and state of its entries under this standard."""
    found: dict[str, list[str]] = {}
    level = result.standard.level.zh
    for key, state in zip(ledger[KEY], ledger[STATE], strict=True):
        code, *rest = key.removeprefix(level).split("/")
        if key.startswith(level) and len(rest) == 3 and WHOLE_COUNTY not in rest:
            found.setdefault(rest[1], []).append(f"{code}（{rest[0]}）{state}")
    return found
