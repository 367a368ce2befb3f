"""Saves one part of a revision from an editor: read strictly, kept, checked, and answered with faults by element."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.measure import parse_fields
from lianjing.kernel.process.xml_source import BadSource
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.regulation.queries import latest_definition
from lianjing.runtime.revision import services
from lianjing.runtime.revision.checks import faults_in
from lianjing.runtime.revision.models import Revision
from lianjing.runtime.revision.queries import may_edit, part_text, parts
from lianjing.runtime.revision.texts import digest, said
from lianjing.web.access import PageRequest

READERS = {"process": parse, "decision": parse_decision, "form": parse_fields}


@dataclass(frozen=True, slots=True)
class Part:
    """One part as an editor opens it."""

    revision: Revision
    kind: str
    key: str
    text: str
    may_edit: bool

    @property
    def seen(self) -> str:
        """The digest of what the editor showed: another tab may have saved since."""
        return digest(self.text)


def part_of(request: PageRequest, revision: Revision, kind: str, key: str) -> Part:
    """Return a part of a revision, or what is in force of the same rule; Refusal(SCOPE) for another rule's text."""
    text = part_text(revision.pk, kind, key)
    base = latest_definition(key if kind != "form" else key.partition("/")[0])
    is_own = base is None or base.regulation_id == revision.regulation_id
    if not is_own or (not text and kind != "form") or (kind == "form" and base is None):
        raise Refusal(Ground.SCOPE, "scope.revision_part", _("本次修订没有这一部分"))
    return Part(revision, kind, key, text, may_edit(request.who.id, revision.pk, request.today))


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a wish to save: the digest of what is kept now, a sentence, and the faults that remain."""

    status: int
    seen: str
    message: str
    faults: list[dict[str, Any]]


def fault_in(kind: str, text: str) -> dict[str, Any] | None:
    """Return why a text is outside of the profile, with its element; None for one that can be kept."""
    try:
        READERS[kind](text)
    except BadSource as error:
        return {"element": error.element_id, "text": said(error), "is_warning": False}
    return None


def save(request: PageRequest, part: Part, text: str, *, seen: str) -> Saved:
    """Keep the text and check it. A text that cannot be read is not kept; what is kept may still have faults."""
    if seen != part.seen:
        message = _("内容已在别处保存过：请刷新页面，在最新的内容上修改")
        return Saved(409, part.seen, message, [])
    fault = fault_in(part.kind, text)
    if fault is not None:
        return Saved(422, part.seen, _("尚未保存：请先改正所列问题，施行中的版本未受影响"), [fault])
    try:
        services.put_part(
            revision_id=part.revision.pk,
            kind=part.kind,
            key=part.key,
            text=text,
            person_id=request.who.id,
            now=request.now,
        )
    except BadInput as bad:
        return Saved(422, part.seen, str(bad), [])
    return Saved(200, digest(text), _("已保存，留痕已记录"), faults_of(request, part))


def faults_of(request: PageRequest, part: Part) -> list[dict[str, Any]]:
    """Return what the checks find in one part of a revision as it is kept, if it came into force tomorrow."""
    rows = parts(part.revision.pk)
    found = faults_in(part.revision, rows, services.day_in_force(request.now))
    return [
        {"element": each.element, "text": each.text, "is_warning": each.is_warning}
        for each in sorted(found, key=lambda fault: fault.is_warning)
        if (each.kind, each.key) == (part.kind, part.key)
    ]
