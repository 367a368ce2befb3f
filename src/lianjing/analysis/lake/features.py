"""Features made at export in Python, since engines differ in what they do to Chinese text."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping

from pypinyin import lazy_pinyin

SHINGLE = 5
SHINGLE_DIGITS = 16
NOT_LETTERS = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
# What stands in nearly every firm's name and tells nothing of which firm it is.
FORM_WORDS = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|集团|公司|分公司|合伙企业|有限合伙|个体工商户|事务所|经营部|工作室)"
)
TRADE_WORDS = re.compile(
    r"(建设|建筑|工程|市政|园林|绿化|装饰|装修|监理|咨询|管理|设计|勘察|造价|招标|代理|项目|技术|科技|实业|"
    r"发展|投资|贸易|服务|环境|交通|路桥|水利|电力|机电|安装|材料)"
)
PLACE_WORDS = re.compile(r"(中国|[\u4e00-\u9fff]{1,3}(省|市|县|区|镇|乡|街道))")


def norm(text: str) -> str:
    """Return full width made half, small letters, without blanks, punctuation and brackets."""
    return NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).lower())


def core(text: str) -> str:
    """Return what is left of a firm's name without place, trade and legal form; the normalised name if nothing is."""
    plain = norm(text)
    short = TRADE_WORDS.sub("", FORM_WORDS.sub("", PLACE_WORDS.sub("", plain)))
    return short or plain


def pinyin(text: str) -> str:
    """Return the reading of the normalised text without tones, syllables apart by blanks."""
    return " ".join(lazy_pinyin(norm(text)))


def bigrams(text: str) -> str:
    """Return the sorted, distinct pairs of neighbouring characters of the normalised text."""
    plain = norm(text)
    return " ".join(sorted({plain[place : place + 2] for place in range(len(plain) - 1)}))


def digits(text: str) -> str:
    """Return the digits of a telephone number, without the country's code."""
    found = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return found[2:] if len(found) == 13 and found.startswith("86") else found


def shingles(text: str, size: int = SHINGLE) -> frozenset[str]:
    """Return the digests of all runs of `size` characters of the normalised text."""
    plain = norm(text)
    return frozenset(
        hashlib.sha256(plain[place : place + size].encode()).hexdigest()[:SHINGLE_DIGITS]
        for place in range(len(plain) - size + 1)
    )


def digest_of(text: str, key: bytes) -> str:
    """Return the keyed digest of a telephone number, '' of none: for equality only."""
    plain = digits(text)
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest() if plain else ""


FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    "norm": norm,
    "core": core,
    "pinyin": pinyin,
    "bigrams": bigrams,
    "digits": digits,
}
