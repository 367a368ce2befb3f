"""Which refusals and gate conditions of the program rest on a clause: read from its own source, which cannot lag behind.

Rules are plain functions, so no table lists them. A constant that names a clause is followed through its imports.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from lianjing.runtime.domains import domains

RAISED = "refusal"
ASKED = "condition"
SKIPPED = ("migrations", "demo")
REFERENCE = re.compile(r"[a-z][a-z_0-9]*#[^\s#]+")
CITED = re.compile(r"Refusal\(|Condition\(|[a-z_]#[0-9]")
RULE = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
CONSTANT = re.compile(r'^([A-Z][A-Z_0-9]*) = "([a-z][a-z_0-9]*#[^\s"#]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class InCode:
    """One check: the clause, whether it refuses or is a condition of a gate, its rule key or its words."""

    clause: str
    kind: str
    name: str
    words: str = ""


@cache
def checks_in_code() -> Mapping[str, tuple[InCode, ...]]:
    """Return the checks by clause; read once per process, in a second or two."""
    packages = ["lianjing.runtime", *(each.package for each in domains())]
    texts = {name: text for package in packages for name, text in _modules(package, files(package))}
    constants = {
        f"{name}.{key}": value for name, text in texts.items() for key, value in CONSTANT.findall(text)
    }
    found: dict[str, set[InCode]] = {}
    for text in texts.values():
        if CITED.search(text):
            for check in _checks(ast.parse(text), constants, dict(CONSTANT.findall(text))):
                found.setdefault(check.clause, set()).add(check)
    return {clause: tuple(sorted(checks)) for clause, checks in found.items()}


def _modules(package: str, folder: Traversable) -> Iterator[tuple[str, str]]:
    for place in folder.iterdir():
        if place.is_dir() and place.name not in SKIPPED and not place.name.startswith(("_", ".")):
            yield from _modules(f"{package}.{place.name}", place)
        elif place.name.endswith(".py"):
            yield f"{package}.{place.name[:-3]}", place.read_text(encoding="utf-8")


def _checks(tree: ast.Module, constants: Mapping[str, str], own: dict[str, str]) -> Iterator[InCode]:
    known = own | {
        alias.asname or alias.name: constants[f"{node.module}.{alias.name}"]
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if f"{node.module}.{alias.name}" in constants
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _check(node, known)


def _check(node: ast.Call, known: Mapping[str, str]) -> Iterator[InCode]:
    """A call that is given a clause together with a rule key is a refusal; a `Condition` is one of a gate."""
    given = [*node.args, *(word.value for word in node.keywords)]
    texts = [_text_of(each, known) for each in given]
    clause = next((text for text in texts if REFERENCE.fullmatch(text)), "")
    if not clause:
        return
    rule = next((text for text in texts if RULE.fullmatch(text)), "")
    if isinstance(node.func, ast.Name) and node.func.id == "Condition":
        words = _words(given[0])
        yield InCode(clause, ASKED, words, words)
    elif rule:
        yield InCode(clause, RAISED, rule, next((_words(each) for each in given if _is_message(each)), ""))


def _text_of(node: ast.expr, known: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return known.get(node.id, "") if isinstance(node, ast.Name) else ""


def _is_message(node: ast.expr) -> bool:
    """True for a translated sentence, filled in or not."""
    call = node.left if isinstance(node, ast.BinOp) else node
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"


def _words(node: ast.expr) -> str:
    """Return the words of a condition: the message that is translated, what fills it left out."""
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return next((text for text in texts if isinstance(text, str)), "")
