"""What each stage asks before the next opens, and what a project must have before a procedure starts in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Condition
from lianjing.kernel.refusal import Ground, Refusal

ORDER = ("initiation", "planning", "tendering", "contract", "implementation", "payment")


@dataclass(frozen=True, slots=True)
class ProjectView:
    """What the project shows on the day of the act; `facts` are the kinds that hold that day."""

    stage: str = "initiation"
    onboarding: str = "new"
    is_open: bool = True
    facts: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()  # kinds of child matters still open
    awards_to_contract: int = 0  # awards with notice that no contract has taken up
    active_contracts: int = 0
    unentered_contracts: int = 0  # contracts from before the platform without opening sums
    unverified_permits: int = 0
    owed_papers: tuple[str, ...] = ()  # papers that the take-over still owes (undertakings open)
    missing_papers: tuple[str, ...] = ()  # mandatory papers of the stage not on file
    has_acceptance_paper: bool = False


def has_reached(view: ProjectView, stage: str) -> bool:
    """Return whether the project is in the stage or past it; an archived project has reached none."""
    return view.stage in ORDER and ORDER.index(view.stage) >= ORDER.index(stage)


def _common(view: ProjectView) -> tuple[Condition, ...]:
    papers = "、".join(view.missing_papers)
    owed = "、".join(view.owed_papers)
    return (
        Condition(
            _("本阶段必备资料齐全")
            if not papers
            else _("本阶段必备资料齐全（缺：%(papers)s）") % {"papers": papers},
            not papers,
            "zone_projects#9",
        ),
        Condition(
            _("接续补件已全部销号")
            if not owed
            else _("接续补件已全部销号（未补：%(papers)s）") % {"papers": owed},
            not owed,
            "zone_projects#17",
        ),
    )


def leaving_initiation(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering planning (zone_projects, article 4)."""
    return (
        Condition(_("立项和概算批复已登记并核对"), "project_approved" in view.facts, "zone_projects#4"),
        Condition(_("立项报批已办结"), "initiation" not in view.running, "zone_projects#4"),
        *_common(view),
    )


def leaving_planning(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering tendering (zone_projects, article 5)."""
    return (
        Condition(_("有立项批复"), "project_approved" in view.facts, "zone_projects#5"),
        Condition(_("规划许可已登记并核验"), "land_ready" in view.facts, "zone_projects#5"),
        Condition(_("没有登记后未核验的证照"), not view.unverified_permits, "zone_projects#11"),
        *_common(view),
    )


def leaving_tendering(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering contract (zone_projects, article 6)."""
    return (
        Condition(
            _("招标已完成并发出中标通知，或依法不招标且有依据"),
            "tender_done" in view.facts,
            "zone_projects#6",
        ),
        *_common(view),
    )


def leaving_contract(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering implementation (zone_projects, articles 7 and 19)."""
    return (
        Condition(_("合同已批准归档"), "contract_signed" in view.facts, "zone_projects#7"),
        Condition(_("施工许可有效"), "construction_permitted" in view.facts, "zone_projects#19"),
        *_common(view),
    )


def leaving_implementation(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering payment, the stage of final money (zone_projects, article 8)."""
    is_accepted = "accepted" in view.facts or view.has_acceptance_paper
    return (
        Condition(_("工程验收合格"), is_accepted, "zone_projects#8"),
        Condition(_("变更已全部办结"), "change" not in view.running, "zone_projects#8"),
        *_common(view),
    )


def leaving_payment(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for closing the project: nothing runs any more."""
    return (Condition(_("没有办理中的事项"), not view.running, "zone_projects#1"), *_common(view))


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a project must show before a procedure opens in it."""

    rule: str
    text: Callable[[], str]
    is_met: Callable[[ProjectView], bool]
    clause: str


def _from(stage: str) -> Callable[[ProjectView], bool]:
    return lambda view: has_reached(view, stage)


def _holds(kind: str) -> Callable[[ProjectView], bool]:
    return lambda view: kind in view.facts


OPENINGS: Mapping[str, tuple[Need, ...]] = {
    "works_initiation": (
        Need(
            "opening.stage",
            lambda: _("立项报批只在立项阶段办理"),
            lambda view: view.stage == "initiation",
            "zone_projects#3",
        ),
        Need(
            "opening.once",
            lambda: _("立项报批正在办理，不得重复发起"),
            lambda view: "initiation" not in view.running,
            "zone_projects#10",
        ),
        Need(
            "opening.approved",
            lambda: _("项目已有立项批复"),
            lambda view: "project_approved" not in view.facts,
            "zone_projects#10",
        ),
    ),
    "works_permit": (
        Need("opening.stage", lambda: _("证照登记自规划阶段起办理"), _from("planning"), "zone_projects#3"),
    ),
    "works_tender": (
        Need(
            "opening.not_approved",
            lambda: _("没有立项批复，不得招标"),
            _holds("project_approved"),
            "zone_projects#5",
        ),
        Need(
            "opening.stage",
            lambda: _("招标自招投标阶段起办理，阶段不可跳过"),
            _from("tendering"),
            "zone_projects#3",
        ),
    ),
    "works_contract": (
        Need(
            "opening.stage",
            lambda: _("合同自合同阶段起办理，阶段不可跳过"),
            _from("contract"),
            "zone_projects#3",
        ),
        Need(
            "opening.no_award",
            lambda: _("没有已发中标通知且尚未签订合同的定标结果"),
            lambda view: view.awards_to_contract > 0,
            "zone_projects#6",
        ),
    ),
    "works_progress": (
        Need(
            "opening.no_contract", lambda: _("没有已签订的合同"), _holds("contract_signed"), "zone_projects#7"
        ),
        Need(
            "opening.no_permit",
            lambda: _("未取得施工许可不得开工，不能填报进度"),
            _holds("construction_permitted"),
            "zone_projects#19",
        ),
        Need(
            "opening.stage",
            lambda: _("进度自实施阶段起填报，阶段不可跳过"),
            _from("implementation"),
            "zone_projects#3",
        ),
    ),
    "works_change": (
        Need(
            "opening.no_contract", lambda: _("没有已签订的合同"), _holds("contract_signed"), "zone_projects#7"
        ),
        Need("opening.stage", lambda: _("变更自合同阶段起提出"), _from("contract"), "zone_projects#3"),
    ),
    "works_payment": (
        Need("opening.stage", lambda: _("支付申请自合同阶段起提出"), _from("contract"), "zone_projects#14"),
        Need(
            "opening.opening_sums",
            lambda: _("接续项目尚未登记期初数，不得支付"),
            lambda view: view.active_contracts > 0 or view.unentered_contracts == 0,
            "zone_funds#17",
        ),
        Need(
            "payment.not_on_platform",
            lambda: _("没有平台上的有效合同，不得支付"),
            lambda view: view.active_contracts > 0,
            "zone_funds#1",
        ),
    ),
    "works_account_change": (
        Need(
            "payment.not_on_platform",
            lambda: _("没有平台上的有效合同"),
            lambda view: view.active_contracts > 0,
            "zone_funds#1",
        ),
    ),
}
ARCHIVED = Need(
    "project.archive",
    lambda: _("存档项目只供查阅，须先接续再办理"),
    lambda view: view.onboarding != "archive",
    "zone_projects#18",
)
CLOSED = Need(
    "project.closed",
    lambda: _("项目已办结或终止，不能再办理事项"),
    lambda view: view.is_open,
    "zone_projects#1",
)
FROM_BEFORE = Need(
    "onboard.not_archive",
    lambda: _("只有存档项目可以接续"),
    lambda view: view.onboarding in ("archive", "taken_over"),
    "zone_projects#15",
)
ONE_TAKEOVER = Need(
    "onboard.running",
    lambda: _("接续正在办理，不得重复发起"),
    lambda view: "onboarding" not in view.running,
    "zone_projects#15",
)


def check_opening(procedure: str, view: ProjectView) -> None:
    """Refuse a procedure that the project does not yet, or no longer, allow; Refusal(GATE) with the clause."""
    if procedure == "works_onboard":
        needs: tuple[Need, ...] = (FROM_BEFORE, ONE_TAKEOVER)
    else:
        needs = (ARCHIVED, CLOSED, *OPENINGS[procedure])
    for need in needs:
        if not need.is_met(view):
            raise Refusal(Ground.GATE, need.rule, need.text(), need.clause)
