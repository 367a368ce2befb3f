"""Writes of figures: the shipped seed once, then dated decisions that close the old row and never overwrite it."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.columns import yuan
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parameter.models import Parameter
from lianjing.runtime.parameter.queries import MissingFigure, history, in_force
from lianjing.runtime.trail.act import Act, legal_day, recorded

KEEPER = "legal_officer"  # the post that keeps the figures
TEXT_UNITS = ("time_of_day", "month_day")
_TEXTS = re.compile(r"\d{1,3}/[1-9]\d{0,2}|\d{2}:\d{2}|\d{2}-\d{2}", re.ASCII)


def seed(act: Act) -> int:
    """Load the shipped figures that are not there yet; part of an act. Returns how many were loaded.

    A key that the zone has touched is left alone. An empty value stays empty: whoever needs it is refused.
    """
    known = set(Parameter.objects.values_list("key", flat=True))
    content = (files("lianjing.runtime.parameter") / "seed.csv").read_text(encoding="utf-8-sig")
    rows = [_seeded(row) for row in csv.DictReader(content.splitlines()) if row["key"] not in known]
    act.save_many(rows)
    return len(rows)


def _seeded(row: Mapping[str, str]) -> Parameter:
    first = date.fromisoformat(row["from"]) if row["from"] else None
    return Parameter(
        key=row["key"],
        unit=row["unit"],
        zh=row["zh"],
        en=row["en"],
        from_on=first,
        source=row["source"],
        mark=row["mark"],
        **_columns(row["value"], row["unit"]),
    )


def _columns(value: str, unit: str) -> dict[str, Any]:
    """Return the value's columns: text for fractions, times and days; fen also as yuan. BadInput for none of these."""
    if not value:
        return {}
    if unit in TEXT_UNITS or _TEXTS.fullmatch(value):
        if not _TEXTS.fullmatch(value):
            raise BadInput(_("“%(value)s”不是可用的数值") % {"value": value}, "value")
        return {"value_text": value}
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise BadInput(_("“%(value)s”不是可用的数值") % {"value": value}, "value") from error
    if not number.is_finite() or abs(number) >= Decimal(10**12) or number != round(number, 6):
        raise BadInput(_("“%(value)s”不是可用的数值") % {"value": value}, "value")
    if unit != "fen":
        return {"value_number": number}
    if number != int(number):
        raise BadInput(_("金额以分为单位，须为整数"), "value")
    return {"value_number": number, "value": yuan(number)}


def set_figure(
    *,
    key: str,
    value: str,
    from_on: date,
    source: str,
    mark: str,
    person_id: int,
    now: datetime,
    post_key: str = KEEPER,
) -> Parameter:
    """Decide a figure from a day on, with the paper it rests on; the former row is closed the day before.

    Opens an act. A figure is never changed for days past, on which acts already rested on it.
    """
    actor = actor_with(person_id, post_key, legal_day(now))
    with recorded("parameter.set", chain="installation:1", actor=actor, now=now) as act:
        return enter(act, key=key, value=value, from_on=from_on, source=source, mark=mark)


def enter(act: Act, *, key: str, value: str, from_on: date, source: str, mark: str) -> Parameter:
    """Enter a figure from a day on and close the former row the day before; part of an act."""
    former, columns = check(act.day, key=key, value=value, from_on=from_on, source=source)
    for row in in_force(from_on).filter(key=key):
        row.to_on = from_on - timedelta(days=1)
        act.save(row)
    later = Parameter.objects.filter(Q(from_on__gt=from_on), key=key).order_by("from_on").first()
    return act.save(
        Parameter(
            key=key,
            unit=former.unit,
            zh=former.zh,
            en=former.en,
            from_on=from_on,
            to_on=later.from_on - timedelta(days=1) if later and later.from_on else None,
            source=source.strip(),
            mark=mark,
            checked_on=act.day,
            **columns,
        )
    )


def check(
    today: date, *, key: str, value: str, from_on: date, source: str
) -> tuple[Parameter, dict[str, Any]]:
    """Return the latest row of a figure and the columns of its new value; BadInput where it cannot be entered so."""
    former = history(key).first()
    if former is None:
        raise MissingFigure(key, from_on)
    if not source.strip():
        raise BadInput(_("请写明依据文件"), "source")
    if from_on < today:
        raise BadInput(_("生效日不能早于今天：已办事项依据的数值不能改变"), "from_on")
    if Parameter.objects.filter(key=key, from_on=from_on).exists():
        raise BadInput(_("该参数在这一天已有数值，不能覆盖"), "from_on")
    columns = _columns(value.strip(), former.unit)
    if not columns:
        raise BadInput(_("请填写数值"), "value")
    return former, columns
