"""Personal columns: masked for everyone, open to one person for one row and a while, each time with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from lianjing.kernel.identity import is_like_a_persons_name, masked_contact, masked_name
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.org.models import Person
from lianjing.runtime.personal.bodies import masked_body
from lianjing.runtime.personal.masking import masked, read_by, shown
from lianjing.runtime.personal.models import Unmasking
from lianjing.runtime.personal.services import unmask
from lianjing.runtime.personal_columns import personal_columns
from lianjing.runtime.scope.access_log import note_export
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.queries import content_of
from lianjing.runtime.trail.verify import verify

OFFICER, FINANCE, ADMINISTRATOR, FIRM = "20703", "20201", "10001", "40001"
PHONE = "13900001234"


@pytest.fixture
def person(zone: Any) -> Person:
    row = Person.objects.get(pk=zone.person(FINANCE))
    row.phone = PHONE
    with recorded("test.setup", chain="unit:1", actor=SYSTEM, now=zone.now) as act:
        return act.save(row)


def opened(zone: Any, person: Person, number: str = OFFICER, **more: Any) -> Unmasking:
    given = {"purpose": "contact", "reason": "核对收款情况", **more}
    return unmask(
        table="person", record_key=str(person.pk), person_id=zone.person(number), now=zone.now, **given
    )


def test_every_personal_column_exists() -> None:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    for table, column in personal_columns():
        assert column in {field.column for field in tables[table]._meta.concrete_fields}, (table, column)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("陈大明", "陈**"),
        ("蓝音", "蓝*"),
        ("濮", "濮*"),
        ("𬭎某", "𬭎*"),
        ("", ""),
        ("阿迪力·买买提", "阿***"),
    ],
)
def test_a_name_keeps_its_first_sign(given: str, expected: str) -> None:
    assert masked_name(given) == expected


def test_a_firms_name_is_not_personal() -> None:
    assert is_like_a_persons_name("陈大明") and not is_like_a_persons_name("澜江建设有限公司")
    assert masked("account", "holder_name", "澜江建设有限公司") == "澜江建设有限公司"
    assert masked("account", "holder_name", "陈大明") == "陈**"
    assert masked("account", "account_no_hash", "abc") == "****"
    assert masked_contact(PHONE) == "139****1234"


def test_a_row_is_masked_until_it_is_unmasked_and_again_after_its_time(zone: Any, person: Person) -> None:
    who = Reader(zone.person(OFFICER), zone.now)
    with read_by(who):
        assert shown(person, "phone") == "139****1234"
    opened(zone, person)
    with read_by(who):
        assert shown(person, "phone") == PHONE
    with read_by(Reader(zone.person("20702"), zone.now)):
        assert shown(person, "phone") == "139****1234"
    with read_by(Reader(zone.person(OFFICER), zone.now + timedelta(minutes=30))):
        assert shown(person, "phone") == "139****1234"
    assert shown(person, "phone") == "139****1234", "no reader, no sight"


def test_unmasking_is_an_act_with_purpose_and_reason(zone: Any, person: Person) -> None:
    opened(zone, person)
    event = Event.objects.get(act="access.unmask")
    assert content_of(event)["reason"] == "核对收款情况"
    assert PHONE not in str(content_of(event))
    assert verify().is_good


@pytest.mark.parametrize("wrong", [{"purpose": ""}, {"purpose": "curiosity"}, {"reason": " 看 "}])
def test_without_purpose_or_reason_nothing_is_unmasked(zone: Any, person: Person, wrong: Any) -> None:
    with pytest.raises(BadInput):
        opened(zone, person, **wrong)
    assert not Unmasking.objects.exists()


@pytest.mark.parametrize("number", [ADMINISTRATOR, FIRM])
def test_administrators_and_firms_unmask_nothing(zone: Any, person: Person, number: str) -> None:
    with pytest.raises(Refusal):
        opened(zone, person, number)
    assert not Unmasking.objects.exists()


def test_a_table_without_personal_columns_cannot_be_unmasked(zone: Any) -> None:
    with pytest.raises(Refusal):
        unmask(
            table="matter",
            record_key="1",
            purpose="contact",
            reason="随便看看",
            person_id=zone.person(OFFICER),
            now=zone.now,
        )


def test_the_body_of_an_event_is_masked_row_by_row() -> None:
    body = {
        "schema": 1,
        "rows": [
            {"t": "person", "k": "7", "v": {"phone": PHONE, "name": "蓝音"}},
            {"t": "x", "k": "1", "v": None},
        ],
    }
    told = masked_body(body)
    assert told["rows"][0]["v"] == {"phone": "139****1234", "name": "蓝音"}
    assert body["rows"][0]["v"]["phone"] == PHONE


def test_taking_personal_columns_away_needs_a_reason_and_the_event_names_them(zone: Any) -> None:
    person = Person.objects.get(pk=zone.person(OFFICER))
    with pytest.raises(BadInput):
        note_export(person, "人员", 3, zone.now, columns=["姓名", "手机"], personal=["手机"])
    note_export(person, "人员", 3, zone.now, columns=["姓名", "手机"], personal=["手机"], reason="核对通讯录")
    told = content_of(Event.objects.get(act="access.export"))
    assert (told["rows_taken"], told["columns"], told["personal"], told["reason"]) == (
        3,
        ["姓名", "手机"],
        ["手机"],
        "核对通讯录",
    )
