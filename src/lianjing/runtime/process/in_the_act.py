"""While a person decides: what the indicators find about the matter at hand, the change that is being made included.

Signals refuse nothing: red lines are rules and do that. A signal in red or orange asks for a reason, which the event
keeps; a check that fails leaves the decision as it is, and the event says that it was not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Duty
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import Review
from lianjing.runtime.trail.act import Act

FIELD = "decide_anyway"
NOTE = "in_the_act"  # its place in the body of the event
DECISIONS = frozenset((Duty.APPROVE.value, Duty.AWARD.value, Duty.PAY.value))
ASKING = ("red", "orange")
AGAINST = ("return", "refuse")


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing found: the indicator with its version and clause, what it says, and the rows that it rests on."""

    code: str
    version: int
    title: str
    title_en: str
    severity: str
    subject: str
    part: str
    explanation: str
    explanation_en: str
    source: str
    evidence: tuple[tuple[str, str], ...]

    @property
    def asks(self) -> bool:
        """Whether to decide in spite of it takes a reason."""
        return self.severity in ASKING


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found; `is_checked` is False where the check itself failed, `left` are the codes left to the night."""

    signals: tuple[Signal, ...] = ()
    is_checked: bool = True
    fault: str = ""
    asked: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


Look = Callable[[int, datetime, Act | None], Looked]


class Signalled(BadInput):
    """The indicators found something and no reason was given: nothing was written."""

    def __init__(self, looked: Looked) -> None:
        self.looked = looked
        found = "；".join(f"{each.code} {each.explanation}" for each in looked.signals if each.asks)
        super().__init__(_("监督模型有提示，仍要办理须写明理由：%(found)s") % {"found": found}, FIELD)


@cache
def _look() -> Look | None:
    place: str = settings.LIANJING_IN_THE_ACT
    look: Look | None = import_string(place) if place else None
    return look


def is_decision(duty: str) -> bool:
    """Whether a step of this duty decides, so that the indicators run before it."""
    return duty in DECISIONS


def look_at(matter_id: int, *, now: datetime, act: Act | None = None) -> Looked | None:
    """Return what the indicators say of a matter as it stands in this transaction; None where nothing looks."""
    look = _look()
    return look(matter_id, now, act) if look is not None else None


def heed(deed: Deed, data: Mapping[str, Any]) -> None:
    """Look at the matter with this step's change in it, before the step commits, and note it in the step's event.

    Signalled where something in red or orange was found and no reason is given, unless the decision is against the
    matter.
    """
    act = deed.act
    if not is_decision(act.duty) or (looked := look_at(deed.matter.pk, now=deed.now, act=act)) is None:
        return
    if not looked.is_checked:
        act.extra[NOTE] = {"checked": False, "fault": looked.fault}
        return
    if not looked.signals:
        return
    reason = str(data.get(FIELD, "") or "").strip()
    if any(each.asks for each in looked.signals) and not reason and not _is_against(deed):
        raise Signalled(looked)
    act.extra[NOTE] = {
        "checked": True,
        "signals": [_noted(each) for each in looked.signals],
        "reason": reason,
    }
    act.reason = act.reason or reason


def _noted(each: Signal) -> dict[str, Any]:
    rows = [f"{table}:{key}" for table, key in each.evidence]
    return {
        "code": each.code,
        "version": each.version,
        "subject": each.subject,
        "part": each.part,
        "rows": rows,
    }


def _is_against(deed: Deed) -> bool:
    last = Review.objects.filter(matter=deed.matter, work_item=deed.item).order_by("id").last()
    return last is not None and last.result in AGAINST
