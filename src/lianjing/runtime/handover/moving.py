"""What a hand-over moves: part of the one act in which it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from lianjing.kernel.org import conflicting
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.handover.desk import Thing
from lianjing.runtime.handover.models import HandoverLine, PostHandover
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.org.models import Appointment, Delegation, LoginAccount, Person
from lianjing.runtime.org.queries import conflicts_on, on_day
from lianjing.runtime.process.models import FormDraft, WorkItem
from lianjing.runtime.rights.logins import shut
from lianjing.runtime.trail.act import Act
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking.models import Undertaking

CLAUSE = "zone_organisation#8"
SEPARATE = "zone_organisation#4"
LEAVE = {
    "retirement": "retired",
    "resignation": "resigned",
    "transfer": "transferred",
    "rotation": "transferred",
}


def move(act: Act, row: PostHandover, found: Sequence[Thing]) -> None:
    """Check the successor, write the list, pass everything on, end the giver's terms and, if he leaves, his log-in."""
    _refuse_without_post(row)
    _refuse_conflicts(act, row, found)
    for seq, each in enumerate(found, start=1):
        act.save(
            HandoverLine(
                handover=row,
                seq=seq,
                kind=each.kind,
                table=each.table,
                row=each.row,
                title=each.title,
                due_on=each.due_on,
                matter_id=each.matter_id,
            )
        )
        PASSING[each.kind](act, row, int(each.row))
    for seat in Appointment.objects.filter(id__in=row.posts.values("appointment_id")):
        if seat.to_on is None or seat.to_on > row.last_on:
            seat.to_on = row.last_on
            act.save(seat)
    if row.leaves_service:
        _leave(act, row)


def _refuse_without_post(row: PostHandover) -> None:
    """The successor holds each post on the last day already, or from the next one on."""
    following = row.last_on + timedelta(days=1)
    for each in row.posts.select_related("post__unit"):
        if not Appointment.objects.filter(
            on_day(following), person_id=row.successor_person_id, post_id=each.post_id
        ).exists():
            raise Refusal(
                Ground.POST,
                "handover.successor_without_post",
                _("接收人自%(day)s起未任“%(unit)s·%(post)s”，请先办理任职")
                % {"day": following, "unit": each.post.unit.name, "post": each.post.name},
                CLAUSE,
            )


def _refuse_conflicts(act: Act, row: PostHandover, found: Sequence[Thing]) -> None:
    """No step reaches him in a matter where he did an incompatible duty or is recused; no check of his own work."""
    taker = row.successor_person_id
    keys = [int(each.row) for each in found if each.kind == "item"]
    conflicts = conflicts_on(act.day)
    for item in WorkItem.objects.filter(id__in=keys).select_related("matter"):
        done = Event.objects.filter(
            root_matter_id=item.matter.root_id or item.matter_id, person_id=taker, refused_rule=""
        ).exclude(duty="")
        rows = list(done.values_list("matter_id", "duty").distinct())
        in_matter = [duty for place, duty in rows if place == item.matter_id]
        is_recused = Recusal.objects.filter(
            person_id=taker,
            matter_id__in=[item.matter_id, item.matter.root_id or item.matter_id],
            result="recused",
        ).exists()
        if is_recused or conflicting(item.duty, in_matter, [duty for _place, duty in rows], conflicts):
            raise Refusal(
                Ground.CONFLICT,
                "handover.conflict",
                _("接收人在“%(matter)s”中办理过不相容的职责或已回避，不能接收“%(step)s”")
                % {"matter": item.matter.title, "step": item.name},
                SEPARATE,
            )
    keys = [int(each.row) for each in found if each.table == "undertaking"]
    for owed in Undertaking.objects.filter(id__in=keys):
        pair = {owed.owner_person_id, owed.checker_person_id}
        if pair == {row.giver_person_id, taker}:
            raise Refusal(
                Ground.CONFLICT,
                "handover.own_check",
                _("接收后“%(what)s”的责任人与核验人将为同一人，请先调整") % {"what": owed.what},
                SEPARATE,
            )


def _keep(_act: Act, _row: PostHandover, _key: int) -> None:
    """An open item lies at its post and reaches whoever holds it: the list is its record."""


def _draft(_act: Act, row: PostHandover, key: int) -> None:
    """A draft goes along unless the successor has begun one of his own for the same step."""
    draft = FormDraft.objects.get(id=key)
    if FormDraft.objects.filter(person_id=row.successor_person_id, work_item_id=draft.work_item_id).exists():
        draft.delete()
    else:
        FormDraft.objects.filter(id=key).update(person_id=row.successor_person_id)


def _owner(act: Act, row: PostHandover, key: int) -> None:
    owed = Undertaking.objects.get(id=key)
    owed.owner_person_id = row.successor_person_id
    act.save(owed)


def _checker(act: Act, row: PostHandover, key: int) -> None:
    owed = Undertaking.objects.get(id=key)
    owed.checker_person_id = row.successor_person_id
    act.save(owed)


def _delegation(act: Act, row: PostHandover, key: int) -> None:
    """What the giver lent goes on for its remaining days as lent by the successor, unless it was lent to him."""
    lent = Delegation.objects.get(id=key)
    following, last = row.last_on + timedelta(days=1), lent.to_on
    lent.to_on = max(lent.from_on, min(row.last_on, last))
    act.save(lent)
    if last >= following and lent.to_person_id != row.successor_person_id:
        act.save(
            Delegation(
                post_id=lent.post_id,
                from_person_id=row.successor_person_id,
                to_person_id=lent.to_person_id,
                from_on=max(following, lent.from_on),
                to_on=last,
                reason=lent.reason,
            )
        )


def _borrowed(act: Act, row: PostHandover, key: int) -> None:
    """What was lent to the giver in person ends with him."""
    lent = Delegation.objects.get(id=key)
    lent.to_on = max(lent.from_on, min(row.last_on, lent.to_on))
    act.save(lent)


def _matter(act: Act, row: PostHandover, key: int) -> None:
    matter = Matter.objects.get(id=key)
    matter.handler_person_id = row.successor_person_id
    act.save(matter)


PASSING = {
    "item": _keep,
    "draft": _draft,
    "undertaking": _owner,
    "check": _checker,
    "delegation": _delegation,
    "borrowed": _borrowed,
    "matter": _matter,
}


def _leave(act: Act, row: PostHandover) -> None:
    """The giver leaves the service: no post may be left behind; the log-in ends that day."""
    left = Appointment.objects.filter(on_day(row.last_on + timedelta(days=1)), person_id=row.giver_person_id)
    if left.exists():
        raise Refusal(
            Ground.RULE, "handover.posts_left", _("移交人还有未交接的岗位，不能办理离开本单位"), CLAUSE
        )
    giver = Person.objects.get(id=row.giver_person_id)
    giver.left_on, giver.leave_kind = row.last_on, LEAVE.get(row.reason, "")
    act.save(giver)
    account = LoginAccount.objects.filter(person=giver).first()
    if account is not None and row.last_on <= act.day:
        shut(act, account, row.basis)
