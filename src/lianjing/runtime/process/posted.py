"""What other programs send for a form, turned into what its fields can take: text, ticks, tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.process.forms import RowsField

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
LONGEST_TEXT = 100_000
MOST_FIELDS = 2_000


def as_posted(data: Mapping[str, Any], fields: Mapping[str, forms.Field]) -> dict[str, Any]:
    """Return the values as a form takes them: numbers as text, a tick as a tick, tables as rows of text.

    BadInput names the field whose value has a shape that it cannot have.
    """
    if len(data) > MOST_FIELDS:
        raise BadInput(_("字段过多"))
    found: dict[str, Any] = {}
    for name, value in data.items():
        if value is not None:
            found[_text(name, name)] = _value(name, value, fields.get(name))
    return found


def _value(name: str, value: Any, field: forms.Field | None) -> Any:
    if isinstance(field, RowsField):
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise BadInput(_("此项须是一组行，每行是一个对象"), name)
        return [
            {str(key): _cell(name, cell) for key, cell in row.items() if cell is not None} for row in value
        ]
    if isinstance(field, SEVERAL):
        given = value if isinstance(value, list) else [value]
        return [_cell(name, each) for each in given]
    return _cell(name, value)


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, list | dict):
        raise BadInput(_("此项须是文字、数字或是否"), name)
    return _text(name, str(value))


def _text(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT or UNSTORABLE.search(text):
        raise BadInput(_("文本过长或含有无法保存的字符"), name[:60])
    return text
