"""The worker's own link: who issues it and when, that it works once and lapses, what he says and what follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.translation import override

from lianjing.domains.injury.models import ConfirmationLink, WorkerStatement
from lianjing.domains.injury.services.confirmation import answer, issue_link, link_of
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from tests.domains.injury.playing import ASSESSOR, AUDITOR, InjuryPlay, refused

SECRET = "s" * 32
OTHER_SECRET = "t" * 32


@pytest.fixture
def linked(recognised):
    """A claim of 10,000 yuan paid to the worker, with a link issued."""
    play, case = recognised
    claim = play.approved(case)
    play.paid(claim, "worker", "10000")
    return play, claim, issued(play, claim, SECRET)


def issued(play: InjuryPlay, claim, secret: str, number: str = AUDITOR) -> ConfirmationLink:
    return issue_link(
        claim_id=claim.pk,
        secret=secret,
        person_id=play.scene.person(number),
        now=play.scene.pass_time(hours=0.1),
    )


def test_a_link_is_issued_by_who_may_and_only_for_what_was_paid(recognised):
    play, case = recognised
    claim = play.approved(case)
    with refused(Ground.GATE, "injury.nothing_paid"):
        issued(play, claim, SECRET)
    with pytest.raises(Refusal) as caught:
        issued(play, claim, SECRET, ASSESSOR)
    assert caught.value.ground is Ground.POST
    with pytest.raises(BadInput):
        issued(play, claim, "short")


def test_the_secret_itself_is_kept_nowhere(linked):
    _play, _claim, link = linked
    assert SECRET not in str(vars(link)) and len(link.token_hash) == 64


def test_a_newer_link_ends_the_older(linked):
    play, claim, _link = linked
    issued(play, claim, OTHER_SECRET)
    with refused(Ground.SCOPE, "injury.link_lapsed"):
        link_of(SECRET, play.scene.now)
    assert link_of(OTHER_SECRET, play.scene.now).claim_id == claim.pk


def test_a_link_lapses_after_its_hours(linked):
    _play, _claim, link = linked
    last = link.issued_at + timedelta(hours=72)
    assert link_of(SECRET, last - timedelta(seconds=1)) == link
    with refused(Ground.SCOPE, "injury.link_lapsed"):
        link_of(SECRET, last)


def test_less_than_is_due_is_contested_and_the_claim_stays_open(linked):
    play, claim, _link = linked
    [item] = play.items(claim)
    said = {item.pk: Decimal("8000")}
    answer(secret=SECRET, received=said, text="单位扣了2000", now=play.scene.pass_time(hours=1))
    item.refresh_from_db()
    assert (item.is_confirmed, item.confirmed) == (False, Decimal("8000.00"))
    assert WorkerStatement.objects.get().kind == "contested"
    with refused(Ground.GATE, "injury.not_confirmed"):
        play.do(AUDITOR, claim, "confirm", {"is_received": "on"})


def test_a_link_is_answered_once_and_for_every_item(linked):
    play, claim, _link = linked
    [item] = play.items(claim)
    now = play.scene.pass_time(hours=1)
    for said in ({}, {item.pk: Decimal("-1")}):
        with pytest.raises(BadInput):
            answer(secret=SECRET, received=said, text="", now=now)
    answer(secret=SECRET, received={item.pk: Decimal("10000")}, text="", now=now)
    with refused(Ground.SCOPE, "injury.link_lapsed"):
        answer(secret=SECRET, received={item.pk: Decimal("10000")}, text="", now=now)
    assert WorkerStatement.objects.count() == 1


def test_the_public_page_slows_down_who_asks_too_often(linked):
    phone = Client()
    answers = [phone.get(f"/injury/confirm/{SECRET}/").status_code for _try in range(12)]
    assert answers[0] == 200 and answers[-1] == 429
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert other.get(f"/injury/confirm/{'x' * 32}/").status_code == 404


def test_the_public_page_refuses_what_is_no_sum_and_stays_open(linked):
    play, claim, _link = linked
    [item] = play.items(claim)
    phone = Client()
    for text in ("一万", "NaN", "1e99", ""):
        given = {f"received_{item.pk}": text}
        assert phone.post(f"/injury/confirm/{SECRET}/", given).status_code == 422
    with override("en"):
        assert phone.post(f"/injury/confirm/{SECRET}/", {f"received_{item.pk}": "10,000"}).status_code == 302
    assert WorkerStatement.objects.get().kind == "confirmed"
