"""Form F3: the plan of a tender, its review, and the record of a purchase without tender."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
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
    ticked,
    whole,
)
from lianjing.domains.works.models import Bid, Lot, Tender, TenderCriterion
from lianjing.domains.works.queries.standing import same_kind
from lianjing.domains.works.rules.project import in_order
from lianjing.domains.works.rules.tender import COMPETITIVE, THRESHOLD_OF, may_be_split, weights_fault
from lianjing.runtime.columns import yuan
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField


class TenderPlanForm(WorksForm):
    """Step plan: what is bought, how, by whose help, and by what rules the winner is found. Filled in by the tender officer."""

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
    control_price = money(_("最高投标限价（元）"), _("高于此价的投标无效；不得超过概算余额"), required=False)
    lots = RowsField(
        cells(
            title=line(_("名称")),
            content=line(_("内容"), required=False, longest=500),
            amount=money(_("估价（元）"), required=False),
            control_price=money(_("限价（元）"), required=False),
        ),
        label=_("标段划分"),
        help_text=_("只有一个标段的可不填；各标段限价之和等于最高投标限价"),
    )
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
        _("法定依据"), _("必须招标而不公开招标的，写明法律依据和批准文号"), required=False
    )
    retender_of = forms.TypedChoiceField(
        label=_("重新招标"),
        help_text=_("本次为哪一次失败招标的重新招标；失败次数由此累计"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    qualification = prose(
        _("资格条件"), _("不得指定品牌、地区，不得以不合理条件排斥潜在投标人"), required=False
    )
    shortlist_count = whole(
        _("按评分入围家数"),
        _("只在依法可以选择投标人的项目填写；公开招标的必须招标项目不得填写"),
        required=False,
        least=1,
    )
    shortlist_drawn = whole(
        _("随机入围家数"), _("推荐正式投标人时，至少一家随机产生"), required=False, least=1
    )
    evaluation_method = coded(
        _("评标办法"),
        "evaluation_method",
        help_text=_(
            "综合评估：价格分＝价格权重×最低有效报价÷报价，其余为专家评分平均；其他办法按报价由低到高"
        ),
    )
    criteria = RowsField(
        cells(
            kind=coded(_("类别"), "criterion_kind"),
            text=line(_("条件"), longest=300),
            weight=forms.DecimalField(
                label=_("权重"), required=False, min_value=0, max_value=100, max_digits=7, decimal_places=3
            ),
        ),
        label=_("评审条件"),
        help_text=_("有权重的各条合计为100；资格条件不计权重。公告发布后锁定"),
    )
    award_method = coded(_("定标办法"), "award_method", help_text=_("在招标文件中确定，不得事后更改"))
    bond = money(_("投标保证金（元）"), _("不超过估算价的百分之二；不收取的不填"), required=False)
    days = whole(_("要求工期（日）"), required=False, least=1)
    quality = line(_("质量要求"), _("例如“合格”"), required=False)
    platform = line(_("交易平台"), _("例如“澜汀市公共资源交易平台”"), required=False)
    agency_selection = coded(
        _("代理选取方式"),
        "tender_method",
        "draw",
        "comparison",
        "inquiry",
        "competitive_consultation",
        "direct",
        required=False,
        help_text=_("招标的必填；选择抽取的，审批后由内部审计岗抽取"),
    )
    agency_name = line(_("招标代理"), _("抽取产生的不填"), required=False, longest=80)
    agency_code = line(_("代理机构信用代码"), required=False, longest=18)
    published_on = day_field(_("计划公告日"))
    deadline_on = day_field(_("计划投标截止"), _("依法必须招标的，自公告起不少于二十日"))

    def prepare(self) -> None:
        """Show the plan as it stood before a return, and the failed tenders that it may repeat."""
        failed = Tender.objects.filter(project_id=self.matter.root_id, status="unsuccessful").order_by("pk")
        choice = self.fields["retender_of"]
        assert isinstance(choice, forms.TypedChoiceField)
        choice.choices = [("", "—"), *((row.pk, f"{row.code} {row.title}") for row in failed)]
        found = Tender.objects.filter(pk=self.matter.pk).select_related("agency_enterprise").first()
        if found is None:
            return
        self.initial.update({name: getattr(found, name) for name in self.fields if hasattr(found, name)})
        if found.agency_enterprise is not None:
            self.initial["agency_name"] = found.agency_enterprise.name
            self.initial["agency_code"] = found.agency_enterprise.credit_code
        columns = ("title", "content", "amount", "control_price")
        self.initial["lots"] = list(Lot.objects.filter(tender=found).order_by("seq").values(*columns))
        rows = TenderCriterion.objects.filter(tender=found).order_by("seq")
        self.initial["criteria"] = list(rows.values("kind", "text", "weight"))

    def clean(self) -> dict[str, Any]:
        """Refuse a plan that contradicts itself; what the law forbids is refused at the approval."""
        cleaned = super().clean()
        if "estimated" in cleaned and not cleaned["estimated"]:
            self.add_error("estimated", _("估算合同额须大于零"))
        if self.sum_of("budget_money") > self.sum_of("estimated"):
            self.warn(_("预算资金大于估算合同额，请核对"))
        if cleaned.get("method") not in (None, "", "open") and not self.text_of("method_reason").strip():
            self.add_error("method_reason", _("不采用公开招标的须写明理由"))
        self._check_days(cleaned)
        self._check_lots(cleaned)
        if cleaned.get("method") in COMPETITIVE:
            self._check_tender(cleaned)
        return cleaned

    def _check_days(self, cleaned: dict[str, Any]) -> None:
        start, end = cleaned.get("published_on"), cleaned.get("deadline_on")
        if start and end and not in_order(start, end):
            self.add_error("deadline_on", _("投标截止不得早于公告日"))
        if start and end and (end - start).days < figure("works.tender.bid_period_days", self.day):
            self.warn(_("公告至截止不足法定期限；判定为必须招标的将不能批准"))

    def _check_lots(self, cleaned: dict[str, Any]) -> None:
        lots = cleaned.get("lots") or []
        priced = [row["control_price"] for row in lots if row["control_price"] is not None]
        whole = cleaned.get("control_price")
        if priced and whole is not None and (sum(priced, Decimal(0)) != whole or len(priced) != len(lots)):
            self.add_error("lots", _("各标段限价之和须等于最高投标限价"))

    def _check_tender(self, cleaned: dict[str, Any]) -> None:
        criteria = cleaned.get("criteria") or []
        scored = [row for row in criteria if row["kind"] != "qualification"]
        weights = [row["weight"] or Decimal(0) for row in scored]
        fault = weights_fault(weights)
        if cleaned.get("evaluation_method") == "comprehensive" and "criteria" in cleaned and fault:
            self.add_error("criteria", fault)
        if not self.text_of("agency_selection"):
            self.add_error("agency_selection", _("招标的须选定代理选取方式"))
        elif self.text_of("agency_selection") != "draw" and not self.text_of("agency_name").strip():
            self.add_error("agency_name", _("请填写招标代理，或者选择抽取"))
        if bool(cleaned.get("shortlist_count")) != bool(cleaned.get("shortlist_drawn")):
            self.add_error("shortlist_drawn", _("推荐正式投标人的，按评分入围和随机入围家数均须填写"))


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


class AgencyForm(WorksForm):
    """Step agency: the draw of the tender agency is done. Filled in by the internal auditor."""

    is_drawn = ticked(_("代理机构已按抽取结果确定"), _("结果取自抽取记录，不得另行指定"))


class QuotesForm(WorksForm):
    """Step quotes: the offers of a purchase without tender. Filled in by the cost officer."""

    past_days: ClassVar[tuple[str, ...]] = ("opened_on",)
    opened_on = day_field(_("比选日"))
    bids = RowsField(
        cells(
            name=line(_("供应商"), longest=80),
            credit_code=line(_("统一社会信用代码"), required=False, longest=18),
            price=money(_("报价（元）")),
        ),
        label=_("报价"),
        help_text=_("逐家填写；名次按报价由低到高计算"),
        min_rows=1,
    )

    def prepare(self) -> None:
        """Show the offers as entered before a return."""
        found = Bid.objects.filter(tender_id=self.matter.pk).select_related("enterprise").order_by("id")
        self.initial["bids"] = [
            {"name": b.enterprise.name, "credit_code": b.enterprise.credit_code, "price": b.price}
            for b in found
            if b.enterprise is not None
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse the same firm twice and a price of nothing."""
        cleaned = super().clean()
        bids = cleaned.get("bids") or []
        names = [each["name"] for each in bids] + [
            each["credit_code"] for each in bids if each["credit_code"]
        ]
        if len(set(names)) < len(names):
            self.add_error("bids", _("同一供应商只能登记一次"))
        if any(not each["price"] for each in bids):
            self.add_error("bids", _("报价须大于零"))
        return cleaned
