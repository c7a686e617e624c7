"""Filled forms -> Word documents (docx) in the style of Chinese official papers; no file is written here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Emu, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from youzhi.forms.archives import without_clock
from youzhi.forms.blocks import Block, as_text, body_blocks, head_blocks, head_depth
from youzhi.forms.layout import Form, footer_of_next

# Fonts of official papers, each with one that every Chinese office has (党政机关公文格式: 小标宋、黑体、仿宋).
_FONTS = {"方正小标宋简体": "宋体", "黑体": "SimHei", "仿宋_GB2312": "仿宋"}
_TITLE, _HEAD, _BODY = _FONTS
_LATIN = "Times New Roman"
# A4 and the margins of official papers; on its side the paper is turned to the left.
_LONG, _SHORT = Mm(297), Mm(210)
_MARGINS = {"top": Mm(37), "bottom": Mm(35), "left": Mm(28), "right": Mm(26)}
_TURNED = {"top": Mm(28), "bottom": Mm(26), "left": Mm(35), "right": Mm(37)}
# Up to so many half-width characters a table has letters of this size (points).
_SIZES = ((80, 10.5), (120, 9), (float("inf"), 7.5))
_LEAST_ROW, _PADDING = Mm(5.5), Mm(0.5)
_ALIGN = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER}


def write_docx(groups: Sequence[Sequence[Form]], title: str = "") -> bytes:
    """Put filled forms into a Word document, every group from a new page on (生成文档).

    Parameters
    ----------
    groups
        Forms that stand below each other, in order; one that asks for a new page gets it. Wide groups lie on their side.
    title
        Stands above the first form.

    Returns
    -------
    bytes
        The file; the same forms give the same bytes.
    """
    document = Document()
    _set_fonts(document)
    section = document.sections[0]
    if title:
        _write(document.add_paragraph(), title, _TITLE, 22, centred=True)
    for number, forms in enumerate(groups):
        for at, form in enumerate(forms):
            if at and not form.new_page:
                document.add_paragraph()
            elif number or at:
                section = document.add_section(WD_SECTION.NEW_PAGE)
            _set_page(section, forms[0].landscape)
            shared = footer_of_next(forms, at)
            _add_form(document, form, section, [line for line in form.footer if line not in shared])
    _number_pages(document.sections[0])
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "youzhi", as_text(title), ""
    stream = io.BytesIO()
    document.save(stream)
    return without_clock(_with_fallback_fonts(stream.getvalue()))


def _set_fonts(document: Document) -> None:
    """The default letter: Chinese fonts have to be named for East Asian text by hand."""
    style = document.styles["Normal"]
    style.font.name, style.font.size = _LATIN, Pt(12)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _BODY)
    style.paragraph_format.space_after = Pt(0)


def _set_page(section: Section, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    for side, width in (_TURNED if landscape else _MARGINS).items():
        setattr(section, f"{side}_margin", width)


def _number_pages(section: Section) -> None:
    """Page numbers between dashes; the later sections follow the first."""
    section.footer_distance = Mm(20)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "— ", _BODY, 12, centred=True)
    for kind in ("begin", None, "end"):
        run = paragraph.add_run()
        if kind is None:
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = "PAGE"
            run._r.append(text)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
    _write(paragraph, " —", _BODY, 12, centred=True)


def _add_form(document: Document, form: Form, section: Section, footer: list[str]) -> None:
    """Title, lines, table and footer of one form."""
    _write(document.add_paragraph(), form.title, _HEAD, 15, centred=True)
    for line in form.lines:
        _write(document.add_paragraph(), line, _BODY, 10.5)
    _add_table(document, form, section.page_width - section.left_margin - section.right_margin)
    for number, line in enumerate(footer):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(0 if number else 4)
        _write(paragraph, line, _BODY, 9)


def _add_table(document: Document, form: Form, width: int) -> None:
    """The table with heads that repeat on every page and rows that do not break."""
    depth, rows = head_depth(form), len(form.rows)
    table = document.add_table(depth + rows, len(form.columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(_width(column) for column in form.columns)
    widths = [Emu(int(width * _width(column) / whole)) for column in form.columns]
    size = next(size for most, size in _SIZES if whole <= most)
    _set_margins(table, _PADDING)
    cells = [row.cells for row in table.rows]
    for at, row in enumerate(table.rows):
        row.height, row.height_rule = _LEAST_ROW, WD_ROW_HEIGHT_RULE.AT_LEAST
        _mark(row._tr, "w:cantSplit")
        if at < depth:
            _mark(row._tr, "w:tblHeader")
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = wide
    for row in cells:
        for cell, wide in zip(row, widths, strict=True):
            cell.width = wide
    for block in head_blocks(form):
        _fill(cells, block, 0, _HEAD, size, "center")
    for block in body_blocks(form):
        _fill(cells, block, depth, _BODY, size, form.columns[block.left].align)


def _width(column) -> float:
    """Columns that take several of a sheet's columns are as wide as they need."""
    return column.width * column.span


def _fill(
    cells: list[tuple[_Cell, ...]], block: Block, top: int, font: str, size: float, align: str
) -> None:
    """One cell, over all its rows and columns."""
    cell = cells[top + block.top][block.left]
    if (block.top, block.left) != (block.bottom, block.right):
        cell = cell.merge(cells[top + block.bottom][block.right])
        for empty in cell.paragraphs[1:]:
            empty._p.getparent().remove(empty._p)
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    _write(paragraph, as_text(block.value), font, size)
    paragraph.alignment = _ALIGN[align]


def _write(
    paragraph: Paragraph, text: str, font: str, size: float, *, centred: bool = False
) -> None:
    """A run of text with its Chinese font."""
    run = paragraph.add_run(as_text(text))
    run.font.name, run.font.size = _LATIN, Pt(size)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _mark(row, name: str) -> None:
    """A property of a row that is simply on."""
    row.get_or_add_trPr().append(OxmlElement(name))


def _set_margins(table: Table, width: int) -> None:
    """Narrow margins in all cells."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(round(width / Pt(1) * 20)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(margins)


def _with_fallback_fonts(content: bytes) -> bytes:
    """Tell in the font table which font stands in where one of ours is not installed."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in _FONTS.items()
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "word/fontTable.xml":
                data = data.replace(b"</w:fonts>", entries.encode("utf-8") + b"</w:fonts>")
            new.writestr(name, data)
    return stream.getvalue()
