"""Pages for those who run the installation: alive, ready, measured; and the local authority's certificate."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lianjing.runtime.clock import now
from lianjing.runtime.health.checks import examine
from lianjing.runtime.health.fault import Level
from lianjing.web.metrics import exposition, may_read

HELD_SECONDS = 3  # whoever asks all the time must not become a load
PLAIN = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether work can be done here: 200, or 503 with the names of the checks that failed; never why."""
    failed = cache.get("readyz")
    if failed is None:
        found = examine(now(), readiness=True)
        failed = sorted({check.name for check, fault in found if fault.level is Level.FAULT})
        cache.set("readyz", failed, HELD_SECONDS)
    return _uncached(JsonResponse({"ready": not failed, "failed": failed}, status=503 if failed else 200))


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus; 404 for anyone who may not ask."""
    if not may_read(request):
        raise Http404
    return _uncached(HttpResponse(exposition(now()), content_type=PLAIN))


@require_safe
def local_ca(request: HttpRequest) -> HttpResponse:
    """Show how to trust the local authority, with the fingerprint to compare."""
    certificate = x509.load_pem_x509_certificate(_certificate())
    mark = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    context = {"fingerprint": mark, "ends_on": certificate.not_valid_after_utc.date()}
    return render(request, "lianjing/local_ca.html", context)


@require_safe
def local_ca_file(_request: HttpRequest) -> HttpResponse:
    """Hand out the certificate of the local authority, as systems expect it (DER)."""
    certificate = x509.load_pem_x509_certificate(_certificate())
    content = certificate.public_bytes(serialization.Encoding.DER)
    answer = HttpResponse(content, content_type="application/x-x509-ca-cert")
    answer["Content-Disposition"] = 'attachment; filename="lianjing-ca.crt"'
    return answer


def _certificate() -> bytes:
    place = Path(settings.DATA_DIR) / "tls" / "ca.pem"
    if not place.exists():
        raise Http404
    return place.read_bytes()


def _uncached(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
