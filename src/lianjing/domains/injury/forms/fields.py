"""Fields as the agency writes them: sums, days, codes, numbers of people and accounts that are kept masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.kernel.identity import is_identity_number
from lianjing.runtime import codes
from lianjing.runtime.parties.numbers import plain_code
from lianjing.runtime.process.forms import StepForm


@dataclass(frozen=True, slots=True)
class HiddenNumber:
    """A number on its way to the party or the account; whatever prints or stores it sees its last four signs only."""

    digits: str

    def __str__(self) -> str:
        return f"****{self.digits[-4:]}" if self.digits else ""

    def __repr__(self) -> str:
        return str(self)


class InjuryForm(StepForm):
    """A step's form; `past_days` names the days that may not lie after today."""

    past_days: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> dict[str, Any]:
        """Refuse days in the future where the fact must already be there."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.past_days:
            given = cleaned.get(name)
            if given is not None and given > self.day:
                self.add_error(name, _("日期不得晚于今日"))
        return cleaned


def money(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DecimalField:
    """Return a field for yuan."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
    )


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


def line(label: Any, help_text: Any = "", *, required: bool = True, longest: int = 120) -> forms.CharField:
    """Return a field for one line of text."""
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=longest)


def prose(label: Any, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for several lines of text."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=4000, widget=widget
    )


def coded(
    label: Any, list_name: str, *only: str, help_text: Any = "", required: bool = True
) -> forms.ChoiceField:
    """Return a field for one code of a list, or of those named."""

    def offered() -> list[tuple[str, str]]:
        return [("", "—"), *codes.choices(list_name, *only)]

    return forms.ChoiceField(label=label, help_text=help_text, required=required, choices=offered)


def box(label: Any, help_text: Any = "", *, required: bool = False) -> forms.BooleanField:
    """Return a box to tick."""
    return forms.BooleanField(label=label, help_text=help_text, required=required)


def chosen(label: Any, offered: list[tuple[int, str]], *, required: bool = True) -> forms.TypedChoiceField:
    """Return a choice among rows by their keys."""
    return forms.TypedChoiceField(
        label=label, coerce=int, empty_value=None, required=required, choices=[("", "—"), *offered]
    )


def opinion() -> forms.CharField:
    """Return the field of a written opinion."""
    return prose(_("意见"), _("写明同意的理由或者提出的要求"))


class OpinionForm(InjuryForm):
    """A step that gives an opinion: to disagree is to return the matter with its reason."""

    opinion = opinion()


def account_number(form: forms.Form, name: str) -> HiddenNumber:
    """Return the account number in a field; an error on the field where it is none."""
    digits = "".join(str(form.cleaned_data.get(name) or "").split())
    if digits and not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 30):
        form.add_error(name, _("账号应为8至30位数字"))
    return HiddenNumber(digits)


def identity_number(form: forms.Form, name: str) -> HiddenNumber:
    """Return the identity number in a field; an error where its check sign is wrong."""
    number = plain_code(str(form.cleaned_data.get(name) or ""))
    if number and not is_identity_number(number):
        form.add_error(name, _("公民身份号码不正确，请核对"))
    return HiddenNumber(number)


def is_future(day: date | None, today: date) -> bool:
    """True for a day after today."""
    return day is not None and day > today
