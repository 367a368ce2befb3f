"""Addresses of the help in the pages."""

from __future__ import annotations

from django.urls import path

from lianjing.web.views import help as pages

urlpatterns = [
    path("help/", pages.help_index, name="help"),
    path("help/<slug:procedure>/<slug:step>/", pages.help_step, name="help_step"),
]
