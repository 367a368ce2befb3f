"""The fields that a measure adds to the form of one step (补充填报项): strict JSON, read into frozen values.

They are kept with the submission and shown; no rule, list or table ever reads them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeAlias, cast, get_args

from lianjing.kernel.process.xml_source import BadSource

MOST_FIELDS = 30
MOST_CHOICES = 50
MAX_BYTES = 65_536
MAX_TEXT = 200

Kind: TypeAlias = Literal["text", "integer", "decimal", "date", "boolean", "choice"]
_KINDS = get_args(Kind)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PARTS = {"name", "label", "label_en", "type", "choices", "required", "help"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One field: `name` is its key in the submission, `label` what the person reads, `choices` those of a choice."""

    name: str
    label: str
    label_en: str
    kind: Kind
    choices: tuple[str, ...] = ()
    is_required: bool = False
    help: str = ""


def parse_fields(text: str) -> tuple[Measure, ...]:
    """Read `{"fields": [...]}`; BadSource names the field (its name, else its place from 1) and the fault.

    An empty list is a form without additions: a measure that has been taken away again.
    """
    if len(text.encode()) > MAX_BYTES:
        raise BadSource("", "补充填报项超过%(limit)s字节", limit=MAX_BYTES)
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadSource("", "补充填报项不是可读的JSON：%(error)s", error=error) from None
    if not isinstance(found, dict) or set(found) != {"fields"} or not isinstance(found["fields"], list):
        raise BadSource("", '补充填报项须写成 {"fields": [...]}')
    rows = found["fields"]
    if len(rows) > MOST_FIELDS:
        raise BadSource("", "补充填报项最多%(most)s个，现有%(count)s个", most=MOST_FIELDS, count=len(rows))
    fields = tuple(_field(row, place) for place, row in enumerate(rows, start=1))
    _refuse_twins(fields)
    return fields


def _field(row: Any, place: int) -> Measure:
    if not isinstance(row, dict):
        raise BadSource(str(place), "第%(place)s个填报项须是一个对象", place=place)
    name = row.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadSource(
            str(place),
            "第%(place)s个填报项的名称须是小写字母开头的字母、数字、下划线，不超过40个字符",
            place=place,
        )
    for key in sorted(set(row) - _PARTS):
        raise BadSource(name, "填报项“%(name)s”不能有“%(key)s”", name=name, key=key)
    kind = row.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadSource(name, "填报项“%(name)s”的类型须是%(kinds)s之一", name=name, kinds="、".join(_KINDS))
    required = row.get("required", False)
    if not isinstance(required, bool):
        raise BadSource(name, "填报项“%(name)s”的“%(key)s”须是true或false", name=name, key="required")
    label = _words(row, "label")
    if not label:
        raise BadSource(name, "填报项“%(name)s”没有中文标签", name=name)
    return Measure(
        name=name,
        label=label,
        label_en=_words(row, "label_en"),
        kind=cast(Kind, kind),
        choices=_choices(row, name, kind),
        is_required=required,
        help=_words(row, "help"),
    )


def _words(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str) or len(value) > MAX_TEXT or not (value.isprintable()):
        raise BadSource(
            row["name"],
            "填报项“%(name)s”的“%(key)s”须是不超过%(most)s个字符的一行文字",
            name=row["name"],
            key=key,
            most=MAX_TEXT,
        )
    return value.strip()


def _choices(row: Mapping[str, Any], name: str, kind: str) -> tuple[str, ...]:
    given = row.get("choices", [])
    if kind != "choice":
        if given:
            raise BadSource(name, "填报项“%(name)s”不是选择项，不能有选项", name=name)
        return ()
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_CHOICES or not _are_words(given):
        raise BadSource(name, "填报项“%(name)s”须有2至%(most)s个互不相同的选项", name=name, most=MOST_CHOICES)
    return tuple(each.strip() for each in given)


def _are_words(given: Sequence[Any]) -> bool:
    words = [
        each.strip()
        for each in given
        if isinstance(each, str) and each.strip() and each.isprintable() and len(each) <= MAX_TEXT
    ]
    return len(words) == len(given) == len(set(words))


def _refuse_twins(fields: Sequence[Measure]) -> None:
    seen: set[str] = set()
    for field in fields:
        for word in (field.name, f"\n{field.label}"):
            if word in seen:
                raise BadSource(field.name, "填报项“%(name)s”的名称或标签重复", name=field.name)
            seen.add(word)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)
