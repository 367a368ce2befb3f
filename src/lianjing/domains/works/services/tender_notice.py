"""What a tender makes public: the notice and its confirmation, the candidates, the end of their publicity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.models import Candidate, Tender
from lianjing.domains.works.rules import tender as rules
from lianjing.domains.works.services.basis import NO_VARIABLES, write_opinion
from lianjing.domains.works.services.tender import record_of
from lianjing.domains.works.services.tender_acts import require_running
from lianjing.kernel.refusal import BadInput, Ground, Refusal
from lianjing.runtime import codes
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.deed import Deed
from lianjing.runtime.publicity.models import Publicity
from lianjing.runtime.publicity.queries import has_run, open_objections
from lianjing.runtime.publicity.services import publish
from lianjing.runtime.trail.act import LEGAL_ZONE, legal_day


def announce(deed: Deed) -> dict[str, Any]:
    """Publish the notice in its media: from now on criteria and weights are locked and the deadline runs."""
    record, data = record_of(deed), deed.data
    deadline: datetime = data["deadline_at"]
    rules.check_bid_period(
        (legal_day(deadline) - deed.day).days,
        int(figure("works.tender.bid_period_days", deed.day)),
        is_mandatory=record.is_mandatory,
    )
    rules.check_sale_period(
        (data["sale_to_on"] - deed.day).days, int(figure("works.tender.document_sale_days", deed.day))
    )
    if deadline <= deed.now:
        raise BadInput(_("投标截止须晚于公告时间"), "deadline_at")
    publish(
        deed.act,
        matter=deed.matter,
        kind="tender_notice",
        title=_("%(title)s招标公告") % {"title": record.title},
        text=data["text"] or notice_text(record, deadline),
        media=[(row["medium"], row["address"]) for row in data["outlets"]],
        from_on=deed.day,
        to_on=data["sale_to_on"],
        contact_text=data["contact_text"],
    )
    record.filing_no = data["filing_no"]
    record.issued_at = record.weights_locked_at = deed.now
    record.published_on, record.deadline_at, record.deadline_on = deed.day, deadline, legal_day(deadline)
    if record.method == "invited":
        record.invited_at = deed.now
    record.status = "active"
    deed.act.save(record)
    return NO_VARIABLES


def notice_text(record: Tender, deadline: datetime) -> str:
    """Return the text of the notice as the plan gives it."""
    price = f"{record.control_price:,.2f}" if record.control_price is not None else _("不设")
    lines = (
        _("项目：%(title)s（%(code)s）") % {"title": record.title, "code": record.code},
        _("招标方式：%(method)s") % {"method": codes.label("tender_method", record.method)},
        _("最高投标限价：%(price)s元") % {"price": price},
        _("资格条件：%(text)s") % {"text": record.qualification or _("见招标文件")},
        _("定标办法：%(method)s") % {"method": codes.label("award_method", record.award_method)},
        _("投标截止：%(time)s") % {"time": f"{deadline.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"},
    )
    return "\n".join(lines)


def confirm_notice(deed: Deed) -> dict[str, Any]:
    """Confirm by another hand that the notice stands the same in all its media."""
    for row in Publicity.objects.filter(
        matter=deed.matter, kind="tender_notice", confirmed_at__isnull=True, taken_down_at__isnull=True
    ):
        row.confirmed_at, row.confirmed_by_person_id = deed.now, deed.person_id
        deed.act.save(row)
    return NO_VARIABLES


def candidates(deed: Deed) -> dict[str, Any]:
    """Publish the candidates that the evaluation computed, within its days and for its days."""
    record, data = record_of(deed), deed.data
    require_running(record.pk)
    least = int(figure("works.tender.publicity_days", deed.day))
    if (data["to_on"] - deed.day).days < least:
        raise Refusal(
            Ground.RULE,
            "tender.publicity_days",
            _("中标候选人公示期不得少于%(days)s日") % {"days": least},
            "tendering_regulation#54",
        )
    publish(
        deed.act,
        matter=deed.matter,
        kind="candidates",
        title=_("%(title)s中标候选人公示") % {"title": record.title},
        text=candidates_text(record),
        media=[(row["medium"], row["address"]) for row in data["outlets"]],
        from_on=deed.day,
        to_on=data["to_on"],
        contact_text=data["contact_text"],
    )
    return NO_VARIABLES


def candidates_text(record: Tender) -> str:
    """Return the text of the publicity from the rows: rank, name, price, quality, time, manager."""
    rows = Candidate.objects.filter(tender=record).select_related("bid__enterprise").order_by("rank")
    lines = [
        _(
            "第%(rank)s名：%(name)s，报价%(price)s元，工期%(days)s日，质量%(quality)s，项目负责人%(manager)s（%(no)s）"
        )
        % {
            "rank": row.rank,
            "name": row.bid.enterprise.name if row.bid.enterprise else "",
            "price": f"{row.bid.price:,.2f}",
            "days": row.bid.days or "—",
            "quality": row.bid.quality or "—",
            "manager": row.bid.manager_name or "—",
            "no": row.bid.manager_no or "—",
        }
        for row in rows
    ]
    return "\n".join(lines)


def settle(deed: Deed) -> dict[str, Any]:
    """Close the publicity: its days are over and every objection is answered; then the award may begin."""
    record = record_of(deed)
    notice = has_run(record.pk, "candidates", deed.day)
    if notice is None:
        raise Refusal(
            Ground.RULE, "tender.publicity_runs", _("中标候选人公示期未满"), "tendering_regulation#54"
        )
    if open_objections(record.pk):
        raise Refusal(
            Ground.RULE,
            "tender.objection_open",
            _("尚有未办结的异议或投诉，不得进入定标"),
            "tendering_regulation#54",
        )
    record.status = "complete"
    deed.act.save(record)
    write_opinion(deed, "agree")
    return NO_VARIABLES
