"""A revision in the words of the pages: its parts beside what they replace, the faults that the checks found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.org.models import Unit
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.regulation.queries import graph_of
from lianjing.runtime.revision.models import Revision, RevisionPart
from lianjing.runtime.revision.queries import CheckFault, is_stale
from lianjing.runtime.revision.texts import DEFINITIONS, heading_of
from lianjing.web.decision_tables import table_shown
from lianjing.web.text_diff import pieces
from lianjing.web.words import address

STATE_TONES = {
    "draft": "plain",
    "submitted": "doing",
    "approved": "good",
    "rejected": "bad",
    "withdrawn": "off",
}
EDITORS = {"process": "revision_process", "decision": "revision_decision", "form": "revision_form"}


def heading_labels() -> dict[str, str]:
    """Return the words of the lines of a heading."""
    return {
        "doc_no": _("文号"),
        "title": _("名称"),
        "title_en": _("英文名称"),
        "issuer": _("制定机关"),
        "owner_unit": _("责任单位"),
        "is_trial": _("试行"),
        "review_on": _("评估日"),
        "issued_on": _("印发日"),
    }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a heading that changes."""

    label: str
    old: str
    new: str


def shown_part(part: RevisionPart) -> dict[str, Any]:
    """Return what the page and the paper show of a part."""
    revision = part.revision
    is_open = revision.state in ("draft", "submitted")
    return {
        "part": part,
        "kind": codes.label("revision_part_kind", part.kind),
        "is_stale": is_open and is_stale(part),
        "is_new": not part.base_sha256,
        "pieces": pieces(part.base_text, part.text) if part.kind == "clause" else [],
        "lines": heading_lines(part.base_text, part.text) if part.kind == "heading" else [],
        "base": part.base_definition,
        "name": definition_name(part.base_definition) if part.base_definition else "",
        "edit_url": _edit_url(part),
        "compare_url": address("revision_compare", revision.pk, part.key) if part.kind in DEFINITIONS else "",
    }


def _edit_url(part: RevisionPart) -> str:
    revision = part.revision
    if part.kind in EDITORS:
        return address(EDITORS[part.kind], revision.pk, part.key)
    if part.kind == "clause":
        return f"{address('revision_clause', revision.pk)}?key={part.key.replace('#', '%23')}"
    return address("revision_heading", revision.pk) if part.kind == "heading" else ""


def heading_lines(old: str, new: str) -> list[Line]:
    """Return the lines of a heading that differ."""
    try:
        before, after = heading_of(old) if old else None, heading_of(new)
    except BadInput:
        return []
    labels = heading_labels()
    return [
        Line(label, _word(name, getattr(before, name, "")), _word(name, getattr(after, name)))
        for name, label in labels.items()
        if getattr(before, name, "") != getattr(after, name)
    ]


def _word(name: str, value: object) -> str:
    if name == "owner_unit" and value:
        return Unit.objects.filter(code=value).values_list("name", flat=True).first() or str(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)


def shown_faults(faults: list[CheckFault]) -> list[dict[str, Any]]:
    """Return the faults by part, what stops before what only warns."""
    grouped: dict[tuple[str, str], list[CheckFault]] = {}
    for each in sorted(faults, key=lambda fault: fault.is_warning):
        grouped.setdefault((each.kind, each.key), []).append(each)
    return [
        {"kind": codes.label("revision_part_kind", kind), "key": key, "faults": rows}
        for (kind, key), rows in grouped.items()
    ]


def definitions_of(revision: Revision) -> list[dict[str, Any]]:
    """Return what of the regulation's bundle can be amended: each key once, with the address of its editor."""
    rows = Definition.objects.filter(regulation=revision.regulation, to_on__isnull=True, status="in_force")
    known = {(row.kind, row.key): row for row in rows if row.kind in EDITORS}
    return [
        {
            "kind": codes.label("definition_kind", kind),
            "key": key,
            "name": definition_name(known[kind, key]),
            "url": address(EDITORS[kind], revision.pk, key),
        }
        for kind, key in sorted(known)
    ]


def definition_name(row: Definition) -> str:
    """Return what a process or a decision table calls itself; "" for a form, which has no name of its own."""
    if row.kind == "process":
        return graph_of(row).name
    table = table_shown(row.xml) if row.kind == "decision" else None
    return "" if table is None else table.name
