"""What other programs may do in the check of like cases: runs, ledger, home checks, urging notices, old cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lianjing.domains.injury.models import (
    BenefitItem,
    HomeCheck,
    Injury,
    InjuryScreening,
    InjuryUrging,
)
from lianjing.domains.injury.services import home_check, screening, takeover, urging
from lianjing.kernel.declaration import Operation
from lianjing.runtime.external_finding.models import ExternalFinding
from lianjing.runtime.matter.models import Matter


@dataclass(frozen=True, slots=True)
class Received:
    """What the worker says he received of one item, in yuan."""

    item_id: int
    amount: Decimal


def write_check(
    *,
    injury_id: int,
    second_person_id: int,
    checked_on: date,
    statement: str,
    received: Sequence[Received],
    person_id: int,
    now: datetime,
    key: str = "",
) -> HomeCheck:
    """Write down a home check, item by item; the second officer confirms it himself."""
    return home_check.make(
        injury_id=injury_id,
        second_person_id=second_person_id,
        checked_on=checked_on,
        statement=statement,
        received={each.item_id: each.amount for each in received},
        person_id=person_id,
        now=now,
        key=key,
    )


def urge(
    *,
    item_id: int,
    kind: str,
    responsible_name: str,
    responsible_title: str,
    due_on: date,
    text: str,
    person_id: int,
    now: datetime,
    key: str = "",
) -> InjuryUrging:
    """Send an urging notice to the named responsible person of an employer."""
    notice = urging.Notice(item_id, kind, responsible_name, responsible_title, due_on, text)
    return urging.urge(notice, person_id=person_id, now=now, key=key)


@dataclass(frozen=True, slots=True)
class Paid:
    """One benefit paid before the platform."""

    kind: str
    amount: Decimal
    paid_on: date
    route: str


def take_over(
    *,
    worker_name: str,
    id_no: str,
    credit_code: str,
    injured_on: date,
    items: Sequence[Paid],
    person_id: int,
    now: datetime,
    key: str = "",
) -> Matter:
    """Enter a case that was paid before the platform, with its paid items."""
    case = takeover.OldCase(worker_name, credit_code, injured_on, id_no)
    paid = [takeover.PaidItem(each.kind, each.amount, each.paid_on, each.route) for each in items]
    return takeover.take_over(case, paid, person_id=person_id, now=now, key=key)


RUN_PAGES = ("injury_screenings", "injury_screening")
LISTS = ("injury_withheld", "injury_screenings", "injury_screening", "injury_checks")
OPERATIONS = (
    Operation(
        "injury/findings/{finding_id}/screenings",
        screening.run,
        {"finding_id": ExternalFinding},
        pages=RUN_PAGES,
    ),
    Operation(
        "injury/screenings/{screening_id}/ledger",
        screening.enter_ledger,
        {"screening_id": InjuryScreening},
        pages=("injury_screening",),
    ),
    Operation(
        "injury/cases/{injury_id}/checks", write_check, {"injury_id": Injury}, pages=("injury_home_checks",)
    ),
    Operation(
        "injury/checks/{home_check_id}/sign",
        home_check.sign,
        {"home_check_id": HomeCheck},
        pages=("injury_home_check",),
    ),
    Operation("injury/items/{item_id}/urge", urge, {"item_id": BenefitItem}, pages=("injury_urge",)),
    Operation(
        "injury/notices/{notice_id}/receive",
        urging.receive,
        {"notice_id": InjuryUrging},
        pages=("injury_notice",),
    ),
    Operation("injury/taken-over", take_over),
)
