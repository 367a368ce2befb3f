"""The acts and reads of the nouns that all domains share, each declared once: a service and its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Condition, Operation
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.draw import export as draw_export
from lianjing.runtime.draw import queries as draw_queries
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.matter.stages import conditions
from lianjing.runtime.meeting import services as meetings
from lianjing.runtime.meeting.models import AgendaItem, Meeting
from lianjing.runtime.meeting.queries import VoteSeen, votes_seen_by
from lianjing.runtime.org import personnel
from lianjing.runtime.org import services as org
from lianjing.runtime.org.models import Appointment, Delegation, Person, Post, PowerItem, Unit
from lianjing.runtime.org.queries import actor_at, posts_held, who_could
from lianjing.runtime.parameter.changes import propose
from lianjing.runtime.parameter.models import FigureChange
from lianjing.runtime.parties import experts
from lianjing.runtime.parties.models import Account, Expert
from lianjing.runtime.payment import bank, holds
from lianjing.runtime.payment.models import BankLine, PaymentHold, PaymentOrder
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process import advice
from lianjing.runtime.process import services as process
from lianjing.runtime.process.carrying import carry_over
from lianjing.runtime.process.measures import measured
from lianjing.runtime.process.migrating import Plan, migrate, plan
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.process.signing import add_signer
from lianjing.runtime.process.taking_back import take_back
from lianjing.runtime.process.terminating import restart, terminate
from lianjing.runtime.publicity import services as publicity
from lianjing.runtime.publicity.models import Objection, Publicity
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.scope.door import rows_of, tables
from lianjing.runtime.scope.reader import STAFF, Reader
from lianjing.runtime.search.queries import find, tail
from lianjing.runtime.search.subjects import subjects
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.undertaking import decisions, services
from lianjing.runtime.undertaking.models import Undertaking, Urging

FIXED_POST = "zone_organisation#2"
MOST_FOUND = 30

# The table of which a keyword holds the key, by the keyword's name or its ending.
OBJECTS: Mapping[str, Any] = {
    "matter_id": Matter,
    "matter_ids": Matter,
    "parent_id": Matter,
    "project_id": Matter,
    "person_id": Person,
    "person_ids": Person,
    "unit_id": Unit,
    "post_id": Post,
    "document_id": Document,
    "undertaking_id": Undertaking,
    "urging_id": Urging,
    "draw_id": Draw,
    "candidate_id": DrawCandidate,
    "meeting_id": Meeting,
    "agenda_item_id": AgendaItem,
    "publicity_id": Publicity,
    "objection_id": Objection,
    "expert_id": Expert,
    "delegation_id": Delegation,
    "appointment_id": Appointment,
    "hold_id": PaymentHold,
    "line_id": BankLine,
    "order_id": PaymentOrder,
    "account_id": Account,
    "contract_id": Contract,
    "post_ids": Post,
    "unit_ids": Unit,
    "definition_id": Definition,
    "item_id": WorkItem,
    "item_ids": WorkItem,
}


def migration_plan(*, matter_id: int, definition_id: int, day: date, nodes: Sequence[str] = ()) -> Plan:
    """Show how an open matter would stand under a newer version of its process, and what has no counterpart there.

    Each of `nodes` maps one node to another: "old=new".
    """
    pairs = (each.partition("=") for each in nodes)
    return plan(
        matter_id=matter_id,
        definition_id=definition_id,
        node_map={old: new for old, _mark, new in pairs},
        day=day,
    )


@dataclass(frozen=True, slots=True)
class MeasureSeen:
    """One value filled in at a step for a measure."""

    item: int
    step: str
    name: str
    label: str
    value: str
    at: datetime


def measures(*, matter_id: int, person_id: int, now: datetime) -> list[MeasureSeen]:
    """Show what was filled in for measures in a matter, step by step."""
    found = measured(Matter.objects.get(pk=matter_id), person_id, now)
    return [
        MeasureSeen(each.item.pk, each.item.step_key, each.name, each.label, each.value, each.at)
        for each in found
    ]


def recuse(*, matter_id: int, reason: str, person_id: int, now: datetime) -> Recusal:
    """Recuse oneself from a matter: from now on no step of it."""
    if reason not in codes.codes("recusal_reason"):
        raise BadInput(_("请选择回避事由"), "reason")
    day = legal_day(now)
    actor = actor_at(person_id, posts_held(person_id, day)[0].post.id, day)
    return matters.recuse(matter_id=matter_id, person_id=person_id, reason=reason, actor=actor, now=now)


def give_delegation(
    *, post_id: int, to_person_id: int, from_on: date, to_on: date, reason: str, person_id: int, now: datetime
) -> Delegation:
    """Lend one's own post to another person for dated days."""
    return org.delegate(
        post_id=post_id,
        from_person_id=person_id,
        to_person_id=to_person_id,
        from_on=from_on,
        to_on=to_on,
        reason=reason,
        actor=actor_at(person_id, post_id, legal_day(now)),
        now=now,
    )


def take_back_delegation(*, delegation_id: int, to_on: date, person_id: int, now: datetime) -> Delegation:
    """End a delegation that one gave, with its last day."""
    day = legal_day(now)
    held = posts_held(person_id, day)
    if not held:
        raise Refusal(Ground.POST, "post.none_today", _("您今日没有在任岗位"), FIXED_POST)
    actor = actor_at(person_id, held[0].post.id, day)
    return org.end_delegation(delegation_id=delegation_id, to_on=to_on, actor=actor, now=now)


def propose_figure(
    *, figure: str, value: str, from_on: date, source: str, mark: str, person_id: int, now: datetime
) -> FigureChange:
    """Propose a figure from a day on, with its source; another person decides it by hand."""
    return propose(
        key=figure, value=value, from_on=from_on, source=source, mark=mark, person_id=person_id, now=now
    )


def search(*, q: str, person_id: int, now: datetime) -> list[Mapping[str, str]]:
    """Find what a word names among what the person may see: at most thirty of each kind."""
    reader, late = Reader(person_id, now), tail()
    scope, kinds = visible_to(person_id, reader.day), {each.kind for each in subjects().values()}
    entries = [
        entry
        for kind in sorted(kinds)
        for matters in (scope, None)
        for entry in find(q, {kind}, matters=matters, late=late, limit=MOST_FOUND).entries
    ]
    shown_keys: dict[str, dict[str, Any]] = {}
    for table in {entry.table_name for entry in entries}:
        model = tables().get(table)
        keys = [entry.row_key for entry in entries if entry.table_name == table]
        found = rows_of(model, reader).filter(pk__in=keys) if model is not None else ()
        shown_keys[table] = {str(row.pk): row for row in found}
    return [
        {"kind": entry.kind, "table": entry.table_name, "key": entry.row_key, "name": _name(row)}
        for entry in entries
        if (row := shown_keys[entry.table_name].get(entry.row_key)) is not None
    ]


def _name(row: Any) -> str:
    column = next((each for each in ("title", "name", "code") if getattr(row, each, "")), "")
    return str(shown(row, column)) if column else str(row.pk)


def gate(*, matter_id: int, day: date) -> Sequence[Condition]:
    """Return what the next stage of a root matter asks for, met and unmet, each with its clause."""
    matter = Matter.objects.get(pk=matter_id)
    if matter.root_id != matter.pk or not matter.stage:
        raise Refusal(Ground.SCOPE, "scope.gate", _("此事项没有阶段关口"))
    return conditions(matter, day)


def draw_file(*, draw_id: int, person_id: int, day: date) -> Mapping[str, Any]:
    """Return a draw so that anyone can compute it again; Refusal(SCOPE) while its pool is hidden from the reader."""
    draw = Draw.objects.get(pk=draw_id)
    if draw.drawn_at is None or not draw_queries.sees_pool(draw, person_id, day):
        raise Refusal(Ground.SCOPE, "scope.draw", _("没有该抽取，或名单尚不能查看"))
    return draw_export.as_dict(draw)


def votes(*, agenda_item_id: int, person_id: int) -> list[VoteSeen]:
    """Return the members' views and votes as the reader may see them: before the result nobody sees another's."""
    return votes_seen_by(AgendaItem.objects.select_related("matter").get(pk=agenda_item_id), person_id)


def who(*, post_id: int, day: date) -> list[Any]:
    """Return who could act at a post today: person, on whose behalf, by which paper."""
    return [
        {"person": person.name, "on_behalf_of": lender.name if lender else "", "basis": basis}
        for person, lender, basis in who_could(day, post_id)
    ]


ITEM = {"item_id": WorkItem}
OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "search": (Operation("search", search, is_act=False, pages=("search",)),),
    "matters": (
        Operation("items/{item_id}/suspend", process.suspend, ITEM, pages=("item_suspend",)),
        Operation("items/{item_id}/resume", process.resume, ITEM, pages=("item_resume",)),
        Operation("matters/{matter_id}/withdraw", process.withdraw, pages=("matter_withdraw",)),
        Operation("matters/{matter_id}/terminate", terminate, pages=("matter_terminate",)),
        Operation("matters/{matter_id}/restart", restart, pages=("matter_restart",)),
        Operation(
            "matters/{matter_id}/migration-plan",
            migration_plan,
            is_act=False,
            pages=("definition_matters",),
        ),
        Operation("matters/{matter_id}/migrate", migrate),
        Operation("definitions/{definition_id}/carry-over", carry_over, pages=("definition_matters",)),
        Operation("items/{item_id}/signers", add_signer, ITEM, pages=("item_signer",)),
        Operation("items/{item_id}/take-back", take_back, ITEM, pages=("item_take_back",)),
        Operation("matters/{matter_id}/measures", measures, is_act=False, pages=("matter",)),
        Operation("matters/{matter_id}/recuse", recuse, pages=("matter_recuse",)),
        Operation("matters/{matter_id}/gate", gate, is_act=False, pages=("matter_gate",)),
    ),
    "undertakings": (
        Operation("undertakings/{undertaking_id}/note", services.note_progress, pages=("undertaking",)),
        Operation("undertakings/{undertaking_id}/urge", services.urge, pages=("undertaking",)),
        Operation("undertakings/{undertaking_id}/close", services.close, pages=("undertaking",)),
        Operation("undertakings/{undertaking_id}/reopen", services.reopen, pages=("undertaking",)),
        Operation(
            "undertakings/{undertaking_id}/list", services.list_for_supervision, pages=("undertaking",)
        ),
        Operation("urgings/{urging_id}/receive", services.receive_urging, pages=("undertaking",)),
        Operation("urgings/{urging_id}/reply", services.reply_urging, pages=("undertaking",)),
    ),
    "draws": (
        Operation("matters/{matter_id}/draws", draws.prepare, pages=("draw_new",)),
        Operation("draws/{draw_id}/commit", draws.commit, pages=("draw",)),
        Operation("draws/{draw_id}/lock", draws.lock, pages=("draw",)),
        Operation("draws/{draw_id}/reveal", draws.reveal, pages=("draw",)),
        Operation("draws/{draw_id}/redraw", draws.redraw, pages=("draw",)),
        Operation("draw-candidates/{candidate_id}/reply", draws.reply, pages=("draw",)),
        Operation("draws/{draw_id}/file", draw_file, is_act=False, pages=("draw", "draw_json")),
    ),
    "publicity": (
        Operation("matters/{matter_id}/publicities", publicity.announce, pages=("publicity_new",)),
        Operation("publicities/{publicity_id}/confirm", publicity.confirm, pages=("publicity",)),
        Operation("publicities/{publicity_id}/take-down", publicity.take_down, pages=("publicity",)),
        Operation("matters/{matter_id}/objections", publicity.raise_objection, pages=("objection_new",)),
        Operation("objections/{objection_id}/accept", publicity.accept, pages=("objection",)),
        Operation("objections/{objection_id}/answer", publicity.answer, pages=("objection",)),
        Operation("objections/{objection_id}/decide", publicity.decide, pages=("objection",)),
    ),
    "meetings": (
        Operation("meetings", meetings.call, pages=("meeting_new",)),
        Operation("meetings/{meeting_id}/agenda", meetings.put_on_agenda, pages=("meeting",)),
        Operation("meetings/{meeting_id}/observers", meetings.invite_observer, pages=("meeting",)),
        Operation("meetings/{meeting_id}/presence", meetings.record_presence, pages=("meeting",)),
        Operation("meetings/{meeting_id}/record", meetings.keep_record, pages=("meeting",)),
        Operation(
            "meetings/{meeting_id}/minutes/number", meetings.number_minutes, pages=("meeting_minutes",)
        ),
        Operation("meetings/{meeting_id}/minutes/sign", meetings.sign_minutes, pages=("meeting_minutes",)),
        Operation("meetings/{meeting_id}/minutes/file", meetings.file_minutes, pages=("meeting_minutes",)),
        Operation("agenda-items/{agenda_item_id}/take-off", meetings.take_off_agenda, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/materials", meetings.send_materials, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/describe", meetings.describe_item, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/recuse", meetings.recuse_member, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/view", meetings.express_view, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/vote", meetings.cast, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/conclude", decisions.conclude, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/advise", advice.advise, pages=("agenda_item",)),
        Operation("agenda-items/{agenda_item_id}/votes", votes, is_act=False, pages=("agenda_item",)),
    ),
    "parties": (
        Operation("experts", experts.enter, pages=("expert_new",)),
        Operation("experts/{expert_id}/leave", experts.leave, pages=("expert",)),
    ),
    "payments": (
        Operation("payments/{matter_id}/hold", holds.place_hold),
        Operation("payment-holds/{hold_id}/lift", holds.lift_hold),
        Operation("bank-lines/{line_id}/explain", bank.explain),
        Operation("bank-lines/{line_id}/owe", bank.owe_line),
        Operation("payment-orders/{order_id}/owe", bank.owe_order),
    ),
    "organisation": (
        Operation("units", personnel.create_unit, pages=("org_unit_new",)),
        Operation("posts", personnel.create_post, pages=("org_post_new",)),
        Operation("persons", personnel.create_person, pages=("org_person_new",)),
        Operation(
            "appointments/{appointment_id}/end", personnel.end_appointment, pages=("org_appointment_end",)
        ),
        Operation("power-items", personnel.enter_power_item, pages=("org_power_new",)),
        Operation(
            "power-items/{item_id}/end",
            personnel.end_power_item,
            {"item_id": PowerItem},
            pages=("org_power_end",),
        ),
        Operation("delegations", give_delegation, pages=("org_delegation_give",)),
        Operation("delegations/{delegation_id}/end", take_back_delegation, pages=("org_delegation_end",)),
        Operation("parameters", propose_figure, pages=("parameter_change",)),
        Operation("posts/{post_id}/who", who, is_act=False, pages=("org_who",), kinds=STAFF),
    ),
}
