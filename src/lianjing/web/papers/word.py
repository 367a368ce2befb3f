"""A paper as an editable Word file in the same layout: A4 box, 22 lines of 28 signs, the standard's type faces by name."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from lianjing.runtime.zone_mark import paper_mark
from lianjing.web.papers.faces import NoChineseFace
from lianjing.web.papers.paper import Cell, Grid, Paper, Paragraph, Picture, clean, long_day
from lianjing.web.papers.typeset import png

BODY, BLACK, SCRIPT, TITLE, NUMBERS = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体", "宋体"
SIGN, LINE = 16, Pt(28.95)
RED = RGBColor(0xD4, 0, 0)
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
TEXT_WIDTH = 156  # millimetres of the 版心


def docx(paper: Paper, *, now: datetime) -> bytes:
    """Return the paper as a .docx."""
    book = Document()
    _page(book, now, paper)
    if paper.mark:
        _head(book, paper)
    _title(book, paper)
    if paper.recipients:
        _line(book, f"{paper.recipients}：")
    for block in paper.blocks:
        if isinstance(block, Grid):
            _grid(book, block)
        elif isinstance(block, Picture):
            _picture(book, block)
        else:
            _paragraph(book, block)
    _tail(book, paper)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _page(book: Any, now: datetime, paper: Paper) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    book.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, "right")
    _number(section.even_page_footer, "left")
    for header in (section.header, section.even_page_header) if paper_mark() else ():
        _zone(header)
    raster = section._sectPr.find(qn("w:docGrid"))
    if raster is None:
        raster = OxmlElement("w:docGrid")
        section._sectPr.append(raster)
    # 28 signs to 156 mm and 22 lines to 225 mm, in the file's own units (1/4096 and 1/20 of a point).
    for name, value in (("type", "linesAndChars"), ("linePitch", "579"), ("charSpace", "-849")):
        raster.set(qn(f"w:{name}"), value)
    style = book.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(SIGN)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    book.core_properties.title, book.core_properties.author = clean(paper.title)[:250], ""
    book.core_properties.created = book.core_properties.modified = now.replace(tzinfo=None)


def _zone(header: Any) -> None:
    """Say at the head of every page of a training zone that it proves nothing."""
    header.is_linked_to_previous = False
    line = header.paragraphs[0]
    line.alignment = ALIGN["center"]
    _run(line, paper_mark(), face=BLACK, size=14).font.color.rgb = RED


def _number(footer: Any, side: str) -> None:
    """The page number “— 1 —”, odd pages right and even pages left by one sign."""
    footer.is_linked_to_previous = False
    line = footer.paragraphs[0]
    line.alignment = ALIGN[side]
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = Pt(14)
    _run(line, "— ", face=NUMBERS, size=14)
    run = _run(line, "", face=NUMBERS, size=14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)
    _run(line, " —", face=NUMBERS, size=14)


def _run(line: Any, text: str, *, face: str = BODY, size: float = SIGN, bold: bool = False) -> Any:
    run = line.add_run(clean(text))
    run.font.size, run.font.bold = Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
    return run


def _line(book: Any, text: str = "", *, align: str = "left", indent: int = 0, **look: Any) -> Any:
    line = book.add_paragraph()
    line.alignment = ALIGN[align]
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = LINE
    if indent:
        line.paragraph_format.first_line_indent = Pt(SIGN * indent)
    if text:
        _run(line, text, **look)
    return line


def _head(book: Any, paper: Paper) -> None:
    """The red mark, its size so that it stays on one line, the number and the red line below it."""
    mark = clean(paper.mark)
    size = min(36.0, TEXT_WIDTH * 72 / 25.4 / max(len(mark), 1))
    line = _line(book, align="center")
    line.paragraph_format.line_spacing = Pt(size * 1.4)
    if not mark.endswith("纪要"):
        line.paragraph_format.space_before = Mm(20)
    _run(line, mark, face=TITLE, size=size).font.color.rgb = RED
    if paper.number:
        _line(book)
    below = _line(book, paper.number, align="center")
    _rule(below, "bottom", 18, "D40000")
    _line(book)


def _rule(line: Any, side: str, eighths: int, colour: str) -> None:
    """Draw a line above or below a paragraph; its weight is in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    border = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", str(eighths)), ("space", "8"), ("color", colour)):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)
    line._p.get_or_add_pPr().append(borders)


def _title(book: Any, paper: Paper) -> None:
    line = _line(book, paper.title, align="center", face=TITLE, size=22 if paper.mark else 20)
    line.paragraph_format.line_spacing = Pt(32)
    if paper.is_form and paper.number:
        _line(book, f"编号：{paper.number}", align="right", size=12)
    else:
        _line(book)


def _paragraph(book: Any, block: Paragraph) -> None:
    line = _line(book, indent=2)
    if block.lead:
        _run(line, block.lead, face=BLACK)
    face = {1: BLACK, 2: SCRIPT}.get(block.level, BODY)
    for place, part in enumerate(block.text.split("\n")):
        run = _run(line, part, face=face)
        if place:
            run._r.insert(1, OxmlElement("w:br"))


def _grid(book: Any, block: Grid) -> None:
    if block.title:
        _line(book, block.title, align="center", face=BLACK, size=12)
    table = book.add_table(rows=0, cols=len(block.widths), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(block.widths)
    for number, row in enumerate(block.rows):
        cells = table.add_row().cells
        for cell, width in zip(cells, block.widths, strict=True):
            cell.width = Mm(TEXT_WIDTH * width / whole)
        place = 0
        for cell in row:
            into = cells[place]
            if cell.span > 1:
                into = into.merge(cells[place + cell.span - 1])
            _fill(into, cell)
            place += cell.span
        if number < block.head_rows:
            mark = OxmlElement("w:tblHeader")
            table.rows[number]._tr.get_or_add_trPr().append(mark)


def _picture(book: Any, block: Picture) -> None:
    """The drawing as an image; only its words where no Chinese face is at hand to draw them with."""
    _line(book, block.title, align="center", face=BLACK, size=12)
    try:
        drawn = png(block.svg)
    except NoChineseFace:
        drawn = b""
    if drawn:
        line = book.add_paragraph()
        line.alignment = ALIGN["center"]
        line.add_run().add_picture(io.BytesIO(drawn), width=Mm(TEXT_WIDTH))
    for words in block.words:
        _line(book, words, size=11)


def _fill(into: Any, cell: Cell) -> None:
    line = into.paragraphs[0]
    line.alignment = ALIGN["center" if cell.is_label else cell.align]
    for place, part in enumerate(cell.text.split("\n")):
        run = _run(line, part, face=BLACK if cell.is_label else BODY, size=11)
        if place:
            run._r.insert(1, OxmlElement("w:br"))


def _tail(book: Any, paper: Paper) -> None:
    if paper.attachments:
        _line(book)
    for place, name in enumerate(paper.attachments, start=1):
        number = f"{place}．" if len(paper.attachments) > 1 else ""
        _line(book, f"{'附件：' if place == 1 else '　　　'}{number}{name}", indent=2)
    for text in filter(None, (paper.signer, long_day(paper.dated))):
        line = _line(book, text, align="right")
        line.paragraph_format.right_indent = Pt(SIGN * 4)
    for text in paper.footer:
        _line(book, text, size=10).paragraph_format.line_spacing = Pt(15)
    if paper.check is not None:
        line = book.add_paragraph()
        line.alignment = ALIGN["right"]
        line.add_run().add_picture(io.BytesIO(paper.check.png()), width=Mm(30))
    if paper.copies_to:
        _rule(_line(book, f"抄送：{paper.copies_to}。", size=14), "top", 8, "000000")
    if paper.issued_by:
        issued = f"{paper.issued_by}　　{long_day(paper.dated)}印发" if paper.dated else paper.issued_by
        line = _line(book, issued, size=14)
        _rule(line, "bottom", 8, "000000")
