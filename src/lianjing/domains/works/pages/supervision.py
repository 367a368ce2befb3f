"""监督计划: the check points of every stage on both lines, with owner, last run and what they stopped."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.queries.supervision import Standing, standings
from lianjing.runtime.domains import domain
from lianjing.runtime.org.models import Post
from lianjing.runtime.regulation.queries import clause_title
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.excel import download
from lianjing.web.words import clause_address

HEADS = ("阶段", "监督线", "监督点", "责任岗位", "责任人", "依据条款", "最近运行", "运行次数", "拦截次数")


@signed_in(kinds=OFFICIALS)
@require_safe
def supervision_plan(request: HttpRequest) -> HttpResponse:
    """Show the plan stage by stage; with `export=excel` the same rows as a workbook."""
    asked = cast(PageRequest, request)
    found = [_shown(row, asked.today) for row in standings(asked.today)]
    stages = [(each.key, _word(each.label)) for each in domain("works").stages]
    if asked.GET.get("export") == "excel":
        words = dict(stages)
        return download(_("监督计划"), [_(head) for head in HEADS], [_line(row, words) for row in found])
    context = {
        "stages": [
            {"key": key, "label": label, "rows": [row for row in found if row["stage"] == key]}
            for key, label in stages
        ],
        "unrun": sum(row["last_run"] is None for row in found),
        "total": len(found),
        "fired": sum(row["fired"] for row in found),
        "breadcrumbs": [
            {"label": _("工程项目"), "url": reverse("works_projects")},
            {"label": _("监督计划"), "url": ""},
        ],
    }
    return render(request, "works/supervision.html", context)


def _word(text: Any) -> str:
    return str(text.en if get_language() == "en" else text.zh)


def _shown(row: Standing, day: date) -> dict[str, Any]:
    point = row.point
    post = Post.objects.filter(key=point.owner_post).first()
    return {
        "key": point.key,
        "stage": point.stage,
        "line": _("业务监管") if point.line == "business" else _("纪检监督"),
        "is_business": point.line == "business",
        "title": _word(point.title),
        "post": post.name if post else point.owner_post,
        "owners": "、".join(row.owners),
        "clause": clause_title(point.clause, day),
        "clause_url": clause_address(point.clause, day),
        "last_run": row.last_run,
        "runs": row.runs,
        "fired": row.fired,
        "last_fired": row.last_fired,
        "fired_url": f"{reverse('trail')}?{urlencode({'refused': '1'})}",
    }


def _line(row: dict[str, Any], words: dict[str, str]) -> list[Any]:
    return [
        words[row["stage"]],
        row["line"],
        row["title"],
        row["post"],
        row["owners"],
        row["clause"],
        row["last_run"],
        row["runs"],
        row["fired"],
    ]
