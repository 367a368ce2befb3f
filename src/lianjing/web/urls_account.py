"""Addresses of log-in, of one's own account, of outside identities and factors."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import admin_identities, login_factor, login_outside, me, me_factors, session

urlpatterns = [
    path("login/", session.login, name="login"),
    path("login/factor/", login_factor.login_factor, name="login_factor"),
    path("login/passkey/options/", login_factor.login_passkey_options, name="login_passkey_options"),
    path("login/passkey/", login_factor.login_passkey, name="login_passkey"),
    path("login/oidc/", login_outside.login_oidc, name="login_oidc"),
    path("login/oidc/callback/", login_outside.login_oidc_callback, name="login_oidc_callback"),
    path("logout/", session.logout, name="logout"),
    path("password/", me.password, name="password"),
    path("me/", me.me, name="me"),
    path("me/factors/", me_factors.me_factors, name="me_factors"),
    path("me/factors/app/", me_factors.me_totp_new, name="me_totp_new"),
    path("me/factors/passkey/options/", me_factors.me_passkey_options, name="me_passkey_options"),
    path("me/factors/passkey/", me_factors.me_passkey_new, name="me_passkey_new"),
    path("me/factors/recovery/", me_factors.me_recovery, name="me_recovery"),
    path("me/factors/<int:factor_id>/remove/", me_factors.me_factor_remove, name="me_factor_remove"),
    path("me/sessions/", me.me_sessions, name="me_sessions"),
    path("me/sessions/end/", me.me_sessions_end, name="me_sessions_end"),
    path("me/sessions/<int:session_id>/end/", me.me_session_end, name="me_session_end"),
    path("me/log-ins/", me.me_logins, name="me_logins"),
    path("system/identities/", admin_identities.identities_list, name="system_identities"),
    path("system/identities/new/", admin_identities.identity_new, name="system_identity_new"),
    path(
        "system/identities/<int:identity_id>/end/", admin_identities.identity_end, name="system_identity_end"
    ),
    path("system/factors/", admin_identities.factors_list, name="system_factors"),
    path(
        "system/factors/<int:factor_id>/remove/", admin_identities.factor_remove, name="system_factor_remove"
    ),
    path("me/confirm/", me_factors.me_confirm, name="me_confirm"),
]
