"""Which files are taken: by extension and by their bytes, both; nothing that runs, nothing that hides."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.packages import is_sound_package

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOM = b"\xef\xbb\xbf"
# A file that is a page or a program besides what it claims to be (polyglot) says so near its beginning.
_HEAD = 1024
_MARKUP = re.compile(rb"<\s*(html|script|svg|iframe|body|\?php|!doctype|\?xml)", re.IGNORECASE)
# What a reader of PDF would run. Names may also hide in compressed parts: the preview runs nothing at all.
_RUNS = re.compile(rb"/(JavaScript|Launch)\b")


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its extension, its media type and the test of its bytes."""

    extension: str
    media_type: str
    is_it: Callable[[bytes], bool]


def _is_plain(content: bytes) -> bool:
    """True where no page hides at the beginning and no archive at the end."""
    return not _MARKUP.search(content[:_HEAD]) and not zipfile.is_zipfile(io.BytesIO(content))


def _starts(mark: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(mark) and _is_plain(content)


def _is_pdf(content: bytes) -> bool:
    begins = content[:_HEAD].removeprefix(_BOM).lstrip()
    return begins.startswith(b"%PDF-") and _is_plain(content) and not _RUNS.search(content)


def _holds(member: str) -> Callable[[bytes], bool]:
    return lambda content: is_sound_package(content, member)


def _is_compound(*streams: str) -> Callable[[bytes], bool]:
    """Test for an old Office file with one of these streams; without macros and without a program inside."""

    def is_it(content: bytes) -> bool:
        if not content.startswith(_OLE):
            return False
        has_macro = "_VBA_PROJECT".encode("utf-16-le") in content
        named = any(stream.encode("utf-16-le") in content for stream in streams)
        return named and not has_macro and not zipfile.is_zipfile(io.BytesIO(content))

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
        Format("doc", "application/msword", _is_compound("WordDocument")),
        Format("xls", "application/vnd.ms-excel", _is_compound("Workbook", "Book")),
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
            _("文件内容与扩展名“%(extension)s”不符、已损坏，或含有宏、脚本等可执行内容")
            % {"extension": extension},
            "file",
        )
    return found


def extension_of(media_type: str) -> str:
    """Return the extension under which a stored file is handed out."""
    return _EXTENSION_OF.get(media_type, "bin")
