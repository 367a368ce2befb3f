"""Addresses of findings (预警): the list, one with its loop, its papers, the models, the harms, the changed rules."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import (
    campaign,
    change_request,
    finding,
    finding_board,
    indicator,
    person_file,
    risk,
    supervision_check,
)

urlpatterns = [
    path("warnings/", finding.findings, name="findings"),
    path("warnings/new/", finding.finding_new, name="finding_new"),
    path("warnings/harms/", finding_board.finding_harms, name="finding_harms"),
    path("warnings/cases/", finding_board.finding_cases, name="finding_cases"),
    path("warnings/cases/new/", finding_board.case_new, name="case_new"),
    path("warnings/risks/", risk.risk_points, name="risk_points"),
    path("warnings/risks/new/", risk.risk_point_new, name="risk_point_new"),
    path("warnings/risks/<int:point_id>/", risk.risk_point, name="risk_point"),
    path("warnings/plan/", supervision_check.supervision_checks, name="supervision_checks"),
    path("warnings/campaigns/", campaign.campaigns, name="campaigns"),
    path("warnings/campaigns/new/", campaign.campaign_new, name="campaign_new"),
    path("warnings/campaigns/<int:campaign_id>/", campaign.campaign, name="campaign"),
    path("warnings/campaigns/<int:campaign_id>/report/", campaign.campaign_paper, name="campaign_paper"),
    path("warnings/persons/", person_file.key_persons, name="key_persons"),
    path("warnings/persons/<int:person_id>/", person_file.person_file, name="person_file"),
    path("warnings/enterprises/", person_file.enterprises, name="enterprises"),
    path("warnings/enterprises/<int:enterprise_id>/", person_file.enterprise_file, name="enterprise_file"),
    path("declarations/", person_file.own_declarations, name="own_declarations"),
    path("warnings/models/", indicator.indicators, name="indicators"),
    path("warnings/models/<int:indicator_id>/", indicator.indicator, name="indicator"),
    path("warnings/changes/", change_request.change_requests, name="change_requests"),
    path("warnings/changes/<int:request_id>/", change_request.change_request, name="change_request"),
    path("warnings/papers/<int:paper_id>/", finding.finding_paper, name="finding_paper"),
    path("warnings/<int:finding_id>/", finding.finding, name="finding"),
]
