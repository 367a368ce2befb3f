"""The Prometheus page: requests counted by all web processes, readings of the installation as of now."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from lianjing.runtime.health.readings import readings
from lianjing.web.proxy import is_within


class Readings(Collector):
    """The installation's readings as Prometheus wants them."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family for each name."""
        families: dict[str, GaugeMetricFamily] = {}
        for each in readings(self.now):
            family = families.setdefault(
                each.name, GaugeMetricFamily(f"lianjing_{each.name}", each.help, labels=list(each.labels))
            )
            family.add_metric(list(each.labels.values()), each.value)
        yield from families.values()


def exposition(now: datetime) -> bytes:
    """Return the page as text."""
    own = CollectorRegistry()
    own.register(Readings(now))
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shared = CollectorRegistry()
        MultiProcessCollector(shared)
        return generate_latest(shared) + generate_latest(own)
    return generate_latest(REGISTRY) + generate_latest(own)


def may_read(request: HttpRequest) -> bool:
    """True for the networks of LIANJING_METRICS_FROM and for whoever carries the token."""
    token = settings.LIANJING_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return is_within(request.META.get("REMOTE_ADDR", ""), settings.LIANJING_METRICS_FROM)
