"""Releases of one process into one: the latest wins, arrays with ids by id, null takes away (OCDS merging)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = ("id", "date", "tag")


def merged(releases: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return releases of one ocid as one, in the order of their dates; undated ones come first."""
    ordered = sorted(releases, key=lambda each: str(each.get("date") or ""))
    whole: dict[str, Any] = {}
    for release in ordered:
        whole = _over(whole, release)
    return whole


def _over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _joined(result.get(key), value)
    return result


def _joined(old: Any, new: Any) -> Any:
    if isinstance(new, Mapping):
        return _over(old if isinstance(old, Mapping) else {}, new)
    if isinstance(new, list) and isinstance(old, list) and _have_ids(new) and _have_ids(old):
        by_id = {each["id"]: each for each in old}
        for each in new:
            by_id[each["id"]] = _over(by_id.get(each["id"], {}), each)
        return list(by_id.values())
    return new


def _have_ids(parts: list[Any]) -> bool:
    """True where every part has an id of its own."""
    if not all(isinstance(each, Mapping) and isinstance(each.get("id"), str | int) for each in parts):
        return False
    return len({each["id"] for each in parts}) == len(parts)
