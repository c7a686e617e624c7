"""The annexes of a county's plan (计划附件): duties, self-check, tasks; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator

from youzhi.assessment import Assessment
from youzhi.cards import County, SelfCheck
from youzhi.columns import load_figures
from youzhi.forms.filing import Filing
from youzhi.forms.layout import ABOVE, Cell, Form
from youzhi.standards import Finding
from youzhi.verdicts import MET

_RESOURCES = ("resources", "dispersion")
_VETO = "veto"


def fill_duties(result: Assessment, card: County) -> Form:
    """Fill annex 1: who is responsible for each item (评估指标责任分工).

    Parameters
    ----------
    result
        Of one county and year.
    card
        The county's card, which names the departments.

    Returns
    -------
    Form
        One row per row of `result.rows`.
    """
    filing = Filing(result, card)
    rows = [
        {**head, "departments": filing.names(card.departments_for(row.code))}
        for head, row in _lines(filing)
    ]
    return filing.form("duties", rows)


def fill_self_check(result: Assessment, card: County) -> Form:
    """Fill annex 2: whether each item is met, by when, and what is done (创建情况自查表).

    Parameters
    ----------
    result, card
        As for fill_duties. Department, date and measure come from the card's self-check of the same year.

    Returns
    -------
    Form
        One row per row of `result.rows`, with this year's verdicts; a note names the items whose published verdict
        was another. A veto says whether it exists, so that no yes means a no.
    """
    filing = Filing(result, card)
    published = {entry.code: entry for entry in card.self_check if entry.year == filing.year}
    rows = []
    for head, row in _lines(filing):
        entry = published.get(row.code)
        names = entry.departments if entry else []
        told = {
            "label": f"{row.code} {head['label']}",
            "departments": filing.names(names or card.departments_for(row.code)),
            "verdict": filing.word(row.verdict, "veto" if row.part == _VETO else "yes"),
            "deadline": _deadline(filing, row, entry),
            "measure": (entry and entry.measure) or filing.missing,
        }
        rows.append(head | told)
    return filing.form("self_check", rows, differing=_differing(filing, published))


def fill_tasks(result: Assessment, card: County) -> Form:
    """Fill the duty table with a task for each item (职责分解表).

    Parameters
    ----------
    result, card
        As for fill_duties.

    Returns
    -------
    Form
        One row per row of `result.rows`, then one per task of the card that belongs to no single item.
    """
    filing, rows = Filing(result, card), []
    tasks = {entry.code: entry.task for entry in reversed(card.department) if entry.task}
    for number, (head, row) in enumerate(_lines(filing), start=1):
        told = {
            "number": number,
            "task": tasks.get(row.code, filing.missing),
            "departments": filing.names(card.departments_for(row.code)),
            "remark": filing.word(row.verdict, "veto" if row.part == _VETO else ""),
        }
        rows.append(head | told)
    general, nothing = filing.words["general_tasks"], filing.words["not_applicable"]
    for entry in (entry for entry in card.department if not entry.code):
        cells = {"number": len(rows) + 1, "part": general, "label": nothing, "remark": nothing}
        rows.append(cells | {"task": entry.task, "departments": filing.names(entry.names)})
        general = ABOVE
    return filing.form("tasks", rows)


def _lines(filing: Filing) -> Iterator[tuple[dict[str, Cell], object]]:
    """Part, code and content of every row of the self-check, and the row."""
    parts = {part.id: part.label.zh for part in filing.result.standard.part}
    parts |= dict.fromkeys(_RESOURCES, filing.words["resources"])
    last = ""
    for row in filing.result.rows.itertuples():
        part = parts[row.part]
        head = {"part": ABOVE if part == last else part, "code": row.code}
        yield head | {"label": _content(filing, row)}, row
        last = part


def _content(filing: Filing, row) -> str:
    """What is asked: an indicator with its bars, the dispersion with its limits, an item as it is."""
    standard = filing.result.standard
    if row.part == "resources":
        return f"{row.label}：{row.value}"
    if row.part == "dispersion":
        return f"{row.label}：{filing.limits}"
    [item] = [item for item in standard.item if item.code == row.code]
    check = item.check[0]
    if row.part == _VETO and isinstance(check, Finding):
        label = load_figures()[check.figure].zh
        return filing.words["veto_content"].format(label=label)
    return row.label


def _deadline(filing: Filing, row, entry: SelfCheck | None) -> str:
    """By when it shall be met; nothing is asked where it is met."""
    if entry and entry.deadline:
        year, _, month = entry.deadline.partition("-")
        return f"{year}年" + (f"{int(month)}月" if month else "")
    needless = row.verdict == MET or row.part == _VETO
    return filing.words["not_applicable"] if needless else filing.missing


def _differing(filing: Filing, published: dict[str, SelfCheck]) -> str:
    """Items whose published verdict is not this one; nothing where none is."""
    codes = [
        row.code
        for row in filing.result.rows.itertuples()
        if row.code in published and published[row.code].verdict != row.verdict
    ]
    if not codes:
        return ""
    return filing.words["differing"].format(codes="、".join(codes))
