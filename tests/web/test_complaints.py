"""顺风耳: anyone reports, only the supervision group reads, the number leads back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.complaint.flood import FROM_ONE_ADDRESS, GATE
from lianjing.runtime.complaint.models import (
    Complaint,
    ComplaintFile,
    ComplaintKey,
    ComplaintProposalSecret,
    ComplaintStep,
)
from lianjing.runtime.complaint.services import MOST_ADDED, add, place_of
from lianjing.runtime.message.models import Message
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.token.models import RateShare
from lianjing.runtime.trail.models import Body, Event
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import LEADER, OFFICER, Play
from tests.web.conftest import Browser

PHRASE = "demo phrase of two people"
TEXT = "九月三日下午在望汀大道工地，岑某向承包人借款五万元。"
SUPERVISOR, COLLEAGUE = "30001", "30002"


@pytest.fixture(autouse=True)
def _an_hour_without_reports() -> None:
    GATE.clear()


@pytest.fixture
def supervisor(browser: Browser) -> Client:
    """The head of the supervision group, the key made."""
    client = browser(SUPERVISOR)
    assert client.post("/complaints/key/", {"phrase": PHRASE, "again": PHRASE}).status_code == 302
    return client


def tell(client: Client, **changes: Any) -> str:
    """Report as anybody and return the receipt number."""
    answer = client.post("/tips/", {"text": TEXT, "harm": "borrowing", **changes})
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r"<code>([0-9A-Z-]{19})</code>", answer.content.decode())
    assert found, answer.content.decode()
    return found.group(1)


def test_a_report_is_sealed_before_it_is_stored_and_opened_by_the_phrase_only(supervisor: Client) -> None:
    tell(Client(), contact="王某 139 0000 0000", about="岑某")
    complaint = Complaint.objects.get()
    everything = complaint.content + "".join(bytes(body.content).decode() for body in Body.objects.all())
    assert TEXT not in everything and "139" not in complaint.content and not complaint.is_anonymous
    place = f"/complaints/{complaint.pk}/"
    assert TEXT not in supervisor.get(place).content.decode()
    supervisor.post("/complaints/unseal/", {"phrase": "another phrase entirely", "complaint": complaint.pk})
    assert TEXT not in supervisor.get(place).content.decode()
    supervisor.post("/complaints/unseal/", {"phrase": PHRASE, "complaint": complaint.pk})
    page = supervisor.get(place).content.decode()
    assert TEXT in page and "139 0000 0000" in page
    supervisor.cookies.pop("lj_unsealed")
    assert TEXT not in supervisor.get(place).content.decode()


def test_the_open_time_ends(supervisor: Client, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(Client())
    complaint = Complaint.objects.get()
    monkeypatch.setattr("lianjing.web.views.complaint.OPEN_FOR", timedelta(seconds=-1))
    supervisor.post("/complaints/unseal/", {"phrase": PHRASE})
    assert TEXT not in supervisor.get(f"/complaints/{complaint.pk}/").content.decode()


@pytest.mark.parametrize("number", [OFFICER, LEADER, "20701", "10003", "40001", "10001", "20111"])
def test_nobody_else_sees_that_there_is_a_report(supervisor: Client, browser: Browser, number: str) -> None:
    tell(Client())
    complaint, event = Complaint.objects.get(), Event.objects.get(act="complaint.receive")
    client = browser(number)
    for place in (
        "/complaints/",
        f"/complaints/{complaint.pk}/",
        f"/trace/complaint/{complaint.pk}/",
        f"/events/{event.pk}/",
    ):
        assert client.get(place).status_code in (403, 404), place
    assert client.get(f"/api/v1/trail/events/{event.pk}").status_code in (403, 404)
    assert browser(COLLEAGUE).get(f"/complaints/{complaint.pk}/").status_code == 200


def test_the_author_follows_by_the_number_adds_and_reads_the_answer(supervisor: Client) -> None:
    author = Client()
    number = tell(author)
    complaint = Complaint.objects.get()
    answer = author.post(
        "/tips/follow/",
        {"number": number.lower().replace("-", " "), "text": "补充：借条的照片在我手里，可以提供。"},
    )
    assert answer.status_code == 200
    place = f"/complaints/{complaint.pk}/"
    assert supervisor.post(place, {"state": "verified", "note": "谈话核实", "answer": ""}).status_code == 422
    assert supervisor.post(place, {"state": "verifying", "note": "已受理，约谈"}).status_code == 302
    assert supervisor.post(place, {"state": "received", "note": "退回"}).status_code == 422
    assert (
        supervisor.post(
            place, {"state": "verified", "note": "谈话核实", "answer": "已核实，依规处理。"}
        ).status_code
        == 302
    )
    page = author.post("/tips/follow/", {"number": number}).content.decode()
    assert "已核实，依规处理。" in page and "谈话核实" not in page
    assert author.post("/tips/follow/", {"number": number, "text": "再补充一次情况说明。"}).status_code == 422
    supervisor.post("/complaints/unseal/", {"phrase": PHRASE})
    assert "借条的照片在我手里" in supervisor.get(place).content.decode()
    assert ComplaintStep.objects.count() == 3 and verify().is_good


def test_who_is_named_no_longer_sees_it(supervisor: Client, browser: Browser, play: Play) -> None:
    tell(Client())
    complaint = Complaint.objects.get()
    place = f"/complaints/{complaint.pk}/subject/"
    assert supervisor.post(place, {"person": "99999"}).status_code == 422
    assert (
        supervisor.post(place, {"person": Person.objects.get(login__number=COLLEAGUE).name}).status_code
        == 302
    )
    assert supervisor.post(place, {"person": COLLEAGUE}).status_code == 302
    assert Complaint.objects.get().about_person_id == play.scene.person(COLLEAGUE)
    assert browser(COLLEAGUE).get(f"/complaints/{complaint.pk}/").status_code == 404
    assert supervisor.post(place, {"person": SUPERVISOR}).status_code == 404


def test_files_are_sealed_too_and_handed_out_opened(supervisor: Client) -> None:
    content = b"%PDF-1.4 receipt"
    tell(Client(), attachments=[SimpleUploadedFile("借条.pdf", content, "application/pdf")])
    found = ComplaintFile.objects.get()
    assert content not in place_of(found.sha256).read_bytes()
    assert supervisor.get(f"/complaints/files/{found.pk}/").status_code == 422
    supervisor.post("/complaints/unseal/", {"phrase": PHRASE})
    answer = supervisor.get(f"/complaints/files/{found.pk}/")
    assert answer.content == content and answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "太短"},
        {"text": "长" * 20_001},
        {"harm": "nothing"},
        {"unit": "999999"},
        {"attachments": [SimpleUploadedFile("a.pdf", b"MZ\x90 not a pdf")]},
        {"attachments": [SimpleUploadedFile("run.exe", b"MZ\x90")]},
        {"attachments": [SimpleUploadedFile(f"{n}.txt", b"text") for n in range(4)]},
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_stored(
    supervisor: Client, changes: dict[str, Any]
) -> None:
    assert Client().post("/tips/", {"text": TEXT, "harm": "other"} | changes).status_code == 422
    assert not Complaint.objects.exists()


def test_a_machine_that_fills_every_field_is_thanked_and_forgotten(supervisor: Client) -> None:
    Client().post("/tips/", {"text": TEXT, "harm": "other", "website": "https://spam.example"})
    assert not Complaint.objects.exists()


def test_without_a_key_nothing_is_taken_in_the_clear(zone: Any) -> None:
    assert 'name="text"' not in Client().get("/tips/").content.decode()
    assert Client().post("/tips/", {"text": TEXT, "harm": "other"}).status_code == 422
    assert not Complaint.objects.exists()


def test_a_new_key_opens_new_reports_and_the_old_one_the_old(supervisor: Client, browser: Browser) -> None:
    tell(Client())
    other = "the second phrase of two"
    supervisor.post("/complaints/key/", {"phrase": other, "again": other})
    assert browser(COLLEAGUE).post("/complaints/key/", {"action": "confirm"}).status_code == 302
    tell(Client(), text=TEXT + "后续又有一次。")
    first, second = Complaint.objects.order_by("pk")
    supervisor.post("/complaints/unseal/", {"phrase": other})
    assert TEXT in supervisor.get(f"/complaints/{second.pk}/").content.decode()
    assert TEXT not in supervisor.get(f"/complaints/{first.pk}/").content.decode()


def test_one_supervisor_alone_replaces_no_key(supervisor: Client, browser: Browser) -> None:
    """Else he could put his own in its place and read alone what comes next."""
    present, other = ComplaintKey.objects.get(), "the second phrase of two"
    assert supervisor.post("/complaints/key/", {"phrase": other, "again": other}).status_code == 302
    assert supervisor.post("/complaints/key/", {"action": "confirm"}).status_code == 403
    assert ComplaintKey.objects.get() == present and present.to_on is None
    assert supervisor.post("/complaints/key/", {"phrase": other, "again": other}).status_code == 422
    page = browser(COLLEAGUE).get("/complaints/key/").content.decode()
    assert 'value="confirm"' in page
    assert 'value="confirm"' not in supervisor.get("/complaints/key/").content.decode()
    assert browser(COLLEAGUE).post("/complaints/key/", {"action": "confirm"}).status_code == 302
    acts = Event.objects.filter(act__startswith="complaint.key", is_refused=False).order_by(
        "recorded_at", "oseq"
    )
    assert [each.act for each in acts] == ["complaint.key", "complaint.key_propose", "complaint.key"]
    assert len({each.person_id for each in acts}) == 2
    assert not ComplaintProposalSecret.objects.exists() and verify().is_good


def test_a_refused_key_leaves_nothing_that_opens(supervisor: Client, browser: Browser) -> None:
    other = "the second phrase of two"
    supervisor.post("/complaints/key/", {"phrase": other, "again": other})
    assert browser(COLLEAGUE).post("/complaints/key/", {"action": "refuse"}).status_code == 302
    assert not ComplaintProposalSecret.objects.exists() and ComplaintKey.objects.count() == 1
    assert browser(COLLEAGUE).post("/complaints/key/", {"action": "confirm"}).status_code == 422


def test_three_hundred_reports_from_one_address_silence_nobody_else(supervisor: Client) -> None:
    flood = Client(REMOTE_ADDR="203.0.113.9")
    taken = [
        flood.post("/tips/", {"text": f"{TEXT}第{number}次", "harm": "other"}).status_code
        for number in range(20)
    ]
    assert taken == [200] * FROM_ONE_ADDRESS + [429] * (20 - FROM_ONE_ADDRESS)
    tell(Client(REMOTE_ADDR="203.0.113.10"))
    assert Complaint.objects.count() == FROM_ONE_ADDRESS + 1
    stored = "".join(str(row) for model in (Complaint, RateShare) for row in model.objects.values())
    assert "203.0.113" not in stored


def test_the_next_hour_is_a_new_one(supervisor: Client, zone: Any) -> None:
    for number in range(FROM_ONE_ADDRESS):
        tell(Client(), text=f"{TEXT}第{number}次")
    assert Client().post("/tips/", {"text": TEXT, "harm": "other"}).status_code == 429
    zone.now += timedelta(hours=1)
    tell(Client())


def test_when_very_many_come_each_waits_a_minute_and_is_heard(
    supervisor: Client, zone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianjing.runtime.complaint.flood.AT_ALL", 3)
    for number in range(3):
        tell(Client(REMOTE_ADDR=f"203.0.113.{number}"))
    late, data = Client(REMOTE_ADDR="203.0.113.77"), {"text": TEXT, "harm": "other"}
    held = late.post("/tips/", data)
    assert held.status_code == 429 and TEXT in held.content.decode()
    place = re.search(r'name="place" value="([^"]+)"', held.content.decode())
    assert place
    assert late.post("/tips/", data | {"place": place[1]}).status_code == 429
    zone.now += timedelta(minutes=1)
    assert late.post("/tips/", data | {"place": place[1], "text": TEXT + "换了话"}).status_code == 429
    tell(late, place=place[1], harm="other")
    assert Message.objects.filter(kind="tip", subject__contains="排队").count() == 1


def test_a_report_is_added_to_so_often_a_day(supervisor: Client, zone: Any) -> None:
    number = tell(Client())
    for turn in range(MOST_ADDED):
        add(number=number, text=f"补充一次情况说明，第{turn}次。", now=zone.now)
    with pytest.raises(BadInput, match="明日"):
        add(number=number, text="补充一次情况说明，又一次。", now=zone.now)
    add(number=number, text="第二天再补充一次情况。", now=zone.now + timedelta(days=1))


def test_a_visit_is_entered_by_the_supervisor_and_the_log_names_no_author(
    supervisor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    data = {"text": TEXT, "harm": "other", "channel": "visit"}
    assert supervisor.post("/complaints/new/", data).status_code == 302
    assert Complaint.objects.get().channel == "visit"
    caplog.clear()
    with caplog.at_level("INFO", "lianjing.access"):
        tell(Client())
    lines = [record for record in caplog.records if getattr(record, "view", "") == "tip_new"]
    assert lines and all(record.address == "" and record.person == "" for record in lines)
    event = Event.objects.filter(act="complaint.receive").latest("recorded_at")
    assert event.person_id is None


def test_the_due_days_are_those_of_the_figures(supervisor: Client) -> None:
    tell(Client(), unit=Unit.objects.get(code="CON").pk)
    complaint = Complaint.objects.get()
    assert (complaint.register_due_on - complaint.received_on).days == 15
    assert (complaint.due_on - complaint.received_on).days == 60
    assert settings.DATA_DIR
