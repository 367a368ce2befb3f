"""对账: what does not match on our own accounts, the bank's files, the daily picture of three equal sums."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.intake.bank import read_statement
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import bank
from lianjing.runtime.payment.models import BankLine, BankStatement
from lianjing.runtime.payment.reconciliation import (
    MONEY_POSTS,
    RED,
    TONES,
    Entry,
    accounts_visible,
    entries,
    picture,
)
from lianjing.runtime.personal.masking import shown, veil
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key
from lianjing.web.register import Register, Roll
from lianjing.web.words import refusal_words

PICTURE_DAYS = 10
WATCHERS = frozenset({"supervisor", "head", "approver"})


def state_words() -> dict[str, str]:
    """Return the word of each state on the page of reconciliation."""
    return {
        "matched": _("已匹配"),
        "explained": _("已说明"),
        "new": _("当日待匹配"),
        "unregistered": _("已匹配，回单未登记"),
        "unmatched": _("未匹配"),
        "no_line": _("支付令无流水"),
        "no_file": _("缺当日对账单"),
    }


def accounts_for(request: PageRequest) -> list[Account]:
    """Return the own accounts that the person may see; Refusal for who has nothing to do with money."""
    found = list(accounts_visible(request.who.id, request.today))
    if not found and not posts_of(request) & MONEY_POSTS and not request.roles & WATCHERS:
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), "zone_organisation#2")
    return found


def posts_of(request: PageRequest) -> set[str]:
    """Return the keys of the posts held today."""
    return {each.post.key for each in request.held}


def account_word(account: Account) -> str:
    """Return an account as the page names it: holder, bank and the last four digits."""
    return f"{shown(account, 'holder_name')} {account.bank_name} {account.account_no_masked}".strip()


@signed_in(kinds=OFFICIALS)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show what matches and what does not, red from the next day on, by account, day and state."""
    asked = cast(PageRequest, request)
    accounts = accounts_for(asked)
    found = entries(accounts, asked.today)
    first, last = day_of(request.GET.get("from", "")), day_of(request.GET.get("to", ""))
    shown = [row for row in found if (not first or row.day >= first) and (not last or row.day <= last)]
    listing = Roll(
        asked,
        cast(Any, shown),
        _columns(),
        filters=_filters(accounts),
        table="reconciliation",
        search_label=_("流水号、指令号、对方"),
        empty_text=_("没有需要对账的流水和支付令"),
        row_class=lambda row: "is-bad" if row.is_red else "",
    )
    if listing.wants_excel:
        return listing.excel(_("对账"))
    counts = {state: sum(row.state == state for row in found) for state in TONES}
    context = {
        "listing": listing,
        "counters": [
            {
                "value": counts[state],
                "text": word,
                "url": f"?state={state}",
                "tone": TONES[state] if counts[state] or state not in RED else "good",
            }
            for state, word in state_words().items()
        ],
        "pictures": [(account_word(account), picture(account)[:PICTURE_DAYS]) for account in accounts],
        "first": first,
        "last": last,
    }
    return render(request, "works/bank.html", context)


def _party(row: Entry) -> str:
    return str(veil().shown("bank_line", "counterparty_name", row.row_id, row.counterparty))


def _columns() -> list[Column]:
    words = state_words()
    kinds = {"line": _("银行流水"), "order": _("支付令"), "day": _("对账单")}
    return [
        Column("day", _("日期"), lambda row: row.day, "day", kind="day"),
        Column("account", _("账户"), lambda row: account_word(row.account), "account"),
        Column("kind", _("类别"), lambda row: kinds[row.kind], "kind"),
        Column("ref", _("流水号或指令号"), lambda row: row.ref, "ref", url=_place),
        Column("party", _("对方户名"), _party, "party", is_personal=True),
        Column(
            "direction",
            _("方向"),
            lambda row: codes.label("direction", row.direction) if row.direction else "",
        ),
        Column("amount", _("金额（元）"), lambda row: row.amount, "amount", kind="money"),
        Column(
            "state",
            _("状态"),
            lambda row: words[row.state],
            "state",
            kind="status",
            tone=lambda row: TONES[row.state],
        ),
        Column("note", _("说明"), lambda row: row.note),
    ]


def _place(row: Entry) -> str:
    if row.kind == "line":
        return reverse("works_bank_line", args=[row.row_id])
    if row.kind == "order":
        return reverse("works_bank_order", args=[row.row_id])
    return ""


def _filters(accounts: list[Account]) -> list[Filter]:
    def of_account(value: str) -> Callable[[Any], bool]:
        return lambda row: str(row.account.pk) == value

    def of_state(value: str) -> Callable[[Any], bool]:
        return lambda row: row.is_red if value == "red" else row.state == value

    states = [("red", _("须处理")), *state_words().items()]
    return [
        Filter(
            "account",
            _("账户"),
            [(str(each.pk), account_word(each)) for each in accounts],
            cast(Any, of_account),
        ),
        Filter("state", _("状态"), states, cast(Any, of_state)),
    ]


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest) -> HttpResponse:
    """List the bank's files; the checker imports one."""
    asked = cast(PageRequest, request)
    accounts = accounts_for(asked)
    told, fault, status = None, "", 200
    if request.method == "POST":
        try:
            taken = _import(asked)
        except Refusal as refused:
            told, status = refusal_words(refused, asked.today), status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
        else:
            messages.success(request, _taken_words(taken))
            return redirect("works_bank_statement", taken.statement.pk)
    listing = Register(
        asked,
        BankStatement.objects.filter(account__in=accounts)
        .select_related("account", "person")
        .order_by("-to_on", "-pk"),
        _statement_columns(),
        ("account__holder_name", "account__bank_name", "sha256"),
        [Filter("account", _("账户"), [(str(a.pk), account_word(a)) for a in accounts], "account_id")],
        table="statements",
        empty_text=_("尚未导入对账单"),
    )
    if listing.wants_excel:
        return listing.excel(_("银行对账单"))
    context = {
        "listing": listing,
        "accounts": [(account.pk, account_word(account)) for account in accounts],
        "may_import": bool(posts_of(asked) & set(bank.IMPORTERS)),
        "told": told,
        "fault": fault,
        "posted": request.POST,
        "request_key": fresh_key(),
    }
    return render(request, "works/bank_statements.html", context, status=status)


def _statement_columns() -> list[Column]:
    return [
        Column(
            "period",
            _("起止"),
            lambda row: f"{row.from_on} – {row.to_on}",
            "to_on",
            url=lambda row: reverse("works_bank_statement", args=[row.pk]),
        ),
        Column("account", _("账户"), lambda row: account_word(row.account), "account__holder_name"),
        Column("lines", _("笔数"), lambda row: row.line_count, "line_count", kind="number"),
        Column("opening", _("期初余额"), lambda row: row.opening, "opening", kind="money"),
        Column("closing", _("期末余额"), lambda row: row.closing, "closing", kind="money"),
        Column("person", _("导入人"), lambda row: row.person.name if row.person else ""),
        Column("at", _("导入时间"), lambda row: row.imported_at, "imported_at", kind="time"),
    ]


def _import(request: PageRequest) -> bank.Intake:
    file = request.FILES.get("file")
    account = request.POST.get("account", "")
    if file is None:
        raise BadInput(_("请选择文件"), "file")
    if not account.isdigit():
        raise BadInput(_("请选择账户"), "account")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / f"statement{Path(file.name or '').suffix.lower()[:5]}"
        place.write_bytes(file.read())
        read = read_statement(place)
    return bank.take_statement(
        account_id=int(account),
        lines=read.lines,
        sha256=read.sha256,
        person_id=request.who.id,
        now=request.now,
        from_on=_day(request, "from_on"),
        to_on=_day(request, "to_on"),
    )


def _day(request: PageRequest, name: str) -> date | None:
    return day_of(request.POST.get(name, ""))


def _taken_words(taken: bank.Intake) -> str:
    if taken.is_known:
        return _("该文件此前已导入，没有变化")
    return _("导入%(new)d笔，与回单合并%(merged)d笔，匹配%(matched)d笔，未变%(same)d笔") % {
        "new": taken.imported,
        "merged": taken.merged,
        "matched": taken.matched,
        "same": taken.unchanged,
    }


@signed_in(kinds=OFFICIALS)
@require_safe
def statement(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Show one file: period, balances, digest and its lines."""
    asked = cast(PageRequest, request)
    row = (
        BankStatement.objects.select_related("account", "person")
        .filter(pk=statement_id, account__in=accounts_for(asked))
        .first()
    )
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.statement", _("没有该对账单，或不在您的数据范围内"))
    listing = Register(
        asked,
        BankLine.objects.filter(statement=row).order_by("booked_on", "pk"),
        _line_columns(),
        ("bank_ref", "counterparty_name", "memo"),
        [Filter("state", _("状态"), codes.choices("match_state"), "match_state")],
        table="lines",
        empty_text=_("对账单没有交易"),
    )
    if listing.wants_excel:
        return listing.excel(_("银行对账单"))
    context = {"row": row, "account": account_word(row.account), "listing": listing}
    return render(request, "works/bank_statement.html", context)


def _line_columns() -> list[Column]:
    words = state_words()
    return [
        Column("day", _("日期"), lambda each: each.booked_on, "booked_on", kind="day"),
        Column(
            "ref",
            _("流水号"),
            lambda each: each.bank_ref,
            "bank_ref",
            url=lambda each: reverse("works_bank_line", args=[each.pk]),
        ),
        Column(
            "party",
            _("对方户名"),
            lambda each: shown(each, "counterparty_name"),
            "counterparty_name",
            is_personal=True,
        ),
        Column("direction", _("方向"), lambda each: codes.label("direction", each.direction), "direction"),
        Column("amount", _("金额（元）"), lambda each: each.amount, "amount", kind="money"),
        Column("balance", _("余额（元）"), lambda each: each.balance, "balance", kind="money"),
        Column("memo", _("摘要"), lambda each: each.memo),
        Column(
            "state",
            _("状态"),
            lambda each: words[each.match_state],
            "match_state",
            kind="status",
            tone=lambda each: TONES[each.match_state],
        ),
    ]
