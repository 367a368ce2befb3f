"""Taking a completed step back (收回) before anyone has opened what follows.

The records that its verb wrote stay as they are, just as after a return (退回): the step is done again and its verb
writes over them. So only a step that some return lets be done again may be taken back: its verb is made to be
repeated. What moves money is never taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from lianjing.kernel.process.decision import DecisionResult
from lianjing.kernel.process.expression import Value
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import (
    CloseItem,
    NotOpen,
    State,
    TakeBack,
    TakeBackNotAllowed,
    interpret,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.queries import actor_at, holders, unbound
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import advance
from lianjing.runtime.process.handing import act_at, item_named
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.standing import is_opened, is_signing
from lianjing.runtime.regulation.queries import definition, graph_of
from lianjing.runtime.trail.act import Act, answered, request_digest

CLAUSE = "zone_organisation#21"


def take_back(
    *, item_id: int, person_id: int, reason: str, now: datetime, key: str = "", channel: str = "web"
) -> WorkItem:
    """Open a completed step again for whoever completed it, and close unseen what it led to; returns the open item."""
    item = item_named(item_id)
    digest = request_digest(["take_back", str(item_id), str(person_id), reason])
    if answered(key, digest) is not None:
        return WorkItem.objects.filter(
            instance_id=item.instance_id, step_key=item.step_key, element=item.element, round=item.round
        ).latest("id")
    with act_at(item, "take_back", unbound(person_id, channel), now, key, digest) as act:
        item = item_named(item_id)
        if item.person_id != person_id or item.closed_at is None:
            raise Refusal(Ground.POST, "take_back.not_doer", _("只有办结该环节的本人可以收回"), CLAUSE)
        act.actor = actor_at(person_id, item.post_id, act.day, channel)
        if not reason.strip():
            raise BadInput(_("请写明收回理由"), "reason")
        act.reason = reason.strip()
        following = _following(item)
        _tell(act, item, following, person_id)
        item.outcome = "taken_back"
        act.save(item)
        action = TakeBack(item.step_key, item.element, item.round)
        deed = Deed(act, item.matter, root_of(item.matter))
        return advance(deed, item.instance, action).opened[0]


def may_take_back(item: WorkItem, person_id: int) -> bool:
    """True where taking back would be carried out now, for the page that offers it."""
    if item.closed_at is None or item.person_id != person_id or item.outcome != "done":
        return False
    if not State.from_json(item.instance.marking).may_take_back(item.step_key, item.element, item.round):
        return False
    try:
        _following(item)
    except Refusal:
        return False
    return True


def _following(item: WorkItem) -> list[WorkItem]:
    """The open items that would be closed; Refusal where the step is not one to be taken back, or not any more."""
    version = definition(item.instance.definition_id)
    graph, step = graph_of(version), declared(version.key)[1].step(item.step_key)
    if item.instance.state != "running" or item.outcome != "done":
        raise Refusal(Ground.STALE, "take_back.over", _("该环节已不能收回，请刷新页面"), CLAUSE)
    if step.is_money:
        raise Refusal(Ground.RULE, "take_back.money", _("涉及资金下达、拨付的环节不能收回"), CLAUSE)
    if is_signing(item) or not is_made_to_be_repeated(graph, item.step_key):
        raise Refusal(Ground.RULE, "take_back.once", _("该环节不可重复办理，不能收回"), CLAUSE)
    state = State.from_json(item.instance.marking)
    action = TakeBack(item.step_key, item.element, item.round)
    try:
        _state, effects = interpret(graph, state, action, _no_decision)
    except (TakeBackNotAllowed, NotOpen) as error:
        raise Refusal(
            Ground.RULE, "take_back.touched", _("后续环节已经办理或者已有变动，不能收回"), CLAUSE
        ) from error
    items = [
        WorkItem.objects.get(
            instance=item.instance, step_key=effect.node, element=effect.element, closed_at=None
        )
        for effect in effects
        if isinstance(effect, CloseItem)
    ]
    if any(is_opened(each) for each in items):
        raise Refusal(Ground.RULE, "take_back.opened", _("后续经办人已打开该事项，不能收回"), CLAUSE)
    return items


def is_made_to_be_repeated(graph: Graph, step_key: str) -> bool:
    """True for a step that a return (退回) lets be done again: it lies between the target and who returns."""
    after = graph.reach.after
    return any(
        step_key == target or (step_key in after(target) and task.id in after(step_key))
        for task in graph.tasks
        if task.id != step_key
        for target in task.returns
    )


def _no_decision(decision_key: str, _variables: Mapping[str, Value]) -> DecisionResult:
    raise LookupError(decision_key)


def _tell(act: Act, item: WorkItem, following: list[WorkItem], person_id: int) -> None:
    """Tell those whose desk is cleared: each had a message that the step was his."""
    for each in following:
        told = [holder.person_id for holder in holders(each.post_id, act.day)]
        send(
            to_person_ids=[person for person in told if person != person_id],
            kind="step_taken_back",
            subject=one_line(item.matter.title, each.name),
            text=act.reason,
            link=f"/matters/{item.matter_id}/",
            matter_id=item.matter_id,
            now=act.now,
            sender_person_id=person_id,
        )
