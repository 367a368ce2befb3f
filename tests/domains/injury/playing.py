"""The cast of the social-insurance agency, playing work injury through the real services, one step a line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from lianjing.domains.injury.models import AdvanceProof, BenefitClaim, BenefitItem
from lianjing.domains.injury.rules.entitlement import PRICED
from lianjing.domains.injury.services.case import enter_facts, open_case
from lianjing.kernel.refusal import Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.services import upload
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.org.queries import actor_at, actor_with
from lianjing.runtime.parties.experts import add_expert
from lianjing.runtime.parties.models import Account, Expert
from lianjing.runtime.parties.services import open_account
from lianjing.runtime.process import services as process
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import SYSTEM, recorded

ACCEPTOR, FIRST, SECOND, DECIDER = "21201", "21202", "21203", "21204"
SECRETARY, COMMITTEE, ASSESSOR, REVIEWER = "21205", "21206", "21207", "21208"
PAYER, CHECKER, RELEASER, AUDITOR, OTHER_AUDITOR = "21209", "21210", "21211", "21212", "21213"
AGENT, OUTSIDER = "42701", "20501"
DOCTORS = [f"4320{number}" for number in range(1, 8)]
EMPLOYER = "澜汀市沄帆智能装备有限公司"
WORKER = "石磊"
GOOD = {"opinion": "情况属实，同意"}
PAPERS = {
    ("injury_recognition", "apply"): ("application_form", "labour_proof", "diagnosis"),
    ("injury_recognition", "investigate"): ("investigation_record",),
    ("injury_recognition", "serve"): ("decision_letter", "service_receipt"),
    ("injury_assessment", "apply"): ("diagnosis",),
    ("injury_assessment", "conclude"): ("assessment_conclusion",),
    ("injury_assessment", "serve"): ("service_receipt",),
    ("injury_claim", "apply"): ("application_form",),
    ("injury_payment", "receipt"): ("voucher",),
}


@contextmanager
def refused(ground: str, rule: str) -> Iterator[None]:
    """Expect a refusal by its ground and stable rule, with a clause."""
    try:
        yield
    except Refusal as refusal:
        assert (refusal.ground, refusal.rule) == (ground, rule), refusal
        assert refusal.clause, refusal
    else:
        raise AssertionError(f"expected a refusal by {rule}")


class InjuryPlay:
    """The agency at work on one injury; every method leaves what the services left."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.papers = 0

    def open(self, number: str, procedure: str, parent: Matter) -> Matter:
        self.scene.pass_time(hours=0.2)
        return process.open_matter(
            procedure_key=procedure,
            parent_id=parent.pk,
            title=procedure,
            person_id=self.scene.person(number),
            now=self.scene.now,
        )

    def do(
        self, number: str, matter: Matter, step: str, data: dict[str, Any] | None = None
    ) -> process.Outcome:
        item = self.scene.item(matter, step)
        for kind in PAPERS.get((item.instance.definition.key, step), ()):
            self.paper(number, matter, kind)
        self.scene.pass_time(hours=0.2)
        return self.scene.do(number, matter, step, GOOD if data is None else data)

    def paper(self, number: str, matter: Matter, kind: str, post: str = "") -> Document:
        self.papers += 1
        person, day = self.scene.person(number), self.scene.today()
        actor = actor_with(person, post, day) if post else self._at_desk(person, matter)
        return upload(
            matter_id=matter.pk,
            kind=kind,
            title=f"{kind}{self.papers}",
            content=f"%PDF-1.4 demonstration {self.papers}".encode(),
            file_name="paper.pdf",
            actor=actor,
            now=self.scene.now,
            is_fictitious=True,
        )

    def _at_desk(self, person: int, matter: Matter) -> Any:
        item = WorkItem.objects.get(matter=matter, closed_at=None)
        return actor_at(person, item.post_id, self.scene.today())

    def back(self, number: str, matter: Matter, step: str, target: str) -> None:
        item = self.scene.item(matter, step)
        process.return_item(
            item_id=item.id,
            person_id=self.scene.person(number),
            target=target,
            reason="not_conform",
            text="请补正",
            now=self.scene.pass_time(hours=0.2),
        )

    # ---- the case

    def case_data(self, **changes: Any) -> dict[str, Any]:
        return {
            "worker_name": WORKER,
            "id_no": "11010519491231002X",
            "employer_name": EMPLOYER,
            "credit_code": "91990101MA8BTUTA8W",
            "injured_on": "2025-08-20",
            "place": "一车间冲压线",
            "injury_part": "hand",
            "hospital_name": "澜汀市人民医院",
            "is_insured": "on",
            "insured_from_on": "2024-03-01",
            **changes,
        }

    def case(self, **changes: Any) -> Matter:
        return open_case(
            person_id=self.scene.person(ACCEPTOR),
            now=self.scene.pass_time(hours=0.2),
            data=self.case_data(**changes),
        )

    def facts(self, case: Matter, **changes: Any) -> None:
        data = {"own_wage": "6000", "retires_on": "2040-01-01", "left_on": "", "died_on": "", **changes}
        enter_facts(
            injury_id=case.pk,
            person_id=self.scene.person(ASSESSOR),
            now=self.scene.pass_time(hours=0.2),
            data=data,
        )

    def application(self, **changes: Any) -> dict[str, Any]:
        return {
            "applicant": "employer",
            "applicant_name": EMPLOYER,
            "applied_on": self.scene.today(),
            "course_text": "操作冲床时左手受伤",
            **changes,
        }

    def recognised(self, case: Matter, **changes: Any) -> Matter:
        matter = self.open(ACCEPTOR, "injury_recognition", case)
        self.do(ACCEPTOR, matter, "apply", self.application(**changes))
        self.do(FIRST, matter, "accept", {"is_complete": "on", "is_clear": "on"})
        found = {"finding_text": "走访同班组两人，事实清楚", "has_no_tie": "on"}
        self.do(FIRST, matter, "investigate", found)
        self.do(SECOND, matter, "second", found)
        self.do(DECIDER, matter, "decide", self.decision())
        self.do(ACCEPTOR, matter, "serve", {"served_on": self.scene.today()})
        return matter

    def decision(self, decision: str = "injury") -> dict[str, Any]:
        return {
            "decision": decision,
            "decision_no": "澜经工认〔2025〕12号",
            "reason_text": "工作时间工作场所受伤",
        }

    def experts(self) -> list[Expert]:
        with recorded("expert.add", chain="installation:1", actor=SYSTEM, now=self.scene.now) as act:
            return [
                add_expert(act, person_id=self.scene.person(each), pool="medical", specialty="骨科")
                for each in DOCTORS
            ]

    def drawn(self, matter: Matter, count: int = 3) -> Draw:
        scene, operator, other = self.scene, self.scene.person(SECRETARY), self.scene.person(OUTSIDER)
        secret = hashlib.sha256(f"secret {matter.pk}".encode()).digest()
        pool = list(Expert.objects.filter(pool="medical").select_related("person")) or self.experts()
        row = draws.prepare(
            matter_id=matter.pk,
            kind="assessment_expert",
            pick_count=count,
            title="鉴定专家",
            person_id=operator,
            now=scene.pass_time(hours=0.1),
            committer_person_id=other,
        )
        digest = hashlib.sha256(secret).hexdigest()
        draws.commit(draw_id=row.pk, person_id=other, digest=digest, now=scene.pass_time(hours=0.1))
        members = [draws.Candidate(f"expert:{each.pk}", each.person.name) for each in pool]
        draws.lock(draw_id=row.pk, candidates=members, person_id=operator, now=scene.pass_time(hours=0.1))
        return draws.reveal(
            draw_id=row.pk, person_id=other, value=secret.hex(), now=scene.pass_time(hours=0.1)
        )

    def assessed(self, case: Matter, grade: int | str = 9, care: str = "", **changes: Any) -> Matter:
        matter = self.open(SECRETARY, "injury_assessment", case)
        data = {"applied_on": self.scene.today(), "expert_count": "3", **changes}
        self.do(SECRETARY, matter, "apply", data)
        self.drawn(matter)
        self.do(SECRETARY, matter, "experts", {"is_drawn": "on"})
        conclusion = {"grade": grade, "care_level": care, "conclusion_no": "劳鉴〔2025〕8号"}
        self.do(COMMITTEE, matter, "conclude", {**conclusion, "concluded_on": self.scene.today()})
        self.do(SECRETARY, matter, "serve", {"served_on": self.scene.today()})
        return matter

    # ---- the claim

    def voucher(self, amount: str, **changes: Any) -> dict[str, Any]:
        return {
            "line": 1,
            "voucher_no": "HD20250822001",
            "payer_name": EMPLOYER,
            "payee_name": "澜汀市人民医院",
            "amount": amount,
            "paid_on": "2025-08-22",
            **changes,
        }

    def claim_data(self, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "claimed_on": self.scene.today(),
            "claimant": "worker",
            "items": [
                {"kind": "medical", "spent": "11000", "incurred_on": "2025-08-22"} if not items else items[0],
                *items[1:],
            ],
            "vouchers": [],
            "account_no": "9900000000000000501",
            "bank_name": "澜汀农商行",
            "employer_account_no": "9900000000000000502" if changes.get("vouchers") else "",
            "employer_bank_name": "澜汀农商行",
            **changes,
        }

    def claimed(self, case: Matter, *items: dict[str, Any], **changes: Any) -> Matter:
        matter = self.open(ACCEPTOR, "injury_claim", case)
        self.do(ACCEPTOR, matter, "apply", self.claim_data(*items, **changes))
        return matter

    def assessment(self, claim: Matter, allowed: str = "10000", **changes: Any) -> dict[str, Any]:
        rows = BenefitItem.objects.filter(claim_id=claim.pk, kind__in=PRICED)
        proofs = AdvanceProof.objects.filter(benefit_item__claim_id=claim.pk)
        return {
            **{f"allowed_{row.pk}": allowed for row in rows},
            **{f"proof_{row.pk}": "on" for row in proofs},
            **GOOD,
            **changes,
        }

    def approved(
        self, case: Matter, *items: dict[str, Any], allowed: str = "10000", **changes: Any
    ) -> Matter:
        claim = self.claimed(case, *items, **changes)
        self.do(ASSESSOR, claim, "assess", self.assessment(claim, allowed))
        self.do(REVIEWER, claim, "review", {"is_checked": "on", **GOOD})
        return claim

    # ---- money

    def fund(self) -> Account:
        holder = f"unit:{Unit.objects.get(code='SIC').pk}"
        found = Account.objects.filter(holder=holder).first()
        if found is not None:
            return found
        with recorded("parties.account", chain="installation:1", actor=SYSTEM, now=self.scene.now) as act:
            return open_account(
                act,
                holder=holder,
                holder_name="社会保险服务中心",
                account_no="9900000000000000500",
                kind="special",
            )

    def order(self, payee: str) -> dict[str, Any]:
        self.papers += 1
        return {"payee": payee, "payer_account": self.fund().pk, "order_no": f"GS-2025-{self.papers:04d}"}

    def paid(self, claim: Matter, payee: str, amount: str) -> Matter:
        self.fund()
        payment = self.open(PAYER, "injury_payment", claim)
        self.do(PAYER, payment, "make_order", self.order(payee))
        self.do(CHECKER, payment, "check_order", {"is_same": "on"})
        self.do(RELEASER, payment, "release", {"is_released": "on"})
        receipt = {"bank_ref": f"B{payment.pk}", "booked_on": self.scene.today(), "amount": amount}
        self.do(PAYER, payment, "receipt", receipt)
        return payment

    def items(self, claim: Matter) -> list[BenefitItem]:
        return list(BenefitItem.objects.filter(claim_id=claim.pk).order_by("pk"))

    def record(self, claim: Matter) -> BenefitClaim:
        return BenefitClaim.objects.get(pk=claim.pk)


def yuan(amount: str) -> Decimal:
    """Write a sum."""
    return Decimal(amount)
