"""Site visas through the real services: two units measure, the tier closes, nothing counts before the approval."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.models import SiteVisa
from lianjing.domains.works.queries.overview import overview
from lianjing.domains.works.queries.standing import ceiling_of, cumulative_of, standing_of
from lianjing.kernel.refusal import Ground
from lianjing.runtime.process.models import WorkItem
from tests.domains.works.playing import BUILDER, ENGINEER, LEAD, LEADER, SITE, refused


def open_steps(matter):
    return set(WorkItem.objects.filter(matter=matter, closed_at=None).values_list("step_key", flat=True))


def test_a_visa_is_measured_by_two_units_and_counts_only_when_approved(building):
    play, project, contract = building
    matter = play.visa_measured(project, contract)
    play.visa_priced(matter, "5000")
    row = SiteVisa.objects.get(pk=matter.pk)
    assert (row.amount, row.lag_hours < 48, row.work_on) == (Decimal("50000.00"), True, row.entered_on)
    assert {row.measured_by_a_person_id, row.measured_by_b_person_id} == {
        play.scene.person(ENGINEER),
        play.scene.person(SITE),
    }
    assert ceiling_of(contract) == Decimal("48000000.00")
    assert cumulative_of(contract, Decimal(1)).total == Decimal("50001.00")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    assert ceiling_of(contract) == Decimal("48050000.00")
    assert standing_of(contract, play.scene.today()).approved_changes == Decimal("50000.00")
    [told] = overview(play.scene.person("30001"), play.scene.today()).standings
    assert told.ceiling == ceiling_of(contract), "the cockpit and the file must tell one sum"


def test_a_visa_within_the_contract_adds_nothing_to_it(building):
    play, project, contract = building
    matter = play.visa_measured(project, contract)
    play.visa_priced(matter, "5000", is_in_contract="on")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    assert ceiling_of(contract) == Decimal("48000000.00")


def test_a_visa_that_reaches_the_tier_of_larger_changes_is_no_visa(building):
    play, project, contract = building
    matter = play.visa_measured(project, contract)
    play.visa_priced(matter, "20000")
    matter.refresh_from_db()
    assert (SiteVisa.objects.get(pk=matter.pk).status, matter.status) == ("refused", "closed")
    assert ceiling_of(contract) == Decimal("48000000.00")


def test_visas_split_over_one_part_are_summed(building):
    play, project, contract = building
    play.visa_approved(project, contract, "9000")
    second = play.visa_measured(project, contract, code="QZ-2", part="K1+120 检查井")
    play.visa_priced(second, "9000")
    assert open_steps(second) == {"lead"}
    third = play.visa_measured(project, contract, code="QZ-3")
    play.visa_priced(third, "9000")
    assert SiteVisa.objects.get(pk=third.pk).status == "refused"


def test_concealed_work_is_measured_before_its_covering_and_late_entry_shows(building):
    play, project, contract = building
    now = play.scene.now
    matter = play.open(BUILDER, "works_visa", project)
    data = play.visa_data(
        contract,
        is_concealed="on",
        covered_at=now - timedelta(hours=1),
        occurred_at=now - timedelta(hours=60),
    )
    play.do(BUILDER, matter, "apply", data)
    assert SiteVisa.objects.get(pk=matter.pk).lag_hours > 48
    with refused(Ground.RULE, "visa.covered"):
        play.do(ENGINEER, matter, "measure", play.measured_data())
    play.do(ENGINEER, matter, "measure", play.measured_data(measured_at=now - timedelta(hours=3)))
