"""The award: gate of the law, a committee by lot, ballots with reasons, the result computed from them, the notice."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Award, Bid, Candidate, Project, Tender
from lianjing.domains.works.queries.tendering import tenders_to_award
from lianjing.domains.works.rules import award as rules
from lianjing.domains.works.rules.project import is_state_money
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.domains.works.services.tender_acts import (
    official_of,
    on_tender,
)
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.fact.services import publish as publish_fact
from lianjing.runtime.fact.services import withdraw_all
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.publicity.queries import open_objections
from lianjing.runtime.publicity.services import publish

COMMITTEE = "zone_award#9"
RESULT_DAYS = 1


def record_of(deed: Deed) -> Award:
    """Return the award of the deed's matter, read inside the act."""
    return Award.objects.select_related("tender__matter", "bid__enterprise").get(pk=deed.matter.pk)


def is_bound(tender: Tender) -> bool:
    """Return whether the law binds the award to the first rank (regulation, article 55)."""
    project = Project.objects.get(pk=tender.project_id)
    return tender.is_mandatory and is_state_money(
        project.fund_kind, is_state_controlled=project.is_state_controlled
    )


def first_standing(tender: Tender) -> int:
    """Return the first rank whose award was not lost: the one that the law binds to."""
    lost = set(
        Award.objects.filter(tender=tender, status="cancelled", rank__isnull=False).values_list(
            "rank", flat=True
        )
    )
    ranks = Candidate.objects.filter(tender=tender).order_by("rank").values_list("rank", flat=True)
    return next((rank for rank in ranks if rank is not None and rank not in lost), 0)


def prepare(deed: Deed) -> dict[str, Any]:
    """Begin the award of one tender: its own method, the gate of the law, the paper of the basis."""
    data = deed.data
    tender = next((row for row in tenders_to_award(deed.root.pk) if row.pk == data["tender"]), None)
    own = Award.objects.filter(pk=deed.matter.pk).select_related("tender").first()
    if tender is None and own is not None and own.tender_id == data["tender"]:
        tender = own.tender
    if tender is None:
        raise Refusal(
            Ground.GATE,
            "award.not_ready",
            _("该招标尚不能定标：公示未满、异议未办结或已定标"),
            "zone_award#1",
        )
    if open_objections(tender.pk):
        raise Refusal(
            Ground.RULE,
            "tender.objection_open",
            _("尚有未办结的异议或投诉，不得进入定标"),
            "tendering_regulation#54",
        )
    rules.check_method(data["method"], tender.award_method)
    basis = data["legal_basis"]
    rules.check_basis(
        data["method"],
        is_bound=is_bound(tender),
        legal_basis=basis,
        has_paper=Document.objects.filter(matter=deed.matter, kind="approval").exists(),
    )
    row = own or Award(matter=deed.matter, tender=tender)
    row.tender, row.method, row.status = tender, data["method"], "pending"
    row.legal_basis, row.legal_basis_clause = basis, data["legal_basis_clause"]
    row.bid = row.enterprise = row.amount = row.rank = None
    deed.act.save(row)
    if row.method not in rules.BY_BALLOT:
        decide_for(deed, row, _by_rule(tender, row.method), data["reason"])
    return {"award_method": row.method}


def _by_rule(tender: Tender, method: str) -> Bid:
    """Return the winner that no ballot decides: the first standing rank, or the lowest price among the candidates."""
    lost = Award.objects.filter(tender=tender, status="cancelled", bid__isnull=False).values("bid_id")
    rows = (
        Candidate.objects.filter(tender=tender)
        .exclude(bid_id__in=lost)
        .select_related("bid__enterprise")
        .order_by("rank")
    )
    found = [row.bid for row in rows]
    if not found:
        raise Refusal(
            Ground.RULE,
            "award.no_candidate",
            _("没有可以定标的中标候选人，应当重新招标"),
            "tendering_regulation#55",
        )
    return min(found, key=lambda bid: bid.price or Decimal(0)) if method == "price" else found[0]


def decide_for(deed: Deed, row: Award, bid: Bid, reason: str) -> None:
    """Write the winner if the law allows him; it binds once confirmed and the notice is out."""
    rules.check_award(
        bid.rank or 0,
        required_rank=first_standing(row.tender) or int(figure("works.tender.required_rank", deed.day)),
        candidates_max=int(figure("works.tender.candidates_max", deed.day)),
        is_mandatory=row.tender.is_mandatory,
        is_state_money=is_bound(row.tender) if row.tender.is_mandatory else False,
        legal_basis=row.legal_basis,
    )
    row.bid, row.enterprise, row.amount, row.rank = bid, bid.enterprise, bid.price or Decimal(0), bid.rank
    row.reason = reason
    deed.act.save(row)


def decided(deed: Deed) -> dict[str, Any]:
    """Carry on with what the table decided."""
    return NO_VARIABLES


def confirm(deed: Deed) -> dict[str, Any]:
    """Confirm the award as computed; it binds once the notice is out."""
    row = record_of(deed)
    if row.bid is None:
        raise Refusal(Ground.RULE, "award.no_result", _("尚无定标结果"), COMMITTEE)
    decide_for(deed, row, row.bid, row.reason)
    for other in Bid.objects.filter(tender=row.tender, is_winner=True).exclude(pk=row.bid.pk):
        other.is_winner = False
        deed.act.save(other)
    row.bid.is_winner = True
    deed.act.save(row.bid)
    row.decided_on = deed.day
    deed.act.save(row)
    write_opinion(deed, "agree")
    return NO_VARIABLES


def notice(deed: Deed) -> dict[str, Any]:
    """Send the notice: the award is active, its result public, and the gate into contract has its fact."""
    row, data = record_of(deed), deed.data
    if row.decided_on is not None and data["notice_on"] < row.decided_on:
        raise BadInput(_("发出日不得早于定标日"), "notice_on")
    row.notice_no, row.notice_on, row.status = data["notice_no"], data["notice_on"], "active"
    row.reported_on = data["reported_on"]
    deed.act.save(row)
    if row.tender.method in ("open", "invited", "prequalified"):
        publish(
            deed.act,
            matter=deed.matter,
            kind="award",
            title=_("%(title)s中标结果公告") % {"title": row.tender.title},
            text=_("中标人：%(name)s；中标价：%(price)s元；定标办法按招标文件执行。")
            % {"name": row.enterprise.name if row.enterprise else "", "price": f"{row.amount:,.2f}"},
            media=[(each["medium"], each["address"]) for each in data["outlets"]] or [("platform", "")],
            from_on=deed.day,
            to_on=deed.day + timedelta(days=RESULT_DAYS),
        )
    publish_fact(
        deed.act, matter=deed.root, kind="tender_done", from_on=row.notice_on, source_matter=deed.matter
    )
    return NO_VARIABLES


def withdrawn(deed: Deed) -> None:
    """Mark the award cancelled: the tender may be awarded again."""
    row = Award.objects.filter(pk=deed.matter.pk).first()
    if row is not None:
        row.status = "cancelled"
        row.bid = row.rank = None
        deed.act.save(row)


def lose(*, award_id: int, reason: str, person_id: int, now: datetime, key: str = "") -> Award:
    """Enter that the winner withdrew, cannot perform or broke the law: the next rank may win, or the tender is repeated."""
    row = Award.objects.get(pk=award_id)
    with on_tender("award.lose", row.tender_id, person_id=person_id, now=now, key=key) as (act, tender):
        act.matter_id, act.reason = award_id, reason
        act.actor = official_of(tender, person_id, "tender_officer", act)
        row = Award.objects.select_related("bid", "tender__matter__root").get(pk=award_id)
        if row.status != "active":
            raise Refusal(Ground.STALE, "award.not_active", _("该定标结果不在有效状态"))
        if not reason.strip():
            raise BadInput(_("请写明原因和依据"), "reason")
        if has_contract(row):
            raise Refusal(
                Ground.RULE, "award.contracted", _("已签订合同，不能再取消定标结果"), "tendering_law#46"
            )
        row.status, row.reason = "cancelled", f"{row.reason}\n{reason.strip()}".strip()
        act.save(row)
        if row.bid is not None:
            row.bid.is_winner = False
            act.save(row.bid)
        if not Award.objects.filter(tender__project_id=tender.project_id, status="active").exists():
            withdraw_all(act, matter_id=tender.project_id, kind="tender_done")
        return row


def has_contract(row: Award) -> bool:
    """Return whether a live contract rests on the award."""
    rows = Contract.objects.filter(tender_id=row.tender_id)
    return rows.exclude(status__in=("cancelled", "draft")).exists()
