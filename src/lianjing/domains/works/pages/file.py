"""项目一张图: the whole file of one project on one page, every figure traceable, every line of time an event."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.models import Project, Tender
from lianjing.domains.works.pages.projects import READERS, is_outside
from lianjing.domains.works.queries import dossier
from lianjing.domains.works.queries import tabs as reads
from lianjing.domains.works.queries.catalogue import catalogue_of
from lianjing.domains.works.queries.milestones import milestones
from lianjing.domains.works.queries.money import (
    ContractLine,
    MoneyPath,
    contract_lines,
    cost_chain,
    ledger_of,
    money_path,
)
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_below
from lianjing.runtime.domains import domain
from lianjing.runtime.matter import stages
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.meeting.queries import meetings_for
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.queries import lines
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.access_log import note_view
from lianjing.web.diagram import diagram_of
from lianjing.web.receipts import fresh_key
from lianjing.web.records import values_of
from lianjing.web.words import address, clause_address, text_of, timeline_acts

LATEST_ACTS = 20
PRINTED_ACTS = 5000
STAGES = tuple(reads.TABS)
TONES = {
    "open": "doing",
    "closed": "good",
    "terminated": "off",
    "draft": "plain",
    "suspended": "warn",
    "archived": "off",
}
DECISION_TONES = {"passed": "good", "conditional": "warn", "rejected": "bad", "deferred": "warn"}
RESULT_TONES = {
    "pass": "good",
    "pass_with_cut": "warn",
    "return": "bad",
    "refuse": "bad",
    "not_required": "off",
}


@signed_in(kinds=READERS)
@require_safe
def project(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show the project file; a supervisor's reading is itself recorded."""
    asked = cast(PageRequest, request)
    matter, record = _opened(asked, matter_id)
    note_view(asked.who, matter, asked.now)
    contracts = contract_lines(matter.id, asked.today)
    visible = set(
        visible_to(asked.who.id, asked.today).filter(root_id=matter.id).values_list("id", flat=True)
    )
    if is_outside(asked):
        visible.discard(matter.id)
    contracts = [line for line in contracts if line.contract.pk in visible]
    path = money_path(record, contracts)
    acts, older = _acts(asked, matter)
    context: dict[str, Any] = {
        "matter": matter,
        "project": record,
        "unit": record.owner_unit,
        "is_whole": not is_outside(asked),
        **_stages(matter, asked),
        **_openings(matter, asked),
        "tabs": _tabs(asked, matter, visible),
        "path": _path(path, matter.id)[is_outside(asked) :],
        "money_path": path,
        "contracts": contracts,
        "chain": cost_chain(matter.id),
        "ledger": ledger_of(matter.id, contracts),
        "facts": values_of(record, reader=(asked.who.id, asked.today)),
        "acts": acts,
        "older": older,
        "documents": [row for row in documents_below(matter.id) if row.matter_id in visible],
        **_dossier(asked, matter, visible, contracts),
        "processes": [(row.matter, diagram_of(row)) for row in reads.running(matter, visible)],
        "is_printed": _is_printed(asked),
        "tones": TONES,
        "result_tones": RESULT_TONES,
        "request_key": fresh_key(),
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": record.title, "url": ""},
        ],
    }
    return render(request, "works/project.html", context)


def _dossier(
    request: PageRequest, matter: Matter, visible: set[int], contracts: list[ContractLine]
) -> dict[str, Any]:
    """People, decisions, changes, milestones, debts and completeness: the cards beside the tabs."""
    seen = set(meetings_for(request.who.id, request.today).values_list("pk", flat=True))
    owed = list(dossier.owed_in(matter, visible))
    shown: dict[str, Any] = {
        "owed": owed,
        "owed_late": dossier.overdue_count(owed, request.today),
        "extras": dossier.extras_of([line.contract for line in contracts], visible),
        "today": request.today,
    }
    if is_outside(request):
        return shown
    return shown | {
        "people": dossier.people_of(matter, visible),
        "decisions": [
            _decision(each, seen) for each in dossier.decisions_of(matter, visible, request.who.id)
        ],
        "milestones": [
            {"line": line, "kind": codes.label("milestone_kind", line.kind) if line.kind else ""}
            for line in milestones(matter.id, request.today)
        ],
        "completeness": catalogue_of(matter).count,
        "catalogue_url": address("works_catalogue", matter.id),
        "costs_url": address("works_project_costs", matter.id),
        "tender_rooms": [
            (row, address("works_tender_room", row.pk))
            for row in Tender.objects.filter(project_id=matter.id, pk__in=visible)
            .select_related("matter")
            .order_by("pk")
            if address("works_tender_room", row.pk)
        ],
    }


def _decision(decision: dossier.Decision, seen: Collection[int]) -> dict[str, Any]:
    item = decision.item
    return {
        "item": item,
        "url": reverse("agenda_item", args=[item.pk]) if item.meeting_id in seen else "",
        "meeting": item.meeting,
        "kind": codes.label("meeting_kind", item.meeting.kind),
        "result": codes.label("decision_result", item.result) if item.result else "",
        "tone": DECISION_TONES.get(item.result, "plain"),
        "votes": [
            {"vote": vote, "choice": codes.label("vote_choice", vote.choice) if vote.choice else ""}
            for vote in decision.votes
        ],
        "dissent": decision.dissent,
    }


@signed_in(kinds=READERS)
@require_safe
def timeline_more(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show the acts before those already shown."""
    asked = cast(PageRequest, request)
    matter, record = _opened(asked, matter_id)
    acts, older = _acts(asked, matter)
    context = {
        "matter": matter,
        "project": record,
        "acts": acts,
        "older": older,
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": record.title, "url": reverse("works_project", args=[matter.id])},
            {"label": _("办理轨迹"), "url": ""},
        ],
    }
    return render(request, "works/timeline.html", context)


def _opened(request: PageRequest, matter_id: int) -> tuple[Matter, Project]:
    matter = open_for(request.who.id, matter_id, request.today)
    record = Project.objects.select_related("owner_unit").filter(pk=matter.pk).first()
    if record is None:
        raise Refusal(Ground.SCOPE, "scope.project", _("没有该项目，或不在您的数据范围内"))
    return matter, record


def _stages(matter: Matter, request: PageRequest) -> dict[str, Any]:
    """The stage bar, the conditions of the present gate, and whether the reader may try it."""
    if matter.stage not in STAGES:
        return {
            "stages": [{"label": codes.label("stage", stage), "state": "next"} for stage in STAGES],
            "conditions": [],
        }
    days = reads.entered_on(matter, STAGES)
    place = STAGES.index(matter.stage)
    found = stages.conditions(matter, request.today) if matter.onboarding != "archive" else ()
    is_stuck = any(not each.is_met for each in found)
    following = stages.next_stage(matter)
    return {
        "stages": [
            {
                "label": codes.label("stage", stage),
                "date": days[stage],
                "url": f"?tab={stage}#stages",
                "state": "done" if number < place else "next" if number > place else "now",
            }
            for number, stage in enumerate(STAGES)
        ],
        "conditions": [
            {
                "text": each.text,
                "is_met": each.is_met,
                "clause": clause_title(each.clause, request.today),
                "url": clause_address(each.clause, request.today),
            }
            for each in found
        ],
        "is_stuck": is_stuck,
        "following": following,
        "following_word": text_of(following.label) if following else "",
        "may_pass": any(
            held.post.key == domain(matter.domain).gate_post and held.post.unit_id == matter.unit_id
            for held in request.held
        ),
    }


def _openings(matter: Matter, request: PageRequest) -> dict[str, Any]:
    keys = {held.post.key for held in request.held}
    found = reads.openable(matter, request.today, keys, domain(matter.domain).procedures)
    return {
        "openings": [
            {"label": text_of(each.label), "url": reverse("matter_open", args=[matter.id, each.key])}
            for each in found
        ]
    }


def _tabs(request: PageRequest, matter: Matter, visible: set[int]) -> list[dict[str, Any]]:
    chosen = request.GET.get("tab", "")
    active = chosen if chosen in STAGES else matter.stage if matter.stage in STAGES else STAGES[0]
    return [
        {
            "key": tab.key,
            "label": codes.label("stage", tab.key),
            "is_active": tab.key == active,
            "children": tab.children,
            "documents": tab.documents,
            "count": len(tab.children),
        }
        for tab in reads.tabs_of(matter, visible, person_id=request.who.id, now=request.now)
    ]


def _path(path: MoneyPath, matter_id: int) -> list[dict[str, Any]]:
    """The sums of the money path, each with the place that explains it."""
    return [
        {
            "label": _("批准概算"),
            "amount": path.budget,
            "url": reverse("trace", args=["project", matter_id]) + "?column=approved_budget",
        },
        {"label": _("合同价"), "amount": path.contract, "url": "#contracts"},
        {"label": _("已批变更"), "amount": path.changes, "url": "?tab=implementation#stages"},
        {"label": _("核定产值"), "amount": path.verified, "url": "?tab=implementation#stages"},
        {"label": _("审查中"), "amount": path.in_review, "url": "?tab=payment#stages"},
        {"label": _("已批未付"), "amount": path.approved, "url": "?tab=payment#stages"},
        {"label": _("已支付"), "amount": path.paid, "url": "?tab=payment#stages", "is_over": _is_over(path)},
    ]


def _is_over(path: MoneyPath) -> bool:
    return path.paid > path.ceiling > Decimal(0)


def _is_printed(request: PageRequest) -> bool:
    """True for the copy on paper: every act from the first on (C8)."""
    return request.GET.get("print") == "1"


def _acts(request: PageRequest, matter: Matter) -> tuple[list[dict[str, Any]], int | None]:
    """The latest acts on the project's chain that the reader may see, and from where older ones follow."""
    visible = visible_to(request.who.id, request.today).filter(root_id=matter.id).values("id")
    events = Event.objects.filter(object=f"matter:{matter.id}", matter_id__in=visible)
    if is_outside(request):
        events = events.exclude(matter_id=matter.id)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        events = events.filter(oseq__lt=int(before))
    if _is_printed(request):
        return timeline_acts(lines(events.order_by("oseq")[:PRINTED_ACTS]), request.today), None
    found = lines(events.order_by("-oseq")[: LATEST_ACTS + 1])
    older = found[LATEST_ACTS - 1].oseq if len(found) > LATEST_ACTS else None
    return timeline_acts(found[:LATEST_ACTS], request.today), older
