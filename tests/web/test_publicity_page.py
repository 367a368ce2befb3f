"""Notices, objections and experts through the pages: published, checked, answered, hidden, exported."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from lianjing.runtime.matter.services import begin, join_party
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.parties.services import tie
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify

PUBLISHER, CHECKER, SUPERVISOR, LEADER, FIRM, OTHER_FIRM = (
    "20703",
    "20702",
    "30001",
    "20001",
    "40001",
    "40002",
)
PERSONNEL = "20111"


@pytest.fixture
def project(zone):
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        unit = Person.objects.get(id=zone.person(PUBLISHER)).unit_id
        matter = begin(act, domain="works", kind="project", title="公示项目", unit_id=unit, stage="tendering")
        for code in ("91990101MAA26N8C19", "91990101MAUP5XLG6B"):
            firm = Enterprise.objects.get(credit_code=code)
            join_party(act, matter, enterprise_id=firm.pk, role="contractor")
        return matter


def as_(client, number):
    client.force_login(LoginAccount.objects.get(number=number))
    return client


@pytest.fixture
def notice(client, zone, project):
    sent = {
        "kind": "candidates",
        "title": "中标候选人公示",
        "text": "第一中标候选人：婺澜澍建市政工程有限公司",
        "medium": ["platform", "board"],
        "from_on": zone.today().isoformat(),
        "to_on": (zone.today() + timedelta(days=3)).isoformat(),
        "contact_text": "监督组 0570-1234567",
    }
    answer = as_(client, PUBLISHER).post(reverse("publicity_new", args=[project.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    return Publicity.objects.order_by("id").first()


def page(row):
    return reverse("publicity", args=[row.pk])


def objection(client, notice, number=FIRM, **changes):
    sent = {
        "kind": "objection",
        "content": "第一候选人业绩不实",
        "raised_by_name": "婺澜砼固建设集团有限公司",
        "contact_text": "13800005678",
        "pauses": "on",
        **changes,
    }
    address = reverse("objection_new", args=[notice.matter_id]) + f"?publicity={notice.pk}"
    answer = as_(client, number).post(address, sent)
    assert answer.status_code == 302, answer.content.decode()
    return Objection.objects.latest("id")


def test_a_notice_is_checked_by_another_and_a_differing_medium_is_shown(client, zone, notice):
    own = as_(client, PUBLISHER).post(page(notice), {"action": "confirm"})
    assert own.status_code == 403 and "zone_organisation~13" in own.content.decode()
    as_(client, CHECKER)
    sent = {"action": "confirm", "found_text": "第一中标候选人：另一公司"}
    assert client.post(page(notice), sent).status_code == 302
    assert "与原文不一致" in client.get(page(notice)).content.decode()
    assert "与原文不一致" in client.get(reverse("publicities")).content.decode()
    assert client.get(reverse("publicity_paper", args=[notice.pk])).status_code == 200


def test_a_notice_taken_down_stays_with_its_reason(client, zone, notice):
    as_(client, CHECKER)
    assert client.post(page(notice), {"action": "take_down", "reason": ""}).status_code == 422
    assert client.post(page(notice), {"action": "take_down", "reason": "名称有误"}).status_code == 302
    assert "名称有误" in client.get(page(notice)).content.decode()
    shown = client.get(reverse("publicities"), {"state": "taken_down"}).content.decode()
    assert shown.count("中标候选人公示") >= 1


@pytest.mark.parametrize(("days", "state"), [(0, "running"), (3, "running"), (4, "ended")])
def test_the_list_tells_running_from_ended(client, zone, notice, days, state):
    zone.now += timedelta(days=days)
    listing = as_(client, LEADER).get(reverse("publicities"), {"state": state, "kind": "candidates"})
    assert page(notice) in listing.content.decode()
    assert client.get(reverse("publicities"), {"export": "xlsx"}).content[:2] == b"PK"


def test_an_incomplete_notice_is_told_on_the_form(client, zone, project):
    answer = as_(client, PUBLISHER).post(reverse("publicity_new", args=[project.pk]), {"kind": "award"})
    assert answer.status_code == 422 and not Publicity.objects.exists()


def test_a_firm_raises_an_objection_and_an_official_answers_it(client, zone, notice):
    row = objection(client, notice)
    place = reverse("objection", args=[row.pk])
    assert (
        as_(client, PUBLISHER)
        .post(place, {"action": "answer", "result": "rejected", "text": "业绩属实"})
        .status_code
        == 403
    )
    as_(client, CHECKER)
    assert "暂停程序" in client.get(place).content.decode()
    assert client.post(place, {"action": "answer", "result": "rejected", "text": ""}).status_code == 422
    sent = {"action": "answer", "result": "rejected", "text": "经核查业绩属实"}
    assert client.post(place, sent).status_code == 302
    assert "经核查业绩属实" in as_(client, FIRM).get(place).content.decode()
    sequence_all()
    assert verify().is_good


def test_a_complaint_is_accepted_then_decided_by_the_supervisors(client, zone, notice):
    row = objection(client, notice, kind="complaint")
    place = reverse("objection", args=[row.pk])
    as_(client, SUPERVISOR)
    assert client.post(place, {"action": "decide", "result": "upheld", "text": "成立"}).status_code == 403
    assert client.post(place, {"action": "accept"}).status_code == 302
    assert client.post(place, {"action": "decide", "result": "upheld", "text": "成立"}).status_code == 302
    other = reverse("objection", args=[objection(client, notice, kind="complaint", content="再诉").pk])
    sent = {"action": "turn_down", "text": "重复投诉"}
    assert as_(client, SUPERVISOR).post(other, sent).status_code == 302
    assert Objection.objects.latest("id").result == "not_accepted"


def test_the_contact_is_open_to_the_answering_unit_and_the_supervisors_only(client, zone, notice):
    row = objection(client, notice)
    place = reverse("objection", args=[row.pk])
    assert "13800005678" in as_(client, FIRM).get(place).content.decode()
    for number in (PUBLISHER, SUPERVISOR):
        text = as_(client, number).get(place).content.decode()
        assert "138****5678" in text and "13800005678" not in text
        client.post(f"/personal/objection/{row.pk}/", {"purpose": "complaint", "reason": "电话核实情况"})
        assert "13800005678" in client.get(place).content.decode()
    assert "13800005678" not in as_(client, LEADER).get(place).content.decode()
    event = Event.objects.get(act="objection.raise")
    proof = as_(client, LEADER).get(reverse("event", args=[event.pk]))
    assert "13800005678" not in proof.content.decode()
    assert as_(client, OTHER_FIRM).get(place).status_code == 404
    assert "业绩不实" not in client.get(page(notice)).content.decode()
    assert place not in client.get(reverse("objections")).content.decode()


def test_the_register_filters_what_is_overdue(client, zone, notice):
    row = objection(client, notice)
    place = reverse("objection", args=[row.pk])
    zone.now += timedelta(days=10)
    listing = as_(client, SUPERVISOR).get(reverse("objections"), {"state": "overdue"})
    assert place in listing.content.decode() and "逾期" in listing.content.decode()
    assert place not in client.get(reverse("objections"), {"state": "settled"}).content.decode()
    assert client.get(reverse("objections"), {"export": "xlsx", "reason": "汇总异议"}).content[:2] == b"PK"


def test_an_expert_enters_and_leaves_a_pool_by_its_keeper_with_ties_shown(client, zone):
    person = zone.person("43001")
    firm = Enterprise.objects.get(credit_code="91990101MAA26N8C19")
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        tie(
            act,
            from_party=f"person:{person}",
            to_party=f"enterprise:{firm.pk}",
            kind="served",
            source="declared",
        )
    assert as_(client, PUBLISHER).get(reverse("expert_new")).status_code == 403
    sent = {"expert": person, "pool": "investment", "specialty": "市政", "from_on": zone.today().isoformat()}
    answer = as_(client, PERSONNEL).post(reverse("expert_new"), sent)
    assert answer.status_code == 302, answer.content.decode()
    row = Expert.objects.get(person_id=person, pool="investment")
    place = reverse("expert", args=[row.pk])
    assert firm.name in client.get(place).content.decode()
    assert client.post(reverse("expert_new"), sent).status_code == 422
    assert (
        as_(client, PUBLISHER).post(place, {"to_on": zone.today().isoformat(), "note": "x"}).status_code
        == 403
    )
    assert as_(client, PERSONNEL).post(place, {"to_on": "", "note": "x"}).status_code == 422
    sent = {"to_on": zone.today().isoformat(), "note": "本人申请"}
    assert client.post(place, sent).status_code == 302
    assert place in client.get(reverse("experts"), {"pool": "investment", "state": "in"}).content.decode()
    zone.now += timedelta(days=1)
    assert place in client.get(reverse("experts"), {"state": "out"}).content.decode()
    assert client.get(reverse("experts"), {"export": "xlsx"}).content[:2] == b"PK"
