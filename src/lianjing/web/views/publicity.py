"""Notices: the list, one notice with its media, digests and objections, and a new one."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.process.scope import open_for
from lianjing.runtime.publicity import queries, services
from lianjing.runtime.publicity.models import Publicity
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.publicity_forms import NoticeForm
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address

STATES = {
    "coming": gettext_lazy("待公示"),
    "running": gettext_lazy("公示中"),
    "ended": gettext_lazy("已期满"),
    "taken_down": gettext_lazy("已撤下"),
}
TONES = {"coming": "plain", "running": "doing", "ended": "good", "taken_down": "warn"}


def state_of(row: Publicity, day: date) -> str:
    """Return where a notice stands on the day: coming, running, ended or taken down."""
    if row.taken_down_at is not None:
        return "taken_down"
    if row.from_on is not None and day < row.from_on:
        return "coming"
    return "ended" if row.to_on is not None and day > row.to_on else "running"


def _condition(state: str, day: date) -> Q:
    up = Q(taken_down_at__isnull=True)
    return {
        "coming": up & Q(from_on__gt=day),
        "running": up & Q(from_on__lte=day, to_on__gte=day),
        "ended": up & Q(to_on__lt=day),
        "taken_down": Q(taken_down_at__isnull=False),
    }.get(state, Q())


@signed_in(kinds=OFFICIALS | {"external"})
@require_safe
def publicities(request: HttpRequest) -> HttpResponse:
    """List the notices within the reader's scope, one line for each medium."""
    asked = cast(PageRequest, request)
    day = asked.today
    columns = [
        Column("title", _("标题"), lambda row: row.title, "title", url=_place),
        Column("kind", _("类型"), lambda row: codes.label("publicity_kind", row.kind), "kind"),
        Column("matter", _("所属事项"), lambda row: row.matter.title, "matter__title"),
        Column("medium", _("媒介"), lambda row: codes.label("medium", row.medium), "medium"),
        Column("from", _("起"), lambda row: row.from_on, "from_on", kind="day"),
        Column("to", _("止"), lambda row: row.to_on, "to_on", kind="day"),
        Column("person", _("发布人"), lambda row: row.person.name if row.person else "", "person__name"),
        Column(
            "confirmed",
            _("核对"),
            lambda row: row.confirmed_by_person.name if row.confirmed_by_person else "",
            "confirmed_by_person__name",
        ),
        Column(
            "same",
            _("内容"),
            lambda row: _("与原文不一致") if queries.differs(row) else "",
            kind="status",
            tone=lambda _row: "bad",
        ),
        Column(
            "state",
            _("状态"),
            lambda row: str(STATES[state_of(row, day)]),
            kind="status",
            tone=lambda row: TONES[state_of(row, day)],
        ),
    ]
    words = [(key, str(word)) for key, word in STATES.items()]
    listing = Register(
        asked,
        queries.visible(asked.who.id, day),
        columns,
        ("title", "text", "matter__title", "matter__code"),
        [
            Filter("state", _("状态"), words, lambda value: _condition(value, day)),
            Filter("kind", _("类型"), codes.choices("publicity_kind"), "kind"),
            Filter("medium", _("媒介"), codes.choices("medium"), "medium"),
        ],
        [DateFilter("from", _("公示起"), "from_on__gte"), DateFilter("to", _("公示止"), "to_on__lte")],
    )
    if listing.wants_excel:
        return listing.excel(_("公示公告"))
    return render(request, "lianjing/publicities.html", {"listing": listing})


def _place(row: Publicity) -> str:
    return reverse("publicity", args=[row.pk])


@signed_in(kinds=OFFICIALS - {"supervisor"})
@require_http_methods(["GET", "POST"])
def publicity_new(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Publish a notice for a matter."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    form = NoticeForm(request.POST or None, initial={"from_on": asked.today})

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {"form": form, "matter": matter, "request_key": fresh_key(), **told}
        return render(request, "lianjing/publicity_new.html", context, status=status)

    def do() -> str:
        data = form.cleaned_data
        rows = services.announce(
            matter_id=matter.pk,
            kind=data["kind"],
            title=data["title"],
            text=data["text"],
            media=[(medium, data["address"]) for medium in data["medium"]],
            from_on=data["from_on"],
            to_on=data["to_on"],
            contact_text=data["contact_text"],
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
        )
        return _place(rows[0])

    if request.method == "GET":
        return again({}, 200)
    return done(asked, do, again) if form.is_valid() else again({}, 422)


@signed_in(kinds=OFFICIALS | {"external"})
@require_http_methods(["GET", "POST"])
def publicity(request: HttpRequest, publicity_id: int) -> HttpResponse:
    """Show a notice; another official checks what the medium shows, one takes it down with a reason."""
    asked = cast(PageRequest, request)
    found = queries.visible(asked.who.id, asked.today).filter(pk=publicity_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.publicity", _("没有该公示，或不在您的数据范围内"))
    row: Publicity = found
    if request.method == "GET":
        return _page(asked, row, {}, 200)
    return done(asked, lambda: _act(asked, row), lambda told, status: _page(asked, row, told, status))


def _act(request: PageRequest, row: Publicity) -> str:
    who: dict[str, Any] = {
        "publicity_id": row.pk,
        "person_id": request.who.id,
        "now": request.now,
        "key": key_of(request),
    }
    match request.POST.get("action"):
        case "confirm":
            services.confirm(found_text=request.POST.get("found_text", "") or None, **who)
        case "take_down":
            services.take_down(reason=request.POST.get("reason", ""), **who)
        case _:
            raise BadInput(_("没有这项操作"))
    return _place(row)


def _page(request: PageRequest, row: Publicity, told: dict[str, Any], status: int) -> HttpResponse:
    fresh = queries.visible(request.who.id, request.today).get(pk=row.pk)
    state = state_of(fresh, request.today)
    media = queries.media_of(fresh)
    is_official = bool(request.roles & (OFFICIALS - {"supervisor"}))
    objections = queries.objections_visible(request.who.id, request.today)
    if not request.roles & OFFICIALS:
        objections = objections.filter(person_id=request.who.id)
    context = {
        "row": fresh,
        "state": STATES[state],
        "tone": TONES[state],
        "media": [{"row": each, "differs": queries.differs(each)} for each in media],
        "differs": queries.differs(fresh),
        "plain_digest": queries.digest(fresh.text),
        "objections": objections.filter(publicity__in=[each.pk for each in media]),
        "may_confirm": is_official
        and fresh.confirmed_at is None
        and fresh.taken_down_at is None
        and fresh.person_id != request.who.id,
        "may_take_down": is_official and fresh.taken_down_at is None,
        "clause_url": clause_address(services.CLAUSE, request.today),
        "request_key": fresh_key(),
        **told,
    }
    return render(request, "lianjing/publicity.html", context, status=status)
