"""What a project shows on a day, for its gates and for what may be opened in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from lianjing.domains.works.models import Handover, Project
from lianjing.domains.works.queries import completion
from lianjing.domains.works.queries.papers import missing_kinds, papers_on_file
from lianjing.domains.works.queries.permits import construction_permit_on
from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.queries.tendering import tenders_to_award
from lianjing.domains.works.rules import gates
from lianjing.kernel.declaration import Condition
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.fact.queries import holding
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.permit.queries import permit_on
from lianjing.runtime.undertaking.models import Undertaking

PERMITTED = "construction_permitted"


def project_view(matter: Matter, day: date) -> gates.ProjectView:
    """Return the frozen view of a project matter on which gates and openings decide."""
    children = Matter.objects.filter(root_id=matter.id).exclude(id=matter.id)
    contracts = Contract.objects.filter(project_id=matter.id)
    kinds = papers_on_file(matter.id)
    return gates.ProjectView(
        stage=matter.stage,
        onboarding=matter.onboarding,
        is_open=matter.status == "open",
        facts=facts_on(matter.id, day),
        running=frozenset(
            children.filter(status__in=("draft", "open", "suspended"))
            .exclude(kind="contract", is_before_platform=True)
            .values_list("kind", flat=True)
        ),
        tenders_to_award=len(tenders_to_award(matter.id)),
        awards_to_contract=len(awards_to_contract(matter.id)),
        active_contracts=contracts.filter(status="active").count(),
        unentered_contracts=contracts.filter(matter__is_before_platform=True)
        .exclude(status__in=("active", "cancelled", "terminated"))
        .count(),
        unverified_permits=Permit.objects.filter(
            project_id=matter.id, verified_on__isnull=True, matter__status="open", matter__kind="permit"
        ).count(),
        owed_papers=owed_papers(matter.id),
        missing_papers=missing_papers(matter, kinds),
        has_acceptance_paper="acceptance" in kinds,
        **_completion(matter, day),
        simple_case=Project.objects.filter(pk=matter.id).values_list("simple_case", flat=True).first() or "",
    )


def facts_on(project_id: int, day: date) -> frozenset[str]:
    """Return the facts that hold; a construction permit under which works did not begin in time holds no more."""
    kinds = frozenset(holding(project_id, day).values_list("kind", flat=True))
    if PERMITTED in kinds and permit_on(project_id, "construction", day) is not None:
        return kinds if construction_permit_on(project_id, day) is not None else kinds - {PERMITTED}
    return kinds


def _completion(matter: Matter, day: date) -> dict[str, Any]:
    """What completion has come to; a project before implementation has nothing of it to read."""
    if matter.stage not in ("implementation", "payment"):
        return {}
    owed = Undertaking.objects.filter(
        matter__root_id=matter.id, source_kind__in=("acceptance", "deviation"), closed_on__isnull=True
    )
    left = completion.unreleased(matter.id)
    return {
        "unsettled_works": completion.unsettled(matter.id).count(),
        "is_accounted": completion.account_of(matter.id) is not None,
        "ended_warranties": left.filter(to_on__lt=day).count(),
        "unreleased_warranties": left.count(),
        "open_deviations": owed.count(),
        "is_handed_over": Handover.objects.filter(project_id=matter.id, status="handed").exists(),
    }


def missing_papers(matter: Matter, kinds: frozenset[str]) -> tuple[str, ...]:
    """Return the words for the mandatory papers of the present stage that lack, as the catalogue sees them (zone_projects#9)."""
    return tuple(codes.label("document_kind", kind) for kind in missing_kinds(matter, kinds))


def owed_papers(project_id: int) -> tuple[str, ...]:
    """Return what the take-over still owes (zone_projects#17)."""
    owed = Undertaking.objects.filter(matter_id=project_id, source_kind="onboarding", closed_on__isnull=True)
    return tuple(owed.order_by("due_on", "id").values_list("what", flat=True))


def leaving_initiation(matter: Matter, day: date) -> Sequence[Condition]:
    """Return the gate into planning."""
    return gates.leaving_initiation(project_view(matter, day))


def leaving_planning(matter: Matter, day: date) -> Sequence[Condition]:
    """Return the gate into tendering."""
    return gates.leaving_planning(project_view(matter, day))


def leaving_tendering(matter: Matter, day: date) -> Sequence[Condition]:
    """Return the gate into contract."""
    return gates.leaving_tendering(project_view(matter, day))


def leaving_contract(matter: Matter, day: date) -> Sequence[Condition]:
    """Return the gate into implementation."""
    return gates.leaving_contract(project_view(matter, day))


def leaving_implementation(matter: Matter, day: date) -> Sequence[Condition]:
    """Return the gate into payment."""
    return gates.leaving_implementation(project_view(matter, day))


def leaving_payment(matter: Matter, day: date) -> Sequence[Condition]:
    """Return what must hold before the project can be closed."""
    return gates.leaving_payment(project_view(matter, day))


def opening(procedure: str) -> Callable[[Matter, date], None]:
    """Return the check that refuses a procedure which the project does not allow."""

    def may_open(matter: Matter, day: date) -> None:
        gates.check_opening(procedure, project_view(matter, day))

    return may_open
