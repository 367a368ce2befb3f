"""Schemes of the tender room: bids of one hand, a bid too late, a tied expert, an award past the first rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from lianjing.domains.works.demo import tender_room as room
from lianjing.domains.works.demo.bidfiles import BANK, Offer, bid_file, digest_of, items, same_machine
from lianjing.domains.works.demo.desk import FIRM_OF
from lianjing.domains.works.demo.job import Job
from lianjing.domains.works.demo.planting import near, plant
from lianjing.domains.works.demo.tendering import (
    awarded,
    bids,
    evaluated,
    opened_bids,
    planned_tender,
    published,
    tendered,
    voted,
)
from lianjing.domains.works.models import Award, Bid, BidBond, CommitteeMember, Tender
from lianjing.runtime.draw.models import DrawCandidate
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.models import Unit
from lianjing.runtime.parties.models import Enterprise, Expert
from lianjing.runtime.parties.services import tie
from lianjing.runtime.scene_queue import Script
from lianjing.runtime.trail.act import SYSTEM, recorded

AUTHOR = "Administrator"
TIED, APART = (
    "43005",
    "43006",
)  # experts: once employed by a bidder; once employed by a firm that does not bid here
APART_FIRM = "澜汀市沄帆智能装备有限公司"
Bend = Callable[[Matter, list[Offer]], list[Offer]]


def _said(offer: Offer, **words: Any) -> Offer:
    return replace(offer, said=offer.said | words)


def _bond(tender: Matter, offer: Offer, account_no: str) -> dict[str, str]:
    amount = Tender.objects.values_list("bond", flat=True).get(pk=tender.pk)
    return {
        "form": "cash",
        "amount": str(amount),
        "payer_name": offer.name,
        "account_no": account_no,
        "bank_name": BANK,
    }


def _account(offer: Offer) -> int:
    return 990_000_000_000_0000 + int(offer.own[:8], 16) % 10**9 * 10


def of_one_machine(_tender: Matter, offers: list[Offer]) -> list[Offer]:
    """Two files were written on one machine, with one lock of the cost program."""
    return same_machine(offers)


def by_one_author(_tender: Matter, offers: list[Offer]) -> list[Offer]:
    """Two files name the same author, as programs do by default; the machines differ."""
    found = []
    for place, offer in enumerate(offers):
        files = [
            {"part": part, "mac": offer.own[:12], "machine": offer.own[40:56], "author": AUTHOR}
            for part in ("price", "technical")
        ]
        found.append(_said(offer, files=files) if place < 2 else offer)
    return found


def of_one_account(tender: Matter, offers: list[Offer]) -> list[Offer]:
    """Two bid bonds leave one account."""
    number = str(_account(offers[0]))
    return [
        _said(offer, bond=_bond(tender, offer, number)) if place < 2 else offer
        for place, offer in enumerate(offers)
    ]


def of_next_accounts(tender: Matter, offers: list[Offer]) -> list[Offer]:
    """Two bid bonds leave two accounts whose numbers follow each other at one branch."""
    number = _account(offers[0]) + 5
    return [
        _said(offer, bond=_bond(tender, offer, str(number + place))) if place < 2 else offer
        for place, offer in enumerate(offers)
    ]


def in_one_ratio(_tender: Matter, offers: list[Offer]) -> list[Offer]:
    """The unit prices of the second are those of the first, all raised by the same share."""
    return [offers[0], _said(offers[1], items=_raised(offers, "1.0125")), *offers[2:]]


def almost_in_one_ratio(_tender: Matter, offers: list[Offer]) -> list[Offer]:
    """Two unit prices stand in one ratio, the third does not."""
    rows = _raised(offers, "1.0125")
    rows[-1]["unit_price"] = str(
        (Decimal(rows[-1]["unit_price"]) * Decimal("1.031")).quantize(Decimal("0.01"))
    )
    return [offers[0], _said(offers[1], items=rows), *offers[2:]]


def _raised(offers: list[Offer], ratio: str) -> list[dict[str, str]]:
    rows = items(offers[0].price, int(offers[0].own[:8], 16))
    return [
        {**row, "unit_price": str((Decimal(row["unit_price"]) * Decimal(ratio)).quantize(Decimal("0.01")))}
        for row in rows
    ]


HARMLESS: tuple[tuple[str, Bend, str], ...] = (
    ("one_machine", by_one_author, "两份投标文件的文档作者同为软件默认名，机器特征各不相同"),
    ("one_bond_account", of_next_accounts, "两笔保证金出自同一网点号码相邻的两个账户，户名各为投标人"),
    ("constant_ratio", almost_in_one_ratio, "两家清单三项中有两项成同一比例，第三项不成"),
)


def harmless(job: Job, number: int) -> None:
    """Let the first two bids of an ordinary tender look a little alike, and note it when they are open."""
    scheme, bend, note = HARMLESS[number % len(HARMLESS)]
    job.bend = bend
    job.opening = lambda tender: near(
        job.desk, scheme, first_two(job, tender, scheme), (job.root, tender), note
    )


def first_two(job: Job, tender: Matter, scheme: str) -> list[Any]:
    """Return the two bids, or their bonds, that were bent: those of the plan's builder and of the next."""
    rows = sorted(
        Bid.objects.filter(tender_id=tender.pk, opened_at__isnull=False), key=lambda bid: bid.price or 0
    )
    if scheme == "one_bond_account":
        return list(BidBond.objects.filter(bid__in=rows[:2]).order_by("pk"))
    return rows[:2]


def _of_one_hand(job: Job, scheme: str, bend: Bend, note: str) -> Script[Matter]:
    job.bend = bend
    job.opening = lambda tender: plant(
        job.desk, scheme, first_two(job, tender, scheme), (job.root, tender), note=note
    )
    return (yield from tendered(job, count=4))


def one_machine(job: Job) -> Script[Matter]:
    """Two bids uploaded from one machine."""
    return (
        yield from _of_one_hand(
            job, "one_machine", of_one_machine, "网卡、处理器、硬盘、机器码和加密锁全部相同"
        )
    )


def one_bond_account(job: Job) -> Script[Matter]:
    """The bonds of two bidders paid from one account."""
    return (yield from _of_one_hand(job, "one_bond_account", of_one_account, "两家投标保证金出自同一账户"))


def constant_ratio(job: Job) -> Script[Matter]:
    """Unit prices of two bidders in one ratio."""
    return (yield from _of_one_hand(job, "constant_ratio", in_one_ratio, "全部清单项均为同一比例1.0125"))


def late_bid(job: Job) -> Script[Matter]:
    """A bid comes after the deadline and is refused; the others came in time."""
    tender = yield from planned_tender(job)
    offers = yield from published(job, tender, count=3)
    names = {offer.name for offer in offers}
    other = next(name for name in FIRM_OF.values() if name not in names)
    late = replace(bids(job, [other])[0])
    code = Tender.objects.values_list("code", flat=True).get(pk=tender.pk)
    content = bid_file(late, tender=code)
    rule = job.desk.refused(partial(_sealed, job, tender, digest_of(content), late.credit_code))
    plant(job.desk, "late_bid", [tender_row(tender)], (job.root, tender), rule=rule, note=f"{other}迟到")
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender)
    yield from awarded(job, tender)
    return tender


def _sealed(job: Job, tender: Matter, digest: str, credit_code: str) -> None:
    scene = job.desk.scene
    room.tender_bids.seal(
        tender_id=tender.pk,
        digest=digest,
        credit_code=credit_code,
        person_id=scene.person(room.OTHER_AGENT),
        now=scene.pass_time(hours=0.02),
    )


def tender_row(tender: Matter) -> Tender:
    """Return the record of a tender's matter."""
    return Tender.objects.get(pk=tender.pk)


def former_employee(job: Job) -> Script[Matter]:
    """An expert of the pool once worked for a bidder: he is not drawn; one who worked for another firm may be."""
    tender = yield from planned_tender(job)
    offers = yield from published(job, tender, count=3)
    opened_bids(job, tender, offers)
    room.stock_pools(job.desk.scene)
    yield 0.1
    employed(job, TIED, offers[1].name, date(2024, 3, 31))
    employed(job, APART, APART_FIRM, date(2023, 6, 30))
    yield from evaluated(job, tender)
    row = DrawCandidate.objects.filter(
        draw__matter_id=tender.pk, candidate=f"expert:{_expert(job, TIED).pk}"
    ).latest("pk")
    plant(job.desk, "former_employee", [row], (job.root, tender), note=f"曾任职于投标人{offers[1].name}")
    yield from awarded(job, tender)
    return tender


def _expert(job: Job, number: str) -> Expert:
    return Expert.objects.get(pool="provincial", person_id=job.desk.person(number))


def employed(job: Job, number: str, name: str, to_on: date) -> None:
    """Enter that an expert once worked for a firm, as he declares it."""
    scene, unit = job.desk.scene, Unit.objects.get(code="CON")
    with recorded(
        "parties.tie", chain=f"unit:{unit.pk}", actor=SYSTEM, now=scene.pass_time(hours=0.05)
    ) as act:
        tie(
            act,
            from_party=f"person:{job.desk.person(number)}",
            to_party=f"enterprise:{Enterprise.objects.get(name=name).pk}",
            kind="employed",
            source="declared",
            from_on=date(2016, 7, 1),
            to_on=to_on,
        )


def apart(job: Job, tender: Matter) -> None:
    """Note where the expert sits who once worked for a firm that does not bid here."""
    row = CommitteeMember.objects.filter(
        tender_id=tender.pk, kind="evaluation", person_id=job.desk.person(APART), replaced_at=None
    ).first()
    knows = any(each["scheme"] == "former_employee" for each in job.desk.scene.planted)
    if row is not None and knows:
        near(job.desk, "former_employee", [row], (job.root, tender), "曾任职的单位未参加本次投标")


def rank_skipped(job: Job) -> Script[Matter]:
    """Awarding by vote without a basis is refused; with the paper of a pilot the ballots decide."""
    tender = yield from planned_tender(job, award_method="vote")
    offers = yield from published(job, tender, count=3)
    opened_bids(job, tender, offers)
    yield from evaluated(job, tender)

    def note(award: Matter, rule: str) -> None:
        rows = [tender_row(tender)]
        plant(job.desk, "rank_skipped", rows, (job.root, award), rule=rule, note="无依据票决，不按名次")

    yield from voted(job, tender, note)
    return tender


def close_second(job: Job, tender: Matter) -> None:
    """Note an award to the first rank though the second bid less or nearly as little."""
    row = Award.objects.filter(tender_id=tender.pk).latest("pk")
    near(
        job.desk, "rank_skipped", [row], (job.root, row.matter), "前两名报价相差不到百分之二，仍按第一名定标"
    )
