"""Column types of the business tables: money, codes and links, so that every app spells them alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes


class CodeField(models.CharField):
    """A code out of one list; writing any other raises BadInput. Empty text means not known yet."""

    def __init__(self, verbose_name: str = "", *, codelist: str = "", **options: Any) -> None:
        self.codelist = codelist
        options.setdefault("max_length", 40)
        options.setdefault("blank", True)
        options.setdefault("default", "")
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options["codelist"] = self.codelist
        return name, path, args, options

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value and not codes.has(self.codelist, value):
            raise BadInput(f"{value!r}: {self.codelist}", self.name)
        return value


class MoneyField(models.DecimalField):
    """Yuan with two places, up to 9,999,999,999.99 (architecture, decision 12)."""

    def __init__(self, verbose_name: str = "", **options: Any) -> None:
        options["max_digits"] = 14
        options["decimal_places"] = 2
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options


class RatioField(models.DecimalField):
    """A fraction or another plain decimal with six places."""

    def __init__(self, verbose_name: str = "", **options: Any) -> None:
        options["max_digits"] = 18
        options["decimal_places"] = 6
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options


def fen(amount: Decimal) -> int:
    """Return whole fen of an amount in yuan, as decisions and the lake count."""
    return int((amount * 100).to_integral_value())


def yuan(amount_fen: int | Decimal) -> Decimal:
    """Return yuan with two places of an amount in fen."""
    return (Decimal(amount_fen) / 100).quantize(Decimal("0.01"))
