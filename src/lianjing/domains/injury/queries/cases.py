"""Reads of injuries, claims and items within a person's scope, and how an injury stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lianjing.domains.injury.models import (
    BenefitClaim,
    BenefitItem,
    Injury,
    InjuryAssessment,
    InjuryRecognition,
)
from lianjing.domains.injury.queries.ledger import claims_of, owed_by_employer, passed_on
from lianjing.kernel.refusal import Ground, Refusal
from lianjing.runtime.matter.models import Matter
from lianjing.runtime.process.models import WorkItem
from lianjing.runtime.process.scope import open_for, visible_to
from lianjing.runtime.scope.door import row_among, rows_of
from lianjing.runtime.scope.reader import Reader

RECOGNISED = ("injury", "deemed")


def injuries_visible(person_id: int, day: date) -> QuerySet[Any]:
    """Return the injuries in a person's scope, the newest first."""
    seen = visible_to(person_id, day).filter(kind="injury")
    rows = Injury.objects.filter(matter__in=seen)
    return rows.select_related("matter", "worker", "employer_enterprise").order_by("-injured_on", "-pk")


def own_injuries(reader: Reader) -> QuerySet[Any]:
    """Return the recognised injuries of the workers of a reader's own firm, the newest first: day and worker only.

    The row holds wage and body besides, which are the agency's; whoever shows it to a firm names the two columns.
    """
    codes = [code for code in reader.credit_codes if code]
    served = InjuryRecognition.objects.filter(served_on__isnull=False).values("injury_id")
    rows = Injury.objects.filter(
        pk__in=served,
        employer_enterprise__credit_code__in=codes,
        decision__in=RECOGNISED,
        matter__status="open",
    )
    return rows.select_related("matter", "worker").order_by("-injured_on", "-pk")


def claims_visible(person_id: int, day: date) -> QuerySet[Any]:
    """Return the claims in a person's scope, the newest first."""
    seen = visible_to(person_id, day).filter(kind="injury_claim")
    rows = BenefitClaim.objects.filter(matter__in=seen)
    related = ("matter", "injury__worker", "injury__employer_enterprise")
    return rows.select_related(*related).order_by("-matter__opened_on", "-pk")


def items_visible(reader: Reader) -> QuerySet[Any]:
    """Return the items of the ledger in a reader's scope, the newest first."""
    related = ("injury__worker", "injury__employer_enterprise", "claim__matter", "clause__regulation")
    return rows_of(BenefitItem, reader).select_related(*related).order_by("-claimed_on", "-pk")


def item_for(reader: Reader, item_id: int) -> BenefitItem:
    """Return an item that the reader may see; Refusal(SCOPE) otherwise."""
    related = ("injury__worker", "injury__employer_enterprise", "claim__matter")
    found: BenefitItem = row_among(rows_of(BenefitItem, reader).select_related(*related), item_id)
    return found


def claim_for(reader: Reader, claim_id: int) -> BenefitClaim:
    """Return a claim that the reader may see; Refusal(SCOPE) otherwise."""
    rows = rows_of(BenefitClaim, reader).select_related("matter", "injury__worker")
    found: BenefitClaim = row_among(rows, claim_id)
    return found


def case_for(person_id: int, matter_id: int, day: date) -> tuple[Matter, Injury]:
    """Return an injury that the person may see; Refusal(SCOPE) otherwise, whether or not it exists."""
    matter = open_for(person_id, matter_id, day)
    related = ("worker", "employer_enterprise", "hospital_enterprise")
    record = Injury.objects.select_related(*related).filter(pk=matter.pk).first()
    if record is None:
        raise Refusal(Ground.SCOPE, "scope.injury", _("没有该工伤案件，或不在您的数据范围内"))
    return matter, record


def procedures_of(injury_id: int) -> dict[str, Any]:
    """Return recognition, assessments and claims of an injury."""
    recognition = InjuryRecognition.objects.filter(injury_id=injury_id).select_related("matter")
    assessments = InjuryAssessment.objects.filter(injury_id=injury_id).select_related("matter")
    return {
        "recognition": recognition.order_by("-pk").first(),
        "assessments": list(assessments.order_by("pk")),
        "claims": claims_of(injury_id),
    }


def waiting_in(root_id: int) -> dict[int, str]:
    """Return matter → the step at which it waits, for all of an injury."""
    items = WorkItem.objects.filter(matter__root_id=root_id, closed_at=None).select_related("post")
    return {item.matter_id: f"{item.name}（{item.post.name}）" for item in items.order_by("id")}


def owed_items(rows: QuerySet[Any]) -> list[BenefitItem]:
    """Return of these items those of which the employer still owes the worker something."""
    found = []
    for row in rows:
        row.owed = owed_by_employer(row)
        row.passed = passed_on(row.pk)
        row.left = row.owed - row.passed
        if row.owed > 0 and row.approved_on is not None:
            found.append(row)
    return found
