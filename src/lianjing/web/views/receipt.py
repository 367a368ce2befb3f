"""The receipt of an act as page, QR code and file; and the public page on which anybody checks one."""

from __future__ import annotations

import io
from typing import Any, cast

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from segno.encoder import DataOverflowError

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.trail import keys
from lianjing.runtime.trail.receipt import LARGEST, Checked, Receipt, check_receipt, receipt_of
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.scope import event_for
from lianjing.web.words import act_words

TONES = {"cosigned": "good", "signed": "warn", "waiting": "warn", "unknown": "bad", "wrong": "bad"}


def _receipt(request: HttpRequest, event_id: str) -> Receipt:
    asked = cast(PageRequest, request)
    return receipt_of(event_for(asked.who, event_id, asked.today))


@never_cache
@signed_in
@require_safe
def receipt(request: HttpRequest, event_id: str) -> HttpResponse:
    """Show the receipt of an act for print: what it says, how far it is proved, the code to be scanned."""
    found = _receipt(request, event_id)
    context = {
        "receipt": found,
        "event": found.event,
        "word": act_words([found.event.act])[found.event.act],
        "standing": found.standing,
        "is_demonstration": keys.is_demonstration(keys.signer().name),
    }
    return render(request, "lianjing/receipt.html", context)


@never_cache
@signed_in
@require_safe
def receipt_file(request: HttpRequest, event_id: str) -> HttpResponse:
    """Hand the receipt out as a text file, as any C2SP tool and the stand-alone verifier read it."""
    found = _receipt(request, event_id)
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{found.event.pk}.tlog-proof"'
    return response


@never_cache
@signed_in
@require_safe
def receipt_code(request: HttpRequest, event_id: str) -> HttpResponse:
    """Draw the receipt as a QR code: whole where it fits, else event and leaf hash."""
    found = _receipt(request, event_id)
    target = io.BytesIO()
    try:
        code = segno.make(found.text.encode(), error="l", micro=False)
    except DataOverflowError:
        code = segno.make(f"{found.event.pk}\n{found.leaf_hash}", error="m", micro=False)
    code.save(target, kind="svg", border=4, scale=3)
    return HttpResponse(target.getvalue(), content_type="image/svg+xml")


@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def receipt_check(request: HttpRequest) -> HttpResponse:
    """Check a receipt that somebody pastes or hands in as a file; no log-in is asked for."""
    context: dict[str, Any] = {"text": "", "checked": None, "fault": ""}
    status = 200
    if request.method == "POST":
        try:
            context["text"] = _handed_in(request)
            context |= _words(check_receipt(context["text"]))
        except BadInput as fault:
            context["fault"], status = str(fault), 422
    return render(request, "lianjing/receipt_check.html", context, status=status)


def _handed_in(request: HttpRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("receipt", "")[: LARGEST + 1]
    return file.read(LARGEST + 1).decode("utf-8", "replace")


def _words(checked: Checked) -> dict[str, Any]:
    said = checked.envelope
    word = act_words([said.act])[said.act] if said is not None else ""
    return {"checked": checked, "tone": TONES[checked.state], "word": word}
