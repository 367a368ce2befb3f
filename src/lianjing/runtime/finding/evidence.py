"""The rows that a finding rests on: each must exist in a table of the trail, and leads to the acts that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.trail.kept import Kept
from lianjing.runtime.trail.models import ActRow
from lianjing.runtime.trail.registry import trailed_models


@dataclass(frozen=True, slots=True)
class Touch:
    """One act that touched a row of evidence."""

    event_id: str
    recorded_at: datetime
    person_id: int | None
    post_id: int | None
    clause: str
    leaf: int | None
    step_key: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A row of evidence that exists, with the acts that touched it, the latest last."""

    table: str
    key: str
    acts: tuple[Touch, ...]

    @property
    def last(self) -> Touch | None:
        """The act that gave the row its present form."""
        return self.acts[-1] if self.acts else None


def models_by_table() -> dict[str, type[Kept]]:
    """Return the tables that may be named as evidence."""
    return {model._meta.db_table: model for model in trailed_models()}


def resolve(evidence: Iterable[tuple[str, str]], code: str) -> tuple[Resolved, ...]:
    """Return the rows with their acts; BadInput names the indicator whose evidence is missing or no row of ours."""
    pairs = sorted(set(evidence))
    if not pairs:
        raise BadInput(_("%(code)s：没有证据，不能生成预警") % {"code": code}, "evidence")
    keys: dict[str, list[str]] = defaultdict(list)
    for table, key in pairs:
        keys[table].append(key)
    tables = models_by_table()
    touches: dict[tuple[str, str], list[Touch]] = defaultdict(list)
    for table, wanted in keys.items():
        _require_rows(tables.get(table), table, wanted, code)
        for found in _touching(table, wanted):
            touches[table, found.row_key].append(_touch(found))
    return tuple(Resolved(table, key, tuple(touches[table, key])) for table, key in pairs)


def _require_rows(model: type[Kept] | None, table: str, keys: list[str], code: str) -> None:
    if model is None:
        raise BadInput(_("%(code)s：证据表%(table)s未登记") % {"code": code, "table": table}, "evidence")
    try:
        wanted = {str(model._meta.pk.to_python(key)): key for key in keys}
    except ValidationError:
        wanted = {}
    held = {str(pk) for pk in model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)}
    missing = [key for key in keys if key not in {wanted[pk] for pk in wanted if pk in held}]
    if missing:
        raise BadInput(
            _("%(code)s：证据%(table)s:%(key)s没有对应的记录")
            % {"code": code, "table": table, "key": missing[0]},
            "evidence",
        )


def _touching(table: str, keys: list[str]) -> Iterable[ActRow]:
    rows = ActRow.objects.filter(table_name=table, row_key__in=keys, event__is_refused=False)
    return rows.select_related("event__leaf").defer("event__envelope").order_by("event__recorded_at", "pk")


def _touch(row: ActRow) -> Touch:
    event = row.event
    leaf = getattr(event, "leaf", None)
    return Touch(
        event_id=event.pk,
        recorded_at=event.recorded_at,
        person_id=event.person_id,
        post_id=event.post_id,
        clause=event.clause,
        leaf=leaf.idx if leaf is not None else None,
        step_key=event.step_key,
    )
