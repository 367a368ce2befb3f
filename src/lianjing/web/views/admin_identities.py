"""外部身份与认证因素: whom outside directories know, who has which second factor; the system administrator's part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.access import factors, identities
from lianjing.runtime.access.models import ExternalIdentity, Factor
from lianjing.runtime.org.models import Person
from lianjing.web.access import ADMINISTRATORS, STAFF, PageRequest, signed_in
from lianjing.web.form_page import PersonChoice, ReasonForm, choose, only, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.session_keeping import require_recent
from lianjing.web.views.org import show, unit_choices

SYSTEM = frozenset({"system_admin"})


class IdentityForm(forms.Form):
    """Whom a directory knows a person as."""

    person = PersonChoice(Person.objects.none(), label=gettext_lazy("人员"))
    kind = forms.ChoiceField(label=gettext_lazy("来源"))
    issuer = forms.CharField(
        label=gettext_lazy("签发方"),
        max_length=300,
        help_text=gettext_lazy("统一身份认证填签发方地址；目录填目录地址"),
    )
    subject = forms.CharField(
        label=gettext_lazy("对方标识"),
        max_length=300,
        help_text=gettext_lazy("统一身份认证填 sub；目录填登录名"),
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "kind", codes.choices("identity_kind"))
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Person.objects.filter(login__isnull=False, left_on=None)
            .select_related("unit")
            .order_by("unit__code", "pinyin")
        )


def _of_person() -> list[Column]:
    return [
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]),
        ),
        Column("number", _("账号"), lambda row: row.person.login.number, "person__login__number"),
        Column("unit", _("所在单位"), lambda row: getattr(row.person.unit, "name", ""), "person__unit__code"),
    ]


def _state(ended: str) -> Filter:
    words = [("now", _("在用")), ("past", _("已终止"))]
    return Filter("state", _("状态"), words, lambda value: Q(**{f"{ended}__isnull": value == "now"}))


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def identities_list(request: PageRequest) -> HttpResponse:
    """Every outside identity that was entered."""
    may_write = bool(request.roles & SYSTEM)
    columns = [
        *_of_person(),
        Column("kind", _("来源"), lambda row: codes.label("identity_kind", row.kind), "kind"),
        Column("issuer", _("签发方"), lambda row: row.issuer, "issuer"),
        Column("subject", _("对方标识"), lambda row: row.subject, "subject"),
        Column("entered", _("登记时间"), lambda row: row.entered_at, "entered_at", kind="time"),
        Column("ended", _("停用时间"), lambda row: row.ended_at, "ended_at", kind="time"),
    ]
    if may_write:
        columns.append(
            Column(
                "end",
                _("操作"),
                lambda row: "" if row.ended_at else _("停用"),
                url=lambda row: "" if row.ended_at else reverse("system_identity_end", args=[row.id]),
            )
        )
    listing = Register(
        request,
        ExternalIdentity.objects.select_related("person__unit", "person__login").order_by("-id"),
        columns,
        ("person__name", "person__pinyin", "person__login__number", "subject"),
        [
            Filter("unit", _("单位"), unit_choices(), "person__unit_id"),
            Filter("kind", _("来源"), codes.choices("identity_kind"), "kind"),
            _state("ended_at"),
        ],
        empty_text=_("没有登记外部身份"),
    )
    return show(
        request,
        listing,
        title=_("外部身份"),
        note=_("统一身份认证或目录中的人员，登记后方可以该身份登录"),
        everyone_url=reverse("system_identity_new") if may_write else "",
        everyone_text=_("登记外部身份"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def identity_new(request: PageRequest) -> HttpResponse:
    """Enter whom a directory knows a person as."""
    only(request, SYSTEM)
    require_recent(request)

    def do(data: dict[str, Any], _key: str) -> ExternalIdentity:
        person = data.pop("person")
        return identities.link(person_id=person.id, by_person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        IdentityForm(request.POST or None),
        do,
        title=_("登记外部身份"),
        back=reverse("system_identities"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def identity_end(request: PageRequest, identity_id: int) -> HttpResponse:
    """End an outside identity."""
    only(request, SYSTEM)
    require_recent(request)
    row = get_object_or_404(ExternalIdentity.objects.select_related("person"), id=identity_id)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: identities.unlink(
            identity_id=row.id, by_person_id=request.who.id, reason=data["reason"], now=request.now
        ),
        title=_("停用外部身份"),
        back=reverse("system_identities"),
        note=f"{row.person.name} · {row.subject}",
    )


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def factors_list(request: PageRequest) -> HttpResponse:
    """Who has which second factor."""
    columns = [
        *_of_person(),
        Column("kind", _("方式"), lambda row: codes.label("factor_kind", row.kind), "kind"),
        Column("label", _("名称"), lambda row: row.label),
        Column("enrolled", _("绑定时间"), lambda row: row.enrolled_at, "enrolled_at", kind="time"),
        Column("removed", _("解除时间"), lambda row: row.removed_at, "removed_at", kind="time"),
    ]
    if request.roles & SYSTEM:
        columns.append(
            Column(
                "remove",
                _("操作"),
                lambda row: "" if row.removed_at else _("解除"),
                url=lambda row: "" if row.removed_at else reverse("system_factor_remove", args=[row.id]),
            )
        )
    listing = Register(
        request,
        Factor.objects.select_related("person__unit", "person__login").order_by("-id"),
        columns,
        ("person__name", "person__pinyin", "person__login__number", "label"),
        [
            Filter("unit", _("单位"), unit_choices(), "person__unit_id"),
            Filter("kind", _("方式"), codes.choices("factor_kind", "totp", "webauthn"), "kind"),
            _state("removed_at"),
        ],
        empty_text=_("没有绑定认证因素"),
    )
    return show(
        request,
        listing,
        title=_("认证因素"),
        note=_("丢失认证因素的人员由系统管理员核实身份后解除"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def factor_remove(request: PageRequest, factor_id: int) -> HttpResponse:
    """Remove the factor of one who lost it."""
    only(request, SYSTEM)
    require_recent(request)
    row = get_object_or_404(Factor.objects.select_related("person"), id=factor_id)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: factors.remove(
            factor_id=row.id, by_person_id=request.who.id, reason=data["reason"], now=request.now
        ),
        title=_("解除认证因素"),
        back=reverse("system_factors"),
        note=f"{row.person.name} · {codes.label('factor_kind', row.kind)} {row.label}",
    )
