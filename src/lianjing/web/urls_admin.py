"""Addresses of administration: log-ins, rights, dictionary, log-in rules, logs, notices, figures, hand-over."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import (
    admin_accounts,
    admin_logs,
    admin_rights,
    admin_settings,
    figure,
    handover,
    notice,
)

urlpatterns = [
    path("system/accounts/", admin_accounts.accounts_list, name="system_accounts"),
    path("system/accounts/new/", admin_accounts.account_new, name="system_account_new"),
    path(
        "system/accounts/<int:account_id>/reset/", admin_accounts.account_reset, name="system_account_reset"
    ),
    path(
        "system/accounts/<int:account_id>/close/", admin_accounts.account_close, name="system_account_close"
    ),
    path(
        "system/accounts/<int:account_id>/unlock/",
        admin_accounts.account_unlock,
        name="system_account_unlock",
    ),
    path(
        "system/accounts/<int:account_id>/grant/", admin_accounts.account_grant, name="system_account_grant"
    ),
    path("system/grants/", admin_rights.grants_list, name="system_grants"),
    path("system/grants/<int:proposal_id>/", admin_rights.grant, name="system_grant"),
    path("system/scopes/", admin_rights.scopes, name="system_scopes"),
    path("system/scopes/new/", admin_rights.scope_new, name="system_scope_new"),
    path("system/scopes/<int:grant_id>/end/", admin_rights.scope_end, name="system_scope_end"),
    path("system/administrators/", admin_rights.seats, name="system_seats"),
    path("system/administrators/new/", admin_rights.seat_new, name="system_seat_new"),
    path("system/administrators/<int:change_id>/", admin_rights.seat, name="system_seat"),
    path("system/dictionary/", admin_settings.dictionary, name="system_dictionary"),
    path("system/dictionary/new/", admin_settings.code_new, name="system_code_new"),
    path("system/dictionary/<int:addition_id>/end/", admin_settings.code_end, name="system_code_end"),
    path("system/policy/", admin_settings.policy, name="system_policy"),
    path("system/policy/changes/<int:change_id>/", admin_settings.policy_decide, name="system_policy_decide"),
    path("system/policy/<str:name>/", admin_settings.policy_change, name="system_policy_change"),
    path("system/operations/", admin_logs.operations, name="system_operations"),
    path("system/logins/", admin_logs.login_log, name="system_logins"),
    path("system/sessions/", admin_logs.sessions, name="system_sessions"),
    path("system/sessions/<int:session_id>/end/", admin_logs.session_end, name="system_session_end"),
    path("system/notices/", notice.managed, name="notices_managed"),
    path("notices/", notice.notices, name="notices"),
    path("notices/new/", notice.notice_new, name="notice_new"),
    path("notices/<int:notice_id>/", notice.notice, name="notice"),
    path("notices/<int:notice_id>/edit/", notice.notice_edit, name="notice_edit"),
    path("notices/<int:notice_id>/publish/", notice.notice_publish, name="notice_publish"),
    path("notices/<int:notice_id>/withdraw/", notice.notice_withdraw, name="notice_withdraw"),
    path("parameters/changes/<int:change_id>/", figure.figure_decide, name="parameter_decide"),
    path("parameters/<str:key>/", figure.figure, name="parameter"),
    path("parameters/<str:key>/change/", figure.figure_change, name="parameter_change"),
    path("org/handovers/", handover.handovers, name="handovers"),
    path("org/handovers/new/", handover.handover_new, name="handover_new"),
    path("org/handovers/<int:handover_id>/", handover.handover, name="handover"),
    path("org/handovers/<int:handover_id>/agree/", handover.handover_agree, name="handover_agree"),
    path("org/handovers/<int:handover_id>/confirm/", handover.handover_confirm, name="handover_confirm"),
    path("org/handovers/<int:handover_id>/withdraw/", handover.handover_withdraw, name="handover_withdraw"),
    path("org/handovers/<int:handover_id>/paper/", handover.handover_paper, name="handover_paper"),
]
