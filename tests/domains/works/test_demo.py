"""The demonstration's year: a supervisor finds in it all that he must find, and the trail agrees with the tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Count, F
from django.test import override_settings

from lianjing.cli.demonstration.zone import populate
from lianjing.domains.works.demo.plans import PLANS
from lianjing.domains.works.models import Bid, ChangeOrder, Onboarding, ProgressReport, Project, Tender
from lianjing.domains.works.queries.standing import standing_of
from lianjing.runtime.contract.models import AccountChange, Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.documents.storage import fetch
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.meeting.models import AgendaItem, Vote
from lianjing.runtime.org.models import Appointment, Delegation, LoginAccount
from lianjing.runtime.payment.models import PaymentApplication
from lianjing.runtime.process.models import ClockPause, Review, Timer, WorkItem
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.models import Event
from lianjing.runtime.trail.verify import verify
from lianjing.runtime.undertaking.models import Undertaking
from lianjing.web.rule_words import rule_word
from lianjing.web.words import act_words

UNTIL = datetime(2026, 11, 20, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
REFUSED = {
    "post.not_held",
    "separation.same_person",
    "delegation.not_holder",
    "documents.missing",
    "gate.skipped",
    "gate.planning",
    "gate.contract",
    "gate.implementation",
    "opening.not_approved",
    "opening.no_permit",
    "tender.must_tender",
    "tender.too_few_bidders",
    "award.rank",
    "contract.other_amount",
    "joint.disagreed",
    "meeting.head_last",
    "red_line.over_contract",
    "red_line.over_progress",
    "red_line.duplicate_invoice",
    "red_line.account_changed",
    "subcontract.main_structure",
}


@pytest.fixture(scope="module")
def year(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The whole demonstration, made once for this module and taken back at its end; the folder of its documents."""
    folder = tmp_path_factory.mktemp("documents")
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(MEDIA_ROOT=folder, DATA_DIR=folder, PASSWORD_HASHERS=hasher):
            populate(until=UNTIL, scale=0)
        yield folder
        transaction.set_rollback(True)


def project(words: str) -> Matter:
    return Matter.objects.get(kind="project", title__contains=words)


def test_twelve_projects_stand_in_all_six_stages(year):
    projects = Matter.objects.filter(kind="project")
    assert sorted(projects.values_list("title", flat=True)) == sorted(plan.title for plan in PLANS)
    assert set(projects.values_list("stage", flat=True)) == {
        "initiation",
        "planning",
        "tendering",
        "contract",
        "implementation",
        "payment",
    }
    assert Project.objects.count() == 12


def test_every_kind_of_attempt_was_refused_and_is_on_the_trail(year):
    assert set(Event.objects.filter(is_refused=True).values_list("refused_rule", flat=True)) == REFUSED


def test_a_finished_project_owes_only_its_retention(year):
    contract = Contract.objects.get(project=project("澜心书吧"))
    standing = standing_of(contract, UNTIL.date())
    assert standing.in_flight == 0
    assert standing.retention_held > 0
    assert standing.paid + standing.retention_held == standing.settlement


def test_tenders_have_three_to_five_bids_one_is_rejected_and_the_first_wins(year):
    counts = {
        tender.pk: Bid.objects.filter(tender=tender).count()
        for tender in Tender.objects.filter(status="complete")
    }
    assert set(counts.values()) <= {3, 4, 5}
    rejected = Bid.objects.filter(status="disqualified")
    assert rejected.exists() and not rejected.filter(disqualified_text="").exists()
    assert not Bid.objects.filter(is_winner=True).exclude(rank=1).exists()


def test_works_contracts_have_a_supervision_firm_and_monthly_reports(year):
    for contract in Contract.objects.filter(status="active", kind="works"):
        assert MatterParty.objects.filter(matter_id=contract.project_id, role="supervisor").exists()
    assert ProgressReport.objects.values("contract").annotate(n=Count("matter")).filter(n__gte=6).count() >= 4


def test_changes_of_every_class_and_two_below_a_tier_that_add_up(year):
    assert set(ChangeOrder.objects.values_list("change_class", flat=True)) >= {"general", "larger", "major"}
    assert set(ChangeOrder.objects.values_list("body", flat=True)) >= {
        "owner_supervisor",
        "joint_review",
        "director_meeting",
        "party_committee",
    }
    split = ChangeOrder.objects.filter(contract__project=project("砚池路")).order_by("proposed_on")
    assert [row.change_class for row in split] == ["general", "larger"]
    assert all(row.amount < 200_000 for row in split)


def test_payments_of_each_kind_were_decided_at_each_level_some_with_cuts(year):
    paid = PaymentApplication.objects.filter(status="paid")
    assert set(paid.values_list("kind", flat=True)) >= {"advance", "progress", "settlement"}
    assert set(AgendaItem.objects.filter(result="passed").values_list("meeting__kind", flat=True)) == {
        "director",
        "party_committee",
    }
    assert AgendaItem.objects.filter(result="rejected").exists()
    assert Review.objects.filter(kind="collective", result="not_required", person=None).exists()
    assert Review.objects.filter(kind="audit", result="pass_with_cut").count() >= 5
    assert paid.filter(approved__lt=F("amount")).exists()


def test_every_member_spoke_before_he_voted_and_the_head_last(year):
    for item in AgendaItem.objects.exclude(result=""):
        votes = Vote.objects.filter(agenda_item=item).exclude(choice="recused").order_by("view_at")
        assert [vote.is_head for vote in votes] == [False] * (len(votes) - 1) + [True]
        assert all(vote.cast_at > vote.view_at for vote in votes)
    assert Vote.objects.filter(choice="recused").exists()
    assert Vote.objects.filter(choice="against").exclude(dissent_reason="").exists()


def test_one_payment_came_back_three_times_and_each_return_says_why(year):
    returned = WorkItem.objects.filter(outcome="returned")
    assert returned.values("matter").annotate(n=Count("id")).filter(n__gte=3).exists()
    assert not returned.filter(return_text="").exists()


def test_something_is_stuck_overdue_and_suspended_now(year):
    waiting = WorkItem.objects.filter(closed_at=None)
    assert waiting.filter(step_key="joint", element="PLN", due_at__lt=UNTIL - timedelta(days=14)).exists()
    assert waiting.filter(matter__kind="permit", step_key="verify", due_at__lt=UNTIL).exists()
    assert waiting.filter(budget__isnull=False, running_since=None).exists()
    assert ClockPause.objects.filter(to_at__isnull=False).exists()
    assert Timer.objects.filter(fired_at__isnull=False).exists()


def test_most_steps_are_in_time_and_some_are_late(year):
    done = WorkItem.objects.filter(outcome="done", due_at__isnull=False)
    late = done.filter(closed_at__gt=F("due_at")).count()
    assert 0.03 < late / done.count() < 0.25


def test_people_are_away_succeeded_and_represented(year):
    assert Delegation.objects.count() == 2
    stand_in = LoginAccount.objects.get(number="20004").person_id
    assert Event.objects.filter(
        person_id=stand_in, on_behalf_of_person_id__isnull=False, is_refused=False
    ).exists()
    ended = Appointment.objects.get(to_on__isnull=False)
    successor = Appointment.objects.get(post=ended.post, to_on=None)
    assert successor.from_on == ended.to_on + timedelta(days=1)
    assert Event.objects.filter(person_id=successor.person_id, post_id=ended.post_id).exists()


def test_an_account_changed_by_its_own_approval_only(year):
    change = AccountChange.objects.get(status="approved")
    assert change.contract.payee_account_id == change.new_account_id
    later_paid = PaymentApplication.objects.filter(
        contract=change.contract, status="paid", payee_account=change.new_account
    )
    assert later_paid.filter(agenda_item__meeting__kind="party_committee").exists()


def test_matters_were_withdrawn_with_a_reason(year):
    assert set(Matter.objects.filter(outcome="withdrawn").values_list("kind", flat=True)) >= {
        "change",
        "payment",
    }


def test_a_project_from_before_was_taken_over_and_owes_a_paper(year):
    taken = Matter.objects.get(kind="project", onboarding="taken_over")
    assert Onboarding.objects.get(project_id=taken.pk).status == "approved"
    assert PaymentApplication.objects.filter(project=taken, status="paid").exists()
    owed = Undertaking.objects.get(matter=taken, closed_on=None)
    assert owed.due_on < UNTIL.date() and owed.urge_count == 1


def test_nothing_happens_after_the_end_nor_outside_office_hours(year):
    moments = [
        moment.astimezone(UNTIL.tzinfo) for moment in Event.objects.values_list("recorded_at", flat=True)
    ]
    assert max(moments) <= UNTIL
    assert all(7 <= moment.hour < 19 for moment in moments)


def test_every_paper_is_marked_as_fictitious_and_lies_on_the_disk(year):
    assert not Document.objects.filter(is_fictitious=False).exists()
    with override_settings(MEDIA_ROOT=year):
        for document in Document.objects.order_by("pk")[::20]:
            assert len(fetch(document.sha256)) == document.size_bytes


def test_nothing_of_the_story_lies_after_its_end(year):
    assert Event.objects.latest("recorded_at").recorded_at <= UNTIL


@pytest.mark.parametrize("hour", [7, 12, 19, 23])
def test_a_closing_story_never_passes_its_end_at_whatever_hour(year, hour):
    end = UNTIL.replace(hour=hour)
    scene = Scene(now=end - timedelta(hours=3), end=end, random=random.Random(1), is_closing=True)
    assert all(scene.pass_time(hours=0.2) < end for _time in range(60))


def test_the_trail_agrees_with_the_tables(year, settings):
    settings.DATA_DIR = year  # where the log was published
    verdict = verify()
    assert verdict.problems == []
    assert 1000 < verdict.events < 3200


def test_every_act_and_every_refusing_rule_of_the_year_has_a_word(year):
    acts = set(Event.objects.values_list("act", flat=True))
    assert [act for act, word in act_words(acts).items() if word == act] == []
    rules = set(Event.objects.filter(is_refused=True).values_list("refused_rule", flat=True))
    assert [rule for rule in rules if rule_word(rule) == rule] == []
