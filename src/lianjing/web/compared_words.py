"""The differences between two versions in words: which element, which part of it, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianjing.kernel.process.compare import Difference
from lianjing.kernel.process.decision import DecisionTable
from lianjing.kernel.process.graph import Graph

WHOLE = frozenset({"node", "flow", "lane", "row", "column"})


@dataclass(frozen=True, slots=True)
class Told:
    """One difference as a line: `kind` is added, removed or changed."""

    kind: str
    word: str
    name: str
    element: str
    part: str
    old: str
    new: str


def told(differences: Iterable[Difference], names: Mapping[str, str]) -> list[Told]:
    """Return the differences in words; elements are named as `names` says."""
    words, kinds = _part_words(), kind_words()
    return [
        Told(
            each.kind.value,
            kinds[each.kind.value],
            names.get(each.element) or each.element,
            each.element,
            _part(each.what, words, names),
            _names_in(each.old, names),
            _names_in(each.new, names),
        )
        for each in differences
    ]


def kind_words() -> dict[str, str]:
    """Return what can become of a thing, in words."""
    return {"added": _("新增"), "removed": _("删除"), "changed": _("修改")}


def _part(what: str, words: Mapping[str, str], names: Mapping[str, str]) -> str:
    kind, mark, rest = what.partition(":")
    if mark:
        return f"{_('条件') if kind == 'input' else _('结果')} {names.get(what, rest)}"
    return words.get(what, what)


def _names_in(text: str, names: Mapping[str, str]) -> str:
    """Put names in place of the ids of a list or of a flow; anything else stays as written."""
    for glue, shown in ((" -> ", " → "), (", ", "、")):
        parts = text.split(glue)
        if all(part in names for part in parts):
            return shown.join(names[part] for part in parts)
    return text


def _part_words() -> dict[str, str]:
    return {
        "node": _("环节"),
        "flow": _("走向"),
        "lane": _("泳道"),
        "row": _("规则行"),
        "column": _("列"),
        "name": _("名称"),
        "name_en": _("英文名称"),
        "type": _("类型"),
        "kind": _("类别"),
        "lane_of": _("泳道"),
        "deadline": _("办理时限"),
        "duration": _("时长"),
        "clause": _("依据条款"),
        "documents": _("须交资料"),
        "returns": _("可以退回至"),
        "differs_from": _("不得为同一人"),
        "decision": _("决策表"),
        "called": _("所调用的流程"),
        "multi": _("按名单各办一份"),
        "post": _("标准岗位"),
        "scope": _("岗位归属"),
        "unit": _("单位"),
        "role": _("相对方角色"),
        "condition": _("条件"),
        "is_default": _("默认走向"),
        "is_terminate": _("终止全部"),
        "is_interrupting": _("到期中止"),
        "attached_to": _("所附环节"),
        "source": _("起"),
        "target": _("止"),
        "hit_policy": _("取行方式"),
        "place": _("次序"),
        "description": _("说明"),
        "label": _("列名"),
        "values": _("可取的值"),
    }


def graph_names(*graphs: Graph) -> dict[str, str]:
    """Return the names of nodes, lanes and flows by id; the last graph given wins."""
    found: dict[str, str] = {}
    for graph in graphs:
        found |= {key: node.name for key, node in graph.nodes.items() if node.name}
        found |= {lane.id: lane.name for lane in graph.lanes if lane.name}
        found[graph.key] = graph.name
        for flow in graph.flows.values():
            ends = (found.get(flow.source, flow.source), found.get(flow.target, flow.target))
            found[flow.id] = " → ".join(ends)
    return found


def table_names(*tables: DecisionTable) -> dict[str, str]:
    """Return the names of rows and columns; the last table given wins."""
    found: dict[str, str] = {}
    for table in tables:
        found[table.key] = table.name
        for rule in table.rules:
            found[rule.id] = _("第%(row)s行") % {"row": rule.index}
        for column in table.inputs:
            found[f"input:{column.expression.text}"] = found[column.expression.text] = column.label
    return found


def marks_of(differences: Iterable[Difference]) -> dict[str, str]:
    """Return what became of each element as a whole: added, removed or changed."""
    marks: dict[str, str] = {}
    for each in differences:
        if each.what in WHOLE or each.element not in marks:
            marks[each.element] = each.kind.value
    return marks
