"""Which files are taken: by extension and by their first bytes, both; nothing that runs, nothing that hides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its extension, its media type and the test of its bytes."""

    extension: str
    media_type: str
    is_it: Callable[[bytes], bool]


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _holds(*members: str) -> Callable[[bytes], bool]:
    """Test for an archive with these members: reads the table of contents only and unpacks nothing."""

    def is_it(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            names = zipfile.ZipFile(io.BytesIO(content)).namelist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return False
        has_macro = any(name.lower().endswith("vbaproject.bin") for name in names)
        return all(member in names for member in members) and not has_macro

    return is_it


def _is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


FORMATS = {
    each.extension: each
    for each in (
        Format("pdf", "application/pdf", _is_pdf),
        Format("ofd", "application/ofd", _holds("OFD.xml")),
        Format("png", "image/png", _starts(b"\x89PNG\r\n\x1a\n")),
        Format("jpg", "image/jpeg", _starts(b"\xff\xd8\xff")),
        Format(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            _holds("word/document.xml"),
        ),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            _holds("xl/workbook.xml"),
        ),
        Format("doc", "application/msword", _starts(_OLE)),
        Format("xls", "application/vnd.ms-excel", _starts(_OLE)),
        Format("csv", "text/csv", _is_text),
        Format("txt", "text/plain", _is_text),
    )
}
_SPELLINGS = {"jpeg": "jpg"}
_EXTENSION_OF = {each.media_type: each.extension for each in FORMATS.values()}


def accepted() -> str:
    """Return the extensions as a file input takes them: ".pdf,.ofd,…"."""
    return ",".join(f".{name}" for name in (*FORMATS, *_SPELLINGS))


def format_of(file_name: str, content: bytes) -> Format:
    """Return the format of a file; BadInput where the extension is not allowed or the bytes are not of it."""
    extension = PurePath(file_name.replace("\\", "/")).suffix.lower().removeprefix(".")
    found = FORMATS.get(_SPELLINGS.get(extension, extension))
    if found is None:
        raise BadInput(
            _("不接受“%(extension)s”文件，可上传：%(accepted)s")
            % {"extension": extension or file_name, "accepted": ", ".join(FORMATS)},
            "file",
        )
    if not found.is_it(content):
        raise BadInput(
            _("文件内容与扩展名“%(extension)s”不符，或文件已损坏") % {"extension": extension}, "file"
        )
    return found


def extension_of(media_type: str) -> str:
    """Return the extension under which a stored file is handed out."""
    return _EXTENSION_OF.get(media_type, "bin")
