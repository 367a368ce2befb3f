"""Addresses of the rules in the making: revisions, their parts, what they change; and how often a clause was used."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import (
    definition_matters,
    regulation_use,
    revision,
    revision_act,
    revision_compare,
    revision_edit,
    revision_form,
    revision_replay,
    revision_table,
)

urlpatterns = [
    path(
        "definitions/<int:definition_id>/matters/",
        definition_matters.definition_matters,
        name="definition_matters",
    ),
    path("clauses/<str:reference>/refusals/", regulation_use.clause_refusals, name="clause_refusals"),
    path("regulations/<slug:key>/repeal/", revision_act.regulation_repeal, name="regulation_repeal"),
    path("revisions/", revision.revisions, name="revisions"),
    path("revisions/new/", revision_act.revision_new, name="revision_new"),
    path("revisions/<int:revision_id>/", revision.revision, name="revision"),
    path("revisions/<int:revision_id>/replay/", revision_replay.revision_replay, name="revision_replay"),
    path("revisions/<int:revision_id>/paper/", revision.revision_paper, name="revision_paper"),
    path("revisions/<int:revision_id>/clause/", revision_act.revision_clause, name="revision_clause"),
    path("revisions/<int:revision_id>/heading/", revision_act.revision_heading, name="revision_heading"),
    path(
        "revisions/<int:revision_id>/process/<slug:key>/",
        revision_edit.revision_process,
        name="revision_process",
    ),
    path(
        "revisions/<int:revision_id>/decision/<slug:key>/",
        revision_table.revision_decision,
        name="revision_decision",
    ),
    path("revisions/<int:revision_id>/form/<path:key>/", revision_form.revision_form, name="revision_form"),
    path(
        "revisions/<int:revision_id>/compare/<path:key>/",
        revision_compare.revision_compare,
        name="revision_compare",
    ),
]
