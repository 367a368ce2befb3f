"""Cursors: where the next page begins, opaque to the caller and good for the list that gave it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from django.utils.translation import gettext as _

from lianjing.kernel.refusal import BadInput

LONGEST = 400


def list_digest(name: str, narrowed: Mapping[str, str]) -> str:
    """Return what tells one list and its search, filters and order from another."""
    text = json.dumps([name, sorted(narrowed.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def cursor_of(place: str, digest: str) -> str:
    """Return the cursor of a place in a list."""
    return base64.urlsafe_b64encode(f"{digest}:{place}".encode()).decode().rstrip("=")


def place_in(cursor: str, digest: str) -> str:
    """Return the place that a cursor stands for; BadInput for one of another list or none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of_list, _colon, place = base64.urlsafe_b64decode(padded.encode("ascii")).decode().partition(":")
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise BadInput(_("分页游标无效"), "cursor") from error
    if of_list != digest or not place or len(cursor) > LONGEST:
        raise BadInput(_("分页游标无效，或不属于此列表"), "cursor")
    return place


def number_in(cursor: str, digest: str) -> int:
    """Return the key that a cursor stands for; BadInput for one that is no number."""
    place = place_in(cursor, digest)
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        raise BadInput(_("分页游标无效"), "cursor")
    return int(place)
