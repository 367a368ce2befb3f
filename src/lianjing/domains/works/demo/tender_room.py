"""A tender's room at work, for demonstrations and tests: pools, draws, sealed bids, experts and ballots."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from lianjing.domains.works.demo.bidfiles import Offer, bid_file, digest_of
from lianjing.domains.works.models import Bid, Candidate, CommitteeMember, Tender
from lianjing.domains.works.services import award_votes as awards
from lianjing.domains.works.services import tender_bids, tender_evaluation
from lianjing.runtime.draw import services as draws
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.seed import CHECKPOINT, draw_by_checkpoint
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.experts import add_expert
from lianjing.runtime.parties.models import Expert
from lianjing.runtime.scene import Scene
from lianjing.runtime.trail.act import SYSTEM, recorded

AGENT, OTHER_AGENT = "42001", "42002"
AGENCY = ("婺澜玑准招标代理有限公司", "91990101MALRCG2T9T")
OPERATOR, WITNESS = "20701", "30002"
SUPERVISION_UNIT = "DIS"
EXPERTS = tuple(f"430{place:02d}" for place in range(1, 16))
AWARD_POOL = (
    *(f"219{place:02d}" for place in range(1, 8)),
    "20001",
    "20004",
    "20204",
    "20301",
    "20302",
    "20401",
    "20402",
    "20602",
    "20702",
    "20711",
)
Lock = Callable[..., Any]


def stock_pools(scene: Scene) -> None:
    """Enter the experts of the provincial pool and the members of the award pool, once."""
    if Expert.objects.filter(pool="provincial").exists():
        return
    unit = Unit.objects.get(code="CON")
    with recorded("expert.add", chain=f"unit:{unit.pk}", actor=SYSTEM, now=scene.now) as act:
        for number in EXPERTS:
            add_expert(act, person_id=scene.person(number), pool="provincial", specialty="市政工程")
        for number in AWARD_POOL:
            if not Expert.objects.filter(pool="award", person_id=scene.person(number)).exists():
                add_expert(act, person_id=scene.person(number), pool="award")


def secret(scene: Scene, text: str) -> bytes:
    """Return 32 bytes for a commitment: the story's own, so that it can be told twice alike."""
    return hashlib.sha256(f"{text}{scene.random.random()}".encode()).digest()


def draw(
    scene: Scene,
    matter_id: int,
    kind: str,
    count: int,
    lock: Callable[[Draw], Any],
    operator: str = OPERATOR,
) -> Draw:
    """Draw by two hands: the operator asks and locks, the supervisors' witness commits and reveals."""
    value = secret(scene, f"{kind}{matter_id}")
    hand, witness = scene.person(operator), scene.person(WITNESS)
    asked = draws.prepare(
        matter_id=matter_id,
        kind=kind,
        pick_count=count,
        title="随机抽取",
        person_id=hand,
        now=scene.pass_time(hours=0.05),
    )
    draws.commit(
        draw_id=asked.pk,
        person_id=witness,
        digest=hashlib.sha256(value).hexdigest(),
        now=scene.pass_time(hours=0.05),
    )
    lock(asked)
    return seeded(scene, asked.pk, operator, WITNESS, value)


def seeded(scene: Scene, draw_id: int, operator: str, committer: str, value: bytes) -> Draw:
    """Draw by the checkpoint that is cosigned next, where a witness watches; else let the committer reveal."""
    if Draw.objects.get(pk=draw_id).seed_source == CHECKPOINT:
        scene.close_day()
        return draw_by_checkpoint(
            draw_id=draw_id, person_id=scene.person(operator), now=scene.pass_time(hours=0.05)
        )
    return draws.reveal(
        draw_id=draw_id,
        person_id=scene.person(committer),
        value=value.hex(),
        now=scene.pass_time(hours=0.05),
    )


def draw_experts(scene: Scene, tender_id: int, count: int = 5) -> Draw:
    """Draw the experts of an evaluation; those with a tie are not in the pool."""
    return draw(
        scene,
        tender_id,
        "expert",
        count,
        lambda asked: tender_evaluation.lock_experts(
            tender_id=tender_id,
            draw_id=asked.pk,
            person_id=scene.person(OPERATOR),
            now=scene.pass_time(hours=0.05),
        ),
    )


def files_of(tender_id: int, offers: Sequence[Offer]) -> list[bytes]:
    """Return the files of the offers, as they were handed in."""
    tender = Tender.objects.get(pk=tender_id)
    return [bid_file(offer, tender=tender.code, bond=tender.bond) for offer in offers]


def hand_in(scene: Scene, tender_id: int, offers: Sequence[Offer]) -> None:
    """Hand the bids in at the agency's counter, sealed."""
    for offer, content in zip(offers, files_of(tender_id, offers), strict=True):
        tender_bids.seal(
            tender_id=tender_id,
            digest=digest_of(content),
            credit_code=offer.credit_code,
            person_id=scene.person(OTHER_AGENT),
            now=scene.pass_time(hours=0.1),
        )


def unseal(scene: Scene, tender_id: int, offers: Sequence[Offer]) -> tender_bids.Unsealed:
    """Open the bids after the deadline."""
    return tender_bids.unseal(
        tender_id=tender_id,
        contents=files_of(tender_id, offers),
        person_id=scene.person(AGENT),
        now=scene.pass_time(hours=0.1),
    )


def until(scene: Scene, moment: datetime) -> None:
    """Let time pass until a moment of the office hours has come."""
    while scene.now < moment:
        scene.pass_time(hours=max(0.1, min(12.0, (moment - scene.now).total_seconds() / 3600)))


def opened_time(scene: Scene, tender_id: int) -> datetime:
    """Return the deadline, at which the bids are opened."""
    found = Tender.objects.get(pk=tender_id).deadline_at
    assert found is not None
    return found


def points_for(
    bids: Sequence[Bid], wobble: Callable[[], float]
) -> dict[tuple[int, int], tuple[Decimal, str]]:
    """Return one expert's sheet: about four fifths of each criterion, a little by his own eye."""
    criteria = tender_evaluation.criteria_of(bids[0].tender_id) if bids else []
    return {
        (bid.pk, row.pk): (
            ((row.weight or Decimal(0)) * Decimal(str(round(0.8 + wobble(), 3)))).quantize(Decimal("0.01")),
            "",
        )
        for bid in bids
        for row in criteria
    }


def judged(
    scene: Scene,
    tender_id: int,
    *,
    vetoes: dict[int, tuple[str, str]] | None = None,
    wobble: Callable[[], float] = lambda: 0.0,
) -> None:
    """Have the committee declare, review, score and sign."""
    seats = tender_evaluation.seats(tender_id)
    for seat in seats:
        tender_evaluation.declare(
            tender_id=tender_id, person_id=seat.person_id, now=scene.pass_time(hours=0.02)
        )
    tender_evaluation.preliminary(
        tender_id=tender_id,
        vetoes=vetoes or {},
        person_id=seats[0].person_id,
        now=scene.pass_time(hours=0.2),
    )
    bids = list(Bid.objects.filter(tender_id=tender_id, status="valid").order_by("pk"))
    if tender_evaluation.criteria_of(tender_id):
        for seat in seats:
            tender_evaluation.score(
                tender_id=tender_id,
                points=points_for(bids, wobble),
                person_id=seat.person_id,
                now=scene.pass_time(hours=0.1),
            )
    for seat in seats:
        tender_evaluation.sign(tender_id=tender_id, person_id=seat.person_id, now=scene.pass_time(hours=0.02))


def draw_committee(scene: Scene, award_id: int, operator: str, count: int = 8) -> Draw:
    """Draw more for the award committee than sit: the leaders above their share are passed over."""
    return draw(
        scene,
        award_id,
        "award_committee",
        count,
        lambda asked: awards.lock_committee(
            award_id=award_id,
            draw_id=asked.pk,
            person_id=scene.person(operator),
            now=scene.pass_time(hours=0.05),
        ),
        operator,
    )


def voted(scene: Scene, award_id: int, choices: Sequence[int], reason: str = "综合实力和报价均优") -> None:
    """Have each member declare and cast his ballot: `choices` gives the rank that each votes for, in their order."""
    seats: list[CommitteeMember] = awards.members(award_id)
    tender_id = seats[0].tender_id
    bids = dict(Candidate.objects.filter(tender_id=tender_id).values_list("rank", "bid_id"))
    for seat in seats:
        awards.declare(award_id=award_id, person_id=seat.person_id, now=scene.pass_time(hours=0.02))
    for seat, rank in zip(seats, choices, strict=True):
        awards.ballot(
            award_id=award_id,
            bid_id=bids[rank],
            reason=reason,
            person_id=seat.person_id,
            now=scene.pass_time(hours=0.05),
        )
