"""The employer's page: the claims of its own workers, what it owes them, and the transfers that it enters."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianjing.domains.injury.forms.claim import TransferForm
from lianjing.domains.injury.models import BenefitItem, TransferToWorker
from lianjing.domains.injury.queries.cases import (
    claims_visible,
    item_for,
    items_visible,
    owed_items,
    own_injuries,
)
from lianjing.domains.injury.queries.ledger import owed_by_employer, passed_on, transfer_due
from lianjing.domains.injury.services.online import open_online
from lianjing.domains.injury.services.transfer import AGENT, enter_transfer
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.services import upload
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.receipts import FIELD, fresh_key, key_of

OUTSIDE = ("external",)


@signed_in(kinds=OUTSIDE)
@require_safe
def own(request: PageRequest) -> HttpResponse:
    """List the claims that name the reader's firm, what it still owes its workers, and for whom it may claim."""
    return _own(request)


@signed_in(kinds=OUTSIDE)
@require_POST
def claim(request: PageRequest, injury_id: int) -> HttpResponse:
    """Open a claim on line for a worker of the reader's own firm."""

    def do() -> str:
        matter = open_online(
            injury_id=injury_id, person_id=request.who.id, now=request.now, key=key_of(request)
        )
        first = WorkItem.objects.filter(matter=matter, closed_at=None).first()
        return reverse("item", args=[first.pk]) if first else reverse("matter", args=[matter.pk])

    return done(request, do, lambda told, status: _own(request, told, status))


def _own(request: PageRequest, told: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "claims": list(claims_visible(request.who.id, request.today)[:200]),
        "owed": owed_items(items_visible(Reader(request.who.id, request.now))[:200]),
        "today": request.today,
        "may_enter": any(held.post.key == AGENT for held in request.held),
        "workers": [(row, fresh_key()) for row in own_injuries(Reader(request.who.id, request.now))[:200]],
        **(told or {}),
    }
    for row in context["owed"]:
        row.transfer_due = transfer_due(row)
    return render(request, "injury/own.html", context, status=status)


@signed_in(kinds=OUTSIDE)
@require_http_methods(["GET", "POST"])
def transfer(request: PageRequest, item_id: int) -> HttpResponse:
    """Enter a transfer to the worker with the bank's voucher."""
    item = item_for(Reader(request.who.id, request.now), item_id)
    actor_with(request.who.id, AGENT, request.today)
    if request.method == "GET":
        return _page(request, item, TransferForm())
    form = TransferForm(request.POST, request.FILES)

    def do() -> str:
        if not form.is_valid():
            raise BadInput(_("填报内容有误，请按提示修改"), next(iter(form.errors)))
        _enter(request, item, form.cleaned_data)
        return reverse("injury_own")

    return done(request, do, lambda told, status: _page(request, item, form, status=status, **told))


def _enter(request: PageRequest, item: BenefitItem, given: dict[str, Any]) -> TransferToWorker:
    file = cast(HttpRequest, request).FILES.get("file")
    if not isinstance(file, UploadedFile) or item.claim is None:
        raise BadInput(_("请上传银行转账凭证"), "file")
    document = upload(
        matter_id=item.claim.pk,
        kind="voucher",
        title=_("转付凭证 %(no)s") % {"no": given["voucher_no"]},
        content=file.read(),
        file_name=file.name or "",
        actor=actor_with(request.who.id, AGENT, request.today),
        now=request.now,
    )
    return enter_transfer(
        item_id=item.pk,
        document_id=document.pk,
        amount=given["amount"],
        paid_on=given["paid_on"],
        voucher_no=given["voucher_no"],
        account_no=given["account_no"].digits,
        bank_name=given["bank_name"],
        person_id=request.who.id,
        now=request.now,
        key=key_of(request),
    )


def _page(
    request: PageRequest, item: BenefitItem, form: TransferForm, *, status: int = 200, **told: Any
) -> HttpResponse:
    owed, passed = owed_by_employer(item), passed_on(item.pk)
    context = {
        "item": item,
        "form": form,
        "owed": owed,
        "left": owed - passed,
        "due": transfer_due(item),
        "rows": list(TransferToWorker.objects.filter(benefit_item=item).order_by("pk")),
        "request_key": request.POST.get(FIELD) or fresh_key(),
        "breadcrumbs": [
            {"label": _("本单位工伤待遇"), "url": reverse("injury_own")},
            {"label": _("转付职工")},
        ],
        **told,
    }
    return render(request, "injury/transfer.html", context, status=status)
