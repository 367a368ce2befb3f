"""One household from the survey by two to the emptied house; every way to take more is refused with its clause."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lianjing.domains.works.models import RelocationHousehold
from lianjing.domains.works.queries.relocation import balance_of
from lianjing.kernel.refusal import BadInput, Ground
from lianjing.runtime.parties.models import Account
from lianjing.runtime.parties.services import tie
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import Review
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import AUDITOR, refused
from tests.domains.works.relocating import FIRST, HOUSE, RECHECKER, SECOND, STREET, TREES, Relocation


@pytest.fixture
def planned(play):
    """A project in stage planning."""
    project = play.project()
    play.approved(project)
    play.gate(project)
    return Relocation(play, project)


def test_a_household_from_survey_to_the_emptied_house(planned):
    move, play, scene = planned, planned.play, planned.scene
    matter = move.opened()
    play.do(FIRST, matter, "survey", move.survey_data())
    ticks = {"is_same": "on", "has_no_tie": "on"}
    with refused(Ground.CONFLICT, "separation.same_person"):
        play.do(FIRST, matter, "second", {"measured_area_m2": "120.00", **ticks})
    with pytest.raises(BadInput):
        play.do(SECOND, matter, "second", {"measured_area_m2": "121.00", **ticks})
    play.do(SECOND, matter, "second", {"measured_area_m2": "120.00", **ticks})
    play.do(RECHECKER, matter, "verify")
    twin = move.opened()
    with refused(Ground.RULE, "relocation.code_used"):
        play.do(FIRST, twin, "survey", move.survey_data())

    # the survey hangs out its days
    with pytest.raises(BadInput):
        play.do(STREET, matter, "publish_survey", move.notice(3))
    play.do(STREET, matter, "publish_survey", move.notice())
    with refused(Ground.GATE, "relocation.not_published"):
        play.do(STREET, matter, "survey_result", {"is_posted": "on", "opinion": "无异议"})
    scene.pass_time(hours=24 * 8)
    play.do(STREET, matter, "survey_result", {"is_posted": "on", "opinion": "无异议"})

    # nobody names the appraiser
    with refused(Ground.GATE, "relocation.not_drawn"):
        play.do("21001", matter, "assign", {"is_drawn": "on"})
    move.appraiser_drawn()
    move.appraised(matter)

    # the agreement: not above survey or appraisal, only to the owner, only within the budget
    larger = {**HOUSE, "area_m2": "121.00"}
    with refused(Ground.RED_LINE, "relocation.above_survey"):
        play.do(SECOND, matter, "agree", move.agreement(larger, TREES))
    dearer = {**HOUSE, "unit_price": "2000.01"}
    with refused(Ground.RED_LINE, "relocation.above_appraisal"):
        play.do(SECOND, matter, "agree", move.agreement(dearer, TREES))
    with refused(Ground.RED_LINE, "relocation.payee_not_owner"):
        play.do(SECOND, matter, "agree", move.agreement(holder_name="陈小明"))
    with refused(Ground.RED_LINE, "relocation.over_budget"):
        play.do(SECOND, matter, "agree", move.agreement())
    line = move.budget()
    play.do(SECOND, matter, "agree", move.agreement())
    row = RelocationHousehold.objects.get(pk=matter.pk)
    assert (row.agreed, row.status, row.owner.partition(":")[0]) == (
        Decimal("243000.00"),
        "agreed",
        "natural_person",
    )
    assert Account.objects.get(pk=row.payee_account_id).holder == row.owner
    move.approved(matter)
    with refused(Ground.GATE, "relocation.not_approved"):
        move.compensation(matter)
    move.published(matter, "publish_result", "result", days=5)

    # a drawn share is measured again before anything is paid
    with refused(Ground.GATE, "relocation.not_paid"):
        play.do(FIRST, matter, "move_out", {"moved_on": scene.today(), "is_empty": "on"})
    payment = move.compensation(matter)
    with refused(Ground.GATE, "relocation.no_sample"):
        play.do(FIRST, payment, "apply", move.claim())
    move.draw("household_sample", None, by=RECHECKER)
    with refused(Ground.GATE, "relocation.not_remeasured"):
        play.do(FIRST, payment, "apply", move.claim())
    move.remeasured(matter)
    assert not Undertaking.objects.filter(clause="zone_relocation#8").exists()
    play.do(FIRST, payment, "apply", move.claim())
    with refused(Ground.GATE, "relocation.paid_once"):
        move.compensation(matter)
    move.paid(payment)

    paid = PaymentApplication.objects.get(pk=payment.pk)
    assert (paid.status, paid.kind, paid.contract_id, paid.amount) == (
        "paid",
        "relocation",
        None,
        Decimal("243000.00"),
    )
    assert paid.basis == f"relocation_household:{matter.pk}" and paid.due_on is not None
    kinds = Review.objects.filter(matter=payment).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["audit", "finance"]  # the shortened chain of its own bundle
    balance = balance_of(move.project.pk)
    assert balance.budget == line.amount == balance.agreed == balance.paid and balance.is_equal
    play.do(FIRST, matter, "move_out", {"moved_on": scene.today(), "is_empty": "on"})
    row.refresh_from_db()
    matter.refresh_from_db()
    assert (row.status, matter.status) == ("moved", "closed")
    rules = Event.objects.filter(root_matter_id=move.project.pk, is_refused=True)
    flagged = dict(rules.values_list("refused_rule", "clause"))
    assert flagged["relocation.payee_not_owner"] == "zone_relocation#3"
    assert flagged["relocation.above_survey"] == "zone_relocation#6"


def test_a_relative_of_the_owner_does_not_measure(planned):
    move, play = planned, planned.play
    matter = move.surveyed()
    row = RelocationHousehold.objects.get(pk=matter.pk)
    kin = play.scene.person(FIRST)
    with recorded("parties.tie", chain=f"person:{kin}", actor=SYSTEM, now=play.scene.now) as act:
        tie(
            act,
            from_party=f"person:{kin}",
            to_party=row.owner,
            kind="sibling",
            source="declared",
            is_kin=True,
        )
    play.back(STREET, matter, "publish_survey", "survey")
    with refused(Ground.CONFLICT, "relocation.tied"):
        play.do(FIRST, matter, "survey", move.survey_data(id_no="11010519491231002X"))


def test_a_second_measurement_that_differs_binds_the_agreement(planned):
    move, play = planned, planned.play
    matter = move.to_agreement()
    move.budget()
    play.do(SECOND, matter, "agree", move.agreement())
    move.draw("household_sample", None, by=RECHECKER)
    move.remeasured(matter, "110.00")
    owed = Undertaking.objects.get(clause="zone_relocation#8")
    assert owed.owner_person_id == play.scene.person(FIRST) and owed.checker_person_id == play.scene.person(
        RECHECKER
    )
    with refused(Ground.RED_LINE, "relocation.above_survey"):
        move.approved(matter)


def test_an_account_known_under_another_name_is_not_the_owners(planned):
    move, play = planned, planned.play
    matter = move.to_agreement()
    move.budget()
    play.payer()  # the unit's own account, number 9900000000000000900
    with refused(Ground.RED_LINE, "relocation.payee_not_owner"):
        play.do(SECOND, matter, "agree", move.agreement(account_no="9900000000000000900"))
    assert play.scene.person(AUDITOR)
