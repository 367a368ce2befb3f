"""岗位授权、数据范围、三员: the security administrator grants, and the three seats change by two others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.org.models import Person, Post, ScopeGrant, Unit
from lianjing.runtime.org.queries import in_being
from lianjing.runtime.rights import administrators, logins, posts
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal
from lianjing.runtime.rights.queries import changes, proposals
from lianjing.web.access import ADMINISTRATORS, STAFF, PageRequest, signed_in
from lianjing.web.deciding import decide, show_once
from lianjing.web.form_page import (
    PersonChoice,
    PostChoice,
    ReasonForm,
    UnitChoice,
    choose,
    day_field,
    only,
    perform,
)
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.views.org import in_force, show, state_filter

SECURITY = frozenset({"security_admin"})
TONES = {"pending": "doing", "granted": "good", "refused": "bad"}


class ScopeForm(forms.Form):
    """A data scope in place of a post's own, or on top of a person's until a day."""

    post = PostChoice(Post.objects.none(), label=gettext_lazy("岗位"), required=False)
    person = PersonChoice(Person.objects.none(), label=gettext_lazy("人员"), required=False)
    scope = forms.ChoiceField(label=gettext_lazy("数据范围"))
    unit = UnitChoice(Unit.objects.none(), label=gettext_lazy("所及单位"), required=False)
    from_on = day_field(gettext_lazy("起"))
    to_on = day_field(gettext_lazy("止"), required=False)
    basis = forms.CharField(label=gettext_lazy("授权依据"), max_length=200)

    def __init__(self, day: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: dict[str, Any] = {
            "post": Post.objects.filter(in_being(day), kind__in=posts.GRANTABLE)
            .select_related("unit")
            .order_by("unit__code", "id"),
            "person": Person.objects.filter(left_on=None)
            .exclude(kind="enterprise_user")
            .select_related("unit")
            .order_by("pinyin"),
            "unit": Unit.objects.order_by("code"),
        }
        for name, found in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found
        choose(self, "scope", codes.choices("data_scope"))


class SeatForm(forms.Form):
    """Who is to take an administrator's seat."""

    role = forms.ChoiceField(label=gettext_lazy("管理员岗位"))
    incoming = PersonChoice(
        Person.objects.none(),
        label=gettext_lazy("新管理员"),
        help_text=gettext_lazy("选原管理员本人，则只换发一次性口令"),
    )
    number = forms.CharField(
        label=gettext_lazy("登录账号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("已有账号的人员不用填"),
    )
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["incoming"]
        assert isinstance(field, forms.ModelChoiceField)
        people = Person.objects.filter(left_on=None).exclude(kind="enterprise_user").select_related("unit")
        field.queryset = people.order_by("pinyin")
        choose(
            self,
            "role",
            codes.choices("post_kind", "system_admin", "security_admin", "audit_admin"),
        )


@signed_in(kinds=STAFF)
@require_safe
def grants_list(request: PageRequest) -> HttpResponse:
    """The proposed appointments: what waits for a grant, what was granted or sent back, by whom."""
    columns = [
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]),
        ),
        Column("unit", _("单位"), lambda row: row.post.unit.name, "post__unit__code"),
        Column("post", _("岗位"), lambda row: row.post.name, "post__name"),
        Column("from", _("任职起"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("任职止"), lambda row: row.to_on, "to_on", "day", is_hidden=True),
        Column("basis", _("任职依据"), lambda row: row.basis),
        Column("proposed_by", _("提出人"), lambda row: row.proposed_by_person.name),
        Column("proposed", _("提出时间"), lambda row: row.proposed_at, "proposed_at", "time"),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("grant_status", row.status),
            "status",
            "status",
            tone=lambda row: TONES[row.status],
        ),
        Column("decided_by", _("授权人"), lambda row: getattr(row.decided_by_person, "name", "")),
        Column(
            "act",
            _("操作"),
            lambda row: _("办理") if row.status == "pending" else _("查看"),
            url=lambda row: reverse("system_grant", args=[row.id]),
        ),
    ]
    filters = [Filter("state", _("状态"), codes.choices("grant_status"), "status")]
    listing = Register(
        request,
        proposals(),
        columns,
        ("person__name", "person__pinyin", "post__name", "post__unit__name", "basis"),
        filters,
        search_label=_("姓名、岗位、依据"),
        empty_text=_("没有任职授权记录"),
    )
    return show(
        request,
        listing,
        title=_("岗位授权"),
        note=_("组织人事岗依据文件提出任职，安全管理员授权后生效；两人不得为同一人。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def grant(request: PageRequest, proposal_id: int) -> HttpResponse:
    """Grant a proposed appointment, or send it back."""
    row = get_object_or_404(proposals(), id=proposal_id)
    return decide(
        request,
        title=_("岗位授权"),
        facts=[*_facts(row), (_("不予授权理由"), row.reason)],
        is_open=row.status == "pending" and bool(request.roles & SECURITY),
        agree=lambda: posts.grant(proposal_id=row.pk, person_id=request.who.id, now=request.now),
        refuse=lambda reason: posts.refuse(
            proposal_id=row.pk, person_id=request.who.id, reason=reason, now=request.now
        ),
        back=reverse("system_grants"),
        agree_word=_("授权"),
    )


def _facts(row: AppointmentProposal) -> list[tuple[str, Any]]:
    return [
        (_("姓名"), row.person.name),
        (_("单位"), row.post.unit.name),
        (_("岗位"), row.post.name),
        (_("任职起"), row.from_on.isoformat()),
        (_("任职止"), row.to_on.isoformat() if row.to_on else ""),
        (_("任职依据"), row.basis),
        (_("提出人"), row.proposed_by_person.name),
        (_("状态"), codes.label("grant_status", row.status)),
        (_("授权人"), getattr(row.decided_by_person, "name", "")),
    ]


@signed_in(kinds=STAFF)
@require_safe
def scopes(request: PageRequest) -> HttpResponse:
    """The data scopes granted beside those that come with a kind of post."""
    may = bool(request.roles & SECURITY)
    today = request.today

    def can_end(row: ScopeGrant) -> bool:
        return may and (row.to_on is None or row.to_on > today)

    columns = [
        Column(
            "to_whom",
            _("对象"),
            lambda row: row.person.name if row.person else f"{row.post.unit.name}·{row.post.name}",
        ),
        Column("scope", _("数据范围"), lambda row: codes.label("data_scope", row.scope), "scope"),
        Column("unit", _("所及单位"), lambda row: getattr(row.unit, "name", "")),
        Column("from", _("起"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("止"), lambda row: row.to_on, "to_on", "day"),
        Column("basis", _("授权依据"), lambda row: row.basis),
        Column("by", _("授权人"), lambda row: row.granted_by_person.name),
        Column(
            "state",
            _("状态"),
            lambda row: in_force(row.from_on, row.to_on, today)[0],
            kind="status",
            tone=lambda row: in_force(row.from_on, row.to_on, today)[1],
        ),
        Column(
            "end",
            _("操作"),
            lambda row: _("收回") if can_end(row) else "",
            url=lambda row: reverse("system_scope_end", args=[row.id]) if can_end(row) else "",
        ),
    ]
    rows = ScopeGrant.objects.select_related("person", "post__unit", "unit", "granted_by_person").order_by(
        "-from_on", "-id"
    )
    listing = Register(
        request,
        rows,
        columns,
        ("person__name", "post__name", "post__unit__name", "basis"),
        [Filter("scope", _("数据范围"), codes.choices("data_scope"), "scope"), state_filter(today)],
        empty_text=_("没有另行授权：各岗位按类别的数据范围"),
    )
    return show(
        request,
        listing,
        title=_("数据范围"),
        note=_(
            "默认：经办、审核看本单位，负责人和审批看本单位及下级，监督看所监督单位，外部看本企业事项，管理员不看业务。"
        ),
        everyone_url=reverse("system_scope_new") if may else "",
        everyone_text=_("授权数据范围"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def scope_new(request: PageRequest) -> HttpResponse:
    """Grant a data scope."""
    only(request, SECURITY)

    def do(data: dict[str, Any], _key: str) -> ScopeGrant:
        return posts.grant_scope(person_id=request.who.id, now=request.now, **data)

    form = ScopeForm(request.today, request.POST or None, initial={"from_on": request.today})
    return perform(
        request,
        form,
        do,
        title=_("授权数据范围"),
        back=reverse("system_scopes"),
        note=_("授予岗位的代替该岗位的默认范围；授予个人的加在其岗位范围之外，须有止日。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def scope_end(request: PageRequest, grant_id: int) -> HttpResponse:
    """Take a data scope back."""
    only(request, SECURITY)
    row = get_object_or_404(ScopeGrant, id=grant_id)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: posts.end_scope(
            grant_id=row.pk, person_id=request.who.id, now=request.now, **data
        ),
        title=_("收回数据范围"),
        back=reverse("system_scopes"),
    )


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def seats(request: PageRequest) -> HttpResponse:
    """The three seats with their holders, and every change of them."""
    context = {"seats": administrators.seats(request.now), "changes": changes()[:50]}
    return render(request, "lianjing/seats.html", context)


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def seat_new(request: PageRequest) -> HttpResponse:
    """Propose a change of another administrator."""
    only(request, ADMINISTRATORS)

    def do(data: dict[str, Any], _key: str) -> AdministratorChange:
        return administrators.propose(person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        SeatForm(request.POST or None, initial={"role": request.GET.get("role")}),
        do,
        title=_("更换管理员"),
        back=reverse("system_seats"),
        note=_("由另外两名管理员办理：一人提出，另一人同意后即时生效。"),
    )


@sensitive_variables()
@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def seat(request: PageRequest, change_id: int) -> HttpResponse:
    """Agree to a change of an administrator, or turn it down."""
    only(request, ADMINISTRATORS)
    row = get_object_or_404(changes(), id=change_id)
    facts = [
        (_("管理员岗位"), codes.label("post_kind", row.role)),
        (_("原管理员"), getattr(row.outgoing_person, "name", "")),
        (_("新管理员"), row.incoming_person.name),
        (_("登录账号"), row.number),
        (_("依据"), row.basis),
        (_("提出人"), row.proposed_by_person.name),
        (_("状态"), codes.label("grant_status", row.status)),
        (_("同意人"), getattr(row.decided_by_person, "name", "")),
        (_("不同意理由"), row.reason),
    ]
    is_open = row.status == "pending" and request.who.id != row.proposed_by_person_id
    return decide(
        request,
        title=_("更换管理员"),
        facts=facts,
        is_open=is_open,
        agree=lambda: administrators.agree(change_id=row.pk, person_id=request.who.id, now=request.now),
        refuse=lambda reason: administrators.refuse(
            change_id=row.pk, person_id=request.who.id, reason=reason, now=request.now
        ),
        back=reverse("system_seats"),
        answer=lambda made: _once(request, made),
    )


def _once(request: PageRequest, made: logins.OneTime) -> HttpResponse:
    return show_once(
        request,
        number=made.grant.number,
        name=made.grant.person.name,
        password=made.password,
        back=reverse("system_seats"),
        note=_("请当面交给新管理员，首次登录须修改。"),
    )
