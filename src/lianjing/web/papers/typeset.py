"""A paper as PDF: Typst reads it as data, never as its own language, so no sign of a user's text means anything to it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from lianjing.runtime.zone_mark import paper_mark
from lianjing.web.papers import faces
from lianjing.web.papers.paper import Block, Grid, Paper, Paragraph, Picture, clean, long_day

DRAWING = b"""#set page(width: 250mm, height: auto, margin: 0mm)
#image(bytes(sys.inputs.at("svg")), format: "svg", width: 100%)"""
TEMPLATE = (Path(__file__).parent / "paper.typ").read_bytes()


def pdf(paper: Paper, *, now: datetime) -> bytes:
    """Return the paper as a PDF/A-2b; faces.NoChineseFace where no Chinese face is at hand."""
    data = json.dumps(described(paper) | {"faces": faces.families()}, ensure_ascii=False)
    made: bytes = typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"paper": data},
        font_paths=faces.fonts(),
        timestamp=int(now.timestamp()),
        pdf_standards="a-2b",
    )
    return made


def described(paper: Paper) -> dict[str, Any]:
    """Return the paper as plain values, every text cleaned."""
    return {
        "zone": paper_mark(),
        "mark": clean(paper.mark),
        "number": clean(paper.number),
        "title": clean(paper.title),
        "recipients": clean(paper.recipients),
        "blocks": [_block(each) for each in paper.blocks],
        "attachments": [clean(each) for each in paper.attachments],
        "signer": clean(paper.signer),
        "dated": long_day(paper.dated),
        "copies_to": clean(paper.copies_to),
        "issued_by": clean(paper.issued_by),
        "footer": [clean(each) for each in paper.footer],
        "qr": paper.check.svg() if paper.check else "",
        "code": paper.check.code if paper.check else "",
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Grid():
            return _grid(block)
        case Picture():
            return _picture(block)
        case Paragraph():
            return _paragraph(block)


def _picture(block: Picture) -> dict[str, Any]:
    return {
        "kind": "picture",
        "title": clean(block.title),
        "svg": block.svg,
        "words": [clean(each) for each in block.words],
        "is_wide": block.is_wide,
    }


def png(svg: str) -> bytes:
    """Return a drawing as an image of 200 dots to the inch; faces.NoChineseFace where its words could not be drawn."""
    faces.families()
    made: bytes = typst.compile(
        DRAWING, format="png", sys_inputs={"svg": svg}, font_paths=faces.fonts(), ppi=200
    )
    return made


def _paragraph(block: Paragraph) -> dict[str, Any]:
    return {"kind": "text", "level": block.level, "lead": clean(block.lead), "text": clean(block.text)}


def _grid(block: Grid) -> dict[str, Any]:
    return {
        "kind": "grid",
        "title": clean(block.title),
        "widths": list(block.widths),
        "head_rows": block.head_rows,
        "rows": [
            [
                {"text": clean(cell.text), "span": cell.span, "label": cell.is_label, "align": cell.align}
                for cell in row
            ]
            for row in block.rows
        ],
    }
