"""Classes, holds and disposal: not before its time, not while held, not by one person, never the trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import clock
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.documents.storage import keep, place_of
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.retention import services
from lianjing.runtime.retention.models import Disposal
from lianjing.runtime.retention.queries import (
    due_on,
    due_papers,
    hold_on,
    is_disposed,
    refuse_held,
    retention_of,
)
from lianjing.runtime.trail.act import LEGAL_ZONE, SYSTEM, recorded
from lianjing.runtime.trail.verify import verify
from tests.domains.works.playing import OFFICER, Play

ARCHIVIST, HEAD, SUPERVISOR, AUDIT = "20708", "20701", "30001", "10003"
LATER = datetime(2036, 1, 4, 10, 0, tzinfo=LEGAL_ZONE)
PASSWORD = "lianjing-demo"


class Office:
    """A project closed in 2025 with one letter, and who deals with its papers."""

    def __init__(self, zone: Any) -> None:
        self.zone = zone
        project = Play(zone).project()
        self.paper = upload(
            matter_id=project.pk,
            kind="other",
            title="往来函件",
            content=b"%PDF-1.4 a letter",
            file_name="a.pdf",
            actor=actor_with(zone.person(OFFICER), "project_officer", zone.today()),
            now=zone.now,
        )
        project.refresh_from_db()
        with recorded("test.close", chain=chain_of(project), actor=SYSTEM, now=zone.now) as act:
            project.closed_on = date(2025, 11, 3)
            act.save(project)
        self.project = project

    def rule(self, retention: str = "years_10", kind: str = "other") -> None:
        services.set_rule(
            document_kind=kind,
            retention=retention,
            basis="本单位保管期限表",
            person_id=self.of(ARCHIVIST),
            now=LATER,
        )

    def of(self, number: str) -> int:
        return int(self.zone.person(number))

    def propose(self, number: str = ARCHIVIST, now: datetime = LATER) -> Disposal:
        return services.propose(
            document_id=self.paper.pk, reason="期满，无继续保存价值", person_id=self.of(number), now=now
        )

    def decide(self, row: Disposal, number: str = HEAD, *, agrees: bool = True) -> Disposal:
        return services.decide(disposal_id=row.pk, agrees=agrees, person_id=self.of(number), now=LATER)

    def fresh(self) -> Document:
        return Document.objects.select_related("matter__root").get(pk=self.paper.pk)


@pytest.fixture
def office(zone: Any) -> Office:
    return Office(zone)


def test_a_paper_without_any_rule_is_kept_for_ever(office: Office) -> None:
    assert retention_of(office.fresh()) == "permanent" and due_on(office.fresh(), LATER.date()) is None
    assert list(due_papers(LATER.date())) == []
    with pytest.raises(Refusal, match="保管期限未满"):
        office.propose()


def test_the_time_counts_from_the_end_of_the_year_of_closing(office: Office) -> None:
    office.rule()
    assert due_on(office.fresh(), LATER.date()) == date(2036, 1, 1)
    assert [due.document.pk for due in due_papers(date(2036, 1, 1))] == [office.paper.pk]
    assert list(due_papers(date(2035, 12, 31))) == []
    Document.objects.filter(pk=office.paper.pk).update(stage="tendering")
    assert due_on(office.fresh(), LATER.date()) == date(2041, 1, 1)


def test_the_papers_own_class_goes_before_the_rule_of_its_kind_and_that_before_the_rest(
    office: Office,
) -> None:
    office.rule("years_30", "")
    assert retention_of(office.fresh()) == "years_30"
    office.rule("years_10")
    assert retention_of(office.fresh()) == "years_10"
    Document.objects.filter(pk=office.paper.pk).update(retention="permanent")
    assert retention_of(office.fresh()) == "permanent"


def test_two_persons_dispose_of_the_bytes_and_the_trail_still_verifies(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    office.rule()
    row = office.propose()
    place = place_of(office.paper.sha256)
    with django_capture_on_commit_callbacks(execute=True):
        office.decide(row)
    assert not place.exists() and is_disposed(office.paper.pk)
    assert Document.objects.filter(pk=office.paper.pk).exists()
    assert verify().is_good
    assert list(due_papers(LATER.date())) == []


def test_the_same_bytes_of_a_kept_paper_stay(office: Office, django_capture_on_commit_callbacks: Any) -> None:
    office.rule()
    twin = Document.objects.get(pk=office.paper.pk)
    twin.pk, twin.kind = None, "photo"
    twin.save(force_insert=True)
    with django_capture_on_commit_callbacks(execute=True):
        office.decide(office.propose())
    assert place_of(office.paper.sha256).exists()


def test_a_crash_before_the_removal_is_made_good_by_the_sweep(office: Office) -> None:
    office.rule()
    office.decide(office.propose())  # the callback of the commit never runs here
    keep(b"%PDF-1.4 a letter")
    assert (services.sweep(LATER), services.sweep(LATER)) == (1, 0)


def test_who_proposed_does_not_decide_and_nobody_decides_twice(office: Office) -> None:
    office.rule()
    row = office.propose()
    Disposal.objects.filter(pk=row.pk).update(proposed_by_person=office.of(HEAD))
    with pytest.raises(Refusal, match="提出人"):
        office.decide(row)
    Disposal.objects.filter(pk=row.pk).update(proposed_by_person=office.of(ARCHIVIST))
    assert office.decide(row, agrees=False).status == "refused"
    with pytest.raises(Refusal, match="已审定"):
        office.decide(row)
    assert place_of(office.paper.sha256).exists()


@pytest.mark.parametrize("number", [OFFICER, HEAD, SUPERVISOR, "10001"])
def test_only_the_archives_post_proposes(office: Office, number: str) -> None:
    office.rule()
    with pytest.raises(Refusal, match="岗位"):
        office.propose(number)


@pytest.mark.parametrize("subject", ["matter", "document", "person"])
def test_a_hold_stops_disposal_until_it_is_released(office: Office, subject: str) -> None:
    office.rule()
    number = {"matter": office.project.pk, "document": office.paper.pk, "person": office.of(OFFICER)}[subject]
    hold = services.place_hold(
        subject=f"{subject}:{number}",
        basis="监督组〔2036〕1号",
        reason="正在核查",
        person_id=office.of(SUPERVISOR),
        now=LATER,
    )
    assert hold_on(document=office.fresh()) == hold
    assert next(iter(due_papers(LATER.date()))).hold == hold
    with pytest.raises(Refusal, match="已冻结"):
        office.propose()
    services.release_hold(hold_id=hold.pk, basis="监督组〔2036〕9号", person_id=office.of(AUDIT), now=LATER)
    assert office.propose().status == "pending"
    with pytest.raises(Refusal, match="已解除"):
        services.release_hold(
            hold_id=hold.pk, basis="监督组〔2036〕9号", person_id=office.of(AUDIT), now=LATER
        )


def test_a_hold_placed_after_the_proposal_stops_the_decision(office: Office) -> None:
    office.rule()
    row = office.propose()
    services.place_hold(
        subject=f"matter:{office.project.pk}",
        basis="监督组〔2036〕1号",
        reason="正在核查",
        person_id=office.of(AUDIT),
        now=LATER,
    )
    with pytest.raises(Refusal, match="已冻结"):
        office.decide(row)


def test_a_hold_on_a_person_reaches_the_matters_in_which_he_acted(office: Office) -> None:
    services.place_hold(
        subject=f"person:{office.of(OFFICER)}",
        basis="监督组〔2036〕1号",
        reason="正在核查",
        person_id=office.of(AUDIT),
        now=LATER,
    )
    for where in ({"matter_id": office.project.pk}, {"person_id": office.of(OFFICER)}):
        with pytest.raises(Refusal, match="已冻结"):
            refuse_held(**where)
    refuse_held(person_id=office.of(HEAD))


@pytest.mark.parametrize(
    "subject", ["", "matter", "matter:", "matter:999999", "matter:1;--", "table:1", "matter:-1", "person:1.5"]
)
def test_what_does_not_exist_is_not_frozen(office: Office, subject: str) -> None:
    with pytest.raises(BadInput):
        services.place_hold(
            subject=subject,
            basis="监督组〔2036〕1号",
            reason="正在核查",
            person_id=office.of(AUDIT),
            now=LATER,
        )


@pytest.mark.parametrize("number", [OFFICER, HEAD, ARCHIVIST, "10001", "10002"])
def test_only_supervision_and_audit_freeze(office: Office, number: str) -> None:
    with pytest.raises(Refusal, match="岗位"):
        services.place_hold(
            subject=f"matter:{office.project.pk}",
            basis="监督组〔2036〕1号",
            reason="正在核查",
            person_id=office.of(number),
            now=LATER,
        )


def test_the_pages_show_what_is_due_and_refuse_on_the_form(office: Office) -> None:
    office.rule()
    clock.set_source(lambda: LATER)
    clients = {}
    for number in (ARCHIVIST, HEAD, SUPERVISOR):
        clients[number] = Client()
        assert clients[number].post("/login/", {"number": number, "password": PASSWORD}).status_code == 302
    page = clients[ARCHIVIST].get("/archives/").content.decode()
    assert "往来函件" in page and "可鉴定销毁" in page
    form = {"kind": "matter", "number": office.project.pk, "basis": "监督组〔2036〕1号", "reason": "正在核查"}
    assert clients[SUPERVISOR].post("/archives/holds/new/", form).status_code == 302
    assert clients[HEAD].get("/archives/holds/new/").status_code == 403
    address = f"/archives/documents/{office.paper.pk}/"
    answer = clients[ARCHIVIST].post(address, {"reason": "期满，无继续保存价值"})
    assert answer.status_code == 403 and "已冻结" in answer.content.decode()
    for place, status in (("rules", 200), ("disposals", 200), ("holds", 403)):
        assert clients[HEAD].get(f"/archives/{place}/").status_code == status
    assert clients[SUPERVISOR].get("/archives/holds/").status_code == 200
