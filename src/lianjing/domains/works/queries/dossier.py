"""The rest of a project's file: who acted in it, what meetings decided, changes and visas, what is still owed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from lianjing.domains.works.models import ChangeOrder, SiteVisa
from lianjing.domains.works.queries.tabs import percent
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.meeting.models import AgendaItem, Vote
from lianjing.runtime.org.models import Person, Post
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking.models import Undertaking

NOTHING = Decimal("0.00")
DEAD = ("refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class Actor:
    """One person at one post in the project: how many acts, refused attempts apart, from when to when."""

    person: Person
    post: Post | None
    count: int
    first_at: datetime
    last_at: datetime


def people_of(matter: Matter, visible: Collection[int]) -> list[Actor]:
    """Return who acted in the matters that the reader may see, the most acts first; three queries."""
    rows = list(
        Event.objects.filter(
            root_matter_id=matter.id, matter_id__in=visible, is_refused=False, person_id__isnull=False
        )
        .order_by()
        .values("person_id", "post_id")
        .annotate(count=Count("id"), first_at=Min("recorded_at"), last_at=Max("recorded_at"))
    )
    persons = Person.objects.select_related("unit").in_bulk({row["person_id"] for row in rows})
    posts = Post.objects.select_related("unit").in_bulk({row["post_id"] for row in rows if row["post_id"]})
    found = [
        Actor(
            persons[row["person_id"]],
            posts.get(row["post_id"]),
            row["count"],
            row["first_at"],
            row["last_at"],
        )
        for row in rows
        if row["person_id"] in persons
    ]
    return sorted(found, key=lambda each: (-each.count, each.person.pk))


@dataclass
class Decision:
    """One item of a meeting on the project with the members' views and votes, once it is decided."""

    item: AgendaItem
    votes: list[Vote] = field(default_factory=list)

    @property
    def dissent(self) -> list[Vote]:
        """The votes against, with their reasons."""
        return [vote for vote in self.votes if vote.is_dissent]

    @property
    def recused(self) -> list[Vote]:
        """The members who were recused."""
        return [vote for vote in self.votes if vote.choice == "recused"]


def decisions_of(matter: Matter, visible: Collection[int], person_id: int) -> list[Decision]:
    """Return the decisions on the project's matters, without those from which the reader is recused; three queries."""
    items = AgendaItem.objects.filter(
        Q(matter__root_id=matter.id) | Q(matter_id=matter.id), matter_id__in=visible
    ).select_related("meeting", "matter", "legality_review", "expert_review", "carried_by_unit")
    found = {item.pk: Decision(item) for item in items.order_by("meeting__held_on", "seq")}
    for vote in Vote.objects.filter(agenda_item_id__in=found).select_related("person").order_by("seq"):
        found[vote.agenda_item_id].votes.append(vote)
    recused = set(
        Recusal.objects.filter(person_id=person_id, result="recused").values_list("matter_id", flat=True)
    )
    shown = []
    for each in found.values():
        own = any(vote.person_id == person_id for vote in each.recused)
        if own or each.item.matter_id in recused or matter.id in recused:
            continue
        if not each.item.result:
            each.votes = []
        shown.append(each)
    return shown


@dataclass
class Extra:
    """The changes and visas of one contract with what they come to."""

    contract: Contract
    changes: list[ChangeOrder] = field(default_factory=list)
    visas: list[SiteVisa] = field(default_factory=list)

    @property
    def changed(self) -> Decimal:
        """The sum of the changes that were approved."""
        return sum((row.amount or NOTHING for row in self.changes if row.approved_on), NOTHING)

    @property
    def share(self) -> str:
        """The approved changes as a share of the contract sum, "" where that is not known."""
        return percent(self.changed / self.contract.amount) if self.contract.amount else ""


def extras_of(contracts: Iterable[Contract], visible: Collection[int]) -> list[Extra]:
    """Return the contracts that have changes or visas; two queries."""
    found = {contract.pk: Extra(contract) for contract in contracts}
    changes = ChangeOrder.objects.filter(contract_id__in=found, pk__in=visible)
    for change in changes.exclude(status__in=DEAD).select_related("matter").order_by("proposed_on", "pk"):
        change.cumulative_percent = percent(change.cumulative_ratio)  # type: ignore[attr-defined]
        found[change.contract_id].changes.append(change)
    visas = SiteVisa.objects.filter(contract_id__in=found, pk__in=visible)
    for visa in visas.select_related("matter").order_by("occurred_at", "pk"):
        found[visa.contract_id].visas.append(visa)
    return [each for each in found.values() if each.changes or each.visas]


def owed_in(matter: Matter, visible: Collection[int]) -> QuerySet[Undertaking]:
    """Return what is still owed in the project: papers, rectifications, deviations, decisions to carry out."""
    return (
        Undertaking.objects.filter(matter_id__in=visible, closed_on=None)
        .select_related("owner_person", "owner_unit", "matter")
        .order_by("due_on", "id")
    )


def overdue_count(rows: Iterable[Any], day: date) -> int:
    """Return how many of the rows are past their day."""
    return sum(row.due_on < day for row in rows)
