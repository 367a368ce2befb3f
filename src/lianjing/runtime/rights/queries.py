"""Reads of rights: what waits for whose grant."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianjing.runtime.access.queries import locked
from lianjing.runtime.org.models import LoginAccount
from lianjing.runtime.rights.models import AdministratorChange, AppointmentProposal, LoginGrant, PolicyChange


def proposals() -> QuerySet[AppointmentProposal]:
    """Return the proposed appointments, those that wait first, then the latest."""
    return AppointmentProposal.objects.select_related(
        "person__unit", "post__unit", "proposed_by_person", "decided_by_person"
    ).order_by("-proposed_at", "-id")


def waiting_logins() -> QuerySet[LoginGrant]:
    """Return the log-ins that wait for the security administrator."""
    return LoginGrant.objects.filter(status__in=("opened", "reset")).select_related(
        "person", "made_by_person"
    )


def accounts() -> QuerySet[LoginAccount]:
    """Return every log-in with its person."""
    return LoginAccount.objects.select_related("person__unit").order_by("number")


def grants_of(person_ids: list[int]) -> dict[int, LoginGrant]:
    """Return the log-in grants of these persons."""
    rows = LoginGrant.objects.filter(person_id__in=person_ids).select_related(
        "made_by_person", "granted_by_person"
    )
    return {row.person_id: row for row in rows}


def locked_numbers(now: datetime) -> set[str]:
    """Return the numbers that wait after failed log-ins."""
    return {row.subject.removeprefix("number:") for row in locked(now) if row.subject.startswith("number:")}


def changes() -> QuerySet[AdministratorChange]:
    """Return the changes of administrators, the latest first."""
    return AdministratorChange.objects.select_related(
        "outgoing_person", "incoming_person", "proposed_by_person", "decided_by_person"
    ).order_by("-proposed_at", "-id")


def policy_changes() -> QuerySet[PolicyChange]:
    """Return the proposed weakenings of log-in rules, the latest first."""
    return PolicyChange.objects.select_related("proposed_by_person", "decided_by_person").order_by(
        "-proposed_at", "-id"
    )


def waiting_for(kinds: frozenset[str]) -> int:
    """Return how many decisions wait for an administrator of these kinds."""
    count = 0
    if "security_admin" in kinds:
        count += AppointmentProposal.objects.filter(status="pending").count() + waiting_logins().count()
    if "system_admin" in kinds:
        count += PolicyChange.objects.filter(status="pending").count()
    return count
