"""Adding a signer to a step (加签), before its holder decides or after he has, and what the signer writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.process.interpret import AddSigner, Complete, SignerNotAllowed
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import posts_held, unit_and_above
from lianjing.runtime.process.authority import actor_for
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.desk import BUSINESS
from lianjing.runtime.process.models import AddedSigner, WorkItem
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.standing import is_signing
from lianjing.runtime.process.step import at_step, move
from lianjing.runtime.regulation.queries import definition, graph_of
from lianjing.runtime.trail.act import answered, request_digest

SIGNING = "zone_organisation#20"


def add_signer(
    *,
    item_id: int,
    person_id: int,
    signer_person_id: int,
    is_before: bool,
    reason: str,
    now: datetime,
    signer_post_id: int | None = None,
    key: str = "",
    channel: str = "web",
) -> AddedSigner:
    """Ask another to sign a step before its holder decides, or after he has; by the holder, with a reason.

    Refusal where the signer holds no business post today or may not do the duty of the step (recusal, conflicting
    duties, never the same person). The clock of the step runs on.
    """
    digest = request_digest(
        [
            "add_signer",
            str(item_id),
            str(person_id),
            str(signer_person_id),
            str(signer_post_id),
            str(is_before),
            reason,
        ]
    )
    if answered(key, digest) is not None:
        return AddedSigner.objects.filter(work_item_id=item_id, added_by_person_id=person_id).latest("id")
    with at_step(item_id, person_id, now, channel, key, digest, ".add_signer") as (deed, item, _graph, _proc):
        deed.act.duty = ""  # to ask is not to have done the step
        if not reason.strip():
            raise BadInput(_("请写明加签理由"), "reason")
        if signer_person_id in (person_id, deed.act.actor.on_behalf_of_id):
            raise BadInput(_("不能请本人加签"), "signer")
        deed.act.reason = reason.strip()
        post = _signing_post(item, signer_person_id, signer_post_id, deed.day)
        require_able(item, signer_person_id, post, deed.day)
        return _add(deed, item, person_id, signer_person_id, post, is_before)


def _add(
    deed: Deed, item: WorkItem, person_id: int, signer_person_id: int, post: Post, is_before: bool
) -> AddedSigner:
    if _waits_for(item, signer_person_id):
        raise Refusal(Ground.RULE, "signer.added", _("该人员已被请求加签，尚未签署"), SIGNING)
    row = deed.act.save(
        AddedSigner(
            matter=deed.matter,
            work_item=item,
            signer_person_id=signer_person_id,
            signer_post=post,
            is_before=is_before,
            reason=deed.act.reason,
            added_by_person_id=person_id,
            added_at=deed.now,
        )
    )
    try:
        move(deed, AddSigner(item.step_key, item.element, item.round, str(row.pk), is_before))
    except SignerNotAllowed as error:
        raise Refusal(Ground.RULE, "signer.not_here", _("加签待办不能再加签"), SIGNING) from error
    row.refresh_from_db()
    return row


def sign(deed: Deed, item: WorkItem, data: Mapping[str, Any]) -> list[WorkItem]:
    """Write a signer's opinion and let the step go on; part of the act that completes his item."""
    row = AddedSigner.objects.get(signing_item=item)
    deed.act.verb += ".sign"
    deed.act.role = "reviewed"
    row.signed_person_id, row.signed_at = deed.person_id, deed.now
    row.result, row.opinion_text = data["result"], data["opinion"].strip()
    deed.act.save(row)
    opened = move(deed, Complete(item.step_key, item.element, {}))
    send(
        to_person_ids=[row.added_by_person_id],
        kind="signer_signed",
        subject=one_line(item.matter.title, item.name),
        text=row.opinion_text,
        link=f"/items/{row.work_item_id}/",
        matter_id=item.matter_id,
        now=deed.now,
        sender_person_id=deed.person_id,
    )
    return opened


def signers_of(matter_id: int, person_id: int | None, now: datetime) -> list[AddedSigner]:
    """Return who was asked to sign in a matter and what they wrote, of what is not sealed to the reader."""
    sealed = sealed_items([matter_id], now)
    own = Q(signer_person_id=person_id) | Q(added_by_person_id=person_id)
    rows = AddedSigner.objects.filter(~Q(work_item_id__in=sealed) | own, matter_id=matter_id)
    # Not joined: mostly there is none, and PostgreSQL without statistics joins persons with persons first.
    return list(
        rows.prefetch_related(
            "signer_person", "signed_person", "added_by_person", "signer_post__unit", "work_item"
        ).order_by("id")
    )


def require_able(item: WorkItem, signer_person_id: int, post: Post, day: date) -> None:
    """Raise the Refusal of whoever may not do the duty of the step: he may not sign it either."""
    version = definition(item.instance.definition_id)
    duty = declared(version.key)[1].step(item.step_key).duty
    asked = WorkItem(matter=item.matter, instance=item.instance, step_key=item.step_key, post=post)
    task = graph_of(version).task(item.step_key)
    actor_for(asked, version.key, task, duty.value if duty else "", signer_person_id, day, "web")


def _signing_post(item: WorkItem, person_id: int, post_id: int | None, day: date) -> Post:
    """The named post of the signer, else that of his business posts which is nearest to the matter's unit."""
    own = [
        held.post
        for held in posts_held(person_id, day)
        if held.on_behalf_of_id is None and held.post.kind in BUSINESS and post_id in (None, held.post.id)
    ]
    if not own:
        raise Refusal(Ground.POST, "signer.no_post", _("所选人员今日没有可签署意见的岗位"), SIGNING)
    near = unit_and_above(item.matter.unit_id)
    return min(own, key=lambda post: near.index(post.unit_id) if post.unit_id in near else len(near))


def _waits_for(item: WorkItem, signer_person_id: int) -> bool:
    rows = AddedSigner.objects.filter(
        work_item__instance_id=item.instance_id,
        work_item__step_key=item.step_key,
        work_item__element=item.element,
        work_item__round=item.round,
        signer_person_id=signer_person_id,
        signed_at=None,
    )
    return rows.exclude(signing_item__closed_at__isnull=False).exists()


def refuse_signers(item: WorkItem) -> None:
    """A signer writes his opinion; he neither returns nor stops nor passes on what is another's to decide."""
    if is_signing(item):
        raise Refusal(Ground.RULE, "signer.only_signs", _("加签待办只签署意见，不能作其他处理"), SIGNING)
