"""The addresses of /api/v1."""

from __future__ import annotations

from lianjing.api.entry import api
from lianjing.api.operations import router

api.add_router("", router)
urls = api.urls
