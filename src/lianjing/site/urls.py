"""All addresses: the generic pages, each domain's own, the API."""

from __future__ import annotations

from django.urls import include, path

from lianjing.api.urls import urls as api_urls
from lianjing.runtime.domains import domains
from lianjing.web.lists import LISTS

urlpatterns = [
    path("", include("lianjing.web.urls")),
    path("api/v1/", api_urls((*LISTS, *(name for domain in domains() for name in domain.lists)))),
    *(path("", include(domain.urls)) for domain in domains() if domain.urls),
]
handler404 = "lianjing.web.middleware.not_found"
handler500 = "lianjing.web.middleware.server_error"
