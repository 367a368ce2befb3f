"""Rows of tables that no list of tables shows, as far as the reader may act on them: what keeps a key from being guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet

from lianjing.runtime.access.models import ExternalIdentity, SessionRecord
from lianjing.runtime.access.queries import online_sessions
from lianjing.runtime.complaint.queries import complaints_for
from lianjing.runtime.consultation.models import Circulation, Inquiry, InquiryAnswer
from lianjing.runtime.consultation.queries import questions_for
from lianjing.runtime.dictionary.models import CodeAddition
from lianjing.runtime.exchange.declaration import declared
from lianjing.runtime.exchange.models import DeadLetter, ExternalRecord, Feed
from lianjing.runtime.handover.queries import handovers_for
from lianjing.runtime.job.errands import errands_of
from lianjing.runtime.message import queries as messages
from lianjing.runtime.notice import queries as notices
from lianjing.runtime.notice.models import Notice
from lianjing.runtime.org.models import LoginAccount, Person
from lianjing.runtime.org.queries import posts_held
from lianjing.runtime.parameter.models import FigureChange
from lianjing.runtime.report.services import reports_for
from lianjing.runtime.retention.models import Disposal, LegalHold
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal, PolicyChange
from lianjing.runtime.scope.reader import ADMINISTRATORS, STAFF, Reader
from lianjing.runtime.token.queries import visible as tokens_visible
from lianjing.runtime.webhook.models import WebhookDelivery
from lianjing.runtime.webhook.services import subscriptions_visible

Rows = QuerySet[Any]
Door = Callable[[Reader], Rows]


def for_kinds(model: type[models.Model], kinds: frozenset[str]) -> Door:
    """Every row of a table to holders of these kinds of posts, none to anybody else."""

    def rows(reader: Reader) -> Rows:
        found = model._default_manager.all()
        return found if reader.kinds & kinds else found.none()

    return rows


def _posts(reader: Reader) -> list[int]:
    return [held.post.id for held in posts_held(reader.person_id, reader.day)]


def handovers(reader: Reader) -> Rows:
    """The hand-overs that the reader may see."""
    return handovers_for(reader.person_id, reader.day)


def circulations(reader: Reader) -> Rows:
    """The circulations that the reader sent or was sent."""
    me = reader.person_id
    return Circulation.objects.filter(Q(sender_person_id=me) | Q(copies__person_id=me)).distinct()


def answers(reader: Reader) -> Rows:
    """What the reader or his posts were asked."""
    asked = questions_for(reader.person_id, _posts(reader)).order_by().values("pk")
    return InquiryAnswer.objects.filter(pk__in=asked)


def inquiries(reader: Reader) -> Rows:
    """The questions that the reader or the step at his post asked, and those that were put to him."""
    own = Q(asker_person_id=reader.person_id) | Q(work_item__post_id__in=_posts(reader))
    return Inquiry.objects.filter(own | Q(pk__in=answers(reader).values("inquiry_id")))


def complaints(reader: Reader) -> Rows:
    """The reports to the reader's group, never one about himself."""
    return complaints_for(reader.person_id, reader.day)


def deliveries(reader: Reader) -> Rows:
    """The reader's own messages."""
    return messages.mine(reader.person_id)


def managed_notices(reader: Reader) -> Rows:
    """The notices that the reader may edit, publish or withdraw."""
    return notices.managed_by(Person.objects.get(pk=reader.person_id), reader.day)


def notices_for(reader: Reader) -> Rows:
    """The notices in force that are for the reader."""
    return notices.for_person(Person.objects.get(pk=reader.person_id), reader.day)


def notices_readable(reader: Reader) -> Rows:
    """The notices that are for the reader or his to manage."""
    return Notice.objects.filter(
        Q(pk__in=notices_for(reader).order_by().values("pk"))
        | Q(pk__in=managed_notices(reader).order_by().values("pk"))
    )


def reports(reader: Reader) -> Rows:
    """The reader's own reports and those shared with his units."""
    return reports_for(reader.person_id, reader.day)


def errands(reader: Reader) -> Rows:
    """The reader's own background work."""
    found: Rows = errands_of(reader.person_id)
    return found


def tokens(reader: Reader) -> Rows:
    """One's own tokens; all of them for who issues and who audits."""
    return tokens_visible(reader.person_id, reader.day)


def subscriptions(reader: Reader) -> Rows:
    """One's own subscriptions; all of them for who manages and who audits."""
    found: Rows = subscriptions_visible(reader.person_id, reader.now)
    return found


def webhook_deliveries(reader: Reader) -> Rows:
    """What these subscriptions were sent."""
    return WebhookDelivery.objects.filter(subscription__in=subscriptions(reader).order_by().values("pk"))


def feeds(reader: Reader) -> Rows:
    """The declared feeds, to officials and administrators."""
    found = Feed.objects.filter(code__in=declared())
    return found if reader.is_staff else found.none()


def sessions(reader: Reader) -> Rows:
    """The sessions that have not ended, to the administrators."""
    found = online_sessions()
    return found if reader.kinds & ADMINISTRATORS else SessionRecord.objects.none()


SYSTEM, SECURITY = frozenset({"system_admin"}), frozenset({"security_admin"})
logins = for_kinds(LoginAccount, ADMINISTRATORS)
proposals = for_kinds(AppointmentProposal, SECURITY)
administrator_changes = for_kinds(AdministratorChange, ADMINISTRATORS)
policy_changes = for_kinds(PolicyChange, SYSTEM)
identities = for_kinds(ExternalIdentity, SYSTEM)
additions = for_kinds(CodeAddition, ADMINISTRATORS)
figure_changes = for_kinds(FigureChange, STAFF)
letters = for_kinds(DeadLetter, SYSTEM)
records = for_kinds(ExternalRecord, frozenset({"supervisor"}))
holds = for_kinds(LegalHold, frozenset({"supervisor", "audit_admin"}))
disposals = for_kinds(Disposal, STAFF)
