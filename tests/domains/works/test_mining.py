"""The trail of played matters as an event log: it fits its own process, and what strays is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lianjing.analysis.mining import trail_log
from lianjing.analysis.mining.conformance import conform
from lianjing.analysis.mining.desks import desks
from lianjing.analysis.mining.store import Store
from lianjing.analysis.mining.variants import four_eyes, rework, variants
from lianjing.cli import commands
from lianjing.intake.eventlog.ocel import whole_of
from lianjing.intake.eventlog.reading import Account
from lianjing.runtime.domains import domains
from lianjing.runtime.org.models import Person
from lianjing.runtime.regulation.models import Definition
from lianjing.runtime.trail.models import Event
from tests.domains.works.playing import AUDITOR, ECO, LAW, PLN

pytestmark = pytest.mark.django_db


def test_every_declared_process_compiles_to_a_net_that_can_end(zone):
    for domain in domains():
        for procedure in domain.procedures:
            source = trail_log.source_of(procedure.key)
            net = trail_log.net_of(source, Definition.objects.get(key=procedure.key))
            reached, waiting = {net.start}, [net.start]
            while waiting and net.end not in reached:
                for _label, after in net.following(waiting.pop()):
                    if after not in reached:
                        reached.add(after)
                        waiting.append(after)
            assert net.end in reached, procedure.key


@pytest.fixture
def reviewed(contracted):
    """A payment that came through audit and internal review."""
    play, project, contract = contracted
    payment = play.applied(project, contract, "advance", "100000")
    play.audited(payment, "100000")
    play.checked(payment, "100000")
    return play, payment


def test_a_payment_fits_its_process_as_far_as_it_came_and_a_missing_review_is_found(reviewed):
    _play, payment = reviewed
    source = trail_log.source_of("works_payment")
    with Store() as store:
        store.load(trail_log.events_of(source))
        store.derive(trail_log.worktime())
        answer = conform(store, trail_log.judge_of(source, store))
        assert (answer.cases, answer.fit) == (1, 1)
        assert four_eyes(store, trail_log.pairs_of(source)) == []
        assert variants(store)[0].steps[:3] == ("支付申请", "审计审", "内部审")
    events = [event for event in trail_log.events_of(source) if event.type != "审计审"]
    with Store() as store:
        store.load(events)
        store.derive(trail_log.worktime())
        answer = conform(store, trail_log.judge_of(source, store))
    assert [(each.kind, each.step) for each in answer.ways[0].deviations] == [("missing", "审计审")]
    assert payment.pk in source.matters


def test_a_return_that_the_process_allows_is_no_deviation(contracted):
    play, project, contract = contracted
    payment = play.applied(project, contract, "advance", "100000")
    play.back(AUDITOR, payment, "audit", "apply")
    source = trail_log.source_of("works_payment")
    with Store() as store:
        store.load(trail_log.events_of(source))
        store.derive(trail_log.worktime())
        assert conform(store, trail_log.judge_of(source, store)).fit == 1
        assert variants(store)[0].steps == ("支付申请", "审计审（退回）")


def test_a_joint_review_is_one_step_once_its_last_unit_has_concluded(building):
    play, project, contract = building
    matter = play.change_to_price(project, contract, "500000")
    source = trail_log.source_of("works_change")
    for number, element in ((ECO, "ECO"), (LAW, "LAW")):
        play.do(number, matter, "joint", {"result": "agree", "opinion": "已核"}, element)
    before = [event.type for event in trail_log.events_of(source)]
    play.do(PLN, matter, "joint", {"result": "agree", "opinion": "已核"}, "PLN")
    with Store() as store:
        store.load(trail_log.events_of(source))
        store.derive(trail_log.worktime())
        (way,) = variants(store)
        assert way.steps == (*before, "办局联审")
        assert rework(store) == []
        assert {each.count for each in desks(store) if each.type == "办局联审"} == {1}
        assert len([each for each in desks(store) if each.type == "办局联审"]) == 3
        assert conform(store, trail_log.judge_of(source, store)).fit == 1
    assert "办局联审" not in before


def test_an_open_step_past_its_day_is_late_with_its_post_and_clause(reviewed):
    play, payment = reviewed
    source = trail_log.source_of("works_payment")
    found = trail_log.late_items(source, play.scene.now + timedelta(days=60))
    late = next(each for each in found if each.is_open)
    assert (late.object, bool(late.post), bool(late.clause)) == (
        trail_log.label_of(source, payment.pk),
        True,
        True,
    )
    assert late.used > late.limit


def test_an_export_names_no_person_and_reads_back_with_every_act(reviewed, tmp_path, monkeypatch):
    monkeypatch.setattr("lianjing.cli.export_log.refuse_without_tables", lambda: None)
    for number in ("1", "2"):
        assert commands.run(["export", "ocel", str(tmp_path / number), "--json"]) == 0
    assert commands.run(["export", "xes", str(tmp_path / "1"), "--json"]) == 0
    acts = Event.objects.filter(matter_id__isnull=False, is_refused=False)
    whole = whole_of(tmp_path / "1" / "trail.ocel.sqlite", Account())
    assert len(whole.events) == acts.count()
    content = b"".join(place.read_bytes() for place in (tmp_path / "1").iterdir())
    for person in Person.objects.filter(id__in=acts.values("person_id")):
        assert person.name.encode() not in content
    said = [
        {
            values.get("person", "")
            for _id, _type, _time, values in whole_of(tmp_path / n / "trail.ocel.json", Account()).events
        }
        for n in ("1", "2")
    ]
    assert len(said[0]) == len(said[1]) > 1
    assert said[0] & said[1] <= {""}  # what the system does by itself


def test_an_unknown_process_or_a_file_in_the_way_is_one_sentence(zone, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("lianjing.cli.export_log.refuse_without_tables", lambda: None)
    (tmp_path / "file").touch()
    assert commands.run(["export", "xes", str(tmp_path), "--process", "unheard_of"]) == 2
    assert commands.run(["export", "ocel", str(tmp_path / "file")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 2
