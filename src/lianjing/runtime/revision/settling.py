"""What the clock does for the rules: headings and repeals take effect on their day, trial measures come up for review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from lianjing.runtime.message.models import Message
from lianjing.runtime.message.services import Draft, one_line, send_all
from lianjing.runtime.org.models import Post, Unit
from lianjing.runtime.org.queries import heads_of, holders
from lianjing.runtime.regulation.models import Regulation
from lianjing.runtime.revision.models import RevisionPart
from lianjing.runtime.revision.queries import DRAFTER, due_heading, heading_text
from lianjing.runtime.revision.texts import Heading, day_of, heading_of
from lianjing.runtime.trail.act import SYSTEM, legal_day, recorded

NOTICE_DAYS = 60  # how long before its review a trial measure is brought up: a courtesy, no legal term


def settle(now: datetime) -> int:
    """Put the headings and repeals whose day has come into the regulations' rows; return how many."""
    today, done = legal_day(now), 0
    for regulation in _amended(today):
        part = due_heading(regulation.key, today)
        is_over = regulation.to_on is not None and regulation.to_on < today
        is_new = part is not None and part.text != heading_text(regulation)
        if not (is_new or (is_over and regulation.status != "repealed")):
            continue
        chain = f"regulation:{regulation.pk}"
        with recorded("regulation.settle", chain=chain, actor=SYSTEM, now=now) as act:
            regulation.read_again()
            if part is not None:
                put_heading(regulation, heading_of(part.text))
            if is_over:
                regulation.status = "repealed"
            act.save(regulation)
        done += 1
    return done


def _amended(today: date) -> QuerySet[Regulation]:
    headed = RevisionPart.objects.filter(
        kind="heading", revision__state="approved", revision__from_on__lte=today
    )
    over = Regulation.objects.filter(to_on__lt=today).exclude(status="repealed")
    return Regulation.objects.filter(key__in=headed.values("key")) | over


def put_heading(regulation: Regulation, heading: Heading) -> None:
    """Set the columns of a heading; the row is not saved yet."""
    regulation.doc_no, regulation.title, regulation.title_en = (
        heading.doc_no,
        heading.title,
        heading.title_en,
    )
    regulation.issuer = heading.issuer
    regulation.owner_unit = (
        Unit.objects.filter(code=heading.owner_unit).first() if heading.owner_unit else None
    )
    regulation.is_trial = heading.is_trial
    if regulation.status in ("trial", "in_force"):
        regulation.status = "trial" if heading.is_trial else "in_force"
    regulation.review_on = day_of(heading.review_on, "review_on")
    regulation.issued_on = day_of(heading.issued_on, "issued_on")


def under_review(today: date) -> QuerySet[Regulation]:
    """Return the trial measures whose review is near or has passed, the most urgent first."""
    rows = Regulation.objects.filter(is_trial=True, review_on__lte=today + timedelta(days=NOTICE_DAYS))
    return rows.exclude(status="repealed").select_related("owner_unit").order_by("review_on", "key")


def remind_of_reviews(now: datetime) -> int:
    """Tell the owner of each trial measure once that its review is near and once that it has passed."""
    drafts = list(_reminders(legal_day(now)))
    told = set(Message.objects.filter(once__in=[each.once for each in drafts]).values_list("once", flat=True))
    with transaction.atomic():
        return len(send_all([each for each in drafts if each.once not in told], now))


def _reminders(today: date) -> Iterator[Draft]:
    for row in under_review(today):
        assert row.review_on is not None
        state = "late" if row.review_on < today else "soon"
        yield Draft(
            owners_of(row, today),
            "rule_review_due",
            one_line(row.title, row.review_on.isoformat()),
            link=f"/regulations/{row.key}/",
            once=f"rule_review:{row.pk}:{row.review_on:%Y%m%d}:{state}",
        )


def owners_of(regulation: Regulation, day: date) -> list[int]:
    """Return who answers for a regulation: the heads of its owner, else those who draft rules."""
    if regulation.owner_unit_id is not None:
        heads = heads_of(regulation.owner_unit_id, day)
        if heads:
            return heads
    posts = Post.objects.filter(key=DRAFTER).values_list("id", flat=True)
    return [each.person_id for post_id in posts for each in holders(post_id, day)]
