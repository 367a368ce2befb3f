"""Findings of inspection tours and audits: the list, a new one, and the file of one with its three parts and ledger."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.domains import domain as installed
from lianjing.runtime.domains import domains
from lianjing.runtime.external_finding import services
from lianjing.runtime.external_finding.fixes import fix_of, versions_since
from lianjing.runtime.external_finding.models import ExternalFinding, ExternalFindingPart
from lianjing.runtime.external_finding.queries import balance_of, findings_for, ledger_of, parts_of
from lianjing.runtime.org.models import Appointment, Unit
from lianjing.runtime.org.queries import on_day
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import address, text_of

SUPERVISORS = ("supervisor",)
PART_STATES = {"open": "doing", "answered": "warn", "accepted": "good"}


def state_word(part: ExternalFindingPart) -> str:
    """Return the state of a part in words."""
    return {"open": _("待整改"), "answered": _("待核验"), "accepted": _("已销号")}[part.state]


@signed_in(kinds=OFFICIALS)
@require_safe
def external_findings(request: HttpRequest) -> HttpResponse:
    """List the findings within the reader's scope, the latest first."""
    asked = cast(PageRequest, request)
    listing = Register(
        asked,
        findings_for(asked.who.id, asked.today),
        _columns(asked.today),
        ("fact_text", "unit__name", "doc_no", "matter__code"),
        [
            Filter("source", _("来源"), codes.choices("external_source"), "source_kind"),
            Filter("track", _("轨道"), codes.choices("track"), "track"),
            Filter("status", _("状态"), codes.choices("matter_status", "open", "closed"), "matter__status"),
        ],
        [
            DateFilter("from", _("反馈日起"), "issued_on__gte"),
            DateFilter("to", _("反馈日止"), "issued_on__lte"),
        ],
        table="external-findings",
        search_label=_("问题、单位、文号"),
        empty_text=_("没有巡察审计反馈"),
    )
    if listing.wants_excel:
        return listing.excel(_("巡察审计反馈"))
    context = {"listing": listing, "may_issue": "supervisor" in asked.roles}
    return render(request, "lianjing/external_findings.html", context)


def _columns(today: date) -> list[Column]:
    def word(row: ExternalFinding) -> str:
        if row.matter.status == "open" and row.due_on < today:
            return _("逾期")
        return codes.label("matter_status", row.matter.status)

    def done_parts(row: ExternalFinding) -> str:
        return f"{sum((row.has_fix, row.has_screening, row.has_rule_change))}/3"

    return [
        Column(
            "fact",
            _("问题"),
            lambda row: row.fact_text[:60],
            "fact_text",
            url=lambda row: reverse("external_finding", args=[row.pk]),
        ),
        Column(
            "source", _("来源"), lambda row: codes.label("external_source", row.source_kind), "source_kind"
        ),
        Column("unit", _("被反馈单位"), lambda row: row.unit.name, "unit__name"),
        Column("track", _("轨道"), lambda row: codes.label("track", row.track), "track"),
        Column("issued", _("反馈日"), lambda row: row.issued_on, "issued_on", "day"),
        Column("due", _("整改期限"), lambda row: row.due_on, "due_on", "day"),
        Column("parts", _("已销号要求"), done_parts, kind="number"),
        Column(
            "state",
            _("状态"),
            word,
            "matter__status",
            "status",
            tone=lambda row: (
                "good" if row.matter.status != "open" else "bad" if row.due_on < today else "doing"
            ),
        ),
        Column("code", _("编号"), lambda row: row.matter.code, "matter__code", is_hidden=True),
    ]


@signed_in(kinds=SUPERVISORS)
@require_http_methods(["GET", "POST"])
def external_finding_new(request: HttpRequest) -> HttpResponse:
    """Enter a finding with the words of its three demands."""
    asked = cast(PageRequest, request)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "units": Unit.objects.exclude(kind__in=("outside", "stationed_group")).order_by("code"),
            "domains": [(each.key, text_of(each.label)) for each in domains()],
            "sources": codes.choices("external_source"),
            "tracks": codes.choices("track", "immediate", "normal"),
            "posted": request.POST,
            "today": asked.today,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("巡察审计反馈"), "url": reverse("external_findings")}],
            **told,
        }
        return render(request, "lianjing/external_finding_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = services.issue(_found(asked), person_id=asked.who.id, now=asked.now, key=key_of(request))
        return reverse("external_finding", args=[row.pk])

    return done(asked, do, again)


def _found(request: PageRequest) -> services.Found:
    posted = request.POST
    issued_on = day_of(posted.get("issued_on", ""))
    if issued_on is None:
        raise BadInput(_("请填写反馈日"), "issued_on")
    names = ("domain", "source_kind", "fact", "duty", "track", "issuer", "doc_no")
    texts = ("fix_text", "screen_text", "rule_text")
    return services.Found(
        unit_id=number_of(posted.get("unit", "")) or 0,
        issued_on=issued_on,
        **{name: posted.get(name, "").strip()[:2000] for name in (*names, *texts)},
    )


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def external_finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Show a finding with its three parts and its ledger; the unit answers, the supervisors accept or return."""
    asked = cast(PageRequest, request)
    row = findings_for(asked.who.id, asked.today).filter(pk=finding_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.finding", _("没有该问题，或不在您的数据范围内"))
    listing = _ledger(asked, row)
    if listing.wants_excel:
        return listing.excel(_("整改台账"))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = _file(asked, row) | {"listing": listing} | told
        return render(request, "lianjing/external_finding.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _act(asked, row.pk)
        return reverse("external_finding", args=[row.pk])

    return done(asked, do, again)


def _file(request: PageRequest, row: ExternalFinding) -> dict[str, Any]:
    is_unit = any(held.post.unit_id == row.unit_id for held in request.held)
    is_open = row.matter.status == "open"
    like_cases = installed(row.matter.domain).like_cases
    return {
        "row": row,
        "parts": [_part(request, row, part) for part in parts_of(row.pk)],
        "balance": balance_of(row.pk, request.today),
        "papers": list(documents_of(row.pk)),
        "versions": versions_since(row.issued_on) if is_unit and is_open else [],
        "people": _people(row.unit_id, request.today) if is_unit else [],
        "may_answer": is_unit and is_open and bool(request.roles - {"supervisor"}),
        "may_assign": is_unit and is_open and bool(request.roles & {"head", "approver"}),
        "may_accept": is_open and "supervisor" in request.roles,
        "like_cases": f"{reverse(like_cases.view)}?finding={row.pk}" if like_cases else "",
        "is_overdue": is_open and row.due_on < request.today,
        "request_key": fresh_key(),
        "posted": request.POST,
        "breadcrumbs": [{"label": _("巡察审计反馈"), "url": reverse("external_findings")}],
    }


def _part(request: PageRequest, row: ExternalFinding, part: ExternalFindingPart) -> dict[str, Any]:
    return {
        "row": part,
        "label": codes.label("paper_demand", part.demand),
        "state": state_word(part),
        "tone": PART_STATES[part.state],
        "is_overdue": part.accepted_on is None and part.due_on < request.today,
        "subject": _subject(part),
        "is_mine": part.owner_person_id in (None, request.who.id),
    }


def _subject(part: ExternalFindingPart) -> dict[str, str]:
    """What a part was answered by, with the address where it can be read."""
    kind, _colon, key = part.answer_subject.partition(":")
    if not key:
        return {}
    if part.demand != "rule_change":
        return {"label": _("排查 %(number)s 号") % {"number": key}, "url": address(kind, key)}
    try:
        fix = fix_of(part.answer_subject)
    except BadInput:
        return {}
    words = {"title": fix.title, "day": fix.from_on.isoformat()}
    return {
        "label": _("%(title)s（%(day)s起施行）") % words,
        "url": address("regulation", fix.regulation_key) if fix.regulation_key else "",
    }


def _people(unit_id: int, day: date) -> list[tuple[int, str]]:
    rows = Appointment.objects.filter(on_day(day), post__unit_id=unit_id).select_related("person", "post")
    return [(row.person_id, f"{row.person.name} · {row.post.name}") for row in rows.order_by("post_id", "pk")]


def _ledger(request: PageRequest, row: ExternalFinding) -> Register:
    today = request.today

    def word(each: Any) -> str:
        if each.closed_on is not None:
            return _("已销号")
        return _("逾期") if each.due_on < today else codes.label("list_state", each.list_state)

    def tone(each: Any) -> str:
        return "good" if each.closed_on else "bad" if each.due_on < today else "doing"

    columns = [
        Column(
            "what",
            _("事项"),
            lambda each: each.what,
            "what",
            url=lambda each: reverse("undertaking", args=[each.pk]),
        ),
        Column(
            "firm", _("责任企业"), lambda each: each.owner_enterprise.name if each.owner_enterprise else ""
        ),
        Column(
            "owner",
            _("责任人"),
            lambda each: each.owner_person.name if each.owner_person else "",
            "owner_person__name",
        ),
        Column("checker", _("核验人"), lambda each: each.checker_person.name if each.checker_person else ""),
        Column("opened", _("交办日"), lambda each: each.opened_on, "opened_on", "day", is_hidden=True),
        Column("due", _("到期日"), lambda each: each.due_on, "due_on", "day"),
        Column("urged", _("督办次数"), lambda each: each.urge_count, "urge_count", "number"),
        Column(
            "listed",
            _("挂牌督办"),
            lambda each: _("是") if each.is_listed_supervision else "",
            is_hidden=True,
        ),
        Column(
            "evidence", _("佐证"), lambda each: each.evidence_document.title if each.evidence_document else ""
        ),
        Column("closed", _("销号日"), lambda each: each.closed_on, "closed_on", "day"),
        Column("state", _("状态"), word, "list_state", "status", tone=tone),
    ]
    return Register(
        request,
        ledger_of(row.pk),
        columns,
        ("what", "owner_person__name", "owner_enterprise__name"),
        [Filter("list", _("清单"), codes.choices("list_state"), "list_state")],
        table="rectification",
        search_label=_("事项、责任人、企业"),
        empty_text=_("整改台账尚无事项"),
    )


def _act(request: PageRequest, finding_id: int) -> None:
    posted = request.POST
    demand = posted.get("demand", "")
    who: dict[str, Any] = {
        "finding_id": finding_id,
        "person_id": request.who.id,
        "now": request.now,
        "key": key_of(request),
    }
    match posted.get("action"):
        case "assign":
            owner = number_of(posted.get("owner", "")) or 0
            services.assign(demand=demand, owner_person_id=owner, **who)
        case "supply":
            _supply(request, who)
        case "answer":
            services.answer(
                demand=demand,
                text=posted.get("text", "")[:4000],
                evidence_document_id=number_of(posted.get("evidence", "")),
                subject=posted.get("subject", "")[:80],
                **who,
            )
        case "accept":
            services.accept(demand=demand, **who)
        case "return":
            services.send_back(demand=demand, reason=posted.get("reason", "")[:1000], **who)
        case _:
            raise BadInput(_("没有这项操作"), "action")


def _supply(request: PageRequest, who: dict[str, Any]) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("请选择文件"), "file")
    services.supply(
        content=file.read(),
        file_name=file.name or "",
        title=request.POST.get("title", "").strip()[:200],
        **who,
    )
