"""What is owed: the three lists, and one undertaking with its notes and urging sheets; closed by another than its owner."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.queries import documents_of
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.undertaking import services
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.queries import progress_of, sheets_of, visible
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import number_of
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import refusal_words

TONES = {"task": "doing", "progress": "doing", "closed": "good"}


@signed_in(kinds=OFFICIALS)
@require_safe
def undertakings(request: HttpRequest) -> HttpResponse:
    """List what is owed within the reader's scope; the open and most urgent first."""
    asked = cast(PageRequest, request)
    today = asked.today

    def state(row: Undertaking) -> str:
        return (
            _("逾期")
            if row.closed_on is None and row.due_on < today
            else codes.label("list_state", row.list_state)
        )

    columns = [
        Column(
            "what",
            _("事项"),
            lambda row: row.what,
            "what",
            url=lambda row: reverse("undertaking", args=[row.id]),
        ),
        Column(
            "source", _("来源"), lambda row: codes.label("undertaking_source", row.source_kind), "source_kind"
        ),
        Column("matter", _("所属项目"), lambda row: row.matter.title if row.matter else "", "matter__title"),
        Column("owner", _("责任人"), lambda row: _owner(row), "owner_person__name"),
        Column("opened", _("交办日"), lambda row: row.opened_on, "opened_on", kind="day"),
        Column("due", _("到期日"), lambda row: row.due_on, "due_on", kind="day"),
        Column("progress", _("进度"), _percent, "progress_ratio", kind="number"),
        Column(
            "listed",
            _("挂牌督办"),
            lambda row: _("是") if row.is_listed_supervision else "",
            "is_listed_supervision",
        ),
        Column("urged", _("督办次数"), lambda row: row.urge_count, "urge_count", kind="number"),
        Column(
            "state",
            _("状态"),
            state,
            "list_state",
            kind="status",
            tone=lambda row: (
                "bad" if row.closed_on is None and row.due_on < today else TONES.get(row.list_state, "plain")
            ),
        ),
    ]
    conditions = {
        "open": Q(closed_on__isnull=True),
        "overdue": Q(closed_on__isnull=True, due_on__lt=today),
        "closed": Q(closed_on__isnull=False),
        "mine": Q(owner_person_id=asked.who.id),
        "listed": Q(is_listed_supervision=True),
        "reopened": Q(reopened_on__isnull=False),
    }
    words = [
        ("open", _("未销号")),
        ("overdue", _("逾期")),
        ("closed", _("已销号")),
        ("mine", _("我负责的")),
        ("listed", _("挂牌督办")),
        ("reopened", _("重开过")),
    ]
    mine = visible(asked.who.id, today)
    listing = Register(
        asked,
        mine,
        columns,
        ("what", "matter__title", "owner_person__name"),
        [
            Filter("list", _("清单"), codes.choices("list_state"), "list_state"),
            Filter("state", _("状态"), words, lambda value: conditions.get(value, Q())),
            Filter("source", _("来源"), codes.choices("undertaking_source"), "source_kind"),
        ],
        [DateFilter("from", _("到期日起"), "due_on__gte"), DateFilter("to", _("到期日止"), "due_on__lte")],
    )
    if listing.wants_excel:
        return listing.excel(_("交办整改"))
    lists = [(code, word, mine.filter(list_state=code).count()) for code, word in codes.choices("list_state")]
    context = {"listing": listing, "lists": lists, "chosen": request.GET.get("list", "")}
    return render(request, "lianjing/undertakings.html", context)


def _percent(row: Undertaking) -> str:
    return "" if row.progress_ratio is None else f"{row.progress_ratio * 100:.0f}%"


def _owner(row: Undertaking) -> str:
    named = row.owner_person or row.owner_unit or row.owner_enterprise
    return named.name if named else ""


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def undertaking(request: HttpRequest, undertaking_id: int) -> HttpResponse:
    """Show one undertaking; its owner reports and hands in, another checks and closes, any may urge."""
    asked = cast(PageRequest, request)
    row = visible(asked.who.id, asked.today).filter(id=undertaking_id).first()
    if row is None:
        raise Refusal(Ground.SCOPE, "scope.undertaking", _("没有该事项，或不在您的数据范围内"))
    told, fault, status = None, "", 200
    if request.method == "POST":
        try:
            _act(asked, row)
            messages.success(request, _("已办理，留痕已记录"))
            return redirect("undertaking", row.id)
        except Refusal as refused:
            told, status = refusal_words(refused, asked.today), status_of(refused)
        except BadInput as bad:
            fault, status = str(bad), 422
    papers = _papers(row)
    context = {
        "row": row,
        "owner": _owner(row),
        "told": told,
        "fault": fault,
        "request_key": fresh_key(),
        "papers": papers,
        "viewer_id": asked.who.id,
        "notes": progress_of(row.id),
        "sheets": sheets_of(row.id),
        "may_reopen": row.closed_on is not None
        and ("supervisor" in asked.roles or row.checker_person_id == asked.who.id),
        "may_list": row.closed_on is None
        and bool(asked.roles & {"supervisor", "head", "approver"})
        and row.owner_person_id != asked.who.id,
        "results": codes.choices("undertaking_result"),
        "is_overdue": row.closed_on is None and row.due_on < asked.today,
        "is_owner": row.owner_person_id == asked.who.id,
        "may_act": bool(asked.roles - {"supervisor"}),
        "clause": clause_title(row.clause, asked.today) if row.clause else "",
        "clause_address": row.clause.replace("#", "~"),
        "posted": request.POST,
    }
    return render(request, "lianjing/undertaking.html", context, status=status)


def _papers(row: Undertaking) -> list[Document]:
    if row.matter_id is None:
        return []
    found = documents_of(row.matter_id)
    return list(found.filter(kind=row.document_kind) if row.document_kind else found)


def _act(request: PageRequest, row: Undertaking) -> None:
    posted = request.POST
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    text = posted.get("text", "")
    match posted.get("action"):
        case "supply":
            _supply(request, row)
        case "close":
            services.close(
                undertaking_id=row.id,
                result=posted.get("result", ""),
                text=text,
                evidence_document_id=number_of(posted.get("evidence", "")),
                **who,
            )
        case "receive":
            services.receive_urging(urging_id=_sheet(row, posted.get("sheet", "")), **who)
        case "reply":
            services.reply_urging(urging_id=_sheet(row, posted.get("sheet", "")), text=text, **who)
        case _:
            _follow(request, row, text)


def _follow(request: PageRequest, row: Undertaking, text: str) -> None:
    posted = request.POST
    who: dict[str, Any] = {"undertaking_id": row.id, "person_id": request.who.id, "now": request.now}
    match posted.get("action"):
        case "note":
            paper = number_of(posted.get("paper", ""))
            services.note_progress(
                text=text, ratio=_share(posted.get("percent", "")), document_id=paper, **who
            )
        case "urge":
            services.urge(text=text, due_on=day_of(posted.get("due_on", "")), **who)
        case "reopen":
            services.reopen(reason=text, due_on=day_of(posted.get("due_on", "")), **who)
        case "list" | "unlist" as verb:
            services.list_for_supervision(reason=text, is_listed=verb == "list", **who)
        case _:
            raise BadInput(_("未知的操作"))


def _supply(request: PageRequest, row: Undertaking) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(_("请选择文件"), "file")
    services.supply(
        undertaking_id=row.id,
        person_id=request.who.id,
        content=file.read(),
        file_name=file.name or "",
        title=request.POST.get("title", ""),
        now=request.now,
        is_fictitious=request.POST.get("is_fictitious") == "on",
        key=key_of(request),
    )


def _sheet(row: Undertaking, text: str) -> int:
    number = number_of(text)
    if number is None or not sheets_of(row.id).filter(pk=number).exists():
        raise BadInput(_("没有该督办单"), "sheet")
    return number


def _share(text: str) -> Decimal | None:
    if not text.strip():
        return None
    number = number_of(text.strip())
    if number is None:
        raise BadInput(_("进度应在 0 到 100 之间"), "ratio")
    return Decimal(number) / 100
