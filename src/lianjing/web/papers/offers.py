"""Which papers can be drawn from a matter: the approval form of every matter, and those its domain offers for its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lianjing.kernel.declaration import Text
from lianjing.runtime.domains import domain
from lianjing.runtime.matter.models import Matter
from lianjing.web.papers.paper import Paper


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper of a domain: `compose` returns None while the matter has not come so far."""

    key: str
    label: Text
    matter_kind: str
    compose: Callable[[Matter, date], Paper | None]


def offers_for(matter: Matter) -> list[Offer]:
    """Return the papers that the matter's domain offers for its kind."""
    if not matter.domain:
        return []
    return [each for each in domain(matter.domain).papers if each.matter_kind == matter.kind]


def papers_of(matter: Matter, day: date) -> list[Offer]:
    """Return those of the offered papers for which the matter has come far enough."""
    return [each for each in offers_for(matter) if each.compose(matter, day) is not None]
