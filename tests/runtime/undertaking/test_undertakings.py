from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking import queries, services
from lianjing.runtime.undertaking.models import Undertaking
from tests.runtime.contract.office import NOW, TODAY, Office


class Ledger:
    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.row = self.give(owner_person=self.office.officer)

    def give(self, **changes: Any) -> Undertaking:
        wanted: dict[str, Any] = {
            "what": "补交施工许可证",
            "due_on": TODAY + timedelta(days=5),
            "source_kind": "onboarding",
            "matter": self.project,
            "category": "document",
            "document_kind": "permit",
            **changes,
        }
        with self.office.act(self.office.lead) as act:
            return services.give(act, **wanted)

    def paper(self, person: Person | None = None, kind: str = "permit") -> int:
        return self.office.paper(
            self.project, person or self.office.officer, kind=kind, title=f"证{kind}{person}"
        ).pk

    def close(self, person: Person | None = None, **changes: Any) -> Undertaking:
        wanted: dict[str, Any] = {"result": "done", "now": NOW, **changes}
        if "evidence_document_id" not in wanted:
            wanted["evidence_document_id"] = self.paper()
        return services.close(undertaking_id=self.row.pk, person_id=(person or self.office.lead).pk, **wanted)


@pytest.fixture
def ledger(db: None) -> Ledger:
    return Ledger()


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.rule


def test_an_undertaking_is_closed_by_another_person_with_evidence(ledger: Ledger) -> None:
    closed = ledger.close()
    assert (closed.result, closed.closed_on, closed.list_state, closed.checker_person) == (
        "done",
        TODAY,
        "closed",
        ledger.office.lead,
    )
    assert Event.objects.get(act="undertaking.close").object == f"matter:{ledger.project.pk}"
    assert refused(ledger.close) == "undertaking.closed"
    assert not queries.open_ones().exists()


def test_the_owner_cannot_close_what_he_owes(ledger: Ledger) -> None:
    assert refused(lambda: ledger.close(ledger.office.officer)) == "undertaking.own_work"


def test_who_supplied_the_evidence_cannot_check_it(ledger: Ledger) -> None:
    document = ledger.paper(ledger.office.lead)
    assert refused(lambda: ledger.close(evidence_document_id=document)) == "undertaking.own_work"


def test_where_only_a_unit_owes_nobody_of_it_checks(ledger: Ledger) -> None:
    ledger.row = ledger.give(owner_unit=ledger.office.works)
    assert refused(ledger.close) == "undertaking.own_work"
    assert ledger.close(ledger.office.head).result == "done"


def test_a_named_checker_is_the_only_one_and_never_the_owner(ledger: Ledger) -> None:
    ledger.row = ledger.give(owner_person=ledger.office.officer, checker_person=ledger.office.head)
    assert refused(ledger.close) == "undertaking.not_checker"
    assert ledger.close(ledger.office.head).checker_person == ledger.office.head
    with pytest.raises(Refusal):
        ledger.give(owner_person=ledger.office.officer, checker_person=ledger.office.officer)


def test_a_supervisor_reads_and_changes_nothing(ledger: Ledger) -> None:
    assert refused(lambda: ledger.close(ledger.office.supervisor)) == "undertaking.no_post"
    assert refused(lambda: ledger.close(ledger.office.secretary)) == "scope.matter"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evidence_document_id": None}, "evidence_document_id"),
        ({"evidence_document_id": 10**6}, "evidence_document_id"),
        ({"result": "maybe"}, "result"),
        ({"result": "cancelled", "evidence_document_id": None}, "text"),
    ],
)
def test_nothing_is_closed_without_its_evidence(ledger: Ledger, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as caught:
        ledger.close(**changes)
    assert caught.value.field == field


def test_the_evidence_is_of_the_kind_owed_and_of_this_matter(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="许可证"):
        ledger.close(evidence_document_id=ledger.paper(kind="photo"))
    elsewhere = ledger.office.project()
    foreign = ledger.office.paper(elsewhere, ledger.office.officer, kind="permit").pk
    with pytest.raises(BadInput):
        ledger.close(evidence_document_id=foreign)


def test_a_cancelled_undertaking_needs_a_reason_and_no_evidence(ledger: Ledger) -> None:
    closed = ledger.close(result="cancelled", evidence_document_id=None, text="项目终止")
    assert (closed.result, closed.evidence_document) == ("cancelled", None)


def test_progress_is_reported_by_the_owner_and_urging_is_counted(ledger: Ledger) -> None:
    note = {"undertaking_id": ledger.row.pk, "text": "已报送", "now": NOW}
    assert services.note_progress(person_id=ledger.office.officer.pk, **note).list_state == "progress"
    assert (
        refused(lambda: services.note_progress(person_id=ledger.office.lead.pk, **note))
        == "undertaking.not_owner"
    )
    for count in (1, 2):
        assert services.urge(person_id=ledger.office.lead.pk, **note).urge_count == count
    with pytest.raises(BadInput):
        services.urge(person_id=ledger.office.lead.pk, **{**note, "text": " "})


def test_overdue_begins_the_day_after_the_due_day(ledger: Ledger) -> None:
    due = ledger.row.due_on
    assert not queries.overdue(due).exists()
    assert list(queries.overdue(due + timedelta(days=1))) == [ledger.row]
    line = queries.lines(queries.of_matter(ledger.project.pk), due + timedelta(days=2))[0]
    assert (line.days_left, line.is_overdue) == (-2, True)
    ledger.close()
    assert [
        (line.days_left, line.is_overdue) for line in queries.lines(queries.of_matter(ledger.project.pk), due)
    ] == [(None, False)]


def test_what_is_owed_is_found_by_matter_owner_and_scope(ledger: Ledger) -> None:
    office = ledger.office
    assert queries.is_owed(ledger.project.pk, "permit") == ledger.row
    assert queries.is_owed(ledger.project.pk, "budget") is None
    assert list(queries.owned_by(office.officer.pk, set())) == [ledger.row]
    by_unit = ledger.give(owner_unit=office.works)
    assert list(queries.owned_by(office.lead.pk, {office.works.pk})) == [by_unit]
    assert set(queries.visible(office.lead.pk, TODAY)) == {ledger.row, by_unit}
    assert not queries.visible(office.secretary.pk, TODAY).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": " "}, "what"),
        ({"due_on": TODAY - timedelta(days=1)}, "due_on"),
        ({"owner_person": None}, "owner_unit"),
    ],
)
def test_an_undertaking_names_what_until_when_and_who(
    ledger: Ledger, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        ledger.give(**{"owner_person": ledger.office.officer, **changes})
    assert caught.value.field == field


def test_an_undertaking_without_a_matter_chains_on_its_unit(ledger: Ledger) -> None:
    ledger.row = ledger.give(matter=None, owner_unit=ledger.office.works, document_kind="")
    services.urge(undertaking_id=ledger.row.pk, person_id=ledger.office.head.pk, text="尽快", now=NOW)
    assert Event.objects.get(act="undertaking.urge").object == f"unit:{ledger.office.works.pk}"


def reopen(ledger: Ledger, person: Person, **changes: Any) -> Undertaking:
    wanted: dict[str, Any] = {"reason": "现场复查仍未整改", "now": NOW, **changes}
    return services.reopen(undertaking_id=ledger.row.pk, person_id=person.pk, **wanted)


def note(ledger: Ledger, person: Person | None = None, **changes: Any) -> Undertaking:
    wanted: dict[str, Any] = {"text": "已提交申请", "now": NOW, **changes}
    who = person or ledger.office.officer
    return services.note_progress(undertaking_id=ledger.row.pk, person_id=who.pk, **wanted)


def test_progress_notes_are_dated_and_carry_the_share_done(ledger: Ledger) -> None:
    note(ledger)
    row = note(ledger, ratio=Decimal("0.5"), document_id=ledger.paper())
    assert (row.list_state, row.progress_ratio) == ("progress", Decimal("0.5"))
    notes = list(queries.progress_of(row.pk))
    assert [each.progress_ratio for each in notes] == [Decimal("0.5"), None]
    assert notes[0].noted_on == TODAY and notes[0].document is not None
    with pytest.raises(BadInput):
        note(ledger, ratio=Decimal("1.1"))
    assert refused(lambda: note(ledger, ledger.office.lead)) == "undertaking.not_owner"


def test_an_urging_sheet_has_a_number_a_named_person_a_day_and_a_reply(ledger: Ledger) -> None:
    wanted: dict[str, Any] = {"undertaking_id": ledger.row.pk, "person_id": ledger.office.lead.pk, "now": NOW}
    services.urge(**wanted, text="请三日内办结")
    services.urge(**wanted, text="再次督办", due_on=TODAY)
    second, first = queries.sheets_of(ledger.row.pk)
    assert [first.sheet_no, second.sheet_no] == ["督〔2025〕0001号", "督〔2025〕0002号"]
    assert first.to_person == ledger.office.officer and first.due_on == TODAY + timedelta(days=5)
    with pytest.raises(BadInput):
        services.urge(**wanted, text="x", due_on=TODAY - timedelta(days=1))
    sheet: dict[str, Any] = {"urging_id": first.pk, "now": NOW}
    stranger, owner = ledger.office.lead.pk, ledger.office.officer.pk
    assert refused(lambda: services.receive_urging(**sheet, person_id=stranger)) == "undertaking.not_urged"
    assert services.receive_urging(**sheet, person_id=owner).received_at == NOW
    assert refused(lambda: services.receive_urging(**sheet, person_id=owner)) == "undertaking.sheet_done"
    assert services.reply_urging(**sheet, person_id=owner, text="已补交").replied_at == NOW
    assert services.reply_urging(urging_id=second.pk, person_id=owner, text="是", now=NOW).received_at == NOW


def test_only_the_checker_or_a_supervisor_reopens_and_with_a_reason(ledger: Ledger) -> None:
    assert refused(lambda: reopen(ledger, ledger.office.lead)) == "undertaking.open"
    ledger.close()
    assert refused(lambda: reopen(ledger, ledger.office.officer)) == "undertaking.not_checker"
    assert refused(lambda: reopen(ledger, ledger.office.head)) == "undertaking.not_checker"
    with pytest.raises(BadInput):
        reopen(ledger, ledger.office.lead, reason=" ")
    row = reopen(ledger, ledger.office.lead)
    assert (row.closed_on, row.result, row.list_state) == (None, "", "task")
    assert row.reopened_on == TODAY and row.reopened_reason == "现场复查仍未整改"
    assert Event.objects.filter(act="undertaking.reopen", is_refused=False).count() == 1
    assert ledger.close(evidence_document_id=row.evidence_document_id).closed_on == TODAY


def test_a_supervisor_of_the_unit_reopens_what_others_closed(ledger: Ledger) -> None:
    with ledger.office.act() as act:
        ledger.office.works.supervisor_unit = ledger.office.zone
        act.save(ledger.office.works)
    ledger.close()
    assert reopen(ledger, ledger.office.supervisor).closed_on is None


def test_listed_supervision_is_decided_by_a_leader_with_a_reason(ledger: Ledger) -> None:
    wanted: dict[str, Any] = {"undertaking_id": ledger.row.pk, "now": NOW}
    lead, head = ledger.office.lead.pk, ledger.office.head.pk
    put = services.list_for_supervision
    assert refused(lambda: put(**wanted, person_id=lead, reason="久拖不办")) == "undertaking.not_head"
    with pytest.raises(BadInput):
        put(**wanted, person_id=head, reason="")
    assert put(**wanted, person_id=head, reason="久拖不办").is_listed_supervision
    assert refused(lambda: put(**wanted, person_id=head, reason="再挂")) == "undertaking.listed"
    assert not put(**wanted, person_id=head, reason="已办结", is_listed=False).is_listed_supervision


def test_the_three_lists_divide_what_was_given(ledger: Ledger) -> None:
    every = Undertaking.objects.all()
    assert list(queries.of_list(every, "task")) == [ledger.row]
    note(ledger)
    assert list(queries.of_list(every, "progress")) == [ledger.row]
    ledger.close()
    assert list(queries.of_list(every, "closed")) == [ledger.row]
    assert not queries.of_list(every, "task").exists()
