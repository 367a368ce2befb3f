"""Claims that an employer enters on line as proxy: its own workers only, never without the worker's signed mandate."""

from __future__ import annotations

from typing import Any

import pytest

from lianjing.domains.injury.models import BenefitClaim
from lianjing.domains.injury.services.online import open_online
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.trail.models import Event
from tests.domains.injury.playing import (
    ACCEPTOR,
    AGENT,
    ASSESSOR,
    GOOD,
    OUTSIDER,
    REVIEWER,
    InjuryPlay,
    refused,
)

OTHER_AGENT = "42702"
ACCEPTED = {"is_signed": "on", "is_own_account": "on", **GOOD}
Laid = tuple[InjuryPlay, Matter]


def opened(play: InjuryPlay, case: Matter, number: str = AGENT) -> Matter:
    return open_online(
        injury_id=case.pk, person_id=play.scene.person(number), now=play.scene.pass_time(hours=0.2)
    )


def data(play: InjuryPlay, **changes: Any) -> dict[str, Any]:
    given = play.claim_data(vouchers=[play.voucher("12000")], **changes)
    return {name: value for name, value in given.items() if name not in ("claimant", "is_proxy")}


def entered(play: InjuryPlay, case: Matter) -> Matter:
    claim = opened(play, case)
    for kind in ("application_form", "mandate", "voucher"):
        play.paper(AGENT, claim, kind)
    play.do(AGENT, claim, "apply", data(play))
    return claim


def test_an_employer_claims_for_its_worker_and_the_counter_takes_it_in(recognised: Laid) -> None:
    play, case = recognised
    claim = entered(play, case)
    record = BenefitClaim.objects.get(pk=claim.pk)
    assert (record.claimant, record.is_proxy) == ("employer", True)
    assert record.mandate_document is not None and record.worker_account is not None
    play.do(ACCEPTOR, claim, "accept", ACCEPTED)
    play.do(ASSESSOR, claim, "assess", play.assessment(claim))
    play.do(REVIEWER, claim, "review", {"is_checked": "on", **GOOD})
    [item] = play.items(claim)
    assert (item.route, item.approved_on) == ("employer", play.scene.today())
    verbs = Event.objects.filter(matter_id=claim.pk).order_by("oseq").values_list("act", flat=True)
    assert [verb for verb in verbs if verb.startswith("injury_claim_online.")] == [
        f"injury_claim_online.{step}" for step in ("open", "apply", "accept", "assess", "review")
    ]


def test_without_the_signed_mandate_nothing_is_handed_in(recognised: Laid) -> None:
    play, case = recognised
    claim = opened(play, case)
    play.paper(AGENT, claim, "application_form")
    with refused(Ground.DOCUMENTS, "documents.missing"):
        play.do(AGENT, claim, "apply", data(play))
    assert not BenefitClaim.objects.filter(pk=claim.pk).exists()


@pytest.mark.parametrize(("number", "ground"), [(OTHER_AGENT, Ground.SCOPE), (OUTSIDER, Ground.POST)])
def test_nobody_but_the_workers_own_employer_opens_it(recognised: Laid, number: str, ground: Ground) -> None:
    play, case = recognised
    before = Matter.objects.count()
    with pytest.raises(Refusal) as refusal:
        opened(play, case, number)
    assert refusal.value.ground == ground and Matter.objects.count() == before


def test_another_employers_agent_neither_sees_nor_fills_in_the_claim(recognised: Laid) -> None:
    play, case = recognised
    claim = opened(play, case)
    with refused(Ground.POST, "post.not_held"):
        play.do(OTHER_AGENT, claim, "apply", data(play))
    assert WorkItem.objects.get(matter=claim, closed_at=None).post.key == "employer_agent"


def test_the_counter_sends_it_back_and_the_employer_hands_it_in_again(recognised: Laid) -> None:
    play, case = recognised
    claim = entered(play, case)
    play.back(ACCEPTOR, claim, "accept", "apply")
    play.do(AGENT, claim, "apply", data(play, account_no="9900000000000000777"))
    assert len(play.items(claim)) == 1
    assert play.scene.item(claim, "accept").post.key == "injury_acceptor"


def test_a_second_one_waits_until_the_first_is_filled_in(recognised: Laid) -> None:
    play, case = recognised
    claim = opened(play, case)
    with refused(Ground.GATE, "injury.claim_waiting"):
        opened(play, case)
    for kind in ("application_form", "mandate", "voucher"):
        play.paper(AGENT, claim, kind)
    play.do(AGENT, claim, "apply", data(play))
    assert opened(play, case).pk != claim.pk


def test_an_injury_that_is_not_recognised_is_not_offered(play: InjuryPlay) -> None:
    case = play.case()
    with pytest.raises(Refusal) as refusal:
        opened(play, case)
    assert refusal.value.rule == "scope.injury"
