"""Addresses of findings from outside: inspection tours and audits, their three parts, their ledger."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import external_finding

urlpatterns = [
    path("findings/", external_finding.external_findings, name="external_findings"),
    path("findings/new/", external_finding.external_finding_new, name="external_finding_new"),
    path("findings/<int:finding_id>/", external_finding.external_finding, name="external_finding"),
]
