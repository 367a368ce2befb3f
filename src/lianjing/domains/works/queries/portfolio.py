"""The portfolio of works: which post and person holds how much open work, and how much of it is overdue (C24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from lianjing.domains.works.models import PlanItem
from lianjing.runtime.org.models import Appointment, Post
from lianjing.runtime.org.queries import on_day
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import visible_to


@dataclass(frozen=True, slots=True)
class Load:
    """What waits at one post: open items, those past their deadline, projects touched, the oldest, and who holds it."""

    post: Post
    holders: str
    open_count: int
    overdue_count: int
    project_count: int
    oldest_at: datetime | None

    @property
    def pk(self) -> int:
        """The post's id."""
        return self.post.pk


def open_items(person_id: int, day: date) -> QuerySet[WorkItem]:
    """Return the open items of works within a person's scope."""
    seen = visible_to(person_id, day).filter(domain="works").values("id")
    return WorkItem.objects.filter(closed_at=None, matter_id__in=seen)


def workload(person_id: int, day: date, now: datetime) -> list[Load]:
    """Return the load of each post at which work waits, the most overdue first; three queries."""
    rows = list(
        open_items(person_id, day)
        .order_by()
        .values("post_id")
        .annotate(
            opened=Count("id"),
            overdue=Count("id", filter=Q(due_at__lt=now)),
            projects=Count("matter__root_id", distinct=True),
            oldest=Min("opened_at"),
        )
    )
    posts = Post.objects.select_related("unit").in_bulk([row["post_id"] for row in rows])
    names: dict[int, list[str]] = {}
    for term in (
        Appointment.objects.filter(on_day(day), post_id__in=posts).select_related("person").order_by("id")
    ):
        names.setdefault(term.post_id, []).append(term.person.name)
    loads = [
        Load(
            posts[row["post_id"]],
            "、".join(names.get(row["post_id"], [])),
            row["opened"],
            row["overdue"],
            row["projects"],
            row["oldest"],
        )
        for row in rows
    ]
    return sorted(loads, key=lambda load: (-load.overdue_count, -load.open_count, load.post.pk))


def late_projects(now: datetime) -> QuerySet[Any]:
    """Return the ids of projects in which an open item is past its deadline."""
    return WorkItem.objects.filter(closed_at=None, due_at__lt=now).order_by().values("matter__root_id")


def planned_condition(choice: str) -> Q:
    """Return the condition of projects in the yearly plan ("planned") or outside it ("unplanned")."""
    coded = PlanItem.objects.exclude(project_code="").values("project_code")
    inside = Q(plan_item__isnull=False) | Q(project_code__in=coded)
    return inside if choice == "planned" else ~inside
