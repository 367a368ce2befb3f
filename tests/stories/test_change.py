"""The changes of one contract: an ordinary one, a variation split in three, an emergency, and the money behind them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.models import ChangeOrder
from lianjing.domains.works.queries.standing import ceiling_of, standing_of
from lianjing.kernel.refusal import Ground
from lianjing.runtime.contract.models import Amendment
from lianjing.runtime.contract.queries import current_amount
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import (
    BUILDER,
    CHIEF,
    LEAD,
    LEADER,
    SECRETARY,
    SITE,
    refused,
)


def test_the_changes_of_a_contract_are_summed_classed_and_paid_only_when_approved(play):
    scene = play.scene
    project, contract = play.building("7000000", "7100000", "7200000")

    # work before approval is refused, three photographs taken before are asked for
    matter = play.open(BUILDER, "works_change", project)
    with refused(Ground.RULE, "change.started"):
        play.do(BUILDER, matter, "propose", play.change_data(contract, is_started="on"))

    # a variation split in three, each under the tier of larger changes
    part = {"part": "K0+420–K0+510"}
    play.do(BUILDER, matter, "propose", play.change_data(contract, "BG-1", **part))
    play.do(CHIEF, matter, "supervise")
    play.drawn(matter)
    play.change_priced(matter, "70000")
    second = play.change_to_price(project, contract, "70000", code="BG-2", **part)
    third = play.change_to_price(project, contract, "70000", code="BG-3", **part)
    classes = [ChangeOrder.objects.get(pk=each.pk).change_class for each in (matter, second, third)]
    assert classes == ["general", "general", "larger"]

    # nothing counts before its approval; nobody approves what he proposed or reviewed
    assert ceiling_of(contract) == Decimal("7000000.00")
    play.do(LEAD, matter, "lead")
    play.do(LEADER, matter, "leader")
    play.do(SITE, matter, "order", {"work_started_on": scene.today()})
    assert ceiling_of(contract) == Decimal("7070000.00")

    # a small visa counts with the changes, and only once it is approved
    visa = play.visa_measured(project, contract)
    play.visa_priced(visa, "1000")
    assert ceiling_of(contract) == Decimal("7070000.00")
    play.do(LEAD, visa, "lead")
    play.do(LEADER, visa, "leader")
    assert standing_of(contract, scene.today()).approved_changes == Decimal("80000.00")

    # the third goes the way of larger changes: every department writes, one disagrees, a meeting decides
    play.opinions(third, PLN="disagree")
    with refused(Ground.RULE, "joint.disagreed"):
        play.do(LEADER, third, "leader")
    play.decided(third, kind="director", amount="70000", item_kind="change")
    play.do(LEADER, third, "leader")

    # an emergency: oral consent logged, work, papers in seven days, then the ordinary way
    urgent = play.open(BUILDER, "works_change", project)
    data = play.change_data(
        contract,
        "YJ-1",
        cause="emergency",
        is_started="on",
        is_emergency="on",
        danger_at=scene.now - timedelta(hours=2),
        danger_text="边坡塌方，危及燃气管线",
    )
    play.do(BUILDER, urgent, "propose", data)
    given = scene.now - timedelta(hours=1)
    play.do(LEAD, urgent, "consent", {"oral_consent_at": given, "opinion": "同意抢险"})
    owed = Undertaking.objects.get(matter=urgent)
    assert owed.due_on == scene.today() + timedelta(days=7) and owed.closed_on is None
    scene.pass_time(hours=24 * 3)
    play.do(BUILDER, urgent, "papers", {"after_text": "钢板桩支护", "work_started_on": scene.today()})
    owed.refresh_from_db()
    assert owed.closed_on is not None
    play.do(CHIEF, urgent, "supervise")
    play.drawn(urgent)
    play.change_priced(urgent, "560000")
    row = ChangeOrder.objects.get(pk=urgent.pk)
    assert (row.change_class, row.is_emergency) == ("major", True)
    assert row.cumulative == Decimal("780000.00")

    # major: joint review and the meeting that the table names; then a supplementary agreement is owed
    play.opinions(urgent)
    with refused(Ground.RULE, "collective.not_passed"):
        play.do(SECRETARY, urgent, "collective", {"opinion": "通过"})
    play.decided(urgent, kind="director", amount="560000", item_kind="change")
    play.do(SECRETARY, urgent, "collective", {"opinion": "通过"})
    play.do(SITE, urgent, "order", {"work_started_on": scene.today()})
    assert ceiling_of(contract) == Decimal("7710000.00")
    asked = Undertaking.objects.get(matter=urgent, clause="zone_change#13")
    assert asked.closed_on is None
    play.amended(project, contract, "7710000", change_order=str(urgent.pk))
    asked.refresh_from_db()
    assert asked.closed_on is not None and current_amount(contract) == Decimal("7710000.00")
    assert Amendment.objects.get(contract=contract).delta == Decimal("710000.00")

    refusals = Event.objects.filter(root_matter_id=project.pk, is_refused=True)
    assert {"change.started", "joint.disagreed", "collective.not_passed"} <= set(
        refusals.values_list("refused_rule", flat=True)
    )
    sequence_all()
