"""The door for what outside systems send of their own accord: signed, fresh, once."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lianjing.runtime.clock import now
from lianjing.runtime.exchange.declaration import Declared, Direction, declared, reached
from lianjing.runtime.exchange.models import Feed, FeedState
from lianjing.runtime.exchange.running import judge, note
from lianjing.runtime.exchange.services import is_first
from lianjing.runtime.exchange.taking import take
from lianjing.runtime.webhook.signing import is_genuine

LARGEST = 512 * 1024
MOST_ITEMS = 500
SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


@csrf_exempt  # no cookie means anything here: the signature does
@require_POST
def exchange_hook(request: HttpRequest, key: str) -> HttpResponse:
    """Take what a connected system sends; 401 for a wrong or stale signature, 409 for what came before."""
    each = declared().get(key)
    place = reached(key)
    feed = Feed.objects.filter(code=key).exclude(status="stopped").first()
    if each is None or place is None or feed is None or each.direction is not Direction.PULL:
        raise Http404
    body, moment = _body(request), now()
    if body is None:
        return JsonResponse({"error": "too_large"}, status=413)
    headers = {name: request.headers.get(name, "") for name in SIGNED}
    if not headers["webhook-id"] or not is_genuine(place.secret, headers, body, moment):
        return JsonResponse({"error": "signature"}, status=401)
    items = _items(body)
    if items is None:
        return JsonResponse({"error": "format"}, status=422)
    if not is_first(feed, headers["webhook-id"], moment):
        return JsonResponse({"error": "replayed"}, status=409)
    return JsonResponse(_taken(each, feed, items, moment))


def _body(request: HttpRequest) -> bytes | None:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST:
        return None
    body = request.read(LARGEST + 1)
    return body if len(body) <= LARGEST else None


def _items(body: bytes) -> list[Any] | None:
    try:
        items = json.loads(body)["items"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return items if isinstance(items, list) and len(items) <= MOST_ITEMS else None


def _taken(each: Declared, feed: Feed, items: list[Any], moment: Any) -> dict[str, int]:
    """Take the items; what came by the hook does not make up for the pull, whose freshness is judged on its own."""
    taken = take(each, feed, items, moment)
    note(feed, "hook", taken, "warning" if taken.rejected else "good", "", moment)
    if FeedState.objects.filter(feed=feed).exists():
        judge(each, feed, moment)
    return {"taken": len(taken.records), "rejected": taken.rejected}
