"""What lies on a person's desk at some of his posts: the list that a hand-over passes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Delegation, Post
from lianjing.runtime.process.models import FormDraft, WorkItem
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.undertaking.models import Undertaking


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing on the desk: its kind (code list hand_over_kind), the row it is, its words, when it is due."""

    kind: str
    table: str
    row: str
    title: str
    due_on: date | None = None
    matter_id: int | None = None


def things(person_id: int, posts: Sequence[Post], day: date) -> list[Thing]:
    """Return everything that passes with these posts, in a stable order."""
    ids = [post.id for post in posts]
    return [
        *_items(ids),
        *_drafts(person_id, ids),
        *_undertakings(person_id, posts),
        *_delegations(person_id, ids, day),
        *_matters(person_id, ids),
    ]


def _items(post_ids: Sequence[int]) -> Iterator[Thing]:
    rows = WorkItem.objects.filter(post_id__in=post_ids, closed_at=None, matter__status="open")
    for row in rows.select_related("matter").order_by("due_at", "id"):
        due = legal_day(row.due_at) if row.due_at else None
        yield Thing("item", "work_item", str(row.pk), f"{row.matter.title}·{row.name}", due, row.matter_id)


def _drafts(person_id: int, post_ids: Sequence[int]) -> Iterator[Thing]:
    rows = FormDraft.objects.filter(
        person_id=person_id, work_item__post_id__in=post_ids, work_item__closed_at=None
    )
    for row in rows.select_related("work_item__matter").order_by("id"):
        item = row.work_item
        yield Thing(
            "draft", "form_draft", str(row.pk), f"{item.matter.title}·{item.name}", None, item.matter_id
        )


def _undertakings(person_id: int, posts: Sequence[Post]) -> Iterator[Thing]:
    """Personal undertakings go with the posts of their unit; those without a unit with any post."""
    units = {post.unit_id for post in posts}
    for kind, column in (("undertaking", "owner_person_id"), ("check", "checker_person_id")):
        rows = Undertaking.objects.filter(**{column: person_id}, closed_on=None).order_by("due_on", "id")
        for row in rows:
            if kind == "check" or row.owner_unit_id is None or row.owner_unit_id in units:
                yield Thing(kind, "undertaking", str(row.pk), row.what, row.due_on, row.matter_id)


def _delegations(person_id: int, post_ids: Sequence[int], day: date) -> Iterator[Thing]:
    given = Delegation.objects.filter(from_person_id=person_id, post_id__in=post_ids, to_on__gte=day)
    for row in given.select_related("to_person", "post").order_by("id"):
        yield Thing(
            "delegation", "delegation", str(row.pk), f"{row.post.name} → {row.to_person.name}", row.to_on
        )
    taken = Delegation.objects.filter(to_person_id=person_id, to_on__gte=day)
    for row in taken.select_related("from_person", "post").order_by("id"):
        yield Thing(
            "borrowed", "delegation", str(row.pk), f"{row.from_person.name} · {row.post.name}", row.to_on
        )


def _matters(person_id: int, post_ids: Sequence[int]) -> Iterator[Thing]:
    rows = Matter.objects.filter(handler_person_id=person_id, status="open")
    for row in rows.order_by("id"):
        if row.handler_post_id is None or row.handler_post_id in post_ids:
            yield Thing("matter", "matter", str(row.pk), row.title, row.due_on, row.pk)


def digest(listed: Iterable[Thing]) -> str:
    """Return what tells one list from another, so that only the list that was read can be confirmed."""
    text = "\n".join(f"{each.kind} {each.table} {each.row}" for each in listed)
    return hashlib.sha256(text.encode()).hexdigest()
