"""All forms of a county and year as files: workbooks and documents, by name."""

from __future__ import annotations

from collections.abc import Callable

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.forms.annexes import fill_duties, fill_self_check, fill_tasks
from youzhi.forms.application import (
    fill_basics,
    fill_coefficients,
    fill_met_counts,
    fill_sections,
)
from youzhi.forms.documents import write_docx
from youzhi.forms.filing import Filing
from youzhi.forms.items import fill_guarantee, fill_other_items, fill_quality, fill_survey
from youzhi.forms.layout import Form, find_layout, load_layouts
from youzhi.forms.schools import SchoolSheets
from youzhi.forms.workbooks import write_xlsx


def make_forms(result: Assessment, card: County) -> dict[str, bytes]:
    """Fill every form of a county and year and make the files to be filed (编制申报材料).

    Parameters
    ----------
    result
        Of one county and year; its county figures fill what the school table cannot.
    card
        The county's card: years of schooling, departments, published self-check.

    Returns
    -------
    dict of str to bytes
        File name to content: the application tables, the annexes and the sheets of all schools, each as workbook and
        as document. The same result and card give the same bytes.

    Raises
    ------
    UsageError
        The result covers several county-years.

    Examples
    --------
    >>> from youzhi.assessment import assess_county
    >>> from youzhi.counties import load_county
    >>> files = make_forms(assess_county("yiyuan", 2020), load_county("yiyuan"))
    >>> list(files)
    ['申报表.xlsx', '申报表.docx', '计划附件.xlsx', '计划附件.docx', '学校自评表.xlsx', '学校自评表.docx']
    """
    names, files = load_layouts().files, {}
    for name, forms in (
        ("application", fill_application(result, card)),
        ("annexes", fill_annexes(result, card)),
    ):
        level = f"{result.standard.level.zh}{names[name]}"
        files[f"{names[name]}.xlsx"] = write_xlsx({_sheet_of(form): [form] for form in forms})
        groups = [[form] for form in forms]
        files[f"{names[name]}.docx"] = write_docx(groups, f"{card.name_zh}{level}")
    sheets = SchoolSheets(result, card)
    files[f"{names['schools']}.xlsx"] = _write_schools(sheets)
    groups = [[sheets.fill_index()], *(sheets.fill_school(name) for name in sheets.names)]
    files[f"{names['schools']}.docx"] = write_docx(groups, f"{card.name_zh}{names['schools']}")
    return files


def fill_application(result: Assessment, card: County) -> list[Form]:
    """Fill the application tables that the standard has, and say which are left out (申报表).

    Parameters
    ----------
    result, card
        As for make_forms.

    Returns
    -------
    list of Form
        Ⅰ to Ⅵ in order; a standard without bars or with other parts leaves some out, with the reason in a last table.
    """
    parts = {part.id for part in result.standard.part}
    has_bars = result.standard.school_rule is not None
    wanted: list[tuple[str, Callable, str]] = [
        ("basics", fill_basics, ""),
        ("met_counts", fill_met_counts, "" if has_bars else "no_bars"),
        ("sections", fill_sections, ""),
        ("coefficients", fill_coefficients, ""),
        ("guarantee", fill_guarantee, "" if "guarantee" in parts else "no_part"),
        ("quality", fill_quality, "" if "quality" in parts else "no_part"),
        ("survey", fill_survey, "" if "recognition" in parts else "no_part"),
    ]
    forms = [fill(result, card) for _, fill, reason in wanted if not reason]
    omitted = [(id, reason) for id, _, reason in wanted if reason]
    if not omitted:
        return forms
    if result.standard.item:
        forms.append(fill_other_items(result, card))
    return [*forms, _fill_omitted(Filing(result, card), omitted)]


def fill_annexes(result: Assessment, card: County) -> list[Form]:
    """Fill the annexes of the county's plan (计划附件).

    Parameters
    ----------
    result, card
        As for make_forms.

    Returns
    -------
    list of Form
        Duties and self-check; tasks where the card names any.
    """
    forms = [fill_duties(result, card), fill_self_check(result, card)]
    if any(entry.task for entry in card.department):
        forms.append(fill_tasks(result, card))
    return forms


def _fill_omitted(filing: Filing, omitted: list[tuple[str, str]]) -> Form:
    """Which tables were left out, and why."""
    titles = {form.id: f"{form.number} {form.title}" for form in load_layouts().form}
    rows = [{"form": titles[id], "reason": filing.words[reason]} for id, reason in omitted]
    return filing.form("omitted", rows)


def _sheet_of(form: Form) -> str:
    """Name of the sheet of a form: its number, or what it is."""
    layout = find_layout(form.id)
    return layout.number or layout.title


def _write_schools(sheets: SchoolSheets) -> bytes:
    """One sheet per school behind an index."""
    index = load_layouts().sheets["index"]
    pages = {
        f"{number:03d} {name}": sheets.fill_school(name)
        for number, name in enumerate(sheets.names, start=1)
    }
    return write_xlsx({index: [sheets.fill_index()], **pages}, index)
