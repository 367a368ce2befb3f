"""历史回放: past matters under a draft, asked for, in progress, and what would have gone otherwise."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.graph import parse
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.job.models import Errand
from lianjing.runtime.org.models import Unit
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.revision import replay
from lianjing.runtime.revision.models import ReplayedMatter, Revision, RevisionReplay
from lianjing.runtime.revision.queries import (
    APPROVER,
    DRAFTER,
    holds,
    latest_replay,
    parts,
    parts_digest,
)
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.register import Register
from lianjing.web.replay_words import (
    KINDS,
    Names,
    estimate_words,
    kind_tone,
    kind_word,
    replayed_words,
)
from lianjing.web.views.revision import revision_for

TONES = {"running": "doing", "finished": "good", "stopped": "off"}
SHOWN_DETAILS = 30


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def revision_replay(request: PageRequest, revision_id: int) -> HttpResponse:
    """Show the last replay of a revision, or ask for one."""
    found = revision_for(request, revision_id)
    if request.method == "POST":

        def again(extra: dict[str, Any], status: int) -> HttpResponse:
            return _page(request, found, extra, status)

        return done(request, lambda: _ask(request, found), again)
    return _page(request, found, {}, 200)


def _ask(request: PageRequest, found: Revision) -> str:
    span = {}
    for name in ("since", "until"):
        text = request.POST.get(name, "").strip()
        span[name] = day_of(text)
        if text and span[name] is None:
            raise BadInput(_("日期应写作2025-03-06"), name)
    replay.ask(revision_id=found.pk, person_id=request.who.id, now=request.now, **span)
    return reverse("revision_replay", args=[found.pk])


def _page(request: PageRequest, found: Revision, extra: dict[str, Any], status: int) -> HttpResponse:
    rows = parts(found.pk)
    last = latest_replay(found.pk)
    context: dict[str, Any] = {
        "revision": found,
        "replay": last,
        "may_ask": _may_ask(request, found) and any(row.kind in ("process", "decision") for row in rows),
        "breadcrumbs": [
            {"label": _("制度修订"), "url": reverse("revisions")},
            {"label": found.title, "url": reverse("revision", args=[found.pk])},
        ],
        **extra,
    }
    if last is not None:
        context |= _progress(last)
        context["is_current"] = last.parts_sha256 == parts_digest(rows)
    if request.headers.get("HX-Request"):
        return render(request, "lianjing/parts/replay_progress.html", context)
    if last is not None and last.state == "finished":
        names = names_of(found)
        listing = _listing(request, last, names)
        if listing.wants_excel:
            return listing.excel(_("历史回放"))
        context |= {"listing": listing, **_sums(last, names)}
    return render(request, "lianjing/revision_replay.html", context, status=status)


def _may_ask(request: PageRequest, found: Revision) -> bool:
    posts = (DRAFTER, APPROVER)
    is_open = found.state in ("draft", "submitted")
    return is_open and any(holds(request.who.id, post, request.today) for post in posts)


def _progress(last: RevisionReplay) -> dict[str, Any]:
    errand = Errand.objects.filter(kind=replay.KIND, arguments={"replay": last.pk}).order_by("-id").first()
    is_failed = last.state == "running" and (errand is None or errand.state == Errand.State.FAILED)
    percent = min(100, errand.done * 100 // errand.total) if errand and errand.total else None
    return {
        "errand": errand,
        "percent": percent,
        "is_failed": is_failed,
        "is_busy": last.state == "running" and not is_failed,
        "state_word": _("没有完成") if is_failed else codes.label("replay_state", last.state),
        "state_tone": "bad" if is_failed else TONES[last.state],
    }


def names_of(found: Revision) -> Names:
    """Return what the steps and tables of a revision are called: as in force, then as in the draft."""
    names, rows = Names(units=dict(Unit.objects.values_list("code", "name"))), parts(found.pk)
    concerned = replay.concerned(rows)
    for version in Definition.objects.filter(kind="process", key__in=concerned).order_by("version"):
        names.take_graph(graph_of(version))
    for row in rows:
        if row.kind == "process":
            names.take_graph(parse(row.text))
        elif row.kind == "decision":
            table = parse_decision(row.text)
            names.take_table(table.key, table.name, row.text, table.outputs)
    return names


def _sums(last: RevisionReplay, names: Names) -> dict[str, Any]:
    sums = json.loads(last.sums)
    fields = ("process", "kind", "element", "what", "old", "new")
    details = [
        {"words": replayed_words(dict(zip(fields, each, strict=False)), names), "count": each[6]}
        for each in sums["details"][:SHOWN_DETAILS]
    ]
    kinds = [
        {"kind": kind, "word": kind_word(kind), "tone": kind_tone(kind), "count": sums["kinds"][kind]}
        for kind in KINDS
        if kind in sums["kinds"]
    ]
    return {"sums": sums, "kinds": kinds, "details": details}


def _listing(request: PageRequest, last: RevisionReplay, names: Names) -> Register:
    rows = ReplayedMatter.objects.filter(replay=last).select_related("matter")
    if request.GET.get("all") != "1":
        rows = rows.exclude(kinds="")
    seen: set[int] = set()

    def prepare(shown: list[ReplayedMatter]) -> None:
        ids = [row.matter_id for row in shown]
        seen.update(visible_to(request.who.id, request.today).filter(id__in=ids).values_list("id", flat=True))

    filters = [
        Filter(
            "kind",
            _("变化种类"),
            [(kind, kind_word(kind)) for kind in KINDS],
            lambda value: Q(kinds__contains=f" {value} "),
        ),
        Filter("barred", _("照原样"), [("1", _("不能照原样办理"))], lambda _value: Q(is_barred=True)),
        Filter("all", _("范围"), [("1", _("含无变化的事项"))], lambda _value: Q()),
    ]
    return Register(
        request,
        rows.order_by("-is_barred", "-matter_id"),
        _columns(seen, names),
        ("matter__code", "matter__title"),
        filters,
        table="replay",
        search_label=_("事项编号、标题"),
        empty_text=_("没有变化：按本稿办理，历史事项的结果与当时相同"),
        prepare=prepare,
    )


def _columns(seen: set[int], names: Names) -> list[Column]:
    def title(row: ReplayedMatter) -> str:
        return row.matter.title if row.matter_id in seen else _("不在您的数据范围内")

    return [
        Column("code", _("事项编号"), lambda row: row.matter.code or str(row.matter_id), "matter__code"),
        Column(
            "title",
            _("事项"),
            title,
            url=lambda row: reverse("matter", args=[row.matter_id]) if row.matter_id in seen else "",
        ),
        Column("opened", _("发起日"), lambda row: row.matter.opened_on, "matter__opened_on", "day"),
        Column(
            "kinds",
            _("变化"),
            lambda row: "、".join(kind_word(each) for each in row.kinds.split()) or _("无变化"),
            kind="status",
            tone=_row_tone,
        ),
        Column(
            "details",
            _("说明"),
            lambda row: "；".join(replayed_words(each, names) for each in row.differences),
        ),
        Column("days", _("预计增减工作日"), lambda row: row.days, "days", "number"),
        Column(
            "basis",
            _("推算依据"),
            lambda row: "；".join(estimate_words(each, names) for each in row.estimates),
        ),
        Column("steps", _("已办步数"), lambda row: row.steps, "steps", "number", is_hidden=True),
    ]


def _row_tone(row: ReplayedMatter) -> str:
    kinds = row.kinds.split()
    if row.is_barred:
        return "bad"
    return kind_tone(kinds[0]) if len(kinds) == 1 else ("warn" if kinds else "good")
