"""参数设置: one figure with its history, and its new values: proposed by a paper, agreed by a second person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.parameter import changes
from lianjing.runtime.parameter.models import FigureChange, Parameter
from lianjing.runtime.parameter.queries import history
from lianjing.web.access import FIXED_POST, STAFF, PageRequest, signed_in
from lianjing.web.deciding import decide
from lianjing.web.form_page import choose, day_field, perform
from lianjing.web.views.parameters import MARKS, shown_value
from lianjing.web.words import in_english


class FigureForm(forms.Form):
    """A new value from a day on."""

    value = forms.CharField(label=gettext_lazy("数值"), max_length=40)
    from_on = day_field(gettext_lazy("生效日"))
    mark = forms.ChoiceField(label=gettext_lazy("证据标记"))
    source = forms.CharField(label=gettext_lazy("依据文件"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(letter, f"{letter} {_(word)}") for letter, word, _tone in MARKS if letter in changes.MARKS]
        choose(self, "mark", words)


@signed_in(kinds=STAFF)
@require_safe
def figure(request: PageRequest, key: str) -> HttpResponse:
    """One figure: every value it had, with days, source and mark; and what is proposed."""
    rows = list(history(key))
    if not rows:
        raise Http404
    context = {
        "name": _name(rows[0]),
        "key": key,
        "unit": codes.label("parameter_unit", rows[0].unit),
        "rows": [(row, shown_value(row)) for row in rows],
        "changes": changes.changes().filter(key=key),
        "may_propose": changes.may_propose(request.who.id, request.now),
    }
    return render(request, "lianjing/figure.html", context)


def _name(row: Parameter) -> str:
    return (row.en if in_english() else row.zh) or row.key


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def figure_change(request: PageRequest, key: str) -> HttpResponse:
    """Propose a new value."""
    row = history(key).first()
    if row is None:
        raise Http404
    if request.method != "POST" and not changes.may_propose(request.who.id, request.now):
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), FIXED_POST)
    form = FigureForm(request.POST or None, initial={"from_on": request.today})
    form.fields["value"].help_text = (
        _("以分为单位的整数；现为%(value)s") % {"value": shown_value(row)}
        if row.unit == "fen"
        else _("单位：%(unit)s；现为%(value)s")
        % {"unit": codes.label("parameter_unit", row.unit), "value": shown_value(row) or "—"}
    )

    def do(data: dict[str, Any], _key: str) -> FigureChange:
        return changes.propose(key=key, person_id=request.who.id, now=request.now, **data)

    return perform(
        request,
        form,
        do,
        title=_("参数“%(name)s”的新数值") % {"name": _name(row)},
        back=reverse("parameter", args=[key]),
        note=_("由分管领导审定后自生效日起适用；原数值保留，已办事项不受影响。"),
    )


@signed_in(kinds=STAFF)
@require_http_methods(["GET", "POST"])
def figure_decide(request: PageRequest, change_id: int) -> HttpResponse:
    """Agree to a new value, or turn it down."""
    row = get_object_or_404(changes.changes(), id=change_id)
    present = history(row.key).first()
    return decide(
        request,
        title=_("参数变更审定"),
        facts=[
            (_("名称"), _name(present) if present else row.key),
            (_("键"), row.key),
            (_("现数值"), shown_value(present) if present else ""),
            (_("拟定数值"), row.value),
            (_("单位"), codes.label("parameter_unit", present.unit) if present else ""),
            (_("生效日"), row.from_on.isoformat()),
            (_("证据标记"), row.mark),
            (_("依据文件"), row.source),
            (_("提出人"), row.proposed_by_person.name),
            (_("状态"), codes.label("grant_status", row.status)),
            (_("审定人"), getattr(row.decided_by_person, "name", "")),
            (_("不同意理由"), row.reason),
        ],
        is_open=row.status == "pending" and changes.may_decide(request.who.id, request.now),
        agree=lambda: changes.agree(change_id=row.pk, person_id=request.who.id, now=request.now),
        refuse=lambda reason: changes.refuse(
            change_id=row.pk, person_id=request.who.id, reason=reason, now=request.now
        ),
        back=reverse("parameter", args=[row.key]),
        agree_word=_("审定"),
    )
