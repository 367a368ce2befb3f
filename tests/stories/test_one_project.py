"""One project from initiation to receipt, refusals included, through the real services."""

from __future__ import annotations

from decimal import Decimal

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.models import Project
from lianjing.domains.works.queries import review_lines
from lianjing.domains.works.queries.money import contract_lines, ledger_of, money_path
from lianjing.kernel.refusal import Ground
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from tests.domains.works.playing import (
    BUILDER,
    LEADER,
    OFFICER,
    SECRETARY,
    TENDERS,
    refused,
)
from tests.domains.works.tendering import AGENT


def test_one_project_from_initiation_to_receipt(play):
    scene = play.scene
    project = play.project()

    # no stage is skipped, and nothing of a later stage opens before its time
    with refused(Ground.GATE, "gate.initiation"):
        play.gate(project)
    with refused(Ground.GATE, "opening.not_approved"):
        play.open(TENDERS, "works_tender", project)
    with refused(Ground.GATE, "opening.stage"):
        play.open(OFFICER, "works_payment", project)

    play.approved(project)
    with refused(Ground.POST, "post.not_held"):
        play.gate(project, OFFICER)
    assert play.gate(project).stage == "planning"
    play.permit(project, "works_planning")
    assert play.gate(project).stage == "tendering"

    # two bidders are too few; nobody awards by another method than the one published
    failed = play.tender_to_opening(project, "48000000", "49000000")
    with refused(Ground.RULE, "tender.too_few_bidders"):
        room.unseal(scene, failed.pk, play.offers("48000000", "49000000"))
    play.do(AGENT, failed, "open_bids", {"is_over": "on"})
    prices = ("48000000", "49000000", "51000000")
    tender = play.tender_to_opening(project, *prices, retender_of=failed.pk)
    play.evaluated(tender, *prices)
    play.unopposed(tender)
    award = play.open(TENDERS, "works_award", project)
    with refused(Ground.RULE, "award.method"):
        play.do(TENDERS, award, "prepare", play.award_data(tender, method="vote"))
    play.do(TENDERS, award, "prepare", play.award_data(tender))
    with refused(Ground.GATE, "gate.tendering"):
        play.gate(project)
    play.award_out(award)
    assert play.gate(project).stage == "contract"

    # the contract says what the bid said
    matter = play.open("20706", "works_contract", project)
    with refused(Ground.RULE, "contract.other_amount"):
        play.do("20706", matter, "draft", play.contract_data(tender, amount="48500000"))
    with refused(Ground.GATE, "payment.not_on_platform"):
        play.open(OFFICER, "works_payment", project)
    play.do("20706", matter, "draft", play.contract_data(tender))
    play.compared(matter)
    play.countersigned(matter)
    play.do(LEADER, matter, "approve")
    play.sealed_and_filed(matter)
    contract = Contract.objects.get(project=project)
    assert contract.status == "active"

    # no start without a permit
    with refused(Ground.GATE, "gate.contract"):
        play.gate(project)
    with refused(Ground.GATE, "opening.no_permit"):
        play.open(BUILDER, "works_progress", project)
    play.permit(project, "construction")
    assert play.gate(project).stage == "implementation"

    # no progress before the start is approved with its day
    with refused(Ground.GATE, "opening.not_started"):
        play.open(BUILDER, "works_progress", project)
    play.started(project, contract)

    # advance: up to the agreed share, through the meeting above the tier
    advance = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RED_LINE, "red_line.over_progress"):
        play.do(OFFICER, advance, "apply", play.claim(contract, "advance", "4900000"))
    play.do(OFFICER, advance, "apply", play.claim(contract, "advance", "4800000"))
    play.audited(advance, "4800000")
    play.checked(advance, "4800000")
    play.opinions(advance)
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, advance, "collective", {"opinion": "通过"})
    play.decided(advance, kind="party_committee", amount="4800000")
    play.do(SECRETARY, advance, "collective", {"opinion": "通过"})
    play.financed(advance)
    play.ordered(advance)
    play.released(advance)
    play.receipted(advance, "4800000")

    # progress, a change, and money for verified work only
    report = play.progressed(project, contract, "30", "15000000")
    with refused(Ground.RULE, "change.started"):
        started = play.open(BUILDER, "works_change", project)
        play.do(BUILDER, started, "propose", play.change_data(contract, is_started="on"))
    play.changed(project, contract, "100000", "BG-1")
    payment = play.open(OFFICER, "works_payment", project)
    with refused(Ground.RED_LINE, "red_line.over_progress"):
        play.do(
            OFFICER,
            payment,
            "apply",
            play.claim(contract, "progress", progress_report=report.pk, invoiced="12000000"),
        )
    play.do(
        OFFICER,
        payment,
        "apply",
        play.claim(
            contract,
            "progress",
            progress_report=report.pk,
            advance_deducted="4800000",
            retention="450000",
            invoiced="6750000",
        ),
    )
    with refused(Ground.RULE, "review.above_ceiling"):
        play.audited(payment, "6750000.01")
    play.audited(payment, "6700000")
    play.checked(payment, "6700000")
    play.opinions(payment)
    play.decided(payment, kind="party_committee", amount="6700000")
    play.do(SECRETARY, payment, "collective", {"opinion": "通过"})
    play.financed(payment)
    play.ordered(payment)
    play.released(payment)
    play.receipted(payment, "6700000")

    lines = contract_lines(project.pk, scene.today())
    path, ledger = money_path(Project.objects.get(pk=project.pk), lines), ledger_of(project.pk, lines)
    assert path.paid == ledger.bank == Decimal("11500000.00")
    assert (path.contract, path.changes) == (Decimal("48000000.00"), Decimal("100000.00"))
    payments = PaymentApplication.objects.filter(contract=contract, status="paid")
    assert all(line.is_standing for payment in payments for line in review_lines(payment))
    refusals = Event.objects.filter(root_matter_id=project.pk, is_refused=True)
    assert {"gate.initiation", "award.method", "red_line.over_progress"} <= set(
        refusals.values_list("refused_rule", flat=True)
    )
    sequence_all()
