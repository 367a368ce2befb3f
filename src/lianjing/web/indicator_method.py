"""The method page of an indicator: what its file says, the figures of the day, its examples, the controls that name it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from typing import Any

from lianjing.analysis.indicator.library import Indicator as Filed
from lianjing.analysis.indicator.library import library
from lianjing.analysis.lake.schema import schema
from lianjing.runtime.finding.models import Indicator
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure, parameter_on
from lianjing.runtime.risk.models import Control
from lianjing.web.fact_labels import fact_label
from lianjing.web.words import in_english

PLACE = re.compile(r"\{f_([a-z_0-9]+)\}")


def method_of(row: Indicator, day: date) -> dict[str, Any]:
    """Return the method of a version; what its file says only where the file is still that of the version."""
    filed = next((each for each in library() if each.header.code == row.code), None)
    controls = Control.objects.filter(
        indicator_code=row.code, to_on__isnull=True, risk_point__is_active=True
    ).select_related("risk_point")
    found: dict[str, Any] = {"controls": controls.order_by("-risk_point__year", "risk_point__no")}
    if filed is None or filed.sha256 != row.sql_sha256:
        return found
    header = filed.header
    return found | {
        "explain": _named(header.explain_en if in_english() else header.explain),
        "subject": header.subject,
        "is_population": header.is_population,
        "tables": [(_table(name), _columns_of(filed, name)) for name in sorted(filed.tables)],
        "figures": [_figure(each, day) for each in header.parameters],
        "examples": _examples(filed),
        "sql": filed.sql,
    }


def _table(name: str) -> str:
    held = schema().tables.get(name)
    return f"{held.label}（{name}）" if held is not None and held.label else name


def _columns_of(filed: Filed, table: str) -> str:
    columns = sorted(column for name, column in filed.columns if name == table)
    held = schema().tables.get(table)
    labels = {column.name: column.label for column in held.columns} if held is not None else {}
    return "、".join(labels.get(each) or each for each in columns)


def _figure(each: Any, day: date) -> dict[str, Any]:
    """One figure with its value of the day, and source and mark where it is one of the installation."""
    if not each.key:
        return {"name": each.name, "value": each.value, "low": each.low, "high": each.high}
    try:
        row = parameter_on(each.key, day)
    except MissingFigure:
        return {"name": each.name, "key": each.key, "value": None}
    return {
        "name": each.name,
        "key": each.key,
        "value": _value(row),
        "label": row.en if in_english() else row.zh,
        "mark": row.mark,
        "source": row.source,
    }


def _value(row: Parameter) -> str:
    if row.value is not None:
        return f"¥{row.value:,.2f}"
    return (row.value_text or "—") if row.value_number is None else f"{row.value_number.normalize():f}"


def _named(text: str) -> str:
    """Write the places of a sentence as the facts that fill them: {f_paid_fen} → 〔已付款〕."""
    return PLACE.sub(lambda found: f"〔{fact_label(found[1])}〕", text).replace("{subject}", "〔…〕")


def _examples(filed: Filed) -> Sequence[str]:
    """The names of the examples that stand beside the file; each is run by the tests."""
    if not filed.examples.exists():
        return ()
    rows = tomllib.loads(filed.examples.read_text(encoding="utf-8")).get("example", [])
    return [str(each.get("name", each.get("title", ""))) for each in rows]
