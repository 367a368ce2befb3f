"""Bid files as bidders' programs write them (format `lianjing-bid-1`), each from its own machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

BILL = (
    ("040101001", "挖一般土方", "m3", Decimal("0.18")),
    ("040203006", "沥青混凝土面层", "m2", Decimal("0.46")),
    ("040501004", "塑料管铺设", "m", Decimal("0.36")),
)
BANK = "澜汀农村商业银行望汀支行"
MANAGERS = ("尤桉", "池雎", "阚彧", "郜梁", "仰泽", "宿禾", "弋舟", "晁甫")


@dataclass(frozen=True)
class Offer:
    """What a firm bids; `said` replaces parts of its file, so that faults and signs of one hand can be played."""

    name: str
    credit_code: str
    price: Decimal
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def own(self) -> str:
        """A number that only this firm's machine has."""
        return hashlib.sha256(self.credit_code.encode()).hexdigest()


def bid_file(offer: Offer, *, tender: str, bond: Decimal | None = None, days: int = 300) -> bytes:
    """Return the bytes of an offer's file."""
    own = offer.own
    place = int(own[:8], 16)
    said: dict[str, Any] = {
        "format": "lianjing-bid-1",
        "tender": tender,
        "bidder": {"name": offer.name, "credit_code": offer.credit_code},
        "price": str(offer.price),
        "days": days,
        "quality": "合格",
        "manager": {"name": MANAGERS[place % len(MANAGERS)] + own[0], "no": f"建造师{place % 10**8:08d}"},
        "staff": [],
        "bond": _bond(offer, bond, place),
        "items": items(offer.price, place),
        "files": [_features("price", own), _features("technical", own)],
        "ip": f"10.{place % 200}.{place // 7 % 200}.{place // 11 % 200}",
    }
    return json.dumps(said | offer.said, ensure_ascii=False, sort_keys=True).encode()


def _bond(offer: Offer, amount: Decimal | None, place: int) -> dict[str, str]:
    if amount is None:
        return {}
    return {
        "form": "cash",
        "amount": str(amount),
        "payer_name": offer.name,
        "account_no": f"9900{place:012d}"[:16],
        "bank_name": BANK,
    }


def items(price: Decimal, place: int) -> list[dict[str, str]]:
    """Return the bill: the unit prices of two firms never stand in one ratio by themselves."""
    rows = []
    for seq, (code, name, unit, share) in enumerate(BILL):
        bent = share + Decimal((place >> seq * 4) % 16 - 8) / 400
        quantity = Decimal(1000 * (seq + 1))
        rows.append(
            {
                "code": code,
                "name": name,
                "unit": unit,
                "quantity": str(quantity),
                "unit_price": str((price * bent / quantity).quantize(Decimal("0.01"))),
            }
        )
    return rows


def _features(part: str, own: str) -> dict[str, str]:
    return {
        "part": part,
        "sha256": hashlib.sha256(f"{part}{own}".encode()).hexdigest(),
        "mac": own[0:12],
        "cpu": own[12:28],
        "disk": own[28:40],
        "machine": own[40:56],
        "create_key": own[8:40] + part,
        "cost_lock": own[20:36],
        "author": "",
    }


def digest_of(content: bytes) -> str:
    """Return the SHA-256 that is handed in."""
    return hashlib.sha256(content).hexdigest()


def same_machine(offers: Sequence[Offer]) -> list[Offer]:
    """Return the offers with the second made on the machine of the first: a sign that the room must show."""
    first, second, *rest = offers
    files = [_features("price", first.own), _features("technical", first.own)]
    return [
        first,
        Offer(second.name, second.credit_code, second.price, second.said | {"files": files}),
        *rest,
    ]
