"""A body for each operation of the interface that its description allows, so that what refuses it is not its form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.test import Client
from django.urls import get_resolver

EXAMPLES = {"date": "2026-03-02", "date-time": "2026-03-02T09:30:00+08:00"}


@cache
def _routes() -> Mapping[str, str]:
    """Return the place of each operation as the description writes it, by its name."""
    known = get_resolver().namespace_dict["api"][1].reverse_dict
    found = {}
    for name in known:
        if isinstance(name, str):
            place, words = known[name][0][0]
            found[f"api:{name}"] = "/api/v1/" + place % {word: f"{{{word}}}" for word in words}
    return found


def description(client: Client) -> dict[str, Any]:
    """Return the OpenAPI description, as a person who is logged in gets it."""
    return client.get("/api/v1/openapi.json").json()


def body_of(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smallest body of a POST that the description allows; empty where it asks for none."""
    posted = told["paths"].get(_routes()[name], {}).get("post", {})
    content = posted.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _example(content["schema"], told["components"]["schemas"]) if content else {}


def _example(kind: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    if "$ref" in kind:
        return _example(known[kind["$ref"].rpartition("/")[2]], known)
    if "anyOf" in kind or "allOf" in kind:
        return _example((kind.get("anyOf") or kind["allOf"])[0], known)
    if "enum" in kind or "const" in kind:
        return kind.get("const", kind.get("enum", [None])[0])
    match kind.get("type"):
        case "object":
            asked = kind.get("required", ())
            return {
                name: _example(each, known)
                for name, each in kind.get("properties", {}).items()
                if name in asked
            }
        case "array":
            kinds = kind.get("prefixItems") or [kind[name] for name in ("items",) if name in kind]
            return [_example(each, known) for each in kinds]
        case "integer" | "number":
            return max(int(kind.get("minimum", 1)), 1)
        case "boolean":
            return True
    return EXAMPLES.get(kind.get("format", ""), "计划调整，不再实施"[: kind.get("maxLength", 40)])
