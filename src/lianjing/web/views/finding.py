"""Findings (预警): the list, one opened by hand, the file of one with its loop, and its papers."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.by_hand import open_by_hand
from lianjing.runtime.finding.closing import IN_HAND
from lianjing.runtime.finding.models import Case, Finding, Indicator, Paper
from lianjing.runtime.finding.subjects import title_of
from lianjing.runtime.finding.visibility import open_for, visible_to
from lianjing.runtime.org.models import Unit
from lianjing.runtime.risk.models import Campaign
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.finding_acts import act
from lianjing.web.finding_file import SEVERITY_TONES, STATE_TONES, file_of
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.papers.supervision import supervision_paper
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.views.paper import rendered

SUPERVISORS = ("supervisor",)


@signed_in(kinds=OFFICIALS)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """List the findings within the reader's scope, the latest first, with their number by colour."""
    asked = cast(PageRequest, request)
    mine = visible_to(asked.who.id, asked.today)
    listing = Register(
        asked,
        mine.order_by("-detected_on", "-pk"),
        _columns(asked.today),
        ("finding_no", "subject_title", "explanation", "indicator__title", "indicator__code", "unit__name"),
        _filters(asked),
        [
            DateFilter("from", _("发现日起"), "detected_on__gte"),
            DateFilter("to", _("发现日止"), "detected_on__lte"),
            DateFilter("closed_from", _("销号日起"), "closed_on__gte"),
            DateFilter("closed_to", _("销号日止"), "closed_on__lte"),
        ],
        table="findings",
        search_label=_("编号、对象、模型、说明"),
        empty_text=_("没有预警"),
    )
    if listing.wants_excel:
        return listing.excel(_("预警"))
    counted = dict(mine.exclude(state="closed").order_by().values_list("severity").annotate(Count("pk")))
    colours = [
        (code, word, counted.get(code, 0), SEVERITY_TONES[code]) for code, word in codes.choices("severity")
    ]
    context = {
        "listing": listing,
        "colours": colours,
        "chosen": request.GET.get("severity", ""),
        "overdue": mine.filter(_overdue(asked.today)).count(),
        "may_open": "supervisor" in asked.roles,
    }
    return render(request, "lianjing/findings.html", context)


def _overdue(today: date) -> Q:
    return Q(state__in=IN_HAND, due_on__lt=today)


def _filters(request: PageRequest) -> list[Filter]:
    today = request.today
    conditions = {
        "open": ~Q(state="closed"),
        "overdue": _overdue(today),
        "mine": Q(person_id=request.who.id),
        "case": Q(case__isnull=False),
        "gone": Q(seen__is_gone=True),
        "hand": Q(origin="hand"),
        "held": Q(verdict__in=("confirmed", "partly")),
        "change": Q(root_cause__in=("rule_gap", "system_gap")),
    }
    words = [
        ("open", _("未销号")),
        ("overdue", _("逾期")),
        ("mine", _("我承办的")),
        ("case", _("已并案")),
        ("gone", _("最近一次未再命中")),
        ("hand", _("人工登记")),
        ("held", _("属实和部分属实")),
        ("change", _("根因在制度或系统")),
    ]
    models = [
        (str(row.pk), f"{row.code} {row.title}")
        for row in Indicator.objects.filter(pk__in=_used(request)).order_by("code", "version")
    ]
    return [
        Filter("severity", _("颜色"), codes.choices("severity"), "severity"),
        Filter("state", _("环节"), codes.choices("finding_state"), "state"),
        Filter("list", _("范围"), words, lambda value: conditions.get(value, Q())),
        Filter("verdict", _("核查结论"), codes.choices("finding_verdict"), "verdict"),
        Filter("harm", _("损害类型"), codes.choices("harm"), "harm"),
        Filter("indicator", _("监督模型"), models, _of_model),
        Filter("dossier", _("案卷"), _cases(request), "case_id"),
        Filter("campaign", _("专项整治"), _campaigns(), "campaign_id"),
        Filter("unit", _("单位"), _units(request), "unit_id"),
    ]


def _cases(request: PageRequest) -> list[tuple[str, str]]:
    if "supervisor" not in request.roles:
        return []
    seen = visible_to(request.who.id, request.today).order_by().values("case_id")
    rows = Case.objects.filter(pk__in=seen).order_by("-pk").values_list("pk", "case_no")[:100]
    return [(str(pk), number) for pk, number in rows]


def _campaigns() -> list[tuple[str, str]]:
    return [
        (str(pk), title) for pk, title in Campaign.objects.order_by("-pk").values_list("pk", "title")[:100]
    ]


def _units(request: PageRequest) -> list[tuple[str, str]]:
    seen = visible_to(request.who.id, request.today).order_by().values("unit_id")
    rows = Unit.objects.filter(pk__in=seen).order_by("code").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def _of_model(value: str) -> Q:
    return Q(indicator_id=int(value)) if value.isascii() and value.isdigit() else Q()


def _used(request: PageRequest) -> Any:
    return visible_to(request.who.id, request.today).order_by().values("indicator_id")


def _columns(today: date) -> list[Column]:
    def state(row: Finding) -> str:
        word = codes.label("finding_state", row.state)
        return _("%(state)s（逾期）") % {"state": word} if _is_late(row, today) else word

    return [
        Column(
            "no",
            _("编号"),
            lambda row: row.finding_no,
            "pk",
            url=lambda row: reverse("finding", args=[row.pk]),
        ),
        Column(
            "severity",
            _("颜色"),
            lambda row: codes.label("severity", row.severity),
            "severity",
            "status",
            tone=lambda row: SEVERITY_TONES[row.severity],
        ),
        Column("subject", _("对象"), lambda row: row.subject_title, "subject_title"),
        Column("model", _("监督模型"), lambda row: row.indicator.title, "indicator__title"),
        Column("unit", _("承办单位"), lambda row: row.unit.name if row.unit else "", "unit__name"),
        Column("detected", _("发现日"), lambda row: row.detected_on, "detected_on", "day"),
        Column("due", _("本环节到期"), lambda row: row.due_on, "due_on", "day"),
        Column(
            "state",
            _("环节"),
            state,
            "state",
            "status",
            tone=lambda row: "bad" if _is_late(row, today) else STATE_TONES[row.state],
        ),
        Column(
            "verdict",
            _("核查结论"),
            lambda row: codes.label("finding_verdict", row.verdict) if row.verdict else "",
            "verdict",
            is_hidden=True,
        ),
        Column("explanation", _("说明"), lambda row: row.explanation, is_hidden=True),
        Column(
            "harm",
            _("损害类型"),
            lambda row: codes.label("harm", row.harm) if row.harm else "",
            "harm",
            is_hidden=True,
        ),
        Column(
            "person",
            _("承办人"),
            lambda row: row.person.name if row.person else "",
            "person__name",
            is_hidden=True,
        ),
        Column("case", _("案卷"), lambda row: row.case.case_no if row.case else "", is_hidden=True),
    ]


def _is_late(row: Finding, today: date) -> bool:
    return row.state in IN_HAND and row.due_on is not None and row.due_on < today


@signed_in(kinds=SUPERVISORS)
@require_http_methods(["GET", "POST"])
def finding_new(request: HttpRequest) -> HttpResponse:
    """Open a finding by hand; a page that shows something hands its subject over in the address."""
    asked = cast(PageRequest, request)
    given = request.POST if request.method == "POST" else request.GET
    subject = given.get("subject", "").strip()[:80] or _subject_of(given)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "given": given,
            "subject": subject,
            "subject_title": title_of(subject) if ":" in subject else "",
            "kinds": codes.choices(
                "subject_kind", "matter", "unit", "post", "person", "enterprise", "contract"
            ),
            "colours": codes.choices("severity"),
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("预警"), "url": reverse("findings")}],
            **told,
        }
        return render(request, "lianjing/finding_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = open_by_hand(
            subject=subject,
            part=given.get("part", "").strip()[:200],
            severity=given.get("severity", ""),
            explanation=given.get("explanation", "")[:2000],
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
        )
        return reverse("finding", args=[row.pk])

    return done(asked, do, again)


def _subject_of(given: Any) -> str:
    kind, key = given.get("kind", ""), given.get("key", "").strip()[:20]
    return f"{kind}:{key}" if kind and key else ""


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Show a finding with facts, evidence, persons and its loop; do the next act of it."""
    asked = cast(PageRequest, request)
    row = open_for(asked.who.id, finding_id, asked.today)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "lianjing/finding.html", file_of(asked, row) | told, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        act(asked, row.pk)
        stood_back = request.POST.get("action") == "recuse"
        return reverse("findings") if stood_back else reverse("finding", args=[row.pk])

    return done(asked, do, again)


@signed_in(kinds=OFFICIALS)
@require_safe
def finding_paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Show a supervision paper, as page, PDF or Word."""
    asked = cast(PageRequest, request)
    seen = visible_to(asked.who.id, asked.today)
    row = (
        Paper.objects.filter(pk=paper_id, finding__in=seen.order_by().values("pk"))
        .select_related(
            "finding__indicator", "to_unit", "to_person", "from_unit", "issued_by_person", "second_person"
        )
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.paper", _("没有该文书，或不在您的数据范围内"))
    issued: Paper = row
    place = reverse("finding", args=[issued.finding_id])
    return rendered(
        asked,
        lambda: supervision_paper(issued, address=request.build_absolute_uri(place)),
        back=place,
    )
