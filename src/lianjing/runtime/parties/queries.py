"""Reads of parties: enterprises by name or credit code, accounts, ties."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from lianjing.runtime.parties.models import Account, Enterprise, Tie
from lianjing.runtime.parties.numbers import account_digest, plain_code


def find_enterprises(text: str, *, limit: int = 20) -> list[Enterprise]:
    """Return enterprises whose name, pinyin or credit code holds the text, exact codes first, then by pinyin."""
    wanted = text.strip()
    if not wanted:
        return []
    code = plain_code(wanted)
    matching = Enterprise.objects.filter(
        Q(name__icontains=wanted)
        | Q(credit_code__startswith=code)
        | Q(external_no=wanted)
        | Q(pinyin__icontains=wanted.lower())
    )
    found = matching.order_by("pinyin", "name", "id")[: limit * 2]
    return sorted(found, key=lambda enterprise: enterprise.credit_code != code)[:limit]


def enterprise_by_code(credit_code: str) -> Enterprise | None:
    """Return the enterprise of a unified social credit code, None for an unknown or empty one."""
    code = plain_code(credit_code)
    return Enterprise.objects.filter(credit_code=code).order_by("id").first() if code else None


def enterprises_named(name: str) -> QuerySet[Enterprise]:
    """Return all enterprises of exactly this name: two may share one."""
    return Enterprise.objects.filter(name=name.strip()).order_by("id")


def accounts_of(holder: str, on: date) -> QuerySet[Account]:
    """Return the accounts of a holder ("enterprise:3", "unit:1") in use on the day."""
    begun = Q(from_on__isnull=True) | Q(from_on__lte=on)
    return Account.objects.filter(begun & (Q(to_on__isnull=True) | Q(to_on__gte=on)), holder=holder).order_by(
        "id"
    )


def accounts_with_number(account_no: str) -> QuerySet[Account]:
    """Return the accounts with this number, whoever holds them: one number under two names is a sign."""
    return Account.objects.filter(account_no_hash=account_digest(account_no)).order_by("id")


def ties_of(party: str, on: date) -> QuerySet[Tie]:
    """Return the ties of a party on the day, in either direction."""
    begun = Q(from_on__isnull=True) | Q(from_on__lte=on)
    live = begun & (Q(to_on__isnull=True) | Q(to_on__gte=on))
    return Tie.objects.filter(live & (Q(from_party=party) | Q(to_party=party))).order_by("id")
