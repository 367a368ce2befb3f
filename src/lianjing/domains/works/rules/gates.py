"""What each stage asks before the next opens, and what a project must have before a procedure starts in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianjing.kernel.declaration import Condition
from lianjing.kernel.refusal import Ground, Refusal

APPROVALS = frozenset({"proposal", "feasibility", "design"})
ORDER = ("initiation", "planning", "tendering", "contract", "implementation", "payment")


@dataclass(frozen=True, slots=True)
class ProjectView:
    """What the project shows on the day of the act; `facts` are the kinds that hold that day."""

    stage: str = "initiation"
    onboarding: str = "new"
    is_open: bool = True
    facts: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()  # kinds of child matters still open
    tenders_to_award: int = 0  # tenders whose candidates stood unopposed and that no award has taken up
    awards_to_contract: int = 0  # awards with notice that no contract has taken up
    active_contracts: int = 0
    unentered_contracts: int = 0  # contracts from before the platform without opening sums
    unverified_permits: int = 0
    owed_papers: tuple[str, ...] = ()  # papers that the take-over still owes (undertakings open)
    missing_papers: tuple[str, ...] = ()  # mandatory papers of the stage not on file
    has_acceptance_paper: bool = False
    unsettled_works: int = 0  # works contracts in force without an approved settlement
    is_accounted: bool = False  # the final account is approved
    ended_warranties: int = 0  # parts whose warranty is over and whose retention is held
    unreleased_warranties: int = 0
    open_deviations: int = 0  # defects and deviations not closed
    is_handed_over: bool = False
    simple_case: str = (
        ""  # legal case of the simplified path; "" where proposal and feasibility must come first
    )


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
        Condition(_("立项报批已办结"), not APPROVALS & view.running, "zone_projects#4"),
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


def is_accepted(view: ProjectView) -> bool:
    """Return whether the works are accepted: by the procedure, or by the paper of a project taken over (article 17)."""
    return "accepted" in view.facts or (view.onboarding == "taken_over" and view.has_acceptance_paper)


def leaving_implementation(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for entering payment, the stage of final money (zone_projects, article 8)."""
    return (
        Condition(_("工程验收合格"), is_accepted(view), "zone_projects#8"),
        Condition(_("变更已全部办结"), "change" not in view.running, "zone_projects#8"),
        *_common(view),
    )


def leaving_payment(view: ProjectView) -> tuple[Condition, ...]:
    """Return the conditions for closing the project: accounted, money released, archive handed over, nothing runs."""
    return (
        Condition(_("没有办理中的事项"), not view.running, "zone_projects#1"),
        Condition(_("竣工财务决算已批复"), view.is_accounted, "zone_completion#9"),
        Condition(_("质保金已全部返还"), not view.unreleased_warranties, "zone_completion#10"),
        Condition(_("缺陷和偏差已全部销号"), not view.open_deviations, "zone_completion#13"),
        Condition(_("档案已移交"), view.is_handed_over, "zone_completion#11"),
        *_common(view),
    )


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


def _once(kind: str) -> Need:
    return Need(
        "opening.once",
        lambda: _("同类报批正在办理，不得重复发起"),
        lambda view: kind not in view.running,
        "zone_initiation#6",
    )


def _not_yet(kind: str) -> Need:
    return Need(
        "opening.approved",
        lambda: _("项目已有此项批复"),
        lambda view: kind not in view.facts,
        "zone_initiation#6",
    )


_AT_INITIATION = Need(
    "opening.stage",
    lambda: _("立项报批只在立项阶段办理"),
    lambda view: view.stage == "initiation",
    "zone_projects#3",
)
_APPROVED = Need(
    "opening.not_approved", lambda: _("没有立项和概算批复"), _holds("project_approved"), "zone_initiation#9"
)
_CONTRACTED = Need(
    "opening.no_contract", lambda: _("没有已签订的合同"), _holds("contract_signed"), "zone_projects#7"
)
_ON_PLATFORM = Need(
    "payment.not_on_platform",
    lambda: _("没有平台上的有效合同"),
    lambda view: view.active_contracts > 0,
    "zone_funds#1",
)
_PERMITTED = Need(
    "opening.no_permit",
    lambda: _("未取得施工许可不得开工"),
    _holds("construction_permitted"),
    "zone_projects#19",
)
_BUILDING = Need(
    "opening.stage",
    lambda: _("该事项自实施阶段起办理，阶段不可跳过"),
    _from("implementation"),
    "zone_projects#3",
)
_STARTED = Need(  # a project taken over in this stage has been started before the platform
    "opening.not_started",
    lambda: _("开工尚未批准，不能办理"),
    lambda view: "started" in view.facts or view.onboarding == "taken_over",
    "zone_site#1",
)
OPENINGS: Mapping[str, tuple[Need, ...]] = {
    "works_proposal": (
        _AT_INITIATION,
        _once("proposal"),
        _not_yet("proposal_approved"),
        _not_yet("project_approved"),
    ),
    "works_feasibility": (
        _AT_INITIATION,
        _once("feasibility"),
        _not_yet("feasibility_approved"),
        _not_yet("project_approved"),
        Need(
            "opening.no_proposal",
            lambda: _("项目建议书尚未批复，不得办理可行性研究"),
            _holds("proposal_approved"),
            "zone_initiation#7",
        ),
    ),
    "works_design": (
        _AT_INITIATION,
        _once("design"),
        _not_yet("project_approved"),
        Need(
            "opening.no_feasibility",
            lambda: _("项目建议书和可行性研究尚未批复，又没有法定的简易程序情形，不得报批初步设计"),
            lambda view: (
                bool(view.simple_case) or {"proposal_approved", "feasibility_approved"} <= view.facts
            ),
            "gov_investment#13",
        ),
    ),
    "works_detailed_budget": (_once("detailed_budget"), _APPROVED),
    "works_budget_adjustment": (_once("budget_adjustment"), _APPROVED),
    "works_permit": (),
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
    "works_award": (
        Need(
            "opening.no_tender",
            lambda: _("没有公示期满且无未办结异议的招标，不能定标"),
            lambda view: view.tenders_to_award > 0,
            "zone_award#1",
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
    "works_amendment": (_ON_PLATFORM,),
    "works_start": (_CONTRACTED, _PERMITTED, _BUILDING),
    "works_progress": (_CONTRACTED, _PERMITTED, _BUILDING, _STARTED),
    "works_visa": (_CONTRACTED, _BUILDING, _STARTED),
    "works_change": (_CONTRACTED, _BUILDING, _STARTED),
    "works_subcontract": (_CONTRACTED, _ON_PLATFORM),
    "works_wage": (_CONTRACTED, _BUILDING, _STARTED),
    "works_inspection": (_CONTRACTED, _BUILDING, _STARTED),
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
    "works_relocation": (
        Need(
            "opening.not_approved",
            lambda: _("没有立项批复，不得征迁"),
            _holds("project_approved"),
            "zone_projects#5",
        ),
        Need("opening.stage", lambda: _("征迁自规划阶段起办理"), _from("planning"), "zone_projects#3"),
    ),
    "works_account_change": (_ON_PLATFORM,),
    "works_acceptance": (
        _CONTRACTED,
        Need(
            "opening.stage", lambda: _("竣工验收自实施阶段起申请"), _from("implementation"), "zone_projects#3"
        ),
    ),
    "works_settlement": (
        Need(
            "settlement.not_accepted",
            lambda: _("工程未经竣工验收合格，不得办理结算"),
            is_accepted,
            "zone_completion#5",
        ),
    ),
    "works_final_account": (
        Need(
            "final_account.not_settled",
            lambda: _("尚有合同未完成竣工结算，不得编制竣工财务决算"),
            lambda view: is_accepted(view) and not view.unsettled_works,
            "zone_completion#9",
        ),
        Need(
            "final_account.once",
            lambda: _("竣工财务决算已批复或正在办理"),
            lambda view: not view.is_accounted and "final_account" not in view.running,
            "zone_completion#9",
        ),
    ),
    "works_warranty": (
        Need(
            "warranty.not_ended",
            lambda: _("没有保修期已满的部位，不得返还质保金"),
            lambda view: view.ended_warranties > 0,
            "zone_completion#10",
        ),
    ),
    "works_handover": (
        Need("opening.stage", lambda: _("档案移交在资金支付阶段办理"), _from("payment"), "zone_projects#3"),
        Need(
            "handover.once",
            lambda: _("档案移交正在办理，不得重复发起"),
            lambda view: "handover" not in view.running,
            "zone_completion#11",
        ),
    ),
    "works_post_evaluation": (
        Need(
            "post_evaluation.not_in_use",
            lambda: _("工程未验收，不开展后评价"),
            is_accepted,
            "zone_completion#12",
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
