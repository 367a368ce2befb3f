"""What rests on a clause, and how often: the checks, and the refusals that they gave."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import DutyConflict, Person, PowerItem
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.regulation.models import Definition, DocumentRequirement, ProcessStep, Regulation
from lianjing.runtime.regulation.queries import clause_title, table_of
from lianjing.runtime.revision.fired import by_month, by_rule, refusals
from lianjing.runtime.revision.in_code import ASKED, RAISED, InCode, checks_in_code
from lianjing.runtime.scope.events import events_for
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.register import Register
from lianjing.web.revision_words import definition_name
from lianjing.web.words import act_words, clause_address

FILLED = re.compile(r"%\(\w+\)[sd]")


@signed_in
@require_safe
def clause_refusals(request: PageRequest, reference: str) -> HttpResponse:
    """List the refusals that rest on a clause, within the reader's scope; ?month= and ?rule= narrow them."""
    cited = reference.replace("~", "#")
    regulation = Regulation.objects.filter(key=cited.partition("#")[0]).first()
    if regulation is None:
        raise Refusal(Ground.SCOPE, "scope.clause", _("没有这一条款：%(reference)s") % {"reference": cited})
    rows = refusals(events_for(request.who, request.today), [cited])
    people: dict[int, str] = {}
    titles: dict[int, str] = {}

    def prepare(page: list[Any]) -> None:
        people.update(_named(Person, "name", {row.person_id for row in page}))
        titles.update(_named(Matter, "title", {row.matter_id for row in page}))

    words = act_words(rows.order_by().values_list("act", flat=True).distinct())
    columns = [
        Column(
            "time",
            _("时间"),
            lambda row: row.recorded_at,
            "recorded_at",
            "time",
            url=lambda row: reverse("event", args=[row.pk]),
        ),
        Column("act", _("办理"), lambda row: words.get(row.act, row.act), "act"),
        Column("rule", _("拒绝规则"), lambda row: row.refused_rule, "refused_rule", "code"),
        Column("person", _("办理人"), lambda row: people.get(row.person_id) or _("系统")),
        Column("matter", _("事项"), lambda row: titles.get(row.matter_id, "")),
        Column(
            "clause",
            _("当日条文"),
            lambda row: clause_title(cited, row.recorded_at.astimezone(LEGAL_ZONE).date()),
            url=lambda row: clause_address(cited, row.recorded_at.astimezone(LEGAL_ZONE).date()),
        ),
    ]
    filters = [
        Filter("month", _("月份"), [(each.key, each.key) for each in by_month(rows)], _in_month),
        Filter("rule", _("拒绝规则"), [(each.rule, each.rule) for each in by_rule(rows)], "refused_rule"),
    ]
    dates = [
        DateFilter("from", _("自"), "recorded_at__date__gte"),
        DateFilter("to", _("至"), "recorded_at__date__lte"),
    ]
    found = rows.order_by("-recorded_at", "-oseq")
    listing = Register(request, found, columns, ("refused_rule",), filters, dates, prepare=prepare)
    title = clause_title(cited, request.today)
    if listing.wants_excel:
        return listing.excel(_("拒绝记录"))
    context = {
        "listing": listing,
        "title": title,
        "breadcrumbs": [
            {"label": _("制度库"), "url": reverse("regulations")},
            {"label": title, "url": clause_address(cited, request.today)},
        ],
    }
    return render(request, "lianjing/clause_refusals.html", context)


def _named(model: type[Model], column: str, keys: set[int | None]) -> dict[int, str]:
    return dict(model._default_manager.filter(pk__in=keys - {None}).values_list("pk", column))


def _in_month(text: str) -> Q:
    year, _mark, month = text.partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12 and 2000 <= int(year) <= 2200):
        return Q(pk__in=[])
    first = date(int(year), int(month), 1)
    after = date(int(year) + int(month) // 12, int(month) % 12 + 1, 1)
    return Q(recorded_at__gte=_midnight(first), recorded_at__lt=_midnight(after))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LEGAL_ZONE)


def resting_on(reference: str) -> list[dict[str, Any]]:
    """Return the checks that rest on a clause, by kind: rules in the program, powers, steps, tables, papers, figures."""
    steps = ProcessStep.objects.filter(clause=reference).select_related("definition")
    papers = DocumentRequirement.objects.filter(clause=reference).values_list("document_kind", flat=True)
    conflicts = DutyConflict.objects.filter(clause=reference).order_by("id")
    powers = PowerItem.objects.filter(clause=reference).order_by("code")
    code = checks_in_code().get(reference, ())
    shown = [row for row in steps.order_by("definition__key", "id") if row.definition.to_on is None]
    return [
        {"kind": _("关口条件"), "names": _said(row for row in code if row.kind == ASKED)},
        {"kind": _("拒绝规则"), "names": _said(row for row in code if row.kind == RAISED)},
        {"kind": _("权力事项"), "names": [f"{row.code} {row.name}" for row in powers]},
        {
            "kind": _("流程环节"),
            "names": [
                f"{definition_name(row.definition) or row.definition.key} v{row.definition.version} · {row.name}"
                for row in shown
            ],
        },
        {"kind": _("决策表行"), "names": _table_rows(reference)},
        {"kind": _("要件"), "names": sorted({codes.label("document_kind", kind) for kind in papers})},
        {
            "kind": _("不相容职责"),
            "names": [
                f"{codes.label('duty', row.duty_a)}—{codes.label('duty', row.duty_b)}" for row in conflicts
            ],
        },
        {"kind": _("参数"), "names": _figures({row.deadline for row in shown})},
    ]


def _said(checks: Iterable[InCode]) -> list[str]:
    """Return what each check says, once; what fills a sentence is left open. The key where it says nothing."""
    return list(dict.fromkeys(FILLED.sub("…", _(row.words)) if row.words else row.name for row in checks))


def _table_rows(reference: str) -> list[str]:
    tables = Definition.objects.filter(kind="decision", to_on__isnull=True, xml__contains=reference)
    return [
        _("%(key)s 第%(row)s行") % {"key": definition_name(row) or row.key, "row": rule.index}
        for row in tables.order_by("key", "version")
        for rule in table_of(row).rules
        if rule.clause == reference
    ]


def _figures(deadlines: set[str]) -> list[str]:
    keys = {text[1:] for text in deadlines if text.startswith("@")}
    return sorted({row.zh or row.key for row in Parameter.objects.filter(key__in=keys, to_on__isnull=True)})
