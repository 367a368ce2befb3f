"""One-time codes against the vectors of RFC 6238, drift, replay, a clock that jumps; sealing; recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.access import recovery, totp
from lianjing.runtime.access.factors import MOST, enrol_totp, remove
from lianjing.runtime.access.models import Factor, FactorSecret, RecoveryCode, SessionRecord
from lianjing.runtime.access.proofs import take_code
from lianjing.runtime.access.queries import factors_of
from lianjing.runtime.access.sealing import CannotOpen, open_sealed, seal
from lianjing.runtime.access.sessions import open_session
from lianjing.runtime.trail.models import Body, Event
from tests.runtime.access.conftest import DESK

SECRET = b"12345678901234567890"
# RFC 6238, appendix B: time, then the codes by SHA-1, SHA-256, SHA-512.
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


def enrolled(officer: Any, now: datetime, label: str = "工作手机") -> Factor:
    """Enrol an app five minutes ago, so that its first code is not the one of now."""
    then = now - timedelta(minutes=5)
    code = totp.code_at(SECRET, totp.step_at(then))
    return enrol_totp(account=officer, secret=SECRET, code=code, label=label, origin=DESK, now=then)


def code_of(moment: datetime) -> str:
    return totp.code_at(SECRET, totp.step_at(moment))


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    step = totp.step_at(datetime.fromtimestamp(seconds, UTC))
    long, longest = (SECRET * 4)[:32], (SECRET * 4)[:64]
    assert totp.code_at(SECRET, step, 8, SHA1()) == sha1
    assert totp.code_at(long, step, 8, SHA256()) == sha256
    assert totp.code_at(longest, step, 8, SHA512()) == sha512


def test_a_code_holds_one_step_before_and_after_and_no_more() -> None:
    now = datetime.fromtimestamp(1111111111, UTC)
    held = [
        drift
        for drift in range(-3, 4)
        if totp.matching_step(SECRET, code_of(now + timedelta(seconds=30 * drift)), now)
    ]
    assert held == [-1, 0, 1]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34", "0" * 5000])
def test_what_is_no_code_is_wrong(code: str) -> None:
    assert totp.matching_step(SECRET, code, datetime.fromtimestamp(59, UTC)) is None


def test_a_code_is_taken_once(officer: Any, now: datetime) -> None:
    factor = enrolled(officer, now)
    assert totp.take(factor, code_of(now), now) == ""
    assert totp.take(factor, code_of(now), now) == "code_used"
    assert totp.take(factor, code_of(now + timedelta(seconds=30)), now) == ""


def test_a_code_taken_once_stays_taken_when_the_clock_jumps_back(officer: Any, now: datetime) -> None:
    factor = enrolled(officer, now)
    code = code_of(now)
    assert totp.take(factor, code, now) == ""
    later = now + timedelta(days=365)
    assert totp.take(factor, code_of(later), later) == ""
    assert totp.take(factor, code, now) == "code_used"  # the clock is back
    assert totp.take(factor, code_of(later), later) == "code_used"
    assert totp.take(factor, code_of(now + timedelta(minutes=2)), now + timedelta(minutes=2)) == ""


def test_the_code_of_the_enrolment_logs_nobody_in(officer: Any, now: datetime) -> None:
    factor = enrol_totp(account=officer, secret=SECRET, code=code_of(now), label="", origin=DESK, now=now)
    assert totp.take(factor, code_of(now), now) == "code_used"


def test_an_app_is_not_enrolled_by_a_wrong_code(officer: Any, now: datetime) -> None:
    with pytest.raises(BadInput):
        enrol_totp(account=officer, secret=SECRET, code="000000", label="", origin=DESK, now=now)
    assert not Factor.objects.exists() and not FactorSecret.objects.exists()


def test_the_trail_holds_the_factor_and_never_its_secret(officer: Any, now: datetime) -> None:
    factor = enrolled(officer, now)
    event = Event.objects.get(act="factor.enrol")
    content = bytes(Body.objects.get(event=event).content)
    assert event.object == f"person:{officer.person_id}" and b'"factor"' in content
    sealed = FactorSecret.objects.get(factor=factor).sealed
    for secret in (SECRET, totp.base32(SECRET).encode(), sealed.encode()):
        assert secret not in content
    assert SECRET not in sealed.encode() and open_sealed(sealed) == SECRET


def test_a_secret_opens_only_under_the_installations_secret(settings: Any) -> None:
    sealed = seal(SECRET)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another secret of fifty characters or so, who counts"
    with pytest.raises(CannotOpen):
        open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert open_sealed(sealed) == SECRET
    with pytest.raises(CannotOpen):
        open_sealed(sealed[:-4] + "AAAA")


def test_a_factor_whose_secret_cannot_be_opened_proves_nothing(
    officer: Any, now: datetime, settings: Any
) -> None:
    enrolled(officer, now)
    settings.SECRET_KEY = "another secret of fifty characters or so, who counts"
    assert take_code(officer.person_id, code_of(now), now) == ("", "not_opened")


def test_each_recovery_code_works_once_and_new_ones_end_the_old(officer: Any, now: datetime) -> None:
    enrolled(officer, now)
    first = recovery.make(account=officer, origin=DESK, now=now)
    assert len(set(first)) == recovery.COUNT == recovery.left(officer.person_id)
    assert take_code(officer.person_id, first[0].upper().replace("-", " "), now) == ("recovery", "")
    assert take_code(officer.person_id, first[0], now) == ("", "wrong_code")
    second = recovery.make(account=officer, origin=DESK, now=now)
    assert take_code(officer.person_id, first[1], now) == ("", "wrong_code")
    assert take_code(officer.person_id, second[1], now) == ("recovery", "")
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert second[2] not in stored and second[2].replace("-", "") not in stored


def test_one_persons_codes_are_no_use_to_another(zone: Any, officer: Any, now: datetime) -> None:
    enrolled(officer, now)
    codes = recovery.make(account=officer, origin=DESK, now=now)
    other = zone.person("20702")
    assert take_code(other, code_of(now), now) == ("", "wrong_code")
    assert take_code(other, codes[0], now) == ("", "wrong_code")


def test_removing_the_last_factor_ends_recovery_codes_and_other_sessions(officer: Any, now: datetime) -> None:
    factor = enrolled(officer, now)
    recovery.make(account=officer, origin=DESK, now=now)
    here, there = (
        open_session(
            session_key=key, person=officer.person, number="20703", origin=DESK, method="password", now=now
        )
        for key in ("here", "there")
    )
    remove(factor_id=factor.id, by_person_id=officer.person_id, reason="", now=now, keep_session_id=here.id)
    assert not factors_of(officer.person_id).exists() and not FactorSecret.objects.exists()
    assert recovery.left(officer.person_id) == 0
    assert list(SessionRecord.objects.filter(ended_at=None)) == [here]
    assert SessionRecord.objects.get(id=there.id).end_reason == "credentials_changed"
    with pytest.raises(BadInput):
        remove(factor_id=factor.id, by_person_id=officer.person_id, reason="", now=now)


def test_the_system_administrator_removes_a_lost_factor_with_a_reason(
    officer: Any, now: datetime, system_admin: int, security_admin: int
) -> None:
    factor = enrolled(officer, now)
    with pytest.raises(Refusal):
        remove(factor_id=factor.id, by_person_id=security_admin, reason="丢失", now=now)
    with pytest.raises(BadInput):
        remove(factor_id=factor.id, by_person_id=system_admin, reason="", now=now)
    remove(factor_id=factor.id, by_person_id=system_admin, reason="手机丢失，本人到场核实", now=now)
    assert not factors_of(officer.person_id).exists()


def test_a_person_has_at_most_ten_factors(officer: Any, now: datetime) -> None:
    for _each in range(MOST):
        enrolled(officer, now)
    with pytest.raises(BadInput):
        enrolled(officer, now)
    assert FactorSecret.objects.count() == MOST
