"""Makes the sheet of a named report in the background: the page itself, asked as its owner, in his scope of that day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.job.errands import Kind, Result, Work, enqueue
from lianjing.runtime.job.schedule import Job
from lianjing.runtime.message.services import one_line, send
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.report.models import NamedReport
from lianjing.runtime.report.services import due, move_on
from lianjing.runtime.trail.act import legal_day
from lianjing.web.excel import MEDIA_TYPE
from lianjing.web.middleware import CurrentPerson

MAKE = "report.make"


def require_list(path: str) -> str:
    """Return the path of a list page of ours; BadInput for any other address."""
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise BadInput(_("没有这个名单页面"), "path") from error
    if match.namespace or not path.startswith("/"):
        raise BadInput(_("没有这个名单页面"), "path")
    return path


def make(work: Work) -> Result:
    """Carry out the errand: the sheet of a report as its owner would take it from the page now."""
    report = (
        NamedReport.objects.select_related("person")
        .filter(pk=work.arguments["report"], person_id=work.person_id, ended_on__isnull=True)
        .first()
    )
    if report is None:
        raise Refusal(Ground.SCOPE, "scope.report", _("没有该报表，或不是您建立的"))
    answer = _answer(report)
    if answer.headers.get("Content-Type") != MEDIA_TYPE:
        raise BadInput(_("该页面今日不能为您生成表格，请打开页面查看原因"), "path")
    name = f"{report.name} {legal_day(work.now).isoformat()}.xlsx"
    send(
        to_person_ids=[report.person_id],
        kind="report",
        subject=one_line(_("报表已生成"), report.name),
        link="/errands/",
        now=work.now,
    )
    return Result(report.name, name, MEDIA_TYPE, bytes(getattr(answer, "content", b"")))


def _answer(report: NamedReport) -> HttpResponseBase:
    account = LoginAccount.objects.filter(person_id=report.person_id, is_active=True).first()
    if account is None:
        raise Refusal(Ground.POST, "login.left", _("您已离岗，账号不再办理业务；请联系组织人事部门"))
    query = QueryDict(report.query, mutable=True)
    query["export"], query["reason"] = "xlsx", one_line(_("定期报表"), report.name)
    match = resolve(report.path)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", report.path, report.path
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "QUERY_STRING": query.urlencode()}
    request.GET, request.user = cast(Any, query), account

    def asked(given: HttpRequest) -> HttpResponseBase:
        given.resolver_match = match
        return match.func(given, *match.args, **match.kwargs)

    return CurrentPerson(asked)(request)


def send_due(now: datetime) -> int:
    """Send the errands of the reports that are due, each once; return how many. A job of the worker."""
    count = 0
    for report in due(legal_day(now)):
        enqueue(kind=MAKE, person_id=report.person_id, arguments={"report": report.pk}, now=now)
        move_on(report, now)
        count += 1
    return count


ERRANDS = (Kind(MAKE, gettext_noop("生成报表"), make),)
JOBS = [Job("report.schedule", timedelta(minutes=10).total_seconds(), send_due)]
