"""The pools of experts: who stands in which, with employer and ties; entered and ended by the personnel or tender post."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.parties import experts as keeping
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.parties.queries import ties_of
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.doing import done
from lianjing.web.form_page import DayInput
from lianjing.web.listing import Column, Filter, day_of
from lianjing.web.receipts import fresh_key
from lianjing.web.register import Register
from lianjing.web.words import clause_address


class ExpertForm(forms.Form):
    """Who enters which pool; filled by the personnel or the tender post from the notice of appointment."""

    expert = forms.TypedChoiceField(label=gettext_lazy("人员"), coerce=int)
    pool = forms.ChoiceField(label=gettext_lazy("专家库"))
    specialty = forms.CharField(
        label=gettext_lazy("专业"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("例：市政公用工程。"),
    )
    employer_credit_code = forms.CharField(
        label=gettext_lazy("工作单位（企业信用代码）"),
        max_length=18,
        required=False,
        help_text=gettext_lazy("在企业任职的填其统一社会信用代码；抽取时据此回避。"),
    )
    employer_unit_id = forms.TypedChoiceField(
        label=gettext_lazy("工作单位（机关）"), coerce=int, required=False, empty_value=None
    )
    from_on = forms.DateField(label=gettext_lazy("入库日"), required=False, widget=DayInput())
    note = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        people = Person.objects.filter(left_on__isnull=True).select_related("unit").order_by("pinyin", "id")
        self.fields["expert"].choices = [  # type: ignore[attr-defined]
            (each.pk, f"{each.name}（{each.unit.name}）" if each.unit else each.name) for each in people
        ]
        self.fields["pool"].choices = codes.choices("expert_pool")  # type: ignore[attr-defined]
        units = Unit.objects.exclude(kind="outside").order_by("code").values_list("pk", "name")
        self.fields["employer_unit_id"].choices = [("", "—"), *units]  # type: ignore[attr-defined]


def is_keeper(request: PageRequest) -> bool:
    """True for the holders of the posts that keep the pools."""
    return any(each.post.key in keeping.KEEPERS for each in request.held)


@signed_in(kinds=OFFICIALS)
@require_safe
def experts(request: HttpRequest) -> HttpResponse:
    """List the experts of all pools."""
    asked = cast(PageRequest, request)
    day = asked.today

    def in_force(row: Expert) -> bool:
        return (row.from_on is None or row.from_on <= day) and (row.to_on is None or row.to_on >= day)

    columns = [
        Column("name", _("姓名"), lambda row: row.person.name, "person__pinyin", url=_place),
        Column("pool", _("专家库"), lambda row: codes.label("expert_pool", row.pool), "pool"),
        Column("specialty", _("专业"), lambda row: row.specialty, "specialty"),
        Column("employer", _("工作单位"), employer),
        Column("from", _("入库日"), lambda row: row.from_on, "from_on", kind="day"),
        Column("to", _("出库日"), lambda row: row.to_on, "to_on", kind="day"),
        Column("score", _("履职评分"), lambda row: row.performance_score, "performance_score", kind="number"),
        Column(
            "state",
            _("状态"),
            lambda row: _("在库") if in_force(row) else _("不在库"),
            kind="status",
            tone=lambda row: "good" if in_force(row) else "off",
        ),
    ]
    inside = (Q(from_on__isnull=True) | Q(from_on__lte=day)) & (Q(to_on__isnull=True) | Q(to_on__gte=day))
    rows = Expert.objects.select_related("person", "employer_enterprise", "employer_unit")
    listing = Register(
        asked,
        rows.order_by("pool", "person__pinyin", "id"),
        columns,
        ("person__name", "person__pinyin", "specialty", "employer_enterprise__name", "employer_unit__name"),
        [
            Filter("pool", _("专家库"), codes.choices("expert_pool"), "pool"),
            Filter(
                "state",
                _("状态"),
                [("in", _("在库")), ("out", _("不在库"))],
                lambda value: inside if value == "in" else ~inside,
            ),
        ],
    )
    if listing.wants_excel:
        return listing.excel(_("专家库"))
    return render(request, "lianjing/experts.html", {"listing": listing, "is_keeper": is_keeper(asked)})


def employer(row: Expert) -> str:
    """Return the name of an expert's employer."""
    named = row.employer_enterprise or row.employer_unit
    return named.name if named else ""


def _place(row: Expert) -> str:
    return reverse("expert", args=[row.pk])


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def expert_new(request: HttpRequest) -> HttpResponse:
    """Enter a person into a pool."""
    asked = cast(PageRequest, request)
    keeping.keeper(asked.who.id, asked.now)
    form = ExpertForm(request.POST or None, initial={"from_on": asked.today})

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        context = {"form": form, "request_key": fresh_key(), **told}
        return render(request, "lianjing/expert_new.html", context, status=status)

    def do() -> str:
        data = dict(form.cleaned_data)
        row = keeping.enter(
            expert_person_id=data.pop("expert"), person_id=asked.who.id, now=asked.now, **data
        )
        return _place(row)

    if request.method == "GET":
        return again({}, 200)
    return done(asked, do, again) if form.is_valid() else again({}, 422)


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def expert(request: HttpRequest, expert_id: int) -> HttpResponse:
    """Show an expert with his ties; a keeper takes him out of the pool with a reason."""
    asked = cast(PageRequest, request)
    found = (
        Expert.objects.select_related("person", "employer_enterprise", "employer_unit")
        .filter(pk=expert_id)
        .first()
    )
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.expert", _("没有该专家"))
    row: Expert = found

    def again(told: dict[str, Any], status: int) -> HttpResponse:
        return render(request, "lianjing/expert.html", {**_context(asked, row), **told}, status=status)

    def do() -> str:
        last = day_of(request.POST.get("to_on", ""))
        if last is None:
            raise BadInput(_("请填写出库日"), "to_on")
        note = request.POST.get("note", "")
        keeping.leave(expert_id=row.pk, to_on=last, person_id=asked.who.id, now=asked.now, note=note)
        return _place(row)

    return again({}, 200) if request.method == "GET" else done(asked, do, again)


def _context(request: PageRequest, row: Expert) -> dict[str, Any]:
    own = [f"person:{row.person_id}"]
    own += [f"natural_person:{row.natural_person_id}"] if row.natural_person_id else []
    found = [(party, tie) for party in own for tie in ties_of(party, request.today)]
    others = [tie.to_party if tie.from_party == party else tie.from_party for party, tie in found]
    names = _names(others)
    return {
        "row": row,
        "employer": employer(row),
        "ties": [
            {"tie": tie, "other": names.get(other, other)}
            for (_party, tie), other in zip(found, others, strict=True)
        ],
        "may_end": is_keeper(request) and (row.to_on is None or row.to_on >= request.today),
        "today": request.today,
        "clause_url": clause_address(keeping.CLAUSE, request.today),
        "request_key": fresh_key(),
    }


def _names(parties: list[str]) -> dict[str, str]:
    """Return the names of the firms and persons among the references."""
    found: dict[str, str] = {}
    for kind, model in (("enterprise", Enterprise), ("person", Person)):
        numbers = [int(ref.partition(":")[2]) for ref in parties if ref.startswith(f"{kind}:")]
        for number, name in model._default_manager.filter(pk__in=numbers).values_list("pk", "name"):
            found[f"{kind}:{number}"] = name
    return found
