"""Permits: the certificate as it was issued, extended or replaced, and its check against the source."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
    box,
    coded,
    day_field,
    line,
    opinion,
    prose,
    ticked,
)
from lianjing.domains.works.rules.project import in_order
from lianjing.runtime import codes
from lianjing.runtime.permit.models import Permit


class PermitForm(WorksForm):
    """Step register of a permit: the certificate as it was issued. Filled in by the planning officer."""

    past_days: ClassVar[tuple[str, ...]] = ("issued_on", "applied_on")
    kind = coded(
        _("证照种类"),
        "permit_kind",
        "prereview",
        "land_planning",
        "works_planning",
        "construction",
        "verification",
        "report_over",
        help_text=_("工程规划许可使“用地落实”成立，施工许可使“可以开工”成立；超概算报告须附原审批机关意见"),
    )
    permit_no = line(_("证号"), _("照证照原文填写；施工许可延期的可不填"), required=False, longest=80)
    authority = line(_("核发机关"), _("例如“开发区行政审批局”"), required=False, longest=80)
    applied_on = day_field(_("申请日"), _("用于计算审批用时"), required=False)
    issued_on = day_field(_("核发日"), _("延期的填写批准延期之日"))
    valid_to_on = day_field(_("有效期至"), _("没有期限的不填"), required=False)
    result = coded(_("结论"), "permit_result", "granted", "conditional")
    conditions_text = prose(_("附带条件"), _("附条件核发的，写明条件"), required=False)
    content_text = prose(_("批准内容"), _("用途、面积、规模、退界、容积率、工期等"), required=False)
    expires_permit = forms.TypedChoiceField(
        label=_("所替或者延期的证照"),
        help_text=_("换证、重新办理或者延期的，选择原证照"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    is_extension = box(_("施工许可延期"), _("证号不变，只延长开工期限"))

    def prepare(self) -> None:
        """Offer the verified certificates of the project; show what was registered before a return."""
        field = self.fields["expires_permit"]
        assert isinstance(field, forms.TypedChoiceField)
        rows = Permit.objects.filter(project_id=self.matter.root_id, verified_on__isnull=False)
        field.choices = [
            ("", "—"),
            *(
                (row.pk, f"{codes.label('permit_kind', row.kind)} {row.permit_no}")
                for row in rows.order_by("pk")
            ),
        ]
        found = Permit.objects.filter(pk=self.matter.pk).first()
        if found is not None:
            self.initial.update({name: getattr(found, name) for name in self.fields if hasattr(found, name)})
            self.initial["expires_permit"] = found.expires_permit_id

    def clean(self) -> dict[str, Any]:
        """Refuse days out of order, a condition left empty, a certificate without number."""
        cleaned = super().clean()
        if not in_order(cleaned.get("applied_on"), cleaned.get("issued_on"), cleaned.get("valid_to_on")):
            self.add_error("issued_on", _("申请日、核发日、有效期须依次不早于前者"))
        if cleaned.get("result") == "conditional" and not self.text_of("conditions_text").strip():
            self.add_error("conditions_text", _("附条件核发的须写明条件"))
        if not cleaned.get("is_extension") and not self.text_of("permit_no").strip():
            self.add_error("permit_no", _("请填写文号或证号"))
        return cleaned


class VerifyPermitForm(WorksForm):
    """Step verify: another person compares the registration with its source."""

    is_same = ticked(_("与来源一致"), _("对照审批平台或证照原件；不一致的请退回"))
    opinion = opinion(required=False)
