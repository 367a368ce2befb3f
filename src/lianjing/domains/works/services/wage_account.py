"""The contractor's wage account: a special account, opened before the works start (wage regulation, article 26)."""

from __future__ import annotations

from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.queries import accounts_of, accounts_with_number
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.process.deed import Deed


def wage_account(deed: Deed, holder: Enterprise) -> Account | None:
    """Return the wage account that the form names, opened where it is new; None where it names none; part of an act."""
    number = deed.data["wage_account_no"].digits
    if not number:
        return None
    key = f"enterprise:{holder.pk}"
    same = set(accounts_with_number(number).values_list("pk", flat=True))
    for account in accounts_of(key, deed.day):
        if account.pk in same:
            return account
    return open_account(
        deed.act,
        holder=key,
        holder_name=holder.name,
        account_no=number,
        bank_name=deed.data["wage_bank_name"],
        kind="wage",
        from_on=deed.day,
    )
