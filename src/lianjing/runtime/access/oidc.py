"""OpenID Connect: authorisation code with PKCE, state and nonce; the identity token is checked, never trusted."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import jwt
from django.utils.translation import gettext as _

from lianjing.runtime.access.configuration import Fault, Unreachable, is_local, missing, read_fault, section
from lianjing.runtime.access.models import ExternalIdentity
from lianjing.runtime.org.models import LoginAccount

SECONDS = 5
LARGEST = 1024 * 1024  # bytes of an answer
LEEWAY = 60  # seconds between the clocks
OLDEST = 600  # seconds since the token was issued
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class NotProved(Exception):
    """An answer of the identity service that proves nobody's identity; the text says why, for the log of faults."""


@dataclass(frozen=True, slots=True)
class Oidc:
    """An identity service and this installation's registration there."""

    issuer: str
    client_id: str
    client_secret: str = ""
    label: str = ""
    scope: str = "openid"
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What must come back unchanged: kept in the session, used once."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str

    def kept(self) -> dict[str, str]:
        """Return it as a session keeps it."""
        return asdict(self)


class _NoRedirect(HTTPRedirectHandler):
    """An identity service answers itself or not at all."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow nothing."""


def configured() -> Oidc | None:
    """Return the identity service, None where there is none or its settings are at fault (doctor says which)."""
    try:
        given = section("oidc")
    except (OSError, tomllib.TOMLDecodeError):
        return None
    return _service(given) if given and not _faults(given) else None


def faults() -> list[Fault]:
    """Return what is wrong with the identity service's settings; empty where they are right or there are none."""
    if unread := read_fault("oidc"):
        return [unread]
    given = section("oidc")
    return _faults(given) if given else []


def _service(given: Mapping[str, str]) -> Oidc:
    return Oidc(
        issuer=given.get("issuer", ""),
        client_id=given.get("client_id", ""),
        client_secret=given.get("client_secret", ""),
        label=given.get("label", ""),
        scope=given.get("scope", "openid"),
        ca_file=given.get("ca_file", ""),
    )


def _faults(given: dict[str, str]) -> list[Fault]:
    found = list(missing(given, "oidc", ("issuer", "client_id")))
    service = _service(given)
    if not found and not _is_safe(service.issuer):
        found.append(Fault(_("OIDC 签发方地址不是 https"), _("改正 LIANJING_OIDC_ISSUER")))
    if "openid" not in service.scope.split():
        found.append(Fault(_("OIDC scope 中没有 openid"), _("改正 LIANJING_OIDC_SCOPE")))
    if service.ca_file and not Path(service.ca_file).is_file():
        found.append(
            Fault(
                _("OIDC 证书文件不存在：%(place)s") % {"place": service.ca_file},
                _("改正 LIANJING_OIDC_CA_FILE"),
            )
        )
    return found


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_local(url)))


def begin(service: Oidc, redirect_uri: str) -> tuple[str, Asked]:
    """Return where to send the browser, and what must come back. Unreachable where the service does not answer."""
    asked = Asked(
        secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), redirect_uri
    )
    challenge = (
        base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    )
    query = {
        "response_type": "code",
        "client_id": service.client_id,
        "redirect_uri": redirect_uri,
        "scope": service.scope,
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    place = _text(_metadata(service), "authorization_endpoint")
    return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}", asked


def finish(service: Oidc, asked: Asked, answer: Mapping[str, str], now: datetime) -> str:
    """Return the subject that the service proves; NotProved or Unreachable otherwise."""
    if not secrets.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
        raise NotProved("state")
    if answer.get("iss", service.issuer) != service.issuer:  # RFC 9207
        raise NotProved("iss of the answer")
    if "error" in answer or not answer.get("code"):
        raise NotProved("refused by the service")
    metadata = _metadata(service)
    token = _exchange(service, metadata, asked, answer["code"])
    return _subject(service, metadata, asked, token, now)


def account_of(service: Oidc, subject: str) -> LoginAccount | None:
    """Return the account that the administrator linked to this subject; nobody else's, and none is ever made."""
    row = ExternalIdentity.objects.filter(
        kind="oidc", issuer=service.issuer, subject=subject, ended_at=None
    ).first()
    return (
        LoginAccount.objects.filter(person_id=row.person_id).select_related("person").first() if row else None
    )


def _exchange(service: Oidc, metadata: Mapping[str, Any], asked: Asked, code: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect_uri,
        "code_verifier": asked.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if service.client_secret and "client_secret_basic" in ways:
        pair = f"{quote(service.client_id, safe='')}:{quote(service.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": service.client_id}
        form |= {"client_secret": service.client_secret} if service.client_secret else {}
    told = _fetch(service, _text(metadata, "token_endpoint"), urlencode(form).encode(), headers)
    token = told.get("id_token")
    if not isinstance(token, str):
        raise NotProved("no id_token")
    return token


def _subject(service: Oidc, metadata: Mapping[str, Any], asked: Asked, token: str, now: datetime) -> str:
    """Check signature, issuer, audience, times and nonce of an identity token (OIDC Core 3.1.3.7)."""
    try:
        key = _signing_key(_fetch(service, _text(metadata, "jwks_uri")), jwt.get_unverified_header(token))
        claims = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=service.client_id,
            issuer=service.issuer,
            # The times are compared below, with the installation's clock.
            options={
                "require": ["exp", "iat", "sub", "aud", "iss"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise NotProved(str(error)) from error
    _check_times(claims, now.timestamp())
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), asked.nonce.encode()):
        raise NotProved("nonce")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else service.client_id) != service.client_id:
        raise NotProved("azp")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotProved("sub")
    return claims["sub"]


def _check_times(claims: Mapping[str, Any], moment: float) -> None:
    for name in ("exp", "iat", "nbf"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise NotProved(name)
    if moment >= claims["exp"] + LEEWAY:
        raise NotProved("exp")
    if not moment - OLDEST <= claims["iat"] <= moment + LEEWAY:
        raise NotProved("iat")
    if claims.get("nbf", moment) > moment + LEEWAY:
        raise NotProved("nbf")


def _signing_key(told: Mapping[str, Any], header: Mapping[str, Any]) -> Any:
    """Return the service's key for this header; symmetric keys are not among those allowed."""
    if header.get("alg") not in ALGORITHMS:
        raise NotProved("alg")
    usable = [
        row
        for row in told.get("keys", [])
        if row.get("use", "sig") == "sig" and row.get("kid") == header.get("kid", row.get("kid"))
    ]
    if len(usable) != 1:
        raise NotProved("kid")
    return jwt.PyJWK(usable[0], algorithm=header["alg"]).key


def _metadata(service: Oidc) -> Mapping[str, Any]:
    told = _fetch(service, f"{service.issuer.rstrip('/')}/.well-known/openid-configuration")
    if told.get("issuer") != service.issuer:
        raise Unreachable("issuer")
    return told


def _text(metadata: Mapping[str, Any], name: str) -> str:
    value = metadata.get(name)
    if not isinstance(value, str) or not _is_safe(value):
        raise Unreachable(name)
    return value


def _fetch(
    service: Oidc, url: str, form: bytes | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object at an address of the service; Unreachable for anything else."""
    context = ssl.create_default_context(cafile=service.ca_file or None)
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context), _NoRedirect())
    asked = Request(url, data=form, headers={"Accept": "application/json", **(headers or {})})
    try:
        with opener.open(asked, timeout=SECONDS) as answer:
            told = json.loads(answer.read(LARGEST + 1)[: LARGEST + 1])
    except (URLError, OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"{url}: {error}") from error
    if not isinstance(told, dict):
        raise Unreachable(url)
    return told
