"""Form F1: what a project is, where, why and with whose money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianjing.domains.works.forms.base import (
    WorksForm,
    box,
    coded,
    day_field,
    line,
    money,
    prose,
    whole,
)
from lianjing.domains.works.queries.plan import open_items
from lianjing.domains.works.rules.project import is_project_code

LEAST_NEED_SIGNS = 100


class ProjectForm(WorksForm):
    """F1 项目登记: what is to be built, where, why and with whose money. Filled in by the project officer."""

    title = line(_("项目名称"), _("地点+内容+“工程”，不超过40字，例如“望汀大道北延工程”"), longest=40)
    project_code = line(
        _("项目代码"),
        _("国家投资项目代码24位，例如 2401-990101-04-01-318462；尚未赋码可不填"),
        required=False,
        longest=24,
    )
    sector = coded(_("行业"), "project_sector", help_text=_("按主要建设内容选择"))
    nature = line(_("建设性质"), _("新建、改建、扩建或维修"), longest=20)
    site = line(_("建设地点"), _("例如“澜汀片区望汀大道以北”"))
    scale = prose(_("建设规模"), _("例如“道路长1.82 km，宽36 m”"))
    total_investment = money(_("总投资（元）"), _("各项资金来源之和，例如 68000000.00"))
    fund_kind = coded(_("资金来源性质"), "fund_kind", help_text=_("有两种以上来源选“混合”"))
    is_state_controlled = box(_("国有资金控股或主导"), _("国有资金占半数以上，或者虽不足半数但实际支配"))
    funding_year = whole(_("资金年度"), _("列入预算的年度，例如 2025"), required=False, least=2000)
    planned_start_on = day_field(_("计划开工"))
    planned_end_on = day_field(_("计划竣工"), _("须晚于计划开工"))
    need = prose(_("必要性"), _("现状、问题、建设理由，不少于100字"), least=LEAST_NEED_SIGNS)
    plan_item = forms.TypedChoiceField(
        label=_("年度计划项目"),
        help_text=_("选择本项目对应的年度计划项目；计划外项目不选"),
        required=False,
        coerce=int,
        empty_value=None,
    )
    simple_case = coded(
        _("简易程序情形"),
        "simple_case",
        help_text=_("只有符合政府投资条例第十三条所列情形的才选；不选的须先批复项目建议书和可行性研究"),
        required=False,
    )

    def prepare(self) -> None:
        """Offer the items of the yearly plan that no project has taken up."""
        field = self.fields["plan_item"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            ("", "—"),
            *(
                (item.pk, f"{item.fiscal_year} {item.title} {item.project_code}".strip())
                for item in open_items()
            ),
        ]

    def clean_project_code(self) -> str:
        """Refuse a code of another form."""
        given = self.text_of("project_code").strip().upper()
        if given and not is_project_code(given):
            self.add_error("project_code", _("项目代码格式应为 YYMM-RRRRRR-DD-TT-NNNNNC"))
        return given

    def clean(self) -> dict[str, Any]:
        """Refuse a finish that is not after the start."""
        cleaned = super().clean()
        start, finish = cleaned.get("planned_start_on"), cleaned.get("planned_end_on")
        if start and finish and start >= finish:
            self.add_error("planned_end_on", _("计划竣工须晚于计划开工"))
        if "total_investment" in cleaned and not cleaned["total_investment"]:
            self.add_error("total_investment", _("总投资须大于零"))
        return cleaned
