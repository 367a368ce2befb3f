"""Addresses of tokens, webhooks and unmasking."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import personal, token

urlpatterns = [
    path("me/tokens/", token.token_list, name="tokens"),
    path("me/tokens/new/", token.token_new, name="token_new"),
    path("me/tokens/<int:token_id>/revoke/", token.token_revoke, name="token_revoke"),
    path("me/webhooks/", token.webhook_list, name="webhooks"),
    path("me/webhooks/new/", token.webhook_new, name="webhook_new"),
    path("me/webhooks/<int:subscription_id>/", token.webhook, name="webhook"),
    path("me/webhooks/<int:subscription_id>/end/", token.webhook_end, name="webhook_end"),
    path("personal/", personal.unmaskings, name="unmaskings"),
    path("personal/<slug:table>/<str:key>/", personal.unmask_row, name="unmask"),
]
