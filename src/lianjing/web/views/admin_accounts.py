"""账号管理: the log-ins of persons; one administrator makes, another grants, the third reads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.rights import logins
from lianjing.runtime.rights.models import LoginGrant
from lianjing.runtime.rights.queries import accounts, grants_of, locked_numbers
from lianjing.web.access import ADMINISTRATORS, STAFF, PageRequest, signed_in
from lianjing.web.deciding import decide, show_once
from lianjing.web.form_page import PersonChoice, ReasonForm, only, perform
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.views.org import show, unit_choices

SYSTEM, SECURITY = frozenset({"system_admin"}), frozenset({"security_admin"})
TONES = {"granted": "good", "opened": "doing", "reset": "warn", "closed": "off"}


class AccountForm(forms.Form):
    """A log-in for a person who has none."""

    person = PersonChoice(Person.objects.none(), label=gettext_lazy("人员"))
    number = forms.CharField(
        label=gettext_lazy("登录账号"),
        max_length=40,
        help_text=gettext_lazy("一人一号，不得共用；用编号，不用姓名"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        without = Person.objects.filter(login=None, left_on=None).select_related("unit")
        field.queryset = without.order_by("unit__code", "pinyin")


@signed_in(kinds=ADMINISTRATORS)
@require_safe
def accounts_list(request: PageRequest) -> HttpResponse:
    """Every log-in with its state, who made it and who granted it."""
    grants: dict[int, LoginGrant] = {}
    locked = locked_numbers(request.now)
    columns = _columns(request, grants, locked)
    grant = LoginGrant.objects.filter(person=OuterRef("person_id"))

    def of_state(state: str) -> Q:
        if state == "granted":
            return Q(is_active=True)
        if state == "locked":
            return Q(number__in=locked)
        return Q(Exists(grant.filter(status=state)), is_active=False)

    filters = [
        Filter("unit", _("单位"), unit_choices(), "person__unit_id"),
        Filter("state", _("状态"), [*codes.choices("login_status"), ("locked", _("锁定"))], of_state),
    ]
    listing = Register(
        request,
        accounts(),
        columns,
        ("number", "person__name", "person__pinyin", "person__unit__name"),
        filters,
        prepare=lambda rows: grants.update(grants_of([row.person_id for row in rows])),
        search_label=_("账号、姓名、单位"),
    )
    may_open = bool(request.roles & SYSTEM)
    return show(
        request,
        listing,
        title=_("账号管理"),
        note=_("系统管理员开立、重置、停用；安全管理员授权后才能登录；审计管理员查看。"),
        everyone_url=reverse("system_account_new") if may_open else "",
        everyone_text=_("开立账号"),
    )


def _columns(request: PageRequest, grants: dict[int, LoginGrant], locked: set[str]) -> list[Column]:
    def state(row: LoginAccount) -> str:
        grant = grants.get(row.person_id)
        return grant.status if grant else "granted" if row.is_active else "closed"

    def who(row: LoginAccount, name: str) -> str:
        return str(getattr(getattr(grants.get(row.person_id), name, None), "name", ""))

    columns = [
        Column("number", _("账号"), lambda row: row.number, "number"),
        Column(
            "person",
            _("姓名"),
            lambda row: row.person.name,
            "person__pinyin",
            url=lambda row: reverse("org_person", args=[row.person_id]),
        ),
        Column("unit", _("所在单位"), lambda row: getattr(row.person.unit, "name", ""), "person__unit__code"),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("login_status", state(row)),
            kind="status",
            tone=lambda row: TONES.get(state(row), "plain"),
        ),
        Column(
            "locked",
            _("锁定"),
            lambda row: _("锁定") if row.number in locked else "",
            kind="status",
            tone=lambda _row: "bad",
        ),
        Column("last", _("最近登录"), lambda row: row.last_login, "last_login", "time"),
        Column("made_by", _("经办人"), lambda row: who(row, "made_by_person")),
        Column("granted_by", _("授权人"), lambda row: who(row, "granted_by_person")),
    ]
    if request.roles & SECURITY:
        columns.append(
            Column(
                "grant",
                _("操作"),
                lambda row: _("授权") if state(row) in ("opened", "reset") else "",
                url=lambda row: (
                    reverse("system_account_grant", args=[row.id])
                    if state(row) in ("opened", "reset")
                    else ""
                ),
            )
        )
    if request.roles & SYSTEM:
        for key, word, name in (
            ("reset", _("重置口令"), "system_account_reset"),
            ("close", _("停用"), "system_account_close"),
        ):
            columns.append(_action(request, key, word, name, state))
        columns.append(
            Column(
                "unlock",
                _("解锁"),
                lambda row: _("解锁") if row.number in locked else "",
                url=lambda row: (
                    reverse("system_account_unlock", args=[row.id]) if row.number in locked else ""
                ),
            )
        )
    return columns


def _action(request: PageRequest, key: str, word: str, name: str, state: Any) -> Column:
    def is_open(row: LoginAccount) -> bool:
        return row.person_id != request.who.id and (key == "reset" or state(row) != "closed")

    return Column(
        key,
        word,
        lambda row: word if is_open(row) else "",
        url=lambda row: reverse(name, args=[row.id]) if is_open(row) else "",
    )


@sensitive_variables()
@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def account_new(request: PageRequest) -> HttpResponse:
    """Make a log-in and show its one-time pass-phrase once."""
    only(request, SYSTEM)

    def do(data: dict[str, Any], _key: str) -> logins.OneTime:
        return logins.open_login(person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        AccountForm(request.POST or None),
        do,
        title=_("开立账号"),
        back=reverse("system_accounts"),
        note=_("账号由安全管理员授权后才能登录；口令只显示一次。"),
        answer=lambda made: _once(request, made),
    )


def _once(request: PageRequest, made: logins.OneTime) -> HttpResponse:
    return show_once(
        request,
        number=made.grant.number,
        name=made.grant.person.name,
        password=made.password,
        back=reverse("system_accounts"),
        note=_("请当面交给本人，首次登录须修改。账号待安全管理员授权。"),
    )


@sensitive_variables()
@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def account_reset(request: PageRequest, account_id: int) -> HttpResponse:
    """Give a new one-time pass-phrase; the log-in waits for a new grant."""
    return _with_reason(
        request,
        account_id,
        _("重置%(name)s的口令"),
        lambda account, reason: logins.reset(
            person_id=request.who.id, now=request.now, account_id=account.id, reason=reason
        ),
        note=_("重置后账号关闭、会话结束，由安全管理员重新授权。"),
        is_secret=True,
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def account_close(request: PageRequest, account_id: int) -> HttpResponse:
    """Shut a log-in and end its sessions."""
    return _with_reason(
        request,
        account_id,
        _("停用%(name)s的账号"),
        lambda account, reason: logins.close(
            person_id=request.who.id, now=request.now, account_id=account.id, reason=reason
        ),
        note=_("停用即时生效，在线会话一并结束；恢复须重置口令并重新授权。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def account_unlock(request: PageRequest, account_id: int) -> HttpResponse:
    """Let a number that waits after failures try again."""
    return _with_reason(
        request,
        account_id,
        _("解锁%(name)s的账号"),
        lambda account, reason: logins.unlock(
            person_id=request.who.id, now=request.now, account_id=account.id, reason=reason
        ),
    )


def _with_reason(
    request: PageRequest, account_id: int, title: str, do: Any, *, note: str = "", is_secret: bool = False
) -> HttpResponse:
    only(request, SYSTEM)
    account = get_object_or_404(LoginAccount.objects.select_related("person"), id=account_id)
    return perform(
        request,
        ReasonForm(request.POST or None),
        lambda data, _key: do(account, data["reason"]),
        title=title % {"name": f"{account.person.name}（{account.number}）"},
        back=reverse("system_accounts"),
        note=note,
        answer=(lambda made: _once(request, made)) if is_secret else None,
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def account_grant(request: PageRequest, account_id: int) -> HttpResponse:
    """Let a log-in be used, as security administrator."""
    only(request, SECURITY)
    account = get_object_or_404(LoginAccount.objects.select_related("person__unit"), id=account_id)
    grant = LoginGrant.objects.filter(person_id=account.person_id).select_related("made_by_person").first()
    if grant is None:
        raise Refusal(Ground.STALE, "rights.decided", _("该账号没有待授权的事项"))
    return decide(
        request,
        title=_("账号授权"),
        facts=[
            (_("姓名"), account.person.name),
            (_("所在单位"), getattr(account.person.unit, "name", "")),
            (_("账号"), account.number),
            (_("状态"), codes.label("login_status", grant.status)),
            (_("经办人"), getattr(grant.made_by_person, "name", "")),
            (_("理由"), grant.reason),
        ],
        is_open=grant.status in ("opened", "reset"),
        agree=lambda: logins.grant(person_id=request.who.id, now=request.now, account_id=account.id),
        refuse=None,
        back=reverse("system_accounts"),
        agree_word=_("授权启用"),
        note=_("授权前请向本人核实；账号由系统管理员开立或重置。"),
    )
