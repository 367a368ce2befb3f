"""Reads of works: the list of projects, the standing of contracts, the five reviews."""

from lianjing.domains.works.queries.projects import counts_by_stage, projects_visible
from lianjing.domains.works.queries.reviews import ReviewLine, review_lines
from lianjing.domains.works.queries.standing import ceiling_of, standing_of

__all__ = [
    "ReviewLine",
    "ceiling_of",
    "counts_by_stage",
    "projects_visible",
    "review_lines",
    "standing_of",
]
