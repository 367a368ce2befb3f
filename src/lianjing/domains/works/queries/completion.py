"""Reads of completion: what is accepted, settled, still in warranty, and which firms may review a settlement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from lianjing.domains.works.models import (
    Acceptance,
    Handover,
    PostEvaluation,
    ProgressReport,
    Settlement,
    SiteVisa,
    Warranty,
    WarrantyRelease,
)
from lianjing.domains.works.rules.completion import days_late, deemed_day
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.draw.models import Draw
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.matter.models import Matter, MatterParty
from lianjing.runtime.org.models import Post
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.parties.models import Enterprise
from lianjing.runtime.parties.ties import tied_refs
from lianjing.runtime.process.models import Submission, WorkItem

NOTHING = Decimal("0.00")
LIVE = ("draft", "open", "suspended")
DEAD = ("withdrawn", "terminated")
FOLLOW_UP = ("cost_consultant", "contractor", "supervisor")
LEAD_POST = "audit_firm_lead"


def visas_of(contract: Contract) -> Decimal:
    """Return the approved site visas of a contract that no change order has taken up, in yuan."""
    rows = SiteVisa.objects.filter(
        contract=contract, status="approved", change_order__isnull=True, is_in_contract=False
    )
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


def accepted(contract_id: int) -> Acceptance | None:
    """Return the acceptance that a contract has passed, None where it has not."""
    return Acceptance.objects.filter(contract_id=contract_id, accepted_on__isnull=False).first()


def unaccepted_works(project_id: int) -> QuerySet[Contract]:
    """Return the works contracts in force that are not accepted yet."""
    done = Acceptance.objects.filter(project_id=project_id, accepted_on__isnull=False).values("contract_id")
    return Contract.objects.filter(project_id=project_id, kind="works", status="active").exclude(pk__in=done)


def live_acceptance(contract_id: int, besides: int) -> bool:
    """Return whether another acceptance of the contract is under way or passed."""
    others = Acceptance.objects.filter(contract_id=contract_id).exclude(pk=besides)
    return others.filter(Q(matter__status__in=LIVE) | Q(accepted_on__isnull=False)).exists()


def has_confirmed_progress(project_id: int, person_id: int) -> bool:
    """Return whether a person has supervised this site for the owner: confirmed a progress report (WK19)."""
    reports = ProgressReport.objects.filter(contract__project_id=project_id).values("pk")
    done = WorkItem.objects.filter(matter_id__in=reports, step_key="confirm", outcome="done")
    return done.filter(person_id=person_id).exists()


def parts_said(acceptance_id: int) -> list[dict[str, Any]]:
    """Return the parts under warranty as the last meeting entered them: part, years, share."""
    said = (
        Submission.objects.filter(matter_id=acceptance_id, work_item__step_key="meeting")
        .order_by("-submitted_at", "-id")
        .values_list("content", flat=True)
        .first()
    )
    return list(json.loads(said)["parts"]) if said else []


def settled(contract_id: int, besides: int | None = None) -> Settlement | None:
    """Return the approved final settlement of a contract; stage settlements do not count."""
    rows = Settlement.objects.filter(contract_id=contract_id, kind="settlement", approved_on__isnull=False)
    return rows.exclude(pk=besides).order_by("-approved_on", "-pk").first()


def live_settlement(contract_id: int, besides: int) -> bool:
    """Return whether another settlement of the contract is under way."""
    others = Settlement.objects.filter(contract_id=contract_id, matter__status__in=LIVE)
    return others.exclude(pk=besides).exists()


def unsettled(project_id: int) -> QuerySet[Contract]:
    """Return the works contracts in force without an approved settlement."""
    done = Settlement.objects.filter(
        project_id=project_id, kind="settlement", approved_on__isnull=False
    ).values("contract_id")
    return Contract.objects.filter(project_id=project_id, kind="works", status="active").exclude(pk__in=done)


def account_of(project_id: int) -> Settlement | None:
    """Return the approved final account of a project."""
    return Settlement.objects.filter(
        project_id=project_id, kind="final_account", approved_on__isnull=False
    ).first()


# ---- the draw of the audit firm


def draw_of(matter_id: int) -> Draw | None:
    """Return the draw of the audit firm that stands: drawn, and not drawn again since."""
    return drawn(matter_id, "audit_firm")


def picked_firms(draw: Draw) -> list[Enterprise]:
    """Return the firms that a draw picked and that did not decline, in the order drawn."""
    refs = [row.candidate for row in picks(draw) if row.candidate.startswith("enterprise:")]
    numbers = [int(ref.partition(":")[2]) for ref in refs]
    found = Enterprise.objects.in_bulk(numbers)
    return [found[number] for number in numbers if number in found]


def drawn_firms(matter_id: int) -> list[tuple[int, str]]:
    """Return (id, name) of the firms that the draw of a settlement picked, for a form."""
    draw = draw_of(matter_id)
    return [] if draw is None else [(firm.pk, firm.name) for firm in picked_firms(draw)]


@dataclass(frozen=True, slots=True)
class PoolFirm:
    """A firm of the audit pool with the reason that keeps it out of this draw, "" where none does."""

    enterprise: Enterprise
    reason: str = ""  # code list exclusion_reason
    text: str = ""

    @property
    def ref(self) -> str:
        """The firm as the draw names it."""
        return f"enterprise:{self.enterprise.pk}"


def audit_pool(settlement: Matter, day: date) -> list[PoolFirm]:
    """Return the firms that may review a settlement: audit firms, those that follow the project's cost or are tied out.

    Left out are the firm that controls the project's cost on site and any firm with a dated tie to a party of the
    contract (zone_completion#7).
    """
    numbers = Post.objects.filter(key=LEAD_POST, to_on__isnull=True).values("unit__enterprise_no")
    firms = list(Enterprise.objects.filter(credit_code__in=numbers).order_by("credit_code"))
    parties = list(
        MatterParty.objects.filter(
            matter_id__in=[settlement.pk, settlement.root_id or settlement.pk], role__in=FOLLOW_UP
        ).select_related("enterprise")
    )
    following = {row.enterprise_id for row in parties if row.role == "cost_consultant"}
    others = {f"enterprise:{row.enterprise_id}" for row in parties}
    tied = tied_refs([f"enterprise:{firm.pk}" for firm in firms], others, day) if others and firms else {}
    return [_pool_firm(firm, following, tied.keys()) for firm in firms]


def _pool_firm(firm: Enterprise, following: set[int], tied: Iterable[str]) -> PoolFirm:
    if firm.pk in following:
        return PoolFirm(firm, "tie", "本项目跟踪审计单位")
    if f"enterprise:{firm.pk}" in tied:
        return PoolFirm(firm, "tie", "与参建单位有关联")
    return PoolFirm(firm)


def is_following(matter: Matter, enterprise_id: int) -> bool:
    """Return whether a firm controls the cost of the project on site."""
    rows = MatterParty.objects.filter(matter__root_id=matter.root_id, role="cost_consultant")
    return rows.filter(enterprise_id=enterprise_id).exists()


# ---- warranty


def ending_warranties(day: date, project_id: int | None = None) -> QuerySet[Warranty]:
    """Return the parts whose warranty is over or ends within the days of reminder, and whose money is still held."""
    last = day + timedelta(days=int(figure("works.warranty.remind_days", day)))
    rows = Warranty.objects.filter(to_on__isnull=False, to_on__lte=last, released_on__isnull=True)
    if project_id is not None:
        rows = rows.filter(contract__project_id=project_id)
    return rows.select_related("contract__project", "contract__enterprise").order_by("to_on", "pk")


def releasable(project_id: int | None, day: date) -> list[tuple[int, str]]:
    """Return (id, words) of the parts whose warranty is over, for a form; one under application is left out."""
    asked = WarrantyRelease.objects.filter(contract__project_id=project_id, matter__status__in=LIVE)
    rows = (
        Warranty.objects.filter(
            contract__project_id=project_id, to_on__lt=day, released_on__isnull=True, retained__gt=0
        )
        .exclude(pk__in=asked.filter(status="approved").values("warranty_id"))
        .select_related("contract")
        .order_by("to_on", "pk")
    )
    return [(row.pk, words_of(row)) for row in rows]


def words_of(warranty: Warranty) -> str:
    """Return a part as people name it: contract, part, last day."""
    part = codes.label("warranty_part", warranty.part)
    return f"{warranty.contract.code} {part} {warranty.to_on:%Y-%m-%d}"


def unreleased(project_id: int) -> QuerySet[Warranty]:
    """Return the parts whose retention is not released."""
    return Warranty.objects.filter(contract__project_id=project_id, released_on__isnull=True, retained__gt=0)


def release_approved(contract_id: int) -> Decimal:
    """Return what defect checks have released of a contract's retention, in yuan (C22)."""
    rows = WarrantyRelease.objects.filter(contract_id=contract_id, status="approved")
    return rows.aggregate(total=Sum("amount"))["total"] or NOTHING


# ---- clocks that are shown


def deemed_on(row: Acceptance, day: date) -> date | None:
    """Return the day on which an acceptance counts as given because the owner stalled (contract model)."""
    if row.applied_on is None:
        return None
    days = int(figure("works.acceptance.meeting_days", day))
    return row.deemed_on or deemed_day(row.applied_on, row.meeting_on, days, day)


def filing_late(row: Acceptance, day: date) -> int:
    """Return by how many days the filing is late (quality_regulation#49)."""
    return days_late(row.filed_on, row.accepted_on, int(figure("works.acceptance.filing_days", day)), day)


def stalled_acceptances(day: date) -> list[Acceptance]:
    """Return the acceptances that wait longer for their meeting than the owner has."""
    days = int(figure("works.acceptance.meeting_days", day))
    rows = Acceptance.objects.filter(
        meeting_on__isnull=True, matter__status="open", applied_on__lt=day - timedelta(days=days)
    )
    return list(rows.select_related("project", "contract").order_by("applied_on", "pk"))


@dataclass(frozen=True, slots=True)
class Completion:
    """How far the completion of a project has come."""

    acceptances: tuple[Acceptance, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    account: Settlement | None = None
    warranties: tuple[Warranty, ...] = ()
    handover: Handover | None = None
    evaluation: PostEvaluation | None = None


def completion_of(project_id: int) -> Completion:
    """Return everything that follows the works, for the project file."""
    settlements = Settlement.objects.filter(project_id=project_id).select_related(
        "contract", "first_enterprise", "second_enterprise"
    )
    return Completion(
        tuple(Acceptance.objects.filter(project_id=project_id).select_related("contract").order_by("pk")),
        tuple(settlements.exclude(kind="final_account").order_by("pk")),
        settlements.filter(kind="final_account").order_by("pk").last(),
        tuple(
            Warranty.objects.filter(contract__project_id=project_id)
            .select_related("contract")
            .order_by("to_on", "pk")
        ),
        Handover.objects.filter(project_id=project_id).order_by("pk").last(),
        PostEvaluation.objects.filter(project_id=project_id).order_by("pk").last(),
    )
