"""Parts of forms for the site: a table only to be read, a moment, and the photographs of a matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import cells, coded
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.photos import undescribed
from lianjing.runtime.process.forms import RowsField

LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One line of a table to be read; `tone` is good, warn or bad and stands in words too."""

    cells: tuple[str, ...]
    tone: str = ""
    word: str = ""


class ShownTable(forms.Widget):
    """A table that is only read; nothing of it is sent."""

    template_name = "lianjing/widgets/shown.html"

    def __init__(self) -> None:
        super().__init__()
        self.head: Sequence[Any] = ()
        self.rows: Sequence[ShownRow] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template head and rows."""
        context = super().get_context(name, value, attrs)
        context["widget"]["head"] = [str(word) for word in self.head]
        context["widget"]["rows"] = list(self.rows)
        return context

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Nothing is ever sent."""
        return False


class ShownField(forms.Field):
    """Holds a table to be read; cleans to an empty text."""

    widget = ShownTable

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False)

    def show(self, head: Sequence[Any], rows: Sequence[ShownRow]) -> None:
        """Fill the table."""
        table: Any = self.widget
        table.head, table.rows = head, rows

    def clean(self, value: Any) -> str:
        """Take nothing."""
        return ""


def moment(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateTimeField:
    """Return a field for day and time."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )


def photos_field() -> RowsField:
    """Return the table in which each photograph gets its time, place and role; filled by `offer_photos`."""
    return RowsField(
        cells(),
        label=_("照片说明"),
        help_text=_("先在本事项上传照片，再逐张写明类别、拍摄时间和经纬度；已写明的不再列出"),
        max_rows=60,
    )


def offer_photos(form: forms.Form, matter_id: int | None) -> None:
    """Put the photographs of the matter that still lack time and place into the form's table."""
    documents = (
        list(Document.objects.filter(matter_id=matter_id, kind="photo").order_by("id")) if matter_id else []
    )
    field = RowsField(
        cells(
            document=forms.TypedChoiceField(
                label=_("照片"),
                coerce=int,
                choices=[("", "—"), *((str(each.pk), each.title) for each in documents)],
            ),
            role=coded(_("类别"), "photo_role"),
            taken_at=moment(_("拍摄时间")),
            latitude=_degrees(_("纬度")),
            longitude=_degrees(_("经度")),
        ),
        label=form.fields["photos"].label,
        help_text=form.fields["photos"].help_text,
        max_rows=60,
    )
    form.fields["photos"] = field
    waiting = undescribed(matter_id) if matter_id else []
    form.initial["photos"] = [{"document": str(each.pk)} for each in waiting]


def _degrees(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=-180, max_value=180, max_digits=9, decimal_places=6, help_text=""
    )


def local_text(value: Any) -> str:
    """Return a moment as a date-and-time input takes it, "" for none."""
    return "" if value is None else timezone.localtime(value).strftime(LOCAL)
