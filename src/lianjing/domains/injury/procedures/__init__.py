"""The procedures of work injury; order, posts and deadlines are the bundles'."""

from __future__ import annotations

from lianjing.domains.injury.forms import case as case_forms
from lianjing.domains.injury.forms import claim as claim_forms
from lianjing.domains.injury.models import BenefitClaim, InjuryAssessment, InjuryRecognition
from lianjing.domains.injury.queries.ledger import terms
from lianjing.domains.injury.services import assessment, claim, online, payment, recognition
from lianjing.kernel.declaration import Duty, Procedure, Step, Text
from lianjing.runtime.payment.models import PaymentApplication

RECOGNITION = Procedure(
    key="injury_recognition",
    matter_kind="injury_recognition",
    label=Text("工伤认定", "Recognition"),
    parent_kind="injury",
    opener_post="injury_acceptor",
    record=InjuryRecognition,
    may_open=recognition.may_open,
    may_withdraw=recognition.may_withdraw,
    series="工认",
    steps=(
        Step("apply", recognition.apply, Duty.APPLY, case_forms.ApplyForm, "entered"),
        Step("accept", recognition.accept, Duty.REVIEW, case_forms.AcceptForm, "reviewed"),
        Step("investigate", recognition.investigate, Duty.REVIEW, case_forms.InvestigateForm, "reviewed"),
        Step("second", recognition.second, Duty.REVIEW, case_forms.InvestigateForm, "reviewed"),
        Step("decide", recognition.decide, Duty.APPROVE, case_forms.DecideForm, "approved"),
        Step("serve", recognition.serve, Duty.APPLY, case_forms.ServeForm, "entered"),
    ),
)

ASSESSMENT = Procedure(
    key="injury_assessment",
    matter_kind="injury_assessment",
    label=Text("劳动能力鉴定", "Assessment of the ability to work"),
    parent_kind="injury",
    opener_post="assessment_secretary",
    record=InjuryAssessment,
    may_open=assessment.may_open,
    series="劳鉴",
    steps=(
        Step("apply", assessment.apply, Duty.APPLY, case_forms.AssessmentForm, "entered"),
        Step("experts", assessment.experts, Duty.APPLY, case_forms.ExpertsForm, "entered"),
        Step("conclude", assessment.conclude, Duty.EVALUATE, case_forms.ConcludeForm, "approved"),
        Step("serve", assessment.serve, Duty.APPLY, case_forms.ServeForm, "entered"),
    ),
)

CLAIM = Procedure(
    key="injury_claim",
    matter_kind="injury_claim",
    label=Text("工伤待遇申领", "Claim of benefits"),
    parent_kind="injury",
    opener_post="injury_acceptor",
    record=BenefitClaim,
    may_open=claim.may_open,
    may_withdraw=claim.may_withdraw,
    series="工待",
    steps=(
        Step("apply", claim.apply, Duty.APPLY, claim_forms.ClaimForm, "entered", is_money=True),
        Step("assess", claim.assess, Duty.REVIEW, claim_forms.AssessForm, "reviewed", is_money=True),
        Step("review", claim.review, Duty.APPROVE, claim_forms.ReviewForm, "approved", is_money=True),
        Step("confirm", claim.confirm, Duty.RECHECK, claim_forms.ConfirmForm, "reviewed"),
    ),
)

CLAIM_ONLINE = Procedure(
    key="injury_claim_online",
    matter_kind="injury_claim",
    label=Text("工伤待遇网上代办", "Claim by proxy on line"),
    parent_kind="injury",
    opener_post="employer_agent",
    record=BenefitClaim,
    begun=online.begun,
    opened_at="injury_own",
    may_open=online.may_open,
    may_withdraw=claim.may_withdraw,
    series="工待",
    steps=(
        Step("apply", claim.apply_online, Duty.APPLY, claim_forms.OnlineClaimForm, "entered", is_money=True),
        Step("accept", claim.accept, Duty.APPLY, claim_forms.AcceptClaimForm, "reviewed"),
        *CLAIM.steps[1:],
    ),
)

PAYMENT = Procedure(
    key="injury_payment",
    matter_kind="injury_payment",
    label=Text("工伤待遇支付", "Payment of benefits"),
    parent_kind="injury_claim",
    opener_post="fund_payer",
    record=PaymentApplication,
    may_open=payment.may_open,
    may_withdraw=payment.may_withdraw,
    withdrawn=payment.withdrawn,
    terms=terms,
    series="工付",
    steps=(
        Step(
            "make_order", payment.make_order, Duty.MAKE, claim_forms.MakeOrderForm, "entered", is_money=True
        ),
        Step(
            "check_order",
            payment.check_order,
            Duty.CHECK,
            claim_forms.CheckOrderForm,
            "reviewed",
            is_money=True,
        ),
        Step("release", payment.release, Duty.PAY, claim_forms.ReleaseForm, "approved", is_money=True),
        Step("receipt", payment.receipt, Duty.MAKE, claim_forms.ReceiptForm, "entered"),
    ),
)

PROCEDURES: tuple[Procedure, ...] = (RECOGNITION, ASSESSMENT, CLAIM, CLAIM_ONLINE, PAYMENT)
