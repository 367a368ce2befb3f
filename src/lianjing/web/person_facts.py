"""What a person's file holds once it is opened: no figure in it judges him, each line leads to its record."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.runtime.finding.models import FindingPerson, Paper
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.key_minority import opening
from lianjing.runtime.key_minority.models import (
    Declaration,
    DeclaredInterest,
    FileOpening,
    KeyPerson,
    PersonEducation,
)
from lianjing.runtime.key_minority.relations import around, matters_of
from lianjing.runtime.meeting.models import Vote
from lianjing.runtime.org.models import Appointment, Person, PowerItem
from lianjing.runtime.org.queries import in_being, posts_held
from lianjing.runtime.process.scope import visible_to as matters_visible_to
from lianjing.runtime.scope.door import rows_of
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.queries import lines
from lianjing.web.access import PageRequest
from lianjing.web.finding_file import SEVERITY_TONES
from lianjing.web.relation_graph import drawn, names_of
from lianjing.web.scope import events_for
from lianjing.web.words import timeline_acts

LATEST = 30


def facts_of(request: PageRequest, about: Person) -> dict[str, Any]:
    """Return the parts of the file: posts, powers, decisions, matters, ties, findings, declarations, education."""
    reader = Reader(request.who.id, request.now)
    held = posts_held(about.pk, request.today)
    keys = {each.post.key for each in held}
    powers = PowerItem.objects.filter(in_being(request.today), post_key__in=keys).select_related("unit")
    interests = rows_of(DeclaredInterest, reader).filter(declaration__person=about)
    decided = events_for(request.who, request.today).filter(
        person_id=about.pk, role="approved", is_refused=False
    )
    seen = matters_visible_to(request.who.id, request.today).filter(pk__in=matters_of(about.pk))
    holders = names_of({each.holder for each in interests}, are_names_open=True)
    return {
        "entry": KeyPerson.objects.filter(person=about, to_on__isnull=True).first(),
        "lacks": opening.missing([about.pk], request.today.year)[about.pk],
        "terms": Appointment.objects.filter(person=about).select_related("post__unit").order_by("-from_on"),
        "powers": powers.order_by("code"),
        "decided": timeline_acts(lines(decided.order_by("-recorded_at")[:LATEST]), request.today),
        "votes": Vote.objects.filter(person=about)
        .select_related("agenda_item__meeting")
        .order_by("-pk")[:LATEST],
        "matter_count": seen.count(),
        "matters": seen.select_related("unit").order_by("-opened_on", "-pk")[:LATEST],
        "findings": findings_about(request, f"person:{about.pk}"),
        "papers": Paper.objects.filter(
            to_person=about, finding__in=visible_to(request.who.id, request.today).order_by().values("pk")
        ).order_by("-issued_on"),
        "declarations": rows_of(Declaration, reader).filter(person=about).order_by("-year", "-pk"),
        "interests": [
            (each, holders[each.holder]) for each in interests.select_related("enterprise", "declaration")
        ],
        "education": rows_of(PersonEducation, reader).filter(person=about).order_by("-held_on"),
        "openings": FileOpening.objects.filter(about_person=about)
        .select_related("person")
        .order_by("-from_at")[:LATEST],
        "graph": drawn(around(f"person:{about.pk}", request.today), are_names_open=True),
    }


def findings_about(request: PageRequest, party: str) -> list[dict[str, Any]]:
    """Return the findings in the reader's scope whose subject or persons include a party."""
    kind, _colon, key = party.partition(":")
    concerned = Q(subject=party)
    if kind == "person":
        concerned |= Q(pk__in=FindingPerson.objects.filter(person_id=int(key)).values("finding_id"))
    rows = visible_to(request.who.id, request.today).filter(concerned).order_by("-detected_on", "-pk")
    return [
        {
            "row": row,
            "url": reverse("finding", args=[row.pk]),
            "tone": SEVERITY_TONES[row.severity],
            "as": _("对象") if row.subject == party else _("证据涉及"),
        }
        for row in rows[:100]
    ]
