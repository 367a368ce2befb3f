"""访问令牌 and 事件推送: what one gave to other programs, shown once, listed, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Person
from lianjing.runtime.token import services as tokens
from lianjing.runtime.token.models import ApiToken
from lianjing.runtime.token.queries import visible
from lianjing.runtime.webhook import services as webhooks
from lianjing.runtime.webhook.models import Subscription
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.form_page import PersonChoice, ReasonForm, choose, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.session_keeping import require_recent

STATE_TONES = {"waiting": "doing", "delivered": "good", "dead": "bad"}


class TokenForm(forms.Form):
    """A token to be issued: what for, what it may do, for how many days."""

    name = forms.CharField(label=gettext_lazy("令牌名称"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("范围"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    registers = forms.CharField(
        label=gettext_lazy("限定台账"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("只能读取这些台账或表，以空格分隔；不填则不限"),
    )
    days = forms.IntegerField(label=gettext_lazy("有效天数"), min_value=1, initial=30)
    person = PersonChoice(
        Person.objects.none(),
        label=gettext_lazy("服务令牌所代表的人员"),
        required=False,
        help_text=gettext_lazy("不选则为本人的个人令牌"),
    )

    def __init__(self, data: Any, *, is_issuer: bool) -> None:
        super().__init__(data)
        choose(self, "scopes", codes.choices("api_scope"))
        self.fields["days"].help_text = _("最长%(days)s天") % {"days": settings.LIANJING_TOKEN_DAYS}
        if is_issuer:
            people = Person.objects.filter(left_on=None).select_related("unit").order_by("pinyin", "id")
            self.fields["person"].queryset = people  # type: ignore[attr-defined]
        else:
            del self.fields["person"]


class WebhookForm(forms.Form):
    """A wish to be told of acts."""

    name = forms.CharField(label=gettext_lazy("推送名称"), max_length=60)
    url = forms.CharField(
        label=gettext_lazy("接收地址"), max_length=500, help_text=gettext_lazy("主机须在安装时的允许名单内")
    )
    kinds = forms.CharField(
        label=gettext_lazy("事件种类"),
        max_length=1000,
        help_text=gettext_lazy("如 works_payment.audit 或 works_payment.*，以空格分隔；* 为全部"),
    )


@signed_in
@require_safe
def token_list(request: PageRequest) -> HttpResponse:
    """List one's own tokens; all of them for who issues and who audits."""

    def state(row: ApiToken) -> tuple[str, str]:
        return _state(row, request.now)

    columns = [
        Column("name", _("令牌名称"), lambda row: row.name, "name"),
        Column("kind", _("令牌类别"), lambda row: codes.label("token_kind", row.kind), "kind"),
        Column("person", _("所属人员"), lambda row: row.person.name, "person__pinyin"),
        Column("hint", _("令牌前缀"), lambda row: f"{row.hint}…"),
        Column(
            "scopes",
            _("范围"),
            lambda row: "、".join(codes.label("api_scope", each) for each in row.scopes.split()),
        ),
        Column("registers", _("限定台账"), lambda row: row.registers, is_hidden=True),
        Column("made", _("签发时间"), lambda row: row.made_at, "made_at", "time"),
        Column("expires", _("失效时间"), lambda row: row.expires_at, "expires_at", "time"),
        Column(
            "used",
            _("最近使用"),
            lambda row: getattr(getattr(row, "use", None), "used_at", None),
            kind="time",
        ),
        Column("state", _("状态"), lambda row: state(row)[0], kind="status", tone=lambda row: state(row)[1]),
        Column(
            "end",
            _("操作"),
            lambda row: _("撤销") if row.revoked_at is None else "",
            url=lambda row: reverse("token_revoke", args=[row.pk]) if row.revoked_at is None else "",
        ),
    ]
    listing = Register(
        request,
        visible(request.who.id, request.today),
        columns,
        ("name", "person__name", "hint"),
        [Filter("kind", _("令牌类别"), codes.choices("token_kind"), "kind")],
        empty_text=_("没有令牌"),
    )
    if listing.wants_excel:
        return listing.excel(_("访问令牌"))
    context = {
        "listing": listing,
        "title": _("访问令牌"),
        "everyone_url": reverse("token_new"),
        "everyone_text": _("签发令牌"),
        "note": _("供其他程序调用接口；令牌只显示一次，系统只保存摘要。"),
    }
    return render(request, "lianjing/org_list.html", context)


def _state(row: ApiToken, now: datetime) -> tuple[str, str]:
    if row.revoked_at is not None:
        return _("已撤销"), "off"
    if row.expires_at <= now:
        return _("已过期"), "off"
    return _("有效"), "good"


@signed_in
@require_http_methods(["GET", "POST"])
def token_new(request: PageRequest) -> HttpResponse:
    """Issue a token after a fresh log-in and show it once."""
    require_recent(request)
    form = TokenForm(request.POST or None, is_issuer=tokens.ISSUER in request.roles)

    def do(data: dict[str, Any], _key: str) -> str:
        owner = data.get("person")
        return tokens.issue(
            name=data["name"],
            scopes=data["scopes"],
            days=data["days"],
            registers=data["registers"].split(),
            for_person_id=owner.pk if owner else None,
            person_id=request.who.id,
            now=request.now,
        )[1]

    return perform(
        request,
        form,
        do,
        title=_("签发令牌"),
        back=reverse("tokens"),
        answer=lambda secret: _once(request, secret, _("访问令牌"), reverse("tokens")),
    )


def _once(request: PageRequest, secret: str, title: str, back: str) -> HttpResponse:
    return render(request, "lianjing/secret_once.html", {"secret": secret, "title": title, "back": back})


@signed_in
@require_http_methods(["GET", "POST"])
def token_revoke(request: PageRequest, token_id: int) -> HttpResponse:
    """Revoke a token with a reason."""
    if not visible(request.who.id, request.today).filter(pk=token_id).exists():
        raise Refusal(Ground.SCOPE, "scope.token", _("没有该令牌"))
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: tokens.revoke(
            token_id=token_id, reason=data["reason"], person_id=request.who.id, now=request.now
        ),
        title=_("撤销令牌"),
        back=reverse("tokens"),
    )


@signed_in
@require_safe
def webhook_list(request: PageRequest) -> HttpResponse:
    """List one's own subscriptions; all of them for who manages and who audits."""
    columns = [
        Column(
            "name",
            _("推送名称"),
            lambda row: row.name,
            "name",
            url=lambda row: reverse("webhook", args=[row.pk]),
        ),
        Column("person", _("订阅人"), lambda row: row.person.name, "person__pinyin"),
        Column("url", _("接收地址"), lambda row: row.url),
        Column("kinds", _("事件种类"), lambda row: row.kinds),
        Column("made", _("订阅时间"), lambda row: row.made_at, "made_at", "time"),
        Column(
            "state",
            _("状态"),
            lambda row: _("已停止") if row.ended_at else _("有效"),
            kind="status",
            tone=lambda row: "off" if row.ended_at else "good",
        ),
    ]
    listing = Register(
        request,
        webhooks.subscriptions_visible(request.who.id, request.now),
        columns,
        ("name", "url", "person__name"),
        empty_text=_("没有事件推送"),
    )
    if listing.wants_excel:
        return listing.excel(_("事件推送"))
    context = {
        "listing": listing,
        "title": _("事件推送"),
        "everyone_url": reverse("webhook_new"),
        "everyone_text": _("新增推送"),
        "note": _("办理留痕后向指定地址发送带签名的通知；通知不含业务内容，只含留痕编号。"),
    }
    return render(request, "lianjing/org_list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def webhook_new(request: PageRequest) -> HttpResponse:
    """Subscribe after a fresh log-in and show the signing secret once."""
    require_recent(request)

    def do(data: dict[str, Any], _key: str) -> str:
        return webhooks.subscribe(**data, person_id=request.who.id, now=request.now)[1]

    return perform(
        request,
        WebhookForm(request.POST or None),
        do,
        title=_("新增推送"),
        back=reverse("webhooks"),
        answer=lambda secret: _once(request, secret, _("签名密钥"), reverse("webhooks")),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def webhook(request: PageRequest, subscription_id: int) -> HttpResponse:
    """Show what a subscription was sent; send a dead letter again."""
    rows = webhooks.subscriptions_visible(request.who.id, request.now)
    found: Subscription | None = rows.filter(pk=subscription_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.webhook", _("没有该推送"))
    if request.method == "POST":
        number = request.POST.get("delivery", "")
        if not (number.isascii() and number.isdigit() and len(number) < 18):
            raise BadInput(_("请选择要重发的推送"), "delivery")
        webhooks.resend(delivery_id=int(number), person_id=request.who.id, now=request.now)
    listing = Register(
        request,
        found.deliveries.order_by("-pk"),
        _delivery_columns(),
        ("event_id", "message_id"),
        [Filter("state", _("状态"), codes.choices("webhook_state"), "state")],
        empty_text=_("还没有推送"),
    )
    if listing.wants_excel:
        return listing.excel(_("推送记录"))
    dead = found.deliveries.filter(state=webhooks.DEAD).order_by("-pk")[:20] if not found.ended_at else []
    return render(request, "lianjing/webhook.html", {"listing": listing, "row": found, "dead": dead})


def _delivery_columns() -> list[Column]:
    return [
        Column(
            "event",
            _("留痕编号"),
            lambda row: row.event_id,
            url=lambda row: reverse("event", args=[row.event_id]),
        ),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("webhook_state", row.state),
            "state",
            "status",
            tone=lambda row: STATE_TONES[row.state],
        ),
        Column("tries", _("次数"), lambda row: row.tries, "tries", "number"),
        Column(
            "next", _("下次时间"), lambda row: row.next_at if row.state == "waiting" else None, kind="time"
        ),
        Column("sent", _("送达时间"), lambda row: row.sent_at, "sent_at", "time"),
        Column("status", _("应答"), lambda row: row.answer_status, "answer_status", "number"),
        Column("fault", _("原因"), lambda row: row.fault),
    ]


@signed_in
@require_http_methods(["GET", "POST"])
def webhook_end(request: PageRequest, subscription_id: int) -> HttpResponse:
    """Stop a subscription with a reason."""
    rows = webhooks.subscriptions_visible(request.who.id, request.now)
    if not rows.filter(pk=subscription_id).exists():
        raise Refusal(Ground.SCOPE, "scope.webhook", _("没有该推送"))
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: webhooks.end(
            subscription_id=subscription_id, reason=data["reason"], person_id=request.who.id, now=request.now
        ),
        title=_("停止推送"),
        back=reverse("webhooks"),
    )
