"""What is owed: papers of projects taken over and other undertakings, handed in by their owner, closed by another."""

from __future__ import annotations

from typing import cast

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
from lianjing.runtime.undertaking.queries import visible
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
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
    }
    words = [("open", _("未销号")), ("overdue", _("逾期")), ("closed", _("已销号")), ("mine", _("我负责的"))]
    listing = Register(
        asked,
        visible(asked.who.id, today),
        columns,
        ("what", "matter__title", "owner_person__name"),
        [Filter("state", _("状态"), words, lambda value: conditions.get(value, Q()))],
    )
    if listing.wants_excel:
        return listing.excel(_("交办整改"))
    return render(request, "lianjing/undertakings.html", {"listing": listing})


def _owner(row: Undertaking) -> str:
    return row.owner_person.name if row.owner_person else (row.owner_unit.name if row.owner_unit else "")


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
    posted, who, now = request.POST, request.who.id, request.now
    match posted.get("action"):
        case "note":
            services.note_progress(undertaking_id=row.id, person_id=who, text=posted.get("text", ""), now=now)
        case "urge":
            services.urge(undertaking_id=row.id, person_id=who, text=posted.get("text", ""), now=now)
        case "supply":
            file = request.FILES.get("file")
            if file is None:
                raise BadInput(_("请选择文件"), "file")
            services.supply(
                undertaking_id=row.id,
                person_id=who,
                content=file.read(),
                file_name=file.name or "",
                title=posted.get("title", ""),
                now=now,
                is_fictitious=posted.get("is_fictitious") == "on",
                key=key_of(request),
            )
        case "close":
            evidence = posted.get("evidence", "")
            services.close(
                undertaking_id=row.id,
                person_id=who,
                result=posted.get("result", ""),
                text=posted.get("text", ""),
                now=now,
                evidence_document_id=int(evidence) if evidence.isdigit() else None,
            )
        case _:
            raise BadInput(_("未知的操作"))
