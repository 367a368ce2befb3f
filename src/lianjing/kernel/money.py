"""Amounts as papers write them in capitals (大写) and as persons type them."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from lianjing.kernel.refusal import BadInput

CENT = Decimal("0.01")
LIMIT = Decimal("9999999999.99")  # what the books take in one figure (architecture, decision 12)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_SECTIONS = ("", "万", "亿")
_PLAIN = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?", re.ASCII)


class BadAmount(BadInput):
    """A typed amount that is not one. `reason` is the sentence with its places, for translation at the edge."""

    def __init__(self, reason: str, field: str = "", /, **values: str) -> None:
        self.reason = reason
        self.values = values
        super().__init__(reason % values if values else reason, field)


def cents(amount: Decimal) -> Decimal:
    """Round to whole fen, half up, as invoices do."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def capitals(amount: Decimal) -> str:
    """Write an amount in yuan in capitals with the prefix 人民币 (支付结算办法 annex).

    整 follows 元 and 角, never 分; a zero in the place of 元 before 角 is written. BadAmount beyond the limit or
    with parts of a fen.
    """
    if amount != cents(amount):
        raise BadAmount("金额最多两位小数")
    if abs(amount) > LIMIT:
        raise BadAmount("金额不得超过%(limit)s元", limit=f"{LIMIT:,.2f}")
    whole, fen = divmod(int(abs(amount) * 100), 100)
    sign = "负" if amount < 0 else ""
    return f"人民币{sign}{_whole(whole)}{_fraction(whole, *divmod(fen, 10))}"


def _whole(yuan: int) -> str:
    if not yuan:
        return ""
    sections = []
    while yuan:
        yuan, section = divmod(yuan, 10_000)
        sections.append(section)
    text, is_gap = "", False
    for place in reversed(range(len(sections))):
        section = sections[place]
        if section == 0:
            is_gap = True
            continue
        is_gap = bool(text) and (is_gap or section < 1000)
        text += ("零" if is_gap else "") + _section(section) + _SECTIONS[place]
        is_gap = False
    return text + "元"


def _section(section: int) -> str:
    """Write 1 to 9999, several zeros inside as one, none at either end."""
    text, is_gap = "", False
    for digit, place in zip(f"{section:04d}", _PLACES, strict=True):
        if digit == "0":
            is_gap = bool(text)
            continue
        text += ("零" if is_gap else "") + _DIGITS[int(digit)] + place
        is_gap = False
    return text


def _fraction(yuan: int, jiao: int, fen: int) -> str:
    if not jiao and not fen:
        return "整" if yuan else "零元整"
    text = "零" if yuan and (not jiao or yuan % 10 == 0) else ""
    if jiao:
        text += _DIGITS[jiao] + "角"
    return text + (_DIGITS[fen] + "分" if fen else "整")


def parse_amount(
    text: str, *, field: str = "", may_be_negative: bool = False, may_be_zero: bool = True
) -> Decimal:
    """Read an amount in yuan as a person types it: full-width digits, thousands commas, ¥ and 元 are taken.

    Commas must stand at thousands, so that "1,5" is never read as 15. A unit such as 万 is refused, not guessed.
    BadAmount names the fault.
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    plain = plain.removeprefix("人民币").removeprefix("¥").removesuffix("元").strip()
    if not plain:
        raise BadAmount("请填写金额", field)
    if any(unit in plain for unit in "万亿千百"):
        raise BadAmount("请以元为单位填写金额，不要写“万元”“亿元”", field)
    if not _PLAIN.fullmatch(plain):
        raise BadAmount("“%(text)s”不是金额，请填写数字，例如 12,345.60", field, text=text.strip()[:30])
    return _bounded(Decimal(plain.replace(",", "")), field, may_be_negative, may_be_zero)


def _bounded(amount: Decimal, field: str, may_be_negative: bool, may_be_zero: bool) -> Decimal:
    if abs(amount) > LIMIT:
        raise BadAmount("金额不得超过%(limit)s元", field, limit=f"{LIMIT:,.2f}")
    if amount != cents(amount):
        raise BadAmount("金额最多两位小数", field)
    if amount < 0 and not may_be_negative:
        raise BadAmount("金额不能为负数", field)
    if amount == 0 and not may_be_zero:
        raise BadAmount("金额必须大于零", field)
    return cents(amount) if amount else Decimal("0.00")
