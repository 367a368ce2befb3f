"""A typed record read aloud: each column with its label, its value in words, and who entered it when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from lianjing.runtime import codes
from lianjing.runtime.columns import CodeField, MoneyField, RatioField
from lianjing.runtime.documents.models import Document
from lianjing.runtime.domains import domain
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parties.models import Account
from lianjing.runtime.personal.masking import HIDDEN, shown
from lianjing.runtime.process.scope import visible_among
from lianjing.runtime.trail.queries import Entered, entered
from lianjing.web.templatetags.ui import NONE_SIGN, money
from lianjing.web.words import address, in_english

# Columns that say where a record belongs; the head of the page shows them already.
FRAME = {"id", "matter", "matter_ptr", "domain", "is_before_platform"}


@dataclass(frozen=True, slots=True)
class Value:
    """One column of a record. `kind` is text, money, day or time; `entered` has name, post, time, url for the template."""

    column: str
    label: str
    text: str
    kind: str
    url: str
    entered: dict[str, Any] | None
    raw: Any


def record_of(matter: Matter) -> models.Model | None:
    """Return the typed record of a matter, None where it has none yet."""
    for procedure in domain(matter.domain).procedures if matter.domain else ():
        if procedure.matter_kind == matter.kind:
            return procedure.record._default_manager.filter(pk=matter.pk).first()
    return None


def values_of(
    record: models.Model, *, reader: tuple[int, date] | None = None, with_empty: bool = False
) -> list[Value]:
    """Return the columns of a record that hold something, each with its latest entry from the trail.

    Other matters and papers that it names are links where the reader (person, day) may open them.
    """
    who = entered(record._meta.db_table, str(record.pk))
    values = [value for value in _values(record, who) if with_empty or value.text != NONE_SIGN]
    named = [each for value in values if (each := _matter_of(value.raw)) is not None]
    seen = visible_among(named, *reader) if reader and named else set()
    return [
        replace(value, url=_url(value.raw)) if _matter_of(value.raw) in seen else value for value in values
    ]


def _values(record: models.Model, who: dict[str, Entered]) -> Iterator[Value]:
    for field in record._meta.concrete_fields:
        if field.name in FRAME or (field.primary_key and field.remote_field):
            continue
        raw = shown(record, str(field.column)) if not field.is_relation else getattr(record, field.name)
        text, kind = spoken(field, raw, currency_of(record))
        column = field.column or field.name
        yield Value(column, label_of(field), text, kind, "", _entered(who.get(column)), raw)


def label_of(field: Any) -> str:
    """Return what a column is called: the dictionary's Chinese word, in English its own name in words."""
    if in_english():
        return str(field.name).removesuffix("_on").replace("_", " ").capitalize()
    return str(field.verbose_name)


def _entered(given: Entered | None) -> dict[str, Any] | None:
    if given is None:
        return None
    name = given.name or _("系统")
    return {"name": name, "post": given.post, "time": given.time, "url": address("event", given.event_id)}


def currency_of(record: models.Model) -> str:
    """Return the currency of a record's sums; a record that names none counts in yuan."""
    return str(getattr(record, "currency", "") or getattr(record, "amount_currency", "") or "CNY")


def spoken(field: Any, raw: Any, currency: str = "CNY") -> tuple[str, str]:
    """Return a column's value in words and its kind."""
    if raw is None or raw == "":
        return NONE_SIGN, "text"
    if raw == HIDDEN:
        return HIDDEN, "text"
    if isinstance(field, CodeField):
        return codes.label(field.codelist, raw), "text"
    if field.name == "status":  # a status without a list of its own
        return codes.label("record_status", str(raw)), "text"
    if isinstance(field, MoneyField):
        return money(raw, currency), "money"
    if isinstance(field, RatioField):
        return f"{(raw * 100).normalize():f}%" if abs(raw) <= 1 else f"{raw.normalize():f}", "text"
    return _plain(raw)


def _plain(raw: Any) -> tuple[str, str]:
    match raw:
        case bool():
            return (_("是") if raw else _("否")), "text"
        case Decimal():
            return f"{raw:f}", "text"
        case datetime():
            return raw.isoformat(), "time"
        case date():
            return raw.isoformat(), "day"
        case models.Model():
            return name_of(raw), "text"
        case _:
            return str(raw), "text"


def name_of(row: models.Model) -> str:
    """Return what people call a row: its name, title, code or key."""
    if isinstance(row, Account):
        return f"{shown(row, 'holder_name')} {row.account_no_masked}"
    for column in ("name", "title", "code"):
        if getattr(row, column, ""):
            return str(shown(row, column))
    return f"{row._meta.verbose_name} {row.pk}"


def _matter_of(raw: Any) -> int | None:
    if isinstance(raw, Matter):
        return raw.pk
    return raw.matter_id if isinstance(raw, Document) else None


def _url(raw: Any) -> str:
    if isinstance(raw, Matter):
        return address("matter", raw.pk)
    if isinstance(raw, Document):
        return address("document", raw.pk)
    return ""
