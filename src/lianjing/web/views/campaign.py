"""Special campaigns (专项整治): the list, one opened with its scope and team, its progress, its closing report."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import campaigning
from lianjing.runtime.finding.assigning import CHIEF
from lianjing.runtime.finding.models import Indicator
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.risk.models import Campaign, CampaignReport
from lianjing.runtime.scope.door import rows_of
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.finding_file import counted
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.papers.campaign import campaign_paper as paper_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.views.paper import rendered

TONES = {"planned": "plain", "running": "doing", "closed": "good"}
LONGEST = 4000


def _is_chief(request: PageRequest) -> bool:
    return any(held.post.key == CHIEF for held in request.held)


@signed_in(kinds=OFFICIALS)
@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """List the campaigns with the findings in each that the reader may see."""
    asked = cast(PageRequest, request)
    rows = Campaign.objects.annotate(count=counted(asked, "campaign")).select_related("unit")
    listing = Register(
        asked,
        rows.order_by("-from_on", "-pk"),
        [
            Column(
                "title",
                _("名称"),
                lambda row: row.title,
                "title",
                url=lambda row: reverse("campaign", args=[row.pk]),
            ),
            Column("harm", _("整治问题"), lambda row: codes.label("harm", row.harm), "harm"),
            Column("unit", _("牵头单位"), lambda row: row.unit.name, "unit__name"),
            Column("from", _("起"), lambda row: row.from_on, "from_on", "day"),
            Column("to", _("止"), lambda row: row.to_on, "to_on", "day"),
            Column("count", _("预警数"), lambda row: row.count, "count", "number", url=_findings_of),
            Column(
                "status",
                _("状态"),
                lambda row: codes.label("campaign_status", row.status),
                "status",
                "status",
                tone=lambda row: TONES[row.status],
            ),
        ],
        ("title", "unit__name"),
        [
            Filter("status", _("状态"), codes.choices("campaign_status"), "status"),
            Filter("harm", _("整治问题"), codes.choices("harm"), "harm"),
        ],
        table="campaigns",
        empty_text=_("没有专项整治"),
    )
    if listing.wants_excel:
        return listing.excel(_("专项整治"))
    return render(request, "lianjing/campaigns.html", {"listing": listing, "may_open": _is_chief(asked)})


def _findings_of(row: Any) -> str:
    return f"{reverse('findings')}?campaign={row.pk}"


@signed_in(kinds=("supervisor",))
@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    """Open a campaign: its harm and period, the indicators and units that it looks at, its team."""
    asked = cast(PageRequest, request)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "given": request.POST,
            "harms": codes.choices("harm"),
            "indicators": Indicator.objects.exclude(status="stopped").order_by("code"),
            "units": Unit.objects.exclude(kind="outside").order_by("code"),
            "people": _people(),
            "chosen": {name: request.POST.getlist(name) for name in ("indicators", "units", "members")},
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("专项整治"), "url": reverse("campaigns")}],
            **told,
        }
        return render(request, "lianjing/campaign_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = campaigning.create(plan=_plan(asked), **_who(asked))
        return reverse("campaign", args=[row.pk])

    return done(asked, do, again)


def _people() -> Any:
    rows = Person.objects.filter(left_on__isnull=True).exclude(unit__kind="outside")
    return rows.select_related("unit").order_by("pinyin")


def _numbers(request: PageRequest, name: str) -> list[int]:
    return [number for each in request.POST.getlist(name) if (number := number_of(each)) is not None]


def _plan(request: PageRequest) -> campaigning.Plan:
    posted = request.POST
    from_on, to_on = day_of(posted.get("from_on", "")), day_of(posted.get("to_on", ""))
    if from_on is None or to_on is None:
        raise BadInput(_("请填写起止日"), "from_on")
    return campaigning.Plan(
        title=posted.get("title", "")[:200],
        harm=posted.get("harm", ""),
        from_on=from_on,
        to_on=to_on,
        indicator_codes=posted.getlist("indicators"),
        unit_ids=_numbers(request, "units"),
        member_ids=_numbers(request, "members"),
    )


def _who(request: PageRequest) -> dict[str, Any]:
    return {"person_id": request.who.id, "now": request.now, "key": key_of(request)}


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Show a campaign: scope, team, progress; gather, change the team, close with the report."""
    asked = cast(PageRequest, request)
    row = campaigning.reach(campaign_id)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "lianjing/campaign.html", _context(asked, row) | told, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _act(asked, row.pk)
        return reverse("campaign", args=[row.pk])

    return done(asked, do, again)


def _context(request: PageRequest, row: Campaign) -> dict[str, Any]:
    is_watching = "supervisor" in request.roles
    codes_of = [each.indicator_code for each in row.scope.all() if each.indicator_code]
    is_running = row.status != "closed"
    return {
        "row": row,
        "tone": TONES[row.status],
        "indicators": Indicator.objects.filter(code__in=codes_of).order_by("code", "version"),
        "units": [each.unit for each in row.scope.filter(unit__isnull=False).select_related("unit")],
        "members": row.members.select_related("person__unit").order_by("pk"),
        "progress": campaigning.progress(row, request.today) if is_watching else None,
        "seen": visible_to(request.who.id, request.today).filter(campaign=row).count(),
        "findings_url": _findings_of(row),
        "report": _report(request, row),
        "may_gather": is_running and is_watching and campaigning.is_member(row, request.who.id),
        "may_lead": is_running and _is_chief(request),
        "people": _people() if _is_chief(request) else [],
        "posted": request.POST,
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("专项整治"), "url": reverse("campaigns")}],
    }


def _report(request: PageRequest, row: Campaign) -> CampaignReport | None:
    found: CampaignReport | None = (
        rows_of(CampaignReport, Reader(request.who.id, request.now)).filter(campaign=row).first()
    )
    return found


def _act(request: PageRequest, campaign_id: int) -> None:
    posted = request.POST
    who: dict[str, Any] = {"campaign_id": campaign_id, **_who(request)}
    person = number_of(posted.get("member", "")) or 0
    match posted.get("action"):
        case "gather":
            campaigning.gather(**who)
        case "put_in":
            campaigning.put_in(finding_id=number_of(posted.get("finding", "")) or 0, **who)
        case "member":
            campaigning.add_member(member_person_id=person, **who)
        case "member_end":
            campaigning.end_member(member_person_id=person, **who)
        case "close":
            text, measures = (posted.get(name, "")[:LONGEST] for name in ("text", "measures"))
            campaigning.close(text=text, measures=measures, **who)
        case _:
            raise BadInput(_("未知的操作"))


@signed_in(kinds=OFFICIALS)
@require_safe
def campaign_paper(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Show the closing report of a campaign, as page, PDF or Word."""
    asked = cast(PageRequest, request)
    row = campaigning.reach(campaign_id)
    report = _report(asked, row)
    if report is None:
        raise Refusal(Ground.SCOPE, "scope.campaign", _("没有总结报告，或不在您的数据范围内"))
    place = reverse("campaign", args=[row.pk])
    issued: CampaignReport = report
    seen = visible_to(asked.who.id, asked.today).filter(campaign=row)
    return rendered(
        asked,
        lambda: paper_of(issued, findings=seen, address=request.build_absolute_uri(place)),
        back=place,
    )
