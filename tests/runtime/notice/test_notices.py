"""Notices: who may write to whom, what is shown to whom, what stays after it is withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.notice import queries, services
from lianjing.runtime.notice.models import Notice, NoticeRead
from lianjing.runtime.org.models import Person, Unit
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

SYSTEM, HEAD, OFFICER, FINANCE = "10001", "20701", "20703", "20201"


def person(number: str) -> Person:
    return Person.objects.get(login__number=number)


def draft(zone: Any, by: str = SYSTEM, **form: Any) -> Notice:
    given = {"kind": "notice", "title": "停机维护", "text": "周六停机两小时。"}
    return services.draft(person=person(by), now=zone.pass_time(hours=0.1), **(given | form))


def published(zone: Any, by: str = SYSTEM, **form: Any) -> Notice:
    row = draft(zone, by, **form)
    return services.publish(person=person(by), notice_id=row.pk, now=zone.pass_time(hours=0.1))


def seen_by(zone: Any, number: str) -> list[str]:
    return [row.title for row in queries.for_person(person(number), zone.today())]


def test_a_draft_is_seen_by_nobody_a_published_notice_by_those_it_is_for(zone: Any) -> None:
    draft(zone, title="草稿")
    published(zone)
    published(zone, title="财务结账", units=[Unit.objects.get(code="FIN")])
    assert seen_by(zone, OFFICER) == ["停机维护"]
    assert seen_by(zone, FINANCE) == ["财务结账", "停机维护"]
    assert verify().is_good


def test_a_notice_ends_with_its_last_day(zone: Any) -> None:
    published(zone, to_on=zone.today())
    assert seen_by(zone, OFFICER) == ["停机维护"]
    assert not queries.for_person(person(OFFICER), zone.today() + timedelta(days=1)).exists()


def test_a_withdrawn_notice_is_gone_from_readers_and_stays_on_record(zone: Any) -> None:
    row = published(zone)
    with pytest.raises(BadInput):
        services.withdraw(person=person(SYSTEM), notice_id=row.pk, reason=" ", now=zone.now)
    services.withdraw(
        person=person(SYSTEM), notice_id=row.pk, reason="时间改动", now=zone.pass_time(hours=0.1)
    )
    assert seen_by(zone, OFFICER) == []
    assert queries.managed_by(person(SYSTEM), zone.today()).get().withdraw_reason == "时间改动"
    with pytest.raises(Refusal):
        services.publish(person=person(SYSTEM), notice_id=row.pk, now=zone.now)
    with pytest.raises(Refusal):
        draft(zone, notice_id=row.pk)


def test_a_head_writes_to_his_own_units_only(zone: Any) -> None:
    own, other = Unit.objects.get(code="CON"), Unit.objects.get(code="FIN")
    assert published(zone, by=HEAD, units=[own]).unit_id == own.pk
    with pytest.raises(Refusal) as caught:
        draft(zone, by=HEAD, units=[other])
    assert caught.value.rule == "notice.units"
    assert Event.objects.filter(refused_rule="notice.units").exists()
    with pytest.raises(BadInput):
        draft(zone, by=HEAD)


def test_who_heads_nothing_writes_no_notice_and_touches_none(zone: Any) -> None:
    row = published(zone)
    with pytest.raises(Refusal):
        draft(zone, by=OFFICER)
    for act in (services.publish, services.withdraw):
        extra = {"reason": "x"} if act is services.withdraw else {}
        with pytest.raises(Refusal) as caught:
            act(person=person(OFFICER), notice_id=row.pk, now=zone.now, **extra)
        assert caught.value.rule == "scope.notice"


def test_reading_counts_each_person_once(zone: Any) -> None:
    row = published(zone)
    for _time in range(2):
        services.note_read(person=person(OFFICER), notice_id=row.pk, now=zone.now)
    assert NoticeRead.objects.filter(notice=row).count() == 1
    assert queries.managed_by(person(SYSTEM), zone.today()).get().read_count == 1
    assert queries.for_person(person(OFFICER), zone.today()).get().is_read
    assert queries.audience(row, zone.today()) > 20


@pytest.mark.parametrize("wrong", [{"title": " "}, {"text": ""}, {"to_on": -1}])
def test_a_notice_without_words_or_already_over_is_wrong_input(zone: Any, wrong: dict[str, Any]) -> None:
    form = {
        name: zone.today() + timedelta(days=-1) if name == "to_on" else value for name, value in wrong.items()
    }
    with pytest.raises(BadInput):
        draft(zone, **form)


def test_a_draft_written_anew_keeps_only_its_last_addressees(zone: Any) -> None:
    fin, con = Unit.objects.get(code="FIN"), Unit.objects.get(code="CON")
    row = draft(zone, units=[fin])
    draft(zone, notice_id=row.pk, units=[con], title="改")
    assert [each.unit_id for each in row.units.all()] == [con.pk]
    assert verify().is_good
