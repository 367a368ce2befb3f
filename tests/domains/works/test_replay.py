"""Past change orders under a draft of the tiers: exactly those between the two thresholds would have gone otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from lianjing.domains.works.models import ChangeOrder
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.job.errands import Stopped, carry_out_next
from lianjing.runtime.job.models import Errand
from lianjing.runtime.process.models import ProcessInstance
from lianjing.runtime.regulation.queries import definition_on
from lianjing.runtime.revision import replay, services
from lianjing.runtime.revision.models import ReplayedMatter, RevisionReplay
from lianjing.runtime.revision.queries import parts, parts_digest, replay_of
from lianjing.runtime.trail.models import Event
from tests.domains.works.conftest import Kept
from tests.domains.works.playing import BUILDER, LEAD, LEADER, SITE

DRAFTER, APPROVER = "20603", "20006"
TABLE, PROCESS = "works_change_class", "works_change"
ONE_LARGER = "@works.change.larger.single_from_fen"
AMOUNTS = ("100000", "150000", "350000")


class Amending:
    """A revision of the rule of changes, in the hands of its drafter."""

    def __init__(self, play: Any) -> None:
        self.play, self.zone = play, play.scene
        self.drafter, self.approver = self.zone.person(DRAFTER), self.zone.person(APPROVER)
        self.revision = services.begin(
            regulation_key="zone_change",
            bundle_key="",
            title="调整较大变更标准",
            reason="审计建议",
            person_id=self.drafter,
            now=self.now(),
        )

    def now(self) -> Any:
        return self.zone.pass_time(hours=0.1)

    def put(self, kind: str, key: str, *changes: tuple[str, str]) -> None:
        text = definition_on(key, self.zone.today()).xml
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        services.put_part(
            revision_id=self.revision.pk,
            kind=kind,
            key=key,
            text=text,
            person_id=self.drafter,
            now=self.now(),
        )

    def replayed(self, **span: Any) -> RevisionReplay:
        asked = self.ask(**span)
        assert carry_out_next(self.now()) == 1
        return RevisionReplay.objects.get(id=asked.pk)

    def ask(self, person_id: int | None = None, **span: Any) -> RevisionReplay:
        given = {"since": None, "until": None} | span
        return replay.ask(
            revision_id=self.revision.pk, person_id=person_id or self.drafter, now=self.now(), **given
        )


class Priced(Kept):
    """A project with three changes that are priced and classed."""

    tables: ClassVar[dict[str, Any]] = {}
    at: ClassVar[list[tuple[datetime, int]]] = []


def price(play: Any) -> None:
    project, contract = play.building()
    for place, amount in enumerate(AMOUNTS):
        play.change_to_price(project, contract, amount, code=f"BG-{place}")


@pytest.fixture
def amending(request: pytest.FixtureRequest, db: None) -> Amending:
    return Amending(Priced.laid(request, price))


def rows(found: RevisionReplay) -> dict[int, ReplayedMatter]:
    return {row.matter_id: row for row in ReplayedMatter.objects.filter(replay=found)}


def changed(found: RevisionReplay) -> set[Decimal]:
    ids = [key for key, row in rows(found).items() if row.kinds]
    return set(ChangeOrder.objects.filter(pk__in=ids).values_list("amount", flat=True))


def test_only_matters_between_the_thresholds_change_their_tier(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    found = amending.replayed()
    assert (found.state, found.matters, found.changed) == ("finished", 3, 1)
    assert changed(found) == {Decimal("150000.00")}
    row = next(row for row in rows(found).values() if row.kinds)
    kinds = {(each["kind"], each["element"], each["old"], each["new"]) for each in row.differences}
    assert ("decision", TABLE, "general", "larger") in kinds


def test_a_replay_of_the_text_in_force_finds_nothing(amending):
    amending.put("decision", TABLE, ("工程变更定级", "工程变更定级表"))
    found = amending.replayed()
    assert (found.matters, found.changed) == (3, 0)


def test_a_replay_writes_nothing_of_business(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    before = list(ProcessInstance.objects.order_by("id").values())
    events = set(Event.objects.values_list("id", flat=True))
    amending.replayed()
    assert list(ProcessInstance.objects.order_by("id").values()) == before
    new = Event.objects.exclude(id__in=events).values_list("act", flat=True)
    assert sorted(new) == ["revision.replay", "revision.replayed"]


def test_an_added_step_is_told_with_what_it_will_take(amending):
    play = amending.play
    matter = ChangeOrder.objects.get(amount=Decimal("100000.00")).matter
    for number, step in ((LEAD, "lead"), (LEADER, "leader")):
        play.do(number, matter, step)
    play.do(SITE, matter, "order", {"work_started_on": play.scene.today()})
    more = (
        '<userTask id="second" name="造价复核" lj:nameEn="Second look" lj:deadline="4 working_day"/>'
        '<sequenceFlow id="second_on" sourceRef="second" targetRef="lead"/>'
    )
    amending.put(
        "process",
        PROCESS,
        ('sourceRef="by_class" targetRef="lead"', 'sourceRef="by_class" targetRef="second"'),
        ('<endEvent id="end"', more + '<endEvent id="end"'),
        (
            "<flowNodeRef>lead</flowNodeRef>",
            "<flowNodeRef>lead</flowNodeRef><flowNodeRef>second</flowNodeRef>",
        ),
    )
    row = rows(amending.replayed())[matter.pk]
    assert row.kinds.split() == ["added_step"]
    assert row.differences[0]["element"] == "second"
    assert (row.days, row.estimates[0]["basis"]) == (Decimal("4.00"), "limit")


def test_another_deadline_is_told_of_every_matter_that_took_the_step(amending):
    amending.put(
        "process", PROCESS, ('lj:deadline="@works.change.price_working_days"', 'lj:deadline="9 working_day"')
    )
    found = amending.replayed()
    assert {kind for row in rows(found).values() for kind in row.kinds.split()} == {"deadline"}
    assert found.changed == 3


def test_a_paper_that_the_draft_asks_for_and_nobody_filed_bars_the_matter(amending):
    paper = '<lj:document kind="budget" mandatory="true" clause="zone_change#7"/>'
    amending.put("process", PROCESS, (paper, paper + paper.replace("budget", "permit")))
    found = amending.replayed()
    assert {row.is_barred for row in rows(found).values()} == {True}
    assert {each["what"] for row in rows(found).values() for each in row.differences} == {"permit"}


def test_a_table_that_asks_for_what_was_never_entered_is_told_and_not_guessed(amending):
    amending.put("decision", TABLE, ("<text>scope_changed</text>", "<text>is_new_supplier</text>"))
    found = amending.replayed()
    stopped = [each for row in rows(found).values() for each in row.differences]
    assert {(each["kind"], each["element"]) for each in stopped} == {("stopped", "is_new_supplier")}
    assert {row.days for row in rows(found).values()} == {None}


def test_the_span_takes_matters_by_the_day_on_which_they_began(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    day = amending.zone.today()
    assert amending.replayed(since=day - timedelta(days=300), until=day - timedelta(days=200)).matters == 0
    with pytest.raises(BadInput):
        amending.ask(since=day, until=day - timedelta(days=1))
    with pytest.raises(BadInput):
        amending.ask(since=day + timedelta(days=9))


def test_a_replay_that_was_stopped_goes_on_where_it_was(amending, monkeypatch):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    monkeypatch.setattr(replay, "BATCH", 1)
    asked = amending.ask()
    calls: list[int] = []

    def stopping(done: int, _total: int) -> None:
        calls.append(done)
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        replay.replay(asked.pk, now=amending.now(), progress=stopping)
    assert ReplayedMatter.objects.filter(replay=asked).count() == 2
    found = replay.replay(asked.pk, now=amending.now(), progress=lambda done, _total: calls.append(done))
    assert (found.matters, calls) == (3, [0, 1, 2, 2, 3])


def test_a_draft_that_is_changed_meanwhile_makes_the_replay_void(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    asked = amending.ask()
    amending.put("decision", TABLE, (ONE_LARGER, "13000000"))
    carry_out_next(amending.now())
    assert RevisionReplay.objects.get(id=asked.pk).state == "stopped"
    assert "草稿已改动" in Errand.objects.get().text
    assert replay_of(amending.revision.pk, parts_digest(parts(amending.revision.pk))) is None


def test_submission_asks_for_a_replay_of_exactly_these_parts(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    revision, drafter = amending.revision.pk, amending.drafter

    def submit() -> Any:
        services.check(revision_id=revision, person_id=drafter, now=amending.now())
        day = amending.zone.today() + timedelta(days=3)
        return services.submit(revision_id=revision, from_on=day, person_id=drafter, now=amending.now())

    with pytest.raises(Refusal) as refusal:
        submit()
    assert refusal.value.rule == "revision.not_replayed"
    amending.replayed()
    amending.put("decision", TABLE, (ONE_LARGER, "13000000"))
    with pytest.raises(Refusal):
        submit()
    amending.replayed()
    assert submit().state == "submitted"


def test_who_neither_drafts_nor_approves_may_not_ask(amending):
    amending.put("decision", TABLE, (ONE_LARGER, "12000000"))
    with pytest.raises(Refusal):
        amending.ask(person_id=amending.zone.person(BUILDER))


def test_a_revision_of_words_alone_has_nothing_to_replay(amending):
    with pytest.raises(BadInput):
        amending.ask()
