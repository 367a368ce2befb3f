"""Local codes: added to open lists by a paper, never to closed ones, never over a shipped code."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import codes
from lianjing.runtime.dictionary import services
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.dictionary.queries import lines
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify

SYSTEM = "10001"


def add(zone: Any, by: str = SYSTEM, **form: Any) -> CodeAddition:
    given = {
        "codelist": "return_reason",
        "code": "x_seal",
        "zh": "用印不符",
        "en": "wrong seal",
        "basis": "澜经管〔2025〕31号",
    }
    return services.add(person_id=zone.person(by), now=zone.pass_time(hours=0.1), **(given | form))


def test_an_added_code_is_offered_written_and_named_until_it_ends(zone: Any) -> None:
    row = add(zone)
    assert ("x_seal", "用印不符") in codes.choices("return_reason")
    assert WorkItem(return_reason="x_seal")._meta.get_field("return_reason").get_prep_value("x_seal")
    with override("en"):
        assert codes.label("return_reason", "x_seal") == "wrong seal"
    services.end(
        addition_id=row.pk, person_id=zone.person(SYSTEM), reason="合并", now=zone.pass_time(hours=0.1)
    )
    assert "x_seal" not in dict(codes.choices("return_reason"))
    assert codes.label("return_reason", "x_seal") == "用印不符"
    assert codes.has("return_reason", "x_seal")
    with pytest.raises(Refusal):
        services.end(addition_id=row.pk, person_id=zone.person(SYSTEM), reason="再次", now=zone.now)
    assert verify().is_good


@pytest.mark.parametrize("name", ["duty", "post_kind", "matter_kind", "stage"])
def test_a_list_that_rules_ask_for_takes_no_local_code(zone: Any, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        add(zone, codelist=name)
    assert caught.value.rule == "dictionary.closed"
    assert Event.objects.filter(refused_rule="dictionary.closed").exists()


@pytest.mark.parametrize("number", ["10002", "10003", "20703", "30002"])
def test_only_the_system_administrator_adds_a_code(zone: Any, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        add(zone, by=number)
    assert caught.value.rule == "access.post"


@pytest.mark.parametrize(
    "wrong",
    [{"code": "incomplete"}, {"code": "x_"}, {"code": "X_SEAL"}, {"zh": " "}, {"en": ""}, {"basis": ""}],
)
def test_a_code_without_its_mark_or_words_is_wrong_input(zone: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        add(zone, **wrong)


def test_a_code_is_added_once(zone: Any) -> None:
    row = add(zone)
    with pytest.raises(BadInput):
        add(zone)
    with pytest.raises(IntegrityError), transaction.atomic():
        CodeAddition(
            codelist=row.codelist,
            code=row.code,
            zh="x",
            en="x",
            basis="x",
            from_on=row.from_on,
            added_by_person_id=row.added_by_person_id,
        ).save()


def test_the_dictionary_shows_every_shipped_code_and_the_local_ones(zone: Any) -> None:
    add(zone)
    found = lines(zone.today())
    assert len(found) == sum(len(words) for words in codes.shipped().values()) + 1
    assert [line.code for line in found if line.addition] == ["x_seal"]
    assert set(codes.OPEN) <= set(codes.shipped())
