"""Calling a meeting: body, day, place, its head and members."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.meeting import services
from lianjing.runtime.meeting.models import Meeting
from lianjing.runtime.org.models import Appointment, Person, Unit
from lianjing.runtime.org.queries import on_day, unit_and_above, unit_and_below
from lianjing.web.access import OFFICIALS, PageRequest, signed_in
from lianjing.web.middleware import status_of
from lianjing.web.receipts import fresh_key, key_of
from lianjing.web.views.meeting import is_secretary
from lianjing.web.words import refusal_words


class PersonChoice(forms.ModelChoiceField):
    """A person with his unit."""

    def label_from_instance(self, obj: Any) -> str:
        return _person_word(obj)


class PersonChoices(forms.ModelMultipleChoiceField):
    """Several persons with their units."""

    def label_from_instance(self, obj: Any) -> str:
        return _person_word(obj)


class UnitChoice(forms.ModelChoiceField):
    """A unit by its name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class MeetingForm(forms.Form):
    """A meeting to be called: body, day, its head and members."""

    unit = UnitChoice(label=gettext_lazy("召开单位"), queryset=Unit.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("会议类型"), choices=lambda: codes.choices("meeting_kind"))
    title = forms.CharField(label=gettext_lazy("会议名称"), max_length=200)
    place = forms.CharField(label=gettext_lazy("地点"), max_length=200, required=False)
    held_on = forms.DateField(
        label=gettext_lazy("召开日"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    head = PersonChoice(label=gettext_lazy("主持人（主要负责人）"), queryset=Person.objects.none())
    members = PersonChoices(
        label=gettext_lazy("成员"),
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, data: Any, *, request: PageRequest) -> None:
        super().__init__(data)
        units: set[int] = set()
        for held in request.held:
            if held.post.key == services.SECRETARY:
                units |= {*unit_and_above(held.post.unit_id), *unit_and_below(held.post.unit_id)}
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = (
            Unit.objects.filter(id__in=units).exclude(kind="outside").order_by("code")
        )
        terms = Appointment.objects.filter(on_day(request.today), post__kind__in=OFFICIALS).values(
            "person_id"
        )
        persons = (
            Person.objects.filter(id__in=terms, left_on__isnull=True)
            .order_by("unit__code", "pinyin")
            .select_related("unit")
        )
        for name in ("head", "members"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = persons


def _person_word(person: Person) -> str:
    return f"{person.name}（{person.unit.name}）" if person.unit else person.name


@signed_in(kinds=OFFICIALS)
@require_http_methods(["GET", "POST"])
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Call a meeting."""
    asked = cast(PageRequest, request)
    if not is_secretary(asked):
        raise Refusal(Ground.POST, "meeting.not_secretary", _("会议由会议秘书召集"), services.AGENDA_CLAUSE)
    form = MeetingForm(request.POST if request.method == "POST" else None, request=asked)
    refusal, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                called = _called(asked, form.cleaned_data)
                messages.success(request, _("会议已召集"))
                return redirect("meeting", called.id)
            except Refusal as refused:
                refusal, status = refused, status_of(refused)
            except BadInput as bad:
                form.add_error(None, str(bad))
    told = refusal_words(refusal, asked.today) if refusal else None
    return render(
        request,
        "lianjing/meeting_new.html",
        {"form": form, "told": told, "request_key": fresh_key()},
        status=status,
    )


def _called(request: PageRequest, data: dict[str, Any]) -> Meeting:
    return services.call(
        unit_id=data["unit"].id,
        kind=data["kind"],
        title=data["title"],
        held_on=data["held_on"],
        member_person_ids=[person.id for person in data["members"]],
        head_person_id=data["head"].id,
        person_id=request.who.id,
        now=request.now,
        domain="works",
        place=data["place"],
        key=key_of(request),
    )
