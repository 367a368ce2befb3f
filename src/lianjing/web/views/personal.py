"""脱敏查看: unmasking the personal data of one record for a while, and the supervisors' log of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.personal.masking import has_personal, veil
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.personal.services import may_unmask, unmask
from lianjing.runtime.personal_columns import personal_columns
from lianjing.runtime.scope.door import row_of, tables
from lianjing.runtime.scope.reader import Reader
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.form_page import choose, perform
from lianjing.web.listing import Column, DateFilter, Filter
from lianjing.web.records import label_of
from lianjing.web.register import Register
from lianjing.web.session_keeping import require_recent

WATCHERS = frozenset({"supervisor", "audit_admin"})


class UnmaskForm(forms.Form):
    """For which purpose, and why."""

    purpose = forms.ChoiceField(label=gettext_lazy("查看目的"))
    reason = forms.CharField(label=gettext_lazy("理由"), min_length=4, max_length=300)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        choose(self, "purpose", [("", "—"), *codes.choices("unmask_purpose")])


@signed_in
@require_http_methods(["GET", "POST"])
def unmask_row(request: PageRequest, table: str, key: str) -> HttpResponse:
    """Ask for the purpose and unmask; what is open already is shown with its end."""
    reader = Reader(request.who.id, request.now)
    model = tables().get(table)
    if model is None or not has_personal(table):
        raise Refusal(Ground.SCOPE, "scope.table", _("没有这张表，或其中没有可查看的个人信息"))
    row = row_of(model, key, reader)
    if request.method == "GET" and not may_unmask(table, reader):
        raise Refusal(
            Ground.POST, "personal.unmask", _("您今日的岗位不能查看未脱敏的个人信息"), "zone_organisation#9"
        )
    require_recent(request)
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    labels = [str(label_of(fields[column])) for name, column in personal_columns() if name == table]
    is_open = (table, str(row.pk)) in veil().opened
    return perform(
        request,
        UnmaskForm(request.POST or None),
        lambda data, _key: unmask(
            table=table, record_key=key, person_id=request.who.id, now=request.now, **data
        ),
        title=_("查看未脱敏信息"),
        back=_back(request),
        note=_(
            "%(what)s：%(columns)s。可查看%(minutes)s分钟，查看人、目的和理由留痕并供监督人员查阅。%(state)s"
        )
        % {
            "what": model._meta.verbose_name,
            "columns": "、".join(labels),
            "minutes": settings.LIANJING_UNMASK_MINUTES,
            "state": _("当前已可查看。") if is_open else "",
        },
    )


def _back(request: PageRequest) -> str:
    """The page from which one came, where it is one of ours."""
    given = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if given and is_ours else reverse("workbench")


@signed_in(kinds=WATCHERS)
@require_safe
def unmaskings(request: PageRequest) -> HttpResponse:
    """List who unmasked what, for which purpose and why."""
    columns = [
        Column("from", _("查看时间"), lambda row: row.from_at, "from_at", "time"),
        Column("person", _("查看人"), lambda row: row.person.name, "person__pinyin"),
        Column("unit", _("所在单位"), lambda row: row.person.unit.name if row.person.unit else ""),
        Column("table", _("资料种类"), lambda row: _label(row.record_table), "record_table"),
        Column(
            "key",
            _("记录"),
            lambda row: row.record_key,
            url=lambda row: reverse("trace", args=[row.record_table, row.record_key]),
        ),
        Column("purpose", _("目的"), lambda row: codes.label("unmask_purpose", row.purpose), "purpose"),
        Column("reason", _("理由"), lambda row: row.reason),
        Column("to", _("止"), lambda row: row.to_at, "to_at", "time"),
    ]
    listing = Register(
        request,
        Unmasking.objects.select_related("person__unit").order_by("-from_at", "-id"),
        columns,
        ("person__name", "reason", "record_table"),
        [Filter("purpose", _("目的"), codes.choices("unmask_purpose"), "purpose")],
        [
            DateFilter("from", _("查看日起"), "from_at__date__gte"),
            DateFilter("to", _("查看日止"), "from_at__date__lte"),
        ],
        empty_text=_("没有查看记录"),
    )
    if listing.wants_excel:
        return listing.excel(_("脱敏查看记录"))
    return render(request, "lianjing/org_list.html", {"listing": listing, "title": _("脱敏查看记录")})


def _label(table: str) -> str:
    model = tables().get(table)
    return str(model._meta.verbose_name) if model is not None else table
