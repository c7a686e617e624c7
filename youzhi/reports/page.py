"""A notebook becomes one page of HTML that needs nothing else: no network, no script, no font."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import bleach
import jinja2
import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.ttLib import TTFont
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from traitlets.config import Config

SHOWN_TYPES = ["text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain"]
LINE_TAGS = {"a", "b", "br", "code", "del", "em", "i", "img", "s", "span", "strong", "sub", "sup"}
BLOCK_TAGS = {"blockquote", "div", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
TABLE_TAGS = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_UNDESCRIBED = 'alt="No description has been provided for this image"'  # so says nbconvert
_HEADING_OR_IMAGE = re.compile(r'<h2>(?P<heading>.*?)</h2>|<img\b(?:[^">]|"[^"]*")*>', re.DOTALL)
ALLOWED_ATTRIBUTES = {"alt", "class", "colspan", "rowspan", "scope"}


@dataclass(frozen=True)
class Heading:
    """What the head of a report says beside the notebook's own title.

    Attributes
    ----------
    county, year, standards, version
        As they are printed; several counties in one text.
    verdict, conclusion, reasons
        The county verdict, what it says in words, and the parts of the standard that are not met; where there are
        several counties, the verdict that all of them share, else nothing, and a line for each. Where the report looks
        ahead, its own answers, and the verdict of the last year of a scenario, else none.
    standing
        The verdict of the year from which a report looks ahead, in words; empty for all others.
    data_kinds
        Kinds of the year's own data.
    other_kinds
        Kinds of the data of the other years and of the pupils by grade; empty where they are the same kinds.
    digests, combined
        Name and beginning of the SHA-256 of each table of the year, and beginning of that of all files that the report
        rests on.
    further
        What of these files only a look ahead reads, in words; empty for all other reports.
    """

    county: str
    year: int
    standards: tuple[str, ...]
    verdict: str
    conclusion: str
    reasons: tuple[str, ...]
    standing: str
    data_kinds: tuple[str, ...]
    other_kinds: tuple[str, ...]
    version: str
    digests: tuple[tuple[str, str], ...]
    combined: str
    further: tuple[str, ...]


def render_report(notebook: NotebookNode, heading: Heading) -> str:
    """Make the page of one executed notebook, without its code (报告网页).

    Parameters
    ----------
    notebook
        The executed notebook; whatever its outputs contain, nothing of it stays alive.
    heading
        County, year, standard, kinds of data, version and digests.

    Returns
    -------
    str
        A whole HTML document; equal for equal input.
    """
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        config=Config(NbConvertBase={"display_data_priority": SHOWN_TYPES}),
    )
    body, _ = exporter.from_notebook_node(notebook)
    title, body = _take_title(_disarm(body))
    contents, body = _number_sections(_name_figures(body, title))
    return render_page("page.html.j2", title=title, heading=heading, contents=contents, body=body)


def render_page(template: str, **values: object) -> str:
    """Fill one of the packaged templates and embed style and font.

    Parameters
    ----------
    template
        Name of a template of this package.
    **values
        What the template asks for; text is escaped.

    Returns
    -------
    str
        A whole HTML document.
    """
    page = _templates().get_template(template).render(**values)
    font = _font_face(set(html.unescape(page)))
    return page.replace("</head>", f"<style>{font}</style>\n</head>", 1)


@cache
def _templates() -> jinja2.Environment:
    """The packaged templates; they escape every value but the disarmed body."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("youzhi.reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _disarm(body: str) -> str:
    """Keep tables, text and embedded pictures; everything else is shown as the text that it is."""
    without_style = re.sub(r"<style\b.*?</style>", "", body, flags=re.DOTALL | re.IGNORECASE)
    return bleach.clean(
        without_style,
        tags=LINE_TAGS | BLOCK_TAGS | TABLE_TAGS,
        attributes=_is_harmless,
        protocols={"data"},
    )


def _is_harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute can neither run nor load anything."""
    if (tag, name) == ("img", "src"):
        return value.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,"))
    return name in ALLOWED_ATTRIBUTES


def _take_title(body: str) -> tuple[str, str]:
    """Move the first heading of the first order out of the body."""
    found = re.search(r"<h1>(.*?)</h1>", body, flags=re.DOTALL)
    if not found:
        return "", body
    return _plain(found[1]), body[: found.start()] + body[found.end() :]


def _name_figures(body: str, title: str) -> str:
    """Say in words where each figure stands that nobody described: its own title cannot be read from its pixels."""
    section, number = title, 0

    def name(found: re.Match[str]) -> str:
        nonlocal section, number
        if found["heading"] is not None:
            section, number = _plain(found["heading"]), 0
            return found[0]
        if 'src="data:' not in found[0] or _UNDESCRIBED not in found[0]:
            return found[0]
        number += 1
        told = html.escape(f"图：{section}（{number}）")
        return found[0].replace(_UNDESCRIBED, f'alt="{told}"')

    return _HEADING_OR_IMAGE.sub(name, body)


def _number_sections(body: str) -> tuple[list[str], str]:
    """Give every heading of the second order an anchor; the headings are the table of contents."""
    contents: list[str] = []

    def number(found: re.Match[str]) -> str:
        contents.append(_plain(found[1]))
        return f'<h2 id="section-{len(contents)}">{found[1]}</h2>'

    return contents, re.sub(r"<h2>(.*?)</h2>", number, body, flags=re.DOTALL)


def _plain(fragment: str) -> str:
    """The text of a fragment of disarmed HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment)).strip()


def _font_face(characters: Collection[str]) -> str:
    """The bundled Chinese font, cut down to these characters, as a rule of CSS.

    WOFF instead of WOFF2: 9 % larger, but made in half the time (no Brotli).
    """
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 13, 14])
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes={*map(ord, characters), *range(0x20, 0x7F)})
    with TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True, recalcTimestamp=False) as font:
        subsetter.subset(font)
        font.flavor = "woff"
        file = BytesIO()
        font.save(file)
    encoded = base64.b64encode(file.getvalue()).decode("ascii")
    return (
        '@font-face{font-family:"Youzhi Sans";'
        f'src:url(data:font/woff;base64,{encoded}) format("woff")}}'
    )
