"""Saved drafts of a step's form (暂存): one for a person and a step, gone once the step is submitted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import QueryDict

from lianjing.runtime.process.models import FormDraft, WorkItem

# What belongs to the page and not to the form.
FRAME = {"csrfmiddlewaretoken", "request_key", "action"}


def keep(item: WorkItem, person_id: int, data: QueryDict, now: datetime) -> None:
    """Keep what was typed, as it was typed."""
    typed = data.copy()
    for name in FRAME & set(typed):
        del typed[name]
    FormDraft.objects.update_or_create(
        person_id=person_id, work_item=item, defaults={"content": typed.urlencode(), "saved_at": now}
    )


def drop(item: WorkItem, person_id: int) -> None:
    """Forget the draft of a submitted step."""
    FormDraft.objects.filter(person_id=person_id, work_item=item).delete()


def draft_of(item: WorkItem, person_id: int) -> FormDraft | None:
    """Return the kept draft of a person for a step."""
    return FormDraft.objects.filter(person_id=person_id, work_item=item).first()


def restore(draft: FormDraft | None, form: Any) -> None:
    """Put the draft into a fresh form; what was typed goes before what the form proposes."""
    if draft is None:
        return
    typed = QueryDict(draft.content)
    for name, field in form.fields.items():
        if not field.widget.value_omitted_from_data(typed, {}, name):
            form.initial[name] = field.widget.value_from_datadict(typed, {}, name)
