"""The worker's own link: issued with its QR code on a paper, opened on the phone without a log-in, answered once."""

from __future__ import annotations

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianjing.domains.injury.models import ConfirmationLink
from lianjing.domains.injury.queries.cases import claim_for
from lianjing.domains.injury.queries.ledger import due_to_worker, to_confirm
from lianjing.domains.injury.services.confirmation import answer, digest_of, issue_link, note_look
from lianjing.kernel.identity import masked_name
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.token.rate import COUNTER
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.receipts import key_of

SECRET_BYTES = 24


@never_cache
@signed_in(kinds=OFFICIALS)
@require_POST
def link(request: PageRequest, matter_id: int) -> HttpResponse:
    """Issue a link for a claim and show it once, with its QR code, on a paper to hand over."""
    claim = claim_for(Reader(request.who.id, request.now), matter_id)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made: list[ConfirmationLink] = []

    def do() -> str:
        made.append(
            issue_link(
                claim_id=claim.pk,
                secret=secret,
                person_id=request.who.id,
                now=request.now,
                key=key_of(request),
            )
        )
        return reverse("matter", args=[claim.pk])

    response = done(request, do, lambda told, status: _refused(request, claim.pk, told, status))
    if not made or made[0].token_hash != digest_of(secret):
        return response
    address = request.build_absolute_uri(reverse("injury_confirm", args=[secret]))
    picture = segno.make(address, error="m")
    context = {
        "claim": claim,
        "link": made[0],
        "address": address,
        # Drawn by the library from our own address: no character of a person's reaches the mark-up.
        "picture": mark_safe(picture.svg_inline(omitsize=True, light="#fff", dark="#000", border=4)),
        "items": [(row, due_to_worker(row)) for row in to_confirm(claim)],
        "breadcrumbs": [
            {"label": _("工伤待遇"), "url": reverse("injury_cases")},
            {"label": claim.matter.title, "url": reverse("matter", args=[claim.pk])},
        ],
    }
    return render(request, "injury/link.html", context)


def _refused(request: PageRequest, matter_id: int, told: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "injury/link.html", {"claim_id": matter_id, **told}, status=status)


@never_cache
@sensitive_post_parameters()
@csrf_protect
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the worker his paid items, masked, and take his word once; without a log-in, slowed down per link."""
    asked = cast(PageRequest, request)
    wait = _slowed(asked, secret)
    if wait:
        response = _page(asked, {"wait": wait}, 429)
        response["Retry-After"] = str(wait)
        return response
    try:
        if request.method == "POST":
            return _answered(asked, secret)
        found = note_look(secret=secret, now=asked.now)
    except Refusal as refused:
        return _page(asked, {"fault": refused.message, "is_over": True}, 404)
    return _page(asked, _shown(found), 200)


def _page(request: PageRequest, context: dict[str, Any], status: int) -> HttpResponse:
    """Render the worker's page; Django's own log line is left out, for the address holds the secret."""
    response = render(request, "injury/confirm.html", context, status=status)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _slowed(request: PageRequest, secret: str) -> int:
    """Return the seconds to wait: of one link so many requests a minute, and of one address for all links."""
    limit = int(figure("injury.confirm_link_tries", request.today))
    for bucket in (
        f"confirm:{digest_of(secret)[:16]}",
        f"confirm-from:{request.META.get('REMOTE_ADDR', '')}",
    ):
        standing = COUNTER.take(bucket, limit, request.now)
        if not standing.passes:
            return max(1, standing.reset_seconds)
    return 0


def _shown(link: ConfirmationLink, **more: Any) -> dict[str, Any]:
    worker = link.claim.injury.worker
    return {
        "name": masked_name(worker.name),
        "link": link,
        "items": [{"row": row, "due": due_to_worker(row)} for row in to_confirm(link.claim)],
        **more,
    }


def _answered(request: PageRequest, secret: str) -> HttpResponse:
    try:
        received = {
            int(name.removeprefix("received_")): _amount(str(value))
            for name, value in request.POST.items()
            if name.startswith("received_") and name.removeprefix("received_").isdecimal()
        }
        rows = answer(
            secret=secret, received=received, text=request.POST.get("text", "")[:2000], now=request.now
        )
    except BadInput as bad:
        link = note_look(secret=secret, now=request.now)
        return _page(request, _shown(link, fault=str(bad)), 422)
    is_contested = any(row.kind == "contested" for row in rows)
    place = reverse("injury_confirm_done")
    return redirect(f"{place}?contested=1" if is_contested else place)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", "").strip())
    except InvalidOperation as error:
        raise BadInput(_("请填写金额"), "received") from error
    if not amount.is_finite() or abs(amount) >= Decimal(10**10):
        raise BadInput(_("请填写金额"), "received")
    return amount.quantize(Decimal("0.01"))


@never_cache
def confirm_done(request: HttpRequest) -> HttpResponse:
    """Thank the worker; the link is used up."""
    return render(request, "injury/confirm_done.html", {"is_contested": "contested" in request.GET})
