"""Finds every message that the templates and the Python code hand to gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

CALLS = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext", "ngettext_lazy", "gettext_noop"}
LITERAL = r"u?(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"


def used_messages(package: Path) -> dict[str, str]:
    """Return each msgid with one place where it stands."""
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*")):
        reader = {".py": _in_code, ".html": _in_template}.get(path.suffix)
        if reader is None or "migrations" in path.parts or "vendor" in path.parts:
            continue
        for message in reader(path.read_text("utf-8")):
            found.setdefault(message, path.relative_to(package).as_posix())
    return found


def _in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _in_template(source: str) -> Iterator[str]:
    for match in re.finditer(rf"\b(?:_|n?gettext)\(\s*{LITERAL}", templatize(source)):
        yield ast.literal_eval(match["text"])
