"""The app of the noun."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Search: entries, their terms and their sums."""

    name = "lianjing.runtime.search"
    label = "search"
