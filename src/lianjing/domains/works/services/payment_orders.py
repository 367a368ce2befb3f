"""The order of a payment by three hands and its receipt; sent back before the release, it is cancelled and made anew."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.services.basis import NO_VARIABLES
from lianjing.domains.works.services.payment import application_of, standing_for
from lianjing.domains.works.services.payment_reviews import require_reviews
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.parties.models import Account
from lianjing.runtime.payment import orders, receipts
from lianjing.runtime.payment.holds import end_holds
from lianjing.runtime.process.deed import Deed


def make_order(deed: Deed) -> dict[str, Any]:
    """Make the order: the conclusions and the red lines once more; sum and payee are the application's.

    An order that was sent back unreleased is cancelled in the same act.
    """
    application = application_of(deed)
    orders.cancel_unreleased(deed.act, application)
    require_reviews(application)
    payer = Account.objects.filter(
        pk=deed.data["payer_account"], holder_kind="unit", to_on__isnull=True
    ).first()
    if payer is None:
        raise BadInput(_("请选择本单位的付款账户"), "payer_account")
    orders.make_order(
        deed.act,
        application,
        payer_account=payer,
        standing=standing_for(deed, application),
        order_no=deed.data["order_no"].strip(),
    )
    return NO_VARIABLES


def check_order(deed: Deed) -> dict[str, Any]:
    """Check the order by a second person (zone_funds#8)."""
    application = application_of(deed)
    orders.check_order(deed.act, application, standing=standing_for(deed, application))
    return NO_VARIABLES


def release(deed: Deed) -> dict[str, Any]:
    """Release the order by a third person: the conclusions and the red lines for the last time."""
    application = application_of(deed)
    require_reviews(application)
    orders.release_order(deed.act, application, standing=standing_for(deed, application))
    return NO_VARIABLES


def receipt(deed: Deed) -> dict[str, Any]:
    """Enter the bank's receipt and match it with the order (zone_funds#9)."""
    data, application = deed.data, application_of(deed)
    receipts.book_receipt(
        deed.act,
        application,
        bank_ref=data["bank_ref"],
        booked_on=data["booked_on"],
        amount=data["amount"],
        wage_bank_ref=data.get("wage_bank_ref", ""),
    )
    end_holds(deed.act, application)
    return NO_VARIABLES
