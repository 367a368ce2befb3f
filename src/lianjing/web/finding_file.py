"""The file of a finding as its page shows it: facts, evidence, persons, the steps, and what the reader may do next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import acting, deadlines, precision
from lianjing.runtime.finding.assigning import CHIEF
from lianjing.runtime.finding.closing import COLOURS, IN_HAND
from lianjing.runtime.finding.models import Finding, FindingSeen, FindingStep
from lianjing.runtime.finding.recusal import is_free
from lianjing.runtime.finding.visibility import visible_to
from lianjing.runtime.org.models import Appointment, Person, Unit
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.parameter.queries import parameter_on
from lianjing.runtime.regulation.models import Regulation
from lianjing.web.access import PageRequest
from lianjing.web.fact_labels import fact_label
from lianjing.web.papers.supervision import shown_fact
from lianjing.web.receipts import fresh_key
from lianjing.web.words import address, in_english

HOLDS = ("confirmed", "partly")
PAPER_KINDS = ("tip", "reminder", "urging", "talk", "suggestion")
STATE_TONES = {
    "new": "plain",
    "assigned": "doing",
    "signed_in": "doing",
    "verified": "doing",
    "handled": "doing",
    "fed_back": "doing",
    "reviewed": "good",
    "closed": "good",
    "reopened": "warn",
    "stopped": "plain",
}
SEVERITY_TONES = {"red": "bad", "orange": "warn", "yellow": "warn", "blue": "doing"}


def file_of(request: PageRequest, row: Finding) -> dict[str, Any]:
    """Return what the page of one finding shows."""
    is_supervisor = "supervisor" in request.roles
    evidence = list(row.evidence.order_by("table_name", "record_key"))
    return {
        "row": row,
        "tone": STATE_TONES[row.state],
        "is_overdue": row.state in IN_HAND and row.due_on is not None and row.due_on < request.today,
        "facts": [(fact_label(each.key), shown_fact(each)) for each in row.facts.order_by("key")],
        "evidence": [(each, reverse("trace", args=[each.table_name, each.record_key])) for each in evidence],
        "persons": list(row.persons.select_related("person", "post__unit").order_by("pk"))
        if is_supervisor or row.is_released
        else [],
        "subject_url": _subject_url(row),
        "steps": list(row.steps.select_related("person", "post", "paper").order_by("opened_at", "pk")),
        "papers": list(row.papers.select_related("to_unit", "to_person", "replied_by_person").order_by("pk")),
        "changes": list(row.changes.select_related("regulation").order_by("pk")),
        "stamps": _stamps(row, request.today),
        "is_gone": FindingSeen.objects.filter(finding=row, is_gone=True).exists(),
        "precision": precision.by_indicator([row.indicator_id]).get(row.indicator_id),
        "clocks": _clocks(request),
        "request_key": fresh_key(),
        "posted": request.POST,
        "breadcrumbs": [{"label": _("预警"), "url": reverse("findings")}],
        "is_supervisor": is_supervisor,
        **_may(request, row),
        **_choices(request, row),
    }


def _subject_url(row: Finding) -> str:
    kind, _colon, key = row.subject.partition(":")
    if row.matter_id is not None:
        return reverse("matter", args=[row.matter_id])
    return address(kind, key)


def _stamps(row: Finding, today: date) -> list[dict[str, Any]]:
    words = {
        "detected": _("早发现"),
        "reminded": _("早提醒"),
        "educated": _("早教育"),
        "corrected": _("早纠正"),
    }
    return [
        {"word": words[each.key], "day": each.set_on, "due": each.due_on, "is_overdue": each.is_overdue}
        for each in deadlines.stamps(row, today)
    ]


def _clocks(request: PageRequest) -> list[Any]:
    rows = [parameter_on(key, request.today) for key in deadlines.KEYS]
    return [
        {
            "name": row.en if in_english() else row.zh,
            "value": row.value_text if row.value_number is None else f"{row.value_number.normalize():f}",
            "mark": row.mark,
            "source": row.source,
        }
        for row in rows
    ]


def _is(check: Any, row: Finding, request: PageRequest) -> bool:
    try:
        check(row, request.who.id, request.today)
    except Refusal:
        return False
    return True


def _may(request: PageRequest, row: Finding) -> dict[str, bool]:
    """What the state and the reader's post allow; who is barred is told so in place of the forms."""
    is_supervisor = "supervisor" in request.roles
    free = is_free(row, request.who.id)
    is_chief = any(held.post.key == CHIEF for held in request.held)
    holds = row.verdict in HOLDS
    reviewing = row.state == "fed_back" or (row.state == "verified" and not holds)
    did = FindingStep.objects.filter(
        finding=row, kind__in=("verify", "handle", "feed_back"), person_id=request.who.id
    )
    return {
        "is_barred": not free,
        "is_listed_only": row.severity == "blue" and row.state == "new",
        "may_dispatch": free
        and is_chief
        and row.state in ("new", "assigned", "reopened")
        and row.severity != "blue",
        "may_release": free and is_chief and not row.is_released and row.state != "closed",
        "may_sign_in": free
        and row.state in ("assigned", "reopened")
        and _is(acting.undertaker, row, request),
        "may_verify": free and row.state == "signed_in" and _is(acting.undertaker, row, request),
        "may_handle": free and row.state == "verified" and holds and _is(acting.decider, row, request),
        "may_feed_back": free and row.state == "handled" and _is(acting.answerer, row, request),
        "may_review": free and is_supervisor and reviewing and not did.exists(),
        "may_close": free and is_supervisor and row.state == "reviewed",
        "may_lower": free
        and is_supervisor
        and row.corrected_on is not None
        and row.state in ("reviewed", "closed")
        and row.severity != "blue",
        "may_look_back": free and is_supervisor and row.state == "closed",
        "may_escalate": free and is_chief and row.state in IN_HAND,
        "may_paper": free and is_supervisor and row.state not in ("closed", "new"),
        "may_reply": _is(acting.answerer, row, request),
        "may_recuse": free and row.state not in ("closed", "new"),
        "may_change": free and is_supervisor and holds,
    }


def _choices(request: PageRequest, row: Finding) -> dict[str, Any]:
    lower = [code for code in COLOURS if COLOURS.index(code) > COLOURS.index(row.severity)]
    return {
        "verdicts": codes.choices("finding_verdict", "confirmed", "partly", "unfounded"),
        "reasons": codes.choices("unfounded_reason"),
        "harms": codes.choices("harm"),
        "violations": codes.choices("violation_kind"),
        "outcomes": codes.choices("finding_outcome", "corrected", "reminder", "talk", "suggestion", "clue"),
        "demands": codes.choices("paper_demand"),
        "paper_kinds": codes.choices("paper_kind", "tip", "reminder", "urging"),
        "root_causes": codes.choices("root_cause_kind"),
        "forms": codes.choices("four_forms"),
        "colours": codes.choices("severity", *lower) if lower else [],
        "units": Unit.objects.exclude(kind="outside").order_by("code"),
        "people": people_of(row, request),
        "talkers": supervisors_of(request),
        "recusal_reasons": codes.choices("recusal_reason"),
        "regulations": Regulation.objects.order_by("title"),
    }


def supervisors_of(request: PageRequest) -> list[Person]:
    """Return the reader's colleagues at supervising posts of his units: the second who talks."""
    units = [held.post.unit_id for held in request.held if held.post.kind == "supervisor"]
    held = Appointment.objects.filter(on_day(request.today), post__unit_id__in=units)
    people = Person.objects.filter(pk__in=held.values("person_id")).exclude(pk=request.who.id)
    return list(people.order_by("pinyin"))


def counted(request: PageRequest, place: str) -> Any:
    """Return the number of findings that the reader may see, for the rows of a table that findings name as `place`."""
    rows = visible_to(request.who.id, request.today).order_by().filter(**{place: OuterRef("pk")})
    numbers = rows.values(place).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(numbers), 0)


def people_of(row: Finding, request: PageRequest) -> list[Person]:
    """Return the persons of the unit of the matter and of the unit that has the finding, today in office."""
    units = [each for each in acting.units_of(row) if each is not None]
    held = Appointment.objects.filter(on_day(request.today), post__unit_id__in=units)
    return list(Person.objects.filter(pk__in=held.values("person_id")).order_by("pinyin"))
