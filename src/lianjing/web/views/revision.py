"""The revisions of the rules: the list, and one with its parts, its checks, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.finding import changing
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import definition_on
from lianjing.runtime.revision import services
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.revision.queries import (
    DRAFTER,
    faults_of,
    holds,
    latest_check,
    may_approve,
    may_edit,
    parts,
    parts_digest,
    replay_of,
    revisions_for,
)
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done, number_of
from lianjing.web.listing import Column, DateFilter, Filter, day_of
from lianjing.web.papers.revision import revision_sheet
from lianjing.web.register import Register
from lianjing.web.revision_words import STATE_TONES, definitions_of, shown_faults, shown_part
from lianjing.web.views.paper import rendered
from lianjing.web.words import address


@signed_in(kinds=OFFICIALS)
@require_safe
def revisions(request: PageRequest) -> HttpResponse:
    """List the revisions that the reader may see, the latest first."""
    columns = [
        Column(
            "title",
            _("名称"),
            lambda row: row.title,
            "title",
            url=lambda row: reverse("revision", args=[row.pk]),
        ),
        Column("regulation", _("所属制度"), lambda row: row.regulation.title, "regulation__title"),
        Column("author", _("起草人"), lambda row: row.author_person.name, "author_person__pinyin"),
        Column("begun", _("起草时间"), lambda row: row.begun_at, "begun_at", "time"),
        Column("submitted", _("送审时间"), lambda row: row.submitted_at, "submitted_at", "time"),
        Column(
            "decided_by", _("审定人"), lambda row: row.decided_by_person.name if row.decided_by_person else ""
        ),
        Column("from", _("施行日"), lambda row: row.from_on, "from_on", "day"),
        Column(
            "state",
            _("状态"),
            lambda row: codes.label("revision_state", row.state),
            "state",
            "status",
            tone=lambda row: STATE_TONES.get(row.state, "plain"),
        ),
    ]
    rows = revisions_for(request.who.id, request.today).order_by("-begun_at", "-id")
    filters = [
        Filter("whose", _("范围"), [("mine", _("我起草的"))], lambda _value: Q(author_person=request.who)),
        Filter("state", _("状态"), codes.choices("revision_state"), "state"),
    ]
    dates = [
        DateFilter("from", _("施行日起"), "from_on__gte"),
        DateFilter("to", _("施行日止"), "from_on__lte"),
    ]
    fields = ("title", "reason", "regulation__title", "author_person__name")
    listing = Register(request, rows, columns, fields, filters, dates)
    if listing.wants_excel:
        return listing.excel(_("制度修订"))
    may_begin = holds(request.who.id, DRAFTER, request.today)
    return render(request, "lianjing/revisions.html", {"listing": listing, "may_begin": may_begin})


def revision_for(request: PageRequest, revision_id: int) -> Revision:
    """Return a revision within the reader's scope; Refusal(SCOPE) for any other."""
    found = revisions_for(request.who.id, request.today).filter(id=revision_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.revision", _("没有这次修订，或不在您的数据范围内"))
    return found


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision(request: PageRequest, revision_id: int) -> HttpResponse:
    """Show a revision; its author checks, submits and withdraws it, another person decides."""
    found = revision_for(request, revision_id)

    def again(extra: dict[str, Any], status: int) -> HttpResponse:
        context = {**shown(request, revision_for(request, revision_id)), **extra}
        return render(request, "lianjing/revision.html", context, status=status)

    if request.method == "POST":
        return done(request, lambda: _act(request, found), again)
    return again({}, 200)


def _act(request: PageRequest, found: Revision) -> str:
    """Do what a form of the page asks for and return where to go."""
    given: Any = request.POST
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now}
    part: dict[str, Any] = {"kind": given.get("kind", ""), "key": given.get("key", "")}
    text = given.get("text", "")[:2000]
    acts: dict[str, Callable[[], Any]] = {
        "take_up": lambda: changing.take_up(
            request_id=number_of(given.get("change", "")) or 0, revision_id=found.pk, **who
        ),
        "check": lambda: services.check(revision_id=found.pk, **who),
        "drop": lambda: services.drop_part(revision_id=found.pk, **part, **who),
        "rebase": lambda: services.rebase(revision_id=found.pk, **part, **who),
        "submit": lambda: services.submit(
            revision_id=found.pk, from_on=_day(given.get("from_on", "")), no_replay_reason=text, **who
        ),
        "withdraw": lambda: services.withdraw(revision_id=found.pk, reason=text, **who),
        "approve": lambda: services.approve(revision_id=found.pk, opinion=text, **who),
        "reject": lambda: services.reject(revision_id=found.pk, opinion=text, **who),
    }
    act = acts.get(given.get("action", ""))
    if act is None:
        raise BadInput(_("没有这项操作"), "action")
    act()
    return reverse("revision", args=[found.pk])


def _day(text: str) -> date:
    day = day_of(text)
    if day is None:
        raise BadInput(_("请填写施行日"), "from_on")
    return day


def shown(request: PageRequest, found: Revision) -> dict[str, Any]:
    """Return what the page of a revision shows."""
    rows, run = parts(found.pk), latest_check(found.pk)
    digest = parts_digest(rows)
    is_mine = may_edit(request.who.id, found.pk, request.today)
    return {
        "revision": found,
        "tone": STATE_TONES.get(found.state, "plain"),
        "parts": [shown_part(row) for row in rows],
        "run": run,
        "is_run_current": run is not None and run.parts_sha256 == digest,
        "faults": shown_faults(faults_of(run)) if run else [],
        "replay": replay_of(found.pk, digest),
        "replay_url": address("revision_replay", found.pk),
        "is_replayed_kind": any(row.kind in services.REPLAYED for row in rows),
        "may_edit": is_mine,
        "may_withdraw": is_mine or (found.state == "submitted" and found.author_person_id == request.who.id),
        "may_approve": may_approve(request.who.id, found, request.today),
        "definitions": definitions_of(found) if is_mine else [],
        "first_day": services.day_in_force(request.now),
        "carrying": _carrying(found, request.today),
        "changes": changing.taken_up_by(found.pk, request.who.id, request.today),
        "open_changes": changing.open_of(found.regulation_id, request.who.id, request.today)
        if is_mine
        else [],
        "breadcrumbs": [{"label": _("制度修订"), "url": reverse("revisions")}],
    }


def _carrying(found: Revision, today: date) -> list[Definition]:
    """The processes that a revision in force has changed: under their older versions matters may still be open."""
    if found.state != "approved" or found.from_on is None or found.from_on > today:
        return []
    keys = [row.key for row in parts(found.pk) if row.kind == "process" and row.base_definition_id]
    return [definition_on(each, today) for each in keys]


@signed_in(kinds=OFFICIALS)
@require_safe
def revision_paper(request: PageRequest, revision_id: int) -> HttpResponse:
    """Show a revision as a paper: what is to change and why, old and new side by side."""
    found = revision_for(request, revision_id)
    back = reverse("revision", args=[found.pk])
    return rendered(request, lambda: revision_sheet(found), back=back)
