"""Results -> the official application tables and plan annexes as xlsx and docx; their shape stands in forms.toml."""

from youzhi.forms.annexes import fill_duties, fill_self_check, fill_tasks
from youzhi.forms.application import (
    fill_basics,
    fill_coefficients,
    fill_met_counts,
    fill_sections,
)
from youzhi.forms.documents import write_docx
from youzhi.forms.items import fill_guarantee, fill_other_items, fill_quality, fill_survey
from youzhi.forms.layout import Form
from youzhi.forms.package import fill_annexes, fill_application, make_forms
from youzhi.forms.schools import SchoolSheets
from youzhi.forms.workbooks import write_xlsx

__all__ = [
    "Form",
    "SchoolSheets",
    "fill_annexes",
    "fill_application",
    "fill_basics",
    "fill_coefficients",
    "fill_duties",
    "fill_guarantee",
    "fill_met_counts",
    "fill_other_items",
    "fill_quality",
    "fill_sections",
    "fill_self_check",
    "fill_survey",
    "fill_tasks",
    "make_forms",
    "write_docx",
    "write_xlsx",
]
