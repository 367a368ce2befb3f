"""The pages of works that a declaration cannot draw: the register of projects and the project file."""

from __future__ import annotations

from django.urls import path

from lianjing.domains.works.pages import file, projects

urlpatterns = [
    path("works/", projects.projects, name="works_projects"),
    path("works/open/", projects.project_open, name="works_project_open"),
    path("works/<int:matter_id>/", file.project, name="works_project"),
    path("works/<int:matter_id>/timeline/", file.timeline_more, name="works_project_timeline"),
]
