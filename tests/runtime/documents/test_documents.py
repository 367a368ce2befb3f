from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.documents import queries, storage
from lianjing.runtime.documents.formats import FORMATS, accepted, extension_of, format_of
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import link, upload
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.regulation.models import Definition, DocumentRequirement
from lianjing.runtime.trail.act import SYSTEM
from lianjing.runtime.trail.models import Event
from tests.runtime.contract.office import NOW, TODAY, Office


def archive(*members: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for member in members:
            file.writestr(member, "x")
    return held.getvalue()


GOOD = {
    "a.pdf": b"%PDF-1.7\n...",
    "a.PDF": b"\xef\xbb\xbf%PDF-1.4",
    "发票.ofd": archive("OFD.xml"),
    "a.png": b"\x89PNG\r\n\x1a\nrest",
    "a.jpg": b"\xff\xd8\xff\xe0",
    "a.jpeg": b"\xff\xd8\xff\xe0",
    "a.docx": archive("word/document.xml"),
    "a.xlsx": archive("xl/workbook.xml"),
    "a.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
    "a.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"),
    "a.csv": "名称,金额\n".encode("gb18030"),
    "a.txt": "文字".encode(),
    "c:\\dir\\a.txt": b"plain",
}
BAD = {
    "a.exe": b"MZ",
    "a.html": b"<html>",
    "a.svg": b"<svg>",
    "a.zip": archive("a"),
    "a": b"x",
    ".pdf": b"%PDF-",
    "a.pdf": b"MZ\x90",
    "a.png": b"%PDF-1.7",
    "a.docx": archive("xl/workbook.xml"),
    "b.docx": archive("word/document.xml", "word/vbaProject.bin"),
    "c.docx": b"PK\x03\x04broken",
    "a.docm": archive("word/document.xml"),
    "a.txt": b"\x00\x01",
    "b.txt": b"\xff\xff\xff",
    "a.pdf.exe": b"%PDF-1.7",
}


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_a_paper_of_the_list_is_known_by_name_and_content(name: str, content: bytes) -> None:
    found = format_of(name, content)
    assert extension_of(found.media_type) == found.extension


@pytest.mark.parametrize(("name", "content"), BAD.items())
def test_what_runs_or_hides_or_lies_about_itself_is_not_taken(name: str, content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        format_of(name, content)
    assert caught.value.field == "file"


def test_the_list_of_a_file_input_names_every_format() -> None:
    assert set(accepted().split(",")) == {f".{name}" for name in FORMATS} | {".jpeg"}
    assert extension_of("unknown/type") == "bin"


def test_a_file_is_kept_once_by_its_digest_and_never_replaced() -> None:
    sha256 = storage.keep(b"content")
    place = storage.place_of(sha256)
    assert (place.parent.name, place.parent.parent.name) == (sha256[2:4], sha256[:2])
    before = place.stat().st_ino
    assert storage.keep(b"content") == sha256
    assert place.stat().st_ino == before
    assert storage.fetch(sha256) == b"content"
    assert [path.name for path in place.parent.iterdir()] == [sha256]


def test_a_damaged_or_lost_file_is_told_and_mended_by_the_same_bytes() -> None:
    sha256 = storage.keep(b"content")
    place = storage.place_of(sha256)
    place.chmod(0o600)
    place.write_bytes(b"CONTENT")
    with pytest.raises(storage.DamagedFile):
        storage.fetch(sha256)
    place.unlink()
    with pytest.raises(storage.DamagedFile):
        storage.fetch(sha256)
    storage.keep(b"content")
    assert storage.fetch(sha256) == b"content"


def test_a_disk_that_fails_leaves_no_half_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError("disk")

    monkeypatch.setattr(storage.os, "fsync", fail)
    with pytest.raises(OSError, match="disk"):
        storage.keep(b"content")
    root = storage.place_of("0" * 64).parents[2]
    assert [path for path in Path(root).rglob("*") if path.is_file()] == []


class Desk:
    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.matter = self.office.child(self.project)

    def upload(self, content: bytes = b"%PDF-1.7 one", **changes: Any) -> Document:
        wanted: dict[str, Any] = {
            "matter_id": self.matter.pk,
            "kind": "contract",
            "title": "施工合同",
            "content": content,
            "file_name": "合同.pdf",
            "actor": self.office.actor(self.office.officer),
            "now": NOW,
            **changes,
        }
        return upload(**wanted)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_an_upload_is_one_event_on_the_chain_of_the_project(desk: Desk) -> None:
    document = desk.upload(step_key="file", doc_no="澜经建〔2025〕41号", issued_on=TODAY, is_fictitious=True)
    event = Event.objects.get(act="document.upload")
    assert (event.object, event.matter_id, event.step_key) == (
        f"matter:{desk.project.pk}",
        desk.matter.pk,
        "file",
    )
    assert (document.version, document.size_bytes, document.media_type) == (1, 12, "application/pdf")
    assert queries.read(document) == b"%PDF-1.7 one"
    assert queries.file_name_of(document) == "施工合同.v1.pdf"


def test_the_same_paper_again_is_the_next_version_and_the_former_stays(desk: Desk) -> None:
    first, second = desk.upload(), desk.upload(b"%PDF-1.7 two")
    assert (second.version, second.supersedes) == (2, first)
    assert list(queries.documents_of(desk.matter.pk)) == [second]
    assert list(queries.versions_of(first)) == [first, second]
    assert list(queries.documents_below(desk.project.pk)) == [second]
    other = desk.upload(b"%PDF-1.7 two", title="补充 合同")
    assert (other.version, other.supersedes) == (1, None)


def test_the_same_bytes_again_make_nothing_new(desk: Desk) -> None:
    assert desk.upload() == desk.upload()
    assert Event.objects.filter(act="document.upload").count() == 1


def test_the_same_request_again_is_answered_with_the_first_paper(desk: Desk) -> None:
    first = desk.upload(key="k-1")
    desk.upload(b"%PDF-1.7 two", key="k-2")
    assert desk.upload(key="k-1") == first
    with pytest.raises(Refusal):
        desk.upload(b"%PDF-1.7 three", key="k-1")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": b""}, "file"),
        ({"file_name": "a.exe"}, "file"),
        ({"kind": "poem"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"title": "长" * 201}, "title"),
        ({"title": "", "file_name": "  .pdf"}, "title"),
        ({"issued_on": TODAY.replace(year=2099)}, "issued_on"),
    ],
)
def test_bad_input_is_named_by_its_field_and_leaves_nothing(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        desk.upload(**changes)
    assert caught.value.field == field
    assert not Document.objects.exists()
    assert not Event.objects.filter(act="document.upload").exists()


def test_a_file_over_the_limit_is_not_taken(desk: Desk, settings: Any) -> None:
    settings.LIANJING_UPLOAD_LIMIT = 10
    with pytest.raises(BadInput) as caught:
        desk.upload()
    assert caught.value.field == "file"


def test_a_paper_without_title_takes_the_name_of_its_file(desk: Desk) -> None:
    assert desk.upload(title="", file_name="C:\\temp\\中标 通知书.pdf").title == "中标 通知书"


def test_nothing_is_added_to_what_is_archived_or_closed(desk: Desk) -> None:
    with desk.office.act() as act:
        desk.matter.status = "closed"
        act.save(desk.matter)
    with pytest.raises(Refusal) as caught:
        desk.upload()
    assert caught.value.rule == "document.matter_closed"
    with desk.office.act() as act:
        project = Matter.objects.get(pk=desk.project.pk)
        project.onboarding = "archive"
        act.save(project)
    with pytest.raises(Refusal) as caught:
        desk.upload()
    assert (caught.value.rule, caught.value.clause) == ("document.archive", "zone_projects#18")


def test_nobody_uploads_without_being_somebody(desk: Desk) -> None:
    with pytest.raises(Refusal):
        desk.upload(actor=SYSTEM)


def test_the_checklist_of_a_step_says_what_is_there_and_what_is_missing(desk: Desk) -> None:
    with desk.office.act() as act:
        definition = act.save(
            Definition(
                kind="process",
                key="p",
                version=1,
                xml="<x/>",
                sha256="0" * 64,
                status="in_force",
                from_on=TODAY,
            )
        )
        for kind, mandatory in (("contract", True), ("award_notice", False), ("minutes", True)):
            act.save(
                DocumentRequirement(
                    definition=definition,
                    step_key="file",
                    document_kind=kind,
                    is_mandatory=mandatory,
                    clause="zone_projects#12",
                )
            )
    document = desk.upload()
    lines = queries.checklist(desk.matter, definition.pk, "file")
    assert [(line.kind, line.is_missing, line.documents) for line in lines] == [
        ("contract", False, (document,)),
        ("award_notice", False, ()),
        ("minutes", True, ()),
    ]
    assert [line.kind for line in queries.missing(desk.matter, definition.pk, "file")] == ["minutes"]
    assert queries.checklist(desk.matter, definition.pk, "other") == []


def test_a_paper_is_linked_once_to_what_it_serves(desk: Desk) -> None:
    document = desk.upload()
    with desk.office.act() as act:
        assert link(act, document, subject="payment_order:1", role="payment_proof") == link(
            act, document, subject="payment_order:1", role="payment_proof"
        )
    assert [row.document for row in queries.links_to("payment_order:1")] == [document]
