"""No payment leaves without five recorded conclusions, whatever the reviewers do, in whatever order."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianjing.domains.works.queries.reviews import departments_asked, review_views
from lianjing.domains.works.rules.reviews import five_reviews
from lianjing.domains.works.services import payment_reviews as verbs
from lianjing.kernel.refusal import BadInput, Refusal
from lianjing.runtime.matter.services import recuse
from lianjing.runtime.org.queries import actor_at, posts_held
from lianjing.runtime.payment.models import PaymentApplication, PaymentOrder
from lianjing.runtime.process.models import Review, WorkItem
from lianjing.runtime.process.timers import fire_due
from tests.domains.works.playing import (
    AUDITOR,
    CHECKER,
    ECO,
    FINANCE_HEAD,
    FUNDS,
    LAW,
    LEAD,
    MAKER,
    OFFICER,
    PLN,
    SECRETARY,
)

EVERYONE = (OFFICER, AUDITOR, LEAD, ECO, PLN, LAW, SECRETARY, FUNDS, MAKER, CHECKER, FINANCE_HEAD)
RIGHT = {
    "apply": OFFICER,
    "audit": AUDITOR,
    "internal": LEAD,
    "collective": SECRETARY,
    "finance": FUNDS,
    "make_order": MAKER,
    "check_order": CHECKER,
    "release": FINANCE_HEAD,
    "receipt": MAKER,
}
HEADS = {"ECO": ECO, "PLN": PLN, "LAW": LAW}


class Office:
    """Draws what happens next and does it through the services; a refusal is one of the things that happen."""

    def __init__(self, play, contract, matter, luck):
        self.play, self.contract, self.matter, self.luck = play, contract, matter, luck

    def act(self):
        items = list(WorkItem.objects.filter(matter=self.matter, closed_at=None).order_by("id"))
        if not items:
            return False
        item = self.luck.choice(items)
        moves = (
            self.right,
            self.right,
            self.right,
            self.right,
            self.wrong,
            self.send_back,
            self.wait,
            self.meet,
            self.recuse,
        )
        move = self.luck.choice(moves)
        with suppress(Refusal, BadInput):
            move(item)
        return True

    def right(self, item):
        number = HEADS[item.element] if item.step_key == "joint" else RIGHT[item.step_key]
        self.play.do(number, self.matter, item.step_key, self.data(item), item.element)

    def wrong(self, item):
        self.play.scene.pass_time(hours=0.2)
        self.play.scene.do(
            self.luck.choice(EVERYONE), self.matter, item.step_key, self.data(item), item.element
        )

    def send_back(self, item):
        number = HEADS[item.element] if item.step_key == "joint" else RIGHT[item.step_key]
        if self.luck.random() < 0.3:
            self.play.back(number, self.matter, item.step_key, "apply", item.element)

    def wait(self, _item):
        self.play.scene.pass_time(working_days=6)
        fire_due(self.play.scene.now)

    def meet(self, item):
        if item.step_key in ("collective", "finance"):
            row = PaymentApplication.objects.get(pk=self.matter.pk)
            kind = self.luck.choice(("director", "party_committee"))
            self.play.decided(self.matter, kind=kind, amount=str(row.approved or row.amount))

    def recuse(self, _item):
        if self.luck.random() < 0.1:
            person = self.play.scene.person(self.luck.choice(EVERYONE))
            day = self.play.scene.today()
            actor = actor_at(person, posts_held(person, day)[0].post.pk, day)
            recuse(
                matter_id=self.matter.pk,
                person_id=person,
                reason="interest",
                actor=actor,
                now=self.play.scene.now,
            )

    def data(self, item):
        luck, row = self.luck, PaymentApplication.objects.filter(pk=self.matter.pk).first()
        good = {"opinion": "已核"}
        match item.step_key:
            case "apply":
                return self.play.claim(self.contract, "advance", luck.choice(("400000", "900000", "2500000")))
            case "audit" | "internal":
                boxes = {"is_contract_checked": "on", "is_measure_checked": "on", "is_change_checked": "on"}
                cut = luck.choice((0, 0, 1000, -1))
                return {
                    **boxes,
                    **good,
                    "approved": str((row.approved or row.amount) - cut),
                    "cut_reason": "核减",
                }
            case "joint":
                return {
                    **good,
                    "result": luck.choice(
                        ("agree", "agree", "agree_with_changes", "not_concerned", "disagree")
                    ),
                }
            case "finance":
                return {
                    **good,
                    "is_invoice_verified": "on",
                    "is_account_checked": "on",
                    "is_budget_checked": "on",
                }
            case "make_order":
                return {"order_no": f"Z{self.matter.pk}", "payer_account": self.play.payer().pk}
            case "receipt":
                return {"bank_ref": "B1", "booked_on": self.play.scene.today(), "amount": str(row.approved)}
        return {**good, "is_same": "on", "is_released": "on"}


def check_money_stands_on_five(matter):
    orders = PaymentOrder.objects.filter(payment_application_id=matter.pk)
    if not orders.exists():
        return False
    row = PaymentApplication.objects.get(pk=matter.pk)
    views = review_views(matter.pk)
    assert five_reviews(
        views, departments_asked(matter.pk), has_decision=row.agenda_item_id is not None
    ).is_complete
    named = [view.person_id for view in views if view.person_id is not None]
    assert len(named) == len(set(named)), "one person gave two conclusions"
    for review in Review.objects.filter(matter=matter, result="not_required"):
        assert (review.kind, review.person_id, review.work_item_id) == (
            "collective",
            None,
            None,
        ) and review.clause
    assert orders.get().amount <= row.approved <= row.amount
    return True


@pytest.mark.parametrize("seed", range(6))
def test_no_order_without_five_conclusions_whatever_happens(contracted, seed):
    play, project, contract = contracted
    matter = play.open(OFFICER, "works_payment", project)
    office = Office(play, contract, matter, random.Random(seed))
    for _step in range(60):
        if not office.act():
            break
        check_money_stands_on_five(matter)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(absent=st.sets(st.sampled_from(["audit", "internal", "joint", "collective", "finance"]), min_size=1))
def test_rows_that_vanish_stop_order_and_release(ready, absent):
    """Even where rows were removed behind the services' back, the order is not made."""
    play, matter = ready
    gone = list(Review.objects.filter(matter=matter, kind__in=absent))
    Review.objects.filter(pk__in=[row.pk for row in gone]).delete()
    with pytest.raises(Refusal) as caught:
        verbs.require_reviews(PaymentApplication.objects.get(pk=matter.pk))
    assert caught.value.rule == "reviews.missing"
    with pytest.raises(Refusal) as caught:
        play.ordered(matter)
    assert caught.value.rule == "reviews.missing"
    Review.objects.bulk_create(gone)


@pytest.fixture
def ready(contracted):
    """A payment that finance has concluded."""
    play, project, contract = contracted
    matter = play.applied(project, contract, "advance", "400000")
    play.audited(matter, "400000")
    play.checked(matter, "400000")
    play.opinions(matter)
    play.financed(matter)
    return play, matter


def test_one_joint_opinion_that_vanishes_stops_the_order(ready):
    play, matter = ready
    Review.objects.filter(matter=matter, kind="joint").first().delete()
    with pytest.raises(Refusal, match="办局联审"):
        play.ordered(matter)
    assert not PaymentOrder.objects.exists()
