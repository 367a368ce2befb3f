"""The check of like cases: runs, one run with its cases, a comparison of two, the ledger made of its hits, the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.domains.injury.models import Injury, InjuryScreening, InjuryScreeningCase
from lianjing.domains.injury.queries.screening import (
    SUBJECT,
    cases_of,
    compared,
    screenings_for,
    signed_checks,
    unchecked,
)
from lianjing.domains.injury.services.screening import AUDITOR, enter_ledger, run
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.external_finding.models import ExternalFinding, ExternalFindingPart
from lianjing.runtime.external_finding.queries import findings_for
from lianjing.runtime.external_finding.services import answer
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.personal.masking import shown
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register

DAYS_GIVEN = 15  # proposed on the form; the auditor sets the day


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def screenings(request: PageRequest) -> HttpResponse:
    """List the runs; the auditor begins a new one for an open finding."""
    rows = screenings_for(request.who.id, request.today)
    finding = number_of(request.GET.get("finding", ""))
    listing = Register(
        request,
        rows.filter(finding_id=finding) if finding else rows,
        _run_columns(),
        ("finding__fact_text", "finding__matter__code"),
        table="injury-screenings",
        search_label=_("问题"),
        empty_text=_("尚未排查"),
    )
    if listing.wants_excel:
        return listing.excel(_("工伤待遇排查"))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        findings = findings_for(request.who.id, request.today).filter(
            matter__domain="injury", matter__status="open"
        )
        context = {
            "listing": listing,
            "findings": findings,
            "chosen": finding,
            "may_run": any(held.post.key == AUDITOR for held in request.held),
            "request_key": fresh_key(),
            **told,
        }
        return render(request, "injury/screenings.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = run(
            finding_id=number_of(request.POST.get("finding", "")) or 0,
            person_id=request.who.id,
            now=request.now,
            key=key_of(request),
        )
        return reverse("injury_screening", args=[row.pk])

    return done(request, do, again)


def _run_columns() -> list[Column]:
    return [
        Column(
            "run",
            _("排查时间"),
            lambda row: row.run_at,
            "run_at",
            "time",
            url=lambda row: reverse("injury_screening", args=[row.pk]),
        ),
        Column("finding", _("问题"), lambda row: row.finding.fact_text[:40], "finding__fact_text"),
        Column("person", _("排查人"), lambda row: row.person.name, "person__name"),
        Column("population", _("总体件数"), lambda row: row.population_count, "population_count", "number"),
        Column("hits", _("命中件数"), lambda row: row.hit_count, "hit_count", "number"),
        Column("withheld", _("未到手额"), lambda row: row.withheld, "withheld", "money"),
        Column("digest", _("命中摘要"), lambda row: row.hits_sha256[:16], kind="code"),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def screening(request: PageRequest, screening_id: int) -> HttpResponse:
    """Show one run with its cases; run it again, compare, enter the hits into the ledger, answer the finding with it."""
    row = screenings_for(request.who.id, request.today).filter(pk=screening_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.screening", _("没有该排查，或不在您的数据范围内"))
    listing = _cases(request, row)
    if listing.wants_excel:
        return listing.excel(_("排查案件"))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = _context(request, row) | {"listing": listing} | told
        return render(request, "injury/screening.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)
    return done(request, lambda: _act(request, row), again)


def _context(request: PageRequest, row: InjuryScreening) -> dict[str, Any]:
    before = _before(request, row)
    cases = InjuryScreeningCase.objects.filter(screening=row)
    part = ExternalFindingPart.objects.filter(finding_id=row.finding_id, demand="screen").first()
    is_open = row.finding.matter.status == "open"
    is_unit = any(held.post.unit_id == row.finding.unit_id for held in request.held)
    return {
        "row": row,
        "unchecked": len(unchecked(row.pk)),
        "unlisted": cases.filter(is_hit=True, undertaking__isnull=True).count(),
        "difference": _difference(row, before) if before is not None else None,
        "others": screenings_for(request.who.id, request.today)
        .filter(finding_id=row.finding_id)
        .exclude(pk=row.pk),
        "may_run": is_open and any(held.post.key == AUDITOR for held in request.held),
        "may_answer": is_open and is_unit and part is not None and part.state == "open",
        "people": _people(row.finding, request),
        "papers": list(documents_of(row.finding_id)) if is_unit else [],
        "due_on": request.today + timedelta(days=DAYS_GIVEN),
        "request_key": fresh_key(),
        "posted": request.POST,
        "breadcrumbs": [
            {"label": _("类似情况排查"), "url": reverse("injury_screenings")},
            {"label": row.finding.matter.code, "url": reverse("external_finding", args=[row.finding_id])},
        ],
    }


def _before(request: PageRequest, row: InjuryScreening) -> InjuryScreening | None:
    """The run to compare with: the one asked for, else the one before."""
    asked = number_of(request.GET.get("with", ""))
    if asked is None:
        return row.previous
    found = screenings_for(request.who.id, request.today).filter(pk=asked, finding_id=row.finding_id)
    return found.first()


def _difference(row: InjuryScreening, before: InjuryScreening) -> dict[str, Any]:
    found = compared(row, before)
    keys = {*found.came, *found.new_hits, *found.settled, *found.still}
    names = {each.pk: each for each in Injury.objects.filter(pk__in=keys).select_related("matter")}
    lines = (
        (_("新进入总体"), found.came),
        (_("新命中"), found.new_hits),
        (_("已消除"), found.settled),
        (_("仍命中"), found.still),
    )
    return {
        "before": before,
        "is_same_question": found.is_same_question,
        "lines": [
            {"label": label, "cases": [names[key] for key in keys_of if key in names]}
            for label, keys_of in lines
        ],
    }


def _people(finding: ExternalFinding, request: PageRequest) -> list[tuple[int, str]]:
    rows = Appointment.objects.filter(on_day(request.today), post__unit_id=finding.unit_id)
    rows = rows.select_related("person", "post").order_by("post_id", "pk")
    return [(row.person_id, f"{row.person.name} · {row.post.name}") for row in rows]


def _cases(request: PageRequest, row: InjuryScreening) -> Register:
    checked: set[int] = set()

    def prepare(rows: list[Any]) -> None:
        checked.update(signed_checks([each.injury_id for each in rows]))

    columns = [
        Column(
            "case",
            _("案件"),
            lambda each: each.injury.matter.title,
            "injury__injured_on",
            url=lambda each: reverse("injury_case", args=[each.injury_id]),
        ),
        Column("worker", _("职工"), lambda each: shown(each.injury.worker, "name"), is_personal=True),
        Column(
            "firm",
            _("用人单位"),
            lambda each: each.injury.employer_enterprise.name,
            "injury__employer_enterprise__name",
        ),
        Column("received", _("单位收款额"), lambda each: each.received, "received", "money"),
        Column("owed", _("应到职工额"), lambda each: each.owed, "owed", "money"),
        Column("passed", _("已转付额"), lambda each: each.passed_on, "passed_on", "money"),
        Column(
            "hit",
            _("排查结果"),
            _reasons,
            "is_hit",
            "status",
            tone=lambda each: "bad" if each.is_hit else "good",
        ),
        Column(
            "check",
            _("上门核查"),
            lambda each: _("已核查") if each.injury_id in checked else _("去核查"),
            url=lambda each: reverse("injury_home_checks", args=[each.injury_id]),
        ),
        Column(
            "ledger",
            _("整改台账"),
            lambda each: (
                "" if each.undertaking is None else codes.label("list_state", each.undertaking.list_state)
            ),
            url=lambda each: (
                reverse("undertaking", args=[each.undertaking_id]) if each.undertaking_id else ""
            ),
        ),
    ]
    return Register(
        request,
        cases_of(row.pk),
        columns,
        ("injury__employer_enterprise__name", "injury__matter__title"),
        [Filter("hit", _("排查结果"), [("True", _("命中")), ("False", _("未命中"))], "is_hit")],
        table="injury-screening-cases",
        search_label=_("用人单位、案件"),
        empty_text=_("总体中没有案件"),
        prepare=prepare,
    )


def _reasons(each: InjuryScreeningCase) -> str:
    if not each.is_hit:
        return _("未命中")
    return "、".join(codes.label("withheld_kind", code) for code in each.reasons.split(",") if code)


def _act(request: PageRequest, row: InjuryScreening) -> str:
    posted = request.POST
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now, "key": key_of(request)}
    match posted.get("action"):
        case "again":
            made = run(finding_id=row.finding_id, **who)
            return reverse("injury_screening", args=[made.pk])
        case "ledger":
            due_on = day_of(posted.get("due_on", ""))
            if due_on is None:
                raise BadInput(_("请填写整改期限"), "due_on")
            enter_ledger(
                screening_id=row.pk,
                owner_person_id=number_of(posted.get("owner", "")) or 0,
                checker_person_id=number_of(posted.get("checker", "")) or 0,
                due_on=due_on,
                **who,
            )
            return reverse("external_finding", args=[row.finding_id])
        case "answer":
            answer(
                finding_id=row.finding_id,
                demand="screen",
                text=posted.get("text", "")[:4000],
                evidence_document_id=number_of(posted.get("evidence", "")),
                subject=f"{SUBJECT}:{row.pk}",
                **who,
            )
            return reverse("external_finding", args=[row.finding_id])
    raise BadInput(_("没有这项操作"), "action")


urlpatterns = [
    path("injury/screenings/", screenings, name="injury_screenings"),
    path("injury/screenings/<int:screening_id>/", screening, name="injury_screening"),
]
