"""The payment from application to receipt through the real services."""

from __future__ import annotations


def test_an_advance_below_the_tier_reaches_the_receipt(play):
    project, contract = play.under_contract()
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "390000")
    play.opinions(matter)
    play.financed(matter)
    play.ordered(matter)
    play.released(matter)
    play.receipted(matter, "390000")
    matter.refresh_from_db()
    assert matter.status == "closed"
