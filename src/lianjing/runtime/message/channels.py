"""The ways out of the site: e-mail, SMS gateway, government messenger; each a port of one method."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from lianjing.runtime.message.kinds import EMAIL, HOOK, SMS

TIMEOUT = 5  # seconds: the worker has other jobs
LONGEST_ANSWER = 4096
PERMANENT = {400, 404, 410, 413, 422}


@dataclass
class NotDelivered(Exception):
    """A delivery that failed; a permanent failure is not tried again."""

    reason: str
    is_permanent: bool = False

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Parcel:
    """What leaves the site: already without its words where the message is confidential."""

    key: str  # the same at each attempt: a gateway may drop the second of two
    kind: str
    address: str
    subject: str
    text: str
    link: str


class Channel(Protocol):
    """A way out. After `deliver` returns the other side has taken the parcel; NotDelivered otherwise."""

    def deliver(self, parcel: Parcel, now: datetime) -> None: ...


class Mail:
    """E-mail by the mail back-end of the settings."""

    def deliver(self, parcel: Parcel, now: datetime) -> None:
        """Send one plain-text e-mail; the header fields have passed Django's own check for line breaks too."""
        body = f"{parcel.text}\n\n{parcel.link}".strip() + "\n"
        mail = EmailMessage(
            parcel.subject,
            body,
            settings.DEFAULT_FROM_EMAIL,
            [parcel.address],
            connection=get_connection(timeout=TIMEOUT),
            headers={"Message-ID": f"<{parcel.key}@lianjing.invalid>", "Auto-Submitted": "auto-generated"},
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise NotDelivered("the mail server refused the recipient", is_permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"mail server: {type(error).__name__}") from error
        except ValueError as error:
            raise NotDelivered("the header is not sound", is_permanent=True) from error


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway does not send its clients elsewhere."""

    def redirect_request(self, *_given: Any) -> None:
        """Follow no redirect: it comes back as an HTTPError."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway of the intranet that takes signed JSON by HTTP POST (the SMS platform, the government messenger).

    `X-Lianjing-Signature` is hex HMAC-SHA256 of "timestamp.body" under the shared secret; `X-Lianjing-Timestamp` is
    in seconds of UTC; `Idempotency-Key` is the same at each attempt.
    """

    url: str
    secret: str

    def deliver(self, parcel: Parcel, now: datetime) -> None:
        """Post one parcel; any answer but 2xx is a failure, 4xx of content a permanent one."""
        content = {
            "key": parcel.key,
            "kind": parcel.kind,
            "to": parcel.address,
            "subject": parcel.subject,
            "text": parcel.text,
            "link": parcel.link,
        }
        body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        stamp = str(int(now.timestamp()))
        request = urllib.request.Request(
            self.url,
            data=body,
            method="POST",
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Idempotency-Key": parcel.key,
                "X-Lianjing-Timestamp": stamp,
                "X-Lianjing-Signature": signature(self.secret, stamp, body),
            },
        )
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request, timeout=TIMEOUT) as answer:
                answer.read(LONGEST_ANSWER)
        except urllib.error.HTTPError as error:
            error.close()
            raise NotDelivered(f"HTTP {error.code}", is_permanent=error.code in PERMANENT) from error
        except OSError as error:
            raise NotDelivered(f"gateway: {type(error).__name__}") from error


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Return the signature of a post, as the receiver computes it too."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def installed() -> dict[str, Channel]:
    """Return the channels that this installation has configured; none is the default."""
    found: dict[str, Channel] = {}
    if settings.LIANJING_MAIL:
        found[EMAIL] = Mail()
    for name, place in ((SMS, settings.LIANJING_SMS), (HOOK, settings.LIANJING_HOOK)):
        if place.get("url"):
            found[name] = gateway(place["url"], place.get("secret", ""))
    return found


def gateway(url: str, secret: str) -> Gateway:
    """Return the gateway at an address; ValueError for another scheme than http(s) and for a missing secret."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError(f"a message gateway is reached by http or https, not {url!r}")
    if len(secret) < 16:
        raise ValueError("a message gateway needs a shared secret of at least 16 characters")
    return Gateway(url, secret)
