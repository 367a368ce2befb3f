"""The rules: the list of regulations, one with its clauses, one clause as it stood on a day, what rests on it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.process.measure import parse_fields
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.regulation.models import Clause, Definition, Regulation
from lianjing.runtime.regulation.queries import clause_on, clause_title, graph_of
from lianjing.runtime.revision.fired import by_clause, by_month, by_rule, refusals
from lianjing.runtime.revision.queries import DRAFTER, clause_rows, holds, revisions_for
from lianjing.runtime.revision.settling import NOTICE_DAYS, under_review
from lianjing.runtime.scope.events import events_for
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.decision_tables import table_shown
from lianjing.web.diagram import draw
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.revision_words import definition_name
from lianjing.web.table_words import cells_in_words
from lianjing.web.views.regulation_use import resting_on
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
    asked = cast(PageRequest, request)
    soon = asked.today + timedelta(days=NOTICE_DAYS)
    columns = [
        Column("title", _("名称"), title_of, "title", url=lambda row: reverse("regulation", args=[row.key])),
        Column("doc_no", _("文号"), lambda row: row.doc_no, "doc_no"),
        Column("kind", _("类别"), lambda row: codes.label("regulation_kind", row.kind), "kind"),
        Column("issuer", _("制定机关"), lambda row: row.issuer, "issuer"),
        Column(
            "owner",
            _("责任单位"),
            lambda row: row.owner_unit.name if row.owner_unit else "",
            "owner_unit__name",
        ),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("regulation_status", row.status),
            "status",
            kind="status",
            tone=lambda row: STATUS_TONES.get(row.status, "plain"),
        ),
        Column("from_on", _("施行日"), lambda row: row.from_on, "from_on", kind="day"),
        Column("to_on", _("废止日"), lambda row: row.to_on, "to_on", kind="day", is_hidden=True),
        Column("review_on", _("评估日"), lambda row: row.review_on, "review_on", kind="day"),
    ]
    owners = Unit.objects.filter(id__in=Regulation.objects.values("owner_unit_id")).order_by("code")
    reviews = [("soon", _("评估临近")), ("late", _("评估已过"))]
    near = {
        "soon": Q(is_trial=True, review_on__gte=asked.today, review_on__lte=soon),
        "late": Q(is_trial=True, review_on__lt=asked.today),
    }
    filters = [
        Filter("kind", _("类别"), codes.choices("regulation_kind"), "kind"),
        Filter("status", _("状态"), codes.choices("regulation_status"), "status"),
        Filter(
            "trial", _("试行"), [("1", _("试行")), ("0", _("正式"))], lambda value: Q(is_trial=value == "1")
        ),
        Filter("review", _("试行评估"), reviews, lambda value: near.get(value, Q())),
        Filter("owner", _("责任单位"), [(row.code, row.name) for row in owners], "owner_unit__code"),
    ]
    rows = Regulation.objects.select_related("owner_unit").order_by("-kind", "key")
    listing = Register(request, rows, columns, ("title", "title_en", "doc_no", "issuer", "key"), filters)
    if listing.wants_excel:
        return listing.excel(_("制度库"))
    context = {
        "listing": listing,
        "reviews": [_review(row, asked.today) for row in under_review(asked.today)],
        "may_begin": holds(asked.who.id, DRAFTER, asked.today),
    }
    return render(request, "lianjing/regulations.html", context)


def _review(row: Regulation, today: date) -> dict[str, Any]:
    is_late = row.review_on is not None and row.review_on < today
    return {"row": row, "title": title_of(row), "is_late": is_late}


@signed_in
@require_safe
def regulation(request: HttpRequest, key: str) -> HttpResponse:
    """Show a regulation with its clauses and the processes and tables bound to it."""
    asked = cast(PageRequest, request)
    found = Regulation.objects.select_related("owner_unit").filter(key=key).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.regulation", _("没有这项制度"))
    day = day_of(request.GET.get("on", "")) or asked.today
    clauses = sorted(clause_rows(key, day), key=lambda each: _order(each.article_no))
    references = [f"{key}#{each.article_no}" for each in clauses]
    counts = by_clause(refusals(events_for(asked.who, asked.today), references))
    versions = list(
        Definition.objects.filter(regulation=found)
        .select_related("approved_by_person")
        .order_by("kind", "key", "-version")
    )
    context = {
        "regulation": found,
        "title": title_of(found),
        "kind": codes.label("regulation_kind", found.kind),
        "status": codes.label("regulation_status", found.status),
        "tone": STATUS_TONES.get(found.status, "plain"),
        "day": day,
        "is_today": day == asked.today,
        "clauses": [
            {**_clause_shown(each, day), "count": counts.get(f"{key}#{each.article_no}", 0)}
            for each in clauses
        ],
        "definitions": [_definition_shown(each, day) for each in versions if _is_in_force(each, day)],
        "versions": [
            (each, codes.label("definition_kind", each.kind), each.from_on, definition_name(each))
            for each in versions
        ],
        # Some rules of the zone are of matters that no domain here handles yet: then the page says so.
        "is_text_only": found.kind == "zone"
        and not versions
        and not any(group["names"] for each in references for group in resting_on(each)),
        "carrying": {
            each.pk
            for each in versions
            if each.kind == "process" and each.version > 1 and _is_in_force(each, asked.today)
        },
        "revisions": revisions_for(asked.who.id, asked.today).filter(regulation=found).order_by("-begun_at"),
        "is_review_near": found in under_review(asked.today),
        "may_begin": found.to_on is None and holds(asked.who.id, DRAFTER, asked.today),
        "breadcrumbs": [{"label": _("制度库"), "url": reverse("regulations")}],
    }
    return render(request, "lianjing/regulation.html", context)


def _is_in_force(row: Definition, day: date) -> bool:
    return row.status == "in_force" and row.from_on <= day and (row.to_on is None or row.to_on >= day)


def _order(article: str) -> tuple[int, str]:
    digits = re.match(r"\d+", article)
    return (int(digits.group()) if digits else 0, article)


def _clause_shown(clause: Clause, day: date) -> dict[str, Any]:
    return {
        "clause": clause,
        "reference": f"{clause.regulation.key}~{clause.article_no}",
        "text": clause.text_en if in_english() and clause.text_en else clause.text,
        "url": clause_address(f"{clause.regulation.key}#{clause.article_no}", day),
        "mark": codes.label("evidence_mark", clause.mark) if clause.mark else "",
        "tone": MARK_TONES.get(clause.mark, "plain"),
    }


def _definition_shown(definition: Definition, day: date) -> dict[str, Any]:
    is_process = definition.kind == "process"
    table = table_shown(definition.xml) if definition.kind == "decision" else None
    return {
        "definition": definition,
        "kind": codes.label("definition_kind", definition.kind),
        "diagram": draw(graph_of(definition), {}) if is_process else None,
        "table": table,
        "fields": parse_fields(definition.xml) if definition.kind == "form" else [],
        "name": definition_name(definition),
        "rules": [
            {
                "rule": rule,
                "cells": cells,
                "clause": _clause_word(rule.clause, definition, day),
                "clause_url": clause_address(rule.clause, day),
            }
            for rule, cells in zip(table.rules, cells_in_words(table, day), strict=True)
        ]
        if table
        else [],
    }


def _clause_word(cited: str, definition: Definition, day: date) -> str:
    """The article alone for one of the regulation's own."""
    key, _mark, article = cited.partition("#")
    own = definition.regulation.key if definition.regulation else ""
    return _("第%(no)s条") % {"no": article} if key == own else clause_title(cited, day)


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
    mine = refusals(events_for(asked.who, asked.today), [cited])
    context = {
        **_clause_shown(found, day),
        "regulation": found.regulation,
        "title": title_of(found.regulation),
        "day": day,
        "reference": cited,
        "wordings": wordings,
        "refused_count": mine.count(),
        "months": by_month(mine)[:12],
        "fired": by_rule(mine),
        "refusals_url": reverse("clause_refusals", args=[cited.replace("#", "~")]),
        "resting": resting_on(cited),
        "breadcrumbs": [
            {"label": _("制度库"), "url": reverse("regulations")},
            {"label": title_of(found.regulation), "url": reverse("regulation", args=[found.regulation.key])},
        ],
    }
    return render(request, "lianjing/clause.html", context)
