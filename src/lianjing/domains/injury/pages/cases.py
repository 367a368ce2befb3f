"""The register of injuries, their registration, and the file of one: facts, procedures, ledger, money, what waits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.injury.forms.case import CaseForm, FactsForm, facts_of
from lianjing.domains.injury.models import BenefitItem, Injury
from lianjing.domains.injury.queries import cases as reads
from lianjing.domains.injury.queries.ledger import (
    due_to_worker,
    payees_open,
    proofs_of,
    shares_of,
    to_confirm,
)
from lianjing.domains.injury.queries.stage import leaving_benefit, leaving_recognition
from lianjing.domains.injury.queries.withheld import items_of_injury, rows_of, standings
from lianjing.domains.injury.services.case import ACCEPTOR, ASSESSOR, enter_facts, open_case
from lianjing.domains.injury.services.confirmation import ISSUERS
from lianjing.kernel.refusal import Refusal
from lianjing.runtime import codes
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parameter.queries import parameter_on
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process.forms import InvalidForm
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.access_log import note_view
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import FIELD, fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address, refusal_words

STAGES = ("recognition", "benefit")
STRATEGY = "injury.route.split"


@signed_in(kinds=OFFICIALS)
@require_safe
def cases(request: PageRequest) -> HttpResponse:
    """List the injuries in scope; wage, body and grade stand in no list."""
    listing = Register(
        request,
        reads.injuries_visible(request.who.id, request.today),
        _columns(),
        ("employer_enterprise__name", "matter__code", "worker__name"),
        [
            Filter("decision", _("认定结论"), codes.choices("injury_decision"), "decision"),
            Filter("stage", _("阶段"), codes.choices("stage", *STAGES), "matter__stage"),
            Filter("insured", _("参保"), [("1", _("参保")), ("0", _("未参保"))], "is_insured"),
        ],
        [
            DateFilter("from", _("受伤日起"), "injured_on__gte"),
            DateFilter("to", _("受伤日止"), "injured_on__lte"),
        ],
        table="injuries",
        search_label=_("用人单位、职工"),
        empty_text=_("没有工伤案件"),
    )
    if listing.wants_excel:
        return listing.excel(_("工伤案件"))
    may_open = any(held.post.key == ACCEPTOR for held in request.held)
    return render(request, "injury/cases.html", {"listing": listing, "may_open": may_open})


def _columns() -> list[Column]:
    return [
        Column(
            "injured",
            _("受伤日"),
            lambda row: row.injured_on,
            "injured_on",
            "day",
            url=lambda row: reverse("injury_case", args=[row.pk]),
        ),
        Column("worker", _("职工"), lambda row: shown(row.worker, "name"), is_personal=True),
        Column(
            "employer",
            _("用人单位"),
            lambda row: row.employer_enterprise.name,
            "employer_enterprise__name",
        ),
        Column("applied", _("申请日"), lambda row: row.applied_on, "applied_on", "day"),
        Column("decided", _("认定日"), lambda row: row.decided_on, "decided_on", "day"),
        Column(
            "decision",
            _("认定结论"),
            lambda row: codes.label("injury_decision", row.decision) if row.decision else "",
            "decision",
        ),
        Column(
            "stage",
            _("阶段"),
            lambda row: codes.label("stage", row.matter.stage),
            "matter__stage",
            "status",
            tone=lambda row: "good" if row.matter.status == "closed" else "doing",
        ),
        Column(
            "insured",
            _("参保"),
            lambda row: _("参保") if row.is_insured else _("未参保"),
            "is_insured",
            is_hidden=True,
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def case_open(request: PageRequest) -> HttpResponse:
    """Register an injury; the page is for those who may."""
    actor_with(request.who.id, ACCEPTOR, request.today)
    context: dict[str, Any] = {"form": CaseForm(None, day=request.today)}
    status = 200
    if request.method == "POST":
        try:
            matter = open_case(
                person_id=request.who.id, now=request.now, data=request.POST, key=key_of(request)
            )
        except InvalidForm as fault:
            context["form"], status = fault.form, 422
        except Refusal as refusal:
            context |= refusal_words(refusal, request.today)
            context["form"], status = CaseForm(request.POST, day=request.today), status_of(refusal)
        else:
            messages.success(request, _("已登记，下一步办理认定申请"))
            return HttpResponseRedirect(reverse("injury_case", args=[matter.pk]))
    context["request_key"] = request.POST.get(FIELD) or fresh_key()
    return render(request, "injury/case_open.html", context, status=status)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def case(request: PageRequest, matter_id: int) -> HttpResponse:
    """Show the file of an injury; the benefit assessor enters the facts on which sums rest."""
    matter, record = reads.case_for(request.who.id, matter_id, request.today)
    told, form, status = None, None, 200
    if request.method == "POST":
        try:
            enter_facts(
                injury_id=record.pk,
                person_id=request.who.id,
                now=request.now,
                data=request.POST,
                key=key_of(request),
            )
        except InvalidForm as fault:
            form, status = fault.form, 422
        except Refusal as refusal:
            told, status = refusal_words(refusal, request.today), status_of(refusal)
        else:
            messages.success(request, _("已登记"))
            return HttpResponseRedirect(reverse("injury_case", args=[matter.pk]))
    note_view(request.who, matter, request.now)
    context = _file(request, matter, record) | {"told": told}
    if form is not None:
        context["facts_form"] = form
    return render(request, "injury/case.html", context, status=status)


def _file(request: PageRequest, matter: Matter, record: Injury) -> dict[str, Any]:
    keys = {held.post.key for held in request.held if held.post.unit_id == matter.unit_id}
    found = reads.procedures_of(record.pk)
    is_first = matter.stage == "recognition"
    gate = leaving_recognition if is_first else leaving_benefit
    return {
        "matter": matter,
        "injury": record,
        **found,
        "claims": [_claim(claim, keys, request) for claim in found["claims"]],
        "before": _before(record.pk, request),
        "stages": _stages(matter),
        "conditions": [
            {"text": each.text, "is_met": each.is_met, "url": clause_address(each.clause, request.today)}
            for each in gate(matter, request.today)
        ],
        "may_pass": ACCEPTOR in keys and matter.status == "open",
        "waiting": reads.waiting_in(matter.pk),
        "openings": _openings(matter, keys),
        "facts_form": FactsForm(initial=facts_of(record)) if ASSESSOR in keys else None,
        "strategy": _strategy(request),
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("工伤待遇"), "url": reverse("injury_cases")}, {"label": matter.title}],
    }


def _stages(matter: Matter) -> list[dict[str, Any]]:
    place = STAGES.index(matter.stage) if matter.status == "open" else len(STAGES)
    return [
        {
            "label": codes.label("stage", stage),
            "state": "done" if number < place else "next" if number > place else "now",
        }
        for number, stage in enumerate(STAGES)
    ]


def _openings(matter: Matter, keys: set[str]) -> list[dict[str, str]]:
    if matter.status != "open":
        return []
    wanted = (
        ("injury_recognition", ACCEPTOR, _("认定申请")),
        ("injury_assessment", "assessment_secretary", _("鉴定申请")),
        ("injury_claim", ACCEPTOR, _("待遇申报")),
    )
    return [
        {"label": label, "url": reverse("matter_open", args=[matter.pk, key])}
        for key, post, label in wanted
        if post in keys
    ]


def _claim(claim: Any, keys: set[str], request: PageRequest) -> dict[str, Any]:
    rows = BenefitItem.objects.filter(claim=claim).select_related("clause__regulation").order_by("pk")
    open_payees = payees_open(claim.pk)
    return {
        "row": claim,
        "items": [_line(row, request) for row in rows],
        "payees": [(codes.label("benefit_route", payee), amount) for payee, amount in open_payees],
        "pay_url": reverse("matter_open", args=[claim.pk, "injury_payment"])
        if "fund_payer" in keys and open_payees
        else "",
        "link_url": reverse("injury_link", args=[claim.pk])
        if keys & set(ISSUERS) and to_confirm(claim)
        else "",
    }


def _before(injury_id: int, request: PageRequest) -> list[dict[str, Any]]:
    """The items paid before the platform, each with what the worker should have and what is wrong with it today."""
    items = list(items_of_injury(injury_id).filter(claim=None).select_related("clause__regulation"))
    standing = standings(items)
    wrong: dict[int, list[str]] = {}
    for line in rows_of(items, request.today):
        wrong.setdefault(line.item.pk, []).append(codes.label("withheld_kind", line.fault.kind))
    return [
        _line(row, request) | {"due": standing[row.pk].due, "wrong": wrong.get(row.pk, [])} for row in items
    ]


def _line(row: BenefitItem, request: PageRequest) -> dict[str, Any]:
    return {
        "row": row,
        "due": due_to_worker(row),
        "shares": list(shares_of([row.pk])),
        "proofs": list(proofs_of([row.pk])),
        "route_url": clause_address(row.route_clause, request.today) if row.route_clause else "",
    }


def _strategy(request: PageRequest) -> dict[str, Any]:
    """The strategy in force today with what it rests on."""
    row = parameter_on(STRATEGY, request.today)
    is_split = bool(row.value_number and row.value_number >= 1)
    code = "split" if is_split else "all_to_worker"
    return {"label": codes.label("route_strategy", code), "source": row.source, "from_on": row.from_on}
