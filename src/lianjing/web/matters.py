"""What the pages of a step and of a matter show alike: record, reviews, opinions, papers, process, timeline."""

from __future__ import annotations

from typing import Any

from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.process.opinions import sealed_items, visible_opinions, visible_reviews
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.queries import entered, timeline
from lianjing.web.access import PageRequest
from lianjing.web.diagram import diagram_of
from lianjing.web.records import record_of, values_of
from lianjing.web.terms import term_of
from lianjing.web.words import clause_address, timeline_acts

TIMELINE = 30
STATUS_TONES = {
    "open": "doing",
    "closed": "good",
    "terminated": "off",
    "archived": "off",
    "suspended": "warn",
    "draft": "plain",
}
RESULT_TONES = {
    "pass": "good",
    "pass_with_cut": "warn",
    "return": "warn",
    "refuse": "bad",
    "not_required": "off",
}
OPINION_TONES = {"agree": "good", "agree_with_changes": "warn", "disagree": "bad", "not_concerned": "off"}


def file_context(request: PageRequest, matter: Matter, *, viewer_id: int) -> dict[str, Any]:
    """Return the parts of a matter's file that a person within its scope may read now."""
    record = record_of(matter)
    instance = ProcessInstance.objects.select_related("definition").filter(matter=matter).first()
    who = entered(record._meta.db_table, str(record.pk)) if record is not None else {}
    return {
        "matter": matter,
        "matter_tone": STATUS_TONES.get(matter.status, "plain"),
        "record": values_of(record) if record is not None else [],
        "term": term_of(matter, request.today),
        "record_entered": {
            column.removesuffix("_id"): {"name": each.name, "post": each.post, "time": each.time}
            for column, each in who.items()
        },
        "parties": MatterParty.objects.filter(matter=matter).select_related("enterprise").order_by("id"),
        "reviews": reviews_shown(request, matter, viewer_id),
        "opinions": opinions_shown(request, matter, viewer_id),
        "is_sealed": bool(sealed_items([matter.id], request.now)),
        "papers": documents_of(matter.id),
        "diagram": diagram_of(instance) if instance is not None else None,
        "instance": instance,
        "acts": timeline_acts(timeline(matter.root_id or matter.id, matter.id, TIMELINE), request.today),
    }


def reviews_shown(request: PageRequest, matter: Matter, viewer_id: int) -> list[dict[str, Any]]:
    """Return the conclusions that are unsealed, with the clause each rests on."""
    return [
        {
            "kind": codes.label("review_kind", each.kind),
            "result": codes.label("review_result", each.result),
            "tone": RESULT_TONES.get(each.result, "plain"),
            "unit": each.unit.name if each.unit else "",
            "post": each.post.name if each.post else "",
            "person": each.person.name if each.person else "",
            "text": each.opinion_text,
            "cut": each.cut,
            "at": each.done_at,
            "round": each.round,
            "clause": clause_title(each.clause, request.today) if each.clause else "",
            "clause_url": clause_address(each.clause, request.today),
            "agenda_item_id": each.agenda_item_id,
        }
        for each in visible_reviews(matter, viewer_id, request.now)
    ]


def opinions_shown(request: PageRequest, matter: Matter, viewer_id: int) -> list[dict[str, Any]]:
    """Return the departments' opinions that are unsealed, without those that stand among the conclusions."""
    concluded = visible_reviews(matter, viewer_id, request.now).exclude(work_item=None).values("work_item_id")
    return [
        {
            "unit": each.unit.name,
            "person": each.person.name if each.person else "",
            "text": each.text,
            "result": codes.label("opinion_result", each.result) if each.result else "",
            "tone": OPINION_TONES.get(each.result, "plain"),
            "at": each.given_at,
            "is_late": each.is_overdue,
        }
        for each in visible_opinions(matter, viewer_id, request.now).exclude(work_item_id__in=concluded)
    ]
