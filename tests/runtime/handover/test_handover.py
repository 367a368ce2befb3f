"""Hand-over on leaving a post: both confirm, everything moves in one act, or nothing does (C4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.handover import queries, services
from lianjing.runtime.handover.desk import digest
from lianjing.runtime.handover.models import HandoverLine, PostHandover
from lianjing.runtime.matter.models import Matter, Recusal
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.org.models import Appointment, Delegation, LoginAccount, Person, Post
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.org.services import add_appointment, delegate
from lianjing.runtime.process.models import FormDraft, WorkItem
from lianjing.runtime.process.queries import items_for
from lianjing.runtime.scope.events import may_read_body
from lianjing.runtime.trail.act import SYSTEM, recorded
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.runtime.undertaking.services import give
from tests.domains.works.playing import HEAD, LEAD, OFFICER, Play

TAKER, PERSONNEL, SUPERVISOR, FINANCE, LEADER = "20709", "20111", "30002", "20201", "20002"
BASIS = "澜经组〔2025〕18号"


class Desk:
    """The project officer's desk with one of each thing, and a colleague who is to follow him."""

    def __init__(self, scene: Any) -> None:
        self.scene, self.play = scene, Play(scene)
        self.giver, self.taker = self.who(OFFICER), self.who(TAKER)
        self.post = Appointment.objects.get(person=self.giver).post
        self.project = self.play.project()
        self.matter = self.play.open(OFFICER, "works_proposal", self.project, "望汀大道北延立项")
        self.item = scene.item(self.matter, "draft")
        FormDraft.objects.create(
            person=self.giver, work_item=self.item, content="title=x", saved_at=scene.now
        )

    def who(self, number: str) -> Person:
        return Person.objects.get(login__number=number)

    def seat(self, person: Person | None = None, post: Post | None = None, day: date | None = None) -> None:
        """Appoint the successor from the day after today."""
        with recorded("appointment.make", chain="unit:1", actor=SYSTEM, now=self.scene.now) as act:
            add_appointment(
                act,
                person=person or self.taker,
                post=post or self.post,
                from_on=day or act.day + timedelta(days=1),
                basis=BASIS,
            )

    def owe(self, **roles: Any) -> Undertaking:
        officer = actor_with(self.who(LEAD).pk, "project_lead", self.scene.today())
        with recorded("undertaking.give", chain="unit:1", actor=officer, now=self.scene.now) as act:
            return give(
                act,
                what="补交批复",
                due_on=act.day + timedelta(days=9),
                source_kind="onboarding",
                matter=self.project,
                category="document",
                **roles,
            )

    def prepare(self, by: str = OFFICER, **form: Any) -> PostHandover:
        given = {
            "giver": self.giver,
            "successor": self.taker,
            "posts": [self.post],
            "reason": "transfer",
            "basis": BASIS,
            "last_on": self.scene.today(),
        }
        return services.prepare(
            person_id=self.who(by).pk, now=self.scene.pass_time(hours=0.1), **(given | form)
        )

    def confirm(self, row: PostHandover, by: str = TAKER, list_digest: str | None = None) -> PostHandover:
        now = self.scene.pass_time(hours=0.1)
        wanted = digest(services.listed(row, self.scene.today())) if list_digest is None else list_digest
        return services.confirm(handover_id=row.pk, person_id=self.who(by).pk, list_digest=wanted, now=now)


@pytest.fixture
def desk(zone: Any) -> Desk:
    return Desk(zone)


def refused(act: Any, rule: str) -> None:
    before = Event.objects.filter(is_refused=True).count()
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.rule == rule
    recorded_too = Event.objects.filter(is_refused=True).count() - before
    assert recorded_too == int(caught.value.ground.is_recorded)


def test_with_both_confirmations_everything_passes_in_one_event(desk: Desk) -> None:
    desk.seat()
    owed, checked = (
        desk.owe(owner_person=desk.giver),
        desk.owe(owner_person=desk.who(LEAD), checker_person=desk.giver),
    )
    Matter.objects.filter(pk=desk.project.pk).update(handler_person=desk.giver)
    today = desk.scene.today()
    delegate(
        post_id=desk.post.pk,
        from_person_id=desk.giver.pk,
        to_person_id=desk.who(LEAD).pk,
        from_on=today,
        to_on=today + timedelta(days=7),
        reason="培训",
        actor=actor_with(desk.giver.pk, "project_officer", today),
        now=desk.scene.now,
    )
    row = desk.prepare(leaves_service=True)
    before = Event.objects.count()
    desk.confirm(row)
    assert Event.objects.count() == before + 1
    assert Event.objects.get(act="handover.done").object == f"person:{desk.giver.pk}"
    kinds = sorted(HandoverLine.objects.filter(handover=row).values_list("kind", flat=True))
    assert set(kinds) == {"item", "draft", "undertaking", "check", "delegation", "matter"}
    for each in (owed, checked):
        each.refresh_from_db()
    assert (owed.owner_person, checked.checker_person) == (desk.taker, desk.taker)
    assert FormDraft.objects.get(work_item=desk.item).person == desk.taker
    assert Matter.objects.get(pk=desk.project.pk).handler_person == desk.taker
    tomorrow = today + timedelta(days=1)
    assert posts_held(desk.giver.pk, tomorrow) == []
    assert [held.post for held in posts_held(desk.taker.pk, tomorrow)] == [desk.post]
    assert desk.item in items_for(desk.taker.pk, tomorrow)
    lent = Delegation.objects.get(from_person=desk.taker)
    assert (lent.to_person, lent.from_on, lent.to_on) == (desk.who(LEAD), tomorrow, today + timedelta(days=7))


def test_the_trail_proves_a_hand_over(desk: Desk) -> None:
    desk.seat()
    desk.owe(owner_person=desk.giver)
    desk.confirm(desk.prepare(leaves_service=True))
    assert verify().is_good


def test_the_log_in_of_who_leaves_ends_that_day(desk: Desk) -> None:
    desk.seat()
    desk.confirm(desk.prepare(leaves_service=True))
    account = LoginAccount.objects.get(number=OFFICER)
    assert not account.is_active
    desk.giver.refresh_from_db()
    assert (desk.giver.left_on, desk.giver.leave_kind) == (desk.scene.today(), "transferred")


def test_who_only_changes_posts_keeps_his_log_in(desk: Desk) -> None:
    desk.seat()
    desk.confirm(desk.prepare())
    assert LoginAccount.objects.get(number=OFFICER).is_active
    desk.giver.refresh_from_db()
    assert desk.giver.left_on is None


def test_who_leaves_later_keeps_his_log_in_until_then(desk: Desk) -> None:
    last = desk.scene.today() + timedelta(days=4)
    desk.seat(day=last + timedelta(days=1))
    desk.confirm(desk.prepare(leaves_service=True, last_on=last))
    assert LoginAccount.objects.get(number=OFFICER).is_active
    assert posts_held(desk.giver.pk, last) and not posts_held(desk.giver.pk, last + timedelta(days=1))


def test_nothing_moves_while_the_successor_does_not_hold_the_post(desk: Desk) -> None:
    owed, row = desk.owe(owner_person=desk.giver), desk.prepare()
    refused(lambda: desk.confirm(row), "handover.successor_without_post")
    owed.refresh_from_db()
    assert owed.owner_person == desk.giver
    assert not HandoverLine.objects.exists()
    assert Appointment.objects.get(person=desk.giver).to_on is None


def test_a_conflict_of_duties_refuses_the_whole(desk: Desk) -> None:
    checker = desk.who(HEAD)
    desk.seat(person=checker)
    with recorded(
        "works_proposal.review",
        chain=f"matter:{desk.project.pk}",
        actor=actor_with(checker.pk, "department_head", desk.scene.today()),
        now=desk.scene.now,
        matter_id=desk.matter.pk,
        root_matter_id=desk.project.pk,
        duty="approve",
    ):
        pass
    row = desk.prepare(successor=checker)
    refused(lambda: desk.confirm(row, by=HEAD), "handover.conflict")


def test_a_recused_successor_does_not_take_over(desk: Desk) -> None:
    desk.seat(day=desk.scene.today())
    recuse(
        matter_id=desk.project.pk,
        person_id=desk.taker.pk,
        reason="kin",
        actor=actor_with(desk.taker.pk, "project_officer", desk.scene.today()),
        now=desk.scene.pass_time(hours=0.1),
    )
    assert Recusal.objects.exists()
    refused(lambda: desk.confirm(desk.prepare()), "handover.conflict")


def test_nobody_comes_to_check_what_he_owes(desk: Desk) -> None:
    desk.seat()
    desk.owe(owner_person=desk.taker, checker_person=desk.giver)
    refused(lambda: desk.confirm(desk.prepare()), "handover.own_check")


def test_only_the_list_that_was_read_is_confirmed(desk: Desk) -> None:
    desk.seat()
    row = desk.prepare()
    read = digest(services.listed(row, desk.scene.today()))
    desk.owe(owner_person=desk.giver)
    refused(lambda: desk.confirm(row, list_digest=read), "handover.list_changed")
    desk.confirm(row)


@pytest.mark.parametrize("number", [OFFICER, HEAD, SUPERVISOR, PERSONNEL])
def test_only_the_successor_confirms(desk: Desk, number: str) -> None:
    desk.seat()
    row = desk.prepare()
    refused(lambda: desk.confirm(row, by=number), "handover.not_successor")


def test_without_the_giver_personnel_prepares_the_head_agrees_the_successor_confirms(desk: Desk) -> None:
    desk.seat()
    row = desk.prepare(by=PERSONNEL, reason="detained")
    refused(lambda: desk.confirm(row), "handover.stale")
    for number in (PERSONNEL, LEAD, FINANCE, SUPERVISOR):
        refused(
            lambda number=number: services.agree(
                handover_id=row.pk, person_id=desk.who(number).pk, now=desk.scene.now
            ),
            "handover.not_head",
        )
    services.agree(handover_id=row.pk, person_id=desk.who(HEAD).pk, now=desk.scene.pass_time(hours=0.1))
    row.refresh_from_db()
    assert desk.confirm(row).status == "done"


def test_another_colleague_draws_up_nobodys_hand_over(desk: Desk) -> None:
    refused(lambda: desk.prepare(by=LEAD), "post.not_held")


def test_a_post_that_is_not_held_is_not_handed_over(desk: Desk) -> None:
    other = Post.objects.get(unit__code="CON", key="cost_officer")
    refused(lambda: desk.prepare(posts=[other]), "handover.giver_not_holder")


def test_leaving_with_a_post_left_behind_is_refused(desk: Desk) -> None:
    desk.seat()
    spare = Post.objects.get(unit__code="CON", key="using_unit_officer")
    desk.seat(person=desk.giver, post=spare, day=desk.scene.today())
    refused(lambda: desk.confirm(desk.prepare(leaves_service=True)), "handover.posts_left")


def test_a_hand_over_is_withdrawn_by_who_drew_it_up_and_drawn_up_anew(desk: Desk) -> None:
    row = desk.prepare()
    with pytest.raises(BadInput):
        desk.prepare()
    refused(
        lambda: services.withdraw(handover_id=row.pk, person_id=desk.taker.pk, now=desk.scene.now),
        "handover.not_preparer",
    )
    services.withdraw(handover_id=row.pk, person_id=desk.giver.pk, now=desk.scene.pass_time(hours=0.1))
    refused(lambda: desk.confirm(row), "handover.stale")
    assert desk.prepare().status == "prepared"


def test_a_hand_over_confirmed_too_late_is_drawn_up_anew(desk: Desk) -> None:
    desk.seat()
    row = desk.prepare()
    desk.scene.pass_time(working_days=3)
    refused(lambda: desk.confirm(row), "handover.late")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"posts": []}, "posts"),
        ({"last_on": date(2025, 1, 1)}, "last_on"),
    ],
)
def test_a_hand_over_without_paper_or_post_or_for_past_days_is_wrong(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as caught:
        desk.prepare(**wrong)
    assert caught.value.field == field


def test_nobody_hands_over_to_himself_by_service_or_by_sql(desk: Desk) -> None:
    with pytest.raises(BadInput):
        desk.prepare(successor=desk.giver)
    row = desk.prepare()
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHandover.objects.filter(pk=row.pk).update(successor_person=desk.giver)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostHandover.objects.filter(pk=row.pk).update(agreed_by_person=desk.taker)


@pytest.mark.parametrize(
    ("number", "sees"),
    [
        (OFFICER, True),
        (TAKER, True),
        (HEAD, True),
        (PERSONNEL, True),
        (SUPERVISOR, True),
        (FINANCE, False),
        (LEAD, False),
    ],
)
def test_a_hand_over_is_seen_by_its_people_their_head_and_the_supervisor(
    desk: Desk, number: str, sees: bool
) -> None:
    row, day = desk.prepare(), desk.scene.today()
    assert queries.handovers_for(desk.who(number).pk, day).filter(pk=row.pk).exists() == sees
    if not sees:
        with pytest.raises(Refusal):
            queries.handover_for(desk.who(number).pk, row.pk, day)


def test_a_draft_of_the_successors_own_stays_his(desk: Desk) -> None:
    desk.seat(day=desk.scene.today())
    FormDraft.objects.create(
        person=desk.taker, work_item=desk.item, content="title=own", saved_at=desk.scene.now
    )
    desk.confirm(desk.prepare())
    assert FormDraft.objects.get(work_item=desk.item).content == "title=own"
    assert WorkItem.objects.get(pk=desk.item.pk).closed_at is None


def test_what_a_hand_over_tells_is_not_in_everybodys_log(desk: Desk) -> None:
    """Why somebody goes, and what lies on his desk, is read by who has part in it, his heads and who watches."""
    desk.seat()
    desk.prepare()
    event = Event.objects.get(act="handover.prepare", is_refused=False)
    for number, may in ((FINANCE, False), (SUPERVISOR, True), (OFFICER, True)):
        person = Person.objects.get(login__number=number)
        assert may_read_body(person, event, desk.scene.now) is may, number
