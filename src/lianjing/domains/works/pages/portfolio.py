"""The workload of each post in works, and the open items behind each figure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.queries.portfolio import Load, open_items, workload
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.org.models import Post
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.clocks import light
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register, Roll
from lianjing.web.scope import mark_open
from lianjing.web.words import item_name


def _is_late(_value: str) -> Callable[[Load], bool]:
    return lambda load: load.overdue_count > 0


def _place(load: Load, *, late: bool = False) -> str:
    return reverse("works_post_load", args=[load.post.pk]) + ("?due=overdue" if late else "")


@signed_in(kinds=OFFICIALS)
@require_safe
def workloads(request: PageRequest) -> HttpResponse:
    """Show how much open work each post holds."""
    loads = workload(request.who.id, request.today, request.now)
    listing = Roll(
        request,
        loads,  # type: ignore[arg-type]  # a roll lists computed rows
        [
            Column("unit", _("单位"), lambda row: row.post.unit.name, "unit"),
            Column("post", _("岗位"), lambda row: row.post.name, "post", url=_place),
            Column("holders", _("在岗人员"), lambda row: row.holders, "holders"),
            Column("open", _("在办事项"), lambda row: row.open_count, "open", "number", url=_place),
            Column(
                "overdue",
                _("逾期"),
                lambda row: row.overdue_count,
                "overdue",
                "number",
                url=lambda row: _place(row, late=True),
            ),
            Column("projects", _("涉及项目"), lambda row: row.project_count, "projects", "number"),
            Column("oldest", _("最早到达"), lambda row: row.oldest_at, "oldest", "time"),
        ],
        filters=[Filter("due", _("时限"), [("overdue", _("有逾期"))], cast(Any, _is_late))],
        table="workload",
        search_label=_("单位、岗位、人员"),
        empty_text=_("没有在办事项"),
    )
    if listing.wants_excel:
        return listing.excel(_("岗位工作量"))
    context = {
        "listing": listing,
        "label": _("岗位工作量"),
        "breadcrumbs": [{"label": _("工程项目"), "url": reverse("works_projects")}],
    }
    return render(request, "works/register.html", context)


@signed_in(kinds=OFFICIALS)
@require_safe
def post_load(request: PageRequest, post_id: int) -> HttpResponse:
    """List the open items at one post."""
    post = Post.objects.select_related("unit").filter(pk=post_id).first()
    if post is None:
        raise Refusal(Ground.SCOPE, "scope.post", _("没有该岗位，或不在您的数据范围内"))
    items = open_items(request.who.id, request.today).filter(post=post)
    now = request.now
    soon = now + timedelta(days=1)
    listing = Register(
        request,
        items.select_related("matter__root", "matter__unit", "post__unit").order_by("due_at", "id"),
        [
            Column(
                "project",
                _("项目"),
                lambda row: row.matter.root.title if row.matter.root else "",
                "matter__root__title",
                url=lambda row: reverse("matter", args=[row.opens]) if row.opens else "",
            ),
            Column(
                "matter",
                _("事项"),
                lambda row: row.matter.title,
                "matter__title",
                url=lambda row: reverse("matter", args=[row.matter_id]),
            ),
            Column("step", _("环节"), item_name, "name"),
            Column("opened", _("到达"), lambda row: row.opened_at, "opened_at", "time"),
            Column(
                "due", _("时限"), lambda row: row.due_at, "due_at", "clock", shown=lambda row: light(row, now)
            ),
        ],
        ("matter__title", "matter__code", "matter__root__title"),
        [
            Filter(
                "due",
                _("时限"),
                [("overdue", _("已逾期")), ("soon", _("一日内到期"))],
                lambda value: (
                    Q(due_at__lt=now) if value == "overdue" else Q(due_at__gte=now, due_at__lt=soon)
                ),
            )
        ],
        table="post-load",
        prepare=lambda rows: mark_open(request, rows, lambda row: row.matter.root_id or row.matter_id),
        empty_text=_("没有在办事项"),
    )
    title = f"{post.unit.name}·{post.name}"
    if listing.wants_excel:
        return listing.excel(title)
    context = {
        "listing": listing,
        "label": title,
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": _("岗位工作量"), "url": reverse("works_workload")},
        ],
    }
    return render(request, "works/register.html", context)
