"""Previews: the pages of a paper with the reader's watermark, opened in a process of their own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pypdfium2
import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse
from PIL import Image

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.models import Document
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scope.access_log import VIEW
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.queries import content_of
from lianjing.web.preview import showing
from tests.domains.works.playing import OFFICER
from tests.web.conftest import Browser, paper

CONTRACTOR, SYSTEM_ADMIN = "40001", "10001"
Given = Callable[[str, bytes], Document]


@pytest.fixture
def officer(browser: Browser) -> Client:
    return browser(OFFICER)


@pytest.fixture
def given(officer: Client, drafting: WorkItem) -> Given:
    """Upload a file as the project officer."""

    def upload(name: str, content: bytes) -> Document:
        answer = officer.post(
            f"/matters/{drafting.matter_id}/documents/", {"kind": "proposal", "file": paper(name, content)}
        )
        assert answer.status_code == 302, answer.content.decode()
        return Document.objects.latest("id")

    return upload


def pdf(pages: int = 2) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(595, 842)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def photo(size: tuple[int, int] = (640, 480)) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, "white").save(held, "PNG")
    return held.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("施工方案", 1)
    document.add_paragraph("<script>alert(1)</script>")
    document.add_table(1, 2).rows[0].cells[1].text = "<b>甲</b>"
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def excel(rows: int = 2) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("清单")
    for row in range(rows):
        sheet.write_string(row, 0, "=cmd|' /C calc'!A0")
        sheet.write_number(row, 1, row)
    book.close()
    return held.getvalue()


def page(client: Client, document: Document, number: int = 1) -> Any:
    return client.get(reverse("document_preview_page", args=[document.pk, number]))


def preview(client: Client, document: Document, query: str = "") -> Any:
    return client.get(reverse("document_preview", args=[document.pk]) + query)


def test_a_pdf_is_shown_page_by_page_with_the_readers_watermark(officer: Client, given: Given) -> None:
    document = given("方案.pdf", pdf())
    first = preview(officer, document).content.decode()
    assert 'rel="next" href="?page=2"' in first and 'rel="prev"' not in first
    assert f"{OFFICER} " in first and "仅供查阅" in first
    last = preview(officer, document, "?page=99").content.decode()
    assert 'rel="prev" href="?page=1"' in last and 'rel="next"' not in last
    answer = page(officer, document)
    assert answer["Content-Type"] == "image/png" and answer["Cache-Control"] == "private, no-store"
    drawn = Image.open(io.BytesIO(answer.content)).convert("L")
    low, high = drawn.getextrema()
    assert drawn.width == 1240 and high == 255 and low < 230, "the page is white but for the watermark"


def test_the_watermark_covers_the_page_and_says_who_reads(
    officer: Client, given: Given, browser: Browser
) -> None:
    document = given("方案.pdf", pdf())
    mine = Image.open(io.BytesIO(page(officer, document).content)).convert("L")
    third = mine.height // 3
    parts = [mine.crop((0, top, mine.width, top + third)) for top in (0, third, 2 * third)]
    assert all(part.getextrema()[0] < 230 for part in parts)
    theirs = Image.open(io.BytesIO(page(browser("20701"), document).content)).convert("L")
    assert mine.tobytes() != theirs.tobytes()


def test_a_photograph_is_drawn_anew_with_the_watermark(officer: Client, given: Given) -> None:
    document = given("现场.png", photo())
    drawn = Image.open(io.BytesIO(page(officer, document).content)).convert("L")
    assert drawn.size == (640, 480) and drawn.getextrema()[0] < 230


def test_words_and_tables_of_a_document_are_shown_as_text_only(officer: Client, given: Given) -> None:
    shown = preview(officer, given("方案.docx", word())).content.decode()
    assert "施工方案" in shown and "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "&lt;b&gt;甲&lt;/b&gt;" in shown and "<script>alert" not in shown
    assert 'class="lj-mark"' in shown and "仅供查阅" in shown


def test_a_workbook_is_shown_as_stored_and_cut_where_it_is_long(officer: Client, given: Given) -> None:
    shown = preview(officer, given("清单.xlsx", excel(600))).content.decode()
    assert "清单" in shown and "=cmd|&#x27; /C calc&#x27;!A0" in shown
    assert "只显示前面部分" in shown and "<td>499.0</td>" in shown and "<td>500.0</td>" not in shown


def test_a_text_is_shown_as_text(officer: Client, given: Given) -> None:
    shown = preview(
        officer, given("说明.txt", "<img src=x onerror=alert(1)>金额".encode("gb18030"))
    ).content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;金额" in shown


def ofd() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("OFD.xml", "<x/>")
    return held.getvalue()


def test_ofd_is_for_download_only_and_the_page_says_so(officer: Client, given: Given) -> None:
    document = given("发票.ofd", ofd())
    assert "不能在线预览" in preview(officer, document).content.decode()
    assert page(officer, document).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("坏.pdf", b"%PDF-1.7 nothing"),
        ("深.pdf", b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\ntrailer<</Root 1 0 R>>"),
        ("坏.png", b"\x89PNG\r\n\x1a\nrest"),
        ("坏.jpg", b"\xff\xd8\xff\xe0rest"),
        ("坏.docx", ofd().replace(b"OFD.xml", b"OFD.xml")),
    ],
)
def test_a_damaged_file_is_told_and_harms_nothing(
    officer: Client, given: Given, name: str, content: bytes
) -> None:
    if name.endswith("docx"):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as file:
            file.writestr("word/document.xml", "<broken>")
        content = held.getvalue()
    document = given(name, content)
    answer = preview(officer, document)
    assert answer.status_code == 200 and "不能预览" in answer.content.decode()


def test_a_picture_of_more_pixels_than_any_eye_needs_is_not_unpacked(officer: Client, given: Given) -> None:
    shown = preview(officer, given("大.png", photo((9000, 9000)))).content.decode()
    assert "不能预览" in shown


def test_a_renderer_that_takes_too_long_is_given_up(
    officer: Client, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "PATIENCE_SECONDS", 0.001)
    assert "过于复杂" in preview(officer, given("方案.pdf", pdf())).content.decode()


def test_a_page_that_is_not_there_is_not_found(officer: Client, given: Given) -> None:
    document = given("方案.pdf", pdf())
    assert [page(officer, document, number).status_code for number in (0, 3, 2)] == [404, 404, 200]


@pytest.mark.parametrize(("number", "status"), [(CONTRACTOR, 404), (SYSTEM_ADMIN, 403)])
def test_who_may_not_see_the_paper_sees_no_preview(
    browser: Browser, given: Given, number: str, status: int
) -> None:
    document = given("方案.pdf", pdf())
    assert preview(browser(number), document).status_code == status
    assert page(browser(number), document).status_code == status


def test_a_file_is_handed_out_as_what_it_is_whatever_the_sender_said(officer: Client, given: Given) -> None:
    answer = officer.get(f"/documents/{given('说明.txt', b'<html>').pk}/?file=show")
    assert answer["Content-Type"].startswith("text/plain") and answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src" in answer["Content-Security-Policy"]


def test_a_request_beyond_the_limit_is_refused_before_it_is_read(
    officer: Client, drafting: WorkItem, settings: Any
) -> None:
    settings.LIANJING_REQUEST_LIMIT = 1000
    place = f"/matters/{drafting.matter_id}/documents/"
    answer = officer.post(place, {"kind": "proposal", "file": paper("a.pdf", b"%PDF-1.7" + bytes(2000))})
    assert answer.status_code == 400 and not Document.objects.exists()


def test_the_renderer_inherits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    class Done:
        returncode, stdout = 1, b""

    def run(command: list[str], **options: Any) -> Any:
        seen.update(options)
        return Done()

    monkeypatch.setattr(showing.subprocess, "run", run)
    with pytest.raises(BadInput):
        showing._asked("pdf", 0, b"", b"%PDF")
    assert set(seen["env"]) == {"PYTHONPATH", "PATH", "LANG", "OPENBLAS_NUM_THREADS"}


def test_a_supervisors_reading_of_a_paper_is_an_event_once_a_day_whichever_way(
    officer: Client, given: Given, browser: Browser
) -> None:
    document, watcher = given("方案.pdf", pdf()), browser("30002")
    reader = Person.objects.get(login__number="30002")
    views = Event.objects.filter(act=VIEW, person_id=reader.pk)
    assert preview(watcher, document).status_code == page(watcher, document).status_code == 200
    [seen] = views
    assert content_of(seen)["viewed"] == f"document:{document.pk}"
    assert seen.matter_id == document.matter_id
    watcher.get(reverse("document", args=[document.pk]), {"file": "save"})
    assert views.all().count() == 1
    other = given("另一方案.pdf", pdf(1))
    watcher.get(reverse("document", args=[other.pk]), {"file": "save"})
    assert views.all().count() == 2
    page(officer, document)
    assert Event.objects.filter(act=VIEW).count() == 2
