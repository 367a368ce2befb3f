"""The scope of the tables of work injury: the file is the agency's, an employer sees its own workers' claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from lianjing.domains.injury import models as injury
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.scope.shared import Rows, Scope, every, of_matter


def for_agency(model: type[models.Model], place: str) -> Scope:
    """What holds wage or body: for officials who see the matter, never for a firm."""

    def rows(reader: Reader) -> Rows:
        if not reader.is_official:
            return every(model).none()
        return every(model).filter(**{f"{place}__in": visible_to(reader.person_id, reader.day)})

    return rows


def of_claim(model: type[models.Model], item: str = "") -> Scope:
    """The ledger: for who sees the claim, and for officials who see the injury whatever claim it came by."""

    def rows(reader: Reader) -> Rows:
        seen = visible_to(reader.person_id, reader.day)
        condition = Q(**{f"{item}claim__matter__in": seen})
        if reader.is_official:
            condition |= Q(**{f"{item}injury__matter__in": seen})
        return every(model).filter(condition)

    return rows


def _notices(reader: Reader) -> Rows:
    """Urging notices: for officials who see the injury, and for the firm that is urged."""
    if reader.is_official:
        return for_agency(injury.InjuryUrging, "injury__matter")(reader)
    codes = [code for code in reader.credit_codes if code]
    return every(injury.InjuryUrging).filter(injury__employer_enterprise__credit_code__in=codes)


SCOPES: Mapping[Any, Scope] = {
    injury.Injury: for_agency(injury.Injury, "matter"),
    injury.InjuryRecognition: for_agency(injury.InjuryRecognition, "matter"),
    injury.InjuryAssessment: for_agency(injury.InjuryAssessment, "matter"),
    injury.BenefitClaim: of_matter(injury.BenefitClaim),
    injury.BenefitItem: of_claim(injury.BenefitItem),
    injury.BenefitShare: of_claim(injury.BenefitShare, "benefit_item__"),
    injury.AdvanceProof: of_claim(injury.AdvanceProof, "benefit_item__"),
    injury.TransferToWorker: of_claim(injury.TransferToWorker, "benefit_item__"),
    injury.HomeCheck: for_agency(injury.HomeCheck, "injury__matter"),
    injury.HomeCheckSigning: for_agency(injury.HomeCheckSigning, "home_check__injury__matter"),
    injury.InjuryScreening: for_agency(injury.InjuryScreening, "finding__matter"),
    injury.InjuryScreeningCase: for_agency(injury.InjuryScreeningCase, "injury__matter"),
    injury.InjuryUrging: _notices,
    injury.WorkerStatement: for_agency(injury.WorkerStatement, "benefit_item__injury__matter"),
}
UNSHOWN: Mapping[str, str] = {
    "confirmation_link": "digests of the secrets in the workers' own links: nobody needs to read them",
}
