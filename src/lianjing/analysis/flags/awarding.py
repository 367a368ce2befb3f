"""Flags of awards and contracts: who wins how much, what the contract becomes, and what is paid."""

from __future__ import annotations

from lianjing.analysis.flags.case import DAY, Award, Contract, Money, money, number, rows, table, text
from lianjing.analysis.flags.look import Look
from lianjing.analysis.flags.tendering import kinds_of

TEXTS = frozenset({"contractsigned", "contracttext", "contractnotice", "contract"})
ENDED = frozenset({"terminated", "complete", "completed"})


def suppliers(look: Look) -> None:
    """R026, R040, R048, R050, R051, R052, R071, R072: shares of suppliers."""
    case = look.case
    buyer = case.buyer or case.entity
    for award in case.active:
        look.share("R026", is_part=len(award.who) > 1, path=f"{award.path}/suppliers", value=len(award.who))
        if "hasSubcontracting" in award.source:
            is_part = award.source.get("hasSubcontracting") is True
            look.share("R072", is_part=is_part, path=f"{award.path}/hasSubcontracting", value=is_part)
        share = number(table(award.source.get("subcontracting")).get("minimumPercentage"))
        if share is not None and look.has("R071") and share > look.setting("R071", "threshold"):
            look.flag("R071", share, (f"{award.path}/subcontracting/minimumPercentage", share))
        for who in sorted(award.who):
            place = (f"{award.path}/suppliers", who)
            if look.has("R040") and buyer:
                tally = look.tally("R040", "tenderer", who, buyer)
                tally.part += 1
                tally.keep(case.ocid, look.seen(place))
            if look.has("R052") and buyer and award.money and award.at is not None:
                look.board.event(
                    "R052", (buyer, who, award.money.currency), (award.at, award.money.amount, case.ocid)
                )
        if len(award.who) == 1:
            _market(look, award, next(iter(award.who)))
            _classes(look, award.path, next(iter(award.who)), award.source)


def _market(look: Look, award: Award, who: str) -> None:
    if award.money is None or award.money.amount <= 0 or not look.case.category:
        return
    amount, currency = award.money
    for code in ("R050", "R051"):
        if look.has(code):
            tally = look.tally(code, "tenderer", who, look.case.category, currency)
            tally.part, tally.whole = tally.part + amount, tally.whole + 1
            tally.keep(look.case.ocid, look.seen((f"{award.path}/value/amount", amount)))


def _classes(look: Look, path: str, who: str, source: object) -> None:
    if not look.has("R048"):
        return
    found, digits = [], int(look.setting("R048", "digits"))
    for place, item in rows(table(source).get("items")):
        code = text(table(item.get("classification")).get("id"))[:digits]
        if code:
            found.append((f"{path}/items/{place}/classification/id", code))
    tally = look.tally("R048", "tenderer", who)
    codes = tally.more = set() if tally.more is None else tally.more
    fresh = [each for each in found if each[1] not in codes]
    codes.update(each[1] for each in found)
    if found:
        tally.whole += not tally.ocids or tally.ocids[-1] != look.case.ocid
        tally.keep(look.case.ocid, look.seen(*fresh[:3]))


def contracts(look: Look) -> None:
    """R059, R060, R063, R064, R067, R068, R069, R073: from award to payment."""
    case = look.case
    awards = {each.id: each for each in case.active if each.id}
    for contract in case.contracts:
        award = awards.get(contract.award) or (case.active[0] if len(case.active) == 1 else None)
        if contract.status in {"active", *ENDED}:
            is_there = bool(kinds_of(contract.source.get("documents")).keys() & TEXTS)
            look.absent("R063", f"{contract.path}/documents", is_there=is_there)
        if award is not None:
            _signed(look, award, contract)
        _amendments(look, contract, award.money if award else None)
        _payments(look, contract)
        _delivery(look, contract)


def _signed(look: Look, award: Award, contract: Contract) -> None:
    """Gather what lies between award and contract: money where they are one to one, and days."""
    case, gained, agreed = look.case, award.money, contract.money
    is_one = len(case.contracts) == len(case.active)
    if is_one and gained and agreed and gained.currency == agreed.currency and gained.amount > 0:
        gap = abs(agreed.amount / gained.amount - 1)
        look.sample("R059", (), gap, f"{award.path}/value/amount", f"{contract.path}/value/amount")
    if award.at is not None and contract.signed is not None and contract.signed >= award.at:
        days = (contract.signed - award.at) / DAY
        look.sample("R060", (case.method,), days, f"{award.path}/date", f"{contract.path}/dateSigned")


def _amendments(look: Look, contract: Contract, awarded: Money | None) -> None:
    found = [place for place, _each in rows(contract.source.get("amendments"))]
    if not found:
        return
    places = [(f"{contract.path}/amendments/{place}", None) for place in found[:5]]
    look.flag("R064", len(found), *places)
    if not awarded or not contract.money or awarded.currency != contract.money.currency:
        return
    value = contract.money.amount
    if 0 < awarded.amount < value:
        look.flag("R069", value / awarded.amount - 1, (f"{contract.path}/value/amount", value), *places)


def _payments(look: Look, contract: Contract) -> None:
    """Raise R068 where payments in the contract's own currency exceed it; other currencies are left out."""
    if contract.money is None or contract.money.amount <= 0 or not look.has("R068"):
        return
    held = table(contract.source.get("implementation"))
    paid, places = 0.0, []
    for place, each in rows(held.get("transactions")):
        name = "value" if money(each.get("value")) else "amount"
        found = money(each.get(name))
        if found and found.currency == contract.money.currency:
            paid += found.amount
            places.append(
                (f"{contract.path}/implementation/transactions/{place}/{name}/amount", found.amount)
            )
    final = money(held.get("finalValue"))
    if final and final.currency == contract.money.currency and final.amount > paid:
        paid, places = final.amount, [(f"{contract.path}/implementation/finalValue/amount", final.amount)]
    if paid > contract.money.amount * (1 + 1e-9):
        whole = (f"{contract.path}/value/amount", contract.money.amount)
        look.flag("R068", paid / contract.money.amount, whole, *places[:9])


def _delivery(look: Look, contract: Contract) -> None:
    held = table(contract.source.get("implementation"))
    missed = []
    for place, each in rows(held.get("milestones")):
        due, met = look.case.at(each.get("dueDate")), look.case.at(each.get("dateMet"))
        if text(each.get("status")) == "notMet" or (due is not None and met is not None and met > due):
            missed.append((f"{contract.path}/implementation/milestones/{place}", each.get("status")))
    if missed:
        look.flag("R067", len(missed), *missed[:10])
    if contract.status in ENDED:
        is_there = bool(list(rows(held.get("documents"))))
        look.absent("R073", f"{contract.path}/implementation/documents", is_there=is_there)
