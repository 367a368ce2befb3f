"""Writes of parties: enterprises, natural persons, accounts, ties; all parts of acts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from lianjing.kernel.identity import is_identity_number, masked_identity_number
from lianjing.kernel.refusal import BadInput
from lianjing.runtime.parties.models import Account, Enterprise, NaturalPerson, Tie
from lianjing.runtime.parties.numbers import (
    account_digest,
    account_mask,
    credit_code_complaint,
    plain_code,
)
from lianjing.runtime.parties.queries import enterprise_by_code
from lianjing.runtime.trail.act import Act

# Who may hold an account, and what kind of holder that is: a natural person outside is a person too.
HOLDER_KINDS = {"enterprise": "enterprise", "unit": "unit", "person": "person", "natural_person": "person"}


def register_enterprise(
    act: Act, *, name: str, credit_code: str = "", pinyin: str = "", is_import: bool = False, **columns: Any
) -> Enterprise:
    """Register an enterprise; part of an act. A code already registered is refused, one that breaks its checks too.

    An import keeps a code that breaks the checks (`is_import`; some early ones do) and warns with
    `numbers.credit_code_complaint`. The reading of the name is proposed, a given `pinyin` stands.
    """
    code = plain_code(credit_code)
    if not name.strip():
        raise BadInput(_("请填写企业名称"), "name")
    complaint = credit_code_complaint(code) if code else ""
    if complaint and not is_import:
        raise BadInput(complaint, "credit_code")
    if enterprise_by_code(code) is not None:
        raise BadInput(_("统一社会信用代码“%(code)s”已登记") % {"code": code}, "credit_code")
    reading = pinyin or " ".join(lazy_pinyin(name.strip()))
    columns.setdefault("kind", "company")
    return act.save(Enterprise(name=name.strip(), credit_code=code, pinyin=reading, **columns))


def correct_enterprise(act: Act, enterprise: Enterprise, **columns: Any) -> Enterprise:
    """Correct columns of an enterprise; part of an act, which keeps the former values."""
    if "credit_code" in columns:
        code = columns["credit_code"] = plain_code(columns["credit_code"])
        complaint = credit_code_complaint(code) if code else ""
        if complaint:
            raise BadInput(complaint, "credit_code")
        other = enterprise_by_code(code)
        if other is not None and other.pk != enterprise.pk:
            raise BadInput(_("统一社会信用代码“%(code)s”已登记") % {"code": code}, "credit_code")
    for name, value in columns.items():
        setattr(enterprise, name, value)
    if not enterprise.name.strip():
        raise BadInput(_("请填写企业名称"), "name")
    return act.save(enterprise)


def register_natural_person(act: Act, *, name: str, id_no: str = "") -> NaturalPerson:
    """Register a person outside the organisation; part of an act. Only the masked number is kept."""
    number = plain_code(id_no)
    if not name.strip():
        raise BadInput(_("请填写姓名"), "name")
    if number and not is_identity_number(number):
        raise BadInput(_("公民身份号码不正确，请核对"), "id_no")
    return act.save(
        NaturalPerson(name=name.strip(), id_no_masked=masked_identity_number(number) if number else "")
    )


def open_account(
    act: Act,
    *,
    holder: str,
    holder_name: str,
    account_no: str,
    bank_name: str = "",
    kind: str = "basic",
    from_on: date | None = None,
    **columns: Any,
) -> Account:
    """Enter an account of a holder ("enterprise:3", "unit:1", "person:9", "natural_person:4"); part of an act.

    The number is kept as keyed digest and mask only. BadInput for a holder who has this account already.
    """
    holder_kind, mark, number = holder.partition(":")
    if holder_kind not in HOLDER_KINDS or not mark or not number.isdigit():
        raise BadInput(_("账户户主不正确"), "holder")
    if not holder_name.strip():
        raise BadInput(_("请填写户名"), "holder_name")
    digest = account_digest(account_no)
    if Account.objects.filter(holder=holder, account_no_hash=digest, to_on__isnull=True).exists():
        raise BadInput(_("该账户已登记"), "account_no")
    columns.setdefault("unit_id", int(number) if holder_kind == "unit" else None)
    return act.save(
        Account(
            holder=holder,
            holder_name=holder_name.strip(),
            holder_kind=HOLDER_KINDS[holder_kind],
            account_no_hash=digest,
            account_no_masked=account_mask(account_no),
            bank_name=bank_name.strip(),
            kind=kind,
            from_on=from_on or act.day,
            **columns,
        )
    )


def close_account(act: Act, account: Account, *, to_on: date) -> Account:
    """Close an account with its last day; part of an act."""
    if account.from_on is not None and to_on < account.from_on:
        raise BadInput(_("停用日早于启用日"), "to_on")
    account.to_on = to_on
    return act.save(account)


def tie(
    act: Act,
    *,
    from_party: str,
    to_party: str,
    kind: str,
    source: str,
    from_on: date | None = None,
    **columns: Any,
) -> Tie:
    """Enter a tie between two parties with its source; part of an act."""
    if from_party == to_party:
        raise BadInput(_("关联双方不能相同"), "to_party")
    return act.save(
        Tie(from_party=from_party, to_party=to_party, kind=kind, source=source, from_on=from_on, **columns)
    )


def end_tie(act: Act, row: Tie, *, ended_on: date) -> Tie:
    """Close a tie: the day before `ended_on` is its last; part of an act."""
    row.to_on = ended_on - timedelta(days=1)
    return act.save(row)
