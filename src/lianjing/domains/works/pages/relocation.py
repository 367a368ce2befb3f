"""征迁: projects with their three sums, the register of households, the second measurement, the publicity table."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.domains.works.models import Project
from lianjing.domains.works.pages.projects import READERS
from lianjing.domains.works.queries import relocation as reads
from lianjing.domains.works.rules.relocation import difference, publicly
from lianjing.domains.works.services import relocation_project as verbs
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.personal.masking import shown
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.publicity.models import Publicity
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register, Roll
from lianjing.web.words import address, refusal_words

TONES = {
    "surveyed": "plain",
    "appraised": "doing",
    "agreed": "doing",
    "published": "doing",
    "paid": "good",
    "moved": "good",
}


@signed_in(kinds=OFFICIALS)
@require_safe
def relocations(request: HttpRequest) -> HttpResponse:
    """List the projects in scope that relocate somebody: budget, agreements, payments and their differences."""
    asked = cast(PageRequest, request)
    rows = reads.projects(visible_to(asked.who.id, asked.today).filter(kind="project"))
    listing = Roll(
        asked,
        cast(Any, rows),
        _project_columns(),
        table="relocations",
        search_label=_("项目名称"),
        empty_text=_("没有征迁项目"),
    )
    if listing.wants_excel:
        return listing.excel(_("征迁"))
    return render(request, "works/relocations.html", {"listing": listing})


def _project_columns() -> list[Column]:
    return [
        Column(
            "title",
            _("项目"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("works_relocation_project", args=[row.matter_id]),
        ),
        Column("count", _("户数"), lambda row: row.count, "count", kind="number"),
        Column("agreed_count", _("已签约"), lambda row: row.agreed_count, "agreed_count", kind="number"),
        Column("moved", _("已腾空"), lambda row: row.moved_count, "moved", kind="number"),
        Column("budget", _("征迁预算（元）"), lambda row: row.balance.budget, "budget", kind="money"),
        Column("agreed", _("协议合计（元）"), lambda row: row.balance.agreed, "agreed", kind="money"),
        Column("paid", _("支付合计（元）"), lambda row: row.balance.paid, "paid", kind="money"),
        Column("unagreed", _("预算减协议（元）"), lambda row: row.balance.unagreed, "unagreed", kind="money"),
        Column("unpaid", _("协议减支付（元）"), lambda row: row.balance.unpaid, "unpaid", kind="money"),
        Column(
            "equal",
            _("核对"),
            lambda row: _("三者相等") if row.balance.is_equal else _("有差额"),
            kind="status",
            tone=lambda row: "good" if row.balance.is_equal else "warn",
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def project(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Show a project's households and sums; finance enters the budget, the checker measures again."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    record = Project.objects.filter(pk=matter.pk).first()
    if record is None:
        raise Refusal(Ground.SCOPE, "scope.project", _("没有该项目，或不在您的数据范围内"))
    told, fault, status = None, "", 200
    if request.method == "POST":
        try:
            return _act(asked, matter.pk)
        except Refusal as refused:
            told, status = refusal_words(refused, asked.today), status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
    listing = _register(asked, matter.pk)
    if listing.wants_excel:
        return listing.excel(_("征迁户"))
    context = _context(asked, matter, record) | {"listing": listing, "told": told, "fault": fault}
    return render(request, "works/relocation_project.html", context, status=status)


def _context(request: PageRequest, matter: Matter, record: Project) -> dict[str, Any]:
    keys = {held.post.key for held in request.held}
    return {
        "matter": matter,
        "project": record,
        "balance": reads.balance_of(matter.pk),
        "lines": reads.budget_lines(matter.pk),
        "sample": reads.sample_of(matter.pk, request.today),
        "draws": _draws(matter.pk),
        "to_remeasure": [
            row
            for row in reads.households(matter.pk)
            if row.pk in reads.sample_of(matter.pk, request.today).drawn and row.remeasured_area_m2 is None
        ],
        "may_budget": verbs.FUNDS in keys,
        "may_remeasure": verbs.CHECKER in keys,
        "fund_kinds": codes.choices("fund_kind"),
        "posted": request.POST,
        "request_key": fresh_key(),
        "breadcrumbs": [
            {"label": _("征迁"), "url": reverse("works_relocation")},
            {"label": record.title, "url": ""},
        ],
    }


def _draws(project_id: int) -> list[dict[str, Any]]:
    rows = Draw.objects.filter(matter_id=project_id, kind__in=(reads.SAMPLE, reads.APPRAISER)).order_by("pk")
    return [
        {"row": row, "kind": codes.label("draw_kind", row.kind), "url": address("draw", row.pk)}
        for row in rows
    ]


def _register(request: PageRequest, project_id: int) -> Register:
    return Register(
        request,
        reads.households(project_id),
        _household_columns(),
        ("code", "village_name", "owner_name", "agreement_no"),
        [
            Filter("status", _("状态"), codes.choices("relocation_status"), "status"),
            Filter("kin", _("标明"), [("1", _("干部或亲属户"))], "is_staff_or_kin"),
        ],
        table="households",
        search_label=_("户号、村、户主、协议号"),
        empty_text=_("尚无征迁户"),
    )


def _household_columns() -> list[Column]:
    return [
        Column(
            "code", _("户号"), lambda row: row.code, "code", url=lambda row: reverse("matter", args=[row.pk])
        ),
        Column("village", _("村"), lambda row: row.village_name, "village_name"),
        Column("owner", _("户主"), lambda row: shown(row, "owner_name"), "owner_name", is_personal=True),
        Column(
            "kin",
            _("标明"),
            lambda row: _("干部或亲属户") if row.is_staff_or_kin else "",
            "is_staff_or_kin",
            kind="status",
            tone=lambda _row: "warn",
        ),
        Column(
            "area", _("测绘面积（㎡）"), lambda row: row.surveyed_area_m2, "surveyed_area_m2", kind="number"
        ),
        Column(
            "again",
            _("复测面积（㎡）"),
            lambda row: row.remeasured_area_m2,
            "remeasured_area_m2",
            kind="number",
        ),
        Column("gap", _("复测差异"), _gap, kind="number"),
        Column(
            "measurers",
            _("丈量人"),
            lambda row: "、".join(
                each.name for each in (row.measured_by_a_person, row.measured_by_b_person) if each
            ),
            is_hidden=True,
        ),
        Column(
            "appraiser",
            _("评估机构"),
            lambda row: row.appraiser_enterprise.name if row.appraiser_enterprise else "",
            "appraiser_enterprise__name",
            is_hidden=True,
        ),
        Column("appraised", _("评估额（元）"), lambda row: row.appraised, "appraised", kind="money"),
        Column("agreed", _("协议额（元）"), lambda row: row.agreed, "agreed", kind="money"),
        Column("paid", _("已支付（元）"), lambda row: row.paid, "paid", kind="money"),
        Column(
            "account",
            _("收款账户"),
            lambda row: (
                f"{shown(row.payee_account, 'holder_name')} {row.payee_account.account_no_masked}"
                if row.payee_account
                else ""
            ),
            is_hidden=True,
            is_personal=True,
        ),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("relocation_status", row.status),
            "status",
            kind="status",
            tone=lambda row: TONES.get(row.status, "plain"),
        ),
    ]


def _gap(row: Any) -> str:
    gap = difference(row.surveyed_area_m2, row.remeasured_area_m2)
    return "" if gap is None else f"{gap:+.2%}"


def _act(request: PageRequest, project_id: int) -> HttpResponse:
    posted, who, now = request.POST, request.who.id, request.now
    match posted.get("action"):
        case "budget":
            verbs.add_budget(
                project_id=project_id,
                person_id=who,
                now=now,
                code=posted.get("code", ""),
                name=posted.get("name", ""),
                fiscal_year=_whole(posted.get("fiscal_year", ""), "fiscal_year"),
                fund_kind=posted.get("fund_kind", ""),
                amount=_number(posted.get("amount", ""), "amount"),
                key=key_of(request),
            )
            messages.success(request, _("征迁预算已登记"))
        case "sample":
            drawn = verbs.begin_sample(project_id=project_id, person_id=who, now=now, key=key_of(request))
            messages.success(request, _("抽样已发起，请另一单位人员交存承诺值"))
            place = address("draw", drawn.pk)
            return redirect(place) if place else redirect("works_relocation_project", project_id)
        case "lock":
            verbs.lock_sample(
                draw_id=_whole(posted.get("draw", ""), "draw"), person_id=who, now=now, key=key_of(request)
            )
            messages.success(request, _("抽样名单已锁定"))
        case "remeasure":
            verbs.remeasure(
                household_id=_whole(posted.get("household", ""), "household"),
                person_id=who,
                area=_number(posted.get("area", ""), "area"),
                now=now,
            )
            messages.success(request, _("复测已登记"))
        case _:
            raise BadInput(_("未知的操作"))
    return redirect("works_relocation_project", project_id)


def _whole(text: str, field: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 12:
        raise BadInput(_("请填写整数"), field)
    return int(text)


def _number(text: str, field: str) -> Decimal:
    try:
        found = Decimal(text.replace(",", "").strip())
    except InvalidOperation as error:
        raise BadInput(_("请填写数字"), field) from error
    if not found.is_finite() or found >= Decimal(10) ** 10:
        raise BadInput(_("请填写数字"), field)
    return found.quantize(Decimal("0.01"))


@signed_in(kinds=READERS)
@require_safe
def table(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Print the publicity table: households by village, no identity and no account number on it (papers)."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    rows = [row for row in reads.households(matter.pk) if row.agreed is not None]
    villages: dict[str, list[dict[str, Any]]] = {}
    for place, row in enumerate(rows, start=1):
        items = reads.items_of(row)
        villages.setdefault(row.village_name, []).append(
            {
                "place": place,
                "row": row,
                "owner": publicly(row.owner_name),
                "mode": codes.label("relocation_mode", row.mode),
                "structures": "、".join(each.name for each in items if each.kind == "house"),
                "fixtures": sum(
                    (each.amount or 0 for each in items if each.kind in ("crops", "equipment")), 0
                ),
                "reward": sum((each.amount or 0 for each in items if each.kind == "reward"), 0),
            }
        )
    notices = Publicity.objects.filter(
        matter_id__in=[row.pk for row in rows], kind=reads.KIND, subject="compensation"
    ).order_by("-to_on")
    context = {
        "matter": matter,
        "villages": villages.items(),
        "notice": notices.first(),
        "balance": reads.balance_of(matter.pk),
        "today": asked.today,
    }
    return render(request, "works/relocation_table.html", context)
