"""Reads of works: the list of projects, the project file, the standing of contracts, the five reviews."""

from lianjing.domains.works.queries.file import ProjectFile, payment_line, project_file
from lianjing.domains.works.queries.projects import (
    ProjectFilter,
    ProjectPage,
    counts_by_stage,
    project_page,
    projects_visible,
)
from lianjing.domains.works.queries.reviews import ReviewLine, review_lines
from lianjing.domains.works.queries.standing import ceiling_of, standing_of

__all__ = [
    "ProjectFile",
    "ProjectFilter",
    "ProjectPage",
    "ReviewLine",
    "ceiling_of",
    "counts_by_stage",
    "payment_line",
    "project_file",
    "project_page",
    "projects_visible",
    "review_lines",
    "standing_of",
]
