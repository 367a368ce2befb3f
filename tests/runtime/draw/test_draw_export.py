from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lianjing.runtime.draw import export, queries
from lianjing.runtime.draw.models import Draw, DrawCandidate
from tests.runtime.draw.table import Table


@pytest.fixture
def draw(db: None) -> Draw:
    table = Table()
    pool = table.pool(
        e1={"weight": Decimal("2.5")}, e4={"exclusion_reason": "load", "exclusion_text": "本月已满"}
    )
    return table.drawn(3, pool)


def run(draw_json: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "recompute.py").write_text(export.script(), encoding="utf-8")
    (folder / "draw.json").write_text(json.dumps(draw_json, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "recompute.py", "draw.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_script_computes_the_picks_of_the_exported_draw_again(draw: Draw, tmp_path: Path) -> None:
    exported = json.loads(export.as_json(draw))
    result = run(exported, tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "agrees" in result.stdout
    assert exported["picks"] == export.recomputed(draw) == [row.seq for row in queries.own_picks(draw)]


def other_value(exported: dict[str, Any]) -> None:
    exported["value"] = "00" * 32


def other_picks(exported: dict[str, Any]) -> None:
    exported["picks"] = exported["picks"][::-1]


def other_pool(exported: dict[str, Any]) -> None:
    exported["event"]["body"] = exported["event"]["body"].replace('"2.500000"', '"9.500000"')


def other_event(exported: dict[str, Any]) -> None:
    exported["event"]["envelope"] = exported["event"]["envelope"].replace("draw.lock", "draw.luck")


@pytest.mark.parametrize("change", [other_value, other_picks, other_pool, other_event])
def test_the_script_finds_what_was_changed(
    draw: Draw, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    exported = json.loads(export.as_json(draw))
    change(exported)
    result = run(exported, tmp_path)
    assert result.returncode == 1
    assert "DIFFERS" in result.stdout


def test_the_script_has_some_twenty_lines_and_needs_nothing_but_python() -> None:
    tree = ast.parse(export.script())
    text = export.script().splitlines()
    first = tree.body[1].lineno
    assert len([line for line in text[first - 1 :] if line.strip()]) <= 21
    imported = {
        name.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= set(sys.stdlib_module_names)


def test_the_page_does_not_say_agrees_when_a_pick_was_changed_by_hand(draw: Draw) -> None:
    assert export.agrees(draw)
    picked = queries.own_picks(draw)[0]
    passed = next(row for row in queries.pool(draw) if not row.is_picked and not row.is_excluded)
    DrawCandidate.objects.filter(pk=picked.pk).update(is_picked=False, pick_order=None)
    DrawCandidate.objects.filter(pk=passed.pk).update(is_picked=True, pick_order=1)
    assert not export.agrees(draw)


def test_before_the_reveal_nothing_is_computed(db: None) -> None:
    table = Table()
    draw = table.commit(table.prepare())
    assert not export.agrees(draw)
    assert export.as_dict(draw)["event"] is None
    draw = table.lock(draw)
    assert export.recomputed(draw) == []
    assert export.as_dict(draw)["value"] == ""
