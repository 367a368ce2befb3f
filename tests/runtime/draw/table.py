"""A draw on the table of the small office: an operator, a lawyer of another unit who commits, a pool of experts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from lianjing.runtime.draw import queries, rules, services
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.services import Candidate
from lianjing.runtime.parties.experts import add_expert
from tests.runtime.contract.office import NOW, Office

VALUE = bytes(range(32))


class Table:
    """Drives the services of draws."""

    def __init__(self) -> None:
        self.office = Office()
        self.project = self.office.project()
        self.now = NOW
        with self.office.act() as act:
            self.experts = [
                add_expert(act, person_id=person.pk, pool="zone") for person in self.office.members
            ]

    def later(self) -> datetime:
        """Let a minute pass."""
        self.now += timedelta(minutes=1)
        return self.now

    def pool(self, **changes: Any) -> list[Candidate]:
        """Return the five experts as candidates; changes by their number, as in e2={"weight": …}."""
        return [
            Candidate(
                f"expert:{expert.pk}", f"专家{place}", **changes.get(f"e{place}", {"weight": Decimal(1)})
            )
            for place, expert in enumerate(self.experts)
        ]

    def prepare(self, count: int = 3, **changes: Any) -> Draw:
        """Begin a draw."""
        wanted: dict[str, Any] = {
            "matter_id": self.project.pk,
            "kind": "expert",
            "pick_count": count,
            "title": "评标专家抽取",
            "person_id": self.office.officer.pk,
            "committer_person_id": self.office.lawyer.pk,
            "now": self.later(),
            **changes,
        }
        return services.prepare(**wanted)

    def commit(self, draw: Draw, value: bytes = VALUE, person: Any = None) -> Draw:
        """Hand in the digest."""
        return services.commit(
            draw_id=draw.pk,
            person_id=(person or self.office.lawyer).pk,
            digest=rules.commitment(value),
            now=self.later(),
        )

    def lock(self, draw: Draw, candidates: list[Candidate] | None = None, person: Any = None) -> Draw:
        """Lock the pool."""
        return services.lock(
            draw_id=draw.pk,
            candidates=self.pool() if candidates is None else candidates,
            person_id=(person or self.office.officer).pk,
            now=self.later(),
        )

    def reveal(self, draw: Draw, value: bytes = VALUE, person: Any = None) -> Draw:
        """Reveal the value."""
        return services.reveal(
            draw_id=draw.pk,
            person_id=(person or self.office.lawyer).pk,
            value=value.hex(),
            now=self.later(),
        )

    def reply(self, row: DrawCandidate, word: str, person: Any = None) -> DrawCandidate:
        """Record a reply."""
        return services.reply(
            candidate_id=row.pk,
            person_id=(person or self.office.officer).pk,
            reply=word,
            now=self.later(),
        )

    def redraw(self, draw: Draw, reason: str, **changes: Any) -> Draw:
        """Draw again."""
        wanted = {"person_id": self.office.officer.pk, "now": self.later(), **changes}
        return services.redraw(draw_id=draw.pk, reason=reason, **wanted)

    def drawn(self, count: int = 3, candidates: list[Candidate] | None = None) -> Draw:
        """Return a draw that was carried out."""
        draw = self.commit(self.prepare(count))
        return self.reveal(self.lock(draw, candidates))

    def refs(self, draw: Draw) -> list[str]:
        """Return who stands as drawn."""
        return [row.candidate for row in queries.picks(draw)]
