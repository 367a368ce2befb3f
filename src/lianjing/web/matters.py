"""What the pages of a step and of a matter show alike: record, reviews, opinions, papers, process, timeline."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.process.measures import measured
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.process.opinions import sealed_items, visible_opinions, visible_reviews
from lianjing.runtime.process.signing import signers_of
from lianjing.runtime.process.terminating import restarts_of
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.queries import entered, timeline
from lianjing.web.access import PageRequest
from lianjing.web.access_log import note_export
from lianjing.web.diagram import diagram_of
from lianjing.web.excel import download
from lianjing.web.records import record_of, values_of
from lianjing.web.terms import term_of
from lianjing.web.words import clause_address, item_name, timeline_acts

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
        "record": values_of(record, reader=(request.who.id, request.today)) if record is not None else [],
        "term": term_of(matter, request.today),
        "record_entered": {
            column.removesuffix("_id"): {"name": each.name, "post": each.post, "time": each.time}
            for column, each in who.items()
        },
        "parties": MatterParty.objects.filter(matter=matter).select_related("enterprise").order_by("id"),
        "reviews": [*reviews_shown(request, matter, viewer_id), *signers_shown(request, matter, viewer_id)],
        "measured": measures_shown(request, matter, viewer_id),
        "restarts": restarts_of(matter.id),
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


def measures_shown(request: PageRequest, matter: Matter, viewer_id: int) -> list[dict[str, Any]]:
    """Return what was filled in for measures, step by step, of what is not sealed to the reader."""
    return [
        {
            "item_id": each.item.pk,
            "name": item_name(each.item),
            "label": each.label,
            "value": each.value,
            "at": each.at,
        }
        for each in measured(matter, viewer_id, request.now)
    ]


def measures_sheet(request: PageRequest, matter: Matter) -> HttpResponse:
    """Give the same as a sheet; the taking is noted."""
    rows = [
        [each["name"], each["label"], each["value"], each["at"]]
        for each in measures_shown(request, matter, request.who.id)
    ]
    note_export(request.who, _("补充填报"), len(rows), request.now)
    return download(_("补充填报"), [_("环节"), _("补充填报项"), _("内容"), _("时间")], rows)


def signers_shown(request: PageRequest, matter: Matter, viewer_id: int) -> list[dict[str, Any]]:
    """Return who was asked to sign beside the holder of a step, and what each wrote."""
    return [
        {
            "kind": _("加签（%(step)s）") % {"step": item_name(each.work_item)},
            "result": codes.label("opinion_result", each.result) if each.result else _("待签署"),
            "tone": OPINION_TONES.get(each.result, "doing"),
            "unit": each.signer_post.unit.name,
            "post": each.signer_post.name,
            "person": (each.signed_person or each.signer_person).name,
            "text": each.opinion_text
            or _("%(person)s请求：%(reason)s") % {"person": each.added_by_person.name, "reason": each.reason},
            "at": each.signed_at or each.added_at,
            "round": each.work_item.round,
        }
        for each in signers_of(matter.id, viewer_id, request.now)
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
