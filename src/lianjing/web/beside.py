"""What stands beside a step and a matter: phrases to insert, questions and copies, passing on and urging."""

from __future__ import annotations

from typing import Any

from django.forms import Textarea

from lianjing.runtime.consultation.queries import circulations_of
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.message.models import MessageDelivery
from lianjing.runtime.org.models import Person
from lianjing.runtime.phrase.queries import offered_to
from lianjing.runtime.process import handing
from lianjing.runtime.process.authority import assignee
from lianjing.runtime.process.consulting import visible_inquiries
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.taking_back import may_take_back
from lianjing.web.access import OFFICIALS, PageRequest


def beside_item(request: PageRequest, item: WorkItem, *, is_open: bool, is_holder: bool) -> dict[str, Any]:
    """Return what the page of a step offers besides its form; opening it reads the messages that pointed to it."""
    me, day = request.who.id, request.today
    told = MessageDelivery.objects.filter(person_id=me, channel="site", read_at__isnull=True)
    told.filter(message__link=f"/items/{item.pk}/").update(read_at=request.now)
    chosen = assignee(item, day) if is_open else None
    passes_on = is_open and handing.may_pass_on(item, me, day)
    return {
        "inquiries": visible_inquiries(item.matter, me, request.now),
        "phrases": offered_to(me, [each.post.unit_id for each in request.held])
        if is_holder and is_open
        else [],
        "assigned_to": Person.objects.filter(id=chosen).first() if chosen is not None else None,
        "may_ask": is_open and is_holder and bool(request.roles & OFFICIALS) and chosen in (None, me),
        "may_take_back": not is_open and may_take_back(item, me),
        "candidates": handing.candidates(item, me, day) if passes_on else [],
        "may_urge": is_open and not is_holder and "audit_admin" not in request.roles,
        "urged": handing.urgings(item) if is_open else 0,
    }


def beside_matter(request: PageRequest, matter: Matter) -> dict[str, Any]:
    """Return the questions of a matter and, for its senders and the supervisors, who was shown it."""
    rows = circulations_of(matter.pk)
    shown = rows if "supervisor" in request.roles else rows.filter(sender_person_id=request.who.id)
    return {
        "inquiries": visible_inquiries(matter, request.who.id, request.now),
        "circulations": shown,
        "may_circulate": bool(request.roles & OFFICIALS),
    }


def takes_phrases(field: Any) -> bool:
    """True for a field in which an opinion is written."""
    return isinstance(field.field.widget, Textarea) and "opinion" in field.name
