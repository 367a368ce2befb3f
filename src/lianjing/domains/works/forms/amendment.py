"""The supplementary agreement: draft, signing and filing."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    PlatformContractField,
    WorksForm,
    day_field,
    line,
    money,
    prose,
    ticked,
)
from lianjing.domains.works.models import ChangeOrder
from lianjing.runtime.contract.models import Amendment


class AmendmentDraftForm(WorksForm):
    """Step draft: the new sum, the new end, and the change on which they rest. Filled in by the contract officer."""

    contract = PlatformContractField(label=_("合同"), help_text=_("只能选择平台上履行中的合同"))
    code = line(_("补充协议号"), _("例如“澜经建合2025-031-补1”"), longest=60)
    new_amount = money(_("新合同价（元）"), _("不超过原合同价加已批准变更"))
    new_end_on = day_field(_("新完工日"), _("工期不变的不填"), required=False)
    reason = prose(_("理由"), _("写明依据的变更或工期调整的原因"))
    text = prose(_("协议内容"), _("价款、工期以外的约定"), required=False)

    def prepare(self) -> None:
        """Offer the contracts and the approved changes; show the draft as it stood before a return."""
        self.offer_contracts()
        approved = ChangeOrder.objects.filter(
            contract__project_id=self.matter.root_id, status="approved"
        ).order_by("pk")
        self.fields["change_order"] = forms.TypedChoiceField(
            label=_("依据变更"),
            help_text=_("仅调整工期的可不选"),
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "—"), *((each.pk, f"{each.code} {each.part}".strip()) for each in approved)],
        )
        self.order_fields(["contract", "code", "change_order"])
        found = Amendment.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            names = ("code", "new_amount", "new_end_on", "reason", "text")
            self.initial.update({name: getattr(found, name) for name in names})
            self.initial.update(contract=found.contract_id, change_order=found.change_order_id)


class AmendmentSealForm(WorksForm):
    """Step seal: the signing and its number in the register of seals. Filled in by the keeper of the seal."""

    past_days: ClassVar[tuple[str, ...]] = ("signed_on",)
    signed_on = day_field(_("签订日"))
    seal_no = line(_("用印登记号"), _("例如“用印2025-0312”"), longest=40)

    def clean(self) -> dict[str, Any]:
        """Refuse a day before the contract itself."""
        cleaned = super().clean()
        found = Amendment.objects.select_related("contract").filter(pk=self.matter.pk).first()
        signed, first = cleaned.get("signed_on"), found.contract.signed_on if found else None
        if signed is not None and first is not None and signed < first:
            self.add_error("signed_on", _("签订日不得早于原合同"))
        return cleaned


class AmendmentFileForm(WorksForm):
    """Step file: the signed agreement. Filled in by the archives officer."""

    is_same = ticked(_("签署文本与审批文本一致"))
