"""Phrases: one's own and a unit's, offered where an opinion is written."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import unbound
from lianjing.runtime.phrase.queries import offered_to
from lianjing.runtime.phrase.services import add, end
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import HEAD, LAWYER, OFFICER

pytestmark = pytest.mark.django_db


def offered(zone: Any, number: str, *units: int) -> list[str]:
    return [row.text for row in offered_to(zone.person(number), units)]


def test_ones_own_phrase_is_offered_to_oneself_and_a_units_to_its_people(zone) -> None:
    unit = Unit.objects.get(code="CON")
    head, officer = unbound(zone.person(HEAD), "web"), unbound(zone.person(OFFICER), "web")
    add(text="情况属实，同意", unit_id=None, actor=officer, now=zone.now)
    add(text="请补充依据", unit_id=unit.pk, actor=head, now=zone.now)
    assert offered(zone, OFFICER, unit.pk) == ["情况属实，同意", "请补充依据"]
    assert offered(zone, HEAD, unit.pk) == ["请补充依据"]
    assert offered(zone, LAWYER, 0) == []
    assert Event.objects.filter(act="phrase.add").count() == 2


def test_a_units_phrases_are_kept_by_its_head(zone) -> None:
    unit = Unit.objects.get(code="CON")
    officer, head = unbound(zone.person(OFFICER), "web"), unbound(zone.person(HEAD), "web")
    with pytest.raises(Refusal) as caught:
        add(text="同意", unit_id=unit.pk, actor=officer, now=zone.now)
    assert caught.value.ground is Ground.POST
    row = add(text="同意", unit_id=unit.pk, actor=head, now=zone.now)
    with pytest.raises(Refusal):
        end(phrase_id=row.pk, actor=officer, now=zone.now)
    end(phrase_id=row.pk, actor=head, now=zone.now)
    assert offered(zone, HEAD, unit.pk) == []


def test_nobody_ends_anothers_phrase_or_keeps_the_same_twice(zone) -> None:
    officer, head = unbound(zone.person(OFFICER), "web"), unbound(zone.person(HEAD), "web")
    row = add(text="同意", unit_id=None, actor=officer, now=zone.now)
    with pytest.raises(Refusal) as caught:
        end(phrase_id=row.pk, actor=head, now=zone.now)
    assert caught.value.ground is Ground.SCOPE
    for wrong in ("同意", " ", "长" * 501):
        with pytest.raises(BadInput):
            add(text=wrong, unit_id=None, actor=officer, now=zone.now)
