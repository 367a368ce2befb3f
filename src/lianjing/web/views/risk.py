"""The register of integrity risk points (廉政风险点): its board by year, one point with its controls and their tests."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding.models import Indicator
from lianjing.runtime.meeting.models import AgendaItem
from lianjing.runtime.meeting.queries import meetings_for
from lianjing.runtime.org.models import Person, Post, Unit
from lianjing.runtime.risk import controls, register
from lianjing.runtime.risk.models import Control, RiskPoint
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.risk_words import GAPS, LEVEL_TONES, STATE_TONES, gap_word, state_word
from lianjing.web.words import clause_address

LONGEST = 1000


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def risk_points(request: HttpRequest) -> HttpResponse:
    """Show the board of a year: each point with its level and how it is guarded; propose, carry over, adopt."""
    asked = cast(PageRequest, request)
    year = number_of(request.GET.get("year", "")) or _latest_year(asked)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return _board(asked, year, told, status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        shown = _act_on_register(asked, year)
        return f"{reverse('risk_points')}?year={shown}"

    return done(asked, do, again)


def _latest_year(request: PageRequest) -> int:
    last = RiskPoint.objects.order_by("-year").values_list("year", flat=True).first()
    return last or request.today.year


def _act_on_register(request: PageRequest, year: int) -> int:
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now, "key": key_of(request)}
    posted = request.POST
    match posted.get("action"):
        case "propose":
            register.propose(year=year, **who)
        case "carry":
            register.carry(from_year=year, **who)
            return year + 1
        case "adopt":
            register.adopt(
                year=year,
                agenda_item_id=number_of(posted.get("agenda_item", "")),
                paper=posted.get("paper", "")[:LONGEST],
                adopted_on=day_of(posted.get("adopted_on", "")),
                **who,
            )
        case _:
            raise BadInput(_("未知的操作"))
    return year


def _board(request: PageRequest, year: int, told: dict[str, Any], status: int) -> HttpResponse:
    rows = RiskPoint.objects.filter(year=year, is_active=True)
    stands = controls.standings(rows, request.today)
    listing = Register(
        request,
        rows.select_related("unit", "post", "owner_person").order_by("no"),
        _columns(stands),
        ("description", "unit__name", "post__name", "owner_person__name"),
        _filters(stands),
        table="risk-points",
        search_label=_("风险内容、单位、岗位、责任人"),
        empty_text=_("该年度没有风险点"),
        kept=[("year", str(year))],
    )
    if listing.wants_excel:
        return listing.excel(_("廉政风险点"))
    years = set(RiskPoint.objects.values_list("year", flat=True)) | {request.today.year}
    gaps = [pk for pk, each in stands.items() if each.gap]
    levels = dict.fromkeys(codes.codes("risk_level"), 0)
    for row in rows:
        levels[row.level] = levels.get(row.level, 0) + 1
    context = {
        "listing": listing,
        "year": year,
        "years": sorted(years, reverse=True),
        "total": len(stands),
        "gaps": len(gaps),
        "levels": [
            (code, word, levels[code], LEVEL_TONES[code]) for code, word in codes.choices("risk_level")
        ],
        "adoption": register.adoption_of(year),
        "is_seeded": year == register.SEED_YEAR,
        "marks": register.SEED_MARKS,
        **_may(request, year, bool(stands)),
        "request_key": fresh_key(),
        "posted": request.POST,
        **told,
    }
    return render(request, "lianjing/risk_points.html", context, status=status)


def _may(request: PageRequest, year: int, has_points: bool) -> dict[str, Any]:
    writes = bool(request.roles.intersection(register.WRITERS))
    is_draft = register.adoption_of(year) is None
    is_secretary = any(held.post.key == register.SECRETARY for held in request.held)
    next_begun = RiskPoint.objects.filter(year=year + 1).exists()
    return {
        "may_propose": writes and is_draft and not has_points,
        "may_write": writes and is_draft,
        "may_carry": writes and has_points and not is_draft and not next_begun,
        "may_adopt": is_secretary and is_draft and has_points,
        "agenda": _agenda(request) if is_secretary else [],
    }


def _agenda(request: PageRequest) -> list[AgendaItem]:
    meetings = meetings_for(request.who.id, request.today).filter(kind=register.PARTY_COMMITTEE)
    rows = AgendaItem.objects.filter(
        meeting__in=meetings.order_by().values("pk"), result__in=("passed", "conditional")
    )
    return list(rows.select_related("meeting").order_by("-decided_on", "-pk")[:50])


def _filters(stands: dict[int, controls.Standing]) -> list[Filter]:
    def by_gap(value: str) -> Q:
        if value == "any":
            return Q(pk__in=[pk for pk, each in stands.items() if each.gap])
        return Q(pk__in=[pk for pk, each in stands.items() if each.gap == value])

    return [
        Filter("level", _("等级"), codes.choices("risk_level"), "level"),
        Filter("kind", _("类型"), codes.choices("risk_kind"), "kind"),
        Filter("domain", _("领域"), codes.choices("domain"), "domain"),
        Filter("gap", _("缺口"), [("any", _("全部缺口")), *((code, _(word)) for code, word in GAPS)], by_gap),
    ]


def _columns(stands: dict[int, controls.Standing]) -> list[Column]:
    return [
        Column("no", _("序号"), lambda row: row.no, "no", "number"),
        Column(
            "description",
            _("风险内容"),
            lambda row: row.description,
            "description",
            url=lambda row: reverse("risk_point", args=[row.pk]),
        ),
        Column(
            "level",
            _("等级"),
            lambda row: codes.label("risk_level", row.level),
            "level",
            "status",
            tone=lambda row: LEVEL_TONES[row.level],
        ),
        Column("kind", _("类型"), lambda row: codes.label("risk_kind", row.kind), "kind"),
        Column("domain", _("领域"), lambda row: codes.label("domain", row.domain), "domain"),
        Column("unit", _("单位"), lambda row: row.unit.name if row.unit else "", "unit__name"),
        Column(
            "post", _("岗位"), lambda row: row.post.name if row.post else "", "post__name", is_hidden=True
        ),
        Column(
            "owner",
            _("责任人"),
            lambda row: row.owner_person.name if row.owner_person else "",
            "owner_person__name",
        ),
        Column("living", _("措施数"), lambda row: stands[row.pk].living, kind="number"),
        Column("working", _("有效措施"), lambda row: stands[row.pk].working, kind="number"),
        Column(
            "gap",
            _("防控"),
            lambda row: gap_word(stands[row.pk].gap),
            kind="status",
            tone=lambda row: STATE_TONES[stands[row.pk].gap or "works"],
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def risk_point_new(request: HttpRequest) -> HttpResponse:
    """Enter a risk point into the draft of a year, by a unit."""
    asked = cast(PageRequest, request)
    year = number_of(request.GET.get("year", "")) or asked.today.year
    if request.method == "GET":
        register.writer(asked.who.id, asked.today)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "year": year,
            "row": None,
            "given": request.POST,
            **_point_choices(),
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": _("廉政风险点"), "url": f"{reverse('risk_points')}?year={year}"}],
            **told,
        }
        return render(request, "lianjing/risk_point_new.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = register.put_point(year=year, point=_point(asked), **_who(asked))
        return reverse("risk_point", args=[row.pk])

    return done(asked, do, again)


def _who(request: PageRequest) -> dict[str, Any]:
    return {"person_id": request.who.id, "now": request.now, "key": key_of(request)}


def _point(request: PageRequest) -> register.Point:
    posted = request.POST
    return register.Point(
        description=posted.get("description", "")[:LONGEST],
        kind=posted.get("kind", ""),
        domain=posted.get("domain", ""),
        level=posted.get("level", ""),
        unit_id=number_of(posted.get("unit", "")),
        post_id=number_of(posted.get("post", "")),
        owner_person_id=number_of(posted.get("owner", "")),
        probability=number_of(posted.get("probability", "")),
        impact=number_of(posted.get("impact", "")),
    )


def _point_choices() -> dict[str, Any]:
    inside = Unit.objects.exclude(kind="outside").order_by("code")
    return {
        "kinds": codes.choices("risk_kind"),
        "domains": codes.choices("domain"),
        "levels": codes.choices("risk_level"),
        "units": inside,
        "posts": Post.objects.filter(unit__in=inside, to_on__isnull=True)
        .select_related("unit")
        .order_by("unit__code", "pk"),
        "people": Person.objects.filter(unit__in=inside, left_on__isnull=True)
        .select_related("unit")
        .order_by("pinyin"),
    }


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def risk_point(request: HttpRequest, point_id: int) -> HttpResponse:
    """Show a point: who answers for it, its controls with their rules, indicators and tests; write, test, end."""
    asked = cast(PageRequest, request)
    row = RiskPoint.objects.select_related("unit", "post", "owner_person").filter(pk=point_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.risk", _("没有该风险点"))
    shown: RiskPoint = row

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "lianjing/risk_point.html", _point_context(asked, shown) | told, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        _act_on_point(asked, shown)
        return reverse("risk_point", args=[shown.pk])

    return done(asked, do, again)


def _point_context(request: PageRequest, row: RiskPoint) -> dict[str, Any]:
    adoption = register.adoption_of(row.year)
    stands = controls.standings([row], request.today)[row.pk]
    writes = bool(request.roles.intersection(register.WRITERS))
    return {
        "row": row,
        "tone": LEVEL_TONES[row.level],
        "adoption": adoption,
        "stands": stands,
        "gap": gap_word(stands.gap),
        "gap_tone": STATE_TONES[stands.gap or "works"],
        "controls": [
            _control_line(each, request) for each in Control.objects.filter(risk_point=row).order_by("pk")
        ],
        "may_write": writes and adoption is None and row.is_active,
        "may_control": writes and row.is_active,
        "may_test": bool(request.roles.intersection(controls.TESTERS))
        and row.owner_person_id != request.who.id,
        "results": codes.choices("test_result", "works", "partly", "fails"),
        "control_kinds": codes.choices("control_kind"),
        "indicators": Indicator.objects.exclude(code="HAND").order_by("code"),
        "given": request.POST,
        "posted": request.POST,
        "request_key": fresh_key(),
        "breadcrumbs": [{"label": _("廉政风险点"), "url": f"{reverse('risk_points')}?year={row.year}"}],
        **_point_choices(),
    }


def _control_line(row: Control, request: PageRequest) -> dict[str, Any]:
    is_ended = row.to_on is not None and row.to_on <= request.today
    state = "ended" if is_ended else controls.state_of(row, request.today)
    indicator = Indicator.objects.filter(code=row.indicator_code).order_by("-version").first()
    return {
        "row": row,
        "state": state_word(state),
        "tone": STATE_TONES[state],
        "is_living": not is_ended,
        "indicator": indicator,
        "clause_url": clause_address(row.clause, request.today),
        "tests": [
            (
                each,
                reverse("trace", args=[each.evidence_table, each.evidence_key])
                if each.evidence_table
                else "",
            )
            for each in row.tests.select_related("person").order_by("-tested_on", "-pk")
        ],
    }


def _act_on_point(request: PageRequest, row: RiskPoint) -> None:
    posted = request.POST
    text = posted.get("text", "")[:LONGEST]
    who = _who(request)
    control_id = number_of(posted.get("control", "")) or 0
    match posted.get("action"):
        case "put":
            register.put_point(year=row.year, point=_point(request), point_id=row.pk, **who)
        case "drop":
            register.drop_point(point_id=row.pk, reason=text, **who)
        case "control":
            draft = controls.Draft(
                description=text,
                kind=posted.get("kind", ""),
                step_key=posted.get("step", "")[:LONGEST],
                indicator_code=posted.get("indicator", ""),
                clause=posted.get("clause", "")[:LONGEST],
            )
            controls.add(point_id=row.pk, draft=draft, **who)
        case "end":
            controls.end(control_id=control_id, reason=text, **who)
        case "test":
            controls.record_test(
                control_id=control_id,
                result=posted.get("result", ""),
                evidence=text,
                evidence_ref=posted.get("evidence_ref", "")[:LONGEST],
                **who,
            )
        case _:
            raise BadInput(_("未知的操作"))
