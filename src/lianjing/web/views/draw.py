"""Draws: the list, and one draw that anyone who sees its matter can compute again."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.draw import export, queries, rules, seed, services
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.process.scope import open_for
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.access_log import note_export
from lianjing.web.doing import done
from lianjing.web.draw_forms import DrawForm, pool_chosen, pool_offered
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.register import Register
from lianjing.web.words import clause_address

STATUS = {
    queries.ASKED: gettext_lazy("待交承诺"),
    queries.COMMITTED: gettext_lazy("待锁定"),
    queries.LOCKED: gettext_lazy("待揭示"),
    queries.DRAWN: gettext_lazy("已抽取"),
    queries.REDRAWN: gettext_lazy("已重抽"),
}
TONES = {"asked": "doing", "committed": "doing", "locked": "doing", "drawn": "good", "redrawn": "warn"}


@signed_in(kinds=OFFICIALS)
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """List the draws within the reader's scope, and those for which he was asked to commit."""
    asked = cast(PageRequest, request)
    columns = [
        Column("title", _("名称"), lambda row: row.title, "title", url=_place),
        Column("kind", _("抽取类型"), lambda row: codes.label("draw_kind", row.kind), "kind"),
        Column("matter", _("所属事项"), lambda row: row.matter.title, "matter__title"),
        Column("unit", _("操作单位"), lambda row: row.unit.name if row.unit else "", "unit__name"),
        Column("count", _("抽取数"), lambda row: row.pick_count, "pick_count", kind="number"),
        Column("pool", _("候选数"), lambda row: row.pool_size, "pool_size", kind="number"),
        Column("redraws", _("重抽次数"), lambda row: row.redraw_no, "redraw_no", kind="number"),
        Column(
            "reason",
            _("重抽原因"),
            lambda row: codes.label("redraw_reason", row.redraw_reason) if row.redraw_reason else "",
            "redraw_reason",
        ),
        Column("locked", _("锁定时间"), lambda row: row.locked_at, "locked_at", kind="time"),
        Column("drawn", _("抽取时间"), lambda row: row.drawn_at, "drawn_at", kind="time"),
        Column(
            "status",
            _("状态"),
            lambda row: str(STATUS.get(row.status, row.status)),
            "status",
            kind="status",
            tone=lambda row: TONES.get(row.status, "plain"),
        ),
    ]
    listing = Register(
        asked,
        queries.visible(asked.who.id, asked.today),
        columns,
        ("title", "matter__title", "matter__code"),
        [
            Filter("kind", _("抽取类型"), codes.choices("draw_kind"), "kind"),
            Filter("status", _("状态"), [(key, str(word)) for key, word in STATUS.items()], "status"),
        ],
        [
            DateFilter("from", _("抽取时间起"), "drawn_at__date__gte"),
            DateFilter("to", _("抽取时间止"), "drawn_at__date__lte"),
        ],
        empty_text=_("还没有抽取；在事项页发起"),
    )
    if listing.wants_excel:
        return listing.excel(_("随机抽取"))
    return render(request, "lianjing/draws.html", {"listing": listing})


def _place(row: Draw) -> str:
    return reverse("draw", args=[row.pk])


@signed_in(kinds=OFFICIALS - {"supervisor"})
@require_http_methods(["GET", "POST"])
def draw_new(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Begin a draw for a matter."""
    asked = cast(PageRequest, request)
    matter = open_for(asked.who.id, matter_id, asked.today)
    units = {held.post.unit_id for held in asked.held}
    form = DrawForm(request.POST or None, unit_ids=units, day=asked.today)

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {"form": form, "matter": matter, "request_key": fresh_key(), **told}
        return render(request, "lianjing/draw_new.html", context, status=status)

    def do() -> str:
        data = form.cleaned_data
        draw = services.prepare(
            matter_id=matter.pk,
            kind=data["kind"],
            pick_count=data["pick_count"],
            title=data["title"],
            rule_text=data["rule_text"],
            committer_person_id=data["committer"],
            person_id=asked.who.id,
            now=asked.now,
            key=key_of(request),
        )
        return _place(draw)

    if request.method == "GET":
        return again({}, 200)
    return done(asked, do, again) if form.is_valid() else again({}, 422)


@signed_in
@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Show a draw with what is needed to compute it again, and the step that the reader may do."""
    asked = cast(PageRequest, request)
    found = _draw_for(asked, draw_id)
    if request.method == "GET":
        return _page(asked, found, {}, 200)
    return done(asked, lambda: _act(asked, found), lambda told, status: _page(asked, found, told, status))


def _draw_for(request: PageRequest, draw_id: int) -> Draw:
    found = queries.visible(request.who.id, request.today).filter(pk=draw_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.draw", _("没有该抽取，或不在您的数据范围内"))
    return found


def _act(request: PageRequest, found: Draw) -> str:
    posted = request.POST
    who: dict[str, Any] = {"person_id": request.who.id, "now": request.now, "key": key_of(request)}
    match posted.get("action"):
        case "commit":
            services.commit(draw_id=found.pk, digest=_digest(posted), **who)
        case "lock":
            services.lock(draw_id=found.pk, candidates=pool_chosen(found, request.today, posted), **who)
        case "by_checkpoint":
            seed.draw_by_checkpoint(draw_id=found.pk, **who)
        case "reveal":
            services.reveal(draw_id=found.pk, value=posted.get("value", ""), **who)
        case "reply":
            row = next(
                (each for each in queries.own_picks(found) if str(each.pk) == posted.get("pick")), None
            )
            if row is None:
                raise BadInput(_("请选择抽中的候选"))
            services.reply(candidate_id=row.pk, reply=posted.get("reply", ""), **who)
        case "redraw":
            new = services.redraw(
                draw_id=found.pk, reason=posted.get("reason", ""), text=posted.get("text", ""), **who
            )
            return _place(new)
        case _:
            raise BadInput(_("没有这项操作"))
    return _place(found)


def _digest(posted: Any) -> str:
    """The digest handed in, or that of a value of one's own, which is not kept."""
    own = posted.get("own_value", "").strip().lower()
    if not own:
        return str(posted.get("digest", ""))
    if not services.HEX.fullmatch(own):
        raise BadInput(_("承诺值应为 64 位十六进制数"), "own_value")
    return rules.commitment(bytes.fromhex(own))


def _page(request: PageRequest, found: Draw, told: dict[str, Any], status: int) -> HttpResponse:
    draw = queries.visible(request.who.id, request.today).get(pk=found.pk)
    sees_pool = queries.sees_pool(draw, request.who.id, request.today)
    event = queries.lock_event(draw)
    context = {
        "draw": draw,
        "status": STATUS.get(draw.status, draw.status),
        "tone": TONES.get(draw.status, "plain"),
        "sees_pool": sees_pool,
        "pool": queries.pool(draw) if sees_pool else [],
        "picks": queries.own_picks(draw) if sees_pool else [],
        "standing": queries.picks(draw) if sees_pool and draw.drawn_at else [],
        "event": event,
        "leaf_hash": queries.leaf_of(event).hex() if event else "",
        "agrees": export.agrees(draw) if draw.drawn_at else None,
        "checkpoint": export.checkpoint_of(draw),
        "algorithm": rules.ALGORITHM,
        "line": queries.line_of(draw),
        "next": Draw.objects.filter(redraw_of=draw).order_by("-id").first(),
        "clause_url": clause_address(services.CLAUSE, request.today),
        "request_key": fresh_key(),
        **_steps(request, draw),
        **told,
    }
    response = render(request, "lianjing/draw.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _seeding(request: PageRequest, draw: Draw, *, is_operator: bool) -> dict[str, Any]:
    """What may give a locked draw its seed now: the cosigned checkpoint, or the value where none came in time."""
    until = seed.waits_until(draw)
    found = seed.found(draw) if until else None
    may_reveal = draw.committed_by_person_id == request.who.id
    if until is None:
        return {"may_reveal": may_reveal}
    return {
        "waits_until": until if found is None else None,
        "may_draw": found is not None and is_operator,
        "may_reveal": may_reveal and found is None and request.now >= until,
    }


def _steps(request: PageRequest, draw: Draw) -> dict[str, Any]:
    """The one step that the reader may do now; a fresh value is made for the committer and kept nowhere."""
    units = {held.post.unit_id for held in request.held if held.post.kind not in ("external", "supervisor")}
    is_operator = draw.unit_id in units and request.who.id != draw.committed_by_person_id
    steps: dict[str, Any] = {"is_operator": is_operator}
    if services.may_commit(draw, request.who.id, request.today):
        value = secrets.token_bytes(rules.SEED_BYTES)
        steps |= {"may_commit": True, "value": value.hex(), "digest": rules.commitment(value)}
    if draw.status == queries.COMMITTED and is_operator:
        posted = request.POST if request.method == "POST" else None
        steps |= {
            "may_lock": True,
            "offered": pool_offered(draw, request.today, posted),
            "exclusions": codes.choices(
                "exclusion_reason", "tie", "load", "sanction", "unavailable", "same_unit"
            ),
            "others": request.POST.get("others", ""),
        }
    if draw.status == queries.LOCKED:
        steps |= _seeding(request, draw, is_operator=is_operator)
    if draw.status != queries.REDRAWN and is_operator:
        steps |= {
            "may_reply": draw.status == queries.DRAWN,
            "replies": codes.choices("draw_reply"),
            "may_redraw": True,
            "reasons": codes.choices("redraw_reason"),
        }
    return steps


@signed_in
@require_safe
def draw_json(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Give everything that is needed to compute the draw again; the taking is noted."""
    asked = cast(PageRequest, request)
    found = _draw_for(asked, draw_id)
    if not queries.sees_pool(found, asked.who.id, asked.today):
        raise Refusal(Ground.SCOPE, "draw.pool_hidden", _("候选名单尚未公开"), services.CLAUSE)
    note_export(asked.who, _("随机抽取"), 1, asked.now)
    return _download(export.as_json(found), f"draw-{found.pk}.json", "application/json")


@signed_in
@require_safe
def draw_script(request: HttpRequest) -> HttpResponse:
    """Give the script that computes a draw again from its JSON."""
    return _download(export.script(), "recompute.py", "text/x-python")


def _download(text: str, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
