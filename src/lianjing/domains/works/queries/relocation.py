"""What a project's relocation shows: households, budget, agreements, payments, the sample to measure again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from lianjing.domains.works.models import RelocationHousehold, RelocationItem
from lianjing.domains.works.rules.relocation import NOTHING, Balance, sample_size
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.draw.models import Draw, DrawCandidate
from lianjing.runtime.draw.queries import drawn, picks
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.parameter.queries import figure
from lianjing.runtime.payment.clock import terms_of
from lianjing.runtime.payment.models import BudgetLine, PaymentApplication
from lianjing.runtime.payment.queries import sum_of
from lianjing.runtime.payment.term import Term
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.publicity.models import Publicity
from lianjing.runtime.publicity.queries import pausing

KIND = "relocation"
SAMPLE = "household_sample"
APPRAISER = "appraiser"
LIVE = ("draft", "open", "suspended", "closed")
REF = "matter"


def household_of(matter_id: int | None) -> RelocationHousehold | None:
    """Return the household recorded by a matter."""
    return RelocationHousehold.objects.select_related("payee_account").filter(pk=matter_id).first()


def households(project_id: int) -> QuerySet[RelocationHousehold]:
    """Return the households of a project that were not withdrawn, by village and number."""
    return (
        RelocationHousehold.objects.filter(project_id=project_id, matter__status__in=LIVE)
        .exclude(matter__outcome="withdrawn")
        .select_related(
            "matter", "payee_account", "appraiser_enterprise", "measured_by_a_person", "measured_by_b_person"
        )
        .order_by("village_name", "code", "pk")
    )


def items_of(household: RelocationHousehold) -> list[RelocationItem]:
    """Return the compensated items in their order."""
    return list(RelocationItem.objects.filter(household=household).order_by("pk"))


def budget_lines(project_id: int) -> list[BudgetLine]:
    """Return the project's budget lines for relocation."""
    return list(
        BudgetLine.objects.filter(project_id=project_id, purpose=KIND).order_by("fiscal_year", "code")
    )


def balance_of(project_id: int) -> Balance:
    """Return budget, agreements and payments of a project's relocation (C14)."""
    rows = households(project_id)
    lines = BudgetLine.objects.filter(project_id=project_id, purpose=KIND)
    return Balance(
        lines.aggregate(total=Sum("amount"))["total"] or NOTHING,
        rows.aggregate(total=Sum("agreed"))["total"] or NOTHING,
        paid_for([row.pk for row in rows]),
    )


def basis_of(household_id: int) -> str:
    """Return how a payment names the household on which it rests."""
    return f"relocation_household:{household_id}"


def paid_for(household_ids: Collection[int]) -> Decimal:
    """Return what was paid to these households."""
    rows = PaymentApplication.objects.filter(
        basis__in=[basis_of(number) for number in household_ids], status="paid"
    )
    return sum((sum_of(row) for row in rows), NOTHING)


def payments_of(household_id: int) -> QuerySet[PaymentApplication]:
    """Return the payments to a household that are not refused."""
    return PaymentApplication.objects.filter(basis=basis_of(household_id)).exclude(status="refused")


def published(matter_id: int, subject: str, day: date) -> Publicity | None:
    """Return the latest publicity of a household's survey or compensation that has run all its days."""
    last = (
        Publicity.objects.filter(matter_id=matter_id, kind=KIND, subject=subject)
        .order_by("-published_at", "-pk")
        .first()
    )
    if last is None or last.to_on is None or last.to_on >= day or last.taken_down_at is not None:
        return None
    return last


def require_published(matter_id: int, subject: str, day: date) -> None:
    """Refuse to go on before the publicity is over and its objections are answered (zone_relocation#4)."""
    if published(matter_id, subject, day) is None:
        raise Refusal(
            Ground.GATE,
            "relocation.not_published",
            _("公示期尚未届满，不能进入下一环节"),
            "zone_relocation#4",
        )
    objection = pausing(matter_id)
    if objection is not None:
        raise Refusal(
            Ground.GATE, "relocation.objection", _("公示异议尚未答复，不能进入下一环节"), "zone_relocation#4"
        )


def appraiser_drawn(matter: Matter) -> tuple[Draw, int] | None:
    """Return the draw of the appraiser, of the household or of the whole project, and the firm that it picked."""
    for place in (matter.pk, matter.root_id):
        draw = drawn(place, APPRAISER) if place is not None else None
        chosen = picks(draw) if draw is not None else []
        if draw is not None and chosen:
            return draw, int(chosen[0].candidate.partition(":")[2])
    return None


@dataclass(frozen=True, slots=True)
class Sample:
    """The households drawn to be measured again, and how many had to be drawn."""

    needed: int
    drawn: tuple[int, ...]  # matters of the households
    missing: tuple[str, ...]  # codes of those not yet measured again


def sample_of(project_id: int, day: date) -> Sample:
    """Return the sample over all draws of the project that were made."""
    rows = {row.pk: row for row in households(project_id) if row.surveyed_on is not None}
    chosen = DrawCandidate.objects.filter(
        draw__matter_id=project_id, draw__kind=SAMPLE, draw__status="drawn", is_picked=True
    )
    ids = [int(ref.partition(":")[2]) for ref in chosen.values_list("candidate", flat=True)]
    found = tuple(number for number in dict.fromkeys(ids) if number in rows)
    return Sample(
        sample_size(len(rows), figure("relocation.remeasure_sample_ratio", day)),
        found,
        tuple(rows[number].code for number in found if rows[number].remeasured_area_m2 is None),
    )


def may_compensate(parent: Matter, day: date) -> None:
    """Refuse a payment before the household's agreement is approved and made public, or a second one."""
    household = household_of(parent.pk)
    is_ready = WorkItem.objects.filter(matter=parent, step_key="move_out", closed_at=None).exists()
    if household is None or not is_ready:
        raise Refusal(
            Ground.GATE,
            "relocation.not_approved",
            _("补偿协议尚未批准并公示期满，不能支付"),
            "zone_relocation#4",
        )
    if payments_of(household.pk).filter(matter__status__in=("draft", "open", "suspended", "closed")).exists():
        raise Refusal(
            Ground.GATE, "relocation.paid_once", _("该户已有补偿款支付，不得重复支付"), "zone_relocation#3"
        )


def terms(matter_ids: Collection[int], day: date) -> dict[int, Term]:
    """Return the term of compensations by matter."""
    return terms_of(PaymentApplication.objects.filter(pk__in=matter_ids), day)


@dataclass(frozen=True, slots=True)
class ProjectRelocation:
    """One project on the page of relocation."""

    matter_id: int
    title: str
    count: int
    agreed_count: int
    moved_count: int
    balance: Balance


def projects(visible: QuerySet[Matter]) -> list[ProjectRelocation]:
    """Return the visible projects that relocate somebody or have money for it."""
    with_rows = RelocationHousehold.objects.filter(project__in=visible.values("pk")).values("project_id")
    with_money = BudgetLine.objects.filter(project__in=visible.values("pk"), purpose=KIND).values(
        "project_id"
    )
    ids = {row["project_id"] for row in (*with_rows, *with_money)}
    found = []
    for matter in Matter.objects.filter(pk__in=ids).order_by("-opened_on", "-pk"):
        rows = households(matter.pk)
        counts = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
        found.append(
            ProjectRelocation(
                matter.pk,
                matter.title,
                sum(counts.values()),
                sum(counts.get(each, 0) for each in ("agreed", "published", "paid", "moved")),
                counts.get("moved", 0),
                balance_of(matter.pk),
            )
        )
    return found
