"""The rules: the list of regulations, one with its clauses, one clause as it stood on a day, what rests on it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import DutyConflict, PowerItem
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.regulation.models import (
    Clause,
    Definition,
    DocumentRequirement,
    ProcessStep,
    Regulation,
)
from lianjing.runtime.regulation.queries import clause_on, graph_of
from lianjing.runtime.trail.models import Event
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.decision_tables import table_shown
from lianjing.web.diagram import draw
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address, in_english

STATUS_TONES = {"in_force": "good", "trial": "warn", "draft": "plain", "repealed": "off"}
MARK_TONES = {"read": "good", "stated": "good", "proposed": "warn"}


def title_of(regulation: Regulation) -> str:
    """Return a regulation's title in the reader's language."""
    return regulation.title_en if in_english() and regulation.title_en else regulation.title


@signed_in
@require_safe
def regulations(request: HttpRequest) -> HttpResponse:
    """List the regulations."""
    columns = [
        Column("title", _("名称"), title_of, "title", url=lambda row: reverse("regulation", args=[row.key])),
        Column("doc_no", _("文号"), lambda row: row.doc_no, "doc_no"),
        Column("kind", _("类别"), lambda row: codes.label("regulation_kind", row.kind), "kind"),
        Column("issuer", _("制定机关"), lambda row: row.issuer, "issuer"),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("regulation_status", row.status),
            "status",
            kind="status",
            tone=lambda row: STATUS_TONES.get(row.status, "plain"),
        ),
        Column("from_on", _("施行日"), lambda row: row.from_on, "from_on", kind="day"),
        Column("review_on", _("评估日"), lambda row: row.review_on, "review_on", kind="day"),
    ]
    filters = [
        Filter("kind", _("类别"), codes.choices("regulation_kind"), "kind"),
        Filter("status", _("状态"), codes.choices("regulation_status"), "status"),
    ]
    rows = Regulation.objects.order_by("-kind", "key")
    listing = Register(request, rows, columns, ("title", "title_en", "doc_no", "issuer", "key"), filters)
    if listing.wants_excel:
        return listing.excel(_("制度办法"))
    return render(request, "lianjing/regulations.html", {"listing": listing})


@signed_in
@require_safe
def regulation(request: HttpRequest, key: str) -> HttpResponse:
    """Show a regulation with its clauses and the processes and tables bound to it."""
    asked = cast(PageRequest, request)
    found = Regulation.objects.select_related("owner_unit").filter(key=key).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.regulation", _("没有这项制度"))
    clauses = sorted(
        Clause.objects.filter(regulation=found),
        key=lambda each: (_order(each.article_no), each.from_on or date.min),
    )
    definitions = Definition.objects.filter(regulation=found).order_by("kind", "key", "-version")
    context = {
        "regulation": found,
        "title": title_of(found),
        "kind": codes.label("regulation_kind", found.kind),
        "status": codes.label("regulation_status", found.status),
        "tone": STATUS_TONES.get(found.status, "plain"),
        "clauses": [_clause_shown(each, asked.today) for each in clauses],
        "definitions": [_definition_shown(each, asked.today) for each in definitions],
        "breadcrumbs": [{"label": _("制度办法"), "url": reverse("regulations")}],
    }
    return render(request, "lianjing/regulation.html", context)


def _order(article: str) -> tuple[int, str]:
    digits = re.match(r"\d+", article)
    return (int(digits.group()) if digits else 0, article)


def _clause_shown(clause: Clause, day: date) -> dict[str, Any]:
    return {
        "clause": clause,
        "text": clause.text_en if in_english() and clause.text_en else clause.text,
        "url": clause_address(f"{clause.regulation.key}#{clause.article_no}", day),
        "mark": codes.label("evidence_mark", clause.mark) if clause.mark else "",
        "tone": MARK_TONES.get(clause.mark, "plain"),
    }


def _definition_shown(definition: Definition, day: date) -> dict[str, Any]:
    is_process = definition.kind == "process"
    table = None if is_process else table_shown(definition.xml)
    return {
        "definition": definition,
        "kind": codes.label("definition_kind", definition.kind),
        "diagram": draw(graph_of(definition), {}) if is_process else None,
        "table": table,
        "rules": [{"rule": rule, "clause_url": clause_address(rule.clause, day)} for rule in table.rules]
        if table
        else [],
    }


@signed_in
@require_safe
def clause(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a clause as it stood on a day (?on=), and the checks that rest on it."""
    asked = cast(PageRequest, request)
    cited, day = reference.replace("~", "#"), day_of(request.GET.get("on", "")) or asked.today
    found = clause_on(cited, day)
    if found is None:
        raise Refusal(
            Ground.SCOPE, "scope.clause", _("该日没有此条款在施行：%(reference)s") % {"reference": cited}
        )
    wordings = Clause.objects.filter(regulation=found.regulation, article_no=found.article_no).order_by(
        "from_on", "id"
    )
    refused = Event.objects.filter(clause=cited, is_refused=True)
    mine = refused.filter(
        Q(matter_id__in=visible_to(asked.who.id, asked.today).values("id")) | Q(person_id=asked.who.id)
    )
    context = {
        **_clause_shown(found, day),
        "regulation": found.regulation,
        "title": title_of(found.regulation),
        "day": day,
        "reference": cited,
        "wordings": wordings,
        "refused_count": mine.count(),
        "refusals": mine.order_by("-recorded_at")[:20],
        "resting": resting_on(cited),
        "breadcrumbs": [
            {"label": _("制度办法"), "url": reverse("regulations")},
            {"label": title_of(found.regulation), "url": reverse("regulation", args=[found.regulation.key])},
        ],
    }
    return render(request, "lianjing/clause.html", context)


def resting_on(reference: str) -> list[dict[str, Any]]:
    """Return the checks that rest on a clause: power items, steps, papers, conflicts."""
    steps = (
        ProcessStep.objects.filter(clause=reference)
        .select_related("definition")
        .order_by("definition__key", "id")
    )
    papers = DocumentRequirement.objects.filter(clause=reference).order_by("id")
    conflicts = DutyConflict.objects.filter(clause=reference).order_by("id")
    return [
        {
            "kind": _("权力事项"),
            "names": [
                f"{row.code} {row.name}"
                for row in PowerItem.objects.filter(clause=reference).order_by("code")
            ],
        },
        {
            "kind": _("流程环节"),
            "names": [f"{row.definition.key} v{row.definition.version} · {row.name}" for row in steps],
        },
        {
            "kind": _("要件"),
            "names": sorted({codes.label("document_kind", row.document_kind) for row in papers}),
        },
        {
            "kind": _("不相容职责"),
            "names": [
                f"{codes.label('duty', row.duty_a)}—{codes.label('duty', row.duty_b)}" for row in conflicts
            ],
        },
    ]
