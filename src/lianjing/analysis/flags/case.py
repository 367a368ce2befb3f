"""One contracting process, read tolerantly: what has the wrong type is absent, and named by the quality report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

FINAL = frozenset({"active", "cancelled", "unsuccessful"})
NOT_SUBMITTED = frozenset({"invited", "withdrawn"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400.0


class Money(NamedTuple):
    """An amount in its own currency; amounts of two currencies are never compared or added."""

    amount: float
    currency: str


@dataclass(frozen=True)
class Reading:
    """How values are read: the zone of moments that name none, and the publisher's own words for codes."""

    zone: tzinfo = UTC
    bid_status: Mapping[str, str] | None = None
    award_status: Mapping[str, str] | None = None
    lots: bool = True
    consortia: bool = False


class Bid(NamedTuple):
    """A bid; `who` all ids of its tenderers, `lots` empty where it names none."""

    path: str
    status: str
    who: frozenset[str]
    money: Money | None
    at: float | None
    lots: frozenset[str]
    documents: bool


class Award(NamedTuple):
    """An award; `who` all ids of its suppliers."""

    path: str
    id: str
    status: str
    who: frozenset[str]
    money: Money | None
    at: float | None
    lots: frozenset[str]
    source: Mapping[str, Any]


class Contract(NamedTuple):
    """A contract."""

    path: str
    award: str
    status: str
    money: Money | None
    signed: float | None
    source: Mapping[str, Any]


class Contest(NamedTuple):
    """Bids that compete for one award: the whole process, or one lot of it."""

    lot: str
    bids: tuple[Bid, ...]
    award: Award


def table(value: Any) -> Mapping[str, Any]:
    """Return the object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the objects of a list with their places."""
    if isinstance(value, list):
        for place, each in enumerate(value):
            if isinstance(each, dict):
                yield place, each


def text(value: Any) -> str:
    """Return a text or the text of a whole number (ids are often numbers); "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number(value: Any) -> float | None:
    """Return a finite number; a number written as text is none (the quality report names it)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def money(value: Any) -> Money | None:
    """Return amount and currency; None where either is missing."""
    source = table(value)
    amount, currency = number(source.get("amount")), text(source.get("currency")).upper()
    return Money(amount, currency) if amount is not None and currency else None


def positive(found: Money | None) -> Money | None:
    """Return a price: nought stands for a price that was not published."""
    return found if found and found.amount > 0 else None


@lru_cache(maxsize=8192)
def moment(value: str, zone: tzinfo) -> float | None:
    """Return seconds since 1970 UTC; a moment without a zone stands in `zone`."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return ((found if found.tzinfo else found.replace(tzinfo=zone)) - EPOCH).total_seconds()


def organisation(value: Any) -> str:
    """Return the id of an organisation: its own, else scheme and number of its identifier, else its name."""
    source = table(value)
    own = text(source.get("id"))
    if own:
        return own
    identifier = table(source.get("identifier"))
    inner = text(identifier.get("id"))
    if inner:
        return "-".join(each for each in (text(identifier.get("scheme")), inner) if each)
    return text(source.get("name")) or text(identifier.get("legalName"))


class Case:
    """What the flags ask of one compiled release."""

    def __init__(self, source: Mapping[str, Any], reading: Reading) -> None:
        self.source, self.reading = source, reading
        self.ocid = text(source.get("ocid"))
        self.tender = table(source.get("tender"))
        self.method = text(self.tender.get("procurementMethod"))
        self.details = text(self.tender.get("procurementMethodDetails"))
        self.is_cancelled = text(self.tender.get("status")) == "cancelled"
        self.buyer = organisation(source.get("buyer")) or self._party("buyer")
        self.entity = organisation(self.tender.get("procuringEntity")) or self._party("procuringEntity")

    def _party(self, role: str) -> str:
        for _place, each in rows(self.source.get("parties")):
            roles = each.get("roles")
            if isinstance(roles, list) and role in roles:
                return organisation(each)
        return ""

    def at(self, value: Any) -> float | None:
        """Return a moment as seconds since 1970 UTC."""
        return moment(value, self.reading.zone) if isinstance(value, str) and value else None

    @cached_property
    def value(self) -> Money | None:
        """The estimate: value of the tender."""
        return positive(money(self.tender.get("value")))

    @cached_property
    def begins(self) -> float | None:
        """The first moment of the tender period."""
        return self.at(table(self.tender.get("tenderPeriod")).get("startDate"))

    @cached_property
    def ends(self) -> float | None:
        """The deadline for bids."""
        return self.at(table(self.tender.get("tenderPeriod")).get("endDate"))

    @cached_property
    def bids(self) -> tuple[Bid, ...]:
        """All bids with a status."""
        words = self.reading.bid_status or {}
        found = []
        for place, each in rows(table(self.source.get("bids")).get("details")):
            status = text(each.get("status"))
            if status:
                who = frozenset(filter(None, (organisation(one) for _n, one in rows(each.get("tenderers")))))
                found.append(
                    Bid(
                        f"/bids/details/{place}",
                        words.get(status, status),
                        who,
                        positive(money(each.get("value"))),
                        self.at(each.get("date")),
                        _lots(each),
                        bool(each.get("documents")),
                    )
                )
        return tuple(found)

    @cached_property
    def submitted(self) -> tuple[Bid, ...]:
        """Bids that were handed in: neither only invited nor withdrawn."""
        return tuple(each for each in self.bids if each.status not in NOT_SUBMITTED)

    @cached_property
    def awards(self) -> tuple[Award, ...]:
        """All awards."""
        words = self.reading.award_status or {}
        found = []
        for place, each in rows(self.source.get("awards")):
            status = text(each.get("status"))
            who = frozenset(filter(None, (organisation(one) for _n, one in rows(each.get("suppliers")))))
            found.append(
                Award(
                    f"/awards/{place}",
                    text(each.get("id")),
                    words.get(status, status),
                    who,
                    money(each.get("value")),
                    self.at(each.get("date")),
                    _lots(each),
                    each,
                )
            )
        return tuple(found)

    @cached_property
    def active(self) -> tuple[Award, ...]:
        """Awards in force."""
        return tuple(each for each in self.awards if each.status == "active")

    @cached_property
    def is_final(self) -> bool:
        """True where no award waits: only then are results stable."""
        return all(not each.status or each.status in FINAL for each in self.awards)

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """Who competed with whom: one award takes all bids; several need lots, else nothing can be said."""
        if not self.awards or not self.bids or not self.is_final:
            return ()
        has_lots = (
            self.reading.lots
            and any(each.lots for each in self.bids)
            and any(each.lots for each in self.active)
        )
        if len(self.active) == 1 and not has_lots:
            return (Contest("", self.bids, self.active[0]),)
        if not has_lots:
            return ()
        lots: dict[str, list[Award]] = {}
        for award in self.active:
            for lot in award.lots:
                lots.setdefault(lot, []).append(award)
        found = []
        for lot, awards in lots.items():
            bids = tuple(each for each in self.bids if each.lots == {lot})
            if len(awards) == 1 and awards[0].lots == {lot} and bids:
                found.append(Contest(lot, bids, awards[0]))
        return tuple(found)

    @cached_property
    def contracts(self) -> tuple[Contract, ...]:
        """All contracts."""
        return tuple(
            Contract(
                f"/contracts/{place}",
                text(each.get("awardID")),
                text(each.get("status")),
                money(each.get("value")),
                self.at(each.get("dateSigned")),
                each,
            )
            for place, each in rows(self.source.get("contracts"))
        )

    @cached_property
    def bidders(self) -> int | None:
        """How many bid: as published, else counted in the bids, else in the list of tenderers."""
        said = number(self.tender.get("numberOfTenderers"))
        if said is not None and said >= 0 and said == int(said):
            return int(said)
        who = frozenset().union(*(each.who for each in self.submitted))
        return (
            len(who or {organisation(each) for _place, each in rows(self.tender.get("tenderers"))} - {""})
            or None
        )

    @cached_property
    def tenderers(self) -> frozenset[str]:
        """All who bid, by the bids or by the list of tenderers."""
        who = frozenset[str]().union(*(each.who for each in self.submitted))
        return who or frozenset(organisation(each) for _place, each in rows(self.tender.get("tenderers"))) - {
            ""
        }

    @cached_property
    def items(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """The items of the tender, else of the awards, else of the contracts."""
        found = [(f"/tender/items/{n}", each) for n, each in rows(self.tender.get("items"))]
        for name in ("awards", "contracts"):
            if not found:
                found = [
                    (f"/{name}/{n}/items/{m}", item)
                    for n, each in rows(self.source.get(name))
                    for m, item in rows(each.get("items"))
                ]
        return tuple(found)

    @cached_property
    def category(self) -> str:
        """Scheme and first digits of the one class that all items share; "" where they differ or have none."""
        found = {code_of(each) for _path, each in self.items}
        return next(iter(found)) if len(found) == 1 else ""

    @cached_property
    def parties(self) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
        """Party by id, with its place."""
        return {organisation(each): (f"/parties/{n}", each) for n, each in rows(self.source.get("parties"))}

    @cached_property
    def officials(self) -> frozenset[str]:
        """Ids of the buyer's side."""
        found = {self.buyer, self.entity}
        for name, (_path, each) in self.parties.items():
            roles = each.get("roles")
            if isinstance(roles, list) and {"buyer", "procuringEntity"} & {
                one for one in roles if isinstance(one, str)
            }:
                found.add(name)
        return frozenset(found - {""})


def code_of(item: Mapping[str, Any], digits: int = 4) -> str:
    """Return scheme and first digits of an item's class; "" without one."""
    source = table(item.get("classification"))
    code = text(source.get("id"))
    return f"{text(source.get('scheme'))}:{code[:digits]}" if code else ""


def _lots(source: Mapping[str, Any]) -> frozenset[str]:
    named = source.get("relatedLots")
    found = {text(each) for each in named} if isinstance(named, list) else set()
    found |= {text(source.get("relatedLot")), text(source.get("lotID"))}
    found |= {text(each.get("relatedLot")) for _place, each in rows(source.get("items"))}
    return frozenset(found - {""})
