"""What can be shown of a paper, and how: the renderer is asked in its own process and given up on in time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import read

PATIENCE_SECONDS = 20
MOST_PAGES = 300
MOST_TEXT = 200_000
_SOURCE = Path(__file__).resolve().parents[3]
_AT_ONCE = BoundedSemaphore(2)
OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {
    "application/pdf": "pdf",
    "image/png": "image",
    "image/jpeg": "image",
    OFFICE + "wordprocessingml.document": "word",
    OFFICE + "spreadsheetml.sheet": "excel",
    "text/plain": "text",
    "text/csv": "text",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a paper holds for the page: pictures by number, or blocks, sheets, text."""

    kind: str
    pages: int
    content: dict[str, Any]

    @property
    def is_picture(self) -> bool:
        """True where each page is a picture."""
        return self.kind in ("pdf", "image")


def kind_of(document: Document) -> str:
    """Return how a paper is shown, "" for one that can only be downloaded (OFD, old Word and Excel)."""
    return KINDS.get(document.media_type, "")


def shown(document: Document) -> Shown:
    """Open a paper for the page; BadInput with the reason where it can't be shown."""
    kind = kind_of(document)
    if kind == "text":
        return Shown(kind, 1, _text(read(document)))
    told, _picture = _asked(kind, 0, b"", read(document))
    return Shown(kind, min(int(told["pages"]), MOST_PAGES), told)


def picture(document: Document, number: int, mark: bytes) -> bytes:
    """Return one page as PNG with the watermark; BadInput where there is none."""
    _told, made = _asked(kind_of(document), number, mark, read(document))
    return made


def _text(content: bytes) -> dict[str, Any]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return {"text": text[:MOST_TEXT], "is_cut": len(text) > MOST_TEXT}
    raise BadInput(_("文件已损坏，不能预览，请下载查看"), "file")


def _asked(kind: str, number: int, mark: bytes, content: bytes) -> tuple[dict[str, Any], bytes]:
    """Ask the renderer; it inherits nothing of this process: no environment, no open file."""
    command = [sys.executable, "-m", "lianjing.web.preview.render", kind, str(number), str(len(mark))]
    environment = {
        "PYTHONPATH": str(_SOURCE),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with _AT_ONCE:
        try:
            done = subprocess.run(
                command, input=mark + content, capture_output=True, env=environment, timeout=PATIENCE_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise BadInput(_("文件过于复杂，不能预览，请下载查看"), "file") from error
    head, _line, made = done.stdout.partition(b"\n")
    told = json.loads(head) if done.returncode in (0, 3) else {"fault": "damaged"}
    if "fault" in told:
        raise BadInput(_words(told["fault"]), "file")
    return told, made


def _words(fault: str) -> str:
    return {
        "locked": _("文件设有打开密码，不能预览，请下载查看"),
        "large": _("图片过大，不能预览，请下载查看"),
        "page": _("没有这一页"),
    }.get(fault, _("文件已损坏，不能预览，请下载查看"))
