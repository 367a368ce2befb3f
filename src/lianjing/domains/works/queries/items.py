"""办理规范与填报标准 (C18): the nine standard work items, read from the forms, steps and figures in use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lianjing.domains.works.forms.base import PlatformContractField
from lianjing.domains.works.forms.catalogue import CatalogueForm, NotNeededForm
from lianjing.kernel.declaration import Procedure, Step, Text
from lianjing.kernel.process.graph import Graph, Task
from lianjing.runtime import codes
from lianjing.runtime.domains import domain
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure, parameter_on
from lianjing.runtime.process.forms import RowsField
from lianjing.runtime.regulation.queries import NoDefinition, definition_on, graph_of
from lianjing.runtime.trail.stamp import holding

PACKAGE = "lianjing.domains.works"
OWN_FORMS = {"catalogue": (CatalogueForm, NotNeededForm)}
EXAMPLES = ("例如", "for example")  # after these words a help text gives its example


@dataclass(frozen=True, slots=True)
class Item:
    """One standard work item as the data file says."""

    key: str
    no: int
    title: Text
    definition: Text
    clause: str
    procedures: tuple[str, ...]
    limits: tuple[str, ...] = ()
    is_named: bool = False
    is_active: bool = True
    form: str = ""


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
    """One step of an item: who does it, how long, with which papers and fields."""

    name: str
    post: str
    clause: str
    deadline: str
    mark: str
    papers: tuple[PaperLine, ...]
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    """One procedure of an item with its steps."""

    key: str
    label: Text
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """One figure that binds an item, as in force on the day; `mark` says how sure it is."""

    key: str
    name: Text
    value: str
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class Standard:
    """The whole filing standard of one item."""

    item: Item
    procedures: tuple[ProcedureLine, ...]
    limits: tuple[LimitLine, ...]
    forms: tuple[tuple[str, tuple[FieldLine, ...]], ...] = ()


@cache
def items() -> tuple[Item, ...]:
    """Return the nine items in their order; those switched off are among them."""
    content = tomllib.loads((files(PACKAGE) / "items.toml").read_text(encoding="utf-8"))
    return tuple(sorted((_item(row) for row in content["item"]), key=lambda item: item.no))


def _item(row: Mapping[str, Any]) -> Item:
    return Item(
        key=row["key"],
        no=row["no"],
        title=Text(row["title"], row["title_en"]),
        definition=Text(row["definition"], row["definition_en"]),
        clause=row["clause"],
        procedures=tuple(row["procedures"]),
        limits=tuple(row.get("limits", ())),
        is_named=row["is_named"],
        is_active=row["is_active"],
        form=row.get("form", ""),
    )


def active_items() -> tuple[Item, ...]:
    """Return the items in use."""
    return tuple(item for item in items() if item.is_active)


def item_named(key: str) -> Item | None:
    """Return the item in use with this key."""
    return next((item for item in active_items() if item.key == key), None)


def standard_of(item: Item, day: date) -> Standard:
    """Return the standard of an item by the forms and processes in force; a procedure not installed is passed over."""
    with holding():
        return _standard(item, day)


def _standard(item: Item, day: date) -> Standard:
    installed = {each.key: each for each in domain("works").procedures}
    lines = [_procedure(installed[key], day) for key in item.procedures if key in installed]
    own = tuple((_head(form), tuple(_fields(form, _("资料档案岗")))) for form in OWN_FORMS.get(item.form, ()))
    return Standard(
        item,
        tuple(line for line in lines if line is not None),
        tuple(_limit(key, day) for key in item.limits),
        own,
    )


def _head(form: type[forms.Form]) -> str:
    return _("资料著录") if form is CatalogueForm else _("不适用说明")


def _procedure(procedure: Procedure, day: date) -> ProcedureLine | None:
    try:
        graph = graph_of(definition_on(procedure.key, day))
    except NoDefinition:
        return None
    steps = tuple(
        _step(graph, step, day) for step in procedure.steps if step.form is not None and _drawn(graph, step)
    )
    return ProcedureLine(procedure.key, procedure.label, steps)


def _drawn(graph: Graph, step: Step) -> bool:
    return any(task.id == step.id for task in graph.tasks)


def _step(graph: Graph, step: Step, day: date) -> StepLine:
    task: Task = graph.task(step.id)
    post = task.lane.name if task.lane else ""
    figure = _figure(task.deadline, day)
    return StepLine(
        name=codes.said(Text(task.name, task.name_en)),
        post=post,
        clause=task.clause,
        deadline=_value(figure) if figure else "",
        mark=figure.mark if figure else "",
        papers=tuple(PaperLine(rule.kind, rule.is_mandatory, rule.clause) for rule in task.documents),
        fields=tuple(_fields(step.form, post)) if step.form is not None else (),
    )


def _figure(deadline: str, day: date) -> Parameter | None:
    if not deadline.startswith("@"):
        return None
    try:
        return parameter_on(deadline[1:], day)
    except MissingFigure:
        return None


def _value(row: Parameter) -> str:
    """Write a figure with its unit: money in yuan, a share in percent, days as they are."""
    if row.value is not None:
        return f"¥{row.value:,.2f}"
    if row.value_number is None:
        return row.value_text
    if row.unit == "ratio":
        return f"{(row.value_number * 100).normalize():f}%"
    return f"{row.value_number.normalize():f} {codes.label('parameter_unit', row.unit)}"


def _limit(key: str, day: date) -> LimitLine:
    try:
        row = parameter_on(key, day)
    except MissingFigure:
        return LimitLine(key, Text(key, key), "", "", "")
    return LimitLine(key, Text(row.zh, row.en), _value(row), row.mark, row.source)


def _fields(form: type[Any], filler: str) -> Iterator[FieldLine]:
    for name, field in form.base_fields.items():
        yield _field(name, field, filler)


def _field(name: str, field: forms.Field, filler: str) -> FieldLine:
    definition, example = _split(str(field.help_text or ""))
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


def _split(text: str) -> tuple[str, str]:
    """A help text says what the field means and, after 例如, an example."""
    for word in EXAMPLES:
        meaning, mark, example = text.partition(word)
        if mark:
            return meaning.rstrip("；，,; "), example.strip(' “”"')
    return text, ""


def _source(field: forms.Field) -> str:
    if isinstance(field, PlatformContractField):
        return _("平台合同")
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
