"""Breaking a matter off (终止), and beginning it anew under today's rules (终止重办), by the head of its unit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.process.interpret import Start, Terminate
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.org.queries import actor_at, posts_held, unbound, unit_and_above
from lianjing.runtime.process import calling
from lianjing.runtime.process.authority import refuse_recused
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import advance
from lianjing.runtime.process.models import (
    CalledProcess,
    FormDraft,
    MatterRestart,
    ProcessInstance,
    Submission,
    WorkItem,
)
from lianjing.runtime.process.step import root_of_matter
from lianjing.runtime.regulation.queries import definition
from lianjing.runtime.trail.act import Act, Actor, answered, recorded, request_digest

CLAUSE = "zone_organisation#22"
DECIDING = ("head", "approver")


def terminate(
    *, matter_id: int, person_id: int, reason: str, now: datetime, key: str = "", channel: str = "web"
) -> Matter:
    """Break a running matter off, with what it called; its record becomes what the domain says of a withdrawn one.

    By the head of its unit or a head or leader above, never its applicant; Refusal where the domain no longer lets it
    be taken back (an order made, a change approved).
    """
    digest = request_digest(["terminate", str(matter_id), str(person_id), reason])
    if answered(key, digest) is not None:
        return Matter.objects.get(id=matter_id)
    with _breaking_off(matter_id, person_id, reason, now, key, digest, channel, "terminate") as (_act, inst):
        return inst.matter


def restart(
    *, matter_id: int, person_id: int, reason: str, now: datetime, key: str = "", channel: str = "web"
) -> Matter:
    """Break a running matter off and begin the same procedure anew, under the rules in force today; returns the new one.

    It is the old applicant's, and what he filled in first is laid ready for him as a draft.
    """
    digest = request_digest(["restart", str(matter_id), str(person_id), reason])
    if answered(key, digest) is not None:
        return MatterRestart.objects.get(old_matter_id=matter_id).new_matter
    with _breaking_off(matter_id, person_id, reason, now, key, digest, channel, "restart") as (act, instance):
        if CalledProcess.objects.filter(called=instance).exists():
            raise Refusal(
                Ground.RULE, "restart.called", _("由其他流程调用的事项不能单独重办，请在原流程中处理"), CLAUSE
            )
        old = instance.matter
        if old.parent is None:
            raise Refusal(Ground.RULE, "restart.root", _("该事项不能重办"), CLAUSE)
        procedure_key = definition(instance.definition_id).key
        matter, procedure = calling.begin_matter(
            act, procedure_key, old.parent, title=old.title, applicant_person_id=old.applicant_person_id
        )
        act.matter_id = old.pk
        new = calling.new_instance(act, matter, procedure)
        deed = Deed(act, matter, root_of(matter))
        preferred = calling.posts_of_applicant(deed)
        opened = advance(deed, new, Start({"matter_kind": matter.kind}), preferred=preferred).opened
        act.save(
            MatterRestart(
                old_matter=old, new_matter=matter, reason=act.reason, person_id=person_id, restarted_at=now
            )
        )
        _lay_ready(old, opened, now)
        return matter


def restarts_of(matter_id: int) -> list[MatterRestart]:
    """Return what was begun anew in place of a matter, and in place of what it was begun."""
    rows = MatterRestart.objects.filter(Q(old_matter_id=matter_id) | Q(new_matter_id=matter_id))
    return list(rows.select_related("old_matter", "new_matter", "person").order_by("id"))


def may_terminate(matter: Matter, person_id: int, day: Any) -> bool:
    """True for those who may break the matter off, for the page that offers it."""
    if matter.applicant_person_id == person_id or matter.status != "open":
        return False
    return (
        _deciding_post(matter, person_id, day) is not None
        and ProcessInstance.objects.filter(matter=matter, state="running").exists()
    )


@contextmanager
def _breaking_off(
    matter_id: int,
    person_id: int,
    reason: str,
    now: datetime,
    key: str,
    digest: str,
    channel: str,
    word: str,
) -> Iterator[tuple[Act, ProcessInstance]]:
    """Open the act, check who decides, break the process off; what follows in the block is of the same act."""
    root_id = root_of_matter(matter_id)
    with recorded(
        f"process.{word}",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        found = ProcessInstance.objects.select_related("matter__root", "matter__parent")
        instance = found.filter(matter_id=matter_id).first()
        if instance is None:
            raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
        version = definition(instance.definition_id)
        act.verb, act.rule = f"{version.key}.{word}", f"{version.key}@{version.version}"
        act.actor = deciding_actor(instance.matter, person_id, act, channel)
        if instance.state != "running":
            raise Refusal(Ground.STALE, "process.ended", _("该事项已办结，不能终止"), CLAUSE)
        if not reason.strip():
            raise BadInput(_("请写明终止理由"), "reason")
        act.reason = reason.strip()
        _break_off(act, instance)
        yield act, instance


def _break_off(act: Act, instance: ProcessInstance) -> None:
    matter = instance.matter
    procedure = declared(definition(instance.definition_id).key)[1]
    if procedure.may_withdraw is not None:
        procedure.may_withdraw(matter)
    deed = Deed(act, matter, root_of(matter))
    if procedure.withdrawn is not None:
        procedure.withdrawn(deed)
    advance(deed, instance, Terminate(act.reason))


def deciding_actor(matter: Matter, person_id: int, act: Act, channel: str) -> Actor:
    """Return the head who decides what becomes of a matter; Refusal for its applicant, the recused and all others."""
    post_id = _deciding_post(matter, person_id, act.day)
    if post_id is None:
        raise Refusal(
            Ground.POST,
            "terminate.not_head",
            _("只有承办单位或者其上级单位的负责人可以决定终止"),
            CLAUSE,
        )
    actor = actor_at(person_id, post_id, act.day, channel)
    if matter.applicant_person_id == person_id:
        raise Refusal(Ground.CONFLICT, "terminate.own", _("申请人不得决定终止本人申请的事项"), CLAUSE)
    refuse_recused(matter, actor)
    return actor


def _deciding_post(matter: Matter, person_id: int, day: Any) -> int | None:
    """The nearest of his own posts from which he decides; such power is not lent."""
    near = unit_and_above(matter.unit_id)
    posts = [
        held.post
        for held in posts_held(person_id, day)
        if held.on_behalf_of_id is None and held.post.kind in DECIDING and held.post.unit_id in near
    ]
    return min(posts, key=lambda post: near.index(post.unit_id)).id if posts else None


def _lay_ready(old: Matter, opened: list[WorkItem], now: datetime) -> None:
    """Lay what the applicant filled in at the first step ready as his draft of the new one."""
    for item in opened:
        sent = (
            Submission.objects.filter(matter=old, work_item__step_key=item.step_key).order_by("-id").first()
        )
        if sent is not None and sent.person_id == old.applicant_person_id:
            FormDraft.objects.create(
                person_id=sent.person_id,
                work_item=item,
                content=urlencode(list(_as_typed(json.loads(sent.content)))),
                saved_at=now,
            )


def _as_typed(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A submission as the page would send it: ticks as "on", each cell of a table under its own name."""
    for name, value in content.items():
        match value:
            case None | False:
                continue
            case True:
                yield name, "on"
            case list():
                for place, each in enumerate(value):
                    if isinstance(each, dict):
                        yield from ((f"{name}-{place}-{cell}", word) for cell, word in _as_typed(each))
                    else:
                        yield name, str(each)
            case _:
                yield name, str(value)
