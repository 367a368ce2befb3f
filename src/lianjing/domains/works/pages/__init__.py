"""The pages of works that a declaration cannot draw: the register of projects and the project file."""

from __future__ import annotations

from django.urls import path

from lianjing.domains.works.pages import (
    bank,
    bank_line,
    catalogue,
    clock,
    costs,
    durations,
    file,
    items,
    plan,
    portfolio,
    projects,
    registers,
    relocation,
    supervision,
    tender_room,
    warranties,
)

urlpatterns = [
    path("works/", projects.projects, name="works_projects"),
    path("works/open/", projects.project_open, name="works_project_open"),
    path("works/tenders/", tender_room.tenders, name="works_tenders"),
    path("works/tenders/<int:matter_id>/", tender_room.room, name="works_tender_room"),
    path("works/tenders/<int:matter_id>/act/", tender_room.act, name="works_tender_act"),
    path("works/durations/", durations.durations, name="works_durations"),
    path("works/workload/", portfolio.workloads, name="works_workload"),
    path("works/workload/<int:post_id>/", portfolio.post_load, name="works_post_load"),
    path("works/supervision-plan/", supervision.supervision_plan, name="works_supervision_plan"),
    path("works/plan/", plan.plan, name="works_plan"),
    path("works/plan/enter/", plan.plan_enter, name="works_plan_enter"),
    path("works/costs/", costs.portfolio, name="works_costs"),
    path("works/<int:matter_id>/costs/", costs.project_costs, name="works_project_costs"),
    path("works/bank/", bank.reconciliation, name="works_bank"),
    path("works/bank/statements/", bank.statements, name="works_bank_statements"),
    path("works/bank/statements/<int:statement_id>/", bank.statement, name="works_bank_statement"),
    path("works/bank/lines/<int:line_id>/", bank_line.line, name="works_bank_line"),
    path("works/bank/orders/<int:order_id>/", bank_line.order, name="works_bank_order"),
    path("works/relocation/", relocation.relocations, name="works_relocation"),
    path("works/<int:matter_id>/relocation/", relocation.project, name="works_relocation_project"),
    path("works/<int:matter_id>/relocation/table/", relocation.table, name="works_relocation_table"),
    path("works/payments/", clock.payments, name="works_payments"),
    path("works/payments/<int:matter_id>/", clock.payment, name="works_payment"),
    path("works/<int:matter_id>/", file.project, name="works_project"),
    path("works/<int:matter_id>/timeline/", file.timeline_more, name="works_project_timeline"),
    *registers.urlpatterns,
    *catalogue.urlpatterns,
    *items.urlpatterns,
    *warranties.urlpatterns,
]
