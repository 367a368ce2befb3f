"""The program that opens a stranger's file: alone in its own process, with little memory, time and no hope of more.

Called as `python -m lianjing.web.preview.render KIND PAGE MARK_BYTES`; standard input holds the watermark's picture
(MARK_BYTES long, may be 0), then the file. Standard output is one line of JSON, then a picture where one was asked.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import docx
import pypdfium2
from docx.table import Table
from docx.text.paragraph import Paragraph
from PIL import Image, ImageFile
from python_calamine import CalamineWorkbook

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 12
WIDTH = 1240  # A4 at 150 dpi
MOST_PIXELS = 40_000_000
TALLEST = 4  # heights beyond so many widths are cut to fit
MOST_BLOCKS, MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 3_000, 500, 60, 5
LONGEST_CELL = 2_000


class Unshowable(Exception):
    """The file can't be shown: damaged, locked, or beyond the limits."""


def confine() -> None:
    """Take away what a hostile file could ask for: memory, time, files, other processes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def marked(picture: Image.Image, mark: bytes) -> bytes:
    """Return the picture as PNG with the watermark laid over all of it."""
    page = picture.convert("RGBA")
    if mark:
        tile = Image.open(io.BytesIO(mark), formats=["PNG"]).convert("RGBA")
        layer = Image.new("RGBA", page.size, (0, 0, 0, 0))
        for top in range(0, page.height, tile.height):
            for left in range(0, page.width, tile.width):
                layer.paste(tile, (left, top))
        page = Image.alpha_composite(page, layer)
    held = io.BytesIO()
    page.convert("RGB").save(held, "PNG")
    return held.getvalue()


def pdf_page(content: bytes, number: int, mark: bytes) -> tuple[dict[str, Any], bytes]:
    """Render a page (1 is the first); number 0 asks for the count alone. Scripts and forms are not run."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unshowable("locked" if "password" in str(error).lower() else "damaged") from error
    told = {"pages": len(document)}
    if number == 0:
        return told, b""
    if not 1 <= number <= len(document):
        raise Unshowable("page")
    page = document[number - 1]
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise Unshowable("damaged")
    scale = min(WIDTH / width, WIDTH * TALLEST / height)
    return told, marked(page.render(scale=scale, may_draw_forms=False).to_pil(), mark)


def image(content: bytes, number: int, mark: bytes) -> tuple[dict[str, Any], bytes]:
    """Draw a picture anew: nothing of the file but its pixels remains."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    picture = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
    if picture.width * picture.height > MOST_PIXELS:
        raise Unshowable("large")
    if number == 0:
        return {"pages": 1}, b""
    if number != 1:
        raise Unshowable("page")
    picture.thumbnail((WIDTH, WIDTH * TALLEST))
    return {"pages": 1}, marked(picture, mark)


def word(content: bytes, _number: int, _mark: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the paragraphs and tables of a document as text, in order."""
    blocks: list[dict[str, Any]] = []
    is_cut = False
    for block in _blocks(docx.Document(io.BytesIO(content))):
        if len(blocks) >= MOST_BLOCKS:
            is_cut = True
            break
        blocks.append(block)
    return {"pages": 1, "blocks": blocks, "is_cut": is_cut}, b""


def _blocks(document: Any) -> Iterator[dict[str, Any]]:
    for each in document.iter_inner_content():
        if isinstance(each, Paragraph) and each.text.strip():
            style = (each.style.name or "") if each.style is not None else ""
            yield {
                "text": each.text[: LONGEST_CELL * 10],
                "is_heading": style.startswith(("Heading", "Title")),
            }
        elif isinstance(each, Table):
            rows = [
                [cell.text[:LONGEST_CELL] for cell in row.cells[:MOST_COLUMNS]]
                for row in each.rows[:MOST_ROWS]
            ]
            yield {"rows": rows}


def excel(content: bytes, _number: int, _mark: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the first sheets as rows of text; values as stored, no formula is computed."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for name in book.sheet_names[:MOST_SHEETS]:
        sheet = book.get_sheet_by_name(name)
        rows = [
            [str(cell)[:LONGEST_CELL] for cell in row[:MOST_COLUMNS]]
            for row in sheet.to_python(nrows=MOST_ROWS)
        ]
        is_cut = sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS
        sheets.append({"name": name, "rows": rows, "is_cut": is_cut})
    return {"pages": 1, "sheets": sheets, "is_cut": len(book.sheet_names) > MOST_SHEETS}, b""


KINDS = {"pdf": pdf_page, "image": image, "word": word, "excel": excel}


def main(kind: str, number: int, mark_bytes: int) -> int:
    """Read the file, tell what it holds; 3 where it can't be shown. Any other end is a crash and told as one."""
    given = sys.stdin.buffer.read()
    confine()
    try:
        told, picture = KINDS[kind](given[mark_bytes:], number, given[:mark_bytes])
    except Unshowable as error:
        told, picture = {"fault": str(error)}, b""
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode() + b"\n" + picture)
    return 3 if "fault" in told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
