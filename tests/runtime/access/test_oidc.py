"""OpenID Connect against a provider on this machine: what passes, and each way in which a token can be wrong."""

from __future__ import annotations

import base64
import hmac
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime import clock
from lianjing.runtime.access import oidc
from lianjing.runtime.access.configuration import Unreachable
from lianjing.runtime.access.identities import link, unlink
from lianjing.runtime.access.models import ExternalIdentity
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.trail.models import Event
from tests.runtime.access.provider import KID, Provider

MONDAY = datetime(2025, 9, 1, 10, 30, tzinfo=UTC)
BACK = "http://testserver/login/oidc/callback/"


@pytest.fixture
def now() -> datetime:
    """A moment that needs no founded zone."""
    clock.set_source(lambda: MONDAY)
    return MONDAY


def round_trip(provider: Provider, now: datetime, **turned: str) -> str:
    service = oidc.configured()
    assert service is not None
    address, asked = oidc.begin(service, BACK)
    return oidc.finish(service, asked, provider.log_in(address) | turned, now)


def test_a_whole_round_gives_the_subject(provider: Provider, now: datetime) -> None:
    assert round_trip(provider, now) == "subject-of-20703"


def test_the_address_carries_state_nonce_and_a_hashed_verifier(provider: Provider) -> None:
    service = oidc.configured()
    assert service is not None
    first, asked = oidc.begin(service, BACK)
    second, other = oidc.begin(service, BACK)
    assert asked.verifier not in first and asked.state in first and asked.nonce in first
    assert {asked.state, asked.nonce, asked.verifier}.isdisjoint({other.state, other.nonce, other.verifier})
    assert first != second


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["lianjing", "another-client"]},
        {"aud": None},
        {"azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 20703},
        {"exp": None},
        {"exp": "never"},
        {"exp": True},
        {"iat": None},
    ],
)
def test_a_wrong_claim_proves_nothing(provider: Provider, now: datetime, claims: dict[str, Any]) -> None:
    provider.claims = claims
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now)


@pytest.mark.parametrize(("name", "seconds"), [("exp", -61), ("iat", 120), ("iat", -3600), ("nbf", 3600)])
def test_a_token_of_another_time_proves_nothing(
    provider: Provider, now: datetime, name: str, seconds: int
) -> None:
    provider.claims = {name: int((now + timedelta(seconds=seconds)).timestamp())}
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now)


def test_clocks_may_differ_by_a_minute(provider: Provider, now: datetime) -> None:
    provider.claims = {"iat": int(now.timestamp()) + 30, "exp": int(now.timestamp()) - 30}
    assert round_trip(provider, now)


def test_a_token_signed_by_another_key_proves_nothing(provider: Provider, now: datetime) -> None:
    provider.signs_with = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now)


def test_an_unsigned_token_proves_nothing(provider: Provider, now: datetime, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        provider,
        "_token",
        lambda _form, _authorization: (200, {"id_token": jwt.encode({"sub": "x"}, None, "none")}),
    )
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now)


def test_the_public_key_is_no_secret_to_sign_with(
    provider: Provider, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old trick: HMAC under the published key. Signed by hand, for the library would not."""
    public = provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parts = [{"alg": "HS256", "typ": "JWT", "kid": KID}, {"iss": provider.issuer, "sub": "subject-of-20703"}]
    signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    seal = base64.urlsafe_b64encode(hmac.digest(public, signed, "sha256")).rstrip(b"=")
    token = (signed + b"." + seal).decode()
    monkeypatch.setattr(provider, "_token", lambda _form, _authorization: (200, {"id_token": token}))
    with pytest.raises(oidc.NotProved, match="alg"):
        round_trip(provider, now)


def test_a_key_that_the_provider_does_not_publish_proves_nothing(provider: Provider, now: datetime) -> None:
    provider.header = {"kid": "another"}
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now)


@pytest.mark.parametrize(
    "turned",
    [
        {"state": "another"},
        {"state": ""},
        {"iss": "https://elsewhere.example"},
        {"code": ""},
        {"error": "access_denied"},
    ],
)
def test_a_turned_answer_proves_nothing(provider: Provider, now: datetime, turned: dict[str, str]) -> None:
    with pytest.raises(oidc.NotProved):
        round_trip(provider, now, **turned)
    assert "/token" not in provider.asked


def test_a_stolen_code_is_no_use_without_the_verifier(provider: Provider, now: datetime) -> None:
    service = oidc.configured()
    assert service is not None
    stolen = provider.log_in(oidc.begin(service, BACK)[0])
    _address, own = oidc.begin(service, BACK)
    with pytest.raises(Unreachable):  # the provider refuses the exchange
        oidc.finish(service, own, stolen | {"state": own.state}, now)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
def test_a_provider_that_points_elsewhere_is_not_followed(
    provider: Provider, now: datetime, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    with pytest.raises(Unreachable):
        round_trip(provider, now)


def test_a_redirect_is_not_followed(provider: Provider, now: datetime) -> None:
    provider.metadata = {"jwks_uri": f"{provider.issuer}/moved"}
    with pytest.raises(Unreachable):
        round_trip(provider, now)


def test_a_silent_provider_is_out_of_reach() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        service = oidc.Oidc(issuer=f"http://127.0.0.1:{free.getsockname()[1]}", client_id="lianjing")
    with pytest.raises(Unreachable):
        oidc.begin(service, BACK)


def test_only_a_linked_identity_has_an_account_and_none_is_made(
    zone: Any, provider: Provider, now: datetime, system_admin: int
) -> None:
    service, accounts = oidc.configured(), LoginAccount.objects.count()
    assert service is not None
    assert oidc.account_of(service, "subject-of-20703") is None
    row = link(
        person_id=zone.person("20703"),
        kind="oidc",
        issuer=provider.issuer,
        subject="subject-of-20703",
        by_person_id=system_admin,
        reason="统一身份接入",
        now=now,
    )
    found = oidc.account_of(service, "subject-of-20703")
    assert found is not None and found.number == "20703"
    assert oidc.account_of(service, "SUBJECT-OF-20703") is None
    unlink(identity_id=row.id, by_person_id=system_admin, reason="停用", now=now)
    assert oidc.account_of(service, "subject-of-20703") is None
    assert LoginAccount.objects.count() == accounts
    assert list(
        Event.objects.filter(act__startswith="identity.").values_list("act", flat=True).order_by("oseq")
    ) == [
        "identity.link",
        "identity.unlink",
    ]


def test_an_identity_belongs_to_one_person_and_a_person_has_one(
    zone: Any, now: datetime, system_admin: int
) -> None:
    def enter(number: str, subject: str, by: int = system_admin, kind: str = "ldap") -> ExternalIdentity:
        return link(
            person_id=zone.person(number),
            kind=kind,
            issuer="ldaps://directory",
            subject=subject,
            by_person_id=by,
            reason="接入",
            now=now,
        )

    enter("20703", "wang")
    for number, subject, kind in (
        ("20702", "wang", "ldap"),
        ("20703", "other", "ldap"),
        ("20702", "", "ldap"),
        ("20702", "x", "saml"),
    ):
        with pytest.raises(BadInput):
            enter(number, subject, kind=kind)
    with pytest.raises(Refusal):
        enter("20702", "li", by=zone.person("10002"))
    assert ExternalIdentity.objects.count() == 1


@pytest.mark.parametrize(
    ("settings_given", "count"),
    [
        ({}, 0),
        ({"ISSUER": "https://id.example", "CLIENT_ID": "x"}, 0),
        ({"ISSUER": "http://localhost:9000", "CLIENT_ID": "x"}, 0),
        ({"ISSUER": "http://id.example", "CLIENT_ID": "x"}, 1),
        ({"ISSUER": "https://id.example"}, 1),
        ({"CLIENT_ID": "x"}, 1),
        ({"ISSUER": "https://id.example", "CLIENT_ID": "x", "SCOPE": "profile"}, 1),
        ({"ISSUER": "https://id.example", "CLIENT_ID": "x", "CA_FILE": "/nowhere"}, 1),
        ({"ISSUER": "https://id.example", "CLIENT_ID": "x", "CLIENT_SECRET_FILE": "/nowhere"}, 1),
    ],
)
def test_doctor_names_each_fault_and_a_faulty_service_is_off(
    monkeypatch: pytest.MonkeyPatch, settings_given: dict[str, str], count: int
) -> None:
    for key, value in settings_given.items():
        monkeypatch.setenv(f"LIANJING_OIDC_{key}", value)
    assert len(oidc.faults()) == count
    assert (oidc.configured() is not None) == (bool(settings_given) and count == 0)


def test_settings_may_lie_in_the_data_folder(settings: Any, tmp_path: Any) -> None:
    (tmp_path / "secret").write_text("hidden\n")
    (tmp_path / "access.toml").write_text(
        f'[oidc]\nissuer = "https://id.example"\nclient_id = "x"\nclient_secret_file = "{tmp_path / "secret"}"\n'
    )
    service = oidc.configured()
    assert service is not None and service.client_secret == "hidden"
    (tmp_path / "access.toml").write_text("[oidc\n")
    assert oidc.configured() is None and len(oidc.faults()) == 1
