"""A request from another program: whatever act answers it is marked with its key and its channel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Asked:
    """A request being answered: `events` are the acts that answered it so far.

    The first act takes the key, so that the request, sent again, is found answered; an act that keeps a key of its
    own is left alone.
    """

    key: str
    sha256: str
    channel: str
    events: list[str] = field(default_factory=list)


_asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def asked_for(key: str, sha256: str, channel: str) -> Iterator[Asked]:
    """Answer a request: every act in the block bears its channel, the first one its key."""
    asked = Asked(key, sha256, channel)
    token = _asked.set(asked)
    try:
        yield asked
    finally:
        _asked.reset(token)


def being_asked() -> Asked | None:
    """Return the request that is being answered, None for acts on a page or by the clock."""
    return _asked.get()
