"""What a project shows on a day, for its gates and for what may be opened in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from lianjing.domains.works.queries.standing import awards_to_contract
from lianjing.domains.works.rules import gates
from lianjing.kernel.declaration import Condition
from lianjing.runtime import codes
from lianjing.runtime.contract.models import Contract
from lianjing.runtime.documents.models import Document
from lianjing.runtime.fact.queries import holding
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.permit.models import Permit
from lianjing.runtime.regulation.models import DocumentRequirement
from lianjing.runtime.undertaking.models import Undertaking


def project_view(matter: Matter, day: date) -> gates.ProjectView:
    """Return the frozen view of a project matter on which gates and openings decide."""
    children = Matter.objects.filter(root_id=matter.id).exclude(id=matter.id)
    contracts = Contract.objects.filter(project_id=matter.id)
    kinds = papers_on_file(matter.id)
    return gates.ProjectView(
        stage=matter.stage,
        onboarding=matter.onboarding,
        is_open=matter.status == "open",
        facts=frozenset(holding(matter.id, day).values_list("kind", flat=True)),
        running=frozenset(
            children.filter(status__in=("draft", "open", "suspended"))
            .exclude(kind="contract", is_before_platform=True)
            .values_list("kind", flat=True)
        ),
        awards_to_contract=len(awards_to_contract(matter.id)),
        active_contracts=contracts.filter(status="active").count(),
        unentered_contracts=contracts.filter(matter__is_before_platform=True)
        .exclude(status__in=("active", "cancelled", "terminated"))
        .count(),
        unverified_permits=Permit.objects.filter(
            project_id=matter.id, verified_on__isnull=True, matter__status="open"
        ).count(),
        owed_papers=owed_papers(matter.id),
        missing_papers=missing_papers(matter, kinds),
        has_acceptance_paper="acceptance" in kinds,
    )


def papers_on_file(project_id: int) -> frozenset[str]:
    """Return the kinds of papers stored with the project or any of its matters."""
    return frozenset(Document.objects.filter(matter__root_id=project_id).values_list("kind", flat=True))


def missing_papers(matter: Matter, kinds: frozenset[str]) -> tuple[str, ...]:
    """Return the words for the mandatory papers of the present stage that are not on file (zone_projects#9).

    What a take-over lists as missing is asked for as an undertaking instead, with owner and due date.
    """
    needed = DocumentRequirement.objects.filter(
        bundle_key__startswith="works_", stage=matter.stage, is_mandatory=True
    )
    owed = set(
        Undertaking.objects.filter(
            matter_id=matter.id, source_kind="onboarding", closed_on__isnull=True
        ).values_list("document_kind", flat=True)
    )
    wanted = sorted(set(needed.values_list("document_kind", flat=True)) - kinds - owed)
    return tuple(codes.label("document_kind", kind) for kind in wanted)


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
