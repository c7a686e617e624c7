"""A panel for JupyterLab: choose a scenario, set a new school otherwise, and see at once what passes (可调面板).

`answers` recomputes without any front-end; `board` puts widgets around it where somebody is there to move them, and is
a text elsewhere, so that a notebook gives the same bytes whoever runs it.
"""

from youzhi.panels.answers import Answer, Setting, class_range, list_builds, recompute
from youzhi.panels.board import Panel, show_panel, tabulate_answer

__all__ = [
    "Answer",
    "Panel",
    "Setting",
    "class_range",
    "list_builds",
    "recompute",
    "show_panel",
    "tabulate_answer",
]
