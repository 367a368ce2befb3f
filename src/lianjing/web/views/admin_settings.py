"""字典管理 and 登录策略: code lists with the zone's own codes, and the rules of log-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.runtime import codes
from lianjing.runtime.access.models import AccessPolicy
from lianjing.runtime.access.policy import Rule, rules, value_at
from lianjing.runtime.dictionary import services as dictionary_acts
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.dictionary.queries import lines, names
from lianjing.runtime.rights import policies
from lianjing.runtime.rights.models import PolicyChange
from lianjing.runtime.rights.queries import policy_changes
from lianjing.web.access import ADMINISTRATORS, STAFF, PageRequest, signed_in
from lianjing.web.deciding import decide
from lianjing.web.form_page import ReasonForm, choose, only, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Roll
from lianjing.web.templatetags.ui import NONE_SIGN
from lianjing.web.views.org import show
from lianjing.web.words import in_english, text_of

SYSTEM, SECURITY = frozenset({"system_admin"}), frozenset({"security_admin"})
SWITCH = ("0", "1")


def list_words(name: str) -> str:
    """Write what a list is called with its key; in English the key alone, which is English."""
    word = "" if in_english() else names().get(name, "")
    return f"{word} {name}".strip()


class CodeForm(forms.Form):
    """A local code for an open list."""

    codelist = forms.ChoiceField(label=gettext_lazy("字典"))
    code = forms.CharField(
        label=gettext_lazy("代码"),
        max_length=40,
        initial="x_",
        help_text=gettext_lazy("以“x_”开头，由小写字母、数字、下划线组成"),
    )
    zh = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    en = forms.CharField(label=gettext_lazy("英文名称"), max_length=80)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose(self, "codelist", [(name, list_words(name)) for name in codes.OPEN])


class PolicyForm(forms.Form):
    """A new value for a rule of log-in."""

    value = forms.CharField(label=gettext_lazy("值"), max_length=400, required=False)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)


@signed_in(kinds=STAFF)
@require_safe
def dictionary(request: PageRequest) -> HttpResponse:
    """Every code of every list; local codes are marked, shipped ones cannot be changed."""
    may = bool(request.roles & SYSTEM)

    def state(row: Any) -> str:
        if row.addition is None:
            return _("随系统发布")
        return _("已停用") if row.addition.to_on else _("本地增加")

    columns = [
        Column("list", _("字典"), lambda row: list_words(row.codelist), "list"),
        Column("key", _("键"), lambda row: row.codelist, "key", "code", is_hidden=True),
        Column("code", _("代码"), lambda row: row.code, "code", "code"),
        Column("zh", _("名称"), lambda row: row.zh, "zh"),
        Column("en", _("英文名称"), lambda row: row.en),
        Column("open", _("可增加"), lambda row: _("可") if row.is_open else ""),
        Column(
            "state",
            _("来源"),
            state,
            kind="status",
            tone=lambda row: "plain" if row.addition is None else "off" if row.addition.to_on else "doing",
        ),
        Column("basis", _("依据"), lambda row: row.addition.basis if row.addition else "", is_hidden=True),
    ]
    if may:
        columns.append(
            Column(
                "end",
                _("操作"),
                lambda row: _("停用") if row.addition and not row.addition.to_on else "",
                url=lambda row: (
                    reverse("system_code_end", args=[row.addition.id])
                    if row.addition and not row.addition.to_on
                    else ""
                ),
            )
        )

    def in_list(name: str) -> Any:
        return lambda row: row.codelist == name

    def of_kind(kind: str) -> Any:
        return lambda row: row.is_open if kind == "open" else row.addition is not None

    filters = [
        Filter("list", _("字典"), [(name, list_words(name)) for name in codes.shipped()], in_list),
        Filter("kind", _("种类"), [("open", _("可增加")), ("own", _("本地增加"))], of_kind),
    ]
    listing = Roll(
        request,
        cast(Any, lines(request.today)),
        columns,
        filters=filters,
        per_page=50,
        search_label=_("字典、代码、名称"),
    )
    return show(
        request,
        listing,
        title=_("字典管理"),
        note=_("随系统发布的代码不可更改；可增加的字典由系统管理员依据文件增加本地项。"),
        everyone_url=reverse("system_code_new") if may else "",
        everyone_text=_("增加字典项"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def code_new(request: PageRequest) -> HttpResponse:
    """Add a local code."""
    only(request, SYSTEM)

    def do(data: dict[str, Any], _key: str) -> CodeAddition:
        return dictionary_acts.add(person_id=request.who.id, now=request.now, **data)

    form = CodeForm(request.POST or None, initial={"codelist": request.GET.get("list")})
    return perform(request, form, do, title=_("增加字典项"), back=reverse("system_dictionary"))


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def code_end(request: PageRequest, addition_id: int) -> HttpResponse:
    """Take a local code out of forms."""
    only(request, SYSTEM)
    row = get_object_or_404(CodeAddition, id=addition_id)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: dictionary_acts.end(
            addition_id=row.pk, person_id=request.who.id, now=request.now, **data
        ),
        title=_("停用字典项“%(name)s”") % {"name": row.zh},
        back=reverse("system_dictionary"),
        note=_("停用后表单不再提供；已用此项的记录照旧显示。"),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule of log-in with the value in force."""

    rule: Rule
    value: str
    waiting: PolicyChange | None


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def policy(request: PageRequest) -> HttpResponse:
    """The rules of log-in with their values, where each comes from, and what waits for a second person."""
    waiting = {row.name: row for row in policy_changes().filter(status="pending")}
    rows = [Standing(rule, value_at(name, request.now), waiting.get(name)) for name, rule in rules().items()]
    columns = [
        Column("rule", _("策略"), lambda row: text_of(row.rule.text)),
        Column("name", _("键"), lambda row: row.rule.name, kind="code", is_hidden=True),
        Column("value", _("当前值"), lambda row: shown_value(row.rule, row.value)),
        Column("shipped", _("出厂值"), lambda row: shown_value(row.rule, row.rule.value), is_hidden=True),
        Column("source", _("来源"), lambda row: row.rule.source),
        Column(
            "waiting",
            _("待同意"),
            lambda row: shown_value(row.rule, row.waiting.value) if row.waiting else "",
            kind="status",
            tone=lambda _row: "warn",
            url=lambda row: reverse("system_policy_decide", args=[row.waiting.id]) if row.waiting else "",
        ),
    ]
    if request.roles & SECURITY:
        columns.append(
            Column(
                "change",
                _("操作"),
                lambda _row: _("修改"),
                url=lambda row: reverse("system_policy_change", args=[row.rule.name]),
            )
        )
    listing = Roll(request, cast(Any, rows), columns, per_page=50, search_label=_("策略、来源"))
    return show(
        request,
        listing,
        title=_("登录策略"),
        note=_("安全管理员可以从严；从宽须系统管理员同意。每次变更都留痕。"),
    )


def shown_value(rule: Rule, value: str) -> str:
    """Write a value as people read it: a switch in words, a list by its labels, a count as it is."""
    if rule.kind == "list":
        return "、".join(codes.label(rule.codelist, each) for each in value.split()) or NONE_SIGN
    if rule.kind == "switch" or (rule.minimum, rule.maximum) == (0, 1):
        return _("是") if value == "1" else _("否")
    return value


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def policy_change(request: PageRequest, name: str) -> HttpResponse:
    """Change a rule, or propose the change where it would be weaker."""
    only(request, SECURITY)
    rule = rules().get(name)
    if rule is None:
        raise Http404
    form = PolicyForm(request.POST or None, initial={"value": value_at(name, request.now)})
    field = form.fields["value"]
    field.label = text_of(rule.text)
    field.help_text = (
        _("代码以空格分开：%(codes)s") % {"codes": " ".join(sorted(codes.codes(rule.codelist)))}
        if rule.kind == "list"
        else _("%(minimum)s 至 %(maximum)s") % {"minimum": rule.minimum, "maximum": rule.maximum}
    )

    def do(data: dict[str, Any], _key: str) -> AccessPolicy | PolicyChange:
        return policies.change(name=name, person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        form,
        do,
        title=_("修改登录策略"),
        back=reverse("system_policy"),
        note=_("来源：%(source)s。从宽的变更须系统管理员同意后生效。") % {"source": rule.source},
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def policy_decide(request: PageRequest, change_id: int) -> HttpResponse:
    """Agree to a weaker rule, or turn it down, as system administrator."""
    only(request, ADMINISTRATORS)
    row = get_object_or_404(policy_changes(), id=change_id)
    rule = rules()[row.name]

    def settle(agrees: bool) -> PolicyChange:
        return policies.decide(change_id=row.pk, agrees=agrees, person_id=request.who.id, now=request.now)

    return decide(
        request,
        title=_("登录策略变更"),
        facts=[
            (_("策略"), text_of(rule.text)),
            (_("当前值"), shown_value(rule, value_at(row.name, request.now))),
            (_("拟改为"), shown_value(rule, row.value)),
            (_("依据"), row.source),
            (_("理由"), row.reason),
            (_("提出人"), row.proposed_by_person.name),
            (_("状态"), codes.label("grant_status", row.status)),
        ],
        is_open=row.status == "pending" and bool(request.roles & SYSTEM),
        agree=lambda: settle(True),  # noqa: FBT003
        refuse=lambda _reason: settle(False),  # noqa: FBT003
        back=reverse("system_policy"),
    )
