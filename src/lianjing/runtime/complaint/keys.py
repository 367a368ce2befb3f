"""The key under which reports are sealed: the first by one supervisor, every other by two of the group."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.complaint.models import (
    ComplaintKey,
    ComplaintKeyProposal,
    ComplaintProposalSecret,
    ComplaintSecret,
)
from lianjing.runtime.complaint.queries import key_on
from lianjing.runtime.complaint.sealing import make_key
from lianjing.runtime.complaint.services import SUPERVISION, supervisor_of
from lianjing.runtime.trail.act import Act, legal_day, recorded


def set_key(*, unit_id: int, person_id: int, phrase: str, now: datetime) -> ComplaintKey:
    """Make the first key of a supervision group; Refusal(CONFLICT) where there is one: two replace it."""
    day = legal_day(now)
    actor = supervisor_of(person_id, unit_id, day)
    public, wrapped = make_key(phrase)
    with recorded("complaint.key", chain=f"unit:{unit_id}", actor=actor, now=now, role="entered") as act:
        if key_on(unit_id, day) is not None:
            raise Refusal(
                Ground.CONFLICT,
                "complaint.key_by_two",
                _("已有举报密钥，更换须由一人提出、另一人确认"),
                SUPERVISION,
            )
        return _enter(act, unit_id, person_id, public, wrapped)


def _enter(act: Act, unit_id: int, person_id: int, public: str, wrapped: str) -> ComplaintKey:
    key = act.save(
        ComplaintKey(unit_id=unit_id, public_key=public, made_by_person_id=person_id, from_on=act.day)
    )
    ComplaintSecret.objects.create(key=key, wrapped=wrapped)
    return key


def propose_key(*, unit_id: int, person_id: int, phrase: str, now: datetime) -> ComplaintKeyProposal:
    """Make a key that is to replace the present one; BadInput while another waits."""
    actor = supervisor_of(person_id, unit_id, legal_day(now))
    public, wrapped = make_key(phrase)
    with recorded(
        "complaint.key_propose", chain=f"unit:{unit_id}", actor=actor, now=now, role="entered"
    ) as act:
        if pending(unit_id) is not None:
            raise BadInput(_("已有待确认的密钥更换"), "phrase")
        row = act.save(
            ComplaintKeyProposal(
                unit_id=unit_id,
                public_key=public,
                proposed_by_person_id=person_id,
                proposed_at=now,
                status="pending",
            )
        )
        ComplaintProposalSecret.objects.create(proposal=row, wrapped=wrapped)
        return row


def pending(unit_id: int) -> ComplaintKeyProposal | None:
    """Return the replacement of a group's key that waits for its second supervisor."""
    found = ComplaintKeyProposal.objects.select_related("proposed_by_person")
    return found.filter(unit_id=unit_id, status="pending").first()


def confirm_key(*, proposal_id: int, person_id: int, now: datetime) -> ComplaintKey:
    """Let a proposed key take the place of the present one, which still opens what it closed; by another supervisor."""
    row, day = _waiting(proposal_id), legal_day(now)
    actor = supervisor_of(person_id, row.unit_id, day)
    with recorded("complaint.key", chain=f"unit:{row.unit_id}", actor=actor, now=now, role="approved") as act:
        _refuse_decided(row, person_id)
        _close_present(act, row.unit_id, day)
        secret = ComplaintProposalSecret.objects.get(proposal=row)
        key = _enter(act, row.unit_id, row.proposed_by_person_id, row.public_key, secret.wrapped)
        _decide(act, row, "confirmed", person_id, key)
        secret.delete()
        return key


def refuse_key(*, proposal_id: int, person_id: int, now: datetime) -> ComplaintKeyProposal:
    """Turn a proposed key down, or take one's own back; its private half is gone."""
    row = _waiting(proposal_id)
    actor = supervisor_of(person_id, row.unit_id, legal_day(now))
    with recorded(
        "complaint.key_refuse", chain=f"unit:{row.unit_id}", actor=actor, now=now, role="approved"
    ) as act:
        _refuse_decided(row, None)
        ComplaintProposalSecret.objects.filter(proposal=row).delete()
        return _decide(act, row, "refused", person_id, None)


def _waiting(proposal_id: int) -> ComplaintKeyProposal:
    row = ComplaintKeyProposal.objects.filter(pk=proposal_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.complaint", _("没有该件，或不在您的受理范围内"), SUPERVISION)
    return row


def _refuse_decided(row: ComplaintKeyProposal, confirmer_id: int | None) -> None:
    row.read_again()
    if row.status != "pending":
        raise Refusal(Ground.STALE, "rights.decided", _("该申请已办理"), SUPERVISION)
    if confirmer_id == row.proposed_by_person_id:
        raise Refusal(Ground.CONFLICT, "rights.two_persons", _("提出人不能同意本人的提议"), SUPERVISION)


def _close_present(act: Act, unit_id: int, day: date) -> None:
    present = key_on(unit_id, day)
    if present is not None:
        present.to_on = day
        act.save(present)


def _decide(
    act: Act, row: ComplaintKeyProposal, status: str, person_id: int, key: ComplaintKey | None
) -> ComplaintKeyProposal:
    row.status, row.decided_by_person_id, row.decided_at, row.key = status, person_id, act.now, key
    return act.save(row)
