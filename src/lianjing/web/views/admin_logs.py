"""操作日志, 登录日志, 在线用户: what was done, who logged in, who is here now; logs are read, never changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.access.models import SessionRecord
from lianjing.runtime.access.queries import login_records, online_sessions
from lianjing.runtime.rights import logins
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.queries import ActLine, lines
from lianjing.web.access import ADMINISTRATORS, STAFF, PageRequest, signed_in
from lianjing.web.form_page import ReasonForm, only, perform
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.log_search import addresses_of, found_by
from lianjing.web.register import Register
from lianjing.web.rule_words import rule_word
from lianjing.web.scope import events_for
from lianjing.web.views.org import show
from lianjing.web.words import act_words, address

READERS = frozenset({"audit_admin", "supervisor"})
ENDERS = frozenset({"system_admin", "security_admin"})
GROUPS = (
    ("access.", gettext_noop("查看与导出")),
    ("login.", gettext_noop("账号")),
    ("session.", gettext_noop("会话")),
    ("appointment.", gettext_noop("任职")),
    ("administrator.", gettext_noop("管理员更换")),
    ("scope.", gettext_noop("数据范围")),
    ("parameter.", gettext_noop("参数")),
    ("dictionary.", gettext_noop("字典")),
    ("notice.", gettext_noop("通知公告")),
    ("handover.", gettext_noop("离岗交接")),
)


@signed_in(kinds=READERS)
@require_safe
def operations(request: PageRequest) -> HttpResponse:
    """Every act in the reader's scope, refused ones too: the trail seen as an operation log."""
    shown: dict[str, ActLine] = {}
    words: dict[str, str] = {}
    places: dict[str, str] = {}

    def load(rows: list[Event]) -> None:
        shown.update(
            {line.event_id: line for line in lines(Event.objects.filter(id__in=[row.id for row in rows]))}
        )
        words.update(act_words(row.act for row in rows))
        places.update(addresses_of(rows))

    columns = [
        Column(
            "time",
            _("时间"),
            lambda row: row.recorded_at,
            "recorded_at",
            "time",
            url=lambda row: address("event", row.id),
        ),
        Column(
            "person",
            _("人员"),
            lambda row: shown[row.id].person or _("系统"),
            url=lambda row: address("org_person", row.person_id) if row.person_id else "",
        ),
        Column(
            "post", _("岗位"), lambda row: "·".join(filter(None, (shown[row.id].unit, shown[row.id].post)))
        ),
        Column("act", _("操作"), lambda row: words[row.act], url=lambda row: address("event", row.id)),
        Column("object", _("对象"), lambda row: row.object, "object", is_hidden=True),
        Column(
            "result",
            _("结果"),
            lambda row: _("被拒") if row.is_refused else _("成功"),
            kind="status",
            tone=lambda row: "bad" if row.is_refused else "good",
        ),
        Column("rule", _("拒绝规则"), lambda row: rule_word(row.refused_rule), "refused_rule"),
        Column("reason", _("理由"), lambda row: shown[row.id].reason),
        Column("ip", _("登录地址"), lambda row: places.get(row.id, "")),
        Column("channel", _("渠道"), lambda row: codes.label("act_channel", row.channel), "channel"),
    ]
    rows = events_for(request.who, request.today).defer("envelope").order_by("-recorded_at", "-id")
    listing = Register(
        request,
        rows,
        columns,
        filters=_operation_filters(),
        dates=[
            DateFilter("from", _("自"), "recorded_at__date__gte"),
            DateFilter("to", _("至"), "recorded_at__date__lte"),
        ],
        prepare=load,
        search_with=lambda words: found_by(words, request.now),
        search_label=_("人员、操作、对象、登录地址"),
        row_class=lambda row: "is-bad" if row.is_refused else "",
    )
    return show(
        request,
        listing,
        title=_("操作日志"),
        note=_("操作日志就是留痕：只能查看，任何人不能删改。登录地址取自办理时的登录会话。"),
    )


def _operation_filters() -> list[Filter]:
    def refused(value: str) -> Q:
        return Q(is_refused=value == "yes")

    return [
        Filter("group", _("类别"), [(head, _(word)) for head, word in GROUPS], "act__startswith"),
        Filter("refused", _("结果"), [("yes", _("被拒")), ("no", _("成功"))], refused),
        Filter("channel", _("渠道"), codes.choices("act_channel"), "channel"),
    ]


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def login_log(request: PageRequest) -> HttpResponse:
    """The log-in log: log-ins, failures, log-outs, changes of pass-phrases and factors."""
    columns = [
        Column("time", _("时间"), lambda row: row.happened_at, "happened_at", "time"),
        Column("number", _("账号"), lambda row: row.number, "number"),
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name if row.person else "",
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]) if row.person_id else "",
        ),
        Column("ip", _("登录地址"), lambda row: row.ip, "ip"),
        Column("agent", _("终端"), lambda row: row.agent, is_hidden=True),
        Column("method", _("登录方式"), lambda row: codes.label("login_method", row.method), "method"),
        Column(
            "outcome",
            _("结果"),
            lambda row: codes.label("login_outcome", row.outcome),
            "outcome",
            "status",
            tone=lambda row: {"success": "good", "failure": "bad"}.get(row.outcome, "plain"),
        ),
        Column("reason", _("说明"), lambda row: codes.label("login_reason", row.reason)),
    ]
    filters = [
        Filter("outcome", _("结果"), codes.choices("login_outcome"), "outcome"),
        Filter("method", _("登录方式"), codes.choices("login_method"), "method"),
    ]
    dates = [
        DateFilter("from", _("自"), "happened_at__date__gte"),
        DateFilter("to", _("至"), "happened_at__date__lte"),
    ]
    listing = Register(
        request,
        login_records(),
        columns,
        ("number", "person__name", "person__pinyin", "ip"),
        filters,
        dates,
        search_label=_("账号、姓名、登录地址"),
        row_class=lambda row: "is-bad" if row.outcome == "failure" else "",
        empty_text=_("没有登录记录"),
    )
    return show(request, listing, title=_("登录日志"), note=_("登录日志只能查看，任何人不能删改。"))


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def sessions(request: PageRequest) -> HttpResponse:
    """Who is on line now, and since when he was last seen."""
    may = bool(request.roles & ENDERS)

    def can_end(row: SessionRecord) -> bool:
        return may and row.person_id != request.who.id

    columns = [
        Column("number", _("账号"), lambda row: row.number, "number"),
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]),
        ),
        Column("unit", _("所在单位"), lambda row: getattr(row.person.unit, "name", "")),
        Column("ip", _("登录地址"), lambda row: row.ip, "ip"),
        Column("agent", _("终端"), lambda row: row.agent, is_hidden=True),
        Column("method", _("登录方式"), lambda row: codes.label("login_method", row.method), "method"),
        Column("opened", _("登录时间"), lambda row: row.opened_at, "opened_at", "time"),
        Column("seen", _("最近活动"), lambda row: row.seen_at, "seen_at", "time"),
        Column(
            "end",
            _("操作"),
            lambda row: _("强退") if can_end(row) else "",
            url=lambda row: reverse("system_session_end", args=[row.id]) if can_end(row) else "",
        ),
    ]
    listing = Register(
        request,
        online_sessions().select_related("person__unit"),
        columns,
        ("number", "person__name", "person__pinyin", "ip"),
        search_label=_("账号、姓名、登录地址"),
        empty_text=_("没有在线用户"),
    )
    return show(request, listing, title=_("在线用户"), note=_("强退须写明理由，并记入留痕。"))


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def session_end(request: PageRequest, session_id: int) -> HttpResponse:
    """End somebody's session (强退), with the reason."""
    only(request, ENDERS)
    row = get_object_or_404(SessionRecord.objects.select_related("person"), id=session_id)

    def do(data: dict[str, Any], _key: str) -> None:
        logins.kick_out(session_id=row.pk, person_id=request.who.id, reason=data["reason"], now=request.now)

    return perform(
        request,
        ReasonForm(request.POST or None),
        do,
        title=_("强退%(name)s") % {"name": f"{row.person.name}（{row.number}）"},
        back=reverse("system_sessions"),
        note=_("该会话的下一次请求将回到登录页。"),
    )
