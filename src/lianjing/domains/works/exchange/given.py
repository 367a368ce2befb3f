"""Reads a foreign JSON object by name and type: what is of the wrong kind is said, what nobody asked for is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.exchange.facts import Money
from lianjing.domains.works.rules.archive import is_real_currency
from lianjing.runtime.trail.act import LEGAL_ZONE

MOST = Decimal(10) ** 12  # a column of money holds less
_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was wrong with one field; the field was not taken, or not as it stood."""

    kind: str
    path: str
    value: str
    text: str


@dataclass
class Given:
    """One object of a file with the path at which it stands; `complaints` is shared by the whole file's row."""

    data: dict[str, Any]
    path: str
    complaints: list[Complaint]
    asked: set[str] = field(default_factory=set)
    inner: list[Given] = field(default_factory=list)

    def complain(self, kind: str, key: str, value: Any, text: str) -> None:
        """Note what is wrong with a field."""
        self.complaints.append(Complaint(kind, f"{self.path}/{key}".strip("/"), str(value)[:80], text))

    def _value(self, key: str) -> Any:
        self.asked.add(key)
        value = self.data.get(key)
        return None if value == "" else value

    def skip(self, *keys: str) -> None:
        """Say that fields are known and hold nothing for us: derived from others, or the package's own."""
        self.asked.update(keys)

    def text(self, key: str) -> str:
        """Return a text or number as text, "" where there is none."""
        value = self._value(key)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.complain("wrong_kind", key, value, _("应为文字，未采用"))
            return ""
        return str(value).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        value = self._value(key)
        if value is None:
            return ()
        parts = value if isinstance(value, list) else [value]
        kept = tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if len(kept) < len(parts):
            self.complain("wrong_kind", key, value, _("列表中有不是文字的内容，未采用"))
        return kept

    def whole(self, key: str) -> int | None:
        """Return a whole number of at least zero."""
        value = self._value(key)
        if value is None:
            return None
        number = self._number(value)
        if number is None or number != number.to_integral_value() or not 0 <= number < 2**31:
            self.complain("wrong_number", key, value, _("应为非负整数，未采用"))
            return None
        return int(number)

    def quantity(self, key: str) -> Decimal | None:
        """Return a decimal with up to six places."""
        value = self._value(key)
        number = self._number(value)
        if value is not None and (number is None or abs(number) >= MOST):
            self.complain("wrong_number", key, value, _("应为数字，未采用"))
            return None
        return number.quantize(Decimal("0.000001")) if number is not None else None

    @staticmethod
    def _number(value: Any) -> Decimal | None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        number = Decimal(value)
        return number if number.is_finite() and -30 < number.adjusted() < 30 else None

    def money(self, key: str) -> Money | None:
        """Return an amount with its currency: two places, not negative, at most what a column holds."""
        part = self.object(key)
        if not part.data:
            return None
        currency = part.text("currency").upper()
        raw = part._value("amount")
        if raw is None:
            return None
        amount = self._number(raw)
        if amount is None or not 0 <= amount < MOST:
            part.complain("wrong_amount", "amount", raw, _("金额应为非负数且不超过一万亿，未采用"))
            return None
        if currency and not is_real_currency(currency):
            part.complain("wrong_currency", "currency", currency, _("币种代码不正确，按币种不详处理"))
            currency = ""
        exact = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if exact != amount:
            part.complain("rounded", "amount", raw, _("金额超过两位小数，已四舍五入到分"))
        return Money(exact, currency)

    def moment(self, key: str) -> datetime | None:
        """Return a moment with its zone; a bare day is its midnight in the legal zone."""
        printed = self.text(key)
        if not printed:
            return None
        try:
            found = datetime.fromisoformat(printed)
        except ValueError:
            self.complain("wrong_date", key, printed, _("不是日期，未采用"))
            return None
        if not 1900 <= found.year <= 2200:
            self.complain("wrong_date", key, printed, _("日期超出范围，未采用"))
            return None
        return found if found.tzinfo else found.replace(tzinfo=LEGAL_ZONE)

    def day(self, key: str) -> date | None:
        """Return the day as printed, in the zone in which it was printed."""
        found = self.moment(key)
        return found.date() if found else None

    def object(self, key: str) -> Given:
        """Return an object, an empty one where there is none."""
        value = self._value(key)
        if value is not None and not isinstance(value, dict):
            self.complain("wrong_kind", key, value, _("应为对象，未采用"))
        return self._child(value if isinstance(value, dict) else {}, key)

    def objects(self, key: str) -> list[Given]:
        """Return the objects of a list, those of another kind left out."""
        value = self._value(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.complain("wrong_kind", key, value, _("应为列表，未采用"))
            return []
        found = []
        for place, part in enumerate(value):
            if isinstance(part, dict):
                found.append(self._child(part, f"{key}[{place}]"))
            else:
                self.complain("wrong_kind", f"{key}[{place}]", part, _("应为对象，未采用"))
        return found

    def _child(self, data: dict[str, Any], place: str) -> Given:
        child = Given(data, f"{self.path}/{place}".strip("/"), self.complaints)
        self.inner.append(child)
        return child

    def not_taken(self) -> Iterator[str]:
        """Yield the path of each filled field that nobody asked for, without places in lists."""
        for key, value in self.data.items():
            if key not in self.asked and value not in (None, "", [], {}):
                yield _PLACE.sub("", f"{self.path}/{key}".strip("/"))
        for child in self.inner:
            yield from child.not_taken()
