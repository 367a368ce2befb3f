"""Two decide at once: the second finds the row decided, whatever it read before the chain was its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.complaint.keys import set_key
from lianjing.runtime.complaint.models import Complaint
from lianjing.runtime.complaint.services import Report, handle, name_subject, receive
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.parameter import changes
from lianjing.runtime.rights import posts
from lianjing.runtime.rights.models import AppointmentProposal
from tests.runtime.meanwhile import meanwhile
from tests.runtime.rights.test_administrators import newcomer

PERSONNEL, SECURITY, KEEPER, LEADER = "20111", "10002", "20601", "20002"
SUPERVISOR, COLLEAGUE = "30001", "30002"


def proposed(zone: Any) -> AppointmentProposal:
    return posts.propose(
        person_id=zone.person(PERSONNEL),
        now=zone.pass_time(hours=0.1),
        person=newcomer(zone),
        post=Post.objects.get(unit__code="FIN", key="payment_checker"),
        from_on=zone.today(),
        basis="澜经组〔2025〕3号",
    )


def test_an_appointment_is_granted_once(zone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row, security = proposed(zone), zone.person(SECURITY)

    def refuse() -> None:
        posts.refuse(proposal_id=row.pk, person_id=security, reason="核实未过", now=zone.now)

    meanwhile(monkeypatch, refuse)
    with pytest.raises(Refusal) as caught:
        posts.grant(proposal_id=row.pk, person_id=security, now=zone.now)
    assert caught.value.rule == "rights.decided"
    assert posts_held(row.person_id, zone.today()) == []


def test_a_figure_is_agreed_once(zone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = changes.propose(
        key="works.bottleneck.returns_min",
        value="4",
        source="澜经管〔2025〕8号",
        mark="I",
        from_on=zone.today() + timedelta(days=3),
        person_id=zone.person(KEEPER),
        now=zone.pass_time(hours=0.1),
    )
    leader = zone.person(LEADER)
    meanwhile(
        monkeypatch,
        lambda: changes.refuse(change_id=row.pk, person_id=leader, reason="依据不足", now=zone.now),
    )
    with pytest.raises(Refusal) as caught:
        changes.agree(change_id=row.pk, person_id=leader, now=zone.now)
    assert caught.value.rule == "rights.decided"


@pytest.fixture
def report(zone: Any) -> Complaint:
    """A report before the supervision group."""
    office = posts_held(zone.person(SUPERVISOR), zone.today())[0].post.unit_id
    set_key(unit_id=office, person_id=zone.person(SUPERVISOR), phrase="a phrase of two people", now=zone.now)
    receive(Report("岑某在工地向承包人借款五万元。"), now=zone.now)
    return Complaint.objects.get()


def conclude(zone: Any, report: Complaint, number: str, state: str) -> None:
    handle(
        complaint_id=report.pk,
        person_id=zone.person(number),
        state=state,
        note="已核查",
        answer="已办结",
        now=zone.now,
    )


def test_a_report_is_concluded_once(zone: Any, report: Complaint, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, lambda: conclude(zone, report, COLLEAGUE, "verified"))
    with pytest.raises(BadInput) as caught:
        conclude(zone, report, SUPERVISOR, "unfounded")
    assert caught.value.field == "state"


def test_who_names_the_subject_overwrites_no_conclusion(
    zone: Any, report: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, lambda: conclude(zone, report, COLLEAGUE, "verified"))
    name_subject(
        complaint_id=report.pk,
        person_id=zone.person(SUPERVISOR),
        about_person_id=zone.person(LEADER),
        about_unit_id=Unit.objects.order_by("id")[0].pk,
        now=zone.now,
    )
    report.refresh_from_db()
    assert (report.state, report.about_person_id) == ("verified", zone.person(LEADER))
