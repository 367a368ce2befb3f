"""Home checks on the phone: what the worker says item by item, and the second officer's own confirmation."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.injury.models import (
    BenefitItem,
    HomeCheck,
    HomeCheckSigning,
    Injury,
    WorkerStatement,
)
from lianjing.domains.injury.queries.screening import checks_of, to_sign
from lianjing.domains.injury.queries.withheld import standings
from lianjing.domains.injury.services.home_check import make, sign
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Appointment
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.access_log import note_view
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register


@signed_in(kinds=OFFICIALS)
@require_safe
def checks(request: PageRequest) -> HttpResponse:
    """List the home checks within scope; those that wait for the reader's own confirmation stand above."""
    rows = HomeCheck.objects.filter(injury__matter__in=visible_to(request.who.id, request.today))
    signed = HomeCheckSigning.objects.values("home_check_id")
    listing = Register(
        request,
        rows.select_related("injury__matter", "injury__employer_enterprise", "person_a", "person_b").order_by(
            "-checked_on", "-pk"
        ),
        _columns(),
        ("injury__employer_enterprise__name", "injury__matter__title", "person_a__name", "person_b__name"),
        [
            Filter(
                "signed",
                _("第二人确认"),
                [("1", _("已确认")), ("0", _("待确认"))],
                lambda value: _among(signed, is_in=value == "1"),
            )
        ],
        [
            DateFilter("from", _("核查日起"), "checked_on__gte"),
            DateFilter("to", _("核查日止"), "checked_on__lte"),
        ],
        table="home-checks",
        search_label=_("用人单位、核查人"),
        empty_text=_("没有上门核查记录"),
        prepare=_with_signing,
    )
    if listing.wants_excel:
        return listing.excel(_("上门核查"))
    context = {"listing": listing, "mine": to_sign(request.who.id)}
    return render(request, "injury/home_checks.html", context)


def _among(signed: Any, *, is_in: bool) -> Any:
    return Q(pk__in=signed) if is_in else ~Q(pk__in=signed)


def _with_signing(rows: list[Any]) -> None:
    found = {
        row.home_check_id: row for row in HomeCheckSigning.objects.filter(home_check__in=[r.pk for r in rows])
    }
    for row in rows:
        row.signing = found.get(row.pk)


def _columns() -> list[Column]:
    return [
        Column(
            "day",
            _("核查日"),
            lambda row: row.checked_on,
            "checked_on",
            "day",
            url=lambda row: reverse("injury_home_check", args=[row.pk]),
        ),
        Column("case", _("案件"), lambda row: row.injury.matter.title),
        Column("firm", _("用人单位"), lambda row: row.injury.employer_enterprise.name),
        Column("received", _("职工自述到手"), lambda row: row.received, "received", "money"),
        Column("first", _("核查人甲"), lambda row: row.person_a.name, "person_a__name"),
        Column("second", _("核查人乙"), lambda row: row.person_b.name, "person_b__name"),
        Column(
            "signed",
            _("第二人确认"),
            lambda row: _("已确认") if row.signing else _("待确认"),
            kind="status",
            tone=lambda row: "good" if row.signing else "warn",
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def check_new(request: PageRequest, injury_id: int) -> HttpResponse:
    """Show the checks of one case and write down a new visit."""
    injury = _injury(request, injury_id)
    items = list(BenefitItem.objects.filter(injury=injury).order_by("pk"))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        rows = list(checks_of(injury.pk))
        _with_signing(rows)
        standing = standings(items)
        context = {
            "injury": injury,
            "worker": shown(injury.worker, "name"),
            "rows": rows,
            "items": [_line(item, standing[item.pk], request) for item in items],
            "people": _people(injury, request),
            "may_write": any(held.post.unit_id == injury.matter.unit_id for held in request.held),
            "today": request.today,
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [
                {"label": _("上门核查"), "url": reverse("injury_checks")},
                {"label": injury.matter.title, "url": reverse("injury_case", args=[injury.pk])},
            ],
            **told,
        }
        return render(request, "injury/home_check_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)
    return done(request, lambda: _made(request, injury, items), again)


def _injury(request: PageRequest, injury_id: int) -> Injury:
    matter = open_for(request.who.id, injury_id, request.today)
    row = (
        Injury.objects.select_related("matter", "worker", "employer_enterprise").filter(pk=matter.pk).first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.injury", _("没有该案件，或不在您的数据范围内"))
    return row


def _line(item: BenefitItem, standing: Any, request: PageRequest) -> dict[str, Any]:
    return {
        "row": item,
        "label": codes.label("benefit_kind", item.kind),
        "due": standing.due,
        "posted": request.POST.get(f"received-{item.pk}", ""),
    }


def _people(injury: Injury, request: PageRequest) -> list[tuple[int, str]]:
    rows = Appointment.objects.filter(on_day(request.today), post__unit_id=injury.matter.unit_id)
    rows = rows.exclude(person_id=request.who.id).select_related("person", "post").order_by("post_id", "pk")
    return [(row.person_id, f"{row.person.name} · {row.post.name}") for row in rows]


def _made(request: PageRequest, injury: Injury, items: list[BenefitItem]) -> str:
    checked_on = day_of(request.POST.get("checked_on", ""))
    if checked_on is None:
        raise BadInput(_("请填写核查日"), "checked_on")
    row = make(
        injury_id=injury.pk,
        second_person_id=number_of(request.POST.get("second", "")) or 0,
        checked_on=checked_on,
        statement=request.POST.get("statement", "")[:4000],
        received={
            item.pk: amount_of(request.POST[f"received-{item.pk}"])
            for item in items
            if request.POST.get(f"received-{item.pk}", "").strip()
        },
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )
    return reverse("injury_home_check", args=[row.pk])


def amount_of(text: str) -> Decimal:
    """Return a sum as typed, in yuan; BadInput for anything else."""
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        raise BadInput(_("请填写金额，单位为元"), "received") from None
    if not amount.is_finite() or abs(amount) >= 10**12 or amount != round(amount, 2):
        raise BadInput(_("请填写金额，单位为元"), "received")
    return amount


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def check(request: PageRequest, check_id: int) -> HttpResponse:
    """Show one visit; the second officer confirms it himself."""
    rows = HomeCheck.objects.filter(pk=check_id, injury__matter__in=visible_to(request.who.id, request.today))
    found = rows.select_related(
        "injury__matter", "injury__worker", "injury__employer_enterprise", "person_a", "person_b"
    )
    row = found.first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.home_check", _("没有该核查，或不在您的数据范围内"))
    held: HomeCheck = row

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        signing = HomeCheckSigning.objects.filter(home_check=held).select_related("person").first()
        statements = WorkerStatement.objects.filter(home_check=held).select_related("benefit_item")
        context = {
            "row": held,
            "worker": shown(held.injury.worker, "name"),
            "statements": [_statement(each) for each in statements.order_by("pk")],
            "signing": signing,
            "is_own": request.who.id in (held.person_a_id, held.person_b_id),
            "may_sign": signing is None and held.person_b_id == request.who.id,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("上门核查"), "url": reverse("injury_checks")}],
            **told,
        }
        return render(request, "injury/home_check.html", context, status=status)

    if request.method == "GET":
        note_view(request.who, held.injury.matter, request.now)
        return again({}, 200)

    def do() -> str:
        sign(home_check_id=held.pk, person_id=request.who.id, now=request.now, key=key_of(request))
        return reverse("injury_home_check", args=[held.pk])

    return done(request, do, again)


def _statement(row: WorkerStatement) -> dict[str, Any]:
    return {
        "row": row,
        "label": codes.label("benefit_kind", row.benefit_item.kind),
        "word": codes.label("worker_statement_kind", row.kind),
        "tone": "good" if row.kind == "confirmed" else "bad",
    }


urlpatterns = [
    path("injury/checks/", checks, name="injury_checks"),
    path("injury/checks/<int:check_id>/", check, name="injury_home_check"),
    path("injury/<int:injury_id>/checks/", check_new, name="injury_home_checks"),
]
