"""The key that makes a form's submission happen once, and the receipt shown after it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

FIELD = "request_key"


def fresh_key() -> str:
    """Return a key for a form about to be shown."""
    return str(uuid.uuid4())


def key_of(request: HttpRequest) -> str:
    """Return the key that the form was shown with; BadInput for one that no page of ours made."""
    key = request.POST.get(FIELD, "")
    if not key:
        return ""
    try:
        return str(uuid.UUID(key))
    except ValueError as error:
        raise BadInput(_("表单编号无效，请重新打开页面")) from error


def give_receipt(request: HttpRequest, text: str, event_id: str) -> None:
    """Tell the person that it is done, with the event that proves it."""
    if not event_id:
        messages.success(request, text)
        return
    receipt = format_html(
        '{} <a href="{}">{}</a> <a href="{}">{}</a>',
        _("留痕编号："),
        reverse("event", args=[event_id]),
        event_id,
        reverse("receipt", args=[event_id]),
        _("收据"),
    )
    messages.success(request, format_html("{} {}", text, receipt))
