"""The declaration of work injury: two stages, four procedures, the ledger's pages, papers and operations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lianjing.domains.injury import operations_rectification as rectification
from lianjing.domains.injury.demo import demonstrate
from lianjing.domains.injury.operations import LISTS, OPERATIONS
from lianjing.domains.injury.papers import PAPERS
from lianjing.domains.injury.procedures import PROCEDURES
from lianjing.domains.injury.queries import stage
from lianjing.domains.injury.scope import SCOPES, UNSHOWN
from lianjing.domains.injury.services.screening import check_complete
from lianjing.kernel.declaration import Domain, LikeCases, MenuEntry, Stage, Text
from lianjing.runtime.scope.reader import OFFICIALS

GROUP = "工伤待遇"
STAGES = (
    Stage("recognition", Text("认定", "Recognition"), stage.leaving_recognition, "injury_regulation#20"),
    Stage("benefit", Text("待遇", "Benefits"), stage.leaving_benefit, "zone_injury#1"),
)


def page_of(matter: Any) -> str:
    """Return the address of an injury's file."""
    return reverse("injury_case", args=[matter.pk])


DOMAIN = Domain(
    key="injury",
    label=Text("工伤待遇", "Work injury"),
    root_kind="injury",
    stages=STAGES,
    procedures=PROCEDURES,
    package="lianjing.domains.injury",
    gate_post="injury_acceptor",
    demonstrate=demonstrate,
    urls="lianjing.domains.injury.pages",
    menu=(
        MenuEntry(Text("工伤案件", "Injuries"), "injury_cases", GROUP, "users", OFFICIALS),
        MenuEntry(Text("待遇台账", "Entitlements"), "injury_ledger", GROUP, "file-dollar", OFFICIALS),
        MenuEntry(Text("待遇申领", "Claims"), "injury_claims", GROUP, "file", OFFICIALS),
        MenuEntry(
            Text("本单位工伤待遇", "Our workers' benefits"),
            "injury_own",
            GROUP,
            "file-dollar",
            posts=frozenset({"employer_agent"}),
        ),
        MenuEntry(
            Text("逾期与截留", "Overdue and withheld"), "injury_withheld", GROUP, "alert-octagon", OFFICIALS
        ),
        MenuEntry(
            Text("类似情况排查", "Check of like cases"), "injury_screenings", GROUP, "search", OFFICIALS
        ),
        MenuEntry(Text("上门核查", "Home checks"), "injury_checks", GROUP, "home", OFFICIALS),
    ),
    page_of=page_of,
    papers=PAPERS,
    scopes=SCOPES,
    unshown=UNSHOWN,
    lists=(*LISTS, *rectification.LISTS),
    operations=(*OPERATIONS, *rectification.OPERATIONS),
    like_cases=LikeCases("injury_screenings", check_complete),
)
