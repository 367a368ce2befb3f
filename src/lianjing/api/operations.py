"""The operations of the REST interface: steps, matters, papers, gates, events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import AfterValidator, Field

from lianjing.api.auth import require_fresh, require_named
from lianjing.api.cursor import cursor_of, list_digest, number_in
from lianjing.api.entry import actor_of, key_of
from lianjing.api.in_the_act import told
from lianjing.api.shapes import FIRST_DAY, KEY, LAST_DAY, LONGEST_TEXT, storable
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import file_name_of, read
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.job.errands import enqueue, errands_of, result_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.stages import pass_gate
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.personal.bodies import masked_body
from lianjing.runtime.process import services
from lianjing.runtime.process.awaiting import is_published, waits_for_publication
from lianjing.runtime.process.in_the_act import is_decision, look_at
from lianjing.runtime.process.measures import form_of
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.papers import hand_in
from lianjing.runtime.process.posted import as_posted
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.process.standing import note_opened
from lianjing.runtime.scope.access_log import note_export, note_paper
from lianjing.runtime.scope.door import row_of
from lianjing.runtime.scope.events import event_for, may_read_body
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.models import ActRow
from lianjing.runtime.trail.once import asked_for
from lianjing.runtime.trail.queries import content_of
from lianjing.runtime.trail.standing import covered_by, overview
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import supply

router = Router()
MOST = 200


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(storable)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Key = KEY
Title = Annotated[str, Field(max_length=200), AfterValidator(storable)]


class ReturnIn(Schema):
    """A step sent back: to which step, for which reason (code list return_reason), what is missing."""

    target: Title
    reason: Title
    text: Text


class OpenIn(Schema):
    """A procedure to be opened."""

    title: Title


class GateIn(Schema):
    """A gate to be passed; `to_stage`, where given, must be the very next stage."""

    to_stage: Title = ""


class EvidenceIn(Schema):
    """What is said of a piece of evidence."""

    title: Title
    is_fictitious: bool = False


class ExportIn(Schema):
    """Whether the tables go with the trail."""

    tables: bool = False


class PaperIn(Schema):
    """What is said of a file."""

    kind: Title
    title: Title = ""
    doc_no: Title = ""
    issued_on: Day | None = None
    step_key: Title = ""
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
def items(
    request: HttpRequest,
    limit: int = Query(50, ge=1, le=MOST),
    cursor: str = "",
) -> dict[str, Any]:
    """List the steps that wait at one's posts today, the oldest first; `count` is of all of them."""
    person_id, _now, day = actor_of(request)
    rows, digest = items_for(person_id, day), list_digest("items", {})
    page = rows.order_by("pk")
    if cursor:
        page = page.filter(pk__gt=number_in(cursor, digest))
    found = list(page[: limit + 1])
    following = cursor_of(str(found[limit - 1].pk), digest) if len(found) > limit else None
    return {"count": rows.count(), "items": [_item(each) for each in found[:limit]], "next": following}


@router.get("/items/{item_id}", url_name="item")
def item(request: HttpRequest, item_id: Key) -> dict[str, Any]:
    """Show a step and the fields of its form."""
    person_id, now, day = actor_of(request)
    found = _item_in_scope(item_id, person_id, day)
    if found.closed_at is None and any(each.post.id == found.post_id for each in posts_held(person_id, day)):
        note_opened(found, person_id, now)
    shown: dict[str, Any] = {"fields": _fields(found, day) if found.closed_at is None else []}
    duty = declared(found.instance.definition.key)[1].step(found.step_key).duty
    if found.closed_at is None and duty is not None and is_decision(duty.value):
        shown["in_the_act"] = told(look_at(found.matter_id, now=now))
    return _item(found) | shown


def _form_fields(item: WorkItem, day: date) -> Mapping[str, Any]:
    form = form_of(item, declared(item.instance.definition.key)[1].step(item.step_key), day=day)
    return {} if form is None else form.fields


def _fields(item: WorkItem, day: date) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": str(field.label or name),
            "required": field.required,
            "type": type(field).__name__,
            "help": str(field.help_text),
            "choices": [str(value) for value, _word in getattr(field, "choices", []) if value != ""],
        }
        for name, field in _form_fields(item, day).items()
    ]


@router.post("/items/{item_id}/complete", url_name="item_complete")
def complete(request: HttpRequest, item_id: Key) -> dict[str, Any]:
    """Do a step; the body is a JSON object with the fields of its form."""
    person_id, now, day = actor_of(request)
    found = _item_in_scope(item_id, person_id, day)
    outcome = services.complete(
        item_id=item_id,
        person_id=person_id,
        data=as_posted(_body(request), _form_fields(found, day)),
        now=now,
        key=key_of(request),
        channel="api",
    )
    answer = _outcome(outcome)
    if outcome.event_id and waits_for_publication(found):
        answer["awaits_publication"] = not is_published(outcome.event_id)
    return answer


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
def return_item(request: HttpRequest, item_id: Key, data: ReturnIn) -> dict[str, Any]:
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
def matter(request: HttpRequest, matter_id: Key) -> dict[str, Any]:
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
def open_matter(request: HttpRequest, matter_id: Key, procedure: str, data: OpenIn) -> dict[str, Any]:
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
    matter_id: Key,
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
def gate(request: HttpRequest, matter_id: Key, data: GateIn) -> dict[str, Any]:
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
    person = Person.objects.get(pk=person_id)
    found = event_for(person, event_id, day)
    rows = ActRow.objects.filter(event=found).order_by("id").values_list("table_name", "row_key", "change")
    leaf = getattr(found, "leaf", None)
    return {
        "id": found.pk,
        "envelope": bytes(found.envelope).decode(errors="backslashreplace"),
        "leaf": leaf.idx if leaf else None,
        "leaf_hash": leaf.leaf_hash if leaf else None,
        "standing": covered_by(leaf.idx if leaf else None).state,
        "refused": found.refused_rule,
        "clause": found.clause,
        "rows": [{"table": table, "key": key, "change": change} for table, key, change in rows],
        "body": masked_body(content_of(found)) if may_read_body(person, found, now) else None,
    }


@router.get("/documents/{document_id}/file", url_name="document_file")
def document_file(request: HttpRequest, document_id: Key) -> HttpResponse:
    """Hand out the bytes of a paper in one's scope, always as a file to be saved."""
    person_id, now, _day = actor_of(request)
    found = row_of(Document, document_id, Reader(person_id, now))
    note_paper(Person.objects.get(pk=person_id), found, now)
    response = HttpResponse(read(found), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=file_name_of(found)) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@router.get("/errands/{errand_id}/file", url_name="errand_file")
def errand_file(request: HttpRequest, errand_id: Key) -> HttpResponse:
    """Hand out the file that one's own background work brought."""
    person_id, _now, _day = actor_of(request)
    require_named(request, "export")
    found = errands_of(person_id).filter(pk=errand_id, state="done").first()
    if found is None or not found.file_name or not result_of(found).exists():
        raise Refusal(Ground.SCOPE, "scope.errand", _("没有该后台任务，或没有文件"))
    response = HttpResponse(result_of(found).read_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=found.file_name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@router.post("/trail/exports", url_name="trail_exports")
def trail_exports(request: HttpRequest, data: ExportIn) -> dict[str, Any]:
    """Have the whole trail exported in the background, as a supervisor; the taking away is recorded."""
    person_id, now, _day = actor_of(request)
    require_named(request, "export")
    if "supervisor" not in Reader(person_id, now).kinds:
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能办理或查看此项"), "zone_organisation#2")
    require_fresh(request)
    sent = enqueue(kind="trail.export", person_id=person_id, arguments={"tables": data.tables}, now=now)
    note_export(Person.objects.get(pk=person_id), _("留痕导出"), overview().size, now)
    return {"errand": sent.pk}


@router.post("/undertakings/{undertaking_id}/evidence", url_name="undertaking_evidence")
def evidence(
    request: HttpRequest,
    undertaking_id: Key,
    data: EvidenceIn = Form(...),  # noqa: B008
    file: UploadedFile = File(...),  # noqa: B008
) -> dict[str, Any]:
    """Hand in what shows that an undertaking is done (multipart)."""
    person_id, now, _day = actor_of(request)
    row_of(Undertaking, undertaking_id, Reader(person_id, now))
    with asked_for("", "", "api"):
        paper = supply(
            undertaking_id=undertaking_id,
            person_id=person_id,
            content=file.read(),
            file_name=file.name or "",
            title=data.title,
            now=now,
            is_fictitious=data.is_fictitious,
            key=key_of(request),
        )
    return {"id": paper.pk, "title": paper.title, "sha256": paper.sha256, "kind": paper.kind}
