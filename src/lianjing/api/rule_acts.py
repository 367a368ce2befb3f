"""The revisions of the rules for other programs: the same acts as on the pages, the same persons, the same refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from lianjing.kernel.declaration import Operation
from lianjing.runtime.org.models import Person
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.revision import queries, replay, services
from lianjing.runtime.revision.fired import Fired, Month, by_month, by_rule, refusals
from lianjing.runtime.revision.models import Revision, RevisionPart, RevisionReplay
from lianjing.runtime.scope.events import events_for
from lianjing.runtime.scope.reader import OFFICIALS


def put_part(
    *, revision_id: int, kind: str, part: str, text: str, person_id: int, now: datetime
) -> RevisionPart:
    """Keep the text of one part of a draft; what lies outside of the profile is refused with place and remedy."""
    return services.put_part(
        revision_id=revision_id, kind=kind, key=part, text=text, person_id=person_id, now=now
    )


def drop_part(*, revision_id: int, kind: str, part: str, person_id: int, now: datetime) -> None:
    """Take a part out of a draft; what is in force stays as it is."""
    services.drop_part(revision_id=revision_id, kind=kind, key=part, person_id=person_id, now=now)


def rebase(*, revision_id: int, kind: str, part: str, person_id: int, now: datetime) -> RevisionPart:
    """Tie a part to the version that has come into force meanwhile, once the two were compared."""
    return services.rebase(revision_id=revision_id, kind=kind, key=part, person_id=person_id, now=now)


def begin(
    *, regulation_id: int, bundle_key: str, title: str, reason: str, person_id: int, now: datetime
) -> Revision:
    """Begin a revision of a regulation; "" for its first bundle."""
    regulation = Regulation.objects.get(pk=regulation_id)
    return services.begin(
        regulation_key=regulation.key,
        bundle_key=bundle_key,
        title=title,
        reason=reason,
        person_id=person_id,
        now=now,
    )


def repeal(*, regulation_id: int, from_on: date, reason: str, person_id: int, now: datetime) -> Revision:
    """Propose that a regulation be no longer in force from a day on; another person approves it."""
    regulation = Regulation.objects.get(pk=regulation_id)
    return services.repeal(
        regulation_key=regulation.key, from_on=from_on, reason=reason, person_id=person_id, now=now
    )


def text(*, revision_id: int, kind: str, part: str) -> Mapping[str, str]:
    """Return a part's text as drafted, and the text that it replaces."""
    return {
        "text": queries.part_text(revision_id, kind, part),
        "base": queries.base_text(kind, part),
    }


def fired(*, clause: str, person_id: int, day: date) -> Mapping[str, Sequence[Fired] | Sequence[Month]]:
    """Return how often the checks that rest on a clause refused something in the reader's scope, by rule and month."""
    found = refusals(events_for(Person.objects.get(pk=person_id), day), [clause])
    return {"rules": by_rule(found), "months": by_month(found)}


def ask_replay(
    *,
    revision_id: int,
    person_id: int,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> RevisionReplay:
    """Ask for a replay of past matters under the draft; a job carries it out, the row then holds the sums."""
    return replay.ask(revision_id=revision_id, since=since, until=until, person_id=person_id, now=now)


REGULATION: Mapping[str, Any] = {"regulation_id": Regulation}
REVISION: Mapping[str, Any] = {"revision_id": Revision}
PLACE = "revisions/{revision_id}"
PAGE = ("revision",)

OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "rules": (
        Operation("regulations/{regulation_id}/revisions", begin, REGULATION, pages=("revision_new",)),
        Operation("regulations/{regulation_id}/repeal", repeal, REGULATION, pages=("regulation_repeal",)),
        Operation(
            f"{PLACE}/parts",
            put_part,
            REVISION,
            pages=(
                "revision_clause",
                "revision_heading",
                "revision_process",
                "revision_decision",
                "revision_form",
            ),
        ),
        Operation(f"{PLACE}/parts/drop", drop_part, REVISION, pages=PAGE),
        Operation(f"{PLACE}/parts/rebase", rebase, REVISION, pages=PAGE),
        Operation(
            f"{PLACE}/text", text, REVISION, is_act=False, pages=("revision_compare",), kinds=OFFICIALS
        ),
        Operation(f"{PLACE}/check", services.check, REVISION, pages=PAGE),
        Operation(f"{PLACE}/replay", ask_replay, REVISION, pages=("revision_replay",)),
        Operation(f"{PLACE}/submit", services.submit, REVISION, pages=PAGE),
        Operation(f"{PLACE}/approve", services.approve, REVISION, pages=PAGE),
        Operation(f"{PLACE}/reject", services.reject, REVISION, pages=PAGE),
        Operation(f"{PLACE}/withdraw", services.withdraw, REVISION, pages=PAGE),
        Operation("clauses/fired", fired, is_act=False, pages=("clause_refusals",), kinds=OFFICIALS),
    )
}
