"""Finds every message that the templates and the Python code hand to gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
LITERAL = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
CONTEXT_END = "\x04"  # gettext's own mark between a context and its message


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
        texts = [str(each.value) for each in node.args if isinstance(each, ast.Constant)]
        if name in CALLS and texts:
            yield texts[0]
        elif name in IN_CONTEXT and len(texts) > 1:
            yield CONTEXT_END.join(texts[:2])


def _in_template(source: str) -> Iterator[str]:
    text = templatize(source)
    for match in re.finditer(rf"\b(?:_|n?gettext)\(\s*{LITERAL}", text):
        yield ast.literal_eval(match[1])
    for match in re.finditer(rf"\bn?pgettext\(\s*{LITERAL},\s*{LITERAL}", text):
        yield CONTEXT_END.join((ast.literal_eval(match[1]), ast.literal_eval(match[2])))
