"""留痕: how large the trail is, what waits, what was refused; verification on demand; the latest acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianjing.runtime.job.errands import enqueue
from lianjing.runtime.org.models import Person
from lianjing.runtime.process.queries import check_states
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.trail import keys
from lianjing.runtime.trail.act import LEGAL_ZONE, Actor, recorded
from lianjing.runtime.trail.models import Event, Leaf, Pending
from lianjing.runtime.trail.queries import ActLine, content_of, lines
from lianjing.runtime.trail.standing import overview
from lianjing.runtime.trail.verify import Verdict
from lianjing.runtime.trail.verify import verify as verify_trail
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.context import TRAIL
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.rule_words import rule_word
from lianjing.web.scope import events_for
from lianjing.web.words import act_words, address

VERIFY = "trail.verify"
BACKGROUND = "trail.verify"  # the errand of that name (views/trail_log)
INSTALLATION = "installation:1"
LARGE = 5_000  # beyond this many acts the check runs in the background
MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The last verification: when, by whom, over how many acts, with how many problems."""

    event: Event
    person: str
    events: int
    problems: int


def trail_figures() -> dict[str, Any]:
    """Return the size of the trail, its numbering and its last verification."""
    last_leaf = Leaf.objects.order_by("-idx").values_list("idx", flat=True).first()
    return {
        "events": Event.objects.count(),
        "leaves": 0 if last_leaf is None else last_leaf + 1,
        "waiting": Pending.objects.count(),
        "refused": Event.objects.filter(is_refused=True).count(),
        "last": last_check(),
    }


def last_check() -> LastCheck | None:
    """Return the last verification on the pages, None where there was none."""
    event = (
        Event.objects.filter(object=INSTALLATION, act=VERIFY).select_related("body").order_by("-oseq").first()
    )
    if event is None:
        return None
    content = content_of(event)
    person = Person.objects.filter(id=event.person_id or 0).values_list("name", flat=True).first()
    return LastCheck(event, person or "", content.get("events", 0), content.get("problems", 0))


@signed_in(kinds=STAFF)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Show the state of the trail and the latest acts in the reader's scope."""
    asked = cast(PageRequest, request)
    listing = _listing(asked)
    if listing.wants_excel:
        return listing.excel(_("留痕"))
    return render(request, "lianjing/trail.html", _context(asked, listing))


def _context(request: PageRequest, listing: Register) -> dict[str, Any]:
    refused = events_for(request.who, request.today).filter(is_refused=True)
    return {
        "listing": listing,
        "figures": trail_figures(),
        "may_verify": bool(request.roles & TRAIL),
        "is_large": Event.objects.count() > LARGE,
        "log": overview(),
        "is_demonstration": keys.is_demonstration(keys.signer().name),
        "rules": [
            (rule, rule_word(rule), count)
            for rule, count in refused.values_list("refused_rule")
            .annotate(count=Count("id"))
            .order_by("-count", "refused_rule")
        ],
        "chosen_person": _person(request),
    }


def _person(request: PageRequest) -> Person | None:
    asked = request.GET.get("person", "")
    return (
        Person.objects.filter(id=int(asked)).first()
        if asked.isascii() and asked.isdigit() and len(asked) < 18
        else None
    )


def _listing(request: PageRequest) -> Register:
    shown: dict[str, ActLine] = {}
    words: dict[str, str] = {}
    leaves: dict[str, int] = {}

    def load(rows: list[Event]) -> None:
        ids = [row.id for row in rows]
        shown.update({line.event_id: line for line in lines(Event.objects.filter(id__in=ids))})
        words.update(act_words(row.act for row in rows))
        leaves.update(dict(Leaf.objects.filter(event_id__in=ids).values_list("event_id", "idx")))

    columns = [
        Column(
            "leaf",
            _("编号"),
            lambda row: leaves.get(row.id),
            kind="number",
            shown=lambda row: leaves.get(row.id, _("待编号")),
        ),
        Column(
            "recorded",
            _("时间"),
            lambda row: row.recorded_at,
            "recorded_at",
            "time",
            url=lambda row: address("event", row.id),
        ),
        Column(
            "person",
            _("人员"),
            lambda row: shown[row.id].person or _("系统"),
            url=lambda row: address("org_person", row.person_id) if row.person_id else "",
        ),
        Column("behalf", _("代谁办理"), lambda row: shown[row.id].on_behalf, is_hidden=True),
        Column(
            "post", _("岗位"), lambda row: "·".join(filter(None, (shown[row.id].unit, shown[row.id].post)))
        ),
        Column("act", _("办理"), lambda row: words[row.act], url=lambda row: address("event", row.id)),
        Column("object", _("对象"), lambda row: row.object, "object"),
        Column(
            "refused",
            _("结果"),
            lambda row: _("被拒") if row.is_refused else _("已办"),
            kind="status",
            tone=lambda row: "bad" if row.is_refused else "good",
        ),
        Column("rule", _("拒绝规则"), lambda row: rule_word(row.refused_rule), "refused_rule"),
        Column("channel", _("渠道"), lambda row: row.channel, "channel", is_hidden=True),
    ]
    return Register(
        request,
        _rows(request),
        columns,
        ("act", "object", "refused_rule", "id"),
        _filters(request),
        [
            DateFilter("from", _("自"), "recorded_at__date__gte"),
            DateFilter("to", _("至"), "recorded_at__date__lte"),
        ],
        prepare=load,
        search_label=_("办理、对象、规则、编号"),
        row_class=lambda row: "is-bad" if row.is_refused else "",
    )


def _rows(request: PageRequest) -> QuerySet[Event]:
    rows = events_for(request.who, request.today).defer("envelope").order_by("-recorded_at", "-id")
    person, day = _person(request), day_of(request.GET.get("day", ""))
    if person is not None:
        rows = rows.filter(person_id=person.id)
    unit = request.GET.get("unit", "")
    if unit.isascii() and unit.isdigit() and len(unit) < 18:
        matters = visible_to(request.who.id, request.today).filter(unit_id=int(unit))
        rows = rows.filter(matter_id__in=matters.order_by().values("id"))
    if day is not None:
        start = datetime.combine(day, time(), LEGAL_ZONE)
        rows = rows.filter(
            recorded_at__gte=start, recorded_at__lte=datetime.combine(day, time.max, LEGAL_ZONE)
        )
    return rows


def _filters(request: PageRequest) -> list[Filter]:
    acts = list(
        events_for(request.who, request.today).order_by("act").values_list("act", flat=True).distinct()[:300]
    )
    words = act_words(acts)
    return [
        Filter("act", _("办理"), [(act, words[act]) for act in acts], "act"),
        Filter(
            "refused",
            _("结果"),
            [("1", _("被拒")), ("0", _("已办"))],
            lambda value: Q(is_refused=value == "1"),
        ),
    ]


@signed_in(kinds=TRAIL)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole trail against itself and the tables, and record that it was checked and what was found.

    A large one is checked in the background, where its progress is shown.
    """
    asked = cast(PageRequest, request)
    if Event.objects.count() > LARGE:
        enqueue(kind=BACKGROUND, person_id=asked.who.id, arguments={}, now=asked.now)
        messages.success(request, _("正在核验，进度和结果见后台任务"))
        return HttpResponseRedirect(reverse("errands"))
    verdict = verify_trail([check_states])
    _record(asked, verdict)
    context = _context(asked, _listing(asked)) | {
        "verdict": verdict,
        "problems": verdict.problems[:MOST_PROBLEMS],
        "more": max(0, len(verdict.problems) - MOST_PROBLEMS),
    }
    return render(request, "lianjing/trail.html", context)


def _record(request: PageRequest, verdict: Verdict) -> None:
    held = next(each for each in request.held if each.post.kind in TRAIL)
    actor = Actor(request.who.id, request.who.pseudonym, held.post.id, held.post.unit_id)
    found = {"events": verdict.events, "leaves": verdict.leaves, "problems": len(verdict.problems)}
    with recorded(VERIFY, chain=INSTALLATION, actor=actor, now=request.now, role="reviewed", extra=found):
        pass
