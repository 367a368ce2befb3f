"""What a step asks of the one who does it, read from the process, the form and the figures in force: no second text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Procedure, Step, Text
from lianjing.kernel.process.graph import EndEvent, Graph, Task
from lianjing.runtime import codes
from lianjing.runtime.installation import standard_posts
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure, parameter_on
from lianjing.runtime.process.forms import RowsField
from lianjing.runtime.regulation.queries import NoDefinition, definition_on, graph_of

EXAMPLES = ("例如", "for example")  # after these words a help text gives its example


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a form: what it means, an example, who fills it in, where it comes from."""

    label: str
    definition: str
    example: str
    filler: str
    source: str
    is_required: bool
    check: str = ""
    columns: tuple[FieldLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper that a step asks for."""

    kind: str
    is_mandatory: bool
    clause: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: who does it, how long, with which papers and fields, where it may go back to and what comes next.

    `mark` and `source` say how sure the figure of the deadline is and where it stands. `next` names the steps that can
    follow; `ends` is true where the process can end after this one. `differs` names the steps whose performers may not
    do this one.
    """

    key: str
    name: str
    post: str
    clause: str
    deadline: str
    mark: str
    source: str
    papers: tuple[PaperLine, ...]
    fields: tuple[FieldLine, ...]
    returns: tuple[str, ...]
    differs: tuple[str, ...]
    next: tuple[str, ...]
    ends: bool
    is_money: bool


def steps_of(procedure: Procedure, day: date) -> tuple[StepLine, ...]:
    """Return every step of a procedure that a person does by a form, in declared order; () where no rule is in force."""
    try:
        graph = graph_of(definition_on(procedure.key, day))
    except NoDefinition:
        return ()
    drawn = {task.id for task in graph.tasks}
    return tuple(
        _step(graph, step, day) for step in procedure.steps if step.form is not None and step.id in drawn
    )


def fields_of(form: type[Any], filler: str) -> tuple[FieldLine, ...]:
    """Return what each field of a form asks."""
    return tuple(_field(name, field, filler) for name, field in form.base_fields.items())


def value_of(row: Parameter) -> str:
    """Write a figure with its unit: money in yuan, a share in percent, days as they are."""
    if row.value is not None:
        return f"¥{row.value:,.2f}"
    if row.value_number is None:
        return row.value_text
    if row.unit == "ratio":
        return f"{(row.value_number * 100).normalize():f}%"
    return f"{row.value_number.normalize():f} {codes.label('parameter_unit', row.unit)}"


def split_example(text: str) -> tuple[str, str]:
    """Part a help text: what the field means and, after 例如, an example."""
    for word in EXAMPLES:
        meaning, mark, example = text.partition(word)
        if mark:
            return meaning.rstrip("；，,; "), example.strip(' “”"')
    return text, ""


def _step(graph: Graph, step: Step, day: date) -> StepLine:
    task = graph.task(step.id)
    post = _post(task)
    figure = _figure(task.deadline, day)
    following, ends = _following(graph, task.id)
    return StepLine(
        key=step.id,
        name=_name(task),
        post=post,
        clause=task.clause,
        deadline=value_of(figure) if figure else _plain(task.deadline),
        mark=figure.mark if figure else "",
        source=figure.source if figure else "",
        papers=tuple(PaperLine(rule.kind, rule.is_mandatory, rule.clause) for rule in task.documents),
        fields=fields_of(step.form, post) if step.form is not None else (),
        returns=tuple(_name(graph.task(each)) for each in task.returns),
        differs=tuple(_name(graph.task(each)) for each in task.differs_from),
        next=following,
        ends=ends,
        is_money=step.is_money,
    )


def _name(task: Task) -> str:
    return codes.said(Text(task.name, task.name_en or task.name))


def _post(task: Task) -> str:
    if task.lane is None:
        return ""
    row = standard_posts().get(task.lane.post, {})
    return codes.said(Text(task.lane.name, str(row.get("en", task.lane.name))))


def _following(graph: Graph, node_id: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of the steps that can come next, past gateways, and whether the process can end."""
    names, ends, seen = [], False, {node_id}
    waiting = [flow.target for flow in graph.outgoing(node_id)]
    while waiting:
        target = waiting.pop(0)
        if target in seen:
            continue
        seen.add(target)
        node = graph.nodes[target]
        if isinstance(node, Task):
            names.append(_name(node))
        elif isinstance(node, EndEvent):
            ends = True
        else:
            waiting.extend(flow.target for flow in graph.outgoing(target))
    return tuple(dict.fromkeys(names)), ends


def _figure(deadline: str, day: date) -> Parameter | None:
    if not deadline.startswith("@"):
        return None
    try:
        return parameter_on(deadline[1:], day)
    except MissingFigure:
        return None


def _plain(deadline: str) -> str:
    """Write a deadline that the diagram itself gives, as "3 working_day"; "" for none or for a figure not in force."""
    number, _space, unit = deadline.partition(" ")
    return f"{number} {codes.label('parameter_unit', unit)}" if number.isdigit() else ""


def _field(name: str, field: forms.Field, filler: str) -> FieldLine:
    definition, example = split_example(str(field.help_text or ""))
    columns: tuple[FieldLine, ...] = ()
    if isinstance(field, RowsField):
        columns = tuple(_field(key, cell, filler) for key, cell in field.columns.items())
    return FieldLine(
        label=str(field.label or name),
        definition=definition,
        example=example,
        filler=filler,
        source=_source(field),
        is_required=field.required,
        check=_check(field),
        columns=columns,
    )


def _source(field: forms.Field) -> str:
    told: str = getattr(field, "filled_from", "")
    if told:
        return str(told)
    if isinstance(field, RowsField):
        return _("逐行填报")
    if isinstance(field, forms.BooleanField):
        return _("勾选确认")
    if isinstance(field, forms.ChoiceField):
        return _("从列表选择")
    if isinstance(field, forms.FileField):
        return _("上传文件")
    return _("手工填报")


def _check(field: forms.Field) -> str:
    """What the form itself refuses: length, least and most."""
    told = []
    longest = getattr(field, "max_length", None)
    least, most = getattr(field, "min_value", None), getattr(field, "max_value", None)
    if longest:
        told.append(_("最多%(count)s字") % {"count": longest})
    if least is not None:
        told.append(f"≥{least}")
    if most is not None and not isinstance(field, forms.CharField):
        told.append(f"≤{most:,}")
    if isinstance(field, forms.DateField):
        told.append(_("日期"))
    return "，".join(told)
