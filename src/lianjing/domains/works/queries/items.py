"""办理规范与填报标准 (C18): the nine standard work items, read from the forms, steps and figures in use."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lianjing.domains.works.forms.catalogue import CatalogueForm, NotNeededForm
from lianjing.kernel.declaration import Procedure, Text
from lianjing.runtime import guide
from lianjing.runtime.domains import domain
from lianjing.runtime.guide import FieldLine, StepLine
from lianjing.runtime.parameter.queries import MissingFigure, parameter_on
from lianjing.runtime.trail.stamp import holding

PACKAGE = "lianjing.domains.works"
OWN_FORMS = {"catalogue": (CatalogueForm, NotNeededForm)}


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
    own = tuple(
        (_head(form), guide.fields_of(form, _("资料档案岗"))) for form in OWN_FORMS.get(item.form, ())
    )
    return Standard(
        item,
        tuple(line for line in lines if line is not None),
        tuple(_limit(key, day) for key in item.limits),
        own,
    )


def _head(form: type[forms.Form]) -> str:
    return _("资料著录") if form is CatalogueForm else _("不适用说明")


def _procedure(procedure: Procedure, day: date) -> ProcedureLine | None:
    steps = guide.steps_of(procedure, day)
    return ProcedureLine(procedure.key, procedure.label, steps) if steps else None


def _limit(key: str, day: date) -> LimitLine:
    try:
        row = parameter_on(key, day)
    except MissingFigure:
        return LimitLine(key, Text(key, key), "", "", "")
    return LimitLine(key, Text(row.zh, row.en), guide.value_of(row), row.mark, row.source)
