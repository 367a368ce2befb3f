"""Lianjing's settings with the peers installed beside it; their signals fire for their own rows only."""

from lianjing.site.settings import *  # noqa: F403
from lianjing.site.settings import INSTALLED_APPS

PEERS = ["django.contrib.contenttypes", "simple_history", "auditlog", "trail_peers"]
INSTALLED_APPS = [*INSTALLED_APPS, *(name for name in PEERS if name not in INSTALLED_APPS)]
