"""The pages of work injury: register, file, ledger, claims, the employer's page and the worker's own link."""

from __future__ import annotations

from django.urls import path

from lianjing.domains.injury.pages import (
    cases,
    confirm,
    employer,
    home_check,
    ledger,
    screening,
    withheld,
)

urlpatterns = [
    path("injury/", cases.cases, name="injury_cases"),
    path("injury/open/", cases.case_open, name="injury_case_open"),
    path("injury/ledger/", ledger.ledger, name="injury_ledger"),
    path("injury/claims/", ledger.claims, name="injury_claims"),
    path("injury/claims/<int:matter_id>/link/", confirm.link, name="injury_link"),
    path("injury/own/", employer.own, name="injury_own"),
    path("injury/own/<int:injury_id>/claim/", employer.claim, name="injury_own_claim"),
    path("injury/items/<int:item_id>/transfer/", employer.transfer, name="injury_transfer"),
    path("injury/<int:matter_id>/", cases.case, name="injury_case"),
    path("injury/confirm/", confirm.confirm_done, name="injury_confirm_done"),
    path("injury/confirm/<str:secret>/", confirm.confirm, name="injury_confirm"),
    *withheld.urlpatterns,
    *screening.urlpatterns,
    *home_check.urlpatterns,
]
