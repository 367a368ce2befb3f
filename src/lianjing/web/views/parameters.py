"""The figures of the law and of the zone with their source and mark."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from lianjing.runtime import codes
from lianjing.runtime.parameter.changes import changes
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import in_force
from lianjing.web.access import STAFF, PageRequest, signed_in
from lianjing.web.listing import Column, Filter
from lianjing.web.register import Register
from lianjing.web.words import in_english

# How sure a figure is (code letters of the reference data).
MARKS = (
    ("A", gettext_noop("文章载明"), "good"),
    ("L", gettext_noop("已读原文"), "good"),
    ("K", gettext_noop("业内通行，未核原文：只预警，不拒绝"), "warn"),
    ("I", gettext_noop("拟定，由本地确定"), "plain"),
)


def _tone(mark: str) -> str:
    return next((tone for letter, _word, tone in MARKS if mark.startswith(letter)), "off")


def mark_words(mark: str) -> str:
    """Return an evidence mark with what it means."""
    word = next((_(word) for letter, word, _tone_name in MARKS if mark.startswith(letter)), "")
    return f"{mark} {word}".strip()


def shown_value(row: Parameter) -> str:
    """Write a figure in its own unit: money in yuan, text as it stands, numbers without idle zeros."""
    if row.value is not None:
        return f"¥{row.value:,.2f}"
    if row.value_text:
        return row.value_text
    return f"{row.value_number.normalize():f}" if row.value_number is not None else ""


@signed_in(kinds=STAFF)
@require_safe
def parameters(request: PageRequest) -> HttpResponse:
    """Every figure: what it is worth, from when, where it is written, and how sure it is."""
    current = set(in_force(request.today).values_list("id", flat=True))
    columns = [
        Column(
            "name",
            _("名称"),
            lambda row: (row.en if in_english() else row.zh) or row.key,
            "zh",
            url=lambda row: reverse("parameter", args=[row.key]),
        ),
        Column("key", _("键"), lambda row: row.key, "key", "code"),
        Column("value", _("数值"), shown_value, kind="number"),
        Column("unit", _("单位"), lambda row: codes.label("parameter_unit", row.unit), "unit"),
        Column(
            "mark", _("证据标记"), lambda row: row.mark, "mark", "status", tone=lambda row: _tone(row.mark)
        ),
        Column("source", _("来源"), lambda row: row.source),
        Column("from", _("起"), lambda row: row.from_on, "from_on", "day"),
        Column("to", _("止"), lambda row: row.to_on, "to_on", "day"),
        Column("checked", _("核对日"), lambda row: row.checked_on, "checked_on", "day", is_hidden=True),
        Column(
            "state",
            _("状态"),
            lambda row: _("当日适用") if row.id in current else _("不适用"),
            kind="status",
            tone=lambda row: "good" if row.id in current else "off",
        ),
        Column(
            "proof",
            _("溯源"),
            lambda _row: _("溯源"),
            url=lambda row: reverse("trace", args=["parameter", row.id]),
        ),
    ]

    def marked(letter: str) -> Q:
        return Q(mark__startswith=letter)

    filters = [
        Filter(
            "mark",
            _("证据标记"),
            [(letter, f"{letter} {_(word)}") for letter, word, _tone_name in MARKS],
            marked,
        ),
        Filter("unit", _("单位"), codes.choices("parameter_unit"), "unit"),
    ]
    rows = Parameter.objects.order_by("key", "-from_on", "-id")
    listing = Register(request, rows, columns, ("key", "zh", "en", "source"), filters, per_page=50)
    if listing.wants_excel:
        return listing.excel(_("参数设置"))
    legend = [{"letter": letter, "word": _(word), "tone": tone} for letter, word, tone in MARKS]
    waiting = changes().filter(status="pending")
    return render(
        request, "lianjing/parameters.html", {"listing": listing, "legend": legend, "waiting": waiting}
    )
