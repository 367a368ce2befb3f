"""Addresses of the process analysis: map, statistics and matters on one filter stack; desks, queues, steps."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import analysis, analysis_compare, analysis_matters, analysis_statistics

urlpatterns = [
    path("analysis/", analysis.analysis, name="analysis"),
    path("analysis/statistics/", analysis_statistics.statistics, name="analysis_statistics"),
    path("analysis/statistics/<slug:topic>/", analysis_statistics.statistics, name="analysis_topic"),
    path("analysis/matters/", analysis_matters.matters, name="analysis_matters"),
    path("analysis/case/", analysis_matters.case, name="analysis_case"),
    path("analysis/compare/", analysis_compare.compare, name="analysis_compare"),
]
