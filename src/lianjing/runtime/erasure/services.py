"""Asking for an erasure, and carrying it out: one transaction removes the bodies and restates what must stay.

The leaf of every act stays. Where a body goes, other rows that only it still told are told again by the act of erasure,
so that replay gives the tables as before; the erased row is told with placeholders. A second person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Field, ForeignKey, Model, OneToOneField, TextField
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.erasure.models import ErasureRequest
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.personal_columns import erasable_columns, personal_columns
from lianjing.runtime.retention.queries import refuse_held
from lianjing.runtime.trail.act import Act, Actor, legal_day, recorded
from lianjing.runtime.trail.kept import Kept
from lianjing.runtime.trail.models import ActRow, Body, Erased, Event
from lianjing.runtime.trail.queries import content_of
from lianjing.runtime.trail.registry import trailed_models

PLACEHOLDER = "〔已依法删除〕"
ASKERS, DECIDERS = ("head", "security_admin"), ("supervisor",)
CHAIN = "log:1"
SHORTEST = 4
MOST_EVENTS = 500
# What says who may what, what is frozen, what rules hold: an empty column there would open a door.
FIXED = frozenset(
    {"access", "rights", "retention", "regulation", "parameter", "token", "webhook", "draw", "erasure"}
)
CLAUSE = "zone_organisation#9"


@dataclass(frozen=True, slots=True)
class Extent:
    """What an erasure reaches: the acts whose bodies go, and the other rows that must be told again."""

    events: Sequence[Event]
    others: Sequence[tuple[str, str]]


def ask(
    *, table: str, key: str, columns: Sequence[str], basis: str, reason: str, person_id: int, now: datetime
) -> ErasureRequest:
    """Ask for an erasure; Refusal(POST) for another post, BadInput names what is missing or cannot be erased."""
    model, row = _subject(table, key)
    chosen = [column for column in columns if column in erasable(model)]
    if not chosen or len(chosen) != len(columns):
        raise BadInput(_("请选择可以删除的列"), "columns")
    if len(basis.strip()) < SHORTEST or len(reason.strip()) < SHORTEST:
        raise BadInput(_("请写明法律依据和理由"), "basis")
    if ErasureRequest.objects.filter(subject_table=table, subject_key=key, state="asked").exists():
        raise BadInput(_("该记录已有删除申请待审批"), "columns")
    _refuse_held(table, row)
    actor = _actor(person_id, ASKERS, now)
    with recorded("erasure.ask", chain=CHAIN, actor=actor, now=now, role="entered") as act:
        return act.save(
            ErasureRequest(
                subject_table=table,
                subject_key=key,
                columns=" ".join(chosen),
                basis=basis.strip(),
                reason=reason.strip(),
                asked_by_person_id=person_id,
                asked_at=now,
            )
        )


def reject(*, request_id: int, person_id: int, note: str, now: datetime) -> None:
    """Turn a request down, with the reason."""
    request = _open_request(request_id, person_id)
    if len(note.strip()) < SHORTEST:
        raise BadInput(_("请写明不同意的理由"), "note")
    with recorded(
        "erasure.reject", chain=CHAIN, actor=_actor(person_id, DECIDERS, now), now=now, role="approved"
    ) as act:
        _require_asked(request)
        _decide(act, request, person_id, "rejected", note, now)


def approve(*, request_id: int, person_id: int, note: str, now: datetime) -> int:
    """Carry an erasure out and return how many bodies went.

    Refusal where the same person asked, a legal hold stands, or an act that would be touched is not yet numbered.
    """
    request = _open_request(request_id, person_id)
    actor = _actor(person_id, DECIDERS, now)
    model, row = _subject(request.subject_table, request.subject_key)
    _refuse_held(request.subject_table, row)
    with recorded("trail.erase", chain=CHAIN, actor=actor, now=now, role="approved") as act:
        _require_asked(request)
        reach = extent(request.subject_table, request.subject_key)
        _decide(act, request, person_id, "done", note, now)
        row.read_again()
        for column in request.columns.split():
            setattr(row, column, placeholder(erasable(model)[column]))
        act.save(row)
        act.restate(row)
        for table, key in reach.others:
            _restate(act, table, key)
        act.extra["erased"] = [
            {
                "leaf": event.leaf.idx,
                "event": event.pk,
                "basis": request.basis,
                "rows": [{"t": request.subject_table, "k": row.row_key(), "v": row.row_image()}],
            }
            for event in reach.events
        ] + _erased_before(reach.events)
        Erased.objects.bulk_create([Erased(event_id=event.pk) for event in reach.events])
        Body.objects.filter(event_id__in=[event.pk for event in reach.events]).delete()
    return len(reach.events)


def _erased_before(events: Sequence[Event]) -> list[dict[str, Any]]:
    """What earlier erasures among these acts took: their bodies go now, their lists must not; rows as they are now."""
    earlier = [event for event in events if event.act == "trail.erase"]
    lists = [each for event in earlier for each in content_of(event).get("erased", [])]
    return [each | {"rows": [_as_now(row) for row in each["rows"]]} for each in lists]


def _as_now(told: dict[str, Any]) -> dict[str, Any]:
    _model, row = _subject(told["t"], told["k"])
    return told | {"v": row.row_image()}


def extent(table: str, key: str) -> Extent:
    """Return what an erasure of a row reaches; Refusal while an act that wrote it waits for its number."""
    touched = ActRow.objects.filter(table_name=table, row_key=key).values("event_id")
    events = list(
        Event.objects.filter(pk__in=touched, body__isnull=False)
        .select_related("leaf")
        .order_by("recorded_at", "oseq")
    )
    if any(getattr(event, "leaf", None) is None for event in events):
        raise Refusal(Ground.STALE, "erasure.not_numbered", _("有留痕尚待编号，请稍后再审批"))
    if len(events) > MOST_EVENTS:
        raise BadInput(_("涉及的留痕超过%(most)s条，请分批申请") % {"most": MOST_EVENTS}, "columns")
    ids = [event.pk for event in events]
    beside = set(ActRow.objects.filter(event_id__in=ids).values_list("table_name", "row_key")) - {
        (table, key)
    }
    return Extent(events, sorted(each for each in beside if _last_told_by(each, ids)))


def _last_told_by(row: tuple[str, str], event_ids: Sequence[str]) -> bool:
    """True for a row whose latest image stands in one of these bodies: nothing later tells it."""
    rows = ActRow.objects.filter(table_name=row[0], row_key=row[1]).order_by("-event__leaf__idx")
    latest = rows.filter(event__leaf__isnull=True).first() or rows.filter(event__leaf__isnull=False).first()
    return latest is not None and latest.event_id in event_ids


def erasable(model: type[Kept]) -> dict[str, Field[Any, Any]]:
    """Return the columns whose values can be replaced by a placeholder: those on the list, and personal ones.

    Never what the program itself acts by (a digest, a state, a marking, the day that ends a right): to empty it would
    break a proof or lengthen a right; so a column is erasable because it is listed, not because it is text.
    """
    if model._meta.app_label in FIXED:
        return {}
    listed = erasable_columns() | personal_columns().keys()
    return {
        field.name: field
        for field in model._meta.concrete_fields
        if (model._meta.db_table, field.column) in listed and _can_be_empty(model, field)
    }


def _can_be_empty(model: type[Kept], field: Any) -> bool:
    if field.primary_key or field.unique or isinstance(field, ForeignKey | OneToOneField):
        return False
    is_free = isinstance(field, TextField) or type(field) is CharField
    is_unique = any(field.name in getattr(each, "fields", ()) for each in model._meta.constraints)
    return (is_free or field.null) and not is_unique


def placeholder(field: Any) -> Any:
    """Return what stands in a column after its value was erased."""
    if field.null:
        return None
    longest = field.max_length
    return PLACEHOLDER if longest is None or longest >= len(PLACEHOLDER) else ""


def _restate(act: Act, table: str, key: str) -> None:
    model = next((each for each in trailed_models() if each._meta.db_table == table), None)
    row = model._default_manager.filter(pk=key).first() if model is not None else None
    if row is None:
        act.restate_gone(table, key)
    else:
        act.restate(row)


def _subject(table: str, key: str) -> tuple[type[Kept], Kept]:
    model = next((each for each in trailed_models() if each._meta.db_table == table), None)
    row: Model | None = None
    if model is not None and model._meta.app_label != "erasure":
        row = model._default_manager.filter(pk=key).first() if _is_key(model, key) else None
    if model is None or not isinstance(row, Kept):
        raise Refusal(Ground.SCOPE, "scope.row", _("没有这条记录，或不在您的数据范围内"), CLAUSE)
    return model, row


def _is_key(model: type[Model], key: str) -> bool:
    field = model._meta.pk
    is_number = getattr(field, "target_field", field).get_internal_type() not in ("TextField", "CharField")
    return not is_number or (key.isascii() and key.isdigit() and len(key) < 19)


def _open_request(request_id: int, person_id: int) -> ErasureRequest:
    request = ErasureRequest.objects.filter(pk=request_id, state="asked").first()
    if request is None:
        raise Refusal(Ground.STALE, "erasure.decided", _("没有待审批的该申请"))
    if request.asked_by_person_id == person_id:
        raise Refusal(Ground.CONFLICT, "erasure.same_person", _("申请人不能审批自己的删除申请"), CLAUSE)
    return request


def _require_asked(request: ErasureRequest) -> None:
    """Refuse what somebody else decided before the chain was ours."""
    request.read_again()
    if request.state != "asked":
        raise Refusal(Ground.STALE, "erasure.decided", _("没有待审批的该申请"))


def _decide(act: Act, request: ErasureRequest, person_id: int, state: str, note: str, now: datetime) -> None:
    request.state, request.note = state, note.strip()
    request.decided_by_person_id, request.decided_at = person_id, now
    act.save(request)


def _refuse_held(table: str, row: Kept) -> None:
    """Nothing under a legal hold is erased: not the person or the paper, nor what acts in a held matter told."""
    if isinstance(row, Person):
        refuse_held(person_id=row.pk)
    if isinstance(row, Document):
        refuse_held(document=row)
    touched = ActRow.objects.filter(table_name=table, row_key=row.row_key()).values("event_id")
    roots = Event.objects.filter(pk__in=touched, root_matter_id__isnull=False)
    for matter_id in roots.values_list("root_matter_id", flat=True).distinct():
        refuse_held(matter_id=matter_id)


def _actor(person_id: int, kinds: Sequence[str], now: datetime) -> Actor:
    day = legal_day(now)
    for held in posts_held(person_id, day):
        if held.post.kind in kinds:
            return actor_at(person_id, held.post.pk, day)
    raise Refusal(Ground.POST, "erasure.post", _("您今日的岗位不能办理留痕正文删除"), CLAUSE)


def requests_for(kinds: frozenset[str]) -> Any:
    """Return the requests that holders of these kinds of posts see: who asks, who decides, who audits."""
    if kinds & {*ASKERS, *DECIDERS, "audit_admin"}:
        return ErasureRequest.objects.select_related("asked_by_person", "decided_by_person").order_by("-id")
    return ErasureRequest.objects.none()
