"""What a replay of past matters found, in the words of the reader: kinds of change, one change, one estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lianjing.kernel.process.graph import Graph
from lianjing.kernel.process.node import CallActivity, Task
from lianjing.runtime import codes
from lianjing.runtime.installation import standard_posts
from lianjing.web.decision_tables import table_shown
from lianjing.web.table_words import code_word
from lianjing.web.words import in_english

KINDS = {
    "decision": (gettext_noop("判定结果不同"), "warn"),
    "added_step": (gettext_noop("增加环节"), "warn"),
    "removed_step": (gettext_noop("减少环节"), "doing"),
    "added_element": (gettext_noop("增加会审单位"), "warn"),
    "removed_element": (gettext_noop("减少会审单位"), "doing"),
    "post": (gettext_noop("办理岗位不同"), "warn"),
    "deadline": (gettext_noop("时限不同"), "doing"),
    "document": (gettext_noop("缺少新的必备资料"), "bad"),
    "separation": (gettext_noop("同一人办理了须分离的环节"), "bad"),
    "return_barred": (gettext_noop("当时的退回不再允许"), "bad"),
    "outcome": (gettext_noop("办理结果不同"), "warn"),
    "order": (gettext_noop("环节先后不同"), "doing"),
    "stopped": (gettext_noop("无法推算到底"), "off"),
    "unrecorded": (gettext_noop("办理记录不全"), "off"),
}
SENTENCES = {
    "decision": gettext_noop("“%(name)s”判定的“%(column)s”由“%(old)s”变为“%(new)s”"),
    "post": gettext_noop("环节“%(name)s”的岗位由“%(old)s”变为“%(new)s”"),
    "deadline": gettext_noop("环节“%(name)s”的时限由“%(old)s”变为“%(new)s”"),
    "added_element": gettext_noop("%(kind)s：环节“%(name)s”的“%(units)s”"),
    "removed_element": gettext_noop("%(kind)s：环节“%(name)s”的“%(units)s”"),
    "document": gettext_noop("环节“%(name)s”须有“%(paper)s”，当时没有"),
    "separation": gettext_noop("%(kind)s：“%(name)s”与“%(other)s”"),
    "return_barred": gettext_noop("%(kind)s：“%(name)s”退回“%(other)s”"),
    "stopped": gettext_noop("推算到“%(name)s”为止：%(what)s"),
    "outcome": gettext_noop("办理结果由“%(old)s”变为“%(new)s”"),
}
AND = "、"
PLAIN = gettext_noop("%(kind)s：%(name)s")
STEP_OF_UNITS = gettext_noop("%(kind)s：%(name)s（%(units)s）")
BASES = {
    "usual": gettext_noop("往常用时的中位数"),
    "limit": gettext_noop("草稿的时限"),
    "actual": gettext_noop("该事项的实际用时"),
    "none": gettext_noop("没有依据，未计入"),
}


@dataclass
class Names:
    """What steps, tables and their columns are called, by their ids; an id without a name is shown as it is."""

    steps: dict[tuple[str, str], str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def take_graph(self, graph: Graph) -> None:
        """Add the names of a diagram; later ones stand before earlier ones."""
        for node in graph.nodes.values():
            english = node.name_en if isinstance(node, Task | CallActivity) and in_english() else ""
            self.steps[graph.key, node.id] = english or node.name or node.id

    def take_table(self, key: str, name: str, xml: str, outputs: Iterable[str]) -> None:
        """Add the names of a decision table."""
        self.tables[key] = name or key
        shown = table_shown(xml)
        if shown is not None:
            self.columns |= dict(zip(outputs, shown.outputs, strict=False))

    def of(self, process: str, element: str) -> str:
        """Return what an element of a process is called."""
        return self.tables.get(element) or self.steps.get((process, element)) or element

    def units_of(self, elements: str) -> str:
        """Return the names of the units for which a step is opened."""
        return AND.join(self.units.get(code, code) for code in elements.split(AND))


@cache
def _posts() -> Mapping[str, Mapping[str, Any]]:
    return standard_posts()


def post_word(key: str) -> str:
    """Return what a standard post is called."""
    row = _posts().get(key)
    return key if row is None else str(row["en" if in_english() else "zh"])


def _value(value: str) -> str:
    if value in ("true", "false"):
        return _("是") if value == "true" else _("否")
    return value or "—"


def _answer(output: str, value: str) -> str:
    """An answer of a table: the word of its code, where it has one."""
    return _value(value) if value in ("", "true", "false") else code_word(output, value)


def _seat(text: str) -> str:
    post, _blank, rest = text.partition(" ")
    scope, _blank, place = rest.partition(" ")
    words = [post_word(post), codes.label("post_scope", scope) if scope else "", place]
    return " ".join(word for word in words if word) or "—"


def kind_word(kind: str) -> str:
    """Return the word of a kind of change that a replay found."""
    return _(KINDS[kind][0]) if kind in KINDS else kind


def kind_tone(kind: str) -> str:
    """Return the colour of that word."""
    return KINDS[kind][1] if kind in KINDS else "plain"


def replayed_words(each: Mapping[str, str], names: Names) -> str:
    """Say one change of a past matter as a sentence."""
    kind, what, process = each["kind"], each["what"], each["process"]
    sides: dict[str, Callable[[str], str]] = {
        "post": _seat,
        "outcome": lambda value: names.of(process, value),
        "decision": lambda value: _answer(what, value),
    }
    side = sides.get(kind, _value)
    if kind not in SENTENCES and not each["element"]:
        return kind_word(kind)
    is_for_units = kind in ("added_step", "removed_step") and what
    sentence = STEP_OF_UNITS if is_for_units else SENTENCES.get(kind, PLAIN)
    return _(sentence) % {
        "kind": kind_word(kind),
        "name": names.of(process, each["element"]),
        "what": what,
        "units": names.units_of(what),
        "column": names.columns.get(what, what),
        "other": names.of(process, what),
        "paper": codes.label("document_kind", what) if kind == "document" else "",
        "old": side(each["old"]),
        "new": side(each["new"]),
    }


def estimate_words(each: Mapping[str, Any], names: Names) -> str:
    """Say how many days one step adds or saves, and on what the number rests."""
    basis = _(BASES.get(each["basis"], each["basis"]))
    if each["basis"] == "usual":
        basis = _("%(basis)s，%(count)s件") % {"basis": basis, "count": each["sample"]}
    return _("%(name)s %(days)s（%(basis)s）") % {
        "name": names.of(each["process"], each["element"]),
        "days": each["days"] or "—",
        "basis": basis,
    }
