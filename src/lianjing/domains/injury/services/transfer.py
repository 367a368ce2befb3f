"""What the employer passes on to the worker, entered by the employer with the bank's voucher (W3, W8)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from lianjing.domains.injury.models import BenefitItem, TransferToWorker
from lianjing.domains.injury.queries.ledger import owed_by_employer, passed_on, transfer_due
from lianjing.domains.injury.rules.entitlement import EMPLOYER
from lianjing.domains.injury.rules.proof import check_transfer
from lianjing.domains.injury.services.account import own_account
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.documents.models import Document
from lianjing.runtime.matter.acting import act_on
from lianjing.runtime.org.models import Post
from lianjing.runtime.org.queries import actor_with
from lianjing.runtime.trail.act import Actor, legal_day

AGENT = "employer_agent"
CLAUSE = "zone_injury#8"


def enter_transfer(
    *,
    item_id: int,
    document_id: int,
    amount: Decimal,
    paid_on: date,
    voucher_no: str,
    account_no: str,
    person_id: int,
    now: datetime,
    bank_name: str = "",
    key: str = "",
    channel: str = "web",
) -> TransferToWorker:
    """Enter a transfer to the worker with its voucher, by the employer's own agent; late ones are taken and marked.

    Refusal for another employer's agent, for more than is owed, for a voucher number used before or an account that
    is another's; BadInput without the file or for a day that cannot be.
    """
    item = BenefitItem.objects.select_related(
        "injury__employer_enterprise", "injury__worker", "claim__matter"
    ).get(pk=item_id)
    if item.claim is None:
        raise BadInput(_("该项目没有平台上的申领"), "item")
    actor = _agent(item, person_id, legal_day(now), channel)
    parts = [str(item_id), str(document_id), str(amount), paid_on.isoformat(), voucher_no]
    with act_on("injury.transfer", item.claim.matter, actor, now, key, parts) as (act, done):
        if done:
            return TransferToWorker.objects.filter(benefit_item=item, voucher_no=voucher_no).latest("id")
        document = _voucher(item, document_id)
        check_transfer(amount, owed=owed_by_employer(item), passed_on=passed_on(item.pk))
        begun = item.paid_on or item.approved_on
        if paid_on > act.day or (begun is not None and paid_on < begun):
            raise BadInput(_("转付日应在支付日之后、今日之前"), "paid_on")
        require_new(voucher_no)
        row = act.save(
            TransferToWorker(
                benefit_item=item,
                amount=amount,
                paid_on=paid_on,
                voucher_no=voucher_no.strip(),
                voucher_document=document,
                payee_account=own_account(
                    act,
                    holder=f"natural_person:{item.injury.worker_id}",
                    holder_name=item.injury.worker.name,
                    account_no=account_no,
                    bank_name=bank_name,
                ),
                due_on=transfer_due(item),
            )
        )
        if item.payer == EMPLOYER:
            item.employer_receipt_document = document
            item.paid, item.paid_on = passed_on(item.pk), paid_on
            act.save(item)
        return row


def _agent(item: BenefitItem, person_id: int, day: date, channel: str) -> Actor:
    """Return the agent acting for this very employer; Refusal(POST) for anybody else's."""
    actor = actor_with(person_id, AGENT, day, channel=channel)
    firm = item.injury.employer_enterprise.credit_code
    if Post.objects.select_related("unit").get(pk=actor.post_id or 0).unit.enterprise_no != firm:
        raise Refusal(Ground.POST, "injury.other_employer", _("只能登记本单位职工的转付"), "zone_injury#12")
    return actor


def _voucher(item: BenefitItem, document_id: int) -> Document:
    claim = item.claim
    found = Document.objects.filter(
        pk=document_id, matter_id=claim.pk if claim else 0, kind="voucher"
    ).first()
    if found is None:
        raise BadInput(_("请上传银行转账凭证"), "file")
    return found


def require_new(voucher_no: str) -> None:
    """Refuse a voucher number that an earlier transfer has."""
    if not voucher_no.strip():
        raise BadInput(_("请填写银行流水号"), "voucher_no")
    if TransferToWorker.objects.filter(voucher_no=voucher_no.strip()).exists():
        raise Refusal(
            Ground.RED_LINE, "injury.transfer_reused", _("该银行流水号已登记，不得重复使用"), CLAUSE
        )
