"""What a report that looks ahead answers, read from its executed notebook."""

from __future__ import annotations

import re

from nbformat import NotebookNode

_SECTION = "一、结论"
# A paragraph up to the end of its first sentence: "**statement**…" answers, "**label**：…" remarks on it.
_OPENING = re.compile(r"\*\*(?!数据性质)(?P<bold>[^*]+)\*\*(?P<remark>：?)[^。\n]*")
_OF_A_YEAR = re.compile(r"\d{4}年(（[^）]*）)?：")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def find_answers(
    notebook: NotebookNode, last: int, *, by_year: bool
) -> tuple[str, tuple[str, ...]]:
    r"""Find the sentences that a report's first section begins in bold, the main one first (报告的回答).

    Parameters
    ----------
    notebook
        An executed notebook.
    last
        The last year that it looks at.
    by_year
        Whether it answers year by year: then other statements are none, and that of the last year is the main one.

    Returns
    -------
    tuple
        The main answer, "" where there is none; then the other answers and the remarks, in their order. Plain text
        without full stops.

    Examples
    --------
    >>> from nbformat import v4
    >>> text = "**先核对数据**：715人。\n\n**小学2025年最多**（2.9万人）。以后减少。\n\n**数据性质**：模拟数据。"
    >>> shown = v4.new_output("display_data", {"text/markdown": text})
    >>> cells = [v4.new_markdown_cell("## 一、结论"), v4.new_code_cell(outputs=[shown])]
    >>> find_answers(v4.new_notebook(cells=cells), 2035, by_year=False)
    ('小学2025年最多（2.9万人）', ('先核对数据：715人',))
    """
    openings = filter(None, map(_OPENING.match, _first_text(notebook).split("\n\n")))
    told = [
        one for one in openings if one["remark"] or not by_year or _OF_A_YEAR.match(one["bold"])
    ]
    answers = [one for one in told if not one["remark"]]
    if by_year:
        answers.sort(key=lambda one: not one["bold"].startswith(f"{last}年"))
    main = _plain(answers[0][0]) if answers else ""
    return main, tuple(_plain(one[0]) for one in told if one not in answers[:1])


def _plain(sentence: str) -> str:
    """A sentence of Markdown without its marks."""
    return _ESCAPED.sub(r"\1", sentence.replace("**", ""))


def _first_text(notebook: NotebookNode) -> str:
    """The first text that is shown below the heading of the conclusion."""
    below = False
    for cell in notebook.cells:
        below = below or (cell.cell_type == "markdown" and _SECTION in cell.source)
        for shown in cell.get("outputs", []) if below else []:
            if text := shown.get("data", {}).get("text/markdown"):
                return text
    return ""
