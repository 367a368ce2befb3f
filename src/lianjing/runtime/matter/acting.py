"""An act on a matter's chain that happens once however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.trail.act import Act, Actor, answered, recorded, request_digest


@contextmanager
def act_on(
    verb: str, matter: Matter, actor: Actor, now: datetime, key: str, parts: Sequence[str]
) -> Iterator[tuple[Act, bool]]:
    """Open the act on the matter's chain; the second value is True where this request was done before.

    `parts` are what the request says: the same key with other parts is refused.
    """
    digest = request_digest([verb, str(actor.person_id), *parts])
    if answered(key, digest) is not None:
        yield Act(verb, chain_of(matter), actor, now), True
        return
    with recorded(
        verb,
        chain=chain_of(matter),
        actor=actor,
        now=now,
        matter_id=matter.pk,
        root_matter_id=matter.root_id,
        request_key=key,
        request_sha256=digest,
    ) as act:
        yield act, False
