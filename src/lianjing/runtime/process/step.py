"""Inside of a step: the act is opened and checked, the process moves, papers and form are looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.interpret import Action, NotOpen
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.consultation.queries import unanswered
from lianjing.runtime.consultation.services import INQUIRY_CLAUSE
from lianjing.runtime.documents.queries import missing
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.matter.queries import root_of
from lianjing.runtime.org.queries import unbound
from lianjing.runtime.process.authority import actor_for
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.effects import advance
from lianjing.runtime.process.forms import InvalidForm
from lianjing.runtime.process.models import ProcessInstance, Submission, WorkItem
from lianjing.runtime.regulation.queries import clause_title, definition, graph_of
from lianjing.runtime.trail.act import recorded


def root_of_matter(matter_id: int) -> int:
    """Return whose chain an act on a matter must lock, before anything of the matter is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(root_id, id) FROM matter WHERE id = %s", [matter_id])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.matter", _("没有该事项，或不在您的数据范围内"))
    return int(row[0])


def matter_of_item(item_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT matter_id FROM work_item WHERE id = %s", [item_id])
        row = cursor.fetchone()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    return int(row[0])


@contextmanager
def at_step(
    item_id: int,
    person_id: int,
    now: datetime,
    channel: str,
    key: str,
    digest: str,
    suffix: str,
    happened_at: datetime | None = None,
    may_be_suspended: bool = False,
) -> Iterator[tuple[Deed, WorkItem, Graph, Procedure]]:
    """Open the act of a step: lock the root matter, only then read the item, check who acts."""
    matter_id = matter_of_item(item_id)
    root_id = root_of_matter(matter_id)
    with recorded(
        "process.step",
        chain=f"matter:{root_id}",
        actor=unbound(person_id, channel),
        now=now,
        matter_id=matter_id,
        root_matter_id=root_id,
        request_key=key,
        request_sha256=digest,
        happened_at=happened_at,
    ) as act:
        item = WorkItem.objects.select_related("matter__root", "instance", "post").get(id=item_id)
        version = definition(item.instance.definition_id)
        procedure, graph = declared(version.key)[1], graph_of(version)
        duty = procedure.step(item.step_key).duty
        act.verb, act.step_key = f"{version.key}.{item.step_key}{suffix}", item.step_key
        act.rule, act.clause = f"{version.key}@{version.version}", item.clause
        if item.closed_at is not None:
            raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面"))
        act.actor = actor_for(
            item,
            version.key,
            graph.task(item.step_key),
            duty.value if duty else "",
            person_id,
            act.day,
            channel,
        )
        if item.budget is not None and item.running_since is None and not may_be_suspended:
            raise Refusal(Ground.RULE, "clock.suspended", _("该环节计时已暂停，请先恢复再办理"), item.clause)
        act.duty = duty.value if duty else ""
        yield Deed(act, item.matter, root_of(item.matter), item), item, graph, procedure


def move(
    deed: Deed,
    action: Action,
    note: dict[str, str] | None = None,
    instance: ProcessInstance | None = None,
) -> list[WorkItem]:
    """Move the process by one action and return what it opened; Refusal(STALE) where it stands elsewhere by now."""
    instance = instance or (deed.item.instance if deed.item else None)
    assert instance is not None
    try:
        return advance(deed, instance, action, note=note).opened
    except NotOpen as error:
        raise Refusal(Ground.STALE, "item.closed", _("该环节已由他人办结或已撤回，请刷新页面")) from error


def checked_form(form: Any) -> Any:
    """Return a form that holds; InvalidForm names its fields and faults."""
    if not form.is_valid():
        errors = {name: [str(message) for message in messages] for name, messages in form.errors.items()}
        raise InvalidForm(_("填报内容有误，请按提示修改"), next(iter(errors)), errors, form)
    return form


def require_papers(item: WorkItem, deed: Deed) -> None:
    lines = missing(deed.matter, item.instance.definition_id, item.step_key)
    if lines:
        deed.act.clause = lines[0].clause
        words = "、".join(codes.label("document_kind", line.kind) for line in lines)
        cited = clause_title(lines[0].clause, deed.day)
        raise Refusal(
            Ground.DOCUMENTS,
            "documents.missing",
            _("缺少必备资料：%(papers)s（%(clause)s）") % {"papers": words, "clause": cited},
            lines[0].clause,
        )


def require_answers(item: WorkItem) -> None:
    """Refuse the completion of a step whose question must be answered first."""
    waiting = unanswered(item.pk)
    if waiting:
        raise Refusal(
            Ground.RULE,
            "inquiry.unanswered",
            _("尚有 %(count)s 件征询未答复，答复或者撤回后方可办结") % {"count": waiting},
            INQUIRY_CLAUSE,
        )


def submit(deed: Deed, item: WorkItem, form: Any) -> None:
    fields = json.dumps([[name, type(field).__name__, field.required] for name, field in form.fields.items()])
    digest = hashlib.sha256(fields.encode()).hexdigest()
    item.form_sha256 = digest
    content = json.dumps(form.cleaned_data, ensure_ascii=False, default=str, sort_keys=True)
    deed.act.save(
        Submission(
            work_item=item,
            matter=deed.matter,
            person_id=deed.act.actor.person_id or 0,
            submitted_at=deed.now,
            form_sha256=digest,
            content=content,
        )
    )


def digest_of(data: Mapping[str, Any]) -> str:
    lists = {name: data.getlist(name) for name in data} if hasattr(data, "getlist") else dict(data)
    lists = {name: value for name, value in lists.items() if name not in ("csrfmiddlewaretoken",)}
    return json.dumps(lists, ensure_ascii=True, default=str, sort_keys=True)
