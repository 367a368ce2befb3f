"""WebAuthn with a key in software: what it proves, and each way in which an answer can be wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from lianjing.runtime.access import passkeys
from lianjing.runtime.access.models import Factor, FactorSecret
from lianjing.runtime.access.passkeys import NotProved, Place
from tests.runtime.access.authenticator import Authenticator, text
from tests.runtime.access.conftest import DESK

HERE = Place("testserver", "http://testserver")


def enrol(account: Any, key: Authenticator, now: datetime, place: Place = HERE) -> Factor:
    options, state = passkeys.begin_enrolment(account, place)
    return passkeys.finish_enrolment(
        account=account,
        state=state,
        answer=key.create(dict(options)),
        label="安全钥匙",
        place=place,
        origin=DESK,
        now=now,
    )


def prove(key: Authenticator, now: datetime, person_id: int | None = None, **wrong: Any) -> Factor:
    options, state = passkeys.begin_proof(person_id, HERE)
    answer = key.get(dict(options))
    for part, value in wrong.items():
        answer["response"][part] = value
    return passkeys.finish_proof(person_id=person_id, state=state, answer=answer, place=HERE, now=now)


def test_a_key_proves_the_person_who_enrolled_it(officer: Any, now: datetime) -> None:
    key = Authenticator()
    factor = enrol(officer, key, now)
    assert prove(key, now).person_id == officer.person_id
    assert prove(key, now, officer.person_id) == factor
    assert FactorSecret.objects.get().sign_count == 2


def test_the_user_handle_says_nothing_of_the_person(officer: Any) -> None:
    options, _state = passkeys.begin_enrolment(officer, HERE)
    user = dict(options)["publicKey"]["user"]
    assert len(user["id"]) == 43 and "20703" not in user["id"]


def test_a_key_enrolled_once_cannot_be_enrolled_again(zone: Any, officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    with pytest.raises(NotProved):
        enrol(officer, key, now)
    assert Factor.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://testserver.evil.example"},
        {"origin": "https://testserver"},
        {"host": "evil.example"},
    ],
)
def test_a_key_asked_by_another_site_proves_nothing(
    officer: Any, now: datetime, wrong: dict[str, str]
) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    with pytest.raises(NotProved):
        prove(replace(key, **wrong), now)
    with pytest.raises(NotProved):
        enrol(officer, replace(key, credential_id=b"another", **wrong), now)


def test_a_forged_signature_proves_nothing(officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    forger = Authenticator()  # another private key, the same credential id
    with pytest.raises(NotProved) as fault:
        prove(forger, now)
    assert fault.value.reason == "wrong_key"


def test_an_answer_to_another_challenge_proves_nothing(officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    earlier, _state = passkeys.begin_proof(None, HERE)
    _options, state = passkeys.begin_proof(None, HERE)
    with pytest.raises(NotProved):
        passkeys.finish_proof(person_id=None, state=state, answer=key.get(dict(earlier)), place=HERE, now=now)


def test_a_copied_key_is_found_by_its_counter(officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    copy = replace(key)
    prove(key, now)
    prove(key, now)
    with pytest.raises(NotProved) as fault:
        prove(copy, now)
    assert fault.value.reason == "key_cloned"


def test_a_key_that_does_not_count_is_taken(officer: Any, now: datetime) -> None:
    class Uncounted(Authenticator):
        def get(self, options: dict[str, Any]) -> dict[str, Any]:
            self.counter = -1
            return super().get(options)

    key = Uncounted()
    enrol(officer, key, now)
    assert prove(key, now) == prove(key, now)


def test_alone_a_key_must_have_verified_the_person(officer: Any, now: datetime) -> None:
    key = Authenticator(verifies=False)
    enrol(officer, key, now)
    prove(key, now, officer.person_id)  # as second factor presence is enough
    with pytest.raises(NotProved):
        prove(key, now)


def test_anothers_key_is_no_second_factor(zone: Any, officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    with pytest.raises(NotProved):
        prove(key, now, zone.person("20702"))


def test_a_removed_key_proves_nothing(officer: Any, now: datetime) -> None:
    key = Authenticator()
    factor = enrol(officer, key, now)
    Factor.objects.filter(id=factor.id).update(removed_at=now)
    with pytest.raises(NotProved):
        prove(key, now)


def test_under_another_installation_secret_a_key_proves_nothing(
    officer: Any, now: datetime, settings: Any
) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    settings.SECRET_KEY = "another secret of fifty characters or so, who counts"
    with pytest.raises(NotProved) as fault:
        prove(key, now)
    assert fault.value.reason == "not_opened"


MALFORMED: list[Any] = [
    {},
    {"rawId": 7},
    {"id": "x", "rawId": "x", "type": "public-key", "response": None},
    {"id": "x", "rawId": "!!", "type": "public-key", "response": {}},
    {"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "", "signature": ""}},
    {
        "id": "eA",
        "rawId": "eA",
        "type": "public-key",
        "response": {"clientDataJSON": "bm90IGpzb24", "authenticatorData": "AA", "signature": "AA"},
    },
]


def test_malformed_answers_prove_nothing_and_break_nothing(officer: Any, now: datetime) -> None:
    for answer in MALFORMED:
        _options, state = passkeys.begin_proof(None, HERE)
        with pytest.raises(NotProved):
            passkeys.finish_proof(person_id=None, state=state, answer=answer, place=HERE, now=now)
        _options, state = passkeys.begin_enrolment(officer, HERE)
        with pytest.raises(NotProved):
            passkeys.finish_enrolment(
                account=officer, state=state, answer=answer, label="", place=HERE, origin=DESK, now=now
            )


def test_each_part_of_an_answer_counts(officer: Any, now: datetime) -> None:
    key = Authenticator()
    enrol(officer, key, now)
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        for value in ("", "AA", text(b"\x00" * 200), None, 5, {}):
            with pytest.raises(NotProved):
                prove(key, now, **{part: value})
