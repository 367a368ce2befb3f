"""The trail in the database: one act one event, refusals, numbering, protection, and what verification finds."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.org.models import Unit
from lianjing.runtime.trail import act as trail
from lianjing.runtime.trail.act import SYSTEM, Act, answered, recorded, write_events
from lianjing.runtime.trail.models import ActRow, Body, Event, Leaf, Pending
from lianjing.runtime.trail.sequencer import sequence, sequence_all
from lianjing.runtime.trail.verify import verify

NOW = datetime(2025, 3, 3, 1, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def make_unit(code="A", name="甲", now=NOW):
    with recorded("unit.create", chain="unit:1", actor=SYSTEM, now=now) as act:
        return act.save(Unit(code=code, name=name, kind="bureau"))


def problems():
    return [(problem.kind, problem.where) for problem in verify().problems]


def test_one_act_leaves_one_event_that_gives_the_row_back():
    unit = make_unit(name="𬭎䶮局")
    event = Event.objects.get()
    body = json.loads(bytes(event.body.content))
    assert body["rows"] == [{"t": "unit", "k": str(unit.id), "v": unit.row_image()}]
    assert ActRow.objects.get().row_key == str(unit.id)
    assert problems() == []


def test_the_index_names_only_the_columns_that_changed():
    unit = Unit.objects.get(id=make_unit().id)
    with recorded("unit.rename", chain="unit:1", actor=SYSTEM, now=NOW) as act:
        unit.name = "乙"
        act.save(unit)
    assert ActRow.objects.get(change="changed").columns == "name"


def test_a_crash_inside_an_act_leaves_neither_row_nor_event():
    with (
        pytest.raises(ZeroDivisionError),
        recorded("unit.create", chain="unit:1", actor=SYSTEM, now=NOW) as act,
    ):
        act.save(Unit(code="A", name="甲", kind="bureau"))
        raise ZeroDivisionError
    assert not Unit.objects.exists() and not Event.objects.exists()


def test_a_refusal_rolls_back_and_is_itself_an_event_without_rows():
    with pytest.raises(Refusal), recorded("unit.create", chain="unit:1", actor=SYSTEM, now=NOW) as act:
        act.save(Unit(code="A", name="甲", kind="bureau"))
        raise Refusal(Ground.RED_LINE, "red_line.test", "不行", "zone#1")
    event = Event.objects.get()
    assert event.is_refused and event.refused_rule == "red_line.test" and event.clause == "zone#1"
    assert json.loads(bytes(event.body.content))["rows"] == []
    assert not Unit.objects.exists() and problems() == []


@pytest.mark.parametrize(
    "error", [Refusal(Ground.STALE, "s", "s"), Refusal(Ground.FORM, "f", "f"), BadInput("b")]
)
def test_wrong_input_writes_no_event(error):
    with pytest.raises(type(error)), recorded("unit.create", chain="unit:1", actor=SYSTEM, now=NOW):
        raise error
    assert not Event.objects.exists()


def test_recorded_time_never_decreases_within_a_chain():
    make_unit("A", now=NOW)
    make_unit("B", now=NOW - timedelta(hours=1))
    times = list(Event.objects.order_by("oseq").values_list("recorded_at", flat=True))
    assert times == [NOW, NOW] and problems() == []


def test_text_that_no_database_can_carry_is_bad_input():
    with pytest.raises(BadInput), recorded("unit.create", chain="unit:1", actor=SYSTEM, now=NOW) as act:
        act.save(Unit(code="A", name="甲\x00", kind="bureau"))


def test_a_code_outside_its_list_is_bad_input():
    with pytest.raises(BadInput), recorded("unit.create", chain="unit:1", actor=SYSTEM, now=NOW) as act:
        act.save(Unit(code="A", name="甲", kind="castle"))


def test_the_same_key_is_answered_once_and_another_request_under_it_is_refused():
    def request(digest):
        with recorded(
            "u", chain="unit:1", actor=SYSTEM, now=NOW, request_key="k", request_sha256=digest
        ) as act:
            return act

    first = request("d1")
    assert answered("k", "d1") == first.event_id
    with pytest.raises(Refusal, match="另一项"):
        answered("k", "d2")
    with pytest.raises(Refusal, match="同一请求"):
        request("d1")
    assert Event.objects.count() == 1


def test_many_acts_share_a_transaction_and_chain_up():
    with transaction.atomic():
        acts = []
        for number in range(5):
            act = Act("unit.import", "unit:1", SYSTEM, NOW)
            act.save(Unit(code=f"U{number}", name="单位", kind="bureau"))
            acts.append(act)
        write_events(acts)
    assert list(Event.objects.order_by("oseq").values_list("oseq", flat=True)) == [1, 2, 3, 4, 5]
    assert problems() == []


def test_leaf_numbers_are_dense_from_zero_and_given_once():
    for number in range(7):
        make_unit(f"U{number}")
    assert (sequence(limit=3), sequence(limit=3), sequence(), sequence()) == (3, 3, 1, 0)
    make_unit("late")
    assert sequence_all() == 1
    assert list(Leaf.objects.order_by("idx").values_list("idx", flat=True)) == list(range(8))
    assert not Pending.objects.exists() and problems() == []


def test_verification_holds_for_numbered_and_waiting_events_together():
    make_unit("A")
    sequence_all()
    make_unit("B")
    verdict = verify()
    assert (verdict.events, verdict.leaves, verdict.problems) == (2, 1, [])


def test_a_row_changed_past_the_trail_is_named_with_its_column():
    unit = make_unit()
    Unit.objects.update(name="乙")
    [problem] = verify().problems
    assert problem.where == f"unit {unit.id}" and "name" in problem.detail and "乙" in problem.detail


def test_a_row_deleted_past_the_trail_is_named():
    unit = make_unit()
    Unit.objects.all().delete()
    assert problems() == [("row", f"unit {unit.id}")]


def test_a_row_added_past_the_trail_is_named():
    unit = Unit.objects.create(code="X", name="丙", kind="bureau")
    assert problems() == [("row", f"unit {unit.id}")]


@pytest.mark.parametrize("table", ["trail_event", "trail_body", "trail_leaf"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_database_stops_a_change_of_the_trail(table, verb):
    make_unit()
    sequence_all()
    column = {"trail_event": "act", "trail_body": "salt", "trail_leaf": "leaf_hash"}[table]
    statement = f"UPDATE {table} SET {column} = {column}" if verb == "UPDATE" else f"DELETE FROM {table}"
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def without_triggers(table):
    """What an attacker who owns the database does first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER {table}_{verb}")


def attack_body(event):
    without_triggers("trail_body")
    content = bytes(event.body.content).replace("甲".encode(), "乙".encode())
    Body.objects.filter(event=event).update(content=content)


def attack_envelope(event):
    without_triggers("trail_event")
    Event.objects.filter(id=event.id).update(
        envelope=bytes(event.envelope).replace(b"unit.create", b"unit.cr3ate")
    )


def attack_column(event):
    without_triggers("trail_event")
    Event.objects.filter(id=event.id).update(act="unit.other")


def attack_leaf(event):
    without_triggers("trail_leaf")
    Leaf.objects.filter(event=event).update(leaf_hash="0" * 64)


def attack_delete(event):
    for table in ("trail_event", "trail_body", "trail_leaf"):
        without_triggers(table)
    ActRow.objects.filter(event=event).delete()
    Leaf.objects.filter(event=event).delete()
    Body.objects.filter(event=event).delete()
    Event.objects.filter(id=event.id).delete()


def attack_queue(event):
    without_triggers("trail_leaf")
    Leaf.objects.filter(event=event).delete()


def attack_index(event):
    ActRow.objects.filter(event=event).delete()


@pytest.mark.parametrize(
    ("attack", "kinds"),
    [
        (attack_body, {"body"}),
        (attack_envelope, {"chain", "leaf", "event"}),
        (attack_column, {"event"}),
        (attack_leaf, {"leaf"}),
        (attack_delete, {"chain", "leaf", "row"}),
        (attack_queue, {"queue", "leaf", "row"}),
        (attack_index, {"index"}),
    ],
)
def test_each_attack_on_a_stored_event_is_found(attack, kinds):
    make_unit("A")
    make_unit("B")
    sequence_all()
    attack(Event.objects.select_related("body").get(oseq=1))
    found = {kind for kind, _where in problems()}
    assert found & kinds


def test_two_swapped_events_are_found():
    make_unit("A")
    make_unit("B")
    sequence_all()
    without_triggers("trail_leaf")
    first, second = Leaf.objects.order_by("idx")
    Leaf.objects.all().delete()
    Leaf.objects.create(idx=0, event_id=second.event_id, leaf_hash=second.leaf_hash)
    Leaf.objects.create(idx=1, event_id=first.event_id, leaf_hash=first.leaf_hash)
    assert ("chain", f"event {second.event_id}") in problems()


def test_the_legal_day_is_that_of_shanghai():
    late = datetime(2025, 3, 3, 16, 30, tzinfo=UTC)
    assert trail.legal_day(late).isoformat() == "2025-03-04"


def test_nothing_more_is_done_on_a_chain_whose_last_event_was_altered():
    make_unit("A")
    without_triggers("trail_event")
    Event.objects.update(envelope=b"{}")
    with pytest.raises(Refusal, match="改动") as caught:
        make_unit("B")
    assert caught.value.rule == "trail.damaged" and Event.objects.count() == 1
