"""Claims on the platform: recognised, claimed with or without proof of an advance, routed, paid, confirmed or not."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lianjing.domains.injury.demo.desk import (
    ASSESSOR,
    AUDITOR,
    CHECKER,
    COUNTER,
    DECIDER,
    FIRMS,
    FIRST,
    GOOD,
    PAYER,
    RELEASER,
    REVIEWER,
    SECOND,
    Desk,
)
from lianjing.domains.injury.models import AdvanceProof, BenefitItem
from lianjing.domains.injury.rules.entitlement import PRICED
from lianjing.domains.injury.services.case import enter_facts, open_case
from lianjing.domains.injury.services.confirmation import answer, issue_link
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.scene_queue import Script

REIMBURSABLE = "10000"
ROUTES = (("none", ""), ("less", "9999"), ("equal", "10000"), ("more", "12000"))
HOSPITAL = "澜汀市人民医院"


def recognised(desk: Desk) -> Script[Matter]:
    """An injury is registered and recognised."""
    case = _case(desk)
    matter = desk.open(COUNTER, "injury_recognition", case, "工伤认定")
    applied = {
        "applicant": "employer",
        "applicant_name": FIRMS[0][1],
        "applied_on": desk.today,
        "course_text": "操作冲床时左手受伤",
    }
    desk.do(COUNTER, matter, "apply", applied)
    yield 2.0
    desk.do(FIRST, matter, "accept", {"is_complete": "on", "is_clear": "on"})
    yield 3.0
    found = {"finding_text": "走访同班组两人，事实清楚", "has_no_tie": "on"}
    desk.do(FIRST, matter, "investigate", found)
    desk.do(SECOND, matter, "second", found)
    yield 2.0
    decision = {
        "decision": "injury",
        "decision_no": desk.number("澜经工认"),
        "reason_text": "工作时间工作场所受伤",
    }
    desk.do(DECIDER, matter, "decide", decision)
    yield 1.0
    desk.do(COUNTER, matter, "serve", {"served_on": desk.today})
    wage = {"own_wage": "6000", "retires_on": "2050-01-01", "left_on": "", "died_on": ""}
    enter_facts(injury_id=case.pk, person_id=desk.person(ASSESSOR), now=desk.now(), data=wage)
    return case


def _case(desk: Desk) -> Matter:
    injured_on = desk.today - timedelta(days=3)
    return open_case(
        person_id=desk.person(COUNTER),
        now=desk.now(),
        data={
            "worker_name": desk.name(),
            "id_no": "",
            "employer_name": FIRMS[0][1],
            "credit_code": FIRMS[0][0],
            "injured_on": injured_on.isoformat(),
            "place": "一车间冲压线",
            "injury_part": "hand",
            "hospital_name": HOSPITAL,
            "is_insured": "on",
            "insured_from_on": (injured_on - timedelta(days=400)).isoformat(),
        },
    )


def claimed(desk: Desk, case: Matter, proven: str) -> Matter:
    """The worker claims his medical costs; the employer's voucher of its advance is `proven` yuan, "" for none."""
    claim = desk.open(COUNTER, "injury_claim", case, "医疗费申领")
    desk.papers += 1
    voucher = {
        "line": 1,
        "voucher_no": f"HD{desk.papers:08d}",
        "payer_name": FIRMS[0][1],
        "payee_name": HOSPITAL,
        "amount": proven,
        "paid_on": (desk.today - timedelta(days=8)).isoformat(),
    }
    data: dict[str, Any] = {
        "claimed_on": desk.today,
        "claimant": "worker",
        "items": [
            {
                "kind": "medical",
                "spent": "12500",
                "incurred_on": (desk.today - timedelta(days=8)).isoformat(),
            }
        ],
        "vouchers": [voucher] if proven else [],
        "account_no": f"9902{desk.papers:015d}",
        "bank_name": "澜汀农商行",
        "employer_account_no": "9903000000000000502" if proven else "",
        "employer_bank_name": "澜汀农商行" if proven else "",
    }
    desk.do(COUNTER, claim, "apply", data)
    return claim


def approved(desk: Desk, claim: Matter) -> Script[None]:
    """The claim is assessed and reviewed: the decision table routes the money."""
    yield 4.0
    rows = BenefitItem.objects.filter(claim_id=claim.pk, kind__in=PRICED)
    proofs = AdvanceProof.objects.filter(benefit_item__claim_id=claim.pk)
    assessed = {
        **{f"allowed_{row.pk}": REIMBURSABLE for row in rows},
        **{f"proof_{row.pk}": "on" for row in proofs},
        **GOOD,
    }
    desk.do(ASSESSOR, claim, "assess", assessed)
    yield 1.0
    desk.do(REVIEWER, claim, "review", {"is_checked": "on", **GOOD})


def paid(desk: Desk, claim: Matter, payee: str) -> Script[None]:
    """The fund pays: order, check, release, receipt."""
    account = desk.fund()
    payment = desk.open(PAYER, "injury_payment", claim, "医疗费支付")
    order = {"payee": payee, "payer_account": account.pk, "order_no": desk.number("GS")}
    desk.do(PAYER, payment, "make_order", order)
    desk.do(CHECKER, payment, "check_order", {"is_same": "on"})
    desk.do(RELEASER, payment, "release", {"is_released": "on"})
    yield 1.0
    receipt = {"bank_ref": desk.number("B"), "booked_on": desk.today, "amount": REIMBURSABLE}
    desk.do(PAYER, payment, "receipt", receipt)


def routed(desk: Desk, proven: str) -> Script[None]:
    """One case of the routing rule from registration to payment."""
    case = yield from recognised(desk)
    yield 3.0
    claim = claimed(desk, case, proven)
    yield from approved(desk, claim)
    yield 2.0
    is_enough = bool(proven) and Decimal(proven) >= Decimal(REIMBURSABLE)
    yield from paid(desk, claim, "employer" if is_enough else "worker")
    if not proven:
        yield 3.0
        confirmed(desk, claim)


def confirmed(desk: Desk, claim: Matter) -> None:
    """The worker opens his link and confirms what he has in hand."""
    secret = hashlib.sha256(desk.number("link").encode()).hexdigest()
    issue_link(claim_id=claim.pk, secret=secret, person_id=desk.person(AUDITOR), now=desk.now())
    item = BenefitItem.objects.get(claim_id=claim.pk)
    answer(secret=secret, received={item.pk: Decimal(REIMBURSABLE)}, text="", now=desk.now())


def left_open(desk: Desk) -> Script[None]:
    """A claim that waits for its assessment at the end of the story."""
    case = yield from recognised(desk)
    yield 2.0
    claimed(desk, case, "")
