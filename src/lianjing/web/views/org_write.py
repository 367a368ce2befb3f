"""Forms of the personnel post, and the delegation of one's own post: each submission is one act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.installation import standard_posts
from lianjing.runtime.org import personnel, services
from lianjing.runtime.org.models import Appointment, Delegation, Person, Post, PowerItem, Unit
from lianjing.runtime.org.queries import actor_at, actor_with, in_being
from lianjing.runtime.trail.models import ActRow
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.middleware import status_of
from lianjing.web.receipts import FIELD, fresh_key, give_receipt, key_of
from lianjing.web.views.org_duty import process_words
from lianjing.web.words import in_english, refusal_words

Do = Callable[[dict[str, Any], str], Any]


class DayInput(forms.DateInput):
    """A date as every browser asks for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: Any, *, required: bool = True, initial: date | None = None) -> forms.DateField:
    return forms.DateField(label=label, required=required, initial=initial, widget=DayInput())


class _Unit(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class _Post(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name}·{obj.name}"


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.unit.name if obj.unit else '—'}）"


def _unit_field(label: Any, *, required: bool = True) -> _Unit:
    return _Unit(Unit.objects.order_by("code"), label=label, required=required)


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
        _choose(self, "kind", codes.choices("unit_kind"))


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
        _choose(
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
    number = forms.CharField(
        label=gettext_lazy("登录账号"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("一人一号，不得共用；口令由系统管理员发放"),
    )
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "kind", codes.choices("person_kind"))


class AppointForm(forms.Form):
    """An appointment from a day, by a paper."""

    person = _Person(
        Person.objects.filter(left_on=None).select_related("unit").order_by("pinyin"),
        label=gettext_lazy("人员"),
    )
    post = _Post(
        Post.objects.filter(to_on=None).select_related("unit").order_by("unit__code", "id"),
        label=gettext_lazy("岗位"),
    )
    from_on = _day(gettext_lazy("任职起"))
    to_on = _day(gettext_lazy("任职止"), required=False)
    basis = forms.CharField(
        label=gettext_lazy("任职依据"), max_length=200, help_text=gettext_lazy("任职文件的文号")
    )


class EndForm(forms.Form):
    """The last day of something dated, and why."""

    to_on = _day(gettext_lazy("最后一日"))
    reason = forms.CharField(label=gettext_lazy("依据或理由"), max_length=300)


class BackForm(forms.Form):
    """The last day of a delegation."""

    to_on = _day(gettext_lazy("最后一日"))


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
    from_on = _day(gettext_lazy("启用日"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "definition_key", list(process_words().items()))
        words = [(key, row["en"] if in_english() else row["zh"]) for key, row in standard_posts().items()]
        _choose(self, "post_key", [("", "—"), *words])


class LendForm(forms.Form):
    """A delegation of one of my own posts."""

    post = _Post(Post.objects.none(), label=gettext_lazy("我的岗位"))
    to_person = _Person(Person.objects.none(), label=gettext_lazy("受托人"))
    from_on = _day(gettext_lazy("起"))
    to_on = _day(gettext_lazy("止"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)

    def __init__(self, posts: QuerySet[Post], persons: QuerySet[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("post", posts), ("to_person", persons)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


def _choose(form: forms.Form, name: str, words: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = words


def _perform(
    request: HttpRequest, form: forms.Form, do: Do, *, title: str, back: str, note: str = ""
) -> HttpResponse:
    """Show a form, or do what was sent; what is refused is said on the form itself."""
    context: dict[str, Any] = {"form": form, "title": title, "back": reverse(back), "note": note}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = do(dict(form.cleaned_data), key_of(request))
            except BadInput as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            except Refusal as refusal:
                context |= refusal_words(refusal, request.today)  # type: ignore[attr-defined]
                status = status_of(refusal)
            else:
                give_receipt(request, _("已办理"), _event_of(row))
                return HttpResponseRedirect(reverse(back))
    context["request_key"] = request.POST.get(FIELD) or fresh_key()
    return render(request, "lianjing/org_form.html", context, status=status)


def _event_of(row: Any) -> str:
    touched = ActRow.objects.filter(table_name=row._meta.db_table, row_key=row.row_key()).order_by(
        "-event__recorded_at", "-event__oseq"
    )
    return touched.values_list("event_id", flat=True).first() or ""


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

    return _perform(request, UnitForm(request.POST or None), do, title=_("新设单位"), back="org_units")


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

    return _perform(request, PostForm(request.POST or None), do, title=_("新设岗位"), back="org_posts")


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def person_new(request: PageRequest) -> HttpResponse:
    """Enter a person."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> Person:
        return personnel.create_person(
            person_id=request.who.id, now=request.now, key=key, entered_on=request.today, **data
        )

    return _perform(request, PersonForm(request.POST or None), do, title=_("登记人员"), back="org_persons")


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def appoint(request: PageRequest) -> HttpResponse:
    """Appoint a person to a post."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> Appointment:
        return personnel.appoint(person_id=request.who.id, now=request.now, key=key, **data)

    first = {"from_on": request.today, "person": request.GET.get("person"), "post": request.GET.get("post")}
    form = AppointForm(request.POST or None, initial=first)
    return _perform(request, form, do, title=_("办理任职"), back="org_appointments")


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
    return _perform(request, form, do, title=title, back="org_appointments")


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def power_new(request: PageRequest) -> HttpResponse:
    """Enter an item in the register of powers."""
    _as_personnel(request)

    def do(data: dict[str, Any], key: str) -> PowerItem:
        return personnel.enter_power_item(person_id=request.who.id, now=request.now, key=key, **data)

    form = PowerForm(request.POST or None, initial={"from_on": request.today})
    return _perform(request, form, do, title=_("登记权力事项"), back="org_powers")


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def power_end(request: PageRequest, item_id: int) -> HttpResponse:
    """Take an item out of the register after a day: acts under it are refused from the next day."""
    _as_personnel(request)
    row = get_object_or_404(PowerItem, id=item_id)

    def do(data: dict[str, Any], _key: str) -> PowerItem:
        return personnel.end_power_item(person_id=request.who.id, now=request.now, item_id=row.id, **data)

    form = EndForm(request.POST or None, initial={"to_on": request.today})
    return _perform(
        request, form, do, title=_("停用权力事项“%(item)s”") % {"item": row.name}, back="org_powers"
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
    return _perform(request, form, do, title=_("委托我的岗位"), back="org_delegations", note=note)


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
    return _perform(
        request,
        form,
        do,
        title=_("收回对%(person)s的委托") % {"person": row.to_person.name},
        back="org_delegations",
    )
