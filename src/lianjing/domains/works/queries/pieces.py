"""What may be one change divided: the changes and visas of a contract as the split check sees them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lianjing.domains.works.models import ChangeItem, ChangeOrder, SiteVisa
from lianjing.domains.works.rules.change import Piece, joined_amount
from lianjing.domains.works.rules.project import total
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.parameter.queries import figure

LIVE = ("draft", "open", "suspended")
WINDOW = "indicator.m_c02.window_days"


def joined_with(contract: Contract, piece: Piece, *, besides: int, day: date) -> Decimal:
    """Return the sum of a piece with all live pieces that hang together with it (zone_change#11)."""
    return joined_amount(
        piece, pieces_of(contract, piece, besides=besides), window_days=int(figure(WINDOW, day))
    )


def pieces_of(contract: Contract, piece: Piece, *, besides: int) -> list[Piece]:
    """Return the other approved and pending changes, and visas, of a contract; a visa takes the cause it is asked for.

    A visa names no cause: it hangs together with whatever concerns the same part.
    """
    changes = ChangeOrder.objects.filter(contract=contract).exclude(pk=besides).select_related("matter")
    visas = SiteVisa.objects.filter(contract=contract).exclude(pk=besides).select_related("matter")
    found = [
        Piece(row.part, row.cause if piece.cause else "", row.proposed_on, _priced(row))
        for row in changes.order_by("pk")
        if _counts(row.status, row.matter.status)
    ]
    found += [
        Piece(row.part, piece.cause, row.entered_on, row.amount)
        for row in visas.order_by("pk")
        if _counts(row.status, row.matter.status)
    ]
    return found


def _counts(status: str, matter_status: str) -> bool:
    return status == "approved" or (status in ("proposed", "in_review") and matter_status in LIVE)


def _priced(row: ChangeOrder) -> Decimal | None:
    """Return what the items come to, also where the contractor bears it."""
    items = ChangeItem.objects.filter(change_order=row).values_list("amount", flat=True)
    return total(items) if items else row.amount
