"""While an approver decides: the change at hand is in the check, a failed check says so, a reason is kept."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from lianjing.analysis.engine.lite import LiteEngine
from lianjing.domains.works.models import Award, Bid, ChangeOrder
from lianjing.runtime.exchange.models import ExternalRecord, Feed
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.process import services as process
from lianjing.runtime.process.in_the_act import NOTE, Signalled, look_at
from lianjing.runtime.scene import ANYWAY
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Body, Event
from lianjing.runtime.trail.stamp import renew
from tests.domains.works.playing import GOOD, LEAD, LEADER

LIMIT = "works.change.major.cumulative_from_ratio"
URL = "/items/{}/"


@pytest.fixture
def browser(db: None) -> Callable[[str], Client]:
    """Return a client that is logged in as the person with this number."""

    def log_in(number: str) -> Client:
        client = Client()
        client.force_login(LoginAccount.objects.get(number=number))
        return client

    return log_in


@pytest.fixture
def waiting(play: Any) -> tuple[Any, Matter]:
    """A change of a seventieth of the contract that waits for the leader; a hundredth is asked about."""
    project, contract = play.building("7000000", "7100000", "7200000")
    matter = play.change_to_price(project, contract, "100000")
    play.do(LEAD, matter, "lead")
    Parameter.objects.filter(key=LIMIT).update(value_number=Decimal("0.01"))
    renew()
    return play, matter


def body_of(event_id: str) -> dict[str, Any]:
    assert Event.objects.filter(pk=event_id).exists()
    return dict(json.loads(bytes(Body.objects.get(event_id=event_id).content)))


def decide(play: Any, matter: Matter, **data: str) -> process.Outcome:
    item = play.scene.item(matter, "leader")
    person = play.scene.person(LEADER)
    return process.complete(item_id=item.pk, person_id=person, data={**GOOD, **data}, now=play.scene.now)


def test_the_change_that_is_being_made_is_in_the_check_and_to_decide_anyway_takes_a_reason(waiting):
    play, matter = waiting
    before = look_at(matter.pk, now=play.scene.now)
    assert before.is_checked and "M-C01" in before.asked
    assert "M-C01" not in {each.code for each in before.signals}
    events = Event.objects.count()
    with pytest.raises(Signalled) as told:
        decide(play, matter)
    found = {each.code: each for each in told.value.looked.signals}
    assert ("change_order", str(matter.pk)) in found["M-C01"].evidence
    assert found["M-C01"].severity in ("red", "orange") and found["M-C01"].source
    assert Event.objects.count() == events
    assert ChangeOrder.objects.get(pk=matter.pk).status == "in_review"
    outcome = decide(play, matter, decide_anyway=" 抢险所需 ")
    body = body_of(outcome.event_id)
    assert body["reason"] == body[NOTE]["reason"] == "抢险所需"
    assert "M-C01" in {each["code"] for each in body[NOTE]["signals"]}
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_check_that_dies_stops_no_decision_and_the_event_says_not_checked(waiting, monkeypatch):
    def dies(*_given: Any) -> None:
        raise sqlite3.OperationalError("interrupted")

    play, matter = waiting
    monkeypatch.setattr(LiteEngine, "lay", dies)
    body = body_of(decide(play, matter).event_id)
    assert body[NOTE] == {"checked": False, "fault": "OperationalError: interrupted"}
    assert ChangeOrder.objects.get(pk=matter.pk).status == "approved"


def test_a_question_beyond_its_time_is_not_checked(waiting, monkeypatch):
    play, matter = waiting
    monkeypatch.setattr(LiteEngine, "_is_late", lambda _engine: True)
    monkeypatch.setattr("lianjing.analysis.engine.lite.STEPS", 1)
    monkeypatch.setattr("lianjing.analysis.indicator.at_hand._own", type("Own", (), {})())
    looked = look_at(matter.pk, now=play.scene.now)
    assert not looked.is_checked and "interrupted" in looked.fault


def test_the_page_shows_what_was_found_with_clause_and_evidence_and_asks_why(waiting, browser):
    play, matter = waiting
    client: Client = browser(LEADER)
    item = play.scene.item(matter, "leader")
    page = client.get(URL.format(item.pk)).content.decode()
    assert "监督提示" in page and "M-C01" not in page
    answer = client.post(URL.format(item.pk), GOOD)
    page = answer.content.decode()
    assert answer.status_code == 422 and "M-C01" in page and "依据" in page
    assert f"/trace/change_order/{matter.pk}/" in page and 'name="decide_anyway"' in page
    answer = client.post(URL.format(item.pk), {**GOOD, "decide_anyway": ANYWAY})
    assert answer.status_code == 302


def test_the_page_says_not_checked_where_the_check_failed(waiting, browser, monkeypatch):
    play, matter = waiting
    monkeypatch.setattr("lianjing.analysis.indicator.at_hand.anchors_of", lambda *_given: {}["x"])
    page = browser(LEADER).get(URL.format(play.scene.item(matter, "leader").pk)).content.decode()
    assert "未检查" in page


def test_the_signals_on_a_tender_are_gathered_from_its_own_rows(play):
    _project, tender = play.awarded_project()
    one, other = play.bid_rows(tender)[:2]
    Bid.objects.filter(pk__in=(one.pk, other.pk)).update(upload_ip_hash="a1")
    looked = look_at(tender.pk, now=play.scene.now)
    assert {"M-T14", "M-T15", "M-T16", "M-T24", "M-T27"} <= set(looked.asked)
    (signal,) = (each for each in looked.signals if each.code == "M-T14")
    assert signal.evidence == (("bid", str(one.pk)), ("bid", str(other.pk)))


def test_a_winner_on_a_ban_list_is_told_before_the_award_binds(play):
    _project, tender = play.awarded_project()
    award = Award.objects.get(tender_id=tender.pk, status="active")
    assert "M-T45" not in {each.code for each in look_at(award.pk, now=play.scene.now).signals}
    code = award.enterprise.credit_code
    content = {"credit_code": code, "list_name": "严重失信主体名单", "doc_no": "1号", "from_on": "2020-01-01"}
    feed = Feed(code="ban_lists", name="失信和禁入名单", provider="credit", purpose="核对", status="live")
    with recorded("exchange.take", chain="installation:1", actor=SYSTEM, now=play.scene.now) as act:
        act.save(feed)
        entry = act.save(
            ExternalRecord(feed=feed, kind="ban", external_no=f"{code}|1号", content=json.dumps(content))
        )
    looked = look_at(award.pk, now=play.scene.now)
    (signal,) = (each for each in looked.signals if each.code == "M-T45")
    assert signal.severity == "red" and ("external_record", str(entry.pk)) in signal.evidence
