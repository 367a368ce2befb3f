"""Messages: the bell, the list, one message, who has read it, one's own settings, and what was not delivered."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.message import queries, services
from lianjing.runtime.message.channels import installed
from lianjing.runtime.message.kinds import CHANNELS, EMAIL, HOOK, KINDS, OUTSIDE, SITE, SMS, label, may_switch
from lianjing.runtime.message.models import Message, MessageDelivery
from lianjing.runtime.org.queries import actor_with, unbound
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.register import Register


@signed_in(needs_post=False)
@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """Draw the bell with the count of unread messages: fetched by every page, and again every two minutes."""
    asked = cast(PageRequest, request)
    count = queries.unread(asked.who.id)
    return render(request, "lianjing/parts/bell.html", {"unread": count, "most": queries.COUNTED_TO})


@signed_in(needs_post=False)
@require_safe
def messages_list(request: HttpRequest) -> HttpResponse:
    """List one's own messages, newest first."""
    asked = cast(PageRequest, request)
    columns = [
        Column("kind", _("类型"), lambda row: label(row.kind), "kind"),
        Column(
            "subject",
            _("标题"),
            lambda row: row.message.subject,
            url=lambda row: reverse("message", args=[row.id]),
        ),
        Column("sender", _("发送人"), lambda row: getattr(row.message.sender_person, "name", _("系统"))),
        Column("at", _("时间"), lambda row: row.message.created_at, "id", kind="time"),
        Column(
            "state",
            _("状态"),
            lambda row: _("已读") if row.read_at else _("未读"),
            "read_at",
            kind="status",
            tone=lambda row: "off" if row.read_at else "doing",
        ),
    ]
    states = [("1", _("未读")), ("0", _("已读"))]
    listing = Register(
        asked,
        queries.mine(asked.who.id),
        columns,
        ("message__subject", "message__text", "message__matter__code"),
        [
            Filter("kind", _("类型"), [(kind, label(kind)) for kind in KINDS], "kind"),
            Filter("unread", _("状态"), states, lambda value: _state(value)),
        ],
        [DateFilter("from", _("起"), "due_at__date__gte"), DateFilter("to", _("止"), "due_at__date__lte")],
        empty_text=_("没有消息"),
    )
    if listing.wants_excel:
        return listing.excel(_("消息"))
    return render(
        request, "lianjing/messages.html", {"listing": listing, "unread": queries.unread(asked.who.id)}
    )


def _state(value: str) -> Any:
    return queries.is_unread(value == "1")


@signed_in(needs_post=False)
@require_safe
def message(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one of one's own messages; showing it is reading it."""
    asked = cast(PageRequest, request)
    row = queries.mine(asked.who.id).filter(id=delivery_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.message", _("没有该消息"))
    services.mark_read(person_id=asked.who.id, now=asked.now, delivery_ids=[row.pk])
    found = row.message
    context = {
        "row": row,
        "found": found,
        "kind": label(found.kind),
        "may_see_receipts": queries.may_see_receipts(found, asked.who.id, "supervisor" in asked.roles),
        "matter": visible_to(asked.who.id, asked.today).filter(id=found.matter_id).first()
        if found.matter_id and asked.held
        else None,
        "breadcrumbs": [{"label": _("消息"), "url": reverse("messages")}],
    }
    return render(request, "lianjing/message.html", context)


@signed_in(needs_post=False)
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's messages as read."""
    asked = cast(PageRequest, request)
    count = services.mark_read(person_id=asked.who.id, now=asked.now)
    told.success(request, _("已将%(count)s条消息标为已读") % {"count": count})
    return redirect("messages")


@signed_in
@require_safe
def receipts(request: HttpRequest, message_id: int) -> HttpResponse:
    """List who has read a message and when, for its sender and the supervisors."""
    asked = cast(PageRequest, request)
    found = Message.objects.filter(id=message_id).first()
    is_supervisor = "supervisor" in asked.roles
    if found is None or not queries.may_see_receipts(found, asked.who.id, is_supervisor):
        raise Refusal(Ground.SCOPE, "scope.message", _("没有该消息"))
    columns = [
        Column("person", _("人员"), lambda row: row.person.name, "person__pinyin"),
        Column("unit", _("单位"), lambda row: getattr(row.person.unit, "name", ""), "person__unit__name"),
        Column("read", _("已读时间"), lambda row: row.read_at, "read_at", kind="time"),
        Column(
            "state",
            _("状态"),
            lambda row: _("已读") if row.read_at else _("未读"),
            kind="status",
            tone=lambda row: "good" if row.read_at else "warn",
        ),
    ]
    states = [("1", _("未读")), ("0", _("已读"))]
    listing = Register(
        asked,
        queries.receipts(message_id),
        columns,
        ("person__name", "person__unit__name"),
        [Filter("unread", _("状态"), states, lambda value: _state(value))],
    )
    if listing.wants_excel:
        return listing.excel(_("阅读回执"))
    return render(request, "lianjing/message_receipts.html", {"listing": listing, "found": found})


@signed_in(needs_post=False)
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and keep by which channel a person gets which kind, and where his messages go outside the site."""
    asked = cast(PageRequest, request)

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        return render(
            request, "lianjing/message_settings.html", {**_settings_shown(asked), **more}, status=status
        )

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        pairs = [value.partition(":") for value in request.POST.getlist("on")]
        services.choose(person_id=asked.who.id, chosen=[(kind, channel) for kind, _sep, channel in pairs])
        known = queries.addresses_of(asked.who.id)
        for channel in OUTSIDE:
            address = request.POST.get(f"address_{channel}", "").strip()
            if address != known.get(channel, ""):
                services.set_address(
                    person_id=asked.who.id,
                    channel=channel,
                    address=address,
                    actor=unbound(asked.who.id, "web"),
                    now=asked.now,
                )
        return reverse("message_settings")

    return done(asked, do, again)


def _settings_shown(request: PageRequest) -> dict[str, Any]:
    chosen, ready = queries.choices_of(request.who.id), installed()
    known = queries.addresses_of(request.who.id)
    hints = {
        EMAIL: _("例如 name@example.gov.cn"),
        SMS: _("不填则用人员档案中的手机号"),
        HOOK: _("政务通讯平台的账号"),
    }
    return {
        "channels": [
            {
                "key": channel,
                "word": codes.label("message_channel", channel),
                "is_ready": channel == SITE or channel in ready,
            }
            for channel in CHANNELS
        ],
        "rows": [
            {
                "key": kind.key,
                "word": label(kind.key),
                "is_confidential": kind.is_confidential,
                "cells": [
                    {
                        "channel": channel,
                        "word": codes.label("message_channel", channel),
                        "is_on": chosen[kind.key, channel],
                        "is_fixed": not may_switch(kind.key, channel),
                    }
                    for channel in CHANNELS
                ],
            }
            for kind in KINDS.values()
        ],
        "addresses": [
            {
                "channel": channel,
                "word": codes.label("message_channel", channel),
                "value": request.POST.get(f"address_{channel}", known.get(channel, "")),
                "hint": hints[channel],
            }
            for channel in OUTSIDE
        ],
    }


@signed_in(kinds=("system_admin",))
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """List what has not left the site: the dead first, then what waits. What a message says is not shown."""
    asked = cast(PageRequest, request)
    columns = [
        Column("person", _("接收人"), lambda row: row.person.name, "person__pinyin"),
        Column("channel", _("渠道"), lambda row: codes.label("message_channel", row.channel), "channel"),
        Column(
            "kind",
            _("类型"),
            lambda row: label(row.kind),
            "kind",
            url=lambda row: reverse("message_delivery", args=[row.id]),
        ),
        Column("attempts", _("发送次数"), lambda row: row.attempts, "attempts", kind="number"),
        Column("error", _("失败原因"), lambda row: row.error),
        Column("due", _("下次发送"), lambda row: None if row.dead_at else row.due_at, "due_at", kind="time"),
        Column(
            "state",
            _("状态"),
            lambda row: _("未送达") if row.dead_at else _("待发送"),
            "dead_at",
            kind="status",
            tone=lambda row: "bad" if row.dead_at else "warn",
        ),
    ]
    states = [("dead", _("未送达")), ("waiting", _("待发送"))]
    channels = [(channel, codes.label("message_channel", channel)) for channel in OUTSIDE]
    listing = Register(
        asked,
        queries.undelivered(),
        columns,
        ("person__name", "error"),
        [
            Filter("channel", _("渠道"), channels, "channel"),
            Filter("state", _("状态"), states, lambda value: queries.is_dead(value == "dead")),
        ],
        empty_text=_("没有未送达的消息"),
    )
    if listing.wants_excel:
        return listing.excel(_("未送达消息"))
    return render(request, "lianjing/message_deliveries.html", {"listing": listing})


@signed_in(kinds=("system_admin",))
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Show one delivery without its words; a dead one may be sent again."""
    asked = cast(PageRequest, request)
    row = (
        MessageDelivery.objects.exclude(channel=SITE)
        .select_related("person__unit", "message")
        .filter(id=delivery_id)
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.message", _("没有该消息"))

    def again(more: dict[str, Any], status: int) -> HttpResponse:
        context = {"row": row, "kind": label(row.kind), **more}
        context["breadcrumbs"] = [{"label": _("消息发送"), "url": reverse("message_deliveries")}]
        return render(request, "lianjing/message_delivery.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        if request.POST.get("action") != "resend":
            raise BadInput(_("未知的操作"))
        actor = actor_with(asked.who.id, "system_admin", asked.today)
        services.resend(delivery_id=delivery_id, actor=actor, now=asked.now)
        return reverse("message_deliveries")

    return done(asked, do, again)
