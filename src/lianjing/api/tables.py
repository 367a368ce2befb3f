"""The tables of the installation as other programs read them: within one's scope, page by page, personal columns masked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema

from lianjing.api.answers import row_shown
from lianjing.api.auth import require_list
from lianjing.api.cursor import cursor_of, list_digest, place_in
from lianjing.api.entry import actor_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.personal_columns import personal_columns
from lianjing.runtime.scope.door import row_of, rows_of, tables
from lianjing.runtime.scope.reader import Reader

router = Router(tags=["tables"])
MOST = 200
EXACT = (
    models.IntegerField,
    models.BigIntegerField,
    models.TextField,
    models.CharField,
    models.DateField,
    models.BooleanField,
    models.ForeignKey,
    models.OneToOneField,
)


class TableOut(Schema):
    """A table that is shown: its name, what it is called, its columns."""

    table: str
    label: str
    columns: list[dict[str, Any]]


class RowOut(Schema):
    """A row: its table, its key, its columns in the codec of the trail."""

    table: str
    key: str
    values: dict[str, Any]


class RowsOut(Schema):
    """A page of rows and where the next begins, null at the end."""

    rows: list[RowOut]
    next: str | None


@router.get("/tables", url_name="tables", response=list[TableOut])
def all_tables(request: HttpRequest) -> Any:
    """List the tables that are shown, with their columns."""
    actor_of(request)
    return [
        {"table": name, "label": str(model._meta.verbose_name), "columns": _columns(model)}
        for name, model in tables().items()
    ]


def _columns(model: type[models.Model]) -> list[dict[str, Any]]:
    name = model._meta.db_table
    return [
        {
            "name": str(field.column),
            "label": str(field.verbose_name),
            "type": type(field).__name__,
            "codelist": getattr(field, "codelist", "") or "",
            "refers_to": field.remote_field.model._meta.db_table if field.remote_field else "",
            "is_personal": (name, str(field.column)) in personal_columns(),
        }
        for field in model._meta.concrete_fields
    ]


def _model(table: str) -> type[models.Model]:
    model = tables().get(table)
    if model is None:
        raise Refusal(Ground.SCOPE, "scope.table", _("没有这张表"))
    return model


@router.get("/tables/{table}", url_name="table", response=RowsOut)
def rows(
    request: HttpRequest,
    table: str,
    cursor: str = "",
    limit: int = Query(50, ge=1, le=MOST),
    where: list[str] = Query([], max_length=20),  # noqa: B008
    is_newest_first: bool = False,
) -> Any:
    """List the rows of a table in one's scope; `where` is column=value, repeated for several columns."""
    person_id, now, _day = actor_of(request)
    require_list(request, table)
    model, reader = _model(table), Reader(person_id, now)
    narrowed = {f"{place}": each for place, each in enumerate(where)} | {"down": str(is_newest_first)}
    digest = list_digest(table, narrowed)
    found = _narrowed(rows_of(model, reader), model, where)
    if cursor:
        found = _beyond(found, model, place_in(cursor, digest), is_down=is_newest_first)
    page = list(found.order_by("-pk" if is_newest_first else "pk")[: limit + 1])
    following = cursor_of(str(page[limit - 1].pk), digest) if len(page) > limit else None
    return {"rows": [row_shown(each, reader) for each in page[:limit]], "next": following}


def _narrowed(found: QuerySet[Any], model: type[models.Model], where: list[str]) -> QuerySet[Any]:
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    for each in where:
        column, _sign, text = each.partition("=")
        field = fields.get(column)
        if (
            field is None
            or not isinstance(field, EXACT)
            or (model._meta.db_table, column) in personal_columns()
        ):
            raise BadInput(_("不能按此列筛选：%(column)s") % {"column": column[:60]}, "where")
        found = found.filter(**{field.name: _value(field, text)})
    return found


def _value(field: Any, text: str) -> Any:
    """Return what is sought as the column's own type; BadInput for what it could never hold."""
    target = field.target_field if field.remote_field else field
    if "\x00" in text or len(text) > 400:
        raise BadInput(_("筛选值无效"), "where")
    try:
        value = target.to_python(text)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
            raise BadInput(_("筛选值无效"), "where")
    except (ValidationError, ValueError) as error:
        raise BadInput(_("筛选值无效"), "where") from error
    if isinstance(target, models.DateField) and not isinstance(value, date):
        raise BadInput(_("筛选值无效"), "where")
    return value


def _beyond(found: QuerySet[Any], model: type[models.Model], place: str, *, is_down: bool) -> QuerySet[Any]:
    try:
        key = model._meta.pk.to_python(place)
    except ValidationError as error:
        raise BadInput(_("分页游标无效"), "cursor") from error
    if isinstance(key, int) and abs(key) >= 2**63:
        raise BadInput(_("分页游标无效"), "cursor")
    return found.filter(**{"pk__lt" if is_down else "pk__gt": key})


@router.get("/tables/{table}/{key}", url_name="table_row", response=RowOut)
def row(request: HttpRequest, table: str, key: str = Path(..., max_length=200)) -> Any:
    """Show one row in one's scope."""
    person_id, now, _day = actor_of(request)
    require_list(request, table)
    reader = Reader(person_id, now)
    return row_shown(row_of(_model(table), key, reader), reader)
