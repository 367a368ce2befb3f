"""One matter: its file, opening a procedure, gates, withdrawal, recusal."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.kernel.declaration import Procedure
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.domains import domain as installed
from lianjing.runtime.domains import procedure as declared
from lianjing.runtime.external_finding.services import KIND as EXTERNAL_FINDING
from lianjing.runtime.matter import services as matters
from lianjing.runtime.matter import stages
from lianjing.runtime.matter.models import Matter, StageGate
from lianjing.runtime.org.models import Person
from lianjing.runtime.org.queries import actor_at, holders
from lianjing.runtime.process import services
from lianjing.runtime.process.carrying import newer_than
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_for, open_to_act, visible_among, visible_to
from lianjing.runtime.process.terminating import may_terminate
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.trail.models import Receipt
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.beside import beside_matter
from lianjing.web.clocks import light
from lianjing.web.listing import Column
from lianjing.web.matters import STATUS_TONES, file_context, measures_sheet
from lianjing.web.middleware import status_of
from lianjing.web.papers.offers import papers_of
from lianjing.web.receipts import fresh_key, give_receipt, key_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address, item_name, refusal_words, step_address, text_of

BUSINESS = OFFICIALS | {"external"}


@signed_in
@require_safe
def matter(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show a matter's file; the root matter of a domain has a page of its own."""
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    if found.kind == EXTERNAL_FINDING:
        return redirect("external_finding", found.id)
    own_page = installed(found.domain).page_of if found.domain and found.root_id == found.id else None
    if own_page is not None:
        return redirect(own_page(found))
    if request.GET.get("export") == "measures":
        return measures_sheet(asked, found)
    return page_of(asked, found)


def page_of(
    request: PageRequest,
    matter: Matter,
    *,
    refusal: Refusal | None = None,
    panel: str = "",
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw a matter's file as it stands now, with what was typed and why it was not taken."""
    steps = steps_shown(request, matter)
    is_applicant = matter.applicant_person_id == request.who.id
    context = {
        **file_context(request, matter, viewer_id=request.who.id),
        **beside_matter(request, matter),
        "kind": codes.label("matter_kind", matter.kind),
        "status": codes.label("matter_status", matter.status),
        "steps": steps,
        "opens_root": bool(visible_among([matter.root_id or 0], request.who.id, request.today)),
        "children": children_shown(request, matter),
        "openings": openings_under(request, matter),
        "may_withdraw": is_applicant and matter.status == "open" and matter.root_id != matter.id,
        "may_terminate": may_terminate(matter, request.who.id, request.today),
        "newer": newer_than(matter.pk, request.today),
        "may_add_papers": matter.status == "open"
        and (is_applicant or any(each["is_mine"] for each in steps)),
        "recusal_reasons": codes.choices("recusal_reason"),
        "document_kinds": codes.choices("document_kind"),
        "is_running": matter.status == "open",
        "offers": [
            {"key": each.key, "label": text_of(each.label)} for each in papers_of(matter, request.today)
        ],
        "request_key": fresh_key(),
        "told": refusal_words(refusal, request.today) if refusal else None,
        "panel": panel,
        "fault": fault,
        "posted": request.POST if panel else {},
    }
    return render(request, "lianjing/matter.html", context, status=status)


def steps_shown(request: PageRequest, matter: Matter) -> list[dict[str, Any]]:
    """Return the steps of a matter, open ones with who holds them today, closed ones with who did them."""
    items = (
        WorkItem.objects.filter(matter=matter)
        .select_related("post__unit", "person")
        .order_by("opened_at", "id")
    )
    mine = {each.post.id for each in request.held}
    shown = []
    for item in items:
        is_open = item.closed_at is None
        shown.append(
            {
                "item": item,
                "name": item_name(item),
                "clock": light(item, request.now),
                "is_open": is_open,
                "is_mine": is_open and item.post_id in mine,
                "persons": _holders(item, request) if is_open else [],
                "outcome": codes.label("item_outcome", item.outcome) if item.outcome else "",
                "tone": "good" if item.outcome == "done" else "warn",
                "reason": codes.label("return_reason", item.return_reason) if item.return_reason else "",
            }
        )
    return shown


def _holders(item: WorkItem, request: PageRequest) -> list[str]:
    ids = [holder.person_id for holder in holders(item.post_id, request.today)]
    return list(Person.objects.filter(id__in=ids).order_by("id").values_list("name", flat=True))


def children_shown(request: PageRequest, matter: Matter) -> list[dict[str, Any]]:
    """Return the child matters within the person's scope."""
    rows = (
        visible_to(request.who.id, request.today)
        .filter(parent=matter)
        .order_by("-opened_on", "-id")
        .distinct()
    )
    return [
        {
            "matter": row,
            "kind": codes.label("matter_kind", row.kind),
            "status": codes.label("matter_status", row.status),
            "tone": STATUS_TONES.get(row.status, "plain"),
        }
        for row in rows[:200]
    ]


def openings_under(request: PageRequest, matter: Matter) -> list[dict[str, str]]:
    """Return the procedures that a person's posts may open under a matter; whether its stage allows it is told there."""
    if not matter.domain or matter.status != "open":
        return []
    held = {each.post.key for each in request.held}
    return [
        {"label": text_of(each.label), "url": reverse("matter_open", args=[matter.id, each.key])}
        for each in installed(matter.domain).procedures
        if each.parent_kind == matter.kind and each.opener_post in held
    ]


def _procedure(key: str) -> Procedure:
    try:
        return declared(key)[1]
    except KeyError as error:
        raise Refusal(Ground.SCOPE, "scope.procedure", _("没有这种办理事项")) from error


@signed_in(kinds=BUSINESS)
@require_safe
def matter_choose(request: HttpRequest, procedure: str) -> HttpResponse:
    """Choose the matter under which to open a procedure."""
    asked = cast(PageRequest, request)
    what = _procedure(procedure)
    rows = (
        visible_to(asked.who.id, asked.today)
        .filter(kind=what.parent_kind, status="open")
        .exclude(onboarding="archive")
    )
    columns = [
        Column(
            "title",
            _("事项"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("matter_open", args=[row.id, what.key]),
        ),
        Column("code", _("编号"), lambda row: row.code, "code"),
        Column(
            "stage", _("当前阶段"), lambda row: codes.label("stage", row.stage) if row.stage else "", "stage"
        ),
        Column("unit", _("承办单位"), lambda row: row.unit.name, "unit__name"),
        Column("opened", _("立项日"), lambda row: row.opened_on, "opened_on", kind="day"),
    ]
    listing = Register(
        asked,
        rows.select_related("unit").order_by("-opened_on", "-id").distinct(),
        columns,
        ("title", "code"),
    )
    if listing.wants_excel:
        return listing.excel(text_of(what.label))
    return render(request, "lianjing/matter_choose.html", {"listing": listing, "label": text_of(what.label)})


@signed_in(kinds=BUSINESS)
@require_http_methods(["GET", "POST"])
def matter_open(request: HttpRequest, matter_id: int, procedure: str) -> HttpResponse:
    """Open a procedure under a matter: its title, and what the gate asks where it refuses."""
    asked = cast(PageRequest, request)
    parent, what = open_to_act(asked.who.id, matter_id, asked.today), _procedure(procedure)
    title = f"{parent.title} {what.label.zh}"  # it is stored: in the zone's language, whoever proposes it
    refusal, fault = _unready(what, parent, asked) if request.method == "GET" else None, ""
    status = 200
    if request.method == "POST":
        title = request.POST.get("title", "")
        try:
            return _opened(asked, parent, what, title)
        except Refusal as refused:
            refusal, status = refused, status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
    told = refusal_words(refusal, asked.today) if refusal else None
    if told and request.method == "GET":
        told["recorded"] = False
    context = {
        "parent": parent,
        "label": text_of(what.label),
        "help_url": step_address(what.key, what.steps[0].id),
        "title": title,
        "told": told,
        "fault": fault,
        "request_key": fresh_key(),
    }
    return render(request, "lianjing/matter_open.html", context, status=status)


def _unready(what: Procedure, parent: Matter, request: PageRequest) -> Refusal | None:
    """Say before anything is typed what the gate would refuse."""
    try:
        what.may_open(parent, request.today)
    except Refusal as refusal:
        return refusal
    return None


def _opened(request: PageRequest, parent: Matter, what: Procedure, title: str) -> HttpResponse:
    key = key_of(request)
    child = services.open_matter(
        procedure_key=what.key,
        parent_id=parent.id,
        title=title,
        person_id=request.who.id,
        now=request.now,
        key=key,
    )
    receipt = Receipt.objects.filter(key=key).first() if key else None
    give_receipt(
        request, _("“%(what)s”已发起。") % {"what": text_of(what.label)}, receipt.event_id if receipt else ""
    )
    first = WorkItem.objects.filter(
        matter=child, closed_at__isnull=True, post_id__in=[each.post.id for each in request.held]
    ).first()
    return redirect("item", first.id) if first is not None else redirect("matter", child.id)


@signed_in(kinds=BUSINESS)
@require_POST
def matter_withdraw(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Take a matter back, with a reason."""
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    try:
        outcome = services.withdraw(
            matter_id=matter_id,
            person_id=asked.who.id,
            reason=request.POST.get("reason", ""),
            now=asked.now,
            key=key_of(asked),
        )
    except Refusal as refusal:
        return page_of(asked, found, refusal=refusal, panel="withdraw", status=status_of(refusal))
    except BadInput as bad:
        return page_of(asked, found, panel="withdraw", fault=str(bad), status=422)
    give_receipt(request, _("事项已撤销。"), outcome.event_id)
    return redirect("matter", matter_id)


@signed_in(kinds=BUSINESS)
@require_POST
def matter_recuse(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Recuse oneself from a matter: from now on no step of it."""
    asked = cast(PageRequest, request)
    found = open_to_act(asked.who.id, matter_id, asked.today)
    reason = request.POST.get("reason", "")
    try:
        if reason not in codes.codes("recusal_reason"):
            raise BadInput(_("请选择回避事由"), "reason")
        actor = actor_at(asked.who.id, asked.held[0].post.id, asked.today)
        matters.recuse(matter_id=matter_id, person_id=asked.who.id, reason=reason, actor=actor, now=asked.now)
    except BadInput as bad:
        return page_of(asked, found, panel="recuse", fault=str(bad), status=422)
    messages.success(request, _("已登记回避，您不再办理此事项"))
    return redirect("matter", matter_id)


@signed_in
@require_http_methods(["GET", "POST"])
def matter_gate(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show what the next stage asks for, met and unmet with clauses; pass the gate."""
    asked = cast(PageRequest, request)
    found = open_for(asked.who.id, matter_id, asked.today)
    if found.root_id != found.id or not found.stage:
        raise Refusal(Ground.SCOPE, "scope.gate", _("此事项没有阶段关口"))
    refusal, status = None, 200
    if request.method == "POST":
        try:
            return _passed(asked, found)
        except Refusal as refused:
            refusal, status = refused, status_of(refused)
    return render(request, "lianjing/matter_gate.html", _gate_context(asked, found, refusal), status=status)


def _passed(request: PageRequest, matter: Matter) -> HttpResponse:
    key = key_of(request)
    passed = stages.pass_gate(
        matter_id=matter.id,
        person_id=request.who.id,
        now=request.now,
        key=key,
        to_stage=request.POST.get("to_stage", ""),
    )
    receipt = Receipt.objects.filter(key=key).first() if key else None
    words = (
        _("项目已办结。")
        if passed.status == "closed"
        else _("已进入“%(stage)s”阶段。") % {"stage": codes.label("stage", passed.stage)}
    )
    give_receipt(request, words, receipt.event_id if receipt else "")
    return redirect("matter", matter.id)


def _gate_context(request: PageRequest, matter: Matter, refusal: Refusal | None) -> dict[str, Any]:
    domain, place = stages.stage_of(matter)
    following = stages.next_stage(matter)
    conditions = [
        {
            "text": each.text,
            "is_met": each.is_met,
            "clause": clause_title(each.clause, request.today) if each.clause else "",
            "clause_url": clause_address(each.clause, request.today),
        }
        for each in stages.conditions(matter, request.today)
    ]
    return {
        "matter": matter,
        "stage": text_of(domain.stages[place].label),
        "following": text_of(following.label) if following else "",
        "following_key": following.key if following else "",
        "conditions": conditions,
        "met": sum(each["is_met"] for each in conditions),
        "is_gatekeeper": any(each.post.key == domain.gate_post for each in request.held),
        "past": StageGate.objects.filter(matter=matter).select_related("person").order_by("-passed_at"),
        "told": refusal_words(refusal, request.today) if refusal else None,
        "request_key": fresh_key(),
    }
