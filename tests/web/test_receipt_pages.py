"""留痕 pages: receipts as page, code and file, the public check, checkpoints and cosignatures, downloads, export."""

from __future__ import annotations

import ast
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianjing.runtime.job.errands import carry_out_next, errands_of, result_of
from lianjing.runtime.job.models import Errand
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail import witness_desk
from lianjing.runtime.trail.models import Cosignature, Event
from lianjing.runtime.trail.publication import publish
from tests.domains.works.playing import OFFICER, Play
from tests.runtime.trail.logs import join_witness
from tests.web.conftest import Browser

SUPERVISOR, AUDITOR = "30001", "10003"


@pytest.fixture
def event(project: Matter, play: Play) -> Event:
    """The act that opened the project, published."""
    publish(play.scene.now)
    return Event.objects.filter(matter_id=project.pk).earliest("recorded_at")


def test_a_receipt_is_a_page_a_code_and_a_file_that_a_stranger_can_check(
    browser: Browser, event: Event
) -> None:
    client = browser(OFFICER)
    page = client.get(f"/events/{event.pk}/receipt/").content.decode()
    assert "已公布，未经监督组共签" in page and event.pk in page
    code = client.get(f"/events/{event.pk}/receipt/code/")
    assert code["Content-Type"] == "image/svg+xml" and b"<svg" in code.content
    file = client.get(f"/events/{event.pk}/receipt/file/")
    assert "attachment" in file["Content-Disposition"]
    stranger = Client()
    for data in ({"receipt": file.content.decode()}, {"file": SimpleUploadedFile("r", file.content)}):
        answer = stranger.post("/receipts/", data)
        assert answer.status_code == 200 and answer.context["checked"].state == "signed"
    assert "未经监督组共签" in answer.content.decode()
    assert f"/events/{event.pk}/receipt/" in client.get(f"/events/{event.pk}/").content.decode()


@pytest.mark.parametrize(
    "rubbish", ["", "nonsense", "<script>alert(1)</script>", "c2sp.org/tlog-proof@v1\nindex x\n\n"]
)
def test_rubbish_on_the_public_page_is_told_so(zone: Any, rubbish: str) -> None:
    answer = Client().post("/receipts/", {"receipt": rubbish})
    assert answer.status_code == 422 and "<script>alert" not in answer.content.decode()


def test_a_receipt_outside_ones_scope_is_not_given(browser: Browser, event: Event) -> None:
    for number in ("40001", "10001"):
        for place in ("", "file/", "code/"):
            assert browser(number).get(f"/events/{event.pk}/receipt/{place}").status_code == 404


def test_the_group_asks_cosigns_and_hands_in_over_the_pages(
    browser: Browser, event: Event, tmp_path: Any
) -> None:
    client, desk = browser(SUPERVISOR), tmp_path / "group"
    assert "未经监督组共签" in client.get("/trail/").content.decode()
    assert client.post("/trail/log/request/", {}).status_code == 422  # no witness in the policy yet
    join_witness(desk)
    publish(event.recorded_at)
    asked = client.post("/trail/log/request/", {"witness": "supervision"})
    assert len(asked.content) < 2_000
    line = witness_desk.cosign_request(
        desk, asked.content, int(event.recorded_at.timestamp())
    ).signature.line.encode()
    assert (
        client.post("/trail/log/cosignature/", {"file": SimpleUploadedFile("c", b"nonsense")}).status_code
        == 422
    )
    assert client.post("/trail/log/cosignature/", {}).status_code == 422
    assert client.post("/trail/log/cosignature/", {"file": SimpleUploadedFile("c", line)}).status_code == 302
    assert Cosignature.objects.count() == 1
    page = client.get("/trail/log/").content.decode()
    assert "supervision" in page
    assert "经监督组共签" in browser(OFFICER).get(f"/events/{event.pk}/receipt/").content.decode()


def test_what_can_be_downloaded_is_whole(browser: Browser, event: Event) -> None:
    client = browser(AUDITOR)
    assert client.get("/trail/log/checkpoint/").content.decode().count("\n") >= 4
    assert client.get("/trail/log/policy/").content.startswith(b"log ")
    assert ast.parse(client.get("/trail/log/verifier/").content)
    assert client.get("/trail/log/procedure/").content
    assert client.get("/trail/log/log.key/").status_code == 404
    assert client.get("/trail/log/secret/").status_code == 404


def test_the_export_is_made_in_the_background_recorded_and_only_for_supervisors(
    browser: Browser, event: Event, play: Play
) -> None:
    assert browser(AUDITOR).post("/trail/log/export/").status_code == 403
    assert browser(SUPERVISOR).post("/trail/log/export/", {"tables": "on"}).status_code == 302
    assert Event.objects.filter(act="access.export", person_id=play.scene.person(SUPERVISOR)).exists()
    carry_out_next(play.scene.now)
    errand = errands_of(play.scene.person(SUPERVISOR)).get()
    assert errand.state == Errand.State.DONE, errand.text
    names = zipfile.ZipFile(io.BytesIO(result_of(errand).read_bytes())).namelist()
    assert {"log/checkpoint", "policy", "pending.jsonl", "tables/index.json"} <= set(names)
    assert not any(name.endswith(".key") or "secret" in name for name in names)


def test_a_large_trail_is_verified_in_the_background(
    browser: Browser, event: Event, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianjing.web.views.trail.LARGE", 1)
    assert browser(SUPERVISOR).post("/trail/verify/")["Location"] == "/errands/"
    carry_out_next(play.scene.now)
    errand = errands_of(play.scene.person(SUPERVISOR)).get()
    assert errand.state == Errand.State.DONE and "全部相符" in errand.text
