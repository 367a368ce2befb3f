"""Passing an open step on to another holder of its post (转办、改派), and urging it (催办)."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import Person, Post
from lianjing.runtime.org.queries import actor_at, holders, posts_held, unbound, unit_and_below
from lianjing.runtime.process.authority import ASSIGNMENT, actor_for, assignee
from lianjing.runtime.process.desk import ANYBODY, actor_near
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.process.standing import is_signing
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.trail.act import Act, Actor, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.queries import content_of

SIGNING = "zone_organisation#20"
URGING = "zone_organisation#19"


def reassign(
    *,
    item_id: int,
    person_id: int,
    to_person_id: int,
    reason: str,
    now: datetime,
    key: str = "",
    channel: str = "web",
) -> WorkItem:
    """Pass an open step on to another who may act at its post, by its holder or by the head of its unit.

    Refusal where the other may not do it (recusal, conflicting duties, power item): nobody is handed what he must
    refuse. Its clock goes on.
    """
    item = item_named(item_id)
    digest = request_digest(["reassign", str(item_id), str(person_id), str(to_person_id), reason])
    if answered(key, digest) is not None:
        return item
    with act_at(item, "reassign", unbound(person_id, channel), now, key, digest) as act:
        item = _still_open(item_id)
        if is_signing(item):
            raise Refusal(Ground.RULE, "signer.only_signs", _("加签待办只签署意见，不能作其他处理"), SIGNING)
        act.actor = _who_passes_on(item, person_id, act.day, channel)
        if not reason.strip():
            raise BadInput(_("请写明转办理由"), "reason")
        if to_person_id in (item.person_id, person_id if item.person_id is None else None):
            raise BadInput(_("请选择其他人员"), "to_person")
        _require_able(item, to_person_id, act.day)
        act.reason = reason.strip()
        item.person_id = to_person_id
        send(
            to_person_ids=[to_person_id],
            kind="step_reassigned",
            subject=one_line(item.matter.title, item.name),
            text=act.reason,
            link=f"/items/{item.pk}/",
            matter_id=item.matter_id,
            now=now,
            sender_person_id=person_id,
        )
        return act.save(item)


def candidates(item: WorkItem, person_id: int, day: date) -> list[Person]:
    """Return to whom an open step may be passed on: the others who may act at its post today."""
    if is_signing(item):
        return []
    ids = {each.person_id for each in holders(item.post_id, day)} - {item.person_id}
    if item.person_id is None:
        ids.discard(person_id)
    return list(Person.objects.filter(id__in=ids).order_by("pinyin", "id"))


def may_pass_on(item: WorkItem, person_id: int, day: date) -> bool:
    """True for the holder of the step (after it was passed on: its new holder) and the heads above it."""
    return _is_head_over(item, person_id, day) or _is_in_hand(item, person_id, day)


def _who_passes_on(item: WorkItem, person_id: int, day: date, channel: str) -> Actor:
    if _is_in_hand(item, person_id, day):
        return actor_at(person_id, item.post_id, day, channel)
    for held in posts_held(person_id, day):
        if held.on_behalf_of_id is None and _heads(held.post, item, day):
            return actor_at(person_id, held.post.id, day, channel)
    raise Refusal(Ground.POST, "item.not_head", _("待办只能由经办人转办，或者由单位负责人改派"), ASSIGNMENT)


def _is_in_hand(item: WorkItem, person_id: int, day: date) -> bool:
    mine = [each for each in posts_held(person_id, day) if each.post.id == item.post_id]
    chosen = assignee(item, day)
    return any(chosen in (None, person_id, each.on_behalf_of_id) for each in mine)


def _is_head_over(item: WorkItem, person_id: int, day: date) -> bool:
    own = [held.post for held in posts_held(person_id, day) if held.on_behalf_of_id is None]
    return any(_heads(post, item, day) for post in own)


def _heads(post: Post, item: WorkItem, day: date) -> bool:
    return post.kind == "head" and item.unit_id in unit_and_below(post.unit_id, day)


def _require_able(item: WorkItem, to_person_id: int, day: date) -> None:
    if all(each.person_id != to_person_id for each in holders(item.post_id, day)):
        raise Refusal(Ground.POST, "item.not_holder", _("所选人员今日不在该岗位，不能转给他"), ASSIGNMENT)
    version = item.instance.definition
    duty = declared(version.key)[1].step(item.step_key).duty
    kept, item.person_id = item.person_id, None
    try:
        actor_for(
            item,
            version.key,
            graph_of(version).task(item.step_key),
            duty.value if duty else "",
            to_person_id,
            day,
            "web",
        )
    finally:
        item.person_id = kept


def urge(
    *, item_id: int, person_id: int, text: str, now: datetime, key: str = "", channel: str = "web"
) -> str:
    """Urge whoever has an open step on his desk, once a day by the same person; returns the event.

    By anyone in whose own scope the matter is and who does not hold the step himself.
    """
    item = item_named(item_id)
    day = legal_day(now)
    digest = request_digest(["urge", str(item_id), str(person_id), text])
    if (event := answered(key, digest)) is not None:
        return event
    open_to_act(person_id, item.matter_id, day)
    actor = actor_near(person_id, day, unit_id=item.matter.unit_id, kinds=ANYBODY)
    with act_at(item, "urge", actor, now, key, digest) as act:
        item = _still_open(item_id)
        chosen = assignee(item, day)
        there = [chosen] if chosen is not None else [each.person_id for each in holders(item.post_id, day)]
        if person_id in there:
            raise BadInput(_("该待办在您手中，无须催办"), "item")
        if not text.strip():
            raise BadInput(_("请写明催办要求"), "text")
        _refuse_second(item, person_id, now)
        act.reason = text.strip()
        act.extra["urged"] = {"item": item.pk, "persons": there}
        send(
            to_person_ids=there,
            kind="step_urged",
            subject=one_line(item.matter.title, item.name),
            text=act.reason,
            link=f"/items/{item.pk}/",
            matter_id=item.matter_id,
            now=now,
            sender_person_id=person_id,
        )
    return act.event_id


def urgings(item: WorkItem) -> int:
    """Return how often an open step was urged."""
    return len(_urged(item))


def _urged(item: WorkItem) -> list[Event]:
    """The events that urged this very step: sister steps of a joint review bear the same verb."""
    verb = f"{item.instance.definition.key}.{item.step_key}.urge"
    events = Event.objects.filter(
        matter_id=item.matter_id, act=verb, recorded_at__gte=item.opened_at, is_refused=False
    )
    found = events.select_related("body").defer("envelope")
    return [each for each in found if content_of(each).get("urged", {}).get("item") == item.pk]


def _refuse_second(item: WorkItem, person_id: int, now: datetime) -> None:
    if any(
        each.person_id == person_id and legal_day(each.recorded_at) == legal_day(now) for each in _urged(item)
    ):
        raise Refusal(Ground.RULE, "item.urged_today", _("您今日已催办过该待办，请明日再催"), URGING)


def item_named(item_id: int) -> WorkItem:
    found = WorkItem.objects.select_related("matter__root", "instance__definition", "post").filter(id=item_id)
    item = found.first()
    if item is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    return item


def _still_open(item_id: int) -> WorkItem:
    item = item_named(item_id)
    if item.closed_at is not None:
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
    return item


def act_at(
    item: WorkItem, word: str, actor: Actor, now: datetime, key: str, digest: str
) -> AbstractContextManager[Act]:
    version = item.instance.definition
    return recorded(
        f"{version.key}.{item.step_key}.{word}",
        chain=chain_of(item.matter),
        actor=actor,
        now=now,
        matter_id=item.matter_id,
        root_matter_id=item.matter.root_id,
        step_key=item.step_key,
        rule=f"{version.key}@{version.version}",
        request_key=key,
        request_sha256=digest,
    )
