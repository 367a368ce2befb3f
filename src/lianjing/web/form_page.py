"""A page with one form whose submission is one act, and the fields that such forms share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.trail.models import ActRow
from lianjing.web.access import FIXED_POST, PageRequest
from lianjing.web.middleware import status_of
from lianjing.web.receipts import FIELD, fresh_key, give_receipt, key_of
from lianjing.web.words import refusal_words

Do = Callable[[dict[str, Any], str], Any]


class DayInput(forms.DateInput):
    """A date as every browser asks for it."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: Any, *, required: bool = True, initial: date | None = None) -> forms.DateField:
    """Return a field for one day."""
    return forms.DateField(label=label, required=required, initial=initial, widget=DayInput())


class WideText(forms.Textarea):
    """A text of several lines over the whole width of the form."""

    is_wide = True

    def __init__(self, rows: int = 4) -> None:
        super().__init__(attrs={"rows": rows})


class UnitsChoice(forms.ModelMultipleChoiceField):
    """Several units, each named with its code."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class UnitChoice(forms.ModelChoiceField):
    """A unit, named with its code."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.name}"


class PostChoice(forms.ModelChoiceField):
    """A post, named with its unit."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name}·{obj.name}"


class PersonChoice(forms.ModelChoiceField):
    """A person, named with his unit."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.unit.name if obj.unit else '—'}）"


def choose(form: forms.Form, name: str, words: list[tuple[str, Any]]) -> None:
    """Give a choice field its choices, asked for when the form is shown and not when the program starts."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = words


class ReasonForm(forms.Form):
    """Why: one sentence that the event keeps."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300)


def perform(
    request: HttpRequest,
    form: forms.Form,
    do: Do,
    *,
    title: str,
    back: str,
    note: str = "",
    template: str = "lianjing/org_form.html",
    answer: Callable[[Any], HttpResponse] | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form, or do what was sent; what is refused is said on the form itself. `back` is an address.

    `answer(result)` takes the place of the way back, for what is shown only once.
    """
    asked = cast(PageRequest, request)
    shown: dict[str, Any] = {"form": form, "title": title, "back": back, "note": note, **context}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = do(dict(form.cleaned_data), key_of(request))
            except BadInput as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
            except Refusal as refusal:
                shown |= refusal_words(refusal, asked.today)
                status = status_of(refusal)
            else:
                if answer is not None:
                    return answer(row)
                give_receipt(request, _("已办理"), event_of(row))
                return HttpResponseRedirect(back)
    shown["request_key"] = request.POST.get(FIELD) or fresh_key()
    return render(request, template, shown, status=status)


def event_of(row: Any) -> str:
    """Return the latest event that touched a row, "" for none."""
    if row is None or not hasattr(row, "row_key"):
        return ""
    touched = ActRow.objects.filter(table_name=row._meta.db_table, row_key=row.row_key()).order_by(
        "-event__recorded_at", "-event__oseq"
    )
    return touched.values_list("event_id", flat=True).first() or ""


def only(request: HttpRequest, kinds: Iterable[str]) -> None:
    """Refuse to show a page to anyone without a post of these kinds; what is sent, the act itself refuses and records."""
    if request.method != "POST" and not frozenset(kinds) & cast(PageRequest, request).roles:
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能查看此页面"), FIXED_POST)
