"""The declaration of works: six stages with their gates, and the procedures of each area."""

from __future__ import annotations

from lianjing.domains.works.demo import demonstrate
from lianjing.domains.works.imports import projects
from lianjing.domains.works.procedures import PROCEDURES
from lianjing.domains.works.queries import stage
from lianjing.domains.works.queries.overview import overview, page_of
from lianjing.kernel.declaration import Domain, MenuEntry, Stage, Text

STAGES = (
    Stage("initiation", Text("立项", "Initiation"), stage.leaving_initiation, "zone_projects#4"),
    Stage("planning", Text("规划", "Planning"), stage.leaving_planning, "zone_projects#5"),
    Stage("tendering", Text("招投标", "Tendering"), stage.leaving_tendering, "zone_projects#6"),
    Stage("contract", Text("合同", "Contract"), stage.leaving_contract, "zone_projects#7"),
    Stage("implementation", Text("实施", "Implementation"), stage.leaving_implementation, "zone_projects#8"),
    Stage("payment", Text("资金支付", "Payment"), stage.leaving_payment, "zone_projects#1"),
)

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
    menu=(MenuEntry(Text("项目台账", "Projects"), "works_projects", "工程项目", "building-factory"),),
    page_of=page_of,
    overview=overview,
    importers={"projects": projects},
)
