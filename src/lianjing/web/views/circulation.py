"""Copies for information: sent, read, taken back; the lists of those received and those sent."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.consultation.models import Circulation, CirculationCopy
from lianjing.runtime.consultation.queries import copies_for, copies_sent
from lianjing.runtime.process import consulting
from lianjing.runtime.process.scope import open_to_act, visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, Filter
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.seats import seats


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def circulate(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Choose to whom a matter is shown, and send the copies."""
    asked = cast(PageRequest, request)
    matter = open_to_act(asked.who.id, matter_id, asked.today)

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "matter": matter,
            "units": seats(asked.today, without_person=asked.who.id),
            "ticked": request.POST.getlist("to"),
            "text": request.POST.get("text", ""),
            "request_key": fresh_key(),
            "breadcrumbs": [{"label": matter.title, "url": reverse("matter", args=[matter.pk])}],
            **more,
        }
        return render(request, "lianjing/circulate.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        row = consulting.circulate(
            matter_id=matter.pk,
            person_id=asked.who.id,
            to=[_seat(value) for value in request.POST.getlist("to")],
            text=request.POST.get("text", ""),
            now=asked.now,
            key=key_of(asked),
        )
        return reverse("circulation", args=[row.pk])

    return done(asked, do, again)


def _seat(value: str) -> tuple[int, int]:
    person, _sep, post = value.partition(":")
    pair = number_of(person), number_of(post)
    if pair[0] is None or pair[1] is None:
        raise BadInput(_("请从列表中选择"), "to")
    return pair[0], pair[1]


@signed_in(kinds=OFFICIALS)
@require_safe
def circulations(request: HttpRequest) -> HttpResponse:
    """List the copies received (传阅件) or sent."""
    asked = cast(PageRequest, request)
    is_sent = request.GET.get("tab") == "sent"
    rows = copies_sent(asked.who.id) if is_sent else copies_for(asked.who.id)
    listing = Register(
        asked,
        rows,
        _columns(is_sent),
        ("circulation__matter__title", "circulation__matter__code", "circulation__text", "person__name"),
        [Filter("state", _("状态"), _states(), lambda value: _condition(value))],
        empty_text=_("没有传阅件"),
    )
    if listing.wants_excel:
        return listing.excel(_("传阅件"))
    place = reverse("circulations")
    waiting = copies_for(asked.who.id).filter(_condition("unread")).count()
    tabs = [
        {"text": _("收到的"), "url": place, "is_active": not is_sent, "count": waiting},
        {"text": _("发出的"), "url": f"{place}?tab=sent", "is_active": is_sent, "count": None},
    ]
    return render(request, "lianjing/circulations.html", {"listing": listing, "tabs": tabs})


def _states() -> list[tuple[str, str]]:
    return [("unread", _("未阅")), ("read", _("已阅")), ("withdrawn", _("已撤回"))]


def _condition(state: str) -> Q:
    live = Q(circulation__withdrawn_at__isnull=True)
    return {
        "unread": live & Q(read_at__isnull=True),
        "read": live & Q(read_at__isnull=False),
        "withdrawn": ~live,
    }[state]


def _state_of(row: CirculationCopy) -> str:
    if row.circulation.withdrawn_at is not None:
        return "withdrawn"
    return "read" if row.read_at else "unread"


def _columns(is_sent: bool) -> list[Column]:
    tones = {"unread": "doing", "read": "good", "withdrawn": "off"}
    other = (
        Column(
            "person", _("阅知人"), lambda row: f"{row.person.name}（{row.post.unit.name}）", "person__pinyin"
        )
        if is_sent
        else Column(
            "sender",
            _("发送人"),
            lambda row: f"{row.circulation.sender_person.name}（{row.circulation.sender_post.unit.name}）",
            "circulation__sender_person__pinyin",
        )
    )
    return [
        Column(
            "matter",
            _("事项"),
            lambda row: row.circulation.matter.title,
            "circulation__matter__title",
            url=lambda row: reverse("circulation", args=[row.circulation_id]),
        ),
        Column("code", _("编号"), lambda row: row.circulation.matter.code, "circulation__matter__code"),
        other,
        Column("text", _("附言"), lambda row: row.circulation.text),
        Column(
            "sent", _("发送时间"), lambda row: row.circulation.sent_at, "circulation__sent_at", kind="time"
        ),
        Column("read", _("已阅时间"), lambda row: row.read_at, "read_at", kind="time"),
        Column(
            "state",
            _("状态"),
            lambda row: dict(_states())[_state_of(row)],
            kind="status",
            tone=lambda row: tones[_state_of(row)],
        ),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def circulation(request: HttpRequest, circulation_id: int) -> HttpResponse:
    """Show a circulation: its reader signs it as read, its sender sees who has and may take it back."""
    asked = cast(PageRequest, request)
    row, mine, sees_all = _reach(asked, circulation_id)

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        copies = CirculationCopy.objects.filter(circulation=row).select_related("person", "post__unit")
        context = {
            "row": row,
            "mine": mine,
            "is_sender": row.sender_person_id == asked.who.id,
            "copies": copies.order_by("id") if sees_all else [],
            "matter": visible_to(asked.who.id, asked.today).filter(id=row.matter_id).first(),
            "breadcrumbs": [{"label": _("传阅件"), "url": reverse("circulations")}],
            **more,
        }
        return render(request, "lianjing/circulation.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        who: dict[str, Any] = {"circulation_id": row.pk, "person_id": asked.who.id, "now": asked.now}
        text = request.POST.get("text", "")
        match request.POST.get("action"):
            case "read":
                consulting.read_copy(remark=text, **who)
            case "withdraw":
                consulting.take_back_copies(reason=text, **who)
            case _:
                raise BadInput(_("未知的操作"))
        return reverse("circulation", args=[row.pk])

    return done(asked, do, again)


def _reach(request: PageRequest, circulation_id: int) -> tuple[Circulation, CirculationCopy | None, bool]:
    """The circulation, one's own copy, and whether one sees all readers: the sender and the supervisors do."""
    found = Circulation.objects.select_related("matter", "sender_person", "sender_post__unit")
    row = found.filter(id=circulation_id).first()
    if row is not None:
        mine = CirculationCopy.objects.filter(circulation=row, person_id=request.who.id).first()
        sees_all = row.sender_person_id == request.who.id or (
            "supervisor" in request.roles
            and visible_to(request.who.id, request.today).filter(id=row.matter_id).exists()
        )
        if mine is not None or sees_all:
            return row, mine, sees_all
    raise Refusal(Ground.SCOPE, "scope.circulation", _("没有该传阅，或不在您的数据范围内"))
