"""How numbers of parties are kept: codes in one spelling, account numbers only as a keyed digest and a mask."""

from __future__ import annotations

import unicodedata

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lianjing.kernel.identity import CreditCodeFault, credit_code_fault, masked_account_number
from lianjing.kernel.refusal import BadInput

# Names the use of the key; it must never change: every stored digest rests on it and on the installation's secret.
ACCOUNT_SALT = "lianjing.parties.account_no.1"


def plain_code(text: str) -> str:
    """Return a code in its one spelling: half width, capitals, without spaces and hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).upper().replace("-", "").split())


def plain_account_no(text: str) -> str:
    """Return an account number as digits; BadInput for one that no bank would issue."""
    number = plain_code(text)
    if not (number.isascii() and number.isdigit() and 8 <= len(number) <= 30):
        raise BadInput(_("银行账号应为8至30位数字"), "account_no")
    return number


def account_digest(account_no: str) -> str:
    """Return the digest by which an account number is recognised: HMAC-SHA256 under the installation's own key.

    Without the key the digest cannot be turned back by trying all numbers. Two installations do not share it.
    """
    return salted_hmac(ACCOUNT_SALT, plain_account_no(account_no), algorithm="sha256").hexdigest()


def account_mask(account_no: str) -> str:
    """Return the number as it is shown: the last four digits."""
    return masked_account_number(plain_account_no(account_no))


def credit_code_complaint(code: str) -> str:
    """Return what is wrong with a credit code in a sentence, "" for a good one: imports warn with it."""
    match credit_code_fault(plain_code(code)):
        case None:
            return ""
        case CreditCodeFault.FORM:
            return _("统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）")
        case CreditCodeFault.CHECK:
            return _("统一社会信用代码第18位校验码不正确，请核对营业执照")
        case CreditCodeFault.ORGANISATION:
            return _("统一社会信用代码第17位校验码不正确，请核对营业执照")
