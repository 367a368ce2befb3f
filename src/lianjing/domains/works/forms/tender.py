"""Form F3: plan, opening, evaluation, award and notice of a tender."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
    cells,
    coded,
    day_field,
    line,
    money,
    opinion,
    prose,
    whole,
)
from lianjing.domains.works.models import Bid, Tender
from lianjing.domains.works.queries.standing import same_kind
from lianjing.domains.works.rules.project import in_order
from lianjing.domains.works.rules.tender import THRESHOLD_OF, may_be_split
from lianjing.runtime import codes
from lianjing.runtime.columns import yuan
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField


class TenderPlanForm(WorksForm):
    """Step plan: what is bought, how and at most for how much. Filled in by the tender officer."""

    title = line(_("标段名称"), _("例如“望汀大道北延工程施工”"), longest=80)
    code = line(_("招标编号"), _("例如 ZB-2025-018"), longest=40)
    procurement_category = coded(
        _("采购类别"),
        "procurement_category",
        "works",
        "epc",
        "goods",
        "survey",
        "design",
        "supervision",
        "services",
        help_text=_("决定必须招标的限额"),
    )
    estimated = money(_("估算合同额（元）"), _("同一项目中可以合并的采购合并填写"))
    budget_money = money(_("其中预算资金（元）"), _("财政预算资金；没有填0"))
    control_price = money(_("最高投标限价（元）"), _("高于此价的投标无效"), required=False)
    method = coded(
        _("采购方式"),
        "tender_method",
        "open",
        "invited",
        "prequalified",
        "competitive_consultation",
        "competitive_negotiation",
        "inquiry",
        "comparison",
        "single_source",
        "direct",
    )
    method_reason = prose(_("方式理由"), _("不采用公开招标的须写明"), required=False)
    exception_basis = prose(
        _("例外依据"), _("必须招标而不公开招标的，写明法律依据和批准文号"), required=False
    )
    evaluation_method = coded(_("评标办法"), "evaluation_method")
    award_method = coded(_("定标办法"), "award_method", help_text=_("在招标文件中确定，不得事后更改"))
    published_on = day_field(_("计划公告日"))
    deadline_on = day_field(_("投标截止"), _("依法必须招标的，自公告起不少于二十日"))

    def prepare(self) -> None:
        """Show the plan as it stood before a return."""
        found = Tender.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in self.fields if hasattr(found, name)})

    def clean(self) -> dict[str, Any]:
        """Refuse a deadline before the notice, a plan without amount, another method without reason."""
        cleaned = super().clean()
        if "estimated" in cleaned and not cleaned["estimated"]:
            self.add_error("estimated", _("估算合同额须大于零"))
        if self.sum_of("budget_money") > self.sum_of("estimated"):
            self.warn(_("预算资金大于估算合同额，请核对"))
        start, end = cleaned.get("published_on"), cleaned.get("deadline_on")
        if start and end and not in_order(start, end):
            self.add_error("deadline_on", _("投标截止不得早于公告日"))
        if start and end and (end - start).days < figure("works.tender.bid_period_days", self.day):
            self.warn(_("公告至截止不足法定期限；判定为必须招标的将不能批准"))
        if cleaned.get("method") not in (None, "", "open") and not self.text_of("method_reason").strip():
            self.add_error("method_reason", _("不采用公开招标的须写明理由"))
        return cleaned


class LegalityForm(WorksForm):
    """Step legality: fair competition and splitting. Filled in by the legal officer."""

    is_fair = forms.BooleanField(label=_("没有指定品牌、地区等不公平条件"), required=True)
    is_whole = forms.BooleanField(
        label=_("没有化整为零规避招标"), help_text=_("同类采购十二个月内合并看"), required=True
    )
    opinion = opinion()

    def prepare(self) -> None:
        """Warn where the same kind of purchase was made in parts that together reach the threshold."""
        tender = Tender.objects.filter(pk=self.matter.pk).first()
        key = THRESHOLD_OF.get(tender.procurement_category) if tender is not None else None
        if tender is None or key is None or tender.control_price is None or tender.published_on is None:
            return
        months = int(figure("works.tender.split_window_months", self.day))
        others = same_kind(tender, tender.published_on - timedelta(days=months * 365 // 12))
        if may_be_split(tender.control_price, others, yuan(figure(key, self.day))):
            self.warn(_("同类采购合计已达必须招标限额，请核查是否化整为零"))


class OpenBidsForm(WorksForm):
    """Step open_bids: who bid and at what price, as read out."""

    past_days: ClassVar[tuple[str, ...]] = ("opened_on",)
    opened_on = day_field(_("开标日"), _("即投标截止日，不得早于投标截止"))
    bids = RowsField(
        cells(
            name=line(_("投标人"), longest=80),
            credit_code=line(_("统一社会信用代码"), required=False, longest=18),
            price=money(_("报价（元）")),
        ),
        label=_("投标人"),
        help_text=_("按开标记录逐家填写；少于三家不得开标"),
        min_rows=1,
    )

    def prepare(self) -> None:
        """Show the bids as entered before a return."""
        found = Bid.objects.filter(tender_id=self.matter.pk).select_related("enterprise").order_by("id")
        self.initial["bids"] = [
            {"name": b.enterprise.name, "credit_code": b.enterprise.credit_code, "price": b.price}
            for b in found
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse the same bidder twice, an opening before the deadline, and a price of nothing."""
        cleaned = super().clean()
        bids = cleaned.get("bids") or []
        names = [each["name"] for each in bids] + [
            each["credit_code"] for each in bids if each["credit_code"]
        ]
        if len(set(names)) < len(names):
            self.add_error("bids", _("同一投标人只能登记一次"))
        if any(not each["price"] for each in bids):
            self.add_error("bids", _("报价须大于零"))
        tender = Tender.objects.filter(pk=self.matter.pk).first()
        opened = cleaned.get("opened_on")
        if tender is not None and tender.deadline_on and opened and opened < tender.deadline_on:
            self.add_error("opened_on", _("开标日不得早于投标截止"))
        return cleaned


class EvaluateForm(WorksForm):
    """Step evaluate: validity, score and rank of each bid, as the evaluation report says."""

    past_days: ClassVar[tuple[str, ...]] = ("report_on",)
    report_on = day_field(_("评标报告日"))

    def prepare(self) -> None:
        """Offer exactly the bids that were opened."""
        bids = list(Bid.objects.filter(tender_id=self.matter.pk).select_related("enterprise").order_by("id"))
        offered = [(str(b.pk), f"{b.enterprise.name}（{b.price:,.2f}）") for b in bids]
        self.fields["results"] = RowsField(
            cells(
                bid=forms.ChoiceField(label=_("投标人"), choices=[("", "—"), *offered]),
                status=forms.ChoiceField(
                    label=_("有效性"),
                    choices=[("", "—"), *codes.choices("bid_status", "valid", "disqualified")],
                ),
                reason=line(_("否决理由"), required=False),
                score=forms.DecimalField(
                    label=_("总分"), required=False, min_value=0, max_digits=9, decimal_places=3
                ),
                rank=whole(_("名次"), required=False, least=1),
            ),
            label=_("评标结果"),
            help_text=_("每家一行；高于限价的自动作无效处理；有效投标从第1名起连续排名"),
            min_rows=len(bids),
        )
        self.initial["results"] = [
            {
                "bid": str(b.pk),
                "status": "disqualified" if b.status == "disqualified" else "valid",
                "reason": b.disqualified_text,
                "score": b.total_score,
                "rank": b.rank,
            }
            for b in bids
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a bidder left out or named twice, and a report before the opening."""
        cleaned = super().clean()
        named = [each["bid"] for each in cleaned.get("results") or []]
        if "results" in cleaned and len(named) != len(set(named)):
            self.add_error("results", _("每家投标人填写一行"))
        tender = Tender.objects.filter(pk=self.matter.pk).first()
        if tender is not None and not in_order(tender.opened_on, cleaned.get("report_on")):
            self.add_error("report_on", _("评标报告日不得早于开标日"))
        return cleaned


class AwardForm(WorksForm):
    """Step award: the winner, and the basis where it is not the first."""

    past_days: ClassVar[tuple[str, ...]] = ("decided_on",)
    decided_on = day_field(_("定标日"))
    legal_basis = prose(
        _("非首位定标依据"), _("选定第1名以外的须写明法律、试点或授权依据及文号"), required=False
    )
    reason = prose(_("定标理由"))

    def prepare(self) -> None:
        """Offer the ranked bids."""
        ranked = (
            Bid.objects.filter(tender_id=self.matter.pk, status="valid", rank__isnull=False)
            .select_related("enterprise")
            .order_by("rank")
        )
        offered = [
            (
                str(b.pk),
                _("第%(rank)s名 %(name)s（%(price)s元）")
                % {"rank": b.rank, "name": b.enterprise.name, "price": f"{b.price:,.2f}"},
            )
            for b in ranked
        ]
        self.fields["bid"] = forms.TypedChoiceField(
            label=_("中标人"), choices=[("", "—"), *offered], coerce=int
        )
        self.order_fields(["bid"])

    def clean(self) -> dict[str, Any]:
        """Refuse an award before the report."""
        cleaned = super().clean()
        tender = Tender.objects.filter(pk=self.matter.pk).first()
        if tender is not None and not in_order(tender.report_on, cleaned.get("decided_on")):
            self.add_error("decided_on", _("定标日不得早于评标报告日"))
        return cleaned


class NoticeForm(WorksForm):
    """Step notice: the award notice that went out."""

    past_days: ClassVar[tuple[str, ...]] = ("notice_on",)
    notice_no = line(_("中标通知书号"), _("不招标的填写成交通知书号"), longest=80)
    notice_on = day_field(_("发出日"), _("三十日内须签订合同"))
