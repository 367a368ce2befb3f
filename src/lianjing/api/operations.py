"""The operations of the REST interface: steps, matters, papers, gates, events."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from lianjing.api.entry import actor_of, key_of
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.draw import queries as draws
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.process import services
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.papers import hand_in
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.publicity import queries as publicity
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import ActRow, Event
from lianjing.runtime.trail.queries import content_of

router = Router()
MOST = 200


class ReturnIn(Schema):
    """A step sent back: to which step, for which reason (code list return_reason), what is missing."""

    target: str
    reason: str
    text: str


class OpenIn(Schema):
    """A procedure to be opened."""

    title: str


class GateIn(Schema):
    """A gate to be passed; `to_stage`, where given, must be the very next stage."""

    to_stage: str = ""


class PaperIn(Schema):
    """What is said of a file."""

    kind: str
    title: str = ""
    doc_no: str = ""
    issued_on: date | None = None
    step_key: str = ""
    is_fictitious: bool = False


def _item(item: WorkItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "step": item.step_key,
        "name": item.name,
        "name_en": item.name_en,
        "element": item.element,
        "round": item.round,
        "matter": item.matter_id,
        "title": item.matter.title,
        "code": item.matter.code,
        "root": item.matter.root_id,
        "post": item.post_id,
        "unit": item.unit_id,
        "opened_at": _moment(item.opened_at),
        "due_at": _moment(item.due_at),
        "closed_at": _moment(item.closed_at),
        "outcome": item.outcome,
        "clause": item.clause,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _matter(matter: Matter) -> dict[str, Any]:
    return {
        "id": matter.pk,
        "domain": matter.domain,
        "kind": matter.kind,
        "code": matter.code,
        "title": matter.title,
        "parent": matter.parent_id,
        "root": matter.root_id,
        "unit": matter.unit_id,
        "status": matter.status,
        "stage": matter.stage,
        "outcome": matter.outcome,
        "opened_on": matter.opened_on.isoformat(),
        "closed_on": matter.closed_on.isoformat() if matter.closed_on else None,
    }


def _item_in_scope(item_id: int, person_id: int, day: date) -> WorkItem:
    found = WorkItem.objects.select_related("matter", "instance__definition").filter(pk=item_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有该待办，或不在您的数据范围内"))
    open_for(person_id, found.matter_id, day)
    return found


@router.get("/items", url_name="items")
def items(request: HttpRequest, limit: int = 50) -> dict[str, Any]:
    """List the steps that wait at one's posts today, the soonest due first."""
    person_id, _now, day = actor_of(request)
    rows = items_for(person_id, day)
    return {"count": rows.count(), "items": [_item(each) for each in rows[: max(1, min(limit, MOST))]]}


@router.get("/items/{item_id}", url_name="item")
def item(request: HttpRequest, item_id: int) -> dict[str, Any]:
    """Show a step and the fields of its form."""
    person_id, _now, day = actor_of(request)
    found = _item_in_scope(item_id, person_id, day)
    return _item(found) | {"fields": _fields(found, day) if found.closed_at is None else []}


def _fields(item: WorkItem, day: date) -> list[dict[str, Any]]:
    form_class = declared(item.instance.definition.key)[1].step(item.step_key).form
    if form_class is None:
        return []
    form = form_class(matter=item.matter, day=day)
    return [
        {
            "name": name,
            "label": str(field.label or name),
            "required": field.required,
            "type": type(field).__name__,
            "help": str(field.help_text),
            "choices": [str(value) for value, _word in getattr(field, "choices", []) if value != ""],
        }
        for name, field in form.fields.items()
    ]


@router.post("/items/{item_id}/complete", url_name="item_complete")
def complete(request: HttpRequest, item_id: int) -> dict[str, Any]:
    """Do a step; the body is a JSON object with the fields of its form."""
    person_id, now, day = actor_of(request)
    _item_in_scope(item_id, person_id, day)
    outcome = services.complete(
        item_id=item_id, person_id=person_id, data=_body(request), now=now, key=key_of(request), channel="api"
    )
    return _outcome(outcome)


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refusal(Ground.FORM, "form.json", _("请求内容不是有效的 JSON")) from error
    if not isinstance(data, dict):
        raise Refusal(Ground.FORM, "form.json", _("请求内容须是一个 JSON 对象"))
    return data


def _outcome(outcome: services.Outcome) -> dict[str, Any]:
    return {
        "event": outcome.event_id,
        "matter": outcome.matter_id,
        "opened": [each.pk for each in outcome.opened],
        "is_repeated": outcome.is_repeated,
    }


@router.post("/items/{item_id}/return", url_name="item_return")
def return_item(request: HttpRequest, item_id: int, data: ReturnIn) -> dict[str, Any]:
    """Send a step back."""
    person_id, now, day = actor_of(request)
    _item_in_scope(item_id, person_id, day)
    outcome = services.return_item(
        item_id=item_id,
        person_id=person_id,
        target=data.target,
        reason=data.reason,
        text=data.text,
        now=now,
        key=key_of(request),
        channel="api",
    )
    return _outcome(outcome)


@router.get("/matters/{matter_id}", url_name="matter")
def matter(request: HttpRequest, matter_id: int) -> dict[str, Any]:
    """Show a matter, its open steps and its child matters within one's scope."""
    person_id, _now, day = actor_of(request)
    found = open_for(person_id, matter_id, day)
    open_items = (
        WorkItem.objects.filter(matter=found, closed_at__isnull=True).select_related("matter").order_by("id")
    )
    children = visible_to(person_id, day).filter(parent=found).order_by("id").distinct()[:MOST]
    return _matter(found) | {
        "items": [_item(each) for each in open_items],
        "children": [_matter(each) for each in children],
    }


@router.post("/matters/{matter_id}/open/{procedure}", url_name="matter_open")
def open_matter(request: HttpRequest, matter_id: int, procedure: str, data: OpenIn) -> dict[str, Any]:
    """Open a procedure under a matter."""
    person_id, now, day = actor_of(request)
    open_for(person_id, matter_id, day)
    try:
        declared(procedure)
    except KeyError as error:
        raise Refusal(Ground.SCOPE, "scope.procedure", _("没有这种办理事项")) from error
    opened = services.open_matter(
        procedure_key=procedure,
        parent_id=matter_id,
        title=data.title,
        person_id=person_id,
        now=now,
        key=key_of(request),
        channel="api",
    )
    items = (
        WorkItem.objects.filter(matter=opened, closed_at__isnull=True).select_related("matter").order_by("id")
    )
    return _matter(opened) | {"items": [_item(each) for each in items]}


@router.post("/matters/{matter_id}/documents", url_name="matter_documents")
def upload(
    request: HttpRequest,
    matter_id: int,
    data: PaperIn = Form(...),  # noqa: B008 - how django-ninja is told where it comes from
    file: UploadedFile = File(...),  # noqa: B008
) -> dict[str, Any]:
    """Add a paper to a matter (multipart)."""
    person_id, now, day = actor_of(request)
    found = open_for(person_id, matter_id, day)
    paper = hand_in(
        matter=found,
        person_id=person_id,
        now=now,
        content=file.read(),
        file_name=file.name or "",
        key=key_of(request),
        channel="api",
        **data.dict(),
    )
    return {
        "id": paper.pk,
        "title": paper.title,
        "version": paper.version,
        "sha256": paper.sha256,
        "kind": paper.kind,
    }


@router.post("/matters/{matter_id}/gate", url_name="matter_gate")
def gate(request: HttpRequest, matter_id: int, data: GateIn) -> dict[str, Any]:
    """Pass the gate of a root matter's stage."""
    person_id, now, day = actor_of(request)
    found = open_for(person_id, matter_id, day)
    if found.root_id != found.pk or not found.stage:
        raise Refusal(Ground.SCOPE, "scope.gate", _("此事项没有阶段关口"))
    return _matter(
        pass_gate(
            matter_id=matter_id,
            person_id=person_id,
            now=now,
            key=key_of(request),
            channel="api",
            to_stage=data.to_stage,
        )
    )


@router.get("/trail/events/{event_id}", url_name="event")
def event(request: HttpRequest, event_id: str) -> dict[str, Any]:
    """Show an act with its envelope, the rows it touched and its number in the log; sealed opinions stay sealed."""
    person_id, now, day = actor_of(request)
    found = Event.objects.select_related("leaf", "body").filter(pk=event_id).first()
    if found is None or not _may_read(found, person_id, day):
        raise Refusal(Ground.SCOPE, "scope.event", _("没有该记录，或不在您的数据范围内"))
    rows = ActRow.objects.filter(event=found).order_by("id").values_list("table_name", "row_key", "change")
    leaf = getattr(found, "leaf", None)
    return {
        "id": found.pk,
        "envelope": bytes(found.envelope).decode(errors="backslashreplace"),
        "leaf": leaf.idx if leaf else None,
        "leaf_hash": leaf.leaf_hash if leaf else None,
        "refused": found.refused_rule,
        "clause": found.clause,
        "rows": [{"table": table, "key": key, "change": change} for table, key, change in rows],
        "body": None if _is_sealed(found, person_id, now) else content_of(found),
    }


def _may_read(event: Event, person_id: int, day: date) -> bool:
    if event.person_id == person_id:
        return True
    return event.matter_id is not None and visible_to(person_id, day).filter(pk=event.matter_id).exists()


def _is_sealed(event: Event, person_id: int, now: datetime) -> bool:
    """True for an act of a joint review, of a draw, or with a contact, that is not open to the reader yet; never his own."""
    if event.matter_id is None or event.person_id == person_id:
        return False
    day = legal_day(now)
    if draws.hidden_events([event.pk], person_id, day) | publicity.hidden_events([event.pk], person_id, day):
        return True
    touched = ActRow.objects.filter(event=event, table_name="work_item").values_list("row_key", flat=True)
    return bool({int(key) for key in touched} & sealed_items([event.matter_id], now))
