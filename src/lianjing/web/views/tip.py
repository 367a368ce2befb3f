"""The public side of reports: write one without a log-in, follow it by its receipt number."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.complaint import flood
from lianjing.runtime.complaint.queries import keys_on, of_receipt, steps_of
from lianjing.runtime.complaint.services import FINAL, Report, add, receive
from lianjing.web.access import PageRequest
from lianjing.web.tip_forms import TipForm


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def tip_new(request: HttpRequest) -> HttpResponse:
    """Take a report in and show its receipt number, once."""
    asked = cast(PageRequest, request)
    form = TipForm(request.POST or None, request.FILES or None)
    more: dict[str, Any] = {}
    if request.method == "POST":
        if request.POST.get("website"):  # a field that people do not see: machines fill it in
            return render(request, "lianjing/tip_done.html", {"number": ""})
        if form.is_valid() and not (more := _held_up(request, form.cleaned_data["text"])):
            try:
                number = receive(_report(form), now=asked.now)
            except BadInput as error:
                more = {"fault": str(error)}
            else:
                flood.GATE.count(_address(request), asked.now)
                return render(request, "lianjing/tip_done.html", {"number": grouped(number)})
    status = more.pop("status", 422 if request.method == "POST" else 200)
    context = {"form": form, "is_open": keys_on(asked.today).exists(), **more}
    return render(request, "lianjing/tip_new.html", context, status=status)


def _address(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")


def _held_up(request: HttpRequest, text: str) -> dict[str, Any]:
    """Return why a report must wait, with its place in the queue; nothing where it is taken in now."""
    now = cast(PageRequest, request).now
    if minutes := flood.GATE.minutes(_address(request), now):
        return {"fault": _too_many(minutes), "status": 429}
    if not flood.GATE.is_busy(now):
        return {}
    given = request.POST.get("place", "")
    left = flood.seconds_left(given, text, now)
    if left == 0:
        return {}
    flood.tell_supervisors(now)
    place = given if left else flood.place_in_queue(text, now)
    fault = _("现在来件较多，请在%(seconds)s秒后再点一次“提交”；您写的内容还在本页，附件须重新选择") % {
        "seconds": left or int(flood.WAIT.total_seconds())
    }
    return {"fault": fault, "place": place, "status": 429}


def _too_many(minutes: int) -> str:
    return _("同一网络来件过多，请约%(minutes)s分钟后再提交，或换一处网络，或以来信、来访方式反映") % {
        "minutes": minutes
    }


def _report(form: TipForm) -> Report:
    given = form.cleaned_data
    return Report(
        text=given["text"],
        about=given["about"],
        contact=given["contact"],
        harm=given["harm"],
        about_unit_id=given["unit"].pk if given["unit"] else None,
        files=form.contents(),
    )


def grouped(number: str) -> str:
    """Write a receipt number in groups of four."""
    return "-".join(number[place : place + 4] for place in range(0, len(number), 4))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def tip_follow(request: HttpRequest) -> HttpResponse:
    """Show how a report stands to who knows its number, and let him add to it. The number never stands in an address."""
    asked = cast(PageRequest, request)
    number, fault, is_added = request.POST.get("number", ""), "", False
    if request.method == "POST" and "text" in request.POST:
        try:
            if minutes := flood.GATE.minutes(_address(request), asked.now):
                raise BadInput(_too_many(minutes), "text")
            add(number=number, text=request.POST["text"], now=asked.now)
        except BadInput as error:
            fault = str(error)
        else:
            flood.GATE.count(_address(request), asked.now)
            is_added = True
    complaint = of_receipt(number) if number else None
    context = {
        "number": number,
        "complaint": complaint,
        "fault": fault,
        "is_added": is_added,
        "is_unknown": bool(number) and complaint is None,
        "steps": [
            {"word": codes.label("complaint_state", step.state), "step": step}
            for step in (steps_of(complaint) if complaint else ())
        ],
        "is_open": complaint is not None and complaint.state not in FINAL,
    }
    return render(
        request, "lianjing/tip_follow.html", context, status=422 if fault or context["is_unknown"] else 200
    )
