"""What a finding may be about: "kind:id" of a closed list, its name for a reader, and the matter that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.finding.evidence import models_by_table
from lianjing.runtime.matter.models import Matter

NAMES = ("title", "name", "code", "finding_no", "case_no", "number", "name_zh")
HOLDERS = ("matter", "project", "contract", "tender", "lot", "payment_application", "claim", "injury")
TABLES = {"claim": "benefit_claim"}  # kinds whose table has another name than the kind


def check_subject(subject: str, code: str) -> None:
    """Raise BadInput for a subject that is not "kind:id" with a kind of the list."""
    kind, _colon, key = subject.partition(":")
    if not key or kind not in codes.codes("subject_kind"):
        raise BadInput(
            _("%(code)s：对象%(subject)s不在清单内") % {"code": code, "subject": subject}, "subject"
        )


def row_of(table: str, key: str) -> Any:
    """Return the row, None where the kind has no table here or no such row."""
    model = models_by_table().get(TABLES.get(table, table))
    if model is None:
        return None
    try:
        return model._default_manager.filter(pk=key).first()
    except (ValueError, ValidationError):
        return None


def title_of(subject: str) -> str:
    """Return the name of a subject as a reader knows it; the subject itself where nothing tells its name."""
    kind, _colon, key = subject.partition(":")
    row = row_of(kind, key)
    for name in NAMES if row is not None else ():
        if value := getattr(row, name, ""):
            return str(value)
    matter = _matter_of_row(row) if row is not None else None
    if matter is not None:
        return matter.title
    return f"{codes.label('subject_kind', kind)} {key}"


def matter_of(subject: str, evidence: Iterable[tuple[str, str]] = ()) -> Matter | None:
    """Return the matter of the subject, else of the first row of evidence that has one."""
    kind, _colon, key = subject.partition(":")
    for table, row_key in ((kind, key), *sorted(set(evidence))):
        row = row_of(table, row_key)
        matter = _matter_of_row(row) if row is not None else None
        if matter is not None:
            return matter
    return None


def _matter_of_row(row: Any, depth: int = 0) -> Matter | None:
    if isinstance(row, Matter):
        return row
    if depth > 3:
        return None
    for name in HOLDERS:
        held = getattr(row, name, None)
        if held is not None and hasattr(held, "_meta"):
            found = _matter_of_row(held, depth + 1)
            if found is not None:
                return found
    return None
