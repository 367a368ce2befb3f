"""From a row that a supervisor sees to an urging notice: matter, post, person, days and clause are filled in."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.runtime import codes
from lianjing.runtime.org.queries import names_of
from lianjing.runtime.process import handing
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.regulation.queries import clause_title
from lianjing.runtime.reminder import at_hand
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.words import clause_address, item_name, procedure_words


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def analysis_urge(request: HttpRequest, item_id: int) -> HttpResponse:
    """Show an urging notice ready to be sent; send it to whoever has the step on his desk."""
    asked = cast(PageRequest, request)
    item = handing.item_named(item_id)
    open_to_act(asked.who.id, item.matter_id, asked.today)
    facts = facts_of(asked, item)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        text = request.POST.get("text", "") or notice(facts)
        context = {"item": item, "facts": facts, "text": text, "request_key": fresh_key(), **told}
        if "supervisor" in asked.roles:
            given = {
                "subject": f"matter:{item.matter_id}",
                "part": item.step_key,
                "explanation": notice(facts),
            }
            context["finding_url"] = f"{reverse('finding_new')}?{urlencode(given)}"
        return render(request, "lianjing/analysis_urge.html", context, status=status)

    if request.method == "GET":
        return again({}, 200)

    def do() -> str:
        handing.urge(
            item_id=item.pk,
            person_id=asked.who.id,
            text=request.POST.get("text", "")[:1000],
            now=asked.now,
            key=key_of(request),
        )
        return reverse("matter", args=[item.matter_id])

    return done(asked, do, again)


def facts_of(request: PageRequest, item: WorkItem) -> dict[str, Any]:
    """Return what a notice says of an open step: where it lies, since when, against which limit and clause."""
    people = names_of(at_hand(item, request.today))
    unit = codes.label("clock_unit", item.clock_unit) if item.clock_unit else ""
    return {
        "matter": item.matter.title,
        "code": item.matter.code,
        "step": f"{procedure_words().get(item.instance.definition.key, '')}·{item_name(item)}",
        "unit": item.post.unit.name,
        "post": item.post.name,
        "persons": "、".join(people) or _("空缺"),
        "waited": calendar().working_days_used(item.opened_at, request.now),
        "opened_at": item.opened_at,
        "limit": f"{item.budget} {unit}" if item.budget is not None else "",
        "due_at": item.due_at,
        "is_late": item.due_at is not None and item.due_at < request.now,
        "clause": clause_title(item.clause, request.today) if item.clause else "",
        "clause_url": clause_address(item.clause, request.today),
    }


def notice(facts: dict[str, Any]) -> str:
    """Return the words of the notice; the sender may change them."""
    text = _("“%(matter)s”（%(step)s）在%(unit)s%(post)s（%(persons)s）已等待%(waited)s个工作日") % facts
    if facts["limit"]:
        text += _("，时限为%(limit)s") % facts
    if facts["is_late"]:
        text += _("，已经逾期")
    if facts["clause"]:
        text += _("，依据%(clause)s") % facts
    return text + _("。请尽快办理，并说明迟延原因。")
