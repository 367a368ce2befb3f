"""What other programs may do and read in work injury: each a service of the domain and its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lianjing.domains.injury.forms.case import CaseForm, FactsForm
from lianjing.domains.injury.models import (
    BenefitClaim,
    BenefitItem,
    ConfirmationLink,
    Injury,
    TransferToWorker,
)
from lianjing.domains.injury.queries.cases import own_injuries
from lianjing.domains.injury.services import case, confirmation, online, transfer
from lianjing.kernel.declaration import Operation
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.posted import as_posted


def open_case(*, fields: Mapping[str, Any], person_id: int, now: datetime, channel: str = "api") -> Matter:
    """Register a work injury, its fields by name."""
    data = as_posted(fields, CaseForm.base_fields)
    return case.open_case(person_id=person_id, now=now, data=data, channel=channel)


def enter_facts(
    *, injury_id: int, fields: Mapping[str, Any], person_id: int, now: datetime, channel: str = "api"
) -> Injury:
    """Enter wage, retirement, leaving and death of an injury, its fields by name."""
    data = as_posted(fields, FactsForm.base_fields)
    return case.enter_facts(injury_id=injury_id, person_id=person_id, now=now, data=data, channel=channel)


def issue_link(
    *, claim_id: int, secret: str, person_id: int, now: datetime, key: str = "", channel: str = "api"
) -> ConfirmationLink:
    """Issue the worker's link for a claim; the caller brings the secret, at least 32 signs of chance."""
    return confirmation.issue_link(
        claim_id=claim_id, secret=secret, person_id=person_id, now=now, key=key, channel=channel
    )


def enter_transfer(
    *,
    item_id: int,
    document_id: int,
    amount: Decimal,
    paid_on: date,
    voucher_no: str,
    account_no: str,
    person_id: int,
    now: datetime,
    key: str = "",
    channel: str = "api",
) -> TransferToWorker:
    """Enter the employer's transfer to the worker; the voucher was handed in to the claim before."""
    return transfer.enter_transfer(
        item_id=item_id,
        document_id=document_id,
        amount=amount,
        paid_on=paid_on,
        voucher_no=voucher_no,
        account_no=account_no,
        person_id=person_id,
        now=now,
        key=key,
        channel=channel,
    )


def open_online(
    *, injury_id: int, person_id: int, now: datetime, key: str = "", channel: str = "api"
) -> Matter:
    """Open a claim on line for a worker of the employer's own firm; its first step is completed as any other."""
    return online.open_online(injury_id=injury_id, person_id=person_id, now=now, key=key, channel=channel)


LISTS = ("injury_cases", "injury_ledger", "injury_claims")
OPERATIONS = (
    Operation("injury/cases", open_case, pages=("injury_case_open",)),
    Operation("injury/cases/{injury_id}/facts", enter_facts, {"injury_id": Injury}, pages=("injury_case",)),
    Operation(
        "injury/claims/{claim_id}/link", issue_link, {"claim_id": BenefitClaim}, pages=("injury_link",)
    ),
    Operation(
        "injury/cases/{injury_id}/claims",
        open_online,
        {"injury_id": own_injuries},
        pages=("injury_own_claim",),
    ),
    Operation(
        "injury/items/{item_id}/transfers",
        enter_transfer,
        {"item_id": BenefitItem},
        pages=("injury_transfer",),
    ),
)
