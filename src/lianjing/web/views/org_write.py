"""Forms of the personnel post, and the delegation of one's own post: each submission is one act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.installation import standard_posts
from lianjing.runtime.org import personnel, services
from lianjing.runtime.org.models import Appointment, Delegation, Person, Post, PowerItem, Unit
from lianjing.runtime.org.queries import actor_at, actor_with, in_being
from lianjing.runtime.rights import posts
from lianjing.runtime.rights.models import AppointmentProposal
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.form_page import PersonChoice, PostChoice, UnitChoice, choose, day_field, perform
from lianjing.web.views.org_duty import process_words
from lianjing.web.words import in_english


def _unit_field(label: Any, *, required: bool = True) -> UnitChoice:
    return UnitChoice(Unit.objects.order_by("code"), label=label, required=required)


class UnitForm(forms.Form):
    """A new unit."""

    code = forms.CharField(label=gettext_lazy("单位代码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    parent = _unit_field(gettext_lazy("上级单位"), required=False)
    supervisor_unit = _unit_field(gettext_lazy("监督单位"), required=False)
    credit_code = forms.CharField(label=gettext_lazy("统一社会信用代码"), max_length=18, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "kind", codes.choices("unit_kind"))


class PostForm(forms.Form):
    """A new post: one of the standard ones, whose kind, duties and risk level come with it."""

    unit = _unit_field(gettext_lazy("单位"))
    post_key = forms.ChoiceField(label=gettext_lazy("标准岗位"))
    name = forms.CharField(
        label=gettext_lazy("岗位名称"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("不填则用标准岗位的名称"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(
            self,
            "post_key",
            [(key, row["en"] if in_english() else row["zh"]) for key, row in standard_posts().items()],
        )


class PersonForm(forms.Form):
    """A new person; the reading of a name is proposed and can be corrected."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    pinyin = forms.CharField(
        label=gettext_lazy("拼音"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("多音字请自行填写；不填则按常用读音"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("人员类别"))
    unit = _unit_field(gettext_lazy("所在单位"))
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "kind", codes.choices("person_kind"))


class AppointForm(forms.Form):
    """An appointment from a day, by a paper."""

    person = PersonChoice(
        Person.objects.filter(left_on=None).select_related("unit").order_by("pinyin"),
        label=gettext_lazy("人员"),
    )
    post = PostChoice(
        Post.objects.filter(to_on=None).select_related("unit").order_by("unit__code", "id"),
        label=gettext_lazy("岗位"),
    )
    from_on = day_field(gettext_lazy("任职起"))
    to_on = day_field(gettext_lazy("任职止"), required=False)
    basis = forms.CharField(
        label=gettext_lazy("任职依据"), max_length=200, help_text=gettext_lazy("任职文件的文号")
    )


class EndForm(forms.Form):
    """The last day of something dated, and why."""

    to_on = day_field(gettext_lazy("最后一日"))
    reason = forms.CharField(label=gettext_lazy("依据或理由"), max_length=300)


class BackForm(forms.Form):
    """The last day of a delegation."""

    to_on = day_field(gettext_lazy("最后一日"))


class PowerForm(forms.Form):
    """A new item of the power register."""

    code = forms.CharField(label=gettext_lazy("事项编码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("事项名称"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=160, required=False)
    unit = _unit_field(gettext_lazy("行使单位"))
    definition_key = forms.ChoiceField(label=gettext_lazy("流程"))
    post_key = forms.ChoiceField(label=gettext_lazy("岗位"), required=False)
    clause = forms.CharField(
        label=gettext_lazy("依据条款"), max_length=80, help_text=gettext_lazy("形如 zone_funds#6")
    )
    limit_days = forms.IntegerField(
        label=gettext_lazy("时限（工作日）"), min_value=1, max_value=999, required=False
    )
    discretion_text = forms.CharField(label=gettext_lazy("裁量范围"), max_length=400, required=False)
    from_on = day_field(gettext_lazy("启用日"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "definition_key", list(process_words().items()))
        words = [(key, row["en"] if in_english() else row["zh"]) for key, row in standard_posts().items()]
        choose(self, "post_key", [("", "—"), *words])


class LendForm(forms.Form):
    """A delegation of one of my own posts."""

    post = PostChoice(Post.objects.none(), label=gettext_lazy("我的岗位"))
    to_person = PersonChoice(Person.objects.none(), label=gettext_lazy("受托人"))
    from_on = day_field(gettext_lazy("起"))
    to_on = day_field(gettext_lazy("止"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)

    def __init__(self, posts: QuerySet[Post], persons: QuerySet[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("post", posts), ("to_person", persons)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


def _as_personnel(request: PageRequest) -> None:
    """The page itself is for the personnel post only."""
    actor_with(request.who.id, personnel.PERSONNEL, request.today)


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def unit_new(request: PageRequest) -> HttpResponse:
    """Set up a unit."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> Unit:
        return personnel.create_unit(person_id=request.who.id, now=request.now, key=key, **data)

    return perform(
        request, UnitForm(request.POST or None), do, title=_("新设单位"), back=reverse("org_units")
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def post_new(request: PageRequest) -> HttpResponse:
    """Set up a standard post in a unit."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> Post:
        standard = standard_posts()[data["post_key"]]
        return personnel.create_post(
            person_id=request.who.id,
            now=request.now,
            key=key,
            unit=data["unit"],
            post_key=data["post_key"],
            name=data["name"] or standard["zh"],
            kind=standard["kind"],
            duties=standard.get("duties", ()),
            risk_level=standard.get("risk_level", ""),
            is_approval_post=standard["kind"] in ("approver", "head"),
        )

    return perform(
        request, PostForm(request.POST or None), do, title=_("新设岗位"), back=reverse("org_posts")
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def person_new(request: PageRequest) -> HttpResponse:
    """Enter a person."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> Person:
        return personnel.create_person(
            person_id=request.who.id, now=request.now, key=key, entered_on=request.today, **data
        )

    return perform(
        request, PersonForm(request.POST or None), do, title=_("登记人员"), back=reverse("org_persons")
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def appoint(request: PageRequest) -> HttpResponse:
    """Propose a person for a post; the security administrator grants it (三员)."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> AppointmentProposal:
        return posts.propose(person_id=request.who.id, now=request.now, key=key, **data)

    first = {"from_on": request.today, "person": request.GET.get("person"), "post": request.GET.get("post")}
    form = AppointForm(request.POST or None, initial=first)
    note = _("提交后由安全管理员授权，自任职起始日生效；管理员岗位在“系统管理·三员”更换。")
    return perform(request, form, do, title=_("办理任职"), back=reverse("org_appointments"), note=note)


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def appointment_end(request: PageRequest, appointment_id: int) -> HttpResponse:
    """End an appointment with its last day."""
    _as_personnel(request)
    row = get_object_or_404(Appointment.objects.select_related("person", "post__unit"), id=appointment_id)

    def do(data: dict[str, Any], _key: str) -> Appointment:
        return personnel.end_appointment(
            person_id=request.who.id, now=request.now, appointment_id=row.id, **data
        )

    title = _("免去%(person)s的“%(post)s”任职") % {
        "person": row.person.name,
        "post": f"{row.post.unit.name}·{row.post.name}",
    }
    form = EndForm(request.POST or None, initial={"to_on": request.today})
    return perform(request, form, do, title=title, back=reverse("org_appointments"))


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def power_new(request: PageRequest) -> HttpResponse:
    """Enter an item in the register of powers."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> PowerItem:
        return personnel.enter_power_item(person_id=request.who.id, now=request.now, key=key, **data)

    form = PowerForm(request.POST or None, initial={"from_on": request.today})
    return perform(request, form, do, title=_("登记权力事项"), back=reverse("org_powers"))


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def power_end(request: PageRequest, item_id: int) -> HttpResponse:
    """Take an item out of the register after a day: acts under it are refused from the next day."""
    _as_personnel(request)
    row = get_object_or_404(PowerItem, id=item_id)

    def do(data: dict[str, Any], _key: str) -> PowerItem:
        return personnel.end_power_item(person_id=request.who.id, now=request.now, item_id=row.id, **data)

    form = EndForm(request.POST or None, initial={"to_on": request.today})
    return perform(
        request, form, do, title=_("停用权力事项“%(item)s”") % {"item": row.name}, back=reverse("org_powers")
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def delegation_give(request: PageRequest) -> HttpResponse:
    """Lend one of my own posts for dated days."""
    mine = [held.post.id for held in request.held if held.on_behalf_of is None]
    posts = Post.objects.filter(in_being(request.today), id__in=mine).select_related("unit")
    others = (
        Person.objects.filter(left_on=None)
        .exclude(id=request.who.id)
        .exclude(kind="enterprise_user")
        .select_related("unit")
    )

    def do(data: dict[str, Any], _key: str) -> Delegation:
        post = data.pop("post")
        actor = actor_at(request.who.id, post.id, request.today)
        return services.delegate(
            post_id=post.id,
            from_person_id=request.who.id,
            to_person_id=data.pop("to_person").id,
            actor=actor,
            now=request.now,
            **data,
        )

    form = LendForm(
        posts, others.order_by("pinyin"), request.POST or None, initial={"from_on": request.today}
    )
    note = _(
        "委托不得超过岗位权限；受托人办理时以“代”字留名。申请人是受托人所在单位或其上级单位负责人的，受托人不得办理。"
    )
    return perform(request, form, do, title=_("委托我的岗位"), back=reverse("org_delegations"), note=note)


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def delegation_end(request: PageRequest, delegation_id: int) -> HttpResponse:
    """Take back a delegation that I gave."""
    row = get_object_or_404(Delegation.objects.select_related("to_person", "post__unit"), id=delegation_id)
    if row.from_person_id != request.who.id:
        raise Refusal(
            Ground.DELEGATE, "delegation.not_holder", _("只有委托人本人可以收回委托"), services.DELEGATION
        )

    def do(data: dict[str, Any], _key: str) -> Delegation:
        actor = actor_at(request.who.id, row.post_id, request.today)
        return services.end_delegation(
            delegation_id=row.id, to_on=data["to_on"], actor=actor, now=request.now
        )

    form = BackForm(request.POST or None, initial={"to_on": request.today})
    return perform(
        request,
        form,
        do,
        title=_("收回对%(person)s的委托") % {"person": row.to_person.name},
        back=reverse("org_delegations"),
    )
