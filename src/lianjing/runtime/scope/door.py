"""The one door to rows: what of a table a reader may be shown, by the scope declared for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.domains import domains
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.scope.shared import SHARED, UNSHOWN, Scope

INTEGERS = (models.BigAutoField, models.AutoField, models.IntegerField, models.OneToOneField)
LARGEST = 2**63 - 1


@cache
def scopes() -> Mapping[type[models.Model], Scope]:
    """Return the scope of every table that is shown, the domains' among them."""
    found = dict(SHARED)
    for domain in domains():
        found.update(domain.scopes)
    return found


@cache
def unshown() -> Mapping[str, str]:
    """Return the tables of which no row is shown, each with its reason."""
    found = dict(UNSHOWN)
    for domain in domains():
        found.update(domain.unshown)
    return found


def undeclared() -> list[str]:
    """Return the tables of the installation that have neither a scope nor a reason, or both."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("lianjing.")]
    return sorted(
        model._meta.db_table for model in ours if (model in scopes()) == (model._meta.db_table in unshown())
    )


def tables() -> dict[str, type[models.Model]]:
    """Return the tables that are shown, by name."""
    return {model._meta.db_table: model for model in sorted(scopes(), key=lambda each: each._meta.db_table)}


def rows_of(model: type[models.Model], reader: Reader) -> QuerySet[Any]:
    """Return the rows of a table that the reader may be shown."""
    return scopes()[model](reader)


def row_of(model: type[models.Model], key: Any, reader: Reader) -> Any:
    """Return one row that the reader may be shown; Refusal(SCOPE) otherwise, whether or not it exists."""
    return row_among(rows_of(model, reader), key)


def row_among(rows: QuerySet[Any], key: Any) -> Any:
    """Return one of these rows by its key; Refusal(SCOPE) otherwise, whether or not it exists elsewhere."""
    found = rows.filter(pk=key).first() if _is_key(rows.model, key) else None
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.row", _("没有这条记录，或不在您的数据范围内"))
    return found


def _is_key(model: type[models.Model], key: Any) -> bool:
    """True for a key that this table could have: what no database can look up is asked of none."""
    field = model._meta.pk
    if isinstance(field, INTEGERS):
        text = str(key)
        return text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST
    try:
        field.to_python(key)
    except ValidationError:
        return False
    return "\x00" not in str(key)
