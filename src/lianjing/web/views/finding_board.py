"""The board of the five harms, whose counts equal the findings, and the dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.finding import merging
from lianjing.runtime.finding.models import Case
from lianjing.runtime.finding.visibility import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.finding_file import SEVERITY_TONES, counted
from lianjing.web.listing import Column, Filter
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register

HARMS = ("late_policy", "unlike_treatment", "shareholding", "charges", "extortion")
MOST = 200
KINDS = {
    "all": Q(),
    "open": ~Q(state="closed"),
    "confirmed": Q(verdict__in=("confirmed", "partly")),
    "closed": Q(state="closed"),
}


@signed_in(kinds=OFFICIALS)
@require_safe
def finding_harms(request: HttpRequest) -> HttpResponse:
    """Show for each harm how many findings stand, hold and are closed; each figure opens its list."""
    asked = cast(PageRequest, request)
    mine = visible_to(asked.who.id, asked.today).order_by()
    sums = {name: Count("pk", filter=condition) for name, condition in KINDS.items() if name != "all"}
    rows = {
        each["harm"]: each for each in mine.exclude(harm="").values("harm").annotate(all=Count("pk"), **sums)
    }
    names = [*HARMS, "borrowing", "other"]
    board = [_line(code, rows.get(code, {})) for code in names if code in HARMS or code in rows]
    context = {
        "board": board,
        "unsorted": mine.filter(harm="").count(),
        "total": mine.count(),
        "forms": _forms(mine),
    }
    return render(request, "lianjing/finding_harms.html", context)


def _line(code: str, row: Mapping[str, Any]) -> dict[str, Any]:
    place = reverse("findings")
    asked = {
        "all": {},
        "open": {"list": "open"},
        "confirmed": {"list": "held"},
        "closed": {"state": "closed"},
    }
    return {
        "label": codes.label("harm", code),
        "is_one_of_five": code in HARMS,
        "counts": [
            {
                "name": name,
                "count": row.get(name, 0),
                "url": f"{place}?{urlencode({'harm': code, **given})}",
            }
            for name, given in asked.items()
        ],
    }


def _forms(mine: Any) -> list[tuple[str, int]]:
    counted = dict(mine.exclude(result_form="").values_list("result_form").annotate(Count("pk")))
    return [(word, counted.get(code, 0)) for code, word in codes.choices("four_forms")]


@signed_in(kinds=("supervisor",))
@require_safe
def finding_cases(request: HttpRequest) -> HttpResponse:
    """List the dossiers: number, title, state and how many findings each gathers."""
    asked = cast(PageRequest, request)
    seen = visible_to(asked.who.id, asked.today).order_by().values("case_id")
    rows = Case.objects.filter(pk__in=seen).annotate(count=counted(asked, "case"))
    listing = Register(
        asked,
        rows.select_related("unit", "person").order_by("-opened_on", "-pk"),
        [
            Column("no", _("编号"), lambda row: row.case_no, "pk"),
            Column("title", _("名称"), lambda row: row.title, "title"),
            Column("kind", _("类型"), lambda row: codes.label("case_kind", row.kind), "kind"),
            Column(
                "severity",
                _("颜色"),
                lambda row: codes.label("severity", row.severity),
                "severity",
                "status",
                tone=lambda row: SEVERITY_TONES[row.severity],
            ),
            Column(
                "count",
                _("预警数"),
                lambda row: row.count,
                "count",
                "number",
                url=lambda row: f"{reverse('findings')}?{urlencode({'dossier': row.pk})}",
            ),
            Column("opened", _("建档日"), lambda row: row.opened_on, "opened_on", "day"),
            Column("state", _("状态"), lambda row: codes.label("case_state", row.state), "state"),
        ],
        ("case_no", "title"),
        [
            Filter("kind", _("类型"), codes.choices("case_kind"), "kind"),
            Filter("state", _("状态"), codes.choices("case_state"), "state"),
        ],
        table="finding-cases",
        empty_text=_("没有并案的案卷"),
    )
    if listing.wants_excel:
        return listing.excel(_("监督案卷"))
    return render(request, "lianjing/finding_cases.html", {"listing": listing})


@signed_in(kinds=("supervisor",))
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """Merge findings into one dossier by hand: choose two or more that are open and in no dossier."""
    asked = cast(PageRequest, request)
    word = request.GET.get("q", "").strip()[:80]

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        rows = visible_to(asked.who.id, asked.today).filter(case__isnull=True).exclude(state="closed")
        if word:
            rows = rows.filter(Q(finding_no__icontains=word) | Q(subject_title__icontains=word))
        context = {
            "rows": rows.order_by("subject_title", "-pk")[:MOST],
            "count": rows.count(),
            "most": MOST,
            "word": word,
            "kinds": codes.choices("case_kind"),
            "chosen": [number_of(each) for each in request.POST.getlist("findings")],
            "posted": request.POST,
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("监督案卷"), "url": reverse("finding_cases")}],
            **told,
        }
        return render(request, "lianjing/case_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        chosen = [number_of(each) for each in request.POST.getlist("findings")]
        case = merging.merge(
            finding_ids=[each for each in chosen if each is not None],
            title=request.POST.get("title", "")[:200],
            kind=request.POST.get("kind", ""),
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
        )
        return f"{reverse('findings')}?{urlencode({'dossier': case.pk})}"

    return done(asked, do, again)
