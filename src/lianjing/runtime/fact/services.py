"""Writes of facts: publish and withdraw; parts of acts."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.documents.models import Document
from lianjing.runtime.fact.models import Fact
from lianjing.runtime.fact.queries import hold
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.act import Act


def publish(
    act: Act,
    *,
    matter: Matter,
    kind: str,
    from_on: date,
    to_on: date | None = None,
    document: Document | None = None,
    source_matter: Matter | None = None,
) -> Fact:
    """Publish a fact about a matter from a day on; part of an act.

    The same fact from the same source and day is not published twice. A later one of the kind stands beside the
    former: the latest that holds is asked.
    """
    if to_on is not None and to_on < from_on:
        raise BadInput(_("止日早于起日"), "to_on")
    same = Fact.objects.filter(
        matter=matter, kind=kind, from_on=from_on, to_on=to_on, source_matter=source_matter
    ).first()
    if same is not None:
        return same
    return act.save(
        Fact(
            domain=matter.domain,
            kind=kind,
            matter=matter,
            from_on=from_on,
            to_on=to_on,
            document=document,
            source_matter=source_matter,
        )
    )


def withdraw(act: Act, fact: Fact, *, from_on: date | None = None) -> Fact:
    """Withdraw a fact: it no longer holds from the day on (today where none is given); part of an act.

    A fact withdrawn on its own first day never held; the row stays.
    """
    last = (from_on or act.day) - timedelta(days=1)
    if fact.to_on is None or fact.to_on > last:
        fact.to_on = last
    return act.save(fact)


def withdraw_all(act: Act, *, matter_id: int, kind: str, from_on: date | None = None) -> int:
    """Withdraw every fact of the kind that holds for the matter; part of an act. Returns how many."""
    count, day = 0, from_on or act.day
    while (fact := hold(matter_id, kind, day)) is not None:
        withdraw(act, fact, from_on=day)
        count += 1
    return count
