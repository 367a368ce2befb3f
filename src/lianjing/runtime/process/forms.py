"""The forms of steps: ordinary Django forms that know their matter, and a field for a table of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.matter.models import Matter


@dataclass
class InvalidForm(BadInput):
    """A form that does not hold; `errors` names each field and its fault. No event is written."""

    errors: Mapping[str, list[str]] = field(default_factory=dict)
    form: Any = None


class StepForm(forms.Form):
    """A form of one step; fields whose choices depend on the matter are filled in `prepare`."""

    template_name = "lianjing/parts/step_form.html"

    def __init__(self, data: Any = None, *, matter: Matter, day: date, **options: Any) -> None:
        self.matter = matter
        self.day = day
        super().__init__(data, **options)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and initial values from the matter; called once, before validation."""


class RowsWidget(forms.Widget):
    """A small table of inputs; rows are named `field-0-column`."""

    template_name = "lianjing/widgets/rows.html"
    blank_rows = 4

    def __init__(self, columns: Mapping[str, forms.Field], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.columns = columns

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        """Take either a list of rows (API, services) or the inputs of the page."""
        direct = data.get(name)
        if isinstance(direct, (list, tuple)) and (not direct or isinstance(direct[0], Mapping)):
            return [dict(row) for row in direct]
        rows: dict[int, dict[str, Any]] = {}
        for key in data:
            parts = key.split("-")
            if len(parts) == 3 and parts[0] == name and parts[1].isdigit() and parts[2] in self.columns:
                rows.setdefault(int(parts[1]), {})[parts[2]] = data.get(key)
        filled = [rows[place] for place in sorted(rows)]
        return [row for row in filled if any(str(value or "").strip() for value in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """A table without rows is an empty table."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template its head and one bound cell per row and column."""
        context = super().get_context(name, value, attrs)
        rows = list(value or []) + [{} for _number in range(self.blank_rows)]
        context["widget"]["head"] = [
            (key, field.label or key, field.required) for key, field in self.columns.items()
        ]
        context["widget"]["rows"] = [
            [
                {
                    "label": f"{field.label or key} {place + 1}",
                    "html": field.widget.render(
                        f"{name}-{place}-{key}",
                        row.get(key),
                        {
                            "class": "form-control form-control-sm",
                            "aria-label": f"{field.label or key} {place + 1}",
                        },
                    ),
                }
                for key, field in self.columns.items()
            ]
            for place, row in enumerate(rows)
        ]
        return context


class RowsField(forms.Field):
    """A table typed in by hand; cleans to a list of dicts, one cleaned value per column."""

    def __init__(
        self, columns: Mapping[str, forms.Field], *, min_rows: int = 0, max_rows: int = 200, **options: Any
    ) -> None:
        self.columns = columns
        self.min_rows = min_rows
        self.max_rows = max_rows
        options.setdefault("widget", RowsWidget(columns))
        options.setdefault("required", min_rows > 0)
        super().__init__(**options)

    def clean(self, value: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
        """Clean each cell; ValidationError names row and column."""
        rows = list(value or [])
        if len(rows) < self.min_rows:
            raise ValidationError(_("至少填写%(count)s行") % {"count": self.min_rows})
        if len(rows) > self.max_rows:
            raise ValidationError(_("最多填写%(count)s行") % {"count": self.max_rows})
        cleaned, faults = [], []
        for number, row in enumerate(rows, start=1):
            values = {}
            for key, cell in self.columns.items():
                try:
                    values[key] = cell.clean(row.get(key))
                except ValidationError as error:
                    words = "；".join(str(message) for message in error.messages)
                    faults.append(
                        _("第%(row)s行“%(column)s”：%(fault)s")
                        % {"row": number, "column": cell.label or key, "fault": words}
                    )
            cleaned.append(values)
        if faults:
            raise ValidationError(faults)
        return cleaned
