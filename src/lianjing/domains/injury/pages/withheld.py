"""The overdue and interception lists, and the urging notice that a line of them leads to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.injury.models import BenefitItem, InjuryUrging
from lianjing.domains.injury.pages.home_check import amount_of
from lianjing.domains.injury.pages.urging_paper import urging_paper
from lianjing.domains.injury.queries.ledger import passed_on
from lianjing.domains.injury.queries.withheld import Desks, Row, desks_of, items_visible, rows_of, waiting_of
from lianjing.domains.injury.rules.withheld import EMPLOYERS, LATE, UNCONFIRMED
from lianjing.domains.injury.services.takeover import pass_on
from lianjing.domains.injury.services.urging import Notice, receive, urge
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.scope.door import rows_of as rows_shown
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Roll
from lianjing.web.views.paper import rendered

READERS = OFFICIALS | {"external"}
DAYS_GIVEN = 5  # proposed on the form; the officer sets the day
BANDS = (("5", "≤5"), ("30", "6–30"), ("90", "31–90"), ("more", ">90"))


@signed_in(kinds=OFFICIALS)
@require_safe
def withheld(request: PageRequest) -> HttpResponse:
    """List every item that is overdue or kept back within the reader's scope, the oldest first."""
    rows = rows_of(items_visible(request.who.id, request.today), request.today)
    kinds = [(code, word) for code, word in codes.choices("withheld_kind")]
    listing = Roll(
        request,
        cast(Any, rows),
        _columns(desks_of({row.item.injury_id for row in rows})),
        filters=[
            Filter("kind", _("事由"), kinds, cast(Any, lambda value: lambda row: row.fault.kind == value)),
            Filter(
                "holder",
                _("在谁手中"),
                [("employer", _("用人单位")), ("agency", _("经办机构"))],
                cast(Any, lambda value: lambda row: row.is_employers == (value == "employer")),
            ),
            Filter(
                "days",
                _("已逾天数"),
                list(BANDS),
                cast(Any, lambda value: lambda row: _band(row.days) == value),
            ),
            Filter(
                "urged",
                _("督促"),
                [("1", _("已督促")), ("0", _("未督促"))],
                cast(Any, lambda value: lambda row: (row.urging is not None) == (value == "1")),
            ),
        ],
        table="injury-withheld",
        search_label=_("用人单位、案件、项目"),
        empty_text=_("没有逾期或者未到手的待遇"),
        row_class=lambda row: "is-bad" if row.urging is not None and row.urging.escalated_on else "",
    )
    if listing.wants_excel:
        return listing.excel(_("工伤待遇逾期与截留清单"))
    counts = [(code, word, sum(row.fault.kind == code for row in rows)) for code, word in kinds]
    context = {"listing": listing, "counts": counts, "chosen": request.GET.get("kind", "")}
    return render(request, "injury/withheld.html", context)


def _band(days: int) -> str:
    return next((code for code, _word in BANDS if code != "more" and days <= int(code)), "more")


def _columns(desks: Desks) -> list[Column]:
    tones = {UNCONFIRMED: "warn", LATE: "warn"}
    return [
        Column(
            "case",
            _("案件"),
            lambda row: row.item.injury.matter.title,
            url=lambda row: reverse("injury_case", args=[row.item.injury_id]),
        ),
        Column("worker", _("职工"), lambda row: shown(row.item.injury.worker, "name"), is_personal=True),
        Column("firm", _("用人单位"), lambda row: row.item.injury.employer_enterprise.name, "firm"),
        Column("item", _("项目"), lambda row: codes.label("benefit_kind", row.item.kind)),
        Column(
            "kind",
            _("事由"),
            lambda row: codes.label("withheld_kind", row.fault.kind),
            "kind",
            "status",
            tone=lambda row: tones.get(row.fault.kind, "bad"),
        ),
        Column("paid", _("支付日"), lambda row: row.item.paid_on, "paid", "day", is_hidden=True),
        Column("since", _("应办结日"), lambda row: row.fault.since_on, "since", "day"),
        Column("days", _("已逾天数"), lambda row: row.days, "days", "number"),
        Column("amount", _("涉及金额"), lambda row: row.fault.amount, "amount", "money"),
        Column("received", _("单位收款"), lambda row: row.standing.received, kind="money", is_hidden=True),
        Column("passed", _("已转付"), lambda row: row.standing.passed_on, kind="money", is_hidden=True),
        Column("holder", _("在谁手中"), lambda row: row.holder, "holder"),
        Column(
            "urged",
            _("督促"),
            lambda row: _urged(row, desks),
            url=lambda row: _urge_url(row, desks),
        ),
    ]


def _urged(row: Row, desks: Desks) -> str:
    if row.urging is not None:
        return _urging_word(row.urging)
    if row.is_employers:
        return _("督促")
    if waiting_of(row, desks) is not None:
        return _("催办")
    if row.fault.kind == UNCONFIRMED:
        return _("上门核查（不须督促单位）")
    return _("已迟付，不再督促") if row.item.paid_on else _("由经办机构办理")


def _urging_word(urging: InjuryUrging) -> str:
    sheet = urging.urging
    if urging.escalated_on:
        return _("%(no)s 到期未办，已升级") % {"no": sheet.sheet_no}
    return _("%(no)s 已签收") % {"no": sheet.sheet_no} if sheet.received_at else sheet.sheet_no


def _urge_url(row: Row, desks: Desks) -> str:
    """Where the line is acted on: the notice, the open step at which it is urged, the visit; nothing once paid."""
    if row.urging is not None:
        return reverse("injury_notice", args=[row.urging.pk])
    if row.is_employers:
        return reverse("injury_urge", args=[row.item.pk, row.fault.kind])
    waiting = waiting_of(row, desks)
    if waiting is not None:
        return reverse("item", args=[waiting]) + "#urge"
    if row.fault.kind == UNCONFIRMED:
        return reverse("injury_home_checks", args=[row.item.injury_id])
    return "" if row.item.paid_on else reverse("matter", args=[row.item.claim_id or row.item.injury_id])


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def urge_new(request: PageRequest, item_id: int, kind: str) -> HttpResponse:
    """Write an urging notice to the named responsible person of an employer."""
    item = items_visible(request.who.id, request.today).filter(pk=item_id).first()
    if item is None or kind not in EMPLOYERS:
        raise Refusal(Ground.SCOPE, "scope.benefit_item", _("没有该待遇项目，或不在您的数据范围内"))
    found: BenefitItem = item

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        rows = rows_of([found], request.today)
        context = {
            "item": found,
            "line": next((row for row in rows if row.fault.kind == kind), None),
            "kind_word": codes.label("withheld_kind", kind),
            "posted": request.POST,
            "due_on": request.today + timedelta(days=DAYS_GIVEN),
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("逾期与截留"), "url": reverse("injury_withheld")}],
            **told,
        }
        return render(request, "injury/urge.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = urge(
            _notice(request, found.pk, kind),
            person_id=request.who.id,
            now=request.now,
            key=key_of(request),
        )
        return reverse("injury_notice", args=[row.pk])

    return done(request, do, again)


def _notice(request: PageRequest, item_id: int, kind: str) -> Notice:
    posted = request.POST
    due_on = day_of(posted.get("due_on", ""))
    if due_on is None:
        raise BadInput(_("请填写要求完成日"), "due_on")
    return Notice(
        item_id=item_id,
        kind=kind,
        responsible_name=posted.get("responsible_name", "")[:60],
        responsible_title=posted.get("responsible_title", "")[:60],
        due_on=due_on,
        text=posted.get("text", "")[:2000],
    )


@signed_in(kinds=READERS)
@require_http_methods(["GET", "POST"])
def notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """Show an urging notice; the employer's agent signs for it, or the agency enters the signed receipt."""
    row = _reached(request, notice_id)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        is_official = bool(request.roles & OFFICIALS)
        context = {
            "row": row,
            "item_word": codes.label("benefit_kind", row.benefit_item.kind),
            "kind_word": codes.label("withheld_kind", row.kind),
            "is_official": is_official,
            "papers": list(documents_of(row.injury_id)) if is_official else [],
            "may_receive": row.urging.received_at is None and bool(request.roles - {"supervisor"}),
            "may_transfer": is_official
            and row.benefit_item.claim_id is None
            and bool(request.roles - {"supervisor"}),
            "passed_on": passed_on(row.benefit_item_id),
            "is_overdue": row.urging.due_on is not None and row.urging.due_on < request.today,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("逾期与截留"), "url": reverse("injury_withheld")}]
            if is_official
            else [],
            **told,
        }
        return render(request, "injury/notice.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        if request.POST.get("action") == "transfer":
            _passed_on(request, row)
        else:
            receive(
                notice_id=row.pk,
                person_id=request.who.id,
                now=request.now,
                receipt_document_id=number_of(request.POST.get("receipt", "")),
                key=key_of(request),
            )
        return reverse("injury_notice", args=[row.pk])

    return done(request, do, again)


def _passed_on(request: PageRequest, row: InjuryUrging) -> None:
    """Enter what the employer passed on of an item from before the platform, with its voucher."""
    posted, file = request.POST, request.FILES.get("file")
    paid_on = day_of(posted.get("paid_on", ""))
    if not request.roles & OFFICIALS or file is None or paid_on is None:
        raise BadInput(_("请上传银行转账凭证并填写转付日"), "file")
    pass_on(
        item_id=row.benefit_item_id,
        content=file.read(),
        file_name=file.name or "",
        amount=amount_of(posted.get("amount", "")),
        paid_on=paid_on,
        voucher_no=posted.get("voucher_no", "")[:60],
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )


def _reached(request: PageRequest, notice_id: int) -> InjuryUrging:
    rows = rows_shown(InjuryUrging, Reader(request.who.id, request.now))
    row = (
        rows.filter(pk=notice_id)
        .select_related(
            "urging__undertaking", "injury__matter__unit", "injury__employer_enterprise", "benefit_item"
        )
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.notice", _("没有该督促函，或不在您的数据范围内"))
    return cast(InjuryUrging, row)


@signed_in(kinds=READERS)
@require_safe
def notice_paper(request: PageRequest, notice_id: int) -> HttpResponse:
    """Show an urging notice as a paper to print and to sign for."""
    row = _reached(request, notice_id)
    place = reverse("injury_notice", args=[row.pk])
    return rendered(request, lambda: urging_paper(row, address=request.build_absolute_uri(place)), back=place)


urlpatterns = [
    path("injury/withheld/", withheld, name="injury_withheld"),
    path("injury/withheld/<int:item_id>/<slug:kind>/urge/", urge_new, name="injury_urge"),
    path("injury/notices/<int:notice_id>/", notice, name="injury_notice"),
    path("injury/notices/<int:notice_id>/paper/", notice_paper, name="injury_notice_paper"),
]
