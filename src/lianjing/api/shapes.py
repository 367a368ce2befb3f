"""From the keywords of a service to the body that other programs send: typed, bounded, and nothing else accepted."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from django.db import models
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, create_model

from lianjing.kernel.declaration import Operation

# What the server itself knows of a request; never asked of the caller.
GIVEN = frozenset({"person_id", "now", "day", "key", "channel", "viewer_id", "afterwards", "calendar"})
LONGEST_TEXT = 20_000
LONGEST_LIST = 2_000
LARGEST_NUMBER = 2**63 - 1
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return a text that both databases can keep; ValueError for any other."""
    if UNSTORABLE.search(text):
        raise ValueError(_("文本含有无法保存的字符"))
    return text


def _within(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(_("时间须带时区"))
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise ValueError(_("日期超出范围"))
    return moment


BOUNDED: Mapping[Any, Any] = {
    str: Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(storable)],
    int: Annotated[int, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)],
    Decimal: Annotated[Decimal, Field(max_digits=18)],
    date: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)],
    datetime: Annotated[datetime, AfterValidator(_within)],
}
KEY = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]


def bounded(kind: Any) -> Any:
    """Return a type with the bounds within which the service and both databases can take its values."""
    if kind in BOUNDED:
        return BOUNDED[kind]
    if isinstance(kind, type) and issubclass(kind, models.Model):
        return KEY
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _part(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return Union[tuple(bounded(part) for part in parts)]  # noqa: UP007 - built from a tuple
    if origin is tuple:
        return tuple[tuple(part if part is ... else bounded(part) for part in parts)]  # type: ignore[misc]
    if origin in (Sequence, list):
        return Annotated[list[bounded(parts[0])], Field(max_length=LONGEST_LIST)]  # type: ignore[misc]
    if origin in (Mapping, dict):
        return Annotated[dict[_key_of(parts[0]), bounded(parts[1])], Field(max_length=LONGEST_LIST)]  # type: ignore[misc]
    return kind


def _key_of(kind: Any) -> Any:
    return kind if kind is not Any else str


def _part(kind: type[Any]) -> type[Schema]:
    hints = get_type_hints(kind)
    fields: dict[str, Any] = {
        each.name: (
            bounded(hints[each.name]),
            ... if each.default is dataclasses.MISSING else each.default,
        )
        for each in dataclasses.fields(kind)
    }
    return create_model(f"{kind.__name__}In", __base__=Strict, __doc__=first_sentence(kind), **fields)


class Strict(Schema):
    """A body in which an unknown word is a fault, not a silence."""

    model_config = ConfigDict(extra="forbid")


def placeholders(path: str) -> list[str]:
    """Return the names between braces of an address."""
    return re.findall(r"{(\w+)}", path)


def wants(call: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the keywords that a caller must or may give."""
    return {
        name: each
        for name, each in inspect.signature(call).parameters.items()
        if name not in GIVEN and each.kind is not inspect.Parameter.VAR_KEYWORD
    }


def hints_of(call: Callable[..., Any]) -> dict[str, Any]:
    """Return the types of a service's keywords."""
    return get_type_hints(inspect.unwrap(call))


def files_of(call: Callable[..., Any]) -> list[str]:
    """Return the keywords of a service that want the bytes of files: sent as a form with files, never as text."""
    hints = hints_of(call)
    return [name for name in wants(call) if hints[name] == Sequence[bytes]]


def body_of(operation: Operation, name: str) -> type[Schema] | None:
    """Return the body of an act; None where the address says all."""
    hints = hints_of(operation.call)
    in_path = {*placeholders(operation.path), *files_of(operation.call)}
    fields: dict[str, Any] = {}
    for word, each in wants(operation.call).items():
        if word not in in_path:
            default = ... if each.default is inspect.Parameter.empty else each.default
            fields[_outside(word, hints[word])] = (bounded(hints[word]), default)
    if not fields:
        return None
    return create_model(name, __base__=Strict, __doc__=first_sentence(operation.call), **fields)


def _outside(word: str, kind: Any) -> str:
    """A row is named by its key: `unit` becomes `unit_id`."""
    return f"{word}_id" if model_in(kind) is not None else word


def model_in(kind: Any) -> type[models.Model] | None:
    """Return the table of a keyword that wants a row, None for any other."""
    for each in (kind, *get_args(kind)):
        if isinstance(each, type) and each is not NoneType and issubclass(each, models.Model):
            return each
    return None


def first_sentence(thing: Any) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(thing) or "").strip().split("\n")[0]
