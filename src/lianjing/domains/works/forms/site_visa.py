"""Form F10: the site visa, from the event to its approval."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    OpinionForm,
    PlatformContractField,
    WorksForm,
    box,
    cells,
    coded,
    line,
    money,
    opinion,
    prose,
    ticked,
)
from lianjing.domains.works.forms.shown import (
    ShownField,
    ShownRow,
    moment,
    offer_photos,
    photos_field,
)
from lianjing.domains.works.models import ChangeOrder, SiteVisa, SiteVisaItem
from lianjing.domains.works.rules.site import is_lagging
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.process.forms import RowsField

KEPT = (
    "code",
    "reason",
    "part",
    "order_ref",
    "occurred_at",
    "is_concealed",
    "covered_at",
    "is_in_contract",
)


class VisaForm(WorksForm):
    """Step apply: what happened, where, on whose order. Filled in by the contractor's manager within 24 hours."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    code = line(_("签证编号"), _("例如 QZ-2025-003"), longest=40)
    reason = prose(_("事由"))
    occurred_at = moment(_("发生时间"), _("超过四十八小时填报的作滞后显示"))
    part = line(_("部位"), _("例如 K1+120 检查井"))
    order_ref = line(_("指令来源"), _("工程联系单或口头指令的编号、日期、发出人"))
    is_concealed = box(_("隐蔽工程"), _("须在覆盖之前计量"))
    covered_at = moment(_("覆盖时间"), _("隐蔽工程计划或实际覆盖的时间"), required=False)
    is_in_contract = box(_("属于合同内工作"), _("合同内的不增加合同价"))
    photos = photos_field()

    def prepare(self) -> None:
        """Offer contracts, changes and photographs; show the application as it stood before a return."""
        self.offer_contracts()
        offer_photos(self, self.matter.pk)
        changes = ChangeOrder.objects.filter(
            contract__project_id=self.matter.root_id, status="approved"
        ).order_by("pk")
        self.fields["change_order"] = forms.TypedChoiceField(
            label=_("所属变更"),
            help_text=_("与已批准的变更有关的选择"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "—"), *((each.pk, f"{each.code} {each.part}".strip()) for each in changes)],
        )
        found = SiteVisa.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in KEPT})
            self.initial.update(contract=found.contract_id, change_order=found.change_order_id)

    def clean(self) -> dict[str, Any]:
        """Ask for the covering of concealed work."""
        cleaned = super().clean()
        if cleaned.get("is_concealed") and not cleaned.get("covered_at"):
            self.add_error("covered_at", _("隐蔽工程须写明覆盖时间"))
        return cleaned


def warn_of_delay(form: WorksForm) -> SiteVisa | None:
    """Warn where the visa was entered late; return it."""
    found = SiteVisa.objects.filter(pk=form.matter.pk).first()
    if found is not None and is_lagging(found.lag_hours, hours=figure("works.visa.lag_flag_hours", form.day)):
        form.warn(_("发生后%(hours)s小时才填报，已超过规定时限") % {"hours": f"{found.lag_hours:.1f}"})
    return found


class MeasureForm(WorksForm):
    """Step measure: what was measured on site, together. Filled in by the supervision engineer."""

    measured_at = moment(_("计量时间"), _("两个单位共同在现场的时间"))
    items = RowsField(
        cells(
            name=line(_("名称"), longest=80),
            formula=line(_("计算式"), _("例如 12.5×2.4×0.8"), longest=200),
            unit_name=line(_("单位"), longest=20),
            quantity=forms.DecimalField(label=_("数量"), max_digits=14, decimal_places=4, min_value=0),
        ),
        label=_("计量表"),
        help_text=_("逐项写明计算式"),
        min_rows=1,
    )
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Show the measuring as it stood before a return."""
        found = warn_of_delay(self)
        if found is not None:
            self.initial["measured_at"] = found.measured_at
        rows = SiteVisaItem.objects.filter(site_visa_id=self.matter.pk).order_by("id")
        self.initial["items"] = [
            {
                "name": row.name,
                "formula": row.formula,
                "unit_name": row.unit_name,
                "quantity": None if row.quantity is None else row.quantity.normalize(),
            }
            for row in rows
        ]


def show_items(field: forms.Field, matter_id: int | None) -> None:
    """Fill the table of measured items."""
    assert isinstance(field, ShownField)
    rows = SiteVisaItem.objects.filter(site_visa_id=matter_id).order_by("id")
    field.show(
        [_("名称"), _("计算式"), _("单位"), _("数量"), _("单价（元）"), _("金额（元）")],
        [
            ShownRow(
                (
                    row.name,
                    row.formula,
                    row.unit_name,
                    f"{row.quantity:f}" if row.quantity is not None else "",
                    f"{row.unit_price:,.2f}" if row.unit_price is not None else "",
                    f"{row.amount:,.2f}" if row.amount is not None else "",
                )
            )
            for row in rows
        ],
    )


class JointMeasureForm(OpinionForm):
    """Step joint: the owner's site officer, who measured with the supervision engineer, signs."""

    measured = ShownField(label=_("计量表"))
    is_present = ticked(_("本人在现场共同计量，数量属实"))

    def prepare(self) -> None:
        """Show what was measured."""
        warn_of_delay(self)
        show_items(self.fields["measured"], self.matter.pk)
        self.order_fields(["measured", "is_present", "opinion"])


class PriceVisaForm(WorksForm):
    """Step price: unit prices and where they come from. Filled in by the cost officer."""

    price_source = coded(_("单价来源"), "price_source")
    is_in_contract = box(_("属于合同内工作"), _("合同内的不增加合同价"))
    opinion = opinion(required=False)

    def prepare(self) -> None:
        """Offer exactly the items that were measured."""
        found = warn_of_delay(self)
        rows = list(SiteVisaItem.objects.filter(site_visa_id=self.matter.pk).order_by("id"))
        offered = [(str(row.pk), f"{row.name} {row.quantity:f} {row.unit_name}") for row in rows]
        self.fields["prices"] = RowsField(
            cells(
                item=forms.TypedChoiceField(label=_("计量项"), coerce=int, choices=[("", "—"), *offered]),
                unit_price=money(_("单价（元）")),
            ),
            label=_("单价"),
            help_text=_("每一计量项一行；金额=数量×单价"),
            min_rows=len(rows),
        )
        self.initial["prices"] = [{"item": str(row.pk), "unit_price": row.unit_price} for row in rows]
        if found is not None:
            self.initial.update(is_in_contract=found.is_in_contract, price_source=found.price_source)
        self.order_fields(["prices", "price_source", "is_in_contract", "opinion"])


class VisaOpinionForm(OpinionForm):
    """Steps lead and leader: an opinion with the priced measuring before one's eyes."""

    measured = ShownField(label=_("计量计价表"))

    def prepare(self) -> None:
        """Show what was measured and priced."""
        warn_of_delay(self)
        show_items(self.fields["measured"], self.matter.pk)
        self.order_fields(["measured", "opinion"])
