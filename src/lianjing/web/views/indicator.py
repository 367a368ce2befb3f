"""The library of indicators (监督模型库): each version with its source, its last run and its measured precision."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import precision
from lianjing.runtime.finding.models import Indicator
from lianjing.runtime.finding.precision import Precision
from lianjing.runtime.finding.visibility import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.finding_file import SEVERITY_TONES, counted
from lianjing.web.indicator_method import method_of
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register

STATUS_TONES = {"trial": "doing", "in_force": "good", "in_review": "warn", "stopped": "plain"}


@signed_in(kinds=OFFICIALS)
@require_safe
def indicators(request: HttpRequest) -> HttpResponse:
    """List the registered indicators with how often each was right."""
    asked = cast(PageRequest, request)
    measured: dict[int, Precision] = {}
    review = {row.pk for row, _each in precision.for_review(asked.today)}

    def prepare(rows: list[Any]) -> None:
        measured.update(precision.by_indicator([row.pk for row in rows]))

    listing = Register(
        asked,
        Indicator.objects.annotate(found=counted(asked, "indicator"))
        .select_related("run")
        .order_by("code", "-version"),
        _columns(measured),
        ("code", "title", "title_en", "source"),
        [
            Filter("severity", _("颜色"), codes.choices("severity"), "severity"),
            Filter("status", _("状态"), codes.choices("indicator_status"), "status"),
            Filter("domain", _("领域"), codes.choices("domain"), "domain"),
            Filter(
                "list", _("范围"), [("review", _("待复审"))], lambda value: Q(pk__in=review) if value else Q()
            ),
        ],
        table="indicators",
        search_label=_("编号、名称、依据"),
        empty_text=_("尚未登记监督模型"),
        prepare=prepare,
    )
    if listing.wants_excel:
        return listing.excel(_("监督模型"))
    context = {"listing": listing, "review": len(review)}
    return render(request, "lianjing/indicators.html", context)


def title_of(row: Indicator) -> str:
    """Return the title in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    return row.title if chinese or not row.title_en else row.title_en


def shown(each: Precision | None) -> str:
    """Write a precision: 3/12 · 25% (9%–53%)."""
    if each is None or each.ratio is None or each.interval is None:
        return ""
    low, high = each.interval
    return f"{each.held}/{each.handled} · {each.ratio:.0%} ({low:.0%}–{high:.0%})"


def _columns(measured: dict[int, Precision]) -> list[Column]:
    return [
        Column(
            "code",
            _("编号"),
            lambda row: row.code,
            "code",
            url=lambda row: reverse("indicator", args=[row.pk]),
        ),
        Column("title", _("名称"), title_of, "title"),
        Column("version", _("版本"), lambda row: row.version, "version", "number"),
        Column(
            "severity",
            _("颜色"),
            lambda row: codes.label("severity", row.severity),
            "severity",
            "status",
            tone=lambda row: SEVERITY_TONES[row.severity],
        ),
        Column("domain", _("领域"), lambda row: codes.label("domain", row.domain), "domain"),
        Column(
            "found",
            _("预警数"),
            lambda row: row.found,
            "found",
            "number",
            url=lambda row: f"{reverse('findings')}?indicator={row.pk}",
        ),
        Column("precision", _("准确率（95%区间）"), lambda row: shown(measured.get(row.pk)), kind="number"),
        Column(
            "run",
            _("最近运行"),
            lambda row: row.run.last_run_at if hasattr(row, "run") else None,
            kind="time",
        ),
        Column(
            "status",
            _("状态"),
            lambda row: codes.label("indicator_status", row.status),
            "status",
            "status",
            tone=lambda row: STATUS_TONES[row.status],
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def indicator(request: HttpRequest, indicator_id: int) -> HttpResponse:
    """Show one version: what it looks for and on what basis, its precision by unit; a supervisor takes it into review."""
    asked = cast(PageRequest, request)
    row = Indicator.objects.select_related("risk_point", "owner_post").filter(pk=indicator_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.indicator", _("没有该监督模型"))
    shown_row: Indicator = row

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        review = {each.pk for each, _precision in precision.for_review(asked.today)}
        context = {
            "row": shown_row,
            "title": title_of(shown_row),
            "tone": STATUS_TONES[shown_row.status],
            "precision": shown(precision.by_indicator([shown_row.pk]).get(shown_row.pk)),
            "units": [(name, shown(each)) for name, each in precision.by_unit(shown_row.pk)]
            if "supervisor" in asked.roles
            else [],
            "found": visible_to(asked.who.id, asked.today).filter(indicator=shown_row).count(),
            "run": getattr(shown_row, "run", None),
            "method": method_of(shown_row, asked.today),
            "versions": Indicator.objects.filter(code=shown_row.code).order_by("-version"),
            "may_review": shown_row.pk in review
            and shown_row.status != "in_review"
            and "supervisor" in asked.roles,
            "posted": request.POST,
            "breadcrumbs": [{"label": _("监督模型库"), "url": reverse("indicators")}],
            **told,
        }
        return render(request, "lianjing/indicator.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        precision.put_in_review(
            indicator_id=shown_row.pk,
            reason=request.POST.get("text", ""),
            person_id=asked.who.id,
            now=asked.now,
        )
        return reverse("indicator", args=[shown_row.pk])

    return done(asked, do, again)
