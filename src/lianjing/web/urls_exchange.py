"""Addresses of previews, of the data catalogue, and of what outside systems send."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import data_coverage, exchange, feeds, preview

urlpatterns = [
    path("documents/<int:document_id>/preview/", preview.document_preview, name="document_preview"),
    path(
        "documents/<int:document_id>/preview/<int:number>.png",
        preview.document_preview_page,
        name="document_preview_page",
    ),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/imports/", feeds.import_batches, name="import_batches"),
    path("feeds/coverage/", data_coverage.data_coverage, name="data_coverage"),
    path("feeds/<int:feed_id>/", feeds.feed, name="feed"),
    path("feeds/<int:feed_id>/act/", feeds.feed_act, name="feed_act"),
    path("feeds/<int:feed_id>/differences/", feeds.feed_differences, name="feed_differences"),
    path("feeds/letters/<int:letter_id>/resend/", feeds.feed_resend, name="feed_resend"),
    path(
        "feeds/records/<int:record_id>/explain/",
        feeds.external_record_explain,
        name="external_record_explain",
    ),
    path("exchange/<slug:key>/", exchange.exchange_hook, name="exchange_hook"),
]
