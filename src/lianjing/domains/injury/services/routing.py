"""Who gets the money of an item: the decision table says the route, the red line is checked once more, shares are written."""

from __future__ import annotations

import json
from decimal import Decimal

from lianjing.domains.injury.models import BenefitClaim, BenefitItem, BenefitShare
from lianjing.domains.injury.queries.ledger import proven, shares_of
from lianjing.domains.injury.rules.entitlement import MEDICAL, NOTHING
from lianjing.domains.injury.rules.proof import EMPLOYER, WORKER, check_payee, divided
from lianjing.kernel.process.expression import Operand
from lianjing.runtime.columns import fen
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.process.models import DecisionLog
from lianjing.runtime.regulation.queries import definition_on, table_of

DECISION = "injury_route"


def route(deed: Deed, claim: BenefitClaim, item: BenefitItem) -> None:
    """Set the route of an item by the table in force today and write its shares, those of before a return removed."""
    amount, shown = item.entitled or NOTHING, proven(item.pk)
    item.route, item.route_clause = _decided(deed, item, shown)
    deed.act.save(item)
    for old in shares_of([item.pk]):
        deed.act.remove(old)
    accounts = {WORKER: claim.worker_account, EMPLOYER: claim.employer_account}
    for share in divided(item.route, amount, shown):
        check_payee(item.kind, share.payee, proven=shown, amount=share.amount)
        is_fund = item.payer == "fund"
        account = accounts.get(share.payee) if is_fund else None
        deed.act.save(
            BenefitShare(benefit_item=item, payee=share.payee, amount=share.amount, account=account)
        )


def _decided(deed: Deed, item: BenefitItem, shown: Decimal) -> tuple[str, str]:
    """Ask the table, keep the evaluation in the matter's log, and return route and clause."""
    definition = definition_on(DECISION, deed.day)
    inputs: dict[str, Operand] = {
        "payer": item.payer,
        "is_medical": item.kind in MEDICAL,
        "is_direct": item.is_direct,
        "has_proof": shown > NOTHING,
        "shortfall_fen": fen((item.entitled or NOTHING) - shown),
        "is_split": int(figure("injury.route.split", deed.day)),
    }
    result = table_of(definition).evaluate(inputs, lambda name: figure(name, deed.day))
    matched = [{"rule": rule.id, "row": rule.index, "clause": rule.clause} for rule in result.matched]
    deed.act.save(
        DecisionLog(
            matter=deed.matter,
            decision_key=DECISION,
            definition=definition,
            decided_at=deed.now,
            inputs=json.dumps({**inputs, "item": item.pk}, ensure_ascii=False),
            outputs=json.dumps(dict(result.outputs), ensure_ascii=False),
            matched=json.dumps(matched, ensure_ascii=False),
        )
    )
    return str(result.outputs["route"]), result.matched[0].clause
