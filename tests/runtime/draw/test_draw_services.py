from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.draw import pools, queries, rules, services
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.services import Candidate
from lianjing.runtime.matter.services import join_party
from lianjing.runtime.parties.services import tie
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.sequencer import sequence_all
from lianjing.runtime.trail.verify import verify
from tests.runtime.contract.office import TODAY
from tests.runtime.draw.table import VALUE, Table

OTHER = bytes(range(1, 33))


@pytest.fixture
def table(db: None) -> Table:
    return Table()


def refused(act: Any) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.clause
    return caught.value.rule


def test_a_draw_follows_its_four_steps_and_the_trail_proves_each(table: Table) -> None:
    draw = table.drawn()
    assert draw.status == "drawn"
    assert (draw.pool_size, draw.pick_count, len(table.refs(draw))) == (5, 3, 3)
    event = queries.lock_event(draw)
    assert event is not None and event.act == "draw.lock" and event.pk == draw.locked_event
    assert draw.seed == rules.seed(queries.leaf_of(event), VALUE).hex()
    assert queries.drawn(table.project.pk, "expert") == draw
    sequence_all()
    assert verify().is_good


def test_the_operator_cannot_commit_nor_anyone_of_his_unit(table: Table) -> None:
    draw = table.prepare(committer_person_id=None)
    assert refused(lambda: table.commit(draw, person=table.office.officer)) == "draw.own_commitment"
    assert refused(lambda: table.commit(draw, person=table.office.lead)) == "draw.same_unit"
    assert (
        refused(lambda: table.prepare(kind="report_sample", committer_person_id=table.office.lead.pk))
        == "draw.same_unit"
    )
    assert table.commit(draw, person=table.office.head).committed_by_unit_id == table.office.zone.pk


def test_who_was_not_asked_and_sees_nothing_of_the_matter_cannot_commit(table: Table) -> None:
    draw = table.prepare(committer_person_id=None)
    with pytest.raises(Refusal) as caught:
        table.commit(draw, person=table.office.lawyer)
    assert caught.value.rule == "scope.matter"
    named = table.prepare(kind="report_sample")
    assert refused(lambda: table.commit(named, person=table.office.head)) == "draw.not_committer"


def test_nothing_is_locked_before_a_value_is_committed(table: Table) -> None:
    draw = table.prepare()
    assert refused(lambda: table.lock(draw)) == "draw.not_committed"
    assert DrawCandidate.objects.count() == 0


def test_an_operator_who_tries_many_pools_is_refused_after_the_first(table: Table) -> None:
    draw = table.lock(table.commit(table.prepare()))
    for size in (5, 4, 3):
        assert refused(lambda size=size: table.lock(draw, table.pool()[:size])) == "draw.locked"
    assert refused(table.prepare) == "draw.once"
    attempts = Event.objects.filter(is_refused=True, refused_rule__in=("draw.locked", "draw.once"))
    assert attempts.count() == 4


def test_a_committer_who_has_seen_the_pool_cannot_choose_another_value(table: Table) -> None:
    draw = table.lock(table.commit(table.prepare()))
    assert refused(lambda: table.commit(draw, OTHER)) == "draw.committed"
    for value in (OTHER, bytes(32), VALUE[::-1]):
        assert refused(lambda value=value: table.reveal(draw, value)) == "draw.value_mismatch"
    assert Draw.objects.get().seed == ""
    assert Event.objects.filter(refused_rule="draw.value_mismatch").count() == 3


def test_two_commits_two_reveals_and_an_early_reveal_are_refused(table: Table) -> None:
    draw = table.commit(table.prepare())
    assert refused(lambda: table.commit(draw)) == "draw.committed"
    assert refused(lambda: table.reveal(draw)) == "draw.not_locked"
    table.lock(draw)
    assert refused(lambda: table.reveal(draw, person=table.office.head)) == "draw.not_committer"
    before = table.refs(table.reveal(draw))
    assert refused(lambda: table.reveal(draw)) == "draw.revealed"
    assert table.refs(Draw.objects.get()) == before


def test_a_value_once_used_cannot_be_committed_again(table: Table) -> None:
    table.drawn()
    draw = table.prepare(kind="report_sample")
    assert refused(lambda: table.commit(draw)) == "draw.digest_used"


def test_a_pool_changed_by_hand_after_the_lock_draws_nothing(table: Table) -> None:
    draw = table.lock(table.commit(table.prepare()))
    DrawCandidate.objects.filter(draw=draw, seq=1).update(weight=Decimal(900))
    assert refused(lambda: table.reveal(draw)) == "draw.pool_altered"


@pytest.mark.parametrize("digest", ["", "ab", "z" * 64])
def test_a_digest_that_is_none_is_told_to_the_committer(table: Table, digest: str) -> None:
    draw = table.prepare()
    with pytest.raises(BadInput):
        services.commit(draw_id=draw.pk, person_id=table.office.lawyer.pk, digest=digest, now=table.later())


def test_a_pool_with_duplicates_too_few_or_none_is_refused(table: Table) -> None:
    draw = table.commit(table.prepare())
    pool = table.pool()
    assert refused(lambda: table.lock(draw, [*pool, pool[0]])) == "draw.duplicate"
    same_person = Candidate(f"person:{table.office.members[0].pk}", "又一次")
    assert refused(lambda: table.lock(draw, [*pool, same_person])) == "draw.duplicate"
    assert refused(lambda: table.lock(draw, pool[:2])) == "draw.too_few"
    with pytest.raises(BadInput):
        table.lock(draw, [])
    for weight in ("0", "-1", "0.0000001"):
        with pytest.raises(BadInput):
            table.lock(draw, table.pool(e0={"weight": Decimal(weight)}))


def test_who_is_excluded_is_never_drawn(table: Table) -> None:
    out = {"exclusion_reason": "sanction", "exclusion_text": "暂停参评"}
    draw = table.drawn(3, table.pool(e0=out, e3=out))
    assert set(table.refs(draw)) == {f"expert:{table.experts[place].pk}" for place in (1, 2, 4)}


def test_an_expert_tied_to_a_party_must_be_excluded(table: Table) -> None:
    firm = table.office.firm()
    with table.office.act() as act:
        join_party(act, table.project, enterprise_id=firm.pk, role="contractor")
        tie(
            act,
            from_party=f"person:{table.office.members[2].pk}",
            to_party=f"enterprise:{firm.pk}",
            kind="employed",
            source="declared",
        )
    draw = table.commit(table.prepare())
    with pytest.raises(Refusal) as caught:
        table.lock(draw)
    assert caught.value.rule == "draw.tied"
    assert "第 3 号" in caught.value.message and "专家" not in caught.value.message
    proposed = pools.proposed(draw, TODAY)
    assert [each.exclusion_reason for each in proposed] == ["", "", "tie", "", ""]
    table.lock(draw, [Candidate(m.ref, m.label, m.weight, m.exclusion_reason) for m in proposed])


def test_only_the_unit_that_began_a_draw_works_it(table: Table) -> None:
    draw = table.commit(table.prepare())
    assert refused(lambda: table.lock(draw, person=table.office.head)) == "draw.not_operator"
    assert table.lock(draw, person=table.office.lead).status == "locked"


def test_a_redraw_needs_a_reason_that_the_replies_bear(table: Table) -> None:
    draw = table.drawn()
    assert refused(lambda: table.redraw(draw, "declined")) == "draw.no_reason"
    with pytest.raises(BadInput):
        table.redraw(draw, "error")
    table.reply(queries.own_picks(draw)[0], "no_answer")
    assert refused(lambda: table.redraw(draw, "declined")) == "draw.no_reason"
    again = table.redraw(draw, "unreachable")
    assert (again.redraw_no, again.pick_count, again.redraw_of) == (1, 1, draw)
    assert refused(lambda: table.redraw(draw, "unreachable")) == "draw.redrawn"


def test_a_redraw_replaces_who_declined_and_keeps_the_rest(table: Table) -> None:
    draw = table.drawn()
    first, *kept = queries.own_picks(draw)
    table.reply(first, "declined")
    assert refused(lambda: table.reply(first, "accepted")) == "draw.replied"
    again = table.redraw(draw, "declined")
    assert queries.drawn(table.project.pk, "expert") is None
    table.commit(again, OTHER)
    table.lock(again)
    excluded = {row.candidate: row.exclusion_reason for row in queries.pool(again) if row.is_excluded}
    assert excluded == {first.candidate: "declined", **{row.candidate: "picked" for row in kept}}
    done = table.reveal(again, OTHER)
    refs = table.refs(done)
    assert refs[:2] == [row.candidate for row in kept]
    assert len(set(refs)) == 3 and first.candidate not in refs
    assert queries.drawn(table.project.pk, "expert") == done
    sequence_all()
    assert verify().is_good


def test_an_error_draws_everyone_anew_and_stays_visible(table: Table) -> None:
    draw = table.drawn()
    again = table.redraw(draw, "error", text="名单版本用错")
    assert (again.pick_count, again.redraw_reason) == (3, "error")
    done = table.reveal(table.lock(table.commit(again, OTHER)), OTHER)
    assert len(table.refs(done)) == 3
    assert [each.redraw_no for each in queries.line_of(done)] == [0, 1]


def test_only_picked_ones_reply_and_a_picked_one_replies_himself(table: Table) -> None:
    draw = table.drawn()
    passed = next(row for row in queries.pool(draw) if not row.is_picked)
    assert refused(lambda: table.reply(passed, "accepted")) == "draw.not_picked"
    place = [f"expert:{each.pk}" for each in table.experts].index(queries.own_picks(draw)[0].candidate)
    row = table.reply(queries.own_picks(draw)[0], "declined", table.office.members[place])
    assert row.reply == "declined" and row.replied_at == table.now


def test_the_pool_is_seen_only_by_the_operators_side_until_drawn(table: Table) -> None:
    draw = table.commit(table.prepare())
    lawyer, lead, head = (each.pk for each in (table.office.lawyer, table.office.lead, table.office.head))
    assert not queries.sees_pool(draw, lawyer, TODAY)
    draw = table.lock(draw)
    assert queries.sees_pool(draw, lawyer, TODAY)
    assert queries.sees_pool(draw, lead, TODAY)
    assert not queries.sees_pool(draw, head, TODAY)
    event = queries.lock_event(draw)
    assert event is not None
    assert queries.hidden_events([event.pk], head, TODAY) == {event.pk}
    assert queries.hidden_events([event.pk], lead, TODAY) == set()
    draw = table.reveal(draw)
    assert queries.sees_pool(draw, head, TODAY)


def test_a_request_sent_twice_draws_once(table: Table) -> None:
    draw = table.lock(table.commit(table.prepare()))
    wanted: dict[str, Any] = {"person_id": table.office.lawyer.pk, "value": VALUE.hex(), "key": "k1"}
    first = services.reveal(draw_id=draw.pk, now=table.later(), **wanted)
    second = services.reveal(draw_id=draw.pk, now=table.later(), **wanted)
    assert first.revealed_at == second.revealed_at
