"""Addresses of the named reports."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import report

urlpatterns = [
    path("reports/", report.reports, name="reports"),
    path("reports/keep/", report.report_keep, name="report_keep"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("reports/<int:report_id>/make/", report.report_make, name="report_make"),
    path("reports/<int:report_id>/end/", report.report_end, name="report_end"),
]
