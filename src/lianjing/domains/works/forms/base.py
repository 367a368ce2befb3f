"""What every form of works shares: money, percentages and days as offices write them, and warnings beside errors."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.rules.project import LARGEST_SUM
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.forms import StepForm


class WorksForm(StepForm):
    """A step's form. `past_days` names the dates that may not lie after today; `warnings` is shown, never blocks."""

    past_days: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, matter: Matter, day: date, **options: Any) -> None:
        self.warnings: list[str] = []
        super().__init__(data, matter=matter, day=day, **options)

    def clean(self) -> dict[str, Any]:
        """Refuse dates in the future where the paper must already exist."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.past_days:
            given = cleaned.get(name)
            if given is not None and given > self.day:
                self.add_error(name, _("日期不得晚于今日"))
        return cleaned

    def offer_contracts(self) -> None:
        """Fill the field `contract` with the project's active contracts."""
        field = self.fields["contract"]
        assert isinstance(field, PlatformContractField)
        field.offer(self.matter.root_id)

    def warn(self, text: object) -> None:
        """Add a warning for the page: a figure that may be wrong but does not stop the act."""
        self.warnings.append(str(text))

    def text_of(self, name: str) -> str:
        """Return a cleaned text, "" where the field failed."""
        return str(self.cleaned_data.get(name) or "")

    def sum_of(self, name: str) -> Decimal:
        """Return a cleaned amount, 0 where it is empty or failed."""
        return self.cleaned_data.get(name) or Decimal(0)


def _plain(value: Any) -> Any:
    """Turn full-width digits and thousands separators into plain ones."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value).replace(",", "").replace("%", "").strip()
    return value


class MoneyInput(forms.DecimalField):
    """Yuan with two places, at least 0 and at most 9,999,999,999.99."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_plain(value))


class PercentInput(forms.DecimalField):
    """A percentage from 0 to 100; cleans to a fraction of one."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_plain(value))

    def clean(self, value: Any) -> Decimal | None:
        cleaned = super().clean(value)
        return None if cleaned is None else (cleaned / 100).quantize(Decimal("0.000001"))

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return format((value * 100).normalize(), "f")
        return value


class PlatformContractField(forms.TypedChoiceField):
    """A contract of the project. Offers the active ones; any other id is refused by the verb with its clause (C1)."""

    filled_from = _("平台合同")

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **options)

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def offer(self, project_id: int | None) -> None:
        """Fill the choices with the project's active contracts."""
        active = Contract.objects.filter(project_id=project_id, status="active").order_by("pk")
        self.choices = [("", "—"), *((each.pk, f"{each.code} {each.title}".strip()) for each in active)]


def money(label: Any, help_text: Any = "", *, required: bool = True, negative: bool = False) -> MoneyInput:
    """Return a field for yuan."""
    least = -LARGEST_SUM if negative else Decimal(0)
    return MoneyInput(
        label=label,
        help_text=help_text,
        required=required,
        min_value=least,
        max_value=LARGEST_SUM,
        max_digits=12,
        decimal_places=2,
    )


def percent(label: Any, help_text: Any = "", *, required: bool = True) -> PercentInput:
    """Return a field for a percentage; cleans to a fraction."""
    return PercentInput(
        label=label,
        help_text=help_text,
        required=required,
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
    )


def whole(
    label: Any, help_text: Any = "", *, required: bool = True, least: int | None = 0
) -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(label=label, help_text=help_text, required=required, min_value=least)


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def line(label: Any, help_text: Any = "", *, required: bool = True, longest: int = 200) -> forms.CharField:
    """Return a field for one line of text."""
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=longest)


def prose(
    label: Any, help_text: Any = "", *, required: bool = True, least: int | None = None
) -> forms.CharField:
    """Return a field for several lines of text."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=4000,
        min_length=least,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def coded(
    label: Any, list_name: str, *only: str, help_text: Any = "", required: bool = True
) -> forms.ChoiceField:
    """Return a field for one code of a list, or of those named."""

    def offered() -> list[tuple[str, str]]:
        return [("", "—"), *codes.choices(list_name, *only)]

    return forms.ChoiceField(label=label, help_text=help_text, required=required, choices=offered)


def ticked(label: Any, help_text: Any = "") -> forms.BooleanField:
    """Return a box that must be ticked."""
    return forms.BooleanField(label=label, help_text=help_text, required=True)


def box(label: Any, help_text: Any = "") -> forms.BooleanField:
    """Return a box that may be ticked."""
    return forms.BooleanField(label=label, help_text=help_text, required=False)


def opinion(*, required: bool = True) -> forms.CharField:
    """Return the field of a written opinion."""
    return prose(_("意见"), _("写明同意的理由或提出的要求，例如“情况属实，同意”"), required=required)


class OpinionForm(WorksForm):
    """A step that gives an opinion: to disagree is to return the matter with its reason."""

    opinion = opinion()


def cells(**columns: forms.Field) -> Mapping[str, forms.Field]:
    """Return the columns of a table field by name."""
    return columns
