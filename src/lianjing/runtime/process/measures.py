"""The form of a step as it stands for one matter: the declared one with the fields that a measure adds.

What a measure asks is kept with the submission and shown. No verb, rule, list or table receives it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianjing.kernel.declaration import Step
from lianjing.kernel.process.measure import Measure, parse_fields
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.deciding import bundle_day
from lianjing.runtime.process.models import Submission, WorkItem
from lianjing.runtime.process.opinions import sealed_items
from lianjing.runtime.process.sign_form import SignForm
from lianjing.runtime.process.standing import is_signing
from lianjing.runtime.regulation.queries import NoDefinition, definition, definition_on

PREFIX = "measure_"
MAX_TEXT = 2_000
YES_NO = (("yes", _("是")), ("no", _("否")))


def form_class_of(item: WorkItem, step: Step) -> type[Any] | None:
    """Return the class of the form at an item: a signer's asks for his opinion alone."""
    return SignForm if is_signing(item) else step.form


def form_of(item: WorkItem, step: Step, *, day: Any, data: Mapping[str, Any] | None = None) -> Any:
    """Return the form of an item with the fields of the measure in force when its process began; None for none."""
    form_class = form_class_of(item, step)
    if form_class is None:
        return None
    form = form_class(data, matter=item.matter, day=day)
    if not is_signing(item):
        for measure in measures_of(item):
            form.fields[PREFIX + measure.name] = _field(measure)
    return form


def measures_of(item: WorkItem) -> tuple[Measure, ...]:
    """Return the fields that the measure adds at a step: of the version in force when the process began."""
    key = f"{definition(item.instance.definition_id).key}/{item.step_key}"
    try:
        version = definition_on(key, bundle_day(item.instance))
    except NoDefinition:
        return ()
    return parse_fields(version.xml)


def without_measures(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the verb of the step receives."""
    return {name: value for name, value in data.items() if not name.startswith(PREFIX)}


def _field(measure: Measure) -> forms.Field:
    shown: dict[str, Any] = {
        "label": label_of(measure),
        "required": measure.is_required,
        "help_text": measure.help,
    }
    match measure.kind:
        case "integer":
            return forms.IntegerField(min_value=-(10**15), max_value=10**15, **shown)
        case "decimal":
            return forms.DecimalField(max_digits=20, decimal_places=6, **shown)
        case "date":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shown)
        case "boolean":
            return forms.ChoiceField(choices=[("", "—"), *YES_NO], **shown)
        case "choice":
            return forms.ChoiceField(
                choices=[("", "—"), *((each, each) for each in measure.choices)], **shown
            )
        case _:
            return forms.CharField(max_length=MAX_TEXT, **shown)


def label_of(measure: Measure) -> str:
    """Return the label in the reader's language."""
    is_chinese = (get_language() or "zh").startswith("zh")
    return measure.label if is_chinese or not measure.label_en else measure.label_en


@dataclass(frozen=True, slots=True)
class Measured:
    """One value filled in at a step for a measure; `name` is its key, `value` as text for reading."""

    item: WorkItem
    name: str
    label: str
    value: str
    at: datetime


def measured(matter: Matter, person_id: int | None, now: datetime) -> list[Measured]:
    """Return what was filled in for measures in a matter, of what is not sealed to the reader; latest of each round."""
    rows = Submission.objects.filter(matter=matter, content__contains=f'"{PREFIX}').select_related(
        "work_item__instance"
    )
    sealed = sealed_items([matter.pk], now)
    found: list[Measured] = []
    for row in rows.order_by("id"):
        if row.work_item_id in sealed and row.person_id != person_id:
            continue
        found += _values(row)
    return found


def _values(row: Submission) -> Iterable[Measured]:
    content = json.loads(row.content)
    for measure in measures_of(row.work_item):
        value = content.get(PREFIX + measure.name)
        if value not in (None, ""):
            words = str(dict(YES_NO)[value]) if measure.kind == "boolean" else str(value)
            yield Measured(row.work_item, measure.name, label_of(measure), words, row.submitted_at)
