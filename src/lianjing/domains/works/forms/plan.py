"""The form of one item of the yearly plan."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import WorksForm, coded, day_field, line, money, prose, whole
from lianjing.domains.works.rules.project import is_project_code


class PlanItemForm(WorksForm):
    """年度计划登记: one planned project as the plan's paper lists it. Filled in by the project officer."""

    fiscal_year = whole(_("年度"), _("计划所属年度，例如 2025"), least=2000)
    title = line(_("项目名称"), _("与计划文件一致"), longest=120)
    project_code = line(_("项目代码"), _("已赋码的填写；没有可不填"), required=False, longest=24)
    sector = coded(_("行业"), "project_sector", required=False)
    planned = money(_("计划投资（元）"), _("本项目计划总投资"))
    planned_start_on = day_field(_("计划开工"), required=False)
    source_no = line(_("计划文号"), _("例如“澜经发〔2025〕2号”"), longest=80)
    note = prose(_("说明"), required=False)

    def clean_project_code(self) -> str:
        """Refuse a code of another form."""
        given = self.text_of("project_code").strip().upper()
        if given and not is_project_code(given):
            self.add_error("project_code", _("项目代码格式应为 YYMM-RRRRRR-DD-TT-NNNNNC"))
        return given
