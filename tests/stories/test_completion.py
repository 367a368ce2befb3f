"""The end of a project: accepted with defects, settled, accounted, its retention released, its archive handed over."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lianjing.domains.works.models import Handover, PostEvaluation, Project, Warranty
from lianjing.domains.works.queries import catalogue
from lianjing.domains.works.queries.completion import completion_of
from lianjing.domains.works.queries.money import cost_chain
from lianjing.domains.works.queries.stage import leaving_payment, project_view
from lianjing.kernel.refusal import Ground
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.undertaking.models import Undertaking
from tests.domains.works.playing import ARCHIVES, BUILDER, FUNDS, LEAD, OFFICER, refused


def test_a_project_from_its_last_stone_to_the_closed_file(play):
    scene = play.scene
    project, contract = play.building()
    play.changed(project, contract, "100000", "BG-1")
    with refused(Ground.GATE, "settlement.not_accepted"):
        play.open(BUILDER, "works_settlement", project)

    # first a failed meeting, then one with defects
    matter = play.acceptance_to_meeting(project, contract)
    play.do(LEAD, matter, "meeting", play.meeting_data("failed"))
    scene.pass_time(working_days=5)
    play.do(BUILDER, matter, "apply", play.acceptance_data(contract))
    play.to_meeting(matter)
    defects = [play.defect(), play.defect("标线不清", 12)]
    play.do(LEAD, matter, "meeting", play.meeting_data("passed_with_defects", defects=defects))
    with refused(Ground.GATE, "gate.implementation"):
        play.gate(project)
    owed = Undertaking.objects.filter(matter=matter, closed_on=None)
    assert owed.count() == 2 and all(row.owner_person_id and row.due_on for row in owed)
    scene.pass_time(working_days=3)
    play.rectified(matter)
    play.acceptance_filed(matter)
    assert play.gate(project).stage == "payment"

    # settlement with the ledger's changes; the final account waits for it
    with refused(Ground.GATE, "final_account.not_settled"):
        play.open(FUNDS, "works_final_account", project)
    play.settled(project, contract, "48300000", first="48100000", second="48050000")
    play.accounted(project, "48900000")
    chain = {line.row.kind: line.row.amount for line in cost_chain(project.pk)}
    assert (chain["settlement"], chain["final_account"]) == (Decimal("48050000.00"), Decimal("48900000.00"))

    # what keeps the file open is told; a hand-over with a paper missing is refused
    unmet = [each.clause for each in leaving_payment(project, scene.today()) if not each.is_met]
    assert {"zone_completion#10", "zone_completion#11"} <= set(unmet)
    matter = play.open(ARCHIVES, "works_handover", project)
    with refused(Ground.DOCUMENTS, "handover.incomplete"):
        play.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
    play.excused(project, "payment", "voucher", "工程款在接续系统支付，凭证另存")

    # years later: each part is looked at by two before its retention goes back
    for part in Warranty.objects.filter(contract=contract).order_by("to_on"):
        play.wait_until(part.to_on + timedelta(days=1))
        part.refresh_from_db()
        release = play.asked_back(project, part, "0")
        with refused(Ground.POST, "post.not_held"):
            play.do(BUILDER, release, "use", play.defect_free())
        play.released_back(release)
    play.evaluated_after(project)
    # every deviation has an owner and a day; another person closes it before the file is
    left = Undertaking.objects.filter(
        matter__root=project, source_kind__in=("acceptance", "deviation"), closed_on=None
    )
    assert all(row.owner_person_id and row.due_on for row in left)
    play.close_deviations(project)
    view = project_view(project, scene.today())
    assert view.running == {"handover"}
    unmet = {each.clause for each in leaving_payment(project, scene.today()) if not each.is_met}
    assert unmet == {"zone_projects#1", "zone_completion#11"}

    play.do(ARCHIVES, matter, "prepare", {"receiver": "澜汀市城建档案馆"})
    play.do(LEAD, matter, "check", {"is_same": "on", "opinion": "逐件相符"})
    play.do(ARCHIVES, matter, "receive", {"handed_on": scene.today(), "receiver_name": "签收人"})
    project.refresh_from_db()
    record = Project.objects.get(pk=project.pk)
    assert (project.status, project.outcome, record.status) == ("closed", "done", "completed")
    handed = Handover.objects.get()
    assert handed.status == "handed" and handed.completeness_ratio == 1
    assert PostEvaluation.objects.get().score == Decimal("88.00")
    with refused(Ground.GATE, "project.closed"):
        play.open(OFFICER, "works_post_evaluation", project)

    found = completion_of(project.pk)
    assert found.account is not None and len(found.settlements) == 1 and len(found.warranties) == 2
    assert catalogue.catalogue_of(project).count.ratio == 1
    told = set(
        Event.objects.filter(root_matter_id=project.pk, is_refused=True).values_list(
            "refused_rule", flat=True
        )
    )
    assert {"settlement.not_accepted", "handover.incomplete", "final_account.not_settled"} <= told
    sequence_all()
