"""The last gate: a file handed over early stays open until the retention is back, and is then closed by its lead."""

from __future__ import annotations

from datetime import timedelta

from lianjing.domains.works.models import Project, Warranty
from lianjing.kernel.refusal import Ground
from lianjing.runtime.matter.models import StageGate
from tests.domains.works.playing import LEAD, OFFICER, refused


def test_a_project_handed_over_early_is_closed_at_its_last_gate_once_its_retention_is_back(accepted):
    play, project, contract = accepted
    play.settled(project, contract, "48000000")
    play.accounted(project, "48000000")
    play.excused(project, "payment", "voucher", "工程款在接续系统支付，凭证另存")
    play.close_deviations(project)
    play.handed_over(project)
    project.refresh_from_db()
    assert project.status == "open"
    with refused(Ground.GATE, "gate.payment"):
        play.gate(project)
    for part in Warranty.objects.filter(contract=contract).order_by("to_on"):
        play.wait_until(part.to_on + timedelta(days=1))
        play.released_back(play.asked_back(project, part, "0"))
    with refused(Ground.POST, "post.not_held"):
        play.gate(project, OFFICER)
    play.gate(project, LEAD)
    project.refresh_from_db()
    record = Project.objects.get(pk=project.pk)
    assert (project.status, project.outcome, record.status) == ("closed", "done", "completed")
    assert StageGate.objects.filter(matter=project, stage="payment", is_passed=True).exists()
    with refused(Ground.GATE, "gate.closed"):
        play.gate(project)
