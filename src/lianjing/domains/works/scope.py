"""The scope of the tables of works: what belongs to a project is seen with its matter; what is sealed stays sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from lianjing.domains.works import models as works
from lianjing.domains.works.queries.tender_access import rooms_for
from lianjing.runtime.process.scope import visible_to
from lianjing.runtime.scope.reader import Reader
from lianjing.runtime.scope.shared import Rows, Scope, every, for_officials, of_matter

RECORDS = (
    works.Acceptance,
    works.Settlement,
    works.WarrantyRelease,
    works.Handover,
    works.PostEvaluation,
    works.Project,
    works.Study,
    works.Onboarding,
    works.RelocationHousehold,
    works.WorkStart,
    works.ProgressReport,
    works.ChangeOrder,
    works.SiteVisa,
    works.Subcontract,
    works.WagePayment,
    works.Inspection,
    works.StatedPaper,
    works.Award,
)
# Rows that hang on a record, and by which way.
PARTS: Mapping[type[models.Model], str] = {
    works.AcceptanceParty: "acceptance__matter",
    works.AcceptanceCheck: "acceptance__matter",
    works.Warranty: "contract__matter",
    works.CostBaseline: "project__matter",
    works.RelocationItem: "household__matter",
    works.Milestone: "project__matter",
    works.ChangeItem: "change_order__matter",
    works.SiteVisaItem: "site_visa__matter",
}


def _tenders(reader: Reader) -> Rows:
    return rooms_for(reader.person_id, reader.day).order_by("pk")


def _in_room(model: type[models.Model]) -> Scope:
    """What the room of a tender shows to everyone who may enter it."""

    def rows(reader: Reader) -> Rows:
        return every(model).filter(tender__in=_tenders(reader).values("pk"))

    return rows


def _answers(reader: Reader) -> Rows:
    """Answers to questions: the issued ones for everyone in the room, drafts for the tender's own side."""
    seen = visible_to(reader.person_id, reader.day)
    drafts = Q(tender__matter__in=seen) if reader.is_official else Q(pk__in=[])
    return _in_room(works.Clarification)(reader).filter(Q(issued_at__isnull=False) | drafts)


def _bids(reader: Reader) -> Rows:
    """Bids once they are opened, for who sees the tender; a bidder sees his own, never another's."""
    own = Q(enterprise__credit_code__in=reader.credit_codes)
    if not reader.is_official:
        return every(works.Bid).filter(own)
    seen = visible_to(reader.person_id, reader.day)
    return every(works.Bid).filter(
        tender__matter__in=seen, tender__opened_at__isnull=False, enterprise__isnull=False
    )


def _of_bids(model: type[models.Model]) -> Scope:
    def rows(reader: Reader) -> Rows:
        return every(model).filter(bid__in=_bids(reader).order_by().values("pk"))

    return rows


SCOPES: Mapping[Any, Scope] = {
    **{model: of_matter(model) for model in RECORDS},
    **{model: of_matter(model, place) for model, place in PARTS.items()},
    works.PlanItem: for_officials(works.PlanItem),
    works.PlanCarry: for_officials(works.PlanCarry),
    works.Tender: _tenders,
    works.Lot: _in_room(works.Lot),
    works.TenderCriterion: _in_room(works.TenderCriterion),
    works.Clarification: _answers,
    works.Bid: _bids,
    works.BidItem: _of_bids(works.BidItem),
    works.BidBond: _of_bids(works.BidBond),
}
_ROOM = "shown by the room of the tender, which keeps the seals and the secrecy of evaluators"
UNSHOWN: Mapping[str, str] = {
    "bid_file": "traces of the bidders' machines: read by the supervisors' indicators, never as rows",
    "bid_member": "persons named in a bid: " + _ROOM,
    "committee_member": _ROOM,
    "score": _ROOM,
    "candidate": _ROOM,
    "award_ballot": _ROOM,
    "shortlist": _ROOM,
    "shortlist_vote": _ROOM,
}
