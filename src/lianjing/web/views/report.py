"""Named reports: kept from any list, opened in one's own scope, made on a rhythm."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.job.errands import enqueue
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.report.services import end_report, keep_report, reports_for
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.reports import MAKE, require_list


def schedule_words() -> dict[str, str]:
    """Return the words of the rhythms."""
    return {"": _("不定期"), "daily": _("每个工作日"), "weekly": _("每周一"), "monthly": _("每月一日")}


@signed_in
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """List one's own reports and those of one's units."""
    asked = cast(PageRequest, request)
    words = schedule_words()
    listing = Register(
        request,
        reports_for(asked.who.id, asked.today),
        [
            Column(
                "name",
                _("报表名称"),
                lambda row: row.name,
                "name",
                url=lambda row: reverse("report", args=[row.pk]),
            ),
            Column("person", _("建立人"), lambda row: row.person.name, "person__pinyin"),
            Column("unit", _("共用单位"), lambda row: row.unit.name if row.unit else ""),
            Column("schedule", _("定期生成"), lambda row: words.get(row.schedule, row.schedule), "schedule"),
            Column("next_on", _("下次生成日"), lambda row: row.next_on, "next_on", "day"),
        ],
        ("name", "person__name"),
        [Filter("schedule", _("定期生成"), [(key, word) for key, word in words.items() if key], "schedule")],
        table="reports",
        search_label=_("报表名称、建立人"),
        empty_text=_("还没有报表：在任一名单上点“存为报表”"),
    )
    if listing.wants_excel:
        return listing.excel(_("报表"))
    mine = NamedReport.objects.filter(person_id=asked.who.id, ended_on__isnull=True).order_by("name")
    return render(request, "lianjing/reports.html", {"listing": listing, "mine": mine})


@signed_in
@require_POST
def report_keep(request: HttpRequest) -> HttpResponse:
    """Keep the list from which the form was sent under a name."""
    asked = cast(PageRequest, request)
    given = request.POST
    report = keep_report(
        person_id=asked.who.id,
        name=given.get("name", ""),
        path=require_list(given.get("path", "")),
        query=given.get("query", ""),
        columns=given.getlist("columns"),
        group=given.get("group", ""),
        schedule=given.get("schedule", ""),
        is_shared="is_shared" in given,
        now=asked.now,
    )
    messages.success(request, _("报表“%(name)s”已保存") % {"name": report.name})
    return HttpResponseRedirect(reverse("reports"))


@signed_in
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Open the list of a report, in the reader's own scope."""
    found = _of_reader(cast(PageRequest, request), report_id)
    return HttpResponseRedirect(f"{found.path}?{found.query}")


@signed_in
@require_POST
def report_make(request: HttpRequest, report_id: int) -> HttpResponse:
    """Have the sheet of a report of one's own made in the background."""
    asked = cast(PageRequest, request)
    found = _of_reader(asked, report_id)
    if found.person_id != asked.who.id:
        raise Refusal(Ground.SCOPE, "scope.report", _("没有该报表，或不是您建立的"))
    enqueue(kind=MAKE, person_id=asked.who.id, arguments={"report": found.pk}, now=asked.now)
    messages.success(request, _("正在生成，完成后在消息中告知"))
    return HttpResponseRedirect(reverse("reports"))


@signed_in
@require_POST
def report_end(request: HttpRequest, report_id: int) -> HttpResponse:
    """End a report of one's own."""
    asked = cast(PageRequest, request)
    end_report(report_id=report_id, person_id=asked.who.id, now=asked.now)
    messages.success(request, _("报表已停用"))
    return HttpResponseRedirect(reverse("reports"))


def _of_reader(request: PageRequest, report_id: int) -> NamedReport:
    found = reports_for(request.who.id, request.today).filter(pk=report_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.report", _("没有该报表，或不是您建立的"))
    return found
