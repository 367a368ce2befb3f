"""留痕正文删除: asked for with its legal basis, decided by a second person, listed for everybody who audits."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.erasure.services import (
    ASKERS,
    DECIDERS,
    approve,
    ask,
    erasable,
    extent,
    reject,
    requests_for,
)
from lianjing.runtime.trail.registry import trailed_models
from lianjing.web.access import PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.scope import events_for
from lianjing.web.session_keeping import require_recent
from lianjing.web.tracing import events_of_row

READERS = frozenset({*ASKERS, *DECIDERS, "audit_admin"})
TONES = {"asked": "warn", "done": "good", "rejected": "off"}


def state_words() -> dict[str, str]:
    """Return the words of the states."""
    return {"asked": _("待审批"), "done": _("已删除"), "rejected": _("不同意")}


@signed_in(kinds=READERS)
@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """List the requests with their basis and who decided."""
    asked = cast(PageRequest, request)
    words = state_words()
    listing = Register(
        asked,
        requests_for(asked.roles),
        [
            Column(
                "id",
                _("序号"),
                lambda row: row.pk,
                "id",
                "number",
                url=lambda row: reverse("erasure", args=[row.pk]),
            ),
            Column("table", _("记录"), lambda row: f"{table_word(row.subject_table)} {row.subject_key}"),
            Column("basis", _("法律依据"), lambda row: row.basis),
            Column("asked", _("申请人"), lambda row: row.asked_by_person.name, "asked_by_person__pinyin"),
            Column("asked_at", _("申请时间"), lambda row: row.asked_at, "asked_at", "time"),
            Column(
                "decided",
                _("审批人"),
                lambda row: row.decided_by_person.name if row.decided_by_person else "",
            ),
            Column("decided_at", _("审批时间"), lambda row: row.decided_at, "decided_at", "time"),
            Column(
                "state",
                _("状态"),
                lambda row: words[row.state],
                "state",
                "status",
                tone=lambda row: TONES[row.state],
            ),
        ],
        ("subject_table", "subject_key", "basis", "reason"),
        [Filter("state", _("状态"), list(words.items()), "state")],
        table="erasures",
        search_label=_("记录、依据、理由"),
        empty_text=_("没有删除过留痕正文"),
    )
    if listing.wants_excel:
        return listing.excel(_("留痕正文删除"))
    return render(request, "lianjing/erasures.html", {"listing": listing})


def table_word(table: str) -> str:
    """Return the word of a table."""
    return next(
        (_(str(model._meta.verbose_name)) for model in trailed_models() if model._meta.db_table == table),
        table,
    )


@signed_in(kinds=ASKERS)
@require_http_methods(["GET", "POST"])
def erasure_new(request: HttpRequest, table: str, key: str) -> HttpResponse:
    """Ask for the erasure of columns of a row in the reader's scope."""
    asked = cast(PageRequest, request)
    model = next((each for each in trailed_models() if each._meta.db_table == table), None)
    if model is None or not events_of_row(table, key, events_for(asked.who, asked.today)):
        raise Refusal(Ground.SCOPE, "scope.row", _("没有这条记录，或不在您的数据范围内"))
    columns = [{"name": name, "label": _(str(field.verbose_name))} for name, field in erasable(model).items()]

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {
            "table": table,
            "key": key,
            "table_word": table_word(table),
            "columns": columns,
            "chosen": request.POST.getlist("columns"),
            "given": request.POST,
        }
        return render(request, "lianjing/erasure_new.html", context | told, status=status)

    if request.method != "POST":
        return again({}, 200)

    def do() -> str:
        row = ask(
            table=table,
            key=key,
            columns=request.POST.getlist("columns"),
            basis=request.POST.get("basis", ""),
            reason=request.POST.get("reason", ""),
            person_id=asked.who.id,
            now=asked.now,
        )
        return reverse("erasure", args=[row.pk])

    return done(asked, do, again)


@signed_in(kinds=READERS)
@require_http_methods(["GET", "POST"])
def erasure(request: HttpRequest, request_id: int) -> HttpResponse:
    """Show a request with what it reaches, and decide it."""
    asked = cast(PageRequest, request)
    found = requests_for(asked.roles).filter(pk=request_id).first()
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.row", _("没有这条记录，或不在您的数据范围内"))

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        reach = None
        if found.state == "asked":
            try:
                reach = extent(found.subject_table, found.subject_key)
            except Refusal as refusal:
                told = {"fault": str(refusal)} | told
        model = next(each for each in trailed_models() if each._meta.db_table == found.subject_table)
        fields = erasable(model)
        context = {
            "row": found,
            "word": state_words()[found.state],
            "tone": TONES[found.state],
            "table_word": table_word(found.subject_table),
            "columns": [
                _(str(fields[name].verbose_name)) for name in found.columns.split() if name in fields
            ],
            "reach": reach,
            "may_decide": found.state == "asked" and bool(asked.roles & set(DECIDERS)),
        }
        return render(request, "lianjing/erasure.html", context | told, status=status)

    if request.method != "POST":
        return again({}, 200)

    require_recent(request)

    def do() -> str:
        decide = approve if request.POST.get("decision") == "approve" else reject
        decide(request_id=found.pk, person_id=asked.who.id, note=request.POST.get("note", ""), now=asked.now)
        return reverse("erasure", args=[found.pk])

    return done(asked, do, again)
