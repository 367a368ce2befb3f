"""Reads of copies and questions: what they open to a person, what waits for him, what a step still waits for."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.db.models import Q, QuerySet

from lianjing.runtime.consultation.models import Circulation, CirculationCopy, Inquiry, InquiryAnswer


def opened_to(person_id: int, post_ids: Collection[int]) -> list[int]:
    """Return the matters that a person may read by a copy or by a question that waits for him: one query.

    A copy counts while he holds the post at which he got it and until it is withdrawn; a question until it is
    answered or withdrawn, or its step is done.
    """
    if not post_ids:
        return []
    marks = ", ".join(["%s"] * len(post_ids))
    statement = (
        "SELECT c.matter_id FROM circulation_copy k JOIN circulation c ON c.id = k.circulation_id "
        f"WHERE k.person_id = %s AND k.post_id IN ({marks}) AND c.withdrawn_at IS NULL UNION "
        "SELECT q.matter_id FROM inquiry_answer a JOIN inquiry q ON q.id = a.inquiry_id "
        "JOIN work_item i ON i.id = q.work_item_id "
        f"WHERE a.post_id IN ({marks}) AND a.answered_at IS NULL AND (a.person_id IS NULL OR a.person_id = %s) "
        "AND q.withdrawn_at IS NULL AND i.closed_at IS NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [person_id, *post_ids, *post_ids, person_id])
        return [row[0] for row in cursor.fetchall()]


def unanswered(item_id: int) -> int:
    """Return how many answers a step must still wait for before it can be completed: one short query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM inquiry q JOIN inquiry_answer a ON a.inquiry_id = q.id WHERE q.work_item_id = %s "
            "AND q.is_required AND q.withdrawn_at IS NULL AND a.answered_at IS NULL",
            [item_id],
        )
        return int(cursor.fetchone()[0])


def copies_for(person_id: int) -> QuerySet[CirculationCopy]:
    """Return the copies that a person has received, the unread and newest first."""
    rows = CirculationCopy.objects.filter(person_id=person_id)
    return rows.select_related(
        "circulation__matter__root", "circulation__sender_person", "circulation__sender_post__unit"
    ).order_by("-id")


def copies_sent(person_id: int) -> QuerySet[CirculationCopy]:
    """Return the copies that a person has sent, newest first."""
    rows = CirculationCopy.objects.filter(circulation__sender_person_id=person_id)
    return rows.select_related("circulation__matter__root", "person__unit", "post__unit").order_by("-id")


def circulations_of(matter_id: int) -> QuerySet[Circulation]:
    """Return the circulations of a matter with their readers, newest first."""
    rows = Circulation.objects.filter(matter_id=matter_id).select_related(
        "sender_person", "sender_post__unit"
    )
    return rows.prefetch_related("copies__person", "copies__post__unit").order_by("-id")


def questions_for(person_id: int, post_ids: Collection[int]) -> QuerySet[InquiryAnswer]:
    """Return what a person or his posts were asked, what waits first."""
    asked = Q(post_id__in=list(post_ids)) & (Q(person_id__isnull=True) | Q(person_id=person_id))
    rows = InquiryAnswer.objects.filter(asked | Q(answered_by_person_id=person_id))
    return rows.select_related(
        "inquiry__matter__root",
        "inquiry__work_item",
        "inquiry__asker_person",
        "inquiry__asker_post__unit",
        "post__unit",
    ).order_by("-id")


def questions_asked(person_id: int) -> QuerySet[InquiryAnswer]:
    """Return what a person has asked, newest first."""
    rows = InquiryAnswer.objects.filter(inquiry__asker_person_id=person_id)
    return rows.select_related(
        "inquiry__matter__root", "inquiry__work_item", "post__unit", "person", "answered_by_person"
    ).order_by("-id")


def inquiries_of(matter_id: int) -> QuerySet[Inquiry]:
    """Return the questions asked in a matter with their answers, oldest first."""
    rows = Inquiry.objects.filter(matter_id=matter_id)
    return (
        rows.select_related("asker_person", "asker_post__unit", "work_item")
        .prefetch_related("answers__post__unit", "answers__person", "answers__answered_by_person")
        .order_by("id")
    )
