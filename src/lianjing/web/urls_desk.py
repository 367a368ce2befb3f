"""Addresses of the desks: waits by post and person, queues, one step over the year, urging, conduct beside outcomes."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import analysis_conduct, analysis_desk, analysis_items, analysis_urge

urlpatterns = [
    path("analysis/desks/", analysis_desk.analysis_desk, name="analysis_desk"),
    path("analysis/queue/", analysis_desk.analysis_queue, name="analysis_queue"),
    path("analysis/step/", analysis_desk.analysis_step, name="analysis_step"),
    path("analysis/items/", analysis_items.analysis_items, name="analysis_items"),
    path("analysis/urge/<int:item_id>/", analysis_urge.analysis_urge, name="analysis_urge"),
    path("analysis/conduct/", analysis_conduct.analysis_conduct, name="analysis_conduct"),
]
