"""质保到期: the parts whose warranty is over or ends soon and whose retention is still held."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianjing.domains.works.queries.completion import ending_warranties
from lianjing.runtime import codes
from lianjing.runtime.process.scope import visible_to
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.scope import mark_open

READERS = OFFICIALS | {"external"}


@signed_in(kinds=READERS)
@require_safe
def warranties(request: PageRequest) -> HttpResponse:
    """List the reminders within the reader's scope, the earliest first."""
    visible = visible_to(request.who.id, request.today)
    today = request.today

    def state(row: Any) -> str:
        return _("已到期") if row.to_on < today else _("即将到期")

    columns = [
        Column(
            "project",
            _("项目名称"),
            lambda row: row.contract.project.title,
            "contract__project__title",
            url=lambda row: reverse("works_project", args=[row.opens]) if row.opens else "",
        ),
        Column("contract", _("合同"), lambda row: row.contract.code, "contract__code"),
        Column(
            "firm", _("承包人"), lambda row: row.contract.enterprise.name if row.contract.enterprise else ""
        ),
        Column("part", _("保修部位"), lambda row: codes.label("warranty_part", row.part), "part"),
        Column("to", _("到期日"), lambda row: row.to_on, "to_on", "day"),
        Column("retained", _("留存额"), lambda row: row.retained, "retained", "money"),
        Column(
            "state",
            _("状态"),
            state,
            kind="status",
            tone=lambda row: "bad" if row.to_on < today else "warn",
        ),
    ]
    listing = Register(
        request,
        ending_warranties(today).filter(contract_id__in=visible.values("id")),
        columns,
        ("contract__project__title", "contract__code", "contract__enterprise__name"),
        [Filter("part", _("保修部位"), codes.choices("warranty_part"), "part")],
        table="warranties",
        search_label=_("项目、合同、承包人"),
        empty_text=_("没有到期或即将到期的质保"),
        prepare=lambda rows: mark_open(request, rows, lambda row: row.contract.project_id),
    )
    if listing.wants_excel:
        return listing.excel(_("质保到期提醒"))
    return render(request, "works/warranties.html", {"listing": listing})


urlpatterns = [path("works/warranties/", warranties, name="works_warranties")]
