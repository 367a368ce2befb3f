"""Which events a reader may see: those of the matters in his scope, of the organisation, and his own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.complaint.queries import ACTS as REPORTS
from lianjing.runtime.complaint.queries import acts_about
from lianjing.runtime.domains import domains
from lianjing.runtime.draw import queries as draws
from lianjing.runtime.finding.visibility import visible_to as findings_visible_to
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.publicity import queries as publicity
from lianjing.runtime.scope.access_log import ACCESS
from lianjing.runtime.scope.reader import ADMINISTRATORS, STAFF
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import ActRow, Event

WATCH = frozenset({"supervisor", "audit_admin"})
FINDING = "finding:"
# What acts on no matter wrote into these tables is read by these kinds of posts only, beside its author; the act
# itself is in everybody's log.
CLOSED: Mapping[str, frozenset[str]] = {
    "administrator_change": ADMINISTRATORS | WATCH,
    "api_token": WATCH | {"system_admin"},
    "erasure_request": WATCH | {"head", "security_admin"},
    "campaign_report": frozenset({"supervisor"}),
    "declaration": frozenset({"supervisor"}),
    "declared_interest": frozenset({"supervisor"}),
    "external_identity": ADMINISTRATORS,
    "factor": ADMINISTRATORS,
    "change_request": WATCH | {"head", "approver"},
    "finding": frozenset({"supervisor"}),
    "finding_evidence": frozenset({"supervisor"}),
    "finding_fact": frozenset({"supervisor"}),
    "finding_person": frozenset({"supervisor"}),
    "finding_recusal": frozenset({"supervisor"}),
    "finding_step": frozenset({"supervisor"}),
    "handover_line": WATCH | {"head"},
    "handover_post": WATCH | {"head"},
    "key_file_opening": WATCH,
    "key_person": frozenset({"supervisor"}),
    "legal_hold": WATCH,
    "login_grant": ADMINISTRATORS | WATCH,
    "message_address": frozenset(),
    "named_report": frozenset(),
    "person_education": frozenset({"supervisor"}),
    "policy_change": ADMINISTRATORS | WATCH,
    "post_handover": WATCH | {"head"},
    "scope_grant": WATCH | {"security_admin"},
    "supervision_case": frozenset({"supervisor"}),
    "supervision_paper": frozenset({"supervisor"}),
    "rule_revision_check": WATCH | {"head", "approver"},
    "rule_revision_part": WATCH | {"head", "approver"},
    "tie": frozenset({"supervisor"}),
    "webhook_subscription": WATCH | {"system_admin"},
}


def events_for(person: Person, day: date) -> QuerySet[Event]:
    """Return the events that a person may read on the day.

    The audit administrator reads every act (what it says of business rows stays hidden from him, see
    `may_read_body`); supervisors' own views are shown to themselves, their unit and him, never to the supervised.
    """
    held = posts_held(person.id, day)
    roles = {each.post.kind for each in held}
    if "audit_admin" in roles:
        return Event.objects.exclude(act__startswith=REPORTS)
    watching = [each.post.unit_id for each in held if each.post.kind == "supervisor"]
    wanted = Q(matter_id__in=visible_to(person.id, day).values("id"))
    if roles & STAFF:
        wanted |= Q(matter_id__isnull=True)
    else:  # a firm: what was done in its own matters, never what was done on the project as a whole
        wanted &= ~Q(matter_id=F("root_matter_id"))
    theirs = Q(act__in=ACCESS) | Q(act__startswith=REPORTS)
    mine = Q(person_id=person.id) | (theirs & Q(unit_id__in=watching)) | Q(object__in=_findings(person, day))
    theirs |= Q(object__startswith=FINDING)
    found = Event.objects.filter((wanted & ~theirs) | mine)
    return found.exclude(id__in=acts_about(person.id)) if watching else found


def _findings(person: Person, day: date) -> QuerySet[Any, Any]:
    """The chains of the findings that the person may read: of the others he does not learn that they exist."""
    chain = Concat(Value(FINDING), Cast("pk", TextField()), output_field=TextField())
    return findings_visible_to(person.id, day).order_by().values_list(chain, flat=True)


def event_for(person: Person, event_id: str, day: date) -> Event:
    """Return an event that the person may read; Refusal(SCOPE) otherwise, whether or not it exists."""
    found = events_for(person, day).select_related("body", "leaf").filter(id=event_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.event", _("没有该记录，或不在您的数据范围内"))
    return found


def may_read_body(person: Person, event: Event, now: datetime) -> bool:
    """True where the reader may see the values an act wrote: see `readable_among`."""
    return event.id in readable_among(person, [event], now)


def readable_among(person: Person, events: Sequence[Event], now: datetime) -> set[str]:
    """Return those of the events whose values the reader may see, in a fixed number of queries.

    Administrators see those of the organisation only. What a department wrote in a joint review is sealed from
    everyone else until all are in or due; a pool until it is drawn; an objector's contact from outsiders.
    """
    places = {event.matter_id for event in events if event.matter_id is not None}
    seen = (
        set(visible_to(person.id, legal_day(now)).filter(id__in=places).values_list("id", flat=True))
        if places
        else set()
    )
    sealed = (
        _sealed_among(events, now) | _closed_to(person, events, legal_day(now)) | _sealed_by_domains(events)
    )
    closed = _closed_tables(person, events, legal_day(now))
    return {
        event.id
        for event in events
        if event.person_id == person.id
        or (event.matter_id is None and event.id not in closed)
        or (event.matter_id in seen and event.id not in sealed)
    }


def _closed_to(person: Person, events: Sequence[Event], day: date) -> set[str]:
    """The acts that would show a pool not yet drawn, or an objector's contact, to who may not see it."""
    ids = [event.id for event in events]
    return draws.hidden_events(ids, person.id, day) | publicity.hidden_events(ids, person.id, day)


def _closed_tables(person: Person, events: Sequence[Event], day: date) -> set[str]:
    """The acts on no matter that wrote what only some kinds of posts read: see CLOSED."""
    ids = [event.id for event in events if event.matter_id is None and event.person_id != person.id]
    rows = ActRow.objects.filter(event__in=ids, table_name__in=list(CLOSED)) if ids else ActRow.objects.none()
    found = list(rows.values_list("event_id", "table_name"))
    kinds = {held.post.kind for held in posts_held(person.id, day)} if found else set()
    return {event for event, table in found if not CLOSED[table] & kinds}


def _sealed_by_domains(events: Sequence[Event]) -> set[str]:
    """The acts whose values a domain keeps sealed for now: the score sheets while experts still score."""
    places = {event.matter_id for event in events if event.matter_id is not None}
    pairs = {
        pair
        for domain in domains()
        if domain.sealed_acts is not None and places
        for pair in domain.sealed_acts(places)
    }
    return {event.id for event in events if (event.matter_id, event.act) in pairs}


def _sealed_among(events: Sequence[Event], now: datetime) -> set[str]:
    """The acts that closed a step of a joint review whose sister steps are still open and not yet due."""
    items = sealed_items({event.matter_id for event in events if event.matter_id is not None}, now)
    if not items:
        return set()
    rows = ActRow.objects.filter(
        event__in=[event.id for event in events],
        table_name="work_item",
        row_key__in=[str(each) for each in items],
    )
    return set(rows.exclude(change="created").values_list("event_id", flat=True))


def is_sealed(event: Event, now: datetime) -> bool:
    """True for an act of a joint review that is still sealed."""
    return bool(_sealed_among([event], now))
