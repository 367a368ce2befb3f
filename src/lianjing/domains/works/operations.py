"""What other programs may do and read in works: each a service of the domain and its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianjing.domains.works.forms.plan import PlanItemForm
from lianjing.domains.works.forms.project import ProjectForm
from lianjing.domains.works.models import (
    Award,
    Bid,
    Clarification,
    Milestone,
    PlanItem,
    Project,
    RelocationHousehold,
    Score,
    ShortlistVote,
    Tender,
)
from lianjing.domains.works.queries.catalogue import Catalogue, catalogue_of
from lianjing.domains.works.queries.costs import CostScreen, cost_screen
from lianjing.domains.works.queries.items import Item, Standard, active_items, item_named, standard_of
from lianjing.domains.works.queries.milestones import milestones
from lianjing.domains.works.queries.overview import overview
from lianjing.domains.works.queries.portfolio import Load, workload
from lianjing.domains.works.queries.relocation import Balance, balance_of
from lianjing.domains.works.queries.supervision import Standing, standings
from lianjing.domains.works.register_menu import REGISTERS, view_name
from lianjing.domains.works.services import (
    award_votes,
    relocation_project,
    tender_bids,
    tender_evaluation,
    tender_questions,
    tender_shortlist,
)
from lianjing.domains.works.services.award import lose
from lianjing.domains.works.services.milestone import meet
from lianjing.domains.works.services.plan import enter_plan_item
from lianjing.domains.works.services.project import open_project
from lianjing.kernel.declaration import Operation
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.documents import catalogue as archive
from lianjing.runtime.documents.models import Document, NotNeeded
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.org.queries import actor_with, posts_held
from lianjing.runtime.process.posted import as_posted
from lianjing.runtime.scope.reader import OFFICIALS
from lianjing.runtime.trail.act import Actor, legal_day

CATALOGUE = "zone_completion#15"
EDITORS = ("archives_officer",)
CHECKERS = ("archives_officer", "project_lead", "quality_officer", "department_head")


@dataclass(frozen=True, slots=True)
class Points:
    """The points that one bid gets for one criterion, with the reason."""

    bid_id: int
    criterion_id: int
    points: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """The points of one applicant for a place among the formal bidders."""

    shortlist_id: int
    points: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Veto:
    """A bid that does not pass the preliminary review: by which reason, in which words."""

    bid_id: int
    reason: str
    text: str = ""


def begin_project(
    *, fields: Mapping[str, Any], person_id: int, now: datetime, channel: str = "api"
) -> Matter:
    """Open a project from form F1, its fields by name."""
    data = as_posted(fields, ProjectForm.base_fields)
    return open_project(person_id=person_id, now=now, data=data, channel=channel)


def plan_item(
    *, fields: Mapping[str, Any], person_id: int, now: datetime, channel: str = "api"
) -> PlanItem | None:
    """Enter an item of the yearly plan, its fields by name."""
    data = as_posted(fields, PlanItemForm.base_fields)
    return enter_plan_item(person_id=person_id, now=now, data=data, channel=channel)


def score(*, tender_id: int, points: Sequence[Points], person_id: int, now: datetime) -> list[Score]:
    """Lock one's own score sheet."""
    sheet = {(each.bid_id, each.criterion_id): (each.points, each.reason) for each in points}
    return tender_evaluation.score(tender_id=tender_id, points=sheet, person_id=person_id, now=now)


def preliminary(*, tender_id: int, vetoes: Sequence[Veto], person_id: int, now: datetime) -> list[Bid]:
    """Enter the preliminary review: who does not pass and why."""
    found = {each.bid_id: (each.reason, each.text) for each in vetoes}
    return tender_evaluation.preliminary(tender_id=tender_id, vetoes=found, person_id=person_id, now=now)


def shortlist_vote(
    *, tender_id: int, points: Sequence[Applicant], person_id: int, now: datetime
) -> list[ShortlistVote]:
    """Score the applicants for a place among the formal bidders."""
    sheet = {each.shortlist_id: (each.points, each.reason) for each in points}
    return tender_shortlist.vote(tender_id=tender_id, points=sheet, person_id=person_id, now=now)


def _archivist(matter_id: int, keys: Sequence[str], person_id: int, now: datetime) -> Actor:
    matter, day = Matter.objects.get(pk=matter_id), legal_day(now)
    held = {each.post.key for each in posts_held(person_id, day) if each.post.unit_id == matter.unit_id}
    for key in keys:
        if key in held:
            return actor_with(person_id, key, day, matter.unit_id)
    raise Refusal(Ground.POST, "catalogue.post", _("只有本单位资料管理和核对岗位可以办理"), CATALOGUE)


def compare_paper(*, document_id: int, person_id: int, now: datetime) -> Document:
    """Say that a paper was compared with its original."""
    root = Document.objects.select_related("matter").get(pk=document_id).matter.root_id
    actor = _archivist(root or 0, CHECKERS, person_id, now)
    return archive.compare(document_id=document_id, actor=actor, now=now)


def not_needed(
    *, matter_id: int, stage: str, kind: str, reason: str, person_id: int, now: datetime
) -> NotNeeded:
    """Say with a reason that a project does not need a paper."""
    actor = _archivist(matter_id, EDITORS, person_id, now)
    return archive.propose_not_needed(
        matter_id=matter_id, stage=stage, kind=kind, reason=reason, actor=actor, now=now
    )


def agree_not_needed(*, not_needed_id: int, person_id: int, now: datetime) -> NotNeeded:
    """Agree as a second person that a paper is not needed."""
    actor = _archivist(NotNeeded.objects.get(pk=not_needed_id).matter_id, CHECKERS, person_id, now)
    return archive.agree_not_needed(not_needed_id=not_needed_id, actor=actor, now=now)


def costs(*, project_id: int, day: Any) -> CostScreen:
    """Return the cost chain of a project: amounts, variances, marks."""
    return cost_screen(Project.objects.select_related("matter").get(pk=project_id), day)


def catalogue(*, project_id: int) -> Catalogue:
    """Return what papers a project must have by now, and which it has."""
    return catalogue_of(Matter.objects.get(pk=project_id))


def loads(*, person_id: int, day: Any, now: datetime) -> list[Load]:
    """Return how much waits at each post in one's scope."""
    return workload(person_id, day, now)


def relocation(*, project_id: int) -> Balance:
    """Return budget, agreements and payments of a project's relocation."""
    return balance_of(project_id)


def supervision(*, day: Any) -> Sequence[Standing]:
    """Return the check points of the supervision plan and how each stands."""
    return standings(day)


def standards() -> tuple[Item, ...]:
    """Return the kinds of business with their filing standards."""
    return active_items()


def standard(*, item: str, day: Any) -> Standard:
    """Return the filing standard of one kind of business."""
    found = item_named(item)
    if found is None:
        raise Refusal(Ground.SCOPE, "scope.item", _("没有这种办理事项"))
    return standard_of(found, day)


def figures(*, person_id: int, day: Any) -> Any:
    """Return what the cockpit shows of works in one's scope."""
    return overview(person_id, day)


READERS = OFFICIALS | {"external"}
WATCHERS = frozenset({"approver", "head", "supervisor"})
ROOM = ("works_tender_act",)
TENDER = {"tender_id": Tender}
AWARD = {"award_id": Award, "bid_id": Bid}
PROJECT = {"project_id": Project}
LISTS = (
    "works_projects",
    "works_tenders",
    "works_workload",
    "works_durations",
    "works_post_load",
    "works_plan",
    "works_costs",
    "works_bank",
    "works_bank_statements",
    "works_bank_statement",
    "works_payments",
    "works_relocation",
    "works_relocation_project",
    "works_catalogues",
    "works_warranties",
    *(view_name(kind) for kind in REGISTERS),
)
OPERATIONS = (
    Operation("works/projects", begin_project, pages=("works_project_open",)),
    Operation("works/plan", plan_item, pages=("works_plan_enter",)),
    Operation("works/milestones/{milestone_id}/meet", meet, {"milestone_id": Milestone}),
    Operation("works/tenders/{tender_id}/seal", tender_bids.seal, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/take-back", tender_bids.take_back, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/unseal", tender_bids.unseal, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/ask", tender_questions.ask, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/answers", tender_questions.draft_answer, TENDER, pages=ROOM),
    Operation(
        "works/answers/{clarification_id}/issue",
        tender_questions.issue_answer,
        {"clarification_id": Clarification},
        pages=ROOM,
    ),
    Operation("works/tenders/{tender_id}/lock-experts", tender_evaluation.lock_experts, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/declare", tender_evaluation.declare, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/preliminary", preliminary, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/score", score, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/sign", tender_evaluation.sign, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/apply", tender_shortlist.apply, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/shortlist-group", tender_shortlist.seat_group, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/shortlist-votes", shortlist_vote, TENDER, pages=ROOM),
    Operation("works/tenders/{tender_id}/lock-lot", tender_shortlist.lock_lot, TENDER, pages=ROOM),
    Operation("works/awards/{award_id}/lock-committee", award_votes.lock_committee, AWARD, pages=ROOM),
    Operation("works/awards/{award_id}/lock-lot", award_votes.lock_lot, AWARD, pages=ROOM),
    Operation("works/awards/{award_id}/declare", award_votes.declare, AWARD, pages=ROOM),
    Operation("works/awards/{award_id}/ballot", award_votes.ballot, AWARD, pages=ROOM),
    Operation("works/awards/{award_id}/lose", lose, AWARD, pages=ROOM),
    Operation("works/projects/{project_id}/relocation/budget", relocation_project.add_budget, PROJECT),
    Operation("works/projects/{project_id}/relocation/sample", relocation_project.begin_sample, PROJECT),
    Operation("works/relocation-samples/{draw_id}/lock", relocation_project.lock_sample),
    Operation(
        "works/households/{household_id}/remeasure",
        relocation_project.remeasure,
        {"household_id": RelocationHousehold},
    ),
    Operation("works/papers/{document_id}/compare", compare_paper, pages=("works_catalogue_paper",)),
    Operation("works/catalogue/{matter_id}/not-needed", not_needed, pages=("works_catalogue_not_needed",)),
    Operation(
        "works/not-needed/{not_needed_id}/agree",
        agree_not_needed,
        {"not_needed_id": NotNeeded},
        pages=("works_catalogue_not_needed",),
    ),
    Operation(
        "works/projects/{project_id}/costs",
        costs,
        PROJECT,
        is_act=False,
        pages=("works_project_costs",),
        kinds=OFFICIALS,
    ),
    Operation(
        "works/projects/{project_id}/catalogue",
        catalogue,
        PROJECT,
        is_act=False,
        pages=("works_project_catalogue",),
        kinds=OFFICIALS,
    ),
    Operation("works/projects/{project_id}/milestones", milestones, PROJECT, is_act=False, kinds=OFFICIALS),
    Operation("works/projects/{project_id}/relocation", relocation, PROJECT, is_act=False, kinds=OFFICIALS),
    Operation("works/workload", loads, is_act=False, pages=("works_workload",), kinds=OFFICIALS),
    Operation(
        "works/supervision-plan",
        supervision,
        is_act=False,
        pages=("works_supervision_plan",),
        kinds=OFFICIALS,
    ),
    Operation(
        "works/standards", standards, is_act=False, pages=("works_items", "works_items_guide"), kinds=READERS
    ),
    Operation("works/standards/{item}", standard, is_act=False, pages=("works_item",), kinds=READERS),
    Operation("works/figures", figures, is_act=False, pages=("cockpit",), kinds=WATCHERS),
)
