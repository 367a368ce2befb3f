"""A tier of the rule of changes is amended: what would have gone otherwise is known before, and old matters stay as they were."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from lianjing.domains.works.models import ChangeOrder
from lianjing.kernel.refusal import Ground
from lianjing.runtime.job.errands import carry_out_next
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.models import DecisionLog, WorkItem
from lianjing.runtime.regulation.queries import clause_on, definition_on
from lianjing.runtime.revision.models import ReplayedMatter, Revision, RevisionReplay
from lianjing.runtime.revision.queries import part_text
from lianjing.runtime.trail.act import legal_day
from lianjing.runtime.trail.models import Event
from lianjing.web.table_editing import read_table
from tests.domains.works.playing import BUILDER, CHIEF, LEAD, LEADER, refused

DRAFTER, APPROVER = "20603", "20006"
TABLE = "works_change_class"
TIER, FORMER = 15_000_000, "works.change.larger.single_from_fen"  # fen
AMOUNTS = ("99000", "149999.99", "150000", "180000", "199999.99", "260000")


def test_an_amended_tier_binds_new_changes_only_and_its_effect_was_foretold(play: Any) -> None:
    zone = play.scene
    project, contract = play.building()
    old = [
        play.change_to_price(project, contract, amount, code=f"BG-{place}")
        for place, amount in enumerate(AMOUNTS)
    ]
    amounts = {each.pk: ChangeOrder.objects.get(pk=each.pk).amount for each in old}
    former = Decimal(figure(FORMER, zone.today())) / 100
    expected = {key for key, amount in amounts.items() if Decimal(TIER) / 100 <= amount < former}
    assert len(expected) == 3

    # drafted, replayed, submitted: through the pages
    drafter, approver = seated(zone, DRAFTER), seated(zone, APPROVER)
    revision = begun(drafter)
    amend(drafter, revision, zone)
    page = reverse("revision_replay", args=[revision.pk])
    assert drafter.post(page).status_code == 302
    assert carry_out_next(zone.pass_time(hours=0.1)) == 1
    replay = RevisionReplay.objects.get(revision=revision)
    changed = ReplayedMatter.objects.filter(replay=replay).exclude(kinds="")
    assert set(changed.values_list("matter_id", flat=True)) == expected
    shown = drafter.get(page).content.decode()
    assert all(ChangeOrder.objects.get(pk=key).matter.code in shown for key in expected)
    place = reverse("revision", args=[revision.pk])
    assert drafter.post(place, {"action": "check"}).status_code == 302
    day = zone.today() + timedelta(days=2)
    answer = drafter.post(place, {"action": "submit", "from_on": day.isoformat()})
    assert answer.status_code == 302, answer.content.decode()

    # approved by another, in force at midnight and not before
    assert drafter.post(place, {"action": "approve", "text": "同意"}).status_code == 403
    assert approver.post(place, {"action": "approve", "text": "同意"}).status_code == 302
    assert definition_on(TABLE, day - timedelta(days=1)).version + 1 == definition_on(TABLE, day).version
    clause = clause_on("zone_change#5", day)
    assert clause is not None and clause.from_on == day

    # a change that was proposed before and is classed after keeps the old rule; a new one follows the new rule
    early = proposed(play, project, contract, "BG-EARLY")
    zone.now = zone.now + (day - zone.today()) + timedelta(hours=1)
    play.change_priced(early, "160000")
    assert ChangeOrder.objects.get(pk=early.pk).change_class == "general"
    late = play.change_to_price(project, contract, "160000", code="BG-LATE")
    assert ChangeOrder.objects.get(pk=late.pk).change_class == "larger"
    versions = [
        DecisionLog.objects.select_related("definition")
        .get(matter=each, decision_key=TABLE)
        .definition.version
        for each in (early, late)
    ]
    assert versions[0] + 1 == versions[1]

    # old matters finish on their way; a refusal of the new way names the clause as it reads on that day
    for matter in old[:2]:
        play.do(LEAD, matter, "lead")
        play.do(LEADER, matter, "leader")
    assert not WorkItem.objects.filter(matter_id__in=expected, step_key="joint").exists()
    play.opinions(late, PLN="disagree")
    with refused(Ground.RULE, "joint.disagreed"):
        play.do(LEADER, late, "leader")
    refusal = Event.objects.get(matter_id=late.pk, refused_rule="joint.disagreed")
    assert refusal.clause == "zone_change#5"
    page = reverse("clause", args=["zone_change~5"])
    reader = seated(zone, LEAD)
    assert "15万元" in reader.get(page, {"on": legal_day(refusal.recorded_at).isoformat()}).content.decode()
    before = clause_on(refusal.clause, day - timedelta(days=1))
    assert before is not None and "15万元" not in before.text


def seated(zone: Any, number: str) -> Client:
    client = Client()
    answer = client.post("/login/", {"number": number, "password": "lianjing-demo"})
    assert answer.status_code == 302, answer.content.decode()
    return client


def begun(drafter: Client) -> Revision:
    given = {"regulation": "zone_change", "title": "降低较大变更标准", "reason": "审计建议"}
    answer = drafter.post(reverse("revision_new"), given)
    assert answer.status_code == 302, answer.content.decode()
    return Revision.objects.get()


def amend(drafter: Client, revision: Revision, zone: Any) -> None:
    """The cell of the tier in the table, row by row as the page shows it, and the article that says it."""
    table = read_table(definition_on(TABLE, zone.today()).xml)
    given = {
        "inputs": len(table.inputs),
        "outputs": len(table.outputs),
        "rows": len(table.rows),
        "policy": table.policy,
    }
    for side, heads in (("in", table.inputs), ("out", table.outputs)):
        for place, head in enumerate(heads):
            given |= {f"{side}-{place}-{part}": value for part, value in asdict(head).items()}
    for place, row in enumerate(table.rows):
        given |= {f"id-{place}": row.id, f"note-{place}": row.note, f"clause-{place}": row.clause}
        for column, cell in enumerate(row.cells):
            given[f"cell-{place}-{column}"] = cell.replace(f"@{FORMER}", str(TIER))
    page = reverse("revision_decision", args=[revision.pk, TABLE])
    seen = drafter.get(page).context["seen"]
    answer = drafter.post(page, {**given, "seen": seen})
    assert answer.status_code in (200, 302), answer.content.decode()
    assert str(TIER) in part_text(revision.pk, "decision", TABLE)
    answer = drafter.post(
        reverse("revision_clause", args=[revision.pk]),
        {"article": "5", "text": "单项变更15万元以上的为较大变更，由办局联审。"},
    )
    assert answer.status_code == 302, answer.content.decode()


def proposed(play: Any, project: Any, contract: Any, code: str) -> Any:
    from_builder = play.open(BUILDER, "works_change", project)
    play.do(BUILDER, from_builder, "propose", play.change_data(contract, code))
    play.do(CHIEF, from_builder, "supervise")
    play.drawn(from_builder)
    return from_builder
