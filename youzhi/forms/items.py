"""The application tables Ⅳ–Ⅵ (申报表): the items of each part with their counts, shares and verdicts."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.columns import load_columns, load_figures, load_subjects
from youzhi.exact import as_fraction
from youzhi.forms.filing import Filing
from youzhi.forms.layout import ABOVE, Cell, Form, Line, find_layout
from youzhi.standards import Check, Finding, Item, Ratio
from youzhi.verdicts import MET

# One line of an item: what is reported, the number or word, its unit, and what is asked of it.
_Entry = tuple[str, Cell, str, str]


def fill_guarantee(result: Assessment, card: County) -> Form:
    """Fill form Ⅳ: the government's guarantees (政府保障程度).

    Parameters
    ----------
    result
        Of one county and year, judged by a standard that has this part.
    card
        The county's card.

    Returns
    -------
    Form
        Several lines per item: the counts behind a share and the share, or the finding.
    """
    return _fill_items(result, card, "guarantee")


def fill_quality(result: Assessment, card: County) -> Form:
    """Fill form Ⅴ: the quality of education (教育质量).

    Parameters
    ----------
    result, card
        As for fill_guarantee.

    Returns
    -------
    Form
        Several lines per item; retention shows its flows, monitoring six subjects.
    """
    return _fill_items(result, card, "quality")


def fill_other_items(result: Assessment, card: County) -> Form:
    """Fill one form with all items of a standard whose parts are not those of forms Ⅳ–Ⅵ (其他评估项).

    Parameters
    ----------
    result, card
        As for fill_guarantee.

    Returns
    -------
    Form
        As form Ⅳ.
    """
    return _fill_items(result, card, "")


def fill_survey(result: Assessment, card: County) -> Form:
    """Fill form Ⅵ: how the county is recognised (社会认可度).

    Parameters
    ----------
    result, card
        As for fill_guarantee.

    Returns
    -------
    Form
        One row for all questionnaires, one for those of parents, one for interviews.
    """
    filing = Filing(result, card)
    [item] = result.standard.items_of("recognition")
    verdict = result.items.set_index("code").at[item.code, "verdict"]
    rows = [_survey_row(filing, line) for line in find_layout("survey").line]
    return filing.form("survey", rows, item=item.label.zh, verdict=filing.word(verdict))


def _survey_row(filing: Filing, line: Line) -> dict[str, Cell]:
    """Counts of one line and the share of the satisfied."""
    cells = {column: filing.figure(name) for column, name in line.figures.items()}
    if "sent" not in cells:
        cells["sent"] = filing.words["not_applicable"]
    valid, satisfied = cells["valid"], cells["satisfied"]
    counted = isinstance(valid, int) and isinstance(satisfied, int) and valid > 0
    if counted:
        cells["share"] = filing.percent(as_fraction(satisfied) / valid)
    elif line.stated:
        cells["share"] = filing.figure(line.stated)
    return {"label": line.label, **cells}


def _fill_items(result: Assessment, card: County, part: str) -> Form:
    """The items of one part, or of all, as lines."""
    filing, standard = Filing(result, card), result.standard
    verdicts = result.items.set_index("code")["verdict"]
    extra: dict[str, list[Line]] = {}
    layout = find_layout(part or "other_items")
    for line in layout.line:
        extra.setdefault(line.code, []).append(line)
    rows = []
    for item in standard.items_of(part) if part else standard.item:
        if item.code not in verdicts:
            continue
        entries = [*_entries(filing, item), *map(filing.line, extra.get(item.code, []))]
        head = {"code": item.code, "label": item.label.zh}
        head["verdict"] = filing.word(verdicts[item.code])
        for label, value, unit, bar in entries:
            rows.append(head | {"entry": label, "value": value, "unit": unit, "bar": bar})
            head = dict.fromkeys(head, ABOVE)
    return filing.form(layout.id, rows)


def _entries(filing: Filing, item: Item) -> list[_Entry]:
    """The lines of one item; what two of its checks share stands once."""
    checks = filing.result.checks.set_index(["code", "check"])
    entries = {}
    for check in item.check:
        row = checks.loc[(item.code, check.id)]
        silent = item.join == "evidence" and not row.in_scope and len(item.check) > 1
        if not (silent and entries):
            for entry in _check_entries(filing, check, row):
                entries.setdefault(entry[0], entry)
    return list(entries.values())


def _check_entries(filing: Filing, check: Check, row: pd.Series) -> Iterator[_Entry]:
    """The lines of one check."""
    no_unit = filing.words["no_unit"]
    if isinstance(check, Finding):
        yield check.label.zh, filing.figure(check.figure), no_unit, filing.words["met"]
    elif check.over == "county":
        yield from _county_entries(filing, check, row)
    elif check.over == "subject":
        for subject in load_subjects():
            name = check.numerator[0].format(subject=subject)
            yield load_figures()[name].zh, filing.figure(name), check.unit, row.bar_text
    else:
        yield from _place_entries(filing, check, row)


def _county_entries(filing: Filing, check: Ratio, row: pd.Series) -> Iterator[_Entry]:
    """Numerators and denominators, then the number that is judged."""
    nothing = filing.words["not_applicable"]
    parts = [*check.numerator, *check.subtract, *check.denominator, *check.less]
    for name in parts if check.denominator else ():
        if name in load_figures():
            figure = load_figures()[name]
            yield figure.zh, filing.figure(name), figure.unit, nothing
        else:
            column = load_columns()[name]
            yield column.zh, filing.total(name, check.scope), column.unit, nothing
    value = filing.number(row.value, check.decimals)
    if pd.isna(row.value) and row.verdict == MET:
        value = nothing  # there is nobody to count
    label = check.label.zh + (filing.words["stated"] if row.stated else "")
    yield label, value, check.unit, row.bar_text


def _place_entries(filing: Filing, check: Check, row: pd.Series) -> Iterator[_Entry]:
    """How many schools or sections were looked at, and how many fail."""
    unit, nothing = filing.words[f"per_{check.over}"], filing.words["not_applicable"]
    label = check.label.zh
    if not row.in_scope:
        value = nothing if row.verdict == MET else filing.missing
        yield filing.words["in_scope"].format(label=label), value, unit, row.bar_text
        return
    for name in ("in_scope", "failing", "unknown"):
        bar = row.bar_text if name == "in_scope" else nothing
        yield filing.words[name].format(label=label), int(row[name]), unit, bar
