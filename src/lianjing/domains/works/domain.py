"""The declaration of works: six stages with their gates, and the procedures of each area."""

from __future__ import annotations

from lianjing.domains.works.demo import demonstrate
from lianjing.domains.works.exchange.standards import export_oc4ids, export_ocds, oc4ids, ocds
from lianjing.domains.works.imports import projects
from lianjing.domains.works.operations import LISTS, OPERATIONS
from lianjing.domains.works.papers import PAPERS
from lianjing.domains.works.procedures import PROCEDURES
from lianjing.domains.works.queries import stage
from lianjing.domains.works.queries.overview import overview, page_of
from lianjing.domains.works.queries.tendering import sealed_acts
from lianjing.domains.works.register_menu import menu as register_menu
from lianjing.domains.works.scope import SCOPES, UNSHOWN
from lianjing.domains.works.services import budget_carry
from lianjing.domains.works.services.plan import plan
from lianjing.domains.works.services.plan_carry import carry, unfinished
from lianjing.domains.works.services.project import closed
from lianjing.kernel.declaration import Domain, MenuEntry, RollOver, Stage, Text
from lianjing.runtime.payment.reconciliation import MONEY_POSTS
from lianjing.runtime.scope.reader import OFFICIALS

STAGES = (
    Stage("initiation", Text("立项", "Initiation"), stage.leaving_initiation, "zone_projects#4"),
    Stage("planning", Text("规划", "Planning"), stage.leaving_planning, "zone_projects#5"),
    Stage("tendering", Text("招投标", "Tendering"), stage.leaving_tendering, "zone_projects#6"),
    Stage("contract", Text("合同", "Contract"), stage.leaving_contract, "zone_projects#7"),
    Stage("implementation", Text("实施", "Implementation"), stage.leaving_implementation, "zone_projects#8"),
    Stage("payment", Text("资金支付", "Payment"), stage.leaving_payment, "zone_projects#1"),
)

WATCHERS = frozenset(
    {"supervisor", "head", "approver"}
)  # they see the accounts besides those who handle money

DOMAIN = Domain(
    key="works",
    label=Text("工程建设", "Works"),
    root_kind="project",
    stages=STAGES,
    procedures=PROCEDURES,
    package="lianjing.domains.works",
    gate_post="project_lead",
    demonstrate=demonstrate,
    urls="lianjing.domains.works.pages",
    roll_overs=(
        RollOver(
            "plan",
            Text("年度计划未完项目", "Unfinished items of the yearly plan"),
            ("project_officer",),
            "works_plan.carry",
            unfinished,
            carry,
        ),
        RollOver(
            "budget",
            Text("预算指标未用余额", "Unused sums of budget lines"),
            ("finance_reviewer",),
            "works_budget.carry",
            budget_carry.unused,
            budget_carry.carry,
            budget_carry.undo,
        ),
    ),
    menu=(
        MenuEntry(Text("项目台账", "Projects"), "works_projects", "工程项目", "building-factory"),
        MenuEntry(Text("招标室", "Tender room"), "works_tenders", "工程项目", "gavel"),
        MenuEntry(Text("岗位工作量", "Workload"), "works_workload", "工程项目", "users", OFFICIALS),
        MenuEntry(Text("阶段用时", "Time in stages"), "works_durations", "工程项目", "clock", OFFICIALS),
        MenuEntry(Text("年度计划", "Yearly plan"), "works_plan", "工程项目", "calendar", OFFICIALS),
        MenuEntry(Text("造价链", "Cost chain"), "works_costs", "工程项目", "chart-bar", OFFICIALS),
        MenuEntry(
            Text("监督计划", "Supervision plan"),
            "works_supervision_plan",
            "工程项目",
            "shield-check",
            OFFICIALS,
        ),
        *register_menu(),
        MenuEntry(Text("征迁", "Relocation"), "works_relocation", "工程项目", "home", OFFICIALS),
        MenuEntry(Text("支付台账", "Payments"), "works_payments", "资金审查", "file-dollar", OFFICIALS),
        MenuEntry(
            Text("对账", "Reconciliation"), "works_bank", "资金审查", "building-bank", WATCHERS, MONEY_POSTS
        ),
        MenuEntry(Text("资料目录", "Document catalogue"), "works_catalogues", "工程项目", "file", OFFICIALS),
        MenuEntry(Text("质保到期", "Warranties ending"), "works_warranties", "工程项目", "clock"),
        MenuEntry(Text("办理规范与填报标准", "Filing standards"), "works_items", "工程项目", "book"),
    ),
    closed=closed,
    page_of=page_of,
    overview=overview,
    sealed_acts=sealed_acts,
    papers=PAPERS,
    scopes=SCOPES,
    unshown=UNSHOWN,
    lists=LISTS,
    operations=OPERATIONS,
    importers={"projects": projects, "plan": plan, "ocds": ocds, "oc4ids": oc4ids},
    exporters={"ocds": export_ocds, "oc4ids": export_oc4ids},
)
