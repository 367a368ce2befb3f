"""WebAuthn: a key that a browser keeps or carries, as second factor, or (with user verification) as both at once."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lianjing.runtime.access.factors import enrol
from lianjing.runtime.access.models import Factor, FactorSecret
from lianjing.runtime.access.origin import Origin
from lianjing.runtime.access.sealing import CannotOpen, keyed_digest, open_sealed
from lianjing.runtime.org.models import LoginAccount

# What the library raises on an answer that is malformed or wrong.
NOT_AN_ANSWER = (ValueError, KeyError, TypeError, AttributeError, AssertionError, IndexError, struct.error)
State = dict[str, Any]


class NotProved(Exception):
    """An answer that proves nothing; `reason` is a code of login_reason."""

    def __init__(self, reason: str = "wrong_key") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """The site as the browser names it: its host, and scheme with host and port."""

    host: str
    origin: str

    def server(self) -> Fido2Server:
        """Return the checks for this site and no other."""
        party = PublicKeyCredentialRpEntity(name="廉镜 Lianjing", id=self.host)
        return Fido2Server(party, verify_origin=lambda origin: origin == self.origin)


def lookup_of(credential_id: bytes) -> str:
    """Return the digest by which a key is found."""
    return hashlib.sha256(credential_id).hexdigest()


def begin_enrolment(account: LoginAccount, place: Place) -> tuple[Mapping[str, Any], State]:
    """Return what the browser needs to make a key, and the challenge to keep until its answer."""
    user = PublicKeyCredentialUserEntity(
        # Opaque: the browser may show or sync it, so it says nothing of the person.
        id=bytes.fromhex(keyed_digest(f"user:{account.id}")),
        name=account.number,
        display_name=account.person.name,
    )
    options, state = place.server().register_begin(
        user,
        credentials=_credentials(account.person_id),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), state


def finish_enrolment(
    *,
    account: LoginAccount,
    state: State,
    answer: Any,
    label: str,
    place: Place,
    origin: Origin,
    now: datetime,
) -> Factor:
    """Enrol the key that answered the challenge; NotProved for any other answer or a key enrolled before."""
    try:
        made = place.server().register_complete(state, answer)
    except NOT_AN_ANSWER as error:
        raise NotProved from error
    credential = made.credential_data
    if credential is None or FactorSecret.objects.filter(lookup=lookup_of(credential.credential_id)).exists():
        raise NotProved
    return enrol(
        account=account,
        kind="webauthn",
        label=label,
        secret=bytes(credential),
        lookup=lookup_of(credential.credential_id),
        sign_count=made.counter,
        origin=origin,
        now=now,
    )


def begin_proof(person_id: int | None, place: Place) -> tuple[Mapping[str, Any], State]:
    """Return what the browser needs to prove a key: of a known person, or (None) of whoever answers, verified by PIN
    or finger."""
    known = None if person_id is None else _credentials(person_id)
    verified = (
        UserVerificationRequirement.REQUIRED if person_id is None else UserVerificationRequirement.PREFERRED
    )
    options, state = place.server().authenticate_begin(known, user_verification=verified)
    return dict(options), state


def finish_proof(*, person_id: int | None, state: State, answer: Any, place: Place, now: datetime) -> Factor:
    """Return the factor that the answer proves; NotProved for any other answer, or a counter that went back."""
    try:
        response = AuthenticationResponse.from_dict(answer)
        secret = FactorSecret.objects.select_related("factor").get(lookup=lookup_of(response.raw_id))
        factor = secret.factor
        if factor.removed_at is not None or person_id not in (None, factor.person_id):
            raise NotProved
        credential = AttestedCredentialData(open_sealed(secret.sealed))
        place.server().authenticate_complete(state, [credential], response)
    except FactorSecret.DoesNotExist as error:
        raise NotProved from error
    except CannotOpen as error:
        raise NotProved("not_opened") from error
    except NOT_AN_ANSWER as error:
        raise NotProved from error
    _count(secret, response.response.authenticator_data.counter, now)
    return factor


def _count(secret: FactorSecret, counter: int, now: datetime) -> None:
    """Keep the signature counter; one that does not grow means that somebody copied the key (WebAuthn 6.1.1)."""
    rows = FactorSecret.objects.filter(factor_id=secret.factor_id)
    rows = rows.filter(sign_count__lt=counter) if counter else rows.filter(sign_count=0)
    if not rows.update(sign_count=counter, used_at=now):
        raise NotProved("key_cloned")


def _credentials(person_id: int) -> list[AttestedCredentialData]:
    rows = FactorSecret.objects.filter(
        factor__person_id=person_id, factor__kind="webauthn", factor__removed_at=None
    )
    return [AttestedCredentialData(open_sealed(row.sealed)) for row in rows]
