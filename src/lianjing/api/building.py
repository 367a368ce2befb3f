"""Operations of the REST interface made from declarations: one service, one address, one typed body."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Body, File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import BaseModel

from lianjing.api.asking import do, read
from lianjing.api.shapes import KEY, body_of, bounded, files_of, first_sentence, hints_of, placeholders, wants
from lianjing.kernel.declaration import Operation
from lianjing.kernel.refusal import BadInput


class Done(Schema):
    """An act was done: the event that proves it, whether an earlier request did it, and what came of it."""

    event: str | None
    is_repeated: bool
    result: Any = None


class Told(Schema):
    """What was asked for."""

    result: Any = None


def name_of(operation: Operation) -> str:
    """Return the name of an operation: its address in words, as undertakings_close."""
    parts = operation.path.replace("-", "_").split("/")
    kept = [part.strip("{}") for part in parts if not part.endswith("_id}")]
    return "_".join(kept) + ("" if operation.is_act else "_read")


def add_operations(router: Router, operations: Iterable[Operation], tag: str) -> None:
    """Give every declared operation its address."""
    for each in operations:
        view = _act_view(each) if each.is_act else _read_view(each)
        name = name_of(each)
        router.add_api_operation(
            f"/{each.path}",
            ["POST" if each.is_act else "GET"],
            view,
            response=Done if each.is_act else Told,
            url_name=name,
            operation_id=name,
            summary=first_sentence(each.call),
            tags=[tag],
        )


def _act_view(operation: Operation) -> Callable[..., Any]:
    body = body_of(operation, "".join(part.title() for part in name_of(operation).split("_")) + "In")

    files = files_of(operation.call)

    def view(request: HttpRequest, **given: Any) -> Any:
        data = given.pop("data", None)
        if isinstance(data, BaseModel):
            given |= {name: getattr(data, name) for name in type(data).model_fields}
        given |= {name: [_content(file) for file in given[name]] for name in files}
        return do(operation, request, given)

    asked = [_parameter(name, list[UploadedFile], File(...)) for name in files]
    if body is not None:
        asked.append(_parameter("data", body, Form(...) if files else Body(...)))
    return _signed(view, operation, asked)


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > settings.LIANJING_UPLOAD_LIMIT:
        raise BadInput(_("文件过大"), "file")
    return file.read()


def _read_view(operation: Operation) -> Callable[..., Any]:
    in_path, hints = set(placeholders(operation.path)), hints_of(operation.call)

    def view(request: HttpRequest, **given: Any) -> Any:
        return read(operation, request, given)

    asked = [
        _parameter(name, bounded(hints[name]), Query(... if each.default is each.empty else each.default))
        for name, each in wants(operation.call).items()
        if name not in in_path
    ]
    return _signed(view, operation, asked)


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _signed(
    view: Callable[..., Any], operation: Operation, more: list[inspect.Parameter]
) -> Callable[..., Any]:
    """Tell the framework which words the view takes, as if they stood in its head."""
    hints = hints_of(operation.call)
    in_path = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=KEY if hints[name] is int else bounded(hints[name]),
        )
        for name in placeholders(operation.path)
    ]
    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
    view.__signature__ = inspect.Signature([request, *in_path, *more])  # type: ignore[attr-defined]
    view.__name__ = name_of(operation)
    view.__doc__ = inspect.getdoc(operation.call)
    return view
