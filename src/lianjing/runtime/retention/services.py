"""Writes: classes by the archives post, holds by supervision and audit, disposal by two persons; each an act."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.storage import place_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.retention.models import Disposal, LegalHold, RetentionRule
from lianjing.runtime.retention.queries import due_on, refuse_held, retention_of
from lianjing.runtime.trail.act import Actor, legal_day, recorded

ARCHIVES = ("archives_officer",)
DECIDERS = ("head", "approver")
HOLDERS = ("supervisor", "audit_admin")
SUBJECTS: dict[str, Any] = {"matter": Matter, "person": Person, "document": Document}
CHAIN = "installation:1"


def set_rule(
    *, document_kind: str, retention: str, basis: str, person_id: int, now: datetime
) -> RetentionRule:
    """Say how long papers of a kind are kept; "" for every kind without a rule of its own."""
    if document_kind and document_kind not in codes.codes("document_kind"):
        raise BadInput(_("请选择文件种类"), "document_kind")
    if retention not in codes.codes("retention"):
        raise BadInput(_("请从列表中选择"), "retention")
    actor = _actor(person_id, now, keys=ARCHIVES)
    with recorded("retention.rule", chain=CHAIN, actor=actor, now=now) as act:
        row = RetentionRule.objects.filter(document_kind=document_kind).first()
        row = row or RetentionRule(document_kind=document_kind)
        row.retention, row.basis, row.person_id = retention, _text(basis, "basis"), person_id
        return act.save(row)


def place_hold(*, subject: str, basis: str, reason: str, person_id: int, now: datetime) -> LegalHold:
    """Freeze a matter, a person or a document ("matter:3"); by supervision or the audit administrator."""
    kind, _mark, number = subject.strip().partition(":")
    model = SUBJECTS.get(kind)
    if model is None or not number.isdecimal() or not model.objects.filter(pk=int(number)).exists():
        raise BadInput(_("没有这个对象"), "subject")
    subject = f"{kind}:{int(number)}"
    with recorded("retention.hold", chain=CHAIN, actor=_actor(person_id, now, kinds=HOLDERS), now=now) as act:
        if LegalHold.objects.filter(subject=subject, released_at=None).exists():
            raise Refusal(Ground.STALE, "retention.held_already", _("该对象已在冻结中"))
        return act.save(
            LegalHold(
                subject=subject,
                basis=_text(basis, "basis"),
                reason=_text(reason, "reason"),
                placed_by_person_id=person_id,
                placed_at=now,
            )
        )


def release_hold(*, hold_id: int, basis: str, person_id: int, now: datetime) -> LegalHold:
    """End a hold by a paper; whoever placed it may, and whoever could have."""
    actor = _actor(person_id, now, kinds=HOLDERS)
    with recorded("retention.release", chain=CHAIN, actor=actor, now=now) as act:
        row = LegalHold.objects.get(pk=hold_id)
        if row.released_at is not None:
            raise Refusal(Ground.STALE, "retention.released_already", _("该冻结已解除"))
        row.released_by_person_id, row.released_at = person_id, now
        row.release_basis = _text(basis, "basis")
        return act.save(row)


def propose(*, document_id: int, reason: str, person_id: int, now: datetime) -> Disposal:
    """Propose to dispose of a paper whose time is over; Refusal before that, and while a hold stands."""
    paper = Document.objects.select_related("matter__root").get(pk=document_id)
    with recorded("retention.propose", **_of(paper, _actor(person_id, now, keys=ARCHIVES), now)) as act:
        if Disposal.objects.filter(document=paper, status__in=("pending", "granted")).exists():
            raise Refusal(Ground.STALE, "retention.proposed", _("该文件已提出销毁或已销毁"))
        due = _require_due(paper, now)
        return act.save(
            Disposal(
                document=paper,
                retention=retention_of(paper),
                due_on=due,
                reason=_text(reason, "reason"),
                status="pending",
                proposed_by_person_id=person_id,
                proposed_at=now,
            )
        )


def decide(*, disposal_id: int, agrees: bool, person_id: int, now: datetime) -> Disposal:
    """Decide as a second person. Agreed, the bytes go once this act stands; row, digest and events stay."""
    row = Disposal.objects.select_related("document__matter__root").get(pk=disposal_id)
    paper = row.document
    actor = _actor(person_id, now, kinds=DECIDERS)
    with recorded("retention.decide", **_of(paper, actor, now), role="approved") as act:
        row = Disposal.objects.get(pk=disposal_id)
        if row.status != "pending":
            raise Refusal(Ground.STALE, "retention.decided", _("已审定"))
        if row.proposed_by_person_id == person_id:
            raise Refusal(Ground.CONFLICT, "retention.own_proposal", _("提出人不得审定自己提出的销毁"))
        if agrees:
            _require_due(paper, now)
        row.status = "granted" if agrees else "refused"
        row.decided_by_person_id, row.decided_at = person_id, now
        act.save(row)
        if agrees:
            transaction.on_commit(lambda: _remove(paper.sha256))
    return row


def sweep(_now: datetime) -> int:
    """Remove the bytes whose disposal stands and whose removal a crash prevented; return how many."""
    done = (
        Disposal.objects.filter(status="granted").order_by("-id").values_list("document__sha256", flat=True)
    )
    return sum(_remove(sha256) for sha256 in list(done[:1000]))


def _remove(sha256: str) -> int:
    """Remove a file unless another paper of the same bytes is kept; return 1 where one went."""
    disposed = Disposal.objects.filter(status="granted").values("document_id")
    if Document.objects.filter(sha256=sha256).exclude(id__in=disposed).exists():
        return 0
    place = place_of(sha256)
    if not place.exists():
        return 0
    place.unlink()
    return 1


def _require_due(paper: Document, now: datetime) -> Any:
    day = legal_day(now)
    refuse_held(document=paper)
    due = due_on(paper, day)
    if due is None or due > day:
        raise Refusal(Ground.RULE, "retention.not_due", _("保管期限未满，不得销毁"))
    return due


def _actor(
    person_id: int, now: datetime, *, keys: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> Actor:
    """Return the actor at the first of his posts that may; Refusal(POST) for anyone else."""
    person = Person.objects.get(pk=person_id)
    for held in posts_held(person_id, legal_day(now)):
        if held.post.key in keys or held.post.kind in kinds:
            return Actor(person.pk, person.pseudonym, held.post.id, held.post.unit_id)
    raise Refusal(Ground.POST, "retention.post", _("您今日的岗位不能办理此事"))


def _of(paper: Document, actor: Actor, now: datetime) -> dict[str, Any]:
    matter = paper.matter
    return {
        "chain": chain_of(matter),
        "actor": actor,
        "now": now,
        "matter_id": matter.pk,
        "root_matter_id": matter.root_id,
    }


def _text(text: str, field: str) -> str:
    if len(text.strip()) < 4:
        raise BadInput(_("请写明依据或理由"), field)
    return text.strip()
