"""What the texts of a revision say: each kind read strictly, and refused with the place and the remedy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.utils.translation import gettext as _

from lianjing.kernel.process.decision import parse_decision
from lianjing.kernel.process.fault import ExplainedError, Fault
from lianjing.kernel.process.graph import parse
from lianjing.kernel.process.measure import parse_fields
from lianjing.kernel.process.xml_source import BadSource
from lianjing.kernel.refusal import BadInput

DEFINITIONS = ("process", "decision", "form")
LONGEST_CLAUSE = 20_000


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a regulation: what can be amended without touching a clause; days as ISO text, "" for none."""

    doc_no: str = ""
    title: str = ""
    title_en: str = ""
    issuer: str = ""
    owner_unit: str = ""  # its code
    is_trial: bool = False
    review_on: str = ""
    issued_on: str = ""

    def to_text(self) -> str:
        """Return the text under which a heading is kept in a revision."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps(content, ensure_ascii=False, indent=1)


def digest(text: str) -> str:
    """Return the digest by which two texts are told apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def said(fault: Fault | ExplainedError) -> str:
    """Return a fault of the kernel in the reader's language."""
    return _(fault.reason) % fault.values if fault.values else _(fault.reason)


def day_of(text: str, field: str) -> date | None:
    """Read a day, None for an empty text; BadInput for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(_("“%(value)s”不是日期") % {"value": text}, field) from error


def require_sound(kind: str, key: str, text: str) -> None:
    """BadInput, with the element and the remedy, where a text is outside of what its kind may say."""
    match kind:
        case "process" | "decision":
            _require_profile(kind, key, text)
        case "form":
            try:
                parse_fields(text)
            except BadSource as error:
                raise _outside(error) from error
        case "clause":
            if len(text) > LONGEST_CLAUSE:
                raise BadInput(_("条文最多%(most)s字") % {"most": LONGEST_CLAUSE}, "text")
        case "heading":
            heading_of(text)
        case _:
            raise BadInput(_("制度修订不含这一类内容：%(kind)s") % {"kind": kind}, "kind")


def _require_profile(kind: str, key: str, text: str) -> None:
    try:
        found = parse(text).key if kind == "process" else parse_decision(text).key
    except BadSource as error:
        raise _outside(error) from error
    if found != key:
        raise BadInput(
            _("图中的编号是“%(found)s”，应为“%(key)s”：请改回原编号") % {"found": found, "key": key}, "text"
        )


def _outside(error: BadSource) -> BadInput:
    place = _("元素“%(id)s”：") % {"id": error.element_id} if error.element_id else ""
    remedy = _("请改正后再保存；施行中的版本未受影响。")
    return BadInput(f"{place}{said(error)}。{remedy}", "text")


def heading_of(text: str) -> Heading:
    """Read a heading; BadInput names the line that is wrong."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadInput(_("题头不是可读的JSON"), "text") from error
    known = {each.name for each in fields(Heading)}
    if not isinstance(given, Mapping) or set(given) - known:
        raise BadInput(_("题头只含这些项：%(names)s") % {"names": "、".join(sorted(known))}, "text")
    if not all(isinstance(value, bool if name == "is_trial" else str) for name, value in given.items()):
        raise BadInput(_("题头各项须为文字，试行须为是或否"), "text")
    heading = Heading(**given)
    if not heading.title.strip():
        raise BadInput(_("请填写名称"), "title")
    review_on = day_of(heading.review_on, "review_on")
    day_of(heading.issued_on, "issued_on")
    if heading.is_trial and review_on is None:
        raise BadInput(_("试行的制度须写明评估日"), "review_on")
    return heading
