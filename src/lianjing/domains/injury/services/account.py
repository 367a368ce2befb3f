"""The account that benefit money goes to: the payee's own, found or opened, never one that another holds."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.parties.models import Account
from lianjing.runtime.parties.queries import accounts_of, accounts_with_number
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.trail.act import Act

CLAUSE = "zone_injury#5"


def own_account(act: Act, *, holder: str, holder_name: str, account_no: str, bank_name: str) -> Account:
    """Return the holder's account of this number, opened where it is new; Refusal where another holds it.

    `holder` is `natural_person:3` or `enterprise:3`; it is part of the act that needs the account.
    """
    same = accounts_with_number(account_no)
    if same.exclude(holder=holder).exclude(holder_name=holder_name).exists():
        raise Refusal(
            Ground.RED_LINE,
            "injury.account_of_another",
            _("该账号已登记在他人名下，待遇须付至本人账户"),
            CLAUSE,
        )
    keys = set(same.values_list("pk", flat=True))
    for account in accounts_of(holder, act.day):
        if account.pk in keys:
            return account
    opened: Account = open_account(
        act,
        holder=holder,
        holder_name=holder_name,
        account_no=account_no,
        bank_name=bank_name,
        kind="personal" if holder.startswith("natural_person:") else "basic",
        from_on=act.day,
    )
    return opened
