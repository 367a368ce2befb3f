"""Answering an act or a read: within the scope of who asks, once for a key, marked with its channel."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel

from lianjing.api.answers import plain
from lianjing.api.auth import require_named
from lianjing.api.entry import actor_of, key_of
from lianjing.api.shapes import hints_of, model_in
from lianjing.api.shared_acts import OBJECTS
from lianjing.kernel.declaration import Operation
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.clocks import calendar
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.scope.door import row_among, row_of
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.act import answered, request_digest
from lianjing.runtime.trail.once import asked_for

CHANNEL = "api"
Words = dict[str, Any]


def do(operation: Operation, request: HttpRequest, given: Mapping[str, Any]) -> Words:
    """Do an act and return its event; asked again under the same key, the event of the first time.

    Refusal(SCOPE) for a key of a row outside the scope; Refusal(STALE) for a key used for another request.
    """
    person_id, now, _day = actor_of(request)
    reader = _admitted(operation, request, person_id, now)
    digest = request_digest([operation.path, str(person_id), _canonical(given)])
    key = key_of(request)
    if (event := answered(key, digest)) is not None:
        return {"event": event, "is_repeated": True, "result": None}
    words = _words(operation, given, reader)
    with asked_for(key, digest, CHANNEL) as asked:
        result = operation.call(**words, **_known(operation, person_id, now))
    return {
        "event": asked.events[0] if asked.events else None,
        "is_repeated": False,
        "result": plain(result, reader),
    }


def read(operation: Operation, request: HttpRequest, given: Mapping[str, Any]) -> Any:
    """Return what a read gives, as plain values."""
    person_id, now, _day = actor_of(request)
    reader = _admitted(operation, request, person_id, now)
    words = _words(operation, given, reader)
    return {"result": plain(operation.call(**words, **_known(operation, person_id, now)), reader)}


def _admitted(operation: Operation, request: HttpRequest, person_id: int, now: datetime) -> Reader:
    """Return who asks; Refusal(POST) where no kind of post held today, or not this token, may ask this."""
    require_named(request, operation.scope)
    reader = Reader(person_id, now)
    if operation.kinds and not operation.kinds & reader.kinds:
        raise Refusal(Ground.POST, "post.kind", _("您今日的岗位不能办理或查看此项"), "zone_organisation#2")
    return reader


def _canonical(given: Mapping[str, Any]) -> str:
    return json.dumps(given, default=_as_text, sort_keys=True, ensure_ascii=False)


def _as_text(value: Any) -> str:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)


def _known(operation: Operation, person_id: int, now: datetime) -> Words:
    """What the server knows by itself, as far as the service asks for it."""
    reader = Reader(person_id, now)
    known = {"person_id": person_id, "now": now, "day": reader.day, "channel": CHANNEL}
    asked = inspect.signature(operation.call).parameters
    if "calendar" in asked:
        known["calendar"] = calendar()
    return {name: value for name, value in known.items() if name in asked}


def _words(operation: Operation, given: Mapping[str, Any], reader: Reader) -> Words:
    """Turn what was sent into the keywords of the service: keys checked against the scope, rows fetched."""
    hints = hints_of(operation.call)
    words: Words = {}
    for name, value in given.items():
        word = name if name in hints else name.removesuffix("_id")
        model = model_in(hints[word])
        if model is not None:
            words[word] = None if value is None else row_of(model, value, reader)
            continue
        _check(object_of(operation, word), value, reader, is_act=operation.is_act)
        words[word] = _native(value, hints[word])
    return words


def object_of(operation: Operation, word: str) -> Any:
    """Return the table (or its rows by reader) of which a keyword holds the key: declared, else by name or ending."""
    if word in operation.objects:
        return operation.objects[word]
    parts = word.split("_")
    endings = ["_".join(parts[start:]) for start in range(len(parts) - 1)]
    return next((OBJECTS[each] for each in endings if each in OBJECTS), None)


def _check(model: Any, value: Any, reader: Reader, *, is_act: bool) -> None:
    """Refuse a key of a row outside the scope; an act on a matter needs more than a copy for information.

    `model` is a table that is shown, or gives the rows of one that is not to who may act on them.
    """
    if model is None or value is None:
        return
    for key in value if isinstance(value, list) else [value]:
        if model is Matter and is_act:
            open_to_act(reader.person_id, key, reader.day)
        elif not isinstance(model, type):
            row_among(model(reader), key)
        else:
            row_of(model, key, reader)


def _native(value: Any, hint: Any) -> Any:
    """Return a part of a body as the service's own dataclass."""
    if isinstance(value, list):
        parts = [each for each in getattr(hint, "__args__", ()) if isinstance(each, type)]
        return [
            parts[0](**each.model_dump()) if isinstance(each, BaseModel) and parts else each for each in value
        ]
    return value
