"""Our codes in the words of OCDS 1.1 and OC4IDS 0.9, and back where the way back is not a guess."""

from __future__ import annotations

from functools import cache

from django.utils.translation import override

from lianjing.runtime import codes

USCC = "CN-USCC"  # unified social credit code
PROJECT_CODE = "CN-TZXM"  # code of the national platform for investment projects
CLOSED_TENDERS = ("cancelled", "unsuccessful", "withdrawn")

METHODS = {
    "open": "open",
    "invited": "selective",
    "prequalified": "selective",
    "competitive_consultation": "selective",
    "comparison": "selective",
    "platform": "selective",
    "competitive_negotiation": "limited",
    "inquiry": "limited",
    "draw": "limited",
    "single_source": "limited",
    "direct": "direct",
}
CATEGORIES = {
    "works": "works",
    "epc": "works",
    "goods": "goods",
    "survey": "services",
    "design": "services",
    "supervision": "services",
    "services": "services",
    "underwriter": "services",
}
CRITERIA = {"lowest": "priceOnly", "price_only": "priceOnly", "comprehensive": "ratedCriteria"}
NATURES = {
    "works": ("construction",),
    "epc": ("design", "construction"),
    "design": ("design",),
    "supervision": ("supervision",),
}
# What is open to the public, of all kinds of paper. Minutes, opinions, audit papers, vouchers and letters are not.
PAPERS = {
    "feasibility": "feasibilityStudy",
    "approval": "projectApproval",
    "permit": "permit",
    "tender_document": "biddingDocuments",
    "notice": "tenderNotice",
    "evaluation_report": "evaluationReports",
    "award_notice": "awardNotice",
    "contract": "contractSigned",
    "acceptance": "completionCertificate",
}
SECTORS = {
    "road": ("transport", "transport.road"),
    "water": ("waterAndWaste",),
    "building": ("publicBuilding",),
    "industry_park": ("industrialPark",),
    "energy": ("energy",),
    "telecom": ("communications",),
    "landscape": ("landscape",),
    "housing": ("socialHousing",),
    "village_works": ("villageWorks",),
    "other": ("other",),
}
KINDS_OF_WORKS = {
    "新建": "construction",
    "改建": "rehabilitation",
    "扩建": "expansion",
    "重建": "replacement",
    "拆除": "decommissioning",
}
PROJECT_STATUSES = {
    "identification": "identification",
    "preparation": "preparation",
    "implementation": "implementation",
    "completion": "completion",
    "completed": "completion",
    "maintenance": "maintenance",
    "cancelled": "cancelled",
}
# The costs that a forecast may show: those before a contract that hold no secret of the tender.
FORECASTS = ("estimate", "approved_budget", "forecast")
BID_STATUSES = ("pending", "valid", "disqualified", "withdrawn")
TENDER_STATUSES = ("planning", "planned", "active", "complete", *CLOSED_TENDERS)
AWARD_STATUSES = ("pending", "active", "cancelled", "unsuccessful")
CONTRACT_STATUSES = ("pending", "active", "cancelled", "terminated")


@cache
def _words(list_name: str) -> dict[str, str]:
    with override("zh-hans"):
        return {code: codes.label(list_name, code) for code in sorted(codes.codes(list_name))}


def word(list_name: str, code: str) -> str:
    """Return the Chinese word of a code, "" for none: what is exported does not hang on who exports it."""
    return _words(list_name).get(code, "")


def code_of(list_name: str, printed: str) -> str:
    """Return the code of a Chinese word, "" for a word that is not ours."""
    return next((code for code, own in _words(list_name).items() if own == printed), "")


def method_of(method: str, extra: str) -> str:
    """Return our code of a method: by our own code beside it, else only where the standard's word has one meaning."""
    if METHODS.get(extra) == method:
        return extra
    return method if method in ("open", "direct") else ""


def category_of(main: str, extra: tuple[str, ...]) -> str:
    """Return our code of a category: by our own code beside it, else works, goods or services as they stand."""
    own = next((each for each in extra if CATEGORIES.get(each) == main), "")
    return own or (main if main in ("works", "goods", "services") else "")


def evaluation_of(criteria: str, extra: str) -> str:
    """Return our code of how bids are compared."""
    if CRITERIA.get(extra) == criteria:
        return extra
    return {"priceOnly": "price_only", "ratedCriteria": "comprehensive"}.get(criteria, "")


def paper_kind_of(printed: str) -> str:
    """Return our kind of a paper, "" for a word that is not ours."""
    return next((kind for kind, word in PAPERS.items() if word == printed), "")


def sector_of(words: tuple[str, ...]) -> str:
    """Return our sector of a list of sectors, "" where the list is not exactly one of ours."""
    return next((sector for sector, own in SECTORS.items() if set(own) == set(words)), "")


def nature_of(kind: str) -> str:
    """Return the office's word for a kind of works."""
    return next((word for word, own in KINDS_OF_WORKS.items() if own == kind), "")


def category_of_natures(natures: tuple[str, ...]) -> str:
    """Return our category of the natures of a contract."""
    return next((category for category, own in NATURES.items() if set(own) == set(natures)), "")
