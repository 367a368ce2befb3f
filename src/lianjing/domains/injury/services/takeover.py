"""Writes of cases from before the platform: what was paid by proxy then enters as a statement of the agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import AdvanceProof, BenefitItem, Injury, TransferToWorker
from lianjing.domains.injury.queries.ledger import owed_by_employer, passed_on, transfer_due
from lianjing.domains.injury.rules.entitlement import FUND
from lianjing.domains.injury.rules.proof import EMPLOYER, WORKER, check_transfer
from lianjing.domains.injury.services.transfer import require_new
from lianjing.kernel.refusal import BadInput
from lianjing.runtime import codes
from lianjing.runtime.documents.services import upload
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.matter.queries import chain_of
from lianjing.runtime.matter.services import begin, number
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.parties.models import Account, Enterprise
from lianjing.runtime.parties.queries import accounts_with_number, enterprise_by_code
from lianjing.runtime.parties.services import open_account, register_natural_person
from lianjing.runtime.process.desk import actor_near
from lianjing.runtime.process.scope import open_to_act
from lianjing.runtime.trail.act import Act, answered, legal_day, recorded, request_digest
from lianjing.runtime.trail.models import Event

ACCEPTOR = "injury_acceptor"
SERIES = "工前"


@dataclass(frozen=True, slots=True)
class PaidItem:
    """One benefit from before the platform: what, how much, when and to whom it was paid, by which proof of an advance.

    `payer` employer marks what the employer itself owes; `paid_on` is None for what nobody has paid.
    """

    kind: str
    amount: Decimal
    paid_on: date | None
    route: str = EMPLOYER
    payer: str = FUND
    due_on: date | None = None
    proven: Decimal | None = None
    voucher_no: str = ""
    voucher_payer: str = ""
    account_no: str = ""
    account_name: str = ""

    @property
    def words(self) -> str:
        """The item in one line."""
        return "|".join(str(getattr(self, field.name)) for field in fields(self))


@dataclass(frozen=True, slots=True)
class OldCase:
    """An injury from before the platform: the worker, the employer by its code, the day, how he was insured."""

    worker_name: str
    credit_code: str
    injured_on: date
    id_no: str = ""
    insured_from_on: date | None = None
    injury_part: str = ""

    @property
    def words(self) -> str:
        """The case in one line."""
        return "|".join(str(getattr(self, field.name)) for field in fields(self))


def take_over(
    case: OldCase, items: Sequence[PaidItem], *, person_id: int, now: datetime, key: str = ""
) -> Matter:
    """Enter a case from before the platform, by the counter: an injury with its items as they stood, no claim."""
    day = legal_day(now)
    words = ["injury.take_over", str(person_id), case.words, *(each.words for each in items)]
    digest = request_digest(words)
    if (event := answered(key, digest)) is not None:
        return Matter.objects.get(pk__in=Event.objects.filter(id=event).values("matter_id"))
    actor = actor_with(person_id, ACCEPTOR, day)
    assert actor.unit_id is not None
    employer = _checked(case, items, day)
    with recorded(
        "injury.take_over",
        chain=f"unit:{actor.unit_id}",
        actor=actor,
        now=now,
        request_key=key,
        request_sha256=digest,
    ) as act:
        matter = begin(
            act,
            domain="injury",
            kind="injury",
            title=_("%(day)s工伤（平台前）") % {"day": case.injured_on.isoformat()},
            unit_id=actor.unit_id,
            stage="benefit",
            is_before_platform=True,
            handler_person_id=person_id,
            handler_post_id=actor.post_id,
        )
        number(act, matter, SERIES)
        matter.title = f"{matter.code} {matter.title}"
        act.save(matter)
        act.chain = chain_of(matter)
        injury = _injury(act, matter, case, employer)
        for each in items:
            _item(act, injury, each)
        return matter


def _injury(act: Act, matter: Matter, case: OldCase, employer: Enterprise) -> Injury:
    worker = register_natural_person(act, name=case.worker_name, id_no=case.id_no)
    return act.save(
        Injury(
            matter=matter,
            worker=worker,
            employer_enterprise=employer,
            injured_on=case.injured_on,
            decision="injury",
            is_insured=case.insured_from_on is None or case.insured_from_on <= case.injured_on,
            insured_from_on=case.insured_from_on,
            injury_part=case.injury_part,
            proxy=f"enterprise:{employer.pk}",
        )
    )


def _item(act: Act, injury: Injury, each: PaidItem) -> None:
    row = act.save(
        BenefitItem(
            injury=injury,
            kind=each.kind,
            payer=each.payer,
            entitled=each.amount,
            reimbursable=each.amount if each.payer == FUND else None,
            formula=_("平台前已付") if each.paid_on else _("平台前应付"),
            claimed_on=each.paid_on,
            approved_on=each.due_on if each.payer != FUND else each.paid_on,
            due_on=each.due_on,
            route=each.route,
            paid=each.amount if each.paid_on else None,
            paid_on=each.paid_on,
            payee_account=_account(act, each),
        )
    )
    if each.proven is not None:
        act.save(
            AdvanceProof(
                injury=injury,
                benefit_item=row,
                voucher_no=each.voucher_no,
                payer_name=each.voucher_payer or injury.employer_enterprise.name,
                amount=each.proven,
                paid_on=injury.injured_on,
                is_verified=True,
            )
        )


def _account(act: Act, each: PaidItem) -> Account | None:
    """The account that was paid; one that is known already stays the same row."""
    if not each.account_no:
        return None
    known: Account | None = accounts_with_number(each.account_no).order_by("pk").first()
    if known is not None:
        return known
    holder = register_natural_person(act, name=each.account_name, id_no="")
    opened: Account = open_account(
        act,
        holder=f"natural_person:{holder.pk}",
        holder_name=each.account_name,
        account_no=each.account_no,
        kind="personal",
    )
    return opened


def _checked(case: OldCase, items: Sequence[PaidItem], day: date) -> Enterprise:
    employer: Enterprise | None = enterprise_by_code(case.credit_code)
    if employer is None:
        raise BadInput(_("没有该统一社会信用代码的单位"), "credit_code")
    if not items:
        raise BadInput(_("请逐项填写平台前的待遇"), "items")
    for each in items:
        if each.kind not in codes.codes("benefit_kind") or each.route not in (EMPLOYER, WORKER):
            raise BadInput(_("待遇项目或者收款方填写有误"), "items")
        if each.amount <= 0 or not case.injured_on <= (each.paid_on or day) <= day:
            raise BadInput(_("金额应大于零，支付日应在受伤日之后、今天之前"), "items")
    return employer


def pass_on(
    *,
    item_id: int,
    content: bytes,
    file_name: str,
    amount: Decimal,
    paid_on: date,
    voucher_no: str,
    person_id: int,
    now: datetime,
    key: str = "",
    is_fictitious: bool = False,
) -> TransferToWorker:
    """Enter what an employer passed on of an item without a claim, with the bank's voucher that it handed in.

    By an officer of the agency. The voucher is kept in the case's file by an act of its own; Refusal for more than is
    owed and for a voucher number that was used.
    """
    item = BenefitItem.objects.select_related("injury__matter").get(pk=item_id)
    matter = item.injury.matter
    open_to_act(person_id, matter.pk, legal_day(now))
    actor = actor_near(person_id, legal_day(now), unit_id=matter.unit_id, own_only=True)
    if item.claim_id is not None:
        raise BadInput(_("该项目有平台上的申领，由用人单位登记转付"), "item")
    begun = item.paid_on or item.approved_on
    if paid_on > legal_day(now) or (begun is not None and paid_on < begun):
        raise BadInput(_("转付日应在支付日之后、今日之前"), "paid_on")
    document = upload(
        matter_id=matter.pk,
        kind="voucher",
        title=_("转付凭证%(no)s") % {"no": voucher_no.strip()},
        content=content,
        file_name=file_name,
        actor=actor,
        now=now,
        is_fictitious=is_fictitious,
    )
    parts = [str(item_id), f"{amount:.2f}", paid_on.isoformat(), voucher_no.strip()]
    with act_on("injury.transfer", matter, actor, now, key, parts) as (act, done):
        if done:
            return TransferToWorker.objects.filter(benefit_item=item, voucher_no=voucher_no.strip()).latest(
                "pk"
            )
        check_transfer(amount, owed=owed_by_employer(item), passed_on=passed_on(item.pk))
        require_new(voucher_no)
        return act.save(
            TransferToWorker(
                benefit_item=item,
                amount=amount,
                paid_on=paid_on,
                voucher_no=voucher_no.strip(),
                voucher_document=document,
                due_on=transfer_due(item),
            )
        )
