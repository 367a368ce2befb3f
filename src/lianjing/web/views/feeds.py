"""The data catalogue (千里眼): each feed with its purpose, basis, owner, freshness and quality; what is red and why."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.batch.models import ImportBatch
from lianjing.runtime.exchange.declaration import Declared, declared
from lianjing.runtime.exchange.models import DeadLetter, Feed
from lianjing.runtime.exchange.queries import (
    Difference,
    Standing,
    differences,
    gaps,
    open_differences,
    standing,
    standings,
)
from lianjing.runtime.exchange.running import run_once
from lianjing.runtime.exchange.services import explain, resend, start, stop
from lianjing.runtime.org.models import Post
from lianjing.runtime.trail.act import LEGAL_ZONE
from lianjing.web.access import ADMINISTRATORS, OFFICIALS, STAFF, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register, Roll
from lianjing.web.words import text_of

CATALOGUE = ADMINISTRATORS | {"supervisor", "head", "approver"}
INSIDE = ADMINISTRATORS | {"supervisor"}
MANAGER, SUPERVISOR = ("system_admin",), ("supervisor",)
RUNS = 30
TONES = {"live": "good", "red": "bad", "stopped": "off", "planned": "off", "good": "good", "warning": "warn"}


@signed_in(kinds=STAFF)
@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """List every declared feed and how it stands today."""
    asked = cast(PageRequest, request)
    if not asked.roles & CATALOGUE and not _owns(asked):
        raise _not_yours()
    rows = standings(asked.now)
    unlike = {row.feed.pk: _open(asked, row) for row in rows}
    owners = dict(Post.objects.values_list("key", "name"))
    is_inside = bool(asked.roles & INSIDE)
    listing = Roll(
        request,
        cast(Any, rows),
        [
            Column(
                "name",
                _("数据源"),
                lambda row: text_of(row.declared.name),
                "name",
                url=(lambda row: reverse("feed", args=[row.feed.pk])) if is_inside else None,
            ),
            Column("status", _("状态"), _status, "status", "status", tone=lambda row: TONES[row.status]),
            Column("system", _("提供方"), lambda row: codes.label("external_system", row.declared.system)),
            Column("direction", _("方向"), lambda row: codes.label("feed_direction", row.declared.direction)),
            Column("purpose", _("用途"), lambda row: text_of(row.declared.purpose)),
            Column("clause", _("依据"), _clause, url=lambda row: _clause_url(row.declared.clause)),
            Column("owner", _("责任岗位"), lambda row: owners.get(row.declared.owner_post, "")),
            Column(
                "has_person_data",
                _("含个人信息"),
                lambda row: _("是") if row.feed.has_person_data else _("否"),
            ),
            Column(
                "fresh",
                _("时效要求（小时）"),
                lambda row: int(row.declared.fresh.total_seconds() // 3600),
                kind="number",
            ),
            Column("ok", _("最近成功"), lambda row: _moment(row.state.ok_at if row.state else None)),
            Column("quality", _("最近质量"), _quality, kind="status", tone=_quality_tone),
            Column(
                "differences",
                _("对账差异"),
                lambda row: unlike[row.feed.pk],
                kind="number",
                url=lambda row: (
                    reverse("feed_differences", args=[row.feed.pk]) if unlike[row.feed.pk] is not None else ""
                ),
            ),
            Column("dead", _("失败报文"), lambda row: row.dead, "dead", "number"),
        ],
        (),
        [Filter("status", _("状态"), codes.choices("feed_status"), _with_status)],
        table="feeds",
        search_label=_("数据源、提供方、用途"),
        empty_text=_("尚未登记数据源"),
    )
    if listing.wants_excel:
        return listing.excel(_("数据目录"))
    context = {"listing": listing, "reads_imports": bool(INSIDE & asked.roles)}
    return render(request, "lianjing/feeds.html", context)


def _owns(request: PageRequest, each: Declared | None = None) -> bool:
    """True for who answers for a feed, or for this one."""
    keys = {held.post.key for held in request.held}
    return any(one.owner_post in keys for one in ([each] if each else declared().values()))


def _not_yours() -> Refusal:
    return Refusal(
        Ground.POST, "exchange.not_owner", _("您今日的岗位不能办理或查看此项"), "zone_organisation#2"
    )


def _open(request: PageRequest, row: Standing) -> int | None:
    """The open differences of a connected feed, for the supervisor and who answers for it."""
    may_compare = "supervisor" in request.roles or _owns(request, row.declared)
    if not row.is_connected or not row.declared.fields or not may_compare:
        return None
    return open_differences(row.declared, row.feed)


def _with_status(value: str) -> Any:
    return lambda row: row.status == value


def _status(row: Standing) -> str:
    return codes.label("feed_status", row.status)


def _clause(row: Standing) -> str:
    clause = row.feed.clause
    if clause is None:
        return row.declared.clause
    return _("%(title)s第%(article)s条") % {"title": clause.regulation.title, "article": clause.article_no}


def _clause_url(reference: str) -> str:
    return reverse("clause", args=[reference.replace("#", "~")])


def _quality(row: Standing) -> str:
    return codes.label("quality_result", row.last_run.result) if row.last_run else "—"


def _quality_tone(row: Standing) -> str:
    return TONES.get(row.last_run.result, "bad") if row.last_run else "off"


def _moment(moment: Any) -> str:
    return f"{moment.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}" if moment else "—"


def _found(feed_id: int) -> Feed:
    feed = Feed.objects.select_related("clause__regulation").filter(pk=feed_id).first()
    if feed is None or feed.code not in declared():
        raise Refusal(Ground.SCOPE, "scope.feed", _("没有该数据源"))
    return feed


@signed_in(kinds=INSIDE)
@require_safe
def feed(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Show one feed: its last runs, the times of silence, what could not be delivered."""
    asked = cast(PageRequest, request)
    row = _found(feed_id)
    found = standing(declared()[row.code], row, asked.now)
    context = {
        "found": found,
        "name": text_of(found.declared.name),
        "purpose": text_of(found.declared.purpose),
        "status": _status(found),
        "tone": TONES[found.status],
        "clause": _clause(found),
        "clause_url": _clause_url(found.declared.clause),
        "system": codes.label("external_system", found.declared.system),
        "owner": Post.objects.filter(key=found.declared.owner_post).values_list("name", flat=True).first(),
        "gaps": gaps(found, asked.now),
        "runs": [
            (run, codes.label("quality_result", run.result), TONES.get(run.result, "bad"))
            for run in row.runs.order_by("-id")[:RUNS]
        ],
        "letters": row.letters.filter(state="dead").order_by("-id")[:RUNS],
        "may_manage": bool(asked.roles & set(MANAGER)),
        "may_compare": bool(asked.roles & set(SUPERVISOR)) and bool(found.declared.fields),
        "breadcrumbs": [{"label": _("数据目录"), "url": reverse("feeds")}],
    }
    return render(request, "lianjing/feed.html", context)


@signed_in(kinds=MANAGER)
@require_POST
def feed_act(request: HttpRequest, feed_id: int) -> HttpResponse:
    """Run a feed now, stop it or start it."""
    asked = cast(PageRequest, request)
    row, wanted = _found(feed_id), request.POST.get("act", "")
    reason = request.POST.get("reason", "")
    if wanted == "run":
        run = run_once(row.code, asked.now)
        told = _("已运行，见运行记录") if run is not None else _("该数据源尚未接通或已停用")
        messages.success(request, told) if run is not None else messages.error(request, told)
        return redirect("feed", row.pk)
    act = stop if wanted == "stop" else start
    act(feed_id=row.pk, reason=reason, person_id=asked.who.id, now=asked.now)
    messages.success(request, _("已办理"))
    return redirect("feed", row.pk)


@signed_in(kinds=MANAGER)
@require_POST
def feed_resend(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send a dead letter again."""
    asked = cast(PageRequest, request)
    letter = resend(letter_id=letter_id, person_id=asked.who.id, now=asked.now)
    still = DeadLetter.objects.filter(pk=letter_id, state="dead").exists()
    messages.success(request, _("重新采用未成功，原因见下") if still else _("已重新发送"))
    return redirect("feed", letter.feed_id)


@signed_in(kinds=OFFICIALS)
@require_safe
def feed_differences(request: HttpRequest, feed_id: int) -> HttpResponse:
    """List where what the other system states and what the platform holds do not agree."""
    asked = cast(PageRequest, request)
    is_watching = "supervisor" in asked.roles
    if not is_watching and not _owns(asked):
        raise _not_yours()
    row = _found(feed_id)
    if not is_watching and not _owns(asked, declared()[row.code]):
        raise _not_yours()
    found = list(differences(declared()[row.code], row))
    listing = Roll(
        request,
        cast(Any, found),
        [
            Column("number", _("外部编号"), lambda each: each.external_no, "number"),
            Column(
                "title",
                _("名称"),
                lambda each: each.title,
                "title",
                url=lambda each: reverse("matter", args=[each.matter_id]) if each.matter_id else "",
            ),
            Column(
                "kind",
                _("差异"),
                lambda each: codes.label("feed_difference", each.kind),
                kind="status",
                tone=_difference_tone,
            ),
            Column("field", _("项目"), lambda each: each.field),
            Column("ours", _("平台"), lambda each: each.ours),
            Column("theirs", _("对方"), lambda each: each.theirs),
            Column("explanation", _("说明"), lambda each: each.explanation),
        ],
        (),
        [Filter("kind", _("差异"), codes.choices("feed_difference"), _with_kind)],
        table="feed_differences",
        search_label=_("编号、名称"),
        empty_text=_("两边一致"),
    )
    if listing.wants_excel:
        return listing.excel(_("对账差异"))
    context = {
        "listing": listing,
        "feed": row,
        "name": text_of(declared()[row.code].name),
        "open": [each for each in found if each.record_id and not each.explanation][:RUNS]
        if is_watching
        else [],
        "breadcrumbs": [
            {"label": _("数据目录"), "url": reverse("feeds")},
            {
                "label": text_of(declared()[row.code].name),
                "url": reverse("feed", args=[row.pk]) if is_watching else "",
            },
        ],
    }
    return render(request, "lianjing/feed_differences.html", context)


def _with_kind(value: str) -> Any:
    return lambda row: row.kind == value


def _difference_tone(row: Difference) -> str:
    return "off" if row.explanation else "bad"


@signed_in(kinds=SUPERVISOR)
@require_POST
def external_record_explain(request: HttpRequest, record_id: int) -> HttpResponse:
    """Say why a difference is in order."""
    asked = cast(PageRequest, request)
    row = explain(
        record_id=record_id, text=request.POST.get("text", ""), person_id=asked.who.id, now=asked.now
    )
    messages.success(request, _("已登记说明"))
    return redirect("feed_differences", row.feed_id)


@signed_in(kinds=INSIDE)
@require_safe
def import_batches(request: HttpRequest) -> HttpResponse:
    """List the files that were imported: digest, counts, quality, who."""
    listing = Register(
        request,
        ImportBatch.objects.select_related("person").order_by("-id"),
        [
            Column("id", _("批次"), lambda row: row.pk, "id", "number"),
            Column("kind", _("台账类型"), lambda row: row.kind, "kind"),
            Column("file", _("文件名"), lambda row: row.file_name, "file_name"),
            Column("sha256", _("文件摘要"), lambda row: row.sha256[:16]),
            Column("started", _("开始"), lambda row: _moment(row.started_at), "started_at"),
            Column("rows", _("行数"), lambda row: row.row_count, "row_count", "number"),
            Column("imported", _("新增"), lambda row: row.imported_count, "imported_count", "number"),
            Column("updated", _("更新"), lambda row: row.updated_count, "updated_count", "number"),
            Column("rejected", _("拒绝"), lambda row: row.rejected_count, "rejected_count", "number"),
            Column("who", _("操作人"), lambda row: row.person.name if row.person else _("命令行")),
            Column(
                "result",
                _("质量结论"),
                lambda row: codes.label("quality_result", row.result) if row.finished_at else _("未完成"),
                "result",
                "status",
                tone=lambda row: TONES.get(row.result, "bad") if row.finished_at else "bad",
            ),
        ],
        ("file_name", "sha256"),
        [Filter("result", _("质量结论"), codes.choices("quality_result"), "result")],
        table="import_batches",
        search_label=_("文件名、摘要"),
        empty_text=_("没有导入过文件"),
    )
    if listing.wants_excel:
        return listing.excel(_("导入批次"))
    return render(request, "lianjing/import_batches.html", {"listing": listing})
