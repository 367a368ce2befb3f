"""Tables of work injury; names and columns are those of the data dictionary."""

from lianjing.domains.injury.models.benefit import (
    AdvanceProof,
    BenefitClaim,
    BenefitItem,
    BenefitShare,
    HomeCheck,
    TransferToWorker,
)
from lianjing.domains.injury.models.case import Injury, InjuryAssessment, InjuryRecognition
from lianjing.domains.injury.models.confirmation import ConfirmationLink, WorkerStatement
from lianjing.domains.injury.models.screening import (
    HomeCheckSigning,
    InjuryScreening,
    InjuryScreeningCase,
    InjuryUrging,
)

__all__ = [
    "AdvanceProof",
    "BenefitClaim",
    "BenefitItem",
    "BenefitShare",
    "ConfirmationLink",
    "HomeCheck",
    "HomeCheckSigning",
    "Injury",
    "InjuryAssessment",
    "InjuryRecognition",
    "InjuryScreening",
    "InjuryScreeningCase",
    "InjuryUrging",
    "TransferToWorker",
    "WorkerStatement",
]
