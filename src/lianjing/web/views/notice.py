"""通知公告: what is published to me; for those who publish: draft, publish, withdraw, who has read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.notice import queries, services
from lianjing.runtime.notice.models import Notice
from lianjing.runtime.org.models import Unit
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.deciding import decide
from lianjing.web.form_page import ReasonForm, UnitsChoice, WideText, choose, day_field, only, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.views.org import show

AUTHORS = frozenset({"system_admin", "head"})
TONES = {"draft": "doing", "published": "good", "withdrawn": "off"}


class NoticeForm(forms.Form):
    """A notice with those it is for."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"))
    title = forms.CharField(label=gettext_lazy("标题"), max_length=200)
    text = forms.CharField(label=gettext_lazy("正文"), max_length=20_000, widget=WideText(8))
    units = UnitsChoice(
        Unit.objects.none(),
        label=gettext_lazy("接收单位"),
        required=False,
        help_text=gettext_lazy("含下级单位；系统管理员不选则发给全体"),
    )
    to_on = day_field(gettext_lazy("有效至"), required=False)

    def __init__(self, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["units"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = units
        choose(self, "kind", codes.choices("notice_kind"))


@signed_in
@require_safe
def notices(request: PageRequest) -> HttpResponse:
    """The notices in force that are for me."""
    columns = [
        Column(
            "title",
            _("标题"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("notice", args=[row.id]),
        ),
        Column("kind", _("类型"), lambda row: codes.label("notice_kind", row.kind), "kind"),
        Column("unit", _("发布单位"), lambda row: row.unit.name, "unit__name"),
        Column("published", _("发布时间"), lambda row: row.published_at, "published_at", "time"),
        Column(
            "read",
            _("阅读"),
            lambda row: _("已读") if row.is_read else _("未读"),
            kind="status",
            tone=lambda row: "off" if row.is_read else "warn",
        ),
    ]
    listing = Register(
        request,
        queries.for_person(request.who, request.today),
        columns,
        ("title", "text", "unit__name"),
        [Filter("kind", _("类型"), codes.choices("notice_kind"), "kind")],
        empty_text=_("没有通知公告"),
    )
    return show(request, listing, title=_("通知公告"))


@signed_in
@require_safe
def notice(request: PageRequest, notice_id: int) -> HttpResponse:
    """One notice; that it was opened is counted."""
    row = services.readable(request.who, notice_id, request.today)
    is_manager = queries.managed_by(request.who, request.today).filter(id=row.pk).exists()
    if queries.for_person(request.who, request.today).filter(id=row.pk).exists():
        services.note_read(person=request.who, notice_id=row.pk, now=request.now)
    context = {
        "notice": row,
        "tone": TONES[row.status],
        "units": [each.unit for each in row.units.select_related("unit").order_by("unit__code")],
        "is_manager": is_manager,
        "readers": queries.readers(row) if is_manager else [],
        "audience": queries.audience(row, request.today) if is_manager else 0,
    }
    return render(request, "lianjing/notice.html", context)


@signed_in(kinds=AUTHORS)
@require_safe
def managed(request: PageRequest) -> HttpResponse:
    """The notices that I may edit, publish or withdraw, with how many have read them."""
    columns = [
        Column(
            "title",
            _("标题"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("notice", args=[row.id]),
        ),
        Column("kind", _("类型"), lambda row: codes.label("notice_kind", row.kind), "kind"),
        Column("unit", _("发布单位"), lambda row: row.unit.name, "unit__name"),
        Column("author", _("起草人"), lambda row: row.author_person.name),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("notice_status", row.status),
            "status",
            "status",
            tone=lambda row: TONES[row.status],
        ),
        Column("published", _("发布时间"), lambda row: row.published_at, "published_at", "time"),
        Column(
            "reads",
            _("已读人数"),
            lambda row: row.read_count,
            "read_count",
            "number",
            lambda row: reverse("notice", args=[row.id]),
        ),
    ]
    filters = [
        Filter("kind", _("类型"), codes.choices("notice_kind"), "kind"),
        Filter("state", _("状态"), codes.choices("notice_status"), "status"),
    ]
    listing = Register(
        request,
        queries.managed_by(request.who, request.today),
        columns,
        ("title", "text", "unit__name"),
        filters,
        empty_text=_("没有通知公告"),
    )
    return show(
        request,
        listing,
        title=_("通知管理"),
        everyone_url=reverse("notice_new"),
        everyone_text=_("起草通知"),
        note=_("系统管理员可以发给全体；单位负责人发给本单位及下级单位。"),
    )


@signed_in(kinds=AUTHORS)
@require_http_methods(["GET", "POST"])
def notice_new(request: PageRequest) -> HttpResponse:
    """Draft a notice."""
    return _draft(request, None)


@signed_in(kinds=AUTHORS)
@require_http_methods(["GET", "POST"])
def notice_edit(request: PageRequest, notice_id: int) -> HttpResponse:
    """Write a draft anew."""
    return _draft(request, services.managed(request.who, notice_id, request.now))


def _draft(request: PageRequest, row: Notice | None) -> HttpResponse:
    only(request, AUTHORS)
    first: dict[str, Any] = {"kind": "notice"}
    if row is not None:
        units = list(row.units.values_list("unit_id", flat=True))
        first = {
            "kind": row.kind,
            "title": row.title,
            "text": row.text,
            "to_on": row.to_on,
            "units": units,
        }
    open_to = queries.units_open_to(request.who, request.today)
    form = NoticeForm(open_to, request.POST or None, initial=first)

    def do(data: dict[str, Any], _key: str) -> Notice:
        return services.draft(person=request.who, now=request.now, notice_id=row.pk if row else None, **data)

    return perform(
        request,
        form,
        do,
        title=_("起草通知"),
        back=reverse("notices_managed"),
        note=_("保存为草稿；发布后不能修改，只能撤回。"),
    )


@signed_in(kinds=AUTHORS)
@require_http_methods(["GET", "POST"])
def notice_publish(request: PageRequest, notice_id: int) -> HttpResponse:
    """Publish a draft."""
    row = services.managed(request.who, notice_id, request.now)
    return decide(
        request,
        title=_("发布通知"),
        facts=[
            (_("标题"), row.title),
            (_("类型"), codes.label("notice_kind", row.kind)),
            (_("接收人数"), queries.audience(row, request.today)),
        ],
        is_open=row.status == "draft",
        agree=lambda: services.publish(person=request.who, notice_id=row.pk, now=request.now),
        refuse=None,
        back=reverse("notice", args=[row.pk]),
        agree_word=_("发布"),
    )


@signed_in(kinds=AUTHORS)
@require_http_methods(["GET", "POST"])
def notice_withdraw(request: PageRequest, notice_id: int) -> HttpResponse:
    """Take a published notice back."""
    row = services.managed(request.who, notice_id, request.now)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: services.withdraw(person=request.who, notice_id=row.pk, now=request.now, **data),
        title=_("撤回“%(title)s”") % {"title": row.title},
        back=reverse("notice", args=[row.pk]),
    )
