"""The check of a paper: the last event of its matter or object, the leaf that proves it, the address that shows it."""

from __future__ import annotations

from lianjing.kernel.trail.envelope import leaf_hash
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.trail.models import Event
from lianjing.web.papers.paper import Check


def check_of_matter(matter: Matter, address: str) -> Check | None:
    """Return the check by the last act on a matter, None where it has none."""
    return _check(
        Event.objects.filter(matter_id=matter.pk, is_refused=False).order_by("-recorded_at", "-oseq").first(),
        address,
    )


def check_of_chain(chain: str, act: str, address: str) -> Check | None:
    """Return the check by the last act of a name on a chain, None where there is none."""
    return _check(
        Event.objects.filter(object=chain, act=act, is_refused=False).order_by("-oseq").first(), address
    )


def _check(event: Event | None, address: str) -> Check | None:
    if event is None:
        return None
    return Check(address, event.id, leaf_hash(bytes(event.envelope)).hex())
