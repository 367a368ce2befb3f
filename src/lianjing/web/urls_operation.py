"""Addresses for those who run the installation, and of one's own background work."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import errands, operation, retention

urlpatterns = [
    path("healthz", operation.healthz, name="healthz"),
    path("readyz", operation.readyz, name="readyz"),
    path("metrics", operation.metrics, name="metrics"),
    path("ca/", operation.local_ca, name="local_ca"),
    path("ca/lianjing-ca.crt", operation.local_ca_file, name="local_ca_file"),
    path("errands/", errands.errands, name="errands"),
    path("errands/<int:errand_id>/result/", errands.errand_result, name="errand_result"),
    path("archives/", retention.retention, name="retention"),
    path("archives/rules/", retention.retention_rules, name="retention_rules"),
    path("archives/rules/set/", retention.retention_rule, name="retention_rule"),
    path("archives/holds/", retention.legal_holds, name="legal_holds"),
    path("archives/holds/new/", retention.legal_hold_new, name="legal_hold_new"),
    path("archives/holds/<int:hold_id>/release/", retention.legal_hold_release, name="legal_hold_release"),
    path("archives/disposals/", retention.disposals, name="disposals"),
    path("archives/disposals/<int:disposal_id>/", retention.disposal_decide, name="disposal_decide"),
    path("archives/documents/<int:document_id>/", retention.disposal_propose, name="disposal_propose"),
]
