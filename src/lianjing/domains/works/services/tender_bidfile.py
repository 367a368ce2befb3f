"""What a bid file says.

A bid file is JSON in UTF-8 (`lianjing-bid-1`): tender, bidder {name, credit_code}, price, days, quality,
manager {name, no}, staff [{name, role, id_no}], bond {form, amount, payer_name, account_no, bank_name, policy_no},
items [{code, name, unit, quantity, unit_price, provisional}],
files [{part, sha256, mac, cpu, disk, machine, create_key, cost_lock, author}], ip. Amounts are text in yuan.
Hardware numbers, addresses and account numbers are kept as keyed digests only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.rules.project import LARGEST_SUM
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.parties.numbers import plain_code

FORMAT = "lianjing-bid-1"
DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_ITEMS = 5000


def parsed(content: bytes) -> dict[str, Any]:
    """Return what a bid file says, checked; BadInput names the fault."""
    try:
        said = json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise BadInput(_("投标文件不是有效的 JSON"), "file") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadInput(_("投标文件格式应为 %(format)s") % {"format": FORMAT}, "file")
    bidder, bond = _part(said, "bidder"), _part(said, "bond")
    name, code = _text(bidder, "name"), plain_code(_text(bidder, "credit_code"))
    if not name or not code:
        raise BadInput(_("投标文件须写明投标人名称和统一社会信用代码"), "file")
    price = _amount(said, "price")
    if price is None or price <= 0:
        raise BadInput(_("报价须大于零"), "file")
    manager = _part(said, "manager")
    return {
        "bidder": {"name": name, "credit_code": code},
        "price": price,
        "days": _days(said),
        "quality": _text(said, "quality"),
        "manager": {"name": _text(manager, "name"), "no": _text(manager, "no")},
        "ip": _text(said, "ip"),
        "bond": {
            "form": _code(bond, "form", "bond_form"),
            "amount": _amount(bond, "amount"),
            **{each: _text(bond, each) for each in ("payer_name", "account_no", "bank_name", "policy_no")},
        },
        "staff": [
            {
                "name": _text(row, "name"),
                "role": _code(row, "role", "bid_member_role"),
                "id_no": _text(row, "id_no"),
            }
            for row in _rows(said, "staff")
        ],
        "items": [_item(row) for row in _rows(said, "items")],
        "files": [_features(row) for row in _rows(said, "files")],
    }


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    unit_price, code = _amount(row, "unit_price"), _text(row, "code")
    if unit_price is None or not code:
        raise BadInput(_("清单每项须有编码和综合单价"), "file")
    return {
        "code": code,
        "name": _text(row, "name"),
        "unit": _text(row, "unit"),
        "quantity": _amount(row, "quantity"),
        "unit_price": unit_price,
        "provisional": row.get("provisional") is True,
    }


def _features(row: Mapping[str, Any]) -> dict[str, str]:
    names = ("mac", "cpu", "disk", "machine", "create_key", "cost_lock", "author")
    digest = _text(row, "sha256").lower()
    return {
        "part": _code(row, "part", "bid_part"),
        "sha256": digest if DIGEST.fullmatch(digest) else "",
        **{name: _text(row, name) for name in names},
    }


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name) or {}
    if not isinstance(found, dict):
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": name}, "file")
    return found


def _rows(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name) or []
    if (
        not isinstance(found, list)
        or len(found) > MOST_ITEMS
        or any(not isinstance(row, dict) for row in found)
    ):
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": name}, "file")
    return found


def _text(said: Mapping[str, Any], name: str) -> str:
    found = said.get(name)
    return "" if found is None else str(found).strip()[:500]


def _amount(said: Mapping[str, Any], name: str) -> Decimal | None:
    text = _text(said, name)
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": name}, "file") from error
    if not amount.is_finite() or not 0 <= amount <= LARGEST_SUM:
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": name}, "file")
    return amount.quantize(Decimal("0.01")) if name != "quantity" else amount.quantize(Decimal("0.000001"))


def _days(said: Mapping[str, Any]) -> int | None:
    text = _text(said, "days")
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": "days"}, "file")
    return int(text) if text else None


def _code(said: Mapping[str, Any], name: str, codelist: str) -> str:
    text = _text(said, name)
    if text and text not in codes.codes(codelist):
        raise BadInput(_("投标文件的“%(name)s”写法不正确") % {"name": name}, "file")
    return text
